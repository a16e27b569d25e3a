-- The wall's own questions: is this session live, is its grant, which role, where, is the tool
-- open? Row policies ask them, so that the database says no whatever the application does.
-- They answer only about the session named in app.session and read PostgreSQL's own clock.
create type wall.in_use as (
  session_id uuid, account_id uuid, grant_id uuid, role text, area_id bigint, purpose text
);

-- The session of this transaction with its grant, when both live now.
-- In PL/pgSQL, which keeps its plan for the connection: SQL functions that are not inlined are planned at every call,
-- and policies call these at every query (5 to 9 ms against 0.3 ms for wall.areas(), measured).
create function wall.in_use() returns setof wall.in_use
language plpgsql stable security definer rows 1 set search_path = '' as $$
declare
  -- What the session table holds for the credential of this transaction. Worked out once: in the condition it would be
  -- anew for each session of a table that is small enough to be read through.
  held bytea := sha256(decode(nullif(current_setting('app.session', true), ''), 'hex'));
begin
  return query
  select s.session_id, s.account_id, g.grant_id, g.role, g.area_id, g.purpose
  from public.session s
  join public.access_grant g on g.grant_id = s.grant_id
  where s.key = held
    and s.ended_at is null and s.cleared_at is not null
    and s.idle_until > statement_timestamp() and s.ends_at > statement_timestamp()
    and g.ended_at is null
    and g.starts_at <= statement_timestamp() and g.ends_at > statement_timestamp();
end
$$;

-- Have two areas a district in common? By parts, each with its index. An area without a district meets itself and
-- everywhere alone.
create function wall.meet(one bigint, other bigint) returns boolean
language plpgsql stable security definer set search_path = '' set timezone = 'Europe/London' as $$
declare
  a public.area;
  b public.area;
begin
  if one = other then
    return true;
  end if;
  select x.* into a from public.area x where x.area_id = one;
  select x.* into b from public.area x where x.area_id = other;
  if a.kind = 'installation' or b.kind = 'installation' then
    return true;
  end if;
  return exists (
    select from (
      select d.area_no from public.district d where d.partition_id = a.partition_id
      union all select a.area_no where a.area_no is not null
      union all select m.area_no from public.area_district m
        where m.area_id = one and m.from_date <= current_date and m.until_date > current_date) here
    where here.area_no = b.area_no
      or exists (select from public.district d where d.area_no = here.area_no and d.partition_id = b.partition_id)
      or exists (select from public.area_district m where m.area_id = other and m.area_no = here.area_no
        and m.from_date <= current_date and m.until_date > current_date));
end
$$;

-- Does a closure of this area, that lets these roles stay, shut out who works with this role in that area? Of somebody
-- without a role only one everywhere does.
create function wall.shuts(closed_area bigint, stays_in text[], role text, area bigint) returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return not coalesce(role = any (stays_in), false)
    and (closed_area is null or (area is not null and wall.meet(closed_area, area)));
end
$$;

-- Is this half open for the session of this transaction? `telling` asks for the tellers at polling stations, who may go on
-- while the rest of Contact is closed. While nothing is closed anywhere, which is nearly always, it is one look at an index.
create function wall.open(tool text) returns boolean
language plpgsql stable security definer set search_path = '' as $$
declare
  held wall.in_use;
begin
  if tool is null or not exists (select from public.lockdown l where l.opened_at is null) then
    return true;
  end if;
  select * into held from wall.in_use();
  return not exists (
    select from public.lockdown l
    where l.tool = case open.tool when 'telling' then 'contact' else open.tool end and l.opened_at is null
      and not (open.tool = 'telling' and l.keep_telling)
      and wall.shuts(l.area_id, l.stays_in, held.role, held.area_id));
end
$$;

-- Is this connection as the pool made it: its own role, and no statement prepared by SQL, which would answer in the place of
-- one of the same name for whoever comes next? With the rights of who asks, since it is their role that is asked about.
create function wall.untouched(role name) returns boolean
language plpgsql stable set search_path = '' as $$
begin
  return current_user = role and not exists (select from pg_catalog.pg_prepared_statements p where p.from_sql);
end
$$;

-- Does this transaction still act for somebody? The last statement of each asks.
create function wall.live() returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return exists (select from wall.in_use());
end
$$;

-- Was a second factor proved with this session within the last ten minutes? What cannot be taken back asks for it.
create function wall.fresh() returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return exists (select from wall.in_use() u join public.session s on s.session_id = u.session_id
    where s.factor_at > statement_timestamp() - interval '10 minutes');
