-- What is taken away as a file: asked for, above a size approved by a second person, fetched a few times, over.
-- No file is kept: each fetch makes it anew. Working roles write none of these tables; each act is one function of the wall that
-- asks who acts and says what came of it. A canvasser's role holds nothing here.
set local role hustings_owner;

-- Above how many people a second person approves, as it was set from when on; the newest stands.
create table export_limit (
  version integer generated always as identity primary key,
  people integer not null check (people between 0 and 100000),
  at timestamptz not null default clock_timestamp(),
  -- By neither: as it came.
  account_id uuid references account,
  by_operator boolean not null default false,
  reason text not null check (length(reason) between 1 and 500)
);
insert into export_limit (people, reason) values (500, 'As it comes');

create table export (
  export_id bigint generated always as identity primary key,
  -- Who asked, under which grant: it dies with that grant.
  account_id uuid not null references account,
  grant_id uuid not null references access_grant,
  area_id bigint not null references area,
  what text not null check (what in ('search', 'districts', 'list', 'selection', 'figures')),
  -- What was chosen, so that it can be found anew: a search's words and filters, a district, a list, a kind of election. Words
  -- may be somebody's name: they go 30 days after the export is over (wall.sweep_exports).
  choice jsonb not null check (length(choice::text) <= 2000),
  -- The districts that it may reach, at most; whoever approves must cover them all.
  districts integer[] not null check (cardinality(districts) > 0),
  columns text[] not null check (cardinality(columns) between 1 and 40),
  format text not null check (format in ('csv', 'pdf')),
  purpose text not null check (length(purpose) between 1 and 40),
  reason text not null check (length(reason) between 1 and 500),
  days smallint not null check (days between 1 and 14),
  -- How many people it held when it was asked for, and above how many a second person approves, as the limit stood then.
  people integer not null check (people >= 0),
  most integer not null,
  needs_approval boolean not null,
  asked_at timestamptz not null default statement_timestamp(),
  lapses_at timestamptz not null default statement_timestamp() + interval '7 days',
  verdict text check (verdict in ('approved', 'refused')),
  decided_at timestamptz,
  decided_by uuid references account,
  decided_by_operator uuid,
  decided_reason text check (length(decided_reason) <= 500),
  withdrawn_at timestamptz,
  -- Until when it can be fetched; null while it waits.
  expires_at timestamptz check (expires_at < '9999-12-31'),
  check ((verdict is null) = (decided_at is null)),
  check (verdict is null or needs_approval),
  check (verdict is distinct from 'approved' or decided_by is distinct from account_id)
);
create index export_by_account on export (account_id, asked_at);
create index export_by_decider on export (decided_by) where decided_by is not null;
create index export_lately on export ((least(decided_at, withdrawn_at, lapses_at))) where needs_approval; -- wall.exports_to_decide
create index export_waiting on export (lapses_at) where needs_approval and verdict is null and withdrawn_at is null;

-- Each time that the file was made and sent. Its people stand in the access log's row of the same session.
create table export_fetch (
  export_id bigint not null references export,
  nth smallint not null check (nth between 1 and 3),
  at timestamptz not null default clock_timestamp(),
  session_id uuid not null,
  people integer not null check (people >= 0),
  primary key (export_id, nth)
);

-- Invented people, in one export each and nowhere else: whoever finds one in a file knows whose file it was. Nobody's data. The
-- door's login alone puts them in, so that no session of the asker's can read which of the lines they are.
create table export_canary (
  canary_id bigint generated always as identity primary key,
  export_id bigint not null references export,
  called text not null check (length(called) between 1 and 200),
  -- The same in the parts and the spelling of the register.
  family text not null,
  given text not null,
  call_key text collate "C" not null unique,
  lives text not null check (length(lives) between 1 and 500),
  lives_key text collate "C" not null,
  number text not null default '',
  -- Beside whom the line stands, so that each fetch puts it at the same place.
  beside_partition integer not null,
  beside bigint not null
);
create index export_canary_by_export on export_canary (export_id);

