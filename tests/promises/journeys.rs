//! The main job in a browser, as each of the four people does it who share it.

use crate::support::app::{Account, PASSWORD, TestApp, seed_place};
use crate::support::browser::{Browser, PHONE, Page};
use crate::support::register::Generated;
use crate::support::walk::{Walk, change, count, stored, waiting};
use hustings::access::Role;
use serde_json::{Value, json};
use sqlx::query_scalar;
use uuid::Uuid;

/// Waits for the page whose heading begins so.
async fn titled(page: &Page, title: &str) {
    page.wait_until(&format!("document.querySelector('h1')?.textContent.startsWith({})", json!(title))).await;
}

#[tokio::test]
async fn an_administrator_gives_access_ends_it_and_closes_and_opens_a_half() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let administrator = app.account(Role::Administrator, "all").await;
    let organiser = app.actor(Role::Organiser, "Quillbrook").await;
    let browser = Browser::start().await;
    let page = browser.page().await;
    app.sign_in_on(&page, &administrator).await;
    page.goto(&format!("{}/access/accounts/new", app.base)).await;
    page.fill("Name", "Bo Ferreday").await;
    page.fill("Email address", "bo@lantern.example").await;
    page.fill("Password", PASSWORD).await;
    page.click("Add the account").await;
    page.wait_for("Give access").await;
    page.click("main a[href*='/grants/new']").await;
    page.select("area", "Quillbrook").await;
    page.fill("reason", "Canvasses on Saturdays").await;
    page.click("Give access as volunteer").await;
    titled(&page, "Bo Ferreday").await;

    let id = query_scalar("select account_id from account where email = 'bo@lantern.example'");
    let id: Uuid = id.fetch_one(&mut app.database.operator().await).await.unwrap();
    let bo = app.sign_in(&Account { id, email: "bo@lantern.example".into(), grant: Uuid::nil() }).await;
    bo.get("/canvass").await.expect(200);
    page.goto(&format!("{}/access", app.base)).await;
    page.click("Bo Ferreday").await;
    page.click("End all access").await;
    page.fill("Why", "Phone stolen").await;
    page.click("main .btn.danger").await;
    titled(&page, "Exactly what this account saw").await;
    assert!(bo.get("/canvass").await.expect(303).location().starts_with("/sign-in"));

    page.goto(&format!("{}/access/tools", app.base)).await;
    page.click("Close Contact").await;
    page.click("input[value='Offline for maintenance']").await;
    page.click("main .btn.danger").await;
    page.wait_for("Open Contact").await;
    let closed = organiser.get("/electors").await.expect(503).text("main");
    assert!(closed.contains("offline for maintenance"), "{closed}");
    page.click("Open Contact").await;
    page.wait_for("Close Contact").await;
    organiser.get("/electors").await.expect(200);
    browser.close().await;
}

/// Puts a file into the form's field, as choosing it does.
async fn choose_file(page: &Page, name: &str, bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let choose = format!(
        "(() => {{ const chosen = new DataTransfer(); chosen.items.add(new File([{}], {}));
           document.querySelector('#file').files = chosen.files; return true; }})()",
        json!(text),
        json!(name)
    );
    page.wait_until(&choose).await;
}

#[tokio::test]
async fn an_organiser_goes_from_the_councils_file_to_answers_from_the_doors() {
    let app = TestApp::new().await;
    let made = Generated::new(4, 300, "clean");
    let organiser = app.account(Role::Organiser, "all").await;
    let volunteer = app.actor(Role::Volunteer, "all").await;
    let browser = Browser::start().await;
    let page = browser.page().await;
    app.sign_in_on(&page, &organiser).await;
    page.goto(&format!("{}/imports", app.base)).await;
    page.click("Import a register").await;
    page.fill("Authority", "Wexmere").await;
    page.fill("Date of the register", "2025-12-01").await;
    choose_file(&page, "town.csv", &made.bytes("xpress-full-14")).await;
    page.click("Read this file").await;
    titled(&page, "Preview").await;
    assert_eq!(count(&app, "select count(*) from elector").await, 0, "a preview changes nothing");
    page.evaluate("document.querySelectorAll('main [type=checkbox]').forEach((tick) => tick.click())").await.unwrap();
    page.click("form[action$='/apply'] button").await;
    titled(&page, "Imported").await;

    let name =
        query_scalar("select name from elector where kind = 'ordinary' and name <> '' order by elector_id limit 1");
    let name: String = name.fetch_one(&mut app.database.operator().await).await.unwrap();
    page.click("Find an elector").await;
    page.fill("q", &name).await;
    page.click("Search").await;
    page.click("tbody th[scope=row] a").await;
    titled(&page, &name).await;

    let list = make_a_list(&app, &page).await;
    page.click(&format!("input[value='{}']", volunteer.account.id)).await;
    page.click("Assign the list").await;
    page.wait_for("Take back").await;
    page.click("Print cards").await;
    page.wait_for(&volunteer_name()).await;
    watch_and_decide(&app, &page, &volunteer, &list).await;
    browser.close().await;
}

fn volunteer_name() -> String {
    format!("{} of all", Role::Volunteer.title())
}

