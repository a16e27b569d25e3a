//! A membership file parted into its headings and its lines: CSV of any encoding that offices write, parted at commas,
//! semicolons or tabs; or an Excel workbook ([`super::workbook`]). Whatever a cell spells, it is text.

use super::workbook;
use crate::electors::folding::clean;
use crate::error::Error;
use crate::incoming::{self, Contents, Line};
use crate::registers::cells::Cells;
use crate::registers::formats::FileError;
use crate::registers::lines::{self, Lines};
use std::collections::VecDeque;
use std::io::{Cursor, Read};

/// The largest file that is taken: some hundred thousand members.
pub const LIMIT: usize = 32 * 1024 * 1024;

/// Cells that are held at once, empty ones included: 400,000 members in 20 columns.
pub(super) const CELLS: usize = 8_000_000;

/// Reads a file whole.
///
/// # Errors
/// [`Error::Invalid`] on `file`, in words that say what to do.
pub fn read(bytes: Vec<u8>) -> Result<Contents, Error> {
    let wrong = |text: String| Error::field("file", text);
    if workbook::is_one(&bytes) {
        return workbook::read(bytes).map_err(|told| wrong(told.into()));
    }
    let mut lines = Lines::open(Cursor::new(bytes).take(LIMIT as u64 + 1)).map_err(|e| wrong(told(&e)))?;
    let mut next = || lines.next_line().map_err(|e| wrong(told(&FileError::Io(e))));
    let first = next()?.and_then(|l| l.text).ok_or_else(|| wrong(told(&FileError::Empty)))?;
    let delimiter = incoming::delimiter(&first);
    let mut cells = Cells::default();
    cells.part(&first, delimiter).map_err(|_| wrong(NO_HEADINGS.into()))?;
    let headings: Vec<String> = cells.iter().map(|c| shortened(&clean(c))).collect();
    check_headings(&headings)?;
    let (mut read, mut ahead) = (Vec::new(), VecDeque::new());
    while let Some(line) = ahead.pop_front().map_or_else(&mut next, |line| Ok(Some(line)))? {
        let number = i32::try_from(line.number).unwrap_or(i32::MAX);
        let Some(text) = line.text else {
            read.push(Line { number, cells: Err(REFUSALS[0]) });
            continue;
        };
        if clean(&text).trim_matches(['"', ',', ';', ' ']).is_empty() {
            continue;
        }
        let mut parted = |text: &str| part(&mut cells, text, delimiter, headings.len());
        let mut line = parted(&text);
        if line == Err(REFUSALS[1]) {
            line = rejoined(&text, &mut ahead, &mut next, &mut parted)?.map_or(line, Ok);
        }
        read.push(Line { number, cells: line });
        if read.len().saturating_mul(headings.len()) > CELLS {
            return Err(wrong(
                "This file has more cells than any list of members: leave out the columns that are not needed".into(),
            ));
        }
    }
    if read.is_empty() {
        return Err(wrong(told(&FileError::HeaderOnly)));
    }
    Ok(Contents { headings, lines: read, encoding: lines.encoding().name() })
}

/// How many lines of the file one member may stand in: an address of several lines in one cell.
const TOGETHER: usize = 8;

/// A member whose line broke within quotation marks, put together with the lines that follow; None: they do not belong to it, as
/// one is whole by itself or the mark is never closed, and each is read on its own.
fn rejoined(
    first: &str,
    ahead: &mut VecDeque<lines::Line>,
    next: &mut impl FnMut() -> Result<Option<lines::Line>, Error>,
    parted: &mut impl FnMut(&str) -> Result<Vec<String>, &'static str>,
) -> Result<Option<Vec<String>>, Error> {
    let mut text = first.to_owned();
    for n in 0..TOGETHER {
        if ahead.len() == n {
            let Some(line) = next()? else { return Ok(None) };
            ahead.push_back(line);
        }
        let Some(more) = ahead[n].text.as_deref().filter(|more| parted(more).is_err()) else { return Ok(None) };
        text.push('\n');
        text.push_str(more);
        match parted(&text) {
            Err(why) if why == REFUSALS[1] => {}
            Err(_) => return Ok(None),
            Ok(cells) => {
                ahead.drain(..=n);
                return Ok(Some(cells));
            }
        }
    }
    Ok(None)
}

/// Why a line may not be readable at all.
pub const REFUSALS: [&str; 4] = [
    "The line is longer than any member’s could be",
    "A quotation mark is opened and not closed",
    "The line breaks off: it has fewer columns than the headings",
    "The line has more columns than the headings",
];

const NO_HEADINGS: &str = "The first line does not say what the columns are. Put a line of headings above the members \
     (Membership number, Forename, Surname and so on) and give the file again";

