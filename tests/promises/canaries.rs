//! An invented elector stands among the others, nobody but the data protection officer can tell, no list and no figure holds them,
//! no import moves them, and whoever opens one is told of.

use crate::support::access::sql_as;
use crate::support::app::{Actor, TestApp, urls_of};
use crate::support::electors::{find, quillbrook};
use crate::support::imports::{import, import_for};
use crate::support::pdf::Pdf;
use crate::support::register::Generated;
use crate::support::until::until;
use crate::support::voters;
use crate::support::walk::{change, count};
use crate::support::wall::{become_role, hash, open_session};
use hustings::access::Role;
use hustings::database::Database;
use hustings::watching::watcher;
use sqlx::{AssertSqlSafe, PgConnection, query, query_as, query_scalar};

/// A town with a register, an officer, and a canary in its first district.
struct Town {
    app: TestApp,
    organiser: Actor,
    officer: Actor,
    made: Generated,
    /// Name and record of the canary.
    canary: (String, String),
}

impl Town {
    async fn new() -> Self {
        let app = TestApp::new().await;
        let organiser = app.actor(Role::Organiser, "all").await;
        let made = Generated::new(4, 300, "clean");
        import_for(&app, &organiser, "town.csv", made.bytes("xpress-full-14"), "Oldney Borough").await;
        let officer = app.actor(Role::DataProtectionOfficer, "all").await;
        let mut db = app.database.operator().await;
        let area: i64 = query_scalar(
            "select a.area_id from area a join household h using (area_no) where h.number is not null and h.flat = ''
             group by 1 order by count(*) desc limit 1",
        )
        .fetch_one(&mut db)
        .await
        .unwrap();
        let area = area.to_string();
        officer.post("/protection/canaries", &[("area", &area), ("count", "1")]).await.expect(303);
        let canary =
            query_as("select name, partition_id || '.' || elector_id from canary").fetch_one(&mut db).await.unwrap();
        Town { app, organiser, officer, made, canary }
    }

    async fn alerts(&self) -> Vec<(String, String)> {
        let pools = Database::connect(&urls_of(&self.app.database)).unwrap();
        let mut db = self.app.database.operator().await;
        until("the log is watched", async || {
            watcher::round(&pools).await.unwrap();
            let waits: bool = query_scalar("select waits_since is not null from wall.watch_status()")
                .fetch_one(&mut db)
                .await
                .unwrap();
            (!waits).then_some(())
        })
        .await;
        query_as("select rule, severity from alert order by alert_id").fetch_all(&mut db).await.unwrap()
    }

    async fn number(&self, statement: &'static str) -> i64 {
        count(&self.app, statement).await
    }
}

#[tokio::test]
async fn a_search_finds_it_like_anybody_and_opening_it_raises_an_alert_at_once() {
    let town = Town::new().await;
    assert_eq!(town.alerts().await, []);
    let surname = town.canary.0.rsplit(' ').next().unwrap();
    let found = town
        .organiser
        .post_json("/api/v1/electors/search", &serde_json::json!({"q": surname}))
        .await
        .expect(200)
        .json();
    assert_eq!(found["total"], 1, "{found}");
    assert_eq!(found["electors"][0]["name"], town.canary.0.as_str());
    assert!(
        !found["electors"][0]["number"].as_str().unwrap().is_empty()
            && !found["electors"][0]["address"].as_str().unwrap().is_empty()
    );
    assert_eq!(town.alerts().await, [("canary".into(), "high".into())], "found by name");
    let page = town.organiser.get(&format!("/electors/{}", town.canary.1)).await.expect(200);
    assert!(page.body.contains("Oldney Borough"), "its page names the register as others' pages do");
    assert_eq!(town.alerts().await.len(), 1, "the same alert grows");
    assert_eq!(town.number("select figure::bigint from alert").await, 2);
    // The officer reads who saw it, and that is no alert.
    let who = town.officer.get(&format!("/protection/electors/{}", town.canary.1)).await.expect(200);
    assert!(who.body.contains("Organiser of all"));
    assert_eq!(town.alerts().await.len(), 1);
    assert!(town.officer.get("/protection/alerts/1").await.expect(200).body.contains("looks at an invented elector"));
}

