-- Paper piles: canvass cards of a walk list that went out on paper, who has them, and what was entered from them. Results come
-- through the doorstep's own protocol; what stands here says that they came by way of paper.
set local role hustings_owner;

create table pile (
  -- The run that printed it: its items number the people of the pile as they stand on the cards.
  run_no bigint primary key references material_run,
  partition_id integer not null,
  list_id bigint not null,
  printed_at timestamptz not null default statement_timestamp(),
  due_back timestamptz not null check (due_back >= '2000-01-01' and due_back < '9999-12-31'),
  state text not null default 'out' check (state in ('out', 'back', 'done', 'lost')),
  -- Who walked with it and when, as it stands at the top of the entry page: an account, or a name that somebody typed.
  canvasser uuid references account,
  canvasser_name text not null default '' check (length(canvasser_name) <= 60 and canvasser_name !~ '[[:cntrl:]]'),
  canvassed_at timestamptz check (canvassed_at >= '2000-01-01' and canvassed_at < '9999-12-31'),
  made_by uuid not null references account,
  changed_by uuid references account,
  changed_at timestamptz check (isfinite(changed_at)) check (changed_at < '9999-12-31'),
  check (canvasser is null or canvasser_name = ''),
  foreign key (partition_id, list_id) references walk_list
);
create index pile_by_list on pile (partition_id, list_id);

-- A result that was entered from paper: by whom it was heard, and by whom it was typed. Goes with the result.
create table paper_entry (
  partition_id integer not null,
  result_id uuid not null,
  run_no bigint not null references pile,
  -- The number that was typed; of a whole home's answer the one that named the home.
  item integer not null check (item > 0),
  canvasser uuid references account,
  canvasser_name text not null default '' check (length(canvasser_name) <= 60 and canvasser_name !~ '[[:cntrl:]]'),
  canvassed_at timestamptz not null check (isfinite(canvassed_at)) check (canvassed_at < '9999-12-31'),
  entered_by uuid not null references account,
  entered_at timestamptz not null default statement_timestamp(),
  -- Of one that stands again, since what had taken its place was a slip: the result that was typed first.
  again uuid,
  primary key (partition_id, result_id),
  foreign key (partition_id, result_id) references result on delete cascade
);
create index paper_entry_by_run on paper_entry (run_no, entered_at);

-- Which items of a pile are entered: the person's own answer stands, or their home's.
create view paper_entered with (security_invoker) as
select e.run_no, e.item
from paper_entry e
join standing_result s on s.partition_id = e.partition_id and s.id = e.result_id
where s.elector_id is not null
union
select e.run_no, i.item
from paper_entry e
join standing_result s on s.partition_id = e.partition_id and s.id = e.result_id
join material_item i on i.run_no = e.run_no and i.household_id = s.household_id
where s.elector_id is null;

-- Who lies on a pile just now, printed and not yet answered for on its list: whoever chooses people to be asked leaves them
-- out, so that nobody is asked twice. A pile that is a fortnight late holds nobody back any more, nor one that never came
-- out of the press. Answers are gathered once and looked up: to look for each person's would take ten times as long.
create view on_paper with (security_invoker) as
with open as materialized (
  select p.run_no, p.partition_id, p.list_id, p.printed_at from pile p
  where p.state in ('out', 'back') and p.due_back > now() - interval '14 days'
    and not wall.came_to_nothing(p.run_no)
), answered as materialized (
  select o.run_no, s.elector_id, s.household_id from open o
  join standing_result s on s.partition_id = o.partition_id and s.list_id = o.list_id and s.received_at >= o.printed_at
)
select i.partition_id, i.elector_id, i.area_no
from material_item i
where i.run_no in (select o.run_no from open o)
  and (i.run_no, coalesce(i.elector_id, 0)) not in (select a.run_no, a.elector_id from answered a where a.elector_id is not null)
  and (i.run_no, coalesce(i.household_id, 0)) not in (select a.run_no, a.household_id from answered a where a.elector_id is null);

grant select on material_run, material_item, pile, paper_entry to hustings_wall;
grant update (canvasser, canvasser_name) on pile to hustings_wall;
grant select on pile, paper_entry, paper_entered, on_paper to hustings_organiser;
grant insert (run_no, partition_id, list_id, due_back, made_by),
  update (due_back, state, canvasser, canvasser_name, canvassed_at, changed_by, changed_at) on pile to hustings_organiser;
grant insert (partition_id, result_id, run_no, item, canvasser, canvasser_name, canvassed_at, entered_by, again)
  on paper_entry to hustings_organiser;
-- What is entered is received like a phone's: its own receipt, which comes back by its id.
grant select (id, account_id) on receipt to hustings_organiser;
grant insert (partition_id, id, digest, list_id, household_id, area_no, content, account_id) on result_conflict
  to hustings_organiser;

alter table pile enable row level security;
alter table pile force row level security;
alter table paper_entry enable row level security;
alter table paper_entry force row level security;
reset role;

-- Does a pile of this list that is out or back hold this home and, where one is named, this person? One that never came out of the
-- press holds nobody. Of what lies outside the area in use nothing is told.
create function wall.on_pile(partition integer, list bigint, household bigint, elector bigint) returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return exists (
    select from public.pile p
    join public.material_item i on i.run_no = p.run_no
    join public.material_run r on r.run_no = p.run_no and r.state not in ('failed', 'stopped')
    where p.partition_id = on_pile.partition and p.list_id = on_pile.list and p.state in ('out', 'back')
      and i.partition_id = on_pile.partition and i.household_id = on_pile.household
      and i.area_no = any ((select wall.areas())::integer[])
      and (on_pile.elector is null or i.elector_id = on_pile.elector));
