//! Pictures and text messages: what goes out is what was meant, to whoever agreed to that way and to nobody else.

use super::messages::{header, imprint, outbox, place, press, send_due, sender, write};
use crate::support::app::{Actor, Answer, TestApp, read, seed_place};
use crate::support::people::{agrees_to, agrees_to_email, person};
use crate::support::walk::{change, count};
use futures_util::future::BoxFuture;
use hustings::access::Role;
use hustings::database::Database;
use hustings::messages::send::{self, Ways};
use hustings::messages::texts::{self, Failure, Provider};
use mail_parser::{MessageParser, MimeHeaders};
use reqwest::multipart::{Form, Part};
use sqlx::{query, query_scalar};
use std::sync::Mutex;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// A PNG of one red point.
const POINT: &str = "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8cfc0000003010100c9fe92ef0000000049454e44ae426082";

async fn give(app: &TestApp, by: &Actor, page: &str, shows: &str, file: Vec<u8>) -> Answer {
    let part = Part::bytes(file).file_name("stall.png");
    let form =
        Form::new().text("_grant", by.account.grant.to_string()).text("shows", shows.to_owned()).part("picture", part);
    read(by.client.post(format!("{}{page}/pictures", app.base)).multipart(form)).await
}

#[tokio::test]
async fn a_picture_goes_within_the_letter_and_is_told_to_whoever_cannot_see_it() {
    let (app, _) = place().await;
    let organiser = app.actor(Role::Organiser, "Quillbrook").await;
    let stranger = app.actor(Role::Organiser, "Saltern").await;
    let point = hex::decode(POINT).unwrap();
    let page = write(&app, &organiser, "Dear {{forename}},").await;
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>".to_vec();
    let refused = give(&app, &organiser, &page, "<b>Stall</b>", svg).await.expect(422);
    assert!(refused.text(".errors").contains("not a picture"), "{}", refused.text(".errors"));
    assert_eq!(refused.attribute("#shows", "value"), "<b>Stall</b>", "nothing typed is lost");
    let refused = give(&app, &organiser, &page, " ", point.clone()).await.expect(422);
    assert!(refused.text(".errors").contains("Say what the picture shows"), "{}", refused.text(".errors"));
    let heavy = vec![0; 10 * 1024 * 1024 + 64 * 1024];
    let refused = give(&app, &organiser, &page, "Our stall", heavy).await.expect(422);
    assert_eq!(refused.count(".errors li"), 1, "one cause, one error: {}", refused.text(".errors"));
    assert_eq!(refused.attribute("#shows", "value"), "Our stall", "nothing typed is lost");
    give(&app, &stranger, &page, "Mine", point.clone()).await.expect(404);
    for _ in 0..5 {
        give(&app, &organiser, &page, "Our <stall> in the rain", point.clone()).await.expect(303);
    }
    let sixth = give(&app, &organiser, &page, "One more", point).await.expect(422);
    assert!(sixth.text(".errors").contains("five pictures"), "{}", sixth.text(".errors"));
    for number in [2, 3, 4, 5] {
        organiser.post(&format!("{page}/pictures/{number}/removal"), &[]).await.expect(303);
    }
    organiser.post(&format!("{page}/pictures/2/removal"), &[]).await.expect(404);
    let shown = organiser.get(&page).await.expect(200);
    assert_eq!(shown.count("img.letter"), 1, "its line went with each that was taken out");
    assert_eq!(shown.attribute("img.letter", "alt"), "Our <stall> in the rain");
    let file = format!("{page}/pictures/1");
    assert_eq!(organiser.get(&file).await.expect(200).headers["content-type"], "image/png");
    stranger.get(&file).await.expect(404);
    let copy = organiser.post(&format!("{page}/copy"), &[]).await.expect(303).location();
    let copy = copy.split("/edit").next().unwrap().to_owned();
    assert_eq!(organiser.get(&copy).await.expect(200).count("img.letter"), 1, "a copy has its own");
    let area = super::messages::area(&app, "Quillbrook").await;
    let missing = [("area", area.as_str()), ("subject", "Hi"), ("body", "[picture 7]"), ("supporters", "true")];
    let refused = organiser.post(&format!("{page}/edit"), &missing).await.expect(422);
    assert!(refused.text(".errors").contains("no picture 7"), "{}", refused.text(".errors"));

    press(&organiser, &page).await.expect(303);
    organiser.post(&format!("{page}/pictures/1/removal"), &[]).await.expect(409);
    let (data, database) = (tempfile::tempdir().unwrap(), Database::connect(&app.urls()).unwrap());
    send_due(&sender(&app, None, data.path()), &database).await.unwrap();
    let letters = outbox(data.path());
    assert_eq!(letters.len(), 1);
    assert_eq!(header(&letters[0], "Subject"), "News for Dee");
    // As another implementation reads it.
    let letter = MessageParser::default().parse(letters[0].as_bytes()).unwrap();
    let html = letter.body_html(0).unwrap();
    assert!(html.contains("<img src=\"cid:picture-1\" alt=\"Our &lt;stall&gt; in the rain\""), "{html}");
    assert!(letter.body_text(0).unwrap().contains("[Picture: Our <stall> in the rain]"));
    let within: Vec<_> = letter.attachments().collect();
    assert_eq!(within.len(), 1);
    assert_eq!(within[0].content_id(), Some("picture-1"));
    assert!(image::load_from_memory(within[0].contents()).is_ok());
}

