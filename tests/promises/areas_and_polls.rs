//! Wards are named and polls kept, from a council's list or by hand; the law's days are worked out.

use crate::support::app::TestApp;
use crate::support::database::TestDatabase;
use crate::support::register::{Generated, choices, operation};
use crate::support::wall::{become_role, hash, open_session};
use hustings::access::Role;
use hustings::commands::{areas, register};
use sqlx::{PgConnection, query_as, query_scalar};

async fn made_of(db: &mut PgConnection) -> Vec<(String, String, Vec<String>)> {
    query_as(
        "select a.gss_code, a.name, array_agg(d.letters order by d.letters) from area a join area_district ad using (area_id)
         join district d on d.area_no = ad.area_no where ad.until_date > current_date group by a.area_id order by 1",
    )
    .fetch_all(db)
    .await
    .unwrap()
}

#[tokio::test]
async fn a_list_of_areas_names_wards_and_may_come_twice() {
    let database = TestDatabase::new().await;
    let made = Generated::new(4, 1500, "clean");
    register::import(&operation(&database), &choices(made.path("xpress-full-14"), 2025)).await.unwrap();
    let first = areas::import(&operation(&database), &made.path("areas")).await.unwrap();
    let mut db = database.operator().await;
    let before = made_of(&mut db).await;
    assert!(before.len() == first.wards + first.constituencies && first.wards > 0);
    let named: i64 = query_scalar("select count(*) from district where name <> ''").fetch_one(&mut db).await.unwrap();
    assert_eq!(usize::try_from(named).unwrap(), first.districts);
    assert_eq!(areas::import(&operation(&database), &made.path("areas")).await.unwrap(), first);
    assert_eq!(made_of(&mut db).await, before);
    let authorities: i64 = query_scalar("select count(*) from authority").fetch_one(&mut db).await.unwrap();
    assert_eq!(authorities, 1);
    areas::import(&operation(&database), &made.path("members")).await.unwrap_err();
    assert_eq!(made_of(&mut db).await, before);
}

#[tokio::test]
async fn two_councils_wards_of_one_name_stay_two() {
    let folder = tempfile::tempdir().unwrap();
    let database = TestDatabase::new().await;
    let mut db = database.operator().await;
    for (seed, size, authority) in [(4, 800, "Wexmere"), (5, 5000, "Oldney")] {
        let made = Generated::new(seed, size, "clean");
        let mut file = choices(made.path("xpress-full-14"), 2025);
        (file.authority, file.allow_other_districts) = (Some(authority.into()), true);
        register::import(&operation(&database), &file).await.unwrap();
        let letters: String = query_scalar(
            "select min(letters) from district d join authority a using (partition_id) where a.name = $1
             and not exists (select from district o where o.letters = d.letters and o.partition_id <> d.partition_id)",
        )
        .bind(authority)
        .fetch_one(&mut db)
        .await
        .unwrap();
        let wards = folder.path().join(format!("{authority}.csv"));
        std::fs::write(&wards, format!("polling district code,ward name\n{letters},Central\n")).unwrap();
        for _ in 0..2 {
            areas::import(&operation(&database), &wards).await.unwrap();
        }
    }
    let centrals: Vec<i64> = query_scalar(
        "select count(distinct d.partition_id) from area a join area_district ad using (area_id)
         join district d on d.area_no = ad.area_no where a.name = 'Central' group by a.area_id",
    )
    .fetch_all(&mut db)
    .await
    .unwrap();
    assert_eq!(centrals, [1, 1], "each council has its own, and giving the list again makes no third");
}

#[tokio::test]
async fn areas_that_came_first_are_those_of_the_register() {
    let database = TestDatabase::new().await;
    let made = Generated::new(4, 800, "clean");
    areas::import(&operation(&database), &made.path("areas")).await.unwrap();
    let mut file = choices(made.path("eros-full"), 2025);
    file.authority = Some("Wexmere".into());
    let report = register::import(&operation(&database), &file).await.unwrap().preview;
    assert_eq!((report.authority.as_str(), report.other_districts), ("Wexmere", false));
    let names: Vec<String> =
        query_scalar("select name from authority").fetch_all(&mut database.operator().await).await.unwrap();
    assert_eq!(names, ["Wexmere"], "the nameless authority got its name");
}

