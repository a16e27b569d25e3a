//! Councils' lists of a poll in tests, as an organiser gives them.

use super::app::{Account, Actor, Answer, TestApp, read};
use super::walk::change;
use hustings::members::today;
use reqwest::multipart::{Form, Part};
use sqlx::query_scalar;
use uuid::Uuid;

/// Sends a file with the form of `/imports/voters/new`; no authority where there is only one.
pub async fn give(actor: &Actor, what: &str, poll: i64, authority: &str, name: &str, bytes: Vec<u8>) -> Answer {
    let form = Form::new()
        .text("_grant", actor.account.grant.to_string())
        .text("what", what.to_owned())
        .text("poll", poll.to_string())
        .text("date", today().to_string())
        .text("authority", authority.to_owned())
        .part("file", Part::bytes(bytes).file_name(name.to_owned()));
    let url = format!("{}/imports/voters", actor.base);
    read(actor.client.post(url).multipart(form)).await
}

/// Says go on to what the file's page shows, with these ticks.
pub async fn apply(actor: &Actor, path: &str, ticks: &[(&str, &str)]) -> Answer {
    let expected = actor.get(path).await.expect(200).attribute("input[name=expected]", "value");
    let fields = [&[("expected", expected.as_str())], ticks].concat();
    actor.post(&format!("{path}/apply"), &fields).await
}

/// Gives a file of the only authority and applies it; answers its path.
pub async fn import(actor: &Actor, what: &str, poll: i64, bytes: Vec<u8>) -> String {
    let path = give(actor, what, poll, "", "list.csv", bytes).await.expect(303).location();
    apply(actor, &path, &[]).await.expect(303);
    path
}

/// Takes an applied list back, for this reason.
pub async fn take_back(actor: &Actor, path: &str, reason: &str) -> Answer {
    actor.post(&format!("{path}/withdrawal"), &[("reason", reason)]).await
}

/// A list with these lines: way of voting, number, surname, forename.
pub fn list(lines: &[&str]) -> Vec<u8> {
    [&["AV Type,PD/ENO,Elector Surname,Elector Forename"], lines].concat().join("\r\n").into_bytes()
}

/// The poll that the installation of tests has, which is to come.
pub async fn poll(app: &TestApp) -> i64 {
    query_scalar("select poll_id from poll where name = 'Local elections'")
        .fetch_one(&mut app.database.operator().await)
        .await
        .unwrap()
}

/// A further poll, so many days from now, of the area called so.
pub async fn another_poll(app: &TestApp, name: &str, days: i32, area: &str) -> i64 {
    query_scalar(
        "insert into poll (name, poll_date, kind, area_id)
         select $1, current_date + $2::integer, 'local', area_id from area where short_name = $3 returning poll_id",
    )
    .bind(name)
    .bind(days)
    .bind(area)
    .fetch_one(&mut app.database.operator().await)
    .await
    .unwrap()
}

/// Gives everybody of Wexmere the entry of their number on a register.
pub async fn register_everybody(app: &TestApp) {
    let done = change(
        app,
        "with r as (insert into register (partition_id, published, kind, basis, format, encoding, file_name, sha256, counts)
           select partition_id, '2025-12-01', 'full', 'party', 'x', 'utf-8', 'x.csv', '', '{}' from authority where name = 'Wexmere'
           returning partition_id, register_id)
         insert into register_entry (partition_id, register_id, area_no, number, suffix, elector_id, line, position, raw)
         select e.partition_id, r.register_id, e.area_no, split_part(e.number, '-', 2)::integer, 0, e.elector_id, 1, 1, ''
         from elector e join r using (partition_id)",
    )
    .await;
    assert!(done > 0);
}

/// What there is for the walk through every page.
pub struct Voters {
    /// A list that was applied.
    pub applied: Uuid,
    /// One that waits to be looked over.
    pub waiting: Uuid,
    /// One whose headings nobody knows.
    pub unknown: Uuid,
    /// One of which nobody could be found.
    pub strangers: Uuid,
    /// One that was thrown away.
    pub gone: Uuid,
    /// One that was applied and taken back.
    pub taken_back: Uuid,
}

impl Voters {
    /// Makes it all, of Oldney Borough.
    pub async fn new(app: &TestApp, organiser: &Account) -> Self {
        let organiser = app.sign_in(organiser).await;
        let poll = poll(app).await;
        let mut db = app.database.operator().await;
        let authority: i32 = query_scalar("select partition_id from authority where name = 'Oldney Borough'")
            .fetch_one(&mut db)
            .await
            .unwrap();
        let numbers: Vec<String> = query_scalar(
            "select d.letters || '-' || t.number || '/' || t.suffix from register_entry t join district d using (area_no)
             where t.partition_id = $1 and t.elector_id is not null
               and t.register_id = (select max(register_id) from register where partition_id = $1)
             order by t.area_no, t.number, t.suffix limit 3",
        )
        .bind(authority)
        .fetch_all(&mut db)
        .await
        .unwrap();
        let authority = authority.to_string();
        let lines = |ways: [&str; 3], more: &str| {
            let lines: Vec<String> = ways.iter().zip(&numbers).map(|(way, number)| format!("{way},{number}")).collect();
            format!("AV Type,PD/ENO\n{}\n{more}", lines.join("\n")).into_bytes()
        };
        let id = |answer: Answer| answer.expect(303).location().rsplit('/').next().unwrap().parse().unwrap();
        let of = async |name: &str, bytes: Vec<u8>| -> Uuid {
            id(give(&organiser, "current", poll, &authority, name, bytes).await)
        };
        let taken_back = of("last-year.csv", lines(["Proxy", "Postal", "Postal"], "")).await;
        let path = format!("/imports/voters/{taken_back}");
        apply(&organiser, &path, &[]).await.expect(303);
        take_back(&organiser, &path, "Last year’s file").await.expect(303);
        let applied = of("current.csv", lines(["Postal", "Proxy", "Postal Proxy"], "Postal,XX9-1\n")).await;
        apply(&organiser, &format!("/imports/voters/{applied}"), &[]).await.expect(303);
        let gone = of("wrong.csv", lines(["Proxy", "Proxy", "Proxy"], "")).await;
        organiser.post(&format!("/imports/voters/{gone}/throw-away"), &[]).await.expect(303);
        let odd = numbers.iter().map(|number| format!("A,{number}\n")).collect::<String>();
        let odd = format!("Sort,Ref\n{odd}").into_bytes();
        Voters {
            applied,
            gone,
            taken_back,
            waiting: of("next.csv", lines(["Postal", "Postal", "Pigeon"], "Postal,XX9-1\nPostal,XX9-2\n")).await,
            unknown: of("odd.csv", odd).await,
            strangers: of("strangers.csv", list(&["Postal,XX9-1,Nobody,Here"])).await,
        }
    }
}
