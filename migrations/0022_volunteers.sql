-- What somebody is to do about somebody, and whoever helps. Nothing that was asked for at a door is forgotten: each ask becomes
-- a task in the transaction that stores the answer, whoever stores it.
set local role hustings_owner;

-- About an elector, a home where nobody said who they were, a person of Organise, or nobody in particular.
create table task (
  task_id uuid primary key default gen_random_uuid(),
  -- A door's task belongs to the area of its own district.
  area_id bigint not null references area,
  what text not null check (what in ('call-back', 'come-back', 'poster', 'postal-vote', 'proxy-vote', 'register', 'photo-id',
    'lift', 'will-help', 'referral', 'welcome', 'other')),
  partition_id integer,
  elector_id bigint,
  household_id bigint,
  person_id uuid,
  -- The answer that asked for it; a correction that still asks takes its place.
  from_result uuid,
  -- What is to be done, where that needs saying. Of a referral they go when it is done.
  words text not null default '' check (length(words) <= 500),
  -- What somebody agreed to whose matter goes to their representative.
  agreed text not null default '' check (length(agreed) <= 300),
  due_on date not null check (due_on between '2000-01-01' and '9999-12-31'),
  assigned_to uuid references account,
  -- Why the last one who had it could not do it.
  could_not text not null default '' check (length(could_not) <= 300),
  state text not null default 'open' check (state in ('open', 'done', 'dropped')),
  -- What came of it: a code, and words where they add something.
  outcome text not null default '' check (outcome ~ '^[a-z-]{0,40}$'),
  came_of text not null default '' check (length(came_of) <= 300),
  created_at timestamptz not null default statement_timestamp(),
  created_by uuid references account,
  closed_at timestamptz,
  closed_by uuid references account,
  unique (task_id, area_id),
  unique (partition_id, from_result, what),
  foreign key (partition_id, elector_id) references elector,
  foreign key (partition_id, household_id) references household,
  foreign key (person_id, area_id) references person (person_id, area_id) on update cascade on delete cascade,
  check (elector_id is null or person_id is null),
  check ((partition_id is null) = (elector_id is null and household_id is null)),
  check (partition_id is not null or person_id is not null or words <> '' or state <> 'open'),
  check ((state = 'open') = (closed_at is null) and (state = 'done') = (outcome not in ('', 'taken-back'))),
  check (what <> 'referral' or agreed <> '')
);
create index task_open on task (area_id, due_on, task_id) where state = 'open';
create index task_closed on task (area_id, closed_at desc) where state <> 'open';
create index task_by_holder on task (assigned_to) where assigned_to is not null;
create index task_by_elector on task (partition_id, elector_id) where elector_id is not null;
create index task_by_household on task (partition_id, household_id) where household_id is not null;
create index task_by_person on task (person_id) where person_id is not null;

-- What was done about a task, by whom. A trigger alone writes it.
create table task_event (
  event_id uuid primary key default gen_random_uuid(),
  task_id uuid not null,
  area_id bigint not null,
  at timestamptz not null default statement_timestamp(),
  what text not null check (what in ('made', 'assigned', 'handed-back', 'could-not', 'due', 'done', 'dropped', 'taken-back', 'opened')),
  words text not null default '' check (length(words) <= 300),
  to_account uuid references account,
  by_account uuid references account,
  foreign key (task_id, area_id) references task (task_id, area_id) on update cascade on delete cascade
);
create index task_event_by_task on task_event (task_id, at desc);

-- Whoever helps, member or not.
create table volunteer (
  person_id uuid primary key,
  area_id bigint not null,
  skills text[] not null default '{}' check (skills <@ array['canvassing', 'leafleting', 'phoning', 'driving', 'stalls', 'desk',
    'design', 'telling', 'organising']),
  availability text[] not null default '{}' check (availability <@ array['weekdays', 'weekday-evenings', 'saturdays', 'sundays',
    'polling-day']),
  how_far text not null default '' check (how_far in ('', 'street', 'ward', 'constituency', 'anywhere')),
  languages text not null default '' check (length(languages) <= 100),
  -- What they chose to tell, so that they can take part.
  access_needs text not null default '' check (length(access_needs) <= 300),
  state text not null default 'active' check (state in ('active', 'paused', 'stopped')),
  since date not null default (statement_timestamp() at time zone 'Europe/London')::date check (isfinite(since)) check (since < '9999-12-31'),
  state_at timestamptz not null default statement_timestamp(),
  state_by uuid references account,
  -- The invitation to an account that is out, or was taken up.
  invitation uuid unique references link,
  foreign key (person_id, area_id) references person (person_id, area_id) on update cascade on delete cascade
);
create index volunteer_by_area on volunteer (area_id, state);

