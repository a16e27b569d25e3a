//! `/tasks/{id}`: one task with its history, and what is done about it.

use super::store::{self, Hand, Step};
use super::{About, State, Task, act};
use crate::access::text;
use crate::error::Error;
use crate::web::{Answer, FieldErrors, Form, Layout, Path, Query, Viewer, see_other, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use chrono::{NaiveDate, TimeDelta, Utc};
use serde::Deserialize;
use uuid::Uuid;

/// What the page says was done a moment ago.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    said: String,
}

/// What any form of the page sends, as typed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ActForm {
    outcome: String,
    words: String,
    reason: String,
    due: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "tasks/one.html")]
struct TaskPage {
    layout: Layout,
    errors: FieldErrors,
    account: Uuid,
    today: NaiveDate,
    task: Task,
    steps: Vec<Step>,
    hands: Vec<Hand>,
    form: ActForm,
    said: &'static str,
}

impl TaskPage {
    fn is_held_by(&self, account: &Uuid) -> bool {
        self.task.holder.as_ref().is_some_and(|(held, _)| held == account)
    }

    /// Whether a will-help may become a volunteer here.
    fn may_join(&self) -> bool {
        self.task.kind.code == "will-help" && self.task.state == State::Open
    }

    /// Whether whom it is about can be kept as somebody who wants to hear from us.
    fn may_support(&self) -> bool {
        self.may_join() || (matches!(self.task.about, About::Elector { .. }) && self.task.state == State::Open)
    }
}

impl Step {
    /// What was done, as a heading.
    pub fn title(&self) -> String {
        let to = self.to.as_deref().unwrap_or("somebody");
        match self.what.as_str() {
            "made" => "Put down".into(),
            "assigned" => format!("Given to {to}"),
            "handed-back" => "Handed back".into(),
            "could-not" => "Could not be done".into(),
            "due" => {
                format!("Moved to {}", self.words.parse::<NaiveDate>().map_or_else(|_| self.words.clone(), words::date))
            }
            "done" => "Done".into(),
            "dropped" => "Dropped".into(),
            "taken-back" => "Taken back at the door".into(),
            _ => "Opened again".into(),
        }
    }

    /// The words that were given with it.
    pub fn text(&self) -> &str {
        if self.what == "due" { "" } else { &self.words }
    }

    /// When and by whom.
    pub fn when(&self) -> String {
        let by = self.by.as_deref().map(|b| format!(", by {b}")).unwrap_or_default();
        format!("{}{by}", words::moment(self.at))
    }
}

/// `GET /tasks/{id}`
///
/// # Errors
/// [`Error::NotFound`] outside the area in use.
pub async fn show(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, Query(asked): Query<Asked>) -> Answer {
    let said = match asked.said.as_str() {
        "added" => "It is in the queue",
        "done" => "Done. What came of it stands in its history",
        "dropped" => "Dropped. It can be opened again",
        "opened" => "It is in the queue again",
        "due" => "It has another day",
        "assigned" => "Given. Volunteers find theirs under My tasks",
        "back" => "It is nobody’s again",
        "closed" => "Somebody else had closed it already, so nothing was changed",
        _ => "",
    };
    draw(&viewer, layout, id, FieldErrors::default(), ActForm::default(), said).await
}

pub(super) async fn draw(
    viewer: &Viewer,
    layout: Layout,
    id: Uuid,
    errors: FieldErrors,
    form: ActForm,
    said: &'static str,
) -> Answer {
    let mut scope = viewer.scope().await?;
    let task = store::one(&mut scope, id).await?;
    let steps = store::history(&mut scope, id).await?;
    let task = scope.finish(task).await?;
    let mut scope = viewer.scope().await?;
    let hands = if task.state == State::Open { store::hands(&mut scope, &[task.area]).await? } else { Vec::new() };
    scope.commit().await?;
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let (account, today) = (viewer.account, words::day_of(Utc::now()));
    Ok((status, TaskPage { layout, errors, account, today, task, steps, hands, form, said }).into_response())
}

