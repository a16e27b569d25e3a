-- The seal on the access log: each row gets a number and a hash in a Merkle tree of the shape of RFC 6962, whose heads the
-- server signs and writes to a second place. docs/seal.md says how it is made and how anybody verifies it.
--
-- The log's rows stay as they were written: number and hash stand in a table of their own, so that no role ever needs the
-- right to change a row of the log, and a row's proof takes no second version of it.
set local role hustings_owner;

-- Which transaction wrote the row. Working roles may not name the column, so nobody but PostgreSQL gives it. The sealer
-- goes by it: what is older than every transaction still running can get no neighbour any more.
alter table access_log add column xid xid8 not null default pg_current_xact_id();
create index access_log_in_order on access_log (xid, entry_id);

-- How far the sealer is. Whoever holds this one row is the sealer; nobody but the wall's functions can lock it.
create table seal_state (
  one boolean primary key default true check (one),
  -- Tells this log from every other, also after it was restored elsewhere.
  log_id uuid not null default gen_random_uuid(),
  -- Leaves numbered: the next one's number.
  leaves bigint not null default 0 check (leaves >= 0),
  -- The roots of the perfect trees that the leaves make, the largest first, 32 bytes each: all that is needed to go on.
  frontier bytea not null default '' check (length(frontier) % 32 = 0),
  -- Rows up to here, by transaction and number, are sealed.
  through_xid xid8 not null default '0',
  through_entry bigint not null default 0,
  -- The PostgreSQL server whose transactions those are.
  system bigint not null,
  -- Rows written before this are sealed, or never will be. It moves on when every transaction has ended that may have been
  -- running when the mark was set.
  complete timestamptz check (isfinite(complete)),
  mark_xid xid8 not null default '0',
  mark_at timestamptz check (isfinite(mark_at)),
  -- What the sealer found wrong with the log when it last began.
  trouble text check (length(trouble) <= 500)
);
insert into seal_state (system) select system_identifier from pg_control_system();

create table seal_leaf (
  leaf_no bigint primary key,
  at timestamptz not null,
  entry_id bigint not null,
  hash bytea not null check (length(hash) = 32),
  unique (at, entry_id)
);

-- Public halves of the keys that signed, each vouched for by the one before it.
create table seal_key (
  key_id text primary key check (key_id ~ '^[0-9a-f]{16}$'),
  public_key bytea not null check (length(public_key) = 32),
  since timestamptz not null default statement_timestamp(),
  vouched_by text references seal_key,
  voucher bytea check (length(voucher) = 64),
  check ((vouched_by is null) = (voucher is null))
);

create table seal_head (
  head_no bigint generated always as identity primary key,
  leaves bigint not null,
  root bytea not null check (length(root) = 32),
  at timestamptz not null,
  -- Every row written before this is among the leaves.
  complete timestamptz,
  key_id text not null references seal_key,
  signature bytea not null check (length(signature) = 64)
);
create index seal_head_by_time on seal_head (at);

-- Where heads are written besides, and whether that works.
create table seal_place (
  place text primary key check (length(place) between 1 and 300),
  leaves bigint,
  written_at timestamptz,
  tried_at timestamptz not null default statement_timestamp(),
  waiting_since timestamptz,
  failure text check (length(failure) <= 500)
);

-- Months whose rows are gone: the tree up to there, signed. The last one's frontier carries every later proof.
create table seal_expired (
  month date primary key check (extract(day from month) = 1),
  -- Leaves below this number are gone with their rows.
  through_leaf bigint not null,
  -- Leaves from there on whose rows went too: rows of that month that were sealed after the next had begun.
  later bigint[] not null default '{}',
  rows bigint not null,
  root bytea not null check (length(root) = 32),
  frontier bytea not null check (length(frontier) % 32 = 0),
  at timestamptz not null,
  key_id text not null references seal_key,
  signature bytea not null check (length(signature) = 64)
);

-- When the whole log was last verified, and what came of it.
create table seal_check (
  at timestamptz primary key default statement_timestamp(),
  rows bigint not null,
  heads bigint not null,
  findings bigint not null,
  first text not null default '' check (length(first) <= 500)
);

do $$
declare
  name text;
