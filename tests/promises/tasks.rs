//! Nothing that was asked for at a door is forgotten: each ask becomes a task as the answer is stored, is given, done or dropped
//! with its history, and nobody sees one who need not.

use crate::support::app::{Actor, TestApp, seed_place};
use crate::support::database::TestDatabase;
use crate::support::people::{agrees_to, person};
use crate::support::walk::{Walk, change, change_for, count};
use crate::support::wall::{become_role, hash, open_session};
use hustings::access::Role;
use hustings::canvass::results::{Ask, Outcome};
use hustings::database::cluster::Login;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection, PgConnection, query_scalar};
use uuid::Uuid;

/// Quillbrook's list in a canvasser's hands, and the organiser of both wards.
pub(crate) async fn canvass() -> (TestApp, Walk, Actor, Actor) {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let walk = Walk::new(&app.database, "QB1").await;
    let volunteer = app.actor(Role::Volunteer, "Quillbrook").await;
    walk.assign(&app, volunteer.account.id).await;
    let organiser = app.actor(Role::Organiser, "all").await;
    (app, walk, volunteer, organiser)
}

pub(crate) async fn put(by: &Actor, result: &Value) -> Uuid {
    let id = Uuid::now_v7();
    put_as(by, id, result).await;
    id
}

async fn put_as(by: &Actor, id: Uuid, result: &Value) {
    let answer = by.put_json(&format!("/api/v1/results/{id}"), result).await;
    assert!(matches!(answer.status, 200 | 201), "{}", answer.body);
}

pub(crate) fn asking(walk: &Walk, door: usize, asks: &[&str]) -> Value {
    let mut said = walk.spoke(door, "F");
    said["asks"] = json!(asks);
    said
}

async fn open_of(app: &TestApp) -> Vec<String> {
    query_scalar("select what from task where state = 'open' order by what")
        .fetch_all(&mut app.database.operator().await)
        .await
        .unwrap()
}

pub(crate) async fn id_of(app: &TestApp, what: &str) -> String {
    query_scalar("select task_id::text from task where what = $1")
        .bind(what)
        .fetch_one(&mut app.database.operator().await)
        .await
        .unwrap()
}

#[tokio::test]
async fn whatever_is_asked_for_at_a_door_is_a_task_at_once_and_once() {
    let (app, walk, volunteer, organiser) = canvass().await;
    let all: Vec<&str> = Ask::ALL.iter().map(|a| a.as_str()).collect();
    for outcome in Outcome::ALL {
        let mut said = walk.said(0, Some(0), outcome.as_str(), None);
        said["asks"] = json!(all);
        let id = put(&volunteer, &said).await;
        let wanted = all.len() + usize::from(*outcome == Outcome::ComeBack);
        let made =
            "select count(*) from task where from_result = (select id from result order by received_at desc limit 1)";
        assert_eq!(count(&app, made).await, i64::try_from(wanted).unwrap(), "{}", outcome.as_str());
        put_as(&volunteer, id, &said).await;
        // What was done may be asked for again.
        change(&app, "update task set state = 'done', outcome = 'later' where state = 'open'").await;
    }
    change(&app, "update task set state = 'open' where state = 'done'").await;
    let all_of_them = i64::try_from(all.len() * Outcome::ALL.len() + 1).unwrap();
    assert_eq!(count(&app, "select count(*) from task").await, all_of_them, "a replay makes none");
    let home = walk.said(1, None, "come-back", None);
    put(&volunteer, &home).await;
    assert_eq!(count(&app, "select count(*) from task where elector_id is null and household_id is not null").await, 1);

    let elsewhere = "select count(*) from task t join area a using (area_id) join district d using (area_no) where d.letters <> 'QB1'";
    assert_eq!(count(&app, elsewhere).await, 0, "a task belongs to the door's own district");
    let page = organiser.get("/tasks").await.expect(200);
    assert!(page.text("main").contains("Deliver a poster") && page.text("main").contains("Harcourt1"), "{}", page.body);
    assert_eq!(page.count("tbody tr"), 50, "a page of them");
    let elector = organiser.get(&format!("/electors/{}", walk.doors[0].electors[0])).await.expect(200);
    assert!(elector.text("main").contains("Arrange a lift to vote"));
}

