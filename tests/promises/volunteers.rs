//! Whoever helps is met once: from the door or typed in, with what they agreed to, and invited in one step.

use super::tasks::ask;
use crate::support::app::{Actor, PASSWORD, TestApp, seed_place};
use crate::support::events::make;
use crate::support::form::Form;
use crate::support::members::{file, import, person as member};
use crate::support::register::operation;
use crate::support::walk::{Walk, change, change_for, count};
use crate::support::wall::{become_role, hash, open_session};
use chrono::Datelike;
use hustings::access::Role;
use hustings::commands::walk_list::{WalkList, run};
use serde_json::json;
use sqlx::{query_as, query_scalar};
use uuid::Uuid;

async fn area_id(app: &TestApp, name: &str) -> String {
    let mut db = app.database.operator().await;
    query_scalar("select area_id::text from area where name = $1").bind(name).fetch_one(&mut db).await.unwrap()
}

/// Adds somebody by the form; `more` comes after the usual answers. Answers where that leads.
async fn add(by: &Actor, area: &str, more: &[(&str, &str)]) -> String {
    let usual = [
        ("forename", "Tamsin"),
        ("surname", "Oldacre"),
        ("area", area),
        ("mobile", "07700 900123"),
        ("email", "tamsin@lantern.example"),
    ];
    let fields: Vec<_> = usual.iter().filter(|(k, _)| more.iter().all(|(o, _)| o != k)).chain(more).copied().collect();
    by.post("/volunteers/new", &fields).await.expect(303).location().split('?').next().unwrap().to_owned()
}

#[tokio::test]
async fn whoever_says_at_the_door_that_they_will_help_becomes_a_volunteer_who_is_that_elector() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let walk = Walk::new(&app.database, "QB1").await;
    let canvasser = app.actor(Role::Volunteer, "Quillbrook").await;
    walk.assign(&app, canvasser.account.id).await;
    let mut said = walk.spoke(0, "F");
    said["asks"] = json!(["will-help"]);
    canvasser.put_json(&format!("/api/v1/results/{}", Uuid::now_v7()), &said).await;
    let organiser = app.actor(Role::Organiser, "Quillbrook").await;
    let task: String =
        query_scalar("select task_id::text from task").fetch_one(&mut app.database.operator().await).await.unwrap();
    let offered = organiser.get(&format!("/tasks/{task}")).await.expect(200);
    assert_eq!(offered.attribute(".page-head a.btn", "href"), format!("/volunteers/new?task={task}"));
    let form = organiser.get(&format!("/volunteers/new?task={task}")).await.expect(200);
    assert_eq!(
        (form.attribute("#forename", "value"), form.attribute("#surname", "value")),
        ("Wilfred".into(), "Harcourt1".into())
    );

    let area = area_id(&app, "Quillbrook").await;
    let fields = [
        ("task", task.as_str()),
        ("forename", "Wilfred"),
        ("surname", "Harcourt1"),
        ("area", &area),
        ("mobile", "07700 900123"),
        ("agreed", "ring"),
        ("skill", "driving"),
        ("skill", "flying"),
        ("when", "saturdays"),
    ];
    let to = organiser.post("/volunteers/new", &fields).await.expect(303).location();
    let page = organiser.get(&to).await.expect(200).text("main");
    for word in ["Wilfred Harcourt1", "Said so at the door", "Driving", "Saturdays", "+447700900123", "May we ring you"]
    {
        assert!(page.contains(word), "{word}: {page}");
    }
    let elector = walk.doors[0].electors[1].split_once('.').unwrap().1.parse::<i64>().unwrap();
    let (linked, outcome): (i64, String) = query_as("select p.elector_id, t.outcome from person p, task t")
        .fetch_one(&mut app.database.operator().await)
        .await
        .unwrap();
    assert_eq!((linked, outcome.as_str()), (elector, "joined"), "linked, and the task is closed");
    let channels = "select count(*) from person where channels = array['phone'] and has_mobile and not has_email";
    assert_eq!(count(&app, channels).await, 1, "they agreed to be rung, and to nothing else");
}

