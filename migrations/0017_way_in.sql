-- The way in: terms, second factors, links by email, joining by a code, limits, and the sessions they open.
-- Everything here is reached through functions of the door's, each of which does one narrow thing; administrators and organisers
-- have a few of their own. No table here shows a secret to a working role.
set local role hustings_owner;

-- What people accept before they see a row (reg 106(3), 115: due diligence), each version kept.
create table terms (
  version integer generated always as identity primary key,
  text text not null check (length(text) between 1 and 20000),
  from_at timestamptz not null default clock_timestamp(),
  made_by uuid references account,
  made_by_operator uuid
);
create table terms_acceptance (
  account_id uuid not null references account,
  version integer not null references terms,
  at timestamptz not null default clock_timestamp(),
  -- The operator said that they had accepted, on paper.
  by_operator boolean not null default false,
  primary key (account_id, version)
);

-- What an account proves itself with beside a password: a passkey's public half, or an authenticator app's secret, encrypted by
-- a key that is not in the database.
create table factor (
  factor_id uuid primary key,
  account_id uuid not null references account,
  kind text not null check (kind in ('passkey', 'app')),
  name text not null check (length(name) between 1 and 60),
  credential bytea,
  passkey jsonb,
  key_id text,
  secret bytea,
  -- The newest time step (30 s since 1970) whose code was taken: no code counts twice (RFC 6238, 5.2).
  last_step bigint not null default 0,
  made_at timestamptz not null default clock_timestamp(),
  used_at timestamptz,
  removed_at timestamptz,
  removed_by uuid references account,
  removed_reason text check (length(removed_reason) <= 500),
  check ((kind = 'passkey') = (passkey is not null and credential is not null)
    and (kind = 'app') = (secret is not null and key_id is not null))
);
create index factor_by_account on factor (account_id);
-- One that was removed may come back.
create unique index factor_by_credential on factor (credential) where removed_at is null;
-- Codes for the day the telephone is lost, by digest: 120 random bits each.
create table recovery_code (
  account_id uuid not null references account,
  digest bytea not null check (length(digest) = 32),
  made_at timestamptz not null default clock_timestamp(),
  used_at timestamptz,
  primary key (account_id, digest)
);
-- What the server must remember between the two halves of proving or making a factor, for five minutes and one use.
create table ceremony (
  ceremony_id uuid primary key,
  kind text not null check (kind in ('sign-in', 'prove', 'passkey', 'app')),
  -- The session that began it; null before anybody has signed in.
  session_id uuid references session on delete cascade,
  state jsonb not null check (length(state::text) <= 20000),
  at timestamptz not null default statement_timestamp()
);
create index ceremony_by_time on ceremony (at);

-- Outstanding links. `key` is SHA-256 of SHA-256 of the token, as of sessions. What a link may do is decided when it is used:
-- by whether who made it may still, and whose it is still has access.
create table link (
  link_id uuid primary key,
  key bytea not null unique check (length(key) = 32),
  kind text not null check (kind in ('invitation', 'reset', 'sign-in', 'email', 'join')),
  -- Whose it is; null while there is no account.
  account_id uuid references account,
  -- Whom it was sent to; it is good for no other address.
  address text check (length(address) between 3 and 254),
  made_by uuid references account,
  made_by_operator uuid,
  made_at timestamptz not null default clock_timestamp(),
  ends_at timestamptz not null check (ends_at < '9999-12-31'),
  used_at timestamptz,
  -- Ended before its time, by whoever made it or by what ended it.
  ended_at timestamptz,
  -- An invitation's: to whom and what it gives.
  name text check (length(name) between 1 and 200),
  role text check (role in ('volunteer', 'organiser', 'membership-secretary')),
  area_id bigint references area,
  purpose text check (length(purpose) between 1 and 200),
  reason text check (length(reason) between 1 and 500),
  grant_ends_at timestamptz check (grant_ends_at < '9999-12-31'),
  -- A joining code's list.
  partition_id integer,
  list_id bigint,
  -- A change of address: what both of its links belong to, and whether it is the new address's.
  change_id uuid,
  to_new boolean,
  foreign key (partition_id, list_id) references walk_list,
  check ((role is null) = (area_id is null) and (role is null) = (purpose is null) and (role is null) = (grant_ends_at is null)),
  check ((kind = 'join') = (list_id is not null) and (kind = 'email') = (change_id is not null))
);
create index link_by_account on link (account_id) where account_id is not null;
create index link_by_list on link (partition_id, list_id) where list_id is not null;
create index link_by_maker on link (made_by) where made_by is not null;

-- Who asks to join by a code, and what came of it. `session_key` is their browser's: it opens nothing before they are let in.
create table join_request (
  request_id uuid primary key,
  link_id uuid not null references link,
  session_key bytea not null unique check (length(session_key) = 32),
  name text not null check (length(name) between 1 and 200),
  contact text not null check (length(contact) between 3 and 254),
  version integer references terms,
  agent text not null default '' check (length(agent) <= 300),
  address text not null default '' check (length(address) <= 64),
  asked_at timestamptz not null default clock_timestamp(),
  state text not null default 'waiting' check (state in ('waiting', 'admitted', 'has-account', 'refused')),
  decided_at timestamptz,
  decided_by uuid references account,
  account_id uuid references account
);
create index join_request_by_link on join_request (link_id);

-- Browsers that an account has signed in with, by digest of a mark of their own: another one is told of by email.
create table device (
  account_id uuid not null references account,
  digest bytea not null check (length(digest) = 32),
  agent text not null default '' check (length(agent) <= 300),
  first_at timestamptz not null default clock_timestamp(),
  last_at timestamptz not null default clock_timestamp(),
  primary key (account_id, digest)
);

-- Tries that are counted: what of, by whom and from where as digests, for a day.
create table attempt (
  attempt_id bigint generated always as identity primary key,
  at timestamptz not null default statement_timestamp(),
  kind text not null check (kind in ('factor', 'letter', 'link', 'join', 'help', 'returns')),
  subject bytea not null,
  address bytea not null
);
create index attempt_by_subject on attempt (kind, subject, at);
create index attempt_by_address on attempt (kind, address, at);
create index attempt_by_time on attempt (at);

grant select, insert on terms, terms_acceptance to hustings_wall;
grant select, insert, update on factor, recovery_code, link, join_request, device to hustings_wall;
grant delete on recovery_code to hustings_wall;
grant insert on assignment to hustings_wall;
grant select, insert, delete on ceremony, attempt to hustings_wall;
grant select, insert (text, made_by) on terms to hustings_administrator;
grant select on terms_acceptance to hustings_administrator, hustings_protection;
grant select (factor_id, account_id, kind, name, made_at, used_at, removed_at, removed_by, removed_reason) on factor to hustings_administrator, hustings_protection;
grant select (link_id, kind, account_id, address, made_by, made_by_operator, made_at, ends_at, used_at, ended_at, name, role, area_id,
  purpose, reason, grant_ends_at) on link to hustings_administrator;
grant select on terms to hustings_protection;

do $$
declare
  guarded text;
begin
  foreach guarded in array array['terms', 'terms_acceptance', 'factor', 'recovery_code', 'ceremony', 'link', 'join_request', 'device', 'attempt'] loop
    execute format('alter table %I enable row level security', guarded);
    execute format('alter table %I force row level security', guarded);
  end loop;
end $$;
create policy administrator on terms for select to hustings_administrator using ((select wall.is('administrator')));
create policy administrator_publishes on terms for insert to hustings_administrator
  with check ((select wall.is('administrator')) and made_by = (select wall.account()) and wall.just_now(from_at));
create policy protection on terms for select to hustings_protection using ((select wall.is('data-protection-officer')));
create policy administrator on terms_acceptance for select to hustings_administrator using ((select wall.is('administrator')));
create policy protection on terms_acceptance for select to hustings_protection using ((select wall.is('data-protection-officer')));
create policy administrator on factor for select to hustings_administrator using ((select wall.is('administrator')));
create policy protection on factor for select to hustings_protection using ((select wall.is('data-protection-officer')));
create policy administrator on link for select to hustings_administrator
  using ((select wall.is('administrator')) and kind = 'invitation');
