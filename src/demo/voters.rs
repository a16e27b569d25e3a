//! What the council of the demonstration sent besides its register: where people vote, who votes by post or proxy at the poll to
//! come, and who voted at the last one.

use super::organiser::Organiser;
use super::words;
use crate::areas::places::{self, PollingPlace};
use crate::areas::store::resolve;
use crate::database::Scoped;
use crate::error::Error;
use crate::polls;
use crate::voters::What;
use crate::voters::plan::Counts;
use crate::web::words::day_of;
use chrono::{Datelike, NaiveDate, TimeDelta, Utc};
use sqlx::types::Json;
use uuid::Uuid;

/// Where people vote, after the street or the ward that the place is called by.
const PLACES: [&str; 8] = [
    "Primary School",
    "Community Centre",
    "Methodist Church Hall",
    "Scout Hut",
    "Library",
    "Sports Pavilion",
    "Working Men’s Club",
    "Children’s Centre",
];

/// The polls that the council's lists are of.
pub struct Polls {
    /// The one to come.
    pub coming: i64,
    /// Its day.
    pub coming_on: NaiveDate,
    /// The last one.
    pub past: i64,
}

/// Adds all of it; answers the polls.
///
/// # Errors
/// What the database says.
pub async fn add(scope: &mut Scoped, organiser: &Organiser) -> Result<Polls, Error> {
    let coming = polls::next(scope).await?.ok_or(Error::NotFound)?;
    polling_places(scope).await?;
    absent_voters(scope, organiser, coming.id).await?;
    let area = resolve(scope, words::CONSTITUENCY.1).await?.id;
    let day = past_polling_day();
    let past = polls::store::add(scope, "Wexmere and Oldney by-election", day, "by-election", area).await?;
    marked_register(scope, organiser, past, day, coming.id).await?;
    Ok(Polls { coming: coming.id, coming_on: coming.date, past })
}

/// A Thursday some seven months ago: marked registers are kept for a year.
fn past_polling_day() -> NaiveDate {
    let day = day_of(Utc::now()) - TimeDelta::days(205);
    day - TimeDelta::days(i64::from((day.weekday().num_days_from_monday() + 4) % 7))
}

/// A place for each polling district, in one of its own streets.
async fn polling_places(scope: &mut Scoped) -> Result<(), Error> {
    let rows = sqlx::query!(
        r#"select d.area_no, w.name as ward, h.street as "street!", h.postcode as "postcode?"
           from district d
           join area_district ad on ad.area_no = d.area_no join area w on w.area_id = ad.area_id and w.kind = 'ward'
           cross join lateral (select x.street, x.postcode from household x where x.area_no = d.area_no and x.street <> ''
             order by x.position, x.household_id offset 90 limit 1) h
           order by d.area_no"#
    )
    .fetch_all(scope.connection())
    .await?;
    let places_of = rows.into_iter().enumerate().map(|(n, row)| {
        // Larkspur Primary School stands in Larkspur Row.
        let called = row.street.rsplit_once(' ').map_or(row.street.as_str(), |(first, _)| first);
        let kind = PLACES.get(n % PLACES.len()).copied().unwrap_or_default();
        let (name, address) = (format!("{called} {kind}"), format!("{}, {}, Wexmere", row.street, row.ward));
        (row.area_no, PollingPlace { name, address, postcode: row.postcode })
    });
    let all: Vec<(i32, PollingPlace)> = places_of.collect();
    places::keep(scope, None, &all).await
}

/// The current absent voters' list of the poll to come: whole homes that vote by post, and people here and there.
async fn absent_voters(scope: &mut Scoped, organiser: &Organiser, poll: i64) -> Result<(), Error> {
    let list = sqlx::query_scalar!(
        "insert into absent_list (partition_id, poll_id, final, published, districts, file_name, sha256, counts, imported_at, imported_by)
         select d.partition_id, $1::bigint, false, current_date - 9, array_agg(d.area_no order by d.area_no), 'absent-voters.csv',
           sha256(convert_to('absent-voters.csv', 'UTF8')), '{}'::jsonb, now() - interval '8 days', $2::uuid
         from district d group by d.partition_id returning list_no",
        poll,
        organiser.account
    )
    .fetch_one(scope.connection())
    .await?;
    sqlx::query!(
        "insert into absent_vote (partition_id, poll_id, elector_id, area_no, list_no, kind)
         select e.partition_id, $1::bigint, e.elector_id, e.area_no, $2::bigint,
           case when l.own >= 990 then 'proxy' when l.own >= 988 then 'postal-proxy' else 'post' end
         from elector e
         cross join lateral (select
           ('x' || substr(md5('home' || e.household_id::text), 1, 6))::bit(24)::integer % 1000 as home,
           ('x' || substr(md5('vote' || e.elector_id::text), 1, 6))::bit(24)::integer % 1000 as own) l
         where e.left_at is null and not e.planted and e.household_id is not null and e.kind in ('ordinary', 'attainer')
           and (l.own >= 988 or l.own < 55 or (l.home < 130 and l.own < 930))",
        poll,
        list
    )
    .execute(scope.connection())
    .await?;
    let rows = sqlx::query!(
        r#"select kind as word, count(*) as "people!" from absent_vote where list_no = $1 group by kind"#,
        list
    )
    .fetch_all(scope.connection())
    .await?;
    let counts = counts(scope, rows.into_iter().map(|r| (r.word, r.people)).collect(), 0).await?;
    sqlx::query!("update absent_list set counts = $2 where list_no = $1", list, Json(&counts) as _)
        .execute(scope.connection())
        .await?;
    let published = day_of(Utc::now()) - TimeDelta::days(9);
    let id = Uuid::now_v7();
    let file = (id, "absent-voters.csv", TimeDelta::days(8));
    receipt(scope, organiser, What::Current, (poll, published), file, &counts).await?;
    sqlx::query!("update absent_list set import_id = $2 where list_no = $1", list, id)
        .execute(scope.connection())
        .await?;
    Ok(())
}

