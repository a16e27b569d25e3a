-- Electors, their homes, and the registers they came from.
-- Every table starts its primary key with partition_id and carries it in its foreign keys.
set local role hustings_owner;

create table household (
  partition_id integer not null,
  household_id bigint generated always as identity,
  area_no integer not null,
  -- As the council gave it, cleaned; lines without the postcode.
  lines text[] not null,
  address text not null,
  postcode text,
  -- Folded for finding, under C collation so that row security leaves the indexes usable.
  address_key text collate "C" not null,
  street_key text collate "C" not null,
  postcode_key text collate "C" not null default '',
  street text not null,
  building text not null default '',
  number integer,
  number_suffix text not null default '',
  flat text not null default '',
  -- The place in the council's file, which is street order.
  position integer not null default 0,
  primary key (partition_id, household_id),
  foreign key (partition_id, area_no) references district (partition_id, area_no)
);
create unique index household_one_an_address on household (partition_id, address_key);
create index household_by_address on household (area_no, address_key); -- /electors, "14 larkspur row"
create index household_by_street on household (area_no, street_key, position); -- /electors and new walk lists
create index household_by_postcode on household (area_no, postcode_key); -- /electors

create table elector (
  partition_id integer not null,
  elector_id bigint generated always as identity,
  area_no integer not null,
  -- Null for electors without an address here: overseas, other special categories.
  household_id bigint,
  kind text not null check (kind in ('ordinary', 'attainer', 'overseas', 'other')),
  title text not null default '',
  forenames text not null default '',
  surname text not null default '',
  name_suffix text not null default '',
  -- The name as pages show it.
  name text not null,
  -- Folded, "surname forenames" and "forenames surname", so that either word may be typed first.
  name_key text collate "C" not null,
  forename_key text collate "C" not null,
  -- Of surnames of several words, "jones gwenllian" of Prys-Jones: from the second word on, and of three or more from the
  -- last one on ("der berg anna" and "berg anna"). Only what a key begins with is found by an index under row security,
  -- so that each later word needs a key; of four words and more, which are rare, the middle ones have none.
  later_key text collate "C" not null default '',
  last_key text collate "C" not null default '',
  -- The number in the register in force, as `AB1-124/1`; '' once off the register.
  number text collate "C" not null default '',
  -- The day of the eighteenth birthday, of attainers only: a birth date in another form.
  attains_on date check (attains_on between '1800-01-01' and '9999-12-31'),
  markers text not null default '',
  in_open_register boolean not null default true,
  position integer not null default 0,
  -- The register they were last on no longer holds them since this time.
  left_at timestamptz check (left_at between '2000-01-01' and '9999-12-31'),
  -- Invented: a canary (0019_watching.sql). Organisers cannot read this column.
  planted boolean not null default false,
  primary key (partition_id, elector_id),
  foreign key (partition_id, area_no) references district (partition_id, area_no),
  foreign key (partition_id, household_id) references household
);
create index elector_by_name on elector (area_no, name_key); -- /electors
create index elector_by_forename on elector (area_no, forename_key); -- /electors
create index elector_by_later_name on elector (area_no, later_key) where later_key <> ''; -- /electors, "jones"
create index elector_by_last_name on elector (area_no, last_key) where last_key <> ''; -- /electors, "berg"
create index elector_by_number on elector (area_no, number); -- /electors, by number
create index elector_by_household on elector (partition_id, household_id); -- doors, homes

-- One published version of one authority's register.
create table register (
  partition_id integer not null references authority,
  register_id bigint generated always as identity,
  published date not null check (published between '1800-01-01' and '9999-12-31'),
  kind text not null check (kind in ('full', 'alteration')),
  basis text not null check (basis in ('party', 'constituency', 'representative', 'candidate')),
  format text not null,
  encoding text not null,
  file_name text not null,
  sha256 bytea not null,
  counts jsonb not null,
  imported_at timestamptz not null default now() check (isfinite(imported_at)) check (imported_at < '9999-12-31'),
  imported_by uuid references account,
  imported_by_operator uuid,
  primary key (partition_id, register_id)
);

