-- People of Organise: members, whoever helps, whoever signed up. One record a person, so that a member who helps is met once;
-- what they are (a member, a volunteer) stands in tables of its own beside it. Who sees them goes by the area that the record
-- belongs to, usually a branch: it must lie wholly inside the area in use.
set local role hustings_owner;
create table person (
  person_id uuid primary key,
  area_id bigint not null references area,
  forename text not null default '' check (length(forename) <= 100),
  surname text not null default '' check (length(surname) <= 100),
  -- Folded as electors' names are: surname first, and forename first.
  name_key text collate "C" not null default '' check (length(name_key) <= 250),
  forename_key text collate "C" not null default '' check (length(forename_key) <= 250),
  source text not null check (source in ('import', 'door', 'sign-up', 'typed')),
  -- The elector that they are, and who said so: by name and address without a doubt, or a person.
  partition_id integer,
  elector_id bigint,
  linked_how text check (linked_how in ('exact', 'person')),
  linked_at timestamptz,
  linked_by uuid references account,
  account_id uuid unique references account,
  -- That they said so, or whoever wrote them down did. A date of birth, once it is known, says more: wall.minor.
  under_18 boolean not null default false,
  -- Kept by triggers, for who may know whether somebody can be reached and not how.
  has_email boolean not null default false,
  has_mobile boolean not null default false,
  channels text[] not null default '{}',
  created_at timestamptz not null default statement_timestamp(),
  created_by uuid references account,
  erased_at timestamptz,
  unique (person_id, area_id),
  foreign key (partition_id, elector_id) references elector,
  check ((partition_id is null) = (elector_id is null)),
  check ((elector_id is null) = (linked_how is null))
);
create index person_by_name on person (area_id, name_key);
create index person_by_forename on person (area_id, forename_key);
create index person_by_elector on person (partition_id, elector_id) where elector_id is not null;

-- How somebody is reached. Whoever keeps members reads it; an organiser only of those who gave it to be rung or written to
-- by them: who signed up to help.
create table person_contact (
  person_id uuid primary key,
  area_id bigint not null,
  email text not null default '' check (length(email) <= 254),
  email_key text collate "C" not null default '' check (length(email_key) <= 254),
  mobile text not null default '' check (length(mobile) <= 30),
  phone text not null default '' check (length(phone) <= 30),
  address text[] not null default '{}' check (cardinality(address) <= 8 and length(array_to_string(address, ' ')) <= 500),
  postcode text not null default '' check (length(postcode) <= 12),
  postcode_key text collate "C" not null default '' check (length(postcode_key) <= 12),
  born_on date check (isfinite(born_on)) check (born_on < '9999-12-31'),
  -- Whether organisers may see any of it, and by which ways: what somebody gave to them, not what their membership secretary holds.
  for_organisers boolean not null default false,
  open_ways text[] not null default '{email,mobile,phone}' check (open_ways <@ array['email', 'mobile', 'phone']),
  -- Since when their telephones are these, and open to organisers as they are: paper made before may bear another number.
  rung_since timestamptz not null default statement_timestamp(),
  foreign key (person_id, area_id) references person (person_id, area_id) on update cascade on delete cascade
);
create index person_contact_by_email on person_contact (area_id, email_key) where email_key <> '';
-- Whoever is reached by an address, wherever they belong: what comes back is noted by it.
create index person_contact_by_address on person_contact (email_key) where email_key <> '';
create index person_contact_by_postcode on person_contact (area_id, postcode_key) where postcode_key <> '';

-- What somebody agreed to or took back, a channel each time, in whose words, how and when. Nothing is changed: the newest holds.
create table person_consent (
  consent_id uuid primary key,
  person_id uuid not null,
  area_id bigint not null,
  channel text not null check (channel in ('email', 'text', 'phone', 'post')),
  given boolean not null,
  -- What they were asked, or said.
  wording text not null check (length(wording) between 1 and 500),
  -- Where: "membership form", "at the door", "sign-up page", "unsubscribe link".
  source text not null check (length(source) between 1 and 100),
  said_at timestamptz not null default statement_timestamp() check (isfinite(said_at)) check (said_at < '9999-12-31'),
  recorded_at timestamptz not null default statement_timestamp(),
  recorded_by uuid references account,
  foreign key (person_id, area_id) references person (person_id, area_id) on update cascade on delete cascade
);
create index person_consent_by_person on person_consent (person_id, channel, recorded_at desc);

-- What is worth knowing of somebody, and for what: a note of the one purpose is not read for the other.
create table person_note (
  note_id uuid primary key,
  person_id uuid not null,
  area_id bigint not null,
  purpose text not null check (purpose in ('membership', 'campaigning')),
  words text not null check (length(words) between 1 and 1000),
  at timestamptz not null default statement_timestamp(),
  by_account uuid references account,
  foreign key (person_id, area_id) references person (person_id, area_id) on update cascade on delete cascade
);
create index person_note_by_person on person_note (person_id, at desc);

