//! Requests and their record.

use crate::database::Scoped;
use crate::error::Error;
use crate::protection::Subject;
use crate::protection::requests::{Act, CameBy, Event, Identity, Kind, Request, State};
use chrono::NaiveDate;
use uuid::Uuid;

/// A request that has just come.
#[derive(Debug, Clone)]
pub struct NewRequest {
    /// What is asked for.
    pub kind: Kind,
    /// How it came.
    pub came_by: CameBy,
    /// When.
    pub received_on: NaiveDate,
    /// By whom.
    pub asker: String,
    /// Where the answer goes.
    pub answer_to: String,
    /// In which words.
    pub about: String,
    /// Whom it is about, when known.
    pub subject: Option<Subject>,
}

/// Which requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Queue {
    /// Those to be answered, the most urgent first.
    Open,
    /// Those that are over, the newest first.
    Closed,
}

macro_rules! request_of {
    ($r:expr) => {
        Request {
            id: $r.request_id,
            kind: Kind::parse(&$r.kind).unwrap_or(Kind::Access),
            came_by: CameBy::parse(&$r.came_by).unwrap_or(CameBy::Letter),
            received_on: $r.received_on,
            asker: $r.asker,
            answer_to: $r.answer_to,
            about: $r.about,
            subject: Subject::of($r.partition_id, $r.elector_id, $r.account_id, $r.person_id),
            identity: Identity::parse(&$r.identity).unwrap_or(Identity::NotNeeded),
            identity_asked_on: $r.identity_asked_on,
            identity_proved_on: $r.identity_proved_on,
            stopped_on: $r.stopped_on,
            stopped_days: $r.stopped_days,
            extended_on: $r.extended_on,
            acknowledged_on: $r.acknowledged_on,
            state: State::parse(&$r.state).unwrap_or(State::Open),
            closed_on: $r.closed_on,
            due_on: $r.due_on,
        }
    };
}

/// One page of requests, and how many there are.
///
/// # Errors
/// What the database says.
pub async fn list(scope: &mut Scoped, queue: Queue, skip: i64, take: i64) -> Result<(Vec<Request>, i64), Error> {
    let rows = sqlx::query!(
        r#"select request_id, kind, came_by, received_on, asker, answer_to, about, partition_id, elector_id, account_id, person_id,
             identity, identity_asked_on, identity_proved_on, stopped_on, stopped_days, extended_on, acknowledged_on, state,
             closed_on, due_on, count(*) over () as "total!"
           from request where (state = 'open') = $1
           order by case when $1 then due_on end nulls last, closed_on desc, request_id desc offset $2 limit $3"#,
        queue == Queue::Open,
        skip,
        take
    )
    .fetch_all(scope.connection())
    .await?;
    let total = rows.first().map_or(0, |r| r.total);
    Ok((rows.into_iter().map(|r| request_of!(r)).collect(), total))
}

/// How many are open, and how many of those are overdue.
///
/// # Errors
/// What the database says.
pub async fn counts(scope: &mut Scoped, today: NaiveDate) -> Result<(i64, i64), Error> {
    let row = sqlx::query!(
        r#"select count(*) as "open!", count(*) filter (where due_on < $1) as "late!" from request where state = 'open'"#,
        today
    )
    .fetch_one(scope.connection())
    .await?;
    Ok((row.open, row.late))
}

/// One request.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn get(scope: &mut Scoped, id: i64) -> Result<Request, Error> {
    let row = sqlx::query!(
        "select request_id, kind, came_by, received_on, asker, answer_to, about, partition_id, elector_id, account_id, person_id, identity,
           identity_asked_on, identity_proved_on, stopped_on, stopped_days, extended_on, acknowledged_on, state, closed_on, due_on
         from request where request_id = $1",
        id
    )
    .fetch_one(scope.connection())
    .await?;
    Ok(request_of!(row))
}

/// A request's record, oldest first.
///
/// # Errors
/// What the database says.
pub async fn events(scope: &mut Scoped, id: i64) -> Result<Vec<Event>, Error> {
    Ok(sqlx::query_as!(
        Event,
        r#"select v.at, v.what, v.words, coalesce(a.name, case when v.by_operator is not null then 'the operator' end, '') as "by!"
           from request_event v left join account a on a.account_id = v.by_account
           where v.request_id = $1 order by v.at, v.event_id"#,
        id
    )
    .fetch_all(scope.connection())
    .await?)
}