reset role;

-- ── What stands between a right password and the first row ──────────────────────────────────────────────────────────────

create function wall.needs_factor(role text) returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return needs_factor.role <> 'volunteer' or coalesce((select i.factors_for_all from public.installation i), false);
end
$$;

create function wall.has_factor(account uuid) returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return exists (select from public.factor f where f.account_id = has_factor.account and f.removed_at is null);
end
$$;

-- `factor`: prove the one you have; `enrol`: the role needs one and there is none; `terms`: accept the newest; null: nothing.
create function wall.still_asks(account uuid, role text, factor_at timestamptz) returns text
language plpgsql stable security definer set search_path = '' as $$
declare
  newest integer;
begin
  if factor_at is null and wall.has_factor(account) then
    return 'factor';
  elsif factor_at is null and wall.needs_factor(role) then
    return 'enrol';
  end if;
  select max(t.version) into newest from public.terms t;
  if newest is not null and not exists (
    select from public.terms_acceptance a where a.account_id = still_asks.account and a.version = newest) then
    return 'terms';
  end if;
  return null;
end
$$;

-- Lets a session through once nothing is asked of it any more.
create function wall.let_through(session uuid) returns void
language sql volatile security definer set search_path = '' as $$
  update public.session s set cleared_at = statement_timestamp()
  from public.access_grant g
  where s.session_id = let_through.session and s.cleared_at is null and g.grant_id = s.grant_id
    and wall.still_asks(s.account_id, g.role, s.factor_at) is null
$$;

-- The session that holds this hash, if it lives, let through or not.
create type wall.held as (session_id uuid, account_id uuid, role text, factor_at timestamptz, cleared_at timestamptz);
create function wall.holder(hash text) returns setof wall.held
language plpgsql stable security definer rows 1 set search_path = '' as $$
declare
  held bytea := sha256(decode(hash, 'hex'));
begin
  return query select s.session_id, s.account_id, g.role, s.factor_at, s.cleared_at
  from public.session s join public.access_grant g using (grant_id)
  where s.key = held and s.ended_at is null and s.idle_until > statement_timestamp() and s.ends_at > statement_timestamp()
    and g.ended_at is null and g.starts_at <= statement_timestamp() and g.ends_at > statement_timestamp();
end
$$;

-- ── Limits ───────────────────────────────────────────────────────────────────────────────────────────────────────────────

-- Where somebody comes from, for the limits: of IPv6 the /64, which is one household's.
create function wall.place(address text) returns text
language plpgsql immutable set search_path = '' as $$
begin
  return case when strpos(address, ':') > 0 then host(network(set_masklen(address::inet, 64))) else address end;
exception when others then
  return address;
end
$$;

-- Counts a try of this kind, or says from when another is taken. By whom it is about, by where from, and over all: a flood from
-- everywhere at once stops the letters, never the doors.
create function wall.count_try(kind text, subject text, address text) returns timestamptz
language plpgsql volatile security definer set search_path = '' as $$
declare
  of_subject bytea := sha256(convert_to(lower(count_try.subject), 'UTF8'));
  of_address bytea := sha256(convert_to(wall.place(count_try.address), 'UTF8'));
  span interval := case when kind in ('letter', 'help') then interval '1 hour' else interval '15 minutes' end;
  most record;
  since timestamptz := statement_timestamp() - span;
  hit timestamptz;
begin
  -- By whom; from where (a hall full of volunteers shares one); in a day; over all, for letters alone.
  select * into most from (values ('factor', 10, 300, 50, null), ('letter', 3, 30, null, 500), ('link', 300, 300, null, null),
    ('join', 60, 120, null, null), ('help', 3, 60, 6, null), ('returns', 5000, 5000, null, null)) as m (kind, one, place, a_day, everybody) where m.kind = count_try.kind;
  -- Tries by one, then tries from one place, come one after the other, so that both counts are exact.
  perform pg_advisory_xact_lock(4871005, hashtext(count_try.kind || encode(of_subject, 'hex')));
  perform pg_advisory_xact_lock(4871006, hashtext(count_try.kind || encode(of_address, 'hex')));
  delete from public.attempt a where a.at < statement_timestamp() - interval '1 day';
  select greatest(
    (select a.at from public.attempt a where a.kind = count_try.kind and a.subject = of_subject and a.at > since
       order by a.at desc offset most.one - 1 limit 1),
    (select a.at from public.attempt a where a.kind = count_try.kind and a.address = of_address and a.at > since
       order by a.at desc offset most.place - 1 limit 1),
    (select a.at from public.attempt a where a.kind = count_try.kind and a.at > since and most.everybody is not null
       order by a.at desc offset most.everybody - 1 limit 1)) into hit;
  if hit is not null then
    return hit + span;
  end if;
  -- Whoever has the password and goes on guessing codes every quarter of an hour.
  select a.at into hit from public.attempt a
  where a.kind = count_try.kind and a.subject = of_subject and a.at > statement_timestamp() - interval '1 day'
    and most.a_day is not null order by a.at desc offset most.a_day - 1 limit 1;
  if hit is not null then
    return hit + interval '1 day';
  end if;
  insert into public.attempt (kind, subject, address) values (count_try.kind, of_subject, of_address);
  return null;
end
$$;

-- Limits before hashing: 10 failures an account and 100 an address in 15 minutes. Writes the try down and answers the candidate,
-- or when to try again, or that as many tries are still being hashed (`wait`). Tries of one account come one after the other, so
-- the count is exact. An unknown address answers a row without a hash, so that the caller does the same work. Somebody at a
-- browser that the account has used before has ten tries of their own: strangers cannot lock them out.
create function wall.begin_sign_in(attempt uuid, email text, address text, device bytea)
returns table (account_id uuid, password_hash text, try_again_at timestamptz, wait boolean)
language plpgsql volatile security definer set search_path = '' as $$
declare
  of_email bytea := sha256(convert_to(lower(begin_sign_in.email), 'UTF8'));
  of_address bytea := sha256(convert_to(wall.place(begin_sign_in.address), 'UTF8'));
  since timestamptz := statement_timestamp() - interval '15 minutes';
  -- A try that nobody ended (the server was killed) counts as wrong after a minute.
  pending timestamptz := statement_timestamp() - interval '1 minute';
  known bytea;
  tries record;
begin
  perform pg_advisory_xact_lock(4871001, hashtext(encode(of_email, 'hex')));
  perform pg_advisory_xact_lock(4871002, hashtext(encode(of_address, 'hex')));
  delete from public.sign_in_failure f where f.at < statement_timestamp() - interval '1 day';
  select d.digest into known from public.account a join public.device d using (account_id)
  where a.email = lower(begin_sign_in.email) and d.digest = begin_sign_in.device;
  select
    (select f.at from public.sign_in_failure f where f.email_digest = of_email and f.at > since
       and (f.failed or f.at < pending) and (known is null or f.device_digest = known) order by f.at desc offset 9 limit 1) as tenth,
    (select f.at from public.sign_in_failure f where f.address_digest = of_address and f.at > since and known is null
       and (f.failed or f.at < pending) order by f.at desc offset 99 limit 1) as hundredth,
    -- Guesses at everybody at once, from everywhere: only browsers that are known come in while it lasts.
    (select f.at from public.sign_in_failure f where f.at > since and known is null
       and (f.failed or f.at < pending) order by f.at desc offset 19999 limit 1) as of_all,
    (select count(*) from public.sign_in_failure f where f.email_digest = of_email and f.at > since
       and (known is null or f.device_digest = known)) as of_account,
    (select count(*) from public.sign_in_failure f where f.address_digest = of_address and f.at > since and known is null) as from_there
  into tries;
  if tries.tenth is not null or tries.hundredth is not null or tries.of_all is not null then
    return query select null::uuid, null::text, greatest(tries.tenth, tries.hundredth, tries.of_all) + interval '15 minutes', false;
  elsif tries.of_account >= 10 or tries.from_there >= 100 then
    return query select null::uuid, null::text, null::timestamptz, true;
  else
    insert into public.sign_in_failure (id, email_digest, address_digest, device_digest) values (attempt, of_email, of_address, known);
    return query select a.account_id, a.password_hash, null::timestamptz, false
      from (select 1) one left join public.account a on a.email = lower(begin_sign_in.email);
  end if;
