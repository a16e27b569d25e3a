//! How long does the press take over what a campaign prints, and how much memory, beside typst alone on the same pages?

mod support;

use futures_util::stream::{self, StreamExt, TryStreamExt};
use hustings::materials::labels::L7160;
use hustings::materials::letters::choices::Envelope;
use hustings::materials::letters::{merge, text};
use hustings::materials::press::{self, Came, Trouble, Work};
use nix::sys::resource::{UsageWho, getrusage};
use serde_json::{Value as Json, json};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;
use support::memory::Memory;
use support::report::{Report, Target, Unit, note, percentile, times};
use support::{Outcome, size};
use typst::foundations::{Array, Dict, IntoValue, Str, Value};
use typst_as_lib::TypstEngine;
use typst_layout::PagedDocument;
use typst_pdf::PdfOptions;

/// What each may take.
const LETTERS: f64 = 30.0;
const LETTERS_MEGABYTES: f64 = 500.0;
const CARDS: f64 = 30.0;
const LABELS: f64 = 5.0;
const PROOF_MS: f64 = 1_000.0;
/// How often a first proof is made.
const PROOFS: u32 = 20;
/// Letters of one part, as `materials::letters` makes them.
const PART: usize = 248;
/// A run's number as its codes begin.
const RUN: &str = "4K";

/// The fonts that the press has.
const FONTS: [&[u8]; 8] = [
    include_bytes!("../src/paper/fonts/LibertinusSerif-Regular.otf"),
    include_bytes!("../src/paper/fonts/LibertinusSerif-Semibold.otf"),
    include_bytes!("../src/paper/fonts/LibertinusSerif-Italic.otf"),
    include_bytes!("../src/paper/fonts/DejaVuSansMono.ttf"),
    include_bytes!("../src/paper/fonts/Lato-Regular.ttf"),
    include_bytes!("../src/paper/fonts/Lato-Bold.ttf"),
    include_bytes!("../src/paper/fonts/Lato-Italic.ttf"),
    include_bytes!("../src/paper/fonts/LibreBarcode128-Regular.ttf"),
];
const HOUSE: &str = include_str!("../src/materials/press/sheets/house.typ");

const LETTER: &str = "# A crossing for {{street|your street}}

{{salutation}},

The council counted four thousand cars a day on the road that children from {{street|your street}} cross on their way to school. \
It has promised a crossing since the spring of last year, and **nothing has been built**.

We asked for the reason in writing, and put the answer on our page for everybody in {{area}} to read. There is money for it; what \
lacks is a decision. It takes one vote of one committee, and that committee sits again in the week after the election.

- A crossing with lights at the school gate, before the winter.
- Twenty miles an hour on the whole of the road, and not only past the shops.
- A bus that stops where people live, every half hour, in the evening too.

If that is worth your vote, please use it on Thursday. The polling station is open from seven in the morning until ten at night, \
and you need to show a document with your photograph. If you have none, ask the council for a certificate; it costs nothing.

With kind regards";

