//! Requests as they stand: kinds, states, what can be done next.

use super::Subject;
use chrono::{DateTime, NaiveDate, Utc};

/// Writes an enum of words: as the database and forms have them, and as pages say them.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$of:meta])* $variant:ident = $word:literal, $title:literal;)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum $name { $($(#[$of])* $variant,)* }

        impl $name {
            /// All, in the order pages show them.
            pub const ALL: &'static [$name] = &[$($name::$variant),*];

            /// The word in forms and the database.
            pub fn as_str(self) -> &'static str {
                match self { $($name::$variant => $word,)* }
            }

            /// The words on pages.
            pub fn title(self) -> &'static str {
                match self { $($name::$variant => $title,)* }
            }

            /// The one of this word.
            pub fn parse(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.as_str() == word)
            }
        }
    };
}

words!(
    /// What somebody asks for.
    Kind {
        /// Art 15.
        Access = "access", "A copy of their data";
        /// Art 16.
        Rectification = "rectification", "Correction";
        /// Art 17.
        Erasure = "erasure", "Erasure";
        /// Art 18.
        Restriction = "restriction", "Restriction";
        /// Art 21, and DPA 2018 sch 1 para 22(3).
        Objection = "objection", "Objection or notice to stop";
        /// Art 20.
        Portability = "portability", "Data to take elsewhere";
        /// DPA 2018 s164A.
        Complaint = "complaint", "Complaint";
    }
);

words!(
    /// How it came.
    CameBy {
        /// On paper.
        Letter = "letter", "By letter";
        /// By email.
        Email = "email", "By email";
        /// Said at a door.
        Door = "door", "Said at a door";
        /// By phone.
        Phone = "phone", "By phone";
        /// Said in person elsewhere.
        InPerson = "in-person", "In person";
    }
);

words!(
    /// Whether it is known that the asker is who they say.
    Identity {
        /// Nobody doubts it.
        NotNeeded = "not-needed", "Not in doubt";
        /// Proof was asked for.
        Asked = "asked", "Proof asked for";
        /// It came.
        Proved = "proved", "Proved";
        /// It did not suffice.
        NotProved = "not-proved", "Not proved";
    }
);

words!(
    /// Where it stands.
    State {
        /// Something is to be done.
        Open = "open", "Open";
        /// Answered.
        Answered = "answered", "Answered";
        /// Refused, with reasons.
        Refused = "refused", "Refused";
        /// Taken back by the asker.
        Withdrawn = "withdrawn", "Withdrawn";
    }
);

words!(
    /// What is put on a request's record.
    Act {
        /// Told that it came.
        Acknowledged = "acknowledged", "Told them that it came";
        /// Proof of identity asked for: the month begins when it comes.
        IdentityAsked = "identity-asked", "Asked for proof of identity";
        /// It came.
        IdentityProved = "identity-proved", "Identity is proved";
        /// It does not suffice.
        IdentityNotProved = "identity-not-proved", "The proof does not suffice";
        /// The clock stands still until they answer.
        Stopped = "stopped", "Asked what they mean: the clock stands still";
        /// It goes on.
        Resumed = "resumed", "They answered: the clock goes on";
        /// Two months more.
        Extended = "extended", "Extended by two months, and told them why";
        /// Anything else.
        Note = "note", "Something else, for the record";
        /// Answered: the end.
        Answered = "answered", "Answered";
        /// Refused: the end.
        Refused = "refused", "Refused, and told them why";
        /// They took it back: the end.
        Withdrawn = "withdrawn", "They took it back";
    }
);

