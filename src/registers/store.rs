//! Imports in the database: what is known of each, from the first byte to the receipt.

use super::Basis;
use super::preview::Preview;
use super::staging::{Batch, Facts};
use crate::database::{Actor, Scoped};
use crate::error::Error;
use chrono::{DateTime, NaiveDate, Utc};
use sqlx::types::Json;
use uuid::Uuid;

/// A file about to be read.
#[derive(Debug, Clone)]
pub struct NewImport {
    /// As its sender called it.
    pub file_name: String,
    /// The authority's name; empty: that of the known districts.
    pub authority: String,
    /// The register's date.
    pub published: NaiveDate,
    /// By which rule it came.
    pub basis: Basis,
    /// Its size.
    pub bytes: u64,
    /// SHA-256 of the file.
    pub sha256: Vec<u8>,
}

/// An import as its page shows it.
#[derive(Debug, Clone)]
pub struct Import {
    /// Its id.
    pub import_id: Uuid,
    /// The authority's partition, once it exists.
    pub partition_id: Option<i32>,
    /// The authority's name; empty until the file is read.
    pub authority: String,
    /// The file's name.
    pub file_name: String,
    /// The register's date.
    pub published: NaiveDate,
    /// By which rule it came.
    pub basis: String,
    /// The format's name.
    pub format: String,
    /// The encoding's name.
    pub encoding: String,
    /// SHA-256 of the file.
    pub sha256: Option<Vec<u8>>,
    /// `reading`, `ready`, `applying`, `applied`, `failed` or `thrown-away`.
    pub state: String,
    /// Rows put aside.
    pub rows_read: i32,
    /// Bytes read.
    pub bytes_read: i64,
    /// The file's size.
    pub bytes_total: i64,
    /// Whether its worker was silent for a minute.
    pub silent: bool,
    /// The authority's newest register when people were matched.
    pub matched_register: Option<i64>,
    /// What it would change, or did.
    pub preview: Option<Json<Preview>>,
    /// Why it failed.
    pub failure: Option<String>,
    /// Whether somebody asked it to stop.
    pub stop_asked: bool,
    /// The register it became.
    pub register_id: Option<i64>,
    /// When it began.
    pub begun_at: DateTime<Utc>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
}

impl Import {
    /// The basis in words.
    pub fn basis_title(&self) -> &'static str {
        Basis::parse(&self.basis).map_or("", Basis::title)
    }

    /// Whether somebody works on it now.
    pub fn at_work(&self) -> bool {
        matches!(self.state.as_str(), "reading" | "applying")
    }

    /// The state in one or two words, and the tag's class.
    pub fn tag(&self) -> (&'static str, &'static str) {
        match self.state.as_str() {
            "reading" => ("Being read", ""),
            "ready" => ("To look over", "warn"),
            "applying" => ("Being imported", ""),
            "applied" => ("Imported", "good"),
            "thrown-away" => ("Thrown away", ""),
            _ => ("Failed", "bad"),
        }
    }
}

/// Begins an import: nothing is read yet.
///
/// # Errors
/// What the database says.
pub async fn add(scope: &mut Scoped, new: &NewImport) -> Result<Uuid, Error> {
    let id = Uuid::now_v7();
    let area = match scope.actor() {
        Actor::Session { area, .. } => Some(*area),
        Actor::Operator { .. } => None,
    };
    let (account, operator) = (scope.account(), scope.operator_id());
    sqlx::query!(
        "insert into import (import_id, authority, area_id, file_name, published, basis, sha256, bytes_total, account_id, operator_id)
         select $1, $2, coalesce($3, (select area_id from area where kind = 'installation')), $4, $5, $6, $7, $8, $9, $10",
        id,
        new.authority,
        area,
        new.file_name,
        new.published,
        new.basis.as_str(),
        &new.sha256,
        i64::try_from(new.bytes).unwrap_or(i64::MAX),
        account,
        operator,
    )
    .execute(scope.connection())
    .await?;
    Ok(id)
}

/// One's own imports, newest first.
///
/// # Errors
/// What the database says.
pub async fn list(scope: &mut Scoped) -> Result<Vec<Import>, Error> {
    let own = scope.account();
    Ok(sqlx::query_as!(
        Import,
        r#"select import_id, partition_id, authority, file_name, published, basis, format, encoding, sha256, state, rows_read,
             bytes_read, bytes_total, state in ('reading', 'applying') and beat_at < now() - interval '1 minute' as "silent!",
             matched_register, preview as "preview: Json<Preview>", failure, stop_asked, register_id, begun_at, ended_at
           from import where $1::uuid is null or account_id = $1 order by begun_at desc limit 50"#,
        own
    )
    .fetch_all(scope.connection())
    .await?)
}

