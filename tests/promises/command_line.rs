//! The operator's commands do what the pages do, print what programs rely on, and are on record.

use crate::support::app::{PASSWORD, TestApp, seed_place};
use crate::support::throwaway::Throwaway;
use crate::support::walk::{Walk, change, count};
use hustings::access::Role;
use serde_json::{Value, json};
use std::process::Stdio;
use tokio::io::AsyncWriteExt;

struct Printed {
    code: i32,
    out: String,
    err: String,
}

/// Runs `hustings` against the test's database.
async fn hustings(app: &TestApp, arguments: &[&str], input: &str) -> Printed {
    let urls = app.urls();
    let given = [("DATABASE_URL", urls.app), ("HUSTINGS_DOOR_URL", urls.door), ("HUSTINGS_OWNER_URL", urls.owner)];
    run(&given, arguments, input).await
}

async fn run(environment: &[(&str, String)], arguments: &[&str], input: &str) -> Printed {
    let mut child = tokio::process::Command::new(env!("CARGO_BIN_EXE_hustings"))
        .args(arguments)
        .env_remove("DATABASE_URL")
        .envs(environment.iter().map(|(name, value)| (*name, value)))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).await.unwrap();
    let done = child.wait_with_output().await.unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap().trim().to_owned();
    Printed { code: done.status.code().unwrap(), out: text(done.stdout), err: text(done.stderr) }
}

async fn json_of(app: &TestApp, arguments: &[&str]) -> Value {
    let printed = hustings(app, arguments, "").await;
    assert_eq!(printed.code, 0, "{arguments:?}: {}", printed.err);
    serde_json::from_str(&printed.out).unwrap()
}

#[tokio::test]
async fn accounts_and_grants_are_given_listed_and_ended_from_the_command_line() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let add = ["account", "add", "--email", "Bo@lantern.example", "--name", "Bo Ferreday", "--password-stdin"];
    let weak = hustings(&app, &add, "password1234\n").await;
    assert_eq!((weak.code, weak.out.as_str()), (1, ""));
    let added = hustings(&app, &add, &format!("{PASSWORD}\n")).await;
    assert_eq!(added.out.parse::<uuid::Uuid>().map(|_| added.code), Ok(0), "{}", added.err);
    assert_eq!(hustings(&app, &add, PASSWORD).await.code, 1, "an address has one account");
    let made = json_of(&app, &["account", "add", "--email", "imo@lantern.example", "--name", "Imogen", "--json"]).await;
    assert!(made["id"].is_string() && made["password"].is_string());

    let grant = [
        "grant",
        "add",
        "--email",
        "bo@lantern.example",
        "--role",
        "organiser",
        "--area",
        "QB1",
        "--purpose",
        "Local elections",
        "--until",
    ];
    let given = |until: &'static str| [&grant[..], &[until, "--reason", "New organiser"]].concat();
    assert_eq!(hustings(&app, &given("2020-01-01"), "").await.code, 1);
    assert_eq!(hustings(&app, &grant[..grant.len() - 1], "").await.code, 2, "an end is required");
    let id = hustings(&app, &given("2029-05-07"), "").await.out;
    let list = json_of(&app, &["grant", "list", "--json"]).await;
    assert_eq!(list[0]["id"], json!(id));
    assert_eq!((&list[0]["role"], &list[0]["until"]), (&json!("organiser"), &json!("2029-05-07T22:59:59Z")));
    let accounts = json_of(&app, &["account", "list", "--json"]).await;
    assert_eq!(
        accounts[0],
        json!({"id": added.out, "email": "bo@lantern.example", "name": "Bo Ferreday", "live": true})
    );

    app.nobody().post("/sign-in", &[("email", "bo@lantern.example"), ("password", PASSWORD)]).await.expect(303);
    let ended = json_of(&app, &["grant", "end", &id, "--reason", "Moved away", "--json"]).await;
    assert_eq!(ended, json!({"sessions_ended": 1}));
    assert_eq!(hustings(&app, &["grant", "end", &id, "--reason", "Again"], "").await.code, 1);
    assert_eq!(json_of(&app, &["grant", "list", "--json"]).await, json!([]));
    assert_eq!(hustings(&app, &["account", "end-access", "--email", "bo@lantern.example"], "").await.code, 2);
    let record =
        "select count(*) from operator_session where command = 'grant' and reason = 'Moved away' and os_user <> ''";
    assert_eq!(count(&app, record).await, 1);
}

