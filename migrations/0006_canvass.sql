-- Walk lists, who holds them, what was said at the doors.
set local role hustings_owner;

create table walk_list (
  partition_id integer not null references authority,
  list_id bigint generated always as identity,
  name text not null check (length(name) between 1 and 120),
  -- The district of its first door: who may see that the list exists.
  area_no integer not null references district,
  poll_id bigint references poll,
  -- What intentions are kept under: the kind of the poll asked about.
  intention_kind text not null check (intention_kind in ('national', 'devolved', 'local')),
  side_order text not null check (side_order in ('odds-then-evens', 'one-side', 'numeric', 'council')),
  -- Whether a canvasser sees the last answer of each person.
  show_last boolean not null default false,
  version integer not null default 1,
  doors integer not null default 0,
  electors integer not null default 0,
  -- The choices it was made from, so that it can be made again: streets, district, left out.
  choices jsonb not null default '{}',
  made_by uuid references account,
  made_by_operator uuid,
  made_at timestamptz not null default now(),
  ended_at timestamptz check (isfinite(ended_at)) check (ended_at < '9999-12-31'),
  primary key (partition_id, list_id)
);
create index walk_list_by_area on walk_list (area_no);

-- Doors and people of each version; versions never change, so that a look at a list is exact.
create table walk_list_door (
  partition_id integer not null,
  list_id bigint not null,
  version integer not null,
  place integer not null,
  household_id bigint not null,
  area_no integer not null references district,
  -- Where it stands on the street plan.
  street text not null,
  side text not null check (side in ('odd', 'even', 'building', 'other')),
  primary key (partition_id, list_id, version, place),
  unique (partition_id, list_id, version, household_id),
  foreign key (partition_id, list_id) references walk_list,
  foreign key (partition_id, household_id) references household
);
create table walk_list_elector (
  partition_id integer not null,
  list_id bigint not null,
  version integer not null,
  household_id bigint not null,
  elector_id bigint not null,
  place integer not null,
  area_no integer not null references district,
  primary key (partition_id, list_id, version, elector_id),
  foreign key (partition_id, list_id, version, household_id)
    references walk_list_door (partition_id, list_id, version, household_id),
  foreign key (partition_id, elector_id) references elector
);
create index walk_list_elector_by_elector on walk_list_elector (partition_id, elector_id); -- who saw this elector

create table assignment (
  partition_id integer not null,
  list_id bigint not null,
  assignment_id uuid not null,
  account_id uuid not null references account,
  starts_at timestamptz not null default now() check (isfinite(starts_at)) check (starts_at < '9999-12-31'),
  ends_at timestamptz not null check (isfinite(ends_at)) check (ends_at < '9999-12-31'),
  ended_at timestamptz check (isfinite(ended_at)) check (ended_at < '9999-12-31'),
  assigned_by uuid references account,
  assigned_by_operator uuid,
  assigned_at timestamptz not null default now(),
  primary key (partition_id, list_id, assignment_id),
  foreign key (partition_id, list_id) references walk_list,
  check (starts_at >= '2000-01-01' and starts_at < ends_at and ends_at < '9999-12-31')
);
create index assignment_by_account on assignment (account_id);

-- Every result was received once: the id that the device made, and what it said.
create table receipt (
  id uuid primary key,
  digest bytea not null check (length(digest) = 32),
  account_id uuid not null references account,
  received_at timestamptz not null default clock_timestamp()
);

-- What was said at a door. Append-only: a correction is a new row that names its base.
create table result (
  partition_id integer not null,
  id uuid not null,
  list_id bigint not null,
  household_id bigint not null,
  elector_id bigint,
  area_no integer not null references district,
  outcome text not null check (outcome in ('spoke', 'not-home', 'refused', 'moved', 'deceased',
    'wrong-address', 'inaccessible', 'come-back')),
  intention text references intention_code (code),
  intention_kind text not null check (intention_kind in ('national', 'devolved', 'local')),
  -- Codes and words, never prose.
  issues text[] not null default '{}' check (cardinality(issues) <= 50 and length(array_to_string(issues, ' ')) <= 500),
  asks text[] not null default '{}' check (asks <@ array['postal-vote', 'proxy-vote', 'register', 'photo-id', 'lift',
    'poster', 'will-help', 'call-back']),
  voted text check (voted in ('post', 'in-person', 'proxy')),
  note text check (length(note) between 1 and 500),
  -- What the device claims; what orders is received_at.
  at timestamptz not null check (at >= '0001-01-01 00:00+00' and at < '10000-01-01 00:00+00'),
  received_at timestamptz not null default clock_timestamp() check (isfinite(received_at)) check (received_at < '9999-12-31'),
  base uuid,
  -- A slip taken back: it corrects its base and counts as nothing itself.
  void boolean not null default false,
  account_id uuid not null references account,
  -- An organiser who accepted it from quarantine.
  accepted_by uuid references account,
  primary key (partition_id, id),
  foreign key (partition_id, list_id) references walk_list,
  foreign key (partition_id, household_id) references household,
  foreign key (partition_id, elector_id) references elector,
  check (intention is null or elector_id is not null),
  check (not void or (base is not null and intention is null))
);
create index result_by_list on result (partition_id, list_id, household_id, received_at);
create index result_by_household on result (partition_id, household_id, received_at);
create index result_by_elector on result (partition_id, elector_id, received_at);
create index result_by_base on result (partition_id, base) where base is not null;
create index result_by_area on result (area_no, received_at); -- insight: the last days by district
create index result_of_home on result (area_no, received_at) where elector_id is null; -- selections: homes that were asked as a whole
create index result_moved on result (area_no) where outcome in ('moved', 'deceased'); -- selections: who is not there any more

