//! Retention in the database. Which rows are past their period only the wall knows; here are counts, runs and periods.

use super::{KINDS, Kind, Line, Run, Standing, by_person, of_key};
use crate::database::Scoped;
use crate::error::Error;
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// How many rows a batch destroys: some tenths of a second.
pub const BATCH: i32 = 2_000;

/// Counts every kind now: the dry run.
///
/// # Errors
/// What the database says.
pub async fn standing(scope: &mut Scoped) -> Result<Vec<Standing>, Error> {
    let mut all = Vec::with_capacity(KINDS.len());
    for kind in KINDS {
        all.push(standing_of(scope, kind).await?);
    }
    Ok(all)
}

/// Counts one kind now.
///
/// # Errors
/// What the database says.
pub async fn standing_of(scope: &mut Scoped, kind: &'static Kind) -> Result<Standing, Error> {
    let row =
        sqlx::query!(r#"select days as "days!", held as "held!", due as "due!" from wall.count_due($1)"#, kind.key)
            .fetch_one(scope.connection())
            .await?;
    Ok(Standing { kind, days: row.days, held: row.held, due: row.due })
}

/// What waited for a person when the server last counted: kind and how many. For the first page, which must not count.
///
/// # Errors
/// What the database says.
pub async fn waiting(scope: &mut Scoped) -> Result<Vec<(&'static Kind, i64)>, Error> {
    let rows = sqlx::query!(
        "select distinct on (n.kind) n.kind, n.due from retention_night n join retention_kind k using (kind)
         where not k.nightly order by n.kind, n.at desc"
    )
    .fetch_all(scope.connection())
    .await?;
    let waits = rows.into_iter().filter(|r| r.due > 0).filter_map(|r| Some((of_key(&r.kind)?, r.due)));
    Ok(waits.filter(|(kind, _)| by_person(kind)).collect())
}

/// The server's last night: kind, how many it destroyed, when.
///
/// # Errors
/// What the database says.
pub async fn last_night(scope: &mut Scoped) -> Result<Vec<(&'static Kind, i64, DateTime<Utc>)>, Error> {
    let rows = sqlx::query!(
        "select distinct on (n.kind) n.kind, n.destroyed, n.at from retention_night n join retention_kind k using (kind)
         where k.nightly order by n.kind, n.at desc"
    )
    .fetch_all(scope.connection())
    .await?;
    Ok(rows.into_iter().filter_map(|r| Some((of_key(&r.kind)?, r.destroyed, r.at))).collect())
}

/// Between how many days a period may be set, and what it is at first.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// At first.
    pub usual: i32,
    /// The least.
    pub least: i32,
    /// The most.
    pub most: i32,
}

/// The bounds of a kind's period.
///
/// # Errors
/// What the database says.
pub async fn bounds(scope: &mut Scoped, kind: &Kind) -> Result<Bounds, Error> {
    Ok(sqlx::query_as!(
        Bounds,
        "select usual_days as usual, least_days as least, most_days as most from retention_kind where kind = $1",
        kind.key
    )
    .fetch_one(scope.connection())
    .await?)
}

/// A period as it was set.
#[derive(Debug, Clone)]
pub struct Change {
    /// How many days.
    pub days: i32,
    /// Why.
    pub reason: String,
    /// When.
    pub at: DateTime<Utc>,
    /// By whom.
    pub by: String,
}

/// How a kind's period was changed, newest first.
///
/// # Errors
/// What the database says.
pub async fn changes(scope: &mut Scoped, kind: &Kind) -> Result<Vec<Change>, Error> {
    Ok(sqlx::query_as!(
        Change,
        r#"select p.days, p.reason, p.set_at as at, a.name as by from retention_period p join account a using (account_id)
           where p.kind = $1 order by p.period_id desc"#,
        kind.key
    )
    .fetch_all(scope.connection())
    .await?)
}

