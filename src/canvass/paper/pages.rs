//! `/paper`: the piles of the area in use, and where each is. Nobody of the register is shown.

use super::items::{self, Progress};
use super::piles::{self, Listed, Pile, State};
use crate::error::Error;
use crate::web::{Answer, Form, Layout, Path, Query, Viewer, see_other};
use askama::Template;
use askama_web::WebTemplate;
use axum::response::IntoResponse;
use serde::Deserialize;

#[derive(Template, WebTemplate)]
#[template(path = "canvass/paper/index.html")]
struct IndexPage {
    layout: Layout,
    open: Vec<Listed>,
    closed: Vec<Listed>,
    done: Option<&'static str>,
}

/// What the address may say: what was just done.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    did: String,
}

/// `GET /paper`
///
/// # Errors
/// What the database says.
pub async fn index(viewer: Viewer, layout: Layout, Query(asked): Query<Asked>) -> Answer {
    let mut scope = viewer.scope().await?;
    let piles = piles::all(&mut scope, None).await?;
    scope.commit().await?;
    let (open, closed) = piles.into_iter().partition(|p| p.pile.state.is_open());
    Ok(IndexPage { layout, open, closed, done: did(&asked.did) }.into_response())
}

fn did(word: &str) -> Option<&'static str> {
    match word {
        "done" => Some("The pile is done. Destroy the cards now; what is not entered is asked again on the next list."),
        "lost" => Some("Put down as lost. Its people may be asked again. Tell your data protection officer today."),
        _ => None,
    }
}

/// Where a pile is now.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct StateForm {
    state: String,
    /// Whether the page before said what it means that it is lost, or done with something left.
    confirmed: Option<String>,
}

#[derive(Template, WebTemplate)]
#[template(path = "canvass/paper/lost.html")]
struct LostPage {
    layout: Layout,
    pile: Pile,
    items: i64,
}

/// Before a pile is done of which something is not entered.
#[derive(Template, WebTemplate)]
#[template(path = "canvass/paper/done.html")]
struct DonePage {
    layout: Layout,
    pile: Pile,
    progress: Progress,
}

impl DonePage {
    fn left(&self) -> i64 {
        (self.progress.items - self.progress.entered).max(0)
    }
}

/// `POST /paper/{run}/state`: brought back, out again; done, where something is not entered, and lost after a page that says what
/// that means.
///
/// # Errors
/// [`Error::NotFound`] outside the area in use, and for what no pile can be.
pub async fn state(viewer: Viewer, layout: Layout, Path(run): Path<i64>, Form(form): Form<StateForm>) -> Answer {
    let state = State::parse(&form.state).ok_or(Error::NotFound)?;
    let mut scope = viewer.scope().await?;
    let pile = piles::one(&mut scope, run).await?;
    if matches!(state, State::Done | State::Lost) && form.confirmed.is_none() {
        let progress = items::progress(&mut scope, run).await?;
        if state == State::Lost {
            scope.commit().await?;
            return Ok(LostPage { layout, pile, items: progress.items }.into_response());
        }
        if progress.entered < progress.items {
            scope.commit().await?;
            return Ok(DonePage { layout, pile, progress }.into_response());
        }
    }
    piles::set_state(&mut scope, run, state).await?;
    scope.commit().await?;
    Ok(see_other(&match state {
        State::Done | State::Lost => format!("/paper?did={}", state.as_str()),
        State::Back | State::Out => format!("/paper/{run}?did={}", state.as_str()),
    }))
}