-- What ties a person to a number in one register. Anonymous entries have no elector.
create table register_entry (
  partition_id integer not null,
  register_id bigint not null,
  area_no integer not null references district,
  number integer not null,
  suffix integer not null,
  elector_id bigint,
  line integer not null,
  position integer not null,
  -- The row as the council wrote it, and the columns nobody here knows.
  raw text not null,
  extra jsonb,
  primary key (partition_id, register_id, area_no, number, suffix),
  foreign key (partition_id, register_id) references register,
  foreign key (partition_id, elector_id) references elector
);
create index register_entry_by_elector on register_entry (partition_id, elector_id);

-- Same or not the same person? Doubtful pairs wait here for a person; nothing is linked meanwhile. A pair is moot once its
-- new entry has left too, or the one held before is back.
create table doubtful_match (
  partition_id integer not null,
  register_id bigint not null,
  elector_id bigint not null,
  candidate_id bigint not null,
  area_no integer not null references district,
  why text not null,
  state text not null default 'open' check (state in ('open', 'same', 'different', 'moot')),
  decided_by uuid references account,
  decided_at timestamptz check (isfinite(decided_at)) check (decided_at < '9999-12-31'),
  primary key (partition_id, register_id, elector_id, candidate_id),
  foreign key (partition_id, register_id) references register,
  foreign key (partition_id, elector_id) references elector,
  foreign key (partition_id, candidate_id) references elector
);

-- No contact, by channel. Append-only: the newest row of a channel stands.
create table objection (
  partition_id integer not null,
  elector_id bigint not null,
  objection_id uuid not null,
  area_no integer not null references district,
  channel text not null check (channel in ('door', 'post', 'phone', 'email', 'text')),
  withdrawn boolean not null default false,
  how text not null check (length(how) between 1 and 200),
  at timestamptz not null default now(),
  account_id uuid references account,
  operator_id uuid,
  primary key (partition_id, elector_id, objection_id),
  foreign key (partition_id, elector_id) references elector
);

-- A council's file on its way in: staged in batches, applied in one transaction, or thrown away.
create table import (
  import_id uuid primary key,
  -- Null until the authority exists.
  partition_id integer references authority,
  authority text not null,
  area_id bigint not null references area,
  file_name text not null,
  published date not null check (published between '1800-01-01' and '9999-12-31'),
  basis text not null check (basis in ('party', 'constituency', 'representative', 'candidate')),
  format text not null default '',
  encoding text not null default '',
  sha256 bytea,
  state text not null default 'reading' check (state in ('reading', 'ready', 'applying', 'applied', 'failed', 'thrown-away')),
  rows_read integer not null default 0,
  bytes_read bigint not null default 0,
  bytes_total bigint not null default 0,
  -- While somebody works on it, its worker says so; silent for a minute, it is over.
  beat_at timestamptz not null default now() check (isfinite(beat_at)) check (beat_at < '9999-12-31'),
  -- The authority's newest register when people were matched: another one since makes this preview stale.
  matched_register bigint,
  -- Counts and warnings as the contract's preview gives them, without refused rows.
  preview jsonb,
  failure text,
  allow_large_removal boolean not null default false,
  allow_other_districts boolean not null default false,
  stop_asked boolean not null default false,
  register_id bigint,
  begun_at timestamptz not null default now() check (isfinite(begun_at)) check (begun_at < '9999-12-31'),
  ended_at timestamptz check (isfinite(ended_at)) check (ended_at < '9999-12-31'),
  account_id uuid references account,
  operator_id uuid
);

