//! `/protection/subjects/{id}/passages`: passages of notes that are about somebody else are struck from what the person is
//! sent. The notes themselves stay as they are.

use super::text;
use crate::electors::ElectorId;
use crate::error::Error;
use crate::protection::Subject;
use crate::protection::file::Note;
use crate::protection::store;
use crate::web::{Answer, FieldErrors, Form, Layout, Path, Viewer, see_other};
use askama::Template;
use askama_web::WebTemplate;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use uuid::Uuid;

#[derive(Template, WebTemplate)]
#[template(path = "protection/passages.html")]
struct PassagesPage {
    layout: Layout,
    errors: FieldErrors,
    id: ElectorId,
    name: String,
    notes: Vec<Note>,
    form: StrikeForm,
}

async fn page(
    viewer: &Viewer,
    layout: Layout,
    id: ElectorId,
    errors: FieldErrors,
    form: StrikeForm,
) -> Answer<PassagesPage> {
    let mut scope = viewer.scope().await?;
    let file = store::file(&mut scope, Subject::Elector(id), false).await?;
    scope.commit().await?;
    Ok(PassagesPage { layout, errors, id, name: file.name().to_owned(), notes: file.notes(), form })
}

/// `GET /protection/subjects/{id}/passages`
pub async fn show(viewer: Viewer, layout: Layout, Path(id): Path<ElectorId>) -> Answer {
    Ok(page(&viewer, layout, id, FieldErrors::default(), StrikeForm::default()).await?.into_response())
}

/// A passage to strike from a note, or a strike to lift.
#[derive(Deserialize, Default)]
pub struct StrikeForm {
    #[serde(default)]
    result: String,
    #[serde(default)]
    passage: String,
    #[serde(default)]
    lift: String,
}

/// `POST /protection/subjects/{id}/passages`
pub async fn strike(
    viewer: Viewer,
    layout: Layout,
    Path(id): Path<ElectorId>,
    Form(form): Form<StrikeForm>,
) -> Answer<Response> {
    let back = format!("/protection/subjects/{id}/passages");
    let mut scope = viewer.scope().await?;
    if let Ok(lift) = form.lift.parse::<Uuid>() {
        store::lift_strike(&mut scope, lift).await?;
        scope.commit().await?;
        return Ok(see_other(&back));
    }
    let mut errors = FieldErrors::default();
    let passage = text(&mut errors, "passage", &form.passage, 1, 500, "Copy the passage from the note");
    let file = store::file(&mut scope, Subject::Elector(id), false).await?;
    let note = file.notes().into_iter().find(|n| n.result == form.result);
    let place = note.as_ref().and_then(|n| n.text.find(&passage).map(|at| n.text[..at].chars().count()));
    match (form.result.parse::<Uuid>(), place) {
        _ if errors.any() => {}
        (Ok(result), Some(begins)) => {
            store::strike(&mut scope, id.partition, result, begins, passage.chars().count()).await?;
            scope.commit().await?;
            return Ok(see_other(&back));
        }
        _ if note.is_none() => return Err(Error::NotFound),
        _ => errors.add("passage", "The note does not hold this passage. Copy it letter by letter"),
    }
    drop(scope);
    let page = page(&viewer, layout, id, errors, form).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}
