//! Whoever asks for their rights is found across everything, gets their whole file, and is answered in time.

use crate::support::app::{Actor, TestApp, seed_place};
use crate::support::form::words;
use crate::support::walk::{Walk, change, count};
use hustings::access::Role;
use serde_json::Value;
use sqlx::query_scalar;
use uuid::Uuid;

/// A place with answers from doors, one with a note, and its data protection officer.
async fn place() -> (TestApp, Walk, Actor) {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let walk = Walk::new(&app.database, "QB1").await;
    let volunteer = app.actor(Role::Volunteer, "Quillbrook").await;
    walk.assign(&app, volunteer.account.id).await;
    let mut said = walk.spoke(0, "F");
    said["note"] = "Her son Leo Brandt is ill; come back in May".into();
    volunteer.put_json(&format!("/api/v1/results/{}", Uuid::now_v7()), &said).await.expect(201);
    let officer = app.actor(Role::DataProtectionOfficer, "all").await;
    (app, walk, officer)
}

async fn find(officer: &Actor, name: &str, postcode: &str) -> String {
    let page = officer.post("/protection/subjects", &[("name", name), ("postcode", postcode)]).await.expect(200);
    words(&page, "section[aria-labelledby=found]")
}

#[tokio::test]
async fn a_person_is_found_by_any_part_of_any_name_they_have_or_had() {
    let (app, _walk, officer) = place().await;
    change(
        &app,
        "update elector set forenames = 'Edith Philippa', name = 'Edith Philippa Harcourt2',
                    name_key = 'harcourt2 edith philippa' where name = 'Edith Harcourt2'",
    )
    .await;
    // An earlier register had them under another surname.
    change(&app, "with g as (insert into register (partition_id, published, kind, basis, format, encoding, file_name, sha256, counts)
                    select partition_id, '2024-12-01', 'full', 'party', 'x', 'x', 'x', '', '{}' from authority limit 1
                    returning partition_id, register_id)
                  insert into register_entry (partition_id, register_id, area_no, number, suffix, elector_id, line, position, raw)
                  select g.partition_id, g.register_id, e.area_no, 9, 0, e.elector_id, 1, 1, 'QB1,9,,Wainwright,Edith Philippa'
                  from g, elector e where e.name like 'Edith Philippa%' and e.number like 'QB1%'").await;
    for (name, postcode) in
        [("philippa", ""), ("Édith harcourt2", ""), ("harc phil", "zz1 4q"), ("Wainwright", ""), ("QB1-4", "")]
    {
        let found = find(&officer, name, postcode).await;
        assert!(found.contains("Edith Philippa Harcourt2"), "{name}: {found}");
    }
    assert!(find(&officer, "philippa", "AB1").await.contains("Nobody found"));
    assert!(find(&officer, "", "ZZ1 4QX").await.contains("24 places"));
    assert!(find(&officer, "Leo Brandt", "").await.contains("In a note from a door"));
    assert!(find(&officer, "volunteer of quill", "").await.contains("Account"));
    let on_record = "select count(*) from access_log where what = 'search' and permission = 'handle-requests'";
    assert_eq!(count(&app, on_record).await, 9, "every search, also one that finds nobody");
}

#[tokio::test]
async fn their_file_says_what_is_held_from_where_who_looked_and_names_nobody_else() {
    let (app, walk, officer) = place().await;
    let person = &walk.doors[0].electors[1];
    let desk = app.actor(Role::Organiser, "Quillbrook").await;
    desk.get(&format!("/electors/{person}")).await.expect(200);
    desk.post(&format!("/electors/{person}/objection"), &[("how", "At the door")]).await.expect(303);
    let page = officer.get(&format!("/protection/subjects/{person}")).await.expect(200);
    let shown = page.text("main");
    assert!(shown.contains("Firm") && shown.contains("A canvasser") && shown.contains("Organiser"), "{shown}");
    let taken = [("reason", "Request 1"), ("format", "json")];
    let file = officer.post(&format!("/protection/subjects/{person}/file"), &taken).await.expect(200);
    assert_eq!(file.headers["cache-control"], "no-store");
    let json: Value = file.json();
    let holdings = json["holdings"].as_array().unwrap();
    assert_eq!(holdings.len(), 8, "register, contact, answers, lists, materials, voters, looks, requests");
    for holding in holdings {
        for said in ["purpose", "legal_basis", "source", "recipients", "kept"] {
            assert!(holding[said].as_str().is_some_and(|s| s.len() > 5), "{holding}");
        }
    }
    assert_eq!(json["made_for"], "Request 1");
    for other in ["Volunteer of", "Organiser of", "Edith Harcourt1"] {
        assert!(!file.body.contains(other), "{other} is somebody else: {}", file.body);
    }
    assert!(file.body.contains("Leo Brandt"), "nothing was struck yet");
    let pdf = officer.client.post(format!("{}/protection/subjects/{person}/file", app.base));
    let pdf = pdf.form(&[("reason", "Request 1"), ("format", "pdf")]).send().await.unwrap().bytes().await.unwrap();
    assert!(pdf.starts_with(b"%PDF-"));
    let exports = "select count(*) from access_log where what = 'export' and cardinality(subjects) = 1";
    assert_eq!(count(&app, exports).await, 2, "both are on record as taken away");
    officer.post(&format!("/protection/subjects/{person}/file"), &[("reason", "")]).await.expect(422);
    officer.get("/protection/subjects/1.999999").await.expect(404);
}

