-- Imprints of campaigns: who promotes, on whose behalf, who prints, for an election or for the party between elections
-- (Representation of the People Act 1983, section 110; Political Parties, Elections and Referendums Act 2000, sections 126 and 143;
-- Elections Act 2022, part 6). What the law wants of everything must be there; the printer may come later, and until then
-- nothing is made on paper.
set local role hustings_owner;

create table message_campaign (
  campaign_id uuid primary key,
  area_id bigint not null references area,
  name text not null check (length(name) between 1 and 120),
  -- Null: the party's own, between elections.
  kind text references poll_kind,
  poll_id bigint references poll,
  nation text not null check (nation in ('england', 'wales', 'scotland', 'northern-ireland')),
  promoter text not null check (length(promoter) between 1 and 200),
  promoter_address text not null check (length(promoter_address) between 1 and 250),
  -- Who answers for the election by law: usually the promoter too. Not part of the imprint.
  agent text not null default '' check (length(agent) <= 200),
  agent_address text not null default '' check (length(agent_address) <= 250),
  whose text not null check (whose in ('candidate', 'candidates', 'party')),
  behalf text not null check (length(behalf) between 1 and 200),
  behalf_address text not null check (length(behalf_address) between 1 and 250),
  printer text not null default '' check (length(printer) <= 200),
  printer_address text not null default '' check (length(printer_address) <= 250),
  -- Said in Welsh too.
  welsh boolean not null default false,
  starts_on date not null check (isfinite(starts_on)) check (starts_on < '9999-12-31'),
  ends_on date check (isfinite(ends_on)) check (ends_on < '9999-12-31'),
  ended_at timestamptz check (isfinite(ended_at)) check (ended_at < '9999-12-31'),
  version integer not null default 1,
  changed_at timestamptz not null default statement_timestamp() check (isfinite(changed_at)) check (changed_at < '9999-12-31'),
  changed_by uuid references account,
  check (not welsh or nation = 'wales'),
  check (poll_id is null or kind is not null),
  check (ends_on >= starts_on)
);
create index message_campaign_by_area on message_campaign (area_id, kind) where ended_at is null;

-- How each stood, from when on: what was printed then can be held against it.
create table message_campaign_version (
  campaign_id uuid not null references message_campaign,
  version integer not null,
  area_id bigint not null references area,
  was jsonb not null,
  changed_at timestamptz not null,
  changed_by uuid references account,
  primary key (campaign_id, version)
);

grant select on message_campaign to hustings_wall;
grant select, insert on message_campaign_version to hustings_wall;
grant select on message_campaign, message_campaign_version to hustings_protection;
grant select (campaign_id, area_id, name, kind, poll_id, nation, promoter, promoter_address, agent, agent_address, whose, behalf,
    behalf_address, printer, printer_address, welsh, starts_on, ends_on, ended_at, version, changed_at),
  insert (campaign_id, area_id, name, kind, poll_id, nation, promoter, promoter_address, agent, agent_address, whose, behalf,
    behalf_address, printer, printer_address, welsh, starts_on, ends_on, changed_by),
  update (name, kind, poll_id, nation, promoter, promoter_address, agent, agent_address, whose, behalf, behalf_address, printer,
    printer_address, welsh, starts_on, ends_on, ended_at, changed_at, changed_by)
  on message_campaign to hustings_organiser, hustings_administrator;
grant select (campaign_id, version, area_id, was, changed_at) on message_campaign_version
  to hustings_organiser, hustings_administrator;

do $$
declare
  held text;
