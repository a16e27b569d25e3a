//! `lock on|off|status`

use super::Operation;
use crate::access::door::Phones;
use crate::access::store::tools::{self, Close};
use crate::access::{Permission, Role, parse_until, text};
use crate::areas;
use crate::database::Scoped;
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
        /// Only in this area, for every grant that reaches into it: a GSS code, a short name, a district's letters
        #[arg(long, value_name = "CODE")]
        area: Option<String>,
        /// A role that goes on; may be given again
        #[arg(long, value_enum, value_name = "ROLE")]
        stay: Vec<Role>,
        /// What becomes of lists on phones; answers stay on them either way
        #[arg(long, value_enum, default_value = "read-only")]
        phones: Phones,
        /// I know that people are voting today
        #[arg(long)]
        polling_day: bool,
        /// Let tellers at polling stations go on
        #[arg(long)]
        keep_telling: bool,
    },
    /// Open a half, or both; what was closed in an area opens with that area
    Off {
        /// Which half
        #[arg(long, value_enum)]
        tool: Which,
        /// The area that was closed
        #[arg(long, value_name = "CODE")]
        area: Option<String>,
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
        Lock::On { tool, notice, opens, area, stay, phones, polling_day, keep_telling } => {
            let wanted = Wanted { tool, notice, opens, area, stay, phones, polling_day, keep_telling };
            on(operation, &wanted).await
        }
        Lock::Off { tool, area } => off(operation, tool, area.as_deref()).await,
        Lock::Status => status(operation).await,
    }
}

struct Wanted {
    tool: Which,
    notice: String,
    opens: Option<String>,
    area: Option<String>,
    stay: Vec<Role>,
    phones: Phones,
    polling_day: bool,
    keep_telling: bool,
}

/// The area's id; `all` is everywhere.
async fn area_of(scope: &mut Scoped, code: Option<&str>) -> Result<Option<i64>, Error> {
    let Some(code) = code else { return Ok(None) };
    let area = areas::store::resolve(scope, code).await?;
    Ok((area.kind != "installation").then_some(area.id))
}

async fn on(operation: &Operation, wanted: &Wanted) -> Result<(), Error> {
    let notice = text("notice", &wanted.notice, 500, "Say what people will read, with --notice")?;
    let time = |text: &str| {
        parse_until(text)
            .ok_or_else(|| Error::field("opens", "Give a day or a time, like 2026-11-25 or \"2026-11-25 09:00\""))
    };
    let opens_at = wanted.opens.as_deref().map(time).transpose()?;
    if opens_at.is_some_and(|at| at <= Utc::now()) {
        return Err(Error::field("opens", "This time is past: give one to come, with --opens"));
    }
    let halves = wanted.tool.halves();
    if let Some(role) = wanted.stay.iter().find(|r| !r.tool().is_some_and(|t| halves.contains(&t))) {
        return Err(Error::field(
            "stay",
            format!("A {} does not work there, and stays anyway", role.title().to_lowercase()),
        ));
    }
    let mut scope = operation.scope(Permission::CloseTools).await?;
    let area = area_of(&mut scope, wanted.area.as_deref()).await?;
    for tool in halves.iter().copied() {
        let stays_in: Vec<Role> = wanted.stay.iter().copied().filter(|r| r.tool() == Some(tool)).collect();
        let close = Close {
            tool,
            area,
            notice: &notice,
            opens_at,
            stays_in: &stays_in,
            phones: wanted.phones,
            keep_telling: wanted.keep_telling,
            polling_day: wanted.polling_day,
        };
        tools::close(&mut scope, &close).await.map_err(polling_day)?;
    }
    scope.commit().await
}

/// The page speaks of a tick; the command line of an option.
fn polling_day(error: Error) -> Error {
    match error {
        Error::Invalid(fields) if fields.iter().any(|f| f.field == "polling_day") => Error::field(
            "polling_day",
            "People are voting there today. If it must be closed all the same, add --polling-day; --keep-telling lets tellers go on",
        ),
        other => other,
    }
}

async fn off(operation: &Operation, tool: Which, area: Option<&str>) -> Result<(), Error> {
    let mut scope = operation.scope(Permission::OpenTools).await?;
    let area = area_of(&mut scope, area).await?;
    for half in tool.halves() {
        tools::open(&mut scope, *half, area).await?;
    }
    let left = tools::both(&mut scope).await?;
    scope.commit().await?;
    for state in left.iter().filter(|s| tool.halves().contains(&s.tool)) {
        for notice in state.closures.iter().map(|c| &c.notice) {
            let place = notice.area.as_deref().unwrap_or("every area");
            eprintln!("{} stays closed in {place}", state.tool.as_str());
        }
    }
    Ok(())
}

/// The contract's keys; `area` and what follows stand beside them where they say something.
#[derive(Serialize)]
struct Row {
    tool: Tool,
    notice: String,
    opens: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    area: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    stay: Vec<Role>,
    #[serde(skip_serializing_if = "is_read_only")]
    phones: Phones,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    keep_telling: bool,
}

fn is_read_only(phones: &Phones) -> bool {
    *phones == Phones::ReadOnly
}

async fn status(operation: &Operation) -> Result<(), Error> {
    let mut scope = operation.scope(Permission::CloseTools).await?;
    let halves = tools::both(&mut scope).await?;
    scope.commit().await?;
    let row = |c: tools::Closure| Row {
        tool: c.notice.tool,
        notice: c.notice.notice,
        opens: c.notice.opens_at,
        area: c.notice.area,
        stay: c.stays_in,
        phones: c.notice.phones,
        keep_telling: c.keep_telling,
    };
    let rows: Vec<Row> = halves.into_iter().flat_map(|state| state.closures).map(row).collect();
    if rows.is_empty() && !operation.json {
        println!("Both halves are open");
    }
    operation.print_all(&rows, |r| {
        let place = r.area.as_ref().map(|a| format!(" in {a}")).unwrap_or_default();
        format!("{}{place} is closed: {}", r.tool.as_str(), r.notice)
    });
    Ok(())
}
