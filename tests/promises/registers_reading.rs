//! Councils' files are read as they are, and nothing in them is lost or guessed.
//!
//! The files come from the generator of synthetic registers, which also writes down what is true of them.

use std::collections::{BTreeSet, HashMap};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

use chrono::NaiveDate;
use hustings::registers::formats::FileError;
use hustings::registers::matching::{Candidate, match_people};
use hustings::registers::reader::{RegisterReader, RowOutcome, read_register};
use hustings::registers::row::{ElectorKind, Refusal, RegisterRow};
use serde_json::Value;
use tempfile::TempDir;

use crate::support::register::generator;

/// The generator's kinds that are full registers, and what each is recognised as.
const KINDS: [(&str, &str); 6] = [
    ("xpress-full-14", "xpress-full-14"),
    ("xpress-full-13", "xpress-full-13"),
    ("eros-full", "eros-a-full"),
    ("eros-full-no-status", "eros-a-full"),
    ("pd-eno-scotland", "eros-a-full"),
    ("eros-full-alt", "eros-b-full"),
];

struct Generated {
    folder: TempDir,
    truth: Value,
}

impl Generated {
    fn new(seed: u32, electors: u32, quirks: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let done = Command::new("python3")
            .arg(generator())
            .args(["--seed", &seed.to_string(), "--electors", &electors.to_string(), "--quirks", quirks, "--out"])
            .arg(folder.path())
            .output()
            .expect("python3 runs");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let truth = std::fs::read_to_string(folder.path().join("truth.json")).expect("the truth");
        Self { truth: serde_json::from_str(&truth).expect("JSON"), folder }
    }

    fn path(&self, kind: &str) -> PathBuf {
        let named = self.truth["files"][kind]["file"].as_str().expect("a file");
        self.folder.path().join(named)
    }

    fn facts(&self, kind: &str) -> &Value {
        &self.truth["files"][kind]
    }
}

fn day(year: i32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, 12, 1).expect("a day")
}

/// All that became of a file.
#[derive(Default)]
struct Read {
    rows: Vec<RegisterRow>,
    refused: HashMap<u64, Refusal>,
    skipped: u64,
    format: &'static str,
    encoding: &'static str,
}

fn read(path: &Path, date: NaiveDate) -> Read {
    let mut reader = read_register(path, date).unwrap_or_else(|e| panic!("{path:?}: {e}"));
    let mut read = Read { format: reader.format().name(), ..Read::default() };
    for outcome in reader.by_ref() {
        match outcome.expect("readable") {
            RowOutcome::Row(row) => read.rows.push(*row),
            RowOutcome::Refused(refused) => drop(read.refused.insert(refused.line, refused.reason)),
            RowOutcome::Skipped { .. } => read.skipped += 1,
        }
    }
    read.encoding = reader.encoding().name();
    read
}

fn lines(facts: &Value, group: &str) -> Vec<(u64, String)> {
    let list = facts[group].as_array().expect("a list");
    list.iter()
        .map(|f| (f["line"].as_u64().expect("a line"), f["reason"].as_str().expect("a reason").to_owned()))
        .collect()
}

fn expect(facts: &Value, name: &str) -> usize {
    facts["expect"][name].as_u64().map_or(0, |n| n as usize)
}

fn encoding(facts: &Value) -> &'static str {
    match facts["encoding"].as_str() {
        Some("cp1252") => "windows-1252",
        Some("utf-8-sig") => "utf-8-bom",
        _ => "utf-8",
    }
}

