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
        entering,
        links,
        account,
        access,
        ending,
        grants,
        protection,
        rights,
        seal,
        books,
        watching,
        changeable,
        exports,
        electors,
        imports,
        voters,
        areas_and_polls,
        walk_lists,
        paper,
        doors,
        insight,
        members,
        news,
        events,
        tasks,
        rounds,
        volunteers,
        delivery,
        messages,
        letters,
        printed,
        materials_made,
        selections,
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
        .post("/sign-out", P::Enter, guard::sign_out)
        .post("/api/v1/sessions", P::Public, access::api::sign_in)
        .delete("/api/v1/sessions/current", P::OwnAccount, access::api::sign_out)
        .get("/status", P::Public, guard::public::status)
        .get("/privacy", P::Public, guard::public::privacy)
        .get("/privacy/earlier", P::Public, guard::public::earlier)
        .get("/licence", P::Public, guard::public::licence)
        .get("/api/v1/pulse", P::Public, guard::pulse::pulse)
        .get("/set-up", P::Public, setup::pages::form)
        .post("/set-up", P::Public, setup::pages::set_up)
}

/// Between a right password and the first page.
fn entering(routes: Routes) -> Routes {
    use guard::{entering, factors};
    routes
        .post("/sign-in/passkey", P::Public, entering::begin_passkey_sign_in)
        .post("/sign-in/passkey/answer", P::Public, guard::passkey_sign_in)
        .get("/sign-in/factor", P::Enter, entering::factor_form)
        .post("/sign-in/factor", P::Enter, entering::prove)
        .get("/sign-in/set-up-factor", P::Enter, factors::set_up)
        .get("/sign-in/terms", P::Enter, entering::terms_form)
        .post("/sign-in/terms", P::Enter, entering::accept_terms)
        .post("/account/passkeys", P::Enter, entering::begin_passkey)
        .post("/account/passkeys/answer", P::Enter, entering::add_passkey)
        .post("/account/passkeys/prove", P::Enter, entering::begin_passkey_proof)
        .post("/account/passkeys/proof", P::Enter, entering::passkey_proof)
        .post("/account/apps", P::Enter, factors::begin_app)
        .post("/account/apps/confirm", P::Enter, factors::add_app)
        .get("/account/recovery-codes", P::Enter, factors::codes_form)
        .post("/account/recovery-codes", P::Enter, factors::new_codes)
        .get("/account/confirm", P::OwnAccount, entering::confirm_form)
        .post("/account/confirm", P::OwnAccount, entering::prove)
        .get("/account/factors", P::OwnAccount, factors::show)
        .post("/account/factors/{id}/remove", P::ChangeFactors, factors::remove)
}

/// Coming in by what was sent or shown: links by email, invitations, codes to scan.
fn links(routes: Routes) -> Routes {
    use guard::{forgotten, invitation, join};
    routes
        .get("/password/forgotten", P::Public, forgotten::password_form)
        .post("/password/forgotten", P::Public, forgotten::send_password)
        .get("/password/reset/{token}", P::Public, forgotten::reset_form)
        .post("/password/reset/{token}", P::Public, forgotten::reset)
        .get("/sign-in/link", P::Public, forgotten::link_form)
        .post("/sign-in/link", P::Public, forgotten::send_link)
        .get("/sign-in/link/{token}", P::Public, forgotten::sign_in_form)
        .post("/sign-in/link/{token}", P::Public, forgotten::sign_in)
        .get("/account/email/{token}", P::Public, forgotten::email_form)
        .post("/account/email/{token}", P::Public, forgotten::answer_email)
        .get("/invitation/{token}", P::Public, invitation::show)
        .post("/invitation/{token}", P::Public, invitation::take_up)
        .get("/join/waiting", P::Public, join::waiting)
        .get("/join/{code}", P::Public, join::form)
        .post("/join/{code}", P::Public, join::ask)
        .get("/access/invitations", P::Invite, invitation::list)
        .post("/access/invitations", P::Invite, invitation::invite)
        .get("/access/invitations/new", P::Invite, invitation::form)
        .post("/access/invitations/{id}/end", P::Invite, invitation::end)
}

/// One's own first page and account.
fn account(routes: Routes) -> Routes {
    routes
        .get("/", P::Home, super::home::home)
        .get("/account", P::OwnAccount, guard::own::show)
        .post("/account/grant", P::OwnAccount, guard::switch)
        .post("/account/password", P::OwnAccount, guard::own::change_password)
        .post("/account/theme", P::OwnAccount, guard::own::choose_theme)
        .post("/account/email", P::OwnAccount, guard::own::change_email)
        .post("/account/sessions/end", P::OwnAccount, guard::own::sign_out_elsewhere)
        .post("/account/sessions/{id}/end", P::OwnAccount, guard::own::sign_out_there)
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
        .get("/access/accounts/{id}/grants/new", P::GiveAccess, guard::grant::new)
        .post("/access/accounts/{id}/grants", P::GiveAccess, guard::grant::give)
        .get("/access/grants/{id}/end", P::ManageAccess, guard::grant::end_form)
        .post("/access/grants/{id}/end", P::ManageAccess, guard::grant::end)
        .get("/access/accounts/{id}/factors", P::ResetFactors, guard::reset::form)
        .post("/access/accounts/{id}/factors", P::ResetFactors, guard::reset::reset)
        .get("/access/outbox", P::ReadOutbox, crate::mail::pages::show)
        .get("/access/terms", P::PublishTerms, guard::terms::show)
        .post("/access/terms", P::PublishTerms, guard::terms::publish)
        .get("/access/permissions", P::ReadPermissions, guard::tools::permissions)
}

