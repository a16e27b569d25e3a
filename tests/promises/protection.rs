//! The data protection officer finds who saw what, both ways round, and is on record doing so.

use crate::support::app::{TestApp, seed_place};
use crate::support::form::words;
use crate::support::walk::{Walk, change, count};
use hustings::access::Role;
use serde_json::json;

#[tokio::test]
async fn everything_one_account_saw_and_was_refused_stands_in_order_with_names() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let walk = Walk::new(&app.database, "QB1").await;
    let volunteer = app.account(Role::Volunteer, "Quillbrook").await;
    walk.assign(&app, volunteer.id).await;
    let phone = app.sign_in(&volunteer).await;
    phone.get(&format!("/canvass/{}", walk.list)).await.expect(200);
    phone.get("/electors").await.expect(403);
    let officer = app.actor(Role::DataProtectionOfficer, "all").await;
    let found = officer.post("/protection/accounts", &[("q", "volunteer of quill")]).await.expect(200);
    let account = found.attribute("section[aria-labelledby=found] tbody a", "href");
    let page = officer.get(&account).await.expect(200);
    assert_eq!(page.count("tbody tr"), 13, "twelve people and one refusal");
    let first = words(&page, "tbody tr");
    assert!(first.contains("Refused") && first.contains("Opening /electors"), "newest first: {first}");
    assert!(words(&page, "tbody tr:nth-child(2)").contains("On a list opened QB1 1"), "{}", words(&page, "tbody"));
    let oldest = officer.get(&format!("{account}?order=oldest")).await.expect(200);
    assert!(words(&oldest, "tbody tr").contains("Harcourt"), "{}", words(&oldest, "tbody tr"));
    let own = "select count(*) from looked_at l join account a using (account_id) where a.name like 'Data%' and l.what = 'look'";
    assert_eq!(count(&app, own).await, 24, "the officer's own looks at twelve names, twice, are on record");
}

#[tokio::test]
async fn everyone_who_saw_one_elector_is_found_through_lists_too() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let walk = Walk::new(&app.database, "QB1").await;
    let volunteer = app.account(Role::Volunteer, "Quillbrook").await;
    walk.assign(&app, volunteer.id).await;
    app.sign_in(&volunteer).await.get(&format!("/canvass/{}", walk.list)).await.expect(200);
    let desk = app.actor(Role::Organiser, "Quillbrook").await;
    let person = walk.doors[0].electors[1].clone();
    desk.get(&format!("/electors/{person}")).await.expect(200);
    app.actor(Role::Organiser, "Saltern").await.get(&format!("/electors/{person}")).await.expect(404);

    let officer = app.actor(Role::DataProtectionOfficer, "all").await;
    for words in ["Wilfred Harcourt1", "harcourt1 wil", "QB1-3", person.as_str()] {
        let found = officer.post("/protection/electors", &[("q", words)]).await.expect(200);
        assert!(found.body.contains(&format!("/protection/electors/{person}")), "{words}: {}", found.text("main"));
    }
    let page = officer.get(&format!("/protection/electors/{person}")).await.expect(200);
    let who = words(&page, "tbody");
    assert!(who.contains("Volunteer of Quillbrook") && who.contains("On a list opened QB1 1"), "{who}");
    assert!(who.contains("Organiser of Quillbrook") && who.contains("On a page sent"), "{who}");
    assert!(!who.contains("Organiser of Saltern"), "{who}");
    assert!(who.contains("Found in a search") && who.contains("Data protection officer"), "{who}");
    officer.get("/protection/electors/1.999999").await.expect(404);
    officer.get("/protection/electors/x").await.expect(404);
}

