-- People's rights: their requests and the clock of each, notices to stop that outlive imports, passages struck from a file,
-- erasure and the suppression that alone remains of it. The law stands in docs/rights.md beside each behaviour.
set local role hustings_owner;

-- What somebody asked for, or complained of. What is due when is counted in src/protection/clock.rs and kept here to sort by.
create table request (
  request_id bigint generated always as identity primary key,
  kind text not null check (kind in ('access', 'rectification', 'erasure', 'restriction', 'objection', 'portability',
    'complaint')),
  came_by text not null check (came_by in ('letter', 'email', 'door', 'phone', 'in-person')),
  received_on date not null check (received_on between '2018-05-25' and '9999-12-31'),
  -- As they wrote themselves, and where an answer goes. Empty once they were erased.
  asker text not null check (length(asker) <= 200),
  answer_to text not null default '' check (length(answer_to) <= 500),
  about text not null default '' check (length(about) <= 2000),
  -- Whom it is about, once found: an elector, an account, or somebody of Organise.
  partition_id integer,
  elector_id bigint,
  account_id uuid references account,
  person_id uuid references person on delete set null,
  identity text not null default 'not-needed' check (identity in ('not-needed', 'asked', 'proved', 'not-proved')),
  identity_asked_on date check (isfinite(identity_asked_on)) check (identity_asked_on < '9999-12-31'),
  identity_proved_on date check (isfinite(identity_proved_on)) check (identity_proved_on < '9999-12-31'),
  -- The clock stands still since this day, and has stood still for so many days before.
  stopped_on date check (isfinite(stopped_on)) check (stopped_on < '9999-12-31'),
  stopped_days integer not null default 0 check (stopped_days between 0 and 3650),
  extended_on date check (isfinite(extended_on)) check (extended_on < '9999-12-31'),
  acknowledged_on date check (isfinite(acknowledged_on)) check (acknowledged_on < '9999-12-31'),
  state text not null default 'open' check (state in ('open', 'answered', 'refused', 'withdrawn')),
  closed_on date check (isfinite(closed_on)) check (closed_on < '9999-12-31'),
  -- Null: no day, since the clock stands still, or nothing is due any more.
  due_on date check (isfinite(due_on)) check (due_on < '9999-12-31'),
  opened_at timestamptz not null default now(),
  check ((state = 'open') = (closed_on is null)),
  check ((partition_id is null) = (elector_id is null)),
  check (num_nonnulls(elector_id, account_id, person_id) <= 1),
  foreign key (partition_id, elector_id) references elector
);
create index request_to_do on request (due_on) where state = 'open'; -- /protection/requests
create index request_by_elector on request (partition_id, elector_id) where elector_id is not null;
create index request_by_account on request (account_id) where account_id is not null;
create index request_by_person on request (person_id) where person_id is not null;

-- What was done about a request, by whom. Append-only; its words go when its person is erased.
create table request_event (
  request_id bigint not null references request,
  event_id uuid not null,
  at timestamptz not null default now(),
  what text not null check (what in ('received', 'found', 'acknowledged', 'identity-asked', 'identity-proved',
    'identity-not-proved', 'stopped', 'resumed', 'extended', 'note', 'letter', 'file', 'stop', 'erased', 'answered', 'refused',
    'withdrawn')),
  words text not null default '' check (length(words) <= 2000),
  by_account uuid references account,
  by_operator uuid,
  primary key (request_id, event_id)
);

-- A passage of a note that is about somebody else, left out of what its person is sent. The note itself stays as it is.
create table strike (
  strike_id uuid primary key,
  partition_id integer not null,
  result_id uuid not null,
  -- From which letter of the note, and how many.
  begins integer not null check (begins >= 0),
  letters integer not null check (letters > 0),
  struck_at timestamptz not null default now(),
  struck_by uuid references account,
  lifted_at timestamptz,
  foreign key (partition_id, result_id) references result (partition_id, id)
);
create index strike_by_result on strike (partition_id, result_id);

-- All that remains of somebody who was erased, and what lets a word to stop outlive every record number: keyed hashes of
-- folded name and postcode, and of the name alone. Without the key, which is in a file and not here, they tell nothing.
create table suppression (
  suppression_id uuid primary key,
  -- Which key made the hashes: keys are added to and never retired.
  key_id text not null,
  exact bytea check (length(exact) = 32),
  loose bytea not null check (length(loose) = 32),
  channels text[] not null check (channels <@ array['door', 'post', 'phone', 'email', 'text', 'opinions', 'processing']
    and cardinality(channels) > 0),
  -- Of somebody who is still held; null of somebody erased.
  partition_id integer,
  elector_id bigint,
  made_at timestamptz not null default now(),
  check ((partition_id is null) = (elector_id is null)),
  unique (partition_id, elector_id),
  foreign key (partition_id, elector_id) references elector
);

-- Somebody came with a register who has the name of one that is suppressed, and another postcode. Held back until a person
-- has said whether it is the same.
create table suppression_doubt (
  partition_id integer not null,
  elector_id bigint not null,
  suppression_id uuid not null references suppression on delete cascade,
  state text not null default 'open' check (state in ('open', 'same', 'different')),
  found_at timestamptz not null default now(),
  decided_by uuid references account,
  decided_at timestamptz,
  primary key (partition_id, elector_id, suppression_id),
  foreign key (partition_id, elector_id) references elector
);

-- That somebody was erased, why, and how much went: never who.
create table erasure (
  erasure_id uuid primary key,
  of_what text not null check (of_what in ('elector', 'account', 'person')),
  reason text not null check (length(reason) between 1 and 500),
  counts jsonb not null,
  erased_at timestamptz not null default now(),
  erased_by uuid references account,
  erased_by_operator uuid
);

-- When a person's fields were replaced by nothing. Such a record is matched with nobody and gets no further answers.
alter table elector add column erased_at timestamptz check (isfinite(erased_at)) check (erased_at < '9999-12-31');
-- Two more things to stop beside contact: the processing of political opinions (DPA 2018 sch 1 para 22(3)), and processing at
-- all while a dispute lasts (UK GDPR Art 18). Whoever stops one of them is not called on either.
alter table objection drop constraint objection_channel_check;
alter table objection add check (channel in ('door', 'post', 'phone', 'email', 'text', 'opinions', 'processing'));

-- What stands: of each channel the newest word, where it is no.
create view standing_objection with (security_invoker) as
select o.partition_id, o.elector_id, o.channel, o.how, o.at from objection o
where not o.withdrawn and not exists (select from objection c where c.partition_id = o.partition_id
  and c.elector_id = o.elector_id and c.channel = o.channel and (c.at, c.objection_id) > (o.at, o.objection_id));

grant select (request_id, kind, came_by, received_on, asker, answer_to, about, partition_id, elector_id, account_id, person_id, identity,
    identity_asked_on, identity_proved_on, stopped_on, stopped_days, extended_on, acknowledged_on, state, closed_on, due_on,
    opened_at),
  insert (kind, came_by, received_on, asker, answer_to, about, partition_id, elector_id, account_id, person_id, due_on),
  update (partition_id, elector_id, account_id, person_id, identity, identity_asked_on, identity_proved_on, stopped_on, stopped_days,
    extended_on, acknowledged_on, state, closed_on, due_on) on request to hustings_protection;
grant select (request_id, event_id, at, what, words, by_account, by_operator),
  insert (request_id, event_id, what, words, by_account) on request_event to hustings_protection;
grant select (erasure_id, of_what, reason, counts, erased_at, erased_by, erased_by_operator) on erasure to hustings_protection;
grant select, insert on erasure to hustings_wall;
grant select (state) on suppression_doubt to hustings_protection;
grant select, update on request, request_event, strike to hustings_wall;
grant insert, delete on strike to hustings_wall;
grant select, insert, update, delete on suppression to hustings_wall;
grant select, insert, update on suppression_doubt to hustings_wall;
grant select on standing_objection to hustings_wall;
grant insert, delete on objection to hustings_wall;
grant insert, update on result to hustings_wall;
grant delete on result_conflict, subject, mail to hustings_wall;
grant update (raw, extra) on register_entry to hustings_wall;
grant update (elector_id, step) on import_row to hustings_wall;
grant usage on sequence elector_elector_id_seq to hustings_wall;
grant update on district_size to hustings_wall;
grant select on import_row, tally, district_size, looked_at, password_change to hustings_wall;

