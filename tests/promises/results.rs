//! A door-knock result is never lost and never counted twice, whatever happens between the phone and the record.

use crate::support::app::{Actor, TestApp, seed_place};
use crate::support::walk::{Walk, change, count, stored, waiting};
use hustings::access::Role;
use serde_json::{Value, json};
use uuid::Uuid;

/// A volunteer with a list of six homes.
async fn at_the_doors() -> (TestApp, Walk, Actor) {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let walk = Walk::new(&app.database, "QB1").await;
    let volunteer = app.actor(Role::Volunteer, "Quillbrook").await;
    walk.assign(&app, volunteer.account.id).await;
    (app, walk, volunteer)
}

async fn put(actor: &Actor, id: Uuid, result: &Value) -> (u16, Value) {
    let answer = actor.put_json(&format!("/api/v1/results/{id}"), result).await;
    (answer.status, answer.json())
}

async fn send(actor: &Actor, results: &[(Uuid, Value)]) -> Vec<Value> {
    let with_id = |(id, result): &(Uuid, Value)| {
        let mut result = result.clone();
        result["id"] = json!(id);
        result
    };
    let results: Vec<Value> = results.iter().map(with_id).collect();
    let answer = actor.post_json("/api/v1/results", &json!({"results": results})).await.expect(200);
    answer.json()["verdicts"].as_array().unwrap().clone()
}

fn with(mut result: Value, key: &str, value: Value) -> Value {
    result[key] = value;
    result
}

#[tokio::test]
async fn a_result_sent_again_changes_nothing_and_other_content_is_kept_beside_it() {
    let (app, walk, volunteer) = at_the_doors().await;
    let id = Uuid::now_v7();
    let (status, verdict) = put(&volunteer, id, &walk.spoke(0, "F")).await;
    assert_eq!((status, verdict), (201, json!({"id": id, "verdict": "stored"})));
    let (status, verdict) = put(&volunteer, id, &with(walk.spoke(0, "F"), "issues", json!([]))).await;
    assert_eq!((status, &verdict["verdict"]), (200, &json!("replayed")));
    let (status, verdict) = put(&volunteer, id, &walk.spoke(0, "A")).await;
    assert_eq!((status, &verdict["verdict"]), (409, &json!("conflict")));
    put(&volunteer, id, &walk.spoke(0, "A")).await;
    assert_eq!(stored(&app).await, 1);
    assert_eq!(count(&app, "select count(*) from result_conflict where content->>'intention' = 'A'").await, 1);
    assert_eq!(count(&app, "select count(*) from intention_now where code = 'F'").await, 1);
}

#[tokio::test]
async fn what_cannot_stand_is_refused_by_name_and_kept() {
    let (app, walk, volunteer) = at_the_doors().await;
    let other = Walk::new(&app.database, "SG1").await;
    let right = walk.spoke(0, "F");
    let wrong = [
        ("intention", with(right.clone(), "intention", json!("ZZ"))),
        ("intention", with(right.clone(), "elector", Value::Null)),
        ("issues", with(right.clone(), "issues", json!(["BUS", "NOTHING"]))),
        ("asks", with(right.clone(), "asks", json!(["money"]))),
        ("outcome", with(right.clone(), "outcome", json!("shouted"))),
        ("household", with(right.clone(), "household", json!(other.doors[0].household))),
        ("household", with(right.clone(), "household", json!("999.1"))),
        ("elector", with(right.clone(), "elector", json!(other.doors[0].electors[0]))),
        ("elector", with(right.clone(), "elector", json!(walk.doors[1].electors[0]))),
        ("at", with(right.clone(), "at", json!("24/11/2026"))),
        ("note", with(right.clone(), "note", json!("n".repeat(501)))),
        ("mood", with(right.clone(), "mood", json!("good"))),
    ];
    for (field, result) in &wrong {
        let (status, verdict) = put(&volunteer, Uuid::now_v7(), result).await;
        assert_eq!((status, &verdict["verdict"]), (422, &json!("refused")), "{verdict}");
        assert_eq!(verdict["field"], *field, "{verdict}");
        assert!(verdict["reason"].as_str().is_some_and(|r| !r.is_empty()), "{verdict}");
    }
    assert_eq!((stored(&app).await, waiting(&app).await), (0, wrong.len() as i64));
}

