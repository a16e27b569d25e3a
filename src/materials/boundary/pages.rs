//! `/materials/boundaries`: the outlines that maps on leaflets are drawn from.

use super::store::{self, Kept};
use super::{Drawn, Held, LIMIT, Meant, Several};
use crate::areas::Area;
use crate::electors::folding::fold;
use crate::error::Error;
use crate::materials::making;
use crate::turns::in_turn;
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
    /// Between which of a file's areas is to be chosen; none: nothing was given, or one.
    several: Several,
}

impl BoundariesPage {
    /// Whether a name of the file is that of the area that is chosen.
    fn is_chosen(&self, name: &str) -> bool {
        fold(name) == fold(&self.area_name)
    }
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
    draw(&viewer, layout, &asked.area, Several::default(), FieldErrors::default()).await
}

async fn draw(viewer: &Viewer, layout: Layout, wanted: &str, several: Several, errors: FieldErrors) -> Answer {
    let mut scope = viewer.scope().await?;
    let areas = making::areas(&mut scope).await?;
    let chosen =
        areas.iter().find(|a| a.id.to_string() == wanted).or_else(|| areas.iter().find(|a| a.id == viewer.area));
    let (area, area_name) = chosen.map_or((viewer.area, String::new()), |a| (a.id, a.name.clone()));
    let drawn = store::of(&mut scope, area).await?.map(|shape| super::draw(&shape));
    let kept = store::kept(&mut scope).await?;
    scope.commit().await?;
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = BoundariesPage { layout, errors, areas, kept, area: area.to_string(), area_name, drawn, several };
    Ok((status, page).into_response())
}

/// The form as it came: what was said before a file that is too large stays.
#[derive(Default)]
struct Taken {
    area: String,
    meant: Meant,
    file: Vec<u8>,
}

async fn take(mut form: multipart::Multipart, grant: Uuid, taken: &mut Taken) -> Result<(), Error> {
    let broken = |_| {
        Error::field("file", "The file did not come through whole, or is larger than 2 MB. Choose a generalised one")
    };
    while let Some(field) = form.next_field().await.map_err(broken)? {
        match field.name().unwrap_or_default() {
            "_grant" => drawn_under(&field.text().await.map_err(broken)?, grant)?,
            "area" => taken.area = field.text().await.map_err(broken)?,
            "which" => taken.meant = meant(&field.text().await.map_err(broken)?),
            "file" => taken.file = field.bytes().await.map_err(broken)?.to_vec(),
            _ => {}
        }
    }
    Ok(())
}

/// `all`, or `of` and a name.
fn meant(typed: &str) -> Meant {
    match typed.split_once(' ') {
        Some(("of", name)) => Meant::Named(name.to_owned()),
        _ if typed == "all" => Meant::All,
        _ => Meant::Unsaid,
    }
}

/// `POST /materials/boundaries`
///
/// # Errors
/// [`Error::NotFound`] outside one's own areas; [`Error::Busy`] while others' files are read.
pub async fn keep(viewer: Viewer, layout: Layout, form: Result<Multipart, Error>) -> Answer {
    let (mut errors, mut taken) = (FieldErrors::default(), Taken::default());
    if let Some(Multipart(form)) = errors.take_invalid(form)? {
        errors.take_invalid(take(form, viewer.grant, &mut taken).await)?;
    }
    let Taken { area, meant, file } = taken;
    let held = if errors.any() { None } else { errors.take_invalid(read(file, meant, WAIT).await)? };
    let shape = match held {
        Some(Held::Shape(shape)) => shape,
        Some(Held::Several(several)) => {
            errors.add("which", format!("This file holds {} areas. Say which of them is meant", several.areas));
            return draw(&viewer, layout, &area, several, errors).await;
        }
        None => return draw(&viewer, layout, &area, Several::default(), errors).await,
    };
    let mut scope = viewer.scope().await?;
    let found = making::areas(&mut scope).await?.into_iter().find(|a| a.id.to_string() == area);
    let area = found.ok_or(Error::NotFound)?.id;
    store::keep(&mut scope, area, &shape).await?;
    scope.commit().await?;
    Ok(see_other(&format!("/materials/boundaries?area={area}&said=boundary-kept")))
}

async fn read(file: Vec<u8>, meant: Meant, patience: Duration) -> Result<Held, Error> {
    if file.is_empty() || file.len() > LIMIT {
        return Err(Error::field("file", "Choose a GeoJSON file of at most 2 MB"));
    }
    in_turn(&THINNING, patience, move || super::read(&file, &meant)).await?
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
        let busy = read(square.to_vec(), Meant::Unsaid, Duration::from_millis(20)).await.unwrap_err();
        assert!(matches!(busy, Error::Busy) && busy.to_string().contains("try again"), "{busy}");
        // What is no file waits for nobody.
        assert!(matches!(read(Vec::new(), Meant::Unsaid, Duration::ZERO).await, Err(Error::Invalid(_))));
        drop(another);
        assert!(read(square.to_vec(), Meant::Unsaid, WAIT).await.is_ok());
    }
}
