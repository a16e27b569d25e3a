//! A walk list holds what its maker was told, in walking order, of their own area, and nobody who wants no callers.

use crate::support::app::{Actor, Answer, TestApp, seed_place};
use crate::support::form::{Form, words};
use crate::support::wall::{become_role, hash, open_session};
use hustings::access::Role;
use sqlx::{query, query_scalar};
use uuid::Uuid;

/// A place of two districts and an organiser of one ward of it, or of everywhere.
pub async fn place(area: &str) -> (TestApp, Actor) {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let organiser = app.actor(Role::Organiser, area).await;
    (app, organiser)
}

async fn district(app: &TestApp, letters: &str) -> String {
    let number: i32 = query_scalar("select area_no from district where letters = $1")
        .bind(letters)
        .fetch_one(&mut app.database.operator().await)
        .await
        .unwrap();
    number.to_string()
}

/// The second step for these districts.
async fn streets(app: &TestApp, organiser: &Actor, letters: &[&str]) -> Answer {
    let first = organiser.get("/walk-lists/new").await.expect(200);
    let mut form = Form::of(&first, "main form").with("step", "streets");
    for letters in letters {
        form = form.tick("district", &district(app, letters).await);
    }
    organiser.post("/walk-lists/new", &form.fields()).await.expect(200)
}

/// The third step, from the second with some answers changed.
async fn preview(organiser: &Actor, form: Form) -> Answer {
    organiser.post("/walk-lists/new", &form.with("step", "preview").fields()).await
}

fn choices(streets: &Answer) -> Form {
    Form::of(streets, "#new-list")
}

/// Goes through all steps; answers the list's id as pages write it.
pub async fn make(app: &TestApp, organiser: &Actor, letters: &[&str], change: impl Fn(Form) -> Form) -> String {
    let streets = streets(app, organiser, letters).await;
    let preview = preview(organiser, change(choices(&streets))).await.expect(200);
    let made = organiser.post("/walk-lists", &Form::of(&preview, "main form").fields()).await.expect(303);
    made.location().trim_start_matches("/walk-lists/").trim_end_matches("?said=made").to_owned()
}

/// The doors of the newest list, as their homes are called.
async fn doors(app: &TestApp) -> Vec<String> {
    query_scalar(
        "select h.address from walk_list_door d join household h using (partition_id, household_id)
         where d.list_id = (select max(list_id) from walk_list) order by d.place",
    )
    .fetch_all(&mut app.database.operator().await)
    .await
    .unwrap()
}

async fn people(app: &TestApp) -> Vec<String> {
    query_scalar(
        "select e.name from walk_list_elector w join elector e using (partition_id, elector_id)
         where w.list_id = (select max(list_id) from walk_list) order by w.place",
    )
    .fetch_all(&mut app.database.operator().await)
    .await
    .unwrap()
}

async fn lists(app: &TestApp) -> i64 {
    query_scalar("select count(*) from walk_list").fetch_one(&mut app.database.operator().await).await.unwrap()
}

async fn run(app: &TestApp, statement: &'static str) {
    query(statement).execute(&mut app.database.operator().await).await.unwrap();
}

/// A result about somebody, recorded days ago.
async fn said(app: &TestApp, name: &str, outcome: &str, days: i32) {
    query(
        "with l as (insert into walk_list (partition_id, name, area_no, intention_kind, side_order, ended_at)
           select partition_id, 'Before', area_no, 'local', 'council', now() from elector where name = $1 limit 1 returning *)
         insert into result (partition_id, id, list_id, household_id, elector_id, area_no, outcome, intention_kind, at, received_at, account_id)
         select e.partition_id, gen_random_uuid(), l.list_id, e.household_id, e.elector_id, e.area_no, $2, 'local',
           now() - make_interval(days => $3), now() - make_interval(days => $3), (select min(account_id::text)::uuid from account)
         from l, elector e where e.name = $1 and e.area_no = l.area_no",
    )
    .bind(name)
    .bind(outcome)
    .bind(days)
    .execute(&mut app.database.operator().await)
    .await
    .unwrap();
}

async fn object(app: &TestApp, name: &str, withdrawn: bool) {
    query(
        "insert into objection (partition_id, elector_id, objection_id, area_no, channel, withdrawn, how)
         select partition_id, elector_id, gen_random_uuid(), area_no, 'door', $2, 'At the door' from elector
         where name = $1 and number like 'QB1%'",
    )
    .bind(name)
    .bind(withdrawn)
    .execute(&mut app.database.operator().await)
    .await
    .unwrap();
}

