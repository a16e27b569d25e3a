//! The act itself: in one transaction, of which the last statement ends the grants.

use super::{LAST, hindrance};
use crate::access::Role;
use crate::access::store::accounts;
use crate::access::store::grants::{self, Grant};
use crate::database::Scoped;
use crate::error::Error;
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// What stopped.
#[derive(Debug, Clone, Copy)]
pub struct Stopped {
    /// Its record; None: nothing lived that could be ended.
    pub ending: Option<Uuid>,
    /// The moment.
    pub at: DateTime<Utc>,
    /// Live sessions that ended.
    pub sessions: i64,
}

/// What ends together: which grants of which accounts, why, and with whom.
#[derive(Clone, Copy)]
struct End<'a> {
    accounts: &'a [Uuid],
    /// One grant; None: all access.
    grant: Option<Uuid>,
    reason: &'a str,
    group: Option<Uuid>,
    at: DateTime<Utc>,
}

/// Ends all access of an account: lists taken back, sessions and grants ended, in the caller's one transaction.
///
/// # Errors
/// [`Error::Conflict`] when nobody would be left, or it is one's own; [`Error::NotFound`] without such an account.
pub async fn end_access(scope: &mut Scoped, account: Uuid, reason: &str) -> Result<Stopped, Error> {
    accounts::find(scope, account).await?;
    one_at_a_time(scope).await?;
    no_more_grants(scope, &[account]).await?;
    if let Some(why) = hindrance(scope, account).await? {
        return Err(Error::Conflict(why.into()));
    }
    let at = now(scope).await?;
    end_whole(scope, End { accounts: &[account], grant: None, reason, group: None, at }).await
}

