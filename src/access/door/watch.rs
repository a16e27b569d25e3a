//! What the server's watcher asks of the database: rules with their thresholds go in, alerts are written there, counts come out.

use super::Caller;
use crate::database::{Credential, Database};
use crate::error::Error;
use sqlx::{Postgres, Transaction};

/// A rule as the database is asked it.
#[derive(Debug, Clone)]
pub struct Asked {
    /// What it looks at: a branch of `wall.watch`.
    pub looks_at: &'static str,
    /// Its name.
    pub rule: &'static str,
    /// How grave what it finds is.
    pub severity: &'static str,
    /// Whose looks.
    pub roles: Vec<String>,
    /// More than this is too many.
    pub threshold: i32,
    /// Within so many minutes.
    pub minutes: i32,
}

/// A rule as an installation changed it: its name, whether it is on, threshold, minutes.
pub type Changed = (String, bool, i32, i32);

/// The transaction of the one who watches now. Dropped, nothing was looked at.
pub struct Watching {
    transaction: Transaction<'static, Postgres>,
    /// Rows of the log in hand.
    pub rows: i64,
}

/// Becomes the watcher, unless another is at it just now, and takes at most so many rows in hand.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn watch_begin(database: &Database, at_most: i32) -> Result<Option<Watching>, Error> {
    let mut transaction = database.door().begin().await?;
    // A rule over a thousand rows of a log of millions takes longer than a page may.
    sqlx::query!("set local statement_timeout = '30s'").execute(&mut *transaction).await?;
    let rows = sqlx::query_scalar!(r#"select rows as "rows!" from wall.watch_begin($1)"#, at_most)
        .fetch_optional(&mut *transaction)
        .await?;
    Ok(rows.map(|rows| Watching { transaction, rows }))
}

/// The rules as they were changed here, the newest of each.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn watch_rules(database: &Database) -> Result<Vec<Changed>, Error> {
    let rows = sqlx::query!(
        r#"select rule as "rule!", on_duty as "on!", threshold as "threshold!", minutes as "minutes!" from wall.watch_rules()"#
    )
    .fetch_all(database.door())
    .await?;
    Ok(rows.into_iter().map(|r| (r.rule, r.on, r.threshold, r.minutes)).collect())
}

impl Watching {
    /// Notes who was opened one by one, for the rules that ask who else opened the same.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the database is away.
    pub async fn trail(&mut self) -> Result<(), Error> {
        sqlx::query!("select wall.watch_trail()").execute(&mut *self.transaction).await?;
        Ok(())
    }

    /// Asks one rule about the rows in hand.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the database is away.
    pub async fn ask(&mut self, rule: &Asked) -> Result<(), Error> {
        sqlx::query!(
            "select wall.watch($1, $2, $3, $4, $5, $6)",
            rule.looks_at,
            rule.rule,
            rule.severity,
            &rule.roles,
            rule.threshold,
            rule.minutes
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    /// Tells whoever weighs, and is done with the rows in hand.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the database is away.
    pub async fn end(mut self) -> Result<(), Error> {
        sqlx::query!("select wall.watch_tell()").execute(&mut *self.transaction).await?;
        sqlx::query!("select wall.watch_end()").execute(&mut *self.transaction).await?;
        Ok(self.transaction.commit().await?)
    }
}

/// Seconds that the oldest row waits to be watched, and open alerts by severity.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn watch_gauges(database: &Database) -> Result<(f64, Vec<(String, i64)>), Error> {
    let lag = sqlx::query_scalar!(
        r#"select coalesce(extract(epoch from clock_timestamp() - waits_since), 0)::float8 as "lag!" from wall.watch_status()"#
    )
    .fetch_optional(database.door())
    .await?;
    let rows = sqlx::query!(r#"select severity as "severity!", alerts as "alerts!" from wall.watch_gauges()"#)
        .fetch_all(database.door())
        .await?;
    Ok((lag.unwrap_or_default(), rows.into_iter().map(|r| (r.severity, r.alerts)).collect()))
}

/// Puts down which network and browser a session is used from.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn note_place(database: &Database, credential: &Credential, caller: &Caller) -> Result<(), Error> {
    sqlx::query!("select wall.note_place($1, $2, $3)", credential.as_hex(), caller.agent, caller.address)
        .execute(database.door())
        .await?;
    Ok(())
}
