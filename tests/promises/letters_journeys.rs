//! Letters in a browser: written by buttons, counted, looked at, made and fetched.

use crate::support::app::{TestApp, seed_place};
use crate::support::browser::{Browser, LAPTOP, PHONE};
use crate::support::walk::{change, count};
use hustings::access::Role;

#[tokio::test]
async fn an_organiser_writes_a_letter_by_buttons_looks_at_a_proof_and_makes_it() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    change(&app, "update message_imprint set printer = 'Presses, 3 Larkspur Row, ZZ1 4QX'").await;
    let imogen = app.account(Role::Organiser, "Quillbrook").await;
    let browser = Browser::start().await;
    let mut page = browser.page().await;
    page.resize(LAPTOP).await;
    app.sign_in_on(&page, &imogen).await;
    // What is wrong has the focus when a form comes back.
    page.goto(&format!("{}/paper/scan?code=41K", app.base)).await;
    page.wait_until("document.activeElement?.id === 'errors'").await;
    page.goto(&format!("{}/selections/new?start=not-asked", app.base)).await;
    page.fill("name", "Everybody to ask").await;
    page.click("button[value=keep]").await;
    page.wait_for("Kept as version 1").await;

    page.goto(&format!("{}/materials/letters/new", app.base)).await;
    page.fill("name", "The library").await;
    page.evaluate("document.querySelector('#text').value = ''").await.unwrap();
    page.click("[role=toolbar] button[data-before='{{salutation}}']").await;
    page.wait_until("document.querySelector('#text').value === '{{salutation}}'").await;
    page.press("Enter").await;
    page.press("Enter").await;
    page.click("[role=toolbar] button[data-before='**']").await;
    page.wait_until("document.querySelector('#text').value.endsWith('\\n\\n**bold words**')").await;
    page.click("[data-passages] summary").await;
    page.click("[data-group=for]").await;
    page.click("[data-passage=intention]").await;
    page.wait_until("document.querySelector('#text').value.endsWith('[if intention for]\\n**bold words**\\n[end]')")
        .await;
    assert_eq!(page.axe().await, Vec::<String>::new());
    page.click("main form .btn.main").await;
    page.wait_for("What is made from now on says it so").await;

    page.resize(PHONE).await;
    page.no_sideways_scroll().await;
    page.click("main a.btn.main").await;
    page.click("button[value=count]").await;
    page.wait_for("12, to 12 people").await;
    page.no_sideways_scroll().await;
    page.click("button[value=proof]").await;
    page.wait_until(
        "document.querySelectorAll('img.letter').length > 1 && [...document.images].every((i) => i.naturalWidth > 300)",
    )
    .await;
    page.no_sideways_scroll().await;
    page.click("main a.btn.main").await;
    page.wait_for("What would be made").await;
    page.click("button[value=make]").await;
    page.wait_until("location.pathname.startsWith('/materials/runs/')").await;
    app.print().await;
    assert_eq!(count(&app, "select count(*) from material_run where state = 'done' and items = 12").await, 1);
    browser.close().await;
}
