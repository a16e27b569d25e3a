//! An event's form and a shift's as they are typed, and what they say once it can stand.

use super::{Event, Kind};
use crate::access::text;
use crate::error::Error;
use crate::web::{FieldErrors, words};
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Timelike, Utc};
use chrono_tz::Europe::London;
use serde::Deserialize;
use uuid::Uuid;

/// From this hour on the clock an event may go on past midnight,
const EVENING: u32 = 17;

/// until this hour at the latest.
const SMALL_HOURS: u32 = 6;

/// How far ahead an event may be.
const FURTHEST: TimeDelta = TimeDelta::days(730);

/// An event as it is typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct EventForm {
    /// Made with the form, so that one sent twice makes one event.
    pub id: Option<Uuid>,
    /// The area's number.
    pub area: String,
    /// The kind's word.
    pub kind: String,
    /// What it is called.
    pub title: String,
    /// Where.
    pub place: String,
    /// North and east, by a comma.
    pub map: String,
    /// What to bring.
    pub bring: String,
    /// The day.
    pub day: String,
    /// The clock when it begins.
    pub from: String,
    /// The clock when it ends.
    pub until: String,
    /// Places.
    pub capacity: String,
    /// Ticked: anybody may read of it.
    pub public: String,
    /// What anybody reads.
    pub public_text: String,
    /// The event that it is a copy of: its shifts come too.
    pub copy: Option<Uuid>,
}

/// An event that can stand.
#[derive(Debug, Clone)]
pub struct NewEvent {
    /// The area.
    pub area: i64,
    /// What kind.
    pub kind: Kind,
    /// What it is called.
    pub title: String,
    /// Where.
    pub place: String,
    /// Where on a map.
    pub at: Option<(f64, f64)>,
    /// What to bring.
    pub bring: String,
    /// When it begins.
    pub starts: DateTime<Utc>,
    /// When it ends.
    pub ends: DateTime<Utc>,
    /// Places; None: no limit.
    pub capacity: Option<i32>,
    /// Whether anybody may read of it.
    pub public: bool,
    /// What anybody reads.
    pub public_text: String,
}

impl EventForm {
    /// A new one: a canvass next Saturday morning, as most are.
    pub fn usual(today: NaiveDate) -> Self {
        use chrono::Datelike;
        let days = (5 + 7 - today.weekday().num_days_from_monday()) % 7;
        let saturday = today + TimeDelta::days(i64::from(if days == 0 { 7 } else { days }));
        EventForm {
            id: Some(Uuid::now_v7()),
            kind: Kind::Canvass.as_str().into(),
            day: saturday.to_string(),
            from: "10:00".into(),
            until: "12:30".into(),
            ..EventForm::default()
        }
    }

    /// As an event stands.
    pub fn of(event: &Event) -> Self {
        EventForm {
            id: Some(event.id),
            area: event.area.to_string(),
            kind: event.kind.as_str().into(),
            title: event.title.clone(),
            place: event.place.clone(),
            map: event.at.map(|(lat, long)| format!("{lat}, {long}")).unwrap_or_default(),
            bring: event.bring.clone(),
            day: words::day_of(event.starts).to_string(),
            from: clock(event.starts),
            until: clock(event.ends),
            capacity: event.capacity.map(|n| n.to_string()).unwrap_or_default(),
            public: if event.public { "yes".into() } else { String::new() },
            public_text: event.public_text.clone(),
            copy: None,
        }
    }

    /// What it says, if it can stand; else what to mend is in `errors`.
    pub fn read(&self, errors: &mut FieldErrors, now: DateTime<Utc>) -> Option<NewEvent> {
        let kind =
            errors.take(Kind::parse(&self.kind).ok_or_else(|| Error::field("kind", "Choose what kind of event it is")));
        // One line: it is the subject of letters.
        let named = self.title.split_whitespace().collect::<Vec<_>>().join(" ");
        let title = errors.take(text("title", &named, 120, "Give the event a name"));
        let place = errors.take(text("place", &self.place, 200, "Say where to meet, or “online”"));
        let at = errors.take(coordinates(&self.map));
        let bring = errors.take(optional("bring", &self.bring, 500));
        let public_text = errors.take(optional("public_text", &self.public_text, 2000));
        let capacity = errors.take(capacity(&self.capacity));
        let times = errors.take(day(&self.day).and_then(|day| times(day, &self.from, &self.until)));
        let area =
            errors.take(self.area.parse().map_err(|_| Error::field("area", "Choose the area whose event it is")));
        if times.is_some_and(|(starts, _)| starts > now + FURTHEST) {
            errors.add("day", "Choose a day within the next two years");
        }
        let (starts, ends) = times?;
        if errors.any() {
            return None;
        }
        let public = !self.public.is_empty();
        let (title, place, bring, public_text) = (title?, place?, bring?, public_text?);
        let (kind, at, capacity, area) = (kind?, at?, capacity?, area?);
        Some(NewEvent { area, kind, title, place, at, bring, starts, ends, capacity, public, public_text })
    }
}

