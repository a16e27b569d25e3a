//! The press's own process: reads work, typesets part after part, and sends what comes of it. It holds one part's pages at a time.

use super::Wanted;
use super::merge::Merged;
use super::value::value;
use super::wire::{self, Frame, Head};
use crate::error::Error;
use crate::paper;
use chrono::{Datelike, Timelike, Utc};
use rust_embed::RustEmbed;
use std::io::{BufRead, Write};
use typst::diag::SourceDiagnostic;
use typst::foundations::{Bytes, Datetime, Dict, IntoValue, Str, Value};
use typst_as_lib::{TypstAsLibError, TypstEngine, TypstTemplateMainFile};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

/// The sheets and what they share.
#[derive(RustEmbed)]
#[folder = "src/materials/press/sheets"]
struct Sheets;

/// The font of print beside those of `paper`: the letters of bar codes.
const BARS: &[u8] = include_bytes!("../../paper/fonts/LibreBarcode128-Regular.ttf");

/// So many bytes of a PDF go in one frame.
const PIECE: usize = 1024 * 1024;

/// Why it is not set: what is said to the server, or that the server does not listen any more.
enum Refused {
    Said(String),
    TooLong(String),
    Gone(std::io::Error),
}

impl From<std::io::Error> for Refused {
    fn from(error: std::io::Error) -> Self {
        Refused::Gone(error)
    }
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Refused::Said(error.to_string())
    }
}

/// What went wrong, for the server's log: without what stands in quotes, which may be somebody's.
fn said(error: impl std::fmt::Display) -> Refused {
    let whole = error.to_string();
    let outside = |quote: char, text: &str| text.split(quote).step_by(2).collect::<Vec<_>>().join("…");
    Refused::Said(outside('`', &outside('"', &whole)))
}

/// How `house.typ` begins when something is longer than its room: what follows is a sheet's own words.
const TOO_LONG: &str = "assertion failed: too long: ";

fn diagnosed(all: &[SourceDiagnostic]) -> Refused {
    if let Some(what) = all.iter().find_map(|one| one.message.strip_prefix(TOO_LONG)) {
        return Refused::TooLong(what.to_owned());
    }
    said(all.iter().map(|one| one.message.as_str()).collect::<Vec<_>>().join("; "))
}

fn not_set(error: TypstAsLibError) -> Refused {
    match &error {
        TypstAsLibError::TypstSource(all) => diagnosed(all),
        _ => said("the typesetter could not begin"),
    }
}

/// Reads work, sends what comes of it.
///
/// # Errors
/// When nobody listens any more.
pub fn set(run: &str, wanted: Wanted, mut from: impl BufRead, mut to: impl Write) -> std::io::Result<()> {
    match set_parts(run, wanted, &mut from, &mut to) {
        Ok(pages) => wire::send(&mut to, Frame::Pages, &pages.to_be_bytes()),
        Err(Refused::Said(why)) => wire::send(&mut to, Frame::Refused, why.as_bytes()),
        Err(Refused::TooLong(what)) => wire::send(&mut to, Frame::TooLong, what.as_bytes()),
        Err(Refused::Gone(error)) => Err(error),
    }
}

fn set_parts(run: &str, wanted: Wanted, from: &mut impl BufRead, to: &mut impl Write) -> Result<u32, Refused> {
    let press = Press::read(run, from)?;
    let mut merged = Merged::new();
    let (mut parts, mut pages) = (0u32, 0u32);
    let mut next = wire::line(from)?;
    let mut whole: Option<Vec<u8>> = None;
    while let Some(first) = next {
        let second = wire::line(from)?;
        next = if second.is_some() { wire::line(from)? } else { None };
        let only = parts == 0 && second.is_none();
        for set in press.set_side_by_side([Some(first), second], wanted, only) {
            let set = set?;
            pages += set.pages;
            parts += 1;
            match wanted {
                Wanted::Pictures(_) => {
                    for picture in &set.files {
                        wire::send(to, Frame::Picture, picture)?;
                    }
                }
                Wanted::Pdf if only => whole = set.files.into_iter().next(),
                Wanted::Pdf => set.files.iter().try_for_each(|pdf| merged.add(pdf)).map_err(said)?,
            }
            wire::send(to, Frame::Parts, &parts.to_be_bytes())?;
        }
        comemo::evict(0);
    }
    if wanted == Wanted::Pdf && parts > 0 {
        let whole = match whole {
            Some(whole) => whole,
            None => merged.write().map_err(said)?,
        };
        for piece in whole.chunks(PIECE) {
            wire::send(to, Frame::Bytes, piece)?;
        }
    }
    Ok(pages)
}

