//! Walk lists on the organiser's side: made from streets, given to volunteers until a time, printed, watched, ended.
//!
//! What enters is an organiser's choice of streets and of whom to leave out; what leaves is doors in walk order, whose
//! versions never change, so that a look at a list is exact. The volunteer's side is `canvass::doors`.

pub mod assign;
pub mod assign_pages;
pub mod choices;
pub mod choose;
pub mod join;
pub mod join_pages;
pub mod live;
pub mod live_pages;
pub mod make;
mod name;
pub mod new_pages;
pub mod outing;
pub mod pages;
pub mod plan;
pub mod print;
pub mod split;
pub mod store;

pub use name::ListName;

use super::walk_order::{Side, WalkOrder};
pub use crate::web::words::parse_time;

use crate::web::words::from_clock;
use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use chrono_tz::Europe::London;

/// The most doors that one list holds: more cannot be walked, nor opened on a phone.
pub const MOST_DOORS: usize = 1_000;
/// The most doors that are made into lists in one go.
pub const MOST_DOORS_AT_ONCE: usize = 10_000;
/// Doors of one session for one or two people, as FIELD.md has it.
pub const USUAL_DOORS: usize = 50;

/// How one walks along a street, chosen per list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SideOrder {
    /// As the council's file has the doors, which is street order.
    #[default]
    Council,
    /// Up the odd side, back down the even one.
    OddsThenEvens,
    /// The odd side upwards, then the even side upwards.
    OneSide,
    /// By number, crossing the street.
    Numeric,
}

impl SideOrder {
    /// Every order, the usual one first.
    pub const ALL: [SideOrder; 4] =
        [SideOrder::Council, SideOrder::OddsThenEvens, SideOrder::OneSide, SideOrder::Numeric];

    /// The word in forms and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            SideOrder::Council => "council",
            SideOrder::OddsThenEvens => "odds-then-evens",
            SideOrder::OneSide => "one-side",
            SideOrder::Numeric => "numeric",
        }
    }

    /// The words on pages.
    pub fn title(self) -> &'static str {
        match self {
            SideOrder::Council => "As the council lists them",
            SideOrder::OddsThenEvens => "Odds, then evens back",
            SideOrder::OneSide => "One side at a time, both upwards",
            SideOrder::Numeric => "By number, crossing the road",
        }
    }

    /// The order of this word.
    pub fn parse(word: &str) -> Option<SideOrder> {
        SideOrder::ALL.into_iter().find(|o| o.as_str() == word)
    }

    /// As doors are put in order.
    pub fn walk(self) -> WalkOrder {
        match self {
            SideOrder::Council => WalkOrder::Council,
            SideOrder::OddsThenEvens => WalkOrder::OddsThenEvensBack,
            SideOrder::OneSide => WalkOrder::OneSideAtATime,
            SideOrder::Numeric => WalkOrder::NumericPlain,
        }
    }
}

/// The word that stands for a door's side: `building` is a flat in a building without a house number, `other` a house
/// that has a name only.
pub fn side_word(side: Side, flat: &str) -> &'static str {
    match side {
        Side::Odd => "odd",
        Side::Even => "even",
        Side::Building if flat.is_empty() => "other",
        Side::Building => "building",
    }
}

/// A door's own words within its street: `14A`, `Flat 3, 12`, `Rosewell Cottage`.
pub fn door_label(building: &str, number: Option<i32>, suffix: &str, flat: &str, address: &str) -> String {
    let flat = match flat {
        "" => String::new(),
        f if f.starts_with(|c: char| c.is_ascii_digit()) || f.chars().count() == 1 => format!("Flat {f}"),
        f => f.to_owned(),
    };
    let number = number.map(|n| format!("{n}{suffix}")).unwrap_or_default();
    let parts: Vec<&str> =
        [flat.as_str(), building, number.as_str()].into_iter().filter(|part| !part.is_empty()).collect();
    if parts.is_empty() { address.to_owned() } else { parts.join(", ") }
}

