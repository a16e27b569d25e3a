//! An organiser gives volunteers access inside their own area: never wider, never longer than their own, and takes it back.

use crate::support::access::area;
use crate::support::app::{PASSWORD, TestApp, seed_place};
use crate::support::form::{Form, words};
use crate::support::walk::{Walk, change, count};
use hustings::access::Role;
use serde_json::json;

fn day(days: i64) -> String {
    hustings::web::words::day_of(chrono::Utc::now() + chrono::TimeDelta::days(days)).to_string()
}

#[tokio::test]
async fn an_organiser_gives_a_volunteer_access_by_address_renews_it_and_ends_it_with_its_lists() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let imo = app.actor(Role::Organiser, "Quillbrook").await;
    // Somebody who has an account, and access to nothing any more.
    let bo = app.account(Role::Volunteer, "Saltern").await;
    change(&app, "update access_grant set starts_at = now() - interval '2 days', ends_at = now() - interval '1 day' where role = 'volunteer'")
        .await;
    let list = imo.get("/access/volunteers").await.expect(200);
    assert!(list.text(".empty").contains("Nobody canvasses here yet"), "{}", list.text("main"));

    let page = imo.get("/access/volunteers/new").await.expect(200);
    assert_eq!(page.count("#area option"), 2, "the ward and its district, nothing else");
    let form = Form::of(&page, "main form");
    imo.post("/access/volunteers", &form.clone().with("email", "nobody@lantern.example").with("reason", "R").fields())
        .await
        .expect(422);
    let form = form.with("email", &bo.email.to_uppercase()).with("reason", "Comes with us on Saturday");
    for (field, wrong) in [("until", day(31)), ("area", area(&app, "Saltern").await.to_string()), ("from", day(-1))] {
        let told = imo.post("/access/volunteers", &form.clone().with(field, &wrong).fields()).await.expect(422);
        assert_eq!(told.count(&format!(".errors a[href='#{field}']")), 1, "{field}: {}", told.text(".errors"));
    }
    let form = form.with("until", &day(10));
    imo.post("/access/volunteers", &form.fields()).await.expect(303);
    imo.post("/access/volunteers", &form.fields()).await.expect(303);
    assert_eq!(
        count(&app, "select count(*) from access_grant where reason = 'Comes with us on Saturday'").await,
        1,
        "sent twice"
    );
    assert!(words(&imo.get("/access/volunteers").await.expect(200), "tbody tr").contains(&bo.email));

    let walk = Walk::new(&app.database, "QB1").await;
    walk.assign(&app, bo.id).await;
    let phone = app.sign_in(&bo).await;
    phone.get(&format!("/canvass/{}", walk.list)).await.expect(200);

    let row = imo.get("/access/volunteers").await.expect(200);
    let [renew, end] = [1, 2].map(|n| row.attribute(&format!("tbody td.fit a:nth-of-type({n})"), "href"));
    imo.post(&renew, &[("until", &day(5)), ("reason", "R")]).await.expect(422);
    imo.post(&renew, &[("until", &day(31)), ("reason", "R")]).await.expect(422);
    imo.post(&renew, &[("until", &day(20)), ("reason", "Stays with us")]).await.expect(303);
    assert_eq!(
        count(&app, "select count(*) from grant_renewal where reason = 'Stays with us' and to_end > from_end").await,
        1
    );
    phone.get(&format!("/canvass/{}", walk.list)).await.expect(200);

    let asks = imo.get(&end).await.expect(200);
    assert!(asks.text(".facts").contains("1 list"), "{}", asks.text(".facts"));
    imo.post(&end, &[("reason", "")]).await.expect(422);
    imo.post(&end, &[("reason", "Moved away")]).await.expect(303);
    assert!(phone.get("/canvass").await.expect(303).location().starts_with("/sign-in"));
    assert_eq!(count(&app, "select count(*) from assignment where ended_at is null").await, 0);
    let over = imo.get("/access/volunteers?tab=ended").await.expect(200);
    assert!(over.text("tbody").contains("by Organiser of Quillbrook") && over.text("tbody").contains("Moved away"));
}

