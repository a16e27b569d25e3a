//! Breaches in the database. The table writes its own history.

use super::forms::{Assessment, Facts, Report};
use super::{Breach, Decision, Event, Involved, field_words, people};
use crate::access::store::accounts;
use crate::database::Scoped;
use crate::error::Error;
use crate::web::words;
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// Opens a record. Answers its number.
///
/// # Errors
/// What the database says.
pub async fn open(scope: &mut Scoped, facts: &Facts) -> Result<i64, Error> {
    Ok(sqlx::query_scalar!(
        "insert into breach (title, happened, happened_at, aware_at, found_by, kinds, data_kinds, people_estimate, consequences, measures)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning breach_id",
        facts.title,
        facts.happened,
        facts.happened_at,
        facts.aware_at,
        facts.found_by,
        &facts.kinds,
        facts.data_kinds,
        facts.people_estimate,
        facts.consequences,
        facts.measures
    )
    .fetch_one(scope.connection())
    .await?)
}

/// Changes what is known.
///
/// # Errors
/// [`Error::Conflict`] once it is closed.
pub async fn change(scope: &mut Scoped, id: i64, facts: &Facts) -> Result<(), Error> {
    let changed = sqlx::query!(
        "update breach set title = $2, happened = $3, happened_at = $4, aware_at = $5, found_by = $6, kinds = $7, data_kinds = $8,
           people_estimate = $9, consequences = $10, measures = $11 where breach_id = $1 and closed_at is null",
        id,
        facts.title,
        facts.happened,
        facts.happened_at,
        facts.aware_at,
        facts.found_by,
        &facts.kinds,
        facts.data_kinds,
        facts.people_estimate,
        facts.consequences,
        facts.measures
    )
    .execute(scope.connection())
    .await
    .map_err(|e| match e.as_database_error().and_then(|d| d.constraint()) {
        Some("breach_late_with_reason") => {
            Error::field("aware_at", "By this time it was reported too late: write down the reason for the delay first")
        }
        Some("breach_aware_before") => Error::field("aware_at", "This is later than the record was opened"),
        _ => e.into(),
    })?;
    open_still(changed.rows_affected())
}

/// Decides what risk it is.
///
/// # Errors
/// [`Error::Conflict`] once it is closed.
pub async fn assess(scope: &mut Scoped, id: i64, assessment: &Assessment) -> Result<(), Error> {
    let changed = sqlx::query!(
        "update breach set likelihood = $2, severity = $3, decision = $4, decision_reason = $5
         where breach_id = $1 and closed_at is null",
        id,
        assessment.likelihood,
        assessment.severity,
        assessment.decision.as_str(),
        assessment.reason
    )
    .execute(scope.connection())
    .await?;
    open_still(changed.rows_affected())
}

/// Writes down that the Commissioner was told.
///
/// # Errors
/// [`Error::Conflict`] once it is closed; [`Error::Invalid`] on `late_reason` when it was late without one.
pub async fn report(scope: &mut Scoped, id: i64, report: &Report) -> Result<(), Error> {
    let changed = sqlx::query!(
        "update breach set reported_at = $2, report_reference = $3, late_reason = $4 where breach_id = $1 and closed_at is null",
        id,
        report.at,
        report.reference,
        report.late_reason
    )
    .execute(scope.connection())
    .await
    .map_err(late)?;
    open_still(changed.rows_affected())
}

/// Closes it with what was learnt.
///
/// # Errors
/// [`Error::Conflict`] while it is undecided, or must be reported and is not.
pub async fn close(scope: &mut Scoped, id: i64, lessons: &str) -> Result<(), Error> {
    let changed = sqlx::query!(
        "update breach set closed_at = now(), lessons = $2 where breach_id = $1 and closed_at is null",
        id,
        lessons
    )
    .execute(scope.connection())
    .await
    .map_err(|e| match e.as_database_error().is_some_and(|d| d.is_check_violation()) {
        true => Error::Conflict("Decide on the risk first, and report it where it must be. Then close it".into()),
        false => e.into(),
    })?;
    open_still(changed.rows_affected())
}

