-- Who lives at homes whose address, street and number, or postcode begins so.
-- $1 districts, $2 $3 address from and below, $4 $5 street from and below with $6 its number (−1: any) and $7 the
-- number's letter, $8 $9 postcode from and below, $10 the postcode that all of them must have ('': any), $11 at most.
with home as (
  select h.partition_id, h.household_id
  from unnest($2::text[], $3::text[]) w (low, high)
  join household h on h.address_key >= w.low and h.address_key < w.high
  where h.area_no = any($1::integer[]) and ($10::text = '' or h.postcode_key = $10::text)
  union
  select h.partition_id, h.household_id
  from unnest($4::text[], $5::text[], $6::integer[], $7::text[]) w (low, high, number, letter)
  join household h on h.street_key >= w.low and h.street_key < w.high
    and (w.number < 0 or h.number = w.number) and (w.letter = '' or lower(h.number_suffix) = w.letter)
  where h.area_no = any($1::integer[]) and ($10::text = '' or h.postcode_key = $10::text)
  union
  select h.partition_id, h.household_id
  from unnest($8::text[], $9::text[]) w (low, high)
  join household h on h.postcode_key >= w.low and h.postcode_key < w.high
  where h.area_no = any($1::integer[])
)
select e.partition_id, e.elector_id, e.household_id, e.area_no, e.position, e.name_key
from home join elector e using (partition_id, household_id)
where e.area_no = any($1::integer[])
limit $11
