-- For each of the accounts $1 a list of $3 homes side by side in the districts of area $2, theirs for a day.
with account as (
  select account_id, n - 1 as n from unnest($1::uuid[]) with ordinality t (account_id, n)
), home as (
  select h.partition_id, h.household_id, h.area_no, h.street, h.number, (row_number() over w - 1) / $3 as n,
    ((row_number() over w - 1) % $3 + 1)::integer as place
  from household h join area_district a using (area_no)
  where a.area_id = $2
  window w as (order by h.household_id)
), chosen as materialized (
  select home.*, account_id from home join account using (n)
), list as (
  insert into walk_list (partition_id, list_id, name, area_no, intention_kind, side_order, show_last, doors, electors)
  overriding system value
  select min(partition_id), 1000 + n, 'List ' || n, min(area_no), 'national', 'odds-then-evens', true, count(*), count(*) * 2
  from chosen group by n
  returning partition_id, list_id
), door as (
  insert into walk_list_door (partition_id, list_id, version, place, household_id, area_no, street, side)
  select partition_id, 1000 + n, 1, place, household_id, area_no, street, case number % 2 when 1 then 'odd' else 'even' end
  from chosen
), elector as (
  insert into walk_list_elector (partition_id, list_id, version, household_id, elector_id, place, area_no)
  select c.partition_id, 1000 + n, 1, c.household_id, e.elector_id, (e.elector_id % 2)::integer + 1, c.area_no
  from chosen c join elector e using (partition_id, household_id)
), given as (
  insert into assignment (partition_id, list_id, assignment_id, account_id, ends_at)
  select distinct on (n) partition_id, 1000 + n, gen_random_uuid(), account_id, now() + interval '1 day' from chosen
)
select min(partition_id), 1000 + n, array_agg(household_id order by place) from chosen group by n order by n
