//! What is in a database, by counts and a checksum: enough to see that a restored one is the one that was backed up.

use crate::error::Error;
use futures_util::TryStreamExt;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, PgConnection, query, query_as, query_scalar};
use std::collections::BTreeMap;

/// Rows of each table and the access log's checksum, in one snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inventory {
    /// Rows by table; the parts of a partitioned table each by themselves.
    pub tables: BTreeMap<String, i64>,
    /// SHA-256 over the access log's rows in order, in hex.
    pub access_log: String,
}

impl Inventory {
    /// Counts every table, as the operator, in the snapshot of the connection's transaction.
    ///
    /// # Errors
    /// What the database says.
    pub async fn take(connection: &mut PgConnection) -> Result<Self, Error> {
        // Off: rather an error than a count that row security cut short.
        query("set row_security = off").execute(&mut *connection).await?;
        let names: Vec<(String, String)> = query_as(
            "select n.nspname || '.' || c.relname, format('select count(*) from only %I.%I', n.nspname, c.relname)
             from pg_class c join pg_namespace n on n.oid = c.relnamespace
             where c.relkind = 'r' and n.nspname in ('public', 'wall') order by 1",
        )
        .fetch_all(&mut *connection)
        .await?;
        let mut tables = BTreeMap::new();
        for (name, count) in names {
            // The statement is PostgreSQL's own, its names quoted by format().
            let rows: i64 = query_scalar(AssertSqlSafe(count)).fetch_one(&mut *connection).await?;
            tables.insert(name, rows);
        }
        Ok(Inventory { tables, access_log: access_log(connection).await? })
    }

    /// Where another inventory differs, table by table.
    pub fn differences(&self, found: &Inventory) -> Vec<String> {
        let names = self.tables.keys().chain(found.tables.keys().filter(|name| !self.tables.contains_key(*name)));
        let mut all: Vec<String> = names
            .filter_map(|name| match (self.tables.get(name), found.tables.get(name)) {
                (Some(written), Some(restored)) if written == restored => None,
                (Some(written), Some(restored)) => Some(format!("{name} had {written} rows and has {restored}")),
                (Some(_), None) => Some(format!("{name} is missing")),
                (None, _) => Some(format!("{name} was not there")),
            })
            .collect();
        if self.access_log != found.access_log {
            all.push("the access log’s rows are not the same".into());
        }
        all
    }
}

/// The log's rows as text, in order: the same text means the same log.
async fn access_log(connection: &mut PgConnection) -> Result<String, Error> {
    query("set timezone = 'UTC'").execute(&mut *connection).await?;
    query("set datestyle = 'ISO'").execute(&mut *connection).await?;
    let mut rows =
        connection.copy_out_raw("copy (select l.* from access_log l order by l.at, l.entry_id) to stdout").await?;
    let mut digest = Sha256::new();
    while let Some(chunk) = rows.try_next().await? {
        digest.update(&chunk);
    }
    Ok(hex::encode(digest.finalize()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(tables: &[(&str, i64)], access_log: &str) -> Inventory {
        let tables = tables.iter().map(|(name, rows)| ((*name).to_owned(), *rows)).collect();
        Inventory { tables, access_log: access_log.into() }
    }

    #[test]
    fn differences_are_told_table_by_table() {
        let written = of(&[("public.elector", 7), ("public.result", 2), ("public.gone", 1)], "aa");
        assert!(written.differences(&written.clone()).is_empty());
        let found = of(&[("public.elector", 6), ("public.result", 2), ("public.new", 0)], "bb");
        assert_eq!(
            written.differences(&found),
            [
                "public.elector had 7 rows and has 6",
                "public.gone is missing",
                "public.new was not there",
                "the access log’s rows are not the same"
            ]
        );
    }
}
