//! `/tasks/new`: putting a task down by hand, about somebody on the register, a person of Organise, or nobody in particular.

use super::act::{self, New};
use super::kinds::KINDS;
use super::one::due_day;
use crate::access::text;
use crate::database::{Scoped, Seen};
use crate::electors::{self, ElectorId};
use crate::error::Error;
use crate::volunteers;
use crate::web::{Answer, FieldErrors, Form, Layout, Query, Viewer, see_other, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use chrono::Utc;
use serde::Deserialize;
use uuid::Uuid;

/// Whom it is about, and what was typed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct NewForm {
    id: Option<Uuid>,
    /// An elector's id; empty for none.
    elector: String,
    /// A person's id; empty for none.
    person: String,
    what: String,
    words: String,
    due: String,
    agreed: String,
}

impl NewForm {
    fn elector(&self) -> Result<Option<ElectorId>, Error> {
        let typed = Some(self.elector.as_str()).filter(|e| !e.is_empty());
        typed.map(str::parse).transpose().map_err(|_| Error::NotFound)
    }

    fn person(&self) -> Result<Option<Uuid>, Error> {
        let typed = Some(self.person.as_str()).filter(|e| !e.is_empty());
        typed.map(str::parse).transpose().map_err(|_| Error::NotFound)
    }
}

/// What they agree to when their matter goes to their representative.
pub const REFERRAL: &str = "May we pass your name, your address and what you told us to your elected representative, so that they can answer you?";

#[derive(Template, WebTemplate)]
#[template(path = "tasks/new.html")]
struct NewPage {
    layout: Layout,
    errors: FieldErrors,
    id: Uuid,
    /// Whom it is about.
    name: String,
    back: String,
    form: NewForm,
}

/// `GET /tasks/new`
///
/// # Errors
/// [`Error::NotFound`] when whom it names is not in the area in use.
pub async fn new(viewer: Viewer, layout: Layout, Query(mut form): Query<NewForm>) -> Answer {
    form.what = if form.elector.is_empty() { "other".into() } else { String::new() };
    let mut scope = viewer.scope().await?;
    form.due = act::usual_due(&mut scope, "other").await?.to_string();
    scope.commit().await?;
    draw(viewer, layout, form, FieldErrors::default()).await
}

async fn draw(viewer: Viewer, layout: Layout, form: NewForm, errors: FieldErrors) -> Answer {
    let mut scope = viewer.scope().await?;
    let seen = who(&mut scope, &form).await?;
    let name = scope.finish(seen).await?;
    let back = match (form.elector()?, form.person()?) {
        (Some(elector), _) => format!("/electors/{elector}"),
        (None, Some(person)) => format!("/volunteers/{person}"),
        _ => "/tasks".into(),
    };
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let id = form.id.unwrap_or_else(Uuid::now_v7);
    Ok((status, NewPage { layout, errors, id, name, back, form }).into_response())
}

async fn who(scope: &mut Scoped, form: &NewForm) -> Result<Seen<String>, Error> {
    match (form.elector()?, form.person()?) {
        (Some(elector), _) => Ok(electors::store::elector(scope, elector).await?.map(|e| e.name)),
        (None, Some(person)) => Ok(volunteers::store::one(scope, person).await?.map(|v| v.name())),
        _ => Ok(Seen::people(String::new(), [])),
    }
}

/// `POST /tasks/new`
///
/// # Errors
/// [`Error::NotFound`] when whom it names is not in the area in use.
pub async fn add(viewer: Viewer, layout: Layout, Form(form): Form<NewForm>) -> Answer {
    let mut errors = FieldErrors::default();
    let Some(new) = parse(&form, viewer.area, &mut errors)? else {
        return draw(viewer, layout, form, errors).await;
    };
    let mut scope = viewer.scope().await?;
    let seen = who(&mut scope, &form).await?;
    act::add(&mut scope, &new).await?;
    scope.finish(seen).await?;
    Ok(see_other(&format!("/tasks/{}?said=added", new.id)))
}

fn parse(form: &NewForm, area: i64, errors: &mut FieldErrors) -> Result<Option<New>, Error> {
    let (elector, person) = (form.elector()?, form.person()?);
    let kind = KINDS.iter().find(|k| k.by_hand && k.code == form.what);
    let kind = kind.filter(|k| elector.is_some() || k.code == "other");
    let kind = errors.take(kind.ok_or_else(|| Error::field("what", "Choose what is to be done")));
    let must_say = kind.is_some_and(|k| matches!(k.code, "other" | "referral"));
    let words = match form.words.trim() {
        "" if !must_say => Some(String::new()),
        _ => errors.take(text("words", &form.words, 500, "Say what is to be done")),
    };
    let referral = kind.is_some_and(|k| k.code == "referral");
    if referral && form.agreed.is_empty() {
        errors.add("agreed", "A matter goes to the representative only when they agreed. Ask them, then tick this");
    }
    let agreed = if referral { REFERRAL.to_owned() } else { String::new() };
    let due = errors.take(due_day(&form.due, words::day_of(Utc::now())));
    let new = || {
        let id = form.id.unwrap_or_else(Uuid::now_v7);
        Some(New { id, what: kind?.code, elector, person, area, words: words?, agreed, due: due? })
    };
    Ok(new().filter(|_| !errors.any()))
}
