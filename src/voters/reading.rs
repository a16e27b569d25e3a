//! A council's list parted into its headings and its lines: text of any encoding that councils write, parted at commas, semicolons
//! or tabs; or an Excel workbook. Columns that nobody here may read are emptied at once: where ballot papers are sent, who a proxy is.

use super::What;
use super::columns::{Columns, is_left_unread};
use crate::electors::folding::clean;
use crate::error::Error;
use crate::incoming::{self, Contents, Line};
use crate::members::workbook;
use crate::registers::cells::Cells;
use crate::registers::formats::FileError;
use crate::registers::lines::Lines;
use std::io::{Cursor, Read};

/// The largest file that is taken: some three hundred thousand electors.
pub const LIMIT: usize = 32 * 1024 * 1024;

/// The most lines: more than any authority has electors.
const LINES: usize = 1_000_000;

/// The most columns.
const COLUMNS: usize = 100;

/// The longest cell that is kept; no number, name or mark is longer.
const CELL: usize = 200;

/// How many titles and dates may stand above the headings.
const ABOVE: usize = 10;

/// Why a line may not be readable at all.
pub const REFUSALS: [&str; 4] = [
    "The line is longer than any elector’s could be",
    "A quotation mark is opened and not closed",
    "The line breaks off: it has fewer columns than the headings",
    "The line has more columns than the headings",
];

const NO_HEADINGS: &str = "The file does not say what its columns are. Put a line of headings above the electors (PD, Elector number and so \
     on) and give it again";
const TOO_MUCH: &str = "This file has more lines or columns than any council’s list. Check that it is the right one";

/// Reads a file whole.
///
/// # Errors
/// [`Error::Invalid`] on `file`, in words that say what to do.
pub fn read(what: What, bytes: Vec<u8>) -> Result<Contents, Error> {
    let wrong = |text: &str| Error::field("file", text);
    if bytes.len() > LIMIT {
        return Err(wrong(
            "The file is larger than 32 MB, which is more than any council’s list. Check that it is the right one",
        ));
    }
    let read = if workbook::is_one(&bytes) { of_workbook(bytes)? } else { of_text(what, bytes)? };
    if read.headings.len() > COLUMNS || read.lines.len() > LINES {
        return Err(wrong(TOO_MUCH));
    }
    if read.lines.is_empty() {
        return Err(wrong("The file has headings and nobody below them: ask the council for it again"));
    }
    Ok(without_what_is_not_ours(what, read))
}

/// Empties what is not read: known headings leave the rest out, unknown ones what their words say is nobody's to read here.
fn without_what_is_not_ours(what: What, mut read: Contents) -> Contents {
    let known = Columns::guess(what, &read.headings);
    let suffice = known.suffice(what);
    let kept: Vec<bool> = read
        .headings
        .iter()
        .enumerate()
        .map(|(at, heading)| if suffice { known.reads(at) } else { !is_left_unread(heading) })
        .collect();
    for cells in read.lines.iter_mut().filter_map(|l| l.cells.as_mut().ok()) {
        for (cell, kept) in cells.iter_mut().zip(&kept) {
            if !kept {
                *cell = String::new();
            } else if cell.chars().count() > CELL {
                *cell = cell.chars().take(CELL).collect();
            }
        }
    }
    read
}

/// What a workbook's sheet holds. The words for what is wrong with one are about membership files, and are said anew here.
fn of_workbook(bytes: Vec<u8>) -> Result<Contents, Error> {
    let mut read = workbook::read(bytes).map_err(|_| {
        Error::field(
            "file",
            "This workbook cannot be read as a list: open it, save the sheet with the electors as CSV, with its line of headings, and \
             give that file",
        )
    })?;
    for line in &mut read.lines {
        if line.cells.is_err() {
            line.cells = Err("The line cannot be read");
        }
    }
    Ok(read)
}

fn of_text(what: What, bytes: Vec<u8>) -> Result<Contents, Error> {
    let wrong = |error: FileError| Error::field("file", told(&error));
    let mut lines = Lines::open(Cursor::new(bytes).take(LIMIT as u64 + 1)).map_err(wrong)?;
    let mut next = || lines.next_line().map_err(|e| wrong(FileError::Io(e)));
    let (mut headings, mut delimiter, mut read) = (Vec::new(), b',', Vec::new());
    let mut cells = Cells::default();
    let mut above = 0;
    while let Some(line) = next()? {
        let number = i32::try_from(line.number).unwrap_or(i32::MAX);
        let Some(text) = line.text else {
            read.push(Line { number, cells: Err(REFUSALS[0]) });
            continue;
        };
        if clean(&text).trim_matches(['"', ',', ';', ' ']).is_empty() {
            continue;
        }
        if headings.is_empty() {
            delimiter = incoming::delimiter(&text);
            headings = headings_of(what, &mut cells, &text, delimiter, above)?;
            above += 1;
            continue;
        }
        read.push(Line { number, cells: part(&mut cells, &text, delimiter, headings.len()) });
        if read.len() > LINES {
            return Err(Error::field("file", TOO_MUCH));
        }
    }
    match (headings.is_empty(), above) {
        (true, 0) => Err(wrong(FileError::Empty)),
        (true, _) => Err(Error::field("file", NO_HEADINGS)),
        _ => Ok(Contents { headings, lines: read, encoding: lines.encoding().name() }),
    }
}

