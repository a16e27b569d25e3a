//! A closure may be for one area, let roles stay, say what phones do with their lists; what is said meanwhile waits for an
//! organiser; and closing on a polling day asks twice.

use crate::support::app::{Account, Actor, TestApp, seed_place};
use crate::support::form::words;
use crate::support::walk::{Walk, change, count, stored, waiting};
use crate::support::wall::{become_role, hash, open_session};
use hustings::access::{Permission, Role, STEP_UP};
use serde_json::json;
use sqlx::{query, query_scalar};
use uuid::Uuid;

async fn area(app: &TestApp, name: &str) -> String {
    query_scalar("select area_id::text from area where name = $1 or short_name = $1")
        .bind(name)
        .fetch_one(&mut app.database.operator().await)
        .await
        .unwrap()
}

/// Closes Contact in an area by the page, with what else its form may say.
async fn close(administrator: &Actor, area: &str, more: &[(&str, &str)]) {
    let fields = [&[("tool", "contact"), ("notice", "Closed while we check access"), ("area", area)], more].concat();
    administrator.post("/access/tools/close", &fields).await.expect(303);
}

#[tokio::test]
async fn a_closed_area_shuts_every_grant_that_reaches_into_it_and_no_other() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let (here, there) = (app.actor(Role::Organiser, "Quillbrook").await, app.actor(Role::Organiser, "Saltern").await);
    let (wide, district) = (app.actor(Role::Organiser, "all").await, app.actor(Role::Organiser, "QB1").await);
    let council = app.actor(Role::Organiser, "Wexmere").await;
    let administrator = app.actor(Role::Administrator, "all").await;
    let quillbrook = area(&app, "Quillbrook").await;
    let page = administrator.get(&format!("/access/tools/close?tool=contact&area={quillbrook}")).await.expect(200);
    let facts = words(&page, ".facts");
    assert!(
        page.text("h1").contains("in Quillbrook")
            && facts.contains("4 accounts signed in")
            && facts.contains("4 live grants"),
        "{facts}"
    );
    close(&administrator, &quillbrook, &[]).await;

    for shut in [&here, &wide, &district, &council] {
        let page = shut.get("/electors").await.expect(503);
        assert_eq!(page.text("h1"), "Contact in Quillbrook is closed while we check access");
    }
    there.get("/electors").await.expect(200);
    administrator.get("/access").await.expect(200);
    let api = here.get("/api/v1/electors/1.1").await.expect(503).json();
    assert_eq!(
        (&api["type"], &api["area"], &api["phones"]),
        (&json!("closed"), &json!("Quillbrook"), &json!("read-only"))
    );
    let status = app.nobody().get("/status").await.expect(200);
    assert!(
        status.text("main").contains("Contact in Quillbrook is closed")
            && status.text("main").contains("Closed in 1 area"),
        "{}",
        status.text("main")
    );

    // A second area by itself, and everywhere; each opens by itself.
    close(&administrator, &area(&app, "Saltern").await, &[]).await;
    there.get("/electors").await.expect(503);
    let open = |area: &str| [("tool", "contact".to_owned()), ("area", area.to_owned())];
    let fields = open(&quillbrook);
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
    administrator.post("/access/tools/open", &fields).await.expect(303);
    here.get("/electors").await.expect(200);
    there.get("/electors").await.expect(503);
    wide.get("/electors").await.expect(503);
}

#[tokio::test]
async fn the_database_itself_says_no_in_a_closed_area_and_only_there() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let (here, there) =
        (app.account(Role::Organiser, "Quillbrook").await, app.account(Role::Organiser, "Saltern").await);
    let seen = async |who: &Account| {
        let token = open_session(&app, who).await;
        let mut db = app.database.app().await;
        let grant: String = query_scalar("select area_id::text from access_grant where grant_id = $1")
            .bind(who.grant)
            .fetch_one(&mut app.database.operator().await)
            .await
            .unwrap();
        become_role(&mut db, "hustings_organiser", &hash(&token), "", &grant).await;
        let all = "select count(*) from elector where area_no = any ((select wall.areas())::integer[])";
        let people: i64 = query_scalar(all).fetch_one(&mut db).await.unwrap();
        let telling: bool = query_scalar("select wall.open('telling')").fetch_one(&mut db).await.unwrap();
        (people, telling)
    };
    assert_eq!((seen(&here).await, seen(&there).await), ((12, true), (12, true)));
    let shut = "insert into lockdown (tool, area_id, notice) select 'contact', area_id, 'Closed' from area where name = 'Quillbrook'";
    change(&app, shut).await;
    assert_eq!((seen(&here).await, seen(&there).await), ((0, false), (12, true)));
    change(&app, "update lockdown set keep_telling = true").await;
    assert_eq!(seen(&here).await, (0, true), "tellers go on, and nothing else");
    change(&app, "update lockdown set stays_in = '{organiser}', keep_telling = false").await;
    assert_eq!(seen(&here).await, (12, true), "a role that stays is not shut out");
    change(&app, "update lockdown set stays_in = '{volunteer}'").await;
    assert_eq!(seen(&here).await, (0, false));
}

