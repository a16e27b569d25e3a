//! Who holds a list, and until when. What the page offers, the database decides again.

use crate::canvass::ListId;
use crate::database::Scoped;
use crate::error::Error;
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// A volunteer to whom a list may be given: their grant covers every door of it.
pub struct Volunteer {
    /// The account.
    pub account: Uuid,
    /// Its name.
    pub name: String,
    /// Its address, which tells namesakes apart.
    pub email: String,
    /// When the grant ends: the list shuts with it at the latest.
    pub grant_ends: DateTime<Utc>,
}

/// An assignment that holds now or later.
pub struct Assignment {
    /// Which.
    pub id: Uuid,
    /// Whose.
    pub account: Uuid,
    /// Their name.
    pub name: String,
    /// When it ends.
    pub ends: DateTime<Utc>,
}

/// The volunteers that a list may be given to, by name.
///
/// # Errors
/// What the database says.
pub async fn volunteers(scope: &mut Scoped, id: ListId) -> Result<Vec<Volunteer>, Error> {
    Ok(sqlx::query_as!(
        Volunteer,
        r#"select account_id as "account!", name as "name!", email as "email!", grant_ends_at as "grant_ends!"
           from wall.assignable($1, $2) order by lower(name), email"#,
        id.partition,
        id.id
    )
    .fetch_all(scope.connection())
    .await?)
}

/// Who holds a list now or later, the first given first.
///
/// # Errors
/// What the database says.
pub async fn holders(scope: &mut Scoped, id: ListId) -> Result<Vec<Assignment>, Error> {
    Ok(sqlx::query_as!(
        Assignment,
        r#"with held as materialized (
             select assignment_id, account_id, ends_at, assigned_at from assignment
             where partition_id = $1 and list_id = $2 and ended_at is null and ends_at > now())
           select h.assignment_id as id, h.account_id as account, n.name as "name!", h.ends_at as ends
           from held h join wall.names(array(select account_id from held)) n using (account_id)
           order by h.assigned_at, h.assignment_id"#,
        id.partition,
        id.id
    )
    .fetch_all(scope.connection())
    .await?)
}

/// Gives a list to people until a time. Somebody who holds it already holds it until the new time instead. Their
/// sessions last until two hours after it.
///
/// # Errors
/// [`Error::Invalid`] on `volunteer` when one of them may not have it.
pub async fn assign(scope: &mut Scoped, id: ListId, accounts: &[Uuid], until: DateTime<Utc>) -> Result<(), Error> {
    for account in accounts {
        if under_18(scope, *account).await? {
            return Err(Error::field("volunteer", UNDER_18));
        }
        if !may_assign(scope, id, *account).await? {
            return Err(Error::field(
                "volunteer",
                "Somebody ticked no longer has access to every door of this list. Nobody was assigned: look at the names again",
            ));
        }
        insert(scope, id, *account, until).await?;
        sqlx::query!("select wall.extend_sessions($1)", account).execute(scope.connection()).await?;
    }
    Ok(())
}

/// Why somebody is given no list.
const UNDER_18: &str = "Somebody ticked is under 18, and nobody under 18 is given a walk list. They can go along with an adult who holds it";

pub(crate) async fn under_18(scope: &mut Scoped, account: Uuid) -> Result<bool, Error> {
    Ok(sqlx::query_scalar!(r#"select wall.under_18($1) as "is!""#, account).fetch_one(scope.connection()).await?)
}

/// The organiser's question is about their own area too; the operator has none.
async fn may_assign(scope: &mut Scoped, id: ListId, account: Uuid) -> Result<bool, Error> {
    let query = match scope.operator_id() {
        None => {
            sqlx::query_scalar!(r#"select wall.may_assign($1, $2, $3) as "may!""#, id.partition, id.id, account)
                .fetch_one(scope.connection())
                .await?
        }
        Some(_) => {
            sqlx::query_scalar!(
                r#"select exists (
                     select from walk_list l
                     join access_grant g on g.account_id = $3 and g.role = 'volunteer' and g.ended_at is null
                       and g.starts_at <= now() and g.ends_at > now()
                     where l.partition_id = $1 and l.list_id = $2 and l.ended_at is null
                       and not exists (select from walk_list_door d where d.partition_id = l.partition_id
                         and d.list_id = l.list_id and d.version = l.version
                         and not wall.covers(g.area_id, d.area_no))) as "may!""#,
                id.partition,
                id.id,
                account
            )
            .fetch_one(scope.connection())
            .await?
        }
    };
    Ok(query)
}

async fn insert(scope: &mut Scoped, id: ListId, account: Uuid, until: DateTime<Utc>) -> Result<(), Error> {
    // A form sent twice at once would find no assignment to end, and make two.
    sqlx::query!(
        r#"select 1 as "locked" from walk_list where partition_id = $1 and list_id = $2 for no key update"#,
        id.partition,
        id.id
    )
    .fetch_optional(scope.connection())
    .await?;
    sqlx::query!(
        "update assignment set ended_at = now()
         where partition_id = $1 and list_id = $2 and account_id = $3 and ended_at is null and ends_at > now()",
        id.partition,
        id.id,
        account
    )
    .execute(scope.connection())
    .await?;
    let new = Uuid::now_v7();
    // Two statements: an organiser's role may not name the operator's column.
    match scope.operator_id() {
        Some(operator) => {
            sqlx::query!(
                "insert into assignment (partition_id, list_id, assignment_id, account_id, starts_at, ends_at, assigned_by_operator)
                 values ($1, $2, $3, $4, now(), $5, $6)",
                id.partition, id.id, new, account, until, operator
            )
            .execute(scope.connection())
            .await?
        }
        None => {
            let by = scope.account();
            sqlx::query!(
                "insert into assignment (partition_id, list_id, assignment_id, account_id, starts_at, ends_at, assigned_by)
                 values ($1, $2, $3, $4, now(), $5, $6)",
                id.partition, id.id, new, account, until, by
            )
            .execute(scope.connection())
            .await?
        }
    };
    Ok(())
}

/// Takes a list back from one person, at once.
///
/// # Errors
/// [`Error::NotFound`] when there is no such assignment in the area.
pub async fn take_back(scope: &mut Scoped, id: ListId, assignment: Uuid) -> Result<(), Error> {
    let done = sqlx::query!(
        "update assignment set ended_at = now()
         where partition_id = $1 and list_id = $2 and assignment_id = $3 and ended_at is null",
        id.partition,
        id.id,
        assignment
    )
    .execute(scope.connection())
    .await?;
    // Pressed twice, it is taken back once.
    let known = done.rows_affected() > 0
        || sqlx::query_scalar!(
            r#"select exists (select from assignment where partition_id = $1 and list_id = $2 and assignment_id = $3) as "is!""#,
            id.partition,
            id.id,
            assignment
        )
        .fetch_one(scope.connection())
        .await?;
    if known { Ok(()) } else { Err(Error::NotFound) }
}

/// The account with this address, for the operator.
///
/// # Errors
/// [`Error::Invalid`] on `email` when there is none.
pub async fn account_of(scope: &mut Scoped, email: &str) -> Result<Uuid, Error> {
    sqlx::query_scalar!("select account_id from account where email = lower($1)", email.trim())
        .fetch_optional(scope.connection())
        .await?
        .ok_or_else(|| Error::field("email", "No account has this email address"))
}
