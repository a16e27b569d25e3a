//! `/messages/{message}/pictures`: pictures of a draft, given and taken out; each as it goes out.

use super::one::{self, Asked, Bare, Refused};
use crate::error::Error;
use crate::messages::pictures::given::Given;
use crate::messages::pictures::{self, LIMIT};
use crate::messages::store;
use crate::web::{Answer, App, FieldErrors, Form, Layout, Multipart, Path, Viewer, see_other};
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse;
use uuid::Uuid;

/// Bytes of a form with a picture.
pub const LARGEST: usize = LIMIT + 64 * 1024;

/// `POST /messages/{message}/pictures`
///
/// # Errors
/// [`Error::NotFound`] outside the area in use; [`Error::Conflict`] once it was sent off, or when the reader changed role meanwhile.
pub async fn add(
    State(app): State<App>,
    viewer: Viewer,
    layout: Layout,
    Path(id): Path<Uuid>,
    form: Result<Multipart, Error>,
) -> Answer {
    let mut scope = viewer.scope().await?;
    store::one(&mut scope, id).await?;
    scope.commit().await?;
    let mut errors = FieldErrors::default();
    let mut given = Given::take(form, viewer.grant, &mut errors).await?;
    if let Some((shows, drawn)) = given.drawn(&mut errors).await? {
        let mut scope = viewer.scope().await?;
        if errors.take_invalid(pictures::add(&mut scope, id, &shows, &drawn).await)?.is_some() {
            scope.commit().await?;
            return Ok(see_other(&format!("/messages/{id}?said=picture-added")));
        }
    }
    one::draw(&app, viewer, layout, id, Asked::default(), Refused { errors, shows: given.shows }).await
}

/// `GET /messages/{message}/pictures/{number}`
///
/// # Errors
/// [`Error::NotFound`] outside the area in use.
pub async fn show(viewer: Viewer, Path((id, number)): Path<(Uuid, i16)>) -> Answer {
    let mut scope = viewer.scope().await?;
    let drawn = pictures::one(&mut scope, id, number).await?;
    scope.commit().await?;
    Ok(([(CONTENT_TYPE, drawn.content_type()), (CACHE_CONTROL, "private, no-store")], drawn.bytes).into_response())
}

/// `POST /messages/{message}/pictures/{number}/removal`
///
/// # Errors
/// [`Error::Conflict`] once it was sent off; [`Error::NotFound`] when there is no such picture.
pub async fn remove(viewer: Viewer, Path((id, number)): Path<(Uuid, i16)>, Form(_): Form<Bare>) -> Answer {
    let mut scope = viewer.scope().await?;
    store::one(&mut scope, id).await?;
    if !pictures::remove(&mut scope, id, number).await? {
        return Err(Error::NotFound);
    }
    scope.commit().await?;
    Ok(see_other(&format!("/messages/{id}?said=picture-gone")))
}
