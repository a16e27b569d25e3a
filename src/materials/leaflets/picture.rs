//! `/materials/leaflets/{template}/pictures`: the picture of a leaflet, given and taken out. The button stands in the form of what the
//! leaflet says, so that what was changed there is kept with it.

use super::edit::{Refused, Typed, draw, kept};
use super::pages::{Bare, KINDS};
use crate::access::text;
use crate::error::Error;
use crate::materials::letters::{pictures, store};
use crate::messages::pictures::{LIMIT, drawn, too_heavy};
use crate::web::{Answer, FieldErrors, Form, Layout, Multipart, Path, Viewer, drawn_under, see_other};
use axum::extract::multipart;
use uuid::Uuid;

/// Bytes of a form with a picture and what the leaflet says.
pub const LARGEST: usize = LIMIT + 256 * 1024;

#[derive(Debug, Default)]
struct Given {
    shows: String,
    file: Vec<u8>,
    /// What the leaflet says, where the form held it.
    typed: Option<Typed>,
}

/// Reads the form; what came before it broke off stays in `given`.
async fn take(mut form: multipart::Multipart, grant: Uuid, given: &mut Given) -> Result<(), Error> {
    let broken = |_| too_heavy();
    while let Some(field) = form.next_field().await.map_err(broken)? {
        let name = field.name().unwrap_or_default().to_owned();
        match (name.as_str(), field.file_name().is_some()) {
            ("_grant", _) => drawn_under(&field.text().await.map_err(broken)?, grant)?,
            ("shows", _) => given.shows = field.text().await.map_err(broken)?,
            (_, true) => given.file = field.bytes().await.map_err(broken)?.to_vec(),
            (other, false) => {
                let words = field.text().await.map_err(broken)?;
                given.typed.get_or_insert_default().put(other, words);
            }
        }
    }
    Ok(())
}

impl Given {
    /// The picture's file and what it shows; None: why not stands in `errors`.
    fn read(&mut self, errors: &mut FieldErrors) -> Option<(String, Vec<u8>)> {
        let shows = text("shows", &self.shows, 200, "Say what the picture shows, for whoever cannot see it");
        let shows = errors.take(shows.map(|s| s.split_whitespace().collect::<Vec<_>>().join(" ")));
        let file = match std::mem::take(&mut self.file) {
            file if file.is_empty() => Err(Error::field("picture", "Choose a picture of at most 10 MB")),
            file if file.len() > LIMIT => Err(too_heavy()),
            file => Ok(file),
        };
        let file = errors.take(file);
        shows.zip(file)
    }
}

/// `POST /materials/leaflets/{template}/pictures`
///
/// # Errors
/// [`Error::NotFound`] outside the area in use; [`Error::Conflict`] when it is not one's own.
pub async fn add(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, form: Result<Multipart, Error>) -> Answer {
    let mut scope = viewer.scope().await?;
    store::one(&mut scope, KINDS, id).await?;
    scope.commit().await?;
    let (mut errors, mut given) = (FieldErrors::default(), Given::default());
    if let Some(Multipart(form)) = errors.take_invalid(form)? {
        errors.take_invalid(take(form, viewer.grant, &mut given).await)?;
    }
    // What did not come through is not said to lack as well.
    let read = if errors.any() { None } else { given.read(&mut errors) };
    let picture = match read {
        Some((shows, file)) => errors.take_invalid(drawn(file).await)?.map(|picture| (shows, picture)),
        None => None,
    };
    if let Some((shows, picture)) = picture {
        let mut scope = viewer.scope().await?;
        if let Some(typed) = &given.typed {
            kept(&mut scope, id, typed, &mut errors).await?;
        }
        if !errors.any() && errors.take_invalid(pictures::add(&mut scope, id, &shows, &picture).await)?.is_some() {
            scope.commit().await?;
            return Ok(see_other(&format!("/materials/leaflets/{id}?said=leaflet-picture")));
        }
    }
    draw(&viewer, layout, id, ("", ""), Refused { errors, typed: given.typed, shows: given.shows }).await
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
