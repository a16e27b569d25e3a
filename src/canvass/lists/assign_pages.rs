//! Giving a list to volunteers until a time, and taking it back.

use super::live_pages::{self, Assigning};
use super::{assign, parse_time};
use crate::canvass::ListId;
use crate::error::Error;
use crate::web::{Answer, FieldErrors, Form, Layout, Path, Viewer, see_other};
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

/// The longest that a list is given for: it holds people's names.
const LONGEST: TimeDelta = TimeDelta::days(92);

/// `POST /walk-lists/{id}/assignments`
///
/// # Errors
/// [`Error::NotFound`] outside the area.
pub async fn assign(viewer: Viewer, layout: Layout, Path(id): Path<ListId>, Form(form): Form<Assigning>) -> Answer {
    let mut scope = viewer.scope().await?;
    super::store::head(&mut scope, id).await?;
    let done = match read(&form) {
        Ok(until) => assign::assign(&mut scope, id, &form.volunteer, until).await,
        Err(errors) => Err(Error::Invalid(errors.0)),
    };
    match done {
        Ok(()) => {
            scope.commit().await?;
            Ok(see_other(&format!("/walk-lists/{id}?said=assigned")))
        }
        // Somebody in the middle may have been assigned already: a new transaction shows the page, this one is undone.
        Err(Error::Invalid(fields)) => {
            drop(scope);
            let scope = viewer.scope().await?;
            live_pages::page(scope, layout, id, None, FieldErrors(fields), Some(form)).await
        }
        Err(error) => Err(error),
    }
}

fn read(form: &Assigning) -> Result<DateTime<Utc>, FieldErrors> {
    let mut errors = FieldErrors::default();
    if form.volunteer.is_empty() {
        errors.add("volunteer", "Tick whom to give the list to");
    }
    let until = check_until(&form.until, Utc::now());
    match until {
        Ok(until) if !errors.any() => Ok(until),
        Ok(_) => Err(errors),
        Err(message) => {
            errors.add("until", message);
            Err(errors)
        }
    }
}

/// Reads an assignment's end, which is to come and within three months.
///
/// # Errors
/// What to write instead.
pub fn check_until(text: &str, now: DateTime<Utc>) -> Result<DateTime<Utc>, &'static str> {
    let until = parse_time(text).ok_or("Write a date and a time, for example 2026-11-24 20:30")?;
    match until {
        at if at <= now => Err("Choose a time that is still to come"),
        at if at > now + LONGEST => Err("Choose a time within the next three months"),
        at => Ok(at),
    }
}

/// `POST /walk-lists/{id}/assignments/{assignment}/end`
///
/// # Errors
/// [`Error::NotFound`] outside the area.
pub async fn take_back(viewer: Viewer, Path((id, assignment)): Path<(ListId, Uuid)>, _: Form<Nothing>) -> Answer {
    let mut scope = viewer.scope().await?;
    assign::take_back(&mut scope, id, assignment).await?;
    scope.commit().await?;
    Ok(see_other(&format!("/walk-lists/{id}?said=taken-back")))
}

/// A form that says only under which grant it was drawn.
#[derive(Debug, serde::Deserialize)]
pub struct Nothing {}