-- The same id with other content: both are kept, this is the other.
create table result_conflict (
  partition_id integer not null,
  id uuid not null,
  digest bytea not null,
  list_id bigint not null,
  household_id bigint not null,
  area_no integer not null references district,
  content jsonb not null check (length(content::text) <= 100000),
  account_id uuid not null references account,
  received_at timestamptz not null default clock_timestamp(),
  primary key (partition_id, id, digest),
  foreign key (partition_id, list_id) references walk_list,
  foreign key (partition_id, household_id) references household
);

-- What stands: every result that no later one corrects. A correction is about the same home and person as what it
-- corrects, so nobody's answer is taken back by naming its id at another door. Of two that name each other the later stands.
-- What only takes a slip back corrects it and stands for nothing.
create view standing_result with (security_invoker) as
select r.partition_id, r.id, r.list_id, r.household_id, r.elector_id, r.area_no, r.outcome, r.intention, r.intention_kind,
  r.issues, r.asks, r.voted, r.note, r.at, r.received_at, r.base, r.account_id, r.accepted_by
from result r
where not r.void and not exists (select from result c where c.partition_id = r.partition_id and c.base = r.id
  and c.household_id = r.household_id and c.elector_id is not distinct from r.elector_id
  and not (r.base is not distinct from c.id and (r.received_at, r.id) > (c.received_at, c.id)));

-- How homes stand on a list, by the answers of the list that stand there: those of the home, and those of people who are on
-- the list's version of now. A home without any has no row. Done is a home where somebody spoke, or whose last answer does
-- not ask us to come back; where one person of several has moved or died, the others are still to be asked. Whatever counts
-- doors asks this or `home_on_list`, naming partition and list as values, so that every page counts alike and no other
-- list is worked out.
create view home_answered with (security_invoker) as
select partition_id, list_id, household_id, spoke, spoke_with, not_home, latest, last,
  spoke or case
    when latest = 'come-back' then false
    when of_home or latest not in ('moved', 'deceased') then true
    else not exists (
      select from walk_list_elector w
      join elector e on e.partition_id = w.partition_id and e.elector_id = w.elector_id and e.left_at is null
      where w.partition_id = home.partition_id and w.list_id = home.list_id and w.version = home.version
        and w.household_id = home.household_id and not w.elector_id = any (home.answered)
        and not coalesce((select not o.withdrawn from objection o where o.partition_id = w.partition_id
          and o.elector_id = w.elector_id and o.channel = 'door' order by o.at desc, o.objection_id desc limit 1), false))
  end as done
from (
  select r.partition_id, r.list_id, l.version, r.household_id, bool_or(r.outcome = 'spoke') as spoke,
    count(distinct r.elector_id) filter (where r.outcome = 'spoke') as spoke_with,
    bool_or(r.outcome = 'not-home') as not_home, bool_or(r.elector_id is null and r.outcome <> 'come-back') as of_home,
    array_remove(array_agg(r.elector_id), null) as answered,
    (array_agg(r.outcome order by r.received_at desc, r.id desc))[1] as latest, max(r.received_at) as last
  from standing_result r
  join walk_list l on l.partition_id = r.partition_id and l.list_id = r.list_id
  left join walk_list_elector w on w.partition_id = r.partition_id and w.list_id = r.list_id and w.version = l.version
    and w.elector_id = r.elector_id and w.household_id = r.household_id
  where r.elector_id is null or w.elector_id is not null
  group by r.partition_id, r.list_id, l.version, r.household_id) home;

-- The same for the homes of a version of the list.
create view home_on_list with (security_invoker) as
select d.partition_id, d.list_id, d.version, d.household_id, h.spoke, h.spoke_with, h.not_home, h.latest, h.last, h.done
from walk_list_door d
join home_answered h on h.partition_id = d.partition_id and h.list_id = d.list_id and h.household_id = d.household_id;

-- Results that cannot stand yet: access had ended, or something in them is wrong. Nothing is lost.
create table quarantine (
  id uuid not null,
  digest bytea not null,
  partition_id integer not null,
  list_id bigint not null,
  area_no integer not null references district,
  content jsonb not null,
  field text,
  reason text not null,
  account_id uuid not null references account,
  received_at timestamptz not null default clock_timestamp(),
  state text not null default 'waiting' check (state in ('waiting', 'stored', 'binned')),
  decided_by uuid references account,
  decided_at timestamptz check (isfinite(decided_at)) check (decided_at < '9999-12-31'),
  -- Why it was binned.
  decided_reason text check (length(decided_reason) between 1 and 200),
  primary key (id, digest),
  foreign key (partition_id, list_id) references walk_list
);
create index quarantine_by_area on quarantine (area_no) where state = 'waiting';

-- The current intention of each person by kind of election: a projection of result, rebuilt and
-- compared by a test.
create table intention_now (
  partition_id integer not null,
  elector_id bigint not null,
  intention_kind text not null,
  area_no integer not null references district,
  code text references intention_code (code),
  result_id uuid,
  received_at timestamptz,
  primary key (partition_id, elector_id, intention_kind),
  foreign key (partition_id, elector_id) references elector
);
create index intention_now_by_area on intention_now (area_no, intention_kind);

-- Counts of intentions per district: holds no people. A ledger, so that two answers in one
-- district never wait for each other; folded now and then.
create table tally (
  tally_id bigint generated always as identity primary key,
  area_no integer not null references district,
  intention_kind text not null,
  code text not null,
  change integer not null
);
create index tally_by_area on tally (area_no, intention_kind, code) include (change);

grant select, update (name, ended_at), insert (partition_id, name, area_no, poll_id, intention_kind, side_order, show_last,
  doors, electors, choices, made_by) on walk_list to hustings_organiser;