end
$$;

-- ── Sessions ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

-- Tells an account something that happened to it. Who has no email address (they joined by telephone number) is not written to.
create function wall.tell(account uuid, fields jsonb) returns void
language sql volatile security definer set search_path = '' as $$
  insert into public.mail (mail_id, account_id, form, fields)
  select gen_random_uuid(), a.account_id, fields ->> 'form', fields from public.account a
  where a.account_id = tell.account and position('@' in a.email) > 0 and not a.demonstration
$$;

-- Opens a session under one live grant of the account. `key` is SHA-256 of SHA-256 of the token. `proved`: whether a second
-- factor was proved with it. `asks` is what stands before it, null when it is let through.
create function wall.open_session(session uuid, key bytea, account uuid, grant_wanted uuid, agent text, browser text, address text,
  device bytea, proved boolean, by_password text default null)
returns table (session_id uuid, asks text)
language plpgsql volatile security definer set search_path = '' as $$
declare
  given public.access_grant%rowtype;
  proof timestamptz := case when proved then statement_timestamp() end;
  still text;
begin
  perform wall.forget_searches();
  -- The password that was right a moment ago must still be the one; a change that commits meanwhile is waited for.
  perform 1 from public.account a where a.account_id = open_session.account
    and (by_password is null or a.password_hash = by_password) for share;
  if not found then
    return;
  end if;
  select g.* into given from public.access_grant g
  where g.grant_id = grant_wanted and g.account_id = open_session.account and g.ended_at is null
    and g.starts_at <= statement_timestamp() and g.ends_at > statement_timestamp();
  if given.grant_id is null then
    return;
  end if;
  still := wall.still_asks(given.account_id, given.role, proof);
  insert into public.session (session_id, key, grant_id, account_id, cleared_at, factor_at, idle_until, ends_at, agent, address)
  values (session, open_session.key, given.grant_id, given.account_id, case when still is null then statement_timestamp() end, proof,
    statement_timestamp() + wall.idle_of(given.role),
    least(given.ends_at, greatest(statement_timestamp() + wall.lasts_of(given.role), (
      select max(a.ends_at) + interval '2 hours' from public.assignment a
      where given.role = 'volunteer' and a.account_id = given.account_id and a.ended_at is null))),
    left(open_session.agent, 300), left(open_session.address, 64));
  if device is not null then
    if exists (select from public.device d where d.account_id = given.account_id)
      and not exists (select from public.device d where d.account_id = given.account_id and d.digest = device) then
      perform wall.tell(given.account_id, jsonb_build_object('form', 'new-device', 'at', statement_timestamp(),
        'browser', browser, 'address', left(open_session.address, 64)));
    end if;
    insert into public.device as d (account_id, digest, agent) values (given.account_id, device, left(open_session.agent, 300))
    on conflict (account_id, digest) do update set last_at = clock_timestamp(), agent = excluded.agent;
  end if;
  return query select session, still;
end
$$;

-- Another of one's own grants: a new session, the old one ends. `hash` is what the browser's token hashes to. What was proved
-- stays proved.
create function wall.switch_session(hash text, session uuid, key bytea, grant_wanted uuid, agent text, address text)
returns table (session_id uuid, asks text)
language plpgsql volatile security definer set search_path = '' as $$
declare
  before record;
begin
  update public.session s set ended_at = statement_timestamp(), ended_why = 'switched'
  from public.access_grant g
  where s.key = sha256(decode(hash, 'hex')) and s.ended_at is null
    and s.idle_until > statement_timestamp() and s.ends_at > statement_timestamp()
    and g.grant_id = s.grant_id and g.ended_at is null and g.ends_at > statement_timestamp()
    and s.grant_id <> grant_wanted
    and exists (select from public.access_grant w where w.grant_id = grant_wanted and w.account_id = s.account_id
      and w.ended_at is null and w.starts_at <= statement_timestamp() and w.ends_at > statement_timestamp())
  returning s.account_id, s.factor_at, s.ends_at into before;
  if before.account_id is not null then
    return query select o.session_id, o.asks from wall.open_session(session, switch_session.key, before.account_id, grant_wanted,
      switch_session.agent, '', switch_session.address, null, false) o;
    -- Nor does it last longer than the one that it takes the place of.
    update public.session s set factor_at = coalesce(before.factor_at, s.factor_at), ends_at = least(s.ends_at, before.ends_at)
    where s.session_id = session;
    perform wall.let_through(session);
  end if;
end
$$;

-- Ends one of one's own sessions.
create function wall.close_own_session(hash text, session uuid) returns boolean
language sql volatile security definer set search_path = '' as $$
  with closed as (
    update public.session s set ended_at = statement_timestamp(), ended_why = 'signed-out'
    from wall.holder(hash) h where s.session_id = close_own_session.session and s.account_id = h.account_id and s.ended_at is null
    returning 1)
  select exists (select from closed)
$$;

-- The caller has proved the old password; only the session's own account changes, it is signed out everywhere else, and no link
-- that was sent before opens anything.
create function wall.change_password(hash text, password_hash text) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
declare
  mine uuid;
begin
  select w.account_id into mine from wall.who(hash) w where w.state = 'live';
  if mine is null then
    return false;
  end if;
  perform wall.close_other_sessions(hash);
  update public.account a set password_hash = change_password.password_hash where a.account_id = mine;
  return true;
end
$$;

-- ── Terms ────────────────────────────────────────────────────────────────────────────────────────────────────────────────

create function wall.newest_terms() returns table (version integer, text text, from_at timestamptz)
language sql stable security definer set search_path = '' as $$
  select t.version, t.text, t.from_at from public.terms t order by t.version desc limit 1
$$;

create function wall.accept_terms(hash text, version integer) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  me wall.held;
begin
  select * into me from wall.holder(hash);
  insert into public.terms_acceptance (account_id, version)
  select me.account_id, t.version from public.terms t where t.version = accept_terms.version
    and wall.still_asks(me.account_id, me.role, me.factor_at) = 'terms'
  on conflict do nothing;
  perform wall.let_through(me.session_id);
end
$$;

-- ── Second factors ───────────────────────────────────────────────────────────────────────────────────────────────────────

create function wall.own_factors(hash text)
returns table (factor_id uuid, kind text, name text, made_at timestamptz, used_at timestamptz, codes_left bigint,
  codes_made timestamptz)
language sql stable security definer set search_path = '' as $$
  select f.factor_id, f.kind, f.name, f.made_at, f.used_at,
    (select count(*) from public.recovery_code r where r.account_id = h.account_id and r.used_at is null),
    (select max(r.made_at) from public.recovery_code r where r.account_id = h.account_id)
  from wall.holder(hash) h join public.factor f on f.account_id = h.account_id and f.removed_at is null
  order by f.made_at
$$;

-- Before a factor is tried: null, or from when another try is taken. Right ones are forgotten.
create function wall.begin_proof(hash text, address text) returns timestamptz
language plpgsql volatile security definer set search_path = '' as $$
declare
  me wall.held;
  again timestamptz;
begin
  select * into me from wall.holder(hash);
  again := wall.count_try('factor', coalesce(me.account_id::text, begin_proof.address), begin_proof.address);
  -- Ten wrong ones: somebody has the password, and it may not be who should.
  if again is not null and me.account_id is not null and not exists (select from public.mail m
    where m.account_id = me.account_id and m.form = 'codes-tried' and m.queued_at > statement_timestamp() - interval '1 day') then
    perform wall.tell(me.account_id, jsonb_build_object('form', 'codes-tried', 'at', statement_timestamp()));
  end if;
  return again;
