//! While a pile of canvass cards lies somewhere nobody on it is asked twice, and everybody can see where it is.

use super::paper_entry::Table;
use super::walk_lists::make;
use crate::support::paper::printed;
use crate::support::walk::{change, count};
use hustings::access::Role;

/// Who is on a pile that holds them back.
const HELD: &str = "select count(*) from on_paper";

#[tokio::test]
async fn whoever_is_on_a_pile_is_on_no_new_list_until_they_are_entered() {
    let table = Table::with(3).await;
    assert_eq!(count(&table.app, HELD).await, 6);
    make(&table.app, &table.organiser, &["QB1"], |form| form).await;
    let newest = "select count(*) from walk_list_elector where list_id = (select max(list_id) from walk_list)";
    assert_eq!(count(&table.app, newest).await, 6, "the six on the pile are left out");
    make(&table.app, &table.organiser, &["QB1"], |form| form.without("on_paper")).await;
    assert_eq!(count(&table.app, newest).await, 12, "whoever unticks it asks everybody");

    table.enter("1 n").await.expect(303);
    assert_eq!(count(&table.app, HELD).await, 5, "answered for");
    table.enter("z").await.expect(303);
    assert_eq!(count(&table.app, HELD).await, 6, "and not, where it was a slip");
    table.enter("1 n").await.expect(303);
    table.enter("1! F").await.expect(303);
    table.enter("z").await.expect(303);
    assert_eq!(count(&table.app, HELD).await, 5, "what stands again is an answer");
    table.enter("z").await.expect(303);
    assert_eq!(count(&table.app, HELD).await, 6);
    table.enter("h3 n").await.expect(303);
    assert_eq!(count(&table.app, HELD).await, 4, "a home is everybody of it");
}

#[tokio::test]
async fn a_pile_that_is_put_away_or_two_weeks_late_holds_nobody_back() {
    let table = Table::with(3).await;
    change(&table.app, "update pile set due_back = now() - interval '13 days'").await;
    assert_eq!(count(&table.app, HELD).await, 6);
    change(&table.app, "update pile set due_back = now() - interval '15 days'").await;
    assert_eq!(count(&table.app, HELD).await, 0);
    change(&table.app, "update pile set due_back = now() + interval '1 day'").await;
    change(&table.app, "update material_run set state = 'stopped'").await;
    assert_eq!(count(&table.app, HELD).await, 0, "what was never printed is nowhere");
    change(&table.app, "update material_run set state = 'done'").await;
    for (state, held) in [("back", 6), ("done", 0), ("back", 6), ("lost", 0)] {
        let fields = [("state", state), ("confirmed", "yes")];
        table.organiser.post(&format!("{}/state", table.path()), &fields).await.expect(303);
        assert_eq!(count(&table.app, HELD).await, held, "{state}");
    }
}

#[tokio::test]
async fn a_pile_with_something_left_to_enter_is_done_only_after_a_question() {
    let table = Table::with(2).await;
    let (state, done) = (format!("{}/state", table.path()), "select count(*) from pile where state = 'done'");
    table.enter("1 F").await.expect(303);
    let asked = table.organiser.post(&state, &[("state", "done")]).await.expect(200);
    assert!(asked.text("main").contains("3 numbers: whoever they are"), "{}", asked.text("main"));
    assert_eq!(count(&table.app, done).await, 0, "and is not done yet");
    table.organiser.post(&state, &[("state", "done"), ("confirmed", "yes")]).await.expect(303);
    assert_eq!(count(&table.app, done).await, 1);
    table.organiser.post(&state, &[("state", "back")]).await.expect(303);
    for line in ["2 F", "h3 n"] {
        table.enter(line).await.expect(303);
    }
    table.organiser.post(&state, &[("state", "done")]).await.expect(303);
    assert_eq!(count(&table.app, done).await, 1, "where all is entered nothing is asked");
}

#[tokio::test]
async fn the_page_of_piles_says_what_is_overdue_first_and_how_far_each_is() {
    let table = Table::with(2).await;
    let late = printed(&table.app, &table.walk, 6, &table.organiser.account).await;
    change(
        &table.app,
        "update pile set due_back = now() - interval '1 day' where run_no = (select max(run_no) from pile)",
    )
    .await;
    table.enter("1 F").await.expect(303);
    table.enter("2 n").await.expect(303);
    let page = table.organiser.get("/paper").await.expect(200);
    let first = page.attribute("tbody tr:first-child th a", "href");
    assert_eq!(first, format!("/paper/{late}"));
    assert!(page.text("tbody tr:first-child").contains("Overdue since"), "{}", page.text("tbody"));
    assert!(page.text("tbody tr:nth-child(2)").contains("2 of 4"), "{}", page.text("tbody"));
    assert!(page.text("tbody tr:nth-child(2)").contains("1 spoke, 1 not home"), "{}", page.text("tbody"));
    let list = table.organiser.get(&format!("/walk-lists/{}", table.walk.list)).await.expect(200);
    assert!(list.text("#progress").contains("2 piles on paper: 2 of 16 entered"), "{}", list.text("#progress"));
    let neighbour = table.app.actor(Role::Organiser, "Saltern").await;
    assert!(neighbour.get("/paper").await.expect(200).body.contains("No pile is out"));
}

#[tokio::test]
async fn a_pile_is_lost_only_after_a_page_that_says_what_that_means() {
    let table = Table::with(2).await;
    let state = format!("{}/state", table.path());
    let asked = table.organiser.post(&state, &[("state", "lost")]).await.expect(200);
    assert!(asked.text("main").contains("data protection officer"), "{}", asked.text("main"));
    assert_eq!(count(&table.app, "select count(*) from pile where state = 'lost'").await, 0);
    table.organiser.post(&state, &[("state", "lost"), ("confirmed", "yes")]).await.expect(303);
    assert_eq!(count(&table.app, "select count(*) from pile where state = 'lost'").await, 1);
    let shut = table.enter("1 F").await.expect(422);
    assert!(shut.text("#line-error").contains("put away"), "{}", shut.text("#line-error"));
    table.organiser.post(&state, &[("state", "back")]).await.expect(303);
    table.enter("1 F").await.expect(303);
    table.organiser.post(&state, &[("state", "burnt")]).await.expect(404);
}
