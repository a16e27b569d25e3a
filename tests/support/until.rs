//! Waiting for something to come true, never for time to pass.

use std::time::Duration;

/// Asks again and again until there is an answer, letting others work in between; a minute without one ends the test.
pub async fn until<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let asked = async {
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            tokio::task::yield_now().await;
        }
    };
    let answered = tokio::time::timeout(Duration::from_secs(60), asked).await;
    answered.unwrap_or_else(|_| panic!("waited a minute in vain: {what}"))
}
