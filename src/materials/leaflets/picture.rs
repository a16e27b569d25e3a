//! `/materials/leaflets/{template}/pictures`: the pictures of a leaflet, given and taken out. The buttons belong to the form of what
//! the leaflet says, so that nothing that was typed there is lost.

use super::edit::{Refused, Typed, draw, kept};
use super::pages::KINDS;
use crate::error::Error;
use crate::materials::letters::{pictures, store};
use crate::messages::pictures::LIMIT;
use crate::messages::pictures::given::Given;
use crate::web::{Answer, FieldErrors, Form, Layout, Multipart, Path, Viewer, see_other};
use uuid::Uuid;

/// Bytes of a form with a picture and what the leaflet says.
pub const LARGEST: usize = LIMIT + 256 * 1024;

/// What the leaflet says, where the form held it.
fn typed(besides: Vec<(String, String)>) -> Option<Typed> {
    let said = |mut typed: Typed, (name, words): (String, String)| {
        typed.put(&name, words);
        typed
    };
    (!besides.is_empty()).then(|| besides.into_iter().fold(Typed::default(), said))
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
    let mut given = Given::take(form, viewer.grant, &mut errors).await?;
    let typed = typed(std::mem::take(&mut given.besides));
    if let Some((shows, picture)) = given.drawn(&mut errors).await? {
        let mut scope = viewer.scope().await?;
        if let Some(typed) = &typed {
            kept(&mut scope, id, typed, &mut errors).await?;
        }
        if !errors.any() && errors.take_invalid(pictures::add(&mut scope, id, &shows, &picture).await)?.is_some() {
            scope.commit().await?;
            return Ok(see_other(&format!("/materials/leaflets/{id}?said=leaflet-picture")));
        }
    }
    draw(&viewer, layout, id, ("", ""), Refused { errors, typed, shows: given.shows }).await
}

/// `POST /materials/leaflets/{template}/pictures/{number}/removal`: what was typed and is not kept yet comes back with the page.
///
/// # Errors
/// [`Error::NotFound`] when there is no such picture of one's own.
pub async fn remove(
    viewer: Viewer,
    mut layout: Layout,
    Path((id, number)): Path<(Uuid, i16)>,
    Form(typed): Form<Typed>,
) -> Answer {
    let mut scope = viewer.scope().await?;
    store::one(&mut scope, KINDS, id).await?;
    if !pictures::remove(&mut scope, id, number).await? {
        return Err(Error::NotFound);
    }
    scope.commit().await?;
    layout.said = "The picture is taken out. Keep what the leaflet says, if you changed it";
    let typed = typed.without(number);
    draw(&viewer, layout, id, ("", ""), Refused { typed, ..Refused::default() }).await
}
