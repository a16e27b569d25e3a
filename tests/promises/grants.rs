//! Nothing is seen without a grant: who gives one, what it says, and which of several is in use.

use crate::support::app::{PASSWORD, TestApp, code, seed_place};
use crate::support::form::{Form, words};
use crate::support::walk::{change, count};
use hustings::access::Role;
use serde_json::json;
use uuid::Uuid;

#[tokio::test]
async fn an_administrator_adds_an_account_and_gives_it_a_role_in_an_area() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let administrator = app.actor(Role::Administrator, "all").await;
    let new = [("name", "Bo Ferreday"), ("email", " Bo@Lantern.example "), ("password", "")];
    let added = administrator.post("/access/accounts", &new).await.expect(200);
    let password = added.text("code.made");
    let account = added.attribute("a.btn.main", "href");
    administrator.post("/access/accounts", &new).await.expect(422);
    let nobody = app.nobody();
    let sign_in = [("email", "bo@lantern.example"), ("password", password.as_str())];
    nobody.post("/sign-in", &sign_in).await.expect(422);

    let page = administrator.get(&format!("{account}?role=organiser")).await.expect(200);
    let form = Form::of(&page, "main form");
    assert!(form.value("until").len() == 10 && !form.value("purpose").is_empty());
    let give = account.trim_end_matches("/new").to_owned();
    let area = scraper_option(&page, "Quillbrook");
    administrator.post(&give, &form.clone().with("area", &area).fields()).await.expect(422);
    let form = form.with("area", &area).with("reason", "Runs the ward");
    administrator.post(&give, &form.fields()).await.expect(303);
    nobody.post("/sign-in", &sign_in).await.expect(303);
    // Their role needs a second factor, which they set up now.
    nobody.post_json("/api/v1/electors/search", &json!({"q": "harcourt1"})).await.expect(401);
    let id: Uuid = account.split('/').nth(3).unwrap().parse().unwrap();
    app.add_app(id).await;
    nobody.post("/sign-in/factor", &[("code", code().as_str())]).await.expect(303);
    let found = nobody.post_json("/api/v1/electors/search", &json!({"q": "harcourt1"})).await.expect(200).json();
    assert_eq!(found["total"], 2, "only the ward's: {found}");

    let list = administrator.post("/access", &[("q", "quillbrook")]).await.expect(200);
    let row = words(&list, "tbody tr");
    assert!(row.contains("Bo Ferreday") && row.contains("Administrator of all") && row.contains("Organiser"), "{row}");
}

#[tokio::test]
async fn areas_are_offered_under_their_kind_as_people_count() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    change(&app, "select wall.add_districts('Wexmere', array['QB2', 'QB10'])").await;
    change(&app, "select wall.add_districts('Ashby', array['A1'])").await;
    let administrator = app.actor(Role::Administrator, "all").await;
    let account = app.account(Role::Volunteer, "Quillbrook").await;
    let form = format!("/access/accounts/{}/grants/new", account.id);
    let page = administrator.get(&form).await.expect(200);
    let offered = [
        ("All areas", "All areas"),
        ("Authorities", "Ashby Wexmere"),
        ("Wards", "Quillbrook Saltern"),
        ("Polling districts of Ashby", "A1"),
        ("Polling districts of Wexmere", "QB1 QB2 QB10 SG1"),
    ];
    let offered = offered.map(|(title, areas)| (title.to_owned(), areas.to_owned()));
    assert_eq!(groups(&page), offered);
    let poll = administrator.get("/polls").await.expect(200);
    assert_eq!(groups(&poll), offered[..3], "a poll is in no single district");

    let officer = administrator.get(&format!("{form}?role=data-protection-officer")).await.expect(200);
    assert_eq!(groups(&officer), offered[..1], "what has no borders is given everywhere only");
    // What was chosen is still chosen when something else is wrong.
    let area = scraper_option(&page, "QB10");
    let give = form.trim_end_matches("/new");
    let again = administrator.post(give, &[("role", "organiser"), ("area", &area)]).await.expect(422);
    assert_eq!(again.attribute("#area option[selected]", "value"), area);
}