grant select, insert on walk_list_door, walk_list_elector to hustings_organiser;
grant select, insert (partition_id, list_id, assignment_id, account_id, starts_at, ends_at, assigned_by),
  update (ended_at) on assignment to hustings_organiser;
grant select on result, standing_result, home_answered, home_on_list, result_conflict, quarantine, intention_now, tally to hustings_organiser;
grant insert (partition_id, id, list_id, household_id, elector_id, area_no, outcome, intention, intention_kind, issues, asks,
  voted, note, at, received_at, base, void, account_id, accepted_by) on result to hustings_organiser;
grant select (id, account_id), insert (id, digest, account_id) on receipt to hustings_volunteer;
grant insert (id, digest, account_id) on receipt to hustings_organiser;
grant update (state, decided_by, decided_at, decided_reason) on quarantine to hustings_organiser;

-- Record numbers only: 0009_doorstep.sql says why, and what a canvasser reads instead.
grant select (partition_id, list_id, version, place, household_id, area_no) on walk_list_door to hustings_volunteer;
grant select (partition_id, list_id, version, place, household_id, elector_id, area_no) on walk_list_elector to hustings_volunteer;
grant select (partition_id, id, list_id, household_id, elector_id, base) on result to hustings_volunteer;
grant insert (partition_id, id, list_id, household_id, elector_id, area_no, outcome, intention, intention_kind, issues, asks,
  voted, note, at, base, account_id) on result to hustings_volunteer;
grant insert (partition_id, id, digest, list_id, household_id, area_no, content, account_id) on result_conflict
  to hustings_volunteer;

-- Whom a list showed, and what it is called: looks at lists are resolved to people.
grant select on walk_list, walk_list_elector to hustings_protection;
-- The figures of a receipt for ended access: lists held, never a door.
grant select on walk_list, assignment to hustings_administrator;
grant select on walk_list_elector to hustings_administrator;
grant update (ended_at) on assignment to hustings_administrator;

-- An import makes new versions of the live lists that it touches, and moves people's tallies.
grant select on walk_list to hustings_importer;
grant select, insert on walk_list_door, walk_list_elector to hustings_importer;
grant select on assignment to hustings_importer;

grant select, insert, update on receipt, quarantine, intention_now to hustings_wall;
grant select, insert, delete on tally to hustings_wall;
grant update (elector_id, area_no) on result to hustings_wall;
grant update (version, electors, area_no) on walk_list to hustings_wall;
grant delete on intention_now to hustings_wall;
grant select on walk_list, walk_list_door, walk_list_elector, assignment, result, standing_result, home_answered,
  home_on_list, result_conflict to hustings_wall;

alter table walk_list enable row level security;
alter table walk_list force row level security;
alter table walk_list_door enable row level security;
alter table walk_list_door force row level security;
alter table walk_list_elector enable row level security;
alter table walk_list_elector force row level security;
alter table assignment enable row level security;
alter table assignment force row level security;
alter table receipt enable row level security;
alter table receipt force row level security;
alter table result enable row level security;
alter table result force row level security;
alter table result_conflict enable row level security;
alter table result_conflict force row level security;
alter table quarantine enable row level security;
alter table quarantine force row level security;
alter table intention_now enable row level security;
alter table intention_now force row level security;
alter table tally enable row level security;
alter table tally force row level security;
reset role;

-- The open list of this page: the one in app.list, `partition.list`, if it is assigned to this
-- volunteer now and lies in their grant's area.
create type wall.open_list as (partition_id integer, list_id bigint, version integer, show_last boolean, reach integer[]);
-- An area covers a district: one row each, asked only for a list's districts.
create function wall.covers(area bigint, number integer) returns boolean
language plpgsql stable security definer set search_path = '' set timezone = 'Europe/London' as $$
begin
  return exists (
    select from public.area a join public.district d on d.area_no = covers.number
    where a.area_id = covers.area and (a.kind = 'installation' or a.partition_id = d.partition_id
      or a.area_no = d.area_no
      or exists (select from public.area_district ad where ad.area_id = a.area_id and ad.area_no = d.area_no
                 and ad.from_date <= current_date and ad.until_date > current_date)));
end
$$;
-- The districts of a list's doors that an area covers: of a list that goes beyond a grant, its other doors stay closed.
create function wall.reach(partition integer, list bigint, version integer, area bigint) returns integer[]
language plpgsql stable security definer set search_path = '' as $$
begin
  -- Each district once: in one query with the doors, each door would be asked about.
  return (
    with here as materialized (
      select distinct w.area_no from public.walk_list_door w
      where w.partition_id = reach.partition and w.list_id = reach.list and w.version = reach.version)
    select coalesce(array_agg(h.area_no), '{}') from here h where wall.covers(reach.area, h.area_no));
end
$$;
-- Once: whatever is asked of the list begins here. What is compared with a table stands in a variable: in the condition it
-- would be worked out anew for each row of a table small enough to be read through (0.1 ms against 2.9, measured).
create function wall.list() returns setof wall.open_list
language plpgsql stable security definer rows 1 set search_path = '' as $$
declare
  named text[] := regexp_match(current_setting('app.list', true), '^([0-9]{1,9})\.([0-9]{1,18})$');
  named_partition integer := named[1];
  named_list bigint := named[2];
  held wall.in_use;
begin
  select * into held from wall.in_use() u where u.role = 'volunteer';
  if held.session_id is null or named is null or not wall.open('contact') then
    return;
  end if;
  return query
  select l.partition_id, l.list_id, l.version, l.show_last, r.reach
  from public.walk_list l
  cross join lateral wall.reach(l.partition_id, l.list_id, l.version, held.area_id) as r (reach)
  where l.partition_id = named_partition and l.list_id = named_list and l.ended_at is null and r.reach <> '{}'
    and exists (select from public.assignment a
      where a.partition_id = l.partition_id and a.list_id = l.list_id and a.account_id = held.account_id
        and a.ended_at is null and a.starts_at <= statement_timestamp() and a.ends_at > statement_timestamp());
