//! The press: work becomes a PDF. Typst as a library, in a process of its own with bounds on memory and time, so that a bad picture or
//! a hundred thousand pages cannot take the server down. What it is given comes by its standard input as values, never as markup; it
//! opens no file, no network and no database.
//!
//! `child` is the server's side: it begins the process and reads what comes of it. `setting` is that process, in the walls of `cell`. Between them go lines and
//! frames (`wire`), and a run's work is kept in the database as the same lines.

mod cell;
mod child;
mod merge;
mod setting;
mod value;
mod wire;

pub use cell::shut;
pub use child::{Came, Printing, print, set_program};
pub use setting::set as set_here;

use crate::error::Error;
use serde_json::Value;

/// One thing to be typeset.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Work {
    /// Which sheet: the name of a file under `src/materials/press/sheets`, without `.typ`.
    pub sheet: &'static str,
    /// What stands for all of it: `inputs.common` in the sheet.
    pub common: Value,
    /// What is typeset part by part, each by itself and of some hundreds of pages at most, and put together: `inputs.part`.
    pub parts: Vec<Value>,
    /// Pictures, by name: `inputs.pictures.at(name)` are their bytes, for `image(bytes)`.
    pub pictures: Vec<(String, Vec<u8>)>,
    /// Whether it is to be kept for good (PDF/A-2u).
    pub archive: bool,
}

/// What is wanted of work.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Wanted {
    /// One PDF.
    Pdf,
    /// A picture of each page, at so many pixels an inch.
    Pictures(f32),
}

/// Why nothing came of work.
#[derive(Debug)]
pub enum Trouble {
    /// The press would not set it, or died of a fault of ours; what it said is for the log.
    Refused(String),
    /// Something is longer than its room on the sheet: nothing is made of it.
    TooLong {
        /// The field that it is typed in.
        field: String,
        /// What it is, for whoever typed it.
        words: String,
    },
    /// It took more memory or time than it may.
    TooMuch,
    /// Whoever asked for it stopped it.
    Stopped,
    /// The machine failed us.
    Machine(Error),
}

impl From<std::io::Error> for Trouble {
    fn from(error: std::io::Error) -> Self {
        Trouble::Machine(Error::internal(error))
    }
}

impl From<Trouble> for Error {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::TooMuch => Error::Conflict("That is more than one file can hold. Make fewer at a time".into()),
            Trouble::Stopped => Error::Busy,
            Trouble::TooLong { field, words } => Error::field(&field, words),
            Trouble::Refused(why) => Error::internal(why),
            Trouble::Machine(error) => error,
        }
    }
}

/// The most bytes of a proof or preview.
const MOST_AT_ONCE: usize = 64 * 1024 * 1024;

/// Typesets a few pages at once: a proof.
///
/// # Errors
/// [`Error::Busy`] while others' proofs are made; [`Error::Conflict`] when it is too much; [`Error::Invalid`] by the field that
/// something was typed in which is longer than its room.
pub async fn set(work: Work) -> Result<Vec<u8>, Error> {
    let mut pdf = Vec::new();
    at_once(&work, Wanted::Pdf, |came| {
        if let Came::Bytes(bytes) = came {
            pdf.extend_from_slice(&bytes);
        }
        pdf.len() <= MOST_AT_ONCE
    })
    .await?;
    Ok(pdf)
}

/// Typesets a few pages at once for their number alone.
///
/// # Errors
/// As [`set`].
pub async fn pages(work: Work) -> Result<u32, Error> {
    let (mut pages, mut bytes) = (0, 0);
    at_once(&work, Wanted::Pdf, |came| {
        match came {
            Came::Pages(all) => pages = all,
            Came::Bytes(some) => bytes += some.len(),
            Came::Parts(_) | Came::Picture(_) => {}
        }
        bytes <= MOST_AT_ONCE
    })
    .await?;
    Ok(pages)
}

/// Pictures of a few pages, as PNG, in order.
///
/// # Errors
/// As [`set`].
pub async fn pictures(work: Work, ppi: f32) -> Result<Vec<Vec<u8>>, Error> {
    let mut pages = Vec::new();
    at_once(&work, Wanted::Pictures(ppi), |came| {
        if let Came::Picture(png) = came {
            pages.push(png);
        }
        pages.iter().map(Vec::len).sum::<usize>() <= MOST_AT_ONCE
    })
    .await?;
    Ok(pages)
}

async fn at_once(work: &Work, wanted: Wanted, mut take: impl FnMut(Came) -> bool) -> Result<(), Error> {
    let (lines, mut printing) = (work.lines()?, child::begin("", wanted, child::AT_ONCE).await?);
    printing.give(lines);
    while let Some(came) = printing.next().await? {
        if !take(came) {
            return Err(Trouble::TooMuch.into());
        }
    }
    Ok(())
}
