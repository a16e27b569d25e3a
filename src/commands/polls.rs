//! `hustings poll add|list`.

use super::Operation;
use crate::access::Permission;
use crate::areas;
use crate::error::Error;
use crate::polls::{Poll, store};
use crate::web::words;
use chrono::NaiveDate;

/// What may be done with polls.
#[derive(Debug, clap::Subcommand)]
pub enum Polls {
    /// Add a poll and print its id
    Add {
        /// What it is called
        #[arg(long)]
        name: String,
        /// Polling day
        #[arg(long)]
        date: NaiveDate,
        /// uk-parliament, by-election, local, mayor, police-commissioner, scottish-parliament, senedd, assembly or referendum
        #[arg(long)]
        kind: String,
        /// The area that votes: all, a GSS code or a short name
        #[arg(long)]
        area: String,
    },
    /// List polls
    List,
}

/// Runs the command.
///
/// # Errors
/// [`Error::Invalid`] when an answer cannot stand.
pub async fn run(operation: &Operation, command: Polls) -> Result<(), Error> {
    match command {
        Polls::Add { name, date, kind, area } => {
            let mut scope = operation.scope(Permission::ManagePolls).await?;
            let area = areas::store::resolve(&mut scope, &area).await?;
            let id = store::add(&mut scope, &name, date, &kind, area.id).await?;
            scope.commit().await?;
            operation.print(&serde_json::json!({ "id": id }), |_| id.to_string());
        }
        Polls::List => {
            let mut scope = operation.scope(Permission::ReadAreas).await?;
            let polls = store::list(&mut scope).await?;
            scope.commit().await?;
            operation.print(&polls, |polls| polls.iter().map(line).collect::<Vec<_>>().join("\n"));
        }
    }
    Ok(())
}

fn line(poll: &Poll) -> String {
    format!("{}  {}  {}  {}  {}", poll.id, words::short_date(poll.date), poll.name, poll.kind_name, poll.area)
}
