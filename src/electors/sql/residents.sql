-- Everybody on the register in the homes $2 of the partitions $1, and the people $4 of $3 wherever they are, with the
-- intention at the kind of election $5, the last conversation, whether they object to calls, and whether somebody at
-- the door said that they moved or died.
with shown as (
  select e.partition_id, e.elector_id from unnest($1::integer[], $2::bigint[]) w (partition, home)
  join elector e on e.partition_id = w.partition and e.household_id = w.home where e.left_at is null
  union
  select w.partition, w.elector from unnest($3::integer[], $4::bigint[]) w (partition, elector)
)
select e.partition_id, e.elector_id, e.household_id, e.area_no, e.name, e.number, e.kind,
  e.left_at is not null as "left!", i.code as "code?", a.at as "asked?",
  coalesce(o.standing, false) as "do_not_call!", g.outcome as "gone?"
from shown join elector e using (partition_id, elector_id)
left join intention_now i on i.partition_id = e.partition_id and i.elector_id = e.elector_id
  and i.intention_kind = $5
left join lateral (
  select r.at from standing_result r
  where r.partition_id = e.partition_id and r.elector_id = e.elector_id and r.outcome in ('spoke', 'refused')
  order by r.received_at desc limit 1) a on true
left join lateral (
  select r.outcome from standing_result r
  where r.partition_id = e.partition_id and r.elector_id = e.elector_id and r.outcome <> 'not-home'
  order by r.received_at desc limit 1) g on g.outcome in ('moved', 'deceased')
left join lateral (
  select not b.withdrawn as standing from objection b
  where b.partition_id = e.partition_id and b.elector_id = e.elector_id and b.channel = 'door'
  order by b.at desc, b.objection_id desc limit 1) o on true
order by e.area_no, e.position, e.elector_id
