//! Anybody may offer to help where organisers ask for it: confirmed by email, met once, welcomed; and nothing that is typed or
//! sent there breaks anything or tells an outsider who is here.

use super::delivery_silence::area_id;
use super::tasks::ask;
use crate::support::app::{Actor, TestApp, seed_place};
use crate::support::people::person;
use crate::support::walk::{change, count};
use crate::support::wall::open_session;
use hustings::access::Role;
use sqlx::query_as;

/// A place whose organiser asks for help; answers its page's path.
pub(crate) async fn asks() -> (TestApp, Actor, String) {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let organiser = app.actor(Role::Organiser, "Quillbrook").await;
    let here = area_id(&app, "Quillbrook").await;
    let fields = [("area", here.as_str()), ("open", "yes"), ("words", "Two hours are plenty.\nTea after.")];
    organiser.post("/volunteers/asking", &fields).await.expect(303);
    (app, organiser, format!("/help/{here}"))
}

/// The usual answers; `more` takes the place of those of the same name.
pub(crate) fn offer<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let usual = [
        ("forename", "Tamsin"),
        ("surname", "Oldacre"),
        ("email", "Tamsin@Lantern.example"),
        ("under_18", "no"),
        ("skill", "driving"),
        ("when", "saturdays"),
    ];
    usual.into_iter().filter(|(k, _)| more.iter().all(|(o, _)| o != k)).chain(more.iter().copied()).collect()
}

#[tokio::test]
async fn whoever_offers_and_confirms_it_is_a_volunteer_whom_somebody_welcomes() {
    let (app, organiser, page) = asks().await;
    let nobody = app.nobody();
    let area = page.rsplit('/').next().unwrap();
    assert_eq!(nobody.get(&format!("/join/{area}")).await.expect(303).location(), page, "as it may be printed");
    let shown = nobody.get(&page).await.expect(200);
    for word in ["Two hours are plenty.", "Promoted by A. Agent", "data@lantern.example", "two days"] {
        assert!(shown.text("main").contains(word), "{word}: {}", shown.text("main"));
    }
    assert_eq!(
        shown.count("input[type=checkbox][checked], input[type=radio][checked]"),
        0,
        "nothing is ticked before they do"
    );
    let fields = shown.count("form.card > .field");
    assert_eq!(shown.count("form.card > .field + .field"), fields - 1, "evenly spaced: nothing stands between two");
    let refused = nobody.post(&page, &[("agreed", "ring")]).await.expect(422).text(".errors");
    for word in ["your forename", "email address", "under 18", "ring or text you"] {
        assert!(refused.contains(word), "{word}: {refused}");
    }

    let said = [("mobile", "07700 900123"), ("agreed", "write"), ("agreed", "ring"), ("wishes", "I have a <i>van</i>")];
    let sent = nobody.post(&page, &offer(&said)).await.expect(200);
    assert!(sent.text("h1").contains("look at your email"));
    assert_eq!(count(&app, "select count(*) from person").await, 0, "nobody before they confirm it");
    let link = app.link_to("tamsin@lantern.example").await;
    for _ in 0..2 {
        assert!(nobody.get(&link).await.expect(200).text("button.main").contains("I want to help"));
    }
    assert_eq!(count(&app, "select count(*) from person").await, 0, "scanners open links");
    assert!(nobody.post(&link, &[]).await.expect(200).text("main").contains("will be in touch"));
    assert!(nobody.post(&link, &[]).await.expect(200).text("main").contains("will be in touch"), "twice is once");

    let list = organiser.get("/volunteers").await.expect(200);
    let one = organiser.get(&list.attribute("tbody th a", "href")).await.expect(200).text("main");
    for word in ["Tamsin Oldacre", "Driving", "Saturdays", "+447700900123", "tamsin@lantern.example", "sign-up page"] {
        assert!(one.contains(word), "{word}: {one}");
    }
    let agreed: (Vec<String>, String) =
        query_as("select channels, source from person").fetch_one(&mut app.database.operator().await).await.unwrap();
    assert_eq!(agreed, (vec!["email".into(), "phone".into()], "sign-up".into()));
    let kept = "select count(*) from person_consent where wording like 'You may%' and source = 'sign-up page'";
    let welcome =
        "select count(*) from task where what = 'welcome' and state = 'open' and words like '%I have a <i>van</i>%'";
    assert_eq!((count(&app, kept).await, count(&app, welcome).await), (2, 1));
    let blank = "select count(*) from volunteer_sign_up where email = '' and surname = '' and used_at is not null";
    assert_eq!(count(&app, blank).await, 1, "what they wrote stands in their record alone");

    // Once more, with something else to offer: the same person, and one welcome.
    nobody.post(&page, &offer(&[("skill", "phoning"), ("email", "tamsin@lantern.example")])).await.expect(200);
    let link = app.link_to("tamsin@lantern.example").await;
    nobody.post(&link, &[]).await.expect(200);
    let both = "select count(*) from volunteer where skills @> array['driving', 'phoning']";
    assert_eq!(
        (count(&app, both).await, count(&app, "select count(*) from person").await, count(&app, welcome).await),
        (1, 1, 1)
    );
    let named = nobody.post(&page, &offer(&[("forename", "Rufus")])).await.expect(200);
    assert_eq!(named.text("main"), sent.text("main"), "a known address is told what an unknown one is");
    let link = app.link_to("tamsin@lantern.example").await;
    nobody.post(&link, &[]).await.expect(200);
    assert_eq!(count(&app, "select count(*) from person").await, 2, "two who share an address are two");
}

