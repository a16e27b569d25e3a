//! An administrator ends all access of an account that is asking for people as fast as it can: when does the last answer
//! that shows anybody reach it?

mod support;

use hustings::access::Role;
use serde_json::json;
use sqlx::{PgConnection, query_scalar};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use support::canvass::Campaign;
use support::clients::Client;
use support::house::{House, run};
use support::people::{Person, signed_in};
use support::places::List;
use support::report::{Report, Target, Times, Unit, note, percentile, times};
use support::{Outcome, size};
use tokio::task::JoinSet;

/// Others who go on with their work all the while.
const OTHERS: usize = 2;

fn main() -> ExitCode {
    run(measure)
}

/// What became of one account.
struct Ended {
    /// From the administrator's answer to the last byte of the last answer 200; nothing when none came later.
    late: Duration,
    /// How long the administrator waited.
    wait: Duration,
    /// Answers 200 before the end.
    answers: u64,
    /// Rows of the access log that show people to it after the administrator's answer.
    looks_after: i64,
}

async fn measure(house: &House) -> Outcome<Report> {
    let (rounds, clients): (usize, usize) = (size("ROUNDS", 200)?, size("CLIENTS", 8)?);
    let mut db = house.operator().await?;
    let campaign = Campaign::begin(&mut db, size("ELECTORS", 71_000)?, rounds + OTHERS, 10).await?;
    let everywhere: i64 =
        query_scalar("select area_id from area where kind = 'installation'").fetch_one(&mut db).await?;
    let administrators = signed_in(&mut db, Role::Administrator, everywhere, 2).await?;
    let administrator = Client::of(&house.base, &administrators[0])?;
    let others = Others::begin(house, &campaign)?;
    let mut ended = Vec::with_capacity(rounds);
    for n in 0..rounds {
        let (who, list) = (&campaign.volunteers[n], &campaign.lists[n]);
        ended.push(end_access(house, &mut db, &administrator, who, list, clients).await?);
    }
    report(&ended, clients, others.stop().await?)
}

async fn end_access(
    house: &House,
    db: &mut PgConnection,
    administrator: &Client,
    who: &Person,
    list: &List,
    clients: usize,
) -> Outcome<Ended> {
    let last = Arc::new(Mutex::new(None));
    let answers = Arc::new(AtomicU64::new(0));
    let mut asking = JoinSet::new();
    for _ in 0..clients {
        let (client, path) = (Client::of(&house.base, who)?, format!("/api/v1/canvass/{}", list.id));
        let (last, answers) = (last.clone(), answers.clone());
        asking.spawn(async move {
            loop {
                match client.get(&path).await?.status {
                    200 => {
                        answers.fetch_add(1, Ordering::Relaxed);
                        let now = Some(Instant::now());
                        if let Ok(mut last) = last.lock() {
                            *last = (*last).max(now);
                        }
                    }
                    401 => return Outcome::Ok(()),
                    // The guard had let it in, but its list was no longer its own: nobody was shown.
                    404 => {}
                    other => return Err(format!("an answer {other} before the end").into()),
                }
            }
        });
    }
    let enough: u64 = size("REQUESTS", 500)?;
    let most = Instant::now() + Duration::from_millis(size("ROUND_MS", 20_000)?);
    while answers.load(Ordering::Relaxed) < enough && Instant::now() < most {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let begun = Instant::now();
    let path = format!("/api/v1/accounts/{}/end-access", who.account);
    administrator.post(&path, &json!({"reason": "Bench"})).await?.expect(200)?;
    let (answered, on_the_clock) = (Instant::now(), chrono::Utc::now());
    while let Some(done) = asking.join_next().await {
        done??;
    }
    let last = last.lock().map_err(|_| "a client failed")?.unwrap_or(answered);
    let looks_after =
        query_scalar("select count(*) from access_log where account_id = $1 and what <> 'refused' and at > $2")
            .bind(who.account)
            .bind(on_the_clock)
            .fetch_one(db)
            .await?;
    let late = last.saturating_duration_since(answered);
    Ok(Ended { late, wait: answered - begun, answers: answers.load(Ordering::Relaxed), looks_after })
}

/// Volunteers whose access nobody ends.
struct Others {
    stop: Arc<AtomicBool>,
    working: JoinSet<Outcome<Times>>,
}

impl Others {
    fn begin(house: &House, campaign: &Campaign) -> Outcome<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let mut working = JoinSet::new();
        for n in campaign.lists.len() - OTHERS..campaign.lists.len() {
            let client = Client::of(&house.base, &campaign.volunteers[n])?;
            let (path, stop) = (format!("/api/v1/canvass/{}", campaign.lists[n].id), stop.clone());
            working.spawn(async move {
                let mut all = times()?;
                while !stop.load(Ordering::Relaxed) {
                    let begun = Instant::now();
                    client.get(&path).await?.expect(200)?;
                    note(&mut all, begun.elapsed());
                }
                Ok(all)
            });
        }
        Ok(Others { stop, working })
    }

    /// Fails when one of them was ever refused.
    async fn stop(mut self) -> Outcome<Times> {
        self.stop.store(true, Ordering::Relaxed);
        let mut all = times()?;
        while let Some(done) = self.working.join_next().await {
            all.add(done??)?;
        }
        Ok(all)
    }
}

#[allow(clippy::cast_precision_loss)] // counts far below 2^52
fn report(ended: &[Ended], clients: usize, others: Times) -> Outcome<Report> {
    let (mut late, mut wait) = (times()?, times()?);
    for one in ended {
        note(&mut late, one.late);
        note(&mut wait, one.wait);
    }
    let answers: u64 = ended.iter().map(|e| e.answers).sum();
    let looks_after: i64 = ended.iter().map(|e| e.looks_after).sum();
    let mut report = Report::new("Revocation: from the commit’s answer to the last answer that shows anybody");
    report.about(format!(
        "{} accounts in turn, each asking for a walk list by {clients} clients as fast as it can, until an administrator \
         ends all of its access, after 500 answers each; {} answers showed people before that. {OTHERS} other volunteers went on all the while.",
        ended.len(),
        answers
    ));
    report.figure("last byte, 99th percentile", percentile(&late, 99.0), Unit::Ms, Target::Below(100.0));
    report.plain("last byte, median", percentile(&late, 50.0), Unit::Ms);
    report.plain("last byte, latest of all", percentile(&late, 100.0), Unit::Ms);
    report.figure("looks on record after the commit", looks_after as f64, Unit::Count, Target::AtMost(0.0));
    let asked = size("REQUESTS", 500)? * u64::try_from(ended.len())?;
    report.figure("answers before the end, all rounds", answers as f64, Unit::Count, Target::AtLeast(asked as f64));
    report.plain("the administrator’s wait, median", percentile(&wait, 50.0), Unit::Ms);
    report.plain("the administrator’s wait, 99th percentile", percentile(&wait, 99.0), Unit::Ms);
    report.plain("others: answers, none refused", others.len() as f64, Unit::Count);
    report.plain("others: 99th percentile", percentile(&others, 99.0), Unit::Ms);
    Ok(report)
}