#[tokio::test]
async fn a_correction_takes_over_what_it_still_asks_for_and_takes_back_the_rest() {
    let (app, walk, volunteer, _) = canvass().await;
    let first = put(&volunteer, &asking(&walk, 0, &["poster", "lift", "will-help"])).await;
    change(&app, "update task set state = 'done', outcome = 'later' where what = 'will-help'").await;
    let mut second = asking(&walk, 0, &["poster", "will-help", "call-back"]);
    second["base"] = json!(first);
    let second_id = put(&volunteer, &second).await;
    assert_eq!(open_of(&app).await, ["call-back", "poster"], "what was done is not asked for again");
    assert_eq!(count(&app, "select count(*) from task where outcome = 'taken-back' and what = 'lift'").await, 1);
    let mut third = asking(&walk, 0, &[]);
    third["base"] = json!(second_id);
    put(&volunteer, &third).await;
    assert!(open_of(&app).await.is_empty());
    // Another door's answer takes nothing back by naming this one.
    put(&volunteer, &asking(&walk, 1, &["poster"])).await;
    let mut other = asking(&walk, 2, &[]);
    other["base"] = json!(second_id);
    put(&volunteer, &other).await;
    assert_eq!(open_of(&app).await, ["poster"]);
}

#[tokio::test]
async fn what_somebody_asks_for_twice_is_to_be_done_once_and_stays_while_one_of_the_two_asks() {
    let (app, walk, volunteer, _) = canvass().await;
    let first = put(&volunteer, &asking(&walk, 0, &["poster", "lift"])).await;
    let second = put(&volunteer, &asking(&walk, 0, &["poster"])).await;
    assert_eq!(open_of(&app).await, ["lift", "poster"], "one poster, not two");
    put(&volunteer, &asking(&walk, 1, &["poster"])).await;
    assert_eq!(open_of(&app).await, ["lift", "poster", "poster"], "a neighbour's is another");
    // The first answer was a slip: the second still asks for the poster, and nobody for the lift.
    let mut mended = asking(&walk, 0, &[]);
    mended["base"] = json!(first);
    put(&volunteer, &mended).await;
    assert_eq!(open_of(&app).await, ["poster", "poster"]);
    let mut mended = asking(&walk, 0, &[]);
    mended["base"] = json!(second);
    put(&volunteer, &mended).await;
    assert_eq!(open_of(&app).await, ["poster"], "now nobody there asks for it");
    // Of a home where nobody said who they are, the same.
    for _ in 0..2 {
        put(&volunteer, &walk.said(2, None, "come-back", None)).await;
    }
    assert_eq!(open_of(&app).await, ["come-back", "poster"]);
}

#[tokio::test]
async fn of_whom_nothing_may_be_kept_there_is_no_task() {
    let (app, walk, volunteer, organiser) = canvass().await;
    let officer = app.actor(Role::DataProtectionOfficer, "all").await;
    put(&volunteer, &asking(&walk, 0, &["poster"])).await;
    put(&volunteer, &asking(&walk, 1, &["poster"])).await;
    let rights = |door: usize, rest: &str| format!("/protection/subjects/{}/{rest}", walk.doors[door].electors[1]);
    let stop = [("channel", "processing"), ("how", "By letter")];
    officer.post(&rights(0, "stops"), &stop).await.expect(303);
    assert_eq!(count(&app, "select count(*) from task").await, 1, "their tasks go with their word");
    organiser.get(&format!("/electors/{}", walk.doors[0].electors[1])).await.expect(200);
    officer.post(&rights(1, "erasure"), &[("reason", "They asked")]).await.expect(303);
    assert_eq!(count(&app, "select count(*) from task").await, 0, "and with their erasure");

    volunteer.put_json(&format!("/api/v1/results/{}", Uuid::now_v7()), &asking(&walk, 0, &["poster"])).await;
    assert_eq!(count(&app, "select count(*) from task").await, 0, "and there are no new ones");
}

