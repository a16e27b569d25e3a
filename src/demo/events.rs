//! Events of the demonstration: a dozen over the coming weeks and two that are over, with who is down for them.

use super::people::People;
use super::words::{CONSTITUENCY, FORENAMES, SURNAMES};
use crate::database::Scoped;
use crate::error::Error;
use crate::events::form::{NewEvent, NewShift};
use crate::events::{Kind, store};
use crate::web::words::{day_of, from_clock};
use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use uuid::Uuid;

/// People without an account, who are down for things.
const PEOPLE: usize = 28;

/// An event: title, kind, area, place, days from today, from and until by the clock, places, how many are down.
type Planned = (&'static str, Kind, &'static str, &'static str, i64, (u32, u32), (u32, u32), Option<i32>, usize);

const PLANNED: [Planned; 13] = [
    (
        "Tarrowby leaflet round",
        Kind::Leafleting,
        "Tarrowby",
        "The war memorial, Tarrowby",
        -12,
        (10, 0),
        (12, 0),
        Some(12),
        9,
    ),
    ("Branch meeting", Kind::Meeting, CONSTITUENCY.0, "Upper Town Hall", -5, (19, 0), (21, 0), None, 14),
    (
        "Quillbrook evening canvass",
        Kind::Canvass,
        "Quillbrook",
        "Outside Tamarisk House",
        0,
        (18, 0),
        (20, 30),
        Some(20),
        17,
    ),
    ("Phone bank", Kind::PhoneBank, CONSTITUENCY.0, "Online", 2, (19, 0), (20, 30), Some(12), 9),
    (
        "Saltern Saturday",
        Kind::Canvass,
        "Saltern Green",
        "The bandstand, Saltern Green",
        4,
        (10, 0),
        (12, 30),
        Some(22),
        25,
    ),
    (
        "Branch social and envelope stuffing for the Oldney Harbour letter, all welcome",
        Kind::Social,
        "Oldney Harbour",
        "Upper Town Hall",
        4,
        (14, 0),
        (17, 0),
        None,
        31,
    ),
    ("Market stall", Kind::Stall, "Oldney Harbour", "Market Place, by the fountain", 8, (9, 30), (13, 0), Some(6), 4),
    ("Board runners’ training", Kind::Training, CONSTITUENCY.0, "Online", 11, (11, 0), (12, 0), Some(15), 0),
    (
        "Quillbrook evening canvass",
        Kind::Canvass,
        "Quillbrook",
        "Outside Tamarisk House",
        14,
        (18, 0),
        (20, 30),
        Some(20),
        3,
    ),
    (
        "Harbour leaflet round",
        Kind::Leafleting,
        "Oldney Harbour",
        "The lifeboat station",
        15,
        (10, 30),
        (12, 30),
        Some(10),
        6,
    ),
    ("Campaign committee", Kind::Meeting, CONSTITUENCY.0, "Upper Town Hall", 17, (19, 30), (21, 0), None, 7),
    ("Tellers’ training", Kind::Training, CONSTITUENCY.0, "Tarrowby school", 25, (19, 0), (20, 0), Some(30), 11),
    (
        "Rehearsal for polling day",
        Kind::PollingDay,
        "Quillbrook",
        "The committee room, 9 Larkspur Row",
        33,
        (7, 0),
        (22, 0),
        None,
        0,
    ),
];

/// The shifts of polling day: what one does, from, until, places, how many are down.
const SHIFTS: [(&str, u32, u32, i32, usize); 5] = [
    ("Teller, St Mary’s Hall", 7, 11, 2, 2),
    ("Teller, St Mary’s Hall", 11, 15, 2, 1),
    ("Board runner", 9, 14, 4, 4),
    ("Board runner", 14, 20, 4, 2),
    ("Knocking up", 17, 21, 20, 8),
];

/// Adds all of it.
///
/// # Errors
/// What the database says.
pub async fn add(scope: &mut Scoped, people: &People) -> Result<(), Error> {
    let persons = persons(scope).await?;
    let accounts: Vec<Uuid> = people.helpers.iter().copied().chain([people.volunteer]).collect();
    for (n, planned) in PLANNED.iter().enumerate() {
        let (title, kind, area, place, days, from, until, capacity, down) = *planned;
        let area = sqlx::query_scalar!("select area_id from area where name = $1 and kind <> 'district'", area)
            .fetch_one(scope.connection())
            .await?;
        let (starts, ends) = (at(days, from), at(days, until));
        let new = NewEvent {
            area,
            kind,
            title: title.into(),
            place: place.into(),
            at: None,
            bring: if kind == Kind::Canvass { "A warm coat and a charged phone".into() } else { String::new() },
            starts,
            ends,
            capacity,
            public: kind == Kind::Social,
            public_text: String::new(),
        };
        let event = Uuid::now_v7();
        store::add(scope, event, &new, None).await?;
        put_down(scope, event, None, capacity, down, n, &accounts, &persons).await?;
        if kind == Kind::PollingDay {
            shifts(scope, event, area, days, &accounts, &persons).await?;
        }
    }
    lists(scope).await
}

fn at(days: i64, (hour, minute): (u32, u32)) -> DateTime<Utc> {
    let day = day_of(Utc::now()) + TimeDelta::days(days);
    from_clock(day.and_time(NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default()))
}

async fn shifts(
    scope: &mut Scoped,
    event: Uuid,
    area: i64,
    days: i64,
    accounts: &[Uuid],
    persons: &[Uuid],
) -> Result<(), Error> {
    for (n, (name, from, until, places, down)) in SHIFTS.into_iter().enumerate() {
        let (starts, ends) = (at(days, (from, 0)), at(days, (until, 0)));
        let shift = Uuid::now_v7();
        let new = NewShift { name: name.into(), starts, ends, capacity: Some(places) };
        store::add_shift(scope, shift, event, area, &new).await?;
        put_down(scope, event, Some(shift), Some(places), down, n * 5, accounts, persons).await?;
    }
    Ok(())
}

/// People who offered to help on paper.
async fn persons(scope: &mut Scoped) -> Result<Vec<Uuid>, Error> {
    let name = |of: &[&str], n: usize| of.get(n % of.len()).map(|w| (*w).to_owned()).unwrap_or_default();
    let forenames: Vec<String> = (0..PEOPLE).map(|n| name(&FORENAMES, n * 7 + 3)).collect();
    let surnames: Vec<String> = (0..PEOPLE).map(|n| name(&SURNAMES, n * 11 + 5)).collect();
    let fold = crate::electors::folding::fold;
    let keys: Vec<String> = forenames.iter().zip(&surnames).map(|(f, s)| fold(&format!("{s} {f}"))).collect();
    let other: Vec<String> = forenames.iter().zip(&surnames).map(|(f, s)| fold(&format!("{f} {s}"))).collect();
    Ok(sqlx::query_scalar!(
        "insert into person (person_id, area_id, forename, surname, name_key, forename_key, source)
         select gen_random_uuid(), (select area_id from area where name = $5 and kind = 'constituency'), n.f, n.s, n.k, n.o, 'sign-up'
         from unnest($1::text[], $2::text[], $3::text[], $4::text[]) n (f, s, k, o) returning person_id",
        &forenames,
        &surnames,
        &keys,
        &other,
        CONSTITUENCY.0
    )
    .fetch_all(scope.connection())
    .await?)
}

/// So many of them, a few with an account first; who finds no place waits, and who was there came.
#[allow(clippy::too_many_arguments)] // one statement's
async fn put_down(
    scope: &mut Scoped,
    event: Uuid,
    shift: Option<Uuid>,
    capacity: Option<i32>,
    down: usize,
    turn: usize,
    accounts: &[Uuid],
    persons: &[Uuid],
) -> Result<(), Error> {
    let with = (down / 4).min(accounts.len());
    let some = |of: &[Uuid], how_many: usize| {
        of.iter().cycle().skip(turn).take(how_many.min(of.len())).copied().collect::<Vec<_>>()
    };
    let (accounts, persons) = (some(accounts, with), some(persons, down - with));
    sqlx::query!(
        "insert into event_sign_up (sign_up_id, event_id, area_id, shift_id, account_id, person_id, state, signed_at)
         select gen_random_uuid(), e.event_id, e.area_id, $2, p.account, p.person,
           case when p.place > coalesce($3, 10000) then 'waiting' when e.ends_at > now() then 'coming'
             when p.place % 5 = 0 then 'did-not-come' else 'came' end,
           least(now(), e.starts_at) - interval '9 days' + p.place * interval '3 hours'
         from event e, (
           select a.account, null::uuid as person, a.place from unnest($4::uuid[]) with ordinality a (account, place)
           union all
           select null, q.person, q.place + cardinality($4::uuid[]) from unnest($5::uuid[]) with ordinality q (person, place)) p
         where e.event_id = $1",
        event,
        shift,
        capacity,
        &accounts,
        &persons
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}

/// The lists that are out now belong to the canvasses of their wards.
async fn lists(scope: &mut Scoped) -> Result<(), Error> {
    sqlx::query!(
        "insert into event_list (event_id, area_id, partition_id, list_id)
         select e.event_id, e.area_id, l.partition_id, l.list_id
         from event e join walk_list l on l.ended_at is null
         where e.kind = 'canvass' and e.starts_at < now() + interval '6 days'
           and ((e.title like 'Quillbrook%' and l.name like 'Quillbrook%') or (e.title = l.name))"
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}
