-- Nobody keeps anything in large objects: they are a store beside the tables, without row security, which any login might
-- write and read by its functions. Run by a superuser in a database that others are made of, or in Hustings' own.
do $$
declare
  store regprocedure;
begin
  for store in
    select p.oid::regprocedure from pg_catalog.pg_proc p
    where p.pronamespace = 'pg_catalog'::regnamespace and (p.proname like 'lo\_%' or p.proname in ('loread', 'lowrite'))
  loop
    execute format('revoke all on function %s from public', store);
  end loop;
end
$$;
