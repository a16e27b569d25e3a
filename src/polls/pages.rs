//! The page of polls, with the days that the law sets for each.

use super::deadlines::{self, Deadline};
use super::{Poll, PollKind, store};
use crate::access::Permission;
use crate::areas::{Area, store as areas};
use crate::database::Scoped;
use crate::error::Error;
use crate::web::{Answer, FieldErrors, Form, Layout, Viewer, see_other};
use askama::Template;
use askama_web::WebTemplate;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use chrono::NaiveDate;
use serde::Deserialize;

#[derive(Template, WebTemplate)]
#[template(path = "polls/list.html")]
struct PollsPage {
    layout: Layout,
    errors: FieldErrors,
    polls: Vec<(Poll, Vec<Deadline>)>,
    may_add: bool,
    kinds: Vec<PollKind>,
    areas: Vec<Area>,
    typed: NewPoll,
}

/// The form's fields as they were typed.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct NewPoll {
    name: String,
    date: String,
    kind: String,
    area: String,
}

/// `GET /polls`
pub async fn list(viewer: Viewer, layout: Layout) -> Answer {
    let mut scope = viewer.scope().await?;
    let page = page(&mut scope, &viewer, layout, FieldErrors::default(), NewPoll::default()).await?;
    scope.commit().await?;
    Ok(page.into_response())
}

async fn page(
    scope: &mut Scoped,
    viewer: &Viewer,
    layout: Layout,
    errors: FieldErrors,
    typed: NewPoll,
) -> Result<PollsPage, Error> {
    let polls = store::list(scope).await?.into_iter().map(|p| {
        let days = deadlines::before(p.date);
        (p, days)
    });
    Ok(PollsPage {
        layout,
        errors,
        polls: polls.collect(),
        may_add: Permission::ManagePolls.roles().contains(&viewer.role),
        kinds: store::kinds(scope).await?,
        areas: areas::for_polls(scope).await?,
        typed,
    })
}

/// `POST /polls`
pub async fn add(viewer: Viewer, layout: Layout, Form(typed): Form<NewPoll>) -> Answer {
    let mut scope = viewer.scope().await?;
    let Err(error) = try_to_add(&mut scope, &typed).await else {
        scope.commit().await?;
        return Ok(see_other("/polls"));
    };
    let Error::Invalid(fields) = error else { return Err(error) };
    // What the database refused ended that transaction; the page is drawn in another.
    drop(scope);
    let mut scope = viewer.scope().await?;
    let page = page(&mut scope, &viewer, layout, FieldErrors(fields), typed).await?;
    scope.commit().await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

async fn try_to_add(scope: &mut Scoped, typed: &NewPoll) -> Result<(), Error> {
    let date: NaiveDate =
        typed.date.parse().map_err(|_| Error::field("date", "Write polling day, for example 6 May 2027"))?;
    let area: i64 = typed.area.parse().map_err(|_| Error::field("area", "Choose the area that votes"))?;
    store::add(scope, &typed.name, date, &typed.kind, area).await.map(drop)
}
