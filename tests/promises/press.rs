//! The press: a process of its own that prints data as it stands, and takes the server down with nothing.

use super::materials_labels::desk;
use crate::support::app::TestApp;
use crate::support::materials::with_printer;
use crate::support::pdf::Pdf;
use crate::support::until::until;
use crate::support::walk::count;
use hustings::error::Error;
use hustings::materials::press::{self, Wanted, Work};
use hustings::materials::{Kind, gallery, labels};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt;

/// The smallest sheet: one pad of one street.
fn work(name: &str) -> Work {
    let line = json!({ "label": "14", "name": name, "number": "12" });
    Work {
        sheet: "pads",
        common: json!({ "style": "usual", "poll": "Local", "foot": name, "rounds": 1, "night": false, "contact": "" }),
        parts: vec![
            json!({ "letters": "QB1", "name": "", "place": null, "numbers": [], "tellers": { "from": 1, "to": 9 },
            "streets": [{ "name": "Larkspur Row", "lines": [line] }] }),
        ],
        ..Work::default()
    }
}

#[tokio::test]
async fn text_is_printed_as_it_stands_whatever_it_looks_like() {
    let _app = TestApp::new().await;
    for hostile in
        ["#import \"/etc/passwd\": x", "#panic()", "$x^2$ *b* _i_ @r <l>", "{{ name }}", "\\u{41} // no", "[picture 1]"]
    {
        let text = Pdf::of(&press::set(work(hostile)).await.unwrap()).text();
        let close = |text: &str| text.chars().filter(|c| !c.is_whitespace() && *c != '\u{200b}').collect::<String>();
        assert!(close(&text).contains(&close(hostile)), "{hostile} in {text}");
    }
}

#[tokio::test]
async fn names_of_200_letters_from_right_to_left_and_with_marks_are_set_too() {
    let _app = TestApp::new().await;
    for odd in [
        "x".repeat(200),
        "\u{5e9}\u{5dc}\u{5d5}\u{5dd}".repeat(20),
        "e\u{301}\u{302}\u{303}".repeat(30),
        "\u{202e}abc\u{0}".into(),
    ] {
        let pdf = Pdf::of(&press::set(work(&odd)).await.unwrap());
        let right = pdf.words().iter().map(|w| w.at[2]).fold(0.0, f64::max);
        assert!(right <= 210.0, "{odd}: {right}");
    }
}

#[tokio::test]
async fn parts_come_in_order_as_one_file_and_pages_as_pictures() {
    let _app = TestApp::new().await;
    let mut many = work("First");
    let first = many.parts[0].clone();
    many.parts = ["One", "Two", "Three", "Four", "Five"]
        .map(|name| {
            let mut part: Value = first.clone();
            part["letters"] = name.into();
            part
        })
        .to_vec();
    many.archive = true;
    let pdf = Pdf::of(&press::set(many.clone()).await.unwrap());
    let pages = pdf.texts();
    assert_eq!(pages.len(), 5);
    for (page, name) in pages.iter().zip(["One", "Two", "Three", "Four", "Five"]) {
        assert!(page.contains(name), "{name} on {page}");
    }
    assert_eq!(press::pages(many.clone()).await.unwrap(), 5);
    let pictures = press::pictures(many, 40.0).await.unwrap();
    assert_eq!(pictures.len(), 5);
    assert!(pictures.iter().all(|png| png.starts_with(b"\x89PNG")));
}

#[tokio::test]
async fn what_is_kept_for_good_says_so_and_a_short_file_is_tagged() {
    let _app = TestApp::new().await;
    let kept = press::set(Work { archive: true, ..work("A") }).await.unwrap();
    assert!(String::from_utf8_lossy(&kept).contains("pdfaid"), "PDF/A");
    let short = press::set(work("A")).await.unwrap();
    assert!(String::from_utf8_lossy(&short).contains("StructTreeRoot"), "tagged");
}

#[tokio::test]
async fn a_sheet_that_fails_is_an_error_that_quotes_nobody() {
    let _app = TestApp::new().await;
    let mut broken = work("Edith Harcourt");
    broken.parts[0]["streets"] = "Edith Harcourt".into();
    let error = press::set(broken).await.unwrap_err();
    assert!(matches!(error, Error::Internal(_)), "{error:?}");
    assert!(!format!("{error} {:?}", error.cause()).contains("Harcourt"), "{:?}", error.cause());
    let mut none = work("A");
    none.sheet = "../../etc/passwd";
    press::set(none).await.unwrap_err();
}

#[tokio::test]
async fn a_picture_that_is_none_is_refused_and_the_press_goes_on() {
    let _app = TestApp::new().await;
    let mut card = gallery::work(Kind::Postcards).unwrap();
    card.common["front"] = "front".into();
    press::set(card.clone()).await.unwrap();
    card.pictures = vec![("front".into(), b"\x89PNG\r\n\x1a\nbroken".to_vec())];
    let error = press::set(card).await.unwrap_err();
    assert!(matches!(error, Error::Internal(_)), "{error:?}");
    press::set(work("A")).await.unwrap();
}

