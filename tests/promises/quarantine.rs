//! A late answer is decided exactly once: it becomes its canvasser's result, or is binned with a reason.

use crate::support::app::{Account, Actor, TestApp, seed_place};
use crate::support::form::{Form, words};
use crate::support::walk::{Walk, change, count, stored, waiting};
use crate::support::wall::{become_role, hash, open_session};
use hustings::access::Role;
use serde_json::{Value, json};
use sqlx::{query, query_scalar};
use uuid::Uuid;

struct Late {
    app: TestApp,
    walk: Walk,
    volunteer: Account,
    organiser: Actor,
}

/// A volunteer whose access ended before their answers came, and an organiser of the area.
async fn late(answers: &[Value]) -> Late {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let walk = Walk::new(&app.database, "QB1").await;
    let volunteer = app.actor(Role::Volunteer, "Quillbrook").await;
    walk.assign(&app, volunteer.account.id).await;
    change(&app, "update session set ended_at = now(), ended_why = 'access-ended'").await;
    for answer in answers {
        let mut answer = answer.clone();
        for key in ["list", "household", "elector"] {
            if let Some(n) = answer[key].as_u64() {
                let n = usize::try_from(n).unwrap();
                answer[key] = match key {
                    "list" => json!(walk.list),
                    "household" => json!(walk.doors[n].household),
                    _ => json!(walk.doors[n].electors[0]),
                };
            }
        }
        volunteer.put_json(&format!("/api/v1/results/{}", Uuid::now_v7()), &answer).await.expect(202);
    }
    let organiser = app.actor(Role::Organiser, "Quillbrook").await;
    let volunteer = volunteer.account;
    Late { app, walk, volunteer, organiser }
}

fn answer(door: u64, code: &str) -> Value {
    json!({"list": 0, "household": door, "elector": door, "outcome": "spoke", "intention": code, "asks": ["poster"],
        "note": "Ring twice", "at": "2026-11-24T18:00:00Z"})
}

async fn page(organiser: &Actor) -> Form {
    Form::of(&organiser.get("/walk-lists/quarantine").await.expect(200), "main form")
}

fn items(form: &Form) -> Vec<String> {
    // Ticks are not sent until they are ticked: their values stand in the page.
    form.fields().iter().filter(|(n, _)| *n == "item").map(|(_, v)| (*v).to_owned()).collect()
}

async fn keys(app: &TestApp) -> Vec<String> {
    query_scalar(
        "select id || '.' || encode(digest, 'hex') from quarantine where state = 'waiting' order by received_at",
    )
    .fetch_all(&mut app.database.operator().await)
    .await
    .unwrap()
}

#[tokio::test]
async fn an_accepted_answer_is_its_canvasser_s_from_when_it_came() {
    let Late { app, volunteer, organiser, walk } = late(&[answer(0, "F")]).await;
    assert_eq!((stored(&app).await, waiting(&app).await), (0, 1));
    let shown = organiser.get("/walk-lists/quarantine").await.expect(200);
    let row = words(&shown, "tbody tr");
    for part in ["1 Larkspur Row", "Edith Harcourt1", "Firm", "Spoke", "Ring twice", "Will put up a poster", "QB1 1"] {
        assert!(row.contains(part), "{part}: {row}");
    }
    assert_eq!(
        count(
            &app,
            "select count(*) from access_log where what = 'look' and permission = 'decide-quarantine' \
        and cardinality(subjects) = 1"
        )
        .await,
        1
    );
    assert!(words(&organiser.get("/walk-lists").await, ".notice").contains("1 answer waits for you"));
    let form = page(&organiser).await.with("act", "accept").tick("item", &keys(&app).await[0]);
    assert_eq!(items(&form).len(), 1);
    organiser.post("/walk-lists/quarantine", &form.fields()).await.expect(303);
    let (account, by, same, note): (Uuid, Uuid, bool, String) = sqlx::query_as(
        "select r.account_id, r.accepted_by, r.received_at = q.received_at, r.note from result r join quarantine q using (id)",
    )
    .fetch_one(&mut app.database.operator().await)
    .await
    .unwrap();
    assert_eq!((account, by, same, note.as_str()), (volunteer.id, organiser.account.id, true, "Ring twice"));
    assert_eq!(count(&app, "select count(*) from intention_now where code = 'F'").await, 1);
    let list = organiser.get(&format!("/walk-lists/{}", walk.list)).await.expect(200);
    assert!(
        words(&list, "#latest-answers").contains("accepted from those that waited"),
        "{}",
        words(&list, "#latest-answers")
    );
    let history = organiser.get("/walk-lists/quarantine?tab=decided").await.expect(200);
    assert!(
        words(&history, "tbody tr").contains("Accepted Organiser of Quillbrook"),
        "{}",
        words(&history, "tbody tr")
    );

    // The phone sends it once more, signed in again: it is on record already.
    let again = app.sign_in(&volunteer).await;
    let (id, content): (Uuid, Value) = sqlx::query_as("select id, content from quarantine")
        .fetch_one(&mut app.database.operator().await)
        .await
        .unwrap();
    let replayed = again.put_json(&format!("/api/v1/results/{id}"), &content).await.expect(200);
    assert_eq!(replayed.json()["verdict"], "replayed");
    assert_eq!(stored(&app).await, 1);
}

