//! Events: organisers plan them, whoever works in the area puts themselves down on a phone, who came is kept, and letters tell
//! of what changes.

use crate::support::access::{area, letters, told};
use crate::support::app::{Actor, TestApp, seed_place};
use crate::support::events::{began, id, make, person};
use crate::support::form::{Form, words};
use crate::support::walk::{Walk, change, count};
use chrono::TimeDelta;
use hustings::access::{Role, door};
use hustings::database::Database;
use sqlx::query;

pub struct Place {
    pub app: TestApp,
    pub area: String,
    pub organiser: Actor,
    pub volunteer: Actor,
}

/// An organiser and a canvasser of Quillbrook.
pub async fn place() -> Place {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let area = area(&app, "Quillbrook").await.to_string();
    let (organiser, volunteer) =
        (app.actor(Role::Organiser, "Quillbrook").await, app.actor(Role::Volunteer, "Quillbrook").await);
    Place { app, area, organiser, volunteer }
}

/// Puts an actor down for the event itself; answers what the page says.
async fn join(who: &Actor, event: &str) -> String {
    let answer = who.post(&format!("{event}/join"), &[("shift", "")]).await.expect(303);
    answer.location().split("said=").nth(1).unwrap_or_default().to_owned()
}

/// Gives up the first place on the event's page.
async fn withdraw(who: &Actor, event: &str) {
    let page = who.get(event).await.expect(200);
    let act = page.attribute("form[action$=withdrawal]", "action");
    who.post(&act, &[]).await.expect(303);
}

#[tokio::test]
async fn a_volunteer_of_the_area_comes_in_two_taps_and_the_organiser_sees_who() {
    let Place { app, area, organiser, volunteer } = place().await;
    organiser.post("/events", &[("area", area.as_str()), ("title", " ")]).await.expect(422);
    let everywhere = app.actor(Role::Organiser, "all").await;
    let saltern = crate::support::access::area(&app, "Saltern").await.to_string();
    organiser
        .post(
            "/events",
            &[
                ("area", saltern.as_str()),
                ("kind", "stall"),
                ("title", "Ours"),
                ("place", "There"),
                ("day", "2027-01-09"),
                ("from", "10:00"),
                ("until", "11:00"),
            ],
        )
        .await
        .expect(422);
    let event = make(&organiser, &area, 7, &[("capacity", "2"), ("bring", "A warm coat")]).await;
    let list = volunteer.get("/events").await.expect(200);
    assert!(words(&list, "article.day").contains("Saltern Saturday"), "{}", list.body);
    let page = volunteer.get(&event).await.expect(200);
    assert!(words(&page, "main").contains("Bring A warm coat"));
    let code = words(&organiser.get(&event).await, ".made");
    assert!(code.len() == 6 && !page.body.contains(&code), "nobody but who runs it sees the code");
    assert_eq!(join(&volunteer, &event).await, "coming");
    assert_eq!(join(&volunteer, &event).await, "already");
    let seen = organiser.get(&event).await.expect(200);
    assert!(
        words(&seen, "table").contains("Volunteer of Quillbrook") && words(&seen, "main").contains("1 of 2 places")
    );
    assert!(words(&volunteer.get("/events?tab=mine").await, "article").contains("You are down for it"));
    // What is on in the whole place is for its canvassers too; what is on next door is not.
    let all = crate::support::access::area(&app, "all").await.to_string();
    let wide = make(&everywhere, &all, 8, &[("title", "Phone bank"), ("kind", "phone-bank")]).await;
    volunteer.get(&wide).await.expect(200);
    organiser.get(&wide).await.expect(404);
    let stranger = app.actor(Role::Volunteer, "Saltern").await;
    stranger.get(&event).await.expect(404);
    stranger.post(&format!("{event}/join"), &[]).await.expect(404);
    withdraw(&volunteer, &event).await;
    assert!(words(&organiser.get(&event).await, "main").contains("0 of 2 places"));
}

