//! Elector numbers as people type them: `QB4-212/1`, `qb4 212`, `qb4212`, `QB4 212/1`.

use crate::electors::folding::fold;
use crate::registers::number::ElectorNumber;

/// District letters that people run together with the number are short; longer ones are typed with a hyphen.
const SHORT: usize = 6;

/// Every whole number that the words may be. They are compared whole, so that a wrong reading finds nobody.
pub fn readings(typed: &str) -> Vec<String> {
    let typed = typed.trim();
    let mut all: Vec<String> = Vec::new();
    let spaced = typed.split_once(char::is_whitespace).filter(|(letters, _)| letters.contains(['-', '/', '.']));
    let hyphened = spaced.map(|(letters, number)| format!("{letters}-{}", number.trim()));
    let strict = [Some(typed.to_owned()), hyphened].into_iter().flatten();
    let strict = strict.filter_map(|whole| ElectorNumber::try_from(whole.as_str()).ok());
    for number in strict.chain(loose(typed)).map(|n| n.to_string()) {
        if !all.contains(&number) {
            all.push(number);
        }
    }
    all
}

/// Whether words that read as a number can be nothing else: one word, or letters that hold a figure as no name does.
pub fn is_nothing_else(typed: &str) -> bool {
    let mut words = typed.split_whitespace();
    let first = words.next().unwrap_or_default();
    let mixed = first.starts_with(|c: char| c.is_ascii_alphabetic()) && first.contains(|c: char| c.is_ascii_digit());
    mixed || words.next().is_none()
}

/// The letters, number and suffix parted by whatever people put between them, or by nothing.
fn loose(typed: &str) -> Vec<ElectorNumber> {
    let key = fold(typed);
    let words: Vec<&str> = key.split(' ').collect();
    let ways: Vec<(String, &str, &str)> = match *words.as_slice() {
        [whole] => run_together(whole, ""),
        [whole, suffix] if typed.contains(['/', '.']) => {
            run_together(whole, suffix).into_iter().chain([(whole.to_owned(), suffix, "")]).collect()
        }
        [letters, number] => vec![(letters.to_owned(), number, "")],
        [letters, figure, number] if is_letters(letters) => {
            vec![(letters.to_owned(), figure, number), (format!("{letters}{figure}"), number, "")]
        }
        [letters, number, suffix] => vec![(letters.to_owned(), number, suffix)],
        [letters, figure, number, suffix] if is_letters(letters) => {
            vec![(format!("{letters}{figure}"), number, suffix)]
        }
        _ => Vec::new(),
    };
    let read = |(letters, number, suffix): &(String, &str, &str)| {
        is_short_district(letters).then(|| ElectorNumber::from_columns(letters, number, suffix).ok()).flatten()
    };
    ways.iter().filter_map(read).collect()
}

/// `qb4212` may be QB-4212, QB4-212, QB42-12 or QB421-2.
fn run_together<'a>(word: &'a str, suffix: &'a str) -> Vec<(String, &'a str, &'a str)> {
    let figures = word.bytes().rev().take_while(u8::is_ascii_digit).count();
    let splits = (word.len() - figures..word.len()).map(|at| word.split_at(at));
    splits.filter(|(_, number)| !number.starts_with('0')).map(|(d, n)| (d.to_owned(), n, suffix)).collect()
}

fn is_letters(word: &str) -> bool {
    word.bytes().all(|b| b.is_ascii_lowercase())
}

/// One to four letters with figures after or between them.
fn is_short_district(letters: &str) -> bool {
    let count = letters.bytes().filter(u8::is_ascii_lowercase).count();
    letters.len() <= SHORT && letters.starts_with(|c: char| c.is_ascii_lowercase()) && (1..=4).contains(&count)
}
