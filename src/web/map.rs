//! Every slice's routes, each with its permission. The matrix test walks this list.

use super::{App, Routes};
use crate::access::{self, Permission as P};
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
    routes = super::health::routes(routes);
    routes = areas_and_polls(registers(routes));
    routes
}

fn registers(routes: Routes) -> Routes {
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
