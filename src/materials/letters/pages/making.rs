//! `/materials/letters/{template}/making`: for which selection, how, how many that is and who is left out; then the run.

use crate::database::{Scoped, Seen};
use crate::error::Error;
use crate::materials::Kind;
use crate::materials::letters::choices::{Choices, Envelope, STYLES, Typed};
use crate::materials::letters::make::{KINDS, Outline, outline, plan};
use crate::materials::letters::{proof, store};
use crate::materials::making;
use crate::materials::runs::{self, NewRun};
use crate::polls::{PollKind, store as polls};
use crate::selections::store::{self as selections, Saved};
use crate::web::{Answer, FieldErrors, Form, Layout, Path, Query, Viewer, see_other, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::Deserialize;
use uuid::Uuid;

/// What a page says of letters that are not made yet: figures, and nobody.
#[derive(Debug, Clone)]
pub struct Summary {
    /// The selection's name.
    pub selection: String,
    /// How many letters.
    pub letters: usize,
    /// How many people they are to.
    pub people: usize,
    /// How many bundles.
    pub bundles: usize,
    /// Who gets none, by reason.
    pub left_out: Vec<(usize, &'static str)>,
    /// What they bear.
    pub imprint: Option<Vec<String>>,
    /// An earlier run: its number, and in words.
    pub earlier: Option<(i64, String)>,
    /// Whether some did not get it then.
    pub new_since: bool,
}

impl Summary {
    /// Of what would be made.
    pub fn of(of: &Outline) -> Self {
        let earlier = of.basis.earlier.as_ref();
        let words_of = |e: &crate::materials::letters::make::Earlier| {
            let day = words::date(words::day_of(e.made_at));
            let new =
                if e.new_since == 1 { "1 person".into() } else { format!("{} people", words::figure(e.new_since)) };
            format!(
                "Made on {day}: {}. {new} of the selection did not get it then.",
                words::count(e.items, "letter", "letters")
            )
        };
        Summary {
            selection: of.basis.selection.name.clone(),
            letters: of.homes.letters(),
            people: of.homes.people(),
            bundles: if of.covers() { of.homes.bundles } else { 0 },
            left_out: of.basis.left_out.clone(),
            imprint: of.basis.imprint.clone(),
            earlier: earlier.map(|e| (e.run, words_of(e))),
            new_since: earlier.is_some_and(|e| e.new_since > 0),
        }
    }

    /// Whether it may be made.
    pub fn may_go(&self) -> bool {
        self.letters > 0 && self.imprint.is_some()
    }
}

#[derive(Template, WebTemplate)]
#[template(path = "materials/letters/making.html")]
struct MakingPage {
    layout: Layout,
    errors: FieldErrors,
    template: store::Template,
    typed: Typed,
    selections: Vec<Saved>,
    polls: Vec<PollKind>,
    summary: Option<Summary>,
    /// Why nothing can be made as it is.
    trouble: String,
    purpose: String,
}

impl MakingPage {
    fn is_card(&self) -> bool {
        self.template.kind == Kind::Postcards
    }

    /// The choices that were counted, so that nothing else is made by the button that says how many.
    fn counted(&self) -> String {
        if self.summary.is_some() { self.typed.query() } else { String::new() }
    }

    /// What it is for, as it was chosen.
    fn poll_words(&self) -> &str {
        self.polls.iter().find(|k| k.kind == self.typed.poll).map_or("No election in particular", |k| k.name.as_str())
    }

    fn chosen(&self, selection: &Saved) -> bool {
        self.typed.selection == selection.id.to_string()
    }
}

/// The form, with the figures of what was chosen, or what was wrong with it.
///
/// # Errors
/// [`Error::NotFound`] outside the area in use.
pub(super) async fn draw(viewer: Viewer, layout: Layout, id: Uuid, typed: Typed, mut errors: FieldErrors) -> Answer {
    let mut scope = viewer.scope().await?;
    let template = store::one(&mut scope, &KINDS, id).await?;
    let selections = selections::saved(&mut scope).await?;
    let polls = polls::kinds(&mut scope).await?;
    let choices = if typed.selection.is_empty() || errors.any() { None } else { typed.read(&mut errors) };
    let (summary, trouble) = match choices {
        Some(choices) => summed(outline(&mut scope, id, choices).await)?,
        None => (None, String::new()),
    };
    scope.commit().await?;
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let purpose = viewer.purpose;
    Ok((status, MakingPage { layout, errors, template, typed, selections, polls, summary, trouble, purpose })
        .into_response())
}

/// The figures of what would be made, or why there is nothing.
fn summed(outline: Result<Outline, Error>) -> Result<(Option<Summary>, String), Error> {
    match outline {
        Ok(outline) => Ok((Some(Summary::of(&outline)), String::new())),
        Err(Error::Conflict(why)) => Ok((None, why)),
        Err(other) => Err(other),
    }
}

/// `GET /materials/letters/{template}/making`
///
/// # Errors
/// [`Error::NotFound`] outside the area in use.
pub async fn show(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, Query(typed): Query<Typed>) -> Answer {
    draw(viewer, layout, id, typed, FieldErrors::default()).await
}

/// What is typed, and which button was pressed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Sent {
    #[serde(rename = "do")]
    act: String,
    counted: String,
    /// Drawn with the form, so that one sent twice makes one run.
    asked: String,
    selection: String,
    per: String,
    envelope: String,
    order: String,
    style: String,
    shape: String,
    poll: String,
    only_new: bool,
    bare: bool,
    duplex: bool,
    archive: bool,
}

enum Act {
    Count,
    Proof,
    Make,
}

impl Sent {
    fn typed(self) -> (Act, Typed) {
        let Sent { act, counted, selection, per, envelope, order, style, shape, poll, .. } = self;
        let (only_new, bare, duplex, archive) = (self.only_new, self.bare, self.duplex, self.archive);
        let typed = Typed { selection, per, envelope, order, style, shape, poll, only_new, bare, duplex, archive };
        let act = match act.as_str() {
            "proof" => Act::Proof,
            // Whoever changed a choice since sees first how many that is.
            "make" if counted == typed.query() => Act::Make,
            _ => Act::Count,
        };
        (act, typed)
    }
}

/// `POST /materials/letters/{template}/making`
///
/// # Errors
/// [`Error::Conflict`] when nobody gets one, there is no imprint, or something was changed meanwhile; [`Error::Busy`] while others' proofs are set.
pub async fn make(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, Form(sent): Form<Sent>) -> Answer {
    let drawn = sent.asked.clone();
    let (act, typed) = sent.typed();
    let mut errors = FieldErrors::default();
    let Some(choices) = typed.read(&mut errors) else {
        return draw(viewer, layout, id, typed, errors).await;
    };
    match act {
        Act::Make => {
            let made = run(&viewer, id, choices, &typed, &drawn).await;
            match made {
                Err(Error::Invalid(wrong)) => draw(viewer, layout, id, typed, FieldErrors(wrong)).await,
                made => made,
            }
        }
        Act::Proof => Ok(see_other(&format!("/materials/letters/{id}/proof?{}", typed.query()))),
        Act::Count => Ok(see_other(&format!("/materials/letters/{id}/making?{}", typed.query()))),
    }
}

async fn run(viewer: &Viewer, id: Uuid, choices: Choices, typed: &Typed, drawn: &str) -> Answer {
    let (mut scope, _, made) = pressed(viewer, id, typed, drawn).await?;
    if let Some(run) = made {
        return there(scope, run).await;
    }
    let tried = plan(&mut scope, id, choices.clone()).await?;
    scope.commit().await?;
    tried.may_be_made()?;
    // The press may be busy for longer than a transaction may lie idle: none is open meanwhile, and all is read anew afterwards.
    let set = proof::fits(&tried).await?;
    drop(tried);
    let (mut scope, asked, made) = pressed(viewer, id, typed, drawn).await?;
    if let Some(run) = made {
        return there(scope, run).await;
    }
    let plan = plan(&mut scope, id, choices).await?;
    making::as_tried(&set, &proof::trial(&plan))?;
    let new = NewRun { asked, ..plan.run(typed.settings())? };
    let begun = runs::begin(&mut scope, new).await?;
    let shown: Vec<(i32, i64)> = plan.found.ids().map(|id| (id.partition, id.id)).collect();
    let run = begun.finish(scope, Seen::people((), shown)).await?;
    Ok(see_other(&format!("/materials/runs/{run}")))
}

/// To the run that this press made already.
async fn there(scope: Scoped, run: i64) -> Answer {
    scope.commit().await?;
    Ok(see_other(&format!("/materials/runs/{run}")))
}

/// A transaction for one press of the button, and the run that it made already. Asked before anything is read: whoever got one by the
/// first press is no longer among those who did not get it yet.
async fn pressed(
    viewer: &Viewer,
    id: Uuid,
    typed: &Typed,
    drawn: &str,
) -> Result<(Scoped, Option<Uuid>, Option<i64>), Error> {
    let mut scope = viewer.scope().await?;
    let template = store::one(&mut scope, &KINDS, id).await?;
    let asked = runs::pressed(drawn, template.kind, &(id, template.version, typed));
    let made = runs::already(&mut scope, asked).await?;
    Ok((scope, asked, made))
}
