//! Ending access is one click, holds at once and everywhere, and leaves an exact receipt.

use crate::support::app::{Actor, PASSWORD, TestApp, seed_place};
use crate::support::form::{Form, words};
use crate::support::walk::{Walk, change, count};
use crate::support::wall::open_session;
use hustings::access::{Permission, Role};
use hustings::database::{Actor as Acting, Credential, Database, Scope, Scoped, Seen};
use hustings::error::Error;
use serde_json::json;
use uuid::Uuid;

/// Ends all access of an account through the pages, as an administrator does.
async fn end(administrator: &Actor, account: Uuid) -> crate::support::app::Answer {
    let path = format!("/access/accounts/{account}/end-access");
    let page = administrator.get(&path).await.expect(200);
    let form = Form::of(&page, "main form").with("reason", "Left the party");
    let receipt = administrator.post(&path, &form.fields()).await.expect(303).location();
    administrator.get(&receipt).await.expect(200)
}

#[tokio::test]
async fn ending_all_access_holds_at_once_everywhere_and_for_nobody_else() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let (walk, other_walk) = (Walk::new(&app.database, "QB1").await, Walk::new(&app.database, "SG1").await);
    let bo = app.account(Role::Volunteer, "Quillbrook").await;
    let sunniva = app.account(Role::Volunteer, "Saltern").await;
    walk.assign(&app, bo.id).await;
    other_walk.assign(&app, sunniva.id).await;
    let (phone, tablet, other) = (app.sign_in(&bo).await, app.sign_in(&bo).await, app.sign_in(&sunniva).await);
    let list = format!("/canvass/{}", walk.list);
    phone.get(&list).await.expect(200);

    let administrator = app.actor(Role::Administrator, "all").await;
    let page = administrator.get(&format!("/access/accounts/{}/end-access", bo.id)).await.expect(200);
    let facts = words(&page, ".facts");
    assert!(facts.contains("2 devices") && facts.contains("1 ends") && facts.contains("QB1 1, 6 doors"), "{facts}");
    let receipt = end(&administrator, bo.id).await;
    let told = words(&receipt, ".notice.good");
    assert!(told.contains("2 devices signed out, 1 grant ended, 1 list taken back"), "{told}");

    for device in [&phone, &tablet] {
        assert_eq!(device.get(&list).await.expect(303).location(), format!("/sign-in?next={list}&ended=1"));
        assert!(device.get("/").await.expect(303).location().starts_with("/sign-in"));
        device.get("/api/v1/canvass").await.expect(401);
    }
    other.get(&format!("/canvass/{}", other_walk.list)).await.expect(200);
    let again = app.nobody();
    let fields = [("email", bo.email.as_str()), ("password", PASSWORD)];
    again.post("/sign-in", &fields).await.expect(422);
    again.post_json("/api/v1/sessions", &json!({"email": bo.email, "password": PASSWORD})).await.expect(401);
}

#[tokio::test]
async fn programs_end_access_and_learn_how_many_sessions_that_ended() {
    let app = TestApp::new().await;
    let bo = app.account(Role::Organiser, "all").await;
    let (_one, _two) = (app.sign_in(&bo).await, app.sign_in(&bo).await);
    let administrator = app.actor(Role::Administrator, "all").await;
    let path = format!("/api/v1/accounts/{}/end-access", bo.id);
    assert_eq!(administrator.post_json(&path, &json!({"reason": " "})).await.expect(422).json()["field"], "reason");
    assert_eq!(
        administrator.post_json(&path, &json!({"reason": "Left"})).await.expect(200).json(),
        json!({"sessions_ended": 2})
    );
    let nobody = format!("/api/v1/accounts/{}/end-access", Uuid::now_v7());
    administrator.post_json(&nobody, &json!({"reason": "Left"})).await.expect(404);
}

/// A transaction of an organiser's that has read somebody and not answered yet.
async fn in_flight(app: &TestApp, account: &crate::support::app::Account) -> Scoped {
    let token = open_session(app, account).await;
    let session = uuid_of(app).await;
    let (area, purpose) = (1, "Canvassing".into());
    let actor =
        Acting::Session { account: account.id, grant: account.grant, session, role: Role::Organiser, area, purpose };
    let database = Database::connect(&app.urls()).unwrap();
    let credential = Credential::from_token(&token).unwrap();
    Scoped::begin(&database, &credential, actor, Permission::ReadElectors, Scope::default()).await.unwrap()
}

async fn uuid_of(app: &TestApp) -> Uuid {
    let newest = "select session_id from session order by session_id desc limit 1";
    sqlx::query_scalar(newest).fetch_one(&mut app.database.operator().await).await.unwrap()
}

