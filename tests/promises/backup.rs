//! A backup is whole, encrypted and comes back as it was, wall and all; a restore that cannot be right changes nothing.

use crate::support::app::{TestApp, seed_place};
use crate::support::database::TestDatabase;
use crate::support::results::Place;
use hustings::access::Role;
use hustings::commands::Operation;
use hustings::commands::backup::{BackupCommand, run};
use hustings::database::backup::{self, Inventory, Receipt};
use hustings::database::cluster::Login;
use hustings::database::{Operator, OperatorSession};
use hustings::error::Error;
use serde_json::json;
use sqlx::{query, query_scalar};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

struct Here {
    app: TestApp,
    directory: tempfile::TempDir,
}

impl Here {
    /// A place with electors, results and looks.
    async fn new() -> Self {
        let app = TestApp::new().await;
        seed_place(&app.database).await;
        let place = Place::of(&app).await;
        place.result("QB1-2", "spoke", Some("F"), "now()").await;
        let organiser = app.actor(Role::Organiser, "Quillbrook").await;
        organiser.post_json("/api/v1/electors/search", &json!({"q": "edith"})).await.expect(200);
        organiser.get(&format!("/electors/{}", place.id("QB1-2").await)).await.expect(200);
        Here { app, directory: tempfile::tempdir().unwrap() }
    }

    fn file(&self) -> PathBuf {
        self.directory.path().join("tonight.hustings")
    }

    async fn write(&self, force: bool) -> Result<Receipt, Error> {
        let operator = operator(&self.app.database);
        let written = backup::write(&operator, &self.file(), "a boat in the fog".into(), force).await;
        operator.close().await;
        written
    }
}

fn operator(database: &TestDatabase) -> Operator {
    Operator::connect(&database.url(Login::Operator)).unwrap()
}

async fn restore(into: &TestDatabase, file: &Path, passphrase: &str, replace: bool) -> Result<Receipt, Error> {
    let operator = operator(into);
    let restored = backup::restore(&operator, file, passphrase.into(), replace).await;
    operator.close().await;
    restored
}

async fn inventory(database: &TestDatabase) -> Inventory {
    Inventory::take(&mut database.operator().await).await.unwrap()
}

/// Every owner, privilege, policy and setting that the wall is made of, as lines.
async fn wall(database: &TestDatabase) -> Vec<String> {
    query_scalar(
        "select concat_ws(' ', 'table', c.oid::regclass, c.relowner::regrole, c.relrowsecurity, c.relforcerowsecurity, c.reloptions,
           (select string_agg(concat(a.grantee::regrole, ' ', a.privilege_type), ', ' order by a.grantee, a.privilege_type) from aclexplode(c.relacl) a))
         from pg_class c where c.relnamespace in ('public'::regnamespace, 'wall'::regnamespace) and c.relkind in ('r', 'p', 'v', 'S', 'i')
         union all
         select concat_ws(' ', 'column', t.attrelid::regclass, t.attname, t.attidentity, t.attnotnull,
           (select string_agg(concat(a.grantee::regrole, ' ', a.privilege_type), ', ' order by a.grantee, a.privilege_type) from aclexplode(t.attacl) a))
         from pg_attribute t join pg_class c on c.oid = t.attrelid where c.relnamespace = 'public'::regnamespace and t.attnum > 0 and c.relkind in ('r', 'p')
         union all
         select concat_ws(' ', 'policy', schemaname, tablename, policyname, permissive, roles, cmd, qual, with_check) from pg_policies
         union all
         select concat_ws(' ', 'function', p.oid::regprocedure, p.proowner::regrole, p.prosecdef, p.proconfig, p.provolatile, md5(p.prosrc),
           (select string_agg(concat(a.grantee, ' ', a.privilege_type), ', ' order by a.grantee, a.privilege_type) from aclexplode(p.proacl) a))
         from pg_proc p where p.pronamespace in ('public'::regnamespace, 'wall'::regnamespace)
         union all
         select concat_ws(' ', 'schema', n.nspname, n.nspowner::regrole, a.grantee, a.privilege_type) from pg_namespace n, aclexplode(n.nspacl) a
         where n.nspname in ('public', 'wall')
         union all
         select concat_ws(' ', 'default', d.defaclrole::regrole, d.defaclnamespace, d.defaclobjtype, (select string_agg(concat(a.grantee, a.privilege_type), ',' order by a.grantee, a.privilege_type) from aclexplode(d.defaclacl) a)) from pg_default_acl d
         union all
         select concat_ws(' ', 'database', d.datdba::regrole, d.datallowconn, a.grantee, a.privilege_type) from pg_database d, aclexplode(d.datacl) a where d.datname = current_database()
         union all
         select concat_ws(' ', 'constraint', conrelid::regclass, conname, convalidated, pg_get_constraintdef(oid)) from pg_constraint where connamespace = 'public'::regnamespace
         order by 1",
    )
    .fetch_all(&mut database.operator().await)
    .await
    .unwrap()
}

