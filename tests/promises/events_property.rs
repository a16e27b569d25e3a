//! Whatever order people come, go and are given more or fewer places in: there are never more of them than places, who waited
//! longest moves up first and by themselves, and nobody is lost.

use crate::support::access::area;
use crate::support::app::{Account, TestApp, seed_place};
use crate::support::events::{id, make, person, volunteers};
use crate::support::walk::count;
use crate::support::wall::{become_role, hash, open_session};
use hustings::access::Role;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use sqlx::{PgConnection, query, query_as, query_scalar};
use uuid::Uuid;

/// Who come with an account, and who are put down by an organiser.
const THEMSELVES: usize = 5;
const PUT_DOWN: usize = 2;

#[derive(Debug, Clone)]
enum Act {
    Join(usize),
    Leave(usize),
    Places(Option<i32>),
}

#[derive(Debug, Clone)]
struct Day {
    places: Option<i32>,
    /// Whether the places are a shift's, or the event's own.
    shift: bool,
    acts: Vec<Act>,
}

fn day() -> impl Strategy<Value = Day> {
    let who = 0..THEMSELVES + PUT_DOWN;
    let places = || prop::option::weighted(0.9, 1..4_i32);
    let act = prop_oneof![
        6 => who.clone().prop_map(Act::Join),
        4 => who.prop_map(Act::Leave),
        1 => places().prop_map(Act::Places),
    ];
    (places(), any::<bool>(), prop::collection::vec(act, 1..30)).prop_map(|(places, shift, acts)| Day {
        places,
        shift,
        acts,
    })
}

/// What ought to be: who has a place, and who waits in which order.
#[derive(Debug, Default)]
struct Model {
    places: Option<i32>,
    coming: Vec<usize>,
    waiting: Vec<usize>,
    moved_up: Vec<usize>,
}

impl Model {
    fn full(&self) -> bool {
        self.places.is_some_and(|most| self.coming.len() >= usize::try_from(most).unwrap())
    }

    fn fill(&mut self) {
        while !self.full() && !self.waiting.is_empty() {
            let next = self.waiting.remove(0);
            self.coming.push(next);
            self.moved_up.push(next);
        }
    }

    fn join(&mut self, who: usize) -> &'static str {
        if self.coming.contains(&who) || self.waiting.contains(&who) {
            return "already";
        } else if self.full() {
            self.waiting.push(who);
            return "waiting";
        }
        self.coming.push(who);
        "coming"
    }

    fn leave(&mut self, who: usize) {
        self.coming.retain(|w| *w != who);
        self.waiting.retain(|w| *w != who);
        self.fill();
    }
}

struct Scene {
    app: TestApp,
    area: String,
    organiser: String,
    everybody: Vec<(Account, String)>,
    people: Vec<Uuid>,
    template: Uuid,
}

impl Scene {
    async fn new() -> Self {
        let app = TestApp::new().await;
        seed_place(&app.database).await;
        let by = app.actor(Role::Organiser, "Quillbrook").await;
        let area = area(&app, "Quillbrook").await.to_string();
        let template = id(&make(&by, &area, 7, &[]).await);
        let organiser = hash(&open_session(&app, &by.account).await);
        let mut everybody = Vec::new();
        for account in volunteers(&app, "Quillbrook", THEMSELVES).await {
            let session = hash(&open_session(&app, &account).await);
            everybody.push((account, session));
        }
        let mut people = Vec::new();
        for n in 0..PUT_DOWN {
            people.push(person(&app, "Quillbrook", "Oswin", &format!("Tarrant{n}")).await);
        }
        Scene { app, area, organiser, everybody, people, template }
    }

    /// An event of its own for each day, with a shift or without.
    async fn event(&self, day: &Day) -> (Uuid, Option<Uuid>) {
        let (event, shift) = (Uuid::now_v7(), day.shift.then(Uuid::now_v7));
        let mut db = self.app.database.operator().await;
        query(
            "insert into event (event_id, area_id, kind, title, place, starts_at, ends_at, capacity, code)
             select $1, area_id, kind, title, place, starts_at, ends_at, $2, 'ABCDEF' from event where event_id = $3",
        )
        .bind(event)
        .bind(day.places.filter(|_| !day.shift))
        .bind(self.template)
        .execute(&mut db)
        .await
        .unwrap();
        query(
            "insert into shift (shift_id, event_id, area_id, name, starts_at, ends_at, capacity)
             select $2, event_id, area_id, 'Teller', starts_at, ends_at, $3 from event where event_id = $1 and $2 is not null",
        )
        .bind(event)
        .bind(shift)
        .bind(day.places)
        .execute(&mut db)
        .await
        .unwrap();
        (event, shift)
    }

    async fn become_who(&self, db: &mut PgConnection, who: Option<usize>) {
        let (role, session) = match who.and_then(|who| self.everybody.get(who)) {
            Some((_, session)) => ("hustings_volunteer", session),
            None => ("hustings_organiser", &self.organiser),
        };
        become_role(db, role, session, "", &self.area).await;
    }

