//! Any order, repetition, interleaving and batching of sends, from any number of devices, gives each result exactly
//! once, and what is counted from them is what a recount gives, also when people move meanwhile, late answers are
//! accepted and two entries turn out to be one person.

use crate::support::app::{Actor, TestApp, seed_place};
use crate::support::walk::{RECOUNT, Walk, change, count, number, stored};
use crate::support::wall::{become_role, hash, open_session};
use hustings::access::Role;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use sqlx::{Connection, query, query_scalar};
use std::collections::BTreeSet;
use uuid::Uuid;

/// What was said, and who sends what how often: a device's outboxes, one after the other.
#[derive(Debug, Clone)]
struct Session {
    said: Vec<Said>,
    devices: Vec<Vec<Vec<usize>>>,
    /// What came after access had ended, and is accepted.
    late: Vec<Said>,
    /// At each of these doors in turn an import moves the people, while answers are sent.
    moves: Vec<usize>,
    /// The two people at this door turn out to be one.
    merge: Option<usize>,
}

#[derive(Debug, Clone)]
struct Said {
    door: usize,
    person: Option<usize>,
    code: Option<&'static str>,
    /// Corrects the one this many before it, at that one's door.
    corrects: Option<usize>,
    /// Names it as its base and is about another door all the same: then it corrects nothing.
    elsewhere: bool,
}

fn said() -> impl Strategy<Value = Said> {
    let code = prop::option::weighted(0.8, prop::sample::select(vec!["F", "P", "A", "W"]));
    let corrects = (prop::option::weighted(0.4, 1..4_usize), prop::bool::weighted(0.2));
    (0..3_usize, prop::option::weighted(0.8, 0..2_usize), code, corrects).prop_map(
        |(door, person, code, (corrects, elsewhere))| {
            let code = code.filter(|_| person.is_some());
            Said { door, person, code, corrects, elsewhere }
        },
    )
}

/// Every result is in some outbox; some are in several, of several devices, in any order.
fn session() -> impl Strategy<Value = Session> {
    prop::collection::vec(said(), 1..14).prop_flat_map(|said| {
        let n = said.len();
        let outbox = prop::collection::vec(0..n, 1..8);
        let device = prop::collection::vec(outbox, 0..4);
        let everything = Just((0..n).collect::<Vec<_>>()).prop_shuffle();
        let late = prop::collection::vec(self::said(), 0..3);
        let after = (late, prop::collection::vec(0..3_usize, 0..3), prop::option::weighted(0.3, 0..3_usize));
        (Just(said), prop::collection::vec(device, 1..4), everything, after).prop_map(
            |(said, mut devices, everything, (late, moves, merge))| {
                devices[0].push(everything);
                Session { said, devices, late, moves, merge }
            },
        )
    })
}

/// The results with their ids; a correction is about whom it corrects.
fn results(walk: &Walk, session: &[Said]) -> Vec<Value> {
    let ids: Vec<Uuid> = session.iter().map(|_| Uuid::new_v4()).collect();
    let mut all: Vec<Value> = Vec::new();
    for (n, said) in session.iter().enumerate() {
        let mut result = walk.said(said.door, said.person, "spoke", said.code);
        if let Some(base) = said.corrects.and_then(|back| n.checked_sub(back)) {
            result["base"] = json!(ids[base]);
            let keys = if said.elsewhere { &[][..] } else { &["household", "elector"] };
            for key in keys {
                result[key] = all[base][key].clone();
            }
            if result["elector"].is_null() {
                result["intention"] = Value::Null;
            }
        }
        result["id"] = json!(ids[n]);
        all.push(result);
    }
    all
}

