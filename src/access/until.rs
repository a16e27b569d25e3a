//! When a grant ends: every grant has an end, at most two years away.

use super::Role;
use crate::error::{Error, FieldError};
use crate::web::words;
use chrono::{DateTime, Days, Months, NaiveDate, NaiveTime, Utc};
use std::cmp::Ordering;

/// What a page may give at most: two years hold any campaign, and a forgotten grant ends. The operator may give longer.
const LONGEST: Days = Days::new(731);
/// How near an election is for a volunteer's access to last until the day after it.
const NEAR: Months = Months::new(4);

/// Reads a date (the end of that day in the United Kingdom) or a time as [`words::parse_time`] reads it.
pub fn parse_until(text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim();
    if let Ok(day) = text.parse::<NaiveDate>() {
        return end_of(day);
    }
    words::parse_time(text)
}

fn end_of(day: NaiveDate) -> Option<DateTime<Utc>> {
    Some(words::from_clock(day.and_time(NaiveTime::from_hms_opt(23, 59, 59)?)))
}

/// An end to come, as it was typed.
///
/// # Errors
/// [`Error::Invalid`] on `until` when it cannot be read or is past.
pub fn coming_end(text: &str) -> Result<DateTime<Utc>, Error> {
    let until = parse_until(text).ok_or_else(|| wrong("Give the day it ends, for example 2027-05-07"))?;
    if until <= Utc::now() { Err(wrong("This day is past: choose one to come")) } else { Ok(until) }
}

/// A grant's end as it was typed on a page.
///
/// # Errors
/// [`Error::Invalid`] on `until` when it cannot be read, is past, or is more than two years away.
pub fn grant_end(text: &str) -> Result<DateTime<Utc>, Error> {
    let until = coming_end(text)?;
    let now = Utc::now();
    let latest = now.checked_add_days(LONGEST).unwrap_or(now);
    if until > latest {
        return Err(wrong(format!(
            "Two years are the most: choose a day up to {}, and renew it then",
            words::date(words::day_of(latest).pred_opt().unwrap_or_default())
        )));
    }
    Ok(until)
}

fn wrong(message: impl Into<String>) -> Error {
    Error::Invalid(vec![FieldError { field: "until".into(), message: message.into() }])
}

/// A moment to come by the clock on the wall, from a day and a time that may both be left open.
///
/// # Errors
/// [`Error::Invalid`] on `field` when only one is given, they cannot be read, or they are past.
pub fn local_time(field: &str, day: &str, time: &str) -> Result<Option<DateTime<Utc>>, Error> {
    if day.trim().is_empty() && time.trim().is_empty() {
        return Ok(None);
    }
    let read = || {
        let day = day.trim().parse::<NaiveDate>().ok()?;
        let time = NaiveTime::parse_from_str(time.trim(), "%H:%M").ok()?;
        Some(words::from_clock(day.and_time(time)))
    };
    match read() {
        Some(at) if at > Utc::now() => Ok(Some(at)),
        Some(_) => Err(Error::field(field, "This time is past: choose one to come")),
        None => Err(Error::field(field, "Give both the day and the time, or neither")),
    }
}

/// A grant's first moment as it was typed on a page: a day's beginning in the United Kingdom; None: at once.
///
/// # Errors
/// [`Error::Invalid`] on `from` when it cannot be read, is past, or does not come before the end.
pub fn grant_start(text: &str, until: Option<DateTime<Utc>>) -> Result<Option<DateTime<Utc>>, Error> {
    let text = text.trim();
    let today = words::day_of(Utc::now());
    let day = match text.parse::<NaiveDate>() {
        _ if text.is_empty() => return Ok(None),
        Ok(day) => day,
        Err(_) => return Err(Error::field("from", "Give the first day, or leave it empty to begin at once")),
    };
    let start = words::from_clock(day.and_time(NaiveTime::MIN));
    match day.cmp(&today) {
        Ordering::Less => Err(Error::field("from", "This day is past: leave it empty to begin at once")),
        Ordering::Equal => Ok(None),
        Ordering::Greater if until.is_some_and(|until| start >= until) => {
            Err(Error::field("from", "The first day comes after the last: choose an earlier one"))
        }
        Ordering::Greater => Ok(Some(start)),
    }
}

/// When a grant usually ends, and why then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsualEnd {
    /// Its last day.
    pub day: NaiveDate,
    /// The reason in words, as "the day after Local elections, 6 May 2027".
    pub why: String,
}