alter table request enable row level security;
alter table request force row level security;
alter table request_event enable row level security;
alter table request_event force row level security;
alter table strike enable row level security;
alter table strike force row level security;
alter table erasure enable row level security;
alter table erasure force row level security;
alter table suppression enable row level security;
alter table suppression force row level security;
alter table suppression_doubt enable row level security;
alter table suppression_doubt force row level security;

create policy protection on suppression_doubt for select to hustings_protection
  using ((select wall.is('data-protection-officer')));
create policy protection on erasure for select to hustings_protection
  using ((select wall.is('data-protection-officer')));
create policy protection on request to hustings_protection
  using ((select wall.is('data-protection-officer'))) with check ((select wall.is('data-protection-officer')));
create policy protection_reads on request_event for select to hustings_protection
  using ((select wall.is('data-protection-officer')));
create policy protection_adds on request_event for insert to hustings_protection
  with check ((select wall.is('data-protection-officer')) and by_account = (select wall.account()));
reset role;

-- May whoever asks answer for people's rights? The data protection officer's live session, or the operator.
create function wall.for_rights() returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return exists (select from wall.in_use() u where u.role = 'data-protection-officer')
    or pg_has_role(session_user, 'hustings_operator', 'member');
end
$$;

create function wall.must_be_for_rights() returns void
language plpgsql stable security definer set search_path = '' as $$
begin
  if not wall.for_rights() then
    raise exception 'nobody who answers for rights acts here' using errcode = '42501';
  end if;
end
$$;

-- What takes a person's data away or destroys it asks for a second factor just proved, whoever calls the function.
create function wall.must_be_fresh() returns void
language plpgsql stable security definer set search_path = '' as $$
begin
  if not wall.operator() and not wall.fresh() then
    raise exception 'a second factor proved within ten minutes is asked for' using errcode = '42501';
  end if;
end
$$;

-- The record of a wide look, written by the function that looks and not left to whoever calls it.
create function wall.note_rights(what text, permission text, partitions integer[], electors bigint[], operator uuid,
  people uuid[] default '{}') returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  shown uuid[] := '{}';
  partition integer;
begin
  for partition in select distinct p from unnest(partitions) p where p is not null order by p loop
    shown := shown || wall.pseudonyms(partition, array(select distinct t.e from unnest(partitions, electors) t (p, e)
      where t.p = partition));
  end loop;
  if cardinality(people) > 0 then
    shown := shown || wall.person_pseudonyms(people);
  end if;
  insert into public.access_log (what, permission, purpose, account_id, grant_id, session_id, operator_id, subjects)
  select note_rights.what, note_rights.permission, coalesce(u.purpose, ''), u.account_id, u.grant_id, u.session_id,
    case when u.session_id is null then note_rights.operator end, shown
  from (select 1) one left join wall.in_use() u on true;
end
$$;

-- The record and those that an organiser called the same person.
create function wall.records_of(partition integer, elector bigint) returns bigint[]
language sql stable security definer set search_path = '' as $$
  with recursive record as (
    select records_of.elector as elector_id
    union
    select case when m.elector_id = r.elector_id then m.candidate_id else m.elector_id end
    from record r join public.doubtful_match m on m.partition_id = records_of.partition and m.state = 'same'
      and r.elector_id in (m.elector_id, m.candidate_id)
  )
  select array_agg(elector_id) from record
$$;

-- Internal: the other records of the same human: the account of somebody of Organise, the elector that they are said to be, and
-- the other way round. Each is erased by itself.
create function wall.same_human(partition integer, elector bigint, account uuid, person uuid)
returns table (partition_id integer, elector_id bigint, account_id uuid, person_id uuid, name text)
language sql stable security definer set search_path = '' as $$
  with one as (
    select p.person_id, p.partition_id, p.elector_id from public.person p
    where p.erased_at is null and (p.person_id = same_human.person or p.account_id = same_human.account
      or (p.partition_id = same_human.partition
        and p.elector_id = any (wall.records_of(same_human.partition, same_human.elector))))
  ), human as (
    select o.person_id from one o
    union
    select p.person_id from one o join public.person p on p.partition_id = o.partition_id and p.elector_id = o.elector_id
    where p.erased_at is null
  )
  select distinct e.partition_id, e.elector_id, null::uuid, null::uuid, e.name
  from human h join public.person p on p.person_id = h.person_id
  join public.elector e on e.partition_id = p.partition_id and e.elector_id = p.elector_id
  where e.erased_at is null and (e.partition_id = same_human.partition
    and e.elector_id = any (wall.records_of(same_human.partition, same_human.elector))) is not true
  union all
  select null::integer, null::bigint, a.account_id, null::uuid, a.name
  from human h join public.person p on p.person_id = h.person_id
  join public.account a on a.account_id = p.account_id
  where a.name <> 'Erased account' and a.account_id is distinct from same_human.account
  union all
  select null::integer, null::bigint, null::uuid, p.person_id, wall.person_name(p)
  from human h join public.person p on p.person_id = h.person_id
  where p.person_id is distinct from same_human.person
$$;

-- The same for whoever is about to erase one of them: they are named, and that is a look.
create function wall.other_records(partition integer, elector bigint, account uuid, person uuid, operator uuid)
returns table (partition_id integer, elector_id bigint, account_id uuid, person_id uuid, name text)
language plpgsql volatile security definer set search_path = '' as $$
#variable_conflict use_column
declare
  others jsonb;
begin
  perform wall.must_be_for_rights();
  select jsonb_agg(to_jsonb(s)) into others from wall.same_human(partition, elector, account, person) s;
  if others is null then
    return;
  end if;
  perform wall.note_rights('look', 'handle-requests',
    array(select (o ->> 'partition_id')::integer from jsonb_array_elements(others) o where o ->> 'elector_id' is not null),
    array(select (o ->> 'elector_id')::bigint from jsonb_array_elements(others) o where o ->> 'elector_id' is not null), operator,
    array(select (o ->> 'person_id')::uuid from jsonb_array_elements(others) o where o ->> 'person_id' is not null));
  return query select o.partition_id, o.elector_id, o.account_id, o.person_id, o.name
  from jsonb_to_recordset(others) o (partition_id integer, elector_id bigint, account_id uuid, person_id uuid, name text);
end
$$;

-- Internal: how many there are of each kind, for the record of an erasure: it says what stayed, and never whose.
create function wall.count_others(partition integer, elector bigint, account uuid, person uuid) returns jsonb
language sql stable security definer set search_path = '' as $$
  select jsonb_strip_nulls(jsonb_build_object('their_electors', nullif(count(s.elector_id), 0),
    'their_accounts', nullif(count(s.account_id), 0), 'their_people', nullif(count(s.person_id), 0)))
  from wall.same_human(count_others.partition, count_others.elector, count_others.account, count_others.person) s
$$;

-- Everybody of this name, postcode, address or number, wherever their data are: electors now and once, by any part of the name
-- and by names that older registers had; people of Organise, by how they are reached too; accounts; letters; requests; notes
-- that mention them. `folded` are words as names
-- are folded, `plain` the words as typed.
create function wall.find_subjects(folded text[], plain text[], near text, partition integer, elector bigint, operator uuid)
returns table (kind text, partition_id integer, elector_id bigint, account_id uuid, person_id uuid, request_id bigint,
  name text, detail text, why text)
language plpgsql volatile security definer set search_path = '' as $$
#variable_conflict use_column
declare
  answer jsonb;
  typed text := lower(array_to_string(plain, ' '));
