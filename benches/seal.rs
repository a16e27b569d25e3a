//! How fast is the access log sealed and verified, and what does a page pay for being on record?

mod support;

use hustings::access::{Permission, Role};
use hustings::audit::seal::dump::{self, Line};
use hustings::audit::seal::sign::publics;
use hustings::audit::seal::{Verifier, sealer, store};
use hustings::database::cluster::Login;
use hustings::database::{OperatorSession, Scoped};
use hustings::keys::Keys;
use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, Connection, PgConnection, query, query_scalar};
use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::process::ExitCode;
use std::time::Instant;
use support::house::{House, run};
use support::memory::Memory;
use support::people::{Person, signed_in};
use support::report::{Report, Target, Times, Unit, note, percentile, times};
use support::{Outcome, size};

/// Rows of one transaction, when the log is filled.
const AT_ONCE: usize = 20_000;

fn main() -> ExitCode {
    run(measure)
}

#[allow(clippy::cast_precision_loss)] // counts far below 2^52
async fn measure(house: &House) -> Outcome<Report> {
    let rows: usize = size("ROWS", 1_000_000)?;
    let mut db = house.operator().await?;
    let page = Page::measure(house, &mut db, size("PAGES", 3_000)?).await?;
    fill(&mut db, rows).await?;
    let files = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let keys = Keys::of(files.path());
    let rate = |begun: Instant| rows as f64 / begun.elapsed().as_secs_f64();

    let (pools, begun) = (house.database()?, Instant::now());
    while sealed(&mut db).await? < rows {
        sealer::seal(&pools, &keys).await?;
    }
    let sealing = rate(begun);
    query("vacuum analyze").execute(&mut db).await?;

    let trusted = publics(&keys)?;
    let file = files.path().join("log.jsonl");
    let memory = Memory::now()?;
    let begun = Instant::now();
    let mut verifier = Verifier::new(&trusted, Vec::new());
    every_line(house, &mut |line| verifier.take(line)).await?;
    let (verifying, grown) = (rate(begun), memory.grown()?);
    whole(verifier, rows)?;

    let (mut out, mut bytes, begun) =
        (BufWriter::with_capacity(1 << 20, File::create(&file)?), Vec::new(), Instant::now());
    every_line(house, &mut |line| dump::write(&mut out, &line)).await?;
    out.flush()?;
    let dumping = rate(begun);
    let begun = Instant::now();
    let mut verifier = Verifier::new(&trusted, Vec::new());
    dump::read(BufReader::with_capacity(1 << 20, File::open(&file)?), |line| {
        if let Line::Leaf(leaf) = &line
            && let Some(row) = &leaf.row
            && bytes.len() < 100_000
        {
            bytes.push(row.leaf());
        }
        verifier.take(line)
    })?;
    let from_file = rate(begun);
    whole(verifier, rows)?;

    let mut report = Report::new("The access log: sealed and verified, and what it costs a page");
    report.about(format!(
        "{rows} rows of 3 people each, written in transactions of {AT_ONCE}, sealed by the server's sealer, read back from \
         PostgreSQL and from a dump of {} MB. Pages: {} by turns, one at a time, each commit forced to the disk.",
        std::fs::metadata(&file)?.len() / 1_000_000,
        page.with.len()
    ));
    report.figure("rows sealed", sealing, Unit::ASecond, Target::AtLeast(20_000.0));
    report.figure("rows verified, from the database", verifying, Unit::ASecond, Target::AtLeast(20_000.0));
    report.figure("memory that verifying takes", grown, Unit::Kb, Target::Below(64.0 * 1024.0));
    report.plain("rows dumped to a file", dumping, Unit::ASecond);
    report.plain("rows verified, from the dump", from_file, Unit::ASecond);
    report.yardstick("rows that COPY reads from the log", copying(&mut db, rows).await?, Unit::ASecond);
    report.yardstick("SHA-256 of the same leaves", hashing(&bytes), Unit::ASecond);
    report.plain(
        "a walled transaction that shows 20 people, on record, median",
        percentile(&page.with, 50.0),
        Unit::Ms,
    );
    report.yardstick("the same without its row of the log", percentile(&page.without, 50.0), Unit::Ms);
    report.yardstick("the same that writes one row of nothing, as durably", percentile(&page.bare, 50.0), Unit::Ms);
    Ok(report)
}

