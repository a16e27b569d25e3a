//! Polling day on paper: promises by street with the number that tellers call, and a pack that needs no server.

use crate::support::app::{Actor, TestApp, seed_place};
use crate::support::pdf::Pdf;
use crate::support::voters;
use crate::support::walk::{Walk, change, count};
use hustings::access::Role;

struct Place {
    app: TestApp,
    walk: Walk,
    desk: Actor,
    poll: String,
    district: String,
}

/// Quillbrook, where everybody of the odd numbers is for us.
async fn place() -> Place {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let walk = Walk::new(&app.database, "QB1").await;
    let desk = app.actor(Role::Organiser, "Quillbrook").await;
    change(
        &app,
        "insert into intention_now (partition_id, elector_id, intention_kind, area_no, code, received_at)
         select e.partition_id, e.elector_id, 'local', e.area_no, 'F', now() from elector e join household h using (partition_id, household_id)
         where h.number % 2 = 1",
    )
    .await;
    let poll = voters::poll(&app).await.to_string();
    let district: i32 = sqlx::query_scalar("select area_no from district where letters = 'QB1'")
        .fetch_one(&mut app.database.operator().await)
        .await
        .unwrap();
    Place { app, walk, desk, poll, district: district.to_string() }
}

impl Place {
    fn fields<'a>(&'a self, rounds: &'a str) -> Vec<(&'a str, &'a str)> {
        vec![
            ("poll", &self.poll),
            ("district", &self.district),
            ("group", "for"),
            ("rounds", rounds),
            ("style", "usual"),
        ]
    }
}

#[tokio::test]
async fn pads_hold_promises_by_street_and_number_once_a_round() {
    let place = place().await;
    let run = place.desk.post("/materials/pads", &place.fields("2")).await.expect(303).location();
    place.app.print().await;
    let pdf = Pdf::fetched(&place.desk, &run).await;
    let text = pdf.text();
    for promise in ["Edith Harcourt1", "Wilfred Harcourt3", "Edith Harcourt5"] {
        assert_eq!(text.matches(promise).count(), 2, "once a round: {promise} in {text}");
    }
    assert!(!text.contains("Harcourt2") && !text.contains("Harcourt4"), "{text}");
    assert!(text.contains("round 1 of 2") && text.contains("round 2 of 2") && text.contains("Larkspur Row"), "{text}");
    let words = pdf.words();
    assert!(words.iter().any(|w| w.text == "2"), "the number without the district’s letters");
    assert!(!text.contains("QB1-2"), "{text}");
}

#[tokio::test]
async fn whoever_votes_by_post_has_moved_or_wants_nobody_is_on_no_pad() {
    let place = place().await;
    let [objector, moved, post] =
        [(0, 0), (0, 1), (1, 0)].map(|(d, e): (usize, usize)| place.walk.doors[d].electors[e].clone());
    place.desk.post(&format!("/electors/{objector}/objection"), &[("how", "At the door")]).await.expect(303);
    let number = |id: &str| id.split_once('.').unwrap().1.parse::<i64>().unwrap();
    sqlx::query("update elector set left_at = now() where elector_id = $1")
        .bind(number(&moved))
        .execute(&mut place.app.database.operator().await)
        .await
        .unwrap();
    let absent = "with l as (insert into absent_list (partition_id, poll_id, final, published, districts, file_name, sha256, counts)
           select e.partition_id, $2, false, current_date, array[e.area_no], 'absent.csv', '', '{}' from elector e where e.elector_id = $1
           returning partition_id, poll_id, list_no)
         insert into absent_vote (partition_id, poll_id, elector_id, area_no, list_no, kind)
         select l.partition_id, l.poll_id, e.elector_id, e.area_no, l.list_no, 'post' from l, elector e where e.elector_id = $1";
    sqlx::query(absent)
        .bind(number(&post))
        .bind(place.poll.parse::<i64>().unwrap())
        .execute(&mut place.app.database.operator().await)
        .await
        .unwrap();
    // What somebody says of another kind of election is no promise for this one.
    change(
        &place.app,
        "insert into intention_now (partition_id, elector_id, intention_kind, area_no, code, received_at)
         select e.partition_id, e.elector_id, 'national', e.area_no, 'F', now() from elector e",
    )
    .await;
    let page = place.desk.get("/materials/pads").await.expect(200).text("main");
    assert!(page.contains("4 for us"), "six promised: one left, one votes by post: {page}");
    let run = place.desk.post("/materials/pads", &place.fields("1")).await.expect(303).location();
    place.app.print().await;
    let text = Pdf::fetched(&place.desk, &run).await.text();
    for nobody in ["Harcourt1", "Edith Harcourt3"] {
        assert!(!text.contains(nobody), "{nobody} in {text}");
    }
    assert!(text.contains("Wilfred Harcourt3"), "{text}");
}

