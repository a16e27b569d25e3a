-- Watching: rules that look at the access log for what no honest work looks like, alerts to the data protection officer, and
-- canaries: invented electors whom nobody has a reason to open.
--
-- The watcher runs as hustings_door. Its functions answer counts and numbers of accounts, never a name, and write alerts; it
-- reads the log in the order of the seal (transaction, number), below the oldest transaction running, so that no row is
-- passed over that commits late.
set local role hustings_owner;

-- How far the watcher is. Whoever holds this one row is the watcher.
create table watch_state (
  one boolean primary key default true check (one),
  through_xid xid8 not null default '0',
  through_entry bigint not null default 0,
  -- The batch in hand; the same as `through` between rounds.
  batch_xid xid8 not null default '0',
  batch_entry bigint not null default 0,
  -- The server whose transactions those are: after a restore elsewhere what this server's numbers reach is looked through again.
  system bigint not null,
  -- When the last round was done.
  round_at timestamptz
);
insert into watch_state (system) select system_identifier from pg_control_system();

-- Rules as an installation changed them: the newest of a rule stands. The usual ones stand in src/watching/rules.rs.
create table watch_rule_version (
  rule text not null check (rule ~ '^[a-z-]{1,40}$'),
  version integer not null check (version > 0),
  on_duty boolean not null,
  threshold integer not null check (threshold between 1 and 100000),
  minutes integer not null check (minutes between 1 and 10080),
  reason text not null check (length(reason) between 1 and 500),
  set_at timestamptz not null default clock_timestamp(),
  account_id uuid not null references account,
  primary key (rule, version)
);

-- Who was opened one by one, as the watcher read it off the log, for the rules that ask who else opened the same home or the
-- same surname. Surnames stand as digests. It lasts for days.
create table watch_trail (
  at timestamptz not null,
  entry_id bigint not null,
  account_id uuid not null,
  partition_id integer not null,
  household_id bigint,
  elector_id bigint not null,
  area_no integer not null,
  name_mark bytea not null,
  primary key (entry_id, elector_id)
);
create index watch_trail_by_account on watch_trail (account_id, at);
create index watch_trail_by_home on watch_trail (partition_id, household_id, at);
create index watch_trail_by_name on watch_trail (name_mark, at);

-- Which network and which browser a session was used from, every five minutes of its use: the network's beginning and a
-- digest, not the address.
create table place_use (
  session_id uuid not null references session on delete cascade,
  at timestamptz not null default clock_timestamp(),
  account_id uuid not null references account,
  network text not null check (length(network) <= 64),
  browser text not null check (length(browser) <= 64),
  primary key (session_id, at)
);
create index place_use_by_account on place_use (account_id, at);
create index place_use_by_time on place_use (at);

-- Invented electors. Only these two tables and the mark say so; organisers read neither.
create table canary (
  canary_id bigint generated always as identity primary key,
  partition_id integer not null,
  elector_id bigint not null,
  area_no integer not null references district,
  name text not null,
  address text not null,
  planted_at timestamptz not null default clock_timestamp(),
  planted_by uuid references account,
  planted_by_operator uuid,
  removed_at timestamptz check (removed_at > '2000-01-01' and removed_at < '9999-12-31'),
  removed_by uuid references account,
  removed_by_operator uuid,
  unique (partition_id, elector_id),
  foreign key (partition_id, elector_id) references elector
);

create table alert (
  alert_id bigint generated always as identity primary key,
  rule text not null check (rule ~ '^[a-z-]{1,40}$'),
  severity text not null check (severity in ('high', 'medium', 'low')),
  -- What it is about within the rule: the account, or a digest of what several accounts have in common.
  about text not null check (length(about) <= 200),
  -- Whose looks these are. Nobody of them weighs it.
  accounts uuid[] not null check (cardinality(accounts) > 0),
  role text not null default '',
  canary_id bigint references canary,
  area_no integer references district,
  figure integer not null,
  threshold integer not null,
  minutes integer not null,
  first_at timestamptz not null,
  last_at timestamptz not null,
  raised_at timestamptz not null default clock_timestamp(),
  state text not null default 'new' check (state in ('new', 'seen', 'explained', 'ended', 'breach')),
  state_at timestamptz not null default clock_timestamp(),
  -- The number of the breach record that came of it.
  breach bigint,
  check (first_at <= last_at)
);
create index alert_by_what on alert (rule, about, alert_id desc); -- growing instead of raising again
create index alert_open on alert (severity, last_at) where state in ('new', 'seen');
create index alert_by_canary on alert (canary_id) where canary_id is not null;
create index alert_by_state on alert (state, last_at desc); -- /protection/alerts

create table alert_event (
  event_id bigint generated always as identity primary key,
  alert_id bigint not null references alert,
  at timestamptz not null default clock_timestamp(),
  account_id uuid references account,
  by_operator boolean not null default false,
  what text not null check (what in ('raised', 'seen', 'asked', 'note', 'explained', 'ended', 'breach')),
  note text not null default '' check (length(note) <= 1000)
);
create index alert_event_by_alert on alert_event (alert_id, event_id);

-- Who was written to about which.
create table alert_told (
  alert_id bigint not null references alert,
  account_id uuid not null references account,
  at timestamptz not null default clock_timestamp(),
  primary key (alert_id, account_id)
);
create index alert_told_by_account on alert_told (account_id, at);

do $$
declare
  own text;
begin
  foreach own in array array['watch_state', 'watch_rule_version', 'watch_trail', 'place_use', 'canary', 'alert', 'alert_event',
    'alert_told'] loop
    execute format('alter table %I enable row level security', own);
    execute format('alter table %I force row level security', own);
  end loop;
end $$;

