//! Looking at pages as everybody does: on a phone and on a laptop, in light and dark, on paper.

use super::browser::{AXE_COLOURS, AXE_RULES, Browser, LAPTOP, NARROW, PHONE, Page};
use super::html::Pages;
use super::stops::Stop;
use serde_json::json;
use std::path::Path;

/// The width of A4 between its margins.
const PAPER: (i64, i64) = (703, 1000);

/// Somebody's tour of the site.
pub struct Tour {
    /// Whose, for what is found.
    pub name: &'static str,
    /// Where the service is.
    pub base: String,
    /// The session that they are signed in with.
    pub token: Option<String>,
    /// The pages, in order.
    pub stops: Vec<Stop>,
}

/// What tours found, and the pages for the checker of HTML.
#[derive(Default)]
pub struct Found {
    /// What is wrong, a line each.
    pub wrong: Vec<String>,
    /// The pages' names and sources.
    pub sources: Vec<(String, String)>,
}

impl Found {
    /// With another tour's.
    pub fn and(mut self, other: Found) -> Found {
        self.wrong.extend(other.wrong);
        self.sources.extend(other.sources);
        self
    }

    /// What the checker of HTML says of all pages.
    pub fn html(&self) -> String {
        let mut pages = Pages::new();
        self.sources.iter().for_each(|(name, source)| pages.add(name, source));
        pages.check()
    }
}

impl Tour {
    /// Goes from stop to stop in a tab of its own.
    pub async fn walk(&self, browser: &Browser) -> Found {
        let page = browser.page().await;
        page.bearer(self.token.as_deref()).await;
        page.goto(&format!("{}/status", self.base)).await;
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let mut look = Look { tour: self, client, page, scripts: false, found: Found::default() };
        for stop in &self.stops {
            look.at(stop).await;
        }
        look.found
    }
}

struct Look<'a> {
    tour: &'a Tour,
    client: reqwest::Client,
    page: Page,
    /// Whether scripts run on the page that the tour stands on.
    scripts: bool,
    found: Found,
}

impl Look<'_> {
    async fn at(&mut self, stop: &Stop) {
        let sent = if stop.sent.is_some() { ", sent" } else { "" };
        let name = format!("{} at {}{sent}, {}", self.tour.name, stop.address, stop.status);
        let (status, html) = self.fetch(stop).await;
        if status != stop.status {
            let said = html.split("<main").nth(1).unwrap_or_default();
            let said: String = said.split(['<', '>']).skip(1).step_by(2).collect::<Vec<_>>().join(" ");
            let said: String = said.split_whitespace().take(60).collect::<Vec<_>>().join(" ");
            return self.found.wrong.push(format!("{name}: came with {status}: {said}"));
        }
        if status == 303 {
            return;
        }
        self.show(stop, &html).await;
        self.found.sources.push((name.clone(), html));
        self.in_every_window(&name).await;
        if stop.paper {
            self.on_paper(&name).await;
        }
    }

    /// A page with scripts is opened as people open it. Any other, and what a form is answered with, is written as it
    /// came into the page that the tour stands on, which is under the same policy: that is quicker.
    async fn show(&mut self, stop: &Stop, html: &str) {
        let scripts = html.contains("<script");
        if scripts && stop.sent.is_none() {
            self.page.goto(&format!("{}{}", self.tour.base, stop.address)).await;
        } else {
            if self.scripts {
                self.page.goto(&format!("{}/status", self.tour.base)).await;
            }
            let write = format!("document.open(); document.write({}); document.close()", json!(html));
            self.page.evaluate(&write).await.unwrap();
        }
        self.scripts = scripts;
    }

    async fn fetch(&self, stop: &Stop) -> (u16, String) {
        let address = format!("{}{}", self.tour.base, stop.address);
        let request = match &stop.sent {
            // A form with a file, left empty.
            Some(_) if stop.route == "/imports" || stop.route.ends_with("/pictures") => {
                self.client.post(address).multipart(reqwest::multipart::Form::new().text("date", "soon"))
            }
            Some(fields) => self.client.post(address).form(fields),
            None => self.client.get(address),
        };
        let known = |request: reqwest::RequestBuilder| {
            let request = request.header("origin", &self.tour.base);
            self.tour.token.iter().fold(request, |request, token| request.bearer_auth(token))
        };
        let mut answer = known(request).send().await.unwrap();
        // A search is kept, and its page fetched.
        let kept = answer.headers().get("location").filter(|_| stop.status == 200);
        if let Some(page) = kept.map(|l| format!("{}{}", self.tour.base, l.to_str().unwrap())) {
            answer = known(self.client.get(page)).send().await.unwrap();
        }
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    async fn in_every_window(&mut self, name: &str) {
        self.settle().await;
        for window in [PHONE, LAPTOP] {
            self.page.resize(window).await;
            self.page.as_tall_as_itself().await;
            if let Some(folder) = std::env::var_os("HUSTINGS_TEST_PICTURES") {
                let file = format!("{:04}-{}.png", self.found.sources.len(), name.replace(['/', '?', ' '], "_"));
                let file =
                    Path::new(&folder).join(self.tour.name.replace(' ', "-")).join(window.0.to_string()).join(file);
                std::fs::create_dir_all(file.parent().unwrap()).unwrap();
                self.page.screenshot(file).await;
            }
            let light = self.page.axe_here(AXE_RULES).await;
            self.page.dark(true).await;
            // What the dark changes is colours: of axe, which has looked once, only what depends on them.
            let dark = self.page.axe_here(AXE_COLOURS).await;
            self.page.dark(false).await;
            for (scheme, found) in [("light", light), ("dark", dark)] {
                let lines = found.into_iter().map(|line| format!("{name}, {scheme}, {}: {line}", window.0));
                self.found.wrong.extend(lines);
            }
        }
        self.fits(name, NARROW).await;
    }

    async fn on_paper(&mut self, name: &str) {
        self.page.paper(true).await;
        self.settle().await;
        let found = self.page.axe_here(AXE_COLOURS).await;
        self.found.wrong.extend(found.into_iter().map(|line| format!("{name}, on paper: {line}")));
        self.fits(&format!("{name}, on paper"), PAPER).await;
        self.page.paper(false).await;
    }

    async fn fits(&mut self, name: &str, window: (i64, i64)) {
        self.page.resize(window).await;
        let wide = self.page.evaluate("document.documentElement.scrollWidth").await.unwrap();
        if wide.as_i64().is_none_or(|wide| wide > window.0) {
            self.found.wrong.push(format!("{name} is {wide} wide at {}", window.0));
        }
    }

    async fn settle(&self) {
        let still = "document.readyState === 'complete' && document.querySelector('h1') !== null";
        self.page.wait_until(still).await;
    }
}
