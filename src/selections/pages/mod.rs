//! The pages of selections: a builder that reads like a sentence and works without script, what is kept of it, and what is made of
//! that. What enters is a form whose keys are paths into the tree (`r.0.1.of`); what leaves is a `Selection`, or what to mend and where.

pub mod build;
mod choices;
pub mod counts;
mod draft;
pub mod electors;
pub mod list;
pub mod one;
mod parts;
mod read;
mod rows;
mod show;
mod unfinished;
pub mod walk;

use crate::selections::Election;
use crate::selections::rule::{AbsentVote, Age, Among, Condition, LastAsked, Rule, Selection};

/// How a group reads, by the form's word.
const GROUPS: [(&str, &str); 3] =
    [("all", "all of these"), ("any", "at least one of these"), ("none", "none of these")];

/// What a condition may be about: the form's word, and how it reads after "Electors who".
const CONDITIONS: [(&str, &str); 16] = [
    ("area", "live in an area"),
    ("street", "live in a street"),
    ("household-size", "live in a home of some size"),
    ("absent-vote", "vote by post, or otherwise"),
    ("turnout", "voted at a poll, or did not"),
    ("intention", "mean to vote in some way"),
    ("outcome", "were met at the door, or not"),
    ("last-asked", "were asked, and when"),
    ("written", "were written to, and when"),
    ("issues", "named an issue"),
    ("asked", "asked for something, or offered it"),
    ("member", "are members, or are not"),
    ("volunteer", "are volunteers, or are not"),
    ("permitted", "may be reached in a certain way"),
    ("on-list", "are on a walk list, or are not"),
    ("register", "have a kind of entry in the register"),
];

fn is_group(of: &str) -> bool {
    GROUPS.iter().any(|(word, _)| *word == of)
}

/// A selection to begin with: the word in the address, what it is called, and what it is good for.
struct Start {
    word: &'static str,
    title: &'static str,
    why: &'static str,
}

/// What the empty page offers.
const STARTS: [Start; 4] = [
    Start { word: "not-asked", title: "Everybody not asked in 90 days", why: "Who to call on next." },
    Start { word: "persuade", title: "Leaning and undecided", why: "Whom a second talk or a letter may win." },
    Start { word: "postal", title: "Postal voters who are for us", why: "Whom to remind when the papers arrive." },
    Start { word: "posters", title: "Will put up a poster", why: "Where to bring one, and whom to thank." },
];

/// The selection that a word of [`STARTS`] begins with; any other begins with everybody.
fn start(word: &str, election: Election) -> Selection {
    let among = |groups: &[&str]| {
        let groups = groups.iter().map(|g| (*g).to_owned()).collect();
        Rule::Is(Condition::Intention { election, among: Among::Groups(groups), age: Age::Any })
    };
    let rules = match word {
        "not-asked" => vec![Rule::Is(Condition::LastAsked { when: LastAsked::NotWithin(90) })],
        "persuade" => vec![among(&["leaning", "undecided"])],
        "postal" => {
            vec![Rule::Is(Condition::AbsentVote { poll: None, how: AbsentVote::Post }), among(&["for"])]
        }
        "posters" => vec![Rule::Is(Condition::Asked { any: vec!["poster".into()] })],
        _ => Vec::new(),
    };
    Selection { rule: Rule::All(rules), ..Selection::default() }
}
