-- Letters by email on their way: service messages from fixed forms, queued in the transaction of what they tell of.
-- What a letter is filled with may open a door (an invitation's link), so nobody but the door's own functions reads it, and it
-- goes when the letter has gone. Who was written to, what about and when stays for a year.
set local role hustings_owner;
create table mail (
  mail_id uuid primary key,
  -- Whom: an account's own address as it stands when it is sent, or one that has no account yet.
  account_id uuid references account,
  address text check (length(address) between 3 and 254),
  -- Which of the fixed forms (src/mail/form.rs).
  form text not null check (form ~ '^[a-z-]{1,40}$'),
  fields jsonb check (length(fields::text) <= 20000),
  queued_at timestamptz not null default clock_timestamp(),
  queued_by uuid references account,
  tries integer not null default 0,
  next_try_at timestamptz not null default clock_timestamp(),
  sent_at timestamptz,
  -- Why it was given up, in the mail server's words.
  failure text check (length(failure) <= 500),
  given_up_at timestamptz,
  check ((account_id is null) <> (address is null))
);
create index mail_to_send on mail (next_try_at) where sent_at is null and given_up_at is null;
create index mail_by_time on mail (queued_at);

grant select, insert, update, delete on mail to hustings_wall;
-- Not the address: wall.letters says to whom, where an administrator may know it.
grant select (mail_id, account_id, form, queued_at, tries, next_try_at, sent_at, failure, given_up_at)
  on mail to hustings_administrator;
alter table mail enable row level security;
alter table mail force row level security;
create policy administrator on mail for select to hustings_administrator using ((select wall.is('administrator')));
reset role;

-- Queues a letter for whoever acts: administrators, organisers, membership secretaries, the data protection officer. Canvassers
-- write to nobody. The form decides what is said; who may send which stands in the application.
create function wall.queue_mail(mail uuid, account uuid, address text, form text, fields jsonb) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  if fields ->> 'form' is distinct from form then
    raise exception 'a letter is of one form' using errcode = '22023';
  -- Pages write to accounts; to an address that is none goes what the wall itself writes (invitations, links).
  elsif (queue_mail.address is null and exists (select from wall.in_use() u where u.role <> 'volunteer'))
    or pg_has_role(session_user, 'hustings_operator', 'member') then
    insert into public.mail (mail_id, account_id, address, form, fields, queued_by)
    values (queue_mail.mail, queue_mail.account, queue_mail.address, queue_mail.form, queue_mail.fields, wall.account());
  else
    raise exception 'nobody who may write letters acts here' using errcode = '42501';
  end if;
end
$$;

-- The next letters to send, for the server's own sender. Each is tried again later and later until it has gone; taken ones
-- come again after five minutes, should the sender die with them.
create function wall.take_mail(at_most integer)
returns table (mail_id uuid, address text, name text, form text, fields jsonb, tries integer)
language sql volatile security definer set search_path = '' as $$
  update public.mail m set tries = m.tries + 1, next_try_at = statement_timestamp() + interval '5 minutes'
  from (
    select q.mail_id from public.mail q
    where q.sent_at is null and q.given_up_at is null and q.next_try_at <= statement_timestamp()
    order by q.next_try_at limit at_most for update skip locked
  ) due
  left join lateral (select a.email, a.name from public.mail x join public.account a using (account_id)
    where x.mail_id = due.mail_id) a on true
  where m.mail_id = due.mail_id
  returning m.mail_id, coalesce(m.address, a.email), coalesce(a.name, ''), m.form, m.fields, m.tries
$$;

-- It has gone, or it has not: then it is tried again, until a day has passed or the mail server refuses for good.
create function wall.end_mail(mail uuid, failure text, for_good boolean) returns void
language sql volatile security definer set search_path = '' as $$
  update public.mail m set sent_at = statement_timestamp(), fields = null, failure = null
  where m.mail_id = end_mail.mail and end_mail.failure is null;
  update public.mail m set failure = left(end_mail.failure, 500),
    next_try_at = statement_timestamp() + least(interval '1 hour', interval '30 seconds' * (2 ^ least(m.tries, 10))),
    given_up_at = case when for_good or m.queued_at < statement_timestamp() - interval '1 day' then statement_timestamp() end,
    fields = case when for_good or m.queued_at < statement_timestamp() - interval '1 day' then null else m.fields end
  where m.mail_id = end_mail.mail and end_mail.failure is not null and m.sent_at is null;
  delete from public.mail m where m.queued_at < statement_timestamp() - interval '1 year';
$$;

-- What was written to whom, for administrators. That somebody offered to help, or that an organiser invited them, tells their
-- political opinion, and they are nobody's account: no address of theirs leaves, and what is said instead stands in the application.
create function wall.letters(skip bigint, take bigint)
returns table (recipient text, form text, queued_at timestamptz, sent_at timestamptz, given_up_at timestamptz, failure text,
  next_try_at timestamptz, total bigint)
language plpgsql stable security definer set search_path = '' as $$
begin
  return query
  select coalesce(a.name || ', ' || a.email, case when m.form in ('address-leaves', 'address-comes')
      or (m.form = 'invitation' and (m.queued_by is null or exists (select from public.access_grant g
        where g.account_id = m.queued_by and g.role = 'administrator' and g.starts_at <= m.queued_at
          and least(g.ended_at, g.ends_at) > m.queued_at))) then m.address end),
    m.form, m.queued_at, m.sent_at, m.given_up_at, m.failure, m.next_try_at, count(*) over ()
  from public.mail m left join public.account a on a.account_id = m.account_id
  where (select wall.is('administrator'))
  order by (m.sent_at is null) desc, m.queued_at desc offset letters.skip limit letters.take;
end
$$;

alter function wall.letters(bigint, bigint) owner to hustings_wall;
alter function wall.queue_mail(uuid, uuid, text, text, jsonb) owner to hustings_wall;
alter function wall.take_mail(integer) owner to hustings_wall;
alter function wall.end_mail(uuid, text, boolean) owner to hustings_wall;
grant execute on function wall.queue_mail(uuid, uuid, text, text, jsonb) to hustings_organiser, hustings_membership,
  hustings_protection, hustings_administrator;
grant execute on function wall.letters(bigint, bigint) to hustings_administrator;
grant execute on function wall.take_mail(integer), wall.end_mail(uuid, text, boolean) to hustings_door;
