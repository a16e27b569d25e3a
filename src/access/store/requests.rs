//! What two people decide: asked for by one, approved by another, both on record. Where nobody else could approve it, it stands
//! on record for a day and begins by itself, unless somebody who was told stops it.

use super::grants::{self, NewGrant};
use crate::access::Role;
use crate::database::Scoped;
use crate::error::Error;
use crate::mail::{Form, To, store::queue};
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// A request as the queue shows it.
#[derive(Debug, Clone)]
pub struct Request {
    /// Its id.
    pub id: Uuid,
    /// For whom.
    pub account: Uuid,
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// The role.
    pub role: Role,
    /// The area's name.
    pub area: String,
    /// What for.
    pub purpose: String,
    /// Why, in the asker's words.
    pub reason: String,
    /// When the grant would end.
    pub ends_at: DateTime<Utc>,
    /// Who asked.
    pub asked_by: Uuid,
    /// Their name.
    pub asker: String,
    /// When.
    pub asked_at: DateTime<Utc>,
    /// Until when it can be answered.
    pub lapses_at: DateTime<Utc>,
    /// `approved`, `announced` or `refused`; None: nobody answered.
    pub verdict: Option<String>,
    /// When it was decided.
    pub decided_at: Option<DateTime<Utc>>,
    /// By whom; None: the operator, or nobody.
    pub decider: Option<String>,
    /// Why it was refused, or what the approver said.
    pub decided_reason: Option<String>,
    /// When the announced grant begins.
    pub starts_at: Option<DateTime<Utc>>,
    /// When it was stopped before that, or ended.
    pub stopped_at: Option<DateTime<Utc>>,
}

/// How a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Somebody must answer it.
    Waiting,
    /// It begins by itself.
    Coming,
    /// Approved, or begun.
    Given,
    /// Refused, or stopped before it began.
    Refused,
    /// Nobody answered in a week.
    Lapsed,
}

impl Request {
    /// How it stands now.
    pub fn state(&self) -> State {
        let now = Utc::now();
        match (self.verdict.as_deref(), self.starts_at) {
            (None, _) if self.lapses_at <= now || self.ends_at <= now => State::Lapsed,
            (None, _) => State::Waiting,
            (Some("refused"), _) => State::Refused,
            (Some("announced"), Some(starts)) if self.stopped_at.is_some_and(|at| at < starts) => State::Refused,
            (Some("announced"), Some(starts)) if starts > now => State::Coming,
            _ => State::Given,
        }
    }

    /// Whether somebody may still stop it.
    pub fn open(&self) -> bool {
        matches!(self.state(), State::Waiting | State::Coming)
    }
}

/// Requests, those to be answered first, then the newest; a hundred.
///
/// # Errors
/// What the database says.
pub async fn list(scope: &mut Scoped) -> Result<Vec<Request>, Error> {
    Ok(sqlx::query_as!(
        Request,
        r#"select r.request_id as id, r.account_id as account, a.name, a.email, r.role as "role: Role", ar.name as area, r.purpose,
             r.reason, r.ends_at, r.asked_by, asker.name as asker, r.asked_at, r.lapses_at, r.verdict, r.decided_at,
             decider.name as "decider?", r.decided_reason, g.starts_at as "starts_at?", g.ended_at as "stopped_at?"
           from grant_request r join account a using (account_id) join area ar using (area_id)
           join account asker on asker.account_id = r.asked_by
           left join account decider on decider.account_id = r.decided_by
           left join access_grant g on g.request_id = r.request_id
           order by r.verdict is null and r.lapses_at > now() desc,
             coalesce(g.starts_at > now() and g.ended_at is null, false) desc, coalesce(r.decided_at, r.asked_at) desc limit 100"#
    )
    .fetch_all(scope.connection())
    .await?)
}

/// One request.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn find(scope: &mut Scoped, id: Uuid) -> Result<Request, Error> {
    list(scope).await?.into_iter().find(|r| r.id == id).ok_or(Error::NotFound)
}

/// Whether somebody other than who acts, and other than whom it is for, could approve.
///
/// # Errors
/// What the database says.
pub async fn somebody_approves(scope: &mut Scoped, account: Uuid) -> Result<bool, Error> {
    Ok(!approvers(scope, account).await?.is_empty())
}

async fn approvers(scope: &mut Scoped, account: Uuid) -> Result<Vec<Uuid>, Error> {
    let me = scope.account().unwrap_or_default();
    Ok(sqlx::query_scalar!(r#"select who as "who!" from wall.approvers($1, $2) who"#, me, account)
        .fetch_all(scope.connection())
        .await?)
}

/// What came of asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// Another administrator must approve it; they were told.
    Waits,
    /// It begins by itself in a day; everybody concerned was told.
    Announced,
    /// The same waits already.
    WaitedBefore,
}

/// Asks for what takes two people, and tells by email whoever may approve it, or everybody with the role.
///
/// # Errors
/// [`Error::Invalid`] on `until` or `area`; what the database says.
pub async fn ask(scope: &mut Scoped, new: &NewGrant) -> Result<Asked, Error> {
    grants::must_be_everywhere(scope, new).await?;
    let id = Uuid::now_v7();
    let answer = sqlx::query_scalar!(
        r#"select wall.ask_grant($1, $2, $3, $4, $5, $6, $7, $8) as "answer!""#,
        id,
        Uuid::now_v7(),
        new.account,
        new.role.as_str(),
        new.area,
        new.purpose,
        new.reason,
        new.until
    )
    .fetch_one(scope.connection())
    .await?;
    let asked = match answer.as_str() {
        "waiting" => return Ok(Asked::WaitedBefore),
        "end" => return Err(Error::field("until", "Choose a day after tomorrow and at most two years away")),
        "asked" => Asked::Waits,
        _ => Asked::Announced,
    };
    let request = find(scope, id).await?;
    let told = match asked {
        Asked::Announced => told(scope, new.role, new.area).await?,
        _ => approvers(scope, new.account).await?,
    };
    let form = Form::AccessAsked {
        name: request.name,
        role: new.role,
        area: request.area,
        asker: request.asker,
        reason: new.reason.clone(),
        begins: request.starts_at,
        lapses: request.lapses_at,
    };
    for account in told {
        queue(scope, To::Account(account), &form).await?;
    }
    Ok(asked)
}

