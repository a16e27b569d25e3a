//! `/materials/leaflets/{template}/making`: a run of a leaflet as it is kept.

use super::edit::{Refused, draw};
use super::pages::KINDS;
use super::{Content, whole};
use crate::error::Error;
use crate::materials::Kind;
use crate::materials::letters::store;
use crate::materials::making::{self, begin, ground};
use crate::materials::runs::pressed;
use crate::web::{Answer, FieldErrors, Form, Layout, Path, Viewer, see_other};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// For what, and how.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Typed {
    area: String,
    poll: String,
    bleed: String,
    archive: String,
    /// Drawn with the form, so that one sent twice makes one run.
    #[serde(skip_serializing)]
    asked: String,
}

/// `POST /materials/leaflets/{template}/making`
///
/// # Errors
/// [`Error::NotFound`] outside the area in use, or when it was taken away.
pub async fn make(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, Form(typed): Form<Typed>) -> Answer {
    let mut scope = viewer.scope().await?;
    let kept = store::one(&mut scope, KINDS, id).await?;
    if kept.ended {
        return Err(Error::NotFound);
    }
    let content: Content =
        serde_json::from_value(store::content(&mut scope, id, kept.version).await?).map_err(Error::internal)?;
    let ground = ground(&mut scope, viewer.area, &typed.area, &typed.poll).await?;
    let mut errors = FieldErrors::default();
    ground.must_have_imprint(&mut errors);
    let mut work = whole(&mut scope, id, &content, &ground, !typed.bleed.is_empty()).await?;
    work.archive = !typed.archive.is_empty();
    scope.commit().await?;
    if !errors.any() {
        // An imprint that is too long is refused by its own name.
        let pages = errors.take_invalid(making::pictures(work.clone()).await)?;
        if pages.is_some_and(|pages| pages.len() > content.design.pages()) {
            errors
                .add("headline", "This is longer than the design has room for, so nothing was made. Shorten a passage");
        }
    }
    if errors.any() {
        return draw(&viewer, layout, id, (&typed.area, &typed.poll), Refused { errors, ..Refused::default() }).await;
    }
    let settings = serde_json::to_value(&typed).map_err(Error::internal)?;
    let mut new = ground.run(Kind::Leaflets, format!("Leaflet: {}", kept.name), 1, settings, work);
    new.template = Some((id, kept.version));
    new.asked = pressed(&typed.asked, Kind::Leaflets, &(new.template, &typed));
    let run = begin(viewer.scope().await?, new).await?;
    Ok(see_other(&format!("/materials/runs/{run}")))
}