/// The place, with whoever agreed to texts and whoever is left out.
async fn texted() -> TestApp {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let dee = person(&app, "Quillbrook", "Dee", "Oldacre", true).await;
    agrees_to(&app, dee, "text").await;
    let by_email = person(&app, "Quillbrook", "Ida", "Tarrant", true).await;
    agrees_to_email(&app, by_email).await;
    for (forename, mobile) in [("Ned", ""), ("Lan", "020 7946 0123"), ("Abe", "+353 85 123 4567")] {
        let id = person(&app, "Quillbrook", forename, "Tarrant", true).await;
        agrees_to(&app, id, "text").await;
        query("update person_contact set mobile = $1 where person_id = $2")
            .bind(mobile)
            .bind(id)
            .execute(&mut app.database.operator().await)
            .await
            .unwrap();
    }
    change(&app, "update person set under_18 = true where forename = 'Abe'").await;
    imprint(&app).await;
    app
}

async fn write_text(app: &TestApp, by: &Actor, body: &str) -> Answer {
    let area = super::messages::area(app, "Quillbrook").await;
    let fields =
        [("channel", "text"), ("area", area.as_str()), ("subject", "Saturday"), ("body", body), ("supporters", "true")];
    by.post("/messages/new", &fields).await
}

#[tokio::test]
async fn a_text_goes_to_whoever_agreed_to_texts_with_who_promotes_it_and_the_way_out() {
    let app = texted().await;
    let organiser = app.actor(Role::Organiser, "Quillbrook").await;
    write_text(&app, &organiser, &"a".repeat(601)).await.expect(422);
    write_text(&app, &organiser, "[picture 1]").await.expect(422);
    let page = write_text(&app, &organiser, "{{forename}}, we’re out on Saturday").await.expect(303).location();
    let page = page.split('?').next().unwrap();
    let said = organiser.get(page).await.expect(200).text("main");
    for word in [
        "Did not agree to text messages",
        "No mobile number",
        "Under 18",
        "Dee, we're out on Saturday",
        "2 texts to somebody",
        "each reader's own link",
    ] {
        assert!(said.contains(word), "{word}: {said}");
    }
    assert!(!said.contains("07700"), "no number: {said}");
    organiser.post(&format!("{page}/trial"), &[]).await.expect(409);
    press(&organiser, page).await.expect(303);
    let (data, database) = (tempfile::tempdir().unwrap(), Database::connect(&app.urls()).unwrap());
    let (mail, texts) = (sender(&app, None, data.path()), texts::provider(None, data.path()));
    for _ in 0..2 {
        send::send_due(&Ways { mail: &mail, texts: texts.as_ref() }, &database, &CancellationToken::new())
            .await
            .unwrap();
    }
    let lies = std::fs::read_dir(data.path().join("outbox")).unwrap().count();
    assert_eq!(lies, 1, "the folder of texts and no letter");
    let kept: Vec<_> =
        std::fs::read_dir(data.path().join("outbox/texts")).unwrap().map(|f| f.unwrap().path()).collect();
    assert_eq!(kept.len(), 1, "to one alone, once");
    let text = std::fs::read_to_string(&kept[0]).unwrap();
    assert!(text.starts_with("To: +447700900123\n\nDee, we're out on Saturday\nPromoted by A. Agent"), "{text}");
    let link = text.split("To stop texts: ").nth(1).unwrap().trim();
    app.nobody().post(link.strip_prefix(&app.base).unwrap(), &[("channel", "text")]).await.expect(200);
    let channels = "select count(*) from person where 'text' = any (channels) and forename = 'Dee'";
    assert_eq!(count(&app, channels).await, 0, "the link takes texts back");
    assert_eq!(count(&app, "select count(*) from message where state = 'sent'").await, 1);
}