end
$$;
create function wall.list_partition() returns integer
language plpgsql stable security definer set search_path = '' as $$
begin
  return (select partition_id from wall.list());
end
$$;
create function wall.list_id() returns bigint
language plpgsql stable security definer set search_path = '' as $$
begin
  return (select list_id from wall.list());
end
$$;
create function wall.list_version() returns integer
language plpgsql stable security definer set search_path = '' as $$
begin
  return (select version from wall.list());
end
$$;
create function wall.households() returns bigint[]
language plpgsql stable security definer set search_path = '' as $$
begin
  return (
    select coalesce(array_agg(d.household_id), '{}')
    from wall.list() l join public.walk_list_door d using (partition_id, list_id, version)
    where d.area_no = any (l.reach));
end
$$;
create function wall.electors() returns bigint[]
language plpgsql stable security definer set search_path = '' as $$
begin
  return (
    select coalesce(array_agg(e.elector_id), '{}')
    from wall.list() l join public.walk_list_elector e using (partition_id, list_id, version)
    where e.area_no = any (l.reach));
end
$$;

-- The lists that are this volunteer's now, for the page that has none open.
create function wall.own_lists() returns bigint[]
language plpgsql stable security definer set search_path = '' as $$
declare
  held wall.in_use;
begin
  select * into held from wall.in_use() u where u.role = 'volunteer';
  if held.session_id is null or not wall.open('contact') then
    return '{}';
  end if;
  return (
    select coalesce(array_agg(l.list_id), '{}')
    from public.assignment a
    join public.walk_list l on l.partition_id = a.partition_id and l.list_id = a.list_id and l.ended_at is null
    where a.account_id = held.account_id and a.ended_at is null
      and a.starts_at <= statement_timestamp() and a.ends_at > statement_timestamp()
      and wall.reach(l.partition_id, l.list_id, l.version, held.area_id) <> '{}');
end
$$;

-- Is this version of a list being made by this very transaction?
create function wall.being_made(partition integer, list bigint, version integer) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (select from public.walk_list l where l.partition_id = partition and l.list_id = list
    and l.version = being_made.version and l.made_at = now())
$$;

-- Is this the version of a live list that comes after the one it has? An import writes that one, and nobody has looked at it.
create function wall.comes_next(partition integer, list bigint, version integer) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (select from public.walk_list l where l.partition_id = partition and l.list_id = list
    and l.ended_at is null and comes_next.version = l.version + 1)
$$;

-- Puts the next version of these lists in force, where every door of it lies within the importer's reach. Versions only
-- grow, so that what was looked at stays as it was.
create function wall.follow_lists(partition integer, lists bigint[]) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  reach integer[] := wall.areas();
begin
  update public.walk_list l set version = l.version + 1, area_no = first.area_no,
    electors = (select count(*) from public.walk_list_elector e
      where e.partition_id = l.partition_id and e.list_id = l.list_id and e.version = l.version + 1)
  from public.walk_list_door first
  where l.partition_id = partition and l.list_id = any (lists) and l.ended_at is null
    and first.partition_id = l.partition_id and first.list_id = l.list_id and first.version = l.version + 1
    and first.place = (select min(d.place) from public.walk_list_door d where d.partition_id = l.partition_id
      and d.list_id = l.list_id and d.version = l.version + 1)
    and (wall.operator() or not exists (select from public.walk_list_door d where d.partition_id = l.partition_id
      and d.list_id = l.list_id and d.version in (l.version, l.version + 1) and not d.area_no = any (reach)));
end
$$;

-- Was this list given to this account, now or at some time before?
create function wall.was_given(partition integer, list bigint, account uuid) returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return exists (select from public.assignment a where a.partition_id = partition and a.list_id = list
    and a.account_id = was_given.account and a.starts_at <= statement_timestamp());
end
$$;

-- May this one result be recorded, under this district and kind? A volunteer: a door of a list that was theirs at some
-- time, its assignment over or not, while the session and the tool live and the grant in use covers the door. What was
-- said at a door is never lost. The kind and district are the list's and the door's, never the sender's choice. Of somebody
-- who left the register, was erased from it, or has stopped the processing of opinions or of everything, nothing is
-- recorded, whoever sends it.
create function wall.may_record(partition integer, list bigint, household bigint, elector bigint, area integer, kind text)
returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return exists (
    select from wall.in_use() u
    join public.walk_list l on l.partition_id = partition and l.list_id = list and l.intention_kind = kind
    join public.walk_list_door d on d.partition_id = l.partition_id and d.list_id = l.list_id
      and d.household_id = household and d.area_no = area
    where wall.open('contact') and wall.covers(u.area_id, d.area_no)
      and (u.role = 'organiser' or (u.role = 'volunteer' and wall.was_given(l.partition_id, l.list_id, u.account_id)))
      and (elector is null or exists (select from public.walk_list_elector e
        join public.elector p on p.partition_id = e.partition_id and p.elector_id = e.elector_id and p.left_at is null
        where e.partition_id = l.partition_id and e.list_id = l.list_id and e.household_id = household
          and e.elector_id = elector and not wall.held_back(partition, elector))));
end
$$;

-- Was Contact closed for this role at this door when something was said there, by the clock of whoever said it? It waits for
-- an organiser then. What has no clock counts as said when it comes.
create function wall.said_while_closed(role text, door_area integer, said_at timestamptz) returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return said_at is not null and exists (
    select from public.lockdown l
    where l.tool = 'contact' and l.closed_at <= said_at and l.opened_at > said_at
      and not said_while_closed.role = any (l.stays_in)
      and (l.area_id is null or wall.covers(l.area_id, door_area)));
