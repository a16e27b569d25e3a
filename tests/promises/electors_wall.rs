//! Electors are found and opened inside the area in use only, every look on record.

use crate::support::electors::{find, ids, last_look, linked, quillbrook, search};
use hustings::access::Role;
use serde_json::json;
use sqlx::query_scalar;
use std::collections::BTreeSet;

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
    let page = find(&organiser, &[("q", found["electors"][0]["number"].as_str().unwrap())]).await;
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