#[tokio::test]
async fn a_half_is_closed_and_opened_from_the_command_line() {
    let app = TestApp::new().await;
    let desk = app.actor(Role::Organiser, "all").await;
    let on = ["lock", "on", "--tool", "all", "--notice", "Offline for maintenance", "--opens", "2029-01-01T09:00:00Z"];
    assert_eq!(hustings(&app, &on, "").await.code, 0);
    desk.get("/electors").await.expect(503);
    let status = json_of(&app, &["lock", "status", "--json"]).await;
    let notice =
        |tool: &str| json!({"tool": tool, "notice": "Offline for maintenance", "opens": "2029-01-01T09:00:00Z"});
    assert_eq!(status, json!([notice("contact"), notice("organise")]));
    assert_eq!(hustings(&app, &["lock", "off", "--tool", "contact"], "").await.code, 0);
    desk.get("/electors").await.expect(200);
    assert_eq!(json_of(&app, &["lock", "status", "--json"]).await, json!([notice("organise")]));
}

#[tokio::test]
async fn an_area_is_closed_with_all_its_choices_from_the_command_line() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let (here, there) = (app.actor(Role::Organiser, "Quillbrook").await, app.actor(Role::Organiser, "Saltern").await);
    let on = ["lock", "on", "--tool", "contact", "--notice", "Offline", "--area", "Quillbrook"];
    let all = [&on[..], &["--stay", "volunteer", "--phones", "wipe", "--keep-telling"]].concat();
    assert_eq!(hustings(&app, &all, "").await.code, 0);
    here.get("/electors").await.expect(503);
    there.get("/electors").await.expect(200);
    assert_eq!(
        json_of(&app, &["lock", "status", "--json"]).await,
        json!([{"tool": "contact", "notice": "Offline", "opens": null, "area": "Quillbrook", "stay": ["volunteer"], "phones": "wipe",
            "keep_telling": true}])
    );
    let left = hustings(&app, &["lock", "off", "--tool", "contact"], "").await;
    assert!(left.code == 0 && left.err.contains("contact stays closed in Quillbrook"), "{}", left.err);
    here.get("/electors").await.expect(503);
    assert_eq!(hustings(&app, &["lock", "off", "--tool", "contact", "--area", "Quillbrook"], "").await.code, 0);
    here.get("/electors").await.expect(200);
    change(&app, "update poll set poll_date = current_date").await;
    let refused = hustings(&app, &on, "").await;
    assert!(refused.code == 1 && refused.err.contains("--polling-day"), "{}", refused.err);
    assert_eq!(hustings(&app, &[&on[..], &["--polling-day"]].concat(), "").await.code, 0);
}

