//! Alerts. Row security decides which somebody sees: never those about themselves.

use crate::database::Scoped;
use crate::error::Error;
use crate::watching::{Alert, Concerned, Event, Severity, State, Status};
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// Which alerts a page shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Shown {
    /// Those that somebody has to decide.
    #[default]
    Open,
    /// Those that were decided.
    Closed,
    /// All.
    All,
}

impl Shown {
    /// Every choice with its words.
    pub const ALL: [(Shown, &'static str); 3] =
        [(Shown::Open, "Open"), (Shown::Closed, "Decided"), (Shown::All, "All")];

    /// The word in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Shown::Open => "open",
            Shown::Closed => "decided",
            Shown::All => "all",
        }
    }

    /// The choice of this word; anything else: what is open.
    pub fn asked(word: &str) -> Self {
        Shown::ALL.into_iter().map(|s| s.0).find(|s| s.as_str() == word).unwrap_or_default()
    }
}

/// In which order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// New ones first, the gravest of them first.
    #[default]
    Queue,
    /// The last look counted, newest first.
    Newest,
    /// The first to be raised first.
    Oldest,
}

impl Order {
    /// Every order with its words.
    pub const ALL: [(Order, &'static str); 3] =
        [(Order::Queue, "Most urgent first"), (Order::Newest, "Newest first"), (Order::Oldest, "Oldest first")];

    /// The word in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Order::Queue => "urgent",
            Order::Newest => "newest",
            Order::Oldest => "oldest",
        }
    }

    /// The order of this word; anything else: the queue's.
    pub fn asked(word: &str) -> Self {
        Order::ALL.into_iter().map(|o| o.0).find(|o| o.as_str() == word).unwrap_or_default()
    }
}

struct Row {
    alert_id: i64,
    rule: String,
    severity: Severity,
    accounts: Vec<Uuid>,
    role: String,
    canary_id: Option<i64>,
    district: Option<String>,
    figure: i32,
    threshold: i32,
    minutes: i32,
    first_at: DateTime<Utc>,
    last_at: DateTime<Utc>,
    raised_at: DateTime<Utc>,
    state: State,
    breach: Option<i64>,
    total: i64,
}

impl From<Row> for Alert {
    fn from(r: Row) -> Self {
        Alert {
            id: r.alert_id,
            rule: r.rule,
            severity: r.severity,
            accounts: r.accounts,
            role: r.role,
            canary: r.canary_id,
            district: r.district,
            figure: r.figure,
            threshold: r.threshold,
            minutes: r.minutes,
            first: r.first_at,
            last: r.last_at,
            raised: r.raised_at,
            state: r.state,
            breach: r.breach,
        }
    }
}

/// One part of the alerts that whoever asks may weigh, and how many there are; `id` names one.
async fn rows(
    scope: &mut Scoped,
    id: Option<i64>,
    shown: Shown,
    severity: Option<Severity>,
    order: Order,
    (skip, take): (i64, i64),
) -> Result<(Vec<Alert>, i64), Error> {
    let rows = sqlx::query_as!(
        Row,
        r#"select a.alert_id, a.rule, a.severity as "severity: Severity", a.accounts, a.role, a.canary_id, d.letters as "district?",
             a.figure, a.threshold, a.minutes, a.first_at, a.last_at, a.raised_at, a.state as "state: State", a.breach,
             count(*) over () as "total!"
           from alert a left join district d using (area_no)
           where ($1::bigint is null or a.alert_id = $1)
             and ($2 = 'all' or ($2 = 'open') = (a.state in ('new', 'seen')))
             and ($3::text is null or a.severity = $3)
           order by case when $4 = 'urgent' then array_position(array['new', 'seen'], a.state) end nulls last,
             case when $4 = 'urgent' then array_position(array['high', 'medium', 'low'], a.severity) end,
             case when $4 = 'oldest' then a.raised_at end, a.last_at desc, a.alert_id desc
           offset $5 limit $6"#,
        id,
        shown.as_str(),
        severity.map(Severity::as_str),
        order.as_str(),
        skip,
        take
    )
    .fetch_all(scope.connection())
    .await?;
    let total = rows.first().map_or(0, |r| r.total);
    Ok((rows.into_iter().map(Alert::from).collect(), total))
}

/// A page of alerts, and how many there are.
///
/// # Errors
/// What the database says.
pub async fn list(
    scope: &mut Scoped,
    shown: Shown,
    severity: Option<Severity>,
    order: Order,
    part: (i64, i64),
) -> Result<(Vec<Alert>, i64), Error> {
    rows(scope, None, shown, severity, order, part).await
}

