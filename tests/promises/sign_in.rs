//! Signing in: who may, and what everyone else is told.

use crate::support::app::TestApp;
use hustings::access::Role;

#[tokio::test]
async fn nobody_is_led_to_sign_in_and_a_wrong_password_opens_nothing() {
    let app = TestApp::new().await;
    let account = app.account(Role::Volunteer, "all").await;
    let nobody = app.nobody();
    let answer = nobody
        .post("/sign-in", &[("email", account.email.as_str()), ("password", "not the password")])
        .await
        .expect(422);
    assert!(answer.text(".errors").contains("do not open anything"));
    let answer = nobody
        .post_json(
            "/api/v1/sessions",
            &serde_json::json!({"email": account.email, "password": crate::support::app::PASSWORD}),
        )
        .await
        .expect(201);
    assert_eq!(answer.json()["token"].as_str().unwrap().len(), 43);
    app.sign_in(&account).await;
}
