-- Tasks with whom they are about, under the policies of each table. $1: the queue's tab, or null; then $2 to $5 filter with
-- $6 as today, and $7 orders. Without a tab: those of the ids $8, about the elector ($9, $10), about the person $11 or in the
-- hands of $12.
select t.task_id, t.what, t.words, t.agreed, t.due_on, t.partition_id, t.elector_id, t.household_id, t.person_id, t.area_id,
  case when a.kind = 'district' then d.letters else a.name end as "area!", t.from_result is not null as "from_door!",
  coalesce(e.name, '') as "elector!", coalesce(trim(p.forename || ' ' || p.surname), '') as "person!",
  coalesce(h.address, '') as "address!", h.postcode as "postcode?",
  array(select no.channel from (select distinct on (o.channel) o.channel, o.withdrawn from objection o
      where o.partition_id = t.partition_id and o.elector_id = t.elector_id order by o.channel, o.at desc, o.objection_id desc) no
    where not no.withdrawn and no.channel not in ('opinions', 'processing')) as "objected!",
  coalesce(p.channels, '{}') as "channels!", coalesce(p.has_mobile, false) as "has_mobile!",
  -- Of whoever agreed to be rung, as far as it was given to organisers.
  case when t.state = 'open' and 'phone' = any (p.channels) then coalesce((select case when r.mobile <> '' then r.mobile else r.phone end
    from wall.reach_of(t.person_id) r), '') else '' end as "number!",
  t.assigned_to, t.could_not, t.state, t.outcome, t.came_of, t.created_at, t.closed_at
from task t
join area a on a.area_id = t.area_id
left join district d on d.area_no = a.area_no
left join elector e on e.partition_id = t.partition_id and e.elector_id = t.elector_id
left join household h on h.partition_id = t.partition_id and h.household_id = coalesce(e.household_id, t.household_id)
left join person p on p.person_id = t.person_id
where case when $1::text is not null then t.state = $1
    and ($2 = '' or t.what = $2)
    and ($3 <> 'mine' or t.assigned_to = $4::uuid) and ($3 <> 'nobody' or t.assigned_to is null)
    and case $5 when 'overdue' then t.due_on < $6::date when 'today' then t.due_on <= $6::date
      when 'week' then t.due_on <= $6::date + 7 else true end
  else t.task_id = any ($8::uuid[]) or (t.partition_id = $9 and t.elector_id = $10) or t.person_id = $11
    or (t.assigned_to = $12 and t.state = 'open') end
order by t.state <> 'open', case when t.state <> 'open' then t.closed_at end desc,
  case $7 when 'what' then t.what end, case $7 when 'new' then t.created_at end desc, t.due_on, t.task_id
offset $13 limit $14
