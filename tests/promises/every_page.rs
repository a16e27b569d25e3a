//! Every page of the site, one after the other, is sound for everybody: nothing for axe to find in light and dark, on a
//! phone and on a laptop, no sideways scroll at 320 pixels, nothing cut on paper, valid HTML. The pages are held against
//! the table of routes, so that a new one is looked at from its first day; forms that cannot stand and the pages that
//! refuse are among them.

use crate::support::app::TestApp;
use crate::support::browser::Browser;
use crate::support::look::{Found, Tour};
use crate::support::site::{Site, not_set_up};
use crate::support::stops::{self, FILES, LEADS, Stop};
use crate::support::walk::{change, change_for};
use crate::support::wall::open_session;
use axum::http::Method;
use futures_util::StreamExt;
use hustings::access::{Permission, Role};
use hustings::config::{Config, DatabaseUrls};
use hustings::database::Database;
use hustings::web::{App, RouteInfo};
use serde_json::json;

/// How many tabs look at the same time.
const TABS: usize = 3;

#[tokio::test(flavor = "multi_thread")]
async fn everybody_can_use_every_page_of_the_site() {
    let (site, browser) = (Site::new().await, Browser::start().await);
    let others = Others::new().await;
    let mut tours = others.tours(&site).await;
    for role in Role::ALL {
        let account = match role {
            Role::Volunteer => site.volunteer.clone(),
            Role::Organiser => site.organiser.clone(),
            role => site.app.account(role, "all").await,
        };
        let token = Some(open_session(&site.app, &account).await);
        let name = role.title();
        tours.push(Tour { name, base: site.app.base.clone(), token, stops: stops::of(role, &site) });
    }
    site.found.fall_to_administrators(&site.app).await;
    all_routes_have_a_page(&site.routes(), &site);
    // The longest first, so that no tab is left over at the end.
    tours.sort_by_key(|tour| std::cmp::Reverse(tour.stops.len()));
    let found = futures_util::stream::iter(&tours).map(|tour| tour.walk(&browser)).buffer_unordered(TABS);
    let found = found.fold(Found::default(), async |all, one| all.and(one)).await;
    browser.close().await;
    assert_eq!(found.wrong.join("\n"), "");
    assert_eq!(found.html(), "");
}

/// Fails for a page in the map that nobody would look at, and for a stop that the map does not know.
fn all_routes_have_a_page(routes: &[RouteInfo], site: &Site) {
    let machine = ["/api/", "/assets/", "/healthz", "/readyz", "/sign-in/passkey"];
    let is_page = |r: &&RouteInfo| !machine.iter().any(|m| r.path.starts_with(m)) && !FILES.contains(&r.path);
    let of_anybody: Vec<Stop> = [stops::nobody(site), stops::first_evening()].concat();
    let walked = |stops: &[Stop], route: &RouteInfo| {
        stops.iter().any(|s| s.route == route.path && s.sent.is_some() == (route.method == Method::POST))
    };
    let mut missing = Vec::new();
    for route in routes.iter().filter(is_page) {
        let read = route.method == Method::GET;
        if route.permission == Permission::Public {
            if !walked(&of_anybody, route) {
                missing.push(format!("{} {}", route.method, route.path));
            }
        } else if read {
            let roles = route.permission.roles().iter().filter(|role| !walked(&stops::of(**role, site), route));
            missing.extend(roles.map(|role| format!("GET {} of {}", route.path, role.as_str())));
        } else if !LEADS.contains(&route.path)
            && !route.permission.roles().iter().any(|role| walked(&stops::of(*role, site), route))
        {
            missing.push(format!("{} {}", route.method, route.path));
        }
    }
    assert_eq!(missing, [""; 0], "pages of src/web/map.rs that the walk (tests/support/stops.rs) does not come to");
    let all = Role::ALL.iter().flat_map(|role| stops::of(*role, site)).chain(of_anybody).map(|stop| stop.route);
    let gone: Vec<&str> = all
        .chain(LEADS.iter().copied())
        .chain(FILES.iter().copied())
        .filter(|path| !path.is_empty() && !routes.iter().any(|r| r.path == *path))
        .collect();
    assert_eq!(gone, [""; 0], "stops that the map does not know");
}

