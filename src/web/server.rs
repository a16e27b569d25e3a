//! The serving process: the router with everything around it, until a signal ends it.

use super::{App, assets, headers, map, respond};
use crate::error::Error;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{HeaderName, Method, StatusCode};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpListener;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer};

/// More than any form or outbox needs; uploads set their own.
const BODY_LIMIT: usize = 2 * 1024 * 1024;
/// How long requests in hand may still take after a signal.
const GRACE: Duration = Duration::from_secs(20);

/// The whole service, for the listener and for tests.
pub fn router(app: App) -> Router {
    let id = HeaderName::from_static("x-request-id");
    map::routes(app.clone())
        .into_router()
        .route("/static/{hash}/{*name}", get(assets::serve))
        .fallback(|| async { Error::NotFound })
        .method_not_allowed_fallback(|| async { StatusCode::METHOD_NOT_ALLOWED })
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(from_fn_with_state(app.clone(), respond::render))
        .layer(from_fn(headers::secure))
        .layer(CompressionLayer::new())
        .layer(from_fn(limit_time))
        .layer(CatchPanicLayer::new())
        .layer(PropagateRequestIdLayer::new(id.clone()))
        .layer(SetRequestIdLayer::new(id, MakeRequestUuid))
        .layer(axum::middleware::map_request(own_request_id))
        .with_state(app)
}

/// A request has a minute; a register on its way up a slow line has an hour.
async fn limit_time(request: Request, next: Next) -> Response {
    let upload = request.method() == Method::POST && request.uri().path() == "/imports";
    let limit = Duration::from_secs(if upload { 3600 } else { 60 });
    tokio::time::timeout(limit, next.run(request))
        .await
        .unwrap_or_else(|_| StatusCode::SERVICE_UNAVAILABLE.into_response())
}

/// A caller's own request id is not taken: it would stand in our log.
async fn own_request_id(mut request: Request) -> Request {
    request.headers_mut().remove("x-request-id");
    request
}

/// Serves until `stop` resolves, then lets requests in hand finish, for at most 20 seconds.
///
/// # Errors
/// What the listener says.
pub async fn serve(
    app: App,
    listener: TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let (stopping, mut stopped) = tokio::sync::watch::channel(false);
    let signal = async move {
        stop.await;
        let _ = stopping.send(true);
    };
    let service = router(app).into_make_service_with_connect_info::<SocketAddr>();
    let serving = axum::serve(listener, service).with_graceful_shutdown(signal);
    tokio::select! {
        done = serving => done,
        () = async { let _ = stopped.wait_for(|s| *s).await; tokio::time::sleep(GRACE).await } => {
            tracing::warn!("requests still open after the grace period were dropped");
            Ok(())
        }
    }
}
