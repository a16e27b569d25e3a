//! The pages about electors and figures can be read and worked by everybody: on a phone, in the dark, without scripts.

use crate::support::app::{TestApp, seed_place};
use crate::support::browser::{Browser, LAPTOP, NARROW, PHONE, Page};
use crate::support::html::Pages;
use crate::support::results::Place;
use hustings::access::Role;
use serde_json::json;
use sqlx::query;

/// Two wards with a long name, a flat, a postcode, answers of every kind, somebody who objects.
async fn filled() -> (TestApp, Place, Page, Browser) {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let place = Place::of(&app).await;
    let mut db = place.db().await;
    query(
        "insert into district_size (area_no, electors, households) select area_no, count(*), 6 from elector group by 1",
    )
    .execute(&mut db)
    .await
    .unwrap();
    query("update elector set name = 'Abimbola Oluwaseun Adeyinka-Thistlethwaite-Featherstonehaugh', kind = 'attainer', attains_on = '2027-03-04' where number = 'QB1-3'")
        .execute(&mut db).await.unwrap();
    query("update household set address = 'Flat 12, The Old Harbour Customs House and Lighthouse Keepers’ Cottages, Larkspur Row' where number = 2")
        .execute(&mut db).await.unwrap();
    for (number, code, days) in [
        ("QB1-2", "F", 1),
        ("QB1-4", "A", 2),
        ("QB1-5", "P", 8),
        ("QB1-6", "U", 3),
        ("QB1-7", "W", 3),
        ("QB1-8", "N", 4),
        ("QB1-9", "X", 5),
    ] {
        let more = json!({"note": "Worried about the bus to the harbour", "asks": ["poster", "postal-vote"], "issues": ["BUS", "HARBOUR"]});
        place.full(number, "spoke", Some(code), &format!("now() - interval '{days} days'"), None, more).await;
    }
    let first = place.result("QB1-2", "spoke", Some("U"), "now() - interval '30 days'").await;
    place.full("QB1-2", "spoke", Some("P"), "now() - interval '29 days'", Some(first), json!({})).await;
    let other = app.account(Role::Volunteer, "Quillbrook").await.id;
    place.full("QB1-4", "spoke", Some("F"), "now() - interval '47 hours'", None, json!({"account": other})).await;
    query(
        "insert into assignment (partition_id, list_id, assignment_id, account_id, ends_at)
           select partition_id, list_id, gen_random_uuid(), $1, now() + interval '1 day' from walk_list",
    )
    .bind(place.account)
    .execute(&mut db)
    .await
    .unwrap();
    let account = app.account(Role::Organiser, "all").await;
    let actor = app.sign_in(&account).await;
    actor
        .post(&format!("/electors/{}/objection", place.id("QB1-3").await), &[("how", "By letter of 3 October")])
        .await
        .expect(303);
    let browser = Browser::start().await;
    let page = browser.page().await;
    app.sign_in_on(&page, &account).await;
    page.wait_for("Needs you").await;
    (app, place, page, browser)
}

/// Looks at a page as each of its readers would.
async fn look(page: &mut Page, pages: &mut Pages, name: &str) {
    pages.add(name, &page.html().await);
    for (window, dark) in [(LAPTOP, false), (PHONE, true), (PHONE, false), (LAPTOP, true)] {
        page.resize(window).await;
        page.dark(dark).await;
        // Buttons change their colours over a moment.
        page.wait_until("document.getAnimations().length === 0").await;
        assert_eq!(page.axe().await, Vec::<String>::new(), "{name}, {} wide, dark: {dark}", window.0);
        if let Some(to) = std::env::var_os("HUSTINGS_TEST_PICTURES") {
            let file = format!("{name}-{}{}.png", window.0, if dark { "-dark" } else { "" });
            page.screenshot(std::path::Path::new(&to).join(file)).await;
        }
    }
    page.resize(NARROW).await;
    page.no_sideways_scroll().await;
    page.resize(LAPTOP).await;
    page.dark(false).await;
}