/// A request.
#[derive(Debug, Clone)]
pub struct Request {
    /// Its number.
    pub id: i64,
    /// What is asked for.
    pub kind: Kind,
    /// How it came.
    pub came_by: CameBy,
    /// When.
    pub received_on: NaiveDate,
    /// By whom, as they wrote; empty once erased.
    pub asker: String,
    /// Where the answer goes.
    pub answer_to: String,
    /// What they say.
    pub about: String,
    /// Whom it is about, once found.
    pub subject: Option<Subject>,
    /// Whether they are who they say.
    pub identity: Identity,
    /// When proof was asked for.
    pub identity_asked_on: Option<NaiveDate>,
    /// When it came.
    pub identity_proved_on: Option<NaiveDate>,
    /// The clock stands still since.
    pub stopped_on: Option<NaiveDate>,
    /// For how many days it stood still before.
    pub stopped_days: i32,
    /// When it was extended.
    pub extended_on: Option<NaiveDate>,
    /// When they were told that it came.
    pub acknowledged_on: Option<NaiveDate>,
    /// Where it stands.
    pub state: State,
    /// When it ended.
    pub closed_on: Option<NaiveDate>,
    /// What the clock says.
    pub due_on: Option<NaiveDate>,
}

/// How loudly a due day is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueWords {
    /// `bad`, `warn`, `good` or nothing.
    pub tone: &'static str,
    /// "3 days overdue".
    pub words: String,
}

impl Request {
    /// One of today that nobody has done anything about.
    pub fn of_kind(kind: Kind) -> Self {
        Request {
            id: 0,
            kind,
            came_by: CameBy::Letter,
            received_on: crate::web::words::day_of(Utc::now()),
            asker: String::new(),
            answer_to: String::new(),
            about: String::new(),
            subject: None,
            identity: Identity::NotNeeded,
            identity_asked_on: None,
            identity_proved_on: None,
            stopped_on: None,
            stopped_days: 0,
            extended_on: None,
            acknowledged_on: None,
            state: State::Open,
            closed_on: None,
            due_on: None,
        }
    }

    /// Whether anything is still to be done.
    pub fn is_open(&self) -> bool {
        self.state == State::Open
    }

    /// The asker's name, or that they were erased.
    pub fn who(&self) -> &str {
        if self.asker.is_empty() { "Somebody who was erased" } else { &self.asker }
    }

    /// Whether the month has not begun, since proof of identity is waited for.
    pub fn waits_for_identity(&self) -> bool {
        self.is_open() && matches!(self.identity, Identity::Asked | Identity::NotProved) && self.due_on.is_none()
    }

    /// What may be put on record now, in the order of the form.
    pub fn next(&self, today: NaiveDate) -> Vec<Act> {
        if !self.is_open() {
            return vec![Act::Note];
        }
        let may = |act: &Act| match act {
            Act::Acknowledged => self.acknowledged_on.is_none(),
            Act::IdentityAsked => matches!(self.identity, Identity::NotNeeded | Identity::NotProved),
            Act::IdentityProved | Act::IdentityNotProved => self.identity == Identity::Asked,
            Act::Stopped => self.stopped_on.is_none() && self.kind != Kind::Complaint,
            Act::Resumed => self.stopped_on.is_some(),
            Act::Extended => self.may_extend(today),
            Act::Note | Act::Answered | Act::Refused | Act::Withdrawn => true,
        };
        Act::ALL.iter().copied().filter(may).collect()
    }

    /// Once, and only while the first month lasts (Art 12(3)); complaints have no such month.
    fn may_extend(&self, today: NaiveDate) -> bool {
        let within = super::clock::first_month_ends(self).is_none_or(|end| today <= end);
        self.kind != Kind::Complaint && self.extended_on.is_none() && within
    }

    /// The same after an act of today.
    #[must_use]
    pub fn after(mut self, act: Act, today: NaiveDate) -> Self {
        match act {
            Act::Acknowledged => self.acknowledged_on = Some(today),
            Act::IdentityAsked => {
                self.identity = Identity::Asked;
                self.identity_asked_on = self.identity_asked_on.or(Some(today));
            }
            Act::IdentityProved => {
                self.identity = Identity::Proved;
                self.identity_proved_on = Some(today);
            }
            Act::IdentityNotProved => self.identity = Identity::NotProved,
            Act::Stopped => self.stopped_on = Some(today),
            Act::Resumed => {
                let days = self.stopped_on.take().map_or(0, |since| (today - since).num_days());
                self.stopped_days += i32::try_from(days).unwrap_or(0).max(0);
            }
            Act::Extended => self.extended_on = Some(today),
            Act::Note => {}
            Act::Answered => self.close(State::Answered, today),
            Act::Refused => self.close(State::Refused, today),
            Act::Withdrawn => self.close(State::Withdrawn, today),
        }
        self.due_on = super::clock::due(&self);
        self
    }

