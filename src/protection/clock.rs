//! When an answer is due. Counted as the Information Commissioner's Office does: from the day of receipt, whatever day that
//! is, to the corresponding day of the next month; the last day of the month where there is none; the next working day where
//! it falls on a weekend or a bank holiday (UK GDPR Art 12(3) and 12A; DPA 2018 s164A for complaints).

use super::requests::{Identity, Kind, Request};
use crate::polls::deadlines::is_bank_holiday;
use chrono::{Datelike, Days, Months, NaiveDate, Weekday};

/// A proof of identity asked for within so many days of receipt was asked for without delay: the month then begins when it
/// comes. One asked for later does not move the day.
pub const WITHOUT_DELAY: i64 = 7;
/// A complaint is acknowledged within 30 days that begin with the day of receipt (DPA 2018 s164A(3)).
const COMPLAINT_DAYS: u64 = 29;

/// The first of the month that the law gives, when it has begun: where proof of identity is waited for, it has not.
fn start(request: &Request) -> Option<NaiveDate> {
    let prompt =
        request.identity_asked_on.is_some_and(|asked| (asked - request.received_on).num_days() <= WITHOUT_DELAY);
    match request.identity {
        Identity::Asked | Identity::NotProved if prompt => None,
        Identity::Proved if prompt => Some(request.identity_proved_on.unwrap_or(request.received_on)),
        _ => Some(request.received_on),
    }
}

fn months_on(request: &Request, months: u32) -> Option<NaiveDate> {
    let stopped = u64::try_from(request.stopped_days).unwrap_or(0);
    let day = start(request)?.checked_add_months(Months::new(months))?.checked_add_days(Days::new(stopped))?;
    Some(next_working_day(day))
}

/// The day by which the first month is over, and an extension must have been told.
pub fn first_month_ends(request: &Request) -> Option<NaiveDate> {
    months_on(request, 1)
}

/// The day by which something is due; None: nothing is, or the clock stands still.
pub fn due(request: &Request) -> Option<NaiveDate> {
    if !request.is_open() {
        return None;
    }
    if request.kind == Kind::Complaint {
        let last = request.received_on.checked_add_days(Days::new(COMPLAINT_DAYS));
        return last.filter(|_| request.acknowledged_on.is_none());
    }
    if request.stopped_on.is_some() {
        return None;
    }
    months_on(request, if request.extended_on.is_some() { 3 } else { 1 })
}

fn next_working_day(day: NaiveDate) -> NaiveDate {
    let rests = |d: &NaiveDate| matches!(d.weekday(), Weekday::Sat | Weekday::Sun) || is_bank_holiday(*d);
    day.iter_days().find(|d| !rests(d)).unwrap_or(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn request(kind: Kind, received: &str) -> Request {
        Request { received_on: day(received), ..Request::of_kind(kind) }
    }

    #[test]
    fn a_month_ends_on_the_corresponding_day_or_the_last_of_the_month() {
        for (received, due_on) in [
            ("2026-09-03", "2026-10-05"), // the 3rd is a Saturday
            ("2026-06-10", "2026-07-10"),
            ("2026-01-30", "2026-03-02"), // 28 February is a Saturday
            ("2027-01-31", "2027-03-01"), // the 28th is a Sunday
            ("2028-01-31", "2028-02-29"),
            ("2026-11-25", "2026-12-29"), // Christmas, a weekend and the day in lieu
            ("2026-03-03", "2026-04-07"), // Good Friday to Easter Monday
        ] {
            assert_eq!(due(&request(Kind::Access, received)), Some(day(due_on)), "{received}");
        }
    }

    #[test]
    fn proof_of_identity_asked_for_at_once_starts_the_month_when_it_comes() {
        let mut asked = request(Kind::Access, "2026-06-01");
        (asked.identity, asked.identity_asked_on) = (Identity::Asked, Some(day("2026-06-03")));
        assert_eq!(due(&asked), None);
        (asked.identity, asked.identity_proved_on) = (Identity::Proved, Some(day("2026-06-16")));
        assert_eq!(due(&asked), Some(day("2026-07-16")));
        asked.identity_asked_on = Some(day("2026-06-20"));
        assert_eq!(due(&asked), Some(day("2026-07-01")), "asked for too late to move the day");
    }

    #[test]
    fn days_that_the_clock_stood_still_come_on_top_and_an_extension_is_two_months_more() {
        let mut stood = request(Kind::Erasure, "2026-06-01");
        stood.stopped_days = 9;
        assert_eq!(due(&stood), Some(day("2026-07-10")));
        stood.extended_on = Some(day("2026-06-20"));
        assert_eq!(due(&stood), Some(day("2026-09-10")));
        assert_eq!(first_month_ends(&stood), Some(day("2026-07-10")));
        stood.stopped_on = Some(day("2026-06-25"));
        assert_eq!(due(&stood), None);
    }

    #[test]
    fn a_complaint_is_acknowledged_within_thirty_days_whatever_day_that_is() {
        let mut complaint = request(Kind::Complaint, "2026-11-01");
        assert_eq!(due(&complaint), Some(day("2026-11-30")));
        complaint.acknowledged_on = Some(day("2026-11-04"));
        assert_eq!(due(&complaint), None);
    }
}
