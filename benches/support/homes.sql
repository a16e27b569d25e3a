-- $1 homes, as many in each district, forty a street; an address is the only one of its kind in its authority.
with place as (
  select partition_id, area_no, letters, row_number() over (order by area_no) - 1 as n, count(*) over () as districts
  from district
), spread as (
  select g.n, g.n * districts / $1 as district, g.n - (g.n * districts / $1) * $1 / districts as within
  from generate_series(0, $1 - 1) as g (n), (select count(*) as districts from district) d
)
insert into household (partition_id, household_id, area_no, lines, address, postcode, address_key, street_key, postcode_key,
  street, number, position)
overriding system value
select place.partition_id, spread.n + 1, place.area_no, array[number || ' ' || street, 'Ward ' || letters],
  number || ' ' || street || ', Ward ' || letters, postcode, number || ' ' || lower(street) || ' ward ' || lower(letters),
  lower(street), lower(replace(postcode, ' ', '')), street, number, within
from spread
join place on place.n = spread.district,
lateral (select (within % 40 + 1)::integer as number,
  (array['Larkspur', 'Tannery', 'Quarry', 'Ferry', 'Orchard', 'Mill', 'Harbour', 'Rope', 'Lantern', 'Anchor', 'Quill',
    'Saddler'])[(within / 40 + place.n) % 12 + 1] || ' ' || chr((65 + within / 480 % 26)::integer)
    || (array['sett Row', 'nham Walk', 'wen Road', 'stead Close', 'by Lane'])[place.n % 5 + 1] as street,
  'ZZ' || (place.n % 99 + 1) || ' ' || (within / 20 % 9 + 1) || chr((65 + within / 180 % 20)::integer)
    || chr((65 + place.n % 20)::integer) as postcode) made
