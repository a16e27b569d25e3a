//! `breach list`

use super::Operation;
use crate::access::Permission;
use crate::error::Error;
use crate::protection::breach::{Breach, store};
use crate::web::words;

/// Breaches on record.
#[derive(clap::Subcommand)]
pub enum Breaches {
    /// Every breach with its clock, open ones first
    List,
}

#[derive(serde::Serialize)]
struct Row {
    #[serde(flatten)]
    breach: Breach,
    due: chrono::DateTime<chrono::Utc>,
    overdue: bool,
}

/// Runs one of these commands.
///
/// # Errors
/// What the database says.
pub async fn run(operation: &Operation, command: Breaches) -> Result<(), Error> {
    let Breaches::List = command;
    let mut scope = operation.scope(Permission::KeepBreaches).await?;
    let (breaches, _) = store::list(&mut scope, None, 0, i64::MAX).await?;
    scope.commit().await?;
    let row = |breach: Breach| Row { due: breach.due(), overdue: breach.is_overdue(), breach };
    let rows: Vec<Row> = breaches.into_iter().map(row).collect();
    if rows.is_empty() && !operation.json {
        println!("No breach is on record");
    }
    operation.print_all(&rows, |r| {
        let b = &r.breach;
        format!("No. {}  {}  aware {}  {}  {}", b.id, b.title, words::moment(b.aware_at), b.clock(), b.next())
    });
    Ok(())
}
