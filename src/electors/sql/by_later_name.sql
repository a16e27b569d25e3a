-- Whose surname has several words, and a later one begins so, with the forenames after it or beginning as $4 says: name by
-- name from $2 and below $3. $1 districts, $5 the beginning of the postcode that all of them must have ('': any), $6 at
-- most. The names come first, and then one home each by its key, as in by_name_within.sql.
with named as materialized (
  select e.partition_id, e.elector_id, e.household_id, e.area_no, e.position, e.name_key
  from unnest($2::text[], $3::text[], $4::text[]) n (begins, below, forename)
  cross join lateral (
    select * from (
      select l.partition_id, l.elector_id, l.household_id, l.area_no, l.position, l.name_key from elector l
      where ($1::integer[] is null or l.area_no = any($1)) and l.later_key <> '' and l.later_key >= n.begins and l.later_key < n.below
        and l.forename_key ^@ n.forename
      limit $6) later
    union all
    select * from (
      select l.partition_id, l.elector_id, l.household_id, l.area_no, l.position, l.name_key from elector l
      where ($1::integer[] is null or l.area_no = any($1)) and l.last_key <> '' and l.last_key >= n.begins and l.last_key < n.below
        and l.forename_key ^@ n.forename
      limit $6) last
  ) e
)
select n.partition_id as "partition_id!", n.elector_id as "elector_id!", n.household_id, n.area_no as "area_no!",
  n.position as "position!", n.name_key as "name_key!"
from named n
where $5 = '' or exists (
  select from household h
  where h.partition_id = n.partition_id and h.household_id = n.household_id
    and ($1::integer[] is null or h.area_no = any($1)) and h.postcode_key ^@ $5
  offset 0
)
limit $6