begin
  perform wall.must_be_for_rights();
  with candidate as (
    (select e.partition_id, e.elector_id, 1 as rank, 'Name' as why from public.elector e
      where cardinality(folded) > 0 and e.erased_at is null
        and not exists (select from unnest(folded) w where not starts_with(e.name_key, w) and position(' ' || w in e.name_key) = 0)
        and (near = '' or exists (select from public.household h where h.partition_id = e.partition_id
          and h.household_id = e.household_id and starts_with(h.postcode_key, near)))
      order by e.left_at is not null, e.name_key limit 200)
    union all
    (select e.partition_id, e.elector_id, 2, 'Postcode' from public.household h
      join public.elector e on e.partition_id = h.partition_id and e.household_id = h.household_id
      where cardinality(folded) = 0 and near <> '' and starts_with(h.postcode_key, near) and e.erased_at is null limit 200)
    union all
    (select e.partition_id, e.elector_id, 0, 'Record number' from public.elector e
      where e.partition_id = find_subjects.partition and e.elector_id = find_subjects.elector and e.erased_at is null)
    union all
    (select e.partition_id, e.elector_id, 0, 'Number' from public.elector e
      where cardinality(plain) = 1 and e.number = upper(plain[1]) and e.number <> '' and e.erased_at is null limit 20)
    union all
    (select t.partition_id, t.elector_id, 3, 'An earlier register' from public.register_entry t
      where cardinality(plain) > 0 and t.elector_id is not null
        and not exists (select from unnest(plain) w where position(lower(w) in lower(t.raw)) = 0)
        and (near = '' or position(near in lower(replace(t.raw, ' ', ''))) > 0) limit 200)
  ), person as (
    select distinct on (c.partition_id, c.elector_id) c.* from candidate c order by c.partition_id, c.elector_id, c.rank
  ), found as (
    select 'elector' as kind, p.partition_id, p.elector_id, null::uuid as account_id, null::uuid as person_id,
      null::bigint as request_id, e.name,
      concat_ws(', ', nullif(h.address, ''), case when e.left_at is not null then 'off the register' else e.number end) as detail,
      p.why, p.rank
    from person p join public.elector e using (partition_id, elector_id)
    left join public.household h on h.partition_id = e.partition_id and h.household_id = e.household_id
    union all
    (select 'person', null, null, null, o.person_id, null, wall.person_name(o), concat_ws(', ',
        array_to_string(array(select r.name from public.area r where r.area_id = o.area_id), ''), nullif(c.email, '')),
        case when cardinality(folded) = 0 and near <> '' then 'Postcode' else 'Organise' end, 2
      from public.person o left join public.person_contact c using (person_id)
      where o.erased_at is null and (
        (cardinality(folded) > 0 and not exists (select from unnest(folded) w
            where not starts_with(o.name_key, w) and position(' ' || w in o.name_key) = 0)
          and (near = '' or starts_with(c.postcode_key, near)))
        or (cardinality(plain) = 1 and length(typed) > 3 and (position(typed in c.email_key) > 0
          or position(replace(typed, ' ', '') in replace(c.mobile, ' ', '')) > 0))
        or (cardinality(plain) = 0 and near <> '' and starts_with(c.postcode_key, near)))
      order by o.name_key limit 200)
    union all
    -- Whoever offered to help and has not confirmed it is no person here yet: the number is the offer's own.
    (select 'offer', null, null, null, s.sign_up_id, null, btrim(s.forename || ' ' || s.surname), concat_ws(', ', ar.name, s.email),
        'Offered to help, not confirmed', 3
      from public.volunteer_sign_up s join public.area ar using (area_id)
      where s.used_at is null and (
        (cardinality(folded) > 0 and not exists (select from unnest(folded) w
          where not starts_with(s.name_key, w) and position(' ' || w in s.name_key) = 0))
        or (cardinality(plain) = 1 and length(typed) > 3 and (position(typed in s.email) > 0
          or position(replace(typed, ' ', '') in replace(s.mobile, ' ', '')) > 0)))
      order by s.asked_at desc limit 50)
    union all
    (select 'account', null, null, a.account_id, null, null, a.name, a.email, 'Account', 4 from public.account a
      where cardinality(plain) > 0 and (position(typed in a.email) > 0
        or not exists (select from unnest(plain) w where position(lower(w) in lower(a.name)) = 0)) order by a.name limit 50)
    union all
    (select 'letter', null, null, m.account_id, null, null, m.address, m.form, 'Letter by email', 5 from public.mail m
      where cardinality(plain) > 0 and position(typed in m.address) > 0 order by m.queued_at desc limit 20)
    union all
    (select 'request', q.partition_id, q.elector_id, q.account_id, q.person_id, q.request_id, q.asker, q.kind, 'Request', 6 from public.request q
      where cardinality(plain) > 0 and (position(typed in lower(q.answer_to)) > 0
        or not exists (select from unnest(plain) w where position(lower(w) in lower(q.asker)) = 0))
      order by q.request_id desc limit 20)
    union all
    (select 'mention', r.partition_id, r.elector_id, null, null, null, coalesce(e.name, h.address), '', 'In a note from a door', 7
      from public.result r left join public.elector e on e.partition_id = r.partition_id and e.elector_id = r.elector_id
      left join public.household h on h.partition_id = r.partition_id and h.household_id = r.household_id
      where cardinality(plain) > 0 and r.note is not null
        and not exists (select from unnest(plain) w where position(lower(w) in lower(r.note)) = 0)
      order by r.received_at desc limit 50)
  )
  select coalesce(jsonb_agg(to_jsonb(f) order by f.rank, f.name, f.elector_id), '[]') into answer from found f;
  perform wall.note_rights('search', 'handle-requests',
    array(select (f ->> 'partition_id')::integer from jsonb_array_elements(answer) f where f ->> 'elector_id' is not null),
    array(select (f ->> 'elector_id')::bigint from jsonb_array_elements(answer) f where f ->> 'elector_id' is not null), operator,
    array(select distinct (f ->> 'person_id')::uuid from jsonb_array_elements(answer) f
      where f ->> 'person_id' is not null and f ->> 'kind' <> 'offer'));
  return query select f.kind, f.partition_id, f.elector_id, f.account_id, f.person_id, f.request_id, f.name, f.detail, f.why
  from jsonb_to_recordset(answer) f (kind text, partition_id integer, elector_id bigint, account_id uuid, person_id uuid,
    request_id bigint, name text, detail text, why text);
end
$$;

-- The sections of an elector's file, each of one room (src/protection/holdings.rs names them). Nobody calls them but
-- wall.subject_file, which asks who asks and writes down that they did.
create function wall.file_register(partition integer, records bigint[]) returns jsonb
language sql stable security definer set search_path = '' as $$
  select jsonb_build_object(
    'people', (select coalesce(jsonb_agg(jsonb_build_object('record', e.partition_id || '.' || e.elector_id, 'name', e.name,
        'title', e.title, 'number', e.number, 'kind', e.kind, 'attains_on', e.attains_on, 'markers', e.markers,
        'in_open_register', e.in_open_register, 'left_at', e.left_at, 'address', h.address, 'postcode', h.postcode)
        order by e.elector_id desc), '[]')
      from public.elector e left join public.household h on h.partition_id = e.partition_id and h.household_id = e.household_id
      where e.partition_id = partition and e.elector_id = any (records)),
    'entries', (select coalesce(jsonb_agg(jsonb_build_object('authority', a.name, 'published', g.published, 'kind', g.kind,
        'basis', g.basis, 'imported_at', g.imported_at, 'number', d.letters || '-' || t.number
          || case when t.suffix > 0 then '/' || t.suffix else '' end, 'as_the_council_wrote_it', t.raw, 'more', t.extra)
        order by g.published desc, g.register_id desc), '[]')
      from public.register_entry t join public.register g using (partition_id, register_id)
      join public.authority a on a.partition_id = t.partition_id join public.district d on d.area_no = t.area_no
      where t.partition_id = partition and t.elector_id = any (records)))
$$;

create function wall.file_contact(partition integer, records bigint[]) returns jsonb
language sql stable security definer set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object('channel', o.channel, 'stops', not o.withdrawn, 'how', o.how, 'at', o.at)
    order by o.at desc), '[]')
  from public.objection o where o.partition_id = partition and o.elector_id = any (records)
$$;

