-- Grants beyond giving one: asking for what two people decide, the emergency's hour, renewing, membership, reviews.
-- Working roles write none of these tables. Each act is one function of the wall that asks who acts, does it whole and says
-- what came of it; what pages list is read through functions too, or by columns where no area narrows it.
set local role hustings_owner;

-- What one asked for and another decides: access as administrator or data protection officer, and anything for oneself.
create table grant_request (
  request_id uuid primary key,
  account_id uuid not null references account,
  role text not null check (role in ('volunteer', 'organiser', 'membership-secretary',
    'data-protection-officer', 'administrator')),
  area_id bigint not null references area,
  purpose text not null check (length(purpose) between 1 and 200),
  reason text not null check (length(reason) between 1 and 500),
  ends_at timestamptz not null check (ends_at < '9999-12-31'),
  asked_by uuid not null references account,
  asked_at timestamptz not null default statement_timestamp(),
  -- Nobody answers for a week: it is over.
  lapses_at timestamptz not null default statement_timestamp() + interval '7 days',
  -- Announced: nobody else could approve it, so it stands on record for a day and then begins by itself.
  verdict text check (verdict in ('approved', 'announced', 'refused')),
  decided_at timestamptz,
  decided_by uuid references account,
  decided_by_operator uuid,
  decided_reason text check (length(decided_reason) <= 500),
  check ((verdict is null) = (decided_at is null)),
  check (verdict is distinct from 'approved' or decided_by is null or decided_by not in (asked_by, account_id)),
  check (role in ('data-protection-officer', 'administrator') or account_id = asked_by)
);
create index grant_request_open on grant_request (asked_at) where verdict is null;
-- Not valid: there is no row yet to look through, and row security is forced on the table's owner too.
alter table access_grant add foreign key (request_id) references grant_request not valid;

-- That a grant's end was moved on, from when to when, by whom and why.
create table grant_renewal (
  grant_id uuid not null references access_grant,
  at timestamptz not null default clock_timestamp(),
  by_account uuid not null references account,
  from_end timestamptz not null,
  to_end timestamptz not null,
  reason text not null check (length(reason) between 1 and 500),
  primary key (grant_id, at),
  check (from_end < to_end)
);

-- What the last import said of an account's membership; no row: nothing is known.
create table member_standing (
  account_id uuid primary key references account,
  standing text not null check (standing in ('current', 'lapsed', 'suspended', 'resigned', 'expelled', 'unknown')),
  at timestamptz not null default statement_timestamp(),
  by_account uuid references account,
  by_operator boolean not null default false
);

-- A review: every grant that lives in an area when it is opened, to be kept or ended by a day.
create table access_review (
  review_id uuid primary key,
  area_id bigint not null references area,
  opened_at timestamptz not null default statement_timestamp(),
  -- Nobody: it opened by itself, twice a year.
  opened_by uuid references account,
  opened_by_operator uuid,
  due_at timestamptz not null,
  -- The poll that it was moved behind: none falls due in the last six weeks before one.
  moved_for text check (length(moved_for) <= 200),
  reminded_at timestamptz,
  closed_at timestamptz
);
create unique index access_review_one_open on access_review (area_id) where closed_at is null;

create table access_review_grant (
  review_id uuid not null references access_review,
  grant_id uuid not null references access_grant,
  -- Left: nobody answered, and without it nobody could give access any more.
  verdict text check (verdict in ('kept', 'ended', 'unanswered', 'left')),
  decided_by uuid references account,
  decided_at timestamptz,
  primary key (review_id, grant_id),
  check ((verdict is null) = (decided_at is null))
);
create index access_review_grant_by_grant on access_review_grant (grant_id);

grant select, insert, update on grant_request, grant_renewal, member_standing, access_review, access_review_grant to hustings_wall;
grant update (ended_at) on assignment to hustings_wall;
-- Whoever set somebody's password lately could be both of two.
grant select (account_id, at, by_account) on password_change to hustings_wall;
grant select (request_id, account_id, role, area_id, purpose, reason, ends_at, asked_by, asked_at, lapses_at, verdict,
  decided_at, decided_by, decided_reason) on grant_request to hustings_administrator, hustings_protection;
grant select (grant_id, at, by_account, from_end, to_end, reason) on grant_renewal to hustings_administrator;

alter table grant_request enable row level security;
alter table grant_request force row level security;
alter table grant_renewal enable row level security;
alter table grant_renewal force row level security;
alter table member_standing enable row level security;
alter table member_standing force row level security;
alter table access_review enable row level security;
alter table access_review force row level security;
alter table access_review_grant enable row level security;
alter table access_review_grant force row level security;
create policy administrator on grant_request for select to hustings_administrator using ((select wall.is('administrator')));
create policy protection on grant_request for select to hustings_protection
  using ((select wall.is('data-protection-officer')));
