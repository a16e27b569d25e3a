//! What somebody gave while they could: offered for ending with them.

use super::act::{end_many, end_one_grant, one_at_a_time};
use super::chosen::begin_group;
use super::hindrance;
use crate::access::Role;
use crate::database::Scoped;
use crate::error::Error;
use chrono::{DateTime, Utc};
use std::collections::BTreeSet;
use uuid::Uuid;

/// A live grant that somebody gave to somebody else.
#[derive(Debug, Clone)]
pub struct Given {
    /// The grant.
    pub grant: Uuid,
    /// Whose it is.
    pub account: Uuid,
    /// Their name.
    pub name: String,
    /// Its role.
    pub role: Role,
    /// Its area.
    pub area: String,
    /// When it was given.
    pub at: DateTime<Utc>,
}

/// An account that came in by somebody: its first grant was theirs.
#[derive(Debug, Clone)]
pub struct GivenAccount {
    /// The account.
    pub account: Uuid,
    /// Its name.
    pub name: String,
    /// How many grants of it live, whoever gave them.
    pub grants: i64,
    /// When it came in.
    pub at: DateTime<Utc>,
}

/// The live grants that this account gave to others, and the accounts with live access that came in by it.
///
/// # Errors
/// What the database says.
pub async fn by_them(scope: &mut Scoped, account: Uuid) -> Result<(Vec<Given>, Vec<GivenAccount>), Error> {
    let grants = sqlx::query_as!(
        Given,
        r#"select g.grant_id as grant, g.account_id as account, a.name, g.role as "role: Role", ar.name as area, g.given_at as at
           from access_grant g join account a using (account_id) join area ar using (area_id)
           where g.given_by = $1 and g.account_id <> $1 and g.ended_at is null and g.ends_at > now()
           order by lower(a.name), g.given_at"#,
        account
    )
    .fetch_all(scope.connection())
    .await?;
    let accounts = sqlx::query_as!(
        GivenAccount,
        r#"select a.account_id as account, a.name, first.given_at as at,
             (select count(*) from access_grant l where l.account_id = a.account_id and l.ended_at is null and l.ends_at > now()) as "grants!"
           from account a join lateral (select g.given_by, g.given_at from access_grant g where g.account_id = a.account_id
             order by g.given_at, g.grant_id limit 1) first on first.given_by = $1
           where a.account_id <> $1
             and exists (select from access_grant l where l.account_id = a.account_id and l.ended_at is null and l.ends_at > now())
           order by lower(a.name)"#,
        account
    )
    .fetch_all(scope.connection())
    .await?;
    Ok((grants, accounts))
}

/// Ends those of them that are ticked, as one group; a grant of an account that ends whole ends with it. Who may not be ended
/// by who acts is left. Answers the group, None when nothing was ticked that may end.
///
/// # Errors
/// What the database says.
pub async fn end_given(
    scope: &mut Scoped,
    giver: Uuid,
    giver_name: &str,
    (grants, accounts): (&[Uuid], &[Uuid]),
    reason: &str,
) -> Result<Option<Uuid>, Error> {
    if grants.is_empty() && accounts.is_empty() {
        return Ok(None);
    }
    one_at_a_time(scope).await?;
    let (given, came) = by_them(scope, giver).await?;
    let mut whole = BTreeSet::new();
    for one in came.iter().filter(|c| accounts.contains(&c.account)) {
        if hindrance(scope, one.account).await?.is_none() {
            whole.insert(one.account);
        }
    }
    let single: Vec<&Given> =
        given.iter().filter(|g| grants.contains(&g.grant) && !whole.contains(&g.account)).collect();
    if whole.is_empty() && single.is_empty() {
        return Ok(None);
    }
    let group = begin_group(scope, &format!("Given by {giver_name}"), reason).await?;
    let at = super::record::group(scope, group).await?.at;
    let whole: Vec<Uuid> = whole.into_iter().collect();
    if !whole.is_empty() {
        end_many(scope, &whole, reason, group).await?;
    }
    for grant in single {
        match end_one_grant(scope, grant.grant, reason, Some(group), at).await {
            // Its own, or the last administrator's: it stays, and the page goes on saying so.
            Ok(_) | Err(Error::Conflict(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(Some(group))
}
