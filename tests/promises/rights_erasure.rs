//! Erasing somebody leaves nothing that says who they were but a keyed hash; what they stop outlives every import.

use crate::support::app::{Actor, TestApp};
use crate::support::imports::import_for;
use crate::support::register::Generated;
use crate::support::walk::{RECOUNT, change, count};
use hustings::access::Role;
use hustings::keys::Kind;
use serde_json::json;
use sqlx::{AssertSqlSafe, query_as, query_scalar};
use uuid::Uuid;

/// A person of an imported register, who has answered at the door.
struct Person {
    id: String,
    surname: String,
    name: String,
    list: String,
    household: String,
}

/// Every text of every table that holds this word, as `table.column`.
async fn places_of(app: &TestApp, word: &str) -> Vec<String> {
    let mut db = app.database.operator().await;
    let columns: Vec<(String, String)> = query_as(
        "select c.relname::text, a.attname::text from pg_class c join pg_attribute a on a.attrelid = c.oid
         where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
           and a.attnum > 0 and not a.attisdropped order by 1, 2",
    )
    .fetch_all(&mut db)
    .await
    .unwrap();
    let mut found = Vec::new();
    for (table, column) in columns {
        // Names come from the catalogue itself.
        let asked = format!(
            "select exists (select from public.\"{table}\" where position(lower($1) in lower(\"{column}\"::text)) > 0)"
        );
        if query_scalar(AssertSqlSafe(asked)).bind(word).fetch_one(&mut db).await.unwrap() {
            found.push(format!("{table}.{column}"));
        }
    }
    found
}

/// Imports a register and lets somebody of a surname of their own answer, object, be searched for, printed and asked for.
async fn somebody(app: &TestApp, desk: &Actor, made: &Generated) -> Person {
    import_for(app, desk, "town.csv", made.bytes("xpress-full-14"), "Oldney Borough").await;
    let mut db = app.database.operator().await;
    let (id, surname, name, household, partition, area): (String, String, String, String, i32, i32) = query_as(
        "select e.partition_id || '.' || e.elector_id, e.surname, e.name, e.partition_id || '.' || e.household_id,
           e.partition_id, e.area_no
         from elector e join household h using (partition_id, household_id)
         where e.kind = 'ordinary' and h.postcode_key <> '' and e.surname ~ '^[A-Z][a-z]{4,}$'
           and (select count(*) from elector o where position(lower(e.surname) in lower(o.name)) > 0) = 1
           and not exists (select from household o where position(lower(e.surname) in lower(o.address)) > 0)
           and (select count(*) from register_entry t where position(lower(e.surname) in lower(t.raw)) > 0) = 1
         order by e.elector_id limit 1",
    )
    .fetch_one(&mut db)
    .await
    .unwrap();
    let list: i64 = query_scalar(
        "insert into walk_list (partition_id, name, area_no, intention_kind, side_order, doors, electors)
         values ($1, 'A list', $2, 'local', 'council', 1, 1) returning list_id",
    )
    .bind(partition)
    .bind(area)
    .fetch_one(&mut db)
    .await
    .unwrap();
    sqlx::query(
        "with d as (insert into walk_list_door (partition_id, list_id, version, place, household_id, area_no, street, side)
           select partition_id, $2, 1, 1, household_id, area_no, street, 'other' from household
           where partition_id || '.' || household_id = $1 returning household_id, partition_id)
         insert into walk_list_elector (partition_id, list_id, version, household_id, elector_id, place, area_no)
         select e.partition_id, $2, 1, e.household_id, e.elector_id, 1, e.area_no from elector e join d using (partition_id, household_id)",
    )
    .bind(&household)
    .bind(list)
    .execute(&mut db)
    .await
    .unwrap();
    Person { id, surname, name, list: format!("{partition}.{list}"), household }
}

async fn answer(person: &Person, phone: &Actor, note: &str) -> crate::support::app::Answer {
    let said = json!({"list": person.list, "household": person.household, "elector": person.id, "outcome": "spoke",
        "intention": "F", "issues": ["BUS"], "note": note, "at": "2026-11-24T18:00:00Z"});
    phone.put_json(&format!("/api/v1/results/{}", Uuid::now_v7()), &said).await
}

async fn phone_of(app: &TestApp, person: &Person) -> Actor {
    let phone = app.actor(Role::Volunteer, "all").await;
    sqlx::query(
        "insert into assignment (partition_id, list_id, assignment_id, account_id, ends_at)
                 select partition_id, list_id, gen_random_uuid(), $2, now() + interval '3 hours' from walk_list
                 where partition_id || '.' || list_id = $1",
    )
    .bind(&person.list)
    .bind(phone.account.id)
    .execute(&mut app.database.operator().await)
    .await
    .unwrap();
    phone
}