#[tokio::test]
async fn access_of_many_is_ended_from_the_command_line_after_a_dry_run() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let (bo, ann) = (app.account(Role::Volunteer, "Quillbrook").await, app.account(Role::Volunteer, "Saltern").await);
    let boss = app.account(Role::Administrator, "all").await;
    let _desk = app.sign_in(&bo).await;
    let end = [
        "account",
        "end-access",
        "--role",
        "volunteer",
        "--area",
        "Quillbrook",
        "--reason",
        "The poll is over",
        "--json",
    ];
    let told = json_of(&app, &[&end[..], &["--dry-run"]].concat()).await;
    assert_eq!(
        (&told["dry_run"], &told["sessions_ended"], &told["accounts"][0]["email"]),
        (&json!(true), &json!(1), &json!(bo.email))
    );
    let live = "select count(*) from access_grant where ended_at is null";
    assert_eq!(count(&app, live).await, 3);
    let done = json_of(&app, &end).await;
    assert!(done["group"].is_string() && done["accounts"].as_array().unwrap().len() == 1, "{done}");
    assert_eq!((count(&app, live).await, count(&app, "select count(*) from ending").await), (2, 1));
    assert_eq!(hustings(&app, &end, "").await.code, 1, "nobody is left");
    assert_eq!(hustings(&app, &["account", "end-access", "--reason", "x"], "").await.code, 2);
    let all = json_of(&app, &["account", "end-access", "--area", "all", "--reason", "Winding up", "--json"]).await;
    assert_eq!(all["accounts"][0]["email"], json!(ann.email));
    assert_eq!(all["stay"][0]["email"], json!(boss.email), "somebody must be left who can give access");
}

#[tokio::test]
async fn the_log_answers_who_saw_whom_by_record_number() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let walk = Walk::new(&app.database, "QB1").await;
    let bo = app.account(Role::Volunteer, "Quillbrook").await;
    walk.assign(&app, bo.id).await;
    let phone = app.sign_in(&bo).await;
    for _ in 0..2 {
        phone.get(&format!("/canvass/{}", walk.list)).await.expect(200);
    }
    phone.get("/electors").await.expect(403);
    let seen = json_of(&app, &["audit", "seen-by", "--email", &bo.email, "--json"]).await;
    assert_eq!(seen["account"], json!(bo.id));
    let electors = seen["electors"].as_array().unwrap();
    let mut ids: Vec<&str> = electors.iter().map(|e| e["id"].as_str().unwrap()).collect();
    let mut listed: Vec<&str> = walk.doors.iter().flat_map(|d| d.electors.iter().map(String::as_str)).collect();
    ids.sort_unstable();
    listed.sort_unstable();
    assert_eq!(ids, listed, "a list is resolved to the people on it");
    assert!(electors.iter().all(|e| e["times"] == 2 && e["first"] != e["last"]), "{seen}");
    assert_eq!((&seen["searches"], &seen["prints"], &seen["exports"]), (&json!(0), &json!(0), &json!(0)));
    assert_eq!(seen["refused"][0]["what"], "GET /electors: 403");
    let who = json_of(&app, &["audit", "who-saw", ids[0], "--json"]).await;
    assert_eq!((who.as_array().unwrap().len(), &who[0]["account"]), (2, &json!(bo.id)));
    assert_eq!(hustings(&app, &["audit", "who-saw", "Edith"], "").await.code, 2);
    let nobody = hustings(&app, &["audit", "who-saw", "1.999999999"], "").await;
    assert_eq!((nobody.code, nobody.out.as_str(), nobody.err.trim().lines().count()), (1, "", 1), "{}", nobody.err);
    assert!(nobody.err.contains("There is no elector 1.999999999"), "{}", nobody.err);
}

#[tokio::test]
async fn the_first_evening_by_one_command_happens_once() {
    let app = TestApp::new().await;
    for table in
        ["delete from installation", "delete from intention_code", "delete from issue_code", "delete from poll"]
    {
        change(&app, table).await;
    }
    let setup = [
        "setup",
        "--controller",
        "The Lantern Party",
        "--contact",
        "data@lantern.example",
        "--kind",
        "party",
        "--admin-email",
        "ruth@lantern.example",
        "--admin-name",
        "Ruth Calloway-Finch",
        "--password-stdin",
    ];
    let done = hustings(&app, &setup, PASSWORD).await;
    assert_eq!(done.code, 0, "{}", done.err);
    assert_eq!(hustings(&app, &setup, PASSWORD).await.code, 1);
    let nobody = app.nobody();
    let in_half =
        nobody.post("/sign-in", &[("email", "ruth@lantern.example"), ("password", PASSWORD)]).await.expect(303);
    assert_eq!(in_half.location(), "/sign-in/set-up-factor?next=/");
}