/// Sends a device's outboxes one after the other; a single result also by PUT. Answers the ids told to be stored.
async fn run(device: &Actor, outboxes: Vec<Vec<Value>>) -> Vec<String> {
    let mut told = Vec::new();
    for outbox in outboxes {
        let verdicts = match &outbox[..] {
            [one] => {
                let mut body = one.clone();
                let id = body.as_object_mut().unwrap().remove("id").unwrap();
                let answer = device.put_json(&format!("/api/v1/results/{}", id.as_str().unwrap()), &body).await;
                assert!([200, 201].contains(&answer.status), "{}", answer.body);
                vec![answer.json()]
            }
            _ => {
                let answer = device.post_json("/api/v1/results", &json!({"results": outbox})).await.expect(200);
                answer.json()["verdicts"].as_array().unwrap().clone()
            }
        };
        for verdict in verdicts {
            match verdict["verdict"].as_str() {
                Some("stored") => told.push(verdict["id"].as_str().unwrap().to_owned()),
                Some("replayed") => {}
                _ => panic!("{verdict}"),
            }
        }
    }
    told
}

/// Everybody that a session needs.
struct Scene {
    app: TestApp,
    walk: Walk,
    devices: Vec<Actor>,
    /// A phone whose access is over.
    ended: Actor,
    organiser: Actor,
    /// The organiser's session, for what is asked straight in SQL.
    session: String,
}

impl Scene {
    async fn new() -> Self {
        let app = TestApp::new().await;
        seed_place(&app.database).await;
        let walk = Walk::new(&app.database, "QB1").await;
        let mut devices = Vec::new();
        // Two phones of one account, and another canvasser's.
        let account = app.account(Role::Volunteer, "all").await;
        let other = app.account(Role::Volunteer, "all").await;
        for one in [&account, &account, &other] {
            devices.push(app.sign_in(one).await);
        }
        let ended = app.actor(Role::Volunteer, "all").await;
        for one in [account.id, other.id, ended.account.id] {
            walk.assign(&app, one).await;
        }
        query("update session set ended_at = now(), ended_why = 'access-ended' where account_id = $1")
            .bind(ended.account.id)
            .execute(&mut app.database.operator().await)
            .await
            .unwrap();
        let organiser = app.actor(Role::Organiser, "all").await;
        let session = hash(&open_session(&app, &organiser.account).await);
        let register =
            "insert into register (partition_id, published, kind, basis, format, encoding, file_name, sha256, counts)
            select partition_id, current_date, 'full', 'party', 'x', 'utf-8', 'x.csv', '', '{}' from authority";
        assert_eq!(change(&app, register).await, 1);
        Scene { app, walk, devices, ended, organiser, session }
    }

    /// As an import does it: the people of a door go to the other district, and what was said follows.
    async fn move_people(&self, door: usize) {
        let mut db = self.app.database.operator().await;
        let mut import = db.begin().await.unwrap();
        let home = number(&self.walk.doors[door].household);
        for statement in [
            "update household set area_no = 3 - area_no where household_id = $1",
            "update elector set area_no = 3 - area_no where household_id = $1",
            "update walk_list_door set area_no = 3 - area_no where household_id = $1",
            "update walk_list_elector set area_no = 3 - area_no where household_id = $1",
            "select wall.hold_answers(1) where $1::bigint > 0",
            "select wall.follow_people(1) where $1::bigint > 0",
            "select wall.rebuild_tallies(1) where $1::bigint > 0",
        ] {
            query(statement).bind(home).execute(&mut *import).await.unwrap();
        }
        import.commit().await.unwrap();
    }

    /// Late answers wait, and are accepted all together.
    async fn accept(&self, late: &[Value]) {
        for result in late {
            let mut body = result.clone();
            let id = body.as_object_mut().unwrap().remove("id").unwrap();
            self.ended.put_json(&format!("/api/v1/results/{}", id.as_str().unwrap()), &body).await.expect(202);
        }
        if !late.is_empty() {
            let account = self.ended.account.id.to_string();
            let form = [("act", "accept-all"), ("account", account.as_str())];
            let done = self.organiser.post("/walk-lists/quarantine", &form).await.expect(303).location();
            assert!(done.ends_with(&format!("accepted={}&already=0&left=0", late.len())), "{done}");
        }
    }

