//! `/healthz` and `/readyz`, for whoever runs the service.

use super::{App, Routes};
use crate::access::Permission;
use axum::extract::State;
use axum::http::StatusCode;
use std::sync::atomic::Ordering;

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
        Ok(()) if app.postgres_replaced.load(Ordering::Relaxed) => {
            (StatusCode::OK, "ready; PostgreSQL was upgraded and should be restarted: stop and start hustings\n")
        }
        Ok(()) => (StatusCode::OK, "ready\n"),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n"),
    }
}