grant select, update on watch_state to hustings_wall;
grant select on watch_rule_version to hustings_wall;
grant select, insert, delete on watch_trail, place_use to hustings_wall;
grant select, insert, update on canary to hustings_wall;
grant select, insert, update, delete on alert to hustings_wall;
grant select, insert, delete on alert_event, alert_told to hustings_wall;
-- Planting puts a person and a home where others stand; a home of its own goes with the canary.
grant insert on elector, household, register_entry to hustings_wall;
grant update (doors) on walk_list to hustings_wall;
grant select, insert (rule, version, on_duty, threshold, minutes, reason, account_id) on watch_rule_version to hustings_protection;
grant select on canary, alert, alert_event to hustings_protection;
grant select on alert, alert_event to hustings_administrator;

-- Whom a mark tells apart is seen by the officer and by what makes registers of files, which must leave them out; the rest of
-- the columns as before.
do $$
declare
  whole text := (select string_agg(quote_ident(a.attname), ', ' order by a.attnum) from pg_catalog.pg_attribute a
    where a.attrelid = 'public.elector'::regclass and a.attnum > 0 and not a.attisdropped and a.attname <> 'planted');
begin
  execute 'revoke select on elector from hustings_organiser';
  execute format('grant select (%s) on elector to hustings_organiser', whole);
  execute 'revoke select, insert on elector from hustings_importer';
  execute format('grant select (%s, planted), insert (%s) on elector to hustings_importer', whole, whole);
end $$;
-- An import sees nobody who is invented: it neither finds them again nor lets them leave, and counts without them.
alter policy importer on elector
  using (area_no = any ((select wall.areas())::integer[]) and not planted)
  with check (area_no = any ((select wall.areas())::integer[]) and not planted);
reset role;

-- ---- Reading the log

-- One person, or one home, opened by itself: not a page of a list, not an answer to a search.
create function wall.opened(entry public.access_log) returns boolean
language sql immutable return entry.what = 'look' and entry.list_id is null and cardinality(entry.subjects) between 1 and 12
  and entry.permission in ('read-electors', 'record-objections', 'canvass', 'record-results', 'read-access-log', 'handle-requests',
    'keep-breaches');

-- Whether a list that the account holds or held leads to this person. One that somebody gave themselves leads nowhere.
create function wall.led(account uuid, pseudonym uuid) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (
    select from public.subject s
    join public.walk_list_elector w using (partition_id, elector_id)
    join public.assignment a using (partition_id, list_id)
    where s.pseudonym = led.pseudonym and a.account_id = led.account and a.assigned_by is distinct from a.account_id)
$$;

-- Becomes the watcher for this transaction and takes the next rows in hand: how many. Nothing comes back while another watches.
-- What is older than eight days is watched no more.
create function wall.watch_begin(at_most integer) returns table (rows bigint)
language plpgsql volatile security definer set search_path = '' as $$
declare
  state public.watch_state;
  here bigint := (select c.system_identifier from pg_catalog.pg_control_system() c);
  oldest pg_catalog.xid8 := pg_catalog.pg_snapshot_xmin(pg_catalog.pg_current_snapshot());
  taken record;
begin
  select s.* into state from public.watch_state s for update skip locked;
  if not found then
    return;
  end if;
  if state.system <> here then
    state.through_xid := '0';
    state.through_entry := 0;
  end if;
  select count(*) as rows, (array_agg(d.xid order by d.xid desc, d.entry_id desc))[1] as xid,
    (array_agg(d.entry_id order by d.xid desc, d.entry_id desc))[1] as entry into taken
  from (
    select l.xid, l.entry_id from public.access_log l
    where (l.xid, l.entry_id) > (state.through_xid, state.through_entry) and l.xid < oldest
      and l.at > statement_timestamp() - interval '8 days'
    order by l.xid, l.entry_id limit at_most) d;
  update public.watch_state s set system = here, through_xid = state.through_xid, through_entry = state.through_entry,
    batch_xid = coalesce(taken.xid, state.through_xid), batch_entry = coalesce(taken.entry, state.through_entry);
  return query select taken.rows;
end
$$;

-- The rows in hand.
create function wall.watch_batch() returns setof public.access_log
language plpgsql stable security definer set search_path = '' as $$
declare
  s public.watch_state := (select w from public.watch_state w);
begin
  return query select l.* from public.access_log l
  where (l.xid, l.entry_id) > (s.through_xid, s.through_entry) and (l.xid, l.entry_id) <= (s.batch_xid, s.batch_entry)
    and l.at > statement_timestamp() - interval '8 days';
end
$$;

-- Done with the rows in hand; what the rules no longer ask about goes.
create function wall.watch_end() returns void
language sql volatile security definer set search_path = '' as $$
  update public.watch_state s set through_xid = s.batch_xid, through_entry = s.batch_entry, round_at = clock_timestamp()
$$;

-- From when a rule counts at a moment: the beginning of what is under an open alert already, so that its figures grow; else its
-- window, but nothing again that was weighed.
create function wall.watch_since(rule text, about text, at timestamptz, minutes integer) returns timestamptz
language plpgsql stable security definer set search_path = '' as $$
declare
  from_at timestamptz := at - make_interval(mins => minutes);
  last public.alert;
begin
  select a.* into last from public.alert a where a.rule = watch_since.rule and a.about = watch_since.about
  order by a.alert_id desc limit 1;
  if last.alert_id is null then
    return from_at;
  elsif last.state in ('new', 'seen') then
    return case when last.last_at >= from_at and last.first_at > at - interval '2 days'
      then least(from_at, last.first_at - interval '1 microsecond') else greatest(from_at, last.last_at) end;
  end if;
  return greatest(from_at, last.state_at);
end
$$;

-- Raises an alert, or lets the one grow that is open on the same.
create function wall.raise_alert(rule text, severity text, about text, accounts uuid[], role text, figure integer, threshold integer,
  minutes integer, first_at timestamptz, last_at timestamptz, canary bigint, area integer) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  open_one public.alert;
  raised bigint;