/// A list may cross a border: its answers are decided where their doors are, be the list itself seen there or not.
#[tokio::test]
async fn a_late_answer_of_a_list_that_begins_elsewhere_is_decided_by_its_doors_organiser() {
    let Late { app, organiser, .. } = late(&[answer(0, "F"), answer(1, "P")]).await;
    change(&app, "update walk_list set area_no = (select area_no from district where letters = 'SG1')").await;
    let shown = organiser.get("/walk-lists/quarantine").await.expect(200);
    let row = words(&shown, "tbody tr");
    for part in ["1 Larkspur Row", "Edith Harcourt1", "Firm", "A list that begins in another area"] {
        assert!(row.contains(part), "{part}: {row}");
    }
    let form = page(&organiser).await.with("act", "accept").tick("item", &keys(&app).await[0]);
    organiser.post("/walk-lists/quarantine", &form.fields()).await.expect(303);
    assert_eq!((stored(&app).await, waiting(&app).await), (1, 1));
    let history = organiser.get("/walk-lists/quarantine?tab=decided").await.expect(200);
    let row = words(&history, "tbody tr");
    assert!(row.contains("A list that begins in another area") && row.contains("Accepted"), "{row}");
    // Where the list begins, nobody is asked about doors outside.
    let neighbour = app.actor(Role::Organiser, "Saltern").await;
    assert_eq!(neighbour.get("/walk-lists/quarantine").await.expect(200).count("tbody tr"), 0);
}

#[tokio::test]
async fn two_organisers_who_decide_at_the_same_time_decide_each_answer_once() {
    let answers: Vec<Value> = (0..6).map(|door| answer(door, "P")).collect();
    let Late { app, organiser, .. } = late(&answers).await;
    let other = app.actor(Role::Organiser, "all").await;
    let keys = keys(&app).await;
    let form = |act: &str| keys.iter().fold(Form::default(), |f, k| f.tick("item", k)).with("act", act);
    let (accept, bin) = (form("accept"), form("bin").with("reason", "Twice on paper"));
    let (accepting, binning) = (accept.fields(), bin.fields());
    let (one, two) = tokio::join!(
        organiser.post("/walk-lists/quarantine", &accepting),
        other.post("/walk-lists/quarantine", &binning)
    );
    let figure = |location: &str, key: &str| -> i64 {
        let query = location.split_once('?').unwrap().1;
        let value = query
            .split('&')
            .find_map(|p| p.strip_prefix(&format!("{key}=")))
            .unwrap_or_else(|| panic!("{location}: {key}"));
        value.parse().unwrap()
    };
    let (one, two) = (one.expect(303).location(), two.expect(303).location());
    let (accepted, binned) = (figure(&one, "accepted"), figure(&two, "binned"));
    assert_eq!(accepted + binned, 6, "{one} {two}");
    assert_eq!((figure(&one, "already"), figure(&two, "already")), (6 - accepted, 6 - binned));
    assert_eq!(stored(&app).await, accepted);
    assert_eq!(waiting(&app).await, 0);

    let again = organiser.post("/walk-lists/quarantine", &accept.fields()).await.expect(303).location();
    assert_eq!((figure(&again, "accepted"), figure(&again, "already")), (0, 6));
    assert_eq!(stored(&app).await, accepted);
}