/// Ending access of one or of many, its receipts, and closing a half.
fn ending(routes: Routes) -> Routes {
    use guard::{choosing, ending, seen, tools};
    routes
        .get("/access/accounts/{id}/end-access", P::EndAccess, ending::form)
        .post("/access/accounts/{id}/end-access", P::EndAccess, ending::end)
        .post("/api/v1/accounts/{id}/end-access", P::EndAccess, access::api::end_access)
        .get("/access/accounts/{id}/receipt", P::EndAccess, ending::newest_receipt)
        .get("/access/accounts/{id}/give-back", P::GiveBack, ending::give_back_newest_form)
        .post("/access/accounts/{id}/give-back", P::GiveBack, ending::give_back_newest)
        .get("/access/accounts/{id}/days", P::EndAccess, seen::days)
        .get("/access/accounts/{id}/days/{day}", P::EndAccess, seen::day)
        .get("/access/accounts/{id}/seen.csv", P::EndAccess, seen::file)
        .get("/access/accounts/{id}/seen.pdf", P::EndAccess, seen::paper)
        .get("/access/end-access", P::EndAccess, choosing::form)
        .post("/access/end-access", P::EndAccess, choosing::end)
        .get("/access/endings/groups/{id}", P::EndAccess, choosing::group)
        .get("/access/endings/{id}", P::EndAccess, ending::receipt)
        .post("/access/endings/{id}/given", P::EndAccess, ending::end_given)
        .get("/access/endings/{id}/give-back", P::GiveBack, ending::give_back_form)
        .post("/access/endings/{id}/give-back", P::GiveBack, ending::give_back)
        .get("/access/endings/{id}/letter", P::EndAccess, ending::letter)
        .post("/access/endings/{id}/letter", P::EndAccess, ending::send_letter)
        .get("/access/tools", P::CloseTools, tools::show)
        .get("/access/tools/close", P::CloseTools, tools::close_form)
        .post("/access/tools/close", P::CloseTools, tools::close)
        .post("/access/tools/open", P::OpenTools, tools::open)
}

/// What organisers give inside their own area, what two people decide, the emergency's hour, reviews.
fn grants(routes: Routes) -> Routes {
    routes
        .get("/access/volunteers", P::DelegateAccess, guard::volunteers::list)
        .post("/access/volunteers", P::DelegateAccess, guard::volunteers::give)
        .get("/access/volunteers/new", P::DelegateAccess, guard::volunteers::new)
        .get("/access/volunteers/{id}/renew", P::DelegateAccess, guard::volunteers::renew_form)
        .post("/access/volunteers/{id}/renew", P::DelegateAccess, guard::volunteers::renew)
        .get("/access/volunteers/{id}/end", P::DelegateAccess, guard::volunteers::end_form)
        .post("/access/volunteers/{id}/end", P::DelegateAccess, guard::volunteers::end)
        .get("/access/requests", P::StopRequests, guard::requests::list)
        .get("/access/requests/{id}", P::StopRequests, guard::requests::show)
        .post("/access/requests/{id}/approval", P::DecideRequests, guard::requests::approve)
        .post("/access/requests/{id}/refusal", P::DecideRequests, guard::requests::refuse)
        .post("/access/requests/{id}/stop", P::StopRequests, guard::requests::stop)
        .get("/access/break-glass", P::BreakGlass, guard::emergency::form)
        .post("/access/break-glass", P::BreakGlass, guard::emergency::take)
        .get("/access/reviews", P::ReadReviews, guard::reviews::list)
        .post("/access/reviews", P::OpenReviews, guard::reviews::open)
        .get("/access/reviews/new", P::OpenReviews, guard::reviews::new)
        .get("/access/reviews/{id}", P::ReadReviews, guard::reviews::show)
        .post("/access/reviews/{id}", P::AnswerReviews, guard::reviews::answer)
}

/// Who saw what: the data protection officer's pages.
fn protection(routes: Routes) -> Routes {
    routes
        .get("/protection", P::ReadAccessLog, audit::pages::show)
        .post("/protection/accounts", P::ReadAccessLog, audit::pages::find_account)
        .get("/protection/accounts/{id}", P::ReadAccessLog, audit::pages::account::show)
        .post("/protection/accounts/{id}/file", P::TakeAccountFile, audit::pages::account::file)
        .post("/protection/electors", P::ReadAccessLog, audit::pages::elector::find)
        .get("/protection/electors/{id}", P::ReadAccessLog, audit::pages::elector::show)
        .get("/protection/people/{id}", P::ReadAccessLog, audit::pages::person::show)
}

