//! `/materials/letters/{template}`: what a template says, its pictures, its versions; copying it and taking it away.

use super::Bare;
use super::edit::theirs;
use crate::database::Scoped;
use crate::error::Error;
use crate::materials::Kind;
use crate::materials::letters::make::KINDS;
use crate::materials::letters::pictures::{self, MOST, Pictured};
use crate::materials::letters::reading::{Passage, reading};
use crate::materials::letters::store::{self, Version};
use crate::materials::letters::{Content, choices};
use crate::web::{Answer, FieldErrors, Form, Layout, Path, Query, Viewer, see_other};
use askama::Template;
use askama_web::WebTemplate;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use uuid::Uuid;

/// A picture that was refused, with what was typed beside it.
#[derive(Debug, Default)]
pub struct Refused {
    /// Why.
    pub errors: FieldErrors,
    /// What it shows, as typed.
    pub shows: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "materials/letters/one.html")]
struct OnePage {
    layout: Layout,
    refused: Refused,
    template: store::Template,
    content: Content,
    /// How its text reads.
    says: Vec<Passage>,
    pictures: Vec<Pictured>,
    versions: Vec<Version>,
    /// What follows the address of whatever is made.
    carried: String,
}

impl OnePage {
    fn takes_pictures(&self) -> bool {
        self.template.mine && self.pictures.len() < MOST
    }

    fn is_card(&self) -> bool {
        self.template.kind == Kind::Postcards
    }

    fn is_at(&self, version: &Version) -> bool {
        version.version == self.template.version
    }
}

/// `GET /materials/letters/{template}`
///
/// # Errors
/// [`Error::NotFound`] outside the area in use.
pub async fn show(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, Query(asked): Query<choices::Typed>) -> Answer {
    let carried = asked.selection.parse::<Uuid>().map(|s| format!("?selection={s}")).unwrap_or_default();
    draw(viewer.scope().await?, layout, id, carried, Refused::default()).await
}

/// The page, with a picture that was refused if one was.
///
/// # Errors
/// As [`show`].
pub async fn draw(mut scope: Scoped, layout: Layout, id: Uuid, carried: String, refused: Refused) -> Answer {
    let template = store::one(&mut scope, &KINDS, id).await?;
    let content = store::letter(&mut scope, id, template.version).await?;
    let pictures = pictures::of(&mut scope, id).await?;
    let versions = store::versions(&mut scope, id).await?;
    scope.commit().await?;
    let status = if refused.errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let says = reading(&content.text);
    Ok((status, OnePage { layout, refused, template, content, says, pictures, versions, carried }).into_response())
}

/// `POST /materials/letters/{template}/copy`: as one's own area's, whoever's it was.
///
/// # Errors
/// [`Error::NotFound`] outside the area in use.
pub async fn copy(viewer: Viewer, Path(id): Path<Uuid>, Form(_): Form<Bare>) -> Answer {
    let mut scope = viewer.scope().await?;
    let template = store::one(&mut scope, &KINDS, id).await?;
    let content = store::content(&mut scope, id, template.version).await?;
    let taken = store::of_kinds(&mut scope, &KINDS).await?;
    let name = free_name(&template.name, &taken);
    let copied = store::make(&mut scope, Some(viewer.area), template.kind, &name, &content).await?;
    pictures::copy(&mut scope, id, copied).await?;
    scope.commit().await?;
    Ok(see_other(&format!("/materials/letters/{copied}?said=template-copied")))
}

fn free_name(name: &str, taken: &[store::Template]) -> String {
    let base: String = name.chars().take(60).collect();
    let free = |name: &String| taken.iter().all(|t| t.name.to_lowercase() != name.to_lowercase());
    let mut copies = std::iter::once(format!("{base}, copy")).chain((2..1_000).map(|n| format!("{base}, copy {n}")));
    copies.find(free).unwrap_or_else(|| base.clone())
}

/// `POST /materials/letters/{template}/removal`
///
/// # Errors
/// [`Error::Conflict`] when it is not one's own.
pub async fn remove(viewer: Viewer, Path(id): Path<Uuid>, Form(_): Form<Bare>) -> Answer {
    let mut scope = viewer.scope().await?;
    let template = store::one(&mut scope, &KINDS, id).await?;
    theirs(&template)?;
    if !store::end(&mut scope, id).await? {
        return Err(Error::Conflict("Somebody withdrew it meanwhile".into()));
    }
    scope.commit().await?;
    Ok(see_other("/materials/letters?said=template-gone"))
}
