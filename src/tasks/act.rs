//! Changing tasks. The wall's triggers say who closed one and when, and write its history.

use super::kind;
use crate::database::Scoped;
use crate::electors::ElectorId;
use crate::error::Error;
use chrono::NaiveDate;
use uuid::Uuid;

/// Closes a task as done with what came of it. Whether it was open.
///
/// # Errors
/// [`Error::NotFound`] outside the area in use, [`Error::Invalid`] on `outcome`.
pub async fn done(scope: &mut Scoped, id: Uuid, outcome: &str, words: &str) -> Result<bool, Error> {
    check_outcome(scope, id, outcome).await?;
    let done = sqlx::query!(
        "update task set state = 'done', outcome = $2, came_of = $3 where task_id = $1 and state = 'open'",
        id,
        outcome,
        words
    )
    .execute(scope.connection())
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Closes a task that nobody will do, for a reason. Whether it was open.
///
/// # Errors
/// [`Error::NotFound`] outside the area in use.
pub async fn drop_it(scope: &mut Scoped, id: Uuid, reason: &str) -> Result<bool, Error> {
    what_of(scope, id).await?;
    let done = sqlx::query!(
        "update task set state = 'dropped', came_of = $2 where task_id = $1 and state = 'open'",
        id,
        reason
    )
    .execute(scope.connection())
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Opens a task again.
///
/// # Errors
/// [`Error::NotFound`] outside the area in use, [`Error::Conflict`] for a referral: what it was about is gone.
pub async fn open(scope: &mut Scoped, id: Uuid) -> Result<(), Error> {
    if what_of(scope, id).await? == "referral" {
        return Err(Error::Conflict(
            "A referral’s words were deleted when it was closed. Put a new one down if there is something to add"
                .into(),
        ));
    }
    sqlx::query!("update task set state = 'open' where task_id = $1 and state <> 'open'", id)
        .execute(scope.connection())
        .await?;
    Ok(())
}

/// Gives a task another day.
///
/// # Errors
/// [`Error::NotFound`] outside the area in use.
pub async fn due(scope: &mut Scoped, id: Uuid, on: NaiveDate) -> Result<(), Error> {
    what_of(scope, id).await?;
    sqlx::query!("update task set due_on = $2 where task_id = $1 and state = 'open'", id, on)
        .execute(scope.connection())
        .await?;
    Ok(())
}

/// Gives open tasks to an account, or to nobody. How many changed hands.
///
/// # Errors
/// [`Error::Invalid`] on `to` when they may not do one of them.
pub async fn assign(scope: &mut Scoped, ids: &[Uuid], to: Option<Uuid>) -> Result<u64, Error> {
    let given = sqlx::query!(
        "update task set assigned_to = $2 where task_id = any ($1) and state = 'open' and assigned_to is distinct from $2",
        ids,
        to
    )
    .execute(scope.connection())
    .await;
    match given {
        Ok(done) => Ok(done.rows_affected()),
        Err(error) if error.as_database_error().and_then(|e| e.constraint()) == Some("task_holder") => {
            Err(Error::field("to", "They no longer have access there. Choose somebody else"))
        }
        Err(error) => Err(error.into()),
    }
}

/// A task about to be put down.
#[derive(Debug, Clone)]
pub struct New {
    /// Its id, so that a form sent twice makes one.
    pub id: Uuid,
    /// What.
    pub what: &'static str,
    /// About whom on the register.
    pub elector: Option<ElectorId>,
    /// About whom of Organise.
    pub person: Option<Uuid>,
    /// In which area, where it is about nobody.
    pub area: i64,
    /// What is to be done.
    pub words: String,
    /// What was agreed to.
    pub agreed: String,
    /// By when.
    pub due: NaiveDate,
}

/// Puts a task down.
///
/// # Errors
/// [`Error::NotFound`] when whom it is about is not in the area in use.
pub async fn add(scope: &mut Scoped, new: &New) -> Result<(), Error> {
    let account = scope.account();
    // The area and the home are those of whoever it is about, by what the wall lets this session read.
    let added = sqlx::query!(
        "insert into task (task_id, area_id, what, partition_id, elector_id, household_id, person_id, words, agreed, due_on, created_by)
         select $1, x.area_id, $2, x.partition_id, x.elector_id, x.household_id, x.person_id, $3, $4, $5, $6 from (
           select a.area_id, e.partition_id, e.elector_id, e.household_id, null::uuid as person_id
           from elector e join area a on a.area_no = e.area_no where e.partition_id = $7 and e.elector_id = $8
           union all select p.area_id, null, null, null, p.person_id from person p where p.person_id = $9
           union all select a.area_id, null, null, null, null from area a where a.area_id = $10 and $8::bigint is null and $9::uuid is null) x
         on conflict do nothing",
        new.id,
        new.what,
        new.words,
        new.agreed,
        new.due,
        account,
        new.elector.map(|e| e.partition),
        new.elector.map(|e| e.id),
        new.person,
        new.area
    )
    .execute(scope.connection())
    .await?;
    if added.rows_affected() > 0 {
        return Ok(());
    }
    what_of(scope, new.id).await.map(|_| ())
}

async fn check_outcome(scope: &mut Scoped, id: Uuid, outcome: &str) -> Result<(), Error> {
    let what = what_of(scope, id).await?;
    kind(&what).outcome(outcome).map(|_| ()).ok_or_else(|| Error::field("outcome", "Say what came of it"))
}

async fn what_of(scope: &mut Scoped, id: Uuid) -> Result<String, Error> {
    sqlx::query_scalar!("select what from task where task_id = $1", id)
        .fetch_optional(scope.connection())
        .await?
        .ok_or(Error::NotFound)
}

/// The usual day for a kind of task.
///
/// # Errors
/// What the database says.
pub async fn usual_due(scope: &mut Scoped, what: &str) -> Result<NaiveDate, Error> {
    Ok(sqlx::query_scalar!(r#"select wall.task_due($1) as "due!""#, what).fetch_one(scope.connection()).await?)
}
