//! Words that mean a person and a place: `Cook 23 Willow Terrace`, `Willow Terrace 23 Cook`, `cook qb4`, `cook zz1 4`.
//!
//! They are taken apart in every way that can be meant, the likeliest first.

use super::{Meaning, Names, Spot, postcode};
use crate::electors::folding::fold;
use crate::registers::number::District;

/// Longer texts are no name with an address, and each word more is two more ways to take them apart.
const WORDS: usize = 8;

/// The meanings of words that mean nobody as they stand; `key` is them folded.
pub fn meanings(typed: &str, key: &str) -> Vec<Meaning> {
    let words: Vec<&str> = typed.split([' ', '\t', '\u{a0}', ',']).filter(|w| !fold(w).is_empty()).collect();
    if words.len() > WORDS {
        return Vec::new();
    }
    let respelt = respelt(key).map(|key| Meaning { names: Names::of(&key), ..Meaning::default() });
    let within = placed(&words).into_iter().flat_map(|(rest, place)| within(rest, &place));
    respelt.into_iter().chain(within).chain(at_addresses(&words, &Meaning::default())).collect()
}

/// A name as typed, and respelt.
fn names(typed: &str) -> Names {
    let key = fold(typed);
    let mut names = Names::of(&key);
    if let Some(also) = respelt(&key).map(|key| Names::of(&key)) {
        names.surnames.extend(also.surnames);
        names.forenames.extend(also.forenames);
    }
    names
}

/// A name written as two words that the register may have as one, or the other way round: `o brien`, `mcdonald`.
fn respelt(key: &str) -> Option<String> {
    const PARTS: [&str; 5] = ["mac", "mc", "fitz", "o", "d"];
    let words: Vec<&str> = key.split(' ').collect();
    if let Some(at) = words.iter().position(|w| PARTS.contains(w)).filter(|at| at + 1 < words.len()) {
        return Some(
            [&words[..at], &[[words[at], words[at + 1]].concat().as_str()], &words[at + 2..]].concat().join(" "),
        );
    }
    let part = |word: &&str| {
        let before = PARTS.iter().find(|p| word.len() > p.len() + 2 && word.starts_with(**p))?;
        let rest = &word[before.len()..];
        // `david` is no name in two parts: a vowel follows. Of others nobody is found, which costs little.
        (before.len() > 1 || !rest.starts_with(['a', 'e', 'i', 'o', 'u', 'y'])).then(|| format!("{before} {rest}"))
    };
    let at = words.iter().position(|w| part(w).is_some())?;
    let parted = part(&words[at])?;
    Some([&words[..at], &[parted.as_str()], &words[at + 1..]].concat().join(" "))
}

/// The district or the postcode that stands at either end, with the words that are left.
fn placed<'a>(words: &'a [&'a str]) -> Vec<(&'a [&'a str], Meaning)> {
    let mut all = Vec::new();
    for ends in [1, 2].into_iter().filter(|ends| *ends <= words.len()) {
        let (before, last) = words.split_at(words.len() - ends);
        let (first, after) = words.split_at(ends);
        for (rest, end) in [(before, last), (after, first)] {
            let end = end.join(" ");
            if let Some(district) = district(&end) {
                all.push((rest, Meaning { district: Some(district), ..Meaning::default() }));
            }
            if let Some(postcode) = postcode::beginning(&end).filter(|_| !rest.is_empty()) {
                all.push((rest, Meaning { postcode, ..Meaning::default() }));
            }
        }
    }
    all
}

/// Letters with a figure, as `qb4` or `KD-2/2`: those of letters alone may be somebody's name, and are a filter.
fn district(word: &str) -> Option<String> {
    let mixed = word.starts_with(|c: char| c.is_ascii_alphabetic()) && word.contains(|c: char| c.is_ascii_digit());
    let letters = District::try_from(word).ok().filter(|_| mixed && !word.contains(' '))?;
    Some(letters.as_str().to_owned())
}

/// Who or what street is meant by `rest` within a place; everybody there where nothing is left.
fn within(rest: &[&str], place: &Meaning) -> Vec<Meaning> {
    if rest.is_empty() {
        return vec![place.clone()];
    }
    let line = rest.join(" ");
    let mut all = Vec::new();
    if !has_figure(&line) {
        all.push(Meaning { names: names(&line), ..place.clone() });
    }
    all.push(Meaning { spot: Spot::of(&line), ..place.clone() });
    all.extend(at_addresses(rest, place));
    all
}

/// A name before or after an address of two words or more: with one word each, two names are meant.
fn at_addresses(words: &[&str], place: &Meaning) -> Vec<Meaning> {
    let splits = (1..words.len()).map(|at| words.split_at(at));
    let ways = splits.flat_map(|(before, after)| [(before, after), (after, before)]);
    let meant = ways.filter(|(name, address)| address.len() > 1 && !has_figure(&name.join(" ")));
    meant
        .map(|(name, address)| Meaning {
            names: names(&name.join(" ")),
            spot: Spot::of(&address.join(" ")),
            ..place.clone()
        })
        .collect()
}

fn has_figure(text: &str) -> bool {
    text.contains(|c: char| c.is_ascii_digit())
}
