//! Any order, repetition, interleaving and batching of sends, from any number of devices, gives each result exactly
//! once, and what is counted from them is what a recount gives.

use crate::support::app::{Actor, TestApp, seed_place};
use crate::support::walk::{RECOUNT, Walk, count, stored};
use hustings::access::Role;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use uuid::Uuid;

/// What was said, and who sends what how often: a device's outboxes, one after the other.
#[derive(Debug, Clone)]
struct Session {
    said: Vec<Said>,
    devices: Vec<Vec<Vec<usize>>>,
}

#[derive(Debug, Clone)]
struct Said {
    door: usize,
    person: Option<usize>,
    code: Option<&'static str>,
    /// Corrects the one this many before it, at that one's door.
    corrects: Option<usize>,
}

fn said() -> impl Strategy<Value = Said> {
    let code = prop::option::weighted(0.8, prop::sample::select(vec!["F", "P", "A", "W"]));
    (0..3_usize, prop::option::weighted(0.8, 0..2_usize), code, prop::option::weighted(0.4, 1..4_usize)).prop_map(
        |(door, person, code, corrects)| Said { door, person, code: code.filter(|_| person.is_some()), corrects },
    )
}

/// Every result is in some outbox; some are in several, of several devices, in any order.
fn session() -> impl Strategy<Value = Session> {
    prop::collection::vec(said(), 1..14).prop_flat_map(|said| {
        let n = said.len();
        let outbox = prop::collection::vec(0..n, 1..8);
        let device = prop::collection::vec(outbox, 0..4);
        let everything = Just((0..n).collect::<Vec<_>>()).prop_shuffle();
        (Just(said), prop::collection::vec(device, 1..4), everything).prop_map(|(said, mut devices, everything)| {
            devices[0].push(everything);
            Session { said, devices }
        })
    })
}

/// The results with their ids; a correction is about whom it corrects.
fn results(walk: &Walk, session: &Session) -> Vec<Value> {
    let ids: Vec<Uuid> = session.said.iter().map(|_| Uuid::new_v4()).collect();
    let mut all: Vec<Value> = Vec::new();
    for (n, said) in session.said.iter().enumerate() {
        let mut result = walk.said(said.door, said.person, "spoke", said.code);
        if let Some(base) = said.corrects.and_then(|back| n.checked_sub(back)) {
            result["base"] = json!(ids[base]);
            for key in ["household", "elector"] {
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

async fn holds(app: &TestApp, walk: &Walk, devices: &[Actor], session: &Session) -> Result<(), TestCaseError> {
    let before = stored(app).await;
    let results = results(walk, session);
    let outboxes = |device: &Vec<Vec<usize>>| -> Vec<Vec<Value>> {
        device.iter().map(|outbox| outbox.iter().map(|n| results[*n].clone()).collect()).collect()
    };
    let sends = session.devices.iter().zip(devices).map(|(device, actor)| run(actor, outboxes(device)));
    let told: Vec<String> = futures_util::future::join_all(sends).await.into_iter().flatten().collect();
    let once: BTreeSet<&String> = told.iter().collect();
    prop_assert_eq!(told.len(), once.len(), "told twice that it was stored");
    prop_assert_eq!(told.len(), results.len());
    prop_assert_eq!(usize::try_from(stored(app).await - before).unwrap(), results.len());
    prop_assert_eq!(count(app, RECOUNT).await, 0, "what is counted is not what a recount gives");
    prop_assert_eq!(count(app, "select count(*) from result_conflict").await, 0);
    Ok(())
}

#[test]
fn any_order_and_company_of_sends_gives_each_result_exactly_once() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let (app, walk, devices) = runtime.block_on(async {
        let app = TestApp::new().await;
        seed_place(&app.database).await;
        let walk = Walk::new(&app.database, "QB1").await;
        let mut devices = Vec::new();
        // Two phones of one account, and another canvasser's.
        let account = app.account(Role::Volunteer, "Quillbrook").await;
        let other = app.account(Role::Volunteer, "Quillbrook").await;
        for one in [&account, &account, &other] {
            devices.push(app.sign_in(one).await);
        }
        walk.assign(&app, account.id).await;
        walk.assign(&app, other.id).await;
        (app, walk, devices)
    });
    let config = Config { cases: 48, max_shrink_iters: 40, failure_persistence: None, ..Config::default() };
    TestRunner::new(config)
        .run(&session(), |session| runtime.block_on(holds(&app, &walk, &devices, &session)))
        .unwrap();
    runtime.block_on(async { drop(app) });
}