-- Unlogged: what is staged may go with a crash, the file is given again.
create unlogged table import_row (
  import_id uuid not null references import on delete cascade,
  line integer not null,
  position integer not null,
  letters text not null,
  number integer not null,
  suffix integer not null,
  kind text not null check (kind in ('ordinary', 'attainer', 'overseas', 'other', 'anonymous')),
  title text not null default '',
  forenames text not null default '',
  surname text not null default '',
  name_suffix text not null default '',
  name text not null default '',
  name_key text collate "C" not null default '',
  forename_key text collate "C" not null default '',
  later_key text collate "C" not null default '',
  last_key text collate "C" not null default '',
  attains_on date check (isfinite(attains_on)) check (attains_on < '9999-12-31'),
  markers text not null default '',
  in_open_register boolean not null default true,
  lines text[] not null default '{}',
  address text not null default '',
  postcode text,
  address_key text collate "C" not null default '',
  street_key text collate "C" not null default '',
  postcode_key text collate "C" not null default '',
  street text not null default '',
  building text not null default '',
  house_number integer,
  house_suffix text not null default '',
  flat text not null default '',
  raw text not null default '',
  extra jsonb,
  -- The id that a new person gets; matching puts the person held in its place, and by which step
  -- (1 to 3 as FORMATS.md counts them, 4: the very entry of somebody who had left).
  elector_id bigint not null default nextval('elector_elector_id_seq'),
  step smallint,
  -- Somebody held, in another home than before.
  moved boolean not null default false,
  primary key (import_id, line)
);

-- Pairs that matching would not decide, until the import makes them doubtful_match.
create unlogged table import_doubtful (
  import_id uuid not null references import on delete cascade,
  line integer not null,
  candidate_id bigint not null,
  why text not null,
  primary key (import_id, line, candidate_id)
);

create table import_refused (
  import_id uuid not null references import on delete cascade,
  line integer not null,
  number text,
  reason text not null,
  advice text not null default '',
  primary key (import_id, line)
);

-- What an organiser typed to find somebody, so that results have an address to come back to that names nobody. The
-- words may be a person's name: they are the session's own and end with it.
create table kept_search (
  search_id uuid primary key,
  session_id uuid not null references session on delete cascade,
  words text not null check (length(words) <= 200),
  -- The district chosen as a filter; null for all.
  area_no integer references district,
  intention text not null default '' check (length(intention) <= 40),
  asked text not null default '' check (asked in ('', 'never', 'not-90', 'in-30')),
  sort text not null default '' check (sort in ('', 'name', 'asked')),
  kept_at timestamptz not null default clock_timestamp()
);
create index kept_search_by_session on kept_search (session_id, kept_at); -- the newest twenty of a session

-- Electors per district, so that shares need not count people. Rebuilt by each import.
create table district_size (
  area_no integer primary key references district,
  electors integer not null,
  households integer not null,
  -- Anonymous entries of the register in force: a number and N, nobody.
  anonymous integer not null default 0
);

-- Privileges. A volunteer has no name, no address, no birth date; an administrator has nothing at all here.
-- Updates are given by column: who may update a whole table may lock it too, and with it everybody else out.
grant select, insert, update (area_no, lines, address, postcode, address_key, street_key, postcode_key, street, building,
  number, number_suffix, flat, position) on household to hustings_importer;
grant select, insert, update (area_no, household_id, kind, title, forenames, surname, name_suffix, name, name_key,
  forename_key, later_key, last_key, number, attains_on, markers, in_open_register, position, left_at) on elector to hustings_importer;
grant select, insert on register to hustings_importer;
grant select, insert on register_entry to hustings_importer;
grant select, insert on doubtful_match to hustings_importer;
grant select, insert, update (partition_id, authority, published, basis, format, encoding, sha256, state, rows_read, bytes_read,
  bytes_total, beat_at, matched_register, preview, failure, allow_large_removal, allow_other_districts, stop_asked,
  register_id, ended_at) on import to hustings_importer;
-- What is staged goes through wall.forget_import: who may delete from a table may lock it, too.
grant select, insert, update (elector_id, step, moved) on import_row to hustings_importer;
grant select, insert on import_doubtful, import_refused to hustings_importer;
grant usage on sequence elector_elector_id_seq to hustings_importer;
-- A list's new version leaves out who asked not to be called on.
grant select (partition_id, elector_id, area_no, channel, withdrawn, at) on objection to hustings_importer;
grant select, insert, update (electors, households, anonymous) on district_size to hustings_importer;

grant select on household, elector, register, register_entry, doubtful_match, objection, import, import_refused, district_size
  to hustings_organiser;
