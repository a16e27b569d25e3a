//! `/volunteers/new`: writing somebody down who helps, or who wants to hear from us and does not help: typed in, or from a task
//! that came of what they said at the door.

use super::add::{self, Offer, Said, Who};
use super::store::{self, Namesake};
use super::{AVAILABILITY, Choice, HOW_FAR, SKILLS};
use crate::access::{contact, email_address, text};
use crate::areas::{Area, store as areas};
use crate::database::Scoped;
use crate::electors::ElectorId;
use crate::electors::folding::clean;
use crate::error::Error;
use crate::tasks::{self, About};
use crate::web::{Answer, FieldErrors, Form, Layout, Query, Viewer, see_other};
use askama::Template;
use askama_web::WebTemplate;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::Deserialize;
use uuid::Uuid;

/// What they are asked about each way of reaching them: channel, the form's field, the words.
pub const ASKED: [(&str, &str, &str); 3] = [
    ("phone", "ring", "May we ring you about helping and about our campaigns here?"),
    ("email", "write", "May we write to you by email about helping and about our campaigns here?"),
    ("text", "text", "May we send you text messages about helping and about our campaigns here?"),
];

/// The answers, as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct VolunteerForm {
    pub(super) id: Option<Uuid>,
    /// The task that it began with.
    pub(super) task: Option<Uuid>,
    /// Of people of the same name: whose record it is, or `new`.
    pub(super) who: String,
    pub(super) forename: String,
    pub(super) surname: String,
    pub(super) area: String,
    pub(super) email: String,
    pub(super) mobile: String,
    pub(super) under_18: bool,
    /// `no`: they want to hear from us, and do not help.
    pub(super) helps: String,
    /// The ways they agreed to.
    pub(super) agreed: Vec<String>,
    pub(super) skill: Vec<String>,
    pub(super) when: Vec<String>,
    pub(super) how_far: String,
    pub(super) languages: String,
    pub(super) access_needs: String,
}

impl VolunteerForm {
    /// Whether a tick of the form was set.
    pub(super) fn ticked(held: &[String], code: &str) -> bool {
        held.iter().any(|h| h == code)
    }

    /// Whether they are to be a supporter: they want to hear from us, and do not help.
    pub(super) fn supports(&self) -> bool {
        self.helps == "no"
    }

    /// What they offer, as the database takes it.
    pub(super) fn offer(&self, errors: &mut FieldErrors) -> Option<Offer> {
        let known = |choices: &[Choice], held: &[String]| -> Vec<String> {
            choices.iter().filter(|(c, _)| Self::ticked(held, c)).map(|(c, _)| (*c).to_owned()).collect()
        };
        let maybe = |field: &str, typed: &str, most: usize| {
            if typed.trim().is_empty() { Ok(String::new()) } else { text(field, typed, most, "") }
        };
        let languages = errors.take(maybe("languages", &self.languages, 100));
        let access_needs = errors.take(maybe("access_needs", &self.access_needs, 300));
        let far = HOW_FAR.iter().find(|(c, _)| *c == self.how_far).map_or("", |(c, _)| c);
        Some(Offer {
            skills: known(&SKILLS, &self.skill),
            availability: known(&AVAILABILITY, &self.when),
            how_far: far.to_owned(),
            languages: languages?,
            access_needs: access_needs?,
        })
    }

    /// Email address and mobile: what was typed can be used, and a way that they agreed to can be gone.
    pub(super) fn reach(&self, errors: &mut FieldErrors) -> Option<(String, String)> {
        let email = match self.email.trim() {
            "" => Some(String::new()),
            typed => errors.take(email_address(typed)),
        };
        let mobile = match self.mobile.trim() {
            "" => Some(String::new()),
            typed if typed.contains('@') => {
                errors.add("mobile", "Give a telephone number, like 07700 900123");
                None
            }
            typed => errors
                .take(contact(typed).map_err(|_| Error::field("mobile", "Give a telephone number, like 07700 900123"))),
        };
        Some((email?, mobile?))
    }
}

#[derive(Template, WebTemplate)]
#[template(path = "volunteers/new.html")]
struct NewPage {
    layout: Layout,
    errors: FieldErrors,
    id: Uuid,
    areas: Vec<Area>,
    namesakes: Vec<Namesake>,
    form: VolunteerForm,
}

