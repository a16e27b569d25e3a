//! Finding electors, and what their pages tell: only inside the area in use, every look on record.

use crate::support::app::{Actor, Answer, TestApp, seed_place};
use crate::support::results::Place;
use hustings::access::Role;
use serde_json::{Value, json};
use sha2::Digest;
use sqlx::{AssertSqlSafe, PgConnection, Row, query, query_scalar};
use std::collections::BTreeSet;
use uuid::Uuid;

/// The organiser of Quillbrook, in a place with two wards.
async fn quillbrook() -> (TestApp, Actor, i32) {
    let app = TestApp::new().await;
    let partition = seed_place(&app.database).await;
    let organiser = app.actor(Role::Organiser, "Quillbrook").await;
    (app, organiser, partition)
}

/// The electors on the last row of the access log of this account, as `partition.elector`.
async fn last_look(app: &TestApp, account: Uuid) -> (String, BTreeSet<String>) {
    let mut db = app.database.operator().await;
    let row = query("select what, subjects from access_log where account_id = $1 order by entry_id desc limit 1")
        .bind(account)
        .fetch_one(&mut db)
        .await
        .unwrap();
    let subjects: Vec<Uuid> = row.get("subjects");
    let ids = query_scalar("select partition_id || '.' || elector_id from subject where pseudonym = any ($1)")
        .bind(&subjects)
        .fetch_all(&mut db)
        .await
        .unwrap();
    assert_eq!(ids.len(), subjects.len());
    (row.get("what"), ids.into_iter().collect())
}

fn ids(answer: &Value) -> BTreeSet<String> {
    answer["electors"].as_array().unwrap().iter().map(|e| e["id"].as_str().unwrap().to_owned()).collect()
}

fn names(answer: &Answer) -> Vec<String> {
    let answer = answer.json();
    answer["electors"].as_array().unwrap().iter().map(|e| e["name"].as_str().unwrap().to_owned()).collect()
}

async fn search(actor: &Actor, q: &str) -> Answer {
    actor.post_json("/api/v1/electors/search", &json!({"q": q})).await
}

/// Somebody with a name and a number of their own at a home of Larkspur Row (or nowhere).
async fn add_elector(
    app: &TestApp,
    partition: i32,
    forenames: &str,
    surname: &str,
    number: &str,
    home: Option<i32>,
) -> i64 {
    use hustings::electors::name::PersonName;
    let name = PersonName { forenames: forenames.into(), surname: surname.into(), ..PersonName::default() };
    query_scalar(
        "insert into elector (partition_id, area_no, household_id, kind, forenames, surname, name, name_key, forename_key, number, position)
         select $1, d.area_no, (select household_id from household h where h.area_no = d.area_no and h.number = $7),
           case when $7 is null then 'overseas' else 'ordinary' end, $2, $3, $2 || ' ' || $3, $4, $5, $6, 99
         from district d where d.letters = 'QB1' returning elector_id",
    )
    .bind(partition)
    .bind(forenames)
    .bind(surname)
    .bind(name.name_key())
    .bind(format!("{} {}", name.forenames_key(), name.surname_key()))
    .bind(number)
    .bind(home)
    .fetch_one(&mut app.database.operator().await)
    .await
    .unwrap()
}

#[tokio::test]
async fn a_person_is_found_by_name_number_address_and_postcode() {
    let (app, organiser, partition) = quillbrook().await;
    add_elector(&app, partition, "Siân Mary", "O’Brien-Łuczak", "QB1-212/1", Some(3)).await;
    add_elector(&app, partition, "Gwŷn", "Overseas", "QB1-300", None).await;
    for q in [
        "o'brien luczak",
        "OBRIEN",
        "sian obrien",
        "O’Brien Sian",
        "sian mary",
        "obrien si",
        "SIÂN O",
        "QB1-212/1",
        "qb1-212/01",
        "  O'Brien-Luczak,  Sian ",
    ] {
        let answer = search(&organiser, q).await.expect(200);
        assert_eq!(names(&answer), ["Siân Mary O’Brien-Łuczak"], "{q}");
    }
    for (q, total) in [
        ("3 larkspur row", 3),
        ("3 Larkspur Row, ZZ1 4QX", 3),
        ("larkspur", 13),
        ("zz1 4qx", 13),
        ("ZZ1", 13),
        ("edith", 6),
        ("harcourt3", 2),
        ("QB1-6", 1),
        ("gwyn", 1),
        ("larkspur row zz2 4qx", 0),
        ("nobody", 0),
    ] {
        let answer = search(&organiser, q).await.expect(200).json();
        assert_eq!(answer["total"], total, "{q}: {answer}");
    }
    let first = search(&organiser, "QB1-6").await.json()["electors"][0].clone();
    assert_eq!(first["number"], "QB1-6");
    assert_eq!(first["address"], "3 Larkspur Row");
    assert_eq!(first["postcode"], "ZZ1 4QX");
}

