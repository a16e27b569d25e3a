-- Delivery rounds: streets cut into rounds, who delivers each, which leaflet went through whose letterboxes and when. What is
-- counted is homes; no row names anybody but whoever delivers.
set local role hustings_owner;

create table round (
  round_id uuid primary key,
  -- The smallest area that holds all its streets: whoever organises there keeps it.
  area_id bigint not null references area,
  name text not null check (length(name) between 1 and 120) check (name !~ '[[:cntrl:]]'),
  -- Who delivers it as a rule: a volunteer, or whoever works here with an account.
  deliverer_person uuid references person on delete set null,
  deliverer_account uuid references account,
  -- Since when it is without the one it had.
  lost_at timestamptz,
  note text not null default '' check (length(note) <= 200),
  -- Whether homes with nobody on the register get a leaflet too.
  with_empty boolean not null default false,
  made_by uuid references account,
  made_at timestamptz not null default statement_timestamp(),
  ended_at timestamptz check (isfinite(ended_at)) check (ended_at < '9999-12-31'),
  unique (round_id, area_id),
  check (deliverer_person is null or deliverer_account is null)
);
create index round_by_area on round (area_id) where ended_at is null;
create index round_by_person on round (deliverer_person) where deliverer_person is not null;
create index round_by_account on round (deliverer_account) where deliverer_account is not null;

-- The streets of a round, or sides and numbers of them, in the order in which they are walked. A home belongs to the stretch that
-- its number falls into; homes without a number to the side 'other', or to 'all' from its beginning on.
create table round_street (
  round_id uuid not null references round,
  place integer not null check (place > 0),
  partition_id integer not null,
  area_no integer not null,
  street_key text collate "C" not null,
  street text not null check (length(street) <= 200),
  side text not null default 'all' check (side in ('all', 'odd', 'even', 'other')),
  from_number integer check (from_number >= 0),
  to_number integer check (to_number >= 0),
  primary key (round_id, place),
  foreign key (partition_id, area_no) references district (partition_id, area_no),
  check (from_number is null or to_number is null or from_number <= to_number),
  check (side <> 'other' or (from_number is null and to_number is null))
);
create index round_street_by_street on round_street (area_no, street_key);

-- Homes that get no leaflet, as whoever delivers found them. Append-only: the newest row of a home stands.
create table no_mail (
  partition_id integer not null,
  household_id bigint not null,
  mark_id uuid not null,
  area_no integer not null references district,
  why text not null check (why in ('no-junk-mail', 'inaccessible', 'objected')),
  withdrawn boolean not null default false,
  at timestamptz not null default statement_timestamp(),
  account_id uuid references account,
  primary key (partition_id, household_id, mark_id),
  foreign key (partition_id, household_id) references household
);
create index no_mail_by_area on no_mail (area_no);

-- Something that is delivered, once.
create table leaflet (
  leaflet_id uuid primary key,
  area_id bigint not null references area,
  title text not null check (length(title) between 1 and 120) check (title !~ '[[:cntrl:]]'),
  ready_on date check (ready_on between '2000-01-01' and '9999-12-31'),
  due_on date check (due_on between '2000-01-01' and '9999-12-31'),
  printed integer check (printed between 1 and 10000000),
  made_by uuid references account,
  made_at timestamptz not null default statement_timestamp(),
  ended_at timestamptz check (isfinite(ended_at)) check (ended_at < '9999-12-31')
);
create index leaflet_by_area on leaflet (area_id, made_at desc);

