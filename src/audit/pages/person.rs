//! Everyone who saw one person of Organise.

use crate::audit::Record;
use crate::audit::store::{self, Sights};
use crate::protection::Subject;
use crate::web::paging::{Paging, SIZE};
use crate::web::{Answer, Layout, Path, Query, Viewer, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::response::IntoResponse;
use serde::Deserialize;
use uuid::Uuid;

#[derive(Template, WebTemplate)]
#[template(path = "audit/person.html")]
struct PersonPage {
    layout: Layout,
    subject: Subject,
    name: String,
    area: String,
    sights: Sights,
    paging: Paging,
}

impl PersonPage {
    fn here(&self) -> String {
        format!("{}?", self.subject.person().map(|id| Record::Person(id).page()).unwrap_or_default())
    }
}

/// Which page.
#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    page: String,
}

/// `GET /protection/people/{id}`
pub async fn show(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, Query(asked): Query<Asked>) -> Answer {
    let mut scope = viewer.scope().await?;
    let paging = Paging::asked(&asked.page);
    let person = store::helper(&mut scope, id).await?;
    let sights = store::who_saw_person(&mut scope, id, paging.skip(), SIZE).await?;
    let (name, area) = scope.finish(person).await?;
    paging.must_be_there(sights.rows.len())?;
    let paging = paging.of(sights.total);
    Ok(PersonPage { layout, subject: Subject::Person(id), name, area, sights, paging }.into_response())
}
