//! A full register as a stream of rows: constant memory, every physical line accounted for.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use chrono::NaiveDate;

use super::cells::Cells;
use super::duplicates::DuplicateNumbers;
use super::encoding::Encoding;
use super::formats::{FileError, Format, Layout};
use super::lines::{Line, Lines};
use super::number::ElectorNumber;
use super::row::{Refusal, RegisterRow, RowBuilder};

/// How many lines may precede the header (a title, a date, blanks).
const PREAMBLE: u64 = 10;

/// What became of one physical line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowOutcome {
    /// A row to import.
    Row(Box<RegisterRow>),
    /// A row that is not imported, and why.
    Refused(RefusedRow),
    /// A line that is no row: the header, a blank, a heading.
    Skipped {
        /// The physical line, from 1.
        line: u64,
    },
}

/// A refused row, by line and number only: its text is nobody's to see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedRow {
    /// The physical line, from 1, header included.
    pub line: u64,
    /// Why.
    pub reason: Refusal,
    /// The elector number, where it could be read.
    pub number: Option<String>,
}

/// Reads one full register of a known format.
pub struct RegisterReader {
    lines: Lines,
    header: Line,
    builder: RowBuilder,
    cells: Cells,
    duplicates: DuplicateNumbers,
    skipped: u64,
    position: u64,
    failed: bool,
}

impl RegisterReader {
    /// Looks at the beginning, recognises the header, and makes ready to read.
    ///
    /// `date` is the register's date: ages count from it.
    ///
    /// # Errors
    /// Any [`FileError`]: not a text file, not a known header, another kind of file, nothing below the header.
    pub fn open(input: impl Read + Send + 'static, date: NaiveDate) -> Result<Self, FileError> {
        let mut lines = Lines::open(input)?;
        let (header, layout) = find_header(&mut lines)?;
        if lines.at_end()? {
            return Err(FileError::HeaderOnly);
        }
        Ok(Self {
            lines,
            header,
            builder: RowBuilder { layout, date },
            cells: Cells::default(),
            duplicates: DuplicateNumbers::default(),
            skipped: 0,
            position: 0,
            failed: false,
        })
    }

    /// Rows whose number these say stands twice will be refused.
    pub fn refusing(mut self, duplicates: DuplicateNumbers) -> Self {
        self.duplicates = duplicates;
        self
    }

    /// The file's format.
    pub fn format(&self) -> Format {
        self.builder.layout.format
    }

    /// The file's encoding as far as it is read; final at the end.
    pub fn encoding(&self) -> Encoding {
        self.lines.encoding()
    }

    /// Lines so far that were in another encoding than the rest; they were read as what they are.
    pub fn lines_in_other_encoding(&self) -> u64 {
        self.lines.strays()
    }

    fn outcome(&mut self, line: Line) -> RowOutcome {
        let number = line.number;
        let refused =
            |reason, number_read| RowOutcome::Refused(RefusedRow { line: number, reason, number: number_read });
        let Some(text) = &line.text else {
            return refused(Refusal::TooLong, None);
        };
        if self.cells.part(text, self.builder.layout.delimiter).is_err() {
            return refused(Refusal::OpenQuote, None);
        }
        if self.is_no_row(&line, text) {
            return RowOutcome::Skipped { line: number };
        }
        match self.row(&line, text) {
            Ok(row) => RowOutcome::Row(Box::new(row)),
            Err(reason) => refused(reason, self.builder.number(&self.cells).ok().map(|n| n.to_string())),
        }
    }

    fn row(&mut self, line: &Line, text: &str) -> Result<RegisterRow, Refusal> {
        self.builder.check_width(&self.cells, line.ended)?;
        let mut row = self.builder.row(&self.cells, line.number, text)?;
        if let Some(other) = self.duplicates.other_line(&row.number, line.number) {
            return Err(Refusal::Duplicate { other });
        }
        self.position += 1;
        row.position = self.position;
        Ok(row)
    }

    /// The elector number of a line that has the width of a row.
    fn number_of(&mut self, line: &Line) -> Option<ElectorNumber> {
        let delimiter = self.builder.layout.delimiter;
        self.cells.part(line.text.as_deref()?, delimiter).ok()?;
        self.builder.check_width(&self.cells, line.ended).ok()?;
        self.builder.number(&self.cells).ok()
    }