/// Services in other states than the usual one.
struct Others {
    first_evening: TestApp,
    empty: TestApp,
    closed: TestApp,
    away: String,
}

impl Others {
    async fn new() -> Self {
        let (first_evening, empty, closed) = (not_set_up().await, TestApp::new().await, TestApp::new().await);
        let lock = "insert into lockdown (tool, notice, opens_at)
            values ('contact', 'Closed while we check access', now() + interval '1 day'), ('organise', 'Offline for maintenance', null)";
        change(&closed, lock).await;
        Others { first_evening, empty, closed, away: serve_without_database().await }
    }

    /// What people see of them.
    async fn tours(&self, site: &Site) -> Vec<Tour> {
        let organiser = self.empty.account(Role::Organiser, "all").await;
        let fresh = self.empty.account(Role::Volunteer, "all").await;
        let shut = self.closed.account(Role::Volunteer, "all").await;
        let organiser = Some(open_session(&self.empty, &organiser).await);
        let fresh = Some(open_session(&self.empty, &fresh).await);
        let shut = Some(open_session(&self.closed, &shut).await);
        let tired = ten_tries(&site.app).await;
        let mut half_in = Vec::new();
        for asks in ["factor", "enrol", "terms"] {
            let token = Some(self.half_in(asks).await);
            half_in.push(Tour {
                name: "Somebody half in",
                base: self.empty.base.clone(),
                token,
                stops: stops::half_in(asks),
            });
        }
        let tour = |name, base: &str, token, stops| Tour { name, base: base.to_owned(), token, stops };
        let mut tours = vec![
            tour("Nobody", &site.app.base, None, [stops::nobody(site), stops::too_many_tries(&tired)].concat()),
            tour("The first evening", &self.first_evening.base, None, stops::first_evening()),
            tour("An organiser of an empty place", &self.empty.base, organiser, stops::nothing_yet()),
            tour("A volunteer without a list", &self.empty.base, fresh, vec![stops::nothing_to_canvass()]),
            tour("A volunteer while Contact is closed", &self.closed.base, shut, stops::closed()),
            tour("Somebody while the database is away", &self.away, Some("x".repeat(43)), stops::database_away()),
        ];
        tours.extend(half_in);
        tours
    }

    /// A session that is asked for this before it is let through.
    async fn half_in(&self, asks: &str) -> String {
        let role = if asks == "terms" { Role::Volunteer } else { Role::Organiser };
        let account = self.empty.account(role, "all").await;
        let token = open_session(&self.empty, &account).await;
        change_for(
            &self.empty,
            "update session set cleared_at = null, factor_at = null where account_id = $1",
            account.id,
        )
        .await;
        match asks {
            "enrol" => _ = change_for(&self.empty, "delete from factor where account_id = $1", account.id).await,
            "terms" => {
                _ = change(
                    &self.empty,
                    "insert into terms (text) values ('1. Show nothing to anybody.\n2. Destroy what you print.')",
                )
                .await
            }
            _ => {}
        }
        token
    }
}

/// Somebody's address after ten wrong passwords.
async fn ten_tries(app: &TestApp) -> String {
    let account = app.account(Role::Volunteer, "all").await;
    let guess = json!({"email": account.email, "password": "wrong"});
    for _ in 0..10 {
        app.nobody().post_json("/api/v1/sessions", &guess).await.expect(401);
    }
    account.email
}

/// The service with nothing behind it.
async fn serve_without_database() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let nowhere = || "postgres://nobody@127.0.0.1:1/nothing".to_owned();
    let urls = DatabaseUrls { app: nowhere(), door: nowhere(), owner: nowhere() };
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
        messages: Default::default(),
    };
    let app = App::new(Database::connect(&urls).unwrap(), config);
    tokio::spawn(async move { hustings::web::serve(app, listener, std::future::pending()).await });
    base
}
