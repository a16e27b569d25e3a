//! `hustings areas import FILE.csv`: districts with their wards and constituencies.

use super::Operation;
use crate::access::Permission;
use crate::areas::import::{AreaFile, Imported};
use crate::error::Error;
use crate::web::words::count;
use std::path::PathBuf;

/// What may be done with areas.
#[derive(Debug, clap::Subcommand)]
pub enum Areas {
    /// Name districts and make their wards and constituencies from a list
    Import {
        /// CSV with the columns polling district code, name, ward gss, ward name, constituency gss, constituency name
        file: PathBuf,
    },
}

/// Runs the command.
///
/// # Errors
/// [`Error::Refused`] when the file cannot be read.
pub async fn run(operation: &Operation, command: Areas) -> Result<(), Error> {
    let Areas::Import { file } = command;
    let imported = import(operation, &file).await?;
    operation.print(&imported, |i| {
        let n = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        format!(
            "{}: {}, {}, {}",
            i.authority,
            count(n(i.districts), "district", "districts"),
            count(n(i.wards), "ward", "wards"),
            count(n(i.constituencies), "constituency", "constituencies")
        )
    });
    Ok(())
}

/// Imports a list of areas.
///
/// # Errors
/// As [`run`].
pub async fn import(operation: &Operation, file: &std::path::Path) -> Result<Imported, Error> {
    let input =
        std::fs::File::open(file).map_err(|e| Error::Refused(format!("{} cannot be read: {e}", file.display())))?;
    let list = AreaFile::read(input)?;
    let mut scope = operation.scope(Permission::ManageAreas).await?;
    let imported = list.apply(&mut scope).await?;
    scope.commit().await?;
    Ok(imported)
}
