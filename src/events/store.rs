//! Events in the database: the tabs, one event, making, changing, calling off.

use super::form::{NewEvent, NewShift};
use super::{Event, Kind, new_code};
use crate::database::Scoped;
use crate::error::Error;
use crate::web::paging::{self, Paging};
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

/// Which events a page shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tab {
    /// Those to come and those that are on.
    #[default]
    Coming,
    /// Of those the ones that one is down for.
    Mine,
    /// Those that are over, the last first.
    Past,
    /// Those to come with places that nobody has.
    Open,
}

impl Tab {
    /// All, in the order pages offer them.
    pub const ALL: [Tab; 4] = [Tab::Coming, Tab::Mine, Tab::Past, Tab::Open];

    /// The word in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Tab::Coming => "coming",
            Tab::Mine => "mine",
            Tab::Past => "past",
            Tab::Open => "to-fill",
        }
    }

    /// The word on pages.
    pub fn title(self) -> &'static str {
        match self {
            Tab::Coming => "Coming",
            Tab::Mine => "Mine",
            Tab::Past => "Past",
            Tab::Open => "Shifts to fill",
        }
    }

    /// The tab of this word; anything else is the first.
    pub fn parse(word: &str) -> Tab {
        Tab::ALL.into_iter().find(|t| t.as_str() == word).unwrap_or_default()
    }
}

/// A row as the database has it.
struct Row {
    id: Uuid,
    area: i64,
    area_name: String,
    kind: String,
    title: String,
    place: String,
    lat: Option<f64>,
    long: Option<f64>,
    bring: String,
    starts: DateTime<Utc>,
    ends: DateTime<Utc>,
    capacity: Option<i32>,
    cancelled: Option<String>,
    series: Option<Uuid>,
    public: bool,
    public_text: String,
    changed: DateTime<Utc>,
    sequence: i32,
}

impl From<Row> for Event {
    fn from(r: Row) -> Self {
        Event {
            id: r.id,
            area: r.area,
            area_name: r.area_name,
            kind: Kind::parse(&r.kind).unwrap_or(Kind::Meeting),
            title: r.title,
            place: r.place,
            at: r.lat.zip(r.long),
            bring: r.bring,
            starts: r.starts,
            ends: r.ends,
            capacity: r.capacity,
            cancelled: r.cancelled,
            series: r.series,
            public: r.public,
            public_text: r.public_text,
            changed: r.changed,
            sequence: r.sequence,
        }
    }
}

/// The events of a tab, and how many there are. `wanted` is what [`super::slots::wanted`] found, for the last tab.
///
/// # Errors
/// What the database says.
pub async fn page(scope: &mut Scoped, tab: Tab, wanted: &[Uuid], paging: Paging) -> Result<(Vec<Event>, i64), Error> {
    let account = scope.account();
    let counted = sqlx::query_scalar!(
        r#"select count(*) as "n!" from event e
           where case when $1 = 'past' then e.ends_at <= now() else e.ends_at > now() end
             and ($1 <> 'mine' or exists (select from event_sign_up p where p.event_id = e.event_id and p.account_id = $2
               and p.state in ('coming', 'waiting', 'came')))
             and ($1 <> 'to-fill' or e.event_id = any ($3))"#,
        tab.as_str(),
        account,
        wanted
    )
    .fetch_one(scope.connection())
    .await?;
    let rows = sqlx::query_as!(
        Row,
        r#"select e.event_id as id, e.area_id as area, a.name as area_name, e.kind, e.title, e.place, e.lat, e.long, e.bring,
             e.starts_at as starts, e.ends_at as ends, e.capacity, e.cancelled_reason as cancelled, e.series_id as series,
             e.public, e.public_text, e.changed_at as changed, e.sequence
           from event e join area a using (area_id)
           where case when $1 = 'past' then e.ends_at <= now() else e.ends_at > now() end
             and ($1 <> 'mine' or exists (select from event_sign_up p where p.event_id = e.event_id and p.account_id = $2
               and p.state in ('coming', 'waiting', 'came')))
             and ($1 <> 'to-fill' or e.event_id = any ($3))
           order by case when $1 = 'past' then e.starts_at end desc, e.starts_at, e.event_id
           limit $4 offset $5"#,
        tab.as_str(),
        account,
        wanted,
        paging::SIZE,
        paging.skip()
    )
    .fetch_all(scope.connection())
    .await?;
    Ok((rows.into_iter().map(Event::from).collect(), counted))
}

