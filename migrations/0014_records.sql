-- Retention, breaches, generated records, and what of set-up may be changed: the data protection officer's books, and the
-- administrator's settings. What of this names a person: breaches (the accounts involved), and nothing else.
set local role hustings_owner;

-- Kinds of data with their periods: src/protection/retention/kinds.rs says what each is, a test holds the two together.
create table retention_kind (
  kind text primary key check (kind ~ '^[a-z-]{1,40}$'),
  usual_days integer not null,
  least_days integer not null check (least_days >= 0),
  most_days integer not null,
  -- Short-lived: destroyed every night by the server. All others wait for a person.
  nightly boolean not null,
  check (usual_days between least_days and most_days)
);
insert into retention_kind (kind, usual_days, least_days, most_days, nightly) values
  ('candidate-register', 28, 0, 90, false),
  ('register-copies', 365, 30, 730, false),
  ('left-register', 1826, 90, 2557, false),
  ('results', 1826, 90, 2557, false),
  ('notes', 730, 30, 1826, false),
  ('quarantine', 30, 7, 365, false),
  ('staged-imports', 14, 1, 60, true),
  ('absent-votes', 28, 0, 90, true),
  ('marked-registers', 365, 0, 730, true),
  ('printed', 1826, 90, 2557, false),
  ('walk-lists', 1096, 365, 2557, false),
  ('former-people', 1096, 90, 2557, false),
  ('closed-tasks', 365, 30, 1826, false),
  ('past-events', 1096, 30, 2557, false),
  ('ended-accounts', 1096, 730, 2557, false),
  ('operator-record', 1096, 730, 2557, false),
  ('access-log', 731, 365, 2192, false),
  ('breach-records', 2192, 1096, 3653, false),
  ('kept-searches', 0, 0, 0, true),
  ('sign-in-tries', 1, 1, 1, true),
  ('sessions', 90, 31, 365, true),
  ('messages', 731, 30, 2192, true),
  ('mail-record', 365, 30, 730, true);

-- Periods as they were changed: the newest of a kind stands.
create table retention_period (
  period_id bigint generated always as identity primary key,
  kind text not null references retention_kind,
  days integer not null,
  reason text not null check (length(reason) between 1 and 500),
  set_at timestamptz not null default clock_timestamp(),
  account_id uuid not null references account
);
create index retention_period_by_kind on retention_period (kind, period_id desc);

-- One destruction by a person, with its certificate's number once it is over and anything was destroyed.
create table retention_run (
  run_id uuid primary key,
  begun_at timestamptz not null default clock_timestamp(),
  account_id uuid references account,
  by_operator text,
  reason text not null check (length(reason) between 1 and 500),
  state text not null default 'running' check (state in ('running', 'done', 'stopped', 'broken-off')),
  stop_asked boolean not null default false,
  beat_at timestamptz not null default clock_timestamp(),
  ended_at timestamptz,
  certificate integer unique,
  check ((state = 'running') = (ended_at is null))
);
create unique index retention_run_one_at_a_time on retention_run ((true)) where ended_at is null;
create table retention_line (
  run_id uuid not null references retention_run,
  kind text not null references retention_kind,
  days integer not null,
  held bigint not null,
  due bigint not null,
  destroyed bigint not null default 0,
  done boolean not null default false,
  primary key (run_id, kind)
);
-- What the server did by itself, and what waited for a person then: figures alone, for a year.
create table retention_night (
  kind text not null references retention_kind,
  at timestamptz not null default clock_timestamp(),
  due bigint not null,
  destroyed bigint not null,
  primary key (kind, at)
);

-- A personal data breach (Art 33, 34). Its 72 hours run from becoming aware. A row as it stands; how it came to stand so is
-- in breach_event, which the table writes by itself.
create table breach (
  breach_id bigint generated always as identity primary key,
  title text not null check (length(title) between 1 and 120),
  happened text not null check (length(happened) between 1 and 4000),
  happened_at timestamptz check (happened_at > '2000-01-01' and happened_at < '9999-12-31'),
  aware_at timestamptz not null check (aware_at > '2000-01-01' and aware_at < '9999-12-31'),
  found_by text not null check (length(found_by) between 1 and 200),
  kinds text[] not null check (cardinality(kinds) > 0 and kinds <@ array['confidentiality', 'integrity', 'availability']),
  data_kinds text not null default '' check (length(data_kinds) <= 1000),
  -- How many people, where the log cannot tell: a list left on a bus.
  people_estimate integer check (people_estimate >= 0),
  consequences text not null default '' check (length(consequences) <= 4000),
  measures text not null default '' check (length(measures) <= 4000),
  likelihood smallint check (likelihood between 1 and 4),
  severity smallint check (severity between 1 and 4),
  decision text check (decision in ('no-risk', 'risk', 'high-risk')),
  decision_reason text check (length(decision_reason) between 1 and 2000),
  reported_at timestamptz check (reported_at > '2000-01-01' and reported_at < '9999-12-31'),
  report_reference text check (length(report_reference) between 1 and 100),
  late_reason text check (length(late_reason) between 1 and 2000),
  opened_at timestamptz not null default clock_timestamp(),
  closed_at timestamptz check (closed_at > '2000-01-01' and closed_at < '9999-12-31'),
  lessons text check (length(lessons) between 1 and 4000),
  constraint breach_aware_before check (aware_at <= opened_at + interval '1 minute'),
  check ((decision is null) = (decision_reason is null)),
  check ((closed_at is null) = (lessons is null)),
  -- Nothing is closed undecided, and what must be reported not unreported.
  constraint breach_closed_decided check (closed_at is null
    or (decision is not null and (decision = 'no-risk' or reported_at is not null))),
  -- Later than 72 hours only with the reason (Art 33(1)).
  constraint breach_late_with_reason
    check (reported_at is null or reported_at <= aware_at + interval '72 hours' or late_reason is not null)
);
-- Whose access was misused, and when: what these accounts saw meanwhile are the people affected.
create table breach_account (
  breach_id bigint not null references breach,
  account_id uuid not null references account,
  from_at timestamptz not null check (from_at > '2000-01-01') check (isfinite(from_at)) check (from_at < '9999-12-31'),
  until_at timestamptz not null check (until_at < '9999-12-31') check (isfinite(until_at)),
  added_at timestamptz not null default clock_timestamp(),
  removed_at timestamptz check (removed_at > '2000-01-01' and removed_at < '9999-12-31'),
  primary key (breach_id, account_id, added_at),
  check (from_at < until_at)
);
create unique index breach_account_once on breach_account (breach_id, account_id) where removed_at is null;
create table breach_event (
  event_id bigint generated always as identity primary key,
  breach_id bigint not null references breach,
  at timestamptz not null default clock_timestamp(),
  account_id uuid references account,
  by_operator boolean not null default false,
  what text not null check (what in ('opened', 'changed', 'account-added', 'account-removed', 'letters', 'note', 'closed')),
  note text not null default '' check (length(note) <= 4000),
  -- Of a change: each field with what stood there and what stands now.
  changes jsonb not null default '{}'
);
create index breach_event_by_breach on breach_event (breach_id, event_id);
-- Letters to those affected (Art 34): what they said and to how many, never to whom: the access log has that.
create table breach_letter (
  letter_id bigint generated always as identity primary key,
  breach_id bigint not null references breach,
  at timestamptz not null default clock_timestamp(),
  account_id uuid not null references account,
  happened text not null check (length(happened) between 1 and 2000),
  consequences text not null check (length(consequences) between 1 and 2000),
  measures text not null check (length(measures) between 1 and 2000),
  people integer not null check (people >= 0)
);

