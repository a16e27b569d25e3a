//! An address that comes back is left alone and its page says so; a complaint takes consent back; nobody outside can silence
//! anybody; and whoever presses the button in a message is off the list.

use super::tasks::ask;
use crate::support::app::{Actor, TestApp, keys, seed_place};
use crate::support::people::{agrees_to_email, person};
use crate::support::walk::{change, change_for, count};
use crate::support::wall::open_session;
use hustings::access::Role;
use hustings::access::door::messages::{Return, note_return};
use hustings::database::Database;
use hustings::messages::returns::folder;
use hustings::messages::unsubscribe::{Links, links};
use sqlx::{query, query_scalar};
use uuid::Uuid;

pub async fn area_id(app: &TestApp, name: &str) -> String {
    let mut db = app.database.operator().await;
    query_scalar("select area_id::text from area where name = $1").bind(name).fetch_one(&mut db).await.unwrap()
}

/// A member of Quillbrook who helps, to whom a letter went under this id.
async fn written_to(app: &TestApp, surname: &str) -> (Uuid, Uuid) {
    let member = person(app, "Quillbrook", "Oswin", surname, true).await;
    agrees_to_email(app, member).await;
    let letter = Uuid::now_v7();
    query(
        "insert into mail (mail_id, address, form, fields, sent_at)
         select $1, email_key, 'invitation', null, now() from person_contact where person_id = $2",
    )
    .bind(letter)
    .bind(member)
    .execute(&mut app.database.operator().await)
    .await
    .unwrap();
    query("insert into volunteer (person_id, area_id) select person_id, area_id from person where person_id = $1")
        .bind(member)
        .execute(&mut app.database.operator().await)
        .await
        .unwrap();
    (member, letter)
}

/// A report as a mail server writes one.
fn report(kind: &str, of: &str, status: &str, letter: &str) -> String {
    let fields = if kind == "feedback-report" {
        "Feedback-Type: abuse\r\nVersion: 1".to_owned()
    } else {
        format!(
            "Reporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; {of}\r\nAction: failed\r\nStatus: {status}"
        )
    };
    format!(
        "From: MAILER-DAEMON@mx.example\r\nContent-Type: multipart/report; report-type={kind}; boundary=\"b\"\r\n\r\n\
         --b\r\nContent-Type: message/{kind}\r\n\r\n{fields}\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n\
         Message-ID: <{letter}@lantern.example>\r\nSubject: Saturday\r\n\r\n--b--\r\n"
    )
}

async fn page_of(by: &Actor, member: Uuid) -> String {
    by.get(&format!("/volunteers/{member}")).await.expect(200).text("main")
}

