//! Every route × every role, nobody, an ended session, a revoked grant, a closed tool.

use crate::support::app::TestApp;
use crate::support::wall::{open_session, open_session_under};
use hustings::access::{Permission, Role};
use hustings::config::Config;
use hustings::database::Database;
use hustings::error::Tool;
use hustings::web::{App, RouteInfo, routes};
use sqlx::query;

struct Matrix {
    app: TestApp,
    routes: Vec<RouteInfo>,
    client: reqwest::Client,
}

impl Matrix {
    async fn new() -> Self {
        let app = TestApp::new().await;
        let urls = app.urls();
        let config = Config {
            database: None,
            listen: ([127, 0, 0, 1], 0).into(),
            data: std::env::temp_dir(),
            base_url: app.base.clone(),
            metrics_listen: None,
        };
        let routes = routes(App::new(Database::connect(&urls).unwrap(), config)).list().to_vec();
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Matrix { app, routes, client }
    }

    /// Asks for a route with ids that are nobody's; answers the status and where a redirect leads.
    async fn ask(&self, route: &RouteInfo, token: Option<&str>) -> (u16, String) {
        let path = route
            .path
            .split('/')
            .map(|part| if part.starts_with('{') { "1.999999999" } else { part })
            .collect::<Vec<_>>()
            .join("/");
        let mut request =
            self.client.request(route.method.clone(), self.app.base.clone() + &path).header("origin", &self.app.base);
        if let Some(token) = token {
            request = request.header("cookie", format!("hustings={token}"));
        }
        let answer = request.send().await.unwrap();
        let to = answer.headers().get("location").map(|v| v.to_str().unwrap().to_owned()).unwrap_or_default();
        (answer.status().as_u16(), to)
    }

    fn guarded(&self) -> impl Iterator<Item = &RouteInfo> {
        self.routes.iter().filter(|r| r.permission != Permission::Public)
    }
}

fn is_sign_in(route: &RouteInfo, answer: &(u16, String)) -> bool {
    if route.path.starts_with("/api/") { answer.0 == 401 } else { answer.0 == 303 && answer.1.starts_with("/sign-in") }
}

#[tokio::test]
async fn nobody_and_ended_sessions_and_revoked_grants_get_no_further_than_sign_in() {
    let matrix = Matrix::new().await;
    let account = matrix.app.account(Role::Organiser, "all").await;
    let ended = open_session(&matrix.app, &account).await;
    let mut db = matrix.app.database.operator().await;
    query("update session set ended_at = now(), ended_why = 'signed-out'").execute(&mut db).await.unwrap();
    let other = matrix.app.account(Role::Organiser, "all").await;
    let revoked = open_session(&matrix.app, &other).await;
    query("update access_grant set ended_at = now() where grant_id = $1")
        .bind(other.grant)
        .execute(&mut db)
        .await
        .unwrap();
    for route in matrix.guarded() {
        let answer = matrix.ask(route, None).await;
        assert!(is_sign_in(route, &answer), "nobody at {route:?}: {answer:?}");
        if route.permission == Permission::RecordResults {
            continue; // a late result is kept, and has tests of its own
        }
        for token in [&ended, &revoked] {
            let answer = matrix.ask(route, Some(token)).await;
            assert!(is_sign_in(route, &answer), "an ended session at {route:?}: {answer:?}");
        }
    }
}

#[tokio::test]
async fn each_role_has_the_routes_of_its_permissions_and_no_other() {
    let matrix = Matrix::new().await;
    for role in Role::ALL {
        let account = matrix.app.account(role, "all").await;
        for route in matrix.guarded() {
            let token = open_session_under(&matrix.app, account.id, account.grant).await;
            let answer = matrix.ask(route, Some(&token)).await;
            if route.permission.roles().contains(&role) {
                assert!(
                    answer.0 != 403 && answer.0 != 401 && answer.0 < 500,
                    "{} at {route:?}: {answer:?}",
                    role.title()
                );
            } else {
                assert_eq!(answer.0, 403, "{} at {route:?}: {answer:?}", role.title());
            }
        }
    }
}

#[tokio::test]
async fn a_closed_half_answers_503_everywhere_and_the_guard_goes_on() {
    let matrix = Matrix::new().await;
    query("insert into lockdown (tool, notice) values ('contact', 'Closed while we check access'), ('organise', 'Closed')")
        .execute(&mut matrix.app.database.operator().await).await.unwrap();
    for role in Role::ALL {
        let account = matrix.app.account(role, "all").await;
        for route in matrix.guarded().filter(|r| r.permission.roles().contains(&role)) {
            let token = open_session_under(&matrix.app, account.id, account.grant).await;
            let answer = matrix.ask(route, Some(&token)).await;
            let closed = route.permission.tool(role).is_some_and(|t: Tool| matches!(t, Tool::Contact | Tool::Organise));
            assert_eq!(answer.0 == 503, closed, "{} at {route:?}: {answer:?}", role.title());
        }
    }
}

#[tokio::test]
async fn a_change_from_another_site_is_refused_on_every_route() {
    let matrix = Matrix::new().await;
    let account = matrix.app.account(Role::Administrator, "all").await;
    let token = open_session(&matrix.app, &account).await;
    for route in matrix.guarded().filter(|r| r.method != axum::http::Method::GET) {
        for origin in [None, Some("https://evil.example"), Some("null")] {
            let path = route
                .path
                .split('/')
                .map(|part| if part.starts_with('{') { "1.999999999" } else { part })
                .collect::<Vec<_>>()
                .join("/");
            let mut request = matrix
                .client
                .request(route.method.clone(), matrix.app.base.clone() + &path)
                .header("cookie", format!("hustings={token}"));
            if let Some(origin) = origin {
                request = request.header("origin", origin);
            }
            assert_eq!(request.send().await.unwrap().status().as_u16(), 403, "{origin:?} at {route:?}");
        }
    }
}
