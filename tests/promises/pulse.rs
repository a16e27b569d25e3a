//! Open pages are told within seconds: nobody's name stays on a screen once access has ended or a half is closed, nor comes
//! back by the browser's own memory.

use crate::support::app::{Account, PASSWORD, TestApp, seed_place};
use crate::support::browser::{Browser, PHONE, Page};
use crate::support::walk::{Walk, change, count, stored, waiting};
use hustings::access::Role;
use serde_json::json;

async fn sign_in(app: &TestApp, page: &Page, account: &Account, next: &str) {
    page.goto(&format!("{}/sign-in?next={next}", app.base)).await;
    page.fill("email", &account.email).await;
    page.fill("password", PASSWORD).await;
    page.click("main button.main").await;
}

/// A volunteer's phone at the first door of their list.
async fn phone(app: &TestApp, browser: &Browser) -> (Page, Walk, Account) {
    let walk = Walk::new(&app.database, "QB1").await;
    let volunteer = app.account(Role::Volunteer, "Quillbrook").await;
    walk.assign(app, volunteer.id).await;
    let mut page = browser.page().await;
    page.resize(PHONE).await;
    let door = format!("/canvass/{}/doors/{}", walk.list, walk.doors[0].household);
    sign_in(app, &page, &volunteer, &door).await;
    page.wait_for("Edith Harcourt1").await;
    page.wait_until("document.querySelector('[data-unsent][data-ready]') !== null").await;
    (page, walk, volunteer)
}

#[tokio::test]
async fn an_ended_organisers_open_page_goes_blank_by_itself_and_an_administrators_too() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let organiser = app.account(Role::Organiser, "all").await;
    let (boss, other) = (app.account(Role::Administrator, "all").await, app.account(Role::Administrator, "all").await);
    let (one, two) = (Browser::start().await, Browser::start().await);
    let (desk, office) = (one.page().await, two.page().await);
    let elector: String =
        sqlx::query_scalar("select partition_id || '.' || elector_id from elector order by elector_id limit 1")
            .fetch_one(&mut app.database.operator().await)
            .await
            .unwrap();
    app.sign_in_on(&desk, &organiser).await;
    desk.goto(&format!("{}/electors/{elector}", app.base)).await;
    desk.wait_for("Harcourt1").await;
    app.sign_in_on(&office, &other).await;
    office.goto(&format!("{}/access?tab=accounts", app.base)).await;
    office.wait_for(&organiser.email).await;
    let administrator = app.sign_in(&boss).await;
    for account in [organiser.id, other.id] {
        let path = format!("/api/v1/accounts/{account}/end-access");
        administrator.post_json(&path, &json!({"reason": "Left"})).await.expect(200);
    }
    for page in [&desk, &office] {
        page.wait_for("You are signed out here").await;
        let text = page.text().await;
        assert!(!text.contains("Harcourt") && !text.contains("lantern.example"), "{text}");
        let title = page.evaluate("document.title").await.unwrap();
        assert!(!title.as_str().unwrap().contains("Harcourt"), "{title}");
    }
    let tried = "select count(*) from access_log where what = 'refused'";
    assert_eq!(count(&app, tried).await, 0, "a page that asks by itself is nobody's attempt");
    one.close().await;
    two.close().await;
}

#[tokio::test]
async fn an_ended_volunteers_door_closes_by_itself_and_what_was_tapped_is_kept() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let browser = Browser::start().await;
    let (page, _, volunteer) = phone(&app, &browser).await;
    let administrator = app.actor(Role::Administrator, "all").await;
    let tap = "document.querySelectorAll('fieldset.who')[0].querySelector('input[value=\"F\"]').click()";
    let path = format!("/api/v1/accounts/{}/end-access", volunteer.id);
    page.evaluate(tap).await.unwrap();
    administrator.post_json(&path, &json!({"reason": "Phone stolen"})).await.expect(200);
    page.wait_until("location.pathname === '/sign-in'").await;
    page.wait_for("Your access has ended").await;
    assert!(!page.text().await.contains("Harcourt"));
    assert_eq!(stored(&app).await + waiting(&app).await, 1);
    browser.close().await;
}

