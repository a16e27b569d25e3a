//! What of messages is asked without a session: the imprint of a public page, and consent taken back by a link.

use crate::database::Database;
use crate::error::Error;
use crate::messages::imprint::Imprint;
use uuid::Uuid;

/// The imprint that holds in an area.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn imprint_of(database: &Database, area: i64) -> Result<Option<Imprint>, Error> {
    Ok(sqlx::query_as!(
        Imprint,
        r#"select area_id as "area!", area_name as "area_name!", promoter as "promoter!", promoter_address as "promoter_address!",
             behalf as "behalf!", behalf_address as "behalf_address!", printer as "printer!"
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
             behalf as "behalf!", behalf_address as "behalf_address!", printer as "printer!"
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