/// One event.
///
/// # Errors
/// [`Error::NotFound`] outside the area.
pub async fn find(scope: &mut Scoped, id: Uuid) -> Result<Event, Error> {
    sqlx::query_as!(
        Row,
        r#"select e.event_id as id, e.area_id as area, a.name as area_name, e.kind, e.title, e.place, e.lat, e.long, e.bring,
             e.starts_at as starts, e.ends_at as ends, e.capacity, e.cancelled_reason as cancelled, e.series_id as series,
             e.public, e.public_text, e.changed_at as changed, e.sequence
           from event e join area a using (area_id) where e.event_id = $1"#,
        id
    )
    .fetch_optional(scope.connection())
    .await?
    .map(Event::from)
    .ok_or(Error::NotFound)
}

/// An event that can still be changed: planned, and not over.
///
/// # Errors
/// [`Error::NotFound`] outside the area, [`Error::Conflict`] when it is over or was called off.
pub async fn find_open(scope: &mut Scoped, id: Uuid) -> Result<Event, Error> {
    let event = find(scope, id).await?;
    if event.cancelled.is_some() {
        return Err(Error::Conflict("This event was called off. Copy it to make another".into()));
    } else if event.over() {
        return Err(Error::Conflict("This event is over. Copy it to make another".into()));
    }
    Ok(event)
}

/// The code that people type when they are there.
///
/// # Errors
/// [`Error::NotFound`] outside the area.
pub async fn code(scope: &mut Scoped, id: Uuid) -> Result<String, Error> {
    sqlx::query_scalar!("select code from event where event_id = $1", id)
        .fetch_optional(scope.connection())
        .await?
        .ok_or(Error::NotFound)
}

/// Makes an event; the same id again makes none. Answers whether it made one.
///
/// # Errors
/// What the database says.
pub async fn add(scope: &mut Scoped, id: Uuid, new: &NewEvent, series: Option<Uuid>) -> Result<bool, Error> {
    let by = scope.account();
    let made = sqlx::query!(
        "insert into event (event_id, area_id, kind, title, place, lat, long, bring, starts_at, ends_at, capacity, series_id,
           public, public_text, code, created_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
         on conflict (event_id) do nothing",
        id,
        new.area,
        new.kind.as_str(),
        new.title,
        new.place,
        new.at.map(|(lat, _)| lat),
        new.at.map(|(_, long)| long),
        new.bring,
        new.starts,
        new.ends,
        new.capacity,
        series,
        new.public,
        new.public_text,
        new_code(),
        by
    )
    .execute(scope.connection())
    .await?;
    Ok(made.rows_affected() > 0)
}

/// Changes an event; its shifts move with its beginning. Answers whether people must be told: the time or the place is another.
///
/// # Errors
/// [`Error::Invalid`] when a shift would lie outside it.
pub async fn change(scope: &mut Scoped, before: &Event, new: &NewEvent) -> Result<bool, Error> {
    sqlx::query!(
        "update event set kind = $2, title = $3, place = $4, lat = $5, long = $6, bring = $7, starts_at = $8, ends_at = $9,
           capacity = $10, public = $11, public_text = $12, changed_at = now(), sequence = sequence + 1
         where event_id = $1",
        before.id,
        new.kind.as_str(),
        new.title,
        new.place,
        new.at.map(|(lat, _)| lat),
        new.at.map(|(_, long)| long),
        new.bring,
        new.starts,
        new.ends,
        new.capacity,
        new.public,
        new.public_text
    )
    .execute(scope.connection())
    .await?;
    let moved = (new.starts - before.starts).num_seconds() as f64;
    sqlx::query!(
        "update shift set starts_at = starts_at + make_interval(secs => $2), ends_at = ends_at + make_interval(secs => $2)
         where event_id = $1",
        before.id,
        moved
    )
    .execute(scope.connection())
    .await?;
    let outside = sqlx::query_scalar!(
        "select name from shift where event_id = $1 and (starts_at < $2 or ends_at > $3) limit 1",
        before.id,
        new.starts,
        new.ends
    )
    .fetch_optional(scope.connection())
    .await?;
    if let Some(name) = outside {
        return Err(Error::field(
            "until",
            format!("The shift “{name}” would lie outside the event. Change or remove it first"),
        ));
    }
    Ok(before.starts != new.starts || before.ends != new.ends || before.place != new.place)
}

/// Whether a letter of a change goes at once: what begins within three hours, or was to, leaves no time to gather more of them.
pub fn at_once(before: DateTime<Utc>, after: DateTime<Utc>) -> bool {
    before.min(after) <= Utc::now() + TimeDelta::hours(3)
}

