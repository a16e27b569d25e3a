//! What somebody is to do about somebody: asked for at a door, or put down by an organiser.
//!
//! What enters is what was said at doors (the wall makes a task of it as the answer is stored) and what organisers type;
//! what leaves is a queue by due day, and for each task a page with its history. Volunteers see their own and nobody else's.

pub mod act;
pub mod assign;
pub mod due;
pub mod kinds;
pub mod mine;
pub mod new;
pub mod one;
pub mod queue;
pub mod store;

pub use kinds::{Kind, kind};

use crate::electors::{ElectorId, HouseholdId};
use crate::web::words::Day;
use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

/// Whom a task is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    /// Somebody on the register.
    Elector {
        /// Who.
        id: ElectorId,
        /// Their name; empty while the register is closed to whoever looks.
        name: String,
    },
    /// Whoever lives there.
    Home(HouseholdId),
    /// A member, a volunteer.
    Person {
        /// Who.
        id: Uuid,
        /// Their name.
        name: String,
    },
    /// Nobody in particular: the words say it.
    Nobody,
}

/// A task as the queue and its page show it.
#[derive(Debug, Clone)]
pub struct Task {
    /// Which.
    pub id: Uuid,
    /// What is to be done.
    pub kind: &'static Kind,
    /// Words of whoever put it down.
    pub words: String,
    /// What somebody agreed to whose matter goes to their representative.
    pub agreed: String,
    /// By when.
    pub due: NaiveDate,
    /// Whom it is about.
    pub about: About,
    /// Where they live: one line; empty without a home.
    pub address: String,
    /// The area it belongs to.
    pub area: i64,
    /// That area's name.
    pub area_name: String,
    /// Whether it came from a door.
    pub from_door: bool,
    /// By which ways they want no contact.
    pub objected: Vec<String>,
    /// By which ways a person of Organise agreed to be reached.
    pub channels: Vec<String>,
    /// Whether a mobile number of a person of Organise is held, be it for organisers or not.
    pub has_mobile: bool,
    /// The telephone of whoever agreed to be rung, where it was given to organisers.
    pub number: String,
    /// Who has it.
    pub holder: Option<(Uuid, String)>,
    /// Why the last one who had it could not do it.
    pub could_not: String,
    /// `open`, `done` or `dropped`.
    pub state: State,
    /// What came of it, by its code.
    pub outcome: String,
    /// What came of it, in words; why it was dropped.
    pub came_of: String,
    /// When it was put down.
    pub created_at: DateTime<Utc>,
    /// When it was done or dropped.
    pub closed_at: Option<DateTime<Utc>>,
}

impl Task {
    /// Whether it should have been done before today.
    pub fn overdue(&self, today: impl Day) -> bool {
        self.state == State::Open && self.due < today.day()
    }

    /// What is to be done, and of whom where a name is known.
    pub fn heading(&self) -> String {
        match &self.about {
            About::Elector { name, .. } | About::Person { name, .. } if !name.is_empty() => {
                format!("{}: {name}", self.kind.title)
            }
            About::Home(_) if !self.address.is_empty() => format!("{}: {}", self.kind.title, self.address),
            _ => self.kind.title.to_owned(),
        }
    }

    /// How they may be reached, as short words: what they said no to, and what they agreed to.
    pub fn ways(&self) -> Vec<(&'static str, String)> {
        let no = self.objected.iter().map(|c| ("bad", format!("Not by {}", way(c))));
        let yes = self.channels.iter().map(|c| ("good", format!("By {}", way(c))));
        no.chain(yes).collect()
    }

    /// On which telephone they are rung, or why on none. Nobody's whom the task is not about.
    pub fn telephone(&self) -> &str {
        let may_ring = self.channels.iter().any(|c| c == "phone");
        let said_no = |way: &str| self.objected.iter().any(|c| c == way);
        match self.about {
            About::Nobody => "",
            _ if said_no("phone") => "",
            About::Elector { .. } | About::Home(_) if said_no("door") => "No telephone number stands here",
            About::Elector { .. } | About::Home(_) => "No telephone number stands here: call at the door",
            About::Person { .. } if !may_ring => "",
            About::Person { .. } if !self.number.is_empty() => self.number.as_str(),
            About::Person { .. } if self.has_mobile => {
                "Their number is not for organisers: ask their membership secretary"
            }
            About::Person { .. } => "No mobile number is held",
        }
    }

    /// What came of it, in words.
    pub fn outcome_words(&self) -> &str {
        self.kind.outcome(&self.outcome).unwrap_or(match self.outcome.as_str() {
            "taken-back" => "They took it back at the door",
            _ => "",
        })
    }
}

/// A channel within a sentence: "Not by phone", "Not by a call at the door".
fn way(channel: &str) -> &'static str {
    match channel {
        "door" => "a call at the door",
        "post" => "post",
        "phone" => "phone",
        "email" => "email",
        _ => "text",
    }
}

/// Where a task stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum State {
    /// To be done.
    #[default]
    Open,
    /// Done.
    Done,
    /// Given up, for a reason.
    Dropped,
}

impl State {
    /// Each, in the order of the queue's tabs.
    pub const ALL: [State; 3] = [State::Open, State::Done, State::Dropped];

    /// Its word in the database and in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            State::Open => "open",
            State::Done => "done",
            State::Dropped => "dropped",
        }
    }

    /// Its word on pages.
    pub fn title(self) -> &'static str {
        match self {
            State::Open => "To do",
            State::Done => "Done",
            State::Dropped => "Dropped",
        }
    }

    /// The one of this word; what is none is open.
    pub fn parse(word: &str) -> Self {
        Self::ALL.into_iter().find(|s| s.as_str() == word).unwrap_or_default()
    }
}