fn part(cells: &mut Cells, text: &str, delimiter: u8, columns: usize) -> Result<Vec<String>, &'static str> {
    cells.part(text, delimiter).map_err(|_| REFUSALS[1])?;
    let cut = cells.iter().skip(columns).any(|c| !clean(c).is_empty());
    match cells.len() {
        n if n < columns => Err(REFUSALS[2]),
        _ if cut => Err(REFUSALS[3]),
        _ => Ok(cells.iter().take(columns).map(clean).collect()),
    }
}

/// A first line that holds an address or a date is a member, and their data must not be taken for headings.
fn check_headings(headings: &[String]) -> Result<(), Error> {
    if has_headings(headings) { Ok(()) } else { Err(Error::field("file", NO_HEADINGS)) }
}

/// Whether these may be headings, and nobody's data.
pub(super) fn has_headings(headings: &[String]) -> bool {
    let data = |h: &String| h.contains('@') || h.chars().filter(char::is_ascii_digit).count() > 2;
    let named = headings.iter().filter(|h| h.chars().any(char::is_alphabetic)).count();
    !headings.iter().any(data) && named >= 2 && headings.len() <= 200
}

pub(super) fn shortened(heading: &str) -> String {
    heading.chars().take(80).collect()
}

/// What is wrong with a file, as a sentence.
fn told(error: &FileError) -> String {
    match error {
        FileError::Workbook => "This workbook cannot be read: save the sheet as CSV and give that file".into(),
        FileError::Pdf => "This is a PDF document: ask for the members as data (CSV)".into(),
        FileError::WebPage => "This is a web page, not a list of members: download it again, signed in".into(),
        FileError::Binary => "This is not a list of members: give them as CSV, or as an Excel workbook (.xlsx)".into(),
        FileError::HeaderOnly => "The file has headings and nobody below them: ask for it again".into(),
        other => incoming::sentence(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cells(bytes: &[u8]) -> Vec<Result<Vec<String>, &'static str>> {
        read(bytes.to_vec()).unwrap().lines.into_iter().map(|l| l.cells).collect()
    }

    #[test]
    fn files_of_every_office_read_alike() {
        let text = "Number,Surname,Forename\r\nL1,Müller,Zoë\r\n\r\n";
        let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        let latin: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
        let marked = [b"\xef\xbb\xbf".as_slice(), text.as_bytes()].concat();
        let semicolons = text.replace(',', ";").into_bytes();
        let tabs = text.replace(',', "\t").into_bytes();
        for bytes in [text.as_bytes().to_vec(), utf16, latin, marked, semicolons, tabs] {
            let read = read(bytes).unwrap();
            assert_eq!(read.headings, ["Number", "Surname", "Forename"], "{}", read.encoding);
            assert_eq!(read.lines[0].cells, Ok(vec!["L1".into(), "Müller".into(), "Zoë".into()]), "{}", read.encoding);
            assert_eq!((read.lines.len(), read.lines[0].number), (1, 2));
        }
    }

    #[test]
    fn a_cell_of_several_lines_is_one_cell_and_a_stray_mark_swallows_nobody() {
        let text =
            "Number,Address,Town\nL1,\"Flat 2\n9 Mill Street\",Wexmere\nL2,\"Stray,x\nL3,\"3 Row\",Y\nL4,4 Row,Y\n";
        let read = read(text.as_bytes().to_vec()).unwrap().lines;
        let numbers: Vec<_> = read.iter().map(|l| (l.number, l.cells.is_ok())).collect();
        assert_eq!(numbers, [(2, true), (4, false), (5, true), (6, true)]);
        assert_eq!(read[0].cells.as_ref().unwrap(), &["L1", "Flat 2 9 Mill Street", "Wexmere"]);
    }

    #[test]
    fn a_bad_line_costs_itself_alone() {
        let long = "A".repeat(1 << 20);
        let text =
            format!("Number,Surname,Town\nL1,One\nL2,\"Two,x\nL3,Three,Y,Z\nL4,{long},Y\nL5,=1+1,Y\nL6,Six,Y,\n");
        let read = cells(text.as_bytes());
        assert_eq!(read.iter().map(Result::is_ok).collect::<Vec<_>>(), [false, false, false, false, true, true]);
        assert_eq!(read[4].as_ref().unwrap()[1], "=1+1");
    }

    #[test]
    fn what_is_no_list_of_members_is_refused_and_not_repeated() {
        for bytes in [
            &b""[..],
            b"Number,Surname\n",
            b"L4000159,Jackson,jim@example.org\nL2,Smith,x@example.org\n",
            b"%PDF-1.4 x",
            b"PK\x03\x04[Content_Types].xml",
            b"\xd0\xcf\x11\xe0",
            b"\x00\x01\x02\x03\x04\x05",
        ] {
            let told = read(bytes.to_vec()).unwrap_err().to_string();
            assert!(!told.contains("jim@") && told.len() > 20, "{told}");
        }
    }

    proptest! {
        #[test]
        fn nothing_in_a_file_makes_reading_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = read([b"Number,Surname\n".as_slice(), &bytes].concat());
            let _ = read(bytes);
        }
    }
}
