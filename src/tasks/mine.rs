//! `/tasks/mine`: the tasks in one's own hands, with what is needed to do them. The wall hands over nobody else's.

use super::one::maybe;
use super::{Kind, kind};
use crate::access::text;
use crate::database::{Looked, Scoped, Seen};
use crate::electors::whole_address;
use crate::error::Error;
use crate::web::{Answer, FieldErrors, Form, Layout, Path, Query, Viewer, see_other, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use chrono::{NaiveDate, Utc};
use serde::Deserialize;
use uuid::Uuid;

/// A task in one's own hands.
struct Mine {
    id: Uuid,
    kind: &'static Kind,
    words: String,
    due: NaiveDate,
    name: String,
    address: String,
    reach: String,
    no_phone: bool,
}

#[derive(Template, WebTemplate)]
#[template(path = "tasks/mine.html")]
struct MinePage {
    layout: Layout,
    errors: FieldErrors,
    today: NaiveDate,
    tasks: Vec<Mine>,
    /// The one whose form is to be mended.
    at: Option<Uuid>,
    form: AnswerForm,
    said: &'static str,
}

impl MinePage {
    fn is_wrong(&self, task: &Mine) -> bool {
        self.at == Some(task.id)
    }
}

/// What the page says was done a moment ago.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    said: String,
}

/// What came of it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct AnswerForm {
    /// A code of the kind's, or `could-not`.
    outcome: String,
    words: String,
}

/// `GET /tasks/mine`
///
/// # Errors
/// What the database says.
pub async fn show(viewer: Viewer, layout: Layout, Query(asked): Query<Asked>) -> Answer {
    let said = match asked.said.as_str() {
        "done" => "Done. Thank you",
        "back" => "It is back with the organisers, with what you wrote",
        _ => "",
    };
    draw(viewer, layout, None, FieldErrors::default(), AnswerForm::default(), said).await
}

async fn draw(
    viewer: Viewer,
    layout: Layout,
    at: Option<Uuid>,
    errors: FieldErrors,
    form: AnswerForm,
    said: &'static str,
) -> Answer {
    let mut scope = viewer.scope().await?;
    let seen = own(&mut scope).await?;
    let tasks = scope.finish(seen).await?;
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let today = words::day_of(Utc::now());
    Ok((status, MinePage { layout, errors, today, tasks, at, form, said }).into_response())
}

async fn own(scope: &mut Scoped) -> Result<Seen<Vec<Mine>>, Error> {
    let rows = sqlx::query!(
        r#"select task_id as "id!", what as "what!", words as "words!", due_on as "due!", partition_id, elector_id, person_id,
             name as "name!", address as "address!", postcode as "postcode!", reach as "reach!", no_phone as "no_phone!"
           from wall.own_tasks()"#
    )
    .fetch_all(scope.connection())
    .await?;
    let looked = Looked {
        electors: rows.iter().filter_map(|r| r.partition_id.zip(r.elector_id)).collect(),
        people: rows.iter().filter_map(|r| r.person_id).collect(),
        ..Looked::default()
    };
    let mine = rows.into_iter().map(|r| Mine {
        id: r.id,
        kind: kind(&r.what),
        words: r.words,
        due: r.due,
        name: r.name,
        address: if r.address.is_empty() {
            String::new()
        } else {
            whole_address(&r.address, Some(r.postcode.as_str()).filter(|p| !p.is_empty()))
        },
        reach: r.reach,
        no_phone: r.no_phone,
    });
    Ok(Seen::new(mine.collect(), looked))
}

/// `POST /tasks/mine/{id}`
///
/// # Errors
/// [`Error::NotFound`] when it is none of one's own.
pub async fn answer(viewer: Viewer, layout: Layout, Path(id): Path<Uuid>, Form(form): Form<AnswerForm>) -> Answer {
    let mut scope = viewer.scope().await?;
    let seen =
        own(&mut scope).await?.check(|all| all.iter().find(|t| t.id == id).map(|_| ()).ok_or(Error::NotFound))?;
    let mut errors = FieldErrors::default();
    let (words, back) = if form.outcome == "could-not" {
        (
            errors.take(text("words", &form.words, 300, "Say what stood in the way, so that somebody else can do it")),
            true,
        )
    } else {
        (errors.take(maybe("words", &form.words)), false)
    };
    let mut outcome = "";
    let seen = seen.map(|all| all.into_iter().find(|t| t.id == id).and_then(|t| t.kind.outcome(&form.outcome)));
    let known = scope.finish(seen).await?;
    if !back {
        match known {
            Some(_) => outcome = form.outcome.as_str(),
            None => errors.add("outcome", "Say what came of it"),
        }
    }
    let (Some(words), false) = (words, errors.any()) else {
        return draw(viewer, layout, Some(id), errors, form, "").await;
    };
    let mut scope = viewer.scope().await?;
    let done = sqlx::query_scalar!(r#"select wall.answer_task($1, $2, $3) as "done!""#, id, outcome, words)
        .fetch_one(scope.connection())
        .await?;
    scope.commit().await?;
    if !done {
        return Err(Error::NotFound);
    }
    Ok(see_other(if back { "/tasks/mine?said=back" } else { "/tasks/mine?said=done" }))
}
