//! What is out now, and what needs an organiser: lists, their doors, answers that wait or disagree.

use crate::canvass::ListId;
use crate::database::{Scoped, Seen};
use crate::electors::ElectorId;
use crate::error::Error;
use chrono::{DateTime, Utc};
use std::collections::HashMap;
use uuid::Uuid;

/// A walk list that somebody holds now, with how far it got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutNow {
    /// The list.
    pub id: ListId,
    /// Its name.
    pub name: String,
    /// Its doors.
    pub doors: i64,
    /// Doors with an answer that does not ask us to come back.
    pub done: i64,
    /// Doors where somebody spoke to us.
    pub spoke: i64,
    /// Doors where nobody was home.
    pub not_home: i64,
    /// When the last answer came.
    pub last: Option<DateTime<Utc>>,
    /// Who holds it.
    pub held_by: Vec<String>,
    /// When it shuts for the last of them.
    pub ends: DateTime<Utc>,
}

impl OutNow {
    /// "Marek Olding and 2 others".
    pub fn holders(&self) -> String {
        match self.held_by.as_slice() {
            [] => "Nobody".into(),
            [one] => one.clone(),
            [one, other] => format!("{one} and {other}"),
            [one, others @ ..] => format!("{one} and {} others", others.len()),
        }
    }
}

/// The lists of the area in use that somebody holds now, the one with the newest answer first. Of the doors only counts
/// are told, so that nobody is shown.
///
/// # Errors
/// What the database says.
pub async fn out_now(scope: &mut Scoped) -> Result<Vec<OutNow>, Error> {
    let rows = sqlx::query!(
        r#"select l.partition_id, l.list_id, l.name, l.doors, h.held_by as "held_by!", h.ends as "ends!",
             d.done as "done!", d.spoke as "spoke!", d.not_home as "not_home!", d.last
           from walk_list l
           join lateral (
             select array_agg(n.name order by a.starts_at) as held_by, max(a.ends_at) as ends
             from assignment a left join wall.names(array[a.account_id]) n on true
             where a.partition_id = l.partition_id and a.list_id = l.list_id and a.ended_at is null
               and a.starts_at <= now() and a.ends_at > now()) h on h.ends is not null
           cross join lateral (
             select count(*) filter (where home.done) as done, count(*) filter (where home.spoke) as spoke,
               count(*) filter (where home.not_home and not home.spoke) as not_home, max(home.last) as last
             from home_on_list home
             where home.partition_id = l.partition_id and home.list_id = l.list_id and home.version = l.version) d
           where l.ended_at is null
           order by d.last desc nulls last, l.name
           limit 50"#
    )
    .fetch_all(scope.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| OutNow {
            id: ListId { partition: r.partition_id, id: r.list_id },
            name: r.name,
            doors: i64::from(r.doors),
            done: r.done,
            spoke: r.spoke,
            not_home: r.not_home,
            last: r.last,
            held_by: r.held_by,
            ends: r.ends,
        })
        .collect())
}

/// Volunteers who hold a list now, and those of them who sent an answer in the last two hours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Volunteers {
    /// Accounts that hold a list now.
    pub holding: i64,
    /// Of these, accounts with an answer in the last two hours.
    pub out: i64,
}

/// How many volunteers are out in the area in use.
///
/// # Errors
/// What the database says.
pub async fn volunteers(scope: &mut Scoped) -> Result<Volunteers, Error> {
    Ok(sqlx::query_as!(
        Volunteers,
        r#"select count(distinct a.account_id) as "holding!",
             count(distinct a.account_id) filter (where exists (select from result r
               where r.partition_id = a.partition_id and r.list_id = a.list_id and r.account_id = a.account_id
                 and r.received_at > now() - interval '2 hours')) as "out!"
           from assignment a join walk_list l using (partition_id, list_id)
           where l.ended_at is null and a.ended_at is null and a.starts_at <= now() and a.ends_at > now()"#
    )
    .fetch_one(scope.connection())
    .await?)
}

/// A list that needs somebody: nobody holds it, or it shuts soon with doors left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NeedsList {
    /// The list.
    pub id: ListId,
    /// Its name.
    pub name: String,
    /// Doors left to do.
    pub left: i64,
    /// When it shuts; none while nobody holds it.
    pub ends: Option<DateTime<Utc>>,
}

