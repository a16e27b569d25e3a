//! A mailbox as a folder: a Maildir, or plain files `.eml`. Each file is read once and moved to `done`, or to `other` where it is no
//! report; one that a crash left where it was counts once all the same.

use super::{Counts, LONGEST, of_report, report};
use crate::access::door::messages::note_return;
use crate::database::Database;
use crate::error::Error;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How often the folder is looked at.
pub const EVERY: Duration = Duration::from_secs(60);
/// How many files are taken at a time.
const AT_ONCE: usize = 500;

/// The files that wait, the oldest names first. Nothing but plain files: no link leads out of the folder.
///
/// # Errors
/// What the file system says.
pub fn waiting(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let maildir = folder.join("new").is_dir();
    let places = if maildir { vec![folder.join("new"), folder.join("cur")] } else { vec![folder.to_owned()] };
    let mut files = Vec::new();
    for place in places.iter().filter(|place| place.is_dir()) {
        for entry in std::fs::read_dir(place)? {
            let entry = entry?;
            let named = maildir || entry.path().extension().is_some_and(|e| e.eq_ignore_ascii_case("eml"));
            if named && entry.file_type()?.is_file() {
                files.push(entry.path());
            }
        }
    }
    files.sort();
    files.truncate(AT_ONCE);
    Ok(files)
}

/// A file's bytes; None: it is longer than any report.
///
/// # Errors
/// What the file system says.
pub fn bytes(file: &Path) -> io::Result<Option<Vec<u8>>> {
    let length = usize::try_from(std::fs::metadata(file)?.len()).unwrap_or(usize::MAX);
    if length > LONGEST { Ok(None) } else { std::fs::read(file).map(Some) }
}

/// Moves a file that was read, beside the others of its kind.
///
/// # Errors
/// What the file system says.
pub fn put_away(folder: &Path, file: &Path, read: bool) -> io::Result<()> {
    let place = folder.join(if read { "done" } else { "other" });
    std::fs::create_dir_all(&place)?;
    let name = file.file_name().unwrap_or_default();
    std::fs::rename(file, place.join(name))
}

/// Reads what waits in the folder and puts it on record.
///
/// # Errors
/// [`Error::Refused`] when the folder cannot be read, [`Error::Unavailable`] when the database is away: what waits is read then.
pub async fn read(database: &Database, folder: &Path) -> Result<Counts, Error> {
    let told = |e: io::Error| Error::Refused(format!("The folder of returns {} cannot be used: {e}", folder.display()));
    let mut counts = Counts::default();
    for file in waiting(folder).map_err(told)? {
        let raw = bytes(&file).map_err(told)?;
        let found = raw.as_deref().and_then(|raw| Some((raw, report::parse(raw)?)));
        if let Some((raw, report)) = &found {
            let mut connection = database.door().acquire().await?;
            counts.add(&note_return(&mut connection, &of_report(raw, report, "mailbox")).await?);
        } else {
            counts.other += 1;
        }
        put_away(folder, &file, found.is_some()).map_err(told)?;
    }
    Ok(counts)
}
