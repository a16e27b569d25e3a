//! Calendars: one event as a file, and one's own sign-ups at a private address that programs read again and again.

use super::Nothing;
use crate::access::Token;
use crate::access::door;
use crate::access::door::events::{self, OwnPlace, PublicEvent};
use crate::database::Credential;
use crate::error::Error;
use crate::events::feed::{self, Feed};
use crate::events::ics::{self, Entry};
use crate::events::{Event, store};
use crate::web::{Answer, App, Form, Layout, Path, Viewer, see_other, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use uuid::Uuid;

/// Calendar programs read it as it is; it names nobody, so it is no export of people.
fn answer(calendar: String) -> Response {
    let headers = [(header::CONTENT_TYPE, "text/calendar; charset=utf-8"), (header::CACHE_CONTROL, "no-store")];
    (headers, calendar).into_response()
}

/// The installation's own name on the network, which makes ids its own.
fn host(app: &App) -> &str {
    let base = app.config.base_url.as_str();
    base.split_once("://").map_or(base, |(_, host)| host)
}

fn of_event(app: &App, event: &Event) -> Entry {
    Entry {
        uid: event.id,
        title: event.title.clone(),
        place: event.place.clone(),
        at: event.at,
        words: bring(&event.bring),
        starts: event.starts,
        ends: event.ends,
        cancelled: event.cancelled.is_some(),
        tentative: false,
        changed: event.changed,
        sequence: event.sequence,
        url: format!("{}/events/{}", app.config.base_url, event.id),
    }
}

fn of_place(app: &App, place: OwnPlace) -> Entry {
    let title = place.shift.map_or_else(|| place.title.clone(), |shift| format!("{}: {shift}", place.title));
    let waiting = if place.waiting { "You are on the waiting list. " } else { "" };
    Entry {
        uid: place.id,
        title,
        place: place.place,
        at: place.at,
        words: format!("{waiting}{}", bring(&place.bring)).trim().to_owned(),
        starts: place.starts,
        ends: place.ends,
        cancelled: place.cancelled,
        tentative: place.waiting,
        changed: place.changed,
        sequence: place.sequence,
        url: format!("{}/events/{}", app.config.base_url, place.event),
    }
}

/// What anybody may know of it: neither what to bring nor who comes.
fn of_public(app: &App, id: Uuid, event: &PublicEvent) -> Entry {
    Entry {
        uid: id,
        title: event.title.clone(),
        place: event.place.clone(),
        at: event.at,
        words: event.words.clone(),
        starts: event.starts,
        ends: event.ends,
        cancelled: event.cancelled,
        tentative: false,
        changed: event.changed,
        sequence: event.sequence,
        url: format!("{}/public/events/{id}", app.config.base_url),
    }
}

fn bring(what: &str) -> String {
    if what.is_empty() { String::new() } else { format!("Bring: {what}") }
}

/// `GET /events/{id}/event.ics`
///
/// # Errors
/// [`Error::NotFound`] outside the area.
pub async fn one(State(app): State<App>, viewer: Viewer, Path(id): Path<Uuid>) -> Answer {
    let mut scope = viewer.scope().await?;
    let event = store::find(&mut scope, id).await?;
    scope.commit().await?;
    Ok(answer(ics::calendar(&event.title, host(&app), &[of_event(&app, &event)])))
}

/// `GET /public/events/{id}/event.ics`
///
/// # Errors
/// [`Error::NotFound`] where its page is not found.
pub async fn public(State(app): State<App>, Path(id): Path<Uuid>) -> Answer {
    let event = events::public_event(&app.database, id).await?.ok_or(Error::NotFound)?;
    door::messages::imprint_of_event(&app.database, id).await?.ok_or(Error::NotFound)?;
    Ok(answer(ics::calendar(&event.title, host(&app), &[of_public(&app, id, &event)])))
}

/// `GET /calendar/{file}`: the token with `.ics` behind it. Whoever knows it reads it: it shows its account's own sign-ups and
/// nobody's name, and opens nothing once no grant of the account lives.
///
/// # Errors
/// [`Error::NotFound`] when it opens nothing.
pub async fn read(State(app): State<App>, Path(file): Path<String>) -> Answer {
    let token = file.strip_suffix(".ics").and_then(Credential::from_token).ok_or(Error::NotFound)?;
    let places = events::calendar(&app.database, &token).await?.ok_or(Error::NotFound)?;
    let entries: Vec<Entry> = places.into_iter().map(|p| of_place(&app, p)).collect();
    Ok(answer(ics::calendar("Hustings", host(&app), &entries)))
}

#[derive(Template, WebTemplate)]
#[template(path = "events/calendar.html")]
struct CalendarPage {
    layout: Layout,
    /// The address that there is; None: there is none.
    feed: Option<Feed>,
    /// The address itself, which is shown once.
    address: Option<String>,
}

/// `GET /events/calendar`
///
/// # Errors
/// What the database says.
pub async fn show(viewer: Viewer, layout: Layout) -> Answer {
    let mut scope = viewer.scope().await?;
    let feed = feed::own(&mut scope).await?;
    scope.commit().await?;
    Ok(CalendarPage { layout, feed, address: None }.into_response())
}

/// `POST /events/calendar`: makes the address; one that there was opens nothing any more. It is drawn in the answer itself, since a
/// secret goes into no address to lead to.
///
/// # Errors
/// What the database says.
pub async fn make(State(app): State<App>, viewer: Viewer, layout: Layout, _: Form<Nothing>) -> Answer {
    let token = Token::new();
    let mut scope = viewer.scope().await?;
    feed::make(&mut scope, &token).await?;
    let feed = feed::own(&mut scope).await?;
    scope.commit().await?;
    let address = Some(format!("{}/calendar/{}.ics", app.config.base_url, token.as_str()));
    Ok(CalendarPage { layout, feed, address }.into_response())
}

/// `POST /events/calendar/end`
///
/// # Errors
/// What the database says.
pub async fn end(viewer: Viewer, _: Form<Nothing>) -> Answer {
    let mut scope = viewer.scope().await?;
    feed::end(&mut scope).await?;
    scope.commit().await?;
    Ok(see_other("/events/calendar"))
}
