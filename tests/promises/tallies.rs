//! Figures are what the answers themselves give, however they are folded, rebuilt, moved and corrected meanwhile.

use crate::support::app::{TestApp, seed_place};
use crate::support::results::Place;
use crate::support::walk::{RECOUNT, Walk, change, count, number};
use hustings::access::Role;
use serde_json::json;
use sqlx::{PgConnection, query, query_scalar};
use std::process::{Child, Command, Output, Stdio};
use uuid::Uuid;

const BUSY: &str = "insert into tally (area_no, intention_kind, code, change)
  select area_no, 'local', 'F', 1 from district, generate_series(1, 40) where letters = 'QB1'";
const SUM: &str = "select coalesce(sum(change), 0)::bigint from tally";

/// Runs until somebody waits for an advisory lock.
async fn somebody_waits(db: &mut PgConnection) {
    let waiting = "select exists (select from pg_locks where locktype = 'advisory' and not granted
      and database = (select oid from pg_database where datname = current_database()))";
    while !query_scalar::<_, bool>(waiting).fetch_one(&mut *db).await.unwrap() {
        tokio::task::yield_now().await;
    }
}

async fn run(db: &mut PgConnection, statement: &'static str) {
    query(statement).execute(db).await.unwrap();
}

#[tokio::test]
async fn folding_and_rebuilding_at_the_same_time_double_nothing() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let place = Place::of(&app).await;
    for number in ["QB1-2", "QB1-3", "QB1-4"] {
        place.result(number, "spoke", Some("F"), "now()").await;
    }
    let (mut folding, mut rebuilding) = (place.db().await, place.db().await);
    run(&mut folding, "begin").await;
    run(&mut folding, "select wall.fold_tallies()").await;
    let rebuilt = tokio::spawn(async move {
        run(&mut rebuilding, "select wall.rebuild_tallies(partition_id) from authority").await;
    });
    somebody_waits(&mut place.db().await).await;
    run(&mut folding, "commit").await;
    rebuilt.await.unwrap();
    assert_eq!(count(&app, SUM).await, 3);
    // The other way round the ledger is left alone until the next time.
    let mut rebuilding = place.db().await;
    run(&mut rebuilding, "begin").await;
    run(&mut rebuilding, "select wall.rebuild_tallies(partition_id) from authority").await;
    run(&mut folding, "select wall.fold_tallies()").await;
    run(&mut rebuilding, "commit").await;
    assert_eq!((count(&app, SUM).await, count(&app, RECOUNT).await), (3, 0));
}

#[tokio::test]
async fn what_is_said_while_an_import_moves_people_follows_them() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let walk = Walk::new(&app.database, "QB1").await;
    let phone = app.actor(Role::Volunteer, "all").await;
    walk.assign(&app, phone.account.id).await;
    let mut import = app.database.operator().await;
    run(&mut import, "begin").await;
    run(&mut import, "update household set area_no = 2").await;
    run(&mut import, "update elector set area_no = 2").await;
    run(&mut import, "insert into walk_list_door select partition_id, list_id, 2, place, household_id, 2, street, side from walk_list_door").await;
    run(&mut import, "insert into walk_list_elector select partition_id, list_id, 2, household_id, elector_id, place, 2 from walk_list_elector").await;
    run(&mut import, "update walk_list set version = 2").await;
    run(&mut import, "select wall.hold_answers(1)").await;
    run(&mut import, "select wall.follow_people(1)").await;
    // One of each kind: what touches no intention settles nothing, and waits all the same.
    let said = [walk.said(0, Some(0), "spoke", Some("F")), walk.said(1, None, "not-home", None)];
    let paths = said.each_ref().map(|_| format!("/api/v1/results/{}", Uuid::now_v7()));
    let sends = async { tokio::join!(phone.put_json(&paths[0], &said[0]), phone.put_json(&paths[1], &said[1])) };
    let import = async {
        somebody_waits(&mut app.database.operator().await).await;
        run(&mut import, "select wall.rebuild_tallies(1)").await;
        run(&mut import, "commit").await;
    };
    let ((one, two), ()) = tokio::join!(sends, import);
    one.expect(201);
    two.expect(201);
    assert_eq!(count(&app, "select count(*) from result where area_no = 2").await, 2);
    assert_eq!(count(&app, RECOUNT).await, 0);
}

