//! Which system wrote a file: known by its header, never by its name; columns may come in any order.

use std::sync::Arc;

use super::cells::Cells;
use super::number::ElectorNumber;

/// Why a file cannot be read at all, and what to do. None of these holds anything from the file's rows.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// No bytes.
    #[error("the file is empty: ask the sender for it again")]
    Empty,
    /// A header and nothing below it.
    #[error("the file has a header and no rows: ask the sender for it again")]
    HeaderOnly,
    /// A ZIP archive, whatever it is called.
    #[error("this is a ZIP archive, not a text file: unpack it and give the file inside")]
    Zip,
    /// An Excel workbook, new or old.
    #[error("this is an Excel workbook: open it and save the sheet as CSV (Comma delimited), then give that file")]
    Workbook,
    /// A PDF document.
    #[error("this is a PDF document: ask the council for the register as data (CSV)")]
    Pdf,
    /// gzip, 7z, rar.
    #[error("this is a compressed file: unpack it and give the file inside")]
    Packed,
    /// HTML or XML, often a sign-in page saved instead of the file.
    #[error("this is a web page or XML, not a register: download the file again, signed in")]
    WebPage,
    /// Neither text nor anything known.
    #[error("this is not a text file: give the register as CSV or tab-separated text")]
    Binary,
    /// A file of a kind that is known and has no reader here.
    #[error("this is {0}, which cannot be read as a full register")]
    OtherKind(&'static str),
    /// No header that is known. The file's own text is not repeated: without a header it would be someone's data.
    #[error("the header is not one that is known ({columns} columns were found); expected one of: {}", expected())]
    UnknownHeader {
        /// How many columns the first line has.
        columns: usize,
    },
    /// The file could not be read to its end.
    #[error("the file could not be read: {0}")]
    Io(#[from] std::io::Error),
}

/// The formats of full registers that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Xpress, surname and forename apart.
    XpressFull14,
    /// Xpress, one column for the name.
    XpressFull13,
    /// EROS with PD and ENO, with or without Status; also as supplied in Scotland.
    ErosAFull,
    /// EROS with PDCode and RollNo.
    ErosBFull,
}

impl Format {
    /// The name as previews give it.
    pub fn name(self) -> &'static str {
        match self {
            Self::XpressFull14 => "xpress-full-14",
            Self::XpressFull13 => "xpress-full-13",
            Self::ErosAFull => "eros-a-full",
            Self::ErosBFull => "eros-b-full",
        }
    }
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    District,
    Number,
    NumberSuffix,
    Title,
    Forenames,
    Middle,
    Surname,
    NameSuffix,
    WholeName,
    Markers,
    BirthDate,
    EighteenthBirthday,
    OptOut,
    Status,
    Address,
    Postcode,
    Uprn,
    SubHouse,
}

use Field::*;

/// One family of headers: what each folded name means, and what must be there.
struct Family {
    format: Format,
    required: &'static [Field],
    names: &'static [(&'static str, Field)],
    address: &'static str,
}

const XPRESS: &[(&str, Field)] = &[
    ("electornumberprefix", District),
    ("electornumber", Number),
    ("electornumbersuffix", NumberSuffix),
    ("electormarkers", Markers),
    ("electordob", BirthDate),
    ("electorsurname", Surname),
    ("electorforename", Forenames),
    ("electorname", WholeName),
    ("electorsurnameelectorforename", WholeName),
    ("electortitle", Title),
    ("postcode", Postcode),
    ("uprn", Uprn),
];

const EROS_A: &[(&str, Field)] = &[
    ("pd", District),
    ("eno", Number),
    ("status", Status),
    ("title", Title),
    ("firstname", Forenames),
    ("firstnames", Forenames),
    ("initials", Middle),
    ("surname", Surname),
    ("suffix", NameSuffix),
    ("dateofattainment", EighteenthBirthday),
    ("franchiseflag", Markers),
    ("postcode", Postcode),
    ("optout", OptOut),
    ("uprn", Uprn),
];

const EROS_B: &[(&str, Field)] = &[
    ("pdcode", District),
    ("rollno", Number),
    ("electortitle", Title),
    ("electorsurname", Surname),
    ("electorforename", Forenames),
    ("electormiddlename", Middle),
    ("attainersdob", BirthDate),
    ("dateofattainment", EighteenthBirthday),
    ("franchisemarker", Markers),
    ("postcode", Postcode),
    ("subhouse", SubHouse),
    ("uprn", Uprn),
];

