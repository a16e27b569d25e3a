//! Walk lists in the database: the page of all, one list's head, its name and its end. The doors are in `live`, making
//! in `make`, who holds a list in `assign`.

use super::{ListName, State};
use crate::canvass::ListId;
use crate::database::Scoped;
use crate::error::Error;
use crate::web::paging::{self, Paging};
use chrono::{DateTime, Utc};
use std::collections::HashSet;
use uuid::Uuid;

/// How the page of all lists is ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// What shuts first; newest first where nothing shuts.
    #[default]
    Shuts,
    /// By name.
    Name,
    /// The least done first.
    Done,
}

impl Sort {
    /// The word in addresses and statements.
    pub fn as_str(self) -> &'static str {
        match self {
            Sort::Shuts => "shuts",
            Sort::Name => "name",
            Sort::Done => "done",
        }
    }

    /// The order of this word; anything else is the usual one.
    pub fn parse(word: &str) -> Sort {
        [Sort::Name, Sort::Done].into_iter().find(|s| s.as_str() == word).unwrap_or_default()
    }
}

/// A list as the page of all shows it.
pub struct Row {
    /// Which.
    pub id: ListId,
    /// Its name.
    pub name: String,
    /// The letters of its districts.
    pub districts: Vec<String>,
    /// Doors on it.
    pub doors: i64,
    /// Doors done.
    pub done: i64,
    /// Names of who holds it now or later.
    pub holders: Vec<String>,
    /// When the last assignment ends, or ended.
    pub shuts: Option<DateTime<Utc>>,
    /// When an organiser ended it.
    pub ended_at: Option<DateTime<Utc>>,
    /// When an answer last came.
    pub last_answer: Option<DateTime<Utc>>,
}

/// How many lists are current, drafts and ended.
///
/// # Errors
/// What the database says.
pub async fn counts(scope: &mut Scoped) -> Result<[i64; 3], Error> {
    let row = sqlx::query!(
        r#"select count(*) filter (where not over and live) as "current!",
             count(*) filter (where not over and not live) as "drafts!", count(*) filter (where over) as "ended!"
           from (select a.live, l.ended_at is not null or (not a.live and a.ran_out) as over
                 from walk_list l
                 cross join lateral (
                   select coalesce(bool_or(a.ended_at is null and a.ends_at > now()), false) as live,
                     coalesce(bool_or(a.ended_at is null and a.ends_at <= now()), false) as ran_out
                   from assignment a where a.partition_id = l.partition_id and a.list_id = l.list_id) a
                 where l.area_no = any ((select wall.areas())::integer[])) lists"#
    )
    .fetch_one(scope.connection())
    .await?;
    Ok([row.current, row.drafts, row.ended])
}

/// The lists of one state. Shows no elector; holders are named to those who assign them.
///
/// # Errors
/// What the database says.
pub async fn page(scope: &mut Scoped, state: State, sort: Sort, paging: Paging) -> Result<Vec<Row>, Error> {
    let rows = sqlx::query!(
        r#"with lists as materialized (
             select l.partition_id, l.list_id, l.name, l.version, l.doors, l.made_at, l.ended_at, a.shuts, a.holders,
               (select count(*) from home_on_list h where h.partition_id = l.partition_id and h.list_id = l.list_id
                  and h.version = l.version and h.done) as done
             from walk_list l
             cross join lateral (
               select coalesce(bool_or(a.ended_at is null and a.ends_at > now()), false) as live,
                 coalesce(bool_or(a.ended_at is null and a.ends_at <= now()), false) as ran_out,
                 max(a.ends_at) filter (where a.ended_at is null) as shuts,
                 coalesce(array_agg(a.account_id order by a.assigned_at) filter (where a.ended_at is null
                   and (a.ends_at > now() or $1 = 'ended')), '{}') as holders
               from assignment a where a.partition_id = l.partition_id and a.list_id = l.list_id) a
             where l.area_no = any ((select wall.areas())::integer[])
               and $1 = case when l.ended_at is not null or (not a.live and a.ran_out) then 'ended'
                 when a.live then 'current' else 'drafts' end
             order by case when $2 = 'name' then lower(l.name) end,
               case when $2 = 'shuts' and $1 = 'ended' then coalesce(l.ended_at, a.shuts) end desc,
               case when $2 = 'shuts' and $1 = 'current' then a.shuts end,
               case when $2 = 'shuts' then l.made_at end desc,
               case when $2 = 'done' then (select count(*) from home_on_list h where h.partition_id = l.partition_id
                 and h.list_id = l.list_id and h.version = l.version and h.done)::numeric / greatest(l.doors, 1) end,
               l.list_id
             limit $3 offset $4)
           select l.partition_id, l.list_id, l.name, l.doors, l.ended_at, l.shuts, l.done as "done!",
             array(select distinct d.letters from walk_list_door w join district d using (area_no)
               where w.partition_id = l.partition_id and w.list_id = l.list_id and w.version = l.version
               order by d.letters) as "districts!",
             array(select n.name from unnest(l.holders) with ordinality h (account_id, place)
               join wall.names(l.holders) n using (account_id) order by h.place) as "holders!",
             (select max(r.received_at) from result r where r.partition_id = l.partition_id and r.list_id = l.list_id) as last_answer
           from lists l"#,
        state.as_str(),
        sort.as_str(),
        paging::SIZE,
        paging.skip()
    )
    .fetch_all(scope.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| Row {
            id: ListId { partition: r.partition_id, id: r.list_id },
            name: r.name,
            districts: r.districts,
            doors: r.doors.into(),
            done: r.done,
            holders: r.holders,
            shuts: r.shuts,
            ended_at: r.ended_at,
            last_answer: r.last_answer,
        })
        .collect())
}

