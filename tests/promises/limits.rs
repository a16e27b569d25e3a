//! Guessing passwords: ten tries an account and a hundred an address in a quarter of an hour, before any hashing.

use crate::support::app::{PASSWORD, TestApp};
use crate::support::walk::{change, count};
use futures_util::future::join_all;
use hustings::access::Role;
use serde_json::json;

#[tokio::test]
async fn after_ten_wrong_passwords_even_the_right_one_waits() {
    let app = TestApp::new().await;
    let (bo, other) = (app.account(Role::Volunteer, "all").await, app.account(Role::Volunteer, "all").await);
    let nobody = app.nobody();
    let wrong = [("email", bo.email.as_str()), ("password", "wrong")];
    for _ in 0..10 {
        nobody.post("/sign-in", &wrong).await.expect(422);
    }
    let right = [("email", bo.email.as_str()), ("password", PASSWORD)];
    let page = nobody.post("/sign-in", &right).await.expect(429);
    let wait: u32 = page.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((800..=900).contains(&wait), "{wait}");
    let api = nobody.post_json("/api/v1/sessions", &json!({"email": bo.email, "password": PASSWORD})).await.expect(429);
    assert!(api.headers.contains_key("retry-after"));
    app.sign_in(&other).await;
    change(&app, "update sign_in_failure set at = at - interval '16 minutes'").await;
    app.sign_in(&bo).await;
}

#[tokio::test]
async fn forty_guesses_at_once_are_no_more_than_ten() {
    let app = TestApp::new().await;
    let bo = app.account(Role::Volunteer, "all").await;
    let nobody = app.nobody();
    let guess = json!({"email": bo.email, "password": "wrong"});
    let answers = join_all((0..40).map(|_| nobody.post_json("/api/v1/sessions", &guess))).await;
    let tried = answers.iter().filter(|a| a.status == 401).count();
    assert!(answers.iter().all(|a| matches!(a.status, 401 | 429 | 503)));
    assert_eq!(tried, 10, "{:?}", answers.iter().map(|a| a.status).collect::<Vec<_>>());
    assert_eq!(count(&app, "select count(*) from sign_in_failure").await, 10);
}

#[tokio::test]
async fn twenty_devices_of_one_account_sign_in_at_once() {
    let app = TestApp::new().await;
    let bo = app.account(Role::Volunteer, "all").await;
    let nobody = app.nobody();
    let right = json!({"email": bo.email, "password": PASSWORD});
    let answers = join_all((0..20).map(|_| nobody.post_json("/api/v1/sessions", &right))).await;
    assert!(answers.iter().all(|a| a.status == 201), "{:?}", answers.iter().map(|a| a.status).collect::<Vec<_>>());
    assert_eq!(count(&app, "select count(*) from sign_in_failure").await, 0);
}

#[tokio::test]
async fn an_address_has_a_hundred_tries_over_all_accounts() {
    let app = TestApp::new().await;
    let bo = app.account(Role::Volunteer, "all").await;
    change(&app, "insert into sign_in_failure (id, failed, email_digest, address_digest)
        select gen_random_uuid(), true, sha256(convert_to('a' || n, 'UTF8')), sha256('127.0.0.1') from generate_series(1, 99) n").await;
    let nobody = app.nobody();
    nobody.post("/sign-in", &[("email", "x@y.example"), ("password", "wrong")]).await.expect(422);
    nobody.post("/sign-in", &[("email", bo.email.as_str()), ("password", PASSWORD)]).await.expect(429);
}

#[tokio::test]
async fn asking_for_another_password_is_no_way_round_the_limit() {
    let app = TestApp::new().await;
    let actor = app.actor(Role::Organiser, "all").await;
    let change = [("old", "wrong"), ("new", "quiet otters read maps")];
    for _ in 0..10 {
        assert!(
            actor.post("/account/password", &change).await.expect(422).text(".errors").contains("not your password")
        );
    }
    let waits =
        actor.post("/account/password", &[("old", PASSWORD), ("new", "quiet otters read maps")]).await.expect(422);
    assert!(waits.text(".errors").contains("Too many tries"));
}

#[tokio::test]
async fn whoever_is_out_can_fill_no_disk_with_tries() {
    let app = TestApp::new().await;
    let bo = app.actor(Role::Volunteer, "all").await;
    for _ in 0..110 {
        bo.get("/access").await.expect(403);
    }
    assert_eq!(count(&app, "select count(*) from access_log where what = 'refused'").await, 100);
}
