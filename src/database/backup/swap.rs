//! A fresh database beside the one in use, and how it takes its place.

use crate::database::options;
use crate::error::Error;
use sqlx::{AssertSqlSafe, Connection, PgConnection, query, query_scalar};
use std::time::Duration;

/// How long connections to the old database may take to end.
const PATIENCE: Duration = Duration::from_secs(10);

/// A database that nobody uses yet.
pub struct Fresh {
    /// The operator's URL of it.
    pub url: String,
    name: String,
    in_use: InUse,
}

/// The database whose place it is to take.
struct InUse {
    url: String,
    name: String,
}

impl Fresh {
    /// Makes one beside the database of `url`.
    pub async fn make(url: &str, in_use: &mut PgConnection) -> Result<Self, Error> {
        let old: String = query_scalar("select current_database()").fetch_one(&mut *in_use).await?;
        let name = format!("hustings_restore_{}", hex::encode(rand::random::<[u8; 4]>()));
        // The name is made above, of letters and figures only.
        query(AssertSqlSafe(format!("create database {name} template template1"))).execute(in_use).await?;
        Ok(Fresh { url: with_database(url, &name), name, in_use: InUse { url: url.to_owned(), name: old } })
    }

    /// Throws it away.
    pub async fn discard(self, in_use: &mut PgConnection) {
        let statement = format!("drop database if exists {} with (force)", self.name);
        if query(AssertSqlSafe(statement)).execute(in_use).await.is_err() {
            tracing::warn!(database = self.name, "a database that was not restored whole is left over: drop it");
        }
    }

    /// Ends all connections to the old database, changes the names and drops the old one. A running server's pools come
    /// back to the new one by themselves.
    pub async fn take_the_place(self) -> Result<(), Error> {
        let aside = format!("hustings_before_{}", hex::encode(rand::random::<[u8; 4]>()));
        let old = quoted(&self.in_use.name);
        let mut here = PgConnection::connect_with(&options(&self.url)?).await?;
        run(&mut here, format!("alter database {old} with allow_connections false")).await?;
        let moved = match empty(&mut here, &self.in_use.name).await {
            Ok(()) => run(&mut here, format!("alter database {old} rename to {aside}")).await,
            Err(error) => Err(error),
        };
        if let Err(error) = moved {
            run(&mut here, format!("alter database {old} with allow_connections true")).await?;
            drop(here);
            let mut back = PgConnection::connect_with(&options(&self.in_use.url)?).await?;
            self.discard(&mut back).await;
            return Err(error);
        }
        run(&mut here, format!("alter database {aside} with allow_connections true")).await?;
        here.close().await?;
        // A database cannot be renamed from within, so the last step is done from the old one.
        let mut there = PgConnection::connect_with(&options(&with_database(&self.in_use.url, &aside))?).await?;
        if let Err(error) = run(&mut there, format!("alter database {} rename to {old}", self.name)).await {
            there.close().await?;
            let mut here = PgConnection::connect_with(&options(&self.url)?).await?;
            run(&mut here, format!("alter database {aside} rename to {old}")).await?;
            return Err(error);
        }
        there.close().await?;
        let mut restored = PgConnection::connect_with(&options(&self.in_use.url)?).await?;
        run(&mut restored, format!("drop database {aside} with (force)")).await?;
        Ok(restored.close().await?)
    }
}

/// Ends every connection to a database and waits until they are gone.
async fn empty(connection: &mut PgConnection, database: &str) -> Result<(), Error> {
    let until = tokio::time::Instant::now() + PATIENCE;
    loop {
        let ended: Vec<bool> =
            // PostgreSQL's own workers, which are nobody's, leave by themselves, and only a superuser may end them. Their
            // kind cannot be asked for: of others' connections the operator sees little more than whose they are.
            query_scalar(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and usesysid is not null",
            )
            .bind(database)
            .fetch_all(&mut *connection)
            .await?;
        if ended.is_empty() {
            return Ok(());
        }
        if tokio::time::Instant::now() > until {
            return Err(Error::Refused(
                "Somebody is still connected to the database, so nothing was changed. Stop the server and try again"
                    .into(),
            ));
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// A statement about databases, whose names cannot be bound: they are ours or quoted.
async fn run(connection: &mut PgConnection, statement: String) -> Result<(), Error> {
    query(AssertSqlSafe(statement)).execute(connection).await?;
    Ok(())
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The same URL with another database. `name` is of letters, figures and underscores.
fn with_database(url: &str, name: &str) -> String {
    let begin = url.find("://").map_or(0, |at| at + 3);
    let path = url[begin..].find(['/', '?']).map_or(url.len(), |at| begin + at);
    let query = url[path..].find('?').map_or(url.len(), |at| path + at);
    format!("{}/{name}{}", &url[..path], &url[query..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_database_changes_in_a_url() {
        for (url, other) in [
            ("postgres://op:x@%2Ftmp%2Fs/db", "postgres://op:x@%2Ftmp%2Fs/new"),
            ("postgres://op@host:5432/db?sslmode=require", "postgres://op@host:5432/new?sslmode=require"),
            ("postgres://host", "postgres://host/new"),
        ] {
            assert_eq!(with_database(url, "new"), other);
        }
        assert_eq!(quoted("a\"b"), "\"a\"\"b\"");
    }
}