/// A provider that answers in turn and keeps what it got.
#[derive(Default)]
struct Turns {
    answers: Mutex<Vec<Failure>>,
    got: Mutex<Vec<String>>,
}

impl Turns {
    fn came(&self) -> usize {
        self.got.lock().unwrap().len()
    }
}

impl Provider for Turns {
    fn send<'a>(&'a self, to: &'a str, _: &'a str, _: Uuid) -> BoxFuture<'a, Result<(), Failure>> {
        self.got.lock().unwrap().push(to.to_owned());
        let answer = self.answers.lock().unwrap().pop();
        Box::pin(async move { answer.map_or(Ok(()), Err) })
    }

    fn went(&self, _: Uuid) -> Option<bool> {
        None
    }
}

#[tokio::test]
async fn a_text_that_may_have_gone_is_not_sent_again_and_one_that_did_not_is() {
    let app = texted().await;
    let organiser = app.actor(Role::Organiser, "Quillbrook").await;
    let page = write_text(&app, &organiser, "Hello").await.expect(303).location();
    let page = page.split('?').next().unwrap();
    press(&organiser, page).await.expect(303);
    let (data, database) = (tempfile::tempdir().unwrap(), Database::connect(&app.urls()).unwrap());
    let mail = sender(&app, None, data.path());
    let answers = Mutex::new(vec![Failure::Unknown("cut off".into()), Failure::Later("busy".into())]);
    let provider = Turns { answers, ..Turns::default() };
    let ways = Ways { mail: &mail, texts: &provider };
    let due = "update message_recipient set next_try_at = now() where state = 'queued'";
    for _ in 0..4 {
        send::send_due(&ways, &database, &CancellationToken::new()).await.unwrap();
        change(&app, due).await;
    }
    assert_eq!(provider.came(), 2, "tried again while that was safe, and then never");
    assert_eq!(count(&app, "select count(*) from message_recipient where state = 'unknown'").await, 1);
    // One that a server left in hand when it died: only the provider knows.
    change(&app, "update message set state = 'sending', ended_at = null").await;
    change(&app, "update message_recipient set state = 'sending' where state = 'unknown'").await;
    send::send_due(&ways, &database, &CancellationToken::new()).await.unwrap();
    assert_eq!(provider.came(), 2);
    assert!(organiser.get(page).await.expect(200).text("main").contains("May have gone"));
}

#[tokio::test]
async fn the_database_and_the_sender_agree_which_numbers_take_texts() {
    let app = TestApp::new().await;
    let mut db = app.database.operator().await;
    for typed in [
        "07700 900123",
        "+44 7700 900123",
        "+44 (0)7700 900123",
        "0044 7700 900123",
        "447700900123",
        "(07700) 900-123",
        "+353 85 123 4567",
        "07624 123456",
        "07612 345678",
        "07012 345678",
        "020 7946 0123",
        "07700 90012",
        "07700 9001234",
        "7700900123",
        "",
        "0",
        "+",
        "+0123456789",
        "353851234567",
    ] {
        let takes: bool = query_scalar("select wall.takes_texts($1)").bind(typed).fetch_one(&mut db).await.unwrap();
        assert_eq!(takes, texts::number(typed).is_some(), "{typed}");
    }
}
