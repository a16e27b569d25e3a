//! Backup and restore: the whole database in one encrypted file, and back, compared table by table.
//!
//! A backup is `pg_dump`'s custom format inside an `age` file under a passphrase. In front of the dump stands an
//! `Inventory`: how many rows each table had in the very snapshot that was dumped, and a checksum of the access log.
//! `pg_dump` under row security can leave rows out without an error, so it runs as the operator, whom row security does
//! not bind, and the restored database is counted against the inventory before anybody may use it.
//!
//! A restore makes a new database beside the old one and takes its place only when everything in it is right: until
//! then nothing has changed, and afterwards nothing is half done.

mod client;
mod inventory;
mod sealed;
mod swap;

pub use inventory::Inventory;
pub use sealed::Header;

use super::{Operator, migrate, options, prepare};
use crate::error::Error;
use age::secrecy::SecretString;
use chrono::Utc;
use sqlx::{Connection, PgConnection, query, query_scalar};
use std::path::{Path, PathBuf};
use tokio::task::spawn_blocking;

/// What was written or restored.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Receipt {
    /// Tables in it.
    pub tables: usize,
    /// Rows in all of them.
    pub rows: i64,
    /// Bytes of the file.
    pub bytes: u64,
    /// The access log's checksum: SHA-256 of its rows in order.
    pub access_log: String,
}

impl Receipt {
    fn of(inventory: &Inventory, bytes: u64) -> Self {
        Receipt {
            tables: inventory.tables.len(),
            rows: inventory.tables.values().sum(),
            bytes,
            access_log: inventory.access_log.clone(),
        }
    }
}

/// Writes everything into `file`, which appears whole or not at all.
///
/// # Errors
/// [`Error::Refused`] with one clear line: the file is there and `force` was not said, the disk is full, `pg_dump` is
/// missing or failed.
pub async fn write(operator: &Operator, file: &Path, passphrase: SecretString, force: bool) -> Result<Receipt, Error> {
    sealed::may_write(file, force)?;
    let mut connection = operator.connection().await?;
    let mut snapshot = connection.begin().await?;
    // Everything below sees the same moment: the counts, the checksum and pg_dump.
    query("set transaction isolation level repeatable read, read only").execute(&mut *snapshot).await?;
    let name: String = query_scalar("select pg_export_snapshot()").fetch_one(&mut *snapshot).await?;
    let inventory = Inventory::take(&mut snapshot).await?;
    let receipt = Receipt::of(&inventory, 0);
    let header = Header { version: env!("CARGO_PKG_VERSION").into(), taken_at: Utc::now(), inventory };
    let dump =
        client::Dump { url: operator.url().to_owned(), major: client::major(&mut snapshot).await?, snapshot: name };
    let to = file.to_owned();
    let bytes = spawn_blocking(move || sealed::write(&to, force, &header, passphrase, &dump))
        .await
        .map_err(Error::internal)??;
    snapshot.rollback().await?;
    Ok(Receipt { bytes, ..receipt })
}

/// Makes the database what the file says, in place of an empty one, or with `replace` of any.
///
/// # Errors
/// [`Error::Refused`] with one clear line: the database holds something, the passphrase is wrong, the file is damaged or
/// from a later version, `pg_restore` failed, or what was restored is not what was written. The database is then as it
/// was before.
pub async fn restore(
    operator: &Operator,
    file: &Path,
    passphrase: SecretString,
    replace: bool,
) -> Result<Receipt, Error> {
    let mut old = PgConnection::connect_with(&options(operator.url())?).await?;
    if !replace && holds_anything(&mut old).await? {
        return Err(Error::Refused(
            "This database holds accounts or electors. Say --replace to put the backup in their place".into(),
        ));
    }
    let major = client::major(&mut old).await?;
    let (path, held) = (file.to_owned(), passphrase);
    let opened = spawn_blocking(move || sealed::Opened::open(&path, held)).await.map_err(Error::internal)??;
    let new = swap::Fresh::make(operator.url(), &mut old).await?;
    let restored = fill(&new, opened, major).await;
    let inventory = match restored {
        Ok(inventory) => inventory,
        Err(error) => {
            new.discard(&mut old).await;
            return Err(error);
        }
    };
    drop(old);
    new.take_the_place().await?;
    let bytes = std::fs::metadata(file).map(|m| m.len()).unwrap_or_default();
    Ok(Receipt::of(&inventory, bytes))
}

/// Whether anybody works with this database already.
async fn holds_anything(connection: &mut PgConnection) -> Result<bool, Error> {
    let tables: bool = query_scalar("select to_regclass('account') is not null and to_regclass('elector') is not null")
        .fetch_one(&mut *connection)
        .await?;
    if !tables {
        return Ok(false);
    }
    Ok(query_scalar("select exists (select from account) or exists (select from elector)")
        .fetch_one(connection)
        .await?)
}

/// Restores into the fresh database, compares it with the inventory, and brings it to this version's tables.
async fn fill(new: &swap::Fresh, opened: sealed::Opened, major: u32) -> Result<Inventory, Error> {
    let mut connection = PgConnection::connect_with(&options(&new.url)?).await?;
    prepare(&mut connection).await?;
    // pg_restore gives schema wall's functions to their owner before it restores the schema's privileges, and an owner
    // needs CREATE on the schema: so schemas are born with it here, exactly as the migrations grant it.
    query("alter default privileges grant usage, create on schemas to hustings_wall").execute(&mut connection).await?;
    let (url, header) = (new.url.clone(), opened.header.clone());
    spawn_blocking(move || client::restore(opened, &url, major)).await.map_err(Error::internal)??;
    query("alter default privileges revoke usage, create on schemas from hustings_wall")
        .execute(&mut connection)
        .await?;
    let found = Inventory::take(&mut connection).await?;
    let differences = header.inventory.differences(&found);
    if !differences.is_empty() {
        let told = differences.join("; ");
        return Err(Error::Refused(format!(
            "What was restored is not what was written, so nothing was changed: {told}"
        )));
    }
    migrate(&new.url).await.map_err(|e| {
        Error::Refused(format!("The backup is of version {} and cannot be brought to this one: {e}", header.version))
    })?;
    // A session that was ended after the backup must not come to life with it: everybody signs in again.
    query("update session set ended_at = statement_timestamp(), ended_why = 'signed-out' where ended_at is null")
        .execute(&mut connection)
        .await?;
    connection.close().await?;
    Ok(header.inventory)
}

/// The name under which a backup is written until it is whole.
fn partial(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".partial");
    PathBuf::from(name)
}
