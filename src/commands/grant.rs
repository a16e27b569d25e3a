//! `grant add|end|list`, `grant request list|approve|refuse`

use super::Operation;
use crate::access::store::grants::{self, NewGrant};
use crate::access::store::{accounts, ending, requests};
use crate::access::{Permission, Role, coming_end, text};
use crate::areas;
use crate::error::Error;
use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

/// Grants: one account, one role, one area, a purpose, an end.
#[derive(clap::Subcommand)]
pub enum Grant {
    /// Give an account a role in an area until a day
    Add {
        /// The account's email address
        #[arg(long)]
        email: String,
        /// The role
        #[arg(long, value_enum)]
        role: Role,
        /// `all`, a GSS code, a short name, or a district's letters
        #[arg(long)]
        area: String,
        /// What the access is for
        #[arg(long)]
        purpose: String,
        /// A day (its end, in the United Kingdom) or an RFC 3339 time
        #[arg(long, value_name = "DATE")]
        until: String,
        /// Why, for the record
        #[arg(long)]
        reason: String,
    },
    /// End one grant and the sessions under it
    End {
        /// The grant's id
        id: Uuid,
        /// Why, for the record
        #[arg(long)]
        reason: String,
    },
    /// Every live grant
    List,
    /// What two administrators decide; the operator can do it alone, and the data protection officer is told
    #[command(subcommand)]
    Request(Request),
}

/// Requests for access that takes two people.
#[derive(clap::Subcommand)]
pub enum Request {
    /// Every request, those to be answered first
    List,
    /// Approve one: the access begins at once
    Approve {
        /// The request's id
        id: Uuid,
        /// Why, for the record
        #[arg(long)]
        reason: String,
    },
    /// Refuse one
    Refuse {
        /// The request's id
        id: Uuid,
        /// Why, for the record
        #[arg(long)]
        reason: String,
    },
}

/// Runs one of these commands.
///
/// # Errors
/// What cannot stand, by field; what the database says.
pub async fn run(operation: &Operation, command: Grant) -> Result<(), Error> {
    match command {
        Grant::Add { email, role, area, purpose, until, reason } => {
            let wanted = Wanted { email, role, area, purpose, until, reason };
            add(&operation.because(&wanted.reason), &wanted).await
        }
        Grant::End { id, reason } => end(&operation.because(&reason), id, &reason).await,
        Grant::List => list(operation).await,
        Grant::Request(Request::List) => list_requests(operation).await,
        Grant::Request(Request::Approve { id, reason }) => decide(&operation.because(&reason), id, true, &reason).await,
        Grant::Request(Request::Refuse { id, reason }) => decide(&operation.because(&reason), id, false, &reason).await,
    }
}

struct Wanted {
    email: String,
    role: Role,
    area: String,
    purpose: String,
    until: String,
    reason: String,
}

#[derive(Serialize)]
struct Added {
    id: Uuid,
}

async fn add(operation: &Operation, wanted: &Wanted) -> Result<(), Error> {
    let purpose = text("purpose", &wanted.purpose, 200, "Say what it is for, with --purpose")?;
    let reason = text("reason", &wanted.reason, 500, "Say why, with --reason")?;
    let until = coming_end(&wanted.until)?;
    let mut scope = operation.scope(Permission::ManageAccess).await?;
    let account = accounts::by_email(&mut scope, &wanted.email).await?;
    let area = areas::store::resolve(&mut scope, &wanted.area).await?.id;
    let new = NewGrant { account, role: wanted.role, area, purpose, reason, until };
    let id = grants::give(&mut scope, &new).await?;
    scope.commit().await?;
    operation.print(&Added { id }, |added| added.id.to_string());
    Ok(())
}

#[derive(Serialize)]
struct Ended {
    sessions_ended: i64,
}

async fn end(operation: &Operation, id: Uuid, reason: &str) -> Result<(), Error> {
    let reason = text("reason", reason, 500, "Say why, with --reason")?;
    let mut scope = operation.scope(Permission::ManageAccess).await?;
    let stopped = ending::end_grant(&mut scope, id, &reason).await.map_err(|error| match error {
        Error::NotFound => Error::Refused("No live grant has this id".into()),
        other => other,
    })?;
    scope.commit().await?;
    operation.print(&Ended { sessions_ended: stopped.sessions }, |e| format!("{} sessions ended", e.sessions_ended));
    Ok(())
}

#[derive(Serialize)]
struct Row {
    id: Uuid,
    email: String,
    role: Role,
    area: String,
    area_name: String,
    purpose: String,
    until: DateTime<Utc>,
}

async fn list(operation: &Operation) -> Result<(), Error> {
    let mut scope = operation.scope(Permission::ManageAccess).await?;
    let live = grants::all_live(&mut scope).await?;
    scope.commit().await?;
    let row = |g: grants::Listed| Row {
        id: g.id,
        email: g.email,
        role: g.role,
        area: g.area,
        area_name: g.area_name,
        purpose: g.purpose,
        until: g.until,
    };
    let rows: Vec<Row> = live.into_iter().map(row).collect();
    operation.print_all(&rows, |r| {
        let until = crate::web::words::short_date(crate::web::words::day_of(r.until));
        format!("{}  {}  {}  {}  {}  until {until}", r.id, r.email, r.role.as_str(), r.area, r.purpose)
    });
    Ok(())
}

async fn decide(operation: &Operation, id: Uuid, approve: bool, reason: &str) -> Result<(), Error> {
    let reason = text("reason", reason, 500, "Say why, with --reason")?;
    let mut scope = operation.scope(Permission::DecideRequests).await?;
    requests::decide(&mut scope, id, approve, &reason).await.map_err(|error| match error {
        Error::NotFound => Error::Refused("No request has this id".into()),
        other => other,
    })?;
    scope.commit().await?;
    operation
        .print(&Decided { id, approved: approve }, |d| if d.approved { "approved".into() } else { "refused".into() });
    Ok(())
}

#[derive(Serialize)]
struct Decided {
    id: Uuid,
    approved: bool,
}

#[derive(Serialize)]
struct RequestRow {
    id: Uuid,
    email: String,
    role: Role,
    area: String,
    until: DateTime<Utc>,
    asked_by: String,
    state: &'static str,
    lapses: DateTime<Utc>,
    begins: Option<DateTime<Utc>>,
}

async fn list_requests(operation: &Operation) -> Result<(), Error> {
    let mut scope = operation.scope(Permission::StopRequests).await?;
    let all = requests::list(&mut scope).await?;
    scope.commit().await?;
    let row = |r: requests::Request| RequestRow {
        id: r.id,
        state: match r.state() {
            requests::State::Waiting => "waiting",
            requests::State::Coming => "coming",
            requests::State::Given => "given",
            requests::State::Refused => "refused",
            requests::State::Lapsed => "lapsed",
        },
        email: r.email,
        role: r.role,
        area: r.area,
        until: r.ends_at,
        asked_by: r.asker,
        lapses: r.lapses_at,
        begins: r.starts_at,
    };
    let rows: Vec<RequestRow> = all.into_iter().map(row).collect();
    operation.print_all(&rows, |r| {
        format!("{}  {}  {}  {}  asked by {}  {}", r.id, r.email, r.role.as_str(), r.area, r.asked_by, r.state)
    });
    Ok(())
}