grant select, insert, update on export, export_fetch, export_canary, export_limit to hustings_wall;
grant select (export_id, account_id, grant_id, area_id, what, choice, districts, columns, format, purpose, reason, days, people, most,
    needs_approval, asked_at, lapses_at, verdict, decided_at, decided_by, decided_by_operator, decided_reason, withdrawn_at, expires_at)
  on export to hustings_organiser, hustings_protection;
grant select (export_id, nth, at, people) on export_fetch to hustings_organiser;
grant select (export_id, nth, at, session_id, people) on export_fetch to hustings_protection;
grant select (canary_id, export_id, called, call_key, lives, lives_key) on export_canary to hustings_protection;
-- An administrator's receipt lists what an account took away, not what it was looking for.
grant select (export_id, account_id, what, format, people) on export to hustings_administrator;
grant select (export_id, nth, at, people) on export_fetch to hustings_administrator;
grant select (version, people, at, account_id, by_operator, reason) on export_limit
  to hustings_organiser, hustings_protection, hustings_administrator;
grant insert (people, account_id, reason) on export_limit to hustings_protection, hustings_administrator;

alter table export enable row level security;
alter table export force row level security;
alter table export_fetch enable row level security;
alter table export_fetch force row level security;
alter table export_canary enable row level security;
alter table export_canary force row level security;
alter table export_limit enable row level security;
alter table export_limit force row level security;
reset role;

-- Exports of others that whoever acts, an organiser, may decide or has decided, and for a week what became of those that somebody
-- else decided: wholly inside the grant's own area.
create function wall.exports_to_decide() returns bigint[]
language plpgsql stable security definer set search_path = '' as $$
declare
  me wall.in_use;
  numbers integer[];
begin
  select u.* into me from wall.in_use() u where u.role = 'organiser' and wall.open('contact');
  if me.account_id is null then
    return '{}';
  end if;
  numbers := wall.numbers_of(me.area_id);
  return array(select e.export_id from public.export e
    where e.decided_by = me.account_id and e.account_id <> me.account_id and e.districts <@ numbers
    union
    select e.export_id from public.export e
    where e.needs_approval and e.account_id <> me.account_id and e.districts <@ numbers
      and least(e.decided_at, e.withdrawn_at, e.lapses_at) > statement_timestamp() - interval '7 days');
end
$$;
alter function wall.exports_to_decide() owner to hustings_wall;
grant execute on function wall.exports_to_decide() to hustings_organiser;

set local role hustings_owner;
create policy own_or_to_decide on export for select to hustings_organiser
  using ((select wall.is('organiser')) and (account_id = (select wall.account())
    or export_id = any ((select wall.exports_to_decide())::bigint[])));
create policy own on export_fetch for select to hustings_organiser
  using ((select wall.is('organiser')) and exists (select from export e where e.export_id = export_fetch.export_id
    and e.account_id = (select wall.account())));
create policy protection on export for select to hustings_protection using ((select wall.is('data-protection-officer')));
create policy protection on export_fetch for select to hustings_protection using ((select wall.is('data-protection-officer')));
create policy protection on export_canary for select to hustings_protection using ((select wall.is('data-protection-officer')));
create policy administrator on export for select to hustings_administrator using ((select wall.is('administrator')));
create policy administrator on export_fetch for select to hustings_administrator using ((select wall.is('administrator')));
create policy organiser on export_limit for select to hustings_organiser using ((select wall.is('organiser')));
create policy protection on export_limit for select to hustings_protection using ((select wall.is('data-protection-officer')));
create policy administrator on export_limit for select to hustings_administrator using ((select wall.is('administrator')));
create policy protection_sets on export_limit for insert to hustings_protection
  with check ((select wall.is('data-protection-officer')) and account_id = (select wall.account()) and (select wall.fresh()));
create policy administrator_sets on export_limit for insert to hustings_administrator
  with check ((select wall.is('administrator')) and account_id = (select wall.account()) and (select wall.fresh()));