end
$$;

-- May this one result be entered from paper? Of somebody on a pile, by an organiser whose area covers the door, and as
-- wall.may_record has it for everybody: under the list's kind and the door's district, of nobody who left or is held back.
create function wall.may_enter(partition integer, list bigint, household bigint, elector bigint, area integer, kind text)
returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return exists (select from wall.in_use() u where u.role = 'organiser')
    and wall.on_pile(may_enter.partition, may_enter.list, may_enter.household, may_enter.elector)
    and wall.may_record(may_enter.partition, may_enter.list, may_enter.household, may_enter.elector, may_enter.area,
      may_enter.kind);
end
$$;

-- May this account be put down for having walked with this pile? Whoever says so, whoever is put down already, whoever holds or held
-- the list, and whoever it may be given to. An account has no say in it, and a false one would stand in its name. Of a pile of nobody in
-- the area in use nothing is told.
create function wall.may_have_walked(run bigint, account uuid) returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return exists (
    select from public.pile p where p.run_no = may_have_walked.run
      and exists (select from public.material_item i where i.run_no = p.run_no
        and i.area_no = any ((select wall.areas())::integer[]))
      and (may_have_walked.account = wall.account() or may_have_walked.account = p.canvasser
        or exists (select from public.assignment a where a.partition_id = p.partition_id and a.list_id = p.list_id
          and a.account_id = may_have_walked.account)
        or exists (select from wall.assignable(p.partition_id, p.list_id) v where v.account_id = may_have_walked.account)));
end
$$;

-- What stands in somebody's file of how their answers came.
create function wall.file_paper(partition integer, records bigint[]) returns jsonb
language sql stable security definer set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object('canvassed_at', e.canvassed_at, 'entered_at', e.entered_at,
    'what', case when r.void then 'Taken back: entered by mistake' else 'Written on a canvass card, entered afterwards' end)
    order by e.entered_at desc), '[]')
  from public.paper_entry e join public.result r on r.partition_id = e.partition_id and r.id = e.result_id
  where r.partition_id = file_paper.partition and r.elector_id = any (file_paper.records)
$$;

do $$
declare f regprocedure;
begin
  for f in select p.oid::regprocedure from pg_proc p where p.pronamespace = 'wall'::regnamespace
    and pg_get_userbyid(p.proowner) <> 'hustings_wall' loop
    execute format('alter function %s owner to hustings_wall', f);
  end loop;
end $$;
grant execute on function wall.on_pile(integer, bigint, bigint, bigint), wall.may_have_walked(bigint, uuid),
  wall.may_enter(integer, bigint, bigint, bigint, integer, text) to hustings_organiser;

set local role hustings_owner;
-- A pile is seen by whoever sees its list.
create policy organiser_reads on pile for select to hustings_organiser
  using (exists (select from walk_list l where l.partition_id = pile.partition_id and l.list_id = pile.list_id));
create policy organiser_adds on pile for insert to hustings_organiser
  with check (made_by = (select wall.account()) and wall.run_being_made(pile.run_no)
    and exists (select from walk_list l where l.partition_id = pile.partition_id and l.list_id = pile.list_id)
    and exists (select from material_run r where r.run_no = pile.run_no and r.kind = 'canvass-cards'
      and r.partition_id = pile.partition_id and r.list_id = pile.list_id));
create policy organiser_changes on pile for update to hustings_organiser
  using (exists (select from walk_list l where l.partition_id = pile.partition_id and l.list_id = pile.list_id))
  with check (changed_by = (select wall.account()) and wall.just_now(changed_at)
    and (canvasser is null or wall.may_have_walked(pile.run_no, pile.canvasser)));
-- Where an answer came from is seen by whoever sees the answer, and said by whoever entered it: of a card that holds this very person
-- or, of a whole home's answer, this home, on an open pile of the answer's own list.
create policy organiser_reads on paper_entry for select to hustings_organiser
  using (exists (select from result r where r.partition_id = paper_entry.partition_id and r.id = paper_entry.result_id));
create policy organiser_adds on paper_entry for insert to hustings_organiser
  with check (entered_by = (select wall.account())
    and canvassed_at <= statement_timestamp() + interval '1 day'
    and (canvasser is null or wall.may_have_walked(paper_entry.run_no, paper_entry.canvasser))
    and exists (select from result r
      join pile p on p.partition_id = r.partition_id and p.list_id = r.list_id and p.state in ('out', 'back')
      join material_item i on i.run_no = p.run_no and i.partition_id = r.partition_id
      where r.partition_id = paper_entry.partition_id and r.id = paper_entry.result_id and r.account_id = (select wall.account())
        and p.run_no = paper_entry.run_no and i.item = paper_entry.item
        and case when r.elector_id is null then i.household_id = r.household_id else i.elector_id = r.elector_id end));
create policy organiser_enters on result for insert to hustings_organiser
  with check (account_id = (select wall.account()) and accepted_by is null and wall.just_now(received_at)
    and area_no = any ((select wall.areas())::integer[])
    and wall.may_enter(partition_id, list_id, household_id, elector_id, area_no, intention_kind));
create policy organiser_reads_own on receipt for select to hustings_organiser
  using (account_id = (select wall.account()));
create policy organiser_enters on receipt for insert to hustings_organiser
  with check (account_id = (select wall.account()));
create policy organiser_enters on result_conflict for insert to hustings_organiser
  with check (account_id = (select wall.account()) and area_no = any ((select wall.areas())::integer[])
    and wall.on_pile(partition_id, list_id, household_id, null));
reset role;
