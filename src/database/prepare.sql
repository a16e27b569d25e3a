-- What CREATE DATABASE … TEMPLATE does not copy: the privileges on the database itself. Run by hustings_operator, its
-- owner, in the database. Nobody may make temporary tables: one left on a pooled connection would answer in the place
-- of the real table for whoever comes next.
do $$
begin
  execute format('revoke all on database %I from public', current_database());
  execute format('revoke all on database %I from hustings_app, hustings_door', current_database());
  execute format('grant connect on database %I to hustings_app, hustings_door', current_database());
  revoke create on schema public from public;
  grant usage, create on schema public to hustings_owner;
end
$$;
