//! Addresses that nothing is sent to: what came back, and whose owner complained. Told in words on the page of whose they are,
//! and tried again when somebody who keeps them says so.

use crate::database::Scoped;
use crate::error::Error;
use crate::web::{Answer, Form, Path, Viewer, see_other, words};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use uuid::Uuid;

/// Why an address is left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// There is no such address, or no such host.
    Gone,
    /// The box is full.
    Full,
    /// The other side does not take it.
    Refused,
    /// It was put off again and again.
    Often,
    /// Its owner told their provider that it was unwanted.
    Complaint,
}

impl Why {
    /// Each.
    pub const ALL: [Why; 5] = [Why::Gone, Why::Full, Why::Refused, Why::Often, Why::Complaint];

    /// Its word in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Why::Gone => "gone",
            Why::Full => "full",
            Why::Refused => "refused",
            Why::Often => "often",
            Why::Complaint => "complaint",
        }
    }

    /// The one of this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|w| w.as_str() == word)
    }

    /// What a status of RFC 3463 says about an address.
    pub fn of_status(status: &str) -> Self {
        match status.split_once('.').map_or("", |(_, rest)| rest) {
            "1.1" | "1.2" | "1.3" | "1.6" | "1.10" | "2.1" | "4.4" => Why::Gone,
            "2.2" => Why::Full,
            _ => Why::Refused,
        }
    }
}

/// An address that is left alone; the address itself stands where how they are reached does.
#[derive(Debug, Clone)]
pub struct Silence {
    /// Whose.
    pub person: Uuid,
    /// `email` or `text`.
    pub channel: String,
    /// Why, as the database says it.
    pub why: String,
    /// The other side's own word (RFC 3463).
    pub status: String,
    /// Since when.
    pub since: DateTime<Utc>,
    /// How often that was.
    pub times: i32,
}

impl Silence {
    /// "Email comes back: the box is full."
    pub fn words(&self) -> String {
        let what = if self.channel == "text" { "Text messages come back" } else { "Email comes back" };
        let why = match Why::parse(&self.why) {
            Some(Why::Complaint) if self.channel == "text" => return "They complained about a text message.".into(),
            Some(Why::Complaint) => return "They told their mail provider that a message was unwanted.".into(),
            Some(Why::Gone) => "there is no such address",
            Some(Why::Full) => "the box is full",
            Some(Why::Often) => "it was put off for days",
            Some(Why::Refused) | None => "the other side does not take it",
        };
        format!("{what}: {why}.")
    }

    /// "Since 3 May, nothing is sent there."
    pub fn since_words(&self) -> String {
        let day = words::date(words::day_of(self.since));
        let code = if self.status.is_empty() { String::new() } else { format!(" ({})", self.status) };
        let often = if self.times > 1 { format!(", {} times", self.times) } else { String::new() };
        format!("Since {day}{code}{often}. Nothing is sent there.")
    }
}

/// Which of somebody's addresses nothing is sent to.
///
/// # Errors
/// What the database says.
pub async fn of(scope: &mut Scoped, person: Uuid) -> Result<Vec<Silence>, Error> {
    Ok(sqlx::query_as!(
        Silence,
        r#"select person_id as "person!", channel as "channel!", why as "why!", status as "status!", since as "since!", times as "times!"
           from wall.silences(array[$1::uuid])"#,
        person
    )
    .fetch_all(scope.connection())
    .await?)
}

/// What came of having an address tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lifted {
    /// It is tried again.
    Yes,
    /// They complained, and have not agreed since.
    Kept,
}

/// Has an address tried again.
///
/// # Errors
/// [`Error::NotFound`] when nothing is silent there, or it is not one's own to say.
pub async fn lift(scope: &mut Scoped, person: Uuid, channel: &str) -> Result<Lifted, Error> {
    let answer = sqlx::query_scalar!(r#"select wall.lift_silence($1, $2) as "answer!""#, person, channel)
        .fetch_one(scope.connection())
        .await?;
    match answer.as_str() {
        "lifted" => Ok(Lifted::Yes),
        "kept" => Ok(Lifted::Kept),
        _ => Err(Error::NotFound),
    }
}

/// Which of their ways of being reached.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    channel: String,
}

/// `POST /members/{id}/address`
pub async fn of_member(viewer: Viewer, Path(id): Path<Uuid>, Form(asked): Form<Asked>) -> Answer {
    again(&viewer, id, &asked, "members").await
}

/// `POST /volunteers/{person}/address`
pub async fn of_volunteer(viewer: Viewer, Path(person): Path<Uuid>, Form(asked): Form<Asked>) -> Answer {
    again(&viewer, person, &asked, "volunteers").await
}

async fn again(viewer: &Viewer, person: Uuid, asked: &Asked, room: &str) -> Answer {
    let mut scope = viewer.scope().await?;
    let said = match lift(&mut scope, person, &asked.channel).await? {
        Lifted::Yes => "address-again",
        Lifted::Kept => "address-left",
    };
    scope.commit().await?;
    Ok(see_other(&format!("/{room}/{person}?said={said}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_other_side_says_is_told_in_words() {
        for (status, why) in [("5.1.1", Why::Gone), ("5.2.2", Why::Full), ("5.7.1", Why::Refused), ("", Why::Refused)] {
            assert_eq!(Why::of_status(status), why, "{status}");
        }
        let silence = |channel: &str, why: Why| Silence {
            person: Uuid::nil(),
            channel: channel.into(),
            why: why.as_str().into(),
            status: String::new(),
            since: "2026-05-03T10:00:00Z".parse().unwrap(),
            times: 2,
        };
        assert_eq!(silence("email", Why::Full).words(), "Email comes back: the box is full.");
        assert_eq!(silence("email", Why::Full).since_words(), "Since 3 May 2026, 2 times. Nothing is sent there.");
        for why in Why::ALL {
            assert_eq!(Why::parse(why.as_str()), Some(why));
            assert_ne!(silence("email", why).words(), silence("text", why).words());
        }
    }
}
