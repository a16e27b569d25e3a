//! A message to those who come to an event: whoever is down for it at that moment and has a record, of the message's own area
//! alone, and how many that leaves out.

use super::messages::{area, header, outbox, place, press, send_due, sender};
use crate::support::access::sql_as;
use crate::support::app::{Actor, Answer, TestApp};
use crate::support::events::{id, make};
use crate::support::form::{Form, words};
use crate::support::walk::change;
use hustings::access::Role;
use hustings::database::Database;
use sqlx::{query, query_scalar};
use uuid::Uuid;

/// An event with two places: Dee was put down by an organiser, Ida comes by her account, and somebody without a record waits.
struct Evening {
    app: TestApp,
    organiser: Actor,
    ida: Actor,
    event: String,
}

async fn evening() -> Evening {
    let (app, dee) = place().await;
    let organiser = app.actor(Role::Organiser, "Quillbrook").await;
    let here = area(&app, "Quillbrook").await;
    let event = make(&organiser, &here, 7, &[("capacity", "2")]).await;
    organiser.post(&format!("{event}/people"), &[("person", dee.to_string().as_str())]).await.expect(303);
    let ida = app.actor(Role::Volunteer, "Quillbrook").await;
    query("update person set account_id = $1 where forename = 'Ida'")
        .bind(ida.account.id)
        .execute(&mut app.database.operator().await)
        .await
        .unwrap();
    let waits = app.actor(Role::Volunteer, "Quillbrook").await;
    for who in [&ida, &waits] {
        who.post(&format!("{event}/join"), &[("shift", "")]).await.expect(303);
    }
    Evening { app, organiser, ida, event }
}

/// The draft that the event's own page begins, as its form comes.
async fn begun(organiser: &Actor, event: &str) -> Form {
    let link = organiser.get(event).await.expect(200).attribute("main a[href^='/messages/new']", "href");
    Form::of(&organiser.get(&link).await.expect(200), "main form")
}

async fn keep(organiser: &Actor, form: &Form) -> String {
    let page = organiser.post("/messages/new", &form.fields()).await.expect(303).location();
    page.split('?').next().unwrap().to_owned()
}

fn who(page: &Answer) -> String {
    words(page, "section[aria-labelledby=who]")
}

#[tokio::test]
async fn an_organiser_writes_to_those_who_come_from_the_events_page_and_nobody_else_gets_it() {
    let Evening { app, organiser, ida, event } = evening().await;
    let form = begun(&organiser, &event).await;
    assert_eq!((form.value("form"), form.value("what")), ("shift-change", "Saltern Saturday"));
    assert_eq!(form.value("occasion"), id(&event).to_string());
    assert!(form.value("when").contains("10:00 am to 12:30 pm"), "{}", form.value("when"));
    let page = keep(&organiser, &form).await;
    let said = who(&organiser.get(&page).await.expect(200));
    assert!(said.contains("Those who come to Saltern Saturday, ") && said.contains("Gets it 2"), "{said}");
    assert!(!said.contains("Not reached"), "who waits is not asked for: {said}");
    // Who waits too, of whom nothing is known here but the account.
    let edit = format!("{page}/edit");
    let waiting = Form::of(&organiser.get(&edit).await.expect(200), "main form").with("waiting", "true");
    organiser.post(&edit, &waiting.fields()).await.expect(303);
    let said = who(&organiser.get(&page).await.expect(200));
    assert!(said.contains("and who waits for a place") && said.contains("Gets it 2"), "{said}");
    assert!(said.contains("1 person is down for it without a record here"), "{said}");
    assert!(words(&organiser.get(&format!("{page}/sending")).await, "main").contains("1 person is down for it"));
    // It is called what it is called now, and is for who is down now.
    change(&app, "update event set title = 'Harbour Saturday'").await;
    let said = who(&organiser.get(&page).await.expect(200));
    assert!(said.contains("Harbour Saturday") && !said.contains("Saltern Saturday"), "{said}");
    assert!(organiser.get("/messages").await.expect(200).text("tbody").contains("Harbour Saturday"));
    press(&organiser, &page).await.expect(303);
    let (data, database) = (tempfile::tempdir().unwrap(), Database::connect(&app.urls()).unwrap());
    send_due(&sender(&app, None, data.path()), &database).await.unwrap();
    let mut to: Vec<String> = outbox(data.path()).iter().map(|letter| header(letter, "To")).collect();
    to.sort();
    assert_eq!(to.len(), 2, "{to:?}");
    assert!(to[0].contains("dee.oldacre@") && to[1].contains("ida.tarrant@"), "{to:?}");
    // Whoever gave their place up is written to no more.
    let place = ida.get(&event).await.attribute("form[action$=withdrawal]", "action");
    ida.post(&place, &[]).await.expect(303);
    let copy = organiser.post(&format!("{page}/copy"), &[]).await.expect(303).location();
    let copy = copy.split("/edit").next().unwrap().to_owned();
    let without = Form::of(&organiser.get(&format!("{copy}/edit")).await, "main form").without("waiting");
    organiser.post(&format!("{copy}/edit"), &without.fields()).await.expect(303);
    let said = who(&organiser.get(&copy).await.expect(200));
    assert!(said.contains("Gets it 1"), "{said}");
    // What is over is for nobody.
    change(&app, "update event set starts_at = now() - interval '3 hours', ends_at = now() - interval '1 hour'").await;
    let said = who(&organiser.get(&copy).await.expect(200));
    assert!(said.contains("which is over") && said.contains("Gets it Nobody"), "{said}");
    assert_eq!(organiser.get(&event).await.expect(200).count("main a[href^='/messages/new']"), 0);
}