#[tokio::test]
async fn what_was_backed_up_comes_back_with_its_log_and_its_wall() {
    let here = Here::new().await;
    let (before, walled) = (inventory(&here.app.database).await, wall(&here.app.database).await);
    let written = here.write(false).await.unwrap();
    assert_eq!(written.rows, before.tables.values().sum::<i64>());
    assert_eq!(fs::metadata(here.file()).unwrap().permissions().mode() & 0o777, 0o600);
    let bytes = fs::read(here.file()).unwrap();
    assert!(bytes.starts_with(b"age-encryption.org/v1") && !bytes.windows(8).any(|w| w == b"Harcourt"));
    let other = TestDatabase::new().await;
    let restored = restore(&other, &here.file(), "a boat in the fog", false).await.unwrap();
    assert_eq!((restored.rows, &restored.access_log), (written.rows, &before.access_log));
    assert_eq!(inventory(&other).await, before);
    assert!(before.tables["public.elector"] == 24 && before.tables.values().sum::<i64>() > 100);
    let rebuilt = wall(&other).await;
    for (one, two) in walled.iter().zip(&rebuilt) {
        assert_eq!(one, two);
    }
    assert_eq!(walled.len(), rebuilt.len());
    let electors: i64 =
        query_scalar("select count(*) from elector").fetch_one(&mut as_organiser(&other).await).await.unwrap();
    assert_eq!(electors, 0, "without a session the restored wall shows nobody");
}

async fn as_organiser(database: &TestDatabase) -> sqlx::PgConnection {
    let mut app = database.app().await;
    query("set role hustings_organiser").execute(&mut app).await.unwrap();
    app
}

#[tokio::test]
async fn a_restore_replaces_a_living_database_only_when_told_and_everybody_signs_in_again() {
    let here = Here::new().await;
    let account = here.app.account(Role::Organiser, "Quillbrook").await;
    let organiser = here.app.sign_in(&account).await;
    here.write(false).await.unwrap();
    query("update household set address = 'Gone'").execute(&mut here.app.database.operator().await).await.unwrap();
    let refused = restore(&here.app.database, &here.file(), "a boat in the fog", false).await.unwrap_err();
    assert!(refused.to_string().contains("--replace"), "{refused}");
    organiser.get("/electors").await.expect(200);
    let operator = operator(&here.app.database);
    let _held = operator.connection().await.unwrap();
    backup::restore(&operator, &here.file(), "a boat in the fog".into(), true).await.unwrap();
    let address: String = query_scalar("select address from household where number = 1 limit 1")
        .fetch_one(&mut *operator.connection().await.unwrap())
        .await
        .unwrap();
    assert_eq!(address, "1 Larkspur Row", "the operator's own pool comes back too");
    // The server's pools come back by themselves; the old session does not.
    let answer = retried(|| organiser.get("/electors")).await;
    assert_eq!((answer.status, answer.location().starts_with("/sign-in")), (303, true));
    let organiser = here.app.sign_in(&account).await;
    let found = organiser.post_json("/api/v1/electors/search", &json!({"q": "QB1-2"})).await.expect(200).json();
    assert_eq!(found["electors"][0]["address"], "1 Larkspur Row");
}

