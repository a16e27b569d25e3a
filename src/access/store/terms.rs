//! The terms of use in the database: each version stays.

use crate::database::Scoped;
use crate::error::Error;
use chrono::{DateTime, Utc};

/// One version.
#[derive(Debug, Clone)]
pub struct Version {
    /// Counted from 1.
    pub version: i32,
    /// What people accept.
    pub text: String,
    /// Since when.
    pub from_at: DateTime<Utc>,
    /// Who published it; None: set-up or the operator.
    pub by: Option<String>,
    /// How many accounts have accepted it.
    pub accepted: i64,
}

/// Every version, the newest first.
///
/// # Errors
/// What the database says.
pub async fn versions(scope: &mut Scoped) -> Result<Vec<Version>, Error> {
    Ok(sqlx::query_as!(
        Version,
        r#"select t.version, t.text, t.from_at, a.name as "by?",
             (select count(*) from terms_acceptance c where c.version = t.version) as "accepted!"
           from terms t left join account a on a.account_id = t.made_by order by t.version desc"#
    )
    .fetch_all(scope.connection())
    .await?)
}

/// Publishes new terms: everybody is asked when they sign in next. The same text again changes nothing.
///
/// # Errors
/// What the database says.
pub async fn publish(scope: &mut Scoped, text: &str) -> Result<(), Error> {
    let account = scope.account();
    sqlx::query!(
        "insert into terms (text, made_by) select $1, $2
         where $1 is distinct from (select t.text from terms t order by t.version desc limit 1)",
        text,
        account
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}
