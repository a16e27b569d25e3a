-- What a canvasser reads of the open list: its homes, its people, what was said there.
--
-- A function, where a policy on the tables would do: whoever sends SQL with a canvasser's session could compare columns
-- of other people's rows, and see in `explain (analyze)` whether a row was left before the policy took it away. Of the
-- tables themselves a canvasser's role holds record numbers only, and there is nothing in those to compare.

-- Each asks once which list is open and then names it: a view that groups (`home_on_list`) is worked out for that list alone
-- only where the list is a value, not a row to be joined.

-- This volunteer's lists now, the one that ends first at the top.
create function wall.lists_here()
returns table (partition_id integer, list_id bigint, name text, doors integer, done bigint, ends timestamptz)
language plpgsql stable security definer set search_path = '' as $$
#variable_conflict use_column
declare
  own bigint[] := wall.own_lists();
  myself uuid;
  held bigint;
begin
  select u.account_id, u.area_id into myself, held from wall.in_use() u;
  return query
  select l.partition_id, l.list_id, l.name,
    (select count(*)::integer from public.walk_list_door d
      where d.partition_id = l.partition_id and d.list_id = l.list_id and d.version = l.version
        and d.area_no = any (r.reach)),
    (select count(*) from public.walk_list_door d
      join public.home_answered h on h.household_id = d.household_id
      where d.partition_id = l.partition_id and d.list_id = l.list_id and d.version = l.version
        and d.area_no = any (r.reach)
        and h.partition_id = l.partition_id and h.list_id = l.list_id and h.done),
    given.ends
  from public.walk_list l
  cross join lateral wall.reach(l.partition_id, l.list_id, l.version, held) as r (reach)
  cross join lateral (
    select max(a.ends_at) as ends from public.assignment a
    where a.partition_id = l.partition_id and a.list_id = l.list_id and a.account_id = myself and a.ended_at is null
      and a.starts_at <= statement_timestamp() and a.ends_at > statement_timestamp()) given
  where l.list_id = any (own)
  order by given.ends, l.name, l.list_id;
end
$$;

-- The homes of the open list in walking order, with how each stands. For wall.doorstep_here alone, which knows which list is open.
create function wall.homes_of(here wall.open_list, myself uuid)
returns table (household_id bigint, area_no integer, street text, building text, number integer, number_suffix text,
  flat text, lines text[], postcode text, people bigint, objecting bigint, spoke boolean, spoke_with bigint, latest text,
  done boolean, mine timestamptz)
language plpgsql stable security definer set search_path = '' as $$
#variable_conflict use_column
begin
  return query
  with objects as materialized (
    select distinct on (o.elector_id) o.elector_id, not o.withdrawn as objects
    from public.walk_list_elector e
    join public.objection o on o.partition_id = e.partition_id and o.elector_id = e.elector_id and o.channel = 'door'
    where e.partition_id = here.partition_id and e.list_id = here.list_id and e.version = here.version
    order by o.elector_id, o.at desc, o.objection_id desc
  ), people as materialized (
    select e.household_id, count(*) as people, count(*) filter (where o.objects) as objecting
    from public.walk_list_elector e
    left join objects o on o.elector_id = e.elector_id
    where e.partition_id = here.partition_id and e.list_id = here.list_id and e.version = here.version
    group by e.household_id
  ), said as materialized (
    select h.household_id, h.spoke, h.spoke_with, h.latest, h.done
    from public.home_answered h
    where h.partition_id = here.partition_id and h.list_id = here.list_id
  ), mine as materialized (
    select r.household_id, max(r.received_at) as at
    from public.result r
    where r.partition_id = here.partition_id and r.list_id = here.list_id and r.account_id = myself
    group by r.household_id
  )
  select d.household_id, d.area_no, h.street, h.building, h.number, h.number_suffix, h.flat, h.lines, h.postcode,
    coalesce(p.people, 0), coalesce(p.objecting, 0), s.spoke, s.spoke_with, s.latest,
    coalesce(s.done, false), m.at
  from public.walk_list_door d
  join public.household h on h.partition_id = d.partition_id and h.household_id = d.household_id
  left join people p on p.household_id = d.household_id
  left join said s on s.household_id = d.household_id
  left join mine m on m.household_id = d.household_id
  where d.partition_id = here.partition_id and d.list_id = here.list_id and d.version = here.version
    and d.area_no = any (here.reach)
  order by d.place;
end
$$;

-- The people of the open list who are on the register, of one home or of all; the last answer where the list shows it.
create function wall.people_of(here wall.open_list, home bigint)
returns table (household_id bigint, elector_id bigint, name text, kind text, objects boolean, code text,
  received_at timestamptz)
language plpgsql stable security definer set search_path = '' as $$
#variable_conflict use_column
begin
  return query
  select e.household_id, e.elector_id, p.name, p.kind,
    coalesce((select not o.withdrawn from public.objection o where o.partition_id = e.partition_id
      and o.elector_id = e.elector_id and o.channel = 'door' order by o.at desc, o.objection_id desc limit 1), false),
    i.code, i.received_at
  from public.walk_list l
  join public.walk_list_elector e on e.partition_id = l.partition_id and e.list_id = l.list_id
    and e.version = here.version and e.area_no = any (here.reach)
    and (people_of.home is null or e.household_id = people_of.home)
  join public.elector p on p.partition_id = e.partition_id and p.elector_id = e.elector_id and p.left_at is null
  left join public.intention_now i on i.partition_id = e.partition_id and i.elector_id = e.elector_id
    and i.intention_kind = l.intention_kind and here.show_last
  where l.partition_id = here.partition_id and l.list_id = here.list_id
  order by e.household_id, e.place, e.elector_id;
