//! A file's rows on their way into the database: read in a thread of their own, put aside in batches.

use super::reader::{RefusedRow, RegisterReader, RowOutcome, duplicates};
use super::row::{ElectorKind, Refusal, RegisterRow, RowWarning};
use crate::database::Scoped;
use crate::electors::folding::fold;
use crate::error::Error;
use crate::registers::formats::FileError;
use chrono::NaiveDate;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::mpsc;
use uuid::Uuid;

/// How many rows one statement puts aside.
const BATCH: usize = 5_000;

/// What comes out of the reading thread.
pub enum Piece {
    /// Rows to put aside.
    Rows(Box<Batch>),
    /// The end of the file.
    End(Facts),
}

/// What is known of a file once it is read to its end.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// The format's name.
    pub format: &'static str,
    /// The encoding's name.
    pub encoding: &'static str,
    /// What is odd about it and does not keep it out, in words.
    pub warnings: Vec<String>,
}

/// Begins to read a register. The thread ends when the receiver is dropped.
pub fn read(path: PathBuf, published: NaiveDate) -> mpsc::Receiver<Result<Piece, FileError>> {
    let (sender, receiver) = mpsc::channel(2);
    tokio::task::spawn_blocking(move || {
        if let Err(error) = pump(&path, published, &sender) {
            let _ = sender.blocking_send(Err(error));
        }
    });
    receiver
}

/// Whether a file can be read as a register at all; says what is wrong with it otherwise.
///
/// # Errors
/// As [`RegisterReader::open`], in a person's words.
pub async fn check(path: PathBuf, published: NaiveDate) -> Result<(), Error> {
    let opened = tokio::task::spawn_blocking(move || RegisterReader::open(File::open(path)?, published).map(drop));
    opened.await.map_err(Error::internal)?.map_err(refused)
}

/// A file's error as a person is told it.
pub fn refused(error: FileError) -> Error {
    let mut text = error.to_string();
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    Error::Refused(text)
}

type Sender = mpsc::Sender<Result<Piece, FileError>>;

fn pump(path: &Path, published: NaiveDate, sender: &Sender) -> Result<(), FileError> {
    let numbers = duplicates(path, published)?;
    let bytes = Arc::new(AtomicU64::new(0));
    let input = Counted { file: File::open(path)?, bytes: bytes.clone() };
    let mut reader = RegisterReader::open(input, published)?.refusing(numbers);
    let mut batch = Box::<Batch>::default();
    let mut odd = Odd::new();
    for outcome in reader.by_ref() {
        match outcome? {
            RowOutcome::Row(row) => {
                row.warnings.iter().for_each(|w| odd.entry(words(*w)).or_default().push(small(row.line)));
                batch.push(&row);
            }
            RowOutcome::Refused(row) => batch.refuse(row),
            RowOutcome::Skipped { .. } => {}
        }
        if batch.len() >= BATCH {
            batch.bytes = bytes.load(Ordering::Relaxed);
            if sender.blocking_send(Ok(Piece::Rows(std::mem::take(&mut batch)))).is_err() {
                return Ok(());
            }
        }
    }
    batch.bytes = bytes.load(Ordering::Relaxed);
    let facts = Facts {
        format: reader.format().name(),
        encoding: reader.encoding().name(),
        warnings: warnings(&odd, reader.lines_in_other_encoding()),
    };
    let _ = sender.blocking_send(Ok(Piece::Rows(batch)));
    let _ = sender.blocking_send(Ok(Piece::End(facts)));
    Ok(())
}

fn words(warning: RowWarning) -> String {
    match warning {
        RowWarning::UnknownMarker(letter) => {
            format!("The franchise marker {letter} is not known here; it is kept as given")
        }
        RowWarning::OddPostcode => "The postcode has not the shape of one and is left out".into(),
        RowWarning::NoName => "The elector has no name".into(),
    }
}

/// What is odd, in words, and the lines that it is odd about.
type Odd = BTreeMap<String, Lines>;

/// Lines of the file: how many, and the first few.
#[derive(Default)]
struct Lines {
    count: usize,
    first: Vec<i32>,
}

impl Lines {
    /// How many are named.
    const NAMED: usize = 5;

    fn push(&mut self, line: i32) {
        self.count += 1;
        if self.first.len() < Self::NAMED {
            self.first.push(line);
        }
    }

    /// "line 12", "lines 12, 45 and 98", "lines 1, 2, 3, 4, 5 and 95 more": as the page of refused rows numbers them.
    fn words(&self) -> String {
        let figures: Vec<String> = self.first.iter().map(|line| crate::web::words::figure(*line)).collect();
        let more = self.count - self.first.len();
        match figures.as_slice() {
            [only] => format!("line {only}"),
            all if more > 0 => format!("lines {} and {} more", all.join(", "), crate::web::words::figure(more)),
            [some @ .., last] => format!("lines {} and {last}", some.join(", ")),
            [] => String::new(),
        }
    }
}