/// The headings of a page's choice of areas, each with its areas.
fn groups(page: &crate::support::app::Answer) -> Vec<(String, String)> {
    let html = scraper::Html::parse_document(&page.body);
    let [group, option] = ["#area optgroup", "option"].map(|css| scraper::Selector::parse(css).unwrap());
    let text = |option: scraper::ElementRef| option.text().collect::<String>();
    let options = |group: scraper::ElementRef| group.select(&option).map(text).collect::<Vec<_>>().join(" ");
    html.select(&group).map(|g| (g.attr("label").unwrap().to_owned(), options(g))).collect()
}

fn scraper_option(page: &crate::support::app::Answer, name: &str) -> String {
    let html = scraper::Html::parse_document(&page.body);
    let options = scraper::Selector::parse("option").unwrap();
    let found = html.select(&options).find(|o| o.text().collect::<String>().trim() == name);
    found.and_then(|o| o.attr("value")).unwrap_or_else(|| panic!("no area {name}: {}", page.body)).to_owned()
}

#[tokio::test]
async fn a_grant_has_an_end_within_two_years_and_the_guards_roles_have_no_border() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let administrator = app.actor(Role::Administrator, "all").await;
    let bo = app.account(Role::Volunteer, "all").await;
    let path = format!("/access/accounts/{}/grants", bo.id);
    let give = async |role: &str, area: &str, until: &str| {
        let fields = [("role", role), ("area", area), ("purpose", "P"), ("reason", "R"), ("until", until)];
        administrator.post(&path, &fields).await
    };
    let day = |days: i64| (chrono::Utc::now() + chrono::TimeDelta::days(days)).format("%Y-%m-%d").to_string();
    for (role, area, until, field) in [
        ("organiser", "all", "soon".into(), "until"),
        ("organiser", "all", day(-2), "until"),
        ("organiser", "all", day(900), "until"),
        ("organiser", "", day(30), "area"),
        ("organiser", "Nowhere", day(30), "area"),
        ("administrator", "Quillbrook", day(30), "area"),
        ("data-protection-officer", "Saltern", day(30), "area"),
        ("king", "all", day(30), "role"),
    ] {
        let answer = give(role, area, &until).await.expect(422);
        assert!(answer.count(&format!(".errors a[href='#{field}']")) == 1, "{role} {area} {until}: {}", answer.body);
        assert!(answer.text("title").starts_with("Error:"));
    }
    assert_eq!(count(&app, "select count(*) from access_grant where reason = 'R'").await, 0);
    give("organiser", "Quillbrook", &day(30)).await.expect(303);
}

#[tokio::test]
async fn an_account_without_a_live_grant_is_told_what_a_wrong_password_is_told() {
    let app = TestApp::new().await;
    let bo = app.account(Role::Volunteer, "all").await;
    let nobody = app.nobody();
    let wrong =
        nobody.post_json("/api/v1/sessions", &json!({"email": bo.email, "password": "wrong"})).await.expect(401);
    let unknown = nobody.post_json("/api/v1/sessions", &json!({"email": "x@y.example", "password": "wrong"})).await;
    for over in [
        "update access_grant set ends_at = now() - interval '1 second', starts_at = now() - interval '1 day'",
        "update access_grant set ends_at = now() + interval '1 day', starts_at = now() + interval '1 hour'",
        "update access_grant set starts_at = now() - interval '1 day', ended_at = now()",
    ] {
        change(&app, over).await;
        let right = nobody.post_json("/api/v1/sessions", &json!({"email": bo.email, "password": PASSWORD})).await;
        assert_eq!((right.status, &right.body), (401, &wrong.body));
    }
    assert_eq!(unknown.body, wrong.body);
    let noted = "select count(*) from access_log where what = 'refused' and permission = 'sign-in' and status = 401";
    assert_eq!(count(&app, noted).await, 3, "a right password without access is a refused attempt");
}

