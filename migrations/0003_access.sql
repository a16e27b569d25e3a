-- Who may come in: accounts, grants, sessions, and the tools that may be closed.
-- installation, intention_code and issue_code hold nothing about a person. Set-up writes them; no page changes them.
set local role hustings_owner;

-- One installation is one data controller (Art 4(7)).
create table installation (
  only_one boolean primary key default true check (only_one),
  controller text not null check (length(controller) between 1 and 200),
  contact text not null check (length(contact) between 3 and 254),
  kind text not null check (kind in ('party', 'representative', 'candidate')),
  privacy_notice text not null check (length(privacy_notice) between 1 and 5000),
  -- Whether everybody needs a second factor; else every role but canvassers does.
  factors_for_all boolean not null default false,
  -- A demonstration says so on every page.
  demonstration boolean not null default false,
  set_up_at timestamptz not null default now()
);

-- The installation's own list of voting intentions, up to 14.
create table intention_code (
  code text primary key check (code ~ '^[A-Z]{1,3}$'),
  label text not null check (length(label) between 1 and 40),
  slot smallint not null check (slot between 1 and 8),
  code_group text not null check (code_group in ('for', 'leaning', 'undecided', 'against',
    'non-voter', 'wont-say')),
  party text not null default '',
  place smallint not null unique check (place between 1 and 14)
);

-- What people at doors care about, from a list, so that opinions are not typed as prose.
create table issue_code (
  code text primary key check (code ~ '^[A-Z0-9]{1,8}$'),
  label text not null check (length(label) between 1 and 60),
  place smallint not null
);

create table account (
  account_id uuid primary key,
  -- What one signs in with: an email address, or the telephone number (+44…) of who joined by a code and gave no other.
  email text not null check (email = lower(email) and length(email) between 3 and 254),
  name text not null check (length(name) between 1 and 200),
  -- argon2id, PHC string; null: no password, cannot sign in with one.
  password_hash text,
  demonstration boolean not null default false,
  theme text check (theme in ('light', 'dark')),
  created_at timestamptz not null default now(),
  -- When the address was proved to be its owner's: by a link to it, or the word of who added the account. Null: somebody typed it
  -- when they joined by a code, and may be somebody else.
  address_proved_at timestamptz default now(),
  unique (email)
);

-- When an account got another password, and from whom: whoever sets somebody's password could come in as them. Written by
-- the table of accounts itself; null where they changed it themselves.
create table password_change (
  account_id uuid not null references account,
  at timestamptz not null default clock_timestamp(),
  by_account uuid references account,
  by_operator boolean not null default false,
  primary key (account_id, at)
);

-- Nothing is seen without a grant: one account, one role, one area, a purpose, a start, an end,
-- who gave it and why.
create table access_grant (
  grant_id uuid primary key,
  account_id uuid not null references account,
  role text not null check (role in ('volunteer', 'organiser', 'membership-secretary',
    'data-protection-officer', 'administrator')),
  area_id bigint not null references area,
  purpose text not null check (length(purpose) between 1 and 200),
  reason text not null check (length(reason) between 1 and 500),
  starts_at timestamptz not null default now() check (isfinite(starts_at)) check (starts_at < '9999-12-31'),
  ends_at timestamptz not null check (isfinite(ends_at)) check (ends_at < '9999-12-31'),
  given_by uuid references account,
  -- The operator's session, when given from the command line.
  given_by_operator uuid,
  given_at timestamptz not null default now(),
  ended_at timestamptz check (isfinite(ended_at)) check (ended_at < '9999-12-31'),
  ended_by uuid references account,
  ended_by_operator uuid,
  ended_reason text check (length(ended_reason) <= 500),
  -- How it came (0015_grants.sql): given by somebody; asked for by one and approved by another; announced, where nobody
  -- else could approve it, a day before it begins; or taken for an hour in an emergency.
  kind text not null default 'given' check (kind in ('given', 'approved', 'announced', 'break-glass')),
  -- What was asked for, of those that need it.
  request_id uuid unique,
  -- It ends when an import says that the account's membership has lapsed or ended.
  needs_membership boolean not null default false,
  -- Which rule ended it, when nobody did: a review that nobody answered, a membership that is not current.
  ended_by_rule text check (ended_by_rule in ('review', 'membership')),
  check ((request_id is not null) = (kind in ('approved', 'announced'))),
  -- A time that no clock shows would stop every page that counts with it.
  check (starts_at >= '2000-01-01' and starts_at < ends_at and ends_at < '9999-12-31')
);
create index access_grant_by_account on access_grant (account_id);

-- A session names one grant. `key` is SHA-256 of SHA-256 of the token, so neither a backup nor
-- the text of a statement opens anything.
create table session (
  session_id uuid primary key,
  key bytea not null unique check (length(key) = 32),
  grant_id uuid not null references access_grant,
  account_id uuid not null references account,
  started_at timestamptz not null default now(),
  refreshed_at timestamptz not null default now(),
  idle_until timestamptz not null,
  ends_at timestamptz not null,
  -- From when anything may be seen with it: once the terms are accepted and what the role asks for is proved. Null: it opens
  -- nothing but the way in.
  cleared_at timestamptz,
  -- When a second factor was proved with it last; null: never.
  factor_at timestamptz,
  ended_at timestamptz check (isfinite(ended_at)) check (ended_at < '9999-12-31'),
  ended_why text check (ended_why in ('signed-out', 'access-ended', 'grant-ended', 'switched')),
  agent text not null default '' check (length(agent) <= 300),
  address text not null default '' check (length(address) <= 64)
);
create index session_by_account on session (account_id);
create index session_by_grant on session (grant_id);

