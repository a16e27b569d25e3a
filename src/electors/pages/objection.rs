//! Stop contact at the door, and allow it again: each a question with its consequences, then a record.

use super::super::objections;
use super::super::store;
use super::super::{Elector, ElectorId};
use crate::error::Error;
use crate::protection::suppress;
use crate::web::words::count;
use crate::web::{Answer, App, FieldErrors, Form, Layout, Path, Viewer, see_other};
use askama::Template;
use askama_web::WebTemplate;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

#[derive(Template, WebTemplate)]
#[template(path = "electors/objection.html")]
struct ObjectionPage {
    layout: Layout,
    errors: FieldErrors,
    elector: Elector,
    lists: i64,
    withdraw: bool,
    how: String,
}

impl ObjectionPage {
    fn question(&self) -> String {
        let name = &self.elector.name;
        if self.withdraw {
            format!("Allow contact with {name} at the door again?")
        } else {
            format!("Stop contact with {name} at the door?")
        }
    }

    fn lists_words(&self) -> String {
        count(self.lists, "live walk list", "live walk lists")
    }
}

/// How it was said.
#[derive(Deserialize)]
pub struct HowForm {
    #[serde(default)]
    how: String,
}

/// `GET /electors/{id}/objection`
pub async fn ask_stop(viewer: Viewer, layout: Layout, Path(id): Path<ElectorId>) -> Answer {
    Ok(ask(&viewer, layout, id, false, FieldErrors::default(), String::new()).await?.into_response())
}

/// `GET /electors/{id}/objection/withdrawal`
pub async fn ask_withdraw(viewer: Viewer, layout: Layout, Path(id): Path<ElectorId>) -> Answer {
    Ok(ask(&viewer, layout, id, true, FieldErrors::default(), String::new()).await?.into_response())
}

/// `POST /electors/{id}/objection`
pub async fn stop(
    viewer: Viewer,
    State(app): State<App>,
    layout: Layout,
    Path(id): Path<ElectorId>,
    Form(form): Form<HowForm>,
) -> Answer {
    act(&viewer, &app, layout, id, false, form).await
}

/// `POST /electors/{id}/objection/withdrawal`
pub async fn withdraw(
    viewer: Viewer,
    State(app): State<App>,
    layout: Layout,
    Path(id): Path<ElectorId>,
    Form(form): Form<HowForm>,
) -> Answer {
    act(&viewer, &app, layout, id, true, form).await
}

async fn ask(
    viewer: &Viewer,
    layout: Layout,
    id: ElectorId,
    withdraw: bool,
    errors: FieldErrors,
    how: String,
) -> Answer<ObjectionPage> {
    let mut scope = viewer.scope().await?;
    let elector = store::elector(&mut scope, id).await?;
    let lists = objections::lists_holding(&mut scope, id).await?;
    let page = elector.map(|elector| ObjectionPage { layout, errors, elector, lists, withdraw, how });
    scope.finish(page).await
}

async fn act(
    viewer: &Viewer,
    app: &App,
    layout: Layout,
    id: ElectorId,
    withdraw: bool,
    form: HowForm,
) -> Answer<Response> {
    let how = form.how.trim();
    if !(1..=200).contains(&how.chars().count()) {
        let mut errors = FieldErrors::default();
        errors.add("how", "Say how they said it, in 1 to 200 letters");
        let page = ask(viewer, layout, id, withdraw, errors, form.how).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    if how.contains('\0') {
        return Err(Error::field("how", "Say how they said it, in 1 to 200 letters"));
    }
    let mut scope = viewer.scope().await?;
    objections::record(&mut scope, id, "door", withdraw, how).await?;
    // Their word outlives this record, should a register bring them as somebody new.
    suppress::keep(&mut scope, &app.keys, id).await?;
    scope.commit().await?;
    Ok(see_other(&format!("/electors/{id}")))
}