/// A part as it is set: its PDF, or its pages' pictures.
struct Set {
    pages: u32,
    files: Vec<Vec<u8>>,
}

fn draw(document: &PagedDocument, ppi: f32) -> Result<Vec<Vec<u8>>, Refused> {
    let options = typst_render::RenderOptions { pixel_per_pt: (f64::from(ppi) / 72.0).into(), ..Default::default() };
    document.pages().iter().map(|page| typst_render::render(page, &options).encode_png().map_err(said)).collect()
}

/// A sheet with what stands for all of its work.
struct Press {
    engine: TypstEngine<TypstTemplateMainFile>,
    inputs: Dict,
    archive: bool,
}

impl Press {
    fn read(run: &str, from: &mut impl BufRead) -> Result<Self, Refused> {
        let head = wire::line(from)?.ok_or(std::io::ErrorKind::UnexpectedEof).map_err(std::io::Error::from)?;
        let head: Head = serde_json::from_slice(&head).map_err(said)?;
        let mut pictures = Dict::new();
        for (name, length) in head.pictures {
            let bytes = wire::bytes(from, length)?;
            pictures.insert(Str::from(name), Value::Bytes(Bytes::new(bytes)));
        }
        let mut inputs = Dict::new();
        inputs.insert("common".into(), value(&head.common)?);
        inputs.insert("pictures".into(), Value::Dict(pictures));
        inputs.insert("run".into(), run.into_value());
        Ok(Press { engine: engine(&head.sheet)?, inputs, archive: head.archive })
    }

    /// Two parts at a time, one a processor: more would hold more pages in memory than a small machine has.
    fn set_side_by_side(&self, lines: [Option<Vec<u8>>; 2], wanted: Wanted, only: bool) -> Vec<Result<Set, Refused>> {
        std::thread::scope(|scope| {
            let setting: Vec<_> =
                lines.into_iter().flatten().map(|line| scope.spawn(move || self.set(&line, wanted, only))).collect();
            setting.into_iter().map(|one| one.join().unwrap_or_else(|_| Err(said("a sheet panicked")))).collect()
        })
    }

    fn set(&self, line: &[u8], wanted: Wanted, only: bool) -> Result<Set, Refused> {
        let part: serde_json::Value = serde_json::from_slice(line).map_err(said)?;
        let mut inputs = self.inputs.clone();
        inputs.insert("part".into(), value(&part)?);
        let document: PagedDocument = self.engine.compile_with_input(inputs).output.map_err(not_set)?;
        let pages = u32::try_from(document.pages().len()).unwrap_or(u32::MAX);
        let files = match wanted {
            Wanted::Pictures(ppi) => draw(&document, ppi)?,
            Wanted::Pdf => vec![self.pdf(&document, only)?],
        };
        Ok(Set { pages, files })
    }

    /// Tagged for readers where it is one part; several are for printers, and put together without tags.
    fn pdf(&self, document: &PagedDocument, tagged: bool) -> Result<Vec<u8>, Refused> {
        let standard: &[PdfStandard] = if self.archive { &[PdfStandard::A_2u] } else { &[] };
        let standards = PdfStandards::new(standard).map_err(|e| said(e.message()))?;
        typst_pdf::pdf(document, &PdfOptions { standards, tagged, timestamp: now(), ..PdfOptions::default() })
            .map_err(|all| diagnosed(&all))
    }
}

/// When it was set, as a PDF that is kept for good must say.
fn now() -> Option<Timestamp> {
    let now = Utc::now();
    let small = |n: u32| u8::try_from(n).unwrap_or_default();
    let (month, day) = (small(now.month()), small(now.day()));
    let (hour, minute, second) = (small(now.hour()), small(now.minute()), small(now.second()));
    Datetime::from_ymd_hms(now.year(), month, day, hour, minute, second).map(Timestamp::new_utc)
}

fn engine(sheet: &str) -> Result<TypstEngine<TypstTemplateMainFile>, Refused> {
    let source = |name: &str| {
        let file = Sheets::get(name).ok_or_else(|| said(format!("no sheet {name}")))?;
        String::from_utf8(file.data.into_owned()).map_err(said)
    };
    let main = source(&format!("{sheet}.typ"))?;
    let house = source("house.typ")?;
    let fonts = paper::FONTS.into_iter().chain(paper::PLAIN).chain([BARS]);
    Ok(TypstEngine::builder()
        .main_file(main)
        .with_static_source_file_resolver([("house.typ", house)])
        .fonts(fonts)
        .build())
}