/// Everybody who is told of access as this role here, besides who acts.
///
/// # Errors
/// What the database says.
pub(super) async fn told(scope: &mut Scoped, role: Role, area: i64) -> Result<Vec<Uuid>, Error> {
    Ok(sqlx::query_scalar!(r#"select who as "who!" from wall.who_is_told($1, $2) who"#, role.as_str(), area)
        .fetch_all(scope.connection())
        .await?)
}

/// Approves or refuses a request. The operator may do alone what needs two; then the data protection officer is told.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Conflict`] saying why it cannot be.
pub async fn decide(scope: &mut Scoped, id: Uuid, approve: bool, reason: &str) -> Result<(), Error> {
    let operator = scope.operator_id();
    let answer = sqlx::query_scalar!(
        r#"select wall.decide_request($1, $2, $3, $4, $5) as "answer!""#,
        id,
        Uuid::now_v7(),
        approve,
        reason,
        operator
    )
    .fetch_one(scope.connection())
    .await?;
    let why = match answer.as_str() {
        "approved" | "refused" => return tell(scope, id, approve, reason).await,
        "not-found" => return Err(Error::NotFound),
        "own" => "You asked for this, or it is about you. Another administrator must approve it",
        "asker-gone" => "Who asked for this is no administrator any more. Ask for it anew if it is still wanted",
        "password" => {
            "Who asked for this, or whom it is about, set your password in the last 30 days. Another administrator must approve it"
        }
        "lapsed" => "Nobody answered this in time. Ask for it anew if it is still wanted",
        _ => "Somebody has decided this already",
    };
    Err(Error::Conflict(why.into()))
}

async fn tell(scope: &mut Scoped, id: Uuid, approved: bool, reason: &str) -> Result<(), Error> {
    let request = find(scope, id).await?;
    let (asker, account, role) = (request.asked_by, request.account, request.role);
    let form = Form::RequestDecided {
        name: request.name.clone(),
        role,
        area: request.area.clone(),
        by: request.decider.unwrap_or_else(|| "the operator".into()),
        approved,
        reason: reason.to_owned(),
    };
    queue(scope, To::Account(asker), &form).await?;
    if approved && account != asker {
        queue(scope, To::Account(account), &form).await?;
    }
    if approved && scope.operator_id().is_some() {
        let (name, area) = (request.name, request.area);
        officers_read(scope, &Form::OperatorGave { name, role, area, reason: reason.to_owned() }).await?;
    }
    Ok(())
}

/// Tells the data protection officers that the operator gave one of the Guard's roles alone.
///
/// # Errors
/// What the database says.
pub(super) async fn tell_officers(scope: &mut Scoped, new: &NewGrant) -> Result<(), Error> {
    let words = sqlx::query!(
        "select a.name, ar.name as area from account a, area ar where a.account_id = $1 and ar.area_id = $2",
        new.account,
        new.area
    )
    .fetch_one(scope.connection())
    .await?;
    let reason = new.reason.clone();
    officers_read(scope, &Form::OperatorGave { name: words.name, role: new.role, area: words.area, reason }).await
}

async fn officers_read(scope: &mut Scoped, form: &Form) -> Result<(), Error> {
    let officers = sqlx::query_scalar!(
        "select distinct account_id from access_grant where role = 'data-protection-officer' and ended_at is null
           and starts_at <= now() and ends_at > now()"
    )
    .fetch_all(scope.connection())
    .await?;
    for officer in officers {
        queue(scope, To::Account(officer), form).await?;
    }
    Ok(())
}

/// Stops what was asked for or announced before it begins, and tells who asked.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Conflict`] when it has begun or was decided.
pub async fn stop(scope: &mut Scoped, id: Uuid, reason: &str) -> Result<(), Error> {
    let answer = sqlx::query_scalar!(r#"select wall.stop_request($1, $2) as "answer!""#, id, reason)
        .fetch_one(scope.connection())
        .await?;
    match answer.as_str() {
        "stopped" => {}
        "not-found" => return Err(Error::NotFound),
        _ => {
            return Err(Error::Conflict(
                "This was decided already. What has begun is ended on the account’s page".into(),
            ));
        }
    }
    let request = find(scope, id).await?;
    let by = match scope.account() {
        Some(me) => {
            sqlx::query_scalar!("select name from account where account_id = $1", me)
                .fetch_one(scope.connection())
                .await?
        }
        None => "the operator".into(),
    };
    let form = Form::RequestDecided {
        name: request.name,
        role: request.role,
        area: request.area,
        by,
        approved: false,
        reason: reason.to_owned(),
    };
    queue(scope, To::Account(request.asked_by), &form).await
}

/// How many requests wait for somebody other than who acts, or begin by themselves.
///
/// # Errors
/// What the database says.
pub async fn waiting(scope: &mut Scoped) -> Result<Vec<Request>, Error> {
    let mut open = list(scope).await?;
    open.retain(Request::open);
    Ok(open)
}
