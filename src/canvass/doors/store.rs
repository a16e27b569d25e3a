//! The open list's doors and people in the database. The wall lets through what is assigned now, and nothing else.

use super::plan::Plan;
use super::{Door, DoorStep, MyList, OpenList, Person, Said, State};
use crate::canvass::ListId;
use crate::canvass::codes::{Code, Issue};
use crate::canvass::results::{Ask, DoorResult, Outcome, Voted};
use crate::database::{Looked, Scoped, Seen};
use crate::electors::{ElectorId, HouseholdId};
use crate::error::Error;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use sqlx::types::Json;
use uuid::Uuid;

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
    let plan = way(scope, list).await?;
    Ok(plan.map(|plan| {
        let looked = Looked { list: Some((list, plan.list.version)), ..Looked::default() };
        Seen::new(plan, looked)
    }))
}

/// The plan, to find the way by: for work that shows nobody.
///
/// # Errors
/// What the database says.
pub async fn way(scope: &mut Scoped, list: ListId) -> Result<Option<Plan>, Error> {
    Ok(here(scope, list, None).await?.map(|here| here.plan))
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
    let Some(Here { plan, people, said }) = here(scope, list, Some(household)).await? else { return Ok(None) };
    let Some(at) = plan.place(household) else { return Ok(None) };
    let Choices { codes, issues, notice } = choices(scope).await?;
    let spoken_of = said.iter().filter_map(|s| s.result.elector);
    let shown: Vec<_> = people.iter().map(|p| p.id).chain(spoken_of).map(|e| (e.partition, e.id)).collect();
    Ok(Some(Seen::people(DoorStep { at, said, codes, issues, notice, people, plan }, shown)))
}

/// What was recorded at a door of the open list, for work that shows nobody: which answers a form changes.
///
/// # Errors
/// What the database says.
pub async fn recorded(scope: &mut Scoped, list: ListId, household: HouseholdId) -> Result<Vec<Said>, Error> {
    Ok(here(scope, list, Some(household)).await?.map(|here| here.said).unwrap_or_default())
}

/// The open list, and of one home its people and what was recorded there.
struct Here {
    plan: Plan,
    people: Vec<Person>,
    said: Vec<Said>,
}

/// How much of a door's history its page shows.
const HISTORY: i64 = 40;

async fn here(scope: &mut Scoped, list: ListId, household: Option<HouseholdId>) -> Result<Option<Here>, Error> {
    // A home of another partition is on no list of this one; none has this number.
    let home = household.map(|h| if h.partition == list.partition { h.id } else { -1 });
    let row = sqlx::query!(
        r#"select name as "name!", version as "version!", intention_kind as "intention_kind!", show_last as "show_last!",
             poll, ends as "ends!", homes as "homes!: Json<Vec<HomeRow>>", people as "people!: Json<Vec<PersonRow>>",
             said as "said!: Json<Vec<SaidRow>>"
           from wall.doorstep_here($1, $2)"#,
        home,
        HISTORY
    )
    .fetch_optional(scope.connection())
    .await?;
    Ok(row.map(|r| Here {
        plan: Plan {
            list: OpenList {
                id: list,
                name: r.name,
                version: r.version,
                kind: r.intention_kind,
                show_last: r.show_last,
                poll: r.poll,
                ends: r.ends,
            },
            doors: r.homes.0.into_iter().map(|home| home.door(list.partition)).collect(),
        },
        people: r.people.0.into_iter().map(|person| person.person(list.partition)).collect(),
        said: r.said.0.into_iter().filter_map(|said| Some(said.said(list, household?))).collect(),
    }))
}

/// A home in the order of `wall.homes_of`.
#[derive(Debug, Deserialize)]
struct HomeRow(
    i64,
    String,
    String,
    Option<i32>,
    String,
    String,
    Vec<String>,
    Option<String>,
    i64,
    i64,
    Option<bool>,
    Option<i64>,
    Option<String>,
    bool,
    Option<DateTime<Utc>>,
);

impl HomeRow {
    fn door(self, partition: i32) -> Door {
        let HomeRow(id, street, building, number, suffix, flat, lines, postcode, people, objecting, ..) = self;
        let (spoke, spoke_with, latest, done, recorded) = (self.10, self.11, self.12, self.13, self.14);
        let state = match latest.as_deref().and_then(Outcome::parse) {
            _ if objecting > 0 && objecting == people => State::Leave,
            None => State::ToDo,
            Some(_) if spoke == Some(true) => State::Spoke(spoke_with.unwrap_or_default()),
            // One of several has gone: the others are still to be asked.
            Some(Outcome::Moved | Outcome::Deceased) if !done => State::ToDo,
            Some(latest) => State::Other(latest),
        };
        let (household, people) = (HouseholdId { partition, id }, people - objecting);
        Door { household, street, building, number, suffix, flat, lines, postcode, people, state, done, recorded }
    }
}

/// A person in the order of `wall.doorstep_here`: id, name, kind, objects, last code and when.
#[derive(Debug, Deserialize)]
struct PersonRow(i64, String, String, bool, Option<String>, Option<DateTime<Utc>>);

impl PersonRow {
    fn person(self, partition: i32) -> Person {
        let PersonRow(id, name, kind, objects, code, at) = self;
        let id = ElectorId { partition, id };
        Person { id, name, attainer: kind == "attainer", objects, last: code.zip(at) }
    }
}

/// An answer in the order of `wall.said_of`.
#[derive(Debug, Deserialize)]
struct SaidRow(
    Uuid,
    Option<i64>,
    String,
    Option<String>,
    Vec<String>,
    Vec<String>,
    Option<String>,
    Option<String>,
    DateTime<Utc>,
    DateTime<Utc>,
    Option<Uuid>,
    bool,
    bool,
);

impl SaidRow {
    fn said(self, list: ListId, household: HouseholdId) -> Said {
        let SaidRow(id, elector, outcome, intention, issues, asks, voted, note, at, received, base, mine, stands) =
            self;
        let result = DoorResult {
            list,
            household,
            elector: elector.map(|id| ElectorId { partition: list.partition, id }),
            outcome: Outcome::parse(&outcome).unwrap_or(Outcome::Spoke),
            intention,
            issues,
            asks: asks.iter().filter_map(|a| Ask::parse(a)).collect(),
            voted: voted.as_deref().and_then(Voted::parse),
            note,
            at: Some(at),
            base,
        };
        Said { id, received, mine, stands, result }
    }
}

/// What a door's form offers and tells, the same at every door.
struct Choices {
    codes: Vec<Code>,
    issues: Vec<Issue>,
    notice: String,
}

async fn choices(scope: &mut Scoped) -> Result<Choices, Error> {
    let row = sqlx::query!(
        r#"select
             (select coalesce(json_agg(json_build_object('code', code, 'label', label, 'slot', slot, 'group', code_group,
                'retired', retired_at is not null)
                order by place), '[]') from intention_code) as "codes!: Json<Vec<Code>>",
             (select coalesce(json_agg(json_build_object('code', code, 'label', label) order by place, code), '[]')
                from issue_code where retired_at is null) as "issues!: Json<Vec<Issue>>",
             coalesce((select privacy_notice from installation), '') as "notice!""#
    )
    .fetch_one(scope.connection())
    .await?;
    Ok(Choices { codes: row.codes.0, issues: row.issues.0, notice: row.notice })
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
           from wall.people_here() p"#
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
