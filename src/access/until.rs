//! When a grant ends: every grant has an end, at most two years away.

use super::Role;
use crate::error::{Error, FieldError};
use crate::web::words;
use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};

/// What a page may give at most: two years hold any campaign, and a forgotten grant ends. The operator may give longer.
const LONGEST: Days = Days::new(731);

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

/// The end that the form begins with: a month for volunteers, half a year for organisers, else a year.
pub fn default_end(role: Role) -> NaiveDate {
    let days = match role {
        Role::Volunteer => 30,
        Role::Organiser => 182,
        Role::MembershipSecretary | Role::DataProtectionOfficer | Role::Administrator => 365,
    };
    let today = words::day_of(Utc::now());
    today.checked_add_days(Days::new(days)).unwrap_or(today)
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
            assert!(grant_end(&default_end(role).to_string()).is_ok());
        }
    }
}