#[tokio::test]
async fn whoever_waits_moves_up_by_themselves_and_is_written_to() {
    let Place { app, area, organiser, volunteer } = place().await;
    let event = make(&organiser, &area, 7, &[("capacity", "1")]).await;
    let (second, third) =
        (app.actor(Role::Volunteer, "Quillbrook").await, app.actor(Role::Volunteer, "Quillbrook").await);
    assert_eq!(join(&volunteer, &event).await, "coming");
    assert_eq!(join(&second, &event).await, "waiting");
    assert_eq!(join(&third, &event).await, "waiting");
    assert!(words(&third.get(&event).await, "main").contains("You are number 2 on the waiting list"));
    assert!(told(&app, "event-moved-up").await.is_empty());
    withdraw(&volunteer, &event).await;
    assert_eq!(told(&app, "event-moved-up").await, [second.account.id]);
    assert!(words(&second.get(&event).await, "main").contains("You are down for it"));
    assert!(words(&third.get(&event).await, "main").contains("You are number 1 on the waiting list"));
    // Whose access has ended does not take a place from who can come, and more places are filled at once.
    query("update access_grant set ended_at = now() where grant_id = $1")
        .bind(third.account.grant)
        .execute(&mut app.database.operator().await)
        .await
        .unwrap();
    assert_eq!(join(&volunteer, &event).await, "waiting");
    let day = organiser.get(&format!("{event}/edit")).await.attribute("#day", "value");
    let form = [
        ("kind", "canvass"),
        ("title", "Saltern Saturday"),
        ("place", "The bandstand"),
        ("day", day.as_str()),
        ("from", "10:00"),
        ("until", "12:30"),
        ("capacity", "2"),
    ];
    organiser.post(&event, &form).await.expect(303);
    assert!(words(&volunteer.get(&event).await, "main").contains("You are down for it"));
    assert_eq!(told(&app, "event-moved-up").await.len(), 2);
    assert!(told(&app, "event-changed").await.is_empty(), "more places are no other time");
    // Another time is told to whoever is down.
    let later = [&form[..4], &[("from", "11:00"), ("until", "13:00"), ("capacity", "2")]].concat();
    organiser.post(&event, &later).await.expect(303);
    assert_eq!(told(&app, "event-changed").await.len(), 3);
}

#[tokio::test]
async fn what_is_changed_several_times_in_a_row_is_one_letter_and_words_are_no_news() {
    let Place { app, area, organiser, volunteer } = place().await;
    let event = make(&organiser, &area, 7, &[]).await;
    join(&volunteer, &event).await;
    let change_to = async |field: &str, value: &str| {
        let form = Form::of(&organiser.get(&format!("{event}/edit")).await.expect(200), "main form").with(field, value);
        let to = organiser.post(&event, &form.fields()).await.expect(303).location();
        to.split("said=").nth(1).unwrap_or_default().to_owned()
    };
    for (field, value) in [("title", "Saturday, with tea"), ("bring", "A coat"), ("map", "50.7184, -3.5339")] {
        assert_eq!(change_to(field, value).await, "changed", "{field}");
    }
    assert!(told(&app, "event-changed").await.is_empty(), "words are no other time or place");
    assert_eq!(change_to("place", "The pier").await, "told");
    change_to("place", "The library").await;
    change_to("from", "09:30").await;
    let changed = async || letters(&app).await.into_iter().filter(|l| l.form == "event-changed").collect::<Vec<_>>();
    let [letter] = &changed().await[..] else { panic!("one letter") };
    let said = letter.letter.paragraphs.join(" ");
    assert!(said.contains("The library") && said.contains("9:30") && !said.contains("The pier"), "{said}");
    let waits = "select count(*) from mail where form = 'event-changed' and tries = 0 and next_try_at > now() + interval '10 minutes'";
    assert_eq!(count(&app, waits).await, 1, "for what else is changed within a quarter of an hour");
    // One that is on its way says what it said, and what is changed then is another.
    change(&app, "update mail set tries = 1 where form = 'event-changed'").await;
    change_to("place", "The town hall").await;
    assert_eq!(changed().await.len(), 2);
    // Of what is called off nobody needs to know that it was changed.
    organiser.post(&format!("{event}/cancellation"), &[("reason", "Rain")]).await.expect(303);
    assert_eq!(changed().await.len(), 1, "the one on its way");
    assert_eq!(told(&app, "event-cancelled").await, [volunteer.account.id]);
    // What begins soon is told of at once.
    let soon = make(&organiser, &area, 7, &[]).await;
    join(&volunteer, &soon).await;
    query("update event set starts_at = now() + interval '1 hour', ends_at = now() + interval '2 hours' where event_id = $1")
        .bind(id(&soon))
        .execute(&mut app.database.operator().await)
        .await
        .unwrap();
    let form = Form::of(&organiser.get(&format!("{soon}/edit")).await, "main form").with("place", "The pier");
    organiser.post(&soon, &form.fields()).await.expect(303);
    assert_eq!(count(&app, waits).await, 0);
    assert_eq!(changed().await.len(), 2);
    withdraw(&volunteer, &soon).await;
    assert_eq!(changed().await.len(), 1, "whoever gave their place up is not told any more");
}

