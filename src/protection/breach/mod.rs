//! Personal data breaches (UK GDPR Art 33 and 34): what happened, the 72 hours from becoming aware, the risk, the decision,
//! who is affected as the access log has it, letters to them, and a history that nobody changes.

pub mod forms;
pub mod letters;
pub mod pages;
pub mod people;
pub mod store;

use crate::web::words;
use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use uuid::Uuid;

/// How long the controller has to tell the Commissioner (Art 33(1)).
pub const CLOCK: TimeDelta = TimeDelta::hours(72);

/// What was harmed, with its words.
pub const KINDS: [(&str, &str); 3] = [
    ("confidentiality", "Somebody saw or got what they should not have"),
    ("integrity", "Data was changed or is wrong"),
    ("availability", "Data was lost or could not be reached"),
];

/// How likely harm is, from 1.
pub const LIKELIHOOD: [&str; 4] = ["Unlikely", "Possible", "Likely", "Certain, or there already"];

/// How grave it would be for a person, from 1.
pub const SEVERITY: [&str; 4] =
    ["A nuisance", "Trouble that passes", "Serious: fear, loss, being singled out", "Grave or for good"];

/// What is decided of the risk to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decision {
    /// Unlikely to result in a risk: kept here, not reported.
    NoRisk,
    /// A risk: the Commissioner is told.
    Risk,
    /// A high risk: the people are told, too.
    HighRisk,
}

impl Decision {
    /// Every decision, as the form shows them.
    pub const ALL: [Decision; 3] = [Decision::NoRisk, Decision::Risk, Decision::HighRisk];

    /// The word in the database and the form.
    pub fn as_str(self) -> &'static str {
        match self {
            Decision::NoRisk => "no-risk",
            Decision::Risk => "risk",
            Decision::HighRisk => "high-risk",
        }
    }

    /// The words on pages, with what follows.
    pub fn title(self) -> &'static str {
        match self {
            Decision::NoRisk => "No risk to people is likely: keep it here, do not report",
            Decision::Risk => "A risk to people: report it to the Commissioner",
            Decision::HighRisk => "A high risk: report it, and tell the people",
        }
    }

    /// The decision of this word.
    pub fn parse(word: &str) -> Option<Self> {
        Decision::ALL.into_iter().find(|d| d.as_str() == word)
    }

    /// What likelihood times severity speaks for: a beginning for whoever decides, not the decision.
    pub fn suggested(likelihood: i16, severity: i16) -> Self {
        match likelihood * severity {
            ..=2 => Decision::NoRisk,
            3..=8 => Decision::Risk,
            _ => Decision::HighRisk,
        }
    }
}

/// A breach as it stands.
#[derive(Debug, Clone, Serialize)]
pub struct Breach {
    /// Its number.
    pub id: i64,
    /// What it is called.
    pub title: String,
    /// What happened.
    pub happened: String,
    /// When it happened, as far as known.
    pub happened_at: Option<DateTime<Utc>>,
    /// When the controller became aware.
    pub aware_at: DateTime<Utc>,
    /// Who found it.
    pub found_by: String,
    /// Words of [`KINDS`].
    pub kinds: Vec<String>,
    /// Which categories of data.
    pub data_kinds: String,
    /// How many people, where the log cannot tell.
    pub people_estimate: Option<i32>,
    /// Likely consequences.
    pub consequences: String,
    /// What was done, and is going to be.
    pub measures: String,
    /// From 1, of [`LIKELIHOOD`].
    pub likelihood: Option<i16>,
    /// From 1, of [`SEVERITY`].
    pub severity: Option<i16>,
    /// What was decided.
    pub decision: Option<Decision>,
    /// Why.
    pub decision_reason: Option<String>,
    /// When the Commissioner was told.
    pub reported_at: Option<DateTime<Utc>>,
    /// Under which reference.
    pub report_reference: Option<String>,
    /// Why it took longer than 72 hours.
    pub late_reason: Option<String>,
    /// When the record was opened.
    pub opened_at: DateTime<Utc>,
    /// When it was closed.
    pub closed_at: Option<DateTime<Utc>>,
    /// What was learnt.
    pub lessons: Option<String>,
}

impl Breach {
    /// When the 72 hours end.
    pub fn due(&self) -> DateTime<Utc> {
        self.aware_at + CLOCK
    }

