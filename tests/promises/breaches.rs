//! A breach is on record from the moment of becoming aware, its 72 hours are counted from there, who is affected is exact, and
//! nobody changes its history.

use crate::support::app::{Actor, Answer, TestApp, seed_place};
use crate::support::form::words;
use crate::support::walk::{Walk, change, count};
use crate::support::wall::{become_role, hash, open_session};
use chrono::{TimeDelta, Utc};
use hustings::access::Role;
use sqlx::{AssertSqlSafe, PgConnection, query};

fn clock(hours_ago: i64) -> String {
    let at = Utc::now() - TimeDelta::hours(hours_ago);
    at.with_timezone(&chrono_tz::Europe::London).format("%Y-%m-%dT%H:%M").to_string()
}

async fn record(officer: &Actor, aware_hours_ago: i64) -> String {
    let aware = clock(aware_hours_ago);
    let facts = [
        ("title", "List left on a bus"),
        ("aware_at", aware.as_str()),
        ("happened", "A list was left on a bus"),
        ("found_by", "The canvasser"),
        ("kind", "confidentiality"),
    ];
    officer.post("/protection/breaches", &facts).await.expect(303).location()
}

async fn decide(officer: &Actor, breach: &str, decision: &str) -> Answer {
    let risk =
        [("likelihood", "2"), ("severity", "3"), ("decision", decision), ("decision_reason", "It names opinions")];
    officer.post(&format!("{breach}/assessment"), &risk).await
}

#[tokio::test]
async fn the_72_hours_run_from_becoming_aware_and_being_late_needs_a_reason() {
    let app = TestApp::new().await;
    let officer = app.actor(Role::DataProtectionOfficer, "all").await;
    let breach = record(&officer, 70).await;
    let page = officer.get(&breach).await.expect(200);
    assert!(
        words(&page, ".notice").contains("1 hour left") || words(&page, ".notice").contains("2 hours left"),
        "{}",
        words(&page, ".notice")
    );
    let late = record(&officer, 80).await;
    let page = officer.get(&late).await.expect(200);
    assert!(words(&page, ".notice.bad").contains("hours over"), "{}", words(&page, ".notice"));
    assert!(
        words(&officer.get("/").await, "section[aria-labelledby=waits]").contains("hours over"),
        "the first page says so"
    );
    assert!(words(&officer.get("/protection/breaches").await, "tbody tr").contains("over"), "the most urgent first");

    officer.post(&format!("{late}/close"), &[("lessons", "Count them")]).await.expect(409);
    decide(&officer, &late, "").await.expect(422);
    decide(&officer, &late, "risk").await.expect(303);
    officer.post(&format!("{late}/close"), &[("lessons", "Count them")]).await.expect(409);
    let now = clock(0);
    let report = [("reported_at", now.as_str()), ("report_reference", "ICO-1")];
    let refused = officer.post(&format!("{late}/report"), &report).await.expect(422);
    assert!(words(&refused, ".errors").contains("say why"));
    officer.post(&format!("{late}/report"), &[report[0], report[1], ("late_reason", "The weekend")]).await.expect(303);
    officer.post(&format!("{late}/close"), &[("lessons", "Count them")]).await.expect(303);
    let page = officer.get(&late).await.expect(200);
    assert!(words(&page, ".notice.good").contains("Reported after 80 hours") && page.body.contains("The weekend"));

    decide(&officer, &breach, "no-risk").await.expect(303);
    let page = officer.get(&breach).await.expect(200);
    assert!(words(&page, ".notice.good").contains("Not to be reported"), "{}", words(&page, ".notice"));
    assert!(page.body.contains("It names opinions"), "with its reason");
    for aware in ["", "tomorrow", "2099-01-01T10:00"] {
        officer.post("/protection/breaches", &[("title", "x"), ("aware_at", aware)]).await.expect(422);
    }
}