end
$$;

create function wall.proved(me wall.held) returns void
language sql volatile security definer set search_path = '' as $$
  update public.session s set factor_at = statement_timestamp() where s.session_id = me.session_id;
  delete from public.attempt a where a.kind = 'factor' and a.subject = sha256(convert_to(me.account_id::text, 'UTF8'));
  select wall.let_through(me.session_id);
$$;

-- The authenticator apps of a session's account, for the server to check a code against.
create function wall.apps(hash text) returns table (factor_id uuid, key_id text, secret bytea, last_step bigint)
language sql stable security definer set search_path = '' as $$
  select f.factor_id, f.key_id, f.secret, f.last_step from wall.holder(hash) h
  join public.factor f on f.account_id = h.account_id and f.kind = 'app' and f.removed_at is null
$$;

-- A code of this step was right: it counts once, and none before it counts any more.
create function wall.prove_app(hash text, factor uuid, step bigint) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
declare
  me wall.held;
begin
  select * into me from wall.holder(hash);
  update public.factor f set last_step = step, used_at = statement_timestamp()
  where f.factor_id = factor and f.account_id = me.account_id and f.kind = 'app' and f.removed_at is null and f.last_step < step;
  if not found then
    return false;
  end if;
  perform wall.proved(me);
  return true;
end
$$;

create function wall.prove_recovery(hash text, digest bytea) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
declare
  me wall.held;
begin
  select * into me from wall.holder(hash);
  update public.recovery_code r set used_at = statement_timestamp()
  where wall.has_factor(me.account_id) and r.account_id = me.account_id and r.digest = prove_recovery.digest and r.used_at is null;
  if not found then
    return false;
  end if;
  perform wall.tell(me.account_id, jsonb_build_object('form', 'recovery-used', 'at', statement_timestamp()));
  perform wall.proved(me);
  return true;
end
$$;

-- The passkeys of a session's account.
create function wall.passkeys(hash text) returns table (passkey jsonb)
language sql stable security definer set search_path = '' as $$
  select f.passkey from wall.holder(hash) h
  join public.factor f on f.account_id = h.account_id and f.kind = 'passkey' and f.removed_at is null
$$;

-- The server has checked this passkey's answer: only one of the session's own account counts.
create function wall.prove_passkey(hash text, credential bytea, passkey jsonb) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
declare
  me wall.held;
begin
  select * into me from wall.holder(hash);
  update public.factor f set passkey = prove_passkey.passkey, used_at = statement_timestamp()
  where f.credential = prove_passkey.credential and f.account_id = me.account_id and f.removed_at is null;
  if not found then
    return false;
  end if;
  perform wall.proved(me);
  return true;
end
$$;

-- Whose passkey this is, for signing in by it alone.
create function wall.passkey_owner(credential bytea) returns table (account_id uuid, passkey jsonb)
language sql stable security definer set search_path = '' as $$
  select f.account_id, f.passkey from public.factor f
  where f.credential = passkey_owner.credential and f.kind = 'passkey' and f.removed_at is null
$$;
create function wall.used_passkey(credential bytea, passkey jsonb) returns void
language sql volatile security definer set search_path = '' as $$
  update public.factor f set passkey = used_passkey.passkey, used_at = statement_timestamp()
  where f.credential = used_passkey.credential and f.removed_at is null
$$;

-- Remembers what a ceremony began with; the session of this hash alone may end it, or nobody's.
-- False when thousands of nobody's wait already: anybody may begin one.
create function wall.keep_ceremony(ceremony uuid, hash text, kind text, state jsonb) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  delete from public.ceremony c where c.at < statement_timestamp() - interval '5 minutes';
  if hash is null and (select count(*) from public.ceremony c where c.session_id is null) >= 2000 then
    return false;
  end if;
  insert into public.ceremony (ceremony_id, kind, session_id, state)
  select keep_ceremony.ceremony, keep_ceremony.kind, (select h.session_id from wall.holder(hash) h), keep_ceremony.state
  where hash is null or exists (select from wall.holder(hash));
  return found;
end
$$;
create function wall.take_ceremony(ceremony uuid, hash text, kind text) returns jsonb
language sql volatile security definer set search_path = '' as $$
  delete from public.ceremony c
  where c.ceremony_id = take_ceremony.ceremony and c.kind = take_ceremony.kind and c.at > statement_timestamp() - interval '5 minutes'
    and c.session_id is not distinct from (select h.session_id from wall.holder(hash) h)
  returning c.state
$$;

-- A new factor. The first needs nothing but the session; each further one a factor proved within ten minutes.
create function wall.add_factor(hash text, factor uuid, kind text, name text, credential bytea, passkey jsonb, key_id text,
  secret bytea, step bigint) returns text
language plpgsql volatile security definer set search_path = '' as $$
declare
  me wall.held;
begin
  select * into me from wall.holder(hash);
  if me.account_id is null then
    return 'ended';
  end if;
  -- Two first ones at once take turns. Whoever typed somebody's address must not put a key of their own on it.
  perform 1 from public.account a where a.account_id = me.account_id for no key update;
  if exists (select from public.account a where a.account_id = me.account_id and a.address_proved_at is null
    and position('@' in a.email) > 0) then
    return 'unproved';
  end if;
  if wall.has_factor(me.account_id) and (me.factor_at is null or me.factor_at < statement_timestamp() - interval '10 minutes') then
    return 'stale';
  end if;
  insert into public.factor (factor_id, account_id, kind, name, credential, passkey, key_id, secret, last_step)
  values (factor, me.account_id, add_factor.kind, add_factor.name, add_factor.credential, add_factor.passkey, add_factor.key_id,
    add_factor.secret, coalesce(step, 0))
  on conflict do nothing; -- by factor_by_credential: a name of its columns would be this function's parameter
  if not found then
    return 'known';
  end if;
  perform wall.tell(me.account_id, jsonb_build_object('form', 'factor-changed', 'at', statement_timestamp(), 'added', true, 'name', add_factor.name));
  perform wall.proved(me);
  return 'done';
end
$$;

-- Takes one off. The last one of an account whose role needs one stays.
create function wall.remove_factor(hash text, factor uuid) returns text
language plpgsql volatile security definer set search_path = '' as $$
declare
  me wall.held;
  called text;
begin
  select * into me from wall.holder(hash);
  if me.account_id is null then
    return 'ended';
  elsif me.factor_at is null or me.factor_at < statement_timestamp() - interval '10 minutes' then
    return 'stale';
  end if;
  perform 1 from public.account a where a.account_id = me.account_id for no key update;
  if not exists (select from public.factor f where f.factor_id = factor and f.account_id = me.account_id and f.removed_at is null) then
    return 'gone';
  elsif (select count(*) from public.factor f where f.account_id = me.account_id and f.removed_at is null) <= 1 and exists (
    select from public.access_grant g where g.account_id = me.account_id and g.ended_at is null and g.ends_at > statement_timestamp()
      and wall.needs_factor(g.role)) then
    return 'last';
  end if;
  update public.factor f set removed_at = statement_timestamp(), removed_by = me.account_id
  where f.factor_id = factor and f.account_id = me.account_id and f.removed_at is null returning f.name into called;
  delete from public.recovery_code r where r.account_id = me.account_id and not wall.has_factor(me.account_id);
  perform wall.tell(me.account_id, jsonb_build_object('form', 'factor-changed', 'at', statement_timestamp(), 'added', false, 'name', called));
  return 'done';
end
$$;

create function wall.new_recovery_codes(hash text, digests bytea[]) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
declare
  me wall.held;
begin
  select * into me from wall.holder(hash);
  if me.account_id is null or me.factor_at is null or me.factor_at < statement_timestamp() - interval '10 minutes' then
    return false;
  end if;
  delete from public.recovery_code r where r.account_id = me.account_id;
  insert into public.recovery_code (account_id, digest) select me.account_id, d from unnest(digests) d;
  return true;