/// A press begun as the server begins it, looked at from outside while it waits for its work: its walls stand before it reads a byte.
#[tokio::test]
async fn the_press_is_shut_in_before_it_reads_a_byte() {
    use std::process::{Command, Stdio};
    let mut press = Command::new(env!("CARGO_BIN_EXE_hustings"))
        .args(["press", "pdf", "4K"])
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let read =
        |process: &str, what: &str| std::fs::read_to_string(format!("/proc/{process}/{what}")).unwrap_or_default();
    let id = press.id().to_string();
    let field = |process: &str, name: &str| -> String {
        let status = read(process, "status");
        let value = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        value.unwrap_or_default().trim().to_owned()
    };
    // Two filters more than whoever began it has, the second the one that refuses most.
    let filters = |process: &str| field(process, "Seccomp_filters").parse::<u32>().unwrap_or_default();
    let all = filters("self") + 2;
    until("the press shuts itself in", async || (filters(&id) == all).then_some(())).await;
    assert_eq!(field(&id, "Seccomp"), "2");
    assert_eq!(field(&id, "NoNewPrivs"), "1");
    let limits = read(&id, "limits");
    let limit = |name: &str| -> String {
        let line = limits.lines().find(|line| line.starts_with(name)).unwrap_or_default();
        line[name.len()..].split_whitespace().next().unwrap_or_default().to_owned()
    };
    assert_eq!(limit("Max address space"), (3u64 * 1024 * 1024 * 1024).to_string());
    assert_eq!(limit("Max file size"), "0");
    assert_eq!(limit("Max core file size"), "0");
    assert!(read(&id, "environ").is_empty(), "nothing of the server's");
    // Its input ends, and with it the process.
    drop(press.stdin.take());
    assert!(!press.wait().unwrap().success());
}

/// It names no more memory than it may: the machine says no, and the server stays.
#[tokio::test]
async fn the_press_is_bounded_by_the_machine() {
    let _app = TestApp::new().await;
    let out = std::process::Command::new(env!("CARGO_BIN_EXE_hustings"))
        .args(["press", "pdf", "4K"])
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    assert!(!out.status.success() && out.stdout.is_empty(), "without work it makes nothing");
    let mut huge = work("A");
    let line = huge.parts[0]["streets"][0]["lines"][0].clone();
    huge.parts[0]["streets"][0]["lines"] = Value::Array(vec![line; 400_000]);
    let error = press::set(huge).await.unwrap_err();
    assert!(matches!(error, Error::Conflict(_)), "{error:?}");
}

/// A press by the title of an out card: slower than the server's beat in the middle of a frame, ended in several ways, and one that
/// looks what it was given.
const OURS: &str = r"#!/bin/sh
read -r head
case $2:$head in
pdf:*Slowly*) printf 'P\000'; sleep 6; printf '\000\000\004\000\000\000\001B\000\000\000\004%%PDFN\000\000\000\004\000\000\000\001' ;;
pdf:*Killed*) kill -KILL $$ ;;
pdf:*Panicked*) echo 'thread panicked at sheet.rs: Edith Harcourt' >&2; exit 101 ;;
pdf:*Longer*) printf 'L\000\000\000\017title: It is so' ;;
pdf:*Bare*) env | grep -qv '^PWD=\|^OLDPWD=\|^SHLVL=\|^_=' && exit 7; printf 'B\000\000\000\004%%PDFN\000\000\000\004\000\000\000\001' ;;
*) printf 'N\000\000\000\004\000\000\000\001' ;;
esac
";

#[tokio::test]
async fn a_slow_press_loses_nothing_a_dead_one_says_how_it_died_and_none_is_given_what_is_the_servers() {
    let at = tempfile::tempdir().unwrap();
    let ours = at.path().join("press");
    std::fs::write(&ours, OURS).unwrap();
    std::fs::set_permissions(&ours, std::fs::Permissions::from_mode(0o755)).unwrap();
    // Before the service says which: the first that is said stays.
    press::set_program(ours);
    let here = desk().await;
    with_printer(&here.app).await;
    for (title, state, said) in [
        ("Slowly", "done", ""),
        ("Bare", "done", ""),
        ("Killed", "failed", "more than one file can hold"),
        ("Panicked", "failed", "finds the reason in its log"),
        ("Longer", "failed", "It is so, and make it again."),
    ] {
        let fields = [
            ("title", title),
            ("text", "We called today."),
            ("contact", "01632 960001"),
            ("lines", "3"),
            ("count", "4"),
            ("step", "make"),
        ];
        here.desk.post("/materials/out-cards", &fields).await.expect(303);
        here.app.print().await;
        let newest = "select state, failure from material_run order by run_no desc limit 1";
        let mut db = here.app.database.operator().await;
        let (is, failure): (String, String) = sqlx::query_as(newest).fetch_one(&mut db).await.unwrap();
        assert!(is == state && failure.contains(said), "{title}: {is}, {failure}");
        assert!(!failure.contains("Harcourt"), "{failure}");
    }
}