create policy administrator on grant_renewal for select to hustings_administrator using ((select wall.is('administrator')));
reset role;

-- Internal: whether a grant lives at this moment.
create function wall.lives(held public.access_grant) returns boolean
language sql stable set search_path = '' as $$
  select held.ended_at is null and held.starts_at <= statement_timestamp() and held.ends_at > statement_timestamp()
$$;

-- Internal: ends these grants with the sessions under them, and takes lists back from whose last canvasser's access that was.
-- Answers how many sessions ended.
create function wall.end_grants(ids uuid[], why text, by_account uuid, operator uuid, rule text) returns integer
language plpgsql volatile security definer set search_path = '' as $$
declare
  moment timestamptz := clock_timestamp();
  sessions integer;
begin
  update public.assignment a set ended_at = moment
  where a.ended_at is null and a.ends_at > statement_timestamp()
    and a.account_id in (select g.account_id from public.access_grant g where g.grant_id = any (ids) and g.role = 'volunteer')
    and not exists (select from public.access_grant o where o.account_id = a.account_id and o.role = 'volunteer'
      and o.grant_id <> all (ids) and o.ended_at is null and o.ends_at > statement_timestamp());
  with ended as (
    update public.session s set ended_at = moment, ended_why = 'grant-ended'
    where s.grant_id = any (ids) and s.ended_at is null and s.idle_until > statement_timestamp()
      and s.ends_at > statement_timestamp()
    returning 1)
  select count(*) into sessions from ended;
  update public.access_grant g set ended_at = moment, ended_reason = left(why, 500), ended_by = by_account,
    ended_by_operator = operator, ended_by_rule = rule
  where g.grant_id = any (ids) and g.ended_at is null and g.ends_at > statement_timestamp();
  return sessions;
end
$$;

-- Internal: of these grants, those that may end by a rule: without the last that could still give access. Of several
-- administrators at once, the one who was here last stays.
create function wall.but_the_last_administrator(ids uuid[]) returns uuid[]
language sql stable security definer set search_path = '' as $$
  select coalesce(array_agg(i.id), '{}') from unnest(ids) i (id)
  where exists (select from public.access_grant o where o.role = 'administrator' and o.grant_id <> all (ids) and wall.lives(o))
    or i.id is distinct from (
      select g.grant_id from public.access_grant g
      where g.grant_id = any (ids) and g.role = 'administrator' and wall.lives(g)
      order by (select max(s.refreshed_at) from public.session s where s.grant_id = g.grant_id) desc nulls last, g.given_at
      limit 1)
$$;

-- Internal: whether two areas share a district, or one is all of them.
create function wall.areas_meet(one bigint, other bigint) returns boolean
language sql stable security definer set search_path = '' as $$
  select one = other or exists (select from public.area a where a.area_id in (one, other) and a.kind = 'installation')
    or wall.numbers_of(one) && wall.numbers_of(other)
$$;

-- Polls from a day on that concern an area, the next one first. They hold no people.
create function wall.polls_in(area bigint, from_day date) returns table (name text, poll_date date)
language sql stable security definer set search_path = '' as $$
  select p.name, p.poll_date from public.poll p
  where p.poll_date >= from_day and wall.areas_meet(polls_in.area, p.area_id)
  order by p.poll_date, p.name limit 50
$$;

-- Everybody who is told of access as this role here that did not come by the usual way: who has the role there, every
-- administrator, every data protection officer. Whoever acts knows.
create function wall.who_is_told(role text, area bigint) returns setof uuid
language sql stable security definer set search_path = '' as $$
  select distinct g.account_id from public.access_grant g
  where wall.lives(g) and g.account_id is distinct from wall.account()
    and (g.role in ('administrator', 'data-protection-officer')
      or (g.role = who_is_told.role and wall.areas_meet(g.area_id, who_is_told.area)))
    and (exists (select from wall.in_use() u where u.role in ('administrator', 'data-protection-officer')) or wall.operator())
$$;

-- Who could approve what this account asks for another (or for itself): administrators who are neither.
create function wall.approvers(asker uuid, subject uuid) returns setof uuid
language sql stable security definer set search_path = '' as $$
  select distinct g.account_id from public.access_grant g
  where g.role = 'administrator' and wall.lives(g) and g.account_id not in (asker, subject)
    and (exists (select from wall.in_use() u where u.role = 'administrator') or wall.operator())
$$;

-- Asks for what two people decide. `asked`: another administrator must approve it. `announced`: nobody else could, so it begins
-- by itself in a day, unless somebody who was told stops it. `waiting`: the same was asked for before and is not decided.
create function wall.ask_grant(request uuid, grant_id uuid, account uuid, role text, area bigint, purpose text, reason text,
  ends timestamptz) returns text
