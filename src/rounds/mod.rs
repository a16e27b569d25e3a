//! Delivery rounds: streets cut into rounds, each with whoever delivers it; leaflets that are handed over, delivered, given back.
//!
//! What enters is streets; what leaves is bundles counted by household from the register, a cover sheet for each, and what became
//! of every leaflet on every round. Counts and streets show nobody; whoever delivers sees streets and numbers, and no name.

pub mod cut;
pub mod homes;
pub mod leaflets;
pub mod own;
pub mod pages;
pub mod sheets;
pub mod store;

use crate::web::words;
use chrono::{DateTime, Utc};
use std::collections::HashMap;
use uuid::Uuid;

/// How many homes a round has, as most people walk them in an hour or two.
pub const USUAL_HOMES: usize = 150;
/// The most homes that are cut into rounds in one go.
pub const MOST_HOMES: usize = 20_000;

/// Which homes of a street.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Side {
    /// Both sides, and homes without a number.
    All,
    /// Odd numbers.
    Odd,
    /// Even numbers.
    Even,
    /// Homes without a number.
    Other,
}

impl Side {
    /// The word in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Side::All => "all",
            Side::Odd => "odd",
            Side::Even => "even",
            Side::Other => "other",
        }
    }

    /// The one of this word; what is none is the whole street.
    pub fn parse(word: &str) -> Side {
        [Side::Odd, Side::Even, Side::Other].into_iter().find(|s| s.as_str() == word).unwrap_or(Side::All)
    }

    /// The side that a number puts a home on.
    pub fn of(number: Option<i32>) -> Side {
        match number {
            None => Side::Other,
            Some(n) if n % 2 == 0 => Side::Even,
            Some(_) => Side::Odd,
        }
    }
}

/// A street of a round, or part of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// The district.
    pub area_no: i32,
    /// The street's folded name, by which homes are found.
    pub key: String,
    /// Its name.
    pub street: String,
    /// Which side.
    pub side: Side,
    /// From which number on; None: from the beginning.
    pub from: Option<i32>,
    /// Up to which number; None: to the end.
    pub to: Option<i32>,
}

impl Stretch {
    /// Which part of the street, in words; empty: all of it.
    pub fn part(&self) -> String {
        part(self.side, self.from, self.to)
    }
}

/// Which part of a street, in words; empty: all of it.
pub fn part(side: Side, from: Option<i32>, to: Option<i32>) -> String {
    let side = match side {
        Side::All => "",
        Side::Odd => "odd numbers",
        Side::Even => "even numbers",
        Side::Other => "homes without a number",
    };
    let range = match (from, to) {
        (None, None) => String::new(),
        (Some(from), None) => format!("from {from}"),
        (None, Some(to)) => format!("up to {to}"),
        (Some(from), Some(to)) if from == to => format!("{from} only"),
        (Some(from), Some(to)) => format!("{from} to {to}"),
    };
    match (side, range.as_str()) {
        ("", range) => range.to_owned(),
        (side, "") => side.to_owned(),
        (side, range) => format!("{side} {range}"),
    }
}

/// Doors in words. A door may have a comma of its own, so that they are told apart by semicolons: `Flat 8, Gannet House; 12`.
pub fn doors_in_words(labels: &[String]) -> String {
    labels.join("; ")
}

/// A mark at a home: why it gets no leaflet.
pub const MARKS: [(&str, &str); 3] = [
    ("no-junk-mail", "No junk mail, by a sign"),
    ("inaccessible", "Nobody gets to the letterbox"),
    ("objected", "Somebody there asked for none"),
];

/// Why homes are left out, in words, in the order in which pages tell of them.
const WHYS: [(&str, &str); 5] = [
    ("no-junk-mail", "No junk mail"),
    ("objected", "Want nothing by post"),
    ("inaccessible", "No way to the letterbox"),
    ("not-found", "Not found or not reached at the last call"),
    ("empty", "Nobody on the register"),
];

/// Homes of a street or a round, by why they are left out; those under an empty word get a leaflet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally(HashMap<String, i64>);

impl Tally {
    /// Adds homes.
    pub fn add(&mut self, why: &str, homes: i64) {
        *self.0.entry(why.to_owned()).or_default() += homes;
    }

