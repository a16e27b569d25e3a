//! One typed line: which of the pile, and what was said. `14 F pv poster` is "number 14 is for us, wants a postal vote and
//! will put up a poster"; `h14 n` is "nobody was at home where 14 lives"; `z` takes the last one back.
//!
//! Nothing is guessed: a word that is not known is named, and nothing of its line is kept. A letter that is both an
//! outcome and a code of the installation's is the outcome when it is small and the code when it is a capital.

use crate::canvass::codes::{Code as Intention, Issue};
use crate::canvass::results::{Ask, Outcome, parse};
use crate::materials::code::Code;

/// The longest line that is read, in characters.
pub const LONGEST: usize = 700;

/// What is said of a code that was typed without its dash.
pub const NO_DASH: &str =
    "A code has a dash in it, such as 4K-127R: type it with the dash, as it stands below the bars";

/// Outcomes by their letter, as the page lists them.
pub const OUTCOMES: [(&str, Outcome); 7] = [
    ("n", Outcome::NotHome),
    ("r", Outcome::Refused),
    ("m", Outcome::Moved),
    ("d", Outcome::Deceased),
    ("c", Outcome::ComeBack),
    ("i", Outcome::Inaccessible),
    ("w", Outcome::WrongAddress),
];

/// What people ask for by its word, as the page lists them.
pub const ASKS: [(&str, Ask); 8] = [
    ("pv", Ask::PostalVote),
    ("px", Ask::ProxyVote),
    ("reg", Ask::Register),
    ("id", Ask::PhotoId),
    ("lift", Ask::Lift),
    ("poster", Ask::Poster),
    ("help", Ask::WillHelp),
    ("call", Ask::CallBack),
];

/// Which of the pile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// The number beside the name.
    Item(i32),
    /// The code on the card, typed or scanned.
    Code(Code),
    /// An elector number, `AB1-124/1`.
    Number(String),
}

/// A line, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// Take back the last, or what was kept of this one.
    TakeBack(Option<Which>),
    /// Only a number or code: whose it is, and nothing is kept yet.
    Whose(Which),
    /// An answer.
    Answer(Answer),
}

/// What a line says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Of whom.
    pub which: Which,
    /// Of their whole home.
    pub home: bool,
    /// In place of what was kept from this pile before.
    pub change: bool,
    /// What was said.
    pub said: Said,
}

/// What was said, in the contract's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// What happened at the door.
    pub outcome: Outcome,
    /// A code of the installation's list.
    pub intention: Option<String>,
    /// Codes of issues, sorted.
    pub issues: Vec<String>,
    /// What was asked for, sorted.
    pub asks: Vec<Ask>,
    /// What stands in quotation marks.
    pub note: Option<String>,
}

/// The installation's own words: codes in their order, issues by their place.
#[derive(Debug, Clone, Default)]
pub struct Words {
    /// Intentions, retired ones left out.
    pub intentions: Vec<Intention>,
    /// Issues; the first is number 1.
    pub issues: Vec<Issue>,
}

impl Words {
    /// Reads a line.
    ///
    /// # Errors
    /// What cannot stand and what to do, in plain English; of what was typed it repeats one word at most.
    pub fn read(&self, line: &str) -> Result<Line, String> {
        if line.chars().count() > LONGEST {
            return Err("This line is too long. Write one answer a line".into());
        }
        let (typed, note) = match line.split_once('"') {
            Some((typed, note)) => (typed, Some(note.trim_end().trim_end_matches('"'))),
            None => (line, None),
        };
        let mut words: Vec<&str> = typed.split_whitespace().collect();
        if let Some(taken_back) = take_back(&words)? {
            return Ok(Line::TakeBack(taken_back));
        }
        let home = home_first(&mut words);
        if words.is_empty() {
            return Err("Write a number or a code first, and then what was said".into());
        }
        let (which, change) = first(words.remove(0))?;
        if words.is_empty() && note.is_none() && !home && !change {
            return Ok(Line::Whose(which));
        }
        self.answer(which, home, change, &words, note).map(Line::Answer)
    }

