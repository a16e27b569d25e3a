//! Accounts and where they are signed in.

use super::PAGE;
use crate::access::factors::{Kind, app};
use crate::database::Scoped;
use crate::error::Error;
use crate::keys::Keys;
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// An account, never its password.
#[derive(Debug, Clone)]
pub struct Account {
    /// Its id.
    pub id: Uuid,
    /// Its email address.
    pub email: String,
    /// The person's name.
    pub name: String,
    /// When it was added.
    pub created_at: DateTime<Utc>,
    /// How many grants live now.
    pub grants: i64,
    /// Last use, to five minutes; None: never.
    pub seen_at: Option<DateTime<Utc>>,
}

/// Accounts of one page, and how many there are.
pub struct Accounts {
    /// The page's rows.
    pub rows: Vec<Account>,
    /// All that the words find.
    pub total: i64,
}

/// Adds an account; nothing is seen with it before it has a grant.
///
/// # Errors
/// [`Error::Invalid`] on `email` when the address has an account already.
pub async fn add(scope: &mut Scoped, email: &str, name: &str, password_hash: &str) -> Result<Uuid, Error> {
    let id = Uuid::now_v7();
    sqlx::query!(
        "insert into account (account_id, email, name, password_hash) values ($1, $2, $3, $4)",
        id,
        email,
        name,
        password_hash
    )
    .execute(scope.connection())
    .await
    .map_err(|e| match e.as_database_error().and_then(|d| d.constraint()) {
        Some("account_email_key") => Error::field("email", "There is an account with this address already"),
        _ => e.into(),
    })?;
    Ok(id)
}

/// Accounts by name whose name or address holds the words; all with no words.
///
/// # Errors
/// What the database says.
pub async fn list(scope: &mut Scoped, words: &str, skip: i64) -> Result<Accounts, Error> {
    let rows = sqlx::query!(
        r#"select a.account_id, a.email, a.name, a.created_at, count(*) over () as "total!",
             (select count(*) from access_grant g where g.account_id = a.account_id and g.ended_at is null
                and g.starts_at <= now() and g.ends_at > now()) as "grants!",
             (select max(s.refreshed_at) from session s where s.account_id = a.account_id) as seen_at
           from account a
           where $1 = '' or position(lower($1) in lower(a.name)) > 0 or position(lower($1) in a.email) > 0
           order by lower(a.name), a.email offset $2 limit $3"#,
        words,
        skip,
        PAGE
    )
    .fetch_all(scope.connection())
    .await?;
    let total = rows.first().map_or(0, |r| r.total);
    let rows = rows
        .into_iter()
        .map(|r| Account {
            id: r.account_id,
            email: r.email,
            name: r.name,
            created_at: r.created_at,
            grants: r.grants,
            seen_at: r.seen_at,
        })
        .collect();
    Ok(Accounts { rows, total })
}

/// Every account by address: id, address, name, and whether a grant lives.
///
/// # Errors
/// What the database says.
pub async fn all(scope: &mut Scoped) -> Result<Vec<(Uuid, String, String, bool)>, Error> {
    let rows = sqlx::query!(
        r#"select a.account_id, a.email, a.name,
             exists (select from access_grant g where g.account_id = a.account_id and g.ended_at is null
               and g.starts_at <= now() and g.ends_at > now()) as "live!"
           from account a order by a.email"#
    )
    .fetch_all(scope.connection())
    .await?;
    Ok(rows.into_iter().map(|r| (r.account_id, r.email, r.name, r.live)).collect())
}

/// One account.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn find(scope: &mut Scoped, id: Uuid) -> Result<Account, Error> {
    Ok(sqlx::query_as!(
        Account,
        r#"select a.account_id as id, a.email, a.name, a.created_at,
             (select count(*) from access_grant g where g.account_id = a.account_id and g.ended_at is null
                and g.starts_at <= now() and g.ends_at > now()) as "grants!",
             (select max(s.refreshed_at) from session s where s.account_id = a.account_id) as seen_at
           from account a where a.account_id = $1"#,
        id
    )
    .fetch_one(scope.connection())
    .await?)
}

/// The account with this address.
///
/// # Errors
/// [`Error::Invalid`] on `email` when there is none.
pub async fn by_email(scope: &mut Scoped, email: &str) -> Result<Uuid, Error> {
    sqlx::query_scalar!("select account_id from account where email = lower($1)", email.trim())
        .fetch_optional(scope.connection())
        .await?
        .ok_or_else(|| Error::field("email", "There is no account with this address"))
}

/// Gives another password; the account is signed out everywhere. Answers how many sessions that ended.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Conflict`] for whoever took the account's factors off within 30 days.
pub async fn set_password(scope: &mut Scoped, id: Uuid, password_hash: &str) -> Result<i64, Error> {
    let changed = sqlx::query!("update account set password_hash = $2 where account_id = $1", id, password_hash)
        .execute(scope.connection())
        .await
        .map_err(one_hand)?;
    if changed.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    let ended = sqlx::query_scalar!(
        r#"with ended as (
             update session set ended_at = now(), ended_why = 'signed-out' where account_id = $1 and ended_at is null
             returning idle_until, ends_at)
           select count(*) as "n!" from ended where idle_until > now() and ends_at > now()"#,
        id
    )
    .fetch_one(scope.connection())
    .await?;
    Ok(ended)
}

/// The last time that somebody else set an account's password.
#[derive(Debug, Clone)]
pub struct PasswordSet {
    /// When.
    pub at: DateTime<Utc>,
    /// Who; the operator when it is nobody's.
    pub by: String,
}

