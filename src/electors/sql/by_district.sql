-- Everybody in the districts, when only filters were chosen. $1 districts, $2 at most.
select e.partition_id, e.elector_id, e.household_id, e.area_no, e.position, e.name_key
from elector e
where e.area_no = any($1::integer[]) and e.number > ''
limit $2
