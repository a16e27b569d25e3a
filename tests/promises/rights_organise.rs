//! Members and volunteers have the rights that electors have: they are found, get what is held of them and who looked, and are
//! erased; and whoever looked at them is told of wherever looks are.

use crate::support::app::{TestApp, seed_place};
use crate::support::form::words;
use crate::support::people::{agrees_to_email, person};
use crate::support::walk::count;
use crate::support::wall::{become_role, hash, open_session};
use hustings::access::Role;
use sqlx::{query, query_scalar};
use uuid::Uuid;

/// A membership secretary who looked at somebody: the look as the application writes it.
async fn looked_at_by_a_secretary(app: &TestApp, person: Uuid) -> Uuid {
    let secretary = app.account(Role::MembershipSecretary, "all").await;
    let token = open_session(app, &secretary).await;
    let mut db = app.database.app().await;
    become_role(&mut db, "hustings_membership", &hash(&token), "", "").await;
    query(
        "insert into access_log (what, permission, purpose, tool, account_id, grant_id, session_id, subjects)
         select 'look', 'keep-members', 'Membership', 'organise', $1, $2, (select wall.session_id()), wall.person_pseudonyms(array[$3])",
    )
    .bind(secretary.id)
    .bind(secretary.grant)
    .bind(person)
    .execute(&mut db)
    .await
    .unwrap();
    secretary.id
}

#[tokio::test]
async fn a_member_is_found_by_name_postcode_email_or_mobile_and_their_file_holds_what_they_agreed_to() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let member = person(&app, "Quillbrook", "Oswin", "Tarrant", false).await;
    agrees_to_email(&app, member).await;
    looked_at_by_a_secretary(&app, member).await;
    let officer = app.actor(Role::DataProtectionOfficer, "all").await;
    for (name, postcode) in
        [("tarrant", ""), ("Oswin tarr", "zz1"), ("oswin.tarrant@lantern", ""), ("07700900123", ""), ("", "ZZ1 4QX")]
    {
        let page = officer.post("/protection/subjects", &[("name", name), ("postcode", postcode)]).await.expect(200);
        assert!(words(&page, "section[aria-labelledby=found]").contains("Oswin Tarrant"), "{name} {postcode}");
    }
    let page = officer.get(&format!("/protection/subjects/person-{member}")).await.expect(200);
    let file = words(&page, "main");
    for held in [
        "Oswin Tarrant",
        "oswin.tarrant@lantern.example",
        "May we email you about the campaign?",
        "Membership secretary",
    ] {
        assert!(file.contains(held), "{held}: {file}");
    }
    officer.get("/protection/subjects/person-00000000-0000-0000-0000-000000000000").await.expect(404);
    let on_record = "select count(*) from access_log l join person_subject s on s.pseudonym = any (l.subjects)
                     where l.permission = 'handle-requests'";
    assert_eq!(count(&app, on_record).await, 6, "each search that found them, and the file");
}

#[tokio::test]
async fn erasing_a_member_leaves_nothing_that_says_who_they_were_and_their_request_is_answered() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let member = person(&app, "Quillbrook", "Oswin", "Tarrant", false).await;
    agrees_to_email(&app, member).await;
    looked_at_by_a_secretary(&app, member).await;
    let officer = app.actor(Role::DataProtectionOfficer, "all").await;
    let subject = format!("person-{member}");
    let request = [
        ("kind", "erasure"),
        ("came_by", "letter"),
        ("received", "2026-11-20"),
        ("asker", "Oswin Tarrant"),
        ("subject", &subject),
    ];
    officer.post("/protection/requests", &request).await.expect(303);
    let erasure = format!("/protection/subjects/{subject}/erasure");
    let page = officer.get(&erasure).await.expect(200);
    assert!(words(&page, "main").contains("What they agreed to or took back"));
    officer.post(&erasure, &[("reason", "Request 1"), ("sure", "yes")]).await.expect(303);
    officer.get(&format!("/protection/subjects/{subject}")).await.expect(404);
    let mut db = app.database.operator().await;
    for table in ["person", "person_contact", "person_consent", "person_note", "person_subject"] {
        let left: i64 = query_scalar(sqlx::AssertSqlSafe(format!("select count(*) from {table}")))
            .fetch_one(&mut db)
            .await
            .unwrap();
        assert_eq!(left, 0, "{table}");
    }
    assert_eq!(count(&app, "select count(*) from request where asker = '' and about = ''").await, 1);
    assert_eq!(count(&app, "select count(*) from access_log where permission = 'keep-members'").await, 1, "sealed");
}

#[tokio::test]
async fn whoever_looked_at_a_member_is_told_of_by_name_to_the_officer_and_by_number_to_the_administrator() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let member = person(&app, "Quillbrook", "Oswin", "Tarrant", false).await;
    let secretary = looked_at_by_a_secretary(&app, member).await;
    let officer = app.actor(Role::DataProtectionOfficer, "all").await;
    let page = officer.get(&format!("/protection/people/{member}")).await.expect(200);
    assert!(page.text("h1").contains("Oswin Tarrant") && page.text("tbody").contains("Membership secretary"));
    officer.get("/protection/people/00000000-0000-0000-0000-000000000000").await.expect(404);
    let page = officer.get(&format!("/protection/accounts/{secretary}")).await.expect(200);
    assert!(page.text("tbody").contains("Oswin Tarrant") && page.text(".tiles").contains('1'));
    let administrator = app.actor(Role::Administrator, "all").await;
    let file = administrator.get(&format!("/access/accounts/{secretary}/seen.csv")).await.expect(200);
    assert!(file.body.contains(&format!("person-{member}")) && !file.body.contains("Tarrant"), "{}", file.body);
    let end = format!("/api/v1/accounts/{secretary}/end-access");
    administrator.post_json(&end, &serde_json::json!({"reason": "Left"})).await.expect(200);
    let receipt = administrator.get(&format!("/access/accounts/{secretary}/receipt")).await;
    let receipt = match receipt.headers.get("location") {
        Some(to) => administrator.get(to.to_str().unwrap()).await.expect(200),
        None => receipt.expect(200),
    };
    let told = receipt.text("main");
    assert!(told.contains(&format!("person-{member}")) && !told.contains("Tarrant"), "{told}");
}