end
$$;

-- Which half of the product a role works in; the Guard never closes.
create function wall.tool_of(role text) returns text
language sql immutable
  return case role when 'volunteer' then 'contact' when 'organiser' then 'contact'
    when 'membership-secretary' then 'organise' end;

create function wall.is(role text) returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return exists (select from wall.in_use() u where u.role = "is".role)
    and wall.open(wall.tool_of("is".role));
end
$$;

create function wall.account() returns uuid
language plpgsql stable security definer set search_path = '' as $$
begin
  return (select account_id from wall.in_use());
end
$$;

create function wall.session_id() returns uuid
language plpgsql stable security definer set search_path = '' as $$
begin
  return (select session_id from wall.in_use());
end
$$;

-- Are these the account, grant and session that act? What a look on record names.
create function wall.acting(account uuid, grant_id uuid, session uuid) returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return exists (select from wall.in_use() u where u.account_id = acting.account and u.grant_id = acting.grant_id
    and u.session_id = acting.session);
end
$$;

-- Who names areas and says what they are made of: administrators, and organisers of all areas or of an authority, who bring a
-- place's first register too. Policies let an organiser put in and take out districts of the grant's own only, so that
-- nobody gets more by it than whoever does it holds.
create function wall.may_name_areas() returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return exists (select from wall.in_use() u join public.area a on a.area_id = u.area_id
    where u.role = 'administrator' or (u.role = 'organiser' and a.kind in ('installation', 'authority') and wall.open('contact')))
    or pg_has_role(session_user, 'hustings_operator', 'member');
end
$$;

-- Districts that came into an area only today and leave it again, as if they never had.
create function wall.undo_districts(area bigint, stay integer[]) returns void
language plpgsql volatile security definer set search_path = '' set timezone = 'Europe/London' as $$
begin
  if wall.may_name_areas() then
    delete from public.area_district ad where ad.area_id = undo_districts.area and ad.area_no <> all (stay)
      and ad.from_date >= current_date
      and (ad.area_no = any (wall.areas()) or not exists (select from wall.in_use() u where u.role = 'organiser'));
  end if;
end
$$;

-- Somebody must be left who can give access, whatever the application does. The operator may do without.
-- Two who end each other at the same moment come one after the other: by the installation's row, which no working role may
-- lock. What is asked after that sees the other's end, and the second is refused.
create function wall.keep_an_administrator() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  if not exists (select from changed c where c.role = 'administrator') then
    return null;
  end if;
  perform from public.installation for update;
  if not pg_has_role(session_user, 'hustings_operator', 'member') and not exists (
    select from public.access_grant g where g.role = 'administrator' and g.ended_at is null
      and g.starts_at <= clock_timestamp() and g.ends_at > clock_timestamp()) then
    raise exception 'nobody would be left who can give access' using errcode = '23514';
  end if;
  return null;
end
$$;

-- Puts on record that an account was made with a password, and by whom: they know it.
create function wall.note_first_password() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  insert into public.password_change (account_id, by_account, by_operator)
  values (new.account_id, wall.account(), pg_has_role(session_user, 'hustings_operator', 'member'));
  return null;
end
$$;

-- Puts on record that an account got another password, whoever sent the statement.
create function wall.note_password() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  if wall.one_hand(new.account_id, 'password') then
    raise exception 'the same hand took the factors off' using errcode = '23514', constraint = 'account_one_hand';
  end if;
  insert into public.password_change (account_id, by_account, by_operator)
  values (new.account_id, wall.account(), pg_has_role(session_user, 'hustings_operator', 'member'));
  -- No link that was sent before opens anything, and the account is told, whoever set it.
  update public.link l set ended_at = statement_timestamp()
  where l.account_id = new.account_id and l.used_at is null and l.ended_at is null;
  perform wall.tell(new.account_id, jsonb_build_object('form', 'password-changed', 'at', statement_timestamp()));
  return null;
end
$$;

-- A time that a record may bear as its own: nobody backdates.
create function wall.just_now(at timestamptz) returns boolean
language sql stable set search_path = '' as $$
  select at between statement_timestamp() - interval '1 minute' and statement_timestamp() + interval '1 minute'
$$;

-- Whether a notice that stood since then ended in this very transaction: the one that takes its place says "since" as it did.
create function wall.notice_goes_on(which text, area bigint, since timestamptz) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (select from public.lockdown l where l.tool = which and l.area_id is not distinct from notice_goes_on.area
    and l.closed_at = since and l.opened_at = now())
$$;