/// A lane of its own with so many homes, one person in each; whoever lives at `invented` is.
async fn lane(app: &TestApp, partition: i32, homes: i32, invented: i32) {
    let mut db = app.database.operator().await;
    query(
        "insert into household (partition_id, area_no, lines, address, address_key, street_key, street, number, position)
         select $1, area_no, array[n || ' Long Lane'], n || ' Long Lane', n || ' long lane', 'long lane', 'Long Lane', n, n
         from district, generate_series(1, $2) n where letters = 'QB1'",
    )
    .bind(partition)
    .bind(homes)
    .execute(&mut db)
    .await
    .unwrap();
    query(
        "insert into elector (partition_id, area_no, household_id, kind, name, name_key, forename_key, number, position, planted)
         select h.partition_id, h.area_no, h.household_id, 'ordinary', 'Ann Long', 'long ann', 'ann long', 'QB1-' || 1000 + h.number,
           1000 + h.number, h.number = $1
         from household h where h.street = 'Long Lane'",
    )
    .bind(invented)
    .execute(&mut db)
    .await
    .unwrap();
    query(
        "insert into canary (partition_id, elector_id, area_no, name, address)
         select partition_id, elector_id, area_no, name, 'Long Lane' from elector where planted",
    )
    .execute(&mut db)
    .await
    .unwrap();
}

#[tokio::test]
async fn no_number_of_a_search_tells_of_it_to_whoever_did_not_look() {
    let (app, organiser, partition) = quillbrook().await;
    lane(&app, partition, 101, 101).await;
    let page = find(&organiser, &[("q", "long lane")]).await;
    let said = page.text(".page-head p");
    assert!(said.starts_with("100 electors in 100 homes match."), "{said}");
    assert!(page.text(".pages").starts_with("Homes 1 to 50 of 100"), "{}", page.text(".pages"));
    assert!(!page.body.contains("101 Long Lane"));
    let results = organiser.post("/electors", &[("q", "long lane")]).await.expect(303).location();
    // The last page, asked for at once: it ends where it would without anybody invented.
    for wanted in [2, 3, 99] {
        let page = organiser.get(&format!("{results}&page={wanted}")).await.expect(200);
        assert!(page.text(".page-head p").starts_with("100 electors in 100 homes match."));
        assert!(page.text(".pages").starts_with("Homes 51 to 100 of 100"), "{}", page.text(".pages"));
        assert_eq!((page.count(".pages a"), page.text(".pages a")), (1, "Previous 50".into()), "no page for it alone");
        assert_eq!(page.count("tr.group"), 51, "looking shows it, and raises the alert");
    }
    for (limit, total, shown) in [(1, 100, 1), (99, 100, 99), (100, 100, 100), (101, 101, 101)] {
        let asked = serde_json::json!({"q": "long lane", "limit": limit});
        let answer = organiser.post_json("/api/v1/electors/search", &asked).await.expect(200).json();
        assert_eq!(answer["total"], total, "of {limit}");
        assert_eq!(answer["electors"].as_array().unwrap().len(), shown);
    }
}

#[tokio::test]
async fn a_street_on_one_page_says_no_number_to_be_held_against_a_count() {
    let (app, organiser, partition) = quillbrook().await;
    lane(&app, partition, 41, 20).await;
    let page = find(&organiser, &[("q", "long lane")]).await;
    assert_eq!(page.count("tr.group"), 41);
    assert_eq!(page.text(".page-head p"), "Everybody who matches is on this page.");
    assert_eq!(page.text(".pages"), "All on one page");
    let page = find(&organiser, &[("q", "20 long lane")]).await;
    let said = page.text(".page-head p");
    assert!(said.starts_with("1 elector in 1 home matches."), "found alone it is counted like anybody: {said}");
}

