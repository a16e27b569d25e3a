-- What is printed: runs, whom each was for, and its file for seven days.
set local role hustings_owner;

create table material_run (
  run_no bigint generated always as identity primary key,
  area_id bigint not null references area,
  kind text not null check (kind in ('letters', 'postcards', 'canvass-cards', 'labels', 'poll-cards', 'out-cards', 'leaflets',
    'posters', 'door-cards', 'pads', 'night-pack', 'round-sheets')),
  -- Of no person.
  title text not null check (length(title) between 1 and 120),
  -- The grant's.
  purpose text not null check (length(purpose) <= 200),
  state text not null default 'queued' check (state in ('queued', 'working', 'done', 'failed', 'stopped')),
  made_by uuid not null references account,
  grant_id uuid not null references access_grant,
  made_at timestamptz not null default now(),
  -- What it was made of, as it stood.
  selection_id uuid,
  selection_version integer,
  template_id uuid,
  template_version integer,
  partition_id integer,
  list_id bigint,
  list_version integer,
  settings jsonb not null default '{}' check (length(settings::text) <= 20000),
  -- As printed, a line each; runs keep it whatever becomes of the campaign.
  imprint text[] not null default '{}' check (length(array_to_string(imprint, ' ')) <= 2000),
  again_of bigint references material_run,
  -- Which press of a button asked for it: pressed twice, it is made once. Null: a form that bore no id.
  asked uuid unique,
  items integer not null check (items between 0 and 200000),
  people integer not null default 0 check (people between 0 and 200000),
  -- Parts that the press sets one after another, and how many are set.
  parts integer not null default 1 check (parts between 1 and 100000),
  done integer not null default 0,
  -- Who works on it: silent for a minute, it is taken up anew from the start.
  holder uuid,
  beat_at timestamptz,
  tries integer not null default 0,
  ended_at timestamptz,
  stopped_by uuid references account,
  failure text not null default '' check (length(failure) <= 300),
  pages integer,
  bytes integer,
  sha256 bytea check (length(sha256) = 32),
  -- Until when its file can be fetched; why it went before.
  file_until timestamptz,
  file_gone text not null default '' check (file_gone in ('', 'over', 'erased')),
  fetched integer not null default 0,
  foreign key (partition_id, list_id) references walk_list,
  -- What the public gets bears an imprint.
  check (cardinality(imprint) > 0 or kind in ('canvass-cards', 'labels', 'pads', 'night-pack', 'round-sheets'))
);
create index material_run_by_area on material_run (area_id, made_at desc);
create index material_run_by_selection on material_run (selection_id) where selection_id is not null;
create index material_run_open on material_run (made_at) where state in ('queued', 'working');

-- Whom it was for: which letter, label or line, as printed. Several people of one home may share one.
create table material_item (
  run_no bigint not null references material_run,
  item integer not null check (item > 0),
  partition_id integer not null,
  elector_id bigint not null,
  household_id bigint,
  area_no integer not null references district,
  -- It came back undelivered.
  returned_at timestamptz,
  returned_by uuid references account,
  primary key (run_no, item, partition_id, elector_id),
  foreign key (partition_id, elector_id) references elector
);
create index material_item_by_elector on material_item (partition_id, elector_id); -- an elector's history
create index material_item_returned on material_item (area_no, returned_at desc) where returned_at is not null; -- the last that came back

-- What the press is given, until it is done.
create table material_work (
  run_no bigint primary key references material_run,
  work bytea not null
);

-- The file, in pieces of a megabyte.
create table material_file (
  run_no bigint not null references material_run,
  piece integer not null,
  bytes bytea not null,
  primary key (run_no, piece)
);

grant select, insert (area_id, kind, title, purpose, made_by, grant_id, selection_id, selection_version, template_id, template_version,
  partition_id, list_id, list_version, settings, imprint, again_of, items, people, parts, asked) on material_run to hustings_organiser;
grant select, insert (run_no, item, partition_id, elector_id, household_id, area_no), update (returned_at, returned_by)
  on material_item to hustings_organiser;
grant insert on material_work to hustings_organiser;
grant select, update on material_run to hustings_wall;
grant select, update, delete on material_item to hustings_wall;
grant select, delete on material_work to hustings_wall;
grant select, insert, delete on material_file to hustings_wall;

alter table material_run enable row level security;
alter table material_run force row level security;
alter table material_item enable row level security;
alter table material_item force row level security;
alter table material_work enable row level security;
alter table material_work force row level security;
alter table material_file enable row level security;
alter table material_file force row level security;
reset role;

