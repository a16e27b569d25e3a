//! One row of a full register, and why another is refused.

use std::fmt;
use std::sync::Arc;

use chrono::{Months, NaiveDate};

use super::cells::Cells;
use super::dates::{birthday, parse_date};
use super::formats::{Field, Layout};
use super::markers::Markers;
use super::number::{ElectorNumber, NotANumber};
use crate::electors::address::Address;
use crate::electors::folding::clean;
use crate::electors::name::PersonName;

/// What kind of elector a row is. The first that applies, in the order anonymous, overseas, no address, attainer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ElectorKind {
    /// Of age, at an address.
    Ordinary,
    /// Will be 18 during the register's life.
    Attainer,
    /// Lives abroad (F).
    Overseas,
    /// Number and N only: no person, no address, no linking, no canvass.
    Anonymous,
    /// Another special category without an address.
    OtherNoAddress,
}

/// What an EROS file says of a row beside the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RowStatus {
    /// On the register.
    Current,
    /// Added since the register was published (A).
    Added,
    /// Modified since (M).
    Modified,
}

/// A row that can be imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisterRow {
    /// The physical line, from 1, header included.
    pub line: u64,
    /// The place among the file's rows, from 1: the council's own order, which is street order.
    pub position: u64,
    /// District, number and suffix.
    pub number: ElectorNumber,
    /// Which kind of elector.
    pub kind: ElectorKind,
    /// The name as given; empty for anonymous electors and, rarely, where the council left it out.
    pub name: PersonName,
    /// The address; empty where [`ElectorKind`] says so.
    pub address: Address,
    /// Franchise markers.
    pub markers: Markers,
    /// Whether the file says the elector is left out of the open register. Not every format tells.
    pub not_in_open_register: bool,
    /// The 18th birthday, where a date was given (an Xpress DOB is a birth date and is converted).
    pub attainment: Option<NaiveDate>,
    /// The property's UPRN (Ordnance Survey's number), where given.
    pub uprn: Option<u64>,
    /// Added or modified, where the file says so.
    pub status: RowStatus,
    /// The row as given, without NULs; empty for anonymous electors, of whom nothing else is kept.
    pub raw: String,
    /// Columns without a meaning here that hold something, by their header.
    pub other: Vec<(Arc<str>, String)>,
    /// What is odd about the row and does not keep it out.
    pub warnings: Vec<RowWarning>,
}

/// What is odd about a row that is imported all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RowWarning {
    /// A franchise marker of which nothing is known.
    UnknownMarker(char),
    /// A postcode not of the shape of one; it is left out.
    OddPostcode,
    /// Neither surname nor forename.
    NoName,
}

impl fmt::Display for RowWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownMarker(letter) => write!(f, "the franchise marker {letter} is not known"),
            Self::OddPostcode => f.write_str("the postcode has not the shape of one and is left out"),
            Self::NoName => f.write_str("the elector has no name"),
        }
    }
}

/// Why a row is refused. Never holds a name or an address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Fewer cells than the header has columns.
    #[error("too few columns: {found} instead of {expected}")]
    TooFewColumns {
        /// Cells of the row.
        found: usize,
        /// Columns of the header.
        expected: usize,
    },
    /// More cells than the header has columns, and not empty.
    #[error("too many columns: {found} instead of {expected}")]
    TooManyColumns {
        /// Cells of the row.
        found: usize,
        /// Columns of the header.
        expected: usize,
    },
    /// The file stops within the row.
    #[error("the last line is cut off: the file may not be whole")]
    Truncated,
    /// A quotation mark is opened and not closed.
    #[error("a quotation mark is not closed")]
    OpenQuote,
    /// Longer than any row can be.
    #[error("the line is longer than 64 KB")]
    TooLong,
    /// The elector number cannot be read.
    #[error("{0}")]
    Number(#[from] NotANumber),
    /// The date cannot be read, so an age cannot be told.
    #[error("the date of birth or attainment is not readable")]
    Date,
    /// Younger than 16 on the register's date: never supplied to a party.
    #[error("the elector is under 16 on the register's date; such rows may not be kept")]
    UnderSixteen,
    /// Neither name nor address nor marker.
    #[error("the row has neither a name nor an address")]
    Nobody,
    /// EROS status D.
    #[error("the row is marked as deleted from the register")]
    Deleted,
    /// The same number stands on another line as well; neither is imported.
    #[error("the same elector number stands on line {other} as well; neither row is imported")]
    Duplicate {
        /// The other line: the first with the number, or for the first itself the next.
        other: u64,
    },
}

