//! `audit verify|dump|head|key|expire`: the access log's seal.

use super::Operation;
use crate::access::Permission;
use crate::audit::seal::dump::{self, Line};
use crate::audit::seal::places::default_file;
use crate::audit::seal::sign::publics;
use crate::audit::seal::verify::{Report, Verifier};
use crate::audit::seal::{Head, Public, expiry, store};
use crate::config::Config;
use crate::database::{Looked, Seen, What};
use crate::error::Error;
use crate::web::words::{count, figure};
use chrono::NaiveDate;
use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// How many findings are printed one by one.
const TOLD: usize = 20;

/// Verify the whole access log against its signed heads
#[derive(Debug, clap::Args)]
pub struct Verify {
    /// Verify this dump instead of the database, which is then not asked; needs --key
    #[arg(long, value_name = "FILE", requires = "key")]
    pub dump: Option<PathBuf>,
    /// Heads that a second place holds (may be given again; the installation's own file is read without it)
    #[arg(long, value_name = "FILE")]
    pub heads: Vec<PathBuf>,
    /// A public key to trust, in hex, or a file of them, one a line (else: the installation's own)
    #[arg(long, value_name = "FILE|HEX")]
    pub key: Vec<String>,
    /// Fail, too, when the second place holds heads of a database that a restore on record replaced
    #[arg(long)]
    pub strict: bool,
}

impl Verify {
    fn keys(&self) -> Result<Vec<Public>, Error> {
        let mut keys = Vec::new();
        for given in &self.key {
            match Public::parse(given) {
                Some(key) => keys.push(key),
                None => keys.extend(read_keys(given)?),
            }
        }
        Ok(keys)
    }

    fn second_place(&self) -> Result<Vec<Head>, Error> {
        let all: Result<Vec<Vec<Head>>, Error> = self.heads.iter().map(|file| dump::heads(file)).collect();
        Ok(all?.concat())
    }

    fn conclude(&self, report: &Report, json: bool) -> Result<(), Error> {
        if json {
            println!("{}", serde_json::to_string(report).unwrap_or_default());
        } else {
            println!("{}", in_words(report));
        }
        let first = report.findings.iter().find(|f| f.leaf.is_some()).or(report.findings.first());
        match first {
            Some(first) if report.found > 1 => Err(Error::Refused(format!(
                "The log is not as it was sealed: {} ({} findings)",
                first.told, report.found
            ))),
            Some(first) => Err(Error::Refused(format!("The log is not as it was sealed: {}", first.told))),
            None if self.strict && !report.notes.is_empty() => Err(Error::Refused(report.notes.join("; "))),
            None => Ok(()),
        }
    }
}

fn read_keys(file: &str) -> Result<Vec<Public>, Error> {
    let text = std::fs::read_to_string(file)
        .map_err(|e| Error::Refused(format!("{file} is neither a public key of 64 digits nor a file of them: {e}")))?;
    // As `audit key` prints them: the key is the last word of its line.
    let keys: Option<Vec<Public>> =
        text.lines().filter_map(|line| line.split_whitespace().last()).map(Public::parse).collect();
    keys.filter(|keys| !keys.is_empty())
        .ok_or_else(|| Error::Refused(format!("{file} holds no public keys: each is 64 hexadecimal digits")))
}

fn in_words(report: &Report) -> String {
    let n = |n: u64, one: &str, many: &str| count(i64::try_from(n).unwrap_or(i64::MAX), one, many);
    let mut lines = vec![format!(
        "{} verified against {}{}",
        n(report.rows, "row", "rows"),
        n(report.heads, "signed head", "signed heads"),
        report.head_at.map(|at| format!(", the newest of {at}")).unwrap_or_default()
    )];
    if let Some(until) = report.sealed_until {
        lines.push(format!("Sealed until {until}, {} in all", n(report.leaves, "leaf", "leaves")));
    }
    if report.waiting > 0 {
        let waiting = n(report.waiting, "row waits to be sealed", "rows wait to be sealed");
        lines.push(format!("{waiting}, the oldest for {} seconds", figure(report.lag)));
    }
    if let Some(month) = report.expired_through {
        lines.push(format!("Months through {} were dropped; their root is signed and fits", month.format("%Y-%m")));
    }
    lines.extend(report.notes.iter().map(|note| format!("Note: {note}")));
    lines.extend(report.findings.iter().take(TOLD).map(|finding| format!("WRONG: {}", finding.told)));
    if report.found > TOLD as u64 {
        lines.push(format!("… and {} more", report.found - TOLD as u64));
    }
    lines.join("\n")
}

/// `audit verify --dump`: no database, no installation; a file and a public key.
///
/// # Errors
/// [`Error::Refused`] with the first thing found wrong.
pub fn verify_dump(file: &Path, verify: &Verify, json: bool) -> Result<(), Error> {
    let mut verifier = Verifier::new(&verify.keys()?, verify.second_place()?);
    let open = File::open(file).map_err(|e| Error::Refused(format!("{} cannot be read: {e}", file.display())))?;
    dump::read(BufReader::with_capacity(1 << 20, open), |line| verifier.take(line))?;
    verify.conclude(&verifier.end()?, json)
}

