//! `/materials/letters/{template}/proof`: three real letters before any is printed.

use super::making::{self as form, Summary};
use crate::error::Error;
use crate::exports::Attachment;
use crate::materials::Kind;
use crate::materials::letters::choices::Typed;
use crate::materials::letters::make::{KINDS, Outline, outline};
use crate::materials::letters::proof::{Proof, where_it_stands};
use crate::materials::letters::store::{self, Template as Kept};
use crate::materials::{making, press};
use crate::web::words::figure;
use crate::web::{Answer, FieldErrors, Layout, Path, Query, Viewer, see_other};
use askama::Template;
use askama_web::WebTemplate;
use axum::response::{IntoResponse, Response};
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

    fn what(&self) -> &'static str {
        if self.template.kind == Kind::Postcards { "postcards" } else { "letters" }
    }
}

/// `GET /materials/letters/{template}/proof`
///
/// # Errors
/// [`Error::NotFound`] outside the area in use; [`Error::Busy`] while others' proofs are set.
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
    let Some((outline, proof, random)) = chosen(outline(&mut scope, id, choices).await, &at)? else {
        return Ok(counted_instead(id, &typed));
    };
    let summary = Summary::of(&outline);
    let plan = outline.only(&mut scope, &proof.places()).await?;
    let of = figure(summary.letters);
    let read: Vec<usize> = (0..plan.found.letters.len()).map(|at| plan.place(at)).collect();
    let shown = proof.shown.iter().filter(|(place, _)| read.contains(place));
    let shown = shown.map(|(place, words)| format!("{words}: {} of {of}", figure(place + 1))).collect();
    let work = scope.finish(proof.work(&plan)).await?;
    let pages = match making::pictures(work).await {
        Ok(pages) => pages,
        // What is too long is said on the form that the proof was asked for on, with the way to where it is typed.
        Err(Error::Invalid(wrong)) => {
            let errors = FieldErrors(wrong.into_iter().map(where_it_stands).collect());
            return form::draw(viewer, layout, id, typed, errors).await;
        }
        Err(other) => return Err(other),
    };
    Ok(ProofPage { layout, template: plan.basis.template, summary, typed, shown, pages, random }.into_response())
}

/// Which letters are shown of what would be made; None: there is nothing to show, and the form says why.
fn chosen(outline: Result<Outline, Error>, at: &At) -> Result<Option<(Outline, Proof, usize)>, Error> {
    let outline = match outline {
        Ok(outline) => outline,
        Err(Error::Conflict(_)) => return Ok(None),
        Err(other) => return Err(other),
    };
    let letters = outline.homes.letters();
    if letters == 0 {
        return Ok(None);
    }
    let random = at.random.parse().unwrap_or_else(|_| rand::random_range(0..letters)).min(letters - 1);
    let proof = Proof::of(&outline, random);
    Ok(Some((outline, proof, random)))
}

/// The form with what was chosen, which counts it and says why there is no proof.
fn counted_instead(id: Uuid, typed: &Typed) -> Response {
    see_other(&format!("/materials/letters/{id}/making?{}#seen", typed.query()))
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
    let Some((outline, proof, _)) = chosen(outline(&mut scope, id, choices).await, &at)? else {
        return Ok(counted_instead(id, &typed));
    };
    let plan = outline.only(&mut scope, &proof.places()).await?;
    let work = scope.finish(proof.work(&plan).for_print()).await?;
    match press::set(work).await {
        Ok(pdf) => Ok(Attachment::pdf("proof.pdf", pdf).into_response()),
        // The page says what is too long.
        Err(Error::Invalid(_)) => Ok(see_other(&format!("/materials/letters/{id}/proof?{}", typed.query()))),
        Err(other) => Err(other),
    }
}
