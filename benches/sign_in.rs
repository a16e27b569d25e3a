//! Does an address that nobody has take as long to be refused as one that somebody has?

mod support;

use hustings::access::passwords;
use serde_json::json;
use sqlx::{PgConnection, query};
use std::process::ExitCode;
use std::time::Instant;
use support::clients::Client;
use support::house::{House, run};
use support::report::{Report, Target, Times, Unit, note, percentile, times};
use support::{Outcome, people, size};
use uuid::Uuid;

/// Fewer than the failures that close an address for a while.
const BETWEEN_CLEARINGS: usize = 40;
/// Accounts that take turns, so that none reaches its own limit.
const ACCOUNTS: usize = 100;

fn main() -> ExitCode {
    run(measure)
}

async fn measure(house: &House) -> Outcome<Report> {
    let tries: usize = size("TRIES", 1000)?;
    let mut db = house.operator().await?;
    let hash = passwords::hash("the ferry leaves at noon".into()).await?;
    let ids: Vec<Uuid> = (0..ACCOUNTS).map(|_| Uuid::now_v7()).collect();
    people::accounts(&mut db, &ids, Some(&hash)).await?;
    let client = Client::nobody(&house.base)?;
    let (mut known, mut unknown) = (times()?, times()?);
    for n in 0..tries {
        if n % BETWEEN_CLEARINGS == 0 {
            forget_failures(&mut db).await?;
        }
        let (somebody, nobody) = (ids[n % ACCOUNTS], Uuid::now_v7());
        // Each goes first as often: the second finds everything warm.
        if n % 2 == 0 {
            refused(&client, somebody, &mut known).await?;
            refused(&client, nobody, &mut unknown).await?;
        } else {
            refused(&client, nobody, &mut unknown).await?;
            refused(&client, somebody, &mut known).await?;
        }
    }
    let alone = hashing_alone(&hash, tries / 5).await?;
    Ok(report(tries, &known, &unknown, &alone))
}

/// The limits are counted in this table; they are not what is measured.
async fn forget_failures(db: &mut PgConnection) -> Outcome {
    query("delete from sign_in_failure").execute(db).await?;
    Ok(())
}

async fn refused(client: &Client, who: Uuid, times: &mut Times) -> Outcome {
    let body = json!({"email": format!("{}@lantern.example", who.simple()), "password": "the ferry leaves at one"});
    let begun = Instant::now();
    let answer = client.post("/api/v1/sessions", &body).await?;
    note(times, begun.elapsed());
    answer.expect(401)?;
    Ok(())
}

async fn hashing_alone(hash: &str, tries: usize) -> Outcome<Times> {
    let mut all = times()?;
    for _ in 0..tries.max(1) {
        let begun = Instant::now();
        passwords::verify("the ferry leaves at one".into(), Some(hash.to_owned())).await?;
        note(&mut all, begun.elapsed());
    }
    Ok(all)
}

fn report(tries: usize, known: &Times, unknown: &Times, alone: &Times) -> Report {
    let mut report = Report::new("Sign-in: an unknown account answers as slowly as a known one");
    report.about(format!("{tries} tries each by turns over HTTP, one at a time, each with a wrong password."));
    let (somebody, nobody) = (percentile(known, 50.0), percentile(unknown, 50.0));
    let apart = (nobody - somebody).abs() / somebody * 100.0;
    report.figure("difference of the medians", apart, Unit::Percent, Target::AtMost(5.0));
    report.plain("known account, median", somebody, Unit::Ms);
    report.plain("unknown account, median", nobody, Unit::Ms);
    report.plain("known account, 99th percentile", percentile(known, 99.0), Unit::Ms);
    report.plain("unknown account, 99th percentile", percentile(unknown, 99.0), Unit::Ms);
    report.yardstick("argon2id alone, median", percentile(alone, 50.0), Unit::Ms);
    report
}
