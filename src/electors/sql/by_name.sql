-- Whose surname, or surname and forenames, begin so: from $2 and below $3, the other way round beginning with $4.
-- A range and not ^@ on the indexed half: PostgreSQL derives an index condition from ^@ for constants only, and a
-- prepared statement's values need not be that. $1 districts, $5 at most.
select e.partition_id, e.elector_id, e.household_id, e.area_no, e.position, e.name_key
from elector e
where ($1::integer[] is null or e.area_no = any($1)) and e.name_key >= $2 and e.name_key < $3 and e.forename_key ^@ $4
limit $5
