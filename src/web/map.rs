//! Every slice's routes, each with its permission. The matrix test walks this list.

use super::{App, Routes};
use crate::access::{self, Permission as P, pages as guard};
use crate::{areas, audit, electors, insight, polls, registers, settings, setup};

/// All routes of the service.
pub fn routes(app: App) -> Routes {
    let mut routes = Routes::new(app);
    for add in [
        super::health::routes,
        super::openapi::routes,
        sign_in,
        account,
        access,
        protection,
        books,
        changeable,
        electors,
        imports,
        areas_and_polls,
        walk_lists,
        doors,
        insight,
    ] {
        routes = add(routes);
    }
    routes
}

/// What anybody may read, and the way in and out.
fn sign_in(routes: Routes) -> Routes {
    routes
        .get("/sign-in", P::Public, guard::sign_in_form)
        .post("/sign-in", P::Public, guard::sign_in)
        .post("/sign-out", P::OwnAccount, guard::sign_out)
        .post("/api/v1/sessions", P::Public, access::api::sign_in)
        .delete("/api/v1/sessions/current", P::OwnAccount, access::api::sign_out)
        .get("/status", P::Public, guard::public::status)
        .get("/privacy", P::Public, guard::public::privacy)
        .get("/privacy/earlier", P::Public, guard::public::earlier)
        .get("/licence", P::Public, guard::public::licence)
        .get("/set-up", P::Public, setup::pages::form)
        .post("/set-up", P::Public, setup::pages::set_up)
}

/// One's own first page and account.
fn account(routes: Routes) -> Routes {
    routes
        .get("/", P::Home, super::home::home)
        .get("/account", P::OwnAccount, guard::own::show)
        .post("/account/grant", P::OwnAccount, guard::switch)
        .post("/account/password", P::OwnAccount, guard::own::change_password)
        .post("/account/theme", P::OwnAccount, guard::own::choose_theme)
        .post("/account/sessions/end", P::OwnAccount, guard::own::sign_out_elsewhere)
}

/// The Guard's pages for administrators.
fn access(routes: Routes) -> Routes {
    routes
        .get("/access", P::ManageAccess, guard::list::list)
        .post("/access", P::ManageAccess, guard::list::search)
        .get("/access/accounts/new", P::ManageAccess, guard::account::new)
        .get("/access/accounts", P::ManageAccess, guard::list::accounts_by_address)
        .post("/access/accounts", P::ManageAccess, guard::account::add)
        .get("/access/accounts/{id}", P::ManageAccess, guard::account::show)
        .get("/access/accounts/{id}/password", P::ManageAccess, guard::account::password_form)
        .post("/access/accounts/{id}/password", P::ManageAccess, guard::account::set_password)
        .get("/access/accounts/{id}/grants/new", P::ManageAccess, guard::grant::new)
        .post("/access/accounts/{id}/grants", P::ManageAccess, guard::grant::give)
        .get("/access/grants/{id}/end", P::ManageAccess, guard::grant::end_form)
        .post("/access/grants/{id}/end", P::ManageAccess, guard::grant::end)
        .get("/access/accounts/{id}/end-access", P::ManageAccess, guard::ending::form)
        .post("/access/accounts/{id}/end-access", P::ManageAccess, guard::ending::end)
        .post("/api/v1/accounts/{id}/end-access", P::ManageAccess, access::api::end_access)
        .get("/access/accounts/{id}/receipt", P::ManageAccess, guard::ending::receipt)
        .get("/access/accounts/{id}/give-back", P::ManageAccess, guard::ending::give_back_form)
        .post("/access/accounts/{id}/give-back", P::ManageAccess, guard::ending::give_back)
        .get("/access/tools", P::CloseTools, guard::tools::show)
        .get("/access/tools/close", P::CloseTools, guard::tools::close_form)
        .post("/access/tools/close", P::CloseTools, guard::tools::close)
        .post("/access/tools/open", P::CloseTools, guard::tools::open)
        .get("/access/permissions", P::ReadPermissions, guard::tools::permissions)
}

/// Who saw what: the data protection officer's pages.
fn protection(routes: Routes) -> Routes {
    routes
        .get("/protection", P::ReadAccessLog, audit::pages::show)
        .post("/protection/accounts", P::ReadAccessLog, audit::pages::find_account)
        .get("/protection/accounts/{id}", P::ReadAccessLog, audit::pages::account::show)
        .post("/protection/accounts/{id}/file", P::ReadAccessLog, audit::pages::account::file)
        .post("/protection/electors", P::ReadAccessLog, audit::pages::elector::find)
        .get("/protection/electors/{id}", P::ReadAccessLog, audit::pages::elector::show)
}

