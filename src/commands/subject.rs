//! `subject find|export|stop|erase`: people's rights from the command line, on record as the operator's.

use super::Operation;
use crate::access::Permission;
use crate::electors::ElectorId;
use crate::error::Error;
use crate::paper::{Stamp, typeset};
use crate::protection::pages::erasure::names;
use crate::protection::store::{self, Found, Sought};
use crate::protection::{CHANNELS, Subject as Person};
use serde::Serialize;
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// People's rights over their data.
#[derive(clap::Subcommand)]
pub enum Subject {
    /// Find somebody across everything: electors, accounts, letters, requests, notes
    Find {
        /// A name or part of one, an email address, an elector number or a record number
        #[arg(long)]
        name: String,
        /// A postcode or its beginning
        #[arg(long, default_value = "")]
        postcode: String,
    },
    /// Somebody's whole file: as JSON on stdout, or into a file
    Export {
        /// The elector's or the account's id
        id: Person,
        /// Write it as a PDF here
        #[arg(long, value_name = "FILE")]
        pdf: Option<PathBuf>,
        /// Write it as JSON here
        #[arg(long = "json-file", value_name = "FILE")]
        json_file: Option<PathBuf>,
    },
    /// Record what somebody stops: by channel, or everything when none is named
    Stop {
        /// The elector's id
        id: ElectorId,
        /// door, post, phone, email, text, opinions or processing
        #[arg(long = "channel")]
        channels: Vec<String>,
        /// How they said it
        #[arg(long)]
        how: String,
        /// They allow it again
        #[arg(long)]
        allow: bool,
    },
    /// Erase somebody for good; a keyed hash alone remains. Needs --reason
    Erase {
        /// The elector's or the account's id
        id: Person,
    },
}

/// Runs one of these commands.
///
/// # Errors
/// [`Error::Refused`] in one line when there is nobody, or a file cannot be written; what the database says.
pub async fn run(operation: &Operation, command: Subject) -> Result<(), Error> {
    match command {
        Subject::Find { name, postcode } => find(operation, Sought { name, postcode }).await,
        Subject::Export { id, pdf, json_file } => export(operation, id, pdf, json_file).await,
        Subject::Stop { id, channels, how, allow } => stop(operation, id, channels, &how, allow).await,
        Subject::Erase { id } => erase(operation, id).await,
    }
}

async fn find(operation: &Operation, sought: Sought) -> Result<(), Error> {
    if sought.is_empty() {
        return Err(Error::Refused("Give a name or a postcode to look for".into()));
    }
    let mut scope = operation.scope(Permission::HandleRequests).await?;
    let found = store::find(&mut scope, &sought).await?;
    scope.commit().await?;
    operation.print_all(&found, |f: &Found| {
        let id = f.subject().map(|s| s.to_string()).or(f.request.map(|n| n.to_string())).unwrap_or_default();
        format!("{}  {id}  {}  {}  ({})", f.kind, f.name, f.detail, f.why)
    });
    Ok(())
}

fn nobody(id: impl std::fmt::Display) -> impl FnOnce(Error) -> Error {
    move |error| match error {
        Error::NotFound => Error::Refused(format!("There is nobody of the id {id}, or nobody any more")),
        other => other,
    }
}

async fn export(operation: &Operation, id: Person, pdf: Option<PathBuf>, json: Option<PathBuf>) -> Result<(), Error> {
    let mut scope = operation.scope(Permission::TakeSubjectFile).await?;
    let file = store::file(&mut scope, id, true).await.map_err(nobody(id))?.redacted();
    let about = store::about(&mut scope).await?;
    scope.commit().await?;
    let why = if operation.session.reason.is_empty() { "subject export" } else { &operation.session.reason };
    let stamp = Stamp::now(format!("The operator of {}", about.controller), why);
    let text = serde_json::to_string_pretty(&file.to_json(&about, &stamp)).map_err(Error::internal)?;
    if let Some(path) = &json {
        write(path, text.as_bytes())?;
    }
    if let Some(path) = &pdf {
        write(path, &typeset(file.to_document(&about, stamp)).await?)?;
    }
    if json.is_none() && pdf.is_none() {
        println!("{text}");
    }
    Ok(())
}

/// A file that holds somebody's whole data is for its owner's eyes alone, and stands in nothing's place.
fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let written =
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).and_then(|mut f| f.write_all(bytes));
    written.map_err(|e| Error::Refused(format!("{} cannot be written: {e}", path.display())))
}

async fn stop(
    operation: &Operation,
    id: ElectorId,
    channels: Vec<String>,
    how: &str,
    allow: bool,
) -> Result<(), Error> {
    let all = || CHANNELS.iter().map(|c| c.word.to_owned()).filter(|w| w != "processing").collect();
    let channels: Vec<String> = if channels.is_empty() { all() } else { channels };
    if let Some(unknown) = channels.iter().find(|word| CHANNELS.iter().all(|c| c.word != word.as_str())) {
        return Err(Error::Refused(format!("{unknown} cannot be stopped: it is {}", words())));
    }
    if !(1..=200).contains(&how.trim().chars().count()) {
        return Err(Error::Refused("Say with --how how they said it, in 1 to 200 letters".into()));
    }
    let mut scope = operation.scope(Permission::HandleRequests).await?;
    store::stop(&mut scope, &operation.keys, id, &channels, allow, how.trim()).await.map_err(nobody(id))?;
    scope.commit().await
}

fn words() -> String {
    CHANNELS.iter().map(|c| c.word).collect::<Vec<_>>().join(", ")
}

#[derive(Serialize)]
struct Erased {
    id: Uuid,
}

async fn erase(operation: &Operation, id: Person) -> Result<(), Error> {
    let reason = operation.session.reason.trim().to_owned();
    if reason.is_empty() {
        return Err(Error::Refused("Say why with --reason, without the name: the reason stays".into()));
    }
    // The reason goes on record with the transaction that erases, and only once it is known to name nobody.
    let mut looking = operation.because("").scope(Permission::HandleRequests).await?;
    let file = store::file(&mut looking, id, false).await.map_err(nobody(id))?;
    looking.commit().await?;
    if names(&reason, file.name()) {
        return Err(Error::Refused(
            "Leave the name out of --reason: it stays after the erasure, and would name them".into(),
        ));
    }
    let mut scope = operation.scope(Permission::EraseSubjects).await?;
    let erased = store::erase(&mut scope, &operation.keys, id, &reason).await.map_err(nobody(id))?;
    scope.commit().await?;
    operation.print(&Erased { id: erased }, |e| e.id.to_string());
    Ok(())
}
