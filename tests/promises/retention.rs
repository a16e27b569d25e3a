//! Nothing is kept for ever by accident: every kind of data has a period; what is past it goes, with a certificate, and
//! nothing else does.

use crate::support::app::{TestApp, seed_place};
use crate::support::form::words;
use crate::support::walk::{RECOUNT, Walk, change, count};
use crate::support::wall::{become_role, hash, open_session};
use hustings::access::{Role, door};
use hustings::database::Database;
use hustings::protection::retention::{By, KEPT, KINDS};
use sqlx::{AssertSqlSafe, PgConnection, query, query_as, query_scalar};
use std::collections::BTreeSet;
use uuid::Uuid;

#[tokio::test]
async fn every_table_has_a_period_or_a_reason_to_stay() {
    let app = TestApp::new().await;
    let mut db = app.database.operator().await;
    let tables: Vec<String> = query_scalar(
        "select relname::text from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition",
    )
    .fetch_all(&mut db)
    .await
    .unwrap();
    let tables: BTreeSet<&str> = tables.iter().map(String::as_str).collect();
    let kept: BTreeSet<&str> = KEPT.iter().map(|k| k.0).collect();
    let timed: BTreeSet<&str> = KINDS.iter().flat_map(|k| k.tables).copied().collect();
    let covered: BTreeSet<&str> = kept.union(&timed).copied().collect();
    let forgotten: Vec<&&str> = tables.difference(&covered).collect();
    assert!(
        forgotten.is_empty(),
        "{forgotten:?}: say in src/protection/retention/kinds.rs how long each is kept, or why for good"
    );
    let gone: Vec<&&str> = covered.difference(&tables).filter(|t| **t != "_sqlx_migrations").collect();
    assert!(gone.is_empty(), "no such tables: {gone:?}");
    let held: Vec<(String, bool)> =
        query_as("select kind, nightly from retention_kind order by kind").fetch_all(&mut db).await.unwrap();
    let mut said: Vec<(String, bool)> = KINDS.iter().map(|k| (k.key.to_owned(), k.by == By::Night)).collect();
    said.sort();
    assert_eq!(held, said, "the table and the code name the same kinds");
    // Every kind can be counted and destroyed: a new one without its rows in wall.due fails here.
    for kind in KINDS {
        for call in [
            "select wall.held($1)",
            "select count(*) from wall.due($1, now(), 10)",
            "select wall.destroy($1, now() - interval '9 years', 10)",
        ] {
            let answer: Option<i64> = query_scalar(call).bind(kind.key).fetch_one(&mut db).await.unwrap();
            assert!(answer.is_some(), "{call} of {}", kind.key);
        }
    }
}

/// Canvassing of two ages, somebody who left long ago, and somebody who left and wants no contact.
struct Old {
    app: TestApp,
    walk: Walk,
}

impl Old {
    async fn new() -> Self {
        let app = TestApp::new().await;
        seed_place(&app.database).await;
        let walk = Walk::new(&app.database, "QB1").await;
        let volunteer = app.actor(Role::Volunteer, "Quillbrook").await;
        walk.assign(&app, volunteer.account.id).await;
        for (door, code) in [(0, "F"), (1, "A"), (2, "U")] {
            let mut said = walk.spoke(door, code);
            said["note"] = "Nice dog".into();
            volunteer.put_json(&format!("/api/v1/results/{}", Uuid::now_v7()), &said).await.expect(201);
        }
        change(&app, "update result set received_at = now() - interval '6 years' where intention = 'F'").await;
        change(&app, "update intention_now i set received_at = r.received_at from result r where r.id = i.result_id")
            .await;
        change(&app, "update result set received_at = now() - interval '3 years' where intention = 'A'").await;
        change(&app, "update elector set left_at = now() - interval '6 years', number = '' where area_no = 2 and number in ('SG1-2', 'SG1-4')").await;
        change(
            &app,
            "insert into objection (partition_id, elector_id, objection_id, area_no, channel, how, operator_id)
            select partition_id, elector_id, gen_random_uuid(), area_no, 'door', 'Wrote to us', gen_random_uuid()
            from elector where left_at is not null order by elector_id limit 1",
        )
        .await;
        Old { app, walk }
    }

    async fn db(&self) -> PgConnection {
        self.app.database.operator().await
    }
}

