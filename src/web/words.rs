//! How pages write times, dates and figures: British English, the clock on the wall of the United Kingdom.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Europe::London;
use std::fmt::Display;

/// A no-break space, before am and pm.
const NB: char = '\u{a0}';

/// A whole number to be written as a figure, also by reference, as templates hand it over.
pub trait Whole {
    /// The number itself.
    fn whole(&self) -> i64;
}

macro_rules! whole {
    ($($kind:ty),*) => {$(
        impl Whole for $kind {
            fn whole(&self) -> i64 {
                i64::from(*self)
            }
        }
    )*};
}
whole!(i64, i32, i16, u32, u16, u8);

impl Whole for usize {
    fn whole(&self) -> i64 {
        i64::try_from(*self).unwrap_or(i64::MAX)
    }
}

impl<T: Whole> Whole for &T {
    fn whole(&self) -> i64 {
        (**self).whole()
    }
}

/// The type of an input that holds this value: browsers show nothing of what is no date in a field for dates, and what
/// was typed comes back.
pub fn input_kind(kind: &'static str, value: impl Display) -> &'static str {
    let value = value.to_string();
    let fits = match kind {
        "date" => value.parse::<NaiveDate>().is_ok(),
        "time" => ["%H:%M", "%H:%M:%S"].iter().any(|f| NaiveTime::parse_from_str(&value, f).is_ok()),
        "datetime-local" => {
            ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"].iter().any(|f| NaiveDateTime::parse_from_str(&value, f).is_ok())
        }
        "number" => value.parse::<f64>().is_ok(),
        _ => true,
    };
    if fits || value.is_empty() { kind } else { "text" }
}

/// A moment, also by reference.
pub trait When {
    /// The moment itself.
    fn when(&self) -> DateTime<Utc>;
}

impl When for DateTime<Utc> {
    fn when(&self) -> DateTime<Utc> {
        *self
    }
}

impl<T: When> When for &T {
    fn when(&self) -> DateTime<Utc> {
        (**self).when()
    }
}

/// A day, also by reference.
pub trait Day {
    /// The day itself.
    fn day(&self) -> NaiveDate;
}

impl Day for NaiveDate {
    fn day(&self) -> NaiveDate {
        *self
    }
}

impl<T: Day> Day for &T {
    fn day(&self) -> NaiveDate {
        (**self).day()
    }
}

/// 8:30 pm; 12:00 noon.
pub fn clock_time(at: impl When) -> String {
    let at = at.when();
    let local = at.with_timezone(&London);
    match local.format("%H:%M").to_string().as_str() {
        "12:00" => format!("12:00{NB}noon"),
        _ => local.format("%-I:%M").to_string() + &format!("{NB}{}", local.format("%P")),
    }
}

/// The moment that the clock on the wall shows: in the hour that clocks repeat in October the first time round, in the
/// hour that they skip in March an hour later.
pub fn from_clock(shown: NaiveDateTime) -> DateTime<Utc> {
    let found = London.from_local_datetime(&shown).earliest();
    let found = found.or_else(|| London.from_local_datetime(&(shown + TimeDelta::hours(1))).earliest());
    found.map_or_else(|| shown.and_utc(), |at| at.with_timezone(&Utc))
}

/// Reads a time: as `datetime-local` fields and people write it, by the clock on the wall, or RFC 3339.
pub fn parse_time(text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim();
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Some(at.with_timezone(&Utc));
    }
    ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S"]
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
        .map(from_clock)
}

/// 24 November 2026.
pub fn date(day: impl Day) -> String {
    day.day().format("%-d %B %Y").to_string()
}

/// 24 Nov 2026, for tables.
pub fn short_date(day: impl Day) -> String {
    day.day().format("%-d %b %Y").to_string()
}

/// The day it is in the United Kingdom.
pub fn day_of(at: impl When) -> NaiveDate {
    let at = at.when();
    at.with_timezone(&London).date_naive()
}

/// 24 Nov 2026, 8:30 pm.
pub fn moment(at: impl When) -> String {
    let at = at.when();
    format!("{}, {}", short_date(day_of(at)), clock_time(at))
}

