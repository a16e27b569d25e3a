//! Every slice's routes, each with its permission. The matrix test walks this list.

use super::{App, Routes};
use crate::access::{self, Permission as P};

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
    routes = doors(routes);
    routes
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