-- The districts of an area now, and "now" is a day of London's, whatever the connection says. Internal: nobody but the
-- wall may ask. By parts, each with its index: one condition with "or" would read every district of the country.
create function wall.numbers_of(area bigint) returns integer[]
language plpgsql stable security definer set search_path = '' set timezone = 'Europe/London' as $$
declare
  here public.area;
begin
  select a.* into here from public.area a where a.area_id = numbers_of.area;
  if here.kind = 'installation' then
    return (select coalesce(array_agg(d.area_no order by d.area_no), '{}') from public.district d);
  end if;
  return (
    select coalesce(array_agg(n order by n), '{}') from (
      select d.area_no as n from public.district d where d.partition_id = here.partition_id
      union select here.area_no where here.area_no is not null
      union select ad.area_no from public.area_district ad
        where ad.area_id = here.area_id and ad.from_date <= current_date and ad.until_date > current_date) numbers);
end
$$;

-- The districts an organiser may read now: the grant's, narrowed by the area in use on this page.
create function wall.areas() returns integer[]
language plpgsql stable security definer set search_path = '' as $$
declare
  -- What is no number names no area: an error here would tell whoever sends SQL that a policy was asked, so that a row
  -- which they may not see was there.
  narrowed bigint := substring(current_setting('app.area', true) from '^[0-9]{1,18}$')::bigint;
  whole bigint;
begin
  if narrowed is null or not wall.open('contact') then
    return '{}';
  end if;
  select u.area_id into whole from wall.in_use() u where u.role = 'organiser';
  if whole is null then
    return '{}';
  end if;
  if narrowed = whole then
    return wall.numbers_of(whole);
  end if;
  return array(select unnest(wall.numbers_of(narrowed)) intersect select unnest(wall.numbers_of(whole)));
end
$$;

-- Every area that lies wholly inside this one: itself, and those whose districts are all among its own. An area of no district
-- lies in none but all areas: whoever names its districts later would widen what was given there.
create function wall.areas_inside(area bigint) returns bigint[]
language plpgsql stable security definer set search_path = '' set timezone = 'Europe/London' as $$
declare
  numbers integer[];
begin
  if exists (select from public.area a where a.area_id = areas_inside.area and a.kind = 'installation') then
    return array(select a.area_id from public.area a);
  end if;
  numbers := wall.numbers_of(areas_inside.area);
  return array(
    select a.area_id from public.area a
    where a.area_id = areas_inside.area or (a.kind <> 'installation'
      and (a.area_no = any (numbers)
        or exists (select from public.district d where d.partition_id = a.partition_id)
        or exists (select from public.area_district ad where ad.area_id = a.area_id
          and ad.from_date <= current_date and ad.until_date > current_date))
      and (a.area_no is null or a.area_no = any (numbers))
      and not exists (select from public.district d where d.partition_id = a.partition_id and d.area_no <> all (numbers))
      and not exists (select from public.area_district ad where ad.area_id = a.area_id and ad.area_no <> all (numbers)
        and ad.from_date <= current_date and ad.until_date > current_date)));
end
$$;

-- May whoever acts give this, alone and at once? Nobody gives themselves anything, nothing begins in the past or lasts longer
-- than two years. Administrators give what the Guard does not answer for; what the Guard's own roles get, a second person
-- approves (wall.ask_grant), unless it gives back within a day what they ended themselves. Organisers give canvassers access,
-- wholly inside their own area and no longer than their own. What depends on membership is not given against its standing.
create function wall.may_give(account uuid, role text, area bigint, starts timestamptz, ends timestamptz, needs boolean)
  returns boolean
language plpgsql stable security definer set search_path = '' as $$
declare
  me wall.in_use;
begin
  select * into me from wall.in_use();
  if me.account_id is null or me.account_id = may_give.account
    or starts < statement_timestamp() - interval '1 minute' or ends > statement_timestamp() + interval '731 days 1 hour'
    or (needs and exists (select from public.member_standing m
      where m.account_id = may_give.account and m.standing not in ('current', 'unknown')))
  then
    return false;
  elsif me.role = 'administrator' then
    return may_give.role in ('volunteer', 'organiser', 'membership-secretary') or exists (
      select from public.access_grant g where g.account_id = may_give.account and g.role = may_give.role
        and g.area_id = may_give.area and g.ends_at = ends and g.ended_by = me.account_id
        and g.ended_at > statement_timestamp() - interval '1 day'
        -- What never began cannot be given back, and nothing twice: that would be giving it alone.
        and g.starts_at <= g.ended_at and not exists (
          select from public.access_grant n where n.account_id = g.account_id and n.role = g.role and n.area_id = g.area_id
            and n.ends_at = ends and n.given_at > g.ended_at));
  elsif me.role = 'organiser' then
    return may_give.role = 'volunteer' and wall.open('contact')
      and may_give.area = any (wall.areas_inside(me.area_id))
      and ends <= (select g.ends_at from public.access_grant g where g.grant_id = me.grant_id);
  end if;
  return false;
