-- Who has this number in the register in force. $1 districts, $2 numbers, $3 at most.
select e.partition_id, e.elector_id, e.household_id, e.area_no, e.position, e.name_key
from elector e
where ($1::integer[] is null or e.area_no = any($1)) and e.number = any($2::text[])
limit $3
