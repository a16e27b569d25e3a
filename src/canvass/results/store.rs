//! Results in the database: one scoped transaction stores any number of them, each at most once.

use super::keep::{keep, keep_conflict, received_same};
use super::place::{Place, place};
use super::{DoorResult, Refusal};
use crate::database::Scoped;
use crate::error::Error;
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// What became of one result in the transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ruling {
    /// New.
    Stored,
    /// The same is here already.
    Replayed,
    /// Another content is here under this id; what was sent now is kept beside it, unless it waits in quarantine.
    Conflict,
    /// It cannot stand.
    Refused(Refusal),
    /// Its list was this account's, but the grant in use does not reach the door.
    OutOfReach,
    /// Its list was never this account's.
    NeverTheirs,
    /// It was said while Contact was closed there, by the clock of whoever said it.
    SaidWhileClosed,
}

/// A result with its id and digest.
#[derive(Debug, Clone, Copy)]
pub struct Sent<'a> {
    /// The id made where it was said.
    pub id: Uuid,
    /// SHA-256 of its content.
    pub digest: &'a [u8],
    /// Its content.
    pub result: &'a DoorResult,
    /// Of one that waited in quarantine and is accepted now: whose it is, since when. None: it is sent now, by this
    /// transaction's account.
    pub late: Option<Late>,
}

/// Whose a result is that waited, and when it came.
#[derive(Debug, Clone, Copy)]
pub struct Late {
    /// Who sent it.
    pub account: Uuid,
    /// When it came.
    pub received_at: DateTime<Utc>,
}

/// Stores results, each once, and keeps intentions and tallies in line. Ids are unique and in order, and locks are
/// taken in one order by everybody: the authority's answers, receipts by id, people by id, waiting results by id.
///
/// # Errors
/// A deadlock or serialisation failure, to be tried again; [`Error::AccessEnded`] when the wall refuses what is sent
/// now, [`Error::Forbidden`] when it refuses one that waited.
pub async fn store(scope: &mut Scoped, sent: &[Sent<'_>]) -> Result<Vec<Ruling>, Error> {
    store_as(scope, sent, false).await
}

/// Takes a slip back, by the rules of [`store`]: what is sent corrects its base and counts as nothing itself. Of its content
/// the base, the outcome and when it was said are kept.
///
/// # Errors
/// As of [`store`].
pub async fn take_back(scope: &mut Scoped, sent: Sent<'_>) -> Result<Vec<Ruling>, Error> {
    store_as(scope, &[sent], true).await
}

async fn store_as(scope: &mut Scoped, sent: &[Sent<'_>], void: bool) -> Result<Vec<Ruling>, Error> {
    debug_assert!(sent.is_sorted_by(|a, b| a.id < b.id), "locks are taken in the order of ids");
    let placed = place(scope, sent).await?;
    let keepable: Vec<_> = sent.iter().zip(&placed).filter_map(|(s, p)| p.as_ref().ok().map(|p| (*s, p))).collect();
    let new = keep(scope, &keepable, void).await?;
    let mut rulings = Vec::with_capacity(sent.len());
    for (sent, placed) in sent.iter().zip(&placed) {
        rulings.push(match placed {
            Err(ruling) => ruling.clone(),
            Ok(_) if new.contains(&sent.id) => Ruling::Stored,
            // Somebody has sent this id before, or just now: their receipt is there by now.
            Ok(_) if received_same(scope, sent).await? => Ruling::Replayed,
            Ok(place) => {
                if sent.late.is_none() {
                    keep_conflict(scope, sent, place).await?;
                }
                Ruling::Conflict
            }
        });
    }
    let stored: Vec<_> = keepable.into_iter().filter(|(sent, _)| new.contains(&sent.id)).collect();
    settle(scope, &stored).await?;
    Ok(rulings)
}

/// Brings intentions and tallies in line with what was stored; what came again and waited in quarantine waits no longer.
async fn settle(scope: &mut Scoped, stored: &[(Sent<'_>, &Place)]) -> Result<(), Error> {
    // A result that takes an intention back changes it too.
    let touches = |r: &DoorResult| r.intention.is_some() || r.base.is_some();
    let mut people: Vec<(i32, i64, &str)> = stored
        .iter()
        .filter(|(s, _)| touches(s.result))
        .filter_map(|(s, place)| s.result.elector.map(|e| (e.partition, e.id, place.kind.as_str())))
        .collect();
    people.sort_unstable();
    people.dedup();
    let own: Vec<_> = stored.iter().filter(|(s, _)| s.late.is_none()).collect();
    if people.is_empty() && own.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "select wall.settle_all($1, $2, $3, $4, $5)",
        &people.iter().map(|p| p.0).collect::<Vec<_>>(),
        &people.iter().map(|p| p.1).collect::<Vec<_>>(),
        &people.iter().map(|p| p.2.to_owned()).collect::<Vec<_>>(),
        &own.iter().map(|(s, _)| s.id).collect::<Vec<_>>(),
        &own.iter().map(|(s, _)| s.digest.to_vec()).collect::<Vec<_>>()
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}

/// Of these results of a form, those that would change what is on record: another content is here under their id, or
/// the same and corrected since.
///
/// # Errors
/// What the database says.
pub async fn changing(scope: &mut Scoped, sent: &[Sent<'_>]) -> Result<Vec<Uuid>, Error> {
    let ids: Vec<Uuid> = sent.iter().map(|s| s.id).collect();
    let digests: Vec<Vec<u8>> = sent.iter().map(|s| s.digest.to_vec()).collect();
    let partitions: Vec<i32> = sent.iter().map(|s| s.result.list.partition).collect();
    Ok(sqlx::query_scalar!(
        r#"select t.id as "id!" from unnest($1::uuid[], $2::bytea[], $3::integer[]) as t (id, digest, partition)
           cross join lateral wall.received_same(t.id, t.digest) same
           where not same or (same
             and wall.corrected(t.partition, t.id))"#,
        &ids,
        &digests,
        &partitions
    )
    .fetch_all(scope.connection())
    .await?)
}
