//! How fast does an organiser find somebody by name, in a database that holds far more than their constituency?

mod support;

use hustings::access::{Permission, Role};
use hustings::database::{Actor, Database, Operator, OperatorSession, Scope, Scoped};
use hustings::electors::find::{Wanted, matches};
use hustings::electors::search::Terms;
use hustings::electors::store::districts;
use rand::RngExt;
use serde_json::json;
use std::process::ExitCode;
use std::time::Instant;
use support::clients::Client;
use support::house::{House, run};
use support::people::{Person, signed_in};
use support::places::{ENDS, FORENAMES, STARTS, fill};
use support::report::{Report, Target, Times, Unit, note, percentile, times};
use support::{Outcome, size};

fn main() -> ExitCode {
    run(measure)
}

/// The same searches, each way.
struct Found {
    walled: Times,
    bare: Times,
    http: Times,
    people: usize,
}

async fn measure(house: &House) -> Outcome<Report> {
    let (searches, constituencies) = (size("SEARCHES", 2000)?, size("CONSTITUENCIES", 14)?);
    let mut db = house.operator().await?;
    let place = fill(&mut db, size("ELECTORS", 1_000_000)?, constituencies).await?;
    let area = place.constituencies[place.constituencies.len() / 2];
    let organiser = signed_in(&mut db, Role::Organiser, area, 1).await?.remove(0);
    let found = search(house, &organiser, searches).await?;
    let mut report = Report::new("Elector search by name in an organiser’s constituency");
    report.about(format!(
        "{searches} different searches, one at a time: a surname, the beginning of one, or a surname and the beginning of a \
         forename, in one of {constituencies} constituencies; {} electors held. {} people found in all.",
        place.electors, found.people
    ));
    fill_in(&mut report, &found);
    Ok(report)
}

async fn search(house: &House, organiser: &Person, searches: usize) -> Outcome<Found> {
    let (database, operator) = (house.database()?, house.as_operator()?);
    let client = Client::of(&house.base, organiser)?;
    let numbers = numbers(&database, organiser).await?;
    let mut found = Found { walled: times()?, bare: times()?, http: times()?, people: 0 };
    // The first hundred warm up all three ways: connections, plans, PostgreSQL's memory.
    for n in 0..searches + 100 {
        let typed = somebody();
        let (walled, people) = in_database(begin(&database, organiser).await?, &typed, &numbers, true).await?;
        let (bare, without) = in_database(begin_bare(&operator).await?, &typed, &numbers, false).await?;
        if people != without {
            return Err(format!("The wall let {people} people through, without it there are {without}.").into());
        }
        let begun = Instant::now();
        client.post("/api/v1/electors/search", &json!({ "q": typed })).await?.expect(200)?;
        let http = begun.elapsed();
        if n >= 100 {
            note(&mut found.walled, walled);
            note(&mut found.bare, bare);
            note(&mut found.http, http);
            found.people += people;
        }
    }
    operator.close().await;
    Ok(found)
}

/// The statement that a search runs, by the function that runs it, and how many people it found.
async fn in_database(
    mut scope: Scoped,
    typed: &str,
    numbers: &[i32],
    whole: bool,
) -> Outcome<(std::time::Duration, usize)> {
    let wanted = Wanted { terms: Some(Terms::read(typed)?), districts: numbers.to_vec(), whole, ..Wanted::default() };
    let begun = Instant::now();
    let found = matches(&mut scope, &wanted, "local").await?;
    let took = begun.elapsed();
    scope.commit().await?;
    Ok((took, found.electors))
}

async fn numbers(database: &Database, organiser: &Person) -> Outcome<Vec<i32>> {
    let mut scope = begin(database, organiser).await?;
    let numbers = districts(&mut scope).await?.iter().map(|d| d.area_no).collect();
    scope.commit().await?;
    Ok(numbers)
}

/// As the web begins it for an organiser.
async fn begin(database: &Database, organiser: &Person) -> Outcome<Scoped> {
    let actor = Actor::Session {
        account: organiser.account,
        grant: organiser.grant,
        session: organiser.session,
        role: Role::Organiser,
        area: organiser.area,
        purpose: "Canvassing".into(),
    };
    let credential = organiser.credential()?;
    Ok(Scoped::begin(database, &credential, actor, Permission::ReadElectors, Scope::default()).await?)
}

/// As the command line begins it for the operator, whom row security does not bind.
async fn begin_bare(operator: &Operator) -> Outcome<Scoped> {
    let session = OperatorSession { os_user: "bench".into(), command: "search".into(), reason: String::new() };
    Ok(Scoped::operator(operator, &session, Permission::ReadElectors).await?)
}

/// What an organiser types: names by how common they are.
fn somebody() -> String {
    let mut rng = rand::rng();
    let mut skewed = || {
        let n: f64 = rng.random();
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // below 60
        let index = (n * n * 60.0) as usize;
        index
    };
    let surname = STARTS[skewed()].to_owned() + ENDS[skewed()];
    let forename = FORENAMES[skewed()];
    match rng.random_range(0..3) {
        0 => surname,
        1 => surname.chars().take(5).collect(),
        _ => format!("{surname} {}", forename.chars().take(2).collect::<String>()),
    }
}

fn fill_in(report: &mut Report, found: &Found) {
    report.figure("in the database, 99th percentile", percentile(&found.walled, 99.0), Unit::Ms, Target::Below(10.0));
    report.plain("in the database, median", percentile(&found.walled, 50.0), Unit::Ms);
    report.figure("over HTTP, 99th percentile", percentile(&found.http, 99.0), Unit::Ms, Target::Below(25.0));
    report.plain("over HTTP, median", percentile(&found.http, 50.0), Unit::Ms);
    report.yardstick("without row security, 99th percentile", percentile(&found.bare, 99.0), Unit::Ms);
    report.yardstick("without row security, median", percentile(&found.bare, 50.0), Unit::Ms);
}
