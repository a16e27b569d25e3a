//! Whoever wants to hear from us and does not help is a supporter: kept by a page, written to as they agreed, and made a volunteer
//! when they help.

use super::help::{asks, offer};
use super::messages::{area, imprint, write};
use super::tasks::{asking, canvass, id_of, put};
use crate::support::app::{TestApp, seed_place};
use crate::support::people::{agrees_to_email, person};
use crate::support::walk::{change, count};
use hustings::access::Role;

const SUPPORTERS: &str =
    "select count(*) from person p where not exists (select from volunteer v where v.person_id = p.person_id)";

/// As if everything of everybody had been said four years ago.
async fn four_years_go_by(app: &TestApp) {
    for aged in [
        "update person set created_at = created_at - interval '4 years'",
        "update person_consent set recorded_at = recorded_at - interval '4 years'",
    ] {
        change(app, aged).await;
    }
}

#[tokio::test]
async fn a_supporter_is_kept_while_anything_that_they_agreed_to_stands() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let keeps = person(&app, "Quillbrook", "Sunniva", "Marl", false).await;
    let left = person(&app, "Quillbrook", "Oswin", "Tarrant", false).await;
    for supporter in [keeps, left] {
        agrees_to_email(&app, supporter).await;
    }
    four_years_go_by(&app).await;
    change(
        &app,
        "insert into person_consent (consent_id, person_id, area_id, channel, given, wording, source, recorded_at)
         select gen_random_uuid(), person_id, area_id, 'email', false, 'They said no', 'by letter', now() - interval '3 years 6 months'
         from person where surname = 'Tarrant'",
    )
    .await;
    let due = "select count(*) from wall.due('former-people', now() - interval '3 years', 100)";
    assert_eq!(count(&app, due).await, 1, "who took back the last that they agreed to");
    assert_eq!(count(&app, "select wall.destroy('former-people', now() - interval '3 years', 100)").await, 1);
    assert_eq!(count(&app, "select count(*) from person where surname = 'Marl'").await, 1);
}

#[tokio::test]
async fn a_supporter_is_kept_by_a_page_counted_by_a_message_and_made_a_volunteer_later() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    imprint(&app).await;
    let organiser = app.actor(Role::Organiser, "Quillbrook").await;
    let here = area(&app, "Quillbrook").await;
    assert!(organiser.get("/volunteers?tab=supporter").await.expect(200).text("main").contains("No supporters yet"));
    let form = organiser.get("/volunteers/new?helps=no").await.expect(200);
    assert_eq!(form.attribute("input[name=helps][checked]", "value"), "no");
    let typed = [
        ("helps", "no"),
        ("forename", "Sunniva"),
        ("surname", "Marl"),
        ("area", here.as_str()),
        ("email", "sunniva@lantern.example"),
        ("skill", "driving"),
    ];
    let refused = organiser.post("/volunteers/new", &typed).await.expect(422).text(".errors");
    assert!(refused.contains("nothing to keep them for"), "{refused}");
    let agreed = [typed.as_slice(), &[("agreed", "write")]].concat();
    let to = organiser.post("/volunteers/new", &agreed).await.expect(303).location();
    let page = to.split('?').next().unwrap();
    assert_eq!((count(&app, SUPPORTERS).await, count(&app, "select count(*) from volunteer").await), (1, 0));
    let shown = organiser.get(&to).await.expect(200).text("main");
    for word in [
        "Sunniva Marl",
        "Supporter",
        "sunniva@lantern.example",
        "May we write to you by email",
        "Make them a volunteer",
    ] {
        assert!(shown.contains(word), "{word}: {shown}");
    }
    assert!(!shown.contains("Invite them by email"), "{shown}");
    organiser.post(&format!("{page}/invitation"), &[]).await.expect(422);
    organiser.post(&format!("{page}/state"), &[("state", "supporter")]).await.expect(404);
    let list = organiser.get("/volunteers?tab=supporter").await.expect(200);
    assert_eq!((list.count("tbody tr"), organiser.get("/volunteers").await.count("tbody tr")), (1, 0));
    app.actor(Role::Organiser, "Saltern").await.get(page).await.expect(404);

    // A message counts them by what they agreed to, from the moment that they did.
    let message = write(&app, &organiser, "Hello {{forename}}").await;
    let counted = organiser.get(&format!("{message}/sending")).await.expect(200).text("main");
    assert!(counted.contains("1 person"), "{counted}");
    let consents = format!("{page}/consents");
    organiser.post(&consents, &[("channel", "email"), ("given", "no"), ("source", "By letter")]).await.expect(303);
    assert!(organiser.get(&message).await.expect(200).text("main").contains("Took back that they agreed"));
    organiser
        .post(&format!("{page}/change"), &[("mobile", "07700 900321"), ("email", "s@lantern.example")])
        .await
        .expect(303);
    assert!(organiser.get(page).await.expect(200).text("main").contains("+447700900321"));

    let to = organiser.post(&format!("{page}/state"), &[("state", "active")]).await.expect(303).location();
    assert!(organiser.get(&to).await.expect(200).text("main").contains("They are a volunteer now"));
    assert_eq!((count(&app, SUPPORTERS).await, count(&app, "select count(*) from volunteer").await), (0, 1));
}

