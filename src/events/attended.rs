//! What somebody did, on their own page as a member or a volunteer: what they were down for, whether they came, and at how many
//! doors they were. To thank them by: there is no list by it. Figures of doors, never an answer.

use crate::database::Scoped;
use crate::error::Error;
use crate::web::words;
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

/// How many of them a page shows.
const SHOWN: usize = 20;

/// Something that they were down for.
#[derive(Debug, Clone)]
pub struct Place {
    /// The event.
    pub event: Uuid,
    /// What it is called.
    pub title: String,
    /// The shift; None: the event itself.
    pub shift: Option<String>,
    /// When it begins.
    pub starts: DateTime<Utc>,
    /// When it ends.
    pub ends: DateTime<Utc>,
    /// `coming`, `waiting`, `came`, `did-not-come` or `called-off`.
    pub state: String,
}

impl Place {
    /// "Polling day: Teller".
    pub fn name(&self) -> String {
        self.shift.as_ref().map_or_else(|| self.title.clone(), |shift| format!("{}: {shift}", self.title))
    }

    /// The tag's colour and word.
    pub fn tag(&self) -> (&'static str, &'static str) {
        match self.state.as_str() {
            "came" => ("good", "Came"),
            "did-not-come" => ("", "Did not come"),
            "called-off" => ("", "Called off"),
            _ if self.ends <= Utc::now() => ("", "Not ticked off"),
            "waiting" => ("warn", "Waiting"),
            _ => ("good", "Coming"),
        }
    }
}

/// Where they recorded answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Doors {
    /// Doors of the area in use.
    pub doors: i64,
    /// Hours of the clock in which they did.
    pub hours: i64,
    /// When they did last.
    pub last: Option<DateTime<Utc>>,
}

/// What somebody did in the area in use.
#[derive(Debug, Clone, Default)]
pub struct Attended {
    /// What they were down for, the latest first.
    pub places: Vec<Place>,
    /// What they did at doors; None: they have no account, or contact data is closed.
    pub doors: Option<Doors>,
}

impl Attended {
    /// Those that the page shows.
    pub fn shown(&self) -> &[Place] {
        &self.places[..self.places.len().min(SHOWN)]
    }

    /// How many more there are.
    pub fn more(&self) -> usize {
        self.places.len() - self.shown().len()
    }

    /// To how many they came.
    pub fn came(&self) -> usize {
        self.places.iter().filter(|p| p.state == "came").count()
    }

    /// Whole hours of the events and shifts that they came to.
    pub fn hours(&self) -> i64 {
        let came = self.places.iter().filter(|p| p.state == "came");
        let minutes = came.map(|p| p.ends - p.starts).sum::<TimeDelta>().num_minutes();
        (minutes + 30) / 60
    }

    /// When they were at a door last.
    pub fn last_out(&self) -> Option<String> {
        self.doors.and_then(|d| d.last).map(words::ago)
    }
}

/// What a person of one's areas did. It goes to their own page, which records that they were looked at.
///
/// # Errors
/// What the database says.
pub async fn of(scope: &mut Scoped, person: Uuid) -> Result<Attended, Error> {
    let places = sqlx::query_as!(
        Place,
        r#"select event_id as "event!", title as "title!", shift, starts_at as "starts!", ends_at as "ends!", state as "state!"
           from wall.attended($1)"#,
        person
    )
    .fetch_all(scope.connection())
    .await?;
    let doors = sqlx::query_as!(
        Doors,
        r#"select doors as "doors!", hours as "hours!", last_at as last from wall.canvassed($1)"#,
        person
    )
    .fetch_optional(scope.connection())
    .await?;
    Ok(Attended { places, doors })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_those_of_what_they_came_to() {
        let now = Utc::now();
        let place = |state: &str, minutes: i64| Place {
            event: Uuid::nil(),
            title: "Polling day".into(),
            shift: Some("Teller".into()),
            starts: now - TimeDelta::minutes(minutes),
            ends: now,
            state: state.into(),
        };
        let places = vec![place("came", 150), place("came", 150), place("did-not-come", 600), place("coming", 600)];
        let attended = Attended { places, doors: None };
        assert_eq!((attended.hours(), attended.came()), (5, 2));
        assert_eq!(attended.places[3].tag().1, "Not ticked off");
        assert_eq!(attended.places[0].name(), "Polling day: Teller");
    }
}
