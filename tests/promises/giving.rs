//! Who may give what to whom, where and for how long is the database's word, whatever the application does.

use crate::support::access::{area, sql_as};
use crate::support::app::{Account, TestApp, seed_place};
use crate::support::until::until;
use crate::support::walk::{change, count};
use hustings::access::Role;
use sqlx::{Connection, PgConnection, query, query_scalar};
use uuid::Uuid;

/// Gives by SQL; whether the database let it.
async fn gives(db: &mut PgConnection, to: Uuid, role: &str, area: i64, ends: &str, by: Uuid) -> bool {
    let given = query(
        "insert into access_grant (grant_id, account_id, role, area_id, purpose, reason, ends_at, given_by)
         values (gen_random_uuid(), $1, $2, $3, 'P', 'By SQL', now() + $4::text::interval, $5)",
    )
    .bind(to)
    .bind(role)
    .bind(area)
    .bind(ends)
    .bind(by)
    .execute(db)
    .await;
    match given {
        Ok(done) => done.rows_affected() == 1,
        Err(error) => {
            assert_eq!(error.as_database_error().unwrap().code().unwrap(), "42501", "{error}");
            false
        }
    }
}

#[tokio::test]
async fn an_administrator_with_sql_gives_no_role_of_the_guards_and_themselves_nothing() {
    let app = TestApp::new().await;
    let (ann, bo) = (app.account(Role::Administrator, "all").await, app.account(Role::Volunteer, "all").await);
    app.account(Role::Administrator, "all").await;
    let everywhere = area(&app, "all").await;
    let mut db = sql_as(&app, &ann, "hustings_administrator").await;
    for role in Role::ALL {
        for (to, other) in [(bo.id, true), (ann.id, false)] {
            for (ends, fits) in [("30 days", true), ("730 days", true), ("733 days", false), ("9000 days", false)] {
                let may = other && fits && !role.everywhere_only();
                let did = gives(&mut db, to, role.as_str(), everywhere, ends, ann.id).await;
                assert_eq!(did, may, "{role:?} to another {other} for {ends}");
            }
        }
    }
    assert!(!gives(&mut db, bo.id, "organiser", everywhere, "30 days", bo.id).await, "in somebody else's name");
    let backdated = query(
        "insert into access_grant (grant_id, account_id, role, area_id, purpose, reason, starts_at, ends_at, given_by)
         values (gen_random_uuid(), $1, 'organiser', $2, 'P', 'R', now() - interval '1 day', now() + interval '1 day', $3)",
    );
    assert!(backdated.bind(bo.id).bind(everywhere).bind(ann.id).execute(&mut db).await.is_err(), "in the past");
}

#[tokio::test]
async fn an_organiser_with_sql_gives_volunteers_access_inside_their_own_and_nothing_else() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    change(&app, "insert into area (kind, name, short_name) values ('branch', 'Nothing yet', 'Nothing yet')").await;
    let (imo, bo) = (app.account(Role::Organiser, "Quillbrook").await, app.account(Role::Volunteer, "Saltern").await);
    let mut db = sql_as(&app, &imo, "hustings_organiser").await;
    for role in Role::ALL {
        for (name, inside) in [
            ("Quillbrook", true),
            ("QB1", true),
            ("Saltern", false),
            ("SG1", false),
            ("Wexmere", false),
            ("all", false),
            // Whoever names its districts later would widen what was given there.
            ("Nothing yet", false),
        ] {
            let there = area(&app, name).await;
            for (to, other) in [(bo.id, true), (imo.id, false)] {
                // Their own access lasts 30 days.
                for (ends, fits) in [("29 days", true), ("31 days", false)] {
                    let may = role == Role::Volunteer && inside && other && fits;
                    let did = gives(&mut db, to, role.as_str(), there, ends, imo.id).await;
                    assert_eq!(did, may, "{role:?} in {name} to another {other} for {ends}");
                }
            }
        }
    }
    change(&app, "insert into lockdown (tool, notice) values ('contact', 'Closed')").await;
    let here = area(&app, "Quillbrook").await;
    assert!(!gives(&mut db, bo.id, "volunteer", here, "1 day", imo.id).await, "while Contact is closed");
}