begin
  select a.* into open_one from public.alert a where a.rule = raise_alert.rule and a.about = raise_alert.about
  order by a.alert_id desc limit 1 for update;
  if open_one.state in ('new', 'seen') and open_one.first_at > raise_alert.last_at - interval '2 days'
    and open_one.last_at >= raise_alert.first_at - make_interval(mins => raise_alert.minutes) then
    -- What has become grave is told anew, and is new to whoever has seen it.
    if raise_alert.severity = 'high' and open_one.severity <> 'high' then
      delete from public.alert_told t where t.alert_id = open_one.alert_id;
    end if;
    update public.alert a set figure = greatest(a.figure, raise_alert.figure), last_at = greatest(a.last_at, raise_alert.last_at),
      severity = case when 'high' in (a.severity, raise_alert.severity) then 'high' else a.severity end,
      state = case when raise_alert.severity = 'high' and a.severity <> 'high' then 'new' else a.state end,
      accounts = array(select distinct unnest(a.accounts || raise_alert.accounts))
    where a.alert_id = open_one.alert_id;
    return;
  end if;
  insert into public.alert (rule, severity, about, accounts, role, canary_id, area_no, figure, threshold, minutes, first_at, last_at)
  values (raise_alert.rule, raise_alert.severity, raise_alert.about, raise_alert.accounts, raise_alert.role, raise_alert.canary,
    raise_alert.area, raise_alert.figure, raise_alert.threshold, raise_alert.minutes, raise_alert.first_at, raise_alert.last_at)
  returning alert_id into raised;
  insert into public.alert_event (alert_id, what) values (raised, 'raised');
end
$$;

-- ---- The rules. Each is asked about the accounts of the rows in hand, at the end of each minute in which they did something.

-- Many people opened one by one, no list of their own leading there; or shown in searches, or printed (`how`).
create function wall.watch_people(rule text, severity text, roles text[], threshold integer, minutes integer, how text)
  returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  point record;
  since timestamptz;
  seen record;
begin
  for point in
    select b.account_id, g.role, max(b.at) as at from wall.watch_batch() b join public.access_grant g using (grant_id)
    where case how when 'look' then wall.opened(b) else b.what = how end and g.role = any (roles)
    group by b.account_id, g.role, date_trunc('minute', b.at) order by 3
  loop
    since := wall.watch_since(rule, point.account_id::text, point.at, minutes);
    for i in 1..2 loop
      select count(distinct p)::integer as people, min(l.at) as first into seen
      from public.access_log l join public.access_grant g using (grant_id) cross join lateral unnest(l.subjects) p
      where l.account_id = point.account_id and l.at > since and l.at <= point.at and g.role = any (roles)
        and case how when 'look' then wall.opened(l) else l.what = how end
        -- Which list leads to whom is asked only of who would be over the threshold.
        and (i = 1 or how <> 'look' or not wall.led(point.account_id, p));
      exit when seen.people <= threshold or how <> 'look';
    end loop;
    if seen.people > threshold then
      perform wall.raise_alert(rule, severity, point.account_id::text, array[point.account_id], point.role, seen.people, threshold,
        minutes, seen.first, point.at, null, null);
    end if;
  end loop;
end
$$;

-- Searches, prints and files of one night, 11 pm to 6 am. Not around a poll: from its eve to the night after it.
create function wall.watch_night(rule text, severity text, roles text[], threshold integer, minutes integer) returns void
language plpgsql volatile security definer set search_path = '' set timezone = 'Europe/London' as $$
declare
  point record;
  since timestamptz;
  seen record;
begin
  for point in
    select b.account_id, g.role, n.night, max(b.at) as at
    from wall.watch_batch() b join public.access_grant g using (grant_id)
    cross join lateral (select (b.at - interval '6 hours')::date as night) n
    where b.what in ('search', 'print', 'export') and g.role = any (roles)
      and (extract(hour from b.at) >= 23 or extract(hour from b.at) < 6)
      and not exists (select from public.poll p where p.poll_date between n.night and n.night + 2)
    group by 1, 2, 3 order by 4
  loop
    since := greatest(wall.watch_since(rule, point.account_id || ' ' || point.night, point.at, minutes),
      point.night + time '23:00' - interval '1 microsecond');
    select count(*)::integer as times, min(l.at) as first into seen
    from public.access_log l
    where l.account_id = point.account_id and l.at > since and l.at <= point.at and l.what in ('search', 'print', 'export')
      and (extract(hour from l.at) >= 23 or extract(hour from l.at) < 6);
    if seen.times > threshold then
      perform wall.raise_alert(rule, severity, point.account_id || ' ' || point.night, array[point.account_id], point.role,
        seen.times, threshold, minutes, seen.first, point.at, null, null);
    end if;
  end loop;
end
$$;

-- Writes down who was opened one by one and led to by no list of their own, for the three rules below.
create function wall.watch_trail() returns void
language sql volatile security definer set search_path = '' as $$
  insert into public.watch_trail (at, entry_id, account_id, partition_id, household_id, elector_id, area_no, name_mark)
  select b.at, b.entry_id, b.account_id, e.partition_id, e.household_id, min(e.elector_id), e.area_no,
    sha256(convert_to((select s.log_id from public.seal_state s) || lower(e.surname), 'UTF8'))
  from wall.watch_batch() b cross join lateral unnest(b.subjects) as p (pseudonym)
  join public.subject s on s.pseudonym = p.pseudonym
  join public.elector e on e.partition_id = s.partition_id and e.elector_id = s.elector_id
  where wall.opened(b) and b.account_id is not null and b.permission not in ('read-access-log', 'handle-requests', 'keep-breaches')
    and not e.planted and e.surname <> '' and not wall.led(b.account_id, p.pseudonym)
  group by b.at, b.entry_id, b.account_id, e.partition_id, e.household_id, e.area_no, lower(e.surname)
  on conflict do nothing
$$;

