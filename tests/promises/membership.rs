//! Access that depends on membership ends with it, in the same transaction; a wrong column locks nobody out.

use crate::support::access::{sql_as, told};
use crate::support::app::{Account, TestApp, seed_place};
use crate::support::walk::{Walk, change, count};
use hustings::access::membership::{Standing, apply, preview};
use hustings::access::{Permission, Role};
use hustings::database::{Operator, OperatorSession, Scoped};
use sqlx::query;
use uuid::Uuid;

/// As the operator reads members: one transaction, committed when `work` is well.
async fn scope(app: &TestApp) -> Scoped {
    let operator = Operator::connect(&app.urls().owner).unwrap();
    let session = OperatorSession { os_user: "test".into(), command: "members".into(), reason: String::new() };
    Scoped::operator(&operator, &session, Permission::ManageAccess).await.unwrap()
}

/// Twenty volunteers of Quillbrook whose access depends on membership.
async fn members(app: &TestApp) -> Vec<Account> {
    seed_place(&app.database).await;
    let mut members = Vec::new();
    for _ in 0..20 {
        members.push(app.account(Role::Volunteer, "Quillbrook").await);
    }
    change(app, "update access_grant set needs_membership = true").await;
    members
}

const LIVE: &str = "select count(*) from access_grant where needs_membership and ended_at is null";

#[tokio::test]
async fn one_who_has_lapsed_is_out_at_once_with_sessions_and_lists_and_their_organiser_is_told() {
    let app = TestApp::new().await;
    let members = members(&app).await;
    let (here, elsewhere) =
        (app.account(Role::Organiser, "Wexmere").await, app.account(Role::Organiser, "Saltern").await);
    let walk = Walk::new(&app.database, "QB1").await;
    walk.assign(&app, members[0].id).await;
    let phone = app.sign_in(&members[0]).await;
    phone.get("/canvass").await.expect(200);
    let standings: Vec<(Uuid, Standing)> = members
        .iter()
        .enumerate()
        .map(|(n, m)| {
            (
                m.id,
                if n == 0 {
                    Standing::Lapsed
                } else if n < 10 {
                    Standing::Current
                } else {
                    Standing::Unknown
                },
            )
        })
        .collect();
    let mut looks = scope(&app).await;
    let would = preview(&mut looks, &standings).await.unwrap();
    assert_eq!((would.ending(), would.of, would.too_many()), (1, 20, false));
    drop(looks);
    assert_eq!(count(&app, LIVE).await, 20, "a preview changes nothing");

    let mut work = scope(&app).await;
    apply(&mut work, &standings, false).await.unwrap();
    work.commit().await.unwrap();
    assert!(phone.get("/canvass").await.expect(303).location().starts_with("/sign-in"));
    assert_eq!(
        (count(&app, LIVE).await, count(&app, "select count(*) from assignment where ended_at is null").await),
        (19, 0)
    );
    assert_eq!(told(&app, "membership-ended").await, [here.id], "not {}", elsewhere.email);

    // It is not given back against the standing, by anybody.
    let ann = app.account(Role::Administrator, "all").await;
    let mut db = sql_as(&app, &ann, "hustings_administrator").await;
    let give = "insert into access_grant (grant_id, account_id, role, area_id, purpose, reason, ends_at, given_by, needs_membership)
      select gen_random_uuid(), $1, 'volunteer', area_id, 'P', 'R', now() + interval '1 day', $2, $3 from area limit 1";
    assert!(query(give).bind(members[0].id).bind(ann.id).bind(true).execute(&mut db).await.is_err());
    query(give).bind(members[0].id).bind(ann.id).bind(false).execute(&mut db).await.unwrap();
}

#[tokio::test]
async fn what_undoes_the_import_undoes_the_end() {
    let app = TestApp::new().await;
    let members = members(&app).await;
    let mut work = scope(&app).await;
    apply(&mut work, &[(members[0].id, Standing::Expelled)], false).await.unwrap();
    drop(work); // the import fails later
    assert_eq!(count(&app, LIVE).await, 20);
    assert_eq!(
        count(&app, "select count(*) from mail").await + count(&app, "select count(*) from member_standing").await,
        0
    );
}

#[tokio::test]
async fn a_wrong_column_ends_nothing() {
    let app = TestApp::new().await;
    let members = members(&app).await;
    // The column of the year before says of everybody that they lapsed; two of twenty are too many as well.
    for lapsed in [20, 2] {
        let standings: Vec<(Uuid, Standing)> = members.iter().take(lapsed).map(|m| (m.id, Standing::Lapsed)).collect();
        let mut work = scope(&app).await;
        let told = apply(&mut work, &standings, false).await.unwrap_err().to_string();
        assert!(told.contains(&format!("{lapsed} of the 20")) && told.contains("right column"), "{told}");
        drop(work);
        // Nor by SQL, past the application.
        let secretary = app.account(Role::MembershipSecretary, "all").await;
        let mut db = sql_as(&app, &secretary, "hustings_membership").await;
        let words = vec!["lapsed".to_owned(); lapsed];
        let ids: Vec<Uuid> = standings.iter().map(|(id, _)| *id).collect();
        let applied =
            query("select wall.apply_standings($1, $2, false, null)").bind(&ids).bind(&words).execute(&mut db).await;
        assert!(applied.unwrap_err().to_string().contains("more than one in twenty"));
        assert_eq!(count(&app, LIVE).await, 20);
    }
    let mut work = scope(&app).await;
    let standings = [(members[0].id, Standing::Lapsed), (members[1].id, Standing::Resigned)];
    apply(&mut work, &standings, true).await.unwrap();
    work.commit().await.unwrap();
    assert_eq!(count(&app, LIVE).await, 18, "when so many are meant");
}

#[tokio::test]
async fn somebody_who_can_give_access_is_left_and_what_does_not_depend_goes_on() {
    let app = TestApp::new().await;
    let members = members(&app).await;
    let ann = app.account(Role::Administrator, "all").await;
    let free = app.grant(members[0].id, Role::Organiser, "Saltern").await;
    change(&app, "update access_grant set needs_membership = true where role = 'administrator'").await;
    let mut work = scope(&app).await;
    let standings = [(ann.id, Standing::Expelled), (members[0].id, Standing::Suspended)];
    let outcome = apply(&mut work, &standings, false).await.unwrap();
    work.commit().await.unwrap();
    assert_eq!((outcome.grants.len(), outcome.ending()), (2, 1));
    assert_eq!(
        count(&app, "select count(*) from access_grant where role = 'administrator' and ended_at is null").await,
        1
    );
    let lives: bool = sqlx::query_scalar("select ended_at is null from access_grant where grant_id = $1")
        .bind(free)
        .fetch_one(&mut app.database.operator().await)
        .await
        .unwrap();
    assert!(lives, "a grant that does not depend on membership");
}
