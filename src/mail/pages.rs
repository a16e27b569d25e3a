//! `/access/outbox`: what was sent to whom and when, and what did not go. What a letter says is shown to nobody: it may open a door.

use crate::database::Scoped;
use crate::error::Error;
use crate::web::paging::{self, Paging};
use crate::web::{Answer, App, Layout, Query, Viewer, words};
use askama::Template;
use askama_web::WebTemplate;
use axum::extract::State;
use axum::response::IntoResponse;
use chrono::{DateTime, Utc};
use serde::Deserialize;

/// A letter in the record.
struct Sent {
    /// Whom; None of somebody whom an administrator is not told.
    recipient: Option<String>,
    form: String,
    queued_at: DateTime<Utc>,
    sent_at: Option<DateTime<Utc>>,
    given_up_at: Option<DateTime<Utc>>,
    failure: Option<String>,
    next_try_at: DateTime<Utc>,
    total: i64,
}

impl Sent {
    /// Whom it was for. Whoever offered to help, or was invited by an organiser, is named to no administrator.
    fn to(&self) -> &str {
        match (&self.recipient, self.form.as_str()) {
            (Some(recipient), _) => recipient,
            (None, "help-offered") => "Somebody who offered to help",
            (None, "invitation") => "Somebody who was invited",
            (None, _) => "Somebody without an account",
        }
    }

    /// "Invitation", "New device": the form's word as people read it.
    fn title(&self) -> String {
        let words = self.form.replace('-', " ");
        let mut letters = words.chars();
        letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
    }
}

#[derive(Template, WebTemplate)]
#[template(path = "access/outbox.html")]
struct OutboxPage {
    layout: Layout,
    letters: Vec<Sent>,
    paging: Paging,
    /// Where letters lie when no mail server is set.
    folder: Option<String>,
    waiting: i64,
}

impl OutboxPage {
    fn kept_in(&self, folder: &str) -> String {
        format!(
            "Letters are kept as files in {folder} on the server, for its operator to send on. Set HUSTINGS_SMTP_URL to send them."
        )
    }

    fn stuck(&self) -> String {
        format!(
            "{} waited for more than ten minutes. They are tried again for a day.",
            words::count(self.waiting, "letter has", "letters have")
        )
    }
}

/// Which page.
#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    page: String,
}

/// `GET /access/outbox`
pub async fn show(State(app): State<App>, viewer: Viewer, layout: Layout, Query(asked): Query<Asked>) -> Answer {
    let mut scope = viewer.scope().await?;
    let paging = Paging::asked(&asked.page);
    let letters = list(&mut scope, paging.skip()).await?;
    let waiting = waiting(&mut scope).await?;
    scope.commit().await?;
    let paging = paging.of(letters.first().map_or(0, |l| l.total));
    let folder = app.config.smtp_url.is_none().then(|| app.config.data.join("outbox").display().to_string());
    Ok(OutboxPage { layout, letters, paging, folder, waiting }.into_response())
}

async fn list(scope: &mut Scoped, skip: i64) -> Result<Vec<Sent>, Error> {
    Ok(sqlx::query_as!(
        Sent,
        r#"select recipient, form as "form!", queued_at as "queued_at!", sent_at, given_up_at, failure,
             next_try_at as "next_try_at!", total as "total!"
           from wall.letters($1, $2)"#,
        skip,
        paging::SIZE
    )
    .fetch_all(scope.connection())
    .await?)
}

async fn waiting(scope: &mut Scoped) -> Result<i64, Error> {
    Ok(sqlx::query_scalar!(
        r#"select count(*) as "n!" from mail where sent_at is null and given_up_at is null
             and queued_at < now() - interval '10 minutes'"#
    )
    .fetch_one(scope.connection())
    .await?)
}
