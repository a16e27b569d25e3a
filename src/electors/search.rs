//! What was typed into the one box, and how what was found is put in order.
//!
//! The words are folded as the register's were, and their shape says what they may be: an elector number, a postcode or
//! its beginning, an address that begins with a number, else names, streets and buildings. Everything is looked for by
//! its beginning, since only that is found by an index under row security.

use super::address::Address;
use super::folding::fold;
use super::postcode::Postcode;
use crate::registers::number::ElectorNumber;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::HashMap;

/// More than this many found are not counted further: a page of homes is looked at, not a constituency.
pub const MOST: usize = 20_000;
/// Homes on a page.
pub const HOMES: usize = 50;
/// The longest text that is looked for, in bytes; names and addresses are far shorter.
const LONGEST: usize = 200;
/// Names have few words; further ones are compared but not tried in other orders.
const WORDS: usize = 4;

/// The beginning of a name, and what it begins with the other way round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameProbe {
    /// What the indexed key begins with.
    pub begins: String,
    /// What the other key begins with; empty for anything.
    pub other: String,
}

/// Homes in a street: its beginning, the number (none: all), the number's letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreetProbe {
    /// What the street's key begins with.
    pub begins: String,
    /// The house number.
    pub number: Option<i32>,
    /// What follows it, in lower case.
    pub letter: String,
}

/// What the words may mean. All of it is looked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Terms {
    /// Elector numbers, whole.
    pub numbers: Vec<String>,
    /// Surnames first.
    pub surnames: Vec<NameProbe>,
    /// Forenames first.
    pub forenames: Vec<NameProbe>,
    /// Addresses by their beginning.
    pub addresses: Vec<String>,
    /// Streets.
    pub streets: Vec<StreetProbe>,
    /// Postcodes by their beginning.
    pub postcodes: Vec<String>,
    /// The postcode that addresses and streets must have.
    pub within: Option<String>,
}

/// Why words cannot be looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoTerms {
    /// Nothing but spaces, or nothing typed.
    #[error("Type a name, an address, a postcode or an elector number")]
    Empty,
    /// One letter would find a tenth of everybody.
    #[error("Type at least two letters or figures")]
    Short,
    /// Longer than any name or address.
    #[error("That is longer than any name or address. Type the beginning of one")]
    Long,
}

impl Terms {
    /// Reads what was typed.
    ///
    /// # Errors
    /// [`NoTerms`] when there is nothing, too little or too much to look for.
    pub fn read(typed: &str) -> Result<Self, NoTerms> {
        if typed.len() > LONGEST {
            return Err(NoTerms::Long);
        }
        let key = fold(typed);
        match key.chars().filter(|c| *c != ' ').count() {
            0 if typed.trim().is_empty() => return Err(NoTerms::Empty),
            0 | 1 => return Err(NoTerms::Short),
            _ => {}
        }
        let number = ElectorNumber::try_from(typed.trim()).ok().map(|n| n.to_string());
        let mut terms = Terms { numbers: number.into_iter().collect(), ..Terms::default() };
        let one_word = !typed.trim().contains(char::is_whitespace);
        if !terms.numbers.is_empty() && one_word {
            return Ok(terms);
        }
        if let Some(postcode) = postcode_beginning(typed) {
            terms.postcodes.push(postcode);
            return Ok(terms);
        }
        terms.read_address(typed);
        if !key.starts_with(|c: char| c.is_ascii_digit()) {
            terms.read_names(&key);
        }
        Ok(terms)
    }

    fn read_address(&mut self, typed: &str) {
        let (line, postcode) = split_postcode(typed);
        self.within = postcode;
        let whole = Address { lines: vec![line.to_owned()], postcode: None };
        for begins in [fold(line), whole.key().unwrap_or_default()] {
            if !begins.is_empty() && !self.addresses.contains(&begins) {
                self.streets.push(street(&begins));
                self.addresses.push(begins);
            }
        }
    }

