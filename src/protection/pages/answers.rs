//! `/protection/subjects/{id}/answers`: what was recorded at a door and is wrong is corrected by a new answer in its place. The
//! old one stays as history; what the register says is the council's and not corrected here.

use super::text;
use crate::canvass::codes::{self, Code};
use crate::electors::ElectorId;
use crate::error::Error;
use crate::protection::Subject;
use crate::protection::file::Said;
use crate::protection::store::{self, Corrected};
use crate::web::{Answer, FieldErrors, Form, Layout, Path, Viewer, see_other};
use askama::Template;
use askama_web::WebTemplate;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::Deserialize;
use uuid::Uuid;

#[derive(Template, WebTemplate)]
#[template(path = "protection/answers.html")]
struct AnswersPage {
    layout: Layout,
    errors: FieldErrors,
    id: ElectorId,
    name: String,
    said: Vec<Said>,
    codes: Vec<Code>,
    form: Correction,
}

impl AnswersPage {
    fn is_typed(&self, said: &Said) -> bool {
        said.result == self.form.result
    }

    fn note<'a>(&'a self, said: &'a Said) -> &'a str {
        if self.is_typed(said) { &self.form.note } else { &said.note }
    }

    fn is_chosen(&self, said: &Said, code: &Code) -> bool {
        if self.is_typed(said) { code.code == self.form.intention } else { code.label == said.intention }
    }

    /// Codes that are offered, and the one that was said though it is retired.
    fn offered(&self, said: &Said) -> Vec<&Code> {
        self.codes.iter().filter(|c| !c.retired || self.is_chosen(said, c)).collect()
    }
}

/// What stands instead, as typed.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Correction {
    result: String,
    intention: String,
    note: String,
}

/// `GET /protection/subjects/{id}/answers`
pub async fn show(viewer: Viewer, layout: Layout, Path(id): Path<ElectorId>) -> Answer {
    page(&viewer, layout, id, FieldErrors::default(), Correction::default()).await
}

async fn page(viewer: &Viewer, layout: Layout, id: ElectorId, errors: FieldErrors, form: Correction) -> Answer {
    let mut scope = viewer.scope().await?;
    let file = store::file(&mut scope, Subject::Elector(id), false).await?;
    let codes = codes::intentions(&mut scope).await?;
    scope.commit().await?;
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = AnswersPage { layout, errors, id, name: file.name().to_owned(), said: file.said(), codes, form };
    Ok((status, page).into_response())
}

/// `POST /protection/subjects/{id}/answers`
pub async fn correct(
    viewer: Viewer,
    layout: Layout,
    Path(id): Path<ElectorId>,
    Form(form): Form<Correction>,
) -> Answer {
    let mut errors = FieldErrors::default();
    let note = text(&mut errors, "note", &form.note, 0, 500, "Use at most 500 characters");
    let result = form.result.parse::<Uuid>().map_err(|_| Error::NotFound)?;
    let mut scope = viewer.scope().await?;
    let codes = codes::intentions(&mut scope).await?;
    let intention = codes.iter().find(|c| c.code == form.intention).map(|c| c.code.as_str());
    if intention.is_none() && !form.intention.is_empty() {
        errors.add("intention", "Choose one of the list");
    }
    if errors.any() {
        scope.commit().await?;
        return page(&viewer, layout, id, errors, form).await;
    }
    let note = Some(note.as_str()).filter(|n| !n.is_empty());
    match store::correct_answer(&mut scope, id, result, intention, note).await? {
        Corrected::NotFound => return Err(Error::NotFound),
        Corrected::Already => {
            return Err(Error::Conflict("This answer was corrected meanwhile. Open the page again".into()));
        }
        Corrected::Done => scope.commit().await?,
    }
    Ok(see_other(&format!("/protection/subjects/{id}/answers")))
}
