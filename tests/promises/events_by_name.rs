//! Whoever is down for an event by name, without an account, is told what accounts are told, where an email address of theirs is
//! known; whom to ring instead is said. Nobody is taken off unasked, or untold.

use super::events::{Place, place};
use crate::support::access::told;
use crate::support::app::{Actor, TestApp};
use crate::support::events::{make, person as without_address};
use crate::support::form::{Form, words};
use crate::support::people::person;
use crate::support::walk::{change, count};
use hustings::access::{Role, door};
use hustings::database::Database;
use hustings::mail::Letter;
use sqlx::query_scalar;
use uuid::Uuid;

const OSWIN: &str = "oswin.tarrant@lantern.example";

/// Puts a person down, for a shift or for the event itself; answers what the page says.
async fn put_down(by: &Actor, event: &str, person: Uuid, shift: &str) -> String {
    let typed = [("person", person.to_string()), ("shift", shift.to_owned())];
    let typed = typed.each_ref().map(|(name, value)| (*name, value.as_str()));
    by.post(&format!("{event}/people"), &typed).await.expect(303).location()
}

/// What waits to be sent to an address, the oldest first.
async fn letters_to(app: &TestApp, address: &str) -> Vec<Letter> {
    app.letters().await.into_iter().filter(|(to, _)| to == address).map(|(_, letter)| letter).collect()
}

fn subjects(letters: &[Letter]) -> Vec<&str> {
    letters.iter().map(|l| l.subject.as_str()).collect()
}

/// Fails where a letter to somebody without an account leads to a page that asks them to sign in.
fn opens_for_anybody(app: &TestApp, letters: &[Letter]) {
    for part in letters.iter().flat_map(|l| &l.paragraphs) {
        assert!(!part.contains(&format!("{}/events", app.base)), "{part}");
    }
}

async fn move_to(by: &Actor, event: &str, where_to: &str) -> String {
    let page = by.get(&format!("{event}/edit")).await.expect(200);
    let form = Form::of(&page, "main form").with("place", where_to);
    let to = by.post(event, &form.fields()).await.expect(303).location();
    by.get(&to).await.expect(200).text("main")
}

#[tokio::test]
async fn whoever_is_down_by_name_gets_the_letters_that_accounts_get() {
    let Place { app, area, organiser, volunteer } = place().await;
    let event = make(&organiser, &area, 7, &[("capacity", "1")]).await;
    let oswin = person(&app, "Quillbrook", "Oswin", "Tarrant", false).await;
    let edith = without_address(&app, "Quillbrook", "Edith", "Harcourt").await;
    volunteer.post(&format!("{event}/join"), &[("shift", "")]).await.expect(303);
    for who in [oswin, edith] {
        assert!(put_down(&organiser, &event, who, "").await.ends_with("said=added-waiting"));
    }
    let own = volunteer.get(&event).await.attribute("form[action$=withdrawal]", "action");
    volunteer.post(&own, &[]).await.expect(303);
    assert_eq!(subjects(&letters_to(&app, OSWIN).await), ["You have a place: Saltern Saturday"]);
    // Changed twice within a quarter of an hour: one letter says it all.
    assert!(move_to(&organiser, &event, "The pier").await.contains("ring the others"));
    move_to(&organiser, &event, "The library").await;
    let sent = letters_to(&app, OSWIN).await;
    assert_eq!(subjects(&sent), ["You have a place: Saltern Saturday", "Changed: Saltern Saturday"]);
    let said = sent[1].paragraphs.join(" ");
    assert!(said.contains("The library") && said.contains("write to or ring whoever asked you"), "{said}");
    opens_for_anybody(&app, &sent);
    let waits =
        "select count(*) from mail where form = 'event-changed' and next_try_at > now() + interval '10 minutes'";
    assert_eq!(count(&app, waits).await, 1);
    // Before it is called off the page says how many are told, and whom to ring.
    let asked = words(&organiser.get(&format!("{event}/cancellation")).await.expect(200), "main");
    assert!(asked.contains("1 person gets a letter with your reason"), "{asked}");
    assert!(
        asked.contains("1 of those who come has no email address here that letters may go to: ring them"),
        "{asked}"
    );
    let page = organiser.get(&event).await.expect(200);
    assert_eq!(words(&page, "table").matches("no letter reaches them: ring").count(), 1, "{}", page.body);
    organiser.post(&format!("{event}/cancellation"), &[("reason", "Storm warning")]).await.expect(303);
    let sent = letters_to(&app, OSWIN).await;
    assert_eq!(subjects(&sent), ["You have a place: Saltern Saturday", "Called off: Saltern Saturday"]);
    assert!(sent[1].paragraphs.join(" ").contains("Storm warning"));
    opens_for_anybody(&app, &sent);
}

