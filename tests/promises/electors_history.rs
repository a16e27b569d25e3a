//! An elector's page tells what the register says, what was said, when, and who recorded it.

use crate::support::electors::{find, quillbrook};
use crate::support::results::Place;
use serde_json::{Value, json};
use sqlx::query;

#[tokio::test]
async fn an_electors_page_tells_what_was_said_when_and_who_recorded_it() {
    let (app, organiser, _) = quillbrook().await;
    let place = Place::of(&app).await;
    let first = place.result("QB1-6", "spoke", Some("A"), "now() - interval '2 days'").await;
    let more = json!({"note": "The bus is late", "asks": ["poster", "will-help"], "issues": ["BUS"], "voted": "post"});
    place.full("QB1-6", "spoke", Some("F"), "now() - interval '1 day'", Some(first), more).await;
    query("insert into result (partition_id, id, list_id, household_id, area_no, outcome, intention_kind, at, account_id)
           select e.partition_id, gen_random_uuid(), l.list_id, e.household_id, e.area_no, 'not-home', 'local', now(), $1
           from elector e, walk_list l where e.number = 'QB1-6'")
        .bind(place.account).execute(&mut place.db().await).await.unwrap();
    let id = place.id("QB1-6").await;
    let page = organiser.get(&format!("/electors/{id}")).await.expect(200);
    let history = page.text(".time");
    for told in [
        "Firm, local election",
        "by Bo Ferreday on list Quillbrook 3",
        "Will put up a poster. Will help.",
        "“The bus is late”",
        "Buses",
        "Against, local election",
        "Corrected later",
        "Corrects an earlier answer",
        "Not home",
    ] {
        assert!(history.contains(told), "{told}: {history}");
    }
    assert!(!history.contains("voted"), "not before the poll is over");
    let now = page.text("[aria-labelledby=now]");
    assert!(now.contains("F Firm") && now.contains("Buses") && now.contains("Put up a poster and help"), "{now}");
    assert!(page.text("main").contains("It is on record"));
    let results = organiser.get(&format!("/api/v1/electors/{id}")).await.expect(200).json()["results"].clone();
    let results = results.as_array().unwrap();
    assert_eq!(results.len(), 3);
    assert_eq!(
        (&results[1]["intention"], &results[1]["by"], &results[1]["voted"]),
        (&json!("F"), &json!("Bo Ferreday"), &Value::Null)
    );
    assert_eq!((&results[2]["corrected"], &results[2]["id"]), (&json!(true), &json!(first)));
    query("update poll set poll_date = current_date - 1").execute(&mut place.db().await).await.unwrap();
    let page = organiser.get(&format!("/electors/{id}")).await.expect(200);
    assert!(page.text(".time").contains("Says they voted by post"), "{}", page.text(".time"));
}

#[tokio::test]
async fn registers_attainers_and_marks_are_told_in_words() {
    let (app, organiser, partition) = quillbrook().await;
    let place = Place::of(&app).await;
    let mut db = place.db().await;
    query("update elector set kind = 'attainer', attains_on = '2027-03-04', markers = 'K Z' where number = 'QB1-3'")
        .execute(&mut db)
        .await
        .unwrap();
    query("with r as (insert into register (partition_id, published, kind, basis, format, encoding, file_name, sha256, counts)
             select $1, d, 'full', 'party', 'x', 'utf-8', 'f', '', '{}' from (values (date '2025-12-01'), ('2024-12-01')) v (d) returning *)
           insert into register_entry (partition_id, register_id, area_no, number, suffix, elector_id, line, position, raw)
           select r.partition_id, r.register_id, e.area_no, case when r.published = '2025-12-01' then 3 else 77 end, 0, e.elector_id, 1, 1, ''
           from r, elector e where e.number = 'QB1-3'")
        .bind(partition).execute(&mut db).await.unwrap();
    let page = organiser.get(&format!("/electors/{}", place.id("QB1-3").await)).await.expect(200);
    let head = page.text(".page-head");
    assert!(head.contains("Elector QB1-3 on Wexmere’s register of 1 December 2025"), "{head}");
    let now = page.text("[aria-labelledby=now]");
    assert!(
        now.contains("Attainer, 18 on 4 March 2027") && now.contains("Citizen of an EU state: local elections only"),
        "{now}"
    );
    assert!(page.text(".time").contains("On the register as QB1-77"));
    place.result("QB1-5", "moved", None, "now()").await;
    let found = find(&organiser, &[("q", "1 larkspur row")]).await;
    assert!(found.text("tbody").contains("Attainer"), "{}", found.text("tbody"));
    let found = find(&organiser, &[("q", "QB1-5")]).await;
    assert!(found.text("tbody").contains("Moved?"));
    query("update elector set number = '', left_at = now() where number = 'QB1-8'").execute(&mut db).await.unwrap();
    let found = find(&organiser, &[("q", "edith harcourt4")]).await;
    assert!(found.text("tbody").contains("Left"), "{}", found.text("tbody"));
}

#[tokio::test]
async fn who_wants_no_contact_is_marked_and_may_change_their_mind() {
    let (app, organiser, _) = quillbrook().await;
    let place = Place::of(&app).await;
    let id = place.id("QB1-4").await;
    let asks = organiser.get(&format!("/electors/{id}/objection")).await.expect(200);
    assert!(asks.text("h1").contains("Stop contact with Edith Harcourt2 at the door?"));
    assert!(asks.text(".facts").contains("1 live walk list holds them"), "{}", asks.text(".facts"));
    let page = organiser.post(&format!("/electors/{id}/objection"), &[("how", " ")]).await.expect(422);
    assert!(page.text(".errors").contains("Say how they said it"));
    let stop =
        organiser.post(&format!("/electors/{id}/objection"), &[("how", "By letter of 3 October")]).await.expect(303);
    assert_eq!(stop.location(), format!("/electors/{id}"));
    let page = organiser.get(&format!("/electors/{id}")).await.expect(200);
    assert!(page.text("[aria-labelledby=ways]").contains("Said no"), "{}", page.text("[aria-labelledby=ways]"));
    assert!(
        page.text(".time").contains("By letter of 3 October. Recorded by Organiser of Quillbrook."),
        "{}",
        page.text(".time")
    );
    let found = find(&organiser, &[("q", "QB1-4")]).await;
    assert_eq!(found.text(".tag.bad"), "Do not call");
    organiser
        .post(&format!("/electors/{id}/objection/withdrawal"), &[("how", "Told Bo at the stall")])
        .await
        .expect(303);
    let page = organiser.get(&format!("/electors/{id}")).await.expect(200);
    assert!(page.text("[aria-labelledby=ways]").contains("DoorYes"), "{}", page.text("[aria-labelledby=ways]"));
    assert!(page.text(".time").contains("By letter of 3 October"), "both stay in the history");
    let found = find(&organiser, &[("q", "QB1-4")]).await;
    assert_eq!(found.count(".tag.bad"), 0);
}