#[tokio::test]
async fn what_was_counted_is_what_is_made() {
    let (app, organiser) = place("all").await;
    let streets = streets(&app, &organiser, &["QB1", "SG1"]).await;
    assert!(words(&streets, "#counts").contains("12 doors, 24 electors"), "{}", words(&streets, "#counts"));
    let form = choices(&streets).untick("street", &format!("{}:old tannery walk", district(&app, "SG1").await));
    let preview = preview(&organiser, form).await.expect(200);
    assert!(words(&preview, "main").contains("6 doors and 12 electors"), "{}", words(&preview, "main"));
    let made = organiser.post("/walk-lists", &Form::of(&preview, "main form").fields()).await.expect(303);
    assert_eq!((doors(&app).await.len(), people(&app).await.len()), (6, 12));
    let page = organiser.get(&made.location()).await.expect(200);
    assert!(words(&page, ".page-head").contains("QB1. 6 doors, 12 electors"), "{}", words(&page, ".page-head"));
    let drafts = organiser.get("/walk-lists?tab=drafts").await.expect(200);
    assert!(words(&drafts, "tbody tr").contains("0 of 6"), "{}", words(&drafts, "tbody tr"));
}

#[tokio::test]
async fn whoever_wants_no_callers_is_never_on_a_list_and_others_only_when_asked_for() {
    let (app, organiser) = place("Quillbrook").await;
    object(&app, "Edith Harcourt1", false).await;
    object(&app, "Wilfred Harcourt1", false).await;
    object(&app, "Edith Harcourt2", false).await;
    object(&app, "Edith Harcourt3", false).await;
    object(&app, "Edith Harcourt3", true).await;
    said(&app, "Wilfred Harcourt4", "spoke", 29).await;
    said(&app, "Wilfred Harcourt5", "spoke", 31).await;
    said(&app, "Edith Harcourt6", "deceased", 200).await;
    said(&app, "Edith Harcourt5", "not-home", 1).await;
    make(&app, &organiser, &["QB1"], |f| f).await;
    let left = ["Edith Harcourt1", "Wilfred Harcourt1", "Edith Harcourt2", "Wilfred Harcourt4", "Edith Harcourt6"];
    let on = people(&app).await;
    assert_eq!(on.len(), 12 - left.len(), "{on:?}");
    assert!(left.iter().all(|l| !on.contains(&(*l).to_owned())), "{on:?}");
    assert_eq!(doors(&app).await.len(), 5, "nobody is left at number 1");

    let streets = streets(&app, &organiser, &["QB1"]).await;
    let form = choices(&streets).without("asked").without("moved").without("empty");
    let page = preview(&organiser, form.clone()).await.expect(200);
    assert!(words(&page, "main").contains("Want nobody at their door 3 electors"), "{}", words(&page, "main"));
    make(&app, &organiser, &["QB1"], |f| f.without("asked").without("moved").without("empty")).await;
    assert_eq!(people(&app).await.len(), 9, "only those who objected are missing now");
    assert_eq!(doors(&app).await.len(), 5, "where all objected there is no door at all");
}

#[tokio::test]
async fn an_objection_follows_somebody_into_another_district() {
    let (app, organiser) = place("Quillbrook").await;
    object(&app, "Edith Harcourt1", false).await;
    run(&app, "update objection set area_no = (select area_no from district where letters = 'SG1')").await;
    make(&app, &organiser, &["QB1"], |f| f).await;
    assert!(!people(&app).await.contains(&"Edith Harcourt1".to_owned()));
}