    /// The first of a door's people has left; an organiser says that it is the second.
    async fn merge(&self, door: usize) {
        let mut db = self.app.database.operator().await;
        let [old, new] = [0, 1].map(|person| number(&self.walk.doors[door].electors[person]));
        for statement in [
            "update elector set left_at = now() where elector_id = $1 and $2::bigint > 0",
            "select wall.rebuild_tallies(1) where $1::bigint > 0 and $2::bigint > 0",
            "insert into doubtful_match (partition_id, register_id, elector_id, candidate_id, area_no, why)
               select e.partition_id, r.register_id, $2, $1, e.area_no, 'x' from elector e, register r where e.elector_id = $2
               on conflict (partition_id, register_id, elector_id, candidate_id) do update set state = 'open'",
        ] {
            query(statement).bind(old).bind(new).execute(&mut db).await.unwrap();
        }
        let mut organiser = self.app.database.app().await;
        let all: i64 =
            query_scalar("select area_id from area where kind = 'installation'").fetch_one(&mut db).await.unwrap();
        become_role(&mut organiser, "hustings_organiser", &self.session, "", &all.to_string()).await;
        let same = "select wall.same_person(1, (select max(register_id) from register), $1, $2)";
        let merged: bool = query_scalar(same).bind(new).bind(old).fetch_one(&mut organiser).await.unwrap();
        assert!(merged);
    }

    /// Whoever left is back, with nothing said of them.
    async fn come_back(&self) {
        change(&self.app, "update elector set left_at = null").await;
        change(&self.app, "select wall.rebuild_tallies(1)").await;
    }
}

/// Answers that count in another district than the one where their person lives.
const ASTRAY: &str =
    "select count(*) from result r join elector e using (partition_id, elector_id) where r.area_no <> e.area_no";

async fn holds(scene: &Scene, session: &Session) -> Result<(), TestCaseError> {
    let Scene { app, walk, devices, .. } = scene;
    let before = stored(app).await;
    let results = results(walk, &session.said);
    let outboxes = |device: &Vec<Vec<usize>>| -> Vec<Vec<Value>> {
        device.iter().map(|outbox| outbox.iter().map(|n| results[*n].clone()).collect()).collect()
    };
    let sends = session.devices.iter().zip(devices).map(|(device, actor)| run(actor, outboxes(device)));
    let moves = async {
        for door in &session.moves {
            scene.move_people(*door).await;
        }
    };
    let (told, ()) = tokio::join!(futures_util::future::join_all(sends), moves);
    let told: Vec<String> = told.into_iter().flatten().collect();
    let once: BTreeSet<&String> = told.iter().collect();
    prop_assert_eq!(told.len(), once.len(), "told twice that it was stored");
    prop_assert_eq!(told.len(), results.len());
    prop_assert_eq!(usize::try_from(stored(app).await - before).unwrap(), results.len());
    prop_assert_eq!(count(app, RECOUNT).await, 0, "what is counted is not what a recount gives");
    prop_assert_eq!(count(app, "select count(*) from result_conflict").await, 0);
    prop_assert_eq!(count(app, ASTRAY).await, 0, "an answer stayed behind when its person moved");
    scene.accept(&self::results(walk, &session.late)).await;
    prop_assert_eq!(count(app, RECOUNT).await, 0, "after late answers were accepted");
    if let Some(door) = session.merge {
        scene.merge(door).await;
        prop_assert_eq!(count(app, RECOUNT).await, 0, "after two entries became one person");
        scene.come_back().await;
    }
    prop_assert_eq!(count(app, RECOUNT).await, 0);
    Ok(())
}

#[test]
fn any_order_and_company_of_sends_gives_each_result_exactly_once() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let scene = runtime.block_on(Scene::new());
    let config = Config { cases: 48, max_shrink_iters: 40, failure_persistence: None, ..Config::default() };
    TestRunner::new(config).run(&session(), |session| runtime.block_on(holds(&scene, &session))).unwrap();
    runtime.block_on(async { drop(scene) });
}
