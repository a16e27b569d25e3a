//! How fast does a message to fifty thousand people reach the outbox, each letter on its own?

mod support;

use hustings::access::{Permission, Role};
use hustings::database::{Actor, Database, Scope, Scoped};
use hustings::keys::Keys;
use hustings::mail::send::Sender;
use hustings::messages::audience::Audience;
use hustings::messages::send::{Ways, send_due};
use hustings::messages::{Draft, store, texts};
use sqlx::{PgConnection, query, query_scalar};
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;
use support::house::{House, run};
use support::memory::Memory;
use support::people::{Person, signed_in};
use support::report::{Report, Target, Unit};
use support::{Outcome, size};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// A thousand a second, and no more memory for fifty thousand than for ten.
const A_SECOND: f64 = 1_000.0;
const KILOBYTES: f64 = 32.0 * 1024.0;

fn main() -> ExitCode {
    run(measure)
}

async fn measure(house: &House) -> Outcome<Report> {
    let people: u32 = size("PEOPLE", 50_000)?;
    let mut db = house.operator().await?;
    fill(&mut db, people).await?;
    let area: i64 = query_scalar("select area_id from area where short_name = 'all'").fetch_one(&mut db).await?;
    let organiser = signed_in(&mut db, Role::Organiser, area, 1).await?.pop().ok_or("nobody is signed in")?;
    let database = house.database()?;
    let begun = Instant::now();
    send_off(&database, &organiser).await?;
    let put_down = begun.elapsed().as_secs_f64();

    let data = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let mail = Sender::new(None, None, data.path(), "https://hustings.example", &Keys::of(data.path()))?;
    let texts = texts::provider(None, data.path());
    let memory = Memory::now()?;
    let begun = Instant::now();
    send_due(&Ways { mail: &mail, texts: texts.as_ref() }, &database, &CancellationToken::new()).await?;
    let (sending, grown) = (begun.elapsed().as_secs_f64(), memory.grown()?);
    let letters = fs::read_dir(data.path().join("outbox"))?.count();
    if letters != usize::try_from(people)? {
        return Err(format!("{letters} letters lie in the outbox of {people}.").into());
    }
    let letter = fs::read_dir(data.path().join("outbox"))?.next().ok_or("no letter")??.path();
    let files = write_files(&data.path().join("plain"), &fs::read(letter)?, people)?;

    let mut report = Report::new("Messages");
    report.about(format!(
        "A campaign message of six paragraphs to {people} people who agreed to it: put down with consent, objections and silence \
         asked of each, then taken with the same asked again, rendered in both twins with each one's own link, and kept in the outbox."
    ));
    let all = f64::from(people);
    report.figure("letters rendered and in the outbox", all / sending, Unit::ASecond, Target::AtLeast(A_SECOND));
    report.figure("memory that grew on the way", grown, Unit::Kb, Target::AtMost(KILOBYTES));
    report.plain("put down when it is sent off, in all", put_down, Unit::Seconds);
    report.plain("sent, in all", sending, Unit::Seconds);
    report.yardstick("files of a letter's size written and renamed", all / files, Unit::ASecond);
    Ok(report)
}

/// Invented people, all of whom agreed to email.
async fn fill(db: &mut PgConnection, people: u32) -> Outcome {
    let area = "select area_id from area where short_name = 'all'";
    for statement in [
        "insert into person (person_id, area_id, forename, surname, name_key, forename_key, source)
         select gen_random_uuid(), a.area_id, 'Forename' || n % 997, 'Surname' || n, 'surname' || n || ' forename', 'forename surname' || n, 'typed'
         from generate_series(1, $1::bigint) n, area a where a.short_name = 'all'",
        "insert into person_contact (person_id, area_id, email, email_key, for_organisers)
         select person_id, area_id, surname || '@lantern.example', lower(surname) || '@lantern.example', true from person where $1::bigint > 0",
        "insert into person_consent (consent_id, person_id, area_id, channel, given, wording, source)
         select gen_random_uuid(), person_id, area_id, 'email', true, 'May we email you?', 'bench' from person where $1::bigint > 0",
    ] {
        query(statement).bind(i64::from(people)).execute(&mut *db).await?;
    }
    let area: i64 = query_scalar(area).fetch_one(&mut *db).await?;
    query(
        "insert into message_imprint (area_id, promoter, promoter_address, behalf, behalf_address)
         values ($1, 'A. Agent', '1 Larkspur Row, ZZ1 4QX', 'The Lantern Party', '1 Larkspur Row, ZZ1 4QX')",
    )
    .bind(area)
    .execute(&mut *db)
    .await?;
    query("update installation set message_limit = 1000000").execute(&mut *db).await?;
    query("vacuum analyze").execute(db).await?;
    Ok(())
}

async fn send_off(database: &Database, organiser: &Person) -> Outcome {
    let actor = Actor::Session {
        account: organiser.account,
        grant: organiser.grant,
        session: organiser.session,
        role: Role::Organiser,
        area: organiser.area,
        purpose: "Canvassing".into(),
    };
    let credential = organiser.credential()?;
    let mut scope = Scoped::begin(database, &credential, actor, Permission::SendMessages, Scope::default()).await?;
    let paragraph = "Dear {{forename}}, we are out on Saturday in {{branch}}, **whatever the weather**, and would be glad to see you.";
    let draft = Draft {
        area: organiser.area,
        subject: "Saturday in {{branch}}".into(),
        body: [paragraph; 6].join("\n\n"),
        audience: Audience { supporters: true, ..Audience::default() },
        ..Draft::default()
    };
    let id: Uuid = store::make(&mut scope, &draft).await?;
    let said = store::send(&mut scope, id, 1, None).await?;
    if said != "scheduled" {
        return Err(format!("It is not on its way: {said}.").into());
    }
    Ok(scope.commit().await?)
}

/// As many files of the same bytes, each written whole, safe on the disk and renamed, and nothing else: what the folder costs.
fn write_files(folder: &Path, bytes: &[u8], how_many: u32) -> Outcome<f64> {
    fs::create_dir(folder)?;
    let begun = Instant::now();
    for n in 0..how_many {
        let draft = folder.join(format!("{n}.part"));
        let mut file = fs::File::create(&draft)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&draft, folder.join(format!("{n}.eml")))?;
    }
    Ok(begun.elapsed().as_secs_f64())
}