#[tokio::test]
async fn a_task_is_given_done_and_undone_with_a_history() {
    let (app, walk, volunteer, organiser) = canvass().await;
    put(&volunteer, &asking(&walk, 0, &["poster", "postal-vote"])).await;
    let (poster, postal) = (id_of(&app, "poster").await, id_of(&app, "postal-vote").await);
    let mine = volunteer.get("/tasks/mine").await.expect(200);
    assert!(!mine.body.contains("Harcourt1"), "nobody else's task is handed over");
    volunteer.post(&format!("/tasks/mine/{poster}"), &[("outcome", "delivered")]).await.expect(404);

    let stranger = app.actor(Role::Volunteer, "Saltern").await;
    let to = |who: &Actor| who.account.id.to_string();
    organiser.post("/tasks/assign", &[("task", &poster), ("to", &to(&stranger))]).await.expect(422);
    let ask = organiser.post("/tasks/assign", &[("task", &poster), ("task", &postal)]).await.expect(200);
    assert!(ask.text("#to").contains("Volunteer of Quillbrook") && !ask.text("#to").contains("Saltern"));
    organiser.post("/tasks/assign", &[("task", &poster), ("task", &postal), ("to", &to(&volunteer))]).await.expect(303);
    let mine = volunteer.get("/tasks/mine").await.expect(200);
    assert_eq!(mine.count(".cols.two > section.panel"), 2, "two stand side by side where there is room");
    let mine = mine.text("main");
    assert!(mine.contains("Wilfred Harcourt1") && mine.contains("1 Larkspur Row, ZZ1 4QX"), "{mine}");
    let looked = "select count(*) from access_log where permission = 'do-tasks' and cardinality(subjects) = 1";
    assert!(count(&app, looked).await >= 1, "on record as a look");

    volunteer.post(&format!("/tasks/mine/{poster}"), &[("outcome", "could-not")]).await.expect(422);
    let back = [("outcome", "could-not"), ("words", "The gate was locked")];
    volunteer.post(&format!("/tasks/mine/{poster}"), &back).await.expect(303);
    volunteer.post(&format!("/tasks/mine/{postal}"), &[("outcome", "collected")]).await.expect(422);
    volunteer.post(&format!("/tasks/mine/{postal}"), &[("outcome", "sent")]).await.expect(303);
    let page = organiser.get(&format!("/tasks/{poster}")).await.expect(200).text("main");
    assert!(page.contains("It came back.") && page.contains("The gate was locked"), "{page}");

    organiser.post(&format!("/tasks/{poster}/dropped"), &[("reason", "")]).await.expect(422);
    organiser.post(&format!("/tasks/{poster}/dropped"), &[("reason", "They moved")]).await.expect(303);
    let dropped = organiser.get("/tasks?tab=dropped").await.expect(200).text("tbody");
    assert!(dropped.contains("They moved"), "{dropped}");
    organiser.post(&format!("/tasks/{poster}/open"), &[]).await.expect(303);
    organiser.post(&format!("/tasks/{poster}/done"), &[("outcome", "sent")]).await.expect(422);
    organiser.post(&format!("/tasks/{poster}/done"), &[("outcome", "delivered")]).await.expect(303);
    let steps = organiser.get(&format!("/tasks/{poster}")).await.expect(200).text(".time");
    for step in ["Put down", "Given to Volunteer of Quillbrook", "Could not be done", "Dropped", "Opened again", "Done"]
    {
        assert!(steps.contains(step), "{step}: {steps}");
    }
    assert!(steps.contains("by Volunteer of Quillbrook") && steps.contains("by Organiser of all"), "{steps}");
}

#[tokio::test]
async fn more_tasks_than_a_page_shows_are_given_at_once() {
    let (app, walk, volunteer, organiser) = canvass().await;
    put(&volunteer, &asking(&walk, 0, &["poster"])).await;
    let more =
        "insert into task (area_id, what, words, due_on) select area_id, 'other', 'Fold leaflets', due_on from task,
        generate_series(1, 60)";
    change(&app, more).await;
    let all: Vec<String> =
        query_scalar("select task_id::text from task").fetch_all(&mut app.database.operator().await).await.unwrap();
    let mut fields: Vec<(&str, &str)> = all.iter().map(|task| ("task", task.as_str())).collect();
    organiser.post("/tasks/assign", &fields).await.expect(200);
    let to = volunteer.account.id.to_string();
    fields.push(("to", &to));
    organiser.post("/tasks/assign", &fields).await.expect(303);
    assert_eq!(count(&app, "select count(*) from task where assigned_to is not null").await, 61);
    // One that is not there, and none is given.
    let unknown = Uuid::now_v7().to_string();
    fields.push(("task", &unknown));
    organiser.post("/tasks/assign", &fields).await.expect(404);
}

