//! Every access is looked at twice a year or on demand: kept or ended by a day, and what nobody answers for ends.

use crate::support::access::{area, letters, sql_as, told};
use crate::support::app::{Actor, TestApp, seed_place};
use crate::support::form::Form;
use crate::support::walk::{Walk, change, count};
use chrono::{Days, NaiveDate};
use hustings::access::Role;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use sqlx::{query, query_as, query_scalar};
use uuid::Uuid;

/// Opens a review of an area as its page does; answers its path.
async fn open(app: &TestApp, by: &Actor, name: &str) -> String {
    let area = area(app, name).await.to_string();
    let asks = by.post("/access/reviews", &[("area", &area)]).await.expect(200);
    assert!(asks.text(".facts").contains("listed, to be kept or ended"), "{}", asks.text("main"));
    by.post("/access/reviews", &[("area", &area), ("open", "true")]).await.expect(303).location()
}

async fn keep_house(app: &TestApp) {
    query("select wall.keep_reviews()").execute(&mut app.database.door().await).await.unwrap();
}

#[tokio::test]
async fn each_grant_is_kept_or_ended_and_nobody_keeps_their_own() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let (ann, cy) = (app.actor(Role::Administrator, "all").await, app.actor(Role::Administrator, "all").await);
    let [stays, goes] = [app.actor(Role::Volunteer, "Quillbrook").await, app.actor(Role::Volunteer, "Saltern").await];
    let path = open(&app, &ann, "all").await;
    let page = ann.get(&path).await.expect(200);
    assert!(
        page.text("main").contains("0 of 4 answered") && page.count("input[name=grant]") == 3,
        "not one's own: {}",
        page.text("main")
    );
    ann.post("/access/reviews", &[("area", &area(&app, "all").await.to_string()), ("open", "true")]).await.expect(409);

    let form = Form::of(&page, "main form");
    for fields in [
        form.clone().with("answer", "keep"),
        form.clone().tick("grant", &goes.account.grant.to_string()).with("answer", "end"),
    ] {
        ann.post(&path, &fields.fields()).await.expect(422);
    }
    let [own, other] = [&ann, &cy].map(|a| a.account.grant.to_string());
    let kept = form
        .clone()
        .with("answer", "keep")
        .tick("grant", &own)
        .tick("grant", &stays.account.grant.to_string())
        .tick("grant", &other);
    assert_eq!(
        ann.post(&path, &kept.fields()).await.expect(303).location(),
        format!("{path}?done=2"),
        "all but one's own"
    );
    let ended = form.with("answer", "end").with("reason", "Moved away").tick("grant", &goes.account.grant.to_string());
    ann.post(&path, &ended.fields()).await.expect(303);
    assert!(goes.get("/canvass").await.expect(303).location().starts_with("/sign-in"), "at once");
    stays.get("/canvass").await.expect(200);
    assert!(ann.get(&path).await.expect(200).text("main").contains("3 of 4 answered"));
    cy.post(&path, &[("answer", "keep"), ("grant", &own)]).await.expect(303);
    let over = cy.get(&path).await.expect(200).text("main");
    assert!(
        over.contains("Over since") && over.contains("by Administrator of all") && over.contains("Ended"),
        "{over}"
    );
}

#[tokio::test]
async fn organisers_answer_for_volunteers_in_their_own_area_and_see_no_other() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let ann = app.actor(Role::Administrator, "all").await;
    let imo = app.actor(Role::Organiser, "Quillbrook").await;
    let [here, there] = [app.account(Role::Volunteer, "QB1").await, app.account(Role::Volunteer, "Saltern").await];
    let path = open(&app, &ann, "all").await;
    assert!(imo.get("/").await.expect(200).text("#figures").contains("access to keep or end"));
    let page = imo.get(&path).await.expect(200);
    assert!(
        page.body.contains(&here.email)
            && !page.body.contains(&there.email)
            && page.text("main").contains("0 of 1 answered")
    );
    let end = |grant: Uuid| [("answer", "end".to_owned()), ("reason", "R".to_owned()), ("grant", grant.to_string())];
    for (grant, done) in [(there.grant, 0), (ann.account.grant, 0), (imo.account.grant, 0), (here.grant, 1)] {
        let fields = end(grant);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
        assert_eq!(imo.post(&path, &fields).await.expect(303).location(), format!("{path}?done={done}"));
    }
    assert_eq!(count(&app, "select count(*) from access_grant where ended_at is not null").await, 1);
    let saltern = app.actor(Role::Organiser, "Saltern").await;
    let own = open(&app, &ann, "Quillbrook").await;
    saltern.get(&own).await.expect(404);
    // Nor by SQL.
    let mut db = sql_as(&app, &saltern.account, "hustings_organiser").await;
    let shown: i64 =
        query_scalar("select count(*) from wall.reviews() r, wall.review_grants(r.review_id) g where g.email <> $1")
            .bind(&there.email)
            .fetch_one(&mut db)
            .await
            .unwrap();
    assert_eq!(shown, 0);
}