reset role;

-- Internal: how many people an account has taken, or still may take, without anybody's approval within the last week. What is cut
-- into pieces counts together.
create function wall.export_counted(account uuid) returns integer
language sql stable security definer set search_path = '' as $$
  select coalesce(sum(e.people), 0)::integer from public.export e
  where e.account_id = export_counted.account and not e.needs_approval and e.what <> 'figures'
    and (exists (select from public.export_fetch f where f.export_id = e.export_id and f.at > statement_timestamp() - interval '7 days')
      or (e.withdrawn_at is null and e.expires_at > statement_timestamp()
        and exists (select from public.access_grant g where g.grant_id = e.grant_id and wall.lives(g))))
$$;

-- Internal: the limit that counts. A lower one counts at once, a higher one a day after it was set and everybody who guards was
-- told: nobody lifts it for themselves.
create function wall.export_most() returns integer
language sql stable security definer set search_path = '' as $$
  select least((select l.people from public.export_limit l order by l.version desc limit 1), coalesce(
    (select l.people from public.export_limit l where l.at <= statement_timestamp() - interval '1 day' order by l.version desc limit 1),
    (select l.people from public.export_limit l order by l.version limit 1)))
$$;

-- The limit that counts, and what of it whoever acts has used.
create function wall.export_room() returns table (most integer, counted integer)
language sql stable security definer set search_path = '' as $$
  select wall.export_most(), wall.export_counted(u.account_id)
  from wall.in_use() u
$$;

-- Asks for an export. Answers its number.
create function wall.ask_export(what text, choice jsonb, districts integer[], columns text[], format text, purpose text, reason text,
  days integer, people integer) returns bigint
language plpgsql volatile security definer set search_path = '' as $$
declare
  me wall.in_use;
  limit_now integer := wall.export_most();
  needs boolean;
  number bigint;
begin
  select u.* into me from wall.in_use() u where u.role = 'organiser' and wall.open('contact');
  if me.account_id is null or not wall.fresh() or not districts <@ wall.numbers_of(me.area_id) then
    raise exception 'nobody who may ask for this export acts here' using errcode = '42501';
  end if;
  if ask_export.choice ->> 'what' is distinct from ask_export.what or (ask_export.what = 'figures' and ask_export.people <> 0) then
    raise exception 'an export is of what it says' using errcode = '22023';
  end if;
  -- Two at once would each find room.
  perform from public.account a where a.account_id = me.account_id for no key update;
  -- Access that somebody took for an hour takes nobody away alone.
  needs := ask_export.what <> 'figures' and (ask_export.people + wall.export_counted(me.account_id) > limit_now
    or exists (select from public.access_grant g where g.grant_id = me.grant_id and g.kind = 'break-glass'));
  insert into public.export (account_id, grant_id, area_id, what, choice, districts, columns, format, purpose, reason, days, people,
    most, needs_approval, expires_at)
  values (me.account_id, me.grant_id, me.area_id, ask_export.what, ask_export.choice, ask_export.districts, ask_export.columns,
    ask_export.format, ask_export.purpose, ask_export.reason, ask_export.days, ask_export.people, limit_now, needs,
    case when not needs then statement_timestamp() + make_interval(days => ask_export.days) end)
  returning export_id into number;
  return number;
end
$$;

-- Internal: whether an account got access, a password or the loss of a factor from another lately: then the two may be one.
create function wall.came_from(who uuid, other uuid) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (select from public.access_grant g where g.account_id = who and g.given_by = other
      and g.given_at > statement_timestamp() - interval '30 days')
    or exists (select from public.password_change p where p.account_id = who and p.by_account = other
      and p.at > statement_timestamp() - interval '30 days')
    or exists (select from public.factor f where f.account_id = who and f.removed_by = other and f.removed_by <> who
      and f.removed_at > statement_timestamp() - interval '30 days')
$$;