-- Do these looks single a surname out? Half of all who bear it in those districts were opened, or half of all homes opened are of
-- the name: a common name comes up by itself, a name that somebody is after does not.
create function wall.singled_out(name_mark bytea, since timestamptz, until timestamptz, account uuid) returns boolean
language sql stable security definer set search_path = '' as $$
  with hit as (
    select t.partition_id, t.household_id, t.elector_id, t.area_no from public.watch_trail t
    where t.name_mark = singled_out.name_mark and t.at > since and t.at <= until
      and (account is null or t.account_id = account)
  ), one as (
    select lower(e.surname) as surname, split_part(e.name_key, ' ', 1) as begins
    from hit h join public.elector e using (partition_id, elector_id) limit 1
  ), opened as (
    select count(distinct (h.partition_id, coalesce(h.household_id, -h.elector_id))) as homes from hit h
  ), bearers as (
    select count(distinct (e.partition_id, coalesce(e.household_id, -e.elector_id))) as homes
    from one join public.elector e on e.area_no in (select h.area_no from hit h) and e.name_key ^@ one.begins
      and lower(e.surname) = one.surname and e.left_at is null
  ), other as (
    select count(distinct (t.partition_id, coalesce(t.household_id, -t.elector_id))) as homes from public.watch_trail t
    where account is not null and t.account_id = account and t.at > since and t.at <= until
  )
  select opened.homes * 2 >= bearers.homes or (account is not null and opened.homes * 2 >= other.homes)
  from opened, bearers, other
$$;

-- One surname in many districts: opened by one account, or (`together`) by several.
create function wall.watch_surname(rule text, severity text, roles text[], threshold integer, minutes integer, together boolean)
  returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  point record;
  since timestamptz;
  seen record;
  what_about text;
begin
  for point in
    select case when together then null else t.account_id end as account_id, t.name_mark, max(t.at) as at
    from wall.watch_batch() b join public.watch_trail t on t.entry_id = b.entry_id join public.access_grant g using (grant_id)
    where g.role = any (roles)
    group by 1, 2, date_trunc('minute', t.at) order by 3
  loop
    what_about := coalesce(point.account_id::text, '') || ' ' || encode(point.name_mark, 'hex');
    since := wall.watch_since(rule, what_about, point.at, minutes);
    select count(distinct t.area_no)::integer as districts, min(t.at) as first, array_agg(distinct t.account_id) as accounts into seen
    from public.watch_trail t
    where t.name_mark = point.name_mark and t.at > since and t.at <= point.at and (together or t.account_id = point.account_id);
    if seen.districts > threshold and (not together or cardinality(seen.accounts) > 1)
      and wall.singled_out(point.name_mark, since, point.at, point.account_id) then
      perform wall.raise_alert(rule, severity, what_about, seen.accounts, '', seen.districts, threshold, minutes, seen.first,
        point.at, null, null);
    end if;
  end loop;
end
$$;

-- One home opened by many accounts.
create function wall.watch_crowd(rule text, severity text, roles text[], threshold integer, minutes integer) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  point record;
  since timestamptz;
  seen record;
  what_about text;
begin
  for point in
    select t.partition_id, t.household_id, max(t.area_no) as area_no, max(t.at) as at
    from wall.watch_batch() b join public.watch_trail t on t.entry_id = b.entry_id join public.access_grant g using (grant_id)
    where t.household_id is not null and g.role = any (roles)
    group by 1, 2, date_trunc('minute', t.at) order by 4
  loop
    what_about := point.partition_id || '.' || point.household_id;
    since := wall.watch_since(rule, what_about, point.at, minutes);
    select min(t.at) as first, array_agg(distinct t.account_id) as accounts into seen
    from public.watch_trail t
    where t.partition_id = point.partition_id and t.household_id = point.household_id and t.at > since and t.at <= point.at;
    if cardinality(seen.accounts) > threshold then
      perform wall.raise_alert(rule, severity, what_about, seen.accounts, '', cardinality(seen.accounts), threshold, minutes,
        seen.first, point.at, null, point.area_no);
    end if;
  end loop;
end
$$;

-- Refused attempts: of an account with access (`ended` false) what is not its role's or not in its area; of one whose access
-- was ended, whatever it tries.
create function wall.watch_refused(rule text, severity text, roles text[], threshold integer, minutes integer, ended boolean)
  returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  point record;
  since timestamptz;
  seen record;
begin
  for point in
    select b.account_id, max(b.at) as at, max(o.at) as ended_at, max(o.role) as role from wall.watch_batch() b
    left join lateral (
      select max(g.ended_at) as at, (array_agg(g.role order by g.ended_at desc))[1] as role from public.access_grant g
      where g.account_id = b.account_id and g.ended_at <= b.at
        and not exists (select from wall.grants_of(b.account_id))) o on ended
    where b.what = 'refused' and b.account_id is not null
      and case when ended then o.at is not null else b.status in (403, 404) end
    group by b.account_id, date_trunc('minute', b.at) order by 2
  loop
    since := greatest(wall.watch_since(rule, point.account_id::text, point.at, minutes), case when ended then point.ended_at end);
    select count(*)::integer as times, min(l.at) as first,
      (array_agg(g.role order by l.at desc))[1] as role into seen
    from public.access_log l left join public.access_grant g using (grant_id)
    where l.account_id = point.account_id and l.at > since and l.at <= point.at and l.what = 'refused'
      and (ended or (l.status in (403, 404) and g.role = any (roles)));
    if seen.times > threshold then
      perform wall.raise_alert(rule, severity, point.account_id::text, array[point.account_id],
        coalesce(seen.role, point.role, ''), seen.times, threshold, minutes, seen.first, point.at, null, null);
    end if;
  end loop;
end
$$;

-- A network's beginning: 16 bits of an IPv4 address, 32 of an IPv6 one. Empty for what is no address.
create function wall.network_of(address text) returns text
language plpgsql stable set search_path = '' as $$
declare
  given inet;
begin
  given := address::inet;
  return host(network(set_masklen(given, case family(given) when 4 then 16 else 32 end)));
exception when others then
  return '';
end
$$;

create function wall.browser_mark(agent text) returns text
language sql immutable return left(encode(sha256(convert_to(coalesce(agent, ''), 'UTF8')), 'hex'), 16);

