//! `/public/events/{id}`: what anybody may read of an event whose organisers want that. Nobody is named, and the imprint of who
//! answers for it stands below.

use crate::access::door::{self, events::PublicEvent};
use crate::error::Error;
use crate::events::{Kind, hours, map_link};
use crate::messages::imprint::Imprint;
use crate::web::{Answer, App, Layout, Path, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::extract::State;
use axum::response::IntoResponse;
use chrono::Utc;
use chrono_tz::Europe::London;
use uuid::Uuid;

#[derive(Template, WebTemplate)]
#[template(path = "events/public.html")]
struct PublicPage {
    layout: Layout,
    id: Uuid,
    event: PublicEvent,
    imprint: Imprint,
    /// Whether the event's area asks for help.
    help: bool,
}

impl PublicPage {
    fn over(&self) -> bool {
        self.event.ends <= Utc::now()
    }

    /// Whether somebody can still come.
    fn coming(&self) -> bool {
        !self.event.cancelled && !self.over()
    }

    fn kind(&self) -> &'static str {
        Kind::parse(&self.event.kind).map_or("", Kind::title)
    }

    fn day(&self) -> String {
        let day = self.event.starts.with_timezone(&London).format("%A").to_string();
        format!("{day} {}", words::date(words::day_of(self.event.starts)))
    }

    fn hours(&self) -> String {
        hours(self.event.starts, self.event.ends)
    }

    fn map(&self) -> Option<String> {
        self.event.at.map(map_link)
    }
}

/// `GET /public/events/{id}`
///
/// # Errors
/// [`Error::NotFound`] when there is none, it is not public, it has no imprint, or it is over.
pub async fn show(State(app): State<App>, layout: Layout, Path(id): Path<Uuid>) -> Answer {
    let event = door::events::public_event(&app.database, id).await?.ok_or(Error::NotFound)?;
    let imprint = door::messages::imprint_of_event(&app.database, id).await?.ok_or(Error::NotFound)?;
    let help = door::help::page(&app.database, event.area).await?.is_some();
    Ok(PublicPage { layout, id, event, imprint, help }.into_response())
}
