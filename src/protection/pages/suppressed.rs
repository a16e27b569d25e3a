//! `/protection/suppressed`: people whom a register brought and who may be somebody that was erased or asked to be left alone.

use crate::electors::ElectorId;
use crate::error::Error;
use crate::protection::suppress::{self, Doubt};
use crate::web::{Answer, Form, Layout, Viewer, see_other, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::response::IntoResponse;
use serde::Deserialize;

#[derive(Template, WebTemplate)]
#[template(path = "protection/suppressed.html")]
struct SuppressedPage {
    layout: Layout,
    doubts: Vec<Doubt>,
}

/// `GET /protection/suppressed`
pub async fn show(viewer: Viewer, layout: Layout) -> Answer {
    let mut scope = viewer.scope().await?;
    let doubts = suppress::doubts(&mut scope).await?;
    scope.commit().await?;
    Ok(SuppressedPage { layout, doubts }.into_response())
}

/// Which, and what was found out.
#[derive(Deserialize)]
pub struct DecideForm {
    #[serde(default)]
    elector: String,
    #[serde(default)]
    suppression: String,
    #[serde(default)]
    verdict: String,
}

/// `POST /protection/suppressed`
pub async fn decide(viewer: Viewer, Form(form): Form<DecideForm>) -> Answer {
    let elector: ElectorId = form.elector.parse().map_err(|_| Error::NotFound)?;
    let suppression = form.suppression.parse().map_err(|_| Error::NotFound)?;
    let same = match form.verdict.as_str() {
        "same" => true,
        "different" => false,
        _ => return Err(Error::field("verdict", "Say whether it is the same person")),
    };
    let mut scope = viewer.scope().await?;
    if !suppress::decide(&mut scope, elector, suppression, same).await? {
        return Err(Error::Conflict("This was decided a moment ago. Load the page again".into()));
    }
    scope.commit().await?;
    Ok(see_other("/protection/suppressed"))
}
