//! Server and PostgreSQL are killed more than a hundred times while results are sent: none is lost, none is doubled.

use crate::support::app::{Actor, TestApp, seed_place, urls_of};
use crate::support::database::TestDatabase;
use crate::support::server::Server;
use crate::support::throwaway::{Throwaway, kill_postgres};
use crate::support::until::until;
use crate::support::walk::{RECOUNT, Walk, count};
use hustings::access::Role;
use hustings::database::cluster::{Cluster, Settings};
use reqwest::header::ORIGIN;
use serde_json::{Value, json};
use sqlx::query_scalar;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use uuid::Uuid;

/// How many phones send at the same time.
const PHONES: usize = 3;

/// A volunteer's phones, a server and a PostgreSQL. Ends with the server first.
struct Session {
    server: Server,
    app: TestApp,
    walk: Walk,
    volunteer: Arc<Actor>,
    _cluster: Throwaway,
}

impl Session {
    async fn new() -> Self {
        let throwaway = Throwaway::new();
        // Durable, as in production.
        let cluster = Cluster::adopt_or_start(Settings::durable(throwaway.data())).await.unwrap();
        let database = TestDatabase::on(cluster).await;
        let server = Server::start(&urls_of(&database)).await;
        server.ready().await;
        let app = TestApp::served_elsewhere(database, server.base()).await;
        seed_place(&app.database).await;
        let walk = Walk::new(&app.database, "QB1").await;
        let volunteer = app.actor(Role::Volunteer, "Quillbrook").await;
        walk.assign(&app, volunteer.account.id).await;
        Session { server, app, walk, volunteer: Arc::new(volunteer), _cluster: throwaway }
    }

    /// Begins to send from all phones.
    fn send(&self) -> Sending {
        let sending = Progress::default();
        let tasks = (0..PHONES).map(|phone| {
            let said: Vec<Value> =
                (0..12).map(|n| self.walk.said(n % 6, Some(n / 6), "spoke", Some(["F", "A"][phone % 2]))).collect();
            tokio::spawn(phone_sends(self.volunteer.clone(), self.app.base.clone(), said, sending.clone()))
        });
        Sending { tasks: tasks.collect(), progress: sending }
    }

    /// Every result that had a verdict is here once, nothing else is, and what is counted is what a recount gives.
    async fn none_lost_none_doubled(&self, sent: BTreeSet<Uuid>) {
        let ids: Vec<Uuid> =
            query_scalar("select id from result").fetch_all(&mut self.app.database.operator().await).await.unwrap();
        assert_eq!(ids.len(), sent.len());
        assert_eq!(ids.into_iter().collect::<BTreeSet<_>>(), sent);
        assert_eq!(count(&self.app, RECOUNT).await, 0);
        assert_eq!(count(&self.app, "select count(*) from result_conflict").await, 0);
        assert_eq!(count(&self.app, "select count(*) from quarantine").await, 0);
    }
}

#[derive(Clone, Default)]
struct Progress {
    verdicts: Arc<AtomicUsize>,
    stop: Arc<AtomicBool>,
}

struct Sending {
    tasks: Vec<tokio::task::JoinHandle<BTreeSet<Uuid>>>,
    progress: Progress,
}

impl Sending {
    /// Waits until more verdicts have come, and until some phone has come anywhere in its next ones, so that the next blow
    /// falls anywhere.
    async fn some_more(&self) {
        let enough = self.progress.verdicts.load(Ordering::Relaxed) + PHONES + rand::random_range(0..PHONES);
        let steps = rand::random_range(0..200);
        until("more verdicts", async || (self.progress.verdicts.load(Ordering::Relaxed) >= enough).then_some(())).await;
        for _ in 0..steps {
            tokio::task::yield_now().await;
        }
    }

    /// Lets every phone empty its outbox; answers what it was told is on record.
    async fn finish(self) -> BTreeSet<Uuid> {
        self.progress.stop.store(true, Ordering::Relaxed);
        let mut sent = BTreeSet::new();
        for task in self.tasks {
            sent.extend(task.await.unwrap());
        }
        sent
    }
}

/// A phone: makes results and sends each until there is a verdict on it, one alone, then some together.
async fn phone_sends(volunteer: Arc<Actor>, base: String, said: Vec<Value>, progress: Progress) -> BTreeSet<Uuid> {
    let mut sent = BTreeSet::new();
    for n in 0.. {
        if progress.stop.load(Ordering::Relaxed) {
            break;
        }
        let together = if n % 3 == 0 { 5 } else { 1 };
        let outbox: Vec<(Uuid, Value)> =
            (0..together).map(|k| (Uuid::new_v4(), said[(n + k) % said.len()].clone())).collect();
        let verdict = async {
            while !sends(&volunteer, &base, &outbox).await {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), verdict).await.expect("a verdict within a minute");
        progress.verdicts.fetch_add(1, Ordering::Relaxed);
        sent.extend(outbox.into_iter().map(|(id, _)| id));
    }
    sent
}

/// Sends once. True when there is a verdict on everything; anything else but a failure of the machinery ends the test.
async fn sends(volunteer: &Actor, base: &str, outbox: &[(Uuid, Value)]) -> bool {
    let request = match outbox {
        [(id, result)] => volunteer.client.put(format!("{base}/api/v1/results/{id}")).json(result),
        many => {
            let with_id = |(id, result): &(Uuid, Value)| {
                let mut result = result.clone();
                result["id"] = json!(id);
                result
            };
            let results: Vec<Value> = many.iter().map(with_id).collect();
            volunteer.client.post(format!("{base}/api/v1/results")).json(&json!({"results": results}))
        }
    };
    let Ok(response) = request.header(ORIGIN, base).timeout(Duration::from_secs(20)).send().await else {
        return false;
    };
    let status = response.status().as_u16();
    let Ok(body) = response.json::<Value>().await else {
        return false;
    };
    if status == 503 {
        return false;
    }
    assert!([200, 201].contains(&status), "{status} {body}");
    let one = vec![body.clone()];
    let verdicts = body["verdicts"].as_array().unwrap_or(&one);
    assert_eq!(verdicts.len(), outbox.len());
    for verdict in verdicts {
        assert!(["stored", "replayed"].contains(&verdict["verdict"].as_str().unwrap()), "{verdict}");
    }
    true
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_killed_fifty_times_loses_and_doubles_nothing() {
    let session = Session::new().await;
    let sending = session.send();
    let cluster = session.app.database.cluster();
    for _ in 0..50 {
        sending.some_more().await;
        kill_postgres(cluster).await;
        while cluster.revive().await.is_err() {}
    }
    let sent = sending.finish().await;
    assert!(sent.len() > 50);
    session.none_lost_none_doubled(sent).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_server_killed_seventy_times_loses_and_doubles_nothing() {
    let mut session = Session::new().await;
    let sending = session.send();
    for _ in 0..70 {
        sending.some_more().await;
        session.server.kill();
        session.server.start_again();
    }
    let sent = sending.finish().await;
    assert!(sent.len() > 70);
    session.none_lost_none_doubled(sent).await;
}
