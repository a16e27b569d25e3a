//! Every slice's routes, each with its permission. The matrix test walks this list.

use super::{App, Routes};
use crate::access::{self, Permission as P};
use crate::canvass::results;
use crate::electors;
use crate::{areas, polls, registers};

/// All routes of the service.
pub fn routes(app: App) -> Routes {
    let mut routes = Routes::new(app)
        .get("/sign-in", P::Public, access::pages::sign_in_form)
        .post("/sign-in", P::Public, access::pages::sign_in)
        .post("/sign-out", P::OwnAccount, access::pages::sign_out)
        .post("/account/grant", P::OwnAccount, access::pages::switch)
        .post("/api/v1/sessions", P::Public, access::api::sign_in)
        .delete("/api/v1/sessions/current", P::OwnAccount, access::api::sign_out);
    for add in [super::health::routes, electors, doors, imports, areas_and_polls] {
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

/// The volunteer's pages and the results they send.
fn doors(routes: Routes) -> Routes {
    routes.put("/api/v1/results/{uuid}", P::RecordResults, results::api::put).post(
        "/api/v1/results",
        P::RecordResults,
        results::api::post,
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
        .post("/imports/{id}/apply", P::ImportRegisters, pages::apply)
        .post("/imports/{id}/stop", P::ImportRegisters, pages::stop)
        .post("/imports/{id}/throw-away", P::ImportRegisters, pages::throw_away)
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
