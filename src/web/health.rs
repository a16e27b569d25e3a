//! `/healthz` and `/readyz`, for whoever runs the service.

use super::{App, Routes};
use crate::access::Permission;
use axum::extract::State;
use axum::http::StatusCode;

pub(super) fn routes(routes: Routes) -> Routes {
    routes.get("/healthz", Permission::Public, healthz).get("/readyz", Permission::Public, readyz)
}

/// The process answers.
async fn healthz() -> &'static str {
    "ok\n"
}

/// PostgreSQL answers too.
async fn readyz(State(app): State<App>) -> (StatusCode, &'static str) {
    match app.database.ping().await {
        Ok(()) => (StatusCode::OK, "ready\n"),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n"),
    }
}