#[tokio::test]
async fn what_nobody_answers_for_ends_on_its_day_with_sessions_and_lists_after_a_reminder() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let ann = app.actor(Role::Administrator, "all").await;
    let officer = app.account(Role::DataProtectionOfficer, "all").await;
    let imo = app.account(Role::Organiser, "Quillbrook").await;
    let bo = app.actor(Role::Volunteer, "Quillbrook").await;
    let walk = Walk::new(&app.database, "QB1").await;
    walk.assign(&app, bo.account.id).await;
    let path = open(&app, &ann, "Quillbrook").await;
    keep_house(&app).await;
    assert!(letters(&app).await.is_empty(), "four weeks before, nobody is told");
    change(&app, "update access_review set due_at = due_at - interval '22 days'").await;
    keep_house(&app).await;
    keep_house(&app).await;
    let mut answer = vec![ann.account.id, imo.id];
    answer.sort();
    assert_eq!(told(&app, "review-due").await, answer, "a week before, once");
    bo.get("/canvass").await.expect(200);

    change(&app, "update access_review set due_at = now() - interval '1 minute'").await;
    keep_house(&app).await;
    assert!(bo.get("/canvass").await.expect(303).location().starts_with("/sign-in"));
    assert_eq!(count(&app, "select count(*) from assignment where ended_at is null").await, 0);
    let page = ann.get(&path).await.expect(200).text("main");
    assert!(page.contains("Over since") && page.contains("Ended: nobody answered"), "{page}");
    let account = ann.get(&format!("/access/accounts/{}", bo.account.id)).await.expect(200).text("main");
    assert!(account.contains("by the access review"), "{account}");
    let mut concerned = vec![ann.account.id, officer.id];
    concerned.sort();
    assert_eq!(told(&app, "review-closed").await, concerned);
}

#[tokio::test]
async fn a_review_that_nobody_answers_leaves_somebody_who_can_give_access() {
    let app = TestApp::new().await;
    let (ann, idle) = (app.actor(Role::Administrator, "all").await, app.account(Role::Administrator, "all").await);
    let path = open(&app, &ann, "all").await;
    change(&app, "update access_review set due_at = now() - interval '1 minute'").await;
    keep_house(&app).await;
    let page = ann.get(&path).await.expect(200).text("main");
    assert!(page.contains("Left: nobody else could give access"), "who was here last stays: {page}");
    let ended = "select count(*) from access_grant where role = 'administrator' and ended_by_rule = 'review'";
    assert_eq!(count(&app, ended).await, 1, "{}", idle.email);
}

#[tokio::test]
async fn one_of_everything_opens_by_itself_twice_a_year() {
    let app = TestApp::new().await;
    app.account(Role::Administrator, "all").await;
    let open = "select count(*) from access_review";
    keep_house(&app).await;
    assert_eq!(count(&app, open).await, 0, "set up today");
    change(&app, "update installation set set_up_at = now() - interval '183 days'").await;
    keep_house(&app).await;
    keep_house(&app).await;
    assert_eq!((count(&app, open).await, told(&app, "review-opened").await.len()), (1, 1));
    change(&app, "update access_review set closed_at = now()").await;
    keep_house(&app).await;
    assert_eq!(count(&app, open).await, 1, "half a year later, not before");
    change(
        &app,
        "update access_review set opened_at = now() - interval '183 days', closed_at = now() - interval '150 days'",
    )
    .await;
    keep_house(&app).await;
    assert_eq!(count(&app, open).await, 2);
}

#[tokio::test]
async fn a_poll_that_is_named_meanwhile_moves_the_day_behind_it() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let ann = app.actor(Role::Administrator, "all").await;
    app.account(Role::Volunteer, "Quillbrook").await;
    let path = open(&app, &ann, "Quillbrook").await;
    change(&app, "update access_review set due_at = now() - interval '1 minute'").await;
    change(&app, "insert into poll (name, poll_date, kind, area_id) select 'By-election', current_date + 20, 'by-election', area_id
      from area where name = 'Wexmere'").await;
    keep_house(&app).await;
    let page = ann.get(&path).await.expect(200).text("main");
    assert!(page.contains("moved behind By-election") && page.contains("0 of 1 answered"), "{page}");
}

/// Whatever elections are named and whenever it opens, no review falls due in the six weeks before one or on its day.
#[tokio::test]
async fn no_review_falls_due_in_the_last_six_weeks_before_an_election_there() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let mut db = app.database.operator().await;
    let here = area(&app, "Quillbrook").await;
    let cases = (0u64..900, proptest::collection::vec((0u64..1100, 0usize..3), 0..6));
    let mut runner = TestRunner::default();
    for _ in 0..150 {
        let (opened, polls) = cases.new_tree(&mut runner).unwrap().current();
        let first = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
        let day = |days: u64| first.checked_add_days(Days::new(days)).unwrap();
        query("delete from poll").execute(&mut db).await.unwrap();
        for (n, (at, place)) in polls.iter().enumerate() {
            query("insert into poll (name, poll_date, kind, area_id) select $1, $2, 'local', area_id from area where name = $3")
                .bind(format!("Poll {n}"))
                .bind(day(*at))
                .bind(["Quillbrook", "Saltern", "Wexmere"][*place])
                .execute(&mut db)
                .await
                .unwrap();
        }
        let (due, moved): (NaiveDate, Option<String>) = query_as("select due, moved_for from wall.review_due($1, $2)")
            .bind(here)
            .bind(day(opened))
            .fetch_one(&mut db)
            .await
            .unwrap();
        // Saltern votes alone: no concern of Quillbrook's.
        let near = |(at, place): &(u64, usize)| *place != 1 && due >= day(*at) - Days::new(42) && due <= day(*at);
        assert!(!polls.iter().any(near), "opened {}, due {due}, {polls:?}", day(opened));
        let usual = day(opened) + Days::new(28);
        assert_eq!(due == usual, moved.is_none());
        assert!(due >= usual && due <= usual + Days::new(60 * 6), "not put off for ever: {due} {polls:?}");
    }
}
