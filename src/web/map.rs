//! Every slice's routes, each with its permission. The matrix test walks this list.

use super::{App, Routes};
use crate::access::{self, Permission as P};
use crate::canvass::results;
use crate::electors;

/// All routes of the service.
pub fn routes(app: App) -> Routes {
    let mut routes = Routes::new(app)
        .get("/sign-in", P::Public, access::pages::sign_in_form)
        .post("/sign-in", P::Public, access::pages::sign_in)
        .post("/sign-out", P::OwnAccount, access::pages::sign_out)
        .post("/account/grant", P::OwnAccount, access::pages::switch)
        .post("/api/v1/sessions", P::Public, access::api::sign_in)
        .delete("/api/v1/sessions/current", P::OwnAccount, access::api::sign_out);
    for add in [super::health::routes, electors, walk_lists, doors] {
        routes = add(routes);
    }
    routes
}

/// Search, electors, homes, no contact.
fn electors(routes: Routes) -> Routes {
    routes
        .get("/electors", P::ReadElectors, electors::pages::search_form)
        .post("/electors", P::ReadElectors, electors::pages::search)
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
    routes.put("/api/v1/results/{uuid}", P::RecordResults, results::api::put).post(
        "/api/v1/results",
        P::RecordResults,
        results::api::post,
    )
}
