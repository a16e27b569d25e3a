//! A real browser for a test: one headless Chromium with nothing in it.
//!
//! Every step waits for what it needs, up to [`LIMIT`], so tests hold no pauses. A step names things as a person would:
//! by the words on a button or beside a field, or by a CSS selector. Steps also work on pages whose scripts are off. An
//! error that a page's script does not catch fails the test, whatever else it found.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chromiumoxide::browser::{Browser as Chromium, BrowserConfig};
use chromiumoxide::cdp::browser_protocol::emulation::{
    MediaFeature, SetDeviceMetricsOverrideParams, SetEmulatedMediaParams, SetScriptExecutionDisabledParams,
};
use chromiumoxide::cdp::browser_protocol::network::{
    EmulateNetworkConditionsByRuleParams, Headers, NetworkConditions, OverrideNetworkStateParams,
    SetExtraHttpHeadersParams,
};
use chromiumoxide::cdp::browser_protocol::target::CreateTargetParams;
use chromiumoxide::cdp::browser_protocol::web_authn::{
    self, AuthenticatorProtocol, AuthenticatorTransport, VirtualAuthenticatorOptions,
};
use chromiumoxide::cdp::js_protocol::runtime::{EvaluateParams, EventExceptionThrown};
use chromiumoxide::layout::Point;
use chromiumoxide::page::{Page as Tab, ScreenshotParams};
use futures_util::StreamExt;
use serde_json::{Value, json};
use tempfile::TempDir;

/// How long a step waits for what it needs.
const LIMIT: Duration = Duration::from_secs(15);

/// How often it looks.
const PAUSE: Duration = Duration::from_millis(20);

/// A phone held upright.
pub const PHONE: (i64, i64) = (390, 844);
/// A laptop.
pub const LAPTOP: (i64, i64) = (1280, 800);
/// The narrowest window that pages must fit into without scrolling sideways.
pub const NARROW: (i64, i64) = (320, 640);

/// A browser that ends with this value.
pub struct Browser {
    chromium: Chromium,
    _profile: TempDir,
    uncaught: Arc<Mutex<Vec<String>>>,
}

/// One page of a browser.
pub struct Page {
    tab: Tab,
    viewport: (i64, i64),
}

impl Browser {
    /// Starts Chromium with an empty profile.
    pub async fn start() -> Self {
        let profile = tempfile::tempdir().unwrap();
        let flags = ["disable-gpu", "disable-quic", "disable-component-update", "disable-search-engine-choice-screen"];
        let config = BrowserConfig::builder()
            .no_sandbox()
            .user_data_dir(profile.path())
            .launch_timeout(Duration::from_secs(60))
            .viewport(None)
            .args(flags)
            .build()
            .unwrap();
        let (chromium, mut events) = Chromium::launch(config).await.expect("Chromium starts");
        tokio::spawn(async move { while events.next().await.is_some() {} });
        Self { chromium, _profile: profile, uncaught: Arc::default() }
    }

    /// Opens an empty page, as wide as a laptop.
    pub async fn page(&self) -> Page {
        // A window of its own: a tab behind another is not drawn, and never says that it has loaded.
        let window = CreateTargetParams::builder().url("about:blank").new_window(true).build().unwrap();
        let tab = self.chromium.new_page(window).await.unwrap();
        let mut thrown = tab.event_listener::<EventExceptionThrown>().await.unwrap();
        let uncaught = Arc::clone(&self.uncaught);
        tokio::spawn(async move {
            while let Some(event) = thrown.next().await {
                let details = &event.exception_details;
                let error = details.exception.as_ref().and_then(|e| e.description.clone());
                let error =
                    format!("{} at {}", error.unwrap_or(details.text.clone()), details.url.as_deref().unwrap_or("?"));
                uncaught.lock().unwrap().push(error);
            }
        });
        let mut page = Page { tab, viewport: LAPTOP };
        page.resize(LAPTOP).await;
        page
    }

    /// The errors that pages' scripts did not catch until now, and none of them any more.
    pub fn uncaught(&self) -> Vec<String> {
        std::mem::take(&mut *self.uncaught.lock().unwrap())
    }

    /// Ends the browser, and waits for its end.
    pub async fn close(mut self) {
        let _ = self.chromium.close().await;
        let _ = self.chromium.wait().await;
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let uncaught = self.uncaught();
        if std::thread::panicking() {
            eprintln!("errors that pages' scripts did not catch: {uncaught:?}");
        } else {
            assert_eq!(uncaught, [""; 0], "errors that pages' scripts did not catch");
        }
    }
}

impl Page {
    /// A key that says yes by itself, as a telephone does whose owner puts a finger on it.
    pub async fn virtual_authenticator(&self) {
        let options = VirtualAuthenticatorOptions::builder()
            .protocol(AuthenticatorProtocol::Ctap2)
            .transport(AuthenticatorTransport::Internal)
            .has_resident_key(true)
            .has_user_verification(true)
            .is_user_verified(true)
            .automatic_presence_simulation(true)
            .build()
            .unwrap();
        self.tab.execute(web_authn::EnableParams::default()).await.unwrap();
        self.tab.execute(web_authn::AddVirtualAuthenticatorParams::new(options)).await.unwrap();
    }

