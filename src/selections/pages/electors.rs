//! `/selections/{id}/electors`: whom a selection finds now, fifty at a time, by name or as they live. Each page is on record.

use crate::selections::find::{self, Shown};
use crate::selections::store;
use crate::web::paging::{self, Paging};
use crate::web::{Answer, Layout, Path, Query, Viewer};
use askama::Template;
use askama_web::WebTemplate;
use axum::response::IntoResponse;
use serde::Deserialize;
use uuid::Uuid;

/// In which order, and which page.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    sort: String,
    page: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "selections/electors.html")]
struct ElectorsPage {
    layout: Layout,
    id: Uuid,
    name: String,
    by_street: bool,
    rows: Vec<Shown>,
    paging: Paging,
}

impl ElectorsPage {
    fn here(&self) -> String {
        format!("/selections/{}/electors?sort={}&", self.id, if self.by_street { "street" } else { "name" })
    }
}

/// `GET /selections/{id}/electors`
///
/// # Errors
/// [`crate::error::Error::NotFound`] outside the area, and after the last page.
pub async fn show(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, Query(asked): Query<Asked>) -> Answer {
    let (by_street, paging) = (asked.sort == "street", Paging::asked(&asked.page));
    let mut scope = viewer.scope().await?;
    let (saved, selection) = store::one(&mut scope, id, None).await?;
    let seen = find::page(&mut scope, &selection, by_street, paging::SIZE, paging.skip()).await?;
    let seen = seen.check(|(_, rows)| paging.must_be_there(rows.len()))?;
    let (all, rows) = scope.finish(seen).await?;
    let paging = paging.of(all);
    Ok(ElectorsPage { layout, id, name: saved.name, by_street, rows, paging }.into_response())
}
