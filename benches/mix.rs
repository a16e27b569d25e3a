//! A national peak: phones at doors, answers coming in, organisers searching, all at once.

mod support;

use hustings::access::Role;
use rand::RngExt;
use serde_json::json;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use support::canvass::Campaign;
use support::clients::{Answer, Client, Load, keep_busy};
use support::house::{House, run};
use support::people::{Person, signed_in};
use support::places::{ENDS, STARTS};
use support::report::{Report, Target, Times, Unit, note, percentile, times};
use support::{Outcome, size};
use uuid::Uuid;

fn main() -> ExitCode {
    run(measure)
}

/// What is asked for, and how often in a hundred.
const MIX: [(Asked, u32); 5] =
    [(Asked::List, 25), (Asked::Door, 25), (Asked::Result, 30), (Asked::MyLists, 10), (Asked::Search, 10)];

#[derive(Clone, Copy, Debug)]
enum Asked {
    List,
    Door,
    Result,
    MyLists,
    Search,
}

/// What one connection works with: each time it is in another's hands.
#[derive(Clone)]
struct Connection {
    client: Client,
    campaign: Arc<Campaign>,
    organisers: Arc<Vec<Person>>,
    seen: Arc<Seen>,
}

/// What all of them saw together.
struct Seen {
    times: Vec<Mutex<Times>>,
    /// Answers that were not the one asked for, such as 503.
    others: AtomicU64,
}

async fn measure(house: &House) -> Outcome<Report> {
    let (clients, seconds): (usize, u64) = (size("CLIENTS", 16)?, size("SECONDS", 60)?);
    let (volunteers, doors) = (size("VOLUNTEERS", 400)?, size("DOORS", 60)?);
    let mut db = house.operator().await?;
    let campaign = Campaign::begin(&mut db, size("ELECTORS", 284_000)?, volunteers, doors).await?;
    let organisers = Arc::new(signed_in(&mut db, Role::Organiser, campaign.area, 20).await?);
    let empty = MIX.iter().map(|_| Ok(Mutex::new(times()?))).collect::<Outcome<Vec<_>>>()?;
    let seen = Arc::new(Seen { times: empty, others: AtomicU64::new(0) });
    let connection = |_| {
        let (campaign, organisers, seen) = (campaign.clone(), organisers.clone(), seen.clone());
        Ok(Connection { client: Client::nobody(&house.base)?, campaign, organisers, seen })
    };
    let everybody = (0..clients).map(connection).collect::<Outcome<Vec<_>>>()?;
    let load = keep_busy(everybody, Duration::from_secs(seconds), Connection::ask).await?;
    let mut report = Report::new("A national peak’s mix");
    report.about(format!(
        "{clients} connections for {seconds} s, each asking again as soon as it is answered: half doorstep pages (a list of \
         {doors} doors, or one door), 30 % results, 10 % my lists, 10 % searches by name, by {volunteers} volunteers and {} \
         organisers. Every answer is compressed as a browser asks. No yardstick: pgbench has no such mix of roles.",
        organisers.len()
    ));
    fill_in(&mut report, &load, &seen)?;
    Ok(report)
}

impl Connection {
    async fn ask(self) -> Outcome<Self> {
        let mut n = rand::rng().random_range(0..100);
        let mut kind = 0;
        while n >= MIX[kind].1 {
            n -= MIX[kind].1;
            kind += 1;
        }
        let begun = Instant::now();
        let (answer, wanted) = self.send(MIX[kind].0).await?;
        if answer.status == wanted {
            note(&mut *self.seen.times[kind].lock().map_err(|_| "a client failed")?, begun.elapsed());
        } else if self.seen.others.fetch_add(1, Ordering::Relaxed) == 0 {
            eprintln!("{:?}: {wanted} was expected, but {}", MIX[kind].0, answer.status);
        }
        Ok(self)
    }

    /// Sends it; what should come back stands beside what came.
    async fn send(&self, asked: Asked) -> Outcome<(Answer, u16)> {
        let (volunteer, list) = self.campaign.somebody();
        let phone = self.client.signed_in_as(volunteer)?;
        Ok(match asked {
            Asked::List => (phone.get(&format!("/canvass/{}", list.id)).await?, 200),
            Asked::Door => {
                let home = list.homes[rand::rng().random_range(0..list.homes.len())];
                (phone.get(&format!("/canvass/{}/doors/{}.{home}", list.id, list.partition)).await?, 200)
            }
            Asked::Result => (phone.put(&format!("/api/v1/results/{}", Uuid::now_v7()), &list.said()).await?, 201),
            Asked::MyLists => (phone.get("/canvass").await?, 200),
            Asked::Search => {
                let (organiser, q) = self.search();
                let browser = self.client.signed_in_as(organiser)?;
                (browser.post("/api/v1/electors/search", &json!({ "q": q })).await?, 200)
            }
        })
    }

    /// An organiser, and a surname that they look for.
    fn search(&self) -> (&Person, String) {
        let mut rng = rand::rng();
        let (start, end) = (rng.random_range(0..STARTS.len()), rng.random_range(0..ENDS.len()));
        (&self.organisers[rng.random_range(0..self.organisers.len())], STARTS[start].to_owned() + ENDS[end])
    }
}

fn fill_in(report: &mut Report, load: &Load, seen: &Seen) -> Outcome {
    report.figure("requests", load.a_second, Unit::ASecond, Target::AtLeast(1000.0));
    report.figure("99th percentile", percentile(&load.times, 99.0), Unit::Ms, Target::Below(100.0));
    report.plain("median", percentile(&load.times, 50.0), Unit::Ms);
    #[allow(clippy::cast_precision_loss)] // far below 2^52
    let others = seen.others.load(Ordering::Relaxed) as f64;
    report.figure("answers other than the one asked for", others, Unit::Count, Target::AtMost(0.0));
    for ((asked, _), times) in MIX.iter().zip(&seen.times) {
        let name = match asked {
            Asked::List => "a list",
            Asked::Door => "a door",
            Asked::Result => "a result",
            Asked::MyLists => "my lists",
            Asked::Search => "a search",
        };
        let times = times.lock().map_err(|_| "a client failed")?;
        report.plain(&format!("· {name}, median"), percentile(&times, 50.0), Unit::Ms);
        report.plain(&format!("· {name}, 99th percentile"), percentile(&times, 99.0), Unit::Ms);
    }
    Ok(())
}
