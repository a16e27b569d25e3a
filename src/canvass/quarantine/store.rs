//! Waiting results in the database: what waits, what was decided, and the two decisions.

use super::{Content, Key, as_result};
use crate::canvass::ListId;
use crate::canvass::results::store::{Late, Ruling, Sent};
use crate::canvass::results::{self, DoorResult, Refusal};
use crate::database::{Scoped, Seen};
use crate::error::Error;
use chrono::{DateTime, Utc};
use std::collections::HashMap;
use uuid::Uuid;

/// How many waiting results a page shows.
pub const PAGE: i64 = 200;

/// A result that waits, as it is shown to who decides.
#[derive(Debug, Clone)]
pub struct Waiting {
    /// Which.
    pub key: Key,
    /// Whose.
    pub account: Uuid,
    /// Their name.
    pub name: String,
    /// The list, and its name where it may be seen: one whose first door is in another area may not.
    pub list: (ListId, Option<String>),
    /// The home.
    pub address: String,
    /// The person, where it is about one.
    pub elector: String,
    /// What it says.
    pub content: Content,
    /// Why it waits.
    pub reason: String,
    /// When it came.
    pub received_at: DateTime<Utc>,
}

/// The results that wait in the area, by account and then in the order they came. One of a list that begins elsewhere waits for
/// the organiser of its door, who cannot open the list.
///
/// # Errors
/// What the database says.
pub async fn waiting(scope: &mut Scoped) -> Result<Seen<Vec<Waiting>>, Error> {
    let rows = sqlx::query!(
        r#"select q.id, q.digest, q.partition_id, q.list_id, l.name as "list?", q.content, q.reason, q.account_id, q.received_at,
             n.name as "name?"
           from quarantine q
           left join walk_list l using (partition_id, list_id)
           left join lateral wall.names(array[q.account_id]) n on true
           where q.area_no = any ((select wall.areas())::integer[]) and q.state = 'waiting'
           order by n.name, q.account_id, q.received_at, q.id limit $1"#,
        PAGE
    )
    .fetch_all(scope.connection())
    .await?;
    let contents: Vec<Content> = rows.iter().map(|r| Content::read(&r.content)).collect();
    let homes = addresses(scope, &contents).await?;
    let people = names(scope, &contents).await?;
    let waiting = rows.into_iter().zip(contents).map(|(r, content)| Waiting {
        key: Key { id: r.id, digest: r.digest },
        account: r.account_id,
        name: r.name.unwrap_or_default(),
        list: (ListId { partition: r.partition_id, id: r.list_id }, r.list),
        address: content.household.and_then(|h| homes.get(&(h.partition, h.id)).cloned()).unwrap_or_default(),
        elector: content.elector.and_then(|e| people.get(&(e.partition, e.id)).cloned()).unwrap_or_default(),
        content,
        reason: r.reason,
        received_at: r.received_at,
    });
    let waiting = waiting.collect();
    Ok(Seen::people(waiting, people.keys().copied().collect::<Vec<_>>()))
}

async fn addresses(scope: &mut Scoped, contents: &[Content]) -> Result<HashMap<(i32, i64), String>, Error> {
    let (partitions, ids): (Vec<i32>, Vec<i64>) =
        contents.iter().filter_map(|c| c.household).map(|h| (h.partition, h.id)).unzip();
    let rows = sqlx::query!(
        "select distinct h.partition_id, h.household_id, h.address
         from unnest($1::integer[], $2::bigint[]) w (partition_id, household_id) join household h using (partition_id, household_id)",
        &partitions,
        &ids
    )
    .fetch_all(scope.connection())
    .await?;
    Ok(rows.into_iter().map(|r| ((r.partition_id, r.household_id), r.address)).collect())
}