create function wall.file_answers(partition integer, records bigint[]) returns jsonb
language sql stable security definer set search_path = '' as $$
  select jsonb_build_object(
    'answers', (select coalesce(jsonb_agg(jsonb_build_object('id', r.id, 'at', r.at, 'received_at', r.received_at,
        'recorded_by', case when r.base is not null and exists (select from public.access_grant g
            where g.account_id = r.account_id and g.role = 'data-protection-officer')
          then 'the data protection officer' else 'a canvasser' end,
        'outcome', case when r.void then 'taken-back' else r.outcome end, 'intention', c.label, 'election', r.intention_kind,
        'issues', (select coalesce(jsonb_agg(i.label), '[]') from public.issue_code i where i.code = any (r.issues)),
        'asks', to_jsonb(r.asks), 'said_to_have_voted', r.voted, 'note', r.note, 'corrects', r.base,
        'strikes', (select coalesce(jsonb_agg(jsonb_build_object('id', s.strike_id, 'begins', s.begins, 'letters', s.letters)
            order by s.begins), '[]')
          from public.strike s where s.partition_id = r.partition_id and s.result_id = r.id and s.lifted_at is null))
        order by r.received_at desc), '[]')
      from public.result r left join public.intention_code c on c.code = r.intention
      where r.partition_id = partition and r.elector_id = any (records)),
    'other_contents_of_the_same_answer', (select coalesce(jsonb_agg(x.content - 'list' - 'household' order by x.received_at), '[]')
      from public.result_conflict x where x.partition_id = partition
        and x.content ->> 'elector' = any (select partition || '.' || n from unnest(records) n)),
    'not_yet_accepted', (select coalesce(jsonb_agg(q.content - 'list' - 'household' order by q.received_at), '[]')
      from public.quarantine q where q.partition_id = partition and q.state <> 'stored'
        and q.content ->> 'elector' = any (select partition || '.' || n from unnest(records) n)),
    'intentions_now', (select coalesce(jsonb_agg(jsonb_build_object('election', n.intention_kind, 'intention', c.label,
        'since', n.received_at)), '[]')
      from public.intention_now n join public.intention_code c using (code)
      where n.partition_id = partition and n.elector_id = any (records)))
$$;

create function wall.file_lists(partition integer, records bigint[]) returns jsonb
language sql stable security definer set search_path = '' as $$
  select coalesce(jsonb_agg(distinct jsonb_build_object('made_at', l.made_at, 'ended_at', l.ended_at)), '[]')
  from public.walk_list_elector w join public.walk_list l using (partition_id, list_id)
  where w.partition_id = partition and w.elector_id = any (records)
$$;

-- Who looked: roles and purposes, no names, and of the operator the command without the reason, which may name others.
create function wall.file_looks(partition integer, elector bigint) returns jsonb
language sql stable security definer set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object('at', s.at, 'how', s.what, 'role', coalesce(s.role, 'operator'),
    'purpose', coalesce(s.command, s.purpose), 'through_a_list', s.list is not null) order by s.at desc), '[]')
  from wall.who_saw(partition, elector, 0, 1000000) s
$$;

-- What Organise holds of somebody. The tables that later migrations make are asked for by name when it runs.
create function wall.file_organise(persons uuid[]) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
begin
  return jsonb_build_object(
    'people', (select coalesce(jsonb_agg(jsonb_build_object('name', wall.person_name(p), 'area', r.name, 'source', p.source,
        'since', p.created_at, 'email', c.email, 'mobile', c.mobile, 'phone', c.phone,
        'address', concat_ws(', ', nullif(array_to_string(c.address, ', '), ''), nullif(c.postcode, '')), 'born_on', c.born_on)
        order by p.created_at), '[]')
      from public.person p join public.area r using (area_id) left join public.person_contact c using (person_id)
      where p.person_id = any (persons)),
    'memberships', (select coalesce(jsonb_agg(jsonb_build_object('number', m.number, 'kind', m.kind, 'joined_on', m.joined_on,
        'paid_until', m.paid_until, 'state', m.state, 'standing', m.standing, 'branch', m.branch) order by m.number), '[]')
      from public.member m where m.person_id = any (persons)),
    'changes', (select coalesce(jsonb_agg(jsonb_build_object('at', h.at, 'what', h.what, 'was', h.was, 'becomes', h.becomes,
        'reason', h.reason) order by h.change_id desc), '[]')
      from public.member_change h where h.person_id = any (persons)),
    'helps', (select coalesce(jsonb_agg(jsonb_build_object('since', v.since, 'state', v.state,
        'skills', array_to_string(v.skills, ', '), 'availability', array_to_string(v.availability, ', '), 'how_far', v.how_far,
        'languages', v.languages, 'access_needs', v.access_needs) order by v.since), '[]')
      from public.volunteer v where v.person_id = any (persons)),
    'tasks', (select coalesce(jsonb_agg(jsonb_build_object('at', t.created_at, 'what', t.what, 'words', t.words, 'due', t.due_on,
        'state', t.state, 'outcome', t.outcome, 'came_of', t.came_of) order by t.created_at desc), '[]')
      from public.task t where t.person_id = any (persons)),
    'consents', (select coalesce(jsonb_agg(jsonb_build_object('at', x.said_at, 'channel', x.channel, 'given', x.given,
        'wording', x.wording, 'source', x.source) order by x.recorded_at desc), '[]')
      from public.person_consent x where x.person_id = any (persons)),
    'silences', (select coalesce(jsonb_agg(jsonb_build_object('channel', s.channel, 'why', s.why, 'since', s.since,
        'times', s.times, 'lifted_at', s.lifted_at) order by s.since desc), '[]')
      from public.person_contact c cross join lateral (values ('email', c.email_key), ('text', c.mobile)) w (channel, address)
      join public.message_silence s on s.channel = w.channel and s.address_digest = wall.address_digest(w.channel, w.address)
      where c.person_id = any (persons)),
    'messages', (select coalesce(jsonb_agg(jsonb_build_object('at', r.at, 'subject', m.subject, 'channel', m.channel, 'kind', m.kind, 'state', r.state,
        'why', r.why) order by r.at desc nulls last), '[]')
      from public.message_recipient r join public.message m using (message_id) where r.person_id = any (persons)),
    'notes', (select coalesce(jsonb_agg(jsonb_build_object('at', n.at, 'purpose', n.purpose, 'words', n.words) order by n.at desc), '[]')
      from public.person_note n where n.person_id = any (persons)),
    'events', (select coalesce(jsonb_agg(jsonb_build_object('at', coalesce(h.starts_at, e.starts_at), 'event', e.title, 'shift', h.name,
        'signed_at', s.signed_at, 'state', s.state) order by e.starts_at), '[]')
      from public.event_sign_up s join public.event e using (event_id) left join public.shift h on h.shift_id = s.shift_id
      where s.person_id = any (persons)
        or s.account_id in (select p.account_id from public.person p where p.person_id = any (persons))),
    'rounds', wall.file_rounds(persons, null),
    'printed', wall.file_printed(persons),
    'offers', wall.file_offers(wall.offers_of(persons)));
end
$$;

-- Who looked at somebody of Organise: roles and purposes, no names.
create function wall.file_person_looks(person uuid) returns jsonb
language sql stable security definer set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object('at', s.at, 'how', s.what, 'role', coalesce(s.role, 'operator'),
    'purpose', coalesce(s.command, s.purpose)) order by s.at desc), '[]')
  from wall.who_saw_person(person, 0, 1000000) s
$$;

create function wall.file_requests(partition integer, records bigint[], account uuid, person uuid) returns jsonb
language sql stable security definer set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object('number', q.request_id, 'kind', q.kind, 'came_by', q.came_by,
    'received_on', q.received_on, 'about', q.about, 'state', q.state, 'identity', q.identity, 'closed_on', q.closed_on) order by q.request_id), '[]')
  from public.request q
  where (q.partition_id = partition and q.elector_id = any (records)) or q.account_id = account or q.person_id = person
$$;

