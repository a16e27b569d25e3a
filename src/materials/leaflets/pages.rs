//! `/materials/leaflets`: those that are kept, and the designs to begin another from.

use super::{Content, Design};
use crate::access::text;
use crate::areas::Area;
use crate::electors::folding::clean;
use crate::error::Error;
use crate::materials::Kind;
use crate::materials::letters::{pictures, store};
use crate::materials::making;
use crate::web::{Answer, FieldErrors, Form, Layout, Path, Viewer, see_other};
use askama::Template;
use askama_web::WebTemplate;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::Deserialize;
use uuid::Uuid;

/// The kind of these templates.
pub const KINDS: &[Kind] = &[Kind::Leaflets];

/// A new one.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    name: String,
    design: String,
    area: String,
}

/// A form of a button alone.
#[derive(Debug, Deserialize)]
pub struct Bare {}

#[derive(Template, WebTemplate)]
#[template(path = "materials/leaflets/list.html")]
struct ListPage {
    layout: Layout,
    errors: FieldErrors,
    kept: Vec<store::Template>,
    areas: Vec<Area>,
    /// Whether the whole organisation's may be made here.
    everywhere: bool,
    typed: Typed,
}

/// `GET /materials/leaflets`
pub async fn list(viewer: Viewer, layout: Layout) -> Answer {
    let typed = Typed { design: "a5".into(), area: viewer.area.to_string(), ..Typed::default() };
    draw(&viewer, layout, typed, FieldErrors::default()).await
}

async fn draw(viewer: &Viewer, layout: Layout, typed: Typed, errors: FieldErrors) -> Answer {
    let mut scope = viewer.scope().await?;
    let kept = store::of_kinds(&mut scope, KINDS).await?;
    let areas = making::areas(&mut scope).await?;
    let everywhere = store::works_everywhere(&mut scope).await?;
    scope.commit().await?;
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, ListPage { layout, errors, kept, areas, everywhere, typed }).into_response())
}

/// `POST /materials/leaflets`
pub async fn begin(viewer: Viewer, layout: Layout, Form(typed): Form<Typed>) -> Answer {
    let mut scope = viewer.scope().await?;
    let mut errors = FieldErrors::default();
    let name = errors.take(text("name", &typed.name, 80, "Give it a name, to find it again by")).map(|n| clean(&n));
    let design = errors.take(Design::parse(&typed.design).ok_or_else(|| Error::field("design", "Choose a design")));
    let everywhere = store::works_everywhere(&mut scope).await?;
    let areas = making::areas(&mut scope).await?;
    let own = areas.iter().find(|a| a.id.to_string() == typed.area).map(|a| Some(a.id));
    let area = if typed.area == "all" && everywhere { Some(None) } else { own };
    let area = errors.take(area.ok_or_else(|| Error::field("area", "Choose an area inside your own")));
    let (Some(name), Some(design), Some(area)) = (name, design, area) else {
        scope.commit().await?;
        return draw(&viewer, layout, typed, errors).await;
    };
    let content = serde_json::to_value(Content::begun(design)).map_err(Error::internal)?;
    let made = store::make(&mut scope, area, Kind::Leaflets, &name, &content).await;
    let Some(id) = errors.take_invalid(made)? else {
        drop(scope);
        return draw(&viewer, layout, typed, errors).await;
    };
    scope.commit().await?;
    Ok(see_other(&format!("/materials/leaflets/{id}?said=leaflet-begun")))
}

/// `POST /materials/leaflets/{template}/copy`: for one's own area, to be changed there.
///
/// # Errors
/// [`Error::NotFound`] when it is not there; [`Error::Invalid`] when there is a copy of that name already.
pub async fn copy(viewer: Viewer, Path(id): Path<Uuid>, Form(_): Form<Bare>) -> Answer {
    let mut scope = viewer.scope().await?;
    let one = store::one(&mut scope, KINDS, id).await?;
    let content = store::content(&mut scope, id, one.version).await?;
    let name: String =
        format!("{} ({})", one.name, crate::web::words::moment(chrono::Utc::now())).chars().take(80).collect();
    let new = store::make(&mut scope, Some(viewer.area), Kind::Leaflets, &name, &content).await?;
    pictures::copy(&mut scope, id, new).await?;
    scope.commit().await?;
    Ok(see_other(&format!("/materials/leaflets/{new}?said=leaflet-copied")))
}

/// `POST /materials/leaflets/{template}/removal`
///
/// # Errors
/// [`Error::NotFound`] when it is not one's own.
pub async fn remove(viewer: Viewer, Path(id): Path<Uuid>, Form(_): Form<Bare>) -> Answer {
    let mut scope = viewer.scope().await?;
    store::one(&mut scope, KINDS, id).await?;
    if !store::end(&mut scope, id).await? {
        return Err(Error::NotFound);
    }
    scope.commit().await?;
    Ok(see_other("/materials/leaflets?said=leaflet-gone"))
}
