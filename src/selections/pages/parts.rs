//! What each kind of condition offers to choose, as the parts of its row. Nothing is read here.

use super::choices::{ABSENT, ANSWERS, CHANNELS, Choices, ELECTIONS, ENTRIES, OUTCOMES, TURNOUT, Words, word_for};
use super::draft::Node;
use super::rows::{Number, Opt, Part, Pick, Ticks, opt, options};
use crate::areas::choices::{Choice, groups};
use crate::canvass::lists::street_words;
use crate::canvass::results::Ask;
use crate::web::{FieldErrors, words};

/// A row on its way.
pub(super) struct At<'a> {
    pub choices: &'a Choices,
    pub errors: &'a FieldErrors,
    pub node: &'a Node,
    /// Where it stands, as its fields' names begin.
    pub path: &'a str,
}

impl At<'_> {
    /// What a condition's row offers besides what it is about.
    pub fn parts(&self) -> Vec<Part> {
        match self.node.of.as_str() {
            "area" => vec![self.areas()],
            "street" => vec![self.districts(), self.streets()],
            "household-size" => vec![self.figure("least", "At least"), self.figure("most", "At most")],
            "absent-vote" => vec![self.select("how", "How", ABSENT), self.polls("Any poll, by its newest list")],
            "turnout" => {
                vec![self.select("turnout", "What the marked register says", TURNOUT), self.polls("Choose a poll")]
            }
            "intention" => self.intention(),
            "outcome" => {
                let outcomes = OUTCOMES.iter().map(|(_, o)| (o.as_str(), o.title()));
                let mut parts = vec![self.words("outcomes", "What happened last", outcomes)];
                parts.extend(self.age());
                parts
            }
            "last-asked" | "written" => self.lately(),
            "issues" => {
                let issues = self.choices.issues.iter().map(|i| (i.code.as_str(), i.label.as_str()));
                vec![self.words("issues", "Issues", issues)]
            }
            "asked" => vec![self.words("asks", "What", Ask::ALL.iter().map(|a| (a.as_str(), a.title())))],
            "member" => vec![self.yes("are members", "are no members")],
            "volunteer" => vec![self.yes("are volunteers", "are no volunteers")],
            "permitted" => vec![self.select("channel", "Which way", CHANNELS)],
            "on-list" => vec![self.yes("are on it", "are not on it"), self.lists()],
            "register" => vec![self.words("entries", "Kinds of entry", ENTRIES)],
            _ => Vec::new(),
        }
    }

    fn name(&self, name: &str) -> String {
        format!("{}.{name}", self.path)
    }

    fn error(&self, name: &str) -> String {
        self.errors.of(&self.name(name)).to_owned()
    }

    /// A select of this row.
    pub fn pick(&self, name: &str, label: &'static str, options: Vec<Opt>) -> Pick {
        Pick { name: self.name(name), label, options, redraws: false, error: self.error(name) }
    }

    fn figure(&self, name: &str, label: &'static str) -> Part {
        let value = self.node.one(name).to_owned();
        Part::Number(Number { name: self.name(name), label, value, error: self.error(name) })
    }

    fn ticks(&self, name: &str, label: &'static str, groups: Vec<(String, Vec<Opt>)>, none: &'static str) -> Part {
        Part::Ticks(Ticks { name: self.name(name), label, groups, none, error: self.error(name) })
    }

    fn select<T: PartialEq>(&self, name: &str, label: &'static str, words: &Words<T>) -> Part {
        Part::Pick(self.pick(name, label, options(words, self.node.one(name))))
    }

    /// Words to tick, without headings.
    fn words<'w>(&self, name: &str, label: &'static str, words: impl IntoIterator<Item = (&'w str, &'w str)>) -> Part {
        let ticked = self.node.all(name);
        let options = words.into_iter().map(|(word, label)| opt(word, label, ticked.iter().any(|t| t == word)));
        self.ticks(name, label, vec![(String::new(), options.collect())], "There is nothing to choose from here yet.")
    }

    fn yes(&self, yes: &'static str, no: &'static str) -> Part {
        let now = self.node.one("yes");
        Part::Pick(self.pick("yes", "Are they", vec![opt("yes", yes, now == "yes"), opt("no", no, now == "no")]))
    }

    fn areas(&self) -> Part {
        let ticked = self.node.all("areas");
        let areas = self.choices.areas_to_tick(ticked);
        let one = |c: Choice| {
            let id = c.id.to_string();
            let chosen = ticked.contains(&id);
            opt(id, c.label, chosen)
        };
        let groups = groups(&areas, "").into_iter().map(|g| (g.title, g.options.into_iter().map(one).collect()));
        self.ticks(
            "areas",
            "Areas",
            groups.collect(),
            "There is no area here yet: a place’s come with its first register.",
        )
    }

    fn districts(&self) -> Part {
        let now = self.node.one("district");
        let choose = opt("", "Choose a district", now.is_empty());
        let districts = self.choices.districts.iter().map(|d| {
            let label = format!("{} {}", d.letters, d.name);
            opt(d.area_no.to_string(), label.trim(), d.area_no.to_string() == now)
        });
        let options = [choose].into_iter().chain(districts).collect();
        Part::Pick(Pick { redraws: true, ..self.pick("district", "District whose streets are shown", options) })
    }

    /// The streets of the district that is shown, and those ticked elsewhere.
    fn streets(&self) -> Part {
        let (ticked, here) = (self.node.all("streets"), self.node.one("district"));
        let mut groups: Vec<(String, Vec<Opt>)> = Vec::new();
        for street in &self.choices.streets {
            let value = format!("{}:{}", street.area_no, street.key);
            let chosen = ticked.contains(&value);
            if !chosen && street.area_no.to_string() != here {
                continue;
            }
            let option = opt(value, street_words(&street.name), chosen);
            let letters = self.choices.letters(street.area_no);
            match groups.iter_mut().find(|(title, _)| title == letters) {
                Some((_, options)) => options.push(option),
                None => groups.push((letters.to_owned(), vec![option])),
            }
        }
        self.ticks("streets", "Streets", groups, "Choose a district, and its streets stand here.")
    }

    fn polls(&self, none: &'static str) -> Part {
        let now = self.node.one("poll");
        let polls = self.choices.polls.iter().map(|poll| {
            let id = poll.id.to_string();
            let chosen = id == now;
            opt(id, format!("{}, {}", poll.name, words::date(poll.date)), chosen)
        });
        let options = [opt("", none, now.is_empty())].into_iter().chain(polls).collect();
        Part::Pick(self.pick("poll", "Poll", options))
    }

    fn lists(&self) -> Part {
        let now = self.node.one("list");
        let lists = self.choices.lists.iter().map(|(list, name)| {
            let id = list.to_string();
            let chosen = id == now;
            opt(id, name.as_str(), chosen)
        });
        let options = [opt("", "Choose a walk list", now.is_empty())].into_iter().chain(lists).collect();
        Part::Pick(self.pick("list", "Walk list", options))
    }

    fn intention(&self) -> Vec<Part> {
        let election = match self.node.one("election") {
            "" => word_for(ELECTIONS, &self.choices.election),
            chosen => chosen,
        };
        let among = match self.node.one("among") {
            "" => "groups",
            chosen => chosen,
        };
        let which = [
            ("groups", "one of these groups of answers"),
            ("codes", "one of these answers"),
            ("known", "any answer"),
            ("unknown", "no answer"),
        ];
        let which = which.into_iter().map(|(word, label)| opt(word, label, word == among)).collect();
        let mut parts = vec![
            Part::Pick(self.pick("election", "At an election for", options(ELECTIONS, election))),
            Part::Pick(Pick { redraws: true, ..self.pick("among", "They gave", which) }),
        ];
        match among {
            "codes" => {
                let codes = self.choices.codes.iter();
                parts.push(self.words("codes", "Answers", codes.map(|c| (c.code.as_str(), c.label.as_str()))));
            }
            "groups" => parts.push(self.words("groups", "Groups of answers", ANSWERS)),
            _ => {}
        }
        parts.extend(self.age());
        parts
    }

    fn age(&self) -> Vec<Part> {
        let now = self.node.one("age");
        let ages = [
            ("any", "whenever that was"),
            ("within", "within the last so many days"),
            ("older", "longer ago than so many days"),
        ];
        let ages = ages.into_iter().map(|(word, label)| opt(word, label, word == now)).collect();
        let mut parts = vec![Part::Pick(Pick { redraws: true, ..self.pick("age", "When", ages) })];
        if matches!(now, "within" | "older") {
            parts.push(self.figure("days", "Days"));
        }
        parts
    }

    fn lately(&self) -> Vec<Part> {
        let now = match self.node.one("when") {
            "" => "not-within",
            chosen => chosen,
        };
        let whens = [
            ("not-within", "never, or longer ago than so many days"),
            ("within", "within the last so many days"),
            ("never", "never"),
        ];
        let whens = whens.into_iter().map(|(word, label)| opt(word, label, word == now)).collect();
        let mut parts = vec![Part::Pick(Pick { redraws: true, ..self.pick("when", "When", whens) })];
        if now != "never" {
            parts.push(self.figure("days", "Days"));
        }
        parts
    }
}
