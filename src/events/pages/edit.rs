//! Making, changing, repeating and calling off an event.

use crate::access::text;
use crate::areas::{Area, store as areas};
use crate::database::Scoped;
use crate::error::Error;
use crate::events::form::{EventForm, NewEvent};
use crate::events::sign_ups::{self, Reach};
use crate::events::{Event, Kind, slots, store, weeks};
use crate::messages::imprint;
use crate::web::{Answer, FieldErrors, Form, Layout, Path, Query, Viewer, see_other, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use chrono::Utc;
use serde::Deserialize;
use uuid::Uuid;

/// The most repeats that are made in one go: half a year of weeks.
const MOST_REPEATS: u32 = 26;

#[derive(Template, WebTemplate)]
#[template(path = "events/form.html")]
struct FormPage {
    layout: Layout,
    errors: FieldErrors,
    /// The event that is changed; None: a new one.
    event: Option<Event>,
    form: EventForm,
    areas: Vec<Area>,
    /// How many are down for it, and how they are told when time or place change.
    down: i64,
    reach: Reach,
}

impl FormPage {
    fn action(&self) -> String {
        self.event.as_ref().map_or_else(|| "/events".into(), |e| format!("/events/{}", e.id))
    }

    fn back(&self) -> String {
        self.event.as_ref().map_or_else(|| "/events".into(), |e| format!("/events/{}", e.id))
    }
}

fn status(errors: &FieldErrors) -> StatusCode {
    if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }
}

/// What a new event begins as.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    copy: Option<Uuid>,
}

/// `GET /events/new`: empty, or as a copy of one.
///
/// # Errors
/// [`Error::NotFound`] when what is to be copied is outside the area.
pub async fn new(viewer: Viewer, layout: Layout, Query(asked): Query<Asked>) -> Answer {
    let mut scope = viewer.scope().await?;
    let form = match asked.copy {
        None => EventForm { area: viewer.area.to_string(), ..EventForm::usual(words::day_of(Utc::now())) },
        Some(copied) => {
            let of = EventForm::of(&store::find(&mut scope, copied).await?);
            EventForm { id: Some(Uuid::now_v7()), day: String::new(), copy: Some(copied), ..of }
        }
    };
    draw(scope, layout, None, form, FieldErrors::default()).await
}

async fn draw(mut scope: Scoped, layout: Layout, event: Option<Event>, form: EventForm, errors: FieldErrors) -> Answer {
    let areas = areas::worked_in(&mut scope).await?;
    let (mut down, mut reach) = (0, Reach::default());
    if let Some(event) = &event {
        let of = slots::of(&mut scope, std::slice::from_ref(event)).await?;
        down = of.values().flatten().map(|s| s.coming + s.waiting).sum();
        reach = sign_ups::reach(&mut scope, event.id, None).await?;
    }
    scope.commit().await?;
    let status = status(&errors);
    Ok((status, FormPage { layout, errors, event, form, areas, down, reach }).into_response())
}

/// `POST /events`
///
/// # Errors
/// What the database says.
pub async fn make(viewer: Viewer, layout: Layout, Form(form): Form<EventForm>) -> Answer {
    let mut scope = viewer.scope().await?;
    let mut errors = FieldErrors::default();
    let Some(new) = read(&mut scope, &form, &mut errors).await? else {
        return draw(scope, layout, None, form, errors).await;
    };
    let id = form.id.unwrap_or_else(Uuid::now_v7);
    // A form that is sent twice makes one event, with its shifts once.
    if store::add(&mut scope, id, &new, None).await?
        && let Some(copied) = form.copy
    {
        let from = store::find(&mut scope, copied).await?;
        copy_shifts(&mut scope, &from, id, &new).await?;
    }
    scope.commit().await?;
    Ok(see_other(&format!("/events/{id}?said=made")))
}

/// The form, if it can stand: an event to come, in an area of one's own.
async fn read(scope: &mut Scoped, form: &EventForm, errors: &mut FieldErrors) -> Result<Option<NewEvent>, Error> {
    let Some(new) = form.read(errors, Utc::now()) else { return Ok(None) };
    if new.ends <= Utc::now() {
        errors.add("day", "This time is past: choose one to come");
    }
    if !areas::worked_in(scope).await?.iter().any(|a| a.id == new.area) {
        errors.add("area", "Choose an area inside your own");
    } else if new.public && imprint::of(scope, new.area).await?.is_none() {
        errors.add("public", "A public page needs an imprint, and this area has none: put it down under Imprint first");
    }
    Ok((!errors.any()).then_some(new))
}

/// The shifts of one event in another, as far from its beginning; what would lie outside is left out.
async fn copy_shifts(scope: &mut Scoped, from: &Event, to: Uuid, new: &NewEvent) -> Result<(), Error> {
    for (_, mut shift) in store::shifts(scope, from.id).await? {
        (shift.starts, shift.ends) = weeks::moved((shift.starts, shift.ends), from.starts, new.starts);
        if shift.starts >= new.starts && shift.ends <= new.ends {
            store::add_shift(scope, Uuid::now_v7(), to, new.area, &shift).await?;
        }
    }
    Ok(())
}

/// `GET /events/{id}/edit`
///
/// # Errors
/// [`Error::NotFound`] outside the area, [`Error::Conflict`] when it is over.
pub async fn edit(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>) -> Answer {
    let mut scope = viewer.scope().await?;
    let event = store::find_open(&mut scope, id).await?;
    let form = EventForm::of(&event);
    draw(scope, layout, Some(event), form, FieldErrors::default()).await
}

