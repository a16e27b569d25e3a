//! Whose imprint the demonstration's messages carry, where it asks for help, and whose addresses come back.

use crate::database::Scoped;
use crate::error::Error;

/// The party's imprint, which holds where no campaign does; a page that asks for help; a few addresses that are left alone.
///
/// # Errors
/// What the database says.
pub async fn add(scope: &mut Scoped) -> Result<(), Error> {
    sqlx::query!(
        "insert into message_imprint (area_id, promoter, promoter_address, behalf, behalf_address)
         select a.area_id, i.promoter, i.promoter_address, i.behalf, i.behalf_address
         from (values ('all', 'M. Thorne', '12 Ferry Lane, Wexmere, ZZ1 4QX', 'The Lantern Party', '12 Ferry Lane, Wexmere, ZZ1 4QX'))
           i (area, promoter, promoter_address, behalf, behalf_address)
         join area a on a.short_name = i.area or a.name = i.area
         on conflict do nothing"
    )
    .execute(scope.connection())
    .await?;
    sqlx::query!(
        "insert into volunteer_page (area_id, open, words, changed_by)
         select a.area_id, true, 'Two hours on a Saturday are plenty. We show you how, nobody goes alone, and there is tea afterwards.',
           g.account_id
         from area a, (select account_id from access_grant where role = 'organiser' order by given_at limit 1) g
         where a.short_name = 'Quillbrook' or a.name = 'Quillbrook' limit 1"
    )
    .execute(scope.connection())
    .await?;
    sqlx::query!(
        "insert into message_silence (channel, address_digest, why, status, since, times)
         select 'email', wall.address_digest('email', c.email_key),
           case c.n % 3 when 0 then 'full' when 1 then 'gone' else 'complaint' end,
           case c.n % 3 when 0 then '5.2.2' when 1 then '5.1.1' else '' end, now() - make_interval(days => (5 * c.n)::integer), 1
         from (select email_key, row_number() over (order by email_key) as n
           from (select distinct email_key from person_contact where email_key <> '' order by email_key) e) c
         where c.n % 40 = 3 or c.n = 1
         on conflict do nothing"
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}
