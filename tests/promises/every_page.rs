//! Every page of the site, one after the other, is sound for everybody: nothing for axe to find in light and dark, on a
//! phone and on a laptop, no sideways scroll at 320 pixels, valid HTML. The pages come from the table of routes, so that
//! a new one is looked at from its first day; forms sent empty and the pages that refuse are among them.

use crate::support::app::{Account, Actor, PASSWORD, TestApp, seed_place};
use crate::support::browser::{Browser, LAPTOP, NARROW, PHONE, Page};
use crate::support::html::Pages;
use crate::support::imports::{import, upload_and_read};
use crate::support::register::Generated;
use crate::support::walk::{Walk, change};
use hustings::access::Role;
use hustings::config::Config;
use hustings::database::Database;
use hustings::web::{App, RouteInfo, routes};
use serde_json::json;
use sqlx::query_scalar;
use std::collections::HashSet;
use uuid::Uuid;

/// Forms that do something even when they are sent empty, and files.
const NOT_EMPTY: [&str; 12] = [
    "/sign-in",
    "/sign-out",
    "/set-up",
    "/account/grant",
    "/account/sessions/end",
    "/access/accounts/{id}/password",
    "/access/tools/open",
    "/protection/accounts/{id}/file",
    "/walk-lists/{id}/assignments/{assignment}/end",
    "/imports/{id}/apply",
    "/imports/{id}/stop",
    "/imports/{id}/throw-away",
];

/// A place with a list under way, answers of every sort, and two registers.
struct Site {
    app: TestApp,
    walk: Walk,
    volunteer: Account,
    import: String,
    area: String,
    district: String,
}

impl Site {
    async fn new() -> Self {
        let app = TestApp::new().await;
        seed_place(&app.database).await;
        let walk = Walk::new(&app.database, "QB1").await;
        let volunteer = app.actor(Role::Volunteer, "Quillbrook").await;
        walk.assign(&app, volunteer.account.id).await;
        record(&app, &walk, &volunteer).await;
        let organiser = app.actor(Role::Organiser, "all").await;
        let made = Generated::new(4, 300, "hostile");
        import(&app, &organiser, "town.csv", made.bytes("xpress-full-14"), "2025-12-01").await;
        let import = upload_and_read(&app, &organiser, "again.csv", made.bytes("xpress-full-13"), "2026-11-01").await;
        let mut db = app.database.operator().await;
        let area = query_scalar("select area_id::text from area where name = 'Quillbrook'").fetch_one(&mut db);
        let area = area.await.unwrap();
        let district = query_scalar("select area_no::text from district where letters = 'QB1'").fetch_one(&mut db);
        let district = district.await.unwrap();
        let import = import.rsplit('/').next().unwrap().to_owned();
        Site { volunteer: volunteer.account, app, walk, import, area, district }
    }

    /// A route's address, with the ids of things that are there.
    fn address(&self, route: &str) -> String {
        let account = self.volunteer.id.to_string();
        let id = match route.split('/').nth(1).unwrap_or_default() {
            "access" if route.contains("/grants/{id}") => self.volunteer.grant.to_string(),
            "protection" if route.contains("electors") => self.walk.doors[0].electors[1].clone(),
            "access" | "protection" => account,
            "electors" => self.walk.doors[0].electors[1].clone(),
            "homes" => self.walk.doors[0].household.clone(),
            "imports" => self.import.clone(),
            "areas" => self.area.clone(),
            _ => self.walk.list.clone(),
        };
        let address = route.replace("{id}", &id).replace("{list}", &self.walk.list);
        address.replace("{household}", &self.walk.doors[3].household).replace("{number}", &self.district)
    }

    fn routes(&self) -> Vec<RouteInfo> {
        let config = Config {
            database: None,
            listen: ([127, 0, 0, 1], 0).into(),
            data: std::env::temp_dir(),
            base_url: self.app.base.clone(),
            metrics_listen: None,
        };
        routes(App::new(Database::connect(&self.app.urls()).unwrap(), config)).list().to_vec()
    }
}

/// Answers that stand, one that waits.
async fn record(app: &TestApp, walk: &Walk, volunteer: &Actor) {
    let results = [walk.spoke(0, "F"), walk.spoke(1, "X"), walk.said(2, None, "not-home", None)];
    for result in results {
        volunteer.put_json(&format!("/api/v1/results/{}", Uuid::now_v7()), &result).await.expect(201);
    }
    let late = app.actor(Role::Volunteer, "Quillbrook").await;
    walk.assign(app, late.account.id).await;
    change(app, "update session set ended_at = now(), ended_why = 'access-ended' where started_at = (select max(started_at) from session)").await;
    late.put_json(&format!("/api/v1/results/{}", Uuid::now_v7()), &walk.spoke(4, "P")).await.expect(202);
}

/// A browser that looks at pages and keeps what is wrong with them.
struct Look {
    page: Page,
    pages: Pages,
    base: String,
    seen: HashSet<String>,
    wrong: Vec<String>,
}

impl Look {
    /// Goes to an address and looks.
    async fn at(&mut self, address: &str) {
        if !self.seen.insert(address.to_owned()) {
            return;
        }
        self.page.goto(&format!("{}{address}", self.base)).await;
        let kind = self.page.evaluate("document.contentType").await.unwrap();
        if kind == "text/html" {
            let source = self.page.evaluate("fetch(location.href).then((r) => r.text())").await.unwrap();
            self.pages.add(address, source.as_str().unwrap());
            self.here(address).await;
        }
    }

