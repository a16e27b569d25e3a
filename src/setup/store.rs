//! Setting up in the database: one function of the door's, called with the one-time code.

use super::{SetUp, refused, usual_issues, usual_terms};
use crate::access::passwords;
use crate::database::{Operator, Scoped};
use crate::error::Error;
use sqlx::PgConnection;
use uuid::Uuid;

/// Makes the one-time code that set-up asks for, in place of any before, and answers it. The database keeps its digest.
///
/// # Errors
/// [`Error::Conflict`] when there is an administrator already; what the database says.
pub async fn issue_code(operator: &Operator) -> Result<String, Error> {
    issue(&mut *operator.connection().await?).await
}

/// The one-time code while nobody has set up; None once there is an administrator.
///
/// # Errors
/// What the database says.
pub async fn issue_code_if_needed(operator: &Operator) -> Result<Option<String>, Error> {
    match issue_code(operator).await {
        Ok(code) => Ok(Some(code)),
        Err(Error::Conflict(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

async fn issue(connection: &mut PgConnection) -> Result<String, Error> {
    let code = passwords::make();
    let issued = sqlx::query!(
        "insert into set_up_code (digest) select sha256(convert_to($1, 'UTF8'))
         where not exists (select from access_grant where role = 'administrator')
         on conflict (only_one) do update set digest = excluded.digest, failures = 0",
        folded(&code)
    )
    .execute(connection)
    .await?;
    if issued.rows_affected() == 0 {
        refused("done-before")?
    }
    Ok(code)
}

/// The code's letters alone: whoever reads it off a screen types it in capitals, or with spaces.
fn folded(code: &str) -> String {
    code.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Sets up by the operator's own hand, who needs no code but goes through the same function. Answers the account.
///
/// # Errors
/// [`Error::Conflict`] when it was done before.
pub async fn by_operator(scope: &mut Scoped, setup: &SetUp) -> Result<Uuid, Error> {
    let code = issue(scope.connection()).await?;
    complete(scope.connection(), &code, setup).await
}

/// Whether the code is right: asked before anything costly is done. A wrong one is counted.
///
/// # Errors
/// [`Error::Invalid`] on `code`; [`Error::Conflict`] when it was done before.
pub async fn check_code(connection: &mut PgConnection, code: &str) -> Result<(), Error> {
    let answer = sqlx::query_scalar!(r#"select wall.check_set_up_code($1) as "answer!""#, folded(code))
        .fetch_one(connection)
        .await?;
    if answer == "right" { Ok(()) } else { refused(&answer) }
}

/// Sets up, if the code is right. Answers the first administrator's account.
///
/// # Errors
/// [`Error::Invalid`] on `code`; [`Error::Conflict`] when it was done before.
pub async fn complete(connection: &mut PgConnection, code: &str, setup: &SetUp) -> Result<Uuid, Error> {
    let account = Uuid::now_v7();
    let codes = serde_json::to_value(&setup.codes).map_err(Error::internal)?;
    let issues: serde_json::Value =
        usual_issues().iter().map(|(code, label)| serde_json::json!({"code": code, "label": label})).collect();
    let poll = setup.poll.as_ref();
    let answer = sqlx::query_scalar!(
        r#"select wall.set_up($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) as "answer!""#,
        folded(code),
        setup.controller,
        setup.contact,
        setup.kind.as_str(),
        setup.privacy_notice,
        usual_terms(&setup.controller),
        codes,
        issues,
        poll.map_or("", |p| p.name.as_str()),
        poll.map(|p| p.date),
        poll.map_or("local", |p| p.kind.as_str()),
        account,
        setup.admin_email,
        setup.admin_name,
        setup.password_hash,
        Uuid::now_v7()
    )
    .fetch_one(connection)
    .await?;
    refused(&answer).map(|()| account)
}
