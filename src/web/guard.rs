//! The guard in front of every route: asks PostgreSQL who this is, on every request, and refuses what the role ×
//! permission table does not allow. What it refuses a known account is put on record.

use super::viewer::{Ended, OwnGrant, Viewer};
use super::{App, csrf, headers, respond};
use crate::access::door::{self, Caller, Device, Notice};
use crate::access::{Asks, Permission, Role, STEP_UP};
use crate::database::Credential;
use crate::error::{Error, NOT_YOUR_ROLES};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum_extra::extract::CookieJar;
use std::net::SocketAddr;

/// The cookie on http loopback; elsewhere `__Host-hustings`.
pub const PLAIN_COOKIE: &str = "hustings";
/// The cookie over https: bound to the host, the root path and Secure by its name.
pub const HOST_COOKIE: &str = "__Host-hustings";

#[derive(Clone)]
pub(super) struct Guard {
    pub app: App,
    pub permission: Permission,
    pub route: &'static str,
}

enum Found {
    Nobody,
    Ended(Ended),
    Live(Box<Viewer>),
}

pub(super) async fn check(State(guard): State<Guard>, mut request: Request, next: Next) -> Response {
    let begun = std::time::Instant::now();
    let caller = caller(&guard.app, &request);
    let presented = credential(&guard.app, request.headers());
    let credential = presented.as_ref().map(|(c, _)| c.clone());
    request.extensions_mut().insert(caller.clone());
    let method = request.method().clone();
    let admitted = admit(&guard, presented, &mut request, &caller).await;
    let known = request.extensions().get::<respond::Known>().cloned();
    let mut response = match admitted {
        Ok(()) => next.run(request).await,
        Err(error) => error.into_response(),
    };
    if let Some(known) = known {
        response.extensions_mut().insert(known);
    }
    let status = response.status();
    let labels =
        [("route", guard.route.to_owned()), ("method", method.to_string()), ("status", status.as_str().to_owned())];
    metrics::histogram!("hustings_request_seconds", &labels).record(begun.elapsed());
    let refused = matches!(
        status,
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::NOT_FOUND | StatusCode::SERVICE_UNAVAILABLE
    );
    // Who comes in opens a page and is led to the next step: that is nobody's attempt. To send something half in is one.
    let honest = method.is_safe() && respond::leads_on(&response);
    let unavailable = respond::is_unavailable(&response);
    if let (true, false, Some(credential)) = (refused, unavailable || honest, &credential) {
        note(&guard, credential, &method, status, &caller).await;
    }
    // A public page greets whoever is signed in; stylesheets and scripts say for themselves how long they keep.
    let greets = credential.is_some() && !response.headers().contains_key(axum::http::header::CACHE_CONTROL);
    if guard.permission != Permission::Public || greets {
        headers::no_store(response.headers_mut());
    }
    response
}

async fn note(guard: &Guard, credential: &Credential, method: &Method, status: StatusCode, caller: &Caller) {
    let route = format!("{method} {}", guard.route);
    let status = i16::try_from(status.as_u16()).unwrap_or_default();
    if let Err(error) = door::note_refusal(&guard.app.database, credential, &route, status, &caller.address).await {
        tracing::warn!(%error, cause = error.cause(), "a refused attempt could not be put on record");
    }
}

/// Lets the request in with its viewer, or says why not.
async fn admit(
    guard: &Guard,
    presented: Option<(Credential, csrf::Carrier)>,
    request: &mut Request,
    caller: &Caller,
) -> Result<(), Error> {
    let carrier = presented.as_ref().map(|(_, carrier)| *carrier);
    csrf::check(&guard.app.config, request.method(), request.headers(), request.uri().path(), carrier)?;
    let credential = presented.map(|(credential, _)| credential);
    if guard.permission == Permission::Public {
        match find(guard, credential, caller).await {
            // Half in is nobody yet: public pages greet nobody who has not been let through.
            Ok(Found::Live(viewer)) if viewer.asks.is_none() => {
                request.extensions_mut().insert(respond::Known(viewer.clone()));
                request.extensions_mut().insert(*viewer);
            }
            Ok(Found::Live(_)) => {}
            Ok(Found::Ended(ended)) => _ = request.extensions_mut().insert(ended),
            Ok(Found::Nobody) | Err(_) => {}
        }
        return Ok(());
    }
    match find(guard, credential, caller).await? {
        Found::Nobody => Err(Error::SignedOut),
        Found::Ended(ended) if guard.permission == Permission::RecordResults => {
            request.extensions_mut().insert(ended);
            Ok(())
        }
        Found::Ended(_) => Err(Error::AccessEnded),
        Found::Live(viewer) => {
            match viewer.asks {
                Some(_) if guard.permission == Permission::Enter => {}
                Some(asks) => return Err(Error::Asks(asks)),
                None => _ = request.extensions_mut().insert(respond::Known(viewer.clone())),
            }
            allow(guard, &viewer)?;
            if STEP_UP.contains(&guard.permission) {
                viewer.confirmed(if request.method().is_safe() { 5 } else { 10 })?;
            }
            if viewer.refreshed_at < chrono::Utc::now() - chrono::TimeDelta::minutes(5) {
                door::refresh(&guard.app.database, &viewer.credential).await?;
                // Whoever works is not stopped by what is noted about them.
                if let Err(error) = door::note_place(&guard.app.database, &viewer.credential, caller).await {
                    tracing::warn!(%error, cause = error.cause(), "from where a session is used could not be noted");
                }
            }
            request.extensions_mut().insert(*viewer);
            Ok(())
        }
    }
}

