-- What the server sends for one result (canvass::results::receive and store), less the session's look-up by the guard.
-- Every second home is not at home; at the others somebody says how they will vote. {…} are put in by the bench.
\set n :n + 1
\set list random(0, {lists} - 1)
\set household {first} + :list * {doors} + random(0, {doors} - 1)
\set met random(0, 1)
begin;
select set_config('app.session', (array[{hashes}])[:list + 1], true),
  set_config('app.list', '{partition}.' || (1000 + :list::bigint), true), set_config('app.area', '{area}', true);
select wall.begin_answers(array[{partition}]);
select wall.received_same(t.id, t.digest) as same, r.covered, r.door, r.person, r.here, r.area_no, r.intention_kind,
  (t.code is null or exists (select from intention_code c where c.code = t.code)) as code_known,
  string_to_array(t.issues, ' ') <@ array(select i.code from issue_code i) as issues_known
from unnest(array[('01900000-0000-7' || lpad(to_hex(:client_id::bigint), 3, '0') || '-8000-' || lpad(to_hex(:n::bigint), 12, '0'))::uuid],
    array[sha256(int8send(:n::bigint))], array[{partition}], array[1000 + :list::bigint], array[:household::bigint],
    array[case when :met = 1 then :household::bigint * 2 end], array[case when :met = 1 then 'F' end],
    array[case when :met = 1 then 'BUS' else '' end])
  with ordinality as t (id, digest, partition, list, household, elector, code, issues, n)
left join lateral wall.recordable(t.partition, t.list, t.household, t.elector) r on true
order by t.n \gset said_
insert into receipt (id, digest, account_id)
select t.id, t.digest, (array[{accounts}]::uuid[])[:list + 1]
from unnest(array[('01900000-0000-7' || lpad(to_hex(:client_id::bigint), 3, '0') || '-8000-' || lpad(to_hex(:n::bigint), 12, '0'))::uuid],
  array[sha256(int8send(:n::bigint))]) as t (id, digest)
on conflict do nothing returning id;
insert into result (partition_id, id, list_id, household_id, elector_id, area_no, outcome, intention, intention_kind, issues,
  asks, voted, note, at, base, account_id)
values ({partition},
  ('01900000-0000-7' || lpad(to_hex(:client_id::bigint), 3, '0') || '-8000-' || lpad(to_hex(:n::bigint), 12, '0'))::uuid,
  1000 + :list::bigint, :household::bigint, case when :met = 1 then :household::bigint * 2 end, :said_area_no,
  case when :met = 1 then 'spoke' else 'not-home' end, case when :met = 1 then 'F' end, :said_intention_kind,
  case when :met = 1 then '{BUS}'::text[] else '{}' end, '{}', null, null, now(), null,
  (array[{accounts}]::uuid[])[:list + 1]);
\if :met
select wall.settle({partition}, :household::bigint * 2, :said_intention_kind);
\endif
select wall.release(('01900000-0000-7' || lpad(to_hex(:client_id::bigint), 3, '0') || '-8000-' || lpad(to_hex(:n::bigint), 12, '0'))::uuid,
  sha256(int8send(:n::bigint)));
select wall.live() and wall.open('contact');
commit;
