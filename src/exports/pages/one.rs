//! `/exports`: one's own and those to decide; `/exports/{number}`: one of them.

use super::super::store::{self, Copy, Export, State};
use super::super::{FETCHES, Format, file};
use crate::access::{Permission, Role, text};
use crate::error::Error;
use crate::protection::Bare;
use crate::web::paging::Paging;
use crate::web::{Answer, App, FieldErrors, Form, Layout, Path, Query, Viewer, see_other, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::extract::State as AppState;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::Deserialize;
use uuid::Uuid;

/// What the address may say; nothing personal.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Said {
    said: String,
    page: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "exports/list.html")]
struct ListPage {
    layout: Layout,
    mine: Vec<Export>,
    paging: Paging,
    to_decide: Vec<Export>,
}

impl ListPage {
    fn waiting(&self) -> usize {
        self.to_decide.iter().filter(|e| e.state() == State::Waiting).count()
    }
}

/// `GET /exports`
pub async fn list(viewer: Viewer, layout: Layout, Query(asked): Query<Said>) -> Answer {
    if viewer.role != Role::Organiser {
        return Ok(see_other("/protection/exports"));
    }
    let paging = Paging::asked(&asked.page);
    let mut scope = viewer.scope().await?;
    let (mine, total) = store::mine(&mut scope, paging.skip()).await?;
    let to_decide = store::to_decide(&mut scope).await?;
    scope.commit().await?;
    paging.must_be_there(mine.len())?;
    Ok(ListPage { layout, mine, paging: paging.of(total), to_decide }.into_response())
}

#[derive(Template, WebTemplate)]
#[template(path = "exports/one.html")]
struct OnePage {
    layout: Layout,
    errors: FieldErrors,
    said: &'static str,
    export: Export,
    copies: Vec<Copy>,
    me: Uuid,
    officer: bool,
    reason: String,
}

impl OnePage {
    fn own(&self) -> bool {
        self.export.account == self.me && !self.officer
    }

    fn decides(&self) -> bool {
        self.export.account != self.me && self.export.state() == State::Waiting
    }

    fn left(&self) -> i64 {
        (FETCHES - self.export.fetched).max(0)
    }
}

/// `GET /exports/{number}`
pub async fn show(viewer: Viewer, layout: Layout, Path(number): Path<i64>, Query(asked): Query<Said>) -> Answer {
    let said = match asked.said.as_str() {
        "waits" => "Asked for. Whoever may approve it was told by email",
        "ready" => "It can be fetched now",
        "approved" => "Approved. Whoever asked was told by email",
        "refused" => "Refused. Whoever asked was told by email",
        "withdrawn" => "Withdrawn. It cannot be fetched any more",
        _ => "",
    };
    draw(viewer, layout, number, said, String::new(), FieldErrors::default()).await
}

async fn draw(
    viewer: Viewer,
    layout: Layout,
    number: i64,
    said: &'static str,
    reason: String,
    errors: FieldErrors,
) -> Answer {
    let mut scope = viewer.scope_as(Permission::ReadExports, Default::default()).await?;
    let export = store::find(&mut scope, number).await?;
    let copies = store::copies(&mut scope, number).await?;
    scope.commit().await?;
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let officer = viewer.role == Role::DataProtectionOfficer;
    Ok((status, OnePage { layout, errors, said, export, copies, me: viewer.account, officer, reason }).into_response())
}

/// Why.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Why {
    reason: String,
}

/// `POST /exports/{number}/approval`
pub async fn approve(viewer: Viewer, layout: Layout, Path(number): Path<i64>, Form(form): Form<Why>) -> Answer {
    decide(viewer, layout, number, form.reason, true).await
}

/// `POST /exports/{number}/refusal`
pub async fn refuse(viewer: Viewer, layout: Layout, Path(number): Path<i64>, Form(form): Form<Why>) -> Answer {
    decide(viewer, layout, number, form.reason, false).await
}

async fn decide(viewer: Viewer, layout: Layout, number: i64, typed: String, approve: bool) -> Answer {
    let mut scope = viewer.scope().await?;
    let export = store::find(&mut scope, number).await?;
    let mut errors = FieldErrors::default();
    let Some(reason) = errors.take(text("reason", &typed, 500, "Say why, for the record")) else {
        drop(scope);
        return draw(viewer, layout, number, "", typed, errors).await;
    };
    store::decide(&mut scope, &export, approve, &reason).await?;
    scope.commit().await?;
    Ok(see_other(&format!("/exports/{number}?said={}", if approve { "approved" } else { "refused" })))
}

/// `POST /exports/{number}/withdrawal`
pub async fn withdraw(viewer: Viewer, Path(number): Path<i64>, Form(_): Form<Bare>) -> Answer {
    if viewer.role != Role::Organiser {
        return Err(Error::NotFound);
    }
    let mut scope = viewer.scope().await?;
    let export = store::find(&mut scope, number).await?;
    if export.account != viewer.account {
        return Err(Error::NotFound);
    }
    store::withdraw(&mut scope, number).await?;
    scope.commit().await?;
    Ok(see_other(&format!("/exports/{number}?said=withdrawn")))
}

/// `POST /exports/{number}/file`: the file itself. A post, since it takes people away and is on record so.
pub async fn fetch(
    AppState(app): AppState<App>,
    viewer: Viewer,
    Path(number): Path<i64>,
    Form(_): Form<Bare>,
) -> Answer {
    Ok(file::fetch(&app.database, &viewer, number).await?.into_response())
}
