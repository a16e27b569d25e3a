//! The log with its seal as lines, in the order that a verifier needs them. `hustings audit dump` writes them to a file as
//! JSON, `hustings audit verify` reads them from there or straight from the database; docs/seal.md describes each.

use super::leaf::{Hash, Moment, Row};
use super::sign::{Expired, Head};
use crate::error::Error;
use serde::{Deserialize, Serialize};
use std::io::{BufRead, Write};
use uuid::Uuid;

/// The version of the dump's lines.
pub const VERSION: u32 = 1;

/// One line. They come in the order of this list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// Whose dump it is: the first line.
    Log(Log),
    /// A key that signed heads.
    Key(KeyLine),
    /// A restore that is on record.
    Restore(Restore),
    /// Months that were dropped.
    Expired(Expired),
    /// A signed head. By the number of leaves.
    Head(Head),
    /// A leaf with its row. By number.
    Leaf(Leaf),
    /// A row that no leaf stands for.
    Waiting(Row),
    /// Nothing follows: a dump without this line was cut short.
    End(End),
}

/// Which log, and how far it was sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Log {
    /// The version of these lines.
    pub version: u32,
    /// The log.
    pub log: Uuid,
    /// When the dump was taken.
    pub taken_at: Moment,
    /// Rows up to this transaction and number are sealed.
    pub through_xid: i64,
    /// See `through_xid`.
    pub through_entry: i64,
    /// False after a restore on another server, until the sealer there has found its place.
    pub settled: bool,
}

/// A key's public half, and who vouches for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyLine {
    /// Its name.
    pub key: String,
    /// 32 bytes in hex.
    pub public: String,
    /// The key before it.
    pub vouched_by: Option<String>,
    /// That key's signature, in hex.
    pub voucher: Option<String>,
}

/// That a backup was put in the database's place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restore {
    /// When.
    pub at: Moment,
    /// The machine's user.
    pub by: String,
    /// Why.
    pub why: String,
}

/// A leaf of the tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leaf {
    /// Its number.
    pub no: u64,
    /// The number of its row.
    pub entry_id: i64,
    /// The row's time.
    pub at: Moment,
    /// Its hash, as it was sealed.
    #[serde(with = "super::hexed")]
    pub hash: Hash,
    /// The row; none: it is gone.
    pub row: Option<Row>,
}

/// What came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    /// Leaves.
    pub leaves: u64,
    /// Rows that wait.
    pub waiting: u64,
}

/// Writes one line.
///
/// # Errors
/// [`Error::Refused`] when it cannot be written.
pub fn write(out: &mut impl Write, line: &Line) -> Result<(), Error> {
    let written =
        serde_json::to_writer(&mut *out, line).map_err(std::io::Error::from).and_then(|()| out.write_all(b"\n"));
    written.map_err(|e| Error::Refused(format!("The dump cannot be written: {e}")))
}

/// Reads a dump line by line, holding one at a time.
///
/// # Errors
/// [`Error::Refused`] at the first line that is none, with its number; whatever `take` says.
pub fn read(from: impl BufRead, mut take: impl FnMut(Line) -> Result<(), Error>) -> Result<(), Error> {
    for (n, line) in from.lines().enumerate() {
        let line = line.map_err(|e| Error::Refused(format!("The dump cannot be read: {e}")))?;
        let line = serde_json::from_str(&line)
            .map_err(|_| Error::Refused(format!("Line {} of the dump is not one that audit dump writes", n + 1)))?;
        take(line)?;
    }
    Ok(())
}

/// Reads heads as second places hold them, a line each; a last line that was cut short is left out.
///
/// # Errors
/// [`Error::Refused`] when the file cannot be read, or another line of it is no head.
pub fn heads(file: &std::path::Path) -> Result<Vec<Head>, Error> {
    let name = file.display();
    let text = std::fs::read_to_string(file).map_err(|e| Error::Refused(format!("{name} cannot be read: {e}")))?;
    let mut heads = Vec::new();
    for (n, line) in text.lines().enumerate() {
        // syslog writes its own words before.
        let json = line.find('{').map_or(line, |at| &line[at..]);
        match serde_json::from_str(json) {
            Ok(head) => heads.push(head),
            // A crash leaves half a line; the next head begins a new one.
            Err(error) if error.is_eof() => {}
            Err(_) => return Err(Error::Refused(format!("Line {} of {name} is not a head", n + 1))),
        }
    }
    Ok(heads)
}
