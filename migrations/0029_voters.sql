-- Who votes by post or proxy, and who voted: councils' absent voters' lists and marked registers, each of one poll. A newer list
-- takes the place of the one before, in the districts that it holds; where ballot papers are sent and who a proxy is are never
-- read, and nothing here says for whom anybody voted.
set local role hustings_owner;

-- A council's file on its way in, and afterwards its receipt: figures, and the refused lines without what stood in them.
create table voters_import (
  import_id uuid primary key,
  partition_id integer not null references authority,
  poll_id bigint not null references poll,
  -- The current or the final absent voters' list, or the marked register.
  what text not null check (what in ('current', 'final', 'marked')),
  published date not null check (published between '2000-01-01' and '9999-12-31'),
  given_by uuid references account,
  given_by_operator uuid,
  file_name text not null check (length(file_name) <= 120),
  bytes bigint not null,
  sha256 bytea not null,
  encoding text not null check (length(encoding) <= 20),
  -- The line of headings, until the file is applied or thrown away.
  headings text[] not null,
  -- Which column is what; null until somebody says so.
  columns jsonb,
  state text not null default 'ready' check (state in ('ready', 'applied', 'thrown-away', 'taken-back')),
  counts jsonb,
  refused jsonb not null default '[]',
  begun_at timestamptz not null default statement_timestamp(),
  ended_at timestamptz check (isfinite(ended_at)) check (ended_at < '9999-12-31'),
  -- Applied by mistake: when it was taken back, by whom, why, and how many lost what it had said of them.
  taken_back_at timestamptz,
  taken_back_by uuid references account,
  taken_back_by_operator uuid,
  taken_back_reason text check (length(taken_back_reason) between 1 and 500),
  lost bigint,
  constraint voters_import_taken_back check ((state = 'taken-back') = (taken_back_at is not null)
    and (state = 'taken-back') = (taken_back_reason is not null) and (state = 'taken-back') = (lost is not null))
);
create index voters_import_by_giver on voters_import (given_by, begun_at desc);
create index voters_import_by_poll on voters_import (poll_id, partition_id);

-- Unlogged: what is staged may go with a crash, the file is given again.
create unlogged table voters_import_row (
  import_id uuid not null references voters_import on delete cascade,
  line integer not null,
  -- Null where the line could not be read; then the reason stands. Addresses and proxies' names are left out of it.
  cells jsonb,
  refusal text not null default '' check (length(refusal) <= 200),
  primary key (import_id, line)
);

-- Which column is what, by a digest of the line of headings, as whoever gives the files said it once.
create table voters_import_form (
  form_id bigint generated always as identity primary key,
  set_by uuid references account,
  marked boolean not null,
  headings bytea not null,
  columns jsonb not null,
  set_at timestamptz not null default statement_timestamp() check (isfinite(set_at)) check (set_at < '9999-12-31'),
  constraint voters_import_form_once unique nulls not distinct (set_by, marked, headings)
);

-- A list as it was given: which districts it holds, how many, of nobody.
create table absent_list (
  partition_id integer not null references authority,
  list_no bigint generated always as identity,
  poll_id bigint not null references poll,
  final boolean not null,
  published date not null check (published between '2000-01-01' and '9999-12-31'),
  districts integer[] not null check (cardinality(districts) > 0),
  file_name text not null check (length(file_name) <= 120),
  sha256 bytea not null,
  counts jsonb not null,
  imported_at timestamptz not null default statement_timestamp(),
  imported_by uuid references account,
  imported_by_operator uuid,
  -- The file that it came by.
  import_id uuid references voters_import,
  -- It stands no more: a newer one holds all of its districts since, or it was taken back.
  replaced_at timestamptz check (replaced_at between '2000-01-01' and '9999-12-31'),
  taken_back_at timestamptz check (taken_back_at between '2000-01-01' and '9999-12-31'),
  primary key (partition_id, list_no),
  constraint absent_list_taken_back check (taken_back_at is null or replaced_at is not null)
);
create index absent_list_by_import on absent_list (import_id);
create index absent_list_by_poll on absent_list (poll_id, partition_id);

