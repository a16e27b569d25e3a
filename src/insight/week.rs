//! An organiser's week: what is on, what is to be done, who waits, what came in since they were last here. Figures and
//! names of lists and events; nobody is shown.

use super::store::numbers;
use crate::canvass::ListId;
use crate::database::Scoped;
use crate::error::Error;
use crate::events::Event;
use crate::events::slots::{self, Slot};
use crate::events::store::{self as events, Tab};
use crate::tasks::due::{self, Due};
use crate::web::paging::Paging;
use chrono::{DateTime, TimeDelta, Utc};

/// How far ahead a first page looks.
const DAYS: i64 = 8;
/// How many events it names.
const NAMED: usize = 5;

/// An event of the next days, with its places.
#[derive(Debug, Clone)]
pub struct Coming {
    /// The event.
    pub event: Event,
    /// All its places as one.
    pub places: Option<Slot>,
    /// How many shifts it has.
    pub shifts: usize,
}

/// A list at which people wait to be let in.
#[derive(Debug, Clone)]
pub struct AtTheDoor {
    /// The list.
    pub list: ListId,
    /// Its name.
    pub name: String,
    /// How many wait.
    pub waiting: i64,
}

/// What came in since somebody was last here.
#[derive(Debug, Clone)]
pub struct Since {
    /// When they were.
    pub at: DateTime<Utc>,
    /// Doors with an answer.
    pub doors: i64,
    /// People spoken to.
    pub spoken: i64,
    /// Things that people asked for.
    pub asks: i64,
}

/// Memberships that end.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ending {
    /// Within 60 days.
    pub soon: i64,
    /// Past the day they are paid until.
    pub late: i64,
}

/// An organiser's week.
#[derive(Debug, Clone, Default)]
pub struct Week {
    /// Events of the next days; called-off ones left out.
    pub coming: Vec<Coming>,
    /// Tasks that are open.
    pub tasks: Due,
    /// Who waits to join a list.
    pub joiners: Vec<AtTheDoor>,
    /// Since the last session; none at the first, or after a month.
    pub since: Option<Since>,
    /// Memberships.
    pub ending: Ending,
}

/// The week of the area in use. What belongs to Organise is empty while that is closed.
///
/// # Errors
/// What the database says.
pub async fn week(scope: &mut Scoped) -> Result<Week, Error> {
    Ok(Week {
        coming: coming(scope).await?,
        tasks: due::counts(scope).await?,
        joiners: joiners(scope).await?,
        since: since(scope).await?,
        ending: ending(scope).await?,
    })
}

async fn coming(scope: &mut Scoped) -> Result<Vec<Coming>, Error> {
    let (mut found, _) = events::page(scope, Tab::Coming, &[], Paging::asked("")).await?;
    let latest = Utc::now() + TimeDelta::days(DAYS);
    found.retain(|e| e.cancelled.is_none() && e.starts < latest);
    found.truncate(NAMED);
    let mut of = slots::of(scope, &found).await?;
    let one = |event: Event| {
        let slots = of.remove(&event.id).unwrap_or_default();
        let shifts = slots.iter().filter(|s| s.shift.is_some()).count();
        Coming { places: slots::together(&slots), shifts, event }
    };
    Ok(found.into_iter().map(one).collect())
}

async fn joiners(scope: &mut Scoped) -> Result<Vec<AtTheDoor>, Error> {
    let rows = sqlx::query!(
        r#"select partition_id as "partition!", list_id as "list!", name as "name!", waiting as "waiting!"
           from wall.joiners_waiting() order by name limit 5"#
    )
    .fetch_all(scope.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| AtTheDoor { list: ListId { partition: r.partition, id: r.list }, name: r.name, waiting: r.waiting })
        .collect())
}

async fn since(scope: &mut Scoped) -> Result<Option<Since>, Error> {
    let at: Option<DateTime<Utc>> =
        sqlx::query_scalar!("select wall.last_here()").fetch_one(scope.connection()).await?;
    let Some(at) = at.filter(|at| *at > Utc::now() - TimeDelta::days(31)) else { return Ok(None) };
    let numbers = numbers(scope).await?;
    let row = sqlx::query!(
        r#"select count(distinct (r.partition_id, r.household_id)) as "doors!",
             count(distinct (r.partition_id, r.elector_id)) filter (where r.outcome = 'spoke' and r.elector_id is not null) as "spoken!",
             coalesce(sum(cardinality(r.asks)), 0)::bigint as "asks!"
           from standing_result r where r.area_no = any ($1) and r.received_at > $2"#,
        &numbers,
        at
    )
    .fetch_one(scope.connection())
    .await?;
    Ok(Some(Since { at, doors: row.doors, spoken: row.spoken, asks: row.asks }))
}

async fn ending(scope: &mut Scoped) -> Result<Ending, Error> {
    Ok(sqlx::query_as!(Ending, r#"select soon as "soon!", late as "late!" from wall.memberships_ending()"#)
        .fetch_one(scope.connection())
        .await?)
}
