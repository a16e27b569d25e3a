//! A session: what its cookie is like, when it is over, and that its owner can end the others.

use crate::support::app::{Actor, PASSWORD, TestApp};
use crate::support::walk::change;
use axum::body::Body;
use axum::http::{Request, header};
use hustings::access::Role;
use hustings::config::Config;
use hustings::database::Database;
use hustings::web::{App, router};
use serde_json::json;
use tower::ServiceExt;

#[tokio::test]
async fn a_cookie_is_out_of_reach_of_scripts_and_other_sites() {
    let app = TestApp::new().await;
    let bo = app.account(Role::Volunteer, "all").await;
    let fields = [("email", bo.email.as_str()), ("password", PASSWORD)];
    let plain = app.nobody().post("/sign-in", &fields).await.expect(303);
    let cookies: Vec<_> = plain.headers.get_all("set-cookie").iter().map(|c| c.to_str().unwrap().to_owned()).collect();
    assert!(cookies.iter().any(|c| c.starts_with("hustings=")), "{cookies:?}");
    assert!(
        cookies.iter().all(|c| c.contains("HttpOnly; SameSite=Lax; Path=/") && !c.contains("Secure")),
        "{cookies:?}"
    );

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
    let service = router(App::new(Database::connect(&app.urls()).unwrap(), config));
    let form = format!("email={}&password={}", bo.email.replace('@', "%40"), PASSWORD.replace(' ', "+"));
    let request = Request::post("/sign-in")
        .header(header::ORIGIN, "https://lantern.example")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(form))
        .unwrap();
    let answer = service.oneshot(request).await.unwrap();
    let secure: Vec<_> =
        answer.headers().get_all(header::SET_COOKIE).iter().map(|c| c.to_str().unwrap().to_owned()).collect();
    assert!(secure.iter().any(|c| c.starts_with("__Host-hustings=")), "{secure:?}");
    assert!(secure.iter().all(|c| c.starts_with("__Host-") && c.contains("; Secure")), "{secure:?}");
    for cookie in [cookies, secure].concat() {
        assert!(
            cookie.contains("; HttpOnly") && cookie.contains("; SameSite=Lax") && cookie.contains("; Path=/"),
            "{cookie}"
        );
        assert!(!cookie.contains("Domain"), "{cookie}");
        // Four hundred days: the session ends long before, but answers on a phone are known by it for 30 days more.
        assert!(cookie.contains("; Max-Age=34560000"), "{cookie}");
    }
}

#[tokio::test]
async fn a_session_ends_by_itself_when_it_rests_too_long_or_its_time_is_up() {
    let app = TestApp::new().await;
    for over in [
        "update session set idle_until = now() - interval '1 second'",
        "update session set ends_at = now() - interval '1 second'",
        "update access_grant set ends_at = now() - interval '1 second', starts_at = now() - interval '1 day'",
    ] {
        let actor = app.actor(Role::Organiser, "all").await;
        actor.get("/electors").await.expect(200);
        change(&app, over).await;
        assert_eq!(actor.get("/electors").await.expect(303).location(), "/sign-in?next=/electors&ended=1");
        actor.get("/api/v1/electors/1.1").await.expect(401);
        assert!(app.nobody().get("/sign-in?ended=1").await.expect(200).text(".notice").contains("signed out"));
    }
}

#[tokio::test]
async fn signing_in_says_that_access_has_ended_to_whoever_had_it_and_to_nobody_else() {
    let app = TestApp::new().await;
    let notice = async |actor: &Actor| actor.get("/sign-in?ended=1").await.expect(200).text(".notice");
    for over in [
        "update access_grant set ended_at = now() where account_id = $1",
        "update access_grant set ends_at = now() - interval '1 second', starts_at = now() - interval '1 day' where account_id = $1",
    ] {
        let (actor, other) = (app.actor(Role::Volunteer, "all").await, app.actor(Role::Volunteer, "all").await);
        let mut db = app.database.operator().await;
        sqlx::query(over).bind(actor.account.id).execute(&mut db).await.unwrap();
        sqlx::query("update session set idle_until = now() where account_id = $1")
            .bind(other.account.id)
            .execute(&mut db)
            .await
            .unwrap();
        let said = notice(&actor).await;
        assert!(said.starts_with("Your access has ended. Ask whoever runs your campaign"), "{said}");
        assert!(said.contains("organiser"), "{said}");
        let kept = actor.get("/sign-in?ended=1&kept=1").await.expect(200).text(".notice");
        assert!(kept.contains("Your answers are kept") && !kept.contains("go on at the next door"), "{kept}");
        assert!(!actor.get("/sign-in").await.expect(200).text("main").contains("has ended"));
        assert!(notice(&other).await.starts_with("You were signed out."));
        assert!(notice(&app.nobody()).await.starts_with("You were signed out."));
        // Access that was given again is not over.
        app.grant(actor.account.id, Role::Volunteer, "all").await;
        assert!(notice(&actor).await.starts_with("You were signed out."));
    }
}