#[tokio::test]
async fn a_passage_about_somebody_else_is_left_out_and_the_note_stays_whole() {
    let (app, walk, officer) = place().await;
    let person = &walk.doors[0].electors[1];
    let page = format!("/protection/subjects/{person}/passages");
    let result: String =
        query_scalar("select id::text from result").fetch_one(&mut app.database.operator().await).await.unwrap();
    officer.post(&page, &[("result", &result), ("passage", "Leo Brent")]).await.expect(422);
    officer.post(&page, &[("result", &result), ("passage", "son Leo Brandt is ill")]).await.expect(303);
    let take = async || {
        let taken = [("reason", "Request 1"), ("format", "json")];
        officer.post(&format!("/protection/subjects/{person}/file"), &taken).await.expect(200).body
    };
    let sent = take().await;
    assert!(
        !sent.contains("Leo") && sent.contains("left out: about somebody else") && sent.contains("come back in May")
    );
    assert_eq!(count(&app, "select count(*) from result where note like '%Leo Brandt%'").await, 1);
    let lift = officer.get(&page).await.expect(200).attribute("input[name=lift]", "value");
    officer.post(&page, &[("lift", &lift)]).await.expect(303);
    assert!(take().await.contains("Leo Brandt"));
    assert_eq!(count(&app, "select count(*) from strike where lifted_at is not null").await, 1, "both stay on record");
}

#[tokio::test]
async fn what_was_recorded_wrongly_is_corrected_in_its_place_and_the_old_answer_stays_as_history() {
    let (app, walk, officer) = place().await;
    let person = &walk.doors[0].electors[1];
    let page = format!("/protection/subjects/{person}/answers");
    let shown = officer.get(&page).await.expect(200);
    let result = shown.attribute("main form input[name=result]", "value");
    let tallied = "select coalesce(sum(change), 0)::bigint from tally where code = 'F'";
    let firm = count(&app, tallied).await;
    officer.post(&page, &[("result", &result), ("intention", "nothing")]).await.expect(422);
    officer.post(&page, &[("result", &result), ("intention", "X"), ("note", "")]).await.expect(303);
    assert_eq!(count(&app, tallied).await, firm - 1, "figures follow");
    let stands = "select count(*) from standing_result where intention = 'X' and note is null";
    assert_eq!(count(&app, stands).await, 1);
    assert_eq!(count(&app, "select count(*) from result where intention = 'F'").await, 1, "history");
    officer.post(&page, &[("result", &result), ("intention", "F")]).await.expect(409);
    let taken = [("reason", "Request 1"), ("format", "json")];
    let file = officer.post(&format!("/protection/subjects/{person}/file"), &taken).await.expect(200).body;
    assert!(file.contains("the data protection officer") && file.contains("a canvasser"), "{file}");
    let other = &walk.doors[1].electors[0];
    let elsewhere = format!("/protection/subjects/{other}/answers");
    officer.post(&elsewhere, &[("result", &result), ("intention", "F")]).await.expect(404);
    let desk = app.actor(Role::Organiser, "Quillbrook").await;
    desk.post(&page, &[("result", &result), ("intention", "F")]).await.expect(403);
}

