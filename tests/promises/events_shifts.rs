//! Shifts by themselves: who came to one says nothing of another, whoever chooses one has that one, and a form that is sent twice
//! makes them once.

use super::events::{Place, place};
use crate::support::access::{area, told};
use crate::support::app::{Actor, TestApp, seed_place};
use crate::support::events::{id, make, person};
use crate::support::form::{Form, words};
use crate::support::people::person as record;
use crate::support::walk::{Walk, change, count};
use hustings::access::Role;
use sqlx::{query, query_as, query_scalar};
use uuid::Uuid;

/// Moves an event to begin and end so many hours from now.
async fn spans(app: &TestApp, event: Uuid, from: i32, until: i32) {
    query(
        "update event set starts_at = now() + make_interval(hours => $2), ends_at = now() + make_interval(hours => $3)
         where event_id = $1",
    )
    .bind(event)
    .bind(from)
    .bind(until)
    .execute(&mut app.database.operator().await)
    .await
    .unwrap();
}

/// A shift that begins and ends so many hours from now.
async fn shift(app: &TestApp, event: Uuid, name: &str, from: i32, until: i32) -> String {
    query_scalar(
        "insert into shift (shift_id, event_id, area_id, name, starts_at, ends_at, capacity)
         select gen_random_uuid(), event_id, area_id, $2, now() + make_interval(hours => $3), now() + make_interval(hours => $4), 3
         from event where event_id = $1 returning shift_id::text",
    )
    .bind(event)
    .bind(name)
    .bind(from)
    .bind(until)
    .fetch_one(&mut app.database.operator().await)
    .await
    .unwrap()
}

async fn choose(who: &Actor, event: &str, shift: &str) {
    who.post(&format!("{event}/join"), &[("shift", shift), ("anyway", "yes")]).await.expect(303);
}

/// Who stands how, by shift: "Evening coming".
async fn states(app: &TestApp, account: Uuid) -> Vec<String> {
    query_scalar(
        "select coalesce(s.name, 'All of it') || ' ' || p.state from event_sign_up p left join shift s using (shift_id)
         where p.account_id = $1 and p.state <> 'withdrawn' order by 1",
    )
    .bind(account)
    .fetch_all(&mut app.database.operator().await)
    .await
    .unwrap()
}

#[tokio::test]
async fn who_came_to_a_morning_says_nothing_of_the_evening() {
    let Place { app, area, organiser, volunteer } = place().await;
    let event = make(&organiser, &area, 7, &[("kind", "polling-day"), ("title", "Polling day")]).await;
    spans(&app, id(&event), -1, 12).await;
    let morning = shift(&app, id(&event), "Morning", -1, 3).await;
    let evening = shift(&app, id(&event), "Evening", 8, 12).await;
    let second = app.actor(Role::Volunteer, "Quillbrook").await;
    for (who, shift) in [(&volunteer, &morning), (&volunteer, &evening), (&second, &evening)] {
        choose(who, &event, shift).await;
    }
    let attendance = format!("{event}/attendance");
    let page = organiser.get(&attendance).await.expect(200);
    assert_eq!(page.count("form[action$=attendance]"), 1, "a shift that has not begun is not ticked off");
    assert_eq!(page.attribute("form[action$=attendance] input[name=shift]", "value"), morning);
    organiser.post(&attendance, &[("shift", morning.as_str())]).await.expect(303);
    assert_eq!(states(&app, volunteer.account.id).await, ["Evening coming", "Morning did-not-come"]);
    assert_eq!(states(&app, second.account.id).await, ["Evening coming"], "nobody missed what is still to come");
    organiser.post(&attendance, &[("shift", evening.as_str())]).await.expect(409);
    organiser.post(&attendance, &[("shift", "both")]).await.expect(404);
    assert_eq!(states(&app, second.account.id).await, ["Evening coming"]);

    // "I am here" is the shift that is on, for who is down for it and for who is not.
    let code = words(&organiser.get(&event).await, ".made");
    let here = async |who: &Actor| who.post("/events/check-in", &[("code", code.as_str())]).await.expect(303);
    here(&volunteer).await;
    here(&second).await;
    assert_eq!(states(&app, volunteer.account.id).await, ["Evening coming", "Morning came"]);
    assert_eq!(states(&app, second.account.id).await, ["Evening coming", "Morning came"]);
    // Half an hour before the evening it is the evening.
    change(&app, "update shift set starts_at = now() - interval '6 hours', ends_at = now() - interval '3 hours' where name = 'Morning'")
        .await;
    change(&app, "update shift set starts_at = now() + interval '30 minutes' where name = 'Evening'").await;
    here(&second).await;
    assert_eq!(states(&app, second.account.id).await, ["Evening came", "Morning came"]);
    assert_eq!(states(&app, volunteer.account.id).await, ["Evening coming", "Morning came"]);
}

