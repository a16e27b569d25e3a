//! Turns at work that fills a core or takes much memory: so many at a time, the rest wait, and whoever waits too long is told to come
//! again. A turn belongs to the work, not to whoever asked: a browser that hangs up ends neither, so that nobody begins another
//! beside work that is still being done for nobody.

use crate::error::Error;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// Does the work on a thread of its own once it has a turn, and answers what came of it.
///
/// # Errors
/// [`Error::Busy`] when no turn came in this time; [`Error::Internal`] when the work panicked.
pub async fn in_turn<T: Send + 'static>(
    turns: &'static Semaphore,
    patience: Duration,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Error> {
    let turn = timeout(patience, turns.acquire()).await.map_err(|_| Error::Busy)?.map_err(Error::internal)?;
    let work = move || {
        let _turn = turn;
        work()
    };
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    const SOON: Duration = Duration::from_millis(50);
    const LATER: Duration = Duration::from_secs(10);

    #[tokio::test]
    async fn work_whose_caller_hung_up_keeps_its_turn_until_it_is_done() {
        static ONE: Semaphore = Semaphore::const_new(1);
        let (begun, begins) = tokio::sync::oneshot::channel();
        let (end, ends) = mpsc::channel::<()>();
        let caller = tokio::spawn(in_turn(&ONE, LATER, move || {
            let _ = begun.send(());
            let _ = ends.recv();
        }));
        begins.await.unwrap();
        caller.abort();
        assert!(caller.await.unwrap_err().is_cancelled());
        let next = in_turn(&ONE, SOON, || "too soon").await;
        assert!(matches!(next, Err(Error::Busy)), "{next:?}");
        end.send(()).unwrap();
        assert_eq!(in_turn(&ONE, LATER, || "its turn").await.unwrap(), "its turn");
    }

    #[tokio::test]
    async fn work_that_panics_gives_its_turn_back() {
        static ONE: Semaphore = Semaphore::const_new(1);
        let tripped: Result<(), Error> = in_turn(&ONE, LATER, || panic!("by this file")).await;
        assert!(matches!(tripped, Err(Error::Internal(_))), "{tripped:?}");
        assert_eq!(in_turn(&ONE, LATER, || 1).await.unwrap(), 1);
    }
}
