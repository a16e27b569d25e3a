//! The open list's doors and people in the database. The wall lets through what is assigned now, and nothing else.

use super::plan::Plan;
use super::{Door, DoorStep, MyList, OpenList, Person, Said, State};
use crate::canvass::ListId;
use crate::canvass::codes;
use crate::canvass::results::{Ask, DoorResult, Outcome, Voted};
use crate::database::{Looked, Scoped, Seen};
use crate::electors::{ElectorId, HouseholdId};
use crate::error::Error;

/// The lists assigned to this account now, the one that ends first at the top.
///
/// # Errors
/// What the database says.
pub async fn my_lists(scope: &mut Scoped) -> Result<Vec<MyList>, Error> {
    let rows = sqlx::query!(
        r#"select l.partition_id, l.list_id, l.name, l.doors, coalesce(p.done, 0) as "done!", max(a.ends_at) as "ends!"
           from walk_list l
           join assignment a using (partition_id, list_id)
           left join wall.own_progress() p using (partition_id, list_id)
           where a.account_id = $1 and a.ended_at is null and a.starts_at <= statement_timestamp()
             and a.ends_at > statement_timestamp()
           group by l.partition_id, l.list_id, l.name, l.doors, p.done
           order by max(a.ends_at), l.name, l.list_id"#,
        scope.account()
    )
    .fetch_all(scope.connection())
    .await?;
    let list = |partition, id| ListId { partition, id };
    Ok(rows
        .into_iter()
        .map(|r| MyList {
            id: list(r.partition_id, r.list_id),
            name: r.name,
            ends: r.ends,
            doors: r.doors.into(),
            done: r.done,
        })
        .collect())
}

/// The open list with its doors in walking order. None when it is not assigned now.
///
/// # Errors
/// What the database says.
pub async fn plan(scope: &mut Scoped, list: ListId) -> Result<Option<Seen<Plan>>, Error> {
    let Some(open) = open(scope, list).await? else { return Ok(None) };
    let doors = doors(scope, &open).await?;
    let looked = Looked { list: Some((list, open.version)), ..Looked::default() };
    Ok(Some(Seen::new(Plan { list: open, doors }, looked)))
}

/// The plan, to find the way by: for work that shows nobody.
///
/// # Errors
/// What the database says.
pub async fn way(scope: &mut Scoped, list: ListId) -> Result<Option<Plan>, Error> {
    let Some(open) = open(scope, list).await? else { return Ok(None) };
    let doors = doors(scope, &open).await?;
    Ok(Some(Plan { list: open, doors }))
}

/// One door of the open list with its people and what was recorded there. None when either is not the account's now.
///
/// # Errors
/// What the database says.
pub async fn doorstep(
    scope: &mut Scoped,
    list: ListId,
    household: HouseholdId,
) -> Result<Option<Seen<DoorStep>>, Error> {
    let Some(open) = open(scope, list).await? else { return Ok(None) };
    let doors = doors(scope, &open).await?;
    let plan = Plan { list: open, doors };
    let Some(at) = plan.place(household) else { return Ok(None) };
    let people = people(scope, &plan.list, household).await?;
    let step = DoorStep {
        at,
        said: said(scope, list, household).await?,
        codes: codes::intentions(scope).await?,
        issues: codes::issues(scope).await?,
        notice: notice(scope).await?,
        people,
        plan,
    };
    let shown: Vec<(i32, i64)> = step.people.iter().map(|p| (p.id.partition, p.id.id)).collect();
    Ok(Some(Seen::people(step, shown)))
}

async fn open(scope: &mut Scoped, list: ListId) -> Result<Option<OpenList>, Error> {
    let row = sqlx::query!(
        r#"select l.name, l.version, l.intention_kind, l.show_last, p.name as "poll?",
             (select max(a.ends_at) from assignment a where a.partition_id = l.partition_id and a.list_id = l.list_id
                and a.account_id = $3 and a.ended_at is null) as "ends?"
           from walk_list l left join poll p using (poll_id)
           where l.partition_id = $1 and l.list_id = $2 and l.list_id = wall.list_id()"#,
        list.partition,
        list.id,
        scope.account()
    )
    .fetch_optional(scope.connection())
    .await?;
    Ok(row.map(|r| OpenList {
        id: list,
        name: r.name,
        version: r.version,
        kind: r.intention_kind,
        show_last: r.show_last,
        poll: r.poll,
        ends: r.ends.unwrap_or_default(),
    }))
}

