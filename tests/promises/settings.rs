//! What of set-up may be changed is changed by an administrator alone, dated; what stood before stays readable, and a code that
//! answers name is never lost.

use crate::support::app::{TestApp, seed_place};
use crate::support::form::{Form, words};
use crate::support::walk::{Walk, change, count};
use crate::support::wall::{become_role, hash, open_session};
use hustings::access::Role;
use sqlx::{AssertSqlSafe, query, query_scalar};
use uuid::Uuid;

#[tokio::test]
async fn a_notice_is_changed_for_everybody_and_the_old_one_stays_readable() {
    let app = TestApp::new().await;
    let administrator = app.actor(Role::Administrator, "all").await;
    let page = administrator.get("/settings").await.expect(200);
    let form = Form::of(&page, "form[action='/settings']");
    for (field, value) in [("controller", ""), ("contact", "nobody"), ("privacy_notice", " ")] {
        let form = form.clone().with("privacy_notice", "New words").with(field, value);
        administrator.post("/settings", &form.fields()).await.expect(422);
    }
    let form = form.with("privacy_notice", "We keep less now.").with("contact", "office@lantern.example");
    administrator.post("/settings", &form.fields()).await.expect(303);
    let nobody = app.nobody();
    let now = nobody.get("/privacy").await.expect(200);
    assert!(now.body.contains("We keep less now.") && now.body.contains("office@lantern.example"));
    let earlier = nobody.get("/privacy/earlier").await.expect(200);
    assert!(words(&earlier, "section").contains("We keep less now."), "the one in force first");
    assert!(earlier.body.contains("We keep what you tell us to plan our campaign."), "and what stood before");
    let page = administrator.get("/settings").await.expect(200);
    let versions = words(&page, "section[aria-labelledby=before]");
    assert!(versions.contains("Version 2, in force") && versions.contains("Administrator of all"), "{versions}");
}

#[tokio::test]
async fn a_retired_code_is_offered_no_more_and_what_was_said_with_it_stays() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let walk = Walk::new(&app.database, "QB1").await;
    let volunteer = app.actor(Role::Volunteer, "Quillbrook").await;
    walk.assign(&app, volunteer.account.id).await;
    volunteer.put_json(&format!("/api/v1/results/{}", Uuid::now_v7()), &walk.spoke(0, "X")).await.expect(201);
    let administrator = app.actor(Role::Administrator, "all").await;
    let page = administrator.get("/settings/codes").await.expect(200);
    let form = Form::of(&page, "form[action='/settings/codes']");
    administrator.post("/settings/codes", &form.clone().with("label", "").fields()).await.expect(422);
    administrator.post("/settings/codes", &form.tick("retired", "X").fields()).await.expect(303);
    assert_eq!(count(&app, "select count(*) from intention_code where retired_at is not null and code = 'X'").await, 1);
    let door = |n: usize| format!("/canvass/{}/doors/{}", walk.list, walk.doors[n].household);
    let other = volunteer.get(&door(1)).await.expect(200);
    assert_eq!((other.count("input[value=X]"), other.count("input[value=F]")), (0, 2), "not offered at another door");
    let desk = app.actor(Role::Organiser, "Quillbrook").await;
    let person = desk.get(&format!("/electors/{}", walk.doors[0].electors[1])).await.expect(200);
    assert!(person.body.contains("Main rival"), "what was said reads as it did");
    // A phone that loaded its page before still gets its answer in.
    volunteer.put_json(&format!("/api/v1/results/{}", Uuid::now_v7()), &walk.spoke(2, "X")).await.expect(201);
    // Taken back, it is offered again, in its order.
    let page = administrator.get("/settings/codes").await.expect(200);
    let form = Form::of(&page, "form[action='/settings/codes']").untick("retired", "X");
    administrator.post("/settings/codes", &form.fields()).await.expect(303);
    assert_eq!(volunteer.get(&door(1)).await.expect(200).count("input[value=X]"), 2);
    let places: Vec<i16> = query_scalar("select place from intention_code order by place")
        .fetch_all(&mut app.database.operator().await)
        .await
        .unwrap();
    assert_eq!(places, [1, 2, 3, 4, 5, 6, 7]);
}

#[tokio::test]
async fn officers_and_processors_are_kept_and_end_without_going() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let administrator = app.actor(Role::Administrator, "all").await;
    let officer = [("authority", "1"), ("email", "elections@wexmere.example"), ("address", "Town Hall\nWexmere")];
    administrator.post("/settings/officers", &officer).await.expect(303);
    assert!(administrator.get("/settings/officers").await.body.contains("elections@wexmere.example"));
    administrator.post("/settings/officers", &[("authority", "1"), ("email", "x"), ("address", "")]).await.expect(422);
    administrator.post("/settings/processors", &[("name", "Inkwell Press")]).await.expect(422);
    let printer =
        [("name", "Inkwell Press"), ("what_for", "Prints letters"), ("place", "Leeds, UK"), ("contract", "2026-05-01")];
    administrator.post("/settings/processors", &printer).await.expect(303);
    administrator.post("/settings/processors/1/end", &[]).await.expect(303);
    administrator.post("/settings/processors/1/end", &[]).await.expect(404);
    let page = administrator.get("/settings/processors").await.expect(200);
    assert!(words(&page, "tbody tr").contains("Inkwell Press") && words(&page, "tbody tr").contains("ended"));
}

#[tokio::test]
async fn nobody_else_changes_settings_and_no_connection_deletes_a_code() {
    let app = TestApp::new().await;
    for role in [Role::DataProtectionOfficer, Role::Organiser, Role::Volunteer, Role::MembershipSecretary] {
        let actor = app.actor(role, "all").await;
        actor.get("/settings").await.expect(403);
        actor.post("/settings", &[("controller", "Us")]).await.expect(403);
        let session = hash(&open_session(&app, &actor.account).await);
        let mut sql = app.database.app().await;
        become_role(&mut sql, "hustings_administrator", &session, "", "").await;
        for statement in [
            "update installation set controller = 'Us'",
            "update intention_code set label = 'x'",
            "update authority set officer_email = 'x@y'",
        ] {
            assert_eq!(
                query(statement).execute(&mut sql).await.unwrap().rows_affected(),
                0,
                "{statement} as {}",
                role.title()
            );
        }
    }
    let administrator = app.account(Role::Administrator, "all").await;
    let session = hash(&open_session(&app, &administrator).await);
    let mut sql = app.database.app().await;
    become_role(&mut sql, "hustings_administrator", &session, "", "").await;
    for statement in [
        "delete from intention_code",
        "delete from issue_code",
        "update intention_code set code = 'Q'",
        "update installation set kind = 'party'",
        "update installation set demonstration = true",
        "delete from installation_version",
        "insert into installation_version (controller, contact, kind, privacy_notice) values ('x', 'x', 'x', 'x')",
        "update processor set name = 'x'",
    ] {
        let said = query(AssertSqlSafe(statement)).execute(&mut sql).await.unwrap_err().to_string();
        assert!(said.contains("permission denied"), "{statement}: {said}");
    }
    assert_eq!(change(&app, "update installation set controller = controller").await, 1);
    assert_eq!(
        count(&app, "select count(*) from installation_version").await,
        1,
        "nothing changed, nothing is written"
    );
}
