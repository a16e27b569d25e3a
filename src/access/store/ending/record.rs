//! What was ended, as it stands on record, and giving it back.

use super::act::{now, one_at_a_time};
use super::{Held, grant_in_words};
use crate::access::Role;
use crate::access::store::grants::{self, NewGrant, Terms};
use crate::database::Scoped;
use crate::error::Error;
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// An end on record: all access of an account, or one grant of several.
#[derive(Debug, Clone)]
pub struct Ending {
    /// Its id.
    pub id: Uuid,
    /// Whose access it was.
    pub account: Uuid,
    /// Their name.
    pub name: String,
    /// With whom it ended together.
    pub group: Option<Uuid>,
    /// The moment.
    pub at: DateTime<Utc>,
    /// Who; None: the operator.
    pub by: Option<String>,
    /// Why.
    pub reason: String,
    /// All access; else one grant.
    pub whole: bool,
    /// The grants, in words: "Volunteer in Quillbrook".
    pub grants: Vec<String>,
    /// Sessions that ended then.
    pub sessions: i32,
    /// Lists taken back then.
    pub lists: i32,
    /// When it was given back.
    pub given_back_at: Option<DateTime<Utc>>,
    /// By whom; None: the operator, or nobody.
    pub given_back_by: Option<String>,
    /// Why.
    pub given_back_reason: Option<String>,
    /// Grants of it whose own end is still to come: they can be given back.
    pub unspent: i64,
}

/// Endings: of one account, of a group, or one; the newest first.
async fn read(
    scope: &mut Scoped,
    id: Option<Uuid>,
    account: Option<Uuid>,
    group: Option<Uuid>,
) -> Result<Vec<Ending>, Error> {
    Ok(sqlx::query_as!(
        Ending,
        r#"select e.ending_id as id, e.account_id as account, a.name, e.group_id as "group", e.at, b.name as "by?", e.reason, e.whole,
             e.sessions, e.lists, e.given_back_at, r.name as "given_back_by?", e.given_back_reason,
             array(select g.role || ':' || ar.name from access_grant g join area ar using (area_id)
               where g.grant_id = any (e.grants) order by g.given_at) as "grants!",
             (select count(*) from access_grant g where g.grant_id = any (e.grants) and g.ends_at > now()
                and e.given_back_at is null) as "unspent!"
           from ending e join account a using (account_id)
           left join account b on b.account_id = e.by_account
           left join account r on r.account_id = e.given_back_by
           where ($1::uuid is null or e.ending_id = $1) and ($2::uuid is null or e.account_id = $2)
             and ($3::uuid is null or e.group_id = $3)
           order by e.at desc, lower(a.name), e.ending_id desc"#,
        id,
        account,
        group
    )
    .fetch_all(scope.connection())
    .await?
    .into_iter()
    .map(in_words)
    .collect())
}

fn in_words(ending: Ending) -> Ending {
    Ending { grants: ending.grants.iter().map(|g| grant_in_words(g)).collect(), ..ending }
}

/// One end.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn find(scope: &mut Scoped, id: Uuid) -> Result<Ending, Error> {
    read(scope, Some(id), None, None).await?.pop().ok_or(Error::NotFound)
}

/// Every end of an account, the newest first.
///
/// # Errors
/// What the database says.
pub async fn of_account(scope: &mut Scoped, account: Uuid) -> Result<Vec<Ending>, Error> {
    read(scope, None, Some(account), None).await
}

/// The newest end of an account.
///
/// # Errors
/// What the database says.
pub async fn latest(scope: &mut Scoped, account: Uuid) -> Result<Option<Ending>, Error> {
    Ok(of_account(scope, account).await?.into_iter().next())
}

/// The newest end of an account of which something can be given back.
///
/// # Errors
/// What the database says.
pub async fn unspent(scope: &mut Scoped, account: Uuid) -> Result<Option<Ending>, Error> {
    Ok(of_account(scope, account).await?.into_iter().find(|e| e.unspent > 0))
}

