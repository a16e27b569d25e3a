-- Everybody with one of these intentions now, when only that filter was chosen.
-- $1 districts, $2 kind of election, $3 codes, $4 at most.
select e.partition_id, e.elector_id, e.household_id, e.area_no, e.position, e.name_key
from intention_now i
join elector e using (partition_id, elector_id)
where i.area_no = any($1::integer[]) and i.intention_kind = $2 and i.code = any($3::text[])
  and e.area_no = any($1::integer[])
  and e.left_at is null
limit $4
