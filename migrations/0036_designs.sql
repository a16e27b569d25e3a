-- What designs are dressed in: a party's colours and logo, and the boundaries that maps are drawn from. Of areas, not of people.
set local role hustings_owner;

create table material_brand (
  area_id bigint primary key references area,
  -- As it stands on what is printed: the party's registered name, or one that it is known by.
  party text not null check (length(party) between 1 and 120) check (party !~ '[[:cntrl:]]'),
  -- Letters stand on the first, in black or white as they are read best; the second is for rules and bands.
  colour text not null check (colour ~ '^#[0-9a-f]{6}$'),
  second text not null check (second ~ '^#[0-9a-f]{6}$'),
  -- Made anew from what was given.
  logo bytea check (octet_length(logo) between 1 and 3000000),
  logo_png boolean not null default true,
  changed_by uuid not null references account,
  changed_at timestamptz not null default statement_timestamp() check (isfinite(changed_at)) check (changed_at < '9999-12-31')
);

-- An area's outline, simplified: polygons of rings of degrees east and north.
create table area_boundary (
  area_id bigint primary key references area,
  shape jsonb not null check (jsonb_typeof(shape) = 'array' and length(shape::text) <= 400000),
  points integer not null check (points between 3 and 20000),
  changed_by uuid not null references account,
  changed_at timestamptz not null default statement_timestamp() check (isfinite(changed_at)) check (changed_at < '9999-12-31')
);

grant select (area_id, party, colour, second, logo, logo_png, changed_by, changed_at),
  insert (area_id, party, colour, second, logo, logo_png, changed_by),
  update (party, colour, second, logo, logo_png, changed_by, changed_at) on material_brand to hustings_organiser;
grant select (area_id, shape, points, changed_by, changed_at), insert (area_id, shape, points, changed_by),
  update (shape, points, changed_by, changed_at) on area_boundary to hustings_organiser;
grant select, delete on material_brand, area_boundary to hustings_wall;
do $$
declare
  held text;
begin
  foreach held in array array['material_brand', 'area_boundary'] loop
    execute format('alter table %I enable row level security', held);
    execute format('alter table %I force row level security', held);
    execute format('create policy organiser_reads on %I for select to hustings_organiser
      using (area_id = any ((select wall.contact_places())::bigint[]))', held);
    execute format('create policy organiser_adds on %I for insert to hustings_organiser
      with check (area_id = any ((select wall.contact_places())::bigint[]) and changed_by = (select wall.account()))', held);
    execute format('create policy organiser_changes on %I for update to hustings_organiser
      using (area_id = any ((select wall.contact_places())::bigint[]))
      with check (area_id = any ((select wall.contact_places())::bigint[]) and changed_by = (select wall.account())
        and wall.just_now(changed_at))', held);
  end loop;
end $$;
reset role;

-- The brand of an area: its own, or that of the smallest area that contains it. What a party looks like is no secret of one area's.
create function wall.brand_of(area bigint) returns table (area_id bigint, area_name text, party text, colour text, second text,
  logo bytea, logo_png boolean)
language sql stable security definer set search_path = '' as $$
  select b.area_id, a.name, b.party, b.colour, b.second, b.logo, b.logo_png
  from public.material_brand b join public.area a using (area_id)
  where (select wall."is"('organiser')) and brand_of.area = any ((select wall.contact_places())::bigint[])
    and brand_of.area = any (wall.areas_inside(b.area_id))
  order by b.area_id <> brand_of.area, a.kind = 'installation', cardinality(wall.areas_inside(b.area_id)), b.area_id
  limit 1
$$;

-- Takes an area's own brand or outline away. Whether it was there, and theirs.
create function wall.remove_brand(area bigint) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  if not (wall."is"('organiser') and remove_brand.area = any (wall.contact_places())) then
    return false;
  end if;
  delete from public.material_brand b where b.area_id = remove_brand.area;
  return found;
end
$$;
create function wall.remove_boundary(area bigint) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  if not (wall."is"('organiser') and remove_boundary.area = any (wall.contact_places())) then
    return false;
  end if;
  delete from public.area_boundary b where b.area_id = remove_boundary.area;
  return found;
end
$$;

do $$
declare
  f regprocedure;
begin
  for f in select p.oid::regprocedure from pg_proc p where p.pronamespace = 'wall'::regnamespace
    and pg_get_userbyid(p.proowner) <> 'hustings_wall' loop
    execute format('alter function %s owner to hustings_wall', f);
  end loop;
end $$;
grant execute on function wall.brand_of(bigint), wall.remove_brand(bigint), wall.remove_boundary(bigint) to hustings_organiser;
