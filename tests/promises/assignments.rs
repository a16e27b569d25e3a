//! A list opens to whom it is assigned, until a time, and to nobody else; the database decides again.

use super::walk_lists::{make, place};
use crate::support::app::{Account, Actor, TestApp};
use crate::support::form::{Form, words};
use crate::support::wall::{become_role, hash, open_session};
use chrono::{DateTime, TimeDelta, Utc};
use hustings::access::Role;
use hustings::canvass::lists::local_field;
use hustings::commands::Operation;
use hustings::commands::walk_list::{self, WalkList};
use hustings::database::{Operator, OperatorSession};
use hustings::error::Error;
use sqlx::{query, query_scalar};
use uuid::Uuid;

async fn assign(organiser: &Actor, id: &str, volunteer: Uuid, until: DateTime<Utc>) -> crate::support::app::Answer {
    let page = organiser.get(&format!("/walk-lists/{id}")).await.expect(200);
    let form = Form::of(&page, "#assign").tick("volunteer", &volunteer.to_string()).with("until", &local_field(until));
    organiser.post(&format!("/walk-lists/{id}/assignments"), &form.fields()).await
}

/// How many people this session of a volunteer's may read, with the list open and SQL at will.
async fn visible(app: &TestApp, session: &str, id: &str) -> i64 {
    let mut db = app.database.app().await;
    become_role(&mut db, "hustings_volunteer", session, id, "").await;
    query_scalar("select count(name) from wall.people_here()").fetch_one(&mut db).await.unwrap()
}

async fn volunteer(app: &TestApp, area: &str) -> (Account, String) {
    let account = app.account(Role::Volunteer, area).await;
    let session = hash(&open_session(app, &account).await);
    (account, session)
}

#[tokio::test]
async fn a_list_opens_when_it_is_assigned_and_shuts_when_the_time_is_over_or_it_is_taken_back() {
    let (app, organiser) = place("Quillbrook").await;
    let id = make(&app, &organiser, &["QB1"], |f| f).await;
    let (account, session) = volunteer(&app, "Quillbrook").await;
    assert_eq!(visible(&app, &session, &id).await, 0, "not assigned yet");
    assign(&organiser, &id, account.id, Utc::now() + TimeDelta::hours(3)).await.expect(303);
    assert_eq!(visible(&app, &session, &id).await, 12);
    query("update assignment set starts_at = now() - interval '2 hours', ends_at = now() - interval '1 second'")
        .execute(&mut app.database.operator().await)
        .await
        .unwrap();
    assert_eq!(visible(&app, &session, &id).await, 0, "the time is over");
    assert!(words(&organiser.get("/walk-lists?tab=ended").await, "tbody").contains("Time is up"));

    assign(&organiser, &id, account.id, Utc::now() + TimeDelta::hours(3)).await.expect(303);
    assert_eq!(visible(&app, &session, &id).await, 12, "given again");
    let page = organiser.get(&format!("/walk-lists/{id}")).await.expect(200);
    let back = page.attribute("form[action*='/assignments/']", "action");
    organiser.post(&back, &[]).await.expect(303);
    assert_eq!(visible(&app, &session, &id).await, 0, "taken back");

    assign(&organiser, &id, account.id, Utc::now() + TimeDelta::hours(3)).await.expect(303);
    organiser.post("/walk-lists/end", &[("list", &id), ("confirmed", "yes")]).await.expect(303);
    assert_eq!(visible(&app, &session, &id).await, 0, "the list is ended");
    let late = [("volunteer", account.id.to_string()), ("until", local_field(Utc::now() + TimeDelta::hours(3)))];
    let late: Vec<(&str, &str)> = late.iter().map(|(n, v)| (*n, v.as_str())).collect();
    organiser.post(&format!("/walk-lists/{id}/assignments"), &late).await.expect(422);
}

#[tokio::test]
async fn nobody_gets_a_list_whose_doors_their_grant_does_not_cover_by_page_or_by_sql() {
    let (app, organiser) = place("all").await;
    let id = make(&app, &organiser, &["QB1", "SG1"], |f| f).await;
    let (half, _) = volunteer(&app, "Quillbrook").await;
    let (whole, _) = volunteer(&app, "all").await;
    let colleague = app.account(Role::Organiser, "all").await;
    let page = organiser.get(&format!("/walk-lists/{id}")).await.expect(200);
    assert_eq!(page.count("input[name=volunteer]"), 1, "only whose grant covers every door is offered");
    assert_eq!(page.attribute("input[name=volunteer]", "value"), whole.id.to_string());
    for other in [half.id, colleague.id, Uuid::now_v7()] {
        let answer = assign(&organiser, &id, other, Utc::now() + TimeDelta::hours(3)).await.expect(422);
        assert!(words(&answer, ".errors").contains("Nobody was assigned"), "{}", words(&answer, ".errors"));
    }
    let form =
        Form::of(&page, "#assign").tick("volunteer", &whole.id.to_string()).tick("volunteer", &half.id.to_string());
    organiser.post(&format!("/walk-lists/{id}/assignments"), &form.fields()).await.expect(422);
    let count = "select count(*) from assignment";
    let given: i64 = query_scalar(count).fetch_one(&mut app.database.operator().await).await.unwrap();
    assert_eq!(given, 0, "all or none");

    let session = hash(&open_session(&app, &organiser.account).await);
    let area: i64 = query_scalar("select area_id from area where kind = 'installation'")
        .fetch_one(&mut app.database.operator().await)
        .await
        .unwrap();
    let mut db = app.database.app().await;
    become_role(&mut db, "hustings_organiser", &session, "", &area.to_string()).await;
    for (account, allowed) in [(half.id, false), (colleague.id, false), (whole.id, true)] {
        let tried = query(
            "insert into assignment (partition_id, list_id, assignment_id, account_id, starts_at, ends_at, assigned_by)
             select partition_id, list_id, gen_random_uuid(), $1, now(), now() + interval '1 hour', wall.account() from walk_list",
        )
        .bind(account)
        .execute(&mut db)
        .await;
        assert_eq!(tried.is_ok(), allowed, "{tried:?}");
    }
    for (ended, why) in [(1, "it is taken back"), (0, "when it ended is history")] {
        let tried = query("update assignment set ended_at = now()").execute(&mut db).await.unwrap();
        assert_eq!(tried.rows_affected(), ended, "{why}");
    }
}