#[tokio::test]
async fn whoever_was_met_at_a_door_is_kept_as_a_supporter_from_the_task() {
    let (app, walk, volunteer, organiser) = canvass().await;
    put(&volunteer, &asking(&walk, 0, &["will-help", "call-back"])).await;
    let here = area(&app, "Quillbrook").await;
    let call = id_of(&app, "call-back").await;
    let help = id_of(&app, "will-help").await;
    let offered = organiser.get(&format!("/tasks/{call}")).await.expect(200);
    assert_eq!(offered.attribute(".page-head a.btn", "href"), format!("/volunteers/new?task={call}&helps=no"));
    let fields = [
        ("task", help.as_str()),
        ("helps", "no"),
        ("forename", "Wilfred"),
        ("surname", "Harcourt1"),
        ("area", &here),
        ("mobile", "07700 900123"),
        ("agreed", "text"),
    ];
    organiser.post("/volunteers/new", &fields).await.expect(303);
    let kept = "select count(*) from person p, task t where p.elector_id is not null and p.channels = array['text']
        and t.what = 'will-help' and t.outcome = 'hears'";
    assert_eq!(count(&app, kept).await, 1, "linked, and the task is over");
    let open = "select count(*) from task where what = 'call-back' and state = 'open'";
    assert_eq!((count(&app, open).await, count(&app, "select count(*) from volunteer").await), (1, 0));
}

#[tokio::test]
async fn whoever_offers_nothing_and_agrees_to_hear_from_us_on_the_public_page_is_a_supporter() {
    let (app, organiser, page) = asks().await;
    let only = |more: &[(&'static str, &'static str)]| {
        let mut fields = offer(more);
        fields.retain(|(k, _)| !matches!(*k, "skill" | "when"));
        fields
    };
    app.nobody().post(&page, &only(&[("agreed", "write")])).await.expect(200);
    app.nobody().post(&app.link_to("tamsin@lantern.example").await, &[]).await.expect(200);
    let tasks = "select count(*) from task";
    assert_eq!((count(&app, SUPPORTERS).await, count(&app, tasks).await), (1, 0));
    assert_eq!(organiser.get("/volunteers?tab=supporter").await.expect(200).count("tbody tr"), 1);
    // Without a way that they agreed to there is nothing to keep them for but their offer.
    app.nobody().post(&page, &only(&[("forename", "Rufus")])).await.expect(200);
    app.nobody().post(&app.link_to("tamsin@lantern.example").await, &[]).await.expect(200);
    assert_eq!((count(&app, "select count(*) from volunteer").await, count(&app, tasks).await), (1, 1));
}

#[tokio::test]
async fn a_member_who_wants_to_hear_from_us_stays_a_member() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let organiser = app.actor(Role::Organiser, "Quillbrook").await;
    let here = area(&app, "Quillbrook").await;
    let member = person(&app, "Quillbrook", "Oswin", "Tarrant", false).await;
    agrees_to_email(&app, member).await;
    crate::support::walk::change(
        &app,
        "insert into member (person_id, area_id, number, state) select person_id, area_id, 'L1', 'current' from person",
    )
    .await;
    organiser.get(&format!("/volunteers/{member}")).await.expect(404);
    let who = member.to_string();
    let fields = [
        ("helps", "no"),
        ("who", who.as_str()),
        ("forename", "Oswin"),
        ("surname", "Tarrant"),
        ("area", &here),
        ("agreed", "ring"),
        ("under_18", "true"),
    ];
    let to = organiser.post("/volunteers/new", &fields).await.expect(303).location();
    assert_eq!(to, format!("/members/{member}"));
    assert!(organiser.get(&to).await.expect(200).text("h1 + p").contains("Under 18"), "what they said is kept");
}
