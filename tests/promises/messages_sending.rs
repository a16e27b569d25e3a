//! Messages on their way: a mail server that refuses, delays, drops or is down loses nothing, and a killed server sends to
//! nobody twice. The wall around them, by raw SQL.

use super::messages::{area, imprint, place, press, send_due, sender, write};
use crate::support::app::{Actor, TestApp, seed_place, urls_of};
use crate::support::database::TestDatabase;
use crate::support::people::{agrees_to_email, person};
use crate::support::server::Server;
use crate::support::smtp::{Manner, Smtp};
use crate::support::until::until;
use crate::support::walk::{change, count};
use crate::support::wall::{become_role, hash, open_session};
use hustings::access::Role;
use hustings::database::Database;
use sqlx::{AssertSqlSafe, PgConnection, query, query_scalar};
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::sync::Notify;

async fn crowd(app: &TestApp, n: usize) {
    for n in 0..n {
        let id = person(app, "Quillbrook", &format!("N{n}"), "Crowd", true).await;
        agrees_to_email(app, id).await;
    }
}

async fn send_off(app: &TestApp, by: &Actor) -> String {
    let page = write(app, by, "Hello {{forename}}").await;
    press(by, &page).await.expect(303);
    page
}

/// How many are sent, failed, unknown, queued.
async fn states(app: &TestApp) -> [i64; 4] {
    let mut all = [0; 4];
    for (n, state) in ["sent", "failed", "unknown", "queued"].into_iter().enumerate() {
        all[n] = query_scalar("select count(*) from message_recipient where state = $1 and person_id is not null")
            .bind(state)
            .fetch_one(&mut app.database.operator().await)
            .await
            .unwrap();
    }
    all
}

#[tokio::test]
async fn a_mail_server_that_refuses_delays_drops_or_is_down_loses_nothing() {
    let (app, _) = place().await;
    crowd(&app, 3).await;
    let organiser = app.actor(Role::Organiser, "Quillbrook").await;
    let (data, database) = (tempfile::tempdir().unwrap(), Database::connect(&app.urls()).unwrap());
    send_off(&app, &organiser).await;
    let nowhere = sender(&app, Some("smtp://127.0.0.1:9"), data.path());
    send_due(&nowhere, &database).await.unwrap();
    assert_eq!(states(&app).await, [0, 0, 0, 4], "down: all are tried again");
    let soon =
        "select count(*) from message_recipient where state = 'queued' and next_try_at < now() + interval '20 seconds'";
    assert_eq!(count(&app, soon).await, 0, "and not at once");
    change(&app, "update message set send_at = now() - interval '1 day'").await;
    change(&app, "update message_recipient set next_try_at = now() where state = 'queued'").await;
    let smtp = Smtp::new().await;
    smtp.next([Manner::RefuseForGood, Manner::RefuseForNow, Manner::DropAfterEnd, Manner::Accept]);
    let sends = sender(&app, Some(&smtp.url), data.path());
    send_due(&sends, &database).await.unwrap();
    assert_eq!(states(&app).await, [1, 1, 1, 1], "a day later");
    change(&app, "update message_recipient set next_try_at = now() where state = 'queued'").await;
    send_due(&sends, &database).await.unwrap();
    assert_eq!(states(&app).await, [2, 1, 1, 0]);
    send_due(&sends, &database).await.unwrap();
    let got = smtp.received();
    assert!(got.iter().all(|r| r.to.len() == 1 && r.header("To").contains(&r.to[0])), "each alone in To");
    let to: BTreeSet<_> = got.iter().map(|r| r.to[0].clone()).collect();
    assert_eq!((to.len(), got.len()), (3, 3), "what was dropped after its end may have gone, and is not sent again");
    assert_eq!(count(&app, "select count(*) from message where state = 'sent'").await, 1);
}

#[tokio::test]
async fn a_killed_server_sends_to_nobody_twice_and_says_of_whom_it_is_not_sure() {
    let smtp = Smtp::new().await;
    let wait = Arc::new(Notify::new());
    smtp.next((0..8).map(|_| Manner::Accept).chain((0..8).map(|_| Manner::Hold(wait.clone()))));
    let database = TestDatabase::new().await;
    let mail = format!("HUSTINGS_SMTP_URL={}", smtp.url);
    let mut server = Server::with(&urls_of(&database), &["env", &mail]).await;
    server.ready().await;
    let app = TestApp::served_elsewhere(database, server.base()).await;
    seed_place(&app.database).await;
    imprint(&app).await;
    crowd(&app, 30).await;
    let organiser = app.actor(Role::Organiser, "Quillbrook").await;
    send_off(&app, &organiser).await;
    until("letters in hand", async || (smtp.received().len() == 16).then_some(())).await;
    server.kill();
    server.start_again();
    let done = "select count(*) from message where state = 'sent'";
    until("the message is over", async || (count(&app, done).await == 1).then_some(())).await;
    assert_eq!(states(&app).await, [22, 0, 8, 0]);
    let got = smtp.received();
    let to: BTreeSet<_> = got.iter().map(|r| r.to[0].clone()).collect();
    assert_eq!((to.len(), got.len()), (30, 30), "everybody has it, nobody has it twice");
}

