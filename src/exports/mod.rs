//! Exports: what is taken away as a file. Asked for with a purpose and a reason, above a size approved by a second person,
//! marked on every page and row, fetched a few times within a few days, and over.
//!
//! What enters is a choice of people or figures that a page has shown (`Choice`), and what for; what leaves is a file made at
//! the moment of fetching, in the walled transaction of the session that fetches. No file is kept: ended access, a narrowed
//! area, an erasure or an objection hold from the next fetch on, and there is no store to guard. Whatever a room wants to let
//! out, it describes as an `Exportable` and names in `ALL`; there is no other way to send a file (`attachment`).

pub mod attachment;
pub mod canary;
pub mod csv;
mod electors;
mod figures;
mod file;
mod list;
pub mod mark;
pub mod pages;
mod people;
mod selection;
pub mod store;
pub mod trace;

pub use attachment::Attachment;
pub use csv::Sheet;
pub use mark::Mark;

use crate::access::Role;
use crate::canvass::ListId;
use crate::database::{Scoped, Seen};
use crate::electors::ElectorId;
use crate::electors::kept::Search;
use crate::error::Error;
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The most people that one file holds: a large constituency. More are fetched district by district.
pub const MOST_PEOPLE: usize = 120_000;
/// The most people on paper: some sixty pages, which somebody can still read and the typesetter sets in seconds.
pub const MOST_ON_PAPER: usize = 2_000;
/// The fewest letters of a reason: a short sentence.
pub const SHORTEST_REASON: usize = 20;
/// How long an export can be fetched: at least, usually, at most, in days.
pub const DAYS: (i16, i16, i16) = (1, 3, 14);
/// How often.
pub const FETCHES: i64 = 3;

/// What the register may be used for, as far as a file serves it (Representation of the People Regulations 2001, reg 106:
/// electoral purposes only).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Calling on people.
    Canvassing,
    /// Writing to people by name.
    Post,
    /// Reminding people to vote.
    PollingDay,
    /// Comparing and mending what is held.
    Checking,
    /// Deciding where to work; nobody is contacted.
    Planning,
}

impl Purpose {
    /// Each.
    pub const ALL: [Purpose; 5] =
        [Purpose::Canvassing, Purpose::Post, Purpose::PollingDay, Purpose::Checking, Purpose::Planning];

    /// The word in forms and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Purpose::Canvassing => "canvassing",
            Purpose::Post => "post",
            Purpose::PollingDay => "polling-day",
            Purpose::Checking => "checking",
            Purpose::Planning => "planning",
        }
    }

    /// The one of this word.
    pub fn parse(word: &str) -> Option<Self> {
        Purpose::ALL.into_iter().find(|p| p.as_str() == word)
    }

    /// The words on pages and in the mark.
    pub fn title(self) -> &'static str {
        match self {
            Purpose::Canvassing => "Canvassing at doors",
            Purpose::Post => "Letters and leaflets by name",
            Purpose::PollingDay => "Getting out the vote on polling day",
            Purpose::Checking => "Checking the register and our records",
            Purpose::Planning => "Planning, without contact",
        }
    }

    /// Whom it leaves out, in words.
    pub fn leaves_out_words(self) -> &'static str {
        match self {
            Purpose::Canvassing | Purpose::PollingDay => {
                "Whoever asked for no calls at the door, or stopped the processing of opinions, is left out."
            }
            Purpose::Post => {
                "Whoever asked for no post, or stopped the processing of opinions, is left out, as from letters."
            }
            Purpose::Checking => "Whoever asked us to stop something is in it, with what they stopped beside the name.",
            Purpose::Planning => "Whoever stopped the processing of opinions is left out.",
        }
    }

    /// Whether somebody who stopped these channels is left out. All processing stopped (UK GDPR Art 18): always.
    pub fn leaves_out(self, stopped: &[String]) -> bool {
        let any = |channels: &[&str]| stopped.iter().any(|s| channels.contains(&s.as_str()));
        any(&["processing"])
            || match self {
                Purpose::Canvassing | Purpose::PollingDay => any(&["door", "opinions"]),
                Purpose::Post => any(&["post", "opinions"]),
                Purpose::Planning => any(&["opinions"]),
                Purpose::Checking => false,
            }
    }

    /// Whether a grant for this purpose allows it: the usual narrow ones say no more than they name, any other means the whole
    /// of an organiser's work.
    pub fn allowed_under(self, grant: &str) -> bool {
        match grant {
            "Keeping the register" => self == Purpose::Checking,
            "Running polling day" => matches!(self, Purpose::Canvassing | Purpose::PollingDay | Purpose::Planning),
            _ => true,
        }
    }
}

/// In which form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// For spreadsheets.
    #[default]
    Csv,
    /// For paper.
    Pdf,
}

impl Format {
    /// The word in forms and in the database, and the end of the file's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Pdf => "pdf",
        }
    }

    /// The one of this word.
    pub fn parse(word: &str) -> Option<Self> {
        [Format::Csv, Format::Pdf].into_iter().find(|f| f.as_str() == word)
    }

    /// The words on pages.
    pub fn title(self) -> &'static str {
        match self {
            Format::Csv => "Spreadsheet (CSV)",
            Format::Pdf => "Paper (PDF)",
        }
    }
}

