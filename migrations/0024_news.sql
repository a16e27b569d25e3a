-- News of an area: short posts by organisers for whoever is signed in there, each with an end. They name nobody.
set local role hustings_owner;
create table news (
  news_id uuid primary key,
  area_id bigint not null references area,
  title text not null check (length(title) between 1 and 120),
  words text not null check (length(words) between 1 and 4000),
  pinned boolean not null default false,
  posted_at timestamptz not null default statement_timestamp(),
  posted_by uuid not null references account,
  changed_at timestamptz check (isfinite(changed_at)) check (changed_at < '9999-12-31'),
  ends_at timestamptz not null check (isfinite(ends_at)) check (ends_at < '9999-12-31'),
  check (ends_at <= posted_at + interval '1 year')
);
create index news_by_end on news (ends_at);

grant select, insert, update, delete on news to hustings_wall;
grant select on news to hustings_protection;
grant select (news_id, area_id, title, words, pinned, posted_at, changed_at, ends_at)
  on news to hustings_organiser, hustings_membership, hustings_volunteer;
grant insert (news_id, area_id, title, words, pinned, posted_by, ends_at),
  update (title, words, pinned, changed_at, ends_at) on news to hustings_organiser;
alter table news enable row level security;
alter table news force row level security;
reset role;

-- Is this news of an area that has something in common with the one that whoever acts works in?
create function wall.news_here(area bigint) returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return exists (select from wall.in_use() u where wall.meet(news_here.area, u.area_id));
end
$$;
alter function wall.news_here(bigint) owner to hustings_wall;
grant execute on function wall.news_here(bigint) to hustings_volunteer, hustings_organiser, hustings_membership;

set local role hustings_owner;
create policy protection on news for select to hustings_protection using ((select wall.is('data-protection-officer')));
create policy reader on news for select to hustings_volunteer, hustings_membership
  using (ends_at > statement_timestamp() and wall.news_here(area_id));
-- An organiser reads news of wider areas too, and what is over of their own; posts and changes within their own alone.
create policy organiser_reads on news for select to hustings_organiser
  using (area_id = any ((select wall.places())::bigint[]) or (ends_at > statement_timestamp() and wall.news_here(area_id)));
create policy organiser_posts on news for insert to hustings_organiser
  with check (area_id = any ((select wall.places())::bigint[]) and posted_by = (select wall.account()));
create policy organiser_changes on news for update to hustings_organiser
  using (area_id = any ((select wall.places())::bigint[])) with check (area_id = any ((select wall.places())::bigint[]));
reset role;
