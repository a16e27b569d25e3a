//! The invitation to an account that a volunteer was sent, and what became of it: one is out at a time.

use super::store;
use crate::database::Scoped;
use crate::error::Error;
use crate::web::words;
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// What became of an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stands {
    /// It waits for them.
    Out,
    /// They took it up.
    TakenUp,
    /// It was ended before they did.
    Withdrawn,
    /// Its time ran out.
    Over,
    /// It is good for nothing: whoever sent it may not give that access any more.
    Void,
}

/// The invitation that a volunteer was sent last.
#[derive(Debug, Clone, Copy)]
pub struct Invitation {
    /// When it was sent.
    pub sent_at: DateTime<Utc>,
    /// Until when it is good.
    pub ends_at: DateTime<Utc>,
    /// What became of it.
    pub stands: Stands,
    /// Since when that is so.
    pub since: DateTime<Utc>,
}

impl Invitation {
    /// Whether it waits for them.
    pub fn is_out(&self) -> bool {
        self.stands == Stands::Out
    }

    /// Whether another may be sent to somebody without an account: not while this one can still be taken up.
    pub fn may_again(&self) -> bool {
        !self.is_out()
    }

    /// When they were invited and what came of it, in words.
    pub fn words(&self) -> String {
        let day = |at: DateTime<Utc>| words::date(words::day_of(at));
        let became = match self.stands {
            Stands::Out => {
                format!("They have not taken it up yet: the link is good until {}", words::moment(self.ends_at))
            }
            Stands::TakenUp => format!("They took it up on {}", day(self.since)),
            Stands::Withdrawn => format!("It was withdrawn on {}, before they took it up", day(self.since)),
            Stands::Over => format!("They did not take it up, and it ran out on {}", day(self.since)),
            Stands::Void => "It opens nothing any more: whoever sent it may not give this access now".into(),
        };
        format!("Invited on {}. {became}.", day(self.sent_at))
    }

    /// Why no other is sent now, and what to do instead.
    fn not_again(&self) -> String {
        format!(
            "They were invited on {} and can still take that up, until {}. To invite them again before then, withdraw that invitation first",
            words::date(words::day_of(self.sent_at)),
            words::moment(self.ends_at)
        )
    }
}

/// The invitation that somebody was sent last, for whoever organises where they belong.
///
/// # Errors
/// What the database says.
pub async fn of(scope: &mut Scoped, person: Uuid) -> Result<Option<Invitation>, Error> {
    let row = sqlx::query!(
        r#"select sent_at as "sent_at!", ends_at as "ends_at!", stands as "stands!", since as "since!" from wall.invitation_of($1)"#,
        person
    )
    .fetch_optional(scope.connection())
    .await?;
    Ok(row.map(|r| {
        let stands = match r.stands.as_str() {
            "out" => Stands::Out,
            "taken-up" => Stands::TakenUp,
            "withdrawn" => Stands::Withdrawn,
            "over" => Stands::Over,
            _ => Stands::Void,
        };
        Invitation { sent_at: r.sent_at, ends_at: r.ends_at, stands, since: r.since }
    }))
}

/// Whether one is out, as far as whoever asks is told of invitations.
///
/// # Errors
/// What the database says.
pub async fn is_out(scope: &mut Scoped, person: Uuid) -> Result<bool, Error> {
    Ok(store::organises(scope) && of(scope, person).await?.is_some_and(|sent| sent.is_out()))
}

/// Ends the one that is out, whoever sent it. False: none is.
///
/// # Errors
/// What the database says.
pub async fn withdraw(scope: &mut Scoped, person: Uuid) -> Result<bool, Error> {
    Ok(sqlx::query_scalar!(r#"select wall.withdraw_invitation($1) as "done!""#, person)
        .fetch_one(scope.connection())
        .await?)
}

/// Holds a volunteer's record until the transaction ends, so that two who press the button at once send one invitation.
///
/// # Errors
/// [`Error::Invalid`] while one is out; what the database says.
pub async fn none_is_out(scope: &mut Scoped, person: Uuid) -> Result<(), Error> {
    sqlx::query_scalar!("select person_id from volunteer where person_id = $1 for update", person)
        .fetch_optional(scope.connection())
        .await?;
    match of(scope, person).await? {
        Some(sent) if !sent.may_again() => Err(Error::field("invitation", sent.not_again())),
        _ => Ok(()),
    }
}
