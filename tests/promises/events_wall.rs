//! The wall around events, by raw SQL: another area's organiser sees and takes nothing, canvassers see themselves alone, and
//! there are never more people than places however many come at once.

use crate::support::access::sql_as;
use crate::support::app::{TestApp, seed_place};
use crate::support::events::{id, make, volunteers};
use crate::support::walk::{change, count};
use crate::support::wall::{become_role, hash, open_session};
use hustings::access::Role;
use sqlx::{AssertSqlSafe, PgConnection, query, query_scalar};
use uuid::Uuid;

const TABLES: [&str; 4] = ["event", "shift", "event_sign_up", "event_list"];

/// An event of Quillbrook with a shift, somebody who comes, and a list.
async fn place() -> (TestApp, Uuid) {
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let walk = crate::support::walk::Walk::new(&app.database, "QB1").await;
    let organiser = app.actor(Role::Organiser, "Quillbrook").await;
    let area = crate::support::access::area(&app, "Quillbrook").await.to_string();
    let event = make(&organiser, &area, 7, &[]).await;
    app.actor(Role::Volunteer, "Quillbrook").await.post(&format!("{event}/join"), &[]).await.expect(303);
    organiser.post(&format!("{event}/lists"), &[("list", walk.list.as_str())]).await.expect(303);
    let shift = [("name", "Board runner"), ("from", "10:00"), ("until", "12:00"), ("capacity", "3")];
    organiser.post(&format!("{event}/shifts"), &shift).await.expect(303);
    (app, id(&event))
}

async fn counts(db: &mut PgConnection) -> Vec<i64> {
    let mut all = Vec::new();
    for table in TABLES {
        let sql = format!("select count(event_id) from {table}");
        all.push(query_scalar(AssertSqlSafe(sql)).fetch_one(&mut *db).await.unwrap_or(-1));
    }
    all
}

