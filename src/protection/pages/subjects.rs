//! `/protection/subjects`: finding somebody across everything, and their whole file.

use super::text;
use crate::exports::Attachment;
use crate::paper::{Stamp, typeset};
use crate::protection::Subject;
use crate::protection::file::{File, Section};
use crate::protection::store::{self, Found, Sought};
use crate::web::{Answer, FieldErrors, Form, Layout, Path, Viewer, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

#[derive(Template, WebTemplate)]
#[template(path = "protection/subjects.html")]
struct FindPage {
    layout: Layout,
    sought: Sought,
    /// The request that somebody is looked for, to say whom it is about.
    request: Option<i64>,
    /// None: nothing was asked.
    found: Option<Vec<Found>>,
}

/// What to look for, posted.
#[derive(Deserialize, Default)]
pub struct FindForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    postcode: String,
    #[serde(default)]
    request: String,
}

/// `GET /protection/subjects`
pub async fn show(_: Viewer, layout: Layout) -> Answer {
    Ok(FindPage { layout, sought: Sought::default(), request: None, found: None }.into_response())
}

/// `POST /protection/subjects`: what is typed is about a person, so it stands in no address.
pub async fn find(viewer: Viewer, layout: Layout, Form(form): Form<FindForm>) -> Answer {
    let sought = Sought { name: form.name, postcode: form.postcode };
    let request = form.request.parse().ok();
    if sought.is_empty() || sought.name.contains('\0') || sought.postcode.contains('\0') {
        return Ok(FindPage { layout, sought, request, found: None }.into_response());
    }
    let mut scope = viewer.scope().await?;
    let found = store::find(&mut scope, &sought).await?;
    scope.commit().await?;
    Ok(FindPage { layout, sought, request, found: Some(found) }.into_response())
}

#[derive(Template, WebTemplate)]
#[template(path = "protection/subject.html")]
struct SubjectPage {
    layout: Layout,
    errors: FieldErrors,
    subject: Subject,
    name: String,
    address: String,
    sections: Vec<Section>,
    notes: usize,
    reason: String,
}

impl SubjectPage {
    /// The record's number alone: what kind of record it is stands before it.
    fn number(&self) -> String {
        let whole = self.subject.to_string();
        match whole.split_once('-') {
            Some((kind, number)) if kind.chars().all(|c| c.is_ascii_lowercase()) => number.to_owned(),
            _ => whole,
        }
    }
}

async fn page(
    viewer: &Viewer,
    layout: Layout,
    subject: Subject,
    errors: FieldErrors,
    reason: String,
) -> Answer<SubjectPage> {
    // A file that was to be taken and is not is a look like the page itself.
    let mut scope =
        viewer.scope_as(crate::access::Permission::HandleRequests, crate::database::Scope::default()).await?;
    let file = store::file(&mut scope, subject, false).await?;
    scope.commit().await?;
    Ok(SubjectPage {
        layout,
        errors,
        subject,
        name: file.name().to_owned(),
        address: file.address(),
        sections: file.sections(),
        notes: file.notes().len(),
        reason,
    })
}

/// `GET /protection/subjects/{id}`
pub async fn file(viewer: Viewer, layout: Layout, Path(subject): Path<Subject>) -> Answer {
    Ok(page(&viewer, layout, subject, FieldErrors::default(), String::new()).await?.into_response())
}

/// What for, and in which form.
#[derive(Deserialize)]
pub struct TakeForm {
    #[serde(default)]
    reason: String,
    #[serde(default)]
    format: String,
}

/// `POST /protection/subjects/{id}/file`: the file to send to its person, as PDF or JSON, on record as taken away.
pub async fn take(
    viewer: Viewer,
    layout: Layout,
    Path(subject): Path<Subject>,
    Form(form): Form<TakeForm>,
) -> Answer<Response> {
    let mut errors = FieldErrors::default();
    let reason = text(&mut errors, "reason", &form.reason, 1, 200, "Say what the file is for, in 1 to 200 letters");
    if errors.any() {
        let page = page(&viewer, layout, subject, errors, form.reason).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    let mut scope = viewer.scope().await?;
    let file = store::file(&mut scope, subject, true).await?.redacted();
    let about = store::about(&mut scope).await?;
    scope.commit().await?;
    let stamp = Stamp::now(format!("{} of {}", viewer.role.title(), about.controller), reason);
    answer(&file, &about, stamp, form.format == "json").await
}

async fn answer(file: &File, about: &store::About, stamp: Stamp, json: bool) -> Answer<Response> {
    if !json {
        return Ok(
            Attachment::pdf("file-of-a-person.pdf", typeset(file.to_document(about, stamp)).await?).into_response()
        );
    }
    let text = serde_json::to_string_pretty(&file.to_json(about, &stamp)).map_err(crate::error::Error::internal)?;
    Ok(Attachment::json("file-of-a-person.json", text).into_response())
}
