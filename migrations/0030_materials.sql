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
  -- When it was last taken: whose last one began longest ago is next.
  began_at timestamptz,
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
create index material_run_by_maker on material_run (made_by, began_at) where began_at is not null; -- whose turn it is
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
  returned_at timestamptz check (isfinite(returned_at)) check (returned_at < '9999-12-31'),
  returned_by uuid references account,
  primary key (run_no, item, partition_id, elector_id),
  foreign key (partition_id, elector_id) references elector
);
create index material_item_by_elector on material_item (partition_id, elector_id); -- an elector's history
create index material_item_returned on material_item (area_no, returned_at desc) where returned_at is not null; -- the last that came back

-- Who of Organise is named in it, and whether their telephone stands beside the name. A run of the register names none of them.
create table material_person (
  run_no bigint not null references material_run,
  person_id uuid not null references person on delete cascade,
  rung boolean not null,
  primary key (run_no, person_id)
);
create index material_person_by_person on material_person (person_id); -- what goes with whoever is erased

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
grant select (run_no, person_id), insert (run_no, person_id, rung) on material_person to hustings_organiser;
grant insert on material_work to hustings_organiser;
grant select, update on material_run to hustings_wall;
grant select, update, delete on material_item to hustings_wall;
grant select, delete on material_person to hustings_wall;
grant select, delete on material_work to hustings_wall;
grant select, insert, delete on material_file to hustings_wall;

alter table material_run enable row level security;
alter table material_run force row level security;
alter table material_item enable row level security;
alter table material_item force row level security;
alter table material_person enable row level security;
alter table material_person force row level security;
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
-- while they were read, and those of Organise are all there still. Of people outside the area in use it says what it says of nobody.
create function wall.hold_for_run(partitions integer[], electors bigint[], persons uuid[]) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
declare
  here integer[] := wall.areas();
  places bigint[] := wall.places();
begin
  if not wall."is"('organiser') then
    return false;
  end if;
  perform wall.begin_answers(array(select distinct p from unnest(hold_for_run.partitions) p order by p));
  -- Whoever erases somebody of Organise holds their row, and no lock of an authority's.
  perform from public.person p where p.person_id = any (hold_for_run.persons) and p.area_id = any (places)
  order by p.person_id for key share;
  if exists (select from unnest(hold_for_run.persons) w (person) where not exists (select from public.person p
      where p.person_id = w.person and p.area_id = any (places) and p.erased_at is null)) then
    return false;
  end if;
  return not exists (select from unnest(hold_for_run.partitions, hold_for_run.electors) w (partition, elector)
    join public.elector e on e.partition_id = w.partition and e.elector_id = w.elector
    where e.erased_at is not null and e.area_no = any (here));
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

-- How many presses of a button whoever asks has open, waiting or on the press, in whichever area they began them. The runs of one
-- press count as one; those of the press named are left out.
create function wall.open_presses(press text) returns bigint
language sql stable security definer set search_path = '' as $$
  select count(distinct coalesce(r.settings ->> 'press', r.run_no::text)) from public.material_run r
  where r.made_by = wall.account() and r.state in ('queued', 'working')
    and (open_presses.press is null or (r.settings ->> 'press') is distinct from open_presses.press)
$$;

-- Has the elector that somebody of Organise is said to be stopped one of these? Asked of every record of theirs, wherever it is.
-- Of people outside the area in use nothing is told.
create function wall.person_stopped(person uuid, channels text[]) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (select from public.person p
    join public.standing_objection o on o.partition_id = p.partition_id
      and o.elector_id = any (wall.records_of(p.partition_id, p.elector_id))
    where p.person_id = person_stopped.person and p.elector_id is not null and p.area_id = any (wall.places())
      and o.channel = any (person_stopped.channels))
$$;

-- The number by which an organiser may have somebody of Organise rung; '' for none. They agreed to be rung, gave the number to
-- organisers, are no minor, and have stopped neither the telephone nor what we hold of them as an elector.
create function wall.ring(person uuid) returns text
language sql stable security definer set search_path = '' as $$
  select coalesce((select case when r.mobile <> '' then r.mobile else r.phone end
    from public.person p cross join lateral wall.reach_of(p.person_id) r
    where p.person_id = ring.person and 'phone' = any (p.channels) and not wall.is_minor(p.person_id)
      and not wall.person_stopped(p.person_id, array['phone', 'opinions', 'processing'])), '')
$$;

-- Did nothing come of the run that was to print these cards? For whoever sees their pile and not their run, which is a wider area's.
-- Of cards of nobody in the area in use nothing is told.
create function wall.came_to_nothing(run bigint) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (select from public.material_run r where r.run_no = came_to_nothing.run and r.kind = 'canvass-cards'
    and r.state in ('failed', 'stopped')
    and (wall.operator() or exists (select from public.material_item i where i.run_no = r.run_no
      and i.area_no = any ((select wall.areas())::integer[]))))
$$;