-- Internal: whether one hand may hold both accounts: one let the other in lately, or the same third let in both.
create function wall.of_one_hand(one uuid, other uuid) returns boolean
language sql stable security definer set search_path = '' as $$
  select wall.came_from(one, other) or wall.came_from(other, one) or exists (
    select from (
      select g.account_id, g.given_by as hand from public.access_grant g
      where g.account_id in (one, other) and g.given_at > statement_timestamp() - interval '30 days'
      union all
      select p.account_id, p.by_account from public.password_change p
      where p.account_id in (one, other) and p.at > statement_timestamp() - interval '30 days'
    ) h where h.hand is not null and h.hand not in (one, other) group by h.hand having count(distinct h.account_id) = 2)
$$;

-- Internal: whether the asker's own hand may be behind the approver. A data protection officer was let in by two people.
create function wall.too_close(approver uuid, role text, asker uuid) returns boolean
language sql stable security definer set search_path = '' as $$
  select case role when 'data-protection-officer' then wall.came_from(approver, asker) else wall.of_one_hand(approver, asker) end
$$;

-- Internal: whether this account may approve that export by what access it holds now.
create function wall.covers_export(who uuid, asked public.export) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (select from public.access_grant g where g.account_id = who and wall.lives(g)
    and (g.role = 'data-protection-officer' or (g.role = 'organiser' and asked.districts <@ wall.numbers_of(g.area_id))))
$$;

-- Who could approve an export, for whoever asked for it.
create function wall.export_approvers(number bigint) returns setof uuid
language sql stable security definer set search_path = '' as $$
  select distinct g.account_id from public.export e
  join public.access_grant g on g.account_id <> e.account_id and g.role in ('organiser', 'data-protection-officer') and wall.lives(g)
  where e.export_id = number and (e.account_id = wall.account() or wall.operator())
    and (g.role = 'data-protection-officer' or e.districts <@ wall.numbers_of(g.area_id))
    and not wall.too_close(g.account_id, g.role, e.account_id)
$$;

-- Decides. Answers `approved` or `refused`, or why not: `not-found`, `own`, `decided`, `withdrawn`, `lapsed`, `asker-gone`, `given`
-- (one of the two gave the other access lately or set their password, or somebody else did both).
create function wall.decide_export(number bigint, approve boolean, why text, operator uuid) returns text
language plpgsql volatile security definer set search_path = '' as $$
declare
  me wall.in_use;
  asked public.export;
begin
  select u.* into me from wall.in_use() u
  where u.role = 'data-protection-officer' or (u.role = 'organiser' and wall.open('contact'));
  if (me.account_id is null or not wall.fresh()) and not wall.operator() then
    raise exception 'nobody who may decide this acts here' using errcode = '42501';
  end if;
  select e.* into asked from public.export e where e.export_id = number for no key update;
  if asked.export_id is null or (me.role = 'organiser' and asked.account_id <> me.account_id
      and not asked.districts <@ wall.numbers_of(me.area_id)) then
    return 'not-found';
  elsif asked.account_id = me.account_id then
    return 'own';
  elsif asked.verdict is not null or not asked.needs_approval then
    return 'decided';
  elsif asked.withdrawn_at is not null then
    return 'withdrawn';
  elsif asked.lapses_at <= statement_timestamp() then
    return 'lapsed';
  elsif approve and not exists (select from public.access_grant g where g.grant_id = asked.grant_id and wall.lives(g)) then
    return 'asker-gone';
  elsif approve and wall.too_close(me.account_id, me.role, asked.account_id) then
    return 'given';
  end if;
  update public.export e set verdict = case when approve then 'approved' else 'refused' end, decided_at = statement_timestamp(),
    decided_by = me.account_id, decided_by_operator = case when me.account_id is null then operator end, decided_reason = left(why, 500),
    expires_at = case when approve then statement_timestamp() + make_interval(days => asked.days) end
  where e.export_id = number;
  return case when approve then 'approved' else 'refused' end;
end
$$;