async fn names(scope: &mut Scoped, contents: &[Content]) -> Result<HashMap<(i32, i64), String>, Error> {
    let (partitions, ids): (Vec<i32>, Vec<i64>) =
        contents.iter().filter_map(|c| c.elector).map(|e| (e.partition, e.id)).unzip();
    let rows = sqlx::query!(
        "select distinct e.partition_id, e.elector_id, e.name
         from unnest($1::integer[], $2::bigint[]) w (partition_id, elector_id) join elector e using (partition_id, elector_id)",
        &partitions,
        &ids
    )
    .fetch_all(scope.connection())
    .await?;
    Ok(rows.into_iter().map(|r| ((r.partition_id, r.elector_id), r.name)).collect())
}

/// The keys of everything that waits from one account, the oldest first.
///
/// # Errors
/// What the database says.
pub async fn keys_of(scope: &mut Scoped, account: Uuid, most: i64) -> Result<Vec<Key>, Error> {
    Ok(sqlx::query_as!(
        Key,
        "select id, digest from quarantine
         where area_no = any ((select wall.areas())::integer[]) and state = 'waiting' and account_id = $1
         order by received_at, id limit $2",
        account,
        most
    )
    .fetch_all(scope.connection())
    .await?)
}

/// A result that waited, and what became of it. Says nothing of what was said, nor of whom.
pub struct Decided {
    /// Who sent it.
    pub name: String,
    /// On which list, where it may be seen.
    pub list: Option<String>,
    /// When it came.
    pub received_at: DateTime<Utc>,
    /// Whether it is on record now.
    pub stored: bool,
    /// Who decided; nobody when it came again by itself.
    pub by: Option<String>,
    /// When.
    pub decided_at: Option<DateTime<Utc>>,
    /// Why it was binned.
    pub reason: Option<String>,
}

/// The last 100 decided, newest first.
///
/// # Errors
/// What the database says.
pub async fn decided(scope: &mut Scoped) -> Result<Vec<Decided>, Error> {
    Ok(sqlx::query_as!(
        Decided,
        r#"select coalesce(n.name, '') as "name!", l.name as "list?", q.received_at, q.state = 'stored' as "stored!", b.name as "by?",
             q.decided_at, q.decided_reason as reason
           from quarantine q
           left join walk_list l using (partition_id, list_id)
           left join lateral wall.names(array[q.account_id]) n on true
           left join lateral wall.names(array[q.decided_by]) b on true
           where q.area_no = any ((select wall.areas())::integer[]) and q.state <> 'waiting'
           order by q.decided_at desc nulls last, q.id limit 100"#
    )
    .fetch_all(scope.connection())
    .await?)
}

/// What became of a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is done.
    Done,
    /// Somebody else decided it first.
    Already,
    /// It cannot be a result as it is; it still waits.
    Cannot(Refusal),
    /// Somebody else decided it while this transaction did: it is to be rolled back.
    Overtaken,
}

/// A result that may be accepted: what it says, whose it is.
struct Acceptable<'a> {
    index: usize,
    key: &'a Key,
    result: DoorResult,
    late: Late,
}

/// Accepts waiting results, their ids unique and in order: from now on each is its sender's, said when it came. Locks are
/// taken in the order that receiving takes them. With an `Overtaken` among the answers all is to be rolled back.
///
/// # Errors
/// [`Error::NotFound`] when one is outside the area; [`Error::Forbidden`] when the wall no longer finds one waiting; a
/// deadlock, to be tried again.
pub async fn accept(scope: &mut Scoped, keys: &[Key]) -> Result<Vec<Outcome>, Error> {
    let mut outcomes = vec![Outcome::Already; keys.len()];
    let mut acceptable = Vec::new();
    for (index, (key, kept)) in keys.iter().zip(kept(scope, keys).await?).enumerate() {
        if kept.state != "waiting" {
            continue;
        }
        match as_result(key.id, &kept.content, kept.received_at) {
            Ok(result) if result.list == kept.list() => {
                let late = Late { account: kept.account_id, received_at: kept.received_at };
                acceptable.push(Acceptable { index, key, result, late });
            }
            Ok(_) => outcomes[index] = cannot("list", "It names another list than the one it was kept for"),
            Err(refusal) => outcomes[index] = Outcome::Cannot(refusal),
        }
    }
    let sent: Vec<Sent<'_>> = acceptable
        .iter()
        .map(|a| Sent { id: a.key.id, digest: &a.key.digest, result: &a.result, late: Some(a.late) })
        .collect();
    let rulings = results::store::store(scope, &sent).await?;
    let mut stored = Vec::new();
    for (one, ruling) in acceptable.iter().zip(rulings) {
        outcomes[one.index] = match ruling {
            Ruling::Stored | Ruling::Replayed => {
                stored.push(one.key.clone());
                Outcome::Done
            }
            Ruling::Conflict => cannot("id", "Another answer is on record under the same id"),
            // Never asked of what waited, since an organiser looks at it.
            Ruling::SaidWhileClosed => cannot("at", "Contact was closed there when this was said"),
            Ruling::NeverTheirs | Ruling::OutOfReach => cannot("list", "This door is outside your area"),
            Ruling::Refused(refusal) => Outcome::Cannot(refusal),
        };
    }
    let marked = mark(scope, &stored, "stored", None).await?;
    for (key, outcome) in keys.iter().zip(&mut outcomes) {
        if *outcome == Outcome::Done && !marked.contains(key) {
            *outcome = Outcome::Overtaken;
        }
    }
    Ok(outcomes)
}