/// The same for many at once, as one group. Who may not be ended must not be among them. Answers how many had any access.
///
/// # Errors
/// [`Error::Conflict`] when nobody would be left who can give access.
pub async fn end_many(scope: &mut Scoped, accounts: &[Uuid], reason: &str, group: Uuid) -> Result<i64, Error> {
    no_more_grants(scope, accounts).await?;
    let at = sqlx::query_scalar!("select at from ending_group where group_id = $1", group)
        .fetch_one(scope.connection())
        .await?;
    end_whole(scope, End { accounts, grant: None, reason, group: Some(group), at }).await?;
    Ok(sqlx::query_scalar!(r#"select count(*) as "n!" from ending where group_id = $1"#, group)
        .fetch_one(scope.connection())
        .await?)
}

async fn end_whole(scope: &mut Scoped, end: End<'_>) -> Result<Stopped, Error> {
    let lists = take_lists_back(scope, end).await?;
    let sessions = end_sessions(scope, end).await?;
    let ending = write_down(scope, end, &lists, &sessions).await?;
    end_grants(scope, end).await?;
    Ok(Stopped { ending, at: end.at, sessions: i64::try_from(sessions.len()).unwrap_or(i64::MAX) })
}

/// Ends one grant and the sessions under it; with the last volunteer grant, the lists go back.
///
/// # Errors
/// [`Error::NotFound`] when it does not live; [`Error::Conflict`] when it is in use here or the last administrator's.
pub async fn end_grant(scope: &mut Scoped, id: Uuid, reason: &str) -> Result<Stopped, Error> {
    one_at_a_time(scope).await?;
    let at = now(scope).await?;
    end_one_grant(scope, id, reason, None, at).await
}

/// The same at a moment, in a group.
pub(super) async fn end_one_grant(
    scope: &mut Scoped,
    id: Uuid,
    reason: &str,
    group: Option<Uuid>,
    at: DateTime<Utc>,
) -> Result<Stopped, Error> {
    let grant = grants::find_live(scope, id).await?;
    if grants::in_use(scope, id) {
        return Err(Error::Conflict("You are using this grant now. Another administrator can end it".into()));
    }
    let acts_for_somebody = scope.account().is_some();
    if grant.role == Role::Administrator && acts_for_somebody && !other_administrator(scope, id).await? {
        return Err(Error::Conflict(LAST.into()));
    }
    let end = End { accounts: &[grant.account], grant: Some(id), reason, group, at };
    let lists = if grant.role == Role::Volunteer && !other_volunteer_grant(scope, &grant).await? {
        take_lists_back(scope, end).await?
    } else {
        Vec::new()
    };
    let sessions = end_sessions(scope, end).await?;
    let ending = write_down(scope, end, &lists, &sessions).await?;
    end_grants(scope, end).await?;
    Ok(Stopped { ending, at, sessions: i64::try_from(sessions.len()).unwrap_or(i64::MAX) })
}

/// Whoever is giving these accounts a grant is waited for, and then it ends with the others. Not by a lock that a row which
/// only names the account stands against: a canvasser could hold one.
async fn no_more_grants(scope: &mut Scoped, accounts: &[Uuid]) -> Result<(), Error> {
    sqlx::query!(
        r#"select 1 as "locked" from account where account_id = any ($1) order by account_id for no key update"#,
        accounts
    )
    .fetch_all(scope.connection())
    .await?;
    Ok(())
}

/// Administrators' ends wait for each other, so that two at once cannot leave nobody. By rows that nobody else may lock:
/// an advisory lock could be held by whoever sends SQL, to keep their access.
pub(in crate::access::store) async fn one_at_a_time(scope: &mut Scoped) -> Result<(), Error> {
    sqlx::query!(
        r#"select 1 as "locked" from access_grant where role = 'administrator' and ended_at is null
           order by grant_id for no key update"#
    )
    .fetch_all(scope.connection())
    .await?;
    Ok(())
}

/// PostgreSQL's own clock, now.
pub(super) async fn now(scope: &mut Scoped) -> Result<DateTime<Utc>, Error> {
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

/// Answers whose lists they were, once for each.
async fn take_lists_back(scope: &mut Scoped, end: End<'_>) -> Result<Vec<Uuid>, Error> {
    Ok(sqlx::query_scalar!(
        "update assignment set ended_at = $2 where account_id = any ($1) and ended_at is null and ends_at > now()
         returning account_id",
        end.accounts,
        end.at
    )
    .fetch_all(scope.connection())
    .await?)
}

/// Answers whose sessions they were, once for each that still lived.
async fn end_sessions(scope: &mut Scoped, end: End<'_>) -> Result<Vec<Uuid>, Error> {
    let why = if end.grant.is_some() { "grant-ended" } else { "access-ended" };
    Ok(sqlx::query_scalar!(
        "update session set ended_at = $3, ended_why = $4
         where account_id = any ($1) and ($2::uuid is null or grant_id = $2) and ended_at is null
           and idle_until > now() and ends_at > now()
         returning account_id",
        end.accounts,
        end.grant,
        end.at,
        why
    )
    .fetch_all(scope.connection())
    .await?)
}

/// One record for each account with something to end. Answers the last one's id: of one account, its own.
async fn write_down(
    scope: &mut Scoped,
    end: End<'_>,
    lists: &[Uuid],
    sessions: &[Uuid],
) -> Result<Option<Uuid>, Error> {
    let ids: Vec<Uuid> = end.accounts.iter().map(|_| Uuid::now_v7()).collect();
    let (by, operator) = (scope.account(), scope.operator_id());
    let written = sqlx::query_scalar!(
        "insert into ending (ending_id, group_id, account_id, at, by_account, by_operator, reason, whole, grants, sessions, lists)
         select e.id, $3, e.account, $4, $5, $6, $7, $8::uuid is null,
           (select array_agg(g.grant_id order by g.given_at) from access_grant g where g.account_id = e.account
              and ($8 is null or g.grant_id = $8) and g.ended_at is null and g.ends_at > now()),
           (select count(*) from unnest($9::uuid[]) s (account) where s.account = e.account),
           (select count(*) from unnest($10::uuid[]) l (account) where l.account = e.account)
         from unnest($1::uuid[], $2::uuid[]) e (id, account)
         where exists (select from access_grant g where g.account_id = e.account and ($8 is null or g.grant_id = $8)
           and g.ended_at is null and g.ends_at > now())
         returning ending_id",
        &ids,
        end.accounts,
        end.group,
        end.at,
        by,
        operator,
        end.reason,
        end.grant,
        sessions,
        lists
    )
    .fetch_all(scope.connection())
    .await?;
    Ok(written.last().copied())
}

/// The last statement: from its commit on, PostgreSQL lets nothing through.
async fn end_grants(scope: &mut Scoped, end: End<'_>) -> Result<(), Error> {
    let (by, operator) = (scope.account(), scope.operator_id());
    if operator.is_some() {
        sqlx::query!(
            "update access_grant set ended_at = $3, ended_reason = $4, ended_by_operator = $5
             where account_id = any ($1) and ($2::uuid is null or grant_id = $2) and ended_at is null and ends_at > now()",
            end.accounts,
            end.grant,
            end.at,
            end.reason,
            operator
        )
        .execute(scope.connection())
        .await?;
        return Ok(());
    }
    sqlx::query!(
        "update access_grant set ended_at = $3, ended_reason = $4, ended_by = $5
         where account_id = any ($1) and ($2::uuid is null or grant_id = $2) and ended_at is null and ends_at > now()",
        end.accounts,
        end.grant,
        end.at,
        end.reason,
        by
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}