language plpgsql volatile security definer set search_path = '' as $$
declare
  me uuid := (select u.account_id from wall.in_use() u where u.role = 'administrator');
  moment timestamptz := statement_timestamp();
begin
  if me is null then
    raise exception 'no administrator acts here' using errcode = '42501';
  end if;
  perform wall.must_be_fresh();
  if ends > moment + interval '731 days 1 hour' or ends <= moment + interval '25 hours' then
    return 'end';
  end if;
  if ask_grant.role in ('administrator', 'data-protection-officer')
    and not exists (select from public.area a where a.area_id = ask_grant.area and a.kind = 'installation') then
    return 'area';
  end if;
  perform from public.account a where a.account_id = ask_grant.account for no key update;
  if exists (select from public.grant_request r where r.account_id = ask_grant.account and r.role = ask_grant.role
      and r.area_id = ask_grant.area and r.verdict is null and r.lapses_at > moment)
    or exists (select from public.access_grant g where g.account_id = ask_grant.account and g.role = ask_grant.role
      and g.area_id = ask_grant.area and g.kind = 'announced' and g.ended_at is null and g.starts_at > moment) then
    return 'waiting';
  end if;
  insert into public.grant_request (request_id, account_id, role, area_id, purpose, reason, ends_at, asked_by)
  values (request, ask_grant.account, ask_grant.role, ask_grant.area, ask_grant.purpose, ask_grant.reason, ends, me);
  if exists (select from wall.approvers(me, ask_grant.account)) then
    return 'asked';
  end if;
  update public.grant_request r set verdict = 'announced', decided_at = moment where r.request_id = request;
  insert into public.access_grant (grant_id, account_id, role, area_id, purpose, reason, starts_at, ends_at, given_by, kind, request_id)
  values (ask_grant.grant_id, ask_grant.account, ask_grant.role, ask_grant.area, ask_grant.purpose, ask_grant.reason,
    moment + interval '24 hours', ends, me, 'announced', request);
  return 'announced';
end
$$;

-- Decides a request. Answers `approved` or `refused`, or why not: `not-found`, `decided` before, `lapsed`, `own` (asked for by
-- whoever acts, or about them), `asker-gone` (no administrator any more), `password` (the asker set the approver's password
-- lately, and could be both).
create function wall.decide_request(request uuid, grant_id uuid, approve boolean, why text, operator uuid) returns text
language plpgsql volatile security definer set search_path = '' as $$
declare
  me uuid := (select u.account_id from wall.in_use() u where u.role = 'administrator');
  asked public.grant_request;
begin
  if me is null and not wall.operator() then
    raise exception 'no administrator acts here' using errcode = '42501';
  end if;
  if approve then
    perform wall.must_be_fresh();
  end if;
  select r.* into asked from public.grant_request r where r.request_id = request for update;
  if asked.request_id is null then
    return 'not-found';
  elsif asked.verdict is not null then
    return 'decided';
  elsif asked.lapses_at <= statement_timestamp() or asked.ends_at <= statement_timestamp() then
    return 'lapsed';
  elsif approve and me in (asked.asked_by, asked.account_id) then
    return 'own';
  elsif approve and not exists (select from public.access_grant g where g.account_id = asked.asked_by
      and g.role = 'administrator' and wall.lives(g)) then
    return 'asker-gone';
  elsif approve and exists (select from public.password_change p where p.account_id = me
      and p.by_account in (asked.asked_by, asked.account_id) and p.at > statement_timestamp() - interval '30 days')
    or approve and exists (select from public.factor f where f.account_id = me and f.removed_by in (asked.asked_by, asked.account_id)
      and f.removed_by <> me and f.removed_at > statement_timestamp() - interval '30 days') then
    return 'password';
  end if;
  update public.grant_request r set verdict = case when approve then 'approved' else 'refused' end,
    decided_at = statement_timestamp(), decided_by = me, decided_reason = left(why, 500),
    decided_by_operator = case when me is null then decide_request.operator end
  where r.request_id = request;
  if not approve then
    return 'refused';
  end if;
  insert into public.access_grant (grant_id, account_id, role, area_id, purpose, reason, ends_at, given_by, given_by_operator,
    kind, request_id)
  select decide_request.grant_id, r.account_id, r.role, r.area_id, r.purpose, r.reason, r.ends_at, r.decided_by,
    r.decided_by_operator, 'approved', r.request_id
  from public.grant_request r where r.request_id = request;
  return 'approved';
end
$$;

