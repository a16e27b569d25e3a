-- Whose forenames, or forenames and surname, begin so: from $2 and below $3, the other way round beginning with $4.
-- $1 districts, $5 at most.
select e.partition_id, e.elector_id, e.household_id, e.area_no, e.position, e.name_key
from elector e
where ($1::integer[] is null or e.area_no = any($1)) and e.forename_key >= $2 and e.forename_key < $3 and e.name_key ^@ $4
limit $5