#[tokio::test]
async fn what_somebody_needs_to_take_part_stands_on_their_record_and_in_no_task() {
    let (app, organiser, page) = asks().await;
    let nobody = app.nobody();
    let long = "x".repeat(301);
    let refused = nobody.post(&page, &offer(&[("access_needs", long.as_str())])).await.expect(422);
    assert_eq!(refused.count(".errors a[href='#access_needs']"), 1);
    let said = [
        ("access_needs", "No stairs, please"),
        ("wishes", "I bake"),
        ("how_far", "street"),
        ("languages", "Welsh, Polish"),
    ];
    nobody.post(&page, &offer(&said)).await.expect(200);
    nobody.post(&app.link_to("tamsin@lantern.example").await, &[]).await.expect(200);
    let one = organiser.get("/volunteers").await.expect(200).attribute("tbody th a", "href");
    let offered = organiser.get(&one).await.expect(200).text("[aria-labelledby=offer]");
    for said in ["No stairs, please", "Their own street", "Welsh, Polish"] {
        assert!(offered.contains(said), "{said}: {offered}");
    }
    assert_eq!(count(&app, "select count(*) from task where words like '%I bake%'").await, 1);
    assert_eq!(count(&app, "select count(*) from task where words like '%stairs%'").await, 0);
    assert_eq!(count(&app, "select count(*) from volunteer_sign_up where access_needs <> ''").await, 0);
    // Who offers again and tells nothing takes nothing back.
    nobody.post(&page, &offer(&[])).await.expect(200);
    nobody.post(&app.link_to("tamsin@lantern.example").await, &[]).await.expect(200);
    assert_eq!(count(&app, "select count(*) from volunteer where access_needs = 'No stairs, please'").await, 1);
}

#[tokio::test]
async fn a_member_who_offers_is_met_once_and_what_their_secretary_holds_stays() {
    let (app, organiser, page) = asks().await;
    let member = person(&app, "Quillbrook", "Oswin", "Tarrant", false).await;
    let fields = [
        ("forename", "Oswin"),
        ("surname", "Tarrant"),
        ("email", "oswin.tarrant@lantern.example"),
        ("mobile", "07700 900999"),
    ];
    app.nobody().post(&page, &offer(&fields)).await.expect(200);
    app.nobody().post(&app.link_to("oswin.tarrant@lantern.example").await, &[]).await.expect(200);
    assert_eq!(count(&app, "select count(*) from person").await, 1);
    let shown = organiser.get(&format!("/volunteers/{member}")).await.expect(200).text("main");
    assert!(
        shown.contains("900999") && !shown.contains("900123"),
        "what they gave, and not what their secretary holds: {shown}"
    );
    // Nor does whoever changes the rest touch what they do not see.
    let kept = "select count(*) from person_contact where mobile = '07700 900123'";
    let change = [("email", "oswin.tarrant@lantern.example"), ("mobile", ""), ("skill", "driving")];
    organiser.post(&format!("/volunteers/{member}/change"), &change).await.expect(303);
    assert_eq!(count(&app, kept).await, 1);
    let token = open_session(&app, &organiser.account).await;
    let here = page.rsplit('/').next().unwrap();
    let open = "select count(*) from wall.reach_of((select person_id from person)) where mobile = '' and phone <> ''";
    assert_eq!(ask(&app.database, "hustings_organiser", &token, here, open).await, 1);
    // The number that they give to an organiser is theirs to read.
    organiser.post(&format!("/volunteers/{member}/change"), &[("mobile", "07700 900555"), change[0]]).await.expect(303);
    assert!(organiser.get(&format!("/volunteers/{member}")).await.expect(200).text("main").contains("900555"));
}