async fn doors(scope: &mut Scoped, open: &OpenList) -> Result<Vec<Door>, Error> {
    let partition = open.id.partition;
    let rows = sqlx::query!(
        r#"with objects as materialized (
             select distinct on (elector_id) elector_id, not withdrawn as objects
             from objection where partition_id = $1 and channel = 'door'
             order by elector_id, at desc, objection_id desc
           ), people as materialized (
             select e.household_id, count(*) as all_of_them, count(*) filter (where o.objects) as objecting
             from walk_list_elector e left join objects o using (elector_id)
             where e.partition_id = $1 and e.list_id = $2 and e.version = $3
             group by e.household_id
           ), said as materialized (
             select household_id, spoke, spoke_with, latest, done from home_on_list
             where partition_id = $1 and list_id = $2 and version = $3
           ), mine as materialized (
             select household_id, max(received_at) as at from result
             where partition_id = $1 and list_id = $2 and account_id = $4
             group by household_id
           )
           select d.household_id, h.street, h.building, h.number, h.number_suffix, h.flat, h.lines, h.postcode,
             coalesce(p.all_of_them, 0) as "all_of_them!", coalesce(p.objecting, 0) as "objecting!",
             s.spoke as "spoke?", s.spoke_with as "spoke_with?", s.latest as "latest?", coalesce(s.done, false) as "done!",
             m.at as "mine?"
           from walk_list_door d
           join household h on h.partition_id = d.partition_id and h.household_id = d.household_id
           left join people p on p.household_id = d.household_id
           left join said s on s.household_id = d.household_id
           left join mine m on m.household_id = d.household_id
           where d.partition_id = $1 and d.list_id = $2 and d.version = $3
           order by d.place"#,
        partition,
        open.id.id,
        open.version,
        scope.account()
    )
    .fetch_all(scope.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| Door {
            household: HouseholdId { partition, id: r.household_id },
            state: match r.latest.as_deref().and_then(Outcome::parse) {
                _ if r.objecting > 0 && r.objecting == r.all_of_them => State::Leave,
                None => State::ToDo,
                Some(_) if r.spoke == Some(true) => State::Spoke(r.spoke_with.unwrap_or_default()),
                Some(latest) => State::Other(latest),
            },
            done: r.done,
            street: r.street,
            building: r.building,
            number: r.number,
            suffix: r.number_suffix,
            flat: r.flat,
            lines: r.lines,
            postcode: r.postcode,
            people: r.all_of_them - r.objecting,
            recorded: r.mine,
        })
        .collect())
}

async fn people(scope: &mut Scoped, open: &OpenList, household: HouseholdId) -> Result<Vec<Person>, Error> {
    let partition = open.id.partition;
    let rows = sqlx::query!(
        r#"select e.elector_id, p.name, p.kind, i.code as "code?", i.received_at,
             coalesce((select not o.withdrawn from objection o where o.partition_id = e.partition_id
               and o.elector_id = e.elector_id and o.channel = 'door'
               order by o.at desc, o.objection_id desc limit 1), false) as "objects!"
           from walk_list_elector e
           join elector p on p.partition_id = e.partition_id and p.elector_id = e.elector_id and p.left_at is null
           left join intention_now i on i.partition_id = e.partition_id and i.elector_id = e.elector_id
             and i.intention_kind = $5 and $6
           where e.partition_id = $1 and e.list_id = $2 and e.version = $3 and e.household_id = $4
           order by e.place, e.elector_id"#,
        partition,
        open.id.id,
        open.version,
        household.id,
        open.kind,
        open.show_last
    )
    .fetch_all(scope.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| Person {
            id: ElectorId { partition, id: r.elector_id },
            name: r.name,
            attainer: r.kind == "attainer",
            objects: r.objects,
            last: r.code.zip(r.received_at),
        })
        .collect())
}