/// When somebody else set this account's password last: whoever did could have come in as them since.
///
/// # Errors
/// What the database says.
pub async fn password_set(scope: &mut Scoped, id: Uuid) -> Result<Option<PasswordSet>, Error> {
    Ok(sqlx::query_as!(
        PasswordSet,
        r#"select p.at, coalesce(a.name, 'the operator') as "by!" from password_change p
           left join account a on a.account_id = p.by_account
           where p.account_id = $1 and (p.by_account <> $1 or p.by_operator) order by p.at desc limit 1"#,
        id
    )
    .fetch_optional(scope.connection())
    .await?)
}

/// A second factor of an account, as administrators see it.
#[derive(Debug, Clone)]
pub struct HeldFactor {
    /// What kind.
    pub kind: Kind,
    /// What its owner calls it.
    pub name: String,
    /// Since when.
    pub made_at: DateTime<Utc>,
    /// When it was used last.
    pub used_at: Option<DateTime<Utc>>,
}

/// The second factors that an account has.
///
/// # Errors
/// What the database says.
pub async fn factors(scope: &mut Scoped, account: Uuid) -> Result<Vec<HeldFactor>, Error> {
    Ok(sqlx::query_as!(
        HeldFactor,
        r#"select kind as "kind: Kind", name, made_at, used_at from factor
           where account_id = $1 and removed_at is null order by made_at"#,
        account
    )
    .fetch_all(scope.connection())
    .await?)
}

/// Whoever set an account's password does not take its factors off as well: together they are the account.
fn one_hand(error: sqlx::Error) -> Error {
    match error.as_database_error().and_then(|d| d.constraint()) {
        Some("account_one_hand") => Error::Conflict(
            "Within 30 days, whoever set somebody’s password does not take their second factors off, nor the other way round. \
             Ask another administrator, or whoever runs the server"
                .into(),
        ),
        _ => error.into(),
    }
}

/// Takes all second factors and recovery codes off an account that has lost them; it is signed out and told.
///
/// # Errors
/// [`Error::ConfirmFirst`] when the actor's own factor was not proved lately; [`Error::NotFound`]; [`Error::Conflict`] for whoever
/// set the account's password within 30 days.
pub async fn reset_factors(scope: &mut Scoped, account: Uuid, reason: &str) -> Result<(), Error> {
    find(scope, account).await?;
    let done = sqlx::query_scalar!(r#"select wall.reset_factors($1, $2) as "done!""#, account, reason)
        .fetch_one(scope.connection())
        .await
        .map_err(one_hand)?;
    if done { Ok(()) } else { Err(Error::ConfirmFirst) }
}

/// The account accepted the terms in force on paper, as the operator says.
///
/// # Errors
/// What the database says.
pub async fn accepted_on_paper(scope: &mut Scoped, account: Uuid) -> Result<(), Error> {
    sqlx::query!(
        "insert into terms_acceptance (account_id, version, by_operator)
         select $1, t.version, true from terms t order by t.version desc limit 1 on conflict do nothing",
        account
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}

/// Gives an account an authenticator app of this secret, by the operator's hand. Answers the factor.
///
/// # Errors
/// [`Error::Refused`] when the key cannot be read.
pub async fn add_app(scope: &mut Scoped, keys: &Keys, account: Uuid, secret: &[u8]) -> Result<Uuid, Error> {
    let app = app::Held::new(keys, Uuid::now_v7(), secret)?;
    sqlx::query!(
        "insert into factor (factor_id, account_id, kind, name, key_id, secret) values ($1, $2, 'app', 'Authenticator app', $3, $4)",
        app.id,
        account,
        app.key_id,
        app.sealed
    )
    .execute(scope.connection())
    .await?;
    Ok(app.id)
}

/// Gives an account another address to sign in with, by the operator's hand; links that were sent before open nothing.
///
/// # Errors
/// [`Error::Invalid`] on `new` when another account has it.
pub async fn set_email(scope: &mut Scoped, account: Uuid, email: &str) -> Result<(), Error> {
    sqlx::query!("update account set email = $2 where account_id = $1", account, email)
        .execute(scope.connection())
        .await
        .map_err(|e| match e.as_database_error().and_then(|d| d.constraint()) {
            Some("account_email_key") => Error::field("new", "There is an account with this address already"),
            _ => e.into(),
        })?;
    sqlx::query!(
        "update link set ended_at = now() where account_id = $1 and used_at is null and ended_at is null",
        account
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}

/// A place where an account is signed in.
#[derive(Debug, Clone)]
pub struct Session {
    /// The grant's role.
    pub role: super::super::Role,
    /// The grant's area.
    pub area: String,
    /// Since when.
    pub started_at: DateTime<Utc>,
    /// Last use, to five minutes.
    pub used_at: DateTime<Utc>,
    /// The browser's own description.
    pub agent: String,
    /// Where from.
    pub address: String,
}

/// Where the account is signed in now.
///
/// # Errors
/// What the database says.
pub async fn sessions(scope: &mut Scoped, account: Uuid) -> Result<Vec<Session>, Error> {
    Ok(sqlx::query_as!(
        Session,
        r#"select g.role as "role: _", ar.name as area, s.started_at, s.refreshed_at as used_at, s.agent, s.address
           from session s join access_grant g using (grant_id) join area ar using (area_id)
           where s.account_id = $1 and s.ended_at is null and s.idle_until > now() and s.ends_at > now()
             and g.ended_at is null and g.ends_at > now()
           order by s.refreshed_at desc"#,
        account
    )
    .fetch_all(scope.connection())
    .await?)
}
