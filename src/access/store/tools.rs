//! Closing a half with a public notice, everywhere or in an area, and opening it again.

use crate::access::Role;
use crate::access::door::{Notice, Phones};
use crate::database::Scoped;
use crate::error::{Error, Tool};
use chrono::{DateTime, Utc};

/// A closure that stands.
pub struct Closure {
    /// What the public is told.
    pub notice: Notice,
    /// The area's id; None: everywhere.
    pub area: Option<i64>,
    /// Who goes on.
    pub stays_in: Vec<Role>,
    /// Whether tellers go on.
    pub keep_telling: bool,
    /// Who closed it; None: the operator, or nobody.
    pub closed_by: Option<String>,
}

impl Closure {
    /// "Organiser, Volunteer"; nothing when nobody stays.
    pub fn staying(&self) -> String {
        self.stays_in.iter().map(|r| r.title()).collect::<Vec<_>>().join(", ")
    }
}

/// A half with what is closed of it, and who is signed in there.
pub struct ToolState {
    /// Which half.
    pub tool: Tool,
    /// Closures that stand: everywhere first.
    pub closures: Vec<Closure>,
    /// Accounts signed in there now.
    pub accounts: i64,
    /// Walk lists that are out with volunteers now.
    pub lists: i64,
}

impl ToolState {
    /// The closure of everywhere.
    pub fn everywhere(&self) -> Option<&Closure> {
        self.closures.iter().find(|c| c.area.is_none())
    }
}

/// What is to be closed, for whom and how.
#[derive(Debug, Clone)]
pub struct Close<'a> {
    /// Which half.
    pub tool: Tool,
    /// The area; None: everywhere.
    pub area: Option<i64>,
    /// What people read.
    pub notice: &'a str,
    /// When it is announced to open again.
    pub opens_at: Option<DateTime<Utc>>,
    /// Who goes on.
    pub stays_in: &'a [Role],
    /// What becomes of lists on phones.
    pub phones: Phones,
    /// Whether tellers go on.
    pub keep_telling: bool,
    /// Whether it is known that there is a poll today.
    pub polling_day: bool,
}

/// Both halves.
///
/// # Errors
/// What the database says.
pub async fn both(scope: &mut Scoped) -> Result<Vec<ToolState>, Error> {
    let mut states = Vec::with_capacity(2);
    for tool in [Tool::Contact, Tool::Organise] {
        let reach = reach(scope, tool, None, &[]).await?;
        let closures = closures(scope, tool).await?;
        states.push(ToolState { tool, closures, accounts: reach.accounts, lists: reach.lists });
    }
    Ok(states)
}

async fn closures(scope: &mut Scoped, tool: Tool) -> Result<Vec<Closure>, Error> {
    let rows = sqlx::query!(
        r#"select l.notice, l.closed_at, l.opens_at, l.area_id, ar.name as "area?", l.stays_in, l.phones, l.keep_telling,
             a.name as "closed_by?"
           from lockdown l left join area ar on ar.area_id = l.area_id left join account a on a.account_id = l.closed_by
           where l.tool = $1 and l.opened_at is null order by l.area_id is not null, ar.name, l.area_id"#,
        tool.as_str()
    )
    .fetch_all(scope.connection())
    .await?;
    let closures = rows.into_iter().map(|r| {
        let phones = Phones::parse(&r.phones).unwrap_or_default();
        let (notice, closed_at, opens_at, area) = (r.notice, r.closed_at, r.opens_at, r.area);
        Closure {
            notice: Notice { tool, notice, closed_at, opens_at, area, phones },
            area: r.area_id,
            stays_in: r.stays_in.iter().filter_map(|r| Role::parse(r)).collect(),
            keep_telling: r.keep_telling,
            closed_by: r.closed_by,
        }
    });
    Ok(closures.collect())
}

/// Whom closing a half would shut out.
#[derive(Debug, Clone, Copy, Default)]
pub struct Reach {
    /// Accounts signed in there now.
    pub accounts: i64,
    /// Places where they are.
    pub sessions: i64,
    /// Walk lists that are out with them.
    pub lists: i64,
    /// Live grants that it closes, used now or not.
    pub grants: i64,
}

