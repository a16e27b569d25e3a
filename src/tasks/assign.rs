//! `/tasks/assign`: giving one task or several to somebody, or taking them back.

use super::store::{self, Hand};
use super::{State, Task, act};
use crate::error::Error;
use crate::web::{Answer, FieldErrors, Form, Layout, Viewer, see_other, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use uuid::Uuid;

/// The tasks ticked, and to whom.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct AssignForm {
    task: Vec<Uuid>,
    /// An account, or `nobody`; nothing asks whom.
    to: String,
    /// Whether it was sent from the task's own page.
    one: bool,
}

#[derive(Template, WebTemplate)]
#[template(path = "tasks/assign.html")]
struct AssignPage {
    layout: Layout,
    errors: FieldErrors,
    account: Uuid,
    tasks: Vec<Task>,
    hands: Vec<Hand>,
}

/// `GET /tasks/assign`: a page that was reloaded after its form; the tasks to tick are where it came from.
pub async fn by_address(_: Viewer) -> Response {
    see_other("/tasks")
}

/// `POST /tasks/assign`: first asks whom, then does it.
///
/// # Errors
/// [`Error::NotFound`] when one is outside the area in use.
pub async fn assign(viewer: Viewer, layout: Layout, Form(mut form): Form<AssignForm>) -> Answer {
    form.task.sort_unstable();
    form.task.dedup();
    form.task.truncate(500);
    if form.task.is_empty() {
        return Ok(see_other("/tasks?said=tick"));
    }
    if form.to.is_empty() {
        return ask(viewer, layout, &form.task, FieldErrors::default()).await;
    }
    let to = match form.to.as_str() {
        "nobody" => None,
        account => Some(account.parse::<Uuid>().map_err(|_| Error::field("to", "Choose who is to do it"))?),
    };
    let mut scope = viewer.scope().await?;
    let seen = found(&mut scope, &form.task).await?;
    match act::assign(&mut scope, &form.task, to).await {
        Ok(_) => {
            scope.finish(seen).await?;
            let said = if to.is_some() { "assigned" } else { "back" };
            Ok(match form.task.as_slice() {
                [one] if form.one => see_other(&format!("/tasks/{one}?said={said}")),
                _ => see_other(&format!("/tasks?said={said}")),
            })
        }
        Err(Error::Invalid(fields)) => {
            drop(scope);
            ask(viewer, layout, &form.task, FieldErrors(fields)).await
        }
        Err(error) => Err(error),
    }
}

/// All of them, or none is told of.
async fn found(scope: &mut crate::database::Scoped, ids: &[Uuid]) -> Answer<crate::database::Seen<Vec<Task>>> {
    store::several(scope, ids).await?.check(
        |tasks| {
            if tasks.len() == ids.len() { Ok(()) } else { Err(Error::NotFound) }
        },
    )
}

async fn ask(viewer: Viewer, layout: Layout, ids: &[Uuid], errors: FieldErrors) -> Answer {
    let mut scope = viewer.scope().await?;
    let seen = found(&mut scope, ids).await?;
    let tasks = scope.finish(seen).await?;
    let tasks: Vec<Task> = tasks.into_iter().filter(|t| t.state == State::Open).collect();
    let mut areas: Vec<i64> = tasks.iter().map(|t| t.area).collect();
    areas.sort_unstable();
    areas.dedup();
    let mut scope = viewer.scope().await?;
    let hands = store::hands(&mut scope, &areas).await?;
    scope.commit().await?;
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, AssignPage { layout, errors, account: viewer.account, tasks, hands }).into_response())
}

impl AssignPage {
    fn how_many(&self) -> String {
        words::count(self.tasks.len(), "task", "tasks")
    }
}
