//! What the server's sealer asks of the database: hashes and numbers of the access log's rows, never the rows.

use crate::database::Database;
use crate::error::Error;
use chrono::{DateTime, Utc};
use sqlx::{Postgres, Transaction};
use uuid::Uuid;

/// The last head, as it stands in the database.
#[derive(Debug, Clone)]
pub struct LastHead {
    /// Leaves.
    pub leaves: i64,
    /// Root.
    pub root: Vec<u8>,
    /// When.
    pub at: DateTime<Utc>,
    /// Rows written before this are among the leaves.
    pub complete: Option<DateTime<Utc>>,
    /// Key.
    pub key: String,
    /// Signature.
    pub signature: Vec<u8>,
}

/// The transaction of the one who seals now. Dropped, nothing was sealed.
pub struct Sealing {
    transaction: Transaction<'static, Postgres>,
    /// Which log.
    pub log: Uuid,
    /// Leaves so far.
    pub leaves: i64,
    /// The tree's frontier over them.
    pub frontier: Vec<u8>,
    /// The database's clock.
    pub now: DateTime<Utc>,
    /// The last head.
    pub last: Option<LastHead>,
}

/// A head with what belongs to it, to keep.
pub struct NewHead<'a> {
    /// Leaves.
    pub leaves: i64,
    /// Root.
    pub root: &'a [u8],
    /// Frontier.
    pub frontier: &'a [u8],
    /// When.
    pub at: DateTime<Utc>,
    /// Rows written before this are among the leaves.
    pub complete: Option<DateTime<Utc>>,
    /// Key, and its public half.
    pub key: (&'a str, &'a [u8]),
    /// The key before it and its word, if any.
    pub voucher: Option<(&'a str, &'a [u8])>,
    /// Signature.
    pub signature: &'a [u8],
    /// What was found wrong on the way.
    pub trouble: Option<&'a str>,
}

/// Becomes the sealer, unless another is at it just now.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn seal_begin(database: &Database) -> Result<Option<Sealing>, Error> {
    let mut transaction = database.door().begin().await?;
    // After a restore elsewhere, or of a log that was never sealed, there is much to do at once.
    sqlx::query!("set local statement_timeout = '10min'").execute(&mut *transaction).await?;
    let begun = sqlx::query!(
        r#"select log_id as "log!", leaves as "leaves!", frontier as "frontier!", now as "now!", head_leaves as "head_leaves?",
             head_root as "head_root?", head_at as "head_at?", head_complete as "head_complete?", head_key as "head_key?", head_signature as "head_signature?"
           from wall.seal_begin()"#
    )
    .fetch_optional(&mut *transaction)
    .await?;
    let Some(b) = begun else { return Ok(None) };
    let last = match (b.head_leaves, b.head_root, b.head_at, b.head_key, b.head_signature) {
        (Some(leaves), Some(root), Some(at), Some(key), Some(signature)) => {
            Some(LastHead { leaves, root, at, complete: b.head_complete, key, signature })
        }
        _ => None,
    };
    Ok(Some(Sealing { transaction, log: b.log, leaves: b.leaves, frontier: b.frontier, now: b.now, last }))
}

impl Sealing {
    /// Numbers the next rows, at most so many; answers their hashes in order.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the database is away.
    pub async fn next(&mut self, at_most: i32) -> Result<Vec<Vec<u8>>, Error> {
        let hashes = sqlx::query_scalar!(r#"select hash as "hash!" from wall.seal_next($1) order by leaf_no"#, at_most);
        Ok(hashes.fetch_all(&mut *self.transaction).await?)
    }

    /// Hashes of leaves from a number on.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the database is away.
    pub async fn hashes(&mut self, from: i64, at_most: i32) -> Result<Vec<(i64, Vec<u8>)>, Error> {
        let rows = sqlx::query!(
            r#"select leaf_no as "no!", hash as "hash!" from wall.seal_hashes($1, $2) order by leaf_no"#,
            from,
            at_most
        )
        .fetch_all(&mut *self.transaction)
        .await?;
        Ok(rows.into_iter().map(|r| (r.no, r.hash)).collect())
    }

    /// Rows written before this are among the leaves numbered so far.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the database is away.
    pub async fn complete(&mut self) -> Result<Option<DateTime<Utc>>, Error> {
        Ok(sqlx::query_scalar!("select wall.seal_complete()").fetch_one(&mut *self.transaction).await?)
    }

    /// The frontier that expired months left, and how many leaves it has.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the database is away.
    pub async fn base(&mut self) -> Result<Option<(i64, Vec<u8>)>, Error> {
        let row = sqlx::query!("select leaf, frontier from wall.seal_base()").fetch_one(&mut *self.transaction).await?;
        Ok(row.leaf.zip(row.frontier))
    }

    /// Keeps a head and ends: from here on what was numbered is sealed.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the database is away.
    pub async fn keep(mut self, head: NewHead<'_>) -> Result<(), Error> {
        sqlx::query!(
            "select wall.seal_head($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            head.leaves,
            head.root,
            head.frontier,
            head.at,
            head.complete,
            head.key.0,
            head.key.1,
            head.voucher.map(|v| v.0),
            head.voucher.map(|v| v.1),
            head.signature,
            head.trouble
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(self.transaction.commit().await?)
    }
}

/// Says that a head was written to a second place, or why not.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn seal_wrote(database: &Database, place: &str, leaves: i64, failure: Option<&str>) -> Result<(), Error> {
    let wrote = sqlx::query!("select wall.seal_wrote($1, $2, $3)", place, leaves, failure);
    wrote.execute(database.door()).await?;
    Ok(())
}

/// Of heads older than a month, keeps the last of each hour.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn seal_thin(database: &Database) -> Result<(), Error> {
    sqlx::query!("select wall.seal_thin()").execute(database.door()).await?;
    Ok(())
}

/// For how many seconds the oldest row waits to be sealed, and since when each second place waits for a head.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn seal_delays(database: &Database) -> Result<(f64, Vec<(String, f64)>), Error> {
    let lag = sqlx::query_scalar!(r#"select lag as "lag!" from wall.seal_status()"#).fetch_one(database.door()).await?;
    let places = sqlx::query!(
        r#"select place as "place!", coalesce(extract(epoch from now() - waiting_since), 0)::float8 as "delay!"
           from wall.seal_places()"#
    )
    .fetch_all(database.door())
    .await?;
    Ok((lag, places.into_iter().map(|p| (p.place, p.delay)).collect()))
}