/// What was chosen, so that it can be found anew at each fetch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum Choice {
    /// What a kept search finds.
    Search {
        /// The words.
        words: String,
        /// The district chosen.
        district: Option<i32>,
        /// The intention chosen, as the form writes it.
        intention: String,
        /// When they were last asked, as the form writes it.
        asked: String,
        /// How homes stand.
        order: String,
        /// The words went, since the export is over or whom they named was erased.
        #[serde(default)]
        gone: bool,
    },
    /// Everybody of a district, or of the whole area.
    Districts {
        /// The district; None: all of the area.
        district: Option<i32>,
    },
    /// People of a walk list with what was said to them.
    List {
        /// The list.
        list: ListId,
    },
    /// Electors of a kept selection, by the rules of one version, which never change.
    Selection {
        /// The selection.
        selection: Uuid,
        /// The version.
        version: i32,
        /// A line a home, for those of it who are in the selection; otherwise one a person.
        #[serde(default)]
        homes: bool,
    },
    /// Figures by district for a kind of election.
    Figures {
        /// The kind.
        kind: String,
    },
}

impl Choice {
    /// What a search was looking for.
    pub fn of_search(search: &Search) -> Self {
        Choice::Search {
            words: search.words.clone(),
            district: search.district,
            intention: search.intention.clone(),
            asked: search.asked.as_str().to_owned(),
            order: search.order.as_str().to_owned(),
            gone: false,
        }
    }

    /// What is not kept any more, or cannot be read.
    pub fn gone() -> Self {
        let nothing = String::new;
        let (words, intention, asked, order) = (nothing(), nothing(), nothing(), nothing());
        Choice::Search { words, district: None, intention, asked, order, gone: true }
    }

    /// What it is of.
    pub fn exportable(&self) -> &'static dyn Exportable {
        match self {
            Choice::Search { .. } => &electors::FOUND,
            Choice::Districts { .. } => &electors::EVERYBODY,
            Choice::List { .. } => &list::Results,
            Choice::Selection { .. } => &selection::Chosen,
            Choice::Figures { .. } => &figures::ByDistrict,
        }
    }

    /// Whether a line of it is a home's.
    pub fn is_by_home(&self) -> bool {
        matches!(self, Choice::Selection { homes: true, .. })
    }

    /// The one district that it is about, when there is one.
    pub fn district(&self) -> Option<i32> {
        match self {
            Choice::Search { district, .. } | Choice::Districts { district } => *district,
            Choice::List { .. } | Choice::Selection { .. } | Choice::Figures { .. } => None,
        }
    }
}

/// A column that can be ticked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// The word in forms and in the database.
    pub key: &'static str,
    /// What stands above it, in plain words.
    pub head: &'static str,
    /// Ticked from the start.
    pub usual: bool,
    /// Tells of a political opinion (UK GDPR Art 9).
    pub opinion: bool,
    /// Its share of a page's width.
    pub share: u16,
}

pub(crate) const fn column(key: &'static str, head: &'static str, share: u16) -> Column {
    Column { key, head, usual: false, opinion: false, share }
}

pub(crate) const fn usual(key: &'static str, head: &'static str, share: u16) -> Column {
    Column { usual: true, ..column(key, head, share) }
}

pub(crate) const fn opinion(key: &'static str, head: &'static str, share: u16) -> Column {
    Column { opinion: true, ..column(key, head, share) }
}

/// A line of a file.
#[derive(Debug, Clone)]
pub struct Row {
    /// Whom it is about: nobody, somebody, or those of a home.
    pub ids: Vec<ElectorId>,
    /// Where they live, so that lines of one home stay together.
    pub home: String,
    /// A text for each column of the exportable.
    pub cells: Vec<String>,
}

/// What is fixed of something that a room lets out.
#[derive(Debug, Clone, Copy)]
pub struct Frame {
    /// The word in the database.
    pub what: &'static str,
    /// What it is, on pages: "Electors of a search".
    pub title: &'static str,
    /// What a line is: "person" and "people", or "district" and "districts".
    pub unit: (&'static str, &'static str),
    /// Its columns.
    pub columns: &'static [Column],
    /// Who may ask for it. Never a volunteer.
    pub roles: &'static [Role],
    /// What it may be asked for.
    pub purposes: &'static [Purpose],
    /// Whether people are in it: then its size counts, and it holds canaries.
    pub holds_people: bool,
}

impl Frame {
    /// Of people, for organisers.
    const fn of_people(
        what: &'static str,
        title: &'static str,
        columns: &'static [Column],
        purposes: &'static [Purpose],
    ) -> Self {
        let (unit, roles) = (("person", "people"), &[Role::Organiser]);
        Frame { what, title, unit, columns, roles, purposes, holds_people: true }
    }
}

/// What a room lets out as a file. Whoever adds a room implements it, names it in [`ALL`] and gets asking, approval, marks,
/// canaries, record and expiry with it.
pub trait Exportable: Sync {
    /// What is fixed of it.
    fn frame(&self) -> &Frame;
    /// Whom it holds for this purpose, in order, within these districts. Nobody is shown by it. Empty where no people are in it.
    fn find<'a>(
        &'a self,
        scope: &'a mut Scoped,
        choice: &'a Choice,
        within: &'a [i32],
        purpose: Purpose,
    ) -> BoxFuture<'a, Result<Vec<ElectorId>, Error>>;
    /// The lines of some of them, in this order; whoever has gone meanwhile has none. All lines where no people are in it. Where a line
    /// is of a home it is asked of all of them at once.
    fn rows<'a>(
        &'a self,
        scope: &'a mut Scoped,
        choice: &'a Choice,
        people: &'a [ElectorId],
    ) -> BoxFuture<'a, Result<Seen<Vec<Row>>, Error>>;
}

/// Everything that can be exported.
pub const ALL: [&dyn Exportable; 5] =
    [&electors::FOUND, &electors::EVERYBODY, &list::Results, &selection::Chosen, &figures::ByDistrict];
