//! `members standing`: how memberships stand, from a file, and the access that depends on them.

use super::Operation;
use crate::access::Permission;
use crate::access::membership::{self, Outcome, Standing};
use crate::access::store::accounts;
use crate::error::Error;
use crate::web::words;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// Memberships.
#[derive(clap::Subcommand)]
pub enum Members {
    /// Read how memberships stand (columns email, standing) and end the access that depends on one that is not current
    Standing {
        /// A CSV file with a line of headings: email, and standing, which is current, lapsed, suspended, resigned, expelled or unknown
        file: PathBuf,
        /// Go on even if more than one in twenty of such accesses would end
        #[arg(long)]
        allow_many: bool,
        /// Say what would end, and change nothing
        #[arg(long)]
        dry_run: bool,
    },
}

/// Runs one of these commands.
///
/// # Errors
/// [`Error::Refused`] for a file that cannot be used, or when too many would end; what the database says.
pub async fn run(operation: &Operation, command: Members) -> Result<(), Error> {
    let Members::Standing { file, allow_many, dry_run } = command;
    let read = read(&file)?;
    let mut scope = operation.scope(Permission::ManageAccess).await?;
    let accounts: BTreeMap<String, Uuid> =
        accounts::all(&mut scope).await?.into_iter().map(|(id, email, ..)| (email, id)).collect();
    let found = |(email, standing): &(String, Standing)| Some((*accounts.get(email)?, *standing));
    let standings: Vec<(Uuid, Standing)> = read.iter().filter_map(found).collect();
    let outcome = match dry_run {
        true => membership::preview(&mut scope, &standings).await?,
        false => membership::apply(&mut scope, &standings, allow_many).await?,
    };
    if dry_run {
        drop(scope)
    } else {
        scope.commit().await?
    }
    print(operation, &outcome, read.len(), standings.len(), dry_run);
    Ok(())
}

/// Address and standing of each line, the last word on an address standing.
fn read(path: &Path) -> Result<Vec<(String, Standing)>, Error> {
    let told = |why: String| Error::Refused(format!("{} cannot be used: {why}. Nothing was done", path.display()));
    let mut reader = csv::Reader::from_path(path).map_err(|e| told(e.to_string()))?;
    let headings = reader.headers().map_err(|e| told(e.to_string()))?.clone();
    let column = |name: &str| {
        headings
            .iter()
            .position(|h| h.trim_start_matches('\u{feff}').trim().eq_ignore_ascii_case(name))
            .ok_or_else(|| told(format!("it has no column called {name}")))
    };
    let (email, standing) = (column("email")?, column("standing")?);
    let mut by_address = BTreeMap::new();
    for (line, record) in (2..).zip(reader.records()) {
        let record =
            record.map_err(|_| told(format!("line {line} breaks off, or has other columns than the first")))?;
        let word = record.get(standing).unwrap_or_default();
        // Not the word itself: of a wrong column it could be anything of somebody's.
        let standing = Standing::parse(word).ok_or_else(|| {
            let known = Standing::ALL.map(Standing::as_str).join(", ");
            told(format!("line {line} says none of {known} in the column standing"))
        })?;
        let address = record.get(email).unwrap_or_default().trim().to_lowercase();
        if !address.is_empty() {
            by_address.insert(address, standing);
        }
    }
    if by_address.is_empty() {
        return Err(told("no line holds an address".into()));
    }
    Ok(by_address.into_iter().collect())
}

#[derive(Serialize)]
struct Answer {
    read: usize,
    accounts: usize,
    dependent: i64,
    ended: usize,
    too_many: bool,
    left: usize,
    dry_run: bool,
}

fn print(operation: &Operation, outcome: &Outcome, read: usize, accounts: usize, dry_run: bool) {
    let answer = Answer {
        read,
        accounts,
        dependent: outcome.of,
        ended: outcome.ending(),
        too_many: outcome.too_many(),
        left: outcome.grants.len() - outcome.ending(),
        dry_run,
    };
    operation.print(&answer, |a| {
        let ended = words::count(a.ended, "access", "accesses");
        let of = if outcome.grants.is_empty() {
            String::new()
        } else {
            format!(" of {} that depend on membership", a.dependent)
        };
        let mut text = format!(
            "{} read, {} of them with an account. {ended}{of} {}",
            words::count(a.read, "address", "addresses"),
            a.accounts,
            if a.dry_run { "would end; nothing was done" } else { "ended" }
        );
        if a.dry_run && a.too_many {
            text += ". That is more than one in twenty: look whether the right column was read";
        }
        if a.left > 0 {
            text += ". The last administrator was left: nobody else could give access";
        }
        text
    });
}