#[tokio::test]
async fn doors_come_in_the_order_in_which_they_are_walked() {
    let (app, organiser) = place("Quillbrook").await;
    run(
        &app,
        "insert into household (partition_id, area_no, lines, address, address_key, street_key, street, building, number, number_suffix, flat, position)
         select partition_id, area_no, array[a], a, lower(a), 'larkspur row', 'Larkspur Row', b, n, s, f, p
         from district, (values ('5A Larkspur Row', '', 5, 'A', '', 50), ('Ivy House, Larkspur Row', 'Ivy House', null, '', '', 51),
           ('Flat 10, Tamarisk House', 'Tamarisk House', null, '', '10', 53), ('Flat 2, Tamarisk House', 'Tamarisk House', null, '', '2', 52))
           v (a, b, n, s, f, p) where letters = 'QB1'",
    )
    .await;
    let all = |f: Form| f.without("empty");
    make(&app, &organiser, &["QB1"], |f| all(f).with("order", "odds-then-evens")).await;
    let row = |n: &str| format!("{n} Larkspur Row");
    let mut expected: Vec<String> = ["1", "3", "5", "5A"].iter().map(|n| row(n)).collect();
    let beside = ["Ivy House, Larkspur Row", "Flat 2, Tamarisk House", "Flat 10, Tamarisk House"].map(str::to_owned);
    expected.extend(beside.clone());
    expected.extend(["6", "4", "2"].iter().map(|n| row(n)));
    let walked = doors(&app).await;
    let numbered = |all: &[String]| all.iter().filter(|d| !beside.contains(d)).cloned().collect::<Vec<_>>();
    assert_eq!(numbered(&walked), numbered(&expected), "up the odd side, back down the even one");
    let flats: Vec<&String> = walked.iter().filter(|d| d.starts_with("Flat")).collect();
    assert_eq!(flats, ["Flat 2, Tamarisk House", "Flat 10, Tamarisk House"]);
    make(&app, &organiser, &["QB1"], |f| all(f).with("order", "one-side")).await;
    let walked = numbered(&doors(&app).await);
    assert_eq!(walked, ["1", "3", "5", "5A", "2", "4", "6"].map(row));
    make(&app, &organiser, &["QB1"], |f| all(f).with("order", "numeric")).await;
    assert_eq!(numbered(&doors(&app).await), ["1", "2", "3", "4", "5", "5A", "6"].map(row));
    make(&app, &organiser, &["QB1"], |f| all(f).with("order", "council")).await;
    let walked = doors(&app).await;
    assert_eq!(walked[..6], ["1", "2", "3", "4", "5", "6"].map(row));
    assert_eq!(walked[6..], [row("5A"), beside[0].clone(), beside[1].clone(), beside[2].clone()]);
    let sides: Vec<String> = query_scalar(
        "select side from walk_list_door where list_id = (select max(list_id) from walk_list) order by place desc limit 4",
    )
    .fetch_all(&mut app.database.operator().await)
    .await
    .unwrap();
    assert_eq!(sides, ["building", "building", "other", "odd"]);
}

#[tokio::test]
async fn a_list_is_cut_into_several_that_go_on_counting() {
    let (app, organiser) = place("all").await;
    let streets = streets(&app, &organiser, &["QB1", "SG1"]).await;
    let form = choices(&streets).with("split_size", "6").with("name", "Saturday 4");
    let page = preview(&organiser, form).await.expect(200);
    assert!(words(&page, "main").contains("2 lists of 6 and 6 doors"), "{}", words(&page, "main"));
    let made = organiser.post("/walk-lists", &Form::of(&page, "main form").fields()).await.expect(303);
    assert_eq!(made.location(), "/walk-lists?tab=drafts&said=made");
    let names: Vec<String> = query_scalar("select name from walk_list order by list_id")
        .fetch_all(&mut app.database.operator().await)
        .await
        .unwrap();
    assert_eq!(names, ["Saturday 4", "Saturday 5"]);
    let next = self::streets(&app, &organiser, &["QB1"]).await;
    assert_eq!(choices(&next).value("name"), "QB1 1");
}

#[tokio::test]
async fn more_doors_than_anybody_walks_are_not_made_into_one_list() {
    let (app, organiser) = place("Quillbrook").await;
    run(
        &app,
        "with h as (insert into household (partition_id, area_no, lines, address, address_key, street_key, street, number, position)
           select partition_id, area_no, array[n || ' Long Lane'], n || ' Long Lane', n || ' long lane', 'long lane', 'Long Lane', n, n
           from district, generate_series(1, 1100) n where letters = 'QB1' returning *)
         insert into elector (partition_id, area_no, household_id, kind, name, name_key, forename_key)
         select partition_id, area_no, household_id, 'ordinary', 'Nye Long', 'long nye', 'nye long' from h",
    )
    .await;
    let streets = streets(&app, &organiser, &["QB1"]).await;
    let page = preview(&organiser, choices(&streets).without("split")).await.expect(422);
    assert!(words(&page, ".errors").contains("at most 1,000 doors"), "{}", words(&page, ".errors"));
    let page = preview(&organiser, choices(&streets)).await.expect(200);
    assert!(words(&page, "main").contains("22 lists of "), "{}", words(&page, "main"));
    organiser.post("/walk-lists", &Form::of(&page, "main form").fields()).await.expect(303);
    assert_eq!(lists(&app).await, 22);
}

