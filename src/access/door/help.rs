//! Offering to help on an area's public page: what it says, an offer, and the link that confirms it.

use super::{Caller, links};
use crate::access::Token;
use crate::database::{Credential, Database};
use crate::error::Error;
use crate::keys::Keys;
use crate::mail::{Form, Link};
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What anybody may read of an area whose organisers ask for help.
#[derive(Debug, Clone)]
pub struct Asks {
    /// The area's name.
    pub area: String,
    /// The organisers' words.
    pub words: String,
}

/// The page of an area; None: there is none, or it is closed.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn page(database: &Database, area: i64) -> Result<Option<Asks>, Error> {
    Ok(sqlx::query_as!(Asks, r#"select area_name as "area!", words as "words!" from wall.help_page($1)"#, area)
        .fetch_optional(database.door())
        .await?)
}

/// What somebody offers, as it is kept until they confirm it.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Offered {
    /// Forename.
    pub forename: String,
    /// Surname.
    pub surname: String,
    /// Folded surname first.
    pub name_key: String,
    /// Folded forename first.
    pub forename_key: String,
    /// Email address.
    pub email: String,
    /// Mobile telephone, or nothing.
    pub mobile: String,
    /// What they can do.
    pub skills: Vec<String>,
    /// When they can.
    pub availability: Vec<String>,
    /// How far they would go; empty: they did not say.
    pub how_far: String,
    /// Languages besides English.
    pub languages: String,
    /// What they wrote.
    pub wishes: String,
    /// What they chose to tell so that they can take part.
    pub access_needs: String,
    /// Whether they are under 18.
    pub under_18: bool,
    /// The channels that they ticked, each with the words that stood beside it.
    pub agreed: BTreeMap<&'static str, &'static str>,
}

/// Keeps an offer and writes to its address.
///
/// # Errors
/// [`Error::NotFound`] where nobody asks for help, [`Error::TooMany`] after three to one mailbox, sixty from one place or two hundred in one area in an hour.
pub async fn offer(
    database: &Database,
    (keys, base_url): (&Keys, &str),
    area: (i64, &str),
    offered: &Offered,
    caller: &Caller,
) -> Result<(), Error> {
    let token = Token::new();
    let link = Link::seal(keys, &format!("{base_url}/help/confirm/{}", token.as_str()))?;
    let form = Form::HelpOffered { area: area.1.to_owned(), link };
    let again: Option<DateTime<Utc>> = sqlx::query_scalar!(
        "select wall.offer_help($1, $2, $3, $4, $5, $6)",
        area.0,
        Uuid::now_v7(),
        token.key(),
        serde_json::to_value(offered).map_err(Error::internal)?,
        caller.address,
        form.fields()?
    )
    .fetch_one(database.door())
    .await?;
    again.map_or(Ok(()), |at| Err(Error::TooMany(at)))
}

/// How an offer stands that a link confirms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It waits for the button.
    Good,
    /// It was confirmed.
    Used,
    /// Its two days are over, or a newer one took its place.
    Over,
}

/// How an offer stands, and in which area.
///
/// # Errors
/// [`Error::TooMany`] when too many links were opened from here.
pub async fn state(database: &Database, link: &Credential, caller: &Caller) -> Result<(State, String), Error> {
    links::count(database, caller).await?;
    let row =
        sqlx::query!(r#"select state as "state!", area_name as "area!" from wall.offer_state($1)"#, link.as_hex())
            .fetch_optional(database.door())
            .await?;
    Ok(row.map_or((State::Over, String::new()), |r| match r.state.as_str() {
        "good" => (State::Good, r.area),
        "used" => (State::Used, r.area),
        _ => (State::Over, r.area),
    }))
}

/// Confirms an offer. Whether it was good.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn confirm(database: &Database, link: &Credential) -> Result<bool, Error> {
    Ok(sqlx::query_scalar!(r#"select wall.confirm_offer($1, $2) as "done!""#, link.as_hex(), Uuid::now_v7())
        .fetch_one(database.door())
        .await?)
}

/// Forgets offers that nobody confirmed in time. Answers how many.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn forget(database: &Database) -> Result<i32, Error> {
    Ok(sqlx::query_scalar!(r#"select wall.forget_offers() as "n!""#).fetch_one(database.door()).await?)
}