-- A leaflet on a round. It stays when the round changes: how many went out then, and by whom.
create table delivery (
  leaflet_id uuid not null references leaflet,
  round_id uuid not null,
  area_id bigint not null,
  state text not null default 'planned' check (state in ('planned', 'handed', 'done', 'given-back')),
  -- How many leaflets were handed over.
  bundle integer not null default 0 check (bundle between 0 and 100000),
  to_person uuid references person on delete set null,
  to_account uuid references account,
  handed_at timestamptz check (isfinite(handed_at)) check (handed_at < '9999-12-31'),
  done_at timestamptz check (isfinite(done_at)) check (done_at < '9999-12-31'),
  note text not null default '' check (length(note) <= 200),
  changed_by uuid references account,
  primary key (leaflet_id, round_id),
  foreign key (round_id, area_id) references round (round_id, area_id),
  check ((state = 'planned') = (handed_at is null) and (state in ('done', 'given-back')) = (done_at is not null))
);
create index delivery_by_round on delivery (round_id, done_at desc);
create index delivery_by_person on delivery (to_person) where to_person is not null;
create index delivery_by_account on delivery (to_account) where to_account is not null;

grant select on round, round_street, no_mail, leaflet, delivery to hustings_organiser;
grant insert (round_id, area_id, name, deliverer_person, deliverer_account, note, with_empty, made_by),
  update (name, deliverer_person, deliverer_account, note, with_empty, ended_at) on round to hustings_organiser;
grant insert (round_id, place, partition_id, area_no, street_key, street, side, from_number, to_number) on round_street to hustings_organiser;
grant insert (partition_id, household_id, mark_id, area_no, why, withdrawn, account_id) on no_mail to hustings_organiser;
grant insert (leaflet_id, area_id, title, ready_on, due_on, printed, made_by),
  update (title, ready_on, due_on, printed, ended_at) on leaflet to hustings_organiser;
grant insert (leaflet_id, round_id, area_id, state, bundle, to_person, to_account, handed_at, changed_by),
  update (state, bundle, to_person, to_account, handed_at, done_at, note, changed_by) on delivery to hustings_organiser;
grant select, update on round, delivery to hustings_wall;
grant select, delete on round_street to hustings_wall;
grant select, update (area_no) on no_mail to hustings_wall;
grant select on leaflet to hustings_wall;

do $$
declare
  held text;
begin
  foreach held in array array['round', 'round_street', 'no_mail', 'leaflet', 'delivery'] loop
    execute format('alter table %I enable row level security', held);
    execute format('alter table %I force row level security', held);
  end loop;
end $$;
reset role;

-- The smallest of the areas that whoever acts works in that holds all these districts: whose round of theirs it is. One with a name
-- before a district.
create function wall.round_area_of(numbers integer[]) returns bigint
language plpgsql stable security definer set search_path = '' as $$
begin
  return (
    select a.area_id
    from unnest(wall.contact_places()) x (area_id) join public.area a on a.area_id = x.area_id
    cross join lateral (select wall.numbers_of(a.area_id) as held) n
    where (a.kind <> 'district' or a.area_no = any (round_area_of.numbers)) and round_area_of.numbers <@ n.held
    order by cardinality(n.held), a.kind = 'district', a.area_id limit 1);
end
$$;

-- Internal: every home of these districts, the round and stretch that it is on, and why it gets no leaflet; empty: it gets one. In an
-- invented home nobody lives but somebody invented: it is no home of any count, and is told apart for whoever counts here alone.
create function wall.homes_on_rounds(areas integer[])
returns table (partition_id integer, household_id bigint, area_no integer, street_key text, street text, building text, number integer,
  number_suffix text, flat text, address text, place integer, round_id uuid, stretch integer, why text, invented boolean)
