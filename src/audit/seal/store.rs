//! The seal in the database, as the operator and the data protection officer read it.

use super::dump::{End, KeyLine, Leaf, Line, Log, Restore, VERSION};
use super::leaf::{Hash, Moment, Row};
use super::sign::{Expired, Head, Public};
use super::verify::Report;
use crate::database::Scoped;
use crate::error::Error;
use chrono::{DateTime, NaiveDate, Utc};
use futures_util::TryStreamExt;
use uuid::Uuid;

/// What takes the lines of a dump, one by one.
pub type Take<'a> = &'a mut (dyn FnMut(Line) -> Result<(), Error> + Send);

/// How the seal stands.
#[derive(Debug, Clone)]
pub struct Status {
    /// The log.
    pub log: Uuid,
    /// Rows sealed, those of expired months too.
    pub leaves: i64,
    /// The time of the last row sealed.
    pub sealed_until: Option<DateTime<Utc>>,
    /// Rows that wait; 10,000 means as many or more.
    pub waiting: i64,
    /// Seconds for which the oldest of these waits.
    pub lag: f64,
    /// The newest head.
    pub head: Option<Head>,
    /// What the sealer found wrong.
    pub trouble: Option<String>,
    /// The last verification.
    pub check: Option<Check>,
}

impl PlaceStatus {
    /// How long a head waits to be written there, in seconds.
    pub fn delay(&self) -> Option<i64> {
        self.waiting_since.map(|since| (Utc::now() - since).num_seconds())
    }
}

impl Status {
    /// Why somebody must look, if anybody must: the gravest first.
    pub fn alarm(&self) -> Option<String> {
        let minutes = |seconds: i64| crate::web::words::count(seconds / 60, "minute", "minutes");
        let since_head = self.head.as_ref().and_then(|head| head.at.time()).map(|at| (Utc::now() - at).num_seconds());
        if let Some(check) = self.check.as_ref().filter(|check| check.findings > 0) {
            return Some(format!("The record is not as it was sealed. {}", check.first));
        }
        if let Some(trouble) = &self.trouble {
            return Some(format!("The sealed record is damaged: {trouble}. Verify it: that says where"));
        }
        if self.lag > super::sealer::ALARM {
            let waits = minutes(self.lag as i64);
            return Some(format!(
                "Looks wait to be sealed for {waits}: something that stays open in the database holds them back"
            ));
        }
        match since_head {
            Some(seconds) if seconds > SILENCE => {
                Some(format!("Nothing was signed for {}: the server’s log says why", minutes(seconds)))
            }
            _ => None,
        }
    }
}

/// A head is signed each minute; after so many seconds without one, the sealer does not work.
const SILENCE: i64 = 180;

/// A verification of the whole log.
#[derive(Debug, Clone)]
pub struct Check {
    /// When.
    pub at: DateTime<Utc>,
    /// Rows verified.
    pub rows: i64,
    /// Things found wrong.
    pub findings: i64,
    /// The first of them.
    pub first: String,
}

/// A second place and what it holds.
#[derive(Debug, Clone)]
pub struct PlaceStatus {
    /// Which.
    pub place: String,
    /// Leaves of the last head written there.
    pub leaves: Option<i64>,
    /// When that was.
    pub written_at: Option<DateTime<Utc>>,
    /// Since when it cannot be written.
    pub waiting_since: Option<DateTime<Utc>>,
    /// Why.
    pub failure: Option<String>,
}

fn hash(bytes: Vec<u8>) -> Hash {
    // The tables hold 32 bytes by a check; what a superuser made of it must not stop the verifier.
    bytes.try_into().unwrap_or_default()
}

fn number(n: i64) -> u64 {
    u64::try_from(n).unwrap_or_default()
}

fn moment(sent: Vec<u8>) -> Moment {
    Moment(i64::from_be_bytes(sent.try_into().unwrap_or_default()))
}

