//! Joining by a code: what somebody who scanned it sees and sends, before an organiser says that they know them.

use super::{Caller, links};
use crate::access::Token;
use crate::database::{Credential, Database};
use crate::error::Error;
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// What a code leads to: of the list itself nothing is said.
#[derive(Debug, Clone)]
pub struct Invitation {
    /// Whether somebody may still ask.
    pub open: bool,
    /// Whose code it is.
    pub organiser: String,
    /// When it shuts.
    pub until: DateTime<Utc>,
}

/// What this code leads to.
///
/// # Errors
/// [`Error::NotFound`] when it is none; [`Error::TooMany`] when too many were tried from here.
pub async fn about(database: &Database, code: &Credential, caller: &Caller) -> Result<Invitation, Error> {
    links::count(database, caller).await?;
    let row = sqlx::query!(
        r#"select good as "open!", organiser as "organiser!", ends_at as "until!" from wall.join_about($1)"#,
        code.as_hex()
    )
    .fetch_optional(database.door())
    .await?
    .ok_or(Error::NotFound)?;
    Ok(Invitation { open: row.open, organiser: row.organiser, until: row.until })
}

/// Who asks to join.
#[derive(Debug, Clone)]
pub struct Joiner {
    /// Their name.
    pub name: String,
    /// An email address, or a telephone number as +44….
    pub contact: String,
    /// The version of the terms that they accept.
    pub terms: Option<i32>,
}

/// What came of asking.
pub enum Asked {
    /// They wait for the organiser; the browser keeps this.
    Waiting(Token),
    /// The code has ended.
    Closed,
    /// Too many asked, of this code or from here.
    TooMany,
}

/// Asks to join.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn ask(database: &Database, code: &Credential, joiner: &Joiner, caller: &Caller) -> Result<Asked, Error> {
    let token = Token::new();
    let answer = sqlx::query_scalar!(
        r#"select wall.ask_to_join($1, $2, $3, $4, $5, $6, $7, $8) as "answer!""#,
        code.as_hex(),
        Uuid::now_v7(),
        token.key(),
        joiner.name,
        joiner.contact,
        joiner.terms,
        caller.agent,
        caller.address
    )
    .fetch_one(database.door())
    .await?;
    Ok(match answer.as_str() {
        "waiting" => Asked::Waiting(token),
        "closed" => Asked::Closed,
        _ => Asked::TooMany,
    })
}

/// How it stands with somebody who asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// The organiser has not said yet.
    Waiting,
    /// They are in.
    Admitted,
    /// They have the list, and sign in as who they are.
    HasAccount,
    /// Not this time.
    Refused,
}

/// The request of this browser.
#[derive(Debug, Clone)]
pub struct Request {
    /// How it stands.
    pub state: State,
    /// Their name.
    pub name: String,
    /// The organiser's.
    pub organiser: String,
    /// The list that is open to them.
    pub list: Option<String>,
}

/// How it stands with the request that this browser made; None: it made none.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn state(database: &Database, browser: &Credential) -> Result<Option<Request>, Error> {
    let row = sqlx::query!(
        r#"select state as "state!", name as "name!", organiser as "organiser!", list from wall.join_state($1)"#,
        browser.as_hex()
    )
    .fetch_optional(database.door())
    .await?;
    Ok(row.map(|r| Request {
        state: match r.state.as_str() {
            "waiting" => State::Waiting,
            "admitted" => State::Admitted,
            "has-account" => State::HasAccount,
            _ => State::Refused,
        },
        name: r.name,
        organiser: r.organiser,
        list: r.list,
    }))
}
