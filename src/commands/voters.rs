//! `hustings absent-voters import FILE --poll NAME`, `hustings marked-register import FILE --poll NAME`, and of each `list` and
//! `take-back ID`: councils' lists of a poll, by the operator.

use super::Operation;
use crate::access::Permission;
use crate::database::Scoped;
use crate::error::Error;
use crate::incoming::Contents;
use crate::polls;
use crate::registers::ground;
use crate::voters::What;
use crate::voters::apply::{Said, apply};
use crate::voters::columns::{Columns, Field};
use crate::voters::imports::{self, Given, Import};
use crate::voters::plan::{Counts, Refused};
use crate::voters::reading;
use crate::voters::withdrawal;
use crate::web::words::{self, count, figure};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::path::PathBuf;
use uuid::Uuid;

/// How many files are listed.
const LISTED: i64 = 200;

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
    /// List the files that were given, the newest first, with their ids
    List,
    /// Take a list back that was imported by mistake; say why with --reason
    TakeBack {
        /// Its id, as `list` prints it
        id: Uuid,
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
    /// List the files that were given, the newest first, with their ids
    List,
    /// Take a marked register back that was imported by mistake; say why with --reason
    TakeBack {
        /// Its id, as `list` prints it
        id: Uuid,
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
    /// Go on although many numbers are nobody's, nearly everybody would count as having voted, many would stand on no list any more,
    /// or a final list comes long before the poll
    #[arg(long)]
    pub allow_many: bool,
}

/// What an import did.
#[derive(Debug, Serialize)]
pub struct Imported {
    /// The file's id, by which it can be taken back.
    pub id: Uuid,
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
    let (what, file) = match command {
        AbsentVoters::Import { file, last: true } => (What::Final, file),
        AbsentVoters::Import { file, last: false } => (What::Current, file),
        AbsentVoters::List => return list(operation, false).await,
        AbsentVoters::TakeBack { id } => return taken_back(operation, id, false).await,
    };
    let imported = import(operation, what, &file, false).await?;
    operation.print(&imported, words_of);
    Ok(())
}

/// Runs `marked-register`.
///
/// # Errors
/// [`Error::Refused`] with one line that says why.
pub async fn marked(operation: &Operation, command: MarkedRegister) -> Result<(), Error> {
    let (file, replace) = match command {
        MarkedRegister::Import { file, replace } => (file, replace),
        MarkedRegister::List => return list(operation, true).await,
        MarkedRegister::TakeBack { id } => return taken_back(operation, id, true).await,
    };
    let imported = import(operation, What::Marked, &file, replace).await?;
    operation.print(&imported, words_of);
    Ok(())
}

/// Prints the newest files of a kind.
async fn list(operation: &Operation, marked: bool) -> Result<(), Error> {
    let mut scope = operation.scope(Permission::ImportRegisters).await?;
    let files = imports::list(&mut scope, LISTED).await?;
    scope.commit().await?;
    let files: Vec<Listed> = files.into_iter().filter(|f| f.what().is_marked() == marked).map(Listed::of).collect();
    operation.print_all(&files, Listed::words);
    Ok(())
}

/// A file that was given, as it is listed.
#[derive(Debug, Serialize)]
struct Listed {
    id: Uuid,
    file: String,
    what: &'static str,
    authority: String,
    poll: String,
    people: usize,
    state: String,
    begun_at: DateTime<Utc>,
}

impl Listed {
    fn of(import: Import) -> Self {
        Listed {
            id: import.id,
            what: import.what().as_str(),
            poll: import.poll_words(),
            people: import.counts.map_or(0, |c| c.found()),
            file: import.file_name,
            authority: import.authority,
            state: import.state,
            begun_at: import.begun_at,
        }
    }

    fn words(&self) -> String {
        let people = count(self.people, "person", "people");
        let begun = words::moment(self.begun_at);
        let Listed { id, file, authority, poll, state, .. } = self;
        format!("{id}  {begun}  {file}  {authority}  {poll}  {people}  {state}")
    }
}

/// Takes a file back and says how many lost what it had said of them.
async fn taken_back(operation: &Operation, id: Uuid, marked: bool) -> Result<(), Error> {
    let lost = take_back(operation, id, marked).await?;
    operation.print(&serde_json::json!({ "id": id, "lost": lost }), |_| match lost {
        Some(lost) if marked => {
            format!("Taken back: {} that they voted", count(lost, "person lost the mark", "people lost the mark"))
        }
        Some(lost) => format!("Taken back: {} on it no longer", count(lost, "person is", "people are")),
        None => "It was taken back before: nothing was done".into(),
    });
    Ok(())
}

/// Takes an imported file of this kind back, for the reason of this run; None: it was taken back before.
///
/// # Errors
/// [`Error::Refused`] without a reason, or when there is no such file; [`Error::Conflict`] when nothing of it stands.
pub async fn take_back(operation: &Operation, id: Uuid, marked: bool) -> Result<Option<i64>, Error> {
    let none = || Error::Refused("There is no such file: list prints their ids".into());
    let reason: String = match operation.session.reason.trim() {
        "" => return Err(Error::Refused("Say why with --reason".into())),
        reason => reason.chars().take(500).collect(),
    };
    let mut scope = operation.scope(Permission::ImportRegisters).await?;
    let import = imports::open(&mut scope, id).await.map_err(|error| match error {
        Error::NotFound => none(),
        other => other,
    })?;
    if import.what().is_marked() != marked {
        return Err(none());
    }
    let lost = withdrawal::take_back(&mut scope, &import, &reason).await?;
    scope.commit().await?;
    Ok(lost)
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
    Ok(Imported { id, poll: poll_name, authority, encoding: import.encoding, counts, refused_lines })
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
fn letters_of(what: What, contents: &Contents) -> Vec<String> {
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
    lines.push(format!("File {}", imported.id));
    lines.join("\n")
}