#[tokio::test]
async fn a_closed_half_makes_a_list_in_hand_read_only_until_it_opens() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let browser = Browser::start().await;
    let (page, ..) = phone(&app, &browser).await;
    change(&app, "insert into lockdown (tool, notice) values ('contact', 'Closed while we check access')").await;
    page.wait_for("Contact is closed while we check access.").await;
    page.wait_for("Edith Harcourt1").await;
    let answerable =
        "document.querySelectorAll('form[data-door] :is(input, select, textarea, button):not([disabled])').length";
    assert_eq!(page.evaluate(answerable).await.unwrap(), json!(0), "it can be read, and nothing be said");
    change(&app, "update lockdown set opened_at = now()").await;
    page.wait_until("document.querySelector('[data-closed]') === null").await;
    assert_ne!(page.evaluate(answerable).await.unwrap(), json!(0));
    browser.close().await;
}

#[tokio::test]
async fn a_closed_half_wipes_a_list_in_hand_where_that_was_chosen_and_keeps_what_waits() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let browser = Browser::start().await;
    let (page, ..) = phone(&app, &browser).await;
    page.evaluate("(() => { const real = window.fetch; window.fetch = (url, how) => url === '/api/v1/results' ? Promise.reject(new TypeError('no signal')) : real(url, how); })()").await.unwrap();
    page.evaluate("document.querySelectorAll('fieldset.who')[0].querySelector('input[value=\"F\"]').click()")
        .await
        .unwrap();
    page.wait_until("document.querySelector('[data-unsent-count]').textContent === '1'").await;
    change(
        &app,
        "insert into lockdown (tool, notice, phones) values ('contact', 'Closed while we check access', 'wipe')",
    )
    .await;
    page.wait_for("What stood here is gone from the screen").await;
    assert!(!page.text().await.contains("Harcourt"));
    page.wait_until("document.querySelector('[data-unsent-count]').textContent === '1'").await;
    change(&app, "update lockdown set opened_at = now()").await;
    page.wait_for("It is open again").await;
    page.click("Load the page again").await;
    page.wait_for("Edith Harcourt1").await;
    page.wait_until("document.querySelector('[data-unsent-count]').textContent === '0'").await;
    assert_eq!(stored(&app).await, 1, "said before it closed");
    browser.close().await;
}

#[tokio::test]
async fn the_way_back_after_signing_out_shows_nobody() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let organiser = app.account(Role::Organiser, "all").await;
    let browser = Browser::start().await;
    let page = browser.page().await;
    let elector: String =
        sqlx::query_scalar("select partition_id || '.' || elector_id from elector order by elector_id limit 1")
            .fetch_one(&mut app.database.operator().await)
            .await
            .unwrap();
    app.sign_in_on(&page, &organiser).await;
    page.goto(&format!("{}/electors/{elector}", app.base)).await;
    page.wait_for("Harcourt1").await;
    page.click("header summary").await;
    page.click("Sign out").await;
    page.wait_until("location.pathname === '/sign-in'").await;
    page.evaluate("history.back(); 0").await.unwrap();
    page.wait_until("document.querySelector('#password') || document.querySelector('[data-blank]')").await;
    assert!(!page.text().await.contains("Harcourt"));
    browser.close().await;
}

#[tokio::test]
async fn asking_tells_a_program_no_more_than_it_must_and_keeps_no_session_awake() {
    let app = TestApp::new().await;
    let bo = app.account(Role::Volunteer, "all").await;
    let phone = app.sign_in(&bo).await;
    assert_eq!(app.nobody().get("/api/v1/pulse").await.expect(200).json(), json!({"state": "nobody"}));
    change(&app, "update session set refreshed_at = now() - interval '1 hour'").await;
    let live = phone.get("/api/v1/pulse").await.expect(200);
    assert_eq!(live.json(), json!({"state": "live", "grant": bo.grant}));
    assert_eq!(live.headers["cache-control"], "no-store");
    let awake = "select count(*) from session where refreshed_at > now() - interval '30 minutes'";
    assert_eq!(count(&app, awake).await, 0);
    change(
        &app,
        "insert into lockdown (tool, notice, phones) values ('contact', 'Closed while we check access', 'wipe')",
    )
    .await;
    let closed = phone.get("/api/v1/pulse").await.expect(200).json();
    assert_eq!((&closed["state"], &closed["phones"]), (&json!("closed"), &json!("wipe")));
    change(&app, "update session set ended_at = now(), ended_why = 'signed-out'").await;
    assert_eq!(phone.get("/api/v1/pulse").await.expect(200).json(), json!({"state": "ended"}));
}