-- Stops what was asked for or announced before it begins: every administrator may, and every data protection officer.
create function wall.stop_request(request uuid, why text) returns text
language plpgsql volatile security definer set search_path = '' as $$
declare
  me uuid := (select u.account_id from wall.in_use() u where u.role in ('administrator', 'data-protection-officer'));
  asked public.grant_request;
  given uuid;
begin
  if me is null then
    raise exception 'nobody who may stop a request acts here' using errcode = '42501';
  end if;
  select r.* into asked from public.grant_request r where r.request_id = request for update;
  if asked.request_id is null then
    return 'not-found';
  elsif asked.verdict is null and asked.lapses_at > statement_timestamp() then
    update public.grant_request r set verdict = 'refused', decided_at = statement_timestamp(), decided_by = me,
      decided_reason = left(why, 500)
    where r.request_id = request;
    return 'stopped';
  end if;
  select g.grant_id into given from public.access_grant g where g.request_id = request and g.kind = 'announced'
    and g.ended_at is null and g.starts_at > statement_timestamp() for update;
  if given is null then
    return 'decided';
  end if;
  perform wall.end_grants(array[given], why, me, null, null);
  return 'stopped';
end
$$;

-- Takes a role for an hour in an emergency: administrators and data protection officers, never a role of the Guard's, one at a
-- time, each with a reason of its own. Answers until when; null: one lives already.
create function wall.break_glass(grant_id uuid, role text, area bigint, why text) returns timestamptz
language plpgsql volatile security definer set search_path = '' as $$
declare
  me uuid := (select u.account_id from wall.in_use() u where u.role in ('administrator', 'data-protection-officer'));
  moment timestamptz := statement_timestamp();
begin
  if me is null or break_glass.role not in ('organiser', 'membership-secretary') then
    raise exception 'nobody who may take this role acts here' using errcode = '42501';
  end if;
  perform wall.must_be_fresh();
  perform from public.account a where a.account_id = me for no key update;
  if exists (select from public.access_grant g where g.account_id = me and g.kind = 'break-glass' and wall.lives(g)) then
    return null;
  end if;
  insert into public.access_grant (grant_id, account_id, role, area_id, purpose, reason, starts_at, ends_at, given_by, kind)
  values (break_glass.grant_id, me, break_glass.role, break_glass.area, 'Break-glass', why, moment, moment + interval '1 hour',
    me, 'break-glass');
  return moment + interval '1 hour';
end
$$;

-- An organiser's own part of access: canvassers' grants wholly inside the area of the grant in use.
create function wall.volunteers_here(over boolean)
returns table (grant_id uuid, account_id uuid, name text, email text, area text, purpose text, reason text,
  needs_membership boolean, starts_at timestamptz, ends_at timestamptz, given_by text, ended_at timestamptz, ended_by text,
  ended_reason text, ended_by_rule text, seen_at timestamptz, lists bigint, own boolean)
language sql stable security definer set search_path = '' as $$
  with mine as materialized (
    select u.account_id, wall.areas_inside(u.area_id) as areas from wall.in_use() u
    where u.role = 'organiser' and wall.open('contact'))
  select g.grant_id, g.account_id, a.name, a.email, ar.name, g.purpose, g.reason, g.needs_membership, g.starts_at, g.ends_at,
    giver.name, g.ended_at, ender.name, g.ended_reason, g.ended_by_rule,
    (select max(s.refreshed_at) from public.session s where s.grant_id = g.grant_id),
    (select count(*) from public.assignment w where w.account_id = g.account_id and w.ended_at is null
      and w.ends_at > statement_timestamp()),
    g.account_id = mine.account_id
  from mine
  join public.access_grant g on g.role = 'volunteer' and g.area_id = any (mine.areas)
  join public.account a on a.account_id = g.account_id
  join public.area ar on ar.area_id = g.area_id
  left join public.account giver on giver.account_id = g.given_by
  left join public.account ender on ender.account_id = g.ended_by
  where case when over then coalesce(g.ended_at, g.ends_at) <= statement_timestamp()
      and coalesce(g.ended_at, g.ends_at) > statement_timestamp() - interval '90 days'
    else g.ended_at is null and g.ends_at > statement_timestamp() end
$$;

-- The areas that an organiser may give access in.
create function wall.areas_to_give() returns bigint[]
language sql stable security definer set search_path = '' as $$
  select wall.areas_inside(u.area_id) from wall.in_use() u where u.role = 'organiser' and wall.open('contact')
$$;

-- The account of exactly this address: an organiser who knows somebody's address may give them access, and cannot leaf
-- through accounts.
create function wall.account_of(address text) returns table (account_id uuid, name text)
language sql stable security definer set search_path = '' as $$
  select a.account_id, a.name from public.account a
  where a.email = lower(address)
    and exists (select from wall.in_use() u where u.role = 'organiser') and wall.open('contact')
