-- The gates: before anything else, is this working role the session's own?
--
-- PostgreSQL may evaluate a leakproof comparison (=, <, >= …) before the policy that hides the row, and then asks the
-- policy's function only when a row was left. Whoever sends SQL can learn from that (from the plan's "never executed",
-- from an error) what stands in rows that they never get. A condition without a column is decided once and first: where
-- it says no, no row is touched. So each role has such a condition on each table, as a restrictive policy, which every
-- other policy of the table can only narrow. The catalogue test fails for a table that a role may use without one.

-- Which session's role a working role acts for.
create function wall.acts_for(working_role text) returns text
language sql immutable set search_path = '' as $$
  select case working_role when 'hustings_volunteer' then 'volunteer' when 'hustings_organiser' then 'organiser'
    when 'hustings_importer' then 'organiser' when 'hustings_membership' then 'membership-secretary'
    when 'hustings_protection' then 'data-protection-officer' when 'hustings_administrator' then 'administrator' end
$$;
alter function wall.acts_for(text) owner to hustings_wall;
set local role hustings_owner;

-- What is not about people and everybody may read: areas, polls, polling places, codes, the installation. Only an administrator's session
-- changes polls; areas also an organiser's of all of them or of an authority, as only an organiser's import counts the people of its districts.
do $$
declare
  open_table text;
begin
  foreach open_table in array array['installation', 'intention_code', 'issue_code', 'authority', 'district', 'area',
    'area_district', 'poll_kind', 'poll', 'franchise', 'district_size', 'polling_place'] loop
    execute format('alter table %I enable row level security', open_table);
    execute format('alter table %I force row level security', open_table);
    execute format('create policy everybody_reads on %I for select to hustings_volunteer, hustings_organiser,
      hustings_membership, hustings_protection, hustings_administrator, hustings_importer using (true)', open_table);
    if open_table in ('area', 'area_district', 'poll') then
      execute format('create policy administrator_adds on %I for insert to hustings_administrator
        with check ((select wall.is(''administrator'')))', open_table);
    end if;
    if open_table in ('district', 'area', 'area_district') then
      execute format('create policy administrator_changes on %I for update to hustings_administrator
        using ((select wall.is(''administrator'')))', open_table);
    end if;
  end loop;
end $$;
create policy organiser_adds on area for insert to hustings_organiser
  with check ((select wall.may_name_areas()) and kind in ('ward', 'division', 'constituency', 'devolved', 'branch'));
create policy organiser_changes on area for update to hustings_organiser
  using ((select wall.may_name_areas()) and kind in ('ward', 'division', 'constituency', 'devolved', 'branch')
    and not exists (select from area_district ad where ad.area_id = area.area_id and ad.until_date > current_date
      and not ad.area_no = any ((select wall.areas())::integer[])));
create policy organiser_adds on area_district for insert to hustings_organiser
  with check ((select wall.may_name_areas()) and area_no = any ((select wall.areas())::integer[]));
create policy organiser_changes on area_district for update to hustings_organiser
  using ((select wall.may_name_areas()) and area_no = any ((select wall.areas())::integer[]));
create policy organiser_changes on district for update to hustings_organiser
  using ((select wall.may_name_areas()) and area_no = any ((select wall.areas())::integer[]));
create policy importer on district_size to hustings_importer
  using ((select wall.is('organiser')) and area_no = any ((select wall.areas())::integer[]))
  with check (area_no = any ((select wall.areas())::integer[]));
reset role;

do $$
declare
  guarded record;
  organise text := '^(person|member|volunteer|task|event|shift|message|news)';
begin
  for guarded in
    select distinct c.oid::regclass as name, r.rolname as role
    from pg_class c
    cross join pg_roles r
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and c.relrowsecurity
      and wall.acts_for(r.rolname) is not null and has_any_column_privilege(r.oid, c.oid, 'select, insert, update')
      and not exists (select from pg_policy p where p.polrelid = c.oid and p.polname = 'everybody_reads')
  loop
    execute format('create policy %I on %s as restrictive to %I using ((select wall.%I(%L)))',
      'gate_of_' || guarded.role, guarded.name, guarded.role,
      -- What belongs to Organise closes with Organise, whichever half the role is of.
      case when guarded.name::text ~ organise then 'works' else 'is' end, wall.acts_for(guarded.role));
  end loop;
end $$;
