//! Access as administrator or data protection officer takes two people, both on record; where there is only one, a day on record.

use crate::support::access::{area, sql_as, told};
use crate::support::app::{Actor, PASSWORD, TestApp};
use crate::support::walk::{change, count};
use hustings::access::Role;
use serde_json::json;
use sqlx::{query, query_scalar};
use uuid::Uuid;

/// Asks through the page; answers where it leads.
async fn ask(app: &TestApp, by: &Actor, account: Uuid, role: &str) -> String {
    let (area, until) = (
        area(app, "all").await.to_string(),
        hustings::web::words::day_of(chrono::Utc::now() + chrono::TimeDelta::days(100)).to_string(),
    );
    let fields =
        [("role", role), ("area", area.as_str()), ("purpose", "P"), ("reason", "We need a second"), ("until", &until)];
    by.post(&format!("/access/accounts/{account}/grants"), &fields).await.expect(303).location()
}

async fn newest(app: &TestApp) -> String {
    query_scalar("select request_id::text from grant_request order by asked_at desc limit 1")
        .fetch_one(&mut app.database.operator().await)
        .await
        .unwrap()
}

const GIVEN: &str = "select count(*) from access_grant where request_id is not null";

#[tokio::test]
async fn one_asks_another_approves_and_both_stand_on_the_grant() {
    let app = TestApp::new().await;
    let (ann, cy) = (app.actor(Role::Administrator, "all").await, app.actor(Role::Administrator, "all").await);
    let bo = app.account(Role::Volunteer, "all").await;
    let form = ann.get(&format!("/access/accounts/{}/grants/new?role=administrator", bo.id)).await.expect(200);
    assert!(form.text("main").contains("Two people decide this") && form.text("main form").contains("Ask for access"));
    assert_eq!(ask(&app, &ann, bo.id, "administrator").await, "/access/requests?said=asked");
    assert_eq!(ask(&app, &ann, bo.id, "administrator").await, "/access/requests?said=waits", "asked for once");
    assert_eq!(count(&app, GIVEN).await, 0);
    assert_eq!(told(&app, "access-asked").await, [cy.account.id], "who may approve");

    let request = newest(&app).await;
    let (approval, refusal) =
        (format!("/access/requests/{request}/approval"), format!("/access/requests/{request}/refusal"));
    let own = ann.post(&approval, &[("reason", "It is fine")]).await.expect(409);
    assert!(own.text("main").contains("Another administrator must approve it"), "{}", own.text("main"));
    cy.post(&approval, &[("reason", "")]).await.expect(422);
    cy.post(&approval, &[("reason", "I know Bo")]).await.expect(303);
    cy.post(&approval, &[("reason", "Again")]).await.expect(409);
    cy.post(&refusal, &[("reason", "After all not")]).await.expect(409);
    assert_eq!(count(&app, GIVEN).await, 1);
    let page = cy.get(&format!("/access/accounts/{}", bo.id)).await.expect(200).text("tbody");
    assert!(page.contains("Asked by Administrator of all, approved by Administrator of all"), "{page}");
    assert_eq!(told(&app, "request-decided").await.len(), 2, "who asked, and whom it is for");
}

#[tokio::test]
async fn no_administrator_alone_comes_in_as_an_officer_by_a_password_and_the_factors() {
    let app = TestApp::new().await;
    let (ann, cy) = (app.actor(Role::Administrator, "all").await, app.actor(Role::Administrator, "all").await);
    let set = async |by: &Actor, account: Uuid| {
        let path = format!("/access/accounts/{account}/password");
        by.post(&path, &[("password", "quiet otters read maps")]).await
    };
    let take_off = async |by: &Actor, account: Uuid| {
        let path = format!("/access/accounts/{account}/factors");
        by.post(&path, &[("reason", "Phone in the harbour")]).await
    };
    let mut officers = Vec::new();
    for _ in 0..2 {
        officers.push(app.account(Role::DataProtectionOfficer, "all").await.id);
    }
    set(&ann, officers[0]).await.expect(200);
    let refused = take_off(&ann, officers[0]).await.expect(409);
    assert!(refused.text("main").contains("Ask another administrator"), "{}", refused.text("main"));
    take_off(&ann, officers[1]).await.expect(303);
    set(&ann, officers[1]).await.expect(409);
    let mut sql = sql_as(&app, &ann.account, "hustings_administrator").await;
    let by_sql = query("update account set password_hash = 'x' where account_id = $1").bind(officers[1]);
    by_sql.execute(&mut sql).await.unwrap_err();
    // Two people can help: it takes both.
    take_off(&cy, officers[0]).await.expect(303);
    set(&cy, officers[1]).await.expect(200);
    change(&app, "update password_change set at = at - interval '31 days'").await;
    take_off(&ann, officers[0]).await.expect(303);
}

