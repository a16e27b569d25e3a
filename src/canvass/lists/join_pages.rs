//! `/walk-lists/{id}/join`: the code on the organiser's screen, and who waits.

use super::assign_pages::Nothing;
use super::join::{self, Code, Joiner};
use super::store::{self, Head};
use crate::canvass::ListId;
use crate::error::Error;
use crate::web::{Answer, App, Form, Layout, Path, Viewer, qr, see_other, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::extract::State;
use axum::response::IntoResponse;
use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use serde::Deserialize;
use uuid::Uuid;

#[derive(Template, WebTemplate)]
#[template(path = "canvass/lists/join.html")]
struct JoinPage {
    layout: Layout,
    head: Head,
    open: Option<Open>,
    joiners: Vec<Joiner>,
    /// Whether telephones can come here at all.
    reachable: bool,
}

/// A code as it is shown.
struct Open {
    code: Code,
    drawing: qr::Code,
    url: String,
}

impl JoinPage {
    fn waiting(&self) -> impl Iterator<Item = &Joiner> {
        self.joiners.iter().filter(|j| j.waits())
    }

    fn decided(&self) -> impl Iterator<Item = &Joiner> {
        self.joiners.iter().filter(|j| !j.waits())
    }
}

/// `GET /walk-lists/{id}/join`
///
/// # Errors
/// [`Error::NotFound`] outside the area.
pub async fn show(State(app): State<App>, viewer: Viewer, layout: Layout, Path(id): Path<ListId>) -> Answer {
    let mut scope = viewer.scope().await?;
    let head = store::head(&mut scope, id).await?;
    let code = join::open_code(&mut scope, id).await?;
    let joiners = join::joiners(&mut scope, id).await?;
    scope.commit().await?;
    let open = code.map(|code| shown(&app, code)).transpose()?;
    let reachable = !app.config.base_url.contains("//127.0.0.1") && !app.config.base_url.contains("//localhost");
    Ok(JoinPage { layout, head, open, joiners, reachable }.into_response())
}

fn shown(app: &App, code: Code) -> Result<Open, Error> {
    let url = format!("{}/join/{}", app.config.base_url, join::token(&app.keys, code.id)?.as_str());
    Ok(Open { drawing: qr::Code::of(&url)?, code, url })
}

/// Tonight's end: a quarter past eleven, by when every list is back; after that, the night's hour to come.
fn tonight(now: DateTime<Utc>) -> DateTime<Utc> {
    let end = NaiveTime::from_hms_opt(23, 15, 0).map(|t| words::from_clock(words::day_of(now).and_time(t)));
    end.filter(|end| *end > now + TimeDelta::minutes(30)).unwrap_or(now + TimeDelta::hours(2))
}

/// `POST /walk-lists/{id}/join`
pub async fn open(State(app): State<App>, viewer: Viewer, Path(id): Path<ListId>, Form(_): Form<Nothing>) -> Answer {
    let mut scope = viewer.scope().await?;
    join::open(&mut scope, &app.keys, id, tonight(Utc::now())).await?;
    scope.commit().await?;
    Ok(see_other(&format!("/walk-lists/{id}/join")))
}

/// `POST /walk-lists/{id}/join/close`
pub async fn close(viewer: Viewer, Path(id): Path<ListId>, Form(_): Form<Nothing>) -> Answer {
    let mut scope = viewer.scope().await?;
    store::head(&mut scope, id).await?;
    join::close(&mut scope, id).await?;
    scope.commit().await?;
    Ok(see_other(&format!("/walk-lists/{id}/join")))
}

/// Whether the organiser knows somebody.
#[derive(Deserialize)]
pub struct Decision {
    #[serde(default)]
    known: String,
}

/// `POST /walk-lists/{id}/join/{request}`
pub async fn decide(viewer: Viewer, Path((id, request)): Path<(ListId, Uuid)>, Form(form): Form<Decision>) -> Answer {
    let mut scope = viewer.scope().await?;
    store::head(&mut scope, id).await?;
    join::decide(&mut scope, request, form.known == "yes").await?;
    scope.commit().await?;
    Ok(see_other(&format!("/walk-lists/{id}/join")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_shuts_tonight() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        assert_eq!(tonight(at("2026-11-27T18:00:00Z")), at("2026-11-27T23:15:00Z"));
        assert_eq!(tonight(at("2026-07-01T18:00:00Z")), at("2026-07-01T22:15:00Z"), "by the clock on the wall");
        assert_eq!(tonight(at("2026-11-27T23:00:00Z")), at("2026-11-28T01:00:00Z"));
    }
}
