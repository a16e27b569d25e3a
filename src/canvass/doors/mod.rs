//! The doorstep: my lists, the street plan, one door after the other.
//!
//! What enters is an open list, which the wall has found to be assigned now; what leaves is its doors in walking order
//! with how each stands, and the answers given there, which go to `results`.

pub mod api;
mod form;
pub mod pages;
pub mod plan;
pub mod record;
pub mod store;

use crate::canvass::ListId;
use crate::canvass::codes::{Code, Issue};
use crate::canvass::results::{DoorResult, Outcome};
use crate::electors::{ElectorId, HouseholdId};
use crate::web::words;
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// A list assigned now, as the page of one's lists shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MyList {
    /// The list.
    pub id: ListId,
    /// Its name.
    pub name: String,
    /// When the assignment ends.
    pub ends: DateTime<Utc>,
    /// Its doors.
    pub doors: i64,
    /// Those that are done.
    pub done: i64,
}

impl MyList {
    /// When it ends, in words.
    pub fn until(&self) -> String {
        words::until(self.ends)
    }
}

/// The list that is open on a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenList {
    /// The list.
    pub id: ListId,
    /// Its name.
    pub name: String,
    /// The version walked now.
    pub version: i32,
    /// What intentions are kept under.
    pub kind: String,
    /// Whether the last answer of each person is shown.
    pub show_last: bool,
    /// The poll asked about.
    pub poll: Option<String>,
    /// When the assignment ends.
    pub ends: DateTime<Utc>,
}

/// How a door stands on this list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Nobody has been there.
    ToDo,
    /// Somebody talked: with how many people; 0 when it was said of the home.
    Spoke(i64),
    /// Something else came of it.
    Other(Outcome),
    /// Everybody there wants no calls.
    Leave,
}

/// A door of the open list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Door {
    /// The home.
    pub household: HouseholdId,
    /// Its street.
    pub street: String,
    /// A building's or house's name.
    pub building: String,
    /// The house number.
    pub number: Option<i32>,
    /// What follows it: `A`.
    pub suffix: String,
    /// The flat within the building.
    pub flat: String,
    /// The address by lines, without the postcode.
    pub lines: Vec<String>,
    /// The postcode.
    pub postcode: Option<String>,
    /// How many people there may be called on.
    pub people: i64,
    /// How it stands.
    pub state: State,
    /// Whether it counts as done, as the database says (`home_on_list`).
    pub done: bool,
    /// When this account recorded something here last.
    pub recorded: Option<DateTime<Utc>>,
}

impl Door {
    /// What stands on the door: 16A, Flat 4, Rosewell Cottage.
    pub fn label(&self) -> String {
        match (self.flat_label(), self.number) {
            (Some(flat), Some(number)) if self.building.is_empty() => format!("{flat}, {number}{}", self.suffix),
            (Some(flat), _) => flat,
            (None, Some(number)) => format!("{number}{}", self.suffix),
            (None, None) if !self.building.is_empty() => self.building.clone(),
            (None, None) => self.lines.first().cloned().unwrap_or_default(),
        }
    }

    /// Flat 4, Basement flat; None for a home that is no flat.
    pub fn flat_label(&self) -> Option<String> {
        let numbered = self.flat.starts_with(|c: char| c.is_ascii_digit());
        match self.flat.as_str() {
            "" => None,
            flat if numbered => Some(format!("Flat {flat}")),
            flat => Some(flat.to_owned()),
        }
    }

    /// Where to go, as a button says it: number 14, Flat 4, Rosewell Cottage.
    pub fn spoken(&self) -> String {
        if self.flat.is_empty() && self.number.is_some() { format!("number {}", self.label()) } else { self.label() }
    }

    /// How much of the address the title takes: to the street or the building.
    fn title_lines(&self) -> usize {
        let two = !self.flat.is_empty() || self.number.is_none();
        if two { self.lines.len().min(2) } else { self.lines.len().min(1) }
    }

    /// The first lines of the address, large at the door.
    pub fn title(&self) -> String {
        self.lines[..self.title_lines()].join(", ")
    }

    /// The rest of the address, and the postcode.
    pub fn rest(&self) -> String {
        let rest = self.lines[self.title_lines()..].iter().cloned().chain(self.postcode.clone());
        rest.collect::<Vec<_>>().join(", ")
    }

