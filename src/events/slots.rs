//! Where one can be put down: an event's shifts, or the event itself where it has none; and one's own place there.

use super::{Event, hours};
use crate::database::Scoped;
use crate::error::Error;
use crate::web::words;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::HashMap;
use uuid::Uuid;

/// A shift, or an event without shifts.
#[derive(Debug, Clone)]
pub struct Slot {
    /// The shift; None: the event itself.
    pub shift: Option<Uuid>,
    /// What one does in it; of an event itself nothing.
    pub name: String,
    /// When it begins.
    pub starts: DateTime<Utc>,
    /// When it ends.
    pub ends: DateTime<Utc>,
    /// Places; None: no limit.
    pub capacity: Option<i32>,
    /// Who has one.
    pub coming: i64,
    /// Who waits for one.
    pub waiting: i64,
    /// One's own.
    pub own: Option<Own>,
}

/// One's own place.
#[derive(Debug, Clone)]
pub struct Own {
    /// The sign-up.
    pub id: Uuid,
    /// `coming`, `waiting`, `came` or `did-not-come`.
    pub state: String,
    /// Which in the queue, where one waits.
    pub queue: i64,
}

impl Slot {
    /// Whether nobody else has a place in it.
    pub fn full(&self) -> bool {
        self.capacity.is_some_and(|most| self.coming >= i64::from(most))
    }

    /// How many places nobody has.
    pub fn wanted(&self) -> i64 {
        self.capacity.map_or(0, |most| (i64::from(most) - self.coming).max(0))
    }

    /// The taken part of the bar, of 100.
    pub fn bar(&self) -> i64 {
        self.capacity.map_or(0, |most| (self.coming * 100 / i64::from(most.max(1))).min(100))
    }

    /// "17 of 20 places", "31 coming".
    pub fn taken(&self) -> String {
        match self.capacity {
            Some(most) => format!("{} of {}", words::figure(self.coming), words::count(most, "place", "places")),
            None => format!("{} coming", words::figure(self.coming)),
        }
    }

    /// What is still to be done about it.
    pub fn note(&self) -> String {
        let over = self.capacity.map_or(0, |most| self.coming - i64::from(most));
        match (self.capacity, self.waiting) {
            (_, n) if n > 0 => format!("{} on the waiting list", words::figure(n)),
            (None, _) => "No limit".into(),
            (Some(_), _) if over > 0 => format!("{} more than there are places", words::figure(over)),
            (Some(_), _) if self.full() => "Full".into(),
            (Some(_), _) if self.coming == 0 => "Nobody yet".into(),
            (Some(_), _) => format!("{} still wanted", words::figure(self.wanted())),
        }
    }

    /// "10:00 am to 12:30 pm".
    pub fn hours(&self) -> String {
        hours(self.starts, self.ends)
    }

    /// Whether it has begun, so that people can be ticked off.
    pub fn begun(&self) -> bool {
        self.starts <= Utc::now()
    }

    /// Whether who takes a place in it now is reminded of it by a letter: those who do so on the day before know.
    pub fn reminds(&self) -> bool {
        self.starts > Utc::now() + TimeDelta::hours(24)
    }

    /// Whether it is over.
    pub fn over(&self) -> bool {
        self.ends <= Utc::now()
    }

    /// What the form sends for it.
    pub fn key(&self) -> String {
        self.shift.map(|s| s.to_string()).unwrap_or_default()
    }
}

/// The shift that is on, or else the next one, or else the last: what whoever walks in is most likely there for.
pub fn on_or_next(slots: &[Slot]) -> Option<&Slot> {
    let shifts = || slots.iter().filter(|s| s.shift.is_some());
    let on = shifts().find(|s| s.begun() && !s.over());
    on.or_else(|| shifts().filter(|s| !s.begun()).min_by_key(|s| s.starts)).or_else(|| shifts().max_by_key(|s| s.ends))
}

/// All slots of an event as one.
pub fn together(slots: &[Slot]) -> Option<Slot> {
    let first = slots.first()?;
    // Who has chosen no shift yet takes no shift's place.
    let places = slots.iter().filter(|s| s.shift.is_some() || slots.len() == 1);
    let most = places.clone().try_fold(0, |sum, s| Some(sum + s.capacity?));
    Some(Slot {
        capacity: most,
        coming: places.map(|s| s.coming).sum(),
        waiting: slots.iter().map(|s| s.waiting).sum(),
        own: slots.iter().find_map(|s| s.own.clone()),
        ..first.clone()
    })
}