/// Whom closing a half everywhere, or in an area, shuts out besides those who stay: every grant that reaches into the area.
///
/// # Errors
/// What the database says.
pub async fn reach(scope: &mut Scoped, tool: Tool, area: Option<i64>, stays_in: &[Role]) -> Result<Reach, Error> {
    let roles: Vec<String> = Role::ALL
        .iter()
        .filter(|r| r.tool() == Some(tool) && !stays_in.contains(r))
        .map(|r| r.as_str().to_owned())
        .collect();
    Ok(sqlx::query_as!(
        Reach,
        r#"with held as materialized (
             select g.grant_id, g.account_id, g.role, g.area_id from access_grant g
             where g.role = any ($2) and g.ended_at is null and g.ends_at > now()
           ), near as materialized (
             select a.area_id from (select distinct area_id from held) a where $1::bigint is null or wall.meet($1, a.area_id)
           ), shut as materialized (
             select h.* from held h join near using (area_id)
           ), signed_in as (
             select s.account_id from session s join shut using (grant_id)
             where s.ended_at is null and s.idle_until > now() and s.ends_at > now()
           )
           select count(distinct account_id) as "accounts!", count(*) as "sessions!",
             (select count(distinct (h.partition_id, h.list_id)) from assignment h where h.ended_at is null and h.ends_at > now()
                and exists (select from shut where shut.account_id = h.account_id and shut.role = 'volunteer')) as "lists!",
             (select count(*) from shut) as "grants!"
           from signed_in"#,
        area,
        &roles
    )
    .fetch_one(scope.connection())
    .await?)
}

/// The polls of today and of the two days to come in this area, the next first: their names, and whether it is today.
///
/// # Errors
/// What the database says.
pub async fn polls_near(scope: &mut Scoped, area: Option<i64>) -> Result<Vec<(String, bool)>, Error> {
    let rows = sqlx::query!(
        r#"select p.name, p.poll_date = current_date as "today!" from poll p
           where p.poll_date between current_date and current_date + 2
             and ($1::bigint is null or wall.meet($1, p.area_id)) order by p.poll_date, p.name"#,
        area
    )
    .fetch_all(scope.connection())
    .await?;
    Ok(rows.into_iter().map(|r| (r.name, r.today)).collect())
}

/// Closes a half, at once; closing again only changes how.
///
/// # Errors
/// [`Error::Invalid`] on `polling_day` when there is a poll today and nobody said that it is known.
pub async fn close(scope: &mut Scoped, close: &Close<'_>) -> Result<(), Error> {
    if close.tool == Tool::Contact && !close.polling_day {
        let today: Vec<String> = polls_near(scope, close.area)
            .await?
            .into_iter()
            .filter(|(_, today)| *today)
            .map(|(name, _)| name)
            .collect();
        if !today.is_empty() {
            return Err(Error::field("polling_day", polling_day(&today)));
        }
    }
    // Two who close it at once take turns, and the second changes the first one's notice.
    super::ending::one_at_a_time(scope).await?;
    let since = opened(scope, close.tool, close.area).await?;
    let (account, operator) = (scope.account(), scope.operator_id());
    let stays_in: Vec<String> = close.stays_in.iter().map(|r| r.as_str().to_owned()).collect();
    sqlx::query!(
        "insert into lockdown (tool, area_id, notice, opens_at, stays_in, phones, keep_telling, polling_day, closed_at, closed_by,
           closed_by_operator)
         values ($1, $2, $3, $4, $5, $6, $7, $8, coalesce($9, now()), $10, $11)",
        close.tool.as_str(),
        close.area,
        close.notice,
        close.opens_at,
        &stays_in,
        close.phones.as_str(),
        close.keep_telling,
        close.polling_day,
        since,
        account,
        operator
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}

/// What is said of closing on a polling day.
pub fn polling_day(polls: &[String]) -> String {
    format!(
        "People are voting today: {}. Say that you know it, by the tick, if it must be closed all the same",
        polls.join(", ")
    )
}

/// Opens a half again: everywhere, or in an area that was closed by itself. Answers whether it was closed so.
///
/// # Errors
/// What the database says.
pub async fn open(scope: &mut Scoped, tool: Tool, area: Option<i64>) -> Result<bool, Error> {
    Ok(opened(scope, tool, area).await?.is_some())
}

/// Ends the notice that stands, if one does, and answers since when it stood.
async fn opened(scope: &mut Scoped, tool: Tool, area: Option<i64>) -> Result<Option<DateTime<Utc>>, Error> {
    let (account, operator) = (scope.account(), scope.operator_id());
    Ok(sqlx::query_scalar!(
        "update lockdown set opened_at = now(), opened_by = $3, opened_by_operator = $4
         where tool = $1 and area_id is not distinct from $2 and opened_at is null returning closed_at",
        tool.as_str(),
        area,
        account,
        operator
    )
    .fetch_optional(scope.connection())
    .await?)
}
