//! Canvass cards: each elector once, in the order of the list, with a code that a scanner reads.

use crate::support::app::{Actor, TestApp, seed_place};
use crate::support::form::Form;
use crate::support::materials::{cards, cards_with};
use crate::support::pdf::{Pdf, Word};
use crate::support::walk::{Walk, change, count, number};
use hustings::access::Role;
use hustings::canvass::paper::entry::{ASKS, OUTCOMES};
use hustings::materials::code::Code;
use hustings::materials::{Kind, gallery, press};
use serde_json::{Value, json};
use std::collections::BTreeSet;

struct Place {
    app: TestApp,
    walk: Walk,
    desk: Actor,
}

async fn place() -> Place {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let walk = Walk::new(&app.database, "QB1").await;
    let desk = app.actor(Role::Organiser, "Quillbrook").await;
    Place { app, walk, desk }
}

/// The place of a name in a text, which holds it once.
#[track_caller]
fn once(text: &str, name: &str) -> usize {
    assert_eq!(text.matches(name).count(), 1, "{name} in {text}");
    text.find(name).unwrap()
}

#[tokio::test]
async fn cards_hold_every_elector_once_in_walk_order_and_say_how_they_go_back() {
    let Place { app, walk, desk } = place().await;
    let run = cards(&desk, &[&walk.list]).await.expect(303).location();
    let page = desk.get(&run).await.expect(200);
    assert_eq!(page.text(".page-head .tag"), "Waits for its turn");
    assert_eq!(page.count("#state[data-refresh], #progress[data-refresh]"), 2);
    assert_eq!(desk.get("/materials/runs").await.expect(200).count("#runs[data-refresh]"), 1);
    app.print().await;
    let page = desk.get(&run).await.expect(200);
    // What the page that waited swaps in is there, and asks no further.
    assert_eq!((page.count("#state, #progress"), page.count("[data-refresh]")), (2, 0));
    assert_eq!(desk.get("/materials/runs").await.expect(200).count("[data-refresh]"), 0);
    assert!(page.text("main").contains("The file is ready"), "{}", page.body);
    let pdf = Pdf::fetched(&desk, &run).await;
    let text = pdf.text();
    // Odd numbers up, then even ones: as the list was made.
    let places: Vec<usize> = [
        "Edith Harcourt1",
        "Wilfred Harcourt1",
        "Edith Harcourt3",
        "Edith Harcourt5",
        "Edith Harcourt2",
        "Wilfred Harcourt6",
    ]
    .iter()
    .map(|name| once(&text, name))
    .collect();
    assert!(places.is_sorted(), "{places:?} in {text}");
    for told in ["The bandstand, 10 am", "Bo, 01632 960001", "Return or destroy by", "To read out, if asked"] {
        assert!(text.contains(told), "{told} in {text}");
    }
    for (_, outcome) in OUTCOMES {
        assert!(text.contains(outcome.title()), "the cover has a letter for each outcome: {}", outcome.title());
    }
    for (_, ask) in ASKS {
        assert!(text.contains(ask.title()), "and a word for whatever is asked for: {}", ask.title());
    }
    let poster = text.matches("poster").count();
    assert!(poster > 12, "and what is asked for most stands below each person's boxes: {poster}");
    for page in pdf.texts() {
        assert!(page.contains("Printed by Organiser of Quillbrook"), "{page}");
    }
    let record = desk.get(&run).await.text("#record ~ *");
    assert!(record.contains("12") && record.contains("Canvassing"), "{record}");
}

