//! Paper entry in a browser: without the mouse, and faster than somebody reads the cards.

use super::paper_entry::Table;
use crate::support::browser::{Browser, LAPTOP, NARROW};
use crate::support::walk::{RECOUNT, count, stored};
use std::time::Instant;

#[tokio::test]
async fn twelve_people_are_entered_from_the_keyboard_at_more_than_twenty_a_minute() {
    let table = Table::with(6).await;
    let browser = Browser::start().await;
    let mut page = browser.page().await;
    page.resize(LAPTOP).await;
    table.app.sign_in_on(&page, &table.organiser.account).await;
    page.goto(&format!("{}{}", table.app.base, table.path())).await;
    page.wait_until("document.activeElement?.id === 'line'").await;
    let begun = Instant::now();
    for (item, said) in ["F", "P pv", "n", "U 1", "F poster", "r", "A", "n", "m", "F help", "W", "x"].iter().enumerate()
    {
        page.type_into("line", &format!("{} {said}", item + 1)).await;
        page.press("Enter").await;
    }
    page.wait_for("12 of 12 entered").await;
    let took = begun.elapsed().as_secs();
    assert!(took < 36, "{took} s for twelve people");
    assert_eq!(stored(&table.app).await, 12);
    assert_eq!(count(&table.app, RECOUNT).await, 0);
    page.wait_until("document.activeElement?.id === 'line'").await;

    page.press("Enter").await;
    page.wait_for("The line is empty, so nothing was kept").await;
    page.type_into("line", "z").await;
    page.press("Enter").await;
    page.wait_for("11 of 12 entered").await;
    page.type_into("line", "12 ostrich").await;
    page.press("Enter").await;
    page.wait_for("“ostrich” is no word").await;
    page.wait_until("document.querySelector('#line').value === '12 ostrich'").await;
    assert_eq!(page.axe().await, [""; 0]);
    page.resize(NARROW).await;
    page.no_sideways_scroll().await;
    let first = "document.querySelector('#line').compareDocumentPosition(document.querySelector('#who')) === 4";
    page.wait_until(first).await;
    assert!(browser.uncaught().is_empty(), "{:?}", browser.uncaught());
    browser.close().await;
}

#[tokio::test]
async fn without_scripts_each_line_is_a_page() {
    let table = Table::with(2).await;
    let browser = Browser::start().await;
    let page = browser.page().await;
    table.app.sign_in_on(&page, &table.organiser.account).await;
    page.scripts(false).await;
    page.goto(&format!("{}{}", table.app.base, table.path())).await;
    page.fill("line", "1 F").await;
    page.click("form[data-entry] .btn.main").await;
    page.wait_for("1 of 4 entered").await;
    browser.close().await;
}