/// One import of one's own.
///
/// # Errors
/// [`Error::NotFound`] when it is not there or somebody else's.
pub async fn open(scope: &mut Scoped, id: Uuid) -> Result<Import, Error> {
    let own = scope.account();
    sqlx::query_as!(
        Import,
        r#"select import_id, partition_id, authority, file_name, published, basis, format, encoding, sha256, state, rows_read,
             bytes_read, bytes_total, state in ('reading', 'applying') and beat_at < now() - interval '1 minute' as "silent!",
             matched_register, preview as "preview: Json<Preview>", failure, stop_asked, register_id, begun_at, ended_at
           from import where import_id = $1 and ($2::uuid is null or account_id = $2)"#,
        id,
        own
    )
    .fetch_optional(scope.connection())
    .await?
    .ok_or(Error::NotFound)
}

/// Puts a batch aside and says how far the reading is.
///
/// # Errors
/// [`Error::Refused`] when somebody asked to stop; what the database says.
pub async fn stage(scope: &mut Scoped, import: Uuid, batch: &Batch) -> Result<(), Error> {
    batch.stage(scope, import).await?;
    let stop = sqlx::query_scalar!(
        "update import set rows_read = rows_read + $2, bytes_read = $3, beat_at = now() where import_id = $1 returning stop_asked",
        import,
        batch.rows(),
        i64::try_from(batch.bytes).unwrap_or(i64::MAX)
    )
    .fetch_one(scope.connection())
    .await?;
    if stop { Err(stopped()) } else { Ok(()) }
}

/// What somebody is told who stopped an import.
pub fn stopped() -> Error {
    Error::Refused("You stopped this import. Nothing was changed".into())
}

/// Fails when somebody asked the import to stop, when it was given up as silent, or when access has ended: asked between
/// the steps of long work.
///
/// # Errors
/// [`Error::Refused`] and [`Error::AccessEnded`].
pub async fn go_on(scope: &mut Scoped, import: Uuid) -> Result<(), Error> {
    let session = scope.account().is_some();
    let row = sqlx::query!(
        r#"select stop_asked, state in ('reading', 'applying') as "at_work!", not $2 or (wall.live() and wall.open('contact')) as "live!" from import where import_id = $1"#,
        import,
        session
    )
    .fetch_optional(scope.connection())
    .await?;
    match row {
        Some(row) if row.stop_asked => Err(stopped()),
        Some(row) if !row.at_work => Err(given_up()),
        Some(row) if row.live => Ok(()),
        _ => Err(Error::AccessEnded),
    }
}

/// Its worker was silent for so long that it was taken for gone, and what it had staged with it.
fn given_up() -> Error {
    Error::Refused(super::job::STOPPED.into())
}

