//! Tasks in the database. What an organiser sees goes by the area in use; whom a task is about comes as `Seen`.

use super::{About, State, Task, kind};
use crate::database::{Looked, Scoped, Seen};
use crate::electors::{ElectorId, HouseholdId, history, whole_address};
use crate::error::Error;
use crate::web::paging::{Paging, SIZE};
use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

/// What the queue shows: each filter as its word in the address, empty for all.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// The tab.
    pub state: State,
    /// A kind.
    pub what: String,
    /// `overdue`, `today` or `week`.
    pub due: String,
    /// `mine` or `nobody`.
    pub whose: String,
    /// `what` or `new`; by due day otherwise.
    pub sort: String,
}

/// How many tasks there are in each tab, with the other filters as they are.
///
/// # Errors
/// What the database says.
pub async fn counts(scope: &mut Scoped, filter: &Filter) -> Result<[i64; 3], Error> {
    let account = scope.account();
    let row = sqlx::query!(
        r#"select count(*) filter (where state = 'open') as "open!", count(*) filter (where state = 'done') as "done!",
             count(*) filter (where state = 'dropped') as "dropped!"
           from task t
           where ($1 = '' or t.what = $1)
             and ($2 <> 'mine' or t.assigned_to = $3) and ($2 <> 'nobody' or t.assigned_to is null)
             and case $4 when 'overdue' then t.due_on < $5 when 'today' then t.due_on <= $5 when 'week' then t.due_on <= $5 + 7
               else true end"#,
        filter.what,
        filter.whose,
        account,
        filter.due,
        crate::web::words::day_of(Utc::now())
    )
    .fetch_one(scope.connection())
    .await?;
    Ok([row.open, row.done, row.dropped])
}

/// What the database holds of a task, before names are put to it.
struct Row {
    task_id: Uuid,
    what: String,
    words: String,
    agreed: String,
    due_on: NaiveDate,
    partition_id: Option<i32>,
    elector_id: Option<i64>,
    household_id: Option<i64>,
    person_id: Option<Uuid>,
    area_id: i64,
    area: String,
    from_door: bool,
    elector: String,
    person: String,
    address: String,
    postcode: Option<String>,
    objected: Vec<String>,
    channels: Vec<String>,
    has_mobile: bool,
    number: String,
    assigned_to: Option<Uuid>,
    could_not: String,
    state: String,
    outcome: String,
    came_of: String,
    created_at: DateTime<Utc>,
    closed_at: Option<DateTime<Utc>>,
}

impl Row {
    fn about(&self) -> About {
        match (self.partition_id, self.elector_id, self.household_id, self.person_id) {
            (Some(partition), Some(id), ..) => {
                About::Elector { id: ElectorId { partition, id }, name: self.elector.clone() }
            }
            (Some(partition), None, Some(id), _) => About::Home(HouseholdId { partition, id }),
            (.., Some(id)) => About::Person { id, name: self.person.clone() },
            _ => About::Nobody,
        }
    }

    fn task(self, names: &history::Names) -> Task {
        let address = if self.address.is_empty() {
            String::new()
        } else {
            whole_address(&self.address, self.postcode.as_deref())
        };
        Task {
            id: self.task_id,
            kind: kind(&self.what),
            about: self.about(),
            words: self.words,
            agreed: self.agreed,
            due: self.due_on,
            address,
            area: self.area_id,
            area_name: self.area,
            from_door: self.from_door,
            objected: self.objected,
            channels: self.channels,
            has_mobile: self.has_mobile,
            number: self.number,
            holder: self.assigned_to.map(|a| (a, names.of(a))),
            could_not: self.could_not,
            state: State::parse(&self.state),
            outcome: self.outcome,
            came_of: self.came_of,
            created_at: self.created_at,
            closed_at: self.closed_at,
        }
    }
}

/// Which tasks to read: those of the queue, one, several, those about an elector or a person, those in an account's hands.
#[derive(Debug, Clone, Default)]
struct Wanted<'a> {
    filter: Option<&'a Filter>,
    ids: &'a [Uuid],
    elector: Option<ElectorId>,
    person: Option<Uuid>,
    holder: Option<Uuid>,
    skip: i64,
}

/// Of one person, or of those that were ticked, every one is shown: more than anybody has asked for.
const ALL: i64 = 1_000;