end
$$;

-- What a result needs to know of its list; no row for one to whom the list was never given. `here` says that the person
-- is on the register: somebody who left it, or was erased from it, gets no further answers, nor who has stopped the processing
-- of opinions or of everything.
create function wall.recordable(partition integer, list bigint, household bigint, elector bigint,
  said_at timestamptz default null)
returns table (covered boolean, door boolean, person boolean, here boolean, area_no integer, intention_kind text, closed boolean)
language plpgsql stable security definer rows 1 set search_path = '' as $$
begin
  return query
  select wall.covers(u.area_id, coalesce(d.area_no, l.area_no)),
    d.household_id is not null,
    elector is null or exists (select from public.walk_list_elector e
      where e.partition_id = l.partition_id and e.list_id = l.list_id and e.household_id = household
        and e.elector_id = elector),
    elector is null or exists (select from public.walk_list_elector e join public.elector p using (partition_id, elector_id)
      where e.partition_id = l.partition_id and e.list_id = l.list_id and e.elector_id = elector and p.left_at is null)
      and not wall.held_back(partition, elector),
    coalesce(d.area_no, l.area_no), l.intention_kind, wall.said_while_closed(u.role, coalesce(d.area_no, l.area_no), said_at)
  from wall.in_use() u
  join public.walk_list l on l.partition_id = partition and l.list_id = list
  left join lateral (select w.household_id, w.area_no from public.walk_list_door w where w.partition_id = l.partition_id
    and w.list_id = l.list_id and w.household_id = household order by w.version desc limit 1) d on true
  where wall.open('contact')
    and case u.role
      when 'volunteer' then wall.was_given(l.partition_id, l.list_id, u.account_id)
      when 'organiser' then wall.covers(u.area_id, coalesce(d.area_no, l.area_no))
      else false end;
end
$$;

-- Was a result of this id received with this content? Null: never. Asked also of ids that another account sent, so that
-- a phone which two people share repeats nothing; an id is a secret of 122 bits until it is sent.
create function wall.received_same(result uuid, content bytea) returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return (
    select r.digest = content from public.receipt r
    where r.id = result and exists (select from wall.in_use()));
end
$$;

-- Does a late result wait with this id and account, received then, that says this? An organiser accepts those and makes up
-- none: neither another home or person nor another answer under a volunteer's name.
create function wall.waits(result uuid, account uuid, partition integer, list bigint, received timestamptz, household bigint,
  elector bigint, outcome text, intention text) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (select from public.quarantine q where q.id = result and q.account_id = account
    and q.partition_id = partition and q.list_id = list and q.received_at = received and q.state = 'waiting'
    and q.content ->> 'household' = partition || '.' || household and q.content ->> 'outcome' = outcome
    and q.content ->> 'elector' is not distinct from partition || '.' || elector
    and nullif(q.content ->> 'intention', '') is not distinct from intention)
$$;

-- An authority has two locks, taken in this order by whoever takes both. 4871004 is for its answers: shared by whoever
-- records them, held alone by who moves people or counts anew. 4871003 is for its ledger of tallies: held by who
-- folds it or writes it anew, so that neither misses what the other has just written.

-- The first thing of a transaction that records answers: an import that moves people waits for it, or it for the import,
-- and then sees where everybody is. A statement of its own, before the one that asks which district a door is in.
create function wall.begin_answers(partitions integer[]) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  partition integer;
begin
  for partition in select distinct p from unnest(partitions) p where p is not null order by p loop
    perform pg_advisory_xact_lock_shared(4871004, partition);
  end loop;
end
$$;

-- What becomes of answers before they are kept, in one question: the locks, then whether each is here already and what its
-- list says of it, in their order.
create function wall.judge(ids uuid[], digests bytea[], partitions integer[], lists bigint[], homes bigint[],
  people bigint[], codes text[], issues text[], said timestamptz[])
returns table (same boolean, covered boolean, door boolean, person boolean, here boolean, area_no integer,
  intention_kind text, code_known boolean, issues_known boolean, closed boolean)
language plpgsql volatile security definer set search_path = '' as $$
#variable_conflict use_column
begin
  perform wall.begin_answers(partitions);
  return query
  select wall.received_same(t.id, t.digest), r.covered, r.door, r.person, r.here, r.area_no, r.intention_kind,
    t.code is null or exists (select from public.intention_code c where c.code = t.code),
    string_to_array(t.issues, ' ') <@ array(select i.code from public.issue_code i), r.closed
  from unnest(judge.ids, judge.digests, judge.partitions, judge.lists, judge.homes, judge.people, judge.codes, judge.issues,
      judge.said)
    with ordinality as t (id, digest, partition, list, household, elector, code, issues, said, n)
  left join lateral wall.recordable(t.partition, t.list, t.household, t.elector, t.said) r on true
  order by t.n;
end
$$;

-- Waits for answers that are being recorded; later ones wait for this transaction's end.
create function wall.hold_answers(partition integer) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform pg_advisory_xact_lock(4871004, partition);
end
$$;

-- Brings intention_now and the tally in line with the results of one person. Computed afresh under the row's lock, so
-- that any order and repetition of answers ends the same. Who has left the register is in no tally; an import, which
-- decides who that is, waits for answers that are being settled and counts all anew at its end.
create function wall.settle(partition integer, elector bigint, kind text) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  person record;
  held public.intention_now%rowtype;
  newest record;
