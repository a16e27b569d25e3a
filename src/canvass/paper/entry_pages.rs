//! `/paper/{run}`: what is on a pile is typed in, one line an answer. The page works as a plain form; `static/paper.js` sends
//! the same form without leaving the field.

use super::entry::{ASKS, OUTCOMES, Words};
use super::items::{self, Entry, Progress};
use super::keep::{self, Done, Typed, What};
use super::piles::{self, Pile, State};
use super::walkers::{self, Walkers};
use super::{CANVASSER_LENGTH, LATEST};
use crate::canvass::lists::local_field;
use crate::database::{Scoped, Seen};
use crate::electors::ElectorId;
use crate::error::Error;
use crate::web::{Answer, FieldErrors, Form, Layout, Path, Query, Viewer, see_other, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono::Utc;
use serde::Deserialize;
use uuid::Uuid;

#[derive(Template, WebTemplate)]
#[template(path = "canvass/paper/pile.html")]
struct PilePage {
    layout: Layout,
    errors: FieldErrors,
    done: Option<&'static str>,
    pile: Pile,
    progress: Progress,
    walkers: Walkers,
    /// As they stand in the fields at the top.
    who: String,
    walked: String,
    /// The id that the next line's result will have.
    id: Uuid,
    /// As it stands in the field.
    line: String,
    /// Whose number it is that was typed alone.
    whose: Option<Whose>,
    entries: Vec<Entry>,
    words: Words,
}

/// Somebody of the pile, named so that one can see that it is the right line.
struct Whose {
    item: i32,
    name: String,
    address: String,
}

/// What the address may say: what was just done, and a number to begin the line with. Nothing about a person.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    did: String,
    item: Option<u32>,
}

/// How the page is drawn.
#[derive(Default)]
struct Drawn {
    errors: FieldErrors,
    did: String,
    line: String,
    whose: Option<items::Item>,
    /// What was typed at the top, where it cannot stand.
    top: Option<(String, String)>,
    status: Option<StatusCode>,
}

/// `GET /paper/{run}`
///
/// # Errors
/// [`Error::NotFound`] outside the area in use.
pub async fn show(viewer: Viewer, layout: Layout, Path(run): Path<i64>, Query(asked): Query<Asked>) -> Answer {
    let line = asked.item.map(|item| format!("{item} ")).unwrap_or_default();
    draw(&viewer, layout, run, Drawn { did: asked.did, line, ..Drawn::default() }).await
}

async fn draw(viewer: &Viewer, layout: Layout, run: i64, drawn: Drawn) -> Answer<Response> {
    let mut scope = viewer.scope().await?;
    let pile = piles::one(&mut scope, run).await?;
    let progress = items::progress(&mut scope, run).await?;
    let walkers = walkers::walkers(&mut scope, &pile).await?;
    let words = keep::words(&mut scope).await?;
    let seen = items::latest(&mut scope, run, pile.list, LATEST).await?;
    let whose = whose(&mut scope, drawn.whose).await?;
    let (entries, whose) = scope.finish(seen.and(whose)).await?;
    let (who, walked) = drawn.top.unwrap_or_else(|| (walkers.who.clone(), local_field(pile.at())));
    let status = match drawn.status {
        Some(status) => status,
        None if drawn.errors.any() => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    let page = PilePage {
        layout,
        errors: drawn.errors,
        done: did(&drawn.did),
        pile,
        progress,
        walkers,
        who,
        walked,
        id: Uuid::now_v7(),
        line: drawn.line,
        whose,
        entries: told_once(entries),
        words,
    };
    Ok((status, page).into_response())
}

/// What was taken back stands once in the running list, as that: not beside the line that took it back, as if there were two answers.
fn told_once(mut entries: Vec<Entry>) -> Vec<Entry> {
    let mut gone = Vec::new();
    let lines: Vec<usize> = (0..entries.len()).filter(|at| entries[*at].taken_back).collect();
    for line in lines {
        let by = &entries[line];
        // The newest first: what comes next of the same person or home is what was taken back; unless it is too old to stand here.
        let is_slip = |e: &Entry| !e.stands && !e.taken_back && e.item == by.item && e.elector == by.elector;
        if let Some(slip) = (line + 1..entries.len()).find(|at| is_slip(&entries[*at])) {
            entries[slip].taken_back = true;
            gone.push(entries[line].id);
        }
    }
    entries.retain(|entry| !gone.contains(&entry.id));
    entries
}

async fn whose(scope: &mut Scoped, item: Option<items::Item>) -> Result<Seen<Option<Whose>>, Error> {
    let Some(item) = item else { return Ok(Seen::people(None, [])) };
    let ElectorId { partition, id } = item.elector;
    let row = sqlx::query!(
        r#"select e.name, coalesce(h.address, '') as "address!" from elector e
           left join household h on h.partition_id = e.partition_id and h.household_id = e.household_id
           where e.partition_id = $1 and e.elector_id = $2"#,
        partition,
        id
    )
    .fetch_optional(scope.connection())
    .await?;
    let whose = row.map(|row| Whose { item: item.item, name: row.name, address: row.address });
    Ok(Seen::people(whose, [(partition, id)]))
}

fn did(word: &str) -> Option<&'static str> {
    match word {
        "kept" => Some("Kept."),
        "again" => Some("That was on record already. Nothing changed."),
        "taken-back" => Some("Taken back."),
        "canvasser" => Some("Put down for what is entered from now on."),
        "back" => Some("The pile is back on the table."),
        "out" => Some("The pile is out again."),
        _ => None,
    }
}