#[tokio::test]
async fn an_objection_made_while_an_import_moves_people_follows_its_person() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let organiser = app.actor(Role::Organiser, "all").await;
    let id = Place::of(&app).await.id("QB1-2").await;
    let mut import = app.database.operator().await;
    run(&mut import, "begin").await;
    run(&mut import, "update elector set area_no = 2").await;
    run(&mut import, "select wall.hold_answers(1)").await;
    let path = format!("/electors/{id}/objection");
    let import = async {
        somebody_waits(&mut app.database.operator().await).await;
        run(&mut import, "commit").await;
    };
    let (said, ()) = tokio::join!(organiser.post(&path, &[("how", "By letter of 3 October")]), import);
    said.expect(303);
    assert_eq!(count(&app, "select count(*) from objection where area_no = 2").await, 1);
}

/// A server of its own, ended with this value.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn hustings(app: &TestApp) -> Command {
    let urls = app.urls();
    let mut command = Command::new(env!("CARGO_BIN_EXE_hustings"));
    command.env("DATABASE_URL", &urls.app).env("HUSTINGS_DOOR_URL", &urls.door);
    command.env("HUSTINGS_OWNER_URL", &urls.owner).env("HUSTINGS_LISTEN", "127.0.0.1:0");
    command
}

#[tokio::test]
async fn a_server_folds_the_ledger_without_being_asked() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    change(&app, BUSY).await;
    let quiet = hustings(&app).arg("serve").stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let _server = Server(quiet);
    while count(&app, "select count(*) from tally").await > 1 {
        tokio::task::yield_now().await;
    }
    assert_eq!(count(&app, SUM).await, 40);
}

/// Runs `hustings insight …` and answers what it printed.
async fn insight(app: &TestApp, arguments: &'static [&'static str]) -> Output {
    let mut command = hustings(app);
    tokio::task::spawn_blocking(move || command.arg("insight").args(arguments).output().unwrap()).await.unwrap()
}

#[tokio::test]
async fn the_operator_compares_tallies_with_the_results_and_counts_them_anew() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let place = Place::of(&app).await;
    place.result("QB1-2", "spoke", Some("F"), "now()").await;
    let good = insight(&app, &["compare", "--json"]).await;
    assert_eq!((good.status.code(), &*good.stdout), (Some(0), &b"[]\n"[..]));
    change(&app, BUSY).await;
    change(&app, "update intention_now set code = 'A'").await;
    let wrong = insight(&app, &["compare", "--json"]).await;
    assert_eq!(wrong.status.code(), Some(1));
    let told: serde_json::Value = serde_json::from_slice(&wrong.stdout).unwrap();
    assert_eq!(told, json!([{"area_no": 1, "kind": "local", "code": "F", "tallied": 41, "counted": 1}]));
    assert!(String::from_utf8(wrong.stderr).unwrap().contains("1 tally differs"));
    let mended = insight(&app, &["rebuild", "--json", "--reason", "They differ"]).await;
    assert_eq!((mended.status.code(), &*mended.stdout), (Some(0), &b"{\"mended\":1}\n"[..]));
    assert_eq!(insight(&app, &["compare"]).await.status.code(), Some(0));
    assert_eq!(count(&app, RECOUNT).await, 0);
    let record = "select count(*) from operator_session where command = 'insight' and reason = 'They differ'";
    assert_eq!(count(&app, record).await, 1);
    assert_eq!(insight(&app, &["fold"]).await.status.code(), Some(2));
}

