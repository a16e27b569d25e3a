//! `/materials/kept/{template}/removal`: out of the offer.

use super::KINDS;
use crate::error::Error;
use crate::materials::letters::store as templates;
use crate::web::{Answer, Form, Path, Viewer, see_other};
use serde::Deserialize;
use uuid::Uuid;

/// A form of a button alone.
#[derive(Debug, Deserialize)]
pub struct Bare {}

/// `POST /materials/kept/{template}/removal`
///
/// # Errors
/// [`Error::NotFound`] outside the area in use; [`Error::Conflict`] when it is kept by an area around it or the whole organisation.
pub async fn remove(viewer: Viewer, Path(id): Path<Uuid>, Form(_): Form<Bare>) -> Answer {
    let mut scope = viewer.scope().await?;
    let one = templates::one(&mut scope, &KINDS, id).await?;
    if one.ended {
        return Err(Error::NotFound);
    }
    if !one.mine || !templates::end(&mut scope, id).await? {
        return Err(Error::Conflict("This one is locked: whoever keeps it takes it away".into()));
    }
    scope.commit().await?;
    Ok(see_other(&format!("/materials/{}?said=look-gone", one.kind.as_str())))
}