/// How the seal stands.
///
/// # Errors
/// [`Error::Forbidden`] for whom it does not concern; what the database says.
pub async fn status(scope: &mut Scoped) -> Result<Status, Error> {
    let row = sqlx::query!(
        r#"select log_id as "log!", leaves as "leaves!", sealed_until, waiting as "waiting!", lag as "lag!",
             head_leaves as "head_leaves?", head_root as "head_root?", head_at as "head_at?", head_complete as "head_complete?",
             head_key as "head_key?", head_signature as "head_signature?", trouble, checked_at as "checked_at?",
             checked_rows as "checked_rows?", findings as "findings?", first_finding as "first_finding?"
           from wall.seal_status()"#
    )
    .fetch_optional(scope.connection())
    .await?;
    let Some(r) = row else { return Err(Error::Forbidden(crate::error::NOT_YOUR_ROLES)) };
    let head = match (r.head_leaves, r.head_root, r.head_at, r.head_key, r.head_signature) {
        (Some(leaves), Some(root), Some(at), Some(key), Some(signature)) => Some(Head {
            log: r.log,
            leaves: number(leaves),
            root: hash(root),
            at: Moment::of(at),
            complete: r.head_complete.map(Moment::of),
            key,
            signature,
        }),
        _ => None,
    };
    let check = match (r.checked_at, r.checked_rows, r.findings, r.first_finding) {
        (Some(at), Some(rows), Some(findings), Some(first)) => Some(Check { at, rows, findings, first }),
        _ => None,
    };
    Ok(Status {
        log: r.log,
        leaves: r.leaves,
        sealed_until: r.sealed_until,
        waiting: r.waiting,
        lag: r.lag,
        head,
        trouble: r.trouble,
        check,
    })
}

/// Where heads are written besides.
///
/// # Errors
/// What the database says.
pub async fn places(scope: &mut Scoped) -> Result<Vec<PlaceStatus>, Error> {
    Ok(sqlx::query_as!(
        PlaceStatus,
        r#"select place as "place!", leaves, written_at, waiting_since, failure from wall.seal_places()"#
    )
    .fetch_all(scope.connection())
    .await?)
}

/// The whole log with its seal, as one moment has it: begins the transaction's snapshot, so nothing may be asked before.
///
/// # Errors
/// What the database says, and whatever `take` does.
pub async fn lines(scope: &mut Scoped, take: Take<'_>) -> Result<(), Error> {
    sqlx::query!("set transaction isolation level repeatable read").execute(scope.connection()).await?;
    sqlx::query!("set local work_mem = '64MB'").execute(scope.connection()).await?;
    beginning(scope, take).await?;
    heads(scope, take).await?;
    let leaves = leaves(scope, take).await?;
    let waiting = waiting(scope, take).await?;
    take(Line::End(End { leaves, waiting }))
}

async fn beginning(scope: &mut Scoped, take: Take<'_>) -> Result<(), Error> {
    let s = sqlx::query!(
        r#"select s.log_id, now() as "now!", s.through_xid::text::bigint as "xid!", s.through_entry as entry,
             (s.system = c.system_identifier and s.through_xid <= pg_snapshot_xmax(pg_current_snapshot())) as "settled!"
           from seal_state s, pg_control_system() c"#
    )
    .fetch_optional(scope.connection())
    .await?;
    let s = s.ok_or_else(|| Error::Refused("The row that says how far the log is sealed is gone".into()))?;
    take(Line::Log(Log {
        version: VERSION,
        log: s.log_id,
        taken_at: Moment::of(s.now),
        through_xid: s.xid,
        through_entry: s.entry,
        settled: s.settled,
    }))?;
    let keys = sqlx::query!("select key_id, public_key, vouched_by, voucher from seal_key order by since, key_id")
        .fetch_all(scope.connection())
        .await?;
    for k in keys {
        let (public, voucher) = (hex::encode(k.public_key), k.voucher.map(hex::encode));
        take(Line::Key(KeyLine { key: k.key_id, public, vouched_by: k.vouched_by, voucher }))?;
    }
    let restores =
        sqlx::query!("select at, os_user, reason from operator_session where command = 'restore' order by at")
            .fetch_all(scope.connection())
            .await?;
    for r in restores {
        take(Line::Restore(Restore { at: Moment::of(r.at), by: r.os_user, why: r.reason }))?;
    }
    expired(scope, s.log_id).await?.into_iter().try_for_each(|expired| take(Line::Expired(expired)))
}

