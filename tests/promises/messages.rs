//! A message goes to whoever agreed to it and to nobody else, each alone, once, and stops when it is told to.

use crate::support::app::{Actor, Answer, TestApp, keys, seed_place};
use crate::support::form::words;
use crate::support::people::{agrees_to_email, person};
use crate::support::walk::{change, count};
use hustings::access::Role;
use hustings::database::Database;
use hustings::error::Error;
use hustings::mail::send::Sender;
use hustings::messages::send::{self, Ways};
use hustings::messages::texts;
use sqlx::{query, query_scalar};
use std::collections::BTreeSet;
use std::path::Path;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// The place, with somebody for each reason to be left out; answers who gets it.
pub(crate) async fn place() -> (TestApp, Uuid) {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let dee = person(&app, "Quillbrook", "Dee", "Oldacre", true).await;
    agrees_to_email(&app, dee).await;
    for (forename, agrees) in [("Ida", false), ("Ned", true), ("Una", true), ("Cy", true)] {
        let id = person(&app, "Quillbrook", forename, "Tarrant", true).await;
        if agrees {
            agrees_to_email(&app, id).await;
        }
    }
    let there = person(&app, "Saltern", "Sal", "Sallow", true).await;
    agrees_to_email(&app, there).await;
    change(&app, "update person_contact c set email = '', email_key = '' from person p where p.person_id = c.person_id and p.forename = 'Ned'").await;
    change(&app, "update person set under_18 = true where forename = 'Una'").await;
    change(
        &app,
        "insert into message_silence (channel, address_digest, why)
         values ('email', wall.address_digest('email', 'cy.tarrant@lantern.example'), 'gone')",
    )
    .await;
    imprint(&app).await;
    (app, dee)
}

pub(crate) async fn imprint(app: &TestApp) {
    change(
        app,
        "insert into message_imprint (area_id, promoter, promoter_address, behalf, behalf_address)
         select area_id, 'A. Agent', '1 Larkspur Row, ZZ1 4QX', 'The Lantern Party', '1 Larkspur Row, ZZ1 4QX' from area where name = 'Quillbrook'",
    )
    .await;
}

pub(crate) async fn area(app: &TestApp, name: &str) -> String {
    let mut db = app.database.operator().await;
    query_scalar("select area_id::text from area where name = $1").bind(name).fetch_one(&mut db).await.unwrap()
}

/// Writes a campaign message to supporters; answers its page.
pub(crate) async fn write(app: &TestApp, by: &Actor, body: &str) -> String {
    let area = area(app, "Quillbrook").await;
    let fields =
        [("area", area.as_str()), ("subject", "News for {{forename}}"), ("body", body), ("supporters", "true")];
    by.post("/messages/new", &fields).await.expect(303).location().split('?').next().unwrap().to_owned()
}

/// Which version a page shows; 0 where it shows none.
fn version_in(shown: &Answer, field: &str) -> String {
    Some(shown.attribute(field, "value")).filter(|v| !v.is_empty()).unwrap_or_else(|| "0".into())
}

/// Sends a message as its page shows it.
pub(crate) async fn press(by: &Actor, page: &str) -> Answer {
    let shown = by.get(&format!("{page}/sending")).await;
    let version = version_in(&shown, "input[name=version]");
    by.post(&format!("{page}/sending"), &[("when", "now"), ("version", &version)]).await
}

/// Lets a message go as its page shows it.
async fn let_go(by: &Actor, page: &str) -> Answer {
    let version = version_in(&by.get(page).await, "form[action$=approval] input[name=version]");
    by.post(&format!("{page}/approval"), &[("version", &version)]).await
}

pub(crate) fn sender(app: &TestApp, smtp: Option<&str>, data: &Path) -> Sender {
    Sender::new(smtp, None, data, &app.base, &keys()).unwrap()
}

/// Sends what is due, texts into a folder that goes with it.
pub(crate) async fn send_due(mail: &Sender, database: &Database) -> Result<usize, Error> {
    let data = tempfile::tempdir().unwrap();
    let texts = texts::provider(None, data.path());
    send::send_due(&Ways { mail, texts: texts.as_ref() }, database, &CancellationToken::new()).await
}

