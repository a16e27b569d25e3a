-- What messages stand on: whose imprint they carry, which addresses are left alone and why, what came back, how consent is taken
-- back by a link; and the page on which anybody may offer to help.
set local role hustings_owner;

-- Who promotes what goes out from an area, and on whose behalf (Elections Act 2022, part 6). Public by its nature.
create table message_imprint (
  area_id bigint primary key references area,
  promoter text not null check (length(promoter) between 1 and 200),
  promoter_address text not null check (length(promoter_address) between 1 and 300),
  behalf text not null check (length(behalf) between 1 and 200),
  behalf_address text not null check (length(behalf_address) between 1 and 300),
  -- Of what is printed alone.
  printer text not null default '' check (length(printer) <= 300),
  changed_at timestamptz not null default statement_timestamp() check (isfinite(changed_at)) check (changed_at < '9999-12-31'),
  changed_by uuid references account
);

-- Addresses that nothing is sent to: they came back, or their owner complained. A digest stands for the address, and goes
-- with the last person who is reached by it.
create table message_silence (
  channel text not null check (channel in ('email', 'text')),
  address_digest bytea not null check (length(address_digest) = 32),
  why text not null check (why in ('gone', 'full', 'refused', 'often', 'complaint')),
  -- The other side's own word (RFC 3463).
  status text not null default '' check (status ~ '^[0-9.]{0,12}$'),
  since timestamptz not null default statement_timestamp(),
  last_at timestamptz not null default statement_timestamp(),
  times integer not null default 1,
  lifted_at timestamptz,
  lifted_by uuid references account,
  primary key (channel, address_digest)
);

-- What came back of what was sent, each once, for a year.
create table message_return (
  return_id uuid primary key,
  -- Of the report itself: one that is read twice counts once.
  digest bytea not null unique check (length(digest) = 32),
  recipient_id uuid,
  channel text not null check (channel in ('email', 'text')),
  address_digest bytea not null check (length(address_digest) = 32),
  kind text not null check (kind in ('bounce', 'delay', 'complaint')),
  status text not null default '' check (status ~ '^[0-9.]{0,12}$'),
  at timestamptz not null,
  came_by text not null check (came_by in ('mailbox', 'command', 'webhook')),
  noted_at timestamptz not null default statement_timestamp()
);
create index message_return_by_address on message_return (channel, address_digest, at desc);
create index message_return_by_time on message_return (noted_at);
create index message_return_by_recipient on message_return (recipient_id) where recipient_id is not null;

-- The public page of an area on which somebody offers to help: none unless an organiser opens it.
create table volunteer_page (
  area_id bigint primary key references area,
  open boolean not null default false,
  -- What is asked for, above the form.
  words text not null default '' check (length(words) <= 600),
  changed_at timestamptz not null default statement_timestamp() check (isfinite(changed_at)) check (changed_at < '9999-12-31'),
  changed_by uuid not null references account
);

-- Who offered on it and has not confirmed yet by the letter that they got: two days, then it is gone. What they gave goes
-- at once when they confirm, to their record.
create table volunteer_sign_up (
  sign_up_id uuid primary key,
  key bytea not null unique check (length(key) = 32),
  area_id bigint not null references area,
  forename text not null default '' check (length(forename) <= 100),
  surname text not null default '' check (length(surname) <= 100),
  name_key text collate "C" not null default '' check (length(name_key) <= 250),
  forename_key text collate "C" not null default '' check (length(forename_key) <= 250),
  email text not null default '' check (length(email) <= 254),
  mobile text not null default '' check (length(mobile) <= 30),
  skills text[] not null default '{}',
  availability text[] not null default '{}',
  how_far text not null default '' check (how_far in ('', 'street', 'ward', 'constituency', 'anywhere')),
  languages text not null default '' check (length(languages) <= 100),
  wishes text not null default '' check (length(wishes) <= 400),
  -- What they chose to tell, so that they can take part: it goes to their record and into no task.
  access_needs text not null default '' check (length(access_needs) <= 300),
  under_18 boolean not null default false,
  -- The channels that they ticked, each with the words that stood beside it.
  agreed jsonb not null default '{}' check (length(agreed::text) <= 2000),
  asked_at timestamptz not null default statement_timestamp(),
  ends_at timestamptz not null default statement_timestamp() + interval '2 days',
  used_at timestamptz
);
create index volunteer_sign_up_by_email on volunteer_sign_up (email);
create index volunteer_sign_up_by_end on volunteer_sign_up (ends_at);