#[tokio::test]
async fn the_codes_beside_names_are_read_by_another_scanner_and_say_who_is_meant() {
    let Place { app, walk, desk } = place().await;
    let run = cards(&desk, &[&walk.list]).await.expect(303).location();
    app.print().await;
    let pdf = Pdf::fetched(&desk, &run).await;
    let codes = pdf.codes(2);
    let read: Vec<Code> = codes.iter().map(|code| Code::parse(code).unwrap_or_else(|| panic!("{code}"))).collect();
    assert_eq!(read.len(), 12, "{codes:?}");
    let run: i64 = run.rsplit('/').next().unwrap().parse().unwrap();
    assert!(read.iter().all(|code| code.run == run));
    let third = number(&walk.doors[1].electors[0]);
    let item = query_item(&app, run, third).await;
    assert_eq!(item, 3);
    assert!(pdf.text().contains(&Code { run, item }.to_string()));
    assert!(pdf.codes(1).iter().any(|code| code.contains("/canvass/")), "the cover leads to the list online");
}

async fn query_item(app: &TestApp, run: i64, elector: i64) -> i32 {
    sqlx::query_scalar("select item from material_item where run_no = $1 and elector_id = $2")
        .bind(run)
        .bind(elector)
        .fetch_one(&mut app.database.operator().await)
        .await
        .unwrap()
}

#[tokio::test]
async fn whoever_wants_nobody_at_the_door_or_left_is_on_no_card() {
    let Place { app, walk, desk } = place().await;
    let [objector, other] = [&walk.doors[0].electors[0], &walk.doors[0].electors[1]];
    for elector in [objector, other] {
        desk.post(&format!("/electors/{elector}/objection"), &[("how", "At the door")]).await.expect(303);
    }
    change(&app, "update elector set left_at = now() where name = 'Edith Harcourt3'").await;
    let run = cards(&desk, &[&walk.list]).await.expect(303).location();
    app.print().await;
    let text = Pdf::fetched(&desk, &run).await.text();
    assert!(!text.contains("Harcourt1") && !text.contains("Edith Harcourt3"), "{text}");
    assert!(text.contains("Do not call"), "{text}");
    let on_it = count(&app, "select count(*) from material_item i join elector e using (partition_id, elector_id) where e.left_at is not null").await;
    assert_eq!(on_it, 0);
}

#[tokio::test]
async fn sides_begin_pages_of_their_own_and_large_print_is_large() {
    let Place { app, walk, desk } = place().await;
    let choices = [("breaks", "sides"), ("style", "large"), ("size", "a5"), ("cover", "no")];
    let run = cards_with(&desk, &[&walk.list], &choices).await.expect(303).location();
    app.print().await;
    let pdf = Pdf::fetched(&desk, &run).await;
    let pages = pdf.texts();
    let on =
        |name: &str| pages.iter().position(|page| page.contains(name)).unwrap_or_else(|| panic!("{name} in {pages:?}"));
    assert!(on("odd numbers") < on("even numbers"));
    let words = pdf.words();
    let name = words.iter().find(|w| w.text == "Harcourt1").unwrap();
    assert!(name.at[3] - name.at[1] > 4.5, "16 points and more: {name:?}");
    let wide = words.iter().map(|w| w.at[2]).fold(0.0, f64::max);
    assert!(wide <= 148.0, "nothing leaves the page: {wide}");
}