#[tokio::test]
async fn whoever_was_down_before_there_were_shifts_has_the_one_they_choose_and_no_more() {
    let Place { app, area, organiser, volunteer } = place().await;
    let event = make(&organiser, &area, 7, &[("capacity", "1")]).await;
    let second = app.actor(Role::Volunteer, "Quillbrook").await;
    let oswin = person(&app, "Quillbrook", "Oswin", "Tarrant").await.to_string();
    choose(&volunteer, &event, "").await;
    choose(&second, &event, "").await;
    organiser.post(&format!("{event}/people"), &[("person", oswin.as_str())]).await.expect(303);
    let morning = shift(&app, id(&event), "Morning", 7 * 24, 7 * 24 + 1).await;
    choose(&volunteer, &event, &morning).await;
    assert_eq!(states(&app, volunteer.account.id).await, ["Morning coming"]);
    assert_eq!(states(&app, second.account.id).await, ["All of it coming"], "whoever waited has the place");
    assert_eq!(told(&app, "event-moved-up").await, [second.account.id]);
    organiser
        .post(&format!("{event}/people"), &[("person", oswin.as_str()), ("shift", morning.as_str())])
        .await
        .expect(303);
    let whole =
        "select count(*) from event_sign_up where person_id is not null and shift_id is null and state <> 'withdrawn'";
    assert_eq!(count(&app, whole).await, 0);
}

#[tokio::test]
async fn who_walks_in_is_put_down_for_the_shift_that_is_on_and_who_chose_none_is_given_one() {
    let Place { app, area, organiser, volunteer } = place().await;
    let event = make(&organiser, &area, 7, &[("kind", "polling-day"), ("title", "Polling day")]).await;
    let oswin = person(&app, "Quillbrook", "Oswin", "Tarrant").await.to_string();
    person(&app, "Quillbrook", "Edith", "Harcourt").await;
    let people = format!("{event}/people");
    organiser.post(&people, &[("person", oswin.as_str())]).await.expect(303);
    choose(&volunteer, &event, "").await;
    spans(&app, id(&event), -2, 12).await;
    shift(&app, id(&event), "Early", -2, -1).await;
    let morning = shift(&app, id(&event), "Morning", -1, 3).await;
    let evening = shift(&app, id(&event), "Evening", 8, 12).await;
    // The walk-in form has the shift that is on, and another can be chosen.
    let page = organiser.get(&format!("{people}/new")).await.expect(200);
    let search = Form::of(&page, "form[role=search][action$=people]").with("q", "edith");
    assert_eq!(search.value("shift"), morning);
    for wanted in [&morning, &evening] {
        let found = organiser.post(&people, &search.clone().with("shift", wanted).fields()).await.expect(200);
        let put_down = Form::of(&found, "ul.todo form[action$=people]");
        assert_eq!(put_down.value("shift"), wanted);
        organiser.post(&people, &put_down.fields()).await.expect(303);
    }
    let edith = "select count(*) from event_sign_up x join person p using (person_id) join shift s using (shift_id)
         where p.forename = 'Edith' and s.name in ('Morning', 'Evening') and x.state = 'coming'";
    assert_eq!(count(&app, edith).await, 2);
    // Both who were down before there were shifts are given one from the event's page, by whoever runs it alone.
    let page = organiser.get(&event).await.expect(200);
    assert_eq!(page.count("form[action$='/shift']"), 2);
    let act = page.attribute("form[action$='/shift']", "action");
    let stranger = app.actor(Role::Organiser, "Saltern").await;
    stranger.post(&act, &[("shift", morning.as_str())]).await.expect(404);
    organiser.post(&act, &[("shift", Uuid::now_v7().to_string().as_str())]).await.expect(404);
    change(&app, "update shift set capacity = 1 where name = 'Evening'").await;
    let full = organiser.post(&act, &[("shift", evening.as_str())]).await.expect(409).text("main");
    assert!(full.contains("That shift is full, and they keep the place that they have"), "{full}");
    for _ in 0..2 {
        let page = organiser.get(&event).await.expect(200);
        let give = Form::of(&page, "form[action$='/shift']");
        assert_eq!(give.value("shift"), morning);
        let act = page.attribute("form[action$='/shift']", "action");
        organiser.post(&act, &give.fields()).await.expect(303);
    }
    assert_eq!(states(&app, volunteer.account.id).await, ["Morning coming"]);
    assert_eq!(
        count(&app, "select count(*) from event_sign_up where shift_id is null and state <> 'withdrawn'").await,
        0
    );
    assert_eq!(organiser.get(&event).await.expect(200).count("form[action$='/shift']"), 0);
}