async fn expired(scope: &mut Scoped, log: Uuid) -> Result<Vec<Expired>, Error> {
    let rows = sqlx::query!(
        "select month, through_leaf, later, rows, root, frontier, at, key_id, signature from seal_expired order by month"
    )
    .fetch_all(scope.connection())
    .await?;
    let one = |e: Vec<i64>| e.into_iter().map(number).collect();
    Ok(rows
        .into_iter()
        .map(|e| Expired {
            log,
            month: e.month,
            through: number(e.through_leaf),
            later: one(e.later),
            rows: number(e.rows),
            root: hash(e.root),
            frontier: e.frontier,
            at: Moment::of(e.at),
            key: e.key_id,
            signature: e.signature,
        })
        .collect())
}

async fn heads(scope: &mut Scoped, take: Take<'_>) -> Result<(), Error> {
    let mut rows = sqlx::query!(
        r#"select s.log_id, h.leaves, h.root, timestamptz_send(h.at) as "at!", timestamptz_send(h.complete) as complete,
             h.key_id, h.signature
           from seal_head h cross join seal_state s order by h.leaves, h.head_no"#
    )
    .fetch(scope.connection());
    while let Some(h) = rows.try_next().await? {
        take(Line::Head(Head {
            log: h.log_id,
            leaves: number(h.leaves),
            root: hash(h.root),
            at: moment(h.at),
            complete: h.complete.map(moment),
            key: h.key_id,
            signature: h.signature,
        }))?;
    }
    Ok(())
}

/// Rows come as they are stored; their hashes are the verifier's to make.
async fn leaves(scope: &mut Scoped, take: Take<'_>) -> Result<u64, Error> {
    let mut rows = sqlx::query!(
        r#"select s.leaf_no, s.entry_id, timestamptz_send(s.at) as "at!", s.hash, l.xid::text::bigint as "xid?",
             l.what as "what?", l.permission as "permission?", l.purpose as "purpose?", l.tool, l.account_id, l.grant_id,
             l.session_id, l.operator_id, l.subjects::text as "subjects?", l.partition_id, l.list_id, l.list_version,
             l.route as "route?", l.status, l.address as "address?"
           from seal_leaf s left join access_log l on l.at = s.at and l.entry_id = s.entry_id order by s.leaf_no"#
    )
    .fetch(scope.connection());
    let mut count = 0;
    while let Some(r) = rows.try_next().await? {
        let at = moment(r.at);
        let row = r.xid.map(|xid| Row {
            entry_id: r.entry_id,
            at,
            xid,
            what: r.what.unwrap_or_default(),
            permission: r.permission.unwrap_or_default(),
            purpose: r.purpose.unwrap_or_default(),
            tool: r.tool,
            account_id: r.account_id,
            grant_id: r.grant_id,
            session_id: r.session_id,
            operator_id: r.operator_id,
            subjects: r.subjects.unwrap_or_default(),
            partition_id: r.partition_id,
            list_id: r.list_id,
            list_version: r.list_version,
            route: r.route.unwrap_or_default(),
            status: r.status,
            address: r.address.unwrap_or_default(),
        });
        count = number(r.leaf_no) + 1;
        take(Line::Leaf(Leaf { no: number(r.leaf_no), entry_id: r.entry_id, at, hash: hash(r.hash), row }))?;
    }
    Ok(count)
}