    fn number(&self, account: Option<Uuid>, person: Option<Uuid>) -> usize {
        let themselves = self.everybody.iter().position(|(a, _)| Some(a.id) == account);
        themselves.unwrap_or_else(|| {
            THEMSELVES + self.people.iter().position(|p| Some(*p) == person).expect("somebody nobody knows")
        })
    }

    /// Who stands how, in the order in which they were put down.
    async fn stands(&self, event: Uuid, state: &str) -> Vec<usize> {
        let rows: Vec<(Option<Uuid>, Option<Uuid>)> = query_as(
            "select account_id, person_id from event_sign_up where event_id = $1 and state = $2 order by signed_at, sign_up_id",
        )
        .bind(event)
        .bind(state)
        .fetch_all(&mut self.app.database.operator().await)
        .await
        .unwrap();
        rows.into_iter().map(|(account, person)| self.number(account, person)).collect()
    }

    async fn join(&self, db: &mut PgConnection, event: Uuid, shift: Option<Uuid>, who: usize) -> String {
        self.become_who(db, Some(who)).await;
        query_scalar("select wall.take_place(gen_random_uuid(), $1, $2, null, $3)")
            .bind(event)
            .bind(shift)
            .bind(who.checked_sub(THEMSELVES).map(|n| self.people[n]))
            .fetch_one(db)
            .await
            .unwrap()
    }

    async fn leave(&self, db: &mut PgConnection, event: Uuid, who: usize) {
        let place: Option<Uuid> = query_scalar(
            "select sign_up_id from event_sign_up where event_id = $1 and (account_id = $2 or person_id = $3)",
        )
        .bind(event)
        .bind(self.everybody.get(who).map(|(a, _)| a.id))
        .bind(who.checked_sub(THEMSELVES).map(|n| self.people[n]))
        .fetch_optional(&mut self.app.database.operator().await)
        .await
        .unwrap();
        self.become_who(db, Some(who)).await;
        if let Some(place) = place {
            let said: String = query_scalar("select wall.give_up_place($1)").bind(place).fetch_one(db).await.unwrap();
            assert!(matches!(said.as_str(), "withdrawn" | "moved-up"), "{said}");
        }
    }

    async fn give(&self, db: &mut PgConnection, event: Uuid, shift: Option<Uuid>, places: Option<i32>) {
        self.become_who(db, None).await;
        let sql = match shift {
            Some(_) => "update shift set capacity = $2 where event_id = $1",
            None => "update event set capacity = $2 where event_id = $1",
        };
        assert_eq!(query(sql).bind(event).bind(places).execute(db).await.unwrap().rows_affected(), 1);
    }
}

async fn holds(scene: &Scene, day: &Day) -> Result<(), TestCaseError> {
    let mut db = scene.app.database.app().await;
    let (event, shift) = scene.event(day).await;
    let mut model = Model { places: day.places, ..Model::default() };
    let letters = "select count(*) from mail where form = 'event-moved-up'";
    let before = count(&scene.app, letters).await;
    let mut most_there = 0;
    for act in &day.acts {
        match act {
            Act::Join(who) => {
                let said = scene.join(&mut db, event, shift, *who).await;
                prop_assert_eq!(said, model.join(*who));
            }
            Act::Leave(who) => {
                scene.leave(&mut db, event, *who).await;
                model.leave(*who);
            }
            Act::Places(places) => {
                scene.give(&mut db, event, shift, *places).await;
                model.places = *places;
                model.fill();
            }
        }
        let mut expected = model.coming.clone();
        let mut coming = scene.stands(event, "coming").await;
        expected.sort_unstable();
        coming.sort_unstable();
        prop_assert_eq!(&coming, &expected, "who has a place after {:?}", act);
        prop_assert_eq!(scene.stands(event, "waiting").await, model.waiting.clone(), "who waits after {:?}", act);
        // Fewer places than people take nobody's away, and nobody is added until some have gone.
        let places = model.places.map_or(usize::MAX, |most| usize::try_from(most).unwrap());
        prop_assert!(coming.len() <= places.max(most_there), "{} people in {} places", coming.len(), places);
        most_there = coming.len();
    }
    let told = model.moved_up.iter().filter(|who| **who < THEMSELVES).count();
    prop_assert_eq!(count(&scene.app, letters).await - before, i64::try_from(told).unwrap(), "letters");
    Ok(())
}

#[test]
fn there_are_never_more_people_than_places_and_who_waits_moves_up_in_order() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let scene = runtime.block_on(Scene::new());
    let config = Config { cases: 24, max_shrink_iters: 60, failure_persistence: None, ..Config::default() };
    TestRunner::new(config).run(&day(), |day| runtime.block_on(holds(&scene, &day))).unwrap();
    runtime.block_on(async { drop(scene) });
}
