//! Writing results: the receipt, the result itself, or the other content that came under its id.

use super::place::Place;
use super::store::Sent;
use crate::database::Scoped;
use crate::error::Error;
use uuid::Uuid;

/// Receives ids; answers those that nobody had sent before. Waits for whoever is just receiving the same.
pub(super) async fn receipts(scope: &mut Scoped, sent: &[Sent<'_>]) -> Result<Vec<Uuid>, Error> {
    let ids: Vec<Uuid> = sent.iter().map(|s| s.id).collect();
    let digests: Vec<Vec<u8>> = sent.iter().map(|s| s.digest.to_vec()).collect();
    let own = scope.account();
    let senders: Vec<Option<Uuid>> = sent.iter().map(|s| s.late.map(|l| l.account).or(own)).collect();
    let new = sqlx::query_scalar!(
        "insert into receipt (id, digest, account_id)
         select t.id, t.digest, t.account from unnest($1::uuid[], $2::bytea[], $3::uuid[]) as t (id, digest, account)
         on conflict do nothing returning id",
        &ids,
        &digests,
        &senders as &[Option<Uuid>]
    )
    .fetch_all(scope.connection())
    .await;
    new.map_err(ended_if_refused)
}

/// Whether what was received under this id is this very content, by a statement of its own: it sees who came first.
pub(super) async fn received_same(scope: &mut Scoped, sent: &Sent<'_>) -> Result<bool, Error> {
    let same = sqlx::query_scalar!("select wall.received_same($1, $2)", sent.id, sent.digest)
        .fetch_one(scope.connection())
        .await?;
    Ok(same.unwrap_or_default())
}

/// Writes a result: its sender's own now, or one that waited, which an organiser accepts.
pub(super) async fn keep(scope: &mut Scoped, sent: &Sent<'_>, place: &Place) -> Result<(), Error> {
    let (result, by) = (sent.result, scope.account());
    let asks: Vec<String> = result.asks.iter().map(|a| a.as_str().to_owned()).collect();
    // Who sends a result of their own may not say when it was received, nor that anybody accepted it: the wall does not
    // let them name those columns at all.
    let Some(late) = sent.late else {
        let own = sqlx::query!(
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
            by
        );
        return own.execute(scope.connection()).await.map(drop).map_err(ended_if_refused);
    };
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
    Ok(())
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