#[tokio::test]
async fn a_volunteer_is_typed_in_found_and_met_once() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let secretary = app.actor(Role::MembershipSecretary, "Quillbrook").await;
    let organiser = app.actor(Role::Organiser, "Quillbrook").await;
    let area = area_id(&app, "Quillbrook").await;
    let none = [("surname", "Oldacre"), ("area", area.as_str()), ("agreed", "write")];
    let refused = organiser.post("/volunteers/new", &none).await.expect(422).text(".errors");
    assert!(
        refused.contains("so that they can be reached") && refused.contains("give their email address"),
        "{refused}"
    );
    let foreign = area_id(&app, "Saltern").await;
    organiser
        .post("/volunteers/new", &[("surname", "X"), ("area", &foreign), ("mobile", "07700 900123")])
        .await
        .expect(422);

    let page = add(&secretary, &area, &[("skill", "stalls")]).await;
    assert!(organiser.get(&page).await.expect(200).text("main").contains("Not asked: do not use it"));
    let found = organiser.post("/volunteers", &[("q", "oldac")]).await.expect(200);
    assert_eq!(found.count("tbody tr"), 1);
    assert_eq!(organiser.post("/volunteers", &[("q", "TAMS")]).await.expect(200).count("tbody tr"), 1);
    assert_eq!(organiser.post("/volunteers", &[("q", "zz")]).await.expect(200).count("tbody tr"), 0);
    assert_eq!(organiser.get("/volunteers?skill=stalls").await.expect(200).count("tbody tr"), 1);
    assert_eq!(organiser.get("/volunteers?skill=driving").await.expect(200).count("tbody tr"), 0);

    let again = [("forename", "Tamsin"), ("surname", "OLDACRE"), ("area", area.as_str()), ("mobile", "07700 900124")];
    let asked = organiser.post("/volunteers/new", &again).await.expect(200).text("main");
    assert!(
        asked.contains("Somebody of this name is here already") && asked.contains("a volunteer already"),
        "{asked}"
    );
    assert_eq!(count(&app, "select count(*) from person").await, 1);

    let consents = format!("{page}/consents");
    organiser.post(&consents, &[("channel", "phone"), ("given", "yes"), ("source", "On the phone")]).await.expect(303);
    organiser.post(&consents, &[("channel", "phone"), ("given", "no"), ("source", "By letter")]).await.expect(303);
    let said = organiser.get(&page).await.expect(200).text("main");
    assert!(said.contains("Said no") && said.contains("By letter"), "{said}");
    organiser.post(&format!("{page}/notes"), &[("words", "Has a van")]).await.expect(303);
    organiser.post(&format!("{page}/state"), &[("state", "paused")]).await.expect(303);
    assert_eq!(organiser.get("/volunteers").await.expect(200).count("tbody tr"), 0);
    assert_eq!(organiser.get("/volunteers?tab=paused").await.expect(200).count("tbody tr"), 1);
    organiser.post(&format!("{page}/state"), &[("state", "active")]).await.expect(303);
    let change = [("skill", "telling"), ("email", "t@lantern.example"), ("under_18", "true")];
    organiser.post(&format!("{page}/change"), &change).await.expect(303);
    let said = organiser.get(&page).await.expect(200).text("main");
    for word in ["Telling at polling stations", "t@lantern.example", "Under 18: no walk lists", "Has a van"] {
        assert!(said.contains(word), "{word}: {said}");
    }
}