    fn answer(
        &self,
        which: Which,
        home: bool,
        change: bool,
        words: &[&str],
        note: Option<&str>,
    ) -> Result<Answer, String> {
        let mut answer = Heard { home, change, ..Heard::default() };
        for word in words {
            answer.take(self.meaning(word)?)?;
        }
        let note = note.map_or(Ok(None), parse::note).map_err(|refusal| refusal.reason)?;
        let (home, change) = (answer.home, answer.change);
        Ok(Answer { which, home, change, said: answer.said(note)? })
    }

    /// What one word means. Codes in capitals come before outcomes, small letters after them.
    fn meaning(&self, word: &str) -> Result<Meaning, String> {
        let small = word.to_ascii_lowercase();
        if let Some(code) = self.intentions.iter().find(|i| i.code == word) {
            return Ok(Meaning::Intention(code.code.clone()));
        }
        let outcome = OUTCOMES.iter().find(|(letter, _)| *letter == small).map(|(_, outcome)| *outcome);
        if let Some(outcome) = outcome.or_else(|| Outcome::parse(&small)) {
            return Ok(Meaning::Outcome(outcome));
        }
        let ask = ASKS.iter().find(|(short, _)| *short == small).map(|(_, ask)| *ask);
        if let Some(ask) = ask.or_else(|| Ask::parse(&small)) {
            return Ok(Meaning::Ask(ask));
        }
        if let Some(code) = self.intentions.iter().find(|i| i.code.eq_ignore_ascii_case(word)) {
            return Ok(Meaning::Intention(code.code.clone()));
        }
        match small.as_str() {
            "h" => return Ok(Meaning::Home),
            "!" => return Ok(Meaning::Change),
            _ => {}
        }
        let numbered = word.parse::<usize>().ok().and_then(|n| self.issues.get(n.checked_sub(1)?));
        let named = || self.issues.iter().find(|i| i.code.eq_ignore_ascii_case(word));
        match numbered.or_else(named) {
            Some(issue) => Ok(Meaning::Issue(issue.code.clone())),
            None => Err(unknown(word, self.issues.len())),
        }
    }
}

enum Meaning {
    Intention(String),
    Outcome(Outcome),
    Ask(Ask),
    Issue(String),
    Home,
    Change,
}

/// What a line's words say so far.
#[derive(Default)]
struct Heard {
    home: bool,
    change: bool,
    outcome: Option<Outcome>,
    intention: Option<String>,
    issues: Vec<String>,
    asks: Vec<Ask>,
}

impl Heard {
    fn take(&mut self, meaning: Meaning) -> Result<(), String> {
        match meaning {
            Meaning::Home => self.home = true,
            Meaning::Change => self.change = true,
            Meaning::Ask(ask) => self.asks.push(ask),
            Meaning::Issue(issue) => self.issues.push(issue),
            Meaning::Outcome(outcome) => match self.outcome.replace(outcome) {
                Some(other) if other != outcome => {
                    return Err("Two things cannot have happened at one door. Keep one of them".into());
                }
                _ => {}
            },
            Meaning::Intention(code) => match self.intention.replace(code.clone()) {
                Some(other) if other != code => {
                    return Err(format!("{other} and {code} cannot both stand. Keep one of them"));
                }
                _ => {}
            },
        }
        Ok(())
    }

    /// Who gave an intention, cares about something or asked for something was spoken with, unless the line says otherwise.
    fn said(mut self, note: Option<String>) -> Result<Said, String> {
        let spoke = self.intention.is_some() || !self.issues.is_empty() || !self.asks.is_empty();
        if self.home && self.intention.is_some() {
            return Err("A whole home has no intention. Write each person’s by their own number".into());
        }
        let Some(outcome) = self.outcome.or(spoke.then_some(Outcome::Spoke)) else {
            return Err(
                "Write what happened after the number: a code, n for not home, or another word of the list".into()
            );
        };
        self.issues.sort_unstable();
        self.issues.dedup();
        self.asks.sort_unstable();
        self.asks.dedup();
        Ok(Said { outcome, intention: self.intention, issues: self.issues, asks: self.asks, note })
    }
}

