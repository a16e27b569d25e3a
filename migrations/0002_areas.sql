-- Polling districts are the only leaf; every other area is made of them, with dates.
-- Nothing here is about a person: everybody reads it, and 0090_gates.sql says whose sessions write it.
set local role hustings_owner;

-- A registration authority. Its partition never changes and means nothing else.
create table authority (
  partition_id integer generated always as identity primary key,
  name text not null unique check (length(name) between 1 and 200),
  gss_code text unique check (gss_code ~ '^[A-Z][0-9]{8}$')
);

-- A polling district, by the letters that begin its electors' numbers.
create table district (
  area_no integer generated always as identity primary key,
  partition_id integer not null references authority,
  letters text not null check (length(letters) between 1 and 20),
  name text not null default '' check (length(name) <= 200),
  unique (partition_id, letters),
  -- What people's tables name: a district and its authority in one.
  unique (partition_id, area_no)
);

create table area (
  area_id bigint generated always as identity primary key,
  kind text not null check (kind in ('installation', 'authority', 'district', 'ward', 'division',
    'constituency', 'devolved', 'branch')),
  name text not null check (length(name) between 1 and 200),
  -- What a person types to mean this area: a GSS code, and a short name.
  gss_code text unique,
  short_name text unique check (length(short_name) between 1 and 60),
  -- The authority whose districts, all of them and those to come, make up this area.
  partition_id integer references authority,
  -- A district's own area follows the district.
  area_no integer unique references district,
  check ((kind = 'authority') = (partition_id is not null)),
  check ((kind = 'district') = (area_no is not null))
);
create unique index area_one_installation on area ((true)) where kind = 'installation';
create unique index area_one_an_authority on area (partition_id) where partition_id is not null;
insert into area (kind, name, short_name) values ('installation', 'All areas', 'all');

create table area_district (
  area_id bigint not null references area,
  area_no integer not null references district,
  from_date date not null default '-infinity',
  until_date date not null default 'infinity',
  primary key (area_id, area_no, from_date),
  check (from_date < until_date)
);
create index area_district_by_district on area_district (area_no);

-- Elections. Intention is kept per kind, everything about one day hangs on its poll.
create table poll_kind (
  kind text primary key,
  name text not null,
  -- What an intention is kept under: national, devolved, local.
  intention_kind text not null check (intention_kind in ('national', 'devolved', 'local'))
);
insert into poll_kind values
  ('uk-parliament', 'UK Parliament', 'national'),
  ('by-election', 'UK Parliament by-election', 'national'),
  ('local', 'Local council', 'local'),
  ('mayor', 'Mayor', 'local'),
  ('police-commissioner', 'Police and crime commissioner', 'local'),
  ('scottish-parliament', 'Scottish Parliament', 'devolved'),
  ('senedd', 'Senedd', 'devolved'),
  ('assembly', 'Northern Ireland Assembly', 'devolved'),
  ('referendum', 'Referendum', 'national');

create table poll (
  poll_id bigint generated always as identity primary key,
  name text not null check (length(name) between 1 and 200),
  poll_date date not null check (poll_date between '1800-01-01' and '9999-12-31'),
  kind text not null references poll_kind,
  area_id bigint not null references area,
  unique (name, poll_date)
);

-- Who may vote at which kind of poll, by nation and date (Representation of the People
-- Act 1983 s1-2; Elections Act 2022; Senedd and Elections (Wales) Act 2020; Scottish Elections
-- (Franchise and Representation) Act 2020). `without` lists the register's marks that rule out.
create table franchise (
  nation text not null check (nation in ('england', 'wales', 'scotland', 'northern-ireland')),
  intention_kind text not null check (intention_kind in ('national', 'devolved', 'local')),
  from_date date not null,
  voting_age smallint not null check (voting_age between 16 and 21),
  without text[] not null,
  primary key (nation, intention_kind, from_date)
);
insert into franchise values
  ('england', 'national', '2001-02-16', 18, '{G,B,K,L,M}'),
  ('england', 'local', '2001-02-16', 18, '{F}'),
  ('wales', 'national', '2001-02-16', 18, '{G,B,K,L,M}'),
  ('wales', 'local', '2021-05-06', 16, '{F}'),
  ('wales', 'devolved', '2021-05-06', 16, '{F}'),
  ('scotland', 'national', '2001-02-16', 18, '{G,B,K,L,M}'),
  ('scotland', 'local', '2015-07-24', 16, '{F}'),
  ('scotland', 'devolved', '2015-07-24', 16, '{F}'),
  ('northern-ireland', 'national', '2001-02-16', 18, '{G,B,K,L,M}'),
  ('northern-ireland', 'local', '2001-02-16', 18, '{F}'),
  ('northern-ireland', 'devolved', '2001-02-16', 18, '{F}');

grant select on authority, district, area, area_district, poll_kind, poll, franchise
  to hustings_wall, hustings_volunteer, hustings_organiser, hustings_membership, hustings_protection,
  hustings_administrator, hustings_importer;
grant insert on authority, district, area, area_district to hustings_wall;
grant insert on poll to hustings_administrator;
-- Who may delete from a table may lock it, and everybody out with it: wall.undo_districts does that.
grant update (name) on district to hustings_administrator, hustings_organiser;
grant insert (kind, name, gss_code, short_name), update (name, gss_code, short_name) on area
  to hustings_administrator, hustings_organiser;
grant insert, update (until_date) on area_district to hustings_administrator, hustings_organiser;
grant delete on area_district to hustings_wall;
reset role;