async fn fill(db: &mut PgConnection, rows: usize) -> Outcome {
    for from in (0..rows).step_by(AT_ONCE) {
        query(
            "insert into access_log (what, permission, purpose, tool, account_id, grant_id, session_id, subjects)
             select 'look', 'read-electors', 'Local elections', 'contact', gen_random_uuid(), gen_random_uuid(),
               gen_random_uuid(), array[gen_random_uuid(), gen_random_uuid(), gen_random_uuid()] from generate_series(1, $1)",
        )
        .bind(i64::try_from(AT_ONCE.min(rows - from))?)
        .execute(&mut *db)
        .await?;
    }
    Ok(())
}

async fn sealed(db: &mut PgConnection) -> Outcome<usize> {
    let leaves: i64 = query_scalar(
        "select count(*) from seal_leaf s join access_log l using (at, entry_id) where l.permission <> 'x'",
    )
    .fetch_one(db)
    .await?;
    Ok(usize::try_from(leaves)?)
}

async fn every_line(house: &House, take: store::Take<'_>) -> Outcome {
    let operator = house.as_operator()?;
    let session = OperatorSession { os_user: "bench".into(), command: "audit".into(), reason: String::new() };
    let mut scope = Scoped::operator(&operator, &session, Permission::ReadAccessLog).await?;
    store::lines(&mut scope, take).await?;
    scope.commit().await?;
    operator.close().await;
    Ok(())
}

fn whole(verifier: Verifier, rows: usize) -> Outcome {
    let report = verifier.end()?;
    let wrong = report.found > 0 || report.rows < u64::try_from(rows)?;
    if wrong { Err(format!("the log is not whole: {report:?}").into()) } else { Ok(()) }
}

#[allow(clippy::cast_precision_loss)]
async fn copying(db: &mut PgConnection, rows: usize) -> Outcome<f64> {
    use futures_util::TryStreamExt;
    let begun = Instant::now();
    let mut out = db.copy_out_raw("copy (select l.* from access_log l) to stdout").await?;
    let mut bytes = 0;
    while let Some(chunk) = out.try_next().await? {
        bytes += chunk.len();
    }
    drop(out);
    std::hint::black_box(bytes);
    Ok(rows as f64 / begun.elapsed().as_secs_f64())
}

#[allow(clippy::cast_precision_loss)]
fn hashing(leaves: &[Vec<u8>]) -> f64 {
    let begun = Instant::now();
    for leaf in leaves {
        std::hint::black_box(Sha256::digest(leaf));
    }
    leaves.len() as f64 / begun.elapsed().as_secs_f64()
}

/// One transaction as a page of 20 people makes it: with its row of the log, without, and with another write instead.
struct Page {
    with: Times,
    without: Times,
    bare: Times,
}

impl Page {
    async fn measure(house: &House, db: &mut PgConnection, tries: usize) -> Outcome<Self> {
        let area: i64 = query_scalar("select area_id from area where short_name = 'all'").fetch_one(&mut *db).await?;
        let person = signed_in(db, Role::Organiser, area, 1).await?.pop().ok_or("nobody is signed in")?;
        query("create table beside (n bigint)").execute(&mut *db).await?;
        query("grant insert on beside to hustings_organiser").execute(&mut *db).await?;
        let mut app = PgConnection::connect(house.url(Login::App)).await?;
        query("set role hustings_organiser").execute(&mut app).await?;
        let mut page = Page { with: times()?, without: times()?, bare: times()? };
        let logged = format!(
            "insert into access_log (what, permission, tool, account_id, grant_id, session_id, subjects)
             select 'look', 'x', 'contact', '{}', '{}', '{}', array_agg(gen_random_uuid()) from generate_series(1, 20)",
            person.account, person.grant, person.session
        );
        for _ in 0..tries {
            once(&mut app, &person, &logged, &mut page.with).await?;
            once(&mut app, &person, "select 1", &mut page.without).await?;
            once(&mut app, &person, "insert into beside values (1)", &mut page.bare).await?;
        }
        Ok(page)
    }
}

async fn once(app: &mut PgConnection, person: &Person, last: &str, times: &mut Times) -> Outcome {
    let begun = Instant::now();
    let first = format!(
        "begin; select set_config('app.session', '{}', true), set_config('app.list', '', true), set_config('app.area', '{}', true)",
        person.hash(),
        person.area
    );
    sqlx::raw_sql(AssertSqlSafe(first)).execute(&mut *app).await?;
    query("select area_no from district_size where area_no = any ((select wall.areas())::integer[]) limit 20")
        .fetch_all(&mut *app)
        .await?;
    query(AssertSqlSafe(last.to_owned())).execute(&mut *app).await?;
    query("commit").execute(app).await?;
    note(times, begun.elapsed());
    Ok(())
}
