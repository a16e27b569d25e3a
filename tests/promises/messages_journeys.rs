//! Messages in a browser, from end to end: written by whoever forgets every sign of a form, read, and taken back by a link.

use super::messages::{outbox, send_due, sender};
use crate::support::access::area;
use crate::support::app::{TestApp, seed_place};
use crate::support::browser::{Browser, LAPTOP, NARROW, PHONE, Page};
use crate::support::people::{agrees_to_email, person};
use crate::support::walk::{change, count};
use hustings::access::Role;
use hustings::database::Database;
use mail_parser::MessageParser;

/// Chooses a picture that the browser itself draws.
async fn choose_picture(page: &Page) {
    let draw = "(() => { const canvas = document.createElement('canvas'); canvas.width = 640; canvas.height = 320;
        canvas.getContext('2d').fillRect(40, 40, 200, 100);
        const bytes = Uint8Array.from(atob(canvas.toDataURL('image/png').split(',')[1]), (c) => c.charCodeAt(0));
        const chosen = new DataTransfer(); chosen.items.add(new File([bytes], 'stall.png', { type: 'image/png' }));
        document.querySelector('#picture').files = chosen.files; return true; })()";
    page.wait_until(draw).await;
}

#[tokio::test]
async fn an_organiser_writes_by_buttons_adds_a_picture_sends_it_and_a_reader_takes_consent_back() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    change(&app, "delete from message_imprint").await;
    for forename in ["Dee", "Ida"] {
        let id = person(&app, "Quillbrook", forename, "Oldacre", true).await;
        if forename == "Dee" {
            agrees_to_email(&app, id).await;
        }
    }
    let imogen = app.account(Role::Organiser, "Quillbrook").await;
    let browser = Browser::start().await;
    let mut page = browser.page().await;
    page.resize(LAPTOP).await;
    app.sign_in_on(&page, &imogen).await;
    page.goto(&format!("{}/messages", app.base)).await;
    page.click("Write a message").await;
    page.click("Write an email").await;
    page.fill("subject", "Saturday").await;
    page.click("[role=toolbar] button[data-before='# ']").await;
    page.wait_until("document.querySelector('#body').value === '# Heading'").await;
    page.press("End").await;
    page.press("Enter").await;
    page.click("[role=toolbar] button[data-before='{{forename|friend}}']").await;
    page.click("[role=toolbar] button[data-before='- ']").await;
    page.wait_until("document.querySelector('#body').value === '# Heading\\n{{forename|friend}}\\n- One of a list'")
        .await;
    page.click("input[name=supporters]").await;
    page.click("Keep it and see who gets it").await;
    page.wait_for("There is no imprint here").await;
    page.wait_for("Did not agree to email").await;
    page.no_sideways_scroll().await;
    choose_picture(&page).await;
    page.fill("shows", "Our stall in the rain").await;
    page.click("Add the picture").await;
    page.wait_until("document.querySelector('img.letter')?.naturalWidth === 640").await;
    let message = page.url().await.split('?').next().unwrap().to_owned();

    page.goto(&format!("{}/messages/imprint", app.base)).await;
    for (field, words) in [
        ("promoter", "A. Agent"),
        ("promoter_address", "1 Larkspur Row, ZZ1 4QX"),
        ("behalf", "The Lantern Party"),
        ("behalf_address", "1 Larkspur Row, ZZ1 4QX"),
    ] {
        page.fill(field, words).await;
    }
    page.click("Keep the imprint").await;
    page.wait_for("Its own.").await;
    page.wait_for("Nothing can be printed under it").await;

    page.resize(PHONE).await;
    page.goto(&message).await;
    page.wait_for("Promoted by A. Agent").await;
    page.no_sideways_scroll().await;
    page.click("main a.btn.main").await;
    page.wait_for("1 person, each alone").await;
    page.click("main form .btn.main").await;
    page.wait_for("Still to go").await;
    let (data, database) = (tempfile::tempdir().unwrap(), Database::connect(&app.urls()).unwrap());
    send_due(&sender(&app, None, data.path()), &database).await.unwrap();
    page.goto(&message).await;
    page.wait_until("document.querySelector('.tag').textContent === 'Sent'").await;

    let letters = outbox(data.path());
    let letter = MessageParser::default().parse(letters[0].as_bytes()).unwrap();
    let plain = letter.body_text(0).unwrap().into_owned();
    assert!(plain.contains("HEADING") && plain.contains("- One of a list"), "{plain}");
    let link = plain.split("Stop these messages: ").nth(1).unwrap().trim().to_owned();
    let theirs = Browser::start().await;
    let mut reader = theirs.page().await;
    reader.resize(NARROW).await;
    reader.goto(&link).await;
    reader.wait_for("Nothing has changed yet").await;
    reader.no_sideways_scroll().await;
    reader.click("Stop these").await;
    reader.wait_for("It is done").await;
    assert_eq!(count(&app, "select count(*) from person where 'email' = any (channels)").await, 0);
    theirs.close().await;
    browser.close().await;
}

#[tokio::test]
async fn somebody_offers_to_help_on_a_phone_without_script_and_an_organiser_welcomes_them() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    super::messages::imprint(&app).await;
    let here = area(&app, "Quillbrook").await;
    let imogen = app.account(Role::Organiser, "Quillbrook").await;
    let browser = Browser::start().await;
    let mut page = browser.page().await;
    page.resize(PHONE).await;
    app.sign_in_on(&page, &imogen).await;
    page.goto(&format!("{}/volunteers/asking", app.base)).await;
    page.click("Open the page").await;
    page.wait_for("The page is open").await;

    let theirs = Browser::start().await;
    let mut phone = theirs.page().await;
    phone.scripts(false).await;
    phone.resize(NARROW).await;
    phone.goto(&format!("{}/join/{here}", app.base)).await;
    phone.fill("forename", "Tamsin").await;
    phone.fill("surname", "Oldacre").await;
    phone.fill("email", "tamsin@lantern.example").await;
    phone.click("input[name=under_18][value=no]").await;
    phone.click("input[name=skill][value=driving]").await;
    phone.click("Offer to help").await;
    phone.wait_for("look at your email").await;
    let link = app.link_to("tamsin@lantern.example").await;
    phone.goto(&format!("{}{link}", app.base)).await;
    assert_eq!(count(&app, "select count(*) from volunteer").await, 0, "opening a link confirms nothing");
    phone.click("main form .btn.main").await;
    phone.wait_until("!document.querySelector('main form')").await;
    page.goto(&format!("{}/volunteers", app.base)).await;
    page.click("Tamsin Oldacre").await;
    page.wait_for("Driving").await;
    theirs.close().await;
    browser.close().await;
}