#[tokio::test]
async fn counts_that_changed_since_the_preview_are_shown_again_and_nothing_is_made() {
    let (app, organiser) = place("Quillbrook").await;
    let streets = streets(&app, &organiser, &["QB1"]).await;
    let page = preview(&organiser, choices(&streets)).await.expect(200);
    object(&app, "Edith Harcourt1", false).await;
    let again = organiser.post("/walk-lists", &Form::of(&page, "main form").fields()).await.expect(409);
    assert!(words(&again, ".notice").contains("counts changed"), "{}", words(&again, "main"));
    assert_eq!(lists(&app).await, 0);
    organiser.post("/walk-lists", &Form::of(&again, "main form").fields()).await.expect(303);
    assert_eq!(people(&app).await.len(), 11);
}

#[tokio::test]
async fn answers_that_cannot_stand_come_back_with_what_to_do() {
    let (app, organiser) = place("Quillbrook").await;
    let page = organiser.post("/walk-lists/new", &[("step", "streets")]).await.expect(422);
    assert!(words(&page, ".errors").contains("Tick at least one polling district"));
    let streets = streets(&app, &organiser, &["QB1"]).await;
    let form = choices(&streets).with("name", " ").with("asked_days", "soon");
    let page = preview(&organiser, form).await.expect(422);
    assert_eq!(page.count(".errors li"), 2, "{}", page.body);
    assert_eq!(page.attribute("#asked_days", "value"), "soon", "what was typed comes back");
    let page = preview(&organiser, choices(&streets).without("street")).await.expect(422);
    assert!(words(&page, ".errors").contains("no door left"), "{}", words(&page, ".errors"));
}

#[tokio::test]
async fn another_area_s_streets_and_lists_cannot_be_used_seen_printed_or_changed() {
    let (app, everywhere) = place("all").await;
    let id = make(&app, &everywhere, &["SG1"], |f| f).await;
    let organiser = app.actor(Role::Organiser, "Quillbrook").await;
    let foreign = district(&app, "SG1").await;
    let own = district(&app, "QB1").await;

    let page = organiser.get("/walk-lists/new").await.expect(200);
    assert!(!page.body.contains("SG1"), "another area's districts are not offered");
    for step in ["streets", "preview"] {
        organiser.post("/walk-lists/new", &[("district", foreign.as_str()), ("step", step)]).await.expect(404);
    }
    organiser.post("/walk-lists", &[("district", foreign.as_str()), ("name", "x")]).await.expect(404);
    let street = format!("{foreign}:old tannery walk");
    let streets = streets(&app, &organiser, &["QB1"]).await;
    let form = choices(&streets).with("shown", &own).with("street", &street);
    let page = preview(&organiser, form).await.expect(422);
    assert!(words(&page, ".errors").contains("no door left"), "a street of another district is no street here");

    assert_eq!(organiser.get("/walk-lists?tab=drafts").await.expect(200).count("tbody tr"), 0);
    let volunteer = app.account(Role::Volunteer, "all").await;
    for path in ["", "/print", "/print?pages=sides"] {
        organiser.get(&format!("/walk-lists/{id}{path}")).await.expect(404);
    }
    organiser.post(&format!("/walk-lists/{id}/name"), &[("name", "Mine")]).await.expect(404);
    let fields = [("volunteer", volunteer.id.to_string()), ("until", "2027-01-01T20:30".to_owned())];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
    organiser.post(&format!("/walk-lists/{id}/assignments"), &fields).await.expect(404);
    organiser.post("/walk-lists/end", &[("list", &id), ("confirmed", "yes")]).await.expect(404);
    let untouched: bool = query_scalar("select name <> 'Mine' and ended_at is null from walk_list")
        .fetch_one(&mut app.database.operator().await)
        .await
        .unwrap();
    assert!(untouched);
}