#[tokio::test]
async fn a_note_with_nul_bytes_or_a_megabyte_breaks_nothing() {
    let (app, walk, volunteer) = at_the_doors().await;
    let (status, _) =
        put(&volunteer, Uuid::now_v7(), &with(walk.spoke(0, "F"), "note", json!("Bell\u{0} broken"))).await;
    assert_eq!(status, 201);
    assert_eq!(count(&app, "select count(*) from result where note = 'Bell broken'").await, 1);
    let megabyte = "x".repeat(1_000_000) + "\u{0}";
    let (status, verdict) = put(&volunteer, Uuid::now_v7(), &with(walk.spoke(0, "F"), "note", json!(megabyte))).await;
    assert_eq!((status, &verdict["field"]), (422, &json!("note")));
    assert_eq!(waiting(&app).await, 1);
}

#[tokio::test]
async fn a_list_that_never_was_yours_is_not_there_and_nothing_is_kept() {
    let (app, walk, volunteer) = at_the_doors().await;
    let other = Walk::new(&app.database, "SG1").await;
    for list in [other.list.as_str(), "1.99999", "999.1"] {
        let result = with(other.spoke(0, "F"), "list", json!(list));
        let (status, _) = put(&volunteer, Uuid::now_v7(), &result).await;
        assert_eq!(status, 404);
        let broken = with(result.clone(), "outcome", json!("shouted"));
        let (status, _) = put(&volunteer, Uuid::now_v7(), &broken).await;
        assert_eq!(status, 404);
        let verdicts = send(&volunteer, &[(Uuid::now_v7(), result), (Uuid::now_v7(), walk.spoke(0, "F"))]).await;
        assert_eq!((&verdicts[0]["verdict"], &verdicts[0]["field"]), (&json!("refused"), &json!("list")));
        assert_eq!(verdicts[1]["verdict"], "stored");
    }
    assert_eq!((stored(&app).await, waiting(&app).await), (3, 0));
    let on_record =
        "select count(*) from access_log where what = 'refused' and status = 404 and route like '%/api/v1/results%'";
    assert_eq!(count(&app, on_record).await, 9);
}

#[tokio::test]
async fn a_session_that_is_over_loses_nothing_and_a_live_one_brings_it_in() {
    let (app, walk, volunteer) = at_the_doors().await;
    let before = Uuid::now_v7();
    put(&volunteer, before, &walk.spoke(1, "P")).await;
    change(&app, "update session set ended_at = now(), ended_why = 'access-ended'").await;
    let (id, result) = (Uuid::now_v7(), walk.spoke(0, "F"));
    let (status, verdict) = put(&volunteer, id, &result).await;
    assert_eq!((status, verdict), (202, json!({"id": id, "verdict": "quarantined"})));
    let verdicts = send(
        &volunteer,
        &[
            (id, result.clone()),
            (before, walk.spoke(1, "P")),
            (Uuid::now_v7(), with(walk.spoke(0, "F"), "outcome", json!("shouted"))),
        ],
    )
    .await;
    let words: Vec<_> = verdicts.iter().map(|v| v["verdict"].as_str().unwrap()).collect();
    assert_eq!(words, ["quarantined", "replayed", "quarantined"]);
    assert_eq!((stored(&app).await, waiting(&app).await), (1, 2));
    assert_eq!(volunteer.get("/api/v1/canvass").await.status, 401, "nothing is shown to it");
    let other = Walk::new(&app.database, "SG1").await;
    assert_eq!(put(&volunteer, Uuid::now_v7(), &other.spoke(0, "F")).await.0, 404);

    let again = app.sign_in(&volunteer.account).await;
    let (status, _) = put(&again, id, &result).await;
    assert_eq!(status, 201);
    assert_eq!((stored(&app).await, waiting(&app).await), (2, 1));
}

#[tokio::test]
async fn a_session_over_for_more_than_thirty_days_brings_nothing() {
    let (app, walk, volunteer) = at_the_doors().await;
    change(&app, "update session set ended_at = now() - interval '31 days', ended_why = 'access-ended'").await;
    assert_eq!(put(&volunteer, Uuid::now_v7(), &walk.spoke(0, "F")).await.0, 401);
    assert_eq!((stored(&app).await, waiting(&app).await), (0, 0));
}

#[tokio::test]
async fn results_of_an_assignment_that_has_ended_are_stored_and_its_list_is_gone() {
    let (app, walk, volunteer) = at_the_doors().await;
    change(&app, "update assignment set ended_at = now()").await;
    assert_eq!(volunteer.get(&format!("/api/v1/canvass/{}", walk.list)).await.status, 404);
    assert_eq!(put(&volunteer, Uuid::now_v7(), &walk.spoke(0, "F")).await.0, 201);
    change(&app, "update walk_list set ended_at = now()").await;
    assert_eq!(put(&volunteer, Uuid::now_v7(), &walk.spoke(1, "F")).await.0, 201);
}