/// What the table's own rules refuse, as an answer to mend.
fn late(error: sqlx::Error) -> Error {
    match error.as_database_error().and_then(|d| d.constraint()) {
        Some("breach_late_with_reason") => {
            Error::field("late_reason", "It was reported later than 72 hours after becoming aware: say why")
        }
        _ => error.into(),
    }
}

fn open_still(changed: u64) -> Result<(), Error> {
    match changed {
        0 => {
            Err(Error::Conflict("This record is closed, and stays as it was closed. Open a new one if need be".into()))
        }
        _ => Ok(()),
    }
}

struct Row {
    breach_id: i64,
    title: String,
    happened: String,
    happened_at: Option<DateTime<Utc>>,
    aware_at: DateTime<Utc>,
    found_by: String,
    kinds: Vec<String>,
    data_kinds: String,
    people_estimate: Option<i32>,
    consequences: String,
    measures: String,
    likelihood: Option<i16>,
    severity: Option<i16>,
    decision: Option<String>,
    decision_reason: Option<String>,
    reported_at: Option<DateTime<Utc>>,
    report_reference: Option<String>,
    late_reason: Option<String>,
    opened_at: DateTime<Utc>,
    closed_at: Option<DateTime<Utc>>,
    lessons: Option<String>,
    total: i64,
}

impl From<Row> for Breach {
    fn from(r: Row) -> Self {
        Breach {
            id: r.breach_id,
            title: r.title,
            happened: r.happened,
            happened_at: r.happened_at,
            aware_at: r.aware_at,
            found_by: r.found_by,
            kinds: r.kinds,
            data_kinds: r.data_kinds,
            people_estimate: r.people_estimate,
            consequences: r.consequences,
            measures: r.measures,
            likelihood: r.likelihood,
            severity: r.severity,
            decision: r.decision.as_deref().and_then(Decision::parse),
            decision_reason: r.decision_reason,
            reported_at: r.reported_at,
            report_reference: r.report_reference,
            late_reason: r.late_reason,
            opened_at: r.opened_at,
            closed_at: r.closed_at,
            lessons: r.lessons,
        }
    }
}

/// Breaches: open ones first, those whose clock ends first at the top; at most `take` after `skip`, and how many there are.
/// Or the one of a number.
///
/// # Errors
/// What the database says.
pub async fn list(scope: &mut Scoped, id: Option<i64>, skip: i64, take: i64) -> Result<(Vec<Breach>, i64), Error> {
    let rows = sqlx::query_as!(
        Row,
        r#"select breach_id, title, happened, happened_at, aware_at, found_by, kinds, data_kinds, people_estimate, consequences,
             measures, likelihood, severity, decision, decision_reason, reported_at, report_reference, late_reason, opened_at,
             closed_at, lessons, count(*) over () as "total!"
           from breach where $1::bigint is null or breach_id = $1
           order by closed_at is not null, case when closed_at is null then aware_at end, closed_at desc, breach_id desc
           offset $2 limit $3"#,
        id,
        skip,
        take
    )
    .fetch_all(scope.connection())
    .await?;
    let total = rows.first().map_or(0, |r| r.total);
    Ok((rows.into_iter().map(Breach::from).collect(), total))
}

/// One breach.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn find(scope: &mut Scoped, id: i64) -> Result<Breach, Error> {
    list(scope, Some(id), 0, 1).await?.0.pop().ok_or(Error::NotFound)
}

