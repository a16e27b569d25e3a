//! The work of Organise in a browser, from end to end, as each of the people does it who share it.

use crate::support::access::area;
use crate::support::app::{PASSWORD, TestApp, seed_place};
use crate::support::browser::{Browser, LAPTOP, NARROW, PHONE, Page};
use crate::support::events::{began, id, make};
use crate::support::members::file;
use crate::support::walk::{Walk, change, count};
use chrono::TimeDelta;
use hustings::access::Role;
use serde_json::json;
use sqlx::query_scalar;
use uuid::Uuid;

/// Waits for the page whose heading begins so.
async fn titled(page: &Page, title: &str) {
    page.wait_until(&format!("document.querySelector('h1')?.textContent.startsWith({})", json!(title))).await;
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
async fn a_membership_secretary_goes_from_the_partys_file_to_a_member_found_on_the_register() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let oswin = app.account(Role::MembershipSecretary, "Quillbrook").await;
    let browser = Browser::start().await;
    let mut page = browser.page().await;
    page.resize(LAPTOP).await;
    app.sign_in_on(&page, &oswin).await;
    page.click("Import the party’s file").await;
    let bytes = file(&[
        "L1,Edith,Harcourt1,1 Larkspur Row,ZZ1 4QX,,1/2/2020,31/12/2099,current,Quillbrook",
        "L2,Edie,Harcourt2,2 Larkspur Row,ZZ1 4QX,,1/2/2020,31/12/2099,current,Quillbrook",
        "L3,Half,Columns",
    ]);
    choose_file(&page, "november.csv", &bytes).await;
    page.click("Read this file").await;
    titled(&page, "Preview: november.csv").await;
    page.click("Import 2 changes").await;
    titled(&page, "Imported").await;
    page.resize(PHONE).await;
    page.goto(&format!("{}/", app.base)).await;
    page.wait_for("1 pair to decide").await;
    page.click("Look at them").await;
    page.wait_for("Elector number").await;
    page.click("Same person").await;
    page.wait_for("Nothing left to decide").await;
    page.goto(&format!("{}/members", app.base)).await;
    page.click("Edie Harcourt2").await;
    titled(&page, "Edie Harcourt2").await;
    page.no_sideways_scroll().await;
    assert_eq!(count(&app, "select count(*) from person where linked_how = 'person'").await, 1);
    browser.close().await;
}

#[tokio::test]
async fn a_volunteer_is_down_for_a_shift_in_two_taps_waits_for_another_and_says_that_they_are_there() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let here = area(&app, "Quillbrook").await.to_string();
    let organiser = app.actor(Role::Organiser, "Quillbrook").await;
    let event = make(&organiser, &here, 1, &[("capacity", "1")]).await;
    let tamsin = app.account(Role::Volunteer, "Quillbrook").await;
    let other = app.actor(Role::Volunteer, "Quillbrook").await;
    let browser = Browser::start().await;
    let mut page = browser.page().await;
    page.resize(NARROW).await;
    app.sign_in_on(&page, &tamsin).await;
    page.wait_for("You are down for nothing yet").await;
    page.no_sideways_scroll().await;
    page.click("Find a shift").await;
    page.resize(PHONE).await;
    page.click("Saltern Saturday").await;
    page.click("form[action$='/join'] button").await;
    page.wait_for("You are down for it").await;
    other.post(&format!("{event}/join"), &[("shift", "")]).await.expect(303);
    page.click("form[action$='/withdrawal'] button").await;
    page.wait_until("!document.body.innerText.includes('You are down for it')").await;
    page.click("form[action$='/join'] button").await;
    page.wait_for("You are number 1 on the waiting list").await;
    let place = other.get(&event).await.attribute("form[action$=withdrawal]", "action");
    other.post(&place, &[]).await.expect(303);
    page.goto(&format!("{}/", app.base)).await;
    page.wait_for("You are down for it").await;

    began(&app, id(&event), TimeDelta::minutes(5)).await;
    let code: String =
        query_scalar("select code from event").fetch_one(&mut app.database.operator().await).await.unwrap();
    page.goto(&format!("{}/", app.base)).await;
    page.click("article a[href='/events/check-in']").await;
    page.fill("code", &code.to_lowercase()).await;
    page.click("main form button").await;
    page.wait_until("location.pathname !== '/events/check-in'").await;
    assert_eq!(count(&app, "select count(*) from event_sign_up where state = 'came'").await, 1);
    browser.close().await;
}

#[tokio::test]
async fn who_said_at_the_door_that_they_will_help_has_a_shift_the_same_evening() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let here = area(&app, "Quillbrook").await.to_string();
    let imogen = app.account(Role::Organiser, "Quillbrook").await;
    let walk = Walk::new(&app.database, "QB1").await;
    let canvasser = app.actor(Role::Volunteer, "Quillbrook").await;
    walk.assign(&app, canvasser.account.id).await;
    let mut said = walk.spoke(0, "F");
    said["asks"] = json!(["will-help"]);
    canvasser.put_json(&format!("/api/v1/results/{}", Uuid::now_v7()), &said).await.expect(201);
    make(&app.sign_in(&imogen).await, &here, 2, &[]).await;

    let browser = Browser::start().await;
    let mut page = browser.page().await;
    page.resize(LAPTOP).await;
    app.sign_in_on(&page, &imogen).await;
    page.wait_for("1 person will help").await;
    page.click("a[href='/tasks?what=will-help']").await;
    page.click("tbody th a").await;
    page.click("a[href*='/volunteers/new']").await;
    page.fill("email", "tamsin@lantern.example").await;
    page.click("form[action='/volunteers/new'] .btn.main").await;
    page.wait_until("/^.volunteers.[0-9a-f]{8}-/.test(location.pathname)").await;
    page.click("form[action$='/invitation'] button").await;
    page.wait_until("location.search.includes('said=invited')").await;
    let link = app.link_to("tamsin@lantern.example").await;

    let phone = Browser::start().await;
    let mut theirs = phone.page().await;
    theirs.resize(PHONE).await;
    theirs.goto(&format!("{}{link}", app.base)).await;
    theirs.fill("name", "Tamsin Oldacre").await;
    theirs.fill("password", PASSWORD).await;
    theirs.click("main form button.main").await;
    theirs.wait_for("My next shift").await;
    theirs.click("nav.bar a[href='/events']").await;
    theirs.click("Saltern Saturday").await;
    theirs.click("form[action$='/join'] button").await;
    theirs.wait_for("You are down for it").await;
    let joined =
        "select count(*) from event_sign_up s join person p on p.account_id = s.account_id where s.state = 'coming'";
    assert_eq!(count(&app, joined).await, 1, "the record, the account and the place are one person's");
    change(&app, "update task set state = 'done', outcome = 'later' where what = 'will-help' and state = 'open'").await;
    page.goto(&format!("{}/", app.base)).await;
    page.wait_until("!document.body.innerText.includes('will help')").await;
    phone.close().await;
    browser.close().await;
}
