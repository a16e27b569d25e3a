//! Who comes, for whoever runs the event: putting somebody down, taking them off, the sheet on paper, who came.

use super::Nothing;
use crate::database::Scoped;
use crate::error::Error;
use crate::events::sign_ups::{self, FoundPerson, Helper, SignUp, Taken, Who};
use crate::events::slots::{self, Slot};
use crate::events::{Event, store};
use crate::web::{Answer, FieldErrors, Form, Layout, Path, Query, Viewer, see_other, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use uuid::Uuid;

/// Whom to put down, and for what.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Adding {
    shift: String,
    /// An account.
    account: String,
    /// A person without one.
    person: String,
    /// The beginning of a name to look for.
    q: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "events/add.html")]
struct AddPage {
    layout: Layout,
    errors: FieldErrors,
    event: Event,
    slots: Vec<Slot>,
    team: Vec<Helper>,
    found: Vec<FoundPerson>,
    form: Adding,
}

impl AddPage {
    /// Whether there are shifts to choose from.
    fn shifts(&self) -> bool {
        self.slots.iter().any(|s| s.shift.is_some())
    }

    /// The shift that is chosen.
    fn chosen(&self) -> Option<&Slot> {
        self.slots.iter().find(|s| s.shift.is_some() && s.key() == self.form.shift)
    }
}

async fn draw(mut scope: Scoped, layout: Layout, id: Uuid, mut form: Adding, errors: FieldErrors) -> Answer {
    let event = store::find(&mut scope, id).await?;
    if event.cancelled.is_some() {
        return Err(Error::Conflict("This event was called off".into()));
    }
    let mut slots = slots::of(&mut scope, std::slice::from_ref(&event)).await?.remove(&id).unwrap_or_default();
    if slots.iter().any(|s| s.shift.is_some()) {
        slots.retain(|s| s.shift.is_some());
    }
    if form.shift.is_empty() {
        form.shift = slots::on_or_next(&slots).map(Slot::key).unwrap_or_default();
    }
    let team = sign_ups::team(&mut scope, id).await?;
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let mut page = AddPage { layout, errors, event, slots, team, found: Vec::new(), form };
    if page.form.q.trim().is_empty() {
        scope.commit().await?;
    } else {
        let seen = sign_ups::find_people(&mut scope, &page.form.q).await?;
        page.found = scope.finish(seen).await?;
    }
    Ok((status, page).into_response())
}

/// `GET /events/{id}/people/new`
///
/// # Errors
/// [`Error::NotFound`] outside the area.
pub async fn new(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, Query(form): Query<Asked>) -> Answer {
    let form = Adding { shift: form.shift, ..Adding::default() };
    draw(viewer.scope().await?, layout, id, form, FieldErrors::default()).await
}

/// What the address may say: nobody's name.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    shift: String,
}

/// `POST /events/{id}/people`: puts somebody down, or looks for them by name first.
///
/// # Errors
/// [`Error::NotFound`] outside the area.
pub async fn add(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, Form(form): Form<Adding>) -> Answer {
    let mut scope = viewer.scope().await?;
    let event = store::find(&mut scope, id).await?;
    let who = match (form.account.parse().ok(), form.person.parse().ok()) {
        (_, Some(person)) => Who::Person(person),
        (Some(account), None) => Who::Account(account),
        (None, None) => {
            let mut errors = FieldErrors::default();
            if form.q.trim().is_empty() {
                errors.add("account", "Choose somebody, or look for a person by name");
            }
            return draw(scope, layout, id, form, errors).await;
        }
    };
    let taken = sign_ups::take(&mut scope, event.id, form.shift.parse().ok(), who).await?;
    scope.commit().await?;
    let word = match taken {
        Taken::Coming | Taken::Came => "added",
        Taken::Waiting => "added-waiting",
        Taken::Already => "was-down",
    };
    Ok(see_other(&format!("/events/{id}?said={word}")))
}

#[derive(Template, WebTemplate)]
#[template(path = "events/removal.html")]
struct RemovalPage {
    layout: Layout,
    event: Event,
    /// What they are taken off.
    slot: Slot,
    who: SignUp,
}

impl RemovalPage {
    /// "Board runner, 10:00 am to 12:30 pm", or the event's own day.
    fn what(&self) -> String {
        match self.slot.shift {
            Some(_) => format!("{}, {}", self.slot.name, self.slot.hours()),
            None => format!("{}, {}", self.event.day(), self.event.hours()),
        }
    }

    /// Whether the place that they leave is somebody else's at once.
    fn goes_on(&self) -> bool {
        let fits = self.slot.capacity.is_none_or(|most| self.slot.coming <= i64::from(most));
        self.who.state != "waiting" && self.slot.waiting > 0 && fits
    }

    /// How they learn of it.
    fn told(&self) -> &'static str {
        match self.who.state.as_str() {
            _ if self.who.own => "Nobody: it is your own place",
            "coming" | "waiting" if self.who.unreached => {
                "No letter: they have no email address here that letters may go to. Ring them"
            }
            "coming" | "waiting" => "They get a letter",
            _ => "Nobody: they were ticked off as there",
        }
    }
}