#[tokio::test]
async fn a_volunteer_stays_signed_in_until_two_hours_after_the_list_shuts() {
    let (app, organiser) = place("Quillbrook").await;
    let id = make(&app, &organiser, &["QB1"], |f| f).await;
    let (account, _) = volunteer(&app, "Quillbrook").await;
    let until = DateTime::from_timestamp((Utc::now().timestamp() / 60 + 20 * 60) * 60, 0).unwrap();
    assign(&organiser, &id, account.id, until).await.expect(303);
    let ends: DateTime<Utc> = query_scalar("select ends_at from session where account_id = $1")
        .bind(account.id)
        .fetch_one(&mut app.database.operator().await)
        .await
        .unwrap();
    assert_eq!(ends, until + TimeDelta::hours(2));
}

#[tokio::test]
async fn a_list_is_given_until_a_time_that_can_be() {
    let (app, organiser) = place("Quillbrook").await;
    let id = make(&app, &organiser, &["QB1"], |f| f).await;
    let (account, _) = volunteer(&app, "Quillbrook").await;
    for (until, message) in [
        (Utc::now() - TimeDelta::hours(1), "still to come"),
        (Utc::now() + TimeDelta::days(100), "within the next three months"),
    ] {
        let answer = assign(&organiser, &id, account.id, until).await.expect(422);
        assert!(words(&answer, ".errors").contains(message), "{}", words(&answer, ".errors"));
        assert_eq!(answer.count("input[name=volunteer][checked]"), 1, "who was ticked stays ticked");
    }
    let until = Utc::now() + TimeDelta::hours(5);
    assign(&organiser, &id, account.id, Utc::now() + TimeDelta::hours(3)).await.expect(303);
    assign(&organiser, &id, account.id, until).await.expect(303);
    let held: Vec<DateTime<Utc>> = query_scalar("select ends_at from assignment where ended_at is null")
        .fetch_all(&mut app.database.operator().await)
        .await
        .unwrap();
    assert_eq!(held.len(), 1, "given again, it is held until the new time");
    assert!((held[0] - until).abs() < TimeDelta::minutes(1));
}

async fn command(app: &TestApp, command: WalkList) -> Result<(), Error> {
    let operation = Operation {
        operator: Operator::connect(&app.urls().owner).unwrap(),
        session: OperatorSession { os_user: "ada".into(), command: "walk-list".into(), reason: String::new() },
        keys: hustings::keys::Keys::of(&std::env::temp_dir()),
        json: false,
    };
    walk_list::run(&operation, command).await
}

#[tokio::test]
async fn the_operator_makes_and_assigns_lists_by_the_same_rules() {
    let (app, _) = place("Quillbrook").await;
    let add = |area: &str, street: &[&str]| WalkList::Add {
        name: "Round 1".into(),
        area: area.into(),
        street: street.iter().map(|s| (*s).to_owned()).collect(),
    };
    command(&app, add("all", &[])).await.unwrap();
    command(&app, add("QB1", &["LARKSPUR ROW"])).await.unwrap();
    assert!(matches!(command(&app, add("QB1", &["Old Tannery Walk"])).await, Err(Error::Invalid(_))));
    assert!(matches!(command(&app, add("Nowhere", &[])).await, Err(Error::Invalid(_))));
    let made: Vec<(i64, i32, i32)> = sqlx::query_as("select list_id, doors, electors from walk_list order by list_id")
        .fetch_all(&mut app.database.operator().await)
        .await
        .unwrap();
    assert_eq!(made.iter().map(|m| (m.1, m.2)).collect::<Vec<_>>(), [(12, 24), (6, 12)], "one list of both districts");
    let (account, session) = volunteer(&app, "Quillbrook").await;
    let give = |list: i64| WalkList::Assign {
        id: format!("1.{list}"),
        email: account.email.clone(),
        until: (Utc::now() + TimeDelta::hours(3)).to_rfc3339(),
    };
    assert!(matches!(command(&app, give(made[0].0)).await, Err(Error::Invalid(_))), "their grant does not cover SG1");
    command(&app, give(made[1].0)).await.unwrap();
    assert_eq!(visible(&app, &session, &format!("1.{}", made[1].0)).await, 12);
    command(&app, WalkList::List).await.unwrap();
}