begin
  if not exists (select from public.result r where r.partition_id = partition and r.elector_id = elector
                 and r.intention_kind = kind and r.intention is not null) then
    return;
  end if;
  perform pg_advisory_xact_lock_shared(4871004, partition);
  select e.area_no, e.left_at is null as here into person
  from public.elector e where e.partition_id = partition and e.elector_id = elector;
  insert into public.intention_now (partition_id, elector_id, intention_kind, area_no)
  values (partition, elector, kind, person.area_no) on conflict do nothing;
  select * into held from public.intention_now i
  where i.partition_id = partition and i.elector_id = elector and i.intention_kind = kind for update;
  -- A statement of its own, so that it sees what was committed while the lock was waited for.
  select r.intention, r.id, r.received_at into newest
  from public.standing_result r
  where r.partition_id = partition and r.elector_id = elector and r.intention_kind = kind and r.intention is not null
  order by r.received_at desc, r.id desc limit 1;
  if person.here and held.code is distinct from newest.intention then
    if held.code is not null then
      insert into public.tally (area_no, intention_kind, code, change) values (held.area_no, kind, held.code, -1);
    end if;
    if newest.intention is not null then
      insert into public.tally (area_no, intention_kind, code, change) values (held.area_no, kind, newest.intention, 1);
    end if;
  end if;
  update public.intention_now i
  set code = newest.intention, result_id = newest.id, received_at = newest.received_at
  where i.partition_id = partition and i.elector_id = elector and i.intention_kind = kind
    and i.result_id is distinct from newest.id;
end
$$;

-- The last of a transaction that recorded answers: brings people's intentions in line, one by one in their order, and lets
-- go what waited in quarantine under the same id with the same content.
create function wall.settle_all(partitions integer[], electors bigint[], kinds text[], ids uuid[], digests bytea[])
returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  place integer;
begin
  for place in 1 .. cardinality(electors) loop
    perform wall.settle(partitions[place], electors[place], kinds[place]);
  end loop;
  for place in 1 .. cardinality(ids) loop
    perform wall.release(ids[place], digests[place]);
  end loop;
end
$$;

-- After an import people may stand in other districts: counts the authority's intentions anew.
create function wall.rebuild_tallies(partition integer) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform wall.hold_answers(partition);
  perform pg_advisory_xact_lock(4871003, partition);
  if not exists (select from public.intention_now i where i.partition_id = partition) then
    return;
  end if;
  update public.intention_now i set area_no = e.area_no
  from public.elector e
  where i.partition_id = partition and e.partition_id = i.partition_id and e.elector_id = i.elector_id
    and e.area_no <> i.area_no;
  delete from public.tally t using public.district d where d.area_no = t.area_no and d.partition_id = partition;
  insert into public.tally (area_no, intention_kind, code, change)
  select i.area_no, i.intention_kind, i.code, count(*) from public.intention_now i
  join public.elector e using (partition_id, elector_id)
  where i.partition_id = partition and i.code is not null and e.left_at is null
  group by 1, 2, 3;
end
$$;

-- Folds each authority's ledger to one row a district, kind and code; where somebody is at it, it is left alone. What is
-- one row already stays as it is.
create function wall.fold_tallies() returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  partition integer;
begin
  for partition in select a.partition_id from public.authority a order by 1 loop
    continue when not pg_try_advisory_xact_lock(4871003, partition);
    with many as materialized (
      select t.area_no, t.intention_kind, t.code from public.tally t join public.district d using (area_no)
      where d.partition_id = partition group by 1, 2, 3 having count(*) > 1
    ), gone as (
      delete from public.tally t using many m
      where t.area_no = m.area_no and t.intention_kind = m.intention_kind and t.code = m.code
      returning t.area_no, t.intention_kind, t.code, t.change
    )
    insert into public.tally (area_no, intention_kind, code, change)
    select area_no, intention_kind, code, sum(change) from gone group by 1, 2, 3 having sum(change) <> 0;
  end loop;
end
$$;

-- May this list be given to this account? Their volunteer grant must cover every door.
create function wall.may_assign(partition integer, list bigint, account uuid) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (
    select from wall.in_use() u
    join public.walk_list l on l.partition_id = partition and l.list_id = list
    join public.access_grant g on g.account_id = may_assign.account and g.role = 'volunteer' and g.ended_at is null
      and g.starts_at <= statement_timestamp() and g.ends_at > statement_timestamp()
    where u.role = 'organiser' and wall.open('contact')
      and l.ended_at is null
      and not exists (
        select from (select distinct w.area_no from public.walk_list_door w where w.partition_id = l.partition_id
          and w.list_id = l.list_id and w.version = l.version) d
        where not (wall.covers(u.area_id, d.area_no) and wall.covers(g.area_id, d.area_no))))
$$;

-- Whom this list may be given to: live volunteer grants that cover every door of it.
create function wall.assignable(partition integer, list bigint)
returns table (account_id uuid, name text, email text, grant_ends_at timestamptz)
language sql stable security definer set search_path = '' as $$
  with l as materialized (
    select w.area_id, array(select distinct d.area_no from public.walk_list_door d where d.partition_id = l.partition_id
      and d.list_id = l.list_id and d.version = l.version) as numbers
    from wall.in_use() w join public.walk_list l on l.partition_id = assignable.partition and l.list_id = assignable.list
    where w.role = 'organiser' and wall.open('contact') and l.ended_at is null
  )
  select a.account_id, a.name, a.email, max(g.ends_at)
  from l
  join public.access_grant g on g.role = 'volunteer' and g.ended_at is null
    and g.starts_at <= statement_timestamp() and g.ends_at > statement_timestamp()
  join public.account a on a.account_id = g.account_id
  where not exists (select from unnest(l.numbers) n where not (wall.covers(l.area_id, n) and wall.covers(g.area_id, n)))
  group by 1, 2, 3
