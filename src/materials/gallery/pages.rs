//! `/materials`: what can be made, what was made lately, and templates of one's own.

use super::about;
use crate::error::Error;
use crate::materials::Kind;
use crate::materials::kept;
use crate::materials::letters::store::{self, Template};
use crate::materials::runs::{self, Row};
use crate::web::{Answer, Layout, Path, Viewer};
use askama_web::WebTemplate;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse;

/// Kinds of which people keep templates, and looks that fill a form.
const KEPT: &[Kind] = &[Kind::Letters, Kind::Postcards, Kind::Leaflets, Kind::Labels, Kind::OutCards, Kind::Posters];
/// Runs that the gallery shows.
const RECENT: i64 = 8;

#[derive(askama::Template, WebTemplate)]
#[template(path = "materials/gallery.html")]
struct GalleryPage {
    layout: Layout,
    recent: Vec<Row>,
    templates: Vec<Template>,
}

impl GalleryPage {
    /// Where a template is opened.
    fn place(&self, template: &Template) -> String {
        if kept::KINDS.contains(&template.kind) {
            return kept::place(template.kind, template.id, "");
        }
        let room = if template.kind == Kind::Leaflets { "leaflets" } else { "letters" };
        format!("/materials/{room}/{}", template.id)
    }

    /// Where a kind is made.
    fn room(&self, kind: &Kind) -> &'static str {
        about(*kind).0
    }

    /// What it is for.
    fn sentence(&self, kind: &Kind) -> &'static str {
        about(*kind).1
    }
}

/// `GET /materials`
pub async fn show(viewer: Viewer, layout: Layout) -> Answer {
    let mut scope = viewer.scope().await?;
    let recent = runs::store::recent(&mut scope, RECENT).await?;
    let templates = store::of_kinds(&mut scope, KEPT).await?;
    scope.commit().await?;
    Ok(GalleryPage { layout, recent, templates }.into_response())
}

/// `GET /materials/samples/{file}`: a sample, with invented people on it.
///
/// # Errors
/// [`Error::NotFound`] for what is no kind.
pub async fn sample(_: Viewer, Path(file): Path<String>) -> Answer {
    let kind = file.strip_suffix(".png").and_then(Kind::parse).ok_or(Error::NotFound)?;
    let png = super::picture(kind).await?;
    Ok(([(CONTENT_TYPE, "image/png"), (CACHE_CONTROL, "private, max-age=3600")], png).into_response())
}