/// What the form begins with.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Begin {
    task: Option<Uuid>,
    helps: String,
}

/// `GET /volunteers/new`
///
/// # Errors
/// [`Error::NotFound`] when the task is not in the area in use.
pub async fn new(viewer: Viewer, layout: Layout, Query(begin): Query<Begin>) -> Answer {
    let (task, helps) = (begin.task, begin.helps);
    let mut form = VolunteerForm { task, helps, area: viewer.area.to_string(), ..VolunteerForm::default() };
    if let Some(task) = task {
        (form.forename, form.surname) = said_so(&viewer, task).await?.names;
    }
    draw(viewer, layout, form, FieldErrors::default(), Vec::new()).await
}

/// What a task says of whom it is about.
#[derive(Default)]
struct SaidSo {
    elector: Option<ElectorId>,
    names: (String, String),
    /// Whether it is to ask them to help, and is over with the answer.
    asks: bool,
}

/// The elector whom a task is about, and their names.
async fn said_so(viewer: &Viewer, task: Uuid) -> Result<SaidSo, Error> {
    let mut scope = viewer.scope().await?;
    if !store::organises(&scope) {
        return Err(Error::NotFound);
    }
    let seen = tasks::store::one(&mut scope, task).await?;
    let (about, asks) = scope.finish(seen.map(|t| (t.about, t.kind.code == "will-help"))).await?;
    let About::Elector { id, .. } = about else { return Ok(SaidSo { asks, ..SaidSo::default() }) };
    let mut scope = viewer.scope().await?;
    let names = sqlx::query!(
        "select forenames, surname from elector where partition_id = $1 and elector_id = $2",
        id.partition,
        id.id
    )
    .fetch_optional(scope.connection())
    .await?;
    // They are on record by the look at the task a moment ago.
    scope.commit().await?;
    let names = names.map(|n| (n.forenames, n.surname)).unwrap_or_default();
    Ok(SaidSo { elector: Some(id), names, asks })
}

async fn draw(
    viewer: Viewer,
    layout: Layout,
    form: VolunteerForm,
    errors: FieldErrors,
    namesakes: Vec<Namesake>,
) -> Answer {
    let mut scope = viewer.scope().await?;
    let areas = areas::worked_in(&mut scope).await?;
    scope.commit().await?;
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let id = form.id.unwrap_or_else(Uuid::now_v7);
    Ok((status, NewPage { layout, errors, id, areas, namesakes, form }).into_response())
}

/// `POST /volunteers/new`
///
/// # Errors
/// [`Error::NotFound`] when the task or the record named is not in the area in use.
pub async fn add(viewer: Viewer, layout: Layout, Form(form): Form<VolunteerForm>) -> Answer {
    let mut errors = FieldErrors::default();
    let id = form.id.unwrap_or_else(Uuid::now_v7);
    let said = match form.task {
        Some(task) => said_so(&viewer, task).await?,
        None => SaidSo::default(),
    };
    let Some((who, offer)) = parse(&viewer, &form, &mut errors).await? else {
        return draw(viewer, layout, form, errors, Vec::new()).await;
    };
    let known = form.who.parse::<Uuid>().ok();
    if known.is_none() && form.who != "new" {
        let mut scope = viewer.scope().await?;
        let seen = store::namesakes(&mut scope, &who.name_key()).await?;
        let namesakes: Vec<_> = scope.finish(seen).await?.into_iter().filter(|n| n.person != id).collect();
        if !namesakes.is_empty() {
            return draw(viewer, layout, form, errors, namesakes).await;
        }
    }
    let mut scope = viewer.scope().await?;
    let person = known.unwrap_or(id);
    if known.is_none() {
        add::person(&mut scope, id, &who).await?;
    } else if who.under_18 {
        add::said_under_18(&mut scope, person).await?;
    }
    if !form.supports() {
        add::volunteer(&mut scope, person, &offer).await?;
    }
    agreed(&mut scope, person, &form, said.elector.is_some()).await?;
    if let Some(task) = form.task {
        let outcome = if form.supports() { "hears" } else { "joined" };
        add::from_door(&mut scope, person, task, said.elector, said.asks.then_some(outcome)).await?;
    }
    let member = store::only_member(&mut scope, person).await?;
    scope.commit().await?;
    Ok(see_other(&match (member, form.supports()) {
        (true, _) => format!("/members/{person}"),
        (false, true) => format!("/volunteers/{person}?said=supports"),
        (false, false) => format!("/volunteers/{person}?said=added"),
    }))
}