/// `audit verify`: against the database.
///
/// # Errors
/// [`Error::Refused`] with the first thing found wrong; what the database says.
pub async fn verify(operation: &Operation, verify: &Verify, config: &Config, data: &Path) -> Result<(), Error> {
    let mut keys = verify.keys()?;
    if keys.is_empty() {
        keys = publics(&operation.keys)?;
    }
    let mut second_place = verify.second_place()?;
    let own = config.seal.file.clone().unwrap_or_else(|| default_file(data));
    if verify.heads.is_empty() && own.exists() {
        second_place = dump::heads(&own)?;
    }
    let unread = verify.heads.is_empty() && !own.exists();
    let mut verifier = Verifier::new(&keys, second_place);
    let mut scope = operation.scope(Permission::ReadAccessLog).await?;
    store::lines(&mut scope, &mut |line| verifier.take(line)).await?;
    scope.commit().await?;
    let report = verifier.end()?;
    let mut scope = operation.scope(Permission::ReadAccessLog).await?;
    store::keep_check(&mut scope, &report).await?;
    scope.commit().await?;
    if unread && report.leaves > 0 {
        eprintln!(
            "hustings: no second place was read ({} is not there), so an older state of the database would pass",
            own.display()
        );
    }
    verify.conclude(&report, operation.json)
}

/// `audit dump FILE`: the log with its seal, for an auditor who has no database. On record as an export.
///
/// # Errors
/// [`Error::Refused`] when the file is there or cannot be written; it appears whole or not at all.
pub async fn write_dump(operation: &Operation, file: &Path) -> Result<(), Error> {
    if file.exists() {
        return Err(Error::Refused(format!("{} is there already. Name another file", file.display())));
    }
    let told = |e: std::io::Error| Error::Refused(format!("{} cannot be written: {e}", file.display()));
    let directory = file.parent().filter(|d| !d.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let draft = tempfile::Builder::new()
        .permissions(std::fs::Permissions::from_mode(0o600))
        .tempfile_in(directory)
        .map_err(told)?;
    let mut out = BufWriter::with_capacity(1 << 20, draft);
    let mut rows = 0;
    let mut scope = operation.scope(Permission::ReadAccessLog).await?;
    store::lines(&mut scope, &mut |line| {
        rows += i64::from(matches!(line, Line::Waiting(_) | Line::Leaf(_)));
        dump::write(&mut out, &line)
    })
    .await?;
    scope.finish(Seen::new((), Looked { what: What::Export, ..Looked::default() })).await?;
    out.flush().map_err(told)?;
    let draft = out.into_inner().map_err(|e| told(e.into_error()))?;
    draft.as_file().sync_all().map_err(told)?;
    draft.persist_noclobber(file).map_err(|e| told(e.error))?;
    operation.print(&serde_json::json!({ "rows": rows }), |_| {
        format!("{} of the access log written to {}", count(rows, "row", "rows"), file.display())
    });
    Ok(())
}

/// `audit head`: the newest head, as a signed note that other programs verify too.
///
/// # Errors
/// [`Error::Refused`] when nothing was sealed yet.
pub async fn head(operation: &Operation) -> Result<(), Error> {
    let mut scope = operation.scope(Permission::ReadAccessLog).await?;
    let status = store::status(&mut scope).await?;
    scope.commit().await?;
    let head = status
        .head
        .ok_or_else(|| Error::Refused("Nothing was sealed yet: the server seals the log while it runs".into()))?;
    let public = publics(&operation.keys)?.into_iter().find(|public| public.id() == head.key);
    operation.print(&head, |head| match public {
        Some(public) => head.note(&public).trim_end().to_owned(),
        None => format!("{}signed by the key {}, which this installation does not have", head.text(), head.key),
    });
    Ok(())
}

/// `audit key`: the public halves, for whoever is to verify.
///
/// # Errors
/// [`Error::Refused`] when the keys cannot be read.
pub fn key(operation: &Operation) -> Result<(), Error> {
    let keys = publics(&operation.keys)?;
    let rows: Vec<_> =
        keys.iter().map(|key| serde_json::json!({ "key": key.id(), "public": hex::encode(key.0) })).collect();
    operation.print_all(&rows, |row| {
        format!("{}  {}", row["key"].as_str().unwrap_or_default(), row["public"].as_str().unwrap_or_default())
    });
    Ok(())
}

/// `audit expire --before MONTH`: drops whole months that are older than the log is kept.
///
/// # Errors
/// [`Error::Refused`] when they are too young, or anything is not right: then nothing was dropped.
pub async fn expire(operation: &Operation, before: &str) -> Result<(), Error> {
    let before = NaiveDate::parse_from_str(&format!("{before}-01"), "%Y-%m-%d")
        .map_err(|_| Error::Refused("Write the month as 2026-11".into()))?;
    let mut scope = operation.scope(Permission::KeepSeal).await?;
    let expired = expiry::expire(&mut scope, &operation.keys, before).await?;
    scope.commit().await?;
    operation.print(&expired, |e| {
        format!(
            "{} through {} dropped. The root over leaves 0 to {} is signed and kept: {}",
            count(i64::try_from(e.rows).unwrap_or(i64::MAX), "row", "rows"),
            e.month.format("%Y-%m"),
            e.through.saturating_sub(1),
            hex::encode(e.root)
        )
    });
    Ok(())
}
