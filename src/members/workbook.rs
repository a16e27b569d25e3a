//! A membership file as an Excel workbook (.xlsx): the first sheet whose lines have headings, cells as they are typed. How
//! much it unpacks to is measured before anything is read, and cells are taken one by one, so that a bad file costs little.

use super::columns::{Columns, Field};
use super::reading::{CELLS, has_headings, shortened};
use crate::electors::folding::clean;
use crate::incoming::{Contents, Line};
use calamine::{DataRef, DataType, Reader, Xlsx, XlsxCellReader};
use std::io::{Cursor, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What a workbook unpacks to at most.
const UNPACKED: u64 = 256 * 1024 * 1024;
/// More columns than any list of members has.
const COLUMNS: u32 = 200;
/// More lines than any branch has members.
const LINES: usize = 400_000;
/// Bytes of text that all cells together hold: a text that stands in the file once may stand in every cell.
const TEXT: usize = 64 * 1024 * 1024;
/// More characters than a cell that says something of a member has.
const CELL: usize = 2_000;
/// Titles, dates and empty lines above the headings: no more than these.
const ABOVE: usize = 10;

const BROKEN: &str = "This workbook cannot be read: open it in Excel or LibreOffice, save it again as .xlsx, or as CSV, and give that file";
const TOO_LARGE: &str = "This workbook unpacks to more than any list of members holds: save the sheet with the members as CSV and give that file";
const OTHER: &str = "This is a packed file, but no Excel workbook: unpack it, and give the list inside (.xlsx or CSV)";
const LOCKED: &str = "This workbook is of the old kind (.xls) or has a password: save it as .xlsx without one, or as CSV, and give that file";
const NO_HEADINGS: &str = "No sheet of this workbook has a line of headings at its top (Membership number, Forename, Surname and so on). Put one above the members and give the file again";
const NOBODY: &str = "The sheet has headings and nobody below them: ask for the file again";

/// Whether these bytes are a workbook, or packed like one.
pub fn is_one(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"\xd0\xcf\x11\xe0")
}

/// Reads the members' sheet of a workbook.
///
/// # Errors
/// What is wrong with it, in a sentence that says what to do.
pub fn read(bytes: Vec<u8>) -> Result<Contents, &'static str> {
    if bytes.starts_with(b"\xd0\xcf") {
        return Err(LOCKED);
    }
    check_size(&bytes)?;
    // What is no workbook but looks like one must not take the request down with it.
    catch_unwind(AssertUnwindSafe(move || sheets(bytes))).unwrap_or(Err(BROKEN))
}

/// Unpacks everything once and keeps nothing: what a file says of its size is not believed.
fn check_size(bytes: &[u8]) -> Result<(), &'static str> {
    let mut packed = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| BROKEN)?;
    if packed.len() > 2_000 {
        return Err(TOO_LARGE);
    }
    if !packed.file_names().flatten().any(|name| name.eq_ignore_ascii_case("xl/workbook.xml")) {
        return Err(OTHER);
    }
    let mut left = UNPACKED;
    for at in 0..packed.len() {
        let part = packed.by_index(at).map_err(|_| BROKEN)?;
        let unpacked = std::io::copy(&mut part.take(left + 1), &mut std::io::sink()).map_err(|_| BROKEN)?;
        left = left.checked_sub(unpacked).ok_or(TOO_LARGE)?;
    }
    Ok(())
}

fn sheets(bytes: Vec<u8>) -> Result<Contents, &'static str> {
    let mut book = Xlsx::new(Cursor::new(bytes)).map_err(|_| BROKEN)?;
    let mut why = NO_HEADINGS;
    for name in book.sheet_names() {
        // A sheet of charts has no cells.
        let Ok(cells) = book.worksheet_cells_reader(&name) else { continue };
        match sheet(cells) {
            Ok(contents) => return Ok(contents),
            // One with headings and nobody is said, unless another has members.
            Err(told) if told != NO_HEADINGS => why = told,
            Err(_) => {}
        }
    }
    Err(why)
}

/// A row of cells: its number from 1, and the cells that hold something, each with its column from 0, or why there are none. Empty
/// ones are not kept: a row may have something in its two-hundredth alone.
struct Row {
    number: i32,
    cells: Vec<(usize, String)>,
    wide: bool,
    long: bool,
}

impl Row {
    /// How many columns it takes.
    fn width(&self) -> usize {
        self.cells.iter().map(|(at, _)| at + 1).max().unwrap_or_default()
    }