#[tokio::test]
async fn in_large_print_with_every_column_the_cover_is_large_too_and_a_note_has_a_line() {
    let Place { app, walk, desk } = place().await;
    for size in ["a4", "a5"] {
        let run = cards_with(&desk, &[&walk.list], &[("style", "large"), ("size", size)]).await.expect(303).location();
        app.print().await;
        let pdf = Pdf::fetched(&desk, &run).await;
        let pages = pdf.texts();
        assert!(pages[0].contains("To read out, if asked") && pages[0].contains("No gossip"), "{size}: {pages:?}");
        assert!(pages[1].contains("Mark one code a person"), "{size}: {pages:?}");
        assert!(pages[2].contains("Larkspur Row") && pages[2].contains("Harcourt1"), "{size}: {pages:?}");
        let words = pdf.words();
        // What is read at the door is in 16 point: the cover, its notice and codes, the words to ring, and a number.
        for read in ["Meet", "bandstand,", "out,", "poster", "QB1-2", "home"] {
            let word = words.iter().find(|w| w.text == read).unwrap_or_else(|| panic!("{size}: {read} in {words:?}"));
            let points = (word.at[3] - word.at[1]) * 72.0 / 25.4;
            assert!(points > 15.9, "{size}: {points} in {word:?}");
        }
        assert_eq!(words.iter().filter(|w| w.text == "Note").count(), 12, "{size}: a ruled line for each");
        // The codes of whoever stands first take two rows at most.
        let name = words.iter().find(|w| w.text == "Harcourt1").unwrap();
        let note = words.iter().find(|w| w.text == "Note" && w.page == name.page && w.at[1] > name.at[1]).unwrap();
        let of_them = |w: &&Word| {
            w.page == name.page && w.at[1] > name.at[1] - 3.0 && w.at[1] < note.at[1] && w.at[0] > name.at[2]
        };
        let code = |w: &&Word| w.text.len() == 1 && w.text.chars().all(|c| c.is_ascii_uppercase());
        let rows: BTreeSet<String> =
            words.iter().filter(of_them).filter(code).map(|w| format!("{:.0}", w.at[1])).collect();
        assert!((1..=2).contains(&rows.len()), "{size}: {rows:?}");
    }
}

#[tokio::test]
async fn a_home_that_goes_on_on_the_next_page_has_its_door_and_street_and_boxes_there_again() {
    let _app = TestApp::new().await;
    for (size, style) in [("a5", "large"), ("a4", "large"), ("a5", "usual"), ("a4", "usual"), ("a4", "easy")] {
        let mut work = gallery::work(Kind::CanvassCards).unwrap();
        work.common["size"] = size.into();
        work.common["style"] = style.into();
        let person =
            |n: usize| json!({ "n": n, "name": format!("Andrei Khan{n}"), "number": "", "last": "", "marks": "" });
        let people: Vec<Value> = (1..=40).map(person).collect();
        let home = json!({ "label": "Tamarisk", "leave": false, "people": people });
        work.parts[0]["groups"] = json!([{ "heading": "Larkspur Row", "new-page": false, "homes": [home] }]);
        let pdf = Pdf::of(&press::set(work).await.unwrap());
        let pages = pdf.texts();
        assert!(pages.len() > 1, "{size} {style}: {pages:?}");
        for (at, page) in pages.iter().enumerate() {
            for told in ["Tamarisk", "Larkspur Row", "Not home", "Come back", "Khan"] {
                assert!(page.contains(told), "{size} {style}: {told} on page {}: {page}", at + 1);
            }
            assert_eq!(page.contains("continued"), at > 0, "{size} {style}: {page}");
        }
        let words = pdf.words();
        for n in 1..=40 {
            let name = format!("Khan{n}");
            assert_eq!(words.iter().filter(|w| w.text == name).count(), 1, "{size} {style}: {name}");
        }
    }
}

#[tokio::test]
async fn a_list_of_another_area_or_an_ended_one_is_not_printed() {
    let Place { app, walk, desk } = place().await;
    let elsewhere = Walk::new(&app.database, "SG1").await;
    cards(&desk, &[&elsewhere.list]).await.expect(404);
    cards(&desk, &["1.99999"]).await.expect(404);
    assert!(cards(&desk, &[]).await.expect(422).text("main").contains("Tick at least one walk list"));
    cards(&desk, &["no list"]).await.expect(422);
    change(&app, "update walk_list set ended_at = now() where name = 'QB1 1'").await;
    assert!(cards(&desk, &[&walk.list]).await.expect(409).text("main").contains("has ended"));
    assert_eq!(count(&app, "select count(*) from material_run").await, 0);
    assert_eq!(count(&app, "select count(*) from pile").await, 0);
}