/// Ends that came together.
#[derive(Debug, Clone)]
pub struct EndingGroup {
    /// The moment.
    pub at: DateTime<Utc>,
    /// Who; None: the operator.
    pub by: Option<String>,
    /// Whom it was about, in words.
    pub chosen: String,
    /// Why.
    pub reason: String,
}

/// A group of ends.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn group(scope: &mut Scoped, id: Uuid) -> Result<EndingGroup, Error> {
    Ok(sqlx::query_as!(
        EndingGroup,
        r#"select g.at, a.name as "by?", g.chosen, g.reason from ending_group g left join account a on a.account_id = g.by_account
           where g.group_id = $1"#,
        id
    )
    .fetch_one(scope.connection())
    .await?)
}

/// The ends of a group, by name.
///
/// # Errors
/// What the database says.
pub async fn of_group(scope: &mut Scoped, id: Uuid) -> Result<Vec<Ending>, Error> {
    read(scope, None, None, Some(id)).await
}

/// The lists that were taken back with an end.
///
/// # Errors
/// What the database says.
pub async fn held_then(scope: &mut Scoped, ending: &Ending) -> Result<Vec<Held>, Error> {
    Ok(sqlx::query_as!(
        Held,
        "select l.name, l.doors, a.ends_at from assignment a join walk_list l using (partition_id, list_id)
         where a.account_id = $1 and a.ended_at = $2 order by a.ends_at",
        ending.account,
        ending.at
    )
    .fetch_all(scope.connection())
    .await?)
}

/// Gives back what one end ended, with the same beginnings, ends and tie to membership, as new grants; what has run out meanwhile stays out. Answers how many.
///
/// # Errors
/// [`Error::Conflict`] when it was given back before, or nothing is left to give back.
pub async fn give_back(scope: &mut Scoped, id: Uuid, reason: &str) -> Result<usize, Error> {
    one_at_a_time(scope).await?;
    let ending = find(scope, id).await?;
    if ending.given_back_at.is_some() {
        return Err(Error::Conflict("This was given back already".into()));
    }
    let ended = sqlx::query!(
        r#"select g.role as "role: Role", g.area_id, g.purpose, g.starts_at, g.ends_at, g.needs_membership
           from ending e join access_grant g on g.grant_id = any (e.grants)
           where e.ending_id = $1 and g.ends_at > now() order by g.given_at"#,
        id
    )
    .fetch_all(scope.connection())
    .await?;
    if ended.is_empty() {
        return Err(Error::Conflict("Every grant has run out meanwhile. Give a new one".into()));
    }
    for old in &ended {
        let new = NewGrant {
            account: ending.account,
            role: old.role,
            area: old.area_id,
            purpose: old.purpose.clone(),
            reason: format!("Given back: {reason}").chars().take(500).collect(),
            until: old.ends_at,
        };
        let terms =
            Terms { from: Some(old.starts_at).filter(|at| *at > Utc::now()), needs_membership: old.needs_membership };
        grants::give_on(scope, &new, terms).await?;
    }
    let (by, operator, at) = (scope.account(), scope.operator_id(), now(scope).await?);
    sqlx::query!(
        "update ending set given_back_at = $2, given_back_by = $3, given_back_operator = $4, given_back_reason = $5
         where ending_id = $1 and given_back_at is null",
        id,
        at,
        by,
        operator,
        reason
    )
    .execute(scope.connection())
    .await?;
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
             coalesce((array_agg(g.ended_reason order by g.ended_at desc))[1], '') as "reason!"
           from access_grant g join account a using (account_id)
           where g.ended_at > now() - interval '30 days'
             and not exists (select from access_grant l where l.account_id = g.account_id and l.ended_at is null and l.ends_at > now())
           group by a.account_id, a.name order by 3 desc limit 5"#
    )
    .fetch_all(scope.connection())
    .await?)
}