async fn read(scope: &mut Scoped, wanted: Wanted<'_>) -> Result<Seen<Vec<Task>>, Error> {
    let none = Filter::default();
    let filter = wanted.filter.unwrap_or(&none);
    let account = scope.account();
    let rows = sqlx::query_file_as!(
        Row,
        "src/tasks/sql/tasks.sql",
        wanted.filter.map(|f| f.state.as_str()),
        filter.what,
        filter.whose,
        account,
        filter.due,
        crate::web::words::day_of(Utc::now()),
        filter.sort,
        wanted.ids,
        wanted.elector.map(|e| e.partition),
        wanted.elector.map(|e| e.id),
        wanted.person,
        wanted.holder,
        wanted.skip,
        if wanted.filter.is_some() { SIZE } else { ALL }
    )
    .fetch_all(scope.connection())
    .await?;
    let holders: Vec<Uuid> = rows.iter().filter_map(|r| r.assigned_to).collect();
    let names = history::names(scope, &holders).await?;
    let looked = Looked {
        // Whoever has no name here was not shown.
        electors: rows
            .iter()
            .filter(|r| !r.elector.is_empty())
            .filter_map(|r| r.partition_id.zip(r.elector_id))
            .collect(),
        people: rows.iter().filter(|r| !r.person.is_empty()).filter_map(|r| r.person_id).collect(),
        ..Looked::default()
    };
    Ok(Seen::new(rows.into_iter().map(|r| r.task(&names)).collect(), looked))
}

/// A page of the queue.
///
/// # Errors
/// What the database says.
pub async fn page(scope: &mut Scoped, filter: &Filter, paging: Paging) -> Result<Seen<Vec<Task>>, Error> {
    read(scope, Wanted { filter: Some(filter), skip: paging.skip(), ..Wanted::default() }).await
}

/// One task.
///
/// # Errors
/// [`Error::NotFound`] outside the area in use.
pub async fn one(scope: &mut Scoped, id: Uuid) -> Result<Seen<Task>, Error> {
    let found = several(scope, &[id]).await?.check(|all| all.first().map(|_| ()).ok_or(Error::NotFound))?;
    Ok(found.map(|mut all| all.swap_remove(0)))
}

/// These tasks, as far as they are in the area in use.
///
/// # Errors
/// What the database says.
pub async fn several(scope: &mut Scoped, ids: &[Uuid]) -> Result<Seen<Vec<Task>>, Error> {
    read(scope, Wanted { ids, ..Wanted::default() }).await
}

/// An elector's tasks, the open ones first. Nothing while Organise is closed.
///
/// # Errors
/// What the database says.
pub async fn of_elector(scope: &mut Scoped, elector: ElectorId) -> Result<Seen<Vec<Task>>, Error> {
    read(scope, Wanted { elector: Some(elector), ..Wanted::default() }).await
}

/// The tasks about a person of Organise, and those in the hands of their account.
///
/// # Errors
/// What the database says.
pub async fn of_person(scope: &mut Scoped, person: Uuid, account: Option<Uuid>) -> Result<Seen<Vec<Task>>, Error> {
    read(scope, Wanted { person: Some(person), holder: account, ..Wanted::default() }).await
}

/// One step of a task's history.
#[derive(Debug, Clone)]
pub struct Step {
    /// When.
    pub at: DateTime<Utc>,
    /// What was done.
    pub what: String,
    /// Words that were given with it.
    pub words: String,
    /// To whom, where it was given to somebody.
    pub to: Option<String>,
    /// By whom; None: by the machine's operator.
    pub by: Option<String>,
}

/// A task's history, the newest first.
///
/// # Errors
/// What the database says.
pub async fn history(scope: &mut Scoped, id: Uuid) -> Result<Vec<Step>, Error> {
    let rows = sqlx::query!(
        "select at, what, words, to_account, by_account from task_event where task_id = $1 order by at desc, event_id desc",
        id
    )
    .fetch_all(scope.connection())
    .await?;
    let accounts: Vec<Uuid> = rows.iter().flat_map(|r| [r.to_account, r.by_account]).flatten().collect();
    let names = history::names(scope, &accounts).await?;
    let step = |r: &_| names.of(*r);
    Ok(rows
        .into_iter()
        .map(|r| Step {
            at: r.at,
            what: r.what,
            words: r.words,
            to: r.to_account.as_ref().map(step),
            by: r.by_account.as_ref().map(step),
        })
        .collect())
}

/// Somebody who may be given a task.
#[derive(Debug, Clone)]
pub struct Hand {
    /// The account.
    pub account: Uuid,
    /// Its name.
    pub name: String,
    /// `organiser` or `volunteer`.
    pub role: String,
}

/// Whom tasks of all these areas may be given to, by name.
///
/// # Errors
/// What the database says.
pub async fn hands(scope: &mut Scoped, areas: &[i64]) -> Result<Vec<Hand>, Error> {
    Ok(sqlx::query_as!(
        Hand,
        r#"select account_id as "account!", name as "name!", role as "role!" from wall.task_hands($1) order by lower(name), account_id"#,
        areas
    )
    .fetch_all(scope.connection())
    .await?)
}