grant select on task, task_event, volunteer to hustings_protection;
grant select, insert, update, delete on task, task_event, volunteer to hustings_wall;
grant select on task, task_event, volunteer to hustings_organiser;
grant select on volunteer to hustings_membership;
grant insert (task_id, area_id, what, partition_id, elector_id, household_id, person_id, words, agreed, due_on, created_by),
  update (due_on, assigned_to, state, outcome, came_of) on task to hustings_organiser;
grant insert (person_id, area_id, skills, availability, how_far, languages, access_needs, since),
  update (skills, availability, how_far, languages, access_needs, state) on volunteer to hustings_organiser, hustings_membership;
grant update (invitation) on volunteer to hustings_organiser;

do $$
declare
  held text;
begin
  foreach held in array array['task', 'task_event', 'volunteer'] loop
    execute format('alter table %I enable row level security', held);
    execute format('alter table %I force row level security', held);
    execute format('create policy protection on %I for select to hustings_protection
      using ((select wall.is(''data-protection-officer'')))', held);
  end loop;
end $$;
create policy organiser_reads on task for select to hustings_organiser using (area_id = any ((select wall.places())::bigint[]));
-- Whom it is about is asked under their own policies: they must live in the task's area.
create policy organiser_adds on task for insert to hustings_organiser
  with check (area_id = any ((select wall.places())::bigint[]) and created_by = (select wall.account())
    and (elector_id is null or exists (select from elector e join area a on a.area_no = e.area_no
      where e.partition_id = task.partition_id and e.elector_id = task.elector_id and a.area_id = task.area_id))
    and (household_id is null or exists (select from household h join area a on a.area_no = h.area_no
      where h.partition_id = task.partition_id and h.household_id = task.household_id and a.area_id = task.area_id))
    and (person_id is null or exists (select from person p where p.person_id = task.person_id and p.area_id = task.area_id)));
create policy organiser_changes on task for update to hustings_organiser
  using (area_id = any ((select wall.places())::bigint[])) with check (area_id = any ((select wall.places())::bigint[]));
create policy organiser on task_event for select to hustings_organiser using (area_id = any ((select wall.places())::bigint[]));
create policy organiser on volunteer to hustings_organiser
  using (area_id = any ((select wall.places())::bigint[])) with check (area_id = any ((select wall.places())::bigint[]));
create policy membership on volunteer to hustings_membership
  using (area_id = any ((select wall.places())::bigint[])) with check (area_id = any ((select wall.places())::bigint[]));
reset role;

-- Internal: by when something that was asked for should be done.
create function wall.task_due(what text) returns date
language sql stable set search_path = '' set timezone = 'Europe/London' as $$
  select case task_due.what
    when 'will-help' then current_date + 1 when 'welcome' then current_date + 1
    when 'call-back' then current_date + 2 when 'come-back' then current_date + 2
    when 'postal-vote' then current_date + 3 when 'proxy-vote' then current_date + 3
    when 'register' then current_date + 3 when 'photo-id' then current_date + 3
    when 'lift' then coalesce((select greatest(p.poll_date - 1, current_date) from public.poll p
      where p.poll_date >= current_date order by p.poll_date limit 1), current_date + 7)
    else current_date + 7 end
$$;

-- Internal: may somebody do what is to be done in this area? They organise or canvass there now.
create function wall.may_hold_task(account uuid, area bigint) returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return exists (select from public.access_grant g
    where g.account_id = may_hold_task.account and g.role in ('organiser', 'volunteer') and g.ended_at is null
      and g.starts_at <= statement_timestamp() and g.ends_at > statement_timestamp()
      and may_hold_task.area = any (wall.areas_inside(g.area_id)));
end
$$;

-- Internal, of a trigger: who closed a task and when is not the sender's to say, and nobody gets one who may not do it.
create function wall.keep_task() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if new.assigned_to is not null and (tg_op = 'INSERT' or new.assigned_to is distinct from old.assigned_to) then
    if not wall.may_hold_task(new.assigned_to, new.area_id) then
      raise exception 'they may not do this there' using errcode = '23514', constraint = 'task_holder';
    end if;
    new.could_not := '';
  end if;
  if tg_op = 'UPDATE' and new.state is distinct from old.state then
    new.closed_at := case when new.state <> 'open' then statement_timestamp() end;
    new.closed_by := case when new.state <> 'open' then wall.account() end;
    if new.state = 'open' then
      new.outcome := '';
      new.came_of := '';
    end if;
  end if;
  -- Casework is the representative's once it is with them.
  if new.what = 'referral' and new.state <> 'open' then
    new.words := '';
    new.came_of := '';
    new.could_not := '';
  end if;
  return new;
end
$$;

-- Internal, of a trigger: the history of a task.
create function wall.note_task() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  actor uuid := wall.account();
begin
  if tg_op = 'INSERT' then
    insert into public.task_event (task_id, area_id, what, by_account) values (new.task_id, new.area_id, 'made', actor);
    if new.assigned_to is not null then
      insert into public.task_event (task_id, area_id, what, to_account, by_account)
      values (new.task_id, new.area_id, 'assigned', new.assigned_to, actor);
    end if;
    return null;
  end if;
  if new.assigned_to is distinct from old.assigned_to then
    insert into public.task_event (task_id, area_id, what, words, to_account, by_account)
    values (new.task_id, new.area_id, case when new.assigned_to is not null then 'assigned'
      when new.could_not <> '' then 'could-not' else 'handed-back' end, new.could_not, new.assigned_to, actor);
  end if;
  if new.due_on <> old.due_on then
    insert into public.task_event (task_id, area_id, what, words, by_account)
    values (new.task_id, new.area_id, 'due', new.due_on::text, actor);
  end if;
  if new.state <> old.state then
    insert into public.task_event (task_id, area_id, what, words, by_account)
    values (new.task_id, new.area_id, case when new.state = 'open' then 'opened' when new.outcome = 'taken-back' then 'taken-back'
      else new.state end, case when new.state = 'open' then '' else new.came_of end, actor);
    -- What stood in the way of casework is part of it.
    if new.what = 'referral' and new.state <> 'open' then
      update public.task_event e set words = '' where e.task_id = new.task_id and e.what = 'could-not' and e.words <> '';
    end if;
  end if;
  return null;
end
$$;

-- Internal: another answer that stands and asks for the same, of the same person or home, and has no task of its own: when one
-- is taken back, the other is still to be done.
create function wall.still_asked(task public.task) returns uuid
language sql stable security definer set search_path = '' as $$
  select r.id from public.standing_result r
  where r.partition_id = task.partition_id
    and case when task.elector_id is null then r.household_id = task.household_id and r.elector_id is null
      else r.elector_id = task.elector_id end
    and (task.what = any (r.asks) or (task.what = 'come-back' and r.outcome = 'come-back'))
    and not exists (select from public.task o where o.partition_id = r.partition_id and o.from_result = r.id and o.what = task.what)
  order by r.received_at desc, r.id limit 1
$$;

-- What was asked for at a door becomes a task, in the transaction that keeps the answer: called by whoever sent these results,
-- or let them in, right after they are kept (tables by partition bear no triggers). One where somebody asks for the same again
-- before it was done. Only of answers that stand, and of people of whom something may be kept. A correction takes over what it
-- still asks for, done or not, and closes what it no longer does.
create function wall.tasks_from(partitions integer[], results uuid[]) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  with recursive standing as (
    select s.partition_id, s.id, s.base, s.household_id, s.elector_id, s.area_no,
      s.asks || case when s.outcome = 'come-back' then array['come-back'] else '{}' end as asks
    from public.standing_result s
    where s.partition_id = any (tasks_from.partitions) and s.id = any (tasks_from.results)
      and exists (select from public.result r where r.partition_id = s.partition_id and r.id = s.id
        and (wall.account() in (r.account_id, r.accepted_by) or wall.operator()))
    union all
    -- What only takes a slip back asks for nothing.
    select r.partition_id, r.id, r.base, r.household_id, r.elector_id, r.area_no, '{}'::text[]
    from public.result r
    where r.partition_id = any (tasks_from.partitions) and r.id = any (tasks_from.results) and r.void
      and (wall.account() in (r.account_id, r.accepted_by) or wall.operator())
  ), before as (
    select s.partition_id, s.id, s.asks, b.id as earlier, b.base
    from standing s join public.result b on b.partition_id = s.partition_id and b.id = s.base
      and b.household_id = s.household_id and b.elector_id is not distinct from s.elector_id
    union
    select e.partition_id, e.id, e.asks, b.id, b.base
    from before e join public.result b on b.partition_id = e.partition_id and b.id = e.base and b.id <> e.id
  ), ending as materialized (
    select t.task_id, wall.still_asked(t) as instead
    from before e join public.task t on t.partition_id = e.partition_id and t.from_result = e.earlier and t.state = 'open'
      and not t.what = any (e.asks)
  ), taken_back as (
    update public.task t set from_result = coalesce(e.instead, t.from_result),
      state = case when e.instead is null then 'dropped' else t.state end,
      outcome = case when e.instead is null then 'taken-back' else t.outcome end, came_of = ''
    from ending e where t.task_id = e.task_id
  ), taken_over as (
    update public.task t set from_result = e.id
    from before e where t.partition_id = e.partition_id and t.from_result = e.earlier and t.what = any (e.asks)
    returning t.partition_id, t.from_result, t.what
  )
  insert into public.task (area_id, what, partition_id, elector_id, household_id, from_result, due_on, created_by)
  select distinct on (s.partition_id, s.elector_id, case when s.elector_id is null then s.household_id end, asked.what)
    a.area_id, asked.what, s.partition_id, s.elector_id, s.household_id, s.id, wall.task_due(asked.what), wall.account()
  from standing s
  join public.area a on a.area_no = s.area_no
  cross join lateral (select distinct unnest(s.asks) as what) asked
  left join public.elector e on e.partition_id = s.partition_id and e.elector_id = s.elector_id
  where (s.elector_id is null or (e.erased_at is null and not wall.held_back(s.partition_id, s.elector_id)))
    and not exists (select from taken_over o where o.partition_id = s.partition_id and o.from_result = s.id and o.what = asked.what)
    and not exists (select from public.task o where o.partition_id = s.partition_id and o.elector_id = s.elector_id
      and o.what = asked.what and o.state = 'open')
    and (s.elector_id is not null or not exists (select from public.task o where o.partition_id = s.partition_id
      and o.household_id = s.household_id and o.elector_id is null and o.what = asked.what and o.state = 'open'))
  on conflict (partition_id, from_result, what) do nothing;
end
$$;

-- Internal, of wall.follow_people: a task goes where its person or home goes.
create function wall.tasks_follow(partition integer) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  -- Nobody has tasks before a first register; to find that out by joining its people takes seconds.
  if not exists (select from public.task t where t.partition_id = tasks_follow.partition) then
    return;
  end if;
  update public.task t set area_id = a.area_id
  from public.elector e join public.area a on a.area_no = e.area_no
  where t.partition_id = tasks_follow.partition and e.partition_id = t.partition_id and e.elector_id = t.elector_id
    and t.area_id <> a.area_id;
  update public.task t set area_id = a.area_id
  from public.household h join public.area a on a.area_no = h.area_no
  where t.partition_id = tasks_follow.partition and t.elector_id is null and h.partition_id = t.partition_id
    and h.household_id = t.household_id and t.area_id <> a.area_id;
end
$$;

-- Internal, of wall.same_person: two records are one person.
create function wall.tasks_follow_pair(partition integer, elector bigint, candidate bigint) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  update public.task t set elector_id = e.elector_id, household_id = e.household_id, area_id = a.area_id
  from public.elector e join public.area a on a.area_no = e.area_no
  where t.partition_id = tasks_follow_pair.partition and t.elector_id = tasks_follow_pair.candidate
    and e.partition_id = t.partition_id and e.elector_id = tasks_follow_pair.elector;
end
$$;

-- Internal: of somebody who was erased, or stops what we may hold of them, nothing is to be done.
create function wall.tasks_stop(partition integer, records bigint[]) returns void
language sql volatile security definer set search_path = '' as $$
  delete from public.task t where t.partition_id = tasks_stop.partition and t.elector_id = any (tasks_stop.records)
$$;

-- Internal, of a trigger: what hangs on a person of Organise goes when they are erased.
create function wall.helper_gone() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  delete from public.task t where t.person_id = new.person_id;
  delete from public.volunteer v where v.person_id = new.person_id;
  return null;
end
$$;

-- Internal, of a trigger: since when a volunteer helps, pauses or has stopped, and by whose hand; an invitation is the
-- inviter's own, to canvass.
create function wall.keep_volunteer() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_op = 'INSERT' or new.state <> old.state then
    new.state_at := statement_timestamp();
    new.state_by := wall.account();
  end if;
  if tg_op = 'UPDATE' and new.invitation is distinct from old.invitation and not exists (
    select from public.link l where l.link_id = new.invitation and l.kind = 'invitation' and l.role = 'volunteer'
      and l.made_by = wall.account()) then
    raise exception 'no invitation of theirs' using errcode = '42501';
  end if;
  return new;
end
$$;

-- Internal, of a trigger: whoever takes their invitation up is the volunteer that it was sent to.
create function wall.helper_has_account() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update public.person p set account_id = new.account_id from public.volunteer v
  where v.invitation = new.link_id and p.person_id = v.person_id and p.account_id is null;
  return null;
end
$$;

-- The invitation to an account that a volunteer of these areas was sent last, and what became of it: `out`, `taken-up`, `withdrawn`,
-- `over`, or `void` where whoever sent it may not give that access any more. For whoever may send another.
create function wall.invitation_of(person uuid) returns table (sent_at timestamptz, ends_at timestamptz, stands text, since timestamptz)
language sql stable security definer set search_path = '' as $$
  select l.made_at, l.ends_at,
    case when l.used_at is not null then 'taken-up' when l.ended_at is not null then 'withdrawn'
      when l.ends_at <= statement_timestamp() then 'over' when wall.link_is_good(l) then 'out' else 'void' end,
    coalesce(l.used_at, l.ended_at, l.ends_at)
  from public.volunteer v join public.link l on l.link_id = v.invitation
  where v.person_id = invitation_of.person and v.area_id = any (wall.places()) and wall.works('organiser')
$$;

-- Ends the invitation that a volunteer of these areas was sent last, whoever sent it, while nobody has taken it up: an address that
-- was mistyped keeps nobody waiting. False: none is out.
create function wall.withdraw_invitation(person uuid) returns boolean
language sql volatile security definer set search_path = '' as $$
  with ended as (
    update public.link l set ended_at = statement_timestamp()
    from public.volunteer v
    where v.person_id = withdraw_invitation.person and v.area_id = any (wall.places()) and wall.works('organiser')
      and l.link_id = v.invitation and l.kind = 'invitation' and l.used_at is null and l.ended_at is null
      and l.ends_at > statement_timestamp()
    returning 1)
  select exists (select from ended)
$$;

-- Internal, of a trigger: an invitation is good for the address that is the volunteer's. Whoever has the old one does not come in
-- as them.
create function wall.invitation_follows() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update public.link l set ended_at = statement_timestamp()
  from public.volunteer v
  where v.person_id = new.person_id and l.link_id = v.invitation and l.kind = 'invitation' and l.used_at is null
    and l.ended_at is null and l.ends_at > statement_timestamp() and l.address <> new.email_key;
  return null;
end
$$;

-- Canvassers of these areas whose account is nobody's on record: they joined by a code, or an administrator invited them. For whoever
-- gives such access, with what the list of it shows anyway.
create function wall.helpers_without_record() returns table (account_id uuid, name text, area_name text)
language sql stable security definer set search_path = '' as $$
  select distinct on (g.account_id) g.account_id, a.name, case when r.kind = 'district' then d.letters else r.name end
  from public.access_grant g
  join public.account a on a.account_id = g.account_id
  join public.area r on r.area_id = g.area_id
  left join public.district d on d.area_no = r.area_no
  where (select wall.works('organiser')) and g.role = 'volunteer' and g.area_id = any ((select wall.places())::bigint[])
    and g.ended_at is null and g.starts_at <= statement_timestamp() and g.ends_at > statement_timestamp()
    and not exists (select from public.person p where p.account_id = g.account_id)
  order by g.account_id, g.starts_at, g.grant_id
$$;

-- Writes one of them down as the volunteer that they are, where their access is. False: there is no such one, or they are on record.
create function wall.add_helper(account uuid, person uuid, forename text, surname text, name_key text, forename_key text)
returns boolean
language plpgsql volatile security definer set search_path = '' as $$
declare
  belongs bigint;
begin
  if not wall.works('organiser') then
    return false;
  end if;
  -- Of two who press the button at once, the second finds the record of the first.
  perform from public.account a where a.account_id = add_helper.account for no key update;
  select g.area_id into belongs from public.access_grant g
  where g.account_id = add_helper.account and g.role = 'volunteer' and g.area_id = any (wall.places())
    and g.ended_at is null and g.starts_at <= statement_timestamp() and g.ends_at > statement_timestamp()
    and not exists (select from public.person p where p.account_id = g.account_id)
  order by g.starts_at, g.grant_id limit 1;
  if belongs is null then
    return false;
  end if;
  insert into public.person (person_id, area_id, forename, surname, name_key, forename_key, source, account_id, created_by)
  values (add_helper.person, belongs, add_helper.forename, add_helper.surname, add_helper.name_key, add_helper.forename_key, 'typed',
    add_helper.account, wall.account());
  -- They gave it to sign in with, not to organisers, who may put down what they are given; what nobody proved may be another's.
  insert into public.person_contact (person_id, area_id, email, email_key, for_organisers, open_ways)
  select add_helper.person, belongs, own.email, own.email, true, '{}'
  from (select case when a.address_proved_at is not null and position('@' in a.email) > 0 then a.email else '' end as email
    from public.account a where a.account_id = add_helper.account) own;
  insert into public.volunteer (person_id, area_id) values (add_helper.person, belongs);
  return true;
end
$$;

-- The data protection officer leaves a note of what was done at somebody's request, for whoever keeps their record: as a member, as a
-- helper, or both.
create function wall.note_for_rights(person uuid, words text) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform wall.must_be_for_rights();
  insert into public.person_note (note_id, person_id, area_id, purpose, words, by_account)
  select gen_random_uuid(), p.person_id, p.area_id, k.purpose, note_for_rights.words, wall.account()
  from public.person p
  cross join lateral (select exists (select from public.member m where m.person_id = p.person_id) as is_member,
    exists (select from public.volunteer v where v.person_id = p.person_id) as helps) what
  cross join (values ('membership'), ('campaigning')) k (purpose)
  where p.person_id = note_for_rights.person and p.erased_at is null
    and case k.purpose when 'membership' then what.is_member else what.helps or not what.is_member end;
end
$$;

-- Hands back open tasks of whoever may no longer do them: their access ended by its day.
create function wall.hand_tasks_back() returns integer
language sql volatile security definer set search_path = '' as $$
  with back as (
    update public.task t set assigned_to = null
    where t.state = 'open' and t.assigned_to is not null and not wall.may_hold_task(t.assigned_to, t.area_id) returning 1)
  select count(*)::integer from back
$$;

-- Internal, of a trigger: the same at once when somebody ends access.
create function wall.tasks_back() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update public.task t set assigned_to = null
  where t.state = 'open' and t.assigned_to = new.account_id and not wall.may_hold_task(t.assigned_to, t.area_id);
  return null;
end
$$;

-- Internal, of a trigger: whoever turns out to be under 18 hands back the walk lists that they hold.
create function wall.minor_hands_back() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update public.assignment a set ended_at = statement_timestamp()
  from public.person p left join public.person_contact c using (person_id)
  where p.person_id = new.person_id and p.erased_at is null and wall.minor(p.under_18, c.born_on)
    and a.account_id = p.account_id and a.ended_at is null and a.ends_at > statement_timestamp();
  return null;
end
$$;

-- Whom tasks of these areas may be given to: whoever organises or canvasses in all of them now.
create function wall.task_hands(areas bigint[]) returns table (account_id uuid, name text, role text)
language sql stable security definer set search_path = '' as $$
  select a.account_id, a.name, min(g.role)
  from public.access_grant g join public.account a on a.account_id = g.account_id
  where wall.works('organiser') and areas <@ wall.places() and cardinality(areas) > 0
    and g.role in ('organiser', 'volunteer') and g.ended_at is null
    and g.starts_at <= statement_timestamp() and g.ends_at > statement_timestamp()
    and areas <@ wall.areas_inside(g.area_id)
  group by 1, 2
$$;

-- The tasks that whoever asks is to do, with what they need for it: a name, an address that asked for it, or how somebody is
-- reached who agreed to that. Nobody else's, and nothing outside the grant in use.
create function wall.own_tasks()
returns table (task_id uuid, what text, words text, due_on date, partition_id integer, elector_id bigint, person_id uuid,
  name text, address text, postcode text, reach text, no_phone boolean)
language sql stable security definer set search_path = '' as $$
  select t.task_id, t.what, t.words, t.due_on, t.partition_id, t.elector_id, t.person_id,
    coalesce(e.name, nullif(trim(p.forename || ' ' || p.surname), ''), ''), coalesce(h.address, ''), coalesce(h.postcode, ''),
    -- By what they agreed to and gave; where they gave nothing of the kind, that says so itself.
    case when p.person_id is null then ''
      when 'phone' = any (p.channels) and 'mobile' = any (c.open_ways) and c.mobile <> '' then c.mobile
      when 'phone' = any (p.channels) and 'phone' = any (c.open_ways) and c.phone <> '' then c.phone
      when 'email' = any (p.channels) and 'email' = any (c.open_ways) and c.email <> '' then c.email
      when 'text' = any (p.channels) and 'mobile' = any (c.open_ways) and c.mobile <> '' then c.mobile || ', by text message alone'
      when p.channels && array['phone', 'email', 'text'] then 'They agreed, and no number or address for it is known to us. Ask whoever gave you this'
      else 'They agreed neither to be rung nor to be written to. Ask whoever gave you this' end,
    exists (select from public.standing_objection o where o.partition_id = t.partition_id and o.elector_id = t.elector_id
      and o.channel = 'phone')
  from wall.in_use() u
  join public.task t on t.assigned_to = u.account_id and t.state = 'open'
  left join public.elector e on e.partition_id = t.partition_id and e.elector_id = t.elector_id
  left join public.household h on h.partition_id = t.partition_id and h.household_id = coalesce(e.household_id, t.household_id)
  left join public.person p on p.person_id = t.person_id
  left join public.person_contact c on c.person_id = t.person_id and c.for_organisers
  where u.role in ('volunteer', 'organiser') and wall.works(u.role)
    and (t.partition_id is null or wall.open('contact'))
    and t.area_id = any (wall.areas_inside(u.area_id))
    and e.erased_at is null and p.erased_at is null
  order by t.due_on, t.task_id
$$;

-- What came of a task of one's own; without an outcome it goes back to the organisers, who are told why.
create function wall.answer_task(task uuid, outcome text, words text) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  if not exists (select from wall.own_tasks() o where o.task_id = answer_task.task) then
    return false;
  end if;
  if answer_task.outcome = '' then
    update public.task t set assigned_to = null, could_not = answer_task.words where t.task_id = answer_task.task;
  else
    update public.task t set state = 'done', outcome = answer_task.outcome, came_of = answer_task.words
    where t.task_id = answer_task.task;
  end if;
  return true;
end
$$;

-- Is this the account of a volunteer who is under 18? For whoever gives lists.
create function wall.under_18(account uuid) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (select from public.person p left join public.person_contact c using (person_id)
      where wall.minor(p.under_18, c.born_on) and p.erased_at is null and (p.account_id = under_18.account
        or c.email_key = (select lower(a.email) from public.account a where a.account_id = under_18.account)))
    and (exists (select from wall.in_use() u join public.access_grant g on g.account_id = under_18.account
        where u.role = 'organiser' and wall.meet(g.area_id, u.area_id))
      or pg_has_role(session_user, 'hustings_operator', 'member'))
$$;

-- Says that a person of Organise is this elector: both are in the area in use of whoever says so, and go by one surname. Who is
-- linked already stays who they are: their objections hold by that.
create function wall.link_helper(person uuid, partition integer, elector bigint) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  if not wall.works('organiser') or not exists (select from public.elector e where e.partition_id = link_helper.partition
    and e.elector_id = link_helper.elector and e.erased_at is null and e.area_no = any (wall.areas())) then
    return false;
  end if;
  update public.person p set partition_id = link_helper.partition, elector_id = link_helper.elector, linked_how = 'person',
    linked_at = statement_timestamp(), linked_by = wall.account()
  where p.person_id = link_helper.person and p.area_id = any (wall.places()) and p.erased_at is null
    and (p.elector_id is null or (p.partition_id, p.elector_id) = (link_helper.partition, link_helper.elector))
    and exists (select from public.elector e where e.partition_id = link_helper.partition and e.elector_id = link_helper.elector
      and split_part(e.name_key, ' ', 1) = split_part(p.name_key, ' ', 1));
  if not found then
    return false;
  end if;
  -- Pairs that asked about either are no question any more.
  update public.member_match x set state = 'moot', decided_at = statement_timestamp()
  where x.state = 'open' and (x.person_id = link_helper.person
    or (x.partition_id = link_helper.partition and x.elector_id = link_helper.elector));
  return true;
end
$$;

-- What is to be done, or was, about one elector, for their file.
create function wall.file_tasks(partition integer, records bigint[]) returns jsonb
language sql stable security definer set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object('at', t.created_at, 'what', t.what, 'words', t.words, 'due', t.due_on,
    'state', t.state, 'outcome', t.outcome, 'came_of', t.came_of, 'closed_at', t.closed_at) order by t.created_at desc), '[]')
  from public.task t where t.partition_id = file_tasks.partition and t.elector_id = any (records)