$$;

-- Ends a canvasser's access inside one's own area, with its sessions and lists. Answers how many sessions; null: no such grant.
create function wall.end_volunteer(id uuid, why text) returns integer
language plpgsql volatile security definer set search_path = '' as $$
begin
  if not exists (select from wall.volunteers_here(false) v where v.grant_id = id and not v.own) then
    return null;
  end if;
  return wall.end_grants(array[id], why, wall.account(), null, null);
end
$$;

-- Moves a canvasser's end on, at most to one's own end and two years from now. False: no such grant, or not until then.
create function wall.renew_volunteer(id uuid, until timestamptz, why text) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
declare
  me wall.in_use;
  held public.access_grant;
begin
  select * into me from wall.in_use();
  if not exists (select from wall.volunteers_here(false) v where v.grant_id = id and not v.own) then
    return false;
  end if;
  select g.* into held from public.access_grant g where g.grant_id = id and g.ended_at is null for update;
  if held.grant_id is null or until <= held.ends_at
    or not wall.may_give(held.account_id, held.role, held.area_id, statement_timestamp(), until, held.needs_membership) then
    return false;
  end if;
  insert into public.grant_renewal (grant_id, by_account, from_end, to_end, reason)
  values (id, me.account_id, held.ends_at, until, why);
  update public.access_grant g set ends_at = until where g.grant_id = id;
  return true;
end
$$;

-- What these standings would end: grants that live or will, and depend on membership. `of` is how many such there are in all;
-- `stays` says of one that it is left, since nobody else could give access. For who keeps members, and the operator.
create function wall.standings_end(accounts uuid[], standings text[])
returns table (grant_id uuid, account_id uuid, name text, role text, area_id bigint, area text, standing text, "of" bigint,
  stays boolean)
language plpgsql stable security definer set search_path = '' as $$
declare
  kept bigint[];
  ids uuid[];
begin
  select wall.areas_inside(u.area_id) into kept from wall.in_use() u
  where u.role = 'membership-secretary' and wall.open('organise');
  if kept is null and not wall.operator() then
    raise exception 'nobody who keeps members acts here' using errcode = '42501';
  end if;
  select array_agg(g.grant_id) into ids from unnest(accounts, standings) s (who, standing)
  join public.access_grant g on g.account_id = s.who
  where s.standing in ('lapsed', 'suspended', 'resigned', 'expelled') and g.needs_membership
    and g.ended_at is null and g.ends_at > statement_timestamp() and (kept is null or g.area_id = any (kept));
  return query
  select g.grant_id, g.account_id, a.name, g.role, g.area_id, ar.name, s.standing,
    (select count(*) from public.access_grant d where d.needs_membership and d.ended_at is null
      and d.ends_at > statement_timestamp() and (kept is null or d.area_id = any (kept))),
    g.grant_id <> all (wall.but_the_last_administrator(ids))
  from unnest(accounts, standings) s (who, standing)
  join public.access_grant g on g.account_id = s.who and g.grant_id = any (ids)
  join public.account a on a.account_id = g.account_id
  join public.area ar on ar.area_id = g.area_id
  order by a.name, g.given_at;
end
$$;

-- Keeps what an import says of memberships and ends the access that depends on them, in one. Refuses when that would end more
-- than one in twenty, unless told that so many are meant.
create function wall.apply_standings(accounts uuid[], standings text[], many boolean, operator uuid)
returns table (grant_id uuid, account_id uuid, name text, role text, area_id bigint, area text, standing text, "of" bigint,
  stays boolean)
language plpgsql volatile security definer set search_path = '' as $$
declare
  ending uuid[];
  total bigint;
begin
  select array_agg(e.grant_id) filter (where not e.stays), max(e."of") into ending, total from wall.standings_end(accounts, standings) e;
  if not many and 20 * coalesce(cardinality(ending), 0) > coalesce(total, 0) then
    raise exception 'more than one in twenty would end' using errcode = '23514', constraint = 'not_so_many';
  end if;
  return query select * from wall.standings_end(accounts, standings);
  insert into public.member_standing as m (account_id, standing, by_account, by_operator)
  select distinct on (s.who) s.who, s.standing, wall.account(), wall.operator()
  from unnest(accounts, standings) with ordinality s (who, standing, n)
  -- Nobody says it of themselves, nor of whoever works elsewhere only.
  where s.who is distinct from wall.account() and (wall.operator() or exists (
    select from wall.in_use() u join public.access_grant g on g.area_id = any (wall.areas_inside(u.area_id))
    where g.account_id = s.who and g.ended_at is null))
  order by s.who, n desc
  on conflict on constraint member_standing_pkey do update
    set standing = excluded.standing, at = excluded.at, by_account = excluded.by_account, by_operator = excluded.by_operator;
  perform wall.end_grants(coalesce(ending, '{}'), 'Membership is no longer current', wall.account(),
    case when wall.operator() then apply_standings.operator end, 'membership');
