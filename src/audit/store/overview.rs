//! The last days at a glance, for the Guard's first pages.

use crate::audit::Refusal;
use crate::database::Scoped;
use crate::error::Error;
use uuid::Uuid;

/// The last seven days and the seven before.
pub struct Week {
    /// Answers that showed people.
    pub looks: i64,
    /// The week before.
    pub looks_before: i64,
    /// Refused attempts.
    pub refused: i64,
    /// The week before.
    pub refused_before: i64,
    /// Accounts that saw somebody.
    pub accounts: i64,
    /// Files taken away and pages printed.
    pub taken: i64,
}

/// Looks and refusals of all accounts, this week and the one before.
///
/// # Errors
/// What the database says.
pub async fn week(scope: &mut Scoped) -> Result<Week, Error> {
    Ok(sqlx::query_as!(
        Week,
        r#"select count(*) filter (where what <> 'refused' and at > now() - interval '7 days') as "looks!",
             count(*) filter (where what <> 'refused' and at <= now() - interval '7 days') as "looks_before!",
             count(*) filter (where what = 'refused' and at > now() - interval '7 days') as "refused!",
             count(*) filter (where what = 'refused' and at <= now() - interval '7 days') as "refused_before!",
             count(distinct account_id) filter (where what <> 'refused' and at > now() - interval '7 days') as "accounts!",
             count(*) filter (where what in ('print', 'export') and at > now() - interval '7 days') as "taken!"
           from access_log where at > now() - interval '14 days'"#
    )
    .fetch_one(scope.connection())
    .await?)
}

/// An account and how many people it saw in the last seven days.
pub struct Busy {
    /// The account.
    pub account: Uuid,
    /// Its name.
    pub name: String,
    /// People, each once.
    pub people: i64,
    /// Answers.
    pub looks: i64,
}

/// The accounts that saw the most people in the last seven days.
///
/// # Errors
/// What the database says.
pub async fn busiest(scope: &mut Scoped) -> Result<Vec<Busy>, Error> {
    Ok(sqlx::query_as!(
        Busy,
        r#"with entry as (
             select account_id, subjects, partition_id, list_id, list_version from access_log
             where at > now() - interval '7 days' and what <> 'refused' and account_id is not null
           ), looks as (
             select account_id, count(*) as looks from entry group by 1
           ), list_looks as (
             select distinct account_id, partition_id, list_id, list_version from entry where list_id is not null
           ), seen as (
             select e.account_id, s.partition_id, s.elector_id, null::uuid as person_id
             from entry e cross join lateral unnest(e.subjects) p (pseudonym) join subject s on s.pseudonym = p.pseudonym
             union
             select e.account_id, null, null, s.person_id
             from entry e cross join lateral unnest(e.subjects) p (pseudonym) join person_subject s on s.pseudonym = p.pseudonym
             union
             select l.account_id, w.partition_id, w.elector_id, null from list_looks l join walk_list_elector w
               on w.partition_id = l.partition_id and w.list_id = l.list_id and w.version = l.list_version
           )
           select a.account_id as account, a.name, count(*) as "people!", max(looks.looks) as "looks!"
           from seen join account a using (account_id) join looks using (account_id)
           group by a.account_id, a.name order by 3 desc, a.name limit 8"#
    )
    .fetch_all(scope.connection())
    .await?)
}

/// The accounts that were refused lately, each with the last time, newest first; answers name and how often too.
///
/// # Errors
/// What the database says.
pub async fn refused_lately(scope: &mut Scoped) -> Result<Vec<(Uuid, String, i64, Refusal)>, Error> {
    let rows = sqlx::query!(
        r#"select a.account_id, a.name, count(*) as "times!", max(l.at) as "at!",
             (array_agg(l.route order by l.at desc))[1] as "route!",
             coalesce((array_agg(l.status order by l.at desc))[1], 0::smallint) as "status!"
           from access_log l join account a on a.account_id = l.account_id
           where l.what = 'refused' and l.at > now() - interval '7 days'
           group by a.account_id, a.name order by 4 desc limit 5"#
    )
    .fetch_all(scope.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| (r.account_id, r.name, r.times, Refusal { at: r.at, route: r.route, status: r.status }))
        .collect())
}