-- Puts down where a session is used from, at most every four minutes.
create function wall.note_place(hash text, agent text, address text) returns void
language sql volatile security definer set search_path = '' as $$
  insert into public.place_use (session_id, account_id, network, browser)
  select s.session_id, s.account_id, n.network, wall.browser_mark(note_place.agent)
  from public.session s cross join lateral (select wall.network_of(note_place.address) as network) n
  where s.key = sha256(decode(hash, 'hex')) and s.ended_at is null and n.network <> ''
    and not exists (select from public.place_use p where p.session_id = s.session_id and p.at > clock_timestamp() - interval '4 minutes')
  on conflict do nothing
$$;

-- One account in use from two networks by two browsers in turn. A phone that changes networks keeps its browser.
create function wall.watch_places(rule text, severity text, roles text[], threshold integer, minutes integer) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  point record;
  since timestamptz;
  seen record;
begin
  for point in
    select p.account_id, max(p.at) as at, (array_agg(g.role order by p.at desc))[1] as role from public.place_use p
    join public.session s using (session_id) join public.access_grant g on g.grant_id = s.grant_id
    where p.at > (select coalesce(w.round_at, '-infinity') - interval '1 minute' from public.watch_state w) and g.role = any (roles)
    group by p.account_id, date_trunc('minute', p.at) order by 2
  loop
    since := wall.watch_since(rule, point.account_id::text, point.at, minutes);
    with place as (
      select p.at, p.network, p.browser from public.place_use p where p.account_id = point.account_id and p.at > since and p.at <= point.at
      union
      select s.started_at, wall.network_of(s.address), wall.browser_mark(s.agent) from public.session s
      where s.account_id = point.account_id and s.started_at > since and s.address <> ''
    ), turn as (
      select p.at, lag(p.at) over w as before, p.network <> lag(p.network) over w and p.browser <> lag(p.browser) over w
        and p.at - lag(p.at) over w <= interval '10 minutes' as turned
      from place p window w as (order by p.at)
    )
    select count(*)::integer as turns, min(t.before) as first into seen from turn t where t.turned;
    if seen.turns > threshold then
      perform wall.raise_alert(rule, severity, point.account_id::text, array[point.account_id], point.role, seen.turns, threshold,
        minutes, seen.first, point.at, null, null);
    end if;
  end loop;
end
$$;

-- Somebody invented was shown. Found by name, opened, printed or taken away it is grave; among many in a search less so. The
-- officer's own looks at who saw the canary do not count.
create function wall.watch_canaries(rule text, severity text, roles text[], threshold integer, minutes integer) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  invented uuid[] := array(select s.pseudonym from public.canary c join public.subject s using (partition_id, elector_id));
  point record;
  since timestamptz;
  seen record;
begin
  if cardinality(invented) = 0 then
    return;
  end if;
  for point in
    select b.account_id, g.role, c.canary_id, s.pseudonym, c.area_no, max(b.at) as at
    from wall.watch_batch() b join public.access_grant g using (grant_id)
    cross join lateral unnest(b.subjects) p (pseudonym) join public.subject s on s.pseudonym = p.pseudonym
    join public.canary c on c.partition_id = s.partition_id and c.elector_id = s.elector_id
    where b.what <> 'refused' and b.subjects && invented and b.permission not in ('read-access-log', 'keep-canaries')
      and g.role = any (roles)
    group by 1, 2, 3, 4, 5, date_trunc('minute', b.at) order by 6
  loop
    since := wall.watch_since(rule, point.account_id || ' ' || point.canary_id, point.at, minutes);
    select count(*)::integer as times, min(l.at) as first,
      bool_or(l.what in ('print', 'export') or cardinality(l.subjects) <= 12) as grave into seen
    from public.access_log l
    where l.account_id = point.account_id and l.at > since and l.at <= point.at and l.what <> 'refused'
      and l.subjects && array[point.pseudonym] and l.permission not in ('read-access-log', 'keep-canaries');
    if seen.times >= threshold then
      perform wall.raise_alert(rule, case when seen.grave then severity else 'medium' end, point.account_id || ' ' || point.canary_id,
        array[point.account_id], point.role, seen.times, threshold, minutes, seen.first, point.at, point.canary_id, point.area_no);
    end if;
  end loop;
end
$$;

-- Asks one rule about the rows in hand: what it looks at, its name, how grave it is, whose looks, how many are too many within
-- how many minutes.
create function wall.watch(looks_at text, rule text, severity text, roles text[], threshold integer, minutes integer) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  case looks_at
  when 'opened' then perform wall.watch_people(rule, severity, roles, threshold, minutes, 'look');
  when 'found' then perform wall.watch_people(rule, severity, roles, threshold, minutes, 'search');
  when 'printed' then perform wall.watch_people(rule, severity, roles, threshold, minutes, 'print');
  when 'night' then perform wall.watch_night(rule, severity, roles, threshold, minutes);
  when 'surname' then perform wall.watch_surname(rule, severity, roles, threshold, minutes, false);
  when 'surname-together' then perform wall.watch_surname(rule, severity, roles, threshold, minutes, true);
  when 'crowd' then perform wall.watch_crowd(rule, severity, roles, threshold, minutes);
  when 'refused' then perform wall.watch_refused(rule, severity, roles, threshold, minutes, false);
  when 'ended' then perform wall.watch_refused(rule, severity, roles, threshold, minutes, true);
  when 'places' then perform wall.watch_places(rule, severity, roles, threshold, minutes);
  when 'canary' then perform wall.watch_canaries(rule, severity, roles, threshold, minutes);
  end case;
end
$$;

-- The rules as they were changed here.
create function wall.watch_rules() returns table (rule text, on_duty boolean, threshold integer, minutes integer)
language sql stable security definer set search_path = '' as $$
  select distinct on (v.rule) v.rule, v.on_duty, v.threshold, v.minutes from public.watch_rule_version v
  order by v.rule, v.version desc
$$;

-- The version that follows: versions stand one after the other.
create function wall.next_rule_version(rule text) returns integer
language sql stable security definer set search_path = '' as $$
  select 1 + coalesce(max(v.version), 0) from public.watch_rule_version v where v.rule = next_rule_version.rule