-- They stand in the access log by a random pseudonym, as electors do; erasing somebody is deleting one row here.
create table person_subject (
  person_id uuid primary key references person on delete cascade,
  pseudonym uuid not null unique default gen_random_uuid()
);

grant select on person, person_contact, person_consent, person_note, person_subject to hustings_wall, hustings_protection;
grant insert, update, delete on person, person_contact, person_consent, person_note, person_subject to hustings_wall;
grant select on person, person_contact, person_consent, person_note to hustings_membership;
-- Whose account somebody is nobody says but the invitation that they took up.
grant insert (person_id, area_id, forename, surname, name_key, forename_key, source, under_18, created_by),
  update (area_id, forename, surname, name_key, forename_key, under_18) on person to hustings_membership;
grant insert (person_id, area_id, email, email_key, mobile, phone, address, postcode, postcode_key, born_on, for_organisers),
  update (email, email_key, mobile, phone, address, postcode, postcode_key, born_on, for_organisers)
  on person_contact to hustings_membership;
grant insert (consent_id, person_id, area_id, channel, given, wording, source, said_at, recorded_by) on person_consent
  to hustings_membership, hustings_organiser;
grant insert (note_id, person_id, area_id, purpose, words, by_account) on person_note to hustings_membership, hustings_organiser;
grant select on person, person_consent, person_note to hustings_organiser;
-- Email address and telephones an organiser reads by wall.reach_of: those alone that were given to them.
grant select (person_id, area_id, for_organisers) on person_contact to hustings_organiser;
grant insert (person_id, area_id, forename, surname, name_key, forename_key, source, under_18, created_by),
  update (under_18) on person to hustings_organiser;
grant insert (person_id, area_id, email, email_key, mobile, phone, for_organisers),
  update (email, email_key, mobile, phone) on person_contact to hustings_organiser;
grant select (person_id, area_id, forename, surname, account_id) on person to hustings_volunteer;
grant select on person_subject to hustings_administrator;

do $$
declare
  held text;