-- Is this run being made in this very transaction, by whoever acts? Whom it is for is fixed with it.
create function wall.run_being_made(run bigint) returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return exists (select from public.material_run r where r.run_no = run_being_made.run and r.made_at = now()
    and r.state = 'queued' and r.made_by = wall.account());
end
$$;

-- Erasures wait from here until this transaction is over, and then find what it keeps of people. Whether nobody of these was erased
-- while they were read.
create function wall.hold_for_run(partitions integer[], electors bigint[]) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  if not wall."is"('organiser') then
    return false;
  end if;
  perform wall.begin_answers(array(select distinct p from unnest(hold_for_run.partitions) p order by p));
  return not exists (select from unnest(hold_for_run.partitions, hold_for_run.electors) w (partition, elector)
    join public.elector e on e.partition_id = w.partition and e.elector_id = w.elector
    where e.erased_at is not null);
end
$$;

-- Is this the grant in use, and what it is for?
create function wall.works_under(grant_id uuid, purpose text) returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return exists (select from wall.in_use() u where u.grant_id = works_under.grant_id and u.purpose = works_under.purpose);
end
$$;

-- Stops a run; what it is made of goes. Whether it was still open.
create function wall.stop_run(run bigint) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  if not wall."is"('organiser') then
    return false;
  end if;
  update public.material_run r set state = 'stopped', ended_at = statement_timestamp(), stopped_by = wall.account(), holder = null
  where r.run_no = stop_run.run and r.state in ('queued', 'working') and r.area_id = any (wall.contact_places());
  if not found then
    return false;
  end if;
  delete from public.material_work w where w.run_no = stop_run.run;
  return true;
end
$$;

-- Why the file of a run may not be fetched; '' when it may. Whoever objected since it was made must not be written to or called on
-- from it, and with whoever was erased it went.
create function wall.why_no_file(run bigint) returns text
language plpgsql stable security definer set search_path = '' as $$
declare
  held public.material_run;
  here integer[] := wall.areas();
begin
  select r.* into held from public.material_run r where r.run_no = why_no_file.run and r.area_id = any (wall.contact_places());
  if not found or not wall."is"('organiser') then
    return 'none';
  end if;
  if held.state <> 'done' then
    return held.state;
  end if;
  if held.file_gone <> '' or held.file_until < statement_timestamp() then
    return case held.file_gone when '' then 'over' else held.file_gone end;
  end if;
  -- Whoever fetches it sees everybody in it: all of them must be theirs to see, now.
  if exists (select from public.material_item i where i.run_no = held.run_no and i.area_no <> all (here)) then
    return 'none';
  end if;
  -- From the objections, not from everybody in it. Nobody was in it who objected then, so that whoever objects now said so since,
  -- however long that took to be kept. Of each channel the newest word counts.
  if exists (
    select from public.objection o
    join public.material_item i on i.run_no = held.run_no and i.partition_id = o.partition_id and i.elector_id = o.elector_id
    where not o.withdrawn
      and (o.channel not in ('door', 'post', 'phone', 'email', 'text')
        or o.channel = case when held.kind in ('canvass-cards', 'pads', 'night-pack') then 'door' else 'post' end)
      and not exists (select from public.objection l where l.partition_id = o.partition_id and l.elector_id = o.elector_id
        and l.channel = o.channel and (l.at, l.objection_id) > (o.at, o.objection_id))) then
    return 'objected';
  end if;
  return '';
end
$$;

-- The file, piece by piece, and that it was fetched. None when it may not be.
create function wall.fetch_file(run bigint) returns table (piece integer, bytes bytea)
language plpgsql volatile security definer set search_path = '' as $$
begin
  if wall.why_no_file(fetch_file.run) <> '' then
    return;
  end if;
  update public.material_run r set fetched = r.fetched + 1 where r.run_no = fetch_file.run;
  return query select f.piece, f.bytes from public.material_file f where f.run_no = fetch_file.run order by f.piece;
end
$$;

-- ── The server's own press ─────────────────────────────────────────────────────────────────────────────────────────────

-- Internal: may this run go on? Whoever began it still has the access that they had, and Contact is open there.
create function wall.run_goes(grant_id uuid, area bigint) returns boolean
language sql stable security definer set search_path = '' as $$
  select not exists (select from public.lockdown l where l.tool = 'contact' and l.opened_at is null
      and (l.area_id is null or wall.meet(l.area_id, run_goes.area)))
    and exists (select from public.access_grant g where g.grant_id = run_goes.grant_id and g.ended_at is null
      and g.starts_at <= statement_timestamp() and g.ends_at > statement_timestamp())
$$;