end
$$;

-- What every page needs to know of its session, in one question: also asked of one that is over,
-- so that its late answers can be kept and its attempts put on record.
create type wall.session_state as (
  state text, session_id uuid, account_id uuid, name text, email text, grant_id uuid, role text,
  area_id bigint, area_name text, purpose text, grant_ends_at timestamptz, session_ends_at timestamptz,
  refreshed_at timestamptz, theme text, demonstration boolean, closed jsonb, grants jsonb,
  -- What still stands between this session and its role's pages, if anything does; when a second factor was proved last.
  asks text, factor_at timestamptz
);

create function wall.who(hash text) returns setof wall.session_state
language plpgsql stable security definer rows 1 set search_path = '' as $$
declare
  held bytea := sha256(decode(hash, 'hex'));
begin
  return query
  with s as materialized (
    select s.*, s.ended_at is null and s.idle_until > statement_timestamp() and s.ends_at > statement_timestamp()
      and g.ended_at is null and g.starts_at <= statement_timestamp() and g.ends_at > statement_timestamp() as live,
      g.role, g.area_id, g.purpose, g.ends_at as grant_ends_at
    from public.session s join public.access_grant g using (grant_id)
    where s.key = held
  )
  select case when not s.live then 'ended' when s.cleared_at is null then 'entering' else 'live' end, s.session_id, s.account_id,
    case when s.live then a.name end, case when s.live then a.email end, s.grant_id, s.role, s.area_id,
    case when s.live then ar.name end, s.purpose, s.grant_ends_at, s.ends_at, s.refreshed_at, a.theme,
    coalesce((select i.demonstration from public.installation i), false),
    (select coalesce(jsonb_agg(jsonb_build_object('tool', l.tool, 'notice', l.notice, 'closed_at', l.closed_at,
       'opens_at', l.opens_at, 'area', la.name, 'phones', l.phones)
       order by l.tool, l.phones = 'wipe' desc, l.area_id nulls first), '[]')
     from public.lockdown l left join public.area la on la.area_id = l.area_id
     where l.opened_at is null and wall.shuts(l.area_id, l.stays_in, s.role, s.area_id)),
    case when s.live then
      (select coalesce(jsonb_agg(jsonb_build_object('grant_id', g.grant_id, 'role', g.role, 'area', ga.name,
         'ends_at', g.ends_at, 'purpose', g.purpose, 'kind', g.kind) order by g.given_at), '[]')
       from public.access_grant g join public.area ga using (area_id)
       where g.account_id = s.account_id and g.ended_at is null
         and g.starts_at <= statement_timestamp() and g.ends_at > statement_timestamp())
    end,
    case when s.live and s.cleared_at is null then wall.still_asks(s.account_id, s.role, s.factor_at) end, s.factor_at
  from s join public.account a using (account_id) join public.area ar using (area_id);
end
$$;

alter function wall.in_use() owner to hustings_wall;
alter function wall.untouched(name) owner to hustings_wall;
alter function wall.open(text) owner to hustings_wall;
alter function wall.meet(bigint, bigint) owner to hustings_wall;
alter function wall.shuts(bigint, text[], text, bigint) owner to hustings_wall;
alter function wall.fresh() owner to hustings_wall;
alter function wall.live() owner to hustings_wall;
alter function wall.tool_of(text) owner to hustings_wall;
alter function wall.is(text) owner to hustings_wall;
alter function wall.account() owner to hustings_wall;
alter function wall.session_id() owner to hustings_wall;
alter function wall.acting(uuid, uuid, uuid) owner to hustings_wall;
alter function wall.just_now(timestamptz) owner to hustings_wall;
alter function wall.may_name_areas() owner to hustings_wall;
alter function wall.undo_districts(bigint, integer[]) owner to hustings_wall;
alter function wall.keep_an_administrator() owner to hustings_wall;
alter function wall.note_password() owner to hustings_wall;
alter function wall.note_first_password() owner to hustings_wall;
alter function wall.notice_goes_on(text, bigint, timestamptz) owner to hustings_wall;
alter function wall.numbers_of(bigint) owner to hustings_wall;
alter function wall.areas_inside(bigint) owner to hustings_wall;
alter function wall.may_give(uuid, text, bigint, timestamptz, timestamptz, boolean) owner to hustings_wall;
alter function wall.areas() owner to hustings_wall;
alter function wall.who(text) owner to hustings_wall;
alter type wall.in_use owner to hustings_wall;
alter type wall.session_state owner to hustings_wall;

