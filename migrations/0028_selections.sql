-- Selections: which electors, as rules. A selection holds rules and a name, and nobody: whoever it finds is found anew each time. Its
-- versions never change, so that what was made from one can be told afterwards.
set local role hustings_owner;

create table selection (
  selection_id uuid primary key,
  area_id bigint not null references area,
  name text not null check (length(name) between 1 and 120) check (name !~ '[[:cntrl:]]'),
  -- The newest of its versions.
  version integer not null default 1 check (version between 1 and 100000),
  made_by uuid references account,
  made_at timestamptz not null default statement_timestamp(),
  -- Taken off the page; what was made from it still names it.
  ended_at timestamptz check (isfinite(ended_at)) check (ended_at < '9999-12-31'),
  ended_by uuid references account
);
-- One name is one selection, in whatever case.
create unique index selection_one_a_name on selection (area_id, lower(name)) where ended_at is null;

create table selection_version (
  selection_id uuid not null references selection,
  version integer not null check (version >= 1),
  name text not null check (length(name) between 1 and 120) check (name !~ '[[:cntrl:]]'),
  -- The tree (src/selections/rule.rs), as it was checked.
  rules jsonb not null check (jsonb_typeof(rules) = 'object' and length(rules::text) <= 100000),
  -- How much it was when it was kept: counts, of nobody.
  doors integer not null default 0 check (doors >= 0),
  electors integer not null default 0 check (electors >= 0),
  made_by uuid references account,
  made_at timestamptz not null default statement_timestamp(),
  primary key (selection_id, version)
);

grant select (selection_id, area_id, name, version, made_by, made_at, ended_at, ended_by),
  insert (selection_id, area_id, name, made_by), update (name, version, ended_at, ended_by) on selection to hustings_organiser;
grant select (selection_id, version, name, rules, doors, electors, made_by, made_at),
  insert (selection_id, version, name, rules, doors, electors, made_by) on selection_version to hustings_organiser;
grant select on selection, selection_version to hustings_wall;

alter table selection enable row level security;
alter table selection force row level security;
alter table selection_version enable row level security;
alter table selection_version force row level security;
reset role;

-- The areas wholly inside the area in use, for an organiser while Contact is open: as wall.places, which closes with Organise.
create function wall.contact_places() returns bigint[]
language plpgsql stable security definer set search_path = '' as $$
declare
  narrowed bigint := substring(current_setting('app.area', true) from '^[0-9]{1,18}$')::bigint;
  whole bigint;
begin
  if narrowed is null or not wall.open('contact') then
    return '{}';
  end if;
  select u.area_id into whole from wall.in_use() u where u.role = 'organiser';
  if whole is null then
    return '{}';
  elsif narrowed = whole then
    return wall.areas_inside(whole);
  end if;
  return array(select unnest(wall.areas_inside(narrowed)) intersect select unnest(wall.areas_inside(whole)));
end
$$;

-- Whoever on the register in these districts stopped one of these channels. An objection follows the person, whatever district it was
-- made in: so it is asked of the person's own, among the authorities that the districts are of.
create function wall.stopped_here(areas integer[], channels text[]) returns table (elector_id bigint)
language sql stable security definer set search_path = '' as $$
  select distinct o.elector_id from public.standing_objection o
  join public.elector e on e.partition_id = o.partition_id and e.elector_id = o.elector_id
  where o.partition_id = any (array(select d.partition_id from public.district d where d.area_no = any (stopped_here.areas)))
    and o.channel = any (stopped_here.channels) and e.left_at is null and e.area_no = any (stopped_here.areas)
    and (e.area_no = any ((select wall.areas())::integer[]) or (select wall.operator()))
$$;

-- Everybody invented in these districts, for the server's own login alone, as wall.invented: no count tells of them.
create function wall.invented_in(areas integer[]) returns table (elector_id bigint)
language sql stable security definer set search_path = '' as $$
  select c.elector_id from public.canary c
  join public.elector e on e.partition_id = c.partition_id and e.elector_id = c.elector_id
  where e.area_no = any (invented_in.areas)
$$;

-- What a version of a selection is called, for whoever reads an export of it: ids are random, and who knows one has read the row.
create function wall.selection_name(selection uuid, version integer) returns text
language sql stable security definer set search_path = '' as $$
  select v.name from public.selection_version v
  where v.selection_id = selection_name.selection and v.version = selection_name.version
    and (wall.operator() or exists (select from wall.in_use() u where u.role in ('organiser', 'data-protection-officer')))
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
grant execute on function wall.contact_places(), wall.stopped_here(integer[], text[]) to hustings_organiser;
grant execute on function wall.selection_name(uuid, integer) to hustings_organiser, hustings_protection;
grant execute on function wall.invented_in(integer[]) to hustings_door;

set local role hustings_owner;
create policy organiser_reads on selection for select to hustings_organiser
  using (area_id = any ((select wall.contact_places())::bigint[]));
create policy organiser_keeps on selection for insert to hustings_organiser
  with check (area_id = any ((select wall.contact_places())::bigint[]) and made_by = (select wall.account()));
-- What was taken away stays away.
create policy organiser_changes on selection for update to hustings_organiser
  using (area_id = any ((select wall.contact_places())::bigint[]) and ended_at is null)
  with check (area_id = any ((select wall.contact_places())::bigint[])
    and (ended_at is null or (wall.just_now(ended_at) and ended_by = (select wall.account()))));
create policy organiser_reads on selection_version for select to hustings_organiser
  using (exists (select from selection s where s.selection_id = selection_version.selection_id));
-- Only the newest is added, and once: its number is taken with the row of the selection.
create policy organiser_keeps on selection_version for insert to hustings_organiser
  with check (made_by = (select wall.account()) and exists (select from selection s
    where s.selection_id = selection_version.selection_id and s.version = selection_version.version and s.ended_at is null));
reset role;
