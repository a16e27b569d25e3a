-- Members: what the party's file says of a membership, beside the person's own record, and everything that became of it. The file
-- comes in under the wall: its rows are staged where only whoever keeps members reads them, and go when it is applied.
set local role hustings_owner;
create table member (
  person_id uuid primary key,
  area_id bigint not null,
  number text collate "C" not null unique check (length(number) between 1 and 40),
  kind text not null default '' check (length(kind) <= 60),
  joined_on date check (joined_on between '1850-01-01' and '2200-12-31'),
  paid_until date check (paid_until between '1850-01-01' and '2200-12-31'),
  state text not null check (state in ('current', 'lapsed', 'suspended', 'resigned', 'expelled')),
  -- As the file says, in the party's own words.
  standing text not null default '' check (length(standing) <= 100),
  branch text not null default '' check (length(branch) <= 100),
  -- What they are found on the register by: folded surname, first forename, and the key of their home.
  surname_key text collate "C" not null default '' check (length(surname_key) <= 110),
  first_key text collate "C" not null default '' check (length(first_key) <= 110),
  home_key text collate "C" not null default '' check (length(home_key) <= 600),
  foreign key (person_id, area_id) references person (person_id, area_id) on update cascade on delete cascade
);
create index member_by_area on member (area_id, state);
create index member_by_end on member (area_id, paid_until);

-- What became of a membership, written by the table itself: nobody else adds to it, and nobody changes it.
create table member_change (
  change_id bigint generated always as identity primary key,
  person_id uuid not null,
  area_id bigint not null,
  what text not null check (what in ('joined', 'current', 'lapsed', 'suspended', 'resigned', 'expelled', 'moved-branch', 'paid-until')),
  was text not null default '' check (length(was) <= 200),
  becomes text not null default '' check (length(becomes) <= 200),
  reason text not null default '' check (length(reason) <= 500),
  at timestamptz not null default statement_timestamp(),
  import_id uuid,
  by_account uuid references account,
  foreign key (person_id, area_id) references person (person_id, area_id) on update cascade on delete cascade
);
create index member_change_by_person on member_change (person_id, change_id desc);
create index member_change_by_time on member_change (area_id, at desc);
create index member_change_by_import on member_change (import_id) where import_id is not null;

-- A membership file on its way in, and afterwards its receipt: figures, and the refused lines without what stood in them.
create table member_import (
  import_id uuid primary key,
  area_id bigint not null references area,
  account_id uuid references account,
  file_name text not null check (length(file_name) <= 120),
  bytes bigint not null,
  sha256 bytea not null,
  encoding text not null check (length(encoding) <= 20),
  -- The line of headings, until the file is applied or thrown away.
  headings text[] not null,
  -- Which column is what; null until somebody says so.
  columns jsonb,
  state text not null default 'ready' check (state in ('ready', 'applied', 'thrown-away')),
  -- Whether who is missing from it has lapsed.
  complete boolean not null default false,
  -- Why members of it who were erased are taken in again; null: they are left out.
  erased_reason text check (length(erased_reason) between 1 and 300),
  counts jsonb,
  refused jsonb not null default '[]',
  begun_at timestamptz not null default statement_timestamp(),
  ended_at timestamptz check (isfinite(ended_at)) check (ended_at < '9999-12-31')
);
create index member_import_by_area on member_import (area_id, begun_at desc);

create table member_import_row (
  import_id uuid not null references member_import on delete cascade,
  area_id bigint not null references area,
  line integer not null,
  -- Null where the line could not be read; then the reason stands.
  cells jsonb,
  refusal text not null default '' check (length(refusal) <= 200),
  primary key (import_id, line)
);

-- Which column is what, by a digest of the line of headings, and which area a branch's name means: decided once by whoever
-- keeps that area's members. A branch of no area is another's, and its members are left out.
create table member_import_form (
  area_id bigint not null references area,
  headings bytea not null,
  columns jsonb not null,
  set_by uuid references account,
  set_at timestamptz not null default statement_timestamp() check (isfinite(set_at)) check (set_at < '9999-12-31'),
  primary key (area_id, headings)
);
create table member_branch (
  within_id bigint not null references area,
  branch_key text collate "C" not null check (length(branch_key) between 1 and 100),
  area_id bigint references area,
  set_by uuid references account,
  set_at timestamptz not null default statement_timestamp() check (isfinite(set_at)) check (set_at < '9999-12-31'),
  primary key (within_id, branch_key)
);