fn check(kind: &str, format: &str, facts: &Value, read: &Read) {
    let hostile = lines(facts, "hostile_values");
    let long = hostile.iter().filter(|(_, reason)| reason == "1 MB field").count();
    let duplicates = lines(facts, "duplicates");
    let malformed = lines(facts, "malformed");
    let rows = facts["rows"].as_u64().expect("rows") as usize + hostile.len() - long - duplicates.len();
    assert_eq!((read.format, read.encoding), (format, encoding(facts)), "{kind}");
    assert_eq!(read.rows.len(), rows, "{kind}: rows");
    for (line, reason) in malformed.iter().chain(&duplicates) {
        assert!(read.refused.contains_key(line), "{kind}: line {line} ({reason}) is not reported");
    }
    let read_lines: BTreeSet<u64> = read.rows.iter().map(|r| r.line).collect();
    for (line, reason) in &hostile {
        assert_eq!(read_lines.contains(line), reason != "1 MB field", "{kind}: line {line} ({reason})");
    }
    // Of a number that stands twice, both rows are refused; nothing else is.
    assert_eq!(read.refused.len(), malformed.len() + duplicates.len() * 2 + long, "{kind}: {:?}", read.refused);
    let lines = facts["lines"].as_u64().expect("lines") as usize;
    assert_eq!(read.rows.len() + read.refused.len() + read.skipped as usize, lines, "{kind}: physical lines");
}

fn check_kinds(kind: &str, facts: &Value, read: &Read) {
    let count = |wanted| read.rows.iter().filter(|r| r.kind == wanted).count();
    for (wanted, name) in [
        (ElectorKind::Attainer, "attainers"),
        (ElectorKind::Anonymous, "anonymous"),
        (ElectorKind::Overseas, "overseas"),
    ] {
        assert_eq!(count(wanted), expect(facts, name), "{kind}: {name}");
    }
}

#[test]
fn every_format_is_read_at_every_level_of_faults() {
    for seed in [3, 8] {
        for quirks in ["clean", "normal", "hostile"] {
            let made = Generated::new(seed, 6000, quirks);
            for (kind, format) in KINDS {
                let read = read(&made.path(kind), day(2025));
                check(kind, format, made.facts(kind), &read);
                check_kinds(kind, made.facts(kind), &read);
            }
        }
    }
}

#[test]
fn the_same_people_and_homes_come_out_of_every_format() {
    let made = Generated::new(5, 4000, "normal");
    let people = |kind: &str| -> HashMap<String, (String, Option<String>)> {
        let rows = read(&made.path(kind), day(2025)).rows;
        rows.iter().map(|r| (r.number.to_string(), (r.name.surname_key(), r.address.key()))).collect()
    };
    let first = people("xpress-full-14");
    for (kind, _) in KINDS.iter().skip(1).filter(|(kind, _)| *kind != "xpress-full-13") {
        let differing = people(kind).into_iter().filter(|(number, person)| {
            let other = &first[number];
            // A fault may have emptied the name in one of the two files.
            person.1 != other.1 || (person.0 != other.0 && !person.0.is_empty() && !other.0.is_empty())
        });
        assert_eq!(differing.collect::<Vec<_>>(), [], "{kind}");
    }
}

#[test]
fn those_out_of_the_open_register_are_known() {
    let made = Generated::new(5, 4000, "clean");
    for kind in ["eros-full", "pd-eno-scotland"] {
        let marked = read(&made.path(kind), day(2025)).rows.iter().filter(|r| r.not_in_open_register).count();
        assert_eq!(marked, expect(made.facts(kind), "opt_outs"), "{kind}");
    }
}

#[test]
fn files_that_are_wrong_as_a_whole_are_refused_with_what_to_do() {
    let made = Generated::new(3, 400, "hostile");
    let open = |name: &str| RegisterReader::open(File::open(made.folder.path().join(name)).expect("a file"), day(2025));
    assert!(matches!(open("hostile-empty.csv"), Err(FileError::Empty)));
    assert!(matches!(open("hostile-header-only.csv"), Err(FileError::HeaderOnly)));
    assert!(matches!(open("hostile-zip-renamed.csv"), Err(FileError::Zip)));
    assert!(matches!(open("xpress-full.xlsx"), Err(FileError::Workbook)));
    for (name, encoding) in [("hostile-utf-16.csv", "utf-16"), ("hostile-wrong-council.csv", "windows-1252")] {
        let read = read(&made.folder.path().join(name), day(2025));
        assert_eq!((read.rows.len(), read.refused.len()), (50, 0), "{name}");
        // Without a letter beyond ASCII the two narrow encodings are the same bytes.
        assert!(read.encoding == encoding || read.encoding == "utf-8", "{name}: {}", read.encoding);
    }
}

