-- What was ended, as it was at that moment: each end keeps its own receipt, given back or not.
set local role hustings_owner;

-- Many ended together: whom it was about, in words.
create table ending_group (
  group_id uuid primary key,
  at timestamptz not null check (isfinite(at)) check (at < '9999-12-31'),
  by_account uuid references account,
  by_operator uuid,
  chosen text not null check (length(chosen) between 1 and 500),
  reason text not null check (length(reason) between 1 and 500)
);

-- Nobody changes a row, but for saying once that it was given back.
create table ending (
  ending_id uuid primary key,
  group_id uuid references ending_group,
  account_id uuid not null references account,
  at timestamptz not null check (isfinite(at)) check (at < '9999-12-31'),
  by_account uuid references account,
  by_operator uuid,
  reason text not null check (length(reason) between 1 and 500),
  -- All access, or one grant of several.
  whole boolean not null,
  -- The grants, and how many live sessions and lists in hand ended with them.
  grants uuid[] not null,
  sessions integer not null check (sessions >= 0),
  lists integer not null check (lists >= 0),
  given_back_at timestamptz check (isfinite(given_back_at)) check (given_back_at < '9999-12-31'),
  given_back_by uuid references account,
  given_back_operator uuid,
  given_back_reason text check (length(given_back_reason) <= 500)
);
create index ending_by_account on ending (account_id, at);
create index ending_by_group on ending (group_id) where group_id is not null;
-- What somebody gave is offered for ending when they are ended.
create index access_grant_by_giver on access_grant (given_by) where given_by is not null;

grant select on ending, ending_group to hustings_administrator, hustings_protection, hustings_wall;
grant insert (ending_id, group_id, account_id, at, by_account, by_operator, reason, whole, grants, sessions, lists) on ending
  to hustings_administrator;
grant insert (group_id, at, by_account, by_operator, chosen, reason) on ending_group to hustings_administrator;
grant update (given_back_at, given_back_by, given_back_operator, given_back_reason) on ending to hustings_administrator;
alter table ending enable row level security;
alter table ending force row level security;
alter table ending_group enable row level security;
alter table ending_group force row level security;
create policy administrator_reads on ending for select to hustings_administrator using ((select wall.is('administrator')));
create policy protection on ending for select to hustings_protection using ((select wall.is('data-protection-officer')));
create policy administrator_ends on ending for insert to hustings_administrator
  with check ((select wall.is('administrator')) and by_account = (select wall.account()) and by_operator is null
    and wall.just_now(at));
create policy administrator_gives_back on ending for update to hustings_administrator
  using ((select wall.is('administrator')) and given_back_at is null)
  with check ((select wall.is('administrator')) and given_back_by = (select wall.account()) and given_back_operator is null
    and wall.just_now(given_back_at) and (select wall.fresh()));
create policy administrator_reads on ending_group for select to hustings_administrator
  using ((select wall.is('administrator')));
create policy protection on ending_group for select to hustings_protection
  using ((select wall.is('data-protection-officer')));
create policy administrator_ends on ending_group for insert to hustings_administrator
  with check ((select wall.is('administrator')) and by_account = (select wall.account()) and by_operator is null
    and wall.just_now(at));
reset role;