#[tokio::test]
async fn on_the_day_itself_the_code_and_i_am_here_come_first() {
    let Place { app: _app, area, organiser, volunteer } = place().await;
    let day = [("from", "00:00"), ("until", "23:59")];
    let (today, later) = (make(&organiser, &area, 0, &day).await, make(&organiser, &area, 7, &[]).await);
    let here = "main a[href='/events/check-in']";
    let first = async |who: &Actor, event: &str, what: &str| {
        let page = who.get(event).await.expect(200).body;
        page.find(what).unwrap_or(usize::MAX) < page.find("id=\"slot1\"").unwrap()
    };
    for (event, is_first) in [(&today, true), (&later, false)] {
        assert_eq!(first(&organiser, event, "id=\"code\"").await, is_first, "{event}");
        assert_eq!(volunteer.get(event).await.expect(200).count(here), usize::from(is_first), "{event}");
    }
    assert!(first(&organiser, &today, "/attendance\"").await, "ticking too");
    assert!(first(&volunteer, &today, "class=\"btn main big wide-btn\" href=\"/events/check-in\"").await);
    let code = words(&organiser.get(&today).await, ".made");
    volunteer.post("/events/check-in", &[("code", code.as_str())]).await.expect(303);
    assert_eq!(volunteer.get(&today).await.expect(200).count(here), 0, "who said so is not asked again");
}

#[tokio::test]
async fn a_place_that_erasure_or_an_end_of_access_leaves_free_goes_to_who_waits() {
    let Place { app, area, organiser, volunteer } = place().await;
    let event = make(&organiser, &area, 7, &[("capacity", "2")]).await;
    let gone = person(&app, "Quillbrook", "Oswin", "Tarrant").await;
    let leaving = app.actor(Role::Volunteer, "Quillbrook").await;
    organiser.post(&format!("{event}/people"), &[("person", gone.to_string().as_str())]).await.expect(303);
    assert_eq!(join(&leaving, &event).await, "coming");
    let second = app.actor(Role::Volunteer, "Quillbrook").await;
    assert_eq!(join(&volunteer, &event).await, "waiting");
    assert_eq!(join(&second, &event).await, "waiting");
    let database = Database::connect(&app.urls()).unwrap();
    assert_eq!(door::events::free_places(&database).await.unwrap(), 0, "nobody's place is taken from them");
    assert!(told(&app, "event-moved-up").await.is_empty());
    query("update access_grant set ends_at = now() - interval '1 minute', starts_at = now() - interval '1 day' where grant_id = $1")
        .bind(leaving.account.grant)
        .execute(&mut app.database.operator().await)
        .await
        .unwrap();
    assert_eq!(door::events::free_places(&database).await.unwrap(), 1, "a grant that ran out");
    assert_eq!(told(&app, "event-moved-up").await, [volunteer.account.id]);
    query("delete from person where person_id = $1")
        .bind(gone)
        .execute(&mut app.database.operator().await)
        .await
        .unwrap();
    door::events::free_places(&database).await.unwrap();
    assert_eq!(told(&app, "event-moved-up").await.len(), 2);
    assert!(words(&second.get(&event).await, "main").contains("You are down for it"));
    assert_eq!(door::events::free_places(&database).await.unwrap(), 0);
    database.close(std::time::Duration::from_secs(5)).await;
}