#[tokio::test]
async fn a_command_that_fails_or_only_looks_is_on_record_too() {
    let app = TestApp::new().await;
    let nobody = uuid::Uuid::now_v7().to_string();
    assert_eq!(hustings(&app, &["grant", "end", &nobody, "--reason", "Left the party"], "").await.code, 1);
    let failed = "select count(*) from operator_session where command = 'grant' and reason = 'Left the party'";
    assert_eq!(count(&app, failed).await, 1);
    let village = crate::support::register::Generated::new(6, 200, "clean");
    let file = village.path("xpress-full-14").display().to_string();
    json_of(&app, &["register", "preview", &file, "--reason", "To see", "--json"]).await;
    let looked = "select count(*) from operator_session where command = 'register' and reason = 'To see'";
    assert_eq!(count(&app, looked).await, 1);
    assert_eq!(count(&app, "select count(*) from import").await, 0, "a preview changes nothing else");
    assert!(json_of(&app, &["config", "--json"]).await["owner_url"].is_string());
    assert_eq!(count(&app, "select count(*) from operator_session where command = 'config'").await, 1);
    hustings(&app, &["config"], "").await;
    assert_eq!(count(&app, "select count(*) from operator_session where command = 'config'").await, 1);
}

#[tokio::test]
async fn only_commands_that_say_so_change_the_tables_of_another_version() {
    let app = TestApp::new().await;
    change(&app, "delete from _sqlx_migrations where version = (select max(version) from _sqlx_migrations)").await;
    let known = "select count(*) from _sqlx_migrations";
    let before = count(&app, known).await;
    let refused = hustings(&app, &["lock", "status"], "").await;
    assert_eq!(refused.code, 1);
    assert!(refused.err.contains("another version of Hustings") && refused.err.contains("hustings migrate"));
    assert_eq!(count(&app, known).await, before);
    assert_eq!(hustings(&app, &["config", "--json"], "").await.code, 0);
    assert_eq!(count(&app, known).await, before);
}

#[tokio::test]
async fn the_first_command_in_an_empty_directory_finds_its_tables() {
    let throwaway = Throwaway::new();
    let given = [("HUSTINGS_DATA", throwaway.data().display().to_string())];
    let add = ["account", "add", "--email", "bo@lantern.example", "--name", "Bo Ferreday", "--password-stdin"];
    let added = run(&given, &add, PASSWORD).await;
    assert_eq!(added.code, 0, "{}", added.err);
    let list = run(&given, &["account", "list", "--json"], "").await;
    assert!(list.out.contains("bo@lantern.example"), "{}", list.err);
}

#[tokio::test]
async fn a_time_is_typed_as_the_clock_on_the_wall_shows_it() {
    let app = TestApp::new().await;
    let on = ["lock", "on", "--tool", "contact", "--notice", "Offline for maintenance", "--opens", "2029-07-01 20:30"];
    assert_eq!(hustings(&app, &on, "").await.code, 0);
    assert_eq!(json_of(&app, &["lock", "status", "--json"]).await[0]["opens"], "2029-07-01T19:30:00Z");
}

#[tokio::test]
async fn the_log_has_months_for_two_years_ahead_after_every_migration() {
    let app = TestApp::new().await;
    let ahead = "select count(*) from generate_series(now(), now() + interval '23 months', interval '1 month') month
        where to_regclass('access_log_' || to_char(month, 'YYYY_MM')) is not null";
    assert_eq!(count(&app, ahead).await, 24);
    let last = "select count(*) from pg_inherits where inhparent = 'access_log'::regclass";
    let months = count(&app, last).await;
    change(&app, "drop table if exists access_log_2028_10").await;
    assert_eq!(hustings(&app, &["migrate"], "").await.code, 0);
    assert_eq!(count(&app, last).await, months, "what is missing is made again");
}

