//! Closing a half with a public notice, and opening it again.

use crate::access::door::Notice;
use crate::database::Scoped;
use crate::error::{Error, Tool};
use chrono::{DateTime, Utc};

/// A half with its notice, when it is closed, and who is signed in there.
pub struct ToolState {
    /// Which half.
    pub tool: Tool,
    /// Its notice; None: open.
    pub closed: Option<Notice>,
    /// Who closed it; None: the operator, or nobody.
    pub closed_by: Option<String>,
    /// Accounts signed in there now.
    pub accounts: i64,
    /// Walk lists that are out with volunteers now.
    pub lists: i64,
}

/// Both halves.
///
/// # Errors
/// What the database says.
pub async fn both(scope: &mut Scoped) -> Result<Vec<ToolState>, Error> {
    let mut states = Vec::with_capacity(2);
    for tool in [Tool::Contact, Tool::Organise] {
        states.push(state(scope, tool).await?);
    }
    Ok(states)
}

/// One half.
///
/// # Errors
/// What the database says.
pub async fn state(scope: &mut Scoped, tool: Tool) -> Result<ToolState, Error> {
    let roles: Vec<String> =
        super::super::Role::ALL.iter().filter(|r| r.tool() == Some(tool)).map(|r| r.as_str().to_owned()).collect();
    let row = sqlx::query!(
        r#"select l.notice as "notice?", l.closed_at as "closed_at?", l.opens_at as "opens_at?", a.name as "closed_by?",
             (select count(distinct s.account_id) from session s join access_grant g using (grant_id)
              where g.role = any ($2) and s.ended_at is null and s.idle_until > now() and s.ends_at > now()
                and g.ended_at is null and g.ends_at > now()) as "accounts!",
             (select count(distinct (w.partition_id, w.list_id)) from assignment w
              where w.ended_at is null and w.ends_at > now()) as "lists!"
           from (select 1) one left join lockdown l on l.tool = $1 and l.opened_at is null
           left join account a on a.account_id = l.closed_by"#,
        tool.as_str(),
        &roles
    )
    .fetch_one(scope.connection())
    .await?;
    let closed = row.notice.zip(row.closed_at).map(|(notice, closed_at)| Notice {
        tool,
        notice,
        closed_at,
        opens_at: row.opens_at,
    });
    let lists = if tool == Tool::Contact { row.lists } else { 0 };
    Ok(ToolState { tool, closed, closed_by: row.closed_by, accounts: row.accounts, lists })
}

/// Closes a half, at once and for everybody; closing again only changes the notice.
///
/// # Errors
/// What the database says.
pub async fn close(scope: &mut Scoped, tool: Tool, notice: &str, opens_at: Option<DateTime<Utc>>) -> Result<(), Error> {
    // Two who close it at once take turns, and the second changes the first one's notice.
    super::ending::one_at_a_time(scope).await?;
    let since = opened(scope, tool).await?;
    let (account, operator) = (scope.account(), scope.operator_id());
    match operator {
        Some(_) => {
            sqlx::query!(
                "insert into lockdown (tool, notice, opens_at, closed_at, closed_by_operator)
                 values ($1, $2, $3, coalesce($4, now()), $5)",
                tool.as_str(),
                notice,
                opens_at,
                since,
                operator
            )
            .execute(scope.connection())
            .await?
        }
        None => {
            sqlx::query!(
                "insert into lockdown (tool, notice, opens_at, closed_at, closed_by)
                 values ($1, $2, $3, coalesce($4, now()), $5)",
                tool.as_str(),
                notice,
                opens_at,
                since,
                account
            )
            .execute(scope.connection())
            .await?
        }
    };
    Ok(())
}

/// Opens a half again. Answers whether it was closed.
///
/// # Errors
/// What the database says.
pub async fn open(scope: &mut Scoped, tool: Tool) -> Result<bool, Error> {
    Ok(opened(scope, tool).await?.is_some())
}

/// Ends the notice that stands, if one does, and answers since when it stood.
async fn opened(scope: &mut Scoped, tool: Tool) -> Result<Option<DateTime<Utc>>, Error> {
    let (account, operator) = (scope.account(), scope.operator_id());
    let since = match operator {
        Some(_) => {
            sqlx::query_scalar!(
                "update lockdown set opened_at = now(), opened_by_operator = $2 where tool = $1 and opened_at is null
                 returning closed_at",
                tool.as_str(),
                operator
            )
            .fetch_optional(scope.connection())
            .await?
        }
        None => {
            sqlx::query_scalar!(
                "update lockdown set opened_at = now(), opened_by = $2 where tool = $1 and opened_at is null
                 returning closed_at",
                tool.as_str(),
                account
            )
            .fetch_optional(scope.connection())
            .await?
        }
    };
    Ok(since)
}