#[tokio::test]
async fn a_limit_cuts_the_answer_and_not_the_count() {
    let (app, organiser, _) = quillbrook().await;
    let answer =
        organiser.post_json("/api/v1/electors/search", &json!({"q": "edith", "limit": 2})).await.expect(200).json();
    assert_eq!((answer["total"].as_i64(), ids(&answer).len()), (Some(6), 2));
    assert_eq!(last_look(&app, organiser.account.id).await.1, ids(&answer));
    organiser.post_json("/api/v1/electors/search", &json!({"q": "edith", "limit": 0})).await.expect(422);
}

#[tokio::test]
async fn nobody_outside_the_area_is_found_or_opened_and_the_attempt_is_on_record() {
    let (app, organiser, partition) = quillbrook().await;
    assert_eq!(search(&organiser, "old tannery").await.expect(200).json()["total"], 0);
    assert_eq!(search(&organiser, "SG1-6").await.expect(200).json()["total"], 0);
    let other: String = query_scalar("select partition_id || '.' || elector_id from elector where number = 'SG1-6'")
        .fetch_one(&mut app.database.operator().await)
        .await
        .unwrap();
    let home: String = query_scalar("select partition_id || '.' || household_id from elector where number = 'SG1-6'")
        .fetch_one(&mut app.database.operator().await)
        .await
        .unwrap();
    for path in [
        format!("/electors/{other}"),
        format!("/api/v1/electors/{other}"),
        format!("/homes/{home}"),
        format!("/electors/{other}/objection"),
        format!("/electors/{partition}.999999"),
    ] {
        organiser.get(&path).await.expect(404);
    }
    organiser.post(&format!("/electors/{other}/objection"), &[("how", "by letter")]).await.expect(404);
    let refused: i64 =
        query_scalar("select count(*) from access_log where account_id = $1 and what = 'refused' and status = 404")
            .bind(organiser.account.id)
            .fetch_one(&mut app.database.operator().await)
            .await
            .unwrap();
    assert_eq!(refused, 6);
    let objections: i64 =
        query_scalar("select count(*) from objection").fetch_one(&mut app.database.operator().await).await.unwrap();
    assert_eq!(objections, 0);
}

#[tokio::test]
async fn an_area_narrows_within_the_grant_and_never_widens_it() {
    let (app, organiser, _) = quillbrook().await;
    let everywhere = app.actor(Role::Organiser, "all").await;
    let narrowed = |area: &str| json!({"q": "edith", "area": area});
    let answer = everywhere.post_json("/api/v1/electors/search", &narrowed("Saltern")).await.expect(200).json();
    assert_eq!(answer["total"], 6);
    assert!(answer["electors"][0]["address"].as_str().unwrap().contains("Tannery"));
    assert_eq!(everywhere.post_json("/api/v1/electors/search", &narrowed("all")).await.json()["total"], 12);
    assert_eq!(organiser.post_json("/api/v1/electors/search", &narrowed("QB1")).await.json()["total"], 6);
    assert_eq!(organiser.post_json("/api/v1/electors/search", &narrowed("all")).await.json()["total"], 6);
    organiser.post_json("/api/v1/electors/search", &narrowed("Saltern")).await.expect(404);
    organiser.post_json("/api/v1/electors/search", &narrowed("Atlantis")).await.expect(422);
}