/// One list as its own page's head shows it.
pub struct Head {
    /// Which.
    pub id: ListId,
    /// Its name.
    pub name: String,
    /// The version that stands.
    pub version: i32,
    /// The letters of its districts.
    pub districts: Vec<String>,
    /// Doors on it.
    pub doors: i64,
    /// Electors on it.
    pub electors: i64,
    /// What is asked about: a poll's name, or the kind of election.
    pub asked: String,
    /// Whether canvassers see the last answer.
    pub show_last: bool,
    /// When an organiser ended it.
    pub ended_at: Option<DateTime<Utc>>,
    /// How many results of its doors wait for a decision.
    pub waiting: i64,
}

/// The head of a list, if it may be seen.
///
/// # Errors
/// [`Error::NotFound`] outside the area.
pub async fn head(scope: &mut Scoped, id: ListId) -> Result<Head, Error> {
    let row = sqlx::query!(
        r#"select l.name, l.version, l.doors, l.electors, l.show_last, l.ended_at, l.intention_kind,
             (select p.name from poll p where p.poll_id = l.poll_id) as poll,
             array(select distinct d.letters from walk_list_door w join district d using (area_no)
               where w.partition_id = l.partition_id and w.list_id = l.list_id and w.version = l.version
               order by d.letters) as "districts!",
             (select count(*) from quarantine q where q.partition_id = l.partition_id and q.list_id = l.list_id
               and q.area_no = l.area_no and q.state = 'waiting') as "waiting!"
           from walk_list l
           where l.partition_id = $1 and l.list_id = $2 and l.area_no = any ((select wall.areas())::integer[])"#,
        id.partition,
        id.id
    )
    .fetch_optional(scope.connection())
    .await?
    .ok_or(Error::NotFound)?;
    let kind = super::choices::Asked::KINDS.into_iter().find(|(k, _)| *k == row.intention_kind).map_or("", |(_, w)| w);
    Ok(Head {
        id,
        name: row.name,
        version: row.version,
        districts: row.districts,
        doors: row.doors.into(),
        electors: row.electors.into(),
        asked: row.poll.unwrap_or_else(|| kind.to_owned()),
        show_last: row.show_last,
        ended_at: row.ended_at,
        waiting: row.waiting,
    })
}

/// A list's name, for the operator, who has no area in use.
///
/// # Errors
/// [`Error::NotFound`] when there is none.
pub async fn name_of(scope: &mut Scoped, id: ListId) -> Result<String, Error> {
    sqlx::query_scalar!("select name from walk_list where partition_id = $1 and list_id = $2", id.partition, id.id)
        .fetch_optional(scope.connection())
        .await?
        .ok_or(Error::NotFound)
}

/// Gives a list another name.
///
/// # Errors
/// [`Error::NotFound`] outside the area.
pub async fn rename(scope: &mut Scoped, id: ListId, name: &ListName) -> Result<(), Error> {
    let done = sqlx::query!(
        "update walk_list set name = $3 where partition_id = $1 and list_id = $2",
        id.partition,
        id.id,
        name.as_str()
    )
    .execute(scope.connection())
    .await?;
    if done.rows_affected() == 0 { Err(Error::NotFound) } else { Ok(()) }
}

/// What ending some lists would stop.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Ending {
    /// The lists that are not ended yet, with their names.
    pub lists: Vec<(ListId, String)>,
    /// People who hold one of them now or later.
    pub holders: i64,
    /// Doors not done yet.
    pub left: i64,
}

