//! Links by email: good once, for a while, for one address, and no longer than what they were for.

use crate::support::app::{Account, PASSWORD, TestApp, code, keys, seed_place};
use crate::support::form::Form;
use crate::support::walk::{change, change_for, count};
use hustings::access::Role;
use hustings::config::DatabaseUrls;
use hustings::database::Database;
use hustings::mail::send::Sender;
use serde_json::json;
use uuid::Uuid;

const NEW: &str = "a lantern above the harbour wall";

async fn area(app: &TestApp, name: &str) -> String {
    let id: i64 = sqlx::query_scalar("select area_id from area where name = $1")
        .bind(name)
        .fetch_one(&mut app.database.operator().await)
        .await
        .unwrap();
    id.to_string()
}

#[tokio::test]
async fn somebody_invited_says_who_they_are_accepts_the_terms_and_is_in() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    change(&app, "insert into terms (text) values ('Show nothing to anybody.')").await;
    let imogen = app.account(Role::Organiser, "Quillbrook").await;
    change_for(&app, "insert into terms_acceptance (account_id, version) values ($1, 1)", imogen.id).await;
    let imogen = app.sign_in(&imogen).await;
    let page = imogen.get("/access/invitations/new").await.expect(200);
    assert_eq!((page.count("nav.tabs"), page.count("select#area option")), (0, 3), "the own area and its district");
    let form = Form::of(&page, "main form").with("name", "Bo Ferreday").with("email", "Bo@Lantern.example");
    let form = form.with("reason", "Wants to canvass").with("until", &in_days(20));
    imogen
        .post("/access/invitations", &form.clone().with("area", &area(&app, "Saltern").await).fields())
        .await
        .expect(422);
    let form = form.with("area", &area(&app, "Quillbrook").await);
    let tries = [
        ("until", in_days(300)),
        ("role", "organiser".into()),
        ("email", "no address".into()),
        ("reason", String::new()),
    ];
    for (field, value) in tries {
        let answer = imogen.post("/access/invitations", &form.clone().with(field, &value).fields()).await;
        assert_eq!(answer.status, 422, "{field} {value}: {}", answer.body);
    }
    assert_eq!(count(&app, "select count(*) from link").await, 0);
    imogen.post("/access/invitations", &form.fields()).await.expect(303);
    assert_eq!(
        count(&app, "select count(*) from account where email = 'bo@lantern.example'").await,
        0,
        "nobody before they say yes"
    );

    let link = app.link_to("bo@lantern.example").await;
    let bo = app.nobody();
    let page = bo.get(&link).await.expect(200);
    assert!(page.text("main").contains("as a volunteer in Quillbrook"), "{}", page.text("main"));
    let form = Form::of(&page, "main form").with("password", NEW);
    let answer = bo.post(&link, &form.fields()).await.expect(422);
    assert!(answer.text(".errors").contains("Tick that you accept"), "{}", answer.text(".errors"));
    let form = form.with("accept", "yes");
    bo.post(&link, &form.clone().with("password", "password1234").fields()).await.expect(422);
    bo.post(&link, &form.fields()).await.expect(303);
    bo.get("/canvass").await.expect(200);
    let kept = "select count(*) from terms_acceptance c join account using (account_id) where email = 'bo@lantern.example' and c.version = 1";
    assert_eq!(count(&app, kept).await, 1);
    // Used, it opens nothing; nor does an altered one.
    let again = app.nobody().get(&link).await.expect(410);
    assert!(again.text("h1").contains("was used already"), "{}", again.text("main"));
    app.nobody().post(&link, &form.fields()).await.expect(410);
    let altered = format!("{}{}", &link[..link.len() - 1], if link.ends_with('A') { 'B' } else { 'A' });
    app.nobody().get(&altered).await.expect(404);
}

