-- Who lives in streets that begin so, from $2 and below $3, at the number $4 (−1: any) with the letter $5 ('': any).
-- $1 districts, $6 the beginning of the postcode that all of them must have ('': any), $7 at most. $8 and $9: how their
-- names must begin, surname first and forename first, pair by pair (none: anybody).
select e.partition_id, e.elector_id, e.household_id, e.area_no, e.position, e.name_key
from household h join elector e using (partition_id, household_id)
where ($1::integer[] is null or h.area_no = any($1)) and h.street_key >= $2 and h.street_key < $3
  and ($4::integer < 0 or h.number = $4) and ($5 = '' or lower(h.number_suffix) = $5)
  and h.postcode_key ^@ $6 and ($1::integer[] is null or e.area_no = any($1))
  and (cardinality($8::text[]) = 0 or exists (
    select from unnest($8::text[], $9::text[]) n (surname, forename)
    where (e.name_key ^@ n.surname or e.later_key ^@ n.surname or e.last_key ^@ n.surname)
      and e.forename_key ^@ n.forename))
limit $7
