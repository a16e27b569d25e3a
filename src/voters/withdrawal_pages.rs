//! `/imports/voters/{id}/withdrawal`: taking an imported list back: what goes, what does not come back, and why.

use super::imports::{self, Import};
use super::withdrawal::{self, Before, Stands};
use crate::access::text;
use crate::web::{Answer, FieldErrors, Form, Layout, Path, Viewer, see_other};
use askama::Template;
use askama_web::WebTemplate;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::Deserialize;
use uuid::Uuid;

#[derive(Template, WebTemplate)]
#[template(path = "voters/withdrawal.html")]
struct WithdrawalPage {
    layout: Layout,
    errors: FieldErrors,
    import: Import,
    stands: Stands,
    /// The absent voters' list whose place it took, where that is known.
    before: Option<Before>,
    /// Of how many people something stood before it, which is not kept.
    displaced: i64,
    reason: String,
}

/// Why it is taken back.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Why {
    reason: String,
}

/// `GET /imports/voters/{id}/withdrawal`
pub async fn ask(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>) -> Answer {
    page(viewer, layout, id, String::new(), FieldErrors::default()).await
}

/// A list of which nothing can be taken back leads to its own page, which says why.
async fn page(viewer: Viewer, layout: Layout, id: Uuid, reason: String, errors: FieldErrors) -> Answer {
    let mut scope = viewer.scope().await?;
    let import = imports::open(&mut scope, id).await?;
    let stands = withdrawal::stands(&mut scope, &import).await?;
    let before = withdrawal::before(&mut scope, &import).await?;
    scope.commit().await?;
    if !(stands.any() && stands.reach) {
        return Ok(see_other(&format!("/imports/voters/{id}")));
    }
    let displaced = import.counts.as_ref().map_or(0, |c| c.displaced);
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, WithdrawalPage { layout, errors, import, stands, before, displaced, reason }).into_response())
}

/// `POST /imports/voters/{id}/withdrawal`: once more does no harm, and leads to the receipt.
///
/// # Errors
/// [`Error::NotFound`](crate::error::Error::NotFound) when the file is somebody else's, and what [`withdrawal::take_back`] says.
pub async fn take_back(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, Form(why): Form<Why>) -> Answer {
    let mut errors = FieldErrors::default();
    let missing = "Say why: it stands on the list’s receipt";
    let Some(reason) = errors.take(text("reason", &why.reason, 500, missing)) else {
        return page(viewer, layout, id, why.reason, errors).await;
    };
    let mut scope = viewer.scope().await?;
    let import = imports::open(&mut scope, id).await?;
    withdrawal::take_back(&mut scope, &import, &reason).await?;
    scope.commit().await?;
    Ok(see_other(&format!("/imports/voters/{id}?said=voters-back")))
}