/// `GET /events/{id}/people/{sign_up}/removal`: asks once more, and says what will happen.
///
/// # Errors
/// [`Error::NotFound`] outside the area, [`Error::Conflict`] when it is over or their place is given up already.
pub async fn ask_removal(viewer: Viewer, layout: Layout, Path((id, sign_up)): Path<(Uuid, Uuid)>) -> Answer {
    let mut scope = viewer.scope().await?;
    let event = store::find_open(&mut scope, id).await?;
    let slots = slots::of(&mut scope, std::slice::from_ref(&event)).await?.remove(&id).unwrap_or_default();
    let seen = sign_ups::one(&mut scope, id, sign_up).await?;
    let who = scope.finish(seen).await?;
    let who = who.ok_or_else(|| Error::Conflict("Their place is given up already".into()))?;
    let slot = slots.into_iter().find(|s| s.shift == who.shift).ok_or(Error::NotFound)?;
    if slot.over() {
        return Err(Error::Conflict("This is over: who came is kept as it is".into()));
    }
    Ok(RemovalPage { layout, event, slot, who }.into_response())
}

/// `POST /events/{id}/people/{sign_up}/removal`
///
/// # Errors
/// [`Error::NotFound`] outside the area, [`Error::Conflict`] when it is over.
pub async fn remove(viewer: Viewer, Path((id, sign_up)): Path<(Uuid, Uuid)>, _: Form<Nothing>) -> Answer {
    let mut scope = viewer.scope().await?;
    store::find(&mut scope, id).await?;
    let moved_up = sign_ups::give_up(&mut scope, id, sign_up).await?;
    scope.commit().await?;
    Ok(see_other(&format!("/events/{id}?said={}", if moved_up { "removed-moved" } else { "removed" })))
}

/// The shift that somebody is given.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Choosing {
    shift: String,
}

/// `POST /events/{id}/people/{sign_up}/shift`: for whoever was down before there were shifts.
///
/// # Errors
/// [`Error::NotFound`] outside the area, [`Error::Conflict`] when it was called off.
pub async fn choose(viewer: Viewer, Path((id, sign_up)): Path<(Uuid, Uuid)>, Form(form): Form<Choosing>) -> Answer {
    let mut scope = viewer.scope().await?;
    store::find(&mut scope, id).await?;
    let shift = form.shift.parse().map_err(|_| Error::NotFound)?;
    let taken = sign_ups::choose_shift(&mut scope, id, sign_up, shift).await?;
    scope.commit().await?;
    let word = match taken {
        Taken::Coming | Taken::Came => "shift-given",
        Taken::Waiting => "added-waiting",
        Taken::Already => "was-down",
    };
    Ok(see_other(&format!("/events/{id}?said={word}")))
}

/// One shift with its people, as the sheet and the ticks show it.
struct Group {
    slot: Slot,
    people: Vec<SignUp>,
}

/// The slots of an event with who is down for each.
async fn groups(scope: &mut Scoped, event: &Event) -> Result<crate::database::Seen<Vec<Group>>, Error> {
    let slots = slots::of(scope, std::slice::from_ref(event)).await?.remove(&event.id).unwrap_or_default();
    let seen = sign_ups::of(scope, event.id).await?;
    Ok(seen.map(|people| {
        let of = |slot: &Slot| people.iter().filter(|p| p.shift == slot.shift && p.stands()).cloned().collect();
        slots.into_iter().map(|slot| Group { people: of(&slot), slot }).collect()
    }))
}

#[derive(Template, WebTemplate)]
#[template(path = "events/attendance.html")]
struct AttendancePage {
    layout: Layout,
    event: Event,
    groups: Vec<Group>,
}

impl AttendancePage {
    fn nobody(&self) -> bool {
        self.groups.iter().all(|g| g.people.is_empty())
    }
}

/// `GET /events/{id}/attendance`
///
/// # Errors
/// [`Error::NotFound`] outside the area, [`Error::Conflict`] before it began.
pub async fn attendance(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>) -> Answer {
    let mut scope = viewer.scope().await?;
    let event = store::find(&mut scope, id).await?;
    if !event.begun() || event.cancelled.is_some() {
        return Err(sign_ups::too_early());
    }
    let begun = |groups: Vec<Group>| groups.into_iter().filter(|g| g.slot.begun()).collect();
    let seen = groups(&mut scope, &event).await?.map(begun);
    let groups = scope.finish(seen).await?;
    Ok(AttendancePage { layout, event, groups }.into_response())
}

/// Who came, and to which shift: each has a form of its own.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Ticks {
    shift: String,
    came: Vec<Uuid>,
}

/// `POST /events/{id}/attendance`
///
/// # Errors
/// [`Error::NotFound`] outside the area, [`Error::Conflict`] before it began.
pub async fn tick(viewer: Viewer, Path(id): Path<Uuid>, Form(form): Form<Ticks>) -> Answer {
    let mut scope = viewer.scope().await?;
    let event = store::find(&mut scope, id).await?;
    // What names no shift at all must not pass for the event itself.
    let shift = match form.shift.as_str() {
        "" => None,
        typed => Some(typed.parse().map_err(|_| Error::NotFound)?),
    };
    sign_ups::mark_came(&mut scope, &event, shift, &form.came).await?;
    scope.commit().await?;
    Ok(see_other(&format!("/events/{id}?said=ticked")))
}

#[derive(Template, WebTemplate)]
#[template(path = "events/sheet.html")]
struct SheetPage {
    layout: Layout,
    event: Event,
    code: String,
    groups: Vec<Group>,
    printed_by: String,
    now: DateTime<Utc>,
}

/// `GET /events/{id}/sheet`: for a clipboard.
///
/// # Errors
/// [`Error::NotFound`] outside the area.
pub async fn sheet(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>) -> Answer {
    let mut scope = viewer.scope().await?;
    let event = store::find(&mut scope, id).await?;
    let code = store::code(&mut scope, id).await?;
    let seen = groups(&mut scope, &event).await?;
    let groups = scope.finish(seen.for_print()).await?;
    let (printed_by, now) = (viewer.name.clone(), Utc::now());
    Ok(SheetPage { layout, event, code, groups, printed_by, now }.into_response())
}