-- What lets an account in, or works for it, and how that ends with its access. A table with a secret, a link, a feed or a job
-- of an account stands here, or `catalogue::what_lets_an_account_in_says_how_it_ends` fails.
--   `ended`: the transaction that ends access ends it.
--   `dies`: whoever uses it is asked for a live grant at that moment, so nothing has to be ended.
--   `record`: it lets nobody in and does nothing.
create function wall.ends_with_access() returns table (held text, how text, why text)
language sql immutable set search_path = '' as $$
  values
    ('session', 'ended', 'Signed out in the same transaction; each request asks wall.who, each query wall.in_use'),
    ('access_grant', 'ended', 'The last statement of that transaction'),
    ('assignment', 'ended', 'Lists go back; the phone is told and wipes them'),
    ('account', 'dies', 'A password opens a session under a live grant only (wall.open_session)'),
    ('import', 'dies', 'Each batch asks wall.live(); what waits to be looked over goes by wall.sweep_imports'),
    ('member_import', 'record', 'A file''s receipt; what waits is opened by whoever keeps members in its area now'),
    ('kept_search', 'dies', 'Read by its own live session only'),
    ('mail', 'dies', 'A link in a letter asks for what lives when it is opened'),
    ('link', 'dies', 'What a link may do is decided when it is used, by what lives then'),
    ('factor', 'dies', 'Proves who it is, and opens a session under a live grant only'),
    ('recovery_code', 'dies', 'The same'),
    ('device', 'dies', 'Spares nothing: a device that is known still signs in under a live grant only'),
    ('ceremony', 'dies', 'Lasts minutes, and ends in a session under a live grant'),
    ('join_request', 'dies', 'Lets in only by a grant that somebody gives'),
    ('export', 'dies', 'Fetched under its own live grant only, with a second factor just proved (wall.begin_fetch)'),
    ('export_fetch', 'record', 'That a file was made, for whom and of how many'),
    ('material_run', 'dies', 'Goes on, and its file is fetched, under a live grant only (wall.run_goes, wall.why_no_file)'),
    ('no_mail', 'record', 'Who said that a home wants no leaflet; opens nothing'),
    ('event_feed', 'dies', 'A calendar’s address opens while a grant of its account lives (wall.feed_of)'),
    ('export_limit', 'record', 'Who set the limit of exports, when and why'),
    ('person', 'record', 'Who somebody is in Organise; opens nothing'),
    ('message', 'dies', 'Goes while the grant that it was sent off under lives (wall.message_goes)'),
    ('message_recipient', 'record', 'What became of a message; nothing of it goes without its message'),
    ('terms_acceptance', 'record', 'Which terms were accepted'),
    ('password_change', 'record', 'That a password was changed, never the password'),
    ('receipt', 'record', 'That a result arrived'),
    ('result_conflict', 'record', 'What was said at a door under an id that was taken'),
    ('quarantine', 'record', 'What was said at a door and waits for an organiser'),
    ('access_log', 'record', 'Looks and refused attempts'),
    ('ending', 'record', 'What was ended')
$$;

-- Of these areas, those that lie wholly within one: whoever ends access in an area ends nobody's who also works beyond it.
create function wall.areas_within(area bigint, candidates bigint[]) returns bigint[]
language plpgsql stable security definer set search_path = '' as $$
declare
  whole boolean := exists (select from public.area a where a.area_id = areas_within.area and a.kind = 'installation');
  numbers integer[] := case when whole then null else wall.numbers_of(areas_within.area) end;
begin
  return array(
    select c.area_id from (select distinct unnest(candidates)) as c (area_id)
    where whole or c.area_id = areas_within.area
      or (not exists (select from public.area a where a.area_id = c.area_id and a.kind = 'installation')
        and exists (select unnest(wall.numbers_of(c.area_id)))
        and not exists (select unnest(wall.numbers_of(c.area_id)) except select unnest(numbers))));
end
$$;

-- An import that waits to be looked over by somebody without access waits for nobody: it ends, and its rows go.
-- Answers how many that ended.
create function wall.sweep_imports() returns integer
language plpgsql volatile security definer set search_path = '' as $$
declare
  swept uuid[];
begin
  with over as (
    select i.import_id from public.import i
    where i.state = 'ready' and i.account_id is not null and not exists (
      select from public.access_grant g where g.account_id = i.account_id and g.role = 'organiser' and g.ended_at is null
        and g.ends_at > statement_timestamp())
    for update skip locked
  ), ended as (
    update public.import i set state = 'failed', ended_at = statement_timestamp(),
      failure = 'Your access ended before this was looked over. Nothing was changed'
    from over where i.import_id = over.import_id returning i.import_id
  )
  select coalesce(array_agg(e.import_id), '{}') into swept from ended e;
  delete from public.import_row r where r.import_id = any (swept);
  delete from public.import_doubtful r where r.import_id = any (swept);
  return cardinality(swept);
end
$$;

alter function wall.ends_with_access() owner to hustings_wall;
alter function wall.areas_within(bigint, bigint[]) owner to hustings_wall;
alter function wall.sweep_imports() owner to hustings_wall;
grant execute on function wall.areas_within(bigint, bigint[]) to hustings_administrator;
grant execute on function wall.sweep_imports() to hustings_door;