end
$$;

-- The organisers whose area holds this one, to be told of what ended there.
create function wall.organisers_over(area bigint) returns setof uuid
language sql stable security definer set search_path = '' as $$
  select distinct g.account_id from public.access_grant g
  where g.role = 'organiser' and wall.lives(g) and organisers_over.area = any (wall.areas_inside(g.area_id))
    and (exists (select from wall.in_use() u where u.role in ('membership-secretary', 'administrator')) or wall.operator())
$$;

-- When a review opened on this day falls due: four weeks on, and never in the six weeks before a poll that concerns the area,
-- nor on polling day; then two weeks after it, and so on. With the poll it was moved for.
create function wall.review_due(area bigint, opened date, out due date, out moved_for text)
language plpgsql stable security definer set search_path = '' as $$
declare
  poll record;
begin
  due := opened + 28;
  loop
    select p.name, p.poll_date into poll from wall.polls_in(review_due.area, opened) p
    where due between p.poll_date - 42 and p.poll_date order by p.poll_date desc limit 1;
    exit when not found;
    due := poll.poll_date + 14;
    moved_for := poll.name;
  end loop;
end
$$;

-- Internal: the last second of a day by London's clock.
create function wall.end_of_day(day date) returns timestamptz
language sql stable set search_path = '' set timezone = 'Europe/London' as $$
  select (day + 1)::timestamp::timestamptz - interval '1 second'
$$;

-- Internal: opens a review of every grant that lives inside an area. Null: one is open.
create function wall.start_review(review uuid, area bigint, by_account uuid, operator uuid) returns uuid
language plpgsql volatile security definer set search_path = '' set timezone = 'Europe/London' as $$
begin
  insert into public.access_review (review_id, area_id, opened_by, opened_by_operator, due_at, moved_for)
  select review, start_review.area, start_review.by_account, operator, wall.end_of_day(d.due), d.moved_for
  from wall.review_due(start_review.area, current_date) d
  on conflict (area_id) where closed_at is null do nothing;
  if not found then
    return null;
  end if;
  insert into public.access_review_grant (review_id, grant_id)
  select review, g.grant_id from public.access_grant g
  where g.area_id = any (wall.areas_inside(start_review.area)) and g.kind <> 'break-glass' and wall.lives(g);
  return review;
end
$$;

create function wall.open_review(review uuid, area bigint, operator uuid) returns uuid
language plpgsql volatile security definer set search_path = '' as $$
declare
  me uuid := (select u.account_id from wall.in_use() u where u.role = 'administrator');
begin
  if me is null and not wall.operator() then
    raise exception 'no administrator acts here' using errcode = '42501';
  end if;
  return wall.start_review(review, open_review.area, me,
    case when me is null then open_review.operator end);
end
$$;

-- What a review opened now would hold: for the page before it.
create function wall.review_preview(area bigint) returns table (grants bigint, accounts bigint, due_at timestamptz, moved_for text, open uuid)
language sql stable security definer set search_path = '' set timezone = 'Europe/London' as $$
  select count(*), count(distinct g.account_id),
    (select wall.end_of_day(d.due) from wall.review_due(review_preview.area, current_date) d),
    (select d.moved_for from wall.review_due(review_preview.area, current_date) d),
    (select r.review_id from public.access_review r where r.area_id = review_preview.area and r.closed_at is null)
  from public.access_grant g
  where g.area_id = any (wall.areas_inside(review_preview.area)) and g.kind <> 'break-glass' and wall.lives(g)
    and exists (select from wall.in_use() u where u.role = 'administrator')
$$;

-- Internal: the grants under review that whoever acts may see: all for administrators and data protection officers, canvassers'
-- inside their own area for organisers.
create function wall.under_review() returns setof public.access_review_grant
language sql stable security definer set search_path = '' as $$
  with me as materialized (
    select u.role, case when u.role = 'organiser' then wall.areas_inside(u.area_id) end as areas from wall.in_use() u
    where u.role in ('administrator', 'data-protection-officer') or (u.role = 'organiser' and wall.open('contact')))
  select r.* from me cross join public.access_review_grant r join public.access_grant g using (grant_id)
  where me.areas is null or (g.role = 'volunteer' and g.area_id = any (me.areas))
$$;

-- Reviews with how far they are, as far as whoever acts has a part in them.
create function wall.reviews()
returns table (review_id uuid, area text, opened_at timestamptz, opened_by text, by_itself boolean, due_at timestamptz, moved_for text,
  closed_at timestamptz, grants bigint, open bigint, kept bigint, ended bigint)
