//! `/messages`: drafts, what is on its way, what was sent; and choosing what to write.

use crate::error::Error;
use crate::messages::Message;
use crate::messages::form::Form as Fixed;
use crate::messages::store::{self, Tab};
use crate::web::paging::Paging;
use crate::web::{Answer, App, Form, Layout, Query, Viewer, see_other, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::extract::State;
use axum::response::IntoResponse;
use serde::Deserialize;

/// Which of them, and which page.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    tab: String,
    page: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "messages/list.html")]
struct ListPage {
    layout: Layout,
    /// Which ways lead into files alone.
    files: &'static str,
    area: String,
    tab: Tab,
    counts: [i64; 3],
    rows: Vec<Message>,
    paging: Paging,
}

/// Which messages become files that reach nobody, as the installation is set up.
fn kept_as_files(app: &App) -> &'static str {
    match (app.config.smtp_url.is_none(), app.config.messages.texts.is_none()) {
        (true, true) => "Emails and texts",
        (true, false) => "Emails",
        (false, true) => "Texts",
        (false, false) => "",
    }
}

impl ListPage {
    fn count_of(&self, tab: Tab) -> String {
        words::figure(self.counts[tab as usize])
    }

    fn here(&self) -> String {
        format!("/messages?tab={}&", self.tab.as_str())
    }
}

/// `GET /messages`
///
/// # Errors
/// [`Error::NotFound`] after the last page.
pub async fn show(State(app): State<App>, viewer: Viewer, layout: Layout, Query(asked): Query<Asked>) -> Answer {
    let (tab, paging) = (Tab::asked(&asked.tab), Paging::asked(&asked.page));
    let mut scope = viewer.scope().await?;
    let counts = store::tabs(&mut scope).await?;
    let rows = store::page(&mut scope, tab, paging).await?;
    scope.commit().await?;
    paging.must_be_there(rows.len())?;
    let paging = paging.of(counts[tab as usize]);
    let files = kept_as_files(&app);
    Ok(ListPage { layout, files, area: viewer.area_name, tab, counts, rows, paging }.into_response())
}

#[derive(Template, WebTemplate)]
#[template(path = "messages/choose.html")]
struct ChoosePage {
    layout: Layout,
}

/// `GET /messages/choose`
pub async fn choose(layout: Layout) -> Answer {
    Ok(ChoosePage { layout }.into_response())
}

/// Which form a draft is prepared of.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    form: String,
}

/// `POST /messages/prepared`: a draft to the members of a list, from the page of that list.
///
/// # Errors
/// [`Error::NotFound`] for a form that no list is for.
pub async fn prepare(viewer: Viewer, Form(wanted): Form<Wanted>) -> Answer {
    let draft =
        Fixed::parse(&wanted.form).and_then(|form| store::prepared(form, viewer.area)).ok_or(Error::NotFound)?;
    let mut scope = viewer.scope().await?;
    let id = store::make(&mut scope, &draft).await?;
    scope.commit().await?;
    Ok(see_other(&format!("/messages/{id}/edit")))
}
