//! No room that holds people's data can be forgotten when somebody asks for theirs: every table of the database is named by a
//! holding, or is known to be nobody's.

use crate::support::database::TestDatabase;
use hustings::protection::holdings::{ALL, MARKS, NOBODYS};
use sqlx::{query_as, query_scalar};
use std::collections::BTreeSet;

async fn tables() -> Vec<String> {
    query_scalar(
        "select relname::text from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
         and not relispartition and relname <> '_sqlx_migrations' order by 1",
    )
    .fetch_all(&mut TestDatabase::new().await.operator().await)
    .await
    .unwrap()
}

#[tokio::test]
async fn every_table_is_answered_for_once_and_none_is_named_that_is_not_there() {
    let there: BTreeSet<String> = tables().await.into_iter().collect();
    let named: Vec<&str> = ALL.iter().flat_map(|h| h.tables).chain(NOBODYS).copied().collect();
    let once: BTreeSet<String> = named.iter().map(|t| (*t).to_owned()).collect();
    assert_eq!(named.len(), once.len(), "named twice");
    let forgotten: Vec<_> = there.difference(&once).collect();
    assert!(forgotten.is_empty(), "src/protection/holdings says nothing of {forgotten:?}: whose data is it?");
    let gone: Vec<_> = once.difference(&there).collect();
    assert!(gone.is_empty(), "{gone:?} are no tables");
}

#[tokio::test]
async fn a_table_with_marks_of_a_person_is_not_passed_off_as_nobodys() {
    let marked: Vec<(String, String)> = query_as(
        "select table_name::text, column_name::text from information_schema.columns
         where table_schema = 'public' and column_name = any ($1) order by 1, 2",
    )
    .bind(MARKS)
    .fetch_all(&mut TestDatabase::new().await.operator().await)
    .await
    .unwrap();
    assert!(marked.len() > 30, "{marked:?}");
    let wrong: Vec<_> = marked.iter().filter(|(table, _)| NOBODYS.contains(&table.as_str())).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[tokio::test]
async fn every_holding_writes_its_section_and_is_reached_by_file_and_erasure() {
    let database = TestDatabase::new().await;
    let mut db = database.operator().await;
    let body = "select prosrc from pg_proc where pronamespace = 'wall'::regnamespace and proname = $1";
    let mut source = async |name: &str| -> String {
        let found = query_scalar(body).bind(name).fetch_optional(&mut db).await.unwrap();
        found.unwrap_or_else(|| panic!("there is no wall.{name}"))
    };
    let mut erase = String::new();
    for whole in ["erase_elector", "erase_account", "erase_person"] {
        erase += &source(whole).await;
    }
    let file = source("subject_file").await;
    for holding in ALL {
        assert!(!holding.files.is_empty(), "{} is in no file", holding.key);
        for name in holding.files {
            assert!(file.contains(&format!("wall.{name}(")), "wall.subject_file does not ask {name}");
            source(name).await;
        }
        for name in holding.erases {
            let itself = matches!(*name, "erase_elector" | "erase_account" | "erase_person");
            assert!(itself || erase.contains(&format!("wall.{name}(")), "no erasure asks {name}");
            source(name).await;
        }
        let section = format!("'{}', wall.", holding.key);
        assert!(file.contains(&section), "wall.subject_file has no section {}", holding.key);
    }
}