/// Says that an account was part of it, from when to when.
///
/// # Errors
/// [`Error::Invalid`] on `email` when there is no such account or it is named already.
pub async fn involve(
    scope: &mut Scoped,
    id: i64,
    email: &str,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<(), Error> {
    let account = accounts::by_email(scope, email).await?;
    involve_account(scope, id, account, (from, until)).await
}

/// Names an account by its number.
///
/// # Errors
/// [`Error::Invalid`] on `email` when it is named already.
pub async fn involve_account(
    scope: &mut Scoped,
    id: i64,
    account: Uuid,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
) -> Result<(), Error> {
    sqlx::query!(
        "insert into breach_account (breach_id, account_id, from_at, until_at) values ($1, $2, $3, $4)",
        id,
        account,
        from,
        until
    )
    .execute(scope.connection())
    .await
    .map_err(|e| match e.as_database_error().and_then(|d| d.constraint()) {
        Some("breach_account_once") => Error::field("email", "This account is named already. Take it out first"),
        _ => e.into(),
    })?;
    Ok(())
}

/// Takes an account out again; that it was named stays in the history.
///
/// # Errors
/// [`Error::NotFound`] when it is not named.
pub async fn take_out(scope: &mut Scoped, id: i64, account: Uuid) -> Result<(), Error> {
    let done = sqlx::query!(
        "update breach_account set removed_at = now() where breach_id = $1 and account_id = $2 and removed_at is null",
        id,
        account
    )
    .execute(scope.connection())
    .await?;
    if done.rows_affected() == 0 { Err(Error::NotFound) } else { Ok(()) }
}

/// The accounts involved, each with how many people it saw meanwhile.
///
/// # Errors
/// What the database says.
pub async fn involved(scope: &mut Scoped, id: i64) -> Result<Vec<Involved>, Error> {
    let rows = sqlx::query!(
        "select b.account_id, a.name, a.email, b.from_at, b.until_at from breach_account b join account a using (account_id)
         where b.breach_id = $1 and b.removed_at is null order by a.name",
        id
    )
    .fetch_all(scope.connection())
    .await?;
    let mut all = Vec::with_capacity(rows.len());
    for r in rows {
        let people = people::count(scope, id, Some(r.account_id)).await?;
        let (from, until) = (r.from_at, r.until_at);
        all.push(Involved { account: r.account_id, name: r.name, email: r.email, from, until, people });
    }
    Ok(all)
}

/// Adds a note to the history, also of a closed breach.
///
/// # Errors
/// What the database says.
pub async fn note(scope: &mut Scoped, id: i64, note: &str) -> Result<(), Error> {
    let account = scope.account();
    sqlx::query!(
        "insert into breach_event (breach_id, account_id, what, note) values ($1, $2, 'note', $3)",
        id,
        account,
        note
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}

/// The history, newest first.
///
/// # Errors
/// What the database says.
pub async fn events(scope: &mut Scoped, id: i64) -> Result<Vec<Event>, Error> {
    let rows = sqlx::query!(
        r#"select e.at, coalesce(a.name, 'The operator') as "by!", e.what, e.note, e.changes
           from breach_event e left join account a using (account_id) where e.breach_id = $1 order by e.event_id desc"#,
        id
    )
    .fetch_all(scope.connection())
    .await?;
    let event = |at, by, what, note, changes: serde_json::Value| {
        let changes = changes
            .as_object()
            .into_iter()
            .flatten()
            .filter_map(|(column, pair)| Some((field_words(column)?, said(&pair[0]), said(&pair[1]))));
        Event { at, by, what, note, changes: changes.collect() }
    };
    Ok(rows.into_iter().map(|r| event(r.at, r.by, r.what, r.note, r.changes)).collect())
}

/// A value of the history as a person reads it.
fn said(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Null => "nothing".into(),
        serde_json::Value::String(text) if Decision::parse(text).is_some() => {
            Decision::parse(text).map_or_else(String::new, |d| d.title().to_owned())
        }
        serde_json::Value::String(text) => match DateTime::parse_from_rfc3339(text) {
            Ok(at) => words::moment(at.with_timezone(&Utc)),
            Err(_) if text.is_empty() => "nothing".into(),
            Err(_) => text.clone(),
        },
        serde_json::Value::Array(all) => all.iter().filter_map(|v| v.as_str()).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}