-- Stops what nobody may have any more, and takes away files whose time is over. Answers whether there is work.
create function wall.keep_runs() returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  if exists (select from public.material_run r where r.state in ('queued', 'working')) then
    with over as (
      update public.material_run r set state = 'stopped', ended_at = statement_timestamp(), holder = null,
        failure = 'The access of whoever began it ended.'
      where r.state in ('queued', 'working') and not exists (select from public.access_grant g where g.grant_id = r.grant_id
        and g.ended_at is null and g.ends_at > statement_timestamp())
      returning r.run_no)
    delete from public.material_work w using over o where w.run_no = o.run_no;
  end if;
  with over as (
    update public.material_run r set file_gone = 'over'
    where r.state = 'done' and r.file_gone = '' and r.file_until < statement_timestamp() returning r.run_no)
  delete from public.material_file f using over o where f.run_no = o.run_no;
  return exists (select from public.material_run r where (r.state = 'queued'
    or (r.state = 'working' and r.beat_at < statement_timestamp() - interval '1 minute')) and wall.run_goes(r.grant_id, r.area_id));
end
$$;

-- Takes the oldest run that waits, or whose holder fell silent. After three tries it is given up: it brings the press down.
create function wall.take_run(holder uuid) returns table (run_no bigint, work bytea)
language plpgsql volatile security definer set search_path = '' as $$
declare
  taken bigint;
begin
  with lost as (
    update public.material_run r set state = 'failed', ended_at = statement_timestamp(), holder = null,
      failure = 'It stopped three times on its way. Make fewer at a time.'
    where r.state = 'working' and r.tries >= 3 and r.beat_at < statement_timestamp() - interval '1 minute' returning r.run_no)
  delete from public.material_work w using lost l where w.run_no = l.run_no;
  select r.run_no into taken from public.material_run r
  where (r.state = 'queued' or (r.state = 'working' and r.beat_at < statement_timestamp() - interval '1 minute'))
    and wall.run_goes(r.grant_id, r.area_id)
  order by r.made_at, r.run_no limit 1 for update skip locked;
  if taken is null then
    return;
  end if;
  update public.material_run r set state = 'working', holder = take_run.holder, beat_at = statement_timestamp(), done = 0,
    tries = r.tries + 1
  where r.run_no = taken;
  return query select w.run_no, w.work from public.material_work w where w.run_no = taken;
end
$$;

-- How far it is. False: stop, it is nobody's or somebody else's now.
create function wall.beat_run(run bigint, holder uuid, done integer) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  update public.material_run r set beat_at = statement_timestamp(), done = greatest(r.done, beat_run.done)
  where r.run_no = beat_run.run and r.state = 'working' and r.holder = beat_run.holder and wall.run_goes(r.grant_id, r.area_id);
  return found;
end
$$;

-- Keeps a piece of the file: it is there for others only once `finish_run` commits in the same transaction.
create function wall.keep_piece(run bigint, holder uuid, piece integer, bytes bytea) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  insert into public.material_file (run_no, piece, bytes)
  select r.run_no, keep_piece.piece, keep_piece.bytes from public.material_run r
  where r.run_no = keep_piece.run and r.state = 'working' and r.holder = keep_piece.holder;
  return found;
end
$$;

-- It is done: its file is there for seven days.
create function wall.finish_run(run bigint, holder uuid, pages integer, bytes integer, sha256 bytea) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  update public.material_run r set state = 'done', done = r.parts, ended_at = statement_timestamp(), holder = null,
    pages = finish_run.pages, bytes = finish_run.bytes, sha256 = finish_run.sha256,
    file_until = statement_timestamp() + interval '7 days'
  where r.run_no = finish_run.run and r.state = 'working' and r.holder = finish_run.holder and wall.run_goes(r.grant_id, r.area_id);
  if not found then
    return false;
  end if;
  delete from public.material_work w where w.run_no = finish_run.run;
  return true;
end
$$;

-- It cannot be made; nothing half-made is offered.
create function wall.fail_run(run bigint, holder uuid, why text) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  update public.material_run r set state = 'failed', ended_at = statement_timestamp(), holder = null, failure = left(why, 300)
  where r.run_no = fail_run.run and r.state = 'working' and r.holder = fail_run.holder;
  if not found then
    return false;
  end if;
  delete from public.material_work w where w.run_no = fail_run.run;
  return true;
end
$$;

-- Left for another try at once: the server stops.
create function wall.leave_run(run bigint, holder uuid) returns void
language sql volatile security definer set search_path = '' as $$
  update public.material_run r set state = 'queued', holder = null, tries = greatest(r.tries - 1, 0), done = 0
  where r.run_no = leave_run.run and r.state = 'working' and r.holder = leave_run.holder
$$;

