//! `/materials/letters`: templates of letters and postcards, to make something of or to change.

use crate::materials::letters::make::KINDS;
use crate::materials::letters::store::{self, Template};
use crate::web::{Answer, Layout, Query, Viewer};
use askama_web::WebTemplate;
use axum::response::IntoResponse;
use serde::Deserialize;
use uuid::Uuid;

/// Which selection it is for, when that is known already.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    selection: String,
}

#[derive(askama::Template, WebTemplate)]
#[template(path = "materials/letters/list.html")]
struct ListPage {
    layout: Layout,
    area: String,
    /// An id as it came, or nothing.
    selection: String,
    templates: Vec<Template>,
}

impl ListPage {
    /// What follows the address of whatever is made.
    fn carried(&self) -> String {
        if self.selection.is_empty() { String::new() } else { format!("?selection={}", self.selection) }
    }
}

/// `GET /materials/letters`
pub async fn show(viewer: Viewer, layout: Layout, Query(asked): Query<Asked>) -> Answer {
    let mut scope = viewer.scope().await?;
    let templates = store::of_kinds(&mut scope, &KINDS).await?;
    scope.commit().await?;
    let selection = asked.selection.parse::<Uuid>().map(|id| id.to_string()).unwrap_or_default();
    Ok(ListPage { layout, area: viewer.area_name, selection, templates }.into_response())
}
