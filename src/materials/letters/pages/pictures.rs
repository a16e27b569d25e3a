//! `/materials/letters/{template}/pictures`: given, shown and taken out.

use super::Bare;
use super::edit::theirs;
use super::one::{self, Refused};
use crate::access::text;
use crate::error::Error;
use crate::materials::letters::make::KINDS;
use crate::materials::letters::{pictures, store};
use crate::messages::pictures::{LIMIT, drawn, too_heavy};
use crate::web::{Answer, FieldErrors, Form, Layout, Multipart, Path, Viewer, drawn_under, see_other};
use axum::extract::multipart;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse;
use uuid::Uuid;

/// Bytes of a form with a picture.
pub const LARGEST: usize = LIMIT + 64 * 1024;

#[derive(Debug, Default)]
struct Given {
    shows: String,
    file: Option<Vec<u8>>,
}

/// Reads the form; what came before it broke off stays in `given`.
async fn take(mut form: multipart::Multipart, grant: Uuid, given: &mut Given) -> Result<(), Error> {
    let broken = |_| too_heavy();
    while let Some(field) = form.next_field().await.map_err(broken)? {
        match field.name().unwrap_or_default() {
            "_grant" => drawn_under(&field.text().await.map_err(broken)?, grant)?,
            "shows" => given.shows = field.text().await.map_err(broken)?,
            "picture" => {
                let bytes = field.bytes().await.map_err(broken)?;
                given.file = Some(bytes.to_vec()).filter(|bytes| !bytes.is_empty());
            }
            _ => {}
        }
    }
    Ok(())
}

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
    let mut given = Given::default();
    if let Some(Multipart(form)) = errors.take_invalid(form)? {
        errors.take_invalid(take(form, viewer.grant, &mut given).await)?;
    }
    if errors.any() {
        // What did not come through is not said to lack as well.
        return one::draw(viewer.scope().await?, layout, id, String::new(), Refused { errors, shows: given.shows })
            .await;
    }
    let shows = text("shows", given.shows.trim(), 200, "Say what the picture shows, for whoever cannot see it");
    let shows = errors.take(shows.map(|s| s.split_whitespace().collect::<Vec<_>>().join(" ")));
    let file = match given.file {
        Some(file) if file.len() <= LIMIT => Ok(file),
        Some(_) => Err(too_heavy()),
        None => Err(Error::field("picture", "Choose a picture of at most 10 MB")),
    };
    let picture = match errors.take_invalid(file)? {
        Some(file) => errors.take_invalid(drawn(file).await)?,
        None => None,
    };
    let mut scope = viewer.scope().await?;
    if let (Some(shows), Some(picture)) = (shows, picture) {
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