language sql stable security definer set search_path = '' as $$
  with objected as materialized (
    -- An objection follows the person, whatever district it was made in.
    select distinct o.partition_id, o.elector_id from public.standing_objection o
    where o.partition_id = any (array(select d.partition_id from public.district d where d.area_no = any (homes_on_rounds.areas)))
      and o.channel in ('post', 'processing')
  ), people as materialized (
    select e.partition_id, e.household_id, count(*) as there, count(*) filter (where not e.planted) as genuine,
      coalesce(bool_and(o.elector_id is not null) filter (where not e.planted), bool_and(o.elector_id is not null)) as against
    from public.elector e
    left join objected o on o.partition_id = e.partition_id and o.elector_id = e.elector_id
    where e.area_no = any (homes_on_rounds.areas) and e.left_at is null and e.erased_at is null and e.household_id is not null
    group by e.partition_id, e.household_id
  ), said as materialized (
    select distinct on (r.partition_id, r.household_id) r.partition_id, r.household_id, r.outcome
    from public.standing_result r where r.area_no = any (homes_on_rounds.areas)
    order by r.partition_id, r.household_id, r.received_at desc, r.id desc
  ), marked as materialized (
    select distinct on (m.partition_id, m.household_id) m.partition_id, m.household_id, m.why, m.withdrawn
    from public.no_mail m where m.area_no = any (homes_on_rounds.areas)
    order by m.partition_id, m.household_id, m.at desc, m.mark_id desc
  ), walked as materialized (
    select s.partition_id, s.area_no, s.street_key, s.side, s.from_number, s.to_number, s.round_id, s.place
    from public.round_street s join public.round r on r.round_id = s.round_id and r.ended_at is null
    where s.area_no = any (homes_on_rounds.areas)
  )
  select h.partition_id, h.household_id, h.area_no, h.street_key, h.street, h.building, h.number, h.number_suffix, h.flat, h.address,
    h.position, w.round_id, w.place,
    case when not m.withdrawn then m.why
      when p.against then 'objected'
      when l.outcome in ('inaccessible', 'wrong-address') then 'not-found'
      when p.there is null then 'empty'
      else '' end,
    coalesce(p.genuine = 0, false)
  from public.household h
  left join people p on p.partition_id = h.partition_id and p.household_id = h.household_id
  left join said l on l.partition_id = h.partition_id and l.household_id = h.household_id
  left join marked m on m.partition_id = h.partition_id and m.household_id = h.household_id
  left join walked w on w.partition_id = h.partition_id and w.area_no = h.area_no and w.street_key = h.street_key
    and case when h.number is null then w.side in ('all', 'other') and w.from_number is null
      else w.side in ('all', case h.number % 2 when 0 then 'even' else 'odd' end)
        and h.number between coalesce(w.from_number, 0) and coalesce(w.to_number, 2147483647) end
  where h.area_no = any (homes_on_rounds.areas)
$$;

-- The same for whoever keeps rounds, within the area in use. Somebody invented has a home like everybody here, since one that were
-- missing would tell of them; the server leaves theirs out by what it asks with its own login (src/rounds/homes.rs).
create function wall.round_homes(areas integer[])
returns table (partition_id integer, household_id bigint, area_no integer, street_key text, street text, building text, number integer,
  number_suffix text, flat text, address text, place integer, round_id uuid, stretch integer, why text)
language plpgsql stable security definer set search_path = '' as $$
declare
  here integer[];
begin
  if not wall.is('organiser') then
    return;
  end if;
  here := array(select unnest(round_homes.areas) intersect select unnest(wall.areas()));
  return query
  select x.partition_id, x.household_id, x.area_no, x.street_key, x.street, x.building, x.number, x.number_suffix, x.flat, x.address,
    x.place, x.round_id, x.stretch, x.why
  from wall.homes_on_rounds(here) x;
end
$$;

-- Internal, of a trigger: nothing is delivered twice. A stretch of street is on one round that lives; whoever is second is told so,
-- also when both come at once.
create function wall.keep_stretch() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  -- A round shows its streets to whoever keeps its area.
  if not wall.operator() and not exists (select from public.round r where r.round_id = new.round_id
    and new.area_no = any (wall.numbers_of(r.area_id))) then
    raise exception 'this street is of another area than the round' using errcode = '23514', constraint = 'street_of_round';
  end if;
  perform pg_advisory_xact_lock(4871031, new.area_no);
  if exists (
    select from public.round_street s join public.round r on r.round_id = s.round_id and r.ended_at is null
    where s.partition_id = new.partition_id and s.area_no = new.area_no and s.street_key = new.street_key
      -- Homes with a number that both hold, or homes without.
      and ((s.side <> 'other' and new.side <> 'other' and (s.side = 'all' or new.side = 'all' or s.side = new.side)
          and coalesce(s.from_number, 0) <= coalesce(new.to_number, 2147483647)
          and coalesce(new.from_number, 0) <= coalesce(s.to_number, 2147483647))
        or (s.side in ('all', 'other') and new.side in ('all', 'other') and s.from_number is null and new.from_number is null))) then
    raise exception 'this stretch of street is on a round already' using errcode = '23P01';
  end if;
  return new;
