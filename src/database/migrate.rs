//! Bringing a database to this version's tables.

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::{Connection, PgConnection};

use super::prepare;

static MIGRATOR: Migrator = sqlx::migrate!("./migrations");

/// Applies what `migrations/` holds and the database has not got yet, then [`prepare()`]s it.
///
/// # Errors
/// When the operator cannot connect, a migration fails, or the database was made by a later version.
pub async fn migrate(operator_url: &str) -> Result<(), MigrateError> {
    let mut operator = PgConnection::connect(operator_url).await?;
    MIGRATOR.run(&mut operator).await?;
    prepare(&mut operator).await?;
    operator.close().await?;
    Ok(())
}
