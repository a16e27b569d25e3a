//! The watcher: every few seconds it asks the rules about what is new in the access log. Several servers may run one each: whoever
//! holds the row that says how far the log is watched does, the others look again later.

use super::rules::RULES;
use crate::access::door::{self, Asked};
use crate::database::Database;
use crate::error::Error;
use std::time::Duration;

/// How often the watcher looks for new rows: a canary is told of so soon, and no look waits for it.
pub const EVERY: Duration = Duration::from_secs(10);
/// Rows of the log taken in hand at once: the transaction of a batch holds the sealer up.
const BATCH: i32 = 1_000;
/// Batches in one round, so that a log that was not watched for days is caught up with in pieces.
const BATCHES: usize = 200;

/// Watches for as long as the server runs. Whatever goes wrong is said in the log and tried again: serving goes on.
pub struct Watcher {
    database: Database,
}

impl Watcher {
    /// A watcher over this database's log.
    pub fn new(database: Database) -> Self {
        Watcher { database }
    }

    /// Looks again and again.
    pub async fn keep(self) -> ! {
        let mut every = tokio::time::interval(EVERY);
        every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            every.tick().await;
            if let Err(error) = round(&self.database).await {
                tracing::warn!(%error, cause = error.cause(), "the access log is not watched this time; it is tried again");
            }
            self.tell_metrics().await;
        }
    }

    async fn tell_metrics(&self) {
        let Ok((lag, open)) = door::watch_gauges(&self.database).await else { return };
        metrics::gauge!("hustings_watch_lag_seconds").set(lag);
        for (severity, alerts) in open {
            metrics::gauge!("hustings_alerts_open", "severity" => severity).set(alerts as f64);
        }
    }
}

/// Asks every rule about all that is new. Answers how many rows of the log were looked through; None: another is watching.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away: what was not looked through is looked through next time.
pub async fn round(database: &Database) -> Result<Option<i64>, Error> {
    let changed = door::watch_rules(database).await?;
    let asked: Vec<Asked> = RULES.iter().filter_map(|rule| rule.asked(&changed)).collect();
    let mut rows = 0;
    for n in 0..BATCHES {
        let Some(mut watching) = door::watch_begin(database, BATCH).await? else {
            return Ok((n > 0).then_some(rows));
        };
        rows += watching.rows;
        let full = watching.rows >= i64::from(BATCH);
        if watching.rows > 0 {
            watching.trail().await?;
        }
        // Where somebody works from is no row of the log.
        let any = watching.rows > 0;
        for rule in asked.iter().filter(|rule| any || rule.looks_at == "places") {
            watching.ask(rule).await?;
        }
        watching.end().await?;
        if !full {
            break;
        }
    }
    Ok(Some(rows))
}
