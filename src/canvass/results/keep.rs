//! Writing results: the receipt, the result itself, or the other content that came under its id.

use super::Outcome;
use super::place::Place;
use super::store::{Late, Sent};
use crate::database::Scoped;
use crate::error::Error;
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// Keeps results that nobody had sent before, and answers their ids: each with its receipt. Waits for whoever is just
/// sending the same. `void`: the sender's own take slips back and say nothing themselves.
pub(super) async fn keep(scope: &mut Scoped, sent: &[(Sent<'_>, &Place)], void: bool) -> Result<Vec<Uuid>, Error> {
    let (late, own): (Vec<_>, Vec<_>) = sent.iter().partition(|(s, _)| s.late.is_some());
    let mut new = if void { keep_void(scope, &own).await? } else { keep_own(scope, &own).await? };
    for (sent, place) in late {
        if let Some(late) = sent.late
            && keep_late(scope, &sent, place, late).await?
        {
            new.push(sent.id);
        }
    }
    make_tasks(scope, sent, &new).await?;
    Ok(new)
}

/// What was asked for becomes a task, and what a correction no longer asks for is none. Most results ask for nothing.
async fn make_tasks(scope: &mut Scoped, sent: &[(Sent<'_>, &Place)], new: &[Uuid]) -> Result<(), Error> {
    let asks = |s: &Sent<'_>| {
        let result = s.result;
        result.base.is_some() || result.outcome == Outcome::ComeBack || !result.asks.is_empty()
    };
    let (partitions, ids): (Vec<i32>, Vec<Uuid>) = sent
        .iter()
        .filter(|(s, _)| asks(s) && new.contains(&s.id))
        .map(|(s, _)| (s.result.list.partition, s.id))
        .unzip();
    if ids.is_empty() {
        return Ok(());
    }
    sqlx::query!("select wall.tasks_from($1, $2)", &partitions, &ids).execute(scope.connection()).await?;
    Ok(())
}

/// The sender's own, all at once. Who sends a result of their own may not say when it was received, nor that anybody
/// accepted it: the wall does not let them name those columns at all.
async fn keep_own(scope: &mut Scoped, sent: &[(Sent<'_>, &Place)]) -> Result<Vec<Uuid>, Error> {
    if sent.is_empty() {
        return Ok(Vec::new());
    }
    fn each<'a, T>(sent: &[(Sent<'a>, &Place)], what: impl Fn(&Sent<'a>) -> T) -> Vec<T> {
        sent.iter().map(|(s, _)| what(s)).collect()
    }
    let account = scope.account();
    let new = sqlx::query_scalar!(
        r#"with sent as materialized (
             select * from unnest($1::uuid[], $2::bytea[], $3::integer[], $4::bigint[], $5::bigint[], $6::bigint[],
               $7::integer[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[],
               $15::timestamptz[], $16::uuid[]) as t (id, digest, partition_id, list_id, household_id, elector_id, area_no,
               outcome, intention, intention_kind, issues, asks, voted, note, at, base)
           ), new as (
             insert into receipt (id, digest, account_id) select id, digest, $17 from sent on conflict do nothing returning id
           ), kept as (
             insert into result (partition_id, id, list_id, household_id, elector_id, area_no, outcome, intention,
               intention_kind, issues, asks, voted, note, at, base, account_id)
             select s.partition_id, s.id, s.list_id, s.household_id, s.elector_id, s.area_no, s.outcome, s.intention,
               s.intention_kind, string_to_array(s.issues, ' '), string_to_array(s.asks, ' '), s.voted, s.note,
               coalesce(s.at, clock_timestamp()), s.base, $17
             from sent s join new using (id)
           )
           select id from new"#,
        &each(sent, |s| s.id),
        &each(sent, |s| s.digest.to_vec()),
        &each(sent, |s| s.result.list.partition),
        &each(sent, |s| s.result.list.id),
        &each(sent, |s| s.result.household.id),
        &each(sent, |s| s.result.elector.map(|e| e.id)) as &[Option<i64>],
        &sent.iter().map(|(_, place)| place.area_no).collect::<Vec<_>>(),
        &each(sent, |s| s.result.outcome.as_str().to_owned()),
        &each(sent, |s| s.result.intention.clone()) as &[Option<String>],
        &sent.iter().map(|(_, place)| place.kind.clone()).collect::<Vec<_>>(),
        &each(sent, |s| s.result.issues.join(" ")),
        &each(sent, |s| s.result.asks.iter().map(|a| a.as_str()).collect::<Vec<_>>().join(" ")),
        &each(sent, |s| s.result.voted.map(|v| v.as_str().to_owned())) as &[Option<String>],
        &each(sent, |s| s.result.note.clone()) as &[Option<String>],
        &each(sent, |s| s.result.at) as &[Option<DateTime<Utc>>],
        &each(sent, |s| s.result.base) as &[Option<Uuid>],
        account
    )
    .fetch_all(scope.connection())
    .await;
    new.map_err(ended_if_refused)
}

/// The sender's own that take slips back, one by one: organisers alone may name that column.
async fn keep_void(scope: &mut Scoped, sent: &[(Sent<'_>, &Place)]) -> Result<Vec<Uuid>, Error> {
    let account = scope.account();
    let mut new = Vec::new();
    for (sent, place) in sent {
        let result = sent.result;
        let kept = sqlx::query!(
            "with new as (
               insert into receipt (id, digest, account_id) values ($1, $2, $3) on conflict do nothing returning id
             )
             insert into result (partition_id, id, list_id, household_id, elector_id, area_no, outcome, intention_kind, at, base,
               account_id, void)
             select $4::integer, new.id, $5::bigint, $6::bigint, $7::bigint, $8::integer, $9::text, $10::text,
               coalesce($11::timestamptz, clock_timestamp()), $12::uuid, $3::uuid, true
             from new",
            sent.id,
            sent.digest,
            account,
            result.list.partition,
            result.list.id,
            result.household.id,
            result.elector.map(|e| e.id),
            place.area_no,
            result.outcome.as_str(),
            place.kind,
            result.at,
            result.base
        )
        .execute(scope.connection())
        .await
        .map_err(ended_if_refused)?;
        if kept.rows_affected() > 0 {
            new.push(sent.id);
        }
    }
    Ok(new)
}

/// Whether what was received under this id is this very content, by a statement of its own: it sees who came first.
pub(super) async fn received_same(scope: &mut Scoped, sent: &Sent<'_>) -> Result<bool, Error> {
    let same = sqlx::query_scalar!("select wall.received_same($1, $2)", sent.id, sent.digest)
        .fetch_one(scope.connection())
        .await?;
    Ok(same.unwrap_or_default())
}

/// One that waited, which an organiser accepts now, under its sender's name and time. Whether nobody had sent it before.
async fn keep_late(scope: &mut Scoped, sent: &Sent<'_>, place: &Place, late: Late) -> Result<bool, Error> {
    let (result, by) = (sent.result, scope.account());
    let asks: Vec<String> = result.asks.iter().map(|a| a.as_str().to_owned()).collect();
    let new = sqlx::query!(
        "insert into receipt (id, digest, account_id) values ($1, $2, $3) on conflict do nothing",
        sent.id,
        sent.digest,
        late.account
    )
    .execute(scope.connection())
    .await
    .map_err(ended_if_refused)?;
    if new.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query!(
        "insert into result (partition_id, id, list_id, household_id, elector_id, area_no, outcome, intention, intention_kind,
           issues, asks, voted, note, at, received_at, base, account_id, accepted_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, coalesce($14::timestamptz, $15::timestamptz), $15, $16, $17, $18)",
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
        late.received_at,
        result.base,
        late.account,
        by
    )
    .execute(scope.connection())
    .await?;
    Ok(true)
}

/// Keeps another content that came under an id which is on record.
pub(super) async fn keep_conflict(scope: &mut Scoped, sent: &Sent<'_>, place: &Place) -> Result<(), Error> {
    let account = scope.account();
    sqlx::query!(
        "insert into result_conflict (partition_id, id, digest, list_id, household_id, area_no, content, account_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing",
        sent.result.list.partition,
        sent.id,
        sent.digest,
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

/// The policies refuse a row of someone whose access has ended meanwhile.
fn ended_if_refused(error: sqlx::Error) -> Error {
    match error.as_database_error().and_then(|e| e.code()).as_deref() {
        Some("42501") => Error::AccessEnded,
        _ => error.into(),
    }
}