-- Whoever asked takes it back. False: there is nothing of theirs to take back.
create function wall.withdraw_export(number bigint) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  update public.export e set withdrawn_at = statement_timestamp()
  where e.export_id = number and e.account_id = (select u.account_id from wall.in_use() u where u.role = 'organiser')
    and e.withdrawn_at is null and e.verdict is distinct from 'refused'
    and coalesce(e.expires_at, e.lapses_at) > statement_timestamp();
  return found;
end
$$;

-- Whether the file may be made now, for whoever acts; its row is held until the transaction ends, so that two come one after the
-- other. Answers `ok`, or why not.
create function wall.begin_fetch(number bigint) returns text
language plpgsql volatile security definer set search_path = '' as $$
declare
  me wall.in_use;
  asked public.export;
begin
  select u.* into me from wall.in_use() u where u.role = 'organiser' and wall.open('contact');
  if me.account_id is null or not wall.fresh() then
    raise exception 'nobody who may fetch this acts here' using errcode = '42501';
  end if;
  select e.* into asked from public.export e where e.export_id = number for no key update;
  if asked.export_id is null or asked.account_id <> me.account_id then
    return 'not-found';
  elsif asked.grant_id <> me.grant_id then
    return 'other-grant';
  elsif asked.withdrawn_at is not null then
    return 'withdrawn';
  elsif asked.needs_approval and asked.verdict is distinct from 'approved' then
    return case when asked.verdict = 'refused' then 'refused' when asked.lapses_at <= statement_timestamp() then 'lapsed' else 'waiting' end;
  elsif asked.expires_at <= statement_timestamp() then
    return 'expired';
  elsif asked.decided_by is not null and not wall.covers_export(asked.decided_by, asked) then
    return 'approver-gone';
  elsif (select count(*) from public.export_fetch f where f.export_id = number) >= 3 then
    return 'used';
  end if;
  return 'ok';
end
$$;

-- Writes a fetch down, once it is known how many people it holds: never more than were asked for and approved, but for the one in
-- ten by whom a register changes meanwhile. Answers the copy's number as text, or why not (`more`).
create function wall.note_fetch(number bigint, people integer) returns text
language plpgsql volatile security definer set search_path = '' as $$
declare
  may text := wall.begin_fetch(number);
  asked integer := (select e.people from public.export e where e.export_id = number);
  copy smallint;
begin
  if may <> 'ok' then
    return may;
  elsif note_fetch.people > 0 and (select e.what from public.export e where e.export_id = number) = 'figures' then
    return 'more';
  elsif note_fetch.people::bigint * 10 > asked::bigint * 11 then
    return 'more';
  end if;
  insert into public.export_fetch (export_id, nth, session_id, people)
  select number, 1 + count(*), wall.session_id(), note_fetch.people from public.export_fetch f where f.export_id = number
  returning nth into copy;
  return copy::text;
end
$$;

-- The invented people of an export, over the door's login: put in at the first fetch, of those offered the first that are nobody on
-- any register held of their authority and live nowhere on it; the same ever after.
create function wall.export_canaries(hash text, export bigint, names text[], families text[], givens text[], name_keys text[], homes text[], home_keys text[],
  numbers text[], beside_partitions integer[], besides bigint[])
returns table (called text, family text, given text, lives text, number text, beside_partition integer, beside bigint)
language plpgsql volatile security definer set search_path = '' as $$
declare
  asked public.export;
  wanted integer;
  here integer[];