#[tokio::test]
async fn an_account_is_the_persons_whose_address_it_has_unless_two_share_it() {
    let Place { app, area, organiser, volunteer } = place().await;
    let event = make(&organiser, &area, 7, &[]).await;
    let oswin = record(&app, "Quillbrook", "Oswin", "Tarrant", true).await;
    organiser.post(&format!("{event}/people"), &[("person", oswin.to_string().as_str())]).await.expect(303);
    change(&app, "update account set address_proved_at = null").await;
    for (forename, account) in [("Oswin", &volunteer.account), ("Edith", &organiser.account)] {
        if forename == "Edith" {
            record(&app, "Quillbrook", "Edith", "Harcourt", true).await;
            record(&app, "Quillbrook", "Edith", "Sallow", true).await;
        }
        query(
            "update person_contact c set email = a.email, email_key = a.email from account a, person p
             where a.account_id = $1 and p.person_id = c.person_id and p.forename = $2",
        )
        .bind(account.id)
        .bind(forename)
        .execute(&mut app.database.operator().await)
        .await
        .unwrap();
    }
    let linked = "select count(*) from person where account_id is not null";
    assert_eq!(count(&app, linked).await, 0, "anybody can type an address: an account proves that it reads there");
    change(&app, "update account set address_proved_at = now()").await;
    let whose: Vec<(String, Uuid)> =
        query_as("select forename, account_id from person where account_id is not null order by 1")
            .fetch_all(&mut app.database.operator().await)
            .await
            .unwrap();
    assert_eq!(whose, [("Oswin".to_owned(), volunteer.account.id)], "two Ediths share an address: a person decides");
    // What he was put down for by name is on his own pages.
    assert_eq!(volunteer.get("/events?tab=mine").await.expect(200).count("article.day"), 1);
}

#[tokio::test]
async fn a_changed_shift_is_told_to_its_own_people_who_alone_are_reminded_anew() {
    let Place { app, area, organiser, volunteer } = place().await;
    let event = make(&organiser, &area, 7, &[]).await;
    for (name, from, until) in [("Early", "10:00", "11:00"), ("Late", "11:00", "12:00")] {
        let typed = [("name", name), ("from", from), ("until", until), ("capacity", "1")];
        organiser.post(&format!("{event}/shifts"), &typed).await.expect(303);
    }
    let shift_of = async |name: &str| -> String {
        let sql = "select shift_id::text from shift where name = $1";
        query_scalar(sql).bind(name).fetch_one(&mut app.database.operator().await).await.unwrap()
    };
    let (early, late) = (shift_of("Early").await, shift_of("Late").await);
    let second = app.actor(Role::Volunteer, "Quillbrook").await;
    choose(&volunteer, &event, &early).await;
    choose(&second, &event, &late).await;
    change(&app, "update event_sign_up set reminded_at = now()").await;
    change(&app, "update event set changed_at = now() - interval '1 day'").await;
    let later = [("name", "Early"), ("from", "10:30"), ("until", "11:30"), ("capacity", "1")];
    organiser.post(&format!("{event}/shifts/{early}"), &later).await.expect(303);
    assert_eq!(told(&app, "event-changed").await, [volunteer.account.id]);
    let anew: Vec<Uuid> = query_scalar("select account_id from event_sign_up where reminded_at is null")
        .fetch_all(&mut app.database.operator().await)
        .await
        .unwrap();
    assert_eq!(anew, [volunteer.account.id], "the others know already");
    let newer = "select count(*) from event where sequence = 1 and changed_at > now() - interval '1 hour'";
    assert_eq!(count(&app, newer).await, 1, "calendars take it for newer");
}

