//! Every route × every role, nobody, a session or a grant that was ended or has run out, a closed tool, a foreign area.

use crate::support::app::{Account, TestApp, seed_place};
use crate::support::site::Site;
use crate::support::wall::{open_session, open_session_under};
use hustings::access::{Permission, Role, STEP_UP};
use hustings::config::Config;
use hustings::database::Database;
use hustings::error::Tool;
use hustings::web::{App, RouteInfo, routes};
use reqwest::Method;
use sqlx::{query, query_scalar};
use uuid::Uuid;

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
            source_url: None,
            smtp_url: None,
            mail_from: None,
            tls: None,
            seal: Default::default(),
            messages: Default::default(),
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

/// A session of this role, and what was done to it.
async fn session_then(matrix: &Matrix, role: Role, change: &'static str) -> String {
    let account = matrix.app.account(role, "all").await;
    let token = open_session(&matrix.app, &account).await;
    let mut db = matrix.app.database.operator().await;
    let done = query(change).bind(account.grant).execute(&mut db).await.unwrap();
    assert_eq!(done.rows_affected(), 1, "{change}");
    token
}

#[tokio::test]
async fn nobody_and_whose_session_or_grant_is_over_get_no_further_than_sign_in() {
    let matrix = Matrix::new().await;
    let mut over = Vec::new();
    for (what, change) in [
        ("a session signed out", "update session set ended_at = now(), ended_why = 'signed-out' where grant_id = $1"),
        ("a session at its end", "update session set ends_at = now() - interval '1 second' where grant_id = $1"),
        ("a session asleep", "update session set idle_until = now() - interval '1 second' where grant_id = $1"),
        ("a grant taken away", "update access_grant set ended_at = now() where grant_id = $1"),
        ("a second factor to prove", "update session set cleared_at = null, factor_at = null where grant_id = $1"),
        (
            "a grant that has run out",
            "update access_grant set starts_at = now() - interval '2 days', ends_at = now() - interval '1 second'
             where grant_id = $1",
        ),
        (
            "a grant to come",
            "update access_grant set starts_at = now() + interval '1 day', ends_at = now() + interval '2 days'
             where grant_id = $1",
        ),
    ] {
        for role in Role::ALL {
            over.push((what, role, session_then(&matrix, role, change).await));
        }
    }
    for route in matrix.guarded() {
        let answer = matrix.ask(route, None).await;
        assert!(is_sign_in(route, &answer), "nobody at {route:?}: {answer:?}");
        if route.permission == Permission::RecordResults {
            continue; // a late result is kept, and has tests of its own
        }
        for (what, role, token) in &over {
            // Whoever never had a route is told so by another test; one role is asked everywhere all the same.
            if *role != Role::Organiser && !route.permission.roles().contains(role) {
                continue;
            }
            if route.permission == Permission::Enter && what.ends_with("to prove") {
                continue; // the way on, for whoever is half in
            }
            let answer = matrix.ask(route, Some(token)).await;
            assert!(is_sign_in(route, &answer), "{what}, {}, at {route:?}: {answer:?}", role.title());
        }
    }
}

/// A route's address with what is in Quillbrook: a new route says here what its ids are.
fn in_quillbrook(site: &Site, assignment: &str, route: &RouteInfo) -> String {
    let id = |before: &str, part: &str| match (before, part) {
        ("electors", "{id}") => site.walk.doors[1].electors[1].clone(),
        ("homes", "{id}") | ("doors", "{household}") => site.walk.doors[1].household.clone(),
        ("walk-lists", "{id}") | ("canvass", "{list}") => site.walk.list.clone(),
        ("assignments", "{assignment}") => assignment.to_owned(),
        ("members", "{id}") => site.members.person.to_string(),
        ("imports", "{id}") => site.applied.rsplit('/').next().unwrap().to_owned(),
        ("results", "{uuid}") => Uuid::now_v7().to_string(),
        ("join", "{request}") | ("invitations" | "sessions" | "factors", "{id}") => Uuid::now_v7().to_string(),
        ("exports", "{number}") => site.ready_export.to_string(),
        ("areas", "{id}") => site.area.clone(),
        ("volunteers", "{id}") => site.volunteer.grant.to_string(),
        ("reviews", "{id}") => site.review.to_string(),
        ("news", "{id}") => site.news.clone(),
        ("selections", "{id}") => site.selection.to_string(),
        ("runs" | "paper", "{run}") => site.run.to_string(),
        ("rounds", "{id}") | (_, "{round}") => site.round.to_string(),
        ("leaflets" | "mine", "{leaflet}") => site.leaflet.to_string(),
        ("mine", "{own}") | ("tasks", "{id}") => site.task.to_string(),
        ("imprint" | "asking" | "boundaries" | "brand", "{area}") => site.area.clone(),
        ("voters", "{id}") => site.voters.applied.to_string(),
        ("letters", "{template}") => site.letters[0].to_string(),
        ("leaflets", "{template}") => site.design.to_string(),
        ("kept", "{template}") => site.kept[0].to_string(),
        ("campaigns", "{campaign}") => site.campaign.clone(),
        ("volunteers", "{person}") => site.helper.to_string(),
        ("messages", "{message}") => site.messages.draft.to_string(),
        ("pictures", "{number}") => "1".into(),
        ("districts" | "polling-places", "{number}") => site.district.clone(),
        ("events", "{id}") => site.events.on.to_string(),
        ("shifts", "{shift}") => site.events.shift.to_string(),
        ("places", "{place}") | ("people", "{sign_up}") => site.events.place.to_string(),
        ("lists", "{list}") => site.walk.list.clone(),
        _ => panic!("what is {part} of {route:?} in somebody else's area?"),
    };
    let mut path: Vec<String> = Vec::new();
    for part in route.path.split('/') {
        let before = path.last().cloned().unwrap_or_default();
        path.push(if part.starts_with('{') { id(&before, part) } else { part.to_owned() });
    }
    path.join("/")
}

