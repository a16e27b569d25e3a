-- Templates of what is printed, in versions that never change, and the pictures in them. They are of nobody: names come in when
-- something is made. One without an area is the whole organisation's: everybody uses it, and only whoever works everywhere changes it.
set local role hustings_owner;

create table material_template (
  template_id uuid primary key,
  -- Null: the whole organisation's.
  area_id bigint references area,
  kind text not null check (kind in ('letters', 'postcards', 'canvass-cards', 'labels', 'poll-cards', 'out-cards', 'leaflets',
    'posters', 'door-cards', 'pads', 'night-pack', 'round-sheets')),
  name text not null check (length(name) between 1 and 80) check (name !~ '[[:cntrl:]]'),
  -- The newest.
  version integer not null default 1 check (version between 1 and 100000),
  -- How many pictures it was ever given: a number means one picture for good, whatever is taken out.
  pictures smallint not null default 0 check (pictures between 0 and 999),
  made_by uuid not null references account,
  made_at timestamptz not null default statement_timestamp(),
  -- Not offered any more: what was made of it stays on record.
  ended_at timestamptz check (isfinite(ended_at)) check (ended_at < '9999-12-31')
);
create unique index material_template_by_name on material_template (coalesce(area_id, 0), kind, lower(name)) where ended_at is null;

create table material_template_version (
  template_id uuid not null references material_template,
  version integer not null check (version between 1 and 100000),
  -- What its kind makes of it (src/materials/letters/text.rs, …).
  content jsonb not null check (length(content::text) <= 60000),
  made_by uuid not null references account,
  made_at timestamptz not null default statement_timestamp(),
  primary key (template_id, version)
);

-- As printed, made anew from what was given.
create table material_picture (
  template_id uuid not null references material_template,
  picture_no smallint not null check (picture_no between 1 and 999),
  -- For whoever cannot see it.
  shows text not null check (length(shows) between 1 and 200),
  png boolean not null,
  width integer not null check (width between 1 and 4000),
  height integer not null check (height between 1 and 4000),
  bytes bytea not null check (octet_length(bytes) between 1 and 3000000),
  primary key (template_id, picture_no)
);

grant select (template_id, area_id, kind, name, version, pictures, made_by, made_at, ended_at),
  insert (template_id, area_id, kind, name, made_by), update (name, version, pictures, ended_at)
  on material_template to hustings_organiser;
grant select (template_id, version, content, made_by, made_at), insert (template_id, version, content, made_by)
  on material_template_version to hustings_organiser;
grant select (template_id, picture_no, shows, png, width, height, bytes),
  insert (template_id, picture_no, shows, png, width, height, bytes) on material_picture to hustings_organiser;
grant select on material_template to hustings_wall;
grant select, delete on material_picture to hustings_wall;

-- What was written to people of an area, whoever had it made.
create index material_item_by_area on material_item (area_no, run_no);

do $$
declare
  held text;
begin
  foreach held in array array['material_template', 'material_template_version', 'material_picture'] loop
    execute format('alter table %I enable row level security', held);
    execute format('alter table %I force row level security', held);
  end loop;
end $$;
reset role;

-- Internal: may whoever acts change this one? Their own area's, or the whole organisation's from everywhere.
create function wall.keeps_template(template uuid) returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return wall."is"('organiser') and exists (select from public.material_template t where t.template_id = keeps_template.template
    and t.ended_at is null
    and (t.area_id = any (wall.contact_places()) or (t.area_id is null and wall.works_everywhere())));
end
$$;

-- Is the area in use everywhere?
create function wall.works_everywhere() returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return exists (select from public.area a where a.kind = 'installation' and a.area_id = any (wall.contact_places()));
end
$$;

-- The areas with templates that the area in use lies wholly inside: theirs are used there too, and changed by whoever keeps them.
create function wall.areas_around() returns bigint[]
language plpgsql stable security definer set search_path = '' as $$
declare
  narrowed bigint := substring(current_setting('app.area', true) from '^[0-9]{1,18}$')::bigint;