$$;

-- ---- Who is told, and who weighs

-- Whose access lives in a role, without these accounts.
create function wall.live_in(role text, without uuid[]) returns setof uuid
language sql stable security definer set search_path = '' as $$
  select distinct g.account_id from public.access_grant g
  where g.role = live_in.role and g.account_id <> all (without) and g.ended_at is null
    and g.starts_at <= statement_timestamp() and g.ends_at > statement_timestamp()
$$;

-- Whom an alert about these accounts falls to: the data protection officers whom it is not about, or, where there is none, the
-- administrators whom it is not about.
create function wall.weighers(about uuid[]) returns setof uuid
language sql stable security definer set search_path = '' as $$
  select wall.live_in('data-protection-officer', about)
  union
  select wall.live_in('administrator', about)
  where not exists (select wall.live_in('data-protection-officer', about))
$$;

-- May whoever acts see and weigh an alert about these accounts?
create function wall.may_weigh(about uuid[]) returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return exists (select from wall.in_use() u where u.account_id <> all (about)
    and (u.role = 'data-protection-officer' or (u.role = 'administrator' and wall.live_officers() <@ about)));
end
$$;

-- The data protection officers whose access lives: policies ask once a query whether any of them is left for an alert.
create function wall.live_officers() returns uuid[]
language plpgsql stable security definer set search_path = '' as $$
begin
  return array(select wall.live_in('data-protection-officer', '{}'));
end
$$;

-- Tells by letter whoever weighs: at most one letter an hour, but at once of what is grave.
create function wall.watch_tell() returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  reader record;
begin
  for reader in
    select w as account_id, array_agg(a.alert_id) as alerts, count(*) as raised, count(*) filter (where a.severity = 'high') as high
    from public.alert a cross join lateral wall.weighers(a.accounts) w
    where a.state in ('new', 'seen') and not exists (
      select from public.alert_told t where t.alert_id = a.alert_id and t.account_id = w)
    group by w
  loop
    if reader.high > 0 or not exists (select from public.alert_told t
      where t.account_id = reader.account_id and t.at > clock_timestamp() - interval '1 hour') then
      perform wall.tell(reader.account_id, jsonb_build_object('form', 'alerts-raised', 'raised', reader.raised, 'high', reader.high));
      insert into public.alert_told (alert_id, account_id) select a, reader.account_id from unnest(reader.alerts) a
      on conflict do nothing;
    end if;
  end loop;
end
$$;

-- What somebody who weighs does about an alert: seen, asked (for the end of access, of administrators), note, explained, ended,
-- breach (with its record's number). What is closed stays as it was closed; notes may follow. Whether it was done.
create function wall.weigh_alert(alert bigint, what text, note text, breach bigint) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
declare
  held public.alert;
begin
  select a.* into held from public.alert a where a.alert_id = weigh_alert.alert for update;
  if held.alert_id is null or not wall.may_weigh(held.accounts) then
    return false;
  elsif what in ('explained', 'breach') and wall.live_officers() = '{}' then
    -- Administrators who ended the last officer's access see what was found, and do not close it: it waits for another officer.
    return false;
  elsif what = 'note' then
    null;
  elsif held.state not in ('new', 'seen') then
    return false;
  elsif what = 'seen' and held.state = 'new' then
    update public.alert a set state = 'seen', state_at = clock_timestamp() where a.alert_id = held.alert_id;
  elsif what = 'asked' then
    perform wall.tell(w, jsonb_build_object('form', 'end-access-asked', 'alert', held.alert_id, 'note', left(note, 500),
      'account', a))
    from wall.live_in('administrator', held.accounts) w, unnest(held.accounts) a
    where exists (select from wall.grants_of(a));
  elsif what = 'explained' or (what = 'breach' and exists (select from public.breach b where b.breach_id = weigh_alert.breach))
    or (what = 'ended' and not exists (select from unnest(held.accounts) a where exists (select from wall.grants_of(a)))) then
    update public.alert a set state = what, state_at = clock_timestamp(), breach = weigh_alert.breach
    where a.alert_id = held.alert_id;
  else
    return false;
  end if;
  insert into public.alert_event (alert_id, account_id, what, note) values (held.alert_id, wall.account(), weigh_alert.what, weigh_alert.note);
  return true;
end
$$;

-- The names and the standing of an alert's accounts, for who weighs it.
create function wall.alert_accounts(alert bigint) returns table (account_id uuid, name text, live boolean)
language sql stable security definer set search_path = '' as $$
  select a.account_id, a.name, exists (select from wall.grants_of(a.account_id))
  from public.alert l join public.account a on a.account_id = any (l.accounts)
  where l.alert_id = alert_accounts.alert and (wall.may_weigh(l.accounts) or wall.operator())
  order by a.name
$$;

-- Who did what about an alert, by name.
create function wall.alert_history(alert bigint) returns table (at timestamptz, what text, note text, by_name text)
language sql stable security definer set search_path = '' as $$
  select e.at, e.what, e.note, coalesce(a.name, case when e.by_operator then 'the operator' else 'the watcher' end)
  from public.alert l join public.alert_event e using (alert_id) left join public.account a using (account_id)
  where l.alert_id = alert_history.alert and (wall.may_weigh(l.accounts) or wall.operator())
  order by e.event_id desc
$$;

-- How far the watcher is behind: when it was last done, and since when the oldest row waits.
create function wall.watch_status() returns table (round_at timestamptz, waits_since timestamptz)
language sql stable security definer set search_path = '' as $$
  select s.round_at, (
    select l.at from public.access_log l where (l.xid, l.entry_id) > (s.through_xid, s.through_entry)
      and l.at > statement_timestamp() - interval '8 days'
      -- What a restore brought under numbers that this server has not reached was watched where it was written.
      and l.xid < pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())
    order by l.xid, l.entry_id limit 1)
  from public.watch_state s
$$;

