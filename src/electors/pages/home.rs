//! A home's page: who lives there and what was recorded at its door.

use super::super::history::{self, Recorded, kind_title};
use super::super::store::{self, Home};
use super::super::{HouseholdId, Resident};
use super::elector::Event;
use crate::canvass::codes;
use crate::error::Error;
use crate::web::{Answer, Layout, Path, Viewer, words};
use askama::Template;
use askama_web::WebTemplate;

#[derive(Template, WebTemplate)]
#[template(path = "electors/home.html")]
struct HomePage {
    layout: Layout,
    home: Home,
    kind: &'static str,
    residents: Vec<Resident>,
    events: Vec<Event>,
    opened: String,
    purpose: String,
}

impl HomePage {
    fn people(&self) -> String {
        words::count(self.residents.len() as i64, "elector", "electors")
    }
}

/// `GET /homes/{id}`
pub async fn home(
    viewer: Viewer,
    layout: Layout,
    Path(id): Path<HouseholdId>,
) -> Answer<impl axum::response::IntoResponse> {
    let mut scope = viewer.scope().await?;
    let codes = codes::intentions(&mut scope).await?;
    let kind = store::next_kind(&mut scope).await?;
    let home = store::addresses(&mut scope, &[(id.partition, id.id)]).await?.pop().ok_or(Error::NotFound)?;
    let residents = store::homes(&mut scope, &[(id.partition, id.id)], &[], &kind, &codes).await?;
    let recorded = history::of_home(&mut scope, id).await?;
    let (residents, recorded) = scope.finish(residents.and(recorded)).await?;
    let event = |r: &Recorded| Event::of_home(r, &codes);
    Ok(HomePage {
        layout,
        home,
        kind: kind_title(&kind),
        residents,
        events: recorded.iter().map(event).collect(),
        opened: words::clock_time(chrono::Utc::now()),
        purpose: viewer.purpose.clone(),
    })
}
