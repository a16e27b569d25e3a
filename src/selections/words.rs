//! A selection in words, for its page, for paper and for the record: "Electors in Quillbrook, and with a leaning intention at a UK
//! Parliament election given within 90 days, but not on the list QB1 1".

use super::rule::{
    AbsentVote, Age, Among, Channel, Condition, Election, LastAsked, LeaveOut, Outcome, Rule, Selection, Turnout,
};
use crate::web::words::count;
use std::collections::HashMap;

pub use super::names::Names;

/// So many names are written out; of more, how many they are.
const WRITTEN_OUT: usize = 6;

/// The rules as one sentence without a full stop: "Electors in Quillbrook, but not on the list QB1 1".
pub fn sentence(selection: &Selection, names: &Names) -> String {
    let said = names.rule(&selection.rule, true);
    match said.as_str() {
        "everybody" => "Everybody".to_owned(),
        "nobody" => "Nobody".to_owned(),
        _ => format!("Electors {said}"),
    }
}

/// Whom it leaves out, as one sentence without a full stop.
pub fn leaves_out(leave_out: &LeaveOut) -> String {
    let mut said = vec![format!(
        "whoever objects to {}, to what we note of opinions or to all processing",
        way(leave_out.channel)
    )];
    said.extend(leave_out.moved.then(|| "whoever is said to have moved or died".to_owned()));
    said.extend(leave_out.asked_days.map(|d| format!("whoever was asked within {}", days(d))));
    said.extend(leave_out.on_paper.then(|| "whoever is on a printed pile that is out".to_owned()));
    format!("Leaves out {}", listed(&said, "and"))
}

/// What somebody objects to.
fn way(channel: Channel) -> &'static str {
    match channel {
        Channel::Door => "calls at the door",
        Channel::Post => "post",
        Channel::Phone => "phone calls",
        Channel::Email => "email",
        Channel::Text => "text messages",
    }
}

fn days(n: u16) -> String {
    count(n, "day", "days")
}

/// "A, B or C"; of many the first, and how many more.
fn listed(all: &[String], last: &str) -> String {
    match all {
        [] => "nothing".to_owned(),
        [one] => one.clone(),
        [most @ .., end] if all.len() <= WRITTEN_OUT => format!("{} {last} {end}", most.join(", ")),
        _ => format!("{} {last} {} more", all[..WRITTEN_OUT - 1].join(", "), all.len() + 1 - WRITTEN_OUT),
    }
}

impl Names {
    /// A rule as what follows "electors"; inside another one in brackets where it could be misread.
    fn rule(&self, rule: &Rule, outermost: bool) -> String {
        let inner = match rule {
            Rule::Is(condition) => return self.condition(condition),
            Rule::All(inner) | Rule::None(inner) if inner.is_empty() => return "everybody".into(),
            Rule::Any(inner) if inner.is_empty() => return "nobody".into(),
            Rule::All(inner) | Rule::Any(inner) | Rule::None(inner) => inner.as_slice(),
        };
        match (rule, inner) {
            (Rule::None(_), [one @ (Rule::All(_) | Rule::Any(_))]) => format!("not {}", self.rule(one, false)),
            (Rule::None(_), _) => format!("not ({})", self.joined(inner, rule)),
            (_, [one]) => self.rule(one, outermost),
            _ if outermost => self.joined(inner, rule),
            _ => format!("({})", self.joined(inner, rule)),
        }
    }

    fn joined(&self, inner: &[Rule], group: &Rule) -> String {
        let mut said = String::new();
        for (n, one) in inner.iter().enumerate() {
            let one = self.rule(one, false);
            said.push_str(match group {
                _ if n == 0 => "",
                Rule::All(_) if one.starts_with("not ") => ", but ",
                Rule::All(_) => ", and ",
                _ => ", or ",
            });
            said.push_str(&one);
        }
        said
    }

