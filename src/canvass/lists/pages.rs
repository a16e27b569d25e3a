//! The page of all walk lists, and ending some of them after a page that says what will stop.

use super::State;
use super::store::{self, Ending, Row, Sort};
use crate::canvass::ListId;
use crate::error::Error;
use crate::web::paging::Paging;
use crate::web::{Answer, Form, Layout, Query, Viewer, see_other, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::response::{IntoResponse, Response};
use chrono::{TimeDelta, Utc};
use serde::Deserialize;

/// What the address of a page of lists may say. Nothing in it is about a person.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    tab: String,
    sort: String,
    page: String,
    /// What was just done.
    said: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "canvass/lists/index.html")]
struct IndexPage {
    layout: Layout,
    state: State,
    sort: Sort,
    counts: [i64; 3],
    rows: Vec<Row>,
    paging: Paging,
    waiting: i64,
    said: Option<(&'static str, &'static str)>,
}

/// `GET /walk-lists`
///
/// # Errors
/// What the database says.
pub async fn index(viewer: Viewer, layout: Layout, Query(asked): Query<Asked>) -> Answer {
    let (state, sort) = (State::parse(&asked.tab), Sort::parse(&asked.sort));
    let paging = Paging::asked(&asked.page);
    let mut scope = viewer.scope().await?;
    let counts = store::counts(&mut scope).await?;
    let rows = store::page(&mut scope, state, sort, paging).await?;
    let waiting = store::waiting(&mut scope).await?;
    scope.commit().await?;
    let said = said(&asked.said);
    let paging = paging.of(counts[state as usize]);
    Ok(IndexPage { layout, state, sort, counts, rows, paging, waiting, said }.into_response())
}

/// A notice after something was done: how it is drawn, and its words.
fn said(word: &str) -> Option<(&'static str, &'static str)> {
    match word {
        "made" => Some(("good", "The lists are made. Assign them, and they open.")),
        "ended" => Some((
            "good",
            "Ended. Nobody can open these lists any more; answers still on phones are kept when they come.",
        )),
        "tick" => Some(("warn", "Nothing was ticked. Tick the lists to end first.")),
        _ => None,
    }
}

impl IndexPage {
    fn count_of(&self, state: State) -> String {
        words::figure(self.counts[state as usize])
    }

    /// This page's address, for the next one to be added to.
    fn here(&self) -> String {
        format!("/walk-lists?tab={}&sort={}&", self.state.as_str(), self.sort.as_str())
    }
}

impl Row {
    fn assigned_to(&self) -> String {
        match self.holders.as_slice() {
            [] => String::new(),
            [one] => one.clone(),
            [one, other] => format!("{one} and {other}"),
            [one, others @ ..] => format!("{one} and {} others", others.len()),
        }
    }

    /// The done part of the bar, of 100.
    fn bar(&self) -> String {
        if self.doors == 0 { "0".into() } else { (self.done * 100 / self.doors).to_string() }
    }

    fn shuts_in_words(&self) -> String {
        match (self.ended_at, self.shuts) {
            (Some(ended), _) => words::moment(ended),
            (None, Some(shuts)) if shuts < Utc::now() => words::moment(shuts),
            (None, Some(shuts)) => capital(&words::until(shuts)),
            (None, None) => String::new(),
        }
    }

    /// The tag's colour and word.
    fn tag(&self, state: State) -> (&'static str, &'static str) {
        let lately = self.last_answer.is_some_and(|at| Utc::now() - at < TimeDelta::hours(3));
        match state {
            State::Ended if self.ended_at.is_some() => ("", "Ended"),
            State::Ended => ("", "Time is up"),
            State::Draft => ("warn", "Nobody assigned"),
            State::Current if self.done >= self.doors => ("good", "All done"),
            State::Current if lately => ("good", "Out now"),
            State::Current => ("", "Ready"),
        }
    }
}

/// The same words at the beginning of a sentence or a cell.
pub(super) fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The lists ticked, and whether the page before said what will stop.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct EndForm {
    list: Vec<ListId>,
    confirmed: Option<String>,
}

#[derive(Template, WebTemplate)]
#[template(path = "canvass/lists/end.html")]
struct EndPage {
    layout: Layout,
    ending: Ending,
}

/// `GET /walk-lists/end`: a page that was reloaded after its form; the lists to tick are where it came from.
pub async fn end_by_address(_: Viewer) -> Response {
    see_other("/walk-lists")
}

/// `POST /walk-lists/end`: first says what will stop, then does it.
///
/// # Errors
/// [`Error::NotFound`] when a list is outside the area.
pub async fn end(viewer: Viewer, layout: Layout, Form(form): Form<EndForm>) -> Answer<Response> {
    if form.list.is_empty() {
        return Ok(see_other("/walk-lists?said=tick"));
    }
    let mut scope = viewer.scope().await?;
    let ending = store::ending(&mut scope, &form.list).await?;
    if ending.lists.is_empty() {
        return Err(Error::Conflict("These lists have ended already".into()));
    }
    if form.confirmed.is_none() {
        scope.commit().await?;
        return Ok(EndPage { layout, ending }.into_response());
    }
    store::end(&mut scope, &form.list).await?;
    scope.commit().await?;
    Ok(see_other("/walk-lists?tab=ended&said=ended"))
}