#[tokio::test]
async fn a_shift_that_goes_and_the_day_before_are_told_by_name_too_and_never_where_letters_come_back() {
    let Place { app, area, organiser, .. } = place().await;
    let event = make(&organiser, &area, 7, &[]).await;
    let early = [("name", "Early"), ("from", "10:00"), ("until", "11:00"), ("capacity", "5")];
    organiser.post(&format!("{event}/shifts"), &early).await.expect(303);
    let shift: String =
        query_scalar("select shift_id::text from shift").fetch_one(&mut app.database.operator().await).await.unwrap();
    let oswin = person(&app, "Quillbrook", "Oswin", "Tarrant", false).await;
    let sunniva = person(&app, "Quillbrook", "Sunniva", "Marl", false).await;
    let came_back = "insert into message_silence (channel, address_digest, why)
        values ('email', wall.address_digest('email', 'sunniva.marl@lantern.example'), 'gone')";
    change(&app, came_back).await;
    let public =
        make(&organiser, &area, 7, &[("title", "Stall"), ("public", "yes"), ("public_text", "All welcome")]).await;
    for who in [oswin, sunniva] {
        put_down(&organiser, &event, who, &shift).await;
        put_down(&organiser, &public, who, "").await;
    }
    let asked = words(&organiser.get(&format!("{event}/shifts/{shift}")).await.expect(200), "main");
    assert!(asked.contains("1 person gets a letter") && asked.contains("1 of those who come has no"), "{asked}");
    organiser.post(&format!("{event}/shifts/{shift}/removal"), &[]).await.expect(303);
    let sent = letters_to(&app, OSWIN).await;
    assert_eq!(subjects(&sent), ["No longer needed: Saltern Saturday: Early"]);
    opens_for_anybody(&app, &sent);

    for sql in [
        "update event_sign_up set signed_at = now() - interval '5 days'",
        "update event set starts_at = now() + interval '23 hours', ends_at = now() + interval '25 hours'",
    ] {
        change(&app, sql).await;
    }
    let database = Database::connect(&app.urls()).unwrap();
    assert_eq!(door::events::remind(&database).await.unwrap(), 1);
    assert_eq!(door::events::remind(&database).await.unwrap(), 0, "once");
    database.close(std::time::Duration::from_secs(5)).await;
    let sent = letters_to(&app, OSWIN).await;
    assert_eq!(subjects(&sent), ["No longer needed: Saltern Saturday: Early", "Coming up: Stall"]);
    let said = sent[1].paragraphs.join(" ");
    assert!(said.contains(&format!("{}/public{public}", app.base)), "its public page: {said}");
    opens_for_anybody(&app, &sent);
    assert!(letters_to(&app, "sunniva.marl@lantern.example").await.is_empty());
}

