//! Every slice's routes, each with its permission. The matrix test walks this list.

use super::{App, Routes};
use crate::access::{self, Permission as P};
use crate::canvass::results;

/// All routes of the service.
pub fn routes(app: App) -> Routes {
    let mut routes = Routes::new(app)
        .get("/sign-in", P::Public, access::pages::sign_in_form)
        .post("/sign-in", P::Public, access::pages::sign_in)
        .post("/sign-out", P::OwnAccount, access::pages::sign_out)
        .post("/account/grant", P::OwnAccount, access::pages::switch)
        .post("/api/v1/sessions", P::Public, access::api::sign_in)
        .delete("/api/v1/sessions/current", P::OwnAccount, access::api::sign_out);
    routes = super::health::routes(routes);
    routes = walk_lists(routes);
    routes = doors(routes);
    routes
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