const FAMILIES: [Family; 4] = [
    Family {
        format: Format::XpressFull14,
        required: &[District, Number, Markers, Surname, Forenames, Address, Postcode],
        names: XPRESS,
        address: "address",
    },
    Family {
        format: Format::XpressFull13,
        required: &[District, Number, Markers, WholeName, Address, Postcode],
        names: XPRESS,
        address: "address",
    },
    Family {
        format: Format::ErosAFull,
        required: &[District, Number, Surname, Forenames, Markers, Address, Postcode],
        names: EROS_A,
        address: "address",
    },
    Family {
        format: Format::ErosBFull,
        required: &[District, Number, Surname, Forenames, Markers, Address, Postcode],
        names: EROS_B,
        address: "registeredaddress",
    },
];

/// Files that are known by these columns (all of them) and are no full register.
const OTHER_KINDS: [(&[&str], &str); 13] = [
    (&["electorcreatedmonth", "electordeletedmonth"], "an Xpress monthly update"),
    (&["changetypeid", "rollno"], "an EROS monthly update"),
    (&["avtype"], "an absent voters' list"),
    (&["markerpostal"], "an absent voters' list (postal flags)"),
    (&["howvoted"], "a marked register"),
    (&["recno", "pvsstatus"], "a marked register (postal list)"),
    (&["decreceiptdate"], "a marked register (postal list)"),
    (&["pollingplaceid"], "a list of polling places"),
    (&["pollingstationname"], "a list of polling places"),
    (&["membershipnumber"], "a membership list"),
    (&["pollingdistrictcode"], "a list of areas"),
    (&["postcode", "latitude", "longitude"], "a list of postcodes"),
    (&["pcds", "lat", "long"], "a list of postcodes"),
];

/// Where each field stands in one file. Columns that mean nothing here are kept by name.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    pub(super) format: Format,
    pub(super) delimiter: u8,
    /// How many columns a whole row has; empty ones may follow.
    pub(super) width: usize,
    fields: Vec<(Field, usize)>,
    pub(super) address: Vec<usize>,
    pub(super) other: Vec<(Arc<str>, usize)>,
}

impl Layout {
    /// Recognises a header line; `None` where it is no header that is known.
    pub(super) fn of_header(line: &str) -> Result<Option<Self>, FileError> {
        let delimiter = delimiter_of(line);
        let mut cells = Cells::default();
        if cells.part(line, delimiter).is_err() {
            return Ok(None);
        }
        let names: Vec<String> = cells.iter().map(fold_header).collect();
        if let Some(kind) = other_kind(&names, &cells) {
            return Err(FileError::OtherKind(kind));
        }
        Ok(FAMILIES.iter().find_map(|family| family.layout(&names, &cells, delimiter)))
    }

    /// The column of a field, where the file has it.
    pub(super) fn column(&self, field: Field) -> Option<usize> {
        self.fields.iter().find(|(f, _)| *f == field).map(|(_, column)| *column)
    }
}

impl Family {
    fn layout(&self, names: &[String], cells: &Cells, delimiter: u8) -> Option<Layout> {
        let mut layout =
            Layout { format: self.format, delimiter, width: 0, fields: vec![], address: vec![], other: vec![] };
        for (column, name) in names.iter().enumerate() {
            if !name.is_empty() {
                layout.width = column + 1;
            }
            match self.field(name) {
                Some(Address) => layout.address.push(column),
                Some(field) if layout.column(field).is_none() => layout.fields.push((field, column)),
                _ => layout.other.push((cells.get(column).trim().into(), column)),
            }
        }
        // Address lines count by their own numbers, wherever they stand.
        layout.address.sort_by_key(|column| line_number(&names[*column]));
        let has = |field: &Field| {
            if *field == Address { !layout.address.is_empty() } else { layout.column(*field).is_some() }
        };
        self.required.iter().all(has).then_some(layout)
    }

    fn field(&self, name: &str) -> Option<Field> {
        let numbered = |rest: &str| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit());
        if name.strip_prefix(self.address).is_some_and(numbered) {
            return Some(Address);
        }
        self.names.iter().find(|(known, _)| *known == name).map(|(_, field)| *field)
    }
}

/// Lower case, letters and digits alone: `First Name(s)`, `first_names` and `FirstNames` are one.
fn fold_header(given: &str) -> String {
    given.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

fn line_number(name: &str) -> u32 {
    name.trim_start_matches(|c: char| !c.is_ascii_digit()).parse().unwrap_or(0)
}

/// The commonest of the delimiters in use; commas where there is none.
fn delimiter_of(line: &str) -> u8 {
    let count = |delimiter: u8| line.bytes().filter(|b| *b == delimiter).count();
    [b';', b'\t', b','].into_iter().max_by_key(|d| count(*d)).unwrap_or(b',')
}

fn other_kind(names: &[String], cells: &Cells) -> Option<&'static str> {
    let has = |name: &&str| names.iter().any(|held| held == name);
    let known = OTHER_KINDS.iter().find(|(marks, _)| marks.iter().all(has)).map(|(_, kind)| *kind);
    known.or_else(|| idox(cells))
}