#[tokio::test]
async fn an_answer_that_names_another_door_takes_nothing_back_on_any_page() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let place = Place::of(&app).await;
    let organiser = app.actor(Role::Organiser, "Quillbrook").await;
    let first = place.result("QB1-2", "spoke", Some("F"), "now() - interval '2 hours'").await;
    place.full("QB1-4", "spoke", Some("A"), "now() - interval '1 hour'", Some(first), json!({})).await;
    let history = organiser.get(&format!("/electors/{}", place.id("QB1-2").await)).await.expect(200);
    assert!(history.text(".time").contains("Firm") && !history.text(".time").contains("Corrected later"));
    assert!(organiser.get("/insight").await.expect(200).text(".tiles").contains("Spoken to, last 7 days2"));
    let other = app.account(Role::Volunteer, "Quillbrook").await.id;
    place.full("QB1-2", "spoke", Some("A"), "now()", None, json!({"account": other})).await;
    let pairs = organiser.get("/insight/disagreements").await.expect(200);
    assert_eq!(pairs.count("tbody tr"), 1, "{}", pairs.text("main"));
    assert_eq!(insight(&app, &["compare"]).await.status.code(), Some(0));
    assert_eq!(count(&app, RECOUNT).await, 0);
}

#[tokio::test]
async fn every_page_counts_the_doors_that_are_done_alike() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let walk = Walk::new(&app.database, "QB1").await;
    let phone = app.actor(Role::Volunteer, "Quillbrook").await;
    walk.assign(&app, phone.account.id).await;
    let organiser = app.actor(Role::Organiser, "Quillbrook").await;
    // Done: spoke and then not home; come back and then not home. Not done: not home and then come back. The fourth
    // door, where somebody spoke, is no longer on the list.
    let said = [
        (0, "spoke"),
        (0, "not-home"),
        (1, "come-back"),
        (1, "not-home"),
        (2, "not-home"),
        (2, "come-back"),
        (3, "spoke"),
    ];
    for (door, outcome) in said {
        let result = walk.said(door, None, outcome, None);
        phone.put_json(&format!("/api/v1/results/{}", Uuid::now_v7()), &result).await.expect(201);
    }
    let gone = number(&walk.doors[3].household);
    query(
        "insert into walk_list_door select partition_id, list_id, 2, place, household_id, area_no, street, side
             from walk_list_door where household_id <> $1",
    )
    .bind(gone)
    .execute(&mut app.database.operator().await)
    .await
    .unwrap();
    change(&app, "insert into walk_list_elector select e.partition_id, e.list_id, 2, e.household_id, e.elector_id, e.place, e.area_no
             from walk_list_elector e join walk_list_door d using (partition_id, list_id, household_id) where d.version = 2").await;
    change(&app, "update walk_list set version = 2, doors = 5").await;
    let mine = phone.get("/canvass").await.expect(200);
    assert!(mine.text("main").contains("2 of 5 doors done"), "{}", mine.text("main"));
    let plan = phone.get(&format!("/canvass/{}", walk.list)).await.expect(200);
    assert!(plan.text(".tiles").contains("Doors done2 of 5"), "{}", plan.text(".tiles"));
    let doors = phone.get(&format!("/api/v1/canvass/{}", walk.list)).await.expect(200).json();
    assert_eq!(doors["doors"].as_array().unwrap().iter().filter(|d| d["done"] == true).count(), 2);
    let all = organiser.get("/walk-lists?sort=done").await.expect(200);
    assert!(all.text("tbody").contains("2 of 5"), "{}", all.text("tbody"));
    let one = organiser.get(&format!("/walk-lists/{}", walk.list)).await.expect(200);
    assert!(one.text(".tiles").contains("Doors done2 of 5"), "{}", one.text(".tiles"));
    let home = organiser.get("/").await.expect(200);
    assert!(home.text("[aria-labelledby=live]").contains("2 of 5"), "{}", home.text("main"));
    change(&app, "update assignment set ended_at = now()").await;
    let home = organiser.get("/").await.expect(200);
    assert!(home.text(".todo").contains("3 doors to do"), "{}", home.text(".todo"));
}
