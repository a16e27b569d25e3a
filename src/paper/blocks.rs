//! What a document is made of.

use super::text::clean;
use crate::web::words;
use chrono::{DateTime, Utc};
use typst::foundations::{Array, Dict, IntoValue, Value};

/// What stands at the foot of each page, and says whose hands this paper came from.
#[derive(Debug, Clone)]
pub struct Stamp {
    /// Who had it made: a role or a name, as the reader may know it.
    pub who: String,
    /// When.
    pub when: DateTime<Utc>,
    /// What for.
    pub why: String,
}

impl Stamp {
    /// Made by `who` for `why`, now.
    pub fn now(who: impl Into<String>, why: impl Into<String>) -> Self {
        Stamp { who: who.into(), when: Utc::now(), why: why.into() }
    }

    fn line(&self) -> String {
        format!(
            "{} · {} at {} · {}",
            self.who,
            words::date(words::day_of(self.when)),
            words::clock_time(self.when),
            self.why
        )
    }
}

/// How a document begins.
#[derive(Debug, Clone)]
pub enum Head {
    /// A title under the rule, and one line that says what this is.
    Report {
        /// In serif, under the rule.
        title: String,
        /// What is here and how much; empty for none.
        lead: String,
    },
    /// A letter: the sender under the rule, the address where an envelope's window is, the date, the subject.
    Letter {
        /// The sender's name, then contact lines.
        from: Vec<String>,
        /// The recipient's name and address, a line each.
        to: Vec<String>,
        /// The date as it is to be read.
        date: String,
        /// What it is about.
        subject: String,
    },
}

/// One column of a table.
#[derive(Debug, Clone)]
pub struct Column {
    /// What stands above it, on each page again.
    pub head: String,
    /// Its share of the width, beside the others' shares.
    pub share: u16,
}

impl From<&str> for Column {
    fn from(head: &str) -> Self {
        Column { head: head.to_owned(), share: 1 }
    }
}

impl From<(&str, u16)> for Column {
    fn from((head, share): (&str, u16)) -> Self {
        Column { head: head.to_owned(), share: share.max(1) }
    }
}

/// A table that goes on over as many pages as it needs. Rows shorter than the columns are filled, longer ones cut.
#[derive(Debug, Clone)]
pub struct Table {
    /// What the table shows, above it; empty where a heading says so.
    pub caption: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows, a text a column.
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with columns named by their heads, or by head and share of the width.
    pub fn new<C: Into<Column>>(
        caption: impl Into<String>,
        columns: impl IntoIterator<Item = C>,
        rows: Vec<Vec<String>>,
    ) -> Self {
        Table { caption: caption.into(), columns: columns.into_iter().map(Into::into).collect(), rows }
    }
}

/// One part of a document, from top to bottom.
#[derive(Debug, Clone)]
pub enum Block {
    /// A section's heading.
    Heading(String),
    /// A heading within a section.
    Subheading(String),
    /// Running text; line breaks are kept.
    Paragraph(String),
    /// What must not be overlooked, in a frame.
    Notice(String),
    /// Points, one a line.
    Points(Vec<String>),
    /// Facts: what, and how it is.
    Facts(Vec<(String, String)>),
    /// A table.
    Table(Table),
    /// What follows begins on a new page.
    NewPage,
}

/// A document to be typeset.
#[derive(Debug, Clone)]
pub struct Document {
    /// How it begins.
    pub head: Head,
    /// What stands at the foot of each page.
    pub stamp: Stamp,
    /// What is in it.
    pub blocks: Vec<Block>,
    /// What stands faintly across every page, so that a picture of part of one still says whose it is; empty: nothing.
    pub across: String,
}

impl Document {
    /// A report with a title, without a lead.
    pub fn report(title: impl Into<String>, stamp: Stamp) -> Self {
        Document {
            head: Head::Report { title: title.into(), lead: String::new() },
            stamp,
            blocks: Vec::new(),
            across: String::new(),
        }
    }

    /// A letter to somebody.
    pub fn letter(from: Vec<String>, to: Vec<String>, date: String, subject: String, stamp: Stamp) -> Self {
        Document { head: Head::Letter { from, to, date, subject }, stamp, blocks: Vec::new(), across: String::new() }
    }

