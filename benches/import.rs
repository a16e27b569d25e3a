//! How fast does a council's register become electors that can be found?

mod support;

use chrono::{NaiveDate, Utc};
use hustings::access::Permission;
use hustings::commands::Operation;
use hustings::commands::register::{self, Choices};
use hustings::database::OperatorSession;
use hustings::demo::register::{Size, districts, write_register};
use hustings::electors::find::{Wanted, matches};
use hustings::electors::search::Terms;
use hustings::registers::Basis;
use hustings::registers::reader::{RowOutcome, duplicates, read_register};
use sqlx::{Connection, PgConnection, query, query_scalar};
use std::fs::File;
use std::io::{BufWriter, Read};
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;
use support::house::{House, run};
use support::report::{Report, Target, Unit};
use support::{Outcome, size};

/// A million electors in a minute.
const ROWS_A_SECOND: f64 = 1_000_000.0 / 60.0;

fn main() -> ExitCode {
    run(measure)
}

async fn measure(house: &House) -> Outcome<Report> {
    let wished: u32 = size("ROWS", 200_000)?;
    let directory = tempfile::tempdir()?;
    let path = directory.path().join("register.csv");
    let today = Utc::now().date_naive();
    let a_district = wished / u32::try_from(districts().len())?;
    write_register(BufWriter::new(File::create(&path)?), today, Size { electors_a_district: a_district })?;
    let (rows, reading) = timed(async || read(&path, today)).await?;
    let (_, twice) = timed(async || duplicates(&path, today).map(drop).map_err(Into::into)).await?;
    let mut db = house.operator().await?;
    let (_, copying) = timed(async || copy(&mut db, &path).await).await?;
    let operation = operation(house)?;
    let choices = Choices {
        file: path.clone(),
        authority: Some("Wexmere District".into()),
        date: Some(today),
        basis: Basis::Party,
        allow_large_removal: false,
        allow_other_districts: false,
    };
    let (_, looking) = timed(async || Ok(register::preview(&operation, &choices).await?)).await?;
    let (_, importing) = timed(async || import(&operation, &choices).await).await?;
    let held: i64 = query_scalar("select count(*) from elector where left_at is null").fetch_one(&mut db).await?;
    let (_, again) = timed(async || Ok(register::import(&operation, &choices).await?)).await?;
    operation.operator.close().await;
    let mut report = Report::new("Register import");
    report.about(format!(
        "One file of {rows} rows in {} districts (Xpress, 14 columns), imported by the operator into an empty installation: \
         {held} electors held afterwards; the anonymous have none.",
        districts().len()
    ));
    fill_in(&mut report, f64::from(rows), &Took { reading, twice, looking, importing, again, copying });
    Ok(report)
}

/// Seconds of each part.
struct Took {
    reading: f64,
    twice: f64,
    looking: f64,
    importing: f64,
    again: f64,
    copying: f64,
}

async fn timed<T>(work: impl AsyncFnOnce() -> Outcome<T>) -> Outcome<(T, f64)> {
    let begun = Instant::now();
    let done = work().await?;
    Ok((done, begun.elapsed().as_secs_f64()))
}

/// Every row read and in order, none kept.
fn read(path: &Path, today: NaiveDate) -> Outcome<u32> {
    let mut rows = 0;
    for outcome in read_register(path, today)? {
        if let RowOutcome::Row(_) = outcome? {
            rows += 1;
        }
    }
    Ok(rows)
}

fn operation(house: &House) -> Outcome<Operation> {
    let session = OperatorSession { os_user: "bench".into(), command: "register".into(), reason: String::new() };
    Ok(Operation {
        operator: house.as_operator()?,
        session,
        keys: hustings::keys::Keys::of(&std::env::temp_dir()),
        json: false,
    })
}

/// Until the first search has found somebody.
async fn import(operation: &Operation, choices: &Choices) -> Outcome {
    register::import(operation, choices).await?;
    let mut scope = operation.scope(Permission::ReadElectors).await?;
    let districts = hustings::electors::store::districts(&mut scope).await?.iter().map(|d| d.area_no).collect();
    let wanted = Wanted { terms: Some(Terms::read("ha")?), districts, ..Wanted::default() };
    let found = matches(&mut scope, &wanted, "local").await?;
    scope.commit().await?;
    if found.electors == 0 { Err("Nobody was found after the import.".into()) } else { Ok(()) }
}

/// The same file into a table without indexes or policies, in one transaction.
async fn copy(db: &mut PgConnection, path: &Path) -> Outcome {
    let mut transaction = db.begin().await?;
    query(
        "create table plain (prefix text, number text, suffix text, markers text, dob text, surname text, forename text,
           postcode text, a1 text, a2 text, a3 text, a4 text, a5 text, a6 text)",
    )
    .execute(&mut *transaction)
    .await?;
    let mut copy = transaction.copy_in_raw("copy plain from stdin with (format csv, header)").await?;
    let (mut file, mut buffer) = (File::open(path)?, vec![0; 1 << 20]);
    loop {
        match file.read(&mut buffer)? {
            0 => break,
            n => drop(copy.send(&buffer[..n]).await?),
        }
    }
    copy.finish().await?;
    transaction.commit().await?;
    query("drop table plain").execute(db).await?;
    Ok(())
}

fn fill_in(report: &mut Report, rows: f64, took: &Took) {
    report.figure("rows parsed", rows / took.reading, Unit::ASecond, Target::AtLeast(300_000.0));
    report.plain("rows looked through for numbers that stand twice", rows / took.twice, Unit::ASecond);
    let live = rows / took.importing;
    report.figure("rows live and searchable (1 M in 60 s)", live, Unit::ASecond, Target::AtLeast(ROWS_A_SECOND));
    report.plain("the whole import, to the first search", took.importing, Unit::Seconds);
    report.plain("a preview: read, staged, matched, counted", took.looking, Unit::Seconds);
    report.plain("the same file again: everybody matched, nothing changed", took.again, Unit::Seconds);
    report.yardstick("raw COPY into a plain table", rows / took.copying, Unit::ASecond);
    report.yardstick("raw COPY into a plain table, in all", took.copying, Unit::Seconds);
}