#[tokio::test]
async fn nothing_is_open_unless_asked_for_and_nothing_that_is_sent_there_breaks_it() {
    let (app, organiser, page) = asks().await;
    let nobody = app.nobody();
    let here = page.rsplit('/').next().unwrap().to_owned();
    let elsewhere = area_id(&app, "Saltern").await;
    for closed in [format!("/help/{elsewhere}"), "/help/0".into(), "/help/x".into()] {
        nobody.get(&closed).await.expect(404);
        nobody.post(&closed, &offer(&[])).await.expect(404);
    }
    organiser.post("/volunteers/asking", &[("area", elsewhere.as_str()), ("open", "yes")]).await.expect(422);
    organiser.get(&format!("/volunteers/asking/{here}")).await.expect(200);

    // A header in an address, a program that fills what nobody sees, a link whose time is over.
    for email in ["a@b.example\r\nBcc: c@d.example", "a@b.example, c@d.example", "<a@b.example>\nTo: x"] {
        nobody.post(&page, &offer(&[("email", email)])).await.expect(422);
    }
    let robot = nobody.post(&page, &offer(&[("website", "https://spam.example")])).await.expect(200);
    assert!(robot.text("h1").contains("look at your email"));
    assert_eq!(
        count(&app, "select count(*) from mail").await + count(&app, "select count(*) from volunteer_sign_up").await,
        0
    );
    let script =
        [("forename", "<script>alert(1)</script>"), ("surname", "O’Neill\u{202e}"), ("email", "s@lantern.example")];
    nobody.post(&page, &offer(&script)).await.expect(200);
    let link = app.link_to("s@lantern.example").await;
    change(&app, "update volunteer_sign_up set ends_at = now() - interval '1 minute'").await;
    nobody.get(&link).await.expect(410);
    nobody.post(&link, &[]).await.expect(410);
    assert_eq!(count(&app, "select wall.forget_offers()::bigint").await, 1);

    // Two hundred at once: each is taken or told to wait, and one place is not let flood anybody.
    let sent = futures_util::future::join_all((0..200).map(|n| {
        let (nobody, page, email) = (app.nobody(), page.clone(), format!("n{n}@lantern.example"));
        async move { nobody.post(&page, &offer(&[("email", email.as_str())])).await.status }
    }))
    .await;
    assert!(sent.iter().all(|status| matches!(status, 200 | 422 | 503)), "{sent:?}");
    let letters = count(&app, "select count(*) from mail where form = 'help-offered'").await;
    assert!((1..=60).contains(&letters), "{letters}");

    // Behind the wall; closed with Organise; over with access.
    let own = open_session(&app, &organiser.account).await;
    let seen = "select count(area_id) from volunteer_page";
    assert_eq!(ask(&app.database, "hustings_organiser", &own, &here, seen).await, 1);
    let stranger = app.account(Role::Organiser, "Saltern").await;
    let foreign = open_session(&app, &stranger).await;
    assert_eq!(ask(&app.database, "hustings_organiser", &foreign, &elsewhere, seen).await, 0);
    change(&app, "insert into lockdown (tool, notice) values ('organise', 'Closed')").await;
    nobody.get(&page).await.expect(404);
    assert_eq!(ask(&app.database, "hustings_organiser", &own, &here, seen).await, 0);
    change(&app, "update lockdown set opened_at = now()").await;
    organiser.post("/volunteers/asking", &[("area", here.as_str()), ("open", "no")]).await.expect(303);
    nobody.get(&page).await.expect(404);
    change(&app, "update access_grant set ended_at = now()").await;
    assert_eq!(ask(&app.database, "hustings_organiser", &own, &here, seen).await, 0);
}