begin
  foreach held in array array['person', 'person_contact', 'person_consent', 'person_note', 'person_subject'] loop
    execute format('alter table %I enable row level security', held);
    execute format('alter table %I force row level security', held);
    execute format('create policy protection on %I for select to hustings_protection
      using ((select wall.is(''data-protection-officer'')))', held);
  end loop;
end $$;
reset role;

-- May this role work in Organise now? The same as wall.is, but for the half that closes: an organiser's or canvasser's own half
-- is Contact, and what they do with members, events and shifts is not.
create function wall.works(role text) returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return exists (select from wall.in_use() u where u.role = works.role)
    and (works.role in ('administrator', 'data-protection-officer') or wall.open('organise'));
end
$$;

-- The areas whose people whoever acts may work with now: those wholly inside the grant's, narrowed by the one in use.
create function wall.places() returns bigint[]
language plpgsql stable security definer set search_path = '' as $$
declare
  narrowed bigint := substring(current_setting('app.area', true) from '^[0-9]{1,18}$')::bigint;
  whole bigint;
begin
  if narrowed is null or not wall.open('organise') then
    return '{}';
  end if;
  select u.area_id into whole from wall.in_use() u where u.role in ('organiser', 'membership-secretary');
  if whole is null then
    return '{}';
  elsif narrowed = whole then
    return wall.areas_inside(whole);
  end if;
  return array(select unnest(wall.areas_inside(narrowed)) intersect select unnest(wall.areas_inside(whole)));
end
$$;

-- Internal, of a trigger: what somebody agrees to now.
create function wall.keep_channels() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  -- Two who write at the same time come one after the other, and the second reads what the first wrote.
  perform from public.person p where p.person_id = new.person_id for no key update;
  update public.person p set channels = array(
    select c.channel from (
      select distinct on (x.channel) x.channel, x.given from public.person_consent x where x.person_id = new.person_id
      order by x.channel, x.recorded_at desc, x.consent_id desc) c
    where c.given order by c.channel)
  where p.person_id = new.person_id;
  return null;
end
$$;

-- Internal, of a trigger: whether somebody can be reached.
create function wall.keep_reachable() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update public.person p set has_email = new.email <> '', has_mobile = new.mobile <> '' where p.person_id = new.person_id;
  return null;
end
$$;

-- Internal: is somebody under 18 today? By their date of birth where it is known, by what was said where it is not.
create function wall.minor(said boolean, born date) returns boolean
language sql stable set search_path = '' as $$
  select case when minor.born is null then coalesce(minor.said, false)
    else minor.born > (statement_timestamp() at time zone 'Europe/London')::date - interval '18 years' end
$$;

-- Is a person of one's areas under 18?
create function wall.is_minor(person uuid) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (select from public.person p left join public.person_contact c using (person_id)
    where p.person_id = is_minor.person and p.area_id = any (wall.places()) and wall.minor(p.under_18, c.born_on))
$$;

-- How somebody is reached: all of it for whoever keeps members, for an organiser what was given to organisers.
create function wall.reach_of(person uuid) returns table (email text, mobile text, phone text, for_organisers boolean)
language sql stable security definer set search_path = '' as $$
  select case when k.every or 'email' = any (c.open_ways) then c.email else '' end,
    case when k.every or 'mobile' = any (c.open_ways) then c.mobile else '' end,
    case when k.every or 'phone' = any (c.open_ways) then c.phone else '' end, c.for_organisers
  from (select wall.works('membership-secretary') as every) k
  join public.person_contact c on c.person_id = reach_of.person and (k.every or (c.for_organisers and wall.works('organiser')))
  join public.person p on p.person_id = c.person_id and p.area_id = any (wall.places()) and p.erased_at is null
$$;

-- Internal, of a trigger: what an organiser writes was given to organisers.
create function wall.keep_ways() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if not wall.works('organiser') then
    return new;
  end if;
  if new.email <> old.email then
    new.open_ways := array_remove(new.open_ways, 'email') || case when new.email <> '' then array['email'] else '{}' end;
  end if;
  if new.mobile <> old.mobile then
    new.open_ways := array_remove(new.open_ways, 'mobile') || case when new.mobile <> '' then array['mobile'] else '{}' end;
  end if;
  if new.phone <> old.phone then
    new.open_ways := array_remove(new.open_ways, 'phone') || case when new.phone <> '' then array['phone'] else '{}' end;
  end if;
  return new;
end
$$;

-- Internal, of a trigger: since when the telephones are these.
create function wall.date_telephones() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  new.rung_since := statement_timestamp();
  return new;
end
$$;

-- The pseudonyms of people shown, as wall.pseudonyms answers those of electors.
create function wall.person_pseudonyms(people uuid[]) returns uuid[]
language plpgsql volatile security definer set search_path = '' as $$
begin
  if not (wall.live() or pg_has_role(session_user, 'hustings_operator', 'member')) then
    return '{}';
  end if;
  insert into public.person_subject (person_id)
  select p.person_id from public.person p where p.person_id = any (people) and p.erased_at is null
    and not exists (select from public.person_subject s where s.person_id = p.person_id)
  order by p.person_id
  on conflict do nothing;
  return (select coalesce(array_agg(s.pseudonym), '{}') from public.person_subject s where s.person_id = any (people));
end
$$;

-- Internal: what somebody is called.
create function wall.person_name(held public.person) returns text
language sql immutable set search_path = '' as $$
  select coalesce(nullif(btrim(held.forename || ' ' || held.surname), ''), 'No name')
$$;

-- Everyone who saw one person of Organise, newest first.
create function wall.who_saw_person(person uuid, skip integer, take integer)
returns table (total bigint, at timestamptz, what text, permission text, purpose text, account_id uuid,
  name text, email text, role text, operator text, command text, why text)
language sql stable security definer set search_path = '' as $$
  select count(*) over (), l.at, l.what, l.permission, l.purpose, l.account_id, a.name, a.email, g.role,
    o.os_user, o.command, o.reason
  from public.access_log l
  left join public.account a on a.account_id = l.account_id
  left join public.access_grant g on g.grant_id = l.grant_id
  left join public.operator_session o on o.operator_id = l.operator_id
  where l.subjects && array(select s.pseudonym from public.person_subject s where s.person_id = who_saw_person.person)
    and l.what <> 'refused'
    and (exists (select from wall.in_use() u where u.role = 'data-protection-officer')
      or pg_has_role(session_user, 'hustings_operator', 'member'))
  order by l.at desc, l.entry_id desc offset who_saw_person.skip limit who_saw_person.take
$$;

alter function wall.works(text) owner to hustings_wall;
alter function wall.places() owner to hustings_wall;
alter function wall.keep_channels() owner to hustings_wall;
alter function wall.keep_reachable() owner to hustings_wall;
alter function wall.minor(boolean, date) owner to hustings_wall;
alter function wall.is_minor(uuid) owner to hustings_wall;
alter function wall.reach_of(uuid) owner to hustings_wall;
alter function wall.keep_ways() owner to hustings_wall;
alter function wall.date_telephones() owner to hustings_wall;
alter function wall.person_pseudonyms(uuid[]) owner to hustings_wall;
alter function wall.who_saw_person(uuid, integer, integer) owner to hustings_wall;
alter function wall.person_name(public.person) owner to hustings_wall;
grant execute on function wall.works(text) to hustings_volunteer, hustings_organiser, hustings_membership,
  hustings_protection, hustings_administrator;
grant execute on function wall.places(), wall.is_minor(uuid), wall.reach_of(uuid) to hustings_organiser, hustings_membership;
grant execute on function wall.person_pseudonyms(uuid[]) to hustings_volunteer, hustings_organiser, hustings_membership,
  hustings_protection;
grant execute on function wall.who_saw_person(uuid, integer, integer) to hustings_protection;
grant execute on function wall.keep_channels(), wall.keep_reachable(), wall.keep_ways(), wall.date_telephones() to hustings_owner;

set local role hustings_owner;
create trigger keep_channels after insert on person_consent for each row execute function wall.keep_channels();
create trigger keep_ways before update on person_contact
  for each row when ((old.email, old.mobile, old.phone) is distinct from (new.email, new.mobile, new.phone))
  execute function wall.keep_ways();
create trigger date_telephones before update on person_contact
  for each row when ((old.mobile, old.phone, old.for_organisers, old.open_ways)
    is distinct from (new.mobile, new.phone, new.for_organisers, new.open_ways))
  execute function wall.date_telephones();
create trigger keep_reachable after insert or update of email, mobile on person_contact
  for each row execute function wall.keep_reachable();

create policy nobody_erased on person as restrictive to hustings_organiser, hustings_membership, hustings_volunteer
  using (erased_at is null);
create policy membership on person to hustings_membership
  using (area_id = any ((select wall.places())::bigint[])) with check (area_id = any ((select wall.places())::bigint[]));
create policy organiser on person to hustings_organiser
  using (area_id = any ((select wall.places())::bigint[])) with check (area_id = any ((select wall.places())::bigint[]));
create policy volunteer on person for select to hustings_volunteer using (account_id = (select wall.account()));
create policy membership on person_contact to hustings_membership
  using (area_id = any ((select wall.places())::bigint[])) with check (area_id = any ((select wall.places())::bigint[]));
create policy organiser on person_contact to hustings_organiser
  using (area_id = any ((select wall.places())::bigint[]) and for_organisers)
  with check (area_id = any ((select wall.places())::bigint[]) and for_organisers);
create policy membership on person_consent to hustings_membership
  using (area_id = any ((select wall.places())::bigint[]))
  with check (area_id = any ((select wall.places())::bigint[]) and recorded_by = (select wall.account()));
create policy organiser on person_consent to hustings_organiser
  using (area_id = any ((select wall.places())::bigint[]))
  with check (area_id = any ((select wall.places())::bigint[]) and recorded_by = (select wall.account()));
create policy membership on person_note to hustings_membership
  using (area_id = any ((select wall.places())::bigint[]))
  with check (area_id = any ((select wall.places())::bigint[]) and by_account = (select wall.account()));
create policy organiser on person_note to hustings_organiser
  using (area_id = any ((select wall.places())::bigint[]) and purpose = 'campaigning')
  with check (area_id = any ((select wall.places())::bigint[]) and purpose = 'campaigning' and by_account = (select wall.account()));
create policy administrator on person_subject for select to hustings_administrator using ((select wall.is('administrator')));

-- Looks at people of Organise stand beside those at electors.
create or replace view looked_at with (security_invoker = true) as
select l.entry_id, l.at, l.what, l.permission, l.purpose, l.account_id, s.partition_id, s.elector_id,
  l.list_id, l.list_version, false as by_list, null::uuid as person_id
from access_log l
cross join lateral unnest(l.subjects) as shown (pseudonym)
join subject s on s.pseudonym = shown.pseudonym
where l.what <> 'refused'
  and not exists (select from walk_list_elector w where l.list_id is not null and w.partition_id = l.partition_id
    and w.list_id = l.list_id and w.version = l.list_version
    and w.partition_id = s.partition_id and w.elector_id = s.elector_id)
union all
select l.entry_id, l.at, l.what, l.permission, l.purpose, l.account_id, w.partition_id, w.elector_id,
  l.list_id, l.list_version, true, null
from access_log l
join walk_list_elector w on w.partition_id = l.partition_id and w.list_id = l.list_id and w.version = l.list_version
where l.what <> 'refused'
union all
select l.entry_id, l.at, l.what, l.permission, l.purpose, l.account_id, null, null, null, null, false, s.person_id
from access_log l
cross join lateral unnest(l.subjects) as shown (pseudonym)
join person_subject s on s.pseudonym = shown.pseudonym
where l.what <> 'refused';
reset role;
