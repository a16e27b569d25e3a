//! `/volunteers/{id}`: one volunteer or supporter, what they agreed to, what they do; and changing it.

use super::add::{self, Said};
use super::invitation::{self, Invitation};
use super::new::{ASKED, VolunteerForm};
use super::store::{self, Consent, Contact, Note};
use super::{State, Volunteer, change};
use crate::access::store::invitations::{self, Given, New};
use crate::access::{Role, grant_end, text, usual_end};
use crate::areas::store as areas;
use crate::database::{Scoped, Seen};
use crate::error::Error;
use crate::events::attended::{self, Attended};
use crate::messages::silence::{self, Silence};
use crate::messages::store::{Had, of_person};
use crate::tasks::{self, Task};
use crate::web::{Answer, App, FieldErrors, Form, Layout, Path, Query, Viewer, see_other, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono::{NaiveDate, Utc};
use serde::Deserialize;
use uuid::Uuid;

/// What the page says was done a moment ago.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    said: String,
}

/// What the small forms of the page send, as typed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SmallForm {
    channel: String,
    given: String,
    source: String,
    words: String,
    state: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "volunteers/one.html")]
struct VolunteerPage {
    layout: Layout,
    errors: FieldErrors,
    organises: bool,
    today: NaiveDate,
    volunteer: Volunteer,
    contact: Option<Contact>,
    consents: Vec<Consent>,
    notes: Vec<Note>,
    tasks: Vec<Task>,
    did: Attended,
    /// The invitation to an account that they were sent last, for whoever organises.
    invitation: Option<Invitation>,
    form: SmallForm,
    said: &'static str,
    /// Which of their addresses nothing is sent to.
    silences: Vec<Silence>,
    /// What they were sent.
    had: Vec<Had>,
}

impl VolunteerPage {
    /// Who holds how they are reached may have an address tried again.
    fn may_lift(&self) -> bool {
        !self.organises || self.contact.is_some()
    }

    fn address_again(&self) -> String {
        format!("/volunteers/{}/address", self.volunteer.person)
    }

    fn consent(&self, channel: &str) -> Option<&Consent> {
        self.consents.iter().find(|c| c.channel == channel)
    }

    /// Whether an invitation may go to them now.
    fn may_invite(&self) -> bool {
        self.volunteer.account.is_none()
            && !self.volunteer.supports()
            && self.invitation.is_none_or(|sent| sent.may_again())
    }

    /// Whether one is out that may be withdrawn.
    fn may_withdraw(&self) -> bool {
        self.invitation.is_some_and(|sent| sent.is_out())
    }

    fn add_task(&self) -> String {
        format!("/tasks/new?person={}", self.volunteer.person)
    }
}

/// The channels that somebody may agree to, and their words.
const CHANNELS: [(&str, &str); 4] =
    [("phone", "Ringing"), ("text", "Text messages"), ("email", "Email"), ("post", "Post")];

/// `GET /volunteers/{id}`
///
/// # Errors
/// [`Error::NotFound`] outside the area in use.
pub async fn show(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, Query(asked): Query<Asked>) -> Answer {
    let said = match asked.said.as_str() {
        "added" => "They are a volunteer now",
        "supports" => "They are a supporter now: messages reach them in the ways that they agreed to",
        "changed" => "The changes are kept",
        "consent" => "What they said is on record, and holds from now on",
        "noted" => "The note is kept",
        "paused" => "Paused. Nothing is asked of them until they start again",
        "stopped" => "They have stopped. Nothing is asked of them; their record stays until its time is over",
        "active" => "They help again",
        "invited" => "The invitation is on its way by email. When they take it up, this page knows their account",
        "withdrawn" => "The invitation is withdrawn: its link opens nothing any more. You may send another",
        "none-out" => "No invitation is out any more",
        "other-address" => {
            "The changes are kept. The invitation that was out had gone to the old address, and is withdrawn: invite them again"
        }
        "joined" => "They are on record as a volunteer now. What they agree to is still to be asked",
        _ => "",
    };
    draw(&viewer, layout, id, FieldErrors::default(), SmallForm::default(), said).await
}

struct Read {
    volunteer: Volunteer,
    contact: Option<Contact>,
    consents: Vec<Consent>,
    notes: Vec<Note>,
    tasks: Vec<Task>,
    did: Attended,
    invitation: Option<Invitation>,
}

async fn read(scope: &mut Scoped, id: Uuid) -> Result<Seen<Read>, Error> {
    let volunteer = store::one(scope, id).await?;
    let contact = store::contact(scope, id).await?;
    let consents = store::consents(scope, id).await?;
    let notes = store::notes(scope, id).await?;
    let account = sqlx::query_scalar!("select account_id from person where person_id = $1", id)
        .fetch_optional(scope.connection())
        .await?
        .flatten();
    let organises = store::organises(scope);
    let did = attended::of(scope, id).await?;
    let tasks = match organises {
        true => tasks::store::of_person(scope, id, account).await?,
        false => Seen::people(Vec::new(), []),
    };
    let invitation = if organises { invitation::of(scope, id).await? } else { None };
    let read = volunteer.and(tasks);
    Ok(read.map(|(volunteer, tasks)| Read { volunteer, contact, consents, notes, tasks, did, invitation }))
}

