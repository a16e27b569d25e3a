//! Deciding many at once: some dozens share a transaction. What cannot stand as it is waits on and keeps nothing else
//! waiting; where a transaction meets somebody else's decision, each of its results is decided by itself.

use super::Key;
use super::store::{self, Outcome};
use crate::canvass::results::Refusal;
use crate::error::Error;
use crate::web::Viewer;
use std::time::Duration;

/// How many decisions share a transaction.
const TOGETHER: usize = 50;
/// How often a decision that met another transaction is tried again.
const TRIES: u32 = 5;

const NOT_STORED: &str = "This result could not be stored";

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
/// [`Error::NotFound`] when one is outside the area; transactions before its own stand.
pub async fn decide(viewer: &Viewer, mut keys: Vec<Key>, decision: Decision<'_>) -> Result<Sum, Error> {
    keys.sort_unstable();
    keys.dedup();
    // One id may wait with two contents: the second is decided when it is known what became of the first.
    let (first, again): (Vec<_>, Vec<_>) =
        keys.iter().enumerate().partition(|(place, key)| *place == 0 || keys[place - 1].id != key.id);
    let keys_of = |some: Vec<(usize, &Key)>| some.into_iter().map(|(_, key)| key.clone()).collect::<Vec<_>>();
    let mut sum = Sum::default();
    for together in keys_of(first).chunks(TOGETHER) {
        decide_together(viewer, together, decision, &mut sum).await?;
    }
    for key in keys_of(again) {
        sum.add(&decide_one(viewer, key, decision).await?);
    }
    Ok(sum)
}

impl Sum {
    fn add(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Done => self.done += 1,
            Outcome::Already | Outcome::Overtaken => self.already += 1,
            Outcome::Cannot(_) => self.left += 1,
        }
    }
}

async fn decide_together(viewer: &Viewer, keys: &[Key], decision: Decision<'_>, sum: &mut Sum) -> Result<(), Error> {
    match transact(viewer, keys, decision).await {
        Ok(outcomes) if !outcomes.contains(&Outcome::Overtaken) => outcomes.iter().for_each(|o| sum.add(o)),
        Err(error) if !goes_singly(&error) => return Err(error),
        _ => {
            for key in keys {
                sum.add(&decide_one(viewer, key.clone(), decision).await?);
            }
        }
    }
    Ok(())
}

/// Another transaction came between, the wall no longer found one of them waiting, or one breaks a rule of the
/// database's own: by itself each of the others can be decided.
fn goes_singly(error: &Error) -> bool {
    error.is_retryable() || error.breaks_a_rule() || matches!(error, Error::Forbidden(_))
}

async fn decide_one(viewer: &Viewer, key: Key, decision: Decision<'_>) -> Result<Outcome, Error> {
    let mut tried = 0;
    loop {
        tried += 1;
        match transact(viewer, std::slice::from_ref(&key), decision).await {
            Err(error) if error.is_retryable() && tried < TRIES => {
                tokio::time::sleep(Duration::from_millis(rand::random_range(1..20 << tried))).await;
            }
            // Somebody else decided between our look and our write, so the wall refused it: the next look says so.
            Err(Error::Forbidden(_)) if tried < TRIES => {}
            Err(error) if error.breaks_a_rule() => {
                return Ok(Outcome::Cannot(Refusal { field: "body".into(), reason: NOT_STORED.into() }));
            }
            done => return done?.pop().ok_or(Error::NotFound),
        }
    }
}

/// One transaction; rolled back as it is dropped when somebody else came between.
async fn transact(viewer: &Viewer, keys: &[Key], decision: Decision<'_>) -> Result<Vec<Outcome>, Error> {
    let mut scope = viewer.scope().await?;
    let outcomes = match decision {
        Decision::Accept => store::accept(&mut scope, keys).await?,
        Decision::Bin(reason) => store::bin(&mut scope, keys, reason).await?,
    };
    if !outcomes.contains(&Outcome::Overtaken) {
        scope.commit().await?;
    }
    Ok(outcomes)
}