#[tokio::test]
async fn casework_is_referred_with_consent_and_its_words_go_when_it_is_done() {
    let (app, walk, volunteer, organiser) = canvass().await;
    let elector = walk.doors[0].electors[1].as_str();
    let day = (chrono::Utc::now() + chrono::TimeDelta::days(3)).date_naive().to_string();
    let form = [("elector", elector), ("what", "referral"), ("words", "Damp in the flat"), ("due", day.as_str())];
    assert!(organiser.post("/tasks/new", &form).await.expect(422).text(".errors").contains("only when they agreed"));
    let agreed = [form.as_slice(), &[("agreed", "yes")]].concat();
    let to = organiser.post("/tasks/new", &agreed).await.expect(303).location();
    let task = to.split('?').next().unwrap();
    assert!(organiser.get(task).await.expect(200).text("main").contains("Damp in the flat"));
    let give = [("task", task.rsplit('/').next().unwrap()), ("to", &volunteer.account.id.to_string())];
    organiser.post("/tasks/assign", &give).await.expect(303);
    let could_not = [("outcome", "could-not"), ("words", "Damp, and the landlord answers nobody")];
    volunteer.post(&format!("/tasks/mine/{}", give[0].1), &could_not).await.expect(303);
    assert_eq!(count(&app, "select count(*) from task where could_not <> ''").await, 1);
    organiser.post(&format!("{task}/done"), &[("outcome", "referred")]).await.expect(303);
    assert!(!organiser.get(task).await.expect(200).body.contains("Damp"));
    let left = "select count(*) from task where words <> '' or came_of <> '' or could_not <> ''";
    assert_eq!(count(&app, left).await, 0);
    assert_eq!(count(&app, "select count(*) from task_event where words <> ''").await, 0);
}

#[tokio::test]
async fn the_tasks_of_whose_access_ended_are_nobody_s_again() {
    let (app, walk, volunteer, organiser) = canvass().await;
    put(&volunteer, &asking(&walk, 0, &["poster", "postal-vote"])).await;
    let (poster, postal) = (id_of(&app, "poster").await, id_of(&app, "postal-vote").await);
    let other = app.account(Role::Volunteer, "Quillbrook").await.id.to_string();
    let give =
        async |task: &str, to: &str| organiser.post("/tasks/assign", &[("task", task), ("to", to)]).await.expect(303);
    give(&poster, &volunteer.account.id.to_string()).await;
    give(&postal, &other).await;
    let nobodys = "select count(*) from task where state = 'open' and assigned_to is null";
    assert_eq!(count(&app, nobodys).await, 0);
    // Somebody ends it: in the same transaction.
    change_for(
        &app,
        "update access_grant set ended_at = statement_timestamp() where account_id = $1",
        volunteer.account.id,
    )
    .await;
    assert_eq!(count(&app, nobodys).await, 1);
    let page = organiser.get(&format!("/tasks/{poster}")).await.expect(200).text("main");
    assert!(page.contains("Nobody’s yet") && page.contains("Handed back"), "{page}");
    assert_eq!(organiser.get("/tasks?whose=nobody").await.expect(200).count("tbody tr"), 1);
    // Its day comes: house-keeping hands them back.
    assert_eq!(count(&app, "select wall.hand_tasks_back()::bigint").await, 0);
    let over = "alter table access_grant disable trigger tasks_back";
    change(&app, over).await;
    change(&app, "update access_grant set starts_at = '2020-01-01', ends_at = '2020-02-01' where role = 'volunteer'")
        .await;
    assert_eq!(count(&app, "select wall.hand_tasks_back()::bigint").await, 1);
    assert_eq!(count(&app, nobodys).await, 2);
}

#[tokio::test]
async fn whoever_does_a_task_learns_how_somebody_is_reached_or_that_they_are_not() {
    let (app, _, volunteer, organiser) = canvass().await;
    let dee = person(&app, "Quillbrook", "Dee", "Oldacre", true).await;
    let day = (chrono::Utc::now() + chrono::TimeDelta::days(3)).date_naive().to_string();
    let form = [("person", &*dee.to_string()), ("what", "other"), ("words", "Thank them"), ("due", day.as_str())];
    let to = organiser.post("/tasks/new", &form).await.expect(303).location();
    let task = to.split('?').next().unwrap().rsplit('/').next().unwrap().to_owned();
    let give = [("task", task.as_str()), ("to", &volunteer.account.id.to_string())];
    organiser.post("/tasks/assign", &give).await.expect(303);
    let mine = async || volunteer.get("/tasks/mine").await.expect(200).text("main");
    assert!(mine().await.contains("agreed neither to be rung"), "{}", mine().await);
    agrees_to(&app, dee, "phone").await;
    assert!(mine().await.contains("07700 900123"));
    change(&app, "update person_contact set mobile = ''").await;
    assert!(mine().await.contains("no number or address for it is known"), "{}", mine().await);
    agrees_to(&app, dee, "email").await;
    assert!(mine().await.contains("dee.oldacre@lantern.example"));
}

