-- Two in each home, of one surname; names fall off as real ones do. $1 $2 halves of surnames, $3 forenames.
with chosen as materialized (
  select h.partition_id, h.household_id, h.area_no, h.position,
    ($1::text[])[1 + floor(power(random(), 2) * 60)] || ($2::text[])[1 + floor(power(random(), 2) * 60)] as surname,
    ($3::text[])[1 + floor(power(random(), 2) * 60)] as first,
    ($3::text[])[1 + floor(power(random(), 2) * 60)] as second
  from household h order by h.household_id
)
insert into elector (partition_id, elector_id, area_no, household_id, kind, forenames, surname, name, name_key, forename_key,
  number, position)
overriding system value
select c.partition_id, c.household_id * 2 + who, c.area_no, c.household_id, 'ordinary', forename, surname,
  forename || ' ' || surname, lower(surname || ' ' || forename), lower(forename || ' ' || surname),
  d.letters || '-' || (c.position * 2 + who + 1), c.position
from chosen c
join district d using (area_no),
lateral (values (0, c.first), (1, c.second)) people (who, forename)
