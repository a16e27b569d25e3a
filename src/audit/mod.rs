//! The access log: who saw whom, and who was refused.
//!
//! What enters is written by `Scoped::finish` and the guard; here it is read. An
//! administrator gets figures and record numbers, the data protection officer also names, on record like any look.

pub mod pages;
pub mod paper;
pub mod seal;
pub mod store;

use crate::electors::ElectorId;
use crate::protection::Subject;
use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

/// Whom a look was at, by number: what an administrator may know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Record {
    /// An elector.
    Elector(ElectorId),
    /// A member, a volunteer, whoever signed up.
    Person(Uuid),
}

impl Record {
    /// From what a row holds of either.
    pub fn of(partition: Option<i32>, elector: Option<i64>, person: Option<Uuid>) -> Option<Self> {
        let elector = partition.zip(elector).map(|(partition, id)| Record::Elector(ElectorId { partition, id }));
        elector.or(person.map(Record::Person))
    }

    /// The data protection officer's page of who saw them.
    pub fn page(&self) -> String {
        match self {
            Record::Elector(id) => format!("/protection/electors/{id}"),
            Record::Person(id) => format!("/protection/people/{id}"),
        }
    }
}

impl std::fmt::Display for Record {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Record::Elector(id) => id.fmt(f),
            Record::Person(id) => Subject::Person(*id).fmt(f),
        }
    }
}

/// What one account did with people's data, as figures.
#[derive(Debug, Clone, Default)]
pub struct Figures {
    /// People seen, each once, lists resolved to the people on them.
    pub people: i64,
    /// Pages and answers that showed people.
    pub looks: i64,
    /// Searches.
    pub searches: i64,
    /// Pages made for paper.
    pub prints: i64,
    /// People on those, each once a print.
    pub printed: i64,
    /// Files taken away.
    pub exports: i64,
    /// The first look.
    pub first: Option<DateTime<Utc>>,
    /// The last answer that was given.
    pub last: Option<DateTime<Utc>>,
}

/// One person as an account saw them, by record number.
#[derive(Debug, Clone)]
pub struct PersonSeen {
    /// The person.
    pub record: Record,
    /// When first.
    pub first: DateTime<Utc>,
    /// When last.
    pub last: DateTime<Utc>,
    /// In how many answers.
    pub times: i64,
    /// The gravest way: taken away in a file, printed, found, opened.
    pub how: &'static str,
}

/// People seen on one day.
#[derive(Debug, Clone, Copy)]
pub struct Day {
    /// The day in the United Kingdom.
    pub day: NaiveDate,
    /// How many people, each once.
    pub people: i64,
}

/// An attempt that was refused.
#[derive(Debug, Clone)]
pub struct Refusal {
    /// When.
    pub at: DateTime<Utc>,
    /// The route's pattern, never what was asked for there.
    pub route: String,
    /// The answer.
    pub status: i16,
}

impl Refusal {
    /// "GET /electors/{id}: 404", for programs.
    pub fn what(&self) -> String {
        format!("{}: {}", self.route, self.status)
    }

    /// What was tried, in words: "Opening /electors/{id}: refused, signed out".
    pub fn words(&self) -> String {
        let answer = match self.status {
            401 => "refused, signed out",
            403 => "refused, not part of the role",
            404 => "refused, nothing there for this account",
            503 => "refused, closed",
            _ => "refused",
        };
        match self.route.split_once(' ') {
            Some(("POST", "/sign-in" | "/api/v1/sessions")) => "Signing in: refused, no access".to_owned(),
            Some(("GET", path)) => format!("Opening {path}: {answer}"),
            Some((_, path)) => format!("Sending to {path}: {answer}"),
            None => answer.to_owned(),
        }
    }
}

/// How a look is called on pages.
pub fn what(what: &str, by_list: bool) -> &'static str {
    match what {
        "search" => "Found in a search",
        "print" if by_list => "On a printed list",
        "print" => "Printed",
        "export" => "In a file taken away",
        _ if by_list => "On a list opened",
        _ => "On a page sent",
    }
}