create function wall.file_account(account uuid) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
begin
  return (select jsonb_build_object(
    'account', (select jsonb_build_object('name', a.name, 'email', a.email, 'created_at', a.created_at,
        'has_password', a.password_hash is not null, 'theme', a.theme) from public.account a where a.account_id = account),
    'passwords_changed', (select coalesce(jsonb_agg(jsonb_build_object('at', p.at, 'by',
        case when p.by_operator then 'the operator' when p.by_account is null or p.by_account = account then 'the account itself'
          else 'an administrator' end) order by p.at), '[]')
      from public.password_change p where p.account_id = account),
    'grants', (select coalesce(jsonb_agg(jsonb_build_object('role', g.role, 'area', r.name, 'purpose', g.purpose,
        'reason', g.reason, 'starts_at', g.starts_at, 'ends_at', g.ends_at, 'ended_at', g.ended_at,
        'ended_reason', g.ended_reason) order by g.given_at), '[]')
      from public.access_grant g join public.area r using (area_id) where g.account_id = account),
    'factors', (select coalesce(jsonb_agg(jsonb_build_object('name', f.name, 'made_at', f.made_at, 'used_at', f.used_at,
        'removed_at', f.removed_at) order by f.made_at), '[]') from public.factor f where f.account_id = account),
    'terms', (select coalesce(jsonb_agg(jsonb_build_object('version', t.version, 'at', t.at) order by t.at), '[]')
      from public.terms_acceptance t where t.account_id = account),
    'browsers', (select coalesce(jsonb_agg(jsonb_build_object('browser', d.agent, 'first_at', d.first_at, 'last_at', d.last_at)
        order by d.first_at), '[]') from public.device d where d.account_id = account),
    'sessions', (select coalesce(jsonb_agg(jsonb_build_object('started_at', s.started_at, 'ended_at', s.ended_at,
        'browser', s.agent, 'address', s.address) order by s.started_at), '[]')
      from public.session s where s.account_id = account),
    'lists_held', (select coalesce(jsonb_agg(jsonb_build_object('from', s.starts_at, 'until', coalesce(s.ended_at, s.ends_at))
        order by s.starts_at), '[]') from public.assignment s where s.account_id = account),
    'letters', (select coalesce(jsonb_agg(jsonb_build_object('form', m.form, 'queued_at', m.queued_at, 'sent_at', m.sent_at)
        order by m.queued_at), '[]') from public.mail m where m.account_id = account
        or m.address = (select a.email from public.account a where a.account_id = account)),
    'exports', (select coalesce(jsonb_agg(jsonb_build_object('asked_at', x.asked_at, 'what', x.what, 'purpose', x.purpose,
        'reason', x.reason, 'people', x.people, 'fetched', (select count(*) from public.export_fetch y where y.export_id = x.export_id))
        order by x.asked_at), '[]') from public.export x where x.account_id = account),
    'events', (select coalesce(jsonb_agg(jsonb_build_object('at', coalesce(h.starts_at, e.starts_at), 'event', e.title, 'shift', h.name,
        'signed_at', s.signed_at, 'state', s.state) order by e.starts_at), '[]')
      from public.event_sign_up s join public.event e using (event_id) left join public.shift h on h.shift_id = s.shift_id
      where s.account_id = account),
    'rounds', wall.file_rounds('{}', account),
    'answers_recorded', (select count(*) from public.result r where r.account_id = account),
    'looks', (select coalesce(jsonb_agg(jsonb_build_object('at', l.at, 'how', l.what, 'permission', l.permission,
        'purpose', l.purpose, 'people', cardinality(l.subjects), 'route', l.route, 'status', l.status, 'address', l.address)
        order by l.at), '[]')
      from public.access_log l where l.account_id = account)));
end
$$;

-- One person's whole file, on record as a look or as taken away.
create function wall.subject_file(partition integer, elector bigint, account uuid, person uuid, taken boolean, operator uuid)
returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  records bigint[] := wall.records_of(partition, elector);
  -- Whoever of Organise is this person, or said to be.
  persons uuid[] := array(select p.person_id from public.person p where p.erased_at is null
    and (p.person_id = person or p.account_id = account
      or (p.partition_id = partition and p.elector_id = any (records))));
  file jsonb;
begin
  perform wall.must_be_for_rights();
  if taken then
    perform wall.must_be_fresh();
  end if;
  if not exists (select from public.elector e where e.partition_id = partition and e.elector_id = elector and e.erased_at is null)
    and not exists (select from public.account a where a.account_id = account and a.name <> 'Erased account')
    and not exists (select from public.person p where p.person_id = person and p.erased_at is null) then
    return null;
  end if;
  file := case when elector is not null then jsonb_build_object(
      'register', wall.file_register(partition, records), 'contact', wall.file_contact(partition, records),
      'answers', wall.file_answers(partition, records) || jsonb_build_object('tasks', wall.file_tasks(partition, records),
        'on_paper', wall.file_paper(partition, records)),
      'lists', wall.file_lists(partition, records),
      'materials', wall.file_materials(partition, records),
      'voters', wall.file_voters(partition, records),
      'looks', wall.file_looks(partition, elector))
    when account is not null then jsonb_build_object('account', wall.file_account(account))
    else jsonb_build_object('looks', wall.file_person_looks(person)) end
    || case when cardinality(persons) > 0 then jsonb_build_object('organise', wall.file_organise(persons)) else '{}' end
    || jsonb_build_object('requests', wall.file_requests(partition, records, account, person));
  perform wall.note_rights(case when taken then 'export' else 'look' end,
    case when taken then 'take-subject-file' else 'handle-requests' end, array[partition], array[elector], operator, persons);
  return file;
end
$$;

-- The data protection officer strikes a passage, or lifts that again.
create function wall.strike(strike uuid, partition integer, result uuid, begins integer, letters integer) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform wall.must_be_for_rights();
  insert into public.strike (strike_id, partition_id, result_id, begins, letters, struck_by)
  select strike.strike, r.partition_id, r.id, strike.begins, strike.letters, wall.account() from public.result r
  where r.partition_id = partition and r.id = result and strike.begins + strike.letters <= length(r.note);
  return found;
end
$$;
-- The data protection officer corrects what was recorded of somebody: a new answer stands in the old one's place and at its
-- time, and the old one stays as history. Answers `done`, `corrected` (a later answer stands there already) or `not-found`.
create function wall.correct_answer(partition integer, elector bigint, result uuid, correction uuid, intention text, note text)
returns text
language plpgsql volatile security definer set search_path = '' as $$
declare
  old public.result;
begin
  perform wall.must_be_for_rights();
  if wall.account() is null then
    raise exception 'an answer is corrected by the officer, not by a command' using errcode = '42501';
  end if;
  select r.* into old from public.result r where r.partition_id = partition and r.id = correct_answer.result
    and r.elector_id = any (wall.records_of(partition, elector)) for no key update;
  if old.id is null then
    return 'not-found';
  elsif not exists (select from public.standing_result s where s.partition_id = partition and s.id = old.id) then
    return 'corrected';
  end if;
  insert into public.result (partition_id, id, list_id, household_id, elector_id, area_no, outcome, intention, intention_kind,
    issues, asks, voted, note, at, received_at, base, account_id)
  values (old.partition_id, correction, old.list_id, old.household_id, old.elector_id, old.area_no, old.outcome,
    correct_answer.intention, old.intention_kind, old.issues, old.asks, old.voted, correct_answer.note, old.at, old.received_at,
    old.id, wall.account());
  perform wall.tasks_from(array[partition], array[correction]);
  perform wall.settle(partition, old.elector_id, old.intention_kind);
  perform wall.note_rights('look', 'handle-requests', array[partition], array[elector], null);
  return 'done';
end
$$;
create function wall.lift_strike(strike uuid) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform wall.must_be_for_rights();
  update public.strike s set lifted_at = statement_timestamp() where s.strike_id = lift_strike.strike and s.lifted_at is null;
  return found;
end
$$;

-- Does a notice to stop opinions, or processing at all, stand? Then an organiser may not allow the door again.
create function wall.held_back(partition integer, elector bigint) returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return exists (select from public.standing_objection o where o.partition_id = partition and o.elector_id = elector
    and o.channel in ('opinions', 'processing'));
