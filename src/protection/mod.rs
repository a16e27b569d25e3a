//! People's rights over their data: requests and their clock, finding somebody across everything, their whole file, what they
//! stop, erasure.
//!
//! What enters is what somebody asked for; what leaves are their file, letters, and a record of what was done. Every room
//! that holds people's data says so in `holdings::ALL`: a test walks every table of the database and fails for one that no
//! holding answers for. The database's own functions (`wall.find_subjects`, `wall.subject_file`, `wall.erase_elector`) look
//! wide, for the data protection officer and the operator alone, and write down themselves that they looked.

pub mod breach;
pub mod clock;
pub mod file;
pub mod holdings;
pub mod letters;
pub mod pages;
pub mod paper;
pub mod records;
pub mod requests;
pub mod retention;
pub mod store;
pub mod suppress;
pub mod values;

use crate::database::ParseIdError;
use crate::electors::ElectorId;
use uuid::Uuid;

/// Whose data it is: an elector's, that of somebody who works with Hustings, or of somebody of Organise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// An elector, by record.
    Elector(ElectorId),
    /// An account.
    Account(Uuid),
    /// A member, a volunteer, whoever signed up.
    Person(Uuid),
    /// An offer to help that nobody has confirmed: whoever made it is no person here yet.
    Offer(Uuid),
}

/// Before the number of somebody of Organise in addresses and on the command line: an account's looks the same.
const PERSON: &str = "person-";
/// Before that of an offer to help.
const OFFER: &str = "offer-";

impl Subject {
    /// The elector's partition and number; None of anybody else.
    pub fn elector(self) -> Option<ElectorId> {
        match self {
            Subject::Elector(id) => Some(id),
            Subject::Account(_) | Subject::Person(_) | Subject::Offer(_) => None,
        }
    }

    /// The account; None of anybody else.
    pub fn account(self) -> Option<Uuid> {
        match self {
            Subject::Account(id) => Some(id),
            Subject::Elector(_) | Subject::Person(_) | Subject::Offer(_) => None,
        }
    }

    /// The person of Organise; None of anybody else.
    pub fn person(self) -> Option<Uuid> {
        match self {
            Subject::Person(id) => Some(id),
            Subject::Elector(_) | Subject::Account(_) | Subject::Offer(_) => None,
        }
    }

    /// The offer to help; None of anybody else.
    pub fn offer(self) -> Option<Uuid> {
        match self {
            Subject::Offer(id) => Some(id),
            Subject::Elector(_) | Subject::Account(_) | Subject::Person(_) => None,
        }
    }

    /// What its number is of.
    pub fn noun(self) -> &'static str {
        match self {
            Subject::Elector(_) => "Record",
            Subject::Account(_) => "Account",
            Subject::Person(_) => "Person",
            Subject::Offer(_) => "Offer to help",
        }
    }

    pub(crate) fn partition(self) -> Option<i32> {
        self.elector().map(|e| e.partition)
    }

    pub(crate) fn number(self) -> Option<i64> {
        self.elector().map(|e| e.id)
    }

    /// From what a row holds of one of them.
    pub fn of(
        partition: Option<i32>,
        elector: Option<i64>,
        account: Option<Uuid>,
        person: Option<Uuid>,
    ) -> Option<Self> {
        let elector = partition.zip(elector).map(|(partition, id)| Subject::Elector(ElectorId { partition, id }));
        elector.or(account.map(Subject::Account)).or(person.map(Subject::Person))
    }
}

impl std::fmt::Display for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Subject::Elector(id) => id.fmt(f),
            Subject::Account(id) => id.fmt(f),
            Subject::Person(id) => write!(f, "{PERSON}{id}"),
            Subject::Offer(id) => write!(f, "{OFFER}{id}"),
        }
    }
}

impl std::str::FromStr for Subject {
    type Err = ParseIdError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some(person) = text.strip_prefix(PERSON) {
            return person.parse().map(Subject::Person).map_err(|_| ParseIdError);
        }
        if let Some(offer) = text.strip_prefix(OFFER) {
            return offer.parse().map(Subject::Offer).map_err(|_| ParseIdError);
        }
        let elector = text.parse().map(Subject::Elector);
        elector.or_else(|_| text.parse().map(Subject::Account).map_err(|_| ParseIdError))
    }
}

impl<'de> serde::Deserialize<'de> for Subject {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// What somebody may stop, each by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Channel {
    /// The word in the database and on the command line.
    pub word: &'static str,
    /// The words on pages.
    pub title: &'static str,
    /// What stopping it does.
    pub effect: &'static str,
}

/// Everything that can be stopped.
pub const CHANNELS: [Channel; 7] = [
    Channel { word: "door", title: "Calls at the door", effect: "No walk list takes them in" },
    Channel { word: "post", title: "Post", effect: "No letter, leaflet by name or label" },
    Channel { word: "phone", title: "Phone calls", effect: "No call list takes them in" },
    Channel { word: "email", title: "Email", effect: "No campaign email" },
    Channel { word: "text", title: "Text messages", effect: "No campaign text" },
    Channel {
        word: "opinions",
        title: "Processing of political opinions",
        effect: "Their answers are refused and kept nowhere, and nobody calls (DPA 2018 sch 1 para 22(3))",
    },
    Channel {
        word: "processing",
        title: "All processing, while a dispute lasts",
        effect: "What is held stays, is used for nothing, and nobody calls (UK GDPR Art 18)",
    },
];

/// A channel's words on pages; unknown ones as they are.
pub fn channel_title(word: &str) -> &str {
    CHANNELS.iter().find(|c| c.word == word).map_or(word, |c| c.title)
}

/// A form with a button alone; the grant that it was drawn under is checked as with any other.
#[derive(serde::Deserialize)]
pub struct Bare {}
