//! `hustings absent-voters import FILE --poll NAME` and `hustings marked-register import FILE --poll NAME`: councils' lists of a poll,
//! by the operator.

use super::Operation;
use crate::access::Permission;
use crate::database::Scoped;
use crate::error::Error;
use crate::polls;
use crate::registers::ground;
use crate::voters::What;
use crate::voters::apply::{Said, apply};
use crate::voters::columns::{Columns, Field};
use crate::voters::imports::{self, Given};
use crate::voters::plan::{Counts, Refused};
use crate::voters::reading;
use crate::web::words::{self, count, figure};
use chrono::{NaiveDate, Utc};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::path::PathBuf;

/// What may be done with absent voters' lists.
#[derive(Debug, clap::Subcommand)]
pub enum AbsentVoters {
    /// Import a council's list of who votes by post or proxy, all of it or nothing
    Import {
        /// The file
        #[command(flatten)]
        file: Choices,
        /// It is the final list, which takes the place of the current ones
        #[arg(long = "final")]
        last: bool,
    },
}

/// What may be done with marked registers.
#[derive(Debug, clap::Subcommand)]
pub enum MarkedRegister {
    /// Import a council's list of who voted, all of it or nothing
    Import {
        /// The file
        #[command(flatten)]
        file: Choices,
        /// It takes the place of what is held of its districts; else it is added
        #[arg(long)]
        replace: bool,
    },
}

/// A file and how to take it.
#[derive(Debug, Clone, clap::Args)]
pub struct Choices {
    /// The list as the council sent it: CSV, tab-separated text or an Excel workbook (.xlsx), with a line of headings
    pub file: PathBuf,
    /// The poll's name, as `hustings poll list` prints it, or its id
    #[arg(long)]
    pub poll: String,
    /// The day on which the council made it. Default: today
    #[arg(long)]
    pub date: Option<NaiveDate>,
    /// Whose list it is. Default: the authority of its districts
    #[arg(long)]
    pub authority: Option<String>,
    /// Go on although many numbers are nobody's, or nearly everybody would count as having voted
    #[arg(long)]
    pub allow_many: bool,
}

/// What an import did.
#[derive(Debug, Serialize)]
pub struct Imported {
    /// The poll's name.
    pub poll: String,
    /// The authority's name.
    pub authority: String,
    /// The file's encoding.
    pub encoding: String,
    /// The figures.
    #[serde(flatten)]
    pub counts: Counts,
    /// The first lines that were not taken.
    pub refused_lines: Vec<Refused>,
}

/// Runs `absent-voters`.
///
/// # Errors
/// [`Error::Refused`] with one line that says why.
pub async fn absent(operation: &Operation, command: AbsentVoters) -> Result<(), Error> {
    let AbsentVoters::Import { file, last } = command;
    let what = if last { What::Final } else { What::Current };
    let imported = import(operation, what, &file, false).await?;
    operation.print(&imported, words_of);
    Ok(())
}

/// Runs `marked-register`.
///
/// # Errors
/// [`Error::Refused`] with one line that says why.
pub async fn marked(operation: &Operation, command: MarkedRegister) -> Result<(), Error> {
    let MarkedRegister::Import { file, replace } = command;
    let imported = import(operation, What::Marked, &file, replace).await?;
    operation.print(&imported, words_of);
    Ok(())
}

/// Imports a list: in one transaction, committed at the end or not at all.
///
/// # Errors
/// As [`absent`].
pub async fn import(operation: &Operation, what: What, choices: &Choices, instead: bool) -> Result<Imported, Error> {
    let mut scope = operation.scope(Permission::ImportRegisters).await?;
    let imported = import_in(&mut scope, what, choices, instead).await.map_err(no_page)?;
    scope.commit().await?;
    Ok(imported)
}