grant update (state, decided_by, decided_at) on doubtful_match to hustings_organiser;
grant insert (partition_id, elector_id, objection_id, area_no, channel, withdrawn, how, account_id) on objection to hustings_organiser;

grant select (search_id, session_id, words, area_no, intention, asked, sort, kept_at),
  insert (search_id, session_id, words, area_no, intention, asked, sort) on kept_search to hustings_organiser;
grant select, update, delete on kept_search to hustings_wall;

-- The data protection officer's pages name people and where they live; what councils wrote and what was said at doors
-- is on none of them.
grant select on household, elector to hustings_protection;
grant select on district_size to hustings_administrator;

-- Record numbers only: 0009_doorstep.sql says why, and what a canvasser reads instead.
grant select (partition_id, household_id, area_no) on household to hustings_volunteer;
grant select (partition_id, elector_id, area_no) on elector to hustings_volunteer;

grant select on household, elector, register, register_entry, doubtful_match, objection, import to hustings_wall;
grant update on elector to hustings_wall;
grant update on import to hustings_wall;
grant select, delete on import_row, import_doubtful to hustings_wall;
grant update on doubtful_match to hustings_wall;
grant update (elector_id) on register_entry to hustings_wall;
grant update (elector_id, area_no) on objection to hustings_wall;
grant update (letters) on district to hustings_wall;
grant update (name) on area, authority to hustings_wall;

alter table household enable row level security;
alter table household force row level security;
alter table elector enable row level security;
alter table elector force row level security;
alter table register enable row level security;
alter table register force row level security;
alter table register_entry enable row level security;
alter table register_entry force row level security;
alter table doubtful_match enable row level security;
alter table doubtful_match force row level security;
alter table objection enable row level security;
alter table objection force row level security;
alter table import enable row level security;
alter table import force row level security;
alter table import_row enable row level security;
alter table import_row force row level security;
alter table import_doubtful enable row level security;
alter table import_doubtful force row level security;
alter table import_refused enable row level security;
alter table import_refused force row level security;
alter table kept_search enable row level security;
alter table kept_search force row level security;
reset role;

-- One's own imports; a policy asks once a query, not once a row.
create function wall.own_imports() returns uuid[]
language sql stable security definer set search_path = '' as $$
  select coalesce(array_agg(i.import_id), '{}')
  from wall.in_use() u join public.import i on i.account_id = u.account_id
  where u.role = 'organiser' and wall.open('contact')
$$;
alter function wall.own_imports() owner to hustings_wall;
grant execute on function wall.own_imports() to hustings_organiser, hustings_importer;
set local role hustings_owner;

-- Organisers, and organisers importing: the districts of the area in use, nothing else.
create policy organiser on household for select to hustings_organiser
  using (area_no = any ((select wall.areas())::integer[]));
create policy organiser on elector for select to hustings_organiser
  using (area_no = any ((select wall.areas())::integer[]));
create policy organiser on register_entry for select to hustings_organiser
  using (area_no = any ((select wall.areas())::integer[]));
create policy organiser_reads on doubtful_match for select to hustings_organiser
  using (area_no = any ((select wall.areas())::integer[]));
-- That two are one person is said through wall.same_person alone, and what was decided stays: who saw whom hangs on it.
create policy organiser_decides on doubtful_match for update to hustings_organiser
  using (state = 'open' and area_no = any ((select wall.areas())::integer[]))
  with check (state = 'different' and decided_by = (select wall.account()) and wall.just_now(decided_at));
create policy organiser_reads on objection for select to hustings_organiser
  using (area_no = any ((select wall.areas())::integer[]));
create policy organiser_adds on objection for insert to hustings_organiser
  with check (area_no = any ((select wall.areas())::integer[]) and account_id = (select wall.account())
    and exists (select from elector e where e.partition_id = objection.partition_id
      and e.elector_id = objection.elector_id and e.area_no = objection.area_no));
create policy organiser on register for select to hustings_organiser
  using ((select wall.is('organiser')));
create policy organiser on import for select to hustings_organiser
  using ((select wall.is('organiser')) and account_id = (select wall.account()));