#[tokio::test]
async fn named_roles_stay_in_and_nobody_else() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let (organiser, volunteer) = (app.actor(Role::Organiser, "all").await, app.actor(Role::Volunteer, "all").await);
    let administrator = app.actor(Role::Administrator, "all").await;
    close(&administrator, "", &[("stay", "organiser"), ("stay", "administrator")]).await;
    organiser.get("/electors").await.expect(200);
    volunteer.get("/canvass").await.expect(503);
    let tools = administrator.get("/access/tools").await.expect(200);
    assert!(words(&tools, "section[aria-labelledby=contact]").contains("Go on Organiser"), "{}", tools.text("main"));
    // Changing only the words leaves who stays as it was.
    let page = administrator.get("/access/tools/close?tool=contact").await.expect(200);
    assert_eq!(page.attribute("input[name=stay][checked]", "value"), "organiser");
}

#[tokio::test]
async fn what_is_said_while_it_is_closed_waits_for_an_organiser_and_what_was_said_before_counts() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let (walk, elsewhere) = (Walk::new(&app.database, "QB1").await, Walk::new(&app.database, "SG1").await);
    let phone = app.actor(Role::Volunteer, "all").await;
    walk.assign(&app, phone.account.id).await;
    elsewhere.assign(&app, phone.account.id).await;
    let closed = "insert into lockdown (tool, area_id, notice, closed_at) select 'contact', area_id, 'Closed', now() - interval '2 hours'
        from area where name = 'Quillbrook'";
    change(&app, closed).await;
    let ago = async |hours: i32| -> String {
        query_scalar(
            "select to_char((now() - make_interval(hours => $1)) at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')",
        )
        .bind(hours)
        .fetch_one(&mut app.database.operator().await)
        .await
        .unwrap()
    };
    let said = |walk: &Walk, door: usize, at: &str| {
        let mut result = walk.spoke(door, "F");
        result["at"] = json!(at);
        result
    };
    let path = || format!("/api/v1/results/{}", Uuid::now_v7());
    let (before, meanwhile) = (ago(3).await, ago(1).await);
    let kept = path();
    let refused = phone.put_json(&kept, &said(&walk, 0, &before)).await.expect(503).json();
    assert_eq!(refused["type"], "closed");
    change(&app, "update lockdown set opened_at = now()").await;

    phone.put_json(&kept, &said(&walk, 0, &before)).await.expect(201);
    let late = phone.put_json(&path(), &said(&walk, 1, &meanwhile)).await.expect(202).json();
    assert_eq!(late["verdict"], "quarantined");
    phone.put_json(&path(), &said(&elsewhere, 1, &meanwhile)).await.expect(201);
    assert_eq!((stored(&app).await, waiting(&app).await), (2, 1));
    let organiser = app.actor(Role::Organiser, "Quillbrook").await;
    let page = organiser.get("/walk-lists/quarantine").await.expect(200);
    assert!(page.text("main").contains("Contact was closed there when this was said"), "{}", page.text("main"));
    let key = page.attribute("input[name=item]", "value");
    organiser.post("/walk-lists/quarantine", &[("act", "accept"), ("item", &key)]).await.expect(303);
    assert_eq!((stored(&app).await, waiting(&app).await), (3, 0), "what an organiser accepts counts");
}