/// The same in a transaction that does more than that.
///
/// # Errors
/// As [`absent`].
pub async fn import_in(scope: &mut Scoped, what: What, choices: &Choices, instead: bool) -> Result<Imported, Error> {
    let bytes = std::fs::read(&choices.file)
        .map_err(|e| Error::Refused(format!("{} cannot be read: {e}", choices.file.display())))?;
    let (size, sha256) = (bytes.len(), Sha256::digest(&bytes).to_vec());
    let contents = reading::read(what, bytes)?;
    let (poll, poll_name) = poll_of(scope, &choices.poll).await?;
    let letters = letters_of(what, &contents);
    let wished = choices.authority.as_deref().unwrap_or_default();
    let (authority, partition) = ground::authority_of(scope, wished, &letters).await?;
    let partition = partition.ok_or_else(|| Error::Refused("No register of this authority was imported yet".into()))?;
    let given = Given {
        what,
        poll,
        partition,
        published: choices.date.unwrap_or_else(|| words::day_of(Utc::now())),
        name: words::file_name(&choices.file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()),
        bytes: i64::try_from(size).unwrap_or(i64::MAX),
        sha256,
    };
    let id = imports::add(scope, &given, &contents).await?;
    let import = imports::open(scope, id).await?;
    if import.columns.is_none() {
        return Err(Error::Refused(
            "The headings are not known. Give the file once on the page of imports, where somebody says which column is what: that is \
             remembered"
                .into(),
        ));
    }
    let counts = apply(scope, &import, &Said { expected: None, allow_many: choices.allow_many, instead }).await?;
    let refused_lines = imports::open(scope, id).await?.refused.0;
    Ok(Imported { poll: poll_name, authority, encoding: import.encoding, counts, refused_lines })
}

/// The poll of a name or id.
async fn poll_of(scope: &mut Scoped, named: &str) -> Result<(i64, String), Error> {
    let all = polls::store::list(scope).await?;
    let named = named.trim();
    let mut found = all.into_iter().filter(|p| p.name.eq_ignore_ascii_case(named) || p.id.to_string() == named);
    match (found.next(), found.next()) {
        (Some(poll), None) => Ok((poll.id, poll.name)),
        (None, _) => Err(Error::Refused(format!("There is no poll called {named}: hustings poll list prints them"))),
        _ => Err(Error::Refused("Several polls have this name: give the id that hustings poll list prints".into())),
    }
}

/// The districts' letters that a file names, to tell whose it is.
fn letters_of(what: What, contents: &crate::members::reading::Contents) -> Vec<String> {
    let columns = Columns::guess(what, &contents.headings);
    let mut letters: Vec<String> = contents
        .lines
        .iter()
        .filter_map(|line| line.cells.as_ref().ok())
        .filter_map(|cells| match columns.of(Field::District, cells) {
            "" => columns.of(Field::Number, cells).rsplit_once('-').map(|(letters, _)| letters.trim().to_uppercase()),
            letters => Some(letters.trim().to_uppercase()),
        })
        .collect();
    letters.sort_unstable();
    letters.dedup();
    letters
}

/// What a page asks to tick, in words for a command line.
fn no_page(error: Error) -> Error {
    match error {
        Error::Invalid(fields) if fields.iter().any(|f| f.field == "allow_many") => Error::Refused(
            "So many numbers are nobody’s, or so many would count as having voted, that this is likely not the right file, register or \
             column. Nothing was done; --allow-many goes on all the same"
                .into(),
        ),
        other => other,
    }
}

fn words_of(imported: &Imported) -> String {
    let c = &imported.counts;
    let mut lines = vec![format!(
        "{} of {}, {}: {} found ({})",
        count(c.rows, "line", "lines"),
        imported.authority,
        imported.poll,
        count(c.found(), "person", "people"),
        c.votes_words()
    )];
    lines.push(format!("{} say nothing of anybody, {} are anonymous", figure(c.silent), figure(c.anonymous)));
    lines.extend(
        c.reasons_words()
            .into_iter()
            .map(|(reason, n)| format!("{}: {reason}", count(n, "line refused", "lines refused"))),
    );
    lines.join("\n")
}
