//! Another site's form does nothing here, and our pages carry headers that keep others out.

use crate::support::app::{PASSWORD, TestApp};
use crate::support::walk::{change, count};
use crate::support::wall::open_session;
use axum::body::Body;
use axum::http::{Request, header};
use hustings::access::Role;
use hustings::config::Config;
use hustings::database::Database;
use hustings::web::{App, router};
use serde_json::json;
use tower::ServiceExt;

/// The service as browsers reach it by https, its proxy in front.
fn over_https(app: &TestApp) -> axum::Router {
    let config = Config {
        database: None,
        listen: ([127, 0, 0, 1], 0).into(),
        data: std::env::temp_dir(),
        base_url: "https://lantern.example".into(),
        metrics_listen: None,
        source_url: None,
        smtp_url: None,
        mail_from: None,
        tls: None,
        seal: Default::default(),
        messages: Default::default(),
    };
    router(App::new(Database::connect(&app.urls()).unwrap(), config))
}

#[tokio::test]
async fn every_answer_tells_browsers_to_come_by_https_alone_and_shares_itself_with_no_other_site() {
    let app = TestApp::new().await;
    for path in ["/sign-in", "/electors", "/nowhere", "/healthz", "/api/v1/canvass", "/static/0/hustings.css"] {
        let request = Request::get(path).header(header::ORIGIN, "https://evil.example").body(Body::empty()).unwrap();
        let answer = over_https(&app).oneshot(request).await.unwrap();
        let says = |name: &str| answer.headers().get(name).map(|v| v.to_str().unwrap().to_owned()).unwrap_or_default();
        assert_eq!(says("strict-transport-security"), "max-age=31536000; includeSubDomains", "{path}");
        assert_eq!(says("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(says("cross-origin-opener-policy"), "same-origin", "{path}");
        assert_eq!(says("cross-origin-resource-policy"), "same-origin", "{path}");
        assert_eq!(says("access-control-allow-origin"), "", "{path}");
        assert_eq!(says("server"), "", "{path}");
        let policy = says("content-security-policy");
        for rule in ["default-src 'none'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"] {
            assert!(policy.contains(rule), "{path}: {policy}");
        }
    }
    let plain = app.nobody().get("/sign-in").await.expect(200);
    assert!(
        !plain.headers.contains_key("strict-transport-security"),
        "nobody is locked out of a trial on this machine"
    );
}

#[tokio::test]
async fn nobody_names_an_address_of_their_own_to_get_round_the_limits() {
    let app = TestApp::new().await;
    let wrong = json!({"email": "x@y.example", "password": "wrong"}).to_string();
    let request = |address: &str| {
        Request::post("/api/v1/sessions")
            .header("x-forwarded-for", address)
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(wrong.clone()))
            .unwrap()
    };
    // The proxy adds the address that it saw as the last one; what came before is the caller's own word.
    let answer = over_https(&app).oneshot(request("203.0.113.7, 192.0.2.9")).await.unwrap();
    assert_eq!(answer.status(), 401);
    assert_eq!(count(&app, "select count(*) from sign_in_failure where address_digest = sha256('192.0.2.9')").await, 1);
    assert_eq!(
        count(&app, "select count(*) from sign_in_failure where address_digest = sha256('203.0.113.7')").await,
        0
    );
    // Without a proxy the connection's own address counts.
    let client = reqwest::Client::new();
    let direct = client.post(app.base.clone() + "/api/v1/sessions").header("x-forwarded-for", "203.0.113.7");
    let answer = direct.header("content-type", "application/json").body(wrong.clone()).send().await.unwrap();
    assert_eq!(answer.status(), 401);
    assert_eq!(count(&app, "select count(*) from sign_in_failure where address_digest = sha256('127.0.0.1')").await, 1);
}

#[tokio::test]
async fn a_form_from_another_site_or_from_nowhere_does_nothing() {
    let app = TestApp::new().await;
    let administrator = app.account(Role::Administrator, "all").await;
    let token = open_session(&app, &administrator).await;
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let fields = [("name", "Mallory"), ("email", "mallory@evil.example"), ("password", "quiet otters read maps")];
    let post = async |header: Option<(&str, &str)>, cookie: bool| {
        let mut request = client.post(app.base.clone() + "/access/accounts").form(&fields);
        if let Some((name, value)) = header {
            request = request.header(name, value);
        }
        if cookie {
            request = request.header("cookie", format!("hustings={token}"));
        }
        request.send().await.unwrap().status().as_u16()
    };
    let foreign = format!("{}.evil.example", app.base);
    for header in [
        None,
        Some(("origin", "https://evil.example")),
        Some(("origin", "null")),
        Some(("origin", foreign.as_str())),
        Some(("referer", "https://evil.example/page")),
    ] {
        assert_eq!(post(header, true).await, 403, "{header:?}");
    }
    assert_eq!(count(&app, "select count(*) from account where email like 'mallory%'").await, 0);
    assert_eq!(post(Some(("referer", &format!("{}/access", app.base))), true).await, 200);
    let sign_in = [("email", administrator.email.as_str()), ("password", PASSWORD)];
    let forced =
        client.post(app.base.clone() + "/sign-in").form(&sign_in).header("origin", "https://evil.example").send().await;
    assert_eq!(forced.unwrap().status(), 403, "nobody is signed in to somebody else's account by another site");
}

#[tokio::test]
async fn pages_with_peoples_data_are_kept_nowhere_and_framed_nowhere() {
    let app = TestApp::new().await;
    let actor = app.actor(Role::Organiser, "all").await;
    for page in [
        actor.get("/electors").await.expect(200),
        app.nobody().get("/sign-in").await.expect(200),
        actor.get("/nowhere").await.expect(404),
    ] {
        let header = |name: &str| page.headers.get(name).map(|v| v.to_str().unwrap().to_owned()).unwrap_or_default();
        let policy = header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert!(header("referrer-policy").starts_with("no-referrer"));
        assert_eq!(page.count("[style], script:not([src]), [onclick]"), 0);
    }
    assert_eq!(actor.get("/electors").await.headers["cache-control"], "no-store");
    assert_eq!(actor.get("/account").await.headers["cache-control"], "no-store");
}

#[tokio::test]
async fn signing_in_leads_to_no_other_site_and_odd_letters_break_nothing() {
    let app = TestApp::new().await;
    let bo = app.account(Role::Organiser, "all").await;
    for next in ["//evil.example", "/\t/evil.example", "/\\evil.example", "https://evil.example"] {
        let fields = [("email", bo.email.as_str()), ("password", PASSWORD), ("next", next)];
        assert_eq!(
            app.nobody().post("/sign-in", &fields).await.expect(303).location(),
            "/sign-in/factor?next=/",
            "{next:?}"
        );
    }
    let nul = [("email", "a\0b@lantern.example"), ("password", "x")];
    app.nobody().post("/sign-in", &nul).await.expect(422);
    app.nobody().get("/sign-in?next=%00&ended=x").await.expect(404);
}

#[tokio::test]
async fn an_answer_that_comes_twice_is_not_taken_for_either() {
    let app = TestApp::new().await;
    let bo = app.account(Role::Volunteer, "all").await;
    let twice = [("email", "x@y.example"), ("email", bo.email.as_str()), ("password", PASSWORD)];
    app.nobody().post("/sign-in", &twice).await.expect(422);
    app.nobody().get("/sign-in?next=/canvass&next=/account").await.expect(404);
    assert_eq!(count(&app, "select count(*) from session").await, 0);
}

#[tokio::test]
async fn an_address_that_cannot_be_read_leads_to_a_page_of_ours() {
    let app = TestApp::new().await;
    let (desk, phone) = (app.actor(Role::Organiser, "all").await, app.actor(Role::Volunteer, "all").await);
    for page in [
        desk.get("/walk-lists/quarantine?accepted=x").await,
        desk.get("/insight?up=x").await,
        phone.get("/canvass/1.1/done?block=x").await,
        phone.get("/canvass?block=x").await,
    ] {
        let page = page.expect(404);
        assert_eq!(page.text("h1"), "There is nothing here that you may see", "{}", page.body);
    }
    let wrong = desk.delete("/electors").await.expect(405);
    assert_eq!(wrong.text("h1"), "That was not taken", "{}", wrong.body);
    assert_eq!(desk.delete("/api/v1/electors/1.1").await.expect(405).json()["type"], "not-taken");
}

#[tokio::test]
async fn addresses_that_only_take_a_form_lead_to_the_page_it_stands_on() {
    let app = TestApp::new().await;
    let organiser = app.actor(Role::Organiser, "all").await;
    assert_eq!(organiser.get("/walk-lists/end").await.expect(303).location(), "/walk-lists");
    let administrator = app.actor(Role::Administrator, "all").await;
    assert_eq!(administrator.get("/access/accounts").await.expect(303).location(), "/access?tab=accounts");
}

#[tokio::test]
async fn a_program_is_told_to_sign_in_and_its_token_is_kept_nowhere() {
    let app = TestApp::new().await;
    let nobody = app.nobody().get("/api/v1/canvass").await.expect(401).json();
    assert_eq!((&nobody["type"], &nobody["title"]), (&json!("signed-out"), &json!("Sign in first")));
    let account = app.account(Role::Volunteer, "all").await;
    for (password, status) in [(PASSWORD, 201), ("the ferry leaves at one", 401)] {
        let fields = json!({"email": account.email, "password": password});
        let answer = app.nobody().post_json("/api/v1/sessions", &fields).await.expect(status);
        assert_eq!(answer.headers["cache-control"], "no-store", "{status}");
    }
    let actor = app.sign_in(&account).await;
    change(&app, "update session set ended_at = now(), ended_why = 'signed-out'").await;
    let ended = actor.get("/api/v1/canvass").await.expect(401).json();
    assert_eq!((&ended["type"], &ended["title"]), (&json!("access-ended"), &json!("Your access has ended")));
}