/// Asks as this account, with all that any form of these routes sends: nothing but where it is may be wrong with it.
async fn ask_with_everything(site: &Site, route: &RouteInfo, path: &str, account: &Account) -> u16 {
    let token = open_session_under(&site.app, account.id, account.grant).await;
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let mut request = client
        .request(route.method.clone(), site.app.base.clone() + path)
        .header("origin", &site.app.base)
        .header("cookie", format!("hustings={token}"));
    if route.method == Method::PUT {
        request = request.json(&site.walk.spoke(1, "F"));
    } else if route.method == Method::POST {
        let (grant, volunteer) = (account.grant.to_string(), site.volunteer.id.to_string());
        let id = Uuid::now_v7().to_string();
        request = request.form(&[
            ("_grant", grant.as_str()),
            ("how", "Wrote"),
            ("name", "Another name"),
            ("volunteer", &volunteer),
            ("until", "2027-06-01T20:00"),
            ("authority", "Wexmere"),
            ("household", &site.walk.doors[1].household),
            ("id", &id),
            ("outcome", "not-home"),
            ("new", &site.walk.doors[1].electors[0]),
            ("old", &site.walk.doors[1].electors[1]),
            ("verdict", "same"),
        ]);
    }
    request.send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn what_lies_in_another_area_is_not_found_on_any_route() {
    let site = Site::new().await;
    let organiser = site.app.account(Role::Organiser, "Saltern").await;
    // Somebody gave them the list, and their grant does not cover it.
    let volunteer = site.app.account(Role::Volunteer, "Saltern").await;
    site.walk.assign(&site.app, volunteer.id).await;
    let assignment: String = query_scalar("select assignment_id::text from assignment where account_id = $1")
        .bind(site.volunteer.id)
        .fetch_one(&mut site.app.database.operator().await)
        .await
        .unwrap();
    let pairs = [(Role::Organiser, &organiser, &site.organiser), (Role::Volunteer, &volunteer, &site.volunteer)];
    let mut walked = 0;
    for route in site.routes().iter().filter(|r| r.path.contains('{') && r.permission != Permission::Public) {
        if route.permission == Permission::RecordResults {
            continue; // what was said at a door is kept for its organiser, and has tests of its own
        }
        if route.path == "/materials/samples/{file}" {
            continue; // made of invented people, and the same for everybody
        }
        for (role, stranger, own) in pairs.iter().filter(|(role, ..)| route.permission.roles().contains(role)) {
            let path = in_quillbrook(&site, &assignment, route);
            let answer = ask_with_everything(&site, route, &path, stranger).await;
            assert_eq!(answer, 404, "{} of Saltern at {route:?}, {path}", role.title());
            if route.method == Method::GET {
                let answer = ask_with_everything(&site, route, &path, own).await;
                // Somebody in it has asked since for no contact.
                let objected = route.path == "/materials/runs/{run}/file" && answer == 409;
                assert!(
                    objected || [200, 303].contains(&answer),
                    "{answer}: {} whose it is at {route:?}, {path}",
                    role.title()
                );
            }
            walked += 1;
        }
    }
    assert!(walked > 20, "{walked} routes");
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
async fn what_reaches_far_asks_for_a_second_factor_proved_within_ten_minutes() {
    let matrix = Matrix::new().await;
    let account = matrix.app.account(Role::Administrator, "all").await;
    for (minutes, confirmed) in [(11, false), (9, true)] {
        for route in matrix.guarded().filter(|r| STEP_UP.contains(&r.permission) && r.method != Method::GET) {
            let token = open_session_under(&matrix.app, account.id, account.grant).await;
            query("update session set factor_at = now() - make_interval(mins => $1)")
                .bind(minutes)
                .execute(&mut matrix.app.database.operator().await)
                .await
                .unwrap();
            let (status, to) = matrix.ask(route, Some(&token)).await;
            let asked = status == 401 || to.starts_with("/account/confirm");
            let holds = route.permission.roles().contains(&Role::Administrator);
            assert_eq!(asked, holds && !confirmed, "{minutes} minutes after, {route:?}: {status} {to}");
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
async fn a_closed_area_answers_503_to_whoever_reaches_into_it_and_to_nobody_else() {
    let matrix = Matrix::new().await;
    seed_place(&matrix.app.database).await;
    query("insert into lockdown (tool, area_id, notice) select 'contact', area_id, 'Closed while we check access' from area where name = 'Quillbrook'")
        .execute(&mut matrix.app.database.operator().await)
        .await
        .unwrap();
    for role in Role::ALL {
        let areas: &[&str] =
            if role.everywhere_only() { &["all"] } else { &["all", "Quillbrook", "Wexmere", "Saltern"] };
        for area in areas {
            let account = matrix.app.account(role, area).await;
            for route in matrix.guarded().filter(|r| r.permission.roles().contains(&role)) {
                let token = open_session_under(&matrix.app, account.id, account.grant).await;
                let answer = matrix.ask(route, Some(&token)).await;
                let closed = route.permission.tool(role) == Some(Tool::Contact) && *area != "Saltern";
                assert_eq!(answer.0 == 503, closed, "{} of {area} at {route:?}: {answer:?}", role.title());
            }
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
