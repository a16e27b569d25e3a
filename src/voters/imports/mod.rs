//! Councils' lists in the database: opened, thrown away; and the receipts of those that were applied. `staging` takes a file in and
//! says which column is what, `looking` compares it with the register and changes nothing.

mod looking;
mod staging;

pub use looking::{final_stands, held_before, look_over};
pub use staging::{add, samples, set_columns};

use super::What;
use super::columns::Columns;
use super::plan::{Counts, Refused};
use crate::database::{Actor, Scoped};
use crate::error::Error;
use crate::incoming;
use crate::registers::ground::UNNAMED;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use sqlx::types::Json;
use uuid::Uuid;

/// A file that was given, or its receipt.
#[derive(Debug, Clone)]
pub struct Import {
    /// Its id.
    pub id: Uuid,
    /// Whose list it is.
    pub partition: i32,
    /// The authority's name.
    pub authority: String,
    /// Which poll it is of.
    pub poll: i64,
    /// The poll's name.
    pub poll_name: String,
    /// Polling day.
    pub poll_date: NaiveDate,
    /// The word of [`What`].
    pub what: String,
    /// Its date.
    pub published: NaiveDate,
    /// The file's name.
    pub file_name: String,
    /// Its digest.
    pub sha256: Vec<u8>,
    /// The file's encoding.
    pub encoding: String,
    /// What its line of headings says; none once it is over.
    pub headings: Vec<String>,
    /// Which column is what, once that is known.
    pub columns: Option<Json<Columns>>,
    /// `ready`, `applied`, `thrown-away`, `taken-back`.
    pub state: String,
    /// What it said.
    pub counts: Option<Json<Counts>>,
    /// The lines that were not taken.
    pub refused: Json<Vec<Refused>>,
    /// When.
    pub begun_at: DateTime<Utc>,
    /// When it was over.
    pub ended_at: Option<DateTime<Utc>>,
    /// When it was taken back.
    pub taken_back_at: Option<DateTime<Utc>>,
    /// Why.
    pub taken_back_reason: Option<String>,
    /// How many lost by that what it had said of them.
    pub lost: Option<i64>,
}

impl Import {
    /// What it is.
    pub fn what(&self) -> What {
        What::parse(&self.what).unwrap_or(What::Current)
    }

    /// Whether it says that it is final long before there can be a final list.
    pub fn is_too_early(&self) -> bool {
        self.what() == What::Final && is_before_any_final(self.published, self.poll_date)
    }

    /// "Local elections, 7 May 2026".
    pub fn poll_words(&self) -> String {
        format!("{}, {}", self.poll_name, crate::web::words::date(self.poll_date))
    }
}

/// Whether a list of this day cannot be a final one: that is closed on the 6th working day before the poll, which two weeks hold
/// whatever the holidays. Taken for final it would keep every current list out until the poll.
fn is_before_any_final(published: NaiveDate, poll: NaiveDate) -> bool {
    published < poll - TimeDelta::days(14)
}

/// Why a list that says so early that it is final is not taken.
pub fn too_early(published: NaiveDate, poll: NaiveDate) -> String {
    let before = crate::web::words::count((poll - published).num_days(), "day", "days");
    format!(
        "A final list cannot be there {before} before the poll: it comes after 5 pm on the 6th working day before it. Give this one as \
         a current list, or mend its date"
    )
}

/// What a file is, besides what stands in it.
#[derive(Debug, Clone)]
pub struct Given {
    /// What it is.
    pub what: What,
    /// Of which poll.
    pub poll: i64,
    /// Whose.
    pub partition: i32,
    /// Its date.
    pub published: NaiveDate,
    /// Its name.
    pub name: String,
    /// Its size.
    pub bytes: i64,
    /// Its digest.
    pub sha256: Vec<u8>,
}

/// One's own file.
///
/// # Errors
/// [`Error::NotFound`] when it is not there for this actor.
pub async fn open(scope: &mut Scoped, id: Uuid) -> Result<Import, Error> {
    sqlx::query_as!(
        Import,
        r#"select i.import_id as id, i.partition_id as partition, a.name as authority, i.poll_id as poll, p.name as poll_name, p.poll_date,
             i.what, i.published, i.file_name, i.sha256, i.encoding, i.headings, i.columns as "columns: Json<Columns>", i.state,
             i.counts as "counts: Json<Counts>", i.refused as "refused: Json<Vec<Refused>>", i.begun_at, i.ended_at,
             i.taken_back_at, i.taken_back_reason, i.lost
           from voters_import i join poll p using (poll_id) join authority a using (partition_id) where i.import_id = $1"#,
        id
    )
    .fetch_optional(scope.connection())
    .await?
    .ok_or(Error::NotFound)
}

/// One's own newest files.
///
/// # Errors
/// What the database says.
pub async fn list(scope: &mut Scoped, take: i64) -> Result<Vec<Import>, Error> {
    Ok(sqlx::query_as!(
        Import,
        r#"select i.import_id as id, i.partition_id as partition, a.name as authority, i.poll_id as poll, p.name as poll_name, p.poll_date,
             i.what, i.published, i.file_name, i.sha256, i.encoding, i.headings, i.columns as "columns: Json<Columns>", i.state,
             i.counts as "counts: Json<Counts>", i.refused as "refused: Json<Vec<Refused>>", i.begun_at, i.ended_at,
             i.taken_back_at, i.taken_back_reason, i.lost
           from voters_import i join poll p using (poll_id) join authority a using (partition_id)
           order by i.begun_at desc limit $1"#,
        take
    )
    .fetch_all(scope.connection())
    .await?)
}

/// Refuses what was applied or thrown away already.
///
/// # Errors
/// [`Error::Conflict`].
pub fn must_be_ready(import: &Import) -> Result<(), Error> {
    incoming::must_be_ready(&import.state)
}

/// Throws a file away: nothing was changed.
///
/// # Errors
/// [`Error::Conflict`] when it is over.
pub async fn throw_away(scope: &mut Scoped, import: &Import) -> Result<(), Error> {
    must_be_ready(import)?;
    sqlx::query!(
        "update voters_import set state = 'thrown-away', ended_at = statement_timestamp(), headings = '{}'
         where import_id = $1 and state = 'ready'",
        import.id
    )
    .execute(scope.connection())
    .await?;
    sqlx::query!("select wall.clear_voters_import($1)", import.id).execute(scope.connection()).await?;
    Ok(())
}

/// The authorities of which somebody may give a list: those with a district in the area in use; all, for the operator.
///
/// # Errors
/// What the database says.
pub async fn authorities(scope: &mut Scoped) -> Result<Vec<(i32, String)>, Error> {
    let mine = reach(scope).await?;
    let rows = sqlx::query!(
        "select a.partition_id, a.name from authority a
         where exists (select from district d where d.partition_id = a.partition_id and ($1::integer[] is null or d.area_no = any ($1)))
         order by a.name",
        mine.as_deref()
    )
    .fetch_all(scope.connection())
    .await?;
    let name = |name: String| if name == UNNAMED { "The authority without a name".to_owned() } else { name };
    Ok(rows.into_iter().map(|r| (r.partition_id, name(r.name))).collect())
}

/// The districts of the area in use; None: all, for the operator.
async fn reach(scope: &mut Scoped) -> Result<Option<Vec<i32>>, Error> {
    Ok(match scope.actor() {
        Actor::Operator { .. } => None,
        Actor::Session { .. } => Some(
            sqlx::query_scalar!(r#"select wall.areas() as "areas!: Vec<i32>""#).fetch_one(scope.connection()).await?,
        ),
    })
}