/// People's rights: requests, files, what is stopped, erasure.
fn rights(routes: Routes) -> Routes {
    use crate::protection::pages::{answers, erasure, passages, people, requests, stops, subjects, suppressed};
    routes
        .get("/protection/requests", P::HandleRequests, requests::list)
        .post("/protection/requests", P::HandleRequests, requests::add)
        .get("/protection/requests/new", P::HandleRequests, requests::new)
        .get("/protection/requests/{number}", P::HandleRequests, requests::show)
        .post("/protection/requests/{number}", P::HandleRequests, requests::act)
        .post("/protection/requests/{number}/letters", P::HandleRequests, requests::letter)
        .get("/protection/subjects", P::HandleRequests, subjects::show)
        .post("/protection/subjects", P::HandleRequests, subjects::find)
        .get("/protection/subjects/{id}", P::HandleRequests, subjects::file)
        .post("/protection/subjects/{id}/file", P::TakeSubjectFile, subjects::take)
        .get("/protection/subjects/{id}/stops", P::HandleRequests, stops::ask)
        .post("/protection/subjects/{id}/stops", P::HandleRequests, stops::record)
        .get("/protection/subjects/{id}/passages", P::HandleRequests, passages::show)
        .post("/protection/subjects/{id}/passages", P::HandleRequests, passages::strike)
        .get("/protection/subjects/{id}/answers", P::HandleRequests, answers::show)
        .post("/protection/subjects/{id}/answers", P::HandleRequests, answers::correct)
        .get("/protection/subjects/{id}/consents", P::HandleRequests, people::consents)
        .post("/protection/subjects/{id}/consents", P::HandleRequests, people::withdraw)
        .get("/protection/subjects/{id}/details", P::HandleRequests, people::details)
        .post("/protection/subjects/{id}/details", P::HandleRequests, people::correct)
        .get("/protection/subjects/{id}/erasure", P::EraseSubjects, erasure::ask)
        .post("/protection/subjects/{id}/erasure", P::EraseSubjects, erasure::erase)
        .get("/protection/erasures/{id}", P::HandleRequests, erasure::receipt)
        .get("/protection/suppressed", P::HandleRequests, suppressed::show)
        .post("/protection/suppressed", P::HandleRequests, suppressed::decide)
}

/// Whether the record of looks is whole.
fn seal(routes: Routes) -> Routes {
    routes.get("/protection/seal", P::ReadAccessLog, audit::pages::seal::show)
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
        .get("/protection/retention/runs/{run}/certificate.pdf", P::ManageRetention, retention::pages::certificate)
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
        .get("/protection/records/{kind}/{number}/document.pdf", P::KeepRecords, records::pages::document_on_paper)
}

