//! The record of processing, the policy document and the impact assessment say what the installation really does, and each
//! stays as it was made.

use crate::support::app::TestApp;
use crate::support::form::words;
use crate::support::walk::change;
use crate::support::wall::{become_role, hash, open_session};
use hustings::access::Role;
use sqlx::query;

#[tokio::test]
async fn a_record_says_who_what_for_how_long_and_with_whom_and_what_changed_since() {
    let app = TestApp::new().await;
    let organiser = app.account(Role::Organiser, "all").await;
    change(&app, "update access_grant set purpose = 'Harbour ward by-election' where role = 'organiser'").await;
    let officer = app.actor(Role::DataProtectionOfficer, "all").await;
    let _ = organiser;
    officer.post("/protection/records/processing", &[]).await.expect(303);
    let first = officer.get("/protection/records/processing/1").await.expect(200);
    for said in [
        "The Lantern Party",
        "data@lantern.example",
        "Harbour ward by-election",
        "Answers at doors and intentions",
        "5 years",
        "Art 6(1)(e)",
        "Sch 1 para 22",
        "Nobody else works with the data",
        "not legal advice",
        "Nothing has been written here yet",
    ] {
        assert!(first.body.contains(said), "{said}");
    }
    // What changes shows, and the older one stays.
    officer.post("/protection/retention/kinds/results", &[("days", "1096"), ("reason", "Shorter")]).await.expect(303);
    let administrator = app.actor(Role::Administrator, "all").await;
    let printer = [("name", "Inkwell Press"), ("what_for", "Prints letters"), ("place", "Leeds, UK")];
    administrator.post("/settings/processors", &printer).await.expect(303);
    let own = [("words", "Cards are locked away.\n\nReviewed each May."), ("after", "0")];
    officer.post("/protection/records/processing/words", &own).await.expect(303);
    officer.post("/protection/records/processing/words", &own).await.expect(409);
    let all = officer.get("/protection/records").await.expect(200);
    assert!(words(&all, "tbody tr").contains("changed"), "{}", words(&all, "tbody tr"));
    let second = officer.post("/protection/records/processing", &[]).await.expect(303).location();
    assert_eq!(second, "/protection/records/processing/2");
    let second = officer.get(&second).await.expect(200);
    let changed = words(&second, "details.card");
    for said in ["Inkwell Press", "3 years", "Cards are locked away.", "Reviewed each May.", "5 years"] {
        assert!(changed.contains(said), "{said}: {changed}");
    }
    let first = officer.get("/protection/records/processing/1").await.expect(200);
    assert!(first.body.contains("5 years") && !first.body.contains("Inkwell Press"));
    for (kind, said) in [("policy", "How the principles are met"), ("impact", "What could go wrong for people")] {
        let made = officer.post(&format!("/protection/records/{kind}"), &[]).await.expect(303).location();
        assert!(officer.get(&made).await.expect(200).body.contains(said));
    }
    officer.get("/protection/records/gossip").await.expect(404);
    officer.get("/protection/records/policy/9").await.expect(404);
}

#[tokio::test]
async fn nobody_changes_a_document_and_only_the_officer_makes_one() {
    let app = TestApp::new().await;
    let officer = app.actor(Role::DataProtectionOfficer, "all").await;
    officer.post("/protection/records/policy", &[]).await.expect(303);
    for role in [Role::Administrator, Role::Organiser, Role::Volunteer, Role::MembershipSecretary] {
        let actor = app.actor(role, "all").await;
        actor.get("/protection/records").await.expect(403);
        actor.post("/protection/records/policy", &[]).await.expect(403);
    }
    let session = hash(&open_session(&app, &officer.account).await);
    let mut sql = app.database.app().await;
    become_role(&mut sql, "hustings_protection", &session, "", "").await;
    for statement in [
        "update record_document set body = '{}'",
        "delete from record_document",
        "update record_words set words = ''",
        "insert into record_document (kind, number, body, made_at) values ('policy', 9, '{}', '2020-01-01')",
    ] {
        let said = query(statement).execute(&mut sql).await.unwrap_err().to_string();
        assert!(said.contains("permission denied"), "{statement}: {said}");
    }
    let forged = "insert into record_document (kind, number, body, account_id) values ('policy', 9, '{}', null)";
    let said = query(forged).execute(&mut sql).await.unwrap_err().to_string();
    assert!(said.contains("row-level security"), "{said}");
}

#[tokio::test]
async fn the_operator_prints_it_and_what_did_not_change_is_kept_once() {
    let app = TestApp::new().await;
    let urls = app.urls();
    let print = || async {
        let given =
            [("DATABASE_URL", &urls.app), ("HUSTINGS_DOOR_URL", &urls.door), ("HUSTINGS_OWNER_URL", &urls.owner)];
        let output = tokio::process::Command::new(env!("CARGO_BIN_EXE_hustings"))
            .args(["records", "print", "policy"])
            .envs(given)
            .output()
            .await
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let first = print().await;
    assert!(
        first.starts_with("Appropriate policy document No. 1") && first.contains("Controller: The Lantern Party"),
        "{first}"
    );
    assert_eq!(print().await, first, "nothing changed");
    change(&app, "update installation set contact = 'new@lantern.example'").await;
    let second = print().await;
    assert!(
        second.starts_with("Appropriate policy document No. 2") && second.contains("new@lantern.example"),
        "{second}"
    );
}