async fn agreed(scope: &mut Scoped, person: Uuid, form: &VolunteerForm, door: bool) -> Result<(), Error> {
    let source = match (form.supports(), door) {
        (true, true) => "after we spoke with them at their door",
        (true, false) => "when they said that they want to hear from us",
        (false, true) => "after they said at the door that they will help",
        (false, false) => "when they said that they help",
    };
    for (channel, field, wording) in ASKED {
        if VolunteerForm::ticked(&form.agreed, field) {
            add::consent(scope, person, Said { channel, given: true, wording, source }).await?;
        }
    }
    Ok(())
}

async fn parse(viewer: &Viewer, form: &VolunteerForm, errors: &mut FieldErrors) -> Result<Option<(Who, Offer)>, Error> {
    let (forename, surname) = (clean(&form.forename), clean(&form.surname));
    if forename.is_empty() && surname.is_empty() {
        errors.add("surname", "Give a name");
    }
    for (field, name) in [("forename", &forename), ("surname", &surname)] {
        if name.chars().count() > 100 {
            errors.add(field, "Use at most 100 characters");
        }
    }
    let reach = form.reach(errors);
    let existing = form.who.parse::<Uuid>().is_ok();
    if reach.as_ref().is_some_and(|(email, mobile)| email.is_empty() && mobile.is_empty()) && !existing {
        errors.add("mobile", "Give a mobile number or an email address, so that they can be reached");
    }
    if let Some((email, mobile)) = &reach {
        agreed_without_way(form, email, mobile, errors);
    }
    if form.supports() && !ASKED.iter().any(|(_, field, _)| VolunteerForm::ticked(&form.agreed, field)) {
        errors.add(
            "agreed",
            "Tick the ways in which they want to hear from us: without one there is nothing to keep them for",
        );
    }
    let offer = form.offer(errors);
    let mut scope = viewer.scope().await?;
    let areas = areas::worked_in(&mut scope).await?;
    scope.commit().await?;
    let area = areas.iter().find(|a| a.id.to_string() == form.area).map(|a| a.id);
    let area = errors.take(area.ok_or_else(|| Error::field("area", "Choose an area inside your own")));
    let source = if form.task.is_some() { "door" } else { "typed" };
    let made = || {
        let (email, mobile) = reach?;
        Some((Who { forename, surname, area: area?, under_18: form.under_18, email, mobile, source }, offer?))
    };
    Ok(made().filter(|_| !errors.any()))
}

/// Whoever agreed to be rung must be ringable.
fn agreed_without_way(form: &VolunteerForm, email: &str, mobile: &str, errors: &mut FieldErrors) {
    let ticked = |field| VolunteerForm::ticked(&form.agreed, field);
    if form.who.parse::<Uuid>().is_ok() {
        return;
    }
    if ticked("write") && email.is_empty() {
        errors.add("email", "They agreed to be written to: give their email address");
    }
    if (ticked("ring") || ticked("text")) && mobile.is_empty() {
        errors.add("mobile", "They agreed to be rung or sent texts: give their mobile number");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_agrees_to_a_way_can_be_reached_that_way() {
        let form = VolunteerForm { agreed: vec!["ring".into(), "write".into()], ..VolunteerForm::default() };
        let mut errors = FieldErrors::default();
        agreed_without_way(&form, "", "", &mut errors);
        assert_eq!(errors.0.len(), 2);
        let mut errors = FieldErrors::default();
        agreed_without_way(&form, "bo@lantern.example", "+447700900123", &mut errors);
        assert!(!errors.any());
    }

    #[test]
    fn only_what_the_form_offers_is_kept() {
        let form = VolunteerForm { skill: vec!["driving".into(), "flying".into()], ..VolunteerForm::default() };
        let offer = form.offer(&mut FieldErrors::default()).unwrap();
        assert_eq!(offer.skills, ["driving"]);
    }
}
