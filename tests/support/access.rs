//! Access as an attacker with SQL has it, and the letters that acts of access queue.

use super::app::{Account, TestApp};
use super::wall::{become_role, hash, open_session};
use hustings::mail::{Form, Letter, form::From};
use serde_json::Value;
use sqlx::{PgConnection, query_as, query_scalar};
use uuid::Uuid;

/// A connection of the application's under a working role, in this account's live session and its grant's area.
pub async fn sql_as(app: &TestApp, account: &Account, role: &str) -> PgConnection {
    let area: String = query_scalar("select area_id::text from access_grant where grant_id = $1")
        .bind(account.grant)
        .fetch_one(&mut app.database.operator().await)
        .await
        .unwrap();
    let session = hash(&open_session(app, account).await);
    let mut connection = app.database.app().await;
    become_role(&mut connection, role, &session, "", &area).await;
    connection
}

/// The id of the one area of this name.
pub async fn area(app: &TestApp, name: &str) -> i64 {
    query_scalar("select area_id from area where name = $1 or short_name = $1")
        .bind(name)
        .fetch_one(&mut app.database.operator().await)
        .await
        .unwrap()
}

/// A letter in the queue as it would be read, and whom it is for.
pub struct Queued {
    /// The account.
    pub to: Uuid,
    /// Its form's word.
    pub form: String,
    /// The letter.
    pub letter: Letter,
}

/// Every letter in the queue, each of which its form must be able to say.
pub async fn letters(app: &TestApp) -> Vec<Queued> {
    let rows: Vec<(Uuid, String, Value)> =
        query_as("select account_id, form, fields from mail where account_id is not null order by queued_at, mail_id")
            .fetch_all(&mut app.database.operator().await)
            .await
            .unwrap();
    let from = From { controller: "The Lantern Party", contact: "data@lantern.example", base_url: &app.base };
    let queued = |(to, word, fields): (Uuid, String, Value)| {
        let form: Form = serde_json::from_value(fields).unwrap();
        assert_eq!(form.name(), word);
        Queued { to, form: word, letter: form.letter(&super::app::keys(), from).unwrap() }
    };
    rows.into_iter().map(queued).collect()
}

/// Who got a letter of this form.
pub async fn told(app: &TestApp, form: &str) -> Vec<Uuid> {
    let mut told: Vec<Uuid> = letters(app).await.into_iter().filter(|l| l.form == form).map(|l| l.to).collect();
    told.sort();
    told
}