#[tokio::test]
async fn an_answer_in_flight_when_access_ends_is_not_given() {
    let app = TestApp::new().await;
    let partition = seed_place(&app.database).await;
    let organiser = app.account(Role::Organiser, "all").await;
    let administrator = app.actor(Role::Administrator, "all").await;
    let (shows, does, fine) =
        (in_flight(&app, &organiser).await, in_flight(&app, &organiser).await, in_flight(&app, &organiser).await);
    fine.finish(Seen::people((), [(partition, 1)])).await.unwrap();
    let before = count(&app, "select count(*) from access_log where what <> 'refused'").await;
    end(&administrator, organiser.id).await;
    assert!(matches!(shows.finish(Seen::people((), [(partition, 1)])).await, Err(Error::AccessEnded)));
    assert!(matches!(does.commit().await, Err(Error::AccessEnded)));
    assert_eq!(count(&app, "select count(*) from access_log where what <> 'refused'").await, before);
}

#[tokio::test]
async fn a_grant_that_is_being_given_when_access_ends_ends_with_the_others() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let bo = app.account(Role::Volunteer, "Quillbrook").await;
    let administrator = app.actor(Role::Administrator, "all").await;
    let mut giver = app.database.operator().await;
    let mut giving = sqlx::Connection::begin(&mut giver).await.unwrap();
    sqlx::query("select from account where account_id = $1 for no key update")
        .bind(bo.id)
        .execute(&mut *giving)
        .await
        .unwrap();
    sqlx::query(
        "insert into access_grant (grant_id, account_id, role, area_id, purpose, reason, ends_at)
         select gen_random_uuid(), $1, 'organiser', 1, 'Canvassing', 'A second task', now() + interval '1 day'",
    )
    .bind(bo.id)
    .execute(&mut *giving)
    .await
    .unwrap();
    let path = format!("/api/v1/accounts/{}/end-access", bo.id);
    let ending = async { administrator.post_json(&path, &json!({"reason": "Left the party"})).await.expect(200) };
    let given = async {
        let waits = "select count(*) from pg_locks where not granted and locktype in ('transactionid', 'tuple')";
        while count(&app, waits).await == 0 {
            tokio::task::yield_now().await;
        }
        giving.commit().await.unwrap();
    };
    tokio::join!(ending, given);
    let live = "select count(*) from access_grant g join account using (account_id) where g.role <> 'administrator' and g.ended_at is null";
    assert_eq!(count(&app, live).await, 0);
}

#[tokio::test]
async fn an_answer_in_flight_when_its_half_closes_says_closed_so_that_no_phone_wipes_its_list() {
    let app = TestApp::new().await;
    let partition = seed_place(&app.database).await;
    let organiser = app.account(Role::Organiser, "all").await;
    let (shows, does) = (in_flight(&app, &organiser).await, in_flight(&app, &organiser).await);
    change(&app, "insert into lockdown (tool, notice) values ('contact', 'Offline for maintenance')").await;
    assert!(matches!(shows.finish(Seen::people((), [(partition, 1)])).await, Err(Error::Closed { .. })));
    assert!(matches!(does.commit().await, Err(Error::Closed { .. })));
}

#[tokio::test]
async fn a_receipt_tells_exactly_what_was_seen_and_tried_and_names_nobody() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let walk = Walk::new(&app.database, "QB1").await;
    let bo = app.account(Role::Volunteer, "Quillbrook").await;
    app.grant(bo.id, Role::Organiser, "Saltern").await;
    walk.assign(&app, bo.id).await;
    let phone = app.sign_in(&bo).await;
    phone.get(&format!("/canvass/{}", walk.list)).await.expect(200);
    let desk = app.sign_in(&bo).await;
    let grant = Form::of(&desk.get("/account").await, "main form[action='/account/grant']");
    desk.post("/account/grant", &grant.fields()).await;
    switch_to(&app, &desk, bo.id, "organiser").await;
    let found = desk.post_json("/api/v1/electors/search", &json!({"q": "harcourt3"})).await.expect(200).json();
    assert_eq!(found["total"], 2, "{found}");

    let administrator = app.actor(Role::Administrator, "all").await;
    end(&administrator, bo.id).await;
    phone.get("/api/v1/canvass").await.expect(401);
    desk.get("/electors").await.expect(303);
    let receipt = administrator.get(&format!("/access/accounts/{}/receipt", bo.id)).await.expect(200);
    let tiles = words(&receipt, ".tiles");
    let people = count(&app, "select count(distinct (partition_id, elector_id)) from looked_at").await;
    assert_eq!(people, 14, "twelve on the list, two found");
    assert!(tiles.contains("People seen 14") && tiles.contains("Searches 1"), "{tiles}");
    assert_eq!(receipt.count("section[aria-labelledby=seen] tbody tr"), 14);
    let at = |section: &str| receipt.body.find(&format!("id=\"{section}\"")).unwrap();
    assert!(at("reach") < at("tried") && at("tried") < at("seen"), "on a phone what to do stands before the list");
    let tried = words(&receipt, "section[aria-labelledby=tried]");
    assert!(tried.contains("Tried afterwards: 2 times") && tried.contains("Opening /electors"), "{tried}");
    assert!(words(&receipt, "section[aria-labelledby=reach]").contains("QB1 1, 6 doors"));
    assert!(
        !receipt.body.contains("Harcourt") && !receipt.body.contains("Larkspur"),
        "an administrator sees no elector"
    );
    let bars = receipt.count("svg.split rect");
    assert_eq!(bars, 14);
}