fn main() -> ExitCode {
    if !std::env::args().any(|argument| argument == "--bench") {
        println!("This measures for minutes: script/bench runs it.");
        return ExitCode::SUCCESS;
    }
    match measured() {
        Ok(report) => {
            println!("{report}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn measured() -> Outcome<Report> {
    press::set_program(PathBuf::from(env!("CARGO_BIN_EXE_hustings")));
    tokio::runtime::Runtime::new()?.block_on(measure())
}

async fn measure() -> Outcome<Report> {
    let (letters, labels): (usize, usize) = (size("LETTERS", 10_000)?, size("LABELS", 8_000)?);
    let (electors, lists): (usize, usize) = (size("ELECTORS", 74_000)?, size("LISTS", 62)?);

    // Letters go first: what is told of processes that ended is the most that any of them took.
    let letter_work = letters_of(letters)?;
    let post = printed(&letter_work).await?;
    let peak = megabytes(getrusage(UsageWho::RUSAGE_CHILDREN)?.max_rss());
    let label_work = L7160.work(&(0..labels).map(address).collect::<Vec<_>>(), 1, false);
    let card_works: Vec<Work> = (0..lists).map(|list| cards_of(list, electors / lists.max(1))).collect();
    let stickers = printed(&label_work).await?;
    let cards = by_two(&card_works).await?;
    let parts = card_works.iter().flat_map(|work| work.parts.clone()).collect();
    let together = printed(&Work { parts, ..card_works.first().cloned().unwrap_or_default() }).await?;
    let proof = first_proof().await?;

    let one = alone(&letters_of(1)?, true)?;
    let post_alone = alone(&letter_work, false)?;
    let stickers_alone = alone(&label_work, false)?;
    let mut cards_alone = Printed::default();
    for work in &card_works {
        cards_alone.add(alone(work, true)?);
    }
    for (what, ours, theirs) in
        [("letters", &post, &post_alone), ("labels", &stickers, &stickers_alone), ("cards", &cards, &cards_alone)]
    {
        if ours.pages != theirs.pages || ours.pages == 0 {
            return Err(format!("The {what} have {} pages, and {} by typst alone.", ours.pages, theirs.pages).into());
        }
    }
    let (whole, whole_megabytes) = in_one(&letter_work)?;

    let mut report = Report::new("The press: letters, labels and canvass cards");
    report.about(format!(
        "{letters} letters by name of a page each, {} KB apiece in the file; {labels} addresses on Avery L7160; canvass cards of {electors} \
         electors in {lists} lists, {} pages of A4 with a code at each name, each list a run of its own, two at a time as the worker takes them. Processes, pipes and putting \
         together are counted; the database is not.",
        post.bytes / 1024 / letters.max(1),
        cards.pages,
    ));
    report.figure("letters in one PDF", post.seconds, Unit::Seconds, Target::Below(LETTERS));
    report.figure("the press's memory at its peak, in MB", peak, Unit::Count, Target::Below(LETTERS_MEGABYTES));
    report.yardstick("typst alone, the same parts one by one, not put together", post_alone.seconds, Unit::Seconds);
    report.yardstick("typst alone, all letters as one document", whole, Unit::Seconds);
    report.yardstick("its memory at its peak, in MB", whole_megabytes, Unit::Count);
    report.figure("canvass cards", cards.seconds, Unit::Seconds, Target::Below(CARDS));
    report.plain("the same cards as parts of one run", together.seconds, Unit::Seconds);
    report.yardstick("typst alone, the same cards, a list after another", cards_alone.seconds, Unit::Seconds);
    report.figure("labels", stickers.seconds, Unit::Seconds, Target::Below(LABELS));
    report.yardstick("typst alone, the same labels", stickers_alone.seconds, Unit::Seconds);
    report.figure("first proof, its process begun too, at worst", proof, Unit::Ms, Target::Below(PROOF_MS));
    report.yardstick("typst alone, the same letter, fonts read too", one.seconds * 1000.0, Unit::Ms);
    Ok(report)
}

/// What came of work.
#[derive(Default)]
struct Printed {
    seconds: f64,
    pages: usize,
    bytes: usize,
}

impl Printed {
    fn add(&mut self, other: Printed) {
        self.seconds += other.seconds;
        self.pages += other.pages;
        self.bytes += other.bytes;
    }
}

/// A run as the server's worker has it printed: from its work as kept to the PDF's last byte.
async fn printed(work: &Work) -> Outcome<Printed> {
    let lines = work.lines()?;
    let begun = Instant::now();
    let mut printing = press::print(RUN, lines).await.map_err(said)?;
    let mut printed = Printed::default();
    while let Some(came) = printing.next().await.map_err(said)? {
        match came {
            Came::Bytes(some) => printed.bytes += some.len(),
            Came::Pages(pages) => printed.pages = usize::try_from(pages)?,
            Came::Parts(_) | Came::Picture(_) => {}
        }
    }
    printed.seconds = begun.elapsed().as_secs_f64();
    Ok(printed)
}

/// Runs as the server's worker takes them where it has two processors.
async fn by_two(works: &[Work]) -> Outcome<Printed> {
    let begun = Instant::now();
    let all: Vec<Printed> = stream::iter(works).map(printed).buffer_unordered(2).try_collect().await?;
    let mut together = Printed::default();
    all.into_iter().for_each(|one| together.add(one));
    together.seconds = begun.elapsed().as_secs_f64();
    Ok(together)
}

fn said(trouble: Trouble) -> String {
    format!("The press: {trouble:?}")
}

/// One letter, as whoever makes them sees it first: the slowest of several, in milliseconds.
async fn first_proof() -> Outcome<f64> {
    let mut took = times()?;
    for _ in 0..PROOFS {
        let work = letters_of(1)?;
        let begun = Instant::now();
        let pdf = press::set(work).await?;
        note(&mut took, begun.elapsed());
        if !pdf.starts_with(b"%PDF") {
            return Err("The proof is no PDF.".into());
        }
    }
    Ok(percentile(&took, 100.0))
}

/// The same sheet, fonts and values in this process, a part after another, each a PDF of its own; tagged where the press tags it.
fn alone(work: &Work, tagged: bool) -> Outcome<Printed> {
    let begun = Instant::now();
    let sheet = match work.sheet {
        "letter" => include_str!("../src/materials/press/sheets/letter.typ"),
        "labels" => include_str!("../src/materials/press/sheets/labels.typ"),
        "cards" => include_str!("../src/materials/press/sheets/cards.typ"),
        other => return Err(format!("no sheet {other}").into()),
    };
    let engine = TypstEngine::builder()
        .main_file(sheet)
        .with_static_source_file_resolver([("house.typ", HOUSE)])
        .fonts(FONTS)
        .build();
    let options = PdfOptions { tagged, ..PdfOptions::default() };
    let mut printed = Printed::default();
    for part in &work.parts {
        let mut inputs = Dict::new();
        inputs.insert("common".into(), value(&work.common));
        inputs.insert("part".into(), value(part));
        inputs.insert("pictures".into(), Value::Dict(Dict::new()));
        inputs.insert("run".into(), RUN.into_value());
        let document: PagedDocument = engine.compile_with_input(inputs).output.map_err(|e| format!("{e:?}"))?;
        printed.pages += document.pages().len();
        printed.bytes += typst_pdf::pdf(&document, &options).map_err(|e| format!("{e:?}"))?.len();
        drop(document);
        comemo::evict(0);
    }
    printed.seconds = begun.elapsed().as_secs_f64();
    Ok(printed)
}

/// Letters as whoever knows typst would set them: all in one document. Seconds, and by how many megabytes this process grew.
fn in_one(work: &Work) -> Outcome<(f64, f64)> {
    let all: Vec<Json> = work.parts.iter().filter_map(|part| part["letters"].as_array()).flatten().cloned().collect();
    let whole = Work { parts: vec![json!({ "letters": all })], ..work.clone() };
    let memory = Memory::now()?;
    let printed = alone(&whole, false)?;
    Ok((printed.seconds, memory.grown()? / 1024.0))
}

fn value(json: &Json) -> Value {
    match json {
        Json::Null => Value::None,
        Json::Bool(b) => b.into_value(),
        Json::Number(n) => match n.as_i64() {
            Some(n) => n.into_value(),
            None => n.as_f64().unwrap_or_default().into_value(),
        },
        Json::String(text) => Value::Str(Str::from(text.as_str())),
        Json::Array(all) => Value::Array(all.iter().map(value).collect::<Array>()),
        Json::Object(object) => {
            Value::Dict(object.iter().map(|(key, inner)| (Str::from(key.as_str()), value(inner))).collect::<Dict>())
        }
    }
}

#[allow(clippy::cast_precision_loss)] // kilobytes of memory are far below 2^52
fn megabytes(kilobytes: i64) -> f64 {
    kilobytes as f64 / 1024.0
}

const FORENAMES: [&str; 7] = ["Ada", "Siân", "Łukasz", "Christopher James", "Jo", "Oluwaseun", "Mary Elizabeth"];
const SURNAMES: [&str; 7] = ["Marlowe", "Prys-Jones", "Wiśniewska", "Oake", "van der Berg", "Featherstonehaugh", "Ng"];
const STREETS: [&str; 5] =
    ["Larkspur Row", "Saltern Quay", "Old Brickworks Lane", "Heol y Bont", "Upper Marigold Gardens"];

fn name(n: usize) -> (&'static str, &'static str) {
    (FORENAMES[n % 7], SURNAMES[n / 7 % 7])
}

/// An invented elector's address.
fn address(n: usize) -> Vec<String> {
    let (forename, surname) = name(n);
    let street = format!("{} {}", n % 180 + 1, STREETS[n / 180 % 5]);
    vec![
        format!("{forename} {surname}"),
        street,
        "Quillbrook".into(),
        format!("ZZ{} {}QX", n / 900 % 20 + 1, n % 9 + 1),
    ]
}

/// Letters by name, as `materials::letters::make` gives them to the press.
fn letters_of(how_many: usize) -> Outcome<Work> {
    let blocks = text::read(LETTER).map_err(|wrong| wrong.to_string())?;
    let common = merge::Common { candidate: "Cy Oake".into(), date: "3 May 2027".into() };
    let ready = merge::Ready::of(&blocks, &[], common).map_err(|wrong| wrong.to_string())?;
    let letter = |n: usize| {
        let (forename, surname) = name(n);
        let reader = merge::Reader {
            salutation: format!("Dear {forename}"),
            first: forename.into(),
            full: format!("{forename} {surname}"),
            street: STREETS[n / 180 % 5].into(),
            town: "Quillbrook".into(),
            area: "Saltern".into(),
            electors: 1,
            ..merge::Reader::default()
        };
        json!({ "n": n + 1, "to": address(n), "blocks": ready.fill(&reader) })
    };
    let all: Vec<Json> = (0..how_many).map(letter).collect();
    let w = Envelope::Dl.window();
    Ok(Work {
        sheet: "letter",
        common: json!({
            "title": "A crossing", "style": "usual", "duplex": false, "four": false, "alts": {},
            "window": { "x": w.x, "y": w.y, "width": w.width, "height": w.height, "body": 97 }, "folds": w.folds,
            "sender": ["The Lantern Party", "1 Larkspur Row", "Quillbrook ZZ1 4QX"],
            "signer": "Cy Oake", "signer-role": "Candidate for Saltern", "signature": null, "front": null, "front-words": "",
            "date": "3 May 2027", "blocks": ready.shared,
            "imprint": ["Promoted by A. Agent, 1 Larkspur Row, Quillbrook, on behalf of Cy Oake.", "Printed by B. Press, 2 Larkspur Row."],
        }),
        parts: all.chunks(PART).map(|part| json!({ "letters": part })).collect(),
        ..Work::default()
    })
}

/// A walk list's cards, as `materials::canvass_cards` gives them to the press: two electors a home, forty homes a street.
fn cards_of(list: usize, electors: usize) -> Work {
    let person = |n: usize| {
        let (forename, surname) = name(n + list);
        let last = if n.is_multiple_of(3) { "F, 12 Mar" } else { "" };
        json!({ "n": n + 1, "name": format!("{forename} {surname}"), "number": format!("QB{}-{}", list % 9 + 1, n + 1),
            "last": last, "marks": if n.is_multiple_of(8) { "Votes by post" } else { "" } })
    };
    let home = |first: usize| {
        json!({ "label": (first / 2 % 40 + 1).to_string(), "leave": false,
            "people": (first..electors.min(first + 2)).map(person).collect::<Vec<_>>() })
    };
    let street = |first: usize| {
        json!({ "heading": format!("{} (QB{})", STREETS[first / 80 % 5], list % 9 + 1), "new-page": false,
            "homes": (first..electors.min(first + 80)).step_by(2).map(home).collect::<Vec<_>>() })
    };
    let named = |all: &[(&str, &str)]| -> Vec<Json> {
        all.iter().map(|(code, label)| json!({ "code": code, "label": label })).collect()
    };
    let codes = [
        ("F", "For us"),
        ("L", "Leaning to us"),
        ("U", "Undecided"),
        ("A", "Against"),
        ("B", "Blue"),
        ("G", "Green"),
        ("N", "Does not vote"),
        ("W", "Would not say"),
    ];
    let outcomes = [
        ("n", "Not home"),
        ("c", "Come back"),
        ("r", "Would not talk"),
        ("m", "Moved away"),
        ("d", "Died"),
        ("i", "Cannot be reached"),
    ];
    Work {
        sheet: "cards",
        common: json!({
            "size": "a4", "style": "usual", "columns": ["number", "last", "code"], "cover": true,
            "codes": named(&codes), "outcomes": named(&outcomes),
            "row": [["r", "m", "d"], ["pv", "poster", "help"]],
            "controller": { "name": "The Lantern Party", "contact": "1 Larkspur Row, Quillbrook", "notice": "We keep what you tell us to campaign here. You can ask us to stop at any time." },
            "foot": "Printed by C. Wharf, 3 May 2027, 18:00, for Canvassing. Return or destroy by 5 May 2027.",
        }),
        parts: vec![json!({
            "name": format!("Round {}", list + 1), "area": "QB1", "join": null,
            "facts": [["Held by", "Nobody yet"], ["Organiser", "C. Wharf"], ["Return or destroy by", "5 May 2027"]],
            "groups": (0..electors).step_by(80).map(street).collect::<Vec<_>>(),
        })],
        ..Work::default()
    }
}