/// Looks at lists before they are ended.
///
/// # Errors
/// [`Error::NotFound`] when one is outside the area.
pub async fn ending(scope: &mut Scoped, ids: &[ListId]) -> Result<Ending, Error> {
    let (partitions, numbers): (Vec<i32>, Vec<i64>) = ids.iter().map(|i| (i.partition, i.id)).unzip();
    let rows = sqlx::query!(
        r#"select l.partition_id, l.list_id, l.name, l.ended_at is not null as "ended!",
             array(select a.account_id from assignment a where a.partition_id = l.partition_id and a.list_id = l.list_id
               and a.ended_at is null and a.ends_at > now()) as "holders!",
             l.doors - (select count(*) from home_on_list h where h.partition_id = l.partition_id and h.list_id = l.list_id
               and h.version = l.version and h.done) as "left!"
           from unnest($1::integer[], $2::bigint[]) wanted (partition_id, list_id)
           join walk_list l using (partition_id, list_id) order by l.name"#,
        &partitions,
        &numbers
    )
    .fetch_all(scope.connection())
    .await?;
    let missing = ids.iter().any(|id| rows.iter().all(|r| (r.partition_id, r.list_id) != (id.partition, id.id)));
    if missing {
        return Err(Error::NotFound);
    }
    let open = || rows.iter().filter(|r| !r.ended);
    let holders: HashSet<Uuid> = open().flat_map(|r| r.holders.iter().copied()).collect();
    Ok(Ending {
        lists: open().map(|r| (ListId { partition: r.partition_id, id: r.list_id }, r.name.clone())).collect(),
        holders: i64::try_from(holders.len()).unwrap_or(i64::MAX),
        left: open().map(|r| r.left.max(0)).sum(),
    })
}

/// Ends lists and everything assigned of them, at once. One that is over already stays as it is.
///
/// # Errors
/// What the database says.
pub async fn end(scope: &mut Scoped, ids: &[ListId]) -> Result<u64, Error> {
    let (partitions, numbers): (Vec<i32>, Vec<i64>) = ids.iter().map(|i| (i.partition, i.id)).unzip();
    let ended = sqlx::query!(
        "update walk_list l set ended_at = now() from unnest($1::integer[], $2::bigint[]) wanted (partition_id, list_id)
         where l.partition_id = wanted.partition_id and l.list_id = wanted.list_id and l.ended_at is null",
        &partitions,
        &numbers
    )
    .execute(scope.connection())
    .await?;
    sqlx::query!(
        "update assignment a set ended_at = now() from unnest($1::integer[], $2::bigint[]) wanted (partition_id, list_id)
         where a.partition_id = wanted.partition_id and a.list_id = wanted.list_id and a.ended_at is null and a.ends_at > now()",
        &partitions,
        &numbers
    )
    .execute(scope.connection())
    .await?;
    Ok(ended.rows_affected())
}

/// Of these people, those who want nobody at their door.
///
/// # Errors
/// What the database says.
pub async fn objected(scope: &mut Scoped, partition: i32, electors: &[i64]) -> Result<HashSet<i64>, Error> {
    let found = sqlx::query_scalar!(r#"select wall.objected($1, $2) as "found!""#, partition, electors)
        .fetch_one(scope.connection())
        .await?;
    Ok(found.into_iter().collect())
}

/// How many results of the area wait for a decision.
///
/// # Errors
/// What the database says.
pub async fn waiting(scope: &mut Scoped) -> Result<i64, Error> {
    Ok(sqlx::query_scalar!(
        r#"select count(*) as "n!" from quarantine
           where area_no = any ((select wall.areas())::integer[]) and state = 'waiting'"#
    )
    .fetch_one(scope.connection())
    .await?)
}

/// A list as the command line prints it.
#[derive(Debug, serde::Serialize)]
pub struct Listed {
    /// Which.
    pub id: ListId,
    /// Its name.
    pub name: String,
    /// Doors on it.
    pub doors: i32,
    /// Who holds it now or later, by email address.
    pub assigned: Vec<String>,
}

/// Every list that is not ended, for the operator, who may read accounts.
///
/// # Errors
/// What the database says.
pub async fn for_operator(scope: &mut Scoped) -> Result<Vec<Listed>, Error> {
    let rows = sqlx::query!(
        r#"select l.partition_id, l.list_id, l.name, l.doors,
             array(select distinct a.email from assignment s join account a using (account_id)
               where s.partition_id = l.partition_id and s.list_id = l.list_id and s.ended_at is null and s.ends_at > now()
               order by a.email) as "assigned!"
           from walk_list l where l.ended_at is null order by l.made_at, l.partition_id, l.list_id"#
    )
    .fetch_all(scope.connection())
    .await?;
    let listed = rows.into_iter().map(|r| Listed {
        id: ListId { partition: r.partition_id, id: r.list_id },
        name: r.name,
        doors: r.doors,
        assigned: r.assigned,
    });
    Ok(listed.collect())
}