#[tokio::test]
async fn who_is_affected_is_whom_the_accounts_saw_in_that_time_and_nobody_else() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let walk = Walk::new(&app.database, "QB1").await;
    let volunteer = app.account(Role::Volunteer, "Quillbrook").await;
    walk.assign(&app, volunteer.id).await;
    app.sign_in(&volunteer).await.get(&format!("/canvass/{}", walk.list)).await.expect(200);
    let desk = app.actor(Role::Organiser, "Saltern").await;
    desk.post_json("/api/v1/electors/search", &serde_json::json!({"q": "edith harcourt2"})).await.expect(200);
    let officer = app.actor(Role::DataProtectionOfficer, "all").await;
    let breach = record(&officer, 1).await;
    let accounts = format!("{breach}/accounts");
    let (from, long_ago, then) = (clock(1), clock(50), clock(40));
    officer.post(&accounts, &[("email", "nobody@lantern.example"), ("from", &from)]).await.expect(422);
    // Before it saw anybody.
    officer.post(&accounts, &[("email", &volunteer.email), ("from", &long_ago), ("until", &then)]).await.expect(303);
    let none = officer.get(&format!("{breach}/people")).await.expect(200);
    assert!(none.text("#people").contains("0 people"), "{}", none.text("#people"));
    officer.post(&format!("{accounts}/{}/take-out", volunteer.id), &[]).await.expect(303);
    // Through a list, each once; Saltern's are not among them.
    officer.post(&accounts, &[("email", &volunteer.email), ("from", &from)]).await.expect(303);
    change(&app, "update breach_account set until_at = now() + interval '1 hour' where removed_at is null").await;
    let people = officer.get(&format!("{breach}/people")).await.expect(200);
    assert_eq!((people.text("#people").as_str(), people.count("tbody tr")), ("12 people", 12));
    assert!(people.body.contains("Larkspur Row") && !people.body.contains("Old Tannery Walk"));
    officer.post(&accounts, &[("email", &desk.account.email), ("from", &from)]).await.expect(303);
    change(&app, "update breach_account set until_at = now() + interval '1 hour' where removed_at is null").await;
    let people = officer.get(&format!("{breach}/people")).await.expect(200);
    assert_eq!(people.text("#people"), "13 people");
    let looks = "select count(*) from access_log where permission = 'keep-breaches' and what = 'look' and cardinality(subjects) = 13";
    assert_eq!(count(&app, looks).await, 1, "the officer's own look at the names is on record");

    let letter =
        [("happened", "A list was lost"), ("consequences", "Somebody may have read it"), ("measures", "It came back")];
    officer.post(&format!("{breach}/letters"), &[]).await.expect(422);
    let letters = officer.post(&format!("{breach}/letters"), &letter).await.expect(200);
    assert_eq!(letters.count("article"), 13);
    let first = words(&letters, "article");
    assert!(
        first.contains("Edith Harcourt1")
            && first.contains("1 Larkspur Row")
            && first.contains("Somebody may have read it"),
        "{first}"
    );
    assert!(first.contains("data@lantern.example"), "whom to ask: {first}");
    let taken = "select count(*) from access_log where permission = 'write-breach-letters' and what = 'export' and cardinality(subjects) = 13";
    assert_eq!(count(&app, taken).await, 1, "names that leave the house are on record as taken away");
    let page = officer.get(&breach).await.expect(200);
    assert!(words(&page, "section[aria-labelledby=history]").contains("13 letters made"));
}

async fn says(connection: &mut PgConnection, statement: &str) -> String {
    match query(AssertSqlSafe(statement.to_owned())).execute(connection).await {
        Ok(done) => format!("{} rows", done.rows_affected()),
        Err(error) => error.to_string(),
    }
}

