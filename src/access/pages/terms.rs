//! `/access/terms`: what people accept before they see anything, and publishing it anew.

use crate::access::store::terms::{self, Version};
use crate::access::text;
use crate::web::{Answer, FieldErrors, Form, Layout, Query, Viewer, see_other, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::Deserialize;

#[derive(Template, WebTemplate)]
#[template(path = "access/terms-edit.html")]
struct TermsPage {
    layout: Layout,
    errors: FieldErrors,
    versions: Vec<Version>,
    text: String,
    done: bool,
}

/// What was just done, to say so.
#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    done: u8,
}

/// `GET /access/terms`
pub async fn show(viewer: Viewer, layout: Layout, Query(asked): Query<Asked>) -> Answer {
    page(viewer, layout, None, FieldErrors::default(), asked.done > 0).await
}

async fn page(viewer: Viewer, layout: Layout, typed: Option<String>, errors: FieldErrors, done: bool) -> Answer {
    let mut scope = viewer.scope().await?;
    let versions = terms::versions(&mut scope).await?;
    scope.commit().await?;
    let text = typed.or_else(|| versions.first().map(|v| v.text.clone())).unwrap_or_default();
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, TermsPage { layout, errors, versions, text, done }).into_response())
}

/// New terms.
#[derive(Deserialize)]
pub struct NewTerms {
    #[serde(default)]
    text: String,
}

/// `POST /access/terms`
pub async fn publish(viewer: Viewer, layout: Layout, Form(form): Form<NewTerms>) -> Answer {
    let mut errors = FieldErrors::default();
    if let Some(terms) = errors.take(text("text", &form.text, 20_000, "Write what people accept")) {
        let mut scope = viewer.scope().await?;
        terms::publish(&mut scope, &terms.replace("\r\n", "\n")).await?;
        scope.commit().await?;
        return Ok(see_other("/access/terms?done=1"));
    }
    page(viewer, layout, Some(form.text), errors, false).await
}