begin
  foreach held in array array['message_campaign', 'message_campaign_version'] loop
    execute format('alter table %I enable row level security', held);
    execute format('alter table %I force row level security', held);
    execute format('create policy protection on %I for select to hustings_protection
      using ((select wall.is(''data-protection-officer'')))', held);
  end loop;
end $$;
-- How it stood from when on is kept of each change: a change bears the time of its own.
create policy organiser on message_campaign to hustings_organiser
  using (area_id = any ((select wall.places())::bigint[]))
  with check (area_id = any ((select wall.places())::bigint[])
    and changed_by = (select wall.account()) and wall.just_now(changed_at));
create policy administrator on message_campaign to hustings_administrator
  using ((select wall.is('administrator')))
  with check ((select wall.is('administrator')) and changed_by = (select wall.account()) and wall.just_now(changed_at));
create policy organiser on message_campaign_version for select to hustings_organiser
  using (area_id = any ((select wall.places())::bigint[]));
create policy administrator on message_campaign_version for select to hustings_administrator
  using ((select wall.is('administrator')));
reset role;

-- In one area one campaign of a kind holds at a time; each change is a version. Two who write at the same time come one after
-- the other.
create function wall.one_campaign() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform pg_advisory_xact_lock(4871033, hashtext(new.area_id::text));
  if new.ended_at is null and exists (select from public.message_campaign c where c.area_id = new.area_id
    and c.campaign_id <> new.campaign_id and c.kind is not distinct from new.kind and c.ended_at is null
    and c.starts_on <= coalesce(new.ends_on, 'infinity') and new.starts_on <= coalesce(c.ends_on, 'infinity')) then
    raise exception 'another campaign of this kind holds there then' using errcode = '23P01', constraint = 'message_campaign_one';
  end if;
  new.version := case when tg_op = 'UPDATE' then old.version + 1 else 1 end;
  return new;
end
$$;

create function wall.keep_campaign() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into public.message_campaign_version (campaign_id, version, area_id, was, changed_at, changed_by)
  values (new.campaign_id, new.version, new.area_id,
    to_jsonb(new) - array['campaign_id', 'area_id', 'version', 'changed_at', 'changed_by'], new.changed_at, new.changed_by);
  return null;
end
$$;

-- The imprint that holds in an area today. For a kind of poll: the campaign of that kind, else the party's own, else the usual
-- imprint, each of the smallest area around it. For no kind: that of the smallest area that has any, where a poll's campaign
-- stands before the party's, and that before the usual one.
create function wall.imprint_for(area bigint, kind text) returns table (area_id bigint, area_name text, promoter text,
  promoter_address text, behalf text, behalf_address text, printer text, printer_address text, many boolean, welsh boolean,
  campaign uuid)
language sql stable security definer set search_path = '' set timezone = 'Europe/London' as $$
  select h.area_id, a.name, h.promoter, h.promoter_address, h.behalf, h.behalf_address, h.printer, h.printer_address, h.many,
    h.welsh, h.campaign
  from (
    select c.area_id, c.promoter, c.promoter_address, c.behalf, c.behalf_address, c.printer, c.printer_address,
      c.whose = 'candidates' as many, c.welsh, c.campaign_id as campaign, case when c.kind is null then 2 else 1 end as rank, c.ends_on
    from public.message_campaign c
    where c.ended_at is null and c.starts_on <= current_date and (c.ends_on is null or c.ends_on >= current_date)
      and (imprint_for.kind is null or c.kind is null or c.kind = imprint_for.kind)
    union all
    select i.area_id, i.promoter, i.promoter_address, i.behalf, i.behalf_address, i.printer, '', false, false, null::uuid, 3,
      null::date
    from public.message_imprint i
  ) h
  join public.area a on a.area_id = h.area_id
  where imprint_for.area = any (wall.areas_inside(h.area_id))
  order by case when imprint_for.kind is null then 0 else h.rank end, h.area_id <> imprint_for.area, a.kind = 'installation',
    cardinality(wall.areas_inside(h.area_id)), h.area_id, h.rank, h.ends_on, h.campaign
  limit 1
$$;

-- What emails and public pages carry: the same for no kind.
create or replace function wall.imprint_of(area bigint) returns table (area_id bigint, area_name text, promoter text,
  promoter_address text, behalf text, behalf_address text, printer text, printer_address text, many boolean, welsh boolean,
  campaign uuid)
language sql stable security definer set search_path = '' as $$
  select i.area_id, i.area_name, i.promoter, i.promoter_address, i.behalf, i.behalf_address, i.printer, i.printer_address, i.many,
    i.welsh, i.campaign
  from wall.imprint_for(imprint_of.area, null) i
$$;

-- Internal: one line in one language, as rules::online (src/messages/imprint/rules.rs) says it.
create function wall.imprint_line(promoter text, promoter_address text, behalf text, behalf_address text, many boolean, welsh boolean)
returns text
language sql stable set search_path = '' as $$
  select case
    when imprint_line.promoter_address <> imprint_line.behalf_address then
      format(case when imprint_line.welsh then 'Hyrwyddwyd gan %s, %s, ar ran %s, %s.' else 'Promoted by %s, %s, on behalf of %s, %s.' end,
        imprint_line.promoter, imprint_line.promoter_address, imprint_line.behalf, imprint_line.behalf_address)
    when imprint_line.promoter = imprint_line.behalf then
      format(case when imprint_line.welsh then 'Hyrwyddwyd gan %s, %s.' else 'Promoted by %s, %s.' end,
        imprint_line.promoter, imprint_line.promoter_address)
    else
      format(case when imprint_line.welsh then 'Hyrwyddwyd gan %s ar ran %s, %s o %s.' else 'Promoted by %s on behalf of %s, %s of %s.' end,
        imprint_line.promoter, imprint_line.behalf,
        case when imprint_line.welsh and imprint_line.many then 'pob un' when imprint_line.welsh then 'y ddau'
          when imprint_line.many then 'all' else 'both' end,
        imprint_line.promoter_address)
  end
$$;

-- Internal: the imprint of an area as a message carries it, as Imprint::lines says it; null where there is none.
create or replace function wall.imprint_lines(area bigint) returns text[]
language sql stable security definer set search_path = '' as $$
  select array[wall.imprint_line(i.promoter, i.promoter_address, i.behalf, i.behalf_address, i.many, false)]
    || case when i.welsh then array[wall.imprint_line(i.promoter, i.promoter_address, i.behalf, i.behalf_address, i.many, true)]
      else '{}'::text[] end
  from wall.imprint_of(imprint_lines.area) i
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
grant execute on function wall.imprint_for(bigint, text) to hustings_organiser, hustings_administrator;
grant execute on function wall.one_campaign(), wall.keep_campaign() to hustings_owner;

set local role hustings_owner;
create trigger one_campaign before insert or update on message_campaign for each row execute function wall.one_campaign();
create trigger keep_campaign after insert or update on message_campaign for each row execute function wall.keep_campaign();
reset role;