-- Records made from what the installation does (Art 30; DPA 2018 Sch 1 paras 39 to 41; Art 35), each as it was then.
create table record_document (
  kind text not null check (kind in ('processing', 'policy', 'impact')),
  number integer not null check (number > 0),
  made_at timestamptz not null default clock_timestamp(),
  account_id uuid references account,
  by_operator boolean not null default false,
  body jsonb not null check (length(body::text) <= 1000000),
  primary key (kind, number)
);
-- The data protection officer's own words in them; the newest stand.
create table record_words (
  kind text not null check (kind in ('processing', 'policy', 'impact')),
  version integer not null check (version > 0),
  words text not null check (length(words) <= 20000),
  at timestamptz not null default clock_timestamp(),
  account_id uuid not null references account,
  primary key (kind, version)
);
-- Who processes data for the controller, or receives it (Art 28, 30).
create table processor (
  processor_id bigint generated always as identity primary key,
  name text not null check (length(name) between 1 and 200),
  what_for text not null check (length(what_for) between 1 and 500),
  place text not null check (length(place) between 1 and 200),
  contract_date date check (contract_date between '1990-01-01' and '9999-12-31'),
  added_at timestamptz not null default clock_timestamp(),
  added_by uuid not null references account,
  ended_at timestamptz check (ended_at > '2000-01-01' and ended_at < '9999-12-31'),
  ended_by uuid references account
);

-- The installation as it stood from when to when: written by its table.
create table installation_version (
  version integer generated always as identity primary key,
  at timestamptz not null default clock_timestamp(),
  account_id uuid references account,
  by_operator boolean not null default false,
  controller text not null,
  contact text not null,
  kind text not null,
  privacy_notice text not null,
  factors_for_all boolean not null
);

-- Codes come to an end and never go: what was said with them stays readable. Places may be exchanged.
alter table intention_code add column retired_at timestamptz check (retired_at > '2000-01-01' and retired_at < '9999-12-31');
alter table intention_code drop constraint intention_code_place_check, drop constraint intention_code_place_key;
alter table intention_code add constraint intention_code_place_check check (place between 1 and 99);
alter table intention_code add constraint intention_code_place_key unique (place) deferrable initially deferred;
alter table issue_code add column retired_at timestamptz check (retired_at > '2000-01-01' and retired_at < '9999-12-31');
-- Whom to ask about what the register itself says.
alter table authority add column officer_email text check (length(officer_email) between 3 and 254);
alter table authority add column officer_address text check (length(officer_address) between 1 and 500);
-- Somebody's record after its period: a number that looks are resolved to, and nobody.
alter table elector add column destroyed_at timestamptz check (isfinite(destroyed_at)) check (destroyed_at < '9999-12-31');
create index elector_who_left on elector (area_no, left_at) where left_at is not null and destroyed_at is null; -- retention
alter table household add column destroyed_at timestamptz check (isfinite(destroyed_at)) check (destroyed_at < '9999-12-31');

grant select on retention_kind, retention_period, retention_run, retention_line, retention_night to hustings_protection;
grant insert (kind, days, reason, account_id) on retention_period to hustings_protection;
grant select, insert (title, happened, happened_at, aware_at, found_by, kinds, data_kinds, people_estimate, consequences, measures),
  update (title, happened, happened_at, aware_at, found_by, kinds, data_kinds, people_estimate, consequences, measures,
    likelihood, severity, decision, decision_reason, reported_at, report_reference, late_reason, closed_at, lessons)
  on breach to hustings_protection;
grant select, insert (breach_id, account_id, from_at, until_at), update (removed_at) on breach_account to hustings_protection;
grant select, insert (breach_id, account_id, what, note) on breach_event to hustings_protection;
grant select, insert (breach_id, account_id, happened, consequences, measures, people) on breach_letter to hustings_protection;
grant select, insert (kind, number, account_id, body) on record_document to hustings_protection;
grant select, insert (kind, version, words, account_id) on record_words to hustings_protection;
grant select on processor, installation_version to hustings_protection, hustings_administrator;
grant insert (name, what_for, place, contract_date, added_by), update (ended_at, ended_by) on processor to hustings_administrator;
grant update (controller, contact, privacy_notice, factors_for_all) on installation to hustings_administrator;
grant insert (code, label, slot, code_group, place), update (label, slot, code_group, place, retired_at) on intention_code
  to hustings_administrator;
grant insert (code, label, place), update (label, place, retired_at) on issue_code to hustings_administrator;
grant update (officer_email, officer_address) on authority to hustings_administrator;

grant select, insert, update on retention_kind, retention_period, retention_run, retention_line, retention_night to hustings_wall;
grant delete on retention_night to hustings_wall;
grant select, insert, delete on breach, breach_account, breach_event, breach_letter to hustings_wall;
grant select, insert on installation_version to hustings_wall;
grant delete on register_entry, doubtful_match, result, result_conflict, quarantine, receipt, session, walk_list_door,
  walk_list_elector, assignment, password_change, operator_session to hustings_wall;