#[test]
fn files_of_other_kinds_are_named() {
    let made = Generated::new(3, 400, "normal");
    for (kind, named) in [
        ("xpress-update", "Xpress monthly update"),
        ("eros-update", "EROS monthly update"),
        ("idox-b1-full", "Idox full register"),
        ("idox-b1-update", "Idox monthly update"),
        ("absent-voters", "absent voters"),
        ("absent-voters-flag", "absent voters"),
        ("marked-register", "marked register"),
        ("polling-places", "polling places"),
        ("members", "membership list"),
        ("areas", "list of areas"),
        ("postcodes", "list of postcodes"),
    ] {
        let error = RegisterReader::open(File::open(made.path(kind)).expect("a file"), day(2025)).err().expect(kind);
        assert!(error.to_string().contains(named), "{kind}: {error}");
    }
}

/// The generator's people: their number now and a year on.
fn true_links(made: &Generated) -> HashMap<String, String> {
    let mut reader = csv::Reader::from_path(made.path("truth-people")).expect("the truth");
    let number = |pd: &str, number: &str, suffix: &str| match suffix {
        "0" | "" => format!("{pd}-{number}"),
        _ => format!("{pd}-{number}/{suffix}"),
    };
    let mut links = HashMap::new();
    for record in reader.records() {
        let row = record.expect("a row");
        if !row[1].is_empty() && &row[9] != "gone" {
            links.insert(number(&row[1], &row[2], &row[3]), number(&row[9], &row[10], &row[11]));
        }
    }
    links
}

fn candidates(rows: &[RegisterRow]) -> Vec<Candidate> {
    rows.iter().filter_map(Candidate::from_row).collect()
}

#[test]
fn people_are_found_again_a_year_on_and_nobody_is_taken_for_another() {
    for seed in [1, 2, 3, 7, 11] {
        let made = Generated::new(seed, 20_000, "normal");
        let held = candidates(&read(&made.path("xpress-full-14"), day(2025)).rows);
        let new = candidates(&read(&made.path("next-year"), day(2026)).rows);
        let truth = true_links(&made);
        let matching = match_people(&held, &new);
        let is_right = |h: usize, n: usize| truth.get(&held[h].number).is_some_and(|number| *number == new[n].number);
        let wrong: Vec<_> = matching
            .links
            .iter()
            .filter(|l| !is_right(l.held, l.new))
            .map(|l| (l.step, &held[l.held].number))
            .collect();
        let possible = held.iter().filter(|c| truth.contains_key(&c.number)).count();
        let found = matching.links.len() - wrong.len();
        println!(
            "seed {seed}: {found} of {possible} found ({:.2} %), {} wrong, {} doubtful",
            found as f64 * 100.0 / possible as f64,
            wrong.len(),
            matching.doubtful.len()
        );
        assert!(wrong.is_empty(), "seed {seed}: {wrong:?}");
        assert!(found * 100 >= possible * 95, "seed {seed}: {found} of {possible}");
    }
}

#[test]
fn the_same_file_again_changes_nobody() {
    let made = Generated::new(2, 10_000, "normal");
    for (kind, _) in KINDS {
        let people = candidates(&read(&made.path(kind), day(2025)).rows);
        let matching = match_people(&people, &people);
        assert!(matching.links.iter().all(|l| l.held == l.new), "{kind}");
        assert_eq!((matching.links.len(), matching.doubtful.len()), (people.len(), 0), "{kind}");
    }
}
