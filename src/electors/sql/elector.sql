-- The person $2 of the partition $1 with home, district, wards and the last register that held them.
select e.name, e.number, e.kind, e.attains_on, e.markers, e.area_no, e.household_id, e.left_at,
  trim(d.letters || ' ' || d.name) as "district!", h.address as "address?", h.postcode,
  g.name as "authority?", g.published as "published?",
  array(select a.name from area_district ad join area a using (area_id)
        where ad.area_no = e.area_no and a.kind = 'ward' and ad.from_date <= current_date
          and ad.until_date > current_date order by a.name) as "wards!"
from elector e
join district d using (area_no)
left join household h on h.partition_id = e.partition_id and h.household_id = e.household_id
left join lateral (
  select u.name, r.published from register_entry t
  join register r using (partition_id, register_id) join authority u using (partition_id)
  where t.partition_id = e.partition_id and t.elector_id = e.elector_id
  order by r.published desc, r.register_id desc limit 1) g on true
where e.partition_id = $1 and e.elector_id = $2
