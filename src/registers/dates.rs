//! Dates as councils' systems write them, and ages on a day.

use chrono::{Datelike, Months, NaiveDate};

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// Reads `dd/mm/yyyy`, `yyyy-mm-dd`, `dd-mm-yyyy`, `dd.mm.yyyy` and `dd-Mon-yy`; a time after the date is passed over.
///
/// A year of two digits is the latest one up to `latest`, so that `50` is 1950 and `26` is 2026.
pub fn parse_date(given: &str, latest: NaiveDate) -> Option<NaiveDate> {
    let date = given.trim().split([' ', 'T']).next()?;
    let mut parts = date.split(['/', '-', '.']);
    let (first, second, third) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let month = month(second)?;
    if first.len() == 4 {
        return NaiveDate::from_ymd_opt(whole(first)? as i32, month, whole(third)?);
    }
    let year = whole(third)?;
    let year = if third.len() == 2 { recent(year, latest) } else { year };
    NaiveDate::from_ymd_opt(year as i32, month, whole(first)?)
}

/// The day on which someone born on this day is `age` years old. Born on 29 February: 28 in other years.
pub fn birthday(born: NaiveDate, age: u32) -> Option<NaiveDate> {
    born.checked_add_months(Months::new(age * 12))
}

fn month(text: &str) -> Option<u32> {
    let named = || {
        let short = text.get(..3)?.to_ascii_lowercase();
        MONTHS.iter().position(|m| *m == short).and_then(|i| u32::try_from(i + 1).ok())
    };
    whole(text).or_else(named)
}

fn whole(text: &str) -> Option<u32> {
    let fits = (1..=4).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    fits.then(|| text.parse().ok()).flatten()
}

fn recent(year: u32, latest: NaiveDate) -> u32 {
    let latest = latest.year().unsigned_abs();
    let year = latest / 100 * 100 + year;
    if year > latest { year - 100 } else { year }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).expect("a day")
    }

    #[test]
    fn reads_every_way_of_writing() {
        for given in [
            "07/03/2008",
            "2008-03-07",
            "07-03-2008",
            "07.03.2008",
            "07-Mar-08",
            "7/3/2008",
            "07-MAR-2008",
            "07/03/2008 00:00:00",
        ] {
            assert_eq!(parse_date(given, day(2027, 1, 1)), Some(day(2008, 3, 7)), "{given}");
        }
        assert_eq!(parse_date("01-Jan-50", day(2027, 1, 1)), Some(day(1950, 1, 1)));
    }

    #[test]
    fn refuses_what_is_no_date() {
        for given in ["", "yes", "31/02/2008", "13/13/2008", "1/2/3/4", "٣/3/2008", "1/2"] {
            assert_eq!(parse_date(given, day(2027, 1, 1)), None, "{given}");
        }
    }

    #[test]
    fn a_leap_day_has_birthdays() {
        assert_eq!(birthday(day(2008, 2, 29), 18), Some(day(2026, 2, 28)));
        assert_eq!(birthday(day(2008, 3, 7), 18), Some(day(2026, 3, 7)));
    }

    proptest! {
        #[test]
        fn never_panics(given in any::<String>(), dated in "[0-9]{1,4}[-/.][A-Za-z0-9]{1,4}[-/.][0-9]{1,4}") {
            let _ = (parse_date(&given, day(2027, 1, 1)), parse_date(&dated, day(2027, 1, 1)));
        }
    }
}