end
$$;

-- Whoever set somebody's password does not take their factors off, nor the other way round, for 30 days: both in one hand are
-- the account, and what it took two people to give. The operator may, on record.
create function wall.one_hand(account uuid, what text) returns boolean
language plpgsql stable security definer set search_path = '' as $$
declare
  actor uuid := wall.account();
begin
  if what = 'password' then
    return exists (select from public.factor f where f.account_id = one_hand.account and f.removed_by = actor
      and actor <> one_hand.account and f.removed_at > statement_timestamp() - interval '30 days');
  end if;
  return exists (select from public.password_change p where p.account_id = one_hand.account and p.by_account = actor
    and actor <> one_hand.account and p.at > statement_timestamp() - interval '30 days');
end
$$;

-- Takes all factors off an account that has lost them: an administrator's act for somebody else, with a factor of their own just
-- proved; or the operator's. The account is signed out, and must set one up anew.
create function wall.reset_factors(account uuid, reason text) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
declare
  operator boolean := pg_has_role(session_user, 'hustings_operator', 'member');
  actor uuid := wall.account();
begin
  if not operator and not (wall.is('administrator') and wall.fresh() and actor <> reset_factors.account) then
    return false;
  elsif wall.one_hand(reset_factors.account, 'factors') then
    raise exception 'the same hand set the password' using errcode = '23514', constraint = 'account_one_hand';
  end if;
  update public.factor f set removed_at = statement_timestamp(), removed_by = actor, removed_reason = reset_factors.reason
  where f.account_id = reset_factors.account and f.removed_at is null;
  delete from public.recovery_code r where r.account_id = reset_factors.account;
  update public.session s set ended_at = statement_timestamp(), ended_why = 'signed-out'
  where s.account_id = reset_factors.account and s.ended_at is null;
  perform wall.tell(reset_factors.account, jsonb_build_object('form', 'factors-reset', 'at', statement_timestamp()));
  return true;
end
$$;

-- ── Links by email ───────────────────────────────────────────────────────────────────────────────────────────────────────

-- Whether a link is good now: not used, not ended, in time; who made an invitation or a code may still give what it gives; whose
-- it is still has access.
create function wall.link_is_good(l public.link) returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return l.used_at is null and l.ended_at is null and l.ends_at > statement_timestamp()
    and (l.grant_ends_at is null or l.grant_ends_at > statement_timestamp())
    and (l.account_id is null or exists (select from wall.grants_of(l.account_id)))
    and (l.kind <> 'invitation' or l.made_by is null or wall.may_still_give(l.made_by, l.role, l.area_id, l.grant_ends_at))
    and (l.kind <> 'join' or (wall.open('contact') and exists (
      select from public.walk_list w where w.partition_id = l.partition_id and w.list_id = l.list_id and w.ended_at is null
        and wall.may_still_give(l.made_by, 'volunteer', (select a.area_id from public.area a where a.area_no = w.area_no), l.ends_at))));
end
$$;

-- Whether an account may give this grant now: administrators whatever an invitation may hold, organisers volunteers' inside
-- their own area and for no longer than their own.
create function wall.may_still_give(giver uuid, role text, area bigint, until timestamptz) returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return exists (
    select from public.access_grant g where g.account_id = giver and g.ended_at is null
      and g.starts_at <= statement_timestamp() and g.ends_at > statement_timestamp()
      and (g.role = 'administrator' or (g.role = 'organiser' and may_still_give.role = 'volunteer' and may_still_give.until <= g.ends_at
        and may_still_give.area = any (wall.areas_inside(g.area_id)))));
end
$$;

create function wall.link_state(hash text)
returns table (kind text, state text, name text, email text, role text, area text, purpose text, until timestamptz, made_by text, to_new boolean)
language sql stable security definer set search_path = '' as $$
  select l.kind, case when wall.link_is_good(l) then 'good' when l.used_at is not null then 'used'
      when l.ends_at <= statement_timestamp() then 'expired' else 'ended' end,
    coalesce(l.name, a.name), coalesce(l.address, a.email), l.role, ar.name, l.purpose, l.grant_ends_at, m.name, l.to_new
  from public.link l left join public.account a on a.account_id = l.account_id left join public.account m on m.account_id = l.made_by
  left join public.area ar on ar.area_id = l.area_id
  where l.key = sha256(decode(hash, 'hex'))
$$;

-- Every opening of a link is counted by where from, so that nobody tries tokens through.
create function wall.begin_link(address text) returns timestamptz
language sql volatile security definer set search_path = '' as $$
  select wall.count_try('link', wall.place(begin_link.address), begin_link.address)
$$;

-- Sends a link to set another password, or to sign in, if the address has an account with access. Says nothing of whether it has.
create function wall.ask_link(kind text, link uuid, key bytea, email text, address text, fields jsonb) returns timestamptz
language plpgsql volatile security definer set search_path = '' as $$
declare
  again timestamptz := wall.count_try('letter', ask_link.email, ask_link.address);
  whose uuid;
begin
  if again is not null then
    return again;
  end if;
  select a.account_id into whose from public.account a
  where a.email = lower(ask_link.email) and position('@' in a.email) > 0 and exists (select from wall.grants_of(a.account_id));
  if whose is not null and ask_link.kind in ('reset', 'sign-in') then
    update public.link l set ended_at = statement_timestamp()
    where l.account_id = whose and l.kind = ask_link.kind and l.used_at is null and l.ended_at is null;
    insert into public.link (link_id, key, kind, account_id, address, ends_at)
    values (ask_link.link, ask_link.key, ask_link.kind, whose, lower(ask_link.email),
      statement_timestamp() + case ask_link.kind when 'reset' then interval '1 hour' else interval '10 minutes' end);
    insert into public.mail (mail_id, account_id, form, fields) values (gen_random_uuid(), whose, ask_link.fields ->> 'form', ask_link.fields);
  end if;
  return null;
end
$$;

-- Uses up a link of this kind, if it is good, and answers whose it is. Two at once: one gets it.
create function wall.use_link(hash text, kind text) returns uuid
language plpgsql volatile security definer set search_path = '' as $$
declare
  l public.link;
begin
  -- The account first, as whoever changes its password takes them.
  perform 1 from public.account a join public.link k using (account_id) where k.key = sha256(decode(hash, 'hex')) for no key update of a;
  select k.* into l from public.link k where k.key = sha256(decode(hash, 'hex')) and k.kind = use_link.kind for update;
  -- The address that it was sent to must still be the account's.
  if l.link_id is null or not wall.link_is_good(l)
    or not exists (select from public.account a where a.account_id = l.account_id and a.email = l.address) then
    return null;
  end if;
  update public.link k set used_at = statement_timestamp() where k.link_id = l.link_id;
  -- Whoever reads the address's letters is its owner; who only typed it when they joined goes.
  update public.account a set address_proved_at = statement_timestamp() where a.account_id = l.account_id and a.address_proved_at is null;
  if found then
    update public.session s set ended_at = statement_timestamp(), ended_why = 'signed-out'
    where s.account_id = l.account_id and s.ended_at is null;
  end if;
  return l.account_id;
end
$$;

create function wall.sign_in_by_link(hash text) returns uuid
language sql volatile security definer set search_path = '' as $$
  select wall.use_link(hash, 'sign-in')
$$;

-- Sets the password by a link: signed out everywhere, every other link ends. The second factor stays as it is.
create function wall.reset_password(hash text, password_hash text) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
declare
  whose uuid := wall.use_link(hash, 'reset');
begin
  if whose is null then
    return false;
  end if;
  update public.account a set password_hash = reset_password.password_hash where a.account_id = whose;
  update public.session s set ended_at = statement_timestamp(), ended_why = 'signed-out'
  where s.account_id = whose and s.ended_at is null;
  return true;
end
$$;

