//! `/protection/canaries`: invented electors, planting and taking out.

use crate::areas;
use crate::error::Error;
use crate::watching::canaries::{self, MOST};
use crate::watching::store::{self, Canary};
use crate::web::paging::{Paging, SIZE};
use crate::web::{Answer, FieldErrors, Form, Layout, Path, Query, Viewer, see_other, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::Deserialize;

#[derive(Template, WebTemplate)]
#[template(path = "watching/canaries.html")]
struct CanariesPage {
    layout: Layout,
    errors: FieldErrors,
    canaries: Vec<Canary>,
    districts: Vec<areas::Area>,
    form: PlantForm,
    paging: Paging,
}

/// Which page.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    page: String,
}

/// Where and how many, as typed.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub struct PlantForm {
    area: String,
    count: String,
}

/// `GET /protection/canaries`
pub async fn list(viewer: Viewer, layout: Layout, Query(asked): Query<Asked>) -> Answer {
    let form = PlantForm { area: String::new(), count: "1".into() };
    page(viewer, layout, &asked.page, form, FieldErrors::default()).await
}

async fn page(viewer: Viewer, layout: Layout, asked: &str, form: PlantForm, errors: FieldErrors) -> Answer {
    let paging = Paging::asked(asked);
    let mut scope = viewer.scope().await?;
    let (canaries, total) = store::canaries(&mut scope, paging.skip(), SIZE).await?;
    let mut districts = areas::store::all(&mut scope).await?;
    scope.commit().await?;
    paging.must_be_there(canaries.len())?;
    districts.retain(|area| area.kind == "district");
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, CanariesPage { layout, errors, canaries, districts, form, paging: paging.of(total) }).into_response())
}

/// `POST /protection/canaries`
pub async fn plant(viewer: Viewer, layout: Layout, Form(form): Form<PlantForm>) -> Answer {
    let mut errors = FieldErrors::default();
    let area =
        form.area.parse::<i64>().map_err(|_| Error::field("area", "Choose the polling district it is to stand in"));
    let count = form.count.trim().parse::<usize>();
    let count = count.map_err(|_| Error::field("count", format!("Give a whole number from 1 to {MOST}")));
    let (area, count) = (errors.take(area), errors.take(count));
    if let (Some(area), Some(count)) = (area, count) {
        let mut scope = viewer.scope().await?;
        let district = store::district_of(&mut scope, area).await;
        if let Some(district) = errors.take_invalid(district)?
            && errors.take_invalid(canaries::plant(&mut scope, district, count).await)?.is_some()
        {
            scope.commit().await?;
            return Ok(see_other("/protection/canaries?said=planted"));
        }
    }
    page(viewer, layout, "", form, errors).await
}

#[derive(Template, WebTemplate)]
#[template(path = "watching/canary-remove.html")]
struct RemovePage {
    layout: Layout,
    canary: Canary,
}

async fn one(viewer: &Viewer, id: i64) -> Result<Canary, Error> {
    let mut scope = viewer.scope().await?;
    let canary = store::planted(&mut scope, id).await?;
    scope.commit().await?;
    Ok(canary)
}

/// `GET /protection/canaries/{number}/removal`
pub async fn ask_removal(viewer: Viewer, layout: Layout, Path(id): Path<i64>) -> Answer {
    let canary = one(&viewer, id).await?;
    Ok(RemovePage { layout, canary }.into_response())
}

/// `POST /protection/canaries/{number}/removal`
pub async fn remove(viewer: Viewer, Path(id): Path<i64>, Form(_): Form<crate::protection::Bare>) -> Answer {
    let mut scope = viewer.scope().await?;
    store::remove(&mut scope, id).await?;
    scope.commit().await?;
    Ok(see_other("/protection/canaries?said=taken-out"))
}
