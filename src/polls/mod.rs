//! Elections: a name, a date, a kind, an area, and the deadlines that the law sets by the date.

pub mod deadlines;
pub mod pages;
pub mod store;

pub use store::{next, to_come};

use chrono::NaiveDate;

/// An election.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Poll {
    /// Its id.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Polling day.
    pub date: NaiveDate,
    /// Its kind, as `local`.
    pub kind: String,
    /// The kind in words.
    #[serde(skip)]
    pub kind_name: String,
    /// What to type for its area.
    pub area: String,
    /// The area's name.
    #[serde(skip)]
    pub area_name: String,
}

/// An election to come, as other rooms need it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coming {
    /// Its id.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Polling day.
    pub date: NaiveDate,
    /// What intentions asked for it are kept under: `national`, `devolved` or `local`.
    pub intention_kind: String,
}

/// A kind of election.
#[derive(Debug, Clone)]
pub struct PollKind {
    /// The word in forms and the database.
    pub kind: String,
    /// The words on pages.
    pub name: String,
}
