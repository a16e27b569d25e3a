//! `/settings/exports`: above how many people a second person approves an export.

use super::super::store::{self, Limit};
use crate::access::{Permission, Role, text};
use crate::error::Error;
use crate::web::{Answer, FieldErrors, Form, Layout, Viewer, see_other, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::Deserialize;

/// The limit, as typed.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct LimitForm {
    people: String,
    reason: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "exports/limit.html")]
struct LimitPage {
    layout: Layout,
    errors: FieldErrors,
    form: LimitForm,
    limits: Vec<Limit>,
    administrator: bool,
}

/// `GET /settings/exports`
pub async fn show(viewer: Viewer, layout: Layout) -> Answer {
    draw(viewer, layout, None, FieldErrors::default()).await
}

async fn draw(viewer: Viewer, layout: Layout, form: Option<LimitForm>, errors: FieldErrors) -> Answer {
    let mut scope = viewer.scope_as(Permission::ReadExportLimit, Default::default()).await?;
    let limits = store::limits(&mut scope).await?;
    scope.commit().await?;
    let people = limits.first().map_or(0, |l| l.people).to_string();
    let form = form.unwrap_or(LimitForm { people, reason: String::new() });
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let administrator = viewer.role == Role::Administrator;
    Ok((status, LimitPage { layout, errors, form, limits, administrator }).into_response())
}

/// `POST /settings/exports`
pub async fn set(viewer: Viewer, layout: Layout, Form(form): Form<LimitForm>) -> Answer {
    let mut errors = FieldErrors::default();
    let people = number(&form.people);
    let people = errors.take(people);
    let reason = errors.take(text("reason", &form.reason, 500, "Say why, for the record"));
    let (Some(people), Some(reason)) = (people, reason) else {
        return draw(viewer, layout, Some(form), errors).await;
    };
    let mut scope = viewer.scope().await?;
    store::set_limit(&mut scope, people, &reason).await?;
    scope.commit().await?;
    Ok(see_other("/settings/exports?said=limit-set"))
}

/// A limit that can stand.
///
/// # Errors
/// [`Error::Invalid`] on `people`.
pub fn number(typed: &str) -> Result<i32, Error> {
    let number = typed.trim().replace(',', "").parse::<i32>().ok().filter(|n| (0..=100_000).contains(n));
    number
        .ok_or_else(|| Error::field("people", "Give a number from 0, so that every export of people waits, to 100,000"))
}
