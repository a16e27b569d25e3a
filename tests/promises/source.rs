//! Whoever uses Hustings is offered its source code, on every page (AGPL-3.0, section 13); and what the security pages say of
//! it is there.

use crate::support::app::{Answer, TestApp};
use axum::body::{Body, to_bytes};
use axum::http::Request;
use hustings::access::Role;
use hustings::config::Config;
use hustings::database::Database;
use hustings::web::{App, router};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
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
        messages: Default::default(),
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

/// Where the source is.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file of Rust below a directory.
fn files_below(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files_below(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// The tests of a file: the first function after each attribute that makes one.
fn tests_in(text: &str) -> Vec<&str> {
    let (mut names, mut marked) = (Vec::new(), false);
    for line in text.lines().map(str::trim) {
        if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
            marked = true;
        } else if let (true, Some((_, rest))) = (marked, line.split_once("fn ")) {
            names.extend(rest.split('(').next());
            marked = false;
        }
    }
    names
}

/// The module that a file is, as Rust names it: `mod.rs` is its directory.
fn module_of(file: &Path) -> String {
    let path = file.with_extension("");
    let parts: Vec<String> = path.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    parts.join("::").trim_end_matches("::mod").to_owned()
}

/// Every test as it is run by name: `promise::test`, and `room::module::tests::test` of those beside the code.
fn all_tests() -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for (directory, between) in [("tests/promises", ""), ("src", "tests::")] {
        let directory = root().join(directory);
        let mut files = Vec::new();
        files_below(&directory, &mut files);
        for file in files {
            let module = module_of(file.strip_prefix(&directory).unwrap());
            let text = fs::read_to_string(&file).unwrap();
            all.extend(tests_in(&text).into_iter().map(|name| format!("{module}::{between}{name}")));
        }
    }
    all
}

/// Whether what a page names between backticks is there: a file; a test, or tests that begin so (`wall::without_a_session…`); a
/// module of the code. None: it names something else.
fn is_there(name: &str, tests: &BTreeSet<String>) -> Option<bool> {
    let of_a_module = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_:…".contains(c);
    let folders = ["src/", "static/", "templates/", "migrations/", "tests/", "deploy/", "docs/", "script/", ".ci/"];
    if folders.iter().any(|folder| name.starts_with(folder)) {
        // A script may stand with what it is told to do.
        return Some(name.split(' ').next().is_some_and(|path| root().join(path).exists()));
    }
    if !name.contains("::") || !name.chars().all(of_a_module) {
        return None;
    }
    Some(match name.strip_suffix('…') {
        Some(beginning) => tests.iter().any(|test| test.starts_with(beginning)),
        None => {
            let module = root().join("src").join(name.replace("::", "/"));
            tests.contains(name) || module.is_dir() || module.with_extension("rs").is_file()
        }
    })
}

#[test]
fn every_test_that_the_security_pages_name_is_there() {
    let tests = all_tests();
    for page in ["docs/security.md", "docs/threat-model.md"] {
        let text = fs::read_to_string(root().join(page)).unwrap();
        let names: Vec<&str> = text.lines().flat_map(|line| line.split('`').skip(1).step_by(2)).collect();
        let missing: Vec<_> = names.iter().filter(|name| is_there(name, &tests) == Some(false)).collect();
        assert!(missing.is_empty(), "{page} names what is not there: {missing:#?}");
        assert!(names.iter().any(|name| name.contains("::")), "{page} names no test");
    }
}

#[test]
fn the_counts_on_the_security_page_are_those_of_its_tables() {
    let text = fs::read_to_string(root().join("docs/security.md")).unwrap();
    let rows = |beginning: &'static str| {
        let lines = text.lines().filter(move |line| line.starts_with(beginning));
        lines.map(|line| line.split('|').map(str::trim).collect::<Vec<_>>())
    };
    let mut counted: BTreeMap<&str, [usize; 3]> =
        BTreeMap::from([("met", [0; 3]), ("in part", [0; 3]), ("not met", [0; 3])]);
    let mut ids = BTreeSet::new();
    // | id | level | asked | how | shown by |
    for row in rows("| V") {
        assert_eq!(row.len(), 7, "{row:?}");
        assert!(ids.insert(row[1]), "{} stands twice", row[1]);
        let level: usize = row[2].parse().unwrap();
        let how = match row[4] {
            how if how.starts_with("**In part.**") => "in part",
            how if how.starts_with("**Not met.**") => "not met",
            _ => "met",
        };
        assert!(how == "not met" || !row[5].is_empty(), "{} is shown by nothing", row[1]);
        counted.get_mut(how).unwrap()[level - 1] += 1;
    }
    for (how, counts) in counted {
        let line = rows("| ").find(|row| row[1] == how).unwrap_or_else(|| panic!("no line says how many are {how}"));
        let said: Vec<usize> = line[2..5].iter().map(|n| n.parse().unwrap()).collect();
        assert_eq!(said, counts, "{how}");
    }
}