/// Retention, breaches, records: the data protection officer's books.
fn books(routes: Routes) -> Routes {
    use crate::protection::{breach, records, retention};
    routes
        .get("/protection/retention", P::ManageRetention, retention::pages::show)
        .get("/protection/retention/kinds/{kind}", P::ManageRetention, retention::pages::kind)
        .post("/protection/retention/kinds/{kind}", P::ManageRetention, retention::pages::set_period)
        .get("/protection/retention/runs/new", P::ManageRetention, retention::pages::ask)
        .post("/protection/retention/runs", P::DestroyData, retention::pages::begin)
        .get("/protection/retention/runs/{run}", P::ManageRetention, retention::pages::run)
        .post("/protection/retention/runs/{run}/stop", P::ManageRetention, retention::pages::stop)
        .get("/protection/breaches", P::KeepBreaches, breach::pages::list)
        .post("/protection/breaches", P::KeepBreaches, breach::pages::open)
        .get("/protection/breaches/new", P::KeepBreaches, breach::pages::new)
        .get("/protection/breaches/{id}", P::KeepBreaches, breach::pages::show)
        .get("/protection/breaches/{id}/facts", P::KeepBreaches, breach::pages::facts)
        .post("/protection/breaches/{id}/facts", P::KeepBreaches, breach::pages::change)
        .post("/protection/breaches/{id}/assessment", P::KeepBreaches, breach::pages::assess)
        .post("/protection/breaches/{id}/report", P::KeepBreaches, breach::pages::report)
        .post("/protection/breaches/{id}/accounts", P::KeepBreaches, breach::pages::involve)
        .post("/protection/breaches/{id}/accounts/{account}/take-out", P::KeepBreaches, breach::pages::take_out)
        .post("/protection/breaches/{id}/notes", P::KeepBreaches, breach::pages::note)
        .post("/protection/breaches/{id}/close", P::KeepBreaches, breach::pages::close)
        .get("/protection/breaches/{id}/people", P::KeepBreaches, breach::pages::affected)
        .get("/protection/breaches/{id}/letters", P::KeepBreaches, breach::pages::ask_letters)
        .post("/protection/breaches/{id}/letters", P::WriteBreachLetters, breach::pages::make_letters)
        .get("/protection/records", P::KeepRecords, records::pages::show)
        .get("/protection/records/{kind}", P::KeepRecords, records::pages::record)
        .post("/protection/records/{kind}", P::KeepRecords, records::pages::make)
        .post("/protection/records/{kind}/words", P::KeepRecords, records::pages::write)
        .get("/protection/records/{kind}/{number}", P::KeepRecords, records::pages::document)
}

/// What of set-up an administrator may change.
fn changeable(routes: Routes) -> Routes {
    use settings::pages;
    routes
        .get("/settings", P::ReadSettings, pages::show)
        .post("/settings", P::ChangeSettings, pages::change)
        .get("/settings/codes", P::ReadSettings, pages::codes)
        .post("/settings/codes", P::ChangeSettings, pages::change_codes)
        .get("/settings/officers", P::ReadSettings, pages::officers)
        .post("/settings/officers", P::ChangeSettings, pages::change_officers)
        .get("/settings/processors", P::ReadSettings, pages::processors)
        .post("/settings/processors", P::ChangeSettings, pages::add_processor)
        .post("/settings/processors/{id}/end", P::ChangeSettings, pages::end_processor)
}

/// Search, electors, homes, no contact.
fn electors(routes: Routes) -> Routes {
    routes
        .get("/electors", P::ReadElectors, electors::pages::show)
        .post("/electors", P::ReadElectors, electors::pages::keep)
        .get("/electors/{id}", P::ReadElectors, electors::pages::elector)
        .get("/homes/{id}", P::ReadElectors, electors::pages::home)
        .get("/electors/{id}/objection", P::RecordObjections, electors::pages::ask_stop)
        .post("/electors/{id}/objection", P::RecordObjections, electors::pages::stop)
        .get("/electors/{id}/objection/withdrawal", P::RecordObjections, electors::pages::ask_withdraw)
        .post("/electors/{id}/objection/withdrawal", P::RecordObjections, electors::pages::withdraw)
        .post("/api/v1/electors/search", P::ReadElectors, electors::api::search)
        .get("/api/v1/electors/{id}", P::ReadElectors, electors::api::elector)
}

