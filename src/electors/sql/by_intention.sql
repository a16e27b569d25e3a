-- Everybody with one of these intentions now, when only that filter was chosen: the intentions first, by their index.
-- $1 districts, $2 kind of election, $3 codes, $4 at most.
with wanted as materialized (
  select i.partition_id, i.elector_id from intention_now i
  where ($1::integer[] is null or i.area_no = any($1)) and i.intention_kind = $2 and i.code = any($3::text[])
)
select e.partition_id, e.elector_id, e.household_id, e.area_no, e.position, e.name_key
from wanted join elector e using (partition_id, elector_id)
where ($1::integer[] is null or e.area_no = any($1)) and e.left_at is null
limit $4
