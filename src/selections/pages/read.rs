//! From the form to a selection: strict, with what to mend at the row where it is.

use super::choices::{ABSENT, ANSWERS, CHANNELS, Choices, ELECTIONS, ENTRIES, OUTCOMES, TURNOUT, Words, meant, street};
use super::draft::{Draft, Node};
use crate::canvass::ListId;
use crate::canvass::results::Ask;
use crate::selections::rule::{Age, Among, Condition, LastAsked, LeaveOut, Outcome, Rule, Selection};
use crate::web::FieldErrors;

/// What to say of a number of days that is none.
const DAYS: &str = "Write a number of days from 1 to 3,650";

/// The selection that a form says.
///
/// # Errors
/// The rows and fields that cannot stand.
pub(super) fn selection(draft: &Draft, choices: &Choices) -> Result<Selection, FieldErrors> {
    let mut reader = Reader { errors: FieldErrors::default(), choices };
    let rule = reader.rule(&draft.root, "r");
    let leave_out = reader.leave_out(draft);
    let mut errors = reader.errors;
    let (Some(rule), Some(leave_out), false) = (rule, leave_out, errors.any()) else {
        return Err(errors);
    };
    let selection = Selection { rule, leave_out };
    match errors.take(selection.check()) {
        Some(()) => Ok(selection),
        None => Err(errors),
    }
}

struct Reader<'a> {
    errors: FieldErrors,
    choices: &'a Choices,
}