create policy organiser on import_refused for select to hustings_organiser
  using (import_id = any ((select wall.own_imports())::uuid[]));

-- The search of another session is not there, be it the same account's: it may be of another area.
create policy organiser on kept_search to hustings_organiser
  using ((select wall.is('organiser')) and session_id = (select wall.session_id()))
  with check ((select wall.is('organiser')) and session_id = (select wall.session_id()));

create policy importer on household to hustings_importer
  using (area_no = any ((select wall.areas())::integer[]))
  with check (area_no = any ((select wall.areas())::integer[]));
create policy importer on elector to hustings_importer
  using (area_no = any ((select wall.areas())::integer[]))
  with check (area_no = any ((select wall.areas())::integer[]));
create policy importer on register_entry to hustings_importer
  using (area_no = any ((select wall.areas())::integer[]))
  with check (area_no = any ((select wall.areas())::integer[]));
create policy importer on doubtful_match to hustings_importer
  using (area_no = any ((select wall.areas())::integer[]))
  with check (area_no = any ((select wall.areas())::integer[]) and state = 'open');
create policy importer on objection for select to hustings_importer
  using (area_no = any ((select wall.areas())::integer[]));
create policy importer_reads on register for select to hustings_importer
  using ((select wall.is('organiser')));
create policy importer_adds on register for insert to hustings_importer
  with check ((select wall.is('organiser')) and imported_by = (select wall.account()));
create policy importer on import to hustings_importer
  using ((select wall.is('organiser')) and account_id = (select wall.account()))
  with check ((select wall.is('organiser')) and account_id = (select wall.account()));
create policy importer on import_row to hustings_importer
  using (import_id = any ((select wall.own_imports())::uuid[]))
  with check (import_id = any ((select wall.own_imports())::uuid[]));
create policy importer on import_doubtful to hustings_importer
  using (import_id = any ((select wall.own_imports())::uuid[]))
  with check (import_id = any ((select wall.own_imports())::uuid[]));
create policy importer on import_refused to hustings_importer
  using (import_id = any ((select wall.own_imports())::uuid[]))
  with check (import_id = any ((select wall.own_imports())::uuid[]));

-- The data protection officer answers for everybody's data: whom somebody saw, by name, on record.
create policy protection on household for select to hustings_protection
  using ((select wall.is('data-protection-officer')));
create policy protection on elector for select to hustings_protection
  using ((select wall.is('data-protection-officer')));
reset role;

-- Is this the command line's operator, who needs no session?
create function wall.operator() returns boolean
language sql stable security definer set search_path = '' as $$
  select pg_has_role(session_user, 'hustings_operator', 'member')
$$;

-- The first register of a place brings its districts with it: only for an organiser on all areas or
-- on the authority itself, whose grants cover districts to come. An authority that had no name yet
-- gets this one when the letters are its own.
create function wall.add_districts(authority_name text, letters text[]) returns integer
language plpgsql volatile security definer set search_path = '' as $$
declare
  partition integer;
  may_all boolean;
begin
  select a.partition_id into partition from public.authority a where a.name = authority_name;
  if partition is null then
    select a.partition_id into partition from public.authority a
    where a.name = 'Unnamed authority' and exists (select from public.district d
      where d.partition_id = a.partition_id and d.letters = any (add_districts.letters));
  end if;
  select exists (
    select from wall.in_use() u join public.area ar using (area_id)
    where u.role = 'organiser' and wall.open('contact')
      and (ar.kind = 'installation' or (ar.kind = 'authority' and ar.partition_id = partition))
  ) or wall.operator() into may_all;
  if not may_all then
    raise exception 'this grant may not bring new districts' using errcode = '42501';
  end if;
  if partition is null then
    insert into public.authority (name) values (authority_name) returning partition_id into partition;
    insert into public.area (kind, name, partition_id) values ('authority', authority_name, partition);
  else
    update public.authority a set name = authority_name where a.partition_id = partition and a.name <> authority_name;
    update public.area a set name = authority_name
    where a.partition_id = partition and a.kind = 'authority' and a.name = 'Unnamed authority' and a.name <> authority_name;
  end if;
  with new as (
    insert into public.district (partition_id, letters)
    select partition, l from unnest(add_districts.letters) l
    on conflict do nothing returning area_no, district.letters
  )
  insert into public.area (kind, name, area_no) select 'district', new.letters, new.area_no from new;
  return partition;
