//! Everyone who saw one elector: find the elector over all areas, then the looks, through lists too.

use super::Search;
use crate::audit::store::{self, Found, Sights};
use crate::electors::ElectorId;
use crate::web::paging::{Paging, SIZE};
use crate::web::{Answer, Form, Layout, Path, Query, Viewer, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::response::IntoResponse;
use serde::Deserialize;

#[derive(Template, WebTemplate)]
#[template(path = "audit/electors.html")]
struct FoundPage {
    layout: Layout,
    words: String,
    found: Vec<Found>,
}

/// `POST /protection/electors`
pub async fn find(viewer: Viewer, layout: Layout, Form(form): Form<Search>) -> Answer {
    let words = form.q.trim().to_owned();
    let mut scope = viewer.scope().await?;
    let found = store::find(&mut scope, &words).await?;
    let found = scope.finish(found).await?;
    Ok(FoundPage { layout, words, found }.into_response())
}

#[derive(Template, WebTemplate)]
#[template(path = "audit/elector.html")]
struct ElectorPage {
    layout: Layout,
    person: Found,
    sights: Sights,
    paging: Paging,
}

impl ElectorPage {
    fn here(&self) -> String {
        format!("/protection/electors/{}?", self.person.elector)
    }
}

/// Which page.
#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    page: String,
}

/// `GET /protection/electors/{id}`
pub async fn show(viewer: Viewer, layout: Layout, Path(id): Path<ElectorId>, Query(asked): Query<Asked>) -> Answer {
    let mut scope = viewer.scope().await?;
    let paging = Paging::asked(&asked.page);
    let person = store::name_of(&mut scope, id).await?;
    let sights = store::who_saw(&mut scope, id, paging.skip(), SIZE).await?;
    let person = scope.finish(person).await?;
    paging.must_be_there(sights.rows.len())?;
    let paging = paging.of(sights.total);
    Ok(ElectorPage { layout, person, sights, paging }.into_response())
}
