//! The press: a process of its own that prints data as it stands, and takes the server down with nothing.

use crate::support::app::TestApp;
use crate::support::pdf::Pdf;
use hustings::error::Error;
use hustings::materials::press::{self, Work};
use serde_json::{Value, json};

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
    let mut broken = work("A");
    broken.sheet = "postcard";
    broken.pictures = vec![("front".into(), b"\x89PNG\r\n\x1a\nbroken".to_vec())];
    press::set(broken).await.unwrap_err();
    press::set(work("A")).await.unwrap();
}

/// It writes no file and names no more memory than it may: the machine says no, and the server stays.
#[tokio::test]
async fn the_press_is_bounded_by_the_machine_and_is_given_nothing_of_the_servers() {
    let out = std::process::Command::new(env!("CARGO_BIN_EXE_hustings"))
        .args(["press", "pdf", "4K"])
        .env("DATABASE_URL", "postgres://nobody@nowhere/none")
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    assert!(!out.status.success() || out.stdout.first() != Some(&b'B'), "without work it makes nothing");
    let mut huge = work("A");
    let line = huge.parts[0]["streets"][0]["lines"][0].clone();
    huge.parts[0]["streets"][0]["lines"] = Value::Array(vec![line; 400_000]);
    let error = press::set(huge).await.unwrap_err();
    assert!(matches!(error, Error::Conflict(_)), "{error:?}");
}