/// The slots of these events, in the order of the clock.
///
/// # Errors
/// What the database says.
pub async fn of(scope: &mut Scoped, events: &[Event]) -> Result<HashMap<Uuid, Vec<Slot>>, Error> {
    let ids: Vec<Uuid> = events.iter().map(|e| e.id).collect();
    let shifts = sqlx::query!(
        "select event_id, shift_id, name, starts_at, ends_at, capacity from shift where event_id = any ($1)
         order by starts_at, name, shift_id",
        &ids
    )
    .fetch_all(scope.connection())
    .await?;
    let taken = taken(scope, &ids).await?;
    let mut own = own(scope, &ids).await?;
    let mut all = HashMap::<Uuid, Vec<Slot>>::new();
    for s in shifts {
        let key = (s.event_id, Some(s.shift_id));
        let (coming, waiting) = taken.get(&key).copied().unwrap_or_default();
        let own = own.remove(&key);
        let (starts, ends, shift) = (s.starts_at, s.ends_at, Some(s.shift_id));
        let slot = Slot { shift, name: s.name, starts, ends, capacity: s.capacity, coming, waiting, own };
        all.entry(s.event_id).or_default().push(slot);
    }
    for event in events {
        let slots = all.entry(event.id).or_default();
        let key = (event.id, None);
        let (coming, waiting) = taken.get(&key).copied().unwrap_or_default();
        let own = own.remove(&key);
        // Who was down before the event got shifts still has a place, and is asked to choose one.
        if slots.is_empty() || coming + waiting > 0 {
            let (starts, ends) = (event.starts, event.ends);
            let name = if slots.is_empty() { String::new() } else { "No shift chosen yet".into() };
            let capacity = if slots.is_empty() { event.capacity } else { None };
            slots.push(Slot { shift: None, name, starts, ends, capacity, coming, waiting, own });
        }
    }
    Ok(all)
}

type Key = (Uuid, Option<Uuid>);

async fn taken(scope: &mut Scoped, ids: &[Uuid]) -> Result<HashMap<Key, (i64, i64)>, Error> {
    let rows = sqlx::query!(
        r#"select event_id as "event_id!", shift_id, coming as "coming!", waiting as "waiting!" from wall.event_taken($1)"#,
        ids
    )
    .fetch_all(scope.connection())
    .await?;
    Ok(rows.into_iter().map(|r| ((r.event_id, r.shift_id), (r.coming, r.waiting))).collect())
}

async fn own(scope: &mut Scoped, ids: &[Uuid]) -> Result<HashMap<Key, Own>, Error> {
    let rows = sqlx::query!(
        r#"select sign_up_id as "id!", event_id as "event!", shift_id, state as "state!", queue as "queue!" from wall.own_places($1)"#,
        ids
    )
    .fetch_all(scope.connection())
    .await?;
    Ok(rows.into_iter().map(|r| ((r.event, r.shift_id), Own { id: r.id, state: r.state, queue: r.queue })).collect())
}

/// Events to come with places that nobody has, and how many places those are.
///
/// # Errors
/// What the database says.
pub async fn wanted(scope: &mut Scoped) -> Result<(Vec<Uuid>, i64), Error> {
    let rows = sqlx::query!(
        r#"with coming as materialized (
             select e.event_id, e.capacity from event e where e.ends_at > now() and e.state = 'planned'),
           taken as materialized (select event_id, shift_id, coming from wall.event_taken(array(select event_id from coming))),
           slots as (
             select s.event_id, s.shift_id, s.capacity from shift s join coming using (event_id) where s.ends_at > now()
             union all
             select c.event_id, null, c.capacity from coming c where not exists (select from shift s where s.event_id = c.event_id))
           select s.event_id as "event!", sum(s.capacity - coalesce(t.coming, 0))::bigint as "places!"
           from slots s left join taken t on t.event_id = s.event_id and t.shift_id is not distinct from s.shift_id
           where s.capacity > coalesce(t.coming, 0) group by s.event_id"#
    )
    .fetch_all(scope.connection())
    .await?;
    Ok((rows.iter().map(|r| r.event).collect(), rows.iter().map(|r| r.places).sum()))
}