#[tokio::test]
async fn shifts_have_places_of_their_own_and_two_at_the_same_time_are_asked_about() {
    let Place { app, area, organiser, volunteer } = place().await;
    let event = make(
        &organiser,
        &area,
        7,
        &[("kind", "polling-day"), ("title", "Polling day"), ("from", "07:00"), ("until", "22:00")],
    )
    .await;
    let shift = |name: &'static str, from: &'static str, until: &'static str| {
        [("name", name), ("from", from), ("until", until), ("capacity", "1")]
    };
    organiser.post(&format!("{event}/shifts"), &shift("Teller, early", "06:00", "09:00")).await.expect(422);
    for (name, from, until) in [("Teller", "07:00", "10:00"), ("Board runner", "09:00", "12:00")] {
        organiser.post(&format!("{event}/shifts"), &shift(name, from, until)).await.expect(303);
    }
    volunteer.post(&format!("{event}/join"), &[]).await.expect(409);
    let page = volunteer.get(&event).await.expect(200);
    let html = scraper::Html::parse_document(&page.body);
    let shifts: Vec<String> = html
        .select(&scraper::Selector::parse("input[name=shift]").unwrap())
        .map(|i| i.attr("value").unwrap().to_owned())
        .collect();
    assert_eq!(shifts.len(), 2);
    volunteer.post(&format!("{event}/join"), &[("shift", shifts[0].as_str())]).await.expect(303);
    let asked = volunteer.post(&format!("{event}/join"), &[("shift", shifts[1].as_str())]).await.expect(200);
    assert!(words(&asked, "main").contains("Polling day: Teller"), "{}", asked.body);
    assert_eq!(count(&app, "select count(*) from event_sign_up").await, 1);
    volunteer.post(&format!("{event}/join"), &[("shift", shifts[1].as_str()), ("anyway", "yes")]).await.expect(303);
    assert_eq!(count(&app, "select count(*) from event_sign_up where state = 'coming'").await, 2);
    assert!(words(&organiser.get("/events?tab=to-fill").await, "main").contains("Every place is taken"));
    organiser.post(&format!("{event}/shifts/{}/removal", shifts[0]), &[]).await.expect(303);
    assert_eq!(told(&app, "shift-removed").await, [volunteer.account.id]);
    assert_eq!(count(&app, "select count(*) from event_sign_up").await, 1);
    // A repeat has the shifts at the same hours, and nobody in them.
    organiser.post(&format!("{event}/repeats"), &[("weeks", "0")]).await.expect(422);
    organiser.post(&format!("{event}/repeats"), &[("weeks", "20")]).await.expect(303);
    let hours = "select count(distinct (starts_at at time zone 'Europe/London')::time) from shift";
    assert_eq!((count(&app, "select count(*) from shift").await, count(&app, hours).await), (21, 1));
    assert_eq!(count(&app, "select count(*) from event_sign_up").await, 1);
}

#[tokio::test]
async fn an_event_that_is_called_off_is_told_to_whoever_was_to_come() {
    let Place { app, area, organiser, volunteer } = place().await;
    let event = make(&organiser, &area, 7, &[("capacity", "1")]).await;
    let second = app.actor(Role::Volunteer, "Quillbrook").await;
    join(&volunteer, &event).await;
    join(&second, &event).await;
    organiser.post(&format!("{event}/cancellation"), &[]).await.expect(422);
    organiser.post(&format!("{event}/cancellation"), &[("reason", "Storm warning")]).await.expect(303);
    organiser.post(&format!("{event}/cancellation"), &[("reason", "Again")]).await.expect(409);
    let mut both = [volunteer.account.id, second.account.id];
    both.sort();
    assert_eq!(told(&app, "event-cancelled").await, both);
    let letters = app.letters().await;
    assert!(letters.iter().any(|(_, l)| l.paragraphs.iter().any(|p| p.contains("Storm warning"))), "{letters:?}");
    volunteer.post(&format!("{event}/join"), &[]).await.expect(409);
    organiser.get(&format!("{event}/edit")).await.expect(409);
    assert!(volunteer.get(&format!("{event}/event.ics")).await.expect(200).body.contains("STATUS:CANCELLED"));
    // A copy is an event of its own.
    let copied = organiser.get(&format!("/events/new?copy={}", id(&event))).await.expect(200);
    assert_eq!(copied.attribute("#title", "value"), "Saltern Saturday");
}

