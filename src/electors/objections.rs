//! No contact: a person's word that we do not call on them, write to them or ring them. Append-only; the newest word of
//! a channel stands (UK GDPR Art 21(2): an absolute right, whoever asks).

use super::ElectorId;
use super::history;
use crate::database::Scoped;
use crate::error::Error;
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// One word about one channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Objection {
    /// `door`, `post`, `phone`, `email` or `text`; `opinions` or `processing`, which the data protection officer records.
    pub channel: String,
    /// Whether it takes back an earlier one.
    pub withdrawn: bool,
    /// How it was said.
    pub how: String,
    /// When it was recorded.
    pub at: DateTime<Utc>,
    /// Who recorded it.
    pub by: String,
}

/// Everything that a person said about contact, newest first. They are on record by their page's own look.
///
/// # Errors
/// What the database says.
pub async fn of_elector(scope: &mut Scoped, id: ElectorId) -> Result<Vec<Objection>, Error> {
    let rows = sqlx::query!(
        "select channel, withdrawn, how, at, account_id, operator_id from objection
         where partition_id = $1 and elector_id = $2 order by at desc, objection_id desc",
        id.partition,
        id.id
    )
    .fetch_all(scope.connection())
    .await?;
    let accounts: Vec<Uuid> = rows.iter().filter_map(|r| r.account_id).collect();
    let names = history::names(scope, &accounts).await?;
    let by = |account: Option<Uuid>| account.map_or_else(|| "the operator".into(), |a| names.of(a));
    Ok(rows
        .into_iter()
        .map(|r| Objection { channel: r.channel, withdrawn: r.withdrawn, how: r.how, at: r.at, by: by(r.account_id) })
        .collect())
}

/// What stands for a channel: the newest word, unless it takes an earlier one back.
pub fn standing<'a>(all: &'a [Objection], channel: &str) -> Option<&'a Objection> {
    all.iter().find(|o| o.channel == channel).filter(|o| !o.withdrawn)
}

/// Records that a person wants no contact by a channel, or takes that back.
///
/// # Errors
/// [`Error::NotFound`] outside the area in use.
pub async fn record(scope: &mut Scoped, id: ElectorId, channel: &str, withdrawn: bool, how: &str) -> Result<(), Error> {
    // An import that moves people waits for this word, or it for the import, before anybody asks where its person lives.
    sqlx::query!("select wall.begin_answers($1)", &[id.partition][..]).execute(scope.connection()).await?;
    let area_no = sqlx::query_scalar!(
        "select area_no from elector where partition_id = $1 and elector_id = $2",
        id.partition,
        id.id
    )
    .fetch_optional(scope.connection())
    .await?
    .ok_or(Error::NotFound)?;
    let new = Uuid::now_v7();
    // The organiser's role may not name the operator's column, so each has a statement of its own.
    match scope.account() {
        Some(account) => {
            sqlx::query!(
                "insert into objection (partition_id, elector_id, objection_id, area_no, channel, withdrawn, how, account_id)
                 values ($1, $2, $3, $4, $5, $6, $7, $8)",
                id.partition,
                id.id,
                new,
                area_no,
                channel,
                withdrawn,
                how,
                account
            )
            .execute(scope.connection())
            .await?
        }
        None => {
            let operator = scope.operator_id();
            sqlx::query!(
                "insert into objection (partition_id, elector_id, objection_id, area_no, channel, withdrawn, how, operator_id)
                 values ($1, $2, $3, $4, $5, $6, $7, $8)",
                id.partition,
                id.id,
                new,
                area_no,
                channel,
                withdrawn,
                how,
                operator
            )
            .execute(scope.connection())
            .await?
        }
    };
    Ok(())
}

/// How many live walk lists hold this person now: what a stop to contact will touch.
///
/// # Errors
/// What the database says.
pub async fn lists_holding(scope: &mut Scoped, id: ElectorId) -> Result<i64, Error> {
    Ok(sqlx::query_scalar!(
        r#"select count(*) as "n!" from walk_list_elector w
           join walk_list l on l.partition_id = w.partition_id and l.list_id = w.list_id and l.version = w.version
           where w.partition_id = $1 and w.elector_id = $2 and l.ended_at is null"#,
        id.partition,
        id.id
    )
    .fetch_one(scope.connection())
    .await?)
}

/// The channel in words.
pub fn channel_words(channel: &str) -> &'static str {
    match channel {
        "door" => "Door",
        "post" => "Post",
        "phone" => "Phone",
        "email" => "Email",
        "opinions" => "Political opinions",
        "processing" => "All processing",
        _ => "Text",
    }
}