/// The marked register of the last poll: some 62 of a hundred voted, those by post more than others.
async fn marked_register(
    scope: &mut Scoped,
    organiser: &Organiser,
    poll: i64,
    day: NaiveDate,
    coming: i64,
) -> Result<(), Error> {
    let id = Uuid::now_v7();
    sqlx::query!(
        "insert into turnout_register (partition_id, poll_id, area_no, register_id, imported_at, imported_by, files, registers)
         select d.partition_id, $1::bigint, d.area_no, l.register_id, now() - interval '180 days', $2::uuid, array[$3::uuid],
           array[l.register_id]
         from district d
         cross join lateral (select max(r.register_id) as register_id from register r where r.partition_id = d.partition_id) l",
        poll,
        organiser.account,
        id
    )
    .execute(scope.connection())
    .await?;
    // Who may not vote for the UK Parliament, or was too young, is on no marked register of it.
    sqlx::query!(
        "insert into turnout (partition_id, poll_id, elector_id, area_no, how, files, hows)
         select e.partition_id, $1::bigint, e.elector_id, e.area_no, w.how, array[$3::uuid], array[w.how]
         from elector e
         left join absent_vote v on v.partition_id = e.partition_id and v.elector_id = e.elector_id and v.poll_id = $2::bigint
         cross join lateral (select case v.kind when 'post' then 'post' when 'proxy' then 'proxy' when 'postal-proxy' then 'proxy'
           else 'in-person' end as how) w
         where e.left_at is null and not e.planted and e.household_id is not null and e.kind = 'ordinary' and e.markers !~ '[GBKLM]'
           and ('x' || substr(md5('went' || e.elector_id::text), 1, 6))::bit(24)::integer % 1000
             < case when v.kind is null then 590 else 780 end",
        poll,
        coming,
        id
    )
    .execute(scope.connection())
    .await?;
    let rows =
        sqlx::query!(r#"select how as word, count(*) as "people!" from turnout where poll_id = $1 group by how"#, poll)
            .fetch_all(scope.connection())
            .await?;
    let stayed = sqlx::query_scalar!(
        r#"select count(*) as "n!" from elector e
           where e.left_at is null and not e.planted and e.household_id is not null and e.kind = 'ordinary' and e.markers !~ '[GBKLM]'
             and not exists (select from turnout t where t.partition_id = e.partition_id and t.elector_id = e.elector_id
               and t.poll_id = $1)"#,
        poll
    )
    .fetch_one(scope.connection())
    .await?;
    let counts = counts(scope, rows.into_iter().map(|r| (r.word, r.people)).collect(), stayed).await?;
    let file = (id, "marked-register.csv", TimeDelta::days(180));
    receipt(scope, organiser, What::Marked, (poll, day + TimeDelta::days(14)), file, &counts).await
}

/// What a file said, as an import counts it: how many of each word, and how many lines said nothing.
async fn counts(scope: &mut Scoped, words: Vec<(String, i64)>, silent: i64) -> Result<Counts, Error> {
    let districts =
        sqlx::query_scalar!("select letters from district order by area_no").fetch_all(scope.connection()).await?;
    let size = |n: i64| usize::try_from(n).unwrap_or_default();
    let found: i64 = words.iter().map(|(_, n)| n).sum();
    Ok(Counts {
        rows: size(found + silent),
        votes: words.into_iter().map(|(word, n)| (word, size(n))).collect(),
        silent: size(silent),
        districts,
        new: found,
        ..Counts::default()
    })
}

/// The receipt that an import leaves.
async fn receipt(
    scope: &mut Scoped,
    organiser: &Organiser,
    what: What,
    (poll, published): (i64, NaiveDate),
    (id, name, ago): (Uuid, &str, TimeDelta),
    counts: &Counts,
) -> Result<(), Error> {
    let begun = Utc::now() - ago;
    sqlx::query!(
        "insert into voters_import (import_id, partition_id, poll_id, what, published, given_by, file_name, bytes, sha256, encoding,
           headings, state, counts, begun_at, ended_at)
         select $1::uuid, a.partition_id, $2::bigint, $3::text, $4::date, $5::uuid, $6::text, $7::bigint,
           sha256(convert_to($6::text, 'UTF8')), 'UTF-8', '{}'::text[], 'applied', $8::jsonb, $9::timestamptz,
           $9::timestamptz + interval '4 minutes'
         from authority a order by a.partition_id limit 1",
        id,
        poll,
        what.as_str(),
        published,
        organiser.account,
        name,
        i64::try_from(counts.rows).unwrap_or_default() * 34,
        Json(counts) as _,
        begun
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}
