//! Runs: each time something was made. Who, what for, of which selection and template, how many, what imprint, the file's checksum; the
//! file itself for seven days.

pub mod accounts;
pub mod pages;
pub mod store;
pub mod worker;

pub use accounts::Accounts;
pub use store::{Begun, PRESS, already, begin, organise_is_open};

use super::Kind;
use super::press::Work;
use crate::canvass::ListId;
use crate::electors::{ElectorId, HouseholdId};
use chrono::{DateTime, Utc};
use serde::Serialize;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Somebody whom a run is for.
#[derive(Debug, Clone, Copy)]
pub struct Recipient {
    /// Which letter, label or line, from 1, as printed. Several people of one home may share one.
    pub item: i32,
    /// Who.
    pub elector: ElectorId,
    /// Their home.
    pub household: Option<HouseholdId>,
    /// Their district.
    pub area_no: i32,
}

/// Somebody of Organise whom a run names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Helper {
    /// Who.
    pub person: Uuid,
    /// Whether their telephone stands beside the name: once they may not be rung any more, the file is not given out.
    pub rung: bool,
}

/// What is to be made.
#[derive(Debug, Clone)]
pub struct NewRun {
    /// What it is.
    pub kind: Kind,
    /// What it is called: of no person. At most 120 characters.
    pub title: String,
    /// For which area it is made: one that lies inside the area in use.
    pub area: i64,
    /// From which selection and version.
    pub selection: Option<(Uuid, i32)>,
    /// By which template of one's own and version.
    pub template: Option<(Uuid, i32)>,
    /// From which walk list and version.
    pub list: Option<(ListId, i32)>,
    /// The choices that it was made by, to be made again by.
    pub settings: serde_json::Value,
    /// The imprint that it bears, a line each; empty on what the public does not get.
    pub imprint: Vec<String>,
    /// How many letters, labels, sheets or cards.
    pub items: i32,
    /// Whom it is for, in printed order.
    pub recipients: Vec<Recipient>,
    /// Who of Organise is named in it, in any order; of whoever is named twice one mention with a telephone is enough.
    pub helpers: Vec<Helper>,
    /// Of which run it is another printing; [`begin`] finds the newest one of the same thing where none is given.
    pub again_of: Option<i64>,
    /// Which press of a button asked for it, as [`pressed`] tells them apart: pressed twice, it is made once.
    pub asked: Option<Uuid>,
    /// What is typeset.
    pub work: Work,
}

/// The id that a form is drawn with, so that one sent twice makes one thing.
pub fn drawn() -> Uuid {
    Uuid::new_v4()
}

/// Which press of a button this is, by the id that was drawn with its form and what was chosen in it: the same when it is pressed
/// twice, and another when somebody goes back to the form and chooses otherwise. None for a form that bears no id.
pub fn pressed(drawn: &str, kind: Kind, chosen: &impl Serialize) -> Option<Uuid> {
    let drawn = drawn.parse::<Uuid>().ok()?;
    let chosen = serde_json::to_vec(chosen).ok()?;
    let all = [drawn.as_bytes().as_slice(), kind.as_str().as_bytes(), &chosen].concat();
    let digest = Sha256::digest(all).to_vec();
    let bytes: [u8; 16] = digest.get(..16)?.try_into().ok()?;
    Some(uuid::Builder::from_random_bytes(bytes).into_uuid())
}

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It waits for its turn.
    Queued,
    /// The press is at it.
    Working,
    /// Its file is there, or was.
    Done,
    /// It could not be made.
    Failed,
    /// Somebody stopped it, or the access of whoever began it ended.
    Stopped,
}

impl State {
    /// The one of this word.
    pub fn parse(word: &str) -> State {
        match word {
            "working" => State::Working,
            "done" => State::Done,
            "failed" => State::Failed,
            "stopped" => State::Stopped,
            _ => State::Queued,
        }
    }

    /// In words.
    pub fn title(self) -> &'static str {
        match self {
            State::Queued => "Waits for its turn",
            State::Working => "On the press",
            State::Done => "Made",
            State::Failed => "Could not be made",
            State::Stopped => "Stopped",
        }
    }

    /// Whether something still comes of it.
    pub fn is_open(self) -> bool {
        matches!(self, State::Queued | State::Working)
    }
}

