//! Organisers tell those who are signed in in their area something, until a day, and nobody elsewhere.

use crate::support::app::{TestApp, seed_place};
use crate::support::form::words;
use crate::support::walk::{change, count};
use crate::support::wall::{become_role, hash, open_session};
use hustings::access::Role;
use sqlx::{query, query_scalar};

async fn area(app: &TestApp, name: &str) -> String {
    query_scalar("select area_id::text from area where name = $1 or short_name = $1")
        .bind(name)
        .fetch_one(&mut app.database.operator().await)
        .await
        .unwrap()
}

fn post<'a>(area: &'a str, until: &'a str) -> [(&'a str, &'a str); 4] {
    [("area", area), ("title", "News"), ("words", "Words"), ("until", until)]
}

fn days_on(days: u64) -> String {
    let today = chrono::Utc::now().with_timezone(&chrono_tz::Europe::London).date_naive();
    today.checked_add_days(chrono::Days::new(days)).unwrap().to_string()
}

#[tokio::test]
async fn news_is_read_in_its_area_and_in_those_around_it_and_nowhere_else_until_it_ends() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let organiser = app.actor(Role::Organiser, "all").await;
    let (here, there) = (app.actor(Role::Volunteer, "Quillbrook").await, app.actor(Role::Volunteer, "Saltern").await);
    let secretary = app.actor(Role::MembershipSecretary, "QB1").await;
    let (quillbrook, until) = (area(&app, "Quillbrook").await, days_on(7));
    let said = [
        ("area", quillbrook.as_str()),
        ("title", "Saturday’s session"),
        ("words", "Meet at the <b>bandstand</b>.\n\nBring a coat."),
        ("until", &until),
    ];
    organiser.post("/news", &said).await.expect(303);
    let page = here.get("/canvass").await.expect(200);
    assert!(page.text("section[aria-labelledby=news]").contains("Meet at the <b>bandstand</b>."), "{}", page.body);
    assert!(words(&secretary.get("/news").await.expect(200), "main").contains("Bring a coat."));
    for nobody in ["/news", "/canvass"] {
        assert!(!there.get(nobody).await.expect(200).body.contains("Saturday"), "{nobody}");
    }
    // It ends by itself, and an organiser puts it up again.
    change(&app, "update news set posted_at = now() - interval '9 days', ends_at = now() - interval '1 second'").await;
    assert!(!here.get("/canvass").await.expect(200).body.contains("Saturday"));
    let over = organiser.get("/news?tab=over").await.expect(200);
    let post = over.attribute("article form", "action").replace("/end", "");
    organiser.post(&post, &said[1..]).await.expect(303);
    assert!(here.get("/news").await.expect(200).body.contains("Saturday"));
    organiser.post(&format!("{post}/end"), &[]).await.expect(303);
    assert!(!here.get("/news").await.expect(200).body.contains("Saturday"));
    organiser.post(&format!("{post}/end"), &[]).await.expect(404);
    assert_eq!(count(&app, "select count(*) from access_log where permission ~ 'news'").await, 0, "it shows nobody");
}

#[tokio::test]
async fn nobody_posts_beyond_their_area_changes_what_is_not_theirs_or_posts_for_ever() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let (wide, own) = (app.actor(Role::Organiser, "all").await, app.actor(Role::Organiser, "Quillbrook").await);
    let (saltern, quillbrook) = (area(&app, "Saltern").await, area(&app, "Quillbrook").await);
    let until = days_on(7);
    own.post("/news", &post(&saltern, &until)).await.expect(404);
    wide.post("/news", &post(&area(&app, "all").await, &until)).await.expect(303);
    let id: String =
        query_scalar("select news_id::text from news").fetch_one(&mut app.database.operator().await).await.unwrap();
    let path = format!("/news/{id}");
    assert!(own.get("/news").await.expect(200).body.contains("Words"), "what all areas are told");
    own.get(&path).await.expect(404);
    own.post(&path, &post(&quillbrook, &until)).await.expect(404);
    own.post(&format!("{path}/end"), &[]).await.expect(404);
    for (until, why) in [(days_on(91), "90 days at most"), ("yesterday".into(), "Give the last day")] {
        let refused = own.post("/news", &post(&quillbrook, &until)).await.expect(422);
        assert!(refused.text(".errors").contains(why), "{}", refused.text(".errors"));
    }
    let canvasser = app.account(Role::Volunteer, "Quillbrook").await;
    app.sign_in(&canvasser).await.get("/news/new").await.expect(403);
    // By SQL neither: not in somebody else's name, not elsewhere, not as a canvasser.
    let organiser = app.account(Role::Organiser, "Quillbrook").await;
    for (account, role) in [(&organiser, "hustings_organiser"), (&canvasser, "hustings_volunteer")] {
        let token = open_session(&app, account).await;
        let mut db = app.database.app().await;
        become_role(&mut db, role, &hash(&token), "", &quillbrook).await;
        for (place, by) in [(&quillbrook, "gen_random_uuid()"), (&saltern, "wall.account()")] {
            let statement = format!(
                "insert into news (news_id, area_id, title, words, pinned, posted_by, ends_at)
                 values (gen_random_uuid(), {place}, 'x', 'x', false, {by}, now() + interval '1 day')"
            );
            let refused = query(sqlx::AssertSqlSafe(statement)).execute(&mut db).await.unwrap_err();
            assert_eq!(refused.as_database_error().unwrap().code().unwrap(), "42501", "{role}");
        }
    }
}

#[tokio::test]
async fn news_closes_with_organise_and_canvassing_goes_on() {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let organiser = app.actor(Role::Organiser, "all").await;
    let canvasser = app.actor(Role::Volunteer, "Quillbrook").await;
    let (everywhere, until) = (area(&app, "all").await, days_on(1));
    let said = [("area", everywhere.as_str()), ("title", "Tonight"), ("words", "Six o’clock"), ("until", &until)];
    organiser.post("/news", &said).await.expect(303);
    change(&app, "insert into lockdown (tool, notice) values ('organise', 'Closed while we check access')").await;
    for reader in [&organiser, &canvasser] {
        let closed = reader.get("/news").await.expect(503);
        assert!(closed.text("h1").contains("Organise is closed"), "{}", closed.text("h1"));
    }
    organiser.get("/electors").await.expect(200);
    assert!(!canvasser.get("/canvass").await.expect(200).body.contains("Tonight"));
    change(&app, "update lockdown set opened_at = now()").await;
    change(&app, "insert into lockdown (tool, notice) values ('contact', 'Closed while we check access')").await;
    organiser.get("/electors").await.expect(503);
    assert!(organiser.get("/news").await.expect(200).body.contains("Tonight"));
}
