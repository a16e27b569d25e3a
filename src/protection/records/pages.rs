//! `/protection/records`: the three documents, each made from today and kept as it was.

use super::store::{self, Document, Made};
use super::{Kind, Part, compare};
use crate::error::Error;
use crate::exports::Attachment;
use crate::paper;
use crate::protection::{Bare, paper as on_paper};
use crate::web::paging::Paging;
use crate::web::{Answer, FieldErrors, Form, Layout, Path, Query, Viewer, see_other, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::Deserialize;

#[derive(Template, WebTemplate)]
#[template(path = "protection/records.html")]
struct RecordsPage {
    layout: Layout,
    records: Vec<(Kind, Option<Document>, usize)>,
}

/// `GET /protection/records`
pub async fn show(viewer: Viewer, layout: Layout) -> Answer {
    let mut scope = viewer.scope().await?;
    let mut records = Vec::new();
    for kind in Kind::ALL {
        let newest = store::newest(&mut scope, kind).await?;
        let today = store::today(&mut scope, kind).await?;
        let changed = newest.as_ref().map_or(0, |d| {
            let (came, went) = compare(&d.body, &today);
            came.len().max(went.len())
        });
        records.push((kind, newest, changed));
    }
    scope.commit().await?;
    Ok(RecordsPage { layout, records }.into_response())
}

/// Which page.
#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    page: String,
}

/// The officer's words, as typed.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct WordsForm {
    words: String,
    after: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "protection/record.html")]
struct RecordPage {
    layout: Layout,
    errors: FieldErrors,
    kind: Kind,
    form: WordsForm,
    made: Vec<Made>,
    paging: Paging,
}

/// `GET /protection/records/{kind}`
pub async fn record(viewer: Viewer, layout: Layout, Path(kind): Path<String>, Query(asked): Query<Asked>) -> Answer {
    record_page(viewer, layout, &kind, &asked.page, None, FieldErrors::default()).await
}

async fn record_page(
    viewer: Viewer,
    layout: Layout,
    kind: &str,
    page: &str,
    form: Option<WordsForm>,
    errors: FieldErrors,
) -> Answer {
    let kind = Kind::parse(kind).ok_or(Error::NotFound)?;
    let mut scope = viewer.scope().await?;
    let paging = Paging::asked(page);
    let (made, total) = store::list(&mut scope, kind, paging.skip()).await?;
    let (words, version) = store::words(&mut scope, kind).await?;
    scope.commit().await?;
    paging.must_be_there(made.len())?;
    let form = form.unwrap_or(WordsForm { words, after: version.to_string() });
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, RecordPage { layout, errors, kind, form, made, paging: paging.of(total) }).into_response())
}

/// `POST /protection/records/{kind}`: makes one of today.
pub async fn make(viewer: Viewer, Path(kind): Path<String>, Form(_): Form<Bare>) -> Answer {
    let kind = Kind::parse(&kind).ok_or(Error::NotFound)?;
    let mut scope = viewer.scope().await?;
    let made = store::make(&mut scope, kind).await?;
    scope.commit().await?;
    Ok(see_other(&format!("/protection/records/{}/{}", kind.as_str(), made.number)))
}

/// `POST /protection/records/{kind}/words`
pub async fn write(viewer: Viewer, layout: Layout, Path(key): Path<String>, Form(form): Form<WordsForm>) -> Answer {
    let kind = Kind::parse(&key).ok_or(Error::NotFound)?;
    let mut errors = FieldErrors::default();
    let words = form.words.replace("\r\n", "\n").trim().to_owned();
    if words.chars().count() > 20_000 {
        errors.add("words", "Use at most 20,000 characters");
    }
    let Ok(after) = form.after.parse::<i32>() else {
        errors.add("words", "Open the page again and send it once more");
        return record_page(viewer, layout, &key, "", Some(form), errors).await;
    };
    if errors.any() {
        return record_page(viewer, layout, &key, "", Some(form), errors).await;
    }
    let mut scope = viewer.scope().await?;
    store::write_words(&mut scope, kind, &words, after).await?;
    scope.commit().await?;
    Ok(see_other(&format!("/protection/records/{key}")))
}

#[derive(Template, WebTemplate)]
#[template(path = "protection/document.html")]
struct DocumentPage {
    layout: Layout,
    document: Document,
    came: Vec<String>,
    went: Vec<String>,
    printed_by: String,
}

/// `GET /protection/records/{kind}/{number}`
pub async fn document(viewer: Viewer, layout: Layout, Path((kind, number)): Path<(String, i32)>) -> Answer {
    let kind = Kind::parse(&kind).ok_or(Error::NotFound)?;
    let mut scope = viewer.scope().await?;
    let document = store::find(&mut scope, kind, number).await?;
    let before = if number > 1 { Some(store::find(&mut scope, kind, number - 1).await?) } else { None };
    scope.commit().await?;
    let (came, went) = before.map(|b| compare(&b.body, &document.body)).unwrap_or_default();
    Ok(DocumentPage { layout, document, came, went, printed_by: viewer.name }.into_response())
}

/// `GET /protection/records/{kind}/{number}/document.pdf`
pub async fn document_on_paper(viewer: Viewer, Path((kind, number)): Path<(String, i32)>) -> Answer {
    let kind = Kind::parse(&kind).ok_or(Error::NotFound)?;
    let mut scope = viewer.scope().await?;
    let document = store::find(&mut scope, kind, number).await?;
    scope.commit().await?;
    let bytes = paper::typeset(on_paper::record(&document, &viewer.name)).await?;
    Ok(Attachment::pdf("record.pdf", bytes).into_response())
}

impl RecordPage {
    fn here(&self) -> String {
        format!("/protection/records/{}?", self.kind.as_str())
    }
}
