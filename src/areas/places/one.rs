//! `/areas/polling-places/{number}`: where one district votes, by hand.

use super::pages::poll_of;
use super::{Exception, PollingPlace, Row};
use crate::database::Scoped;
use crate::error::Error;
use crate::polls::{self, Coming};
use crate::web::{Answer, FieldErrors, Form, Layout, Path, Viewer, see_other};
use askama::Template;
use askama_web::WebTemplate;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::Deserialize;

/// A place as it is typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    poll: String,
    name: String,
    address: String,
    postcode: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "areas/place.html")]
struct OnePage {
    layout: Layout,
    errors: FieldErrors,
    row: Row,
    exceptions: Vec<Exception>,
    polls: Vec<Coming>,
    typed: Typed,
}

/// A district of one's own, with the polls to come there.
async fn district(scope: &mut Scoped, number: i32) -> Result<(Row, Vec<Coming>), Error> {
    let row = super::list(scope, None).await?.into_iter().find(|r| r.area_no == number).ok_or(Error::NotFound)?;
    let polls = polls::to_come(scope, Some(&[number])).await?;
    Ok((row, polls))
}

/// `GET /areas/polling-places/{number}`
pub async fn show(viewer: Viewer, layout: Layout, Path(number): Path<i32>) -> Answer {
    let mut scope = viewer.scope().await?;
    let (row, polls) = district(&mut scope, number).await?;
    let exceptions = super::exceptions(&mut scope, number).await?;
    scope.commit().await?;
    let typed = row.place.clone().map_or_else(Typed::default, |place| Typed {
        poll: String::new(),
        name: place.name,
        address: place.address,
        postcode: place.postcode.unwrap_or_default(),
    });
    Ok(OnePage { layout, errors: FieldErrors::default(), row, exceptions, polls, typed }.into_response())
}

/// `POST /areas/polling-places/{number}`
///
/// # Errors
/// [`Error::NotFound`] for a district outside the area in use.
pub async fn keep(viewer: Viewer, layout: Layout, Path(number): Path<i32>, Form(typed): Form<Typed>) -> Answer {
    let mut scope = viewer.scope().await?;
    let (row, polls) = district(&mut scope, number).await?;
    let mut errors = FieldErrors::default();
    let poll = poll_of(&typed.poll, &polls, &mut errors);
    let place = errors.take(PollingPlace::read(&typed.name, &typed.address, &typed.postcode));
    let Some(place) = place.filter(|_| !errors.any()) else {
        let exceptions = super::exceptions(&mut scope, number).await?;
        scope.commit().await?;
        let page = OnePage { layout, errors, row, exceptions, polls, typed };
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    };
    super::keep(&mut scope, poll, &[(number, place)]).await?;
    scope.commit().await?;
    Ok(see_other("/areas/polling-places?said=places-kept"))
}

/// Which of a district's places.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Which {
    /// That of one poll; empty: the usual one.
    poll: String,
}

/// `POST /areas/polling-places/{number}/removal`
///
/// # Errors
/// [`Error::NotFound`] where there is none of one's own.
pub async fn remove(viewer: Viewer, Path(number): Path<i32>, Form(which): Form<Which>) -> Answer {
    let mut scope = viewer.scope().await?;
    let poll = if which.poll.is_empty() { None } else { Some(which.poll.parse::<i64>().map_err(|_| Error::NotFound)?) };
    if !super::forget(&mut scope, number, poll).await? {
        return Err(Error::NotFound);
    }
    scope.commit().await?;
    Ok(see_other("/areas/polling-places?said=place-gone"))
}
