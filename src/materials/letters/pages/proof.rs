//! `/materials/letters/{template}/proof`: three real letters before any is printed.

use super::making::Summary;
use crate::error::Error;
use crate::exports::Attachment;
use crate::materials::letters::choices::Typed;
use crate::materials::letters::make::{KINDS, Plan, plan};
use crate::materials::letters::proof::Proof;
use crate::materials::letters::store::{self, Template as Kept};
use crate::materials::{making, press};
use crate::web::{Answer, FieldErrors, Layout, Path, Query, Viewer, see_other};
use askama::Template;
use askama_web::WebTemplate;
use axum::response::IntoResponse;
use serde::Deserialize;
use uuid::Uuid;

/// Which one is taken at random, so that the file shows the same.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct At {
    random: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "materials/letters/proof.html")]
struct ProofPage {
    layout: Layout,
    template: Kept,
    summary: Summary,
    typed: Typed,
    /// What is shown, in words: "The first: 1 of 1,204".
    shown: Vec<String>,
    /// Pictures of the pages, as addresses of their own.
    pages: Vec<String>,
    random: usize,
}

impl ProofPage {
    fn query(&self) -> String {
        self.typed.query()
    }
}

/// `GET /materials/letters/{template}/proof`
///
/// # Errors
/// [`Error::NotFound`] outside the area in use; [`Error::Conflict`] when there is nothing to show.
pub async fn show(
    viewer: Viewer,
    layout: Layout,
    Path(id): Path<Uuid>,
    Query(typed): Query<Typed>,
    Query(at): Query<At>,
) -> Answer {
    let Some(choices) = typed.read(&mut FieldErrors::default()) else {
        return back(&viewer, id).await;
    };
    let mut scope = viewer.scope().await?;
    let plan = plan(&mut scope, id, choices).await?;
    let (proof, random) = chosen(&plan, &at)?;
    let summary = Summary::of(&plan);
    let of = crate::web::words::figure(plan.found.letters.len());
    let shown = proof
        .shown
        .iter()
        .map(|(place, words)| format!("{words}: {} of {of}", crate::web::words::figure(place + 1)))
        .collect();
    let work = scope.finish(proof.work(&plan)).await?;
    let pages = making::pictures(work).await?;
    Ok(ProofPage { layout, template: plan.template, summary, typed, shown, pages, random }.into_response())
}

/// Which letters are shown.
fn chosen(plan: &Plan, at: &At) -> Result<(Proof, usize), Error> {
    let letters = plan.found.letters.len();
    if letters == 0 {
        return Err(Error::Conflict(
            "Nobody gets one as it is. Choose another selection, or see who is left out".into(),
        ));
    }
    let random = at.random.parse().unwrap_or_else(|_| rand::random_range(0..letters)).min(letters - 1);
    Ok((Proof::of(plan, random), random))
}

/// Back to the choices, where there are such.
async fn back(viewer: &Viewer, id: Uuid) -> Answer {
    let mut scope = viewer.scope().await?;
    store::one(&mut scope, &KINDS, id).await?;
    scope.commit().await?;
    Ok(see_other(&format!("/materials/letters/{id}/making")))
}

/// `GET /materials/letters/{template}/proof/file`: the same three as a PDF.
///
/// # Errors
/// As [`show`].
pub async fn file(viewer: Viewer, Path(id): Path<Uuid>, Query(typed): Query<Typed>, Query(at): Query<At>) -> Answer {
    let Some(choices) = typed.read(&mut FieldErrors::default()) else {
        return back(&viewer, id).await;
    };
    let mut scope = viewer.scope().await?;
    let plan = plan(&mut scope, id, choices).await?;
    let (proof, _) = chosen(&plan, &at)?;
    let work = scope.finish(proof.work(&plan).for_print()).await?;
    Ok(Attachment::pdf("proof.pdf", press::set(work).await?).into_response())
}