#[tokio::test]
async fn no_list_leads_to_it_and_no_figure_counts_it() {
    let town = Town::new().await;
    let homes = "select sum(households)::bigint from district_size";
    let before = town.number(homes).await;
    let mut db = town.app.database.operator().await;
    let (district, street): (String, String) = query_as(
        "select e.area_no::text, e.area_no || ':' || h.street_key from canary c join elector e using (partition_id, elector_id)
         join household h using (partition_id, household_id)").fetch_one(&mut db).await.unwrap();
    let choices = [
        ("district", district.as_str()),
        ("shown", &district),
        ("street", &street),
        ("name", "Saturday"),
        ("order", "council"),
        ("step", "preview"),
    ];
    let preview = town.organiser.post("/walk-lists/new", &choices).await.expect(200);
    let expected = preview.attribute("input[name=expected]", "value");
    town.organiser.post("/walk-lists", &[&choices[..5], &[("expected", expected.as_str())]].concat()).await.expect(303);
    assert!(town.number("select count(*) from walk_list_elector").await > 0);
    assert_eq!(
        town.number("select count(*) from walk_list_elector join canary using (partition_id, elector_id)").await,
        0
    );
    assert_eq!(town.number("select count(*) from walk_list_door d where not exists (select from walk_list_elector e where e.list_id = d.list_id and e.household_id = d.household_id)").await, 0);
    assert_eq!(town.number("select (l.doors - (select count(*) from walk_list_door d where d.list_id = l.list_id))::bigint from walk_list l").await, 0);
    assert_eq!(town.number(homes).await, before);
    assert_eq!(town.alerts().await, [], "making a list of its street is honest work");
}

#[tokio::test]
async fn an_import_leaves_it_standing_gives_it_a_line_and_says_nothing_of_it() {
    let town = Town::new().await;
    let old: String = query_scalar("select number from elector where planted")
        .fetch_one(&mut town.app.database.operator().await)
        .await
        .unwrap();
    // The very same file again: nothing is to do, and nobody has left.
    let again = town.made.bytes("xpress-full-14");
    let receipt = import(&town.app, &town.organiser, "again.csv", again, "2026-11-02").await;
    assert!(!receipt.body.contains(&town.canary.0), "the import does not name it");
    assert_eq!(town.number("select count(*) from elector where left_at is not null").await, 0);
    import(&town.app, &town.organiser, "a-year-on.csv", town.made.bytes("next-year"), "2026-12-01").await;
    assert!(
        town.number("select count(*) from elector where left_at is not null").await > 0,
        "a year on people have left"
    );
    let (name, number, stands): (String, String, bool) =
        query_as("select name, number, left_at is null from elector where planted")
            .fetch_one(&mut town.app.database.operator().await)
            .await
            .unwrap();
    assert_eq!((name.as_str(), stands), (town.canary.0.as_str(), true));
    assert!(!number.is_empty() && !old.is_empty());
    assert_eq!(
        town.number(
            "select count(*) from register_entry t join elector e using (partition_id, elector_id)
        where e.planted and t.register_id = (select max(register_id) from register)"
        )
        .await,
        1,
        "a line in the newest register"
    );
    assert_eq!(town.number("select count(*) from doubtful_match m join elector e using (partition_id) where e.planted and e.elector_id in (m.elector_id, m.candidate_id)").await, 0);
    assert_eq!(town.number("select (sum(electors) - (select count(*) from elector where left_at is null and not planted))::bigint from district_size").await, 0);
}

async fn says(db: &mut PgConnection, statement: &str) -> String {
    match query(AssertSqlSafe(statement.to_owned())).execute(db).await {
        Ok(done) => format!("{} rows", done.rows_affected()),
        Err(error) => error.to_string(),
    }
}

#[tokio::test]
async fn an_organiser_with_sql_reads_nothing_that_tells_it_from_its_neighbours() {
    let town = Town::new().await;
    let token = open_session(&town.app, &town.organiser.account).await;
    let area: String = query_scalar("select area_id::text from area where kind = 'installation'")
        .fetch_one(&mut town.app.database.operator().await)
        .await
        .unwrap();
    let mut db = town.app.database.app().await;
    become_role(&mut db, "hustings_organiser", &hash(&token), "", &area).await;
    for statement in [
        "select planted from elector",
        "select elector from elector limit 1",
        "select * from canary",
        "select * from alert",
        "select elector_id from elector where planted",
        "select elector_id from elector order by planted",
        "select xmin from elector",
        "update elector set planted = false",
        "select wall.remove_canary(1, null)",
        "select wall.led(null, null)",
        "select wall.plant_canary(1,1,1,'{}','','','','','','','',null)",
    ] {
        let said = says(&mut db, statement).await;
        assert!(said.contains("permission denied"), "{statement}: {said}");
    }
    // What every elector has, it has: a home, a number, a line in the newest register with its name in it.
    let bare = "select count(*) from elector e where e.left_at is null and (e.household_id is null or e.number = ''
        or not exists (select from register_entry t where t.partition_id = e.partition_id and t.elector_id = e.elector_id
          and t.register_id = (select max(register_id) from register) and position(lower(e.surname) in lower(t.raw)) > 0)) and e.kind = 'ordinary'";
    assert_eq!(query_scalar::<_, i64>(AssertSqlSafe(bare)).fetch_one(&mut db).await.unwrap(), 0);
    // The importer's role sees no invented elector at all.
    let mut import = town.app.database.app().await;
    become_role(&mut import, "hustings_importer", &hash(&token), "", &area).await;
    assert_eq!(
        query_scalar::<_, i64>("select count(*) from elector where planted").fetch_one(&mut import).await.unwrap(),
        0
    );
    assert!(says(&mut import, "update elector set left_at = now() where left_at is null").await.contains("rows"));
    assert_eq!(town.number("select count(*) from elector where planted and left_at is null").await, 1);
}