/// Idox's older files have no header: district, number, then (in an update) `+Jan`, `-Feb` or `=Mar`.
fn idox(cells: &Cells) -> Option<&'static str> {
    if !(20..=26).contains(&cells.len()) || ElectorNumber::from_columns(cells.get(0), cells.get(1), "").is_err() {
        return None;
    }
    let month = cells.get(2).strip_prefix(['+', '-', '=']).is_some_and(|month| month.len() == 3);
    Some(if month { "an Idox monthly update (without a header)" } else { "an Idox full register (without a header)" })
}

fn expected() -> String {
    let describe = |family: &Family| {
        let first =
            |field: &Field| family.names.iter().find(|(_, f)| f == field).map_or(family.address, |(name, _)| name);
        let names: Vec<&str> = family.required.iter().map(first).collect();
        format!("{} ({})", family.format.name(), names.join(", "))
    };
    FAMILIES.iter().map(describe).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const XPRESS_14: &str = "Elector Number Prefix,Elector Number,Elector Number Suffix,Elector Markers,Elector DOB,Elector Surname,Elector Forename,PostCode,Address1,Address2,Address3,Address4,Address5,Address6";

    fn recognised(line: &str) -> &'static str {
        match Layout::of_header(line) {
            Ok(Some(layout)) => layout.format.name(),
            Ok(None) => "unknown",
            Err(FileError::OtherKind(kind)) => kind,
            Err(_) => "refused",
        }
    }

    #[test]
    fn recognises_each_format_by_its_header() {
        for (line, name) in [
            (XPRESS_14, "xpress-full-14"),
            (
                "elector_number_prefix\telector-number\tElector Markers\tElector Name\tPost Code\tAddress 1",
                "xpress-full-13",
            ),
            (
                "Elector Number Prefix,Elector Number,Elector Markers,Elector Surname Elector Forename,PostCode,Address1",
                "xpress-full-13",
            ),
            (
                "PD,ENO,Status,Title,First Name(s),Initials,Surname,Suffix,Date of Attainment,Franchise Flag,Address 1,Postcode,Opt Out",
                "eros-a-full",
            ),
            (
                "PD,ENO,Title,First Names,Initials,Surname,Suffix,Date of Attainment,Franchise Flag,Opt Out,Address 1,Postcode",
                "eros-a-full",
            ),
            (
                "PDCode,RollNo,ElectorTitle,ElectorSurname,ElectorForename,FranchiseMarker,RegisteredAddress1,PostCode,House",
                "eros-b-full",
            ),
            ("ChangeTypeID,PDCode,RollNo,ElectorSurname", "an EROS monthly update"),
            (
                "DistrictRef,ElectorNumber,ElectorCreatedMonth,ElectorChangedMonth,ElectorDeletedMonth",
                "an Xpress monthly update",
            ),
            ("AV Type,PD/ENO,Elector Surname", "an absent voters' list"),
            ("PD,ENO,Suffix,How Voted", "a marked register"),
            ("Name,Age", "unknown"),
            ("", "unknown"),
        ] {
            assert_eq!(recognised(line), name, "{line}");
        }
    }

    #[test]
    fn knows_idox_by_its_shape() {
        let blanks = "\t".repeat(19);
        assert_eq!(recognised(&format!("AB1\t12/1\tG{blanks}")), "an Idox full register (without a header)");
        assert_eq!(recognised(&format!("AB1\t12/1\t+Mar{blanks}")), "an Idox monthly update (without a header)");
    }

    #[test]
    fn columns_may_come_in_any_order_and_unknown_ones_are_kept() {
        let shuffled = "Address2,Elector Forename,Ward Colour,Address1,PostCode,Elector Surname,Elector Markers,Elector Number,Elector Number Prefix,,";
        let layout = Layout::of_header(shuffled).ok().flatten().expect("known");
        assert_eq!(layout.format, Format::XpressFull14);
        assert_eq!((layout.address.clone(), layout.column(Surname), layout.width), (vec![3, 0], Some(5), 9));
        assert_eq!(layout.other[0], (Arc::from("Ward Colour"), 2));
    }

    #[test]
    fn an_unknown_header_is_answered_with_the_known_ones_and_none_of_its_text() {
        let error = FileError::UnknownHeader { columns: 2 }.to_string();
        assert!(
            error.contains("eros-b-full (pdcode, rollno,")
                && error.contains("registeredaddress")
                && error.contains("2 columns"),
            "{error}"
        );
    }

    proptest! {
        #[test]
        fn never_panics(line in any::<String>()) {
            let _ = Layout::of_header(&line);
        }
    }
}