#[tokio::test]
async fn what_is_longer_than_its_room_is_refused_by_its_field_and_never_cut() {
    let _app = TestApp::new().await;
    let long = || Value::from("much too long ".repeat(500));
    let lines = || Value::from(vec!["A line"; 200]);
    let large = |work: &mut Work| {
        work.common["style"] = "large".into();
        work.parts[0]["letters"][0]["blocks"][0]["lines"][0][0]["text"] = "In large print. ".repeat(40).into();
    };
    type Change = Box<dyn Fn(&mut Work)>;
    let all: [(Kind, &str, Change); 12] = [
        (Kind::OutCards, "title", Box::new(move |w: &mut Work| w.common["title"] = long())),
        (Kind::OutCards, "text", Box::new(move |w: &mut Work| w.common["text"] = long())),
        (Kind::OutCards, "contact", Box::new(move |w: &mut Work| w.common["contact"] = long())),
        (Kind::OutCards, "area", Box::new(move |w: &mut Work| w.common["imprint"] = lines())),
        (Kind::DoorCards, "count", Box::new(move |w: &mut Work| w.common["notice"] = long())),
        (Kind::PollCards, "contact", Box::new(move |w: &mut Work| w.common["contact"] = long())),
        (Kind::PollCards, "poll", Box::new(move |w: &mut Work| w.parts[0]["cards"][0]["address"] = long())),
        (Kind::PollCards, "selection", Box::new(move |w: &mut Work| w.parts[0]["cards"][0]["to"] = lines())),
        (Kind::Letters, "sender", Box::new(move |w: &mut Work| w.common["sender"] = lines())),
        (Kind::Letters, "selection", Box::new(move |w: &mut Work| w.parts[0]["letters"][0]["to"] = lines())),
        (Kind::Postcards, "selection", Box::new(move |w: &mut Work| w.parts[0]["letters"][0]["to"] = lines())),
        (Kind::Postcards, "text", Box::new(large)),
    ];
    for (kind, field, change) in all {
        let mut work = gallery::work(kind).unwrap();
        change(&mut work);
        match press::set(work).await {
            Err(Error::Invalid(wrong)) => {
                assert_eq!(wrong[0].field, field, "{kind:?}: {}", wrong[0].message);
                assert!(wrong[0].message.contains(" has room for. Shorten it"), "{}", wrong[0].message);
                assert!(!wrong[0].message.contains("much"), "{}", wrong[0].message);
            }
            other => panic!("{kind:?} {field}: {:?}", other.map(|pdf| pdf.len())),
        }
    }
}

#[tokio::test]
async fn a_card_that_says_too_much_is_neither_shown_nor_made() {
    let here = desk().await;
    with_printer(&here.app).await;
    let text = "a\n".repeat(249);
    for step in ["preview", "make"] {
        let fields = [
            ("title", "Sorry we missed you"),
            ("text", text.as_str()),
            ("contact", "01632 960001"),
            ("lines", "3"),
            ("count", "4"),
            ("step", step),
        ];
        let page = here.desk.post("/materials/out-cards", &fields).await.expect(422);
        assert!(page.text(".errors").contains("is longer than the card has room for"), "{}", page.text("main"));
    }
    assert_eq!(count(&here.app, "select count(*) from material_run").await, 0);
}

/// Whether a label of these lines is set, in this process.
fn is_on_a_label(lines: &[&str]) -> bool {
    let address = lines.iter().map(|line| (*line).to_owned()).collect();
    let (given, mut out) = (labels::L7160.work(&[address], 1, false).lines().unwrap(), Vec::new());
    press::set_here("4K", Wanted::Pdf, given.as_slice(), &mut out).unwrap();
    // The last frame is that of the pages: a letter, a length of four bytes, and a number of four.
    out.len() > 9 && out[out.len() - 9] == b'N'
}

#[test]
fn a_label_of_a_letter_and_a_mark_that_no_one_font_has_is_set_and_so_is_one_of_nothing_that_is_seen() {
    for name in ["\u{5f3}\u{1ac1}", "a\u{5f3}\u{1ac1} \u{1ac1}\u{627}\u{301}", "\u{5d0}\u{651}", "\u{200b}"] {
        assert!(is_on_a_label(&[name]), "{}", name.escape_unicode());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn no_name_stops_a_label(
        text in "\\PC{0,80}",
        // Letters of several directions with marks upon them.
        mixed in "[a-z\u{300}-\u{36f}\u{590}-\u{6ff}\u{900}-\u{97f}\u{1ab0}-\u{1aff}\u{200b}-\u{200d}\u{fe00}-\u{fe0f} ]{0,80}",
    ) {
        prop_assert!(is_on_a_label(&[&mixed, &text]), "{}", mixed.escape_unicode());
    }
}
