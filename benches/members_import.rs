//! How fast does the party's membership file become members, found on the register?

mod support;

use hustings::access::Permission;
use hustings::commands::Operation;
use hustings::commands::members::{Import, import_in};
use hustings::database::OperatorSession;
use hustings::keys::Keys;
use hustings::members::reading;
use sqlx::{Connection, PgConnection, query, query_scalar};
use std::fmt::Write;
use std::process::ExitCode;
use std::time::Instant;
use support::house::{House, run};
use support::report::{Report, Target, Unit};
use support::{Outcome, size};

/// Fifty thousand members in half a minute.
const ROWS_A_SECOND: f64 = 50_000.0 / 30.0;

fn main() -> ExitCode {
    run(measure)
}

async fn measure(house: &House) -> Outcome<Report> {
    let rows: u32 = size("MEMBERS", 50_000)?;
    let bytes = file(rows, 2099);
    let (_, reading) = timed(async || Ok(reading::read(bytes.clone())?)).await?;
    let mut db = house.operator().await?;
    let (_, copying) = timed(async || copy(&mut db, &bytes).await).await?;
    let keys = tempfile::tempdir()?;
    let session = OperatorSession { os_user: "bench".into(), command: "members".into(), reason: String::new() };
    let operation = Operation { operator: house.as_operator()?, session, keys: Keys::of(keys.path()), json: false };
    let (_, importing) = timed(async || import(&operation, &bytes).await).await?;
    let held: i64 = query_scalar("select count(*) from member").fetch_one(&mut db).await?;
    if held != i64::from(rows) {
        return Err(format!("{held} members are held of {rows}.").into());
    }
    let (_, again) = timed(async || import(&operation, &bytes).await).await?;
    let renewed = file(rows, 2100);
    let (_, renewing) = timed(async || import(&operation, &renewed).await).await?;
    operation.operator.close().await;
    let mut report = Report::new("Membership file");
    report.about(format!(
        "One file of {rows} members (CSV, 12 columns) imported by the operator into an installation without members: read, staged, \
         compared, written with history, looked for on the register."
    ));
    let rows = f64::from(rows);
    report.figure("members live (50,000 in 30 s)", rows / importing, Unit::ASecond, Target::AtLeast(ROWS_A_SECOND));
    report.plain("the whole import", importing, Unit::Seconds);
    report.plain("the same file again: compared, nothing changed", again, Unit::Seconds);
    report.plain("the next file, in which everybody paid again", renewing, Unit::Seconds);
    report.plain("lines read", rows / reading, Unit::ASecond);
    report.yardstick("raw COPY of the file into a plain table", rows / copying, Unit::ASecond);
    report.yardstick("raw COPY of the file into a plain table, in all", copying, Unit::Seconds);
    Ok(report)
}

async fn timed<T>(work: impl AsyncFnOnce() -> Outcome<T>) -> Outcome<(T, f64)> {
    let begun = Instant::now();
    let done = work().await?;
    Ok((done, begun.elapsed().as_secs_f64()))
}

/// Invented members who paid until the end of a year, none of whom shares a number.
fn file(rows: u32, until: u32) -> Vec<u8> {
    let mut text = String::from(
        "Membership Number,Forename,Surname,Address Line 1,Town,Postcode,Email,Mobile,Joined,Paid Until,Kind,Status\n",
    );
    for n in 0..rows {
        let (house, street, area) = (n % 200 + 1, n / 200, n % 90 + 10);
        let written = writeln!(
            text,
            "L{n},Forename{},Surname{},{house} Street {street},Wexmere,ZZ{} {}QX,m{n}@lantern.example,07700 900{:03},09/04/2017,31/12/{until},Full,current",
            n % 997,
            n % 4_999,
            area % 90 + 1,
            n % 9 + 1,
            n % 1_000
        );
        debug_assert!(written.is_ok());
    }
    text.into_bytes()
}

async fn import(operation: &Operation, bytes: &[u8]) -> Outcome {
    let mut scope = operation.scope(Permission::ImportMembers).await?;
    let choices = Import { area: "all".into(), ..Import::default() };
    import_in(&mut scope, &operation.keys, &choices, "members.csv", bytes.to_vec()).await?;
    scope.commit().await?;
    Ok(())
}

/// The same file into a table without indexes or policies, in one transaction.
async fn copy(db: &mut PgConnection, bytes: &[u8]) -> Outcome {
    let mut transaction = db.begin().await?;
    query(
        "create table plain (number text, forename text, surname text, a1 text, town text, postcode text, email text, mobile text,
           joined text, until text, kind text, status text)",
    )
    .execute(&mut *transaction)
    .await?;
    let mut copy = transaction.copy_in_raw("copy plain from stdin with (format csv, header)").await?;
    copy.send(bytes).await?;
    copy.finish().await?;
    transaction.commit().await?;
    query("drop table plain").execute(db).await?;
    Ok(())
}
