//! Runs: what is asked for is made once, whatever happens in between, and given out while it may be.

use crate::support::access::sql_as;
use crate::support::app::{Actor, TestApp, seed_place};
use crate::support::form::Form;
use crate::support::materials::{cards, cards_with, everybody, with_printer};
use crate::support::pdf::Pdf;
use crate::support::walk::{Walk, change, count, number};
use hustings::access::Role;
use hustings::database::Database;
use hustings::materials::runs::worker;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

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

async fn state(app: &TestApp) -> String {
    sqlx::query_scalar("select state from material_run order by run_no desc limit 1")
        .fetch_one(&mut app.database.operator().await)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_run_that_was_stopped_is_never_made() {
    let Place { app, walk, desk } = place().await;
    let run = cards(&desk, &[&walk.list]).await.expect(303).location();
    desk.post(&format!("{run}/stop"), &[]).await.expect(303);
    app.print().await;
    assert_eq!(state(&app).await, "stopped");
    assert_eq!(count(&app, "select count(*) from material_work").await, 0, "what it was made of is gone");
    desk.post(&format!("{run}/stop"), &[]).await.expect(409);
    desk.get(&format!("{run}/file")).await.expect(409);
}

#[tokio::test]
async fn a_server_that_dies_in_the_middle_leaves_it_to_the_next_and_it_is_made_once() {
    let Place { app, walk, desk } = place().await;
    let run = cards(&desk, &[&walk.list]).await.expect(303).location();
    // As a server that was killed leaves it: in hand, with nobody who says so any more.
    change(&app, "update material_run set state = 'working', holder = gen_random_uuid(), beat_at = now() - interval '2 minutes', tries = 1").await;
    app.print().await;
    assert_eq!(state(&app).await, "done");
    assert_eq!(count(&app, "select count(*) from material_run").await, 1);
    assert_eq!(count(&app, "select count(*) from material_item").await, 12);
    assert!(Pdf::fetched(&desk, &run).await.text().contains("Edith Harcourt1"));
}

#[tokio::test]
async fn a_run_in_hand_is_left_alone_and_one_that_dies_three_times_is_given_up() {
    let Place { app, walk, desk } = place().await;
    let run = cards(&desk, &[&walk.list]).await.expect(303).location();
    change(&app, "update material_run set state = 'working', holder = gen_random_uuid(), beat_at = now(), tries = 1")
        .await;
    app.print().await;
    assert_eq!(state(&app).await, "working", "another server is at it");
    change(&app, "update material_run set beat_at = now() - interval '2 minutes', tries = 3").await;
    app.print().await;
    assert_eq!(state(&app).await, "failed");
    assert!(desk.get(&run).await.text("main").contains("Make fewer at a time"));
}

#[tokio::test]
async fn a_server_that_is_told_to_stop_leaves_its_run_for_the_next() {
    let Place { app, walk, desk } = place().await;
    cards(&desk, &[&walk.list]).await.expect(303);
    let (database, stop) = (Database::connect(&app.urls()).unwrap(), CancellationToken::new());
    stop.cancel();
    assert!(worker::print_next(&database, &stop).await.unwrap());
    assert_eq!(state(&app).await, "queued");
    app.print().await;
    assert_eq!(state(&app).await, "done");
}

#[tokio::test]
async fn ending_somebodys_access_ends_what_they_had_begun() {
    let Place { app, walk, desk } = place().await;
    cards(&desk, &[&walk.list]).await.expect(303);
    change(&app, "update access_grant set ended_at = now() where role = 'organiser'").await;
    app.print().await;
    assert_eq!(state(&app).await, "stopped");
    assert_eq!(count(&app, "select count(*) from material_file").await, 0);
    assert_eq!(count(&app, "select count(*) from material_work").await, 0);
}

#[tokio::test]
async fn a_file_lasts_seven_days_and_its_record_longer() {
    let Place { app, walk, desk } = place().await;
    let run = cards(&desk, &[&walk.list]).await.expect(303).location();
    app.print().await;
    Pdf::fetched(&desk, &run).await;
    let days = "select count(*) from material_run where file_until between now() + interval '6 days 23 hours' and now() + interval '7 days'";
    assert_eq!(count(&app, days).await, 1);
    change(&app, "update material_run set file_until = now() - interval '1 minute'").await;
    desk.get(&format!("{run}/file")).await.expect(409);
    app.print().await;
    assert_eq!(count(&app, "select count(*) from material_file").await, 0);
    let page = desk.get(&run).await.expect(200);
    assert!(
        page.text("main").contains("Its seven days are over") && page.text("main").contains("1 time"),
        "{}",
        page.body
    );
}

#[tokio::test]
async fn whoever_objects_after_it_was_made_stops_it_from_being_given_out() {
    let Place { app, walk, desk } = place().await;
    let run = cards(&desk, &[&walk.list]).await.expect(303).location();
    app.print().await;
    let elector = &walk.doors[2].electors[0];
    desk.post(&format!("/electors/{elector}/objection"), &[("how", "By post")]).await.expect(303);
    let refused = desk.get(&format!("{run}/file")).await.expect(409);
    assert!(refused.text("main").contains("asked since for no contact"), "{}", refused.body);
    assert!(desk.get(&run).await.text("main").contains("There is no file any more"));
    app.print().await;
    // The newest word counts: whoever takes it back may be called on, and whoever says it anew may not.
    let said = "insert into objection (partition_id, elector_id, objection_id, area_no, channel, withdrawn, how, at)
        select partition_id, elector_id, gen_random_uuid(), area_no, channel, not withdrawn, how, at + interval '1 second'
        from objection order by at desc limit 1";
    change(&app, said).await;
    Pdf::fetched(&desk, &run).await;
    change(&app, said).await;
    desk.get(&format!("{run}/file")).await.expect(409);
    // What was said of another way stops nothing.
    change(&app, "update objection set channel = 'email'").await;
    Pdf::fetched(&desk, &run).await;
}

#[tokio::test]
async fn somebody_elses_run_in_another_area_is_not_there() {
    let Place { app, walk, desk } = place().await;
    let run = cards(&desk, &[&walk.list]).await.expect(303).location();
    app.print().await;
    let neighbour = app.actor(Role::Organiser, "Saltern").await;
    for path in [run.clone(), format!("{run}/file")] {
        neighbour.get(&path).await.expect(404);
    }
    neighbour.post(&format!("{run}/stop"), &[]).await.expect(404);
    assert!(!neighbour.get("/materials/runs").await.expect(200).body.contains("QB1 1"));
    assert!(desk.get("/materials/runs").await.expect(200).body.contains("QB1 1"));
    let volunteer = app.actor(Role::Volunteer, "Quillbrook").await;
    volunteer.get(&run).await.expect(403);
}

#[tokio::test]
async fn fetching_a_file_is_a_look_at_everybody_in_it() {
    let Place { app, walk, desk } = place().await;
    let run = cards(&desk, &[&walk.list]).await.expect(303).location();
    app.print().await;
    Pdf::fetched(&desk, &run).await;
    let looks = "select count(*) from access_log where what = 'print' and cardinality(subjects) = 12";
    assert_eq!(count(&app, looks).await, 1);
}

#[tokio::test]
async fn a_button_pressed_twice_makes_one_run_and_one_pile() {
    let Place { app, walk, desk } = place().await;
    let asked = Uuid::new_v4().to_string();
    let (form, lists) = ([("asked", asked.as_str())], [walk.list.as_str()]);
    let (one, other) = tokio::join!(cards_with(&desk, &lists, &form), cards_with(&desk, &lists, &form));
    let (one, other) = (one.expect(303).location(), other.expect(303).location());
    assert_eq!(one, other, "at the same moment");
    assert_eq!(cards_with(&desk, &lists, &form).await.expect(303).location(), one, "and again, later");
    for (all, rows) in [
        ("select count(*) from material_run", 1),
        ("select count(*) from material_work", 1),
        ("select count(*) from pile", 1),
        ("select count(*) from material_item", 12),
        ("select count(*) from access_log where what = 'print'", 1),
    ] {
        assert_eq!(count(&app, all).await, rows, "{all}");
    }
    // Whoever goes back and chooses otherwise gets what they chose.
    let large = cards_with(&desk, &lists, &[form[0], ("style", "large")]).await.expect(303).location();
    assert_ne!(large, one);
    assert_eq!(count(&app, "select count(*) from pile").await, 2);
}

#[tokio::test]
async fn every_form_that_makes_something_is_sent_once() {
    let Place { app, desk, .. } = place().await;
    everybody(&app, &desk, "Quillbrook").await;
    with_printer(&app).await;
    for kind in ["canvass-cards", "labels", "poll-cards", "posters", "out-cards", "door-cards", "pads", "night-pack"] {
        let path = format!("/materials/{kind}");
        let [one, other] = [desk.get(&path).await.expect(200), desk.get(&path).await.expect(200)]
            .map(|page| page.attribute("main input[name=asked]", "value").parse::<Uuid>().expect(kind));
        assert_ne!(one, other, "{kind}");
    }
    let form = Form::of(&desk.get("/materials/out-cards").await, "main form").with("text", "We called.");
    let form = form.with("step", "make");
    let run = desk.post("/materials/out-cards", &form.fields()).await.expect(303).location();
    assert_eq!(desk.post("/materials/out-cards", &form.fields()).await.expect(303).location(), run);
    let more = form.with("count", "8");
    assert_ne!(desk.post("/materials/out-cards", &more.fields()).await.expect(303).location(), run);
    assert_eq!(count(&app, "select count(*) from material_run").await, 2);
}

#[tokio::test]
async fn a_second_printing_says_which_was_the_first() {
    let Place { app, walk, desk } = place().await;
    everybody(&app, &desk, "Quillbrook").await;
    let again = |run: &str| format!("Another printing of run {}", run.rsplit('/').next().unwrap());
    let first = cards(&desk, &[&walk.list]).await.expect(303).location();
    let second = cards(&desk, &[&walk.list]).await.expect(303).location();
    assert!(desk.get(&second).await.text("main").contains(&again(&first)));
    assert!(!desk.get(&first).await.text("main").contains("Another printing"));
    let labels = Form::of(&desk.get("/materials/labels").await, "main form").with("step", "make");
    let selection: String = sqlx::query_scalar("select selection_id::text from selection")
        .fetch_one(&mut app.database.operator().await)
        .await
        .unwrap();
    let labels = labels.with("selection", &selection).without("asked");
    let first = desk.post("/materials/labels", &labels.fields()).await.expect(303).location();
    assert!(!desk.get(&first).await.text("main").contains("Another printing"), "cards are no labels");
    desk.post(&format!("{first}/stop"), &[]).await.expect(303);
    let second = desk.post("/materials/labels", &labels.fields()).await.expect(303).location();
    assert!(!desk.get(&second).await.text("main").contains("Another printing"), "the first was stopped");
    let third = desk.post("/materials/labels", &labels.fields()).await.expect(303).location();
    assert!(desk.get(&third).await.text("main").contains(&again(&second)));
}

#[tokio::test]
async fn what_is_made_of_no_selection_says_too_when_it_is_printed_again() {
    let Place { app, desk, .. } = place().await;
    with_printer(&app).await;
    let make = async |title: &str| {
        let fields = [
            ("title", title),
            ("text", "We called."),
            ("contact", "01632 960001"),
            ("lines", "3"),
            ("count", "4"),
            ("step", "make"),
        ];
        desk.post("/materials/out-cards", &fields).await.expect(303).location()
    };
    let first = make("Sorry we missed you").await;
    let other = make("Thank you").await;
    assert!(!desk.get(&other).await.text("main").contains("Another printing"), "other words are another card");
    let second = make("Sorry we missed you").await;
    let again = format!("Another printing of run {}", first.rsplit('/').next().unwrap());
    assert!(desk.get(&second).await.text("main").contains(&again));
}

#[tokio::test]
async fn a_run_with_people_of_elsewhere_in_it_is_not_given_to_who_may_not_see_them() {
    let Place { app, desk, .. } = place().await;
    let all = app.actor(Role::Organiser, "all").await;
    // Kept for Quillbrook, it names no area: for who works everywhere it finds everybody.
    let selection = everybody(&app, &desk, "Quillbrook").await.to_string();
    let fields =
        [("selection", selection.as_str()), ("per", "person"), ("stock", "L7160"), ("start", "1"), ("step", "make")];
    let run = all.post("/materials/labels", &fields).await.expect(303).location();
    app.print().await;
    assert!(Pdf::fetched(&all, &run).await.text().contains("Old Tannery Walk"));
    for path in [run.clone(), format!("{run}/file")] {
        desk.get(&path).await.expect(404);
    }
    // A district that has left the area since takes its people with it.
    let own = desk.post("/materials/labels", &fields).await.expect(303).location();
    app.print().await;
    Pdf::fetched(&desk, &own).await;
    change(
        &app,
        "update material_item set area_no = (select area_no from district where letters = 'SG1') where run_no = 2",
    )
    .await;
    desk.get(&format!("{own}/file")).await.expect(409);
}

#[tokio::test]
async fn a_file_is_refused_once_its_makers_area_has_lost_a_district_and_is_made_again_without_it() {
    let Place { app, .. } = place().await;
    change(
        &app,
        "with a as (insert into area (kind, name, short_name) values ('constituency', 'Wexmere Both', 'Both') returning area_id)
         insert into area_district (area_id, area_no)
         select a.area_id, d.area_no from a, district d where d.letters in ('QB1', 'SG1')",
    )
    .await;
    let both = app.actor(Role::Organiser, "Both").await;
    let selection = everybody(&app, &both, "Both").await.to_string();
    let fields =
        [("selection", selection.as_str()), ("per", "person"), ("stock", "L7160"), ("start", "1"), ("step", "make")];
    let run = both.post("/materials/labels", &fields).await.expect(303).location();
    app.print().await;
    assert!(Pdf::fetched(&both, &run).await.text().contains("Old Tannery Walk"));
    let lost = "update area_district ad set until_date = current_date from area a, district d
        where a.area_id = ad.area_id and a.short_name = 'Both' and d.area_no = ad.area_no and d.letters = 'SG1'";
    assert_eq!(change(&app, lost).await, 1);
    let refused = both.get(&format!("{run}/file")).await.expect(409);
    assert!(refused.text("main").contains("a district has left your area"), "{}", refused.body);
    let page = both.get(&run).await.expect(200).text("main");
    assert!(page.contains("There is no file any more") && page.contains("a district has left your area"), "{page}");
    let again = both.post("/materials/labels", &fields).await.expect(303).location();
    app.print().await;
    let text = Pdf::fetched(&both, &again).await.text();
    assert!(text.contains("Larkspur Row") && !text.contains("Old Tannery Walk"), "{text}");
}

#[tokio::test]
async fn erasing_somebody_takes_the_files_and_the_work_that_they_stand_in() {
    let Place { app, walk, desk } = place().await;
    let made = cards(&desk, &[&walk.list]).await.expect(303).location();
    app.print().await;
    let waits = cards(&desk, &[&walk.list]).await.expect(303).location();
    let officer = app.actor(Role::DataProtectionOfficer, "all").await;
    let elector = &walk.doors[3].electors[0];
    let erasure = format!("/protection/subjects/{elector}/erasure");
    officer.post(&erasure, &[("reason", "Asked for by letter")]).await.expect(303);
    assert_eq!(count(&app, "select count(*) from material_file").await, 0);
    assert_eq!(count(&app, "select count(*) from material_work").await, 0);
    assert!(desk.get(&made).await.expect(200).text("main").contains("Somebody in it was erased"));
    assert!(desk.get(&waits).await.expect(200).text("main").contains("Make it again"));
    desk.get(&format!("{made}/file")).await.expect(409);
    assert_eq!(count(&app, "select count(*) from material_item").await, 22, "eleven people on two piles");
}

#[tokio::test]
async fn a_button_pressed_five_times_is_one_look_at_everybody() {
    let Place { app, desk, .. } = place().await;
    let selection = everybody(&app, &desk, "Quillbrook").await.to_string();
    let asked = Uuid::new_v4().to_string();
    let fields = [
        ("selection", selection.as_str()),
        ("per", "person"),
        ("stock", "L7160"),
        ("start", "1"),
        ("asked", asked.as_str()),
        ("step", "make"),
    ];
    let press = || desk.post("/materials/labels", &fields);
    let presses = tokio::join!(press(), press(), press(), press(), press());
    let first = presses.0.expect(303).location();
    for other in [presses.1, presses.2, presses.3, presses.4] {
        assert_eq!(other.expect(303).location(), first);
    }
    assert_eq!(count(&app, "select count(*) from material_run").await, 1);
    assert_eq!(count(&app, "select count(*) from access_log where what = 'print'").await, 1);
}

#[tokio::test]
async fn nobody_has_more_than_five_waiting_and_all_lists_of_one_press_are_one_of_them() {
    let Place { app, walk, desk } = place().await;
    with_printer(&app).await;
    cards(&desk, &[&walk.list, &walk.list, &walk.list, &walk.list, &walk.list, &walk.list]).await.expect(303);
    assert_eq!(count(&app, "select count(*) from material_run").await, 6);
    let form = Form::of(&desk.get("/materials/out-cards").await, "main form").with("text", "We called.");
    let form = form.with("step", "make").without("asked");
    let mut last = String::new();
    for _ in 0..4 {
        last = desk.post("/materials/out-cards", &form.fields()).await.expect(303).location();
    }
    let refused = desk.post("/materials/out-cards", &form.fields()).await.expect(409).text("main");
    assert!(refused.contains("still wait or are on the press") && refused.contains("stop one"), "{refused}");
    cards(&desk, &[&walk.list]).await.expect(409);
    assert_eq!(count(&app, "select count(*) from material_run").await, 10);
    let colleague = app.actor(Role::Organiser, "Quillbrook").await;
    cards(&colleague, &[&walk.list]).await.expect(303);
    desk.post(&format!("{last}/stop"), &[]).await.expect(303);
    // All at one moment, there is room for one.
    let fields = form.fields();
    let press = || desk.post("/materials/out-cards", &fields);
    let (one, two, three) = tokio::join!(press(), press(), press());
    let taken = [one, two, three].iter().filter(|answer| answer.status == 303).count();
    assert_eq!(taken, 1);
}

#[tokio::test]
async fn a_run_without_what_it_is_made_of_fails_at_once_and_says_so() {
    let Place { app, walk, desk } = place().await;
    let run = cards(&desk, &[&walk.list]).await.expect(303).location();
    change(&app, "delete from material_work").await;
    app.print().await;
    assert_eq!(state(&app).await, "failed");
    let page = desk.get(&run).await.text("main");
    assert!(page.contains("What it is made of was not kept with it"), "{page}");
}

#[tokio::test]
async fn nobody_learns_from_a_run_who_was_erased_elsewhere() {
    let Place { app, desk, .. } = place().await;
    change(&app, "update elector set left_at = now(), erased_at = now() where number in ('QB1-2', 'SG1-2')").await;
    let mut sql = sql_as(&app, &desk.account, "hustings_organiser").await;
    for (number, there) in [("QB1-2", false), ("SG1-2", true)] {
        let (partition, elector): (i32, i64) =
            sqlx::query_as("select partition_id, elector_id from elector where number = $1")
                .bind(number)
                .fetch_one(&mut app.database.operator().await)
                .await
                .unwrap();
        let said: bool = sqlx::query_scalar("select wall.hold_for_run(array[$1::integer], array[$2::bigint], '{}')")
            .bind(partition)
            .bind(elector)
            .fetch_one(&mut sql)
            .await
            .unwrap();
        assert_eq!(said, there, "{number}: of nobody it says that they were not erased");
    }
}

#[tokio::test]
async fn a_run_puts_nobody_at_a_home_that_is_not_theirs() {
    let Place { app, walk, desk } = place().await;
    let (area, purpose): (i64, String) =
        sqlx::query_as("select area_id, purpose from access_grant where grant_id = $1")
            .bind(desk.account.grant)
            .fetch_one(&mut app.database.operator().await)
            .await
            .unwrap();
    let mut sql = sql_as(&app, &desk.account, "hustings_organiser").await;
    for (home, taken) in [(0, true), (1, false)] {
        sqlx::query("begin").execute(&mut sql).await.unwrap();
        let run: i64 = sqlx::query_scalar(
            "insert into material_run (area_id, kind, title, purpose, made_by, grant_id, items)
             values ($1, 'labels', 'Labels', $2, $3, $4, 1) returning run_no",
        )
        .bind(area)
        .bind(&purpose)
        .bind(desk.account.id)
        .bind(desk.account.grant)
        .fetch_one(&mut sql)
        .await
        .unwrap();
        let put = sqlx::query(
            "insert into material_item (run_no, item, partition_id, elector_id, household_id, area_no)
             select $1, 1, e.partition_id, e.elector_id, $3, e.area_no from elector e where e.elector_id = $2",
        )
        .bind(run)
        .bind(number(&walk.doors[0].electors[0]))
        .bind(number(&walk.doors[home].household))
        .execute(&mut sql)
        .await;
        assert_eq!(put.is_ok(), taken, "{put:?}");
        sqlx::query("rollback").execute(&mut sql).await.unwrap();
    }
}

#[tokio::test]
async fn who_asks_for_three_does_not_keep_the_press_from_who_asks_for_one() {
    let Place { app, walk, desk } = place().await;
    for _ in 0..3 {
        cards(&desk, &[&walk.list]).await.expect(303);
    }
    let colleague = app.actor(Role::Organiser, "Quillbrook").await;
    cards(&colleague, &[&walk.list]).await.expect(303);
    let (database, stop) = (Database::connect(&app.urls()).unwrap(), CancellationToken::new());
    for _ in 0..2 {
        assert!(worker::print_next(&database, &stop).await.unwrap());
    }
    let done = "select count(*) from material_run where state = 'done' and run_no in (1, 4)";
    assert_eq!(count(&app, done).await, 2, "the first of one, then the other's");
}
