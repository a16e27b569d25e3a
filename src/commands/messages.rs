//! `hustings messages returns`: reads bounces and complaints, from a letter on standard input or from a mailbox's folder.

use super::Operation;
use crate::access::Permission;
use crate::error::Error;
use crate::messages::returns::{self, Counts, LONGEST, folder};
use std::io::Read;
use std::path::PathBuf;

/// What may be done with messages.
#[derive(Debug, clap::Subcommand)]
pub enum Messages {
    /// Read what came back: one letter on standard input, or a folder
    Returns {
        /// A Maildir, or a folder of .eml files; each file is moved to done, or to other where it is no report
        #[arg(long, value_name = "DIRECTORY")]
        folder: Option<PathBuf>,
    },
}

/// Runs the command.
///
/// # Errors
/// [`Error::Refused`] when what is to be read cannot be.
pub async fn run(operation: &Operation, command: Messages) -> Result<(), Error> {
    let Messages::Returns { folder } = command;
    let mut counts = Counts::default();
    match folder {
        Some(folder) => from_folder(operation, &folder, &mut counts).await?,
        None => {
            let mut raw = Vec::new();
            std::io::stdin().take(LONGEST as u64 + 1).read_to_end(&mut raw).map_err(Error::internal)?;
            if raw.len() > LONGEST {
                return Err(Error::Refused("This is longer than any report: more than 10 MB".into()));
            }
            let mut scope = operation.scope(Permission::ReadOutbox).await?;
            returns::by_command(&mut scope, &raw, &mut counts).await?;
            scope.commit().await?;
        }
    }
    operation.print(&counts, Counts::words);
    Ok(())
}

async fn from_folder(operation: &Operation, folder: &std::path::Path, counts: &mut Counts) -> Result<(), Error> {
    let told = |e: std::io::Error| Error::Refused(format!("{} cannot be read: {e}", folder.display()));
    let mut scope = operation.scope(Permission::ReadOutbox).await?;
    let mut read = Vec::new();
    for file in folder::waiting(folder).map_err(told)? {
        let before = counts.other;
        match folder::bytes(&file).map_err(told)? {
            Some(raw) => returns::by_command(&mut scope, &raw, counts).await?,
            None => counts.other += 1,
        }
        read.push((file, counts.other == before));
    }
    scope.commit().await?;
    // What is on record already counts once, should the machine stop in between.
    for (file, report) in read {
        folder::put_away(folder, &file, report).map_err(told)?;
    }
    Ok(())
}