#[tokio::test]
async fn the_database_keeps_other_areas_off_a_list_whatever_the_application_does() {
    let (app, everywhere) = place("all").await;
    make(&app, &everywhere, &["QB1"], |f| f).await;
    let account = app.account(Role::Organiser, "Quillbrook").await;
    let session = hash(&open_session(&app, &account).await);
    let area: i64 = query_scalar("select area_id from area where name = 'Quillbrook'")
        .fetch_one(&mut app.database.operator().await)
        .await
        .unwrap();
    let mut db = app.database.app().await;
    become_role(&mut db, "hustings_organiser", &session, "", &area.to_string()).await;
    let foreign =
        "select h.household_id from household h join district d using (area_no) where d.letters = 'SG1' limit 1";
    let home: i64 = query_scalar(foreign).fetch_one(&mut app.database.operator().await).await.unwrap();
    // A row that lies about its district.
    let lie = query(
        "insert into walk_list_door (partition_id, list_id, version, place, household_id, area_no, street, side)
         select l.partition_id, l.list_id, 1, 99, $1, l.area_no, 'Old Tannery Walk', 'odd' from walk_list l",
    )
    .bind(home)
    .execute(&mut db)
    .await;
    assert_eq!(lie.unwrap_err().as_database_error().unwrap().code().unwrap(), "42501");
    let truth = query(
        "insert into walk_list_door (partition_id, list_id, version, place, household_id, area_no, street, side)
         select l.partition_id, l.list_id, 1, 99, $1, d.area_no, 'Old Tannery Walk', 'odd' from walk_list l, district d where d.letters = 'SG1'",
    )
    .bind(home)
    .execute(&mut db)
    .await;
    assert_eq!(truth.unwrap_err().as_database_error().unwrap().code().unwrap(), "42501");
}

#[tokio::test]
async fn an_import_s_role_puts_nobody_onto_a_list_but_those_of_its_own_area_and_of_the_version_to_come() {
    let (app, everywhere) = place("all").await;
    make(&app, &everywhere, &["QB1"], |f| f).await;
    let account = app.account(Role::Organiser, "Quillbrook").await;
    let session = hash(&open_session(&app, &account).await);
    let mut operator = app.database.operator().await;
    let area: i64 =
        query_scalar("select area_id from area where name = 'Quillbrook'").fetch_one(&mut operator).await.unwrap();
    let foreign =
        "select h.household_id from household h join district d using (area_no) where d.letters = 'SG1' limit 1";
    let foreign: i64 = query_scalar(foreign).fetch_one(&mut operator).await.unwrap();
    let own: i64 = query_scalar("select household_id from walk_list_door order by place limit 1")
        .fetch_one(&mut operator)
        .await
        .unwrap();
    let mut db = app.database.app().await;
    become_role(&mut db, "hustings_importer", &session, "", &area.to_string()).await;
    let add = "insert into walk_list_door (partition_id, list_id, version, place, household_id, area_no, street, side)
         select l.partition_id, l.list_id, l.version + $2, 99, $1, l.area_no, 'Old Tannery Walk', 'odd' from walk_list l";
    // A home elsewhere under a district of its own, and any home on a version that may have been looked at.
    for (home, ahead) in [(foreign, 1), (own, 0)] {
        let lie = query(add).bind(home).bind(ahead).execute(&mut db).await;
        assert_eq!(lie.unwrap_err().as_database_error().unwrap().code().unwrap(), "42501", "{home} {ahead}");
    }
    let back = query("update walk_list set version = version - 1").execute(&mut db).await;
    assert_eq!(back.unwrap_err().as_database_error().unwrap().code().unwrap(), "42501");
    query(add).bind(own).bind(1).execute(&mut db).await.unwrap();
}

#[tokio::test]
async fn an_ended_list_stays_ended_whatever_the_application_does() {
    let (app, everywhere) = place("all").await;
    make(&app, &everywhere, &["QB1"], |f| f).await;
    run(&app, "update walk_list set ended_at = now() - interval '1 day'").await;
    let account = app.account(Role::Organiser, "all").await;
    let session = hash(&open_session(&app, &account).await);
    let mut db = app.database.app().await;
    become_role(&mut db, "hustings_organiser", &session, "", "1").await;
    let reopened = query("update walk_list set ended_at = null").execute(&mut db).await.unwrap();
    assert_eq!(reopened.rows_affected(), 0);
}

#[tokio::test]
async fn districts_of_two_authorities_are_two_lists() {
    let (app, organiser) = place("all").await;
    run(&app, "select wall.add_districts('Oldney', array['ON1'])").await;
    let (one, other) = (district(&app, "QB1").await, district(&app, "ON1").await);
    let fields = [("district", one.as_str()), ("district", other.as_str()), ("step", "streets")];
    let page = organiser.post("/walk-lists/new", &fields).await.expect(422);
    assert!(words(&page, ".errors").contains("two registration authorities"), "{}", words(&page, ".errors"));
}