#[tokio::test]
async fn nobody_approves_what_is_about_them_or_what_they_asked_for_even_in_sql() {
    let app = TestApp::new().await;
    let (ann, cy) = (app.actor(Role::Administrator, "all").await, app.actor(Role::Administrator, "all").await);
    let third = app.actor(Role::Administrator, "all").await;
    assert_eq!(ask(&app, &ann, cy.account.id, "data-protection-officer").await, "/access/requests?said=asked");
    let decide = async |by: &Actor| -> String {
        let mut db = sql_as(&app, &by.account, "hustings_administrator").await;
        query_scalar("select wall.decide_request($1::uuid, gen_random_uuid(), true, 'By SQL', null)")
            .bind(newest(&app).await.parse::<Uuid>().unwrap())
            .fetch_one(&mut db)
            .await
            .unwrap()
    };
    assert_eq!((decide(&ann).await.as_str(), decide(&cy).await.as_str()), ("own", "own"));
    // Whoever set the approver's password could be both.
    query("insert into password_change (account_id, by_account) values ($1, $2)")
        .bind(third.account.id)
        .bind(ann.account.id)
        .execute(&mut app.database.operator().await)
        .await
        .unwrap();
    assert_eq!(decide(&third).await, "password");
    change(&app, "delete from password_change").await;
    change(&app, "update grant_request set lapses_at = now()").await;
    assert_eq!(decide(&third).await, "lapsed", "a week is over");
    change(&app, "update grant_request set lapses_at = now() + interval '1 day'").await;
    query("update access_grant set ended_at = now() where account_id = $1")
        .bind(ann.account.id)
        .execute(&mut app.database.operator().await)
        .await
        .unwrap();
    assert_eq!(decide(&third).await, "asker-gone", "who asked is no administrator any more");
    assert_eq!(count(&app, GIVEN).await, 0);
    // Others than administrators ask for nothing, and decide nothing.
    let bo = app.account(Role::Organiser, "all").await;
    let mut db = sql_as(&app, &bo, "hustings_organiser").await;
    for statement in [
        "select wall.ask_grant(gen_random_uuid(), gen_random_uuid(), wall.account(), 'administrator', 1, 'P', 'R', now() + interval '9 days')",
        "select wall.decide_request(gen_random_uuid(), gen_random_uuid(), true, 'x', null)",
        "select wall.break_glass(gen_random_uuid(), 'organiser', 1, 'x')",
    ] {
        assert!(query(sqlx::AssertSqlSafe(statement)).execute(&mut db).await.is_err(), "{statement}");
    }
}

#[tokio::test]
async fn whoever_wants_more_for_themselves_asks_too() {
    let app = TestApp::new().await;
    let (ann, cy) = (app.actor(Role::Administrator, "all").await, app.actor(Role::Administrator, "all").await);
    assert_eq!(ask(&app, &ann, ann.account.id, "organiser").await, "/access/requests?said=asked");
    let approval = format!("/access/requests/{}/approval", newest(&app).await);
    ann.post(&approval, &[("reason", "Me")]).await.expect(409);
    cy.post(&approval, &[("reason", "Ann organises too")]).await.expect(303);
    let held = ann.get("/").await.expect(200);
    assert!(held.text(".switch ul").contains("Organiser"), "{}", held.text(".switch"));
}

#[tokio::test]
async fn the_only_administrator_puts_it_on_record_for_a_day_and_the_officer_can_stop_it() {
    let app = TestApp::new().await;
    let ann = app.actor(Role::Administrator, "all").await;
    let officer = app.actor(Role::DataProtectionOfficer, "all").await;
    let bo = app.account(Role::Volunteer, "all").await;
    let rule = ann.get("/access/requests").await.expect(200).text("main");
    assert!(rule.contains("24 hours on record") && rule.contains("the only administrator"), "{rule}");
    assert_eq!(ask(&app, &ann, bo.id, "administrator").await, "/access/requests?said=announced");
    assert_eq!(told(&app, "access-asked").await, [officer.account.id]);
    let early = "select count(*) from access_grant where kind = 'announced' and starts_at < now() + interval '23 hours 50 minutes'";
    assert_eq!((count(&app, GIVEN).await, count(&app, early).await), (1, 0));
    let page = ann.get("/access/requests").await.expect(200).text("main");
    assert!(page.contains("Begins by itself"), "{page}");
    assert!(officer.get("/").await.expect(200).text("main").contains("Begins by itself"));

    let stop = format!("/access/requests/{}/stop", newest(&app).await);
    officer.post(&stop, &[("reason", "Nobody told me")]).await.expect(303);
    officer.post(&stop, &[("reason", "Again")]).await.expect(409);
    change(
        &app,
        "update access_grant set starts_at = now() - interval '1 hour' where kind = 'announced' and ended_at is null",
    )
    .await;
    let as_administrator = "select count(*) from access_grant where kind = 'announced' and ended_at is null";
    assert_eq!(count(&app, as_administrator).await, 0);

    // Nobody stops the next one: it begins by itself, and nobody did anything.
    assert_eq!(ask(&app, &ann, bo.id, "administrator").await, "/access/requests?said=announced");
    change(
        &app,
        "update access_grant set starts_at = now() - interval '1 hour' where kind = 'announced' and ended_at is null",
    )
    .await;
    let body = json!({"email": bo.email, "password": PASSWORD});
    let choose = app.nobody().post_json("/api/v1/sessions", &body).await.expect(401).json();
    assert_eq!(choose["grants"].as_array().unwrap().len(), 2, "{choose}");
    let rule = ann.get("/access/requests").await.expect(200).text("main");
    assert!(rule.contains("two people decide"), "a second administrator exists now: {rule}");
}

#[tokio::test]
async fn an_administrator_gives_back_alone_only_what_they_ended_themselves() {
    let app = TestApp::new().await;
    let (ann, cy) = (app.actor(Role::Administrator, "all").await, app.actor(Role::Administrator, "all").await);
    let officer = app.account(Role::DataProtectionOfficer, "all").await;
    let path = |what: &str| format!("/access/accounts/{}/{what}", officer.id);
    ann.post(&path("end-access"), &[("reason", "The wrong one")]).await.expect(303);
    let refused = cy.post(&path("give-back"), &[("reason", "Mistake")]).await.expect(409);
    assert!(refused.text("main").contains("You cannot give this alone"), "{}", refused.text("main"));
    ann.post(&path("give-back"), &[("reason", "Mistake")]).await.expect(303);
}
