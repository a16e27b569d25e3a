-- Who lives where the postcode begins so: from $2 and below $3. $1 districts, $4 at most.
select e.partition_id, e.elector_id, e.household_id, e.area_no, e.position, e.name_key
from household h join elector e using (partition_id, household_id)
where ($1::integer[] is null or h.area_no = any($1)) and h.postcode_key >= $2 and h.postcode_key < $3
  and ($1::integer[] is null or e.area_no = any($1))
limit $4