impl Reader<'_> {
    /// Notes what cannot stand at a row, and has no answer.
    fn wrong<T>(&mut self, at: &str, name: &str, message: &str) -> Option<T> {
        self.errors.add(&format!("{at}.{name}"), message);
        None
    }

    fn leave_out(&mut self, draft: &Draft) -> Option<LeaveOut> {
        let channel = meant(CHANNELS, &draft.channel);
        if channel.is_none() {
            self.errors.add("channel", "Choose how they are to be reached");
        }
        let days = draft.asked.then(|| days_in(&draft.asked_days));
        if days == Some(None) {
            self.errors.add("asked_days", format!("{DAYS}, or untick it"));
            return None;
        }
        Some(LeaveOut { channel: channel?, asked_days: days.flatten(), moved: draft.moved, on_paper: draft.on_paper })
    }

    fn rule(&mut self, node: &Node, at: &str) -> Option<Rule> {
        let group: fn(Vec<Rule>) -> Rule = match node.of.as_str() {
            "all" => Rule::All,
            "any" => Rule::Any,
            "none" => Rule::None,
            _ => return self.condition(node, at).map(Rule::Is),
        };
        // An empty group would hold for everybody or for nobody, which nobody means; the outermost one means everybody.
        if node.inner.is_empty() && at != "r" {
            return self.wrong(at, "of", "Add a condition to this group, or take the group out");
        }
        if node.inner.is_empty() && node.of == "any" {
            return self.wrong(at, "of", "Add a condition: at least one of none fits nobody");
        }
        let rules: Vec<Option<Rule>> =
            node.inner.iter().enumerate().map(|(n, inner)| self.rule(inner, &format!("{at}.{n}"))).collect();
        rules.into_iter().collect::<Option<Vec<Rule>>>().map(group)
    }

    fn condition(&mut self, node: &Node, at: &str) -> Option<Condition> {
        Some(match node.of.as_str() {
            "area" => Condition::Area { areas: self.areas(node, at)? },
            "street" => Condition::Street { streets: self.streets(node, at)? },
            "household-size" => self.size(node, at)?,
            "absent-vote" => {
                let how = self.word(node, at, "how", ABSENT, "Choose how they vote");
                let poll = if node.one("poll").is_empty() { Some(None) } else { self.poll(node, at).map(Some) };
                Condition::AbsentVote { poll: poll?, how: how? }
            }
            "turnout" => {
                let turnout = self.word(node, at, "turnout", TURNOUT, "Choose whether they voted");
                Condition::Turnout { poll: self.poll(node, at)?, turnout: turnout? }
            }
            "intention" => {
                let election = self.word(node, at, "election", ELECTIONS, "Choose the kind of election");
                let (among, age) = (self.among(node, at), self.age(node, at));
                Condition::Intention { election: election?, among: among?, age: age? }
            }
            "outcome" => {
                let (any, age) = (self.outcomes(node, at), self.age(node, at));
                Condition::Outcome { any: any?, age: age? }
            }
            "last-asked" => Condition::LastAsked { when: self.when(node, at, "Choose when they were asked")? },
            "written" => Condition::Written { when: self.when(node, at, "Choose when they were written to")? },
            "issues" => {
                let choices = self.choices;
                let known = |word: &str| choices.issues.iter().any(|issue| issue.code == word);
                Condition::Issues { any: self.ticked(node, at, "issues", known, "Tick at least one issue")? }
            }
            "asked" => {
                let known = |word: &str| Ask::parse(word).is_some();
                Condition::Asked { any: self.ticked(node, at, "asks", known, "Tick at least one of these")? }
            }
            "member" => Condition::Member { yes: self.yes(node, at)? },
            "volunteer" => Condition::Volunteer { yes: self.yes(node, at)? },
            "permitted" => {
                Condition::Permitted { channel: self.word(node, at, "channel", CHANNELS, "Choose the way")? }
            }
            "on-list" => {
                let (list, on) = (self.list(node, at), self.yes(node, at));
                Condition::OnList { list: list?, on: on? }
            }
            "register" => {
                let known = |word: &str| ENTRIES.iter().any(|(entry, _)| *entry == word);
                Condition::Register { any: self.ticked(node, at, "entries", known, "Tick at least one kind")? }
            }
            _ => return self.wrong(at, "of", "Choose what this condition is about, or take it out"),
        })
    }

    /// The value of one word among those that there are.
    fn word<T: Copy>(&mut self, node: &Node, at: &str, name: &str, words: &Words<T>, message: &str) -> Option<T> {
        let value = meant(words, node.one(name));
        if value.is_none() { self.wrong(at, name, message) } else { value }
    }

    /// The words ticked, each known, each once.
    fn ticked(
        &mut self,
        node: &Node,
        at: &str,
        name: &str,
        known: impl Fn(&str) -> bool,
        message: &str,
    ) -> Option<Vec<String>> {
        let mut words = node.all(name).to_vec();
        words.sort();
        words.dedup();
        let stands = !words.is_empty() && words.iter().all(|word| known(word));
        if stands { Some(words) } else { self.wrong(at, name, message) }
    }

    fn areas(&mut self, node: &Node, at: &str) -> Option<Vec<i64>> {
        let choices = self.choices;
        let known = |word: &str| choices.areas.iter().any(|area| area.id.to_string() == word);
        let ticked = self.ticked(node, at, "areas", known, "Tick at least one area inside your own")?;
        Some(ticked.iter().filter_map(|id| id.parse().ok()).collect())
    }

    fn streets(&mut self, node: &Node, at: &str) -> Option<Vec<(i32, String)>> {
        let choices = self.choices;
        let there = |no: i32, key: &str| choices.streets.iter().any(|s| s.area_no == no && s.key == key);
        let known = |word: &str| street(word).is_some_and(|(no, key)| there(no, key));
        let message = "Choose a district, show its streets, and tick at least one";
        let ticked = self.ticked(node, at, "streets", known, message)?;
        Some(ticked.iter().filter_map(|s| street(s)).map(|(no, key)| (no, key.to_owned())).collect())
    }

    fn size(&mut self, node: &Node, at: &str) -> Option<Condition> {
        let mut bound = |name: &str| match node.one(name).trim() {
            "" => Some(None),
            typed => match typed.parse::<u16>() {
                Ok(n @ 1..=1_000) => Some(Some(n)),
                _ => self.wrong(at, name, "Write a number from 1 to 1,000, or leave it empty"),
            },
        };
        let (least, most) = (bound("least"), bound("most"));
        match (least?, most?) {
            (None, None) => self.wrong(at, "least", "Write how many electors there are at least, or at most"),
            (Some(least), Some(most)) if least > most => {
                self.wrong(at, "most", "Write a number that is not below the least")
            }
            (least, most) => Some(Condition::HouseholdSize { least, most }),
        }
    }

    fn poll(&mut self, node: &Node, at: &str) -> Option<i64> {
        let poll = node.one("poll").parse().ok().filter(|id| self.choices.polls.iter().any(|poll| poll.id == *id));
        if poll.is_none() { self.wrong(at, "poll", "Choose a poll") } else { poll }
    }

    fn among(&mut self, node: &Node, at: &str) -> Option<Among> {
        let choices = self.choices;
        match node.one("among") {
            "codes" => {
                let known = |word: &str| choices.codes.iter().any(|code| code.code == word);
                self.ticked(node, at, "codes", known, "Tick at least one answer").map(Among::Codes)
            }
            "groups" => {
                let known = |word: &str| ANSWERS.iter().any(|(group, _)| *group == word);
                self.ticked(node, at, "groups", known, "Tick at least one group of answers").map(Among::Groups)
            }
            "known" => Some(Among::Known),
            "unknown" => Some(Among::Unknown),
            _ => self.wrong(at, "among", "Choose which answers"),
        }
    }

    fn age(&mut self, node: &Node, at: &str) -> Option<Age> {
        match node.one("age") {
            "any" => Some(Age::Any),
            "within" => self.days(node, at).map(Age::Within),
            "older" => self.days(node, at).map(Age::Older),
            _ => self.wrong(at, "age", "Choose how old it may be"),
        }
    }

    fn when(&mut self, node: &Node, at: &str, message: &str) -> Option<LastAsked> {
        match node.one("when") {
            "never" => Some(LastAsked::Never),
            "within" => self.days(node, at).map(LastAsked::Within),
            "not-within" => self.days(node, at).map(LastAsked::NotWithin),
            _ => self.wrong(at, "when", message),
        }
    }

    fn days(&mut self, node: &Node, at: &str) -> Option<u16> {
        let days = days_in(node.one("days"));
        if days.is_none() { self.wrong(at, "days", DAYS) } else { days }
    }

    fn outcomes(&mut self, node: &Node, at: &str) -> Option<Vec<Outcome>> {
        let of = |word: &str| OUTCOMES.iter().find(|(_, own)| own.as_str() == word).map(|(outcome, _)| *outcome);
        let words = self.ticked(node, at, "outcomes", |word| of(word).is_some(), "Tick at least one of these")?;
        Some(words.iter().filter_map(|word| of(word)).collect())
    }

    fn yes(&mut self, node: &Node, at: &str) -> Option<bool> {
        match node.one("yes") {
            "yes" => Some(true),
            "no" => Some(false),
            _ => self.wrong(at, "yes", "Choose whether they are, or are not"),
        }
    }

    fn list(&mut self, node: &Node, at: &str) -> Option<ListId> {
        let list = node.one("list").parse().ok().filter(|id| self.choices.lists.iter().any(|(list, _)| list == id));
        if list.is_none() { self.wrong(at, "list", "Choose a walk list") } else { list }
    }
}

fn days_in(typed: &str) -> Option<u16> {
    typed.trim().parse().ok().filter(|days| (1..=3_650).contains(days))
}
