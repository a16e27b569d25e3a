//! What of messages happens without a session: the imprint of a public page, consent taken back by a link, what comes back.

use super::Caller;
use crate::database::Database;
use crate::error::Error;
use crate::messages::imprint::Imprint;
use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

/// The imprint that holds in an area.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn imprint_of(database: &Database, area: i64) -> Result<Option<Imprint>, Error> {
    Ok(sqlx::query_as!(
        Imprint,
        r#"select area_id as "area!", area_name as "area_name!", promoter as "promoter!", promoter_address as "promoter_address!",
             behalf as "behalf!", behalf_address as "behalf_address!", printer as "printer!",
             printer_address as "printer_address!", many as "many!", welsh as "welsh!", campaign as "campaign?"
           from wall.imprint_of($1)"#,
        area
    )
    .fetch_optional(database.door())
    .await?)
}

/// The imprint below an event's public page.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn imprint_of_event(database: &Database, event: Uuid) -> Result<Option<Imprint>, Error> {
    Ok(sqlx::query_as!(
        Imprint,
        r#"select area_id as "area!", area_name as "area_name!", promoter as "promoter!", promoter_address as "promoter_address!",
             behalf as "behalf!", behalf_address as "behalf_address!", printer as "printer!",
             printer_address as "printer_address!", many as "many!", welsh as "welsh!", campaign as "campaign?"
           from wall.imprint_of_event($1)"#,
        event
    )
    .fetch_optional(database.door())
    .await?)
}

/// Takes back what somebody agreed to by these channels. Twice is once.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn unsubscribe(database: &Database, person: Uuid, channels: &[String]) -> Result<(), Error> {
    sqlx::query!("select wall.unsubscribe($1, $2)", person, channels).execute(database.door()).await?;
    Ok(())
}

/// Something that came back, as it is put on record.
#[derive(Debug, Clone)]
pub struct Return<'a> {
    /// Of the report itself: one that is read twice counts once.
    pub digest: Vec<u8>,
    /// Under which id it was sent.
    pub sent: Option<Uuid>,
    /// `email` or `text`.
    pub channel: &'static str,
    /// To which address; counts from a webhook alone.
    pub address: Option<&'a str>,
    /// `bounce`, `delay` or `complaint`.
    pub kind: &'a str,
    /// Why the address is left alone.
    pub why: &'static str,
    /// The other side's status.
    pub status: &'a str,
    /// When.
    pub at: Option<DateTime<Utc>>,
    /// `mailbox`, `command` or `webhook`.
    pub came_by: &'static str,
}

/// Puts on record that something came back. Answers `noted`, `known` or `unknown`.
///
/// # Errors
/// What the database says.
pub async fn note_return(connection: &mut PgConnection, it: &Return<'_>) -> Result<String, Error> {
    Ok(sqlx::query_scalar!(
        r#"select wall.note_return($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) as "answer!""#,
        Uuid::now_v7(),
        it.digest,
        it.sent,
        it.channel,
        it.address,
        it.kind,
        it.why,
        it.status,
        it.at,
        it.came_by
    )
    .fetch_one(connection)
    .await?)
}

/// Counts reports that a webhook brings, by where from.
///
/// # Errors
/// [`Error::TooMany`].
pub async fn begin_returns(database: &Database, caller: &Caller) -> Result<(), Error> {
    let again: Option<DateTime<Utc>> =
        sqlx::query_scalar!("select wall.begin_returns($1)", caller.address).fetch_one(database.door()).await?;
    again.map_or(Ok(()), |at| Err(Error::TooMany(at)))
}
