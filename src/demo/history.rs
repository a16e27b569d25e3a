//! Three months of canvassing for the demonstration. It alone may set when a result was received in the past.

use crate::canvass::ListId;
use crate::database::Scoped;
use crate::error::Error;
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// What people say, as often as they say it; a district leans one way or the other.
const ANSWERS: [&str; 24] = [
    "F", "F", "F", "F", "P", "P", "P", "P", "P", "U", "U", "U", "U", "U", "X", "X", "X", "Y", "Y", "Z", "A", "W", "W",
    "N",
];

/// Answers for the first `doors` doors of a list, one every two minutes and a half from `begun` on, by one account.
///
/// # Errors
/// What the database says.
pub async fn canvass(
    scope: &mut Scoped,
    list: ListId,
    account: Uuid,
    begun: DateTime<Utc>,
    doors: i32,
) -> Result<(), Error> {
    let answers: Vec<String> = ANSWERS.iter().map(|a| (*a).to_owned()).collect();
    sqlx::query!(
        r#"with door as (
             select d.partition_id, d.list_id, d.household_id, d.area_no, l.intention_kind, random() as luck,
               $3::timestamptz + d.place * interval '150 seconds' as at
             from walk_list_door d join walk_list l using (partition_id, list_id, version)
             where d.partition_id = $1 and d.list_id = $2 and d.place <= $4
           ), person as (
             select door.*, e.elector_id, random() as mood,
               e.place = min(e.place) over (partition by e.household_id) as first
             from door join walk_list_elector e using (partition_id, list_id, household_id)
             where door.luck < 0.36
           ), said as (
             insert into result (partition_id, id, list_id, household_id, elector_id, area_no, outcome, intention,
               intention_kind, issues, asks, at, received_at, account_id)
             select partition_id, gen_random_uuid(), list_id, household_id, elector_id, area_no, 'spoke',
               ($6::text[])[1 + floor(23.99 * (0.75 * random() + 0.25 * (area_no % 7) / 7.0))::integer], intention_kind,
               case when mood < 0.12 then array[(array['BUS', 'HEALTH', 'HOUSING', 'ROADS'])[1 + floor(random() * 4)::integer]]
                 else '{}' end,
               case when mood > 0.97 then array['will-help'] when mood > 0.94 then array['poster']
                 when mood > 0.90 then array['postal-vote'] else '{}' end,
               at, at + interval '20 seconds', $5
             from person where first or mood < 0.4
             returning 1
           )
           insert into result (partition_id, id, list_id, household_id, area_no, outcome, intention_kind, at, received_at, account_id)
           select partition_id, gen_random_uuid(), list_id, household_id, area_no,
             case when luck < 0.90 then 'not-home' when luck < 0.94 then 'come-back' when luck < 0.97 then 'refused'
               else 'inaccessible' end,
             intention_kind, at, at + interval '15 seconds', $5
           from door where luck >= 0.36"#,
        list.partition,
        list.id,
        begun,
        doors,
        account,
        &answers
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}

/// A second canvasser who heard something else at the same door: both are kept, the newest shown, and flagged.
///
/// # Errors
/// What the database says.
pub async fn disagree(scope: &mut Scoped, list: ListId, account: Uuid) -> Result<(), Error> {
    sqlx::query!(
        "insert into result (partition_id, id, list_id, household_id, elector_id, area_no, outcome, intention, intention_kind,
           at, received_at, account_id)
         select partition_id, gen_random_uuid(), list_id, household_id, elector_id, area_no, 'spoke',
           case intention when 'X' then 'F' else 'X' end, intention_kind, at + interval '9 minutes',
           received_at + interval '9 minutes', $3
         from result where partition_id = $1 and list_id = $2 and intention is not null order by received_at limit 2",
        list.partition,
        list.id,
        account
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}

/// People who asked that nobody calls, here and there.
///
/// # Errors
/// What the database says.
pub async fn objections(scope: &mut Scoped, partition: i32) -> Result<(), Error> {
    sqlx::query!(
        "insert into objection (partition_id, elector_id, objection_id, area_no, channel, how, operator_id)
         select partition_id, elector_id, gen_random_uuid(), area_no, 'door', 'Said so at the door', $2
         from elector where partition_id = $1 and elector_id % 157 = 0 and household_id is not null",
        partition,
        scope.operator_id()
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}

/// Brings everybody's current intention and the tallies in line with what was recorded.
///
/// # Errors
/// What the database says.
pub async fn settle(scope: &mut Scoped, partition: i32) -> Result<(), Error> {
    sqlx::query!(
        "select count(wall.settle(partition_id, elector_id, intention_kind)) from (
           select distinct partition_id, elector_id, intention_kind from result
           where partition_id = $1 and intention is not null) asked",
        partition
    )
    .fetch_one(scope.connection())
    .await?;
    sqlx::query!("select wall.fold_tallies()").execute(scope.connection()).await?;
    Ok(())
}

/// Who held a list, and that it is over.
///
/// # Errors
/// What the database says.
pub async fn held(scope: &mut Scoped, list: ListId, account: Uuid, begun: DateTime<Utc>) -> Result<(), Error> {
    let over = begun + chrono::TimeDelta::hours(4);
    sqlx::query!(
        "insert into assignment (partition_id, list_id, assignment_id, account_id, starts_at, ends_at, assigned_by_operator)
         values ($1, $2, gen_random_uuid(), $3, $4, $5, $6)",
        list.partition,
        list.id,
        account,
        begun,
        over,
        scope.operator_id()
    )
    .execute(scope.connection())
    .await?;
    sqlx::query!(
        "update walk_list set made_at = $3, ended_at = $4 where partition_id = $1 and list_id = $2",
        list.partition,
        list.id,
        begun,
        over
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}

/// Answers that came after access had ended, for an organiser to accept or bin.
///
/// # Errors
/// What the database says.
pub async fn late(scope: &mut Scoped, list: ListId, account: Uuid) -> Result<(), Error> {
    sqlx::query!(
        r#"insert into quarantine (id, digest, partition_id, list_id, area_no, content, reason, account_id)
           select id, sha256(convert_to(id::text, 'UTF8')), e.partition_id, e.list_id, e.area_no, jsonb_build_object(
               'list', $1::integer || '.' || $2::bigint, 'household', $1::integer || '.' || e.household_id,
               'elector', $1::integer || '.' || e.elector_id, 'outcome', 'spoke', 'intention', 'P',
               'at', to_char(now() - interval '20 minutes', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')),
             'Access had ended when it came', $3
           from (select l.*, gen_random_uuid() as id from walk_list_elector l
                 where l.partition_id = $1 and l.list_id = $2 order by place desc limit 3) e"#,
        list.partition,
        list.id,
        account
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}
