//! `members standing`: how memberships stand, from a file, and the access that depends on them. `members import`: the party's
//! file, by the operator.

use super::Operation;
use crate::access::Permission;
use crate::access::membership::{self, Outcome, Standing};
use crate::access::store::accounts;
use crate::areas;
use crate::database::Scoped;
use crate::error::Error;
use crate::keys::Keys;
use crate::members::apply::{Said, apply};
use crate::members::imports::{self, Choice, Counts, Given};
use crate::members::lapsing::Meant;
use crate::members::plan::Refused;
use crate::members::reading;
use crate::web::words;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// Memberships.
#[derive(clap::Subcommand)]
pub enum Members {
    /// Bring the party's membership file in, all of it or nothing
    Import(Import),
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

/// A membership file and how to take it.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Import {
    /// The file as the party sent it: CSV or an Excel workbook (.xlsx) with a line of headings
    pub file: PathBuf,
    /// Where whoever has no known branch belongs; nobody outside it is touched
    #[arg(long, default_value = "all")]
    pub area: String,
    /// The file is complete: members who are missing from it have lapsed
    #[arg(long)]
    pub complete: bool,
    /// Go on even if more than one in twenty of the accesses that depend on membership would end, or more than 20 members or one
    /// in ten would be marked lapsed
    #[arg(long)]
    pub allow_many: bool,
    /// Why people who were erased are recorded as members again; without it they are left out
    #[arg(long, value_name = "REASON")]
    pub erased_again: Option<String>,
    /// Say what would change, and change nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// Runs one of these commands.
///
/// # Errors
/// [`Error::Refused`] for a file that cannot be used, or when too many would end; what the database says.
pub async fn run(operation: &Operation, command: Members) -> Result<(), Error> {
    match command {
        Members::Import(choices) => {
            let imported = import(operation, &choices).await?;
            operation.print(&imported, |i| words_of(i, choices.dry_run));
            Ok(())
        }
        Members::Standing { file, allow_many, dry_run } => stand(operation, file, allow_many, dry_run).await,
    }
}

/// What an import did, or would do.
#[derive(Debug, Serialize)]
pub struct Imported {
    /// The file's encoding.
    pub encoding: &'static str,
    /// The figures.
    #[serde(flatten)]
    pub counts: Counts,
    /// The lines that were not taken.
    pub refused: Vec<Refused>,
    /// Branches' names that mean no area, whose members stay in the area given.
    pub unknown_branches: Vec<String>,
    /// Whether people who were erased are among those added.
    pub erased_again: bool,
    /// Whether nothing was done.
    pub dry_run: bool,
}

/// Imports a membership file: in one transaction, committed at the end or not at all.
///
/// # Errors
/// As [`run`].
pub async fn import(operation: &Operation, choices: &Import) -> Result<Imported, Error> {
    let bytes = std::fs::read(&choices.file)
        .map_err(|e| Error::Refused(format!("{} cannot be read: {e}", choices.file.display())))?;
    let mut scope = operation.scope(Permission::ImportMembers).await?;
    let name = choices.file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let imported = import_in(&mut scope, &operation.keys, choices, &name, bytes).await?;
    if choices.dry_run {
        drop(scope);
    } else {
        scope.commit().await?;
    }
    Ok(imported)
}

/// The same in a transaction that does more than that.
///
/// # Errors
/// As [`run`].
pub async fn import_in(
    scope: &mut Scoped,
    keys: &Keys,
    choices: &Import,
    name: &str,
    bytes: Vec<u8>,
) -> Result<Imported, Error> {
    let area = areas::store::resolve(scope, &choices.area).await?;
    let given = Given {
        name: words::file_name(name),
        bytes: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
        sha256: Sha256::digest(&bytes).to_vec(),
    };
    if bytes.len() > reading::LIMIT {
        return Err(Error::Refused("The file is larger than 32 MB. Nothing was done".into()));
    }
    let contents = reading::read(bytes).map_err(|e| Error::Refused(format!("{e}. Nothing was done")))?;
    let encoding = contents.encoding;
    let id = imports::add(scope, area.id, &given, &contents).await?;
    let import = imports::open(scope, id).await?;
    if import.columns.is_none() {
        return Err(Error::Refused(
            "The headings are not known. Give the file once on the page of imports, where somebody says which column is \
             what: that is remembered. Nothing was done"
                .into(),
        ));
    }
    let erased_reason = choices.erased_again.as_deref().map(str::trim).filter(|r| !r.is_empty()).map(str::to_owned);
    if erased_reason.as_ref().is_some_and(|r| r.chars().count() > 300) {
        return Err(Error::Refused("The reason is longer than 300 letters. Nothing was done".into()));
    }
    let choice = Choice { complete: choices.complete, erased_reason, branches: Vec::new() };
    imports::choose(scope, &import, &choice).await?;
    let import = imports::open(scope, id).await?;
    let (plan, _, outcome) = imports::look_over(scope, keys, &import).await?;
    let unknown_branches = plan.unknown.keys().cloned().collect();
    if let (true, Some(why)) = (import.complete, plan.not_complete()) {
        return Err(Error::Refused(format!("{why}. Nothing was done")));
    }
    let counts = match choices.dry_run {
        true => Counts::of(&plan, import.complete, &outcome),
        false => apply(scope, keys, &import, &said(choices)).await.map_err(lapse_words)?,
    };
    let erased_again = import.erased_reason.is_some();
    Ok(Imported { encoding, counts, refused: plan.refused, unknown_branches, erased_again, dry_run: choices.dry_run })
}

fn said(choices: &Import) -> Said {
    let lapse = if choices.allow_many { Meant::Any } else { Meant::Unsaid };
    Said { expected: None, allow_many: choices.allow_many, lapse, unknown_stay: true }
}

/// Many who would lapse, in words for a command line, where nothing can be ticked.
fn lapse_words(error: Error) -> Error {
    match error {
        Error::Invalid(_) => Error::Refused(
            "More than 20 members, or more than one in ten, would be marked lapsed, so nothing was done. Look with --dry-run whether \
             this is the right file. If so many are meant, say so with --allow-many"
                .into(),
        ),
        other => other,
    }
}

fn words_of(i: &Imported, dry_run: bool) -> String {
    let (were, done) = if dry_run { ("would be", "would end; nothing was done") } else { ("were", "ended") };
    let c = &i.counts;
    let mut lines = vec![format!(
        "{} read: {} {were} added, {} changed, {} marked lapsed, {} stay as they are",
        words::count(c.rows, "member", "members"),
        words::figure(c.added),
        words::figure(c.changed),
        words::figure(c.lapsed),
        words::figure(c.unchanged)
    )];
    lines.push(format!("{} {done}", words::count(c.accesses, "access", "accesses")));
    if c.missing > c.lapsed {
        lines.push(format!(
            "{} not in the file; with --complete they are marked lapsed",
            words::count(c.missing, "current member is", "current members are")
        ));
    }
    if !dry_run {
        lines.push(format!(
            "{} found on the register; {} may be, and wait for a person",
            words::figure(c.linked),
            words::count(c.doubtful, "pair", "pairs")
        ));
    }
    if c.erased > 0 && !i.erased_again {
        lines.push(format!(
            "{} left out; with --erased-again REASON they are recorded as members again, and campaigning stays stopped",
            words::count(c.erased, "person in it was erased and is", "people in it were erased and are")
        ));
    }
    if c.odd_emails > 0 {
        lines.push(format!("{} left out: not valid", words::count(c.odd_emails, "email address", "email addresses")));
    }
    lines.extend(
        i.unknown_branches.iter().map(|b| format!("No area is called {b}: its members belong to the area given")),
    );
    lines.extend(c.left_out_words());
    lines.extend(i.refused.iter().map(|r| format!("Line {}: {}", r.line, r.reason)));
    lines.join("\n")
}

async fn stand(operation: &Operation, file: PathBuf, allow_many: bool, dry_run: bool) -> Result<(), Error> {
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