#[tokio::test]
async fn an_invitation_dies_with_its_time_and_with_the_access_of_who_sent_it() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let (ruth, imogen) = (app.actor(Role::Administrator, "all").await, app.actor(Role::Organiser, "Quillbrook").await);
    let mut links = Vec::new();
    for name in ["bo", "cy", "di"] {
        let form = Form::of(&imogen.get("/access/invitations/new").await.expect(200), "main form")
            .with("name", name)
            .with("email", &format!("{name}@lantern.example"))
            .with("area", &area(&app, "Quillbrook").await)
            .with("until", &in_days(9))
            .with("reason", "Canvasses");
        imogen.post("/access/invitations", &form.fields()).await.expect(303);
        links.push(app.link_to(&format!("{name}@lantern.example")).await);
    }
    app.nobody().get(&links[0]).await.expect(200);
    change(&app, "update link set ends_at = now() - interval '1 second' where address = 'bo@lantern.example'").await;
    assert!(app.nobody().get(&links[0]).await.expect(410).text("h1").contains("time is over"));
    // Another organiser cannot end it; who sent it can.
    let list = imogen.get("/access/invitations").await.expect(200);
    let end = list.attribute("tbody form", "action");
    app.actor(Role::Organiser, "Saltern").await.post(&end, &[]).await.expect(404);
    imogen.post(&end, &[]).await.expect(303);
    app.nobody().get(&links[2]).await.expect(410);
    app.nobody().get(&links[1]).await.expect(200);
    let path = format!("/access/accounts/{}/end-access", imogen.account.id);
    ruth.post(&path, &[("reason", "Left the party")]).await.expect(303);
    assert!(app.nobody().get(&links[1]).await.expect(410).text("h1").contains("opens nothing any more"));
    let form = [("name", "Cy"), ("password", NEW), ("accept", "yes")];
    app.nobody().post(&links[1], &form).await.expect(410);
    assert_eq!(
        count(&app, "select count(*) from account where email like '%lantern.example' and name in ('bo', 'Cy', 'di')")
            .await,
        0
    );
}

#[tokio::test]
async fn a_forgotten_password_is_set_by_a_link_once_and_everything_older_dies() {
    let app = TestApp::new().await;
    let bo = app.account(Role::Volunteer, "all").await;
    let phone = app.sign_in(&bo).await;
    let nobody = app.nobody();
    let same = "is on its way";
    for email in [bo.email.as_str(), "nobody@lantern.example"] {
        let page = nobody.post("/password/forgotten", &[("email", email)]).await.expect(200);
        assert!(page.text("main").contains(same), "{}", page.text("main"));
    }
    assert_eq!(app.letters().await.len(), 1, "an unknown address gets none");
    let first = app.link_to(&bo.email).await;
    nobody.post("/sign-in/link", &[("email", bo.email.as_str())]).await.expect(200);
    let in_by = app.link_to(&bo.email).await;
    nobody.post("/password/forgotten", &[("email", bo.email.as_str())]).await.expect(200);
    let link = app.link_to(&bo.email).await;
    assert!(nobody.get(&first).await.expect(410).text("h1").contains("opens nothing"), "a newer one takes its place");
    // Looking does nothing: mail programs open links by themselves.
    nobody.get(&link).await.expect(200);
    nobody.get(&link).await.expect(200);
    phone.get("/canvass").await.expect(200);
    nobody.post(&link, &[("password", "password1234")]).await.expect(422);
    assert_eq!(nobody.post(&link, &[("password", NEW)]).await.expect(303).location(), "/sign-in?reset=1");
    nobody.post(&link, &[("password", NEW)]).await.expect(410);
    phone.get("/canvass").await.expect(303);
    nobody.post(&in_by, &[]).await.expect(410);
    let old = json!({"email": bo.email, "password": PASSWORD});
    nobody.post_json("/api/v1/sessions", &old).await.expect(401);
    nobody.post_json("/api/v1/sessions", &json!({"email": bo.email, "password": NEW})).await.expect(201);
}

#[tokio::test]
async fn letters_are_not_sent_without_end_and_say_nothing_of_who_has_an_account() {
    let app = TestApp::new().await;
    let bo = app.account(Role::Volunteer, "all").await;
    for email in [bo.email.as_str(), "nobody@lantern.example"] {
        for _ in 0..3 {
            app.nobody().post("/password/forgotten", &[("email", email)]).await.expect(200);
        }
        let page = app.nobody().post("/password/forgotten", &[("email", email)]).await.expect(422);
        assert!(page.text("#email-error").starts_with("Too many tries"), "{}", page.text("main"));
    }
    change(&app, "update attempt set at = at - interval '61 minutes'").await;
    app.nobody().post("/password/forgotten", &[("email", bo.email.as_str())]).await.expect(200);
}