/// Waits for the run on whose page somebody is; answers the page once it is over.
async fn over(officer: &crate::support::app::Actor, run: &str) -> crate::support::app::Answer {
    crate::support::until::until("the destruction is over", || async {
        let page = officer.get(run).await.expect(200);
        (page.count("progress") == 0).then_some(page)
    })
    .await
}

#[tokio::test]
async fn what_is_past_its_period_goes_with_a_certificate_and_the_rest_stays() {
    let old = Old::new().await;
    let app = &old.app;
    app.account(Role::Administrator, "all").await;
    let officer = app.actor(Role::DataProtectionOfficer, "all").await;
    let dry = officer.get("/protection/retention/runs/new").await.expect(200);
    let what = words(&dry, "tbody");
    assert!(
        what.contains("People who left the register") && what.contains("Answers at doors") && what.contains("Notes"),
        "{what}"
    );
    assert_eq!(count(app, "select count(*) from result").await, 3, "a dry run destroys nothing");
    officer.post("/protection/retention/runs", &[("kind", "results")]).await.expect(422);

    let form = [("kind", "results"), ("kind", "notes"), ("kind", "left-register"), ("reason", "Yearly clearing out")];
    let run = officer.post("/protection/retention/runs", &form).await.expect(303).location();
    let certificate = over(&officer, &run).await;
    assert_eq!(certificate.text("h1"), "Certificate of destruction No. 1");
    let lines = words(&certificate, "section[aria-labelledby=kinds] tbody");
    assert_eq!(certificate.count("section[aria-labelledby=kinds] tbody tr"), 3, "{lines}");
    assert!(!certificate.body.contains("Harcourt"), "nothing on it is about anybody");

    assert_eq!(count(app, "select count(*) from result where intention = 'F'").await, 0, "six years old");
    assert_eq!(count(app, "select count(*) from result").await, 2, "three years, and today's");
    assert_eq!(
        count(app, "select count(*) from result where note is not null").await,
        1,
        "a note goes after two years"
    );
    assert_eq!(count(app, RECOUNT).await, 0, "what is counted is what stands");
    let left = "select count(*) from elector where left_at is not null and name like 'Edith%' or left_at is not null and name like 'Wilfred%'";
    assert_eq!(count(app, left).await, 1, "who wants no contact keeps that; the other is a number");
    assert_eq!(
        count(
            app,
            "select count(*) from elector where destroyed_at is not null and name_key = '' and household_id is null"
        )
        .await,
        1
    );
    assert_eq!(count(app, "select count(*) from elector where left_at is null").await, 22, "nobody else is touched");
    let again = officer.get("/protection/retention").await.expect(200);
    assert!(words(&again, "section[aria-labelledby=runs]").contains("No. 1"));
    let _ = &old.walk;
}

#[tokio::test]
async fn a_candidates_register_goes_after_the_poll_and_what_a_party_holds_stays() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    app.account(Role::Administrator, "all").await;
    for statement in [
        "insert into register (partition_id, published, kind, basis, format, encoding, file_name, sha256, counts, imported_at)
         select 1, '2026-01-01', 'full', b, 'x', 'utf-8', 'f.csv', '', '{}', now() - interval '60 days' from unnest(array['candidate', 'party']) b",
        "insert into register_entry (partition_id, register_id, area_no, number, suffix, elector_id, line, position, raw)
         select 1, r.register_id, e.area_no, e.elector_id, 0, e.elector_id, 1, 1, e.name from elector e
         join register r on r.basis = case e.area_no when 2 then 'candidate' else 'party' end",
        "update poll set poll_date = current_date - 20",
    ] {
        change(&app, statement).await;
    }
    let officer = app.actor(Role::DataProtectionOfficer, "all").await;
    let due = "select count(*) from wall.due('candidate-register', wall.before('candidate-register'), null)";
    assert_eq!(count(&app, due).await, 0, "four weeks are for expenses and a petition");
    change(&app, "update poll set poll_date = current_date - 30").await;
    assert_eq!(count(&app, due).await, 12);
    let form = [("kind", "candidate-register"), ("reason", "After the poll")];
    let run = officer.post("/protection/retention/runs", &form).await.expect(303).location();
    over(&officer, &run).await;
    assert_eq!(
        count(&app, "select count(*) from elector where name like '%Harcourt%'").await,
        12,
        "the party's people stay"
    );
    assert_eq!(count(&app, "select count(*) from register_entry").await, 12);
    assert_eq!(
        count(&app, "select count(*) from household where address like '%Old Tannery Walk%'").await,
        0,
        "nor a home"
    );
    assert_eq!(count(&app, "select count(*) from household where address like '%Larkspur Row%'").await, 6);
    assert_eq!(
        count(&app, "select count(*) from elector where area_no = 2 and (surname, number, name_key) <> ('', '', '')")
            .await,
        0
    );
}

