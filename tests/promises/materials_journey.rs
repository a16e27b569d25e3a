//! The whole way in a browser: from "which electors?" to cards on paper, and from the paper back into the record.

use crate::support::app::{TestApp, seed_place};
use crate::support::browser::{Browser, LAPTOP, Page};
use crate::support::pdf::Pdf;
use crate::support::walk::{RECOUNT, count};
use hustings::access::Role;
use hustings::materials::code::Code;
use sqlx::query_scalar;

/// What the page's own session is given for the link to the file.
async fn fetched(page: &Page) -> Pdf {
    let get = "fetch(document.querySelector('main a[href$=\"/file\"]').href).then((r) => r.arrayBuffer())
      .then((all) => [...new Uint8Array(all)])";
    let all = page.evaluate(get).await.unwrap();
    let bytes: Vec<u8> = serde_json::from_value(all).unwrap();
    Pdf::of(&bytes)
}

#[tokio::test]
async fn an_organiser_goes_from_a_selection_to_cards_and_types_what_came_back_by_their_codes() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let imogen = app.account(Role::Organiser, "Quillbrook").await;
    let browser = Browser::start().await;
    let mut page = browser.page().await;
    page.resize(LAPTOP).await;
    app.sign_in_on(&page, &imogen).await;
    page.goto(&format!("{}/selections/new?start=not-asked", app.base)).await;
    page.fill("name", "To ask").await;
    page.click("button[value=keep]").await;
    page.wait_for("Kept as version 1").await;
    page.click("Make canvass cards").await;
    page.wait_for("1 list: 6 doors, 12 electors").await;
    page.click("button[value=make]").await;
    page.wait_until("location.pathname === '/materials/canvass-cards'").await;
    page.wait_until("document.querySelectorAll('[name=list]:checked').length === 1").await;
    page.click("main form .btn.main").await;
    page.wait_until("location.pathname.startsWith('/materials/runs/')").await;

    app.print().await;
    page.wait_for("The file is ready").await;
    let pdf = fetched(&page).await;
    let mut codes: Vec<Code> = pdf.codes(2).iter().filter_map(|code| Code::parse(code)).collect();
    codes.sort_by_key(|code| code.item);
    assert_eq!(codes.len(), 12, "{:?}", pdf.codes(2));

    page.click("Enter what comes back").await;
    page.wait_until("document.activeElement?.id === 'line'").await;
    for (code, said) in codes.iter().zip(["F pv", "n", "U"]) {
        page.type_into("line", &format!("{code} {said}")).await;
        page.press("Enter").await;
    }
    page.wait_for("3 of 12 entered").await;
    let standing: Vec<String> = query_scalar(
        "select concat_ws(' ', i.item, s.outcome, s.intention, s.asks[1]) from standing_result s
         join material_item i using (partition_id, elector_id) order by i.item",
    )
    .fetch_all(&mut app.database.operator().await)
    .await
    .unwrap();
    assert_eq!(standing, ["1 spoke F postal-vote", "2 not-home", "3 spoke U"]);
    assert_eq!(count(&app, RECOUNT).await, 0, "tallies follow");
    assert!(browser.uncaught().is_empty(), "{:?}", browser.uncaught());
    browser.close().await;
}
