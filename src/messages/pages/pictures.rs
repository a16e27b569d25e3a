//! `/messages/{message}/pictures`: pictures of a draft, given and taken out; each as it goes out.

use super::one::{self, Asked, Bare, Refused};
use crate::access::text;
use crate::error::Error;
use crate::messages::pictures::{self, LIMIT};
use crate::messages::store;
use crate::web::{Answer, App, FieldErrors, Form, Layout, Multipart, Path, Viewer, drawn_under, see_other};
use axum::extract::{State, multipart};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse;
use uuid::Uuid;

/// Bytes of a form with a picture.
pub const LARGEST: usize = LIMIT + 64 * 1024;

/// A picture as it is given.
#[derive(Debug, Default)]
struct Given {
    shows: String,
    file: Option<Vec<u8>>,
}

async fn take(mut form: multipart::Multipart, grant: Uuid) -> Result<Given, Error> {
    let broken =
        |_| Error::field("picture", "The picture did not come through whole, or is larger than 10 MB. Choose it again");
    let mut given = Given::default();
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
    Ok(given)
}

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
    let given = match errors.take_invalid(form)? {
        Some(Multipart(form)) => errors.take_invalid(take(form, viewer.grant).await)?.unwrap_or_default(),
        None => Given::default(),
    };
    let shows = text("shows", given.shows.trim(), 200, "Say what the picture shows, for whoever cannot see it");
    let shows = errors.take(shows.map(|s| s.split_whitespace().collect::<Vec<_>>().join(" ")));
    let file = given
        .file
        .filter(|f| f.len() <= LIMIT)
        .ok_or_else(|| Error::field("picture", "Choose a picture of at most 10 MB"));
    let drawn = match errors.take_invalid(file)? {
        Some(file) => errors.take_invalid(pictures::drawn(file).await)?,
        None => None,
    };
    let (Some(shows), Some(drawn)) = (shows, drawn) else {
        return one::draw(&app, viewer, layout, id, Asked::default(), Refused { errors, shows: given.shows }).await;
    };
    let mut scope = viewer.scope().await?;
    let added = pictures::add(&mut scope, id, &shows, &drawn).await;
    if errors.take_invalid(added)?.is_none() {
        drop(scope);
        return one::draw(&app, viewer, layout, id, Asked::default(), Refused { errors, shows }).await;
    }
    scope.commit().await?;
    Ok(see_other(&format!("/messages/{id}?said=picture-added")))
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