/// tonight, 8:30 pm; tomorrow, 9:00 am; 7 May 2027. For ends.
pub fn until(at: impl When) -> String {
    let at = at.when();
    let days = (day_of(at) - day_of(Utc::now())).num_days();
    let hour = at.with_timezone(&London).format("%H").to_string();
    match days {
        0 if hour.as_str() >= "17" => format!("tonight, {}", clock_time(at)),
        0 => format!("today, {}", clock_time(at)),
        1 => format!("tomorrow, {}", clock_time(at)),
        _ => short_date(day_of(at)),
    }
}

/// just now, 4 minutes ago, 3 hours ago, yesterday, 24 Nov 2026.
pub fn ago(at: impl When) -> String {
    let at = at.when();
    let passed = Utc::now() - at;
    let one = |n: i64, word: &str| format!("{n} {word}{} ago", if n == 1 { "" } else { "s" });
    if passed < TimeDelta::minutes(1) {
        return "just now".into();
    }
    if passed < TimeDelta::hours(1) {
        return one(passed.num_minutes(), "minute");
    }
    if passed < TimeDelta::hours(24) {
        return one(passed.num_hours(), "hour");
    }
    match (day_of(Utc::now()) - day_of(at)).num_days() {
        0 | 1 => "yesterday".into(),
        _ => short_date(day_of(at)),
    }
}

/// 74,179; −31 with a true minus.
pub fn figure(n: impl Whole) -> String {
    let n = n.whole();
    let digits = n.unsigned_abs().to_string();
    let mut grouped = String::with_capacity(digits.len() + 4);
    if n < 0 {
        grouped.push('\u{2212}');
    }
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// 41.8%; 0% of nothing.
pub fn percent(part: impl Whole, whole: impl Whole) -> String {
    let (part, whole) = (part.whole(), whole.whole());
    if whole == 0 {
        return "0%".into();
    }
    // Shares are small numbers: precision is not at stake.
    #[allow(clippy::cast_precision_loss)]
    let share = part as f64 * 100.0 / whole as f64;
    format!("{share:.1}%")
}

/// "1 door", "39 doors".
pub fn count(n: impl Whole, one: impl Display, many: impl Display) -> String {
    let n = n.whole();
    if n == 1 { format!("1 {one}") } else { format!("{} {many}", figure(n)) }
}

/// A file's own name without a path, at most 120 characters.
pub fn file_name(given: &str) -> String {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    last.chars().filter(|c| !c.is_control()).take(120).collect()
}

/// An area's name after "in": "all areas" is no name.
pub fn within(area: &str) -> String {
    if area == "All areas" { "all areas".into() } else { area.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hours_that_clocks_skip_and_repeat_are_read_one_way() {
        let at = |text| parse_time(text).map(|at| at.to_rfc3339());
        assert_eq!(at("2027-03-28T01:30").as_deref(), Some("2027-03-28T01:30:00+00:00"));
        assert_eq!(at("2026-10-25 01:30").as_deref(), Some("2026-10-25T00:30:00+00:00"));
        assert_eq!(at("2026-11-24 20:30").as_deref(), Some("2026-11-24T20:30:00+00:00"));
        assert_eq!(at("2026-06-24T20:30:00+02:00").as_deref(), Some("2026-06-24T18:30:00+00:00"));
        assert_eq!(at("tonight"), None);
    }

    #[test]
    fn times_are_those_of_the_clock_on_the_wall() {
        let winter = Utc.with_ymd_and_hms(2026, 11, 24, 20, 30, 0).single().unwrap();
        assert_eq!(clock_time(winter), "8:30\u{a0}pm");
        let summer = Utc.with_ymd_and_hms(2026, 6, 24, 11, 0, 0).single().unwrap();
        assert_eq!(clock_time(summer), "12:00\u{a0}noon");
        assert_eq!(moment(winter), "24 Nov 2026, 8:30\u{a0}pm");
    }

    #[test]
    fn figures_are_grouped_and_minus_is_a_minus() {
        assert_eq!(figure(74_179), "74,179");
        assert_eq!(figure(-1_377), "\u{2212}1,377");
        assert_eq!(figure(0), "0");
        assert_eq!(percent(418, 1000), "41.8%");
        assert_eq!(percent(1, 0), "0%");
        assert_eq!(count(1, "door", "doors"), "1 door");
    }
}