/// The end that the form begins with. A volunteer's is the day after the next poll there, when that comes within four months,
/// else thirty days; every other role's a year. `next` is the next poll from today on that concerns the area; `latest` the last
/// day that whoever gives may name.
pub fn usual_end(role: Role, today: NaiveDate, next: Option<(&str, NaiveDate)>, latest: Option<NaiveDate>) -> UsualEnd {
    let soon = today.checked_add_months(NEAR).unwrap_or(today);
    let after = |days| today.checked_add_days(Days::new(days)).unwrap_or(today);
    let (day, why) = match (role, next) {
        (Role::Volunteer, Some((name, poll))) if poll <= soon => {
            (poll.succ_opt().unwrap_or(poll), format!("the day after {name}, {}", words::date(poll)))
        }
        (Role::Volunteer, _) => (after(30), "30 days, as no election there comes within four months".into()),
        _ => (after(365), "a year".into()),
    };
    match latest {
        Some(latest) if latest < day => UsualEnd { day: latest, why: "the day your own access ends".into() },
        _ => UsualEnd { day, why },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_the_end_of_that_day_on_the_clock_on_the_wall() {
        let summer = parse_until("2027-06-01").unwrap();
        assert_eq!(summer.to_rfc3339(), "2027-06-01T22:59:59+00:00");
        let winter = parse_until(" 2026-12-24 ").unwrap();
        assert_eq!(winter.to_rfc3339(), "2026-12-24T23:59:59+00:00");
        assert_eq!(parse_until("2027-06-01T20:30:00+01:00").unwrap().to_rfc3339(), "2027-06-01T19:30:00+00:00");
        assert!(parse_until("next week").is_none());
    }

    #[test]
    fn nothing_is_given_without_an_end_or_for_longer_than_two_years() {
        let day = |days| words::day_of(Utc::now() + chrono::TimeDelta::days(days)).to_string();
        assert!(grant_end("").is_err());
        assert!(grant_end(&day(-1)).is_err());
        assert!(grant_end(&day(800)).is_err());
        assert!(grant_end(&day(0)).is_ok() && grant_end(&day(729)).is_ok());
        for role in Role::ALL {
            let usual = usual_end(role, words::day_of(Utc::now()), None, None);
            assert!(grant_end(&usual.day.to_string()).is_ok());
        }
    }

    #[test]
    fn a_grant_may_begin_later_but_not_before_today_nor_after_its_end() {
        let day = |days| words::day_of(Utc::now() + chrono::TimeDelta::days(days)).to_string();
        let until = grant_end(&day(10)).ok();
        assert_eq!(grant_start("", until).unwrap(), None);
        assert_eq!(grant_start(&day(0), until).unwrap(), None, "today is at once");
        assert!(grant_start(&day(3), until).unwrap().unwrap() > Utc::now());
        for bad in ["soon", &day(-1), &day(11)] {
            assert!(grant_start(bad, until).is_err(), "{bad}");
        }
    }

    proptest::proptest! {
        /// Whatever the calendar holds, a volunteer's access ends the day after a near election, and never later than a day and
        /// four months; no role's is without end or longer than a year and a day; nobody gives longer than they have.
        #[test]
        fn the_usual_end_is_near_and_never_beyond_the_givers_own(
            start in 0i64..3000, poll in proptest::option::of(0i64..400), own in proptest::option::of(1i64..500), role in 0usize..5,
        ) {
            let today = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap() + chrono::TimeDelta::days(start);
            let after = |days: i64| today + chrono::TimeDelta::days(days);
            let (role, next, latest) = (Role::ALL[role], poll.map(|p| ("Local elections", after(p))), own.map(after));
            let usual = usual_end(role, today, next, latest);
            proptest::prop_assert!(usual.day > today && usual.day <= after(366));
            proptest::prop_assert!(latest.is_none_or(|latest| usual.day <= latest));
            let near = next.filter(|(_, day)| *day <= today.checked_add_months(NEAR).unwrap());
            let free = usual_end(role, today, next, None).day;
            match (role, near) {
                (Role::Volunteer, Some((_, poll))) => proptest::prop_assert_eq!(free, poll.succ_opt().unwrap()),
                (Role::Volunteer, None) => proptest::prop_assert_eq!(free, after(30)),
                _ => proptest::prop_assert_eq!(free, after(365)),
            }
        }
    }
}
