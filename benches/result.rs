//! How many results from doors are stored in a second, each safe on disk before it is answered?

mod support;

use hustings::database::cluster::Login;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use support::canvass::Campaign;
use support::clients::{Client, Load, keep_busy};
use support::house::{House, run};
use support::pgbench::{Pgbench, Reached};
use support::report::{Report, Target, Unit, percentile};
use support::{Outcome, size};
use uuid::Uuid;

fn main() -> ExitCode {
    run(measure)
}

async fn measure(house: &House) -> Outcome<Report> {
    let (clients, seconds) = (size("CLIENTS", 8)?, size("SECONDS", 20)?);
    let mut db = house.operator().await?;
    let campaign =
        Campaign::begin(&mut db, size("ELECTORS", 142_000)?, size("VOLUNTEERS", 100)?, size("DOORS", 300)?).await?;
    let length = Duration::from_secs(seconds);
    let over_http = over_http(house, &campaign, clients, length).await?;
    let bench = async |url, role, script: &str| {
        let scripts = [campaign.script(script)];
        Pgbench { url, role, clients, length, scripts: &scripts }.run().await
    };
    let walled = bench(house.url(Login::App), "hustings_volunteer", include_str!("pgbench/result.sql")).await?;
    let bare = bench(house.url(Login::Operator), "", include_str!("pgbench/bare_insert.sql")).await?;
    let mut report = Report::new("A doorstep result stored, durable");
    report.about(format!(
        "{clients} clients for {seconds} s, PUT /api/v1/results/{{uuid}}, for {} volunteers with lists of {} doors. Half say \
         how somebody will vote. fsync is on: an answer means that the result is on disk. The server also looks the \
         session up before each, which pgbench does not.",
        campaign.lists.len(),
        campaign.lists[0].homes.len(),
    ));
    fill_in(&mut report, &over_http, &walled, &bare);
    Ok(report)
}

async fn over_http(house: &House, campaign: &Arc<Campaign>, clients: usize, length: Duration) -> Outcome<Load> {
    let everybody =
        (0..clients).map(|_| Ok((Client::nobody(&house.base)?, campaign.clone()))).collect::<Outcome<_>>()?;
    keep_busy(everybody, length, async |(phone, campaign): (Client, Arc<Campaign>)| {
        let (volunteer, list) = campaign.somebody();
        let path = format!("/api/v1/results/{}", Uuid::now_v7());
        phone.signed_in_as(volunteer)?.put(&path, &list.said()).await?.expect(201)?;
        Ok((phone, campaign))
    })
    .await
}

fn fill_in(report: &mut Report, over_http: &Load, walled: &Reached, bare: &Reached) {
    let share = over_http.a_second / walled.a_second * 100.0;
    report.figure("share of pgbench with the same walled transaction", share, Unit::Percent, Target::AtLeast(80.0));
    report.plain("results stored over HTTP", over_http.a_second, Unit::ASecond);
    report.plain("median", percentile(&over_http.times, 50.0), Unit::Ms);
    report.plain("99th percentile", percentile(&over_http.times, 99.0), Unit::Ms);
    report.yardstick("pgbench, the same walled transaction", walled.a_second, Unit::ASecond);
    report.yardstick("the same, 99th percentile", percentile(&walled.times, 99.0), Unit::Ms);
    report.yardstick("pgbench, a bare insert by the owner", bare.a_second, Unit::ASecond);
    let price = (1.0 - walled.a_second / bare.a_second) * 100.0;
    report.plain("price of the wall, receipt and tallies", price, Unit::Percent);
}
