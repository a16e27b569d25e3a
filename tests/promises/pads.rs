//! Polling day on paper: promises by street with the number that tellers call, and a pack that needs no server.

use super::tasks::{asking, put};
use crate::support::app::{Actor, TestApp, seed_place};
use crate::support::pdf::Pdf;
use crate::support::people::{agrees_to, person};
use crate::support::voters;
use crate::support::walk::{Walk, change, count};
use hustings::access::Role;
use hustings::web::words;

pub(super) struct Place {
    pub app: TestApp,
    pub walk: Walk,
    pub desk: Actor,
    pub poll: String,
    pub district: String,
}

/// Quillbrook, where everybody of the odd numbers is for us.
pub(super) async fn place() -> Place {
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
    pub fn fields<'a>(&'a self, rounds: &'a str) -> Vec<(&'a str, &'a str)> {
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
async fn a_pack_that_is_printed_early_is_destroyed_after_the_poll_and_not_before() {
    let place = place().await;
    change(&place.app, "update poll set poll_date = current_date + 164 where name = 'Local elections'").await;
    let day = words::day_of(chrono::Utc::now()) + chrono::TimeDelta::days(164 + 14);
    let said = format!("Destroy it once the poll is over, by {} at the latest.", words::date(day));
    for (at, kind) in [("/materials/night-pack", "pack"), ("/materials/pads", "pads")] {
        let run = place.desk.post(at, &place.fields("1")).await.expect(303).location();
        place.app.print().await;
        let text = Pdf::fetched(&place.desk, &run).await.text();
        assert!(text.split_whitespace().collect::<Vec<_>>().join(" ").contains(&said), "{kind}: {text}");
    }
}

#[tokio::test]
async fn in_large_print_the_box_to_tick_covers_no_number() {
    let place = place().await;
    let mut fields = place.fields("1");
    fields.retain(|(name, _)| *name != "style");
    fields.push(("style", "large"));
    let run = place.desk.post("/materials/pads", &fields).await.expect(303).location();
    place.app.print().await;
    let words = Pdf::fetched(&place.desk, &run).await.words();
    let label = words.iter().find(|w| w.text == "Harcourt1").expect("a promise");
    let number = words.iter().filter(|w| w.page == label.page && (w.at[1] - label.at[1]).abs() < 2.0).map(|w| w.at[0]);
    // The box is as wide as its letters are high, and a bit: it begins at the margin of 13 mm, and a gap of 1.2 mm.
    let first = number.fold(f64::MAX, f64::min);
    assert!(first > 13.0 + 1.2 + 16.0 * 1.15 * 25.4 / 72.0, "{first}");
}

/// Puts people down as volunteers who drive on polling day.
pub(super) const DRIVE: &str = "insert into volunteer (person_id, area_id, skills, availability)
    select person_id, area_id, array['driving'], array['polling-day'] from person";

#[tokio::test]
async fn a_pack_says_who_holds_what_who_drives_whom_and_how_to_use_it() {
    let place = place().await;
    let canvasser = place.app.actor(Role::Volunteer, "Quillbrook").await;
    place.walk.assign(&place.app, canvasser.account.id).await;
    // At number 2 somebody needs a lift, at number 6 somebody will help.
    put(&canvasser, &asking(&place.walk, 3, &["lift"])).await;
    put(&canvasser, &asking(&place.walk, 5, &["will-help"])).await;
    let driver = person(&place.app, "Quillbrook", "Dee", "Fenn", true).await;
    agrees_to(&place.app, driver, "phone").await;
    // Nobody has said that they may be rung, or nothing was given to organisers.
    person(&place.app, "Quillbrook", "Fay", "Nunn", true).await;
    let private = person(&place.app, "Quillbrook", "Gil", "Orme", false).await;
    agrees_to(&place.app, private, "phone").await;
    change(&place.app, DRIVE).await;
    let mut fields = place.fields("1");
    fields.push(("contact", "Bo, 01632 960001"));
    let run = place.desk.post("/materials/night-pack", &fields).await.expect(303).location();
    place.app.print().await;
    let pdf = Pdf::fetched(&place.desk, &run).await;
    let text = pdf.text();
    for told in [
        "The committee room",
        "How to use it",
        "Bo, 01632 960001",
        "Votes by the hour",
        "What the codes mean",
        "Firm",
        "Needs a lift to vote",
        "Who holds what",
        "QB1 1",
        "6 doors",
        "Volunteer of Quillbrook",
        "Lifts",
        "Who helps",
        "Dee Fenn",
        "Fay Nunn",
        "Gil Orme",
        "Driving; comes on polling day",
        "QB1: teller’s sheet",
    ] {
        assert!(text.contains(told), "{told} in {text}");
    }
    assert_eq!(text.matches("07700 900123").count(), 1, "of the one who agreed and gave it to organisers: {text}");
    let page_of = |name: &str| pdf.texts().iter().position(|page| page.contains(name)).unwrap_or(usize::MAX);
    let lifts = pdf.texts().into_iter().find(|page| page.contains("Whoever asked for one")).unwrap();
    assert!(lifts.contains("Larkspur Row") && lifts.contains("Wilfred Harcourt2"), "{lifts}");
    assert!(!lifts.contains("Harcourt6"), "{lifts}");
    assert!(page_of("The committee room") == 0 && page_of("Votes by the hour") < page_of("QB1: teller’s sheet"));
    // Everybody named is on the run's record, once, and whoever helps on that of the look.
    for everybody in [
        "select count(*) from material_item i join elector e using (partition_id, elector_id) where e.name = 'Wilfred Harcourt2'",
        "select count(*) from material_item i join elector e using (partition_id, elector_id) where e.name = 'Wilfred Harcourt6'",
        "select count(*) from access_log l, person p join person_subject s using (person_id)
         where p.forename = 'Dee' and l.what = 'print' and l.permission = 'make-materials' and s.pseudonym = any (l.subjects)
           and l.at = (select min(at) from access_log where what = 'print')",
    ] {
        assert_eq!(count(&place.app, everybody).await, 1, "{everybody}");
    }
    // Whoever is erased takes the pack with them.
    let officer = place.app.actor(Role::DataProtectionOfficer, "all").await;
    let erasure = format!("/protection/subjects/person-{driver}/erasure");
    officer.post(&erasure, &[("reason", "Request 1")]).await.expect(303);
    let refused = place.desk.get(&format!("{run}/file")).await.expect(409);
    assert!(refused.text("main").contains("Somebody in it was erased"), "{}", refused.body);
}

#[tokio::test]
async fn whoever_objected_is_nowhere_in_a_pack_whatever_they_asked_for_before() {
    let place = place().await;
    let canvasser = place.app.actor(Role::Volunteer, "Quillbrook").await;
    place.walk.assign(&place.app, canvasser.account.id).await;
    for (door, asks) in [(3, "lift"), (4, "lift"), (5, "will-help")] {
        put(&canvasser, &asking(&place.walk, door, &[asks])).await;
    }
    change(
        &place.app,
        "insert into objection (partition_id, elector_id, objection_id, area_no, channel, how)
         select partition_id, elector_id, gen_random_uuid(), area_no,
           case when name like '%2' then 'door' when name like '%1' then 'opinions' else 'processing' end, 'Wrote'
         from elector where name in ('Wilfred Harcourt2', 'Wilfred Harcourt6', 'Edith Harcourt1')",
    )
    .await;
    let run = place.desk.post("/materials/night-pack", &place.fields("1")).await.expect(303).location();
    place.app.print().await;
    let text = Pdf::fetched(&place.desk, &run).await.text();
    for nobody in ["Wilfred Harcourt2", "Wilfred Harcourt6", "Edith Harcourt1"] {
        assert!(!text.contains(nobody), "{nobody} in {text}");
    }
    assert!(text.contains("Wilfred Harcourt4") && text.contains("Wilfred Harcourt1"), "{text}");
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