#[tokio::test]
async fn everybody_can_read_the_pages_about_electors_and_figures() {
    let (app, place, mut page, browser) = filled().await;
    let mut pages = Pages::new();
    look(&mut page, &mut pages, "home").await;
    let elector = place.id("QB1-2").await;
    for (name, path) in [
        ("insight", "/insight".to_owned()),
        ("disagreements", "/insight/disagreements".into()),
        ("search-empty", "/electors".into()),
        ("elector", format!("/electors/{elector}")),
        ("attainer", format!("/electors/{}", place.id("QB1-3").await)),
        ("objection", format!("/electors/{elector}/objection")),
    ] {
        page.goto(&format!("{}{path}", app.base)).await;
        look(&mut page, &mut pages, name).await;
    }
    page.goto(&format!("{}/electors/{elector}", app.base)).await;
    page.click("The home’s history").await;
    page.wait_for("Who lives here").await;
    look(&mut page, &mut pages, "household").await;
    for (name, words, found) in [
        ("search", "larkspur", "12 electors"),
        ("search-matches", "edith", "in bold"),
        ("search-nobody", "zebedee", "Nobody in"),
        ("search-error", "e", "at least two"),
    ] {
        page.goto(&format!("{}/electors", app.base)).await;
        page.fill("q", words).await;
        page.press("Enter").await;
        page.wait_for(found).await;
        look(&mut page, &mut pages, name).await;
    }
    assert_eq!(pages.check(), "");
    browser.close().await;
}

#[tokio::test]
async fn figures_refresh_by_themselves_and_search_works_without_scripts() {
    let (app, place, page, browser) = filled().await;
    page.goto(&format!("{}/insight", app.base)).await;
    place.result("QB1-10", "spoke", Some("F"), "now()").await;
    // As when somebody comes back to the tab, rather than wait for the next twenty seconds.
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))").await.unwrap();
    page.wait_until("document.querySelector('.tiles').textContent.includes('8 of 24')").await;
    page.scripts(false).await;
    page.goto(&format!("{}/electors", app.base)).await;
    page.fill("q", "edith harcourt1").await;
    page.select("order", "Name").await;
    page.click("Search").await;
    page.wait_for("2 electors in 2 homes match").await;
    page.click("Edith Harcourt1").await;
    page.wait_for("Nothing here is ever overwritten").await;
    browser.close().await;
}

#[tokio::test]
async fn back_from_an_elector_leads_to_the_same_results_without_a_question() {
    let (app, place, page, browser) = filled().await;
    more_homes(&place).await;
    page.goto(&format!("{}/electors", app.base)).await;
    page.fill("q", "long").await;
    page.click("Search").await;
    page.wait_for("Homes 1 to 50 of 120").await;
    page.click("Next 50").await;
    page.wait_for("Homes 51 to 100 of 120").await;
    let address = page.url().await;
    assert!(address.contains("/electors?search=") && !address.contains("long"), "{address}");
    page.evaluate("scrollTo(0, 900)").await.unwrap();
    page.click("tbody:nth-of-type(20) tr:last-child a").await;
    page.wait_for("Nothing here is ever overwritten").await;
    page.evaluate("history.back()").await.unwrap();
    page.wait_for("Homes 51 to 100 of 120").await;
    assert_eq!(page.url().await, address);
    page.wait_until("scrollY > 500").await;
    assert_eq!(page.evaluate("document.getElementById('q').value").await.unwrap(), json!("long"));
    page.evaluate("history.back()").await.unwrap();
    page.wait_for("Homes 1 to 50 of 120").await;
    browser.close().await;
}

/// Three pages of homes of somebody called Long.
async fn more_homes(place: &Place) {
    let mut db = place.db().await;
    query("insert into household (partition_id, area_no, lines, address, address_key, street_key, street, number, position)
           select partition_id, area_no, array[n || ' Long Lane'], n || ' Long Lane', n || ' long lane', 'long lane', 'Long Lane', n, n
           from district, generate_series(1, 120) n where letters = 'QB1'").execute(&mut db).await.unwrap();
    query("insert into elector (partition_id, area_no, household_id, kind, name, name_key, forename_key, number, position)
           select h.partition_id, h.area_no, h.household_id, 'ordinary', 'Ann Long', 'long ann', 'ann long', 'QB1-' || 1000 + h.number, 1000 + h.number
           from household h where h.street = 'Long Lane'").execute(&mut db).await.unwrap();
}
