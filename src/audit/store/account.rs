//! What one account saw, without names: for the receipt, the command line and the first lines of every page about it.

use crate::audit::{Day, Figures, PersonSeen, Record, Refusal, what};
use crate::database::Scoped;
use crate::error::Error;
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// Everything that one account did with people's data, as figures.
///
/// # Errors
/// What the database says.
pub async fn figures(scope: &mut Scoped, account: Uuid) -> Result<Figures, Error> {
    let row = sqlx::query!(
        r#"select count(*) filter (where what = 'look') as "looks!", count(*) filter (where what = 'search') as "searches!",
             count(*) filter (where what = 'print') as "prints!", count(*) filter (where what = 'export') as "exports!",
             min(at) as first, max(at) as last
           from access_log where account_id = $1 and what <> 'refused'"#,
        account
    )
    .fetch_one(scope.connection())
    .await?;
    let printed = sqlx::query_scalar!(
        r#"select count(*) as "n!" from looked_at where account_id = $1 and what = 'print'"#,
        account
    )
    .fetch_one(scope.connection())
    .await?;
    let seen = people(scope, account, 0, 1).await?;
    Ok(Figures {
        people: seen.1,
        looks: row.looks,
        searches: row.searches,
        prints: row.prints,
        printed,
        exports: row.exports,
        first: row.first,
        last: row.last,
    })
}

/// The people whom one account saw, the last seen first: one part of them, and how many there are in all.
///
/// # Errors
/// What the database says.
pub async fn people(scope: &mut Scoped, account: Uuid, skip: i64, take: i64) -> Result<(Vec<PersonSeen>, i64), Error> {
    // A list may have been opened a thousand times: its looks are counted before it is resolved to its people.
    let rows = sqlx::query!(
        r#"with list_looks as (
             select partition_id, list_id, list_version, what, min(at) as first, max(at) as last, count(*) as times
             from access_log where account_id = $1 and what <> 'refused' and list_id is not null group by 1, 2, 3, 4
           ), seen as (
             select partition_id, elector_id, person_id, what, false as by_list, min(at) as first, max(at) as last,
               count(*) as times
             from looked_at where account_id = $1 and not by_list group by 1, 2, 3, 4
             union all
             select w.partition_id, w.elector_id, null, l.what, true, l.first, l.last, l.times
             from list_looks l join walk_list_elector w on w.partition_id = l.partition_id and w.list_id = l.list_id
               and w.version = l.list_version
           )
           select partition_id, elector_id, person_id, min(first) as "first!", max(last) as "last!",
             sum(times)::bigint as "times!", count(*) over () as "total!",
             (array_agg(what order by array_position(array['export', 'print', 'search', 'look'], what)))[1] as "what!",
             bool_and(by_list) as "by_list!"
           from seen group by 1, 2, 3 order by 5 desc, 1, 2, 3 offset $2 limit $3"#,
        account,
        skip,
        take
    )
    .fetch_all(scope.connection())
    .await?;
    let total = rows.first().map_or(0, |r| r.total);
    let rows = rows
        .into_iter()
        .filter_map(|r| {
            let record = Record::of(r.partition_id, r.elector_id, r.person_id)?;
            let how = what(&r.what, r.by_list);
            Some(PersonSeen { record, first: r.first, last: r.last, times: r.times, how })
        })
        .collect();
    Ok((rows, total))
}

/// People seen on each of the fourteen days that end with `until`'s, days without any included.
///
/// # Errors
/// What the database says.
pub async fn days(scope: &mut Scoped, account: Uuid, until: DateTime<Utc>) -> Result<Vec<Day>, Error> {
    Ok(sqlx::query_as!(
        Day,
        r#"with day as (
             select d::date as day from generate_series(($2::timestamptz at time zone 'Europe/London')::date - 13,
               ($2::timestamptz at time zone 'Europe/London')::date, interval '1 day') d
           ), list_looks as (
             select distinct (at at time zone 'Europe/London')::date as day, partition_id, list_id, list_version
             from access_log where account_id = $1 and what <> 'refused' and list_id is not null
               and at > $2::timestamptz - interval '15 days'
           ), seen as (
             select distinct (at at time zone 'Europe/London')::date as day, partition_id, elector_id, person_id
             from looked_at where account_id = $1 and not by_list and at > $2::timestamptz - interval '15 days'
             union
             select l.day, w.partition_id, w.elector_id, null from list_looks l join walk_list_elector w
               on w.partition_id = l.partition_id and w.list_id = l.list_id and w.version = l.list_version
           )
           select day.day as "day!", count(coalesce(seen.elector_id::text, seen.person_id::text)) as "people!"
           from day left join seen using (day) group by 1 order by 1"#,
        account,
        until
    )
    .fetch_all(scope.connection())
    .await?)
}

/// What one account tried and was refused since a moment, the oldest first; at most `take`.
///
/// # Errors
/// What the database says.
pub async fn refusals(
    scope: &mut Scoped,
    account: Uuid,
    since: Option<DateTime<Utc>>,
    take: i64,
) -> Result<(Vec<Refusal>, i64), Error> {
    let rows = sqlx::query!(
        r#"select at, route, coalesce(status, 0::smallint) as "status!", count(*) over () as "total!" from access_log
           where account_id = $1 and what = 'refused' and ($2::timestamptz is null or at >= $2)
           order by at, entry_id limit $3"#,
        account,
        since,
        take
    )
    .fetch_all(scope.connection())
    .await?;
    let total = rows.first().map_or(0, |r| r.total);
    Ok((rows.into_iter().map(|r| Refusal { at: r.at, route: r.route, status: r.status }).collect(), total))
}