end
$$;

-- What was recorded on the open list at one home and of those who are on it now, newest first. Whether somebody has voted
-- is told to nobody but who recorded it: beside an intention it would be a poll of those who have, before the poll closes.
create function wall.said_of(here wall.open_list, myself uuid, home bigint, most bigint)
returns table (id uuid, elector_id bigint, outcome text, intention text, issues text[], asks text[], voted text,
  note text, at timestamptz, received_at timestamptz, base uuid, mine boolean, stands boolean)
language plpgsql stable security definer set search_path = '' as $$
#variable_conflict use_column
begin
  return query
  select r.id, r.elector_id, r.outcome, r.intention, r.issues, r.asks,
    case when r.account_id = myself then r.voted end, r.note, r.at, r.received_at, r.base, r.account_id = myself,
    exists (select from public.standing_result s where s.partition_id = r.partition_id and s.id = r.id)
  from public.result r
  where r.partition_id = here.partition_id and r.list_id = here.list_id and r.household_id = said_of.home and not r.void
    and exists (select from public.walk_list_door d where d.partition_id = here.partition_id and d.list_id = here.list_id
      and d.version = here.version and d.household_id = said_of.home and d.area_no = any (here.reach))
    and (r.elector_id is null or exists (select from public.walk_list_elector e join public.elector p using (partition_id, elector_id)
      where e.partition_id = here.partition_id and e.list_id = here.list_id and e.version = here.version
        and e.elector_id = r.elector_id and p.left_at is null))
  order by r.received_at desc, r.id desc limit said_of.most;
end
$$;

-- The open list as its pages need it, no row when none is: its homes, and of one home its people and what was recorded
-- there. In one question, since each asks once more which list is open, and rows as arrays in the order of the columns above.
create function wall.doorstep_here(home bigint, most bigint)
returns table (name text, version integer, intention_kind text, show_last boolean, poll text, ends timestamptz, homes json,
  people json, said json)
language plpgsql stable security definer rows 1 set search_path = '' as $$
#variable_conflict use_column
declare
  here wall.open_list;
  myself uuid;
begin
  select * into here from wall.list();
  if here.list_id is null then
    return;
  end if;
  myself := wall.account();
  return query
  select l.name, l.version, l.intention_kind, l.show_last, p.name,
    (select max(a.ends_at) from public.assignment a where a.partition_id = l.partition_id and a.list_id = l.list_id
       and a.account_id = myself and a.ended_at is null),
    (select coalesce(json_agg(json_build_array(h.household_id, h.street, h.building, h.number, h.number_suffix, h.flat,
       h.lines, h.postcode, h.people, h.objecting, h.spoke, h.spoke_with, h.latest, h.done, h.mine)), '[]')
     from wall.homes_of(here, myself) h),
    (select coalesce(json_agg(json_build_array(e.elector_id, e.name, e.kind, e.objects, e.code, e.received_at)), '[]')
     from wall.people_of(here, doorstep_here.home) e where doorstep_here.home is not null),
    (select coalesce(json_agg(json_build_array(s.id, s.elector_id, s.outcome, s.intention, s.issues, s.asks, s.voted, s.note,
       s.at, s.received_at, s.base, s.mine, s.stands)), '[]')
     from wall.said_of(here, myself, doorstep_here.home, doorstep_here.most) s where doorstep_here.home is not null)
  from public.walk_list l
  left join public.poll p on p.poll_id = l.poll_id
  where l.partition_id = here.partition_id and l.list_id = here.list_id;
end
$$;

-- Everybody on the open list.
create function wall.people_here()
returns table (household_id bigint, elector_id bigint, name text, objects boolean)
language sql stable security definer set search_path = '' as $$
  select p.household_id, p.elector_id, p.name, p.objects from wall.list() l cross join lateral wall.people_of(l, null) p
$$;

-- Is a result of this id on record, and corrected since? An id is a secret of 122 bits.
create function wall.corrected(partition integer, result uuid) returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return wall.live()
    and exists (select from public.result r where r.partition_id = partition and r.id = result)
    and not exists (select from public.standing_result s where s.partition_id = partition and s.id = result);
end
$$;

alter function wall.lists_here() owner to hustings_wall;
alter function wall.homes_of(wall.open_list, uuid) owner to hustings_wall;
alter function wall.people_of(wall.open_list, bigint) owner to hustings_wall;
alter function wall.said_of(wall.open_list, uuid, bigint, bigint) owner to hustings_wall;
alter function wall.doorstep_here(bigint, bigint) owner to hustings_wall;
alter function wall.people_here() owner to hustings_wall;
alter function wall.corrected(integer, uuid) owner to hustings_wall;
grant execute on function wall.lists_here(), wall.doorstep_here(bigint, bigint), wall.people_here(),
  wall.corrected(integer, uuid) to hustings_volunteer;