end
$$;

-- A district that has new letters in this year's register stays the district it was, with its
-- grants, lists and history.
create function wall.rename_district(area integer, letters text) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  old text;
begin
  if not (wall.operator() or area = any (wall.areas())) then
    raise exception 'this district is not in the area in use' using errcode = '42501';
  end if;
  select d.letters into old from public.district d where d.area_no = area for no key update;
  update public.district d set letters = rename_district.letters where d.area_no = area;
  update public.area a set name = rename_district.letters where a.area_no = area and a.name = old;
end
$$;

-- What was said by and about people goes where they live now: whoever may see them sees it.
create function wall.follow_people(partition integer) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  -- A first register has nobody to follow; to find that out by joining its people takes seconds.
  if exists (select from public.objection o where o.partition_id = partition) then
    update public.objection o set area_no = e.area_no from public.elector e
    where o.partition_id = partition and e.partition_id = o.partition_id and e.elector_id = o.elector_id
      and o.area_no <> e.area_no;
  end if;
  if exists (select from public.result r where r.partition_id = partition) then
    update public.result r set area_no = e.area_no from public.elector e
    where r.partition_id = partition and e.partition_id = r.partition_id and e.elector_id = r.elector_id
      and r.area_no <> e.area_no;
    update public.result r set area_no = h.area_no from public.household h
    where r.partition_id = partition and r.elector_id is null and h.partition_id = r.partition_id
      and h.household_id = r.household_id and r.area_no <> h.area_no;
  end if;
  perform wall.tasks_follow(partition);
  perform wall.materials_follow(partition);
  perform wall.marks_follow(partition);
  perform wall.voters_follow(partition);
end
$$;

-- An organiser says that a new entry is somebody held before: their answers, objections and entries
-- go to the new record; the old one stays as left, with nothing of its own. Other doubts about the two are settled
-- by it. Answers whether it was still open.
create function wall.same_person(partition integer, register bigint, elector bigint, candidate bigint) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
declare
  new_area integer;
  kind text;
begin
  if not exists (select from wall.in_use() u where u.role = 'organiser') or not wall.open('contact') then
    return false;
  end if;
  perform wall.begin_answers(array[partition]);
  select e.area_no into new_area from public.elector e
  where e.partition_id = partition and e.elector_id = elector and e.left_at is null for no key update;
  perform from public.elector e
  where e.partition_id = partition and e.elector_id = candidate and e.left_at is not null
    and e.area_no = any (wall.areas()) for no key update;
  if not found or new_area is null or not new_area = any (wall.areas()) then
    return false;
  end if;
  update public.doubtful_match m
  set state = 'same', decided_by = wall.account(), decided_at = statement_timestamp()
  where m.partition_id = partition and m.register_id = register and m.elector_id = elector
    and m.candidate_id = candidate and m.state = 'open';
  if not found then
    return false;
  end if;
  update public.doubtful_match m
  set state = 'different', decided_by = wall.account(), decided_at = statement_timestamp()
  where m.partition_id = partition and m.state = 'open' and (m.elector_id = elector or m.candidate_id = candidate);
  update public.register_entry t set elector_id = elector where t.partition_id = partition and t.elector_id = candidate;
  update public.objection o set elector_id = elector, area_no = new_area
  where o.partition_id = partition and o.elector_id = candidate;
  update public.result r set elector_id = elector, area_no = new_area
  where r.partition_id = partition and r.elector_id = candidate;
  perform wall.tasks_follow_pair(partition, elector, candidate);
  perform wall.materials_follow_pair(partition, elector, candidate, new_area);
  perform wall.voters_follow_pair(partition, elector, candidate, new_area);
  -- Whoever left is in no tally, so that their projection only goes.
  for kind in delete from public.intention_now i
    where i.partition_id = partition and i.elector_id = candidate returning i.intention_kind loop
    perform wall.settle(partition, elector, kind);
  end loop;
  return true;
