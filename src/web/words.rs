//! How pages write times, dates and figures: British English, the clock on the wall of the United Kingdom.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Europe::London;
use std::fmt::Display;

/// A no-break space, before am and pm.
const NB: char = '\u{a0}';

/// 8:30 pm; 12:00 noon.
pub fn clock_time(at: DateTime<Utc>) -> String {
    let local = at.with_timezone(&London);
    match local.format("%H:%M").to_string().as_str() {
        "12:00" => format!("12:00{NB}noon"),
        _ => local.format("%-I:%M").to_string() + &format!("{NB}{}", local.format("%P")),
    }
}

/// 24 November 2026.
pub fn date(day: NaiveDate) -> String {
    day.format("%-d %B %Y").to_string()
}

/// 24 Nov 2026, for tables.
pub fn short_date(day: NaiveDate) -> String {
    day.format("%-d %b %Y").to_string()
}

/// The day it is in the United Kingdom.
pub fn day_of(at: DateTime<Utc>) -> NaiveDate {
    at.with_timezone(&London).date_naive()
}

/// 24 Nov 2026, 8:30 pm.
pub fn moment(at: DateTime<Utc>) -> String {
    format!("{}, {}", short_date(day_of(at)), clock_time(at))
}

/// tonight, 8:30 pm; tomorrow, 9:00 am; 7 May 2027. For ends.
pub fn until(at: DateTime<Utc>) -> String {
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
pub fn ago(at: DateTime<Utc>) -> String {
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
pub fn figure(n: impl Into<i64>) -> String {
    let n: i64 = n.into();
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
pub fn percent(part: impl Into<i64>, whole: impl Into<i64>) -> String {
    let (part, whole): (i64, i64) = (part.into(), whole.into());
    if whole == 0 {
        return "0%".into();
    }
    // Shares are small numbers: precision is not at stake.
    #[allow(clippy::cast_precision_loss)]
    let share = part as f64 * 100.0 / whole as f64;
    format!("{share:.1}%")
}

/// "1 door", "39 doors".
pub fn count(n: impl Into<i64>, one: impl Display, many: impl Display) -> String {
    let n: i64 = n.into();
    if n == 1 { format!("1 {one}") } else { format!("{} {many}", figure(n)) }
}

/// An area's name after "in": "all areas" is no name.
pub fn within(area: &str) -> String {
    if area == "All areas" { "all areas".into() } else { area.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeZone;

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
