//! In whose name the demonstration's materials were made.

use crate::database::Scoped;
use crate::error::Error;
use uuid::Uuid;

/// The first organiser, with the access that they work under.
pub struct Organiser {
    /// Their account.
    pub account: Uuid,
    /// Their grant.
    pub grant_id: Uuid,
    /// The area that they organise.
    pub area: i64,
    /// What for.
    pub purpose: String,
}

/// Who that is.
///
/// # Errors
/// What the database says.
pub async fn first(scope: &mut Scoped) -> Result<Organiser, Error> {
    Ok(sqlx::query_as!(
        Organiser,
        "select account_id as account, grant_id, area_id as area, purpose from access_grant where role = 'organiser'
         order by given_at, grant_id limit 1"
    )
    .fetch_one(scope.connection())
    .await?)
}