/// Where a form leads: on, or back to the page with what is to be mended.
async fn led(viewer: &Viewer, layout: Layout, id: Uuid, form: ActForm, done: Result<&'static str, Error>) -> Answer {
    match done {
        Ok(said) => Ok(see_other(&format!("/tasks/{id}?said={said}"))),
        Err(Error::Invalid(fields)) => draw(viewer, layout, id, FieldErrors(fields), form, "").await,
        Err(error) => Err(error),
    }
}

/// Words that may be left out.
pub(super) fn maybe(field: &str, typed: &str) -> Result<String, Error> {
    if typed.trim().is_empty() { Ok(String::new()) } else { text(field, typed, 300, "") }
}

/// `POST /tasks/{id}/done`
///
/// # Errors
/// [`Error::NotFound`] outside the area in use.
pub async fn done(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, Form(form): Form<ActForm>) -> Answer {
    let outcome = async {
        let words = maybe("words", &form.words)?;
        let mut scope = viewer.scope().await?;
        let closed = act::done(&mut scope, id, &form.outcome, &words).await?;
        scope.commit().await?;
        Ok(if closed { "done" } else { "closed" })
    };
    let outcome = outcome.await;
    led(&viewer, layout, id, form, outcome).await
}

/// `POST /tasks/{id}/dropped`
///
/// # Errors
/// [`Error::NotFound`] outside the area in use.
pub async fn drop_it(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, Form(form): Form<ActForm>) -> Answer {
    let outcome = async {
        let reason = text("reason", &form.reason, 300, "Say why nobody will do it");
        let mut scope = viewer.scope().await?;
        // A task that is not there is not there, whatever was typed.
        let seen = store::one(&mut scope, id).await?;
        let closed = act::drop_it(&mut scope, id, &reason?).await?;
        scope.finish(seen).await?;
        Ok(if closed { "dropped" } else { "closed" })
    };
    let outcome = outcome.await;
    led(&viewer, layout, id, form, outcome).await
}

/// `POST /tasks/{id}/open`: what was closed is to be done after all.
///
/// # Errors
/// [`Error::NotFound`] outside the area in use.
pub async fn open(viewer: Viewer, Path(id): Path<Uuid>, Form(_): Form<ActForm>) -> Answer {
    let mut scope = viewer.scope().await?;
    act::open(&mut scope, id).await?;
    scope.commit().await?;
    Ok(see_other(&format!("/tasks/{id}?said=opened")))
}

/// `POST /tasks/{id}/due`
///
/// # Errors
/// [`Error::NotFound`] outside the area in use.
pub async fn due(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, Form(form): Form<ActForm>) -> Answer {
    let outcome = async {
        let day = due_day(&form.due, words::day_of(Utc::now()));
        let mut scope = viewer.scope().await?;
        let seen = store::one(&mut scope, id).await?;
        act::due(&mut scope, id, day?).await?;
        scope.finish(seen).await?;
        Ok("due")
    };
    let outcome = outcome.await;
    led(&viewer, layout, id, form, outcome).await
}

/// The day that a task is due: today or later, within two years.
pub(super) fn due_day(typed: &str, today: NaiveDate) -> Result<NaiveDate, Error> {
    match typed.trim().parse::<NaiveDate>() {
        Ok(day) if day < today => Err(Error::field("due", "Choose today or a day that is still to come")),
        Ok(day) if day > today + TimeDelta::days(731) => Err(Error::field("due", "Choose a day within two years")),
        Ok(day) => Ok(day),
        Err(_) => Err(Error::field("due", "Write the day by which it should be done, for example 2027-05-01")),
    }
}

#[cfg(test)]
mod tests {
    use super::due_day;

    #[test]
    fn a_task_is_due_today_or_later_and_within_two_years() {
        let today = chrono::NaiveDate::from_ymd_opt(2026, 11, 24).unwrap();
        assert_eq!(due_day("2026-11-24", today).unwrap(), today);
        for wrong in ["2026-11-23", "2029-01-01", "soon", ""] {
            assert!(due_day(wrong, today).is_err(), "{wrong}");
        }
    }
}