/// Sets a kind's period from now on.
///
/// # Errors
/// [`Error::Invalid`] on `days` outside the kind's bounds.
pub async fn set_period(scope: &mut Scoped, kind: &Kind, days: i32, reason: &str) -> Result<(), Error> {
    let bounds = bounds(scope, kind).await?;
    if !(bounds.least..=bounds.most).contains(&days) {
        return Err(Error::field("days", format!("Between {} and {} days", bounds.least, bounds.most)));
    }
    let account = scope.account();
    sqlx::query!(
        "insert into retention_period (kind, days, reason, account_id) values ($1, $2, $3, $4)",
        kind.key,
        days,
        reason,
        account
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}

/// Begins a run of these kinds. Answers its id.
///
/// # Errors
/// [`Error::Conflict`] while another goes on.
pub async fn begin(scope: &mut Scoped, kinds: &[&'static Kind], reason: &str, os_user: &str) -> Result<Uuid, Error> {
    let id = Uuid::now_v7();
    let keys: Vec<String> = kinds.iter().map(|k| k.key.to_owned()).collect();
    sqlx::query!("select wall.begin_retention($1, $2, $3, $4)", id, &keys, reason, os_user)
        .execute(scope.connection())
        .await
        .map_err(|e| match e.as_database_error().and_then(|d| d.constraint()) {
            Some("retention_run_one_at_a_time") => {
                Error::Conflict("Another destruction is going on. Wait until it is over, or stop it".into())
            }
            _ => e.into(),
        })?;
    Ok(id)
}

/// Destroys one batch; whether the run goes on.
///
/// # Errors
/// What the database says; only whoever began it may.
pub async fn batch(scope: &mut Scoped, run: Uuid) -> Result<bool, Error> {
    let state = sqlx::query_scalar!(r#"select wall.destroy_batch($1, $2) as "state!""#, run, BATCH)
        .fetch_one(scope.connection())
        .await?;
    Ok(state == "running")
}

/// Asks a run to stop after the batch at work.
///
/// # Errors
/// What the database says.
pub async fn stop(scope: &mut Scoped, run: Uuid) -> Result<(), Error> {
    sqlx::query!("select wall.stop_retention($1)", run).execute(scope.connection()).await?;
    Ok(())
}

/// One run with its lines.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn run(scope: &mut Scoped, id: Uuid) -> Result<Run, Error> {
    runs(scope, Some(id), 0).await?.0.pop().ok_or(Error::NotFound)
}

/// Runs, newest first: fifty of them, and how many there are. Or the one of this id.
///
/// # Errors
/// What the database says.
pub async fn runs(scope: &mut Scoped, id: Option<Uuid>, skip: i64) -> Result<(Vec<Run>, i64), Error> {
    let rows = sqlx::query!(
        r#"select r.run_id, r.begun_at, coalesce(a.name, 'The operator (' || r.by_operator || ')', 'The operator') as "by!", r.reason,
             -- A worker that has been silent for two minutes is over, also before the server writes that down.
             case when r.ended_at is null and r.beat_at < clock_timestamp() - interval '2 minutes' then 'broken-off'
               else r.state end as "state!",
             r.stop_asked, r.ended_at, r.certificate, count(*) over () as "total!"
           from retention_run r left join account a using (account_id)
           where $1::uuid is null or r.run_id = $1 order by r.begun_at desc offset $2 limit 50"#,
        id,
        skip
    )
    .fetch_all(scope.connection())
    .await?;
    let total = rows.first().map_or(0, |r| r.total);
    let mut runs = Vec::with_capacity(rows.len());
    for r in rows {
        let lines = lines(scope, r.run_id).await?;
        runs.push(Run {
            id: r.run_id,
            begun_at: r.begun_at,
            by: r.by,
            reason: r.reason,
            state: r.state,
            stop_asked: r.stop_asked,
            ended_at: r.ended_at,
            certificate: r.certificate,
            lines,
        });
    }
    Ok((runs, total))
}

async fn lines(scope: &mut Scoped, run: Uuid) -> Result<Vec<Line>, Error> {
    let rows = sqlx::query!(
        "select kind, days, held, due, destroyed from retention_line where run_id = $1 order by kind",
        run
    )
    .fetch_all(scope.connection())
    .await?;
    let lines = rows.into_iter().filter_map(|r| {
        Some(Line { kind: of_key(&r.kind)?, days: r.days, held: r.held, due: r.due, destroyed: r.destroyed })
    });
    Ok(lines.collect())
}
