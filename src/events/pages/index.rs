//! `/events`: what is coming, one's own, what was, and what still wants people.

use super::{Said, said};
use crate::access::Role;
use crate::events::Event;
use crate::events::slots::{self, Slot};
use crate::events::store::{self, Tab};
use crate::web::paging::Paging;
use crate::web::{Answer, Layout, Query, Viewer, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::response::IntoResponse;
use serde::Deserialize;
use uuid::Uuid;

/// What the address may say. Nothing in it is about a person.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    tab: String,
    page: String,
}

/// An event as the list shows it.
struct Card {
    event: Event,
    slots: Vec<Slot>,
}

impl Card {
    /// All its slots as one.
    fn all(&self) -> Option<Slot> {
        slots::together(&self.slots)
    }

    /// How many shifts it has.
    fn shifts(&self) -> usize {
        self.slots.iter().filter(|s| s.shift.is_some()).count()
    }

    fn tags(&self) -> Vec<(&'static str, &'static str)> {
        let mut tags = Vec::new();
        let full = self.slots.iter().all(Slot::full);
        if self.event.cancelled.is_some() {
            tags.push(("bad", "Called off"));
        } else if self.event.on_now() {
            tags.push(("good", "On now"));
        } else if full && !self.event.over() {
            tags.push(("warn", "Full"));
        }
        match self.slots.iter().find_map(|s| s.own.as_ref()).map(|own| own.state.as_str()) {
            Some("coming") => tags.push(("good", "You are down for it")),
            Some("waiting") => tags.push(("warn", "You are waiting")),
            Some("came") => tags.push(("good", "You came")),
            _ => {}
        }
        tags
    }
}

#[derive(Template, WebTemplate)]
#[template(path = "events/index.html")]
struct IndexPage {
    layout: Layout,
    runs: bool,
    tab: Tab,
    cards: Vec<Card>,
    paging: Paging,
    wanted: i64,
    said: Option<(&'static str, &'static str)>,
}

impl IndexPage {
    fn line(&self) -> String {
        match self.tab {
            Tab::Coming => words::count(self.paging.total(), "event to come.", "events to come."),
            Tab::Mine => {
                format!("You are down for {}.", words::count(self.paging.total(), "event to come", "events to come"))
            }
            Tab::Past => words::count(self.paging.total(), "event is over.", "events are over."),
            Tab::Open => words::count(self.wanted, "place that nobody has yet.", "places that nobody has yet."),
        }
    }

    fn here(&self) -> String {
        format!("/events?tab={}&", self.tab.as_str())
    }
}

/// `GET /events`
///
/// # Errors
/// [`crate::error::Error::NotFound`] after the last page.
pub async fn index(viewer: Viewer, layout: Layout, Query(asked): Query<Asked>, Query(done): Query<Said>) -> Answer {
    let tab = Tab::parse(&asked.tab);
    let paging = Paging::asked(&asked.page);
    let mut scope = viewer.scope().await?;
    let (open, wanted): (Vec<Uuid>, i64) = slots::wanted(&mut scope).await?;
    let (events, total) = store::page(&mut scope, tab, &open, paging).await?;
    paging.must_be_there(events.len())?;
    let mut of = slots::of(&mut scope, &events).await?;
    scope.commit().await?;
    let cards =
        events.into_iter().map(|event| Card { slots: of.remove(&event.id).unwrap_or_default(), event }).collect();
    let (runs, said) = (viewer.role == Role::Organiser, said(&done.said));
    Ok(IndexPage { layout, runs, tab, cards, paging: paging.of(total), wanted, said }.into_response())
}