    /// Its cells side by side, so many of them.
    fn side_by_side(self, columns: usize) -> Vec<String> {
        let mut all = vec![String::new(); columns];
        for (at, text) in self.cells {
            if let Some(cell) = all.get_mut(at) {
                *cell = text;
            }
        }
        all
    }
}

fn sheet<S: Read + std::io::Seek>(mut cells: XlsxCellReader<'_, S>) -> Result<Contents, &'static str> {
    let mut rows: Vec<Row> = Vec::new();
    let (mut held, mut bytes) = (0_usize, 0_usize);
    while let Some(cell) = cells.next_cell().map_err(|_| BROKEN)? {
        let (row, column) = cell.get_position();
        let text = text(cell.get_value());
        if text.is_empty() {
            continue;
        }
        let number = i32::try_from(row).unwrap_or(i32::MAX).saturating_add(1);
        if rows.last().is_none_or(|last| last.number < number) {
            if rows.len() >= LINES {
                return Err(TOO_LARGE);
            }
            rows.push(Row { number, cells: Vec::new(), wide: false, long: false });
        }
        // Lines out of their order are no sheet that anybody saved.
        let last = rows.last_mut().filter(|last| last.number == number).ok_or(BROKEN)?;
        if column >= COLUMNS {
            last.wide = true;
            continue;
        }
        last.long |= text.len() > CELL;
        held += 1;
        bytes += text.len();
        if held > CELLS || bytes > TEXT {
            return Err(TOO_LARGE);
        }
        if !last.long {
            last.cells.push((usize::try_from(column).unwrap_or_default(), text));
        }
    }
    contents(rows)
}

/// The rows under the headings.
fn contents(rows: Vec<Row>) -> Result<Contents, &'static str> {
    let headed = |row: &Row| {
        let mut headings = vec![String::new(); row.width()];
        row.cells.iter().for_each(|(at, text)| headings[*at] = shortened(text));
        (!row.wide && has_headings(&headings)).then_some(headings)
    };
    let known = |headings: &[String]| Columns::guess(headings).has(Field::Number);
    let top = rows.iter().take(ABOVE).enumerate().filter_map(|(at, row)| headed(row).map(|h| (at, h)));
    let top: Vec<(usize, Vec<String>)> = top.collect();
    let chosen = top.iter().find(|(_, headings)| known(headings)).or_else(|| top.iter().find(|(at, _)| *at == 0));
    let (at, headings) = chosen.cloned().ok_or(NO_HEADINGS)?;
    let columns = headings.len();
    if rows.len().saturating_mul(columns) > CELLS {
        return Err(TOO_LARGE);
    }
    let lines: Vec<Line> = rows.into_iter().skip(at + 1).map(|row| line(row, columns)).collect();
    if lines.is_empty() {
        return Err(NOBODY);
    }
    Ok(Contents { headings, lines, encoding: "xlsx" })
}

/// A sheet's line ends with its last filled cell: what is missing after it is empty.
fn line(row: Row, columns: usize) -> Line {
    let number = row.number;
    let cells = if row.long {
        Err(super::reading::REFUSALS[0])
    } else if row.wide || row.width() > columns {
        Err(super::reading::REFUSALS[3])
    } else {
        Ok(row.side_by_side(columns))
    };
    Line { number, cells }
}