#[tokio::test]
async fn nothing_says_afterwards_who_they_were_and_the_next_register_does_not_bring_them_back() {
    let app = TestApp::new().await;
    let made = Generated::new(11, 400, "clean");
    let desk = app.actor(Role::Organiser, "all").await;
    let person = somebody(&app, &desk, &made).await;
    let phone = phone_of(&app, &person).await;
    answer(&person, &phone, &format!("Told {} of the buses", person.surname)).await.expect(201);
    desk.post("/electors", &[("q", &person.surname)]).await.expect(303);
    let officer = app.actor(Role::DataProtectionOfficer, "all").await;
    let fields =
        [("kind", "erasure"), ("came_by", "letter"), ("received", "2026-11-02"), ("asker", person.name.as_str())];
    let request = officer.post("/protection/requests", &fields).await.expect(303).location();
    officer.post(&request, &[("subject", &person.id)]).await.expect(303);
    officer.post(&request, &[("act", "note"), ("words", &format!("{} rang", person.surname))]).await.expect(303);
    assert!(places_of(&app, &person.surname).await.len() >= 7, "{:?}", places_of(&app, &person.surname).await);
    let log: Vec<String> = rows_of_the_log(&app).await;

    let path = format!("/protection/subjects/{}/erasure", person.id);
    officer.get(&path).await.expect(200);
    officer.post(&path, &[("reason", &format!("{} asked", person.surname))]).await.expect(422);
    // While it is not known who asked, it takes a tick besides.
    change(&app, "update request set identity = 'asked', identity_asked_on = current_date").await;
    let page = officer.get(&path).await.expect(200).text("main");
    assert!(page.contains("waits for proof of identity") && page.contains("Make the answer letter now"), "{page}");
    officer.post(&path, &[("reason", "Asked for by letter")]).await.expect(422);
    change(&app, "update request set identity = 'not-needed', identity_asked_on = null").await;
    let receipt = officer.post(&path, &[("reason", "Asked for by letter")]).await.expect(303).location();
    assert!(officer.get(&receipt).await.expect(200).text("main").contains("Asked for by letter"));
    assert_eq!(places_of(&app, &person.surname).await, Vec::<String>::new());
    let after = rows_of_the_log(&app).await;
    assert!(log.iter().all(|row| after.contains(row)), "no row of the access log is touched");
    assert_eq!(count(&app, RECOUNT).await, 0, "tallies are right");
    officer.get(&format!("/protection/subjects/{}", person.id)).await.expect(404);
    desk.get(&format!("/electors/{}", person.id)).await.expect(404);
    let search = json!({"q": person.surname});
    assert_eq!(desk.post_json("/api/v1/electors/search", &search).await.expect(200).json()["total"], 0);

    let late = answer(&person, &phone, &format!("{} says hello", person.surname)).await.expect(422).json();
    assert_eq!(late["verdict"], "refused");
    assert_eq!(
        places_of(&app, &person.surname).await,
        Vec::<String>::new(),
        "a late answer is kept without what it says"
    );

    import_for(&app, &desk, "again.csv", made.bytes("xpress-full-14"), "Oldney Borough").await;
    let held: (String, bool, i64) = query_as(
        "select e.partition_id || '.' || e.elector_id, e.erased_at is null,
           (select count(*) from objection o where o.partition_id = e.partition_id and o.elector_id = e.elector_id and not o.withdrawn)
         from elector e where e.name = $1",
    )
    .bind(&person.name)
    .fetch_one(&mut app.database.operator().await)
    .await
    .unwrap();
    assert_ne!(held.0, person.id, "the register names them, as somebody new");
    assert_eq!((held.1, held.2), (true, 7), "who is left alone in every channel");
    let again = held.0;
    let opened = desk.get(&format!("/electors/{again}")).await.expect(200);
    assert!(
        opened.text("main").contains("No contact") || opened.body.contains("brought them again"),
        "{}",
        opened.text("main")
    );
    desk.post(&format!("/electors/{again}/objection/withdrawal"), &[("how", "They changed their mind")])
        .await
        .expect(403);
}

async fn rows_of_the_log(app: &TestApp) -> Vec<String> {
    query_scalar("select l::text from access_log l").fetch_all(&mut app.database.operator().await).await.unwrap()
}