$$;

do $$
declare f regprocedure;
begin
  for f in select p.oid::regprocedure from pg_proc p where p.pronamespace = 'wall'::regnamespace
    and pg_get_userbyid(p.proowner) <> 'hustings_wall' loop
    execute format('alter function %s owner to hustings_wall', f);
  end loop;
end $$;
grant execute on function wall.task_due(text), wall.task_hands(bigint[]), wall.under_18(uuid), wall.invitation_of(uuid),
  wall.withdraw_invitation(uuid), wall.helpers_without_record(), wall.add_helper(uuid, uuid, text, text, text, text),
  wall.link_helper(uuid, integer, bigint) to hustings_organiser;
grant execute on function wall.note_for_rights(uuid, text) to hustings_protection;
grant execute on function wall.own_tasks(), wall.answer_task(uuid, text, text) to hustings_organiser, hustings_volunteer;
grant execute on function wall.tasks_from(integer[], uuid[]) to hustings_organiser, hustings_volunteer;
grant execute on function wall.hand_tasks_back() to hustings_door;
grant execute on function wall.tasks_back(), wall.minor_hands_back(), wall.keep_task(), wall.note_task(), wall.helper_gone(), wall.keep_volunteer(), wall.helper_has_account(),
  wall.invitation_follows() to hustings_owner;