async fn switch_to(app: &TestApp, actor: &Actor, account: Uuid, role: &'static str) {
    let grant: Uuid = sqlx::query_scalar(
        "select grant_id from access_grant where account_id = $1 and role = $2 and ended_at is null",
    )
    .bind(account)
    .bind(role)
    .fetch_one(&mut app.database.operator().await)
    .await
    .unwrap();
    actor.post("/account/grant", &[("wanted", &grant.to_string())]).await.expect(303);
}

#[tokio::test]
async fn access_that_was_ended_by_mistake_is_given_back_with_the_same_ends() {
    let app = TestApp::new().await;
    let bo = app.account(Role::Organiser, "all").await;
    let phone = app.sign_in(&bo).await;
    let administrator = app.actor(Role::Administrator, "all").await;
    end(&administrator, bo.id).await;
    let path = format!("/access/accounts/{}/give-back", bo.id);
    let form =
        Form::of(&administrator.get(&path).await.expect(200), "main form").with("reason", "It was somebody else");
    administrator.post(&path, &form.fields()).await.expect(303);
    administrator.post(&path, &form.fields()).await.expect(409);
    phone.get("/electors").await.expect(303);
    app.sign_in(&bo).await.get("/electors").await.expect(200);
    let same =
        "select count(*) from access_grant a join access_grant b using (account_id, role, area_id, purpose, ends_at)
                where a.ended_at is not null and b.ended_at is null and b.given_by is not null";
    assert_eq!(count(&app, same).await, 1);
}

#[tokio::test]
async fn nobody_can_leave_the_house_without_an_administrator() {
    let app = TestApp::new().await;
    let (one, two) = (app.account(Role::Administrator, "all").await, app.account(Role::Administrator, "all").await);
    let (first, second) = (app.sign_in(&one).await, app.sign_in(&two).await);
    let own = first.post_json(&format!("/api/v1/accounts/{}/end-access", one.id), &json!({"reason": "x"})).await;
    assert!(own.expect(409).json()["detail"].as_str().unwrap().contains("your own access"));
    let own_grant = first.post(&format!("/access/grants/{}/end", one.grant), &[("reason", "x")]).await;
    own_grant.expect(409);
    // Each ends the other at the same moment: one of them is too late.
    let (to_two, to_one) =
        (format!("/api/v1/accounts/{}/end-access", two.id), format!("/api/v1/accounts/{}/end-access", one.id));
    let reason = json!({"reason": "x"});
    tokio::join!(first.post_json(&to_two, &reason), second.post_json(&to_one, &reason));
    let left = "select count(*) from access_grant where role = 'administrator' and ended_at is null";
    assert_eq!(count(&app, left).await, 1);
}

#[tokio::test]
async fn one_grant_ends_alone_and_what_is_over_stays_as_it_was() {
    let app = TestApp::new().await;
    let bo = app.account(Role::Volunteer, "all").await;
    let organiser = app.grant(bo.id, Role::Organiser, "all").await;
    let phone = app.sign_in(&bo).await;
    let administrator = app.actor(Role::Administrator, "all").await;
    let path = format!("/access/grants/{}/end", bo.grant);
    administrator.post(&path, &[("reason", "")]).await.expect(422);
    administrator.post(&path, &[("reason", "No longer knocks")]).await.expect(303);
    phone.get("/canvass").await.expect(303);
    let desk = app.sign_in(&bo).await;
    desk.get("/electors").await.expect(200);
    administrator.post(&path, &[("reason", "Again")]).await.expect(404);
    administrator.get(&format!("/access/grants/{organiser}/end")).await.expect(200);
    let account = administrator.get(&format!("/access/accounts/{}", bo.id)).await.expect(200);
    let over = words(&account, "section[aria-labelledby=over]");
    assert!(over.contains("Volunteer") && over.contains("No longer knocks"), "{over}");
}
