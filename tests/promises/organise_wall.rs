//! The wall around people of Organise, by raw SQL: a branch's people are seen from an area that holds the branch and from no
//! other, how they are reached by whoever may reach them, and nobody once access has ended or Organise is closed.

use crate::support::app::{TestApp, seed_place};
use crate::support::people::{agrees_to_email, person};
use crate::support::walk::change;
use crate::support::wall::{become_role, hash, open_session};
use hustings::access::Role;
use sqlx::{AssertSqlSafe, Connection, PgConnection, query, query_scalar};

const TABLES: [&str; 4] = ["person", "person_contact", "person_consent", "person_note"];

async fn place() -> TestApp {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    for (area, surname) in [("Quillbrook", "Tarrant"), ("Saltern", "Sallow")] {
        let member = person(&app, area, "Oswin", surname, false).await;
        agrees_to_email(&app, member).await;
        let helper = person(&app, area, "Dee", surname, true).await;
        for (of, purpose) in [(member, "membership"), (helper, "campaigning")] {
            query(
                "insert into person_note (note_id, person_id, area_id, purpose, words)
                 select gen_random_uuid(), person_id, area_id, $2, 'Prefers mornings' from person where person_id = $1",
            )
            .bind(of)
            .bind(purpose)
            .execute(&mut app.database.operator().await)
            .await
            .unwrap();
        }
    }
    app
}

/// A connection of this role's in the area's name, with the area in use open.
async fn attacker(app: &TestApp, role: Role, area: &str, narrowed: &str) -> PgConnection {
    let account = app.account(role, area).await;
    let token = open_session(app, &account).await;
    let open: String = query_scalar("select area_id::text from area where name = $1 or short_name = $1")
        .bind(narrowed)
        .fetch_one(&mut app.database.operator().await)
        .await
        .unwrap();
    let mut db = app.database.app().await;
    let working = match role {
        Role::Organiser => "hustings_organiser",
        Role::MembershipSecretary => "hustings_membership",
        _ => "hustings_volunteer",
    };
    become_role(&mut db, working, &hash(&token), "", &open).await;
    db
}

async fn counts(db: &mut PgConnection) -> Vec<i64> {
    let mut all = Vec::new();
    for table in TABLES {
        let sql = format!("select count(person_id) from {table}");
        all.push(query_scalar(AssertSqlSafe(sql)).fetch_one(&mut *db).await.unwrap_or(-1));
    }
    all
}

#[tokio::test]
async fn a_branchs_people_are_seen_from_an_area_that_holds_it_and_from_no_other() {
    let app = place().await;
    for (role, area, narrowed, seen) in [
        (Role::MembershipSecretary, "Quillbrook", "Quillbrook", [2, 2, 1, 2]),
        (Role::MembershipSecretary, "all", "all", [4, 4, 2, 4]),
        (Role::MembershipSecretary, "all", "Saltern", [2, 2, 1, 2]),
        (Role::MembershipSecretary, "Quillbrook", "Saltern", [0, 0, 0, 0]),
        // The ward is this one district: it lies wholly inside it.
        (Role::MembershipSecretary, "QB1", "QB1", [2, 2, 1, 2]),
        // An organiser is told how to reach those who gave it for that, and reads notes of campaigning alone.
        (Role::Organiser, "Quillbrook", "Quillbrook", [2, 1, 1, 1]),
        (Role::Organiser, "Wexmere", "Quillbrook", [2, 1, 1, 1]),
        (Role::Organiser, "Quillbrook", "all", [2, 1, 1, 1]),
        (Role::Volunteer, "Quillbrook", "Quillbrook", [0, -1, -1, -1]),
    ] {
        let mut db = attacker(&app, role, area, narrowed).await;
        assert_eq!(counts(&mut db).await, seen, "{} of {area} in {narrowed}", role.title());
    }
}