#[tokio::test]
async fn answers_of_a_session_that_ended_wait_on_the_phone_while_their_area_is_closed() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let (walk, elsewhere) = (Walk::new(&app.database, "QB1").await, Walk::new(&app.database, "SG1").await);
    let (here, there) = (app.actor(Role::Volunteer, "Quillbrook").await, app.actor(Role::Volunteer, "Saltern").await);
    walk.assign(&app, here.account.id).await;
    elsewhere.assign(&app, there.account.id).await;
    change(&app, "update session set ended_at = now(), ended_why = 'access-ended'").await;
    let shut = "insert into lockdown (tool, area_id, notice) select 'contact', area_id, 'Closed' from area where name = 'Quillbrook'";
    change(&app, shut).await;
    let path = || format!("/api/v1/results/{}", Uuid::now_v7());
    here.put_json(&path(), &walk.spoke(0, "F")).await.expect(503);
    there.put_json(&path(), &elsewhere.spoke(0, "F")).await.expect(202);
}

#[tokio::test]
async fn closing_on_a_polling_day_warns_and_asks_twice_and_can_keep_telling_open() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    change(&app, "insert into poll (name, poll_date, kind, area_id) select 'Quillbrook ward', current_date, 'local', area_id from area where name = 'Quillbrook'").await;
    let administrator = app.actor(Role::Administrator, "all").await;
    let saltern = area(&app, "Saltern").await;
    let elsewhere = administrator.get(&format!("/access/tools/close?tool=contact&area={saltern}")).await.expect(200);
    assert!(!elsewhere.text("main").contains("People are voting today"));
    let page = administrator.get("/access/tools/close?tool=contact").await.expect(200);
    assert!(
        page.text(".notice.bad").contains("People are voting today")
            && page.text(".notice.bad").contains("Quillbrook ward")
    );
    let fields = [("tool", "contact"), ("notice", "Closed"), ("keep_telling", "1")];
    let refused = administrator.post("/access/tools/close", &fields).await.expect(422);
    assert!(
        refused.text(".errors").contains("People are voting today: Quillbrook ward"),
        "{}",
        refused.text(".errors")
    );
    assert_eq!(count(&app, "select count(*) from lockdown").await, 0);
    let fields = [&fields[..], &[("polling_day", "1")]].concat();
    administrator.post("/access/tools/close", &fields).await.expect(303);
    assert_eq!(
        count(&app, "select count(*) from lockdown where polling_day and keep_telling and opened_at is null").await,
        1
    );
    close(&administrator, &saltern, &[]).await;
    let organise = [("tool", "organise"), ("notice", "Closed")];
    administrator.post("/access/tools/close", &organise).await.expect(303);
}

#[tokio::test]
async fn closing_never_waits_for_a_factor_and_opening_does() {
    assert!(STEP_UP.contains(&Permission::OpenTools) && STEP_UP.contains(&Permission::GiveBack));
    assert!(!STEP_UP.contains(&Permission::CloseTools) && !STEP_UP.contains(&Permission::EndAccess));
    let app = TestApp::new().await;
    let routes = crate::support::site::routes_of(&app);
    let of = |path: &str| routes.iter().find(|r| r.path == path && r.method == "POST").unwrap().permission;
    assert_eq!(of("/access/tools/open"), Permission::OpenTools);
    assert_eq!(of("/access/tools/close"), Permission::CloseTools);
    assert_eq!(of("/access/end-access"), Permission::EndAccess);
    assert_eq!(of("/access/endings/{id}/give-back"), Permission::GiveBack);
}

#[tokio::test]
async fn an_administrator_closes_in_their_own_name_and_says_since_when_truly() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let boss = app.account(Role::Administrator, "all").await;
    let token = open_session(&app, &boss).await;
    let mut db = app.database.app().await;
    become_role(&mut db, "hustings_administrator", &hash(&token), "", "").await;
    for forbidden in [
        "insert into lockdown (tool, notice, closed_at, closed_by) values ('contact', 'x', now() - interval '1 day', wall.account())",
        "insert into lockdown (tool, notice, closed_by, closed_by_operator) values ('contact', 'x', wall.account(), gen_random_uuid())",
        "insert into lockdown (tool, notice) values ('contact', 'x')",
        "update lockdown set stays_in = '{}'",
        "delete from lockdown",
    ] {
        let error = query(forbidden).execute(&mut db).await.unwrap_err().to_string();
        assert!(error.contains("permission denied") || error.contains("row-level security"), "{forbidden}: {error}");
    }
    let own = "insert into lockdown (tool, notice, closed_by) values ('contact', 'x', wall.account())";
    query(own).execute(&mut db).await.unwrap();
}
