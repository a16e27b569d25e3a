//! Ending access, at once and everywhere: what will stop, the act, what stopped, and giving it back.

use super::grants::{self, Grant, NewGrant, Which};
use crate::access::Role;
use crate::database::{Actor, Scoped};
use crate::error::Error;
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// A walk list that somebody holds. Administrators see its name and size, never a door.
#[derive(Debug, Clone)]
pub struct Held {
    /// The list's name.
    pub name: String,
    /// How many doors.
    pub doors: i32,
    /// When its phone locks by itself.
    pub ends_at: DateTime<Utc>,
}

/// What ends with all access of an account.
pub struct Consequences {
    /// Places where it is signed in.
    pub sessions: i64,
    /// Its grants.
    pub grants: Vec<Grant>,
    /// Lists it holds.
    pub lists: Vec<Held>,
}

/// What will stop.
///
/// # Errors
/// What the database says.
pub async fn consequences(scope: &mut Scoped, account: Uuid) -> Result<Consequences, Error> {
    let sessions = super::accounts::sessions(scope, account).await?.len();
    let now = Utc::now();
    let mut grants = grants::list(scope, Which::Of(account), "", "account", 0).await?;
    grants.retain(|g| g.ended_at.is_none() && g.ends_at > now);
    let lists = sqlx::query_as!(
        Held,
        "select l.name, l.doors, a.ends_at from assignment a join walk_list l using (partition_id, list_id)
         where a.account_id = $1 and a.ended_at is null and a.ends_at > now() order by a.ends_at",
        account
    )
    .fetch_all(scope.connection())
    .await?;
    Ok(Consequences { sessions: i64::try_from(sessions).unwrap_or(i64::MAX), grants, lists })
}

/// Why this account's access, or this grant, may not be ended by who acts; None: it may.
///
/// # Errors
/// What the database says.
pub async fn hindrance(scope: &mut Scoped, account: Uuid) -> Result<Option<&'static str>, Error> {
    // The operator can always give access again, so they may end anybody's.
    let Actor::Session { account: own, .. } = scope.actor() else { return Ok(None) };
    let own = *own == account;
    let others = sqlx::query_scalar!(
        r#"select exists (select from access_grant where role = 'administrator' and account_id <> $1
             and ended_at is null and starts_at <= now() and ends_at > now()) as "others!""#,
        account
    )
    .fetch_one(scope.connection())
    .await?;
    Ok(match (own, others) {
        (_, false) => Some("Nobody would be left who can give access. Make somebody else an administrator first"),
        (true, true) => {
            Some("This is your own access. Another administrator can end it, so that somebody gets the receipt")
        }
        (false, true) => None,
    })
}

/// What stopped.
pub struct Stopped {
    /// The moment.
    pub at: DateTime<Utc>,
    /// Live sessions that ended.
    pub sessions: i64,
}

/// Ends all access of an account: lists taken back, sessions and grants ended, in the caller's one transaction.
///
/// # Errors
/// [`Error::Conflict`] when nobody would be left, or it is one's own; [`Error::NotFound`] without such an account.
pub async fn end_access(scope: &mut Scoped, account: Uuid, reason: &str) -> Result<Stopped, Error> {
    super::accounts::find(scope, account).await?;
    one_at_a_time(scope).await?;
    no_more_grants(scope, account).await?;
    if let Some(why) = hindrance(scope, account).await? {
        return Err(Error::Conflict(why.into()));
    }
    let at = now(scope).await?;
    take_lists_back(scope, account, at).await?;
    let sessions = end_sessions(scope, account, None, at).await?;
    end_grants(scope, account, None, reason, at).await?;
    Ok(Stopped { at, sessions })
}

/// Ends one grant and the sessions under it; with the last volunteer grant, the lists go back.
///
/// # Errors
/// [`Error::NotFound`] when it does not live; [`Error::Conflict`] when it is in use here or the last administrator's.
pub async fn end_grant(scope: &mut Scoped, id: Uuid, reason: &str) -> Result<Stopped, Error> {
    one_at_a_time(scope).await?;
    let grant = grants::find_live(scope, id).await?;
    if grants::in_use(scope, id) {
        return Err(Error::Conflict("You are using this grant now. Another administrator can end it".into()));
    }
    let acts_for_somebody = scope.account().is_some();
    if grant.role == Role::Administrator && acts_for_somebody && !other_administrator(scope, id).await? {
        return Err(Error::Conflict(
            "Nobody would be left who can give access. Make somebody else an administrator first".into(),
        ));
    }
    let at = now(scope).await?;
    if grant.role == Role::Volunteer && !other_volunteer_grant(scope, &grant).await? {
        take_lists_back(scope, grant.account, at).await?;
    }
    let sessions = end_sessions(scope, grant.account, Some(id), at).await?;
    end_grants(scope, grant.account, Some(id), reason, at).await?;
    Ok(Stopped { at, sessions })
}