    /// Goes to an address and waits until the page has loaded.
    pub async fn goto(&self, url: &str) {
        self.tab.goto(url).await.unwrap_or_else(|error| panic!("{url}: {error}"));
    }

    /// The address of the page.
    pub async fn url(&self) -> String {
        self.tab.url().await.unwrap().unwrap_or_default()
    }

    /// Clicks, with the mouse, what a selector or the visible words name, once it is there and nothing covers it.
    pub async fn click(&self, wanted: &str) {
        let point = self.until(&format!("click {wanted:?}"), &call("point", &[wanted])).await;
        let point = Point::new(point["x"].as_f64().unwrap(), point["y"].as_f64().unwrap());
        self.tab.click(point).await.unwrap();
    }

    /// Puts a value into the field with that label or name.
    pub async fn fill(&self, field: &str, value: &str) {
        self.until(&format!("fill {field:?}"), &call("fill", &[field, value])).await;
    }

    /// Types into the field with that label or name, key by key, for pages that answer to each.
    pub async fn type_into(&self, field: &str, text: &str) {
        self.until(&format!("type into {field:?}"), &call("focus", &[field])).await;
        for key in text.chars() {
            self.press(&key.to_string()).await;
        }
    }

    /// Presses one key, such as `Tab` or `Enter`, wherever the focus is.
    pub async fn press(&self, key: &str) {
        self.tab.find_element(":focus, body").await.unwrap().press_key(key).await.unwrap();
    }

    /// Chooses the option with those words or that value.
    pub async fn select(&self, field: &str, choice: &str) {
        self.until(&format!("choose {choice:?} in {field:?}"), &call("select", &[field, choice])).await;
    }

    /// Waits until something that the selector names, or those words, can be seen.
    pub async fn wait_for(&self, wanted: &str) {
        self.until(&format!("wait for {wanted:?}"), &call("present", &[wanted])).await;
    }

    /// Waits until an expression is true.
    pub async fn wait_until(&self, expression: &str) {
        self.until(expression, expression).await;
    }

    /// The words on the page.
    pub async fn text(&self) -> String {
        let text = self.evaluate("document.body ? document.body.innerText : ''").await.unwrap_or_default();
        text.as_str().unwrap_or_default().to_owned()
    }

    /// The page's HTML as it stands.
    pub async fn html(&self) -> String {
        self.tab.content().await.unwrap()
    }

    /// Writes a picture of the whole page, as PNG.
    pub async fn screenshot(&self, path: impl AsRef<Path>) -> PathBuf {
        let whole = ScreenshotParams::builder().full_page(true).build();
        self.tab.save_screenshot(whole, &path).await.unwrap();
        path.as_ref().to_owned()
    }

    /// Gives the page a window of that width and height; a narrow one is a phone's.
    pub async fn resize(&mut self, viewport: (i64, i64)) {
        self.viewport = viewport;
        self.show_in(viewport).await;
    }

    /// Prefers dark colours, or light ones; and that nothing moves.
    pub async fn dark(&self, dark: bool) {
        let scheme = if dark { "dark" } else { "light" };
        self.tab
            .emulate_media_features(vec![
                MediaFeature::new("prefers-color-scheme", scheme),
                MediaFeature::new("prefers-reduced-motion", "reduce"),
            ])
            .await
            .unwrap();
    }

    /// Shows the page as it is printed, or on the screen again.
    pub async fn paper(&self, paper: bool) {
        let media = SetEmulatedMediaParams::builder().media(if paper { "print" } else { "" }).build();
        self.tab.execute(media).await.unwrap();
    }

    /// Sends everything with this token from now on, as a browser signed in by it; or without any.
    pub async fn bearer(&self, token: Option<&str>) {
        let headers = token.map(|token| ("Authorization".to_owned(), json!(format!("Bearer {token}"))));
        let headers = Headers::new(Value::Object(headers.into_iter().collect()));
        self.tab.execute(SetExtraHttpHeadersParams::new(headers)).await.unwrap();
    }

    /// Switches the page's scripts off, or on again, from the next page on.
    pub async fn scripts(&self, on: bool) {
        self.tab.execute(SetScriptExecutionDisabledParams::new(!on)).await.unwrap();
    }

    /// Takes the network away from the page, or gives it back. A service worker's own requests still go out: to cut
    /// those off too, stop the server.
    pub async fn offline(&self, offline: bool) {
        self.network(offline, Duration::ZERO, -1.0).await;
    }

    /// Makes the network slow: bits a second, and the time that each answer takes to begin.
    pub async fn slow(&self, bits: f64, latency: Duration) {
        self.network(false, latency, bits / 8.0).await;
    }