#[tokio::test]
async fn a_printed_card_is_on_record_as_a_print_and_says_what_becomes_of_it() {
    let (app, organiser) = place("Quillbrook").await;
    let id = make(&app, &organiser, &["QB1"], |f| f).await;
    object(&app, "Edith Harcourt2", false).await;
    object(&app, "Edith Harcourt1", false).await;
    object(&app, "Wilfred Harcourt1", false).await;
    let card = organiser.get(&format!("/walk-lists/{id}/print?pages=sides")).await.expect(200);
    let text = words(&card, "main");
    assert!(text.contains("Larkspur Row, odd numbers") && text.contains("Larkspur Row, even numbers"), "{text}");
    assert!(text.contains("We keep what you tell us to plan our campaign."), "the notice to read out is there");
    assert!(words(&card, "tfoot").contains("Destroy after use"), "{}", words(&card, "tfoot"));
    assert!(
        words(&card, "tfoot").contains(&format!("printed by {}", "Organiser of Quillbrook")),
        "{}",
        words(&card, "tfoot")
    );
    assert!(
        text.contains("Wilfred Harcourt2") && !text.contains("Edith Harcourt2"),
        "who objected since is not printed"
    );
    assert!(text.contains("1 Do not call"), "{text}");
    assert_eq!(card.count("tr .boxes b.box"), 9 * 7, "a box for each code and person");
    let (print, list): (i64, i64) = sqlx::query_as(
        "select count(*) filter (where what = 'print' and list_version = 1), max(list_id) from access_log where what = 'print'",
    )
    .fetch_one(&mut app.database.operator().await)
    .await
    .unwrap();
    assert_eq!((print, format!("1.{list}")), (1, id));
    assert!(card.headers["cache-control"].to_str().unwrap().contains("no-store"));
}

#[tokio::test]
async fn the_list_s_page_shows_how_it_goes_and_each_look_is_on_record() {
    let (app, organiser) = place("Quillbrook").await;
    let id = make(&app, &organiser, &["QB1"], |f| f).await;
    answers(&app).await;
    let page = organiser.get(&format!("/walk-lists/{id}")).await.expect(200);
    let tiles = words(&page, ".tiles");
    assert!(tiles.contains("Doors done 2 of 6") && tiles.contains("Spoke 1 1 person"), "{tiles}");
    assert!(tiles.contains("Not home 1 1 asked us to come back") && tiles.contains("Contact rate 8.3%"), "{tiles}");
    assert_eq!((page.count(".d.spoke"), page.count(".d.out"), page.count(".doors .d")), (1, 2, 6));
    assert!(
        words(&page, "#flags").contains("Two canvassers differ on Edith Harcourt1, 1 Larkspur Row"),
        "{}",
        words(&page, "#flags")
    );
    assert!(words(&page, "#flags").contains("The clock of"), "{}", words(&page, "#flags"));
    assert!(words(&page, "#latest-answers").contains("3 Larkspur Row"), "{}", words(&page, "#latest-answers"));
    assert!(words(&page, "#doors").contains("1 of 12 electors, 8.3%"), "{}", words(&page, "#doors"));
    let looked: i64 = query_scalar(
        "select count(*) from access_log where what = 'look' and list_version = 1 and cardinality(subjects) = 1",
    )
    .fetch_one(&mut app.database.operator().await)
    .await
    .unwrap();
    assert_eq!(looked, 1, "the list with its version, and the one person named");
}

