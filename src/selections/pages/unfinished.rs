//! What keeps a builder from being counted, said as whoever reads the page finds it: "condition 2", "group 1", "Leave out".

use super::draft::{Draft, Node};
use super::is_group;
use super::rows::number;
use crate::web::FieldErrors;

/// One row or part of the form that is not finished.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unfinished {
    /// The field that its link leads to.
    pub field: String,
    /// What the page calls it.
    pub label: String,
    /// What to do there.
    pub message: String,
}

/// The rows that have to be finished first, each once.
pub(super) fn unfinished(draft: &Draft, wrong: &FieldErrors) -> Vec<Unfinished> {
    let mut all: Vec<Unfinished> = Vec::new();
    for error in &wrong.0 {
        let label = label(&draft.root, &error.field);
        if all.iter().all(|known| known.label != label) {
            all.push(Unfinished { field: error.field.clone(), label, message: error.message.clone() });
        }
    }
    all
}

fn label(root: &Node, field: &str) -> String {
    if matches!(field, "channel" | "asked_days") {
        return "what is left out".into();
    }
    let place: Vec<usize> = field.split('.').filter_map(|part| part.parse().ok()).collect();
    if place.is_empty() {
        return "the conditions".into();
    }
    let row = place.iter().try_fold(root, |node, n| node.inner.get(*n));
    let what = if row.is_some_and(|row| is_group(&row.of)) { "group" } else { "condition" };
    format!("{what} {}", number(&place))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_is_named_once_as_the_page_numbers_it() {
        let group = Node { inner: vec![Node::of("member"), Node::of("area")], ..Node::of("any") };
        let root = Node { inner: vec![Node::of("member"), group, Node::of("none")], ..Node::of("all") };
        let draft = Draft { root, ..Draft::default() };
        let mut wrong = FieldErrors::default();
        for field in ["r.1.1.areas", "r.1.1.of", "r.0.yes", "r.2.of", "asked_days", "r.of"] {
            wrong.add(field, "Choose");
        }
        let labels: Vec<String> = unfinished(&draft, &wrong).into_iter().map(|u| u.label).collect();
        assert_eq!(labels, ["condition 2.2", "condition 1", "group 3", "what is left out", "the conditions"]);
    }
}
