//! `/events/check-in`: "I am here", by the code that is shown at the meeting point.

use crate::events::sign_ups;
use crate::web::{Answer, FieldErrors, Form, Layout, Viewer, see_other};
use askama::Template;
use askama_web::WebTemplate;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::Deserialize;

/// The code as it is typed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    code: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "events/check-in.html")]
struct HerePage {
    layout: Layout,
    errors: FieldErrors,
    code: String,
}

/// `GET /events/check-in`
pub async fn form(_: Viewer, layout: Layout) -> Answer {
    Ok(HerePage { layout, errors: FieldErrors::default(), code: String::new() }.into_response())
}

/// `POST /events/check-in`
///
/// # Errors
/// What the database says.
pub async fn check_in(viewer: Viewer, layout: Layout, Form(form): Form<Typed>) -> Answer {
    let mut scope = viewer.scope().await?;
    let mut errors = FieldErrors::default();
    let event = errors.take_invalid(sign_ups::check_in(&mut scope, &form.code).await)?;
    scope.commit().await?;
    match event {
        Some(event) => Ok(see_other(&format!("/events/{event}?said=here"))),
        None => Ok((StatusCode::UNPROCESSABLE_ENTITY, HerePage { layout, errors, code: form.code }).into_response()),
    }
}