-- Another address for one's own account: a letter to either, and both must say yes.
create function wall.ask_email_change(hash text, email text, change uuid, old_link uuid, old_key bytea, new_link uuid, new_key bytea,
  old_fields jsonb, new_fields jsonb, address text) returns text
language plpgsql volatile security definer set search_path = '' as $$
declare
  me wall.held;
  held text;
begin
  select * into me from wall.holder(hash);
  if me.cleared_at is null then
    return 'ended';
  elsif wall.has_factor(me.account_id) and (me.factor_at is null or me.factor_at < statement_timestamp() - interval '10 minutes') then
    return 'stale';
  elsif wall.count_try('letter', me.account_id::text, ask_email_change.address) is not null then
    return 'too-many';
  end if;
  select a.email into held from public.account a where a.account_id = me.account_id;
  update public.link l set ended_at = statement_timestamp()
  where l.account_id = me.account_id and l.kind = 'email' and l.used_at is null and l.ended_at is null;
  -- Whether the new address has an account is told to nobody here: the last yes finds out.
  insert into public.link (link_id, key, kind, account_id, address, ends_at, change_id, to_new) values
    (old_link, old_key, 'email', me.account_id, held, statement_timestamp() + interval '1 day', change, false),
    (new_link, new_key, 'email', me.account_id, lower(ask_email_change.email), statement_timestamp() + interval '1 day', change, true);
  -- Who joined with a telephone number has nothing at the old end.
  update public.link l set used_at = statement_timestamp() where l.link_id = old_link and position('@' in held) = 0;
  insert into public.mail (mail_id, address, form, fields)
  select gen_random_uuid(), held, old_fields ->> 'form', old_fields where position('@' in held) > 0;
  insert into public.mail (mail_id, address, form, fields)
  values (gen_random_uuid(), lower(ask_email_change.email), new_fields ->> 'form', new_fields);
  return 'sent';
end
$$;

-- One end says yes; with the second the address changes. `waiting`, `done`, `taken` or null.
create function wall.confirm_email(hash text) returns text
language plpgsql volatile security definer set search_path = '' as $$
declare
  l public.link;
  goes_to text;
begin
  select k.* into l from public.link k where k.key = sha256(decode(hash, 'hex')) and k.kind = 'email';
  -- Both ends at once take turns at the account.
  perform 1 from public.account a where a.account_id = l.account_id for no key update;
  select k.* into l from public.link k where k.link_id = l.link_id for update;
  if l.link_id is null or not wall.link_is_good(l) then
    return null;
  end if;
  update public.link k set used_at = statement_timestamp() where k.link_id = l.link_id;
  if exists (select from public.link k where k.change_id = l.change_id and k.used_at is null) then
    return 'waiting';
  end if;
  select k.address into goes_to from public.link k where k.change_id = l.change_id and k.to_new;
  begin
    update public.account a set email = goes_to, address_proved_at = statement_timestamp() where a.account_id = l.account_id;
  exception when unique_violation then
    return 'taken';
  end;
  perform wall.tell(l.account_id, jsonb_build_object('form', 'email-changed', 'at', statement_timestamp()));
  return 'done';
end
$$;

-- Either end says no.
create function wall.refuse_email(hash text) returns boolean
language sql volatile security definer set search_path = '' as $$
  with ended as (
    update public.link l set ended_at = statement_timestamp()
    from public.link k where k.key = sha256(decode(hash, 'hex')) and k.kind = 'email' and l.change_id = k.change_id
      and l.ended_at is null and exists (select from public.link o where o.change_id = k.change_id and o.used_at is null)
    returning 1)
  select exists (select from ended)
$$;

-- Invites somebody: administrators to any role that one pair of eyes may give, organisers volunteers inside their own area.
-- `known`: the address has an account, which is given a grant instead; an organiser is not told more of it.
create function wall.invite(link uuid, key bytea, email text, name text, role text, area bigint, purpose text, reason text,
  until timestamptz, link_ends timestamptz, fields jsonb) returns text
language plpgsql volatile security definer set search_path = '' as $$
declare
  actor uuid := wall.account();
  mine text := (select u.role from wall.in_use() u);
  operator boolean := pg_has_role(session_user, 'hustings_operator', 'member');
begin
  if not operator and (mine is null or mine not in ('administrator', 'organiser')
      or (mine = 'organiser' and coalesce(invite.role, '') <> 'volunteer')
      or (coalesce(invite.role, 'volunteer') <> 'volunteer' and not wall.fresh())
      or (mine = 'organiser' and not wall.open('contact'))
      or not wall.may_still_give(actor, invite.role, invite.area, invite.until)) then
    return 'refused';
  elsif exists (select from public.account a where a.email = lower(invite.email)) then
    return 'known';
  end if;
  -- A second invitation to the same address by the same hand takes the first one's place.
  update public.link l set ended_at = statement_timestamp()
  where l.kind = 'invitation' and l.address = lower(invite.email) and l.made_by is not distinct from actor
    and l.used_at is null and l.ended_at is null;
  insert into public.link (link_id, key, kind, address, made_by, ends_at, name, role, area_id, purpose, reason, grant_ends_at)
  values (invite.link, invite.key, 'invitation', lower(invite.email), actor, invite.link_ends, invite.name, invite.role,
    case when invite.role is not null then invite.area end, case when invite.role is not null then invite.purpose end, invite.reason,
    case when invite.role is not null then invite.until end);
  insert into public.mail (mail_id, address, form, fields, queued_by)
  values (gen_random_uuid(), lower(invite.email), invite.fields ->> 'form', invite.fields, actor);
  return 'sent';
end
$$;

-- Ends an invitation that was not taken up: one's own, or any by an administrator.
create function wall.end_invitation(link uuid) returns boolean
language sql volatile security definer set search_path = '' as $$
  with ended as (
    update public.link l set ended_at = statement_timestamp()
    from wall.in_use() u
    where l.link_id = end_invitation.link and l.kind = 'invitation' and l.used_at is null and l.ended_at is null
      and (u.role = 'administrator' or (u.role = 'organiser' and l.made_by = u.account_id))
    returning 1)
  select exists (select from ended)
$$;

-- One's own invitations that are out.
create function wall.own_invitations()
returns table (link_id uuid, name text, email text, area text, ends_at timestamptz, until timestamptz)
language sql stable security definer set search_path = '' as $$
  select l.link_id, l.name, l.address, ar.name, l.ends_at, l.grant_ends_at
  from wall.in_use() u join public.link l on l.made_by = u.account_id and l.kind = 'invitation'
  left join public.area ar on ar.area_id = l.area_id
  where u.role in ('organiser', 'administrator') and l.used_at is null and l.ended_at is null and l.ends_at > statement_timestamp()
  order by l.made_at desc
$$;

-- Takes an invitation up: the account, what it accepted, and the grant, at once. `done`, `known`, or null when the link is not good.
create function wall.take_up(hash text, account uuid, grant_id uuid, name text, password_hash text, version integer) returns text
language plpgsql volatile security definer set search_path = '' as $$
declare
  l public.link;
begin
  select k.* into l from public.link k where k.key = sha256(decode(hash, 'hex')) and k.kind = 'invitation' for update;
  if l.link_id is null or not wall.link_is_good(l) then
    return null;
  end if;
  insert into public.account (account_id, email, name, password_hash)
  values (take_up.account, l.address, take_up.name, take_up.password_hash) on conflict (email) do nothing;
  if not found then
    return 'known';
  end if;
  update public.link k set used_at = statement_timestamp(), account_id = take_up.account where k.link_id = l.link_id;
  insert into public.terms_acceptance (account_id, version)
  select take_up.account, t.version from public.terms t where t.version = take_up.version;
  if l.role is not null then
    insert into public.access_grant (grant_id, account_id, role, area_id, purpose, reason, ends_at, given_by, given_by_operator)
    values (take_up.grant_id, take_up.account, l.role, l.area_id, l.purpose, l.reason, l.grant_ends_at, l.made_by, l.made_by_operator);
  end if;
  return 'done';
end
$$;