end
$$;

-- Internal, of a trigger: who delivers is somebody who helps or works here, and a round that loses them says since when.
create function wall.keep_round() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  if new.deliverer_person is not null and new.deliverer_person is distinct from old.deliverer_person and not wall.operator()
    and not exists (select from public.volunteer v where v.person_id = new.deliverer_person and v.state <> 'stopped'
      and v.area_id = any (wall.places())) then
    raise exception 'nobody of this area helps under this record' using errcode = '42501';
  end if;
  if new.deliverer_account is not null and new.deliverer_account is distinct from old.deliverer_account and not wall.operator()
    and not wall.may_hold_task(new.deliverer_account, new.area_id) then
    raise exception 'this account does not work here' using errcode = '42501';
  end if;
  if new.deliverer_person is not null or new.deliverer_account is not null then
    new.lost_at := null;
  elsif old.deliverer_person is not null or old.deliverer_account is not null then
    new.lost_at := statement_timestamp();
  end if;
  return new;
end
$$;

-- Internal, of a trigger: a leaflet is handed to whoever delivers its round, and to nobody else.
create function wall.keep_delivery() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  if not wall.operator() and (
    (new.to_person is not null and new.to_person is distinct from old.to_person and not exists (select from public.round r
      where r.round_id = new.round_id and r.deliverer_person = new.to_person))
    or (new.to_account is not null and new.to_account is distinct from old.to_account and not exists (select from public.round r
      where r.round_id = new.round_id and r.deliverer_account = new.to_account))) then
    raise exception 'they do not deliver this round' using errcode = '42501';
  end if;
  return new;
end
$$;

-- Internal, of a trigger: whoever stops helping delivers nothing any more.
create function wall.deliverer_stops() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  update public.round r set deliverer_person = null where r.deliverer_person = new.person_id;
  return null;
end
$$;

-- Internal, of a trigger: a record that was erased and stays as a number delivers nothing, and did not either.
create function wall.deliverer_gone() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  update public.round r set deliverer_person = null where r.deliverer_person = new.person_id;
  update public.delivery d set to_person = null where d.to_person = new.person_id;
  return null;
end
$$;

-- Internal, of a trigger: rounds are nobody's at once when somebody ends access.
create function wall.rounds_back() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  update public.round r set deliverer_account = null
  where r.ended_at is null and r.deliverer_account = new.account_id and not wall.may_hold_task(r.deliverer_account, r.area_id);
  return null;
end
$$;

-- The same of access that ran out by itself, for the server's own sweep.
create or replace function wall.hand_tasks_back() returns integer
language sql volatile security definer set search_path = '' as $$
  with rounds as (
    update public.round r set deliverer_account = null
    where r.ended_at is null and r.deliverer_account is not null and not wall.may_hold_task(r.deliverer_account, r.area_id)
  ), back as (
    update public.task t set assigned_to = null
    where t.state = 'open' and t.assigned_to is not null and not wall.may_hold_task(t.assigned_to, t.area_id) returning 1)
  select count(*)::integer from back
$$;

-- Takes stretches off a round of one's own.
create function wall.take_off_round(round uuid, places integer[]) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  delete from public.round_street s using public.round r
  where s.round_id = take_off_round.round and s.place = any (take_off_round.places) and r.round_id = s.round_id and r.ended_at is null
    and r.area_id = any (wall.contact_places());
