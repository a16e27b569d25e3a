//! Making and watching a list in a browser: with scripts the counts keep up by themselves, without them everything
//! works all the same.

use super::walk_lists::place;
use crate::support::app::TestApp;
use crate::support::browser::{Browser, PHONE, Page};
use crate::support::walk::{Walk, count};
use hustings::access::Role;
use uuid::Uuid;

/// The second step, by hand.
async fn choose_streets(app: &TestApp, page: &Page) {
    page.goto(&format!("{}/walk-lists/new", app.base)).await;
    page.click("#district").await;
    page.click("Choose streets").await;
    page.wait_for("6 doors, 12 electors").await;
}

#[tokio::test]
async fn a_list_is_made_on_a_phone_without_scripts() {
    let (app, organiser) = place("Quillbrook").await;
    let browser = Browser::start().await;
    let mut page = browser.page().await;
    page.resize(PHONE).await;
    page.scripts(false).await;
    app.sign_in_on(&page, &organiser.account).await;
    choose_streets(&app, &page).await;
    page.fill("Name", "Saturday").await;
    page.click("Preview").await;
    page.wait_for("Who is left out").await;
    page.click("Change it").await;
    page.wait_for("Step 2 of 3").await;
    page.click("Preview").await;
    page.click("Make this list").await;
    page.wait_for("Nobody holds it now").await;
    assert_eq!(count(&app, "select count(*) from walk_list where name = 'Saturday' and doors = 6").await, 1);
    browser.close().await;
}

#[tokio::test]
async fn counts_keep_up_with_what_is_ticked_and_answers_appear_as_they_come() {
    let (app, organiser) = place("Quillbrook").await;
    let browser = Browser::start().await;
    let page = browser.page().await;
    app.sign_in_on(&page, &organiser.account).await;
    choose_streets(&app, &page).await;
    page.click("#street").await;
    page.wait_for("0 doors, 0 electors").await;
    page.click("#street").await;
    page.wait_for("6 doors, 12 electors").await;
    assert!(page.url().await.ends_with("/walk-lists/new"));

    let walk = Walk::new(&app.database, "QB1").await;
    let volunteer = app.actor(Role::Volunteer, "Quillbrook").await;
    walk.assign(&app, volunteer.account.id).await;
    page.goto(&format!("{}/walk-lists/{}", app.base, walk.list)).await;
    page.wait_for("None yet. They appear here as they come.").await;
    page.evaluate("window.stayed = true").await.unwrap();
    let path = format!("/api/v1/results/{}", Uuid::now_v7());
    volunteer.put_json(&path, &walk.spoke(0, "F")).await.expect(201);
    page.wait_until("document.querySelector('#latest-answers').innerText.includes('1 Larkspur Row')").await;
    page.wait_until("document.querySelector('#progress').innerText.includes('1 of 6')").await;
    assert_eq!(page.evaluate("window.stayed").await, Ok(serde_json::json!(true)), "without loading the page anew");
    browser.close().await;
}
