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

use chrono::{DateTime, Timelike, Utc};

/// The longest name of somebody who canvassed and has no account, in characters.
pub const CANVASSER_LENGTH: usize = 60;
/// How many of the latest entries stand on the entry page.
pub const LATEST: i64 = 20;

/// A moment as forms hold it: to the minute, so that what comes back from a page is what went out.
pub fn to_the_minute(at: DateTime<Utc>) -> DateTime<Utc> {
    at.with_second(0).and_then(|at| at.with_nanosecond(0)).unwrap_or(at)
}
