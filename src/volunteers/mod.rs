//! Whoever helps, member or not: found at a door or typed in; what they offer, how they are reached, what they do. And whoever
//! wants to hear from us and is neither member nor volunteer: a supporter, who may become one.
//!
//! What enters is what somebody told an organiser or a membership secretary; what leaves are a list by area and a page of
//! each. Doors and hours are counted to thank people for, and never ranked.

pub mod add;
pub mod asking;
pub mod change;
pub mod invitation;
pub mod joined;
pub mod list;
pub mod new;
pub mod one;
pub mod open;
pub mod store;

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

/// A choice of a form: its word in the database, and on pages.
pub type Choice = (&'static str, &'static str);

/// What somebody can do.
pub const SKILLS: [Choice; 9] = [
    ("canvassing", "Canvassing"),
    ("leafleting", "Leafleting"),
    ("phoning", "Phoning"),
    ("driving", "Driving"),
    ("stalls", "Street stalls"),
    ("desk", "Desk work"),
    ("design", "Design and photos"),
    ("telling", "Telling at polling stations"),
    ("organising", "Organising others"),
];

/// When they can.
pub const AVAILABILITY: [Choice; 5] = [
    ("weekdays", "Weekdays"),
    ("weekday-evenings", "Weekday evenings"),
    ("saturdays", "Saturdays"),
    ("sundays", "Sundays"),
    ("polling-day", "Polling day"),
];

/// How far they go.
pub const HOW_FAR: [Choice; 5] = [
    ("", "Not asked"),
    ("street", "Their own street"),
    ("ward", "Their ward"),
    ("constituency", "The constituency"),
    ("anywhere", "Anywhere"),
];

/// The words of those chosen, in the order of the form.
pub fn chosen(choices: &'static [Choice], held: &[String]) -> Vec<&'static str> {
    choices.iter().filter(|(code, _)| held.iter().any(|h| h == code)).map(|(_, words)| *words).collect()
}

/// Whether somebody helps now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum State {
    /// They help.
    #[default]
    Active,
    /// Not for a while.
    Paused,
    /// No more.
    Stopped,
    /// They never did: they want to hear from us. No volunteer's record stands behind it.
    Supporter,
}

impl State {
    /// Each, in the order of the list's tabs.
    pub const ALL: [State; 4] = [State::Active, State::Paused, State::Stopped, State::Supporter];

    /// Its word in the database and in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            State::Active => "active",
            State::Paused => "paused",
            State::Stopped => "stopped",
            State::Supporter => "supporter",
        }
    }

    /// Its word on pages.
    pub fn title(self) -> &'static str {
        match self {
            State::Active => "Helping",
            State::Paused => "Pausing",
            State::Stopped => "Stopped",
            State::Supporter => "Supporters",
        }
    }

    /// The one of this word; what is none is active.
    pub fn parse(word: &str) -> Self {
        Self::ALL.into_iter().find(|s| s.as_str() == word).unwrap_or_default()
    }
}

/// A volunteer, or a supporter, as lists and pages show them.
#[derive(Debug, Clone)]
pub struct Volunteer {
    /// Which person.
    pub person: Uuid,
    /// Forename.
    pub forename: String,
    /// Surname.
    pub surname: String,
    /// Where they belong.
    pub area: i64,
    /// That area's name.
    pub area_name: String,
    /// Whether they are under 18.
    pub under_18: bool,
    /// By which channels they agreed to be reached.
    pub channels: Vec<String>,
    /// Their account, once they have one.
    pub account: Option<Uuid>,
    /// The elector that they are, where somebody said so.
    pub elector: Option<crate::electors::ElectorId>,
    /// How the record came: `door`, `typed`, `import`, `sign-up`.
    pub source: String,
    /// What they can do.
    pub skills: Vec<String>,
    /// When they can.
    pub availability: Vec<String>,
    /// How far they go.
    pub how_far: String,
    /// Languages besides English.
    pub languages: String,
    /// What they chose to tell so that they can take part.
    pub access_needs: String,
    /// Whether they help now.
    pub state: State,
    /// Since when they help; of a supporter, since when they are on record.
    pub since: NaiveDate,
    /// Since when that state holds.
    pub state_at: DateTime<Utc>,
}

impl Volunteer {
    /// Whether they want to hear from us, and do not help.
    pub fn supports(&self) -> bool {
        self.state == State::Supporter
    }

    /// Forename and surname.
    pub fn name(&self) -> String {
        format!("{} {}", self.forename, self.surname).trim().to_owned()
    }

    /// What they can do, in words.
    pub fn skill_words(&self) -> String {
        chosen(&SKILLS, &self.skills).join(", ")
    }

    /// When they can, in words.
    pub fn when_words(&self) -> String {
        chosen(&AVAILABILITY, &self.availability).join(", ")
    }

    /// How far they go, in words.
    pub fn far_words(&self) -> &'static str {
        HOW_FAR.iter().find(|(code, _)| *code == self.how_far).map_or("Not asked", |(_, words)| *words)
    }

    /// How we know them.
    pub fn source_words(&self) -> &'static str {
        match self.source.as_str() {
            "door" if self.supports() => "Met at the door",
            "door" => "Said so at the door",
            "import" => "A member",
            "sign-up" => "Signed up",
            _ => "Typed in",
        }
    }
}
