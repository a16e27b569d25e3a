//! `/materials/boundaries`: the outlines that maps on leaflets are drawn from.

use super::store::{self, Kept};
use super::{Drawn, LIMIT};
use crate::areas::Area;
use crate::error::Error;
use crate::materials::making;
use crate::web::{Answer, FieldErrors, Form, Layout, Multipart, Path, Query, Viewer, drawn_under, see_other};
use askama::Template;
use askama_web::WebTemplate;
use axum::extract::multipart;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::Deserialize;
use std::time::Duration;
use tokio::sync::Semaphore;
use uuid::Uuid;

/// One file at a time is made simpler: each keeps a core busy for a while, whether or not anybody waits for it any more.
static THINNING: Semaphore = Semaphore::const_new(1);
/// How long others wait for their turn.
const WAIT: Duration = Duration::from_secs(10);

/// Bytes of the form with a file.
pub const LARGEST: usize = LIMIT + 64 * 1024;

#[derive(Template, WebTemplate)]
#[template(path = "materials/boundaries.html")]
struct BoundariesPage {
    layout: Layout,
    errors: FieldErrors,
    areas: Vec<Area>,
    kept: Vec<Kept>,
    area: String,
    area_name: String,
    drawn: Option<Drawn>,
}

/// Which area's.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    area: String,
}

/// A form of a button alone.
#[derive(Debug, Deserialize)]
pub struct Bare {}

/// `GET /materials/boundaries`
pub async fn show(viewer: Viewer, layout: Layout, Query(asked): Query<Asked>) -> Answer {
    draw(&viewer, layout, &asked.area, FieldErrors::default()).await
}

async fn draw(viewer: &Viewer, layout: Layout, wanted: &str, errors: FieldErrors) -> Answer {
    let mut scope = viewer.scope().await?;
    let areas = making::areas(&mut scope).await?;
    let chosen =
        areas.iter().find(|a| a.id.to_string() == wanted).or_else(|| areas.iter().find(|a| a.id == viewer.area));
    let (area, area_name) = chosen.map_or((viewer.area, String::new()), |a| (a.id, a.name.clone()));
    let drawn = store::of(&mut scope, area).await?.map(|shape| super::draw(&shape));
    let kept = store::kept(&mut scope).await?;
    scope.commit().await?;
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = BoundariesPage { layout, errors, areas, kept, area: area.to_string(), area_name, drawn };
    Ok((status, page).into_response())
}

async fn take(mut form: multipart::Multipart, grant: Uuid) -> Result<(String, Vec<u8>), Error> {
    let broken = |_| {
        Error::field("file", "The file did not come through whole, or is larger than 2 MB. Choose a generalised one")
    };
    let (mut area, mut file) = (String::new(), Vec::new());
    while let Some(field) = form.next_field().await.map_err(broken)? {
        match field.name().unwrap_or_default() {
            "_grant" => drawn_under(&field.text().await.map_err(broken)?, grant)?,
            "area" => area = field.text().await.map_err(broken)?,
            "file" => file = field.bytes().await.map_err(broken)?.to_vec(),
            _ => {}
        }
    }
    Ok((area, file))
}

/// `POST /materials/boundaries`
///
/// # Errors
/// [`Error::NotFound`] outside one's own areas; [`Error::Busy`] while others' files are read.
pub async fn keep(viewer: Viewer, layout: Layout, form: Result<Multipart, Error>) -> Answer {
    let mut errors = FieldErrors::default();
    let taken = match errors.take_invalid(form)? {
        Some(Multipart(form)) => errors.take_invalid(take(form, viewer.grant).await)?,
        None => None,
    };
    let (area, file) = taken.unwrap_or_default();
    let shape = if errors.any() { None } else { errors.take_invalid(read(file, WAIT).await)? };
    let Some(shape) = shape else { return draw(&viewer, layout, &area, errors).await };
    let mut scope = viewer.scope().await?;
    let found = making::areas(&mut scope).await?.into_iter().find(|a| a.id.to_string() == area);
    let area = found.ok_or(Error::NotFound)?.id;
    store::keep(&mut scope, area, &shape).await?;
    scope.commit().await?;
    Ok(see_other(&format!("/materials/boundaries?area={area}&said=boundary-kept")))
}

async fn read(file: Vec<u8>, patience: Duration) -> Result<super::Shape, Error> {
    if file.is_empty() || file.len() > LIMIT {
        return Err(Error::field("file", "Choose a GeoJSON file of at most 2 MB"));
    }
    let turn =
        tokio::time::timeout(patience, THINNING.acquire()).await.map_err(|_| Error::Busy)?.map_err(Error::internal)?;
    // The turn goes with the work: a request that is given up does not end it.
    let work = move || {
        let _turn = turn;
        super::read(&file)
    };
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)?
}

/// `POST /materials/boundaries/{area}/removal`
///
/// # Errors
/// [`Error::NotFound`] where there is none of one's own.
pub async fn remove(viewer: Viewer, Path(area): Path<i64>, Form(_): Form<Bare>) -> Answer {
    let mut scope = viewer.scope().await?;
    if !store::remove(&mut scope, area).await? {
        return Err(Error::NotFound);
    }
    scope.commit().await?;
    Ok(see_other("/materials/boundaries?said=boundary-gone"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_file_given_while_another_is_read_is_told_to_come_again_and_is_read_then() {
        let square = br#"{"type":"Polygon","coordinates":[[[-2.0,52.0],[-1.9,52.0],[-1.9,52.1],[-2.0,52.0]]]}"#;
        let another = THINNING.acquire().await.unwrap();
        let busy = read(square.to_vec(), Duration::from_millis(20)).await.unwrap_err();
        assert!(matches!(busy, Error::Busy) && busy.to_string().contains("try again"), "{busy}");
        // What is no file waits for nobody.
        assert!(matches!(read(Vec::new(), Duration::ZERO).await, Err(Error::Invalid(_))));
        drop(another);
        assert!(read(square.to_vec(), WAIT).await.is_ok());
    }
}