async fn draw(
    viewer: &Viewer,
    layout: Layout,
    id: Uuid,
    errors: FieldErrors,
    form: SmallForm,
    said: &'static str,
) -> Answer {
    let mut scope = viewer.scope().await?;
    let organises = store::organises(&scope);
    let seen = read(&mut scope, id).await?;
    let silences = silence::of(&mut scope, id).await?;
    let had = of_person(&mut scope, id).await?;
    let Read { volunteer, contact, consents, notes, tasks, did, invitation } = scope.finish(seen).await?;
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let today = words::day_of(Utc::now());
    let page = VolunteerPage {
        layout,
        errors,
        organises,
        today,
        volunteer,
        contact,
        consents,
        notes,
        tasks,
        did,
        invitation,
        form,
        said,
        silences,
        had,
    };
    Ok((status, page).into_response())
}

fn back(id: Uuid, said: &str) -> Response {
    see_other(&format!("/volunteers/{id}?said={said}"))
}

/// Refuses what is not in the area in use before anything typed is looked at.
async fn must_be_there(viewer: &Viewer, id: Uuid) -> Result<Volunteer, Error> {
    let mut scope = viewer.scope().await?;
    let seen = store::one(&mut scope, id).await?;
    scope.finish(seen).await
}

/// `POST /volunteers/{id}/consents`
///
/// # Errors
/// [`Error::NotFound`] outside the area in use.
pub async fn consent(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, Form(form): Form<SmallForm>) -> Answer {
    must_be_there(&viewer, id).await?;
    let mut errors = FieldErrors::default();
    let source =
        errors.take(text("source", &form.source, 100, "Say how they said it, for example “on the phone today”"));
    let channel = CHANNELS.iter().find(|(c, _)| *c == form.channel).map(|(c, _)| *c);
    let channel = errors.take(channel.ok_or_else(|| Error::field("channel", "Choose what it is about")));
    if !matches!(form.given.as_str(), "yes" | "no") {
        errors.add("given", "Say whether they agreed");
    }
    let (Some(source), Some(channel), false) = (source, channel, errors.any()) else {
        return draw(&viewer, layout, id, errors, form, "").await;
    };
    let asked = ASKED.iter().find(|(c, ..)| *c == channel).map(|(.., wording)| *wording);
    let wording = match form.given.as_str() {
        "yes" => asked.unwrap_or("May we write to you by post about helping and about our campaigns here?"),
        _ => "They said no",
    };
    let mut scope = viewer.scope().await?;
    let said = Said { channel, given: form.given == "yes", wording, source: &source };
    add::consent(&mut scope, id, said).await?;
    scope.commit().await?;
    Ok(back(id, "consent"))
}

/// `POST /volunteers/{id}/notes`
///
/// # Errors
/// [`Error::NotFound`] outside the area in use.
pub async fn note(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, Form(form): Form<SmallForm>) -> Answer {
    must_be_there(&viewer, id).await?;
    let mut errors = FieldErrors::default();
    let Some(words) = errors.take(text("words", &form.words, 1000, "Write what is worth knowing")) else {
        return draw(&viewer, layout, id, errors, form, "").await;
    };
    let mut scope = viewer.scope().await?;
    change::note(&mut scope, id, &words).await?;
    scope.commit().await?;
    Ok(back(id, "noted"))
}

/// `POST /volunteers/{id}/state`: pauses, stops, starts again.
///
/// # Errors
/// [`Error::NotFound`] outside the area in use.
pub async fn state(viewer: Viewer, Path(id): Path<Uuid>, Form(form): Form<SmallForm>) -> Answer {
    let state = State::parse(&form.state);
    let volunteer = must_be_there(&viewer, id).await?;
    let mut scope = viewer.scope().await?;
    change::state(&mut scope, &volunteer, state).await?;
    scope.commit().await?;
    Ok(back(id, if volunteer.supports() { "added" } else { state.as_str() }))
}

#[derive(Template, WebTemplate)]
#[template(path = "volunteers/change.html")]
struct ChangePage {
    layout: Layout,
    errors: FieldErrors,
    volunteer: Volunteer,
    /// Whether whoever looks may change how they are reached.
    reachable: bool,
    form: VolunteerForm,
}

/// `GET /volunteers/{id}/change`
///
/// # Errors
/// [`Error::NotFound`] outside the area in use.
pub async fn change_form(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>) -> Answer {
    draw_change(&viewer, layout, id, None, FieldErrors::default()).await
}

async fn draw_change(
    viewer: &Viewer,
    layout: Layout,
    id: Uuid,
    typed: Option<VolunteerForm>,
    errors: FieldErrors,
) -> Answer {
    let mut scope = viewer.scope().await?;
    let seen = store::one(&mut scope, id).await?;
    let contact = store::contact(&mut scope, id).await?;
    let volunteer = scope.finish(seen).await?;
    let reachable = contact.is_some();
    let form = typed.unwrap_or_else(|| {
        let contact = contact.unwrap_or_default();
        VolunteerForm {
            email: contact.email,
            mobile: contact.mobile,
            under_18: volunteer.under_18,
            skill: volunteer.skills.clone(),
            when: volunteer.availability.clone(),
            how_far: volunteer.how_far.clone(),
            languages: volunteer.languages.clone(),
            access_needs: volunteer.access_needs.clone(),
            ..VolunteerForm::default()
        }
    });
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, ChangePage { layout, errors, volunteer, reachable, form }).into_response())
}