#[tokio::test]
async fn whoever_gives_their_place_up_before_it_goes_does_not_get_it() {
    let Evening { app, organiser, ida, event } = evening().await;
    let page = keep(&organiser, &begun(&organiser, &event).await).await;
    press(&organiser, &page).await.expect(303);
    let place = ida.get(&event).await.attribute("form[action$=withdrawal]", "action");
    ida.post(&place, &[]).await.expect(303);
    let (data, database) = (tempfile::tempdir().unwrap(), Database::connect(&app.urls()).unwrap());
    send_due(&sender(&app, None, data.path()), &database).await.unwrap();
    let to: Vec<String> = outbox(data.path()).iter().map(|letter| header(letter, "To")).collect();
    assert!(to.len() == 1 && to[0].contains("dee.oldacre@"), "{to:?}");
    let said = organiser.get(&page).await.expect(200).text("main");
    assert!(said.contains("No longer down for it"), "{said}");
}

#[tokio::test]
async fn one_shifts_people_can_be_written_to_and_members_forms_go_to_no_event() {
    let Evening { app, organiser, ida, event } = evening().await;
    for (name, from, until) in [("Early", "10:00", "11:00"), ("Late", "11:00", "12:00")] {
        let shift = [("name", name), ("from", from), ("until", until), ("capacity", "3")];
        organiser.post(&format!("{event}/shifts"), &shift).await.expect(303);
    }
    let late: String = query_scalar("select shift_id::text from shift where name = 'Late'")
        .fetch_one(&mut app.database.operator().await)
        .await
        .unwrap();
    ida.post(&format!("{event}/join"), &[("shift", late.as_str()), ("anyway", "yes")]).await.expect(303);
    let form = begun(&organiser, &event).await.with("occasion", &format!("{}.{late}", id(&event)));
    let page = keep(&organiser, &form).await;
    let shown = organiser.get(&page).await.expect(200);
    assert!(who(&shown).contains("(Late)") && who(&shown).contains("Gets it 1"), "{}", who(&shown));
    assert!(shown.text("section[aria-labelledby=preview]").contains("Ida Tarrant"));
    let here = area(&app, "Quillbrook").await;
    let meeting = [
        ("form", "meeting"),
        ("area", here.as_str()),
        ("what", "Meeting"),
        ("when", "Friday"),
        ("place", "The hall"),
        ("members", "current"),
        ("occasion", form.value("occasion")),
    ];
    let refused = organiser.post("/messages/new", &meeting).await.expect(422);
    assert!(refused.text(".errors").contains("for members"), "{}", refused.text(".errors"));
}

#[tokio::test]
async fn an_event_of_another_area_means_nobody_whatever_a_message_says() {
    let Evening { app, organiser, event, .. } = evening().await;
    let everywhere = app.actor(Role::Organiser, "all").await;
    let saltern = crate::support::access::area(&app, "Saltern").await.to_string();
    let foreign = make(&everywhere, &saltern, 7, &[("title", "Theirs")]).await;
    let sal: Uuid = query_scalar("select person_id from person where forename = 'Sal'")
        .fetch_one(&mut app.database.operator().await)
        .await
        .unwrap();
    everywhere.post(&format!("{foreign}/people"), &[("person", sal.to_string().as_str())]).await.expect(303);
    organiser.get(&format!("/messages/new?form=shift-change&event={}", id(&foreign))).await.expect(404);
    let form = begun(&organiser, &event).await.without("_grant");
    let theirs = form.clone().with("occasion", &id(&foreign).to_string());
    // Neither by who does not see it, nor by who does and writes to another area.
    for writer in [&organiser, &everywhere] {
        let refused = writer.post("/messages/new", &theirs.fields()).await.expect(422);
        assert!(refused.text(".errors").contains("not in the message’s area"), "{}", refused.text(".errors"));
    }
    let stranger = app.actor(Role::Organiser, "Saltern").await;
    stranger.post("/messages/new", &form.fields()).await.expect(422);
    // Nor by SQL.
    let page = keep(&organiser, &form).await;
    let mut theirs = sql_as(&app, &organiser.account, "hustings_organiser").await;
    let done = query("update message set audience = jsonb_build_object('event', $2::text) where message_id = $1")
        .bind(id(&page))
        .bind(id(&foreign).to_string())
        .execute(&mut theirs)
        .await
        .unwrap();
    assert_eq!(done.rows_affected(), 1);
    for sql in ["select count(*) from wall.message_people($1)", "select wall.message_unreached($1)"] {
        let found: i64 = query_scalar(sql).bind(id(&page)).fetch_one(&mut theirs).await.unwrap();
        assert_eq!(found, 0, "{sql}");
    }
    let said = who(&organiser.get(&page).await.expect(200));
    assert!(said.contains("Gets it Nobody") && !said.contains("Theirs"), "{said}");
    let nonsense = "update message set audience = '{\"event\": \"everybody\"}' where message_id = $1";
    assert!(query(nonsense).bind(id(&page)).execute(&mut theirs).await.is_err());
}