    /// "edith harcourt", "harcourt edith", "harcourt ed", "edith h": either half may be short, and middle names stand
    /// between what people type.
    fn read_names(&mut self, key: &str) {
        self.surnames.push(NameProbe { begins: key.to_owned(), other: String::new() });
        self.forenames.push(NameProbe { begins: key.to_owned(), other: String::new() });
        let spaces = key.match_indices(' ').map(|(at, _)| at).take(WORDS - 1);
        for (before, after) in spaces.map(|at| (&key[..at], &key[at + 1..])) {
            for (surname, forename) in [(before, after), (after, before)] {
                let (probes, begins, other) = if surname.len() >= forename.len() {
                    (&mut self.surnames, surname, forename)
                } else {
                    (&mut self.forenames, forename, surname)
                };
                probes.push(NameProbe { begins: begins.to_owned(), other: other.to_owned() });
            }
        }
    }
}

/// A street with or without a number before it: "14 larkspur", "12a high street", "larkspur row".
fn street(key: &str) -> StreetProbe {
    let whole = || StreetProbe { begins: key.to_owned(), number: None, letter: String::new() };
    let Some((word, rest)) = key.split_once(' ') else { return whole() };
    let digits = word.bytes().take_while(u8::is_ascii_digit).count();
    let (number, letter) = word.split_at(digits);
    match number.parse() {
        Ok(number) if letter.len() <= 1 => {
            StreetProbe { begins: rest.to_owned(), number: Some(number), letter: letter.to_owned() }
        }
        _ => whole(),
    }
}

/// Takes a whole postcode off the end, where something is left before it, and gives its key.
fn split_postcode(typed: &str) -> (&str, Option<String>) {
    let typed = typed.trim();
    let spaces: Vec<usize> = typed.match_indices([' ', ',']).map(|(at, _)| at).collect();
    let cut = |at: usize| (&typed[..at], postcode_beginning(&typed[at + 1..]).filter(|key| is_whole(key)));
    let mut ends = spaces.iter().skip(spaces.len().saturating_sub(2)).map(|at| cut(*at));
    ends.find(|(line, key)| key.is_some() && !fold(line).is_empty()).unwrap_or((typed, None))
}

/// The key of a postcode or of its beginning: at least its area and a figure, as in `ZZ1`, `ZZ1 4`, `zz14qx`. Looser than
/// [`Postcode`], since nobody is kept from looking for what a council wrote.
fn postcode_beginning(typed: &str) -> Option<String> {
    if let Ok(whole) = Postcode::try_from(typed) {
        return Some(whole.key());
    }
    let mut parts = typed.split_whitespace();
    let compact = [parts.next()?, parts.next().unwrap_or_default()].concat().to_ascii_lowercase();
    let shaped = parts.next().is_none() && compact.is_ascii();
    let split = |at: usize| compact.get(at..).is_some_and(is_inward_beginning) && is_outward(&compact[..at]);
    (shaped && (2..=4).any(split)).then_some(compact)
}

/// Whether the key of a postcode's beginning is a whole one.
fn is_whole(key: &str) -> bool {
    let inward = key.len().checked_sub(3).filter(|at| *at >= 2).map(|at| key.split_at(at));
    key.starts_with("bfpo")
        || inward.is_some_and(|(outward, inward)| is_outward(outward) && is_inward_beginning(inward))
}

/// One or two letters, a figure, and perhaps a figure or letter.
fn is_outward(outward: &str) -> bool {
    let letters = outward.bytes().take_while(u8::is_ascii_lowercase).count();
    let rest = &outward.as_bytes()[letters..];
    (1..=2).contains(&letters)
        && (1..=2).contains(&rest.len())
        && rest[0].is_ascii_digit()
        && rest.iter().all(u8::is_ascii_alphanumeric)
}

/// The beginning of a figure and two letters.
fn is_inward_beginning(inward: &str) -> bool {
    let fits = |(at, byte): (usize, u8)| if at == 0 { byte.is_ascii_digit() } else { byte.is_ascii_lowercase() };
    inward.len() <= 3 && inward.bytes().enumerate().all(fits)
}

/// The end of the range of keys that begin so: above every longer key in byte order.
pub fn below(begins: &str) -> String {
    format!("{begins}\u{10ffff}")
}