fn warnings(odd: &Odd, strays: u64) -> Vec<String> {
    let rows = |n: usize| crate::web::words::count(n, "row", "rows");
    let mut all: Vec<String> =
        odd.iter().map(|(text, lines)| format!("{text} ({}: {})", rows(lines.count), lines.words())).collect();
    if strays > 0 {
        all.push(format!(
            "Some lines are in another encoding than the rest and were read as what they are ({})",
            rows(usize::try_from(strays).unwrap_or(usize::MAX))
        ));
    }
    all
}

struct Counted {
    file: File,
    bytes: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let n = self.file.read(buffer)?;
        self.bytes.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}

/// Rows by column, as one statement takes them.
#[derive(Default)]
pub struct Batch {
    /// How far into the file they reach.
    pub bytes: u64,
    line: Vec<i32>,
    position: Vec<i32>,
    letters: Vec<String>,
    number: Vec<i32>,
    suffix: Vec<i32>,
    kind: Vec<String>,
    title: Vec<String>,
    forenames: Vec<String>,
    surname: Vec<String>,
    name_suffix: Vec<String>,
    name: Vec<String>,
    name_key: Vec<String>,
    forename_key: Vec<String>,
    later_key: Vec<String>,
    last_key: Vec<String>,
    attains_on: Vec<Option<NaiveDate>>,
    markers: Vec<String>,
    in_open_register: Vec<bool>,
    lines: Vec<String>,
    postcode: Vec<Option<String>>,
    address_key: Vec<String>,
    street_key: Vec<String>,
    street: Vec<String>,
    building: Vec<String>,
    house_number: Vec<Option<i32>>,
    house_suffix: Vec<String>,
    flat: Vec<String>,
    raw: Vec<String>,
    extra: Vec<Option<String>>,
    refused_line: Vec<i32>,
    refused_number: Vec<Option<String>>,
    refused_reason: Vec<String>,
    refused_advice: Vec<String>,
}

impl Batch {
    /// How many lines are in it.
    pub fn len(&self) -> usize {
        self.line.len() + self.refused_line.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many rows are in it, without the refused ones.
    pub fn rows(&self) -> i32 {
        i32::try_from(self.line.len()).unwrap_or(i32::MAX)
    }

    fn refuse(&mut self, row: RefusedRow) {
        self.refused_line.push(small(row.line));
        self.refused_number.push(row.number);
        self.refused_reason.push(sentence(&row.reason.to_string()));
        self.refused_advice.push(advice(&row.reason).to_owned());
    }

    fn push(&mut self, row: &RegisterRow) {
        let (Ok(number), Ok(suffix)) = (i32::try_from(row.number.number), i32::try_from(row.number.suffix)) else {
            let reason = Refusal::Number(super::number::NotANumber::Number);
            return self.refuse(RefusedRow { line: row.line, reason, number: None });
        };
        self.line.push(small(row.line));
        self.position.push(small(row.position));
        self.letters.push(row.number.district.to_string());
        self.number.push(number);
        self.suffix.push(suffix);
        self.kind.push(kind(row.kind).to_owned());
        self.push_person(row);
        self.push_home(row);
        self.raw.push(row.raw.clone());
        self.extra.push(extra(row));
    }

    fn push_person(&mut self, row: &RegisterRow) {
        let name = &row.name;
        let forenames = [name.forenames.as_str(), name.middle.as_str()].join(" ").trim().to_owned();
        self.forename_key.push([name.forenames_key(), name.surname_key()].join(" ").trim().to_owned());
        let [later, last] = name.later_keys();
        self.later_key.push(later);
        self.last_key.push(last);
        self.title.push(name.title.clone());
        self.forenames.push(forenames);
        self.surname.push(name.surname.clone());
        self.name_suffix.push(name.suffix.clone());
        self.name.push(name.display());
        self.name_key.push(name.name_key());
        self.attains_on.push(row.attainment);
        self.markers.push(row.markers.to_string());
        self.in_open_register.push(!row.not_in_open_register);
    }

    /// Overseas electors are at no door here, whatever the council wrote beside them.
    fn push_home(&mut self, row: &RegisterRow) {
        let home = if row.kind == ElectorKind::Overseas { Default::default() } else { row.address.clone() };
        let premises = home.premises();
        self.address_key.push(address_key(&home));
        self.lines.push(home.lines.join("\n"));
        self.postcode.push(home.postcode.map(|p| p.to_string()));
        self.street_key.push(fold(&premises.street));
        self.street.push(premises.street);
        self.building.push(premises.building);
        self.house_number.push(premises.number.and_then(|n| i32::try_from(n).ok()));
        self.house_suffix.push(premises.suffix);
        self.flat.push(premises.flat);
    }

    /// Puts the batch aside.
    ///
    /// # Errors
    /// What the database says: access ended, disk full, connection lost.
    pub async fn stage(&self, scope: &mut Scoped, import: Uuid) -> Result<(), Error> {
        sqlx::query!(
            "insert into import_row (import_id, line, position, letters, number, suffix, kind, title, forenames, surname,
               name_suffix, name, name_key, forename_key, later_key, last_key, attains_on, markers, in_open_register, lines, address,
               postcode, address_key, street_key, postcode_key, street, building, house_number, house_suffix, flat, raw, extra)
             select $1, u.line, u.position, u.letters, u.number, u.suffix, u.kind, u.title, u.forenames, u.surname,
               u.name_suffix, u.name, u.name_key, u.forename_key, u.later_key, u.last_key, u.attains_on, u.markers, u.in_open_register,
               case when u.lines = '' then '{}' else string_to_array(u.lines, e'\\n') end, replace(u.lines, e'\\n', ', '),
               u.postcode, u.address_key, u.street_key, coalesce(lower(replace(u.postcode, ' ', '')), ''), u.street,
               u.building, u.house_number, u.house_suffix, u.flat, u.raw, u.extra::jsonb
             from unnest($2::int[], $3::int[], $4::text[], $5::int[], $6::int[], $7::text[], $8::text[], $9::text[],
               $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::date[], $16::text[], $17::bool[],
               $18::text[], $19::text[], $20::text[], $21::text[], $22::text[], $23::text[], $24::int[], $25::text[],
               $26::text[], $27::text[], $28::text[], $29::text[], $30::text[])
             as u (line, position, letters, number, suffix, kind, title, forenames, surname, name_suffix, name, name_key,
               forename_key, attains_on, markers, in_open_register, lines, postcode, address_key, street_key, street,
               building, house_number, house_suffix, flat, raw, extra, later_key, last_key)",
            import,
            &self.line,
            &self.position,
            &self.letters,
            &self.number,
            &self.suffix,
            &self.kind,
            &self.title,
            &self.forenames,
            &self.surname,
            &self.name_suffix,
            &self.name,
            &self.name_key,
            &self.forename_key,
            &self.attains_on as &[Option<NaiveDate>],
            &self.markers,
            &self.in_open_register,
            &self.lines,
            &self.postcode as &[Option<String>],
            &self.address_key,
            &self.street_key,
            &self.street,
            &self.building,
            &self.house_number as &[Option<i32>],
            &self.house_suffix,
            &self.flat,
            &self.raw,
            &self.extra as &[Option<String>],
            &self.later_key,
            &self.last_key,
        )
        .execute(scope.connection())
        .await?;
        self.stage_refused(scope, import).await
    }