#[tokio::test]
async fn events_are_seen_from_their_own_area_and_places_by_who_runs_them() {
    let (app, event) = place().await;
    let as_role = async |role: Role, area: &str| {
        let account = app.account(role, area).await;
        let working = match role {
            Role::Organiser => "hustings_organiser",
            Role::MembershipSecretary => "hustings_membership",
            Role::DataProtectionOfficer => "hustings_protection",
            _ => "hustings_volunteer",
        };
        (sql_as(&app, &account, working).await, account)
    };
    for (role, area, seen) in [
        (Role::Organiser, "Quillbrook", [1, 1, 1, 1]),
        (Role::Organiser, "all", [1, 1, 1, 1]),
        (Role::Organiser, "Saltern", [0, 0, 0, 0]),
        (Role::MembershipSecretary, "Quillbrook", [1, 1, 0, -1]),
        (Role::MembershipSecretary, "Saltern", [0, 0, 0, -1]),
        (Role::Volunteer, "Quillbrook", [1, 1, 0, -1]),
        (Role::Volunteer, "Saltern", [0, 0, 0, -1]),
        (Role::DataProtectionOfficer, "all", [1, 1, 1, 1]),
    ] {
        let (mut db, _) = as_role(role, area).await;
        assert_eq!(counts(&mut db).await, seen, "{role:?} of {area}");
    }
    // Nobody but who runs it reads the code, and nobody the digest of a calendar.
    for (role, secret) in
        [(Role::Volunteer, "select code from event"), (Role::Organiser, "select digest from event_feed")]
    {
        let (mut db, _) = as_role(role, "Quillbrook").await;
        assert!(query_scalar::<_, String>(secret).fetch_all(&mut db).await.is_err(), "{secret}");
    }
    // Functions decide for themselves, whatever they are asked.
    let (mut stranger, _) = as_role(Role::Organiser, "Saltern").await;
    let sign_up: Uuid = query_scalar("select sign_up_id from event_sign_up")
        .fetch_one(&mut app.database.operator().await)
        .await
        .unwrap();
    for (act, expected) in [
        ("select wall.take_place(gen_random_uuid(), $1, null, null, null)", Some("not-found")),
        ("select wall.cancel_event($1, 'Ours now')", Some("not-found")),
        ("select wall.give_up_place($2)", Some("not-found")),
        ("select wall.choose_shift($2, (select shift_id from shift limit 1))", Some("not-found")),
        ("select wall.mark_came($1, null, array[$2])::text", None),
        ("select wall.tell_event('event-changed', $1, null)::text", None),
        ("select string_agg(name, '') from wall.event_team($1)", None),
        ("select string_agg(unreached::text, '') from wall.event_unreached($1) unreached", None),
        ("select string_agg(coming::text, '') from wall.event_taken(array[$1])", None),
    ] {
        // Both are bound each time: what an act does not name is let be by a condition that is always true.
        let act = AssertSqlSafe(format!("{act} where $1::uuid is not null and $2::uuid is not null"));
        let said: Option<String> = query_scalar(act).bind(event).bind(sign_up).fetch_one(&mut stranger).await.unwrap();
        assert_eq!(said.as_deref(), expected);
    }
    // A canvasser takes nobody else's place and gives nobody else's up.
    let (mut bo, _) = as_role(Role::Volunteer, "Quillbrook").await;
    let said: String = query_scalar("select wall.give_up_place($1)").bind(sign_up).fetch_one(&mut bo).await.unwrap();
    assert_eq!(said, "not-found");
    for write in [
        "insert into event_sign_up (sign_up_id, event_id, area_id, account_id, state) select gen_random_uuid(), event_id, area_id, wall.account(), 'coming' from event",
        "update event_sign_up set state = 'came'",
        "delete from event_sign_up",
        "delete from event",
        "update event set title = 'Ours'",
    ] {
        assert!(query(write).execute(&mut bo).await.is_err(), "{write}");
    }
    let (mut theirs, own) = as_role(Role::Organiser, "Quillbrook").await;
    for write in [
        "update event_sign_up set state = 'came'",
        "delete from event",
        "update event set state = 'cancelled'",
        "update event set code = 'AAAAAA'",
    ] {
        assert!(query(write).execute(&mut theirs).await.is_err(), "{write}");
    }
    // Nothing once access has ended, and nothing while Organise is closed.
    query("update access_grant set ended_at = now() where grant_id = $1")
        .bind(own.grant)
        .execute(&mut app.database.operator().await)
        .await
        .unwrap();
    assert_eq!(counts(&mut theirs).await, [0, 0, 0, 0]);
    let (mut organiser, _) = as_role(Role::Organiser, "Quillbrook").await;
    let (mut volunteer, _) = as_role(Role::Volunteer, "Quillbrook").await;
    change(&app, "insert into lockdown (tool, notice) values ('organise', 'Closed')").await;
    assert_eq!(counts(&mut organiser).await, [0, 0, 0, 0]);
    assert_eq!(counts(&mut volunteer).await, [0, 0, 0, -1]);
    let said: String = query_scalar("select wall.take_place(gen_random_uuid(), $1, null, null, null)")
        .bind(event)
        .fetch_one(&mut volunteer)
        .await
        .unwrap();
    assert_eq!(said, "not-found");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_hundred_who_come_at_once_exactly_as_many_as_there_are_places_have_one() {
    let (places, people, hands) = (37, 200, 20);
    let app = TestApp::new().await;
    seed_place(&app.database).await;
    let organiser = app.actor(Role::Organiser, "Quillbrook").await;
    let area = crate::support::access::area(&app, "Quillbrook").await.to_string();
    let event = id(&make(&organiser, &area, 7, &[("capacity", places.to_string().as_str())]).await);
    let everybody = volunteers(&app, "Quillbrook", people).await;
    let open: String = area.clone();
    let crowd = everybody.chunks(people / hands).map(|few| {
        let (app, open) = (&app, &open);
        async move {
            let mut db = app.database.app().await;
            for account in few {
                let session = hash(&open_session(app, account).await);
                become_role(&mut db, "hustings_volunteer", &session, "", open).await;
                let said: String = query_scalar("select wall.take_place(gen_random_uuid(), $1, null, null, null)")
                    .bind(event)
                    .fetch_one(&mut db)
                    .await
                    .unwrap();
                assert!(matches!(said.as_str(), "coming" | "waiting"), "{said}");
            }
        }
    });
    futures_util::future::join_all(crowd).await;
    assert_eq!(count(&app, "select count(*) from event_sign_up where state = 'coming'").await, places);
    assert_eq!(count(&app, "select count(*) from event_sign_up where state = 'waiting'").await, 200 - places);
    // They go as they came, at once: whoever waited longest has the places, and there are never more.
    let first: Vec<Uuid> =
        query_scalar("select sign_up_id from event_sign_up where state = 'coming' order by signed_at limit 20")
            .fetch_all(&mut app.database.operator().await)
            .await
            .unwrap();
    let session = hash(&open_session(&app, &organiser.account).await);
    let leave = first.iter().map(|sign_up| {
        let (app, open, session) = (&app, &open, &session);
        async move {
            let mut db = app.database.app().await;
            become_role(&mut db, "hustings_organiser", session, "", open).await;
            let said: String =
                query_scalar("select wall.give_up_place($1)").bind(sign_up).fetch_one(&mut db).await.unwrap();
            assert_eq!(said, "moved-up");
        }
    });
    futures_util::future::join_all(leave).await;
    assert_eq!(count(&app, "select count(*) from event_sign_up where state = 'coming'").await, places);
    let passed_over = "select count(*) from event_sign_up w where w.state = 'waiting' and exists (
        select from event_sign_up m where m.moved_up_at is not null and m.signed_at > w.signed_at)";
    assert_eq!(count(&app, passed_over).await, 0);
    assert_eq!(count(&app, "select count(*) from mail where form = 'event-moved-up'").await, 20);
}