#[tokio::test]
async fn the_night_before_pack_needs_no_server_even_where_nobody_has_promised() {
    let place = place().await;
    let all = place.app.actor(Role::Organiser, "all").await;
    change(
        &place.app,
        "delete from intention_now where area_no = (select area_no from district where letters = 'SG1')",
    )
    .await;
    let other: i32 = sqlx::query_scalar("select area_no from district where letters = 'SG1'")
        .fetch_one(&mut place.app.database.operator().await)
        .await
        .unwrap();
    let other = other.to_string();
    let mut fields = place.fields("3");
    fields.extend([("district", other.as_str()), ("contact", "Bo, 01632 960001")]);
    let run = all.post("/materials/night-pack", &fields).await.expect(303).location();
    place.app.print().await;
    let text = Pdf::fetched(&all, &run).await.text();
    for told in [
        "QB1: teller’s sheet",
        "QB1: the board",
        "SG1: teller’s sheet",
        "No promise is recorded here",
        "01632 960001",
        "7 am to 10 pm",
    ] {
        assert!(text.contains(told), "{told} in {text}");
    }
    // Where nobody has promised, tellers have as many numbers to take down.
    assert_eq!(text.matches("Elector numbers 1 to 13").count(), 2, "{text}");
    assert!(text.matches("Edith Harcourt1").count() == 4, "on the board and on each round’s pad");
}

#[tokio::test]
async fn a_pack_sends_people_where_its_own_poll_is_held_and_says_when_it_is_another_printing() {
    let mut place = place().await;
    let first = place.poll.clone();
    let sooner = voters::another_poll(&place.app, "By-election", 40, "Quillbrook").await.to_string();
    change(
        &place.app,
        "insert into polling_place (area_no, poll_id, name)
         select d.area_no, p.poll_id, case p.name when 'By-election' then 'The Chapel' else 'The Library' end
         from district d, poll p where d.letters = 'QB1'",
    )
    .await;
    let mut last = String::new();
    for (poll, held, not) in [(first, "The Library", "The Chapel"), (sooner, "The Chapel", "The Library")] {
        place.poll = poll;
        let run = place.desk.post("/materials/night-pack", &place.fields("1")).await.expect(303).location();
        place.app.print().await;
        let text = Pdf::fetched(&place.desk, &run).await.text();
        assert!(text.contains(held) && !text.contains(not), "{held} in {text}");
        let page = place.desk.get(&run).await.text("main");
        assert!(!page.contains("Another printing"), "of this poll it is the first: {page}");
        last = run.rsplit('/').next().unwrap().to_owned();
    }
    let run = place.desk.post("/materials/night-pack", &place.fields("2")).await.expect(303).location();
    assert!(place.desk.get(&run).await.text("main").contains(&format!("Another printing of run {last}")));
}

#[tokio::test]
async fn another_areas_districts_and_a_poll_that_is_over_are_refused_in_words() {
    let place = place().await;
    let elsewhere = place.app.actor(Role::Organiser, "Saltern").await;
    let refused = elsewhere.post("/materials/pads", &place.fields("1")).await.expect(422);
    assert!(refused.text("main").contains("Tick at least one polling district"), "{}", refused.body);
    change(&place.app, "update poll set poll_date = current_date - 1").await;
    let refused = place.desk.post("/materials/pads", &place.fields("1")).await.expect(422);
    assert!(refused.text("main").contains("still to come"), "{}", refused.body);
    assert_eq!(count(&place.app, "select count(*) from material_run").await, 0);
}
