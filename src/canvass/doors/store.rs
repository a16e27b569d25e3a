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
        r#"select partition_id as "partition_id!", list_id as "list_id!", name as "name!", doors as "doors!",
             done as "done!", ends as "ends!"
           from wall.lists_here()"#
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
    let people = people(scope, household).await?;
    let step = DoorStep {
        at,
        said: said(scope, list, household).await?,
        codes: codes::intentions(scope).await?,
        issues: codes::issues(scope).await?,
        notice: notice(scope).await?,
        people,
        plan,
    };
    let spoken_of = step.said.iter().filter_map(|s| s.result.elector);
    let shown: Vec<_> = step.people.iter().map(|p| p.id).chain(spoken_of).map(|e| (e.partition, e.id)).collect();
    Ok(Some(Seen::people(step, shown)))
}

async fn open(scope: &mut Scoped, list: ListId) -> Result<Option<OpenList>, Error> {
    let row = sqlx::query!(
        r#"select name as "name!", version as "version!", intention_kind as "intention_kind!", show_last as "show_last!",
             poll, ends as "ends!"
           from wall.list_here()"#
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
        ends: r.ends,
    }))
}

async fn doors(scope: &mut Scoped, open: &OpenList) -> Result<Vec<Door>, Error> {
    let partition = open.id.partition;
    let rows = sqlx::query!(
        r#"select h.household_id as "household_id!", h.street as "street!", h.building as "building!", h.number,
             h.number_suffix as "number_suffix!", h.flat as "flat!", h.lines as "lines!", h.postcode,
             h.people as "people!", h.objecting as "objecting!", h.spoke, h.spoke_with, h.latest,
             h.done as "done!", h.mine
           from wall.homes_here() h"#
    )
    .fetch_all(scope.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| Door {
            household: HouseholdId { partition, id: r.household_id },
            state: match r.latest.as_deref().and_then(Outcome::parse) {
                _ if r.objecting > 0 && r.objecting == r.people => State::Leave,
                None => State::ToDo,
                Some(_) if r.spoke == Some(true) => State::Spoke(r.spoke_with.unwrap_or_default()),
                // One of several has gone: the others are still to be asked.
                Some(Outcome::Moved | Outcome::Deceased) if !r.done => State::ToDo,
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
            people: r.people - r.objecting,
            recorded: r.mine,
        })
        .collect())
}

async fn people(scope: &mut Scoped, household: HouseholdId) -> Result<Vec<Person>, Error> {
    let rows = sqlx::query!(
        r#"select p.elector_id as "elector_id!", p.name as "name!", p.kind as "kind!", p.objects as "objects!", p.code,
             p.received_at
           from wall.people_here($1) p"#,
        household.id
    )
    .fetch_all(scope.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| Person {
            id: ElectorId { partition: household.partition, id: r.elector_id },
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
    let rows = sqlx::query!(
        r#"select r.id as "id!", r.elector_id, r.outcome as "outcome!", r.intention, r.issues as "issues!", r.asks as "asks!",
             r.voted, r.note, r.at as "at!", r.received_at as "received_at!", r.base, r.mine as "mine!", r.stands as "stands!"
           from wall.said_here($1, $2) r"#,
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
            mine: r.mine,
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
        r#"select p.household_id as "household_id!", p.elector_id as "elector_id!", p.name as "name!",
             p.objects as "objects!"
           from wall.people_here(null) p"#
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