-- Tries of a password by digest of what was typed and of where from, for the limits only. A try is
-- written down before its password is hashed and goes when it was right, so that a hundred at once
-- are no more than ten one after the other.
create table sign_in_failure (
  id uuid primary key,
  at timestamptz not null default statement_timestamp(),
  -- Known to be wrong; until then it may still turn out right.
  failed boolean not null default false,
  email_digest bytea not null,
  address_digest bytea not null,
  -- The browser's own mark, when the account has signed in with it before: others' tries do not count against it.
  device_digest bytea
);
create index sign_in_failure_by_email on sign_in_failure (email_digest, at);
-- What is older than a day is thrown away at each sign-in.
create index sign_in_failure_by_time on sign_in_failure (at);
create index sign_in_failure_by_address on sign_in_failure (address_digest, at);

-- The command line's operator is on record like anyone.
create table operator_session (
  operator_id uuid primary key,
  os_user text not null,
  command text not null,
  reason text not null default '',
  at timestamptz not null default now()
);

-- A closed half and its public notice: everywhere, or for every grant that reaches into one area.
create table lockdown (
  lockdown_id bigint generated always as identity primary key,
  tool text not null check (tool in ('contact', 'organise')),
  -- Null: everywhere.
  area_id bigint references area,
  notice text not null check (length(notice) between 1 and 500),
  -- Roles that go on; the Guard's always do.
  stays_in text[] not null default '{}' check (stays_in <@ array['volunteer', 'organiser', 'membership-secretary']),
  -- What becomes of the lists that are on phones; what was said at doors stays on them either way.
  phones text not null default 'read-only' check (phones in ('read-only', 'wipe')),
  -- Whether the tellers at polling stations go on.
  keep_telling boolean not null default false,
  -- Whether it was closed on the day of a poll there, knowingly.
  polling_day boolean not null default false,
  opens_at timestamptz check (opens_at < '9999-12-31') check (isfinite(opens_at)),
  closed_at timestamptz not null default now() check (isfinite(closed_at)) check (closed_at < '9999-12-31'),
  closed_by uuid references account,
  closed_by_operator uuid,
  opened_at timestamptz check (isfinite(opened_at)) check (opened_at < '9999-12-31'),
  opened_by uuid references account,
  opened_by_operator uuid
);
create unique index lockdown_one_a_tool on lockdown (tool, coalesce(area_id, 0)) where opened_at is null;

-- The one-time code that the first evening's set-up asks for, by digest.
create table set_up_code (
  only_one boolean primary key default true check (only_one),
  digest bytea not null,
  failures integer not null default 0
);

grant select on installation, intention_code, issue_code to hustings_wall, hustings_volunteer,
  hustings_organiser, hustings_membership, hustings_protection, hustings_administrator, hustings_importer;
grant insert on installation, intention_code, issue_code to hustings_wall;
-- To lock its row (wall.keep_an_administrator); nothing is changed there.
grant update (only_one) on installation to hustings_wall;
grant select, insert, update on account, access_grant, session, operator_session, set_up_code to hustings_wall;
grant delete on set_up_code to hustings_wall;
grant select, insert, update, delete on sign_in_failure to hustings_wall;
grant select, insert, update on lockdown to hustings_wall;

-- Administrators see and change accounts and grants, never a password's hash or a session's key.
grant select (account_id, email, name, demonstration, theme, created_at) on account to hustings_administrator, hustings_protection;
grant insert (account_id, email, name, password_hash), update (name, password_hash) on account to hustings_administrator;
grant select on access_grant to hustings_administrator, hustings_protection;
-- What is given with four eyes or in an emergency comes by functions of the wall alone, so nobody writes its kind.
grant insert (grant_id, account_id, role, area_id, purpose, reason, starts_at, ends_at, given_by, needs_membership),
  update (ended_at, ended_by, ended_reason) on access_grant to hustings_administrator;
-- Organisers give canvassers access inside their own area; what they see of it and end, they do by functions of the wall.
grant insert (grant_id, account_id, role, area_id, purpose, reason, starts_at, ends_at, given_by, needs_membership)
  on access_grant to hustings_organiser;
grant select (session_id, grant_id, account_id, started_at, refreshed_at, idle_until, ends_at, ended_at, ended_why, agent, address)
  on session to hustings_administrator, hustings_protection;
grant update (ended_at, ended_why) on session to hustings_administrator;
grant select on password_change to hustings_administrator, hustings_protection;
grant insert on password_change to hustings_wall;
grant select on lockdown to hustings_administrator;
grant insert (tool, area_id, notice, stays_in, phones, keep_telling, polling_day, opens_at, closed_at, closed_by,
    closed_by_operator),
  update (opened_at, opened_by, opened_by_operator) on lockdown to hustings_administrator;

alter table account enable row level security;
alter table account force row level security;
alter table access_grant enable row level security;
alter table access_grant force row level security;
alter table session enable row level security;
alter table session force row level security;
alter table sign_in_failure enable row level security;
alter table sign_in_failure force row level security;
alter table operator_session enable row level security;
alter table operator_session force row level security;
alter table password_change enable row level security;
alter table password_change force row level security;
alter table lockdown enable row level security;
alter table lockdown force row level security;
alter table set_up_code enable row level security;
alter table set_up_code force row level security;
reset role;
