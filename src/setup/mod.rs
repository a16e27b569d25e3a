//! The first evening: controller and contact, on what ground the register is held, the notice, the codes, the first
//! poll, the first administrator.
//!
//! What enters is one form, or one command of the operator's; what leaves is an installation that somebody can sign in
//! to. It happens once, behind a one-time code, and through one function whoever asks.

mod codes;
pub mod pages;
pub mod store;

pub use codes::{CodeRow, GROUPS, usual_codes, usual_issues};
pub use store::{issue_code, issue_code_if_needed};

use crate::error::Error;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// On what ground the register is held (Representation of the People Regulations 2001, reg 103 to 108).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A registered political party.
    Party,
    /// An elected representative.
    Representative,
    /// A candidate: no later updates, and only until the poll.
    Candidate,
}

impl Kind {
    /// Every ground, as the form shows them.
    pub const ALL: [Kind; 3] = [Kind::Party, Kind::Representative, Kind::Candidate];

    /// The word in the database and the form.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Party => "party",
            Kind::Representative => "representative",
            Kind::Candidate => "candidate",
        }
    }

    /// The words on pages.
    pub fn title(self) -> &'static str {
        match self {
            Kind::Party => "A registered political party",
            Kind::Representative => "An elected representative",
            Kind::Candidate => "A candidate, until the poll",
        }
    }

    /// The ground of this word.
    pub fn parse(word: &str) -> Option<Self> {
        Kind::ALL.into_iter().find(|k| k.as_str() == word)
    }
}

/// Kinds of polls, as the table `poll_kind` has them, for a form that nobody is signed in to.
pub const POLL_KINDS: [(&str, &str); 9] = [
    ("local", "Local council"),
    ("uk-parliament", "UK Parliament"),
    ("by-election", "UK Parliament by-election"),
    ("mayor", "Mayor"),
    ("police-commissioner", "Police and crime commissioner"),
    ("scottish-parliament", "Scottish Parliament"),
    ("senedd", "Senedd"),
    ("assembly", "Northern Ireland Assembly"),
    ("referendum", "Referendum"),
];

/// The first poll.
#[derive(Debug, Clone)]
pub struct FirstPoll {
    /// What it is called.
    pub name: String,
    /// Its day.
    pub date: NaiveDate,
    /// A key of [`POLL_KINDS`].
    pub kind: String,
}

/// Everything that the first evening decides.
#[derive(Debug, Clone)]
pub struct SetUp {
    /// The data controller's name.
    pub controller: String,
    /// Where to write to about data.
    pub contact: String,
    /// On what ground the register is held.
    pub kind: Kind,
    /// What people are told about their data.
    pub privacy_notice: String,
    /// The voting intentions, in their own order.
    pub codes: Vec<CodeRow>,
    /// The first poll; None: later.
    pub poll: Option<FirstPoll>,
    /// The first administrator's address.
    pub admin_email: String,
    /// The first administrator's name.
    pub admin_name: String,
    /// The first administrator's password, hashed.
    pub password_hash: String,
}

/// The notice that the form begins with; the controller's own words replace it.
pub fn usual_notice(controller: &str, contact: &str) -> String {
    format!(
        "{controller} uses the electoral register, which the law lets us have for elections, and what you tell us at \
         the door or on the telephone: how you may vote, what matters to you, and whether you would like to help. We use \
         it to plan our campaign and to talk to you about things you care about. We do not sell it or pass it on. You may \
         ask to see it, to put it right, to have it erased, or for us to stop contacting you: tell the person at your \
         door, or write to {contact}. You may also complain to the Information Commissioner’s Office, ico.org.uk."
    )
}

/// The terms of use that an installation begins with; an administrator may publish others.
pub fn usual_terms(controller: &str) -> String {
    format!(
        "1. The people in Hustings are real. Use what you see only for {controller}’s campaigning, as the person who gave you \
         access asked you to, and for nothing else.\n\
         2. The electoral register and what people say at their doors are protected by law. Passing them on, or using them for \
         anything else, is an offence with an unlimited fine.\n\
         3. Show nothing to anybody who has no access of their own. Do not photograph pages or copy them out. Destroy or give back \
         printed lists after use.\n\
         4. Do not share your way in. Tell an organiser at once when a phone or a printed list is lost.\n\
         5. Write down only what people tell you and what the page asks for. Somebody who wants to be left alone is left alone.\n\
         6. Every look at a person’s data is on record with your name. Your access ends on its day, or when {controller} ends it."
    )
}

/// What the database answered to setting up, as an error unless it is done.
fn refused(answer: &str) -> Result<(), Error> {
    match answer {
        "done" => Ok(()),
        "wrong-code" => Err(Error::field("code", "This is not the code. It stands where Hustings was started")),
        "no-code" => Err(Error::field("code", "This code no longer counts. Start Hustings again for a new one")),
        "done-before" => Err(Error::Conflict("Hustings is set up already. Sign in".into())),
        other => Err(Error::internal(format!("setting up answered {other}"))),
    }
}
