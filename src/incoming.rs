//! Files of lines on their way in: what members' files and councils' voters' lists share, whosever they are. Which column is what,
//! what a page shows of columns, and lines as they are staged. Where they are staged, and what becomes of them, is their rooms' own.

use crate::electors::folding::fold;
use crate::error::{Error, FieldError};
use crate::registers::formats::FileError;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sqlx::types::Json;
use std::collections::BTreeMap;

/// How many lines one statement stages.
pub const BATCH: usize = 5_000;

/// How many lines a column's first values are looked for in.
pub const LOOKED_THROUGH: i64 = 200;

/// What parts the cells of a file, by its line of headings: whichever of comma, semicolon and tab stands there most.
pub fn delimiter(headings: &str) -> u8 {
    let count = |c: u8| headings.bytes().filter(|b| *b == c).count();
    [b',', b';', b'\t'].into_iter().max_by_key(|c| (count(*c), *c == b',')).unwrap_or(b',')
}

/// What is wrong with a file, as a sentence.
pub fn sentence(error: &FileError) -> String {
    let text = error.to_string();
    let mut letters = text.chars();
    letters.next().map(|c| c.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// A line under the headings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// From 1, the headings included.
    pub number: i32,
    /// The cells, cleaned; or why there are none.
    pub cells: Result<Vec<String>, &'static str>,
}

/// A file as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contents {
    /// What the first line says the columns are.
    pub headings: Vec<String>,
    /// Every other line that is not empty.
    pub lines: Vec<Line>,
    /// The encoding's name.
    pub encoding: &'static str,
}

/// How much of a cell a page shows, in letters.
pub const SHOWN: usize = 40;

/// A cell as a page shows it: cut where it is long.
pub fn cut(cell: &str) -> String {
    match cell.char_indices().nth(SHOWN) {
        Some((at, _)) => format!("{}…", &cell[..at]),
        None => cell.to_owned(),
    }
}

/// A column of a file, for whoever says what it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// Its heading.
    pub title: String,
    /// What stands in it first: two values at most that differ, each cut.
    pub values: Vec<String>,
}

impl Sample {
    /// "Ref: L1, L2".
    pub fn words(&self) -> String {
        if self.values.is_empty() { self.title.clone() } else { format!("{}: {}", self.title, self.values.join(", ")) }
    }
}

/// The columns under these headings, with what stands in them in these lines.
pub fn samples(headings: &[String], lines: &[Json<Vec<String>>]) -> Vec<Sample> {
    let values = |at: usize| {
        let mut values = Vec::new();
        for value in lines.iter().filter_map(|cells| cells.0.get(at)).filter(|v| !v.is_empty()).map(|v| cut(v)) {
            if values.len() < 2 && !values.contains(&value) {
                values.push(value);
            }
        }
        values
    };
    let title = |at: usize, heading: &str| {
        if heading.is_empty() { format!("Column {}, without a heading", at + 1) } else { heading.to_owned() }
    };
    headings.iter().enumerate().map(|(at, h)| Sample { title: title(at, h), values: values(at) }).collect()
}

/// What a heading is compared by.
pub fn key(heading: &str) -> String {
    fold(heading).replace(' ', "")
}

/// A line of headings by its digest: what it says is not kept.
pub fn digest(headings: &[String]) -> Vec<u8> {
    let folded: Vec<String> = headings.iter().map(|h| fold(h)).collect();
    Sha256::digest(folded.join("\u{1f}")).to_vec()
}

/// Which column, from 0, holds each of the fields that a kind of file may have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Chosen<F: Ord>(BTreeMap<F, usize>);

impl<F: Ord> Default for Chosen<F> {
    fn default() -> Self {
        Chosen(BTreeMap::new())
    }
}

impl<F: Copy + Ord> Chosen<F> {
    /// What headings mean by themselves, asked of each heading's [`key`]; the second of two that mean one thing is left out.
    pub fn guess<'a>(
        headings: impl IntoIterator<Item = (usize, &'a String)>,
        means: impl Fn(&str) -> Option<F>,
    ) -> Self {
        let mut chosen = Chosen::default();
        for (at, heading) in headings {
            if let Some(field) = means(&key(heading)) {
                chosen.offer(field, at);
            }
        }
        chosen
    }

