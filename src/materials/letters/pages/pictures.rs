//! `/materials/letters/{template}/pictures`: given, shown and taken out.

use super::Bare;
use super::edit::theirs;
use super::one::{self, Refused};
use crate::error::Error;
use crate::materials::letters::make::KINDS;
use crate::materials::letters::{pictures, store};
use crate::messages::pictures::LIMIT;
use crate::messages::pictures::given::Given;
use crate::web::{Answer, FieldErrors, Form, Layout, Multipart, Path, Viewer, see_other};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse;
use uuid::Uuid;

/// Bytes of a form with a picture.
pub const LARGEST: usize = LIMIT + 64 * 1024;

/// `POST /materials/letters/{template}/pictures`
///
/// # Errors
/// [`Error::NotFound`] outside the area in use; [`Error::Conflict`] when it is not one's own.
pub async fn add(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, form: Result<Multipart, Error>) -> Answer {
    let mut scope = viewer.scope().await?;
    let template = store::one(&mut scope, &KINDS, id).await?;
    scope.commit().await?;
    theirs(&template)?;
    let mut errors = FieldErrors::default();
    let mut given = Given::take(form, viewer.grant, &mut errors).await?;
    let picture = given.drawn(&mut errors).await?;
    let mut scope = viewer.scope().await?;
    if let Some((shows, picture)) = picture {
        let added = pictures::add(&mut scope, id, &shows, &picture).await;
        if errors.take_invalid(added)?.is_some() {
            scope.commit().await?;
            return Ok(see_other(&format!("/materials/letters/{id}?said=template-picture")));
        }
    }
    one::draw(scope, layout, id, String::new(), Refused { errors, shows: given.shows }).await
}

/// `GET /materials/letters/{template}/pictures/{number}`
///
/// # Errors
/// [`Error::NotFound`] outside the area in use.
pub async fn show(viewer: Viewer, Path((id, number)): Path<(Uuid, i16)>) -> Answer {
    let mut scope = viewer.scope().await?;
    let picture = pictures::one(&mut scope, id, number).await?;
    scope.commit().await?;
    Ok(([(CONTENT_TYPE, picture.content_type()), (CACHE_CONTROL, "private, no-store")], picture.bytes).into_response())
}

/// `POST /materials/letters/{template}/pictures/{number}/removal`
///
/// # Errors
/// [`Error::NotFound`] when there is no such picture, or it is not one's own.
pub async fn remove(viewer: Viewer, Path((id, number)): Path<(Uuid, i16)>, Form(_): Form<Bare>) -> Answer {
    let mut scope = viewer.scope().await?;
    if !pictures::remove(&mut scope, id, number).await? {
        return Err(Error::NotFound);
    }
    scope.commit().await?;
    Ok(see_other(&format!("/materials/letters/{id}?said=template-picture-gone")))
}