#[tokio::test]
async fn a_bounce_in_the_mailbox_silences_the_address_it_was_sent_to_until_somebody_tries_it_again() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let (member, letter) = written_to(&app, "Tarrant").await;
    let (other, _) = written_to(&app, "Sallow").await;
    let database = Database::connect(&app.urls()).unwrap();
    let organiser = app.actor(Role::Organiser, "Quillbrook").await;
    let box_of = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(box_of.path().join("new")).unwrap();
    let put = |name: &str, text: String| std::fs::write(box_of.path().join("new").join(name), text).unwrap();
    // It names somebody else: the address that we sent it to is the one that counts.
    put("1", report("delivery-status", "oswin.sallow@lantern.example", "5.2.2", &letter.to_string()));
    // An outsider who does not know what we sent.
    put("2", report("delivery-status", "oswin.sallow@lantern.example", "5.1.1", &Uuid::now_v7().to_string()));
    put("3", "From: a@b.example\r\nSubject: I am on holiday\r\n\r\nAction: failed\r\nStatus: 5.1.1\r\n".into());
    let counts = folder::read(&database, box_of.path()).await.unwrap();
    assert_eq!((counts.noted, counts.known, counts.unknown, counts.other), (1, 0, 1, 1));
    assert!(folder::waiting(box_of.path()).unwrap().is_empty() && box_of.path().join("done/1").exists());
    put("4", report("delivery-status", "oswin.sallow@lantern.example", "5.2.2", &letter.to_string()));
    assert_eq!(folder::read(&database, box_of.path()).await.unwrap().known, 1, "read twice, it counts once");

    let page = page_of(&organiser, member).await;
    assert!(page.contains("Email comes back: the box is full.") && page.contains("Nothing is sent there"), "{page}");
    assert!(!page_of(&organiser, other).await.contains("Email comes back"));
    let silent = "select count(*) from message_silence where lifted_at is null and wall.silent('email', 'Oswin.Tarrant@lantern.example')";
    assert_eq!(count(&app, silent).await, 1);
    assert_eq!(count(&app, "select count(*) from person where 'email' = any (channels)").await, 2, "consent stays");

    let again = format!("/volunteers/{member}/address");
    app.actor(Role::Organiser, "Saltern").await.post(&again, &[("channel", "email")]).await.expect(404);
    organiser.post(&again, &[("channel", "text")]).await.expect(404);
    organiser.post(&again, &[("channel", "email")]).await.expect(303);
    assert!(!page_of(&organiser, member).await.contains("Email comes back"));
    assert_eq!(count(&app, silent).await, 0);
}

#[tokio::test]
async fn an_address_that_is_put_off_on_three_days_is_left_alone_and_a_complaint_takes_consent_back() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let (member, letter) = written_to(&app, "Tarrant").await;
    let mut door = app.database.operator().await;
    let silent = "select count(*) from message_silence where lifted_at is null";
    let delay = |day: i64, digest: u8| Return {
        digest: vec![digest; 32],
        sent: Some(letter),
        channel: "email",
        address: None,
        kind: "delay",
        why: "refused",
        status: "4.2.2",
        at: Some(chrono::Utc::now() - chrono::TimeDelta::days(day)),
        came_by: "mailbox",
    };
    for (day, digest) in [(3, 1), (3, 2), (3, 3), (1, 4)] {
        assert_eq!(note_return(&mut door, &delay(day, digest)).await.unwrap(), "noted");
    }
    assert_eq!(count(&app, silent).await, 0, "two days of a fortnight");
    note_return(&mut door, &delay(0, 5)).await.unwrap();
    assert_eq!(count(&app, silent).await, 1, "three");

    let complaint = Return { digest: vec![9; 32], kind: "complaint", why: "complaint", status: "", ..delay(0, 0) };
    note_return(&mut door, &complaint).await.unwrap();
    assert_eq!(count(&app, "select count(*) from person where 'email' = any (channels)").await, 0);
    let secretary = app.actor(Role::MembershipSecretary, "Quillbrook").await;
    let page = page_of(&secretary, member).await;
    assert!(page.contains("They told their mail provider that a message was unwanted"), "{page}");
    let again = format!("/volunteers/{member}/address");
    let kept = secretary.post(&again, &[("channel", "email")]).await.expect(303).location();
    assert!(kept.ends_with("said=address-left"), "{kept}");
    agrees_to_email(&app, member).await;
    let lifted = secretary.post(&again, &[("channel", "email")]).await.expect(303).location();
    assert!(lifted.ends_with("said=address-again"), "{lifted}");

    // Behind the wall, and gone with the person.
    note_return(&mut door, &Return { digest: vec![10; 32], ..complaint.clone() }).await.unwrap();
    change_for(&app, "update person_contact set email_key = 'other@lantern.example' where person_id = $1", member)
        .await;
    change_for(
        &app,
        "update person_contact set email_key = 'oswin.tarrant@lantern.example' where person_id = $1",
        member,
    )
    .await;
    assert_eq!(count(&app, silent).await, 1, "a complaint holds when the address is changed and put back");
    let (here, there) = (area_id(&app, "Quillbrook").await, area_id(&app, "Saltern").await);
    let own = open_session(&app, &secretary.account).await;
    let stranger = app.account(Role::Organiser, "Saltern").await;
    let foreign = open_session(&app, &stranger).await;
    let seen = Box::leak(format!("select count(*) from wall.silences(array['{member}'::uuid])").into_boxed_str());
    assert_eq!(ask(&app.database, "hustings_membership", &own, &here, seen).await, 1);
    assert_eq!(ask(&app.database, "hustings_organiser", &foreign, &there, seen).await, 0);
    change(&app, "insert into lockdown (tool, notice) values ('organise', 'Closed')").await;
    assert_eq!(ask(&app.database, "hustings_membership", &own, &here, seen).await, 0, "Organise is closed");
    change(&app, "update lockdown set opened_at = now()").await;
    change(&app, "update access_grant set ended_at = now()").await;
    assert_eq!(ask(&app.database, "hustings_membership", &own, &here, seen).await, 0, "access has ended");
    change_for(&app, "delete from person where person_id = $1", member).await;
    let left = "select (select count(*) from message_silence) + (select count(*) from message_return)";
    assert_eq!(count(&app, left).await, 0, "nothing of their address stays");
}