    fn condition(&self, condition: &Condition) -> String {
        match condition {
            Condition::Area { areas } => format!("in {}", self.any(areas, &self.areas, "an area that is gone")),
            Condition::Street { streets } => {
                format!("in {}", self.any(streets, &self.streets, "a street that is gone"))
            }
            Condition::HouseholdSize { least, most } => format!("in homes of {}", size(*least, *most)),
            Condition::AbsentVote { poll, how } => format!("{} {}", absent(*how), self.at(*poll)),
            Condition::Turnout { poll, turnout } => self.turnout(*poll, *turnout),
            Condition::Intention { election, among, age } => self.intention(*election, among, *age),
            Condition::Outcome { any, age } => {
                let any: Vec<String> = any.iter().map(|o| happened(*o).to_owned()).collect();
                format!("where, when last called on{}, {}", aged(*age, ""), listed(&any, "or"))
            }
            Condition::LastAsked { when } => lately(*when, "asked"),
            Condition::Written { when } => lately(*when, "written to"),
            Condition::Issues { any } => format!("who named {}", self.any(any, &self.issues, "an issue that is gone")),
            Condition::Asked { any } => {
                let any: Vec<String> = any.iter().map(|a| ask(a).to_owned()).collect();
                format!("who asked for {}", listed(&any, "or"))
            }
            Condition::Member { yes } => format!("who are {}members", if *yes { "" } else { "not " }),
            Condition::Volunteer { yes } => (if *yes { "who help" } else { "who do not help" }).into(),
            Condition::Permitted { channel } => permitted(*channel).into(),
            Condition::OnList { list, on } => {
                let name = self.lists.get(list).map_or("a walk list that is gone".into(), |n| format!("the list {n}"));
                format!("{}on {name}", if *on { "" } else { "not " })
            }
            Condition::Register { any } => {
                let any: Vec<String> = any.iter().map(|k| entry(k).to_owned()).collect();
                format!("on the register as {}", listed(&any, "or"))
            }
        }
    }

    fn any<K: std::hash::Hash + Eq>(&self, keys: &[K], names: &HashMap<K, String>, gone: &str) -> String {
        let all: Vec<String> = keys.iter().map(|k| names.get(k).cloned().unwrap_or_else(|| gone.to_owned())).collect();
        listed(&all, "or")
    }

    fn at(&self, poll: Option<i64>) -> String {
        match poll {
            Some(poll) => format!("at {}", self.poll(poll)),
            None => "by the newest list".into(),
        }
    }

    fn poll(&self, poll: i64) -> &str {
        self.polls.get(&poll).map_or("an election that is gone", String::as_str)
    }

    fn turnout(&self, poll: i64, turnout: Turnout) -> String {
        let poll = self.poll(poll);
        match turnout {
            Turnout::Voted => format!("who voted at {poll}"),
            Turnout::DidNotVote => format!("who did not vote at {poll}"),
            Turnout::NotKnown => format!("of whom it is not known whether they voted at {poll}"),
        }
    }

    fn intention(&self, election: Election, among: &Among, age: Age) -> String {
        let what = match among {
            Among::Codes(codes) => {
                format!("with the intention {}", self.any(codes, &self.codes, "a code that is gone"))
            }
            Among::Groups(groups) => {
                let groups: Vec<String> = groups.iter().map(|g| in_group(g).to_owned()).collect();
                format!("with {} intention", listed(&groups, "or"))
            }
            Among::Known => "with a known intention".into(),
            Among::Unknown => "without a known intention".into(),
        };
        let at = match election {
            Election::National => "a UK Parliament election",
            Election::Devolved => "an election to a devolved parliament",
            Election::Local => "a local election",
        };
        format!("{what} at {at}{}", aged(age, "given "))
    }
}

/// "never asked", "not written to within 60 days".
fn lately(when: LastAsked, what: &str) -> String {
    match when {
        LastAsked::Never => format!("never {what}"),
        LastAsked::Within(n) => format!("{what} within {}", days(n)),
        LastAsked::NotWithin(n) => format!("not {what} within {}", days(n)),
    }
}

/// " given within 90 days"; nothing for any age.
fn aged(age: Age, given: &str) -> String {
    match age {
        Age::Any => String::new(),
        Age::Within(n) => format!(" {given}within {}", days(n)),
        Age::Older(n) => format!(" {given}more than {} ago", days(n)),
    }
}

fn size(least: Option<u16>, most: Option<u16>) -> String {
    match (least, most) {
        (None, None) => "any number of electors".into(),
        (Some(least), None) => format!("{least} electors or more"),
        (None, Some(most)) => format!("at most {}", count(most, "elector", "electors")),
        (Some(least), Some(most)) if least == most => count(most, "elector", "electors"),
        (Some(least), Some(most)) => format!("{least} to {most} electors"),
    }
}

fn absent(how: AbsentVote) -> &'static str {
    match how {
        AbsentVote::Post => "who vote by post",
        AbsentVote::Proxy => "who vote by proxy",
        AbsentVote::Any => "who vote by post or proxy",
        AbsentVote::InPerson => "who vote at the polling station",
    }
}