/// What rules found in the access log, the rules, invented electors.
fn watching(routes: Routes) -> Routes {
    use crate::watching::pages::{alerts, canaries, rules};
    routes
        .get("/protection/alerts", P::WeighAlerts, alerts::list)
        .get("/protection/alerts/rules", P::ReadWatchRules, rules::list)
        .get("/protection/alerts/rules/{rule}", P::ReadWatchRules, rules::show)
        .post("/protection/alerts/rules/{rule}", P::SetWatchRules, rules::change)
        .get("/protection/alerts/{number}", P::WeighAlerts, alerts::show)
        .post("/protection/alerts/{number}", P::WeighAlerts, alerts::act)
        .post("/protection/alerts/{number}/breach", P::KeepBreaches, alerts::open_breach)
        .get("/protection/canaries", P::KeepCanaries, canaries::list)
        .post("/protection/canaries", P::KeepCanaries, canaries::plant)
        .get("/protection/canaries/{number}/removal", P::KeepCanaries, canaries::ask_removal)
        .post("/protection/canaries/{number}/removal", P::KeepCanaries, canaries::remove)
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

/// Taking people away as a file: asking, deciding, fetching; every export, and whose a file is.
fn exports(routes: Routes) -> Routes {
    use crate::exports::pages::{all, ask, limit, one};
    use axum::extract::DefaultBodyLimit;
    use axum::handler::Handler;
    routes
        .get("/exports", P::ReadExports, one::list)
        .post("/exports", P::AskExports, ask::ask)
        .get("/exports/new", P::AskExports, ask::new)
        .post("/exports/new", P::AskExports, ask::preview)
        .get("/exports/{number}", P::ReadExports, one::show)
        .post("/exports/{number}/approval", P::DecideExports, one::approve)
        .post("/exports/{number}/refusal", P::DecideExports, one::refuse)
        .post("/exports/{number}/withdrawal", P::ReadExports, one::withdraw)
        .post("/exports/{number}/file", P::TakeExports, one::fetch)
        .get("/protection/exports", P::TraceExports, all::list)
        .post("/protection/exports/trace", P::TraceExports, all::look)
        .post(
            "/protection/exports/trace/file",
            P::TraceExports,
            all::look_at_file.layer(DefaultBodyLimit::max(all::LARGEST)),
        )
        .get("/settings/exports", P::ReadExportLimit, limit::show)
        .post("/settings/exports", P::SetExportLimit, limit::set)
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
    use crate::canvass::lists::{assign_pages, join_pages, live_pages, new_pages, pages, print};
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
        .get("/walk-lists/{id}/join", P::AdmitJoiners, join_pages::show)
        .post("/walk-lists/{id}/join", P::AdmitJoiners, join_pages::open)
        .post("/walk-lists/{id}/join/close", P::AdmitJoiners, join_pages::close)
        .post("/walk-lists/{id}/join/{request}", P::AdmitJoiners, join_pages::decide)
        .post("/walk-lists/{id}/name", P::MakeWalkLists, live_pages::rename)
        .post("/walk-lists/{id}/assignments", P::AssignWalkLists, assign_pages::assign)
        .post("/walk-lists/{id}/assignments/{assignment}/end", P::AssignWalkLists, assign_pages::take_back)
}

/// Canvass cards that are out, and what is entered from them.
fn paper(routes: Routes) -> Routes {
    use crate::canvass::paper::{entry_pages, pages, scan_pages};
    use axum::extract::DefaultBodyLimit;
    use axum::handler::Handler;
    routes
        .get("/paper", P::EnterPaper, pages::index)
        .get("/paper/scan", P::EnterPaper, scan_pages::show)
        .post("/paper/scan", P::EnterPaper, scan_pages::read.layer(DefaultBodyLimit::max(scan_pages::LARGEST)))
        .get("/paper/{run}", P::EnterPaper, entry_pages::show)
        .post("/paper/{run}", P::EnterPaper, entry_pages::enter)
        .post("/paper/{run}/canvasser", P::EnterPaper, entry_pages::canvasser)
        .post("/paper/{run}/state", P::EnterPaper, pages::state)
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

/// News of the area.
fn news(routes: Routes) -> Routes {
    use crate::news::pages;
    routes
        .get("/news", P::ReadNews, pages::list)
        .post("/news", P::PostNews, pages::post)
        .get("/news/new", P::PostNews, pages::new)
        .get("/news/{id}", P::PostNews, pages::show)
        .post("/news/{id}", P::PostNews, pages::change)
        .post("/news/{id}/end", P::PostNews, pages::end)
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

/// Absent voters' lists and marked registers of polls.
fn voters(routes: Routes) -> Routes {
    use crate::voters::{pages, withdrawal_pages};
    use axum::extract::DefaultBodyLimit;
    use axum::handler::Handler;
    routes
        .get("/imports/voters", P::ImportRegisters, pages::list)
        .post("/imports/voters", P::ImportRegisters, pages::upload.layer(DefaultBodyLimit::max(pages::LARGEST)))
        .get("/imports/voters/new", P::ImportRegisters, pages::new)
        .get("/imports/voters/{id}", P::ImportRegisters, pages::show)
        .get("/imports/voters/{id}/columns", P::ImportRegisters, pages::again)
        .post("/imports/voters/{id}/columns", P::ImportRegisters, pages::set_columns)
        .get("/imports/voters/{id}/apply", P::ImportRegisters, pages::again)
        .post("/imports/voters/{id}/apply", P::ImportRegisters, pages::apply)
        .post("/imports/voters/{id}/throw-away", P::ImportRegisters, pages::throw_away)
        .get("/imports/voters/{id}/withdrawal", P::ImportRegisters, withdrawal_pages::ask)
        .post("/imports/voters/{id}/withdrawal", P::ImportRegisters, withdrawal_pages::take_back)
}

/// Districts, the areas made of them, elections.
fn areas_and_polls(routes: Routes) -> Routes {
    use areas::{pages, places::one as place, places::pages as places};
    use axum::extract::DefaultBodyLimit;
    use axum::handler::Handler;
    let largest = DefaultBodyLimit::max(registers::upload::LIMIT);
    routes
        .get("/areas", P::ReadAreas, pages::list)
        .post("/areas", P::ManageAreas, pages::add)
        .get("/areas/{id}", P::ManageAreas, pages::show)
        .post("/areas/{id}", P::ManageAreas, pages::change)
        .get("/areas/districts/{number}", P::ManageAreas, pages::show_district)
        .post("/areas/districts/{number}", P::ManageAreas, pages::name_district)
        .get("/areas/polling-places", P::ReadAreas, places::list)
        .post("/areas/polling-places", P::ImportRegisters, places::apply)
        .get("/areas/polling-places/import", P::ImportRegisters, places::import)
        .post("/areas/polling-places/import", P::ImportRegisters, places::look_over.layer(largest))
        .get("/areas/polling-places/{number}", P::ImportRegisters, place::show)
        .post("/areas/polling-places/{number}", P::ImportRegisters, place::keep)
        .post("/areas/polling-places/{number}/removal", P::ImportRegisters, place::remove)
        .get("/polls", P::ReadAreas, polls::pages::list)
        .post("/polls", P::ManagePolls, polls::pages::add)
}

/// Members: the list, each one's page, the party's file, who they are on the register.
fn members(routes: Routes) -> Routes {
    use crate::members::pages::{imports, list, matches, one, typed};
    use axum::extract::DefaultBodyLimit;
    use axum::handler::Handler;
    routes
        .get("/members", P::ReadMembers, list::show)
        .post("/members", P::ReadMembers, list::search)
        .get("/members/new", P::KeepMembers, typed::new)
        .post("/members/new", P::KeepMembers, typed::add)
        .get("/members/matches", P::MatchMembers, matches::show)
        .post("/members/matches", P::MatchMembers, matches::decide)
        .post("/members/matches/withdrawal", P::MatchMembers, matches::withdraw)
        .get("/members/imports", P::ImportMembers, imports::list)
        .post("/members/imports", P::ImportMembers, imports::upload.layer(DefaultBodyLimit::max(imports::LARGEST)))
        .get("/members/imports/new", P::ImportMembers, imports::new)
        .get("/members/imports/{id}", P::ImportMembers, imports::show)
        .get("/members/imports/{id}/columns", P::ImportMembers, imports::again)
        .post("/members/imports/{id}/columns", P::ImportMembers, imports::set_columns)
        .get("/members/imports/{id}/choices", P::ImportMembers, imports::again)
        .post("/members/imports/{id}/choices", P::ImportMembers, imports::choose)
        .get("/members/imports/{id}/apply", P::ImportMembers, imports::again)
        .post("/members/imports/{id}/apply", P::ImportMembers, imports::apply)
        .post("/members/imports/{id}/throw-away", P::ImportMembers, imports::throw_away)
        .get("/members/{id}", P::ReadMembers, one::show)
        .get("/members/{id}/edit", P::KeepMembers, typed::edit)
        .post("/members/{id}/edit", P::KeepMembers, typed::change)
        .post("/members/{id}/state", P::KeepMembers, one::set_state)
        .post("/members/{id}/payment", P::KeepMembers, one::pay)
        .post("/members/{id}/consents", P::NoteMembers, one::record_consent)
        .post("/members/{id}/notes", P::NoteMembers, one::add_note)
        .post("/members/{id}/elector/unlink", P::MatchMembers, one::unlink)
}

/// Events: what is on, who comes; calendars, and what anybody may read.
fn events(routes: Routes) -> Routes {
    use crate::events::pages::{calendar, edit, here, index, one, open, people, shifts};
    routes
        .get("/events", P::ReadEvents, index::index)
        .post("/events", P::ManageEvents, edit::make)
        .get("/events/new", P::ManageEvents, edit::new)
        .get("/events/check-in", P::JoinEvents, here::form)
        .post("/events/check-in", P::JoinEvents, here::check_in)
        .get("/events/calendar", P::JoinEvents, calendar::show)
        .post("/events/calendar", P::JoinEvents, calendar::make)
        .post("/events/calendar/end", P::JoinEvents, calendar::end)
        .get("/events/{id}", P::ReadEvents, one::show)
        .post("/events/{id}", P::ManageEvents, edit::change)
        .get("/events/{id}/edit", P::ManageEvents, edit::edit)
        .get("/events/{id}/event.ics", P::ReadEvents, calendar::one)
        .post("/events/{id}/join", P::JoinEvents, one::join)
        .post("/events/{id}/places/{place}/withdrawal", P::JoinEvents, one::withdraw)
        .get("/events/{id}/repeats", P::ManageEvents, edit::repeat_form)
        .post("/events/{id}/repeats", P::ManageEvents, edit::repeat)
        .get("/events/{id}/cancellation", P::ManageEvents, edit::cancel_form)
        .post("/events/{id}/cancellation", P::ManageEvents, edit::cancel)
        .get("/events/{id}/shifts/new", P::ManageEvents, shifts::new)
        .post("/events/{id}/shifts", P::ManageEvents, shifts::add)
        .get("/events/{id}/shifts/{shift}", P::ManageEvents, shifts::show)
        .post("/events/{id}/shifts/{shift}", P::ManageEvents, shifts::change)
        .post("/events/{id}/shifts/{shift}/removal", P::ManageEvents, shifts::remove)
        .get("/events/{id}/people/new", P::ManageEvents, people::new)
        .post("/events/{id}/people", P::ManageEvents, people::add)
        .get("/events/{id}/people/{sign_up}/removal", P::ManageEvents, people::ask_removal)
        .post("/events/{id}/people/{sign_up}/removal", P::ManageEvents, people::remove)
        .post("/events/{id}/people/{sign_up}/shift", P::ManageEvents, people::choose)
        .get("/events/{id}/attendance", P::ManageEvents, people::attendance)
        .post("/events/{id}/attendance", P::ManageEvents, people::tick)
        .get("/events/{id}/sheet", P::ManageEvents, people::sheet)
        .post("/events/{id}/lists", P::ManageEvents, one::attach)
        .post("/events/{id}/lists/{list}/removal", P::ManageEvents, one::detach)
        .get("/calendar/{file}", P::Public, calendar::read)
        .get("/public/events/{id}", P::Public, open::show)
        .get("/public/events/{id}/event.ics", P::Public, calendar::public)
}

/// What is to be done, for whoever organises and whoever does it.
fn tasks(routes: Routes) -> Routes {
    use crate::tasks::{assign, mine, new, one, queue};
    routes
        .get("/tasks", P::KeepTasks, queue::show)
        .get("/tasks/new", P::KeepTasks, new::new)
        .post("/tasks/new", P::KeepTasks, new::add)
        .get("/tasks/assign", P::KeepTasks, assign::by_address)
        .post("/tasks/assign", P::KeepTasks, assign::assign)
        .get("/tasks/mine", P::DoTasks, mine::show)
        .post("/tasks/mine/{own}", P::DoTasks, mine::answer)
        .get("/tasks/{id}", P::KeepTasks, one::show)
        .post("/tasks/{id}/done", P::KeepTasks, one::done)
        .post("/tasks/{id}/dropped", P::KeepTasks, one::drop_it)
        .post("/tasks/{id}/open", P::KeepTasks, one::open)
        .post("/tasks/{id}/due", P::KeepTasks, one::due)
}

/// Delivery rounds: streets, deliverers, leaflets and what became of each.
fn rounds(routes: Routes) -> Routes {
    use crate::rounds::pages::{cut, gaps, index, leaflet, leaflets, mine, one};
    routes
        .get("/rounds", P::KeepRounds, index::show)
        .post("/rounds", P::KeepRounds, cut::make)
        .get("/rounds/new", P::KeepRounds, cut::new)
        .post("/rounds/new", P::KeepRounds, cut::step)
        .get("/rounds/gaps", P::KeepRounds, gaps::show)
        .post("/rounds/gaps", P::KeepRounds, gaps::put)
        .get("/rounds/leaflets", P::KeepRounds, leaflets::show)
        .post("/rounds/leaflets", P::KeepRounds, leaflets::add)
        .get("/rounds/leaflets/{leaflet}", P::KeepRounds, leaflet::show)
        .post("/rounds/leaflets/{leaflet}/steps", P::KeepRounds, leaflet::step)
        .post("/rounds/leaflets/{leaflet}/sheets", P::KeepRounds, leaflet::print)
        .post("/rounds/leaflets/{leaflet}/end", P::KeepRounds, leaflet::put_away)
        .get("/rounds/mine", P::DoTasks, mine::show)
        .post("/rounds/mine/{leaflet}/{round}", P::DoTasks, mine::say)
        .get("/rounds/{id}", P::KeepRounds, one::show)
        .get("/rounds/{id}/edit", P::KeepRounds, one::edit)
        .post("/rounds/{id}/edit", P::KeepRounds, one::change)
        .post("/rounds/{id}/deliverer", P::KeepRounds, one::give)
        .post("/rounds/{id}/marks", P::KeepRounds, one::mark)
        .get("/rounds/{id}/end", P::KeepRounds, one::ask_end)
        .post("/rounds/{id}/end", P::KeepRounds, one::end)
}

/// Whoever helps.
fn volunteers(routes: Routes) -> Routes {
    use crate::volunteers::{joined, list, new, one};
    routes
        .get("/volunteers", P::KeepVolunteers, list::show)
        .post("/volunteers", P::KeepVolunteers, list::search)
        .get("/volunteers/new", P::KeepVolunteers, new::new)
        .post("/volunteers/new", P::KeepVolunteers, new::add)
        .get("/volunteers/{person}", P::KeepVolunteers, one::show)
        .get("/volunteers/{person}/change", P::KeepVolunteers, one::change_form)
        .post("/volunteers/{person}/change", P::KeepVolunteers, one::change_it)
        .post("/volunteers/{person}/consents", P::KeepVolunteers, one::consent)
        .post("/volunteers/{person}/notes", P::KeepVolunteers, one::note)
        .post("/volunteers/{person}/state", P::KeepVolunteers, one::state)
        .post("/volunteers/{person}/invitation", P::InviteVolunteers, one::invite)
        .post("/volunteers/{person}/invitation/withdrawal", P::InviteVolunteers, one::withdraw)
        .post("/volunteers/joined", P::KeepVolunteers, joined::add)
}

/// What messages stand on: imprints, addresses that came back, consent taken back by a link.
fn delivery(routes: Routes) -> Routes {
    use crate::messages::returns::webhook;
    use crate::messages::{imprint, silence, unsubscribe};
    use crate::volunteers::{asking, open};
    use axum::extract::DefaultBodyLimit;
    use axum::handler::Handler;
    routes
        .get("/volunteers/asking", P::AskForHelp, asking::show)
        .post("/volunteers/asking", P::AskForHelp, asking::keep)
        .get("/volunteers/asking/{area}", P::AskForHelp, asking::poster)
        .get("/help/{area}", P::Public, open::form)
        .post("/help/{area}", P::Public, open::offer)
        .get("/help/confirm/{token}", P::Public, open::confirm_form)
        .post("/help/confirm/{token}", P::Public, open::confirm)
        .post("/api/v1/returns", P::Public, webhook::take.layer(DefaultBodyLimit::max(webhook::LARGEST)))
        .get("/messages/imprint", P::KeepImprint, imprint::pages::show)
        .post("/messages/imprint", P::KeepImprint, imprint::pages::keep)
        .post("/messages/imprint/{area}/removal", P::KeepImprint, imprint::pages::remove)
        .post("/messages/imprint/campaigns", P::KeepImprint, imprint::campaign_pages::add)
        .get("/messages/imprint/campaigns/new", P::KeepImprint, imprint::campaign_pages::new)
        .get("/messages/imprint/campaigns/{campaign}", P::KeepImprint, imprint::campaign_pages::show)
        .post("/messages/imprint/campaigns/{campaign}", P::KeepImprint, imprint::campaign_pages::change)
        .post("/messages/imprint/campaigns/{campaign}/end", P::KeepImprint, imprint::campaign_pages::end)
        .post("/members/{id}/address", P::KeepMembers, silence::of_member)
        .post("/volunteers/{person}/address", P::KeepVolunteers, silence::of_volunteer)
        .get("/unsubscribe/{token}", P::Public, unsubscribe::pages::show)
        .post("/unsubscribe/{token}", P::Public, unsubscribe::pages::withdraw)
        .get("/unsubscribe/{token}/one-click", P::Public, unsubscribe::pages::show)
        .post("/unsubscribe/{token}/one-click", P::Public, unsubscribe::pages::one_click)
}

/// Messages to members, volunteers and supporters.
fn messages(routes: Routes) -> Routes {
    use crate::messages::pages::{edit, list, one, pictures, sending};
    use axum::extract::DefaultBodyLimit;
    use axum::handler::Handler;
    routes
        .get("/messages", P::WriteMessages, list::show)
        .get("/messages/choose", P::WriteMessages, list::choose)
        .post("/messages/prepared", P::KeepMembers, list::prepare)
        .get("/messages/new", P::WriteMessages, edit::begin)
        .post("/messages/new", P::WriteMessages, edit::make)
        .get("/messages/{message}", P::WriteMessages, one::show)
        .get("/messages/{message}/people", P::WriteMessages, one::people)
        .get("/messages/{message}/edit", P::WriteMessages, edit::open)
        .post("/messages/{message}/edit", P::WriteMessages, edit::change)
        .post(
            "/messages/{message}/pictures",
            P::WriteMessages,
            pictures::add.layer(DefaultBodyLimit::max(pictures::LARGEST)),
        )
        .get("/messages/{message}/pictures/{number}", P::WriteMessages, pictures::show)
        .post("/messages/{message}/pictures/{number}/removal", P::WriteMessages, pictures::remove)
        .post("/messages/{message}/trial", P::WriteMessages, one::try_out)
        .post("/messages/{message}/copy", P::WriteMessages, one::copy)
        .post("/messages/{message}/removal", P::WriteMessages, one::remove)
        .get("/messages/{message}/sending", P::SendMessages, sending::confirm)
        .post("/messages/{message}/sending", P::SendMessages, sending::send)
        .post("/messages/{message}/approval", P::SendMessages, sending::approve)
        .post("/messages/{message}/stop", P::SendMessages, sending::stop)
}

/// Letters and postcards, and which of them came back.
fn letters(routes: Routes) -> Routes {
    use crate::materials::letters::pages::{edit, list, making, one, pictures, proof, returned};
    use axum::extract::DefaultBodyLimit;
    use axum::handler::Handler;
    routes
        .get("/materials/letters", P::MakeMaterials, list::show)
        .get("/materials/letters/new", P::MakeMaterials, edit::begin)
        .post("/materials/letters/new", P::MakeMaterials, edit::make)
        .get("/materials/letters/{template}", P::MakeMaterials, one::show)
        .get("/materials/letters/{template}/edit", P::MakeMaterials, edit::open)
        .post("/materials/letters/{template}/edit", P::MakeMaterials, edit::change)
        .post("/materials/letters/{template}/copy", P::MakeMaterials, one::copy)
        .post("/materials/letters/{template}/removal", P::MakeMaterials, one::remove)
        .post(
            "/materials/letters/{template}/pictures",
            P::MakeMaterials,
            pictures::add.layer(DefaultBodyLimit::max(pictures::LARGEST)),
        )
        .get("/materials/letters/{template}/pictures/{number}", P::MakeMaterials, pictures::show)
        .post("/materials/letters/{template}/pictures/{number}/removal", P::MakeMaterials, pictures::remove)
        .get("/materials/letters/{template}/making", P::MakeMaterials, making::show)
        .post("/materials/letters/{template}/making", P::MakeMaterials, making::make)
        .get("/materials/letters/{template}/proof", P::MakeMaterials, proof::show)
        .get("/materials/letters/{template}/proof/file", P::MakeMaterials, proof::file)
        .get("/materials/returned", P::MakeMaterials, returned::show)
        .post("/materials/returned", P::MakeMaterials, returned::mark)
        .post("/materials/returned/undo", P::MakeMaterials, returned::undo)
}

/// What was printed, and walk lists on paper.
fn printed(routes: Routes) -> Routes {
    use crate::materials::canvass_cards::pages as cards;
    use crate::materials::pads::pages as pads;
    use crate::materials::runs::pages as runs;
    routes
        .get("/materials/runs", P::MakeMaterials, runs::list)
        .get("/materials/runs/{run}", P::MakeMaterials, runs::show)
        .post("/materials/runs/{run}/stop", P::MakeMaterials, runs::stop)
        .get("/materials/runs/{run}/file", P::MakeMaterials, runs::file)
        .get("/materials/canvass-cards", P::MakeMaterials, cards::new)
        .post("/materials/canvass-cards", P::MakeMaterials, cards::make)
        .get("/materials/pads", P::MakeMaterials, pads::pads)
        .post("/materials/pads", P::MakeMaterials, pads::make_pads)
        .get("/materials/night-pack", P::MakeMaterials, pads::pack)
        .post("/materials/night-pack", P::MakeMaterials, pads::make_pack)
}

/// The gallery, and what is made besides letters and cards for canvassing: labels, leaflets, posters, cards for doors and polls.
fn materials_made(routes: Routes) -> Routes {
    use crate::materials::leaflets::{edit, make, pages as leaflets, picture};
    use crate::materials::{boundary, brand, cards, gallery, kept, labels, poll_cards, posters};
    use axum::extract::DefaultBodyLimit;
    use axum::handler::Handler;
    routes
        .get("/materials", P::MakeMaterials, gallery::pages::show)
        .get("/materials/samples/{file}", P::MakeMaterials, gallery::pages::sample)
        .get("/materials/brand", P::MakeMaterials, brand::pages::show)
        .post(
            "/materials/brand",
            P::MakeMaterials,
            brand::pages::keep.layer(DefaultBodyLimit::max(brand::pages::LARGEST)),
        )
        .post("/materials/brand/{area}/removal", P::MakeMaterials, brand::pages::remove)
        .get("/materials/boundaries", P::MakeMaterials, boundary::pages::show)
        .post(
            "/materials/boundaries",
            P::MakeMaterials,
            boundary::pages::keep.layer(DefaultBodyLimit::max(boundary::pages::LARGEST)),
        )
        .post("/materials/boundaries/{area}/removal", P::MakeMaterials, boundary::pages::remove)
        .get("/materials/labels", P::MakeMaterials, labels::pages::form)
        .post("/materials/labels", P::MakeMaterials, labels::pages::make)
        .get("/materials/labels/test.pdf", P::MakeMaterials, labels::pages::test)
        .post("/materials/kept/{template}/removal", P::MakeMaterials, kept::pages::remove)
        .get("/materials/poll-cards", P::MakeMaterials, poll_cards::pages::form)
        .post("/materials/poll-cards", P::MakeMaterials, poll_cards::pages::make)
        .get("/materials/out-cards", P::MakeMaterials, cards::out::form)
        .post("/materials/out-cards", P::MakeMaterials, cards::out::make)
        .get("/materials/door-cards", P::MakeMaterials, cards::door::form)
        .post("/materials/door-cards", P::MakeMaterials, cards::door::make)
        .get("/materials/posters", P::MakeMaterials, posters::pages::form)
        .post("/materials/posters", P::MakeMaterials, posters::pages::make)
        .get("/materials/leaflets", P::MakeMaterials, leaflets::list)
        .post("/materials/leaflets", P::MakeMaterials, leaflets::begin)
        .get("/materials/leaflets/{template}", P::MakeMaterials, edit::show)
        .post("/materials/leaflets/{template}", P::MakeMaterials, edit::keep)
        .post("/materials/leaflets/{template}/copy", P::MakeMaterials, leaflets::copy)
        .post("/materials/leaflets/{template}/removal", P::MakeMaterials, leaflets::remove)
        .post("/materials/leaflets/{template}/making", P::MakeMaterials, make::make)
        .post(
            "/materials/leaflets/{template}/pictures",
            P::MakeMaterials,
            picture::add.layer(DefaultBodyLimit::max(picture::LARGEST)),
        )
        .post("/materials/leaflets/{template}/pictures/{number}/removal", P::MakeMaterials, picture::remove)
}

/// Choosing electors by rules, and walk lists of them.
fn selections(routes: Routes) -> Routes {
    use crate::selections::pages::{build, counts, electors, list, one, walk};
    routes
        .get("/selections", P::ChooseElectors, list::show)
        .post("/selections", P::ChooseElectors, list::search)
        .get("/selections/new", P::ChooseElectors, build::new)
        .post("/selections/new", P::ChooseElectors, build::make)
        .post("/selections/counts", P::ChooseElectors, counts::show)
        .get("/selections/{id}", P::ChooseElectors, one::show)
        .get("/selections/{id}/edit", P::ChooseElectors, build::open)
        .post("/selections/{id}/edit", P::ChooseElectors, build::change)
        .post("/selections/{id}/copy", P::ChooseElectors, one::copy)
        .get("/selections/{id}/removal", P::ChooseElectors, one::confirm)
        .post("/selections/{id}/removal", P::ChooseElectors, one::remove)
        .get("/selections/{id}/electors", P::ChooseElectors, electors::show)
        .get("/selections/{id}/walk-lists", P::ChooseElectors, walk::form)
        .post("/selections/{id}/walk-lists", P::ChooseElectors, walk::make)
}
