//! News of an area: short posts by organisers for whoever is signed in there, pinned or not, each with an end. A post names
//! nobody, so reading it is no look at a person.

pub mod pages;
pub mod store;

use crate::error::Error;
use crate::web::words;
use chrono::{DateTime, Days, NaiveDate, Utc};
use uuid::Uuid;

/// How long a post usually stands.
pub const USUAL: Days = Days::new(14);
/// The longest that one may stand: what is to be known for longer belongs in the terms or an event.
pub const LONGEST: Days = Days::new(90);

/// A post.
#[derive(Debug, Clone)]
pub struct Post {
    /// Its id.
    pub id: Uuid,
    /// Whose news it is.
    pub area: String,
    /// What it is about.
    pub title: String,
    /// What it says, in paragraphs.
    pub words: String,
    /// Whether it stands above the others.
    pub pinned: bool,
    /// When it was posted.
    pub posted_at: DateTime<Utc>,
    /// When it was changed last.
    pub changed_at: Option<DateTime<Utc>>,
    /// Until when it stands.
    pub ends_at: DateTime<Utc>,
    /// Whether whoever reads it may change it.
    pub own: bool,
}

impl Post {
    /// Whether it is over.
    pub fn is_over(&self) -> bool {
        self.ends_at <= Utc::now()
    }

    /// "Quillbrook, 2 hours ago, changed 1 hour ago".
    pub fn byline(&self) -> String {
        let changed = self.changed_at.map(|at| format!(", changed {}", words::ago(at))).unwrap_or_default();
        format!("{}, {}{changed}", self.area, words::ago(self.posted_at))
    }
}

/// The last day of a post, as it was typed.
///
/// # Errors
/// [`Error::Invalid`] on `until` when it cannot be read, is past, or too far away.
pub fn last_day(typed: &str, today: NaiveDate) -> Result<NaiveDate, Error> {
    let latest = today.checked_add_days(LONGEST).unwrap_or(today);
    let day = typed.trim().parse::<NaiveDate>();
    let day = day.map_err(|_| Error::field("until", "Give the last day on which it stands, for example 2026-12-24"))?;
    match day {
        day if day < today => Err(Error::field("until", "This day is past: choose today or one to come")),
        day if day > latest => Err(Error::field(
            "until",
            format!("News stands 90 days at most: choose a day up to {}", words::date(latest)),
        )),
        day => Ok(day),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn news_ends_and_not_in_a_year() {
        let today: NaiveDate = "2026-11-28".parse().unwrap();
        assert_eq!(last_day(" 2026-11-28 ", today).unwrap(), today);
        assert_eq!(last_day("2027-02-26", today).unwrap().to_string(), "2027-02-26");
        for bad in ["", "soon", "2026-11-27", "2027-02-27"] {
            assert!(last_day(bad, today).is_err(), "{bad}");
        }
    }
}
