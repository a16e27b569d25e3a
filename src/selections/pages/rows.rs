//! How the tree is drawn: one row after another, each a sentence's part with what there is to choose. Nothing is read here.

use super::choices::{Choices, Words};
use super::draft::{Node, path_of};
use super::parts::At;
use super::{CONDITIONS, GROUPS, is_group};
use crate::selections::rule::DEEPEST;
use crate::web::{FieldErrors, words};

/// One thing to choose.
pub(super) struct Opt {
    /// What the form sends.
    pub value: String,
    /// What stands beside it.
    pub label: String,
    /// Whether it is the one.
    pub chosen: bool,
}

/// A select.
pub(super) struct Pick {
    pub name: String,
    pub label: &'static str,
    pub options: Vec<Opt>,
    /// What else there is to choose depends on it.
    pub redraws: bool,
    pub error: String,
}

/// A field for a number.
pub(super) struct Number {
    pub name: String,
    pub label: &'static str,
    pub value: String,
    pub error: String,
}

/// Boxes to tick, under headings.
pub(super) struct Ticks {
    pub name: String,
    pub label: &'static str,
    pub groups: Vec<(String, Vec<Opt>)>,
    /// What stands there when there is nothing to tick.
    pub none: &'static str,
    pub error: String,
}

impl Ticks {
    /// Whether there are so many that one wants to look for some.
    pub fn many(&self) -> bool {
        self.groups.iter().map(|(_, options)| options.len()).sum::<usize>() > 12
    }

    pub fn is_empty(&self) -> bool {
        self.groups.iter().all(|(_, options)| options.is_empty())
    }

    /// How many are ticked, in words.
    pub fn ticked(&self) -> String {
        let all = self.groups.iter().flat_map(|(_, options)| options);
        format!("{} ticked", words::figure(all.filter(|o| o.chosen).count()))
    }
}

/// One part of a condition.
pub(super) enum Part {
    Pick(Pick),
    Number(Number),
    Ticks(Ticks),
}

/// The beginning of a group.
pub(super) struct Group {
    pub path: String,
    /// "2.1": which row of which group.
    pub number: String,
    pub of: Pick,
    /// The word before it.
    pub before: &'static str,
    pub may_go_up: bool,
    /// Whether a group more fits into it.
    pub may_nest: bool,
}

impl Group {
    /// Whether it is the outermost.
    pub fn outermost(&self) -> bool {
        self.number.is_empty()
    }
}

/// A condition.
pub(super) struct Line {
    pub path: String,
    pub number: String,
    pub of: Pick,
    pub parts: Vec<Part>,
    pub before: &'static str,
    pub may_go_up: bool,
}

/// A row of the page.
pub(super) enum Row {
    Open(Group),
    Is(Line),
    Close(Group),
}

/// All rows of a tree, from the outermost group in.
pub(super) fn rows(root: &Node, choices: &Choices, errors: &FieldErrors) -> Vec<Row> {
    let mut drawing = Drawing { choices, errors, rows: Vec::new() };
    drawing.draw(root, &mut Vec::new(), "");
    drawing.rows
}

/// A select of words.
pub(super) fn options<T: PartialEq>(words: &Words<T>, chosen: &str) -> Vec<Opt> {
    words.iter().map(|(word, label, _)| opt(*word, *label, *word == chosen)).collect()
}

/// One thing to choose, with its word and what stands beside it.
pub(super) fn opt(value: impl Into<String>, label: impl Into<String>, chosen: bool) -> Opt {
    Opt { value: value.into(), label: label.into(), chosen }
}

struct Drawing<'a> {
    choices: &'a Choices,
    errors: &'a FieldErrors,
    rows: Vec<Row>,
}

impl Drawing<'_> {
    fn draw(&mut self, node: &Node, place: &mut Vec<usize>, before: &'static str) {
        if !is_group(&node.of) {
            let line = self.line(node, place, before);
            self.rows.push(Row::Is(line));
            return;
        }
        self.rows.push(Row::Open(self.group(node, place, before)));
        let joint = joint(&node.of);
        for (n, inner) in node.inner.iter().enumerate() {
            place.push(n);
            self.draw(inner, place, if n == 0 { "" } else { joint });
            place.pop();
        }
        self.rows.push(Row::Close(self.group(node, place, before)));
    }

    fn group(&self, node: &Node, place: &[usize], before: &'static str) -> Group {
        let path = path_of(place);
        let at = At { choices: self.choices, errors: self.errors, node, path: &path };
        let options = GROUPS.iter().map(|(word, label)| opt(*word, *label, *word == node.of)).collect();
        Group {
            number: number(place),
            of: Pick { redraws: true, ..at.pick("of", "How many of its conditions", options) },
            before,
            may_go_up: place.last().is_some_and(|n| *n > 0),
            may_nest: place.len() + 1 < DEEPEST,
            path,
        }
    }

    fn line(&self, node: &Node, place: &[usize], before: &'static str) -> Line {
        let path = path_of(place);
        let at = At { choices: self.choices, errors: self.errors, node, path: &path };
        let known = CONDITIONS.iter().any(|(word, _)| *word == node.of);
        let choose = (!known).then(|| opt("", "Choose a condition", true));
        let conditions = CONDITIONS.iter().map(|(word, label)| opt(*word, *label, *word == node.of));
        let options = choose.into_iter().chain(conditions).collect();
        Line {
            number: number(place),
            of: Pick { redraws: true, ..at.pick("of", "What about", options) },
            parts: at.parts(),
            before,
            may_go_up: place.last().is_some_and(|n| *n > 0),
            path,
        }
    }
}

/// "2.1" of the second row's first.
pub(super) fn number(place: &[usize]) -> String {
    place.iter().map(|n| (n + 1).to_string()).collect::<Vec<_>>().join(".")
}

fn joint(of: &str) -> &'static str {
    if of == "all" { "and" } else { "or" }
}