-- A member and an elector who may be one person: a person says.
create table member_match (
  person_id uuid not null,
  area_id bigint not null,
  partition_id integer not null,
  elector_id bigint not null,
  why text not null check (why in ('same-home', 'same-postcode', 'other-postcode')),
  state text not null default 'open' check (state in ('open', 'same', 'different', 'moot')),
  later_at timestamptz,
  decided_by uuid references account,
  decided_at timestamptz,
  primary key (person_id, partition_id, elector_id),
  foreign key (person_id, area_id) references person (person_id, area_id) on update cascade on delete cascade,
  foreign key (partition_id, elector_id) references elector
);
create index member_match_open on member_match (area_id) where state = 'open';
create index member_match_by_elector on member_match (partition_id, elector_id);

grant select on member, member_change, member_import, member_import_row, member_import_form, member_branch, member_match
  to hustings_wall, hustings_protection;
grant insert, update, delete on member, member_change, member_import, member_import_row, member_import_form, member_branch, member_match
  to hustings_wall;
grant update on person to hustings_wall;
grant select on member, member_change, member_import, member_import_row, member_import_form, member_branch to hustings_membership;
grant select (person_id, area_id, state) on member_match to hustings_membership;
grant insert (person_id, area_id, number, kind, joined_on, paid_until, state, standing, branch, surname_key, first_key, home_key),
  update (number, kind, joined_on, paid_until, state, standing, branch, surname_key, first_key, home_key) on member to hustings_membership;
grant insert (import_id, area_id, account_id, file_name, bytes, sha256, encoding, headings, columns),
  update (columns, state, complete, erased_reason, counts, refused, ended_at, headings) on member_import to hustings_membership;
grant insert (import_id, area_id, line, cells, refusal) on member_import_row to hustings_membership;
grant insert (area_id, headings, columns, set_by), update (columns, set_by, set_at) on member_import_form to hustings_membership;
grant insert (within_id, branch_key, area_id, set_by), update (area_id, set_by, set_at) on member_branch to hustings_membership;
-- An organiser knows that somebody is a member, of which branch, and how it stands; not since when, nor what they pay.
grant select (person_id, area_id, branch, state) on member to hustings_organiser;

do $$
declare
  held text;