    async fn stage_refused(&self, scope: &mut Scoped, import: Uuid) -> Result<(), Error> {
        sqlx::query!(
            "insert into import_refused (import_id, line, number, reason, advice)
             select $1, * from unnest($2::int[], $3::text[], $4::text[], $5::text[])",
            import,
            &self.refused_line,
            &self.refused_number as &[Option<String>],
            &self.refused_reason,
            &self.refused_advice,
        )
        .execute(scope.connection())
        .await?;
        Ok(())
    }
}

/// The home's key as electors are found by it: the folded lines first, the postcode last.
pub fn address_key(home: &crate::electors::address::Address) -> String {
    let key = home.key().unwrap_or_default();
    match &home.postcode {
        Some(postcode) => {
            let postcode = postcode.key();
            let lines = key.strip_prefix(&postcode).unwrap_or(&key).trim_start();
            format!("{lines} {postcode}").trim_start().to_owned()
        }
        None => key,
    }
}

/// Lines and positions beyond this are beyond any register.
fn small(n: u64) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}

fn kind(kind: ElectorKind) -> &'static str {
    match kind {
        ElectorKind::Ordinary => "ordinary",
        ElectorKind::Attainer => "attainer",
        ElectorKind::Overseas => "overseas",
        ElectorKind::Anonymous => "anonymous",
        ElectorKind::OtherNoAddress => "other",
    }
}

fn extra(row: &RegisterRow) -> Option<String> {
    let mut kept: serde_json::Map<String, serde_json::Value> =
        row.other.iter().map(|(column, value)| (column.to_string(), value.clone().into())).collect();
    if let Some(uprn) = row.uprn {
        kept.insert("UPRN".into(), uprn.to_string().into());
    }
    (!kept.is_empty()).then(|| serde_json::Value::Object(kept).to_string())
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// What to do about a refused row.
fn advice(reason: &Refusal) -> &'static str {
    match reason {
        Refusal::Duplicate { .. } => "Ask the registration officer which is right",
        Refusal::UnderSixteen => "Tell the council that it sent this",
        Refusal::Truncated => "Ask for the file again",
        Refusal::Deleted => "Nothing: this person is off the register",
        Refusal::TooFewColumns { .. } | Refusal::TooManyColumns { .. } | Refusal::OpenQuote | Refusal::TooLong => {
            "Mend the line and give the whole file again"
        }
        Refusal::Number(_) | Refusal::Date | Refusal::Nobody => "Ask the registration officer for this line again",
    }
}