#[tokio::test]
async fn requests_reviews_and_memberships_are_read_and_decided_from_the_command_line() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let officer = app.account(Role::DataProtectionOfficer, "all").await;
    let ann = app.actor(Role::Administrator, "all").await;
    let bo = app.account(Role::Volunteer, "Quillbrook").await;
    app.account(Role::Administrator, "all").await;
    let area: String = sqlx::query_scalar("select area_id::text from area where kind = 'installation'")
        .fetch_one(&mut app.database.operator().await)
        .await
        .unwrap();
    let fields = [("role", "administrator"), ("area", area.as_str()), ("purpose", "P"), ("reason", "R")];
    ann.post(&format!("/access/accounts/{}/grants", bo.id), &fields).await.expect(303);
    let list = json_of(&app, &["grant", "request", "list", "--json"]).await;
    assert_eq!((&list[0]["state"], &list[0]["email"]), (&json!("waiting"), &json!(bo.email)));
    let id = list[0]["id"].as_str().unwrap();
    assert_eq!(hustings(&app, &["grant", "request", "approve", id], "").await.code, 2, "a reason is required");
    let approve = ["grant", "request", "approve", id, "--reason", "Nobody else can"];
    assert_eq!(hustings(&app, &approve, "").await.out, "approved");
    assert_eq!(hustings(&app, &approve, "").await.code, 1, "once");
    assert_eq!(crate::support::access::told(&app, "operator-gave").await, [officer.id]);

    let opened = json_of(&app, &["access", "review", "open", "--area", "Quillbrook", "--json"]).await;
    assert!(opened["due"].is_string());
    assert_eq!(
        hustings(&app, &["access", "review", "open", "--area", "Quillbrook"], "").await.code,
        1,
        "one at a time"
    );
    let list = json_of(&app, &["access", "review", "list", "--json"]).await;
    assert_eq!((&list[0]["area"], &list[0]["grants"], &list[0]["open"]), (&json!("Quillbrook"), &json!(1), &json!(1)));

    change(&app, "update access_grant set needs_membership = true where role = 'volunteer'").await;
    let file = tempfile::Builder::new().suffix(".csv").tempfile().unwrap();
    let path = file.path().to_str().unwrap();
    let standing = ["members", "standing", path, "--json"];
    for (text, told) in [
        ("address,state\n", "no column called email"),
        ("email,standing\nann@lantern.example,1998-05-04\n", "line 2 says none of current"),
        ("email,standing\n", "no line holds an address"),
    ] {
        std::fs::write(path, text).unwrap();
        let refused = hustings(&app, &standing, "").await;
        assert!(refused.code == 1 && refused.err.contains(told) && !refused.err.contains("1998"), "{}", refused.err);
    }
    std::fs::write(path, format!("Email,Standing\n{},Lapsed\nnobody@lantern.example,current\n", bo.email)).unwrap();
    let refused = hustings(&app, &standing, "").await;
    assert!(
        refused.code == 1 && refused.err.contains("1 of the 1") && refused.err.contains("--allow-many"),
        "{}",
        refused.err
    );
    let would = json_of(&app, &[&standing[..], &["--dry-run"]].concat()).await;
    assert_eq!((&would["ended"], &would["too_many"], &would["dry_run"]), (&json!(1), &json!(true), &json!(true)));
    let live = "select count(*) from access_grant where needs_membership and ended_at is null";
    assert_eq!(count(&app, live).await, 1);
    let done = json_of(&app, &[&standing[..], &["--allow-many"]].concat()).await;
    assert_eq!((&done["read"], &done["accounts"], &done["ended"]), (&json!(2), &json!(1), &json!(1)));
    assert_eq!(count(&app, live).await, 0);
}
