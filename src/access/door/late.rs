//! Late results: kept for an organiser when their session is over or they cannot stand.

use crate::canvass::ListId;
use crate::database::{Credential, Database};
use crate::error::Error;
use uuid::Uuid;

/// A result that cannot be stored: its session is over, or it cannot stand.
#[derive(Debug, Clone, Copy)]
pub struct Late<'a> {
    /// The id made where it was said.
    pub id: Uuid,
    /// Of its content.
    pub digest: &'a [u8; 32],
    /// Its list: only one that was the account's once.
    pub list: ListId,
    /// The contract's result, or the raw content of what is none.
    pub content: &'a serde_json::Value,
    /// The key that cannot stand.
    pub field: Option<&'a str>,
    /// Why it waits for an organiser.
    pub reason: &'a str,
}

/// What became of a late result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// It waits for an organiser.
    Kept,
    /// It was stored before.
    Replayed,
    /// Its list was never this account's; nothing is kept.
    NeverTheirs,
    /// The session is unknown, or over for more than 30 days.
    Unknown,
    /// Contact is closed.
    Closed,
    /// It is too large, or thousands of this account's wait already.
    Full,
}

/// Keeps a result for an organiser, of a session live or over.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn quarantine(database: &Database, credential: &Credential, late: &Late<'_>) -> Result<Kept, Error> {
    let kept = sqlx::query_scalar!(
        r#"select wall.quarantine($1, $2, $3, $4, $5, $6, $7, $8) as "kept!""#,
        credential.as_hex(),
        late.id,
        &late.digest[..],
        late.list.partition,
        late.list.id,
        late.content,
        late.field,
        late.reason
    )
    .fetch_one(database.door())
    .await?;
    Ok(match kept.as_str() {
        "kept" => Kept::Kept,
        "replayed" => Kept::Replayed,
        "not-found" => Kept::NeverTheirs,
        "closed" => Kept::Closed,
        "full" => Kept::Full,
        _ => Kept::Unknown,
    })
}