async fn waiting(scope: &mut Scoped, take: Take<'_>) -> Result<u64, Error> {
    let mut rows = sqlx::query!(
        r#"select l.entry_id, timestamptz_send(l.at) as "at!", l.xid::text::bigint as "xid!", l.what, l.permission, l.purpose,
             l.tool, l.account_id, l.grant_id, l.session_id, l.operator_id, l.subjects::text as "subjects!", l.partition_id,
             l.list_id, l.list_version, l.route, l.status, l.address
           from access_log l where not exists (select from seal_leaf s where s.at = l.at and s.entry_id = l.entry_id)
           order by l.xid, l.entry_id"#
    )
    .fetch(scope.connection());
    let mut count = 0;
    while let Some(r) = rows.try_next().await? {
        count += 1;
        take(Line::Waiting(Row {
            entry_id: r.entry_id,
            at: moment(r.at),
            xid: r.xid,
            what: r.what,
            permission: r.permission,
            purpose: r.purpose,
            tool: r.tool,
            account_id: r.account_id,
            grant_id: r.grant_id,
            session_id: r.session_id,
            operator_id: r.operator_id,
            subjects: r.subjects,
            partition_id: r.partition_id,
            list_id: r.list_id,
            list_version: r.list_version,
            route: r.route,
            status: r.status,
            address: r.address,
        }))?;
    }
    Ok(count)
}

/// Keeps what a verification came to, for the data protection officer's page. One without findings ends the sealer's alarm.
///
/// # Errors
/// What the database says.
pub async fn keep_check(scope: &mut Scoped, report: &Report) -> Result<(), Error> {
    let first = report.findings.first().map(|f| f.told.chars().take(500).collect::<String>()).unwrap_or_default();
    sqlx::query!(
        "insert into seal_check (at, rows, heads, findings, first) values (clock_timestamp(), $1, $2, $3, $4)",
        i64::try_from(report.rows).unwrap_or(i64::MAX),
        i64::try_from(report.heads).unwrap_or(i64::MAX),
        i64::try_from(report.found).unwrap_or(i64::MAX),
        first
    )
    .execute(scope.connection())
    .await?;
    if report.found == 0 {
        sqlx::query!("update seal_state set trouble = null where trouble is not null")
            .execute(scope.connection())
            .await?;
    }
    Ok(())
}

/// What the months before a day come to, held so that nobody seals meanwhile.
#[derive(Debug)]
pub struct ToExpire {
    /// The log.
    pub log: Uuid,
    /// Leaves so far.
    pub leaves: u64,
    /// The first leaf that stays.
    pub through: u64,
    /// Leaves after it whose rows go.
    pub later: Vec<u64>,
    /// Rows that go.
    pub rows: u64,
    /// Rows that would go and are not sealed.
    pub unsealed: i64,
    /// Where earlier expiries left the tree.
    pub base: Option<(u64, Vec<u8>)>,
    /// The newest head's leaves and root.
    pub head: Option<(u64, Hash)>,
    /// The database's clock.
    pub now: DateTime<Utc>,
    /// For how many days the log is kept.
    pub kept_days: i32,
}