grant select, insert, update, delete on message_imprint, message_silence, message_return, volunteer_page, volunteer_sign_up
  to hustings_wall;
grant select on message_imprint, message_silence, message_return, volunteer_page to hustings_protection;
grant select (sign_up_id, area_id, forename, surname, name_key, forename_key, email, mobile, skills, availability, how_far, languages,
  wishes, access_needs, under_18, agreed, asked_at, ends_at, used_at) on volunteer_sign_up to hustings_protection;
grant select (area_id, promoter, promoter_address, behalf, behalf_address, printer, changed_at),
  insert (area_id, promoter, promoter_address, behalf, behalf_address, printer, changed_by),
  update (promoter, promoter_address, behalf, behalf_address, printer, changed_at, changed_by)
  on message_imprint to hustings_organiser, hustings_administrator;
grant select (area_id, open, words, changed_at), insert (area_id, open, words, changed_by),
  update (open, words, changed_at, changed_by) on volunteer_page to hustings_organiser;

do $$
declare
  held text;
begin
  foreach held in array array['message_imprint', 'message_silence', 'message_return', 'volunteer_page', 'volunteer_sign_up'] loop
    execute format('alter table %I enable row level security', held);
    execute format('alter table %I force row level security', held);
    execute format('create policy protection on %I for select to hustings_protection
      using ((select wall.is(''data-protection-officer'')))', held);
  end loop;
end $$;
create policy organiser on message_imprint to hustings_organiser
  using (area_id = any ((select wall.places())::bigint[]))
  with check (area_id = any ((select wall.places())::bigint[]) and changed_by = (select wall.account()));
create policy administrator on message_imprint to hustings_administrator
  using ((select wall.is('administrator')))
  with check ((select wall.is('administrator')) and changed_by = (select wall.account()));
create policy organiser on volunteer_page to hustings_organiser
  using (area_id = any ((select wall.places())::bigint[]))
  with check (area_id = any ((select wall.places())::bigint[]) and changed_by = (select wall.account()));
reset role;

-- ── The imprint ────────────────────────────────────────────────────────────────────────────────────────────────────────

-- The imprint of an area: its own, or that of the smallest area that contains it.
-- (0033_campaigns.sql puts a campaign's before it.)
create function wall.imprint_of(area bigint) returns table (area_id bigint, area_name text, promoter text, promoter_address text,
  behalf text, behalf_address text, printer text, printer_address text, many boolean, welsh boolean, campaign uuid)
language sql stable security definer set search_path = '' as $$
  select i.area_id, a.name, i.promoter, i.promoter_address, i.behalf, i.behalf_address, i.printer, '', false, false, null::uuid
  from public.message_imprint i join public.area a using (area_id)
  where imprint_of.area = any (wall.areas_inside(i.area_id))
  order by i.area_id <> imprint_of.area, a.kind = 'installation', cardinality(wall.areas_inside(i.area_id)), i.area_id
  limit 1
$$;

-- Takes an area's own imprint away, where that of an area around it takes its place.
create function wall.remove_imprint(area bigint) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  if not (wall.is('administrator') or (wall.works('organiser') and remove_imprint.area = any (wall.places())))
    or not exists (select from public.message_imprint i where i.area_id <> remove_imprint.area
      and remove_imprint.area = any (wall.areas_inside(i.area_id))) then
    return false;
  end if;
  delete from public.message_imprint i where i.area_id = remove_imprint.area;
  return found;
end
$$;

-- The same for a page that anybody reads of an event.
create function wall.imprint_of_event(event uuid) returns table (area_id bigint, area_name text, promoter text,
  promoter_address text, behalf text, behalf_address text, printer text, printer_address text, many boolean, welsh boolean,
  campaign uuid)
language sql stable security definer set search_path = '' as $$
  select i.* from public.event e cross join lateral wall.imprint_of(e.area_id) i where e.event_id = imprint_of_event.event
$$;

-- What anybody may read of an event that is to be read by anybody: nobody's name, and not without an imprint.
create or replace function wall.public_event(event uuid) returns table (title text, kind text, place text, lat double precision,
  long double precision, starts_at timestamptz, ends_at timestamptz, public_text text, cancelled boolean, area_id bigint,
  changed_at timestamptz, sequence integer)
language sql stable security definer set search_path = '' as $$
  select e.title, e.kind, e.place, e.lat, e.long, e.starts_at, e.ends_at, e.public_text, e.state = 'cancelled', e.area_id,
    e.changed_at, e.sequence
  from public.event e
  where e.event_id = public_event.event and e.public and e.ends_at > statement_timestamp() - interval '1 day'
    and exists (select from wall.imprint_of(e.area_id))
    and not exists (select from public.lockdown l where l.tool = 'organise' and l.opened_at is null
      and (l.area_id is null or wall.meet(l.area_id, e.area_id)))
$$;

-- ── Silence ────────────────────────────────────────────────────────────────────────────────────────────────────────────

-- Internal: an address as it is compared: an email address in lower case; a number by its digits, with its country's before it.
create function wall.address_key(channel text, address text) returns text
language sql immutable set search_path = '' as $$
  select case when address_key.channel = 'text' then
      regexp_replace(regexp_replace(regexp_replace(replace(address_key.address, '(0)', ''), '[^0-9+]', '', 'g'), '^(\+|00)', ''), '^0', '44')
    else lower(btrim(address_key.address)) end
$$;

-- Internal: what stands for an address.
create function wall.address_digest(channel text, address text) returns bytea
language sql immutable set search_path = '' as $$
  select sha256(convert_to(address_digest.channel || ' ' || wall.address_key(address_digest.channel, address_digest.address), 'UTF8'))
$$;

-- Internal: who is reached by an address. By an index for each channel: an email address is kept as it is compared.
create function wall.reached_by(channel text, address text) returns setof uuid
language sql stable security definer set search_path = '' as $$
  select c.person_id from public.person_contact c
  where reached_by.channel = 'email' and c.email_key <> '' and c.email_key = wall.address_key('email', reached_by.address)
  union all
  select c.person_id from public.person_contact c
  where reached_by.channel = 'text' and c.mobile <> ''
    and wall.address_key('text', c.mobile) = wall.address_key('text', reached_by.address)
$$;

-- Internal: is nothing to be sent to this address by this channel?
create function wall.silent(channel text, address text) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (select from public.message_silence s where s.channel = silent.channel
    and s.address_digest = wall.address_digest(silent.channel, silent.address) and s.lifted_at is null)
$$;

-- Which of these people have an address that nothing is sent to, and why; those alone whom whoever asks may work with.
create function wall.silences(people uuid[]) returns table (person_id uuid, channel text, why text, status text,
  since timestamptz, last_at timestamptz, times integer)
language sql stable security definer set search_path = '' as $$
  select p.person_id, s.channel, s.why, s.status, s.since, s.last_at, s.times
  from public.person p
  join public.person_contact c using (person_id)
  cross join lateral (values ('email', c.email_key), ('text', c.mobile)) w (channel, address)
  join public.message_silence s on s.channel = w.channel and s.address_digest = wall.address_digest(w.channel, w.address)
    and s.lifted_at is null
  where p.person_id = any (silences.people) and p.area_id = any ((select wall.places())::bigint[]) and p.erased_at is null
  order by p.person_id, s.channel
$$;

-- Sends to an address again. `kept`: who complained must first say yes once more.
create function wall.lift_silence(person uuid, channel text) returns text
language plpgsql volatile security definer set search_path = '' as $$
declare
  where_to text;
  held public.message_silence;
begin
  select case lift_silence.channel when 'email' then c.email_key else c.mobile end into where_to
  from public.person p join public.person_contact c using (person_id)
  where p.person_id = lift_silence.person and p.area_id = any (wall.places()) and p.erased_at is null
    and (wall.works('membership-secretary') or (wall.works('organiser') and c.for_organisers
      and case lift_silence.channel when 'email' then 'email' else 'mobile' end = any (c.open_ways)));
  select s.* into held from public.message_silence s where s.channel = lift_silence.channel and s.lifted_at is null
    and s.address_digest = wall.address_digest(lift_silence.channel, where_to) for update;
  if held.channel is null then
    return 'none';
  elsif held.why = 'complaint' and not exists (select from public.person p where p.person_id = lift_silence.person
    and lift_silence.channel = any (p.channels)) then
    return 'kept';
  end if;
  update public.message_silence s set lifted_at = statement_timestamp(), lifted_by = wall.account()
  where s.channel = held.channel and s.address_digest = held.address_digest;
  return 'lifted';
end
$$;

-- Internal, of a trigger: what stands for an address goes with the last who is reached by it. A complaint outlives a change of
-- address, so that it holds when the address is put back; it goes with the record.
create function wall.address_gone() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  gone record;
begin
  for gone in
    select w.channel, w.address from (values ('email', old.email_key), ('text', old.mobile)) w (channel, address)
    where w.address <> '' and not exists (select from wall.reached_by(w.channel, w.address))
  loop
    delete from public.message_silence s where s.channel = gone.channel
      and s.address_digest = wall.address_digest(gone.channel, gone.address)
      and (tg_op = 'DELETE' or s.why <> 'complaint' or s.lifted_at is not null);
    delete from public.message_return r where r.channel = gone.channel
      and r.address_digest = wall.address_digest(gone.channel, gone.address);
  end loop;
  return null;
end
$$;

-- ── What comes back ────────────────────────────────────────────────────────────────────────────────────────────────────

-- Internal: to which address something went that we sent under this id. The address is never taken from a report: whoever
-- wants to silence somebody would have to know an id that stands in a letter to them alone.
create function wall.sent_to(id uuid) returns table (channel text, address text)
language sql stable security definer set search_path = '' as $$
  select 'email', lower(coalesce(m.address, a.email)) from public.mail m left join public.account a using (account_id)
  where m.mail_id = sent_to.id
$$;

-- Internal: takes back the consent of everybody who is reached by an address.
create function wall.withdraw_by_address(channel text, address text, wording text, source text) returns void
language sql volatile security definer set search_path = '' as $$
  insert into public.person_consent (consent_id, person_id, area_id, channel, given, wording, source)
  select gen_random_uuid(), p.person_id, p.area_id, withdraw_by_address.channel, false, withdraw_by_address.wording,
    withdraw_by_address.source
  from wall.reached_by(withdraw_by_address.channel, withdraw_by_address.address) r join public.person p on p.person_id = r
  where withdraw_by_address.address <> '' and p.erased_at is null and withdraw_by_address.channel = any (p.channels)
$$;

-- Something came back. For good: the address is left alone at once; for now: once it has on three days of a fortnight; a
-- complaint: at once, and consent is taken back. `address` counts from whoever holds the webhook's secret alone.
-- Answers `noted`, `known` (it was read before) or `unknown` (nothing of ours: nothing is kept).
create function wall.note_return(id uuid, digest bytea, recipient uuid, channel text, address text, kind text, why text,
  status text, at timestamptz, came_by text) returns text
language plpgsql volatile security definer set search_path = '' as $$
declare
  sent record;
  seen bytea;
  silent_for text := note_return.why;
  since timestamptz;
  stamped timestamptz := least(greatest(coalesce(note_return.at, statement_timestamp()), statement_timestamp() - interval '30 days'),
    statement_timestamp());
begin
  delete from public.message_return r where r.noted_at < statement_timestamp() - interval '1 year';
  select s.channel, s.address into sent from wall.sent_to(note_return.recipient) s;
  if sent.address is null and note_return.came_by = 'webhook' and note_return.address <> '' and exists (
    select from wall.reached_by(note_return.channel, note_return.address)) then
    select note_return.channel as channel, lower(btrim(note_return.address)) as address into sent;
  end if;
  if sent.address is null then
    return 'unknown';
  end if;
  seen := wall.address_digest(sent.channel, sent.address);
  perform pg_advisory_xact_lock(4871026, hashtext(encode(seen, 'hex')));
  insert into public.message_return (return_id, digest, recipient_id, channel, address_digest, kind, status, at, came_by)
  values (note_return.id, note_return.digest, note_return.recipient, sent.channel, seen, note_return.kind, note_return.status,
    stamped, note_return.came_by)
  on conflict do nothing;
  if not found then
    return 'known';
  end if;
  if note_return.kind = 'delay' then
    select coalesce(max(s.lifted_at), '-infinity') into since from public.message_silence s
    where s.channel = sent.channel and s.address_digest = seen;
    if (select count(distinct (r.at at time zone 'Europe/London')::date) from public.message_return r
      where r.channel = sent.channel and r.address_digest = seen and r.kind = 'delay'
        and r.at > greatest(since, stamped - interval '14 days')) < 3 then
      return 'noted';
    end if;
    silent_for := 'often';
  end if;
  insert into public.message_silence as s (channel, address_digest, why, status)
  values (sent.channel, seen, silent_for, note_return.status)
  on conflict on constraint message_silence_pkey do update set
    since = case when s.lifted_at is null then s.since else statement_timestamp() end,
    why = case when s.why = 'complaint' and s.lifted_at is null then s.why else excluded.why end,
    status = excluded.status, last_at = statement_timestamp(), times = s.times + 1, lifted_at = null, lifted_by = null;
  if note_return.kind = 'complaint' then
    perform wall.withdraw_by_address(sent.channel, sent.address, 'Told their mail provider that it was unwanted', 'complaint');
  end if;
  if note_return.kind = 'bounce' then
    update public.mail m set failure = 'it came back' where m.mail_id = note_return.recipient;
  end if;
  return 'noted';
end
$$;

-- Whoever presses the button behind a link of ours takes back what they agreed to, and so does every record of the address that it
-- came to: "nothing more" is what the page promises whoever reads there. Twice is once; nobody is asked who they are, and no half
-- that is closed keeps anybody from it.
create function wall.unsubscribe(person uuid, channels text[]) returns void
language sql volatile security definer set search_path = '' as $$
  insert into public.person_consent (consent_id, person_id, area_id, channel, given, wording, source)
  select gen_random_uuid(), p.person_id, p.area_id, w.channel, false, 'Took it back by the link in a message', 'unsubscribe link'
  from (select distinct unnest(unsubscribe.channels) as channel) w
  join lateral (
    select unsubscribe.person as id
    union select r from public.person_contact c
      cross join lateral (values ('email', c.email_key), ('text', c.mobile)) x (channel, address)
      cross join lateral wall.reached_by(x.channel, x.address) r
    where c.person_id = unsubscribe.person and x.channel = w.channel and x.address <> '') who on true
  join public.person p on p.person_id = who.id
  where p.erased_at is null and w.channel in ('email', 'text', 'phone', 'post')
    and coalesce((select x.given from public.person_consent x where x.person_id = p.person_id and x.channel = w.channel
      order by x.recorded_at desc, x.consent_id desc limit 1), p.person_id = unsubscribe.person)
$$;

-- ── Offering to help ───────────────────────────────────────────────────────────────────────────────────────────────────

-- Counts reports that a webhook brings, by where from.
create function wall.begin_returns(address text) returns timestamptz
language sql volatile security definer set search_path = '' as $$
  select wall.count_try('returns', wall.place(begin_returns.address), begin_returns.address)
$$;

-- What anybody may read of an area whose organisers ask for help: its name and their words. None without an imprint.
create function wall.help_page(area bigint) returns table (area_name text, words text)
language sql stable security definer set search_path = '' as $$
  select a.name, v.words from public.volunteer_page v join public.area a using (area_id)
  where v.area_id = help_page.area and v.open and exists (select from wall.imprint_of(v.area_id))
    and not exists (select from public.lockdown l where l.tool = 'organise' and l.opened_at is null
      and (l.area_id is null or wall.meet(l.area_id, v.area_id)))
$$;

-- Keeps an offer and writes to its address, whoever's that is; the newest holds. Null, or from when another is taken.
create function wall.offer_help(area bigint, id uuid, key bytea, given jsonb, address text, fields jsonb) returns timestamptz
language plpgsql volatile security definer set search_path = '' as $$
declare
  to_email text := lower(given ->> 'email');
  again timestamptz;
begin
  if not exists (select from wall.help_page(offer_help.area)) then
    raise exception 'nobody asks for help here' using errcode = 'P0002';
  end if;
  -- One mailbox, however many names it has before its @.
  again := wall.count_try('help', regexp_replace(to_email, '\+[^@]*@', '@'), offer_help.address);
  if again is not null then
    return again;
  end if;
  -- A flood at one area's page shuts that page alone.
  if (select count(*) from public.volunteer_sign_up s where s.area_id = offer_help.area
    and s.asked_at > statement_timestamp() - interval '1 hour') >= 200 then
    return statement_timestamp() + interval '1 hour';
  end if;
  delete from public.volunteer_sign_up s where s.ends_at < statement_timestamp()
    or (s.email = to_email and s.area_id = offer_help.area);
  insert into public.volunteer_sign_up (sign_up_id, key, area_id, forename, surname, name_key, forename_key, email, mobile, skills,
    availability, how_far, languages, wishes, access_needs, under_18, agreed)
  values (offer_help.id, offer_help.key, offer_help.area, given ->> 'forename', given ->> 'surname', given ->> 'name_key',
    given ->> 'forename_key', to_email, given ->> 'mobile', array(select jsonb_array_elements_text(given -> 'skills')),
    array(select jsonb_array_elements_text(given -> 'availability')), given ->> 'how_far', given ->> 'languages', given ->> 'wishes',
    given ->> 'access_needs', (given ->> 'under_18')::boolean, given -> 'agreed');
  insert into public.mail (mail_id, address, form, fields)
  values (gen_random_uuid(), to_email, offer_help.fields ->> 'form', offer_help.fields);
  return null;
end
$$;

-- Which offer a link confirms: `good`, `used` or `over`, and where.
create function wall.offer_state(hash text) returns table (state text, area_name text)
language sql stable security definer set search_path = '' as $$
  select case when s.used_at is not null then 'used' when s.ends_at <= statement_timestamp() then 'over' else 'good' end, a.name
  from public.volunteer_sign_up s join public.area a using (area_id) where s.key = sha256(decode(hash, 'hex'))
$$;

-- They confirm, once: a volunteer of the area, or whoever is here already by this address and name gets it added. The
-- organisers have one task to welcome them. Who named nothing that they could do and agreed to hear from us is no volunteer,
-- and a supporter unless they are more already. Nobody outside learns which it was.
create function wall.confirm_offer(hash text, person uuid) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
declare
  said public.volunteer_sign_up;
  who uuid;
  belongs bigint;
  hears_only boolean;
begin
  select s.* into said from public.volunteer_sign_up s where s.key = sha256(decode(hash, 'hex')) for update;
  if said.sign_up_id is null or said.used_at is not null or said.ends_at <= statement_timestamp() then
    return false;
  end if;
  hears_only := said.skills = '{}' and said.availability = '{}' and said.wishes = '' and said.access_needs = ''
    and said.languages = '' and said.how_far = '' and said.agreed <> '{}';
  perform pg_advisory_xact_lock(4871027, hashtext(said.email));
  select p.person_id, p.area_id into who, belongs from public.person p join public.person_contact c using (person_id)
  where c.email_key = said.email and p.name_key = said.name_key and p.erased_at is null
    and (p.area_id = any (wall.areas_inside(said.area_id)) or said.area_id = any (wall.areas_inside(p.area_id)))
  order by p.area_id <> said.area_id, p.created_at limit 1;
  if who is null then
    who := confirm_offer.person;
    belongs := said.area_id;
    insert into public.person (person_id, area_id, forename, surname, name_key, forename_key, source, under_18)
    values (who, belongs, said.forename, said.surname, said.name_key, said.forename_key, 'sign-up', said.under_18);
    insert into public.person_contact (person_id, area_id, email, email_key, mobile, for_organisers)
    values (who, belongs, said.email, said.email, said.mobile, true);
  else
    -- What they gave is for organisers, and nothing else that their membership secretary holds; that is not written over.
    update public.person_contact c set for_organisers = true,
      mobile = case when c.mobile = '' then said.mobile else c.mobile end,
      phone = case when c.mobile <> '' and c.phone = '' and not n.same then said.mobile else c.phone end,
      open_ways = array(select distinct w from unnest(case when c.for_organisers then c.open_ways else '{}' end || array['email']
        || case when said.mobile <> '' and (c.mobile = '' or n.same) then array['mobile'] else '{}' end
        || case when said.mobile <> '' and c.mobile <> '' and c.phone = '' and not n.same then array['phone'] else '{}' end) w order by w)
    from (select coalesce((select wall.address_key('text', h.mobile) from public.person_contact h where h.person_id = who)
      = wall.address_key('text', said.mobile), false) as same) n
    where c.person_id = who;
    update public.person p set under_18 = true where p.person_id = who and said.under_18;
  end if;
  insert into public.volunteer as v (person_id, area_id, skills, availability, how_far, languages, access_needs)
  select who, belongs, said.skills, said.availability, said.how_far, said.languages, said.access_needs where not hears_only
  on conflict (person_id) do update set state = 'active',
    -- What they told last holds; who told nothing this time takes nothing back.
    access_needs = coalesce(nullif(excluded.access_needs, ''), v.access_needs),
    how_far = coalesce(nullif(excluded.how_far, ''), v.how_far),
    languages = coalesce(nullif(excluded.languages, ''), v.languages),
    skills = array(select distinct unnest(v.skills || excluded.skills) order by 1),
    availability = array(select distinct unnest(v.availability || excluded.availability) order by 1);
  insert into public.person_consent (consent_id, person_id, area_id, channel, given, wording, source)
  select gen_random_uuid(), who, belongs, w.key, true, w.value, 'sign-up page' from jsonb_each_text(said.agreed) w
  where w.key in ('email', 'text', 'phone');
  insert into public.task (area_id, what, person_id, words, due_on)
  select belongs, 'welcome', who, left('Offered to help on the sign-up page.' || case when said.wishes <> ''
    then ' They wrote: ' || said.wishes else '' end, 500), wall.task_due('welcome')
  where not hears_only and not exists (select from public.task t where t.person_id = who and t.what = 'welcome' and t.state = 'open');
  update public.volunteer_sign_up s set used_at = statement_timestamp(), forename = '', surname = '', name_key = '',
    forename_key = '', email = '', mobile = '', skills = '{}', availability = '{}', how_far = '', languages = '', wishes = '', access_needs = '', agreed = '{}',
    under_18 = false
  where s.sign_up_id = said.sign_up_id;
  return true;
end
$$;

-- Forgets offers that nobody confirmed in time.
create function wall.forget_offers() returns integer
language sql volatile security definer set search_path = '' as $$
  with gone as (delete from public.volunteer_sign_up s where s.ends_at < statement_timestamp() returning 1)
  select count(*)::integer from gone
$$;

-- ── For people's rights ───────────────────────────────────────────────────────────────────────
-- Internal: offers to help that wait to be confirmed, as a file says them.
create function wall.file_offers(offers uuid[]) returns jsonb
language sql stable security definer set search_path = '' set timezone = 'Europe/London' as $$
  select coalesce(jsonb_agg(jsonb_build_object('what', 'An offer to help of ' || to_char(s.asked_at, 'FMDD FMMonth YYYY')
      || ', not confirmed, is deleted on ' || to_char(s.ends_at, 'FMDD FMMonth YYYY'), 'asked_at', s.asked_at, 'ends_at', s.ends_at,
      'area', a.name, 'name', btrim(s.forename || ' ' || s.surname), 'email', s.email, 'mobile', s.mobile,
      'skills', array_to_string(s.skills, ', '), 'availability', array_to_string(s.availability, ', '), 'how_far', s.how_far, 'languages', s.languages,
      'wishes', s.wishes,
      'access_needs', s.access_needs, 'under_18', s.under_18,
      'agreed', (select coalesce(jsonb_agg(w.value order by w.key), '[]') from jsonb_each_text(s.agreed) w)) order by s.asked_at desc), '[]')
  from public.volunteer_sign_up s join public.area a using (area_id)
  where s.sign_up_id = any (offers) and s.used_at is null
$$;

-- Internal: those that came from these people's addresses, under their names.
create function wall.offers_of(persons uuid[]) returns uuid[]
language sql stable security definer set search_path = '' as $$
  select coalesce(array_agg(s.sign_up_id), '{}') from public.person p join public.person_contact c using (person_id)
  join public.volunteer_sign_up s on s.email = c.email_key and s.name_key = p.name_key
  where p.person_id = any (persons) and c.email_key <> '' and s.used_at is null
$$;
-- The data protection officer records that somebody of Organise objects to messages by these channels: what they agreed to is taken
-- back, or never asked again by it. False: there is nobody.
create function wall.withdraw_consents(person uuid, channels text[], words text) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform wall.must_be_for_rights();
  insert into public.person_consent (consent_id, person_id, area_id, channel, given, wording, source, recorded_by)
  select gen_random_uuid(), p.person_id, p.area_id, c.channel, false, withdraw_consents.words, 'data protection officer', wall.account()
  from public.person p cross join (select distinct unnest(withdraw_consents.channels) as channel) c
  where p.person_id = withdraw_consents.person and p.erased_at is null and c.channel in ('email', 'text', 'phone', 'post');
  if not found then
    return false;
  end if;
  perform wall.note_rights('look', 'handle-requests', '{}', '{}', null, array[withdraw_consents.person]);
  return true;
end
$$;

-- The same corrects what somebody is called and how they are reached. False: there is nobody.
create function wall.correct_person(person uuid, forename text, surname text, name_key text, forename_key text, email text, mobile text,
  phone text) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform wall.must_be_for_rights();
  update public.person p set forename = correct_person.forename, surname = correct_person.surname, name_key = correct_person.name_key,
    forename_key = correct_person.forename_key
  where p.person_id = correct_person.person and p.erased_at is null;
  if not found then
    return false;
  end if;
  insert into public.person_contact as c (person_id, area_id, email, email_key, mobile, phone)
  select p.person_id, p.area_id, correct_person.email, lower(correct_person.email), correct_person.mobile, correct_person.phone
  from public.person p where p.person_id = correct_person.person
  on conflict (person_id) do update set email = excluded.email, email_key = excluded.email_key, mobile = excluded.mobile,
    phone = excluded.phone;
  perform wall.note_rights('look', 'handle-requests', '{}', '{}', null, array[correct_person.person]);
  return true;
end
$$;

-- The file of somebody of whom nothing is here but an offer, on record as a look or as taken away. Null: there is none any more.
create function wall.offer_file(offer uuid, taken boolean, operator uuid) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform wall.must_be_for_rights();
  if taken then
    perform wall.must_be_fresh();
  end if;
  if not exists (select from public.volunteer_sign_up s where s.sign_up_id = offer_file.offer and s.used_at is null) then
    return null;
  end if;
  perform wall.note_rights(case when taken then 'export' else 'look' end,
    case when taken then 'take-subject-file' else 'handle-requests' end, '{}', '{}', offer_file.operator);
  return jsonb_build_object('organise', jsonb_build_object('offers', wall.file_offers(array[offer_file.offer])));
end
$$;

-- Erases an offer before its two days are over, with the letter that asks to confirm it. Null: there is none any more.
create function wall.erase_offer(offer uuid, reason text, operator uuid) returns uuid
language plpgsql volatile security definer set search_path = '' as $$
declare
  erased uuid := gen_random_uuid();
  held text;
begin
  perform wall.must_be_for_rights();
  perform wall.must_be_fresh();
  delete from public.volunteer_sign_up s where s.sign_up_id = erase_offer.offer and s.used_at is null returning s.email into held;
  if held is null then
    return null;
  end if;
  perform wall.note_rights('look', 'erase-subjects', '{}', '{}', erase_offer.operator);
  -- One letter asks for each offer: another's, from the same address, keeps its own.
  delete from public.mail m where m.address = held and m.form = 'help-offered'
    and not exists (select from public.volunteer_sign_up s where s.email = held and s.used_at is null);
  insert into public.erasure (erasure_id, of_what, reason, counts, erased_by, erased_by_operator)
  values (erased, 'offer', erase_offer.reason, jsonb_build_object('offers', 1), wall.account(), erase_offer.operator);
  return erased;
end
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
grant execute on function wall.imprint_of(bigint) to hustings_organiser, hustings_membership, hustings_administrator,
  hustings_door;
grant execute on function wall.remove_imprint(bigint) to hustings_organiser, hustings_administrator;
grant execute on function wall.silences(uuid[]), wall.lift_silence(uuid, text) to hustings_organiser, hustings_membership;
grant execute on function wall.imprint_of_event(uuid), wall.unsubscribe(uuid, text[]), wall.begin_returns(text),
  wall.note_return(uuid, bytea, uuid, text, text, text, text, text, timestamptz, text), wall.help_page(bigint),
  wall.offer_help(bigint, uuid, bytea, jsonb, text, jsonb), wall.offer_state(text), wall.confirm_offer(text, uuid),
  wall.forget_offers() to hustings_door;
grant execute on function wall.offer_file(uuid, boolean, uuid), wall.erase_offer(uuid, text, uuid),
  wall.withdraw_consents(uuid, text[], text), wall.correct_person(uuid, text, text, text, text, text, text, text)
  to hustings_protection;
-- An index by it is kept up by whoever writes the row.
grant execute on function wall.address_key(text, text) to hustings_owner, hustings_organiser, hustings_membership;
grant execute on function wall.address_gone() to hustings_owner;

set local role hustings_owner;
alter table erasure drop constraint erasure_of_what_check,
  add constraint erasure_of_what_check check (of_what in ('elector', 'account', 'person', 'offer'));
create index person_contact_by_mobile on person_contact (wall.address_key('text', mobile)) where mobile <> '';
create trigger address_gone after delete on person_contact for each row execute function wall.address_gone();
create trigger address_changed after update of email_key, mobile on person_contact for each row
  when (new.email_key is distinct from old.email_key or new.mobile is distinct from old.mobile)
  execute function wall.address_gone();
reset role;