-- Open alerts by severity, for the metrics.
create function wall.watch_gauges() returns table (severity text, alerts bigint)
language sql stable security definer set search_path = '' as $$
  select v.severity, count(a.alert_id) from (values ('high'), ('medium'), ('low')) v (severity)
  left join public.alert a on a.severity = v.severity and a.state in ('new', 'seen') group by 1
$$;

-- ---- Canaries

-- Of these people, those who are invented, for the server's own login alone: no session can ask it. Lists and files leave them out.
create function wall.invented(partitions integer[], electors bigint[]) returns table (partition_id integer, elector_id bigint)
language sql stable security definer set search_path = '' as $$
  select c.partition_id, c.elector_id from public.canary c
  join unnest(partitions, electors) w (partition_id, elector_id) on w.partition_id = c.partition_id and w.elector_id = c.elector_id
$$;

-- The line of the register that a canary gets: its neighbour's, as the council wrote it, with the other name and address in it.
create function wall.canary_entry(partition integer, elector bigint, register bigint) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
declare
  me record;
  beside record;
  next_number integer;
  next_suffix integer;
begin
  select e.*, h.street_key, h.number as house, h.lines[1] as line into me
  from public.elector e join public.household h using (partition_id, household_id)
  where e.partition_id = partition and e.elector_id = elector;
  select t.number, t.line, t.position, t.raw, n.surname, n.forenames, h.lines[1] as first_line, n.position as place into beside
  from public.register_entry t join public.elector n on n.partition_id = t.partition_id and n.elector_id = t.elector_id and not n.planted
  join public.household h on h.partition_id = n.partition_id and h.household_id = n.household_id
  where t.partition_id = partition and t.register_id = register and t.area_no = me.area_no
  order by h.street_key = me.street_key desc, abs(coalesce(h.number, 0) - coalesce(me.house, 0)), t.number desc limit 1;
  if not found then
    return false;
  end if;
  -- As the council numbers who comes later: under the neighbour's number where others stand so, else at the district's end.
  if exists (select from public.register_entry t where t.partition_id = partition and t.register_id = register
      and t.area_no = me.area_no and t.suffix > 0 and t.elector_id <> elector) then
    next_number := beside.number;
    select max(t.suffix) + 1 into next_suffix from public.register_entry t
    where t.partition_id = partition and t.register_id = register and t.area_no = me.area_no and t.number = beside.number;
  else
    next_suffix := 0;
    select max(t.number) + 1 into next_number from public.register_entry t
    where t.partition_id = partition and t.register_id = register and t.area_no = me.area_no;
  end if;
  insert into public.register_entry (partition_id, register_id, area_no, number, suffix, elector_id, line, position, raw)
  select partition, register, me.area_no, next_number, next_suffix, elector, max(t.line) + 1, beside.position,
    replace(replace(replace(beside.raw, beside.first_line, me.line), beside.surname, me.surname), beside.forenames, me.forenames)
  from public.register_entry t where t.partition_id = partition and t.register_id = register;
  update public.elector e set position = beside.place, number = (select d.letters from public.district d where d.area_no = me.area_no)
    || '-' || next_number || case when next_suffix > 0 then '/' || next_suffix else '' end
  where e.partition_id = partition and e.elector_id = elector;
  return true;
end
$$;

-- Plants somebody invented at a number of a street where nobody lives. Null: the name or the address is somebody's.
create function wall.plant_canary(beside bigint, area integer, house integer, lines text[], address text, address_key text,
  forenames text, surname text, name text, name_key text, forename_key text, operator uuid) returns bigint
language plpgsql volatile security definer set search_path = '' as $$
declare
  near public.household;
  home bigint;
  person bigint;
  planted bigint;
begin
  if not (wall.operator() or exists (select from wall.in_use() u where u.role = 'data-protection-officer')) then
    raise exception 'nobody who may plant canaries acts here' using errcode = '42501';
  end if;
  select h.* into near from public.household h where h.area_no = area and h.household_id = beside and h.destroyed_at is null;
  if not found or exists (select from public.household h where h.partition_id = near.partition_id and h.address_key = plant_canary.address_key)
    or exists (select from public.district d join public.elector e on e.area_no = d.area_no
      -- Nor the beginning of somebody's: a search finds what begins so, and honest ones must not find it.
      and e.name_key ^@ split_part(plant_canary.name_key, ' ', 1)
      where d.partition_id = near.partition_id) then
    return null;
  end if;
  insert into public.household (partition_id, area_no, lines, address, postcode, address_key, street_key, postcode_key, street,
    building, number, number_suffix, flat, position)
  values (near.partition_id, area, plant_canary.lines, plant_canary.address, near.postcode, plant_canary.address_key, near.street_key,
    near.postcode_key, near.street, near.building, house, '', '', near.position)
  returning household_id into home;
  insert into public.elector (partition_id, area_no, household_id, kind, forenames, surname, name, name_key, forename_key, number,
    position, in_open_register, planted)
  values (near.partition_id, area, home, 'ordinary', plant_canary.forenames, plant_canary.surname, plant_canary.name,
    plant_canary.name_key, plant_canary.forename_key,
    coalesce((select e.number || '/1' from public.elector e where e.partition_id = near.partition_id and e.household_id = beside
      and e.left_at is null order by e.elector_id limit 1), ''), near.position, true, true)
  returning elector_id into person;
  perform wall.canary_entry(near.partition_id, person, t.register_id) from (
    select t.register_id from public.register_entry t where t.partition_id = near.partition_id and t.area_no = area
    order by t.register_id desc limit 1) t;
  insert into public.canary (partition_id, elector_id, area_no, name, address, planted_by, planted_by_operator)
  values (near.partition_id, person, area, plant_canary.name, plant_canary.address, wall.account(), operator)
  returning canary_id into planted;
  return planted;
end
$$;

-- Takes a canary out: its name and its home go, its number stays, so that the log can be read.
create function wall.remove_canary(canary bigint, operator uuid) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
declare
  held public.canary;
  home bigint;