end
$$;

-- Is this an answer of somebody of whom nothing may be kept?
create function wall.wants_nothing_kept(content jsonb) returns boolean
language plpgsql stable security definer set search_path = '' as $$
declare
  named text[] := regexp_match(content ->> 'elector', '^([0-9]{1,9})\.([0-9]{1,18})$');
begin
  return named is not null and (wall.held_back(named[1]::integer, named[2]::bigint)
    or exists (select from public.elector e where e.partition_id = named[1]::integer and e.elector_id = named[2]::bigint
      and e.erased_at is not null));
end
$$;

-- Keeps the keyed hash by which what stands of somebody's words to stop outlives their record; without any left, none. For
-- whoever records such words: the data protection officer, an organiser in the area in use, the operator.
create function wall.keep_suppression(partition integer, elector bigint, key_id text, exact bytea, loose bytea) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  standing text[];
  records bigint[] := wall.records_of(partition, elector);
begin
  if not (wall.for_rights() or exists (select from public.elector e where e.partition_id = partition
    and e.elector_id = elector and e.area_no = any (wall.areas()))) then
    raise exception 'this person is not in the area in use' using errcode = '42501';
  end if;
  select array_agg(o.channel) into standing from public.standing_objection o
  where o.partition_id = partition and o.elector_id = elector;
  delete from public.suppression s where s.partition_id = partition and s.elector_id = any (records)
    and (standing is null or s.elector_id <> elector);
  if standing is not null then
    insert into public.suppression (suppression_id, key_id, exact, loose, channels, partition_id, elector_id)
    values (gen_random_uuid(), keep_suppression.key_id, keep_suppression.exact, keep_suppression.loose, standing, partition, elector)
    on conflict on constraint suppression_partition_id_elector_id_key do update set key_id = excluded.key_id,
      exact = excluded.exact, loose = excluded.loose, channels = excluded.channels;
  end if;
end
$$;

-- Records that somebody stops channels, or takes that back, and keeps the keyed hash by which that outlives their record.
-- Whoever stops the processing of opinions or processing at all is not called on either.
create function wall.record_stop(partition integer, elector bigint, stops text[], taken_back boolean, how text, key_id text,
  exact bytea, loose bytea, operator uuid) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  wanted text[] := stops;
begin
  perform wall.must_be_for_rights();
  perform wall.begin_answers(array[partition]);
  if not taken_back and stops && array['opinions', 'processing'] then
    wanted := wanted || array['door'];
    perform wall.tasks_stop(partition, wall.records_of(partition, elector));
  end if;
  insert into public.objection (partition_id, elector_id, objection_id, area_no, channel, withdrawn, how, account_id, operator_id)
  select e.partition_id, e.elector_id, gen_random_uuid(), e.area_no, c.channel, taken_back, record_stop.how, wall.account(),
    record_stop.operator
  from public.elector e cross join (select distinct unnest(wanted) as channel) c
  where e.partition_id = partition and e.elector_id = elector and e.erased_at is null;
  if not found then
    raise exception 'no such person' using errcode = 'P0002';
  end if;
  perform wall.keep_suppression(partition, elector, record_stop.key_id, record_stop.exact, record_stop.loose);
end
$$;

-- The hashes that an import compares its new people with. Only where one is imported, or by the operator.
create function wall.suppressions()
returns table (suppression_id uuid, key_id text, exact bytea, loose bytea, partition_id integer, elector_id bigint)
language plpgsql stable security definer set search_path = '' as $$
begin
  return query select s.suppression_id, s.key_id, s.exact, s.loose, s.partition_id, s.elector_id from public.suppression s
  where wall.operator() or exists (select from wall.in_use() u where u.role = 'organiser');
end
$$;

-- New people of an import who are suppressed: held back from every channel that was stopped, at once. Where the postcode is
-- another, until the data protection officer has decided.
create function wall.hold_back(partition integer, electors bigint[], matched uuid[], sure boolean[]) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  if not (wall.operator() or exists (select from wall.in_use() u where u.role = 'organiser')) then
    raise exception 'nobody who imports acts here' using errcode = '42501';
  end if;
  insert into public.objection (partition_id, elector_id, objection_id, area_no, channel, how, account_id)
  select distinct on (e.elector_id, c.channel) e.partition_id, e.elector_id, gen_random_uuid(), e.area_no, c.channel,
    case when t.certain then 'They had asked so before this register brought them again'
      else 'Held back: they may be somebody who asked so before' end, wall.account()
  from unnest(electors, matched, sure) t (elector, suppression, certain)
  join public.suppression s on s.suppression_id = t.suppression
  join public.elector e on e.partition_id = partition and e.elector_id = t.elector
    and (wall.operator() or e.area_no = any (wall.areas()))
  cross join unnest(s.channels) c (channel)
  where s.elector_id is null or exists (select from public.standing_objection o where o.partition_id = s.partition_id
    and o.elector_id = s.elector_id and o.channel = c.channel)
  order by e.elector_id, c.channel, t.certain desc;
  insert into public.suppression_doubt (partition_id, elector_id, suppression_id)
  select e.partition_id, e.elector_id, t.suppression from unnest(electors, matched, sure) t (elector, suppression, certain)
  join public.elector e on e.partition_id = partition and e.elector_id = t.elector
  where not t.certain on conflict do nothing;
end
$$;

-- The doubts that wait, by name, on record.
create function wall.suppression_doubts(operator uuid)
returns table (partition_id integer, elector_id bigint, suppression_id uuid, name text, address text, channels text[],
  erased boolean, made_on date, found_at timestamptz)
language plpgsql volatile security definer set search_path = '' as $$
#variable_conflict use_column
begin
  perform wall.must_be_for_rights();
  perform wall.note_rights('look', 'handle-requests', array_agg(d.partition_id), array_agg(d.elector_id), operator)
  from public.suppression_doubt d where d.state = 'open' having count(*) > 0;
  return query select d.partition_id, d.elector_id, d.suppression_id, e.name, coalesce(h.address, ''), s.channels,
    s.elector_id is null, s.made_at::date, d.found_at
  from public.suppression_doubt d join public.suppression s using (suppression_id)
  join public.elector e on e.partition_id = d.partition_id and e.elector_id = d.elector_id
  left join public.household h on h.partition_id = e.partition_id and h.household_id = e.household_id
  where d.state = 'open' order by d.found_at, e.name limit 200;
end
$$;

-- The same person or not? Who is another is held back no longer.
create function wall.decide_doubt(partition integer, elector bigint, suppression uuid, same boolean, operator uuid) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform wall.must_be_for_rights();
  update public.suppression_doubt d set state = case when same then 'same' else 'different' end, decided_by = wall.account(),
    decided_at = statement_timestamp()
  where d.partition_id = partition and d.elector_id = elector and d.suppression_id = suppression and d.state = 'open';
  if not found then
    return false;
  end if;
  if same and wall.held_back(partition, elector) then
    perform wall.tasks_stop(partition, array[elector]);
  end if;
  if not same and not exists (select from public.suppression_doubt d where d.partition_id = partition
    and d.elector_id = elector and d.state <> 'different') then
    insert into public.objection (partition_id, elector_id, objection_id, area_no, channel, withdrawn, how, account_id, operator_id)
    select o.partition_id, o.elector_id, gen_random_uuid(), e.area_no, o.channel, true,
      'Another person than who asked so before', wall.account(), decide_doubt.operator
    from public.standing_objection o join public.elector e using (partition_id, elector_id)
    where o.partition_id = partition and o.elector_id = elector
      and o.how = 'Held back: they may be somebody who asked so before';
  end if;
  return true;
end
$$;

