//! Whose turn it is to read a register, and to apply one. Reading holds a connection and both sides' people in memory
//! while it matches them; applying holds a connection for minutes. So few do either at once, and the rest wait.

use crate::error::Error;
use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use uuid::Uuid;

/// How many registers one server reads and matches at the same time.
const READING: usize = 2;
/// How many it applies.
const APPLYING: usize = 2;

/// The turns of one serving process. Clones are handles to the same.
#[derive(Clone)]
pub struct Turns {
    reading: Arc<Semaphore>,
    applying: Arc<Semaphore>,
    waiting: Arc<Mutex<HashSet<Uuid>>>,
}

impl Default for Turns {
    fn default() -> Self {
        Turns {
            reading: Arc::new(Semaphore::new(READING)),
            applying: Arc::new(Semaphore::new(APPLYING)),
            waiting: Arc::default(),
        }
    }
}

impl Turns {
    /// A turn at reading, once it comes. It ends with the value.
    ///
    /// # Errors
    /// Never while the server lives.
    pub async fn to_read(&self, import: Uuid) -> Result<OwnedSemaphorePermit, Error> {
        let _waits = Waits::begin(self, import);
        self.reading.clone().acquire_owned().await.map_err(Error::internal)
    }

    /// A turn at applying, once it comes. It ends with the value.
    ///
    /// # Errors
    /// Never while the server lives.
    pub async fn to_apply(&self, import: Uuid) -> Result<OwnedSemaphorePermit, Error> {
        let _waits = Waits::begin(self, import);
        self.applying.clone().acquire_owned().await.map_err(Error::internal)
    }

    /// Whether this import waits for another one.
    pub fn waits(&self, import: Uuid) -> bool {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).contains(&import)
    }
}

/// An import in the queue, out of it however the waiting ends.
struct Waits<'a> {
    turns: &'a Turns,
    import: Uuid,
}

impl<'a> Waits<'a> {
    fn begin(turns: &'a Turns, import: Uuid) -> Self {
        turns.waiting.lock().unwrap_or_else(PoisonError::into_inner).insert(import);
        Waits { turns, import }
    }
}

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.turns.waiting.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.import);
    }
}