-- ── Joining by a code ────────────────────────────────────────────────────────────────────────────────────────────────────

-- Opens a list to whoever scans its code, until a moment tonight; or answers the code that is open. The organiser of its area.
create function wall.open_join(link uuid, key bytea, partition integer, list bigint, until timestamptz)
returns table (link_id uuid, ends_at timestamptz)
language plpgsql volatile security definer set search_path = '' as $$
declare
  actor uuid := wall.account();
begin
  perform 1 from public.walk_list w where w.partition_id = open_join.partition and w.list_id = open_join.list and w.ended_at is null
    and w.area_no = any (wall.areas()) for no key update;
  if not found or until is null or until > statement_timestamp() + interval '26 hours' then
    return;
  end if;
  if not exists (select from public.link l where l.partition_id = open_join.partition and l.list_id = open_join.list
    and l.made_by = actor and l.ended_at is null and l.ends_at > statement_timestamp()) then
    insert into public.link (link_id, key, kind, made_by, ends_at, partition_id, list_id)
    select open_join.link, open_join.key, 'join', actor, least(until, (
      select g.ends_at from wall.in_use() u join public.access_grant g using (grant_id))), open_join.partition, open_join.list;
  end if;
  return query select l.link_id, l.ends_at from public.link l
  where l.partition_id = open_join.partition and l.list_id = open_join.list and l.made_by = actor and l.ended_at is null
    and l.ends_at > statement_timestamp() order by l.made_at desc limit 1;
end
$$;

-- The code that is open for a list, by the organiser who asks.
create function wall.open_code(partition integer, list bigint) returns table (link_id uuid, ends_at timestamptz)
language sql stable security definer set search_path = '' as $$
  select l.link_id, l.ends_at from wall.in_use() u
  join public.link l on l.made_by = u.account_id and l.partition_id = open_code.partition and l.list_id = open_code.list
  where u.role = 'organiser' and l.ended_at is null and l.ends_at > statement_timestamp()
  order by l.made_at desc limit 1
$$;

-- Lists at which somebody waits to be let in, with how many: for an organiser's first page, which names nobody.
create function wall.joiners_waiting() returns table (partition_id integer, list_id bigint, name text, waiting bigint)
language sql stable security definer set search_path = '' as $$
  select w.partition_id, w.list_id, w.name, count(*)
  from public.join_request r join public.link l on l.link_id = r.link_id
  join public.walk_list w on w.partition_id = l.partition_id and w.list_id = l.list_id
  where r.state = 'waiting' and l.kind = 'join' and l.ended_at is null and l.ends_at > statement_timestamp()
    and w.ended_at is null and w.area_no = any ((select wall.areas())::integer[])
    and exists (select from wall.in_use() u where u.role = 'organiser')
  group by 1, 2, 3
$$;

-- When whoever acts was last here in the role in use before this session: until when what they find is old news.
create function wall.last_here() returns timestamptz
language sql stable security definer set search_path = '' as $$
  select max(least(s.refreshed_at, mine.started_at)) from wall.in_use() u
  join public.session mine on mine.session_id = u.session_id
  join public.session s on s.account_id = u.account_id and s.session_id <> mine.session_id and s.started_at < mine.started_at
  join public.access_grant g on g.grant_id = s.grant_id and g.role = u.role
$$;

-- Closes a list to further ones; who waits is refused.
create function wall.close_join(partition integer, list bigint) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  if exists (select from public.walk_list w where w.partition_id = close_join.partition and w.list_id = close_join.list
    and w.area_no = any (wall.areas())) then
    update public.join_request r set state = 'refused', decided_at = statement_timestamp(), decided_by = wall.account()
    from public.link l where l.link_id = r.link_id and l.partition_id = close_join.partition and l.list_id = close_join.list
      and r.state = 'waiting';
    update public.link l set ended_at = statement_timestamp()
    where l.partition_id = close_join.partition and l.list_id = close_join.list and l.ended_at is null;
  end if;
end
$$;

-- What a code leads to, for whoever scanned it: whose it is and until when; of the list nothing.
create function wall.join_about(hash text) returns table (good boolean, organiser text, ends_at timestamptz)
language sql stable security definer set search_path = '' as $$
  select wall.link_is_good(l), a.name, l.ends_at from public.link l join public.account a on a.account_id = l.made_by
  where l.key = sha256(decode(hash, 'hex')) and l.kind = 'join'
$$;

create function wall.ask_to_join(hash text, request uuid, session_key bytea, name text, contact text, version integer, agent text,
  address text) returns text
language plpgsql volatile security definer set search_path = '' as $$
declare
  l public.link;
begin
  select k.* into l from public.link k where k.key = sha256(decode(hash, 'hex')) and k.kind = 'join';
  if l.link_id is null or not wall.link_is_good(l) then
    return 'closed';
  elsif wall.count_try('join', l.link_id::text, ask_to_join.address) is not null then
    return 'too-many';
  elsif (select count(*) from public.join_request r where r.link_id = l.link_id and r.state = 'waiting') >= 50 then
    return 'full';
  end if;
  insert into public.join_request (request_id, link_id, session_key, name, contact, version, agent, address)
  values (request, l.link_id, ask_to_join.session_key, ask_to_join.name, lower(ask_to_join.contact), ask_to_join.version,
    left(ask_to_join.agent, 300), left(ask_to_join.address, 64));
  return 'waiting';
end
$$;

-- How it stands with the request of this browser; a code that has ended refuses who still waits.
create function wall.join_state(hash text) returns table (state text, name text, organiser text, list text)
language sql stable security definer set search_path = '' as $$
  select case when r.state = 'waiting' and not wall.link_is_good(l) then 'refused' else r.state end, r.name, a.name,
    case when r.state = 'admitted' then l.partition_id || '.' || l.list_id end
  from public.join_request r join public.link l using (link_id) join public.account a on a.account_id = l.made_by
  where r.session_key = sha256(decode(hash, 'hex'))
$$;

-- Who waits at a list, and who was let in tonight, for its organiser.
create function wall.joiners(partition integer, list bigint)
returns table (request_id uuid, name text, contact text, asked_at timestamptz, state text, known boolean)
language sql stable security definer set search_path = '' as $$
  select r.request_id, r.name, r.contact, r.asked_at, r.state, exists (select from public.account a where a.email = r.contact)
  from public.walk_list w
  join public.link l on l.partition_id = w.partition_id and l.list_id = w.list_id and l.kind = 'join'
  join public.join_request r on r.link_id = l.link_id
  where w.partition_id = joiners.partition and w.list_id = joiners.list and w.area_no = any (wall.areas())
    and r.asked_at > statement_timestamp() - interval '20 hours'
  order by r.asked_at
$$;

-- "Yes, I know them": an account if there is none, a volunteer's grant until tonight, the list, and the browser that asked is in.
-- Somebody whose address has an account gets grant and list too, and signs in as themselves: scanning a code proves nothing about
-- an address. `admitted`, `has-account`, `refused`, `under-18` where they may have no list, or null when there is nothing to decide.
create function wall.decide_join(request uuid, yes boolean, grant_id uuid, assignment uuid, session uuid) returns text
language plpgsql volatile security definer set search_path = '' as $$
declare
  r public.join_request;
  l public.link;
  w public.walk_list;
  mine record;
  who uuid;
  made boolean;
  scope bigint;
  held uuid;
  -- The account was made by a code and has nothing but tonights: its telephone number alone may come again.
  bare boolean := false;
