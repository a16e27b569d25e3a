//! Canvass cards and sheets: walk lists on paper, in their own walk order, with a code at each elector by which what was written comes
//! back. Each list is a run of its own, and a pile until it is entered (`canvass::paper`).

pub mod pages;
mod read;

use crate::canvass::paper::entry::{ASKS, OUTCOMES};
use crate::error::Error;
use crate::web::FieldErrors;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::Serialize;
use serde_json::{Value, json};

/// The most lists that are printed in one go: all those of a constituency.
pub const MOST_LISTS: usize = 100;

/// The paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Size {
    /// A4.
    #[default]
    A4,
    /// A5: a card for one hand.
    A5,
}

/// How it reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Style {
    /// Serif, small enough for a street on a page.
    #[default]
    Usual,
    /// Large print.
    Large,
    /// A plain face with wider spaces, for who reads with dyslexia.
    Easy,
}

/// Where a new page begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Breaks {
    /// Where a page is full.
    #[default]
    Full,
    /// At each street.
    Streets,
    /// At each street and each of its sides.
    Sides,
}

/// What may stand beside a name.
pub const COLUMNS: [(&str, &str); 5] = [
    ("number", "Elector number"),
    ("last", "Last answer"),
    ("marks", "Postal voter, attainer"),
    ("code", "Code to scan"),
    ("notes", "Room for a note"),
];

/// What stands below the boxes of each person, to be ringed: what happened to one of a home, and what is asked for most. The cover has
/// all of them.
pub const ROW: [&[&str]; 2] = [&["r", "m", "d"], &["pv", "poster", "help"]];

/// The letters of what happened, as the cover lists them and as they are typed afterwards.
pub fn outcomes() -> Vec<Value> {
    OUTCOMES.iter().map(|(code, outcome)| json!({ "code": code, "label": outcome.title() })).collect()
}

/// The words of what people ask for, likewise.
pub fn asks() -> Vec<Value> {
    ASKS.iter().map(|(code, ask)| json!({ "code": code, "label": ask.title() })).collect()
}

macro_rules! words {
    ($name:ident, $($variant:ident $word:literal $title:literal),+) => {
        impl $name {
            /// Each, with its word in forms and the words on pages.
            pub const ALL: &[($name, &'static str, &'static str)] = &[$(($name::$variant, $word, $title)),+];

            /// The one of this word; the usual one otherwise.
            pub fn parse(word: &str) -> Self {
                Self::ALL.iter().find(|(_, w, _)| *w == word).map(|(one, ..)| *one).unwrap_or_default()
            }
        }
    };
}
words!(Size, A4 "a4" "A4", A5 "a5" "A5");
words!(Style, Usual "usual" "Usual print", Large "large" "Large print", Easy "easy" "Dyslexia-friendly");
words!(Breaks, Full "full" "As few pages as fit", Streets "streets" "A new page at each street", Sides "sides" "A new page at each side of a street");

/// How cards are made.
#[derive(Debug, Clone, Serialize)]
pub struct Choices {
    /// The paper.
    pub size: Size,
    /// How it reads.
    pub style: Style,
    /// Where a new page begins.
    pub breaks: Breaks,
    /// Keys of [`COLUMNS`].
    pub columns: Vec<&'static str>,
    /// Whether a cover goes before each list.
    pub cover: bool,
    /// Where the team meets; may be empty.
    pub meet: String,
    /// Whom to ring or write to.
    pub contact: String,
    /// By when it is to be back, or destroyed.
    #[serde(skip)]
    pub due_back: DateTime<Utc>,
}

/// The same as typed.
#[derive(Debug, Clone, Default, Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Typed {
    /// Ids of walk lists: each is a run of its own.
    #[serde(skip_serializing)]
    pub list: Vec<String>,
    /// `a4` or `a5`.
    pub size: String,
    /// `usual`, `large` or `easy`.
    pub style: String,
    /// `full`, `streets` or `sides`.
    pub breaks: String,
    /// Keys of columns.
    pub column: Vec<String>,
    /// `yes`.
    pub cover: String,
    /// Where to meet.
    pub meet: String,
    /// Whom to ring.
    pub contact: String,
    /// A day.
    pub due_back: String,
    /// Drawn with the form, so that one sent twice prints each list once.
    #[serde(skip_serializing)]
    pub asked: String,
}

impl Typed {
    /// What is usual, for these lists.
    pub fn usual(list: Vec<String>, contact: String, today: NaiveDate) -> Self {
        Typed {
            list,
            column: ["number", "last", "code"].map(str::to_owned).to_vec(),
            cover: "yes".into(),
            contact,
            due_back: (today + TimeDelta::days(2)).to_string(),
            ..Typed::default()
        }
    }

    /// Whether a column is ticked.
    pub fn has(&self, key: &&str) -> bool {
        self.column.iter().any(|c| c == key)
    }

    fn read(&self, today: NaiveDate, errors: &mut FieldErrors) -> Option<Choices> {
        let words = |field: &str, typed: &str| match crate::electors::folding::clean(typed) {
            words if words.chars().count() > 160 => Err(Error::field(field, "Use at most 160 characters")),
            words => Ok(words),
        };
        let meet = errors.take(words("meet", &self.meet));
        let contact = errors.take(words("contact", &self.contact));
        let day = self.due_back.parse::<NaiveDate>().ok();
        let soon = today..=today + TimeDelta::days(60);
        if !day.is_some_and(|day| soon.contains(&day)) {
            errors.add("due_back", "Give a day from today to 60 days on");
        }
        Some(Choices {
            size: Size::parse(&self.size),
            style: Style::parse(&self.style),
            breaks: Breaks::parse(&self.breaks),
            columns: COLUMNS.iter().map(|(key, _)| *key).filter(|key| self.has(key)).collect(),
            cover: self.cover == "yes",
            meet: meet?,
            contact: contact?,
            due_back: crate::web::words::from_clock(day?.and_hms_opt(23, 59, 0)?),
        })
    }
}

/// A side's words in a heading.
fn side_words(side: &str) -> &'static str {
    match side {
        "odd" => ", odd numbers",
        "even" => ", even numbers",
        "building" => ", flats",
        _ => ", named houses",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_ringed_on_a_card_is_what_is_typed_afterwards() {
        let [happened, asked] = ROW;
        assert!(happened.iter().all(|letter| OUTCOMES.iter().any(|(typed, _)| typed == letter)));
        assert!(asked.iter().all(|word| ASKS.iter().any(|(typed, _)| typed == word)));
    }
}