#[tokio::test]
async fn a_closed_tool_keeps_nothing_and_the_phone_everything() {
    let (app, walk, volunteer) = at_the_doors().await;
    change(&app, "insert into lockdown (tool, notice) values ('contact', 'Closed while we check access')").await;
    let id = Uuid::now_v7();
    assert_eq!(put(&volunteer, id, &walk.spoke(0, "F")).await.0, 503);
    let signed_out = app.sign_in(&volunteer.account).await;
    change(&app, "update session set ended_at = now(), ended_why = 'access-ended'").await;
    let (status, problem) = put(&signed_out, id, &walk.spoke(0, "F")).await;
    assert_eq!(status, 503);
    assert!(problem["detail"].as_str().unwrap().contains("Closed while we check access"));
    assert_eq!((stored(&app).await, waiting(&app).await), (0, 0));
}

#[tokio::test]
async fn a_grant_that_does_not_reach_the_door_leaves_the_result_to_an_organiser() {
    let (app, walk, volunteer) = at_the_doors().await;
    app.grant(volunteer.account.id, Role::Volunteer, "Saltern").await;
    change(
        &app,
        "update access_grant set ended_at = now() where area_id = (select area_id from area where name = 'Quillbrook')",
    )
    .await;
    let elsewhere = app.sign_in(&volunteer.account).await;
    let (status, verdict) = put(&elsewhere, Uuid::now_v7(), &walk.spoke(0, "F")).await;
    assert_eq!((status, &verdict["verdict"]), (202, &json!("quarantined")));
    assert_eq!((stored(&app).await, waiting(&app).await), (0, 1));
}

#[tokio::test]
async fn an_elector_who_has_left_gets_no_answers_but_a_lost_reply_is_still_replayed() {
    let (app, walk, volunteer) = at_the_doors().await;
    let before = Uuid::now_v7();
    put(&volunteer, before, &walk.spoke(0, "F")).await;
    change(&app, "update elector set left_at = now()").await;
    let (status, verdict) = put(&volunteer, Uuid::now_v7(), &walk.spoke(0, "P")).await;
    assert_eq!((status, &verdict["field"]), (422, &json!("elector")));
    assert_eq!(waiting(&app).await, 1);
    assert_eq!(put(&volunteer, before, &walk.spoke(0, "F")).await.0, 200);
}

#[tokio::test]
async fn a_clock_a_day_wrong_is_never_a_reason_to_lose_an_answer() {
    let (app, walk, volunteer) = at_the_doors().await;
    for at in ["2020-01-01T00:00:00Z", "2031-01-01T00:00:00+05:30", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"] {
        let result = with(walk.spoke(0, "F"), "at", json!(at));
        let (status, verdict) = put(&volunteer, Uuid::now_v7(), &result).await;
        assert_eq!(status, 201, "{at}: {verdict}");
    }
    assert_eq!(count(&app, "select count(*) from result where received_at > now() - interval '1 minute'").await, 4);
}

#[tokio::test]
async fn each_result_of_an_outbox_has_its_own_verdict() {
    let (app, walk, volunteer) = at_the_doors().await;
    let (one, two, three) = (Uuid::now_v7(), Uuid::now_v7(), Uuid::now_v7());
    let verdicts = send(
        &volunteer,
        &[
            (three, walk.spoke(2, "F")),
            (one, walk.spoke(0, "F")),
            (two, with(walk.spoke(1, "F"), "intention", json!("ZZ"))),
            (one, walk.spoke(0, "F")),
            (one, walk.spoke(0, "A")),
        ],
    )
    .await;
    let words: Vec<_> = verdicts.iter().map(|v| v["verdict"].as_str().unwrap()).collect();
    assert_eq!(words, ["stored", "stored", "refused", "replayed", "conflict"]);
    assert_eq!(verdicts[0]["id"], json!(three));
    let nameless =
        volunteer.post_json("/api/v1/results", &json!({"results": [walk.spoke(3, "F"), 7]})).await.expect(200);
    assert_eq!(nameless.json()["verdicts"][0]["field"], "id");
    assert_eq!(nameless.json()["verdicts"][1]["verdict"], "refused");
    assert_eq!((stored(&app).await, waiting(&app).await), (2, 2));
    let many: Vec<Value> = vec![walk.spoke(0, "F"); 501];
    volunteer.post_json("/api/v1/results", &json!({"results": many})).await.expect(413);
}

#[tokio::test]
async fn nobody_but_a_volunteer_records_results() {
    let (app, walk, _) = at_the_doors().await;
    let id = Uuid::now_v7();
    assert_eq!(put(&app.nobody(), id, &walk.spoke(0, "F")).await.0, 401);
    for role in [Role::Organiser, Role::Administrator, Role::DataProtectionOfficer, Role::MembershipSecretary] {
        let actor = app.actor(role, "all").await;
        assert_eq!(put(&actor, id, &walk.spoke(0, "F")).await.0, 403, "{role:?}");
    }
    assert_eq!(stored(&app).await, 0);
}