/// The links of a message to somebody.
fn links_to(app: &TestApp, person: Uuid) -> Links {
    links(&keys(), &app.base, person, "email").unwrap()
}

fn path<'a>(app: &TestApp, url: &'a str) -> &'a str {
    url.strip_prefix(&app.base).unwrap()
}

#[tokio::test]
async fn only_the_button_takes_somebody_off_the_list_and_it_does_so_whatever_is_closed() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let (member, _) = written_to(&app, "Tarrant").await;
    let (other, _) = written_to(&app, "Sallow").await;
    change(&app, "insert into lockdown (tool, notice) values ('organise', 'Closed')").await;
    let urls = links_to(&app, member);
    let agreed = "select count(*) from person where 'email' = any (channels)";
    let nobody = app.nobody();
    // Scanners open links, with and without a browser.
    for url in [&urls.page, &urls.one_click] {
        let page = nobody.get(path(&app, url)).await.expect(200);
        assert!(page.text("main").contains("Nothing has changed yet") && !page.body.contains("Tarrant"));
    }
    assert_eq!(count(&app, agreed).await, 2);
    // A mail program's own post: no cookie, no page that it comes from.
    let plain = reqwest::Client::new();
    let send = |url: String| plain.post(url).form(&[("List-Unsubscribe", "One-Click")]).send();
    assert_eq!(send(urls.page.clone()).await.unwrap().status(), 403, "the page's form comes from the page");
    assert_eq!(send(urls.one_click.clone()).await.unwrap().status(), 200);
    assert_eq!(count(&app, agreed).await, 1);
    assert_eq!(send(urls.one_click.clone()).await.unwrap().status(), 200);
    let said = "select count(*) from person_consent where not given and source = 'unsubscribe link'";
    assert_eq!(count(&app, said).await, 1, "twice is once");

    // The page, for more than the message's own channel.
    let page = path(&app, &links_to(&app, other).page).to_owned();
    assert_eq!(nobody.get(&page).await.expect(200).attribute("input[checked]", "value"), "email");
    nobody.post(&page, &[]).await.expect(422);
    let done = nobody.post(&page, &[("channel", "email"), ("channel", "phone")]).await.expect(200).text("main");
    assert!(done.contains("nothing more by email and telephone calls"), "{done}");
    assert_eq!((count(&app, agreed).await, count(&app, said).await), (0, 3));

    // Altered, made up, or of somebody erased: the same calm page, and nothing happens.
    let altered = format!("{}A{}", &page[..30], &page[31..]);
    for forged in [altered.as_str(), "/unsubscribe/nothing", &page] {
        if forged == page {
            change_for(&app, "delete from person where person_id = $1", other).await;
        }
        nobody.get(forged).await.expect(200);
        let answer = nobody.post(forged, &[("channel", "email")]).await.expect(200).text("main");
        assert!(answer.contains("It is done") && answer.contains("data@lantern.example"), "{answer}");
    }
    change(&app, "update lockdown set opened_at = now()").await;
    let organiser = app.actor(Role::Organiser, "Quillbrook").await;
    let page = page_of(&organiser, member).await;
    assert!(page.contains("Said no") && page.contains("unsubscribe link"), "{page}");
}