#[tokio::test]
async fn the_officer_plants_and_takes_out_and_nobody_else() {
    let town = Town::new().await;
    let page = town.officer.get("/protection/canaries").await.expect(200);
    assert!(page.body.contains(&town.canary.0));
    for (area, n) in [("", "1"), ("x", "1"), ("1", "0"), ("1", "21"), ("1", "many"), ("999999999", "1")] {
        town.officer.post("/protection/canaries", &[("area", area), ("count", n)]).await.expect(422);
    }
    for role in [Role::Organiser, Role::Administrator, Role::Volunteer] {
        let actor = town.app.actor(role, "all").await;
        actor.get("/protection/canaries").await.expect(403);
        actor.post("/protection/canaries/1/removal", &[]).await.expect(403);
    }
    town.officer.get("/protection/canaries/1/removal").await.expect(200);
    town.officer.post("/protection/canaries/1/removal", &[]).await.expect(303);
    town.officer.post("/protection/canaries/1/removal", &[]).await.expect(404);
    town.officer.get("/protection/canaries/1/removal").await.expect(404);
    let surname = town.canary.0.rsplit(' ').next().unwrap();
    let found = town
        .organiser
        .post_json("/api/v1/electors/search", &serde_json::json!({"q": surname}))
        .await
        .expect(200)
        .json();
    assert_eq!(found["total"], 0);
    assert_eq!(
        town.number("select count(*) from register_entry t join canary c using (partition_id, elector_id)").await,
        0
    );
    change(&town.app, "select 1").await;
    assert!(town.officer.get("/protection/canaries").await.expect(200).body.contains("Taken out"));
}

#[tokio::test]
async fn a_packs_cover_the_homes_of_rounds_and_the_streets_of_lists_count_without_it() {
    let (app, organiser, partition) = quillbrook().await;
    lane(&app, partition, 41, 41).await;
    let district: String = query_scalar("select area_no::text from district where letters = 'QB1'")
        .fetch_one(&mut app.database.operator().await)
        .await
        .unwrap();
    let chosen = ("district", district.as_str());
    let streets = organiser.post("/walk-lists/new", &[chosen, ("step", "streets")]).await.expect(200).text("main");
    assert!(streets.contains("Long Lane4040"), "{streets}");
    let gaps = organiser.get("/rounds/gaps").await.expect(200).text("main");
    assert!(gaps.contains("2 streets with 46 homes on no round"), "{gaps}");
    // Its number is the district's highest, and no teller’s sheet goes so far.
    let poll = voters::poll(&app).await.to_string();
    let fields = [chosen, ("poll", &poll), ("group", "for"), ("rounds", "1"), ("style", "usual")];
    let run = organiser.post("/materials/night-pack", &fields).await.expect(303).location();
    app.print().await;
    let text = Pdf::fetched(&organiser, &run).await.text();
    assert!(text.contains("Elector numbers 1 to 1040") && !text.contains("1041"), "{text}");
}

#[tokio::test]
async fn whoever_keeps_rounds_misses_no_home_and_finds_none_empty_where_somebody_is_registered() {
    let (app, organiser, partition) = quillbrook().await;
    lane(&app, partition, 41, 20).await;
    let mut sql = sql_as(&app, &organiser.account, "hustings_organiser").await;
    let missing =
        "select count(*) from household h where not exists (select from wall.round_homes((select wall.areas())) r
        where r.partition_id = h.partition_id and r.household_id = h.household_id)";
    let told_apart = "select count(*) from wall.round_homes((select wall.areas())) r where r.why <> '' and exists (select from elector e
        where e.partition_id = r.partition_id and e.household_id = r.household_id and e.left_at is null)";
    for found in [missing, told_apart] {
        let homes: i64 = query_scalar(found).fetch_one(&mut sql).await.unwrap();
        assert_eq!(homes, 0, "{found}");
    }
    let all: i64 =
        query_scalar("select count(*) from wall.round_homes((select wall.areas()))").fetch_one(&mut sql).await.unwrap();
    assert_eq!(all, 47);
}