#[tokio::test]
async fn an_invitation_gives_account_and_access_in_one_step_and_nobody_under_18_a_list() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let organiser = app.actor(Role::Organiser, "Quillbrook").await;
    let area = area_id(&app, "Quillbrook").await;
    let page = add(&organiser, &area, &[]).await;
    let sent = organiser.post(&format!("{page}/invitation"), &[]).await.expect(303).location();
    assert!(sent.ends_with("said=invited"));
    let link = app.link_to("tamsin@lantern.example").await;
    let nobody = app.nobody();
    let fields = [("name", "Tamsin Oldacre"), ("password", PASSWORD)];
    let to = nobody.post(&link, &fields).await.expect(303).location();
    assert!(!to.contains("sign-in"), "{to}");
    let joined = "select count(*) from person p join access_grant g using (account_id) where g.role = 'volunteer' and g.area_id = p.area_id";
    assert_eq!(count(&app, joined).await, 1, "the record knows the account, which canvasses there");
    let again = organiser.post(&format!("{page}/invitation"), &[]).await.expect(422).text(".errors");
    assert!(again.contains("have an account already"), "{again}");

    let walk = Walk::new(&app.database, "QB1").await;
    let account: Uuid =
        query_scalar("select account_id from person").fetch_one(&mut app.database.operator().await).await.unwrap();
    let account = account.to_string();
    let until = (chrono::Utc::now() + chrono::TimeDelta::days(1)).format("%Y-%m-%dT%H:%M").to_string();
    let give = [("volunteer", account.as_str()), ("until", until.as_str())];
    let assign = format!("/walk-lists/{}/assignments", walk.list);
    change(&app, "update person set under_18 = true").await;
    let refused = organiser.post(&assign, &give).await.expect(422).text(".errors");
    assert!(refused.contains("under 18"), "{refused}");
    // By the command, and by a code that they scan, as little as by the page.
    let by_operator = run(
        &operation(&app.database),
        WalkList::Assign { id: walk.list.clone(), email: "tamsin@lantern.example".into(), until: until.clone() },
    )
    .await;
    assert!(by_operator.unwrap_err().to_string().contains("under 18"));
    let here = format!("/walk-lists/{}/join", walk.list);
    organiser.post(&here, &[]).await.expect(303);
    let code = organiser.get(&here).await.attribute("a.break", "href").replace(&app.base, "");
    let phone = app.nobody();
    let form = Form::of(&phone.get(&code).await.expect(200), "main form").with("name", "Tamsin Oldacre");
    let form = form.with("contact", "tamsin@lantern.example").with("accept", "yes");
    phone.post(&code, &form.fields()).await.expect(303);
    let decide = organiser.get(&here).await.attribute("#joiners form", "action");
    assert!(organiser.post(&decide, &[("known", "yes")]).await.expect(409).text("main").contains("under 18"));
    assert_eq!(count(&app, "select count(*) from assignment").await, 0);
    change(&app, "update person set under_18 = false").await;
    organiser.post(&assign, &give).await.expect(303);
    organiser.post(&decide, &[("known", "yes")]).await.expect(303);
    // Whoever turns out to be under 18 hands back what they hold, in the same transaction.
    let held = "select count(*) from assignment where ended_at is null";
    assert!(count(&app, held).await > 0);
    let page = organiser.get("/volunteers").await.expect(200).attribute("tbody th a", "href");
    let change_form = [("email", "tamsin@lantern.example"), ("mobile", "07700 900123"), ("under_18", "true")];
    organiser.post(&format!("{page}/change"), &change_form).await.expect(303);
    assert_eq!(count(&app, held).await, 0);
}

