//! A half is closed for everybody with a public notice, and opened again; signing in and the Guard never close.

use crate::support::app::{PASSWORD, TestApp};
use crate::support::form::{Form, words};
use crate::support::walk::{change, count};
use hustings::access::Role;
use serde_json::json;

#[tokio::test]
async fn closing_contact_shows_the_notice_instead_of_its_pages_and_signs_nobody_out() {
    let app = TestApp::new().await;
    let organiser = app.account(Role::Organiser, "all").await;
    let desk = app.sign_in(&organiser).await;
    let administrator = app.actor(Role::Administrator, "all").await;
    let secretary = app.actor(Role::MembershipSecretary, "all").await;
    let page = administrator.get("/access/tools/close?tool=contact").await.expect(200);
    assert!(words(&page, ".facts").contains("1 account signed in there now"), "{}", words(&page, ".facts"));
    let form = Form::of(&page, "main form").with("notice", "Closed for technical reasons");
    let past = form.clone().with("opens_day", "2020-01-01").with("opens_time", "09:00");
    administrator.post("/access/tools/close", &past.fields()).await.expect(422);
    let form = form.with("opens_day", "2029-01-02").with("opens_time", "09:00");
    administrator.post("/access/tools/close", &form.fields()).await.expect(303);

    let closed = desk.get("/electors").await.expect(503);
    assert_eq!(closed.text("h1"), "Contact is closed for technical reasons");
    assert!(closed.text("main").contains("We expect to open again by 2 Jan 2029"), "{}", closed.text("main"));
    let api = desk.get("/api/v1/electors/1.1").await.expect(503);
    assert_eq!(api.headers["content-type"], "application/problem+json");
    assert_eq!(
        (&api.json()["notice"], &api.json()["opens"]),
        (&json!("Closed for technical reasons"), &json!("2029-01-02T09:00:00Z"))
    );
    desk.get("/account").await.expect(200);
    secretary.get("/").await.expect(200);
    app.nobody()
        .post_json(
            "/api/v1/sessions",
            &json!({"email": organiser.email, "password": PASSWORD, "code": app.next_code(&organiser).await}),
        )
        .await
        .expect(201);
    let status = app.nobody().get("/status").await.expect(200);
    assert!(status.text("main").contains("Contact is closed for technical reasons"), "{}", status.text("main"));
    administrator.get("/access").await.expect(200);
    app.actor(Role::DataProtectionOfficer, "all").await.get("/protection").await.expect(200);

    // Hours later the notice says something else, and still since when. Nobody else's "since" is believed.
    change(&app, "update lockdown set closed_at = closed_at - interval '3 hours'").await;
    let changed = [("tool", "all"), ("notice", "Offline for maintenance")];
    administrator.post("/access/tools/close", &changed).await.expect(303);
    let since = "select count(*) from lockdown where opened_at is null and notice = 'Offline for maintenance'
        and (closed_at < now() - interval '2 hours') = (tool = 'contact')";
    assert_eq!(count(&app, since).await, 2);
    administrator.post("/access/tools/open", &[("tool", "all")]).await.expect(303);
    desk.get("/electors").await.expect(200);
    assert!(!app.nobody().get("/status").await.body.contains("technical"));
}

#[tokio::test]
async fn both_halves_close_with_ones_own_words_which_run_nowhere() {
    let app = TestApp::new().await;
    let administrator = app.actor(Role::Administrator, "all").await;
    let own = [("tool", "all"), ("notice", "own"), ("own", "<script>alert(1)</script> until noon")];
    administrator.post("/access/tools/close", &[("tool", "all"), ("notice", "own"), ("own", " ")]).await.expect(422);
    administrator.post("/access/tools/close", &own).await.expect(303);
    let status = app.nobody().get("/status").await.expect(200);
    assert_eq!((status.count(".tag.bad"), status.count("script")), (2, 0));
    assert!(status.text("main").contains("<script>alert(1)</script> until noon"));
    administrator
        .post("/access/tools/close", &[("tool", "contact"), ("notice", "Offline for maintenance")])
        .await
        .expect(303);
    assert!(app.nobody().get("/status").await.text("main").contains("Contact is offline for maintenance"));
    administrator.post("/access/tools/open", &[("tool", "all")]).await.expect(303);
    administrator.post("/access/tools/close", &[("tool", "guard"), ("notice", "x")]).await.expect(404);
}

#[tokio::test]
async fn two_administrators_who_close_at_once_leave_one_notice() {
    let app = TestApp::new().await;
    let (one, two) = (app.actor(Role::Administrator, "all").await, app.actor(Role::Administrator, "all").await);
    for _ in 0..5 {
        let form = Form::of(&one.get("/access/tools/close?tool=contact").await.expect(200), "main form");
        let (first, second) =
            (form.clone().with("notice", "Closed by one"), form.with("notice", "Closed by two").with("_grant", ""));
        let (first, second) = (first.fields(), second.fields());
        let (first, second) =
            tokio::join!(one.post("/access/tools/close", &first), two.post("/access/tools/close", &second));
        first.expect(303);
        second.expect(303);
        assert_eq!(count(&app, "select count(*) from lockdown where opened_at is null").await, 1);
        change(&app, "update lockdown set opened_at = now() where opened_at is null").await;
    }
}
