//! Watching: rules look through the access log for what no honest work looks like and raise alerts; canaries are invented
//! electors whom nobody has a reason to open.
//!
//! The rules stand in `rules`, as data; `wall.watch` (migrations/0019_watching.sql) counts for them; the `watcher` asks
//! them every few seconds about what is new in the log. An alert says how much of what, by whom, from when to when, and never
//! whom: who was seen stands in the log. It falls to the data protection officers whom it is not about, or to administrators
//! where there is none. Nobody sees or weighs what is about themselves.

pub mod canaries;
pub mod pages;
pub mod rules;
pub mod store;
pub mod watcher;

pub use rules::{RULES, Rule};
pub use store::{among as invented_among, in_districts as invented_in};
pub use watcher::Watcher;

use crate::access::Role;
use crate::web::words;
use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

/// How grave an alert is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, sqlx::Type)]
#[serde(rename_all = "kebab-case")]
#[sqlx(type_name = "text", rename_all = "kebab-case")]
pub enum Severity {
    /// Look now: somebody is told at once.
    High,
    /// Look today.
    Medium,
    /// Look when there is time.
    Low,
}

impl Severity {
    /// Every severity, the gravest first.
    pub const ALL: [Severity; 3] = [Severity::High, Severity::Medium, Severity::Low];

    /// The word in addresses and the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::High => "high",
            Severity::Medium => "medium",
            Severity::Low => "low",
        }
    }

    /// The word on pages.
    pub fn title(self) -> &'static str {
        match self {
            Severity::High => "Look now",
            Severity::Medium => "Look today",
            Severity::Low => "When there is time",
        }
    }

    /// The look of its tag and notice.
    pub fn kind(self) -> &'static str {
        match self {
            Severity::High => "bad",
            Severity::Medium => "warn",
            Severity::Low => "",
        }
    }

    /// Its drawing: the shapes differ, too.
    pub fn icon(self) -> &'static str {
        match self {
            Severity::High => "bad",
            Severity::Medium => "warn",
            Severity::Low => "info",
        }
    }

    /// The severity of this word.
    pub fn parse(word: &str) -> Option<Self> {
        Severity::ALL.into_iter().find(|s| s.as_str() == word)
    }
}

/// What has become of an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, sqlx::Type)]
#[serde(rename_all = "kebab-case")]
#[sqlx(type_name = "text", rename_all = "kebab-case")]
pub enum State {
    /// Nobody has opened it.
    New,
    /// Somebody has, and not decided.
    Seen,
    /// There is a good reason, on record.
    Explained,
    /// Access was ended.
    Ended,
    /// A breach record came of it.
    Breach,
}

impl State {
    /// Whether somebody still has to decide.
    pub fn is_open(self) -> bool {
        matches!(self, State::New | State::Seen)
    }

    /// The word on pages.
    pub fn title(self) -> &'static str {
        match self {
            State::New => "New",
            State::Seen => "Seen, not decided",
            State::Explained => "Explained",
            State::Ended => "Access ended",
            State::Breach => "Breach on record",
        }
    }
}

/// What a rule found.
#[derive(Debug, Clone, Serialize)]
pub struct Alert {
    /// Its number.
    pub id: i64,
    /// The rule's name.
    pub rule: String,
    /// How grave.
    pub severity: Severity,
    /// Whose looks.
    pub accounts: Vec<Uuid>,
    /// The role they were made in; empty of several accounts.
    pub role: String,
    /// The canary that was shown.
    pub canary: Option<i64>,
    /// The polling district's letters, where it is about one.
    pub district: Option<String>,
    /// How many.
    pub figure: i32,
    /// More than this was too many.
    pub threshold: i32,
    /// The rule's window in minutes.
    pub minutes: i32,
    /// The first look counted.
    pub first: DateTime<Utc>,
    /// The last one.
    pub last: DateTime<Utc>,
    /// When it was raised.
    pub raised: DateTime<Utc>,
    /// What has become of it.
    pub state: State,
    /// The number of the breach record.
    pub breach: Option<i64>,
}

