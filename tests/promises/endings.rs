//! Each end of access keeps its own receipt, for one or for many; what is tried afterwards is told apart; what was seen can be
//! taken away by record number; what else was given or left is offered, asked for, swept away.

use crate::support::app::{Account, Actor, Answer, TestApp, seed_place};
use crate::support::form::{Form, words};
use crate::support::imports::{Held, upload_and_read};
use crate::support::register::Generated;
use crate::support::until::until;
use crate::support::walk::{Walk, change, count};
use crate::support::wall::{become_role, hash, open_session};
use hustings::access::Role;
use serde_json::Value;
use sqlx::{query, query_scalar};
use uuid::Uuid;

/// Ends all access of an account by the page; answers the receipt's address.
async fn end(administrator: &Actor, account: Uuid, reason: &str) -> String {
    let path = format!("/access/accounts/{account}/end-access");
    administrator.post(&path, &[("reason", reason)]).await.expect(303).location()
}

async fn endings(app: &TestApp) -> i64 {
    count(app, "select count(*) from ending").await
}

#[tokio::test]
async fn each_end_keeps_its_own_receipt_whatever_comes_after() {
    let app = TestApp::new().await;
    let bo = app.account(Role::Organiser, "all").await;
    let _desk = app.sign_in(&bo).await;
    let administrator = app.actor(Role::Administrator, "all").await;
    let first = end(&administrator, bo.id, "Phone stolen").await;
    let back = format!("{first}/give-back");
    let form = Form::of(&administrator.get(&back).await.expect(200), "main form").with("reason", "Found in the car");
    administrator.post(&back, &form.fields()).await.expect(303);
    administrator.post(&back, &form.fields()).await.expect(409);

    let receipt = administrator.get(&first).await.expect(200);
    let told = receipt.text("main");
    assert!(told.contains("1 device signed out, 1 grant ended") && told.contains("Phone stolen"), "{told}");
    assert!(told.contains("Given back on") && told.contains("Found in the car"), "{told}");
    let second = end(&administrator, bo.id, "Left the party").await;
    assert_ne!(first, second);
    assert!(administrator.get(&first).await.text("main").contains("Phone stolen"));
    let newest = administrator.get(&format!("/access/accounts/{}/receipt", bo.id)).await.expect(200);
    assert!(newest.text(".notice.good").contains("Left the party"));
    let account = administrator.get(&format!("/access/accounts/{}", bo.id)).await.expect(200);
    let listed = words(&account, "section[aria-labelledby=endings]");
    assert!(listed.contains("Phone stolen") && listed.contains("Left the party"), "{listed}");
    administrator.get(&format!("/access/endings/{}", Uuid::now_v7())).await.expect(404);
}

#[tokio::test]
async fn what_was_ended_is_written_once_and_for_good() {
    let app = TestApp::new().await;
    let (bo, boss) = (app.account(Role::Volunteer, "all").await, app.account(Role::Administrator, "all").await);
    let administrator = app.sign_in(&boss).await;
    end(&administrator, bo.id, "Left").await;
    let token = open_session(&app, &boss).await;
    let mut db = app.database.app().await;
    become_role(&mut db, "hustings_administrator", &hash(&token), "", "").await;
    for forbidden in [
        "update ending set reason = 'Nothing'",
        "update ending set at = now() - interval '1 day'",
        "delete from ending",
        "delete from ending_group",
        "insert into ending (ending_id, account_id, at, by_account, reason, whole, grants, sessions, lists)
         select gen_random_uuid(), account_id, now() - interval '1 day', wall.account(), 'x', true, '{}', 0, 0 from account limit 1",
        "insert into ending (ending_id, account_id, at, by_account, by_operator, reason, whole, grants, sessions, lists)
         select gen_random_uuid(), account_id, now(), wall.account(), gen_random_uuid(), 'x', true, '{}', 0, 0 from account limit 1",
    ] {
        let error = query(forbidden).execute(&mut db).await.unwrap_err().to_string();
        assert!(error.contains("permission denied") || error.contains("row-level security"), "{forbidden}: {error}");
    }
    let organiser = app.account(Role::Organiser, "all").await;
    let token = open_session(&app, &organiser).await;
    let mut db = app.database.app().await;
    become_role(&mut db, "hustings_administrator", &hash(&token), "", "").await;
    let seen: i64 = query_scalar("select count(*) from ending").fetch_one(&mut db).await.unwrap();
    assert_eq!(seen, 0, "an organiser's session reads no receipt");
}

