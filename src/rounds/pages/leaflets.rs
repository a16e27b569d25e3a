//! `/rounds/leaflets`: what is delivered, and adding something.

use super::{Said, said, status};
use crate::access::text;
use crate::areas::{Area, store as areas};
use crate::error::Error;
use crate::rounds::leaflets::{self, Leaflet, NewLeaflet};
use crate::web::{Answer, FieldErrors, Form, Layout, Query, Viewer, see_other, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::response::IntoResponse;
use chrono::{NaiveDate, Utc};
use serde::Deserialize;
use uuid::Uuid;

/// A leaflet as it is typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct LeafletForm {
    /// Made with the form, so that one sent twice adds one.
    id: Option<Uuid>,
    title: String,
    area: String,
    ready: String,
    due: String,
    printed: String,
}

impl LeafletForm {
    fn read(&self, errors: &mut FieldErrors) -> Option<NewLeaflet> {
        let title = self.title.split_whitespace().collect::<Vec<_>>().join(" ");
        let title = errors.take(text("title", &title, 120, "Say what it is called"));
        let ready = errors.take(day("ready", &self.ready));
        let due = errors.take(day("due", &self.due));
        let printed = errors.take(match self.printed.trim() {
            "" => Ok(None),
            n => match n.replace(',', "").parse::<i32>() {
                Ok(n @ 1..=10_000_000) => Ok(Some(n)),
                _ => Err(Error::field("printed", "Write how many are printed, as a number, or nothing")),
            },
        });
        if let (Some(Some(ready)), Some(Some(due))) = (ready, due)
            && due < ready
        {
            errors.add("due", "It would be due before it is ready. Write a later day");
        }
        let new = NewLeaflet { title: title?, ready: ready?, due: due?, printed: printed? };
        (!errors.any()).then_some(new)
    }
}

/// A day that need not be there.
fn day(field: &str, typed: &str) -> Result<Option<NaiveDate>, Error> {
    let wrong = || Error::field(field, "Write the day, for example 2026-12-05, or nothing");
    match typed.trim() {
        "" => Ok(None),
        day => match day.parse::<NaiveDate>() {
            Ok(day) if (2000..=9999).contains(&chrono::Datelike::year(&day)) => Ok(Some(day)),
            _ => Err(wrong()),
        },
    }
}

#[derive(Template, WebTemplate)]
#[template(path = "rounds/leaflets.html")]
struct LeafletsPage {
    layout: Layout,
    errors: FieldErrors,
    form: LeafletForm,
    areas: Vec<Area>,
    leaflets: Vec<Leaflet>,
    today: NaiveDate,
    said: (&'static str, &'static str),
}

/// `GET /rounds/leaflets`
///
/// # Errors
/// What the database says.
pub async fn show(viewer: Viewer, layout: Layout, Query(done): Query<Said>) -> Answer {
    let form = LeafletForm { id: Some(Uuid::now_v7()), area: viewer.area.to_string(), ..LeafletForm::default() };
    draw(viewer, layout, form, FieldErrors::default(), said(&done.said)).await
}

async fn draw(
    viewer: Viewer,
    layout: Layout,
    form: LeafletForm,
    errors: FieldErrors,
    said: (&'static str, &'static str),
) -> Answer {
    let mut scope = viewer.scope().await?;
    let areas = areas::contacted_in(&mut scope).await?;
    let leaflets = leaflets::all(&mut scope, None).await?;
    scope.commit().await?;
    let today = words::day_of(Utc::now());
    Ok((status(&errors), LeafletsPage { layout, errors, form, areas, leaflets, today, said }).into_response())
}

/// `POST /rounds/leaflets`
///
/// # Errors
/// What the database says.
pub async fn add(viewer: Viewer, layout: Layout, Form(form): Form<LeafletForm>) -> Answer {
    let mut errors = FieldErrors::default();
    let new = form.read(&mut errors);
    let mut scope = viewer.scope().await?;
    let area = form.area.parse::<i64>().ok();
    let area = area.filter(|id| *id > 0);
    let inside = areas::contacted_in(&mut scope).await?;
    let area = area.filter(|id| inside.iter().any(|a| a.id == *id));
    if area.is_none() {
        errors.add("area", "Choose an area inside your own");
    }
    let (Some(new), Some(area), false) = (new, area, errors.any()) else {
        drop(scope);
        return draw(viewer, layout, form, errors, ("", "")).await;
    };
    let id = form.id.unwrap_or_else(Uuid::now_v7);
    leaflets::add(&mut scope, id, area, &new).await?;
    scope.commit().await?;
    Ok(see_other(&format!("/rounds/leaflets/{id}?said=leaflet")))
}
