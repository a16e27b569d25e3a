-- One row and nothing else, by the owner, whom row security does not bind: what the wall, the receipt, the tallies and the
-- check at the end cost is the difference.
\set n :n + 1
\set list random(0, {lists} - 1)
\set household {first} + :list * {doors} + random(0, {doors} - 1)
insert into result (partition_id, id, list_id, household_id, elector_id, area_no, outcome, intention, intention_kind, issues,
  asks, at, account_id)
values ({partition},
  ('01910000-0000-7' || lpad(to_hex(:client_id::bigint), 3, '0') || '-8000-' || lpad(to_hex(:n::bigint), 12, '0'))::uuid,
  1000 + :list::bigint, :household::bigint, :household::bigint * 2, {area_no}, 'spoke', 'F', 'national', '{BUS}', '{}', now(),
  (array[{accounts}]::uuid[])[:list + 1]);
