//! `backup FILE`, `restore FILE`.

use super::Operation;
use crate::access::Permission;
use crate::database::backup::{self, Receipt};
use crate::database::{Looked, Seen, What};
use crate::error::Error;
use crate::web::words::{count, figure};
use age::secrecy::SecretString;
use nix::sys::termios::{LocalFlags, SetArg, tcgetattr, tcsetattr};
use std::io::{self, BufRead, IsTerminal, Write};
use std::path::PathBuf;

/// The variable that holds the passphrase for programs.
const VARIABLE: &str = "HUSTINGS_BACKUP_PASSPHRASE";
/// Letters of a made passphrase: none that look like another.
const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz23456789+";

/// What can be done with backups.
#[derive(Debug, clap::Subcommand)]
pub enum BackupCommand {
    /// Write everything into one encrypted file
    ///
    /// The passphrase is taken from HUSTINGS_BACKUP_PASSPHRASE, or asked for on a terminal, or made and printed once.
    Backup {
        /// The file to write
        file: PathBuf,
        /// Write over a file that is there
        #[arg(long)]
        force: bool,
    },
    /// Make the database what a backup says, and compare
    ///
    /// The passphrase is taken from HUSTINGS_BACKUP_PASSPHRASE, or asked for, or read from standard input.
    Restore {
        /// The file to read
        file: PathBuf,
        /// Put it in the place of a database that holds something
        #[arg(long)]
        replace: bool,
    },
}

/// Runs one of them.
///
/// # Errors
/// [`Error::Refused`] with one clear line; nothing is then half done.
pub async fn run(operation: &Operation, command: BackupCommand) -> Result<(), Error> {
    match command {
        BackupCommand::Backup { file, force } => {
            let passphrase = given()?.or_else(|| asked("Passphrase (empty: one is made): ")).map_or_else(made, Ok)?;
            // On record before the snapshot, so that the backup itself tells of it.
            let scope = operation.scope(Permission::BackUp).await?;
            scope.finish(Seen::new((), Looked { what: What::Export, ..Looked::default() })).await?;
            let receipt = backup::write(&operation.operator, &file, passphrase, force).await?;
            operation.print(&receipt, |r| format!("Written: {} to {}.", told(r), file.display()));
        }
        BackupCommand::Restore { file, replace } => {
            let passphrase = given()?.or_else(|| asked("Passphrase: ")).map_or_else(read, Ok)?;
            // On record in the database that is replaced, should this fail, and then in the one that was restored.
            operation.session.put_on_record(&operation.operator).await?;
            let receipt = backup::restore(&operation.operator, &file, passphrase, replace).await?;
            operation.scope(Permission::BackUp).await?.commit().await?;
            operation.print(&receipt, |r| {
                format!(
                    "Restored: {}, all as they were written. Everybody signs in again. Grants are those of the backup: \
                     end those that were ended since.",
                    told(r)
                )
            });
        }
    }
    Ok(())
}

fn told(receipt: &Receipt) -> String {
    format!(
        "{} in {} ({} bytes)",
        count(receipt.rows, "row", "rows"),
        count(i64::try_from(receipt.tables).unwrap_or_default(), "table", "tables"),
        figure(i64::try_from(receipt.bytes).unwrap_or_default())
    )
}

/// From the environment.
fn given() -> Result<Option<SecretString>, Error> {
    match std::env::var(VARIABLE) {
        Ok(passphrase) if passphrase.is_empty() => Err(Error::Refused(format!("{VARIABLE} is empty"))),
        Ok(passphrase) => Ok(Some(passphrase.into())),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => Err(Error::Refused(format!("{VARIABLE} cannot be read as text"))),
    }
}

/// Asked for on a terminal, without showing what is typed. None without one, or when nothing was typed.
fn asked(question: &str) -> Option<SecretString> {
    let input = io::stdin();
    if !input.is_terminal() {
        return None;
    }
    eprint!("{question}");
    let _ = io::stderr().flush();
    let before = tcgetattr(&input).ok()?;
    let mut silent = before.clone();
    silent.local_flags.remove(LocalFlags::ECHO);
    tcsetattr(&input, SetArg::TCSAFLUSH, &silent).ok()?;
    let line = line();
    let _ = tcsetattr(&input, SetArg::TCSAFLUSH, &before);
    eprintln!();
    line.map(SecretString::from)
}

/// The first line of standard input.
fn read() -> Result<SecretString, Error> {
    line().map(SecretString::from).ok_or_else(|| {
        Error::Refused(format!("The passphrase is missing: set {VARIABLE}, or give it on standard input"))
    })
}

fn line() -> Option<String> {
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line).ok()?;
    let line = line.trim_end_matches(['\r', '\n']);
    (!line.is_empty()).then(|| line.to_owned())
}

/// Six groups of four letters, 120 bits, printed once on standard error.
fn made() -> Result<SecretString, Error> {
    let letter = |byte: u8| char::from(LETTERS[usize::from(byte) % LETTERS.len()]);
    let groups: Vec<String> = (0..6).map(|_| rand::random::<[u8; 4]>().into_iter().map(letter).collect()).collect();
    let passphrase = groups.join("-");
    eprintln!("Passphrase, shown once: {passphrase}\nKeep it apart from the file: without it nobody can restore.");
    Ok(passphrase.into())
}
