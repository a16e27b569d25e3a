//! `lock on|off|status`

use super::Operation;
use crate::access::store::tools;
use crate::access::{Permission, parse_until, text};
use crate::error::{Error, Tool};
use chrono::{DateTime, Utc};
use clap::ValueEnum;
use serde::Serialize;

/// Closing Contact or Organise with a public notice.
#[derive(clap::Subcommand)]
pub enum Lock {
    /// Close a half, or both; closing again changes the notice
    On {
        /// Which half
        #[arg(long, value_enum)]
        tool: Which,
        /// What the public is told
        #[arg(long)]
        notice: String,
        /// When it is expected to open again: a day, a time (2026-11-25 09:00), or an RFC 3339 time
        #[arg(long, value_name = "TIME")]
        opens: Option<String>,
    },
    /// Open a half, or both
    Off {
        /// Which half
        #[arg(long, value_enum)]
        tool: Which,
    },
    /// What is closed now
    Status,
}

/// A half, or both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Which {
    /// Electors, walk lists, doors, results.
    Contact,
    /// Members, events, messages.
    Organise,
    /// Both.
    All,
}

impl Which {
    fn halves(self) -> &'static [Tool] {
        match self {
            Which::Contact => &[Tool::Contact],
            Which::Organise => &[Tool::Organise],
            Which::All => &[Tool::Contact, Tool::Organise],
        }
    }
}

/// Runs one of these commands.
///
/// # Errors
/// What cannot stand, by field; what the database says.
pub async fn run(operation: &Operation, command: Lock) -> Result<(), Error> {
    match command {
        Lock::On { tool, notice, opens } => on(operation, tool, &notice, opens.as_deref()).await,
        Lock::Off { tool } => off(operation, tool).await,
        Lock::Status => status(operation).await,
    }
}

async fn on(operation: &Operation, tool: Which, notice: &str, opens: Option<&str>) -> Result<(), Error> {
    let notice = text("notice", notice, 500, "Say what people will read, with --notice")?;
    let time = |text| {
        parse_until(text)
            .ok_or_else(|| Error::field("opens", "Give a day or a time, like 2026-11-25 or \"2026-11-25 09:00\""))
    };
    let opens = opens.map(time).transpose()?;
    if opens.is_some_and(|at| at <= Utc::now()) {
        return Err(Error::field("opens", "This time is past: give one to come, with --opens"));
    }
    let mut scope = operation.scope(Permission::CloseTools).await?;
    for half in tool.halves() {
        tools::close(&mut scope, *half, &notice, opens).await?;
    }
    scope.commit().await
}

async fn off(operation: &Operation, tool: Which) -> Result<(), Error> {
    let mut scope = operation.scope(Permission::CloseTools).await?;
    for half in tool.halves() {
        tools::open(&mut scope, *half).await?;
    }
    scope.commit().await
}

#[derive(Serialize)]
struct Row {
    tool: Tool,
    notice: String,
    opens: Option<DateTime<Utc>>,
}

async fn status(operation: &Operation) -> Result<(), Error> {
    let mut scope = operation.scope(Permission::CloseTools).await?;
    let halves = tools::both(&mut scope).await?;
    scope.commit().await?;
    let closed = halves.into_iter().filter_map(|state| state.closed);
    let rows: Vec<Row> = closed.map(|n| Row { tool: n.tool, notice: n.notice, opens: n.opens_at }).collect();
    if rows.is_empty() && !operation.json {
        println!("Both halves are open");
    }
    operation.print_all(&rows, |r| format!("{} is closed: {}", r.tool.as_str(), r.notice));
    Ok(())
}
