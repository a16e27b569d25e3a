-- The access log: every look at a person's data, written in the transaction of the look, and
-- every refused attempt of a known account. Nobody updates or deletes it.
set local role hustings_owner;

-- People stand in the log by a random pseudonym; erasing somebody is deleting one row here.
create table subject (
  partition_id integer not null,
  elector_id bigint not null,
  pseudonym uuid not null unique default gen_random_uuid(),
  primary key (partition_id, elector_id),
  foreign key (partition_id, elector_id) references elector
);

create table access_log (
  entry_id bigint generated always as identity,
  -- The snapshot's time: what this statement could see, it could see because access lived then.
  at timestamptz not null default statement_timestamp(),
  what text not null check (what in ('look', 'search', 'print', 'export', 'refused')),
  permission text not null,
  purpose text not null default '',
  tool text check (tool in ('contact', 'organise')),
  account_id uuid,
  grant_id uuid,
  session_id uuid,
  operator_id uuid,
  -- The people shown, by pseudonym; a page of a list names the list and its version instead.
  subjects uuid[] not null default '{}',
  partition_id integer,
  list_id bigint,
  list_version integer,
  -- Of a refused attempt: the route and the answer, never an id or what was typed.
  route text not null default '',
  status smallint,
  address text not null default '',
  primary key (at, entry_id)
) partition by range (at);
create index access_log_by_account on access_log (account_id, at);
create index access_log_by_subject on access_log using gin (subjects);
create index access_log_by_list on access_log (list_id, at) where list_id is not null;

-- Month partitions, which expire whole: from the first to two years from now. Run again by every start of the server,
-- as the tables' owner. The default catches what no month was made for.
create function make_access_log_months() returns void
language plpgsql volatile set search_path = '' as $$
declare
  month date := '2026-11-01';
  name text;
begin
  while month < current_date + interval '2 years' loop
    name := 'access_log_' || to_char(month, 'YYYY_MM');
    if to_regclass('public.' || name) is null then
      execute format('create table public.%I partition of public.access_log for values from (%L) to (%L)',
        name, month, (month + interval '1 month')::date);
      execute format('alter table public.%I enable row level security', name);
      execute format('alter table public.%I force row level security', name);
    end if;
    month := (month + interval '1 month')::date;
  end loop;
end
$$;
revoke execute on function make_access_log_months() from public;
select make_access_log_months();
create table access_log_other partition of access_log default;
alter table access_log_other enable row level security;
alter table access_log_other force row level security;

grant select on subject to hustings_administrator, hustings_protection, hustings_wall;
grant insert (partition_id, elector_id) on subject to hustings_wall;
grant insert (what, permission, purpose, tool, account_id, grant_id, session_id, subjects, partition_id, list_id, list_version)
  on access_log to hustings_volunteer, hustings_organiser, hustings_membership, hustings_protection,
  hustings_administrator, hustings_importer;
grant select on access_log to hustings_administrator, hustings_protection;
grant select, insert on access_log to hustings_wall;

alter table subject enable row level security;
alter table subject force row level security;
alter table access_log enable row level security;
alter table access_log force row level security;
reset role;

-- The pseudonyms of people shown, for the log's row and nothing else: random, they tell nothing.
-- Statements of their own, each with its own snapshot: who loses the race to name somebody still finds the winner's
-- pseudonym, so that no look is recorded without its person. Most people have theirs from an earlier look.
create function wall.pseudonyms(partition integer, electors bigint[]) returns uuid[]
language plpgsql volatile security definer set search_path = '' as $$
declare
  found uuid[];
begin
  if not (wall.live() or pg_has_role(session_user, 'hustings_operator', 'member')) then
    return '{}';
  end if;
  select coalesce(array_agg(s.pseudonym), '{}') into found from public.subject s
  where s.partition_id = partition and s.elector_id = any (electors);
  if cardinality(found) = cardinality(electors) then
    return found;
  end if;
  insert into public.subject (partition_id, elector_id)
  select e.partition_id, e.elector_id from public.elector e
  where e.partition_id = partition and e.elector_id = any (electors)
    and not exists (select from public.subject s where s.partition_id = e.partition_id and s.elector_id = e.elector_id)
  order by e.elector_id -- two that name the same people wait for each other, never in a circle
  on conflict do nothing;
  return (
    select coalesce(array_agg(s.pseudonym), '{}') from public.subject s
    where s.partition_id = partition and s.elector_id = any (electors));
