//! `/status`, `/privacy` and `/licence`: what anybody may read.

use crate::access::door::{self, About, Notice};
use crate::error::Tool;
use crate::web::{Answer, App, Layout, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::extract::State;
use axum::response::IntoResponse;

#[derive(Template, WebTemplate)]
#[template(path = "access/status.html")]
struct StatusPage {
    layout: Layout,
    /// Each half with the closures that stand: everywhere first, then by area.
    halves: Vec<(Tool, Vec<Notice>)>,
    now: String,
}

impl StatusPage {
    fn everywhere(&self, closures: &[Notice]) -> bool {
        closures.iter().any(|n| n.area.is_none())
    }
}

/// `GET /status`
pub async fn status(State(app): State<App>, layout: Layout) -> Answer {
    let notices = door::notices(&app.database).await?;
    let of = |tool: Tool| (tool, notices.iter().filter(|n| n.tool == tool).cloned().collect());
    let halves = vec![of(Tool::Contact), of(Tool::Organise)];
    Ok(StatusPage { layout, halves, now: words::moment(chrono::Utc::now()) }.into_response())
}

#[derive(Template, WebTemplate)]
#[template(path = "access/privacy.html")]
struct PrivacyPage {
    layout: Layout,
    about: About,
}

/// `GET /privacy`
pub async fn privacy(State(app): State<App>, layout: Layout) -> Answer {
    let about = door::about(&app.database).await?;
    Ok(PrivacyPage { layout, about }.into_response())
}

#[derive(Template, WebTemplate)]
#[template(path = "access/privacy-earlier.html")]
struct EarlierPage {
    layout: Layout,
    notices: Vec<door::EarlierNotice>,
}

/// `GET /privacy/earlier`: what people were told before, and from when.
pub async fn earlier(State(app): State<App>, layout: Layout) -> Answer {
    let notices = door::earlier_notices(&app.database).await?;
    Ok(EarlierPage { layout, notices }.into_response())
}

#[derive(Template, WebTemplate)]
#[template(path = "access/licence.html")]
struct LicencePage {
    layout: Layout,
    about: About,
}

/// `GET /licence`: what the programme is, and where its source can be had, as AGPL-3.0 section 13 offers it to everybody.
pub async fn licence(State(app): State<App>, layout: Layout) -> Answer {
    let about = door::about(&app.database).await?;
    Ok(LicencePage { layout, about }.into_response())
}
