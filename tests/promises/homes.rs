//! The first page of each role answers what to do now, and names nobody who need not be named.

use crate::support::access::area;
use crate::support::app::{TestApp, seed_place};
use crate::support::events::{began, id, make};
use crate::support::form::words;
use crate::support::people::{agrees_to, person};
use crate::support::walk::{Walk, change, change_for, count};
use chrono::TimeDelta;
use hustings::access::Role;
use serde_json::json;
use uuid::Uuid;

#[tokio::test]
async fn a_volunteer_finds_the_list_in_hand_the_next_shift_their_tasks_and_the_news() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let here = area(&app, "Quillbrook").await.to_string();
    let organiser = app.actor(Role::Organiser, "Quillbrook").await;
    let phone = app.actor(Role::Volunteer, "Quillbrook").await;
    let first = phone.get("/").await.expect(200);
    for said in ["No list is yours just now", "You are down for nothing yet", "Nothing to do"] {
        assert!(words(&first, "main").contains(said), "{said}: {}", words(&first, "main"));
    }
    assert!(first.count("main a[href='/events']") > 0, "the first evening offers a way on");

    let walk = Walk::new(&app.database, "QB1").await;
    walk.assign(&app, phone.account.id).await;
    let event = make(&organiser, &here, 1, &[("capacity", "3")]).await;
    assert!(words(&phone.get("/").await, "main").contains("3 places are nobody’s"));
    phone.post(&format!("{event}/join"), &[("shift", "")]).await.expect(303);
    change_for(
        &app,
        "insert into task (area_id, what, words, due_on, assigned_to)
         select area_id, 'other', 'Put the kettle on', current_date, $1 from event",
        phone.account.id,
    )
    .await;
    change(
        &app,
        "insert into news (news_id, area_id, title, words, posted_by, ends_at)
         select gen_random_uuid(), area_id, 'Bring a torch', 'It is dark by five', created_by, now() + interval '1 day' from event",
    )
    .await;
    let looks = "select count(*) from access_log where what = 'look'";
    let before = count(&app, looks).await;
    let page = phone.get("/").await.expect(200);
    let said = words(&page, "main");
    for told in ["QB1 1", "0 of", "Saltern Saturday", "You are down for it", "The bandstand", "1 task", "Bring a torch"]
    {
        assert!(said.contains(told), "{told}: {said}");
    }
    assert_eq!(page.count(&format!("main a.main[href='/canvass/{}']", walk.list)), 1, "the list is one tap away");
    assert!(!said.contains("kettle"), "what a task is about stands on its own page");
    assert_eq!(count(&app, looks).await, before, "nobody is shown, so nobody is on record as seen");

    // On the day the place to say that one is there is on the first page.
    began(&app, id(&event), TimeDelta::minutes(-30)).await;
    assert!(phone.get("/").await.expect(200).count("article a[href='/events/check-in']") == 1);
    let code = words(&organiser.get(&event).await.expect(200), ".made");
    phone.post("/events/check-in", &[("code", code.as_str())]).await.expect(303);
    let there = phone.get("/").await.expect(200);
    assert!(words(&there, "article").contains("You are there"), "{}", words(&there, "main"));
    assert_eq!(there.count("article a[href='/events/check-in']"), 0, "who said so is not asked again");
    change(&app, "insert into lockdown (tool, notice) values ('organise', 'Closed')").await;
    let closed = phone.get("/").await.expect(200);
    assert!(words(&closed, "main").contains("Organise is closed") && !closed.body.contains("Saltern Saturday"));
    assert_eq!(closed.count(&format!("main a[href='/canvass/{}']", walk.list)), 1, "canvassing goes on");
}