-- How somebody votes at a poll, by the newest list: what stood on an older one goes when the newer comes.
create table absent_vote (
  partition_id integer not null,
  poll_id bigint not null references poll,
  elector_id bigint not null,
  area_no integer not null references district,
  list_no bigint not null,
  kind text not null check (kind in ('post', 'proxy', 'postal-proxy')),
  primary key (partition_id, poll_id, elector_id),
  foreign key (partition_id, elector_id) references elector,
  foreign key (partition_id, list_no) references absent_list
);
create index absent_vote_by_area on absent_vote (area_no, poll_id);
create index absent_vote_by_elector on absent_vote (partition_id, elector_id);
create index absent_vote_by_list on absent_vote (partition_id, list_no);

-- Of which districts a marked register came, and by which version of the register its numbers were read: whoever stands on that
-- and has no turnout did not vote.
create table turnout_register (
  partition_id integer not null references authority,
  poll_id bigint not null references poll,
  area_no integer not null references district,
  register_id bigint,
  imported_at timestamptz not null default statement_timestamp() check (isfinite(imported_at)) check (imported_at < '9999-12-31'),
  imported_by uuid references account,
  imported_by_operator uuid,
  -- The files that say so, and the register of each, in the order in which they came: one can be taken back, and then the one before
  -- it stands. None: it stays whatever is taken back.
  files uuid[] not null default '{}',
  registers bigint[] not null default '{}',
  constraint turnout_register_by_file check (cardinality(files) = cardinality(registers)),
  primary key (partition_id, poll_id, area_no)
);

-- That somebody voted at a poll. Never for whom: there is no column for it anywhere.
create table turnout (
  partition_id integer not null,
  poll_id bigint not null references poll,
  elector_id bigint not null,
  area_no integer not null references district,
  how text not null check (how in ('in-person', 'post', 'proxy', 'voted')),
  -- The files that say so, and how by each, in the order in which they came: one can be taken back, and what the others say stays.
  -- None: it stays whatever is taken back.
  files uuid[] not null default '{}',
  hows text[] not null default '{}',
  constraint turnout_by_file check (cardinality(files) = cardinality(hows)),
  primary key (partition_id, poll_id, elector_id),
  foreign key (partition_id, elector_id) references elector
);
create index turnout_by_area on turnout (area_no, poll_id);
create index turnout_by_elector on turnout (partition_id, elector_id);

-- How people vote at each poll, by the newest list of it and of their authority.
create view absent_vote_now with (security_invoker) as
select v.partition_id, v.poll_id, v.elector_id, v.area_no, v.kind, v.list_no from absent_vote v;

grant select (import_id, partition_id, poll_id, what, published, given_by, file_name, bytes, sha256, encoding, headings, columns, state,
    counts, refused, begun_at, ended_at, taken_back_at, taken_back_reason, lost),
  insert (import_id, partition_id, poll_id, what, published, given_by, file_name, bytes, sha256, encoding, headings, columns),
  update (headings, columns, state, counts, refused, ended_at) on voters_import to hustings_importer;
grant select (import_id, line, cells, refusal), insert (import_id, line, cells, refusal) on voters_import_row to hustings_importer;
grant select (set_by, marked, headings, columns, set_at), insert (set_by, marked, headings, columns), update (columns, set_at)
  on voters_import_form to hustings_importer;
grant select (partition_id, list_no, poll_id, final, published, districts, file_name, sha256, counts, imported_at, imported_by, import_id,
    replaced_at, taken_back_at),
  insert (partition_id, poll_id, final, published, districts, file_name, sha256, counts, imported_by, import_id)
  on absent_list to hustings_importer;
grant select (partition_id, poll_id, elector_id, area_no, list_no, kind), insert (partition_id, poll_id, elector_id, area_no, list_no, kind),
  update (area_no, list_no, kind) on absent_vote to hustings_importer;
grant select (partition_id, poll_id, area_no, register_id, imported_at, imported_by, files, registers),
  insert (partition_id, poll_id, area_no, register_id, imported_by, files, registers),
  update (register_id, imported_at, imported_by, files, registers) on turnout_register to hustings_importer;
grant select (partition_id, poll_id, elector_id, area_no, how, files, hows),
  insert (partition_id, poll_id, elector_id, area_no, how, files, hows), update (area_no, how, files, hows) on turnout to hustings_importer;