#[tokio::test]
async fn a_namesake_under_another_postcode_is_held_back_until_a_person_says_it_is_another() {
    let app = TestApp::new().await;
    let made = Generated::new(12, 300, "clean");
    let desk = app.actor(Role::Organiser, "all").await;
    let person = somebody(&app, &desk, &made).await;
    let officer = app.actor(Role::DataProtectionOfficer, "all").await;
    // They lived somewhere else when they were erased.
    change(&app, "update household set postcode_key = 'zz99zz'").await;
    let path = format!("/protection/subjects/{}/erasure", person.id);
    officer.post(&path, &[("reason", "Asked for by letter")]).await.expect(303);
    import_for(&app, &desk, "again.csv", made.bytes("xpress-full-14"), "Oldney Borough").await;
    let stopped = "select count(*) from standing_objection where channel = 'door'";
    assert_eq!(count(&app, stopped).await, 1);
    let page = officer.get("/protection/suppressed").await.expect(200);
    assert!(page.text("tbody").contains(&person.surname), "{}", page.text("main"));
    let fields = [
        ("elector", page.attribute("tbody input[name=elector]", "value")),
        ("suppression", page.attribute("tbody input[name=suppression]", "value")),
        ("verdict", "different".into()),
    ];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
    officer.post("/protection/suppressed", &fields).await.expect(303);
    officer.post("/protection/suppressed", &fields).await.expect(409);
    assert_eq!(count(&app, stopped).await, 0, "who is another is held back no longer");
}

#[tokio::test]
async fn what_somebody_stops_stands_after_a_register_that_brings_them_as_somebody_new() {
    let app = TestApp::new().await;
    let made = Generated::new(13, 300, "clean");
    let desk = app.actor(Role::Organiser, "all").await;
    let person = somebody(&app, &desk, &made).await;
    let phone = phone_of(&app, &person).await;
    let officer = app.actor(Role::DataProtectionOfficer, "all").await;
    let stops = format!("/protection/subjects/{}/stops", person.id);
    officer.post(&stops, &[("how", "By letter")]).await.expect(422);
    officer
        .post(&stops, &[("channel", "opinions"), ("channel", "post"), ("how", "By letter"), ("act", "stop")])
        .await
        .expect(303);
    let standing = "select string_agg(channel, ' ' order by channel) from standing_objection";
    let all: String = query_scalar(standing).fetch_one(&mut app.database.operator().await).await.unwrap();
    assert_eq!(all, "door opinions post", "whoever stops opinions is not called on either");
    answer(&person, &phone, "Kept nowhere").await.expect(422);
    assert_eq!(places_of(&app, "Kept nowhere").await, Vec::<String>::new());
    let withdrawal = format!("/electors/{}/objection/withdrawal", person.id);
    desk.post(&withdrawal, &[("how", "At the door")]).await.expect(403);

    import_for(&app, &desk, "again.csv", made.bytes("xpress-full-14"), "Oldney Borough").await;
    assert_eq!(count(&app, "select count(*) from standing_objection").await, 3, "the same register again");
    // A register so different that nobody is recognised: the hash does, where the record number cannot.
    change(&app, "update elector set name_key = 'x' || elector_id, surname = 'X', left_at = now(), number = ''").await;
    change(&app, "update household set address_key = address_key || household_id").await;
    import_for(&app, &desk, "new.csv", made.bytes("xpress-full-14"), "Oldney Borough").await;
    let channels: String = query_scalar(
        "select string_agg(o.channel, ' ' order by o.channel) from standing_objection o
         join elector e using (partition_id, elector_id) where e.left_at is null and e.name = $1",
    )
    .bind(&person.name)
    .fetch_one(&mut app.database.operator().await)
    .await
    .unwrap();
    assert_eq!(channels, "door opinions post");
    officer.post(&stops, &[("channel", "opinions"), ("how", "By phone"), ("act", "allow")]).await.expect(303);
    assert_eq!(count(&app, "select count(*) from objection where withdrawn").await, 1);
}

#[tokio::test]
async fn an_import_stops_when_the_key_of_a_suppression_is_missing() {
    let app = TestApp::new().await;
    let made = Generated::new(14, 300, "clean");
    let desk = app.actor(Role::Organiser, "all").await;
    let person = somebody(&app, &desk, &made).await;
    let officer = app.actor(Role::DataProtectionOfficer, "all").await;
    let path = format!("/protection/subjects/{}/erasure", person.id);
    officer.post(&path, &[("reason", "Asked for by letter")]).await.expect(303);
    let newest = crate::support::app::keys().newest(Kind::Suppression).unwrap();
    let held: String =
        query_scalar("select key_id from suppression").fetch_one(&mut app.database.operator().await).await.unwrap();
    assert_eq!(held, newest.id);
    change(&app, "update suppression set key_id = 'gone'").await;
    let page = import_for(&app, &desk, "again.csv", made.bytes("xpress-full-14"), "Oldney Borough").await;
    assert!(page.text("main").contains("The key gone is missing"), "{}", page.text("main"));
    assert_eq!(count(&app, "select count(*) from register").await, 1, "nothing was imported");
}