fn cannot(field: &str, reason: &str) -> Outcome {
    Outcome::Cannot(Refusal { field: field.into(), reason: reason.into() })
}

/// A result as it was kept, waiting or not.
struct Kept {
    content: serde_json::Value,
    account_id: Uuid,
    received_at: DateTime<Utc>,
    state: String,
    partition_id: i32,
    list_id: i64,
}

impl Kept {
    fn list(&self) -> ListId {
        ListId { partition: self.partition_id, id: self.list_id }
    }
}

/// What was kept under these keys, in their order.
async fn kept(scope: &mut Scoped, keys: &[Key]) -> Result<Vec<Kept>, Error> {
    let (ids, digests) = columns(keys);
    let kept = sqlx::query_as!(
        Kept,
        "select q.content, q.account_id, q.received_at, q.state, q.partition_id, q.list_id
         from unnest($1::uuid[], $2::bytea[]) with ordinality w (id, digest, n)
         join quarantine q on q.id = w.id and q.digest = w.digest order by w.n",
        &ids,
        &digests
    )
    .fetch_all(scope.connection())
    .await?;
    if kept.len() == keys.len() { Ok(kept) } else { Err(Error::NotFound) }
}

fn columns(keys: &[Key]) -> (Vec<Uuid>, Vec<Vec<u8>>) {
    keys.iter().map(|k| (k.id, k.digest.clone())).unzip()
}

/// Bins waiting results, with the reason.
///
/// # Errors
/// [`Error::NotFound`] when one is outside the area.
pub async fn bin(scope: &mut Scoped, keys: &[Key], reason: &str) -> Result<Vec<Outcome>, Error> {
    kept(scope, keys).await?;
    let marked = mark(scope, keys, "binned", Some(reason)).await?;
    Ok(keys.iter().map(|key| if marked.contains(key) { Outcome::Done } else { Outcome::Already }).collect())
}

/// Only who finds a result waiting decides: of two at the same time the second finds that it no longer does. Answers
/// those decided now.
async fn mark(scope: &mut Scoped, keys: &[Key], state: &str, reason: Option<&str>) -> Result<Vec<Key>, Error> {
    let account = scope.account();
    let (ids, digests) = columns(keys);
    Ok(sqlx::query_as!(
        Key,
        "with mine as materialized (
           select q.id, q.digest from unnest($1::uuid[], $2::bytea[]) w (id, digest)
           join quarantine q on q.id = w.id and q.digest = w.digest
           where q.state = 'waiting' order by q.id, q.digest for update of q
         )
         update quarantine q set state = $3, decided_by = $4, decided_at = now(), decided_reason = $5
         from mine where q.id = mine.id and q.digest = mine.digest and q.state = 'waiting'
         returning q.id, q.digest",
        &ids,
        &digests,
        state,
        account,
        reason
    )
    .fetch_all(scope.connection())
    .await?)
}