end
$$;

-- The rounds that a leaflet is for: those inside its area that live, and those that had it.
create function wall.leaflet_rounds(leaflet uuid) returns uuid[]
language plpgsql stable security definer set search_path = '' as $$
declare
  here bigint[] := wall.contact_places();
  inside bigint[];
begin
  select wall.areas_inside(l.area_id) into inside from public.leaflet l
  where l.leaflet_id = leaflet_rounds.leaflet and l.area_id = any (here);
  return array(select r.round_id from public.round r
    where r.area_id = any (inside) and r.area_id = any (here)
      and (r.ended_at is null or exists (select from public.delivery d where d.round_id = r.round_id
        and d.leaflet_id = leaflet_rounds.leaflet and d.state <> 'planned')));
end
$$;

-- The rounds that whoever asks delivers, and what they have of each. Nobody's name, no home, and nothing outside the grant in use.
create function wall.rounds_in_hand()
returns table (round_id uuid, name text, area_name text, with_empty boolean, leaflet_id uuid, title text, due_on date, state text,
  bundle integer, handed_at timestamptz, done_at timestamptz)
language plpgsql stable security definer set search_path = '' as $$
declare
  me wall.in_use;
  persons uuid[];
  inside bigint[];
begin
  select u.* into me from wall.in_use() u where u.role in ('volunteer', 'organiser');
  if me.session_id is null or not wall.works(me.role) or not wall.open('contact') then
    return;
  end if;
  persons := array(select p.person_id from public.person p where p.account_id = me.account_id and p.erased_at is null);
  inside := wall.areas_inside(me.area_id);
  return query
  select r.round_id, r.name, a.name, r.with_empty, d.leaflet_id, l.title, l.due_on, d.state, d.bundle, d.handed_at, d.done_at
  from public.round r join public.area a on a.area_id = r.area_id
  left join public.delivery d on d.round_id = r.round_id and (d.to_account = me.account_id or d.to_person = any (persons))
    and (d.state = 'handed' or (d.state = 'done' and d.done_at > statement_timestamp() - interval '14 days'))
  left join public.leaflet l on l.leaflet_id = d.leaflet_id
  where r.ended_at is null and r.area_id = any (inside)
    and (r.deliverer_account = me.account_id or r.deliverer_person = any (persons) or d.leaflet_id is not null);
end
$$;

-- The same with the streets of each round, sides, numbers, how many homes get one, and what stands on the doors that get none, as on
-- the cover sheet, and whose account it goes back to. No other name, and of no door why.
create function wall.own_rounds()
returns table (round_id uuid, name text, area_name text, leaflet_id uuid, title text, due_on date, state text, bundle integer,
  handed_at timestamptz, done_at timestamptz, streets jsonb, contact text)