#[tokio::test]
async fn whoever_said_no_to_the_phone_is_not_offered_to_be_rung() {
    let (app, walk, volunteer, organiser) = canvass().await;
    put(&volunteer, &asking(&walk, 0, &["call-back"])).await;
    change(
        &app,
        "insert into objection (partition_id, elector_id, objection_id, area_no, channel, how)
         select t.partition_id, t.elector_id, gen_random_uuid(), e.area_no, 'phone', 'Wrote'
         from task t join elector e using (partition_id, elector_id)",
    )
    .await;
    let page = organiser.get("/tasks").await.expect(200);
    assert_eq!(page.text("td[data-label='Reach them']"), "Not by phone");
    let task = id_of(&app, "call-back").await;
    let to = volunteer.account.id.to_string();
    organiser.post("/tasks/assign", &[("task", &task), ("to", &to)]).await.expect(303);
    assert!(volunteer.get("/tasks/mine").await.expect(200).text("main").contains("Not by phone"));
}

#[tokio::test]
async fn tasks_lie_behind_the_wall() {
    let (app, walk, volunteer, _) = canvass().await;
    put(&volunteer, &asking(&walk, 0, &["poster"])).await;
    change(&app, "update task set assigned_to = (select account_id from assignment)").await;
    let whole = app.account(Role::Organiser, "Quillbrook").await;
    let stranger = app.account(Role::Organiser, "Saltern").await;
    let seen = "select count(*) from task";
    let area = |name: &'static str| format!("select area_id::text from area where name = '{name}'");
    let mut db = app.database.operator().await;
    let quillbrook: String = query_scalar(AssertSqlSafe(area("Quillbrook"))).fetch_one(&mut db).await.unwrap();
    let saltern: String = query_scalar(AssertSqlSafe(area("Saltern"))).fetch_one(&mut db).await.unwrap();
    let own = open_session(&app, &whole).await;
    let foreign = open_session(&app, &stranger).await;
    let canvasser = open_session(&app, &volunteer.account).await;
    assert_eq!(ask(&app.database, "hustings_organiser", &own, &quillbrook, seen).await, 1);
    assert_eq!(ask(&app.database, "hustings_organiser", &foreign, &saltern, seen).await, 0);
    assert_eq!(ask(&app.database, "hustings_organiser", &foreign, &quillbrook, seen).await, 0);
    let mine = "select count(*) from wall.own_tasks()";
    assert_eq!(ask(&app.database, "hustings_volunteer", &canvasser, &quillbrook, mine).await, 1);
    assert_eq!(ask(&app.database, "hustings_organiser", &own, &quillbrook, mine).await, 0, "nobody else's");

    change(&app, "insert into lockdown (tool, notice) values ('organise', 'Closed')").await;
    assert_eq!(ask(&app.database, "hustings_organiser", &own, &quillbrook, seen).await, 0, "Organise is closed");
    assert_eq!(ask(&app.database, "hustings_volunteer", &canvasser, &quillbrook, mine).await, 0, "Organise is closed");
    put(&volunteer, &asking(&walk, 1, &["lift"])).await;
    assert_eq!(count(&app, "select count(*) from task").await, 2, "what is said meanwhile is not forgotten");
    change(&app, "update lockdown set opened_at = now()").await;
    change(&app, "update access_grant set ended_at = now()").await;
    assert_eq!(ask(&app.database, "hustings_organiser", &own, &quillbrook, seen).await, 0, "access has ended");
    assert_eq!(ask(&app.database, "hustings_volunteer", &canvasser, &quillbrook, mine).await, 0, "access has ended");
}

/// A figure as somebody sees it who sends SQL at will.
pub async fn ask(database: &TestDatabase, role: &str, session: &str, area: &str, statement: &'static str) -> i64 {
    let mut db = PgConnection::connect(&database.url(Login::App)).await.unwrap();
    become_role(&mut db, role, &hash(session), "", area).await;
    query_scalar(AssertSqlSafe(statement)).fetch_one(&mut db).await.unwrap()
}
