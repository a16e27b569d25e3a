//! Calendars as another program reads them: one event and somebody's own feed, with the same ids for good, what changed last
//! standing, and whatever is written in them whole.

use crate::support::access::area;
use crate::support::app::{Actor, TestApp, seed_place};
use crate::support::events::{id, make};
use chrono::{DateTime, Utc};
use hustings::access::Role;
use icalendar::parser::{Component, read_calendar, unfold};
use sqlx::query_scalar;

const TITLE: &str =
    "Stall; tea, cake \\ and “Grüße” for whoever comes by on the long way from the bandstand to the harbour";
const BRING: &str = "A coat, a pen; a table\nand 50 % of a good mood: yes";

/// One entry as the other program has it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    uid: String,
    sequence: i32,
    status: String,
    starts: DateTime<Utc>,
    ends: DateTime<Utc>,
    summary: String,
    location: String,
    description: String,
}

fn entry(of: &Component<'_>) -> Entry {
    assert_eq!(of.name, "VEVENT");
    let value = |name: &str| {
        let found: Vec<_> = of.properties.iter().filter(|p| p.name == name).collect();
        assert!(found.len() <= 1, "{name} twice");
        found.first().map(|p| p.val.to_string()).unwrap_or_default()
    };
    let at = |name: &str| chrono::NaiveDateTime::parse_from_str(&value(name), "%Y%m%dT%H%M%SZ").unwrap().and_utc();
    assert!(at("DTSTAMP") <= Utc::now() && at("LAST-MODIFIED") == at("DTSTAMP"));
    Entry {
        uid: value("UID"),
        sequence: value("SEQUENCE").parse().unwrap(),
        status: value("STATUS"),
        starts: at("DTSTART"),
        ends: at("DTEND"),
        summary: value("SUMMARY"),
        location: value("LOCATION"),
        description: value("DESCRIPTION"),
    }
}

/// Reads a calendar with the other program's eyes.
async fn read(who: &Actor, path: &str) -> Vec<Entry> {
    let body = who.get(path).await.expect(200).body;
    for line in body.split_terminator("\r\n") {
        assert!(line.len() <= 75 && !line.contains(['\n', '\r']), "{line}");
    }
    let whole = unfold(&body);
    let calendar = read_calendar(&whole).unwrap();
    let head = |name: &str| calendar.properties.iter().find(|p| p.name == name).map(|p| p.val.to_string());
    assert_eq!((head("VERSION").as_deref(), head("METHOD").as_deref()), (Some("2.0"), Some("PUBLISH")));
    assert!(head("PRODID").is_some());
    calendar.components.iter().map(entry).collect()
}

async fn clock(app: &TestApp, sql: &'static str, of: uuid::Uuid) -> DateTime<Utc> {
    query_scalar(sql).bind(of).fetch_one(&mut app.database.operator().await).await.unwrap()
}

#[tokio::test]
async fn another_program_reads_an_event_and_a_feed_and_takes_each_change_for_newer() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let area = area(&app, "Quillbrook").await.to_string();
    let organiser = app.actor(Role::Organiser, "Quillbrook").await;
    let (first, second) =
        (app.actor(Role::Volunteer, "Quillbrook").await, app.actor(Role::Volunteer, "Quillbrook").await);
    let more = [("title", TITLE), ("bring", BRING), ("place", "The bandstand, Saltern Green; by the clock")];
    let event = make(&organiser, &area, 7, &more).await;
    let file = format!("{event}/event.ics");
    let [one] = &read(&first, &file).await[..] else { panic!("one event") };
    assert!(one.uid.starts_with(&format!("{}@", id(&event))), "{}", one.uid);
    assert_eq!((one.sequence, one.status.as_str()), (0, "CONFIRMED"));
    assert_eq!(one.summary, TITLE);
    assert_eq!(one.description, format!("Bring: {BRING}"));
    assert_eq!(one.location, "The bandstand, Saltern Green; by the clock");
    let starts = "select starts_at from event where event_id = $1";
    assert_eq!(one.starts, clock(&app, starts, id(&event)).await);
    assert_eq!((one.ends - one.starts).num_minutes(), 150);

    // A shift with one place: one comes, one waits, each in a feed of their own.
    let shift = [("name", "Teller; early"), ("from", "10:00"), ("until", "11:00"), ("capacity", "1")];
    organiser.post(&format!("{event}/shifts"), &shift).await.expect(303);
    let shift = first.get(&event).await.attribute("input[name=shift]", "value");
    let mut feeds = Vec::new();
    for who in [&first, &second] {
        who.post(&format!("{event}/join"), &[("shift", shift.as_str())]).await.expect(303);
        let page = who.post("/events/calendar", &[]).await.expect(200);
        feeds.push(page.text(".made").trim().strip_prefix(&app.base).unwrap().to_owned());
    }
    let nobody = app.nobody();
    let comes = read(&nobody, &feeds[0]).await.remove(0);
    let waits = read(&nobody, &feeds[1]).await.remove(0);
    assert_eq!(comes.summary, format!("{TITLE}: Teller; early"));
    assert_eq!((comes.status.as_str(), waits.status.as_str()), ("CONFIRMED", "TENTATIVE"));
    assert!(waits.description.starts_with("You are on the waiting list."), "{}", waits.description);
    assert_ne!(comes.uid, waits.uid);

    // Another hour of the shift is a newer entry of the same id.
    let later = [("name", "Teller; early"), ("from", "11:00"), ("until", "12:00"), ("capacity", "1")];
    organiser.post(&format!("{event}/shifts/{shift}"), &later).await.expect(303);
    let moved = read(&nobody, &feeds[0]).await.remove(0);
    assert_eq!((&moved.uid, (moved.starts - comes.starts).num_hours()), (&comes.uid, 1));
    assert!(moved.sequence > comes.sequence, "{moved:?} {comes:?}");

    // So is a place that was waited for.
    let before = read(&nobody, &feeds[1]).await.remove(0);
    let place = first.get(&event).await.attribute("form[action$=withdrawal]", "action");
    first.post(&place, &[]).await.expect(303);
    let moved_up = read(&nobody, &feeds[1]).await.remove(0);
    assert_eq!((moved_up.uid == waits.uid, moved_up.status.as_str()), (true, "CONFIRMED"));
    assert!(moved_up.sequence > before.sequence, "{moved_up:?} {before:?}");
    assert!(read(&nobody, &feeds[0]).await.is_empty());

    // And so is what was called off.
    organiser.post(&format!("{event}/cancellation"), &[("reason", "Rain")]).await.expect(303);
    let off = read(&nobody, &feeds[1]).await.remove(0);
    assert_eq!((off.status.as_str(), off.sequence > moved_up.sequence), ("CANCELLED", true));
    let [off] = &read(&organiser, &file).await[..] else { panic!("one event") };
    assert_eq!((off.status.as_str(), &off.uid), ("CANCELLED", &one.uid));
}