#[tokio::test]
async fn nobody_else_gives_anything_by_sql_and_what_two_decide_is_written_by_nobody() {
    let app = TestApp::new().await;
    let (bo, everywhere) = (app.account(Role::Volunteer, "all").await, area(&app, "all").await);
    for (role, working) in [
        (Role::Volunteer, "hustings_volunteer"),
        (Role::MembershipSecretary, "hustings_membership"),
        (Role::DataProtectionOfficer, "hustings_protection"),
        (Role::Administrator, "hustings_administrator"),
        (Role::Organiser, "hustings_organiser"),
    ] {
        let account = app.account(role, "all").await;
        let mut db = sql_as(&app, &account, working).await;
        if !matches!(role, Role::Administrator | Role::Organiser) {
            assert!(!gives(&mut db, bo.id, "volunteer", everywhere, "1 day", account.id).await, "{role:?}");
        }
        for statement in [
            "insert into access_grant (grant_id, account_id, role, area_id, purpose, reason, ends_at, kind)
             select gen_random_uuid(), account_id, 'organiser', area_id, 'P', 'R', ends_at, 'break-glass' from access_grant",
            "update access_grant set ends_at = ends_at + interval '1 day'",
            "update access_grant set role = 'administrator'",
            "update access_grant set starts_at = now()",
            "update grant_request set verdict = 'approved', decided_at = now()",
            "insert into grant_request (request_id) values (gen_random_uuid())",
            "insert into grant_renewal (grant_id) values (gen_random_uuid())",
            "insert into member_standing (account_id, standing) values (gen_random_uuid(), 'current')",
            "update access_review set due_at = now() + interval '1 year'",
            "update access_review_grant set verdict = 'kept'",
            "select wall.end_grants('{}', 'x', null, null, null)",
            "select wall.start_review(gen_random_uuid(), 1, null, null)",
            "select wall.keep_reviews()",
        ] {
            let error = query(sqlx::AssertSqlSafe(statement)).execute(&mut db).await.unwrap_err();
            assert_eq!(error.as_database_error().unwrap().code().unwrap(), "42501", "{role:?}: {statement}: {error}");
        }
    }
}

#[tokio::test]
async fn an_organiser_with_sql_ends_and_renews_only_volunteers_inside_their_own_area() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let imo = app.account(Role::Organiser, "Quillbrook").await;
    let (here, there) = (app.account(Role::Volunteer, "QB1").await, app.account(Role::Volunteer, "Saltern").await);
    let wide = app.account(Role::Volunteer, "Wexmere").await;
    let colleague = app.account(Role::Organiser, "Quillbrook").await;
    let own = app.grant(imo.id, Role::Volunteer, "Quillbrook").await;
    let mut db = sql_as(&app, &imo, "hustings_organiser").await;
    let shown: Vec<Uuid> = query_scalar("select grant_id from wall.volunteers_here(false) order by name")
        .fetch_all(&mut db)
        .await
        .unwrap();
    assert_eq!(shown.len(), 2, "the district's and their own");
    for (grant, may) in
        [(there.grant, false), (wide.grant, false), (colleague.grant, false), (own, false), (here.grant, true)]
    {
        let ended: Option<i32> =
            query_scalar("select wall.end_volunteer($1, 'By SQL')").bind(grant).fetch_one(&mut db).await.unwrap();
        assert_eq!(ended.is_some(), may, "{grant}");
        let renewed: bool = query_scalar("select wall.renew_volunteer($1, now() + interval '1 day', 'By SQL')")
            .bind(grant)
            .fetch_one(&mut db)
            .await
            .unwrap();
        assert!(!renewed, "an earlier end, or none of theirs");
    }
    let untouched = query("update access_grant set ended_at = now()").execute(&mut db).await;
    assert!(untouched.is_err(), "only by the function that ends sessions and lists with it");
    assert_eq!(count(&app, "select count(*) from access_grant where ended_at is not null").await, 1);
    let nobody: i64 =
        query_scalar("select count(*) from wall.account_of('%@lantern.example')").fetch_one(&mut db).await.unwrap();
    let known: i64 =
        query_scalar("select count(*) from wall.account_of($1)").bind(&there.email).fetch_one(&mut db).await.unwrap();
    assert_eq!((nobody, known), (0, 1), "an exact address, and no leafing through accounts");
}

