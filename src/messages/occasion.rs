//! The event that a message is for: those who are down for it. A message keeps its id alone; what it is called is asked each time.

use super::Draft;
use crate::database::Scoped;
use crate::error::Error;
use crate::events::hours;
use crate::web::{FieldErrors, words};
use chrono::{DateTime, Utc};
use chrono_tz::Europe::London;
use uuid::Uuid;

/// An event, or a shift of one, as it stands now.
#[derive(Debug, Clone)]
pub struct Occasion {
    /// What it is called.
    pub title: String,
    /// When it begins.
    pub starts: DateTime<Utc>,
    /// When it ends.
    pub ends: DateTime<Utc>,
    /// The shift's name, where one is named and is still there.
    pub shift: Option<String>,
}

impl Occasion {
    /// "Saltern Saturday, 28 November 2026".
    pub fn name(&self) -> String {
        named(&self.title, self.starts)
    }

    /// Whether it is over: then it means nobody.
    pub fn over(&self) -> bool {
        self.ends <= Utc::now()
    }
}

/// The day tells apart what is on every week.
fn named(title: &str, starts: DateTime<Utc>) -> String {
    format!("{title}, {}", words::date(words::day_of(starts)))
}

/// What a form sends for an event, or a shift of it.
pub fn key(event: Uuid, shift: Option<Uuid>) -> String {
    shift.map_or_else(|| event.to_string(), |shift| format!("{event}.{shift}"))
}

/// The event and the shift that a form names; what is none counts as none.
pub fn read(key: &str) -> Option<(Uuid, Option<Uuid>)> {
    match key.split_once('.') {
        None => Some((key.parse().ok()?, None)),
        Some((event, shift)) => Some((event.parse().ok()?, Some(shift.parse().ok()?))),
    }
}

/// What a message can be for: events to come with their shifts, as a form sends each and in words.
///
/// # Errors
/// What the database says.
pub async fn choices(scope: &mut Scoped) -> Result<Vec<(String, String)>, Error> {
    let rows = sqlx::query!(
        r#"select e.event_id, e.title, e.starts_at, s.shift_id as "shift_id?", s.name as "name?"
           from event e left join shift s on s.event_id = e.event_id
           where e.ends_at > now() and e.area_id = any ((select wall.places())::bigint[])
           order by e.starts_at, e.event_id, s.starts_at, s.name, s.shift_id"#
    )
    .fetch_all(scope.connection())
    .await?;
    let mut all: Vec<(String, String)> = Vec::new();
    let mut last = None;
    for row in rows {
        let whole = named(&row.title, row.starts_at);
        if last != Some(row.event_id) {
            all.push((key(row.event_id, None), whole.clone()));
            last = Some(row.event_id);
        }
        if let (Some(shift), Some(name)) = (row.shift_id, row.name) {
            all.push((key(row.event_id, Some(shift)), format!("{whole}: {name}")));
        }
    }
    Ok(all)
}

/// A draft as it was read, if what it says of an event can stand: the event lies inside the message's area, and is not over.
///
/// # Errors
/// What the database says.
pub async fn checked(
    scope: &mut Scoped,
    draft: Option<Draft>,
    errors: &mut FieldErrors,
) -> Result<Option<Draft>, Error> {
    let Some(draft) = draft else { return Ok(None) };
    let Some(event) = draft.audience.event else { return Ok(Some(draft)) };
    let stands = sqlx::query_scalar!(
        r#"select wall.may_write_to_event($1, $2, $3) as "stands!""#,
        event,
        draft.audience.shift,
        draft.area
    )
    .fetch_one(scope.connection())
    .await?;
    if !stands {
        errors.add(
            "occasion",
            "This event is over, or is not in the message’s area. Choose another, or the event’s area",
        );
    }
    Ok(stands.then_some(draft))
}

/// What a message to those who come to an event begins with.
#[derive(Debug, Clone)]
pub struct About {
    /// What it is called.
    pub title: String,
    /// When it is, in words.
    pub when: String,
    /// Where.
    pub place: String,
}

/// The event that somebody writes about, from its page.
///
/// # Errors
/// [`Error::NotFound`] outside the area, and when it is over.
pub async fn about(scope: &mut Scoped, event: Uuid) -> Result<About, Error> {
    let row = sqlx::query!(
        "select title, place, starts_at, ends_at from event where event_id = $1 and ends_at > now()",
        event
    )
    .fetch_optional(scope.connection())
    .await?
    .ok_or(Error::NotFound)?;
    let day = row.starts_at.with_timezone(&London).format("%A %-d %B").to_string();
    // A form's words are typed: nothing in them that no key writes.
    let when = format!("{day}, {}", hours(row.starts_at, row.ends_at)).replace('\u{a0}', " ");
    Ok(About { title: row.title, when, place: row.place })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_form_sends_for_an_event_is_read_back_and_nothing_else_is() {
        let (event, shift) = (Uuid::now_v7(), Uuid::now_v7());
        for which in [None, Some(shift)] {
            assert_eq!(read(&key(event, which)), Some((event, which)));
        }
        for none in ["", ".", "everybody", &format!("{event}."), &format!(".{shift}"), &format!("{event}.{shift}.x")] {
            assert_eq!(read(none), None, "{none}");
        }
    }
}