-- Each of these tells a session about itself and nothing else.
grant execute on function wall.open(text), wall.live(), wall.fresh(), wall.is(text), wall.account(),
  wall.session_id(), wall.acting(uuid, uuid, uuid), wall.areas(), wall.just_now(timestamptz)
  to hustings_volunteer, hustings_organiser, hustings_membership, hustings_protection,
  hustings_administrator, hustings_importer;
grant execute on function wall.notice_goes_on(text, bigint, timestamptz), wall.meet(bigint, bigint) to hustings_administrator;
grant execute on function wall.may_give(uuid, text, bigint, timestamptz, timestamptz, boolean)
  to hustings_administrator, hustings_organiser;
grant execute on function wall.may_name_areas(), wall.undo_districts(bigint, integer[])
  to hustings_administrator, hustings_organiser;
grant execute on function wall.who(text) to hustings_app;
grant execute on function wall.untouched(name) to hustings_app, hustings_door, hustings_volunteer, hustings_organiser,
  hustings_membership, hustings_protection, hustings_administrator, hustings_importer;

grant execute on function wall.keep_an_administrator(), wall.note_password(), wall.note_first_password() to hustings_owner;
set local role hustings_owner;
create trigger keep_an_administrator after update on access_grant
  referencing new table as changed for each statement execute function wall.keep_an_administrator();
create trigger note_first_password after insert on account
  for each row when (new.password_hash is not null) execute function wall.note_first_password();
create trigger note_password after update of password_hash on account
  for each row when (new.password_hash is distinct from old.password_hash) execute function wall.note_password();
create policy administrator on password_change for select to hustings_administrator
  using ((select wall.is('administrator')));
create policy protection on password_change for select to hustings_protection
  using ((select wall.is('data-protection-officer')));
-- Accounts and what they may do: administrators act, the data protection officer reads. What is over
-- is history: nobody changes when it ended.
create policy administrator on account to hustings_administrator
  using ((select wall.is('administrator'))) with check ((select wall.is('administrator')));
create policy protection on account for select to hustings_protection
  using ((select wall.is('data-protection-officer')));
create policy administrator_reads on access_grant for select to hustings_administrator
  using ((select wall.is('administrator')));
create policy administrator_gives on access_grant for insert to hustings_administrator
  -- What reaches further than a canvasser's list asks for a second factor just proved.
  with check ((select wall.is('administrator')) and given_by = (select wall.account())
    and (role = 'volunteer' or (select wall.fresh()))
    and wall.may_give(account_id, role, area_id, starts_at, ends_at, needs_membership));
create policy organiser_gives on access_grant for insert to hustings_organiser
  with check ((select wall.is('organiser')) and given_by = (select wall.account())
    and wall.may_give(account_id, role, area_id, starts_at, ends_at, needs_membership));
create policy administrator_ends on access_grant for update to hustings_administrator
  using ((select wall.is('administrator')) and ended_at is null)
  with check ((select wall.is('administrator')) and ended_by = (select wall.account()) and wall.just_now(ended_at));
create policy protection on access_grant for select to hustings_protection
  using ((select wall.is('data-protection-officer')));
create policy administrator_reads on session for select to hustings_administrator
  using ((select wall.is('administrator')));
create policy administrator_ends on session for update to hustings_administrator
  using ((select wall.is('administrator')) and ended_at is null)
  with check ((select wall.is('administrator')) and wall.just_now(ended_at));
create policy protection on session for select to hustings_protection
  using ((select wall.is('data-protection-officer')));
create policy administrator_reads on lockdown for select to hustings_administrator
  using ((select wall.is('administrator')));
create policy administrator_closes on lockdown for insert to hustings_administrator
  with check ((select wall.is('administrator')) and closed_by = (select wall.account()) and closed_by_operator is null
    and (wall.just_now(closed_at) or wall.notice_goes_on(tool, area_id, closed_at)));
create policy administrator_opens on lockdown for update to hustings_administrator
  using ((select wall.is('administrator')) and opened_at is null)
  with check ((select wall.is('administrator')) and opened_by = (select wall.account()) and opened_by_operator is null
    and wall.just_now(opened_at) and (select wall.fresh()));
reset role;
