//! Whoever helps in the demonstration, and what became of what was asked for at doors.

use crate::database::Scoped;
use crate::error::Error;

/// Whoever is down for an event offers something, and a few more were asked at the door and joined.
///
/// # Errors
/// What the database says.
pub async fn add(scope: &mut Scoped) -> Result<(), Error> {
    from_events(scope).await?;
    settle(scope).await?;
    in_hand(scope).await?;
    members_came(scope).await?;
    from_doors(scope).await
}

async fn from_events(scope: &mut Scoped) -> Result<(), Error> {
    sqlx::query!(
        "with helper as (
           select p.person_id, p.area_id, row_number() over (order by p.name_key) as n from person p where p.source = 'sign-up'
         ), contact as (
           insert into person_contact (person_id, area_id, email, email_key, mobile, for_organisers)
           select h.person_id, h.area_id, 'helper' || h.n || '@lantern.example', 'helper' || h.n || '@lantern.example',
             '07700 900' || lpad((h.n * 7)::text, 3, '0'), true from helper h
         ), consent as (
           insert into person_consent (consent_id, person_id, area_id, channel, given, wording, source, said_at)
           select gen_random_uuid(), h.person_id, h.area_id, c.channel, true, 'May we ring and write to you about helping?', 'sign-up sheet',
             now() - make_interval(days => (h.n * 3)::integer)
           from helper h, (values ('email', 1), ('phone', 2)) c (channel, every) where h.n % c.every = 0
         )
         insert into volunteer (person_id, area_id, skills, availability, how_far, languages, since)
         select h.person_id, h.area_id,
           case h.n % 4 when 0 then array['canvassing', 'driving'] when 1 then array['canvassing'] when 2 then array['leafleting']
             else array['phoning', 'desk'] end,
           case h.n % 3 when 0 then array['saturdays', 'polling-day'] when 1 then array['weekday-evenings'] else array['weekdays', 'sundays'] end,
           case h.n % 3 when 0 then 'ward' when 1 then 'constituency' else 'street' end,
           case when h.n % 9 = 0 then 'Welsh' when h.n % 11 = 0 then 'Polish, some Urdu' else '' end,
           current_date - (h.n * 9)::integer
         from helper h"
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}

/// What was asked for a week ago and more is done, but for a few; the rest waits since the day it was asked for.
async fn settle(scope: &mut Scoped) -> Result<(), Error> {
    sqlx::query!(
        "select wall.tasks_from(array_agg(distinct partition_id), array_agg(id)) from result
         where asks <> '{}' or outcome = 'come-back'"
    )
    .execute(scope.connection())
    .await?;
    sqlx::query!(
        "update task t set created_at = r.received_at,
           due_on = current_date - 2 + ('x' || substr(t.task_id::text, 3, 2))::bit(8)::integer % 9
         from result r where r.partition_id = t.partition_id and r.id = t.from_result"
    )
    .execute(scope.connection())
    .await?;
    sqlx::query!(
        "update task t set state = 'done', outcome = case t.what when 'call-back' then 'spoke' when 'come-back' then 'no-answer'
           when 'poster' then 'up' when 'lift' then 'arranged' when 'will-help' then 'later' else 'sent' end
         where t.created_at < now() - interval '6 days' and ('x' || substr(t.task_id::text, 1, 2))::bit(8)::integer % 23 > 0"
    )
    .execute(scope.connection())
    .await?;
    sqlx::query!("update task t set closed_at = least(t.created_at + interval '3 days', now()) where t.state = 'done'")
        .execute(scope.connection())
        .await?;
    sqlx::query!("delete from task_event where what = 'due'").execute(scope.connection()).await?;
    sqlx::query!(
        "update task_event e set at = case e.what when 'made' then t.created_at else coalesce(t.closed_at, t.created_at) end
         from task t where t.task_id = e.task_id"
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}

/// Every fourth task that waits is in the hands of a canvasser who may do it there.
async fn in_hand(scope: &mut Scoped) -> Result<(), Error> {
    sqlx::query!(
        "update task t set assigned_to = h.account_id from (
           select distinct on (o.task_id) o.task_id, g.account_id
           from (select x.*, row_number() over (order by x.due_on, x.task_id) as n from task x
             where x.state = 'open' and x.what in ('poster', 'postal-vote', 'call-back')) o
           join access_grant g on g.role = 'volunteer' and g.ended_at is null and g.starts_at <= now() and g.ends_at > now()
             and o.area_id = any (wall.areas_inside(g.area_id))
           where o.n % 4 = 1 order by o.task_id, md5(o.task_id::text || g.account_id::text)) h
         where h.task_id = t.task_id"
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}

/// Two in five members were at the branch's meeting.
async fn members_came(scope: &mut Scoped) -> Result<(), Error> {
    sqlx::query!(
        "insert into event_sign_up (sign_up_id, event_id, area_id, person_id, state, signed_at)
         select gen_random_uuid(), e.event_id, e.area_id, m.person_id, 'came', e.starts_at
         from (select x.event_id, x.area_id, x.starts_at from event x where x.kind = 'meeting' and x.ends_at < now()
           order by x.starts_at desc limit 1) e
         cross join member m
         where m.state = 'current' and right(m.number, 1)::integer in (0, 3, 6, 9)
         on conflict do nothing"
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}

/// Eight who said at the door that they will help, and do.
async fn from_doors(scope: &mut Scoped) -> Result<(), Error> {
    sqlx::query!(
        "with asked as (
           select distinct on (e.elector_id) t.task_id, t.area_id, e.partition_id, e.elector_id, e.forenames, e.surname, e.name_key, e.forename_key
           from task t join elector e using (partition_id, elector_id)
           where t.what = 'will-help' and t.state = 'done' and e.erased_at is null order by e.elector_id limit 8
         ), joined as (
           insert into person (person_id, area_id, forename, surname, name_key, forename_key, source, partition_id, elector_id,
             linked_how, linked_at)
           select gen_random_uuid(), a.area_id, split_part(a.forenames, ' ', 1), a.surname, a.name_key, a.forename_key, 'door',
             a.partition_id, a.elector_id, 'person', now() from asked a
           returning person_id, area_id
         ), told as (
           update task t set outcome = 'joined' from asked a where a.task_id = t.task_id
         )
         insert into volunteer (person_id, area_id, skills, availability, how_far)
         select person_id, area_id, array['leafleting'], array['saturdays'], 'street' from joined"
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}
