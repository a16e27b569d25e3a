//! A membership file made so: everything in one transaction, or nothing.

use super::imports::{self, Counts, Import};
use super::lapsing::{Lapsing, Meant};
use super::plan::{Entry, Plan};
use super::{erased, matches};
use crate::access::membership;
use crate::database::Scoped;
use crate::error::{Error, FieldError};
use crate::incoming;
use crate::keys::Keys;
use sqlx::types::Json;
use uuid::Uuid;

/// What was said before it is applied.
#[derive(Debug, Clone, Default)]
pub struct Said {
    /// The figures that were looked over; None: whatever they are.
    pub expected: Option<String>,
    /// Whether so many accesses may end.
    pub allow_many: bool,
    /// How many members are meant to lapse, where it is asked.
    pub lapse: Meant,
    /// Whether members of a branch whose name means nothing yet belong to the area that the file was given for.
    pub unknown_stay: bool,
}

/// What is said beside a branch whose name means nothing yet.
pub const WHICH_AREA: &str = "Choose which area this branch is, or leave its members out";

/// Applies a file: members, their history, the access that depends on them, and who of them is on the register.
///
/// # Errors
/// [`Error::Conflict`] when something changed since it was looked over, or it is said to be complete and cannot be, [`Error::Invalid`]
/// when a branch is not known, or many would lapse and nobody said so, [`Error::Refused`] when too many accesses would end; nothing
/// is done then.
pub async fn apply(scope: &mut Scoped, keys: &Keys, import: &Import, said: &Said) -> Result<Counts, Error> {
    // Two who press at once: the second waits here and finds it applied.
    let taken = sqlx::query!(
        "update member_import set state = 'applied', ended_at = now(), headings = '{}' where import_id = $1 and state = 'ready'",
        import.id
    )
    .execute(scope.connection())
    .await?;
    if taken.rows_affected() != 1 {
        return Err(incoming::over());
    }
    let (plan, standings, outcome) = imports::look_over(scope, keys, import).await?;
    if !said.unknown_stay {
        must_know_branches(&plan)?;
    }
    if let (true, Some(why)) = (import.complete, plan.not_complete()) {
        return Err(Error::Conflict(format!("{why}. Nothing was done")));
    }
    let mut counts = Counts::of(&plan, import.complete, &outcome);
    if said.expected.as_ref().is_some_and(|e| *e != counts.expected()) {
        return Err(Error::Conflict("Members changed since you looked this over. Look at it once more".into()));
    }
    Lapsing::of(&plan, import.complete).must_be_meant(said.lapse)?;
    because(scope, Some(import.id), "").await?;
    write(scope, &plan, import).await?;
    membership::apply(scope, &standings, said.allow_many).await?;
    (counts.linked, counts.doubtful) = matches::find(scope).await?;
    sqlx::query!(
        "update member_import set counts = $2, refused = $3 where import_id = $1",
        import.id,
        Json(&counts) as _,
        Json(&plan.refused) as _
    )
    .execute(scope.connection())
    .await?;
    sqlx::query!("select wall.clear_member_import($1)", import.id).execute(scope.connection()).await?;
    Ok(counts)
}

/// Refuses a file with branches of which nobody said which area they are, on the fields of the page; many of them are a wrong
/// column, and the first say it.
fn must_know_branches(plan: &Plan) -> Result<(), Error> {
    let unsaid = |n: usize| FieldError { field: format!("area-{n}"), message: WHICH_AREA.into() };
    match plan.unknown.len() {
        0 => Ok(()),
        many => Err(Error::Invalid((1..=many.min(20)).map(unsaid).collect())),
    }
}

/// Names to the history why memberships change in this transaction: a file, or a person's reason.
///
/// # Errors
/// What the database says.
pub async fn because(scope: &mut Scoped, import: Option<Uuid>, why: &str) -> Result<(), Error> {
    let import = import.map(|i| i.to_string()).unwrap_or_default();
    sqlx::query!(
        "select set_config('app.member_import', $1, true) as import, set_config('app.member_why', $2, true) as why",
        import,
        why
    )
    .fetch_one(scope.connection())
    .await?;
    Ok(())
}