#[tokio::test]
async fn nobody_is_taken_off_by_one_tap_or_without_being_told() {
    let Place { app, area, organiser, volunteer } = place().await;
    let event = make(&organiser, &area, 7, &[("capacity", "1")]).await;
    volunteer.post(&format!("{event}/join"), &[("shift", "")]).await.expect(303);
    let oswin = person(&app, "Quillbrook", "Oswin", "Tarrant", false).await;
    put_down(&organiser, &event, oswin, "").await;
    let first = async || organiser.get(&event).await.expect(200).attribute("table a[href$='/removal']", "href");
    let ask = first().await;
    let asked = words(&organiser.get(&ask).await.expect(200), "main");
    for said in ["Take Volunteer of Quillbrook off?", "They get a letter", "Whoever waited longest has it"] {
        assert!(asked.contains(said), "{said}: {asked}");
    }
    assert_eq!(count(&app, "select count(*) from event_sign_up where state = 'withdrawn'").await, 0, "only asked");
    let stranger = app.actor(Role::Organiser, "Saltern").await;
    stranger.get(&ask).await.expect(404);
    volunteer.get(&ask).await.expect(403);
    let press = async |ask: &str| {
        let page = organiser.get(ask).await.expect(200);
        let to = organiser.post(ask, &Form::of(&page, "main form").fields()).await.expect(303).location();
        organiser.get(&to).await.expect(200).text("main")
    };
    let said = press(&ask).await;
    assert!(said.contains("They are no longer down for it. Whoever waited longest has the place."), "{said}");
    assert_eq!(told(&app, "place-ended").await, [volunteer.account.id]);
    assert_eq!(subjects(&letters_to(&app, OSWIN).await), ["You have a place: Saltern Saturday"]);
    organiser.get(&ask).await.expect(409);
    // Where nobody waits, nobody is said to have it.
    let ask = first().await;
    let asked = words(&organiser.get(&ask).await.expect(200), "main");
    assert!(asked.contains("Oswin Tarrant") && asked.contains("Is free"), "{asked}");
    let said = press(&ask).await;
    assert!(said.contains("They are no longer down for it.") && !said.contains("waited longest"), "{said}");
    let sent = letters_to(&app, OSWIN).await;
    assert_eq!(sent[1].subject, "You are no longer down for Saltern Saturday");
    opens_for_anybody(&app, &sent);
    // Whoever takes themselves off knows.
    organiser.post(&format!("{event}/join"), &[("shift", "")]).await.expect(303);
    let ask = first().await;
    assert!(words(&organiser.get(&ask).await.expect(200), "main").contains("it is your own place"));
    press(&ask).await;
    assert_eq!(told(&app, "place-ended").await, [volunteer.account.id]);
}

#[tokio::test]
async fn no_letter_about_a_place_is_left_of_somebody_who_is_erased() {
    let Place { app, area, organiser, .. } = place().await;
    let event = make(&organiser, &area, 7, &[]).await;
    let oswin = person(&app, "Quillbrook", "Oswin", "Tarrant", false).await;
    let other = person(&app, "Quillbrook", "Edith", "Tarrant", false).await;
    // The two share an address, so that what goes there may be the other's.
    change(&app, "update person_contact set email = 'oswin.tarrant@lantern.example', email_key = 'oswin.tarrant@lantern.example'")
        .await;
    for who in [oswin, other] {
        put_down(&organiser, &event, who, "").await;
    }
    move_to(&organiser, &event, "The pier").await;
    assert_eq!(letters_to(&app, OSWIN).await.len(), 2, "one each");
    let officer = app.actor(Role::DataProtectionOfficer, "all").await;
    officer.post(&format!("/protection/subjects/person-{oswin}/erasure"), &[("reason", "Request 1")]).await.expect(303);
    assert_eq!(letters_to(&app, OSWIN).await.len(), 1, "the other's");
}

#[tokio::test]
async fn a_search_that_finds_nobody_leads_to_putting_them_on_record() {
    let Place { app: _app, area, organiser, .. } = place().await;
    let event = make(&organiser, &area, 7, &[]).await;
    let page = organiser.post(&format!("{event}/people"), &[("q", "nobody of this name")]).await.expect(200);
    assert!(words(&page, "main").contains("add them as a volunteer, then put them down"));
    let add = page.attribute("section[aria-labelledby=found] a", "href");
    assert_eq!(add, "/volunteers/new");
    organiser.get(&add).await.expect(200);
}
