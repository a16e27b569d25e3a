//! Taking the second factors off somebody who has lost them.

use super::grant::Why;
use crate::access::store::accounts::{self, Account, HeldFactor};
use crate::access::text;
use crate::error::Error;
use crate::web::{Answer, FieldErrors, Form, Layout, Path, Viewer, see_other, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use uuid::Uuid;

#[derive(Template, WebTemplate)]
#[template(path = "access/factors-reset.html")]
struct ResetPage {
    layout: Layout,
    errors: FieldErrors,
    account: Account,
    factors: Vec<HeldFactor>,
    sessions: usize,
    reason: String,
}

/// `GET /access/accounts/{id}/factors`
pub async fn form(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>) -> Answer {
    page(viewer, layout, id, FieldErrors::default(), String::new()).await
}

async fn page(viewer: Viewer, layout: Layout, id: Uuid, errors: FieldErrors, reason: String) -> Answer {
    let mut scope = viewer.scope().await?;
    let account = accounts::find(&mut scope, id).await?;
    let factors = accounts::factors(&mut scope, id).await?;
    let sessions = accounts::sessions(&mut scope, id).await?.len();
    scope.commit().await?;
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, ResetPage { layout, errors, account, factors, sessions, reason }).into_response())
}

/// `POST /access/accounts/{id}/factors`
pub async fn reset(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, Form(form): Form<Why>) -> Answer {
    if id == viewer.account {
        return Err(Error::Conflict("This is your own account. Another administrator can do this for you".into()));
    }
    let mut errors = FieldErrors::default();
    let Some(reason) = errors.take(text("reason", &form.reason, 500, "Say why, for the record")) else {
        return page(viewer, layout, id, errors, form.reason).await;
    };
    let mut scope = viewer.scope().await?;
    accounts::reset_factors(&mut scope, id, &reason).await?;
    scope.commit().await?;
    Ok(see_other(&format!("/access/accounts/{id}")))
}
