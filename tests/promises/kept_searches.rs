//! What was searched for stands in no address, belongs to the session that typed it, and ends with it.

use crate::support::app::{Account, Actor, TestApp};
use crate::support::electors::{find, last_look, linked, quillbrook};
use crate::support::wall::{WORKING_ROLES, become_role, hash, open_session};
use hustings::access::Role;
use sqlx::{AssertSqlSafe, PgConnection, query, query_scalar};

async fn keep(actor: &Actor, words: &str) -> String {
    actor.post("/electors", &[("q", words)]).await.expect(303).location()
}

async fn kept(app: &TestApp) -> i64 {
    query_scalar("select count(*) from kept_search").fetch_one(&mut app.database.operator().await).await.unwrap()
}

async fn change(app: &TestApp, sql: &'static str) {
    query(sql).execute(&mut app.database.operator().await).await.unwrap();
}

#[tokio::test]
async fn results_have_an_address_that_names_nobody_and_leads_back_to_the_same_page() {
    let (app, organiser, _) = quillbrook().await;
    let fields = [("q", "Edith Harcourt3"), ("order", "name"), ("asked", "never")];
    let address = organiser.post("/electors", &fields).await.expect(303).location();
    let id = address.strip_prefix("/electors?search=").unwrap();
    assert!(id.parse::<uuid::Uuid>().is_ok(), "{address}");
    for _ in 0..2 {
        let page = organiser.get(&address).await.expect(200);
        assert!(page.text(".page-head p").starts_with("1 elector in 1 home matches"));
        assert_eq!(page.attribute("#q", "value"), "Edith Harcourt3");
        assert_eq!(page.attribute("select[name=order] [selected]", "value"), "name");
        assert_eq!(page.attribute("select[name=asked] [selected]", "value"), "never");
        assert_eq!(last_look(&app, organiser.account.id).await, ("search".into(), linked(&page)));
        assert_eq!(page.headers["cache-control"], "no-store");
    }
    let looks: i64 = query_scalar("select count(*) from access_log where what = 'search'")
        .fetch_one(&mut app.database.operator().await)
        .await
        .unwrap();
    assert_eq!(looks, 2, "each look at the results is on record; keeping the words shows nobody");
    for beyond in [format!("{address}&page=900"), format!("{address}&page=x"), format!("{address}&page=-1")] {
        organiser.get(&beyond).await.expect(200);
    }
}

#[tokio::test]
async fn somebody_elses_search_is_an_empty_page_like_one_that_never_was() {
    let (app, organiser, _) = quillbrook().await;
    let address = keep(&organiser, "edith").await;
    let other = app.actor(Role::Organiser, "Quillbrook").await;
    let same_account = app.sign_in(&organiser.account).await;
    let never = format!("/electors?search={}", uuid::Uuid::new_v4());
    for actor in [&other, &same_account] {
        for path in [address.as_str(), &never, "/electors?search=edith", "/electors?search=&page=2"] {
            let page = actor.get(path).await.expect(200);
            assert_eq!((page.count("table"), page.attribute("#q", "value")), (0, String::new()), "{path}");
            assert_eq!(page.body, actor.get("/electors").await.expect(200).body, "no hint: {path}");
        }
    }
    organiser.get(&address).await.expect(200);
}

#[tokio::test]
async fn searches_end_with_their_session_and_the_latest_twenty_are_kept() {
    let (app, organiser, _) = quillbrook().await;
    let first = keep(&organiser, "edith").await;
    for n in 1..=20 {
        keep(&organiser, &format!("harcourt{n}")).await;
    }
    assert_eq!(kept(&app).await, 20);
    assert_eq!(organiser.get(&first).await.expect(200).count("table"), 0, "the oldest went");
    let other = app.actor(Role::Organiser, "Quillbrook").await;
    let second = keep(&other, "wilfred").await;
    organiser.post("/sign-out", &[]).await.expect(303);
    assert_eq!(kept(&app).await, 1, "signing out leaves nothing behind, and takes nothing of others");
    assert_eq!(other.get(&second).await.expect(200).attribute("#q", "value"), "wilfred");
    change(&app, "update session set ended_at = now(), ended_why = 'access-ended'").await;
    app.actor(Role::Organiser, "Saltern").await;
    assert_eq!(kept(&app).await, 0, "what is over is swept away when somebody signs in");
}