end
$$;

-- Pairs that a new register has settled by itself: nobody is asked about them any more.
create function wall.settle_pairs(partition integer) returns void
language sql volatile security definer set search_path = '' as $$
  update public.doubtful_match m set state = 'moot', decided_at = statement_timestamp()
  from public.elector n, public.elector o
  where m.partition_id = settle_pairs.partition and m.state = 'open'
    and n.partition_id = m.partition_id and n.elector_id = m.elector_id
    and o.partition_id = m.partition_id and o.elector_id = m.candidate_id
    and (n.left_at is not null or o.left_at is null)
$$;

-- The end of an import that cannot go on, perhaps because its session is over: says why, forgets what was
-- staged. `hash` is that session's, live or not; it ends its own account's imports and no others.
create function wall.fail_import(hash text, import uuid, why text) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  update public.import i set state = 'failed', failure = left(why, 500), ended_at = statement_timestamp()
  where i.import_id = fail_import.import and i.state in ('reading', 'ready', 'applying')
    and exists (select from public.session s where s.key = sha256(decode(hash, 'hex')) and s.account_id = i.account_id);
  if not found then
    return false;
  end if;
  delete from public.import_row r where r.import_id = fail_import.import;
  delete from public.import_doubtful r where r.import_id = fail_import.import;
  return true;
end
$$;

-- Forgets what one's own import staged: its doubtful pairs, and its rows unless people are matched anew.
create function wall.forget_import(import uuid, rows_too boolean) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  if not (wall.operator() or forget_import.import = any (wall.own_imports())) then
    return;
  end if;
  delete from public.import_doubtful r where r.import_id = forget_import.import;
  if rows_too then
    delete from public.import_row r where r.import_id = forget_import.import;
  end if;
end
$$;

-- Of this session's searches the newest stay.
create function wall.forget_own_searches(keep integer) returns void
language sql volatile security definer set search_path = '' as $$
  delete from public.kept_search k where k.search_id in (
    select o.search_id from wall.in_use() u join public.kept_search o on o.session_id = u.session_id
    order by o.kept_at desc offset keep)
$$;

-- The searches of sessions that are over. Nobody can read them any more; whoever signs in or out sweeps them away. What
-- another sweep holds is left to it, so that nobody's sign-in waits.
create function wall.forget_searches() returns void
language sql volatile security definer set search_path = '' as $$
  delete from public.kept_search d where d.search_id in (
    select k.search_id from public.kept_search k where not exists (
      select from public.session s join public.access_grant g using (grant_id)
      where s.session_id = k.session_id and s.ended_at is null and g.ended_at is null
        and least(s.idle_until, s.ends_at, g.ends_at) > statement_timestamp())
    for update of k skip locked)
$$;

alter function wall.operator() owner to hustings_wall;
alter function wall.forget_searches() owner to hustings_wall;
alter function wall.add_districts(text, text[]) owner to hustings_wall;
alter function wall.rename_district(integer, text) owner to hustings_wall;
alter function wall.follow_people(integer) owner to hustings_wall;
alter function wall.same_person(integer, bigint, bigint, bigint) owner to hustings_wall;
alter function wall.fail_import(text, uuid, text) owner to hustings_wall;
alter function wall.settle_pairs(integer) owner to hustings_wall;
alter function wall.forget_import(uuid, boolean) owner to hustings_wall;
alter function wall.forget_own_searches(integer) owner to hustings_wall;
grant execute on function wall.add_districts(text, text[]), wall.rename_district(integer, text), wall.follow_people(integer),
  wall.settle_pairs(integer), wall.forget_import(uuid, boolean) to hustings_importer;
grant execute on function wall.forget_own_searches(integer) to hustings_organiser;
grant execute on function wall.same_person(integer, bigint, bigint, bigint) to hustings_organiser;
grant execute on function wall.fail_import(text, uuid, text) to hustings_door;
