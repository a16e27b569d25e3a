//! `/materials/letters/{template}/making`: for which selection, how, how many that is and who is left out; then the run.

use crate::database::Seen;
use crate::error::Error;
use crate::materials::Kind;
use crate::materials::letters::choices::{Choices, Envelope, STYLES, Typed};
use crate::materials::letters::make::{KINDS, Plan, plan};
use crate::materials::letters::{proof, store};
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
    /// Of a plan.
    pub fn of(plan: &Plan) -> Self {
        let earlier = plan.earlier.as_ref();
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
            selection: plan.selection.name.clone(),
            letters: plan.found.letters.len(),
            people: plan.found.people(),
            bundles: if plan.covers() { plan.found.bundles.len() } else { 0 },
            left_out: plan.left_out.clone(),
            imprint: plan.imprint.clone(),
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

async fn draw(viewer: Viewer, layout: Layout, id: Uuid, typed: Typed, mut errors: FieldErrors) -> Answer {
    let mut scope = viewer.scope().await?;
    let template = store::one(&mut scope, &KINDS, id).await?;
    let selections = selections::saved(&mut scope).await?;
    let polls = polls::kinds(&mut scope).await?;
    let choices = if typed.selection.is_empty() || errors.any() { None } else { typed.read(&mut errors) };
    let (summary, trouble) = match choices {
        Some(choices) => summed(plan(&mut scope, id, choices).await)?,
        None => (None, String::new()),
    };
    scope.commit().await?;
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let purpose = viewer.purpose;
    Ok((status, MakingPage { layout, errors, template, typed, selections, polls, summary, trouble, purpose })
        .into_response())
}

/// The figures of a plan, or why there is none.
fn summed(plan: Result<Plan, Error>) -> Result<(Option<Summary>, String), Error> {
    match plan {
        Ok(plan) => Ok((Some(Summary::of(&plan)), String::new())),
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
/// [`Error::Conflict`] when nobody gets one, or there is no imprint; [`Error::Busy`] while others' proofs are set.
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
    let mut scope = viewer.scope().await?;
    let template = store::one(&mut scope, &KINDS, id).await?;
    let asked = runs::pressed(drawn, template.kind, &(id, template.version, typed));
    // Asked before anything is read: whoever got one by the first press is no longer among those who did not get it yet.
    if let Some(run) = runs::already(&mut scope, asked).await? {
        scope.commit().await?;
        return Ok(see_other(&format!("/materials/runs/{run}")));
    }
    let plan = plan(&mut scope, id, choices).await?;
    let new = NewRun { asked, ..plan.run(typed.settings())? };
    proof::fits(&plan).await?;
    let run = runs::begin(&mut scope, new).await?;
    let shown: Vec<(i32, i64)> = plan.found.ids().map(|id| (id.partition, id.id)).collect();
    scope.finish(Seen::people((), shown).for_print()).await?;
    Ok(see_other(&format!("/materials/runs/{run}")))
}