#[tokio::test]
async fn its_history_is_written_by_the_table_itself_and_nobody_changes_it() {
    let app = TestApp::new().await;
    let officer = app.actor(Role::DataProtectionOfficer, "all").await;
    let breach = record(&officer, 1).await;
    let aware = clock(2);
    let changed = [
        ("title", "List left on a tram"),
        ("aware_at", aware.as_str()),
        ("happened", "It was a tram"),
        ("found_by", "The canvasser"),
        ("kind", "confidentiality"),
    ];
    officer.post(&format!("{breach}/facts"), &changed).await.expect(303);
    officer.post(&format!("{breach}/notes"), &[("note", "Rang the depot")]).await.expect(303);
    let history = words(&officer.get(&breach).await, "section[aria-labelledby=history] ol");
    assert!(history.starts_with("Note Rang the depot"), "newest first: {history}");
    assert!(history.contains("Title : List left on a tram (before: List left on a bus)"), "{history}");
    assert!(history.ends_with("Data protection officer of all") && history.contains("Record opened"), "{history}");

    let session = hash(&open_session(&app, &officer.account).await);
    let mut sql = app.database.app().await;
    become_role(&mut sql, "hustings_protection", &session, "", "").await;
    for statement in [
        "update breach_event set note = ''",
        "delete from breach_event",
        "delete from breach",
        "update breach set opened_at = now()",
        "insert into breach_event (breach_id, account_id, what, note, at) values (1, null, 'note', 'x', now())",
    ] {
        assert!(says(&mut sql, statement).await.contains("permission denied"), "{statement}");
    }
    for what in ["closed", "opened", "letters"] {
        let forged = format!(
            "insert into breach_event (breach_id, account_id, what, note) values (1, '{}', '{what}', 'x')",
            officer.account.id
        );
        assert!(says(&mut sql, &forged).await.contains("row-level security"), "{what}");
    }
    let by_sql = says(&mut sql, "update breach set title = 'Nothing happened'").await;
    assert_eq!(by_sql, "1 rows");
    let history = words(&officer.get(&breach).await, "section[aria-labelledby=history] ol");
    assert!(history.contains("Nothing happened"), "whoever changes it, it is written down: {history}");
    // Closed, it stays as it was closed.
    decide(&officer, &breach, "no-risk").await.expect(303);
    officer.post(&format!("{breach}/close"), &[("lessons", "Count them")]).await.expect(303);
    officer.post(&format!("{breach}/facts"), &changed).await.expect(409);
    assert_eq!(says(&mut sql, "update breach set title = 'Nothing at all'").await, "0 rows");
    officer.post(&format!("{breach}/notes"), &[("note", "A later letter")]).await.expect(303);
}

#[tokio::test]
async fn nobody_else_reads_or_writes_breaches() {
    let app = TestApp::new().await;
    let officer = app.actor(Role::DataProtectionOfficer, "all").await;
    let breach = record(&officer, 1).await;
    officer.get("/protection/breaches/999").await.expect(404);
    for (role, working) in [
        (Role::Administrator, "hustings_administrator"),
        (Role::Organiser, "hustings_organiser"),
        (Role::Volunteer, "hustings_volunteer"),
        (Role::MembershipSecretary, "hustings_membership"),
    ] {
        let actor = app.actor(role, "all").await;
        actor.get("/protection/breaches").await.expect(403);
        actor.get(&breach).await.expect(403);
        actor.post(&format!("{breach}/letters"), &[]).await.expect(403);
        let session = hash(&open_session(&app, &actor.account).await);
        let mut sql = app.database.app().await;
        become_role(&mut sql, working, &session, "", "").await;
        assert!(says(&mut sql, "select title from breach").await.contains("permission denied"), "{working}");
        let mut sql = app.database.app().await;
        become_role(&mut sql, "hustings_protection", &session, "", "").await;
        assert_eq!(
            says(&mut sql, "select title from breach").await,
            "0 rows",
            "{working}'s session in the officer's role"
        );
    }
    let urls = app.urls();
    let given = [("DATABASE_URL", &urls.app), ("HUSTINGS_DOOR_URL", &urls.door), ("HUSTINGS_OWNER_URL", &urls.owner)];
    let list = tokio::process::Command::new(env!("CARGO_BIN_EXE_hustings"))
        .args(["breach", "list", "--json"])
        .envs(given)
        .output();
    let rows: serde_json::Value = serde_json::from_slice(&list.await.unwrap().stdout).unwrap();
    assert_eq!((&rows[0]["title"], &rows[0]["overdue"]), (&"List left on a bus".into(), &false.into()), "{rows}");
}
