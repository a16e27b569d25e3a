-- Whose forenames, or forenames and surname, begin so, from $2 and below $3, the other way round beginning with
-- $4, and whose postcode begins with $5. The names come first, and then one home each by its key: a postcode's beginning
-- may hold a whole town. $1 districts, $6 at most.
with named as materialized (
  select e.partition_id, e.elector_id, e.household_id, e.area_no, e.position, e.name_key
  from elector e
  where ($1::integer[] is null or e.area_no = any($1)) and e.forename_key >= $2 and e.forename_key < $3 and e.name_key ^@ $4
)
select n.partition_id, n.elector_id, n.household_id, n.area_no, n.position, n.name_key
from named n cross join lateral (
  select from household h
  where h.partition_id = n.partition_id and h.household_id = n.household_id
    and ($1::integer[] is null or h.area_no = any($1)) and h.postcode_key ^@ $5
  offset 0
) h
limit $6
