//! Looking electors up as an organiser does, and what stands on record of it.

use super::app::{Actor, Answer, TestApp, seed_place};
use hustings::access::Role;
use hustings::electors::name::PersonName;
use serde_json::{Value, json};
use sqlx::{Row, query, query_scalar};
use std::collections::BTreeSet;
use uuid::Uuid;

/// The organiser of Quillbrook, in a place with two wards.
pub async fn quillbrook() -> (TestApp, Actor, i32) {
    let app = TestApp::new().await;
    let partition = seed_place(&app.database).await;
    let organiser = app.actor(Role::Organiser, "Quillbrook").await;
    (app, organiser, partition)
}

/// The electors on the last row of the access log of this account, as `partition.elector`.
pub async fn last_look(app: &TestApp, account: Uuid) -> (String, BTreeSet<String>) {
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

/// Who is in a JSON answer.
pub fn ids(answer: &Value) -> BTreeSet<String> {
    answer["electors"].as_array().unwrap().iter().map(|e| e["id"].as_str().unwrap().to_owned()).collect()
}

/// Their names, in its order.
pub fn names(answer: &Answer) -> Vec<String> {
    let answer = answer.json();
    answer["electors"].as_array().unwrap().iter().map(|e| e["name"].as_str().unwrap().to_owned()).collect()
}

/// The electors that a page names, by its links.
pub fn linked(page: &Answer) -> BTreeSet<String> {
    let html = scraper::Html::parse_document(&page.body);
    let links = scraper::Selector::parse("main a[href^='/electors/']").unwrap();
    let id =
        |link: scraper::ElementRef| link.attr("href")?.strip_prefix("/electors/")?.split('/').next().map(str::to_owned);
    html.select(&links).filter_map(id).collect()
}

/// Somebody with a name and a number of their own at a home of Larkspur Row (or nowhere).
pub async fn add_elector(
    app: &TestApp,
    partition: i32,
    forenames: &str,
    surname: &str,
    number: &str,
    home: Option<i32>,
) -> i64 {
    let name = PersonName { forenames: forenames.into(), surname: surname.into(), ..PersonName::default() };
    let [later, last] = name.later_keys();
    query_scalar(
        "insert into elector (partition_id, area_no, household_id, kind, forenames, surname, name, name_key, forename_key, number, position,
           later_key, last_key)
         select $1, d.area_no, (select household_id from household h where h.area_no = d.area_no and h.number = $7),
           case when $7 is null then 'overseas' else 'ordinary' end, $2, $3, $2 || ' ' || $3, $4, $5, $6, 99, $8, $9
         from district d where d.letters = 'QB1' returning elector_id",
    )
    .bind(partition)
    .bind(forenames)
    .bind(surname)
    .bind(name.name_key())
    .bind(format!("{} {}", name.forenames_key(), name.surname_key()))
    .bind(number)
    .bind(home)
    .bind(later)
    .bind(last)
    .fetch_one(&mut app.database.operator().await)
    .await
    .unwrap()
}

/// Searches by the JSON.
pub async fn search(actor: &Actor, q: &str) -> Answer {
    actor.post_json("/api/v1/electors/search", &json!({"q": q})).await
}

/// Searches by the page: posts the form and opens the address that it leads to.
pub async fn find(actor: &Actor, fields: &[(&str, &str)]) -> Answer {
    let kept = actor.post("/electors", fields).await.expect(303).location();
    actor.get(&kept).await.expect(200)
}
