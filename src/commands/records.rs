//! `records print`

use super::Operation;
use crate::access::Permission;
use crate::error::Error;
use crate::protection::records::{Kind, compare, store};
use crate::web::words;

/// The records that the law asks for, made from what the installation does.
#[derive(clap::Subcommand)]
pub enum Records {
    /// Print a document as it is today; what changed since the last is kept as a new one
    Print {
        /// Which
        #[arg(value_enum)]
        kind: Kind,
    },
}

/// Runs one of these commands.
///
/// # Errors
/// What the database says.
pub async fn run(operation: &Operation, command: Records) -> Result<(), Error> {
    let Records::Print { kind } = command;
    let mut scope = operation.scope(Permission::KeepRecords).await?;
    let today = store::today(&mut scope, kind).await?;
    let document = match store::newest(&mut scope, kind).await? {
        Some(kept) if compare(&kept.body, &today) == (Vec::new(), Vec::new()) => kept,
        _ => store::make(&mut scope, kind).await?,
    };
    scope.commit().await?;
    operation.print(&document, |d| {
        let head =
            format!("{} No. {}\n{}, {}, by {}", kind.title(), d.number, kind.rule(), words::moment(d.made), d.by);
        [vec![head], d.body.lines()].concat().join("\n")
    });
    Ok(())
}