#[tokio::test]
async fn a_correction_replaces_the_answer_and_keeps_it_in_history_in_any_order() {
    let (app, walk, volunteer) = at_the_doors().await;
    let (first, second, third) = (Uuid::now_v7(), Uuid::now_v7(), Uuid::now_v7());
    let corrected = |base: Uuid, code: Option<&str>| with(walk.said(0, Some(1), "spoke", code), "base", json!(base));
    put(&volunteer, third, &corrected(second, Some("P"))).await;
    put(&volunteer, second, &corrected(first, Some("A"))).await;
    put(&volunteer, first, &walk.spoke(0, "F")).await;
    assert_eq!(stored(&app).await, 3);
    assert_eq!(count(&app, "select count(*) from intention_now where code = 'P'").await, 1);
    assert_eq!(count(&app, "select sum(change)::bigint from tally where code = 'P'").await, 1);
    assert_eq!(count(&app, "select coalesce(sum(change), 0)::bigint from tally where code <> 'P'").await, 0);
    put(&volunteer, Uuid::now_v7(), &corrected(third, None)).await;
    assert_eq!(count(&app, "select count(*) from intention_now where code is not null").await, 0, "taken back");
    assert_eq!(count(&app, "select coalesce(sum(change), 0)::bigint from tally").await, 0);
}

#[tokio::test]
async fn a_correction_at_one_door_takes_back_nothing_at_another() {
    let (app, walk, volunteer) = at_the_doors().await;
    let first = Uuid::now_v7();
    put(&volunteer, first, &walk.spoke(0, "F")).await;
    put(&volunteer, Uuid::now_v7(), &with(walk.spoke(1, "P"), "base", json!(first))).await;
    put(&volunteer, Uuid::now_v7(), &with(walk.said(0, Some(0), "spoke", Some("A")), "base", json!(first))).await;
    assert_eq!(count(&app, "select count(*) from intention_now where code = 'F'").await, 1);
}

#[tokio::test]
async fn the_same_result_twice_at_once_is_one_and_two_contents_at_once_are_one_and_a_conflict() {
    let (app, walk, volunteer) = at_the_doors().await;
    for door in 0..6 {
        let id = Uuid::now_v7();
        let result = walk.spoke(door, "F");
        let (a, b, c) =
            tokio::join!(put(&volunteer, id, &result), put(&volunteer, id, &result), put(&volunteer, id, &result));
        let mut statuses = [a.0, b.0, c.0];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 200, 201]);
        let id = Uuid::now_v7();
        let (one, other) = (walk.spoke(door, "P"), walk.spoke(door, "A"));
        let (a, b) = tokio::join!(put(&volunteer, id, &one), put(&volunteer, id, &other));
        let mut statuses = [a.0, b.0];
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409]);
    }
    assert_eq!(stored(&app).await, 12);
    assert_eq!(count(&app, "select count(*) from result_conflict").await, 6);
}

#[tokio::test]
async fn outboxes_in_opposite_orders_both_arrive() {
    let (app, walk, volunteer) = at_the_doors().await;
    for _ in 0..10 {
        let results: Vec<(Uuid, Value)> =
            (0..24).map(|n| (Uuid::new_v4(), walk.said(n % 6, Some(n % 2), "spoke", Some("F")))).collect();
        let backwards: Vec<_> = results.iter().rev().cloned().collect();
        let (one, other) = tokio::join!(send(&volunteer, &results), send(&volunteer, &backwards));
        let stored = one.iter().chain(&other).filter(|v| v["verdict"] == "stored").count();
        let replayed = one.iter().chain(&other).filter(|v| v["verdict"] == "replayed").count();
        assert_eq!((stored, replayed), (24, 24));
    }
    assert_eq!(stored(&app).await, 240);
}

#[tokio::test]
async fn of_two_answers_that_correct_each_other_the_later_stands() {
    let (app, walk, volunteer) = at_the_doors().await;
    let (one, other) = (Uuid::now_v7(), Uuid::now_v7());
    for (id, base, code) in [(one, other, "F"), (other, one, "A")] {
        let mut said = walk.spoke(0, code);
        said["base"] = json!(base);
        volunteer.put_json(&format!("/api/v1/results/{id}"), &said).await.expect(201);
    }
    assert_eq!(count(&app, "select count(*) from standing_result where intention = 'A'").await, 1);
    assert_eq!(count(&app, "select count(*) from standing_result").await, 1);
    assert_eq!(count(&app, "select count(*) from intention_now where code = 'A'").await, 1);
}