grant select (partition_id, list_no, poll_id, final, published, districts, counts, imported_at, replaced_at) on absent_list to hustings_organiser;
grant select (partition_id, poll_id, elector_id, area_no, list_no, kind) on absent_vote to hustings_organiser;
grant select (partition_id, poll_id, area_no, register_id, imported_at) on turnout_register to hustings_organiser;
grant select (partition_id, poll_id, elector_id, area_no, how) on turnout to hustings_organiser;
grant select (partition_id, poll_id, elector_id, area_no, kind, list_no) on absent_vote_now to hustings_organiser, hustings_importer;
grant select, update, delete on voters_import, absent_list, absent_vote, turnout_register, turnout to hustings_wall;
grant select, delete on voters_import_row to hustings_wall;
grant select on absent_vote_now to hustings_wall;

do $$
declare
  held text;
begin
  foreach held in array array['voters_import', 'voters_import_row', 'voters_import_form', 'absent_list', 'absent_vote', 'turnout_register',
    'turnout'] loop
    execute format('alter table %I enable row level security', held);
    execute format('alter table %I force row level security', held);
  end loop;
  -- What is about people goes by the districts of the area in use, for organisers and for what they import.
  foreach held in array array['absent_vote', 'turnout_register', 'turnout'] loop
    execute format('create policy organiser on %I for select to hustings_organiser
      using (area_no = any ((select wall.areas())::integer[]))', held);
    execute format('create policy importer on %I to hustings_importer using (area_no = any ((select wall.areas())::integer[]))
      with check (area_no = any ((select wall.areas())::integer[]))', held);
  end loop;
end $$;
create policy organiser on absent_list for select to hustings_organiser
  using (districts && (select wall.areas())::integer[]);
create policy importer_reads on absent_list for select to hustings_importer
  using (districts && (select wall.areas())::integer[]);
-- By the file that is being applied in this very transaction: whose it is, their own policy asks.
create policy importer_adds on absent_list for insert to hustings_importer
  with check (districts <@ (select wall.areas())::integer[] and imported_by = (select wall.account())
    and exists (select from voters_import i where i.import_id = absent_list.import_id and i.partition_id = absent_list.partition_id
      and i.poll_id = absent_list.poll_id and i.what <> 'marked' and i.state = 'applied'
      and i.ended_at between now() and statement_timestamp()));
-- A file on its way in is whose who gave it.
create policy importer on voters_import to hustings_importer
  using ((select wall.is('organiser')) and given_by = (select wall.account()))
  with check ((select wall.is('organiser')) and given_by = (select wall.account()));
create policy importer on voters_import_row to hustings_importer
  using (import_id in (select i.import_id from voters_import i)) with check (import_id in (select i.import_id from voters_import i));
create policy importer on voters_import_form to hustings_importer
  using ((select wall.is('organiser')) and set_by = (select wall.account()))
  with check ((select wall.is('organiser')) and set_by = (select wall.account()));
reset role;

-- Internal: refuses districts that whoever acts may not bring lists of, and lets imports and erasures that move or take people
-- end first.
create function wall.begin_voters(partition integer, districts integer[]) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  if not (wall.operator() or begin_voters.districts <@ wall.areas()) then
    raise exception 'these districts are not in the area in use' using errcode = '42501';
  end if;
  perform wall.begin_answers(array[begin_voters.partition]);
end
$$;

-- A new absent voters' list of a poll takes the place of what stood in these districts; a list of which nothing is left is replaced.
-- But a current one does not take a final one's place: then nothing is done, and the final one's date is answered. Lists of a place
-- come one after the other, so that of two at the same moment the second knows of the first.
create function wall.begin_absent_list(partition integer, poll bigint, districts integer[], final boolean) returns date
language plpgsql volatile security definer set search_path = '' as $$
declare
  stands date;
begin
  perform wall.begin_voters(begin_absent_list.partition, begin_absent_list.districts);
  perform pg_advisory_xact_lock(4871034, begin_absent_list.partition);
  if not begin_absent_list.final then
    select l.published into stands from public.absent_list l
    where l.partition_id = begin_absent_list.partition and l.poll_id = begin_absent_list.poll and l.final and l.replaced_at is null
      and l.districts && begin_absent_list.districts
    order by l.published desc limit 1;
    if stands is not null then
      return stands;
    end if;
  end if;
  delete from public.absent_vote v where v.partition_id = begin_absent_list.partition and v.poll_id = begin_absent_list.poll
    and v.area_no = any (begin_absent_list.districts);
  update public.absent_list l set replaced_at = statement_timestamp()
  where l.partition_id = begin_absent_list.partition and l.poll_id = begin_absent_list.poll and l.replaced_at is null
    and l.districts <@ begin_absent_list.districts;
  return null;
end
$$;

-- A marked register is added to what is held of its poll, or takes its place in these districts. Two of a place come one after the
-- other, as lists do.
create function wall.begin_turnout(partition integer, poll bigint, districts integer[], instead boolean) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform wall.begin_voters(begin_turnout.partition, begin_turnout.districts);
  perform pg_advisory_xact_lock(4871034, begin_turnout.partition);
  if begin_turnout.instead then
    delete from public.turnout t where t.partition_id = begin_turnout.partition and t.poll_id = begin_turnout.poll
      and t.area_no = any (begin_turnout.districts);
    delete from public.turnout_register g where g.partition_id = begin_turnout.partition and g.poll_id = begin_turnout.poll
      and g.area_no = any (begin_turnout.districts);
  end if;
end
$$;

-- What stands by one's own applied file: how many would lose what it says of them if it were taken back, of how many another file
-- says it too, in how many districts, and whether all of these lie in the area in use.
create function wall.voters_stand(file uuid, out people bigint, out also bigint, out districts integer, out reach boolean)
language plpgsql stable security definer set search_path = '' as $$
declare
  it record;
  touched integer[];
begin
  select i.partition_id, i.poll_id, i.what into it from public.voters_import i
  where i.import_id = voters_stand.file and i.state = 'applied' and (wall.operator() or i.given_by = wall.account());
  if not found then
    return;
  end if;
  if it.what = 'marked' then
    select count(*) filter (where cardinality(t.files) = 1), count(*) filter (where cardinality(t.files) > 1) into people, also
    from public.turnout t
    where t.partition_id = it.partition_id and t.poll_id = it.poll_id and voters_stand.file = any (t.files);
    select coalesce(array_agg(g.area_no), '{}') into touched from public.turnout_register g
    where g.partition_id = it.partition_id and g.poll_id = it.poll_id and voters_stand.file = any (g.files);
  else
    select count(*), 0 into people, also from public.absent_vote v
    join public.absent_list l on l.partition_id = v.partition_id and l.list_no = v.list_no
    where l.partition_id = it.partition_id and l.import_id = voters_stand.file;
    select coalesce(array_agg(d.n), '{}') into touched from public.absent_list l cross join unnest(l.districts) d (n)
    where l.partition_id = it.partition_id and l.import_id = voters_stand.file and l.replaced_at is null;
  end if;
  districts := cardinality(touched);
  reach := wall.operator() or touched <@ wall.areas();
end
$$;

-- Takes one's own applied file back: what it says of people goes, and no more than that. Whoever another file says voted as well
-- stays marked, as that one says it. What it took the place of was not kept and does not come back. Answers how many lost what it
-- said of them; null, and nothing is done, where it does not stand applied.
create function wall.take_back_voters(file uuid, reason text, by_operator uuid) returns bigint
language plpgsql volatile security definer set search_path = '' as $$
declare
  it record;
  touched integer[];
  gone bigint;
begin
  -- Two who press at once: the second waits here and finds it done.
  select i.partition_id, i.poll_id, i.what, i.state into it from public.voters_import i
  where i.import_id = take_back_voters.file
    and (wall.operator() or (wall.is('organiser') and i.given_by = wall.account())) for update;
  if not found or it.state <> 'applied' then
    return null;
  end if;
  if it.what = 'marked' then
    select coalesce(array_agg(g.area_no), '{}') into touched from public.turnout_register g
    where g.partition_id = it.partition_id and g.poll_id = it.poll_id and take_back_voters.file = any (g.files);
  else
    select coalesce(array_agg(d.n), '{}') into touched from public.absent_list l cross join unnest(l.districts) d (n)
    where l.partition_id = it.partition_id and l.import_id = take_back_voters.file and l.replaced_at is null;
  end if;
  perform wall.begin_voters(it.partition_id, touched);
  perform pg_advisory_xact_lock(4871034, it.partition_id);
  if it.what = 'marked' then
    delete from public.turnout t where t.partition_id = it.partition_id and t.poll_id = it.poll_id
      and t.files = array[take_back_voters.file];
    get diagnostics gone = row_count;
    -- How they voted is what the last file said that said it at all, as when they came.
    update public.turnout t set files = k.files, hows = k.hows, how = k.how
    from (
      select o.elector_id, array_agg(s.by_file order by s.n) as files, array_agg(s.said order by s.n) as hows,
        coalesce((array_agg(s.said order by s.n desc) filter (where s.said <> 'voted'))[1], 'voted') as how
      from public.turnout o cross join lateral unnest(o.files, o.hows) with ordinality s (by_file, said, n)
      where o.partition_id = it.partition_id and o.poll_id = it.poll_id and take_back_voters.file = any (o.files)
        and s.by_file <> take_back_voters.file
      group by o.elector_id) k
    where t.partition_id = it.partition_id and t.poll_id = it.poll_id and t.elector_id = k.elector_id;
    delete from public.turnout_register g where g.partition_id = it.partition_id and g.poll_id = it.poll_id
      and g.files = array[take_back_voters.file];
    -- Who did not vote is told by the register of the last file that is left, as when that one came.
    update public.turnout_register g set files = k.files, registers = k.registers, register_id = k.registers[cardinality(k.registers)],
      imported_at = coalesce(l.ended_at, g.imported_at), imported_by = l.given_by, imported_by_operator = l.given_by_operator
    from (
      select o.area_no, array_agg(s.by_file order by s.n) as files, array_agg(s.of_register order by s.n) as registers
      from public.turnout_register o cross join lateral unnest(o.files, o.registers) with ordinality s (by_file, of_register, n)
      where o.partition_id = it.partition_id and o.poll_id = it.poll_id and take_back_voters.file = any (o.files)
        and s.by_file <> take_back_voters.file
      group by o.area_no) k
    left join public.voters_import l on l.import_id = k.files[cardinality(k.files)]
    where g.partition_id = it.partition_id and g.poll_id = it.poll_id and g.area_no = k.area_no;
  else
    delete from public.absent_vote v using public.absent_list l
    where l.partition_id = it.partition_id and l.import_id = take_back_voters.file
      and v.partition_id = l.partition_id and v.list_no = l.list_no;
    get diagnostics gone = row_count;
    update public.absent_list l set replaced_at = coalesce(l.replaced_at, statement_timestamp()), taken_back_at = statement_timestamp()
    where l.partition_id = it.partition_id and l.import_id = take_back_voters.file;
  end if;
  update public.voters_import i set state = 'taken-back', taken_back_at = statement_timestamp(), taken_back_by = wall.account(),
    taken_back_by_operator = case when wall.operator() then take_back_voters.by_operator end,
    taken_back_reason = take_back_voters.reason, lost = gone
  where i.import_id = take_back_voters.file;
  return gone;
end
$$;

-- Whether a file of this poll and authority was taken back since: what it had taken the place of may be given again, though that
-- very file was applied before.
create function wall.voters_taken_back(partition integer, poll bigint, marked boolean, since timestamptz) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (select from public.voters_import i
    where i.partition_id = voters_taken_back.partition and i.poll_id = voters_taken_back.poll
      and (i.what = 'marked') = voters_taken_back.marked and i.taken_back_at > voters_taken_back.since)
$$;

-- Takes away what was staged of one's own file: it was applied or thrown away.
create function wall.clear_voters_import(file uuid) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  delete from public.voters_import_row r using public.voters_import i
  where r.import_id = clear_voters_import.file and i.import_id = r.import_id and (wall.operator() or i.given_by = wall.account());
end
$$;

-- The same of every file that nobody came back to for a fortnight.
create function wall.forget_voters_imports() returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  update public.voters_import i set state = 'thrown-away', ended_at = statement_timestamp(), headings = '{}'
  where i.state = 'ready' and i.begun_at < statement_timestamp() - interval '14 days';
  delete from public.voters_import_row r using public.voters_import i where i.import_id = r.import_id and i.state <> 'ready';
end
$$;

-- Internal: of wall.follow_people. What lists say of people goes where they live now.
create function wall.voters_follow(partition integer) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  if exists (select from public.absent_vote v where v.partition_id = voters_follow.partition) then
    update public.absent_vote v set area_no = e.area_no from public.elector e
    where v.partition_id = voters_follow.partition and e.partition_id = v.partition_id and e.elector_id = v.elector_id
      and v.area_no <> e.area_no;
  end if;
  if exists (select from public.turnout t where t.partition_id = voters_follow.partition) then
    update public.turnout t set area_no = e.area_no from public.elector e
    where t.partition_id = voters_follow.partition and e.partition_id = t.partition_id and e.elector_id = t.elector_id
      and t.area_no <> e.area_no;
  end if;
end
$$;

-- Internal: of wall.same_person. What stood by the record held before goes to the new one, unless it has its own. That they voted is
-- then said by the files of both, so that taking one of these back leaves what the others say.
create function wall.voters_follow_pair(partition integer, elector bigint, candidate bigint, area integer) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  update public.absent_vote v set elector_id = voters_follow_pair.elector, area_no = voters_follow_pair.area
  where v.partition_id = voters_follow_pair.partition and v.elector_id = voters_follow_pair.candidate
    and not exists (select from public.absent_vote o where o.partition_id = v.partition_id and o.poll_id = v.poll_id
      and o.elector_id = voters_follow_pair.elector);
  update public.turnout t set elector_id = voters_follow_pair.elector, area_no = voters_follow_pair.area
  where t.partition_id = voters_follow_pair.partition and t.elector_id = voters_follow_pair.candidate
    and not exists (select from public.turnout o where o.partition_id = t.partition_id and o.poll_id = t.poll_id
      and o.elector_id = voters_follow_pair.elector);
  -- Where one of the two stays whatever is taken back, both do.
  update public.turnout t set
    files = case when cardinality(k.files) = 0 or cardinality(o.files) = 0 then '{}'::uuid[] else k.more || o.files end,
    hows = case when cardinality(k.files) = 0 or cardinality(o.files) = 0 then '{}'::text[] else k.said || o.hows end,
    how = case when o.how = 'voted' then k.how else o.how end
  from public.turnout o join (
    select c.poll_id, c.files, c.how,
      array(select s.by_file from unnest(c.files) with ordinality s (by_file, n) where s.by_file <> all (held.files) order by s.n) as more,
      array(select s.said from unnest(c.files, c.hows) with ordinality s (by_file, said, n) where s.by_file <> all (held.files)
        order by s.n) as said
    from public.turnout c join public.turnout held on held.partition_id = c.partition_id and held.poll_id = c.poll_id
      and held.elector_id = voters_follow_pair.elector
    where c.partition_id = voters_follow_pair.partition and c.elector_id = voters_follow_pair.candidate) k on k.poll_id = o.poll_id
  where o.partition_id = voters_follow_pair.partition and o.elector_id = voters_follow_pair.elector
    and t.partition_id = o.partition_id and t.poll_id = o.poll_id and t.elector_id = o.elector_id;
  perform wall.erase_votes(voters_follow_pair.partition, array[voters_follow_pair.candidate]);
end
$$;

-- Internal: takes away what lists say of these records.
create function wall.erase_votes(partition integer, records bigint[]) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  delete from public.absent_vote v where v.partition_id = erase_votes.partition and v.elector_id = any (erase_votes.records);
  delete from public.turnout t where t.partition_id = erase_votes.partition and t.elector_id = any (erase_votes.records);
end
$$;

-- Internal: the same at erasure. A list that waits to be looked over may name them: it goes, and can be given again.
create function wall.erase_voters(partition integer, records bigint[]) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform wall.erase_votes(erase_voters.partition, erase_voters.records);
  update public.voters_import i set state = 'thrown-away', ended_at = statement_timestamp(), headings = '{}'
  where i.partition_id = erase_voters.partition and i.state = 'ready';
  delete from public.voters_import_row r using public.voters_import i
  where i.import_id = r.import_id and i.partition_id = erase_voters.partition and i.state <> 'ready';
end
$$;

-- Internal: the section of somebody's file.
create function wall.file_voters(partition integer, records bigint[]) returns jsonb
language sql stable security definer set search_path = '' as $$
  select jsonb_build_object(
    'absent_votes', (select coalesce(jsonb_agg(jsonb_build_object('poll', p.name, 'poll_date', p.poll_date, 'how', v.kind,
        'list_of', l.published, 'final', l.final) order by p.poll_date desc), '[]')
      from public.absent_vote v join public.poll p using (poll_id)
      join public.absent_list l on l.partition_id = v.partition_id and l.list_no = v.list_no
      where v.partition_id = file_voters.partition and v.elector_id = any (file_voters.records)),
    'turnout', (select coalesce(jsonb_agg(jsonb_build_object('poll', p.name, 'poll_date', p.poll_date, 'how', t.how)
        order by p.poll_date desc), '[]')
      from public.turnout t join public.poll p using (poll_id)
      where t.partition_id = file_voters.partition and t.elector_id = any (file_voters.records)))
$$;

-- Internal: is this one's own file, or without one any of theirs, being applied in this very transaction?
create function wall.being_applied(file uuid, partition integer, poll bigint, marked boolean) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (select from public.voters_import i
    where i.partition_id = being_applied.partition and i.poll_id = being_applied.poll
      and (i.what = 'marked') = being_applied.marked and i.state = 'applied' and i.given_by = wall.account()
      and i.ended_at between now() and statement_timestamp()
      and (being_applied.file is null or i.import_id = being_applied.file))
$$;

-- Internal, of triggers: what an importer writes of voters is what the file says that is being applied, and no more. It is added to
-- what other files said; what stays whatever is taken back stays without one.
create function wall.votes_come_by_files() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
declare
  strange boolean;
begin
  if (tg_table_name = 'absent_vote') then
    strange := exists (
      select from (select distinct c.partition_id, c.poll_id, c.list_no from came c) f
      where not exists (select from public.absent_list l where l.partition_id = f.partition_id and l.list_no = f.list_no
        and l.poll_id = f.poll_id and l.import_id is not null
        and wall.being_applied(l.import_id, f.partition_id, f.poll_id, false)));
  elsif (tg_op = 'INSERT') then
    strange := exists (
      select from (select distinct c.partition_id, c.poll_id, c.files from came c) f
      where cardinality(f.files) <> 1 or not wall.being_applied(f.files[1], f.partition_id, f.poll_id, true));
  elsif (tg_table_name = 'turnout') then
    strange := exists (
      select from (
        select distinct c.partition_id, c.poll_id, c.files[cardinality(o.files) + 1] as file,
          c.files[:cardinality(o.files)] = o.files and c.hows[:cardinality(o.files)] = o.hows
            and cardinality(c.files) = cardinality(o.files) + (cardinality(o.files) > 0)::integer as adds
        from came c join went o using (partition_id, poll_id, elector_id)) f
      where not f.adds or not wall.being_applied(f.file, f.partition_id, f.poll_id, true));
  else
    strange := exists (
      select from (
        select distinct c.partition_id, c.poll_id, c.files[cardinality(o.files) + 1] as file,
          c.files[:cardinality(o.files)] = o.files and c.registers[:cardinality(o.files)] = o.registers
            and cardinality(c.files) = cardinality(o.files) + (cardinality(o.files) > 0)::integer as adds
        from came c join went o using (partition_id, poll_id, area_no)) f
      where not f.adds or not wall.being_applied(f.file, f.partition_id, f.poll_id, true));
  end if;
  if strange then
    raise exception 'no file that is being applied says so' using errcode = '42501';
  end if;
  return null;
end
$$;

-- Internal, of a trigger: a file is applied or thrown away once.
create function wall.voters_import_is_over() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  raise exception 'this file is over' using errcode = '42501';
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
grant execute on function wall.begin_absent_list(integer, bigint, integer[], boolean),
  wall.begin_turnout(integer, bigint, integer[], boolean),
  wall.clear_voters_import(uuid), wall.forget_voters_imports(), wall.voters_stand(uuid), wall.take_back_voters(uuid, text, uuid),
  wall.voters_taken_back(integer, bigint, boolean, timestamptz) to hustings_importer;
grant execute on function wall.votes_come_by_files(), wall.voters_import_is_over() to hustings_owner;

-- What the wall itself moves, or takes back, is asked elsewhere.
set local role hustings_owner;
do $$
declare
  held text;
begin
  foreach held in array array['absent_vote', 'turnout_register', 'turnout'] loop
    execute format('create trigger came_by_files after insert on %I referencing new table as came
      for each statement when (current_user = ''hustings_importer'') execute function wall.votes_come_by_files()', held);
    execute format('create trigger changed_by_files after update on %I referencing old table as went new table as came
      for each statement when (current_user = ''hustings_importer'') execute function wall.votes_come_by_files()', held);
  end loop;
end $$;
create trigger is_over before update on voters_import for each row
  when (current_user = 'hustings_importer' and old.state <> 'ready' and (old.state, old.ended_at) is distinct from (new.state, new.ended_at))
  execute function wall.voters_import_is_over();
reset role;
