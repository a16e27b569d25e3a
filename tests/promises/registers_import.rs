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