/// Both ask, then both commit: the second waits for the first, and then there would be nobody left.
#[tokio::test]
async fn two_administrators_who_end_each_other_at_the_same_moment_leave_one() {
    let app = TestApp::new().await;
    let (ann, bo) = (app.account(Role::Administrator, "all").await, app.account(Role::Administrator, "all").await);
    let mut one = sql_as(&app, &ann, "hustings_administrator").await;
    let mut other = sql_as(&app, &bo, "hustings_administrator").await;
    let end =
        "update access_grant set ended_at = now(), ended_by = wall.account(), ended_reason = 'x' where grant_id = $1";
    let mut first = one.begin().await.unwrap();
    query(end).bind(bo.grant).execute(&mut *first).await.unwrap();
    let second = tokio::spawn(async move {
        let mut second = other.begin().await.unwrap();
        query(end).bind(ann.grant).execute(&mut *second).await?;
        second.commit().await
    });
    let mut watcher = app.database.operator().await;
    until("the second waits", async || {
        let waits: bool = query_scalar(
            "select exists (select from pg_locks where not granted and locktype in ('transactionid', 'tuple'))",
        )
        .fetch_one(&mut watcher)
        .await
        .unwrap();
        waits.then_some(())
    })
    .await;
    first.commit().await.unwrap();
    let refused = second.await.unwrap().unwrap_err().to_string();
    assert!(refused.contains("nobody would be left"), "{refused}");
    let left = "select count(*) from access_grant where role = 'administrator' and ended_at is null";
    assert_eq!(count(&app, left).await, 1);
}

/// The same through the pages: one end stands, the other is told that there would be nobody, or that their access is over.
#[tokio::test]
async fn two_administrators_who_press_the_button_at_once_leave_one() {
    let app = TestApp::new().await;
    let (ann, bo) = (app.actor(Role::Administrator, "all").await, app.actor(Role::Administrator, "all").await);
    let path = |of: &Account| format!("/access/accounts/{}/end-access", of.id);
    let (of_bo, of_ann) = (path(&bo.account), path(&ann.account));
    let fields = [("reason", "Both at once")];
    let (one, other) = tokio::join!(ann.post(&of_bo, &fields), bo.post(&of_ann, &fields));
    let left = "select count(*) from access_grant where role = 'administrator' and ended_at is null";
    assert_eq!(count(&app, left).await, 1, "{} {}", one.status, other.status);
}

/// What will begin does not count: somebody must be able to give access now.
#[tokio::test]
async fn an_administrator_who_only_begins_tomorrow_does_not_count_as_one_that_is_left() {
    let app = TestApp::new().await;
    let ann = app.account(Role::Administrator, "all").await;
    app.account(Role::Administrator, "all").await;
    change(
        &app,
        "update access_grant set starts_at = now() + interval '1 day', kind = 'given'
         where grant_id = (select max(grant_id::text)::uuid from access_grant)",
    )
    .await;
    let mut db = sql_as(&app, &ann, "hustings_administrator").await;
    let ended = query("update access_grant set ended_at = now(), ended_by = wall.account() where grant_id = $1")
        .bind(ann.grant)
        .execute(&mut db)
        .await;
    assert!(ended.unwrap_err().to_string().contains("nobody would be left"));
}
