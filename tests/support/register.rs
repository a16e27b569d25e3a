//! Synthetic registers with their truth, from the generator beside this file, and the command line's operator.

use hustings::commands::Operation;
use hustings::commands::register::Choices;
use hustings::database::cluster::Login;
use hustings::database::{Operator, OperatorSession};
use hustings::registers::Basis;
use serde_json::Value;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

use super::database::TestDatabase;

/// Registers of one invented place and what is true of each.
pub struct Generated {
    folder: TempDir,
    /// `truth.json`.
    pub truth: Value,
}

impl Generated {
    /// Makes some kinds of files; all of them when none is named.
    pub fn new(seed: u32, electors: u32, quirks: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let done = Command::new("python3")
            .arg(generator())
            .args(["--seed", &seed.to_string(), "--electors", &electors.to_string(), "--quirks", quirks, "--out"])
            .arg(folder.path())
            .output()
            .unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let truth = std::fs::read_to_string(folder.path().join("truth.json")).unwrap();
        Self { truth: serde_json::from_str(&truth).unwrap(), folder }
    }

    /// A kind's file.
    pub fn path(&self, kind: &str) -> PathBuf {
        self.folder.path().join(self.truth["files"][kind]["file"].as_str().unwrap_or(kind))
    }

    /// A kind's facts.
    pub fn facts(&self, kind: &str) -> &Value {
        &self.truth["files"][kind]
    }

    /// The file's bytes.
    pub fn bytes(&self, kind: &str) -> Vec<u8> {
        std::fs::read(self.path(kind)).unwrap()
    }

    /// Everybody's number now, and a year on where they are still there.
    pub fn numbers_a_year_on(&self) -> HashMap<String, Option<String>> {
        let mut reader = csv::Reader::from_path(self.path("truth-people")).unwrap();
        let number = |row: &csv::StringRecord, at: usize| match &row[at + 2] {
            "0" | "" => format!("{}-{}", &row[at], &row[at + 1]),
            suffix => format!("{}-{}/{suffix}", &row[at], &row[at + 1]),
        };
        let rows = reader.records().map(|row| row.unwrap()).filter(|row| !row[1].is_empty());
        rows.map(|row| (number(&row, 1), (&row[9] != "gone").then(|| number(&row, 9)))).collect()
    }
}

/// The generator of synthetic registers.
pub fn generator() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/make_register.py")
}

/// One run of a command by the operator.
pub fn operation(database: &TestDatabase) -> Operation {
    Operation {
        operator: Operator::connect(&database.url(Login::Operator)).unwrap(),
        session: OperatorSession { os_user: "tester".into(), command: "register".into(), reason: String::new() },
        keys: hustings::keys::Keys::of(&std::env::temp_dir()),
        json: true,
    }
}

/// A file to preview or import, of 1 December of a year.
pub fn choices(file: PathBuf, year: i32) -> Choices {
    Choices {
        file,
        authority: None,
        date: chrono::NaiveDate::from_ymd_opt(year, 12, 1),
        basis: Basis::Party,
        allow_large_removal: false,
        allow_other_districts: false,
    }
}