set local role hustings_owner;
create trigger keep_task before insert or update on task for each row execute function wall.keep_task();
create trigger note_task after insert or update on task for each row execute function wall.note_task();
create trigger keep_volunteer before insert or update on volunteer for each row execute function wall.keep_volunteer();
create trigger helper_gone after update of erased_at on person for each row
  when (new.erased_at is not null and old.erased_at is null) execute function wall.helper_gone();
create trigger helper_has_account after update of used_at on link for each row
  when (new.used_at is not null and old.used_at is null and new.kind = 'invitation' and new.account_id is not null)
  execute function wall.helper_has_account();

create trigger invitation_follows after update of email_key on person_contact for each row
  when (new.email_key is distinct from old.email_key) execute function wall.invitation_follows();
create trigger tasks_back after update of ended_at, ends_at on access_grant for each row
  when (new.ended_at is distinct from old.ended_at or new.ends_at <> old.ends_at) execute function wall.tasks_back();
create trigger minor_hands_back after update of under_18, account_id on person for each row
  when (new.account_id is not null and (new.under_18, new.account_id) is distinct from (old.under_18, old.account_id))
  execute function wall.minor_hands_back();
create trigger minor_hands_back after update of born_on on person_contact for each row
  when (new.born_on is distinct from old.born_on) execute function wall.minor_hands_back();

-- Nobody under 18 gets a walk list.
create policy grown_up on assignment as restrictive for insert to hustings_organiser with check (not wall.under_18(account_id));
reset role;
