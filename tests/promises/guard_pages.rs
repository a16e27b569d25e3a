//! The Guard's pages are sound for everybody: valid, accessible light and dark, wide and narrow; and its two journeys
//! work in a real browser.

use crate::support::app::{TestApp, seed_place};
use crate::support::browser::{Browser, NARROW, Page};
use crate::support::html::Pages;
use crate::support::walk::Walk;
use hustings::access::Role;
use serde_json::json;

/// As tall as any page, so that a bar that sticks covers nothing while it is measured.
const TALL: i64 = 6000;

/// Looks at each page as a phone in the dark and a laptop in the light, and at 320 pixels.
async fn sound(app: &TestApp, page: &mut Page, paths: &[String]) {
    let mut pages = Pages::new();
    for path in paths {
        for (width, dark) in [(390, true), (1280, false)] {
            page.resize((width, TALL)).await;
            page.dark(dark).await;
            page.goto(&format!("{}{path}", app.base)).await;
            assert_eq!(page.axe().await, [""; 0], "{path} at {width}");
        }
        pages.add(path, &page.html().await);
        page.resize(NARROW).await;
        page.no_sideways_scroll().await;
    }
    assert_eq!(pages.check(), "");
}

#[tokio::test]
async fn an_administrator_ends_access_in_the_browser_and_every_page_on_the_way_is_sound() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let walk = Walk::new(&app.database, "QB1").await;
    let (administrator, bo) =
        (app.account(Role::Administrator, "all").await, app.account(Role::Volunteer, "Quillbrook").await);
    let other = app.account(Role::Organiser, "Saltern").await;
    walk.assign(&app, bo.id).await;
    let phone = app.sign_in(&bo).await;
    phone.get(&format!("/canvass/{}", walk.list)).await.expect(200);
    let browser = Browser::start().await;
    let mut page = browser.page().await;
    app.sign_in_on(&page, &administrator).await;
    page.goto(&format!("{}/access/accounts/{}", app.base, bo.id)).await;
    page.click("End all access").await;
    page.fill("Why", "Phone stolen on the way home").await;
    page.click("End all access").await;
    page.wait_for("Exactly what this account saw").await;
    phone.get("/canvass").await.expect(303);
    page.goto(&format!("{}/access/accounts/{}/receipt", app.base, bo.id)).await;
    page.wait_for("Tried afterwards: 1 time").await;

    let of = |id, rest: &str| format!("/access/accounts/{id}{rest}");
    let paths = [
        "/",
        "/access",
        "/access?tab=ended",
        "/access?tab=accounts",
        "/access/accounts/new",
        "/access/tools",
        "/access/tools/close?tool=all",
        "/access/permissions",
        "/account",
        "/status",
        "/privacy",
    ];
    let mut paths: Vec<String> = paths.map(str::to_owned).into();
    paths.extend(["", "/receipt", "/give-back"].map(|rest| of(bo.id, rest)));
    paths.extend(["", "/grants/new?role=organiser", "/end-access", "/password"].map(|rest| of(other.id, rest)));
    paths.push(format!("/access/grants/{}/end", other.grant));
    sound(&app, &mut page, &paths).await;
    browser.close().await;
}

#[tokio::test]
async fn a_data_protection_officer_finds_who_saw_an_elector_in_the_browser_without_scripts() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let walk = Walk::new(&app.database, "QB1").await;
    let desk = app.actor(Role::Organiser, "Quillbrook").await;
    desk.post_json("/api/v1/electors/search", &json!({"q": "harcourt"})).await.expect(200);
    let officer = app.account(Role::DataProtectionOfficer, "all").await;
    let browser = Browser::start().await;
    let mut page = browser.page().await;
    page.scripts(false).await;
    app.sign_in_on(&page, &officer).await;
    page.click("Find out who saw what").await;
    page.fill("The beginning of a name", "harcourt1").await;
    page.click("Find the elector").await;
    page.click("Edith Harcourt1").await;
    page.wait_for("Organiser of Quillbrook").await;
    page.wait_for("Found in a search").await;
    page.scripts(true).await;
    let paths = [
        "/".to_owned(),
        "/protection".into(),
        format!("/protection/accounts/{}", desk.account.id),
        format!("/protection/electors/{}", walk.doors[0].electors[0]),
    ];
    sound(&app, &mut page, &paths).await;
    browser.close().await;
}

#[tokio::test]
async fn the_first_evenings_page_is_sound() {
    let app = TestApp::new().await;
    crate::support::walk::change(&app, "delete from installation").await;
    let browser = Browser::start().await;
    let mut page = browser.page().await;
    sound(&app, &mut page, &["/set-up".to_owned()]).await;
    browser.close().await;
}