#[tokio::test]
async fn nobody_is_seen_once_access_has_ended_or_organise_is_closed_and_closing_contact_leaves_them() {
    let app = place().await;
    let mut secretary = attacker(&app, Role::MembershipSecretary, "all", "all").await;
    let mut organiser = attacker(&app, Role::Organiser, "all", "all").await;
    change(&app, "insert into lockdown (tool, notice) values ('contact', 'Closed while we check access')").await;
    assert_eq!(counts(&mut secretary).await, [4, 4, 2, 4]);
    assert_eq!(counts(&mut organiser).await, [4, 2, 2, 2], "Contact is closed, and Organise is not");
    let electors: i64 = query_scalar("select count(*) from elector").fetch_one(&mut organiser).await.unwrap();
    assert_eq!(electors, 0);
    change(&app, "update lockdown set opened_at = now()").await;
    change(&app, "insert into lockdown (tool, notice) values ('organise', 'Closed while we check access')").await;
    for db in [&mut secretary, &mut organiser] {
        assert_eq!(counts(db).await, [0, 0, 0, 0], "closed");
    }
    change(&app, "update lockdown set opened_at = now()").await;
    change(&app, "update session set ended_at = now(), ended_why = 'access-ended'").await;
    for db in [&mut secretary, &mut organiser] {
        assert_eq!(counts(db).await, [0, 0, 0, 0], "ended");
    }
}

#[tokio::test]
async fn of_two_who_record_consents_at_the_same_time_neither_is_lost() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let dee = person(&app, "Quillbrook", "Dee", "Oldacre", true).await;
    agrees_to_email(&app, dee).await;
    let says = "insert into person_consent (consent_id, person_id, area_id, channel, given, wording, source)
        select gen_random_uuid(), person_id, area_id, $2, $3, 'Said so', 'by letter' from person where person_id = $1";
    let (mut one, mut other) = (app.database.operator().await, app.database.operator().await);
    let waiting =
        "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    let mut first = one.begin().await.unwrap();
    query(says).bind(dee).bind("email").bind(false).execute(&mut *first).await.unwrap();
    // The second begins before the first is kept, and waits for it.
    let second =
        tokio::spawn(
            async move { query(says).bind(dee).bind("phone").bind(true).execute(&mut other).await.map(|_| ()) },
        );
    let mut look = app.database.operator().await;
    while query_scalar::<_, i64>(waiting).fetch_one(&mut look).await.unwrap() == 0 {
        tokio::task::yield_now().await;
    }
    first.commit().await.unwrap();
    second.await.unwrap().unwrap();
    let channels: Vec<String> =
        query_scalar("select channels from person where person_id = $1").bind(dee).fetch_one(&mut look).await.unwrap();
    assert_eq!(channels, ["phone"], "what was taken back stays taken back");
}

#[tokio::test]
async fn what_somebody_agreed_to_is_never_changed_and_says_who_recorded_it() {
    let app = place().await;
    let mut secretary = attacker(&app, Role::MembershipSecretary, "Quillbrook", "Quillbrook").await;
    for refused in [
        "update person_consent set given = false",
        "delete from person_consent",
        "update person set channels = array['email']",
        "update person set erased_at = now()",
        "delete from person",
        "update person_note set words = 'x'",
        "update person set account_id = (select wall.account())",
        // In nobody's or somebody else's name.
        "insert into person_consent (consent_id, person_id, area_id, channel, given, wording, source)
         select gen_random_uuid(), person_id, area_id, 'text', true, 'x', 'x' from person limit 1",
        "insert into person_consent (consent_id, person_id, area_id, channel, given, wording, source, recorded_by)
         select gen_random_uuid(), person_id, area_id, 'text', true, 'x', 'x', gen_random_uuid() from person limit 1",
        // Out of the area, and into it from elsewhere.
        "update person set area_id = (select area_id from area where short_name = 'Saltern')",
        "insert into person (person_id, area_id, source) select gen_random_uuid(), area_id, 'typed' from area where short_name = 'Saltern'",
    ] {
        let answer = query(AssertSqlSafe(refused)).execute(&mut secretary).await;
        let code = answer.as_ref().err().and_then(|e| e.as_database_error()).and_then(|e| e.code());
        assert_eq!(code.as_deref(), Some("42501"), "{refused}: {answer:?}");
    }
    let channels = "select channels from person where has_email and channels <> '{}'";
    let agreed: Vec<String> = query_scalar(channels).fetch_one(&mut secretary).await.unwrap();
    assert_eq!(agreed, ["email"]);
    query(
        "insert into person_consent (consent_id, person_id, area_id, channel, given, wording, source, recorded_by)
         select gen_random_uuid(), person_id, area_id, 'email', false, 'No more emails', 'by telephone', (select wall.account())
         from person where channels <> '{}'",
    )
    .execute(&mut secretary)
    .await
    .unwrap();
    let left: Option<Vec<String>> = query_scalar(channels).fetch_optional(&mut secretary).await.unwrap();
    assert_eq!(left, None, "what was taken back no longer stands");
}
