//! Exports of the demonstration: one that was approved and fetched and is over, one that waits for a second person.

use crate::database::Scoped;
use crate::error::Error;
use crate::exports::Choice;

/// Writes them down, as if the organiser had asked for them.
///
/// # Errors
/// What the database says.
pub async fn add(scope: &mut Scoped) -> Result<(), Error> {
    let largest = sqlx::query!("select area_no, electors from district_size order by electors desc, area_no limit 1")
        .fetch_one(scope.connection())
        .await?;
    let everybody = Choice::Districts { district: Some(largest.area_no) };
    sqlx::query!(
        "with asked as (
           insert into export (account_id, grant_id, area_id, what, choice, districts, columns, format, purpose, reason, days, people,
             most, needs_approval, asked_at, lapses_at, verdict, decided_at, decided_by, decided_reason, expires_at)
           select o.account_id, g.grant_id, g.area_id, 'districts', $1, array[$2::integer], '{name,address,postcode}', 'csv', 'post',
             'Addresses for the letter about the harbour wall, to the printer in Oldney', 3, $3, 500, true,
             now() - interval '23 days', now() - interval '16 days', 'approved', now() - interval '22 days', p.account_id,
             'Names and addresses alone, and the printer is on record', now() - interval '19 days'
           from account o join access_grant g on g.account_id = o.account_id, account p
           where o.email = 'organiser@lantern.example' and p.email = 'protection@lantern.example'
           returning export_id)
         insert into export_fetch (export_id, nth, at, session_id, people)
         select export_id, 1, now() - interval '21 days', gen_random_uuid(), $3 from asked",
        serde_json::to_value(&everybody).map_err(Error::internal)?,
        largest.area_no,
        largest.electors
    )
    .execute(scope.connection())
    .await?;
    let found = Choice::Search {
        words: "harbour".into(),
        district: None,
        intention: "group:promises".into(),
        asked: String::new(),
        order: String::new(),
        gone: false,
    };
    sqlx::query!(
        "insert into export (account_id, grant_id, area_id, what, choice, districts, columns, format, purpose, reason, days, people,
           most, needs_approval, asked_at, lapses_at)
         select o.account_id, g.grant_id, g.area_id, 'search', $1, wall.numbers_of(g.area_id), '{name,address,number}', 'csv',
           'polling-day', 'Reminder cards by hand on the eve of poll, shared out among the ward captains', 5, 812, 500, true,
           now() - interval '1 day', now() + interval '6 days'
         from account o join access_grant g on g.account_id = o.account_id where o.email = 'organiser@lantern.example'",
        serde_json::to_value(&found).map_err(Error::internal)?
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}
