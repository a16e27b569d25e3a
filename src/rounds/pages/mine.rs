//! `/rounds/mine`: the rounds that one delivers, and what is in hand of each. Streets, numbers and doors to leave out; nobody's name.

use super::{said, status};
use crate::access::text;
use crate::error::Error;
use crate::rounds::own::{self, Own};
use crate::web::{Answer, FieldErrors, Form, Layout, Path, Query, Viewer, see_other, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::response::IntoResponse;
use chrono::{NaiveDate, Utc};
use serde::Deserialize;
use uuid::Uuid;

#[derive(Template, WebTemplate)]
#[template(path = "rounds/mine.html")]
struct MinePage {
    layout: Layout,
    errors: FieldErrors,
    rounds: Vec<Own>,
    /// The one whose form is to be mended.
    at: Option<(Uuid, Uuid)>,
    note: String,
    today: NaiveDate,
    said: (&'static str, String),
}

impl MinePage {
    fn is_wrong(&self, of: &Own) -> bool {
        of.leaflet.as_ref().is_some_and(|(leaflet, _)| self.at == Some((*leaflet, of.round)))
    }
}

/// What the address says was done a moment ago, and with which round.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Done {
    said: String,
    round: String,
}

impl Done {
    /// The notice's kind and its words. Of what was given back they name to whom it goes, as the question before did.
    fn told(&self, rounds: &[Own]) -> (&'static str, String) {
        let (kind, words) = said(&self.said);
        let given = rounds.iter().find(|r| r.leaflet.is_none() && r.round.to_string() == self.round);
        match given.filter(|r| self.said == "gave-back" && !r.contact.is_empty()) {
            Some(Own { name, contact, .. }) => (
                kind,
                format!(
                    "It is on record that you give it back. Take the leaflets and the sheet to {contact}. {name} stays here for the \
                     next leaflet"
                ),
            ),
            None => (kind, words.to_owned()),
        }
    }
}

/// `GET /rounds/mine`
///
/// # Errors
/// What the database says.
pub async fn show(viewer: Viewer, layout: Layout, Query(done): Query<Done>) -> Answer {
    draw(viewer, layout, None, String::new(), FieldErrors::default(), done).await
}

async fn draw(
    viewer: Viewer,
    layout: Layout,
    at: Option<(Uuid, Uuid)>,
    note: String,
    errors: FieldErrors,
    done: Done,
) -> Answer {
    let mut scope = viewer.scope().await?;
    let rounds = own::all(&mut scope).await?;
    scope.commit().await?;
    let (today, said) = (words::day_of(Utc::now()), done.told(&rounds));
    Ok((status(&errors), MinePage { layout, errors, rounds, at, note, today, said }).into_response())
}

/// What became of it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SayForm {
    /// `done`, `given-back` or `undo`.
    step: String,
    note: String,
    /// Whether the page before said to whom it goes and what then.
    confirmed: Option<String>,
}

/// Before something is given back.
#[derive(Template, WebTemplate)]
#[template(path = "rounds/give-back.html")]
struct GiveBackPage {
    layout: Layout,
    round: Own,
    leaflet: Uuid,
    title: String,
    note: String,
}

/// `POST /rounds/mine/{leaflet}/{round}`
///
/// # Errors
/// [`Error::NotFound`] when it is not in one's own hands.
pub async fn say(
    viewer: Viewer,
    layout: Layout,
    Path((leaflet, round)): Path<(Uuid, Uuid)>,
    Form(form): Form<SayForm>,
) -> Answer {
    let mut scope = viewer.scope().await?;
    let held = |o: &Own| o.round == round && o.leaflet.as_ref().is_some_and(|(of, _)| *of == leaflet);
    let own = own::all(&mut scope).await?.into_iter().find(held).ok_or(Error::NotFound)?;
    let mut errors = FieldErrors::default();
    let (becomes, word) = match form.step.as_str() {
        "done" => ("done", "done"),
        "undo" => ("handed", "undone"),
        _ => ("given-back", "gave-back"),
    };
    let note = match (form.note.trim(), becomes) {
        ("", "given-back") => errors.take(Err(Error::field("note", "Say what stood in the way, or how many are left"))),
        ("", _) => Some(String::new()),
        (note, _) => errors.take(text("note", note, 200, "")),
    };
    let Some(note) = note else {
        drop(scope);
        return draw(viewer, layout, Some((leaflet, round)), form.note, errors, Done::default()).await;
    };
    if becomes == "given-back" && form.confirmed.is_none() && own.in_hand() {
        scope.commit().await?;
        let title = own.leaflet.as_ref().map(|(_, title)| title.clone()).unwrap_or_default();
        return Ok(GiveBackPage { layout, round: own, leaflet, title, note }.into_response());
    }
    if !own::say(&mut scope, leaflet, round, becomes, &note).await? {
        return Err(Error::Conflict("Somebody noted it otherwise meanwhile. Open the page again".into()));
    }
    scope.commit().await?;
    Ok(see_other(&format!("/rounds/mine?said={word}&round={round}")))
}