$$;

-- Of these people, those who want nobody at their door. An objection follows the person wherever an
-- import puts them, so its own district does not limit this; the person's does.
create function wall.objected(partition integer, electors bigint[]) returns bigint[]
language sql stable security definer set search_path = '' as $$
  select coalesce(array_agg(elector_id), '{}') from (
    select distinct on (o.elector_id) o.elector_id, o.withdrawn
    from public.objection o
    join public.elector e on e.partition_id = o.partition_id and e.elector_id = o.elector_id
    where o.partition_id = partition and o.elector_id = any (electors) and o.channel = 'door'
      and (e.area_no = any ((select wall.areas())::integer[]) or wall.operator())
    order by o.elector_id, o.at desc, o.objection_id desc) newest
  where not withdrawn
$$;

-- Lets sessions of a volunteer last until two hours after the last of their assignments.
create function wall.extend_sessions(account uuid) returns void
language sql volatile security definer set search_path = '' as $$
  update public.session s
  set ends_at = greatest(s.ends_at, least(g.ends_at, (
    select max(a.ends_at) + interval '2 hours' from public.assignment a
    where a.account_id = extend_sessions.account and a.ended_at is null)))
  from public.access_grant g
  where g.grant_id = s.grant_id and g.role = 'volunteer' and s.account_id = extend_sessions.account
    and s.ended_at is null and s.ends_at > statement_timestamp()
    and (exists (select from wall.in_use() u where u.role = 'organiser')
      or pg_has_role(session_user, 'hustings_operator', 'member'))
$$;

-- The names that records need: who recorded, holds or decided. Of any account whose id is asked for: ids are random, and
-- who knows one has read a record of theirs that the wall let through.
create function wall.names(accounts uuid[]) returns table (account_id uuid, name text)
language sql stable security definer set search_path = '' as $$
  select a.account_id, a.name from public.account a
  where a.account_id = any (names.accounts)
    and exists (select from wall.in_use() u where u.role in ('organiser', 'data-protection-officer'))
$$;

do $$
declare f regprocedure;
begin
  for f in select p.oid::regprocedure from pg_proc p where p.pronamespace = 'wall'::regnamespace
    and pg_get_userbyid(p.proowner) <> 'hustings_wall' loop
    execute format('alter function %s owner to hustings_wall', f);
  end loop;
end $$;
alter type wall.open_list owner to hustings_wall;
grant execute on function wall.list_partition(), wall.list_id(), wall.list_version(), wall.households(), wall.electors(),
  wall.recordable(integer, bigint, bigint, bigint, timestamptz) to hustings_volunteer;
grant execute on function wall.may_record(integer, bigint, bigint, bigint, integer, text),
  wall.received_same(uuid, bytea),
  wall.judge(uuid[], bytea[], integer[], bigint[], bigint[], bigint[], text[], text[], timestamptz[]),
  wall.settle_all(integer[], bigint[], text[], uuid[], bytea[])
  to hustings_volunteer, hustings_organiser;
grant execute on function wall.being_made(integer, bigint, integer) to hustings_organiser;
grant execute on function wall.waits(uuid, uuid, integer, bigint, timestamptz, bigint, bigint, text, text) to hustings_organiser;
grant execute on function wall.may_assign(integer, bigint, uuid), wall.extend_sessions(uuid),
  wall.assignable(integer, bigint), wall.objected(integer, bigint[])
  to hustings_organiser;
grant execute on function wall.begin_answers(integer[]) to hustings_organiser;
grant execute on function wall.hold_answers(integer), wall.rebuild_tallies(integer),
  wall.comes_next(integer, bigint, integer), wall.follow_lists(integer, bigint[]) to hustings_importer;
-- The server folds now and then, for nobody in particular.
grant execute on function wall.fold_tallies() to hustings_door;
grant execute on function wall.names(uuid[]) to hustings_organiser, hustings_protection;

set local role hustings_owner;
create policy volunteer on household for select to hustings_volunteer
  using (partition_id = (select wall.list_partition()) and household_id = any ((select wall.households())::bigint[]));
create policy volunteer on elector for select to hustings_volunteer
  using (partition_id = (select wall.list_partition()) and elector_id = any ((select wall.electors())::bigint[]));

create policy volunteer on walk_list_door for select to hustings_volunteer
  using (partition_id = (select wall.list_partition()) and list_id = (select wall.list_id()) and version = (select wall.list_version()));
create policy volunteer on walk_list_elector for select to hustings_volunteer
  using (partition_id = (select wall.list_partition()) and list_id = (select wall.list_id()) and version = (select wall.list_version()));
create policy volunteer_reads on result for select to hustings_volunteer
  using (partition_id = (select wall.list_partition()) and list_id = (select wall.list_id()));
create policy volunteer_records on result for insert to hustings_volunteer
  with check (account_id = (select wall.account())
    and wall.may_record(partition_id, list_id, household_id, elector_id, area_no, intention_kind));
create policy own_reads on receipt for select to hustings_volunteer
  using (account_id = (select wall.account()));
create policy own_adds on receipt for insert to hustings_volunteer
  with check (account_id = (select wall.account()));
create policy organiser_adds on receipt for insert to hustings_organiser
  with check (exists (select from quarantine q where q.id = receipt.id and q.account_id = receipt.account_id));
create policy recorder on result_conflict for insert to hustings_volunteer
  with check (account_id = (select wall.account()) and exists (select from wall.recordable(partition_id, list_id, household_id, null) r
    where r.covered and r.door and r.area_no = result_conflict.area_no));

create policy organiser_reads on walk_list for select to hustings_organiser
  using (area_no = any ((select wall.areas())::integer[]));