#[tokio::test]
async fn an_invitation_that_is_out_is_shown_and_another_goes_once_it_ran_out_or_was_withdrawn() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let organiser = app.actor(Role::Organiser, "Quillbrook").await;
    let page = add(&organiser, &area_id(&app, "Quillbrook").await, &[]).await;
    let (panel, invitation) = ("[aria-labelledby=account]", format!("{page}/invitation"));
    assert_eq!(organiser.get(&page).await.expect(200).text("button#invitation"), "Invite them by email");
    organiser.post(&invitation, &[]).await.expect(303);
    let out = organiser.get(&page).await.expect(200);
    assert!(out.text(panel).contains("Invited on") && out.text(panel).contains("not taken it up yet"));
    let to_press = format!("{panel} button");
    assert_eq!((out.count(&to_press), out.text(&to_press).as_str()), (1, "Withdraw the invitation"));
    let refused = organiser.post(&invitation, &[]).await.expect(422).text(".errors");
    assert!(refused.contains("can still take that up"), "{refused}");
    assert!(refused.contains("withdraw that invitation first"), "{refused}");
    let letters = "select count(*) from mail where form = 'invitation'";
    assert_eq!(count(&app, letters).await, 1);

    change(&app, "update link set ends_at = now() - interval '1 minute' where kind = 'invitation'").await;
    let over = organiser.get(&page).await.expect(200);
    assert!(over.text(panel).contains("it ran out on"), "{}", over.text(panel));
    assert_eq!(over.text("button#invitation"), "Invite again");
    organiser.post(&invitation, &[]).await.expect(303);
    let latest = "select l.link_id from link l join volunteer v on v.invitation = l.link_id";
    let link: Uuid = query_scalar(latest).fetch_one(&mut app.database.operator().await).await.unwrap();
    organiser.post(&format!("/access/invitations/{link}/end"), &[]).await.expect(303);
    assert!(organiser.get(&page).await.expect(200).text(panel).contains("It was withdrawn on"));
    organiser.post(&invitation, &[]).await.expect(303);
    assert_eq!(count(&app, letters).await, 3);

    let link = app.link_to("tamsin@lantern.example").await;
    app.nobody().post(&link, &[("name", "Tamsin Oldacre"), ("password", PASSWORD)]).await.expect(303);
    let taken = organiser.get(&page).await.expect(200);
    assert!(taken.text(panel).contains("They took it up on") && taken.count(&format!("{panel} button")) == 0);
    // Another area's organisers learn nothing of it.
    let stranger = app.account(Role::Organiser, "Saltern").await;
    let foreign = open_session(&app, &stranger).await;
    let own = open_session(&app, &organiser.account).await;
    let person: Uuid = page.rsplit('/').next().unwrap().parse().unwrap();
    for (token, area, rows) in [(foreign, "Saltern", 0), (own, "Quillbrook", 1)] {
        let mut db = app.database.app().await;
        become_role(&mut db, "hustings_organiser", &hash(&token), "", &area_id(&app, area).await).await;
        let told: i64 =
            query_scalar("select count(*) from wall.invitation_of($1)").bind(person).fetch_one(&mut db).await.unwrap();
        assert_eq!(told, rows, "{area}");
    }
}

#[tokio::test]
async fn any_organiser_of_the_area_withdraws_an_invitation_and_its_link_opens_nothing_any_more() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let organiser = app.actor(Role::Organiser, "Quillbrook").await;
    let page = add(&organiser, &area_id(&app, "Quillbrook").await, &[]).await;
    let (invitation, withdrawal) = (format!("{page}/invitation"), format!("{page}/invitation/withdrawal"));
    organiser.post(&invitation, &[]).await.expect(303);
    let mistyped = app.link_to("tamsin@lantern.example").await;

    let stranger = app.actor(Role::Organiser, "Saltern").await;
    stranger.post(&withdrawal, &[]).await.expect(404);
    let secretary = app.actor(Role::MembershipSecretary, "Quillbrook").await;
    secretary.post(&withdrawal, &[]).await.expect(403);
    let out = "select count(*) from link where kind = 'invitation' and used_at is null and ended_at is null";
    assert_eq!(count(&app, out).await, 1);

    let colleague = app.actor(Role::Organiser, "Quillbrook").await;
    let to = colleague.post(&withdrawal, &[]).await.expect(303).location();
    let told = colleague.get(&to).await.expect(200);
    assert!(told.text("main").contains("opens nothing any more"), "{}", told.text("main"));
    assert!(told.text("[aria-labelledby=account]").contains("It was withdrawn on"));
    assert_eq!(count(&app, out).await, 0);
    app.nobody().post(&mistyped, &[("name", "Somebody Else"), ("password", PASSWORD)]).await;
    assert_eq!(count(&app, "select count(*) from person where account_id is not null").await, 0);
    // Once more, there is nothing to withdraw; and another goes at once.
    assert!(colleague.post(&withdrawal, &[]).await.expect(303).location().ends_with("said=none-out"));
    colleague.post(&invitation, &[]).await.expect(303);
    assert_eq!(count(&app, out).await, 1);

    // The wall says the same to whoever calls the function by hand.
    let person: Uuid = page.rsplit('/').next().unwrap().parse().unwrap();
    let call = "select wall.withdraw_invitation($1)";
    let foreign = open_session(&app, &stranger.account).await;
    let own = open_session(&app, &colleague.account).await;
    let (here, there) = (area_id(&app, "Quillbrook").await, area_id(&app, "Saltern").await);
    for (token, area, ended) in [(&foreign, &there, false), (&foreign, &here, false), (&own, &here, true)] {
        let mut db = app.database.app().await;
        become_role(&mut db, "hustings_organiser", &hash(token), "", area).await;
        let done: bool = query_scalar(call).bind(person).fetch_one(&mut db).await.unwrap();
        assert_eq!(done, ended, "{area}");
    }
}

