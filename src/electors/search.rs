//! What was typed into the one box, read into what it may mean.
//!
//! The words are folded as the register's were. Their plain meanings are looked for together: an elector number, a
//! postcode or its beginning, an address, a name. Only where nobody is found by those are the words taken apart into a
//! person and a place, one meaning after the other until one finds somebody. Everything is looked for by its beginning,
//! since only that is found by an index under row security.

mod number;
mod parted;
mod postcode;

use super::address::Address;
use super::folding::fold;

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

/// A name in each order it may have been typed in; nothing in either for anybody.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// Surnames first.
    pub surnames: Vec<NameProbe>,
    /// Forenames first.
    pub forenames: Vec<NameProbe>,
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

/// An address as the register may have written it; nothing in either for anywhere.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spot {
    /// Whole addresses by their beginning.
    pub addresses: Vec<String>,
    /// Streets.
    pub streets: Vec<StreetProbe>,
}

/// One thing that the words may mean: those of this name, at this spot, within this postcode and this district.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Meaning {
    /// Who.
    pub names: Names,
    /// At which address.
    pub spot: Spot,
    /// The beginning of the postcode; empty for any.
    pub postcode: String,
    /// The letters of the polling district, as `QB4`.
    pub district: Option<String>,
}

/// What the words may mean.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Terms {
    /// Elector numbers, whole.
    pub numbers: Vec<String>,
    /// The plain meanings, all of them looked for.
    pub plain: Vec<Meaning>,
    /// What is tried, in this order, where nobody was found by those.
    pub otherwise: Vec<Meaning>,
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
        let mut terms = Terms { numbers: number::readings(typed), ..Terms::default() };
        if let Some(postcode) = postcode::beginning(typed) {
            terms.plain.push(Meaning { postcode, ..Meaning::default() });
        } else if terms.numbers.is_empty() || !number::is_nothing_else(typed) {
            terms.read_address_and_name(typed, &key);
        }
        Ok(terms)
    }

    fn read_address_and_name(&mut self, typed: &str, key: &str) {
        let (line, postcode) = postcode::split_whole(typed);
        let postcode = postcode.unwrap_or_default();
        self.plain.push(Meaning { spot: Spot::of(line), postcode, ..Meaning::default() });
        if !key.starts_with(|c: char| c.is_ascii_digit()) {
            self.plain.push(Meaning { names: Names::of(key), ..Meaning::default() });
        }
        self.otherwise = parted::meanings(typed, key);
    }
}

impl Names {
    /// "edith harcourt", "harcourt edith", "harcourt ed", "edith h": either half may be short, and middle names stand
    /// between what people type. The longer half is looked for by its index. `key` is folded.
    pub fn of(key: &str) -> Self {
        let either = || NameProbe { begins: key.to_owned(), other: String::new() };
        let mut names = Names { surnames: vec![either()], forenames: vec![either()] };
        let spaces = key.match_indices(' ').map(|(at, _)| at).take(WORDS - 1);
        for (before, after) in spaces.map(|at| (&key[..at], &key[at + 1..])) {
            for (surname, forename) in [(before, after), (after, before)] {
                let (probes, begins, other) = if surname.len() >= forename.len() {
                    (&mut names.surnames, surname, forename)
                } else {
                    (&mut names.forenames, forename, surname)
                };
                probes.push(NameProbe { begins: begins.to_owned(), other: other.to_owned() });
            }
        }
        names
    }

    /// Whether anybody is meant.
    pub fn is_anybody(&self) -> bool {
        self.surnames.is_empty() && self.forenames.is_empty()
    }

    /// What the surname-first key and the forename-first key begin with, pair by pair: one pair is enough for a match.
    pub fn pairs(&self) -> (Vec<String>, Vec<String>) {
        let surnames = self.surnames.iter().map(|p| (p.begins.clone(), p.other.clone()));
        let forenames = self.forenames.iter().map(|p| (p.other.clone(), p.begins.clone()));
        surnames.chain(forenames).unzip()
    }

    /// The pairs that say how the surname begins: what a later word of a surname may begin with, and the forenames.
    pub fn later(&self) -> Vec<(String, String)> {
        let (surnames, forenames) = self.pairs();
        surnames.into_iter().zip(forenames).filter(|(surname, _)| !surname.is_empty()).collect()
    }
}

impl Spot {
    /// "14 Larkspur Row", "larkspur row 14", "12a high st": as typed, with abbreviations written out, and with a number
    /// from the end put in front.
    pub fn of(line: &str) -> Self {
        let folded = fold(line);
        let turned = number_first(&folded);
        let mut spot = Spot::default();
        let lines = [Some(folded), written_out(line), turned.as_deref().and_then(written_out), turned];
        for begins in lines.into_iter().flatten() {
            if !begins.is_empty() && !spot.addresses.contains(&begins) {
                spot.streets.push(StreetProbe::of(&begins));
                spot.addresses.push(begins);
            }
        }
        spot
    }

    /// Whether anywhere is meant.
    pub fn is_anywhere(&self) -> bool {
        self.addresses.is_empty() && self.streets.is_empty()
    }
}

/// The key of an address of one line.
fn written_out(line: &str) -> Option<String> {
    Address { lines: vec![line.to_owned()], postcode: None }.key()
}

/// "willow terrace 23" as the register has it: "23 willow terrace".
fn number_first(key: &str) -> Option<String> {
    let (street, number) = key.rsplit_once(' ')?;
    let turns = house_number(number).is_some() && !street.starts_with(|c: char| c.is_ascii_digit());
    turns.then(|| format!("{number} {street}"))
}

/// `23` or `23a`: the number and its letter.
fn house_number(word: &str) -> Option<(i32, &str)> {
    let (number, letter) = word.split_at(word.bytes().take_while(u8::is_ascii_digit).count());
    Some((number.parse().ok()?, letter)).filter(|_| letter.len() <= 1)
}

impl StreetProbe {
    /// A street with or without a number before it: "14 larkspur", "12a high street", "larkspur row". `key` is folded.
    fn of(key: &str) -> Self {
        let numbered = key.split_once(' ').and_then(|(word, street)| Some((house_number(word)?, street)));
        let ((number, letter), begins) = match numbered {
            Some(((number, letter), street)) => ((Some(number), letter), street),
            None => ((None, ""), key),
        };
        StreetProbe { begins: begins.to_owned(), number, letter: letter.to_owned() }
    }
}

/// The end of the range of keys that begin so: above every longer key in byte order.
pub fn below(begins: &str) -> String {
    format!("{begins}\u{10ffff}")
}

#[cfg(test)]
#[path = "search_tests.rs"]
mod tests;
