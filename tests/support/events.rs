//! Events for tests: made through the page, or put where a test needs them.

use super::app::{Account, Actor, TestApp};
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Europe::London;
use hustings::access::Role;
use sqlx::{query, query_scalar};
use uuid::Uuid;

/// An event that an organiser's form makes, in so many days; `more` changes or adds fields. Answers its path.
pub async fn make(by: &Actor, area: &str, days: i64, more: &[(&str, &str)]) -> String {
    let day = (Utc::now() + TimeDelta::days(days)).with_timezone(&London).date_naive().to_string();
    let usual = [
        ("area", area),
        ("kind", "canvass"),
        ("title", "Saltern Saturday"),
        ("place", "The bandstand"),
        ("day", day.as_str()),
        ("from", "10:00"),
        ("until", "12:30"),
    ];
    let kept = usual.into_iter().filter(|(name, _)| more.iter().all(|(other, _)| other != name));
    let fields: Vec<_> = kept.chain(more.iter().copied()).collect();
    let made = by.post("/events", &fields).await.expect(303).location();
    made.split('?').next().unwrap().to_owned()
}

/// The id in an event's path.
pub fn id(path: &str) -> Uuid {
    path.rsplit('/').next().unwrap().parse().unwrap()
}

/// Moves an event so that it began so long ago, as time does.
pub async fn began(app: &TestApp, event: Uuid, ago: TimeDelta) {
    let starts: DateTime<Utc> = Utc::now() - ago;
    query(
        "with moved as (update event set starts_at = $2, ends_at = $2 + interval '2 hours' where event_id = $1 returning event_id)
         update shift s set starts_at = $2, ends_at = $2 + interval '2 hours' from moved m where s.event_id = m.event_id",
    )
    .bind(event)
    .bind(starts)
    .execute(&mut app.database.operator().await)
    .await
    .unwrap();
}

/// So many volunteers of an area, without the cost of a password each.
pub async fn volunteers(app: &TestApp, area: &str, how_many: usize) -> Vec<Account> {
    let mut db = app.database.operator().await;
    let mut all = Vec::new();
    for n in 0..how_many {
        let (id, email) = (Uuid::now_v7(), format!("helper-{n}-{}@lantern.example", Uuid::now_v7().simple()));
        query("insert into account (account_id, email, name) values ($1, $2, $3)")
            .bind(id)
            .bind(&email)
            .bind(format!("Helper {n}"))
            .execute(&mut db)
            .await
            .unwrap();
        all.push(Account { id, email, grant: app.grant(id, Role::Volunteer, area).await });
    }
    all
}

/// A person of Organise without an account.
pub async fn person(app: &TestApp, area: &str, forename: &str, surname: &str) -> Uuid {
    query_scalar(
        "insert into person (person_id, area_id, forename, surname, name_key, forename_key, source)
         select gen_random_uuid(), area_id, $2, $3, lower($3 || ' ' || $2), lower($2 || ' ' || $3), 'typed'
         from area where name = $1 or short_name = $1 returning person_id",
    )
    .bind(area)
    .bind(forename)
    .bind(surname)
    .fetch_one(&mut app.database.operator().await)
    .await
    .unwrap()
}

/// Events of a site: one that is on and has everything, one at the same time, one that was called off.
pub struct Events {
    /// The one that is on, with a shift, a list and a public page.
    pub on: Uuid,
    /// Its shift.
    pub shift: Uuid,
    /// A volunteer's place in that shift.
    pub place: Uuid,
    /// Another at the same time, which is full.
    pub full: Uuid,
    /// One that was called off.
    pub off: Uuid,
}

impl Events {
    /// Of Quillbrook; `volunteer` has a place, and `list` is walked.
    pub async fn new(app: &TestApp, volunteer: &Account, list: &str) -> Self {
        let ids = [(); 5].map(|()| Uuid::now_v7());
        let [on, shift, place, full, off] = ids;
        let mut db = app.database.operator().await;
        for (event, title, capacity, cancelled) in [
            (on, "Quillbrook evening canvass", None, None),
            (full, "Phone bank", Some(1), None),
            (off, "Stall", None, Some("Storm")),
        ] {
            query(
                "insert into event (event_id, area_id, kind, title, place, lat, long, bring, starts_at, ends_at, capacity, state,
                   cancelled_reason, cancelled_at, public, public_text, code)
                 select $1, area_id, 'canvass', $2, 'Outside Tamarisk House', 50.7184, -3.5339, 'A torch', now() - interval '10 minutes',
                   now() + interval '2 hours', $3, case when $4::text is null then 'planned' else 'cancelled' end, $4,
                   case when $4::text is not null then now() end, true, 'All welcome', 'QUILLS'
                 from area where name = 'Quillbrook'",
            )
            .bind(event)
            .bind(title)
            .bind(capacity)
            .bind(cancelled)
            .execute(&mut db)
            .await
            .unwrap();
        }
        let shift_of = "insert into shift (shift_id, event_id, area_id, name, starts_at, ends_at, capacity)
             select $2, event_id, area_id, 'Board runner', starts_at, ends_at, 4 from event where event_id = $1";
        query(shift_of).bind(on).bind(shift).execute(&mut db).await.unwrap();
        let put_down =
            "insert into event_sign_up (sign_up_id, event_id, area_id, shift_id, account_id, person_id, state)
             select $2, event_id, area_id, $3, $4, $5, $6 from event where event_id = $1";
        let person = person(app, "Quillbrook", "Oswin", "Tarrant").await;
        let (nobody, no_shift) = (None::<Uuid>, None::<Uuid>);
        for (event, id, shift, account, person, state) in [
            (on, place, Some(shift), Some(volunteer.id), nobody, "coming"),
            (on, Uuid::now_v7(), Some(shift), nobody, Some(person), "coming"),
            (full, Uuid::now_v7(), no_shift, nobody, Some(person), "coming"),
        ] {
            query(put_down)
                .bind(event)
                .bind(id)
                .bind(shift)
                .bind(account)
                .bind(person)
                .bind(state)
                .execute(&mut db)
                .await
                .unwrap();
        }
        query(
            "insert into event_list (event_id, area_id, partition_id, list_id)
             select event_id, area_id, split_part($2, '.', 1)::integer, split_part($2, '.', 2)::bigint from event where event_id = $1",
        )
        .bind(on)
        .bind(list)
        .execute(&mut db)
        .await
        .unwrap();
        Events { on, shift, place, full, off }
    }
}