/// A shift as it is typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ShiftForm {
    /// Made with the form.
    pub id: Option<Uuid>,
    /// What one does in it.
    pub name: String,
    /// The clock when it begins.
    pub from: String,
    /// The clock when it ends.
    pub until: String,
    /// Places.
    pub capacity: String,
}

/// A shift that can stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewShift {
    /// What one does in it.
    pub name: String,
    /// When it begins.
    pub starts: DateTime<Utc>,
    /// When it ends.
    pub ends: DateTime<Utc>,
    /// Places; None: no limit.
    pub capacity: Option<i32>,
}

impl ShiftForm {
    /// A new one, as long as the event.
    pub fn usual(event: &Event) -> Self {
        let (from, until) = (clock(event.starts), clock(event.ends));
        ShiftForm { id: Some(Uuid::now_v7()), from, until, ..ShiftForm::default() }
    }

    /// As a shift stands.
    pub fn of(shift: &NewShift) -> Self {
        ShiftForm {
            id: None,
            name: shift.name.clone(),
            from: clock(shift.starts),
            until: clock(shift.ends),
            capacity: shift.capacity.map(|n| n.to_string()).unwrap_or_default(),
        }
    }

    /// What it says, if it can stand: within its event, also one that goes on after midnight.
    pub fn read(&self, errors: &mut FieldErrors, event: &Event) -> Option<NewShift> {
        let name =
            errors.take(text("name", &self.name, 80, "Say what one does: “Board runner”, “Teller, St Mary’s Hall”"));
        let capacity = errors.take(capacity(&self.capacity));
        let day = words::day_of(event.starts);
        let mut times = errors.take(times(day, &self.from, &self.until));
        if times.is_some_and(|(starts, _)| starts < event.starts) {
            // After midnight of an event that began before it.
            times = day.succ_opt().and_then(|next| errors.take(self::times(next, &self.from, &self.until)));
        }
        if times.is_some_and(|(starts, ends)| starts < event.starts || ends > event.ends) {
            errors.add("from", format!("A shift lies within its event: {}", event.hours()));
        }
        let (starts, ends) = times?;
        if errors.any() { None } else { Some(NewShift { name: name?, starts, ends, capacity: capacity? }) }
    }
}

/// A time of day as fields write it, by the clock on the wall.
fn clock(at: DateTime<Utc>) -> String {
    at.with_timezone(&London).format("%H:%M").to_string()
}

/// A text that need not be there.
fn optional(field: &str, typed: &str, longest: usize) -> Result<String, Error> {
    if typed.trim().is_empty() { Ok(String::new()) } else { text(field, typed, longest, "") }
}

/// "50.7184, -3.5339": what a map shows for a place; nothing typed is no place.
fn coordinates(typed: &str) -> Result<Option<(f64, f64)>, Error> {
    if typed.trim().is_empty() {
        return Ok(None);
    }
    let read = || {
        let (lat, long) = typed.split_once(',')?;
        Some((lat.trim().parse::<f64>().ok()?, long.trim().parse::<f64>().ok()?))
    };
    match read() {
        Some((lat, long)) if (49.0..=61.5).contains(&lat) && (-9.0..=2.5).contains(&long) => Ok(Some((lat, long))),
        Some(_) => Err(Error::field(
            "map",
            "This is not in the United Kingdom: write north first, then east, for example 50.7184, -3.5339",
        )),
        None => Err(Error::field("map", "Write both numbers with a comma between them, for example 50.7184, -3.5339")),
    }
}

fn capacity(typed: &str) -> Result<Option<i32>, Error> {
    match typed.trim() {
        "" => Ok(None),
        n => match n.parse() {
            Ok(n @ 1..=10_000) => Ok(Some(n)),
            _ => Err(Error::field(
                "capacity",
                "Write how many places there are, from 1 to 10,000, or nothing for no limit",
            )),
        },
    }
}

fn day(typed: &str) -> Result<NaiveDate, Error> {
    typed.trim().parse().map_err(|_| Error::field("day", "Write the day, for example 2026-11-28"))
}