#[tokio::test]
async fn an_account_is_a_person_too() {
    let (app, _walk, officer) = place().await;
    // Somebody must be left who can give access.
    app.account(Role::Administrator, "all").await;
    let desk = app.actor(Role::Organiser, "Quillbrook").await;
    desk.get("/electors").await.expect(200);
    let taken = [("reason", "They asked"), ("format", "json")];
    let path = format!("/protection/subjects/{}", desk.account.id);
    let file = officer.post(&format!("{path}/file"), &taken).await.expect(200);
    assert!(file.body.contains(&desk.account.email) && file.body.contains("Canvassing"), "{}", file.body);
    assert!(!file.body.contains("$argon2"));
    officer.post(&format!("{path}/erasure"), &[("reason", "They asked")]).await.expect(422);
    change(&app, "update access_grant set ended_at = now(), ended_reason = 'Left us' where role = 'organiser'").await;
    officer.post(&format!("{path}/erasure"), &[("reason", "They asked")]).await.expect(303);
    let left: i64 = query_scalar("select count(*) from account where email = $1")
        .bind(&desk.account.email)
        .fetch_one(&mut app.database.operator().await)
        .await
        .unwrap();
    assert_eq!(left, 0);
    officer.get(&path).await.expect(404);
}

#[tokio::test]
async fn a_request_has_one_clock_and_a_record_of_all_that_was_done() {
    let (app, walk, officer) = place().await;
    let today = hustings::protection::letters::today().to_string();
    let fields =
        [("kind", "access"), ("came_by", "door"), ("received", today.as_str()), ("asker", "Wilfred Harcourt1")];
    let path = officer.post("/protection/requests", &fields).await.expect(303).location();
    let act = async |act: &str, said: &str| officer.post(&path, &[("act", act), ("words", said)]).await;
    let head = async || words(&officer.get(&path).await.expect(200), ".page-head");
    assert!(head().await.contains("Due on"), "{}", head().await);
    act("extended", "").await.expect(422);
    act("identity-asked", "A copy of a bill").await.expect(303);
    assert!(head().await.contains("Begins with proof of identity"), "{}", head().await);
    act("identity-proved", "Saw the bill, destroyed it").await.expect(303);
    act("stopped", "Which years?").await.expect(303);
    assert!(head().await.contains("Stands still"), "{}", head().await);
    act("stopped", "Again").await.expect(409);
    act("resumed", "").await.expect(303);
    act("extended", "Three requests at once").await.expect(303);
    act("extended", "Once more").await.expect(409);
    officer.post(&path, &[("subject", &walk.doors[0].electors[1])]).await.expect(303);
    let letter = [("letter", "extension"), ("typed", "Three requests at once")];
    let pdf = officer.client.post(format!("{}{path}/letters", app.base)).form(&letter).send().await.unwrap();
    assert!(pdf.bytes().await.unwrap().starts_with(b"%PDF-"));
    act("answered", "").await.expect(303);
    act("answered", "").await.expect(409);
    let record = words(&officer.get(&path).await.expect(200), "section[aria-labelledby=record]");
    for said in ["Received", "Saw the bill", "Which years?", "Three requests", "A letter was made", "Answered"] {
        assert!(record.contains(said), "{said}: {record}");
    }
    let queue = officer.get("/protection/requests").await.expect(200);
    assert!(queue.text("main").contains("Nothing is waiting"));
    assert!(officer.get("/protection/requests?tab=closed").await.text("main").contains("Wilfred Harcourt1"));
}

#[tokio::test]
async fn the_queue_shows_the_most_urgent_first_and_what_is_overdue_loudly() {
    let (_app, _walk, officer) = place().await;
    let today = hustings::protection::letters::today();
    for (asker, kind, days) in [("Late One", "erasure", 60), ("New One", "access", 0), ("A Complaint", "complaint", 35)]
    {
        let received = (today - chrono::Days::new(days)).to_string();
        let fields = [("kind", kind), ("came_by", "letter"), ("received", &received), ("asker", asker)];
        officer.post("/protection/requests", &fields).await.expect(303);
    }
    let queue = officer.get("/protection/requests").await.expect(200);
    let rows = words(&queue, "tbody");
    let at = |name: &str| rows.find(name).unwrap();
    assert!(at("Late One") < at("A Complaint") && at("A Complaint") < at("New One"), "{rows}");
    assert_eq!(queue.count("tbody .tag.bad"), 2, "{rows}");
    assert!(queue.text(".notice.bad").contains("Overdue"));
    assert!(officer.get("/").await.expect(200).text("main").contains("2 requests are overdue"));
    officer.post("/protection/requests", &[("kind", "access"), ("received", "2099-01-01")]).await.expect(422);
}
