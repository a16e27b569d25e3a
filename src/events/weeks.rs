//! The same event in another week, by the clock on the wall: six in the evening stays six in the evening when clocks change.

use crate::web::words;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Europe::London;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// The same clock on the wall so many weeks later.
pub fn weekly(at: DateTime<Utc>, weeks: u32) -> DateTime<Utc> {
    words::from_clock(at.with_timezone(&London).naive_local() + TimeDelta::weeks(i64::from(weeks)))
}

/// A moment as far from another beginning, by the clock on the wall.
fn as_far(at: DateTime<Utc>, from: DateTime<Utc>, to: DateTime<Utc>) -> DateTime<Utc> {
    let wall = |at: DateTime<Utc>| at.with_timezone(&London).naive_local();
    words::from_clock(wall(to) + (wall(at) - wall(from)))
}

/// A beginning and an end as far from another beginning. In the night in which clocks skip or repeat an hour the end may come to
/// lie before its beginning: there it lasts as long as it did.
pub fn moved(
    (starts, ends): (DateTime<Utc>, DateTime<Utc>),
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> (DateTime<Utc>, DateTime<Utc>) {
    let (first, last) = (as_far(starts, from, to), as_far(ends, from, to));
    (first, if last > first { last } else { first + (ends - starts) })
}

/// The id of a series' event on a day: the same each time, so that a form sent twice finds that it is there.
pub fn id(series: Uuid, day: NaiveDate) -> Uuid {
    let digest = Sha256::new().chain_update(series.as_bytes()).chain_update(day.to_string()).finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> DateTime<Utc> {
        words::parse_time(text).unwrap()
    }

    fn clock(at: DateTime<Utc>) -> String {
        at.with_timezone(&London).format("%H:%M").to_string()
    }

    #[test]
    fn a_weekly_event_keeps_its_hour_when_the_clocks_change() {
        for (before, after, hours) in [
            ("2027-03-21 18:00", "2027-03-28T17:00:00+00:00", 167),
            ("2027-10-24 18:00", "2027-10-31T18:00:00+00:00", 169),
        ] {
            let before = at(before);
            let later = weekly(before, 1);
            assert_eq!(later.to_rfc3339(), after);
            assert_eq!((later - before).num_hours(), hours);
            let (_, ends) = moved((before, before + TimeDelta::minutes(150)), before, later);
            assert_eq!((clock(ends).as_str(), (ends - later).num_minutes()), ("20:30", 150));
        }
    }

    #[test]
    fn what_lasts_through_the_night_of_the_change_keeps_both_hours_and_is_an_hour_shorter_or_longer() {
        for (night, week, hours) in [("2027-03-20", "2027-03-27", 6), ("2027-10-23", "2027-10-30", 8)] {
            let (starts, ends) = (at(&format!("{night} 22:00")), at(&format!("{night} 22:00")) + TimeDelta::hours(7));
            let (first, last) = moved((starts, ends), starts, weekly(starts, 1));
            assert_eq!((first, clock(last).as_str()), (at(&format!("{week} 22:00")), "05:00"));
            assert_eq!((last - first).num_hours(), hours);
        }
    }

    #[test]
    fn an_hour_that_is_skipped_or_comes_twice_leaves_no_end_before_its_beginning() {
        // 1:15 does not come that night, and 2:00 does.
        let (starts, ends) = (at("2027-03-21 01:15"), at("2027-03-21 02:00"));
        let (first, last) = moved((starts, ends), starts, weekly(starts, 1));
        assert_eq!(last - first, TimeDelta::minutes(45));
        // 1:50 the second time round, and 1:20 after it.
        let (starts, ends) =
            (at("2027-10-31 00:30") + TimeDelta::minutes(80), at("2027-10-31 00:30") + TimeDelta::minutes(110));
        let (first, last) = moved((starts, ends), starts, weekly(starts, 1));
        assert!(last > first, "{first} {last}");
    }

    proptest! {
        #[test]
        fn whatever_is_repeated_keeps_its_clock_its_weekday_and_its_length(
            hour in 0..24_i64, quarter in 0..4_i64, day in 0..365_i64, lasts in 1..60_i64, weeks in 1..27_u32, into in 0..59_i64,
        ) {
            let starts = at("2027-01-01 00:00").with_timezone(&London).naive_local()
                + TimeDelta::days(day) + TimeDelta::hours(hour) + TimeDelta::minutes(quarter * 15);
            let starts = words::from_clock(starts);
            let ends = starts + TimeDelta::minutes(lasts * 15);
            let to = weekly(starts, weeks);
            let (first, last) = moved((starts, ends), starts, to);
            prop_assert_eq!(first, to);
            prop_assert!(last > first);
            let local = |at: DateTime<Utc>| at.with_timezone(&London).naive_local();
            let apart = TimeDelta::weeks(i64::from(weeks));
            // The hour that is skipped is an hour later: nothing else ever shows another clock.
            let skipped = |shown: chrono::NaiveDateTime| chrono::TimeZone::from_local_datetime(&London, &shown).earliest().is_none();
            if !skipped(local(starts) + apart) {
                prop_assert_eq!(local(first), local(starts) + apart);
                if !skipped(local(ends) + apart) && local(ends) > local(starts) {
                    prop_assert_eq!(local(last), local(ends) + apart);
                }
            }
            // A shift within it stays within it, unless the clocks change in between.
            let from = starts + TimeDelta::minutes((into * 15).min((lasts - 1) * 15));
            let (shift, shift_ends) = moved((from, ends), starts, to);
            prop_assert!(shift_ends > shift);
            if last - first == ends - starts {
                prop_assert!(shift >= first && shift_ends <= last);
            }
            // Sent twice it is the same event, and another day's is another.
            let series = Uuid::from_u128(7);
            prop_assert_eq!(id(series, words::day_of(first)), id(series, words::day_of(to)));
            prop_assert_ne!(id(series, words::day_of(first)), id(series, words::day_of(starts)));
        }
    }
}