/// Builds rows of one file.
#[derive(Debug)]
pub(super) struct RowBuilder {
    pub(super) layout: Layout,
    pub(super) date: NaiveDate,
}

impl RowBuilder {
    /// The elector number of a parted line.
    pub(super) fn number(&self, cells: &Cells) -> Result<ElectorNumber, NotANumber> {
        ElectorNumber::from_columns(
            self.cell(cells, Field::District),
            self.cell(cells, Field::Number),
            self.cell(cells, Field::NumberSuffix),
        )
    }

    /// Whether the line has as many cells as the header; empty ones beyond do no harm.
    pub(super) fn check_width(&self, cells: &Cells, ended: bool) -> Result<(), Refusal> {
        let (found, expected) = (cells.len(), self.layout.width);
        match found < expected {
            true if !ended => Err(Refusal::Truncated),
            true => Err(Refusal::TooFewColumns { found, expected }),
            false if cells.iter().skip(expected).any(|cell| !cell.trim().is_empty()) => {
                Err(Refusal::TooManyColumns { found, expected })
            }
            false => Ok(()),
        }
    }

    /// A whole row out of a line of the right width.
    pub(super) fn row(&self, cells: &Cells, line: u64, raw: &str) -> Result<RegisterRow, Refusal> {
        let number = self.number(cells)?;
        let status = self.status(cells)?;
        let markers = Markers::parse(&clean(self.cell(cells, Field::Markers)));
        if markers.anonymous() {
            return Ok(anonymous(number, status, line));
        }
        let attainment = self.attainment(cells)?;
        let (name, hidden) = self.name(cells);
        let address = self.address(cells);
        if name.is_empty() && address.is_empty() && markers.letters().next().is_none() {
            return Err(Refusal::Nobody);
        }
        let row = RegisterRow {
            line,
            position: 0,
            number,
            kind: self.kind(&markers, &address, attainment),
            not_in_open_register: hidden || markers.not_in_open_register() || is_yes(self.cell(cells, Field::OptOut)),
            name,
            address,
            markers,
            attainment,
            uprn: self.cell(cells, Field::Uprn).trim().parse().ok(),
            status,
            raw: raw.replace('\0', ""),
            other: self.other(cells),
            warnings: Vec::new(),
        };
        Ok(self.warned(row, cells))
    }

