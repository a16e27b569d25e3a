//! The database's own words in a file, as people say them. A file for a program keeps them as they are.

use crate::mail::Kind;
use crate::messages::Channel;
use crate::messages::audience::{WHY, why_words};
use crate::tasks::kinds::KINDS;
use crate::volunteers::{AVAILABILITY, Choice, HOW_FAR, SKILLS};

/// How a record came.
const SOURCES: &[Choice] = &[
    ("import", "The party’s membership file"),
    ("door", "Said so at the door"),
    ("sign-up", "The sign-up page"),
    ("typed", "Typed in"),
];

/// Why nothing is sent to an address.
const SILENCES: &[Choice] = &[
    ("gone", "There is no such address"),
    ("full", "The box is full"),
    ("often", "It was put off for days"),
    ("complaint", "They complained about a message"),
];

/// A value of a column in words; None where it says itself what it is.
pub fn value_words(column: &str, word: &str) -> Option<String> {
    match column {
        "form" => Kind::parse(word).map(|kind| kind.about().to_owned()).or_else(|| spelt_out(word)),
        "source" => titled(SOURCES, word),
        "skills" => Some(each(&SKILLS, word)),
        "availability" => Some(each(&AVAILABILITY, word)),
        "how_far" => titled(&HOW_FAR, word),
        "what" => {
            let task = KINDS.iter().find(|kind| kind.code == word).map(|kind| kind.title.to_owned());
            task.or_else(|| spelt_out(word))
        }
        "outcome" | "kind" | "state" | "recorded_by" | "election" => Some(sentence(&word.replace('-', " "))),
        "purpose" => spelt_out(word),
        _ => None,
    }
}

/// Why nothing goes to an address, or a message did not reach somebody, by the way that it was to go; None where somebody wrote it.
pub fn why(word: &str, channel: &str) -> Option<String> {
    let known = || WHY.iter().any(|(code, _)| *code == word);
    titled(SILENCES, word).or_else(|| known().then(|| why_words(word, Channel::parse(channel)).to_owned()))
}

fn titled(choices: &[Choice], word: &str) -> Option<String> {
    choices.iter().find(|(code, _)| *code == word).map(|(_, title)| (*title).to_owned())
}

/// Several words with commas between them, each as its form says it.
fn each(choices: &[Choice], words: &str) -> String {
    let one = |word: &str| titled(choices, word).unwrap_or_else(|| word.to_owned());
    words.split(", ").map(one).collect::<Vec<_>>().join(", ")
}

/// A code of small letters and dashes as a phrase; None of anything else, which somebody wrote.
fn spelt_out(word: &str) -> Option<String> {
    let code = !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c == '-');
    code.then(|| sentence(&word.replace('-', " ")))
}

/// With a capital at its beginning.
pub fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_told_in_words_and_what_somebody_wrote_stays() {
        let told = |column, word| value_words(column, word).unwrap();
        assert_eq!(told("skills", "stalls, driving"), "Street stalls, Driving");
        assert_eq!(told("form", "help-offered"), "Asks them to confirm that they offered to help");
        assert_eq!((told("what", "welcome"), told("what", "moved-branch")), ("Welcome".into(), "Moved branch".into()));
        assert_eq!(told("form", "password-changed"), "The password was changed");
        assert_eq!(value_words("source", "on the phone today"), None);
        assert_eq!(value_words("what", "An offer to help of 3 May 2026"), None);
    }

    #[test]
    fn why_a_message_did_not_go_is_told_by_the_way_that_it_was_to_go() {
        assert_eq!(why("no-consent", "email").unwrap(), "Did not agree to email");
        assert_eq!(why("no-consent", "text").unwrap(), "Did not agree to text messages");
        assert_eq!(why("no-address", "text").unwrap(), "No mobile number");
        assert_eq!(why("full", "email").unwrap(), "The box is full");
        assert_eq!(why("Asked by the council", ""), None);
    }
}
