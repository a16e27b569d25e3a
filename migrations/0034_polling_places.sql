-- Where people vote: a place for each polling district, the usual one and, where it differs, one poll's own. Nothing here is about
-- a person: everybody reads it (0090_gates.sql), and an organiser who loads councils' files writes that of
-- districts in the area in use.
set local role hustings_owner;

create table polling_place (
  place_id bigint generated always as identity primary key,
  area_no integer not null references district,
  -- Null: the usual one.
  poll_id bigint references poll,
  name text not null check (length(name) between 1 and 200),
  address text not null default '' check (length(address) <= 300),
  postcode text check (postcode ~ '^[A-Z0-9]{2,4} [A-Z0-9]{1,4}$'),
  changed_at timestamptz not null default statement_timestamp() check (isfinite(changed_at)) check (changed_at < '9999-12-31'),
  unique nulls not distinct (area_no, poll_id)
);

grant select on polling_place to hustings_wall, hustings_volunteer, hustings_organiser, hustings_membership, hustings_protection,
  hustings_administrator, hustings_importer;
grant insert (area_no, poll_id, name, address, postcode), update (name, address, postcode, changed_at) on polling_place
  to hustings_importer;
-- Who may delete from a table may lock it, and everybody out with it: wall.forget_place does that.
grant delete on polling_place to hustings_wall;
create policy importer_adds on polling_place for insert to hustings_importer
  with check (area_no = any ((select wall.areas())::integer[]));
create policy importer_changes on polling_place for update to hustings_importer
  using (area_no = any ((select wall.areas())::integer[]))
  with check (area_no = any ((select wall.areas())::integer[]));
reset role;

-- Takes a district's place away: the usual one, or that of one poll. Whether it did.
create function wall.forget_place(number integer, poll bigint) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  if not (wall.is('organiser') and forget_place.number = any (wall.areas())) then
    return false;
  end if;
  delete from public.polling_place p where p.area_no = forget_place.number and p.poll_id is not distinct from forget_place.poll;
  return found;
end
$$;
alter function wall.forget_place(integer, bigint) owner to hustings_wall;
grant execute on function wall.forget_place(integer, bigint) to hustings_importer;