/// Opens a request; answers its number.
///
/// # Errors
/// What the database says.
pub async fn add(scope: &mut Scoped, new: &NewRequest) -> Result<i64, Error> {
    let fresh = Request { received_on: new.received_on, ..Request::of_kind(new.kind) };
    let due = crate::protection::clock::due(&fresh);
    let subject = new.subject;
    let id = sqlx::query_scalar!(
        "insert into request (kind, came_by, received_on, asker, answer_to, about, partition_id, elector_id, account_id,
           person_id, due_on)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning request_id",
        new.kind.as_str(),
        new.came_by.as_str(),
        new.received_on,
        new.asker,
        new.answer_to,
        new.about,
        subject.and_then(Subject::partition),
        subject.and_then(Subject::number),
        subject.and_then(Subject::account),
        subject.and_then(Subject::person),
        due
    )
    .fetch_one(scope.connection())
    .await?;
    note(scope, id, "received", "").await?;
    Ok(id)
}

/// Puts something on a request's record.
///
/// # Errors
/// What the database says.
pub async fn note(scope: &mut Scoped, id: i64, what: &str, words: &str) -> Result<(), Error> {
    let (account, operator) = (scope.account(), scope.operator_id());
    // The officer's role may not name the operator's column, so each has a statement of its own.
    match operator {
        None => {
            sqlx::query!(
                "insert into request_event (request_id, event_id, what, words, by_account) values ($1, $2, $3, $4, $5)",
                id,
                Uuid::now_v7(),
                what,
                words,
                account
            )
            .execute(scope.connection())
            .await?
        }
        Some(_) => sqlx::query!(
            "insert into request_event (request_id, event_id, what, words, by_operator) values ($1, $2, $3, $4, $5)",
            id,
            Uuid::now_v7(),
            what,
            words,
            operator
        )
        .execute(scope.connection())
        .await?,
    };
    Ok(())
}

/// Says whom a request is about.
///
/// # Errors
/// What the database says.
pub async fn found(scope: &mut Scoped, id: i64, subject: Subject) -> Result<(), Error> {
    let changed = sqlx::query!(
        "update request set partition_id = $2, elector_id = $3, account_id = $4, person_id = $5
         where request_id = $1 and asker <> ''",
        id,
        subject.partition(),
        subject.number(),
        subject.account(),
        subject.person()
    )
    .execute(scope.connection())
    .await?;
    if changed.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    note(scope, id, "found", "").await
}

/// Does an act and puts it on record. `before` is the request as the form showed it.
///
/// # Errors
/// [`Error::Conflict`] when it was acted on meanwhile so that this cannot be done any more.
pub async fn act(scope: &mut Scoped, id: i64, act: Act, words: &str, today: NaiveDate) -> Result<Request, Error> {
    // Two who act at once act one after the other.
    sqlx::query!("select request_id from request where request_id = $1 for update", id)
        .fetch_optional(scope.connection())
        .await?;
    let before = get(scope, id).await?;
    if !before.next(today).contains(&act) {
        return Err(Error::Conflict("This cannot be done with the request as it stands now. Look at it again".into()));
    }
    let (was, now) = (before.state, before.after(act, today));
    let changed = sqlx::query!(
        "update request set identity = $2, identity_asked_on = $3, identity_proved_on = $4, stopped_on = $5, stopped_days = $6,
           extended_on = $7, acknowledged_on = $8, state = $9, closed_on = $10, due_on = $11
         where request_id = $1 and state = $12",
        id,
        now.identity.as_str(),
        now.identity_asked_on,
        now.identity_proved_on,
        now.stopped_on,
        now.stopped_days,
        now.extended_on,
        now.acknowledged_on,
        now.state.as_str(),
        now.closed_on,
        now.due_on,
        was.as_str()
    )
    .execute(scope.connection())
    .await?;
    if changed.rows_affected() == 0 {
        return Err(Error::Conflict("Somebody else closed this request a moment ago. Look at it again".into()));
    }
    note(scope, id, act.as_str(), words).await?;
    Ok(now)
}