    fn close(&mut self, state: State, today: NaiveDate) {
        self.state = state;
        self.closed_on = Some(today);
    }

    /// What is due, as pages say it.
    pub fn due_words(&self, today: NaiveDate) -> DueWords {
        use crate::web::words::{count, short_date};
        let say = |tone, words: String| DueWords { tone, words };
        match (self.closed_on, self.due_on) {
            (Some(day), _) => say("", format!("{} on {}", self.state.title(), short_date(day))),
            (None, None) if self.stopped_on.is_some() => say("warn", "Stands still until they answer".into()),
            (None, None) if self.waits_for_identity() => say("warn", "Begins with proof of identity".into()),
            (None, None) => say("", "Outcome without undue delay".into()),
            (None, Some(due)) => match (due - today).num_days() {
                0 => say("bad", "Due today".into()),
                late if late < 0 => say("bad", format!("{} overdue", count(-late, "day", "days"))),
                left if left <= 7 => say("warn", format!("{} left, {}", count(left, "day", "days"), short_date(due))),
                _ => say("", short_date(due)),
            },
        }
    }
}

/// One line of a request's record.
#[derive(Debug, Clone)]
pub struct Event {
    /// When.
    pub at: DateTime<Utc>,
    /// What, as the database has it.
    pub what: String,
    /// In which words.
    pub words: String,
    /// By whom.
    pub by: String,
}

impl Event {
    /// What was done, in words.
    pub fn title(&self) -> &str {
        match self.what.as_str() {
            "received" => "Received",
            "found" => "Found who it is about",
            "letter" => "A letter was made",
            "file" => "Their file was made",
            "stop" => "What they stop was recorded",
            "erased" => "Erased",
            word => match Act::parse(word) {
                Some(act) => act.title(),
                None => word,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn an_extension_is_offered_once_and_only_in_the_first_month() {
        let asked = Request { received_on: day("2026-06-01"), ..Request::of_kind(Kind::Access) };
        assert!(asked.next(day("2026-07-01")).contains(&Act::Extended));
        assert!(!asked.next(day("2026-07-02")).contains(&Act::Extended));
        let extended = asked.clone().after(Act::Extended, day("2026-06-20"));
        assert_eq!(extended.due_on, Some(day("2026-09-01")));
        assert!(!extended.next(day("2026-06-21")).contains(&Act::Extended));
        let complaint = Request { received_on: day("2026-06-01"), ..Request::of_kind(Kind::Complaint) };
        assert!(!complaint.next(day("2026-06-02")).contains(&Act::Extended));
    }

    #[test]
    fn what_is_closed_takes_nothing_but_notes_and_says_when_it_ended() {
        let closed = Request::of_kind(Kind::Erasure).after(Act::Answered, day("2026-11-27"));
        assert_eq!(closed.next(day("2026-11-28")), [Act::Note]);
        assert_eq!(closed.due_words(day("2026-11-28")).words, "Answered on 27 Nov 2026");
    }

    #[test]
    fn days_of_waiting_are_added_up() {
        let asked = Request { received_on: day("2026-06-01"), ..Request::of_kind(Kind::Access) };
        let stands = asked.after(Act::Stopped, day("2026-06-05"));
        assert_eq!(stands.due_words(day("2026-06-06")).words, "Stands still until they answer");
        let goes = stands.after(Act::Resumed, day("2026-06-14"));
        assert_eq!((goes.stopped_days, goes.due_on), (9, Some(day("2026-07-10"))));
        assert_eq!(goes.due_words(day("2026-07-13")).words, "3 days overdue");
    }
}
