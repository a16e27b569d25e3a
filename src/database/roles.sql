-- Who exists on the PostgreSQL server: the three logins, the two owners and the working roles.
--
-- Run once by a superuser before anything else, and again whenever this file has changed: it may be run any number of
-- times. Roles belong to the whole server, not to one database, so they are no migration.
--   embedded cluster  hustings runs it by itself (src/database/cluster/bootstrap.rs)
--   docker compose    deploy/postgres-init.sh
--   a server of yours psql -f deploy/roles.psql, which takes the passwords from the environment
--
-- After it, in the database itself or in one that it is made of: large_objects.sql.
--
-- Passwords come in the settings hustings.app_password, hustings.door_password and hustings.operator_password; one that
-- is missing or empty leaves the password as it is.

do $$
declare
  missing text;
begin
  for missing in
    select name
    from unnest(array[
      'hustings_owner', 'hustings_wall', 'hustings_operator', 'hustings_app', 'hustings_door',
      'hustings_volunteer', 'hustings_organiser', 'hustings_membership', 'hustings_protection',
      'hustings_administrator', 'hustings_importer'
    ]) as name
    where not exists (select from pg_catalog.pg_roles where rolname = name)
  loop
    execute format('create role %I', missing);
  end loop;
end
$$;

-- Owners. The first owns the tables and obeys row security like anyone; the second owns nothing but the functions of
-- schema wall, which decide what the others may see.
alter role hustings_owner nologin nosuperuser nobypassrls nocreatedb nocreaterole noreplication;
alter role hustings_wall nologin nosuperuser bypassrls nocreatedb nocreaterole noreplication;

-- Logins. The operator migrates, backs up and restores; the app works for somebody who has signed in; the door does
-- what happens before anybody has.
alter role hustings_operator login inherit nosuperuser bypassrls createdb nocreaterole noreplication;
alter role hustings_app login noinherit nosuperuser nobypassrls nocreatedb nocreaterole noreplication;
alter role hustings_door login noinherit nosuperuser nobypassrls nocreatedb nocreaterole noreplication;

-- Working roles, one for each kind of work, held by the app's connections.
alter role hustings_volunteer nologin noinherit nosuperuser nobypassrls nocreatedb nocreaterole noreplication;
alter role hustings_organiser nologin noinherit nosuperuser nobypassrls nocreatedb nocreaterole noreplication;
alter role hustings_membership nologin noinherit nosuperuser nobypassrls nocreatedb nocreaterole noreplication;
alter role hustings_protection nologin noinherit nosuperuser nobypassrls nocreatedb nocreaterole noreplication;
alter role hustings_administrator nologin noinherit nosuperuser nobypassrls nocreatedb nocreaterole noreplication;
alter role hustings_importer nologin noinherit nosuperuser nobypassrls nocreatedb nocreaterole noreplication;

grant hustings_owner, hustings_wall to hustings_operator;
-- To end connections that stand in the way of a restore.
grant pg_signal_backend to hustings_operator;
grant hustings_volunteer, hustings_organiser, hustings_membership, hustings_protection,
  hustings_administrator, hustings_importer to hustings_app;

-- What the logins' connections are like. A session's hash and people's data are in statements and in the details of
-- errors: neither the activity view nor the server's log may show them. (An error reaches the application all the same.)
do $$
declare
  login text;
begin
  foreach login in array array['hustings_app', 'hustings_door'] loop
    -- A login may change its own settings: what somebody with its connection left there goes at each start.
    execute format('alter role %I reset all', login);
    execute format('alter role %I set track_activities = off', login);
    execute format('alter role %I set log_statement = %L', login, 'none');
    execute format('alter role %I set log_min_duration_statement = -1', login);
    execute format('alter role %I set log_min_error_statement = %L', login, 'panic');
    execute format('alter role %I set log_min_messages = %L', login, 'fatal');
    execute format('alter role %I set log_error_verbosity = %L', login, 'terse');
    execute format('alter role %I set statement_timeout = %L', login, '15s');
    execute format('alter role %I set idle_in_transaction_session_timeout = %L', login, '30s');
    execute format('alter role %I set default_transaction_isolation = %L', login, 'read committed');
    -- Temporary tables last: they must never stand in front of real ones.
    execute format('alter role %I set search_path = public, pg_temp', login);
    execute format('alter role %I set timezone = %L', login, 'UTC');
  end loop;
end
$$;
-- Off means: an answer that row security would cut short is an error, so a dump is never silently empty.
alter role hustings_operator set row_security = off;
alter role hustings_operator set log_min_error_statement = panic;
alter role hustings_operator set log_error_verbosity = terse;
alter role hustings_operator set search_path = public, pg_temp;
alter role hustings_operator set timezone = 'UTC';

do $$
declare
  login text;
  password text;
begin
  perform set_config('password_encryption', 'scram-sha-256', true);
  foreach login in array array['app', 'door', 'operator'] loop
    password := nullif(current_setting(format('hustings.%s_password', login), true), '');
    if password is not null then
      execute format('alter role %I password %L', 'hustings_' || login, password);
    end if;
  end loop;
end
$$;