end
$$;
alter function wall.pseudonyms(integer, bigint[]) owner to hustings_wall;
grant execute on function wall.pseudonyms(integer, bigint[]) to hustings_volunteer, hustings_organiser,
  hustings_protection, hustings_importer;

set local role hustings_owner;
create policy administrator on subject for select to hustings_administrator using ((select wall.is('administrator')));
create policy protection on subject for select to hustings_protection using ((select wall.is('data-protection-officer')));
-- The last statement of a transaction that showed somebody: fails once access has ended.
create policy on_record on access_log for insert
  to hustings_volunteer, hustings_organiser, hustings_membership, hustings_protection, hustings_administrator, hustings_importer
  with check (what <> 'refused' and wall.open(tool) and wall.acting(account_id, grant_id, session_id));
create policy administrator on access_log for select to hustings_administrator using ((select wall.is('administrator')));
create policy protection on access_log for select to hustings_protection using ((select wall.is('data-protection-officer')));

-- One row for each look at each person, lists resolved to the people on that version. Under the
-- reader's own row security.
create view looked_at with (security_invoker = true) as
select l.entry_id, l.at, l.what, l.permission, l.purpose, l.account_id, s.partition_id, s.elector_id,
  l.list_id, l.list_version, false as by_list
from access_log l
cross join lateral unnest(l.subjects) as shown (pseudonym)
join subject s on s.pseudonym = shown.pseudonym
where l.what <> 'refused'
  and not exists (select from walk_list_elector w where l.list_id is not null and w.partition_id = l.partition_id
    and w.list_id = l.list_id and w.version = l.list_version
    and w.partition_id = s.partition_id and w.elector_id = s.elector_id)
union all
select l.entry_id, l.at, l.what, l.permission, l.purpose, l.account_id, w.partition_id, w.elector_id,
  l.list_id, l.list_version, true
from access_log l
join walk_list_elector w on w.partition_id = l.partition_id and w.list_id = l.list_id and w.version = l.list_version
where l.what <> 'refused';
grant select on looked_at to hustings_administrator, hustings_protection;
reset role;

-- Everyone who saw one person, newest first, looks through lists included. Containment in an array is
-- not leakproof, so under row security the whole log would be read: this asks first who is asking.
create function wall.who_saw(partition integer, elector bigint, skip integer, take integer)
returns table (total bigint, at timestamptz, what text, permission text, purpose text, account_id uuid,
  name text, email text, role text, operator text, command text, why text, list text)
language sql stable security definer set search_path = '' as $$
  with recursive record as (
    -- Two records that an organiser called one person were looked at under either number.
    select who_saw.elector as elector_id
    union
    select case when m.elector_id = r.elector_id then m.candidate_id else m.elector_id end
    from record r join public.doubtful_match m on m.partition_id = who_saw.partition and m.state = 'same'
      and r.elector_id in (m.elector_id, m.candidate_id)
  ), person as (
    select array(select s.pseudonym from public.subject s join record r using (elector_id)
      where s.partition_id = who_saw.partition) as pseudonyms
  ), entry as (
    select l.* from public.access_log l, person p
    where cardinality(p.pseudonyms) > 0 and l.subjects && p.pseudonyms and l.what <> 'refused'
    union all
    select l.* from record r
    join public.walk_list_elector w on w.partition_id = who_saw.partition and w.elector_id = r.elector_id
    join public.access_log l on l.list_id = w.list_id and l.partition_id = w.partition_id
      and l.list_version = w.version
    cross join person p
    where l.what <> 'refused' and not (cardinality(p.pseudonyms) > 0 and l.subjects && p.pseudonyms)
  )
  select count(*) over (), e.at, e.what, e.permission, e.purpose, e.account_id, a.name, a.email, g.role,
    o.os_user, o.command, o.reason,
    (select w.name from public.walk_list w where w.partition_id = e.partition_id and w.list_id = e.list_id)
  from entry e
  left join public.account a on a.account_id = e.account_id
  left join public.access_grant g on g.grant_id = e.grant_id
  left join public.operator_session o on o.operator_id = e.operator_id
  where exists (select from wall.in_use() u where u.role = 'data-protection-officer')
    or pg_has_role(session_user, 'hustings_operator', 'member')
  order by e.at desc, e.entry_id desc offset who_saw.skip limit who_saw.take
$$;
alter function wall.who_saw(integer, bigint, integer, integer) owner to hustings_wall;
grant execute on function wall.who_saw(integer, bigint, integer, integer) to hustings_protection;