/// How much of a door's history its page shows.
const HISTORY: i64 = 40;

async fn said(scope: &mut Scoped, list: ListId, household: HouseholdId) -> Result<Vec<Said>, Error> {
    let account = scope.account();
    let rows = sqlx::query!(
        r#"select r.id, r.elector_id, r.outcome, r.intention, r.issues, r.asks, r.voted, r.note, r.at, r.received_at, r.base,
             r.account_id, exists (select from standing_result s where s.partition_id = r.partition_id and s.id = r.id)
               as "stands!"
           from result r
           where r.partition_id = $1 and r.list_id = $2 and r.household_id = $3
           order by r.received_at desc, r.id desc limit $4"#,
        list.partition,
        list.id,
        household.id,
        HISTORY
    )
    .fetch_all(scope.connection())
    .await?;
    let elector = |id| ElectorId { partition: list.partition, id };
    Ok(rows
        .into_iter()
        .map(|r| Said {
            id: r.id,
            received: r.received_at,
            mine: Some(r.account_id) == account,
            stands: r.stands,
            result: DoorResult {
                list,
                household,
                elector: r.elector_id.map(elector),
                outcome: Outcome::parse(&r.outcome).unwrap_or(Outcome::Spoke),
                intention: r.intention,
                issues: r.issues,
                asks: r.asks.iter().filter_map(|a| Ask::parse(a)).collect(),
                voted: r.voted.as_deref().and_then(Voted::parse),
                note: r.note,
                at: Some(r.at),
                base: r.base,
            },
        })
        .collect())
}

async fn notice(scope: &mut Scoped) -> Result<String, Error> {
    let notice =
        sqlx::query_scalar!("select privacy_notice from installation").fetch_optional(scope.connection()).await?;
    Ok(notice.unwrap_or_default())
}

/// What was recorded at a door of the open list, for work that shows nobody: which answers a form changes.
///
/// # Errors
/// What the database says.
pub async fn recorded(scope: &mut Scoped, list: ListId, household: HouseholdId) -> Result<Vec<Said>, Error> {
    said(scope, list, household).await
}

/// A person of the open list as programs read it.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct ListedElector {
    #[serde(skip)]
    household: HouseholdId,
    /// The person.
    #[schema(value_type = String)]
    pub elector: ElectorId,
    /// The name.
    pub name: String,
    /// Whether they want nobody at the door.
    pub do_not_call: bool,
}

impl ListedElector {
    /// Where they live.
    pub fn household(&self) -> HouseholdId {
        self.household
    }
}

/// Everybody on the open list, home by home in walking order; the look is the list's.
///
/// # Errors
/// What the database says.
pub async fn everybody(scope: &mut Scoped, open: &OpenList) -> Result<Seen<Vec<ListedElector>>, Error> {
    let partition = open.id.partition;
    let rows = sqlx::query!(
        r#"with objects as materialized (
             select distinct on (elector_id) elector_id, not withdrawn as objects
             from objection where partition_id = $1 and channel = 'door'
             order by elector_id, at desc, objection_id desc
           )
           select e.household_id, e.elector_id, p.name, coalesce(o.objects, false) as "objects!"
           from walk_list_elector e
           join elector p on p.partition_id = e.partition_id and p.elector_id = e.elector_id and p.left_at is null
           left join objects o on o.elector_id = e.elector_id
           where e.partition_id = $1 and e.list_id = $2 and e.version = $3
           order by e.household_id, e.place, e.elector_id"#,
        partition,
        open.id.id,
        open.version
    )
    .fetch_all(scope.connection())
    .await?;
    let everybody = rows
        .into_iter()
        .map(|r| ListedElector {
            household: HouseholdId { partition, id: r.household_id },
            elector: ElectorId { partition, id: r.elector_id },
            name: r.name,
            do_not_call: r.objects,
        })
        .collect();
    Ok(Seen::new(everybody, Looked { list: Some((open.id, open.version)), ..Looked::default() }))
}
