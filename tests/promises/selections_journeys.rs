//! Selections in a browser: chosen by mouse or by keys with the counts following, kept, and made into a walk list; on a phone too.

use crate::support::app::{TestApp, seed_place};
use crate::support::browser::{Browser, LAPTOP, PHONE};
use crate::support::walk::count;
use hustings::access::Role;

#[tokio::test]
async fn an_organiser_builds_a_selection_with_the_counts_following_and_makes_a_walk_list_of_it() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let imogen = app.account(Role::Organiser, "all").await;
    let browser = Browser::start().await;
    let mut page = browser.page().await;
    page.resize(LAPTOP).await;
    app.sign_in_on(&page, &imogen).await;
    page.goto(&format!("{}/selections", app.base)).await;
    page.click("a[href='/selections/new?start=not-asked']").await;
    page.wait_until("document.querySelectorAll('#counts .fig')[1]?.textContent === '24'").await;

    // The page stays; the new row has the focus.
    page.evaluate("window.stayed = true").await.unwrap();
    page.click("button[value='add:r']").await;
    page.wait_until("document.activeElement?.name === 'r.1.of'").await;
    page.select("r.1.of", "area").await;
    page.wait_until("document.activeElement?.name === 'r.1.of' && document.querySelector('[name=\"r.1.areas\"]')")
        .await;
    page.wait_until("document.querySelector('#counts').textContent.includes('Finish condition 2')").await;
    let ward = count(&app, "select area_id from area where name = 'Quillbrook'").await;
    page.click(&format!("input[name='r.1.areas'][value='{ward}']")).await;
    page.wait_until("document.querySelectorAll('#counts .fig')[1]?.textContent === '12'").await;
    page.wait_for("Electors not asked within 90 days, and in Quillbrook").await;
    // A row more, and out again.
    page.click("button[value='group:r']").await;
    page.wait_until("document.activeElement?.name === 'r.2.of'").await;
    page.click("button[value='take:r.2']").await;
    page.wait_until("document.activeElement?.name === 'r.1.of' && !document.querySelector('[name=\"r.2.of\"]')").await;
    page.click("button[value='up:r.1']").await;
    page.wait_until("document.querySelector('[name=\"r.0.of\"]').value === 'area'").await;
    assert_eq!(page.evaluate("window.stayed").await.unwrap(), true);
    assert_eq!(page.axe().await, Vec::<String>::new());

    page.resize(PHONE).await;
    page.no_sideways_scroll().await;
    page.fill("name", "To ask in Quillbrook").await;
    page.click("button[value=keep]").await;
    page.wait_for("Kept as version 1").await;
    page.no_sideways_scroll().await;
    page.click("Make walk lists").await;
    page.wait_for("1 list: 6 doors, 12 electors").await;
    page.no_sideways_scroll().await;
    page.click("button[value=make]").await;
    page.wait_until("/^\\/walk-lists\\//.test(location.pathname)").await;
    assert_eq!(count(&app, "select count(*) from walk_list_elector").await, 12);
    browser.close().await;
}

#[tokio::test]
async fn the_builder_works_on_a_phone_without_script() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let imogen = app.account(Role::Organiser, "Quillbrook").await;
    let browser = Browser::start().await;
    let mut page = browser.page().await;
    page.resize(PHONE).await;
    app.sign_in_on(&page, &imogen).await;
    page.scripts(false).await;
    page.goto(&format!("{}/selections/new", app.base)).await;
    page.click("button[value='add:r']").await;
    page.select("r.0.of", "household-size").await;
    page.click("fieldset.rule button[value=draw]").await;
    page.fill("r.0.least", "2").await;
    page.click("button[value=count]:not(.sr)").await;
    page.wait_for("in homes of 2 electors or more").await;
    page.no_sideways_scroll().await;
    page.fill("name", "Couples").await;
    page.click("button[value=keep]").await;
    page.wait_for("Kept as version 1").await;
    browser.close().await;
}