/// What waits for an organiser in the area in use.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Waiting {
    /// Answers that came after access had ended, or that cannot stand as they are.
    pub quarantined: i64,
    /// Pairs of answers that disagree.
    pub disagreeing: i64,
    /// Lists with doors left that nobody holds, but those whose time is up.
    pub unassigned: Vec<NeedsList>,
    /// Lists with doors left that shut within three days.
    pub ending: Vec<NeedsList>,
    /// Own imports that are ready to be looked at: id, file, changes.
    pub imports: Vec<(Uuid, String)>,
    /// Pairs that may be one person, of whoever's import.
    pub doubtful: i64,
}

/// What waits for an organiser, as counts and lists; nobody is shown.
///
/// # Errors
/// What the database says.
pub async fn waiting(scope: &mut Scoped) -> Result<Waiting, Error> {
    let quarantined = sqlx::query_scalar!(r#"select count(*) as "n!" from quarantine where state = 'waiting'"#)
        .fetch_one(scope.connection())
        .await?;
    let ending = ending_soon(scope).await?;
    let unassigned = held_by_nobody(scope).await?;
    let imports = sqlx::query!("select import_id, file_name from import where state = 'ready' order by begun_at")
        .fetch_all(scope.connection())
        .await?;
    let doubtful = sqlx::query_scalar!(r#"select count(*) as "n!" from doubtful_match where state = 'open'"#)
        .fetch_one(scope.connection())
        .await?;
    Ok(Waiting {
        quarantined,
        disagreeing: pairs(scope).await?.len() as i64,
        unassigned,
        ending,
        imports: imports.into_iter().map(|i| (i.import_id, i.file_name)).collect(),
        doubtful,
    })
}

/// How many lists of a kind are named: the page shows fewer.
const NAMED: i64 = 10;

async fn ending_soon(scope: &mut Scoped) -> Result<Vec<NeedsList>, Error> {
    let rows = sqlx::query!(
        r#"select l.partition_id, l.list_id, l.name, l.doors - d.done as "left!", h.ends as "ends!"
           from (select a.partition_id, a.list_id, max(a.ends_at) as ends from assignment a
                 where a.ended_at is null and a.ends_at > now() group by a.partition_id, a.list_id) h
           join walk_list l using (partition_id, list_id)
           cross join lateral (
             select count(*) as done from home_on_list h
             where h.partition_id = l.partition_id and h.list_id = l.list_id and h.version = l.version and h.done) d
           where l.ended_at is null and l.doors > d.done
             and h.ends < now() + interval '3 days'
           order by h.ends, l.name limit $1"#,
        NAMED
    )
    .fetch_all(scope.connection())
    .await?;
    let list = |partition, id| ListId { partition, id };
    let rows = rows.into_iter();
    Ok(rows
        .map(|r| NeedsList { id: list(r.partition_id, r.list_id), name: r.name, left: r.left, ends: Some(r.ends) })
        .collect())
}

/// Lists never given to anybody, or taken back. One whose time is up stands under those that ended.
async fn held_by_nobody(scope: &mut Scoped) -> Result<Vec<NeedsList>, Error> {
    let rows = sqlx::query!(
        r#"select l.partition_id, l.list_id, l.name, l.doors - d.done as "left!"
           from walk_list l
           cross join lateral (
             select count(*) as done from home_on_list h
             where h.partition_id = l.partition_id and h.list_id = l.list_id and h.version = l.version and h.done) d
           where l.ended_at is null and l.doors > d.done
             and not exists (select from assignment a where a.partition_id = l.partition_id and a.list_id = l.list_id
               and a.ended_at is null)
           order by l.made_at desc limit $1"#,
        NAMED
    )
    .fetch_all(scope.connection())
    .await?;
    let list = |partition, id| ListId { partition, id };
    let rows = rows.into_iter();
    Ok(rows
        .map(|r| NeedsList { id: list(r.partition_id, r.list_id), name: r.name, left: r.left, ends: None })
        .collect())
}

/// One of two answers: its code, who recorded it, when it was received.
pub type Answered = (String, String, DateTime<Utc>);

/// Two accounts' different answers about one person on one list within a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disagreement {
    /// The person.
    pub elector: ElectorId,
    /// Their name.
    pub name: String,
    /// Their district.
    pub district: String,
    /// The list.
    pub list: String,
    /// The earlier answer.
    pub first: Answered,
    /// The later answer, which counts.
    pub second: Answered,
}

struct Pair {
    partition_id: i32,
    elector_id: i64,
    list_id: i64,
    first: String,
    first_by: Uuid,
    first_at: DateTime<Utc>,
    second: String,
    second_by: Uuid,
    second_at: DateTime<Utc>,
}

/// Pairs of the last 14 days, the newest first. An answer that was corrected no longer disagrees.
async fn pairs(scope: &mut Scoped) -> Result<Vec<Pair>, Error> {
    let numbers = super::store::numbers(scope).await?;
    Ok(sqlx::query_as!(
        Pair,
        r#"with standing as materialized (
             select r.partition_id, r.elector_id, r.list_id, r.intention, r.intention_kind, r.account_id, r.received_at
             from standing_result r
             where r.area_no = any($1) and r.received_at > now() - interval '14 days'
               and r.intention is not null
           )
           select a.partition_id as "partition_id!", a.elector_id as "elector_id!", a.list_id as "list_id!",
             a.intention as "first!", a.account_id as "first_by!", a.received_at as "first_at!", b.intention as "second!",
             b.account_id as "second_by!", b.received_at as "second_at!"
           from standing a join standing b on b.partition_id = a.partition_id and b.elector_id = a.elector_id
             and b.list_id = a.list_id and b.intention_kind = a.intention_kind
             and b.account_id <> a.account_id and b.intention <> a.intention
             and b.received_at >= a.received_at and b.received_at < a.received_at + interval '1 day'
           order by b.received_at desc limit 100"#,
        &numbers
    )
    .fetch_all(scope.connection())
    .await?)
}

