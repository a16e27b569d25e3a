-- What happens without a session, by hustings_door alone: it may run these functions and touch
-- no table. Each does one narrow thing and says no more than its caller needs.

-- The try is over: a wrong one counts, a right one (or one that was never hashed) goes.
create function wall.end_sign_in(attempt uuid, failed boolean) returns void
language sql volatile security definer set search_path = '' as $$
  update public.sign_in_failure f set failed = true where f.id = attempt and end_sign_in.failed;
  delete from public.sign_in_failure f where f.id = attempt and not end_sign_in.failed;
$$;

-- A sign-in with the right password by an account whose access has ended is a refused attempt.
create function wall.note_refused_sign_in(account uuid, address text) returns void
language sql volatile security definer set search_path = '' as $$
  insert into public.access_log (what, permission, account_id, route, status, address)
  select 'refused', 'sign-in', a.account_id, 'POST /sign-in', 401, left(note_refused_sign_in.address, 64)
  from public.account a where a.account_id = note_refused_sign_in.account
    and exists (select from public.access_grant g where g.account_id = a.account_id)
$$;

create function wall.grants_of(account uuid)
returns table (grant_id uuid, role text, area text, ends_at timestamptz)
language sql stable security definer set search_path = '' as $$
  select g.grant_id, g.role, ar.name, g.ends_at
  from public.access_grant g join public.area ar using (area_id)
  where g.account_id = grants_of.account and g.ended_at is null
    and g.starts_at <= statement_timestamp() and g.ends_at > statement_timestamp()
  order by g.given_at
$$;

-- How long a session may rest and last, by role. A volunteer's lasts until two hours after the last
-- assignment, and a whole session at least.
create function wall.idle_of(role text) returns interval
language sql immutable set search_path = '' as $$
  select case when role in ('administrator', 'data-protection-officer') then interval '1 hour' else interval '12 hours' end
$$;
create function wall.lasts_of(role text) returns interval
language sql immutable set search_path = '' as $$
  select case role when 'volunteer' then interval '14 hours' when 'administrator' then interval '12 hours'
    when 'data-protection-officer' then interval '12 hours' else interval '7 days' end
$$;

-- At most every five minutes: a session in use does not fall asleep.
create function wall.refresh_session(hash text) returns void
language sql volatile security definer set search_path = '' as $$
  update public.session s
  set refreshed_at = statement_timestamp(), idle_until = statement_timestamp() + wall.idle_of(g.role)
  from public.access_grant g
  where s.key = sha256(decode(hash, 'hex')) and g.grant_id = s.grant_id and s.ended_at is null
    and s.idle_until > statement_timestamp() and s.ends_at > statement_timestamp()
    and s.refreshed_at < statement_timestamp() - interval '5 minutes'
$$;

-- One's own account, by the session in hand: where else it is signed in, and what one may change.
create function wall.own_sessions(hash text)
returns table (session_id uuid, role text, area text, started_at timestamptz, refreshed_at timestamptz, agent text,
  address text, here boolean)
language sql stable security definer set search_path = '' as $$
  select s.session_id, g.role, ar.name, s.started_at, s.refreshed_at, s.agent, s.address, s.session_id = mine.session_id
  from wall.who(hash) mine
  join public.session s on s.account_id = mine.account_id and s.ended_at is null
    and s.idle_until > statement_timestamp() and s.ends_at > statement_timestamp()
  join public.access_grant g on g.grant_id = s.grant_id and g.ended_at is null
    and g.starts_at <= statement_timestamp() and g.ends_at > statement_timestamp()
  join public.area ar on ar.area_id = g.area_id
  where mine.state = 'live'
  order by s.session_id = mine.session_id desc, s.refreshed_at desc
$$;

create function wall.close_other_sessions(hash text) returns integer
language sql volatile security definer set search_path = '' as $$
  with mine as (select w.account_id, w.session_id from wall.who(hash) w where w.state = 'live'), closed as (
    update public.session s set ended_at = statement_timestamp(), ended_why = 'signed-out'
    from mine where s.account_id = mine.account_id and s.session_id <> mine.session_id and s.ended_at is null
      and s.idle_until > statement_timestamp() and s.ends_at > statement_timestamp()
    returning 1)
  select count(*)::integer from closed
$$;

create function wall.choose_theme(hash text, theme text) returns void
language sql volatile security definer set search_path = '' as $$
  update public.account a set theme = nullif(choose_theme.theme, '')
  from wall.who(hash) w where w.state = 'live' and a.account_id = w.account_id
    and choose_theme.theme in ('', 'light', 'dark') -- an error of the table's own check would print the row
