//! Electors and their homes: search, pages, history.
//!
//! What enters is a council's names and addresses, and what an organiser types to find somebody; what leaves are pages
//! that say what is known, who recorded it and when, each look on record. Whoever asked for no contact is marked so
//! that every list leaves them out.

pub mod address;
pub mod api;
pub mod arrange;
pub mod find;
pub mod folding;
pub mod history;
pub mod kept;
pub mod name;
pub mod objections;
pub mod pages;
pub mod postcode;
pub mod premises;
pub mod search;
pub mod store;

use crate::canvass::codes::Code;
use crate::database::partitioned_id;
use chrono::{DateTime, NaiveDate, Utc};

partitioned_id!(
    /// A person as the party knows them, through all registers.
    ElectorId
);
partitioned_id!(
    /// A home.
    HouseholdId
);

/// What a search and a home's page show of a person.
#[derive(Debug, Clone)]
pub struct Resident {
    /// The person.
    pub id: ElectorId,
    /// Their home; none for electors without an address here.
    pub home: Option<HouseholdId>,
    /// The polling district.
    pub area_no: i32,
    /// The name as pages show it.
    pub name: String,
    /// The number in the register in force; empty once off the register.
    pub number: String,
    /// The intention at the kind of election that is next.
    pub intention: Option<Code>,
    /// When somebody last spoke to them.
    pub asked: Option<DateTime<Utc>>,
    /// One or two words each, see [`Mark`].
    pub marks: Vec<Mark>,
}

/// A word beside a name that changes what one does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// Asked not to be called on at the door.
    DoNotCall,
    /// Will be 18 during the register's life.
    Attainer,
    /// Votes for the UK Parliament from abroad.
    Overseas,
    /// No longer on the register.
    Left,
    /// Somebody at the door said that they moved.
    Moved,
    /// Somebody at the door said that they died.
    Died,
}

impl Mark {
    /// The words.
    pub fn words(self) -> &'static str {
        match self {
            Mark::DoNotCall => "Do not call",
            Mark::Attainer => "Attainer",
            Mark::Overseas => "Overseas",
            Mark::Left => "Left",
            Mark::Moved => "Moved?",
            Mark::Died => "Died?",
        }
    }

    /// The class of its tag.
    pub fn class(self) -> &'static str {
        match self {
            Mark::DoNotCall => "tag bad",
            Mark::Attainer | Mark::Overseas => "tag",
            Mark::Left | Mark::Moved | Mark::Died => "tag warn",
        }
    }
}

/// A person with what the register says of them.
#[derive(Debug, Clone)]
pub struct Elector {
    /// The person.
    pub id: ElectorId,
    /// The name as pages show it.
    pub name: String,
    /// The number in the register in force; empty once off the register.
    pub number: String,
    /// `ordinary`, `attainer`, `overseas` or `other`.
    pub kind: String,
    /// The eighteenth birthday, of attainers only.
    pub attains_on: Option<NaiveDate>,
    /// The register's letters beside the name.
    pub markers: String,
    /// The polling district.
    pub area_no: i32,
    /// Its letters and, where it has one, its name.
    pub district: String,
    /// The wards that the district lies in.
    pub wards: Vec<String>,
    /// Their home; none for electors without an address here.
    pub home: Option<HouseholdId>,
    /// The home's address in one line, without the postcode; empty without a home.
    pub address: String,
    /// The home's postcode.
    pub postcode: Option<String>,
    /// Since when no register holds them.
    pub left_at: Option<DateTime<Utc>>,
    /// The last register that held them: the authority's name and its date.
    pub register: Option<(String, NaiveDate)>,
}

impl Elector {
    /// Address and postcode in one line.
    pub fn whole_address(&self) -> String {
        whole_address(&self.address, self.postcode.as_deref())
    }

    /// "Elector QB1-212 on Wexmere’s register of 1 December 2025."
    pub fn registered(&self) -> String {
        let register = |(authority, day): &(String, NaiveDate)| {
            format!(" on {authority}’s register of {}", crate::web::words::date(*day))
        };
        let register = self.register.as_ref().map(register).unwrap_or_default();
        match self.left_at {
            Some(at) => format!(
                "No longer on the register since {}; last{}",
                crate::web::words::date(crate::web::words::day_of(at)),
                if register.is_empty() { " register unknown" } else { &register }
            ),
            None => format!("Elector {}{register}", self.number),
        }
    }

    /// What kind of elector, and what the marks beside the name mean, each as a sentence of its own.
    pub fn register_facts(&self) -> Vec<String> {
        let mut facts = Vec::new();
        match (self.kind.as_str(), self.attains_on) {
            ("attainer", Some(day)) => facts.push(format!("Attainer, 18 on {}", crate::web::words::date(day))),
            ("attainer", None) => facts.push("Attainer".into()),
            ("overseas", _) => facts.push("Overseas elector: UK Parliament elections only".into()),
            ("other", _) => facts.push("Registered without an address here".into()),
            _ => {}
        }
        let markers = crate::registers::markers::Markers::parse(&self.markers);
        facts.extend(markers.letters().filter_map(marker_words).map(str::to_owned));
        if facts.is_empty() {
            facts.push("Votes at all elections here".into());
        }
        facts
    }
}

/// What a franchise marker means (Representation of the People Regulations 2001, see `registers::markers`).
fn marker_words(letter: char) -> Option<&'static str> {
    match letter {
        'G' | 'B' | 'K' => Some("Citizen of an EU state: local elections only"),
        'L' => Some("Peer: local elections only"),
        'M' => Some("Qualifying foreign national: local and devolved elections only"),
        'E' => Some("Citizen of an EU state, by an older mark"),
        'Z' => Some("Not in the open register"),
        // F says overseas, which the kind says already; A is about one polling station's copy.
        _ => None,
    }
}

/// An address and its postcode in one line.
pub fn whole_address(address: &str, postcode: Option<&str>) -> String {
    match postcode {
        Some(postcode) if !address.is_empty() => format!("{address}, {postcode}"),
        Some(postcode) => postcode.to_owned(),
        None if address.is_empty() => "No address here".into(),
        None => address.to_owned(),
    }
}