#[tokio::test]
async fn however_much_was_seen_it_comes_fifty_lines_a_page() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let walk = Walk::new(&app.database, "QB1").await;
    let person = walk.doors[0].electors[0].clone();
    let desk = app.actor(Role::Organiser, "Quillbrook").await;
    desk.get(&format!("/electors/{person}")).await.expect(200);
    // The same look at the two people of a home, 59 times more.
    let looks = "insert into access_log (at, what, permission, purpose, account_id, grant_id, session_id, subjects)
        select at - n * interval '1 minute', what, permission, purpose, account_id, grant_id, session_id, subjects
        from access_log, generate_series(1, 59) n where what = 'look'";
    assert_eq!(change(&app, looks).await, 59);
    let officer = app.actor(Role::DataProtectionOfficer, "all").await;
    // The officer's own looks at these pages come on top of the elector's.
    for (path, first_line, full, rest) in [
        (format!("/protection/accounts/{}?", desk.account.id), "1 to 50 of 120", 2, 20..=20),
        (format!("/protection/accounts/{}?order=oldest&", desk.account.id), "1 to 50 of 120", 2, 20..=20),
        (format!("/protection/electors/{person}?"), "1 to 50 of 6", 1, 10..=20),
    ] {
        let (mut page, mut rows) = (officer.get(&path).await.expect(200), Vec::new());
        assert!(words(&page, ".pages").contains(first_line), "{}", words(&page, ".pages"));
        assert_eq!(page.count(".pages a[href$='page=0']"), 0, "nothing comes before the first page");
        for number in 2.. {
            rows.push(page.count("section[aria-labelledby=looks] tbody tr"));
            let next = format!(".pages a[href$='page={number}']");
            if page.count(&next) == 0 {
                break;
            }
            page = officer.get(&page.attribute(&next, "href")).await.expect(200);
            assert_eq!(page.count(&format!(".pages a[href$='page={}']", number - 1)), 1, "the way back");
        }
        assert_eq!(rows.len(), full + 1, "{path}: {rows:?}");
        assert!(rows[..full].iter().all(|n| *n == 50) && rest.contains(&rows[full]), "{path}: {rows:?}");
        officer.get(&format!("{path}page=9")).await.expect(404);
    }
}

#[tokio::test]
async fn a_file_of_it_holds_no_formula_and_is_on_record_as_taken_away() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    crate::support::walk::change(&app, "update elector set name = '=HYPERLINK(\"x\") Edith' where name like 'Edith%'")
        .await;
    let desk = app.actor(Role::Organiser, "Quillbrook").await;
    desk.post_json("/api/v1/electors/search", &json!({"q": "harcourt2"})).await.expect(200);
    let officer = app.actor(Role::DataProtectionOfficer, "all").await;
    let file = officer.post(&format!("/protection/accounts/{}/file", desk.account.id), &[]).await.expect(200);
    assert!(file.headers["content-type"].to_str().unwrap().starts_with("text/csv"));
    assert_eq!(file.headers["cache-control"], "no-store");
    assert!(file.body.contains("\"'=HYPERLINK(\"\"x\"\") Edith\""), "{}", file.body);
    assert_eq!(file.body.lines().count(), 3, "{}", file.body);
    assert_eq!(
        count(&app, "select count(*) from access_log where what = 'export' and cardinality(subjects) = 2").await,
        1
    );
}

#[tokio::test]
async fn nobody_else_learns_who_saw_whom_not_even_in_sql() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    for role in [Role::Administrator, Role::Organiser, Role::Volunteer, Role::MembershipSecretary] {
        let actor = app.actor(role, "all").await;
        actor.get("/protection").await.expect(403);
        actor.post("/protection/electors", &[("q", "harcourt")]).await.expect(403);
    }
    let administrator = app.account(Role::Administrator, "all").await;
    let token = crate::support::wall::open_session(&app, &administrator).await;
    let mut attacker = app.database.app().await;
    let hash = crate::support::wall::hash(&token);
    crate::support::wall::become_role(&mut attacker, "hustings_protection", &hash, "", "").await;
    let seen: i64 =
        sqlx::query_scalar("select count(*) from wall.who_saw(1, 1, 0, 10)").fetch_one(&mut attacker).await.unwrap();
    assert_eq!(seen, 0);
}