language sql stable security definer set search_path = '' as $$
  select r.review_id, ar.name, r.opened_at, a.name, r.opened_by is null and r.opened_by_operator is null, r.due_at, r.moved_for,
    r.closed_at, count(*),
    count(*) filter (where u.verdict is null and g.ended_at is null and g.ends_at > statement_timestamp()),
    count(*) filter (where u.verdict in ('kept', 'left')),
    count(*) filter (where u.verdict in ('ended', 'unanswered') or (u.verdict is null
      and (g.ended_at is not null or g.ends_at <= statement_timestamp())))
  from wall.under_review() u
  join public.access_review r using (review_id)
  join public.access_grant g using (grant_id)
  join public.area ar on ar.area_id = r.area_id
  left join public.account a on a.account_id = r.opened_by
  group by r.review_id, ar.name, a.name
$$;

-- The grants of one review.
create function wall.review_grants(review uuid)
returns table (grant_id uuid, account_id uuid, name text, email text, role text, area text, purpose text, kind text, given_by text,
  given_at timestamptz, ends_at timestamptz, seen_at timestamptz, lists bigint, verdict text, decided_by text,
  decided_at timestamptz, over boolean, own boolean)
language sql stable security definer set search_path = '' as $$
  select g.grant_id, g.account_id, a.name, a.email, g.role, ar.name, g.purpose, g.kind, giver.name, g.given_at, g.ends_at,
    (select max(s.refreshed_at) from public.session s where s.grant_id = g.grant_id),
    case when g.role = 'volunteer' then (select count(*) from public.assignment w where w.account_id = g.account_id
      and w.ended_at is null and w.ends_at > statement_timestamp()) else 0 end,
    u.verdict, decider.name, u.decided_at, g.ended_at is not null or g.ends_at <= statement_timestamp(),
    g.account_id = wall.account()
  from wall.under_review() u
  join public.access_grant g using (grant_id)
  join public.account a on a.account_id = g.account_id
  join public.area ar on ar.area_id = g.area_id
  left join public.account giver on giver.account_id = g.given_by
  left join public.account decider on decider.account_id = u.decided_by
  where u.review_id = review
$$;

-- Keeps or ends grants under review; answers how many. Not one's own: somebody else must. What is answered stays answered.
create function wall.answer_review(review uuid, ids uuid[], keep boolean, why text) returns integer
language plpgsql volatile security definer set search_path = '' as $$
declare
  me uuid := (select u.account_id from wall.in_use() u where u.role in ('administrator', 'organiser'));
  answered uuid[];
begin
  if me is null then
    raise exception 'nobody who may answer a review acts here' using errcode = '42501';
  end if;
  perform from public.access_review r where r.review_id = review and r.closed_at is null for update;
  if not found then
    return 0;
  end if;
  select coalesce(array_agg(u.grant_id), '{}') into answered from wall.under_review() u join public.access_grant g using (grant_id)
  where u.review_id = review and u.grant_id = any (ids) and u.verdict is null and g.account_id <> me
    and g.ended_at is null and g.ends_at > statement_timestamp();
  if not keep then
    perform wall.end_grants(answered, why, me, null, null);
  end if;
  update public.access_review_grant u set verdict = case when keep then 'kept' else 'ended' end, decided_by = me,
    decided_at = statement_timestamp()
  where u.review_id = review and u.grant_id = any (answered);
  perform wall.close_if_answered(review);
  return cardinality(answered);
end
$$;

-- Internal: a review without an open grant is over.
create function wall.close_if_answered(review uuid) returns void
language sql volatile security definer set search_path = '' as $$
  update public.access_review r set closed_at = statement_timestamp()
  where r.review_id = review and r.closed_at is null and not exists (
    select from public.access_review_grant u join public.access_grant g using (grant_id)
    where u.review_id = review and u.verdict is null and g.ended_at is null and g.ends_at > statement_timestamp())
$$;

-- Internal: who has something to answer in a review: every administrator, and organisers of canvassers in it.
create function wall.answerers(review uuid) returns setof uuid
language sql stable security definer set search_path = '' as $$
  select distinct g.account_id from public.access_grant g
  where wall.lives(g) and (g.role = 'administrator' or (g.role = 'organiser' and exists (
    select from public.access_review_grant u join public.access_grant v using (grant_id)
    where u.review_id = review and u.verdict is null and v.role = 'volunteer' and v.ended_at is null
      and v.area_id = any (wall.areas_inside(g.area_id)))))
$$;