#[tokio::test]
async fn every_look_is_on_record_with_exactly_those_shown() {
    let (app, organiser, _) = quillbrook().await;
    let me = organiser.account.id;
    let found = search(&organiser, "wilfred").await.expect(200).json();
    assert_eq!(last_look(&app, me).await, ("search".into(), ids(&found)));
    search(&organiser, "nobody at all").await.expect(200);
    assert_eq!(last_look(&app, me).await, ("search".into(), BTreeSet::new()));
    let one = found["electors"][0]["id"].as_str().unwrap().to_owned();
    organiser.get(&format!("/api/v1/electors/{one}")).await.expect(200);
    assert_eq!(last_look(&app, me).await, ("look".into(), BTreeSet::from([one.clone()])));
    let page =
        organiser.post("/electors", &[("q", found["electors"][0]["number"].as_str().unwrap())]).await.expect(200);
    assert_eq!(last_look(&app, me).await, ("search".into(), linked(&page)), "the others at home are shown too");
    assert_eq!(linked(&page).len(), 2);
    let page = organiser.get(&format!("/electors/{one}")).await.expect(200);
    let (what, seen) = last_look(&app, me).await;
    assert_eq!(what, "look");
    assert_eq!(seen, linked(&page).into_iter().chain([one]).collect());
    let home = page.attribute("a[href^='/homes/']", "href");
    let page = organiser.get(&home).await.expect(200);
    assert_eq!(last_look(&app, me).await, ("look".into(), linked(&page)));
}

/// The electors that a page names, by its links.
fn linked(page: &Answer) -> BTreeSet<String> {
    let html = scraper::Html::parse_document(&page.body);
    let links = scraper::Selector::parse("main a[href^='/electors/']").unwrap();
    let id =
        |link: scraper::ElementRef| link.attr("href")?.strip_prefix("/electors/")?.split('/').next().map(str::to_owned);
    html.select(&links).filter_map(id).collect()
}

