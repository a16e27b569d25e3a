//! Posters for windows and boards: one line as large as it goes.

pub mod pages;

use super::cards::shown;
use super::making::{Ground, code};
use super::press::Work;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The most copies of one run: a printer makes more of one page.
pub const MOST: i32 = 500;

/// What a poster says, as it is kept too.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Poster {
    /// Whether it is an A3; an A4 otherwise.
    pub a3: bool,
    /// Whether it has bleed and marks for a printer.
    pub bleed: bool,
    /// The line.
    pub line: String,
    /// The candidate.
    pub name: String,
    /// What stands below the name.
    pub under: String,
    /// Where the code leads.
    pub link: String,
    /// Whether it is to be kept for good.
    pub archive: bool,
}

impl Poster {
    /// The work for so many copies.
    pub fn work(&self, ground: &Ground, copies: i32) -> Work {
        let Poster { a3, bleed, line, name, under, link, archive } = self;
        let mut work = Work {
            sheet: "poster",
            common: json!({ "paper": if *a3 { "a3" } else { "a4" }, "bleed": bleed, "line": line, "name": name, "under": under,
                "link": shown(link), "qr": code(link), "imprint": ground.lines() }),
            parts: vec![json!({ "copies": copies })],
            archive: *archive,
            ..Work::default()
        };
        ground.brand.dress(&mut work);
        work
    }
}