/// `POST /events/{id}`
///
/// # Errors
/// [`Error::NotFound`] outside the area, [`Error::Conflict`] when it is over.
pub async fn change(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, Form(form): Form<EventForm>) -> Answer {
    let mut scope = viewer.scope().await?;
    let event = store::find_open(&mut scope, id).await?;
    let mut errors = FieldErrors::default();
    let form = EventForm { area: event.area.to_string(), ..form };
    let Some(new) = read(&mut scope, &form, &mut errors).await? else {
        return draw(scope, layout, Some(event), form, errors).await;
    };
    let Some(must_tell) = errors.take_invalid(store::change(&mut scope, &event, &new).await)? else {
        drop(scope);
        return draw(viewer.scope().await?, layout, Some(event), form, errors).await;
    };
    let at_once = store::at_once(event.starts, new.starts);
    let told = if must_tell { store::tell_changed(&mut scope, id, at_once).await? } else { 0 };
    scope.commit().await?;
    Ok(see_other(&format!("/events/{id}?said={}", if told > 0 { "told" } else { "changed" })))
}

/// How often an event is repeated, as it is typed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Repeating {
    weeks: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "events/repeat.html")]
struct RepeatPage {
    layout: Layout,
    errors: FieldErrors,
    event: Event,
    weeks: String,
}

/// `GET /events/{id}/repeats`
///
/// # Errors
/// [`Error::NotFound`] outside the area, [`Error::Conflict`] when it is over.
pub async fn repeat_form(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>) -> Answer {
    let mut scope = viewer.scope().await?;
    let event = store::find_open(&mut scope, id).await?;
    scope.commit().await?;
    Ok(RepeatPage { layout, errors: FieldErrors::default(), event, weeks: "4".into() }.into_response())
}

/// `POST /events/{id}/repeats`: the same every week, with its shifts and nobody's sign-ups. A day that has one already, since the
/// form was sent twice, keeps it as it is.
///
/// # Errors
/// [`Error::NotFound`] outside the area, [`Error::Conflict`] when it is over.
pub async fn repeat(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, Form(form): Form<Repeating>) -> Answer {
    let mut scope = viewer.scope().await?;
    let event = store::find_open(&mut scope, id).await?;
    let weeks = form.weeks.trim().parse().ok().filter(|n| (1..=MOST_REPEATS).contains(n));
    let Some(weeks) = weeks else {
        scope.commit().await?;
        let mut errors = FieldErrors::default();
        errors.add("weeks", format!("Write for how many more weeks, from 1 to {MOST_REPEATS}"));
        return Ok((status(&errors), RepeatPage { layout, errors, event, weeks: form.weeks }).into_response());
    };
    let series = store::begin_series(&mut scope, &event).await?;
    let mut made = 0;
    for week in 1..=weeks {
        let (starts, ends) = weeks::moved((event.starts, event.ends), event.starts, weeks::weekly(event.starts, week));
        let new = NewEvent {
            area: event.area,
            kind: event.kind,
            title: event.title.clone(),
            place: event.place.clone(),
            at: event.at,
            bring: event.bring.clone(),
            starts,
            ends,
            capacity: event.capacity,
            public: event.public,
            public_text: event.public_text.clone(),
        };
        let to = weeks::id(series, words::day_of(starts));
        if store::add(&mut scope, to, &new, Some(series)).await? {
            copy_shifts(&mut scope, &event, to, &new).await?;
            made += 1;
        }
    }
    scope.commit().await?;
    Ok(see_other(if made > 0 { "/events?said=repeated" } else { "/events?said=repeated-before" }))
}

/// Why it is called off, as it is typed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Why {
    reason: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "events/cancel.html")]
struct CancelPage {
    layout: Layout,
    errors: FieldErrors,
    event: Event,
    reach: Reach,
    reason: String,
}

/// `GET /events/{id}/cancellation`
///
/// # Errors
/// [`Error::NotFound`] outside the area, [`Error::Conflict`] when it is over.
pub async fn cancel_form(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>) -> Answer {
    cancel_page(viewer, layout, id, String::new(), FieldErrors::default()).await
}

async fn cancel_page(viewer: Viewer, layout: Layout, id: Uuid, reason: String, errors: FieldErrors) -> Answer {
    let mut scope = viewer.scope().await?;
    let event = store::find_open(&mut scope, id).await?;
    let reach = sign_ups::reach(&mut scope, id, None).await?;
    scope.commit().await?;
    Ok((status(&errors), CancelPage { layout, errors, event, reach, reason }).into_response())
}

/// `POST /events/{id}/cancellation`
///
/// # Errors
/// [`Error::NotFound`] outside the area, [`Error::Conflict`] when it is over.
pub async fn cancel(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, Form(form): Form<Why>) -> Answer {
    let mut errors = FieldErrors::default();
    let Some(reason) = errors.take(text("reason", &form.reason, 500, "Say why: it stands in the letter")) else {
        return cancel_page(viewer, layout, id, form.reason, errors).await;
    };
    let mut scope = viewer.scope().await?;
    store::cancel(&mut scope, id, &reason).await?;
    scope.commit().await?;
    Ok(see_other(&format!("/events/{id}?said=cancelled")))
}
