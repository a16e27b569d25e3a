//! `/materials/leaflets/{template}/pictures`: the picture of a leaflet, given and taken out.

use super::edit::{Refused, draw};
use super::pages::{Bare, KINDS};
use crate::access::text;
use crate::error::Error;
use crate::materials::letters::{pictures, store};
use crate::messages::pictures::{LIMIT, drawn};
use crate::web::{Answer, FieldErrors, Form, Layout, Multipart, Path, Viewer, drawn_under, see_other};
use axum::extract::multipart;
use uuid::Uuid;

/// Bytes of a form with a picture.
pub const LARGEST: usize = LIMIT + 64 * 1024;

async fn take(mut form: multipart::Multipart, grant: Uuid) -> Result<(String, Vec<u8>), Error> {
    let broken =
        |_| Error::field("picture", "The picture did not come through whole, or is larger than 10 MB. Choose it again");
    let (mut shows, mut file) = (String::new(), Vec::new());
    while let Some(field) = form.next_field().await.map_err(broken)? {
        match field.name().unwrap_or_default() {
            "_grant" => drawn_under(&field.text().await.map_err(broken)?, grant)?,
            "shows" => shows = field.text().await.map_err(broken)?,
            "picture" => file = field.bytes().await.map_err(broken)?.to_vec(),
            _ => {}
        }
    }
    Ok((shows, file))
}

/// `POST /materials/leaflets/{template}/pictures`
///
/// # Errors
/// [`Error::NotFound`] outside the area in use; [`Error::Conflict`] when it is not one's own.
pub async fn add(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, form: Result<Multipart, Error>) -> Answer {
    let mut scope = viewer.scope().await?;
    store::one(&mut scope, KINDS, id).await?;
    scope.commit().await?;
    let mut errors = FieldErrors::default();
    let taken = match errors.take_invalid(form)? {
        Some(Multipart(form)) => errors.take_invalid(take(form, viewer.grant).await)?,
        None => None,
    };
    let (shows, file) = taken.unwrap_or_default();
    let shows = errors.take(text("shows", &shows, 200, "Say what the picture shows, for whoever cannot see it"));
    let sound = !file.is_empty() && file.len() <= LIMIT;
    let file =
        errors.take(if sound { Ok(file) } else { Err(Error::field("picture", "Choose a picture of at most 10 MB")) });
    let picture = match file {
        Some(file) if !errors.any() => errors.take_invalid(drawn(file).await)?,
        _ => None,
    };
    if let (Some(shows), Some(picture)) = (shows, picture) {
        let mut scope = viewer.scope().await?;
        let words = shows.split_whitespace().collect::<Vec<_>>().join(" ");
        let added = pictures::add(&mut scope, id, &words, &picture).await;
        if errors.take_invalid(added)?.is_some() {
            scope.commit().await?;
            return Ok(see_other(&format!("/materials/leaflets/{id}?said=leaflet-picture")));
        }
    }
    draw(&viewer, layout, id, ("", ""), Refused { errors, typed: None }).await
}

/// `POST /materials/leaflets/{template}/pictures/{number}/removal`
///
/// # Errors
/// [`Error::NotFound`] when there is no such picture of one's own.
pub async fn remove(viewer: Viewer, Path((id, number)): Path<(Uuid, i16)>, Form(_): Form<Bare>) -> Answer {
    let mut scope = viewer.scope().await?;
    store::one(&mut scope, KINDS, id).await?;
    if !pictures::remove(&mut scope, id, number).await? {
        return Err(Error::NotFound);
    }
    scope.commit().await?;
    Ok(see_other(&format!("/materials/leaflets/{id}?said=leaflet-picture-gone")))
}