/// The few most urgent ones that are open, and how many there are.
///
/// # Errors
/// What the database says.
pub async fn open_ones(scope: &mut Scoped) -> Result<(Vec<Alert>, i64), Error> {
    rows(scope, None, Shown::Open, None, Order::Queue, (0, 3)).await
}

/// One alert.
///
/// # Errors
/// [`Error::NotFound`] when there is none, or it is about whoever asks.
pub async fn find(scope: &mut Scoped, id: i64) -> Result<Alert, Error> {
    let (found, _) = rows(scope, Some(id), Shown::All, None, Order::Queue, (0, 1)).await?;
    found.into_iter().next().ok_or(Error::NotFound)
}

/// Whose looks it is about.
///
/// # Errors
/// What the database says.
pub async fn concerned(scope: &mut Scoped, id: i64) -> Result<Vec<Concerned>, Error> {
    Ok(sqlx::query_as!(
        Concerned,
        r#"select account_id as "account!", name as "name!", live as "live!" from wall.alert_accounts($1)"#,
        id
    )
    .fetch_all(scope.connection())
    .await?)
}

/// What was done about it, the newest first.
///
/// # Errors
/// What the database says.
pub async fn history(scope: &mut Scoped, id: i64) -> Result<Vec<Event>, Error> {
    Ok(sqlx::query_as!(
        Event,
        r#"select at as "at!", what as "what!", note as "note!", by_name as "by!" from wall.alert_history($1)"#,
        id
    )
    .fetch_all(scope.connection())
    .await?)
}

/// How far the watcher is.
///
/// # Errors
/// What the database says.
pub async fn status(scope: &mut Scoped) -> Result<Status, Error> {
    let row =
        sqlx::query_as!(Status, r#"select round_at as "round?", waits_since as "waits?" from wall.watch_status()"#)
            .fetch_optional(scope.connection())
            .await?;
    Ok(row.unwrap_or_default())
}

async fn weigh(scope: &mut Scoped, id: i64, what: &str, words: &str, breach: Option<i64>) -> Result<bool, Error> {
    let done = sqlx::query_scalar!(
        r#"select wall.weigh_alert($1, $2, $3, $4) as "done!""#,
        id,
        what,
        words,
        breach as Option<i64>
    )
    .fetch_one(scope.connection())
    .await?;
    Ok(done)
}

fn open_still(done: bool) -> Result<(), Error> {
    if done {
        return Ok(());
    }
    Err(Error::Conflict("This alert was decided meanwhile, and stays as it was decided. You can add a note".into()))
}

/// Writes down that somebody who weighs has opened it.
///
/// # Errors
/// What the database says.
pub async fn seen(scope: &mut Scoped, id: i64) -> Result<(), Error> {
    weigh(scope, id, "seen", "", None).await.map(|_| ())
}

/// Closes it with the reason.
///
/// # Errors
/// [`Error::Conflict`] once it is decided.
pub async fn explain(scope: &mut Scoped, id: i64, reason: &str) -> Result<(), Error> {
    open_still(weigh(scope, id, "explained", reason, None).await?)
}

/// Asks the administrators by letter to end access.
///
/// # Errors
/// [`Error::Conflict`] once it is decided.
pub async fn ask_to_end(scope: &mut Scoped, id: i64, words: &str) -> Result<(), Error> {
    open_still(weigh(scope, id, "asked", words, None).await?)
}

/// Closes it because access has ended.
///
/// # Errors
/// [`Error::Conflict`] while any of it lives, or once it is decided.
pub async fn close_ended(scope: &mut Scoped, id: i64, words: &str) -> Result<(), Error> {
    if weigh(scope, id, "ended", words, None).await? {
        return Ok(());
    }
    Err(Error::Conflict("Access has not ended, or this alert was decided meanwhile. Load the page again".into()))
}

/// Closes it by the breach record that came of it.
///
/// # Errors
/// [`Error::Conflict`] once it is decided.
pub async fn lead_to_breach(scope: &mut Scoped, id: i64, breach: i64) -> Result<(), Error> {
    open_still(weigh(scope, id, "breach", "", Some(breach)).await?)
}

/// Adds a note, also to one that is decided.
///
/// # Errors
/// [`Error::NotFound`] when it is about whoever writes.
pub async fn note(scope: &mut Scoped, id: i64, words: &str) -> Result<(), Error> {
    if weigh(scope, id, "note", words, None).await? { Ok(()) } else { Err(Error::NotFound) }
}