begin
  foreach held in array array['member', 'member_change', 'member_import', 'member_import_row', 'member_import_form', 'member_branch',
    'member_match'] loop
    execute format('alter table %I enable row level security', held);
    execute format('alter table %I force row level security', held);
    execute format('create policy protection on %I for select to hustings_protection
      using ((select wall.is(''data-protection-officer'')))', held);
  end loop;
end $$;
reset role;

-- The areas whose members whoever acts keeps: a membership secretary's, in use now; all of them for the operator.
create function wall.member_places() returns bigint[]
language plpgsql stable security definer set search_path = '' as $$
begin
  if wall.operator() then
    return array(select a.area_id from public.area a);
  end if;
  return case when wall.works('membership-secretary') then wall.places() else '{}' end;
end
$$;

-- Internal, of a trigger: writes down what became of a membership, by whom, and from which file.
create function wall.keep_member_changes() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  file uuid := (select i.import_id from public.member_import i
    where i.import_id = substring(current_setting('app.member_import', true) from '^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$')::uuid);
  why text := left(coalesce(current_setting('app.member_why', true), ''), 500);
  who uuid := wall.account();
begin
  if tg_op = 'INSERT' then
    insert into public.member_change (person_id, area_id, what, becomes, reason, import_id, by_account)
    values (new.person_id, new.area_id, 'joined', coalesce(new.joined_on::text, ''), why, file, who);
    if new.state <> 'current' then
      insert into public.member_change (person_id, area_id, what, becomes, reason, import_id, by_account)
      values (new.person_id, new.area_id, new.state, new.state, why, file, who);
    end if;
    return null;
  end if;
  if new.state <> old.state then
    insert into public.member_change (person_id, area_id, what, was, becomes, reason, import_id, by_account)
    values (new.person_id, new.area_id, new.state, old.state, new.state, why, file, who);
  end if;
  if new.paid_until is distinct from old.paid_until then
    insert into public.member_change (person_id, area_id, what, was, becomes, reason, import_id, by_account)
    values (new.person_id, new.area_id, 'paid-until', coalesce(old.paid_until::text, ''), coalesce(new.paid_until::text, ''), why, file, who);
  end if;
  if new.area_id <> old.area_id then
    insert into public.member_change (person_id, area_id, what, was, becomes, reason, import_id, by_account)
    select new.person_id, new.area_id, 'moved-branch', was.name, becomes.name, why, file, who
    from public.area was, public.area becomes where was.area_id = old.area_id and becomes.area_id = new.area_id;
  end if;
  return null;
end
$$;

-- Which of these numbers are held by members outside one's areas: their own secretary passes them on.
create function wall.members_elsewhere(numbers text[]) returns setof text
language sql stable security definer set search_path = '' as $$
  select m.number from public.member m
  where m.number = any (numbers) and m.area_id <> all (wall.member_places()) and cardinality(wall.member_places()) > 0
$$;

-- The hashes of people who were erased, for whoever brings a membership file in: they are not taken in unseen. Without the
-- key they tell nothing.
create function wall.erased_hashes() returns table (key_id text, exact bytea, loose bytea)
language sql stable security definer set search_path = '' as $$
  select s.key_id, s.exact, s.loose from public.suppression s
  where s.elector_id is null and cardinality(wall.member_places()) > 0
$$;

-- How many memberships end within 60 days, and how many are past their day, for an organiser: figures, nobody's dates.
create function wall.memberships_ending(out soon bigint, out late bigint)
language sql stable security definer set search_path = '' as $$
  select count(*) filter (where m.paid_until >= t.today), count(*) filter (where m.paid_until < t.today)
  from (select (statement_timestamp() at time zone 'Europe/London')::date as today) t
  join public.member m on m.state = 'current' and m.paid_until <= t.today + 60
  where wall.works('organiser') and m.area_id = any ((select wall.places())::bigint[])
$$;

-- Which of these addresses are those of accounts whose access here depends on membership.
create function wall.accounts_of_members(addresses text[]) returns table (address text, account_id uuid)
language sql stable security definer set search_path = '' as $$
  select lower(a.email), a.account_id from public.account a
  where lower(a.email) = any (addresses) and exists (
    select from public.access_grant g where g.account_id = a.account_id and g.needs_membership and g.ended_at is null
      and g.ends_at > statement_timestamp() and g.area_id = any ((select wall.member_places())::bigint[]))
$$;

-- Takes away what was staged of a file in one's areas: it was applied or thrown away.
create function wall.clear_member_import(file uuid) returns void
language sql volatile security definer set search_path = '' as $$
  delete from public.member_import_row r where r.import_id = file and r.area_id = any ((select wall.member_places())::bigint[])
$$;

-- The same of every file that nobody came back to for a fortnight.
create function wall.forget_member_imports() returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  update public.member_import i set state = 'thrown-away', ended_at = statement_timestamp(), headings = '{}'
  where i.state = 'ready' and i.begun_at < statement_timestamp() - interval '14 days';
  delete from public.member_import_row r using public.member_import i where i.import_id = r.import_id and i.state <> 'ready';
end
$$;

-- Internal: may two folded forenames be those of one person? The same, an initial, a shortening, or a name for short.
create function wall.near_forenames(one text, other text) returns boolean
language sql immutable set search_path = '' as $$
  select one = other
    or (length(one) = 1 or length(other) = 1) and left(one, 1) = left(other, 1)
    or length(one) > 2 and length(other) > 2 and left(one, 3) = left(other, 3)
    or exists (select from (values ('alexander', 'sandy'), ('alexandra', 'sandra'), ('andrew', 'drew'), ('antony', 'tony'),
        ('anthony', 'tony'), ('barbara', 'babs'), ('catherine', 'kate'), ('catherine', 'cathy'), ('catherine', 'kitty'),
        ('charles', 'chuck'), ('deborah', 'debbie'), ('dorothy', 'dot'), ('dorothy', 'dolly'), ('edward', 'ted'), ('edward', 'ned'),
        ('edward', 'eddie'), ('eleanor', 'nell'), ('eleanor', 'nora'), ('elizabeth', 'liz'), ('elizabeth', 'beth'),
        ('elizabeth', 'betty'), ('elizabeth', 'lizzie'), ('elizabeth', 'libby'), ('florence', 'flo'), ('frances', 'fanny'),
        ('francis', 'frank'), ('gerald', 'gerry'), ('helen', 'nell'), ('henry', 'harry'), ('isabella', 'bella'), ('james', 'jim'),
        ('james', 'jimmy'), ('james', 'jamie'), ('jennifer', 'jenny'), ('john', 'jack'), ('katherine', 'kate'),
        ('katherine', 'kitty'), ('kathleen', 'kate'), ('lawrence', 'larry'), ('margaret', 'peggy'), ('margaret', 'meg'),
        ('margaret', 'maggie'), ('margaret', 'peg'), ('margaret', 'rita'), ('martha', 'patty'), ('mary', 'molly'), ('mary', 'polly'),
        ('matilda', 'tilly'), ('michael', 'mike'), ('michael', 'mick'), ('patricia', 'trish'), ('patricia', 'tricia'),
        ('patricia', 'paddy'), ('patrick', 'paddy'), ('rebecca', 'becky'), ('richard', 'dick'), ('richard', 'rick'),
        ('robert', 'bob'), ('robert', 'bobby'), ('robert', 'rab'), ('sarah', 'sally'), ('susan', 'sue'), ('theodore', 'ted'),
        ('theresa', 'terry'), ('teresa', 'tess'), ('victoria', 'vicky'), ('william', 'bill'), ('william', 'billy'),
        ('william', 'liam')) known (whole, short)
      where (known.whole, known.short) in ((one, other), (other, one)))
$$;

-- Finds members on the register. Who bears the same full name in the same home, and is the only one, is linked; who may be
-- the same is put before a person. Nobody is shown to anybody meanwhile.
create function wall.match_members(out linked integer, out doubtful integer)
language plpgsql volatile security definer set search_path = '' as $$
declare
  here bigint[] := wall.member_places();
  numbers integer[];
begin
  if cardinality(here) = 0 then
    raise exception 'nobody who keeps members acts here' using errcode = '42501';
  end if;
  if wall.operator() then
    numbers := array(select d.area_no from public.district d);
  else
    select wall.numbers_of(u.area_id) into numbers from wall.in_use() u;
  end if;
  with looking as (
    select p.person_id, p.name_key, m.home_key from public.person p join public.member m using (person_id)
    where p.area_id = any (here) and p.elector_id is null and p.erased_at is null
      and m.home_key <> '' and m.surname_key <> '' and length(m.first_key) > 1),
  found as (
    select l.person_id, e.partition_id, e.elector_id, count(*) over (partition by l.person_id) as electors,
      count(*) over (partition by e.partition_id, e.elector_id) as members
    from looking l
    join public.household h on h.address_key = l.home_key and h.area_no = any (numbers)
    join public.elector e on e.partition_id = h.partition_id and e.household_id = h.household_id and e.left_at is null
      and not e.planted and (e.name_key = l.name_key or starts_with(e.name_key, l.name_key || ' '))
    where not exists (select from public.person o where o.partition_id = e.partition_id and o.elector_id = e.elector_id)
      and not exists (select from public.member_match x where x.person_id = l.person_id and x.partition_id = e.partition_id
        and x.elector_id = e.elector_id and x.state = 'different'))
  update public.person p set partition_id = f.partition_id, elector_id = f.elector_id, linked_how = 'exact',
    linked_at = statement_timestamp(), linked_by = null
  from found f where f.person_id = p.person_id and f.electors = 1 and f.members = 1;
  get diagnostics linked = row_count;
  update public.member_match x set state = 'moot', decided_at = statement_timestamp()
  from public.person p where p.person_id = x.person_id and x.state = 'open' and p.elector_id is not null and p.area_id = any (here);
  with looking as (
    select p.person_id, p.area_id, p.name_key, m.surname_key, m.first_key, m.home_key,
      coalesce(c.postcode_key, '') as postcode_key
    from public.person p join public.member m using (person_id) left join public.person_contact c using (person_id)
    where p.area_id = any (here) and p.elector_id is null and p.erased_at is null and m.surname_key <> '' and m.first_key <> ''),
  near as (
    select l.person_id, l.area_id, e.partition_id, e.elector_id,
      case when h.address_key = l.home_key then 'same-home' else 'same-postcode' end as why
    from looking l
    join public.household h on h.postcode_key = l.postcode_key and h.area_no = any (numbers)
    join public.elector e on e.partition_id = h.partition_id and e.household_id = h.household_id and e.left_at is null
      and not e.planted and starts_with(e.name_key, l.surname_key || ' ')
    where l.postcode_key <> ''
      and wall.near_forenames(l.first_key, split_part(substr(e.name_key, length(l.surname_key) + 2), ' ', 1))),
  moved as (
    select l.person_id, l.area_id, e.partition_id, e.elector_id, 'other-postcode' as why, count(*) over (partition by l.person_id) as n
    from looking l
    join public.elector e on e.area_no = any (numbers) and e.name_key >= l.name_key and e.name_key < l.name_key || '!'
      and e.left_at is null and not e.planted
    left join public.household h on h.partition_id = e.partition_id and h.household_id = e.household_id
    where length(l.first_key) > 1 and h.postcode_key is distinct from l.postcode_key)
  insert into public.member_match (person_id, area_id, partition_id, elector_id, why)
  select u.person_id, u.area_id, u.partition_id, u.elector_id, u.why from (
    select n.person_id, n.area_id, n.partition_id, n.elector_id, n.why from near n
    union all
    -- A name that many bear says nothing.
    select m.person_id, m.area_id, m.partition_id, m.elector_id, m.why from moved m where m.n <= 3) u
  where not exists (select from public.person o where o.partition_id = u.partition_id and o.elector_id = u.elector_id)
  on conflict do nothing;
  select count(*) into doubtful from public.member_match x where x.state = 'open' and x.area_id = any (here);
end
$$;

-- Members and the electors who may be they, side by side, for whoever keeps members here; what was put off comes last.
create function wall.member_pairs(skip integer, take integer)
returns table (person_id uuid, number text, forename text, surname text, address text[], postcode text,
  partition_id integer, elector_id bigint, name text, home text, home_postcode text, why text, later boolean,
  born_on date, elector_number text, attains_on date)
language sql stable security definer set search_path = '' as $$
  select p.person_id, m.number, p.forename, p.surname, coalesce(c.address, '{}'), coalesce(c.postcode, ''),
    e.partition_id, e.elector_id, e.name, coalesce(h.address, ''), coalesce(h.postcode, ''), x.why, x.later_at is not null,
    c.born_on, e.number, e.attains_on
  from public.member_match x
  join public.person p using (person_id)
  join public.member m using (person_id)
  left join public.person_contact c using (person_id)
  join public.elector e on e.partition_id = x.partition_id and e.elector_id = x.elector_id
  left join public.household h on h.partition_id = e.partition_id and h.household_id = e.household_id
  where x.state = 'open' and x.area_id = any ((select wall.member_places())::bigint[]) and p.erased_at is null and e.left_at is null
  order by x.later_at nulls first, array_position(array['same-home', 'same-postcode', 'other-postcode'], x.why), p.name_key,
    x.person_id, x.elector_id
  offset member_pairs.skip limit member_pairs.take
$$;

-- What a membership secretary says of a pair: the same, two people, or later. Answers whether it was theirs to say.
create function wall.decide_member_match(person uuid, partition integer, elector bigint, verdict text) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
declare
  here bigint[] := wall.member_places();
begin
  perform from public.member_match x where x.person_id = person and x.partition_id = partition and x.elector_id = elector
    and x.state = 'open' and x.area_id = any (here) for update;
  if not found then
    return false;
  elsif verdict = 'later' then
    update public.member_match x set later_at = clock_timestamp()
    where x.person_id = person and x.partition_id = partition and x.elector_id = elector;
    return true;
  elsif verdict = 'same' and exists (select from public.person p where (p.person_id = person and p.elector_id is not null)
    or (p.partition_id = partition and p.elector_id = elector)) then
    -- Somebody said meanwhile who they are: that stands until it is taken back.
    return false;
  end if;
  update public.member_match x set state = decide_member_match.verdict, decided_by = wall.account(), decided_at = statement_timestamp()
  where x.person_id = person and x.partition_id = partition and x.elector_id = elector;
  if verdict = 'same' then
    update public.person p set partition_id = partition, elector_id = elector, linked_how = 'person',
      linked_at = statement_timestamp(), linked_by = wall.account() where p.person_id = person;
    update public.member_match x set state = 'moot', decided_at = statement_timestamp()
    where x.state = 'open' and (x.person_id = person or (x.partition_id = partition and x.elector_id = elector));
  end if;
  return true;
end
$$;

-- What whoever acts said last of a pair, within the hour: named, so that a slip is seen and can be taken back.
create function wall.decided_member_pair()
returns table (person_id uuid, forename text, surname text, partition_id integer, elector_id bigint, name text, same boolean)
language sql stable security definer set search_path = '' as $$
  select p.person_id, p.forename, p.surname, e.partition_id, e.elector_id, e.name, x.state = 'same'
  from public.member_match x
  join public.person p using (person_id)
  join public.elector e on e.partition_id = x.partition_id and e.elector_id = x.elector_id
  where x.state in ('same', 'different') and x.decided_by = wall.account()
    and x.decided_at > statement_timestamp() - interval '1 hour'
    and x.area_id = any ((select wall.member_places())::bigint[]) and p.erased_at is null and e.left_at is null
  order by x.decided_at desc, x.person_id, x.elector_id
  limit 1
$$;

-- Takes back what whoever acts said of a pair within the hour: it is a question again, and so is what was settled with it. Answers whether it
-- was theirs, and still stands.
create function wall.undo_member_match(person uuid, partition integer, elector bigint) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
declare
  here bigint[] := wall.member_places();
  verdict text;
  said_at timestamptz;
begin
  select x.state, x.decided_at into verdict, said_at from public.member_match x
  where x.person_id = person and x.partition_id = partition and x.elector_id = elector
    and x.state in ('same', 'different') and x.decided_by = wall.account() and x.area_id = any (here)
    and x.decided_at > statement_timestamp() - interval '1 hour' for update;
  if not found then
    return false;
  end if;
  if verdict = 'same' then
    update public.person p set partition_id = null, elector_id = null, linked_how = null, linked_at = null, linked_by = null
    where p.person_id = person and p.partition_id = partition and p.elector_id = elector and p.linked_how = 'person';
    if not found then
      return false;
    end if;
  end if;
  -- Whoever was linked meanwhile stays so, and is no question.
  update public.member_match x set state = 'open', decided_by = null, decided_at = null
  where ((x.person_id = person and x.partition_id = partition and x.elector_id = elector)
      or (verdict = 'same' and x.state = 'moot' and x.decided_at = said_at
        and (x.person_id = person or (x.partition_id = partition and x.elector_id = elector))))
    and not exists (select from public.person p where (p.person_id = x.person_id and p.elector_id is not null)
      or (p.partition_id = x.partition_id and p.elector_id = x.elector_id));
  return found;
end
$$;

-- Takes a link back that was wrong: these two are not put together again.
create function wall.unlink_member(person uuid) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  insert into public.member_match as x (person_id, area_id, partition_id, elector_id, why, state, decided_by, decided_at)
  select p.person_id, p.area_id, p.partition_id, p.elector_id, 'same-home', 'different', wall.account(), statement_timestamp()
  from public.person p join public.member m using (person_id)
  where p.person_id = person and p.elector_id is not null and p.area_id = any ((select wall.member_places())::bigint[])
  on conflict on constraint member_match_pkey do update
    set state = 'different', decided_by = excluded.decided_by, decided_at = excluded.decided_at;
  if not found then
    return false;
  end if;
  update public.person p set partition_id = null, elector_id = null, linked_how = null, linked_at = null, linked_by = null
  where p.person_id = person;
  -- Who else they, or that elector, may be is a question again, where nobody answered it meanwhile.
  update public.member_match x set state = 'open', decided_by = null, decided_at = null
  from public.member_match wrong
  where wrong.person_id = person and wrong.state = 'different' and x.state = 'moot'
    and (x.person_id = person or (x.partition_id = wrong.partition_id and x.elector_id = wrong.elector_id))
    and not exists (select from public.person p where (p.person_id = x.person_id and p.elector_id is not null)
      or (p.partition_id = x.partition_id and p.elector_id = x.elector_id));
  return true;
end
$$;

alter function wall.member_places() owner to hustings_wall;
alter function wall.keep_member_changes() owner to hustings_wall;
alter function wall.members_elsewhere(text[]) owner to hustings_wall;
alter function wall.accounts_of_members(text[]) owner to hustings_wall;
alter function wall.erased_hashes() owner to hustings_wall;
alter function wall.memberships_ending() owner to hustings_wall;
alter function wall.clear_member_import(uuid) owner to hustings_wall;
alter function wall.forget_member_imports() owner to hustings_wall;
alter function wall.near_forenames(text, text) owner to hustings_wall;
alter function wall.match_members() owner to hustings_wall;
alter function wall.member_pairs(integer, integer) owner to hustings_wall;
alter function wall.decide_member_match(uuid, integer, bigint, text) owner to hustings_wall;
alter function wall.decided_member_pair() owner to hustings_wall;
alter function wall.undo_member_match(uuid, integer, bigint) owner to hustings_wall;
alter function wall.unlink_member(uuid) owner to hustings_wall;
grant execute on function wall.member_places(), wall.members_elsewhere(text[]), wall.accounts_of_members(text[]),
  wall.clear_member_import(uuid), wall.forget_member_imports(), wall.match_members(), wall.member_pairs(integer, integer),
  wall.decide_member_match(uuid, integer, bigint, text), wall.decided_member_pair(), wall.undo_member_match(uuid, integer, bigint),
  wall.unlink_member(uuid), wall.erased_hashes() to hustings_membership;
grant execute on function wall.memberships_ending() to hustings_organiser;
grant execute on function wall.forget_member_imports() to hustings_door;
grant execute on function wall.keep_member_changes() to hustings_owner;
-- Electors stand beside members on the page of pairs, and that is a look like any other.
grant execute on function wall.pseudonyms(integer, bigint[]) to hustings_membership;

set local role hustings_owner;
create trigger keep_member_changes after insert or update of state, paid_until, area_id on member
  for each row execute function wall.keep_member_changes();

create policy membership on member to hustings_membership
  using (area_id = any ((select wall.places())::bigint[])) with check (area_id = any ((select wall.places())::bigint[]));
create policy organiser on member for select to hustings_organiser using (area_id = any ((select wall.places())::bigint[]));
create policy membership on member_change for select to hustings_membership using (area_id = any ((select wall.places())::bigint[]));
create policy membership on member_import for select to hustings_membership using (area_id = any ((select wall.places())::bigint[]));
create policy membership_adds on member_import for insert to hustings_membership
  with check (area_id = any ((select wall.places())::bigint[]) and account_id = (select wall.account()));
-- A colleague may go on with what somebody gave.
create policy membership_changes on member_import for update to hustings_membership
  using (area_id = any ((select wall.places())::bigint[])) with check (area_id = any ((select wall.places())::bigint[]));
create policy membership on member_import_row to hustings_membership
  using (area_id = any ((select wall.places())::bigint[])) with check (area_id = any ((select wall.places())::bigint[]));
create policy membership on member_import_form to hustings_membership
  using (area_id = any ((select wall.places())::bigint[]))
  with check (area_id = any ((select wall.places())::bigint[]) and set_by = (select wall.account()));
create policy membership on member_branch to hustings_membership
  using (within_id = any ((select wall.places())::bigint[]))
  with check (within_id = any ((select wall.places())::bigint[])
    and (area_id is null or area_id = any ((select wall.places())::bigint[])) and set_by = (select wall.account()));
create policy membership on member_match for select to hustings_membership using (area_id = any ((select wall.places())::bigint[]));
reset role;