/// A line, or what a button of the running list says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct EntryForm {
    /// The result's id, made where it was typed.
    id: Option<Uuid>,
    /// When it was heard, as the page said.
    at: String,
    line: String,
    /// An entry to be put in the field once more.
    change: Option<Uuid>,
    /// An entry to be taken back.
    take_back: Option<Uuid>,
}

/// `POST /paper/{run}`: keeps a line, takes an entry back, or puts one into the field to be changed.
///
/// # Errors
/// [`Error::NotFound`] outside the area in use.
pub async fn enter(viewer: Viewer, layout: Layout, Path(run): Path<i64>, Form(form): Form<EntryForm>) -> Answer {
    if let Some(entry) = form.change {
        return change(&viewer, layout, run, entry).await;
    }
    let typed = Typed {
        id: form.id.unwrap_or_else(Uuid::now_v7),
        at: words::parse_time(&form.at),
        what: form.take_back.map_or_else(|| What::Line(form.line.clone()), What::TakeBack),
    };
    let mut errors = FieldErrors::default();
    let done = errors.take_invalid(keep::keep(&viewer, run, &typed).await)?;
    let again = Drawn { line: form.line, ..Drawn::default() };
    let drawn = match done {
        Some(Done::Kept) => return Ok(see_other(&format!("/paper/{run}?did=kept"))),
        Some(Done::Again) => return Ok(see_other(&format!("/paper/{run}?did=again"))),
        Some(Done::TakenBack) => return Ok(see_other(&format!("/paper/{run}?did=taken-back"))),
        Some(Done::Conflict) => conflict(again),
        Some(Done::Whose(item)) => {
            let errors = FieldErrors(vec![said_nothing()]);
            Drawn { whose: Some(item), errors, line: format!("{} ", again.line.trim()), ..again }
        }
        None => Drawn { errors, ..again },
    };
    draw(&viewer, layout, run, drawn).await
}

fn said_nothing() -> crate::error::FieldError {
    crate::error::FieldError {
        field: "line".into(),
        message: "Go on in the same line with what was said, and press Enter".into(),
    }
}

fn conflict(again: Drawn) -> Drawn {
    let mut errors = FieldErrors::default();
    errors.add(
        "line",
        "Another answer came under the same number of this page before. Both are kept, the first one counts. Open the page \
         again and enter it once more if it is to count",
    );
    Drawn { errors, status: Some(StatusCode::CONFLICT), ..again }
}

/// The page with a line that says what was kept, to be mended.
async fn change(viewer: &Viewer, layout: Layout, run: i64, entry: Uuid) -> Answer<Response> {
    let mut scope = viewer.scope().await?;
    let pile = piles::one(&mut scope, run).await?;
    let seen = items::latest(&mut scope, run, pile.list, LATEST).await?;
    let entries = scope.finish(seen).await?;
    let line = entries.into_iter().find(|e| e.id == entry && e.stands).map(|e| e.line).ok_or(Error::NotFound)?;
    draw(viewer, layout, run, Drawn { line, ..Drawn::default() }).await
}

/// Who canvassed, and when.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct CanvasserForm {
    who: String,
    when: String,
}

/// `POST /paper/{run}/canvasser`
///
/// # Errors
/// [`Error::NotFound`] outside the area in use.
pub async fn canvasser(
    viewer: Viewer,
    layout: Layout,
    Path(run): Path<i64>,
    Form(form): Form<CanvasserForm>,
) -> Answer {
    let who = form.who.split_whitespace().collect::<Vec<_>>().join(" ");
    let at = words::parse_time(&form.when);
    let mut errors = FieldErrors::default();
    if !(1..=CANVASSER_LENGTH).contains(&who.chars().count()) || who.chars().any(char::is_control) {
        errors.add("who", "Write who canvassed, in at most 60 letters");
    }
    let now = Utc::now();
    let earliest = now - chrono::TimeDelta::days(365);
    let at = at.filter(|at| (earliest..=now).contains(at));
    if at.is_none() {
        errors.add("when", "Put in the day and time when they canvassed, within the last year and not ahead");
    }
    let (Some(at), false) = (at, errors.any()) else {
        let top = Some((form.who, form.when));
        return draw(&viewer, layout, run, Drawn { errors, top, ..Drawn::default() }).await;
    };
    let mut scope = viewer.scope().await?;
    let pile = piles::one(&mut scope, run).await?;
    let walkers = walkers::walkers(&mut scope, &pile).await?;
    walkers::set_canvasser(&mut scope, run, &walkers, &who, at).await?;
    scope.commit().await?;
    Ok(see_other(&format!("/paper/{run}?did=canvasser")))
}

impl PilePage {
    /// When the next answers were heard, as the form sends it back.
    fn at(&self) -> String {
        local_field(self.pile.at())
    }

    fn left(&self) -> i64 {
        (self.progress.items - self.progress.entered).max(0)
    }
}

impl Entry {
    /// The tag at its end, and how it is drawn.
    fn tag(&self) -> Option<(&'static str, &'static str)> {
        match self {
            Entry { taken_back: true, .. } => Some(("", "Taken back")),
            Entry { stands: false, .. } => Some(("", "Corrected")),
            Entry { objects: true, .. } => Some(("warn", "Asked for nobody at the door")),
            Entry { differs: true, .. } => Some(("warn", "Another answer differs")),
            _ => None,
        }
    }
}