#[tokio::test]
async fn what_is_short_lived_goes_by_itself_every_night_and_no_more_often() {
    let app = TestApp::new().await;
    let account = app.account(Role::Organiser, "all").await;
    open_session(&app, &account).await;
    open_session(&app, &account).await;
    let out = "update session set ended_at = now() - interval '100 days', started_at = now() - interval '101 days',
        idle_until = now() - interval '100 days' where session_id = (select min(session_id::text)::uuid from session)";
    change(&app, out).await;
    change(
        &app,
        "insert into mail (mail_id, address, form, queued_at) values
        (gen_random_uuid(), 'a@lantern.example', 'access-ended', now() - interval '366 days'),
        (gen_random_uuid(), 'b@lantern.example', 'access-ended', now() - interval '30 days')",
    )
    .await;
    change(&app, "insert into sign_in_failure (id, at, email_digest, address_digest) values (gen_random_uuid(), now() - interval '2 days', '', '')").await;
    let database = Database::connect(&app.urls()).unwrap();
    assert!(door::keep_retention(&database).await.unwrap());
    for (table, left) in [("session", 1), ("mail", 1), ("sign_in_failure", 0)] {
        let rows: i64 = query_scalar(AssertSqlSafe(format!("select count(*) from {table}")))
            .fetch_one(&mut app.database.operator().await)
            .await
            .unwrap();
        assert_eq!(rows, left, "{table}");
    }
    assert!(!door::keep_retention(&database).await.unwrap(), "once a night");
    let officer = app.actor(Role::DataProtectionOfficer, "all").await;
    let page = officer.get("/protection/retention").await.expect(200);
    assert!(
        words(&page, "section[aria-labelledby=night]").contains("requests to join that are over 90 days"),
        "{}",
        words(&page, "section[aria-labelledby=night]")
    );
}

#[tokio::test]
async fn a_period_is_changed_within_its_bounds_with_a_reason_by_the_officer_alone() {
    let app = TestApp::new().await;
    let officer = app.actor(Role::DataProtectionOfficer, "all").await;
    let notes = "/protection/retention/kinds/notes";
    for days in ["29", "1827", "", "soon"] {
        officer.post(notes, &[("days", days), ("reason", "Shorter")]).await.expect(422);
    }
    officer.post(notes, &[("days", "100"), ("reason", "")]).await.expect(422);
    officer.post(notes, &[("days", "100"), ("reason", "Notes go stale")]).await.expect(303);
    let page = officer.get(notes).await.expect(200);
    assert!(
        words(&page, "section[aria-labelledby=history]").contains("100 days") && page.body.contains("Notes go stale")
    );
    officer.get("/protection/retention/kinds/nothing").await.expect(404);
    for role in [Role::Administrator, Role::Organiser, Role::Volunteer, Role::MembershipSecretary] {
        let actor = app.actor(role, "all").await;
        actor.get("/protection/retention").await.expect(403);
        actor.post(notes, &[("days", "100"), ("reason", "x")]).await.expect(403);
        actor.post("/protection/retention/runs", &[("kind", "notes"), ("reason", "x")]).await.expect(403);
    }
    assert_eq!(count(&app, "select count(*) from retention_period").await, 1);
}

async fn says(connection: &mut PgConnection, statement: &str) -> String {
    match query(AssertSqlSafe(statement.to_owned())).execute(connection).await {
        Ok(done) => format!("{} rows", done.rows_affected()),
        Err(error) => error.to_string(),
    }
}