/// Whoever is giving this account a grant is waited for, and then it ends with the others. Not by a lock that a row which
/// only names the account stands against: a canvasser could hold one.
async fn no_more_grants(scope: &mut Scoped, account: Uuid) -> Result<(), Error> {
    sqlx::query!(r#"select 1 as "locked" from account where account_id = $1 for no key update"#, account)
        .fetch_optional(scope.connection())
        .await?;
    Ok(())
}

/// Administrators' ends wait for each other, so that two at once cannot leave nobody. By rows that nobody else may lock:
/// an advisory lock could be held by whoever sends SQL, to keep their access.
pub(super) async fn one_at_a_time(scope: &mut Scoped) -> Result<(), Error> {
    sqlx::query!(
        r#"select 1 as "locked" from access_grant where role = 'administrator' and ended_at is null
           order by grant_id for no key update"#
    )
    .fetch_all(scope.connection())
    .await?;
    Ok(())
}

async fn now(scope: &mut Scoped) -> Result<DateTime<Utc>, Error> {
    Ok(sqlx::query_scalar!(r#"select clock_timestamp() as "at!""#).fetch_one(scope.connection()).await?)
}

async fn other_administrator(scope: &mut Scoped, than: Uuid) -> Result<bool, Error> {
    Ok(sqlx::query_scalar!(
        r#"select exists (select from access_grant where role = 'administrator' and grant_id <> $1
             and ended_at is null and starts_at <= now() and ends_at > now()) as "is!""#,
        than
    )
    .fetch_one(scope.connection())
    .await?)
}

async fn other_volunteer_grant(scope: &mut Scoped, than: &Grant) -> Result<bool, Error> {
    Ok(sqlx::query_scalar!(
        r#"select exists (select from access_grant where role = 'volunteer' and account_id = $1 and grant_id <> $2
             and ended_at is null and ends_at > now()) as "is!""#,
        than.account,
        than.id
    )
    .fetch_one(scope.connection())
    .await?)
}

async fn take_lists_back(scope: &mut Scoped, account: Uuid, at: DateTime<Utc>) -> Result<(), Error> {
    sqlx::query!(
        "update assignment set ended_at = $2 where account_id = $1 and ended_at is null and ends_at > now()",
        account,
        at
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}

async fn end_sessions(scope: &mut Scoped, account: Uuid, grant: Option<Uuid>, at: DateTime<Utc>) -> Result<i64, Error> {
    let why = if grant.is_some() { "grant-ended" } else { "access-ended" };
    Ok(sqlx::query_scalar!(
        r#"with ended as (
             update session set ended_at = $3, ended_why = $4
             where account_id = $1 and ($2::uuid is null or grant_id = $2) and ended_at is null
               and idle_until > now() and ends_at > now()
             returning 1)
           select count(*) as "n!" from ended"#,
        account,
        grant,
        at,
        why
    )
    .fetch_one(scope.connection())
    .await?)
}

/// The last statement: from its commit on, PostgreSQL lets nothing through.
async fn end_grants(
    scope: &mut Scoped,
    account: Uuid,
    grant: Option<Uuid>,
    reason: &str,
    at: DateTime<Utc>,
) -> Result<(), Error> {
    let (by, operator) = (scope.account(), scope.operator_id());
    if operator.is_some() {
        sqlx::query!(
            "update access_grant set ended_at = $3, ended_reason = $4, ended_by_operator = $5
             where account_id = $1 and ($2::uuid is null or grant_id = $2) and ended_at is null and ends_at > now()",
            account,
            grant,
            at,
            reason,
            operator
        )
        .execute(scope.connection())
        .await?;
        return Ok(());
    }
    sqlx::query!(
        "update access_grant set ended_at = $3, ended_reason = $4, ended_by = $5
         where account_id = $1 and ($2::uuid is null or grant_id = $2) and ended_at is null and ends_at > now()",
        account,
        grant,
        at,
        reason,
        by
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}

/// The last time that something of an account was ended, when nothing of it lives now.
pub struct Ending {
    /// The moment.
    pub at: DateTime<Utc>,
    /// Who; None: the operator.
    pub by: Option<String>,
    /// Why.
    pub reason: String,
    /// Sessions that ended then.
    pub sessions: i64,
    /// Grants that ended then.
    pub grants: i64,
    /// Of those, the ones whose own end is still to come: they can be given back.
    pub unspent: i64,
    /// Lists taken back then.
    pub lists: Vec<Held>,
}

/// How an account's access ended; None while a grant lives, or when none was ever ended.
///
/// # Errors
/// What the database says.
pub async fn last_ending(scope: &mut Scoped, account: Uuid) -> Result<Option<Ending>, Error> {
    let row = sqlx::query!(
        r#"with last as (select max(ended_at) as at from access_grant where account_id = $1)
           select g.ended_at as "at!", max(a.name) as by, max(g.ended_reason) as reason, count(*) as "grants!",
             count(*) filter (where g.ends_at > now()) as "unspent!",
             (select count(*) from session s where s.account_id = $1 and s.ended_at = g.ended_at) as "sessions!"
           from last join access_grant g on g.account_id = $1 and g.ended_at = last.at
           left join account a on a.account_id = g.ended_by
           where not exists (select from access_grant l where l.account_id = $1 and l.ended_at is null and l.ends_at > now())
           group by g.ended_at"#,
        account
    )
    .fetch_optional(scope.connection())
    .await?;
    let Some(row) = row else { return Ok(None) };
    let lists = sqlx::query_as!(
        Held,
        "select l.name, l.doors, a.ends_at from assignment a join walk_list l using (partition_id, list_id)
         where a.account_id = $1 and a.ended_at = $2 order by a.ends_at",
        account,
        row.at
    )
    .fetch_all(scope.connection())
    .await?;
    let (by, reason) = (row.by, row.reason.unwrap_or_default());
    Ok(Some(Ending { at: row.at, by, reason, sessions: row.sessions, grants: row.grants, unspent: row.unspent, lists }))
}

/// Gives back what ended last, with the same ends, as new grants; what has run out meanwhile stays out. Answers how many.
///
/// # Errors
/// [`Error::Conflict`] when access lives, or nothing is left to give back.
pub async fn give_back(scope: &mut Scoped, account: Uuid, reason: &str) -> Result<usize, Error> {
    one_at_a_time(scope).await?;
    let Some(ending) = last_ending(scope, account).await? else {
        return Err(Error::Conflict("This account’s access lives, so there is nothing to give back".into()));
    };
    let ended = sqlx::query!(
        r#"select role as "role: Role", area_id, purpose, ends_at from access_grant
           where account_id = $1 and ended_at = $2 and ends_at > now()"#,
        account,
        ending.at
    )
    .fetch_all(scope.connection())
    .await?;
    if ended.is_empty() {
        return Err(Error::Conflict("Every grant has run out meanwhile. Give a new one".into()));
    }
    for old in &ended {
        let new = NewGrant {
            account,
            role: old.role,
            area: old.area_id,
            purpose: old.purpose.clone(),
            reason: format!("Given back: {reason}").chars().take(500).collect(),
            until: old.ends_at,
        };
        grants::give(scope, &new).await?;
    }
    Ok(ended.len())
}

/// An account whose access was ended, for the administrator's first page.
pub struct EndedAccount {
    /// The account.
    pub account: Uuid,
    /// Its name.
    pub name: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Why.
    pub reason: String,
}

/// The accounts ended last that have no live grant, newest first.
///
/// # Errors
/// What the database says.
pub async fn ended_lately(scope: &mut Scoped) -> Result<Vec<EndedAccount>, Error> {
    Ok(sqlx::query_as!(
        EndedAccount,
        r#"select a.account_id as account, a.name, max(g.ended_at) as "at!",
             (array_agg(g.ended_reason order by g.ended_at desc))[1] as "reason!"
           from access_grant g join account a using (account_id)
           where g.ended_at > now() - interval '30 days'
             and not exists (select from access_grant l where l.account_id = g.account_id and l.ended_at is null and l.ends_at > now())
           group by a.account_id, a.name order by 3 desc limit 5"#
    )
    .fetch_all(scope.connection())
    .await?)
}