#[tokio::test]
async fn a_link_to_sign_in_is_one_factor_and_dies_with_access() {
    let app = TestApp::new().await;
    let (bo, imogen) = (app.account(Role::Volunteer, "all").await, app.account(Role::Organiser, "all").await);
    let in_by = |account: Account| {
        let app = &app;
        async move {
            app.nobody().post("/sign-in/link", &[("email", account.email.as_str())]).await.expect(200);
            app.link_to(&account.email).await
        }
    };
    let (first, second) = (in_by(bo.clone()).await, in_by(imogen.clone()).await);
    let late = "select count(*) from link where kind = 'sign-in' and ends_at > made_at + interval '10 minutes'";
    assert_eq!((count(&app, "select count(*) from link").await, count(&app, late).await), (2, 0));
    let phone = app.nobody();
    phone.post(&first, &[]).await.expect(303);
    phone.get("/canvass").await.expect(200);
    app.nobody().post(&first, &[]).await.expect(410);
    let desk = app.nobody();
    desk.post(&second, &[]).await.expect(303);
    assert!(desk.get("/electors").await.expect(303).location().starts_with("/sign-in/factor"));
    desk.post("/sign-in/factor", &[("code", code().as_str())]).await.expect(303);
    desk.get("/electors").await.expect(200);
    let third = in_by(bo.clone()).await;
    change_for(&app, "update access_grant set ended_at = now() where account_id = $1", bo.id).await;
    app.nobody().post(&third, &[]).await.expect(410);
    assert_eq!(app.letters().await.len(), 3);
    app.nobody().post("/sign-in/link", &[("email", bo.email.as_str())]).await.expect(200);
    assert_eq!(app.letters().await.len(), 3, "who has no access gets no link");
}

#[tokio::test]
async fn a_link_of_one_kind_opens_nothing_of_another() {
    let app = TestApp::new().await;
    let bo = app.account(Role::Volunteer, "all").await;
    let nobody = app.nobody();
    nobody.post("/password/forgotten", &[("email", bo.email.as_str())]).await.expect(200);
    let link = app.link_to(&bo.email).await;
    let token = link.rsplit('/').next().unwrap();
    let everything = [("answer", "yes"), ("name", "Bo"), ("password", NEW), ("accept", "yes")];
    for other in ["/sign-in/link/", "/invitation/", "/account/email/"] {
        let path = format!("{other}{token}");
        nobody.get(&path).await.expect(404);
        nobody.post(&path, &everything).await.expect(404);
        nobody.get("/canvass").await.expect(303);
    }
    nobody.post(&link, &[("password", NEW)]).await.expect(303);
}

#[tokio::test]
async fn coming_in_by_a_link_ends_the_session_that_this_browser_had() {
    let app = TestApp::new().await;
    let bo = app.account(Role::Volunteer, "all").await;
    let (phone, tablet) = (app.sign_in(&bo).await, app.sign_in(&bo).await);
    phone.post("/sign-in/link", &[("email", bo.email.as_str())]).await.expect(200);
    let link = app.link_to(&bo.email).await;
    phone.post(&link, &[]).await.expect(303);
    for device in [&phone, &tablet] {
        device.get("/canvass").await.expect(200);
    }
    assert_eq!(count(&app, "select count(*) from session").await, 3);
    assert_eq!(
        count(&app, "select count(*) from session where ended_at is null").await,
        2,
        "the new one, the tablet’s"
    );
}

#[tokio::test]
async fn an_address_changes_when_both_ends_say_yes() {
    let app = TestApp::new().await;
    let bo = app.actor(Role::Volunteer, "all").await;
    let asker = &bo;
    let ask = |to: &'static str| async move { asker.post("/account/email", &[("email", to)]).await };
    let (old, new) = (bo.account.email.clone(), "bo@new.example");
    ask("bo@new.example").await.expect(303);
    let (at_old, at_new) = (app.link_to(&old).await, app.link_to(new).await);
    let nobody = app.nobody();
    nobody.get(&at_new).await.expect(200);
    let half = nobody.post(&at_new, &[("answer", "yes")]).await.expect(200);
    assert!(half.text("h1").contains("One end has said yes"), "{}", half.text("main"));
    assert_eq!(count(&app, "select count(*) from account where email = 'bo@new.example'").await, 0);
    let done = nobody.post(&at_old, &[("answer", "yes")]).await.expect(200);
    assert!(done.text("h1").contains("is changed"), "{}", done.text("main"));
    assert_eq!(count(&app, "select count(*) from account where email = 'bo@new.example'").await, 1);
    // No from either end is the end of it, and an address that is taken tells nobody so.
    ask("bo@third.example").await.expect(303);
    let at_new = app.link_to("bo@third.example").await;
    nobody.post(&app.link_to("bo@new.example").await, &[("answer", "no")]).await.expect(200);
    nobody.post(&at_new, &[("answer", "yes")]).await.expect(410);
    let other = app.account(Role::Volunteer, "all").await;
    bo.post("/account/email", &[("email", other.email.as_str())]).await.expect(303);
    let (at_old, at_new) = (app.link_to("bo@new.example").await, app.link_to(&other.email).await);
    nobody.post(&at_old, &[("answer", "yes")]).await.expect(200);
    nobody.post(&at_new, &[("answer", "yes")]).await.expect(409);
    assert_eq!(count(&app, "select count(*) from account where email = 'bo@new.example'").await, 1);
}

