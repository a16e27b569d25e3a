//! Results: what was said at a door, on its way from a phone to the record.
//!
//! What enters is the contract's JSON, or a form that says the same, each result with an id made where it was said.
//! What leaves is a verdict for each. A result is never lost and never counted twice: the same id with the same content
//! may come any number of times, in any order and company, and what cannot stand is kept for an organiser.

pub mod api;
mod keep;
pub(super) mod parse;
mod place;
mod receive;
pub mod store;
mod words;

pub use parse::{Incoming, kept_text};
pub use receive::{receive, receive_one};
pub use words::{Ask, Outcome, Voted};

use crate::canvass::ListId;
use crate::electors::{ElectorId, HouseholdId};
use chrono::{DateTime, Utc};
use serde::{Serialize, Serializer};
use uuid::Uuid;

/// The longest note, in characters after trimming.
pub const NOTE_LENGTH: usize = 500;

/// What was said at one door by or about one person, or for the home as a whole. Parsed and in one order, so that two
/// that mean the same are the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DoorResult {
    /// The list that was walked.
    pub list: ListId,
    /// The home.
    pub household: HouseholdId,
    /// The person; None for the home.
    pub elector: Option<ElectorId>,
    /// What happened at the door; never overwrites an intention.
    pub outcome: Outcome,
    /// A code of the installation's list; only with a person.
    pub intention: Option<String>,
    /// Codes of issues, each once, sorted.
    pub issues: Vec<String>,
    /// What was asked for, each once, sorted.
    pub asks: Vec<Ask>,
    /// How they say that they have voted at the list's poll.
    pub voted: Option<Voted>,
    /// Words for the next visit.
    pub note: Option<String>,
    /// What the device claims. None for a form, which has no clock: then it counts as said when it came.
    #[serde(serialize_with = "to_the_microsecond")]
    pub at: Option<DateTime<Utc>>,
    /// The result that this one corrects.
    pub base: Option<Uuid>,
}

impl DoorResult {
    /// SHA-256 of the result written in its one order: the same content has the same digest, whatever order or spelling
    /// it came in.
    pub fn digest(&self) -> Digest {
        digest_of(self)
    }

    /// Whether both say the same of the same person or home, whenever it was said and whatever it corrects.
    pub fn says_the_same(&self, other: &DoorResult) -> bool {
        let bare = |r: &DoorResult| DoorResult { at: None, base: None, ..r.clone() };
        bare(self) == bare(other)
    }
}

/// SHA-256 of a content.
pub type Digest = [u8; 32];

fn digest_of(content: &impl Serialize) -> Digest {
    use sha2::Digest;
    // Neither a result nor a JSON value can fail to be written.
    sha2::Sha256::digest(serde_json::to_vec(content).unwrap_or_default()).into()
}

fn to_the_microsecond<S: Serializer>(at: &Option<DateTime<Utc>>, serializer: S) -> Result<S::Ok, S::Error> {
    match at {
        Some(at) => serializer.serialize_str(&at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true)),
        None => serializer.serialize_none(),
    }
}

/// Why a result cannot stand: the key, and what is wrong with it, without its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The contract's key.
    pub field: String,
    /// In plain English.
    pub reason: String,
}

impl Refusal {
    pub(super) fn new(field: impl Into<String>, reason: impl Into<String>) -> Self {
        Refusal { field: field.into(), reason: reason.into() }
    }
}

/// What became of a result that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// New, and on record.
    Stored,
    /// It was on record already; nothing changed.
    Replayed,
    /// Access had ended meanwhile: an organiser accepts or bins it.
    Quarantined,
    /// Another content is on record under this id; both are kept.
    Conflict,
    /// It cannot stand; kept for an organiser when its list was ever the sender's.
    Refused,
}

/// The verdict on one result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Judged {
    /// The result's id, as it was sent.
    pub id: String,
    /// What became of it.
    pub verdict: Verdict,
    /// Of a refused one: the key that cannot stand.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Of a refused one: why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Whether its list was never the sender's: then nothing is kept, and nothing is told.
    #[serde(skip)]
    pub never_theirs: bool,
}

impl Judged {
    fn new(id: &str, verdict: Verdict) -> Self {
        Judged { id: id.to_owned(), verdict, field: None, reason: None, never_theirs: false }
    }

    fn refused(id: &str, refusal: Refusal) -> Self {
        Judged { field: Some(refusal.field), reason: Some(refusal.reason), ..Judged::new(id, Verdict::Refused) }
    }

    fn never_theirs(id: &str) -> Self {
        let refusal = Refusal::new("list", "There is no such list that you may record results for");
        Judged { never_theirs: true, ..Judged::refused(id, refusal) }
    }
}