#[tokio::test]
async fn of_lists_among_which_one_has_ended_none_is_printed() {
    let Place { app, walk, .. } = place().await;
    let other = Walk::new(&app.database, "SG1").await;
    let everywhere = app.actor(Role::Organiser, "all").await;
    change(&app, "update walk_list set ended_at = now() where name = 'SG1 1'").await;
    let refused = cards(&everywhere, &[&walk.list, &other.list]).await.expect(409);
    assert!(refused.text("main").contains("SG1 1 has ended"), "{}", refused.body);
    for all in ["select count(*) from material_run", "select count(*) from pile"] {
        assert_eq!(count(&app, all).await, 0, "{all}");
    }
}

#[tokio::test]
async fn printing_a_list_is_on_record_as_a_print_of_it() {
    let Place { app: _app, walk, desk } = place().await;
    cards(&desk, &[&walk.list]).await.expect(303);
    let prints = "select count(*) from access_log where what = 'print' and list_id is not null and permission = 'make-materials'";
    assert_eq!(count(&_app, prints).await, 1);
}

#[tokio::test]
async fn all_lists_of_a_constituency_are_ticked_without_script_and_printed_in_one_go() {
    let Place { app, walk, desk } = place().await;
    change(
        &app,
        "with l as (insert into walk_list (partition_id, name, area_no, intention_kind, side_order, doors, electors)
           select partition_id, 'QB1 ' || n, area_no, intention_kind, side_order, doors, electors
           from walk_list, generate_series(2, 62) n returning partition_id, list_id),
         d as (insert into walk_list_door (partition_id, list_id, version, place, household_id, area_no, street, side)
           select l.partition_id, l.list_id, 1, w.place, w.household_id, w.area_no, w.street, w.side from l, walk_list_door w)
         insert into walk_list_elector (partition_id, list_id, version, household_id, elector_id, place, area_no)
         select l.partition_id, l.list_id, 1, w.household_id, w.elector_id, w.place, w.area_no from l, walk_list_elector w",
    )
    .await;
    let page = desk.get("/materials/canvass-cards").await.expect(200);
    let ticks = "input[name=list][checked]";
    assert_eq!(page.count(ticks), 0);
    assert_eq!(page.text("main form a"), "Tick all 62");
    let ticked = desk.get(&page.attribute("main form a", "href")).await.expect(200);
    assert_eq!(ticked.count(ticks), 62);
    let form = Form::of(&ticked, "main form");
    let runs = desk.post("/materials/canvass-cards", &form.fields()).await.expect(303).location();
    assert!(runs.starts_with("/materials/runs?kind=canvass-cards"), "{runs}");
    assert_eq!(count(&app, "select count(*) from material_run").await, 62);
    // More than a hundred are refused in words, and none of them is printed.
    let many = (62..101).fold(form, |form, _| form.tick("list", &walk.list));
    let refused = desk.post("/materials/canvass-cards", &many.fields()).await.expect(422);
    assert!(refused.text(".errors").contains("at most 100"), "{}", refused.body);
    assert_eq!(count(&app, "select count(*) from material_run").await, 62);
}

#[tokio::test]
async fn of_lists_of_which_one_has_nobody_left_none_is_printed_and_it_is_named() {
    let Place { app, walk, .. } = place().await;
    let other = Walk::new(&app.database, "SG1").await;
    let everywhere = app.actor(Role::Organiser, "all").await;
    let gone = "update elector e set left_at = now() from district d where d.area_no = e.area_no and d.letters = 'SG1'";
    change(&app, gone).await;
    let page = cards(&everywhere, &[&walk.list, &other.list]).await.expect(422);
    assert!(page.text(".errors").contains("Nobody of SG1 1 is left to call on"), "{}", page.body);
    for all in ["select count(*) from material_run", "select count(*) from pile"] {
        assert_eq!(count(&app, all).await, 0, "{all}");
    }
    cards(&everywhere, &[&walk.list]).await.expect(303);
}
