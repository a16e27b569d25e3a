//! How many tasks wait, for first pages: figures that name nobody; and one's own by kind and day.

use super::{Kind, kind};
use crate::database::Scoped;
use crate::error::Error;
use crate::web::words;
use chrono::{NaiveDate, Utc};

/// Open tasks of the area in use.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Due {
    /// All of them.
    pub open: i64,
    /// Those that should have been done before today.
    pub overdue: i64,
    /// Those due in the next 7 days, or before, that nobody has.
    pub nobodys: i64,
    /// People who said that they will help, and were not asked yet.
    pub will_help: i64,
    /// Those in the hands of whoever asks.
    pub mine: i64,
}

/// Open tasks, counted; for an organiser.
///
/// # Errors
/// What the database says.
pub async fn counts(scope: &mut Scoped) -> Result<Due, Error> {
    let account = scope.account();
    Ok(sqlx::query_as!(
        Due,
        r#"select count(*) as "open!", count(*) filter (where t.due_on < $1) as "overdue!",
             count(*) filter (where t.assigned_to is null and t.due_on <= $1::date + 7) as "nobodys!",
             count(*) filter (where t.what = 'will-help') as "will_help!",
             count(*) filter (where t.assigned_to = $2) as "mine!"
           from task t where t.state = 'open'"#,
        words::day_of(Utc::now()),
        account
    )
    .fetch_one(scope.connection())
    .await?)
}

/// One's own open tasks as what and by when, the first due first: whom each is about stands on the page of one's own tasks.
///
/// # Errors
/// What the database says.
pub async fn own(scope: &mut Scoped) -> Result<Vec<(&'static Kind, NaiveDate)>, Error> {
    let rows = sqlx::query!(r#"select what as "what!", due_on as "due!" from wall.own_tasks()"#)
        .fetch_all(scope.connection())
        .await?;
    Ok(rows.into_iter().map(|r| (kind(&r.what), r.due)).collect())
}
