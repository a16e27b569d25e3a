//! `hustings register preview|import FILE`: a council's register from the command line, by the operator.

use super::Operation;
use crate::access::Permission;
use crate::database::Scoped;
use crate::error::Error;
use crate::keys::Keys;
use crate::registers::apply::{self, Applied};
use crate::registers::preview::{Preview, match_and_count};
use crate::registers::staging::{self, Facts, Piece};
use crate::registers::store::{self, NewImport};
use crate::registers::{Basis, encoding_title, format_title};
use crate::web::words::{count, figure};
use chrono::NaiveDate;
use sha2::{Digest, Sha256};
use std::io::Read;
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// What may be done with a register.
#[derive(Debug, clap::Subcommand)]
pub enum Register {
    /// Say what importing this file would change, and change nothing.
    Preview(Choices),
    /// Import this file, all of it or nothing.
    Import(Choices),
}

/// A file and how to read it.
#[derive(Debug, clap::Args)]
pub struct Choices {
    /// The register as the council sent it: CSV or tab-separated text.
    pub file: PathBuf,
    /// Whose register it is. Default: the authority of the known districts, else "Unnamed authority".
    #[arg(long)]
    pub authority: Option<String>,
    /// The register's date. Default: today.
    #[arg(long)]
    pub date: Option<NaiveDate>,
    /// By which rule it came.
    #[arg(long, default_value = "party")]
    pub basis: Basis,
    /// Go on although more than 5% of the electors held would be removed.
    #[arg(long)]
    pub allow_large_removal: bool,
    /// Go on although districts are not known in this authority.
    #[arg(long)]
    pub allow_other_districts: bool,
}

/// What a file would change, or did, and its refused rows.
#[derive(Debug)]
pub struct Report {
    /// The figures.
    pub preview: Preview,
    /// The rows that are not imported.
    pub refused: Vec<store::Refused>,
}

/// Runs the command.
///
/// # Errors
/// [`Error::Refused`] with one line that says why: the file cannot be read, or the import stops by its warnings.
pub async fn run(operation: &Operation, command: Register) -> Result<(), Error> {
    let (report, were) = match command {
        Register::Preview(choices) => (preview(operation, &choices).await?, "would be"),
        Register::Import(choices) => (import(operation, &choices).await?, "were"),
    };
    operation.print(&report.preview.to_json(&report.refused), |_| words(&report, were));
    Ok(())
}

/// Says what importing a file would change: all in one transaction that is never committed.
///
/// # Errors
/// As [`run`].
pub async fn preview(operation: &Operation, choices: &Choices) -> Result<Report, Error> {
    let mut scope = operation.scope(Permission::ImportRegisters).await?;
    Ok(look_over(&mut scope, choices).await?.1)
}

/// Imports a file: all in one transaction, committed at the end or not at all.
///
/// # Errors
/// As [`run`].
pub async fn import(operation: &Operation, choices: &Choices) -> Result<Report, Error> {
    let mut scope = operation.scope(Permission::ImportRegisters).await?;
    let report = import_in(&mut scope, &operation.keys, choices).await?;
    scope.commit().await?;
    Ok(report)
}

/// Imports a file in a transaction that does more than that.
///
/// # Errors
/// As [`run`].
pub async fn import_in(scope: &mut Scoped, keys: &Keys, choices: &Choices) -> Result<Report, Error> {
    let (id, report) = look_over(scope, choices).await?;
    if let Some(why) = report.preview.stop(choices.allow_large_removal, choices.allow_other_districts) {
        let flag = if report.preview.other_districts && !choices.allow_other_districts {
            "--allow-other-districts"
        } else {
            "--allow-large-removal"
        };
        return Err(Error::Refused(format!("{why}; {flag} goes on all the same")));
    }
    store::set_applying(scope, id, choices.allow_large_removal, choices.allow_other_districts).await?;
    let applied = apply::apply(scope, keys, id, choices.allow_large_removal, choices.allow_other_districts).await?;
    if applied == Applied::Stale {
        return Err(Error::Conflict(
            "Another register of this authority came in meanwhile. Nothing was changed: run it again".into(),
        ));
    }
    store::forget(scope, id).await?;
    // The planner must know of a million new people at once, not when the next vacuum comes by.
    sqlx::query!("analyze household, elector, register_entry").execute(scope.connection()).await?;
    Ok(report)
}

async fn look_over(scope: &mut Scoped, choices: &Choices) -> Result<(Uuid, Report), Error> {
    let new = new_import(choices)?;
    staging::check(choices.file.clone(), new.published).await?;
    let id = store::add(scope, &new).await?;
    let facts = stage(scope, id, &new, choices.file.clone()).await?;
    sqlx::query!("analyze import_row").execute(scope.connection()).await?;
    store::set_facts(scope, id, &facts).await?;
    let (ground, preview) = match_and_count(scope, id, &new, &facts).await?;
    store::set_ready(scope, id, ground.partition, &preview).await?;
    let refused = store::refused(scope, id).await?;
    Ok((id, Report { preview, refused }))
}

async fn stage(scope: &mut Scoped, id: Uuid, new: &NewImport, file: PathBuf) -> Result<Facts, Error> {
    let mut pieces = staging::read(file, new.published);
    while let Some(piece) = pieces.recv().await {
        match piece.map_err(staging::refused)? {
            Piece::Rows(batch) => store::stage(scope, id, &batch).await?,
            Piece::End(facts) => return Ok(facts),
        }
    }
    Err(Error::internal("the reading thread ended without an end"))
}

fn new_import(choices: &Choices) -> Result<NewImport, Error> {
    let (bytes, sha256) =
        digest(&choices.file).map_err(|e| Error::Refused(format!("{} cannot be read: {e}", choices.file.display())))?;
    Ok(NewImport {
        file_name: choices.file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default(),
        authority: choices.authority.clone().unwrap_or_default(),
        published: choices.date.unwrap_or_else(|| crate::web::words::day_of(chrono::Utc::now())),
        basis: choices.basis,
        bytes,
        sha256,
    })
}

fn digest(path: &Path) -> std::io::Result<(u64, Vec<u8>)> {
    let mut file = std::fs::File::open(path)?;
    let (mut hash, mut bytes, mut buffer) = (Sha256::new(), 0, vec![0; 1 << 16]);
    loop {
        let n = file.read(&mut buffer)?;
        if n == 0 {
            return Ok((bytes, hash.finalize().to_vec()));
        }
        bytes += n as u64;
        hash.update(&buffer[..n]);
    }
}

fn words(report: &Report, were: &str) -> String {
    let Report { preview, refused } = report;
    let mut lines = vec![
        format!("{} of {}, {}", format_title(&preview.format), preview.authority, encoding_title(&preview.encoding)),
        format!(
            "{} read: {} {were} added, {} changed, {} removed, {} stay as they are",
            count(preview.rows, "row", "rows"),
            figure(preview.added),
            figure(preview.changed),
            figure(preview.removed),
            figure(preview.unchanged)
        ),
        format!(
            "{} attainers, {} overseas, {} anonymous",
            figure(preview.attainers),
            figure(preview.overseas),
            figure(preview.anonymous)
        ),
    ];
    lines.extend(preview.warnings.iter().map(|w| format!("Warning: {w}")));
    lines.extend(refused.iter().map(|r| format!("Line {}: {}", r.line, r.reason)));
    lines.join("\n")
}
