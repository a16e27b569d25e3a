//! Importing through the pages, as an organiser does.

use super::app::{Actor, Answer, TestApp};
use super::register::Generated;
use super::until::until;
use hustings::access::Role;
use reqwest::multipart::{Form, Part};
use sqlx::{PgConnection, query, query_as, query_scalar};

/// Sends a file with the form of `/imports/new`.
pub async fn upload(app: &TestApp, actor: &Actor, name: &str, bytes: Vec<u8>, date: &str) -> Answer {
    let form = Form::new()
        .text("_grant", actor.account.grant.to_string())
        .text("authority", "")
        .text("date", date.to_owned())
        .text("basis", "party")
        .part("file", Part::bytes(bytes).file_name(name.to_owned()));
    let response = actor.client.post(format!("{}/imports", app.base)).multipart(form).send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Answer { status, headers, body: response.text().await.unwrap() }
}

/// Sends a file and waits until it can be looked over, or has failed; answers the import's path.
pub async fn upload_and_read(app: &TestApp, actor: &Actor, name: &str, bytes: Vec<u8>, date: &str) -> String {
    let path = upload(app, actor, name, bytes, date).await.expect(303).location();
    over(actor, &path).await;
    path
}

/// Waits until nobody works on an import any more; answers its page.
pub async fn over(actor: &Actor, path: &str) -> Answer {
    until("nobody works on the import", async || {
        let page = actor.get(path).await.expect(200);
        (page.count("[data-progress]") == 0).then_some(page)
    })
    .await
}

/// Reads and imports a file, with every tick that it needs; answers the receipt.
pub async fn import(app: &TestApp, actor: &Actor, name: &str, bytes: Vec<u8>, date: &str) -> Answer {
    let path = upload_and_read(app, actor, name, bytes, date).await;
    apply(actor, &path).await;
    over(actor, &path).await
}

/// Says go on, with every tick.
pub async fn apply(actor: &Actor, path: &str) {
    let ticks = [("allow_large_removal", "true"), ("allow_other_districts", "true")];
    actor.post(&format!("{path}/apply"), &ticks).await.expect(303);
}

/// Electors, households, entries, districts.
pub async fn counts(db: &mut PgConnection) -> (i64, i64, i64, i64) {
    query_as("select (select count(*) from elector), (select count(*) from household), (select count(*) from register_entry),
                (select count(*) from district)")
        .fetch_one(db)
        .await
        .unwrap()
}

/// An import that is being applied and cannot go on, since its entries wait for a lock of ours.
pub struct Held {
    /// The service.
    pub app: TestApp,
    /// Who imports.
    pub organiser: Actor,
    /// The import's page.
    pub path: String,
    lock: PgConnection,
    before: (i64, i64, i64, i64),
}

impl Held {
    /// In a service of its own.
    pub async fn new() -> Self {
        Self::in_service(TestApp::new().await).await
    }

    /// In this one.
    pub async fn in_service(app: TestApp) -> Self {
        let made = Generated::new(6, 600, "clean");
        let organiser = app.actor(Role::Organiser, "all").await;
        let path = upload_and_read(&app, &organiser, "all.csv", made.bytes("xpress-full-14"), "2025-12-01").await;
        let mut lock = app.database.operator().await;
        query("begin").execute(&mut lock).await.unwrap();
        query("lock table register_entry in exclusive mode").execute(&mut lock).await.unwrap();
        let before = counts(&mut app.database.operator().await).await;
        apply(&organiser, &path).await;
        let held = Held { app, organiser, path, lock, before };
        held.waiter().await;
        held
    }

    /// The process that waits for our lock.
    pub async fn waiter(&self) -> i32 {
        let mut db = self.app.database.operator().await;
        until("the import comes to its entries", async || {
            query_scalar(
                "select pid from pg_locks where not granted and relation = 'register_entry'::regclass
                 and database = (select oid from pg_database where datname = current_database())",
            )
            .fetch_optional(&mut db)
            .await
            .unwrap()
        })
        .await
    }

    /// Lets the import go on.
    pub async fn let_go(&mut self) {
        query("rollback").execute(&mut self.lock).await.unwrap();
    }

    /// Waits until the import has failed and its page says why; nothing has changed then.
    pub async fn ended_unchanged(&self, why: &str) {
        let mut db = self.app.database.operator().await;
        let failure: Option<String> = until("the import fails", async || {
            query_scalar("select failure from import where state = 'failed'").fetch_optional(&mut db).await.unwrap()
        })
        .await;
        assert!(failure.as_deref().unwrap_or_default().contains(why), "{failure:?}");
        assert_eq!(counts(&mut db).await, self.before);
        let staged: i64 = query_scalar("select count(*) from import_row").fetch_one(&mut db).await.unwrap();
        assert_eq!(staged, 0);
    }
}

/// The same of 1 December 2025, for a council that is named on the preview.
pub async fn import_for(app: &TestApp, actor: &Actor, name: &str, bytes: Vec<u8>, authority: &str) -> Answer {
    let path = upload_and_read(app, actor, name, bytes, "2025-12-01").await;
    actor.post(&format!("{path}/authority"), &[("authority", authority)]).await.expect(303);
    over(actor, &path).await;
    apply(actor, &path).await;
    over(actor, &path).await
}
