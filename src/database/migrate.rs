//! Bringing a database to this version's tables.

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::{Connection, PgConnection, query, query_as, query_scalar};

use super::prepare;

static MIGRATOR: Migrator = sqlx::migrate!("./migrations");

/// How a database's tables stand to this version's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// There are none yet.
    Empty,
    /// Made by an earlier version, or by a later one, or by another build of this one.
    Other,
    /// This version's.
    Current,
}

/// Looks which version's tables a database has, and changes nothing.
///
/// # Errors
/// When the operator cannot connect.
pub async fn standing(operator_url: &str) -> sqlx::Result<Standing> {
    let mut operator = PgConnection::connect(operator_url).await?;
    let noted: bool =
        query_scalar("select to_regclass('public._sqlx_migrations') is not null").fetch_one(&mut operator).await?;
    let applied: Vec<(i64, Vec<u8>)> = match noted {
        true => {
            query_as("select version, checksum from public._sqlx_migrations where success order by version")
                .fetch_all(&mut operator)
                .await?
        }
        false => Vec::new(),
    };
    operator.close().await?;
    let ours = MIGRATOR.iter().map(|m| (m.version, m.checksum.as_ref()));
    Ok(match applied.iter().map(|(version, checksum)| (*version, checksum.as_slice())) {
        _ if applied.is_empty() => Standing::Empty,
        applied if applied.clone().eq(ours) => Standing::Current,
        _ => Standing::Other,
    })
}

/// Applies what `migrations/` holds and the database has not got yet, then [`prepare()`]s it, and makes the access log's
/// months for two years ahead.
///
/// # Errors
/// When the operator cannot connect, a migration fails, or the database was made by a later version.
pub async fn migrate(operator_url: &str) -> Result<(), MigrateError> {
    let mut operator = PgConnection::connect(operator_url).await?;
    MIGRATOR.run(&mut operator).await?;
    prepare(&mut operator).await?;
    make_months(&mut operator).await?;
    operator.close().await?;
    Ok(())
}

/// The log's months are tables, which the tables' owner makes.
async fn make_months(operator: &mut PgConnection) -> sqlx::Result<()> {
    let mut work = operator.begin().await?;
    query("set local role hustings_owner").execute(&mut *work).await?;
    query("select make_access_log_months()").execute(&mut *work).await?;
    work.commit().await
}
