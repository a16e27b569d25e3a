-- Events and their shifts: what is on, who comes, who came. Who sees an event goes by its area: organisers and membership
-- secretaries those that lie wholly inside theirs, canvassers every event of an area that has a district of theirs. Who comes,
-- organisers see of their own events, and everybody of themselves. Places are taken and given up by the wall's functions alone,
-- which lock the event, so that there are never more people than places.
set local role hustings_owner;
create table event (
  event_id uuid primary key,
  area_id bigint not null references area,
  kind text not null check (kind in ('canvass', 'leafleting', 'stall', 'phone-bank', 'meeting', 'training', 'social', 'polling-day')),
  title text not null check (length(title) between 1 and 120),
  place text not null check (length(place) between 1 and 200),
  lat double precision check (lat between 49 and 61.5),
  long double precision check (long between -9 and 2.5),
  bring text not null default '' check (length(bring) <= 500),
  starts_at timestamptz not null check (starts_at >= '2000-01-01' and starts_at < '9999-01-01'),
  ends_at timestamptz not null check (isfinite(ends_at)) check (ends_at < '9999-12-31'),
  -- Places where it has no shifts; none: no limit.
  capacity integer check (capacity between 1 and 10000),
  state text not null default 'planned' check (state in ('planned', 'cancelled')),
  cancelled_reason text check (length(cancelled_reason) between 1 and 500),
  cancelled_at timestamptz,
  -- Events that were repeated from one.
  series_id uuid,
  public boolean not null default false,
  public_text text not null default '' check (length(public_text) <= 2000),
  -- Whoever is there types it on their phone. It is good on the day, and says no more than that somebody came.
  code text collate "C" not null check (code ~ '^[A-Z]{6}$'),
  created_by uuid references account,
  created_at timestamptz not null default statement_timestamp(),
  changed_at timestamptz not null default statement_timestamp() check (isfinite(changed_at)) check (changed_at < '9999-12-31'),
  -- How often it was changed: calendars take the higher one.
  sequence integer not null default 0,
  unique (event_id, area_id),
  check (ends_at > starts_at and ends_at <= starts_at + interval '24 hours'),
  check ((lat is null) = (long is null)),
  check ((state = 'cancelled') = (cancelled_at is not null) and (state = 'cancelled') = (cancelled_reason is not null))
);
create index event_by_time on event (area_id, starts_at);
create index event_by_code on event (code, starts_at);

create table shift (
  shift_id uuid primary key,
  event_id uuid not null,
  area_id bigint not null,
  name text not null check (length(name) between 1 and 80),
  starts_at timestamptz not null check (isfinite(starts_at)) check (starts_at < '9999-12-31'),
  ends_at timestamptz not null check (isfinite(ends_at)) check (ends_at < '9999-12-31'),
  capacity integer check (capacity between 1 and 10000),
  foreign key (event_id, area_id) references event (event_id, area_id) on update cascade on delete cascade,
  unique (shift_id, event_id),
  check (ends_at > starts_at and ends_at <= starts_at + interval '24 hours')
);
create index shift_by_event on shift (event_id, starts_at);

-- Somebody's place: an account's, or that of a person of Organise whom an organiser put down.
create table event_sign_up (
  sign_up_id uuid primary key,
  event_id uuid not null,
  area_id bigint not null,
  shift_id uuid,
  account_id uuid references account,
  person_id uuid references person on delete cascade,
  state text not null check (state in ('coming', 'waiting', 'withdrawn', 'came', 'did-not-come')),
  -- Decides who moves up first.
  signed_at timestamptz not null default clock_timestamp(),
  moved_up_at timestamptz,
  reminded_at timestamptz,
  -- Who put them down; none: themselves.
  added_by uuid references account,
  foreign key (event_id, area_id) references event (event_id, area_id) on update cascade on delete cascade,
  foreign key (shift_id, event_id) references shift (shift_id, event_id) on delete cascade,
  unique nulls not distinct (event_id, shift_id, account_id, person_id),
  check ((account_id is null) <> (person_id is null))
);
create index event_sign_up_by_account on event_sign_up (account_id) where account_id is not null;
create index event_sign_up_by_person on event_sign_up (person_id) where person_id is not null;

-- The walk lists that a canvass walks.
create table event_list (
  event_id uuid not null,
  area_id bigint not null,
  partition_id integer not null,
  list_id bigint not null,
  attached_by uuid references account,
  attached_at timestamptz not null default statement_timestamp(),
  primary key (event_id, partition_id, list_id),
  foreign key (event_id, area_id) references event (event_id, area_id) on update cascade on delete cascade,
  foreign key (partition_id, list_id) references walk_list
);
create index event_list_by_list on event_list (partition_id, list_id);

-- An account's private calendar: the digest of what stands in its address. Asked for a live grant each time it is read.
create table event_feed (
  account_id uuid primary key references account,
  digest bytea not null unique check (length(digest) = 32),
  made_at timestamptz not null default statement_timestamp(),
  -- When a program read it last, to the minute: an address that nothing reads any more can be turned off.
  read_at timestamptz
);

grant select on event, shift, event_sign_up, event_list to hustings_protection;
grant select, insert, update, delete on event, shift, event_sign_up, event_list, event_feed to hustings_wall;
grant select on event, shift, event_sign_up, event_list to hustings_organiser;
grant insert (event_id, area_id, kind, title, place, lat, long, bring, starts_at, ends_at, capacity, series_id, public, public_text,
    code, created_by),
  update (kind, title, place, lat, long, bring, starts_at, ends_at, capacity, series_id, public, public_text, changed_at, sequence)
  on event to hustings_organiser;
grant insert (shift_id, event_id, area_id, name, starts_at, ends_at, capacity), update (name, starts_at, ends_at, capacity)
  on shift to hustings_organiser;
