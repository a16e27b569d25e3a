//! The typesetter: Typst as a library, with fonts of our own, no files and no network.

use super::Document;
use crate::error::Error;
use crate::turns::in_turn;
use std::sync::LazyLock;
use std::time::Duration;
use tokio::sync::Semaphore;
use typst_as_lib::{TypstEngine, TypstTemplateMainFile};
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

/// The house's look on paper. It reads values and prints them; nothing of theirs is ever evaluated.
const TEMPLATE: &str = include_str!("document.typ");

/// The running text's faces, then the font that helps out.
pub(crate) const FONTS: [&[u8]; 4] = [
    include_bytes!("fonts/LibertinusSerif-Regular.otf"),
    include_bytes!("fonts/LibertinusSerif-Semibold.otf"),
    include_bytes!("fonts/LibertinusSerif-Italic.otf"),
    include_bytes!("fonts/DejaVuSansMono.ttf"),
];

/// Reading the fonts takes longer than a short letter, and they never change.
static ENGINE: LazyLock<TypstEngine<TypstTemplateMainFile>> =
    LazyLock::new(|| TypstEngine::builder().main_file(TEMPLATE).fonts(FONTS).build());

/// Typesetting fills a core and takes memory: as many at once as do not starve those at the doors.
static SEATS: Semaphore = Semaphore::const_new(2);
/// How long somebody waits for a seat: longer than the longest report takes.
const PATIENCE: Duration = Duration::from_secs(45);

/// The document as a PDF (PDF/UA-1, or tagged all the same where its letters do not permit that).
///
/// # Errors
/// [`Error::Busy`] while others' are set; `Internal` when the typesetter fails, which no text can bring about.
pub async fn typeset(document: Document) -> Result<Vec<u8>, Error> {
    in_turn(&SEATS, PATIENCE, move || typeset_here(&document)).await?
}

/// The same on the thread that asks: for commands and tests.
fn typeset_here(document: &Document) -> Result<Vec<u8>, Error> {
    let set = ENGINE.compile_with_input(document.inputs()).output.map_err(Error::internal)?;
    let standards = PdfStandards::new(&[PdfStandard::Ua_1]).map_err(|e| Error::internal(e.message().to_string()))?;
    // The standard refuses some letters; the reader gets the rest of the document nevertheless.
    typst_pdf::pdf(&set, &PdfOptions { standards, ..PdfOptions::default() })
        .or_else(|_| typst_pdf::pdf(&set, &PdfOptions::default()))
        .map_err(|_| Error::internal("a PDF could not be written"))
}

#[cfg(test)]
mod tests {
    use super::super::{Block, Document, Stamp, Table};
    use super::{ENGINE, typeset_here};
    use proptest::prelude::*;
    use typst::layout::{Frame, FrameItem};

    /// All text on each page, as it was set.
    fn pages(document: &Document) -> Vec<String> {
        fn read(frame: &Frame, text: &mut String) {
            for (_, item) in frame.items() {
                match item {
                    FrameItem::Text(run) => text.push_str(&run.text),
                    FrameItem::Group(group) => read(&group.frame, text),
                    _ => {}
                }
            }
        }
        let set: typst_layout::PagedDocument =
            ENGINE.compile_with_input(document.inputs()).output.expect("the document is set");
        let page = |frame: &Frame| {
            let mut text = String::new();
            read(frame, &mut text);
            text
        };
        set.pages().iter().map(|p| page(&p.frame)).collect()
    }

    fn letters(text: &str) -> String {
        text.chars().filter(|c| !c.is_whitespace() && *c != '\u{200b}').collect()
    }

    fn stamp() -> Stamp {
        Stamp::now("Data protection officer", "a test")
    }

