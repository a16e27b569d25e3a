//! Messages to members, volunteers and supporters, and what they stand on: imprints, addresses that are left alone, consent taken
//! back by a link.
//!
//! A message begins as a draft, is sent off by somebody (above a number, after a second person's yes), and goes to each reader
//! alone by the server's own sender, which asks about consent as it takes each.

pub mod audience;
pub mod compose;
pub mod form;
pub mod imprint;
pub mod markup;
pub mod occasion;
pub mod pages;
pub mod pictures;
pub mod returns;
pub mod send;
pub mod silence;
pub mod store;
pub mod texts;
pub mod unsubscribe;

use audience::Audience;
use chrono::{DateTime, Utc};
use compose::Text;
use form::{Fields, Form};
use markup::Pictured;
use occasion::Occasion;
use uuid::Uuid;

/// What kind of message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Kind {
    /// It promotes: it needs consent, an imprint and a way out.
    #[default]
    Campaign,
    /// It tells, by a fixed form.
    Service,
}

impl Kind {
    /// Its word in the database.
    pub fn as_str(self) -> &'static str {
        if self == Kind::Service { "service" } else { "campaign" }
    }

    /// The one of this word; a campaign's otherwise, which asks for more.
    pub fn parse(word: &str) -> Kind {
        if word == "service" { Kind::Service } else { Kind::Campaign }
    }

    /// In words.
    pub fn title(self) -> &'static str {
        if self == Kind::Service { "Service message" } else { "Campaign message" }
    }
}

/// By which way a message goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Channel {
    /// As email.
    #[default]
    Email,
    /// As text messages, each of which costs.
    Text,
}

impl Channel {
    /// Each.
    pub const ALL: [Channel; 2] = [Channel::Email, Channel::Text];

    /// Its word in the database, and of the consent that it asks for.
    pub fn as_str(self) -> &'static str {
        if self == Channel::Text { "text" } else { "email" }
    }

    /// The one of this word; email otherwise.
    pub fn parse(word: &str) -> Channel {
        if word == "text" { Channel::Text } else { Channel::Email }
    }

    /// In words.
    pub fn title(self) -> &'static str {
        if self == Channel::Text { "Text message" } else { "Email" }
    }
}

/// Where a message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It is being written.
    Draft,
    /// It waits for a second person.
    Waiting,
    /// It goes at its time.
    Scheduled,
    /// It is going.
    Sending,
    /// It was stopped.
    Stopped,
    /// It has gone.
    Sent,
}

impl State {
    /// The one of this word.
    pub fn parse(word: &str) -> State {
        match word {
            "waiting" => State::Waiting,
            "scheduled" => State::Scheduled,
            "sending" => State::Sending,
            "stopped" => State::Stopped,
            "sent" => State::Sent,
            _ => State::Draft,
        }
    }

    /// In words.
    pub fn title(self) -> &'static str {
        match self {
            State::Draft => "Draft",
            State::Waiting => "Waits for a second person",
            State::Scheduled => "Scheduled",
            State::Sending => "Sending",
            State::Stopped => "Stopped",
            State::Sent => "Sent",
        }
    }
}

/// What is written: all of a draft that may be changed.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// For which area.
    pub area: i64,
    /// Which kind.
    pub kind: Kind,
    /// By which way.
    pub channel: Channel,
    /// A service message's form.
    pub form: Option<Form>,
    /// What that is filled with.
    pub fields: Fields,
    /// A campaign message's subject; of a text, what it is called here.
    pub subject: String,
    /// Its body.
    pub body: String,
    /// Whom it is for.
    pub audience: Audience,
}

/// A message.
#[derive(Debug, Clone)]
pub struct Message {
    /// Which.
    pub id: Uuid,
    /// What is written.
    pub draft: Draft,
    /// The event that it is for, as it stands now; None: it is for none, or it is not to be seen from here.
    pub occasion: Option<Occasion>,
    /// The area's name.
    pub area_name: String,
    /// Where it stands.
    pub state: State,
    /// Who wrote it.
    pub made_by: Uuid,
    /// Their name.
    pub made_name: String,
    /// When.
    pub made_at: DateTime<Utc>,
    /// Who sent it off.
    pub sender: Option<Uuid>,
    /// When it goes or went.
    pub send_at: Option<DateTime<Utc>>,
    /// How many it is for.
    pub people: i32,
    /// When it was over.
    pub ended_at: Option<DateTime<Utc>>,
    /// The imprint that it carries.
    pub imprint: Vec<String>,
    /// Why the server stopped it.
    pub why: String,
    /// How often it was changed, from 1: what a page was drawn of.
    pub version: i32,
    /// Who changed it last; None: nobody since it was begun.
    pub changed_by: Option<Uuid>,
    /// The pictures that may stand in it.
    pub pictures: Vec<Pictured>,
}

impl Message {
    /// What its list and page call it.
    pub fn title(&self) -> String {
        match self.draft.form {
            Some(form) => form.subject(&self.draft.fields),
            None if self.draft.subject.is_empty() => "No subject yet".into(),
            // As somebody of whom nothing is known reads it.
            None => markup::pieces(&self.draft.subject).map_or_else(
                |_| self.draft.subject.clone(),
                |pieces| markup::plain_line(&pieces, &markup::Reader::default()),
            ),
        }
    }

    /// Whom it is for, in words; an event by what it is called now.
    pub fn audience_words(&self) -> String {
        self.draft.audience.words(self.occasion.as_ref())
    }

    /// What it says.
    ///
    /// # Errors
    /// [`crate::error::Error::Invalid`] naming what cannot stand.
    pub fn text(&self) -> Result<Text, crate::error::Error> {
        let mut text = Text::of(&self.draft, self.pictures.clone())?;
        text.imprint.clone_from(&self.imprint);
        Ok(text)
    }
}
