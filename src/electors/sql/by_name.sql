-- Whose surname or forenames begin so. Each pair of words is tried by the index of its longer half; the other half is
-- a filter. Ranges instead of ^@ on the indexed half: PostgreSQL derives an index condition from ^@ for constants only.
-- $1 districts, $2 $3 surname from and below with $4 the forenames' beginning, $5 $6 $7 the other way round, $8 at most.
select e.partition_id as "partition_id!", e.elector_id as "elector_id!", e.household_id, e.area_no as "area_no!",
  e.position as "position!", e.name_key as "name_key!"
from unnest($2::text[], $3::text[], $4::text[]) w (low, high, other)
join elector e on e.name_key >= w.low and e.name_key < w.high and e.forename_key ^@ w.other
where e.area_no = any($1::integer[])
union
select e.partition_id, e.elector_id, e.household_id, e.area_no, e.position, e.name_key
from unnest($5::text[], $6::text[], $7::text[]) w (low, high, other)
join elector e on e.forename_key >= w.low and e.forename_key < w.high and e.name_key ^@ w.other
where e.area_no = any($1::integer[])
limit $8