#[tokio::test]
async fn an_invitation_ends_with_the_address_that_it_went_to() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let organiser = app.actor(Role::Organiser, "Quillbrook").await;
    let page = add(&organiser, &area_id(&app, "Quillbrook").await, &[]).await;
    organiser.post(&format!("{page}/invitation"), &[]).await.expect(303);
    let change = format!("{page}/change");
    // The same address, whichever way it is written, is no other.
    let same = [("email", "Tamsin@lantern.example"), ("mobile", "07700 900123")];
    assert!(organiser.post(&change, &same).await.expect(303).location().ends_with("said=changed"));
    let other = [("email", "t.oldacre@lantern.example"), ("mobile", "07700 900123")];
    let to = organiser.post(&change, &other).await.expect(303).location();
    let told = organiser.get(&to).await.expect(200);
    assert!(told.text("main").contains("had gone to the old address, and is withdrawn"), "{}", told.text("main"));
    assert!(told.text("[aria-labelledby=account]").contains("It was withdrawn on"));
    let link = app.link_to("tamsin@lantern.example").await;
    app.nobody().post(&link, &[("name", "Somebody Else"), ("password", PASSWORD)]).await;
    assert_eq!(count(&app, "select count(*) from person where account_id is not null").await, 0);
    organiser.post(&format!("{page}/invitation"), &[]).await.expect(303);
    app.link_to("t.oldacre@lantern.example").await;
}

#[tokio::test]
async fn whoever_canvasses_without_a_record_is_added_to_the_volunteers_once() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let canvasser = app.account(Role::Volunteer, "Quillbrook").await;
    let elsewhere = app.account(Role::Volunteer, "Saltern").await;
    change(&app, "update account set name = 'Mary Ann Thirlby' where email like 'volunteer-%'").await;
    let organiser = app.actor(Role::Organiser, "Quillbrook").await;
    let panel = "section[aria-labelledby=joined]";
    let page = organiser.get("/volunteers").await.expect(200);
    let shown = page.text(panel);
    assert!(shown.contains("1 person knocks on doors here without a record"), "{shown}");
    assert!(shown.contains("Mary Ann Thirlby") && shown.contains("Quillbrook"), "{shown}");
    assert!(!page.body.contains(&canvasser.email), "a name, and no address");

    let secretary = app.actor(Role::MembershipSecretary, "Quillbrook").await;
    assert_eq!(secretary.get("/volunteers").await.expect(200).count(panel), 0);
    let id = canvasser.id.to_string();
    let joined = [("account", id.as_str())];
    secretary.post("/volunteers/joined", &joined).await.expect(404);
    let foreign = elsewhere.id.to_string();
    for other in [foreign.as_str(), organiser.account.id.to_string().as_str(), "nobody"] {
        organiser.post("/volunteers/joined", &[("account", other)]).await.expect(404);
    }
    assert_eq!(count(&app, "select count(*) from person").await, 0);

    let to = organiser.post("/volunteers/joined", &joined).await.expect(303).location();
    let one = organiser.get(&to).await.expect(200);
    assert_eq!(one.text("h1"), "Mary Ann Thirlby");
    assert!(one.text("[aria-labelledby=account]").contains("They have an account"));
    assert!(!one.body.contains(&canvasser.email), "the address was not given to organisers");
    organiser.post("/volunteers/joined", &joined).await.expect(303);
    let kept = "select count(*) from person p join volunteer v using (person_id) join person_contact c using (person_id)
      join account a on a.account_id = p.account_id and a.email = c.email_key join area r on r.area_id = p.area_id
      where p.forename = 'Mary Ann' and p.surname = 'Thirlby' and p.name_key = 'thirlby mary ann' and r.name = 'Quillbrook'
        and p.channels = '{}'";
    assert_eq!((count(&app, kept).await, count(&app, "select count(*) from person").await), (1, 1));
    assert_eq!(organiser.get("/volunteers").await.expect(200).count(panel), 0);

    // What they give to organisers from now on is put down, and theirs alone is shown.
    let page = to.split('?').next().unwrap();
    let change_form = organiser.get(&format!("{page}/change")).await.expect(200);
    assert_eq!(change_form.attribute("#email", "value"), "");
    organiser.post(&format!("{page}/change"), &[("mobile", "07700 900123")]).await.expect(303);
    assert!(organiser.get(page).await.expect(200).text("[aria-labelledby=reach]").contains("+447700900123"));
    assert_eq!(count(&app, kept).await, 1, "the address stays");
}