    /// The form's answers, by each field's word: a column's number from 1, or nothing.
    ///
    /// # Errors
    /// One column for two things.
    pub fn read(
        fields: impl IntoIterator<Item = (F, &'static str)>,
        form: &BTreeMap<String, String>,
        columns: usize,
    ) -> Result<Self, FieldError> {
        let mut chosen = Chosen::default();
        for (field, word) in fields {
            let at = form.get(word).and_then(|c| c.parse::<usize>().ok()).filter(|n| (1..=columns).contains(n));
            let Some(at) = at.map(|n| n - 1) else { continue };
            if chosen.reads(at) {
                let message = "This column is chosen twice. Each column can be one thing only".into();
                return Err(FieldError { field: word.into(), message });
            }
            chosen.offer(field, at);
        }
        Ok(chosen)
    }

    /// Says that a column is this, unless another is already.
    pub fn offer(&mut self, field: F, at: usize) {
        self.0.entry(field).or_insert(at);
    }

    /// The column, from 0.
    pub fn at(&self, field: F) -> Option<usize> {
        self.0.get(&field).copied()
    }

    /// Whether the file has this at all.
    pub fn has(&self, field: F) -> bool {
        self.0.contains_key(&field)
    }

    /// Whether a column, from 0, is read for anything.
    pub fn reads(&self, column: usize) -> bool {
        self.0.values().any(|at| *at == column)
    }

    /// The column's number from 1, for the form; 0 where there is none.
    pub fn number(&self, field: F) -> usize {
        self.at(field).map_or(0, |at| at + 1)
    }

    /// A line's cell; empty where the file has no such column.
    pub fn of<'a>(&self, field: F, cells: &'a [String]) -> &'a str {
        self.at(field).and_then(|at| cells.get(at)).map_or("", String::as_str)
    }
}

/// Lines side by side, as one statement stages them.
#[derive(Debug)]
pub struct Stage<'a> {
    /// Their numbers.
    pub numbers: Vec<i32>,
    /// Their cells; None where they could not be read.
    pub cells: Vec<Option<Json<&'a Vec<String>>>>,
    /// Why not; else empty.
    pub refusals: Vec<String>,
}

impl<'a> Stage<'a> {
    /// These lines.
    pub fn of(lines: &'a [Line]) -> Self {
        Stage {
            numbers: lines.iter().map(|l| l.number).collect(),
            cells: lines.iter().map(|l| l.cells.as_ref().ok().map(Json)).collect(),
            refusals: lines.iter().map(|l| l.cells.as_ref().err().copied().unwrap_or_default().to_owned()).collect(),
        }
    }
}

/// Refuses a file that was applied or thrown away already, by the word of its state.
///
/// # Errors
/// [`Error::Conflict`].
pub fn must_be_ready(state: &str) -> Result<(), Error> {
    match state {
        "ready" => Ok(()),
        _ => Err(over()),
    }
}

/// What is said of a file that was applied or thrown away already.
pub fn over() -> Error {
    Error::Conflict("This file was applied or thrown away already. Open its page again".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headings(line: &str) -> Vec<String> {
        line.split(',').map(str::to_owned).collect()
    }

    #[test]
    fn a_column_is_shown_with_the_first_values_that_it_has() {
        let line = |cells: [&str; 3]| Json(cells.map(str::to_owned).to_vec());
        let long = "ä".repeat(41);
        let lines = [line(["L1", "", ""]), line(["L2", &long, ""]), line(["L3", &long, ""]), line(["L4", "b", ""])];
        let samples = samples(&headings("Ref,Who,"), &lines);
        let words: Vec<String> = samples.iter().map(Sample::words).collect();
        let cut = format!("Who: {}…, b", "ä".repeat(40));
        assert_eq!(words, ["Ref: L1, L2", cut.as_str(), "Column 3, without a heading"]);
    }

    #[test]
    fn a_column_is_one_thing_only_and_the_first_of_two_headings_counts() {
        let read = |pairs: [(&str, &str); 2]| {
            let form = BTreeMap::from(pairs.map(|(k, v)| (k.to_owned(), v.to_owned())));
            Chosen::read([('n', "number"), ('w', "who")], &form, 3)
        };
        let chosen = read([("number", "3"), ("who", "4")]).unwrap();
        assert_eq!((chosen.number('n'), chosen.number('w')), (3, 0), "there is no fourth column");
        assert!(chosen.reads(2) && !chosen.reads(0));
        assert_eq!(read([("number", "2"), ("who", "2")]).map_err(|e| e.field), Err("who".into()));
        let line = headings("E. No,Who,ENO");
        let guessed = Chosen::guess(line.iter().enumerate(), |key| (key == "eno").then_some('n'));
        assert_eq!(guessed.at('n'), Some(0));
    }

    #[test]
    fn headings_are_known_again_however_they_are_spelt() {
        assert_eq!(digest(&headings("Ref,Who")), digest(&headings("REF,who")));
        assert_ne!(digest(&headings("Ref,Who")), digest(&headings("RefWho")));
    }
}