/// Two times of a day in London; the small hours after an evening are the next day's.
fn times(day: NaiveDate, from: &str, until: &str) -> Result<(DateTime<Utc>, DateTime<Utc>), Error> {
    let time = |field: &str, typed: &str| {
        let read = ["%H:%M", "%H:%M:%S"].iter().find_map(|f| NaiveTime::parse_from_str(typed.trim(), f).ok());
        read.ok_or_else(|| Error::field(field, "Write the time by the clock, for example 18:30"))
    };
    let (from, until) = (time("from", from)?, time("until", until)?);
    let night = from.hour() >= EVENING && until.num_seconds_from_midnight() <= SMALL_HOURS * 3600;
    let last = if night { day.succ_opt() } else { Some(day) };
    let last = last.ok_or_else(|| Error::field("day", "Choose a day within the next two years"))?;
    if !night && until <= from {
        return Err(Error::field(
            "until",
            "It would end before it begins. Write a later time; only what begins at 5 pm or later may end after midnight, by 6 am",
        ));
    }
    let (starts, ends) = (words::from_clock(day.and_time(from)), words::from_clock(last.and_time(until)));
    if ends <= starts {
        return Err(Error::field("until", "The clocks go forward that night, and it would end before it begins"));
    }
    Ok((starts, ends))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> EventForm {
        EventForm {
            area: "1".into(),
            title: "Saltern Saturday".into(),
            place: "The bandstand".into(),
            ..EventForm::usual("2026-11-24".parse().unwrap())
        }
    }

    fn now() -> DateTime<Utc> {
        words::parse_time("2026-11-24 09:00").unwrap()
    }

    #[test]
    fn times_are_londons_and_the_small_hours_after_an_evening_are_the_next_days() {
        let mut errors = FieldErrors::default();
        let summer = EventForm { day: "2027-06-24".into(), from: "18:00".into(), until: "01:00".into(), ..form() };
        let event = summer.read(&mut errors, now()).unwrap();
        assert_eq!(event.starts.to_rfc3339(), "2027-06-24T17:00:00+00:00");
        assert_eq!(event.ends.to_rfc3339(), "2027-06-25T00:00:00+00:00");
        assert!(!errors.any());
    }

    #[test]
    fn what_would_end_before_it_begins_is_refused_by_field() {
        let read = |day: &str, from: &str, until: &str| {
            let mut errors = FieldErrors::default();
            let typed = EventForm { day: day.into(), from: from.into(), until: until.into(), ..form() };
            let event = typed.read(&mut errors, now());
            assert_eq!(event.is_none(), errors.any());
            event.map(|e| e.ends - e.starts).ok_or_else(|| errors.of("until").to_owned())
        };
        for (day, from, until) in [
            ("2026-11-28", "12:30", "10:00"),
            ("2026-11-28", "10:00", "10:00"),
            ("2026-11-28", "18:00", "17:59"),
            ("2026-11-28", "19:00", "06:30"),
            // Twenty-five hours, were it the next day's.
            ("2027-10-30", "10:00", "10:00"),
            // There is no 1:15 in that night: it would be 2:15.
            ("2027-03-28", "01:15", "02:00"),
        ] {
            assert_ne!(read(day, from, until).unwrap_err(), "", "{day} {from} {until}");
        }
        assert_eq!(read("2026-11-28", "23:30", "00:00"), Ok(TimeDelta::minutes(30)));
        assert_eq!(read("2027-10-30", "20:00", "06:00"), Ok(TimeDelta::hours(11)));
        assert_eq!(read("2027-03-27", "20:00", "06:00"), Ok(TimeDelta::hours(9)));
    }

    #[test]
    fn a_shift_after_midnight_is_of_the_next_day_also_when_the_clocks_change() {
        let event = |day: &str, next: &str| Event {
            starts: words::parse_time(&format!("{day} 22:00")).unwrap(),
            ends: words::parse_time(&format!("{next} 05:00")).unwrap(),
            ..of_nothing()
        };
        for (day, next) in [("2027-10-30", "2027-10-31"), ("2027-03-27", "2027-03-28"), ("2027-06-05", "2027-06-06")] {
            let mut errors = FieldErrors::default();
            let typed = ShiftForm {
                name: "Stewards".into(),
                from: "03:00".into(),
                until: "04:30".into(),
                ..ShiftForm::default()
            };
            let shift = typed.read(&mut errors, &event(day, next)).unwrap();
            assert_eq!(shift.starts, words::parse_time(&format!("{next} 03:00")).unwrap());
            assert_eq!(shift.ends, words::parse_time(&format!("{next} 04:30")).unwrap());
        }
    }

    fn of_nothing() -> Event {
        Event {
            id: Uuid::nil(),
            area: 1,
            area_name: String::new(),
            kind: Kind::Social,
            title: String::new(),
            place: String::new(),
            at: None,
            bring: String::new(),
            starts: now(),
            ends: now(),
            capacity: None,
            cancelled: None,
            series: None,
            public: false,
            public_text: String::new(),
            changed: now(),
            sequence: 0,
        }
    }

    #[test]
    fn the_usual_event_is_next_saturday() {
        assert_eq!(form().day, "2026-11-28");
        assert_eq!(EventForm::usual("2026-11-28".parse().unwrap()).day, "2026-12-05");
    }

    #[test]
    fn what_cannot_stand_is_said_by_field() {
        let mut errors = FieldErrors::default();
        let typed = EventForm {
            title: " ".into(),
            map: "-3.5, 50.7".into(),
            capacity: "0".into(),
            from: "soon".into(),
            day: "2026-11-28".into(),
            ..form()
        };
        assert!(typed.read(&mut errors, now()).is_none());
        for field in ["title", "map", "capacity", "from"] {
            assert_ne!(errors.of(field), "", "{field}");
        }
        assert_eq!(errors.0.len(), 4);
    }
}