#[tokio::test]
async fn what_was_tried_afterwards_is_told_from_plain_sign_outs_and_closed_tools() {
    let app = TestApp::new().await;
    let bo = app.account(Role::Organiser, "all").await;
    let (desk, tablet, phone) = (app.sign_in(&bo).await, app.sign_in(&bo).await, app.sign_in(&bo).await);
    let administrator = app.actor(Role::Administrator, "all").await;
    tablet.post("/sign-out", &[]).await.expect(303);
    let receipt = end(&administrator, bo.id, "Left").await;
    desk.get("/electors").await.expect(303);
    phone.get("/insight").await.expect(303);
    tablet.get("/electors").await.expect(303);
    let fields = [("email", bo.email.as_str()), ("password", crate::support::app::PASSWORD)];
    app.nobody().post("/sign-in", &fields).await.expect(422);
    let page = administrator.get(&receipt).await.expect(200);
    let tried = words(&page, "section[aria-labelledby=tried]");
    assert!(tried.contains("Tried afterwards: 3 times") && tried.contains("Signing in: refused"), "{tried}");
    assert!(tried.contains("Not counted above: 1 request by a page that had signed out before"), "{tried}");

    // Given back, and then a closed tool refuses what has nothing to do with the end.
    administrator.post(&format!("{receipt}/give-back"), &[("reason", "A mistake")]).await.expect(303);
    let again = app.sign_in(&bo).await;
    change(&app, "insert into lockdown (tool, notice) values ('contact', 'Closed')").await;
    again.get("/electors").await.expect(503);
    let page = administrator.get(&receipt).await.expect(200);
    assert!(words(&page, "section[aria-labelledby=tried]").contains("Tried afterwards: 3 times"));
}

/// Sends a form in which one name may come more than once.
async fn send(actor: &Actor, path: &str, fields: &[(String, String)]) -> Answer {
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    actor.post(path, &fields).await
}

/// Who would end by a choice, as the page lists them: names, and whether each may end.
async fn previewed(administrator: &Actor, asked: &str) -> Vec<(String, bool)> {
    let page = administrator.get(&format!("/access/end-access?{asked}")).await.expect(200);
    let html = scraper::Html::parse_document(&page.body);
    let rows = scraper::Selector::parse("section[aria-labelledby=found] tbody tr").unwrap();
    html.select(&rows).map(|row| (row.text().collect(), row.html().contains("type=\"checkbox\""))).collect()
}