    fn cell<'a>(&self, cells: &'a Cells, field: Field) -> &'a str {
        self.layout.column(field).map_or("", |column| cells.get(column))
    }

    fn status(&self, cells: &Cells) -> Result<RowStatus, Refusal> {
        match self.cell(cells, Field::Status).trim() {
            "D" | "d" => Err(Refusal::Deleted),
            "A" | "a" => Ok(RowStatus::Added),
            "M" | "m" => Ok(RowStatus::Modified),
            _ => Ok(RowStatus::Current),
        }
    }

    /// The 18th birthday from either column; refuses those under 16 on the register's date.
    fn attainment(&self, cells: &Cells) -> Result<Option<NaiveDate>, Refusal> {
        let read = |field, years, latest: NaiveDate| {
            let given = self.cell(cells, field).trim();
            if given.is_empty() || given.starts_with("00/00/0000") {
                return Ok(None);
            }
            let date = parse_date(given, latest).and_then(|date| birthday(date, years));
            date.map(Some).ok_or(Refusal::Date)
        };
        // Nobody is born after the register's date; nobody on it comes of age more than two years and a bit later.
        let soon = self.date.checked_add_months(Months::new(48)).unwrap_or(self.date);
        let attainment = read(Field::EighteenthBirthday, 0, soon)?.or(read(Field::BirthDate, 18, self.date)?);
        let sixteen = attainment.and_then(|day| day.checked_sub_months(Months::new(24)));
        if sixteen.is_some_and(|day| day > self.date) {
            return Err(Refusal::UnderSixteen);
        }
        Ok(attainment)
    }

    /// The name, and whether `(z) ` before it keeps it out of the open register.
    fn name(&self, cells: &Cells) -> (PersonName, bool) {
        let part = |field| clean(self.cell(cells, field));
        if self.layout.column(Field::WholeName).is_some() {
            let (whole, hidden) = without_z(part(Field::WholeName));
            return (PersonName { title: part(Field::Title), ..PersonName::from_surname_first(&whole) }, hidden);
        }
        let (surname, hidden) = without_z(part(Field::Surname));
        let name = PersonName {
            title: part(Field::Title),
            forenames: part(Field::Forenames),
            middle: part(Field::Middle),
            surname,
            suffix: part(Field::NameSuffix),
        };
        (name, hidden)
    }

    fn address(&self, cells: &Cells) -> Address {
        let lines = self.layout.address.iter().map(|column| cells.get(*column));
        let mut address = Address::new(lines, self.cell(cells, Field::Postcode));
        if !address.is_empty() {
            address.add_flat(self.cell(cells, Field::SubHouse));
        }
        address
    }

    fn kind(&self, markers: &Markers, address: &Address, attainment: Option<NaiveDate>) -> ElectorKind {
        // An attainer keeps the date for the register's life, a year; an older date is someone of age.
        let since = self.date.checked_sub_months(Months::new(12)).unwrap_or(self.date);
        match () {
            () if markers.overseas() => ElectorKind::Overseas,
            () if address.is_empty() => ElectorKind::OtherNoAddress,
            () if attainment.is_some_and(|day| day > since) => ElectorKind::Attainer,
            () => ElectorKind::Ordinary,
        }
    }

    fn other(&self, cells: &Cells) -> Vec<(Arc<str>, String)> {
        let held = |(name, column): &(Arc<str>, usize)| {
            let value = clean(cells.get(*column));
            (!value.is_empty()).then(|| (name.clone(), value))
        };
        self.layout.other.iter().filter_map(held).collect()
    }

    fn warned(&self, mut row: RegisterRow, cells: &Cells) -> RegisterRow {
        row.warnings.extend(row.markers.unknown().map(RowWarning::UnknownMarker));
        if row.address.postcode.is_none() && !self.cell(cells, Field::Postcode).trim().is_empty() {
            row.warnings.push(RowWarning::OddPostcode);
        }
        if row.name.is_empty() {
            row.warnings.push(RowWarning::NoName);
        }
        row
    }
}

/// Number and N; whatever else the row held is dropped here and reaches nobody.
fn anonymous(number: ElectorNumber, status: RowStatus, line: u64) -> RegisterRow {
    RegisterRow {
        line,
        position: 0,
        number,
        kind: ElectorKind::Anonymous,
        name: PersonName::default(),
        address: Address::default(),
        markers: Markers::parse("N"),
        not_in_open_register: false,
        attainment: None,
        uprn: None,
        status,
        raw: String::new(),
        other: Vec::new(),
        warnings: Vec::new(),
    }
}

fn without_z(name: String) -> (String, bool) {
    match name.get(..3) {
        Some("(z)" | "(Z)") => (name[3..].trim_start().to_owned(), true),
        _ => (name, false),
    }
}

fn is_yes(cell: &str) -> bool {
    ["y", "yes", "z", "(z)", "true", "1"].iter().any(|yes| cell.trim().eq_ignore_ascii_case(yes))
}
