//! Waiting results in the database: what waits, what was decided, and the two decisions.

use super::{Content, Key, as_result};
use crate::canvass::ListId;
use crate::canvass::results::{DoorResult, Refusal};
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
    /// The list and its name.
    pub list: (ListId, String),
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

/// The results that wait in the area, by account and then in the order they came.
///
/// # Errors
/// What the database says.
pub async fn waiting(scope: &mut Scoped) -> Result<Seen<Vec<Waiting>>, Error> {
    let rows = sqlx::query!(
        r#"select q.id, q.digest, q.partition_id, q.list_id, l.name as list, q.content, q.reason, q.account_id, q.received_at,
             n.name as "name?"
           from quarantine q
           join walk_list l using (partition_id, list_id)
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
    /// On which list.
    pub list: String,
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
        r#"select coalesce(n.name, '') as "name!", l.name as list, q.received_at, q.state = 'stored' as "stored!", b.name as "by?",
             q.decided_at, q.decided_reason as reason
           from quarantine q
           join walk_list l using (partition_id, list_id)
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
}

/// Accepts one waiting result: from now on it is its sender's, said when it came. Locks are taken in the order that
/// receiving takes them: receipt, person, waiting result. Whatever this answers but `Done` is to be rolled back.
///
/// # Errors
/// [`Error::NotFound`] outside the area; a deadlock, to be tried again.
pub async fn accept(scope: &mut Scoped, key: &Key) -> Result<Outcome, Error> {
    let row = sqlx::query!(
        "select content, account_id, received_at, state, partition_id, list_id from quarantine where id = $1 and digest = $2",
        key.id,
        &key.digest
    )
    .fetch_optional(scope.connection())
    .await?
    .ok_or(Error::NotFound)?;
    if row.state != "waiting" {
        return Ok(Outcome::Already);
    }
    let kept = ListId { partition: row.partition_id, id: row.list_id };
    let result = match as_result(key.id, &row.content, row.received_at) {
        Ok(result) if result.list == kept => result,
        Ok(_) => return Ok(cannot("list", "It names another list than the one it was kept for")),
        Err(refusal) => return Ok(Outcome::Cannot(refusal)),
    };
    let place = match place(scope, &result).await? {
        Ok(place) => place,
        Err(refusal) => return Ok(Outcome::Cannot(refusal)),
    };
    if receive(scope, key, row.account_id).await? {
        insert(scope, key, &result, &place, row.account_id, row.received_at).await?;
    } else if !received_same(scope, key).await? {
        return Ok(cannot("id", "Another answer is on record under the same id"));
    }
    mark(scope, key, "stored", None).await
}

fn cannot(field: &str, reason: &str) -> Outcome {
    Outcome::Cannot(Refusal { field: field.into(), reason: reason.into() })
}

struct Place {
    area_no: i32,
    kind: String,
}

/// What the list says to the result today.
async fn place(scope: &mut Scoped, result: &DoorResult) -> Result<Result<Place, Refusal>, Error> {
    let refused = |field: &str, reason: &str| Ok(Err(Refusal { field: field.into(), reason: reason.into() }));
    let partition = result.list.partition;
    let foreign = result.household.partition != partition || result.elector.is_some_and(|e| e.partition != partition);
    if foreign {
        return refused("household", "This home is not on the list");
    }
    let row = sqlx::query!(
        r#"select r.door as "door!", r.person as "person!", r.here as "here!", r.area_no as "area_no!", r.intention_kind as "kind!",
             ($5::text is null or exists (select from intention_code c where c.code = $5)) as "code!",
             $6::text[] <@ array(select i.code from issue_code i) as "issues!"
           from wall.recordable($1, $2, $3, $4) r"#,
        partition,
        result.list.id,
        result.household.id,
        result.elector.map(|e| e.id),
        result.intention,
        &result.issues
    )
    .fetch_optional(scope.connection())
    .await?;
    match row {
        None => refused("list", "This door is outside your area"),
        Some(r) if !r.door => refused("household", "This home is not on the list"),
        Some(r) if !r.person => refused("elector", "This person is not on the list at this home"),
        Some(r) if !r.here => refused("elector", "This person has left the register"),
        Some(r) if !r.code => refused("intention", "This code is not on the list of voting intentions"),
        Some(r) if !r.issues => refused("issues", "One of these is not on the list of issues"),
        Some(r) => Ok(Ok(Place { area_no: r.area_no, kind: r.kind })),
    }
}

/// Writes the receipt; false when this id was received before. Waits for whoever is just receiving it.
async fn receive(scope: &mut Scoped, key: &Key, account: Uuid) -> Result<bool, Error> {
    let done = sqlx::query!(
        "insert into receipt (id, digest, account_id) values ($1, $2, $3) on conflict do nothing",
        key.id,
        &key.digest,
        account
    )
    .execute(scope.connection())
    .await?;
    Ok(done.rows_affected() == 1)
}

async fn received_same(scope: &mut Scoped, key: &Key) -> Result<bool, Error> {
    let same = sqlx::query_scalar!("select wall.received_same($1, $2)", key.id, &key.digest)
        .fetch_one(scope.connection())
        .await?;
    Ok(same.unwrap_or_default())
}

async fn insert(
    scope: &mut Scoped,
    key: &Key,
    result: &DoorResult,
    place: &Place,
    account: Uuid,
    received_at: DateTime<Utc>,
) -> Result<(), Error> {
    let asks: Vec<String> = result.asks.iter().map(|a| a.as_str().to_owned()).collect();
    let (list, accepted_by) = (result.list, scope.account());
    sqlx::query!(
        "insert into result (partition_id, id, list_id, household_id, elector_id, area_no, outcome, intention, intention_kind,
           issues, asks, voted, note, at, received_at, base, account_id, accepted_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, coalesce($14::timestamptz, $15::timestamptz), $15, $16, $17, $18)",
        list.partition,
        key.id,
        list.id,
        result.household.id,
        result.elector.map(|e| e.id),
        place.area_no,
        result.outcome.as_str(),
        result.intention,
        place.kind,
        &result.issues,
        &asks,
        result.voted.map(|v| v.as_str()),
        result.note,
        result.at,
        received_at,
        result.base,
        account,
        accepted_by
    )
    .execute(scope.connection())
    .await?;
    if let (Some(elector), true) = (result.elector, result.intention.is_some() || result.base.is_some()) {
        sqlx::query!("select wall.settle($1, $2, $3)", list.partition, elector.id, place.kind)
            .execute(scope.connection())
            .await?;
    }
    Ok(())
}

/// Bins one waiting result, with the reason.
///
/// # Errors
/// What the database says.
pub async fn bin(scope: &mut Scoped, key: &Key, reason: &str) -> Result<Outcome, Error> {
    mark(scope, key, "binned", Some(reason)).await
}

/// Only who finds it waiting decides: of two at the same time the second finds that it no longer does.
async fn mark(scope: &mut Scoped, key: &Key, state: &str, reason: Option<&str>) -> Result<Outcome, Error> {
    let account = scope.account();
    let done = sqlx::query!(
        "update quarantine set state = $3, decided_by = $4, decided_at = now(), decided_reason = $5
         where id = $1 and digest = $2 and state = 'waiting'",
        key.id,
        &key.digest,
        state,
        account,
        reason
    )
    .execute(scope.connection())
    .await?;
    Ok(if done.rows_affected() == 1 { Outcome::Done } else { Outcome::Already })
}