/// A run as lists show it.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its number.
    pub number: i64,
    /// What it is.
    pub kind: Kind,
    /// What it is called.
    pub title: String,
    /// Where it stands.
    pub state: State,
    /// How many letters, labels, sheets or cards.
    pub items: i32,
    /// Who made it.
    pub made_name: String,
    /// When.
    pub made_at: DateTime<Utc>,
    /// Whether its file can still be fetched.
    pub has_file: bool,
}

/// A run whole, for its own page: the record of what was made.
#[derive(Debug, Clone)]
pub struct Run {
    /// As in lists.
    pub row: Row,
    /// The area that it was made for.
    pub area_name: String,
    /// What for: the grant's purpose.
    pub purpose: String,
    /// The selection's name, id and version.
    pub selection: Option<(String, Uuid, i32)>,
    /// The template's name and version.
    pub template: Option<(String, i32)>,
    /// The walk list's name, id and version.
    pub list: Option<(String, ListId, i32)>,
    /// As printed.
    pub imprint: Vec<String>,
    /// Of which run it is another printing.
    pub again_of: Option<i64>,
    /// How many people it is for.
    pub people: i32,
    /// How many of its parts are set, of how many.
    pub progress: (i32, i32),
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// Who stopped it.
    pub stopped_name: Option<String>,
    /// Why it failed.
    pub failure: String,
    /// Pages, bytes and checksum of the file.
    pub file: Option<(i32, i32, String)>,
    /// Until when it can be fetched.
    pub file_until: Option<DateTime<Utc>>,
    /// How often it was.
    pub fetched: i32,
    /// Why it cannot be fetched; empty when it can.
    pub no_file: String,
    /// How many came back undelivered.
    pub returned: i64,
}

impl Run {
    /// "640 KB".
    pub fn size(&self) -> String {
        let bytes = self.file.as_ref().map_or(0, |(_, bytes, _)| *bytes);
        match bytes {
            0..1_000_000 => format!("{} KB", crate::web::words::figure((bytes + 1023) / 1024)),
            _ => format!("{:.1} MB", f64::from(bytes) / 1_048_576.0),
        }
    }

    /// How many pages it has.
    pub fn pages(&self) -> i32 {
        self.file.as_ref().map_or(0, |(pages, ..)| *pages)
    }

    /// How far it is, of a hundred.
    pub fn percent(&self) -> i32 {
        self.progress.0 * 100 / self.progress.1.max(1)
    }

    /// Why its file is not there, as a reader is told.
    pub fn no_file_words(&self) -> &'static str {
        match self.no_file.as_str() {
            "objected" => {
                "Somebody in it has asked since for no contact this way, so it is not given out any more. Make it again: they are left out then."
            }
            "organise" => {
                "Organise is closed, and it names people who help. It can be fetched once Organise is open again; one made now names none of them."
            }
            "helper" => {
                "Somebody who helps and stands in it has stopped or has another telephone, or may not be rung or named any more, so it is not given out. Make it again: it says what is so then."
            }
            "erased" => "Somebody in it was erased since, so the file went. Make it again: they are left out then.",
            "none" => {
                "Somebody in it lives where you may not look any more: a district has left your area since, or they moved. Make it again: they are left out then."
            }
            "queued" | "working" => "It is not made yet. Wait until its page says that the file is ready.",
            "failed" | "stopped" => "It was not made, so there is no file. Make it again.",
            _ => "Its seven days are over, so the file went. The record stays.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_button_pressed_twice_is_one_press_and_with_other_choices_another() {
        let form = drawn().to_string();
        let press = |form: &str, kind, count| pressed(form, kind, &json!({ "count": count }));
        let first = press(&form, Kind::Posters, 1);
        assert!(first.is_some());
        assert_eq!(first, press(&form, Kind::Posters, 1));
        assert_ne!(first, press(&form, Kind::Posters, 2));
        assert_ne!(first, press(&form, Kind::OutCards, 1));
        assert_ne!(first, press(&drawn().to_string(), Kind::Posters, 1));
        assert_eq!(press("", Kind::Posters, 1), None, "a form without an id");
    }
}
