//! Letting people join a list by a code tonight: the code, who waits, and saying that one knows them.

use crate::access::Token;
use crate::canvass::ListId;
use crate::database::Scoped;
use crate::error::Error;
use crate::keys::{Keys, Kind};
use crate::web::App;
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// A code that is open.
#[derive(Debug, Clone)]
pub struct Code {
    /// Which.
    pub id: Uuid,
    /// When it shuts, and with it the list for whoever joined by it.
    pub until: DateTime<Utc>,
}

/// What stands in a code's address. Made from the code's id and a key of the installation, so that it can be shown again without
/// being kept: the oldest key, which stays when a new one is added.
///
/// # Errors
/// [`Error::Refused`] when the key cannot be read.
pub fn token(keys: &Keys, id: Uuid) -> Result<Token, Error> {
    let keys = keys.all(Kind::Factors)?;
    let key = keys.first().ok_or_else(|| Error::internal("a kind of key has no key"))?;
    let secret: [u8; 32] =
        key.keyed_hash(&format!("join {id}")).try_into().map_err(|_| Error::internal("a hash of another length"))?;
    Ok(Token::of(&secret))
}

/// Where a code leads: what a telephone scans.
///
/// # Errors
/// [`Error::Refused`] when the key cannot be read.
pub fn address(app: &App, code: &Code) -> Result<String, Error> {
    Ok(format!("{}/join/{}", app.config.base_url, token(&app.keys, code.id)?.as_str()))
}

/// The code of this list that the organiser has open.
///
/// # Errors
/// What the database says.
pub async fn open_code(scope: &mut Scoped, list: ListId) -> Result<Option<Code>, Error> {
    Ok(sqlx::query_as!(
        Code,
        r#"select link_id as "id!", ends_at as "until!" from wall.open_code($1, $2)"#,
        list.partition,
        list.id
    )
    .fetch_optional(scope.connection())
    .await?)
}

/// Opens the list to whoever scans its code, until a moment tonight. Open already, it stays as it is.
///
/// # Errors
/// [`Error::NotFound`] outside the area, or when the list has ended.
pub async fn open(scope: &mut Scoped, keys: &Keys, list: ListId, until: DateTime<Utc>) -> Result<Code, Error> {
    let id = Uuid::now_v7();
    sqlx::query_as!(
        Code,
        r#"select link_id as "id!", ends_at as "until!" from wall.open_join($1, $2, $3, $4, $5)"#,
        id,
        token(keys, id)?.key(),
        list.partition,
        list.id,
        until
    )
    .fetch_optional(scope.connection())
    .await?
    .ok_or(Error::NotFound)
}

/// Closes the list to further ones; who still waits is refused, who is in stays in.
///
/// # Errors
/// What the database says.
pub async fn close(scope: &mut Scoped, list: ListId) -> Result<(), Error> {
    sqlx::query!("select wall.close_join($1, $2) as done", list.partition, list.id)
        .fetch_one(scope.connection())
        .await?;
    Ok(())
}

/// Somebody who asked to join.
#[derive(Debug, Clone)]
pub struct Joiner {
    /// Their request.
    pub id: Uuid,
    /// The name that they gave.
    pub name: String,
    /// How they are reached.
    pub contact: String,
    /// When they asked.
    pub asked_at: DateTime<Utc>,
    /// `waiting`, `admitted`, `has-account` or `refused`.
    pub state: String,
    /// Whether an account has this address or number.
    pub known: bool,
}

impl Joiner {
    /// Whether the organiser has still to say.
    pub fn waits(&self) -> bool {
        self.state == "waiting"
    }

    /// What became of it, in words.
    pub fn became(&self) -> &'static str {
        match self.state.as_str() {
            "admitted" => "Has the list",
            "has-account" => "Has the list, and signs in with their own account",
            _ => "Refused",
        }
    }
}

/// Who asked to join this list in the last hours, in their order.
///
/// # Errors
/// What the database says.
pub async fn joiners(scope: &mut Scoped, list: ListId) -> Result<Vec<Joiner>, Error> {
    Ok(sqlx::query_as!(
        Joiner,
        r#"select request_id as "id!", name as "name!", contact as "contact!", asked_at as "asked_at!", state as "state!", known as "known!"
           from wall.joiners($1, $2)"#,
        list.partition,
        list.id
    )
    .fetch_all(scope.connection())
    .await?)
}

/// "Yes, I know them", or no: account, grant until tonight, the list, and their browser is in, at once.
///
/// # Errors
/// [`Error::Conflict`] when there is nothing to decide any more.
pub async fn decide(scope: &mut Scoped, request: Uuid, yes: bool) -> Result<(), Error> {
    let answer = sqlx::query_scalar!(
        "select wall.decide_join($1, $2, $3, $4, $5)",
        request,
        yes,
        Uuid::now_v7(),
        Uuid::now_v7(),
        Uuid::now_v7()
    )
    .fetch_one(scope.connection())
    .await?;
    match answer.as_deref() {
        Some("under-18") => Err(Error::Conflict(
            "They are under 18, and nobody under 18 is given a walk list: they can go along with an adult who holds it. Say no here"
                .into(),
        )),
        Some(_) => Ok(()),
        None => Err(Error::Conflict(
            "This was decided already, the code has ended, the list goes beyond your area, or it is somebody whose access was ended \
             (an administrator gives that back). Load the page again"
                .into(),
        )),
    }
}