$$;

create function wall.close_session(hash text) returns void
language sql volatile security definer set search_path = '' as $$
  update public.session s set ended_at = statement_timestamp(), ended_why = 'signed-out'
  where s.key = sha256(decode(hash, 'hex')) and s.ended_at is null;
  select wall.forget_searches();
$$;

-- Whether the access that a session was opened under has ended for good, so that signing in again leads nowhere: said to
-- whoever holds the session's credential, and of nothing else. Another grant of the account's that lives opens the door again.
create function wall.access_over(hash text) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (
    select from public.session s join public.access_grant g using (grant_id)
    where s.key = sha256(decode(hash, 'hex'))
      and (s.ended_why in ('access-ended', 'grant-ended') or g.ended_at is not null or g.ends_at <= statement_timestamp())
      and not exists (select from wall.grants_of(s.account_id)))
$$;

-- A refused attempt of a known account. `route` is the route's pattern, never what was asked for.
create function wall.note_refusal(hash text, route text, status smallint, address text) returns void
language sql volatile security definer set search_path = '' as $$
  insert into public.access_log (what, permission, account_id, grant_id, session_id, route, status, address)
  select 'refused', '', s.account_id, s.grant_id, s.session_id, left(note_refusal.route, 120), note_refusal.status,
    left(note_refusal.address, 64)
  from public.session s where s.key = sha256(decode(hash, 'hex'))
    -- More than a hundred a minute say nothing new, and must not fill the disk.
    and (select count(*) from public.access_log l where l.account_id = s.account_id and l.session_id = s.session_id
      and l.what = 'refused' and l.at > statement_timestamp() - interval '1 minute') < 100
$$;

-- Keeps a result that cannot stand yet: of a session that is over (up to 30 days), or refused by its
-- content. Only for a list that was this account's once; shows nothing back but whether it was kept.
create function wall.quarantine(hash text, result uuid, digest bytea, partition integer, list bigint,
  content jsonb, field text, reason text) returns text
language plpgsql volatile security definer set search_path = '' as $$
declare
  account uuid;
  list_area integer;
begin
  select s.account_id into account from public.session s
  where s.key = sha256(decode(hash, 'hex')) and s.cleared_at is not null
    and coalesce(s.ended_at, least(s.ends_at, s.idle_until)) > statement_timestamp() - interval '30 days';
  if account is null then
    return 'unknown';
  end if;
  if exists (
    select from public.session s join public.access_grant g using (grant_id) cross join public.lockdown l
    where s.key = sha256(decode(hash, 'hex')) and l.tool = 'contact' and l.opened_at is null
      and wall.shuts(l.area_id, l.stays_in, g.role, g.area_id)) then
    return 'closed';
  end if;
  -- Where its door is, so that the door's own organiser sees it; where the list begins when it names no door of the list.
  select coalesce(
    (select d.area_no from public.walk_list_door d where d.partition_id = l.partition_id and d.list_id = l.list_id
       and d.household_id = substring(content ->> 'household' from '^[0-9]{1,9}\.([0-9]{1,18})$')::bigint
     order by d.version desc limit 1), l.area_no) into list_area
  from public.walk_list l
  where l.partition_id = partition and l.list_id = list and wall.was_given(partition, list, account);
  if list_area is null then
    return 'not-found';
  end if;
  -- Already stored before access ended: the phone asks again because the answer was lost.
  if exists (select from public.receipt r where r.id = result and r.digest = quarantine.digest) then
    return 'replayed';
  end if;
  if length(quarantine.content::text) > 100000
    or (select count(*) from public.quarantine q where q.account_id = account and q.state = 'waiting') >= 5000 then
    return 'full';
  end if;
  insert into public.quarantine (id, digest, partition_id, list_id, area_no, content, field, reason, account_id)
  -- Of somebody who was erased, or has stopped the processing of such answers, that one came is kept and nothing that it says.
  values (result, quarantine.digest, partition, list, list_area, case when wall.wants_nothing_kept(quarantine.content)
    then '{}' else quarantine.content end, quarantine.field, quarantine.reason, account)
  on conflict do nothing;
  return 'kept';
end
$$;

-- A result that came again, the same, under a live session and was stored no longer waits.
create function wall.release(result uuid, content bytea) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  update public.quarantine q set state = 'stored', decided_at = statement_timestamp()
  where q.id = result and q.digest = release.content and q.state = 'waiting'
    and exists (select from wall.in_use())
    and exists (select from public.receipt r where r.id = result and r.digest = release.content);
