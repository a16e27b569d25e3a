//! What a document is made of: sections of text, points, facts and tables. Kept as it was written.

use serde::{Deserialize, Serialize};

/// A document's text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Body {
    /// From top to bottom.
    pub sections: Vec<Section>,
}

/// One section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// Its heading.
    pub heading: String,
    /// What stands in it.
    pub parts: Vec<Part>,
}

/// One part of a section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// Running text.
    Text(String),
    /// Points, one a line.
    Points(Vec<String>),
    /// What, and how it is.
    Facts(Vec<(String, String)>),
    /// A table: heads, then rows.
    Table(Vec<String>, Vec<Vec<String>>),
}

impl Section {
    /// A section of these parts.
    pub fn of(heading: &str, parts: impl IntoIterator<Item = Part>) -> Self {
        Section { heading: heading.to_owned(), parts: parts.into_iter().collect() }
    }
}

impl Part {
    /// Running text.
    pub fn text(text: impl Into<String>) -> Self {
        Part::Text(text.into())
    }

    /// Points.
    pub fn points<T: Into<String>>(points: impl IntoIterator<Item = T>) -> Self {
        Part::Points(points.into_iter().map(Into::into).collect())
    }

    /// Facts.
    pub fn facts<W: Into<String>, H: Into<String>>(facts: impl IntoIterator<Item = (W, H)>) -> Self {
        Part::Facts(facts.into_iter().map(|(w, h)| (w.into(), h.into())).collect())
    }

    /// A table.
    pub fn table(heads: &[&str], rows: Vec<Vec<String>>) -> Self {
        Part::Table(heads.iter().map(|h| (*h).to_owned()).collect(), rows)
    }

    fn lines(&self) -> Vec<String> {
        match self {
            Part::Text(text) => vec![text.clone()],
            Part::Points(points) => points.iter().map(|p| format!("- {p}")).collect(),
            Part::Facts(facts) => facts.iter().map(|(w, h)| format!("{w}: {h}")).collect(),
            Part::Table(heads, rows) => rows
                .iter()
                .map(|row| heads.iter().zip(row).map(|(h, c)| format!("{h}: {c}")).collect::<Vec<_>>().join("; "))
                .collect(),
        }
    }
}

impl Body {
    /// The whole as lines of text: for the command line, and to say what changed.
    pub fn lines(&self) -> Vec<String> {
        let section = |s: &Section| {
            let mut lines = vec![String::new(), s.heading.to_uppercase()];
            lines.extend(s.parts.iter().flat_map(Part::lines));
            lines
        };
        self.sections.iter().flat_map(section).collect()
    }
}

/// What stands in `now` and did not in `before`, and the other way round, each in its order.
pub fn compare(before: &Body, now: &Body) -> (Vec<String>, Vec<String>) {
    let (old, new) = (before.lines(), now.lines());
    let only = |here: &[String], there: &[String]| {
        here.iter().filter(|line| !line.is_empty() && !there.contains(line)).cloned().collect::<Vec<_>>()
    };
    (only(&new, &old), only(&old, &new))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_and_what_went_is_told_apart() {
        let body = |contact: &str| Body {
            sections: vec![Section::of(
                "Who",
                [Part::facts([("Controller", "The Lantern Party"), ("Contact", contact)])],
            )],
        };
        let (came, went) = compare(&body("old@lantern.example"), &body("new@lantern.example"));
        assert_eq!(
            (came, went),
            (vec!["Contact: new@lantern.example".into()], vec!["Contact: old@lantern.example".into()])
        );
        assert_eq!(compare(&body("a"), &body("a")), (vec![], vec![]));
    }
}
