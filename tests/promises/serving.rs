//! The server as whoever runs it meets it: stopped, without its database, started by root, read by its log.

use crate::support::app::{TestApp, urls_of};
use crate::support::database::TestDatabase;
use crate::support::imports::{Held, over, upload};
use crate::support::register::Generated;
use crate::support::server::Server;
use crate::support::throwaway::{Throwaway, end, kill_postgres};
use crate::support::until::until;
use crate::support::walk::change;
use hustings::access::Role;
use hustings::database::cluster::{Cluster, Settings};
use nix::unistd::geteuid;
use sqlx::query;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

async fn served() -> (Server, TestApp) {
    let database = TestDatabase::new().await;
    let server = Server::start(&urls_of(&database)).await;
    server.ready().await;
    let base = server.base();
    (server, TestApp::served_elsewhere(database, base).await)
}

#[tokio::test]
async fn a_stop_in_the_middle_of_an_import_changes_nothing_and_says_what_to_do() {
    let (mut server, app) = served().await;
    let held = Held::in_service(app).await;
    server.terminate();
    // Our lock is still held: nothing but giving the import up can end the process.
    let ended = server.ended();
    assert!(tokio::time::timeout(std::time::Duration::from_secs(15), ended).await.unwrap().success());
    held.ended_unchanged("Hustings was stopped while this ran. Nothing was changed: give the file again").await;
}

