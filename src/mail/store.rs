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
