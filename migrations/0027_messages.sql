-- Messages to members, volunteers and supporters: what is said, to whom, and what became of each. Whoever writes sees names
-- and branches, never an address: the server's own sender alone takes those, and asks again about consent as it takes them.
set local role hustings_owner;
alter table installation add column message_limit integer not null default 200 check (message_limit between 1 and 1000000);

grant update (message_limit) on installation to hustings_administrator;

create table message (
  message_id uuid primary key,
  area_id bigint not null references area,
  -- A campaign's asks for consent on its channel; a service message is of a fixed form and promotes nothing.
  kind text not null check (kind in ('campaign', 'service')),
  channel text not null default 'email' check (channel in ('email', 'text')),
  form text not null default '' check (form in ('', 'invitation', 'shift-change', 'renewal', 'welcome', 'meeting')),
  -- What the form is filled with.
  fields jsonb not null default '{}' check (length(fields::text) <= 4000),
  subject text not null default '' check (length(subject) <= 150 and subject !~ '[[:cntrl:]]'),
  body text not null default '' check (length(body) <= 20000),
  -- Whom it is for, as rules (src/messages/audience.rs).
  audience jsonb not null default '{}' check (length(audience::text) <= 500),
  state text not null default 'draft' check (state in ('draft', 'waiting', 'scheduled', 'sending', 'stopped', 'sent')),
  made_by uuid not null references account,
  made_at timestamptz not null default statement_timestamp(),
  -- Who changed it last, and how often it was: a button pressed on an older page does nothing.
  changed_by uuid references account,
  version integer not null default 1,
  -- Under which grant it goes: it stops with it. Answers go to its account's own address.
  grant_id uuid references access_grant,
  sender uuid references account,
  send_at timestamptz,
  -- When somebody pressed the button.
  sent_off_at timestamptz,
  -- How many it is for, as it was when it was sent off.
  people integer not null default 0,
  approved_by uuid references account,
  -- The imprint as it was then, a line each.
  imprint text[] not null default '{}' check (length(array_to_string(imprint, ' ')) <= 2000),
  ended_at timestamptz,
  stopped_by uuid references account,
  why text not null default '' check (length(why) <= 200),
  unique (message_id, area_id),
  -- An audience names an event, and a shift of it, by their ids.
  check (audience ->> 'event' ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'),
  check (audience ->> 'shift' ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'),
  check ((kind = 'service') = (form <> ''))
);
create index message_by_area on message (area_id, state, made_at desc);

create table message_recipient (
  recipient_id uuid primary key default gen_random_uuid(),
  message_id uuid not null references message on delete cascade,
  -- Somebody of Organise, or the account that tries the message on itself.
  person_id uuid,
  area_id bigint not null references area,
  account_id uuid references account,
  -- Under which grant it is tried.
  grant_id uuid references access_grant,
  state text not null check (state in ('queued', 'sending', 'sent', 'failed', 'left-out', 'unknown')),
  -- Why they are left out, or why it did not go.
  why text not null default '' check (why ~ '^[a-z0-9-]{0,40}$'),
  tries integer not null default 0,
  next_try_at timestamptz not null default statement_timestamp(),
  at timestamptz,
  -- Where it went: what comes back is about this address, whatever is theirs by then.
  address text not null default '' check (length(address) <= 254),
  unique (message_id, person_id),
  foreign key (person_id, area_id) references person (person_id, area_id) on update cascade on delete cascade,
  check ((person_id is null) <> (account_id is null))
);
create index message_recipient_due on message_recipient (next_try_at) where state = 'queued';
create index message_recipient_in_hand on message_recipient (recipient_id) where state = 'sending';
create index message_recipient_by_message on message_recipient (message_id, state);
create index message_recipient_by_person on message_recipient (person_id, at desc);

-- A message's pictures as they go out, made anew from what was given.
create table message_picture (
  message_id uuid not null,
  area_id bigint not null,
  number smallint not null check (number between 1 and 99),
  -- For whoever cannot see it.
  shows text not null check (length(shows) between 1 and 200),
  png boolean not null,
  width integer not null check (width between 1 and 1200),
  height integer not null check (height between 1 and 1600),
  bytes bytea not null check (octet_length(bytes) between 1 and 600000),
  primary key (message_id, number),
  foreign key (message_id, area_id) references message (message_id, area_id) on update cascade on delete cascade
);

grant select, insert, update, delete on message, message_recipient, message_picture to hustings_wall;
grant select on message, message_recipient, message_picture to hustings_protection;
grant select on message to hustings_organiser, hustings_membership;
grant select, insert on message_picture to hustings_organiser, hustings_membership;
grant insert (message_id, area_id, kind, channel, form, fields, subject, body, audience, made_by),
  update (area_id, kind, channel, form, fields, subject, body, audience) on message to hustings_organiser, hustings_membership;
grant select (recipient_id, message_id, person_id, area_id, account_id, state, why, tries, next_try_at, at) on message_recipient
  to hustings_organiser, hustings_membership;
do $$
declare
  held text;
begin
  foreach held in array array['message', 'message_recipient', 'message_picture'] loop
    execute format('alter table %I enable row level security', held);
    execute format('alter table %I force row level security', held);
    execute format('create policy protection on %I for select to hustings_protection
      using ((select wall.is(''data-protection-officer'')))', held);
    execute format('create policy here on %I for select to hustings_organiser, hustings_membership
      using (area_id = any ((select wall.places())::bigint[]))', held);
  end loop;
end $$;
-- Who joined lately or lapses soon is their secretary's to know, and so is who was written to because of it.
create policy organisers_lists on message as restrictive for select to hustings_organiser
  using (coalesce(audience ->> 'members', '') not in ('joined', 'lapsing') and form not in ('renewal', 'welcome'));
create policy organisers_lists on message_recipient as restrictive for select to hustings_organiser
  using (exists (select from message m where m.message_id = message_recipient.message_id));
create policy organisers_lists on message_picture as restrictive for select to hustings_organiser
  using (exists (select from message m where m.message_id = message_picture.message_id));
create policy adds on message for insert to hustings_organiser, hustings_membership
  with check (area_id = any ((select wall.places())::bigint[]) and made_by = (select wall.account()) and state = 'draft');
create policy changes on message for update to hustings_organiser, hustings_membership
  using (area_id = any ((select wall.places())::bigint[]) and state = 'draft')
  with check (area_id = any ((select wall.places())::bigint[]) and state = 'draft');
create policy adds on message_picture for insert to hustings_organiser, hustings_membership
  with check (area_id = any ((select wall.places())::bigint[])
    and exists (select from message m where m.message_id = message_picture.message_id and m.state = 'draft'));
reset role;

-- Internal: a draft that changes is another version, by whoever changed it.
create function wall.new_version() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  new.version := old.version + 1;
  new.changed_by := coalesce(wall.account(), new.changed_by);
  return new;
end
$$;

-- Internal: does a text go to what somebody is called by? As src/messages/texts/number.rs says it.
create function wall.takes_texts(mobile text) returns boolean
language sql immutable set search_path = '' as $$
  select wall.address_key('text', mobile) ~ '^44(7([1-5]|[7-9])[0-9]{8}|7624[0-9]{6})$'
    or (btrim(mobile) ~ '^(\+|00)' and wall.address_key('text', mobile) ~ '^(?!44)[1-9][0-9]{7,14}$')
$$;

-- Internal: why somebody does not get a message; empty where they do.
create function wall.why_no_message(channel text, kind text, form text, person uuid, email text, mobile text, channels text[],
  under_18 boolean, partition integer, elector bigint)
returns text
language sql stable security definer set search_path = '' as $$
  select case
    when why_no_message.kind = 'campaign' and under_18 then 'under-18'
    when coalesce(case why_no_message.channel when 'text' then mobile else email end, '') = ''
      or (why_no_message.channel = 'text' and not wall.takes_texts(mobile)) then 'no-address'
    when wall.silent(why_no_message.channel, case why_no_message.channel when 'text' then mobile else email end) then 'came-back'
    when elector is not null and exists (select from public.standing_objection o where o.partition_id = partition
      and o.elector_id = elector and (o.channel = 'processing'
        or ((why_no_message.kind = 'campaign' or why_no_message.form = 'invitation') and o.channel = why_no_message.channel))) then 'objected'
    when why_no_message.channel = any (channels) then ''
    -- An invitation asks for no yes, and takes a no.
    when why_no_message.kind = 'campaign' or why_no_message.form = 'invitation' then case
      when exists (select from public.person_consent c where c.person_id = why_no_message.person
        and c.channel = why_no_message.channel) then 'withdrew'
      when why_no_message.kind = 'campaign' then 'no-consent' else '' end
    else '' end
$$;

-- Internal: may a message to an area be for an event? It lies wholly inside that area and is not over.
create function wall.event_within(event uuid, area bigint) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (select from public.event e where e.event_id = event_within.event and e.ends_at > statement_timestamp()
    and e.area_id = any (wall.areas_inside(event_within.area)))
$$;

-- The same, for whoever writes it: the event, the area and the shift, where one is named, are theirs to see.
create function wall.may_write_to_event(event uuid, shift uuid, area bigint) returns boolean
language sql stable security definer set search_path = '' as $$
  select wall.sees_event(may_write_to_event.event) and may_write_to_event.area = any (wall.places())
    and wall.event_within(may_write_to_event.event, may_write_to_event.area)
    and (may_write_to_event.shift is null or exists (select from public.shift s where s.shift_id = may_write_to_event.shift
      and s.event_id = may_write_to_event.event))
$$;

-- Internal: who is down for the event that an audience names, or for the one shift of it, and who waits where that is said; by the
-- record that they have, or the account that has one. An event of another area means nobody, and so does one that is over.
create function wall.down_for(area bigint, audience jsonb) returns table (account_id uuid, person_id uuid)
language sql stable security definer set search_path = '' as $$
  select s.account_id, coalesce(s.person_id, p.person_id)
  from public.event_sign_up s left join public.person p on p.account_id = s.account_id
  where s.event_id = (down_for.audience ->> 'event')::uuid
    and (select wall.event_within((down_for.audience ->> 'event')::uuid, down_for.area))
    and (down_for.audience ->> 'shift' is null or s.shift_id = (down_for.audience ->> 'shift')::uuid)
    and (s.state in ('coming', 'came') or (s.state = 'waiting' and coalesce((down_for.audience ->> 'waiting')::boolean, false)))
$$;

-- Internal: whom an audience means, and who of them is left out. One record is one person and gets one message: two people who
-- share an address get one each, as each agreed for themselves; whoever of them takes it back takes it back for the address.
create function wall.audience_of(area bigint, audience jsonb, channel text, kind text, form text)
returns table (person_id uuid, area_id bigint, why text)
language sql stable security definer set search_path = '' set timezone = 'Europe/London' as $$
  select p.person_id, p.area_id, wall.why_no_message(audience_of.channel, audience_of.kind, audience_of.form, p.person_id, c.email, c.mobile, p.channels, wall.minor(p.under_18, c.born_on), p.partition_id, p.elector_id)
  from public.person p
  left join public.person_contact c using (person_id)
  left join public.member m using (person_id)
  left join public.volunteer v using (person_id)
  where p.area_id = any ((select wall.areas_inside(audience_of.area))::bigint[]) and p.erased_at is null
    -- A form goes to those alone whom it speaks to, whatever else an audience says.
    and ((audience_of.form <> 'shift-change' and case audience ->> 'members'
        when 'current' then m.state = 'current'
        when 'joined' then m.state = 'current' and m.joined_on > current_date - (audience ->> 'days')::integer
        when 'lapsing' then m.state = 'current' and m.paid_until between current_date and current_date + (audience ->> 'days')::integer
        when 'lapsed' then m.state = 'lapsed'
        else false end)
      or (audience_of.form in ('', 'invitation') and v.state = audience ->> 'volunteers' and (audience ->> 'skill' is null or audience ->> 'skill' = any (v.skills))
        and (audience ->> 'when' is null or audience ->> 'when' = any (v.availability)))
      or (audience_of.form = '' and coalesce((audience ->> 'supporters')::boolean, false) and m.person_id is null and v.person_id is null)
      or (audience_of.form in ('', 'invitation', 'shift-change') and p.person_id = any (array(select d.person_id from wall.down_for(audience_of.area, audience_of.audience) d
        where d.person_id is not null))))
$$;

-- Internal: may whoever acts send this one? Since when somebody is a member and until when is their secretary's to know.
create function wall.may_message(message uuid) returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return exists (select from public.message m where m.message_id = may_message.message and m.area_id = any (wall.places())
    and (wall.works('membership-secretary')
      or (wall.works('organiser') and coalesce(m.audience ->> 'members', '') not in ('joined', 'lapsing')
        and m.form not in ('renewal', 'welcome'))));
end
$$;

-- Whom a message would go to now, and who is left out and why.
create function wall.message_people(message uuid)
returns table (person_id uuid, forename text, surname text, area_name text, why text)
language sql stable security definer set search_path = '' as $$
  select p.person_id, p.forename, p.surname, coalesce(d.letters, r.name), w.why
  from public.message m
  cross join lateral wall.audience_of(m.area_id, m.audience, m.channel, m.kind, m.form) w
  join public.person p using (person_id)
  join public.area r on r.area_id = p.area_id
  left join public.district d on r.kind = 'district' and d.area_no = r.area_no
  where m.message_id = message_people.message and wall.may_message(m.message_id)
  order by p.name_key, p.person_id
$$;

-- How many of those who are down for a draft's event have no record in its area, so that it does not reach them: a figure, nobody's
-- name.
create function wall.message_unreached(message uuid) returns bigint
language sql stable security definer set search_path = '' as $$
  select count(distinct coalesce(d.account_id, d.person_id))
  from public.message m cross join lateral wall.down_for(m.area_id, m.audience) d
  where m.message_id = message_unreached.message and wall.may_message(m.message_id)
    and not exists (select from public.person p where p.person_id = d.person_id and p.erased_at is null
      and p.area_id = any (wall.areas_inside(m.area_id)))
$$;

-- Internal: the imprint of an area as a message carries it, as Imprint::lines (src/messages/imprint.rs) says it; null where
-- there is none.
create function wall.imprint_lines(area bigint) returns text[]
language sql stable security definer set search_path = '' as $$
  select array[case when i.promoter_address = i.behalf_address
    then format('Promoted by %s on behalf of %s, both of %s.', i.promoter, i.behalf, i.promoter_address)
    else format('Promoted by %s, %s, on behalf of %s, %s.', i.promoter, i.promoter_address, i.behalf, i.behalf_address) end]
  from wall.imprint_of(imprint_lines.area) i
$$;

-- Sends a draft off: everybody whom it is for is put down now, and so is who is left out. Above the installation's number a
-- second person approves first; what the same hand sent off without one in the last day counts, so that nobody sends to all by
-- halves. Answers `scheduled` or `waiting`, or why not.
create function wall.send_message(message uuid, version integer, at timestamptz) returns text
language plpgsql volatile security definer set search_path = '' as $$
declare
  held public.message;
  most integer := (select i.message_limit from public.installation i);
  begins timestamptz := greatest(coalesce(send_message.at, statement_timestamp()), statement_timestamp());
  lines text[];
  sent integer;
  lately bigint;
begin
  select m.* into held from public.message m where m.message_id = send_message.message for update;
  if held.message_id is null or not wall.may_message(held.message_id) then
    return 'not-yours';
  elsif held.state <> 'draft' then
    return 'no-draft';
  elsif held.version <> send_message.version then
    return 'changed';
  end if;
  lines := wall.imprint_lines(held.area_id);
  if lines is null then
    return 'no-imprint';
  end if;
  perform pg_advisory_xact_lock(4871029, hashtext(wall.account()::text));
  -- Of one that was stopped, what had gone by then.
  select coalesce(sum(case m.state when 'stopped' then (select count(*) from public.message_recipient r
      where r.message_id = m.message_id and r.person_id is not null and r.state not in ('queued', 'left-out')) else m.people end), 0)
  into lately from public.message m where m.sender = wall.account() and m.approved_by is null
    and m.state in ('scheduled', 'sending', 'sent', 'stopped') and m.sent_off_at > statement_timestamp() - interval '1 day';
  insert into public.message_recipient (message_id, person_id, area_id, state, why, next_try_at)
  select held.message_id, w.person_id, w.area_id, case w.why when '' then 'queued' else 'left-out' end, w.why, 'infinity'
  from wall.audience_of(held.area_id, held.audience, held.channel, held.kind, held.form) w;
  select count(*) into sent from public.message_recipient r where r.message_id = held.message_id and r.state = 'queued'
    and r.person_id is not null;
  if sent = 0 then
    delete from public.message_recipient r where r.message_id = held.message_id and r.person_id is not null;
    return 'nobody';
  end if;
  update public.message m set state = case when sent + lately > most then 'waiting' else 'scheduled' end, send_at = begins,
    sent_off_at = statement_timestamp(), people = sent, sender = wall.account(), imprint = lines,
    grant_id = (select u.grant_id from wall.in_use() u limit 1)
  where m.message_id = held.message_id;
  if sent + lately > most then
    return 'waiting';
  end if;
  update public.message_recipient r set next_try_at = begins
  where r.message_id = held.message_id and r.state = 'queued' and r.person_id is not null;
  return 'scheduled';
end
$$;

-- A second person lets a message go that waits for one, as they read it: never whoever wrote it, changed it last or sent it off.
create function wall.approve_message(message uuid, version integer) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
declare
  begins timestamptz;
begin
  update public.message m set state = 'scheduled', approved_by = wall.account(),
    send_at = greatest(m.send_at, statement_timestamp())
  where m.message_id = approve_message.message and m.state = 'waiting' and wall.may_message(m.message_id)
    and m.version = approve_message.version and wall.account() <> all (array[m.made_by, m.sender, coalesce(m.changed_by, m.made_by)])
  returning m.send_at into begins;
  update public.message_recipient r set next_try_at = begins
  where begins is not null and r.message_id = approve_message.message and r.state = 'queued' and r.person_id is not null;
  return begins is not null;
end
$$;

-- Stops a message: what is not taken yet never goes. One of which nothing has gone is a draft again.
create function wall.stop_message(message uuid) returns text
language plpgsql volatile security definer set search_path = '' as $$
declare
  held public.message;
begin
  select m.* into held from public.message m where m.message_id = stop_message.message
    and m.state in ('waiting', 'scheduled', 'sending') and wall.may_message(m.message_id) for update;
  if held.message_id is null then
    return 'not-yours';
  elsif not exists (select from public.message_recipient r where r.message_id = held.message_id and r.person_id is not null
    and r.state not in ('queued', 'left-out')) then
    delete from public.message_recipient r where r.message_id = held.message_id and r.person_id is not null
      and r.state in ('queued', 'left-out');
    update public.message m set state = 'draft', version = m.version + 1, send_at = null, sent_off_at = null, people = 0, sender = null, grant_id = null, approved_by = null,
      imprint = '{}' where m.message_id = held.message_id;
    return 'draft';
  end if;
  update public.message_recipient r set state = 'left-out', why = 'stopped'
  where r.message_id = held.message_id and r.state = 'queued';
  update public.message m set state = 'stopped', ended_at = statement_timestamp(), stopped_by = wall.account()
  where m.message_id = held.message_id;
  return 'stopped';
end
$$;

-- Deletes a draft.
create function wall.remove_message(message uuid) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  delete from public.message m where m.message_id = remove_message.message and m.state = 'draft'
    and wall.may_message(m.message_id);
  return found;
end
$$;

-- Takes a picture out of a draft, and its lines out of what is written.
create function wall.remove_picture(message uuid, number smallint) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  update public.message m set body = regexp_replace(m.body,
    '(^|\n)[ \t]*\[picture ' || remove_picture.number || '\][ \t]*(?=\n|$)', '', 'g')
  where m.message_id = remove_picture.message and m.state = 'draft' and wall.may_message(m.message_id);
  if not found then
    return false;
  end if;
  delete from public.message_picture p where p.message_id = remove_picture.message and p.number = remove_picture.number;
  return found;
end
$$;

-- Whoever writes a message gets it alone, at their account's own address.
create function wall.try_message(message uuid) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  if (select count(*) from public.message_recipient r where r.account_id = wall.account()
    and r.next_try_at > statement_timestamp() - interval '1 hour') >= 20 then
    return false;
  end if;
  insert into public.message_recipient (message_id, area_id, account_id, grant_id, state)
  select m.message_id, m.area_id, wall.account(), (select u.grant_id from wall.in_use() u limit 1), 'queued' from public.message m
  where m.message_id = try_message.message and m.state = 'draft' and m.channel = 'email' and wall.may_message(m.message_id);
  return found;
end
$$;

-- ── The server's own sender ────────────────────────────────────────────────────────────────────────────────────────────

-- Internal: may this message go just now? Whoever sent it off still has the access that they had, and Organise is open there.
create function wall.message_goes(grant_id uuid, area bigint) returns boolean
language sql stable security definer set search_path = '' as $$
  select not exists (select from public.lockdown l where l.tool = 'organise' and l.opened_at is null
      and (l.area_id is null or wall.meet(l.area_id, message_goes.area)))
    and exists (select from public.access_grant g where g.grant_id = message_goes.grant_id and g.ended_at is null
      and g.starts_at <= statement_timestamp() and g.ends_at > statement_timestamp())
$$;

-- Brings messages on: what nobody may send any more is stopped, what is done is done. Answers whether there is work.
create function wall.keep_messages() returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  if exists (select from public.message m where m.state in ('waiting', 'scheduled', 'sending')) then
    with over as (
      update public.message m set state = 'stopped', ended_at = statement_timestamp(), why = 'access-ended'
      where m.state in ('waiting', 'scheduled', 'sending') and not exists (select from public.access_grant g
        where g.grant_id = m.grant_id and g.ended_at is null and g.ends_at > statement_timestamp())
      returning m.message_id)
    update public.message_recipient r set state = 'left-out', why = 'access-ended' from over o
    where r.message_id = o.message_id and r.state = 'queued';
    -- What Organise was closed to for two days, or could not be sent, is news no more: somebody sends it anew if they want to.
    with over as (
      update public.message m set state = 'stopped', ended_at = statement_timestamp(), why = 'late'
      where m.state in ('scheduled', 'sending') and m.send_at < statement_timestamp() - interval '2 days'
        and exists (select from public.message_recipient r where r.message_id = m.message_id and r.state = 'queued')
      returning m.message_id)
    update public.message_recipient r set state = 'left-out', why = 'late' from over o
    where r.message_id = o.message_id and r.state = 'queued';
    update public.message m set state = 'sent', ended_at = statement_timestamp()
    where m.state = 'sending' and not exists (select from public.message_recipient r where r.message_id = m.message_id
      and r.state in ('queued', 'sending'));
  end if;
  -- What was tried and did not go in an hour is tried anew by whoever wants to.
  delete from public.message_recipient r where r.account_id is not null and r.state = 'queued'
    and r.next_try_at < statement_timestamp() - interval '1 hour';
  return exists (select from public.message_recipient r where r.state = 'sending')
    or exists (select from public.message_recipient r where r.state = 'queued' and r.next_try_at <= statement_timestamp());
end
$$;

-- One server sends at a time; what it finds in hand then is of one that died. Held until its connection ends.
create function wall.begin_messages() returns boolean
language sql volatile security definer set search_path = '' as $$
  select pg_try_advisory_lock(4871028)
$$;
create function wall.messages_in_hand() returns table (recipient_id uuid, channel text)
language sql stable security definer set search_path = '' as $$
  select r.recipient_id, m.channel from public.message_recipient r join public.message m using (message_id)
  where r.state = 'sending'
$$;

-- The next ones to send. Consent, objection, silence, age and erasure are asked in the statement that marks them as in hand,
-- with their record held: what is taken back before it is taken is not sent.
create function wall.take_messages(at_most integer)
returns table (recipient_id uuid, message_id uuid, state text, person_id uuid, address text, forename text, surname text,
  area_name text, sent_off_at timestamptz)
language plpgsql volatile security definer set search_path = '' as $$
begin
  return query
  with due as materialized (
    select r.recipient_id, m.kind, m.form, m.channel, m.sent_off_at, m.area_id as written_in, m.audience, p.person_id, p.channels, p.under_18, p.partition_id, p.elector_id, p.forename, p.surname,
      p.area_id, p.erased_at
    from public.message_recipient r
    join public.message m on m.message_id = r.message_id
    join public.person p on p.person_id = r.person_id
    where r.state = 'queued' and r.next_try_at <= statement_timestamp() and m.state in ('scheduled', 'sending')
      and wall.message_goes(m.grant_id, m.area_id)
    order by r.next_try_at limit take_messages.at_most
    -- The message too: whoever stops it waits for those in hand, or these are not taken.
    for update of r skip locked for share of p, m skip locked
  ), asked as (
    select d.*, case d.channel when 'text' then c.mobile else c.email end as address, case when d.erased_at is not null then 'erased'
      -- Those who come to an event, and nobody else, were meant: who comes no more, and who came to what is over, is not.
      when d.audience ? 'event' and not d.audience ?| array['members', 'volunteers'] and not coalesce((d.audience ->> 'supporters')::boolean, false)
        and not exists (select from wall.down_for(d.written_in, d.audience) x where x.person_id = d.person_id) then 'not-coming'
      else wall.why_no_message(d.channel, d.kind, d.form, d.person_id, c.email, c.mobile, d.channels, wall.minor(d.under_18, c.born_on), d.partition_id,
        d.elector_id) end as no
    from due d left join public.person_contact c on c.person_id = d.person_id
  ), taken as (
    update public.message_recipient r set state = case a.no when '' then 'sending' else 'left-out' end, why = a.no,
      tries = r.tries + 1, at = statement_timestamp(), address = case a.no when '' then a.address else '' end
    from asked a where r.recipient_id = a.recipient_id
    returning r.recipient_id, r.message_id, r.state, a.person_id, r.address, a.forename, a.surname, a.area_id, a.sent_off_at
  ), begun as (
    update public.message m set state = 'sending' where m.state = 'scheduled' and m.message_id in (select t.message_id from taken t)
  )
  select t.recipient_id, t.message_id, t.state, t.person_id, t.address, t.forename, t.surname, coalesce(d.letters, x.name), t.sent_off_at
  from taken t join public.area x on x.area_id = t.area_id
  left join public.district d on x.kind = 'district' and d.area_no = x.area_no;
  return query
  with due as materialized (
    select r.recipient_id from public.message_recipient r
    where r.account_id is not null and r.state = 'queued' and r.next_try_at <= statement_timestamp()
      and wall.message_goes(r.grant_id, r.area_id)
    limit take_messages.at_most for update skip locked
  ), taken as (
    update public.message_recipient r set state = 'sending', tries = r.tries + 1, at = statement_timestamp(), address = a.email
    from due, public.account a where r.recipient_id = due.recipient_id and a.account_id = r.account_id
    returning r.recipient_id, r.message_id, r.state, r.address, a.name, r.area_id
  )
  select t.recipient_id, t.message_id, t.state, null::uuid, t.address, split_part(t.name, ' ', 1),
    substr(t.name, length(split_part(t.name, ' ', 1)) + 2), coalesce(d.letters, x.name), null::timestamptz
  from taken t join public.area x on x.area_id = t.area_id
  left join public.district d on x.kind = 'district' and d.area_no = x.area_no;
end
$$;

-- What a message says, for its sender; answers go to whoever sent it off, or wrote it.
create function wall.message_text(message uuid)
returns table (kind text, channel text, form text, fields jsonb, subject text, body text, imprint text[], reply_name text, reply_to text,
  area_name text, controller text)
language sql stable security definer set search_path = '' as $$
  select m.kind, m.channel, m.form, m.fields, m.subject, m.body,
    case m.imprint when '{}' then coalesce(wall.imprint_lines(m.area_id), '{}') else m.imprint end, a.name, a.email, r.name,
    coalesce((select i.controller from public.installation i limit 1), '')
  from public.message m join public.account a on a.account_id = coalesce(m.sender, m.made_by)
  join public.area r on r.area_id = m.area_id
  where m.message_id = message_text.message
$$;

-- The pictures of a message, for its sender.
create function wall.message_pictures(message uuid)
returns table (number smallint, shows text, png boolean, width integer, height integer, bytes bytea)
language sql stable security definer set search_path = '' as $$
  select p.number, p.shows, p.png, p.width, p.height, p.bytes from public.message_picture p
  where p.message_id = message_pictures.message order by p.number
$$;

-- What became of those in hand: `sent`, `failed`, `unknown`, or `later`, which is tried again for two days.
create function wall.end_messages(recipients uuid[], outcomes text[], whys text[]) returns void
language sql volatile security definer set search_path = '' as $$
  update public.message_recipient r set
    state = case when e.outcome <> 'later' then e.outcome when m.state = 'stopped' then 'left-out'
      when coalesce(m.send_at, r.at) < statement_timestamp() - interval '2 days' then 'failed' else 'queued' end,
    why = case when e.outcome = 'later' and m.state = 'stopped' then 'stopped' else e.why end,
    at = statement_timestamp(),
    next_try_at = case when e.outcome = 'later'
      then statement_timestamp() + least(interval '1 hour', interval '30 seconds' * (2 ^ least(r.tries, 10))) else r.next_try_at end
  from unnest(recipients, outcomes, whys) e (recipient, outcome, why), public.message m
  where r.recipient_id = e.recipient and m.message_id = r.message_id and r.state in ('sending', 'unknown')
$$;

-- What went under an id: a letter to an account, or a message to somebody of Organise.
create or replace function wall.sent_to(id uuid) returns table (channel text, address text)
language sql stable security definer set search_path = '' as $$
  select 'email', lower(coalesce(m.address, a.email)) from public.mail m left join public.account a using (account_id)
  where m.mail_id = sent_to.id
  union all
  select m.channel, lower(r.address) from public.message_recipient r join public.message m using (message_id)
  where r.recipient_id = sent_to.id and r.address <> ''
$$;

-- How many of a message came back, and how many complained.
create function wall.message_returns(message uuid) returns table (bounced bigint, complained bigint)
language sql stable security definer set search_path = '' as $$
  select count(distinct x.recipient_id) filter (where x.kind = 'bounce'), count(distinct x.recipient_id) filter (where x.kind = 'complaint')
  from public.message_return x join public.message_recipient r using (recipient_id) join public.message m using (message_id)
  where r.message_id = message_returns.message and m.area_id = any (wall.places())
$$;

-- What whoever wrote, sent or approved a message here is called.
create function wall.message_hand(account uuid) returns text
language sql stable security definer set search_path = '' as $$
  select a.name from public.account a where a.account_id = message_hand.account and exists (select from public.message m
    where message_hand.account in (m.made_by, m.sender, m.approved_by, m.stopped_by) and m.area_id = any (wall.places()))
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
grant execute on function wall.message_people(uuid), wall.send_message(uuid, integer, timestamptz), wall.approve_message(uuid, integer),
  wall.stop_message(uuid), wall.remove_message(uuid), wall.remove_picture(uuid, smallint), wall.try_message(uuid), wall.message_returns(uuid),
  wall.message_hand(uuid), wall.message_unreached(uuid), wall.may_write_to_event(uuid, uuid, bigint)
  to hustings_organiser, hustings_membership;
grant execute on function wall.keep_messages(), wall.begin_messages(), wall.messages_in_hand(), wall.take_messages(integer),
  wall.message_text(uuid), wall.message_pictures(uuid), wall.end_messages(uuid[], text[], text[]) to hustings_door;
grant execute on function wall.new_version() to hustings_owner;

set local role hustings_owner;
create trigger new_version before update of area_id, channel, form, fields, subject, body, audience on message
  for each row execute function wall.new_version();
reset role;
