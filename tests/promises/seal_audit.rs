//! An auditor verifies the log from a file and a public key; months expire and every later proof holds; nobody's session
//! touches the seal.

use crate::support::app::TestApp;
use crate::support::database::TestDatabase;
use crate::support::sealed::{ROWS, Sealed};
use crate::support::wall::{WORKING_ROLES, become_role, hash, open_session};
use chrono::NaiveDate;
use hustings::access::{Permission, Role};
use hustings::audit::seal::verify::Kind;
use hustings::audit::seal::{expiry, sign::publics};
use hustings::database::cluster::Login;
use hustings::database::{OperatorSession, Scoped};
use serde_json::Value;
use sqlx::{AssertSqlSafe, query};
use std::process::{Command, Output};

fn hustings(arguments: &[&str], environment: &[(&str, String)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_hustings"))
        .args(arguments)
        .env_clear()
        .envs(environment.iter().map(|(name, value)| (*name, value)))
        .env("PATH", std::env::var_os("PATH").unwrap())
        .output()
        .unwrap()
}

fn at(sealed: &Sealed) -> Vec<(&'static str, String)> {
    vec![
        ("DATABASE_URL", sealed.database.url(Login::App)),
        ("HUSTINGS_DOOR_URL", sealed.database.url(Login::Door)),
        ("HUSTINGS_OWNER_URL", sealed.database.url(Login::Operator)),
        ("HUSTINGS_DATA", sealed.data.path().display().to_string()),
    ]
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[tokio::test]
async fn an_auditor_needs_a_dump_and_the_public_key_and_nothing_else() {
    let sealed = Sealed::new().await;
    sealed.seal().await;
    sealed.sql(ROWS).await;
    let head = sealed.seal().await;
    let environment = at(&sealed);
    let file = sealed.data.path().join("log.jsonl").display().to_string();
    let dumped = hustings(&["audit", "dump", &file], &environment);
    assert!(dumped.status.success(), "{}", said(&dumped));
    assert_eq!(hustings(&["audit", "dump", &file], &environment).status.code(), Some(1), "it writes over nothing");
    let printed = hustings(&["audit", "key"], &environment);
    let key = said(&printed).split_whitespace().last().unwrap().to_owned();
    let keys = sealed.data.path().join("keys.txt");
    std::fs::write(&keys, said(&printed)).unwrap();
    let verify = ["audit", "verify", "--dump", &file, "--key"];
    // No environment: no database, no installation.
    for given in [key.as_str(), keys.to_str().unwrap()] {
        let verified = hustings(&[&verify[..], &[given]].concat(), &[]);
        assert!(verified.status.success() && said(&verified).contains("22 rows verified"), "{}", said(&verified));
    }
    assert_eq!(hustings(&verify[..4], &[]).status.code(), Some(2), "whose key, it must be told");
    let report = hustings(&[&verify[..], &[&key, "--json"]].concat(), &[]);
    let report: Value = serde_json::from_slice(&report.stdout).unwrap();
    assert_eq!(
        (&report["rows"], &report["found"], &report["log"]),
        (&22.into(), &0.into(), &head.log.to_string().into())
    );
    let other = "11".repeat(32);
    assert_eq!(
        hustings(&[&verify[..], &[&other]].concat(), &[]).status.code(),
        Some(1),
        "another's key proves nothing"
    );
    let text = std::fs::read_to_string(&file).unwrap();
    let changed = sealed.data.path().join("changed.jsonl");
    let check = |what: &str, text: String, told: &str| {
        std::fs::write(&changed, text).unwrap();
        let verified = hustings(&["audit", "verify", "--dump", changed.to_str().unwrap(), "--key", &key], &[]);
        assert!(verified.status.code() == Some(1) && said(&verified).contains(told), "{what}: {}", said(&verified));
    };
    check("a word changed", text.replacen("Läufe", "Laufe", 1), "was changed after it was sealed");
    let lines: Vec<&str> = text.lines().collect();
    let without =
        |leave_out: &str| lines.iter().filter(|l| !l.contains(leave_out)).map(|l| format!("{l}\n")).collect::<String>();
    check("a leaf left out", without("{\"leaf\":{\"no\":4,"), "Leaf 4 is gone");
    check("the end left out", without("{\"end\""), "cut short");
    check("the last leaf left out", without("{\"leaf\":{\"no\":21,"), "The last 1 leaves are gone");
    check("no dump at all", "{}".into(), "Line 1 of the dump");
    let live = hustings(&["audit", "verify"], &environment);
    assert!(
        live.status.success() && said(&live).contains("1 row waits"),
        "the dump itself is on record: {}",
        said(&live)
    );
    assert!(sealed.status().await.check.is_some_and(|check| check.findings == 0 && check.rows == 22));
}

#[tokio::test]
async fn the_commands_print_the_newest_head_and_name_what_was_changed() {
    let sealed = Sealed::new().await;
    let environment = at(&sealed);
    let early = hustings(&["audit", "head"], &environment);
    assert!(early.status.code() == Some(1) && said(&early).contains("Nothing was sealed yet"), "{}", said(&early));
    let head = sealed.seal().await;
    let printed = hustings(&["audit", "head"], &environment);
    assert!(
        said(&printed).starts_with(&head.text()) && said(&printed).contains("\n\n— hustings/"),
        "{}",
        said(&printed)
    );
    let printed: Value = serde_json::from_slice(&hustings(&["audit", "head", "--json"], &environment).stdout).unwrap();
    assert_eq!(printed, serde_json::to_value(&head).unwrap());
    sealed
        .sql("update access_log set purpose = 'x' where entry_id = (select entry_id from seal_leaf where leaf_no = 6)")
        .await;
    let verified = hustings(&["audit", "verify"], &environment);
    let entry = sealed.entry(6).await;
    assert!(
        verified.status.code() == Some(1) && said(&verified).contains(&format!("Row {entry} of ")),
        "{}",
        said(&verified)
    );
    assert!(sealed.status().await.alarm().unwrap().contains(&format!("Row {entry}")), "the page says so too");
    let keys = said(&hustings(&["key", "list", "seal"], &environment));
    assert_eq!(keys.trim(), head.key);
    let rotated = hustings(&["key", "rotate", "seal"], &environment);
    assert!(rotated.status.success(), "{}", said(&rotated));
    assert_eq!(said(&hustings(&["key", "list", "seal"], &environment)).lines().count(), 2);
}

/// Old months in a partition of their own and in the default one, a row of the last of them sealed late, and new rows.
async fn with_old_months() -> Sealed {
    let sealed = Sealed::on(TestDatabase::new().await);
    sealed
        .sql("set role hustings_owner;
              create table access_log_2015_03 partition of access_log for values from ('2015-03-01') to ('2015-04-01');
              alter table access_log_2015_03 enable row level security; alter table access_log_2015_03 force row level security")
        .await;
    sealed
        .sql("insert into access_log (at, what, permission) select '2015-02-27T12:00:00Z', 'look', 'old' from generate_series(1, 5);
              insert into access_log (at, what, permission) select '2015-03-31T23:59:59Z', 'look', 'old' from generate_series(1, 6)")
        .await;
    sealed.sql(ROWS).await;
    sealed.sql("insert into access_log (at, what, permission) values ('2015-03-31T23:59:59.5Z', 'look', 'late')").await;
    sealed.sql(ROWS).await;
    sealed.seal().await;
    sealed
}

async fn expire(sealed: &Sealed, before: &str) -> Result<u64, String> {
    let operator = sealed.operator();
    let session = OperatorSession { os_user: "root".into(), command: "audit".into(), reason: String::new() };
    let mut scope = Scoped::operator(&operator, &session, Permission::KeepSeal).await.unwrap();
    let before = before.parse::<NaiveDate>().unwrap();
    let done = expiry::expire(&mut scope, &sealed.keys, before).await;
    if done.is_ok() {
        scope.commit().await.unwrap();
    }
    done.map(|expired| expired.rows).map_err(|e| e.to_string())
}

#[tokio::test]
async fn months_expire_whole_and_every_later_proof_holds() {
    let sealed = with_old_months().await;
    let before = sealed.verify().await;
    assert!(before.findings.is_empty() && before.rows == 34, "{before:?}");
    let young = expire(&sealed, "2026-11-01").await.unwrap_err();
    assert!(young.contains("is kept for 731 days"), "{young}");
    assert!(expire(&sealed, "2015-04-02").await.is_err() && expire(&sealed, "2015-01-01").await.is_err());
    assert_eq!(expire(&sealed, "2015-03-01").await, Ok(5), "February");
    let report = sealed.verify().await;
    assert!(report.findings.is_empty() && report.rows == 29 && report.leaves == 34, "{report:?}");
    assert_eq!(expire(&sealed, "2015-04-01").await, Ok(7), "March, with the row that was sealed late");
    assert_eq!(sealed.text("to_regclass('access_log_2015_03') is null").await, "true");
    assert_eq!(sealed.text("select count(*) from seal_leaf where leaf_no < 11").await, "0");
    let report = sealed.verify().await;
    assert!(report.findings.is_empty() && report.rows == 22 && report.leaves == 34, "{report:?}");
    assert_eq!(report.expired_through, NaiveDate::from_ymd_opt(2015, 3, 1));
    sealed.sql(ROWS).await;
    sealed.seal().await;
    let report = sealed.verify().await;
    assert!(report.findings.is_empty() && report.rows == 33 && report.leaves == 45, "{report:?}");
    // The tree is made anew from what the months left.
    sealed.sql("update seal_state set frontier = ''").await;
    sealed.sql(ROWS).await;
    sealed.seal().await;
    assert!(sealed.verify().await.findings.is_empty());
    sealed.sql("set role hustings_owner; select make_access_log_months()").await;
    assert_eq!(sealed.text("to_regclass('access_log_2015_03') is null").await, "true");
}

#[tokio::test]
async fn what_is_dropped_without_a_signature_is_missed() {
    let sealed = with_old_months().await;
    sealed.sql("drop table access_log_2015_03").await;
    let report = sealed.verify().await;
    assert_eq!((report.findings[0].kind, report.found), (Kind::Removed, 7));
    assert!(expire(&sealed, "2015-05-01").await.is_ok(), "the leaves are whole, so what is left can go");
    // A statement that claims more than was signed.
    sealed.sql("update seal_expired set later = later || 20::bigint; delete from access_log where entry_id = (select entry_id from seal_leaf where leaf_no = 20)").await;
    assert!(sealed.verify().await.findings.iter().any(|f| f.kind == Kind::Expiry));
}

#[tokio::test]
async fn a_damaged_log_does_not_expire() {
    let sealed = with_old_months().await;
    sealed.sql("update seal_leaf set hash = set_byte(hash, 0, 0) where leaf_no in (2, 30)").await;
    let refused = expire(&sealed, "2015-04-01").await.unwrap_err();
    assert!(refused.contains("damaged"), "{refused}");
    assert_eq!(sealed.text("select count(*) from access_log where at < '2016-01-01'").await, "12");
    let sealed = with_old_months().await;
    sealed.sql("insert into access_log (at, what, permission) values ('2015-03-05T12:00:00Z', 'look', 'x')").await;
    let refused = expire(&sealed, "2015-04-01").await.unwrap_err();
    assert!(refused.contains("not sealed yet"), "{refused}");
}

#[tokio::test]
async fn nobody_whose_session_lives_touches_the_seal_or_names_a_transaction() {
    let app = TestApp::new().await;
    let organiser = app.account(Role::Organiser, "all").await;
    let session = hash(&open_session(&app, &organiser).await);
    let tables = ["seal_state", "seal_leaf", "seal_key", "seal_head", "seal_place", "seal_expired", "seal_check"];
    for role in WORKING_ROLES {
        let mut db = app.database.app().await;
        become_role(&mut db, role, &session, "", "").await;
        for statement in tables
            .iter()
            .flat_map(|table| ["select from", "delete from", "truncate"].map(|verb| format!("{verb} {table}")))
        {
            let refused = query(AssertSqlSafe(statement.clone())).execute(&mut db).await.unwrap_err();
            assert!(refused.to_string().contains("permission denied"), "{role}: {statement}: {refused}");
        }
        for statement in [
            "insert into access_log (what, permission, xid) values ('look', 'x', '4')",
            "insert into access_log (what, permission, at) values ('look', 'x', now())",
            "select * from wall.seal_begin()",
            "select * from wall.seal_next(1)",
            "select wall.seal_wrote('file', 1, null)",
            "select * from wall.seal_hashes(0, 1)",
        ] {
            let refused = query(statement).execute(&mut db).await.unwrap_err();
            assert!(refused.to_string().contains("permission denied"), "{role}: {statement}: {refused}");
        }
    }
    let mut door = app.database.door().await;
    for table in tables.iter().chain(&["access_log"]) {
        let refused = query(AssertSqlSafe(format!("select from {table}"))).execute(&mut door).await.unwrap_err();
        // The door may not even look into the schema.
        assert!(refused.to_string().contains("does not exist"), "{table}: {refused}");
    }
    // An organiser's session learns nothing of the seal from the functions that two other roles may run.
    let mut db = app.database.app().await;
    become_role(&mut db, "hustings_protection", &session, "", "").await;
    let shown =
        query("select from wall.seal_status() union all select from wall.seal_places()").fetch_all(&mut db).await;
    assert!(shown.unwrap().is_empty());
    assert!(publics(&hustings::keys::Keys::of(tempfile::tempdir().unwrap().path())).unwrap().len() == 1);
}