/// For how many days the log is kept, as the data protection officer set it.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn kept_days(scope: &mut Scoped) -> Result<i32, Error> {
    Ok(sqlx::query_scalar!(r#"select wall.period('access-log') as "days!""#).fetch_one(scope.connection()).await?)
}

/// Holds the seal and says what expiring the months before a day would do.
///
/// # Errors
/// What the database says.
pub async fn to_expire(scope: &mut Scoped, before: NaiveDate) -> Result<ToExpire, Error> {
    let kept_days = kept_days(scope).await?;
    let s = sqlx::query!(r#"select log_id, leaves, clock_timestamp() as "now!" from seal_state for update"#)
        .fetch_one(scope.connection())
        .await?;
    let from = before.and_time(chrono::NaiveTime::MIN).and_utc();
    let through = sqlx::query_scalar!("select min(leaf_no) from seal_leaf where at >= $1", from)
        .fetch_one(scope.connection())
        .await?
        .unwrap_or(s.leaves);
    let later = sqlx::query_scalar!(
        "select leaf_no from seal_leaf where at < $1 and leaf_no >= $2 order by leaf_no",
        from,
        through
    )
    .fetch_all(scope.connection())
    .await?;
    let counts = sqlx::query!(
        r#"select count(*) as "rows!", count(*) filter (where not exists
             (select from seal_leaf s where s.at = l.at and s.entry_id = l.entry_id)) as "unsealed!"
           from access_log l where l.at < $1"#,
        from
    )
    .fetch_one(scope.connection())
    .await?;
    let before = expired(scope, s.log_id).await?;
    let head = sqlx::query!("select leaves, root from seal_head order by head_no desc limit 1")
        .fetch_optional(scope.connection())
        .await?;
    let gone = before.last().map(|e| e.later.clone()).unwrap_or_default();
    let mut later: Vec<u64> = later.into_iter().map(number).collect();
    later.extend(gone.into_iter().filter(|no| *no >= number(through)));
    later.sort_unstable();
    later.dedup();
    Ok(ToExpire {
        log: s.log_id,
        leaves: number(s.leaves),
        through: number(through),
        later,
        rows: number(counts.rows),
        unsealed: counts.unsealed,
        base: before.last().map(|e| (e.through, e.frontier.clone())),
        head: head.map(|h| (number(h.leaves), hash(h.root))),
        kept_days,
        now: s.now,
    })
}

/// Leaves' hashes in order, from one on.
///
/// # Errors
/// What the database says, and whatever `take` does.
pub async fn hashes(
    scope: &mut Scoped,
    from: u64,
    take: &mut (dyn FnMut(u64, Hash) -> Result<(), Error> + Send),
) -> Result<(), Error> {
    let from = i64::try_from(from).map_err(Error::internal)?;
    let mut rows = sqlx::query!("select leaf_no, hash from seal_leaf where leaf_no >= $1 order by leaf_no", from)
        .fetch(scope.connection());
    while let Some(r) = rows.try_next().await? {
        take(number(r.leaf_no), hash(r.hash))?;
    }
    Ok(())
}

/// Drops the months before a day, and keeps what was signed about them.
///
/// # Errors
/// What the database says.
pub async fn expire(
    scope: &mut Scoped,
    before: NaiveDate,
    signed: &Expired,
    public: &[u8],
    voucher: Option<(Public, Vec<u8>)>,
) -> Result<(), Error> {
    let through = i64::try_from(signed.through).map_err(Error::internal)?;
    let later: Vec<i64> = signed.later.iter().filter_map(|no| i64::try_from(*no).ok()).collect();
    let by = voucher.as_ref().map(|(by, _)| by.id());
    sqlx::query!(
        "insert into seal_key (key_id, public_key, vouched_by, voucher)
         select $1::text, $2::bytea, k.key_id, case when k.key_id is not null then $4::bytea end
         from (select) one left join seal_key k on k.key_id = $3::text
         where not exists (select from seal_key known where known.key_id = $1::text)",
        signed.key,
        public,
        by,
        voucher.map(|(_, word)| word)
    )
    .execute(scope.connection())
    .await?;
    sqlx::query!(
        "insert into seal_expired (month, through_leaf, later, rows, root, frontier, at, key_id, signature)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        signed.month,
        through,
        &later,
        i64::try_from(signed.rows).map_err(Error::internal)?,
        &signed.root,
        signed.frontier,
        signed.at.time(),
        signed.key,
        signed.signature
    )
    .execute(scope.connection())
    .await?;
    sqlx::query!("delete from seal_leaf where leaf_no < $1", through).execute(scope.connection()).await?;
    sqlx::query!("select expire_access_log($1)", before).execute(scope.connection()).await?;
    Ok(())
}