/// What the file turned out to be.
///
/// # Errors
/// What the database says.
pub async fn set_facts(scope: &mut Scoped, import: Uuid, facts: &Facts) -> Result<(), Error> {
    sqlx::query!(
        "update import set format = $2, encoding = $3, bytes_read = bytes_total, beat_at = now() where import_id = $1",
        import,
        facts.format,
        facts.encoding
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}

/// The preview is there to be looked over.
///
/// # Errors
/// What the database says.
pub async fn set_ready(
    scope: &mut Scoped,
    import: Uuid,
    partition: Option<i32>,
    preview: &Preview,
) -> Result<(), Error> {
    sqlx::query!(
        "update import set state = 'ready', authority = $2, partition_id = $3, preview = $4, beat_at = now(), failure = null,
           matched_register = (select max(register_id) from register where partition_id = $3)
         where import_id = $1",
        import,
        preview.authority,
        partition,
        Json(preview) as _
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}

/// Says that the import is being applied, once; who comes second is told.
///
/// # Errors
/// [`Error::Conflict`] when it is not waiting to be applied.
pub async fn set_applying(scope: &mut Scoped, import: Uuid, large: bool, other: bool) -> Result<(), Error> {
    let done = sqlx::query!(
        "update import set state = 'applying', allow_large_removal = $2, allow_other_districts = $3, stop_asked = false, failure = null,
           beat_at = now()
         where import_id = $1 and state = 'ready'",
        import,
        large,
        other
    )
    .execute(scope.connection())
    .await?;
    match done.rows_affected() {
        1 => Ok(()),
        _ => Err(not_waiting()),
    }
}

/// The receipt: what became of it.
///
/// # Errors
/// [`Error::Refused`] when it was given up meanwhile: its rows are gone, so that everybody would have left; what the
/// database says.
pub async fn set_applied(scope: &mut Scoped, import: Uuid, partition: i32, register: i64) -> Result<(), Error> {
    let done = sqlx::query!(
        "update import set state = 'applied', partition_id = $2, register_id = $3, ended_at = now()
         where import_id = $1 and state = 'applying'",
        import,
        partition,
        register
    )
    .execute(scope.connection())
    .await?;
    if done.rows_affected() == 1 { Ok(()) } else { Err(given_up()) }
}

/// Back to be looked over: something changed since people were matched.
///
/// # Errors
/// What the database says.
pub async fn set_reading_again(scope: &mut Scoped, import: Uuid) -> Result<(), Error> {
    sqlx::query!("update import set state = 'reading', beat_at = now() where import_id = $1", import)
        .execute(scope.connection())
        .await?;
    Ok(())
}

/// Says that an import that waits to be looked over is being compared anew.
///
/// # Errors
/// [`Error::Conflict`] when it does not wait.
pub async fn set_comparing(scope: &mut Scoped, import: Uuid) -> Result<(), Error> {
    let done = sqlx::query!(
        "update import set state = 'reading', stop_asked = false, failure = null, beat_at = now()
         where import_id = $1 and state = 'ready'",
        import
    )
    .execute(scope.connection())
    .await?;
    if done.rows_affected() == 1 { Ok(()) } else { Err(not_waiting()) }
}

fn not_waiting() -> Error {
    Error::Conflict("This import is not waiting to be looked over any more. Open its page again".into())
}

/// Back to be looked over, unchanged: it cannot be done just now or like this, and this is what its page says.
///
/// # Errors
/// What the database says.
pub async fn set_ready_again(scope: &mut Scoped, import: Uuid, why: &str) -> Result<(), Error> {
    sqlx::query!(
        "update import set state = 'ready', failure = $2 where import_id = $1 and state in ('reading', 'applying')",
        import,
        why
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}

/// Asks a worker to stop; it looks between its steps.
///
/// # Errors
/// [`Error::NotFound`] when there is no such import.
pub async fn ask_to_stop(scope: &mut Scoped, import: Uuid) -> Result<(), Error> {
    let asked = sqlx::query!("update import set stop_asked = true where import_id = $1", import)
        .execute(scope.connection())
        .await?;
    if asked.rows_affected() == 1 { Ok(()) } else { Err(Error::NotFound) }
}

/// Throws a file away that waits to be looked over.
///
/// # Errors
/// [`Error::Conflict`] when it does not wait.
pub async fn throw_away(scope: &mut Scoped, import: Uuid) -> Result<(), Error> {
    let done = sqlx::query!(
        "update import set state = 'thrown-away', ended_at = now() where import_id = $1 and state in ('ready', 'failed')",
        import
    )
    .execute(scope.connection())
    .await?;
    if done.rows_affected() == 0 {
        return Err(not_waiting());
    }
    forget(scope, import).await
}

/// Forgets what was staged.
///
/// # Errors
/// What the database says.
pub async fn forget(scope: &mut Scoped, import: Uuid) -> Result<(), Error> {
    sqlx::query!("select wall.forget_import($1, true)", import).execute(scope.connection()).await?;
    Ok(())
}

/// Which connection of PostgreSQL's works for this transaction.
///
/// # Errors
/// What the database says.
pub async fn backend(scope: &mut Scoped) -> Result<i32, Error> {
    Ok(sqlx::query_scalar!(r#"select pg_backend_pid() as "pid!""#).fetch_one(scope.connection()).await?)
}

/// A worker is alive.
///
/// # Errors
/// What the database says.
pub async fn beat(scope: &mut Scoped, import: Uuid) -> Result<(), Error> {
    sqlx::query!("update import set beat_at = now() where import_id = $1", import).execute(scope.connection()).await?;
    Ok(())
}

/// A row that was not imported.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub struct Refused {
    /// The physical line.
    pub line: i32,
    /// The elector number, where it could be read.
    pub number: Option<String>,
    /// Why.
    pub reason: String,
    /// What to do.
    pub advice: String,
}

/// The rows that were refused, by line.
///
/// # Errors
/// What the database says.
pub async fn refused(scope: &mut Scoped, import: Uuid) -> Result<Vec<Refused>, Error> {
    Ok(sqlx::query_as!(
        Refused,
        "select line, number, reason, advice from import_refused where import_id = $1 order by line",
        import
    )
    .fetch_all(scope.connection())
    .await?)
}