#[tokio::test]
async fn two_organisers_who_both_accept_store_one_result() {
    let Late { app, organiser, .. } = late(&[answer(0, "F")]).await;
    let other = app.actor(Role::Organiser, "all").await;
    let keys = keys(&app).await;
    let fields = [("act", "accept"), ("item", keys[0].as_str())];
    let (one, two) =
        tokio::join!(organiser.post("/walk-lists/quarantine", &fields), other.post("/walk-lists/quarantine", &fields));
    let all = one.expect(303).location() + &two.expect(303).location();
    assert!(all.contains("accepted=1&already=0") && all.contains("accepted=0&already=1"), "{all}");
    assert_eq!(stored(&app).await, 1);
}

#[tokio::test]
async fn an_answer_is_binned_with_a_reason_that_stays() {
    let Late { app, organiser, volunteer, .. } = late(&[answer(0, "F"), answer(1, "F")]).await;
    let fields = [("act", "bin-all"), ("account", &volunteer.id.to_string()), ("reason", " ")];
    let refused = organiser.post("/walk-lists/quarantine", &fields).await.expect(422);
    assert!(words(&refused, ".errors").contains("Say in a few words why"), "{}", words(&refused, ".errors"));
    // Enter, while the reason is typed, is no decision, least of all to accept.
    let waits = keys(&app).await;
    let fields = [("act", ""), ("item", &*waits[0]), ("account", &volunteer.id.to_string()), ("reason", "Phone")];
    let refused = organiser.post("/walk-lists/quarantine", &fields).await.expect(422);
    assert!(words(&refused, ".errors").contains("Nothing was decided"), "{}", words(&refused, ".errors"));
    assert_eq!((stored(&app).await, waiting(&app).await), (0, 2));
    let fields = [("act", "bin-all"), ("account", &volunteer.id.to_string()), ("reason", "Phone was stolen")];
    organiser.post("/walk-lists/quarantine", &fields).await.expect(303);
    assert_eq!((stored(&app).await, waiting(&app).await), (0, 0));
    let history = organiser.get("/walk-lists/quarantine?tab=decided").await.expect(200);
    assert!(words(&history, "tbody tr").contains("Binned Phone was stolen"), "{}", words(&history, "tbody tr"));
    assert!(words(&organiser.get("/walk-lists/quarantine").await, "main").contains("Nothing waits"));
}

#[tokio::test]
async fn what_still_cannot_stand_waits_on_and_keeps_nothing_else_waiting() {
    let Late { app, organiser, volunteer, .. } = late(&[answer(0, "F"), answer(1, "ZZZ"), answer(2, "P")]).await;
    let fields = [("act", "accept-all"), ("account", &*volunteer.id.to_string())];
    let done = organiser.post("/walk-lists/quarantine", &fields).await.expect(303).location();
    assert!(done.ends_with("accepted=2&already=0&left=1"), "{done}");
    assert_eq!((stored(&app).await, waiting(&app).await), (2, 1));
    let page = organiser.get(&done).await.expect(200);
    assert!(words(&page, ".notice").contains("1 cannot stand as it is"), "{}", words(&page, ".notice"));
    assert!(words(&page, "tbody").contains("Code “ZZZ”"), "{}", words(&page, "tbody"));
}

#[tokio::test]
async fn an_old_answer_accepted_later_does_not_take_the_place_of_a_newer_one() {
    let Late { app, organiser, walk, volunteer } = late(&[answer(0, "F")]).await;
    let again = app.sign_in(&volunteer).await;
    let newer = walk.said(0, Some(0), "spoke", Some("A"));
    again.put_json(&format!("/api/v1/results/{}", Uuid::now_v7()), &newer).await.expect(201);
    let keys = keys(&app).await;
    organiser.post("/walk-lists/quarantine", &[("act", "accept"), ("item", &keys[0])]).await.expect(303);
    assert_eq!(stored(&app).await, 2);
    assert_eq!(count(&app, "select count(*) from intention_now where code = 'A'").await, 1);
    assert_eq!(count(&app, "select coalesce(sum(change), 0) from tally where code = 'F'").await, 0);
}