/// A connection of this role's in the area's name, with another open.
async fn attacker(app: &TestApp, role: Role, home: &str, open: &str) -> PgConnection {
    let account = app.account(role, home).await;
    let token = open_session(app, &account).await;
    let mut db = app.database.app().await;
    let working = if role == Role::Organiser { "hustings_organiser" } else { "hustings_membership" };
    become_role(&mut db, working, &hash(&token), "", &area(app, open).await).await;
    db
}

async fn ask(db: &mut PgConnection, sql: &str) -> Option<i64> {
    query_scalar(AssertSqlSafe(sql.to_owned())).fetch_one(db).await.ok()
}

#[tokio::test]
async fn messages_lie_behind_the_wall() {
    let (app, _) = place().await;
    let author = app.actor(Role::Organiser, "Quillbrook").await;
    let page = send_off(&app, &author).await;
    let id = page.rsplit('/').next().unwrap();
    let picture = format!(
        "insert into message_picture (message_id, area_id, number, shows, png, width, height, bytes)
         select message_id, area_id, 1, 'A stall', true, 1, 1, '\\x00' from message where message_id = '{id}'"
    );
    query(AssertSqlSafe(picture.clone())).execute(&mut app.database.operator().await).await.unwrap();
    let whom = format!("select count(*) from wall.message_people('{id}')");
    for (role, home, open, seen) in [
        (Role::Organiser, "Quillbrook", "Quillbrook", 1),
        (Role::MembershipSecretary, "Quillbrook", "Quillbrook", 1),
        (Role::Organiser, "Saltern", "Saltern", 0),
        (Role::Organiser, "Saltern", "Quillbrook", 0),
        (Role::MembershipSecretary, "Saltern", "Quillbrook", 0),
    ] {
        let mut db = attacker(&app, role, home, open).await;
        assert_eq!(ask(&mut db, "select count(message_id) from message").await, Some(seen), "{home} in {open}");
        let taken = "select count(recipient_id) from message_recipient where state = 'queued'";
        assert_eq!(ask(&mut db, taken).await, Some(seen), "{home} in {open}");
        let pictures = "select count(number) from message_picture";
        assert_eq!(ask(&mut db, pictures).await, Some(seen), "{home} in {open}");
        assert_eq!(ask(&mut db, &whom).await.map(|n| n > 0), Some(seen > 0), "{home} in {open}");
    }
    let added = format!("with x as ({} returning 1) select count(*) from x", picture.replace(" 1, 'A", " 2, 'A"));
    let taken_out = "with x as (delete from message_picture returning 1) select count(*) from x";
    let forged = format!(
        "with x as (update message set state = 'sent' where message_id = '{id}' returning 1) select count(*) from x"
    );
    let mut db = attacker(&app, Role::Organiser, "Quillbrook", "Quillbrook").await;
    let kept = format!("select wall.remove_picture('{id}', 1::smallint)::int::bigint");
    assert_eq!(ask(&mut db, &kept).await, Some(0), "what was sent off keeps its pictures");
    for refused in [
        &added,
        taken_out,
        "select count(*) from wall.message_pictures(gen_random_uuid())",
        "select count(address) from message_recipient",
        "select count(*) from wall.take_messages(1)",
        &forged,
    ] {
        let mut db = attacker(&app, Role::Organiser, "Quillbrook", "Quillbrook").await;
        assert_eq!(ask(&mut db, refused).await, None, "{refused}");
    }
    let mut here = attacker(&app, Role::Organiser, "Quillbrook", "Quillbrook").await;
    change(&app, "insert into lockdown (tool, notice) values ('organise', 'Closed while we check access')").await;
    assert_eq!(ask(&mut here, "select count(message_id) from message").await, Some(0), "closed");
    change(&app, "update lockdown set opened_at = now()").await;
    assert_eq!(ask(&mut here, "select count(message_id) from message").await, Some(1));
    change(&app, "update access_grant set ended_at = now()").await;
    assert_eq!(ask(&mut here, "select count(message_id) from message").await, Some(0), "their access has ended");
}

#[tokio::test]
async fn what_only_a_secretary_sees_no_organiser_deletes_or_stops_or_tries_by_sql() {
    let (app, _) = place().await;
    let secretary = app.actor(Role::MembershipSecretary, "Quillbrook").await;
    let to = secretary.post("/messages/prepared", &[("form", "renewal")]).await.expect(303).location();
    let id = to.strip_suffix("/edit").unwrap().rsplit('/').next().unwrap();
    let mut organiser = attacker(&app, Role::Organiser, "Quillbrook", "Quillbrook").await;
    for acts in ["remove_message", "try_message"] {
        let sql = format!("select wall.{acts}('{id}')::int::bigint");
        assert_eq!(ask(&mut organiser, &sql).await, Some(0), "{acts}");
    }
    change(&app, "update message set state = 'waiting'").await;
    let stopped = format!("select (wall.stop_message('{id}') = 'not-yours')::int::bigint");
    assert_eq!(ask(&mut organiser, &stopped).await, Some(1));
    assert_eq!(count(&app, "select count(*) from message where state = 'waiting'").await, 1);
}