fn happened(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Spoke => "somebody spoke",
        Outcome::NotHome => "nobody was home",
        Outcome::Refused => "they would not talk",
        Outcome::Moved => "they had moved",
        Outcome::Deceased => "they had died",
        Outcome::WrongAddress => "there was no such home",
        Outcome::Inaccessible => "the door could not be reached",
        Outcome::ComeBack => "they asked us to come back",
    }
}

fn ask(word: &str) -> &str {
    match word {
        "postal-vote" => "a postal vote",
        "proxy-vote" => "a proxy vote",
        "register" => "help with registering",
        "photo-id" => "help with photo ID",
        "lift" => "a lift",
        "poster" => "a poster",
        "will-help" => "a way to help",
        "call-back" => "a call back",
        _ => "something that is not asked any more",
    }
}

fn entry(word: &str) -> &str {
    match word {
        "ordinary" => "ordinary electors",
        "attainer" => "attainers",
        "overseas" => "overseas electors",
        "other" => "electors without an address here",
        _ => "an entry of another kind",
    }
}

fn in_group(word: &str) -> &str {
    match word {
        "for" => "a firm",
        "leaning" => "a leaning",
        "undecided" => "an undecided",
        "against" => "an opposing",
        "non-voter" => "a non-voting",
        "wont-say" => "a withheld",
        _ => "another",
    }
}

fn permitted(channel: Channel) -> &'static str {
    match channel {
        Channel::Door => "who may be called on at the door",
        Channel::Post => "who may be written to by post",
        Channel::Phone => "who agreed to be rung",
        Channel::Email => "who agreed to email",
        Channel::Text => "who agreed to text messages",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canvass::ListId;

    fn names() -> Names {
        let mut names = Names::default();
        names.areas.extend([(7, "Quillbrook".to_owned()), (8, "Saltern".to_owned())]);
        names.lists.insert(ListId { partition: 1, id: 4 }, "QB1 1".into());
        names
    }

    fn leaning() -> Rule {
        Rule::Is(Condition::Intention {
            election: Election::National,
            among: Among::Groups(vec!["leaning".into()]),
            age: Age::Within(90),
        })
    }

    fn of(rule: Rule) -> String {
        sentence(&Selection { rule, leave_out: LeaveOut::default() }, &names())
    }

    #[test]
    fn rules_read_like_a_sentence() {
        let area = Rule::Is(Condition::Area { areas: vec![7, 8] });
        let list = Rule::Is(Condition::OnList { list: ListId { partition: 1, id: 4 }, on: false });
        assert_eq!(
            of(Rule::All(vec![area.clone(), leaning(), list])),
            "Electors in Quillbrook or Saltern, and with a leaning intention at a UK Parliament election given within 90 days, \
             but not on the list QB1 1"
        );
        let never = Rule::Is(Condition::LastAsked { when: LastAsked::Never });
        assert_eq!(
            of(Rule::All(vec![area.clone(), Rule::Any(vec![never.clone(), leaning()])])),
            "Electors in Quillbrook or Saltern, and (never asked, or with a leaning intention at a UK Parliament election given \
             within 90 days)"
        );
        assert_eq!(
            of(Rule::All(vec![area, Rule::None(vec![never])])),
            "Electors in Quillbrook or Saltern, but not (never asked)"
        );
        for (when, said) in [
            (LastAsked::Never, "Electors never written to"),
            (LastAsked::Within(1), "Electors written to within 1 day"),
            (LastAsked::NotWithin(60), "Electors not written to within 60 days"),
        ] {
            assert_eq!(of(Rule::Is(Condition::Written { when })), said);
        }
    }

    #[test]
    fn what_is_gone_is_said_and_many_are_counted() {
        assert_eq!(of(Rule::Is(Condition::Area { areas: vec![99] })), "Electors in an area that is gone");
        let many = Rule::Is(Condition::Area { areas: vec![7; 20] });
        assert!(of(many).ends_with("or 15 more"));
        assert_eq!((of(Rule::All(vec![])), of(Rule::Any(vec![]))), ("Everybody".into(), "Nobody".into()));
    }

    #[test]
    fn whom_it_leaves_out_is_said() {
        let all = LeaveOut { channel: Channel::Post, asked_days: Some(30), moved: true, on_paper: true };
        assert_eq!(
            leaves_out(&all),
            "Leaves out whoever objects to post, to what we note of opinions or to all processing, whoever is said to have moved \
             or died, whoever was asked within 30 days and whoever is on a printed pile that is out"
        );
    }
}