-- What erasing somebody takes away and what stays, as figures.
create function wall.erasure_counts(partition integer, elector bigint, account uuid, person uuid) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  records bigint[] := wall.records_of(partition, elector);
begin
  perform wall.must_be_for_rights();
  if elector is not null then
    return jsonb_build_object(
      'records', cardinality(records),
      'entries', (select count(*) from public.register_entry t where t.partition_id = partition and t.elector_id = any (records)),
      'answers', (select count(*) from public.result r where r.partition_id = partition and r.elector_id = any (records)),
      'intentions', (select count(*) from public.intention_now i where i.partition_id = partition
        and i.elector_id = any (records) and i.code is not null),
      'waiting', (select count(*) from public.quarantine q where q.partition_id = partition and q.content <> '{}'
        and q.content ->> 'elector' = any (select partition || '.' || n from unnest(records) n)),
      'objections', (select count(*) from public.objection o where o.partition_id = partition and o.elector_id = any (records)),
      'lists', (select count(distinct w.list_id) from public.walk_list_elector w join public.walk_list l using (partition_id, list_id)
        where w.partition_id = partition and w.elector_id = any (records) and l.ended_at is null and w.version = l.version),
      'requests', (select count(*) from public.request q where q.partition_id = partition and q.elector_id = any (records)),
      'looks', (select count(*) from wall.who_saw(partition, elector, 0, 1000000)))
      || wall.count_others(partition, elector, null, null);
  elsif person is not null then
    return jsonb_build_object(
      'contacts', (select count(*) from public.person_contact c where c.person_id = person),
      'consents', (select count(*) from public.person_consent c where c.person_id = person),
      'person_notes', (select count(*) from public.person_note n where n.person_id = person),
      'offers', cardinality(wall.offers_of(array[person])),
      'requests', (select count(*) from public.request q where q.person_id = person),
      'looks', (select count(*) from wall.who_saw_person(person, 0, 1000000)))
      || wall.count_others(null, null, null, person);
  end if;
  return jsonb_build_object(
    'live_grants', (select count(*) from public.access_grant g where g.account_id = account and g.ended_at is null
      and g.ends_at > statement_timestamp()),
    'sessions', (select count(*) from public.session s where s.account_id = account),
    'letters', (select count(*) from public.mail m where m.account_id = account
      or m.address = (select a.email from public.account a where a.account_id = account)),
    'grants', (select count(*) from public.access_grant g where g.account_id = account),
    'answers', (select count(*) from public.result r where r.account_id = account),
    'requests', (select count(*) from public.request q where q.account_id = account),
    'looks', (select count(*) from public.access_log l where l.account_id = account))
    || wall.count_others(null, null, account, null);
end
$$;

-- What each room takes away of an elector (src/protection/holdings.rs). Nobody calls them but wall.erase_elector.
create function wall.erase_answers(partition integer, records bigint[]) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  named text[] := array(select partition || '.' || n from unnest(records) n);
begin
  -- Nobody but a shared holder of the answers' lock writes tallies: see 0006_canvass.sql. Whoever left is in none.
  insert into public.tally (area_no, intention_kind, code, change)
  select i.area_no, i.intention_kind, i.code, -1 from public.intention_now i
  join public.elector e on e.partition_id = i.partition_id and e.elector_id = i.elector_id and e.left_at is null
  where i.partition_id = partition and i.elector_id = any (records) and i.code is not null;
  delete from public.intention_now i where i.partition_id = partition and i.elector_id = any (records);
  delete from public.strike s using public.result r where r.partition_id = partition and r.elector_id = any (records)
    and s.partition_id = r.partition_id and s.result_id = r.id;
  perform wall.tasks_stop(partition, records);
  -- That somebody was asked, and when, stays as a figure of the list's work; what they said goes.
  update public.result r set intention = null, issues = '{}', asks = '{}', voted = null, note = null
  where r.partition_id = partition and r.elector_id = any (records);
  delete from public.result_conflict x where x.partition_id = partition and x.content ->> 'elector' = any (named);
  update public.quarantine q set content = '{}', field = null, reason = 'Its person was erased', decided_reason = null,
    state = case when q.state = 'waiting' then 'binned' else q.state end,
    decided_at = coalesce(q.decided_at, statement_timestamp())
  where q.partition_id = partition and q.content ->> 'elector' = any (named);
end
$$;

create function wall.erase_contact(partition integer, records bigint[]) returns void
language sql volatile security definer set search_path = '' as $$
  delete from public.suppression_doubt d where d.partition_id = erase_contact.partition and d.elector_id = any (records);
  delete from public.suppression s where s.partition_id = erase_contact.partition and s.elector_id = any (records);
  delete from public.objection o where o.partition_id = erase_contact.partition and o.elector_id = any (records);
$$;

create function wall.erase_requests(partition integer, records bigint[], account uuid, person uuid) returns void
language sql volatile security definer set search_path = '' as $$
  update public.request_event v set words = '' from public.request q
  where v.request_id = q.request_id and v.words <> ''
    and ((q.partition_id = partition and q.elector_id = any (records)) or q.account_id = account or q.person_id = person);
  update public.request q set asker = '', answer_to = '', about = ''
  where (q.partition_id = partition and q.elector_id = any (records)) or q.account_id = account or q.person_id = person;
$$;

-- Everything that hangs on the record goes with it, and so does what waits for them outside it: offers to help, invitations that
-- nobody took up, letters to their address. What goes to an address that somebody else is reached by, or an account's, stays theirs.
create function wall.erase_organise(persons uuid[]) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  theirs text[] := array(select c.email_key from public.person_contact c where c.person_id = any (persons) and c.email_key <> ''
    and not exists (select from public.person_contact x where x.email_key = c.email_key and x.person_id <> all (persons))
    and not exists (select from public.account a where a.email = c.email_key));
begin
  perform wall.erase_printed(persons);
  delete from public.volunteer_sign_up s where s.sign_up_id = any (wall.offers_of(persons));
  update public.link l set address = null, name = null, reason = null, ended_at = coalesce(l.ended_at, statement_timestamp())
  where l.kind = 'invitation' and l.account_id is null and (l.address = any (theirs)
    or l.link_id in (select v.invitation from public.volunteer v where v.person_id = any (persons)));
  delete from public.mail m where m.account_id is null
    and (m.address = any (theirs) or m.fields ->> 'person' = any (persons::text[]));
  delete from public.person p where p.person_id = any (persons);
end
$$;

create function wall.erase_register(partition integer, records bigint[]) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  names text[] := array(select distinct lower(w) from public.elector e,
    lateral unnest(array[e.surname]) w where e.partition_id = partition and e.elector_id = any (records) and length(w) > 1);
begin
  delete from public.kept_search k where exists (select from unnest(names) n where position(n in lower(k.words)) > 0);
  -- An export that was asked for by somebody's name can then be found no more.
  update public.export x set choice = x.choice || '{"words": "", "gone": true}'
  where x.what = 'search' and exists (select from unnest(names) n where position(n in lower(x.choice ->> 'words')) > 0);
  update public.district_size z set electors = greatest(z.electors - gone.people, 0)
  from (select e.area_no, count(*)::integer as people from public.elector e where e.partition_id = partition
    and e.elector_id = any (records) and e.left_at is null group by 1) gone
  where z.area_no = gone.area_no;
  -- A register that is on its way in brings them as somebody new, whom the suppression then holds back.
  update public.import_row r set elector_id = nextval('public.elector_elector_id_seq'), step = null
  from public.import i where i.import_id = r.import_id and i.partition_id = partition and r.elector_id = any (records);
  delete from public.import_doubtful u using public.import i where i.import_id = u.import_id
    and i.partition_id = partition and u.candidate_id = any (records);
  update public.register_entry t set raw = '', extra = null, elector_id = null
  where t.partition_id = partition and t.elector_id = any (records);
  update public.doubtful_match m set state = 'moot', decided_at = statement_timestamp()
  where m.partition_id = partition and m.state = 'open' and (m.elector_id = any (records) or m.candidate_id = any (records));
  update public.elector e set household_id = null, kind = 'other', title = '', forenames = '', surname = '', name_suffix = '',
    name = 'Erased', name_key = '', forename_key = '', later_key = '', last_key = '', number = '', attains_on = null,
    markers = '', in_open_register = false, left_at = coalesce(e.left_at, statement_timestamp()),
    erased_at = statement_timestamp()
  where e.partition_id = partition and e.elector_id = any (records);