#[tokio::test]
async fn an_organisers_week_says_what_is_on_what_waits_and_what_came_in() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let here = area(&app, "Quillbrook").await.to_string();
    let organiser = app.account(Role::Organiser, "Quillbrook").await;
    let evening = app.sign_in(&organiser).await;
    let empty = words(&evening.get("/").await.expect(200), "main");
    for said in ["Nothing is on in the next eight days", "What people ask for at the door comes here by itself"] {
        assert!(empty.contains(said), "{said}: {empty}");
    }
    assert!(!empty.contains("Since you were last here"), "they were never here");

    make(&evening, &here, 3, &[("capacity", "4")]).await;
    make(&evening, &here, 30, &[("title", "Far away")]).await;
    let walk = Walk::new(&app.database, "QB1").await;
    let canvasser = app.actor(Role::Volunteer, "Quillbrook").await;
    walk.assign(&app, canvasser.account.id).await;
    let mut said = walk.spoke(0, "F");
    said["asks"] = json!(["will-help", "poster"]);
    canvasser.put_json(&format!("/api/v1/results/{}", Uuid::now_v7()), &said).await.expect(201);
    change(&app, "update task set due_on = current_date - 3 where what = 'poster'").await;
    change(
        &app,
        "insert into person (person_id, area_id, forename, surname, source)
         select gen_random_uuid(), area_id, 'Oswin', 'Tarrant', 'typed' from event limit 1",
    )
    .await;
    change(
        &app,
        "insert into member (person_id, area_id, number, state, paid_until)
         select person_id, area_id, 'L1', 'current', current_date + 20 from person",
    )
    .await;
    let again = app.sign_in(&organiser).await;
    let page = again.get("/").await.expect(200);
    let todo = words(&page, ".todo");
    for waits in ["1 person will help", "1 task is overdue", "2 tasks are nobody’s", "1 membership ends within 60 days"]
    {
        assert!(todo.contains(waits), "{waits}: {todo}");
    }
    let main = words(&page, "main");
    assert!(main.contains("0 of 4 places") && main.contains("Nobody yet") && !main.contains("Far away"), "{main}");
    assert!(
        words(&page, "[aria-labelledby=since]").contains("Doors 1 People spoken to 1 Asked for something 2"),
        "{main}"
    );
    assert!(!page.body.contains("Tarrant") && !page.body.contains("Harcourt"), "figures, and nobody's name");
    let next_door = words(&app.actor(Role::Organiser, "Saltern").await.get("/").await.expect(200), "main");
    assert!(!next_door.contains("will help") && !next_door.contains("membership ends"), "{next_door}");
    change(&app, "insert into lockdown (tool, notice) values ('organise', 'Closed')").await;
    let closed = words(&again.get("/").await.expect(200), "main");
    assert!(
        closed.contains("Organise is closed") && !closed.contains("will help") && closed.contains("Out now"),
        "{closed}"
    );
}

/// An export of an account's that waits for a second person.
const WAITS: &str = "insert into export (account_id, grant_id, area_id, what, choice, districts, columns, format, purpose, reason, days,
    people, most, needs_approval)
  select g.account_id, g.grant_id, g.area_id, 'search', '{}', array(select area_no from district), array['name'], 'csv', 'canvassing',
    'Test', 1, 24, 5, true
  from access_grant g where g.account_id = $1";

#[tokio::test]
async fn the_officers_home_says_who_decides_about_an_export_that_waits() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let organiser = app.account(Role::Organiser, "Quillbrook").await;
    change_for(&app, WAITS, organiser.id).await;
    let home = words(&app.actor(Role::DataProtectionOfficer, "all").await.get("/").await.expect(200), ".todo");
    assert!(home.contains("1 export of people waits for a second person"), "{home}");
    assert!(home.contains("You decide, or an organiser other than who asked"), "{home}");
}

#[tokio::test]
async fn whoever_will_help_is_one_link_away_with_how_to_reach_them_or_that_we_cannot() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let walk = Walk::new(&app.database, "QB1").await;
    let canvasser = app.actor(Role::Volunteer, "Quillbrook").await;
    walk.assign(&app, canvasser.account.id).await;
    let mut said = walk.spoke(0, "F");
    said["asks"] = json!(["will-help"]);
    canvasser.put_json(&format!("/api/v1/results/{}", Uuid::now_v7()), &said).await.expect(201);
    let (given, kept) = (
        person(&app, "Quillbrook", "Oswin", "Tarrant", true).await,
        person(&app, "Quillbrook", "Sunniva", "Marl", false).await,
    );
    for helper in [given, kept] {
        agrees_to(&app, helper, "phone").await;
    }
    change(
        &app,
        "insert into task (area_id, what, person_id, due_on) select area_id, 'will-help', person_id, current_date from person",
    )
    .await;
    let organiser = app.actor(Role::Organiser, "Quillbrook").await;
    let home = organiser.get("/").await.expect(200);
    assert!(words(&home, ".todo").contains("3 people will help"));
    let who = organiser.get("/tasks?what=will-help").await.expect(200);
    assert_eq!(home.count(".todo a[href='/tasks?what=will-help']"), 1);
    assert_eq!(who.count("tbody th a[href^='/tasks/']"), 3, "each has their own task");
    let rows = words(&who, "tbody");
    for told in [
        "07700 900123",
        "Their number is not for organisers: ask their membership secretary",
        "No telephone number stands here: call at the door",
    ] {
        assert_eq!(rows.matches(told).count(), 1, "{told}: {rows}");
    }
}

#[tokio::test]
async fn a_phones_bar_has_both_halves_of_the_work() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    for (role, wanted) in [
        (Role::Organiser, "Home Electors Walk lists Events Menu"),
        (Role::Volunteer, "Home My lists Events My tasks Menu"),
    ] {
        let page = app.actor(role, "Quillbrook").await.get("/").await.expect(200);
        assert_eq!(words(&page, "nav.bar"), wanted);
    }
}