begin
  foreach name in array array['seal_state', 'seal_leaf', 'seal_key', 'seal_head', 'seal_place', 'seal_expired', 'seal_check'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
  end loop;
end $$;
grant select, update on seal_state to hustings_wall;
grant select, insert on seal_leaf, seal_key to hustings_wall;
grant select, insert, delete on seal_head to hustings_wall;
grant select, insert, update on seal_place to hustings_wall;
grant select on seal_expired, seal_check to hustings_wall;
-- Months are made by the owner, who is under row security too.
create policy months on seal_expired for select to hustings_owner using (true);

-- Months that have expired are not made again. The owner reads them under its policy, whatever the operator's login has set.
create or replace function make_access_log_months() returns void
language plpgsql volatile set search_path = '' set row_security = on as $$
declare
  month date := greatest('2026-11-01', (select max(e.month) + interval '1 month' from public.seal_expired e)::date);
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

-- Drops the months before a day, and with them what the default partition holds of them. `hustings audit expire` calls it,
-- in the transaction that signs what remains.
create function expire_access_log(before date) returns void
language plpgsql volatile set search_path = '' as $$
declare
  name text;
begin
  for name in
    select c.relname from pg_catalog.pg_inherits i join pg_catalog.pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'public.access_log'::regclass and c.relname ~ '^access_log_\d{4}_\d{2}$'
      and to_date(right(c.relname, 7), 'YYYY_MM') < before
  loop
    execute format('drop table public.%I', name);
  end loop;
  delete from public.access_log_other where at < before::timestamp at time zone 'UTC';
end
$$;
revoke execute on function expire_access_log(date) from public;
reset role;

-- One field of a leaf: how long it is, in four bytes, and itself; ff ff ff ff for none.
create function wall.leaf_field(value bytea) returns bytea
language sql immutable return coalesce(int4send(length(value)) || value, '\xffffffff'::bytea);

-- A row as it is sealed: version 1 and its fields, in this order. src/audit/seal/leaf.rs writes the same, and
-- docs/seal.md holds vectors for both.
create function wall.leaf(entry public.access_log) returns bytea
language sql stable return '\x01'::bytea
  || wall.leaf_field(int8send(entry.entry_id))
  || wall.leaf_field(timestamptz_send(entry.at))
  || wall.leaf_field(xid8send(entry.xid))
  || wall.leaf_field(convert_to(entry.what, 'UTF8'))
  || wall.leaf_field(convert_to(entry.permission, 'UTF8'))
  || wall.leaf_field(convert_to(entry.purpose, 'UTF8'))
  || wall.leaf_field(convert_to(entry.tool, 'UTF8'))
  || wall.leaf_field(uuid_send(entry.account_id))
  || wall.leaf_field(uuid_send(entry.grant_id))
  || wall.leaf_field(uuid_send(entry.session_id))
  || wall.leaf_field(uuid_send(entry.operator_id))
  || wall.leaf_field(convert_to(entry.subjects::text, 'UTF8'))
  || wall.leaf_field(int4send(entry.partition_id))
  || wall.leaf_field(int8send(entry.list_id))
  || wall.leaf_field(int4send(entry.list_version))
  || wall.leaf_field(convert_to(entry.route, 'UTF8'))
  || wall.leaf_field(int2send(entry.status))
  || wall.leaf_field(convert_to(entry.address, 'UTF8'));

-- Becomes the sealer for this transaction: nothing comes back while another is.
create function wall.seal_begin() returns table (log_id uuid, leaves bigint, frontier bytea, now timestamptz,
  head_leaves bigint, head_root bytea, head_at timestamptz, head_complete timestamptz, head_key text, head_signature bytea)
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform from public.seal_state s for update skip locked;
  if not found then
    if not exists (select from public.seal_state) then
      raise exception 'the row that says how far the log is sealed is gone' using errcode = '55000';
    end if;
    return;
  end if;
  return query select s.log_id, s.leaves, s.frontier, clock_timestamp(), h.leaves, h.root, h.at, h.complete, h.key_id, h.signature
  from public.seal_state s
  left join lateral (select * from public.seal_head h order by h.head_no desc limit 1) h on true;
end
$$;

-- Numbers the next rows, at most so many, and answers their hashes: in the order of transaction and number, and none that a
-- transaction still running could come before. Nothing of the rows themselves leaves.
create function wall.seal_next(at_most integer) returns table (leaf_no bigint, hash bytea)
language plpgsql volatile security definer set search_path = '' as $$
#variable_conflict use_column
declare
  state public.seal_state;
  snapshot pg_catalog.pg_snapshot := pg_catalog.pg_current_snapshot();
  oldest pg_catalog.xid8 := pg_catalog.pg_snapshot_xmin(snapshot);
  next pg_catalog.xid8 := pg_catalog.pg_snapshot_xmax(snapshot);
  here bigint := (select c.system_identifier from pg_catalog.pg_control_system() c);
  sealed bigint;
begin
  select s.* into strict state from public.seal_state s for update nowait;
  if state.system = here and state.through_xid <= next then
    return query
    with due as materialized (
      select l.at, l.entry_id, l.xid, pg_catalog.sha256('\x00'::bytea || wall.leaf(l)) as hash
      from public.access_log l
      where (l.xid, l.entry_id) > (state.through_xid, state.through_entry) and l.xid < oldest
        -- A row from before a restore may have been sealed out of its turn, below.
        and not exists (select from public.seal_leaf s where s.at = l.at and s.entry_id = l.entry_id)
      order by l.xid, l.entry_id limit at_most
    ), numbered as (
      insert into public.seal_leaf (leaf_no, at, entry_id, hash)
      select state.leaves + row_number() over (order by d.xid, d.entry_id) - 1, d.at, d.entry_id, d.hash from due d
      returning leaf_no, hash
    ), moved as (
      update public.seal_state s set leaves = s.leaves + (select count(*) from due),
        through_xid = d.xid, through_entry = d.entry_id
      from (select d.xid, d.entry_id from due d order by d.xid desc, d.entry_id desc limit 1) d
      returning 1
    )
    select n.leaf_no, n.hash from numbered n order by 1;
    get diagnostics sealed = row_count;
    -- Nothing is left below the oldest running transaction. Once that is past the mark, all that was running then has ended.
    if sealed < at_most and oldest >= state.mark_xid then
      update public.seal_state s set complete = coalesce(s.mark_at, s.complete), mark_xid = next, mark_at = statement_timestamp();
    end if;
    return;
  end if;
  -- The log was restored on another server, whose transactions have numbers of their own. What no leaf stands for is sealed
  -- now: rows older than every transaction running here, and rows numbered past this server's, which came with the
  -- restore. After it this server's own numbers count, from the oldest running on.
  return query
  with due as materialized (
    select l.at, l.entry_id, l.xid, pg_catalog.sha256('\x00'::bytea || wall.leaf(l)) as hash
    from public.access_log l
    where (l.xid < oldest or l.xid >= next)
      and not exists (select from public.seal_leaf s where s.at = l.at and s.entry_id = l.entry_id)
    order by l.xid, l.entry_id limit at_most
  )
  insert into public.seal_leaf (leaf_no, at, entry_id, hash)
  select state.leaves + row_number() over (order by d.xid, d.entry_id) - 1, d.at, d.entry_id, d.hash from due d
  returning leaf_no, hash;
  get diagnostics sealed = row_count;
  update public.seal_state s set leaves = s.leaves + sealed,
    system = case when sealed < at_most then here else s.system end,
    through_xid = case when sealed < at_most then oldest else s.through_xid end,
    through_entry = case when sealed < at_most then 0 else s.through_entry end,
    mark_xid = '0', mark_at = null;
end
$$;

-- Rows written before this are among the leaves numbered so far.
create function wall.seal_complete() returns timestamptz
language sql stable security definer set search_path = '' as $$ select s.complete from public.seal_state s $$;

-- Keeps a head that was signed over what seal_next numbered, and the frontier to go on from.
create function wall.seal_head(leaves bigint, root bytea, frontier bytea, at timestamptz, complete timestamptz, key text, public_key bytea,
  vouched_by text, voucher bytea, signature bytea, trouble text) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  update public.seal_state s set frontier = seal_head.frontier, trouble = coalesce(seal_head.trouble, s.trouble)
  where s.leaves = seal_head.leaves;
  if not found then
    raise exception 'a head over % leaves does not fit the log', seal_head.leaves using errcode = '55000';
  end if;
  insert into public.seal_key (key_id, public_key, vouched_by, voucher)
  select seal_head.key, seal_head.public_key, k.key_id, case when k.key_id is not null then seal_head.voucher end
  from (select) one left join public.seal_key k on k.key_id = seal_head.vouched_by
  where not exists (select from public.seal_key k where k.key_id = seal_head.key);
  insert into public.seal_head (leaves, root, at, complete, key_id, signature)
  values (seal_head.leaves, seal_head.root, seal_head.at, seal_head.complete, seal_head.key, seal_head.signature);
end
$$;

-- The leaves' hashes from a number on, to make the frontier anew when it does not fit the last head.
create function wall.seal_hashes(from_leaf bigint, at_most integer) returns table (leaf_no bigint, hash bytea)
language sql stable security definer set search_path = '' as $$
  select s.leaf_no, s.hash from public.seal_leaf s where s.leaf_no >= from_leaf order by s.leaf_no limit at_most
$$;

-- The frontier that expired months left: where to begin.
create function wall.seal_base(out leaf bigint, out frontier bytea)
language sql stable security definer set search_path = '' as $$
  select e.through_leaf, e.frontier from public.seal_expired e order by e.month desc limit 1
$$;

-- Of heads older than a month the last of each hour stays: any of them proves the log by itself.
create function wall.seal_thin() returns void
language sql volatile security definer set search_path = '' as $$
  delete from public.seal_head h where h.at < statement_timestamp() - interval '31 days'
    and exists (select from public.seal_head n where n.at > h.at and n.at < date_trunc('hour', h.at) + interval '1 hour')
$$;

-- A head was written to a second place, or was not.
create function wall.seal_wrote(place text, leaves bigint, failure text) returns void
language sql volatile security definer set search_path = '' as $$
  insert into public.seal_place as p (place, leaves, written_at, waiting_since, failure)
  values (left(seal_wrote.place, 300), case when seal_wrote.failure is null then seal_wrote.leaves end,
    case when seal_wrote.failure is null then statement_timestamp() end,
    case when seal_wrote.failure is not null then statement_timestamp() end, left(seal_wrote.failure, 500))
  on conflict (place) do update set leaves = coalesce(excluded.leaves, p.leaves),
    written_at = coalesce(excluded.written_at, p.written_at), tried_at = statement_timestamp(),
    waiting_since = case when excluded.failure is not null then coalesce(p.waiting_since, excluded.waiting_since) end,
    failure = excluded.failure
$$;

-- How the seal stands: for the server itself, the data protection officer, administrators and the operator.
create function wall.seal_status() returns table (log_id uuid, leaves bigint, sealed_until timestamptz, waiting bigint,
  lag double precision, head_leaves bigint, head_root bytea, head_at timestamptz, head_complete timestamptz, head_key text, head_signature bytea,
  trouble text, checked_at timestamptz, checked_rows bigint, findings bigint, first_finding text)
language plpgsql stable security definer set search_path = '' as $$
declare
  state public.seal_state;
  oldest timestamptz;
  many bigint;
begin
  if not (session_user = 'hustings_door' or pg_catalog.pg_has_role(session_user, 'hustings_operator', 'member')
    or exists (select from wall.in_use() u where u.role in ('data-protection-officer', 'administrator'))) then
    return;
  end if;
  select s.* into state from public.seal_state s;
  select count(*), min(w.at) into many, oldest from (
    select l.at from public.access_log l where (l.xid, l.entry_id) > (state.through_xid, state.through_entry)
      and not exists (select from public.seal_leaf s where s.at = l.at and s.entry_id = l.entry_id)
    order by l.xid, l.entry_id limit 10000) w;
  return query select state.log_id, state.leaves, (select s.at from public.seal_leaf s where s.leaf_no = state.leaves - 1),
    many, coalesce(extract(epoch from statement_timestamp() - oldest), 0)::double precision,
    h.leaves, h.root, h.at, h.complete, h.key_id, h.signature, state.trouble, c.at, c.rows, c.findings, c.first
  from (select) one
  left join lateral (select * from public.seal_head h order by h.head_no desc limit 1) h on true
  left join lateral (select * from public.seal_check c order by c.at desc limit 1) c on true;
end
$$;

-- The second places, for the same: those that a server tried to write within a day, since settings change.
create function wall.seal_places() returns table (place text, leaves bigint, written_at timestamptz,
  waiting_since timestamptz, failure text)
language sql stable security definer set search_path = '' as $$
  select p.place, p.leaves, p.written_at, p.waiting_since, p.failure from public.seal_place p
  where p.tried_at > statement_timestamp() - interval '1 day'
    and (session_user = 'hustings_door' or pg_catalog.pg_has_role(session_user, 'hustings_operator', 'member')
      or exists (select from wall.in_use() u where u.role in ('data-protection-officer', 'administrator')))
  order by p.place
$$;

do $$
declare
  made text;
begin
  foreach made in array array['leaf_field(bytea)', 'leaf(public.access_log)', 'seal_begin()', 'seal_next(integer)',
    'seal_head(bigint, bytea, bytea, timestamptz, timestamptz, text, bytea, text, bytea, bytea, text)', 'seal_hashes(bigint, integer)',
    'seal_complete()', 'seal_base()', 'seal_thin()', 'seal_wrote(text, bigint, text)', 'seal_status()', 'seal_places()'] loop
    execute format('alter function wall.%s owner to hustings_wall', made);
  end loop;
end $$;
grant execute on function wall.seal_begin(), wall.seal_next(integer),
  wall.seal_head(bigint, bytea, bytea, timestamptz, timestamptz, text, bytea, text, bytea, bytea, text), wall.seal_hashes(bigint, integer),
  wall.seal_complete(), wall.seal_base(), wall.seal_thin(), wall.seal_wrote(text, bigint, text), wall.seal_status(), wall.seal_places()
  to hustings_door;
grant execute on function wall.seal_status(), wall.seal_places() to hustings_protection, hustings_administrator;