end
$$;

-- Erases an elector: every record that is theirs. Afterwards nothing says who they were but the keyed hash. Rows of the
-- access log stay as they are, so that its seal holds: with the pseudonym's row gone they are about nobody.
create function wall.erase_elector(partition integer, elector bigint, reason text, key_id text, exact bytea, loose bytea, operator uuid)
returns uuid
language plpgsql volatile security definer set search_path = '' as $$
declare
  records bigint[];
  counts jsonb;
  erased uuid := gen_random_uuid();
begin
  perform wall.must_be_for_rights();
  perform wall.must_be_fresh();
  -- Answers and imports that are under way end first; later ones find the person gone.
  perform wall.hold_answers(partition);
  perform from public.elector e where e.partition_id = partition and e.elector_id = elector and e.erased_at is null for no key update;
  if not found then
    return null;
  end if;
  records := wall.records_of(partition, elector);
  counts := wall.erasure_counts(partition, elector, null, null);
  -- The look is on record while the person still has a pseudonym; who was erased is nowhere afterwards.
  perform wall.note_rights('look', 'erase-subjects', array[partition], array[elector], operator);
  perform wall.erase_answers(partition, records);
  perform wall.erase_contact(partition, records);
  perform wall.erase_materials(partition, records);
  perform wall.erase_voters(partition, records);
  perform wall.erase_requests(partition, records, null, null);
  -- Whoever of Organise was said to be this elector stays what they are there, and is no elector any more.
  update public.person p set partition_id = null, elector_id = null, linked_how = null, linked_at = null, linked_by = null
  where p.partition_id = partition and p.elector_id = any (records);
  insert into public.request_event (request_id, event_id, what, by_account, by_operator)
  select q.request_id, gen_random_uuid(), 'erased', wall.account(), operator from public.request q
  where q.partition_id = partition and q.elector_id = any (records);
  perform wall.erase_register(partition, records);
  delete from public.subject s where s.partition_id = partition and s.elector_id = any (records);
  insert into public.suppression (suppression_id, key_id, exact, loose, channels)
  values (gen_random_uuid(), erase_elector.key_id, erase_elector.exact, erase_elector.loose,
    array['door', 'post', 'phone', 'email', 'text', 'opinions', 'processing']);
  insert into public.erasure (erasure_id, of_what, reason, counts, erased_by, erased_by_operator)
  values (erased, 'elector', erase_elector.reason, counts, wall.account(), operator);
  return erased;
end
$$;

-- Erases an account that has no access any more: name, address, browsers. Its records say what an account did, no longer whose.
create function wall.erase_account(account uuid, reason text, operator uuid) returns uuid
language plpgsql volatile security definer set search_path = '' as $$
declare
  counts jsonb := wall.erasure_counts(null, null, account, null);
  old_email text;
  erased uuid := gen_random_uuid();
begin
  perform wall.must_be_for_rights();
  perform wall.must_be_fresh();
  select a.email into old_email from public.account a where a.account_id = account and a.name <> 'Erased account' for update;
  if old_email is null then
    return null;
  elsif (counts ->> 'live_grants')::integer > 0 then
    raise exception 'end the access of this account first' using errcode = '23514', constraint = 'erase_account_live';
  end if;
  perform wall.note_rights('look', 'erase-subjects', array[]::integer[], array[]::bigint[], operator);
  update public.session s set agent = '', address = '', ended_at = coalesce(s.ended_at, statement_timestamp()),
    ended_why = coalesce(s.ended_why, 'access-ended') where s.account_id = account;
  delete from public.mail m where m.account_id = account or m.address = old_email;
  delete from public.join_request r where r.account_id = account or r.contact = old_email;
  delete from public.device d where d.account_id = account;
  delete from public.event_feed f where f.account_id = account;
  delete from public.place_use p where p.account_id = account;
  delete from public.recovery_code c where c.account_id = account;
  delete from public.factor f where f.account_id = account;
  update public.link l set address = null, name = null, reason = null, ended_at = coalesce(l.ended_at, statement_timestamp())
  where l.account_id = account or l.address = old_email;
  update public.access_grant g set reason = 'Erased', ended_reason = case when g.ended_reason is not null then 'Erased' end
  where g.account_id = account;
  update public.export x set reason = 'Erased', decided_reason = case when x.decided_reason is not null then 'Erased' end
  where x.account_id = account;
  perform wall.erase_requests(null, null, account, null);
  update public.person p set account_id = null where p.account_id = account;
  update public.account a set name = 'Erased account', email = a.account_id || '@erased.invalid', password_hash = null, theme = null
  where a.account_id = erase_account.account;
  insert into public.erasure (erasure_id, of_what, reason, counts, erased_by, erased_by_operator)
  values (erased, 'account', erase_account.reason, counts, wall.account(), operator);
  return erased;
end
$$;

-- Erases somebody of Organise: member, volunteer, whoever signed up. The elector or account that they are is erased by itself.
-- What remains is the keyed hash, so that the party's next file does not bring them back unseen, nor a register as somebody who
-- may be written to. Whoever had no name leaves none.
create function wall.erase_person(person uuid, reason text, key_id text, exact bytea, loose bytea, operator uuid) returns uuid
language plpgsql volatile security definer set search_path = '' as $$
declare
  counts jsonb := wall.erasure_counts(null, null, null, person);
  erased uuid := gen_random_uuid();
begin
  perform wall.must_be_for_rights();
  perform wall.must_be_fresh();
  perform from public.person p where p.person_id = person and p.erased_at is null for update;
  if not found then
    return null;
  end if;
  perform wall.note_rights('look', 'erase-subjects', array[]::integer[], array[]::bigint[], operator, array[person]);
  perform wall.erase_requests(null, null, null, person);
  insert into public.request_event (request_id, event_id, what, by_account, by_operator)
  select q.request_id, gen_random_uuid(), 'erased', wall.account(), operator from public.request q where q.person_id = person;
  perform wall.erase_organise(array[person]);
  insert into public.suppression (suppression_id, key_id, exact, loose, channels)
  select gen_random_uuid(), erase_person.key_id, erase_person.exact, erase_person.loose, array['post', 'phone', 'email', 'text']
  where erase_person.loose is not null;
  insert into public.erasure (erasure_id, of_what, reason, counts, erased_by, erased_by_operator)
  values (erased, 'person', erase_person.reason, counts, wall.account(), operator);
  return erased;
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
grant insert on request_event to hustings_wall;
grant delete on suppression_doubt to hustings_wall;
grant execute on function wall.find_subjects(text[], text[], text, integer, bigint, uuid),
  wall.subject_file(integer, bigint, uuid, uuid, boolean, uuid),
  wall.strike(uuid, integer, uuid, integer, integer), wall.lift_strike(uuid),
  wall.correct_answer(integer, bigint, uuid, uuid, text, text),
  wall.record_stop(integer, bigint, text[], boolean, text, text, bytea, bytea, uuid),
  wall.suppression_doubts(uuid), wall.decide_doubt(integer, bigint, uuid, boolean, uuid),
  wall.erasure_counts(integer, bigint, uuid, uuid), wall.other_records(integer, bigint, uuid, uuid, uuid), wall.erase_elector(integer, bigint, text, text, bytea, bytea, uuid),
  wall.erase_account(uuid, text, uuid), wall.erase_person(uuid, text, text, bytea, bytea, uuid) to hustings_protection;
grant execute on function wall.suppressions(), wall.hold_back(integer, bigint[], uuid[], boolean[]) to hustings_importer;
grant execute on function wall.held_back(integer, bigint), wall.keep_suppression(integer, bigint, text, bytea, bytea)
  to hustings_organiser;

set local role hustings_owner;
-- An erased record is nobody: no page of an organiser's opens it.
create policy nobody_erased on elector as restrictive for select to hustings_organiser using (erased_at is null);
-- What a notice to stop or a restriction holds back, an organiser does not let go.
create policy organiser_leaves_rights on objection as restrictive for insert to hustings_organiser
  with check (not withdrawn or not wall.held_back(partition_id, elector_id));
reset role;