/// Two canvassers who differ on one person, one who was not home, one to come back to, and a phone a day ahead.
async fn answers(app: &TestApp) {
    for (number, name, outcome, code, ahead, who) in [
        (1, Some("Edith Harcourt1"), "spoke", Some("F"), 0, "Ana"),
        (1, Some("Edith Harcourt1"), "spoke", Some("A"), 0, "Bo"),
        (2, None, "not-home", None, 24, "Ana"),
        (3, None, "come-back", None, 0, "Ana"),
    ] {
        query(
            "with a as (insert into account (account_id, email, name) values (gen_random_uuid(), lower($6) || '@lantern.example', $6)
               on conflict (email) do update set name = excluded.name returning account_id)
             insert into result (partition_id, id, list_id, household_id, elector_id, area_no, outcome, intention, intention_kind, at, account_id)
             select d.partition_id, gen_random_uuid(), d.list_id, d.household_id, e.elector_id, d.area_no, $3, $4, 'local',
               now() + make_interval(hours => $5), a.account_id
             from a, walk_list_door d join household h using (partition_id, household_id)
             left join elector e on e.partition_id = h.partition_id and e.household_id = h.household_id and e.name = $2
             where h.number = $1",
        )
        .bind(number)
        .bind(name)
        .bind(outcome)
        .bind(code)
        .bind(ahead)
        .bind(who)
        .execute(&mut app.database.operator().await)
        .await
        .unwrap();
    }
}

#[tokio::test]
async fn an_organiser_renames_a_list_and_ends_it_after_seeing_what_stops() {
    let (app, organiser) = place("Quillbrook").await;
    let id = make(&app, &organiser, &["QB1"], |f| f).await;
    organiser.post(&format!("/walk-lists/{id}/name"), &[("name", "")]).await.expect(422);
    organiser.post(&format!("/walk-lists/{id}/name"), &[("name", " Sunday   round ")]).await.expect(303);
    let confirm = organiser.post("/walk-lists/end", &[("list", &id)]).await.expect(200);
    assert!(words(&confirm, "main").contains("End Sunday round now?"), "{}", words(&confirm, "main"));
    assert!(words(&confirm, "dl").contains("Doors not done 6"), "{}", words(&confirm, "dl"));
    let open: i64 = query_scalar("select count(*) from walk_list where ended_at is null")
        .fetch_one(&mut app.database.operator().await)
        .await
        .unwrap();
    assert_eq!(open, 1, "asking ends nothing");
    organiser.post("/walk-lists/end", &Form::of(&confirm, "main form").fields()).await.expect(303);
    let ended = organiser.get("/walk-lists?tab=ended").await.expect(200);
    assert!(words(&ended, "tbody").contains("Sunday round"), "{}", words(&ended, "main"));
    organiser.post("/walk-lists/end", &[("list", &id), ("confirmed", "yes")]).await.expect(409);
    let nobody = organiser.post("/walk-lists/end", &[]).await.expect(303);
    assert_eq!(nobody.location(), "/walk-lists?said=tick");
}

#[tokio::test]
async fn only_organisers_reach_walk_lists() {
    let (app, organiser) = place("all").await;
    let id = make(&app, &organiser, &["QB1"], |f| f).await;
    for role in [Role::Volunteer, Role::Administrator, Role::DataProtectionOfficer, Role::MembershipSecretary] {
        let other = app.actor(role, "all").await;
        let assignment = Uuid::now_v7();
        for path in ["/walk-lists", "/walk-lists/new", "/walk-lists/quarantine"] {
            other.get(path).await.expect(403);
            other.post(path, &[("step", "streets")]).await.expect(403);
        }
        other.get(&format!("/walk-lists/{id}")).await.expect(403);
        other.get(&format!("/walk-lists/{id}/print")).await.expect(403);
        for path in ["name", "assignments", &format!("assignments/{assignment}/end")] {
            other.post(&format!("/walk-lists/{id}/{path}"), &[("name", "Mine")]).await.expect(403);
        }
        other.post("/walk-lists/end", &[("list", &id)]).await.expect(403);
    }
}

#[tokio::test]
async fn every_street_is_ticked_or_unticked_at_once() {
    let (app, organiser) = place("Quillbrook").await;
    let page = streets(&app, &organiser, &["QB1"]).await;
    let ticked = |page: &Answer| (page.count("[name=street][checked]"), page.count("[name=street]"));
    let press = async |form: Form, step: &str| {
        organiser.post("/walk-lists/new", &form.with("step", step).fields()).await.expect(200)
    };
    let all = ticked(&page).1;
    assert!(all > 0);
    let none = press(choices(&page).with("name", "Mine"), "no-streets").await;
    assert_eq!(ticked(&none), (0, all));
    assert!(none.text("#counts").contains("0 doors"), "{}", none.text("#counts"));
    assert_eq!(none.attribute("#name", "value"), "Mine");
    assert_eq!(ticked(&press(choices(&none), "all-streets").await), (all, all));
    // Enter in a field goes on, as it did.
    assert_eq!(page.attribute("#new-list button", "value"), "preview");
}
