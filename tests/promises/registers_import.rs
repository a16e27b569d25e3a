//! A register is imported whole or not at all, and nobody's answers land on somebody else.

use crate::support::database::TestDatabase;
use crate::support::register::{Generated, choices, operation};
use hustings::commands::register::{import, preview};
use serde_json::Value;
use sqlx::{PgConnection, query, query_as, query_scalar};
use std::collections::BTreeSet;

const KINDS: [(&str, &str); 6] = [
    ("xpress-full-14", "xpress-full-14"),
    ("xpress-full-13", "xpress-full-13"),
    ("eros-full", "eros-a-full"),
    ("eros-full-no-status", "eros-a-full"),
    ("pd-eno-scotland", "eros-a-full"),
    ("eros-full-alt", "eros-b-full"),
];

/// All that a register may change, counted.
async fn everything(db: &mut PgConnection) -> String {
    let counts: Vec<(String, i64, i64)> = query_as(
        "select 'electors', count(*), coalesce(sum(hashtext(e::text)::bigint), 0)::bigint from elector e
         union all select 'households', count(*), coalesce(sum(hashtext(h::text)::bigint), 0)::bigint from household h
         union all select 'entries', count(*), coalesce(sum(hashtext(t::text)::bigint), 0)::bigint from register_entry t
         union all select 'registers', count(*), coalesce(sum(hashtext(r::text)::bigint), 0)::bigint from register r
         union all select 'districts', count(*), coalesce(sum(hashtext(d::text)::bigint), 0)::bigint from district d
         union all select 'doubts', count(*), coalesce(sum(hashtext(m::text)::bigint), 0)::bigint from doubtful_match m
         union all select 'lists', count(*), coalesce(sum(hashtext(l::text)::bigint), 0)::bigint from walk_list l
         union all select 'sizes', count(*), coalesce(sum(hashtext(s::text)::bigint), 0)::bigint from district_size s",
    )
    .fetch_all(db)
    .await
    .unwrap();
    format!("{counts:?}")
}

