-- Everybody on the register in a district, when only filters were chosen. $1 the district, $2 at most.
select e.partition_id, e.elector_id, e.household_id, e.area_no, e.position, e.name_key
from elector e
where e.area_no = $1 and e.number > ''
limit $2
