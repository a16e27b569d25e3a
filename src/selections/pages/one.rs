//! `/selections/{id}`: what a kept selection says, how many that is now, what is made of it, and how it came to be. Nobody is shown.

use super::counts::{Counted, split};
use super::unfinished::Unfinished;
use crate::database::Scoped;
use crate::error::Error;
use crate::selections::store::{self, Saved};
use crate::selections::words::{Names, leaves_out, sentence};
use crate::web::{Answer, FieldErrors, Form, Layout, Path, Viewer, see_other};
use askama::Template;
use askama_web::WebTemplate;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::Deserialize;
use uuid::Uuid;

/// A version in words.
struct Version {
    saved: Saved,
    sentence: String,
    leaves_out: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "selections/one.html")]
struct OnePage {
    layout: Layout,
    errors: FieldErrors,
    saved: Saved,
    leaves_out: String,
    counted: Option<Counted>,
    refused: String,
    /// Nothing of what is kept.
    unfinished: Vec<Unfinished>,
    versions: Vec<Version>,
    /// The name of a copy, as it was typed.
    copy_name: String,
}

impl OnePage {
    /// Whether there is anything to make of it.
    fn anybody(&self) -> bool {
        self.counted.as_ref().is_some_and(|counted| !counted.nobody())
    }
}

/// `GET /selections/{id}`
///
/// # Errors
/// [`Error::NotFound`] outside the area, and once it was taken away.
pub async fn show(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>) -> Answer {
    page(viewer.scope().await?, layout, id, None, FieldErrors::default()).await
}

async fn page(mut scope: Scoped, layout: Layout, id: Uuid, copy: Option<String>, errors: FieldErrors) -> Answer {
    let (saved, selection) = store::one(&mut scope, id, None).await?;
    let versions = store::versions(&mut scope, id).await?;
    let names = Names::of(&mut scope, &versions.iter().map(|(_, s)| s).collect::<Vec<_>>()).await?;
    let (counted, refused) = split(Counted::of(&mut scope, &selection).await?);
    scope.commit().await?;
    let in_words = |(saved, selection): (Saved, crate::selections::Selection)| Version {
        sentence: sentence(&selection, &names),
        leaves_out: leaves_out(&selection.leave_out),
        saved,
    };
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = OnePage {
        layout,
        errors,
        leaves_out: leaves_out(&selection.leave_out),
        counted,
        refused,
        unfinished: Vec::new(),
        versions: versions.into_iter().map(in_words).collect(),
        copy_name: copy.unwrap_or_else(|| format!("{} (copy)", saved.name)),
        saved,
    };
    Ok((status, page).into_response())
}

/// What a copy is called, and of which version it is.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct CopyForm {
    name: String,
    version: i32,
}

/// `POST /selections/{id}/copy`: a version as a selection of its own, in the area in use.
///
/// # Errors
/// [`Error::NotFound`] outside the area.
pub async fn copy(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, Form(copy): Form<CopyForm>) -> Answer {
    let mut scope = viewer.scope().await?;
    match store::copy(&mut scope, id, copy.version, viewer.area, &copy.name).await {
        Ok(copied) => {
            scope.commit().await?;
            Ok(see_other(&format!("/selections/{copied}?said=selection-copied")))
        }
        Err(Error::Invalid(fields)) => {
            drop(scope);
            page(viewer.scope().await?, layout, id, Some(copy.name), FieldErrors(fields)).await
        }
        Err(other) => Err(other),
    }
}

#[derive(Template, WebTemplate)]
#[template(path = "selections/removal.html")]
struct RemovalPage {
    layout: Layout,
    saved: Saved,
    /// None: its rules are not read any more.
    sentence: Option<String>,
}

/// `GET /selections/{id}/removal`
///
/// # Errors
/// [`Error::NotFound`] outside the area, and once it was taken away.
pub async fn confirm(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>) -> Answer {
    let mut scope = viewer.scope().await?;
    let (saved, selection) = store::to_end(&mut scope, id).await?;
    let sentence = match selection {
        Some(selection) => Some(super::counts::sentence(&mut scope, &selection).await?),
        None => None,
    };
    scope.commit().await?;
    Ok(RemovalPage { layout, saved, sentence }.into_response())
}

/// Which version somebody saw who takes it away.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct RemovalForm {
    version: i32,
}

/// `POST /selections/{id}/removal`
///
/// # Errors
/// [`Error::Conflict`] when somebody changed it meanwhile, [`Error::NotFound`] outside the area.
pub async fn remove(viewer: Viewer, Path(id): Path<Uuid>, Form(removal): Form<RemovalForm>) -> Answer {
    let mut scope = viewer.scope().await?;
    store::end(&mut scope, id, removal.version).await?;
    scope.commit().await?;
    Ok(see_other("/selections?said=selection-gone"))
}
