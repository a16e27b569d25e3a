//! A register on its way up: straight into a file of its own, never into memory, gone when it has been read.

use super::Basis;
use super::store::NewImport;
use crate::error::{Error, FieldError};
use crate::web::{drawn_under, words};
use axum::extract::multipart::{Field, Multipart, MultipartError};
use axum::http::{HeaderMap, StatusCode, header};
use chrono::NaiveDate;
use sha2::{Digest, Sha256};
use std::path::Path;
use tempfile::TempPath;
use tokio::io::AsyncWriteExt;
use uuid::Uuid;

/// The largest file that is taken: some five million electors.
pub const LIMIT: usize = 600 * 1024 * 1024;

/// No reading takes this long: a file of this age has lost its server.
const LEFT_BEHIND: std::time::Duration = std::time::Duration::from_secs(12 * 3600);

/// The form as it came; what was typed comes back when something is wrong with it.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    /// Whose register.
    pub authority: String,
    /// Its date.
    pub date: String,
    /// By which rule.
    pub basis: String,
}

/// A file that came up whole.
pub struct Received {
    /// Where it is; it goes with this value.
    pub path: TempPath,
    name: String,
    bytes: u64,
    sha256: Vec<u8>,
}

/// Refuses what says at once that it is too large, before a byte of it is read.
///
/// # Errors
/// [`Error::TooLarge`].
pub fn check_length(headers: &HeaderMap) -> Result<(), Error> {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<usize>().ok());
    if length.is_some_and(|n| n > LIMIT) { Err(too_large()) } else { Ok(()) }
}

fn too_large() -> Error {
    Error::TooLarge(
        "This file is larger than 600 MB, which is more than any council's register. Check that it is the right one"
            .into(),
    )
}

/// Takes the form's fields and its file.
///
/// # Errors
/// [`Error::TooLarge`]; [`Error::Conflict`] for a form drawn under another grant; [`Error::Refused`] when the server has
/// no room for it.
pub async fn take(mut form: Multipart, grant: Uuid, folder: &Path) -> Result<(Typed, Option<Received>), Error> {
    let (mut typed, mut received) = (Typed::default(), None);
    while let Some(field) = form.next_field().await.map_err(broken)? {
        match field.name().unwrap_or_default() {
            "_grant" => drawn_under(&text(field).await?, grant)?,
            "authority" => typed.authority = text(field).await?,
            "date" => typed.date = text(field).await?,
            "basis" => typed.basis = text(field).await?,
            "file" => received = receive(field, folder).await?,
            _ => {}
        }
    }
    Ok((typed, received))
}

fn broken(error: MultipartError) -> Error {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => too_large(),
        _ => Error::field("file", "The file did not come through whole. Choose it and send it again"),
    }
}

async fn text(mut field: Field<'_>) -> Result<String, Error> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(broken)? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > 2_000 {
            return Err(Error::field("form", "One of the answers is longer than any could be"));
        }
    }
    Ok(String::from_utf8_lossy(&bytes).trim().to_owned())
}

/// None when no file was chosen.
async fn receive(mut field: Field<'_>, folder: &Path) -> Result<Option<Received>, Error> {
    let name = field.file_name().unwrap_or_default().to_owned();
    if name.is_empty() {
        return Ok(None);
    }
    let path = new_file(folder).map_err(no_room)?;
    let mut file = tokio::fs::File::create(&path).await.map_err(no_room)?;
    let (mut hash, mut bytes) = (Sha256::new(), 0);
    while let Some(chunk) = field.chunk().await.map_err(broken)? {
        hash.update(&chunk);
        bytes += chunk.len() as u64;
        file.write_all(&chunk).await.map_err(no_room)?;
    }
    file.flush().await.map_err(no_room)?;
    let name = words::file_name(&name);
    Ok(Some(Received { path, name, bytes, sha256: hash.finalize().to_vec() }))
}

/// A new file that only this process may read. What a server that was killed left behind goes first.
fn new_file(folder: &Path) -> std::io::Result<TempPath> {
    std::fs::create_dir_all(folder)?;
    for left in std::fs::read_dir(folder)?.flatten() {
        let age = left.metadata().and_then(|m| m.modified()).ok().and_then(|at| at.elapsed().ok());
        if age.is_some_and(|age| age > LEFT_BEHIND) && left.file_name().to_string_lossy().starts_with("register-") {
            let _ = std::fs::remove_file(left.path());
        }
    }
    Ok(tempfile::Builder::new().prefix("register-").tempfile_in(folder)?.into_temp_path())
}

fn no_room(error: std::io::Error) -> Error {
    tracing::error!(%error, "an upload could not be kept");
    Error::Refused("The server has no room for this file just now. Nothing was changed: tell your administrator".into())
}

/// The form's answers as an import, or what is wrong with them.
///
/// # Errors
/// By field.
pub fn read(typed: &Typed, received: Option<&Received>) -> Result<NewImport, Vec<FieldError>> {
    let mut errors = Vec::new();
    let mut wrong = |field: &str, message: &str| {
        errors.push(FieldError { field: field.into(), message: message.into() });
    };
    if typed.authority.chars().count() > 200 {
        wrong("authority", "Write the authority’s name in up to 200 letters");
    }
    let published = typed.date.parse::<NaiveDate>().ok();
    if published.is_none_or(|d| d > words::day_of(chrono::Utc::now()) + chrono::TimeDelta::days(400)) {
        wrong("date", "Write the date that stands on the register, for example 1 December 2026");
    }
    let basis = Basis::parse(&typed.basis);
    if basis.is_none() {
        wrong("basis", "Choose by which rule the register came to you");
    }
    if received.is_none() {
        wrong("file", "Choose the file that the council sent");
    }
    match (published, basis, received, errors.is_empty()) {
        (Some(published), Some(basis), Some(file), true) => Ok(NewImport {
            file_name: file.name.clone(),
            authority: typed.authority.clone(),
            published,
            basis,
            bytes: file.bytes,
            sha256: file.sha256.clone(),
        }),
        _ => Err(errors),
    }
}