#[tokio::test]
async fn who_came_is_ticked_by_name_or_by_the_code_of_the_day() {
    let Place { app, area, organiser, volunteer } = place().await;
    let event = make(&organiser, &area, 7, &[]).await;
    let code = words(&organiser.get(&event).await, ".made");
    let second = app.actor(Role::Volunteer, "Quillbrook").await;
    join(&volunteer, &event).await;
    // Not before its day, not with another code, not from another area.
    volunteer.post("/events/check-in", &[("code", code.as_str())]).await.expect(422);
    organiser.get(&format!("{event}/attendance")).await.expect(409);
    began(&app, id(&event), TimeDelta::minutes(10)).await;
    volunteer.post("/events/check-in", &[("code", "AAAAAA")]).await.expect(422);
    app.actor(Role::Volunteer, "Saltern").await.post("/events/check-in", &[("code", code.as_str())]).await.expect(422);
    volunteer.post("/events/check-in", &[("code", code.to_lowercase().as_str())]).await.expect(303);
    second.post("/events/check-in", &[("code", code.as_str())]).await.expect(303);
    assert_eq!(count(&app, "select count(*) from event_sign_up where state = 'came'").await, 2);
    // By name: somebody without an account, found by name and put on record.
    let member = person(&app, "Quillbrook", "Oswin", "Tarrant").await;
    let elsewhere = person(&app, "Saltern", "Oswin", "Sallow").await;
    let found = organiser.post(&format!("{event}/people"), &[("q", "oswin")]).await.expect(200);
    assert!(found.body.contains("Oswin Tarrant") && !found.body.contains("Sallow"));
    assert_eq!(count(&app, "select count(*) from looked_at where person_id is not null").await, 1);
    organiser.post(&format!("{event}/people"), &[("person", elsewhere.to_string().as_str())]).await.expect(404);
    organiser.post(&format!("{event}/people"), &[("person", member.to_string().as_str())]).await.expect(303);
    let page = organiser.get(&format!("{event}/attendance")).await.expect(200);
    assert!(page.body.contains("Oswin Tarrant") && page.count("input[name=came][checked]") == 2);
    let sheet = organiser.get(&format!("{event}/sheet")).await.expect(200);
    assert!(sheet.body.contains("Oswin Tarrant"));
    assert_eq!(count(&app, "select count(*) from looked_at where person_id is not null and what = 'print'").await, 1);
    let tick = query_id(&app, "select sign_up_id::text from event_sign_up where person_id is not null").await;
    organiser.post(&format!("{event}/attendance"), &[("came", tick.as_str())]).await.expect(303);
    began(&app, id(&event), TimeDelta::days(2)).await;
    let said = words(&organiser.get(&event).await, "main");
    assert!(said.contains("1 person came so far") && said.contains("Did not come"), "{said}");
}

async fn query_id(app: &TestApp, statement: &'static str) -> String {
    sqlx::query_scalar(statement).fetch_one(&mut app.database.operator().await).await.unwrap()
}

#[tokio::test]
async fn a_canvass_shows_its_lists_who_holds_them_and_how_far_they_are() {
    let Place { app, area, organiser, volunteer } = place().await;
    let walk = Walk::new(&app.database, "QB1").await;
    let other = Walk::new(&app.database, "SG1").await;
    walk.assign(&app, volunteer.account.id).await;
    let event = make(&organiser, &area, 0, &[("from", "00:00"), ("until", "23:59")]).await;
    organiser.post(&format!("{event}/lists"), &[("list", other.list.as_str())]).await.expect(404);
    organiser.post(&format!("{event}/lists"), &[("list", walk.list.as_str())]).await.expect(303);
    let answer = walk.spoke(0, "F");
    let to = format!("/api/v1/results/{}", uuid::Uuid::now_v7());
    volunteer.put_json(&to, &answer).await;
    let said = words(&organiser.get(&event).await.expect(200), "section[aria-labelledby=lists]");
    assert!(said.contains("Volunteer of Quillbrook") && said.contains("spoke at 1"), "{said}");
    assert!(!volunteer.get(&event).await.expect(200).body.contains("Walk lists</h2>"));
    organiser.post(&format!("{event}/lists/{}/removal", walk.list), &[]).await.expect(303);
    assert_eq!(count(&app, "select count(*) from assignment where ended_at is null").await, 1);
}