    #[test]
    fn hostile_text_is_printed_as_it_stands() {
        let hostile = [
            "#panic(\"no\") #set page(fill: red)",
            "$ x^2 $ \\ \\u{41} *bold* _it_ `raw` @ref <label> = Head",
            "// no comment /* none */ https://example.org/#frag",
            "#import \"/etc/passwd\": x",
        ];
        for text in hostile {
            let row = vec![text.to_owned(), text.to_owned()];
            let document = Document::report(text, stamp())
                .lead(text)
                .heading(text)
                .paragraph(text)
                .facts([(text, text)])
                .then(Block::Points(vec![text.to_owned()]))
                .then(Block::Notice(text.to_owned()))
                .table(Table::new(text, [text, text], vec![row]));
            let all = letters(&pages(&document).concat());
            assert_eq!(all.matches(&letters(text)).count(), 13, "{text}\n{all}");
        }
    }

    #[test]
    fn a_run_of_ten_thousand_letters_stays_on_its_pages() {
        let long = "x".repeat(10_000);
        let document = Document::report("Long", stamp()).paragraph(&long).table(Table::new(
            "Narrow",
            ["a", "b", "c"],
            vec![vec![long.clone(), "y".into(), "z".into()]],
        ));
        let pages = pages(&document);
        assert!(pages.len() > 3, "{}", pages.len());
        assert_eq!(pages.concat().matches('x').count(), 20_000);
        assert!(typeset_here(&document).unwrap().starts_with(b"%PDF-"));
    }

    #[test]
    fn a_long_table_repeats_its_heads_and_each_page_says_who_made_it() {
        let rows = (0..200).map(|n| vec![format!("row {n}"), "organiser".to_owned()]).collect();
        let document = Document::report("Looks", stamp()).table(Table::new("Looks", [("When", 2), ("Role", 1)], rows));
        let pages = pages(&document);
        assert!(pages.len() > 3);
        for page in &pages {
            assert!(page.contains("When") && page.contains("Role"), "{page}");
            assert!(letters(page).contains("Dataprotectionofficer") && letters(page).contains("atest"), "{page}");
        }
    }

    #[test]
    fn what_is_written_is_an_accessible_pdf() {
        let letter = Document::letter(
            vec!["The Lantern Alliance".into(), "data@lantern.example".into()],
            vec!["A. Person".into(), "1 High Street".into()],
            "27 November 2026".into(),
            "Your request".into(),
            stamp(),
        );
        let bytes = typeset_here(&letter.heading("What we hold").paragraph("Nothing.")).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        assert!(text.contains("pdfuaid"), "declared PDF/UA");
        assert!(text.contains("/StructTreeRoot") && text.contains("/Lang"), "tagged");
        let unknown = Document::report("\u{10fffd} 語", stamp());
        assert!(String::from_utf8_lossy(&typeset_here(&unknown).unwrap()).contains("/StructTreeRoot"));
    }

    fn is_set(text: &str, other: &str) -> bool {
        let document = Document::report(text, stamp()).paragraph(other).table(Table::new(
            other,
            [other, text],
            vec![vec![text.to_owned(), other.to_owned()]],
        ));
        typeset_here(&document).is_ok()
    }

    #[test]
    fn a_mark_that_no_font_has_on_a_letter_from_right_to_left_does_not_stop_it() {
        assert!(is_set("\u{5f3}\u{1ac1}", "a\u{5f3}\u{1ac1} \u{1ac1}\u{627}\u{301} \u{627}\u{5b0}\u{41}"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn no_text_stops_the_typesetter(
            text in "\\PC{0,200}",
            other in any::<String>(),
            // Letters of several directions with marks upon them: where it has stopped before.
            mixed in "[a-z\u{300}-\u{36f}\u{590}-\u{6ff}\u{900}-\u{97f}\u{1ab0}-\u{1aff}\u{200b}-\u{200d}\u{fe00}-\u{fe0f} ]{0,80}",
        ) {
            prop_assert!(is_set(&text, &other));
            prop_assert!(is_set(&mixed, &text));
        }
    }
}
