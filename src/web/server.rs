//! The serving process: the router with everything around it, until a signal ends it.

use super::{App, assets, headers, map, respond};
use crate::error::Error;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderName, Method};
use axum::middleware::{Next, from_fn_with_state};
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
pub(super) const GRACE: Duration = Duration::from_secs(20);

/// How long a request may take, and a register on its way up a slow line.
const PATIENCE: Patience = Patience { request: Duration::from_secs(60), upload: Duration::from_secs(3600) };

#[derive(Clone, Copy)]
struct Patience {
    request: Duration,
    upload: Duration,
}

/// The whole service, for the listener and for tests.
pub fn router(app: App) -> Router {
    let routes = map::routes(app.clone()).into_router().route("/static/{hash}/{*name}", get(assets::serve));
    around(routes, app, PATIENCE)
}

/// Routes with all that every answer goes through, the innermost first.
fn around(routes: Router<App>, app: App, patience: Patience) -> Router {
    let id = HeaderName::from_static("x-request-id");
    routes
        .fallback(|| async { Error::NotFound })
        .method_not_allowed_fallback(|| async { Error::NotTaken })
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        // Inside what draws errors and what puts the headers on, so that these answers are like any other.
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(patience, limit_time))
        .layer(from_fn_with_state(app.clone(), respond::render))
        .layer(from_fn_with_state(app.clone(), headers::secure))
        .layer(CompressionLayer::new())
        .layer(PropagateRequestIdLayer::new(id.clone()))
        .layer(SetRequestIdLayer::new(id, MakeRequestUuid))
        .layer(axum::middleware::map_request(own_request_id))
        .with_state(app)
}

/// A request that takes too long is told to come again.
async fn limit_time(State(patience): State<Patience>, request: Request, next: Next) -> Response {
    let upload = request.method() == Method::POST && takes_a_file(request.uri().path());
    let limit = if upload { patience.upload } else { patience.request };
    tokio::time::timeout(limit, next.run(request)).await.unwrap_or_else(|_| Error::Busy.into_response())
}

/// Whether a whole file is posted to this path, over whatever line somebody has.
fn takes_a_file(path: &str) -> bool {
    matches!(path, "/imports" | "/members/imports" | "/paper/scan")
        || (path.starts_with("/messages/") && path.ends_with("/pictures"))
}

/// The panic's own text went to stderr; it may hold anything, so nothing of it is told.
fn panicked(_: Box<dyn std::any::Any + Send + 'static>) -> Response {
    Error::internal("a handler panicked").into_response()
}

/// A caller's own request id is not taken: it would stand in our log.
async fn own_request_id(mut request: Request) -> Request {
    request.headers_mut().remove("x-request-id");
    request
}

/// Serves until `stop` resolves, then lets requests in hand finish, for at most 20 seconds. Work in the background is
/// told to stop at once; [`super::Background::finish`] waits for it.
///
/// # Errors
/// What the listener says.
pub async fn serve(
    app: App,
    listener: TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let stopping = app.background.stopping();
    let stopped = stopping.clone();
    let signal = async move {
        stop.await;
        stopping.cancel();
    };
    let tls = app.config.tls.clone();
    let service = router(app).into_make_service_with_connect_info::<SocketAddr>();
    if let Some(tls) = tls {
        return super::tls::serve(service, listener, &tls, signal).await;
    }
    let serving = axum::serve(listener, service).with_graceful_shutdown(signal);
    tokio::select! {
        done = serving => done,
        () = async { stopped.cancelled().await; tokio::time::sleep(GRACE).await } => {
            tracing::warn!("requests still open after the grace period were dropped");
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, DatabaseUrls};
    use crate::database::Database;
    use axum::body::{Body, to_bytes};
    use axum::http::{StatusCode, header};
    use tower::ServiceExt;

    /// A service whose database is away, with a route that panics and one that never answers.
    fn service() -> Router {
        let nowhere = || "postgres://nobody@%2Fnonexistent/none".to_owned();
        let urls = DatabaseUrls { app: nowhere(), door: nowhere(), owner: nowhere() };
        let config = Config {
            database: None,
            listen: ([127, 0, 0, 1], 0).into(),
            data: std::env::temp_dir(),
            base_url: "http://127.0.0.1".into(),
            metrics_listen: None,
            source_url: None,
            smtp_url: None,
            mail_from: None,
            tls: None,
            seal: Default::default(),
            messages: Default::default(),
        };
        let app = App::new(Database::connect(&urls).unwrap(), config);
        let routes = Router::new()
            .route(
                "/panics",
                get(|| async {
                    if true {
                        panic!("of Edith Harcourt")
                    }
                }),
            )
            .route(
                "/api/v1/panics",
                get(|| async {
                    if true {
                        panic!("of Edith Harcourt")
                    }
                }),
            )
            .route("/never", get(std::future::pending::<()>));
        let patience = Patience { request: Duration::from_millis(20), upload: Duration::from_millis(20) };
        around(routes, app, patience)
    }

    async fn answer(method: Method, path: &str) -> (StatusCode, axum::http::HeaderMap, String) {
        let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
        let answer = service().oneshot(request).await.unwrap();
        let (head, body) = answer.into_parts();
        let body = String::from_utf8(to_bytes(body, 1 << 20).await.unwrap().to_vec()).unwrap();
        assert!(head.headers.contains_key(header::CONTENT_SECURITY_POLICY), "{path}");
        assert_eq!(head.headers[header::CACHE_CONTROL], "no-store", "{path}");
        assert!(head.headers.contains_key("x-request-id"), "{path}");
        (head.status, head.headers, body)
    }

    #[tokio::test]
    async fn a_panic_is_a_page_of_ours_and_tells_nothing() {
        let (status, headers, body) = answer(Method::GET, "/panics").await;
        assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
        let id = headers["x-request-id"].to_str().unwrap();
        assert!(body.contains(&format!("Request {id}")) && !body.contains("Harcourt"), "{body}");
        let (_, headers, body) = answer(Method::GET, "/api/v1/panics").await;
        assert_eq!(headers[header::CONTENT_TYPE], "application/problem+json");
        assert!(!body.contains("Harcourt"), "{body}");
    }

    #[tokio::test]
    async fn a_request_that_takes_too_long_is_told_when_to_come_again() {
        let (status, headers, body) = answer(Method::GET, "/never").await;
        assert_eq!((status, &headers[header::RETRY_AFTER]), (StatusCode::SERVICE_UNAVAILABLE, &"5".parse().unwrap()));
        assert!(body.contains("Wait a little"), "{body}");
    }

    #[tokio::test]
    async fn a_method_that_an_address_does_not_take_is_a_page_too() {
        for method in [Method::DELETE, Method::TRACE, Method::OPTIONS] {
            let (status, headers, body) = answer(method, "/never").await;
            assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED);
            assert!(body.contains("That was not taken"), "{body}");
            assert_eq!(headers[header::ALLOW], "GET,HEAD");
        }
    }
}
