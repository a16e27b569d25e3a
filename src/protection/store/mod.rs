//! What is kept of requests, and the database's own functions that look wide.

pub mod people;
mod requests;
mod subjects;

pub use requests::{NewRequest, Queue, act, add, counts, events, found, get, list, note};
pub use subjects::{
    Corrected, Erasure, Found, Other, Sought, correct_answer, erase, erasure, erasure_counts, file, find, lift_strike,
    others, standing, stop, strike,
};

use crate::database::Scoped;
use crate::error::Error;

/// Who is responsible, and where to write.
#[derive(Debug, Clone)]
pub struct About {
    /// The data controller.
    pub controller: String,
    /// Where to write to them.
    pub contact: String,
}

/// The installation's controller and contact.
///
/// # Errors
/// [`Error::Refused`] before set-up.
pub async fn about(scope: &mut Scoped) -> Result<About, Error> {
    sqlx::query_as!(About, "select controller, contact from installation")
        .fetch_optional(scope.connection())
        .await?
        .ok_or_else(|| Error::Refused("Hustings is not set up yet: who is responsible is not known".into()))
}