/// A cell as somebody would type it: days as 2026-11-24, whole numbers without a point, a formula's value.
fn text(value: &DataRef<'_>) -> String {
    match value {
        DataRef::String(text) => clean(text),
        DataRef::SharedString(text) => clean(text),
        DataRef::Int(n) => n.to_string(),
        // Nothing of a member is counted in parts; what is larger than any number is given as it stands.
        DataRef::Float(n) if n.fract() == 0.0 && n.abs() < 1e15 => format!("{n:.0}"),
        DataRef::Float(n) => n.to_string(),
        DataRef::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        DataRef::DateTime(_) => value.as_datetime().map(|at| at.date().to_string()).unwrap_or_default(),
        DataRef::DateTimeIso(text) => text.split('T').next().map(clean).unwrap_or_default(),
        DataRef::DurationIso(_) | DataRef::Error(_) | DataRef::Empty => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};
    use std::io::Write;

    fn members() -> Vec<u8> {
        let mut book = Workbook::new();
        book.add_worksheet().set_name("About").unwrap().write(0, 0, "Made by the party’s system").unwrap();
        let sheet = book.add_worksheet().set_name("Members").unwrap();
        sheet.write(0, 0, "Members of Wexmere, November").unwrap();
        for (at, heading) in
            ["Membership Number", "Forename", "Surname", "Mobile", "Joined", "Status"].iter().enumerate()
        {
            sheet.write(2, at as u16, *heading).unwrap();
        }
        let day = Format::new().set_num_format("dd/mm/yyyy");
        sheet.write(3, 0, 400_159).unwrap();
        sheet.write(3, 1, "Zoë").unwrap();
        sheet.write(3, 2, "  Müller ").unwrap();
        sheet.write(3, 3, 7_700_900_344_f64).unwrap();
        sheet.write_with_format(3, 4, ExcelDateTime::from_ymd(2017, 4, 9).unwrap(), &day).unwrap();
        sheet.write_formula(3, 5, Formula::new("=\"curr\"&\"ent\"").set_result("current")).unwrap();
        sheet.write(5, 0, "L2").unwrap();
        sheet.write(5, 2, "=HYPERLINK(\"http://x\")").unwrap();
        sheet.write(6, 0, "L3").unwrap();
        sheet.write(6, 9, "beyond the headings").unwrap();
        book.save_to_buffer().unwrap()
    }

    #[test]
    fn the_first_sheet_with_headings_is_read_as_its_cells_are_typed() {
        let read = read(members()).unwrap();
        assert_eq!(read.headings.len(), 6);
        let cells = |at: usize| read.lines[at].cells.clone();
        assert_eq!(cells(0).unwrap(), ["400159", "Zoë", "Müller", "7700900344", "2017-04-09", "current"]);
        assert_eq!(cells(1).unwrap(), ["L2", "", "=HYPERLINK(\"http://x\")", "", "", ""]);
        assert_eq!(cells(2), Err(super::super::reading::REFUSALS[3]));
        assert_eq!(read.lines.iter().map(|l| l.number).collect::<Vec<_>>(), [4, 6, 7], "as the sheet numbers them");
    }

    /// A packed file with these parts.
    fn packed(parts: &[(&str, &[u8])]) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in parts {
            zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    #[test]
    fn what_is_no_list_is_refused_in_words_and_a_bomb_before_it_is_read() {
        let bomb = vec![b' '; usize::try_from(UNPACKED).unwrap() + 1];
        let bomb = packed(&[("xl/workbook.xml", b"<x/>"), ("xl/sharedStrings.xml", &bomb)]);
        assert!(bomb.len() < 1 << 20, "small as it comes");
        let mut empty = Workbook::new();
        empty.add_worksheet();
        let mut heads = Workbook::new();
        heads.add_worksheet().write_row(0, 0, ["Membership Number", "Surname"]).unwrap();
        let mut far = Workbook::new();
        let sheet = far.add_worksheet();
        sheet.write_row(0, 0, ["Membership Number", "Surname"]).unwrap();
        sheet.write(1_048_575, 16_383, "far away").unwrap();
        let whole = members();
        let mut often = Workbook::new();
        let sheet = often.add_worksheet();
        sheet.write_row(0, 0, ["Membership Number", "Surname"]).unwrap();
        let (long, lines) = ("x".repeat(CELL - 1), u32::try_from(TEXT / CELL + 100).unwrap());
        for row in 1..lines {
            sheet.write(row, 1, long.as_str()).unwrap();
        }
        let often = often.save_to_buffer().unwrap();
        assert!(often.len() < 1 << 20, "one text, in every line");
        for (bytes, why) in [
            (often, TOO_LARGE),
            (bomb, TOO_LARGE),
            (packed(&[("word/document.xml", b"<x/>")]), OTHER),
            (b"PK\x03\x04[Content_Types].xml".to_vec(), BROKEN),
            (whole[..whole.len() / 2].to_vec(), BROKEN),
            (packed(&[("xl/workbook.xml", b"<no")]), BROKEN),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec(), LOCKED),
            (empty.save_to_buffer().unwrap(), NO_HEADINGS),
            (heads.save_to_buffer().unwrap(), NOBODY),
        ] {
            assert_eq!(read(bytes).map(drop), Err(why));
        }
        let far = read(far.save_to_buffer().unwrap()).unwrap();
        assert_eq!(far.lines[0].cells, Err(super::super::reading::REFUSALS[3]), "no memory for what lies between");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn nothing_in_a_workbook_makes_reading_panic(at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<prop::sample::Index>()) {
            let mut bytes = members();
            let place = at.index(bytes.len());
            bytes[place] = byte;
            let _ = read(bytes.clone());
            bytes.truncate(cut.index(bytes.len()));
            let _ = read(bytes);
        }
    }
}