/// `POST /volunteers/{id}/change`
///
/// # Errors
/// [`Error::NotFound`] outside the area in use.
pub async fn change_it(
    viewer: Viewer,
    layout: Layout,
    Path(id): Path<Uuid>,
    Form(form): Form<VolunteerForm>,
) -> Answer {
    let held = must_be_there(&viewer, id).await?;
    let mut errors = FieldErrors::default();
    let (offer, reach) = (form.offer(&mut errors), form.reach(&mut errors));
    let (Some(offer), Some((email, mobile)), false) = (offer, reach, errors.any()) else {
        return draw_change(&viewer, layout, id, Some(form), errors).await;
    };
    let mut scope = viewer.scope().await?;
    if !held.supports() {
        change::offer(&mut scope, id, &offer).await?;
    }
    let out = invitation::is_out(&mut scope, id).await?;
    change::reach(&mut scope, id, &email, &mobile, form.under_18).await?;
    // An invitation ends with the address that it went to.
    let ended = out && !invitation::is_out(&mut scope, id).await?;
    scope.commit().await?;
    Ok(back(id, if ended { "other-address" } else { "changed" }))
}

/// `POST /volunteers/{id}/invitation`: an account and access as a canvasser in their own area, in one step.
///
/// # Errors
/// [`Error::NotFound`] outside the area in use.
pub async fn invite(
    Shared(app): Shared<App>,
    viewer: Viewer,
    layout: Layout,
    Path(id): Path<Uuid>,
    Form(_): Form<SmallForm>,
) -> Answer {
    let mut scope = viewer.scope().await?;
    let seen = store::one(&mut scope, id).await?;
    let contact = store::contact(&mut scope, id).await?;
    let volunteer = scope.finish(seen).await?;
    let email = contact.map(|c| c.email).unwrap_or_default();
    let mut errors = FieldErrors::default();
    if volunteer.account.is_some() {
        errors.add("invitation", "They have an account already. Give it access under Access");
    } else if volunteer.supports() {
        errors.add("invitation", "They do not help yet. Make them a volunteer first");
    } else if volunteer.state == State::Stopped {
        errors.add("invitation", "They have stopped. Let them start again first");
    } else if email.is_empty() {
        errors.add("invitation", "Invitations go by email: put their email address down first");
    }
    if !errors.any() {
        let sent = send(&app, &viewer, &volunteer, email).await;
        let sent = sent.map_err(|error| match error {
            Error::Invalid(fields) => Error::Invalid(
                fields.into_iter().map(|f| crate::error::FieldError { field: "invitation".into(), ..f }).collect(),
            ),
            other => other,
        });
        if errors.take_invalid(sent)?.is_some() {
            return Ok(back(id, "invited"));
        }
    }
    draw(&viewer, layout, id, errors, SmallForm::default(), "").await
}

/// `POST /volunteers/{id}/invitation/withdrawal`: ends the invitation that is out, whoever sent it.
///
/// # Errors
/// [`Error::NotFound`] outside the area in use.
pub async fn withdraw(viewer: Viewer, Path(id): Path<Uuid>, Form(_): Form<SmallForm>) -> Answer {
    must_be_there(&viewer, id).await?;
    let mut scope = viewer.scope().await?;
    let ended = invitation::withdraw(&mut scope, id).await?;
    scope.commit().await?;
    Ok(back(id, if ended { "withdrawn" } else { "none-out" }))
}

async fn send(app: &App, viewer: &Viewer, volunteer: &Volunteer, email: String) -> Result<(), Error> {
    let mut scope = viewer.scope().await?;
    invitation::none_is_out(&mut scope, volunteer.person).await?;
    let today = words::day_of(Utc::now());
    let areas = areas::worked_in(&mut scope).await?;
    let area = areas.into_iter().find(|a| a.id == volunteer.area).ok_or(Error::NotFound)?;
    let polls = crate::access::store::volunteers::polls_in(&mut scope, area.id, today).await?;
    let next = polls.first().map(|(name, day)| (name.as_str(), *day));
    let usual = usual_end(Role::Volunteer, today, next, Some(words::day_of(viewer.grant_ends)));
    let until = grant_end(&usual.day.to_string())?.min(viewer.grant_ends);
    let purpose = "Canvassing and other help with campaigns".to_owned();
    let new = New {
        name: volunteer.name(),
        email,
        reason: "A volunteer of the area".into(),
        given: Some(Given { role: Role::Volunteer, area, purpose, until }),
    };
    let link = invitations::send(&mut scope, (&app.keys, &app.config.base_url), &viewer.name, &new).await?;
    change::invited(&mut scope, volunteer.person, link).await?;
    scope.commit().await
}
