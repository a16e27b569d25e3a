//! Signing in: limits in PostgreSQL before hashing, the same work and the same answer for everybody who may not.

use super::Caller;
use crate::access::{Asks, Role, Token, browser, passwords};
use crate::database::Database;
use crate::error::Error;
use chrono::{DateTime, Utc};
use std::time::Duration;
use uuid::Uuid;

/// One of an account's live grants, to choose from.
#[derive(Debug, Clone, serde::Serialize)]
pub struct GrantChoice {
    /// The grant.
    pub id: Uuid,
    /// Its role.
    pub role: Role,
    /// Its area's name.
    pub area: String,
    /// When it ends.
    pub until: DateTime<Utc>,
}

/// Which of several live grants a sign-in is for.
#[derive(Debug, Clone, Copy)]
pub enum Wanted {
    /// This one.
    This(Uuid),
    /// The only one; with several, the caller must choose.
    Only,
    /// The first given; the page's head offers the others.
    First,
}

/// What a right password leads to.
pub enum SignIn {
    /// A session under one grant.
    Opened {
        /// The browser's secret.
        token: Token,
        /// The grant in use.
        grant: GrantChoice,
        /// What stands between it and the role's pages.
        asks: Option<Asks>,
    },
    /// There are several grants and none was named.
    Choose(Vec<GrantChoice>),
    /// Unknown account, wrong password, or no live grant: one answer for all three.
    Refused,
}

/// Tries an email address and a password; opens a session under the grant wanted.
///
/// # Errors
/// [`Error::TooMany`] after 10 failures an account or 100 an address in 15 minutes, before any hashing;
/// [`Error::Busy`] when too many are signing in.
pub async fn sign_in(
    database: &Database,
    email: &str,
    password: String,
    wanted: Wanted,
    caller: &Caller,
) -> Result<SignIn, Error> {
    let attempt = Attempt::begin(database, email, caller).await?;
    let Some(account) = attempt.prove(database, password).await? else {
        return Ok(SignIn::Refused);
    };
    let grants = grants_of(database, account).await?;
    attempt.end(database, grants.is_empty()).await?;
    if grants.is_empty() {
        sqlx::query!("select wall.note_refused_sign_in($1, $2)", account, caller.address)
            .execute(database.door())
            .await?;
        return Ok(SignIn::Refused);
    }
    choose(database, account, grants, wanted, Proved { both: false, by: attempt.password_hash.as_deref() }, caller)
        .await
}

/// How somebody came in: whether a second factor was proved with it, and by which password (its hash), if by one.
#[derive(Clone, Copy)]
struct Proved<'a> {
    both: bool,
    by: Option<&'a str>,
}

/// Opens a session for an account that proved itself otherwise than by a password: by a passkey (which is both factors) or by a
/// link that was sent to its address (which is one).
///
/// # Errors
/// What the database says.
pub async fn sign_in_proved(
    database: &Database,
    account: Uuid,
    both_factors: bool,
    caller: &Caller,
) -> Result<SignIn, Error> {
    let grants = grants_of(database, account).await?;
    if grants.is_empty() {
        sqlx::query!("select wall.note_refused_sign_in($1, $2)", account, caller.address)
            .execute(database.door())
            .await?;
        return Ok(SignIn::Refused);
    }
    choose(database, account, grants, Wanted::First, Proved { both: both_factors, by: None }, caller).await
}

/// How often, and how long apart, to ask again while ten tries of one account are being hashed.
const PATIENCE: (u32, Duration) = (40, Duration::from_millis(100));

/// One try of a password, written down before it is hashed.
pub(super) struct Attempt {
    id: Uuid,
    account: Option<Uuid>,
    password_hash: Option<String>,
}

impl Attempt {
    /// Writes the try down, or says when to try again.
    pub(super) async fn begin(database: &Database, email: &str, caller: &Caller) -> Result<Self, Error> {
        let id = Uuid::now_v7();
        for _ in 0..PATIENCE.0 {
            let asked = sqlx::query!(
                r#"select account_id as "account_id?", password_hash as "password_hash?",
                     try_again_at as "try_again_at?", wait as "wait!" from wall.begin_sign_in($1, $2, $3, $4)"#,
                id,
                email,
                caller.address,
                caller.device_digest()
            )
            .fetch_one(database.door())
            .await?;
            if let Some(at) = asked.try_again_at {
                return Err(Error::TooMany(at));
            }
            if !asked.wait {
                return Ok(Attempt { id, account: asked.account_id, password_hash: asked.password_hash });
            }
            tokio::time::sleep(PATIENCE.1).await;
        }
        Err(Error::Busy)
    }

    /// The account, when the password is its own; a wrong one is counted here, a right one stays open.
    pub(super) async fn prove(&self, database: &Database, password: String) -> Result<Option<Uuid>, Error> {
        match passwords::verify(password, self.password_hash.clone()).await {
            Ok(true) if self.account.is_some() => Ok(self.account),
            Ok(_) => self.end(database, true).await.map(|()| None),
            Err(error) => {
                self.end(database, false).await?;
                Err(error)
            }
        }
    }

    /// The try is over.
    pub(super) async fn end(&self, database: &Database, failed: bool) -> Result<(), Error> {
        sqlx::query!("select wall.end_sign_in($1, $2)", self.id, failed).execute(database.door()).await?;
        Ok(())
    }
}

async fn choose(
    database: &Database,
    account: Uuid,
    mut grants: Vec<GrantChoice>,
    wanted: Wanted,
    proved: Proved<'_>,
    caller: &Caller,
) -> Result<SignIn, Error> {
    let grant = match wanted {
        Wanted::This(id) => grants.into_iter().find(|g| g.id == id),
        Wanted::First => grants.into_iter().next(),
        Wanted::Only if grants.len() == 1 => grants.pop(),
        Wanted::Only => return Ok(SignIn::Choose(grants)),
    };
    let Some(grant) = grant else {
        return Ok(SignIn::Refused);
    };
    let token = Token::new();
    let key = token.key();
    let opened = sqlx::query!(
        r#"select session_id as "session_id!", asks from wall.open_session($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"#,
        Uuid::now_v7(),
        key,
        account,
        grant.id,
        caller.agent,
        browser(&caller.agent),
        caller.address,
        caller.device_digest(),
        proved.both,
        proved.by
    )
    .fetch_optional(database.door())
    .await?;
    Ok(match opened {
        Some(row) => SignIn::Opened { token, grant, asks: row.asks.as_deref().and_then(Asks::parse) },
        None => SignIn::Refused,
    })
}

async fn grants_of(database: &Database, account: Uuid) -> Result<Vec<GrantChoice>, Error> {
    let rows = sqlx::query!(
        r#"select grant_id as "id!", role as "role!", area as "area!", ends_at as "until!" from wall.grants_of($1)"#,
        account
    )
    .fetch_all(database.door())
    .await?;
    Ok(rows
        .into_iter()
        .filter_map(|r| Some(GrantChoice { id: r.id, role: Role::parse(&r.role)?, area: r.area, until: r.until }))
        .collect())
}