/// Tells whoever has a place, or waits for one, that the event was changed: in one letter, whatever else is changed within a
/// quarter of an hour, unless it goes at once. Answers how many.
///
/// # Errors
/// What the database says.
pub async fn tell_changed(scope: &mut Scoped, id: Uuid, at_once: bool) -> Result<i32, Error> {
    let told = sqlx::query_scalar!("select wall.tell_event('event-changed', $1, null, $2)", id, at_once);
    Ok(told.fetch_one(scope.connection()).await?.unwrap_or_default())
}

/// Calls an event off and tells whoever was to come.
///
/// # Errors
/// [`Error::NotFound`] outside the area, [`Error::Conflict`] when it is over or was called off.
pub async fn cancel(scope: &mut Scoped, id: Uuid, reason: &str) -> Result<(), Error> {
    let done = sqlx::query_scalar!(r#"select wall.cancel_event($1, $2) as "done!""#, id, reason)
        .fetch_one(scope.connection())
        .await?;
    match done.as_str() {
        "cancelled" => Ok(()),
        "over" => Err(Error::Conflict("This event is over, or was called off already".into())),
        _ => Err(Error::NotFound),
    }
}

/// The series that an event belongs to, or begins now. Of two who begin it at once, both have the first one's.
///
/// # Errors
/// What the database says.
pub async fn begin_series(scope: &mut Scoped, event: &Event) -> Result<Uuid, Error> {
    Ok(sqlx::query_scalar!(
        r#"update event set series_id = coalesce(series_id, $2) where event_id = $1 returning series_id as "series!""#,
        event.id,
        Uuid::now_v7()
    )
    .fetch_one(scope.connection())
    .await?)
}

/// The shifts of an event as a form has them.
///
/// # Errors
/// What the database says.
pub async fn shifts(scope: &mut Scoped, event: Uuid) -> Result<Vec<(Uuid, NewShift)>, Error> {
    let rows = sqlx::query!(
        "select shift_id, name, starts_at, ends_at, capacity from shift where event_id = $1 order by starts_at, name, shift_id",
        event
    )
    .fetch_all(scope.connection())
    .await?;
    let shift = |name, starts, ends, capacity| NewShift { name, starts, ends, capacity };
    Ok(rows.into_iter().map(|r| (r.shift_id, shift(r.name, r.starts_at, r.ends_at, r.capacity))).collect())
}

/// Adds a shift; the same id again adds none.
///
/// # Errors
/// What the database says.
pub async fn add_shift(scope: &mut Scoped, id: Uuid, event: Uuid, area: i64, new: &NewShift) -> Result<(), Error> {
    sqlx::query!(
        "insert into shift (shift_id, event_id, area_id, name, starts_at, ends_at, capacity)
         values ($1, $2, $3, $4, $5, $6, $7) on conflict (shift_id) do nothing",
        id,
        event,
        area,
        new.name,
        new.starts,
        new.ends,
        new.capacity
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}

/// Changes a shift, and with it what calendars hold of its event.
///
/// # Errors
/// [`Error::NotFound`] when it is not there.
pub async fn change_shift(scope: &mut Scoped, event: Uuid, id: Uuid, new: &NewShift) -> Result<(), Error> {
    let done = sqlx::query!(
        "update shift set name = $3, starts_at = $4, ends_at = $5, capacity = $6 where event_id = $1 and shift_id = $2",
        event,
        id,
        new.name,
        new.starts,
        new.ends,
        new.capacity
    )
    .execute(scope.connection())
    .await?;
    if done.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    sqlx::query!("update event set changed_at = now(), sequence = sequence + 1 where event_id = $1", event)
        .execute(scope.connection())
        .await?;
    Ok(())
}

/// Takes a shift away with its places, and tells whoever had one.
///
/// # Errors
/// [`Error::NotFound`] when it is not there.
pub async fn remove_shift(scope: &mut Scoped, id: Uuid) -> Result<(), Error> {
    let done =
        sqlx::query_scalar!(r#"select wall.remove_shift($1) as "done!""#, id).fetch_one(scope.connection()).await?;
    if done { Ok(()) } else { Err(Error::NotFound) }
}

/// Tells whoever has a place in a shift, or waits for one, that its hours are others.
///
/// # Errors
/// What the database says.
pub async fn tell_shift_changed(scope: &mut Scoped, event: Uuid, shift: Uuid, at_once: bool) -> Result<(), Error> {
    sqlx::query_scalar!("select wall.tell_event('event-changed', $1, $2, $3)", event, shift, at_once)
        .fetch_one(scope.connection())
        .await?;
    Ok(())
}
