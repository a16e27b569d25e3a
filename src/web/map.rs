//! Every slice's routes, each with its permission. The matrix test walks this list.

use super::{App, Routes};
use crate::access::{self, Permission as P};
use crate::{electors, insight};

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
    routes = electors(routes);
    routes = insight(routes);
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

/// Figures by district, the organiser's first page.
fn insight(routes: Routes) -> Routes {
    routes.get("/", P::Home, insight::pages::home).get("/insight", P::ReadInsight, insight::pages::districts).get(
        "/insight/disagreements",
        P::ReadInsight,
        insight::pages::disagreements,
    )
}