    /// Blanks, headings (one cell alone, as `Ref: AB1`) and the header again. A cut-off last line is none of these.
    fn is_no_row(&self, line: &Line, text: &str) -> bool {
        let filled = self.cells.iter().filter(|cell| !cell.trim().is_empty()).take(2).count();
        let heading = filled == 1 && line.ended && self.builder.number(&self.cells).is_err();
        filled == 0 || heading || Some(text) == self.header.text.as_deref()
    }
}

impl Iterator for RegisterReader {
    type Item = Result<RowOutcome, FileError>;

    /// The next line's outcome. After an error of reading there is nothing more.
    fn next(&mut self) -> Option<Self::Item> {
        if self.skipped < self.header.number {
            self.skipped += 1;
            return Some(Ok(RowOutcome::Skipped { line: self.skipped }));
        }
        if self.failed {
            return None;
        }
        match self.lines.next_line() {
            Ok(line) => line.map(|line| Ok(self.outcome(line))),
            Err(error) => {
                self.failed = true;
                Some(Err(error.into()))
            }
        }
    }
}

/// Opens a register on disk and reads it twice: once for numbers that stand twice, once for the rows.
///
/// # Errors
/// As [`RegisterReader::open`].
pub fn read_register(path: &Path, date: NaiveDate) -> Result<RegisterReader, FileError> {
    let duplicates = duplicates(path, date)?;
    Ok(RegisterReader::open(File::open(path)?, date)?.refusing(duplicates))
}

/// The numbers that stand on more than one line of a register. Only whole rows count; names are not read.
///
/// # Errors
/// As [`RegisterReader::open`].
pub fn duplicates(path: &Path, date: NaiveDate) -> Result<DuplicateNumbers, FileError> {
    let mut reader = RegisterReader::open(File::open(path)?, date)?;
    let mut seen = DuplicateNumbers::default();
    while let Some(line) = reader.lines.next_line()? {
        if let Some(number) = reader.number_of(&line) {
            seen.note(&number, line.number);
        }
    }
    Ok(seen)
}

/// The header among the first lines; where there is none, what the first line that is not blank looks like.
fn find_header(lines: &mut Lines) -> Result<(Line, Layout), FileError> {
    let mut columns = 0;
    while let Some(line) = next_of_preamble(lines)? {
        let Some(text) = line.text.as_deref() else {
            break;
        };
        if let Some(layout) = Layout::of_header(text)? {
            return Ok((line, layout));
        }
        columns = columns.max(text.split([',', '\t', ';']).count());
    }
    Err(FileError::UnknownHeader { columns })
}

