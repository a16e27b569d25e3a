//! Delivery in a browser, from a district to the last letterbox, on phones.

use crate::support::app::{TestApp, seed_place};
use crate::support::browser::{Browser, NARROW, PHONE};
use crate::support::walk::count;
use hustings::access::Role;

#[tokio::test]
async fn an_organiser_cuts_rounds_and_hands_over_and_a_volunteer_delivers_on_a_phone_without_script() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let imogen = app.account(Role::Organiser, "Quillbrook").await;
    let victor = app.account(Role::Volunteer, "Quillbrook").await;
    let browser = Browser::start().await;
    let mut page = browser.page().await;
    page.resize(PHONE).await;
    app.sign_in_on(&page, &imogen).await;
    page.goto(&format!("{}/rounds", app.base)).await;
    page.click("main .page-head a.btn.main").await;
    page.click("input[name=district]").await;
    page.click("Choose streets").await;
    page.wait_for("Step 2 of 3").await;
    page.no_sideways_scroll().await;
    page.click("main form .btn.main").await;
    page.wait_for("6 leaflets in all").await;
    page.no_sideways_scroll().await;
    page.click("main form .btn.main").await;
    page.wait_for("The rounds are made").await;
    page.click("main table th a").await;
    page.select("to", "Volunteer of Quillbrook").await;
    page.click("Give it to them").await;
    page.wait_for("The round is theirs").await;
    page.no_sideways_scroll().await;
    page.goto(&format!("{}/rounds/leaflets", app.base)).await;
    page.fill("title", "Autumn survey").await;
    page.click("Add the leaflet").await;
    page.wait_for("The leaflet is here").await;
    page.no_sideways_scroll().await;
    page.click("main input[name=round]").await;
    page.click("button[value=handed]").await;
    page.wait_for("1 in hand").await;

    let theirs = Browser::start().await;
    let mut phone = theirs.page().await;
    phone.scripts(false).await;
    phone.resize(NARROW).await;
    app.sign_in_on(&phone, &victor).await;
    phone.goto(&app.base).await;
    phone.click("See the streets").await;
    phone.wait_for("Larkspur Row").await;
    phone.no_sideways_scroll().await;
    phone.click("main button.btn.main").await;
    phone.wait_for("Delivered. Thank you").await;
    assert_eq!(count(&app, "select count(*) from delivery where state = 'done' and bundle = 6").await, 1);
    page.goto(&format!("{}/rounds", app.base)).await;
    page.wait_for("Autumn survey, just now").await;
    theirs.close().await;
    browser.close().await;
}
