//! What watching has found in the demonstration: three alerts, one of them explained, and two canaries.

use crate::database::Scoped;
use crate::error::Error;
use crate::watching::canaries;

/// Plants and raises them.
///
/// # Errors
/// What the database says.
pub async fn add(scope: &mut Scoped) -> Result<(), Error> {
    let districts =
        sqlx::query_scalar!("select area_no from district where letters in ('QB1', 'OH3') order by letters")
            .fetch_all(scope.connection())
            .await?;
    for district in districts {
        canaries::plant(scope, district, 1).await?;
    }
    sqlx::query!(
        "insert into alert (rule, severity, about, accounts, role, canary_id, figure, threshold, minutes, first_at, last_at, raised_at,
           state, state_at)
         select v.rule, v.severity, a.account_id::text || v.rule, array[a.account_id], v.role,
           case when v.rule = 'canary' then (select min(c.canary_id) from canary c) end, v.figure, v.threshold, v.minutes,
           now() - v.began, now() - v.began + v.lasted, now() - v.began + v.lasted, v.state, now() - v.began + interval '2 hours'
         from (values
           ('canary', 'high', 'organiser@lantern.example', 'organiser', 1, 1, 1440, interval '50 minutes', interval '0', 'new'),
           ('night', 'low', 'organiser@lantern.example', 'organiser', 34, 20, 420, interval '1 day', interval '3 hours', 'new'),
           ('refused', 'medium', 'marek@lantern.example', 'volunteer', 26, 20, 10, interval '6 days', interval '8 minutes', 'explained')
         ) v (rule, severity, email, role, figure, threshold, minutes, began, lasted, state)
         join account a on a.email = v.email"
    )
    .execute(scope.connection())
    .await?;
    sqlx::query!(
        "insert into alert_event (alert_id, at, account_id, what, note)
         select a.alert_id, a.raised_at, null, 'raised', '' from alert a
         union all
         select a.alert_id, a.state_at, o.account_id, 'explained',
           'Rang him: his area had been changed that morning and he went on with old bookmarks. Shown how to open his lists.'
         from alert a, account o where a.state = 'explained' and o.email = 'protection@lantern.example'"
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}
