//! Events and their shifts: what is on, who comes, who came.
//!
//! What enters is an organiser's event with its shifts, and sign-ups of accounts and of people of Organise; what leaves is
//! lists, a sheet to print, letters from fixed forms, and calendars. Places are counted by the database alone
//! (`wall.take_place`), so that there are never more people than places.

pub mod attended;
pub mod feed;
pub mod form;
pub mod ics;
pub mod pages;
pub mod sign_ups;
pub mod slots;
pub mod store;
pub mod walk;
pub mod weeks;

use crate::web::words;
use chrono::{DateTime, Utc};
use chrono_tz::Europe::London;
use uuid::Uuid;

/// What kind of event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// At the doors, with walk lists.
    Canvass,
    /// Through the doors.
    Leafleting,
    /// In the street.
    Stall,
    /// By telephone.
    PhoneBank,
    /// To talk and decide.
    Meeting,
    /// To learn how.
    Training,
    /// For its own sake.
    Social,
    /// The day itself: tellers, runners, lifts.
    PollingDay,
}

impl Kind {
    /// All, in the order pages offer them.
    pub const ALL: [Kind; 8] = [
        Kind::Canvass,
        Kind::Leafleting,
        Kind::Stall,
        Kind::PhoneBank,
        Kind::Meeting,
        Kind::Training,
        Kind::Social,
        Kind::PollingDay,
    ];

    /// The word in forms and the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Canvass => "canvass",
            Kind::Leafleting => "leafleting",
            Kind::Stall => "stall",
            Kind::PhoneBank => "phone-bank",
            Kind::Meeting => "meeting",
            Kind::Training => "training",
            Kind::Social => "social",
            Kind::PollingDay => "polling-day",
        }
    }

    /// The word on pages.
    pub fn title(self) -> &'static str {
        match self {
            Kind::Canvass => "Canvass",
            Kind::Leafleting => "Leafleting",
            Kind::Stall => "Street stall",
            Kind::PhoneBank => "Phone bank",
            Kind::Meeting => "Meeting",
            Kind::Training => "Training",
            Kind::Social => "Social",
            Kind::PollingDay => "Polling day",
        }
    }

    /// The kind of this word.
    pub fn parse(word: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|k| k.as_str() == word)
    }
}

/// An event.
#[derive(Debug, Clone)]
pub struct Event {
    /// Its id.
    pub id: Uuid,
    /// Whose it is: the area that may come and that runs it.
    pub area: i64,
    /// The area's name.
    pub area_name: String,
    /// What kind.
    pub kind: Kind,
    /// What it is called.
    pub title: String,
    /// Where, in words.
    pub place: String,
    /// Where on a map: north, east.
    pub at: Option<(f64, f64)>,
    /// What to bring.
    pub bring: String,
    /// When it begins.
    pub starts: DateTime<Utc>,
    /// When it ends.
    pub ends: DateTime<Utc>,
    /// Places where it has no shifts; None: no limit.
    pub capacity: Option<i32>,
    /// Why it was called off.
    pub cancelled: Option<String>,
    /// Those that were repeated together.
    pub series: Option<Uuid>,
    /// Whether anybody may read of it.
    pub public: bool,
    /// What anybody reads.
    pub public_text: String,
    /// When it was changed last.
    pub changed: DateTime<Utc>,
    /// How often.
    pub sequence: i32,
}

impl Event {
    /// Whether it is over.
    pub fn over(&self) -> bool {
        self.ends <= Utc::now()
    }

    /// Whether it goes on just now.
    pub fn on_now(&self) -> bool {
        !self.over() && self.starts <= Utc::now() && self.cancelled.is_none()
    }

    /// Whether it has begun, so that people can be ticked off.
    pub fn begun(&self) -> bool {
        self.starts <= Utc::now()
    }

    /// Whether this is the day of it, by the clock on the wall: when its code is good.
    pub fn today(&self) -> bool {
        let today = words::day_of(Utc::now());
        self.cancelled.is_none() && words::day_of(self.starts) <= today && today <= words::day_of(self.ends)
    }

    /// "10:00 am to 12:30 pm".
    pub fn hours(&self) -> String {
        hours(self.starts, self.ends)
    }

    /// "Saturday 28 November 2026".
    pub fn day(&self) -> String {
        self.starts.with_timezone(&London).format("%A %-d %B %Y").to_string()
    }

    /// "28".
    pub fn day_number(&self) -> String {
        self.starts.with_timezone(&London).format("%-d").to_string()
    }

    /// "Sat, Nov".
    pub fn day_and_month(&self) -> String {
        self.starts.with_timezone(&London).format("%a, %b").to_string()
    }

    /// Its place on OpenStreetMap, which is asked for only by whoever follows the link.
    pub fn map(&self) -> Option<String> {
        self.at.map(map_link)
    }
}

/// A place's own page on OpenStreetMap.
pub fn map_link((lat, long): (f64, f64)) -> String {
    format!("https://www.openstreetmap.org/?mlat={lat:.5}&mlon={long:.5}#map=17/{lat:.5}/{long:.5}")
}

/// "10:00 am to 12:30 pm", "6:00 to 8:30 pm", "10:00 pm to 2:00 am on Sunday".
pub fn hours(starts: DateTime<Utc>, ends: DateTime<Utc>) -> String {
    let (from, until) = (words::clock_time(starts), words::clock_time(ends));
    let same_half = |half: &str| from.ends_with(half) && until.ends_with(half);
    let later = words::day_of(ends) != words::day_of(starts);
    let from = match from.split_once('\u{a0}') {
        Some((short, _)) if !later && (same_half("am") || same_half("pm")) => short.to_owned(),
        _ => from,
    };
    if later {
        return format!("{from} to {until} on {}", ends.with_timezone(&London).format("%A"));
    }
    format!("{from} to {until}")
}

/// Six letters to type on a phone, none of which can be taken for another or for a figure.
pub fn new_code() -> String {
    const LETTERS: &[u8] = b"ABCDEFGHJKLMNPRSTUVWXYZ";
    let letter = |byte: u8| char::from(LETTERS[usize::from(byte) % LETTERS.len()]);
    rand::random::<[u8; 6]>().into_iter().map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        words::parse_time(text).unwrap()
    }

    #[test]
    fn hours_read_as_people_say_them() {
        let said = |from: &str, until: &str| hours(at(from), at(until)).replace('\u{a0}', " ");
        assert_eq!(said("2026-11-24 18:00", "2026-11-24 20:30"), "6:00 to 8:30 pm");
        assert_eq!(said("2026-11-28 10:00", "2026-11-28 12:30"), "10:00 am to 12:30 pm");
        assert_eq!(said("2026-12-05 11:00", "2026-12-05 12:00"), "11:00 am to 12:00 noon");
        assert_eq!(said("2026-12-05 22:00", "2026-12-06 02:00"), "10:00 pm to 2:00 am on Sunday");
    }

    #[test]
    fn a_code_is_six_letters_that_cannot_be_mistaken() {
        for _ in 0..200 {
            let code = new_code();
            assert!(code.len() == 6 && code.bytes().all(|b| b.is_ascii_uppercase() && !b"IOQ".contains(&b)), "{code}");
        }
    }
}