#[tokio::test]
async fn a_copy_and_repeats_that_are_sent_twice_are_made_once() {
    let Place { app, area, organiser, .. } = place().await;
    let event = make(&organiser, &area, 7, &[]).await;
    let typed = [("name", "Board runner"), ("from", "10:00"), ("until", "11:00"), ("capacity", "1")];
    organiser.post(&format!("{event}/shifts"), &typed).await.expect(303);
    let all =
        async || (count(&app, "select count(*) from event").await, count(&app, "select count(*) from shift").await);
    let form = organiser.get(&format!("/events/new?copy={}", id(&event))).await.expect(200);
    let (own, from) = (form.attribute("input[name=id]", "value"), form.attribute("input[name=copy]", "value"));
    for _ in 0..2 {
        let copied = make(&organiser, &area, 14, &[("id", own.as_str()), ("copy", from.as_str())]).await;
        assert_eq!(id(&copied).to_string(), own);
    }
    assert_eq!(all().await, (2, 2));
    let repeat = async |weeks: &str| {
        organiser.post(&format!("{event}/repeats"), &[("weeks", weeks)]).await.expect(303).location()
    };
    assert_eq!(repeat("3").await, "/events?said=repeated");
    assert_eq!(all().await, (5, 5));
    assert_eq!(repeat("3").await, "/events?said=repeated-before");
    assert_eq!(all().await, (5, 5));
    // One week more is one more.
    assert_eq!(repeat("4").await, "/events?said=repeated");
    assert_eq!(all().await, (6, 6));
    assert_eq!(count(&app, "select count(distinct series_id) from event where series_id is not null").await, 1);
    // Two who press at once, also.
    let other = make(&organiser, &area, 7, &[("title", "Other")]).await;
    let path = format!("{other}/repeats");
    let press = async || organiser.post(&path, &[("weeks", "5")]).await.expect(303);
    tokio::join!(press(), press());
    assert_eq!(count(&app, "select count(*) from event where title = 'Other'").await, 6);
}

#[tokio::test]
async fn what_would_end_before_it_begins_is_refused_and_letters_are_promised_only_to_who_gets_one() {
    let Place { app, area, organiser, volunteer } = place().await;
    let typed = |from: &'static str, until: &'static str| {
        [
            ("area", area.as_str()),
            ("kind", "stall"),
            ("title", "Ours"),
            ("place", "There"),
            ("day", "2027-01-09"),
            ("from", from),
            ("until", until),
        ]
    };
    for (from, until) in [("12:30", "10:00"), ("10:00", "10:00"), ("19:00", "08:00")] {
        let refused = organiser.post("/events", &typed(from, until)).await.expect(422).text(".errors");
        assert!(refused.contains("end before it begins"), "{from} {until}: {refused}");
    }
    organiser.post("/events", &typed("19:00", "01:00")).await.expect(303);
    assert_eq!(count(&app, "select count(*) from event where ends_at - starts_at = interval '6 hours'").await, 1);
    let event = make(&organiser, &area, 7, &[]).await;
    let backwards = [("name", "Teller"), ("from", "12:00"), ("until", "11:00")];
    organiser.post(&format!("{event}/shifts"), &backwards).await.expect(422);

    let join = async |event: &str| {
        let to = volunteer.post(&format!("{event}/join"), &[("anyway", "yes")]).await.expect(303).location();
        volunteer.get(&to).await.expect(200).text("main")
    };
    assert!(join(&event).await.contains("You are down for it. A letter reminds you the day before"));
    let soon = make(&organiser, &area, 7, &[("title", "Tomorrow")]).await;
    spans(&app, id(&soon), 20, 22).await;
    let said = join(&soon).await;
    assert!(said.contains("You are down for it.") && !said.contains("A letter reminds you"), "{said}");
    let off = organiser.post(&format!("{event}/cancellation"), &[("reason", "Rain")]).await.expect(303).location();
    let said = organiser.get(&off).await.text("main");
    assert!(said.contains("has an email address here gets a letter; ring the others"), "{said}");
}