#[tokio::test]
async fn an_administrator_makes_an_area_and_an_organiser_sees_their_own() {
    let app = TestApp::new().await;
    crate::support::app::seed_place(&app.database).await;
    let administrator = app.actor(Role::Administrator, "all").await;
    let page = administrator.get("/areas").await.expect(200);
    let district = page.attribute("input[name=district]", "value");
    let wrong = administrator.post("/areas", &[("kind", "branch"), ("name", ""), ("gss_code", "E5")]).await.expect(422);
    assert_eq!(wrong.count(".errors li"), 3, "{}", wrong.body);
    let fields = [("kind", "branch"), ("name", "Harbour branch"), ("short_name", "harbour"), ("district", &*district)];
    administrator.post("/areas", &fields).await.expect(303);
    let taken = administrator.post("/areas", &fields).await.expect(422);
    assert!(taken.text("#short_name-error").contains("Another area"));
    administrator.post(&format!("/areas/districts/{district}"), &[("name", "Harbour North")]).await.expect(303);
    let organiser = app.actor(Role::Organiser, "harbour").await;
    let own = organiser.get("/areas").await.expect(200);
    assert!(own.text("main").contains("Harbour North") && own.text("main").contains("Harbour branch"));
    assert!(!own.text("main").contains("Saltern") && own.count("main form") == 0, "{}", own.body);
    organiser.post("/areas", &fields).await.expect(403);
    organiser.get(&format!("/areas/districts/{district}")).await.expect(404);
    // Who imported a first register of a place names its wards; of all areas, so that nobody gives themselves more.
    let everywhere = app.actor(Role::Organiser, "all").await;
    let fields = [("kind", "ward"), ("name", "Old Town"), ("short_name", "old-town"), ("district", &*district)];
    everywhere.post("/areas", &fields).await.expect(303);
    everywhere.post(&format!("/areas/districts/{district}"), &[("name", "Harbour South")]).await.expect(303);
    let page = everywhere.get("/areas").await.expect(200);
    assert!(page.text("main").contains("Old Town") && page.text("main").contains("Harbour South"), "{}", page.body);
    let made = page.attribute("main a[href^='/areas/']", "href");
    everywhere.get(&made).await.expect(200);
}

#[tokio::test]
async fn an_organiser_of_an_authority_names_its_wards_and_touches_no_other_s() {
    let app = TestApp::new().await;
    crate::support::app::seed_place(&app.database).await;
    let mut db = app.database.operator().await;
    sqlx::query("select wall.add_districts('Oldney', array['ON1'])").execute(&mut db).await.unwrap();
    sqlx::query("update area set short_name = 'wexmere' where kind = 'authority' and name = 'Wexmere'")
        .execute(&mut db)
        .await
        .unwrap();
    let number = "select area_no::text from district where letters = $1";
    let (own, other): (String, String) = (
        query_scalar(number).bind("QB1").fetch_one(&mut db).await.unwrap(),
        query_scalar(number).bind("ON1").fetch_one(&mut db).await.unwrap(),
    );
    let organiser = app.actor(Role::Organiser, "Wexmere").await;
    let ward = |name: &'static str, district: &str| {
        [("kind", "ward".to_owned()), ("name", name.to_owned()), ("district", district.to_owned())]
    };
    let post = async |fields: [(&'static str, String); 3]| {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
        organiser.post("/areas", &fields).await
    };
    post(ward("Old Town", &own)).await.expect(303);
    post(ward("Beyond", &other)).await.expect(403);
    organiser.post(&format!("/areas/districts/{own}"), &[("name", "North")]).await.expect(303);
    organiser.post(&format!("/areas/districts/{other}"), &[("name", "North")]).await.expect(404);
    let made: Vec<String> =
        query_scalar("select name from area where kind = 'ward' order by 1").fetch_all(&mut db).await.unwrap();
    assert_eq!(made, ["Old Town", "Quillbrook", "Saltern"]);
}

#[tokio::test]
async fn what_an_area_is_made_of_is_no_organiser_s_of_less_than_all_to_say() {
    let app = TestApp::new().await;
    crate::support::app::seed_place(&app.database).await;
    let account = app.account(Role::Organiser, "Quillbrook").await;
    let session = hash(&open_session(&app, &account).await);
    let mut db = app.database.app().await;
    become_role(&mut db, "hustings_organiser", &session, "", "1").await;
    let wider = "insert into area_district (area_id, area_no) select a.area_id, d.area_no from area a, district d
      where a.name = 'Quillbrook' and d.letters = 'SG1'";
    for sql in [wider, "insert into area (kind, name) values ('ward', 'Mine')"] {
        let refused = sqlx::query(sql).execute(&mut db).await.unwrap_err();
        assert_eq!(refused.as_database_error().unwrap().code().unwrap(), "42501", "{sql}");
    }
    let renamed = sqlx::query("update area set name = 'Mine'").execute(&mut db).await.unwrap();
    assert_eq!(renamed.rows_affected(), 0);
}

#[tokio::test]
async fn a_poll_shows_the_days_that_the_law_sets() {
    let app = TestApp::new().await;
    let administrator = app.actor(Role::Administrator, "all").await;
    let everywhere: i64 = query_scalar("select area_id from area where short_name = 'all'")
        .fetch_one(&mut app.database.operator().await)
        .await
        .unwrap();
    let area = everywhere.to_string();
    let fields = [("name", "May elections"), ("date", "2026-05-07"), ("kind", "local"), ("area", &*area)];
    administrator.post("/polls", &fields).await.expect(303);
    let again = administrator.post("/polls", &fields).await.expect(422);
    assert!(again.text("#name-error").contains("already"));
    assert_eq!(again.attribute("#date", "value"), "2026-05-07");
    let page = app.actor(Role::Organiser, "all").await.get("/polls").await.expect(200);
    assert_eq!(page.count("main form"), 0);
    for day in ["Mon 20 Apr 2026", "Tue 21 Apr 2026", "Tue 28 Apr 2026"] {
        assert!(page.text("main").contains(day), "{day}: {}", page.text("main"));
    }
}
