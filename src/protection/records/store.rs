//! Documents as they were written, and the officer's words. Nobody changes either.

use super::{Body, Kind, gather};
use crate::database::Scoped;
use crate::error::Error;
use chrono::{DateTime, Utc};
use serde::Serialize;

/// A document as it was made.
#[derive(Debug, Clone, Serialize)]
pub struct Document {
    /// Which.
    pub kind: Kind,
    /// Its number among those of its kind.
    pub number: i32,
    /// When it was made.
    pub made: DateTime<Utc>,
    /// Who had it made.
    pub by: String,
    /// What it says.
    pub body: Body,
}

/// Makes a document of today and keeps it. Answers it.
///
/// # Errors
/// What the database says.
pub async fn make(scope: &mut Scoped, kind: Kind) -> Result<Document, Error> {
    let body = today(scope, kind).await?;
    let (account, operator) = (scope.account(), scope.operator_id().is_some());
    let kept = serde_json::to_value(&body).map_err(Error::internal)?;
    let number = sqlx::query_scalar!(
        r#"insert into record_document (kind, number, account_id, body)
           select $1, coalesce(max(number), 0) + 1, $2, $3 from record_document where kind = $1 returning number"#,
        kind.as_str(),
        account,
        kept
    )
    .fetch_one(scope.connection())
    .await
    .map_err(|e| match e.as_database_error().is_some_and(|d| d.is_unique_violation()) {
        true => Error::Conflict("Somebody made this document at the same moment. Load the page again".into()),
        false => e.into(),
    })?;
    if operator {
        sqlx::query!(
            "update record_document set by_operator = true where kind = $1 and number = $2",
            kind.as_str(),
            number
        )
        .execute(scope.connection())
        .await?;
    }
    find(scope, kind, number).await
}

/// What a document would say today.
///
/// # Errors
/// What the database says.
pub async fn today(scope: &mut Scoped, kind: Kind) -> Result<Body, Error> {
    let words = words(scope, kind).await?.0;
    Ok(kind.write(&gather(scope).await?, &words))
}

/// One document.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn find(scope: &mut Scoped, kind: Kind, number: i32) -> Result<Document, Error> {
    let row = sqlx::query!(
        r#"select d.made_at, coalesce(a.name, 'The operator') as "by!", d.body
           from record_document d left join account a using (account_id) where d.kind = $1 and d.number = $2"#,
        kind.as_str(),
        number
    )
    .fetch_one(scope.connection())
    .await?;
    let body = serde_json::from_value(row.body).map_err(Error::internal)?;
    Ok(Document { kind, number, made: row.made_at, by: row.by, body })
}

/// The newest document of a kind.
///
/// # Errors
/// What the database says.
pub async fn newest(scope: &mut Scoped, kind: Kind) -> Result<Option<Document>, Error> {
    let number =
        sqlx::query_scalar!(r#"select max(number) as "n" from record_document where kind = $1"#, kind.as_str())
            .fetch_one(scope.connection())
            .await?;
    match number {
        Some(number) => find(scope, kind, number).await.map(Some),
        None => Ok(None),
    }
}

/// A document in a list.
#[derive(Debug, Clone)]
pub struct Made {
    /// Its number.
    pub number: i32,
    /// When it was made.
    pub at: DateTime<Utc>,
    /// Who had it made.
    pub by: String,
}

/// Every document of a kind, newest first, fifty of them; and how many there are.
///
/// # Errors
/// What the database says.
pub async fn list(scope: &mut Scoped, kind: Kind, skip: i64) -> Result<(Vec<Made>, i64), Error> {
    let rows = sqlx::query!(
        r#"select d.number, d.made_at, coalesce(a.name, 'The operator') as "by!", count(*) over () as "total!"
           from record_document d left join account a using (account_id)
           where d.kind = $1 order by d.number desc offset $2 limit 50"#,
        kind.as_str(),
        skip
    )
    .fetch_all(scope.connection())
    .await?;
    let total = rows.first().map_or(0, |r| r.total);
    Ok((rows.into_iter().map(|r| Made { number: r.number, at: r.made_at, by: r.by }).collect(), total))
}

/// The officer's words that stand, and their version; 0: none yet.
///
/// # Errors
/// What the database says.
pub async fn words(scope: &mut Scoped, kind: Kind) -> Result<(String, i32), Error> {
    let row = sqlx::query!(
        "select words, version from record_words where kind = $1 order by version desc limit 1",
        kind.as_str()
    )
    .fetch_optional(scope.connection())
    .await?;
    Ok(row.map_or_else(|| (String::new(), 0), |r| (r.words, r.version)))
}

/// Keeps the officer's words as the version after this one.
///
/// # Errors
/// [`Error::Conflict`] when somebody else wrote meanwhile.
pub async fn write_words(scope: &mut Scoped, kind: Kind, words: &str, after: i32) -> Result<(), Error> {
    let account = scope.account();
    let version = after.checked_add(1).ok_or(Error::NotFound)?;
    sqlx::query!(
        "insert into record_words (kind, version, words, account_id) values ($1, $2, $3, $4)",
        kind.as_str(),
        version,
        words,
        account
    )
    .execute(scope.connection())
    .await
    // Refused by its key, or by the policy that asks for the version that follows.
    .map_err(|e| {
        match e.as_database_error().is_some_and(|d| d.is_unique_violation() || d.code().as_deref() == Some("42501")) {
            true => Error::Conflict(
                "Somebody else wrote here meanwhile. Open the page again and add yours to theirs".into(),
            ),
            false => e.into(),
        }
    })?;
    Ok(())
}