    /// Adds another tally's homes.
    pub fn join(&mut self, other: &Tally) {
        other.0.iter().for_each(|(why, homes)| self.add(why, *homes));
    }

    /// How many get a leaflet: the bundle.
    pub fn bundle(&self, with_empty: bool) -> i64 {
        let of = |why: &str| self.0.get(why).copied().unwrap_or_default();
        of("") + if with_empty { of("empty") } else { 0 }
    }

    /// All homes.
    pub fn homes(&self) -> i64 {
        self.0.values().sum()
    }

    /// Who is left out and why, in words.
    pub fn left_out(&self, with_empty: bool) -> Vec<(&'static str, i64)> {
        let told = WHYS.iter().filter(|(why, _)| !(with_empty && *why == "empty"));
        told.filter_map(|(why, words)| Some((*words, self.0.get(*why).copied().filter(|n| *n > 0)?))).collect()
    }
}

/// Who delivers a round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deliverer {
    /// Their record as a volunteer.
    pub person: Option<Uuid>,
    /// Their account, where that is what was chosen.
    pub account: Option<Uuid>,
    /// Their name; empty while Organise is closed to whoever looks.
    pub name: String,
}

/// A delivery round.
#[derive(Debug, Clone)]
pub struct Round {
    /// Which.
    pub id: Uuid,
    /// Whose it is: the smallest area that holds all its streets.
    pub area: i64,
    /// That area's name.
    pub area_name: String,
    /// What it is called.
    pub name: String,
    /// Words for whoever delivers.
    pub note: String,
    /// Whether homes with nobody on the register get a leaflet too.
    pub with_empty: bool,
    /// Who delivers it.
    pub deliverer: Option<Deliverer>,
    /// Since when it is without the one it had.
    pub lost: Option<DateTime<Utc>>,
    /// When it was ended.
    pub ended: Option<DateTime<Utc>>,
    /// The leaflet delivered last, and when.
    pub last: Option<(String, DateTime<Utc>)>,
    /// Leaflets handed over that should have been delivered by now.
    pub overdue: bool,
}

impl Round {
    /// When something was delivered last, in words.
    pub fn last_words(&self) -> String {
        self.last.as_ref().map_or_else(|| "Never yet".into(), |(title, at)| format!("{title}, {}", words::ago(*at)))
    }
}

/// Where a leaflet stands on a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum State {
    /// It waits for whoever delivers.
    #[default]
    Planned,
    /// It was handed over.
    Handed,
    /// It was delivered.
    Done,
    /// It came back.
    GivenBack,
}

impl State {
    /// Each, in the order of the work.
    pub const ALL: [State; 4] = [State::Planned, State::Handed, State::Done, State::GivenBack];

    /// The word in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            State::Planned => "planned",
            State::Handed => "handed",
            State::Done => "done",
            State::GivenBack => "given-back",
        }
    }

    /// The one of this word; what is none is planned.
    pub fn parse(word: &str) -> State {
        State::ALL.into_iter().find(|s| s.as_str() == word).unwrap_or_default()
    }

    /// The tag's kind and word.
    pub fn tag(self) -> (&'static str, &'static str) {
        match self {
            State::Planned => ("", "To hand over"),
            State::Handed => ("warn", "Handed over"),
            State::Done => ("good", "Delivered"),
            State::GivenBack => ("bad", "Given back"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_street_is_said_in_words() {
        assert_eq!(part(Side::All, None, None), "");
        assert_eq!(part(Side::Odd, Some(21), None), "odd numbers from 21");
        assert_eq!(part(Side::Even, None, Some(40)), "even numbers up to 40");
        assert_eq!(part(Side::All, Some(7), Some(7)), "7 only");
        assert_eq!(part(Side::Other, None, None), "homes without a number");
    }

    #[test]
    fn a_bundle_is_who_gets_one() {
        let mut tally = Tally::default();
        tally.add("", 40);
        tally.add("empty", 3);
        tally.add("no-junk-mail", 2);
        assert_eq!((tally.bundle(false), tally.bundle(true), tally.homes()), (40, 43, 45));
        assert_eq!(tally.left_out(true), [("No junk mail", 2)]);
        assert_eq!(tally.left_out(false), [("No junk mail", 2), ("Nobody on the register", 3)]);
    }
}