async fn write(scope: &mut Scoped, plan: &Plan, import: &Import) -> Result<(), Error> {
    let gone: Vec<Uuid> = plan.erased.iter().map(|e| e.person_id).collect();
    let (again, new): (Vec<&Entry>, Vec<&Entry>) = plan.added.iter().partition(|e| gone.contains(&e.person_id));
    add(scope, &new, "import").await?;
    if let (Some(reason), false) = (&import.erased_reason, again.is_empty()) {
        because(scope, Some(import.id), &format!("Erased before, and taken in again: {reason}")).await?;
        add(scope, &again, "import").await?;
        erased::stay_stopped(scope, &gone).await?;
        because(scope, Some(import.id), "").await?;
    }
    let changed: Vec<&Entry> = plan.changed.iter().map(|c| &c.entry).collect();
    change(scope, &changed).await?;
    if import.complete {
        let missing: Vec<Uuid> = plan.missing.iter().map(|(person, _)| *person).collect();
        sqlx::query!("update member set state = 'lapsed' where person_id = any ($1) and state = 'current'", &missing)
            .execute(scope.connection())
            .await?;
    }
    Ok(())
}

/// Adds members who are new, as persons and as members.
///
/// # Errors
/// What the database says.
pub async fn add(scope: &mut Scoped, entries: &[&Entry], source: &str) -> Result<(), Error> {
    let account = scope.account();
    sqlx::query!(
        "insert into person (person_id, area_id, forename, surname, name_key, forename_key, source, created_by)
         select e.person_id, e.area_id, e.forename, e.surname, e.name_key, e.forename_key, $2, $3
         from jsonb_to_recordset($1) as e (person_id uuid, area_id bigint, forename text, surname text, name_key text,
           forename_key text)",
        Json(entries) as _,
        source,
        account
    )
    .execute(scope.connection())
    .await?;
    sqlx::query!(
        "insert into person_contact (person_id, area_id, email, email_key, mobile, phone, address, postcode, postcode_key, born_on)
         select e.person_id, e.area_id, e.email, e.email_key, e.mobile, e.phone,
           array(select jsonb_array_elements_text(e.address)), e.postcode, e.postcode_key, e.born_on
         from jsonb_to_recordset($1) as e (person_id uuid, area_id bigint, email text, email_key text, mobile text, phone text,
           address jsonb, postcode text, postcode_key text, born_on date)",
        Json(entries) as _
    )
    .execute(scope.connection())
    .await?;
    sqlx::query!(
        "insert into member (person_id, area_id, number, kind, joined_on, paid_until, state, standing, branch, surname_key,
           first_key, home_key)
         select e.person_id, e.area_id, e.number, e.kind, e.joined_on, e.paid_until, e.state, e.standing, e.branch,
           e.surname_key, e.first_key, e.home_key
         from jsonb_to_recordset($1) as e (person_id uuid, area_id bigint, number text, kind text, joined_on date,
           paid_until date, state text, standing text, branch text, surname_key text, first_key text, home_key text)",
        Json(entries) as _
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}

/// Writes members who are held as they are now.
///
/// # Errors
/// What the database says.
pub async fn change(scope: &mut Scoped, entries: &[&Entry]) -> Result<(), Error> {
    sqlx::query!(
        "update person p set area_id = e.area_id, forename = e.forename, surname = e.surname, name_key = e.name_key,
           forename_key = e.forename_key
         from jsonb_to_recordset($1) as e (person_id uuid, area_id bigint, forename text, surname text, name_key text,
           forename_key text)
         where p.person_id = e.person_id",
        Json(entries) as _
    )
    .execute(scope.connection())
    .await?;
    sqlx::query!(
        "update person_contact c set email = e.email, email_key = e.email_key, mobile = e.mobile, phone = e.phone,
           address = array(select jsonb_array_elements_text(e.address)), postcode = e.postcode, postcode_key = e.postcode_key,
           born_on = e.born_on
         from jsonb_to_recordset($1) as e (person_id uuid, email text, email_key text, mobile text, phone text,
           address jsonb, postcode text, postcode_key text, born_on date)
         where c.person_id = e.person_id",
        Json(entries) as _
    )
    .execute(scope.connection())
    .await?;
    sqlx::query!(
        "update member m set number = e.number, kind = e.kind, joined_on = e.joined_on, paid_until = e.paid_until,
           state = e.state, standing = e.standing, branch = e.branch, surname_key = e.surname_key, first_key = e.first_key,
           home_key = e.home_key
         from jsonb_to_recordset($1) as e (person_id uuid, number text, kind text, joined_on date, paid_until date, state text,
           standing text, branch text, surname_key text, first_key text, home_key text)
         where m.person_id = e.person_id",
        Json(entries) as _
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}
