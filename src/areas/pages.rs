//! The pages of areas: administrators and organisers of all areas or an authority name districts and make areas of them,
//! other organisers see their own with figures.

use super::Kind;
use super::store::{self, District, Made, NewArea};
use crate::database::Scoped;
use crate::error::{Error, FieldError};
use crate::web::{Answer, FieldErrors, Form, Layout, Path, Viewer, see_other};
use askama::Template;
use askama_web::WebTemplate;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::Deserialize;

#[derive(Template, WebTemplate)]
#[template(path = "areas/list.html")]
struct AreasPage {
    layout: Layout,
    errors: FieldErrors,
    districts: Vec<District>,
    made: Vec<Made>,
    may_change: bool,
    typed: Typed,
}

#[derive(Template, WebTemplate)]
#[template(path = "areas/area.html")]
struct AreaPage {
    layout: Layout,
    errors: FieldErrors,
    area: Made,
    districts: Vec<District>,
    typed: Typed,
}

#[derive(Template, WebTemplate)]
#[template(path = "areas/district.html")]
struct DistrictPage {
    layout: Layout,
    errors: FieldErrors,
    district: District,
    typed: String,
}

/// The form of an area as it was typed.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Typed {
    #[serde(default)]
    kind: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    gss_code: String,
    #[serde(default)]
    short_name: String,
    #[serde(default)]
    district: Vec<i32>,
}

impl Typed {
    fn ticked(&self, area_no: &i32) -> bool {
        self.district.contains(area_no)
    }

    fn read(&self) -> Result<NewArea, Error> {
        let mut errors = Vec::new();
        let mut wrong = |field: &str, message: &str| {
            errors.push(FieldError { field: field.into(), message: message.into() });
        };
        let kind = Kind::parse(&self.kind);
        if kind.is_none() {
            wrong("kind", "Choose what kind of area it is");
        }
        let (name, gss, short) = (self.name.trim(), self.gss_code.trim().to_uppercase(), self.short_name.trim());
        if name.is_empty() || name.chars().count() > 200 {
            wrong("name", "Give the area a name of up to 200 letters");
        }
        if !gss.is_empty() && !super::is_gss(&gss) {
            wrong("gss_code", "A GSS code is a letter and eight figures, for example E05000001");
        }
        if short.chars().count() > 60 {
            wrong("short_name", "Write the short name in up to 60 letters");
        }
        if self.district.is_empty() {
            wrong("districts", "Tick at least one polling district");
        }
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        match (kind, errors.is_empty()) {
            (Some(kind), true) => Ok(NewArea {
                kind,
                name: name.into(),
                gss_code: some(&gss),
                short_name: some(short),
                districts: self.district.clone(),
            }),
            _ => Err(Error::Invalid(errors)),
        }
    }
}

/// `GET /areas`
pub async fn list(viewer: Viewer, layout: Layout) -> Answer {
    let mut scope = viewer.scope().await?;
    let page = list_page(&mut scope, layout, FieldErrors::default(), Typed::default()).await?;
    scope.commit().await?;
    Ok(page.into_response())
}

async fn list_page(scope: &mut Scoped, layout: Layout, errors: FieldErrors, typed: Typed) -> Result<AreasPage, Error> {
    let districts = store::districts(scope).await?;
    let made = store::made(scope).await?;
    let may_change = store::may_name(scope).await?;
    Ok(AreasPage { layout, errors, districts, made, may_change, typed })
}

/// A scoped transaction for who may name areas. To others one area's form is not there, like an area outside their own.
async fn naming(viewer: &Viewer) -> Result<Scoped, Error> {
    let mut scope = viewer.scope().await?;
    if store::may_name(&mut scope).await? { Ok(scope) } else { Err(Error::NotFound) }
}

