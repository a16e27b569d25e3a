//! The description of the JSON contract, at `/api/openapi.json` and from `hustings openapi`.

use super::Routes;
use crate::access::Permission;
use utoipa::OpenApi;

/// Everything under `/api/v1`.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Hustings",
        description = "Local campaigning on the electoral register, behind a wall. A bearer token of \
        POST /api/v1/sessions, or the page's cookie with an Origin header."
    ),
    paths(
        crate::access::api::sign_in,
        crate::access::api::sign_out,
        crate::access::api::end_access,
        crate::access::pages::pulse::pulse,
        crate::canvass::doors::api::lists,
        crate::canvass::doors::api::list,
        crate::canvass::results::api::put,
        crate::canvass::results::api::post,
        crate::electors::api::search,
        crate::electors::api::elector,
        crate::messages::returns::webhook::take,
    )
)]
struct Api;

/// The description as JSON.
pub fn text() -> String {
    Api::openapi().to_pretty_json().unwrap_or_default()
}

pub(super) fn routes(routes: Routes) -> Routes {
    routes.get("/api/openapi.json", Permission::Public, || async {
        ([(axum::http::header::CONTENT_TYPE, "application/json")], text())
    })
}