async fn area(app: &TestApp, name: &str) -> i64 {
    query_scalar("select area_id from area where name = $1 or short_name = $1")
        .bind(name)
        .fetch_one(&mut app.database.operator().await)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_group_is_chosen_by_area_role_joining_and_absence_and_never_holds_oneself() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let here = app.account(Role::Volunteer, "Quillbrook").await;
    let there = app.account(Role::Volunteer, "Saltern").await;
    let both = app.account(Role::Volunteer, "Quillbrook").await;
    app.account(Role::Organiser, "all").await;
    let (boss, other) = (app.account(Role::Administrator, "all").await, app.account(Role::Administrator, "all").await);
    app.grant(both.id, Role::Organiser, "Saltern").await;
    let administrator = app.sign_in(&boss).await;
    let quillbrook = area(&app, "Quillbrook").await;

    let found = previewed(&administrator, &format!("area={quillbrook}")).await;
    assert_eq!(found.len(), 2, "who works beyond it, too, is not wholly in it: {found:?}");
    assert!(found.iter().any(|(text, _)| text.contains("Organiser in Saltern")), "all that ends is said: {found:?}");
    let everybody = previewed(&administrator, &format!("area={}", area(&app, "all").await)).await;
    assert_eq!(everybody.len(), 6);
    let own = everybody.iter().find(|(text, _)| text.contains(&boss.email)).unwrap();
    assert!(own.0.contains("This is your own access") && !own.1, "{own:?}");
    assert_eq!(previewed(&administrator, "role=organiser").await.len(), 2);

    query("update account set created_at = now() - interval '100 days' where account_id = any ($1)")
        .bind(vec![here.id, there.id])
        .execute(&mut app.database.operator().await)
        .await
        .unwrap();
    let _seen = app.sign_in(&there).await;
    assert_eq!(
        previewed(&administrator, "unseen=60").await.len(),
        1,
        "seen today, or added within sixty days: not absent"
    );
    let today: String = query_scalar("select (now() at time zone 'Europe/London')::date::text")
        .fetch_one(&mut app.database.operator().await)
        .await
        .unwrap();
    assert_eq!(previewed(&administrator, &format!("role=volunteer&joined={today}")).await.len(), 1);
    administrator.get("/access/end-access?unseen=soon").await.expect(422);

    // Ticked is one of two; the unticked, the own and the other administrator's go on.
    let fields = |ids: &[&Account]| {
        let mut fields =
            vec![("role".to_owned(), "volunteer".to_owned()), ("reason".to_owned(), "The count is over".to_owned())];
        fields.extend(ids.iter().map(|a| ("account".to_owned(), a.id.to_string())));
        fields
    };
    send(&administrator, "/access/end-access", &fields(&[])).await.expect(422);
    let group = send(&administrator, "/access/end-access", &fields(&[&here, &other])).await.expect(303).location();
    let page = administrator.get(&group).await.expect(200);
    assert!(
        page.text("main").contains("1 account ended") && page.text("main").contains("The count is over"),
        "{}",
        page.text("main")
    );
    assert_eq!(endings(&app).await, 1);
    let live = "select count(distinct account_id) from access_grant where ended_at is null";
    assert_eq!(count(&app, live).await, 5, "an administrator is no volunteer, ticked or not");
    let receipt = page.attribute("tbody a.btn", "href");
    administrator.get(&receipt).await.expect(200);
}

#[tokio::test]
async fn five_hundred_accounts_end_in_one_step_and_each_has_its_receipt() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let mut db = app.database.operator().await;
    query("insert into account (account_id, email, name) select gen_random_uuid(), 'v' || n || '@lantern.example', 'Volunteer ' || n from generate_series(1, 500) n")
        .execute(&mut db)
        .await
        .unwrap();
    query(
        "insert into access_grant (grant_id, account_id, role, area_id, purpose, reason, ends_at)
         select gen_random_uuid(), account_id, 'volunteer', (select area_id from area where name = 'Quillbrook'), 'Canvassing', 'Test',
           now() + interval '1 day' from account where email like 'v%@lantern.example'",
    )
    .execute(&mut db)
    .await
    .unwrap();
    query(
        "insert into session (session_id, key, grant_id, account_id, cleared_at, idle_until, ends_at)
         select gen_random_uuid(), sha256(grant_id::text::bytea), grant_id, account_id, now(), now() + interval '1 hour', now() + interval '1 hour'
         from access_grant where role = 'volunteer'",
    )
    .execute(&mut db)
    .await
    .unwrap();
    let administrator = app.actor(Role::Administrator, "all").await;
    let ids: Vec<Uuid> = query_scalar("select account_id from account where email like 'v%@lantern.example'")
        .fetch_all(&mut db)
        .await
        .unwrap();
    let mut fields =
        vec![("role".to_owned(), "volunteer".to_owned()), ("reason".to_owned(), "The poll is over".to_owned())];
    fields.extend(ids.iter().map(|id| ("account".to_owned(), id.to_string())));
    let group = send(&administrator, "/access/end-access", &fields).await.expect(303).location();
    assert!(
        administrator.get(&group).await.expect(200).text("main").contains("500 devices signed out, 500 grants ended")
    );
    let at_once = "select count(distinct at) from ending";
    assert_eq!((endings(&app).await, count(&app, at_once).await), (500, 1));
    let left = "select count(*) from session s join access_grant g using (grant_id) where g.role = 'volunteer' and (s.ended_at is null or g.ended_at is null)";
    assert_eq!(count(&app, left).await, 0);
}

