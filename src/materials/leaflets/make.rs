//! `/materials/leaflets/{template}/making`: a run of a leaflet as it is kept.

use super::edit::{Refused, draw};
use super::pages::KINDS;
use super::{Content, whole};
use crate::database::Scoped;
use crate::error::Error;
use crate::materials::Kind;
use crate::materials::letters::store::{self, Template};
use crate::materials::making::{self, Ground, begin, ground};
use crate::materials::press::Work;
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
/// [`Error::NotFound`] outside the area in use, or when it was taken away; [`Error::Conflict`] when something was changed meanwhile.
pub async fn make(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, Form(typed): Form<Typed>) -> Answer {
    let mut scope = viewer.scope().await?;
    let Ready { content, ground, work, .. } = ready(&mut scope, &viewer, id, &typed).await?;
    scope.commit().await?;
    let mut errors = FieldErrors::default();
    ground.must_have_imprint(&mut errors);
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
    let run = begun(&viewer, id, &typed, &work).await?;
    Ok(see_other(&format!("/materials/runs/{run}")))
}

/// All that a run is made of.
struct Ready {
    kept: Template,
    content: Content,
    ground: Ground,
    work: Work,
}

async fn ready(scope: &mut Scoped, viewer: &Viewer, id: Uuid, typed: &Typed) -> Result<Ready, Error> {
    let kept = store::one(scope, KINDS, id).await?;
    if kept.ended {
        return Err(Error::NotFound);
    }
    let content: Content =
        serde_json::from_value(store::content(scope, id, kept.version).await?).map_err(Error::internal)?;
    let ground = ground(scope, viewer.area, &typed.area, &typed.poll).await?;
    let mut work = whole(scope, id, &content, &ground, !typed.bleed.is_empty()).await?;
    work.archive = !typed.archive.is_empty();
    Ok(Ready { kept, content, ground, work })
}

/// The run. All is read anew: others may have changed it while the press was busy.
async fn begun(viewer: &Viewer, id: Uuid, typed: &Typed, set: &Work) -> Result<i64, Error> {
    let mut scope = viewer.scope().await?;
    let Ready { kept, ground, work, .. } = ready(&mut scope, viewer, id, typed).await?;
    making::as_tried(set, &work)?;
    let settings = serde_json::to_value(typed).map_err(Error::internal)?;
    let mut new = ground.run(Kind::Leaflets, format!("Leaflet: {}", kept.name), 1, settings, work);
    new.template = Some((id, kept.version));
    new.asked = pressed(&typed.asked, Kind::Leaflets, &(new.template, typed));
    begin(scope, new).await
}