begin
  perform set_config('app.session', hash, true);
  select e.* into asked from public.export e join wall.in_use() u on u.account_id = e.account_id and u.role = 'organiser'
  where e.export_id = export_canaries.export;
  if asked.export_id is null then
    raise exception 'this export is nobody''s who acts here' using errcode = '42501';
  end if;
  wanted := case when asked.people <= 50 then 1 when asked.people <= 500 then 2 else 3 end;
  for i in 1 .. coalesce(cardinality(names), 0) loop
    exit when (select count(*) from public.export_canary c where c.export_id = asked.export_id) >= wanted;
    here := array(select d.area_no from public.district d where d.partition_id = beside_partitions[i]);
    continue when exists (select from public.elector e where e.area_no = any (here) and e.name_key = name_keys[i])
      or exists (select from public.household h where h.partition_id = beside_partitions[i] and h.address_key = home_keys[i])
      or (numbers[i] <> '' and exists (select from public.elector e where e.area_no = any (here) and e.number = numbers[i]));
    insert into public.export_canary (export_id, called, family, given, call_key, lives, lives_key, number, beside_partition, beside)
    values (asked.export_id, names[i], families[i], givens[i], name_keys[i], homes[i], home_keys[i], numbers[i],
      beside_partitions[i], besides[i])
    on conflict (call_key) do nothing;
  end loop;
  return query select c.called, c.family, c.given, c.lives, c.number, c.beside_partition, c.beside from public.export_canary c
    where c.export_id = asked.export_id order by c.canary_id;
end
$$;

-- What these people of the area in use asked us to stop. As wall.objected: an objection follows the person.
create function wall.stopped(partition integer, electors bigint[]) returns table (elector_id bigint, channels text[])
language sql stable security definer set search_path = '' as $$
  select o.elector_id, array_agg(o.channel order by o.channel) from public.standing_objection o
  join public.elector e on e.partition_id = o.partition_id and e.elector_id = o.elector_id
  where o.partition_id = stopped.partition and o.elector_id = any (electors)
    and (e.area_no = any ((select wall.areas())::integer[]) or wall.operator())
  group by o.elector_id
$$;

-- The name of who asked for or decided an export that the reader may see: ids are random, and who knows one has read the row.
create function wall.export_name(account uuid) returns text
language sql stable security definer set search_path = '' as $$
  select a.name from public.account a where a.account_id = export_name.account
    and (wall.operator() or exists (select from wall.in_use() u where u.role in ('organiser', 'data-protection-officer')))
$$;

-- The words of a search may be somebody's name: thirty days after the export is over they go. Answers how many.
create function wall.sweep_exports() returns integer
language plpgsql volatile security definer set search_path = '' as $$
declare
  swept integer;
begin
  update public.export e set choice = e.choice || '{"words": "", "gone": true}'
  where e.what = 'search' and coalesce(e.choice ->> 'gone', 'false') <> 'true'
    and coalesce(e.withdrawn_at, case when e.verdict = 'refused' then e.decided_at end, e.expires_at, e.lapses_at)
      < statement_timestamp() - interval '30 days';
  get diagnostics swept = row_count;
  return swept;
end
$$;

-- Who is told when the limit was set: everybody who guards, besides who set it.
create function wall.guards() returns setof uuid
language sql stable security definer set search_path = '' as $$
  select distinct g.account_id from public.access_grant g
  where g.role in ('administrator', 'data-protection-officer') and wall.lives(g) and g.account_id is distinct from wall.account()
    and (exists (select from wall.in_use() u where u.role in ('administrator', 'data-protection-officer')) or wall.operator())
$$;

do $$
declare f regprocedure;
begin
  for f in select p.oid::regprocedure from pg_proc p where p.pronamespace = 'wall'::regnamespace
    and pg_get_userbyid(p.proowner) <> 'hustings_wall' loop
    execute format('alter function %s owner to hustings_wall', f);
  end loop;
end $$;
grant execute on function wall.export_room(), wall.ask_export(text, jsonb, integer[], text[], text, text, text, integer, integer),
  wall.export_approvers(bigint), wall.withdraw_export(bigint), wall.begin_fetch(bigint), wall.note_fetch(bigint, integer),
  wall.stopped(integer, bigint[]) to hustings_organiser;
grant execute on function wall.decide_export(bigint, boolean, text, uuid), wall.export_name(uuid) to hustings_organiser, hustings_protection;
grant execute on function wall.guards() to hustings_protection, hustings_administrator;
grant execute on function wall.export_canaries(text, bigint, text[], text[], text[], text[], text[], text[], text[], integer[], bigint[]),
  wall.sweep_exports() to hustings_door;
