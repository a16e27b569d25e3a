//! What takes two people, one person cannot do with several hands: by giving back what never began, by lifting a limit for
//! themselves, by accounts that they made, by ending those who watch.

use crate::support::access::{area, sql_as};
use crate::support::app::{Actor, Answer, TestApp, seed_place};
use crate::support::walk::{Walk, change, change_for, count};
use crate::support::watch::Watch;
use hustings::access::Role;
use sqlx::{query, query_scalar};

const REASON: &str = "For the ward’s leaflets of December";

async fn ask(by: &Actor, days: &str) -> Answer {
    let fields = [
        ("column", "name"),
        ("column", "address"),
        ("format", "csv"),
        ("purpose", "canvassing"),
        ("reason", REASON),
        ("days", days),
    ];
    let preview = by.post("/exports/new", &fields).await.expect(200);
    let expected = preview.attribute("input[name=expected]", "value");
    by.post("/exports", &[&fields[..], &[("expected", expected.as_str())]].concat()).await
}

async fn waits(app: &TestApp) -> i64 {
    count(app, "select count(*) from export where needs_approval and verdict is null").await
}

#[tokio::test]
async fn what_never_began_cannot_be_given_back_and_nothing_twice() {
    let app = TestApp::new().await;
    let ann = app.actor(Role::Administrator, "all").await;
    let bo = app.account(Role::Volunteer, "all").await;
    let (all, until) = (
        area(&app, "all").await.to_string(),
        (chrono::Utc::now() + chrono::TimeDelta::days(100)).format("%F").to_string(),
    );
    let fields = [
        ("role", "data-protection-officer"),
        ("area", all.as_str()),
        ("purpose", "P"),
        ("reason", "Mine"),
        ("until", &until),
    ];
    ann.post(&format!("/access/accounts/{}/grants", bo.id), &fields).await.expect(303);
    let announced: String = query_scalar("select grant_id::text from access_grant where kind = 'announced'")
        .fetch_one(&mut app.database.operator().await)
        .await
        .unwrap();
    ann.post(&format!("/access/grants/{announced}/end"), &[("reason", "Not yet")]).await.expect(303);
    let ending: String = query_scalar("select ending_id::text from ending order by at desc limit 1")
        .fetch_one(&mut app.database.operator().await)
        .await
        .unwrap();
    ann.post(&format!("/access/endings/{ending}/give-back"), &[("reason", "Now")]).await.expect(409);
    let live = "select count(*) from access_grant where role = 'data-protection-officer' and ended_at is null";
    assert_eq!(count(&app, live).await, 0);
    // What was ended and given back is not given back once more, by SQL either.
    let officer = app.account(Role::DataProtectionOfficer, "all").await;
    let path = |what: &str| format!("/access/accounts/{}/{what}", officer.id);
    ann.post(&path("end-access"), &[("reason", "The wrong one")]).await.expect(303);
    ann.post(&path("give-back"), &[("reason", "Mistake")]).await.expect(303);
    let mut db = sql_as(&app, &ann.account, "hustings_administrator").await;
    let again = "insert into access_grant (grant_id, account_id, role, area_id, purpose, reason, ends_at, given_by)
        select gen_random_uuid(), g.account_id, g.role, g.area_id, g.purpose, 'Again', g.ends_at, $1 from access_grant g
        where g.role = 'data-protection-officer' and g.ended_at is not null limit 1";
    assert!(query(again).bind(ann.account.id).execute(&mut db).await.is_err());
}

#[tokio::test]
async fn what_is_given_back_keeps_its_beginning_and_its_tie_to_membership() {
    let app = TestApp::new().await;
    let ann = app.actor(Role::Administrator, "all").await;
    let bo = app.account(Role::Volunteer, "all").await;
    change_for(&app, "update access_grant set needs_membership = true where account_id = $1", bo.id).await;
    let path = |what: &str| format!("/access/accounts/{}/{what}", bo.id);
    ann.post(&path("end-access"), &[("reason", "The wrong one")]).await.expect(303);
    ann.post(&path("give-back"), &[("reason", "Mistake")]).await.expect(303);
    let tied = "select count(*) from access_grant where needs_membership and ended_at is null and role = 'volunteer'";
    assert_eq!(count(&app, tied).await, 1);
}

#[tokio::test]
async fn nobody_lifts_the_limit_for_themselves_and_access_for_an_hour_takes_nobody_away_alone() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    change(&app, "update export_limit set people = 5, at = at - interval '2 days'").await;
    let ann = app.actor(Role::Administrator, "all").await;
    ann.post("/settings/exports", &[("people", "1000"), ("reason", "More work")]).await.expect(303);
    let bo = app.actor(Role::Organiser, "Quillbrook").await;
    ask(&bo, "3").await.expect(303);
    assert_eq!(waits(&app).await, 1, "a higher limit counts a day later");
    change(&app, "update export_limit set at = at - interval '25 hours'").await;
    ask(&bo, "2").await.expect(303);
    assert_eq!(waits(&app).await, 1, "a day later it does");
    let quillbrook = area(&app, "Quillbrook").await.to_string();
    let glass = [("role", "organiser"), ("area", quillbrook.as_str()), ("reason", "The organiser is in hospital")];
    ann.post("/access/break-glass", &glass).await.expect(303);
    ask(&ann, "3").await.expect(303);
    assert_eq!(waits(&app).await, 2, "however few");
}