/// A street's name; homes whose address names none stand under these words.
pub fn street_words(street: &str) -> &str {
    if street.is_empty() { "Other addresses" } else { street }
}

/// What a list is at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Given to somebody, now or later.
    Current,
    /// Nobody has it.
    Draft,
    /// Ended by an organiser, or its time is up.
    Ended,
}

impl State {
    /// Every state, in the order of the tabs.
    pub const ALL: [State; 3] = [State::Current, State::Draft, State::Ended];

    /// The word in addresses and statements.
    pub fn as_str(self) -> &'static str {
        match self {
            State::Current => "current",
            State::Draft => "drafts",
            State::Ended => "ended",
        }
    }

    /// The tab's word.
    pub fn title(self) -> &'static str {
        match self {
            State::Current => "Current",
            State::Draft => "Drafts",
            State::Ended => "Ended",
        }
    }

    /// The state of this word; anything else is the first tab.
    pub fn parse(word: &str) -> State {
        State::ALL.into_iter().find(|s| s.as_str() == word).unwrap_or(State::Current)
    }
}

/// When an assignment usually ends: tonight at 8:30 pm, tomorrow's once it is past 7 pm, by the United Kingdom's clock.
pub fn usual_end(now: DateTime<Utc>) -> DateTime<Utc> {
    let local = now.with_timezone(&London);
    let late = local.time() >= NaiveTime::from_hms_opt(19, 0, 0).unwrap_or_default();
    let day = local.date_naive() + TimeDelta::days(i64::from(late));
    from_clock(day.and_time(NaiveTime::from_hms_opt(20, 30, 0).unwrap_or_default()))
}

/// A time as `datetime-local` fields write it, by the United Kingdom's clock.
pub fn local_field(at: DateTime<Utc>) -> String {
    at.with_timezone(&London).format("%Y-%m-%dT%H:%M").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        DateTime::parse_from_rfc3339(text).unwrap().with_timezone(&Utc)
    }

    #[test]
    fn a_list_usually_ends_tonight_and_tomorrow_once_it_is_late() {
        assert_eq!(usual_end(at("2026-11-24T10:00:00Z")), at("2026-11-24T20:30:00Z"));
        assert_eq!(usual_end(at("2026-11-24T19:00:00Z")), at("2026-11-25T20:30:00Z"));
        // In summer 6:30 pm by the clock is 17:30 UTC.
        assert_eq!(usual_end(at("2026-06-24T17:30:00Z")), at("2026-06-24T19:30:00Z"));
        assert_eq!(usual_end(at("2026-06-24T18:30:00Z")), at("2026-06-25T19:30:00Z"));
    }

    #[test]
    fn times_are_read_as_the_clock_on_the_wall_shows_them() {
        assert_eq!(parse_time("2026-06-24T20:30"), Some(at("2026-06-24T19:30:00Z")));
        assert_eq!(parse_time("2026-11-24 20:30"), Some(at("2026-11-24T20:30:00Z")));
        assert_eq!(parse_time("2026-11-24T20:30:00+02:00"), Some(at("2026-11-24T18:30:00Z")));
        assert_eq!(parse_time("tonight"), None);
        assert_eq!(local_field(at("2026-06-24T19:30:00Z")), "2026-06-24T20:30");
        // The hour that does not exist.
        assert_eq!(parse_time("2027-03-28T01:30"), Some(at("2027-03-28T01:30:00Z")));
    }

    #[test]
    fn doors_are_called_what_stands_on_them() {
        assert_eq!(door_label("", Some(14), "A", "", "14A Larkspur Row"), "14A");
        assert_eq!(door_label("", Some(12), "", "3", ""), "Flat 3, 12");
        assert_eq!(door_label("Tamarisk House", None, "", "Basement Flat", ""), "Basement Flat, Tamarisk House");
        assert_eq!(door_label("", None, "", "", "The Moorings"), "The Moorings");
    }
}