impl Alert {
    fn rule(&self) -> Option<&'static Rule> {
        Rule::named(&self.rule)
    }

    /// What it is called.
    pub fn title(&self) -> &str {
        self.rule().map_or(&self.rule, |rule| rule.title)
    }

    /// Who, as far as a heading says it: "a volunteer", "5 accounts".
    pub fn who(&self) -> String {
        match (self.accounts.len(), Role::parse(&self.role)) {
            (1, Some(role)) => role.with_article(),
            (1, None) => "one account".into(),
            (n, _) => words::count(n, "account", "accounts"),
        }
    }

    /// What happened, in a sentence with its figures.
    pub fn happened(&self) -> String {
        let Some(rule) = self.rule() else { return format!("{} of {}", self.figure, self.rule) };
        let (one, many) = rule.unit;
        let figure = words::count(i64::from(self.figure), one, many);
        let district = self.district.as_ref().map(|d| format!(" in polling district {d}")).unwrap_or_default();
        format!("{figure}{district}, {}", self.span())
    }

    /// From when to when.
    pub fn span(&self) -> String {
        let (from, until) = (self.first, self.last);
        if words::moment(from) == words::moment(until) {
            format!("on {}", words::moment(from))
        } else if words::day_of(from) == words::day_of(until) {
            format!("from {} to {}", words::moment(from), words::clock_time(until))
        } else {
            format!("from {} to {}", words::moment(from), words::moment(until))
        }
    }

    /// What the rule allows: "More than 60 within 10 minutes raises an alert".
    pub fn limit(&self) -> String {
        let at_all = self.rule().is_some_and(|rule| rule.at_least);
        let within = rules::window(self.minutes);
        let threshold = words::figure(i64::from(self.threshold));
        if at_all {
            format!("{threshold} or more within {within} raises an alert")
        } else {
            format!("More than {threshold} within {within} raises an alert")
        }
    }
}

/// One line of an alert's history.
#[derive(Debug, Clone)]
pub struct Event {
    /// When.
    pub at: DateTime<Utc>,
    /// What was done.
    pub what: String,
    /// In whose words.
    pub note: String,
    /// By whom.
    pub by: String,
}

impl Event {
    /// What was done, as a heading.
    pub fn words(&self) -> &'static str {
        match self.what.as_str() {
            "raised" => "Raised",
            "seen" => "Opened for the first time",
            "asked" => "Administrators were asked to end access",
            "explained" => "Explained",
            "ended" => "Closed: access has ended",
            "breach" => "Led to a breach record",
            _ => "Note",
        }
    }
}

/// Somebody whose looks an alert is about.
#[derive(Debug, Clone)]
pub struct Concerned {
    /// The account.
    pub account: Uuid,
    /// Its name.
    pub name: String,
    /// Whether any of its access lives.
    pub live: bool,
}

/// How far the watcher is.
#[derive(Debug, Clone, Copy, Default)]
pub struct Status {
    /// When it was last done.
    pub round: Option<DateTime<Utc>>,
    /// Since when the oldest row waits for it.
    pub waits: Option<DateTime<Utc>>,
}

/// From how many seconds on the watcher's lag is an alarm.
pub const ALARM: i64 = 120;

impl Status {
    /// Seconds that the oldest row waits.
    pub fn lag(&self) -> i64 {
        self.waits.map_or(0, |at| (Utc::now() - at).num_seconds().max(0))
    }

    /// What must be looked after, if anything.
    pub fn alarm(&self) -> Option<String> {
        let silent = self.round.map(|at| (Utc::now() - at).num_seconds());
        match silent {
            None => Some("Nobody has watched yet: the server begins a few seconds after it starts".into()),
            Some(seconds) if seconds > ALARM => {
                Some(format!("Nobody has watched for {}", words::count(seconds / 60, "minute", "minutes")))
            }
            _ if self.lag() > ALARM => Some(format!(
                "What was seen waits for {} to be watched",
                words::count(self.lag() / 60, "minute", "minutes")
            )),
            _ => None,
        }
    }
}