begin
  select u.account_id, u.area_id into mine from wall.in_use() u where u.role = 'organiser';
  select k.* into r from public.join_request k where k.request_id = request and k.state = 'waiting' for update;
  select k.* into l from public.link k where k.link_id = r.link_id;
  select k.* into w from public.walk_list k where k.partition_id = l.partition_id and k.list_id = l.list_id and k.ended_at is null
    and k.area_no = any (wall.areas());
  if mine.account_id is null or w.list_id is null or not wall.link_is_good(l) then
    return null;
  elsif not yes then
    update public.join_request k set state = 'refused', decided_at = statement_timestamp(), decided_by = mine.account_id where k.request_id = request;
    return 'refused';
  end if;
  -- The smallest area that holds every door of the list: its one district, else the organiser's own area.
  select case when count(distinct d.area_no) = 1 then min(a.area_id) else mine.area_id end into scope
  from public.walk_list_door d join public.area a on a.area_no = d.area_no
  where d.partition_id = w.partition_id and d.list_id = w.list_id and d.version = w.version;
  if not wall.may_still_give(mine.account_id, 'volunteer', scope, l.ends_at) or exists (
    select from (select distinct d.area_no from public.walk_list_door d where d.partition_id = w.partition_id
      and d.list_id = w.list_id and d.version = w.version) n where not wall.covers(mine.area_id, n.area_no)) then
    return null;
  end if;
  insert into public.account (account_id, email, name, address_proved_at) values (gen_random_uuid(), r.contact, r.name, null)
  on conflict (email) do nothing;
  made := found;
  select a.account_id into who from public.account a where a.email = r.contact for no key update;
  -- A number is known to many: who types another's, under their own name, does not come in as them.
  if not made and position('@' in r.contact) = 0 and exists (select from public.account a where a.account_id = who
      and lower(split_part(trim(a.name), ' ', 1)) <> lower(split_part(trim(r.name), ' ', 1))) then
    return null;
  end if;
  -- The same rules as for any access that an organiser gives; and nobody is let in again by the side door whose access was ended.
  if not wall.may_give(who, 'volunteer', scope, statement_timestamp(), l.ends_at, false) or exists (
    select from public.ending e where e.account_id = who and e.whole and e.given_back_at is null
      and e.at > statement_timestamp() - interval '1 year'
      and not exists (select from public.access_grant g where g.account_id = who and g.ended_at is null and g.given_at > e.at)) then
    return null;
  end if;
  -- Nobody under 18 gets a walk list, by whichever door.
  if exists (select from public.person p left join public.person_contact c using (person_id)
    where wall.minor(p.under_18, c.born_on) and (p.account_id = who or c.email_key = lower(r.contact))) then
    return 'under-18';
  end if;
  bare := made or (position('@' in r.contact) = 0
    and exists (select from public.account a where a.account_id = who and a.password_hash is null)
    and not wall.has_factor(who)
    -- Nothing but tonights: a number is known to many, and a month's access is not opened by it.
    and not exists (select from public.access_grant g where g.account_id = who and g.ended_at is null
      and (g.role <> 'volunteer' or g.ends_at > l.ends_at)));
  insert into public.terms_acceptance (account_id, version)
  select who, t.version from public.terms t where t.version = r.version and bare on conflict do nothing;
  -- Somebody who joined earlier tonight has the grant already.
  select g.grant_id into held from public.access_grant g
  where g.account_id = who and g.role = 'volunteer' and g.area_id = scope and g.ended_at is null
    and g.starts_at <= statement_timestamp() and g.ends_at >= l.ends_at limit 1;
  insert into public.access_grant (grant_id, account_id, role, area_id, purpose, reason, ends_at, given_by)
  select decide_join.grant_id, who, 'volunteer', scope, 'Canvassing', 'Joined by a code and known to the organiser', l.ends_at, mine.account_id
  where held is null;
  held := coalesce(held, decide_join.grant_id);
  insert into public.assignment (partition_id, list_id, assignment_id, account_id, starts_at, ends_at, assigned_by)
  values (w.partition_id, w.list_id, assignment, who, statement_timestamp(), l.ends_at, mine.account_id);
  if bare then
    insert into public.session (session_id, key, grant_id, account_id, idle_until, ends_at, agent, address)
    values (session, r.session_key, held, who, l.ends_at, l.ends_at, r.agent, r.address);
    perform wall.let_through(session);
  end if;
  update public.join_request k set state = case when bare then 'admitted' else 'has-account' end, decided_at = statement_timestamp(),
    decided_by = mine.account_id, account_id = who where k.request_id = request;
  return case when bare then 'admitted' else 'has-account' end;
end
$$;

do $$
declare f regprocedure;
begin
  for f in select p.oid::regprocedure from pg_proc p where p.pronamespace = 'wall'::regnamespace
    and pg_get_userbyid(p.proowner) <> 'hustings_wall' loop
    execute format('alter function %s owner to hustings_wall', f);
  end loop;
end $$;
alter type wall.held owner to hustings_wall;
grant execute on function wall.begin_sign_in(uuid, text, text, bytea),
  wall.open_session(uuid, bytea, uuid, uuid, text, text, text, bytea, boolean, text), wall.switch_session(text, uuid, bytea, uuid, text, text),
  wall.close_own_session(text, uuid), wall.change_password(text, text), wall.newest_terms(), wall.accept_terms(text, integer),
  wall.own_factors(text), wall.begin_proof(text, text), wall.apps(text), wall.prove_app(text, uuid, bigint),
  wall.prove_recovery(text, bytea), wall.passkeys(text), wall.prove_passkey(text, bytea, jsonb), wall.passkey_owner(bytea),
  wall.used_passkey(bytea, jsonb), wall.keep_ceremony(uuid, text, text, jsonb), wall.take_ceremony(uuid, text, text),
  wall.add_factor(text, uuid, text, text, bytea, jsonb, text, bytea, bigint), wall.remove_factor(text, uuid),
  wall.new_recovery_codes(text, bytea[]), wall.link_state(text), wall.begin_link(text),
  wall.ask_link(text, uuid, bytea, text, text, jsonb), wall.sign_in_by_link(text), wall.reset_password(text, text),
  wall.ask_email_change(text, text, uuid, uuid, bytea, uuid, bytea, jsonb, jsonb, text), wall.confirm_email(text), wall.refuse_email(text),
  wall.take_up(text, uuid, uuid, text, text, integer), wall.join_about(text),
  wall.ask_to_join(text, uuid, bytea, text, text, integer, text, text), wall.join_state(text) to hustings_door;
grant execute on function wall.reset_factors(uuid, text) to hustings_administrator;
grant execute on function wall.invite(uuid, bytea, text, text, text, bigint, text, text, timestamptz, timestamptz, jsonb),
  wall.end_invitation(uuid), wall.own_invitations() to hustings_administrator, hustings_organiser;
grant execute on function wall.open_join(uuid, bytea, integer, bigint, timestamptz), wall.open_code(integer, bigint),
  wall.close_join(integer, bigint), wall.joiners(integer, bigint), wall.joiners_waiting(), wall.decide_join(uuid, boolean, uuid, uuid, uuid),
  wall.last_here() to hustings_organiser;

-- Who only typed an address when they joined by a code gets nothing more under it before it is proved; and what was sent to
-- somebody, or by them, ends for good with their access: giving it back does not open old letters.
create function wall.prove_before_more() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  if new.role <> 'volunteer' and exists (select from public.account a where a.account_id = new.account_id and a.address_proved_at is null) then
    raise exception 'the address of this account is not proved' using errcode = '23514', constraint = 'access_grant_address_proved';
  end if;
  return new;
end
$$;
create function wall.links_end() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  update public.link l set ended_at = statement_timestamp()
  where (l.account_id = new.account_id or l.made_by = new.account_id) and l.used_at is null and l.ended_at is null
    and not exists (select from wall.grants_of(new.account_id));
  return null;
end
$$;
alter function wall.place(text) owner to hustings_wall;
alter function wall.prove_before_more() owner to hustings_wall;
alter function wall.links_end() owner to hustings_wall;
grant execute on function wall.prove_before_more(), wall.links_end() to hustings_owner;
set local role hustings_owner;
create trigger prove_before_more before insert on access_grant for each row execute function wall.prove_before_more();
create trigger links_end after update of ended_at on access_grant for each row
  when (old.ended_at is null and new.ended_at is not null) execute function wall.links_end();
grant delete on factor, device, link, join_request to hustings_wall;
reset role;
