//! `audit seen-by|who-saw`; `seal.rs` holds `verify|dump|head|key|expire`.

use super::{Operation, seal};
use crate::access::Permission;
use crate::access::store::accounts;
use crate::audit::store::{self, Sight};
use crate::audit::{PersonSeen, Record};
use crate::config::Config;
use crate::electors::ElectorId;
use crate::error::Error;
use chrono::{DateTime, Utc};
use serde::Serialize;
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// Who saw what, by record numbers, and the proof that the record is whole.
#[derive(clap::Subcommand)]
pub enum Audit {
    /// Everything that one account saw and was refused
    SeenBy {
        /// The account's email address
        #[arg(long)]
        email: String,
    },
    /// Everyone who saw one elector
    WhoSaw {
        /// The elector's id
        elector: ElectorId,
    },
    /// Verify the whole access log against its signed heads; fails at the first row that is not as it was sealed
    Verify(seal::Verify),
    /// Write the log with its seal to a file, which `audit verify --dump` needs no database for
    Dump {
        /// The file to write
        file: PathBuf,
    },
    /// Print the newest signed head
    Head,
    /// Print the public keys that heads are signed by, the newest last
    Key,
    /// Drop whole months that are older than the log is kept; their root stays, signed
    Expire {
        /// The first month that stays, as 2026-11
        #[arg(long, value_name = "MONTH")]
        before: String,
    },
}

/// Runs one of these commands.
///
/// # Errors
/// What cannot stand, by field; what the database says.
pub async fn run(operation: &Operation, command: Audit, config: &Config, data: &Path) -> Result<(), Error> {
    match command {
        Audit::SeenBy { email } => seen_by(operation, &email).await,
        Audit::WhoSaw { elector } => who_saw(operation, elector).await,
        Audit::Verify(verify) => seal::verify(operation, &verify, config, data).await,
        Audit::Dump { file } => seal::write_dump(operation, &file).await,
        Audit::Head => seal::head(operation).await,
        Audit::Key => seal::key(operation),
        Audit::Expire { before } => seal::expire(operation, &before).await,
    }
}

#[derive(Serialize)]
struct SeenBy {
    account: Uuid,
    email: String,
    electors: Vec<Person>,
    /// Members and volunteers.
    people: Vec<Person>,
    searches: i64,
    prints: i64,
    exports: i64,
    refused: Vec<Refused>,
}

#[derive(Serialize)]
struct Person {
    id: String,
    first: DateTime<Utc>,
    last: DateTime<Utc>,
    times: i64,
}

#[derive(Serialize)]
struct Refused {
    at: DateTime<Utc>,
    what: String,
}

async fn seen_by(operation: &Operation, email: &str) -> Result<(), Error> {
    let mut scope = operation.scope(Permission::ReadAccessLog).await?;
    let account = accounts::by_email(&mut scope, email).await?;
    let figures = store::figures(&mut scope, account).await?;
    let (people, _) = store::people(&mut scope, account, 0, i64::MAX).await?;
    let (refused, _) = store::refusals(&mut scope, account, None, i64::MAX).await?;
    scope.commit().await?;
    let person = |p: PersonSeen| Person { id: p.record.to_string(), first: p.first, last: p.last, times: p.times };
    let (electors, people): (Vec<_>, Vec<_>) = people.into_iter().partition(|p| matches!(p.record, Record::Elector(_)));
    let answer = SeenBy {
        account,
        email: email.trim().to_lowercase(),
        electors: electors.into_iter().map(person).collect(),
        people: people.into_iter().map(person).collect(),
        searches: figures.searches,
        prints: figures.prints,
        exports: figures.exports,
        refused: refused.into_iter().map(|r| Refused { at: r.at, what: r.what() }).collect(),
    };
    operation.print(&answer, in_words);
    Ok(())
}

fn in_words(seen: &SeenBy) -> String {
    let mut lines = vec![format!(
        "{} saw {} people; {} searches, {} prints, {} exports, {} refused",
        seen.email,
        seen.electors.len() + seen.people.len(),
        seen.searches,
        seen.prints,
        seen.exports,
        seen.refused.len()
    )];
    lines.extend(
        seen.electors
            .iter()
            .chain(&seen.people)
            .map(|p| format!("{}  {}  {}  {} times", p.id, p.first, p.last, p.times)),
    );
    lines.extend(seen.refused.iter().map(|r| format!("refused  {}  {}", r.at, r.what)));
    lines.join("\n")
}

async fn who_saw(operation: &Operation, elector: ElectorId) -> Result<(), Error> {
    let mut scope = operation.scope(Permission::ReadAccessLog).await?;
    if !store::was_held(&mut scope, elector).await? {
        return Err(Error::Refused(format!(
            "There is no elector {elector}. Nobody of that record number was ever held"
        )));
    }
    let sights = store::who_saw(&mut scope, elector, 0, i64::MAX).await?.rows;
    scope.commit().await?;
    operation.print_all(&sights, |s: &Sight| format!("{}  {}  {}  {}", s.at, s.name, s.how, s.purpose));
    Ok(())
}
