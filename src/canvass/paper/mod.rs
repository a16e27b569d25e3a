//! Paper: piles of canvass cards that are out, and what is entered from them afterwards.
//!
//! A pile is made when cards of a walk list are printed (`piles::open`). What enters is one typed line an answer
//! (`entry`): which of the pile, and what was said, in letters that a keyboard writes at speed; what leaves is a result
//! of the list, kept by the same protocol as a phone's (`keep`), with a note of who heard it and who typed it. While a
//! pile lies there its people are on nobody's new list (the view `on_paper`).

pub mod entry;
pub mod entry_pages;
pub mod items;
pub mod keep;
pub mod pages;
pub mod piles;
pub mod scan;
pub mod scan_pages;
pub mod walkers;

use crate::materials::code::Code;
use chrono::{DateTime, Timelike, Utc};

/// The longest name of somebody who canvassed and has no account, in characters.
pub const CANVASSER_LENGTH: usize = 60;
/// How many of the latest entries stand on the entry page.
pub const LATEST: i64 = 20;

/// The pile's number as it stands on paper: the first half of each of its codes.
pub fn run_code(run: i64) -> String {
    let code = Code { run, item: 1 }.to_string();
    code.split_once('-').map_or_else(|| code.clone(), |(run, _)| run.to_owned())
}

/// A moment as forms hold it: to the minute, so that what comes back from a page is what went out.
pub fn to_the_minute(at: DateTime<Utc>) -> DateTime<Utc> {
    at.with_second(0).and_then(|at| at.with_nanosecond(0)).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pile_is_called_what_its_codes_begin_with() {
        let code = Code { run: 148, item: 27 }.to_string();
        assert!(code.starts_with(&format!("{}-27", run_code(148))), "{code}");
    }
}