/// Makes a list of the first street; answers its page's address.
async fn make_a_list(app: &TestApp, page: &Page) -> String {
    page.goto(&format!("{}/walk-lists", app.base)).await;
    page.click("New walk list").await;
    page.click("#district").await;
    page.click("Choose streets").await;
    page.wait_for("#new-list").await;
    page.evaluate("document.querySelector('[name=split]:checked')?.click()").await.unwrap();
    page.click("Preview").await;
    page.click("Make this list").await;
    page.wait_for("Nobody holds it now").await;
    page.url().await
}

/// An answer that comes, and one that comes too late.
async fn watch_and_decide(app: &TestApp, page: &Page, volunteer: &crate::support::app::Actor, list: &str) {
    let id = list.rsplit('/').next().unwrap().split(['?', '#']).next().unwrap().to_owned();
    let walk = volunteer.get(&format!("/api/v1/canvass/{id}")).await.expect(200).json();
    let said = |door: usize, code: &str| -> Value {
        let door = &walk["doors"][door];
        json!({"list": id, "household": door["household"], "elector": door["electors"][0]["elector"], "outcome": "spoke",
            "intention": code, "at": "2026-11-24T18:00:00Z"})
    };
    page.goto(list).await;
    let path = || format!("/api/v1/results/{}", Uuid::now_v7());
    volunteer.put_json(&path(), &said(0, "F")).await.expect(201);
    page.wait_until("document.querySelector('#latest-answers').innerText.includes('Firm')").await;
    page.click("Take back").await;
    page.wait_for("Nobody holds it now").await;
    let ended = "update session set ended_at = now(), ended_why = 'access-ended' from access_grant g
      where g.grant_id = session.grant_id and g.role = 'volunteer'";
    assert_eq!(change(app, ended).await, 1);
    volunteer.put_json(&path(), &said(1, "X")).await.expect(202);
    page.goto(&format!("{}/walk-lists/quarantine", app.base)).await;
    page.click("#item").await;
    page.click("Accept the ticked").await;
    page.wait_for("Nothing waits").await;
    assert_eq!((stored(app).await, waiting(app).await), (2, 0));
}

#[tokio::test]
async fn a_volunteer_goes_from_door_to_door_with_and_without_scripts() {
    for scripts in [true, false] {
        let app = TestApp::new().await;
        seed_place(&app.database).await;
        let walk = Walk::new(&app.database, "QB1").await;
        let volunteer = app.account(Role::Volunteer, "Quillbrook").await;
        walk.assign(&app, volunteer.id).await;
        let browser = Browser::start().await;
        let mut page = browser.page().await;
        page.resize(PHONE).await;
        page.scripts(scripts).await;
        app.sign_in_on(&page, &volunteer).await;
        page.click("Open QB1 1").await;
        page.click("Go to number 1").await;
        titled(&page, "1 Larkspur Row").await;
        page.click("fieldset.who label:has([value=F])").await;
        page.click("Save, next door").await;
        titled(&page, "3 Larkspur Row").await;
        page.click("Not home").await;
        titled(&page, "5 Larkspur Row").await;
        correct_the_first(&app, &page, &walk).await;
        page.goto(&format!("{}/canvass/{}", app.base, walk.list)).await;
        page.wait_for("2 of 6").await;
        page.wait_for("Go to number 5").await;
        browser.close().await;
    }
}

/// Firm becomes probable, and stays in history.
async fn correct_the_first(app: &TestApp, page: &Page, walk: &Walk) {
    // What still waits is sent from the next page, which is then brought up to date under the finger.
    page.wait_for("All answers sent").await;
    page.goto(&format!("{}/canvass/{}/doors/{}", app.base, walk.list, walk.doors[0].household)).await;
    page.click("Change this answer").await;
    page.wait_for("You are changing what was recorded.").await;
    page.click("fieldset.who label:has([value=P])").await;
    page.click("Save the change").await;
    page.wait_until("!document.body.innerText.includes('You are changing what was recorded.')").await;
    // With scripts the change goes out behind the page, which says when.
    page.wait_for("All answers sent").await;
    page.goto(&format!("{}/canvass/{}/doors/{}", app.base, walk.list, walk.doors[0].household)).await;
    page.wait_for("Changed since").await;
    assert_eq!(stored(app).await, 3);
    assert_eq!(count(app, "select count(*) from intention_now where code = 'P'").await, 1);
    assert_eq!(change(app, "update result set note = note where intention = 'F'").await, 1, "the old answer is kept");
}

#[tokio::test]
async fn a_data_protection_officer_finds_what_an_account_saw_and_who_saw_an_elector() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let walk = Walk::new(&app.database, "QB1").await;
    let organiser = app.actor(Role::Organiser, "Quillbrook").await;
    organiser.get(&format!("/electors/{}", walk.doors[0].electors[0])).await.expect(200);
    organiser.get("/access").await.expect(403);
    let officer = app.account(Role::DataProtectionOfficer, "all").await;
    let browser = Browser::start().await;
    let page = browser.page().await;
    app.sign_in_on(&page, &officer).await;
    page.goto(&format!("{}/protection", app.base)).await;
    page.fill("Part of a name", "organiser of").await;
    page.click("Find the account").await;
    page.wait_for("Accounts called").await;
    page.click("Organiser of Quillbrook").await;
    titled(&page, "What Organiser of Quillbrook saw").await;
    page.wait_for("Refused").await;
    page.click("Edith Harcourt1").await;
    titled(&page, "Who saw Edith Harcourt1").await;
    page.wait_for("Organiser of Quillbrook").await;
    browser.close().await;
}
