//! Ending many at once: everybody in an area, of a role, who joined after a day, who was not seen for some days.

use super::act::{end_many, now, one_at_a_time};
use super::{LAST, OWN, grant_in_words};
use crate::access::Role;
use crate::database::Scoped;
use crate::error::Error;
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Whom it is about: all that are given must hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Chosen {
    /// A grant lies wholly within this area.
    pub area: Option<i64>,
    /// A grant has this role.
    pub role: Option<Role>,
    /// The account was added on this day or later.
    pub joined: Option<NaiveDate>,
    /// The account was not used for so many days, nor added in them.
    pub unseen: Option<i32>,
}

impl Chosen {
    /// Whether anything was chosen at all.
    pub fn any(self) -> bool {
        self != Chosen::default()
    }
}

/// Somebody whose access would end.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The account.
    pub account: Uuid,
    /// Its name.
    pub name: String,
    /// Its address.
    pub email: String,
    /// When it was added.
    pub joined_at: DateTime<Utc>,
    /// Last use, to five minutes; None: never.
    pub seen_at: Option<DateTime<Utc>>,
    /// All its live grants, in words, those that were not asked about among them.
    pub grants: Vec<String>,
    /// Places where it is signed in.
    pub sessions: i64,
    /// Lists it holds.
    pub lists: i64,
    /// Whether it is an administrator's.
    pub administrator: bool,
    /// Why it stays; None: it may be ended.
    pub stays: Option<&'static str>,
}

/// Everybody with live access whom the choice names, by name.
///
/// # Errors
/// What the database says.
pub async fn candidates(scope: &mut Scoped, chosen: Chosen) -> Result<Vec<Candidate>, Error> {
    let joined = chosen.joined.map(|day| crate::web::words::from_clock(day.and_time(NaiveTime::MIN)));
    let rows = sqlx::query!(
        r#"with live as materialized (
             select g.grant_id, g.account_id, g.role, g.area_id, g.given_at from access_grant g where g.ended_at is null and g.ends_at > now()
           ), within as materialized (
             select case when $1::bigint is null then null else wall.areas_within($1, array(select distinct area_id from live)) end as ids
           ), seen as materialized (
             select s.account_id, max(s.refreshed_at) as at,
               count(*) filter (where s.ended_at is null and s.idle_until > now() and s.ends_at > now()) as live
             from session s group by 1
           )
           select a.account_id, a.name, a.email, a.created_at, seen.at as "seen_at?", coalesce(seen.live, 0) as "sessions!",
             array(select l.role || ':' || ar.name from live l join area ar using (area_id) where l.account_id = a.account_id
               order by l.given_at) as "grants!",
             (select count(*) from assignment h where h.account_id = a.account_id and h.ended_at is null and h.ends_at > now()) as "lists!",
             exists (select from live l where l.account_id = a.account_id and l.role = 'administrator') as "administrator!"
           from account a cross join within left join seen using (account_id)
           where exists (select from live l where l.account_id = a.account_id and ($2::text is null or l.role = $2)
               and (within.ids is null or l.area_id = any (within.ids)))
             and ($3::timestamptz is null or a.created_at >= $3)
             and ($4::integer is null or coalesce(seen.at, a.created_at) < now() - make_interval(days => $4))
           order by lower(a.name), a.email"#,
        chosen.area,
        chosen.role.map(Role::as_str),
        joined,
        chosen.unseen
    )
    .fetch_all(scope.connection())
    .await?;
    let found = rows.into_iter().map(|r| Candidate {
        account: r.account_id,
        name: r.name,
        email: r.email,
        joined_at: r.created_at,
        seen_at: r.seen_at,
        grants: r.grants.iter().map(|g| grant_in_words(g)).collect(),
        sessions: r.sessions,
        lists: r.lists,
        administrator: r.administrator,
        stays: None,
    });
    let mut found: Vec<Candidate> = found.collect();
    keep_who_must_stay(scope, &mut found).await?;
    Ok(found)
}

/// Never oneself; and where all administrators are among them, the one who was here last.
async fn keep_who_must_stay(scope: &mut Scoped, found: &mut [Candidate]) -> Result<(), Error> {
    let own = scope.account();
    let here: Vec<Uuid> = found.iter().filter(|c| c.administrator).map(|c| c.account).collect();
    let left = sqlx::query_scalar!(
        r#"select exists (select from access_grant where role = 'administrator' and account_id <> all ($1)
             and ended_at is null and starts_at <= now() and ends_at > now()) as "left!""#,
        &here
    )
    .fetch_one(scope.connection())
    .await?;
    for candidate in found.iter_mut().filter(|c| Some(c.account) == own) {
        candidate.stays = Some(OWN);
    }
    let somebody_stays = left || found.iter().any(|c| c.administrator && c.stays.is_some());
    if let (false, Some(last)) =
        (somebody_stays, found.iter_mut().filter(|c| c.administrator).max_by_key(|c| c.seen_at))
    {
        last.stays = Some(LAST);
    }
    Ok(())
}

/// Ends all access of those whom the choice still names and who are ticked, in the caller's one transaction. `words` say whom
/// the choice is about. Answers the group's id, and how many ended.
///
/// # Errors
/// [`Error::Conflict`] when nobody of them is left to end.
pub async fn end_chosen(
    scope: &mut Scoped,
    chosen: Chosen,
    ticked: &[Uuid],
    words: &str,
    reason: &str,
) -> Result<(Uuid, i64), Error> {
    one_at_a_time(scope).await?;
    let ticked: BTreeSet<Uuid> = ticked.iter().copied().collect();
    let found = candidates(scope, chosen).await?;
    let mut accounts: Vec<Uuid> =
        found.iter().filter(|c| c.stays.is_none() && ticked.contains(&c.account)).map(|c| c.account).collect();
    accounts.sort_unstable();
    if accounts.is_empty() {
        return Err(Error::Conflict(
            "Nobody of them has access any more that you may end. Look again whom it is about".into(),
        ));
    }
    let group = begin_group(scope, words, reason).await?;
    let ended = end_many(scope, &accounts, reason, group).await?;
    Ok((group, ended))
}

/// Writes down that ends come together.
pub(super) async fn begin_group(scope: &mut Scoped, words: &str, reason: &str) -> Result<Uuid, Error> {
    let (id, at) = (Uuid::now_v7(), now(scope).await?);
    let (by, operator) = (scope.account(), scope.operator_id());
    let words: String = words.chars().take(500).collect();
    sqlx::query!(
        "insert into ending_group (group_id, at, by_account, by_operator, chosen, reason) values ($1, $2, $3, $4, $5, $6)",
        id,
        at,
        by,
        operator,
        words,
        reason
    )
    .execute(scope.connection())
    .await?;
    Ok(id)
}
