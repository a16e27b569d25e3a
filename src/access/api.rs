//! Sessions for programs: `POST /api/v1/sessions`, `DELETE /api/v1/sessions/current`; ending an account's access.

use super::door::{self, Caller, SignIn, Wanted};
use super::factors::{self, Proof};
use super::{Asks, Token, store, text};
use crate::error::Error;
use crate::web::{Answer, App, Json, Path, Viewer};
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use uuid::Uuid;

/// Who signs in, with which grant when there are several; `code` of their authenticator app, or a recovery code.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSession {
    email: String,
    password: String,
    code: Option<String>,
    grant: Option<Uuid>,
}

/// `POST /api/v1/sessions`
#[utoipa::path(
    post,
    path = "/api/v1/sessions",
    request_body = NewSession,
    responses((status = 201, description = "`{token, grant}`"),
        (status = 401, description = "Refused, or `grant-required`, `factor-required`, `terms-required`"),
        (status = 429, description = "Too many tries, with Retry-After"))
)]
pub async fn sign_in(State(app): State<App>, caller: Caller, Json(new): Json<NewSession>) -> Answer {
    let wanted = new.grant.map_or(Wanted::Only, Wanted::This);
    let answer = match door::sign_in(&app.database, new.email.trim(), new.password, wanted, &caller).await? {
        SignIn::Opened { token, grant, asks } => {
            match let_in(&app, &token, asks, new.code.as_deref(), &caller).await? {
                None => {
                    let body = serde_json::json!({"token": token.as_str(), "grant": grant});
                    (StatusCode::CREATED, axum::Json(body)).into_response()
                }
                Some((asks, detail)) => problem(asks.kind(), "One thing more", &detail, None),
            }
        }
        SignIn::Choose(grants) => {
            problem("grant-required", "Name a grant", "Name one of these grants", Some(serde_json::json!(grants)))
        }
        SignIn::Refused => {
            problem("refused", "Nothing was opened", "That email address and password do not open anything", None)
        }
    };
    // A token, or whose grants these are, is nothing for a cache on the way.
    Ok(([(header::CACHE_CONTROL, "no-store")], answer).into_response())
}

/// Proves the factor that a session asks for. Some: what it still asks, so that it was closed again.
async fn let_in(
    app: &App,
    token: &Token,
    asks: Option<Asks>,
    code: Option<&str>,
    caller: &Caller,
) -> Result<Option<(Asks, String)>, Error> {
    let (Some(asks), Some(credential)) = (asks, token.credential()) else { return Ok(None) };
    let still = match (asks, code.filter(|c| !c.trim().is_empty())) {
        (Asks::Factor, Some(code)) => {
            match factors::prove_code(&app.database, &app.keys, &credential, code, caller).await? {
                Proof::Right => match door::still_asks(&app.database, &credential).await? {
                    None => return Ok(None),
                    Some(asks) => (asks, asks.advice().to_owned()),
                },
                Proof::Wrong => (asks, "This code is not right, or it was used already".to_owned()),
                Proof::ClockOff(_) => {
                    (asks, "This code is of another time: the clock that made it is minutes off".to_owned())
                }
            }
        }
        _ => (asks, asks.advice().to_owned()),
    };
    door::sign_out(&app.database, &credential).await?;
    Ok(Some(still))
}

fn problem(kind: &str, title: &str, detail: &str, grants: Option<serde_json::Value>) -> Response {
    let mut body = serde_json::json!({"type": kind, "title": title, "status": 401, "detail": detail});
    if let Some(grants) = grants {
        body["grants"] = grants;
    }
    let mut response = (StatusCode::UNAUTHORIZED, axum::Json(body)).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    response
}

/// `DELETE /api/v1/sessions/current`
#[utoipa::path(delete, path = "/api/v1/sessions/current", responses((status = 204)))]
pub async fn sign_out(State(app): State<App>, viewer: Viewer) -> Answer<StatusCode> {
    door::sign_out(&app.database, viewer.credential()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Why access ends.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndAccess {
    reason: String,
}

/// What stopped.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub struct AccessEnded {
    /// Live sessions that ended.
    sessions_ended: i64,
}

/// `POST /api/v1/accounts/{id}/end-access`
#[utoipa::path(
    post,
    path = "/api/v1/accounts/{id}/end-access",
    params(("id" = Uuid, Path, description = "The account")),
    request_body = EndAccess,
    responses((status = 200, body = AccessEnded), (status = 404), (status = 409), (status = 422))
)]
pub async fn end_access(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<Uuid>,
    Json(body): Json<EndAccess>,
) -> Answer<axum::Json<AccessEnded>> {
    let reason = text("reason", &body.reason, 500, "Say why, for the record")?;
    let mut scope = viewer.scope().await?;
    let stopped = store::ending::end_access(&mut scope, id, &reason).await?;
    scope.commit().await?;
    super::pages::ending::sweep(&app);
    Ok(axum::Json(AccessEnded { sessions_ended: stopped.sessions }))
}
