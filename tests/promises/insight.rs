//! Figures that organisers plan by: they say what was recorded, and show nobody.

use crate::support::app::{Actor, Answer, TestApp, seed_place};
use crate::support::results::Place;
use hustings::access::{Permission, Role};
use hustings::database::cluster::Login;
use hustings::database::{Operator, OperatorSession, Scoped};
use hustings::insight::store::{self, Difference};
use serde_json::json;
use sqlx::{query, query_scalar};
use uuid::Uuid;

async fn quillbrook() -> (TestApp, Actor, Place) {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    query(
        "insert into district_size (area_no, electors, households) select area_no, count(*), 6 from elector group by 1",
    )
    .execute(&mut app.database.operator().await)
    .await
    .unwrap();
    let organiser = app.actor(Role::Organiser, "Quillbrook").await;
    let place = Place::of(&app).await;
    (app, organiser, place)
}

async fn operator(app: &TestApp) -> (Operator, Scoped) {
    let operator = Operator::connect(&app.database.url(Login::Operator)).unwrap();
    let session =
        OperatorSession { os_user: "tester".into(), command: "insight compare".into(), reason: "test".into() };
    let scope = Scoped::operator(&operator, &session, Permission::ReadInsight).await.unwrap();
    (operator, scope)
}

async fn differences(app: &TestApp) -> Vec<Difference> {
    let (operator, mut scope) = operator(app).await;
    let all = store::compare(&mut scope).await.unwrap();
    scope.commit().await.unwrap();
    operator.close().await;
    all
}

fn row(page: &Answer, district: &str) -> String {
    let html = scraper::Html::parse_document(&page.body);
    let rows = scraper::Selector::parse("tbody tr").unwrap();
    let text = |e: scraper::ElementRef| e.text().collect::<Vec<_>>().join(" ");
    html.select(&rows).map(text).find(|t| t.starts_with(district)).unwrap_or_default()
}

#[tokio::test]
async fn contact_rate_and_intention_are_those_recorded_in_the_area() {
    let (app, organiser, place) = quillbrook().await;
    let first = place.result("QB1-2", "spoke", Some("A"), "now() - interval '9 days'").await;
    place.full("QB1-2", "spoke", Some("F"), "now() - interval '8 days'", Some(first), json!({})).await;
    place.result("QB1-3", "spoke", Some("P"), "now() - interval '2 days'").await;
    place.result("QB1-4", "spoke", Some("W"), "now() - interval '1 day'").await;
    place.result("QB1-5", "not-home", None, "now() - interval '1 day'").await;
    let page = organiser.get("/insight").await.expect(200);
    assert!(page.text(".tiles").starts_with("Contact rate25.0%3 of 12 electors"), "{}", page.text(".tiles"));
    let tiles = page.text(".tiles");
    assert!(tiles.contains("Promises2for us"), "{tiles}");
    assert!(tiles.contains("Doors, last 7 days21 more than the week before"), "{tiles}");
    assert!(tiles.contains("Spoken to, last 7 days21 the week before"), "{tiles}");
    assert!(row(&page, "QB1").contains("25.0%") && row(&page, "SG1").is_empty(), "{}", row(&page, "QB1"));
    assert_eq!(page.attribute("svg.split", "aria-label"), "Firm 33%, Probable 33%, Won’t say 33%");
    assert_eq!(page.count("svg.split rect"), 3);
    let everywhere = app.actor(Role::Organiser, "all").await.get("/insight?sort=district&up=1").await.expect(200);
    assert!(row(&everywhere, "SG1").contains("0.0%"));
    assert_eq!(everywhere.attribute("th[aria-sort]", "aria-sort"), "ascending");
    let looks: i64 = query_scalar("select count(*) from access_log where account_id = $1 and what <> 'refused'")
        .bind(organiser.account.id)
        .fetch_one(&mut place.db().await)
        .await
        .unwrap();
    assert_eq!(looks, 0, "figures show nobody");
    organiser.get("/insight?kind=<script>&sort=;drop&up=9").await.expect(200);
}