#[tokio::test]
async fn whose_access_is_over_and_whose_address_nobody_proved_are_not_taken_for_more() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let unproved = app.account(Role::Volunteer, "Quillbrook").await;
    change(&app, "update account set address_proved_at = null").await;
    let over = app.account(Role::Volunteer, "Quillbrook").await;
    change_for(&app, "update access_grant set ended_at = now() where account_id = $1", over.id).await;
    let organiser = app.actor(Role::Organiser, "Quillbrook").await;
    let (over, unproved) = (over.id.to_string(), unproved.id.to_string());
    organiser.post("/volunteers/joined", &[("account", over.as_str())]).await.expect(404);
    organiser.post("/volunteers/joined", &[("account", unproved.as_str())]).await.expect(303);
    assert_eq!(count(&app, "select count(*) from person_contact where email = ''").await, 1);
    assert_eq!(count(&app, "select count(*) from person where not has_email").await, 1);
}

#[tokio::test]
async fn what_somebody_was_put_down_for_before_they_had_an_account_stands_on_their_own_pages() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let organiser = app.actor(Role::Organiser, "Quillbrook").await;
    let area = area_id(&app, "Quillbrook").await;
    let page = add(&organiser, &area, &[]).await;
    let person = page.rsplit('/').next().unwrap();
    let stall = make(&organiser, &area, 3, &[("title", "The market stall")]).await;
    let put_down = [("person", person), ("shift", "")];
    organiser.post(&format!("{stall}/people"), &put_down).await.expect(303);
    organiser.post(&format!("{page}/invitation"), &[]).await.expect(303);
    let phone = app.nobody();
    let link = app.link_to("tamsin@lantern.example").await;
    phone.post(&link, &[("name", "Tamsin Oldacre"), ("password", PASSWORD)]).await.expect(303);

    let home = phone.get("/").await.expect(200).text("section[aria-labelledby=next]");
    assert!(home.contains("The market stall") && home.contains("You are down for it"), "{home}");
    assert!(phone.get("/events?tab=mine").await.expect(200).text("main").contains("The market stall"));
    // And so does what they are put down for by name from now on; nobody is down twice.
    organiser.post(&format!("{stall}/people"), &put_down).await;
    let leaflets = make(&organiser, &area, 4, &[("title", "The leaflet round")]).await;
    organiser.post(&format!("{leaflets}/people"), &put_down).await.expect(303);
    assert!(phone.get("/events?tab=mine").await.expect(200).text("main").contains("The leaflet round"));
    assert_eq!(count(&app, "select count(*) from event_sign_up where account_id is not null").await, 2);
    assert_eq!(count(&app, "select count(*) from event_sign_up").await, 2);
    let did = organiser.get(&page).await.expect(200).text("section[aria-labelledby=did]");
    assert!(did.contains("The market stall") && did.contains("The leaflet round"), "{did}");
}

