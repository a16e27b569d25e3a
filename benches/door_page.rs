//! How much does a phone load to see a walk list of 60 doors, and how long does the server take for it?

mod support;

use axum::Router;
use axum::response::Html;
use axum::routing::get;
use scraper::{Html as Document, Selector};
use std::collections::BTreeSet;
use std::process::ExitCode;
use std::time::Instant;
use support::canvass::Campaign;
use support::clients::Client;
use support::house::{House, run};
use support::report::{Report, Target, Times, Unit, note, percentile, times};
use support::{Outcome, size};
use tower_http::compression::CompressionLayer;

fn main() -> ExitCode {
    run(measure)
}

/// A page, and how long it took, many times.
struct Page {
    name: &'static str,
    path: String,
    times: Times,
}

async fn measure(house: &House) -> Outcome<Report> {
    let (rounds, doors) = (size("ROUNDS", 2000)?, size("DOORS", 60)?);
    let mut db = house.operator().await?;
    let campaign = Campaign::begin(&mut db, size("ELECTORS", 71_000)?, 50, doors).await?;
    let (volunteer, list) = (&campaign.volunteers[0], &campaign.lists[0]);
    let phone = Client::of(&house.base, volunteer)?;
    // Half of the doors have their answers, so that both kinds are on the page.
    for home in list.homes.iter().take(list.homes.len() / 2) {
        let path = format!("/api/v1/results/{}", uuid::Uuid::now_v7());
        phone.put(&path, &list.said_at(*home)).await?.expect(201)?;
    }
    let door = format!("/canvass/{}/doors/{}.{}", list.id, list.partition, list.homes[list.homes.len() - 1]);
    let mut pages = [
        Page { name: "the list", path: format!("/canvass/{}", list.id), times: times()? },
        Page { name: "one door", path: door, times: times()? },
    ];
    for page in &mut pages {
        page.times = timed(&phone, &page.path, rounds).await?;
    }
    let bare = bare(&phone, &pages[0].path, rounds).await?;
    let mut report = Report::new(&format!("Doorstep page, a walk list of {doors} doors"));
    report.about(format!(
        "Bytes: the page with every file that it names, compressed as the server sends them, without headers. Times: \
         {rounds} openings each over HTTP by one phone, client included, compressed by Brotli."
    ));
    fill_in(&mut report, &phone, &pages, &bare).await?;
    Ok(report)
}

async fn timed(phone: &Client, path: &str, rounds: usize) -> Outcome<Times> {
    let mut all = times()?;
    for n in 0..rounds + 50 {
        let begun = Instant::now();
        phone.get_encoded(path, "br").await?.expect(200)?;
        if n >= 50 {
            note(&mut all, begun.elapsed());
        }
    }
    Ok(all)
}

/// The same bytes from memory, by axum with the same compression.
async fn bare(phone: &Client, path: &str, rounds: usize) -> Outcome<Times> {
    let page = String::from_utf8(phone.get_encoded(path, "identity").await?.expect(200)?.body)?;
    let router = Router::new().route("/", get(async || Html(page))).layer(CompressionLayer::new());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let base = format!("http://{}", listener.local_addr()?);
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    let times = timed(&Client::nobody(&base)?, "/", rounds).await;
    server.abort();
    times
}

/// The bytes of a page and of all files that it names, in one encoding.
async fn bytes(phone: &Client, path: &str, encoding: &str) -> Outcome<Vec<(String, usize)>> {
    let plain = phone.get_encoded(path, "identity").await?.expect(200)?;
    let mut all = vec![("HTML".to_owned(), phone.get_encoded(path, encoding).await?.expect(200)?.body.len())];
    for file in files(&String::from_utf8(plain.body)?) {
        let name = file.rsplit('/').next().unwrap_or_default().to_owned();
        all.push((name, phone.get_encoded(&file, encoding).await?.expect(200)?.body.len()));
    }
    Ok(all)
}

/// Stylesheets, scripts and icons, each once.
fn files(page: &str) -> BTreeSet<String> {
    let document = Document::parse_document(page);
    let all = Selector::parse("[href], [src]").map(|any| {
        let named = document.select(&any).filter_map(|e| e.attr("href").or(e.attr("src")));
        named
            .filter(|url| url.starts_with("/static/"))
            .map(|url| url.split('#').next().unwrap_or(url).to_owned())
            .collect()
    });
    all.unwrap_or_default()
}

async fn fill_in(report: &mut Report, phone: &Client, pages: &[Page; 2], bare: &Times) -> Outcome {
    for encoding in ["br", "gzip"] {
        let parts = bytes(phone, &pages[0].path, encoding).await?;
        let name = format!("the list with its shell, {encoding}");
        report.figure(&name, kilobytes(parts.iter().map(|(_, n)| n).sum()), Unit::Kb, Target::AtMost(60.0));
        if encoding == "br" {
            for (part, n) in &parts {
                report.plain(&format!("· {part}"), kilobytes(*n), Unit::Kb);
            }
        }
    }
    let door = bytes(phone, &pages[1].path, "br").await?;
    report.figure(
        "one door with its shell, br",
        kilobytes(door.iter().map(|(_, n)| n).sum()),
        Unit::Kb,
        Target::AtMost(60.0),
    );
    report.plain("· HTML", kilobytes(door[0].1), Unit::Kb);
    for page in pages {
        let late = percentile(&page.times, 99.0);
        report.figure(&format!("{}, 99th percentile", page.name), late, Unit::Ms, Target::Below(15.0));
        report.plain(&format!("{}, median", page.name), percentile(&page.times, 50.0), Unit::Ms);
    }
    report.yardstick("the list’s bytes by axum from memory, 99th percentile", percentile(bare, 99.0), Unit::Ms);
    report.yardstick("the list’s bytes by axum from memory, median", percentile(bare, 50.0), Unit::Ms);
    Ok(())
}

#[allow(clippy::cast_precision_loss)] // far below 2^52
fn kilobytes(bytes: usize) -> f64 {
    bytes as f64 / 1024.0
}
