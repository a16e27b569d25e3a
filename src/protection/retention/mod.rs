//! How long each kind of data is kept, and its destruction: a dry run, a run in batches that can be stopped, a certificate.
//!
//! What enters is time; what leaves is data that is past its period, by functions of the wall that alone say which rows those
//! are. Every table belongs to a kind or is named in [`KEPT`] with the reason: a test walks the database and fails for one
//! that does neither, so that no later room forgets how long it keeps what.

pub mod job;
mod kinds;
pub mod pages;
pub mod store;

pub use kinds::{By, KEPT, KINDS, Kind, of_key};

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// How one kind of data stands: its period, how much there is and how much of it is past that.
#[derive(Debug, Clone)]
pub struct Standing {
    /// Which kind.
    pub kind: &'static Kind,
    /// How many days it is kept.
    pub days: i32,
    /// How many there are.
    pub held: i64,
    /// How many of them are past the period.
    pub due: i64,
}

impl Standing {
    /// What a run would leave.
    pub fn left(&self) -> i64 {
        (self.held - self.due).max(0)
    }
}

/// A run of destruction, or its certificate.
#[derive(Debug, Clone)]
pub struct Run {
    /// Its id.
    pub id: Uuid,
    /// When it began.
    pub begun_at: DateTime<Utc>,
    /// Who ran it.
    pub by: String,
    /// Why.
    pub reason: String,
    /// `running`, `done`, `stopped` or `broken-off`.
    pub state: String,
    /// Whether somebody asked it to stop.
    pub stop_asked: bool,
    /// When it was over.
    pub ended_at: Option<DateTime<Utc>>,
    /// The certificate's number, when anything was destroyed.
    pub certificate: Option<i32>,
    /// What it was to destroy and did, kind by kind.
    pub lines: Vec<Line>,
}

/// One kind of a run.
#[derive(Debug, Clone)]
pub struct Line {
    /// Which kind.
    pub kind: &'static Kind,
    /// The period that counted.
    pub days: i32,
    /// How many there were.
    pub held: i64,
    /// How many were past their period when it began.
    pub due: i64,
    /// How many were destroyed.
    pub destroyed: i64,
}

impl Run {
    /// Everything destroyed so far.
    pub fn destroyed(&self) -> i64 {
        self.lines.iter().map(|l| l.destroyed).sum()
    }

    /// Everything that was past its period.
    pub fn due(&self) -> i64 {
        self.lines.iter().map(|l| l.due).sum()
    }

    /// Whether it goes on.
    pub fn is_running(&self) -> bool {
        self.state == "running"
    }

    /// How it ended, in words.
    pub fn state_words(&self) -> &'static str {
        match self.state.as_str() {
            "running" => "Going on",
            "done" => "Done",
            "stopped" => "Stopped",
            _ => "Broken off",
        }
    }
}

/// Whether a person destroys it, who sees the counts first.
pub fn by_person(kind: &Kind) -> bool {
    kind.by == By::Person
}

/// "5 years", "90 days", "at once": a period as people say it.
pub fn period(days: impl std::borrow::Borrow<i32>) -> String {
    let days = *days.borrow();
    let years = days / 365;
    match days {
        0 => "at once".into(),
        1 => "1 day".into(),
        // Periods of whole years count their leap days.
        _ if years > 0 && (days - years * 365).abs() <= years / 3 + 1 => {
            if years == 1 {
                "1 year".into()
            } else {
                format!("{years} years")
            }
        }
        _ => format!("{days} days"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_said_as_people_say_them() {
        for (days, words) in
            [(0, "at once"), (1, "1 day"), (28, "28 days"), (365, "1 year"), (731, "2 years"), (1826, "5 years")]
        {
            assert_eq!(period(days), words);
        }
        assert_eq!(
            (period(400).as_str(), period(2192).as_str(), period(730).as_str()),
            ("400 days", "6 years", "2 years")
        );
    }
}