    /// The value of an expression, awaited if it is a promise. The page's Content-Security-Policy does not bind it.
    pub async fn evaluate(&self, expression: &str) -> Result<Value, String> {
        let whole = EvaluateParams::builder().expression(expression).await_promise(true).return_by_value(true);
        let answer = self.tab.execute(whole.build()?).await.map_err(|error| error.to_string())?.result;
        match answer.exception_details {
            Some(thrown) => Err(thrown.exception.and_then(|error| error.description).unwrap_or(thrown.text)),
            None => Ok(answer.result.value.unwrap_or_default()),
        }
    }

    /// Fails when the page is wider than its window.
    pub async fn no_sideways_scroll(&self) {
        let widths = "[document.documentElement.scrollWidth, document.documentElement.clientWidth]";
        let widths = self.evaluate(widths).await.unwrap();
        assert!(widths[0].as_i64() <= widths[1].as_i64(), "{} scrolls sideways: {widths}", self.url().await);
    }

    /// What axe-core finds against WCAG 2.2 AA and best practice, one line each; best compared with an empty list. The
    /// window is as tall as the page meanwhile, so that bars that stay in place cover nothing.
    pub async fn axe(&self) -> Vec<String> {
        self.as_tall_as_itself().await;
        let found = self.axe_here(AXE_RULES).await;
        self.show_in(self.viewport).await;
        found
    }

    /// Makes the window as tall as the page.
    pub async fn as_tall_as_itself(&self) {
        let height = self.evaluate("Math.ceil(document.documentElement.scrollHeight)").await.unwrap();
        self.show_in((self.viewport.0, height.as_i64().unwrap().max(self.viewport.1))).await;
    }

    /// What some rules of axe-core find in the window as it is.
    pub async fn axe_here(&self, rules: &str) -> Vec<String> {
        if self.evaluate("typeof axe").await != Ok(json!("object")) {
            self.evaluate(&axe_source()).await.unwrap();
        }
        let options = format!("{{ resultTypes: ['violations'], preload: false, runOnly: {rules} }}");
        let found = self.evaluate(&format!("axe.run(document, {options}).then({AXE_LINES})")).await.unwrap();
        let lines = found.as_array().into_iter().flatten();
        lines.map(|line| line.as_str().unwrap_or_default().to_owned()).collect()
    }

    /// For requests, and for what the page's scripts are told of the network.
    async fn network(&self, offline: bool, latency: Duration, bytes: f64) {
        let latency = latency.as_secs_f64() * 1000.0;
        let everywhere = NetworkConditions::new("", latency, bytes, bytes);
        let requests = EmulateNetworkConditionsByRuleParams::new(offline, vec![everywhere]);
        self.tab.execute(requests).await.unwrap();
        self.tab.execute(OverrideNetworkStateParams::new(offline, latency, bytes, bytes)).await.unwrap();
    }

    async fn show_in(&self, (width, height): (i64, i64)) {
        let phone = width < 600;
        self.tab.execute(SetDeviceMetricsOverrideParams::new(width, height, 1.0, phone)).await.unwrap();
    }

    /// Evaluates again and again until the answer is something: not null, not false, not an error, as while a page goes.
    async fn until(&self, what: &str, expression: &str) -> Value {
        let mut again = tokio::time::interval(PAUSE);
        let mut last = Ok(Value::Null);
        let found = tokio::time::timeout(LIMIT, async {
            loop {
                again.tick().await;
                last = self.evaluate(expression).await;
                if let Ok(found) = &last
                    && !matches!(found, Value::Null | Value::Bool(false))
                {
                    return found.clone();
                }
            }
        });
        match found.await {
            Ok(found) => found,
            Err(_) => panic!("could not {what} at {} ({last:?}):\n{}", self.url().await, self.text().await),
        }
    }
}

/// WCAG 2.2 AA and best practice, as axe-core tags its rules.
pub const AXE_RULES: &str = "['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']";

/// The rules that a change of colours alone can break.
pub const AXE_COLOURS: &str = "['color-contrast', 'link-in-text-block']";

/// What axe-core found, one line each.
const AXE_LINES: &str = "({ violations }) => violations.flatMap(({ id, help, nodes }) => nodes.map((node) => \
    `${id}: ${help}: ${node.target.join(' ')}: ${node.failureSummary.replace(/\\s+/g, ' ')}`))";

fn axe_source() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/tools/node_modules/axe-core/axe.min.js");
    std::fs::read_to_string(path).expect("axe-core is installed: run npm ci --ignore-scripts in tests/browser/tools")
}

/// A call of one of find.js's functions.
fn call(function: &str, arguments: &[&str]) -> String {
    let arguments: Vec<String> = arguments.iter().map(|argument| json!(argument).to_string()).collect();
    format!("{}.{function}({})", include_str!("find.js").trim_end(), arguments.join(", "))
}
