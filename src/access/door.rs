//! What happens without a session, over `hustings_door`'s own connections: sign in, open and close sessions, keep a
//! late result, note a refused attempt. That login may run these functions and touch no table.

mod late;

pub use late::{Kept, Late, quarantine};

use super::{Role, Token, passwords};
use crate::database::{Credential, Database};
use crate::error::{Error, Tool};
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// Who stands at the door: where from and with what, for the session's row and the limits.
#[derive(Debug, Clone, Default)]
pub struct Caller {
    /// The network address, as the proxy or the socket says.
    pub address: String,
    /// The browser's own description.
    pub agent: String,
}

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
    let candidate = sqlx::query!(
        r#"select account_id as "account_id?", password_hash as "password_hash?", try_again_at as "try_again_at?"
           from wall.sign_in_candidate($1, $2)"#,
        email,
        caller.address
    )
    .fetch_one(database.door())
    .await?;
    if let Some(at) = candidate.try_again_at {
        return Err(Error::TooMany(at));
    }
    let right = passwords::verify(password, candidate.password_hash).await?;
    let account = match candidate.account_id {
        Some(account) if right => account,
        _ => return refuse(database, email, caller).await,
    };
    let grants = grants_of(database, account).await?;
    if grants.is_empty() {
        sqlx::query!("select wall.note_refused_sign_in($1, $2)", account, caller.address)
            .execute(database.door())
            .await?;
        return refuse(database, email, caller).await;
    }
    choose(database, account, grants, wanted, caller).await
}

async fn choose(
    database: &Database,
    account: Uuid,
    mut grants: Vec<GrantChoice>,
    wanted: Wanted,
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
    let key = token.credential().map(|c| c.key()).unwrap_or_default();
    let opened = sqlx::query!(
        r#"select session_id as "session_id!" from wall.open_session($1, $2, $3, $4, $5, $6)"#,
        Uuid::now_v7(),
        key,
        account,
        grant.id,
        caller.agent,
        caller.address
    )
    .fetch_optional(database.door())
    .await?;
    Ok(if opened.is_some() { SignIn::Opened { token, grant } } else { SignIn::Refused })
}

async fn refuse(database: &Database, email: &str, caller: &Caller) -> Result<SignIn, Error> {
    sqlx::query!("select wall.note_sign_in_failure($1, $2)", email, caller.address).execute(database.door()).await?;
    Ok(SignIn::Refused)
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

/// Opens a session under another of one's own grants; the one in use ends. None when that grant is not there.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn switch(
    database: &Database,
    credential: &Credential,
    wanted: Uuid,
    caller: &Caller,
) -> Result<Option<Token>, Error> {
    let token = Token::new();
    let key = token.credential().map(|c| c.key()).unwrap_or_default();
    let opened = sqlx::query!(
        r#"select session_id as "session_id!" from wall.switch_session($1, $2, $3, $4, $5, $6)"#,
        credential.as_hex(),
        Uuid::now_v7(),
        key,
        wanted,
        caller.agent,
        caller.address
    )
    .fetch_optional(database.door())
    .await?;
    Ok(opened.map(|_| token))
}

/// Keeps a session in use awake, at most every five minutes.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn refresh(database: &Database, credential: &Credential) -> Result<(), Error> {
    sqlx::query!("select wall.refresh_session($1)", credential.as_hex()).execute(database.door()).await?;
    Ok(())
}

/// Ends this session.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn sign_out(database: &Database, credential: &Credential) -> Result<(), Error> {
    sqlx::query!("select wall.close_session($1)", credential.as_hex()).execute(database.door()).await?;
    Ok(())
}

/// Puts a refused attempt of a known account on record: the route's pattern and the answer, nothing that was sent.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn note_refusal(
    database: &Database,
    credential: &Credential,
    route: &str,
    status: i16,
    address: &str,
) -> Result<(), Error> {
    sqlx::query!("select wall.note_refusal($1, $2, $3, $4)", credential.as_hex(), route, status, address)
        .execute(database.door())
        .await?;
    Ok(())
}

/// Ends an import that cannot go on, perhaps because its own session is over: says why, forgets what was staged.
/// Answers whether there was such an import of that session's account.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn fail_import(database: &Database, credential: &Credential, import: Uuid, why: &str) -> Result<bool, Error> {
    let ended = sqlx::query_scalar!("select wall.fail_import($1, $2, $3)", credential.as_hex(), import, why)
        .fetch_one(database.door())
        .await?;
    Ok(ended.unwrap_or_default())
}

/// A closed half and its public notice.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub struct Notice {
    /// Which half.
    pub tool: Tool,
    /// What the public is told.
    pub notice: String,
    /// Since when.
    pub closed_at: DateTime<Utc>,
    /// When it opens again, if known.
    pub opens_at: Option<DateTime<Utc>>,
}

/// The public notices of closed tools.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn notices(database: &Database) -> Result<Vec<Notice>, Error> {
    let rows = sqlx::query!(
        r#"select tool as "tool!", notice as "notice!", closed_at as "closed_at!", opens_at from wall.notices()"#
    )
    .fetch_all(database.door())
    .await?;
    let tool = |t: &str| {
        if t == "organise" { Tool::Organise } else { Tool::Contact }
    };
    Ok(rows
        .into_iter()
        .map(|r| Notice { tool: tool(&r.tool), notice: r.notice, closed_at: r.closed_at, opens_at: r.opens_at })
        .collect())
}

/// What every page may say of the installation.
#[derive(Debug, Clone, Default)]
pub struct About {
    /// Whether there was ever an administrator.
    pub set_up: bool,
    /// The data controller's name.
    pub controller: String,
    /// Where to write to.
    pub contact: String,
    /// The notice that canvassers read out and pages show.
    pub privacy_notice: String,
    /// Whether this is the demonstration.
    pub demonstration: bool,
}

/// What every page may say of the installation.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn about(database: &Database) -> Result<About, Error> {
    let row = sqlx::query!(
        r#"select set_up as "set_up!", controller, contact, privacy_notice, demonstration as "demonstration!" from wall.about()"#
    )
    .fetch_one(database.door())
    .await?;
    Ok(About {
        set_up: row.set_up,
        controller: row.controller.unwrap_or_default(),
        contact: row.contact.unwrap_or_default(),
        privacy_notice: row.privacy_notice.unwrap_or_default(),
        demonstration: row.demonstration,
    })
}