#[tokio::test]
async fn results_are_grouped_by_home_counted_and_paged() {
    let (app, organiser, partition) = quillbrook().await;
    let page = organiser.post("/electors", &[("q", "edith")]).await.expect(200);
    assert!(page.text(".page-head p").starts_with("6 electors in 6 homes match."), "{}", page.text(".page-head p"));
    assert_eq!((page.count("tr.group"), page.count("tbody th[scope=row]")), (6, 12));
    assert_eq!(page.attribute("#q", "value"), "edith", "the words come back in the box");
    assert!(!page.text("title").contains("edith"), "and stand nowhere that is kept");
    query("insert into household (partition_id, area_no, lines, address, address_key, street_key, street, number, position)
           select $1, area_no, array[n || ' Long Lane'], n || ' Long Lane', n || ' long lane', 'long lane', 'Long Lane', n, n
           from district, generate_series(1, 120) n where letters = 'QB1'")
        .bind(partition).execute(&mut app.database.operator().await).await.unwrap();
    query("insert into elector (partition_id, area_no, household_id, kind, name, name_key, forename_key, number, position)
           select h.partition_id, h.area_no, h.household_id, 'ordinary', 'Ann Long', 'long ann', 'ann long', 'QB1-' || 1000 + h.number, 1000 + h.number
           from household h where h.street = 'Long Lane'")
        .execute(&mut app.database.operator().await).await.unwrap();
    let page = organiser.post("/electors", &[("q", "long")]).await.expect(200);
    assert_eq!(page.count("tr.group"), 50);
    assert!(page.text(".pages").starts_with("Homes 1 to 50 of 120"));
    let page = organiser.post("/electors", &[("q", "long"), ("page", "3")]).await.expect(200);
    assert_eq!((page.count("tr.group"), page.text(".pages button")), (20, "Previous 50".into()));
    assert_eq!(page.text("tr.group a"), "101 Long Lane");
    organiser.post("/electors", &[("q", "long"), ("page", "900")]).await.expect(200);
}

#[tokio::test]
async fn a_search_for_nothing_says_what_to_type() {
    let (_app, organiser, _) = quillbrook().await;
    for (q, told) in
        [("", "Type a name"), ("e", "at least two"), ("%_%", "at least two"), (&*"x".repeat(201), "longer than any")]
    {
        let page = organiser.post("/electors", &[("q", q)]).await.expect(422);
        assert!(page.text(".errors").contains(told), "{}", page.text(".errors"));
        assert!(page.text("title").starts_with("Error:"));
        let problem = search(&organiser, q).await.expect(422).json();
        assert_eq!(problem["field"], "q");
    }
    let page = organiser.post("/electors", &[("q", "zebedee")]).await.expect(200);
    assert!(page.text(".empty").contains("Nobody in Quillbrook matches"));
}

#[tokio::test]
async fn hostile_words_find_nobody_and_break_nothing() {
    let (_app, organiser, _) = quillbrook().await;
    for q in [
        "'; drop table elector; --",
        "har%",
        "har_ourt1",
        "\\\\harcourt",
        "harcourt\0",
        "((((((",
        "$1 $2",
        "<script>alert(1)</script>",
        "\u{202e}tpircs",
        "=HYPERLINK(1)",
        "ha\u{10ffff}",
        "１４",
        "نور",
        "a a a a a a a a a a a a",
    ] {
        let answer = search(&organiser, q).await;
        assert!(answer.status == 422 || answer.json()["total"].as_i64().unwrap() <= 12, "{q}: {}", answer.body);
        assert_eq!(organiser.post("/electors", &[("q", q)]).await.status, answer.status, "{q}");
    }
    organiser.post_json("/api/v1/electors/search", &json!({"q": "ed", "sql": "x"})).await.expect(422);
    organiser.post_json("/api/v1/electors/search", &json!({"q": 7})).await.expect(422);
    organiser.get("/electors/1%27%20or%20true").await.expect(404);
    organiser.get("/electors/99999999999999999999.1").await.expect(404);
}

#[tokio::test]
async fn a_hostile_name_is_drawn_as_text() {
    let (app, organiser, partition) = quillbrook().await;
    let script = add_elector(&app, partition, "<script>alert(1)</script>", "\u{202e}Evil<b>", "QB1-400", Some(1)).await;
    for page in [
        organiser.post("/electors", &[("q", "QB1-400")]).await.expect(200),
        organiser.get(&format!("/electors/{partition}.{script}")).await.expect(200),
    ] {
        assert!(!page.body.contains("<script>alert"), "{}", page.body);
        assert!(
            page.text("main bdi").contains("<script>alert(1)</script>")
                || page.text("main").contains("<script>alert(1)")
        );
    }
}

#[tokio::test]
async fn filters_and_orders_narrow_what_was_found() {
    let (app, organiser, _) = quillbrook().await;
    let place = Place::of(&app).await;
    place.result("QB1-2", "spoke", Some("F"), "now() - interval '100 days'").await;
    place.result("QB1-4", "spoke", Some("A"), "now() - interval '3 days'").await;
    let found = async |fields: &[(&str, &str)]| {
        let page = organiser.post("/electors", fields).await.expect(200);
        page.text(".page-head p")
    };
    assert!(found(&[("q", "edith"), ("intention", "group:promises")]).await.starts_with("1 elector in 1 home"));
    assert!(found(&[("q", ""), ("intention", "code:A")]).await.starts_with("1 elector in 1 home"));
    assert!(found(&[("q", "edith"), ("intention", "unknown")]).await.starts_with("4 electors"));
    assert!(found(&[("q", "edith"), ("asked", "not-90")]).await.starts_with("5 electors"));
    assert!(found(&[("q", "edith"), ("asked", "in-30")]).await.starts_with("1 elector"));
    let page = organiser.post("/electors", &[("q", "edith"), ("order", "asked")]).await.expect(200);
    assert_eq!(last_row(&page), "Edith Harcourt2");
    let page = organiser.post("/electors", &[("q", "QB1-2")]).await.expect(200);
    assert!(page.text("tbody").contains("F Firm") && page.text("tbody").contains("door"), "{}", page.text("tbody"));
    let district = page.attribute("select[name=district] option:nth-child(2)", "value");
    assert!(found(&[("q", ""), ("district", &district)]).await.starts_with("12 electors in 6 homes"));
}

fn last_row(page: &Answer) -> String {
    let html = scraper::Html::parse_document(&page.body);
    let rows = scraper::Selector::parse("tbody:last-of-type th[scope=row]").unwrap();
    html.select(&rows).next().map(|e| e.text().collect()).unwrap_or_default()
}

#[tokio::test]
async fn an_electors_page_tells_what_was_said_when_and_who_recorded_it() {
    let (app, organiser, _) = quillbrook().await;
    let place = Place::of(&app).await;
    let first = place.result("QB1-6", "spoke", Some("A"), "now() - interval '2 days'").await;
    let more = json!({"note": "The bus is late", "asks": ["poster", "will-help"], "issues": ["BUS"], "voted": "post"});
    place.full("QB1-6", "spoke", Some("F"), "now() - interval '1 day'", Some(first), more).await;
    query("insert into result (partition_id, id, list_id, household_id, area_no, outcome, intention_kind, at, account_id)
           select e.partition_id, gen_random_uuid(), l.list_id, e.household_id, e.area_no, 'not-home', 'local', now(), $1
           from elector e, walk_list l where e.number = 'QB1-6'")
        .bind(place.account).execute(&mut place.db().await).await.unwrap();
    let id = place.id("QB1-6").await;
    let page = organiser.get(&format!("/electors/{id}")).await.expect(200);
    let history = page.text(".time");
    for told in [
        "Firm, local election",
        "by Bo Ferreday on list Quillbrook 3",
        "Will put up a poster. Will help.",
        "“The bus is late”",
        "Buses",
        "Against, local election",
        "Corrected later",
        "Corrects an earlier answer",
        "Not home",
    ] {
        assert!(history.contains(told), "{told}: {history}");
    }
    assert!(!history.contains("voted"), "not before the poll is over");
    let now = page.text("[aria-labelledby=now]");
    assert!(now.contains("F Firm") && now.contains("Buses") && now.contains("Put up a poster and help"), "{now}");
    assert!(page.text("main").contains("It is on record"));
    let results = organiser.get(&format!("/api/v1/electors/{id}")).await.expect(200).json()["results"].clone();
    let results = results.as_array().unwrap();
    assert_eq!(results.len(), 3);
    assert_eq!(
        (&results[1]["intention"], &results[1]["by"], &results[1]["voted"]),
        (&json!("F"), &json!("Bo Ferreday"), &Value::Null)
    );
    assert_eq!((&results[2]["corrected"], &results[2]["id"]), (&json!(true), &json!(first)));
    query("update poll set poll_date = current_date - 1").execute(&mut place.db().await).await.unwrap();
    let page = organiser.get(&format!("/electors/{id}")).await.expect(200);
    assert!(page.text(".time").contains("Says they voted by post"), "{}", page.text(".time"));
}

#[tokio::test]
async fn registers_attainers_and_marks_are_told_in_words() {
    let (app, organiser, partition) = quillbrook().await;
    let place = Place::of(&app).await;
    let mut db = place.db().await;
    query("update elector set kind = 'attainer', attains_on = '2027-03-04', markers = 'K Z' where number = 'QB1-3'")
        .execute(&mut db)
        .await
        .unwrap();
    query("with r as (insert into register (partition_id, published, kind, basis, format, encoding, file_name, sha256, counts)
             select $1, d, 'full', 'party', 'x', 'utf-8', 'f', '', '{}' from (values (date '2025-12-01'), ('2024-12-01')) v (d) returning *)
           insert into register_entry (partition_id, register_id, area_no, number, suffix, elector_id, line, position, raw)
           select r.partition_id, r.register_id, e.area_no, case when r.published = '2025-12-01' then 3 else 77 end, 0, e.elector_id, 1, 1, ''
           from r, elector e where e.number = 'QB1-3'")
        .bind(partition).execute(&mut db).await.unwrap();
    let page = organiser.get(&format!("/electors/{}", place.id("QB1-3").await)).await.expect(200);
    let head = page.text(".page-head");
    assert!(head.contains("Elector QB1-3 on Wexmere’s register of 1 December 2025"), "{head}");
    let now = page.text("[aria-labelledby=now]");
    assert!(
        now.contains("Attainer, 18 on 4 March 2027") && now.contains("Citizen of an EU state: local elections only"),
        "{now}"
    );
    assert!(page.text(".time").contains("On the register as QB1-77"));
    place.result("QB1-5", "moved", None, "now()").await;
    let found = organiser.post("/electors", &[("q", "1 larkspur row")]).await.expect(200);
    assert!(found.text("tbody").contains("Attainer"), "{}", found.text("tbody"));
    let found = organiser.post("/electors", &[("q", "QB1-5")]).await.expect(200);
    assert!(found.text("tbody").contains("Moved?"));
    query("update elector set number = '', left_at = now() where number = 'QB1-8'").execute(&mut db).await.unwrap();
    let found = organiser.post("/electors", &[("q", "edith harcourt4")]).await.expect(200);
    assert!(found.text("tbody").contains("Left"), "{}", found.text("tbody"));
}

#[tokio::test]
async fn who_wants_no_contact_is_marked_and_may_change_their_mind() {
    let (app, organiser, _) = quillbrook().await;
    let place = Place::of(&app).await;
    let id = place.id("QB1-4").await;
    let asks = organiser.get(&format!("/electors/{id}/objection")).await.expect(200);
    assert!(asks.text("h1").contains("Stop contact with Edith Harcourt2 at the door?"));
    assert!(asks.text(".facts").contains("1 live walk list holds them"), "{}", asks.text(".facts"));
    let page = organiser.post(&format!("/electors/{id}/objection"), &[("how", " ")]).await.expect(422);
    assert!(page.text(".errors").contains("Say how they said it"));
    let stop =
        organiser.post(&format!("/electors/{id}/objection"), &[("how", "By letter of 3 October")]).await.expect(303);
    assert_eq!(stop.location(), format!("/electors/{id}"));
    let page = organiser.get(&format!("/electors/{id}")).await.expect(200);
    assert!(page.text("[aria-labelledby=ways]").contains("Said no"), "{}", page.text("[aria-labelledby=ways]"));
    assert!(
        page.text(".time").contains("By letter of 3 October. Recorded by Organiser of Quillbrook."),
        "{}",
        page.text(".time")
    );
    let found = organiser.post("/electors", &[("q", "QB1-4")]).await.expect(200);
    assert_eq!(found.text(".tag.bad"), "Do not call");
    organiser
        .post(&format!("/electors/{id}/objection/withdrawal"), &[("how", "Told Bo at the stall")])
        .await
        .expect(303);
    let page = organiser.get(&format!("/electors/{id}")).await.expect(200);
    assert!(page.text("[aria-labelledby=ways]").contains("DoorYes"), "{}", page.text("[aria-labelledby=ways]"));
    assert!(page.text(".time").contains("By letter of 3 October"), "both stay in the history");
    let found = organiser.post("/electors", &[("q", "QB1-4")]).await.expect(200);
    assert_eq!(found.count(".tag.bad"), 0);
}

/// How PostgreSQL would run a search as the organiser's role, with what it knows of the values and without.
async fn plans(db: &mut PgConnection, name: &str, sql: &str, values: &str) -> Vec<String> {
    let mut plans = Vec::new();
    query(AssertSqlSafe(format!("prepare {name} as {sql}"))).execute(&mut *db).await.unwrap();
    for mode in ["force_custom_plan", "force_generic_plan"] {
        query(AssertSqlSafe(format!("set plan_cache_mode = {mode}"))).execute(&mut *db).await.unwrap();
        let lines: Vec<String> = query_scalar(AssertSqlSafe(format!("explain execute {name} ({values})")))
            .fetch_all(&mut *db)
            .await
            .unwrap();
        plans.push(format!("{name}, {mode}\n{}", lines.join("\n")));
    }
    plans
}

#[tokio::test]
async fn no_search_reads_all_electors() {
    let (app, _, _) = quillbrook().await;
    seed_many(&app).await;
    let account = app.account(Role::Organiser, "all").await;
    let signed = json!({"email": account.email, "password": crate::support::app::PASSWORD});
    let token = app.nobody().post_json("/api/v1/sessions", &signed).await.expect(201).json()["token"]
        .as_str()
        .unwrap()
        .to_owned();
    let mut db = app.database.app().await;
    query("set role hustings_organiser").execute(&mut db).await.unwrap();
    query("select set_config('app.session', $1, false), set_config('app.area', (select area_id::text from area where short_name = 'all'), false)")
        .bind(hex::encode(sha2::Sha256::digest(token)))
        .execute(&mut db)
        .await
        .unwrap();
    let all: String = query_scalar("select 'array' || to_json(array_agg(area_no))::text from district")
        .fetch_one(&mut db)
        .await
        .unwrap();
    let counted: i64 = query_scalar("select count(*) from elector").fetch_one(&mut db).await.unwrap();
    assert!(counted > 8_000, "the role sees {counted} electors");
    let begins = |text: &str| format!("{all}, '{text}', '{text}' || chr(1114111)");
    let searches = [
        ("by_number", include_str!("../../src/electors/sql/by_number.sql"), format!("{all}, array['QB1-2'], 20001")),
        ("by_name", include_str!("../../src/electors/sql/by_name.sql"), format!("{}, '', 20001", begins("harcourt1"))),
        (
            "by_forename",
            include_str!("../../src/electors/sql/by_forename.sql"),
            format!("{}, 'har', 20001", begins("edith")),
        ),
        (
            "by_address",
            include_str!("../../src/electors/sql/by_address.sql"),
            format!("{}, '', 20001", begins("3 street 7")),
        ),
        (
            "by_street",
            include_str!("../../src/electors/sql/by_street.sql"),
            format!("{}, 3, '', '', 20001", begins("street 7")),
        ),
        ("by_postcode", include_str!("../../src/electors/sql/by_postcode.sql"), format!("{}, 20001", begins("zz14"))),
        ("by_district", include_str!("../../src/electors/sql/by_district.sql"), "3, 20001".into()),
        (
            "by_intention",
            include_str!("../../src/electors/sql/by_intention.sql"),
            format!("{all}, 'local', array['F'], 20001"),
        ),
    ];
    let mut all_plans = Vec::new();
    for (name, sql, values) in searches {
        all_plans.extend(plans(&mut db, name, sql, &values).await);
    }
    for plan in all_plans {
        for table in ["elector", "household"] {
            assert!(!plan.contains(&format!("Seq Scan on {table}")), "{plan}");
        }
    }
}

/// Twenty more districts of six hundred people, some of them asked.
async fn seed_many(app: &TestApp) {
    let mut db = app.database.operator().await;
    query("select wall.add_districts('Wexmere', array(select 'Z' || n from generate_series(1, 20) n))")
        .execute(&mut db)
        .await
        .unwrap();
    query("insert into household (partition_id, area_no, lines, address, postcode, address_key, street_key, postcode_key, street, number, position)
           select d.partition_id, d.area_no, array[n || ' Street ' || d.area_no], n || ' Street ' || d.area_no, 'ZZ' || d.area_no || ' 4QX',
             n || ' street ' || d.area_no, 'street ' || d.area_no, 'zz' || d.area_no || '4qx', 'Street ' || d.area_no, n, n
           from district d, generate_series(1, 300) n where d.letters like 'Z%'").execute(&mut db).await.unwrap();
    query("insert into elector (partition_id, area_no, household_id, kind, name, name_key, forename_key, number, position)
           select h.partition_id, h.area_no, h.household_id, 'ordinary', 'x', md5(h.household_id || 'a' || p) || ' ' || md5(p::text || h.household_id),
             md5(p::text || h.household_id) || ' ' || md5(h.household_id || 'a' || p), d.letters || '-' || h.number * 2 + p, h.number * 2 + p
           from household h join district d using (area_no), generate_series(0, 1) p where d.letters like 'Z%'").execute(&mut db).await.unwrap();
    query("insert into intention_now (partition_id, elector_id, intention_kind, area_no, code)
           select partition_id, elector_id, 'local', area_no, case elector_id % 20 when 0 then 'F' else 'A' end from elector where elector_id % 3 = 0")
        .execute(&mut db).await.unwrap();
    query("analyze").execute(&mut db).await.unwrap();
}

#[tokio::test]
async fn nobody_but_an_organiser_searches() {
    let (app, _, _) = quillbrook().await;
    for role in [Role::Volunteer, Role::MembershipSecretary, Role::DataProtectionOfficer, Role::Administrator] {
        let actor = app.actor(role, "all").await;
        actor.get("/electors").await.expect(403);
        actor.post("/electors", &[("q", "edith")]).await.expect(403);
        search(&actor, "edith").await.expect(403);
    }
    search(&app.nobody(), "edith").await.expect(401);
}
