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
        let refused = |reason, number_read| RowOutcome::Refused(RefusedRow { line: number, reason, number: number_read });
        let Some(text) = &line.text else { return refused(Refusal::TooLong, None) };
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
        let Some(text) = &line.text else { continue };
        let parted = reader.cells.part(text, reader.builder.layout.delimiter).is_ok();
        if parted && reader.builder.check_width(&reader.cells, line.ended).is_ok() {
            if let Ok(number) = reader.builder.number(&reader.cells) {
                seen.note(&number, line.number);
            }
        }
    }
    Ok(seen)
}

/// The header among the first lines; where there is none, what the first line that is not blank looks like.
fn find_header(lines: &mut Lines) -> Result<(Line, Layout), FileError> {
    let mut columns = 0;
    while let Some(line) = next_of_preamble(lines)? {
        let Some(text) = line.text.as_deref() else { break };
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
