//! The page of results that wait, and what was decided. It shows people, so looks are on record.

use super::Key;
use super::decide::{self, Decision};
use super::store::{self, Decided, Waiting};
use crate::canvass::codes::{self, Code};
use crate::canvass::results::{Ask, Outcome};
use crate::error::Error;
use crate::web::{Answer, FieldErrors, Form, Layout, Query, Viewer, see_other, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::Deserialize;
use uuid::Uuid;

/// How many are decided by one press of "all".
const AT_ONCE: i64 = 500;

#[derive(Template, WebTemplate)]
#[template(path = "canvass/quarantine/waiting.html")]
struct WaitingPage {
    layout: Layout,
    errors: FieldErrors,
    waiting: Vec<Waiting>,
    total: i64,
    codes: Vec<Code>,
    form: DecideForm,
    said: Vec<String>,
}

#[derive(Template, WebTemplate)]
#[template(path = "canvass/quarantine/decided.html")]
struct DecidedPage {
    layout: Layout,
    decided: Vec<Decided>,
    total: i64,
}

/// What the address may say: the tab, and figures of what was just done.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    tab: String,
    accepted: Option<u32>,
    binned: Option<u32>,
    already: Option<u32>,
    left: Option<u32>,
}

impl Asked {
    fn said(&self) -> Vec<String> {
        let one = |n: Option<u32>, one: &str, many: &str| n.filter(|n| *n > 0).map(|n| words::count(n, one, many));
        [
            one(self.accepted, "answer accepted.", "answers accepted."),
            one(self.binned, "answer binned.", "answers binned."),
            one(self.already, "was decided by somebody else before.", "were decided by somebody else before."),
            one(self.left, "cannot stand as it is, and waits on.", "cannot stand as they are, and wait on."),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// `GET /walk-lists/quarantine`
///
/// # Errors
/// What the database says.
pub async fn show(viewer: Viewer, layout: Layout, Query(asked): Query<Asked>) -> Answer {
    if asked.tab == "decided" {
        let mut scope = viewer.scope().await?;
        let decided = store::decided(&mut scope).await?;
        let total = crate::canvass::lists::store::waiting(&mut scope).await?;
        scope.commit().await?;
        return Ok(DecidedPage { layout, decided, total }.into_response());
    }
    page(&viewer, layout, FieldErrors::default(), DecideForm::default(), asked.said()).await
}

async fn page(viewer: &Viewer, layout: Layout, errors: FieldErrors, form: DecideForm, said: Vec<String>) -> Answer {
    let mut scope = viewer.scope().await?;
    let codes = codes::intentions(&mut scope).await?;
    let total = crate::canvass::lists::store::waiting(&mut scope).await?;
    let seen = store::waiting(&mut scope).await?;
    let waiting = scope.finish(seen).await?;
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, WaitingPage { layout, errors, waiting, total, codes, form, said }).into_response())
}

/// What is decided: the ticked ones, or all of one account.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct DecideForm {
    /// The ones ticked.
    item: Vec<String>,
    /// Whose they are.
    account: Option<Uuid>,
    /// `accept`, `bin`, `accept-all` or `bin-all`.
    act: String,
    /// Why they are binned.
    reason: String,
}

/// `POST /walk-lists/quarantine`
///
/// # Errors
/// [`Error::NotFound`] when one is outside the area.
pub async fn decide(viewer: Viewer, layout: Layout, Form(form): Form<DecideForm>) -> Answer {
    let keys = match (form.act.as_str(), form.account) {
        ("accept-all" | "bin-all", Some(account)) => {
            let mut scope = viewer.scope().await?;
            let keys = store::keys_of(&mut scope, account, AT_ONCE).await?;
            scope.commit().await?;
            keys
        }
        _ => form.item.iter().map(|k| k.parse()).collect::<Result<Vec<Key>, _>>().map_err(|_| Error::NotFound)?,
    };
    let reason = form.reason.trim();
    let bin = matches!(form.act.as_str(), "bin" | "bin-all");
    let mut errors = FieldErrors::default();
    if !bin && !matches!(form.act.as_str(), "accept" | "accept-all") {
        errors.add("item", "Nothing was decided. Press one of the buttons: accept or bin");
    } else if keys.is_empty() {
        errors.add("item", "Tick the answers to decide on first");
    }
    if bin && !(1..=200).contains(&reason.chars().count()) {
        errors.add("reason", "Say in a few words why they are binned");
    }
    if errors.any() {
        return page(&viewer, layout, errors, form, Vec::new()).await;
    }
    let decision = if bin { Decision::Bin(reason) } else { Decision::Accept };
    let sum = decide::decide(&viewer, keys, decision).await?;
    let word = if bin { "binned" } else { "accepted" };
    Ok(see_other(&format!("/walk-lists/quarantine?{word}={}&already={}&left={}", sum.done, sum.already, sum.left)))
}

impl WaitingPage {
    /// What waits, by who sent it.
    fn by_account(&self) -> impl Iterator<Item = &[Waiting]> {
        self.waiting.chunk_by(|a, b| a.account == b.account)
    }

    /// How many wait beyond those shown.
    fn more(&self) -> i64 {
        self.total - i64::try_from(self.waiting.len()).unwrap_or(i64::MAX)
    }

    fn code(&self, waiting: &Waiting) -> Option<&Code> {
        let given = waiting.content.intention.as_deref()?;
        self.codes.iter().find(|c| c.code == given)
    }

    fn is_ticked(&self, key: &Key) -> bool {
        self.form.item.contains(&key.to_string())
    }

    /// The reason as it was typed, at the account it was typed for.
    fn reason(&self, account: &Uuid) -> &str {
        if self.form.account.as_ref() == Some(account) { &self.form.reason } else { "" }
    }
}

impl Waiting {
    fn outcome(&self) -> &str {
        Outcome::parse(&self.content.outcome).map_or("Something that cannot be read", Outcome::title)
    }

    fn asks(&self) -> String {
        let title = |a: &String| Ask::parse(a).map_or("", Ask::title);
        self.content.asks.iter().map(title).filter(|t| !t.is_empty()).collect::<Vec<_>>().join(", ")
    }

    fn when(&self) -> String {
        words::moment(self.content.at.unwrap_or(self.received_at))
    }
}