-- Internal: tells everybody who has something to answer.
create function wall.tell_answerers(review uuid, form text) returns void
language sql volatile security definer set search_path = '' as $$
  insert into public.mail (mail_id, account_id, form, fields)
  select gen_random_uuid(), who, tell_answerers.form,
    jsonb_build_object('form', tell_answerers.form, 'area', ar.name, 'due', r.due_at)
  from public.access_review r join public.area ar using (area_id), wall.answerers(review) who
  where r.review_id = review
$$;

-- What reviews do by themselves, for nobody in particular: one of everything opens twice a year, a week before its day those who
-- have not answered are told, and on its day what nobody answered ends. A poll that was named meanwhile moves the day.
create function wall.keep_reviews() returns void
language plpgsql volatile security definer set search_path = '' set timezone = 'Europe/London' as $$
declare
  everywhere bigint := (select a.area_id from public.area a where a.kind = 'installation');
  due record;
  moved record;
  open_ids uuid[];
  ending uuid[];
  fresh uuid := gen_random_uuid();
begin
  if exists (select from public.installation i where i.set_up_at < statement_timestamp() - interval '182 days')
    and not exists (select from public.access_review r where r.area_id = everywhere
      and (r.closed_at is null or r.opened_at > statement_timestamp() - interval '182 days'))
    and wall.start_review(fresh, everywhere, null, null) is not null then
    perform wall.tell_answerers(fresh, 'review-opened');
  end if;
  for due in select r.* from public.access_review r where r.closed_at is null
    and r.due_at < statement_timestamp() + interval '7 days' for update skip locked loop
    select d.* into moved from wall.review_due(due.area_id, greatest(due.due_at::date, current_date) - 28) d;
    if moved.moved_for is not null and moved.due > due.due_at::date then
      update public.access_review r set due_at = wall.end_of_day(moved.due), moved_for = moved.moved_for
      where r.review_id = due.review_id;
    elsif due.due_at > statement_timestamp() then
      if due.reminded_at is null then
        perform wall.tell_answerers(due.review_id, 'review-due');
        update public.access_review r set reminded_at = statement_timestamp() where r.review_id = due.review_id;
      end if;
    else
      select coalesce(array_agg(u.grant_id), '{}') into open_ids from public.access_review_grant u join public.access_grant g using (grant_id)
      where u.review_id = due.review_id and u.verdict is null and g.ended_at is null and g.ends_at > statement_timestamp();
      ending := wall.but_the_last_administrator(open_ids);
      perform wall.end_grants(ending, 'Nobody confirmed it in the access review', null, null, 'review');
      update public.access_review_grant u set decided_at = statement_timestamp(),
        verdict = case when u.grant_id = any (ending) then 'unanswered' else 'left' end
      where u.review_id = due.review_id and u.grant_id = any (open_ids);
      update public.access_review r set closed_at = statement_timestamp() where r.review_id = due.review_id;
      insert into public.mail (mail_id, account_id, form, fields)
      select gen_random_uuid(), who, 'review-closed', jsonb_build_object('form', 'review-closed', 'area', ar.name,
        'ended', cardinality(ending), 'left', cardinality(open_ids) - cardinality(ending))
      from public.area ar, (select distinct g.account_id from public.access_grant g
        where wall.lives(g) and g.role in ('administrator', 'data-protection-officer')) told (who)
      where ar.area_id = due.area_id;
    end if;
  end loop;
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
grant execute on function wall.polls_in(bigint, date) to hustings_administrator, hustings_organiser, hustings_protection;
grant execute on function wall.who_is_told(text, bigint) to hustings_administrator, hustings_protection;
grant execute on function wall.approvers(uuid, uuid), wall.decide_request(uuid, uuid, boolean, text, uuid),
  wall.ask_grant(uuid, uuid, uuid, text, bigint, text, text, timestamptz),
  wall.open_review(uuid, bigint, uuid), wall.review_preview(bigint) to hustings_administrator;
grant execute on function wall.stop_request(uuid, text), wall.break_glass(uuid, text, bigint, text)
  to hustings_administrator, hustings_protection;
grant execute on function wall.volunteers_here(boolean), wall.areas_to_give(), wall.account_of(text),
  wall.end_volunteer(uuid, text), wall.renew_volunteer(uuid, timestamptz, text) to hustings_organiser;
grant execute on function wall.standings_end(uuid[], text[]), wall.apply_standings(uuid[], text[], boolean, uuid),
  wall.organisers_over(bigint) to hustings_membership;
grant execute on function wall.reviews(), wall.review_grants(uuid)
  to hustings_administrator, hustings_organiser, hustings_protection;
grant execute on function wall.answer_review(uuid, uuid[], boolean, text) to hustings_administrator, hustings_organiser;
grant execute on function wall.keep_reviews() to hustings_door;