fn next_of_preamble(lines: &mut Lines) -> io::Result<Option<Line>> {
    Ok(lines.next_line()?.filter(|line| line.number <= PREAMBLE))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registers::row::{ElectorKind, RowWarning};
    use proptest::prelude::*;
    use std::io::Cursor;

    const XPRESS: &str = "Elector Number Prefix,Elector Number,Elector Number Suffix,Elector Markers,Elector DOB,Elector Surname,Elector Forename,PostCode,Address1,Address2\n";

    fn date() -> NaiveDate {
        NaiveDate::from_ymd_opt(2025, 12, 1).expect("a day")
    }

    fn open(text: &[u8]) -> Result<RegisterReader, FileError> {
        RegisterReader::open(Cursor::new(text.to_vec()), date())
    }

    /// What became of the lines below an Xpress header.
    fn outcomes(rows: &str) -> Vec<RowOutcome> {
        let reader = open(format!("{XPRESS}{rows}").as_bytes()).expect("a register");
        reader.skip(1).map(|outcome| outcome.expect("readable")).collect()
    }

    fn row(line: &str) -> RegisterRow {
        match outcomes(line).remove(0) {
            RowOutcome::Row(row) => *row,
            other => panic!("{other:?}"),
        }
    }

    fn refusal(line: &str) -> Refusal {
        match outcomes(line).remove(0) {
            RowOutcome::Refused(refused) => refused.reason,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn reads_a_row_whole() {
        let row = row("AB1,124,1,G,,O\u{2019}Brien,Mary Ann,aa10sz,\"12, High Street,\",Town AA1 0SZ,,\n");
        assert_eq!((row.line, row.position, row.number.to_string().as_str()), (2, 1, "AB1-124/1"));
        assert_eq!(
            (row.name.name_key().as_str(), row.address.lines.join("|").as_str()),
            ("obrien mary ann", "12, High Street|Town")
        );
        assert_eq!((row.kind, row.markers.to_string().as_str(), row.attainment), (ElectorKind::Ordinary, "G", None));
        assert!(row.raw.starts_with("AB1,124") && row.warnings.is_empty());
    }

    #[test]
    fn tells_the_kinds_apart() {
        for (line, kind) in [
            ("AB1,1,,,07/03/2008,Brown,Ann,AA1 0SZ,1 High Street,\n", ElectorKind::Attainer),
            ("AB1,1,,,07/03/1990,Brown,Ann,AA1 0SZ,1 High Street,\n", ElectorKind::Ordinary),
            ("AB1,1,,F,,Brown,Ann,,,\n", ElectorKind::Overseas),
            ("AB1,1,,,,Brown,Ann,,,\n", ElectorKind::OtherNoAddress),
            ("AB1,1,,N,,,,,,\n", ElectorKind::Anonymous),
        ] {
            assert_eq!(row(line).kind, kind, "{line}");
        }
        assert_eq!(
            row("AB1,1,,,07/03/2008,Brown,Ann,AA1 0SZ,1 High Street,\n").attainment,
            NaiveDate::from_ymd_opt(2026, 3, 7)
        );
    }

    #[test]
    fn of_an_anonymous_elector_only_number_and_mark_are_kept() {
        let row = row("AB1,9,,N,07/03/1990,Hidden,Person,AA1 0SZ,1 High Street,Town\n");
        assert!(row.name.is_empty() && row.address.is_empty() && row.raw.is_empty() && row.attainment.is_none());
    }

    #[test]
    fn refuses_with_a_reason_that_names_nobody() {
        let expected = 10;
        for (line, reason) in [
            ("AB1,1,,,,Brown\n", Refusal::TooFewColumns { found: 6, expected }),
            ("AB1,1,,,,Brown,Ann,AA1 0SZ,1 High Street,,extra\n", Refusal::TooManyColumns { found: 11, expected }),
            ("AB1,1,,,,Brown", Refusal::Truncated),
            ("\"AB1,1,,,,Brown,Ann,AA1 0SZ,1 High Street,\n", Refusal::OpenQuote),
            ("AB1,1,,,02/12/2009,Brown,Ann,AA1 0SZ,1 High Street,\n", Refusal::UnderSixteen),
            ("AB1,1,,,soon,Brown,Ann,AA1 0SZ,1 High Street,\n", Refusal::Date),
            ("AB1,1,,,,,,,,\n", Refusal::Nobody),
            ("AB1,x,,,,Brown,Ann,AA1 0SZ,1 High Street,\n", crate::registers::number::NotANumber::Number.into()),
        ] {
            let given = refusal(line);
            assert_eq!(given, reason);
            assert!(!given.to_string().contains("Brown") && !given.to_string().contains("High"));
        }
        assert_eq!(row("AB1,1,,,01/12/2009,Brown,Ann,AA1 0SZ,1 High Street,\n").kind, ElectorKind::Attainer);
    }

    #[test]
    fn one_bad_line_costs_one_row() {
        let good = "AB1,1,,,,Brown,Ann,AA1 0SZ,1 High Street,\n";
        let long = format!("AB1,2,,,,Brown,{},,,\n", "A".repeat(1 << 20));
        let read = outcomes(&format!("{good}\"AB1,3,open\n{good}{long}{good}"));
        let kept: Vec<bool> = read.iter().map(|o| matches!(o, RowOutcome::Row(_))).collect();
        assert_eq!(kept, [true, false, true, false, true]);
    }

    #[test]
    fn headings_blanks_and_the_header_again_are_no_rows() {
        let read = outcomes(&format!("Ref: AB1\n\n,,,,,,,,,\n{XPRESS}Monthly Additions January,,,,,,,,,\n"));
        assert!(read.iter().all(|o| matches!(o, RowOutcome::Skipped { .. })), "{read:?}");
    }

    #[test]
    fn dangerous_values_are_plain_text() {
        for value in ["<script>alert(1)</script>", "=1+2", "@SUM(A1)", "Robert'); DROP TABLE electors;--"] {
            assert_eq!(row(&format!("AB1,1,,,,{value},Ann,AA1 0SZ,1 High Street,\n")).name.surname, value);
        }
        assert_eq!(row("AB1,1,,,,Smith\u{202e}gnihton,A\0nn,,1 High Street,\n").name.name_key(), "smithgnihton ann");
    }

    #[test]
    fn odd_values_are_warned_about() {
        let row = row("AB1,1,,Q,,,,NOT A POSTCODE,1 High Street,\n");
        assert_eq!(row.warnings, [RowWarning::UnknownMarker('Q'), RowWarning::OddPostcode, RowWarning::NoName]);
    }

    #[test]
    fn eros_keeps_its_open_register_mark_and_flats_apart() {
        let text = "PDCode,RollNo,ElectorTitle,ElectorSurname,ElectorForename,ElectorMiddleName,AttainersDOB,FranchiseMarker,RegisteredAddress1,PostCode,Ward,SubHouse\n\
                    AB1,5.000,Mr,(z) Kelly,Sean,P,07/03/2008,,12 High Street,AA1 0SZ,North,Flat 2\n";
        let RowOutcome::Row(row) = open(text.as_bytes()).expect("a register").nth(1).expect("a row").expect("readable")
        else {
            panic!()
        };
        assert!(row.not_in_open_register && row.kind == ElectorKind::Attainer);
        assert_eq!(row.address.lines, ["Flat 2", "12 High Street"]);
        assert_eq!((row.name.name_key().as_str(), row.number.to_string().as_str()), ("kelly sean p", "AB1-5"));
        assert_eq!(row.other, [("Ward".into(), "North".to_owned())]);
    }

    #[test]
    fn eros_status_tells_deleted_rows() {
        let header = "PD,ENO,Status,First Names,Surname,Date of Attainment,Franchise Flag,Address 1,Postcode\n";
        let text = format!(
            "{header}AB1,1,D,Ann,Brown,,,1 High Street,AA1 0SZ\nAB1,2,A,Bob,Brown,07/03/2026,,1 High Street,AA1 0SZ\n"
        );
        let read: Vec<RowOutcome> =
            open(text.as_bytes()).expect("a register").skip(1).map(|o| o.expect("readable")).collect();
        assert!(
            matches!(&read[0], RowOutcome::Refused(r) if r.reason == Refusal::Deleted && r.number.as_deref() == Some("AB1-1"))
        );
        assert!(
            matches!(&read[1], RowOutcome::Row(r) if r.kind == ElectorKind::Attainer && r.attainment == NaiveDate::from_ymd_opt(2026, 3, 7))
        );
    }

    #[test]
    fn refuses_files_that_are_no_register() {
        assert!(matches!(open(XPRESS.as_bytes()), Err(FileError::HeaderOnly)));
        assert!(matches!(open(b""), Err(FileError::Empty)));
        assert!(matches!(open(b"Name,Age\nAnn,7\n"), Err(FileError::UnknownHeader { columns: 2 })));
        assert!(matches!(open(b"PD,ENO,Suffix,How Voted\n"), Err(FileError::OtherKind(_))));
    }

    #[test]
    fn a_number_twice_costs_both_rows() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let line = |n, name| format!("AB1,{n},,,,{name},Ann,AA1 0SZ,1 High Street,\n");
        std::fs::write(file.path(), format!("{XPRESS}{}{}{}", line(1, "Brown"), line(2, "Kelly"), line(1, "Shaw")))
            .expect("written");
        let read: Vec<RowOutcome> =
            read_register(file.path(), date()).expect("a register").skip(1).map(|o| o.expect("readable")).collect();
        assert!(matches!(&read[0], RowOutcome::Refused(r) if r.reason == Refusal::Duplicate { other: 4 }));
        assert!(matches!(&read[1], RowOutcome::Row(_)));
        assert!(matches!(&read[2], RowOutcome::Refused(r) if r.reason == Refusal::Duplicate { other: 2 }));
    }

    proptest! {
        #[test]
        fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            if let Ok(reader) = open(&bytes) {
                reader.for_each(drop);
            }
        }

        #[test]
        fn every_physical_line_is_accounted_for(lines in proptest::collection::vec("[^\r\n]{0,40}|AB1,[0-9]{1,3},,[A-Z]?,,[a-z]{3},[a-z]{3},,x,", 1..20)) {
            let text = format!("{XPRESS}{}", lines.join("\n"));
            let expected = text.lines().count() as u64;
            if let Ok(reader) = open(text.as_bytes()) {
                let seen: Vec<u64> = reader.map(|outcome| match outcome.expect("readable") {
                    RowOutcome::Row(row) => row.line,
                    RowOutcome::Refused(refused) => refused.line,
                    RowOutcome::Skipped { line } => line,
                }).collect();
                prop_assert_eq!(seen, (1..=expected).collect::<Vec<_>>());
            }
        }
    }
}
