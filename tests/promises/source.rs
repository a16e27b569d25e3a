//! Whoever uses Hustings is offered its source code, on every page (AGPL-3.0, section 13).

use crate::support::app::{Answer, TestApp};
use axum::body::{Body, to_bytes};
use axum::http::Request;
use hustings::access::Role;
use hustings::config::Config;
use hustings::database::Database;
use hustings::web::{App, router};
use tower::ServiceExt;

/// A page of a service that says where its source code is.
async fn page_with_source(app: &TestApp, path: &str, url: &str) -> Answer {
    let config = Config {
        database: None,
        listen: ([127, 0, 0, 1], 0).into(),
        data: std::env::temp_dir(),
        base_url: app.base.clone(),
        metrics_listen: None,
        source_url: Some(url.to_owned()),
        smtp_url: None,
        mail_from: None,
        tls: None,
        seal: Default::default(),
    };
    let service = router(App::new(Database::connect(&app.urls()).unwrap(), config));
    let answer = service.oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap();
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    let body = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
    Answer { status, headers, body: String::from_utf8(body.to_vec()).unwrap() }
}

#[tokio::test]
async fn every_page_leads_to_the_source_code_or_to_whom_to_ask_for_it() {
    let app = TestApp::new().await;
    let organiser = app.actor(Role::Organiser, "all").await;
    let anybody = app.nobody();
    for page in [organiser.get("/electors").await, anybody.get("/sign-in").await, anybody.get("/nowhere").await] {
        assert_eq!(page.count("footer a[href='/licence']"), 1, "{}", page.body);
    }
    for reader in [&anybody, &organiser] {
        let page = reader.get("/licence").await.expect(200);
        assert!(page.text("main").contains("GNU Affero General Public License"), "{}", page.text("main"));
        assert_eq!(page.attribute("main a[href^=mailto]", "href"), "mailto:data@lantern.example");
    }
    let url = "https://code.lantern.example/hustings";
    for path in ["/sign-in", "/licence", "/nowhere"] {
        let page = page_with_source(&app, path, url).await;
        assert_eq!(page.attribute("footer a[href^=https]", "href"), url, "{path}");
    }
    assert_eq!(page_with_source(&app, "/licence", url).await.attribute("main a", "href"), url);
}
