//! Results in the database: one scoped transaction stores any number of them, each at most once.

use super::parse::{unknown_intention, unknown_issue};
use super::{Digest, DoorResult, Refusal};
use crate::database::Scoped;
use crate::error::Error;
use uuid::Uuid;

/// What became of one result in the transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ruling {
    /// New.
    Stored,
    /// The same is here already.
    Replayed,
    /// Another content is here under this id; this one is kept beside it.
    Conflict,
    /// It cannot stand.
    Refused(Refusal),
    /// Its list was this account's, but the grant in use does not reach the door.
    OutOfReach,
    /// Its list was never this account's.
    NeverTheirs,
}

/// A result with its id and digest.
#[derive(Debug, Clone, Copy)]
pub struct Sent<'a> {
    /// The id made where it was said.
    pub id: Uuid,
    /// Of its content.
    pub digest: &'a Digest,
    /// Its content.
    pub result: &'a DoorResult,
}

/// What the list says to one result.
struct Place {
    area_no: i32,
    kind: String,
}

/// Stores results, each once, and keeps intentions and tallies in line. Ids are unique and in order, and locks are
/// taken in one order by everybody: receipts by id, people by id, waiting results by id.
///
/// # Errors
/// A deadlock or serialisation failure, to be tried again; [`Error::AccessEnded`] when the wall refuses.
pub async fn store(scope: &mut Scoped, sent: &[Sent<'_>]) -> Result<Vec<Ruling>, Error> {
    debug_assert!(sent.is_sorted_by(|a, b| a.id < b.id), "locks are taken in the order of ids");
    let judged = judge(scope, sent).await?;
    let candidates: Vec<_> = sent.iter().zip(&judged).filter(|(_, j)| j.is_ok()).map(|(s, _)| *s).collect();
    let new = receipts(scope, &candidates).await?;
    let mut rulings = Vec::with_capacity(sent.len());
    let mut stored = Vec::new();
    for (sent, judged) in sent.iter().zip(judged) {
        rulings.push(match judged {
            Err(ruling) => ruling,
            Ok(place) if new.contains(&sent.id) => {
                insert(scope, sent, &place).await?;
                stored.push((*sent, place));
                Ruling::Stored
            }
            // Somebody has sent this id before, or just now: their receipt is there by now, and a statement of its own
            // sees it.
            Ok(_) if received_same(scope, sent).await? => Ruling::Replayed,
            Ok(place) => {
                keep_conflict(scope, sent, &place).await?;
                Ruling::Conflict
            }
        });
    }
    settle(scope, &stored).await?;
    Ok(rulings)
}

/// Asks of each result what its list says, and whether it is here already.
async fn judge(scope: &mut Scoped, sent: &[Sent<'_>]) -> Result<Vec<Result<Place, Ruling>>, Error> {
    let ids: Vec<Uuid> = sent.iter().map(|s| s.id).collect();
    let digests: Vec<Vec<u8>> = sent.iter().map(|s| s.digest.to_vec()).collect();
    let partitions: Vec<i32> = sent.iter().map(|s| s.result.list.partition).collect();
    let lists: Vec<i64> = sent.iter().map(|s| s.result.list.id).collect();
    // A home or person of another partition is on no list of this one; none has this number.
    let within = |s: &Sent<'_>, partition, id| if partition == s.result.list.partition { id } else { -1 };
    let homes: Vec<i64> = sent.iter().map(|s| within(s, s.result.household.partition, s.result.household.id)).collect();
    let people: Vec<Option<i64>> =
        sent.iter().map(|s| s.result.elector.map(|e| within(s, e.partition, e.id))).collect();
    let codes: Vec<Option<String>> = sent.iter().map(|s| s.result.intention.clone()).collect();
    let issues: Vec<String> = sent.iter().map(|s| s.result.issues.join(" ")).collect();
    let rows = sqlx::query!(
        r#"select wall.received_same(t.id, t.digest) as same, r.covered as "covered?", r.door as "door?",
             r.person as "person?", r.here as "here?", r.area_no as "area_no?", r.intention_kind as "kind?",
             (t.code is null or exists (select from intention_code c where c.code = t.code)) as "code_known!",
             string_to_array(t.issues, ' ') <@ array(select i.code from issue_code i) as "issues_known!"
           from unnest($1::uuid[], $2::bytea[], $3::integer[], $4::bigint[], $5::bigint[], $6::bigint[], $7::text[],
               $8::text[]) with ordinality as t (id, digest, partition, list, household, elector, code, issues, n)
           left join lateral wall.recordable(t.partition, t.list, t.household, t.elector) r on true
           order by t.n"#,
        &ids,
        &digests,
        &partitions,
        &lists,
        &homes,
        &people as &[Option<i64>],
        &codes as &[Option<String>],
        &issues
    )
    .fetch_all(scope.connection())
    .await?;
    let refused = |field: &str, reason: &str| Err(Ruling::Refused(Refusal::new(field, reason)));
    let judge_one = |(sent, row): (&Sent<'_>, _)| {
        let row: RowOf = row;
        match row {
            _ if row.same == Some(true) => Err(Ruling::Replayed),
            RowOf { covered: None, .. } => Err(Ruling::NeverTheirs),
            _ if row.door != Some(true) => refused("household", "This home is not on the list"),
            _ if row.person != Some(true) => refused("elector", "This person is not on the list at this home"),
            RowOf { covered: Some(false), .. } => Err(Ruling::OutOfReach),
            _ if row.here != Some(true) => refused("elector", "This person has left the register"),
            _ if !row.code_known => Err(Ruling::Refused(unknown_intention())),
            _ if !row.issues_known => Err(Ruling::Refused(unknown_issue())),
            _ if sent.result.base == Some(sent.id) => refused("base", "A result cannot correct itself"),
            RowOf { area_no: Some(area_no), kind: Some(kind), .. } => Ok(Place { area_no, kind }),
            _ => Err(Ruling::NeverTheirs),
        }
    };
    let rows = rows.into_iter().map(|r| RowOf {
        same: r.same,
        covered: r.covered,
        door: r.door,
        person: r.person,
        here: r.here,
        area_no: r.area_no,
        kind: r.kind,
        code_known: r.code_known,
        issues_known: r.issues_known,
    });
    Ok(sent.iter().zip(rows).map(judge_one).collect())
}

struct RowOf {
    same: Option<bool>,
    covered: Option<bool>,
    door: Option<bool>,
    person: Option<bool>,
    here: Option<bool>,
    area_no: Option<i32>,
    kind: Option<String>,
    code_known: bool,
    issues_known: bool,
}

/// Receives ids; answers those that nobody had sent before. Waits for whoever is just receiving the same.
async fn receipts(scope: &mut Scoped, sent: &[Sent<'_>]) -> Result<Vec<Uuid>, Error> {
    let ids: Vec<Uuid> = sent.iter().map(|s| s.id).collect();
    let digests: Vec<Vec<u8>> = sent.iter().map(|s| s.digest.to_vec()).collect();
    let account = scope.account();
    let new = sqlx::query_scalar!(
        "insert into receipt (id, digest, account_id)
         select t.id, t.digest, $3 from unnest($1::uuid[], $2::bytea[]) as t (id, digest)
         on conflict do nothing returning id",
        &ids,
        &digests,
        account
    )
    .fetch_all(scope.connection())
    .await;
    new.map_err(ended_if_refused)
}

async fn received_same(scope: &mut Scoped, sent: &Sent<'_>) -> Result<bool, Error> {
    let same = sqlx::query_scalar!("select wall.received_same($1, $2)", sent.id, &sent.digest[..])
        .fetch_one(scope.connection())
        .await?;
    Ok(same.unwrap_or_default())
}

async fn insert(scope: &mut Scoped, sent: &Sent<'_>, place: &Place) -> Result<(), Error> {
    let (result, account) = (sent.result, scope.account());
    let asks: Vec<String> = result.asks.iter().map(|a| a.as_str().to_owned()).collect();
    sqlx::query!(
        "insert into result (partition_id, id, list_id, household_id, elector_id, area_no, outcome, intention,
           intention_kind, issues, asks, voted, note, at, base, account_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, coalesce($14, clock_timestamp()), $15, $16)",
        result.list.partition,
        sent.id,
        result.list.id,
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
        result.base,
        account
    )
    .execute(scope.connection())
    .await
    .map_err(ended_if_refused)?;
    Ok(())
}

async fn keep_conflict(scope: &mut Scoped, sent: &Sent<'_>, place: &Place) -> Result<(), Error> {
    let account = scope.account();
    sqlx::query!(
        "insert into result_conflict (partition_id, id, digest, list_id, household_id, area_no, content, account_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing",
        sent.result.list.partition,
        sent.id,
        &sent.digest[..],
        sent.result.list.id,
        sent.result.household.id,
        place.area_no,
        serde_json::to_value(sent.result).map_err(Error::internal)?,
        account
    )
    .execute(scope.connection())
    .await
    .map_err(ended_if_refused)?;
    Ok(())
}

/// Brings intentions and tallies in line with what was stored; what waited in quarantine waits no longer.
async fn settle(scope: &mut Scoped, stored: &[(Sent<'_>, Place)]) -> Result<(), Error> {
    // A result that takes an intention back changes it too.
    let touches = |r: &DoorResult| r.intention.is_some() || r.base.is_some();
    let mut people: Vec<(i32, i64, &str)> = stored
        .iter()
        .filter(|(s, _)| touches(s.result))
        .filter_map(|(s, place)| s.result.elector.map(|e| (e.partition, e.id, place.kind.as_str())))
        .collect();
    people.sort_unstable();
    people.dedup();
    for (partition, elector, kind) in people {
        sqlx::query!("select wall.settle($1, $2, $3)", partition, elector, kind).execute(scope.connection()).await?;
    }
    for (sent, _) in stored {
        sqlx::query!("select wall.release($1, $2)", sent.id, &sent.digest[..]).execute(scope.connection()).await?;
    }
    Ok(())
}

/// The policies refuse a row of someone whose access has ended meanwhile.
fn ended_if_refused(error: sqlx::Error) -> Error {
    match error.as_database_error().and_then(|e| e.code()).as_deref() {
        Some("42501") => Error::AccessEnded,
        _ => error.into(),
    }
}

/// Of these results of a form, those that would change what is on record: another content is here under their id, or
/// the same and corrected since.
///
/// # Errors
/// What the database says.
pub async fn changing(scope: &mut Scoped, sent: &[Sent<'_>]) -> Result<Vec<Uuid>, Error> {
    let mut changing = Vec::new();
    for sent in sent {
        let changes = sqlx::query_scalar!(
            r#"select not same or exists (select from result c where c.partition_id = $3 and c.base = $1) as "changes!"
               from wall.received_same($1, $2) same where same is not null"#,
            sent.id,
            &sent.digest[..],
            sent.result.list.partition
        )
        .fetch_optional(scope.connection())
        .await?;
        if changes == Some(true) {
            changing.push(sent.id);
        }
    }
    Ok(changing)
}