#[tokio::test]
async fn the_page_of_a_member_and_of_a_volunteer_says_what_they_did_and_never_what_was_said() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let walk = Walk::new(&app.database, "QB1").await;
    let organiser = app.actor(Role::Organiser, "Quillbrook").await;
    let secretary = app.actor(Role::MembershipSecretary, "Quillbrook").await;
    let canvasser = app.actor(Role::Volunteer, "Quillbrook").await;
    walk.assign(&app, canvasser.account.id).await;
    for door in 0..2 {
        canvasser.put_json(&format!("/api/v1/results/{}", Uuid::now_v7()), &walk.spoke(door, "F")).await;
    }
    let place = area(&app, "Quillbrook").await.to_string();
    let who = person(&app, "Quillbrook", "Edith", "Harcourt").await;
    let mut db = app.database.operator().await;
    for sql in [
        "update person set account_id = $2 where person_id = $1",
        "insert into volunteer (person_id, area_id) select person_id, area_id from person
         where person_id = $1 and $2::uuid is not null",
        "insert into member (person_id, area_id, number, state) select person_id, area_id, 'L1', 'current' from person
         where person_id = $1 and $2::uuid is not null",
    ] {
        query(sql).bind(who).bind(canvasser.account.id).execute(&mut db).await.unwrap();
    }
    let event = make(&organiser, &place, 7, &[("title", "Polling day")]).await;
    let everywhere = app.actor(Role::Organiser, "all").await;
    let all = area(&app, "all").await.to_string();
    let wide = make(&everywhere, &all, 8, &[("title", "Of everybody")]).await;
    choose(&canvasser, &wide, "").await;
    spans(&app, id(&event), -9, 5).await;
    let morning = shift(&app, id(&event), "Morning", -9, -6).await;
    let evening = shift(&app, id(&event), "Evening", 2, 5).await;
    choose(&canvasser, &event, &evening).await;
    // One place under their account, one that an organiser put down under their name, and ticked: they came.
    let add = [("person", who.to_string()), ("shift", morning)];
    organiser
        .post(&format!("{event}/people"), &add.each_ref().map(|(name, value)| (*name, value.as_str())))
        .await
        .expect(303);
    for (reader, page) in [
        (&organiser, format!("/members/{who}")),
        (&secretary, format!("/members/{who}")),
        (&organiser, format!("/volunteers/{who}")),
        (&secretary, format!("/volunteers/{who}")),
    ] {
        let answer = reader.get(&page).await.expect(200);
        let did = answer.text("section[aria-labelledby=did]");
        for word in ["Polling day: Morning", "Came", "Polling day: Evening", "Coming", "Came to 1, 3 hours"] {
            assert!(did.contains(word), "{word} on {page}: {did}");
        }
        let doors = words(&answer, "section[aria-labelledby=did] dl");
        assert!(doors.contains("Doors 2"), "{doors}");
        assert!(!did.contains("Of everybody"), "what is on elsewhere is not theirs to read: {did}");
    }
    // Another area's find nobody there, also by the functions themselves, and a canvasser may not ask at all.
    let mut stranger = crate::support::access::sql_as(
        &app,
        &app.account(Role::MembershipSecretary, "Saltern").await,
        "hustings_membership",
    )
    .await;
    for sql in ["select count(*) from wall.attended($1)", "select count(*) from wall.canvassed($1)"] {
        let found: i64 = query_scalar(sql).bind(who).fetch_one(&mut stranger).await.unwrap();
        assert_eq!(found, 0, "{sql}");
        let mut bo = crate::support::access::sql_as(&app, &canvasser.account, "hustings_volunteer").await;
        assert!(query(sql).bind(who).execute(&mut bo).await.is_err(), "{sql}");
    }
    // Figures of doors are contact data: closed with it.
    change(&app, "insert into lockdown (tool, notice) values ('contact', 'Closed')").await;
    let did = words(&secretary.get(&format!("/members/{who}")).await.expect(200), "section[aria-labelledby=did]");
    assert!(did.contains("Polling day: Morning") && !did.contains("Doors"), "{did}");
}
