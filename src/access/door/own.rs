//! One's own account, by the session in hand: where it is signed in, its password, light or dark.

use super::Caller;
use super::sign_in::Attempt;
use crate::access::{Role, passwords};
use crate::database::{Credential, Database};
use crate::error::Error;
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// A place where one is signed in.
#[derive(Debug, Clone)]
pub struct OwnSession {
    /// The session.
    pub id: Uuid,
    /// The role it works in.
    pub role: Role,
    /// The area it works in.
    pub area: String,
    /// Since when.
    pub started_at: DateTime<Utc>,
    /// Last use, to five minutes.
    pub used_at: DateTime<Utc>,
    /// The browser's own description.
    pub agent: String,
    /// Where from: the network address.
    pub address: String,
    /// Whether it is the one that asks.
    pub here: bool,
}

/// Where the account is signed in, this place first.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn own_sessions(database: &Database, credential: &Credential) -> Result<Vec<OwnSession>, Error> {
    Ok(sqlx::query_as!(
        OwnSession,
        r#"select session_id as "id!", role as "role!: Role", area as "area!", started_at as "started_at!",
             refreshed_at as "used_at!", agent as "agent!", address as "address!", here as "here!" from wall.own_sessions($1)"#,
        credential.as_hex()
    )
    .fetch_all(database.door())
    .await?)
}

/// Ends every other session of the account; answers how many.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn sign_out_elsewhere(database: &Database, credential: &Credential) -> Result<i32, Error> {
    let closed = sqlx::query_scalar!(r#"select wall.close_other_sessions($1) as "n!""#, credential.as_hex())
        .fetch_one(database.door())
        .await?;
    Ok(closed)
}

/// Ends one of one's own sessions. False: it is none of them, or over.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn sign_out_there(database: &Database, credential: &Credential, session: Uuid) -> Result<bool, Error> {
    Ok(sqlx::query_scalar!(r#"select wall.close_own_session($1, $2) as "done!""#, credential.as_hex(), session)
        .fetch_one(database.door())
        .await?)
}

/// The terms of use in force.
#[derive(Debug, Clone)]
pub struct Terms {
    /// Counted from 1.
    pub version: i32,
    /// What people accept.
    pub text: String,
    /// Since when.
    pub from: DateTime<Utc>,
}

/// The newest terms; None: this installation has none.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn newest_terms(database: &Database) -> Result<Option<Terms>, Error> {
    Ok(sqlx::query_as!(
        Terms,
        r#"select version as "version!", text as "text!", from_at as "from!" from wall.newest_terms()"#
    )
    .fetch_optional(database.door())
    .await?)
}

/// The session's account accepts this version.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn accept_terms(database: &Database, credential: &Credential, version: i32) -> Result<(), Error> {
    sqlx::query!("select wall.accept_terms($1, $2)", credential.as_hex(), version).execute(database.door()).await?;
    Ok(())
}

/// What came of asking for another password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordChange {
    /// Done; signed out everywhere else.
    Done,
    /// The old one is not right.
    WrongOld,
}

/// Changes the caller's own password, when the old one is right. Wrong tries count like those of signing in.
///
/// # Errors
/// [`Error::TooMany`] after 10 wrong tries; [`Error::Busy`] when too many passwords are being hashed.
pub async fn change_password(
    database: &Database,
    credential: &Credential,
    email: &str,
    (old, new): (String, String),
    caller: &Caller,
) -> Result<PasswordChange, Error> {
    let attempt = Attempt::begin(database, email, caller).await?;
    if attempt.prove(database, old).await?.is_none() {
        return Ok(PasswordChange::WrongOld);
    }
    attempt.end(database, false).await?;
    let hash = passwords::hash(new).await?;
    let changed = sqlx::query_scalar!(r#"select wall.change_password($1, $2) as "done!""#, credential.as_hex(), hash)
        .fetch_one(database.door())
        .await?;
    if changed { Ok(PasswordChange::Done) } else { Err(Error::AccessEnded) }
}

/// Light, dark, or as the machine has it (nothing).
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn choose_theme(database: &Database, credential: &Credential, theme: &str) -> Result<(), Error> {
    sqlx::query!("select wall.choose_theme($1, $2)", credential.as_hex(), theme).execute(database.door()).await?;
    Ok(())
}