#[tokio::test]
async fn what_they_gave_is_offered_and_ends_only_where_ticked() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let (boss, other) = (app.account(Role::Administrator, "all").await, app.account(Role::Administrator, "all").await);
    let (came, helped) =
        (app.account(Role::Volunteer, "Quillbrook").await, app.account(Role::Volunteer, "Saltern").await);
    let extra = app.grant(helped.id, Role::Organiser, "Saltern").await;
    let mut db = app.database.operator().await;
    query("update access_grant set given_by = $1 where account_id = $2 or grant_id = $3")
        .bind(other.id)
        .bind(came.id)
        .bind(extra)
        .execute(&mut db)
        .await
        .unwrap();
    let administrator = app.sign_in(&boss).await;
    let path = format!("/access/accounts/{}/end-access", other.id);
    let page = administrator.get(&path).await.expect(200);
    assert_eq!(
        (page.count("input[name=account]"), page.count("input[name=grant]"), page.count("input[checked]")),
        (1, 2, 0)
    );
    let receipt = end(&administrator, other.id, "Left").await;
    assert_eq!(count(&app, "select count(*) from access_grant where role = 'volunteer' and ended_at is null").await, 2);
    let page = administrator.get(&receipt).await.expect(200);
    assert_eq!((page.count("input[name=account]"), page.count("input[name=grant]")), (1, 2), "also on the receipt");
    administrator.post(&format!("{receipt}/given"), &[]).await.expect(409);
    let ticked = [("account".to_owned(), came.id.to_string()), ("grant".to_owned(), extra.to_string())];
    let group = send(&administrator, &format!("{receipt}/given"), &ticked).await.expect(303).location();
    let page = administrator.get(&group).await.expect(200);
    assert!(
        page.text("main").contains("Given by Administrator of all") && page.text("main").contains("2 grants ended"),
        "{}",
        page.text("main")
    );
    let left: Vec<String> =
        query_scalar("select role from access_grant where ended_at is null and account_id = any ($1)")
            .bind(vec![came.id, helped.id])
            .fetch_all(&mut db)
            .await
            .unwrap();
    assert_eq!(left, ["volunteer"], "the helper goes on as what somebody else made them");
}

#[tokio::test]
async fn what_was_seen_stands_by_day_and_goes_as_a_file_without_a_name() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let walk = Walk::new(&app.database, "QB1").await;
    let bo = app.account(Role::Volunteer, "Quillbrook").await;
    walk.assign(&app, bo.id).await;
    let phone = app.sign_in(&bo).await;
    phone.get(&format!("/canvass/{}", walk.list)).await.expect(200);
    app.grant(bo.id, Role::Organiser, "Saltern").await;
    let administrator = app.actor(Role::Administrator, "all").await;
    let of = |rest: &str| format!("/access/accounts/{}/{rest}", bo.id);
    let days = administrator.get(&of("days")).await.expect(200);
    let row = words(&days, "tbody tr");
    assert!(row.contains("12") && row.contains(" 1 "), "twelve people on one page: {row}");
    let today: String = query_scalar("select (now() at time zone 'Europe/London')::date::text")
        .fetch_one(&mut app.database.operator().await)
        .await
        .unwrap();
    let day = administrator.get(&of(&format!("days/{today}"))).await.expect(200);
    assert_eq!(day.count("tbody tr"), 12);
    administrator.get(&of("days/2020-01-01")).await.expect(404);
    administrator.get(&of(&format!("days/{today}?page=2"))).await.expect(404);

    let file = administrator.get(&of("seen.csv")).await.expect(200);
    assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
    let people = count(&app, "select count(*) from looked_at").await;
    assert_eq!(i64::try_from(file.body.lines().count()).unwrap(), people + 1);
    for page in [&days.body, &day.body, &file.body] {
        assert!(!page.contains("Harcourt") && !page.contains("Larkspur"), "an administrator gets record numbers only");
    }
    assert!(file.body.contains(&walk.doors[0].electors[0]));
    let paper = administrator.get(&of("seen.pdf")).await.expect(200);
    assert_eq!(paper.headers["content-type"], "application/pdf");
    let officer = app.actor(Role::DataProtectionOfficer, "all").await;
    let names = officer.post(&format!("/protection/accounts/{}/file", bo.id), &[("format", "pdf")]).await.expect(200);
    assert_eq!(names.headers["content-type"], "application/pdf");
    assert_eq!(
        count(&app, "select count(*) from access_log where what = 'export'").await,
        1,
        "names taken away are on record"
    );
    app.actor(Role::Organiser, "all").await.get(&of("seen.csv")).await.expect(403);
}

