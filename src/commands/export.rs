//! `export list|trace|approve|refuse|limit`: the operator's side of exports, on record as the operator's.

use super::Operation;
use crate::access::Permission;
use crate::error::Error;
use crate::exports::pages::limit::number;
use crate::exports::store::{self, Export, Limit, Order};
use crate::exports::trace::{Found, text_of, trace};
use crate::web::words;
use chrono::{DateTime, Utc};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// So much of a found file is read.
const LARGEST: u64 = 256 * 1024 * 1024;

/// Exports: what was taken away.
#[derive(clap::Subcommand)]
pub enum Exports {
    /// Every export, the newest first
    List {
        /// At most so many
        #[arg(long, default_value_t = 100)]
        last: i64,
    },
    /// Whose a found file is, by the invented people in it
    Trace {
        /// The file, or - for stdin
        file: PathBuf,
    },
    /// Approve one alone; the data protection officer sees it on record. Needs --reason
    Approve {
        /// Its number
        number: i64,
    },
    /// Refuse one. Needs --reason
    Refuse {
        /// Its number
        number: i64,
    },
    /// Above how many people a second person decides; with a number: set it, which needs --reason
    Limit {
        /// People
        people: Option<String>,
    },
}

/// Runs one of these commands.
///
/// # Errors
/// [`Error::Refused`] in one line; what the database says.
pub async fn run(operation: &Operation, command: Exports) -> Result<(), Error> {
    match command {
        Exports::List { last } => list(operation, last.clamp(1, 10_000)).await,
        Exports::Trace { file } => look(operation, &file).await,
        Exports::Approve { number } => decide(operation, number, true).await,
        Exports::Refuse { number } => decide(operation, number, false).await,
        Exports::Limit { people: None } => show_limit(operation).await,
        Exports::Limit { people: Some(people) } => set_limit(operation, &people).await,
    }
}

#[derive(Serialize)]
struct Line {
    number: i64,
    by: String,
    what: &'static str,
    area: String,
    people: i32,
    purpose: &'static str,
    reason: String,
    state: &'static str,
    approved_by: Option<String>,
    fetched: i64,
    asked_at: DateTime<Utc>,
    until: Option<DateTime<Utc>>,
}

impl Line {
    fn of(export: Export) -> Self {
        let approved = export.verdict.as_deref() == Some("approved");
        Line {
            number: export.number,
            what: export.exportable().frame().what,
            people: export.people,
            purpose: export.purpose.as_str(),
            state: export.state().title(),
            approved_by: approved.then(|| export.decided_by().to_owned()),
            fetched: export.fetched,
            asked_at: export.asked_at,
            until: export.expires_at,
            by: export.asker,
            area: export.area,
            reason: export.reason,
        }
    }

    fn words(&self) -> String {
        format!(
            "{}  {}  {}, {}  {}  {}  {}  fetched {}×",
            self.number,
            self.by,
            self.what,
            self.area,
            words::count(self.people, "person", "people"),
            self.purpose,
            self.state,
            self.fetched
        )
    }
}

async fn list(operation: &Operation, last: i64) -> Result<(), Error> {
    let mut scope = operation.scope(Permission::TraceExports).await?;
    let (exports, _) = store::all(&mut scope, Order::Newest, 0, last).await?;
    scope.commit().await?;
    let lines: Vec<Line> = exports.into_iter().map(Line::of).collect();
    operation.print_all(&lines, Line::words);
    Ok(())
}

#[derive(Serialize)]
struct Traced {
    export: i64,
    by: String,
    area: String,
    purpose: &'static str,
    reason: String,
    fetched: Vec<DateTime<Utc>>,
    found: Vec<Found>,
}

async fn look(operation: &Operation, path: &Path) -> Result<(), Error> {
    let text = text_of(&read(path)?)?;
    let mut scope = operation.scope(Permission::TraceExports).await?;
    let sources = trace(&mut scope, &text).await?;
    scope.commit().await?;
    if sources.is_empty() && !operation.json {
        return Err(Error::Refused("No invented person of any export stands in this file".into()));
    }
    let traced: Vec<Traced> = sources
        .into_iter()
        .map(|s| Traced {
            export: s.export.number,
            purpose: s.export.purpose.as_str(),
            fetched: s.copies.iter().map(|c| c.at).collect(),
            found: s.found,
            by: s.export.asker,
            area: s.export.area,
            reason: s.export.reason,
        })
        .collect();
    operation.print_all(&traced, |t| {
        let when: Vec<String> = t.fetched.iter().map(words::moment).collect();
        let lines: Vec<String> = t.found.iter().map(|f| f.line.to_string()).collect();
        format!("export {}  {}  {}  fetched {}  by line {}", t.export, t.by, t.area, when.join("; "), lines.join(", "))
    });
    Ok(())
}

fn read(path: &Path) -> Result<Vec<u8>, Error> {
    use std::io::Read;
    let told = |e: std::io::Error| Error::Refused(format!("{} cannot be read: {e}", path.display()));
    let mut bytes = Vec::new();
    let read = match path.to_str() {
        Some("-") => std::io::stdin().lock().take(LARGEST).read_to_end(&mut bytes),
        _ => std::fs::File::open(path).map_err(told)?.take(LARGEST).read_to_end(&mut bytes),
    };
    read.map_err(told)?;
    Ok(bytes)
}

fn reason(operation: &Operation) -> Result<String, Error> {
    match operation.session.reason.trim() {
        "" => Err(Error::Refused("Say why with --reason".into())),
        reason => Ok(reason.chars().take(500).collect()),
    }
}

async fn decide(operation: &Operation, number: i64, approve: bool) -> Result<(), Error> {
    let reason = reason(operation)?;
    let mut scope = operation.scope(Permission::DecideExports).await?;
    let export = store::find(&mut scope, number).await.map_err(|error| match error {
        Error::NotFound => Error::Refused(format!("There is no export {number}")),
        other => other,
    })?;
    store::decide(&mut scope, &export, approve, &reason).await?;
    scope.commit().await
}

async fn show_limit(operation: &Operation) -> Result<(), Error> {
    let mut scope = operation.scope(Permission::ReadExportLimit).await?;
    let limits = store::limits(&mut scope).await?;
    scope.commit().await?;
    operation
        .print_all(&limits, |l: &Limit| format!("{}  since {}  {}: {}", l.people, words::moment(l.at), l.by, l.reason));
    Ok(())
}

async fn set_limit(operation: &Operation, people: &str) -> Result<(), Error> {
    let people = number(people)?;
    let reason = reason(operation)?;
    let mut scope = operation.scope(Permission::SetExportLimit).await?;
    store::set_limit(&mut scope, people, &reason).await?;
    scope.commit().await
}