grant insert (event_id, area_id, partition_id, list_id, attached_by) on event_list to hustings_organiser;
grant select (event_id, area_id, kind, title, place, lat, long, bring, starts_at, ends_at, capacity, state, cancelled_reason,
  cancelled_at, series_id, public, public_text, changed_at, sequence) on event to hustings_volunteer, hustings_membership;
grant select on shift to hustings_volunteer, hustings_membership;
grant select (sign_up_id, event_id, area_id, shift_id, account_id, state, signed_at, moved_up_at) on event_sign_up
  to hustings_volunteer, hustings_membership;

do $$
declare
  held text;
begin
  foreach held in array array['event', 'shift', 'event_sign_up', 'event_list', 'event_feed'] loop
    execute format('alter table %I enable row level security', held);
    execute format('alter table %I force row level security', held);
  end loop;
  foreach held in array array['event', 'shift', 'event_sign_up', 'event_list'] loop
    execute format('create policy protection on %I for select to hustings_protection
      using ((select wall.is(''data-protection-officer'')))', held);
  end loop;
end $$;
reset role;

-- The areas whose events whoever acts may come to. Of a canvasser all that have a district of theirs, since a ward's canvassers
-- are wanted at what is on in the whole constituency; only areas in which something is on are asked about.
create function wall.event_areas() returns bigint[]
language plpgsql stable security definer set search_path = '' as $$
declare
  own bigint;
begin
  select u.area_id into own from wall.in_use() u where u.role = 'volunteer';
  if own is null then
    return wall.places();
  elsif not wall.open('organise') then
    return '{}';
  end if;
  return array(select a.area_id from (select distinct e.area_id from public.event e) a where wall.meet(a.area_id, own));
end
$$;

-- May whoever acts see this event? May they run it?
create function wall.sees_event(event uuid) returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return exists (select from public.event e where e.event_id = sees_event.event and e.area_id = any (wall.event_areas()))
    and exists (select from wall.in_use() u where u.role in ('volunteer', 'organiser', 'membership-secretary') and wall.works(u.role));
end
$$;
create function wall.runs_event(event uuid) returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return wall.works('organiser')
    and exists (select from public.event e where e.event_id = runs_event.event and e.area_id = any (wall.places()));
end
$$;

-- Internal: has this account work here still, so that a place is worth keeping for it?
create function wall.may_come(account uuid, area bigint) returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return exists (select from public.access_grant g where g.account_id = may_come.account
    and g.role in ('volunteer', 'organiser', 'membership-secretary') and g.ended_at is null
    and g.starts_at <= statement_timestamp() and g.ends_at > statement_timestamp() and wall.meet(g.area_id, may_come.area));
end
$$;

-- Internal: what letters about an event are filled with. `person`: whoever was put down by name, and cannot sign in.
create function wall.event_fields(form text, event uuid, shift uuid, person uuid) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
begin
  return (
    select jsonb_build_object('form', event_fields.form, 'event', e.event_id, 'title', e.title, 'place', e.place,
      'starts', coalesce(s.starts_at, e.starts_at), 'ends', coalesce(s.ends_at, e.ends_at), 'shift', s.name, 'shift_id', s.shift_id,
      'reason', coalesce(e.cancelled_reason, ''), 'bring', e.bring, 'person', event_fields.person,
      'public', exists (select from wall.public_event(e.event_id)))
    from public.event e left join public.shift s on s.event_id = e.event_id and s.shift_id = event_fields.shift
    where e.event_id = event_fields.event);
end
$$;

-- Internal: where a letter reaches whoever has a place: an account at its own address, somebody who was put down by name at the one
-- that service messages may go to. None: no letter reaches them.
create function wall.place_address(account uuid, person uuid) returns text
language plpgsql stable security definer set search_path = '' as $$
begin
  if place_address.account is not null then
    return (select a.email from public.account a
      where a.account_id = place_address.account and position('@' in a.email) > 0 and not a.demonstration);
  end if;
  return (select c.email_key from public.person p join public.person_contact c on c.person_id = p.person_id
    where p.person_id = place_address.person and p.erased_at is null and c.email_key like '_%@_%'
      and wall.why_no_message('email', 'service', 'shift-change', p.person_id, c.email_key, c.mobile, p.channels,
        wall.minor(p.under_18, c.born_on), p.partition_id, p.elector_id) = '');
end
$$;

-- Internal: writes to whoever has a place. Answers whether a letter reaches them.
create function wall.tell_place(account uuid, fields jsonb, goes timestamptz default clock_timestamp()) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
declare
  reached text := wall.place_address(tell_place.account, (tell_place.fields ->> 'person')::uuid);
begin
  if reached is null then
    return false;
  end if;
  insert into public.mail (mail_id, account_id, address, form, fields, next_try_at)
  values (gen_random_uuid(), tell_place.account, case when tell_place.account is null then reached end, tell_place.fields ->> 'form',
    tell_place.fields, tell_place.goes);
  return true;
end
$$;

-- Internal: calendars that hold an event take what it says now for newer than what they have.
create function wall.event_says_more(event uuid) returns void
language sql volatile security definer set search_path = '' as $$
  update public.event e set changed_at = statement_timestamp(), sequence = e.sequence + 1 where e.event_id = event_says_more.event
$$;

-- Internal: fills the places that are free with those who have waited longest, and writes to them. The event is locked. Answers
-- whether somebody moved up.
create function wall.move_up(event uuid, shift uuid) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
declare
  most integer;
  moved boolean := false;
  next_one record;
begin
  select case when move_up.shift is null then e.capacity else s.capacity end into most
  from public.event e left join public.shift s on s.event_id = e.event_id and s.shift_id = move_up.shift
  where e.event_id = move_up.event and e.state = 'planned' and coalesce(s.ends_at, e.ends_at) > statement_timestamp();
  if not found then
    return false;
  end if;
  for next_one in
    select p.sign_up_id, p.account_id, p.person_id from public.event_sign_up p
    where p.event_id = move_up.event and p.shift_id is not distinct from move_up.shift and p.state = 'waiting'
      and (p.account_id is null or wall.may_come(p.account_id, p.area_id))
    order by p.signed_at, p.sign_up_id
  loop
    exit when most <= (select count(*) from public.event_sign_up p where p.event_id = move_up.event
      and p.shift_id is not distinct from move_up.shift and p.state in ('coming', 'came', 'did-not-come'));
    update public.event_sign_up p set state = 'coming', moved_up_at = clock_timestamp() where p.sign_up_id = next_one.sign_up_id;
    perform wall.tell_place(next_one.account_id,
      wall.event_fields('event-moved-up', move_up.event, move_up.shift, next_one.person_id));
    moved := true;
  end loop;
  if moved then
    perform wall.event_says_more(move_up.event);
  end if;
  return moved;
end
$$;

-- Internal, of a trigger: more places, and those who wait have them.
create function wall.room_changed() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform from public.event e where e.event_id = new.event_id for update;
  if tg_table_name = 'shift' then
    perform wall.move_up(new.event_id, (to_jsonb(new) ->> 'shift_id')::uuid);
  else
    perform wall.move_up(new.event_id, null);
  end if;
  return null;
end
$$;

-- Internal: somebody has chosen a shift, so that the place which they had in the event as a whole is free. The event is locked.
create function wall.leave_whole_event(event uuid, account uuid, person uuid) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  update public.event_sign_up p set state = 'withdrawn'
  where p.event_id = leave_whole_event.event and p.shift_id is null and p.state in ('coming', 'waiting')
    and p.account_id is not distinct from leave_whole_event.account and p.person_id is not distinct from leave_whole_event.person;
  if found then
    perform wall.move_up(leave_whole_event.event, null);
  end if;
end
$$;

-- Internal: places that somebody was put down for by name are their account's once it may come there, so that they stand on its own
-- pages, in its calendar and in its letters.
create function wall.places_follow(account uuid) returns void
language sql volatile security definer set search_path = '' as $$
  -- One that the account gave up itself gives way.
  delete from public.event_sign_up x using public.event_sign_up s, public.person h
  where x.account_id = places_follow.account and x.state = 'withdrawn' and h.account_id = x.account_id
    and s.person_id = h.person_id and s.state <> 'withdrawn' and s.event_id = x.event_id and s.shift_id is not distinct from x.shift_id
    and wall.may_come(h.account_id, s.area_id);
  update public.event_sign_up s set account_id = h.account_id, person_id = null from public.person h
  where h.account_id = places_follow.account and s.person_id = h.person_id and wall.may_come(h.account_id, s.area_id)
    and not exists (select from public.event_sign_up x where x.event_id = s.event_id and x.account_id = h.account_id
      and x.shift_id is not distinct from s.shift_id)
$$;

-- Internal: an account that works where one record alone has its email address is that person's, once the account has proved that it
-- reads there. Where two share an address, or somebody is linked already, nobody is linked by it.
create function wall.meet_account(account uuid) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  update public.person p set account_id = a.account_id
  from public.account a join public.person_contact c on c.email_key = a.email
  where a.account_id = meet_account.account and a.address_proved_at is not null and p.person_id = c.person_id and p.account_id is null and p.erased_at is null
    and wall.may_come(a.account_id, p.area_id)
    and not exists (select from public.person x where x.account_id = a.account_id)
    and not exists (select from public.person_contact x where x.email_key = c.email_key and x.person_id <> c.person_id);
  perform wall.places_follow(meet_account.account);
end
$$;

-- Internal, of triggers: the same when access is given, as by an invitation that is taken up, when an account proves its address, and
-- when an address is put down.
create function wall.account_known() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform wall.meet_account(new.account_id);
  return null;
end
$$;
create function wall.address_put_down() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform wall.meet_account(a.account_id) from public.account a where a.email = new.email_key;
  return null;
end
$$;

-- Takes a place: one's own, or for an account or a person of one's own area. The event's row is locked first, so that whoever
-- counts places counts those that were taken a moment ago. Who was down before the event had shifts gives that place up for
-- the one they choose. Answers what became of it.
create function wall.take_place(id uuid, event uuid, shift uuid, account uuid, person uuid) returns text
language plpgsql volatile security definer set search_path = '' as $$
declare
  other boolean := take_place.account is not null or take_place.person is not null;
  who uuid := take_place.account;
  -- By name, who has no account that may come.
  named uuid := take_place.person;
  e public.event;
  s public.shift;
  held public.event_sign_up;
  becomes text := 'coming';
  most integer;
begin
  if not wall.sees_event(take_place.event) or (other and not wall.runs_event(take_place.event)) then
    return 'not-found';
  elsif take_place.account is not null and not exists (select from wall.event_team(take_place.event) t
    where t.account_id = take_place.account) then
    return 'not-found';
  elsif take_place.person is not null and not exists (select from public.person p where p.person_id = take_place.person
    and p.erased_at is null and p.area_id = any (wall.places())) then
    return 'not-found';
  elsif not other then
    who := wall.account();
  end if;
  select x.* into e from public.event x where x.event_id = take_place.event for update;
  select x.* into s from public.shift x where x.shift_id = take_place.shift and x.event_id = e.event_id;
  if named is not null then
    select p.account_id into who from public.person p where p.person_id = named and wall.may_come(p.account_id, e.area_id);
    if who is not null then
      named := null;
      perform wall.places_follow(who);
    end if;
  end if;
  if e.event_id is null or (take_place.shift is not null and s.shift_id is null) then
    return 'not-found';
  elsif e.state <> 'planned' then
    return 'cancelled';
  elsif take_place.shift is null and exists (select from public.shift x where x.event_id = e.event_id) then
    return 'pick';
  elsif coalesce(s.ends_at, e.ends_at) <= statement_timestamp() then
    -- Who was there without being down is put down afterwards, by an organiser.
    if not other then
      return 'over';
    end if;
    becomes := 'came';
  end if;
  select x.* into held from public.event_sign_up x where x.event_id = e.event_id and x.shift_id is not distinct from take_place.shift
    and x.account_id is not distinct from who and x.person_id is not distinct from named;
  if held.state <> 'withdrawn' then
    return 'already';
  end if;
  most := case when s.shift_id is null then e.capacity else s.capacity end;
  if becomes = 'coming' and most <= (select count(*) from public.event_sign_up x where x.event_id = e.event_id
    and x.shift_id is not distinct from take_place.shift and x.state in ('coming', 'came', 'did-not-come')) then
    becomes := 'waiting';
  end if;
  insert into public.event_sign_up (sign_up_id, event_id, area_id, shift_id, account_id, person_id, state, added_by)
  values (take_place.id, e.event_id, e.area_id, take_place.shift, who, named, becomes, case when other then wall.account() end)
  on conflict (event_id, shift_id, account_id, person_id) do update set state = excluded.state, signed_at = clock_timestamp(),
    moved_up_at = null, reminded_at = null, added_by = excluded.added_by;
  if held.sign_up_id is not null then
    perform wall.event_says_more(e.event_id);
  end if;
  if take_place.shift is not null then
    perform wall.leave_whole_event(e.event_id, who, named);
  end if;
  return becomes;
end
$$;

-- Gives a place up: one's own, or as who runs the event, which is told to whoever had it. The next who waits has it at once.
-- Answers what became of it: `moved-up` where somebody has it now.
create function wall.give_up_place(id uuid) returns text
language plpgsql volatile security definer set search_path = '' as $$
declare
  held public.event_sign_up;
begin
  select x.* into held from public.event_sign_up x where x.sign_up_id = give_up_place.id;
  if held.sign_up_id is null or not wall.sees_event(held.event_id)
    or (held.account_id is distinct from wall.account() and not wall.runs_event(held.event_id)) then
    return 'not-found';
  end if;
  perform from public.event e where e.event_id = held.event_id for update;
  -- As it stands once nobody else has the event in hand.
  select x.* into held from public.event_sign_up x where x.sign_up_id = give_up_place.id;
  if held.sign_up_id is null then
    return 'not-found';
  elsif exists (select from public.event e left join public.shift s on s.shift_id = held.shift_id
    where e.event_id = held.event_id and coalesce(s.ends_at, e.ends_at) <= statement_timestamp()) then
    return 'over';
  end if;
  update public.event_sign_up x set state = 'withdrawn' where x.sign_up_id = give_up_place.id and x.state in ('coming', 'waiting', 'came');
  -- That it was changed is no news to them any more.
  delete from public.mail m where m.form = 'event-changed' and m.sent_at is null and m.given_up_at is null and m.tries = 0
    and m.account_id is not distinct from held.account_id and m.fields ->> 'person' is not distinct from held.person_id::text
    and m.fields ->> 'event' = held.event_id::text and m.fields ->> 'shift_id' is not distinct from held.shift_id::text;
  -- Whoever gives up their own knows, and of what was called off they were told.
  if held.state in ('coming', 'waiting') and held.account_id is distinct from wall.account()
    and exists (select from public.event e where e.event_id = held.event_id and e.state = 'planned') then
    perform wall.tell_place(held.account_id, wall.event_fields('place-ended', held.event_id, held.shift_id, held.person_id));
  end if;
  return case when wall.move_up(held.event_id, held.shift_id) then 'moved-up' else 'withdrawn' end;
end
$$;

-- Gives a shift to somebody who was down before the event had any, as who runs it: the place that they had in the event as a whole
-- is free then. Who was ticked off stays so. Answers what became of it, as wall.take_place does.
create function wall.choose_shift(id uuid, shift uuid) returns text
language plpgsql volatile security definer set search_path = '' as $$
declare
  held public.event_sign_up;
  s public.shift;
  becomes text;
begin
  select x.* into held from public.event_sign_up x where x.sign_up_id = choose_shift.id;
  if held.sign_up_id is null or not wall.runs_event(held.event_id) then
    return 'not-found';
  end if;
  perform from public.event e where e.event_id = held.event_id for update;
  -- As it stands once nobody else has the event in hand.
  select x.* into held from public.event_sign_up x where x.sign_up_id = choose_shift.id;
  select x.* into s from public.shift x where x.shift_id = choose_shift.shift and x.event_id = held.event_id;
  if held.sign_up_id is null or s.shift_id is null then
    return 'not-found';
  elsif not exists (select from public.event e where e.event_id = held.event_id and e.state = 'planned') then
    return 'cancelled';
  elsif held.shift_id is not null or held.state = 'withdrawn' then
    return 'already';
  elsif exists (select from public.event_sign_up x where x.event_id = held.event_id and x.shift_id = s.shift_id
    and x.account_id is not distinct from held.account_id and x.person_id is not distinct from held.person_id
    and x.state <> 'withdrawn') then
    update public.event_sign_up x set state = 'withdrawn' where x.sign_up_id = held.sign_up_id;
    becomes := 'already';
  else
    becomes := case when held.state in ('came', 'did-not-come') then held.state when s.ends_at <= statement_timestamp() then 'came'
      when s.capacity <= (select count(*) from public.event_sign_up x where x.event_id = held.event_id and x.shift_id = s.shift_id
        and x.state in ('coming', 'came', 'did-not-come')) then 'waiting' else 'coming' end;
    -- Nobody loses the place that they have by being given another.
    if becomes = 'waiting' and held.state = 'coming' then
      return 'full';
    end if;
    -- One that they gave up there before gives way.
    delete from public.event_sign_up x where x.event_id = held.event_id and x.shift_id = s.shift_id
      and x.account_id is not distinct from held.account_id and x.person_id is not distinct from held.person_id;
    update public.event_sign_up x set shift_id = s.shift_id, state = becomes, moved_up_at = null, reminded_at = null
    where x.sign_up_id = held.sign_up_id;
  end if;
  perform wall.event_says_more(held.event_id);
  perform wall.move_up(held.event_id, null);
  return becomes;
end
$$;

-- Those places of an event, had or waited for, whose people no letter reaches, for whoever runs it: they are to be rung.
create function wall.event_unreached(event uuid) returns setof uuid
language sql stable security definer set search_path = '' as $$
  select p.sign_up_id from public.event_sign_up p
  where p.event_id = event_unreached.event and p.state in ('coming', 'waiting')
    and (select wall.runs_event(event_unreached.event)) and wall.place_address(p.account_id, p.person_id) is null
$$;

-- How many come and wait, shift by shift, of events that whoever asks may see: figures, nobody's name.
create function wall.event_taken(events uuid[]) returns table (event_id uuid, shift_id uuid, coming bigint, waiting bigint)
language sql stable security definer set search_path = '' as $$
  select p.event_id, p.shift_id, count(*) filter (where p.state in ('coming', 'came', 'did-not-come')),
    count(*) filter (where p.state = 'waiting')
  from public.event_sign_up p
  where p.event_id = any (events) and p.area_id = any ((select wall.event_areas())::bigint[]) and p.state <> 'withdrawn'
  group by p.event_id, p.shift_id
$$;

-- One's own places, and where one stands among those who wait.
create function wall.own_places(events uuid[]) returns table (sign_up_id uuid, event_id uuid, shift_id uuid, state text, queue bigint)
language sql stable security definer set search_path = '' as $$
  select p.sign_up_id, p.event_id, p.shift_id, p.state,
    (select count(*) from public.event_sign_up q where q.event_id = p.event_id and q.shift_id is not distinct from p.shift_id
      and q.state = 'waiting' and (q.signed_at, q.sign_up_id) <= (p.signed_at, p.sign_up_id))
  from public.event_sign_up p
  where p.event_id = any (events) and p.account_id = (select wall.account()) and p.area_id = any ((select wall.event_areas())::bigint[])
    and p.state <> 'withdrawn'
$$;

-- Whom an organiser may put down: whoever works with them, wholly inside their own area.
create function wall.event_team(event uuid) returns table (account_id uuid, name text, role text)
language sql stable security definer set search_path = '' as $$
  select a.account_id, a.name, min(g.role) from public.account a join public.access_grant g using (account_id)
  where (select wall.runs_event(event_team.event)) and g.role in ('volunteer', 'organiser', 'membership-secretary')
    and g.ended_at is null and g.starts_at <= statement_timestamp() and g.ends_at > statement_timestamp()
    and g.area_id = any ((select wall.places())::bigint[])
  group by a.account_id, a.name
$$;

-- Who came to one shift, or to the event where no shift is named, by name: of those who had a place there, the ticked ones did and
-- the others did not. Nobody has stayed away from what has not begun. Answers how many came to the event so far.
create function wall.mark_came(event uuid, shift uuid, sign_ups uuid[]) returns integer
language plpgsql volatile security definer set search_path = '' as $$
begin
  if not wall.runs_event(mark_came.event) or not exists (select from public.event e
    left join public.shift s on s.event_id = e.event_id and s.shift_id = mark_came.shift
    where e.event_id = mark_came.event and e.state = 'planned' and s.shift_id is not distinct from mark_came.shift
      and coalesce(s.starts_at, e.starts_at) <= statement_timestamp()) then
    return null;
  end if;
  perform from public.event e where e.event_id = mark_came.event for update;
  update public.event_sign_up p set state = case when p.sign_up_id = any (sign_ups) then 'came' else 'did-not-come' end
  where p.event_id = mark_came.event and p.shift_id is not distinct from mark_came.shift
    and (p.state in ('coming', 'came', 'did-not-come') or (p.state = 'waiting' and p.sign_up_id = any (sign_ups)));
  return (select count(*) from public.event_sign_up p where p.event_id = mark_came.event and p.state = 'came');
end
$$;

-- Internal: for which shift of an event an account is here now: one that is on, or begins or ended within the hour, or else the
-- nearest; of two alike, the one that they are down for. None: for the event itself.
create function wall.shift_now(event uuid, account uuid) returns uuid
language sql stable security definer set search_path = '' as $$
  select slot.shift_id
  from (
    select s.shift_id, s.starts_at, s.ends_at from public.shift s where s.event_id = shift_now.event
    union all
    select null, e.starts_at, e.ends_at from public.event e where e.event_id = shift_now.event) slot
  cross join lateral (
    select greatest(slot.starts_at - statement_timestamp(), statement_timestamp() - slot.ends_at, interval '0') as away,
      exists (select from public.event_sign_up p where p.event_id = shift_now.event and p.account_id = shift_now.account
        and p.shift_id is not distinct from slot.shift_id and p.state <> 'withdrawn') as own) here
  -- Where there are shifts, nobody new is there for the whole of it.
  where slot.shift_id is not null or here.own or not exists (select from public.shift s where s.event_id = shift_now.event)
  order by greatest(here.away, interval '1 hour'), here.own desc, here.away, slot.shift_id is null, slot.starts_at, slot.shift_id
  limit 1
$$;

-- "I am here": the code that hangs at the meeting point, on the event's own day in London, for the shift that is on. Who had no
-- place is down from now on.
create function wall.check_in(code text, id uuid) returns uuid
language plpgsql volatile security definer set search_path = '' set timezone = 'Europe/London' as $$
declare
  here public.event;
  shift uuid;
begin
  select e.* into here from public.event e
  where e.code = check_in.code and e.state = 'planned' and wall.sees_event(e.event_id)
    and statement_timestamp()::date between e.starts_at::date and e.ends_at::date
  order by abs(extract(epoch from e.starts_at - statement_timestamp())) limit 1 for update;
  if here.event_id is null then
    return null;
  end if;
  shift := wall.shift_now(here.event_id, wall.account());
  insert into public.event_sign_up (sign_up_id, event_id, area_id, shift_id, account_id, state)
  values (check_in.id, here.event_id, here.area_id, shift, wall.account(), 'came')
  on conflict (event_id, shift_id, account_id, person_id) do update set state = 'came';
  if shift is not null then
    perform wall.leave_whole_event(here.event_id, wall.account(), null);
  end if;
  return here.event_id;
end
$$;

-- Internal: tells whoever has a place that what they are down for was changed. The letter waits a quarter of an hour, unless that is
-- too long, and what is changed meanwhile goes into it: nobody gets two where one says all. One that somebody has taken to send is
-- not touched, so that none is lost. Answers whether a letter reaches them.
create function wall.tell_of_change(account uuid, fields jsonb, at_once boolean) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
declare
  goes timestamptz := statement_timestamp() + case when at_once then interval '0' else interval '15 minutes' end;
  reached text := wall.place_address(tell_of_change.account, (tell_of_change.fields ->> 'person')::uuid);
begin
  update public.mail m set fields = tell_of_change.fields, next_try_at = least(m.next_try_at, goes),
    address = case when m.account_id is null then coalesce(reached, m.address) end
  where m.account_id is not distinct from tell_of_change.account and m.form = tell_of_change.fields ->> 'form'
    and m.fields ->> 'person' is not distinct from tell_of_change.fields ->> 'person' and m.sent_at is null
    and m.given_up_at is null and m.tries = 0 and m.fields ->> 'event' = tell_of_change.fields ->> 'event'
    and m.fields ->> 'shift_id' is not distinct from tell_of_change.fields ->> 'shift_id';
  if found then
    return true;
  end if;
  return wall.tell_place(tell_of_change.account, tell_of_change.fields, goes);
end
$$;

-- Tells those who have a place or wait for one, each about their own: that it was cancelled, changed, or that a shift is gone.
-- Answers how many get a letter.
create function wall.tell_event(form text, event uuid, shift uuid, at_once boolean default false) returns integer
language plpgsql volatile security definer set search_path = '' as $$
declare
  told integer := 0;
  p record;
  said jsonb;
begin
  if not wall.runs_event(tell_event.event) or tell_event.form not in ('event-cancelled', 'event-changed', 'shift-removed') then
    return null;
  end if;
  -- Of what is not on any more, no letter says that it was changed.
  if tell_event.form <> 'event-changed' then
    delete from public.mail m where m.form = 'event-changed' and m.sent_at is null and m.given_up_at is null and m.tries = 0
      and m.fields ->> 'event' = tell_event.event::text
      and (tell_event.shift is null or m.fields ->> 'shift_id' = tell_event.shift::text);
  end if;
  for p in select x.account_id, x.person_id, x.shift_id from public.event_sign_up x where x.event_id = tell_event.event
    and x.state in ('coming', 'waiting') and (tell_event.shift is null or x.shift_id = tell_event.shift)
    order by x.signed_at
  loop
    said := wall.event_fields(tell_event.form, tell_event.event, p.shift_id, p.person_id);
    if (case when tell_event.form = 'event-changed' then wall.tell_of_change(p.account_id, said, at_once)
      else wall.tell_place(p.account_id, said) end) then
      told := told + 1;
    end if;
  end loop;
  -- A new time is reminded of anew.
  update public.event_sign_up x set reminded_at = null
  where x.event_id = tell_event.event and (tell_event.shift is null or x.shift_id = tell_event.shift);
  return told;
end
$$;

-- Calls an event off, for good, and tells whoever was to come.
create function wall.cancel_event(event uuid, reason text) returns text
language plpgsql volatile security definer set search_path = '' as $$
begin
  if not wall.runs_event(cancel_event.event) then
    return 'not-found';
  end if;
  update public.event e set state = 'cancelled', cancelled_at = statement_timestamp(), cancelled_reason = reason,
    changed_at = statement_timestamp(), sequence = e.sequence + 1
  where e.event_id = cancel_event.event and e.state = 'planned' and e.ends_at > statement_timestamp();
  if not found then
    return 'over';
  end if;
  perform wall.tell_event('event-cancelled', cancel_event.event, null);
  return 'cancelled';
end
$$;

-- Takes a shift away with its places, and tells whoever had one.
create function wall.remove_shift(shift uuid) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
declare
  held public.shift;
begin
  select s.* into held from public.shift s where s.shift_id = remove_shift.shift;
  if held.shift_id is null or not wall.runs_event(held.event_id) then
    return false;
  end if;
  perform from public.event e where e.event_id = held.event_id for update;
  if held.ends_at > statement_timestamp() then
    perform wall.tell_event('shift-removed', held.event_id, held.shift_id);
  end if;
  delete from public.shift s where s.shift_id = held.shift_id;
  return true;
end
$$;

create function wall.detach_list(event uuid, partition integer, list bigint) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  if not wall.runs_event(detach_list.event) then
    return false;
  end if;
  delete from public.event_list l where l.event_id = detach_list.event and l.partition_id = partition and l.list_id = list;
  return found;
end
$$;

-- A letter the day before, to whoever had a place a day before: once, whoever asks how often. For nobody in particular.
create function wall.remind_events() returns integer
language plpgsql volatile security definer set search_path = '' as $$
declare
  due record;
  told integer := 0;
begin
  for due in
    select p.sign_up_id, p.account_id, p.person_id, p.event_id, p.shift_id, p.area_id
    from public.event_sign_up p join public.event e using (event_id) left join public.shift s on s.shift_id = p.shift_id
    where p.state = 'coming' and p.reminded_at is null and e.state = 'planned'
      and coalesce(s.starts_at, e.starts_at) > statement_timestamp()
      and coalesce(s.starts_at, e.starts_at) <= statement_timestamp() + interval '24 hours'
      and greatest(p.signed_at, p.moved_up_at) < coalesce(s.starts_at, e.starts_at) - interval '24 hours'
    order by p.signed_at limit 500 for update of p skip locked
  loop
    update public.event_sign_up p set reminded_at = statement_timestamp() where p.sign_up_id = due.sign_up_id;
    -- Whose access has ended is not written to, and what is closed reminds nobody.
    if (due.account_id is null or wall.may_come(due.account_id, due.area_id)) and not exists (select from public.lockdown l
      where l.tool = 'organise' and l.opened_at is null and (l.area_id is null or wall.meet(l.area_id, due.area_id))) then
      told := told + wall.tell_place(due.account_id,
        wall.event_fields('event-reminder', due.event_id, due.shift_id, due.person_id))::integer;
    end if;
  end loop;
  return told;
end
$$;

-- Places of accounts that may come no more go to who waits longest, as do those that somebody erased has left. Only accounts
-- whose access ended lately are asked about; an event that somebody has in hand is left for the next time. For nobody in
-- particular. Answers how many places were given up.
create function wall.free_places() returns integer
language plpgsql volatile security definer set search_path = '' as $$
declare
  held uuid;
  gone integer;
  freed integer := 0;
begin
  for held in
    select distinct p.event_id from public.event_sign_up p join public.event e using (event_id)
    where e.state = 'planned' and e.ends_at > statement_timestamp() and (p.state = 'waiting'
      or (p.state = 'coming' and exists (select from public.access_grant g where g.account_id = p.account_id
          and least(g.ended_at, g.ends_at) between statement_timestamp() - interval '7 days' and statement_timestamp())
        and not wall.may_come(p.account_id, p.area_id)))
      and not exists (select from public.lockdown l where l.tool = 'organise' and l.opened_at is null
        and (l.area_id is null or wall.meet(l.area_id, e.area_id)))
  loop
    perform from public.event e where e.event_id = held for update skip locked;
    if found then
      update public.event_sign_up p set state = 'withdrawn'
      where p.event_id = held and p.state in ('coming', 'waiting') and p.account_id is not null
        and not wall.may_come(p.account_id, p.area_id)
        and not exists (select from public.shift s where s.shift_id = p.shift_id and s.ends_at <= statement_timestamp());
      get diagnostics gone = row_count;
      freed := freed + gone;
      perform wall.move_up(held, w.shift_id) from (select distinct p.shift_id from public.event_sign_up p
        where p.event_id = held and p.state = 'waiting') w;
    end if;
  end loop;
  return freed;
end
$$;

-- Who of these areas' people ever came to an event, whether put down by an organiser or by themselves: for the list of members who
-- never did.
create function wall.seen_at_events() returns setof uuid
language sql stable security definer set search_path = '' as $$
  select p.person_id from public.person p join public.event_sign_up s on s.person_id = p.person_id and s.state = 'came'
  where p.area_id = any ((select wall.places())::bigint[])
  union
  select p.person_id from public.person p join public.event_sign_up s on s.account_id = p.account_id and s.state = 'came'
  where p.area_id = any ((select wall.places())::bigint[])
$$;

-- What a person of these areas was down for at their events, under their own name or their account's, and whether they came: for
-- whoever keeps their record. Nothing of what they gave up.
create function wall.attended(person uuid) returns table (event_id uuid, title text, shift text, starts_at timestamptz,
  ends_at timestamptz, state text)
language sql stable security definer set search_path = '' as $$
  select e.event_id, e.title, s.name, coalesce(s.starts_at, e.starts_at), coalesce(s.ends_at, e.ends_at),
    case when e.state = 'cancelled' and p.state in ('coming', 'waiting') then 'called-off' else p.state end
  from public.event_sign_up p join public.event e using (event_id) left join public.shift s on s.shift_id = p.shift_id
  where p.sign_up_id in (
      select x.sign_up_id from public.person h join public.event_sign_up x on x.person_id = h.person_id
      where h.person_id = attended.person and h.area_id = any ((select wall.places())::bigint[])
      union
      select x.sign_up_id from public.person h join public.event_sign_up x on x.account_id = h.account_id
      where h.person_id = attended.person and h.area_id = any ((select wall.places())::bigint[]))
    and e.area_id = any ((select wall.places())::bigint[]) and p.state <> 'withdrawn'
  order by 4 desc, 1, 3
$$;

-- At how many doors of the area in use a person of it recorded an answer, in how many hours of the clock, and when last: figures,
-- never an answer. No row where they have no account, or while contact data is closed.
create function wall.canvassed(person uuid) returns table (doors bigint, hours bigint, last_at timestamptz)
language plpgsql stable security definer set search_path = '' as $$
declare
  narrowed bigint := substring(current_setting('app.area', true) from '^[0-9]{1,18}$')::bigint;
  who uuid;
  numbers integer[];
begin
  select h.account_id into who from public.person h
  where h.person_id = canvassed.person and h.area_id = any (wall.places()) and narrowed = any (wall.places());
  if who is null or not wall.open('contact') then
    return;
  end if;
  numbers := wall.numbers_of(narrowed);
  return query select count(distinct (r.list_id, r.household_id)), count(distinct date_trunc('hour', r.at)), max(r.received_at)
    from public.result r where r.account_id = who and r.area_no = any (numbers);
end
$$;

-- One's own calendar's address: made anew, ended, when it was made and read last.
create function wall.make_feed(digest bytea) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  if not exists (select from wall.in_use() u where u.role in ('volunteer', 'organiser', 'membership-secretary') and wall.works(u.role)) then
    return false;
  end if;
  insert into public.event_feed as f (account_id, digest) values (wall.account(), make_feed.digest)
  on conflict (account_id) do update set digest = excluded.digest, made_at = statement_timestamp(),
    read_at = null;
  return true;
end
$$;
create function wall.end_feed() returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  delete from public.event_feed f where f.account_id = wall.account();
end
$$;
create function wall.own_feed() returns table (made_at timestamptz, read_at timestamptz)
language sql stable security definer set search_path = '' as $$
  select f.made_at, f.read_at from public.event_feed f where f.account_id = wall.account()
$$;

-- Internal: whose calendar an address opens, while a grant of theirs lives where Organise is open.
create function wall.feed_of(hash text) returns uuid
language sql stable security definer set search_path = '' as $$
  select f.account_id from public.event_feed f
  where f.digest = sha256(decode(feed_of.hash, 'hex')) and exists (
    select from public.access_grant g where g.account_id = f.account_id and g.role in ('volunteer', 'organiser', 'membership-secretary')
      and g.ended_at is null and g.starts_at <= statement_timestamp() and g.ends_at > statement_timestamp()
      and not exists (select from public.lockdown l where l.tool = 'organise' and l.opened_at is null
        and wall.shuts(l.area_id, l.stays_in, g.role, g.area_id)))
$$;
-- Does an address open one? That it was read is noted for whoever it belongs to, once a minute at most.
create function wall.feed_opens(hash text) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
declare
  whose uuid := wall.feed_of(feed_opens.hash);
begin
  update public.event_feed f set read_at = statement_timestamp()
  where f.account_id = whose and (f.read_at is null or f.read_at < statement_timestamp() - interval '1 minute');
  return whose is not null;
end
$$;

-- What stands in it: its account's own places, those of the last month and all to come, and what was called off.
create function wall.calendar(hash text) returns table (sign_up_id uuid, event_id uuid, title text, shift text, place text,
  lat double precision, long double precision, bring text, starts_at timestamptz, ends_at timestamptz, cancelled boolean,
  waiting boolean, changed_at timestamptz, sequence integer)
language sql stable security definer set search_path = '' as $$
  select p.sign_up_id, e.event_id, e.title, s.name, e.place, e.lat, e.long, e.bring, coalesce(s.starts_at, e.starts_at),
    coalesce(s.ends_at, e.ends_at), e.state = 'cancelled', p.state = 'waiting', e.changed_at, e.sequence
  from public.event_sign_up p join public.event e using (event_id) left join public.shift s on s.shift_id = p.shift_id
  where p.account_id = (select wall.feed_of(calendar.hash)) and p.state in ('coming', 'waiting', 'came')
    and e.ends_at > statement_timestamp() - interval '31 days' and wall.may_come(p.account_id, p.area_id)
  order by 9, 1
$$;

-- What anybody may read of an event that is to be read by anybody: nobody's name.
create function wall.public_event(event uuid) returns table (title text, kind text, place text, lat double precision,
  long double precision, starts_at timestamptz, ends_at timestamptz, public_text text, cancelled boolean, area_id bigint,
  changed_at timestamptz, sequence integer)
language sql stable security definer set search_path = '' as $$
  select e.title, e.kind, e.place, e.lat, e.long, e.starts_at, e.ends_at, e.public_text, e.state = 'cancelled', e.area_id,
    e.changed_at, e.sequence
  from public.event e
  where e.event_id = public_event.event and e.public and e.ends_at > statement_timestamp() - interval '1 day'
    and not exists (select from public.lockdown l where l.tool = 'organise' and l.opened_at is null
      and (l.area_id is null or wall.meet(l.area_id, e.area_id)))
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
grant execute on function wall.event_areas(), wall.take_place(uuid, uuid, uuid, uuid, uuid), wall.give_up_place(uuid),
  wall.event_taken(uuid[]), wall.own_places(uuid[]), wall.check_in(text, uuid), wall.make_feed(bytea), wall.end_feed(), wall.own_feed()
  to hustings_volunteer, hustings_organiser, hustings_membership;
grant execute on function wall.event_unreached(uuid), wall.event_team(uuid), wall.mark_came(uuid, uuid, uuid[]), wall.tell_event(text, uuid, uuid, boolean),
  wall.choose_shift(uuid, uuid),
  wall.cancel_event(uuid, text), wall.remove_shift(uuid), wall.detach_list(uuid, integer, bigint) to hustings_organiser;
grant execute on function wall.seen_at_events(), wall.attended(uuid), wall.canvassed(uuid) to hustings_organiser, hustings_membership;
grant execute on function wall.free_places(), wall.remind_events(), wall.feed_opens(text), wall.calendar(text), wall.public_event(uuid) to hustings_door;
grant execute on function wall.room_changed(), wall.account_known(), wall.address_put_down() to hustings_owner;

set local role hustings_owner;
create trigger room_changed after update of capacity on event for each row execute function wall.room_changed();
create trigger room_changed after update of capacity on shift for each row execute function wall.room_changed();
create trigger account_granted after insert on access_grant for each row execute function wall.account_known();
create trigger address_proved after update of email, address_proved_at on account for each row
  when (new.address_proved_at is not null) execute function wall.account_known();
create trigger address_put_down after insert or update of email_key on person_contact for each row when (new.email_key <> '')
  execute function wall.address_put_down();

create policy here on event for select to hustings_volunteer, hustings_membership
  using (area_id = any ((select wall.event_areas())::bigint[]));
create policy organiser on event to hustings_organiser
  using (area_id = any ((select wall.places())::bigint[]))
  with check (area_id = any ((select wall.places())::bigint[]) and (state = 'planned'));
create policy organiser_signs on event as restrictive for insert to hustings_organiser
  with check (created_by = (select wall.account()));
create policy here on shift for select to hustings_volunteer, hustings_membership
  using (area_id = any ((select wall.event_areas())::bigint[]));
create policy organiser on shift to hustings_organiser
  using (area_id = any ((select wall.places())::bigint[])) with check (area_id = any ((select wall.places())::bigint[]));
create policy own on event_sign_up for select to hustings_volunteer, hustings_membership
  using (account_id = (select wall.account()) and area_id = any ((select wall.event_areas())::bigint[]));
create policy organiser on event_sign_up for select to hustings_organiser
  using (area_id = any ((select wall.places())::bigint[]));
create policy organiser on event_list to hustings_organiser
  using (area_id = any ((select wall.places())::bigint[]))
  with check (area_id = any ((select wall.places())::bigint[]) and attached_by = (select wall.account()));
reset role;
