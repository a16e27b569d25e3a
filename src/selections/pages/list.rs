//! `/selections`: what is kept in the area in use, each in words. Counts stand on the page of each.

use super::{STARTS, Start};
use crate::database::Scoped;
use crate::electors::folding::fold;
use crate::selections::store::{self, Saved};
use crate::selections::words::{Names, sentence};
use crate::web::{Answer, Form, Layout, Viewer};
use askama::Template;
use askama_web::WebTemplate;
use axum::response::IntoResponse;
use serde::Deserialize;

/// What is looked for; sent by a form, since whoever names a selection may name somebody in it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Search {
    q: String,
}

struct Line {
    saved: Saved,
    /// None: its rules are not read any more.
    sentence: Option<String>,
}

#[derive(Template, WebTemplate)]
#[template(path = "selections/list.html")]
struct ListPage {
    layout: Layout,
    area: String,
    q: String,
    /// How many there are, whatever is looked for.
    all: usize,
    lines: Vec<Line>,
    starts: &'static [Start],
}

/// `GET /selections`
///
/// # Errors
/// What the database says.
pub async fn show(viewer: Viewer, layout: Layout) -> Answer {
    page(viewer.scope().await?, layout, viewer.area_name, String::new()).await
}

/// `POST /selections`: those whose name, area or sentence holds the words.
///
/// # Errors
/// What the database says.
pub async fn search(viewer: Viewer, layout: Layout, Form(search): Form<Search>) -> Answer {
    page(viewer.scope().await?, layout, viewer.area_name, search.q).await
}

async fn page(mut scope: Scoped, layout: Layout, area: String, q: String) -> Answer {
    let saved = store::saved_with_rules(&mut scope).await?;
    let names = Names::of(&mut scope, &saved.iter().filter_map(|(_, s)| s.as_ref()).collect::<Vec<_>>()).await?;
    scope.commit().await?;
    let all = saved.len();
    let wanted = fold(&q);
    let lines = saved
        .into_iter()
        .map(|(saved, selection)| Line { sentence: selection.map(|selection| sentence(&selection, &names)), saved });
    let found = |line: &Line| {
        let said = line.sentence.as_deref().unwrap_or_default();
        let text = fold(&format!("{} {} {said}", line.saved.name, line.saved.area_name));
        wanted.split(' ').all(|word| text.contains(word))
    };
    let lines = lines.filter(found).collect();
    Ok(ListPage { layout, area, q, all, lines, starts: &STARTS }.into_response())
}