    /// Whether the clock still counts: nothing was reported, and nobody decided that nothing must be.
    pub fn clock_runs(&self) -> bool {
        self.reported_at.is_none() && self.decision != Some(Decision::NoRisk) && self.closed_at.is_none()
    }

    /// Whether the 72 hours are over while the clock runs.
    pub fn is_overdue(&self) -> bool {
        self.clock_runs() && Utc::now() > self.due()
    }

    /// Whether it was reported after the 72 hours.
    pub fn was_late(&self) -> bool {
        self.reported_at.is_some_and(|at| at > self.due())
    }

    /// "31 hours left", "5 hours over", "reported after 20 hours", "not to be reported".
    pub fn clock(&self) -> String {
        let hours = |d: TimeDelta| words::count(d.num_hours(), "hour", "hours");
        match (self.reported_at, self.decision) {
            (Some(at), _) => format!("Reported after {}", hours(at - self.aware_at)),
            (None, Some(Decision::NoRisk)) => "Not to be reported".into(),
            _ if self.closed_at.is_some() => "Closed".into(),
            _ if self.is_overdue() => format!("{} over", hours(Utc::now() - self.due())),
            _ => format!("{} left", hours(self.due() - Utc::now())),
        }
    }

    /// The next thing to do, in words; nothing once it is closed.
    pub fn next(&self) -> &'static str {
        match (self.closed_at, self.decision, self.reported_at) {
            (Some(_), ..) => "",
            (None, None, _) => "Assess the risk and decide",
            (None, Some(Decision::NoRisk), _) | (None, Some(Decision::Risk), Some(_)) => {
                "Close it with what was learnt"
            }
            (None, Some(_), None) => "Report it to the Commissioner",
            (None, Some(Decision::HighRisk), Some(_)) => "Tell the people, then close it",
        }
    }
}

/// An account involved, and when.
#[derive(Debug, Clone)]
pub struct Involved {
    /// The account.
    pub account: Uuid,
    /// Its name.
    pub name: String,
    /// Its address.
    pub email: String,
    /// From when.
    pub from: DateTime<Utc>,
    /// Until when.
    pub until: DateTime<Utc>,
    /// How many people it saw meanwhile.
    pub people: i64,
}

/// A line of the history.
#[derive(Debug, Clone)]
pub struct Event {
    /// When.
    pub at: DateTime<Utc>,
    /// By whom.
    pub by: String,
    /// What was done.
    pub what: String,
    /// A note, an account's name, or how many letters.
    pub note: String,
    /// Fields that were changed: word, before, after.
    pub changes: Vec<(&'static str, String, String)>,
}

impl Event {
    /// What was done, in words.
    pub fn words(&self) -> String {
        match self.what.as_str() {
            "opened" => "Record opened".into(),
            "closed" => "Closed".into(),
            "account-added" => format!("Account involved: {}", self.note),
            "account-removed" => format!("Account no longer involved: {}", self.note),
            "letters" => match self.note.parse::<i64>() {
                Ok(n) => words::count(n, "letter made", "letters made"),
                Err(_) => "Letters made".into(),
            },
            "note" => "Note".into(),
            _ => "Changed".into(),
        }
    }
}

/// The words of a column, for the history.
pub(super) fn field_words(column: &str) -> Option<&'static str> {
    Some(match column {
        "title" => "Title",
        "happened" => "What happened",
        "happened_at" => "When it happened",
        "aware_at" => "Became aware",
        "found_by" => "Found by",
        "kinds" => "Kind",
        "data_kinds" => "Categories of data",
        "people_estimate" => "People, estimated",
        "consequences" => "Likely consequences",
        "measures" => "Measures",
        "likelihood" => "Likelihood",
        "severity" => "Severity",
        "decision" => "Decision",
        "decision_reason" => "Reason of the decision",
        "reported_at" => "Reported",
        "report_reference" => "Reference",
        "late_reason" => "Reason for the delay",
        "lessons" => "Lessons",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn likelihood_and_severity_speak_for_a_decision() {
        for (likelihood, severity, decision) in
            [(1, 1, Decision::NoRisk), (1, 4, Decision::Risk), (2, 2, Decision::Risk), (3, 3, Decision::HighRisk)]
        {
            assert_eq!(Decision::suggested(likelihood, severity), decision);
        }
    }
}