#[tokio::test]
async fn a_session_in_use_stays_awake() {
    let app = TestApp::new().await;
    let actor = app.actor(Role::Organiser, "all").await;
    change(
        &app,
        "update session set refreshed_at = now() - interval '6 minutes', idle_until = now() + interval '1 minute'",
    )
    .await;
    actor.get("/account").await.expect(200);
    let awake = "update session set agent = agent where idle_until > now() + interval '1 hour' and refreshed_at > now() - interval '1 minute'";
    assert_eq!(change(&app, awake).await, 1);
}

#[tokio::test]
async fn signing_out_ends_the_session_not_only_the_cookie() {
    let app = TestApp::new().await;
    let bo = app.account(Role::Organiser, "all").await;
    let nobody = app.nobody();
    let opened = nobody
        .post_json(
            "/api/v1/sessions",
            &json!({"email": bo.email, "password": PASSWORD, "code": app.next_code(&bo).await}),
        )
        .await
        .expect(201);
    let bearer = format!("Bearer {}", opened.json()["token"].as_str().unwrap());
    let ask = |method, path: &str| {
        nobody.client.request(method, app.base.clone() + path).header("authorization", &bearer).send()
    };
    assert_eq!(ask(reqwest::Method::GET, "/account").await.unwrap().status(), 200);
    assert_eq!(ask(reqwest::Method::DELETE, "/api/v1/sessions/current").await.unwrap().status(), 204);
    assert_eq!(ask(reqwest::Method::GET, "/api/v1/electors/1.1").await.unwrap().status(), 401);
}

#[tokio::test]
async fn one_can_see_and_end_ones_other_sessions_and_change_ones_own_password_only() {
    let app = TestApp::new().await;
    let bo = app.account(Role::Organiser, "all").await;
    let (desk, phone, stranger) =
        (app.sign_in(&bo).await, app.sign_in(&bo).await, app.actor(Role::Organiser, "all").await);
    let page = desk.get("/account").await.expect(200);
    assert_eq!(page.count("section[aria-labelledby=places] .todo li"), 2);
    desk.post("/account/sessions/end", &[]).await.expect(303);
    phone.get("/electors").await.expect(303);
    stranger.get("/electors").await.expect(200);

    let phone = app.sign_in(&bo).await;
    desk.post("/account/password", &[("old", PASSWORD), ("new", "short")]).await.expect(422);
    desk.post("/account/password", &[("old", PASSWORD), ("new", "quiet otters read maps")]).await.expect(303);
    desk.get("/electors").await.expect(200);
    phone.get("/electors").await.expect(303);
    let old = json!({"email": bo.email, "password": PASSWORD});
    desk.post_json("/api/v1/sessions", &old).await.expect(401);
    let new = json!({"email": bo.email, "password": "quiet otters read maps", "code": app.next_code(&bo).await});
    desk.post_json("/api/v1/sessions", &new).await.expect(201);
    app.sign_in(&stranger.account).await;
}

#[tokio::test]
async fn light_or_dark_is_kept_in_the_account() {
    let app = TestApp::new().await;
    let actor = app.actor(Role::Organiser, "all").await;
    actor.post("/account/theme", &[("theme", "dark")]).await.expect(303);
    assert_eq!(actor.get("/account").await.attribute("html", "data-theme"), "dark");
    actor.post("/account/theme", &[("theme", "")]).await.expect(303);
    assert_eq!(actor.get("/account").await.attribute("html", "data-theme"), "");
    actor.post("/account/theme", &[("theme", "x\" onload=")]).await.expect(422);
}
