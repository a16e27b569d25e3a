//! Deciding many at once: each in a transaction of its own, so that one that cannot stand keeps no other waiting.

use super::Key;
use super::store::{self, Outcome};
use crate::error::Error;
use crate::web::Viewer;
use std::time::Duration;

/// How often a decision that met another transaction is tried again.
const TRIES: u32 = 5;

/// What is done with what waits.
#[derive(Debug, Clone, Copy)]
pub enum Decision<'a> {
    /// It becomes a result.
    Accept,
    /// It does not, for this reason.
    Bin(&'a str),
}

/// How many decisions ended how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sum {
    /// Done now.
    pub done: usize,
    /// Decided by somebody else before.
    pub already: usize,
    /// Cannot be results as they are, and wait on.
    pub left: usize,
}

/// Decides all of these, in the order of their ids.
///
/// # Errors
/// [`Error::NotFound`] when one is outside the area; those before it are decided.
pub async fn decide(viewer: &Viewer, mut keys: Vec<Key>, decision: Decision<'_>) -> Result<Sum, Error> {
    keys.sort_unstable();
    keys.dedup();
    let mut sum = Sum::default();
    for key in &keys {
        match decide_one(viewer, key, decision).await? {
            Outcome::Done => sum.done += 1,
            Outcome::Already => sum.already += 1,
            Outcome::Cannot(_) => sum.left += 1,
        }
    }
    Ok(sum)
}

async fn decide_one(viewer: &Viewer, key: &Key, decision: Decision<'_>) -> Result<Outcome, Error> {
    let mut tried = 0;
    loop {
        tried += 1;
        match transact(viewer, key, decision).await {
            Err(error) if error.is_retryable() && tried < TRIES => {
                tokio::time::sleep(Duration::from_millis(rand::random_range(1..20 << tried))).await;
            }
            // Somebody else decided between our look and our write, so the wall refused it: the next look says so.
            Err(Error::Forbidden(_)) if tried < TRIES => {}
            done => return done,
        }
    }
}

/// Whatever was not done is rolled back as the transaction is dropped.
async fn transact(viewer: &Viewer, key: &Key, decision: Decision<'_>) -> Result<Outcome, Error> {
    let mut scope = viewer.scope().await?;
    let outcome = match decision {
        Decision::Accept => store::accept(&mut scope, key).await?,
        Decision::Bin(reason) => store::bin(&mut scope, key, reason).await?,
    };
    if outcome == Outcome::Done {
        scope.commit().await?;
    }
    Ok(outcome)
}
