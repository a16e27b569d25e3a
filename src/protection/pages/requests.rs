//! `/protection/requests`: the queue by what is due, one request with its record, and the letters that answer it.

use super::text;
use crate::error::Error;
use crate::exports::Attachment;
use crate::paper::typeset;
use crate::protection::letters::{self, Letter, today};
use crate::protection::requests::{Act, CameBy, Event, Kind, Request};
use crate::protection::store::{self, NewRequest, Queue};
use crate::protection::{Subject, suppress};
use crate::web::paging::{Paging, SIZE};
use crate::web::{Answer, FieldErrors, Form, Layout, Path, Query, Viewer, see_other, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono::NaiveDate;
use serde::Deserialize;

#[derive(Template, WebTemplate)]
#[template(path = "protection/requests.html")]
struct QueuePage {
    layout: Layout,
    queue: Queue,
    requests: Vec<Request>,
    open: i64,
    late: i64,
    held_back: i64,
    today: NaiveDate,
    paging: Paging,
}

impl QueuePage {
    fn here(&self) -> &'static str {
        if self.queue == Queue::Open { "/protection/requests?" } else { "/protection/requests?tab=closed&" }
    }
}

/// Which part of the queue.
#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    tab: String,
    #[serde(default)]
    page: String,
}

/// `GET /protection/requests`
pub async fn list(viewer: Viewer, layout: Layout, Query(asked): Query<Asked>) -> Answer {
    let queue = if asked.tab == "closed" { Queue::Closed } else { Queue::Open };
    let (paging, today) = (Paging::asked(&asked.page), today());
    let mut scope = viewer.scope().await?;
    let (requests, total) = store::list(&mut scope, queue, paging.skip(), SIZE).await?;
    let (open, late) = store::counts(&mut scope, today).await?;
    let held_back = suppress::waiting(&mut scope).await?;
    scope.commit().await?;
    paging.must_be_there(requests.len())?;
    let paging = paging.of(total);
    Ok(QueuePage { layout, queue, requests, open, late, held_back, today, paging }.into_response())
}

/// What a new request says.
#[derive(Deserialize, Default)]
pub struct NewForm {
    #[serde(default)]
    kind: String,
    #[serde(default)]
    came_by: String,
    #[serde(default)]
    received: String,
    #[serde(default)]
    asker: String,
    #[serde(default)]
    answer_to: String,
    #[serde(default)]
    about: String,
    #[serde(default)]
    subject: String,
}

impl NewForm {
    fn read(&self, errors: &mut FieldErrors) -> Option<NewRequest> {
        let kind = Kind::parse(&self.kind);
        if kind.is_none() {
            errors.add("kind", "Choose what they ask for");
        }
        let came_by = CameBy::parse(&self.came_by);
        if came_by.is_none() {
            errors.add("came_by", "Choose how it came");
        }
        let first = NaiveDate::from_ymd_opt(2018, 5, 25).unwrap_or_default();
        let received = self.received.trim().parse::<NaiveDate>().ok().filter(|d| (first..=today()).contains(d));
        if received.is_none() {
            errors.add("received", "Give the day on which it came, today or before");
        }
        let asker = text(errors, "asker", &self.asker, 1, 200, "Give their name, in 1 to 200 letters");
        let answer_to = text(errors, "answer_to", &self.answer_to, 0, 500, "Give an address of 500 letters at most");
        let about = text(errors, "about", &self.about, 0, 2000, "Say it in 2,000 letters at most");
        let subject = self.subject.trim().parse().ok();
        let (kind, came_by, received_on) = (kind?, came_by?, received?);
        (!errors.any()).then_some(NewRequest { kind, came_by, received_on, asker, answer_to, about, subject })
    }
}

#[derive(Template, WebTemplate)]
#[template(path = "protection/request-new.html")]
struct NewPage {
    layout: Layout,
    errors: FieldErrors,
    form: NewForm,
}

/// For whom, when a file leads here.
#[derive(Deserialize)]
pub struct For {
    #[serde(default)]
    subject: String,
}

/// `GET /protection/requests/new`
pub async fn new(_: Viewer, layout: Layout, Query(For { subject }): Query<For>) -> Answer {
    let form = NewForm { received: today().to_string(), subject, ..NewForm::default() };
    Ok(NewPage { layout, errors: FieldErrors::default(), form }.into_response())
}