#[tokio::test]
async fn whoever_reads_at_an_address_takes_every_record_of_it_off_the_list() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let (member, _) = written_to(&app, "Tarrant").await;
    written_to(&app, "Sallow").await;
    let agreed = "select count(*) from person where 'email' = any (channels)";
    change(&app, "update person_contact set email = 'home@lantern.example', email_key = 'home@lantern.example'").await;
    assert_eq!(count(&app, agreed).await, 2);
    let page = path(&app, &links_to(&app, member).page).to_owned();
    app.nobody().post(&page, &[("channel", "email")]).await.expect(200);
    assert_eq!(count(&app, agreed).await, 0, "two records, one letterbox: “nothing more by email” is so");
}

#[tokio::test]
async fn nothing_goes_public_without_an_imprint_and_the_nearest_one_holds() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let here = area_id(&app, "Quillbrook").await;
    let organiser = app.actor(Role::Organiser, "Quillbrook").await;
    let page = organiser.get("/messages/imprint").await.expect(200);
    assert!(page.text("main").contains("Promoted by A. Agent on behalf of The Lantern Party, both of 1 Larkspur Row"));
    let refused = organiser.post("/messages/imprint", &[("area", here.as_str())]).await.expect(422).text(".errors");
    for word in ["promoter’s name", "can be reached", "candidate or the party", "address of whom it is for"] {
        assert!(refused.contains(word), "{word}: {refused}");
    }
    let fields = [
        ("area", here.as_str()),
        ("promoter", "B. Agent"),
        ("promoter_address", "2 Larkspur Row, ZZ1 4QX"),
        ("behalf", "Wilma <b>Vale</b>"),
        ("behalf_address", "3 Larkspur Row, ZZ1 4QX"),
    ];
    organiser.post("/messages/imprint", &fields).await.expect(303);
    let foreign = area_id(&app, "Saltern").await;
    let beyond: Vec<_> = fields.iter().map(|(k, v)| (*k, if *k == "area" { foreign.as_str() } else { v })).collect();
    organiser.post("/messages/imprint", &beyond).await.expect(422);

    let event = crate::support::events::make(&organiser, &here, 7, &[("public", "yes")]).await;
    let shown = app.nobody().get(&format!("/public{event}")).await.expect(200);
    assert!(
        shown.text("main").contains("Promoted by B. Agent, 2 Larkspur Row, ZZ1 4QX, on behalf of Wilma <b>Vale</b>")
    );
    organiser.post(&format!("/messages/imprint/{here}/removal"), &[]).await.expect(303);
    let shown = app.nobody().get(&format!("/public{event}")).await.expect(200);
    assert!(shown.text("main").contains("Promoted by A. Agent"), "the wider area’s takes its place");

    change(&app, "delete from message_imprint").await;
    app.nobody().get(&format!("/public{event}")).await.expect(404);
    let day = (chrono::Utc::now() + chrono::TimeDelta::days(9)).date_naive().to_string();
    let fields = [
        ("area", here.as_str()),
        ("kind", "canvass"),
        ("title", "Saturday"),
        ("place", "The bandstand"),
        ("day", day.as_str()),
        ("from", "10:00"),
        ("until", "12:00"),
        ("public", "yes"),
    ];
    let refused = organiser.post("/events", &fields).await.expect(422).text(".errors");
    assert!(refused.contains("needs an imprint"), "{refused}");
    organiser.post(&format!("/messages/imprint/{here}/removal"), &[]).await.expect(404);
}
