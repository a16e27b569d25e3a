//! Everybody can use the volunteer's pages: nothing for axe or the HTML checker to find, light or dark, no sideways
//! scroll.

use crate::support::app::{PASSWORD, TestApp, seed_place};
use crate::support::browser::{Browser, LAPTOP, NARROW, PHONE};
use crate::support::html::Pages;
use crate::support::walk::{Walk, change};
use hustings::access::Role;
use serde_json::json;
use uuid::Uuid;

/// A list with every corner: flats, a long name, an attainer, a named house, objections, answers and a correction.
async fn every_corner() -> (TestApp, Walk, Vec<(&'static str, String)>, String) {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    change(
        &app,
        "insert into household (partition_id, area_no, lines, address, postcode, address_key, street_key, postcode_key,
           street, building, flat, number, position)
         select partition_id, area_no, array['Flat ' || n, 'Tamarisk House', '12-14 Larkspur Row'], 'Flat ' || n, 'ZZ1 4QX',
           'flat' || n, 'larkspur row', 'zz14qx', 'Larkspur Row', 'Tamarisk House', n::text, 12, 100 + n
         from district, generate_series(1, 7) n where letters = 'QB1'
         union all select partition_id, area_no, array['Rosewell Cottage', 'Larkspur Row'], 'Rosewell Cottage', null,
           'rosewell', 'larkspur row', '', 'Larkspur Row', 'Rosewell Cottage', '', null, 99
         from district where letters = 'QB1'",
    )
    .await;
    change(
        &app,
        "insert into elector (partition_id, area_no, household_id, kind, forenames, surname, name, name_key, forename_key,
           number, position)
         select h.partition_id, h.area_no, h.household_id, 'attainer', 'Abimbola', 'Adeyinka-Thistlethwaite-Fotheringham',
           'Abimbola Adeyinka-Thistlethwaite-Fotheringham', 'x', 'y', 'QB1-9' || h.position, 5
         from household h where building <> ''",
    )
    .await;
    change(
        &app,
        "insert into objection (partition_id, elector_id, objection_id, area_no, channel, how)
         select partition_id, elector_id, gen_random_uuid(), area_no, 'door', 'said so' from elector
         where number in ('QB1-2', 'QB1-12', 'QB1-13')",
    )
    .await;
    let walk = Walk::new(&app.database, "QB1").await;
    change(&app, "update walk_list set show_last = true").await;
    let volunteer = app.actor(Role::Volunteer, "Quillbrook").await;
    walk.assign(&app, volunteer.account.id).await;
    let first = Uuid::now_v7();
    let mut corrected = walk.spoke(0, "P");
    corrected["base"] = json!(first);
    corrected["note"] = json!("Side gate sticks: use the path on the left.");
    corrected["asks"] = json!(["postal-vote"]);
    for (id, result) in [
        (first, walk.spoke(0, "F")),
        (Uuid::now_v7(), corrected),
        (Uuid::now_v7(), walk.said(1, None, "not-home", None)),
        (Uuid::now_v7(), walk.said(4, None, "come-back", None)),
    ] {
        volunteer.put_json(&format!("/api/v1/results/{id}"), &result).await.expect(201);
    }
    let door = |n: usize| format!("/canvass/{}/doors/{}", walk.list, walk.doors[n].household);
    let last = walk.doors.len() - 1;
    let pages = vec![
        ("lists", "/canvass".to_owned()),
        ("ended", "/canvass?kept=1".to_owned()),
        ("plan", format!("/canvass/{}?block=3", walk.list)),
        ("door", format!("{}?after={}", door(2), walk.doors[1].household)),
        ("flat", door(last)),
        ("again", door(1)),
        ("history", door(0)),
        ("change", door(0) + "?change=1"),
        ("leave", door(5)),
        ("done", format!("/canvass/{}/done", walk.list)),
    ];
    let email = volunteer.account.email.clone();
    (app, walk, pages, email)
}

#[tokio::test]
async fn everybody_can_use_every_page_at_the_doors() {
    let (app, _walk, pages, email) = every_corner().await;
    let browser = Browser::start().await;
    let mut page = browser.page().await;
    page.goto(&(app.base.clone() + "/sign-in")).await;
    page.fill("email", &email).await;
    page.fill("password", PASSWORD).await;
    page.click("main button.main").await;
    page.wait_until("location.pathname !== '/sign-in'").await;
    let mut found = Vec::new();
    let mut checked = Pages::new();
    for (size, dark) in [(PHONE, false), (LAPTOP, true)] {
        page.resize(size).await;
        page.dark(dark).await;
        for (name, path) in &pages {
            page.goto(&(app.base.clone() + path)).await;
            found.extend(page.axe().await.into_iter().map(|line| format!("{name} {size:?}: {line}")));
            page.no_sideways_scroll().await;
            if let Some(directory) = std::env::var_os("HUSTINGS_SCREENSHOTS") {
                let file = format!("{name}-{}{}.png", size.0, if dark { "-dark" } else { "" });
                page.screenshot(std::path::Path::new(&directory).join(file)).await;
            }
            if !dark {
                checked.add(name, &page.html().await);
            }
        }
    }
    page.resize(NARROW).await;
    for (_, path) in &pages {
        page.goto(&(app.base.clone() + path)).await;
        page.no_sideways_scroll().await;
    }
    browser.close().await;
    assert_eq!(found, Vec::<String>::new());
    assert_eq!(checked.check(), "");
}
