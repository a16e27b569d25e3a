//! The days by which things must be done before a poll, counted in working days back from polling day.
//!
//! Days that do not count: Saturdays, Sundays, Christmas Eve, Christmas Day, Good Friday and bank holidays (rule 2 of the
//! Parliamentary Elections Rules, Representation of the People Act 1983 sch 1; rule 2 of the Local Elections (Principal
//! Areas) (England and Wales) Rules 2006). The bank holidays here are those of England and Wales; Scotland and Northern
//! Ireland have others, so their days must be checked with the returning officer.

use chrono::{Datelike, NaiveDate, Weekday};

/// England and Wales, as published on gov.uk/bank-holidays or following from the Banking and Financial Dealings Act 1971
/// (2028 and 2029), as (month, day).
const BANK_HOLIDAYS: &[(i32, &[(u32, u32)])] = &[
    (2024, &[(1, 1), (3, 29), (4, 1), (5, 6), (5, 27), (8, 26), (12, 25), (12, 26)]),
    (2025, &[(1, 1), (4, 18), (4, 21), (5, 5), (5, 26), (8, 25), (12, 25), (12, 26)]),
    (2026, &[(1, 1), (4, 3), (4, 6), (5, 4), (5, 25), (8, 31), (12, 25), (12, 28)]),
    (2027, &[(1, 1), (3, 26), (3, 29), (5, 3), (5, 31), (8, 30), (12, 27), (12, 28)]),
    (2028, &[(1, 3), (4, 14), (4, 17), (5, 1), (5, 29), (8, 28), (12, 25), (12, 26)]),
    (2029, &[(1, 1), (3, 30), (4, 2), (5, 7), (5, 28), (8, 27), (12, 25), (12, 26)]),
];

/// A thing to be done by a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deadline {
    /// What.
    pub what: &'static str,
    /// How many working days before polling day.
    pub working_days: u32,
    /// The hour of that day, in words.
    pub hour: &'static str,
    /// The day; None where the holidays of its year are not known here.
    pub day: Option<NaiveDate>,
}

/// What the law fixes, by working days before the poll: Representation of the People (England and Wales) Regulations 2001,
/// regulations 29 and 56; Voter Identification Regulations 2022; regulation 61 for the final list.
const FIXED: [(&str, u32, &str); 5] = [
    ("Register to vote", 12, "midnight"),
    ("Apply to vote by post, or change a postal vote", 11, "5:00\u{a0}pm"),
    ("Apply to vote by proxy", 6, "5:00\u{a0}pm"),
    ("Apply for a voter authority certificate", 6, "5:00\u{a0}pm"),
    ("Final list of absent voters is made", 6, "after 5:00\u{a0}pm"),
];

/// The deadlines before polling day, in order.
pub fn before(poll: NaiveDate) -> Vec<Deadline> {
    let deadline = |(what, working_days, hour)| Deadline { what, working_days, hour, day: back(poll, working_days) };
    FIXED.into_iter().map(deadline).collect()
}

/// The working day that is so many working days before; None where a year's holidays are not known.
pub fn back(from: NaiveDate, working_days: u32) -> Option<NaiveDate> {
    let (mut day, mut left) = (from, working_days);
    while left > 0 {
        day = day.pred_opt()?;
        left -= u32::from(counts(day)?);
    }
    Some(day)
}

/// Whether a day is a bank holiday in England and Wales, where that is known here.
pub fn is_bank_holiday(day: NaiveDate) -> bool {
    let year = BANK_HOLIDAYS.iter().find(|(year, _)| *year == day.year());
    year.is_some_and(|(_, holidays)| holidays.contains(&(day.month(), day.day())))
}

/// Whether a day counts as a working day; None where its year's holidays are not known.
fn counts(day: NaiveDate) -> Option<bool> {
    let (_, holidays) = BANK_HOLIDAYS.iter().find(|(year, _)| *year == day.year())?;
    let weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
    let date = (day.month(), day.day());
    let christmas = matches!(date, (12, 24 | 25));
    Some(!(weekend || christmas || holidays.contains(&date)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).unwrap()
    }

    /// The Electoral Commission's timetables of these polls.
    #[test]
    fn the_days_are_those_of_polls_that_were() {
        let days = |poll| before(poll).into_iter().map(|d| d.day).collect::<Vec<_>>();
        assert_eq!(
            days(day(2024, 7, 4)),
            [day(2024, 6, 18), day(2024, 6, 19), day(2024, 6, 26), day(2024, 6, 26), day(2024, 6, 26)].map(Some)
        );
        // Good Friday and Easter Monday stand between.
        assert_eq!(
            days(day(2025, 5, 1)),
            [day(2025, 4, 11), day(2025, 4, 14), day(2025, 4, 23), day(2025, 4, 23), day(2025, 4, 23)].map(Some)
        );
        // The early May bank holiday stands between.
        assert_eq!(days(day(2026, 5, 7))[..3], [day(2026, 4, 20), day(2026, 4, 21), day(2026, 4, 28)].map(Some));
    }

    #[test]
    fn christmas_eve_does_not_count_and_unknown_years_are_not_guessed() {
        assert_eq!(back(day(2026, 12, 29), 1), Some(day(2026, 12, 23)));
        assert_eq!(back(day(2035, 5, 3), 6), None);
    }

    #[test]
    fn every_holiday_but_those_of_easter_and_christmas_is_a_weekday() {
        for (year, days) in BANK_HOLIDAYS {
            assert_eq!(days.len(), 8, "{year}");
            for (month, date) in *days {
                let weekday = day(*year, *month, *date).weekday();
                assert!(!matches!(weekday, Weekday::Sat | Weekday::Sun), "{year}-{month}-{date}");
            }
        }
    }
}
