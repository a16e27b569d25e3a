//! The queue of letters.

use super::{Form, To};
use crate::database::Scoped;
use crate::error::Error;
use uuid::Uuid;

/// Queues a letter in the caller's transaction: it goes once that has committed, and not at all otherwise.
///
/// # Errors
/// What the database says; canvassers write to nobody.
pub async fn queue(scope: &mut Scoped, to: To<'_>, form: &Form) -> Result<(), Error> {
    let (account, address) = match to {
        To::Account(account) => (Some(account), None),
        To::Address(address) => (None, Some(address)),
    };
    sqlx::query!(
        "select wall.queue_mail($1, $2, $3, $4, $5)",
        Uuid::now_v7(),
        account,
        address,
        form.name(),
        form.fields()?
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}

/// Queues a letter to everybody who guards (administrators and data protection officers), but not to whoever acts.
///
/// # Errors
/// What the database says.
pub async fn tell_guards(scope: &mut Scoped, form: &Form) -> Result<(), Error> {
    let guards: Vec<Uuid> =
        sqlx::query_scalar!(r#"select who as "who!" from wall.guards() who"#).fetch_all(scope.connection()).await?;
    for account in guards {
        queue(scope, To::Account(account), form).await?;
    }
    Ok(())
}
