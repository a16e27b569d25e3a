-- The ground that everything else stands on: who may use the schemas at all.
-- Tables belong to hustings_owner, functions of the wall to hustings_wall; both exist
-- before the first migration (src/database/roles.sql).
revoke all on schema public from public;
grant usage on schema public to hustings_owner, hustings_wall, hustings_app, hustings_volunteer,
  hustings_organiser, hustings_membership, hustings_protection, hustings_administrator, hustings_importer;
grant create on schema public to hustings_owner;

create schema wall;
grant usage, create on schema wall to hustings_wall;
grant usage on schema wall to hustings_owner, hustings_app, hustings_door, hustings_volunteer,
  hustings_organiser, hustings_membership, hustings_protection, hustings_administrator, hustings_importer;

-- Nobody may run a function that was not given to them by name.
alter default privileges for role hustings_wall revoke execute on functions from public;
alter default privileges for role hustings_owner revoke execute on functions from public;
alter default privileges for role hustings_operator revoke execute on functions from public;