begin
  if not (wall.operator() or exists (select from wall.in_use() u where u.role = 'data-protection-officer')) then
    raise exception 'nobody who may take canaries out acts here' using errcode = '42501';
  end if;
  update public.canary c set removed_at = statement_timestamp(), removed_by = wall.account(), removed_by_operator = operator
  where c.canary_id = canary and c.removed_at is null returning * into held;
  if held.canary_id is null then
    return false;
  end if;
  select e.household_id into home from public.elector e where e.partition_id = held.partition_id and e.elector_id = held.elector_id;
  perform wall.destroy_person(held.partition_id, held.elector_id);
  update public.household h set lines = '{}', address = 'Destroyed record', postcode = null, address_key = '~' || h.household_id,
    street_key = '', postcode_key = '', street = '', building = '', number = null, number_suffix = '', flat = '',
    destroyed_at = statement_timestamp()
  where h.partition_id = held.partition_id and h.household_id = home
    and not exists (select from public.elector e where e.partition_id = h.partition_id and e.household_id = h.household_id);
  return true;
end
$$;

-- After an import: canaries get a line in the new register, as their neighbours have.
create function wall.carry_canaries(partition integer, register bigint) returns void
language sql volatile security definer set search_path = '' as $$
  select wall.canary_entry(c.partition_id, c.elector_id, carry_canaries.register) from public.canary c
  where c.partition_id = carry_canaries.partition and c.removed_at is null
    and (wall.operator() or exists (select from wall.in_use() u where u.role = 'organiser'))
    and exists (select from public.register r where r.partition_id = c.partition_id and r.register_id = carry_canaries.register)
    and not exists (select from public.register_entry t where t.partition_id = c.partition_id
      and t.register_id = carry_canaries.register and t.elector_id = c.elector_id)
$$;

-- A walk list leads to nobody invented, whoever makes it: their doors go again, and the list's counts with them.
create function wall.leave_out_canaries() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  if not exists (select from added a join public.canary c using (partition_id, elector_id)) then
    return null;
  end if;
  delete from public.walk_list_elector w using added a, public.canary c
  where c.partition_id = a.partition_id and c.elector_id = a.elector_id and w.partition_id = a.partition_id
    and w.list_id = a.list_id and w.version = a.version and w.elector_id = a.elector_id;
  delete from public.walk_list_door d using added a
  where d.partition_id = a.partition_id and d.list_id = a.list_id and d.version = a.version and d.household_id = a.household_id
    and not exists (select from public.walk_list_elector w where w.partition_id = d.partition_id and w.list_id = d.list_id
      and w.version = d.version and w.household_id = d.household_id);
  update public.walk_list l set
    doors = (select count(*) from public.walk_list_door d where d.partition_id = l.partition_id and d.list_id = l.list_id and d.version = l.version),
    electors = (select count(*) from public.walk_list_elector w where w.partition_id = l.partition_id and w.list_id = l.list_id and w.version = l.version)
  from (select distinct a.partition_id, a.list_id, a.version from added a) a
  where l.partition_id = a.partition_id and l.list_id = a.list_id and l.version = a.version;
  return null;
end
$$;

-- ---- Retention: two kinds more

insert into retention_kind (kind, usual_days, least_days, most_days, nightly) values
  ('alerts', 1096, 365, 2557, false),
  ('watch-trail', 8, 3, 31, true);

do $$
declare f regprocedure;
begin
  for f in select p.oid::regprocedure from pg_proc p where p.pronamespace = 'wall'::regnamespace
    and pg_get_userbyid(p.proowner) <> 'hustings_wall' loop
    execute format('alter function %s owner to hustings_wall', f);
  end loop;
end $$;
grant execute on function wall.watch_begin(integer), wall.watch_trail(), wall.watch(text, text, text, text[], integer, integer),
  wall.watch_rules(), wall.watch_tell(), wall.watch_end(), wall.watch_status(), wall.watch_gauges(), wall.note_place(text, text, text), wall.invented(integer[], bigint[])
  to hustings_door;
grant execute on function wall.live_officers(), wall.weigh_alert(bigint, text, text, bigint), wall.alert_accounts(bigint),
  wall.alert_history(bigint), wall.watch_status() to hustings_protection, hustings_administrator;
grant execute on function wall.plant_canary(bigint, integer, integer, text[], text, text, text, text, text, text, text, uuid),
  wall.remove_canary(bigint, uuid) to hustings_protection;
grant execute on function wall.next_rule_version(text) to hustings_protection;
grant execute on function wall.carry_canaries(integer, bigint) to hustings_importer;
grant execute on function wall.leave_out_canaries() to hustings_owner;

set local role hustings_owner;
create trigger leave_out_canaries after insert on walk_list_elector
  referencing new table as added for each statement execute function wall.leave_out_canaries();
create policy protection_reads on watch_rule_version for select to hustings_protection
  using ((select wall.is('data-protection-officer')));
create policy protection_sets on watch_rule_version for insert to hustings_protection
  with check ((select wall.is('data-protection-officer')) and account_id = (select wall.account()) and (select wall.fresh())
    and version = wall.next_rule_version(rule));
create policy protection_reads on canary for select to hustings_protection
  using ((select wall.is('data-protection-officer')));
-- Nobody sees what is about themselves; administrators see what no officer could weigh.
create policy protection_weighs on alert for select to hustings_protection
  using ((select wall.is('data-protection-officer')) and (select wall.account()) <> all (accounts));
create policy administrator_weighs on alert for select to hustings_administrator
  using ((select wall.is('administrator')) and (select wall.account()) <> all (accounts)
    and (select wall.live_officers()) <@ accounts);
create policy protection_weighs on alert_event for select to hustings_protection
  using ((select wall.is('data-protection-officer')) and exists (select from alert a where a.alert_id = alert_event.alert_id));
create policy administrator_weighs on alert_event for select to hustings_administrator
  using ((select wall.is('administrator')) and exists (select from alert a where a.alert_id = alert_event.alert_id));
reset role;
