//! Each test has a database of its own.

use hustings::database::cluster::Login;
use sqlx::{query, query_scalar};

use crate::support::database::TestDatabase;

#[tokio::test]
async fn what_one_test_makes_another_does_not_see() {
    let (one, other) = (TestDatabase::new().await, TestDatabase::new().await);
    query("create table mine ()").execute(&mut one.operator().await).await.unwrap();
    let seen: bool =
        query_scalar("select to_regclass('mine') is not null").fetch_one(&mut other.operator().await).await.unwrap();
    assert!(!seen);
}

#[tokio::test]
async fn a_clone_has_the_privileges_of_a_real_database() {
    let database = TestDatabase::new().await;
    for mut connection in [database.app().await, database.door().await] {
        let error = query("create temp table elector ()").execute(&mut connection).await.unwrap_err();
        assert!(error.to_string().contains("permission denied"), "{error}");
    }
}

#[tokio::test]
async fn a_database_goes_with_its_test() {
    let database = TestDatabase::new().await;
    let url = database.url(Login::Operator);
    let name = url.rsplit('/').next().unwrap().to_owned();
    let other = TestDatabase::new().await;
    let _held_open = database.app().await;
    drop(database);
    let left: bool = query_scalar("select exists (select from pg_database where datname = $1)")
        .bind(name)
        .fetch_one(&mut other.operator().await)
        .await
        .unwrap();
    assert!(!left);
}
