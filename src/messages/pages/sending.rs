//! Sending a message off: the counts once more, when, the second person, stopping.

use super::one::Bare;
use crate::database::Scoped;
use crate::error::Error;
use crate::messages::audience::why_words;
use crate::messages::imprint::{self, Imprint};
use crate::messages::store::{self, Counts};
use crate::messages::{Channel, Message, State};
use crate::web::{Answer, FieldErrors, Form, Layout, Path, Viewer, see_other, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use uuid::Uuid;

/// When it goes.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct When {
    when: String,
    at: String,
    version: i32,
}

/// Which version of a message somebody read.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Version {
    version: i32,
}

impl When {
    /// The moment; None: now.
    fn read(&self, errors: &mut FieldErrors) -> Option<DateTime<Utc>> {
        if self.when != "later" {
            // Whoever typed a time meant it.
            if !self.at.trim().is_empty() {
                errors.add("at", "A day and time stand here, and “Now” is chosen: choose “Later”, or clear them");
            }
            return None;
        }
        let now = Utc::now();
        let at = words::parse_time(&self.at).filter(|at| *at > now && *at < now + TimeDelta::days(90));
        if at.is_none() {
            errors.add("at", "Give a day and time from now on, within 90 days");
        }
        at
    }
}

#[derive(Template, WebTemplate)]
#[template(path = "messages/confirm.html")]
struct ConfirmPage {
    layout: Layout,
    errors: FieldErrors,
    message: Message,
    counts: Counts,
    imprint: Option<Imprint>,
    limit: i64,
    typed: When,
}

impl ConfirmPage {
    fn needs_second(&self) -> bool {
        self.counts.gets > self.limit
    }

    fn why(&self, why: &str) -> &'static str {
        why_words(why, self.message.draft.channel)
    }

    fn is_text(&self) -> bool {
        self.message.draft.channel == Channel::Text
    }

    fn may_go(&self) -> bool {
        self.counts.gets > 0 && self.imprint.is_some()
    }
}

async fn draw(mut scope: Scoped, layout: Layout, message: Message, typed: When, errors: FieldErrors) -> Answer {
    let counts = store::counts(&mut scope, &message).await?;
    let imprint = imprint::of(&mut scope, message.draft.area).await?;
    let limit = store::limit(&mut scope).await?;
    scope.commit().await?;
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, ConfirmPage { layout, errors, message, counts, imprint, limit, typed }).into_response())
}

async fn draft(scope: &mut Scoped, id: Uuid) -> Result<Message, Error> {
    let message = store::one(scope, id).await?;
    if message.state == State::Draft { Ok(message) } else { Err(no_draft()) }
}

fn no_draft() -> Error {
    Error::Conflict("This message was sent off already. Open its page to see how it stands".into())
}

/// `GET /messages/{message}/sending`
///
/// # Errors
/// [`Error::Conflict`] when it is no draft.
pub async fn confirm(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>) -> Answer {
    let mut scope = viewer.scope().await?;
    let message = draft(&mut scope, id).await?;
    draw(scope, layout, message, When::default(), FieldErrors::default()).await
}

/// `POST /messages/{message}/sending`
///
/// # Errors
/// [`Error::Conflict`] when it is no draft.
pub async fn send(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, Form(typed): Form<When>) -> Answer {
    let mut scope = viewer.scope().await?;
    let message = draft(&mut scope, id).await?;
    let mut errors = FieldErrors::default();
    let at = typed.read(&mut errors);
    errors.take_invalid(message.text())?;
    if message.draft.form.is_some_and(|form| form.is_incomplete(&message.draft.fields)) {
        errors.add("when", "Something of the form is empty. Change the message and fill it in first");
    }
    if errors.any() {
        return draw(scope, layout, message, typed, errors).await;
    }
    let said = match store::send(&mut scope, id, typed.version, at).await?.as_str() {
        "scheduled" => "message-off",
        "waiting" => "message-waits",
        "nobody" => {
            errors.add("when", "Nobody would get it: everybody whom it is for is left out");
            return draw(scope, layout, message, typed, errors).await;
        }
        "no-imprint" => {
            errors.add("when", "Put an imprint down first: no message goes out without one");
            return draw(scope, layout, message, typed, errors).await;
        }
        "no-draft" => return Err(no_draft()),
        "changed" => {
            errors.add(
                "when",
                "Somebody changed the message since this page was opened. Read it again before you send it",
            );
            return draw(scope, layout, message, typed, errors).await;
        }
        _ => {
            return Err(Error::Forbidden(
                "Who joined lately or lapses soon is for the membership secretary to write to",
            ));
        }
    };
    scope.commit().await?;
    Ok(see_other(&format!("/messages/{id}?said={said}")))
}

/// `POST /messages/{message}/approval`
///
/// # Errors
/// [`Error::Conflict`] when it does not wait, or for whoever wrote it or sent it off.
pub async fn approve(viewer: Viewer, Path(id): Path<Uuid>, Form(read): Form<Version>) -> Answer {
    let mut scope = viewer.scope().await?;
    store::one(&mut scope, id).await?;
    if !store::approve(&mut scope, id, read.version).await? {
        return Err(Error::Conflict(
            "Nothing was sent. It changed since you opened its page, or it does not wait for you: somebody other than whoever wrote, changed or sent it lets it go. Open its page again".into(),
        ));
    }
    scope.commit().await?;
    Ok(see_other(&format!("/messages/{id}?said=message-let-go")))
}

/// `POST /messages/{message}/stop`
///
/// # Errors
/// [`Error::Conflict`] when it is over already.
pub async fn stop(viewer: Viewer, Path(id): Path<Uuid>, Form(_): Form<Bare>) -> Answer {
    let mut scope = viewer.scope().await?;
    store::one(&mut scope, id).await?;
    let said = match store::stop(&mut scope, id).await?.as_str() {
        "draft" => "message-draft",
        "stopped" => "message-stopped",
        _ => return Err(Error::Conflict("It is over already: there is nothing left to stop".into())),
    };
    scope.commit().await?;
    Ok(see_other(&format!("/messages/{id}?said={said}")))
}