#[tokio::test]
async fn a_stop_lets_requests_in_hand_finish_and_cuts_no_answer() {
    let (mut server, app) = served().await;
    let desk = app.actor(Role::Organiser, "all").await;
    let (cut, whole, stop) =
        (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    let clients: Vec<_> = (0..8)
        .map(|_| {
            let (url, cut, whole, stop) = (format!("{}/sign-in", app.base), cut.clone(), whole.clone(), stop.clone());
            tokio::spawn(async move {
                while !stop.load(Ordering::Relaxed) {
                    // A door that is shut is no cut answer; one that began must come whole.
                    let Ok(answer) = reqwest::get(&url).await else { break };
                    let page = answer.text().await.unwrap_or_default();
                    let all_of_it = page.trim_end().ends_with("</html>");
                    (if all_of_it { &whole } else { &cut }).fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    until("there is load", async || (whole.load(Ordering::Relaxed) > 20).then_some(())).await;
    let mut lock = app.database.operator().await;
    query("begin").execute(&mut lock).await.unwrap();
    query("lock table poll in access exclusive mode").execute(&mut lock).await.unwrap();
    let in_hand = tokio::spawn(async move { desk.get("/polls").await });
    let mut db = app.database.operator().await;
    until("the request is in hand", async || {
        let waits = "select pid from pg_locks where not granted and relation = 'poll'::regclass
            and database = (select oid from pg_database where datname = current_database())";
        query(waits).fetch_optional(&mut db).await.unwrap()
    })
    .await;
    server.terminate();
    server.says("requests in hand finish").await;
    until("nobody is let in any more", async || reqwest::get(&app.base).await.is_err().then_some(())).await;
    assert!(!in_hand.is_finished());
    query("rollback").execute(&mut lock).await.unwrap();
    let page = in_hand.await.unwrap().expect(200);
    assert!(page.body.trim_end().ends_with("</html>") && page.text("main").contains("Local elections"));
    assert!(server.ended().await.success());
    stop.store(true, Ordering::Relaxed);
    for client in clients {
        client.await.unwrap();
    }
    assert_eq!(cut.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn the_id_on_an_error_page_leads_to_its_cause_in_the_log_and_to_nobodys_data() {
    let (server, app) = served().await;
    let desk = app.actor(Role::Organiser, "all").await;
    change(&app, "alter table poll rename to poll_elsewhere").await;
    let page = desk.get("/polls").await.expect(500);
    let shown = page.text("main").rsplit("Request ").next().unwrap().trim().to_owned();
    assert_eq!(page.headers["x-request-id"], shown.as_str());
    assert!(!page.body.contains("42P01") && !page.body.contains("relation"), "{}", page.body);
    let log = server.log();
    let line = log.lines().find(|line| line.contains(&shown)).unwrap_or_else(|| panic!("{shown} is not in {log}"));
    assert!(line.contains("42P01"), "{line}");
    change(&app, "alter table poll_elsewhere rename to poll").await;

    change(&app, "alter table account add constraint odd check (name <> 'Edith Harcourt')").await;
    let administrator = app.actor(Role::Administrator, "all").await;
    let account =
        [("name", "Edith Harcourt"), ("email", "edith@lantern.example"), ("password", "quiet otters read maps")];
    administrator.post("/access/accounts", &account).await.expect(500);
    assert!(server.log().contains("23514 odd"), "{}", server.log());
    let log = server.log();
    for personal in ["Harcourt", "edith@", desk.account.email.as_str(), administrator.account.email.as_str()] {
        assert!(!log.contains(personal), "{log}");
    }
}

#[tokio::test]
async fn without_its_database_the_server_says_so_and_comes_back_by_itself() {
    let throwaway = Throwaway::new();
    let database = TestDatabase::on(throwaway.open().await).await;
    let server = Server::start(&urls_of(&database)).await;
    server.ready().await;
    let app = TestApp::served_elsewhere(database, server.base()).await;
    let desk = app.actor(Role::Organiser, "all").await;
    desk.get("/electors").await.expect(200);
    kill_postgres(app.database.cluster()).await;
    let page = desk.get("/electors").await.expect(503);
    assert_eq!(page.headers["retry-after"], "5");
    assert_eq!(page.text("h1"), "Hustings cannot reach its records just now", "{}", page.body);
    let id = page.headers["x-request-id"].to_str().unwrap();
    assert!(page.text("main").contains(id) && server.log().contains(id), "{}", server.log());
    let answer = desk.post_json("/api/v1/electors/search", &serde_json::json!({"q": "harcourt"})).await.expect(503);
    assert_eq!(answer.json()["type"], "unavailable");
    assert_eq!(desk.get("/readyz").await.status, 503);
    assert_eq!(desk.get("/healthz").await.status, 200);
    app.database.cluster().revive().await.unwrap();
    until("it comes back", async || (desk.get("/electors").await.status == 200).then_some(())).await;
    drop(server);
}

/// Data that was moved to where the server's user can reach it; it goes with this value.
struct Elsewhere(PathBuf);

impl Drop for Elsewhere {
    fn drop(&mut self) {
        end(&self.0);
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// As root alone: nobody else has a directory that the server's user cannot reach.
#[tokio::test]
async fn uploads_go_where_the_servers_user_can_write() {
    if !geteuid().is_root() {
        eprintln!("Only root starts a server that becomes somebody else: nothing to try.");
        return;
    }
    let private = tempfile::tempdir().unwrap();
    std::fs::set_permissions(private.path(), std::fs::Permissions::from_mode(0o700)).unwrap();
    let asked = private.path().join("var");
    let mut server = Server::embedded(&asked).await;
    server.ready().await;
    server.says("Data is kept in").await;
    let cluster = Cluster::adopt_or_start(Settings::durable(&asked)).await.unwrap();
    let kept = cluster.place().data.clone();
    let _gone_with_the_test = Elsewhere(kept.clone());
    assert!(cluster.place().moved && kept != asked);
    let app = TestApp::served_elsewhere(TestDatabase::served_by(cluster), server.base()).await;
    let desk = app.actor(Role::Organiser, "all").await;
    let town = Generated::new(6, 400, "clean").bytes("xpress-full-14");
    let path = upload(&app, &desk, "town.csv", town, "2025-12-01").await.expect(303).location();
    assert!(over(&desk, &path).await.text("h1").contains("Preview"));
    assert!(kept.join("uploads").is_dir() && !asked.exists());
    server.terminate();
    assert!(server.ended().await.success());
}

#[tokio::test]
async fn a_server_that_root_starts_does_not_stay_root() {
    if !geteuid().is_root() {
        eprintln!("Only root starts a server that becomes somebody else: nothing to try.");
        return;
    }
    let (server, _app) = served().await;
    assert_ne!(server.user(), 0);
}
