-- What was recorded about a person ($2) and about nobody in particular at their home, or at a home ($3, $2 null) about
-- whoever it was. $1 is the partition. Whether somebody voted is told after the poll only. What only takes a slip back is
-- corrected by nothing.
select r.partition_id, r.id, r.list_id, l.name as "list_name?", r.elector_id, e.name as "name?", r.outcome, r.intention,
  r.intention_kind, r.asks, r.note, r.at, r.received_at, r.account_id, r.accepted_by, r.base,
  array(select coalesce(c.label, i) from unnest(r.issues) i left join issue_code c on c.code = i order by c.place) as "issues!",
  case when p.poll_date < current_date then r.voted end as voted,
  r.void as "void!", not r.void and not exists (select from standing_result s where s.partition_id = r.partition_id and s.id = r.id) as "corrected!",
  y.canvasser as "canvasser?", y.canvasser_name as "canvasser_name?", y.canvassed_at as "canvassed_at?"
from result r
left join paper_entry y on y.partition_id = r.partition_id and y.result_id = r.id
left join walk_list l on l.partition_id = r.partition_id and l.list_id = r.list_id
left join poll p on p.poll_id = l.poll_id
left join elector e on e.partition_id = r.partition_id and e.elector_id = r.elector_id
where r.partition_id = $1
  and (r.elector_id = $2::bigint
    or (r.elector_id is null and r.household_id = (select m.household_id from elector m
      where m.partition_id = $1 and m.elector_id = $2::bigint))
    or ($2::bigint is null and r.household_id = $3::bigint))
order by r.received_at desc, r.id desc
limit 500