create policy organiser_makes on walk_list for insert to hustings_organiser
  with check (area_no = any ((select wall.areas())::integer[]) and made_by = (select wall.account()));
create policy organiser_changes on walk_list for update to hustings_organiser
  using (area_no = any ((select wall.areas())::integer[]) and ended_at is null)
  with check (area_no = any ((select wall.areas())::integer[]) and (ended_at is null or wall.just_now(ended_at)));
-- Doors and people come onto a list in the transaction that makes it: looks name a list and its version, so whoever adds
-- to one that was looked at would change who saw whom.
-- A row says its own district: it must be that of the home and of the person, whose own policies
-- hold here too, so that nobody outside the area comes onto a list by a false district.
create policy organiser_reads on walk_list_door for select to hustings_organiser
  using (area_no = any ((select wall.areas())::integer[]));
create policy organiser_adds on walk_list_door for insert to hustings_organiser
  with check (area_no = any ((select wall.areas())::integer[])
    and wall.being_made(walk_list_door.partition_id, walk_list_door.list_id, walk_list_door.version)
    and exists (select from household h where h.partition_id = walk_list_door.partition_id
      and h.household_id = walk_list_door.household_id and h.area_no = walk_list_door.area_no));
create policy organiser_reads on walk_list_elector for select to hustings_organiser
  using (area_no = any ((select wall.areas())::integer[]));
create policy organiser_adds on walk_list_elector for insert to hustings_organiser
  with check (area_no = any ((select wall.areas())::integer[])
    and wall.being_made(walk_list_elector.partition_id, walk_list_elector.list_id, walk_list_elector.version)
    and exists (select from elector e where e.partition_id = walk_list_elector.partition_id
      and e.elector_id = walk_list_elector.elector_id and e.household_id = walk_list_elector.household_id
      and e.area_no = walk_list_elector.area_no));
create policy organiser_reads on assignment for select to hustings_organiser
  using (exists (select from walk_list l where l.partition_id = assignment.partition_id and l.list_id = assignment.list_id));
create policy organiser_assigns on assignment for insert to hustings_organiser
  with check (assigned_by = (select wall.account()) and wall.may_assign(partition_id, list_id, account_id));
-- What is over is history: nobody changes when it ended.
create policy organiser_ends on assignment for update to hustings_organiser
  using (ended_at is null and exists (select from walk_list l where l.partition_id = assignment.partition_id and l.list_id = assignment.list_id))
  with check (wall.just_now(ended_at));
create policy organiser_reads on result for select to hustings_organiser
  using (area_no = any ((select wall.areas())::integer[]));
create policy organiser_accepts on result for insert to hustings_organiser
  with check (area_no = any ((select wall.areas())::integer[]) and accepted_by = (select wall.account()) and not void
    and wall.waits(id, account_id, partition_id, list_id, received_at, household_id, elector_id, outcome, intention)
    and wall.may_record(partition_id, list_id, household_id, elector_id, area_no, intention_kind));
create policy organiser on result_conflict for select to hustings_organiser
  using (area_no = any ((select wall.areas())::integer[]));
create policy organiser_reads on quarantine for select to hustings_organiser
  using (area_no = any ((select wall.areas())::integer[]));
create policy organiser_decides on quarantine for update to hustings_organiser
  using (state = 'waiting' and area_no = any ((select wall.areas())::integer[]))
  with check (state <> 'waiting' and decided_by = (select wall.account()) and wall.just_now(decided_at));
create policy organiser on intention_now for select to hustings_organiser
  using (area_no = any ((select wall.areas())::integer[]));
create policy organiser on tally for select to hustings_organiser
  using (area_no = any ((select wall.areas())::integer[]));

create policy importer on walk_list for select to hustings_importer
  using (area_no = any ((select wall.areas())::integer[]));
create policy importer_reads on walk_list_door for select to hustings_importer
  using (area_no = any ((select wall.areas())::integer[]));
create policy importer_adds on walk_list_door for insert to hustings_importer
  with check (area_no = any ((select wall.areas())::integer[])
    and wall.comes_next(walk_list_door.partition_id, walk_list_door.list_id, walk_list_door.version)
    and exists (select from household h where h.partition_id = walk_list_door.partition_id
      and h.household_id = walk_list_door.household_id and h.area_no = walk_list_door.area_no));
create policy importer_reads on walk_list_elector for select to hustings_importer
  using (area_no = any ((select wall.areas())::integer[]));
create policy importer_adds on walk_list_elector for insert to hustings_importer
  with check (area_no = any ((select wall.areas())::integer[])
    and wall.comes_next(walk_list_elector.partition_id, walk_list_elector.list_id, walk_list_elector.version)
    and exists (select from elector e where e.partition_id = walk_list_elector.partition_id
      and e.elector_id = walk_list_elector.elector_id and e.household_id = walk_list_elector.household_id
      and e.area_no = walk_list_elector.area_no));
create policy importer on assignment for select to hustings_importer
  using (exists (select from walk_list l where l.partition_id = assignment.partition_id and l.list_id = assignment.list_id));

create policy protection on walk_list for select to hustings_protection using ((select wall.is('data-protection-officer')));
create policy protection on walk_list_elector for select to hustings_protection using ((select wall.is('data-protection-officer')));

create policy administrator on walk_list for select to hustings_administrator using ((select wall.is('administrator')));
create policy administrator on walk_list_elector for select to hustings_administrator using ((select wall.is('administrator')));
create policy administrator_reads on assignment for select to hustings_administrator using ((select wall.is('administrator')));
create policy administrator_ends on assignment for update to hustings_administrator
  using ((select wall.is('administrator')) and ended_at is null) with check (wall.just_now(ended_at));
reset role;