-- Why the file of a run may not be fetched; '' when it may. Whoever objected since it was made must not be written to or called on
-- from it, and with whoever was erased it went. A helper who has stopped since, or has another telephone, is rung from none.
create function wall.why_no_file(run bigint) returns text
language plpgsql stable security definer set search_path = '' as $$
declare
  held public.material_run;
  here integer[] := wall.areas();
  places bigint[];
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
  if held.kind in ('night-pack', 'round-sheets') then
    -- What was made while Organise was open says who helps: it is shut with it. What was made while it was closed says nothing of them.
    if coalesce(held.settings ->> 'organise', '') <> 'false' and not wall.open('organise') then
      return 'organise';
    end if;
    places := wall.places();
    if exists (select from public.material_person m join public.person p using (person_id)
        where m.run_no = held.run_no and p.area_id <> all (places)) then
      return 'none';
    end if;
    if exists (select from public.material_person m where m.run_no = held.run_no
        and ((m.rung and wall.ring(m.person_id) = '') or wall.person_stopped(m.person_id, array['processing']))) then
      return 'helper';
    end if;
    -- Whoever helps no more since, and a number that rings somebody else by now. What was so before was known when it was made.
    if exists (select from public.material_person m join public.volunteer v using (person_id)
        where m.run_no = held.run_no and v.state = 'stopped' and v.state_at > held.made_at)
      or exists (select from public.material_person m join public.person_contact c using (person_id)
        where m.run_no = held.run_no and m.rung and c.rung_since > held.made_at) then
      return 'helper';
    end if;
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

-- Takes the oldest run that waits, or whose holder fell silent, of whoever has waited longest since their last began: who asks for many
-- keeps nobody from asking for one. After three tries it is given up: it brings the press down. One that
-- came without what it is made of is given up at once: nothing more comes.
create function wall.take_run(holder uuid) returns table (run_no bigint, work bytea)
language plpgsql volatile security definer set search_path = '' as $$
declare
  taken bigint;
begin
  update public.material_run r set state = 'failed', ended_at = statement_timestamp(), holder = null,
    failure = 'What it is made of was not kept with it. Make it again.'
  where (r.state = 'queued' or (r.state = 'working' and r.beat_at < statement_timestamp() - interval '1 minute'))
    and not exists (select from public.material_work w where w.run_no = r.run_no);
  with lost as (
    update public.material_run r set state = 'failed', ended_at = statement_timestamp(), holder = null,
      failure = 'It stopped three times on its way. Make fewer at a time.'
    where r.state = 'working' and r.tries >= 3 and r.beat_at < statement_timestamp() - interval '1 minute' returning r.run_no)
  delete from public.material_work w using lost l where w.run_no = l.run_no;
  select r.run_no into taken from public.material_run r
  where (r.state = 'queued' or (r.state = 'working' and r.beat_at < statement_timestamp() - interval '1 minute'))
    and wall.run_goes(r.grant_id, r.area_id)
  order by (select max(o.began_at) from public.material_run o where o.made_by = r.made_by and o.began_at is not null) nulls first,
    r.made_at, r.run_no
  limit 1 for update of r skip locked;
  if taken is null then
    return;
  end if;
  update public.material_run r set state = 'working', holder = take_run.holder, beat_at = statement_timestamp(),
    began_at = statement_timestamp(), done = 0, tries = r.tries + 1
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

-- Internal: every file and work in which whoever helps is named goes with them.
create function wall.erase_printed(persons uuid[]) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform wall.take_runs_away(array(select distinct m.run_no from public.material_person m
    where m.person_id = any (erase_printed.persons)));
  delete from public.material_person m where m.person_id = any (erase_printed.persons);
end
$$;

-- Internal: what somebody of Organise was named in, for their own file.
create function wall.file_printed(persons uuid[]) returns jsonb
language sql stable security definer set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object('at', r.made_at, 'what', r.kind, 'title', r.title, 'state', r.state,
    'number', m.rung) order by r.made_at desc), '[]')
  from public.material_person m join public.material_run r using (run_no) where m.person_id = any (file_printed.persons)
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
grant execute on function wall.run_being_made(bigint), wall.hold_for_run(integer[], bigint[], uuid[]), wall.works_under(uuid, text), wall.stop_run(bigint), wall.why_no_file(bigint), wall.fetch_file(bigint),
  wall.person_stopped(uuid, text[]), wall.ring(uuid), wall.came_to_nothing(bigint), wall.open_presses(text)
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
      and e.elector_id = material_item.elector_id and e.area_no = material_item.area_no
      -- Their own home, or none.
      and (material_item.household_id is null or material_item.household_id = e.household_id)));
create policy organiser_returns on material_item for update to hustings_organiser
  using (area_no = any ((select wall.areas())::integer[]))
  with check (area_no = any ((select wall.areas())::integer[])
    and ((returned_at is null and returned_by is null) or (returned_by = (select wall.account()) and wall.just_now(returned_at))));
-- People of Organise are seen and named by whoever may see them.
create policy organiser_reads on material_person for select to hustings_organiser
  using (exists (select from person p where p.person_id = material_person.person_id));
create policy organiser_adds on material_person for insert to hustings_organiser
  with check (wall.run_being_made(material_person.run_no) and exists (select from person p where p.person_id = material_person.person_id));
create policy organiser_gives on material_work for insert to hustings_organiser
  with check (wall.run_being_made(material_work.run_no));
reset role;