/// The letters of an outbox folder.
pub(crate) fn outbox(data: &Path) -> Vec<String> {
    let Ok(folder) = std::fs::read_dir(data.join("outbox")) else { return Vec::new() };
    folder.map(|f| std::fs::read_to_string(f.unwrap().path()).unwrap()).collect()
}

pub(crate) fn header(letter: &str, name: &str) -> String {
    let head = letter.split("\r\n\r\n").next().unwrap().replace("\r\n ", " ");
    let begins = format!("{name}: ");
    head.lines().find_map(|l| l.strip_prefix(&begins)).unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_message_is_written_tried_counted_sent_and_told_of_on_the_persons_page() {
    let (app, dee) = place().await;
    let organiser = app.actor(Role::Organiser, "Quillbrook").await;
    let area = area(&app, "Quillbrook").await;
    let injected = [
        ("area", area.as_str()),
        ("subject", "Hello\r\nBcc: x"),
        ("body", "Dear {{firstname}}"),
        ("supporters", "true"),
    ];
    let refused = organiser.post("/messages/new", &injected).await.expect(422);
    assert!(refused.text(".errors").contains("in one line"), "{}", refused.text(".errors"));
    assert!(refused.text("#body").contains("Dear {{firstname}}"), "nothing typed is lost");
    let wrong = [("area", area.as_str()), ("subject", "Hello"), ("body", "Dear {{firstname}}")];
    let said = organiser.post("/messages/new", &wrong).await.expect(422).text(".errors");
    assert!(said.contains("{{firstname}}") && said.contains("Choose whom it is for"), "{said}");

    let body = "# Hello {{forename}}\n<p class=MsoNormal><b>pasted</b></p>\n\n- [us](https://party.example/a)";
    let page = write(&app, &organiser, body).await;
    let said = organiser.get(&page).await.expect(200).text("main");
    for word in
        ["Did not agree to email", "No email address", "Under 18", "came back", "<p class=MsoNormal>", "Dee Oldacre"]
    {
        assert!(said.contains(word), "{word}: {said}");
    }
    assert!(!said.contains("dee.oldacre@"), "no address: {said}");
    let left = organiser.get(&format!("{page}/people?which=no-consent")).await.expect(200);
    assert_eq!((left.count("tbody tr"), left.text("tbody th").trim()), (1, "Ida Tarrant"));
    let seen = "select count(*) from access_log l join person_subject s on s.pseudonym = any (l.subjects)
                join person p using (person_id) where p.forename = 'Ida' and l.permission = 'write-messages'";
    assert_eq!(count(&app, seen).await, 1, "whoever reads the names is on record");

    let (data, database) = (tempfile::tempdir().unwrap(), Database::connect(&app.urls()).unwrap());
    let sends = sender(&app, None, data.path());
    organiser.post(&format!("{page}/trial"), &[]).await.expect(303);
    send_due(&sends, &database).await.unwrap();
    let tried = outbox(data.path());
    assert_eq!(tried.len(), 1, "to oneself and to nobody else");
    assert!(header(&tried[0], "To").contains(&organiser.account.email), "{}", tried[0]);

    let confirm = organiser.get(&format!("{page}/sending")).await.expect(200).text("main");
    assert!(confirm.contains("1 person") && confirm.contains("Promoted by A. Agent"), "{confirm}");
    organiser.post(&format!("{page}/sending"), &[("when", "later"), ("at", "2001-01-01T10:00")]).await.expect(422);
    press(&organiser, &page).await.expect(303);
    press(&organiser, &page).await.expect(409);
    organiser.post(&format!("{page}/edit"), &wrong).await.expect(409);
    send_due(&sends, &database).await.unwrap();
    send_due(&sends, &database).await.unwrap();
    let letters = outbox(data.path());
    assert_eq!(letters.len(), 2);
    let letter = letters.iter().find(|l| **l != tried[0]).unwrap();
    as_it_should_be(&app, &organiser, letter).await;

    assert!(organiser.get(&page).await.expect(200).text("main").contains("Sent"));
    assert_eq!(organiser.get("/messages?tab=sent").await.expect(200).count("tbody tr"), 1);
    change(
        &app,
        "insert into volunteer (person_id, area_id) select person_id, area_id from person where forename = 'Dee'",
    )
    .await;
    let had = organiser.get(&format!("/volunteers/{dee}")).await.expect(200).text("main");
    assert!(had.contains("News for Dee"), "{had}");
    let copied = organiser.post(&format!("{page}/copy"), &[]).await.expect(303).location();
    let copied = copied.split("/edit").next().unwrap().to_owned();
    organiser.post(&format!("{page}/removal"), &[]).await.expect(409);
    organiser.post(&format!("{copied}/removal"), &[]).await.expect(303);
    organiser.get(&copied).await.expect(404);
}

/// Alone in To, answers to its author, the way out and the imprint in both twins, and no other address of ours.
async fn as_it_should_be(app: &TestApp, author: &Actor, letter: &str) {
    assert!(header(letter, "To").contains("<dee.oldacre@lantern.example>") && header(letter, "Cc").is_empty());
    assert!(header(letter, "Reply-To").contains(&author.account.email), "{letter}");
    assert_eq!(header(letter, "Subject"), "News for Dee");
    assert_eq!(header(letter, "List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
    assert!(header(letter, "List-Unsubscribe").ends_with("/one-click>"), "{letter}");
    let id: Uuid =
        query_scalar("select recipient_id from message_recipient where state = 'sent' and person_id is not null")
            .fetch_one(&mut app.database.operator().await)
            .await
            .unwrap();
    assert_eq!(header(letter, "Message-ID"), format!("<{id}@127.0.0.1>"));
    let whole = letter.replace("=\r\n", "").replace("=3D", "=").replace("\r\n ", "");
    assert_eq!(whole.matches("Promoted by A. Agent").count(), 2, "{whole}");
    let ours = whole.matches(&app.base).count();
    assert_eq!((ours, whole.matches("/unsubscribe/").count()), (3, 3), "{whole}");
    assert!(!whole.contains("<img"), "{whole}");
}

#[tokio::test]
async fn above_the_installations_number_a_second_person_lets_it_go_and_anybody_stops_it() {
    let (app, _) = place().await;
    let two = person(&app, "Quillbrook", "Bea", "Oldacre", true).await;
    agrees_to_email(&app, two).await;
    change(&app, "update installation set message_limit = 1").await;
    let organiser = app.actor(Role::Organiser, "Quillbrook").await;
    let other = app.actor(Role::Organiser, "Quillbrook").await;
    let stranger = app.actor(Role::Organiser, "Saltern").await;
    let (data, database) = (tempfile::tempdir().unwrap(), Database::connect(&app.urls()).unwrap());
    let sends = sender(&app, None, data.path());
    let page = write(&app, &organiser, "Hello {{name}}").await;
    press(&organiser, &page).await.expect(303);
    send_due(&sends, &database).await.unwrap();
    assert!(outbox(data.path()).is_empty(), "it waits");
    let_go(&organiser, &page).await.expect(409);
    for path in ["", "/people"] {
        stranger.get(&format!("{page}{path}")).await.expect(404);
    }
    for path in ["/approval", "/stop", "/copy", "/trial", "/removal"] {
        stranger.post(&format!("{page}{path}"), &[]).await.expect(404);
    }
    assert!(other.get(&page).await.expect(200).text("main").contains("Let it go?"));
    let waits = "1 message waits for a second person";
    let secretary = app.actor(Role::MembershipSecretary, "Quillbrook").await;
    for who in [&other, &secretary] {
        let home = who.get("/").await.expect(200).text("main");
        assert!(home.contains(waits), "{home}");
    }
    assert!(!organiser.get("/").await.expect(200).text("main").contains(waits), "it is their own");
    other.post(&format!("{page}/stop"), &[]).await.expect(303);
    assert!(organiser.get(&page).await.expect(200).text("main").contains("Change it"), "a draft again");
    press(&organiser, &page).await.expect(303);
    let_go(&other, &page).await.expect(303);
    // One has gone; the other has not been taken yet.
    change(&app, "update message_recipient set state = 'sent' where person_id = (select person_id from person where forename = 'Bea')").await;
    organiser.post(&format!("{page}/stop"), &[]).await.expect(303);
    send_due(&sends, &database).await.unwrap();
    assert!(outbox(data.path()).is_empty(), "what was not taken never goes");
    let said = organiser.get(&page).await.expect(200).text("main");
    assert!(said.contains("Stopped before it went"), "{said}");
}

#[tokio::test]
async fn a_message_goes_only_while_its_sender_has_access_and_organise_is_open() {
    let (app, _) = place().await;
    let organiser = app.actor(Role::Organiser, "Quillbrook").await;
    let (data, database) = (tempfile::tempdir().unwrap(), Database::connect(&app.urls()).unwrap());
    let sends = sender(&app, None, data.path());
    let page = write(&app, &organiser, "Hello").await;
    press(&organiser, &page).await.expect(303);
    change(&app, "insert into lockdown (tool, notice) values ('organise', 'Closed while we check access')").await;
    send_due(&sends, &database).await.unwrap();
    assert!(outbox(data.path()).is_empty(), "closed");
    change(&app, "update lockdown set opened_at = now()").await;
    send_due(&sends, &database).await.unwrap();
    assert_eq!(outbox(data.path()).len(), 1, "open again, it goes");
    let again = write(&app, &organiser, "Hello again").await;
    press(&organiser, &again).await.expect(303);
    change(&app, "update access_grant set ended_at = now() where role = 'organiser'").await;
    send_due(&sends, &database).await.unwrap();
    assert_eq!(outbox(data.path()).len(), 1, "their access ended, and their message with it");
    assert_eq!(count(&app, "select count(*) from message where state = 'stopped' and why = 'access-ended'").await, 1);
}

#[tokio::test]
async fn service_messages_have_fixed_forms_and_the_secretarys_lists_prepare_them() {
    let (app, _) = place().await;
    let secretary = app.actor(Role::MembershipSecretary, "Quillbrook").await;
    let organiser = app.actor(Role::Organiser, "Quillbrook").await;
    change(
        &app,
        "insert into member (person_id, area_id, number, state, joined_on, paid_until)
         select person_id, area_id, 'L' || forename, 'current', current_date - 400, current_date + 20 from person where forename = 'Ida'",
    )
    .await;
    let list = secretary.get("/members?tab=lapsing").await.expect(200).text("main");
    assert!(list.contains("Prepare a reminder to renew"), "{list}");
    organiser.post("/messages/prepared", &[("form", "renewal")]).await.expect(403);
    let to = secretary.post("/messages/prepared", &[("form", "renewal")]).await.expect(303).location();
    let page = to.strip_suffix("/edit").unwrap();
    let said = secretary.get(page).await.expect(200).text("main");
    assert!(said.contains("Ida Tarrant") && said.contains("ends soon"), "consent is not asked for: {said}");
    press(&organiser, page).await.expect(404);
    press(&secretary, page).await.expect(303);
    let (data, database) = (tempfile::tempdir().unwrap(), Database::connect(&app.urls()).unwrap());
    send_due(&sender(&app, None, data.path()), &database).await.unwrap();
    let letters = outbox(data.path());
    assert_eq!(letters.len(), 1);
    assert!(header(&letters[0], "To").contains("ida.tarrant@") && !letters[0].contains("nsubscribe"), "{}", letters[0]);
    let welcome = secretary.post("/messages/prepared", &[("form", "welcome")]).await.expect(303).location();
    let welcome = welcome.strip_suffix("/edit").unwrap();
    let said = press(&secretary, welcome).await.expect(422).text(".errors");
    assert!(said.contains("fill it in"), "{said}");
    let area = area(&app, "Quillbrook").await;
    let secret = [("area", area.as_str()), ("subject", "Hi"), ("body", "Hi"), ("members", "lapsing")];
    organiser.post("/messages/new", &secret).await.expect(422);
}

/// What happens to somebody between two takes.
const TURNS: [&str; 5] = [
    "insert into person_consent (consent_id, person_id, area_id, channel, given, wording, source)
     select gen_random_uuid(), person_id, area_id, 'email', true, 'w', 's' from person where person_id = $1",
    "insert into person_consent (consent_id, person_id, area_id, channel, given, wording, source)
     select gen_random_uuid(), person_id, area_id, 'email', false, 'w', 's' from person where person_id = $1",
    "insert into message_silence (channel, address_digest, why)
     select 'email', wall.address_digest('email', email_key), 'gone' from person_contact where person_id = $1
     on conflict on constraint message_silence_pkey do update set lifted_at = null",
    "update message_silence s set lifted_at = now() from person_contact c where c.person_id = $1
       and s.address_digest = wall.address_digest('email', c.email_key)",
    "update person set under_18 = not under_18 where person_id = $1",
];

/// Who may be written to, worked out from what was said, not from what a trigger keeps.
const MAY: &str = "select p.person_id from person p join person_contact c using (person_id)
     where not p.under_18 and c.email <> '' and not exists (select from message_silence s where s.lifted_at is null
         and s.address_digest = wall.address_digest('email', c.email_key))
       and (select x.given from person_consent x where x.person_id = p.person_id and x.channel = 'email'
         order by x.recorded_at desc, x.consent_id desc limit 1)";

#[tokio::test]
async fn no_campaign_message_is_taken_without_a_live_consent_at_that_moment() {
    let (app, _) = place().await;
    let organiser = app.actor(Role::Organiser, "Quillbrook").await;
    let mut people = Vec::new();
    for n in 0..24 {
        let id = person(&app, "Quillbrook", &format!("P{n}"), "Prop", true).await;
        agrees_to_email(&app, id).await;
        people.push(id);
    }
    let page = write(&app, &organiser, "Hello").await;
    press(&organiser, &page).await.expect(303);
    let mut db = app.database.operator().await;
    let mut taken = BTreeSet::new();
    for _ in 0..40 {
        for _ in 0..3 {
            let who = people[rand::random_range(0..people.len())];
            query(TURNS[rand::random_range(0..TURNS.len())]).bind(who).execute(&mut db).await.unwrap();
        }
        let may: Vec<Uuid> = query_scalar(MAY).fetch_all(&mut db).await.unwrap();
        let now: Vec<Uuid> = query_scalar(
            "select person_id from wall.take_messages(1) where state = 'sending' and person_id is not null",
        )
        .fetch_all(&mut db)
        .await
        .unwrap();
        for person in now {
            assert!(may.contains(&person), "nobody without a live consent");
            assert!(taken.insert(person), "nobody twice");
        }
    }
    assert!(!taken.is_empty());
    assert_eq!(
        count(&app, "select count(*) from message_recipient where state = 'queued'").await,
        0,
        "all were decided"
    );
}

#[tokio::test]
async fn what_was_tried_or_stopped_and_changed_goes_as_it_is_now_with_its_imprint() {
    let (app, _) = place().await;
    let organiser = app.actor(Role::Organiser, "Quillbrook").await;
    let area = area(&app, "Quillbrook").await;
    let (data, database) = (tempfile::tempdir().unwrap(), Database::connect(&app.urls()).unwrap());
    let page = write(&app, &organiser, "The old words").await;
    organiser.post(&format!("{page}/trial"), &[]).await.expect(303);
    press(&organiser, &page).await.expect(303);
    organiser.post(&format!("{page}/stop"), &[]).await.expect(303);
    let changed = [("area", area.as_str()), ("subject", "Now"), ("body", "The new words"), ("supporters", "true")];
    organiser.post(&format!("{page}/edit"), &changed).await.expect(303);
    press(&organiser, &page).await.expect(303);
    send_due(&sender(&app, None, data.path()), &database).await.unwrap();
    let letters = outbox(data.path());
    assert_eq!(letters.len(), 2, "the try and the message");
    assert!(letters.iter().all(|l| l.contains("The new words") && !l.contains("The old words")), "{letters:#?}");
    let to_dee = letters.iter().find(|l| header(l, "To").contains("dee.oldacre@")).unwrap();
    let imprint = "Promoted by A. Agent on behalf of The Lantern Party, both of 1 Larkspur Row, ZZ1 4QX.";
    assert!(to_dee.replace("=\r\n", "").contains(imprint), "{to_dee}");
    let said: String = query_scalar("select imprint[1] from message where state = 'sent'")
        .fetch_one(&mut app.database.operator().await)
        .await
        .unwrap();
    assert_eq!(said, imprint, "as the page showed it");
    assert!(organiser.get(&page).await.expect(200).text("main").contains(imprint));
}

#[tokio::test]
async fn nobody_sends_to_all_by_halves_or_days_late() {
    let (app, _) = place().await;
    change(&app, "update installation set message_limit = 1").await;
    let organiser = app.actor(Role::Organiser, "Quillbrook").await;
    let (first, second) = (write(&app, &organiser, "One").await, write(&app, &organiser, "Two").await);
    press(&organiser, &first).await.expect(303);
    assert!(organiser.get(&first).await.expect(200).text(".tag").contains("Scheduled"));
    press(&organiser, &second).await.expect(303);
    assert!(organiser.get(&second).await.expect(200).text(".tag").contains("second person"));
    // Organise was closed for three days.
    change(&app, "update message set send_at = now() - interval '3 days' where state = 'scheduled'").await;
    let (data, database) = (tempfile::tempdir().unwrap(), Database::connect(&app.urls()).unwrap());
    send_due(&sender(&app, None, data.path()), &database).await.unwrap();
    assert!(outbox(data.path()).is_empty());
    let said = organiser.get(&first).await.expect(200).text("main");
    assert!(said.contains("could not go for two days"), "{said}");
}

#[tokio::test]
async fn a_message_that_is_stopped_counts_by_what_had_gone_and_a_time_that_is_typed_is_meant() {
    let (app, _) = place().await;
    let two = person(&app, "Quillbrook", "Bea", "Oldacre", true).await;
    agrees_to_email(&app, two).await;
    change(&app, "update installation set message_limit = 2").await;
    let organiser = app.actor(Role::Organiser, "Quillbrook").await;
    let (first, second) = (write(&app, &organiser, "One").await, write(&app, &organiser, "Two").await);
    let later = [("when", "now"), ("at", "2030-01-01T18:00"), ("version", "1")];
    let refused = organiser.post(&format!("{first}/sending"), &later).await.expect(422).text(".errors");
    assert!(refused.contains("choose “Later”, or clear them"), "{refused}");
    press(&organiser, &first).await.expect(303);
    change(&app, "update message_recipient set state = 'sent' where person_id = (select person_id from person where forename = 'Bea')").await;
    organiser.post(&format!("{first}/stop"), &[]).await.expect(303);
    press(&organiser, &second).await.expect(303);
    assert!(
        organiser.get(&second).await.expect(200).text(".tag").contains("second person"),
        "one went, two more would"
    );
}

#[tokio::test]
async fn a_form_that_speaks_of_membership_goes_to_members_alone() {
    let (app, _) = place().await;
    let secretary = app.actor(Role::MembershipSecretary, "Quillbrook").await;
    let area = area(&app, "Quillbrook").await;
    let renewal = [
        ("form", "renewal"),
        ("area", area.as_str()),
        ("place", "By post"),
        ("members", "lapsing"),
        ("supporters", "true"),
    ];
    let refused = secretary.post("/messages/new", &renewal).await.expect(422);
    assert!(refused.text(".errors").contains("for members"), "{}", refused.text(".errors"));
    secretary.post("/messages/new", &renewal[..4]).await.expect(303);
}

#[tokio::test]
async fn what_is_sent_or_let_go_is_what_was_read() {
    let (app, _) = place().await;
    let second = person(&app, "Quillbrook", "Bea", "Oldacre", true).await;
    agrees_to_email(&app, second).await;
    change(&app, "update installation set message_limit = 1").await;
    let organiser = app.actor(Role::Organiser, "Quillbrook").await;
    let (other, third) =
        (app.actor(Role::Organiser, "Quillbrook").await, app.actor(Role::Organiser, "Quillbrook").await);
    let area = area(&app, "Quillbrook").await;
    let changed = [("area", area.as_str()), ("subject", "Now"), ("body", "Other words"), ("supporters", "true")];
    let page = write(&app, &organiser, "A harmless picnic").await;
    let version = |answer: Answer| answer.attribute("input[name=version]", "value");
    let read = version(organiser.get(&format!("{page}/sending")).await);
    other.post(&format!("{page}/edit"), &changed).await.expect(303);
    let refused = organiser.post(&format!("{page}/sending"), &[("when", "now"), ("version", &read)]).await.expect(422);
    assert!(refused.text(".errors").contains("Read it again"), "{}", refused.text(".errors"));
    press(&organiser, &page).await.expect(303);
    other.post(&format!("{page}/approval"), &[("version", "2")]).await.expect(409);
    let read = third.get(&page).await.expect(200).attribute("form[action$=approval] input[name=version]", "value");
    organiser.post(&format!("{page}/stop"), &[]).await.expect(303);
    organiser.post(&format!("{page}/edit"), &changed).await.expect(303);
    press(&organiser, &page).await.expect(303);
    third.post(&format!("{page}/approval"), &[("version", &read)]).await.expect(409);
    let_go(&third, &page).await.expect(303);
}

#[tokio::test]
async fn an_organiser_does_not_learn_whose_membership_ends_from_who_was_written_to() {
    let (app, _) = place().await;
    change(
        &app,
        "insert into member (person_id, area_id, number, state, joined_on, paid_until)
         select person_id, area_id, 'L' || forename, 'current', current_date - 400, current_date + 20 from person where forename = 'Ida'",
    )
    .await;
    let secretary = app.actor(Role::MembershipSecretary, "Quillbrook").await;
    let organiser = app.actor(Role::Organiser, "Quillbrook").await;
    let to = secretary.post("/messages/prepared", &[("form", "renewal")]).await.expect(303).location();
    let page = to.strip_suffix("/edit").unwrap();
    let filled = [("area", area(&app, "Quillbrook").await), ("place", "By post".into()), ("members", "lapsing".into())];
    let filled: Vec<(&str, &str)> = filled.iter().map(|(k, v)| (*k, v.as_str())).collect();
    secretary.post(&format!("{page}/edit"), &filled).await.expect(303);
    press(&secretary, page).await.expect(303);
    organiser.get(page).await.expect(404);
    organiser.get(&format!("{page}/people?which=")).await.expect(404);
    assert!(!organiser.get("/messages?tab=going").await.expect(200).text("main").contains("renew"));
    assert!(secretary.get("/messages?tab=going").await.expect(200).text("main").contains("renew"));
}

#[tokio::test]
async fn volunteers_who_said_nothing_of_what_they_can_do_are_written_to_and_an_invitation_takes_a_no() {
    let (app, dee) = place().await;
    let organiser = app.actor(Role::Organiser, "Quillbrook").await;
    change(
        &app,
        "insert into volunteer (person_id, area_id, state, skills, availability) select person_id, area_id, 'active', '{}', '{}' from person where forename in ('Dee', 'Ida')",
    )
    .await;
    let area = area(&app, "Quillbrook").await;
    let invitation = [
        ("form", "invitation"),
        ("area", area.as_str()),
        ("what", "Tea in the hall"),
        ("when", "Friday"),
        ("place", "The hall"),
        ("volunteers", "active"),
    ];
    let page = organiser.post("/messages/new", &invitation).await.expect(303).location();
    let page = page.split('?').next().unwrap();
    assert!(
        organiser.get(page).await.expect(200).text("main").contains("1 of 2"),
        "both, one of whom agreed to nothing"
    );
    query(
        "insert into person_consent (consent_id, person_id, area_id, channel, given, wording, source)
         select gen_random_uuid(), person_id, area_id, 'email', false, 'Stop', 'link' from person where person_id = $1",
    )
    .bind(dee)
    .execute(&mut app.database.operator().await)
    .await
    .unwrap();
    let said = organiser.get(page).await.expect(200).text("main");
    assert!(said.contains("1 of 1") && said.contains("Took back that they agreed"), "{said}");
    let promoting = [&invitation[..2], &[("what", "VOTE for us: www.lantern.example")], &invitation[3..]].concat();
    let refused = organiser.post("/messages/new", &promoting).await.expect(422);
    assert!(refused.text(".errors").contains("promotes nothing"), "{}", refused.text(".errors"));
    // A change is told to those who come: as typed, and as the database sends it.
    let changed = [&[("form", "shift-change")], &invitation[1..]].concat();
    let refused = organiser.post("/messages/new", &changed).await.expect(422).text(".errors");
    assert!(refused.contains("goes to those who come to it"), "{refused}");
    change(&app, "update message set form = 'shift-change'").await;
    let said = words(&organiser.get(page).await.expect(200), "main");
    assert!(said.contains("Gets it Nobody"), "{said}");
}