/// `POST /protection/requests`
pub async fn add(viewer: Viewer, layout: Layout, Form(form): Form<NewForm>) -> Answer {
    let mut errors = FieldErrors::default();
    let Some(new) = form.read(&mut errors) else {
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, NewPage { layout, errors, form }).into_response());
    };
    let mut scope = viewer.scope().await?;
    let id = store::add(&mut scope, &new).await?;
    scope.commit().await?;
    Ok(see_other(&format!("/protection/requests/{id}")))
}

#[derive(Template, WebTemplate)]
#[template(path = "protection/request.html")]
struct RequestPage {
    layout: Layout,
    errors: FieldErrors,
    request: Request,
    events: Vec<Event>,
    acts: Vec<Act>,
    today: NaiveDate,
    typed: String,
    chosen: String,
}

async fn page(
    viewer: &Viewer,
    layout: Layout,
    id: i64,
    errors: FieldErrors,
    typed: (String, String),
) -> Answer<RequestPage> {
    let today = today();
    let mut scope = viewer.scope().await?;
    let request = store::get(&mut scope, id).await?;
    let events = store::events(&mut scope, id).await?;
    scope.commit().await?;
    let acts = request.next(today);
    Ok(RequestPage { layout, errors, request, events, acts, today, typed: typed.0, chosen: typed.1 })
}

/// `GET /protection/requests/{number}`
pub async fn show(viewer: Viewer, layout: Layout, Path(id): Path<i64>) -> Answer {
    Ok(page(&viewer, layout, id, FieldErrors::default(), Default::default()).await?.into_response())
}

/// What was done.
#[derive(Deserialize)]
pub struct ActForm {
    #[serde(default)]
    act: String,
    #[serde(default)]
    words: String,
    #[serde(default)]
    subject: String,
}

/// `POST /protection/requests/{number}`: puts an act on record, or says whom it is about.
pub async fn act(viewer: Viewer, layout: Layout, Path(id): Path<i64>, Form(form): Form<ActForm>) -> Answer<Response> {
    // An offer that waits to be confirmed is gone within two days: a request is about nobody by it.
    if let Some(subject) = form.subject.parse::<Subject>().ok().filter(|s| s.offer().is_none()) {
        let mut scope = viewer.scope().await?;
        store::found(&mut scope, id, subject).await?;
        scope.commit().await?;
        return Ok(see_other(&format!("/protection/requests/{id}")));
    }
    let mut errors = FieldErrors::default();
    let act = Act::parse(&form.act);
    if act.is_none() {
        errors.add("act", "Choose what was done");
    }
    let needs = act.is_some_and(|a| {
        matches!(a, Act::Extended | Act::Refused | Act::Stopped | Act::IdentityAsked | Act::IdentityProved | Act::Note)
    });
    let advice = if needs { "Say it in 1 to 2,000 letters: what, and why" } else { "Say it in 2,000 letters at most" };
    let said = text(&mut errors, "words", &form.words, usize::from(needs), 2000, advice);
    let Some(act) = act.filter(|_| !errors.any()) else {
        let page = page(&viewer, layout, id, errors, (form.words, form.act)).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    };
    let mut scope = viewer.scope().await?;
    store::act(&mut scope, id, act, &said, today()).await?;
    scope.commit().await?;
    Ok(see_other(&format!("/protection/requests/{id}")))
}

/// A letter to be made.
#[derive(Deserialize)]
pub struct LetterForm {
    #[serde(default)]
    letter: String,
    #[serde(default)]
    typed: String,
}

/// `POST /protection/requests/{number}/letters`: the letter as a PDF, on the request's record.
pub async fn letter(
    viewer: Viewer,
    layout: Layout,
    Path(id): Path<i64>,
    Form(form): Form<LetterForm>,
) -> Answer<Response> {
    let mut errors = FieldErrors::default();
    let chosen = Letter::parse(&form.letter);
    if chosen.is_none() {
        errors.add("letter", "Choose a letter");
    }
    let least = usize::from(chosen.is_some_and(Letter::needs_words));
    let typed = text(&mut errors, "typed", &form.typed, least, 5000, "Write it in 1 to 5,000 letters");
    let Some(chosen) = chosen.filter(|_| !errors.any()) else {
        let page = page(&viewer, layout, id, errors, Default::default()).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    };
    let mut scope = viewer.scope().await?;
    let request = store::get(&mut scope, id).await?;
    if request.asker.is_empty() {
        return Err(Error::Conflict("They were erased: there is nobody to write to any more".into()));
    }
    let about = store::about(&mut scope).await?;
    store::note(&mut scope, id, "letter", chosen.title()).await?;
    scope.commit().await?;
    let pdf = typeset(letters::letter(chosen, &request, &typed, &about, today())).await?;
    Ok(Attachment::pdf("letter.pdf", pdf).into_response())
}
