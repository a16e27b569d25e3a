//! What one account saw, day by day and line by line, by record number: what an administrator may read and take away.

use crate::audit::{Record, Refusal, what};
use crate::database::Scoped;
use crate::error::Error;
use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

/// One day of an account.
#[derive(Debug, Clone, Copy)]
pub struct DayOf {
    /// The day in the United Kingdom.
    pub day: NaiveDate,
    /// People seen, each once, lists resolved to the people on them.
    pub people: i64,
    /// Pages and answers that showed people.
    pub looks: i64,
    /// Searches.
    pub searches: i64,
    /// Pages made for paper.
    pub prints: i64,
    /// Files taken away.
    pub exports: i64,
    /// Refused attempts.
    pub refused: i64,
}

/// The days on which an account saw or tried anything, the newest first: one part of them, and how many there are.
///
/// # Errors
/// What the database says.
pub async fn days_of(scope: &mut Scoped, account: Uuid, skip: i64, take: i64) -> Result<(Vec<DayOf>, i64), Error> {
    let rows = sqlx::query!(
        r#"with entry as materialized (
             select (at at time zone 'Europe/London')::date as day, entry_id, what, partition_id, list_id, list_version
             from access_log where account_id = $1
           ), seen as (
             select distinct (at at time zone 'Europe/London')::date as day, partition_id, elector_id, person_id
             from looked_at where account_id = $1 and not by_list
             union
             select l.day, w.partition_id, w.elector_id, null
             from (select distinct day, partition_id, list_id, list_version from entry where list_id is not null and what <> 'refused') l
             join walk_list_elector w on w.partition_id = l.partition_id and w.list_id = l.list_id and w.version = l.list_version
           ), people as (select day, count(*) as people from seen group by 1)
           select e.day as "day!", coalesce(max(p.people), 0) as "people!",
             count(*) filter (where e.what = 'look') as "looks!", count(*) filter (where e.what = 'search') as "searches!",
             count(*) filter (where e.what = 'print') as "prints!", count(*) filter (where e.what = 'export') as "exports!",
             count(*) filter (where e.what = 'refused') as "refused!", count(*) over () as "total!"
           from entry e left join people p on p.day = e.day group by e.day order by e.day desc offset $2 limit $3"#,
        account,
        skip,
        take
    )
    .fetch_all(scope.connection())
    .await?;
    let total = rows.first().map_or(0, |r| r.total);
    let days = rows.into_iter().map(|r| DayOf {
        day: r.day,
        people: r.people,
        looks: r.looks,
        searches: r.searches,
        prints: r.prints,
        exports: r.exports,
        refused: r.refused,
    });
    Ok((days.collect(), total))
}

/// One line of what an account saw or was refused, without a name.
#[derive(Debug, Clone)]
pub struct Line {
    /// When.
    pub at: DateTime<Utc>,
    /// How the person was seen; empty of a refused attempt.
    pub how: &'static str,
    /// What for.
    pub purpose: String,
    /// The list that was open.
    pub list: Option<String>,
    /// The person's record.
    pub record: Option<Record>,
    /// Of a refused attempt: what was tried.
    pub refused: Option<Refusal>,
}

/// Everything that an account saw and was refused, on one day or ever, the oldest first: one part, and how many lines there
/// are. A look that found nobody is a line too.
///
/// # Errors
/// What the database says.
pub async fn lines(
    scope: &mut Scoped,
    account: Uuid,
    day: Option<NaiveDate>,
    skip: i64,
    take: i64,
) -> Result<(Vec<Line>, i64), Error> {
    let rows = sqlx::query!(
        r#"with bounds as materialized (
             select coalesce($2::date::timestamp at time zone 'Europe/London', '-infinity') as since,
               coalesce(($2::date + 1)::timestamp at time zone 'Europe/London', 'infinity') as until
           ), line as (
             select l.at, l.entry_id, l.what, l.purpose, l.partition_id, l.elector_id, l.person_id, l.list_id, l.by_list, '' as route,
               0::smallint as status
             from looked_at l, bounds b where l.account_id = $1 and l.at >= b.since and l.at < b.until
             union all
             select l.at, l.entry_id, l.what, l.purpose, null, null, null, null, false, l.route, coalesce(l.status, 0::smallint)
             from access_log l, bounds b where l.account_id = $1 and l.at >= b.since and l.at < b.until
               and (l.what = 'refused' or (l.subjects = '{}' and l.list_id is null))
           ), page as (
             select line.*, count(*) over () as total from line order by at, entry_id, partition_id, elector_id, person_id offset $3 limit $4
           )
           select p.at as "at!", p.what as "what!", p.purpose as "purpose!", p.partition_id as "partition?",
             p.elector_id as "elector?", p.person_id as "person?", w.name as "list?", p.by_list as "by_list!", p.route as "route!", p.status as "status!",
             p.total as "total!"
           from page p left join walk_list w on w.partition_id = p.partition_id and w.list_id = p.list_id
           order by p.at, p.entry_id, p.partition_id, p.elector_id, p.person_id"#,
        account,
        day,
        skip,
        take
    )
    .fetch_all(scope.connection())
    .await?;
    let total = rows.first().map_or(0, |r| r.total);
    let lines = rows.into_iter().map(|r| {
        let record = Record::of(r.partition, r.elector, r.person);
        let refused = (r.what == "refused").then_some(Refusal { at: r.at, route: r.route, status: r.status });
        let how = match (&refused, record) {
            (Some(_), _) => "",
            (None, None) => nobody(&r.what),
            (None, Some(_)) => what(&r.what, r.by_list),
        };
        Line { at: r.at, how, purpose: r.purpose, list: r.list, record, refused }
    });
    Ok((lines.collect(), total))
}

/// How a look is called that showed nobody, or only who is erased since.
fn nobody(what: &str) -> &'static str {
    match what {
        "search" => "A search that found nobody",
        "print" => "A print without anybody",
        "export" => "A file without anybody",
        _ => "A page without anybody",
    }
}