begin
  if narrowed is null or narrowed <> all (wall.contact_places()) then
    return '{}';
  end if;
  return array(select h.area_id from (select distinct t.area_id from public.material_template t where t.area_id is not null) h
    where narrowed = any (wall.areas_inside(h.area_id)));
end
$$;

-- Takes a picture out for good. Whether it was there, and theirs to take.
create function wall.remove_template_picture(template uuid, picture smallint) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  if not wall.keeps_template(remove_template_picture.template) then
    return false;
  end if;
  delete from public.material_picture p where p.template_id = remove_template_picture.template
    and p.picture_no = remove_template_picture.picture;
  return found;
end
$$;

-- What was written to somebody of the area in use. Whoever works in a district learns of it too where an area around theirs had it made:
-- which kind, when, and whether it came back. What it was called, and by whom it was made, they read where they may read the run.
create function wall.written_to(partition integer, elector bigint, kinds text[])
  returns table (run_no bigint, kind text, made_at timestamptz, returned_at timestamptz)
language sql stable security definer set search_path = '' as $$
  select r.run_no, r.kind, r.made_at, i.returned_at
  from public.material_item i join public.material_run r on r.run_no = i.run_no
  where i.partition_id = written_to.partition and i.elector_id = written_to.elector and r.state = 'done'
    and r.kind = any (written_to.kinds) and (i.area_no = any ((select wall.areas())::integer[]) or (select wall.operator()))
  order by r.run_no desc limit 50
$$;

-- The same of everybody in districts of the area in use, since a moment; null: ever. A file that nobody has any more was made all the same.
create function wall.written_in(areas integer[], kinds text[], since timestamptz) returns table (elector_id bigint)
language sql stable security definer set search_path = '' as $$
  select i.elector_id from public.material_item i join public.material_run r on r.run_no = i.run_no
  where i.area_no = any (written_in.areas) and (i.area_no = any ((select wall.areas())::integer[]) or (select wall.operator()))
    and r.state = 'done' and r.kind = any (written_in.kinds)
    and (written_in.since is null or r.made_at > written_in.since)
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
grant execute on function wall.keeps_template(uuid), wall.works_everywhere(), wall.areas_around(),
  wall.remove_template_picture(uuid, smallint), wall.written_to(integer, bigint, text[]),
  wall.written_in(integer[], text[], timestamptz) to hustings_organiser;

set local role hustings_owner;
create policy organiser_reads on material_template for select to hustings_organiser
  using (area_id is null or area_id = any ((select wall.contact_places())::bigint[])
    or area_id = any ((select wall.areas_around())::bigint[]));
create policy organiser_adds on material_template for insert to hustings_organiser
  with check (made_by = (select wall.account())
    and (area_id = any ((select wall.contact_places())::bigint[]) or (area_id is null and (select wall.works_everywhere()))));
create policy organiser_changes on material_template for update to hustings_organiser
  using (ended_at is null and (area_id = any ((select wall.contact_places())::bigint[]) or (area_id is null and (select wall.works_everywhere()))))
  with check (area_id = any ((select wall.contact_places())::bigint[]) or (area_id is null and (select wall.works_everywhere())));
create policy organiser_reads on material_template_version for select to hustings_organiser
  using (exists (select from material_template t where t.template_id = material_template_version.template_id));
-- Only the newest is added, and once: its number is taken with the row of the template.
create policy organiser_adds on material_template_version for insert to hustings_organiser
  with check (made_by = (select wall.account()) and wall.keeps_template(material_template_version.template_id)
    and exists (select from material_template t where t.template_id = material_template_version.template_id
      and t.version = material_template_version.version));
create policy organiser_reads on material_picture for select to hustings_organiser
  using (exists (select from material_template t where t.template_id = material_picture.template_id));
create policy organiser_adds on material_picture for insert to hustings_organiser
  with check (wall.keeps_template(material_picture.template_id));
reset role;