#[tokio::test]
async fn not_even_the_officers_own_connection_destroys_what_is_not_past_its_period() {
    let old = Old::new().await;
    let officer = old.app.account(Role::DataProtectionOfficer, "all").await;
    let session = hash(&open_session(&old.app, &officer).await);
    let mut sql = old.app.database.app().await;
    become_role(&mut sql, "hustings_protection", &session, "", "").await;
    for statement in [
        "delete from result",
        "delete from elector",
        "update elector set name = ''",
        "select wall.destroy('results', now(), 100)",
        "select wall.due('results', now(), 100)",
        "select wall.destroy_person(1, 1)",
        "select wall.keep_retention()",
        "update retention_kind set least_days = 0",
        "delete from retention_run",
        "update retention_run set certificate = 7",
        "insert into retention_line (run_id, kind, days, held, due) values (gen_random_uuid(), 'results', 0, 0, 0)",
        "insert into retention_period (kind, days, reason, account_id, set_at) values ('notes', 100, 'x', gen_random_uuid(), now())",
    ] {
        let said = says(&mut sql, statement).await;
        assert!(said.contains("permission denied"), "{statement}: {said}");
    }
    let period = |days: i32, whose: Uuid| {
        format!(
            "insert into retention_period (kind, days, reason, account_id) values ('notes', {days}, 'x', '{whose}')"
        )
    };
    for statement in [period(1, officer.id), period(100, old.app.account(Role::Organiser, "all").await.id)] {
        assert!(says(&mut sql, &statement).await.contains("row-level security"), "{statement}");
    }
    // By its own session it begins a run, which destroys by the periods and nothing else.
    let run = Uuid::now_v7();
    assert_eq!(
        says(&mut sql, &format!("select wall.begin_retention('{run}', array['results'], 'x', '')")).await,
        "1 rows"
    );
    let second =
        says(&mut sql, &format!("select wall.begin_retention('{}', array['results'], 'x', '')", Uuid::now_v7())).await;
    assert!(second.contains("one_at_a_time"), "{second}");
    // Somebody says stop: nothing goes.
    says(&mut sql, &format!("select wall.stop_retention('{run}')")).await;
    let state: String = query_scalar(AssertSqlSafe(format!("select wall.destroy_batch('{run}', 10)")))
        .fetch_one(&mut sql)
        .await
        .unwrap();
    assert_eq!(state, "stopped");
    assert_eq!(count(&old.app, "select count(*) from result").await, 3);
    // Other roles begin nothing, and nobody once the session is over.
    for role in [Role::Administrator, Role::Organiser] {
        let account = old.app.account(role, "all").await;
        let session = hash(&open_session(&old.app, &account).await);
        let mut other = old.app.database.app().await;
        become_role(&mut other, "hustings_protection", &session, "", "").await;
        let said =
            says(&mut other, &format!("select wall.begin_retention('{}', array['results'], 'x', '')", Uuid::now_v7()))
                .await;
        assert!(said.contains("nobody who may destroy"), "{said}");
    }
    query("update session set ended_at = now()").execute(&mut old.db().await).await.unwrap();
    let said =
        says(&mut sql, &format!("select wall.begin_retention('{}', array['results'], 'x', '')", Uuid::now_v7())).await;
    assert!(said.contains("nobody who may destroy"), "{said}");
}

#[tokio::test]
async fn the_operator_does_it_by_a_command_with_a_reason() {
    let old = Old::new().await;
    let urls = old.app.urls();
    let run = |arguments: &'static [&'static str]| {
        let given =
            [("DATABASE_URL", &urls.app), ("HUSTINGS_DOOR_URL", &urls.door), ("HUSTINGS_OWNER_URL", &urls.owner)];
        let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_hustings"));
        command.args(arguments).envs(given);
        async move { command.output().await.unwrap() }
    };
    let status = run(&["retention", "status", "--json"]).await;
    let rows: Vec<serde_json::Value> = serde_json::from_slice(&status.stdout).unwrap();
    let results = rows.iter().find(|r| r["kind"] == "results").unwrap();
    assert_eq!((&results["held"], &results["due"], &results["left"]), (&3.into(), &1.into(), &2.into()));
    run(&["retention", "run", "--dry-run"]).await;
    assert_eq!(run(&["retention", "run"]).await.status.code(), Some(1), "a reason is asked for");
    assert_eq!(count(&old.app, "select count(*) from result").await, 3);
    let done = run(&["retention", "run", "--kind", "results", "--reason", "Yearly", "--json"]).await;
    let done: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!((&done["certificate"], &done["destroyed"]["results"]), (&1.into(), &1.into()), "{done}");
    assert_eq!(count(&old.app, "select count(*) from result").await, 2);
    assert_eq!(
        count(&old.app, "select count(*) from operator_session where command = 'retention' and reason = 'Yearly'")
            .await,
        1
    );
}
