//! The harness for pages does what it says, on a page with a strict Content-Security-Policy like ours.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use axum::Router;
#[allow(clippy::disallowed_types)] // a page of the harness, not of the service
use axum::extract::Query;
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::response::{Html, IntoResponse};
use axum::routing::get;
use serde::Deserialize;
use serde_json::json;

use crate::support::browser::{Browser, NARROW, PHONE};
use crate::support::html::Pages;

const FORM: &str = "<!doctype html><html lang=en><meta charset=utf-8><title>Form</title>\
    <meta name=viewport content='width=device-width'><main><h1>Form</h1><form action='/answer'>\
    <label for=n>Your name</label><input id=n name=name><label for=r>Role</label>\
    <select id=r name=role><option value=v>Volunteer<option value=o>Organiser</select>\
    <button>Send it</button></form></main><script>document.title = 'ran'</script></html>";

#[derive(Deserialize)]
struct Answer {
    name: String,
    role: String,
}

#[allow(clippy::disallowed_types)]
async fn site() -> SocketAddr {
    let strict = [(CONTENT_SECURITY_POLICY, "default-src 'none'; form-action 'self'")];
    let app = Router::new()
        .route("/", get(move || async move { (strict, Html(FORM)).into_response() }))
        .route(
            "/broken",
            get(|| async { Html("<p>broken<script>Promise.resolve().then(() => undefined.get)</script>") }),
        )
        .route("/wide", get(|| async { Html("<p style='width:900px'>wide<input>") }))
        .route(
            "/answer",
            get(|Query(answer): Query<Answer>| async move { format!("{} is {}", answer.name, answer.role) }),
        );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}

#[tokio::test]
async fn a_form_is_filled_in_and_sent_with_and_without_scripts() {
    let (site, browser) = (site().await, Browser::start().await);
    let mut page = browser.page().await;
    page.resize(PHONE).await;
    for scripts in [true, false] {
        page.scripts(scripts).await;
        page.goto(&format!("http://{site}/")).await;
        page.fill("Your name", "Ada").await;
        page.select("role", "Organiser").await;
        page.click("Send it").await;
        page.wait_for("Ada is o").await;
    }
    page.goto(&format!("http://{site}/")).await;
    page.type_into("name", "Bo").await;
    page.press("Enter").await;
    page.wait_for("Bo is v").await;
    browser.close().await;
}

#[tokio::test]
async fn pages_are_checked_for_everybody_and_every_window() {
    let (site, browser) = (site().await, Browser::start().await);
    let mut page = browser.page().await;
    page.resize(NARROW).await;
    page.dark(true).await;
    page.goto(&format!("http://{site}/")).await;
    assert_eq!(page.axe().await, [""; 0]);
    page.no_sideways_scroll().await;
    assert_eq!(page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches").await.unwrap(), true);
    let picture = tempfile::tempdir().unwrap();
    assert!(page.screenshot(picture.path().join("page.png")).await.exists());

    page.goto(&format!("http://{site}/wide")).await;
    assert!(page.axe().await.iter().any(|line| line.starts_with("label: ")), "a field without a label");
    let wide = page.evaluate("document.documentElement.scrollWidth > 320").await.unwrap();
    assert_eq!(wide, true);
    browser.close().await;
}

#[tokio::test]
async fn a_page_can_lose_its_network() {
    let (site, browser) = (site().await, Browser::start().await);
    let page = browser.page().await;
    page.goto(&format!("http://{site}/wide")).await;
    let asks = "fetch('/').then(() => navigator.onLine, () => !navigator.onLine && 'lost')";
    for (offline, answer) in [(false, json!(true)), (true, json!("lost")), (false, json!(true))] {
        page.offline(offline).await;
        assert_eq!(page.evaluate(asks).await.unwrap(), answer);
    }
    page.slow(400_000.0, Duration::from_millis(400)).await;
    let began = Instant::now();
    page.evaluate(asks).await.unwrap();
    assert!(began.elapsed() >= Duration::from_millis(400));
    browser.close().await;
}

#[tokio::test]
async fn an_error_that_a_script_does_not_catch_is_named() {
    let (site, browser) = (site().await, Browser::start().await);
    let page = browser.page().await;
    page.goto(&format!("http://{site}/wide")).await;
    assert_eq!(browser.uncaught(), [""; 0]);
    page.goto(&format!("http://{site}/broken")).await;
    let uncaught = tokio::time::timeout(Duration::from_secs(15), async {
        loop {
            let uncaught = browser.uncaught();
            if !uncaught.is_empty() {
                return uncaught;
            }
            tokio::task::yield_now().await;
        }
    });
    let uncaught = uncaught.await.unwrap();
    assert!(uncaught[0].contains("reading 'get'"), "{uncaught:?}");
    browser.close().await;
}

#[test]
fn invalid_html_is_named() {
    let mut pages = Pages::new();
    pages.add("/good", "<!doctype html><html lang=en><title>Good</title><p>Good</p></html>");
    pages.add("/bad", "<!doctype html><html lang=en><title>Bad</title><p><div></p></html>");
    let findings = pages.check();
    assert!(findings.contains("bad") && !findings.contains("good"), "{findings}");
}
