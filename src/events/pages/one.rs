//! One event: when, where, its shifts, putting oneself down and giving the place up; for whoever runs it, who comes, the code,
//! and the lists it walks.

use super::{Nothing, Said, said};
use crate::access::Role;
use crate::canvass::ListId;
use crate::canvass::lists::outing::{self, Outing};
use crate::database::Seen;
use crate::events::sign_ups::{self, Reach, SignUp, Taken, Who};
use crate::events::slots::{self, Slot};
use crate::events::{Event, Kind, store, walk};
use crate::web::{Answer, Form, Layout, Path, Query, Viewer, see_other, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::response::IntoResponse;
use serde::Deserialize;
use uuid::Uuid;

/// What who runs an event sees besides.
#[derive(Default)]
struct Runs {
    code: String,
    people: Vec<SignUp>,
    /// How those who are down for it are told.
    reach: Reach,
    lists: Vec<Outing>,
    /// Lists that could be attached.
    ready: Vec<(ListId, String)>,
}

#[derive(Template, WebTemplate)]
#[template(path = "events/event.html")]
struct EventPage {
    layout: Layout,
    event: Event,
    slots: Vec<Slot>,
    runs: Option<Runs>,
    said: Option<(&'static str, &'static str)>,
}

impl EventPage {
    fn open(&self) -> bool {
        self.event.cancelled.is_none() && !self.event.over()
    }

    /// Whether the reader may still say that they are here: not who said so already.
    fn expected(&self) -> bool {
        let came = |slot: &Slot| slot.own.as_ref().is_some_and(|own| own.state == "came");
        self.slots.iter().any(|s| !came(s) && !s.over()) && !self.event.over()
    }

    /// Whether it is the shift that is on, or the next one.
    fn is_next(&self, slot: &Slot) -> bool {
        slots::on_or_next(&self.slots).is_some_and(|next| next.shift == slot.shift)
    }

    /// Whether it is an event with shifts.
    fn shifts(&self) -> bool {
        self.slots.iter().any(|s| s.shift.is_some())
    }

    /// Those who are down for a slot, or were.
    fn people<'a>(&self, runs: &'a Runs, slot: &Slot) -> Vec<&'a SignUp> {
        runs.people.iter().filter(|p| p.shift == slot.shift && p.stands()).collect()
    }

    fn came(&self, runs: &Runs) -> usize {
        runs.people.iter().filter(|p| p.state == "came").count()
    }
}

/// `GET /events/{id}`
///
/// # Errors
/// [`crate::error::Error::NotFound`] outside the area.
pub async fn show(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, Query(done): Query<Said>) -> Answer {
    let mut scope = viewer.scope().await?;
    let event = store::find(&mut scope, id).await?;
    let slots = slots::of(&mut scope, std::slice::from_ref(&event)).await?.remove(&id).unwrap_or_default();
    let said = said(&done.said);
    if viewer.role != Role::Organiser {
        scope.commit().await?;
        return Ok(EventPage { layout, event, slots, runs: None, said }.into_response());
    }
    let mut runs = Runs { code: store::code(&mut scope, id).await?, ..Runs::default() };
    if event.kind == Kind::Canvass {
        runs.lists = walk::of(&mut scope, &event).await?;
        runs.ready = outing::ready(&mut scope).await?;
        runs.ready.retain(|(list, _)| runs.lists.iter().all(|l| l.id != *list));
    }
    runs.reach = sign_ups::reach(&mut scope, id, None).await?;
    let seen: Seen<Vec<SignUp>> = sign_ups::of(&mut scope, id).await?;
    runs.people = scope.finish(seen).await?;
    Ok(EventPage { layout, event, slots, runs: Some(runs), said }.into_response())
}

/// Where one puts oneself down.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Joining {
    shift: String,
    /// Said on the page that warns of something else at the same time.
    anyway: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "events/overlap.html")]
struct OverlapPage {
    layout: Layout,
    event: Event,
    slot: Slot,
    others: Vec<String>,
}

/// `POST /events/{id}/join`: asks once more where one is down for something else at the same time.
///
/// # Errors
/// [`crate::error::Error::NotFound`] outside the area, [`crate::error::Error::Conflict`] when it is over.
pub async fn join(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, Form(form): Form<Joining>) -> Answer {
    let mut scope = viewer.scope().await?;
    let event = store::find(&mut scope, id).await?;
    let shift = form.shift.parse().ok();
    let slots = slots::of(&mut scope, std::slice::from_ref(&event)).await?.remove(&id).unwrap_or_default();
    let slot = slots.into_iter().find(|s| s.shift == shift);
    let reminds = slot.as_ref().is_some_and(Slot::reminds);
    if let Some(slot) = slot.filter(|_| form.anyway.is_empty()) {
        let others = sign_ups::overlapping(&mut scope, (id, shift), slot.starts, slot.ends).await?;
        if !others.is_empty() && slot.own.is_none() {
            scope.commit().await?;
            return Ok(OverlapPage { layout, event, slot, others }.into_response());
        }
    }
    let taken = sign_ups::take(&mut scope, id, shift, Who::Myself).await?;
    scope.commit().await?;
    let word = match taken {
        Taken::Coming | Taken::Came if reminds => "coming",
        Taken::Coming | Taken::Came => "coming-soon",
        Taken::Waiting => "waiting",
        Taken::Already => "already",
    };
    Ok(see_other(&format!("/events/{id}?said={word}")))
}

/// `POST /events/{id}/places/{place}/withdrawal`
///
/// # Errors
/// [`crate::error::Error::NotFound`] when it is another's, [`crate::error::Error::Conflict`] when it is over.
pub async fn withdraw(viewer: Viewer, Path((id, place)): Path<(Uuid, Uuid)>, _: Form<Nothing>) -> Answer {
    let mut scope = viewer.scope().await?;
    store::find(&mut scope, id).await?;
    sign_ups::give_up(&mut scope, id, place).await?;
    scope.commit().await?;
    Ok(see_other(&format!("/events/{id}?said=withdrawn")))
}

/// Lists ticked to be attached.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Attaching {
    list: Vec<ListId>,
}

/// `POST /events/{id}/lists`
///
/// # Errors
/// [`crate::error::Error::NotFound`] outside the area.
pub async fn attach(viewer: Viewer, Path(id): Path<Uuid>, Form(form): Form<Attaching>) -> Answer {
    let mut scope = viewer.scope().await?;
    let event = store::find(&mut scope, id).await?;
    walk::attach(&mut scope, &event, &form.list).await?;
    scope.commit().await?;
    let word = if form.list.is_empty() { "" } else { "?said=attached" };
    Ok(see_other(&format!("/events/{id}{word}#lists")))
}

/// `POST /events/{id}/lists/{list}/removal`
///
/// # Errors
/// [`crate::error::Error::NotFound`] outside the area.
pub async fn detach(viewer: Viewer, Path((id, list)): Path<(Uuid, ListId)>, _: Form<Nothing>) -> Answer {
    let mut scope = viewer.scope().await?;
    let event = store::find(&mut scope, id).await?;
    walk::detach(&mut scope, &event, list).await?;
    scope.commit().await?;
    Ok(see_other(&format!("/events/{id}?said=detached")))
}
