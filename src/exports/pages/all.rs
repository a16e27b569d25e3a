//! `/protection/exports`: every export, and whose file one is; the data protection officer's.

use super::super::store::{self, Export, Order, State};
use super::super::trace::{By, Source, marks, text_of, too_long, trace};
use crate::error::Error;
use crate::web::paging::{Paging, SIZE};
use crate::web::{Answer, Form, Layout, Multipart, Query, Viewer, drawn_under, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::response::IntoResponse;
use serde::Deserialize;

/// The largest found file that is taken.
pub const LARGEST: usize = 32 * 1024 * 1024;

/// Which page, in which order.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    page: String,
    sort: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "exports/all.html")]
struct AllPage {
    layout: Layout,
    exports: Vec<Export>,
    order: Order,
    paging: Paging,
}

impl AllPage {
    fn here(&self) -> String {
        format!("/protection/exports?sort={}&", self.order.as_str())
    }
}

/// `GET /protection/exports`
pub async fn list(viewer: Viewer, layout: Layout, Query(asked): Query<Asked>) -> Answer {
    let (paging, order) = (Paging::asked(&asked.page), Order::parse(&asked.sort));
    let mut scope = viewer.scope().await?;
    let (exports, total) = store::all(&mut scope, order, paging.skip(), SIZE).await?;
    scope.commit().await?;
    paging.must_be_there(exports.len())?;
    Ok(AllPage { layout, exports, order, paging: paging.of(total) }.into_response())
}

/// Lines of a found file, or one person as they stand in it.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct TraceForm {
    lines: String,
    name: String,
    address: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "exports/trace.html")]
struct TracePage {
    layout: Layout,
    /// How many lines were looked at.
    looked: usize,
    /// How many were too long to be.
    too_long: usize,
    /// Exports and copies that its own marks name: anybody can write such a mark.
    named: Vec<(i64, i16)>,
    sources: Vec<Source>,
}

/// `POST /protection/exports/trace`: what is typed is about a person, so it stands in no address and is kept nowhere.
pub async fn look(viewer: Viewer, layout: Layout, Form(form): Form<TraceForm>) -> Answer {
    let text = format!("{} {}\n{}", form.name.trim(), form.address.trim(), form.lines);
    if text.trim().is_empty() {
        return Err(Error::Conflict(
            "Nothing was pasted. Go back, and paste a line of what you found, or give a name of it".into(),
        ));
    }
    found(viewer, layout, text.trim()).await
}

/// `POST /protection/exports/trace/file`: the same of a file; it is read and forgotten.
pub async fn look_at_file(viewer: Viewer, layout: Layout, Multipart(mut form): Multipart) -> Answer {
    let broken =
        |_| Error::TooLarge("This file is larger than 32 MB, or broke off on its way. Paste some of its lines".into());
    let mut text = String::new();
    while let Some(field) = form.next_field().await.map_err(broken)? {
        let name = field.name().unwrap_or_default().to_owned();
        let bytes = field.bytes().await.map_err(broken)?;
        match name.as_str() {
            "_grant" => drawn_under(&String::from_utf8_lossy(&bytes), viewer.grant)?,
            "file" => text = text_of(&bytes)?,
            _ => {}
        }
    }
    found(viewer, layout, &text).await
}

async fn found(viewer: Viewer, layout: Layout, text: &str) -> Answer {
    let mut scope = viewer.scope().await?;
    let sources = trace(&mut scope, text).await?;
    scope.commit().await?;
    let looked = text.lines().filter(|l| !l.trim().is_empty()).count();
    Ok(TracePage { layout, looked, too_long: too_long(text), named: marks(text), sources }.into_response())
}
