//! One's own calendar's address: a secret of which the database keeps a digest, and which opens nothing once no grant lives.

use crate::access::Token;
use crate::database::Scoped;
use crate::error::Error;
use chrono::{DateTime, Utc};

/// One's own address, which nobody can show again.
#[derive(Debug, Clone, Copy)]
pub struct Feed {
    /// When it was made.
    pub made: DateTime<Utc>,
    /// When a calendar read it last; None: not yet.
    pub read: Option<DateTime<Utc>>,
}

/// One's own address; None: there is none.
///
/// # Errors
/// What the database says.
pub async fn own(scope: &mut Scoped) -> Result<Option<Feed>, Error> {
    Ok(sqlx::query_as!(Feed, r#"select made_at as "made!", read_at as read from wall.own_feed()"#)
        .fetch_optional(scope.connection())
        .await?)
}

/// Makes it, or makes it anew: an earlier one opens nothing any more.
///
/// # Errors
/// [`Error::AccessEnded`] when access ended meanwhile.
pub async fn make(scope: &mut Scoped, token: &Token) -> Result<(), Error> {
    let made = sqlx::query_scalar!(r#"select wall.make_feed($1) as "made!""#, token.key())
        .fetch_one(scope.connection())
        .await?;
    if made { Ok(()) } else { Err(Error::AccessEnded) }
}

/// Ends it.
///
/// # Errors
/// What the database says.
pub async fn end(scope: &mut Scoped) -> Result<(), Error> {
    sqlx::query_scalar!(r#"select true as "done!" from wall.end_feed()"#).fetch_one(scope.connection()).await?;
    Ok(())
}