    /// With this line below a report's title.
    #[must_use]
    pub fn lead(mut self, text: impl Into<String>) -> Self {
        if let Head::Report { lead, .. } = &mut self.head {
            *lead = text.into();
        }
        self
    }

    /// With this faintly across every page.
    #[must_use]
    pub fn across(self, text: impl Into<String>) -> Self {
        Document { across: text.into(), ..self }
    }

    /// And then this block.
    #[must_use]
    pub fn then(mut self, block: Block) -> Self {
        self.blocks.push(block);
        self
    }

    /// And then a section's heading.
    #[must_use]
    pub fn heading(self, text: impl Into<String>) -> Self {
        self.then(Block::Heading(text.into()))
    }

    /// And then running text.
    #[must_use]
    pub fn paragraph(self, text: impl Into<String>) -> Self {
        self.then(Block::Paragraph(text.into()))
    }

    /// And then facts.
    #[must_use]
    pub fn facts<W: Into<String>, H: Into<String>>(self, facts: impl IntoIterator<Item = (W, H)>) -> Self {
        self.then(Block::Facts(facts.into_iter().map(|(w, h)| (w.into(), h.into())).collect()))
    }

    /// And then a table.
    #[must_use]
    pub fn table(self, table: Table) -> Self {
        self.then(Block::Table(table))
    }

    /// The values that the typesetter reads, cleaned of what is no text.
    pub(super) fn inputs(&self) -> Dict {
        let mut inputs = self.head.inputs();
        set(&mut inputs, "stamp", text(&self.stamp.line()));
        set(&mut inputs, "across", text(&self.across));
        let blocks: Array = self.blocks.iter().map(Block::value).collect();
        set(&mut inputs, "blocks", blocks);
        inputs
    }
}

impl Head {
    fn inputs(&self) -> Dict {
        match self {
            Head::Report { title, lead } => {
                dict([("kind", text("report")), ("title", text(title)), ("lead", text(lead))])
            }
            Head::Letter { from, to, date, subject } => dict([
                ("kind", text("letter")),
                ("title", text(subject)),
                ("from", texts(from)),
                ("to", texts(to)),
                ("date", text(date)),
            ]),
        }
    }
}

impl Block {
    fn value(&self) -> Value {
        let (kind, body) = match self {
            Block::Heading(t) => ("heading", text(t)),
            Block::Subheading(t) => ("subheading", text(t)),
            Block::Paragraph(t) => ("paragraph", text(t)),
            Block::Notice(t) => ("notice", text(t)),
            Block::Points(points) => ("points", texts(points)),
            Block::Facts(facts) => ("facts", array(facts.iter().map(|(w, h)| array([text(w), text(h)])))),
            Block::Table(table) => return table.value(),
            Block::NewPage => ("new-page", Value::None),
        };
        dict([("kind", text(kind)), ("body", body)]).into_value()
    }
}

impl Table {
    fn value(&self) -> Value {
        let wide = self.columns.len();
        let row = |cells: &Vec<String>| {
            array(cells.iter().map(String::as_str).chain(std::iter::repeat("")).take(wide).map(text))
        };
        dict([
            ("kind", text("table")),
            ("caption", text(&self.caption)),
            ("shares", array(self.columns.iter().map(|c| i64::from(c.share).into_value()))),
            ("heads", array(self.columns.iter().map(|c| text(&c.head)))),
            ("rows", array(self.rows.iter().map(row))),
        ])
        .into_value()
    }
}

fn set(dict: &mut Dict, key: &str, value: impl IntoValue) {
    dict.insert(key.into(), value.into_value());
}

fn dict<const N: usize>(pairs: [(&str, Value); N]) -> Dict {
    pairs.into_iter().map(|(key, value)| (key.into(), value)).collect()
}

fn array(values: impl IntoIterator<Item = Value>) -> Value {
    values.into_iter().collect::<Array>().into_value()
}

fn text(text: &str) -> Value {
    clean(text).into_value()
}

fn texts(all: &[String]) -> Value {
    array(all.iter().map(|t| text(t)))
}