#[tokio::test]
async fn answers_of_another_area_are_neither_seen_nor_decided() {
    let Late { app, volunteer, .. } = late(&[answer(0, "F")]).await;
    let other = app.actor(Role::Organiser, "Saltern").await;
    let page = other.get("/walk-lists/quarantine").await.expect(200);
    assert!(words(&page, "main").contains("Nothing waits") && !page.body.contains("Harcourt1"));
    let keys = keys(&app).await;
    for act in ["accept", "bin"] {
        let fields = [("act", act), ("item", keys[0].as_str()), ("reason", "Mine")];
        other.post("/walk-lists/quarantine", &fields).await.expect(404);
    }
    let fields = [("act", "accept-all"), ("account", &*volunteer.id.to_string())];
    other.post("/walk-lists/quarantine", &fields).await.expect(422);
    other.post("/walk-lists/quarantine", &[("act", "accept"), ("item", "x.y")]).await.expect(404);
    assert_eq!((stored(&app).await, waiting(&app).await), (0, 1));
}

#[tokio::test]
async fn an_organiser_makes_up_no_result_even_by_sql() {
    let Late { app, organiser, walk, volunteer } = late(&[answer(0, "F")]).await;
    let session = hash(&open_session(&app, &organiser.account).await);
    let area: i64 = query_scalar("select area_id from area where name = 'Quillbrook'")
        .fetch_one(&mut app.database.operator().await)
        .await
        .unwrap();
    let mut db = app.database.app().await;
    become_role(&mut db, "hustings_organiser", &session, "", &area.to_string()).await;
    let made_up = query(
        "insert into result (partition_id, id, list_id, household_id, area_no, outcome, intention_kind, at, account_id, accepted_by)
         select partition_id, gen_random_uuid(), list_id, household_id, area_no, 'not-home', 'local', now(), $2, wall.account()
         from walk_list_door where list_id = $1 limit 1",
    )
    .bind(walk.number())
    .bind(volunteer.id)
    .execute(&mut db)
    .await;
    assert_eq!(made_up.unwrap_err().as_database_error().unwrap().code().unwrap(), "42501");
}

#[tokio::test]
async fn what_is_accepted_is_what_waited_whatever_the_application_does() {
    let late = late(&[answer(0, "F")]).await;
    let account = late.app.account(Role::Organiser, "Quillbrook").await;
    let session = hash(&open_session(&late.app, &account).await);
    let mut db = late.app.database.app().await;
    become_role(&mut db, "hustings_organiser", &session, "", &area(&late.app).await).await;
    let accept = |code: &'static str, door: i64| {
        query(
            "insert into result (partition_id, id, list_id, household_id, elector_id, area_no, outcome, intention, intention_kind,
               at, received_at, account_id, accepted_by)
             select q.partition_id, q.id, q.list_id, d.household_id, e.elector_id, q.area_no, 'spoke', $1, 'local', now(),
               q.received_at, q.account_id, wall.account()
             from quarantine q join walk_list_door d using (partition_id, list_id)
             join walk_list_elector e using (partition_id, list_id, version, household_id)
             where d.place = $2 order by e.place limit 1",
        )
        .bind(code)
        .bind(door)
    };
    for (code, door) in [("A", 1), ("F", 2)] {
        let forged = accept(code, door).execute(&mut db).await.unwrap_err();
        assert_eq!(forged.as_database_error().unwrap().code().unwrap(), "42501", "{code} at {door}");
    }
    accept("F", 1).execute(&mut db).await.unwrap();
}

async fn area(app: &TestApp) -> String {
    let area: i64 = query_scalar("select area_id from area where name = 'Quillbrook'")
        .fetch_one(&mut app.database.operator().await)
        .await
        .unwrap();
    area.to_string()
}