#[tokio::test]
async fn with_several_grants_one_is_named_and_changed_in_the_head() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let bo = app.account(Role::Organiser, "Quillbrook").await;
    let other = app.grant(bo.id, Role::Organiser, "Saltern").await;
    let nobody = app.nobody();
    let body = json!({"email": bo.email, "password": PASSWORD});
    let choose = nobody.post_json("/api/v1/sessions", &body).await.expect(401).json();
    assert_eq!(choose["type"], "grant-required");
    let offered: Vec<_> = choose["grants"].as_array().unwrap().iter().map(|g| g["id"].clone()).collect();
    assert_eq!(offered, [json!(bo.grant), json!(other)]);
    let named = json!({"email": bo.email, "password": PASSWORD, "grant": other, "code": code()});
    assert_eq!(nobody.post_json("/api/v1/sessions", &named).await.expect(201).json()["grant"]["id"], json!(other));

    let desk = app.sign_in(&bo).await;
    let search = Form::of(&desk.get("/electors").await.expect(200), "main form").with("q", "harcourt2");
    assert_eq!(search.value("_grant"), bo.grant.to_string());
    desk.post("/account/grant", &[("wanted", &other.to_string())]).await.expect(303);
    let stale = desk.post("/electors", &search.fields()).await.expect(409);
    assert!(stale.text("main").contains("You changed role since this page was opened"), "{}", stale.body);
    desk.post("/electors", &search.with("_grant", &other.to_string()).fields()).await.expect(303);
    let strangers = app.account(Role::Organiser, "all").await;
    desk.post("/account/grant", &[("wanted", &strangers.grant.to_string())]).await.expect(404);
}

#[tokio::test]
async fn what_has_ended_cannot_be_rewritten_even_in_sql() {
    let app = TestApp::new().await;
    let bo = app.account(Role::Volunteer, "all").await;
    let administrator = app.account(Role::Administrator, "all").await;
    change(
        &app,
        "update access_grant set ended_at = now() - interval '1 hour', ended_reason = 'x' where role = 'volunteer'",
    )
    .await;
    let token = crate::support::wall::open_session(&app, &administrator).await;
    let mut attacker = app.database.app().await;
    let hash = crate::support::wall::hash(&token);
    crate::support::wall::become_role(&mut attacker, "hustings_administrator", &hash, "", "").await;
    let rewritten = sqlx::query("update access_grant set ended_at = now(), ended_by = $2 where account_id = $1")
        .bind(bo.id)
        .bind(administrator.id)
        .execute(&mut attacker)
        .await
        .unwrap();
    assert_eq!(rewritten.rows_affected(), 0);
}

#[tokio::test]
async fn nobodys_password_is_made_anew_without_being_asked_for() {
    let app = TestApp::new().await;
    let administrator = app.actor(Role::Administrator, "all").await;
    let bo = app.actor(Role::Organiser, "all").await;
    let path = format!("/access/accounts/{}/password", bo.account.id);
    let asks = administrator.post(&path, &[("password", "")]).await.expect(200);
    assert!(asks.text("h1").contains("Make a new password") && asks.text(".facts").contains("in 1 place"));
    assert_eq!(asks.count("code.made"), 0);
    bo.get("/electors").await.expect(200);
    app.sign_in(&bo.account).await;

    let made = administrator.post(&path, &Form::of(&asks, "main form").fields()).await.expect(200);
    let password = made.text("code.made");
    assert!(bo.get("/electors").await.expect(303).location().starts_with("/sign-in"));
    let with = |password: &'_ str| [("email", bo.account.email.clone()), ("password", password.to_owned())];
    for (password, status) in [(crate::support::app::PASSWORD, 422), (password.as_str(), 303)] {
        let fields = with(password);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
        app.nobody().post("/sign-in", &fields).await.expect(status);
    }
    assert!(!administrator.get(&path).await.expect(200).body.contains(&password), "it is shown once");

    // Whoever set it could have come in as Bo since: that stands where Bo's looks do, and stays.
    let account = administrator.get(&format!("/access/accounts/{}", bo.account.id)).await.expect(200);
    assert!(account.text("main").contains("Password set by Administrator of all"), "{}", account.text("main"));
    let officer = app.actor(Role::DataProtectionOfficer, "all").await;
    let looks = officer.get(&format!("/protection/accounts/{}", bo.account.id)).await.expect(200);
    assert!(looks.text(".page-head").contains("Administrator of all set its password"), "{}", looks.text(".page-head"));
}