/// Walk lists on the organiser's side, and answers that wait.
fn walk_lists(routes: Routes) -> Routes {
    use crate::canvass::lists::{assign_pages, live_pages, new_pages, pages, print};
    use crate::canvass::quarantine;
    routes
        .get("/walk-lists", P::MakeWalkLists, pages::index)
        .post("/walk-lists", P::MakeWalkLists, new_pages::make)
        .get("/walk-lists/new", P::MakeWalkLists, new_pages::new)
        .post("/walk-lists/new", P::MakeWalkLists, new_pages::step)
        .get("/walk-lists/end", P::MakeWalkLists, pages::end_by_address)
        .post("/walk-lists/end", P::MakeWalkLists, pages::end)
        .get("/walk-lists/quarantine", P::DecideQuarantine, quarantine::pages::show)
        .post("/walk-lists/quarantine", P::DecideQuarantine, quarantine::pages::decide)
        .get("/walk-lists/{id}", P::MakeWalkLists, live_pages::show)
        .get("/walk-lists/{id}/print", P::MakeWalkLists, print::print)
        .post("/walk-lists/{id}/name", P::MakeWalkLists, live_pages::rename)
        .post("/walk-lists/{id}/assignments", P::AssignWalkLists, assign_pages::assign)
        .post("/walk-lists/{id}/assignments/{assignment}/end", P::AssignWalkLists, assign_pages::take_back)
}

/// The volunteer's pages and the results they send.
fn doors(routes: Routes) -> Routes {
    use crate::canvass::doors::{api, pages, record};
    use crate::canvass::results;
    routes
        .get("/canvass", P::Canvass, pages::lists)
        .get("/canvass/{list}", P::Canvass, pages::plan)
        .get("/canvass/{list}/doors/{household}", P::Canvass, pages::door)
        .get("/canvass/{list}/done", P::Canvass, pages::done)
        .post("/canvass/{list}/results", P::RecordResults, record::record)
        .get("/api/v1/canvass", P::Canvass, api::lists)
        .get("/api/v1/canvass/{list}", P::Canvass, api::list)
        .put("/api/v1/results/{uuid}", P::RecordResults, results::api::put)
        .post("/api/v1/results", P::RecordResults, results::api::post)
}

/// Figures by district.
fn insight(routes: Routes) -> Routes {
    routes.get("/insight", P::ReadInsight, insight::pages::districts).get(
        "/insight/disagreements",
        P::ReadInsight,
        insight::pages::disagreements,
    )
}

/// Councils' registers: upload, preview, receipt.
fn imports(routes: Routes) -> Routes {
    use axum::extract::DefaultBodyLimit;
    use axum::handler::Handler;
    use registers::pages;
    routes
        .get("/imports", P::ImportRegisters, pages::list)
        .post("/imports", P::ImportRegisters, pages::upload.layer(DefaultBodyLimit::max(registers::upload::LIMIT)))
        .get("/imports/new", P::ImportRegisters, pages::new)
        .get("/imports/{id}", P::ImportRegisters, pages::show)
        .get("/imports/{id}/refused", P::ImportRegisters, pages::refused)
        .post("/imports/{id}/authority", P::ImportRegisters, pages::change_authority)
        .post("/imports/{id}/apply", P::ImportRegisters, pages::apply)
        .post("/imports/{id}/stop", P::ImportRegisters, pages::stop)
        .post("/imports/{id}/throw-away", P::ImportRegisters, pages::throw_away)
        .get("/imports/matches", P::DecideMatches, pages::open_matches)
        .post("/imports/matches", P::DecideMatches, pages::decide_open)
        .get("/imports/{id}/matches", P::DecideMatches, pages::matches)
        .post("/imports/{id}/matches", P::DecideMatches, pages::decide)
}

/// Districts, the areas made of them, elections.
fn areas_and_polls(routes: Routes) -> Routes {
    use areas::pages;
    routes
        .get("/areas", P::ReadAreas, pages::list)
        .post("/areas", P::ManageAreas, pages::add)
        .get("/areas/{id}", P::ManageAreas, pages::show)
        .post("/areas/{id}", P::ManageAreas, pages::change)
        .get("/areas/districts/{number}", P::ManageAreas, pages::show_district)
        .post("/areas/districts/{number}", P::ManageAreas, pages::name_district)
        .get("/polls", P::ReadAreas, polls::pages::list)
        .post("/polls", P::ManagePolls, polls::pages::add)
}
