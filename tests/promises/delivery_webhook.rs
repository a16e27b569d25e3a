//! A mail service reports by itself, and nobody else in its place; the operator reads a letter by hand.

use crate::support::app::{TestApp, seed_place};
use crate::support::people::{agrees_to_email, person};
use crate::support::walk::count;
use hustings::config::{Config, MessagesConfig};
use hustings::database::Database;
use hustings::web::App;
use ring::hmac;
use serde_json::{Value, json};

const SECRET: &str = "the tide turns at four, and the gulls know it";

/// Another server of the same installation, with a secret for the mail service; answers its address.
async fn served(app: &TestApp) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let config = Config {
        database: None,
        listen: ([127, 0, 0, 1], 0).into(),
        data: std::env::temp_dir(),
        base_url: base.clone(),
        metrics_listen: None,
        source_url: None,
        smtp_url: None,
        mail_from: None,
        tls: None,
        seal: Default::default(),
        messages: MessagesConfig { returns_folder: None, returns_secret: Some(SECRET.into()), texts: None },
    };
    let service = App::new(Database::connect(&app.urls()).unwrap(), config);
    tokio::spawn(async move { hustings::web::serve(service, listener, std::future::pending()).await });
    format!("{base}/api/v1/returns")
}

#[tokio::test]
async fn a_mail_service_reports_by_its_secret_and_nobody_does_without() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    for surname in ["Tarrant", "Sallow", "Vale"] {
        agrees_to_email(&app, person(&app, "Quillbrook", "Oswin", surname, false).await).await;
    }
    let event = |kind: &str, surname: &str, status: &str| json!({"kind": kind, "recipient": format!("Oswin.{surname}@lantern.example"), "status": status});
    app.nobody().post_json("/api/v1/returns", &event("bounce", "Tarrant", "5.1.1")).await.expect(404);

    let url = served(&app).await;
    let client = reqwest::Client::new();
    let send =
        async |secret: &str, body: &Value| client.post(&url).bearer_auth(secret).json(body).send().await.unwrap();
    let silent = "select count(*) from message_silence";
    let bounce = event("bounce", "Tarrant", "5.1.1");
    for wrong in ["", "wrong", &SECRET[1..]] {
        assert_eq!(send(wrong, &bounce).await.status(), 403);
    }
    assert_eq!(client.post(&url).json(&bounce).send().await.unwrap().status(), 403);
    assert_eq!(count(&app, silent).await, 0);

    let several = json!([bounce, bounce, event("bounce", "Nobody", "5.1.1"), event("complaint", "Sallow", "")]);
    let answer: Value = send(SECRET, &several).await.json().await.unwrap();
    assert_eq!(answer, json!({"noted": 2, "known": 1, "unknown": 1, "other": 0}));
    assert_eq!(count(&app, silent).await, 2);
    assert_eq!(count(&app, "select count(*) from person where 'email' = any (channels)").await, 2, "one complained");

    // Signed, as services do that keep their secret to themselves.
    let body = event("bounce", "Vale", "5.2.2").to_string();
    let mac = hex::encode(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes()), body.as_bytes()));
    let signed = async |body: &str, mac: &str| {
        let request = client.post(&url).header("x-hustings-signature", format!("sha256={mac}"));
        request.body(body.to_owned()).send().await.unwrap().status()
    };
    assert_eq!(signed(&body.replace("Vale", "Tarrant"), &mac).await, 403);
    assert_eq!(signed(&body, &mac).await, 200);
    assert_eq!(count(&app, silent).await, 3);

    for bad in [
        json!({"kind": "hello", "recipient": "a@b.example"}),
        json!({"kind": "bounce"}),
        json!("x"),
        json!(
            {"kind": "bounce", "recipient": "a@b.example", "status": "'; drop table person"}
        ),
    ] {
        assert_eq!(send(SECRET, &bad).await.status(), 422, "{bad}");
    }
    let letter =
        client.post(&url).bearer_auth(SECRET).header("content-type", "message/rfc822").body("Subject: x\r\n\r\nx");
    assert_eq!(letter.send().await.unwrap().status(), 422);
    let large = client.post(&url).bearer_auth(SECRET).body("x".repeat(3 << 20)).send().await.unwrap();
    assert_eq!(large.status(), 413);
}