/// `z`, `z14` and `z 14`.
fn take_back(words: &[&str]) -> Result<Option<Option<Which>>, String> {
    let Some(rest) = words.first().and_then(|word| word.strip_prefix(['z', 'Z'])) else { return Ok(None) };
    match (rest, words) {
        ("", [_]) => Ok(Some(None)),
        ("", [_, which]) => Ok(Some(Some(first(which)?.0))),
        ("", _) => Err("Write z alone to take back the last one, or z and a number".into()),
        (which, [_]) if which.parse::<i32>().is_ok() => Ok(Some(Some(first(which)?.0))),
        // An elector number whose district begins with the letter.
        _ => Ok(None),
    }
}

/// `h 14 n` and `h14 n`: takes the h away.
fn home_first(words: &mut Vec<&str>) -> bool {
    let Some(word) = words.first().copied() else { return false };
    if word.eq_ignore_ascii_case("h") {
        words.remove(0);
        return true;
    }
    match word.strip_prefix(['h', 'H']) {
        // "h14", and not the beginning of an elector number such as "H14-3".
        Some(rest) if rest.trim_end_matches('!').parse::<i32>().is_ok() => {
            words[0] = rest;
            true
        }
        _ => false,
    }
}

/// The number or code that a line begins with, and whether it stands with a `!`.
fn first(word: &str) -> Result<(Which, bool), String> {
    let bare = word.trim_end_matches('!');
    let change = bare.len() < word.len();
    if let Ok(item) = bare.parse::<i32>() {
        return if item > 0 { Ok((Which::Item(item), change)) } else { Err(first_unknown()) };
    }
    let upper = bare.to_ascii_uppercase();
    // A code ends with a letter, an elector number with a digit.
    if let Some(code) = Code::parse(bare) {
        return Ok((Which::Code(code), change));
    }
    if numbered(&upper) {
        return Ok((Which::Number(upper), change));
    }
    let nearly = upper.split_once('-').is_some_and(|(_, item)| item.starts_with(|c: char| c.is_ascii_digit()));
    Err(if nearly {
        "The letter at the end of this code does not fit it. Look at the card once more".into()
    } else if dashless(&upper) {
        // It may be a number and an answer as well.
        format!("{NO_DASH}. After a number stands a space, as in 14 F")
    } else {
        first_unknown()
    })
}

/// Whether this may be a code whose dash was left out: figures and letters, and a letter last.
fn dashless(word: &str) -> bool {
    word.bytes().all(|b| b.is_ascii_alphanumeric())
        && word.bytes().any(|b| b.is_ascii_digit())
        && word.ends_with(|c: char| c.is_ascii_alphabetic())
}

fn first_unknown() -> String {
    "A line begins with a number, a code or an elector number of this pile".into()
}

/// Whether this is shaped as an elector number: a district's letters, a dash, a number and perhaps a suffix.
fn numbered(word: &str) -> bool {
    let Some((letters, number)) = word.rsplit_once('-') else { return false };
    let (number, suffix) = number.split_once('/').unwrap_or((number, "0"));
    let digits = |text: &str| (1..=7).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    (1..=12).contains(&letters.len())
        && letters.bytes().all(|b| b.is_ascii_alphanumeric() || b"/-.".contains(&b))
        && digits(number)
        && digits(suffix)
}

fn unknown(word: &str, issues: usize) -> String {
    if word.bytes().all(|b| b.is_ascii_digit()) {
        return match issues {
            0 => format!("“{word}” is no word of this list, and there are no issues by number"),
            _ => format!("There is no issue number {word}. They go from 1 to {issues}"),
        };
    }
    let shown: String = word.chars().filter(|c| c.is_alphanumeric() || "-_!?.'".contains(*c)).take(20).collect();
    format!("“{shown}” is no word that is known here. Nothing was kept; mend it and press Enter again")
}

#[cfg(test)]
#[path = "entry_tests.rs"]
mod tests;