#[tokio::test]
async fn under_18_is_what_was_said_until_a_date_of_birth_says_more() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let secretary = app.actor(Role::MembershipSecretary, "Quillbrook").await;
    let organiser = app.actor(Role::Organiser, "Quillbrook").await;
    let line = |until: &str| {
        let line = format!(
            "L1,Tamsin,Oldacre,1 Larkspur Row,ZZ1 4QX,tamsin@lantern.example,1/2/2020,{until},current,Quillbrook"
        );
        file(&[line.as_str()])
    };
    import(&secretary, line("31/12/2098")).await;
    let member = member(&app, "L1").await;
    let (area, who) = (area_id(&app, "Quillbrook").await, member.to_string());
    // They say so when they come to help, and their record is here already.
    let page = add(&organiser, &area, &[("who", &who), ("under_18", "true")]).await;
    let tagged = async || organiser.get(&page).await.expect(200).text("h1 + p").contains("Under 18");
    assert!(tagged().await);
    // A file without dates of birth, and a change by hand without one, leave it.
    import(&secretary, line("31/12/2099")).await;
    assert!(tagged().await);
    let form = Form::of(&secretary.get(&format!("/members/{member}/edit")).await.expect(200), "main form");
    let form = form.with("postcode", "AB1 2DE");
    secretary.post(&format!("/members/{member}/edit"), &form.fields()).await.expect(303);
    assert!(tagged().await);
    // A date of birth says more: it is over on the birthday.
    let day = |years: i32, days: i64| {
        let today = (chrono::Utc::now() + chrono::TimeDelta::days(days)).date_naive();
        today.with_year(today.year() - years).unwrap_or(today).to_string()
    };
    for (born, young) in [(day(18, -2), false), (day(18, 2), true), (day(17, 0), true), (day(40, 0), false)] {
        let form = Form::of(&secretary.get(&format!("/members/{member}/edit")).await.expect(200), "main form");
        let form = form.with("born", &born).with("postcode", "AB1 2DE");
        secretary.post(&format!("/members/{member}/edit"), &form.fields()).await.expect(303);
        assert_eq!(tagged().await, young, "{born}");
    }
}

#[tokio::test]
async fn volunteers_lie_behind_the_wall() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let secretary = app.actor(Role::MembershipSecretary, "Quillbrook").await;
    let (here, there) = (area_id(&app, "Quillbrook").await, area_id(&app, "Saltern").await);
    let page = add(&secretary, &here, &[]).await;
    let stranger = app.actor(Role::Organiser, "Saltern").await;
    stranger.get(&page).await.expect(404);
    stranger.post(&format!("{page}/state"), &[("state", "stopped")]).await.expect(404);
    let own = open_session(&app, &secretary.account).await;
    let foreign = open_session(&app, &stranger.account).await;
    let seen = "select count(*) from volunteer";
    assert_eq!(ask(&app.database, "hustings_membership", &own, &here, seen).await, 1);
    assert_eq!(ask(&app.database, "hustings_organiser", &foreign, &there, seen).await, 0);
    assert_eq!(ask(&app.database, "hustings_organiser", &foreign, &here, seen).await, 0);
    change(&app, "insert into lockdown (tool, notice) values ('organise', 'Closed')").await;
    assert_eq!(ask(&app.database, "hustings_membership", &own, &here, seen).await, 0, "Organise is closed");
    stranger.get("/volunteers").await.expect(503);
    change(&app, "update lockdown set opened_at = now()").await;
    change(&app, "update access_grant set ended_at = now()").await;
    assert_eq!(ask(&app.database, "hustings_membership", &own, &here, seen).await, 0, "access has ended");
    change(&app, "update person set erased_at = now()").await;
    assert_eq!(count(&app, seen).await, 0, "erased with their record");
}
