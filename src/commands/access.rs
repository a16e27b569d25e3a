//! `access review open|list`

use super::Operation;
use crate::access::Permission;
use crate::access::store::reviews;
use crate::areas;
use crate::error::Error;
use crate::web::words;
use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

/// Access as a whole.
#[derive(clap::Subcommand)]
pub enum Access {
    /// Access reviews: every grant in an area, kept or ended by a day
    #[command(subcommand)]
    Review(Review),
}

/// Access reviews.
#[derive(clap::Subcommand)]
pub enum Review {
    /// Open one: what nobody answers for by its day ends
    Open {
        /// `all`, a GSS code, a short name, or a district's letters
        #[arg(long)]
        area: String,
    },
    /// Every review, and how far it is
    List,
}

/// Runs one of these commands.
///
/// # Errors
/// What cannot stand, by field; what the database says.
pub async fn run(operation: &Operation, command: Access) -> Result<(), Error> {
    match command {
        Access::Review(Review::Open { area }) => open(operation, &area).await,
        Access::Review(Review::List) => list(operation).await,
    }
}

#[derive(Serialize)]
struct Opened {
    id: Uuid,
    due: DateTime<Utc>,
}

async fn open(operation: &Operation, area: &str) -> Result<(), Error> {
    let mut scope = operation.scope(Permission::OpenReviews).await?;
    let area = areas::store::resolve(&mut scope, area).await?.id;
    let id = reviews::open(&mut scope, area).await?;
    let due = reviews::all(&mut scope).await?.into_iter().find(|r| r.id == id).ok_or(Error::NotFound)?.due_at;
    scope.commit().await?;
    operation.print(&Opened { id, due }, |o| format!("{}  due {}", o.id, words::short_date(words::day_of(o.due))));
    Ok(())
}

#[derive(Serialize)]
struct Row {
    id: Uuid,
    area: String,
    opened: DateTime<Utc>,
    due: DateTime<Utc>,
    moved_for: Option<String>,
    closed: Option<DateTime<Utc>>,
    grants: i64,
    open: i64,
    kept: i64,
    ended: i64,
}

async fn list(operation: &Operation) -> Result<(), Error> {
    let mut scope = operation.scope(Permission::ReadReviews).await?;
    let all = reviews::all(&mut scope).await?;
    scope.commit().await?;
    let row = |r: reviews::Review| Row {
        id: r.id,
        area: r.area,
        opened: r.opened_at,
        due: r.due_at,
        moved_for: r.moved_for,
        closed: r.closed_at,
        grants: r.grants,
        open: r.open,
        kept: r.kept,
        ended: r.ended,
    };
    let rows: Vec<Row> = all.into_iter().map(row).collect();
    operation.print_all(&rows, |r| {
        let day = |at| words::short_date(words::day_of(at));
        let state = r.closed.map_or_else(|| format!("due {}", day(r.due)), |at| format!("over since {}", day(at)));
        format!("{}  {}  {state}  {} of {} answered", r.id, r.area, r.grants - r.open, r.grants)
    });
    Ok(())
}