#[tokio::test]
async fn another_role_of_the_same_person_does_not_come_back_to_the_search() {
    let (app, organiser, _) = quillbrook().await;
    let saltern = app.grant(organiser.account.id, Role::Organiser, "Saltern").await.to_string();
    let address = keep(&organiser, "edith").await;
    organiser.post("/account/grant", &[("wanted", &saltern)]).await.expect(303);
    assert_eq!(organiser.get(&address).await.expect(200).attribute("#q", "value"), "");
    assert_eq!(kept(&app).await, 0);
}

#[tokio::test]
async fn filters_are_kept_without_words_and_hostile_ones_are_none() {
    let (_app, organiser, _) = quillbrook().await;
    let hostile = "x".repeat(5000);
    let fields = [
        ("q", "ed\0ith"),
        ("intention", hostile.as_str()),
        ("asked", "'; drop"),
        ("order", "<b>"),
        ("district", "-1"),
        ("page", "7"),
    ];
    let page = find(&organiser, &fields).await;
    assert!(page.text(".page-head p").starts_with("6 electors"), "{}", page.text(".page-head p"));
    assert_eq!(page.count("select [selected]"), 0);
}

/// What an attacker on the application's connection is told, who holds a session's hash.
async fn says(connection: &mut PgConnection, sql: &str) -> String {
    match query(AssertSqlSafe(sql)).execute(connection).await {
        Ok(done) => format!("{} rows", done.rows_affected()),
        Err(error) => error.to_string(),
    }
}

async fn attacker(app: &TestApp, role: &str, account: &Account) -> PgConnection {
    let mut connection = app.database.app().await;
    let session = hash(&open_session(app, account).await);
    become_role(&mut connection, role, &session, "", "1").await;
    connection
}

const READ: &str = "select words from kept_search";
const FORGE: &str = "insert into kept_search (search_id, session_id, words)
    select gen_random_uuid(), session_id, 'x' from kept_search union all
    select gen_random_uuid(), gen_random_uuid(), 'x'";
const DELETE: &str = "delete from kept_search";

#[tokio::test]
async fn the_database_shows_a_search_to_its_own_live_session_alone() {
    let (app, organiser, _) = quillbrook().await;
    keep(&organiser, "edith").await;
    let mut same_account = attacker(&app, "hustings_organiser", &organiser.account).await;
    assert_eq!(says(&mut same_account, READ).await, "0 rows");
    assert!(says(&mut same_account, DELETE).await.contains("permission denied"));
    assert_eq!(says(&mut same_account, "select wall.forget_own_searches(0)").await, "1 rows");
    assert_eq!(kept(&app).await, 1, "nobody forgets another session's");
    assert!(says(&mut same_account, FORGE).await.contains("row-level security"));
    let own = "insert into kept_search (search_id, session_id, words) select gen_random_uuid(), wall.session_id(), 'x'";
    assert_eq!(says(&mut same_account, own).await, "1 rows");
    assert_eq!(says(&mut same_account, READ).await, "1 rows");
    let changed = says(&mut same_account, "update kept_search set words = 'y'").await;
    assert!(changed.contains("permission denied"), "{changed}");
    change(&app, "insert into lockdown (tool, notice) values ('contact', 'Closed')").await;
    assert_eq!(says(&mut same_account, READ).await, "0 rows", "nor while the half is closed");
    change(&app, "update lockdown set opened_at = now()").await;
    change(&app, "update session set ended_at = now()").await;
    assert_eq!(says(&mut same_account, READ).await, "0 rows", "nor once it is over");
    assert_eq!(kept(&app).await, 2);
}

#[tokio::test]
async fn no_other_working_role_reads_what_was_searched_for() {
    let (app, organiser, _) = quillbrook().await;
    keep(&organiser, "edith").await;
    for role in WORKING_ROLES.into_iter().filter(|role| *role != "hustings_organiser") {
        let mut connection = attacker(&app, role, &organiser.account).await;
        for statement in [READ, DELETE, "select wall.forget_searches()"] {
            let said = says(&mut connection, statement).await;
            assert!(said.contains("permission denied"), "{role}, {statement}: {said}");
        }
    }
    let volunteer = app.account(Role::Volunteer, "Quillbrook").await;
    let mut as_organiser = attacker(&app, "hustings_organiser", &volunteer).await;
    assert_eq!(says(&mut as_organiser, READ).await, "0 rows");
    assert_eq!(kept(&app).await, 1);
}