    /// Looks at the page that is there, in every window.
    async fn here(&mut self, name: &str) {
        for (dark, window) in [(false, PHONE), (false, LAPTOP), (true, LAPTOP), (true, PHONE)] {
            self.page.dark(dark).await;
            self.page.resize(window).await;
            self.page.wait_until("document.readyState === 'complete' && document.getAnimations().length === 0").await;
            let found = if dark { self.colours().await } else { self.page.axe().await };
            let dark = if dark { "dark" } else { "light" };
            self.wrong.extend(found.into_iter().map(|line| format!("{name}, {dark}, {}: {line}", window.0)));
        }
        self.page.resize(NARROW).await;
        let wide = self.page.evaluate("document.documentElement.scrollWidth").await.unwrap();
        if wide != json!(NARROW.0) {
            self.wrong.push(format!("{name} is {wide} wide at 320"));
        }
    }

    /// What the dark changes is colours: of axe, which has looked once, only what depends on them.
    async fn colours(&mut self) -> Vec<String> {
        let look = "axe.run(document, { resultTypes: ['violations'], runOnly: ['color-contrast', 'link-in-text-block'] })
            .then((found) => found.violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.target}: ${n.failureSummary}`)))";
        let found = self.page.evaluate(look).await.unwrap();
        found.as_array().into_iter().flatten().map(|line| line.as_str().unwrap_or_default().to_owned()).collect()
    }

    /// Sends a form with nothing in it; looks at the page that comes back when it says what is missing.
    async fn empty(&mut self, address: &str) {
        self.page.goto(&format!("{}/account", self.base)).await;
        let grant = "document.querySelector('input[name=_grant]').value";
        let sent = format!(
            "fetch('{address}', {{ method: 'POST', body: new URLSearchParams({{ _grant: {grant} }}) }})
               .then(async (r) => [r.status, await r.text()])"
        );
        let answer = self.page.evaluate(&sent).await.unwrap();
        if answer[0] != 422 {
            return;
        }
        let name = format!("{address} sent empty");
        self.pages.add(&name, answer[1].as_str().unwrap());
        let send = format!(
            "(() => {{ const form = Object.assign(document.createElement('form'), {{ method: 'post', action: '{address}' }});
               form.append(document.querySelector('input[name=_grant]').cloneNode()); document.body.append(form);
               window.before = true; form.submit(); }})()"
        );
        self.page.evaluate(&send).await.unwrap();
        self.page
            .wait_until("!window.before && document.readyState === 'complete' && document.querySelector('h1') !== null")
            .await;
        self.here(&name).await;
    }

    async fn sign_in(&self, account: &Account) {
        self.page.goto(&format!("{}/sign-in?ended=1", self.base)).await;
        self.page.fill("email", &account.email).await;
        self.page.fill("password", PASSWORD).await;
        self.page.click("main button.main").await;
        self.page.wait_for("header .switch").await;
    }
}

fn is_page(route: &RouteInfo) -> bool {
    let machine = ["/api/", "/assets/", "/healthz", "/readyz", "/metrics"];
    !machine.iter().any(|start| route.path.starts_with(start)) && !NOT_EMPTY.contains(&route.path)
}

#[tokio::test]
async fn everybody_can_use_every_page_of_the_site() {
    let site = Site::new().await;
    let browser = Browser::start().await;
    let page = browser.page().await;
    let (base, all) = (site.app.base.clone(), site.routes());
    let mut look = Look { page, pages: Pages::new(), base, seen: HashSet::new(), wrong: Vec::new() };
    for address in ["/sign-in", "/status", "/privacy"] {
        look.at(address).await;
    }
    for role in Role::ALL {
        let area = if role == Role::Volunteer { "Quillbrook" } else { "all" };
        let account = if role == Role::Volunteer { site.volunteer.clone() } else { site.app.account(role, area).await };
        look.sign_in(&account).await;
        look.seen.remove("/");
        let theirs = |r: &&RouteInfo| is_page(r) && r.permission.roles().contains(&role);
        let (reads, changes): (Vec<_>, Vec<_>) =
            all.iter().filter(theirs).partition(|route| route.method == axum::http::Method::GET);
        for route in reads {
            look.at(&site.address(route.path)).await;
        }
        for route in changes {
            let address = site.address(route.path);
            if look.seen.insert(format!("{address} sent empty")) {
                look.empty(&address).await;
            }
        }
    }
    refusals(&site, &mut look).await;
    assert!(look.seen.len() > 60, "{:?}", look.seen);
    browser.close().await;
    assert_eq!(look.wrong.join("\n"), "");
    assert_eq!(look.pages.check(), "");
}

/// What somebody meets who is not let in, or comes to the wrong place, or while a half is closed.
async fn refusals(site: &Site, look: &mut Look) {
    look.at("/there-is-no-such-page").await;
    look.sign_in(&site.volunteer).await;
    look.at("/insight?refused").await;
    look.page.wait_for("h1").await;
    change(&site.app, "insert into lockdown (tool, notice) values ('contact', 'Closed while we check access')").await;
    look.at("/canvass?closed").await;
    look.at("/status?closed").await;
    look.page.wait_for("Closed while we check access").await;
}