end
$$;

-- The public notices of closed tools, and what every page says of the installation.
create function wall.notices()
returns table (tool text, notice text, closed_at timestamptz, opens_at timestamptz, area text, phones text, keep_telling boolean)
language sql stable security definer set search_path = '' as $$
  select l.tool, l.notice, l.closed_at, l.opens_at, a.name, l.phones, l.keep_telling
  from public.lockdown l left join public.area a using (area_id)
  where l.opened_at is null order by l.tool, l.area_id nulls first
$$;

create function wall.about()
returns table (set_up boolean, controller text, contact text, kind text, privacy_notice text, demonstration boolean)
language sql stable security definer set search_path = '' as $$
  select i.controller is not null or exists (select from public.access_grant g where g.role = 'administrator'),
    i.controller, i.contact, i.kind, i.privacy_notice, coalesce(i.demonstration, false)
  from (select 1) one left join public.installation i on true
$$;

-- Whether the one-time code is right, before anything costly is done for who gives it: `right`, or what set_up answers.
-- Ten wrong tries end the code.
create function wall.check_set_up_code(code text) returns text
language plpgsql volatile security definer set search_path = '' as $$
declare
  held public.set_up_code%rowtype;
begin
  select * into held from public.set_up_code for update;
  if exists (select from public.access_grant g where g.role = 'administrator') then
    return 'done-before';
  elsif held.digest is null or held.failures >= 10 then
    return 'no-code';
  elsif held.digest <> sha256(convert_to(code, 'UTF8')) then
    update public.set_up_code set failures = failures + 1;
    return 'wrong-code';
  end if;
  return 'right';
end
$$;

-- The first evening, behind the same code.
create function wall.set_up(code text, controller text, contact text, kind text, privacy_notice text,
  terms text, codes jsonb, issues jsonb, poll_name text, poll_date date, poll_kind text,
  account uuid, email text, name text, password_hash text, grant_id uuid) returns text
language plpgsql volatile security definer set search_path = '' as $$
declare
  answer text := wall.check_set_up_code(set_up.code);
  everywhere bigint;
begin
  if answer <> 'right' then
    return answer;
  end if;
  select area_id into everywhere from public.area where area.kind = 'installation';
  insert into public.installation (controller, contact, kind, privacy_notice)
  values (set_up.controller, set_up.contact, set_up.kind, set_up.privacy_notice);
  insert into public.terms (text) values (set_up.terms);
  insert into public.intention_code (code, label, slot, code_group, party, place)
  select c->>'code', c->>'label', (c->>'slot')::smallint, c->>'group', coalesce(c->>'party', ''), n::smallint
  from jsonb_array_elements(codes) with ordinality as t (c, n);
  insert into public.issue_code (code, label, place)
  select i->>'code', i->>'label', n::smallint from jsonb_array_elements(issues) with ordinality as t (i, n);
  if poll_name <> '' then
    insert into public.poll (name, poll_date, kind, area_id) values (set_up.poll_name, set_up.poll_date, set_up.poll_kind, everywhere);
  end if;
  insert into public.account (account_id, email, name, password_hash)
  values (set_up.account, lower(set_up.email), set_up.name, set_up.password_hash);
  insert into public.access_grant (grant_id, account_id, role, area_id, purpose, reason, ends_at)
  values (set_up.grant_id, set_up.account, 'administrator', everywhere, 'Running the installation',
    'First administrator, from set-up', now() + interval '1 year');
  delete from public.set_up_code;
  return 'done';
end
$$;

grant insert on public.poll to hustings_wall;
do $$
declare f regprocedure;
begin
  for f in select p.oid::regprocedure from pg_proc p where p.pronamespace = 'wall'::regnamespace
    and pg_get_userbyid(p.proowner) <> 'hustings_wall' loop
    execute format('alter function %s owner to hustings_wall', f);
  end loop;
end $$;
grant execute on function wall.end_sign_in(uuid, boolean),
  wall.own_sessions(text), wall.close_other_sessions(text), wall.choose_theme(text, text),
  wall.note_refused_sign_in(uuid, text), wall.grants_of(uuid), wall.access_over(text),
  wall.refresh_session(text), wall.close_session(text), wall.note_refusal(text, text, smallint, text),
  wall.quarantine(text, uuid, bytea, integer, bigint, jsonb, text, text), wall.notices(), wall.about(),
  wall.check_set_up_code(text), wall.set_up(text, text, text, text, text, text, jsonb, jsonb, text, date, text, uuid, text, text, text, uuid)
  to hustings_door;
