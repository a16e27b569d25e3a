-- Who lives where the address begins so: from $2 and below $3. $1 districts, $4 the beginning of the postcode that all of
-- them must have ('': any), $5 at most. $6 and $7: how their names must begin, surname first and forename first, pair by
-- pair (none: anybody).
select e.partition_id, e.elector_id, e.household_id, e.area_no, e.position, e.name_key
from household h join elector e using (partition_id, household_id)
where ($1::integer[] is null or h.area_no = any($1)) and h.address_key >= $2 and h.address_key < $3
  and h.postcode_key ^@ $4 and ($1::integer[] is null or e.area_no = any($1))
  and (cardinality($6::text[]) = 0 or exists (
    select from unnest($6::text[], $7::text[]) n (surname, forename)
    where (e.name_key ^@ n.surname or e.later_key ^@ n.surname or e.last_key ^@ n.surname)
      and e.forename_key ^@ n.forename))
limit $5