/// `POST /areas`
pub async fn add(viewer: Viewer, layout: Layout, Form(typed): Form<Typed>) -> Answer {
    let mut scope = viewer.scope().await?;
    if !store::may_name(&mut scope).await? {
        return Err(Error::Forbidden("An organiser of all areas or of the authority names wards, or an administrator"));
    }
    let added = match typed.read() {
        Ok(new) => store::add(&mut scope, &new).await,
        Err(error) => Err(error),
    };
    match added {
        Ok(_) => {
            scope.commit().await?;
            Ok(see_other("/areas"))
        }
        Err(Error::Invalid(fields)) => {
            drop(scope);
            let mut scope = viewer.scope().await?;
            let page = list_page(&mut scope, layout, FieldErrors(fields), typed).await?;
            scope.commit().await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(error) => Err(error),
    }
}

/// `GET /areas/{id}`
pub async fn show(viewer: Viewer, layout: Layout, Path(id): Path<i64>) -> Answer {
    let mut scope = naming(&viewer).await?;
    let area = store::open_made(&mut scope, id).await?;
    let districts = store::districts(&mut scope).await?;
    scope.commit().await?;
    let typed = Typed {
        kind: area.kind.clone(),
        name: area.name.clone(),
        gss_code: area.gss_code.clone().unwrap_or_default(),
        short_name: area.short_name.clone().unwrap_or_default(),
        district: area.districts.clone(),
    };
    Ok(AreaPage { layout, errors: FieldErrors::default(), area, districts, typed }.into_response())
}

/// `POST /areas/{id}`
pub async fn change(viewer: Viewer, layout: Layout, Path(id): Path<i64>, Form(mut typed): Form<Typed>) -> Answer {
    let mut scope = naming(&viewer).await?;
    let area = store::open_made(&mut scope, id).await?;
    typed.kind.clone_from(&area.kind);
    let changed = match typed.read() {
        Ok(new) => store::change(&mut scope, id, &new).await,
        Err(error) => Err(error),
    };
    match changed {
        Ok(()) => {
            scope.commit().await?;
            Ok(see_other("/areas"))
        }
        Err(Error::Invalid(fields)) => {
            drop(scope);
            let mut scope = viewer.scope().await?;
            let districts = store::districts(&mut scope).await?;
            scope.commit().await?;
            let page = AreaPage { layout, errors: FieldErrors(fields), area, districts, typed };
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(error) => Err(error),
    }
}

async fn district(scope: &mut Scoped, area_no: i32) -> Result<District, Error> {
    store::districts(scope).await?.into_iter().find(|d| d.area_no == area_no).ok_or(Error::NotFound)
}

/// `GET /areas/districts/{number}`
pub async fn show_district(viewer: Viewer, layout: Layout, Path(area_no): Path<i32>) -> Answer {
    let mut scope = naming(&viewer).await?;
    let district = district(&mut scope, area_no).await?;
    scope.commit().await?;
    let typed = district.name.clone();
    Ok(DistrictPage { layout, errors: FieldErrors::default(), district, typed }.into_response())
}

/// A district's new name.
#[derive(Deserialize)]
pub struct Name {
    name: String,
}

/// `POST /areas/districts/{number}`
pub async fn name_district(
    viewer: Viewer,
    layout: Layout,
    Path(area_no): Path<i32>,
    Form(typed): Form<Name>,
) -> Answer {
    let mut scope = naming(&viewer).await?;
    let name = typed.name.trim();
    if name.chars().count() > 200 {
        let district = district(&mut scope, area_no).await?;
        scope.commit().await?;
        let mut errors = FieldErrors::default();
        errors.add("name", "Write the name in up to 200 letters");
        let page = DistrictPage { layout, errors, district, typed: name.to_owned() };
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    store::name_district(&mut scope, area_no, name).await?;
    scope.commit().await?;
    Ok(see_other("/areas"))
}

impl AreasPage {
    fn electors(&self) -> i64 {
        self.districts.iter().map(|d| i64::from(d.electors)).sum()
    }
}
