-- A page of pairs that may be one person, both sides with what tells them apart. $1, $2: one register's, or null for all.
with pairs as materialized (
  select m.partition_id, m.register_id, m.elector_id, m.candidate_id, m.why from doubtful_match m
  where m.state = 'open' and ($1::integer is null or m.partition_id = $1) and ($2::bigint is null or m.register_id = $2)
  order by m.register_id desc, m.partition_id, m.elector_id, m.candidate_id offset $3 limit $4
), sides as (
  select e.partition_id, e.elector_id, e.name, coalesce(h.address, '') as address, coalesce(h.postcode, '') as postcode,
    e.markers, e.attains_on,
    coalesce((select d.letters || '-' || t.number || case when t.suffix > 0 then '/' || t.suffix else '' end
      from register_entry t join district d on d.area_no = t.area_no
      where t.partition_id = e.partition_id and t.elector_id = e.elector_id order by t.register_id desc limit 1), '') as number,
    (select count(*) from result r where r.partition_id = e.partition_id and r.elector_id = e.elector_id) as answers
  from (select partition_id, elector_id from pairs union select partition_id, candidate_id from pairs) s
  join elector e on e.partition_id = s.partition_id and e.elector_id = s.elector_id
  left join household h on h.partition_id = e.partition_id and h.household_id = e.household_id
)
select p.partition_id as "partition_id!", p.register_id as "register_id!", p.why as "why!",
  n.elector_id as "new_id!", n.name as "new_name!", n.number as "new_number!", n.address as "new_address!",
  n.postcode as "new_postcode!", n.markers as "new_markers!", n.attains_on as "new_attains?", n.answers as "new_answers!",
  o.elector_id as "old_id!", o.name as "old_name!", o.number as "old_number!", o.address as "old_address!",
  o.postcode as "old_postcode!", o.markers as "old_markers!", o.attains_on as "old_attains?", o.answers as "old_answers!"
from pairs p
join sides n on n.partition_id = p.partition_id and n.elector_id = p.elector_id
join sides o on o.partition_id = p.partition_id and o.elector_id = p.candidate_id
order by p.register_id desc, n.address, n.elector_id, o.elector_id