fn lines(facts: &Value, group: &str) -> BTreeSet<i64> {
    facts[group].as_array().unwrap().iter().map(|f| f["line"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn every_format_is_counted_as_its_maker_says() {
    let database = TestDatabase::new().await;
    for quirks in ["clean", "normal", "hostile"] {
        let made = Generated::new(4, 3000, quirks);
        for (kind, format) in KINDS {
            let facts = made.facts(kind);
            let report = preview(&operation(&database), &choices(made.path(kind), 2025)).await.unwrap();
            let json = report.preview.to_json(&report.refused);
            let count = |name: &str| facts["expect"][name].as_i64().unwrap();
            let long =
                facts["hostile_values"].as_array().unwrap().iter().filter(|v| v["reason"] == "1 MB field").count();
            let hostile = lines(facts, "hostile_values").len() - long;
            let twins = lines(facts, "duplicates").len();
            let rows = facts["rows"].as_i64().unwrap() + i64::try_from(hostile - twins).unwrap_or(-1);
            assert_eq!(json["format"], format);
            assert_eq!(json["rows"], rows, "{kind} {quirks}");
            assert_eq!((&json["added"], &json["removed"]), (&json["rows"], &Value::from(0)), "{kind}");
            for name in ["attainers", "anonymous", "overseas"] {
                assert_eq!(json[name], count(name), "{kind} {quirks}: {name}");
            }
            let refused: BTreeSet<i64> =
                json["refused"].as_array().unwrap().iter().map(|r| r["line"].as_i64().unwrap()).collect();
            assert!(refused.is_superset(&lines(facts, "malformed")), "{kind} {quirks}: {refused:?}");
            assert!(refused.is_superset(&lines(facts, "duplicates")), "{kind} {quirks}: {refused:?}");
            let keys: BTreeSet<&str> = json.as_object().unwrap().keys().map(String::as_str).collect();
            let contract = "added anonymous attainers authority changed date encoding format overseas refused removed rows unchanged warnings";
            assert_eq!(keys, contract.split(' ').collect());
        }
    }
    let mut db = database.operator().await;
    let left: i64 = query_scalar("select (select count(*) from import) + (select count(*) from import_row)")
        .fetch_one(&mut db)
        .await
        .unwrap();
    assert_eq!(left, 0, "a preview leaves something behind");
}

#[tokio::test]
async fn the_same_file_twice_changes_nothing() {
    for (kind, _) in KINDS {
        let database = TestDatabase::new().await;
        let made = Generated::new(5, 1500, "normal");
        let file = choices(made.path(kind), 2025);
        let first = import(&operation(&database), &file).await.unwrap().preview;
        assert_eq!((first.added, first.authority.as_str()), (first.rows, "Unnamed authority"), "{kind}");
        let mut db = database.operator().await;
        let before = everything(&mut db).await;
        let again = import(&operation(&database), &file).await.unwrap().preview;
        assert_eq!((again.added, again.changed, again.removed, again.unchanged), (0, 0, 0, again.rows), "{kind}");
        assert_eq!(everything(&mut db).await, before, "{kind}");
    }
}

#[tokio::test]
async fn a_years_new_numbers_give_nobody_anothers_answers() {
    let database = TestDatabase::new().await;
    let made = Generated::new(11, 6000, "normal");
    import(&operation(&database), &choices(made.path("xpress-full-14"), 2025)).await.unwrap();
    let mut db = database.operator().await;
    // Everybody's first number, as something that only they said.
    query("create table said as select elector_id, number from elector").execute(&mut db).await.unwrap();
    let mut next = choices(made.path("next-year"), 2026);
    let stopped = import(&operation(&database), &next).await.unwrap_err().to_string();
    assert!(stopped.contains("More than 5%"), "{stopped}");
    next.allow_large_removal = true;
    let report = import(&operation(&database), &next).await.unwrap().preview;
    let pairs: Vec<(String, String)> =
        query_as("select s.number, e.number from said s join elector e using (elector_id) where e.left_at is null")
            .fetch_all(&mut db)
            .await
            .unwrap();
    let truth = made.numbers_a_year_on();
    let wrong: Vec<_> = pairs.iter().filter(|(old, new)| truth[old].as_ref() != Some(new)).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    let stayed = truth.values().filter(|n| n.is_some()).count();
    assert!(pairs.len() * 100 > stayed * 95, "{} of {stayed} were found again", pairs.len());
    assert_eq!(report.changed + report.unchanged, i64::try_from(pairs.len()).unwrap() + report.anonymous);
    assert_eq!(report.added + report.changed + report.unchanged, report.rows);
    let open: i64 =
        query_scalar("select count(*) from doubtful_match where state = 'open'").fetch_one(&mut db).await.unwrap();
    assert!(open > 0 && report.doubtful > 0);
    let gone: i64 = query_scalar("select count(*) from elector where left_at is not null and number = ''")
        .fetch_one(&mut db)
        .await
        .unwrap();
    assert_eq!(gone, report.removed);
}

/// An Xpress register of a few homes: (letters, number, surname, forename, address).
fn register(rows: &[(&str, u32, &str, &str, &str)]) -> Vec<u8> {
    let mut file = String::from(
        "Elector Number Prefix,Elector Number,Elector Number Suffix,Elector Markers,Elector DOB,Elector Surname,Elector Forename,\
         PostCode,Address1,Address2\n",
    );
    for (letters, number, surname, forename, address) in rows {
        file.push_str(&format!("{letters},{number},0,,,{surname},{forename},ZZ1 4QX,{address},Wexmere\n"));
    }
    file.into_bytes()
}

fn saved(bytes: &[u8]) -> tempfile::TempPath {
    let path = tempfile::NamedTempFile::new().unwrap().into_temp_path();
    std::fs::write(&path, bytes).unwrap();
    path
}

async fn import_bytes(database: &TestDatabase, bytes: &[u8], year: i32) -> hustings::registers::preview::Preview {
    let file = saved(bytes);
    let mut choices = choices(file.to_path_buf(), year);
    (choices.allow_large_removal, choices.allow_other_districts) = (true, true);
    import(&operation(database), &choices).await.unwrap().preview
}

const STREET: [(&str, u32, &str, &str, &str); 5] = [
    ("QB1", 1, "Harcourt", "Edith", "1 Larkspur Row"),
    ("QB1", 2, "Harcourt", "Wilfred", "1 Larkspur Row"),
    ("QB1", 3, "Ashdown", "Nora", "2 Larkspur Row"),
    ("SG1", 1, "Penrose", "Ivy", "1 Old Tannery Walk"),
    ("SG1", 2, "Penrose", "Basil", "1 Old Tannery Walk"),
];

async fn id_of(db: &mut PgConnection, name: &str) -> i64 {
    query_scalar("select elector_id from elector where name = $1 and left_at is null")
        .bind(name)
        .fetch_one(db)
        .await
        .unwrap()
}

#[tokio::test]
async fn another_councils_districts_stop_an_import_and_change_nothing() {
    let database = TestDatabase::new().await;
    let made = Generated::new(3, 1500, "hostile");
    import(&operation(&database), &choices(made.path("xpress-full-14"), 2025)).await.unwrap();
    let mut db = database.operator().await;
    let before = everything(&mut db).await;
    let wrong = choices(made.path("hostile-wrong-council.csv"), 2025);
    let report = preview(&operation(&database), &wrong).await.unwrap().preview;
    assert!(report.other_districts && !report.warnings.is_empty(), "{report:?}");
    let error = import(&operation(&database), &wrong).await.unwrap_err().to_string();
    assert!(error.contains("another council") && error.contains("--allow-other-districts"), "{error}");
    for kind in ["hostile-empty.csv", "hostile-header-only.csv", "hostile-zip-renamed.csv", "eros-update", "members"] {
        import(&operation(&database), &choices(made.path(kind), 2025)).await.unwrap_err();
    }
    assert_eq!(everything(&mut db).await, before);
}

#[tokio::test]
async fn a_district_under_new_letters_stays_the_district_it_was() {
    let database = TestDatabase::new().await;
    import_bytes(&database, &register(&STREET), 2025).await;
    let mut db = database.operator().await;
    let was: i32 = query_scalar("select area_no from district where letters = 'QB1'").fetch_one(&mut db).await.unwrap();
    let next: Vec<_> =
        STREET.iter().map(|r| if r.0 == "QB1" { ("QUA", r.1 + 10, r.2, r.3, r.4) } else { *r }).collect();
    let report = import_bytes(&database, &register(&next), 2026).await;
    assert_eq!((report.unchanged, report.added, report.removed, report.other_districts), (5, 0, 0, false));
    let now: i32 = query_scalar("select area_no from district where letters = 'QUA'").fetch_one(&mut db).await.unwrap();
    assert_eq!(now, was);
    let number: String =
        query_scalar("select number from elector where name = 'Edith Harcourt'").fetch_one(&mut db).await.unwrap();
    assert_eq!(number, "QUA-11");
}

#[tokio::test]
async fn who_was_left_out_by_mistake_comes_back_as_themselves() {
    let database = TestDatabase::new().await;
    import_bytes(&database, &register(&STREET), 2025).await;
    let mut db = database.operator().await;
    let before = id_of(&mut db, "Nora Ashdown").await;
    import_bytes(&database, &register(&[STREET[0], STREET[1], STREET[3], STREET[4]]), 2025).await;
    let gone: bool = query_scalar("select left_at is not null from elector where elector_id = $1")
        .bind(before)
        .fetch_one(&mut db)
        .await
        .unwrap();
    assert!(gone);
    import_bytes(&database, &register(&STREET), 2025).await;
    assert_eq!(id_of(&mut db, "Nora Ashdown").await, before);
}

/// A live list of Larkspur Row, as its organiser made it.
async fn list_of_larkspur_row(db: &mut PgConnection) -> i64 {
    let list: i64 = query_scalar(
        "insert into walk_list (partition_id, name, area_no, intention_kind, side_order, doors, electors)
         select partition_id, 'Larkspur Row', area_no, 'local', 'numeric', 2, 3 from district where letters = 'QB1' returning list_id",
    )
    .fetch_one(&mut *db)
    .await
    .unwrap();
    query(
        "insert into walk_list_door (partition_id, list_id, version, place, household_id, area_no, street, side)
         select partition_id, $1, 1, row_number() over (order by number), household_id, area_no, street, 'odd'
         from household where street_key = 'larkspur row'",
    )
    .bind(list)
    .execute(&mut *db)
    .await
    .unwrap();
    query(
        "insert into walk_list_elector (partition_id, list_id, version, household_id, elector_id, place, area_no)
         select e.partition_id, $1, 1, e.household_id, e.elector_id, row_number() over (order by e.position), e.area_no
         from elector e join household h using (partition_id, household_id) where h.street_key = 'larkspur row'",
    )
    .bind(list)
    .execute(db)
    .await
    .unwrap();
    list
}

async fn on_list(db: &mut PgConnection, list: i64) -> Vec<String> {
    query_scalar(
        "select e.name from walk_list l join walk_list_elector w using (partition_id, list_id, version)
         join elector e on e.elector_id = w.elector_id where l.list_id = $1 order by w.place",
    )
    .bind(list)
    .fetch_all(db)
    .await
    .unwrap()
}

#[tokio::test]
async fn a_live_walk_list_follows_who_comes_and_who_goes() {
    let database = TestDatabase::new().await;
    import_bytes(&database, &register(&STREET), 2025).await;
    let mut db = database.operator().await;
    let list = list_of_larkspur_row(&mut db).await;
    import_bytes(&database, &register(&STREET), 2026).await;
    let version: i32 = query_scalar("select version from walk_list").fetch_one(&mut db).await.unwrap();
    assert_eq!(version, 1, "nobody came or went, so the list stays");
    query(
        "insert into objection (partition_id, elector_id, objection_id, area_no, channel, how)
         select partition_id, elector_id, gen_random_uuid(), area_no, 'door', 'Said so' from elector where name = 'Basil Penrose'",
    )
    .execute(&mut db)
    .await
    .unwrap();
    // Wilfred goes; the Penroses move in together with a new child of age, one of them unwilling to be called on.
    let next = [
        STREET[0],
        STREET[2],
        ("QB1", 4, "Penrose", "Ivy", "2 Larkspur Row"),
        ("QB1", 5, "Penrose", "Basil", "2 Larkspur Row"),
        ("QB1", 6, "Penrose", "Juniper", "2 Larkspur Row"),
        ("SG1", 1, "Larch", "Otto", "1 Old Tannery Walk"),
    ];
    import_bytes(&database, &register(&next), 2026).await;
    assert_eq!(on_list(&mut db, list).await, ["Edith Harcourt", "Nora Ashdown", "Ivy Penrose", "Juniper Penrose"]);
    let (version, electors): (i32, i32) =
        query_as("select version, electors from walk_list").fetch_one(&mut db).await.unwrap();
    assert_eq!((version, electors), (2, 4));
    let first: i64 =
        query_scalar("select count(*) from walk_list_elector where version = 1").fetch_one(&mut db).await.unwrap();
    assert_eq!(first, 3, "the version that was walked stays as it was");
    let followed: bool = query_scalar(
        "select o.area_no = e.area_no from objection o join elector e using (elector_id) where e.name = 'Basil Penrose'",
    )
    .fetch_one(&mut db)
    .await
    .unwrap();
    assert!(followed, "an objection stays behind when its person moves");
}

#[tokio::test]
async fn an_older_register_than_the_one_in_force_is_called_so() {
    let database = TestDatabase::new().await;
    let made = Generated::new(4, 800, "clean");
    let newer = import(&operation(&database), &choices(made.path("xpress-full-14"), 2025)).await.unwrap();
    let says = |warnings: &[String]| warnings.iter().any(|w| w.starts_with("The register in force is newer"));
    assert!(!says(&newer.preview.warnings));
    let older = preview(&operation(&database), &choices(made.path("eros-full"), 2024)).await.unwrap();
    assert!(says(&older.preview.warnings), "{:?}", older.preview.warnings);
}