#[tokio::test]
async fn an_organiser_sees_and_ends_nobody_outside_their_area_and_never_themselves() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let imo = app.actor(Role::Organiser, "Quillbrook").await;
    let own = app.grant(imo.account.id, Role::Volunteer, "Quillbrook").await;
    let there = app.account(Role::Volunteer, "Saltern").await;
    let list = imo.get("/access/volunteers").await.expect(200);
    assert!(!list.body.contains(&there.email) && list.text("tbody").contains("Your own"), "{}", list.text("main"));
    for act in ["end", "renew"] {
        imo.get(&format!("/access/volunteers/{}/{act}", there.grant)).await.expect(404);
        let fields = [("reason", "R"), ("until", &day(20))];
        imo.post(&format!("/access/volunteers/{}/{act}", there.grant), &fields).await.expect(404);
    }
    imo.post(&format!("/access/volunteers/{own}/end"), &[("reason", "R")]).await.expect(409);
    let area = area(&app, "Quillbrook").await.to_string();
    let fields =
        [("email", imo.account.email.as_str()), ("area", &area), ("purpose", "P"), ("until", &day(2)), ("reason", "R")];
    assert!(imo.post("/access/volunteers", &fields).await.expect(422).text(".errors").contains("your own account"));
}

#[tokio::test]
async fn the_usual_last_day_is_the_day_after_the_next_election_there_and_the_page_says_why() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    change(
        &app,
        "update poll set poll_date = current_date + 60, area_id = (select area_id from area where name = 'Saltern')",
    )
    .await;
    let administrator = app.actor(Role::Administrator, "all").await;
    let bo = app.account(Role::Volunteer, "all").await;
    let path = format!("/access/accounts/{}/grants", bo.id);
    let show = async |name: &str| {
        let area = area(&app, name).await.to_string();
        administrator.post(&path, &[("role", "volunteer"), ("area", &area), ("show", "true")]).await.expect(200)
    };
    let saltern = show("Saltern").await;
    assert_eq!(Form::of(&saltern, "main form").value("until"), day(61), "{}", saltern.text("#until-hint"));
    assert!(saltern.text("#until-hint").contains("the day after Local elections"));
    let quillbrook = show("Quillbrook").await;
    assert_eq!(Form::of(&quillbrook, "main form").value("until"), day(30));
    // Left empty it is the usual day; a year for an organiser.
    let area = area(&app, "Saltern").await.to_string();
    for (role, days) in [("volunteer", 61), ("organiser", 365)] {
        let fields = [("role", role), ("area", &area), ("purpose", "P"), ("reason", "Left empty")];
        administrator.post(&path, &fields).await.expect(303);
        let found: bool = sqlx::query_scalar(
            "select exists (select from access_grant where role = $1 and reason = 'Left empty'
               and (ends_at at time zone 'Europe/London')::date = (now() at time zone 'Europe/London')::date + $2::int)",
        )
        .bind(role)
        .bind(days)
        .fetch_one(&mut app.database.operator().await)
        .await
        .unwrap();
        assert!(found, "{role}");
    }
}

#[tokio::test]
async fn access_that_begins_later_opens_nothing_before_and_stands_in_the_list() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let administrator = app.actor(Role::Administrator, "all").await;
    let bo = app.account(Role::Volunteer, "all").await;
    change(&app, "update access_grant set ended_at = now() where role = 'volunteer'").await;
    let area = area(&app, "Quillbrook").await.to_string();
    let (from, until) = (day(3), day(9));
    let path = format!("/access/accounts/{}/grants", bo.id);
    let fields = [
        ("role", "volunteer"),
        ("area", area.as_str()),
        ("purpose", "P"),
        ("reason", "R"),
        ("from", &from),
        ("until", &until),
    ];
    administrator.post(&path, &fields).await.expect(303);
    let body = json!({"email": bo.email, "password": PASSWORD});
    app.nobody().post_json("/api/v1/sessions", &body).await.expect(401);
    assert!(administrator.get(&format!("/access/accounts/{}", bo.id)).await.expect(200).text("tbody").contains("from"));
    change(&app, "update access_grant set starts_at = now() where ended_at is null and role = 'volunteer'").await;
    app.nobody().post_json("/api/v1/sessions", &body).await.expect(201);
}