/// Asks again while the server says that its database is away.
async fn retried<F: Future<Output = crate::support::app::Answer>>(ask: impl Fn() -> F) -> crate::support::app::Answer {
    for _ in 0..50 {
        let answer = ask().await;
        if answer.status != 503 {
            return answer;
        }
    }
    panic!("the server did not come back");
}

#[tokio::test]
async fn nothing_changes_when_the_passphrase_is_wrong_or_the_file_is_damaged() {
    let here = Here::new().await;
    here.write(false).await.unwrap();
    let other = TestDatabase::new().await;
    let before = inventory(&other).await;
    let told =
        async |file: &Path, passphrase: &str| restore(&other, file, passphrase, true).await.unwrap_err().to_string();
    assert!(told(&here.file(), "a boat in the sun").await.contains("the passphrase is wrong"));
    let whole = fs::read(here.file()).unwrap();
    let damaged = here.directory.path().join("damaged");
    for cut in [whole.len() - 20, 10] {
        fs::write(&damaged, &whole[..cut]).unwrap();
        let told = told(&damaged, "a boat in the fog").await;
        assert!(told.contains("Nothing was changed") && !told.contains('\n'), "{cut}: {told}");
    }
    fs::write(&damaged, b"elector,name\n").unwrap();
    assert!(told(&damaged, "x").await.contains("not a backup"));
    assert!(told(&here.directory.path().join("nowhere"), "x").await.contains("does not exist"));
    assert_eq!(inventory(&other).await, before);
}

#[tokio::test]
async fn a_restored_database_that_differs_is_thrown_away_and_told_table_by_table() {
    let here = Here::new().await;
    // A row that pg_dump sees and the inventory does not: what a dump with rows left out looks like, the other way round.
    let counted = inventory(&here.app.database).await;
    let mut found = counted.clone();
    *found.tables.get_mut("public.elector").unwrap() -= 1;
    found.access_log = "other".into();
    assert_eq!(
        counted.differences(&found),
        ["public.elector had 24 rows and has 23", "the access log’s rows are not the same"]
    );
}

#[tokio::test]
async fn a_file_is_never_written_over_unless_told_and_never_half_written() {
    let here = Here::new().await;
    fs::write(here.file(), "mine").unwrap();
    let refused = here.write(false).await.unwrap_err().to_string();
    assert!(refused.contains("--force") && !refused.contains('\n'), "{refused}");
    assert_eq!(fs::read(here.file()).unwrap(), b"mine");
    here.write(true).await.unwrap();
    assert!(fs::metadata(here.file()).unwrap().len() > 1000);
    let names: Vec<_> = fs::read_dir(here.directory.path()).unwrap().map(|f| f.unwrap().file_name()).collect();
    assert_eq!(names, ["tonight.hustings"], "no partial file stays");
    let operator = operator(&here.app.database);
    let nowhere = here.directory.path().join("missing/file");
    let refused = backup::write(&operator, &nowhere, "x".into(), false).await.unwrap_err().to_string();
    assert!(refused.contains("directory does not exist"), "{refused}");
    let refused = backup::write(&operator, here.directory.path(), "x".into(), true).await.unwrap_err().to_string();
    assert!(refused.contains("is a directory"), "{refused}");
    operator.close().await;
}

#[tokio::test]
async fn the_commands_are_on_record_in_the_backup_too() {
    let here = Here::new().await;
    let session = OperatorSession { os_user: "root".into(), command: "backup".into(), reason: "nightly".into() };
    let operation = Operation {
        keys: hustings::keys::Keys::of(here.file().parent().unwrap()),
        operator: operator(&here.app.database),
        session,
        json: true,
    };
    // No variable, no terminal: a passphrase is made and printed.
    run(&operation, BackupCommand::Backup { file: here.file(), force: false }).await.unwrap();
    operation.operator.close().await;
    let exports: i64 = query_scalar("select count(*) from access_log join operator_session using (operator_id) where what = 'export' and reason = 'nightly'")
        .fetch_one(&mut here.app.database.operator().await).await.unwrap();
    assert_eq!(exports, 1);
}
