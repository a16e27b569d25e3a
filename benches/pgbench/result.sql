-- What the server sends for one result (canvass::results::receive and store), less the session's look-up by the guard.
-- Every second home is not at home; at the others somebody says how they will vote. {…} are put in by the bench.
\set n :n + 1
\set list random(0, {lists} - 1)
\set household {first} + :list * {doors} + random(0, {doors} - 1)
\set met random(0, 1)
\startpipeline
begin;
select set_config('app.session', (array[{hashes}])[:list + 1], true),
  set_config('app.list', '{partition}.' || (1000 + :list::bigint), true), set_config('app.area', '{area}', true);
\endpipeline
select same, covered, door, person, here, area_no, intention_kind, code_known, issues_known, closed
from wall.judge(array[('01900000-0000-7' || lpad(to_hex(:client_id::bigint), 3, '0') || '-8000-' || lpad(to_hex(:n::bigint), 12, '0'))::uuid],
  array[sha256(int8send(:n::bigint))], array[{partition}], array[1000 + :list::bigint], array[:household::bigint],
  array[case when :met = 1 then :household::bigint * 2 end], array[case when :met = 1 then 'F' end],
  array[case when :met = 1 then 'BUS' else '' end], array[now()]) \gset said_
with sent as materialized (
  select * from unnest(
    array[('01900000-0000-7' || lpad(to_hex(:client_id::bigint), 3, '0') || '-8000-' || lpad(to_hex(:n::bigint), 12, '0'))::uuid],
    array[sha256(int8send(:n::bigint))], array[{partition}], array[1000 + :list::bigint], array[:household::bigint],
    array[case when :met = 1 then :household::bigint * 2 end], array[:said_area_no::integer],
    array[case when :met = 1 then 'spoke' else 'not-home' end], array[case when :met = 1 then 'F' end],
    array[:said_intention_kind::text], array[case when :met = 1 then 'BUS' else '' end], array[''], array[null::text],
    array[null::text], array[now()], array[null::uuid])
  as t (id, digest, partition_id, list_id, household_id, elector_id, area_no, outcome, intention, intention_kind, issues,
    asks, voted, note, at, base)
), new as (
  insert into receipt (id, digest, account_id) select id, digest, (array[{accounts}]::uuid[])[:list + 1] from sent
  on conflict do nothing returning id
), kept as (
  insert into result (partition_id, id, list_id, household_id, elector_id, area_no, outcome, intention, intention_kind,
    issues, asks, voted, note, at, base, account_id)
  select s.partition_id, s.id, s.list_id, s.household_id, s.elector_id, s.area_no, s.outcome, s.intention,
    s.intention_kind, string_to_array(s.issues, ' '), string_to_array(s.asks, ' '), s.voted, s.note,
    coalesce(s.at, clock_timestamp()), s.base, (array[{accounts}]::uuid[])[:list + 1]
  from sent s join new using (id)
)
select id from new;
select wall.settle_all(case when :met = 1 then array[{partition}] else '{}' end,
  case when :met = 1 then array[:household::bigint * 2] else '{}' end,
  case when :met = 1 then array[:said_intention_kind::text] else '{}' end,
  array[('01900000-0000-7' || lpad(to_hex(:client_id::bigint), 3, '0') || '-8000-' || lpad(to_hex(:n::bigint), 12, '0'))::uuid],
  array[sha256(int8send(:n::bigint))]);
select wall.live() and wall.open('contact');
commit;