/// The headings of a line; none of a title above them. A line that holds data must not be taken for headings.
fn headings_of(what: What, cells: &mut Cells, text: &str, delimiter: u8, above: usize) -> Result<Vec<String>, Error> {
    let none = || Error::field("file", NO_HEADINGS);
    cells.part(text, delimiter).map_err(|_| none())?;
    let found: Vec<String> = cells.iter().map(|c| clean(c).chars().take(80).collect()).collect();
    let data = |h: &String| h.contains('@') || h.chars().filter(char::is_ascii_digit).count() > 2;
    let named = found.iter().filter(|h| h.chars().any(char::is_alphabetic)).count();
    let guess = Columns::guess(what, &found);
    if guess.suffice(what) || (named >= 2 && !found.iter().any(data)) {
        return Ok(found);
    }
    if named <= 1 && above < ABOVE { Ok(Vec::new()) } else { Err(none()) }
}

fn part(cells: &mut Cells, text: &str, delimiter: u8, columns: usize) -> Result<Vec<String>, &'static str> {
    cells.part(text, delimiter).map_err(|_| REFUSALS[1])?;
    let more = cells.iter().skip(columns).any(|c| !clean(c).is_empty());
    match cells.len() {
        n if n < columns => Err(REFUSALS[2]),
        _ if more => Err(REFUSALS[3]),
        _ => Ok(cells.iter().take(columns).map(clean).collect()),
    }
}

/// What is wrong with a file, as a sentence.
fn told(error: &FileError) -> String {
    match error {
        FileError::Pdf => "This is a PDF document: ask the council for the list as data (CSV)".into(),
        FileError::WebPage => "This is a web page, not a council’s list: download the file again, signed in".into(),
        FileError::Binary => "This is not a council’s list: give it as CSV, or as an Excel workbook (.xlsx)".into(),
        other => incoming::sentence(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LIST: &str = "AV Type,PD/ENO,Elector Surname,Elector Forename,Proxy Name,Send Address Line 1\r\n\
                        Postal,QB1-2,Müller,Zoë,,1 Larkspur Row\r\nProxy,QB1-3/1,Vale,Una,Somebody Else,2 Larkspur Row\r\n";

    #[test]
    fn where_ballot_papers_go_and_who_is_a_proxy_are_not_read() {
        let read = read(What::Final, LIST.as_bytes().to_vec()).unwrap();
        assert_eq!(read.headings.len(), 6);
        let cells = read.lines[1].cells.as_ref().unwrap();
        assert_eq!(cells, &["Proxy", "QB1-3/1", "Vale", "Una", "", ""]);
        let odd = LIST.replace("AV Type", "Sort");
        let unknown = super::read(What::Final, odd.into_bytes()).unwrap();
        assert_eq!(unknown.lines[1].cells.as_ref().unwrap(), &["Proxy", "QB1-3/1", "Vale", "Una", "", ""]);
    }

    #[test]
    fn files_of_every_council_read_alike() {
        let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(LIST.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        let latin: Vec<u8> = LIST.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
        let marked = [b"\xef\xbb\xbf".as_slice(), LIST.as_bytes()].concat();
        let titled = format!("Absent voters of 3 April 2026\r\n\r\n{LIST}").into_bytes();
        for bytes in [LIST.as_bytes().to_vec(), utf16, latin, marked, LIST.replace(',', "\t").into_bytes(), titled] {
            let read = read(What::Final, bytes).unwrap();
            assert_eq!(read.lines[0].cells.as_ref().unwrap()[2], "Müller", "{}", read.encoding);
            assert_eq!(read.lines.len(), 2);
        }
    }

    #[test]
    fn a_bad_line_costs_itself_alone() {
        let text = format!(
            "PD,ENO,Suffix,How Voted\nQB1,1\nQB1,\"2,,x\nQB1,3,,postal\nQB1,4,,postal,x\nQB1,{},,\nQB1,6,,,\n",
            "9".repeat(1 << 20)
        );
        let lines = read(What::Marked, text.into_bytes()).unwrap().lines;
        assert_eq!(lines.iter().map(|l| l.cells.is_ok()).collect::<Vec<_>>(), [false, false, true, false, false, true]);
    }

    #[test]
    fn what_is_no_list_is_refused_and_not_repeated() {
        for bytes in [
            &b""[..],
            b"PD,ENO,Suffix,How Voted\n",
            b"QB1,1204,Jackson,jim@example.org\nQB1,2,Smith,x@example.org\n",
            b"%PDF-1.4 x",
            b"PK\x03\x04[Content_Types].xml",
            b"\x00\x01\x02\x03\x04\x05",
        ] {
            let told = read(What::Marked, bytes.to_vec()).unwrap_err().to_string();
            assert!(!told.contains("jim@") && !told.contains("member") && told.len() > 20, "{told}");
        }
    }

    proptest! {
        #[test]
        fn nothing_in_a_file_makes_reading_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = read(What::Marked, [b"PD,ENO,How Voted\n".as_slice(), &bytes].concat());
            let _ = read(What::Final, bytes);
        }
    }
}
