//! From a selection to the form that says it.

use super::choices::{ABSENT, CHANNELS, ELECTIONS, OUTCOMES, TURNOUT, word_for};
use super::draft::{Draft, Node};
use crate::selections::rule::{Age, Among, Condition, LastAsked, LeaveOut, Outcome, Rule, Selection};

/// The form of a selection, under this name; `version` is the one that it is drawn of.
pub(super) fn draft_of(selection: &Selection, name: &str, version: i32) -> Draft {
    let root = match &selection.rule {
        Rule::Is(_) => Node { inner: vec![node(&selection.rule)], ..Node::of("all") },
        group => node(group),
    };
    let LeaveOut { channel, asked_days, moved, on_paper } = &selection.leave_out;
    Draft {
        root,
        channel: word_for(CHANNELS, channel).to_owned(),
        asked: asked_days.is_some(),
        asked_days: asked_days.map_or_else(|| "30".to_owned(), |days| days.to_string()),
        moved: *moved,
        on_paper: *on_paper,
        name: name.to_owned(),
        version,
    }
}

fn node(rule: &Rule) -> Node {
    let group = |of: &str, inner: &[Rule]| Node { inner: inner.iter().map(node).collect(), ..Node::of(of) };
    match rule {
        Rule::All(inner) => group("all", inner),
        Rule::Any(inner) => group("any", inner),
        Rule::None(inner) => group("none", inner),
        Rule::Is(condition) => row(condition),
    }
}

fn row(condition: &Condition) -> Node {
    match condition {
        Condition::Area { areas } => {
            Node::of("area").with_all("areas", areas.iter().map(ToString::to_string).collect())
        }
        Condition::Street { streets } => {
            let district = streets.first().map_or_else(String::new, |(area_no, _)| area_no.to_string());
            let streets = streets.iter().map(|(area_no, key)| format!("{area_no}:{key}")).collect();
            Node::of("street").with("district", district).with_all("streets", streets)
        }
        Condition::HouseholdSize { least, most } => {
            Node::of("household-size").with("least", number(*least)).with("most", number(*most))
        }
        Condition::AbsentVote { poll, how } => Node::of("absent-vote")
            .with("how", word_for(ABSENT, how))
            .with("poll", poll.map_or_else(String::new, |poll| poll.to_string())),
        Condition::Turnout { poll, turnout } => {
            Node::of("turnout").with("turnout", word_for(TURNOUT, turnout)).with("poll", poll)
        }
        Condition::Intention { election, among, age } => {
            aged(meaning(Node::of("intention").with("election", word_for(ELECTIONS, election)), among), *age)
        }
        Condition::Outcome { any, age } => {
            let words = any.iter().map(|outcome| outcome_word(*outcome).to_owned()).collect();
            aged(Node::of("outcome").with_all("outcomes", words), *age)
        }
        Condition::LastAsked { when } => lately(Node::of("last-asked"), *when),
        Condition::Written { when } => lately(Node::of("written"), *when),
        Condition::Issues { any } => Node::of("issues").with_all("issues", any.clone()),
        Condition::Asked { any } => Node::of("asked").with_all("asks", any.clone()),
        Condition::Member { yes } => Node::of("member").with("yes", yes_or_no(*yes)),
        Condition::Volunteer { yes } => Node::of("volunteer").with("yes", yes_or_no(*yes)),
        Condition::Permitted { channel } => Node::of("permitted").with("channel", word_for(CHANNELS, channel)),
        Condition::OnList { list, on } => Node::of("on-list").with("yes", yes_or_no(*on)).with("list", list),
        Condition::Register { any } => Node::of("register").with_all("entries", any.clone()),
    }
}

fn meaning(node: Node, among: &Among) -> Node {
    match among {
        Among::Codes(codes) => node.with("among", "codes").with_all("codes", codes.clone()),
        Among::Groups(groups) => node.with("among", "groups").with_all("groups", groups.clone()),
        Among::Known => node.with("among", "known"),
        Among::Unknown => node.with("among", "unknown"),
    }
}

fn aged(node: Node, age: Age) -> Node {
    match age {
        Age::Any => node.with("age", "any"),
        Age::Within(days) => node.with("age", "within").with("days", days),
        Age::Older(days) => node.with("age", "older").with("days", days),
    }
}

fn lately(node: Node, when: LastAsked) -> Node {
    match when {
        LastAsked::Never => node.with("when", "never"),
        LastAsked::Within(days) => node.with("when", "within").with("days", days),
        LastAsked::NotWithin(days) => node.with("when", "not-within").with("days", days),
    }
}

fn outcome_word(outcome: Outcome) -> &'static str {
    OUTCOMES.iter().find(|(own, _)| *own == outcome).map_or("", |(_, word)| word.as_str())
}

fn yes_or_no(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}

fn number(number: Option<u16>) -> String {
    number.map_or_else(String::new, |n| n.to_string())
}
