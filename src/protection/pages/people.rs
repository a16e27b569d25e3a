//! `/protection/subjects/{id}/consents` and `/details`: what somebody of Organise may ask who need not be on any register: no messages
//! by a channel any more, and what is wrong corrected.

use super::text;
use crate::access::{contact, email_address};
use crate::electors::folding::clean;
use crate::error::Error;
use crate::protection::store;
use crate::protection::store::people::{self, Details};
use crate::protection::{CHANNELS, Channel, Subject};
use crate::web::{Answer, FieldErrors, Form, Layout, Path, Viewer, see_other};
use askama::Template;
use askama_web::WebTemplate;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::Deserialize;
use uuid::Uuid;

/// The channels by which somebody of Organise is reached: they agree to each by itself.
fn channels() -> impl Iterator<Item = &'static Channel> {
    CHANNELS.iter().filter(|c| matches!(c.word, "post" | "phone" | "email" | "text"))
}

/// Whose pages these are: nobody else's.
fn person_of(subject: Subject) -> Result<Uuid, Error> {
    subject.person().ok_or(Error::NotFound)
}

#[derive(Template, WebTemplate)]
#[template(path = "protection/consents.html")]
struct ConsentsPage {
    layout: Layout,
    errors: FieldErrors,
    subject: Subject,
    name: String,
    channels: Vec<&'static Channel>,
    form: ConsentsForm,
}

impl ConsentsPage {
    fn is_ticked(&self, channel: &str) -> bool {
        self.form.channel.iter().any(|c| c == channel)
    }
}

/// What is taken back, and how they said it.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct ConsentsForm {
    channel: Vec<String>,
    how: String,
}

/// `GET /protection/subjects/{id}/consents`
///
/// # Errors
/// [`Error::NotFound`] of whoever is nobody of Organise.
pub async fn consents(viewer: Viewer, layout: Layout, Path(subject): Path<Subject>) -> Answer {
    draw_consents(&viewer, layout, subject, FieldErrors::default(), ConsentsForm::default()).await
}

async fn draw_consents(
    viewer: &Viewer,
    layout: Layout,
    subject: Subject,
    errors: FieldErrors,
    form: ConsentsForm,
) -> Answer {
    person_of(subject)?;
    let mut scope = viewer.scope().await?;
    let file = store::file(&mut scope, subject, false).await?;
    scope.commit().await?;
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let name = file.name().to_owned();
    let page = ConsentsPage { layout, errors, subject, name, channels: channels().collect(), form };
    Ok((status, page).into_response())
}

/// `POST /protection/subjects/{id}/consents`
///
/// # Errors
/// [`Error::NotFound`] of whoever is nobody of Organise.
pub async fn withdraw(
    viewer: Viewer,
    layout: Layout,
    Path(subject): Path<Subject>,
    Form(form): Form<ConsentsForm>,
) -> Answer {
    let person = person_of(subject)?;
    let mut errors = FieldErrors::default();
    if form.channel.is_empty() || !form.channel.iter().all(|word| channels().any(|c| c.word == word)) {
        errors.add("channel", "Tick at least one way");
    }
    let how = text(&mut errors, "how", &form.how, 1, 200, "Say how they said it, in 1 to 200 letters");
    if errors.any() {
        return draw_consents(&viewer, layout, subject, errors, form).await;
    }
    let mut scope = viewer.scope().await?;
    people::withdraw(&mut scope, person, &form.channel, &how).await?;
    scope.commit().await?;
    Ok(see_other(&format!("/protection/subjects/{subject}?said=consent-kept")))
}

#[derive(Template, WebTemplate)]
#[template(path = "protection/details.html")]
struct DetailsPage {
    layout: Layout,
    errors: FieldErrors,
    subject: Subject,
    name: String,
    form: DetailsForm,
}

/// What is right, as typed.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct DetailsForm {
    forename: String,
    surname: String,
    email: String,
    mobile: String,
    phone: String,
}

impl From<Details> for DetailsForm {
    fn from(held: Details) -> Self {
        let Details { forename, surname, email, mobile, phone } = held;
        DetailsForm { forename, surname, email, mobile, phone }
    }
}

impl DetailsForm {
    fn read(&self, held: &Details, errors: &mut FieldErrors) -> Option<Details> {
        let (forename, surname) = (clean(&self.forename), clean(&self.surname));
        if forename.is_empty() && surname.is_empty() {
            errors.add("surname", "Give a name");
        }
        for (field, name) in [("forename", &forename), ("surname", &surname)] {
            if name.chars().count() > 100 {
                errors.add(field, "Use at most 100 characters");
            }
        }
        let email = match self.email.trim() {
            typed if typed.is_empty() || typed == held.email => Some(typed.to_owned()),
            typed => errors.take(email_address(typed)),
        };
        let mobile = number("mobile", &self.mobile, &held.mobile, errors);
        let phone = number("phone", &self.phone, &held.phone, errors);
        Some(Details { forename, surname, email: email?, mobile: mobile?, phone: phone? }).filter(|_| !errors.any())
    }
}

/// A telephone number, or nothing. What is held already stays as it is written: a membership file may write it otherwise.
fn number(field: &'static str, typed: &str, held: &str, errors: &mut FieldErrors) -> Option<String> {
    match typed.trim() {
        typed if typed.is_empty() || typed == held => Some(typed.to_owned()),
        typed => {
            let number = contact(typed).ok().filter(|number| !number.contains('@'));
            errors.take(number.ok_or_else(|| Error::field(field, "Give a telephone number, like 07700 900123")))
        }
    }
}

/// What is held of somebody now, and what they are called.
async fn held(viewer: &Viewer, subject: Subject) -> Result<(String, Details), Error> {
    let person = person_of(subject)?;
    let mut scope = viewer.scope().await?;
    let file = store::file(&mut scope, subject, false).await?;
    let details = people::details(&mut scope, person).await?;
    scope.commit().await?;
    Ok((file.name().to_owned(), details))
}

/// `GET /protection/subjects/{id}/details`
///
/// # Errors
/// [`Error::NotFound`] of whoever is nobody of Organise.
pub async fn details(viewer: Viewer, layout: Layout, Path(subject): Path<Subject>) -> Answer {
    let (name, details) = held(&viewer, subject).await?;
    let errors = FieldErrors::default();
    Ok(DetailsPage { layout, errors, subject, name, form: details.into() }.into_response())
}

/// `POST /protection/subjects/{id}/details`
///
/// # Errors
/// [`Error::NotFound`] of whoever is nobody of Organise.
pub async fn correct(
    viewer: Viewer,
    layout: Layout,
    Path(subject): Path<Subject>,
    Form(form): Form<DetailsForm>,
) -> Answer {
    let (name, held) = held(&viewer, subject).await?;
    let mut errors = FieldErrors::default();
    let Some(right) = form.read(&held, &mut errors) else {
        let page = DetailsPage { layout, errors, subject, name, form };
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    };
    let mut scope = viewer.scope().await?;
    people::correct(&mut scope, person_of(subject)?, &held, &right).await?;
    scope.commit().await?;
    Ok(see_other(&format!("/protection/subjects/{subject}?said=details-kept")))
}