#[tokio::test]
async fn the_account_is_told_of_a_browser_that_is_new_to_it_and_of_another_password() {
    let app = TestApp::new().await;
    let bo = app.account(Role::Volunteer, "all").await;
    let subjects = || async { app.letters().await.into_iter().map(|(_, l)| l.subject).collect::<Vec<_>>() };
    let phone = app.sign_in(&bo).await;
    phone.post("/sign-in", &[("email", bo.email.as_str()), ("password", PASSWORD)]).await.expect(303);
    assert_eq!(subjects().await, [""; 0], "the first one, and the same again");
    app.sign_in(&bo).await;
    assert_eq!(subjects().await, ["Signed in with a browser that is new to your account"]);
    phone.post("/account/password", &[("old", PASSWORD), ("new", NEW)]).await.expect(303);
    assert_eq!(subjects().await[1], "Your password was changed");
}

#[tokio::test]
async fn letters_go_as_files_while_no_mail_server_is_set_and_nothing_of_them_stays_in_the_database() {
    let app = TestApp::new().await;
    let bo = app.account(Role::Volunteer, "all").await;
    app.nobody().post("/password/forgotten", &[("email", bo.email.as_str())]).await.expect(200);
    let link = app.link_to(&bo.email).await;
    let kept = "select count(*) from mail where fields::text like '%' || $$/password/reset$$ || '%'";
    assert_eq!(count(&app, kept).await, 0, "the queue holds the link encrypted");
    let data = tempfile::tempdir().unwrap();
    let sender = Sender::new(None, None, data.path(), &app.base, &keys()).unwrap();
    let database = Database::connect(&DatabaseUrls { ..app.urls() }).unwrap();
    assert_eq!(sender.send_due(&database).await.unwrap(), 1);
    assert_eq!(sender.send_due(&database).await.unwrap(), 0);
    let files: Vec<_> = std::fs::read_dir(data.path().join("outbox")).unwrap().map(|f| f.unwrap().path()).collect();
    let letter = std::fs::read_to_string(&files[0]).unwrap();
    assert!(files.len() == 1 && letter.contains("Set another password") && letter.contains(&bo.email), "{letter}");
    assert!(letter.replace("=\r\n", "").contains(&link), "{letter}");
    assert_eq!(count(&app, "select count(*) from mail where fields is not null or sent_at is null").await, 0);
    // A server that is away: tried again later, and said so.
    app.nobody().post("/sign-in/link", &[("email", bo.email.as_str())]).await.expect(200);
    let away = Sender::new(Some("smtp://127.0.0.1:1"), None, data.path(), &app.base, &keys()).unwrap();
    assert_eq!(away.send_due(&database).await.unwrap(), 1);
    assert_eq!(
        count(
            &app,
            "select count(*) from mail where failure is not null and next_try_at > now() and fields is not null"
        )
        .await,
        1
    );
    let page = app.actor(Role::Administrator, "all").await.get("/access/outbox").await.expect(200);
    assert!(page.text("table").contains("the mail server does not take it now"), "{}", page.text("main"));
    assert!(!page.body.contains("/sign-in/link/"));
}

#[tokio::test]
async fn one_place_is_signed_out_and_nobody_elses() {
    let app = TestApp::new().await;
    let bo = app.account(Role::Volunteer, "all").await;
    let (desk, phone) = (app.sign_in(&bo).await, app.sign_in(&bo).await);
    let page = desk.get("/account").await.expect(200);
    let there = page.attribute(
        "form[action^='/account/sessions/'][action$='/end']:not([action='/account/sessions/end'])",
        "action",
    );
    app.actor(Role::Volunteer, "all").await.post(&there, &[]).await.expect(404);
    phone.get("/canvass").await.expect(200);
    desk.post(&there, &[]).await.expect(303);
    phone.get("/canvass").await.expect(303);
    desk.get("/canvass").await.expect(200);
    desk.post(&format!("/account/sessions/{}/end", Uuid::now_v7()), &[]).await.expect(404);
}

fn in_days(days: i64) -> String {
    (chrono::Utc::now() + chrono::TimeDelta::days(days)).date_naive().to_string()
}