#[tokio::test]
async fn two_accounts_of_one_hand_do_not_approve_each_other() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    change(&app, "update export_limit set people = 0").await;
    let ann = app.account(Role::Administrator, "all").await;
    let (bo, cy) = (app.actor(Role::Organiser, "all").await, app.actor(Role::Organiser, "all").await);
    let officer = app.actor(Role::DataProtectionOfficer, "all").await;
    for puppet in [&bo, &cy] {
        query("update access_grant set given_by = $1 where account_id = $2")
            .bind(ann.id)
            .bind(puppet.account.id)
            .execute(&mut app.database.operator().await)
            .await
            .unwrap();
    }
    let export = ask(&bo, "3").await.expect(303).location();
    let approval = format!("{}/approval", export.split('?').next().unwrap());
    let refused = cy.post(&approval, &[("reason", "Sure")]).await.expect(409).text("main");
    assert!(refused.contains("from the same person"), "{refused}");
    officer.post(&approval, &[("reason", "I asked both")]).await.expect(303);
}

#[tokio::test]
async fn an_account_made_with_a_password_says_who_made_it() {
    let app = TestApp::new().await;
    let ann = app.actor(Role::Administrator, "all").await;
    ann.post("/access/accounts", &[("name", "Dee Sallow"), ("email", "dee@lantern.example")]).await.expect(200);
    let said = "select count(*) from password_change p join account a using (account_id)
        where a.email = 'dee@lantern.example' and p.by_account is not null";
    assert_eq!(count(&app, said).await, 1);
}

#[tokio::test]
async fn what_an_export_is_of_cannot_be_told_otherwise() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let bo = app.account(Role::Organiser, "all").await;
    let mut db = sql_as(&app, &bo, "hustings_organiser").await;
    for (what, choice, people) in [
        ("figures", r#"{"what": "districts", "district": null}"#, 0),
        ("figures", r#"{"what": "figures", "kind": "local"}"#, 9),
        ("districts", r#"{"what": "evil"}"#, 1),
    ] {
        let asked =
            query("select wall.ask_export($1, $2::jsonb, wall.areas(), array['name'], 'csv', 'checking', 'x', 3, $3)");
        assert!(asked.bind(what).bind(choice).bind(people).execute(&mut db).await.is_err(), "{choice}");
    }
    // Nor does a letter go to an address that is nobody's account.
    let mail = "select wall.queue_mail(gen_random_uuid(), null, 'victim@elsewhere.example', 'export-asked', '{\"form\": \"export-asked\"}')";
    assert!(query(mail).execute(&mut db).await.is_err());
}

#[tokio::test]
async fn who_ends_the_officers_does_not_explain_what_was_found() {
    let watch = Watch::new().await;
    let app = &watch.app;
    let ann = app.actor(Role::Administrator, "all").await;
    let officer = app.account(Role::DataProtectionOfficer, "all").await;
    let who = app.account(Role::Organiser, "all").await;
    watch.opens(&who, 1, 160, 5.0, 0.0).await;
    assert_eq!(watch.rules().await, ["sweep-organisers"]);
    ann.get("/protection/alerts/1").await.expect(404);
    ann.post(&format!("/access/accounts/{}/end-access", officer.id), &[("reason", "Gone")]).await.expect(303);
    ann.get("/protection/alerts/1").await.expect(200);
    let answer = ann.post("/protection/alerts/1", &[("what", "explained"), ("words", "It is fine")]).await;
    assert_eq!(answer.status, 409, "{}", answer.body);
    assert_eq!(
        count(app, "select count(*) from alert where state in ('new', 'seen')").await,
        1,
        "it waits for an officer"
    );
}

#[tokio::test]
async fn a_list_of_ones_own_silences_nothing() {
    let watch = Watch::new().await;
    let who = watch.app.account(Role::Organiser, "all").await;
    let walk = Walk::new(&watch.app.database, "QB1").await;
    walk.assign(&watch.app, who.id).await;
    change_for(&watch.app, "update assignment set assigned_by = $1", who.id).await;
    change(
        &watch.app,
        "insert into watch_rule_version (rule, version, on_duty, threshold, minutes, reason, account_id)
         select 'sweep-organisers', 1, true, 5, 10, 'Test', account_id from account limit 1",
    )
    .await;
    watch
        .rows(
            &who,
            "insert into access_log (at, what, permission, account_id, grant_id, subjects)
             select now(), 'look', 'read-electors', $1, $2, wall.pseudonyms(w.partition_id, array[w.elector_id])
             from (select distinct partition_id, elector_id from walk_list_elector) w limit 8",
        )
        .await;
    assert_eq!(watch.rules().await, ["sweep-organisers"]);
}
