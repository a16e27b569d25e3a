//! What a new or cloned database needs before anybody may use it.

use sqlx::{PgConnection, raw_sql};

/// Puts on the connected database the privileges that `CREATE DATABASE … TEMPLATE` does not copy: nobody but the two
/// logins may connect, and nobody may make temporary tables. May be run any number of times.
///
/// # Errors
/// When the connection is not that of `hustings_operator`, who owns the database, or is lost.
pub async fn prepare(operator: &mut PgConnection) -> sqlx::Result<()> {
    raw_sql(include_str!("prepare.sql")).execute(operator).await.map(drop)
}
