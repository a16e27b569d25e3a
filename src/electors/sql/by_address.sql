-- Who lives where the address begins so: from $2 and below $3. $1 districts, $4 the postcode that all of them must have
-- ('': any), $5 at most.
select e.partition_id, e.elector_id, e.household_id, e.area_no, e.position, e.name_key
from household h join elector e using (partition_id, household_id)
where h.area_no = any($1::integer[]) and h.address_key >= $2 and h.address_key < $3
  and ($4 = '' or h.postcode_key = $4) and e.area_no = any($1::integer[])
limit $5