#[tokio::test]
async fn the_first_page_shows_what_is_out_and_what_needs_one() {
    let (app, organiser, place) = quillbrook().await;
    let mut db = place.db().await;
    let page = organiser.get("/").await.expect(200);
    assert!(page.text("[aria-labelledby=live]").contains("No list is out"));
    assert!(page.text(".todo").contains("Nobody holds Quillbrook 36 doors to do"), "{}", page.text(".todo"));
    query("insert into assignment (partition_id, list_id, assignment_id, account_id, ends_at)
           select partition_id, list_id, gen_random_uuid(), $1, date_trunc('day', now() at time zone 'Europe/London') at time zone 'Europe/London' + interval '23 hours 59 minutes 59 seconds'
           from walk_list").bind(place.account).execute(&mut db).await.unwrap();
    place.result("QB1-2", "spoke", Some("F"), "now() - interval '4 minutes'").await;
    place.result("QB1-4", "not-home", None, "now() - interval '2 minutes'").await;
    place.result("QB1-6", "come-back", None, "now() - interval '3 minutes'").await;
    let page = organiser.get("/").await.expect(200);
    let out = row(&page, "Quillbrook 3");
    assert!(out.contains("Bo Ferreday") && out.contains("2 of 6") && out.contains("2 minutes ago"), "{out}");
    let tiles = page.text(".tiles");
    assert!(
        tiles.contains("Volunteers out now1of 1 who hold a list") && tiles.contains("Promises11 new this week"),
        "{tiles}"
    );
    assert!(page.text(".todo").contains("Quillbrook 3 shuts at 11:59"), "{}", page.text(".todo"));
    assert!(!page.text(".todo").contains("Nobody holds"));
    query(
        "insert into quarantine (id, digest, partition_id, list_id, area_no, content, reason, account_id)
           select gen_random_uuid(), '', partition_id, list_id, area_no, '{}', 'access ended', $1 from walk_list",
    )
    .bind(place.account)
    .execute(&mut db)
    .await
    .unwrap();
    query("insert into import (import_id, authority, area_id, file_name, published, basis, state, account_id)
           select gen_random_uuid(), 'Wexmere', area_id, 'december.csv', current_date, 'party', 'ready', $1 from area where short_name = 'Quillbrook'")
        .bind(organiser.account.id).execute(&mut db).await.unwrap();
    let other = app.account(Role::Volunteer, "Quillbrook").await;
    let differs = json!({"account": other.id});
    place.full("QB1-2", "spoke", Some("A"), "now() - interval '1 minute'", None, differs).await;
    let page = organiser.get("/").await.expect(200);
    for told in ["1 answer waits for you", "1 pair of answers disagrees", "december.csv is read"] {
        assert!(page.text(".todo").contains(told), "{told}: {}", page.text(".todo"));
    }
    let saltern = app.actor(Role::Organiser, "Saltern").await.get("/").await.expect(200);
    assert!(saltern.text(".todo").contains("Nothing waits for you"), "{}", saltern.text(".todo"));
    assert!(saltern.text(".tiles").contains("Promises0"));
}

#[tokio::test]
async fn without_a_register_the_first_page_says_to_import_one_and_offers_no_list() {
    let app = TestApp::new().await;
    let page = app.actor(Role::Organiser, "all").await.get("/").await.expect(200);
    assert!(page.text(".todo").contains("Import a register first"), "{}", page.text(".todo"));
    assert_eq!(page.count("main a[href='/imports/new']"), 2);
    assert_eq!(page.count("main a[href='/walk-lists/new']"), 0);
    let (_app, organiser, _place) = quillbrook().await;
    let page = organiser.get("/").await.expect(200);
    assert!(!page.text(".todo").contains("Import a register"), "{}", page.text(".todo"));
    assert_eq!(page.count("main a[href='/walk-lists/new']"), 1);
}

#[tokio::test]
async fn answers_that_disagree_are_shown_with_both_sides_and_on_record() {
    let (app, organiser, place) = quillbrook().await;
    let other = app.account(Role::Volunteer, "Quillbrook").await;
    place.result("QB1-2", "spoke", Some("F"), "now() - interval '3 hours'").await;
    let later =
        place.full("QB1-2", "spoke", Some("A"), "now() - interval '1 hour'", None, json!({"account": other.id})).await;
    place.result("QB1-3", "spoke", Some("F"), "now() - interval '3 days'").await;
    place.full("QB1-3", "spoke", Some("A"), "now()", None, json!({"account": other.id})).await;
    let page = organiser.get("/insight/disagreements").await.expect(200);
    assert_eq!(page.count("tbody tr"), 1, "three days apart is a change of mind");
    let row = page.text("tbody tr");
    assert!(row.contains("Edith Harcourt1") && row.contains("F FirmBo Ferreday") && row.contains("A Against"), "{row}");
    let logged: i32 = query_scalar(
        "select cardinality(subjects) from access_log where account_id = $1 order by entry_id desc limit 1",
    )
    .bind(organiser.account.id)
    .fetch_one(&mut place.db().await)
    .await
    .unwrap();
    assert_eq!(logged, 1);
    place.full("QB1-2", "spoke", Some("F"), "now()", Some(later), json!({"account": other.id})).await;
    let page = organiser.get("/insight/disagreements").await.expect(200);
    assert!(page.text(".empty").contains("All answers agree"));
}

#[tokio::test]
async fn tallies_equal_a_recount_after_many_answers_corrections_and_moves() {
    let (app, _, place) = quillbrook().await;
    let mut db = place.db().await;
    let mut sent: Vec<(String, Uuid)> = Vec::new();
    // Random enough, and the same each time.
    let mut seed = 88_172_645_463_325_252_u64;
    let mut next = |below: u64| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed % below
    };
    for _ in 0..150 {
        let number = format!("QB1-{}", 2 + next(12));
        let code = ["F", "P", "U", "A", "X", "W", "N"][usize::try_from(next(7)).unwrap()];
        let earlier: Vec<Uuid> = sent.iter().filter(|(n, _)| *n == number).map(|(_, id)| *id).collect();
        let base = (next(3) == 0 && !earlier.is_empty())
            .then(|| earlier[usize::try_from(next(earlier.len() as u64)).unwrap()]);
        let code = (next(5) > 0).then_some(code);
        let at = format!("now() - interval '{} minutes'", next(5000));
        sent.push((number.clone(), place.full(&number, "spoke", code, &at, base, json!({})).await));
        if next(30) == 0 {
            query(
                "update elector set area_no = (select area_no from district where letters = 'SG1') where number = $1",
            )
            .bind(&number)
            .execute(&mut db)
            .await
            .unwrap();
            query("select wall.rebuild_tallies(partition_id) from authority").execute(&mut db).await.unwrap();
        }
        if next(20) == 0 {
            query("select wall.fold_tallies()").execute(&mut db).await.unwrap();
        }
    }
    let tallied: i64 = query_scalar("select sum(change)::bigint from tally").fetch_one(&mut db).await.unwrap();
    assert!(tallied >= 10, "{tallied}");
    assert_eq!(differences(&app).await, []);
    query("insert into tally (area_no, intention_kind, code, change) select area_no, 'local', 'F', 3 from district where letters = 'QB1'")
        .execute(&mut db).await.unwrap();
    query("update intention_now set code = 'N'").execute(&mut db).await.unwrap();
    let wrong = differences(&app).await;
    assert_eq!(wrong.len(), 1, "a tally that drifted is found: {wrong:?}");
    assert_eq!(wrong[0].tallied - wrong[0].counted, 3);
    let (operator, mut scope) = operator(&app).await;
    store::rebuild(&mut scope).await.unwrap();
    scope.commit().await.unwrap();
    operator.close().await;
    assert_eq!(differences(&app).await, [], "and mended");
}

#[tokio::test]
async fn only_organisers_see_figures() {
    let (app, _, _) = quillbrook().await;
    for role in [Role::Volunteer, Role::MembershipSecretary, Role::DataProtectionOfficer, Role::Administrator] {
        let actor = app.actor(role, "all").await;
        actor.get("/insight").await.expect(403);
        actor.get("/insight/disagreements").await.expect(403);
    }
}