language plpgsql stable security definer set search_path = '' as $$
begin
  return query
  with mine as materialized (
    select m.* from wall.rounds_in_hand() m
  ), own as materialized (
    select distinct m.round_id, m.with_empty from mine m
  ), homes as materialized (
    select h.round_id, h.stretch, count(*) filter (where h.why = '' or (h.why = 'empty' and o.with_empty)) as given,
      jsonb_agg(jsonb_build_object('building', h.building, 'number', h.number, 'suffix', h.number_suffix, 'flat', h.flat,
          'address', case when h.building = '' and h.number is null and h.flat = '' then h.address else '' end)
        order by h.number nulls last, h.place, h.household_id)
        filter (where h.why <> '' and not (h.why = 'empty' and o.with_empty)) as skipped
    from wall.homes_on_rounds(array(select distinct s.area_no from own o join public.round_street s on s.round_id = o.round_id)) h
    join own o on o.round_id = h.round_id
    where not h.invented
    group by h.round_id, h.stretch
  )
  select m.round_id, m.name, m.area_name, m.leaflet_id, m.title, m.due_on, m.state, m.bundle, m.handed_at, m.done_at,
    (select coalesce(jsonb_agg(jsonb_build_object('street', s.street, 'side', s.side, 'from', s.from_number, 'to', s.to_number,
        'homes', coalesce(h.given, 0), 'out', coalesce(h.skipped, '[]')) order by s.place), '[]')
      from public.round_street s left join homes h on h.round_id = s.round_id and h.stretch = s.place where s.round_id = m.round_id),
    -- To whom leaflets go back: who brought this one out, or, with nothing in hand, the one that was given back last; else who cut
    -- the round; not oneself, and nobody whose access there is over.
    (select a.name from public.round r left join public.leaflet l on l.leaflet_id = coalesce(m.leaflet_id,
        (select d.leaflet_id from public.delivery d where d.round_id = m.round_id and d.state = 'given-back'
         order by d.done_at desc limit 1))
      cross join lateral (values (1, l.made_by), (2, r.made_by)) c (rank, account_id)
      join public.account a on a.account_id = c.account_id
      where r.round_id = m.round_id and a.account_id <> wall.account() and wall.may_hold_task(a.account_id, r.area_id)
      order by c.rank limit 1)
  from mine m order by (m.state = 'handed') desc nulls last, m.due_on, m.name, m.round_id;
end
$$;

-- What became of a leaflet in one's own hands: `done`, `given-back`, or `handed`, which takes the other two back.
create function wall.deliver_own(leaflet uuid, round uuid, becomes text, note text) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  if not exists (select from wall.rounds_in_hand() o where o.round_id = deliver_own.round and o.leaflet_id = deliver_own.leaflet
    and o.state = case deliver_own.becomes when 'handed' then 'done' else 'handed' end) then
    return false;
  end if;
  update public.delivery d set state = deliver_own.becomes, note = deliver_own.note, changed_by = wall.account(),
    done_at = case when deliver_own.becomes = 'handed' then null else statement_timestamp() end
  where d.leaflet_id = deliver_own.leaflet and d.round_id = deliver_own.round;
  return found;
end
$$;

-- Internal, of wall.follow_people: a mark goes where its home is counted now.
create function wall.marks_follow(partition integer) returns void
language sql volatile security definer set search_path = '' as $$
  update public.no_mail m set area_no = h.area_no from public.household h
  where m.partition_id = marks_follow.partition and h.partition_id = m.partition_id and h.household_id = m.household_id
    and m.area_no <> h.area_no
$$;

-- Internal, of files: what a person of Organise delivers, and what was delivered by them.
create function wall.file_rounds(persons uuid[], account uuid) returns jsonb
language sql stable security definer set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object('round', x.name, 'leaflet', x.title, 'bundle', x.bundle, 'handed_at', x.handed_at,
    'done_at', x.done_at, 'state', x.state) order by x.handed_at desc nulls first), '[]')
  from (
    select r.name, null as title, null::integer as bundle, null::timestamptz as handed_at, null::timestamptz as done_at, 'delivers it' as state
    from public.round r where r.ended_at is null and (r.deliverer_person = any (persons) or r.deliverer_account = account)
    union all
    select r.name, l.title, d.bundle, d.handed_at, d.done_at, d.state
    from public.delivery d join public.round r on r.round_id = d.round_id join public.leaflet l on l.leaflet_id = d.leaflet_id
    where d.to_person = any (persons) or d.to_account = account) x
$$;