    /// The whole address in one line.
    pub fn address(&self) -> String {
        let parts = self.lines.iter().cloned().chain(self.postcode.clone());
        parts.collect::<Vec<_>>().join(", ")
    }

    /// Whether it is this home's.
    pub fn is(&self, household: Option<HouseholdId>) -> bool {
        household == Some(self.household)
    }

    /// Whether it still wants an answer.
    pub fn to_do(&self) -> bool {
        self.state == State::ToDo
    }

    /// How it stands, in words.
    pub fn words(&self) -> String {
        match self.state {
            State::ToDo => words::count(self.people, "person", "people"),
            State::Spoke(0) => "Spoke".into(),
            State::Spoke(people) => format!("Spoke, {people}"),
            State::Other(outcome) => outcome.title().into(),
            State::Leave => "Do not call".into(),
        }
    }

    /// How it stands, beside another door's page: that page is on record as a look at one home, so that it says nothing of
    /// the people of another.
    pub fn words_from_next_door(&self) -> String {
        match self.state {
            State::Spoke(_) => "Spoke".into(),
            State::Other(Outcome::NotHome | Outcome::Inaccessible | Outcome::ComeBack) | State::ToDo | State::Leave => {
                self.words()
            }
            State::Other(_) => "Done".into(),
        }
    }

    /// How it stands, as the stylesheet draws it.
    pub fn class(&self) -> &'static str {
        match self.state {
            State::ToDo => "",
            State::Spoke(_) => "spoke",
            State::Other(_) => "out",
            State::Leave => "leave",
        }
    }
}

/// A person at a door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The person.
    pub id: ElectorId,
    /// The name.
    pub name: String,
    /// Whether they turn 18 during the register's life.
    pub attainer: bool,
    /// Whether they want nobody at the door.
    pub objects: bool,
    /// The code of the last answer, and when; only where the list shows it.
    pub last: Option<(String, DateTime<Utc>)>,
}

impl Person {
    /// What a heading about them begins with.
    pub fn first_name(&self) -> &str {
        self.name.split_whitespace().next().unwrap_or_default()
    }
}

/// Something that was recorded at a door of this list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The result's id.
    pub id: Uuid,
    /// What was said.
    pub result: DoorResult,
    /// When it came.
    pub received: DateTime<Utc>,
    /// Whether this account recorded it.
    pub mine: bool,
    /// Whether nothing has corrected it since.
    pub stands: bool,
}

/// Everything that a door's page shows.
#[derive(Debug, Clone)]
pub struct DoorStep {
    /// The open list and its doors.
    pub plan: plan::Plan,
    /// Which of them this is.
    pub at: usize,
    /// Who lives there.
    pub people: Vec<Person>,
    /// What was recorded there, newest first.
    pub said: Vec<Said>,
    /// The installation's codes.
    pub codes: Vec<Code>,
    /// The installation's issues.
    pub issues: Vec<Issue>,
    /// The controller's notice, to be told at the door.
    pub notice: String,
}

impl DoorStep {
    /// This door.
    pub fn door(&self) -> &Door {
        &self.plan.doors[self.at]
    }

    /// The doors around it on its side.
    pub fn around(&self) -> Vec<&Door> {
        self.plan.around(self.at)
    }

    /// What those are called.
    pub fn around_title(&self) -> String {
        self.plan.around_title(self.at)
    }

    /// What stands of a person, or of the home.
    pub fn standing(&self, elector: Option<ElectorId>) -> Option<&Said> {
        self.said.iter().find(|s| s.stands && s.result.elector == elector)
    }

    /// Whether a later answer counts in the place of this one, though neither corrects the other: two tabs, two phones,
    /// or two visits. A later visit without a voting intention leaves an earlier intention as it is.
    pub fn outdone(&self, said: &Said) -> bool {
        let same = |later: &Said| later.stands && later.result.elector == said.result.elector;
        let counts = |later: &Said| said.result.intention.is_none() || later.result.intention.is_some();
        said.stands
            && self.said.iter().take_while(|later| later.id != said.id).any(|later| same(later) && counts(later))
    }
}
