//! The records that the law asks for, written from what the installation really does: the record of processing (UK GDPR Art 30),
//! the appropriate policy document (DPA 2018 Sch 1 paras 39 to 41), the impact assessment (Art 35).
//!
//! What enters is the installation's own state and the data protection officer's words; what leaves is a document, dated,
//! numbered and kept as it was, that says what changed since the last. It is not legal advice, and says so.

mod body;
mod facts;
mod impact;
pub mod pages;
mod policy;
mod processing;
pub mod store;

pub use body::{Body, Part, Section, compare};
pub use facts::{Facts, gather};

use serde::{Deserialize, Serialize};

/// Which document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The record of processing.
    Processing,
    /// The appropriate policy document.
    Policy,
    /// The impact assessment.
    Impact,
}

impl Kind {
    /// Every document.
    pub const ALL: [Kind; 3] = [Kind::Processing, Kind::Policy, Kind::Impact];

    /// The word in addresses, on the command line and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Processing => "processing",
            Kind::Policy => "policy",
            Kind::Impact => "impact",
        }
    }

    /// What it is called.
    pub fn title(self) -> &'static str {
        match self {
            Kind::Processing => "Record of processing",
            Kind::Policy => "Appropriate policy document",
            Kind::Impact => "Data protection impact assessment",
        }
    }

    /// Which rule asks for it.
    pub fn rule(self) -> &'static str {
        match self {
            Kind::Processing => "UK GDPR Art 30",
            Kind::Policy => "DPA 2018 Sch 1 paras 39 to 41",
            Kind::Impact => "UK GDPR Art 35",
        }
    }

    /// What the officer's own words in it are for.
    pub fn own_words(self) -> &'static str {
        match self {
            Kind::Processing => "What is done outside Hustings, and who else receives data",
            Kind::Policy => {
                "How your organisation meets the principles beyond what Hustings does, and when this is reviewed"
            }
            Kind::Impact => "Whom you consulted, what risks remain, and what you decided about them",
        }
    }

    /// The document of this word.
    pub fn parse(word: &str) -> Option<Self> {
        Kind::ALL.into_iter().find(|k| k.as_str() == word)
    }

    /// The document as it is today.
    pub fn write(self, facts: &Facts, words: &str) -> Body {
        let mut body = match self {
            Kind::Processing => processing::write(facts),
            Kind::Policy => policy::write(facts),
            Kind::Impact => impact::write(facts),
        };
        let said: Vec<Part> = words.split("\n\n").map(str::trim).filter(|p| !p.is_empty()).map(Part::text).collect();
        let said = if said.is_empty() { vec![Part::text("Nothing has been written here yet.")] } else { said };
        body.sections.push(Section { heading: "In the data protection officer’s own words".into(), parts: said });
        body.sections.push(Section::of(
            "About this document",
            [Part::text(
                "Hustings wrote it from what the installation does on the day above, and the data protection officer’s own words. It \
                 is not legal advice. Whoever answers for the data checks it, adds what is done elsewhere, and reviews it at least \
                 once a year and after every breach.",
            )],
        ));
        body
    }
}