#[tokio::test]
async fn a_letter_reminds_the_day_before_and_never_twice() {
    let Place { app, area, organiser, volunteer } = place().await;
    let event = make(&organiser, &area, 7, &[]).await;
    let gone = app.actor(Role::Volunteer, "Quillbrook").await;
    let late = app.actor(Role::Volunteer, "Quillbrook").await;
    for who in [&volunteer, &gone, &late] {
        join(who, &event).await;
    }
    let database = Database::connect(&app.urls()).unwrap();
    let remind = async || door::events::remind(&database).await.unwrap();
    assert_eq!(remind().await, 0, "a week before");
    let mut db = app.database.operator().await;
    for sql in [
        "update event_sign_up set signed_at = now() - interval '5 days'",
        "update event set starts_at = now() + interval '23 hours', ends_at = now() + interval '25 hours'",
    ] {
        query(sql).execute(&mut db).await.unwrap();
    }
    query("update access_grant set ended_at = now() where grant_id = $1")
        .bind(gone.account.grant)
        .execute(&mut db)
        .await
        .unwrap();
    // Whoever signed up today knows.
    query("update event_sign_up set signed_at = now() where account_id = $1")
        .bind(late.account.id)
        .execute(&mut db)
        .await
        .unwrap();
    assert_eq!(remind().await, 1);
    assert_eq!(remind().await, 0);
    assert_eq!(told(&app, "event-reminder").await, [volunteer.account.id]);
}

#[tokio::test]
async fn a_private_calendar_shows_ones_own_sign_ups_until_it_is_turned_off_or_access_ends() {
    let Place { app, area, organiser, volunteer } = place().await;
    let event = make(&organiser, &area, 7, &[("title", "Stall; tea, cake")]).await;
    let other = make(&organiser, &area, 9, &[("title", "Training")]).await;
    let second = app.actor(Role::Volunteer, "Quillbrook").await;
    join(&volunteer, &event).await;
    join(&second, &other).await;
    let address = async |who: &Actor| {
        let page = who.post("/events/calendar", &[]).await.expect(200);
        words(&page, ".made").strip_prefix(&app.base).unwrap().to_owned()
    };
    let first = address(&volunteer).await;
    let nobody = app.nobody();
    let calendar = nobody.get(&first).await.expect(200);
    assert_eq!(calendar.headers["content-type"], "text/calendar; charset=utf-8");
    assert!(
        calendar.body.contains("SUMMARY:Stall\\; tea\\, cake\r\n") && !calendar.body.contains("Training"),
        "{}",
        calendar.body
    );
    assert!(!volunteer.get("/events/calendar").await.body.contains(&first), "it is shown once");
    // A new one ends it, and a token that is none opens nothing.
    let again = address(&volunteer).await;
    nobody.get(&first).await.expect(404);
    nobody.get(&again).await.expect(200);
    nobody.get("/calendar/x.ics").await.expect(404);
    nobody.get(again.trim_end_matches(".ics")).await.expect(404);
    organiser.post(&format!("{event}/cancellation"), &[("reason", "Rain")]).await.expect(303);
    assert!(nobody.get(&again).await.expect(200).body.contains("STATUS:CANCELLED"));
    // It closes with Organise, and goes with access.
    change(&app, "insert into lockdown (tool, notice) values ('organise', 'Closed')").await;
    nobody.get(&again).await.expect(404);
    change(&app, "update lockdown set opened_at = now()").await;
    nobody.get(&again).await.expect(200);
    let theirs = address(&second).await;
    second.post("/events/calendar/end", &[]).await.expect(303);
    nobody.get(&theirs).await.expect(404);
    let administrator = app.actor(Role::Administrator, "all").await;
    let end = format!("/api/v1/accounts/{}/end-access", volunteer.account.id);
    administrator.post_json(&end, &serde_json::json!({"reason": "Left"})).await.expect(200);
    nobody.get(&again).await.expect(404);
}