fn allow(guard: &Guard, viewer: &Viewer) -> Result<(), Error> {
    if !guard.permission.roles().contains(&viewer.role) {
        return Err(Error::Forbidden(NOT_YOUR_ROLES));
    }
    match guard.permission.tool(viewer.role).and_then(|tool| viewer.notice(tool)) {
        Some(closed) => Err(Error::Closed { tool: closed.tool, notice: closed.notice.clone() }),
        None => Ok(()),
    }
}

async fn find(guard: &Guard, credential: Option<Credential>, caller: &Caller) -> Result<Found, Error> {
    let Some(credential) = credential else {
        return Ok(Found::Nobody);
    };
    let row = sqlx::query!(
        r#"select state as "state!", session_id as "session_id!", account_id as "account_id!", name, email,
             grant_id as "grant_id!", role as "role!", area_id as "area_id!", area_name, purpose as "purpose!",
             grant_ends_at as "grant_ends_at!", session_ends_at as "session_ends_at!", refreshed_at as "refreshed_at!",
             theme, demonstration as "demonstration!", asks, factor_at,
             closed as "closed!: sqlx::types::Json<Vec<Notice>>", grants as "grants: sqlx::types::Json<Vec<OwnGrant>>"
           from wall.who($1)"#,
        credential.as_hex()
    )
    .fetch_optional(guard.app.database.app())
    .await?;
    let Some(row) = row else {
        return Ok(Found::Nobody);
    };
    let (Some(role), true) = (Role::parse(&row.role), row.state != "ended") else {
        return Ok(Found::Ended(Ended { credential }));
    };
    Ok(Found::Live(Box::new(Viewer {
        database: guard.app.database.clone(),
        credential,
        permission: guard.permission,
        caller: caller.clone(),
        session: row.session_id,
        account: row.account_id,
        name: row.name.unwrap_or_default(),
        email: row.email.unwrap_or_default(),
        grant: row.grant_id,
        role,
        area: row.area_id,
        area_name: row.area_name.unwrap_or_default(),
        purpose: row.purpose,
        grant_ends: row.grant_ends_at,
        session_ends: row.session_ends_at,
        theme: row.theme,
        demonstration: row.demonstration,
        grants: row.grants.map(|g| g.0).unwrap_or_default(),
        closed: row.closed.0,
        // Let through by the database's word alone: a session that asks for nothing and is not through is asked once more.
        asks: match (row.state.as_str(), row.asks.as_deref().and_then(Asks::parse)) {
            ("live", _) => None,
            (_, asks) => Some(asks.unwrap_or(Asks::Terms)),
        },
        factor_at: row.factor_at,
        refreshed_at: row.refreshed_at,
    })))
}

/// The token of the Authorization header, else of the cookie.
fn credential(app: &App, headers: &HeaderMap) -> Option<(Credential, csrf::Carrier)> {
    let bearer =
        headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok()).and_then(|v| v.strip_prefix("Bearer "));
    if let Some(token) = bearer {
        return Credential::from_token(token).map(|c| (c, csrf::Carrier::Bearer));
    }
    let name = if app.secure() { HOST_COOKIE } else { PLAIN_COOKIE };
    let jar = CookieJar::from_headers(headers);
    Credential::from_token(jar.get(name)?.value()).map(|c| (c, csrf::Carrier::Cookie))
}

/// Where the request comes from: behind our own proxy its word, else the socket's.
fn caller(app: &App, request: &Request) -> Caller {
    let socket = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|c| c.0.ip().to_string());
    let text = |name: &str| request.headers().get(name).and_then(|v| v.to_str().ok()).map(str::to_owned);
    // The last line too: a proxy may add one of its own below the client's.
    let last = || request.headers().get_all("x-forwarded-for").iter().next_back().and_then(|v| v.to_str().ok());
    let forwarded = || last().and_then(|v| v.rsplit(',').next().map(|s| s.trim().to_owned()));
    // Its own https has no proxy before it, whose word would be anybody's.
    let behind_proxy = app.secure() && app.config.tls.is_none();
    let address = if behind_proxy { forwarded().or(socket) } else { socket };
    let jar = CookieJar::from_headers(request.headers());
    let device = jar.get(door::device_cookie(app.secure())).and_then(|c| Device::parse(c.value()));
    Caller { address: address.unwrap_or_default(), agent: text("user-agent").unwrap_or_default(), device }
}