-- Internal: files and work in which somebody stands who was erased.
create function wall.take_runs_away(runs bigint[]) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  update public.material_run r set state = 'stopped', ended_at = statement_timestamp(), holder = null,
    failure = 'Somebody in it was erased. Make it again.'
  where r.run_no = any (runs) and r.state in ('queued', 'working');
  update public.material_run r set file_gone = 'erased' where r.run_no = any (runs) and r.state = 'done' and r.file_gone = '';
  delete from public.material_file f where f.run_no = any (runs);
  delete from public.material_work w where w.run_no = any (runs);
end
$$;

-- Internal: what people are on goes with them: their lines, and every file and work that they stand in.
create function wall.erase_materials(partition integer, records bigint[]) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform wall.take_runs_away(array(select distinct i.run_no from public.material_item i
    where i.partition_id = erase_materials.partition and i.elector_id = any (records)));
  delete from public.material_item i where i.partition_id = erase_materials.partition and i.elector_id = any (records);
end
$$;

-- Internal: a night-before pack names whoever helps without a line for each of them, so that every pack of where they help goes.
create function wall.erase_from_packs(persons uuid[]) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform wall.take_runs_away(array(select r.run_no from public.material_run r
    where r.kind = 'night-pack' and (r.state in ('queued', 'working') or (r.state = 'done' and r.file_gone = ''))
      and exists (select from public.person p where p.person_id = any (persons) and wall.meet(p.area_id, r.area_id))));
end
$$;

-- Internal: what was printed for people goes where they live now, and with a record that turned out to be theirs.
create function wall.materials_follow(partition integer) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  if exists (select from public.material_item i where i.partition_id = materials_follow.partition) then
    update public.material_item i set area_no = e.area_no from public.elector e
    where i.partition_id = materials_follow.partition and e.partition_id = i.partition_id and e.elector_id = i.elector_id
      and i.area_no <> e.area_no;
  end if;
end
$$;
create function wall.materials_follow_pair(partition integer, elector bigint, candidate bigint, new_area integer) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  delete from public.material_item i using public.material_item o
  where i.partition_id = materials_follow_pair.partition and i.elector_id = candidate and o.run_no = i.run_no and o.item = i.item
    and o.partition_id = i.partition_id and o.elector_id = materials_follow_pair.elector;
  update public.material_item i set elector_id = materials_follow_pair.elector, area_no = materials_follow_pair.new_area
  where i.partition_id = materials_follow_pair.partition and i.elector_id = candidate;
end
$$;

-- Internal: what was printed for somebody, for their own file.
create function wall.file_materials(partition integer, records bigint[]) returns jsonb
language sql stable security definer set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object('at', r.made_at, 'what', r.kind, 'title', r.title, 'state', r.state,
    'came_back', i.returned_at) order by r.made_at desc), '[]')
  from public.material_item i join public.material_run r using (run_no)
  where i.partition_id = file_materials.partition and i.elector_id = any (records)
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
grant execute on function wall.run_being_made(bigint), wall.hold_for_run(integer[], bigint[]), wall.works_under(uuid, text), wall.stop_run(bigint), wall.why_no_file(bigint), wall.fetch_file(bigint)
  to hustings_organiser;
grant execute on function wall.keep_runs(), wall.take_run(uuid), wall.beat_run(bigint, uuid, integer),
  wall.keep_piece(bigint, uuid, integer, bytea), wall.finish_run(bigint, uuid, integer, integer, bytea),
  wall.fail_run(bigint, uuid, text), wall.leave_run(bigint, uuid) to hustings_door;

set local role hustings_owner;
create policy organiser_reads on material_run for select to hustings_organiser
  using (area_id = any ((select wall.contact_places())::bigint[]));
create policy organiser_makes on material_run for insert to hustings_organiser
  with check (area_id = any ((select wall.contact_places())::bigint[]) and made_by = (select wall.account())
    and wall.works_under(material_run.grant_id, material_run.purpose));
create policy organiser_reads on material_item for select to hustings_organiser
  using (area_no = any ((select wall.areas())::integer[]));
create policy organiser_adds on material_item for insert to hustings_organiser
  with check (area_no = any ((select wall.areas())::integer[]) and wall.run_being_made(material_item.run_no)
    and exists (select from elector e where e.partition_id = material_item.partition_id
      and e.elector_id = material_item.elector_id and e.area_no = material_item.area_no));
create policy organiser_returns on material_item for update to hustings_organiser
  using (area_no = any ((select wall.areas())::integer[]))
  with check (area_no = any ((select wall.areas())::integer[])
    and ((returned_at is null and returned_by is null) or (returned_by = (select wall.account()) and wall.just_now(returned_at))));
create policy organiser_gives on material_work for insert to hustings_organiser
  with check (wall.run_being_made(material_work.run_no));
reset role;