#[tokio::test]
async fn a_private_calendars_address_is_said_to_be_shown_once_and_when_it_was_read() {
    let Place { app, volunteer, .. } = place().await;
    let says = async || words(&volunteer.get("/events/calendar").await.expect(200), "main");
    assert!(says().await.contains("It is shown once , when it is made"), "{}", says().await);
    let page = volunteer.post("/events/calendar", &[]).await.expect(200);
    let said = words(&page, "main");
    assert!(said.contains("Shown once: copy it now. Lost it? Make a new one; the old one stops."), "{said}");
    let address = words(&page, ".made").strip_prefix(&app.base).unwrap().to_owned();
    let said = says().await;
    assert!(said.contains("cannot be shown again. Lost it? Make a new one; the old one stops."), "{said}");
    assert!(said.contains("Made ") && said.contains("Last read Not yet"), "{said}");
    app.nobody().get(&address).await.expect(200);
    let said = says().await;
    assert!(said.contains("Last read") && !said.contains("Not yet"), "{said}");
    let anew = words(&volunteer.post("/events/calendar", &[]).await.expect(200), "main");
    assert!(anew.contains("Not yet"), "nothing has read the new one: {anew}");
}

#[tokio::test]
async fn a_public_page_leads_on_and_says_when_it_was_called_off_or_is_over() {
    let Place { app, area, organiser, volunteer } = place().await;
    let public = [("public", "yes"), ("public_text", "All welcome"), ("bring", "The key of the hall")];
    let (shown, hidden) = (make(&organiser, &area, 7, &public).await, make(&organiser, &area, 7, &[]).await);
    join(&volunteer, &shown).await;
    let (nobody, path) = (app.nobody(), format!("/public{shown}"));
    let page = nobody.get(&path).await.expect(200);
    assert_eq!(page.count("a[href^='/help/']"), 0, "the area asks for no help");
    let file = nobody.get(&page.attribute("a[href$='event.ics']", "href")).await.expect(200);
    assert_eq!(file.headers["content-type"], "text/calendar; charset=utf-8");
    let whole = file.body.replace("\r\n ", "");
    assert!(whole.contains("DESCRIPTION:All welcome\r\n") && whole.contains(&format!("URL:{}{path}\r\n", app.base)));
    assert!(!whole.contains("Volunteer of") && !whole.contains("The key"), "{whole}");
    nobody.get(&format!("/public{hidden}/event.ics")).await.expect(404);
    query("insert into volunteer_page (area_id, open, changed_by) select area_id, true, $1 from event where event_id = $2")
        .bind(organiser.account.id)
        .bind(id(&shown))
        .execute(&mut app.database.operator().await)
        .await
        .unwrap();
    let help = nobody.get(&path).await.expect(200).attribute("a[href^='/help/']", "href");
    assert_eq!(help, format!("/help/{area}"));
    nobody.get(&help).await.expect(200);

    let off = make(&organiser, &area, 7, &public).await;
    organiser.post(&format!("{off}/cancellation"), &[("reason", "Oswin Tarrant is ill")]).await.expect(303);
    let page = nobody.get(&format!("/public{off}")).await.expect(200);
    let said = words(&page, "main");
    assert!(said.contains("This was called off. Please do not come") && !said.contains("Oswin"), "{said}");
    assert_eq!(page.count("a[href$='event.ics']"), 0);
    began(&app, id(&shown), TimeDelta::hours(5)).await;
    let page = nobody.get(&path).await.expect(200);
    assert!(words(&page, "main").contains("This was on "), "{}", page.body);
    assert_eq!(page.count("a[href$='event.ics']"), 0, "nobody can come any more");
}

#[tokio::test]
async fn an_event_has_a_public_page_only_when_asked_and_it_names_nobody() {
    let Place { app, area, organiser, volunteer } = place().await;
    let (hidden, shown) = (
        make(&organiser, &area, 7, &[]).await,
        make(&organiser, &area, 7, &[("public", "yes"), ("public_text", "All welcome"), ("map", "50.7184, -3.5339")])
            .await,
    );
    join(&volunteer, &shown).await;
    let nobody = app.nobody();
    nobody.get(&format!("/public{hidden}")).await.expect(404);
    let page = nobody.get(&format!("/public{shown}")).await.expect(200);
    let said = words(&page, "main");
    assert!(
        said.contains("All welcome") && said.contains("Promoted by A. Agent on behalf of The Lantern Party"),
        "{said}"
    );
    assert!(!page.body.contains("Volunteer of") && !page.body.contains("Organiser of"));
    began(&app, id(&shown), TimeDelta::days(3)).await;
    nobody.get(&format!("/public{shown}")).await.expect(404);
}