/// Answers that disagree, with the people they are about, who are on record.
///
/// # Errors
/// What the database says.
pub async fn disagreements(scope: &mut Scoped) -> Result<Seen<Vec<Disagreement>>, Error> {
    let pairs = pairs(scope).await?;
    let names = names(scope, &pairs).await?;
    let (partitions, electors): (Vec<i32>, Vec<i64>) = pairs.iter().map(|p| (p.partition_id, p.elector_id)).unzip();
    let lists: Vec<i64> = pairs.iter().map(|p| p.list_id).collect();
    let told = sqlx::query!(
        r#"select w.place as "place!", e.name, trim(d.letters || ' ' || d.name) as "district!", l.name as list
           from unnest($1::integer[], $2::bigint[], $3::bigint[]) with ordinality w (partition, elector, list, place)
           join elector e on e.partition_id = w.partition and e.elector_id = w.elector
           join walk_list l on l.partition_id = w.partition and l.list_id = w.list
           join district d on d.area_no = e.area_no
           order by w.place"#,
        &partitions,
        &electors,
        &lists
    )
    .fetch_all(scope.connection())
    .await?;
    let by = |account: Uuid| names.get(&account).cloned().unwrap_or_else(|| "somebody".into());
    let pair = |place: i64| usize::try_from(place - 1).ok().and_then(|at| pairs.get(at));
    let all: Vec<Disagreement> = told
        .into_iter()
        .filter_map(|t| pair(t.place).map(|p| (t, p)))
        .map(|(t, p)| Disagreement {
            elector: ElectorId { partition: p.partition_id, id: p.elector_id },
            name: t.name,
            district: t.district,
            list: t.list,
            first: (p.first.clone(), by(p.first_by), p.first_at),
            second: (p.second.clone(), by(p.second_by), p.second_at),
        })
        .collect();
    let shown: Vec<_> = all.iter().map(|d| (d.elector.partition, d.elector.id)).collect();
    Ok(Seen::people(all, shown))
}

async fn names(scope: &mut Scoped, pairs: &[Pair]) -> Result<HashMap<Uuid, String>, Error> {
    let accounts: Vec<Uuid> = pairs.iter().flat_map(|p| [p.first_by, p.second_by]).collect();
    let rows = sqlx::query!(r#"select account_id as "account!", name as "name!" from wall.names($1)"#, &accounts)
        .fetch_all(scope.connection())
        .await?;
    Ok(rows.into_iter().map(|r| (r.account, r.name)).collect())
}
