//! The wall around people's rights, by raw SQL: each new function and table says no to whoever is not the data protection
//! officer, and writes down who asks.

use crate::support::app::{TestApp, seed_place};
use crate::support::walk::{Walk, change};
use crate::support::wall::{WORKING_ROLES, become_role, hash, open_session};
use hustings::access::Role;
use sqlx::{AssertSqlSafe, query, query_scalar};

/// Each function with arguments that would do something.
const FUNCTIONS: [&str; 20] = [
    "select count(*) from wall.find_subjects(array['harcourt1'], array['harcourt1'], '', null, null, null)",
    "select wall.subject_file(1, (select min(elector_id) from elector), null, null, false, null)",
    "select wall.strike(gen_random_uuid(), 1, gen_random_uuid(), 0, 1)",
    "select wall.lift_strike(gen_random_uuid())",
    "select wall.record_stop(1, 1, array['door'], false, 'x', 'x', null, sha256('x'), null)",
    "select count(*) from wall.suppression_doubts(null)",
    "select wall.decide_doubt(1, 1, gen_random_uuid(), true, null)",
    "select wall.erasure_counts(1, 1, null, null)",
    "select count(*) from wall.other_records(1, 1, null, null, null)",
    "select wall.erase_elector(1, 1, 'x', 'x', null, sha256('x'), null)",
    "select wall.erase_account(gen_random_uuid(), 'x', null)",
    "select wall.erase_person(gen_random_uuid(), 'x', 'x', sha256('x'), null, null)",
    "select wall.offer_file(gen_random_uuid(), false, null)",
    "select wall.erase_offer(gen_random_uuid(), 'x', null)",
    "select wall.withdraw_consents(gen_random_uuid(), array['email'], 'x')",
    "select wall.correct_person(gen_random_uuid(), 'x', 'x', 'x', 'x', 'x', 'x', 'x')",
    "select wall.note_for_rights(gen_random_uuid(), 'x')",
    "select wall.hold_back(1, array[1]::bigint[], array[gen_random_uuid()], array[true])",
    "select wall.keep_suppression(1, 1, 'x', null, sha256('x'))",
    "select wall.file_register(1, array[1]::bigint[])",
];

#[tokio::test]
async fn no_function_for_rights_answers_anybody_else() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    for owner in [Role::Organiser, Role::Administrator, Role::Volunteer, Role::MembershipSecretary] {
        let token = open_session(&app, &app.account(owner, "all").await).await;
        for role in WORKING_ROLES {
            let mut attacker = app.database.app().await;
            become_role(&mut attacker, role, &hash(&token), "", "").await;
            for call in FUNCTIONS {
                let importer = call.contains("hold_back") && owner == Role::Organiser;
                let answer = query(AssertSqlSafe(call)).execute(&mut attacker).await;
                let code = answer.as_ref().err().and_then(|e| e.as_database_error()).and_then(|e| e.code());
                assert!(
                    code.as_deref() == Some("42501") || (importer && role == "hustings_importer"),
                    "{} as {role}: {call}: {answer:?}",
                    owner.title()
                );
            }
            for table in ["request", "request_event", "strike", "suppression", "suppression_doubt", "erasure"] {
                let asked = format!("select count(*) from {table}");
                if let Ok(seen) = query_scalar::<_, i64>(AssertSqlSafe(asked)).fetch_one(&mut attacker).await {
                    assert_eq!(seen, 0, "{} as {role} at {table}", owner.title());
                }
            }
        }
    }
}

#[tokio::test]
async fn the_officer_is_on_record_even_where_the_application_forgets() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let officer = app.account(Role::DataProtectionOfficer, "all").await;
    let token = open_session(&app, &officer).await;
    let mut db = app.database.app().await;
    become_role(&mut db, "hustings_protection", &hash(&token), "", "").await;
    query(FUNCTIONS[0]).execute(&mut db).await.unwrap();
    query("select wall.subject_file(e.partition_id, e.elector_id, null, null, true, null) from elector e where number = 'QB1-3'")
        .execute(&mut db)
        .await
        .unwrap();
    let mut operator = app.database.operator().await;
    let logged: Vec<(String, i32)> =
        sqlx::query_as("select what, cardinality(subjects) from access_log where account_id = $1 order by at")
            .bind(officer.id)
            .fetch_all(&mut operator)
            .await
            .unwrap();
    assert_eq!(logged, [("search".to_owned(), 4), ("export".to_owned(), 1)]);
    for direct in [
        "update request_event set words = ''",
        "delete from request",
        "update strike set letters = 1",
        "insert into suppression (suppression_id, key_id, loose, channels) values (gen_random_uuid(), 'x', sha256('x'), '{door}')",
        "insert into objection (partition_id, elector_id, objection_id, area_no, channel, how) values (1, 1, gen_random_uuid(), 1, 'door', 'x')",
        "select exact from suppression",
        "update request set asker = 'x'",
    ] {
        let refused = query(AssertSqlSafe(direct)).execute(&mut db).await.unwrap_err();
        assert_eq!(refused.as_database_error().unwrap().code().as_deref(), Some("42501"), "{direct}");
    }
}

#[tokio::test]
async fn nothing_is_recorded_of_who_stopped_it_or_left_whoever_sends_the_statement() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let walk = Walk::new(&app.database, "QB1").await;
    let volunteer = app.account(Role::Volunteer, "Quillbrook").await;
    walk.assign(&app, volunteer.id).await;
    let token = open_session(&app, &volunteer).await;
    record(&app, &token, volunteer.id, "QB1-2").await.unwrap();
    for (what, then) in [
        ("their opinions", "insert into objection (partition_id, elector_id, objection_id, area_no, channel, how)
          select partition_id, elector_id, gen_random_uuid(), area_no, 'opinions', 'Wrote' from elector where number = 'QB1-2'"),
        ("themselves", "update objection set channel = 'processing'"),
        ("nothing, and left", "with gone as (delete from objection) update elector set left_at = now() where number = 'QB1-2'"),
    ] {
        change(&app, then).await;
        let refused = record(&app, &token, volunteer.id, "QB1-2").await.unwrap_err();
        assert_eq!(refused.as_database_error().unwrap().code().as_deref(), Some("42501"), "who stopped {what}");
        record(&app, &token, volunteer.id, "QB1-3").await.unwrap();
    }
}

/// Sends an answer as a canvasser's role would, and takes it back.
async fn record(app: &TestApp, token: &str, account: uuid::Uuid, number: &str) -> Result<(), sqlx::Error> {
    let (home, elector): (i64, i64) = sqlx::query_as("select household_id, elector_id from elector where number = $1")
        .bind(number)
        .fetch_one(&mut app.database.operator().await)
        .await?;
    let mut attacker = app.database.app().await;
    become_role(&mut attacker, "hustings_volunteer", &hash(token), "", "").await;
    query("begin").execute(&mut attacker).await?;
    query(
        "insert into result (partition_id, id, list_id, household_id, elector_id, area_no, outcome, intention_kind, at, account_id)
         select d.partition_id, gen_random_uuid(), $1, $2, $3, d.area_no, 'spoke', 'local', now(), $4 from district d where letters = 'QB1'",
    )
    .bind(list_of(app).await)
    .bind(home)
    .bind(elector)
    .bind(account)
    .execute(&mut attacker)
    .await?;
    query("rollback").execute(&mut attacker).await?;
    Ok(())
}

async fn list_of(app: &TestApp) -> i64 {
    query_scalar("select list_id from walk_list").fetch_one(&mut app.database.operator().await).await.unwrap()
}