grant update on household to hustings_wall;
grant update (how) on objection to hustings_wall;
grant update (note) on result to hustings_wall;
grant update (choices) on walk_list to hustings_wall;
grant select on subject, installation, poll, register, tally, password_change, record_words to hustings_wall;

do $$
declare
  own text;
begin
  foreach own in array array['retention_kind', 'retention_period', 'retention_run', 'retention_line', 'retention_night', 'breach',
    'breach_account', 'breach_event', 'breach_letter', 'record_document', 'record_words', 'processor', 'installation_version'] loop
    execute format('alter table %I enable row level security', own);
    execute format('alter table %I force row level security', own);
    execute format('create policy protection_reads on %I for select to hustings_protection
      using ((select wall.is(''data-protection-officer'')))', own);
  end loop;
end $$;
create policy protection_sets on retention_period for insert to hustings_protection
  with check ((select wall.is('data-protection-officer')) and account_id = (select wall.account())
    and exists (select from retention_kind k where k.kind = retention_period.kind and days between k.least_days and k.most_days));
create policy protection_opens on breach for insert to hustings_protection
  with check ((select wall.is('data-protection-officer')));
-- What is closed stays as it was closed.
create policy protection_keeps on breach for update to hustings_protection
  using ((select wall.is('data-protection-officer')) and closed_at is null)
  with check ((select wall.is('data-protection-officer')) and (closed_at is null or wall.just_now(closed_at)));
create policy protection_adds on breach_account for insert to hustings_protection
  with check ((select wall.is('data-protection-officer')) and exists (select from breach b
    where b.breach_id = breach_account.breach_id and b.closed_at is null));
create policy protection_removes on breach_account for update to hustings_protection
  using ((select wall.is('data-protection-officer')) and removed_at is null and exists (select from breach b
    where b.breach_id = breach_account.breach_id and b.closed_at is null))
  with check (wall.just_now(removed_at));
-- The table itself writes what was done; people add notes.
create policy protection_notes on breach_event for insert to hustings_protection
  with check ((select wall.is('data-protection-officer')) and account_id = (select wall.account()) and what = 'note' and note <> '');
create policy protection_writes on breach_letter for insert to hustings_protection
  with check ((select wall.is('data-protection-officer')) and account_id = (select wall.account()));
create policy protection_makes on record_document for insert to hustings_protection
  with check ((select wall.is('data-protection-officer')) and account_id = (select wall.account()));
create policy protection_writes on record_words for insert to hustings_protection
  with check ((select wall.is('data-protection-officer')) and account_id = (select wall.account()));
create policy administrator_reads on processor for select to hustings_administrator using ((select wall.is('administrator')));
create policy administrator_adds on processor for insert to hustings_administrator
  with check ((select wall.is('administrator')) and added_by = (select wall.account()));
create policy administrator_ends on processor for update to hustings_administrator
  using ((select wall.is('administrator')) and ended_at is null)
  with check (ended_by = (select wall.account()) and wall.just_now(ended_at));
create policy administrator_reads on installation_version for select to hustings_administrator
  using ((select wall.is('administrator')));
create policy administrator_changes on installation for update to hustings_administrator using ((select wall.is('administrator')));
create policy administrator_adds on intention_code for insert to hustings_administrator
  with check ((select wall.is('administrator')));
create policy administrator_changes on intention_code for update to hustings_administrator
  using ((select wall.is('administrator')));
create policy administrator_adds on issue_code for insert to hustings_administrator with check ((select wall.is('administrator')));
create policy administrator_changes on issue_code for update to hustings_administrator using ((select wall.is('administrator')));
create policy administrator_changes on authority for update to hustings_administrator using ((select wall.is('administrator')));
reset role;

-- Histories that the tables write by themselves, whoever sent the statement.
create function wall.note_installation() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  insert into public.installation_version (account_id, by_operator, controller, contact, kind, privacy_notice,
    factors_for_all)
  values (wall.account(), wall.operator(), new.controller, new.contact, new.kind, new.privacy_notice, new.factors_for_all);
  return null;
end
$$;

create function wall.note_breach() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
declare
  changes jsonb := '{}';
begin
  if tg_op = 'UPDATE' then
    select coalesce(jsonb_object_agg(n.key, jsonb_build_array(o.value, n.value)), '{}') into changes
    from jsonb_each(to_jsonb(old)) o join jsonb_each(to_jsonb(new)) n using (key)
    where o.value is distinct from n.value;
    if changes = '{}' then
      return null;
    end if;
  end if;
  insert into public.breach_event (breach_id, account_id, by_operator, what, changes)
  values (new.breach_id, wall.account(), wall.operator(),
    case when tg_op = 'INSERT' then 'opened' when new.closed_at is not null then 'closed' else 'changed' end, changes);
  return null;
end
$$;

create function wall.note_breach_account() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  insert into public.breach_event (breach_id, account_id, by_operator, what, note)
  values (new.breach_id, wall.account(), wall.operator(),
    case when new.removed_at is null then 'account-added' else 'account-removed' end,
    coalesce((select a.name from public.account a where a.account_id = new.account_id), ''));
  return null;
end
$$;

create function wall.note_breach_letter() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  insert into public.breach_event (breach_id, account_id, by_operator, what, note)
  values (new.breach_id, wall.account(), wall.operator(), 'letters', new.people::text);
  return null;
end
$$;

-- Notices that stood before, with when: they were public, and stay so.
create function wall.earlier_notices() returns table (at timestamptz, controller text, contact text, privacy_notice text)
language sql stable security definer set search_path = '' as $$
  select v.at, v.controller, v.contact, v.privacy_notice from public.installation_version v order by v.version desc
$$;

-- How many days a kind of data is kept now.
create function wall.period(kind text) returns integer
language sql stable security definer set search_path = '' as $$
  select coalesce(
    (select p.days from public.retention_period p where p.kind = period.kind order by p.period_id desc limit 1),
    (select k.usual_days from public.retention_kind k where k.kind = period.kind))
$$;

grant execute on function wall.period(text) to hustings_protection, hustings_operator;

-- Candidates hold the register until the poll (Representation of the People Regulations 2001, reg 108): the first one after it
-- came, or where none is known a year after. The day of that poll, of each register held on that basis.
create function wall.candidate_polls() returns table (partition_id integer, register_id bigint, poll_date date)
language sql stable security definer set search_path = '' as $$
  select r.partition_id, r.register_id, coalesce(
    (select min(p.poll_date) from public.poll p where p.poll_date >= (r.imported_at at time zone 'Europe/London')::date),
    (r.imported_at at time zone 'Europe/London')::date + 365)
  from public.register r where r.basis = 'candidate'
$$;

-- Who wants no contact: whoever left the register keeps that, so that they are not called on when they come back.
create function wall.objects(partition integer, elector bigint) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (
    select from public.objection o where o.partition_id = partition and o.elector_id = elector and not o.withdrawn
      and not exists (select from public.objection n where n.partition_id = o.partition_id and n.elector_id = o.elector_id
        and n.channel = o.channel and (n.at, n.objection_id) > (o.at, o.objection_id)))
$$;

-- Is this account part of a breach that is not closed? Then what tells of it stays.
create function wall.in_open_breach(account uuid) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (select from public.breach_account a join public.breach b using (breach_id)
    where a.account_id = in_open_breach.account and a.removed_at is null and b.closed_at is null)
$$;

-- What of a kind is past its period, by place in its table: counted, or destroyed in the same statement. The one place that
-- says which rows these are.
create function wall.due(kind text, before timestamptz, at_most bigint) returns setof tid
language plpgsql stable security definer set search_path = '' as $$
begin
  case kind
  when 'candidate-register' then
    return query
    with over as materialized (
      select c.partition_id, c.register_id from wall.candidate_polls() c
      where c.poll_date < (due.before at time zone 'Europe/London')::date)
    select e.ctid from public.elector e
    where e.destroyed_at is null
      and exists (select from public.register_entry t join over using (partition_id, register_id)
        where t.partition_id = e.partition_id and t.elector_id = e.elector_id)
      and not exists (select from public.register_entry t where t.partition_id = e.partition_id and t.elector_id = e.elector_id
        and not exists (select from over o where o.partition_id = t.partition_id and o.register_id = t.register_id))
    limit at_most;
  when 'register-copies' then
    -- Of each district, what a newer full register has taken the place of for so long.
    return query
    select t.ctid from public.register r
    join public.district d using (partition_id)
    join public.register_entry t on t.partition_id = r.partition_id and t.register_id = r.register_id and t.area_no = d.area_no
    where exists (
      select from public.register n where n.partition_id = r.partition_id and n.register_id > r.register_id and n.kind = 'full'
        and n.imported_at < due.before
        and exists (select from public.register_entry e where e.partition_id = n.partition_id and e.register_id = n.register_id
          and e.area_no = d.area_no))
    limit at_most;
  when 'left-register' then
    return query
    select e.ctid from public.district d join public.elector e using (area_no)
    where e.left_at < due.before and e.destroyed_at is null and not wall.objects(e.partition_id, e.elector_id)
    limit at_most;
  when 'results' then
    return query
    select r.ctid from public.district d join public.result r using (area_no) where r.received_at < due.before
    order by r.received_at limit at_most;
  when 'notes' then
    return query
    select r.ctid from public.district d join public.result r using (area_no)
    where r.received_at < due.before and r.note is not null limit at_most;
  when 'quarantine' then
    return query
    select q.ctid from public.quarantine q where q.state <> 'waiting' and q.decided_at < due.before limit at_most;
  when 'staged-imports' then
    return query
    select i.ctid from public.import i where i.state in ('reading', 'ready') and i.beat_at < due.before limit at_most;
  when 'absent-votes' then
    return query
    select v.ctid from public.absent_vote v join public.poll p using (poll_id)
    where p.poll_date < (due.before at time zone 'Europe/London')::date limit at_most;
  when 'marked-registers' then
    return query
    select t.ctid from public.turnout t join public.poll p using (poll_id)
    where p.poll_date < (due.before at time zone 'Europe/London')::date limit at_most;
  when 'printed' then
    return query
    -- Of two tables: they are counted by it, and go each by its own.
    select i.ctid from public.material_run r join public.material_item i using (run_no) where r.made_at < due.before
    union all
    select m.ctid from public.material_run r join public.material_person m using (run_no) where r.made_at < due.before
    limit at_most;
  when 'walk-lists' then
    return query
    select l.ctid from public.walk_list l
    where l.ended_at < due.before
      and exists (select from public.walk_list_door w where w.partition_id = l.partition_id and w.list_id = l.list_id)
      and not exists (select from public.access_log a where a.list_id = l.list_id and a.partition_id = l.partition_id)
    limit at_most;
  when 'past-events' then
    return query
    select s.ctid from public.event_sign_up s join public.event e using (event_id) where e.ends_at < due.before limit at_most;
  when 'closed-tasks' then
    return query
    select t.ctid from public.task t where t.state <> 'open' and t.closed_at < due.before limit at_most;
  when 'former-people' then
    -- Nobody's member and nobody's helper any more, nothing that they agreed to stands, and nothing was said or noted since: whoever
    -- agreed to hear from us is kept for as long as that.
    return query
    select p.ctid from public.person p
    where p.created_at < due.before and p.account_id is null and p.channels = '{}'
      and not exists (select from public.member m where m.person_id = p.person_id and m.state in ('current', 'suspended'))
      and not exists (select from public.volunteer v where v.person_id = p.person_id
        and (v.state <> 'stopped' or v.state_at >= due.before))
      and not exists (select from public.member_change h where h.person_id = p.person_id and h.at >= due.before)
      and not exists (select from public.event_sign_up s where s.person_id = p.person_id and s.signed_at >= due.before)
      and not exists (select from public.person_consent c where c.person_id = p.person_id and c.recorded_at >= due.before)
      and not exists (select from public.person_note n where n.person_id = p.person_id and n.at >= due.before)
    limit at_most;
  when 'ended-accounts' then
    return query
    select a.ctid from public.account a
    where a.created_at < due.before and a.email not like '%@ended.invalid'
      and not exists (select from public.access_grant g where g.account_id = a.account_id
        and least(g.ended_at, g.ends_at) >= due.before)
      and not exists (select from public.access_log l where l.account_id = a.account_id)
      and not wall.in_open_breach(a.account_id)
    limit at_most;
  when 'operator-record' then
    return query
    select o.ctid from public.operator_session o
    where o.at < due.before and not exists (select from public.access_log l where l.operator_id = o.operator_id)
    limit at_most;
  when 'alerts' then
    return query
    select l.ctid from public.alert l where l.state in ('explained', 'ended', 'breach') and l.state_at < due.before limit at_most;
  when 'watch-trail' then
    return query
    select t.ctid from public.watch_trail t where t.at < due.before limit at_most;
  when 'access-log' then
    -- Whole months only: what is sealed is dropped by the month.
    return query
    select l.ctid from public.access_log l where l.at < date_trunc('month', due.before) limit at_most;
  when 'breach-records' then
    return query
    select b.ctid from public.breach b where b.closed_at < due.before limit at_most;
  when 'kept-searches' then
    return query
    select k.ctid from public.kept_search k where not exists (
      select from public.session s join public.access_grant g using (grant_id)
      where s.session_id = k.session_id and s.ended_at is null and g.ended_at is null
        and least(s.idle_until, s.ends_at, g.ends_at) > due.before)
    limit at_most;
  when 'sign-in-tries' then
    return query
    select f.ctid from public.sign_in_failure f where f.at < due.before limit at_most;
  when 'sessions' then
    return query
    select s.ctid from public.session s
    where least(s.ended_at, s.ends_at, s.idle_until) < due.before and not wall.in_open_breach(s.account_id) limit at_most;
  when 'messages' then
    return query
    select m.ctid from public.message m
    where coalesce(m.ended_at, case m.state when 'draft' then m.made_at end) < due.before limit at_most;
  when 'mail-record' then
    return query
    select m.ctid from public.mail m where m.queued_at < due.before limit at_most;
  end case;
end
$$;

-- How many rows of a kind there are.
create function wall.held(kind text) returns bigint
language plpgsql stable security definer set search_path = '' as $$
begin
  return case kind
    when 'candidate-register' then (select count(*) from public.elector e where e.destroyed_at is null and exists (
      select from public.register_entry t join public.register r using (partition_id, register_id)
      where t.partition_id = e.partition_id and t.elector_id = e.elector_id and r.basis = 'candidate'))
    when 'register-copies' then (select count(*) from public.register_entry)
    when 'left-register' then (select count(*) from public.elector e where e.left_at is not null and e.destroyed_at is null)
    when 'results' then (select count(*) from public.result)
    when 'notes' then (select count(*) from public.result r where r.note is not null)
    when 'quarantine' then (select count(*) from public.quarantine)
    when 'staged-imports' then (select count(*) from public.import i where i.state in ('reading', 'ready'))
    when 'absent-votes' then (select count(*) from public.absent_vote)
    when 'marked-registers' then (select count(*) from public.turnout)
    when 'printed' then (select count(*) from public.material_item) + (select count(*) from public.material_person)
    when 'walk-lists' then (select count(*) from public.walk_list l where l.ended_at is not null
      and exists (select from public.walk_list_door w where w.partition_id = l.partition_id and w.list_id = l.list_id))
    when 'former-people' then (select count(*) from public.person)
    when 'past-events' then (select count(*) from public.event_sign_up s join public.event e using (event_id)
      where e.ends_at < statement_timestamp())
    when 'closed-tasks' then (select count(*) from public.task t where t.state <> 'open')
    when 'ended-accounts' then (select count(*) from public.account a where a.email not like '%@ended.invalid'
      and not exists (select from public.access_grant g where g.account_id = a.account_id
        and least(g.ended_at, g.ends_at) > statement_timestamp()))
    when 'operator-record' then (select count(*) from public.operator_session)
    when 'access-log' then (select count(*) from public.access_log)
    when 'breach-records' then (select count(*) from public.breach)
    when 'kept-searches' then (select count(*) from public.kept_search)
    when 'sign-in-tries' then (select count(*) from public.sign_in_failure)
    when 'sessions' then (select count(*) from public.session)
    when 'messages' then (select count(*) from public.message)
    when 'mail-record' then (select count(*) from public.mail)
    when 'alerts' then (select count(*) from public.alert)
    when 'watch-trail' then (select count(*) from public.watch_trail)
  end;
end
$$;

-- Takes people's intentions of a kind out of the counts when nothing that they said stands any more.
create function wall.forget_intention(partition integer, elector bigint, of_kind text) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  here boolean := (select e.left_at is null from public.elector e where e.partition_id = partition and e.elector_id = elector);
begin
  perform pg_advisory_xact_lock_shared(4871004, partition);
  if exists (select from public.result r where r.partition_id = partition and r.elector_id = elector
      and r.intention_kind = of_kind and r.intention is not null) then
    perform wall.settle(partition, elector, of_kind);
    return;
  end if;
  with gone as (
    delete from public.intention_now i
    where i.partition_id = partition and i.elector_id = elector and i.intention_kind = of_kind
    returning i.area_no, i.code)
  insert into public.tally (area_no, intention_kind, code, change)
  select gone.area_no, of_kind, gone.code, -1 from gone where gone.code is not null and here;
end
$$;

-- Leaves a number of a person, and nothing else.
create function wall.destroy_person(partition integer, elector bigint) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  named text := partition || '.' || elector;
  of_kind text;
begin
  delete from public.result r where r.partition_id = partition and r.elector_id = elector;
  for of_kind in select i.intention_kind from public.intention_now i
      where i.partition_id = partition and i.elector_id = elector loop
    perform wall.forget_intention(partition, elector, of_kind);
  end loop;
  delete from public.result_conflict c where c.partition_id = partition and c.content ->> 'elector' = named;
  delete from public.quarantine q where q.partition_id = partition and q.content ->> 'elector' = named;
  delete from public.doubtful_match m where m.partition_id = partition and elector in (m.elector_id, m.candidate_id);
  perform wall.erase_votes(partition, array[elector]);
  perform wall.erase_materials(partition, array[elector]);
  delete from public.register_entry t where t.partition_id = partition and t.elector_id = elector;
  update public.objection o set how = 'Destroyed after its period' where o.partition_id = partition and o.elector_id = elector;
  update public.elector e set kind = 'other', title = '', forenames = '', surname = '', name_suffix = '', name = 'Destroyed record',
    name_key = '', forename_key = '', later_key = '', last_key = '', number = '', household_id = null, attains_on = null, markers = '',
    position = 0, left_at = coalesce(e.left_at, statement_timestamp()), destroyed_at = statement_timestamp()
  where e.partition_id = partition and e.elector_id = elector;
end
$$;

-- Homes whose people were all destroyed, and what was said of a home without naming anybody.
create function wall.destroy_empty_homes() returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  home record;
begin
  for home in
    update public.household h set lines = '{}', address = 'Destroyed record', postcode = null, address_key = '~' || h.household_id,
      street_key = '', postcode_key = '', street = '', building = '', number = null, number_suffix = '', flat = '',
      destroyed_at = statement_timestamp()
    where h.destroyed_at is null
      and h.partition_id in (select c.partition_id from wall.candidate_polls() c)
      and not exists (select from public.elector e where e.partition_id = h.partition_id and e.household_id = h.household_id)
    returning h.partition_id, h.household_id
  loop
    delete from public.result r where r.partition_id = home.partition_id and r.household_id = home.household_id;
    delete from public.result_conflict c where c.partition_id = home.partition_id and c.household_id = home.household_id;
  end loop;
end
$$;

-- Destroys at most so many rows of a kind that are past its period; answers how many.
create function wall.destroy(kind text, before timestamptz, at_most bigint) returns bigint
language plpgsql volatile security definer set search_path = '' as $$
declare
  gone bigint := 0;
  more bigint;
  former uuid[];
  one record;
begin
  case kind
  when 'candidate-register', 'left-register' then
    for one in select e.partition_id, e.elector_id from public.elector e
        where e.ctid = any (array(select wall.due(destroy.kind, before, at_most))) loop
      perform wall.destroy_person(one.partition_id, one.elector_id);
      gone := gone + 1;
    end loop;
    if kind = 'candidate-register' and gone < at_most then
      perform wall.destroy_empty_homes();
    end if;
    return gone;
  when 'results' then
    for one in
      with old as (
        delete from public.result r where r.ctid = any (array(select wall.due('results', before, at_most)))
        returning r.partition_id, r.elector_id, r.intention_kind, r.intention, r.id)
      select o.partition_id, o.elector_id, o.intention_kind, bool_or(o.intention is not null) as said, count(*) as n
      from old o group by 1, 2, 3
    loop
      gone := gone + one.n;
      if one.elector_id is not null and one.said then
        perform wall.forget_intention(one.partition_id, one.elector_id, one.intention_kind);
      end if;
    end loop;
    delete from public.result_conflict c where c.received_at < destroy.before;
    delete from public.receipt p where p.received_at < destroy.before and not exists (
      select from public.result r where r.id = p.id);
    delete from public.quarantine q where q.state = 'waiting' and q.received_at < destroy.before;
    return gone;
  when 'notes' then
    update public.result r set note = null where r.ctid = any (array(select wall.due('notes', before, at_most)));
  when 'register-copies' then
    delete from public.register_entry t where t.ctid = any (array(select wall.due('register-copies', before, at_most)));
  when 'quarantine' then
    delete from public.quarantine q where q.ctid = any (array(select wall.due('quarantine', before, at_most)));
  when 'staged-imports' then
    for one in select i.import_id from public.import i
        where i.ctid = any (array(select wall.due('staged-imports', before, at_most))) loop
      delete from public.import_row r where r.import_id = one.import_id;
      delete from public.import_doubtful r where r.import_id = one.import_id;
      update public.import i set state = 'thrown-away', ended_at = statement_timestamp() where i.import_id = one.import_id;
      gone := gone + 1;
    end loop;
    return gone;
  when 'absent-votes' then
    delete from public.absent_vote v where v.ctid = any (array(select wall.due('absent-votes', before, at_most)));
    get diagnostics gone = row_count;
    -- A list of which nobody is left says nothing any more: its receipt stays.
    delete from public.absent_list l using public.poll p
    where p.poll_id = l.poll_id and p.poll_date < (destroy.before at time zone 'Europe/London')::date
      and not exists (select from public.absent_vote v where v.partition_id = l.partition_id and v.list_no = l.list_no);
    return gone;
  when 'marked-registers' then
    -- First that there was one: whoever is on no turnout of it would otherwise pass for somebody who did not vote.
    delete from public.turnout_register r using public.poll p
    where p.poll_id = r.poll_id and p.poll_date < (destroy.before at time zone 'Europe/London')::date;
    delete from public.turnout t where t.ctid = any (array(select wall.due('marked-registers', before, at_most)));
  when 'printed' then
    -- Round sheets name whoever delivers, and are for nobody of the register.
    delete from public.material_person m where m.ctid = any (array(
      select o.ctid from public.material_run r join public.material_person o using (run_no)
      where r.made_at < destroy.before limit destroy.at_most));
    get diagnostics gone = row_count;
    delete from public.material_item i where i.ctid = any (array(
      select o.ctid from public.material_run r join public.material_item o using (run_no)
      where r.made_at < destroy.before limit destroy.at_most - gone));
    get diagnostics more = row_count;
    return gone + more;
  when 'walk-lists' then
    for one in select l.partition_id, l.list_id from public.walk_list l
        where l.ctid = any (array(select wall.due('walk-lists', before, at_most))) loop
      delete from public.walk_list_elector w where w.partition_id = one.partition_id and w.list_id = one.list_id;
      delete from public.walk_list_door w where w.partition_id = one.partition_id and w.list_id = one.list_id;
      delete from public.assignment a where a.partition_id = one.partition_id and a.list_id = one.list_id;
      update public.pile p set canvasser = null, canvasser_name = '' where p.partition_id = one.partition_id and p.list_id = one.list_id;
      update public.walk_list l set choices = '{}' where l.partition_id = one.partition_id and l.list_id = one.list_id;
      gone := gone + 1;
    end loop;
    return gone;
  when 'past-events' then
    delete from public.event_sign_up s where s.ctid = any (array(select wall.due('past-events', before, at_most)));
  when 'closed-tasks' then
    delete from public.task t where t.ctid = any (array(select wall.due('closed-tasks', before, at_most)));
  when 'former-people' then
    -- Held first: a run that is being made with them in it is waited for. What they are named in goes before them, since with their
    -- record goes what says that they are in it.
    former := array(select p.person_id from public.person p
      where p.ctid = any (array(select wall.due('former-people', before, at_most))) order by p.person_id for update);
    perform wall.erase_printed(former);
    delete from public.person p where p.person_id = any (former);
  when 'ended-accounts' then
    for one in select a.account_id from public.account a
        where a.ctid = any (array(select wall.due('ended-accounts', before, at_most))) loop
      update public.account a set email = a.account_id || '@ended.invalid', name = 'Former account', password_hash = null, theme = null
      where a.account_id = one.account_id;
      delete from public.session s where s.account_id = one.account_id;
      delete from public.password_change p where p.account_id = one.account_id;
      delete from public.device d where d.account_id = one.account_id;
      delete from public.event_feed f where f.account_id = one.account_id;
      delete from public.recovery_code c where c.account_id = one.account_id;
      delete from public.factor f where f.account_id = one.account_id;
      delete from public.join_request j where j.account_id = one.account_id;
      delete from public.member_standing m where m.account_id = one.account_id;
      update public.link l set address = null, name = null, reason = null where l.account_id = one.account_id;
      update public.access_grant g set reason = 'Destroyed after its period',
        ended_reason = case when g.ended_reason is not null then 'Destroyed after its period' end
      where g.account_id = one.account_id;
      gone := gone + 1;
    end loop;
    return gone;
  when 'operator-record' then
    delete from public.operator_session o where o.ctid = any (array(select wall.due('operator-record', before, at_most)));
  when 'breach-records' then
    for one in select b.breach_id from public.breach b
        where b.ctid = any (array(select wall.due('breach-records', before, at_most))) loop
      delete from public.breach_letter l where l.breach_id = one.breach_id;
      delete from public.breach_event l where l.breach_id = one.breach_id;
      delete from public.breach_account l where l.breach_id = one.breach_id;
      delete from public.breach b where b.breach_id = one.breach_id;
      gone := gone + 1;
    end loop;
    return gone;
  when 'kept-searches' then
    delete from public.kept_search k where k.ctid = any (array(select wall.due('kept-searches', before, at_most)));
  when 'sign-in-tries' then
    delete from public.attempt t where t.at < before;
    delete from public.ceremony c where c.at < before;
    delete from public.sign_in_failure f where f.ctid = any (array(select wall.due('sign-in-tries', before, at_most)));
  when 'sessions' then
    -- What was asked for at doors, and links whose time is over, go with them.
    delete from public.join_request j where j.asked_at < before;
    delete from public.link l where l.ends_at < before and not exists (select from public.join_request j where j.link_id = l.link_id);
    delete from public.session s where s.ctid = any (array(select wall.due('sessions', before, at_most)));
  when 'messages' then
    delete from public.message m where m.ctid = any (array(select wall.due('messages', before, at_most)));
  when 'mail-record' then
    delete from public.mail m where m.ctid = any (array(select wall.due('mail-record', before, at_most)));
  when 'alerts' then
    for one in select l.alert_id from public.alert l where l.ctid = any (array(select wall.due('alerts', before, at_most))) loop
      delete from public.alert_event e where e.alert_id = one.alert_id;
      delete from public.alert_told t where t.alert_id = one.alert_id;
      delete from public.alert l where l.alert_id = one.alert_id;
      gone := gone + 1;
    end loop;
    return gone;
  when 'watch-trail' then
    delete from public.place_use u where u.at < before;
    delete from public.watch_trail t where t.ctid = any (array(select wall.due('watch-trail', before, at_most)));
  when 'access-log' then
    -- Its months are dropped whole with their seals, never row by row.
    return 0;
  end case;
  get diagnostics gone = row_count;
  return gone;
end
$$;

create function wall.before(kind text) returns timestamptz
language sql stable security definer set search_path = '' as $$
  select statement_timestamp() - wall.period("before".kind) * interval '1 day'
$$;

create function wall.may_destroy() returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (select from wall.in_use() u where u.role = 'data-protection-officer') or wall.operator()
$$;

-- The dry run: of a kind, how much there is and how much is past its period.
create function wall.count_due(kind text) returns table (days integer, held bigint, due bigint)
language sql stable security definer set search_path = '' as $$
  select wall.period(count_due.kind), wall.held(count_due.kind),
    (select count(*) from wall.due(count_due.kind, wall.before(count_due.kind), null))
  where wall.may_destroy()
$$;

-- Ends a run, with a certificate when anything was destroyed.
create function wall.end_retention(run uuid, how text) returns void
language sql volatile security definer set search_path = '' as $$
  update public.retention_run r set state = how, ended_at = clock_timestamp(),
    certificate = case when exists (select from public.retention_line l where l.run_id = r.run_id and l.destroyed > 0)
      then (select coalesce(max(c.certificate), 0) + 1 from public.retention_run c) end
  where r.run_id = run and r.ended_at is null
$$;

-- Runs whose worker has been silent for two minutes are over: the server stopped, or access ended.
create function wall.end_silent_retention() returns void
language sql volatile security definer set search_path = '' as $$
  select wall.end_retention(r.run_id, 'broken-off') from public.retention_run r
  where r.ended_at is null and r.beat_at < clock_timestamp() - interval '2 minutes'
$$;

-- Begins to destroy what is past its period of these kinds. One run at a time.
create function wall.begin_retention(run uuid, kinds text[], reason text, os_user text) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  if not wall.may_destroy() then
    raise exception 'nobody who may destroy data acts here' using errcode = '42501';
  end if;
  perform wall.must_be_fresh();
  perform wall.end_silent_retention();
  insert into public.retention_run (run_id, account_id, by_operator, reason)
  values (run, wall.account(), case when wall.operator() then begin_retention.os_user end, begin_retention.reason);
  insert into public.retention_line (run_id, kind, days, held, due)
  select run, k.kind, c.days, c.held, c.due
  from public.retention_kind k cross join lateral wall.count_due(k.kind) c
  where k.kind = any (kinds) and not k.nightly and k.kind <> 'access-log';
end
$$;

-- One batch of a run; answers how the run stands. Whoever has begun it, and no other account.
create function wall.destroy_batch(run uuid, at_most integer) returns text
language plpgsql volatile security definer set search_path = '' as $$
declare
  held public.retention_run;
  line public.retention_line;
  gone bigint;
begin
  select * into held from public.retention_run r where r.run_id = run for update;
  if held.run_id is null or not wall.may_destroy() or held.account_id is distinct from wall.account() then
    raise exception 'nobody who may destroy this acts here' using errcode = '42501';
  end if;
  if held.ended_at is not null then
    return held.state;
  end if;
  select * into line from public.retention_line l where l.run_id = run and not l.done order by l.kind limit 1;
  if held.stop_asked or line.run_id is null then
    perform wall.end_retention(run, case when line.run_id is null then 'done' else 'stopped' end);
    return case when line.run_id is null then 'done' else 'stopped' end;
  end if;
  -- By the period that was shown when it began, should it have been changed meanwhile.
  gone := wall.destroy(line.kind, held.begun_at - line.days * interval '1 day', at_most);
  update public.retention_line l set destroyed = l.destroyed + gone, done = gone < at_most
  where l.run_id = run and l.kind = line.kind;
  update public.retention_run r set beat_at = clock_timestamp() where r.run_id = run;
  return 'running';
end
$$;

-- Asks a run to stop after the batch at work. Whoever may destroy may stop.
create function wall.stop_retention(run uuid) returns void
language sql volatile security definer set search_path = '' as $$
  update public.retention_run r set stop_asked = true where r.run_id = run and r.ended_at is null and wall.may_destroy()
$$;

-- Every night, by the server itself: destroys what is short-lived, and counts what waits for a person. Once in twenty hours,
-- whoever asks; whether it was done now.
create function wall.keep_retention() returns boolean
language plpgsql volatile security definer set search_path = '' as $$
declare
  k record;
begin
  perform wall.end_silent_retention();
  if not pg_try_advisory_xact_lock(4871014) or exists (
      select from public.retention_night n where n.at > clock_timestamp() - interval '20 hours') then
    return false;
  end if;
  for k in select r.kind, r.nightly from public.retention_kind r order by r.kind loop
    insert into public.retention_night (kind, due, destroyed)
    select k.kind, (select count(*) from wall.due(k.kind, wall.before(k.kind), null)), 0;
    if k.nightly then
      update public.retention_night n set destroyed = wall.destroy(k.kind, wall.before(k.kind), 1000000000)
      where n.kind = k.kind and n.at > statement_timestamp() - interval '1 hour';
    end if;
  end loop;
  delete from public.retention_night n where n.at < clock_timestamp() - interval '1 year';
  return true;
end
$$;

-- The version of the officer's words that follows.
create function wall.next_words_version(kind text) returns integer
language sql stable security definer set search_path = '' as $$
  select 1 + coalesce(max(w.version), 0) from public.record_words w where w.kind = next_words_version.kind
$$;

-- Figures for the records: how much there is, and nothing of anybody.
create function wall.record_facts() returns jsonb
language sql stable security definer set search_path = '' as $$
  select jsonb_build_object(
    'electors', (select count(*) from public.elector e where e.left_at is null),
    'left', (select count(*) from public.elector e where e.left_at is not null and e.destroyed_at is null),
    'homes', (select count(*) from public.household),
    'registers', (select count(*) from public.register),
    'bases', (select coalesce(jsonb_agg(distinct r.basis), '[]') from public.register r),
    'results', (select count(*) from public.result),
    'intentions', (select count(*) from public.intention_now i where i.code is not null),
    'notes', (select count(*) from public.result r where r.note is not null),
    'objectors', (select count(distinct (o.partition_id, o.elector_id)) from public.objection o where not o.withdrawn),
    'accounts', (select count(*) from public.account a where a.email not like '%@ended.invalid'),
    'letters', (select count(*) from public.mail),
    'looks', (select count(*) from public.access_log l where l.what <> 'refused' and l.at > statement_timestamp() - interval '1 year'),
    'exports', (select count(*) from public.access_log l where l.what = 'export' and l.at > statement_timestamp() - interval '1 year'),
    'refused', (select count(*) from public.access_log l where l.what = 'refused' and l.at > statement_timestamp() - interval '1 year'),
    'walled', (select count(*) from pg_catalog.pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
      and c.relforcerowsecurity and not c.relispartition),
    'signed_in', (select count(distinct s.account_id) from public.session s where s.started_at > statement_timestamp() - interval '30 days'),
    'with_factor', (select count(distinct s.account_id) from public.session s where s.started_at > statement_timestamp() - interval '30 days'
      and s.factor_at is not null),
    'sealed', to_regclass('public.seal_head') is not null,
    'breaches', (select count(*) from public.breach b where b.opened_at > statement_timestamp() - interval '1 year'))
  where wall.may_destroy()
$$;

do $$
declare f regprocedure;
begin
  for f in select p.oid::regprocedure from pg_proc p where p.pronamespace = 'wall'::regnamespace
    and pg_get_userbyid(p.proowner) <> 'hustings_wall' loop
    execute format('alter function %s owner to hustings_wall', f);
  end loop;
end $$;
grant execute on function wall.count_due(text), wall.begin_retention(uuid, text[], text, text), wall.destroy_batch(uuid, integer),
  wall.stop_retention(uuid), wall.record_facts() to hustings_protection;
grant execute on function wall.keep_retention(), wall.earlier_notices() to hustings_door;
grant execute on function wall.next_words_version(text) to hustings_protection;
grant execute on function wall.note_installation(), wall.note_breach(), wall.note_breach_account(), wall.note_breach_letter()
  to hustings_owner;
set local role hustings_owner;
-- Versions stand one after the other: nobody writes one that nobody can follow.
alter policy protection_writes on record_words
  with check ((select wall.is('data-protection-officer')) and account_id = (select wall.account())
    and version = wall.next_words_version(kind));
create trigger note_installation after insert on installation for each row execute function wall.note_installation();
create trigger note_installation_change after update of controller, contact, privacy_notice, factors_for_all on installation
  for each row when ((new.controller, new.contact, new.privacy_notice, new.factors_for_all)
    is distinct from (old.controller, old.contact, old.privacy_notice, old.factors_for_all))
  execute function wall.note_installation();
create trigger note_breach after insert or update on breach for each row execute function wall.note_breach();
create trigger note_breach_account after insert or update on breach_account for each row execute function wall.note_breach_account();
create trigger note_breach_letter after insert on breach_letter for each row execute function wall.note_breach_letter();
reset role;
