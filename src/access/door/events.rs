//! What of events is asked without a session: a private calendar's own entries, a public event, and the letters of the day before.

use crate::database::{Credential, Database};
use crate::error::Error;
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// One of an account's own places, as its calendar shows it.
#[derive(Debug, Clone)]
pub struct OwnPlace {
    /// The sign-up: stays the same for good.
    pub id: Uuid,
    /// The event.
    pub event: Uuid,
    /// What it is called.
    pub title: String,
    /// The shift's name.
    pub shift: Option<String>,
    /// Where.
    pub place: String,
    /// Where on a map: north, east.
    pub at: Option<(f64, f64)>,
    /// What to bring.
    pub bring: String,
    /// When it begins.
    pub starts: DateTime<Utc>,
    /// When it ends.
    pub ends: DateTime<Utc>,
    /// Called off.
    pub cancelled: bool,
    /// On the waiting list.
    pub waiting: bool,
    /// When the event was changed last.
    pub changed: DateTime<Utc>,
    /// How often.
    pub sequence: i32,
}

/// What stands in the calendar that a token opens; None: it opens nothing, or nothing any more.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn calendar(database: &Database, token: &Credential) -> Result<Option<Vec<OwnPlace>>, Error> {
    let opens = sqlx::query_scalar!(r#"select wall.feed_opens($1) as "opens!""#, token.as_hex())
        .fetch_one(database.door())
        .await?;
    if !opens {
        return Ok(None);
    }
    let rows = sqlx::query!(
        r#"select sign_up_id as "id!", event_id as "event!", title as "title!", shift, place as "place!", lat, long, bring as "bring!",
             starts_at as "starts!", ends_at as "ends!", cancelled as "cancelled!", waiting as "waiting!", changed_at as "changed!",
             sequence as "sequence!"
           from wall.calendar($1)"#,
        token.as_hex()
    )
    .fetch_all(database.door())
    .await?;
    let place = rows.into_iter().map(|r| OwnPlace {
        id: r.id,
        event: r.event,
        title: r.title,
        shift: r.shift,
        place: r.place,
        at: r.lat.zip(r.long),
        bring: r.bring,
        starts: r.starts,
        ends: r.ends,
        cancelled: r.cancelled,
        waiting: r.waiting,
        changed: r.changed,
        sequence: r.sequence,
    });
    Ok(Some(place.collect()))
}

/// An event that anybody may read of.
#[derive(Debug, Clone)]
pub struct PublicEvent {
    /// What it is called.
    pub title: String,
    /// The kind's word.
    pub kind: String,
    /// Where.
    pub place: String,
    /// Where on a map: north, east.
    pub at: Option<(f64, f64)>,
    /// When it begins.
    pub starts: DateTime<Utc>,
    /// When it ends.
    pub ends: DateTime<Utc>,
    /// What else is said of it.
    pub words: String,
    /// Called off.
    pub cancelled: bool,
    /// The area whose it is.
    pub area: i64,
    /// When it was changed last.
    pub changed: DateTime<Utc>,
    /// How often.
    pub sequence: i32,
}

/// A public event; None: there is none, it is not public, or it is over.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn public_event(database: &Database, id: Uuid) -> Result<Option<PublicEvent>, Error> {
    let row = sqlx::query!(
        r#"select title as "title!", kind as "kind!", place as "place!", lat, long, starts_at as "starts!", ends_at as "ends!",
             public_text as "words!", cancelled as "cancelled!", area_id as "area!", changed_at as "changed!",
             sequence as "sequence!"
           from wall.public_event($1)"#,
        id
    )
    .fetch_optional(database.door())
    .await?;
    Ok(row.map(|r| PublicEvent {
        title: r.title,
        kind: r.kind,
        place: r.place,
        at: r.lat.zip(r.long),
        starts: r.starts,
        ends: r.ends,
        words: r.words,
        cancelled: r.cancelled,
        area: r.area,
        changed: r.changed,
        sequence: r.sequence,
    }))
}

/// Gives places of who may come no more to who waits. Answers how many were given up.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn free_places(database: &Database) -> Result<i32, Error> {
    Ok(sqlx::query_scalar!(r#"select wall.free_places() as "n!""#).fetch_one(database.door()).await?)
}

/// Writes to whoever is down for something in a day's time, once each. Answers how many letters that were.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn remind(database: &Database) -> Result<i32, Error> {
    Ok(sqlx::query_scalar!(r#"select wall.remind_events() as "n!""#).fetch_one(database.door()).await?)
}
