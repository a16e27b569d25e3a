//! What is done with exports. Each act is one function of the wall, which says what came of it.

use crate::database::Scoped;
use crate::error::Error;
use crate::exports::store::Export;
use crate::exports::{Choice, Format, Purpose};
use crate::mail::{Form, To, store::queue};
use uuid::Uuid;

/// The limit as it stands, and what of it was used within a week.
#[derive(Debug, Clone, Copy)]
pub struct Room {
    /// Above so many people a second person decides.
    pub most: i32,
    /// So many were taken, or may still be, without anybody's approval.
    pub counted: i32,
}

impl Room {
    /// Whether a second person decides about so many more.
    pub fn needs_approval(self, people: usize) -> bool {
        i64::try_from(people).unwrap_or(i64::MAX).saturating_add(i64::from(self.counted)) > i64::from(self.most)
    }
}

/// How much room whoever acts has.
///
/// # Errors
/// What the database says.
pub async fn room(scope: &mut Scoped) -> Result<Room, Error> {
    Ok(sqlx::query_as!(Room, r#"select most as "most!", counted as "counted!" from wall.export_room()"#)
        .fetch_one(scope.connection())
        .await?)
}

/// An export to be asked for.
#[derive(Debug, Clone)]
pub struct NewExport {
    /// What.
    pub choice: Choice,
    /// Within these districts at most.
    pub districts: Vec<i32>,
    /// These columns.
    pub columns: Vec<&'static str>,
    /// In which form.
    pub format: Format,
    /// What for.
    pub purpose: Purpose,
    /// Why.
    pub reason: String,
    /// For how many days.
    pub days: i16,
    /// How many people it holds now.
    pub people: usize,
}

/// What came of asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    /// Its number.
    pub number: i64,
    /// Whether somebody must decide; whoever may was told by email.
    pub waits: bool,
}

/// Asks for it, and tells whoever may approve.
///
/// # Errors
/// [`Error::Forbidden`] without a second factor proved lately; what the database says.
pub async fn ask(scope: &mut Scoped, new: &NewExport) -> Result<Asked, Error> {
    let columns: Vec<String> = new.columns.iter().map(|c| (*c).to_owned()).collect();
    let number = sqlx::query_scalar!(
        r#"select wall.ask_export($1, $2, $3, $4, $5, $6, $7, $8, $9) as "n!""#,
        new.choice.exportable().frame().what,
        serde_json::to_value(&new.choice).map_err(Error::internal)?,
        &new.districts,
        &columns,
        new.format.as_str(),
        new.purpose.as_str(),
        new.reason,
        i32::from(new.days),
        i32::try_from(new.people).unwrap_or(i32::MAX)
    )
    .fetch_one(scope.connection())
    .await?;
    let export = super::find(scope, number).await?;
    if export.needs_approval {
        let form = Form::ExportAsked {
            number,
            asker: export.asker.clone(),
            about: export.about(),
            people: i64::from(export.people),
            purpose: export.purpose.title().to_owned(),
            reason: export.reason.clone(),
            lapses: export.lapses_at,
        };
        for account in approvers(scope, number).await? {
            queue(scope, To::Account(account), &form).await?;
        }
    }
    Ok(Asked { number, waits: export.needs_approval })
}

async fn approvers(scope: &mut Scoped, number: i64) -> Result<Vec<Uuid>, Error> {
    Ok(sqlx::query_scalar!(r#"select who as "who!" from wall.export_approvers($1) who"#, number)
        .fetch_all(scope.connection())
        .await?)
}

/// Approves or refuses, and tells who asked.
///
/// # Errors
/// [`Error::Conflict`] that says why it cannot be; [`Error::NotFound`] outside one's own area.
pub async fn decide(scope: &mut Scoped, export: &Export, approve: bool, reason: &str) -> Result<(), Error> {
    let operator = scope.operator_id();
    let answer = sqlx::query_scalar!(
        r#"select wall.decide_export($1, $2, $3, $4) as "answer!""#,
        export.number,
        approve,
        reason,
        operator
    )
    .fetch_one(scope.connection())
    .await?;
    refusal(&answer, &["approved", "refused"])?;
    let decided = super::find(scope, export.number).await?;
    let form = Form::ExportDecided {
        number: export.number,
        about: export.about(),
        by: decided.decided_by().to_owned(),
        approved: approve,
        reason: reason.to_owned(),
        until: decided.expires_at,
    };
    queue(scope, To::Account(export.account), &form).await
}

/// Takes one's own back.
///
/// # Errors
/// [`Error::Conflict`] when there is nothing to take back.
pub async fn withdraw(scope: &mut Scoped, number: i64) -> Result<(), Error> {
    let done = sqlx::query_scalar!(r#"select wall.withdraw_export($1) as "done!""#, number)
        .fetch_one(scope.connection())
        .await?;
    if done {
        Ok(())
    } else {
        Err(Error::Conflict("This export is over already, so there is nothing to withdraw".into()))
    }
}

/// Holds an export for being fetched, if it may be.
///
/// # Errors
/// [`Error::Conflict`] that says why it may not; [`Error::NotFound`] of somebody else's.
pub async fn begin(scope: &mut Scoped, number: i64) -> Result<(), Error> {
    let answer = sqlx::query_scalar!(r#"select wall.begin_fetch($1) as "answer!""#, number)
        .fetch_one(scope.connection())
        .await?;
    refusal(&answer, &["ok"])
}

/// Writes the fetch down; answers which copy it is.
///
/// # Errors
/// As [`begin`], and when it holds more people than were asked for.
pub async fn note(scope: &mut Scoped, number: i64, people: usize) -> Result<i16, Error> {
    let people = i32::try_from(people).unwrap_or(i32::MAX);
    let answer = sqlx::query_scalar!(r#"select wall.note_fetch($1, $2) as "answer!""#, number, people)
        .fetch_one(scope.connection())
        .await?;
    match answer.parse() {
        Ok(copy) => Ok(copy),
        Err(_) => Err(refusal(&answer, &[]).err().unwrap_or(Error::NotFound)),
    }
}

/// The wall's word as what somebody reads.
fn refusal(answer: &str, good: &[&str]) -> Result<(), Error> {
    let words = match answer {
        _ if good.contains(&answer) => return Ok(()),
        "not-found" => return Err(Error::NotFound),
        "own" => "You asked for this yourself. Somebody else must decide",
        "decided" => "Somebody else has decided this already",
        "withdrawn" => "Whoever asked for it has withdrawn it",
        "lapsed" => "Nobody answered in seven days, so it is over. Ask again",
        "asker-gone" => "Whoever asked for it has no such access any more, so there is nothing to approve",
        "given" => {
            "You two got access or a password within the last 30 days, one from the other or both from the same person. Somebody \
             else must decide: a data protection officer can"
        }
        "other-grant" => {
            "It was asked for under other access of yours, which has ended or is not in use. Change to it, or ask again"
        }
        "refused" => "This export was refused",
        "waiting" => "Nobody has approved this export yet",
        "expired" => "The days of this export are over. Ask again",
        "approver-gone" => "Whoever approved this export has no such access any more. Ask again",
        "used" => "This export was fetched three times, which is as often as may be. Ask again",
        "more" => "More people match by now than were asked for. Ask again, so that the numbers on record are right",
        _ => "This export cannot be fetched",
    };
    Err(Error::Conflict(words.into()))
}
