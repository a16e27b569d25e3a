//! Runs: what is asked for is made once, whatever happens in between, and given out while it may be.

use crate::support::app::{Actor, TestApp, seed_place};
use crate::support::materials::cards;
use crate::support::pdf::Pdf;
use crate::support::walk::{Walk, change, count};
use hustings::access::Role;
use hustings::database::Database;
use hustings::materials::runs::worker;
use tokio_util::sync::CancellationToken;

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