/// One person found, with what their place in the order needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The authority's partition.
    pub partition_id: i32,
    /// The person within it.
    pub elector_id: i64,
    /// Their home.
    pub household_id: Option<i64>,
    /// Their district.
    pub area_no: i32,
    /// The place in the council's file, which is street order.
    pub position: i32,
    /// The folded name, surname first.
    pub name_key: String,
}

/// What filters and the order by last asked need to know of a person.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// The code of the current intention.
    pub code: Option<String>,
    /// When somebody last spoke to them.
    pub asked: Option<DateTime<Utc>>,
}

/// Which intentions are wanted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Intention {
    /// Any or none.
    #[default]
    Any,
    /// None known.
    Unknown,
    /// One of these codes.
    Codes(Vec<String>),
}

/// When somebody last spoke to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
pub enum Asked {
    /// At any time or never.
    #[default]
    #[serde(rename = "")]
    Any,
    /// Never.
    #[serde(rename = "never")]
    Never,
    /// Not for 90 days, or never.
    #[serde(rename = "not-90")]
    NotFor90Days,
    /// In the last 30 days.
    #[serde(rename = "in-30")]
    In30Days,
}

impl Asked {
    fn admits(self, asked: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
        match self {
            Asked::Any => true,
            Asked::Never => asked.is_none(),
            Asked::NotFor90Days => asked.is_none_or(|at| at < now - TimeDelta::days(90)),
            Asked::In30Days => asked.is_some_and(|at| at >= now - TimeDelta::days(30)),
        }
    }
}

/// In which order homes stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
pub enum Order {
    /// As one walks: the order of the council's file.
    #[default]
    #[serde(rename = "", alias = "walk")]
    Walking,
    /// By the surname of the first who matched.
    #[serde(rename = "name")]
    Name,
    /// Longest ago first, never before all.
    #[serde(rename = "asked")]
    LastAsked,
}

/// A home with those in it who matched; a person without a home stands alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The authority's partition.
    pub partition_id: i32,
    /// The home; none for a person without one.
    pub household_id: Option<i64>,
    /// Those who matched.
    pub electors: Vec<i64>,
}

/// Takes those that the filters admit and puts them in order, home by home.
pub fn arrange(
    found: Vec<Found>,
    known: &HashMap<(i32, i64), Known>,
    intention: &Intention,
    asked: Asked,
    order: Order,
) -> Vec<Group> {
    let nothing = Known::default();
    let now = Utc::now();
    let of = |f: &Found| known.get(&(f.partition_id, f.elector_id)).unwrap_or(&nothing);
    let admitted = |f: &Found| {
        let code = of(f).code.as_ref();
        let wanted = match intention {
            Intention::Any => true,
            Intention::Unknown => code.is_none(),
            Intention::Codes(codes) => code.is_some_and(|c| codes.contains(c)),
        };
        wanted && asked.admits(of(f).asked, now)
    };
    let mut kept: Vec<Found> = found.into_iter().filter(admitted).collect();
    kept.sort_by(|a, b| {
        let walk = |f: &Found| (f.area_no, f.position, f.elector_id);
        match order {
            Order::Walking => walk(a).cmp(&walk(b)),
            Order::Name => a.name_key.cmp(&b.name_key).then(walk(a).cmp(&walk(b))),
            Order::LastAsked => of(a).asked.cmp(&of(b).asked).then(walk(a).cmp(&walk(b))),
        }
    });
    group(kept)
}

/// Homes in the order of the first of each.
fn group(kept: Vec<Found>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut at = HashMap::new();
    for f in kept {
        let alone = if f.household_id.is_none() { f.elector_id } else { 0 };
        let index = *at.entry((f.partition_id, f.household_id, alone)).or_insert(groups.len());
        if index == groups.len() {
            groups.push(Group { partition_id: f.partition_id, household_id: f.household_id, electors: Vec::new() });
        }
        groups[index].electors.push(f.elector_id);
    }
    groups
}

#[cfg(test)]
#[path = "search_tests.rs"]
mod tests;