#[tokio::test]
async fn a_letter_asks_for_what_no_server_can_take_back_on_paper_and_by_email() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let walk = Walk::new(&app.database, "QB1").await;
    let bo = app.account(Role::Volunteer, "Quillbrook").await;
    walk.assign(&app, bo.id).await;
    let administrator = app.actor(Role::Administrator, "all").await;
    let receipt = end(&administrator, bo.id, "Left").await;
    let letter = administrator.get(&format!("{receipt}/letter")).await.expect(200);
    let said = letter.text("article");
    assert!(said.contains("QB1 1") && said.contains("6 doors") && said.contains(&bo.email), "{said}");
    let sent = administrator.post(&format!("{receipt}/letter"), &[]).await.expect(303).location();
    assert!(administrator.get(&sent).await.expect(200).text("main").contains("The letter is on its way"));
    let queued: Value = query_scalar("select fields from mail where form = 'access-ended' and account_id = $1")
        .bind(bo.id)
        .fetch_one(&mut app.database.operator().await)
        .await
        .unwrap();
    assert!(queued["at"].is_string());
}

#[tokio::test]
async fn an_import_of_somebody_ended_stops_is_told_why_and_leaves_nothing() {
    let mut held = Held::new().await;
    let administrator = held.app.actor(Role::Administrator, "all").await;
    end(&administrator, held.organiser.account.id, "Left").await;
    held.let_go().await;
    held.ended_unchanged("Your access ended").await;
}

#[tokio::test]
async fn an_import_that_waits_for_somebody_ended_is_swept_away_with_its_rows() {
    let app = TestApp::new().await;
    let (gone, stays) = (app.actor(Role::Organiser, "all").await, app.actor(Role::Organiser, "all").await);
    let made = Generated::new(6, 200, "clean");
    for who in [&gone, &stays] {
        upload_and_read(&app, who, "town.csv", made.bytes("xpress-full-14"), "2025-12-01").await;
    }
    let administrator = app.actor(Role::Administrator, "all").await;
    let of = |who: &Actor| who.account.id;
    end(&administrator, of(&gone), "Left").await;
    let before = count(&app, "select count(*) from import where state = 'ready'").await;
    assert!(before >= 1);
    until("the sweep", async || {
        let left = "select count(*) from import_row r join import i using (import_id) where i.state = 'failed'";
        let failed = "select count(*) from import where state = 'failed' and failure like 'Your access ended%'";
        (count(&app, left).await == 0 && count(&app, failed).await == 1).then_some(())
    })
    .await;
    assert!(count(&app, "select count(*) from import_row").await > 0, "the other organiser's import goes on waiting");
    assert_eq!(count(&app, "select count(*) from import where state = 'ready'").await, 1);
}

#[tokio::test]
async fn two_administrators_who_end_each_other_by_groups_leave_one() {
    let app = TestApp::new().await;
    let (one, two) = (app.account(Role::Administrator, "all").await, app.account(Role::Administrator, "all").await);
    let (first, second) = (app.sign_in(&one).await, app.sign_in(&two).await);
    let fields = |of: &Account| {
        vec![
            ("role".to_owned(), "administrator".to_owned()),
            ("reason".to_owned(), "x".to_owned()),
            ("account".to_owned(), of.id.to_string()),
        ]
    };
    let (to_two, to_one) = (fields(&two), fields(&one));
    tokio::join!(send(&first, "/access/end-access", &to_two), send(&second, "/access/end-access", &to_one));
    let left = "select count(*) from access_grant where role = 'administrator' and ended_at is null";
    assert_eq!((count(&app, left).await, endings(&app).await), (1, 1));
}
