//! Cards for doors, without a name: "Sorry we missed you", left where nobody was at home, and the privacy notice.

pub mod door;
pub mod out;

use super::making::{Ground, code};
use super::press::Work;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The most cards of one run.
pub const MOST: i32 = 4_000;
/// Letters above which a notice takes an A5.
const LONG: usize = 1_400;

/// What an out card says, as it is kept too.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct OutCard {
    /// "Sorry we missed you".
    pub title: String,
    /// A few lines.
    pub text: String,
    /// Who called.
    pub who: String,
    /// How to reach them.
    pub contact: String,
    /// Where the code leads.
    pub link: String,
    /// Lines for handwriting.
    pub lines: i32,
}

/// What a door card says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DoorCard {
    /// Who answers for the data.
    pub controller: String,
    /// How to reach them.
    pub contact: String,
    /// The notice.
    pub notice: String,
    /// Where all of it is read.
    pub link: String,
}

/// Sheets for so many cards.
pub fn sheets(cards: i32, each: i32) -> i32 {
    (cards + each - 1) / each
}

impl OutCard {
    /// The work for so many.
    pub fn work(&self, ground: &Ground, cards: i32) -> Work {
        let OutCard { title, text, who, contact, link, lines } = self;
        let mut work = Work {
            sheet: "out-card",
            common: json!({ "title": title, "text": text, "who": who, "contact": contact, "link": shown(link), "qr": code(link),
                "lines": lines, "from": ground.brand.party, "imprint": ground.lines() }),
            parts: vec![json!({ "pages": sheets(cards, 4) })],
            ..Work::default()
        };
        ground.brand.dress(&mut work);
        work
    }
}

impl DoorCard {
    /// How many go on a sheet: two where the notice is long.
    pub fn each(&self) -> i32 {
        if self.notice.chars().count() > LONG { 2 } else { 4 }
    }

    /// The work for so many.
    pub fn work(&self, ground: &Ground, cards: i32) -> Work {
        let DoorCard { controller, contact, notice, link } = self;
        let mut work = Work {
            sheet: "door-card",
            common: json!({ "controller": controller, "contact": contact, "notice": notice, "link": shown(link), "qr": code(link),
                "long": self.each() == 2, "imprint": ground.lines() }),
            parts: vec![json!({ "pages": sheets(cards, self.each()) })],
            ..Work::default()
        };
        ground.brand.dress(&mut work);
        work
    }
}

/// An address as people type it.
pub fn shown(link: &str) -> &str {
    link.strip_prefix("https://").unwrap_or(link)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_card_more_than_asked_for_takes_another_sheet() {
        assert_eq!([1, 4, 5, 4_000].map(|n| sheets(n, 4)), [1, 1, 2, 1_000]);
        assert_eq!(sheets(3, 2), 2);
    }

    #[test]
    fn a_long_notice_gets_more_room() {
        let card = |n: usize| DoorCard { notice: "x".repeat(n), ..DoorCard::default() };
        assert_eq!((card(1_400).each(), card(1_401).each()), (4, 2));
    }
}