-- What somebody asked us to stop, and what stands against leaflets at their home.
create or replace function wall.file_contact(partition integer, records bigint[]) returns jsonb
language sql stable security definer set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object('channel', x.channel, 'stops', x.stops, 'how', x.how, 'at', x.at) order by x.at desc), '[]')
  from (
    select o.channel, not o.withdrawn as stops, o.how, o.at
    from public.objection o where o.partition_id = file_contact.partition and o.elector_id = any (records)
    union all
    select 'post', not m.withdrawn, 'No leaflet through this letterbox: ' || case m.why when 'no-junk-mail' then 'a sign says no junk mail'
      when 'inaccessible' then 'nobody gets to it' else 'somebody there asked for none' end, m.at
    from public.no_mail m join public.elector e on e.partition_id = m.partition_id and e.household_id = m.household_id
    where e.partition_id = file_contact.partition and e.elector_id = any (records)) x
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
grant execute on function wall.round_area_of(integer[]), wall.round_homes(integer[]), wall.leaflet_rounds(uuid),
  wall.take_off_round(uuid, integer[]) to hustings_organiser;
grant execute on function wall.rounds_in_hand(), wall.own_rounds(), wall.deliver_own(uuid, uuid, text, text)
  to hustings_organiser, hustings_volunteer;
grant execute on function wall.keep_stretch(), wall.keep_round(), wall.keep_delivery(), wall.deliverer_stops(), wall.deliverer_gone(), wall.rounds_back()
  to hustings_owner;

set local role hustings_owner;
create trigger keep_stretch before insert on round_street for each row execute function wall.keep_stretch();
create trigger keep_round before insert or update on round for each row execute function wall.keep_round();
create trigger keep_delivery before insert or update on delivery for each row execute function wall.keep_delivery();
create trigger deliverer_stops after update of state on volunteer for each row
  when (new.state = 'stopped' and old.state <> 'stopped') execute function wall.deliverer_stops();
create trigger deliverer_gone after update of erased_at on person for each row
  when (new.erased_at is not null and old.erased_at is null) execute function wall.deliverer_gone();
create trigger rounds_back after update of ended_at, ends_at on access_grant for each row
  when (new.ended_at is distinct from old.ended_at or new.ends_at <> old.ends_at) execute function wall.rounds_back();

create policy here on round for select to hustings_organiser using (area_id = any ((select wall.contact_places())::bigint[]));
create policy adds on round for insert to hustings_organiser
  with check (area_id = any ((select wall.contact_places())::bigint[]) and made_by = (select wall.account()) and ended_at is null);
create policy changes on round for update to hustings_organiser
  using (area_id = any ((select wall.contact_places())::bigint[]) and ended_at is null)
  with check (area_id = any ((select wall.contact_places())::bigint[]));
create policy here on round_street for select to hustings_organiser
  using (round_id in (select r.round_id from round r));
create policy adds on round_street for insert to hustings_organiser
  with check (area_no = any ((select wall.areas())::integer[])
    and round_id in (select r.round_id from round r where r.ended_at is null));
create policy here on no_mail for select to hustings_organiser using (area_no = any ((select wall.areas())::integer[]));
create policy adds on no_mail for insert to hustings_organiser
  with check (area_no = any ((select wall.areas())::integer[]) and account_id = (select wall.account())
    and exists (select from household h where h.partition_id = no_mail.partition_id and h.household_id = no_mail.household_id
      and h.area_no = no_mail.area_no));
create policy here on leaflet for select to hustings_organiser using (area_id = any ((select wall.contact_places())::bigint[]));
create policy adds on leaflet for insert to hustings_organiser
  with check (area_id = any ((select wall.contact_places())::bigint[]) and made_by = (select wall.account()));
create policy changes on leaflet for update to hustings_organiser
  using (area_id = any ((select wall.contact_places())::bigint[])) with check (area_id = any ((select wall.contact_places())::bigint[]));
create policy here on delivery for select to hustings_organiser using (area_id = any ((select wall.contact_places())::bigint[]));
create policy adds on delivery for insert to hustings_organiser
  with check (area_id = any ((select wall.contact_places())::bigint[]) and changed_by = (select wall.account())
    and leaflet_id in (select l.leaflet_id from leaflet l));
create policy changes on delivery for update to hustings_organiser
  using (area_id = any ((select wall.contact_places())::bigint[]))
  with check (area_id = any ((select wall.contact_places())::bigint[]) and changed_by = (select wall.account()));
reset role;
