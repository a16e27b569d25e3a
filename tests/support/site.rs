//! A site with something on every page: a list under way, answers that stand, differ and wait, registers in every
//! state, access that was given and ended.

use super::app::{Account, TestApp, seed_place};
use super::books::Books;
use super::imports::{import_for, upload_and_read};
use super::register::Generated;
use super::walk::{Walk, change};
use hustings::access::Role;
use hustings::config::Config;
use hustings::database::Database;
use hustings::web::{App, RouteInfo, routes};
use sqlx::{query, query_scalar};
use uuid::Uuid;

/// A running service with its people, and the ids of what is there.
pub struct Site {
    /// The service.
    pub app: TestApp,
    /// The list under way.
    pub walk: Walk,
    /// A list that was ended.
    pub ended_list: String,
    /// The id of what was said at the list's second door.
    pub said: String,
    /// Who holds the list.
    pub volunteer: Account,
    /// An organiser on all areas, whose imports they are.
    pub organiser: Account,
    /// Somebody whose access may be ended.
    pub other: Account,
    /// Somebody whose access was ended.
    pub gone: Account,
    /// Somebody who wants nobody at the door.
    pub objector: String,
    /// The register in force: its import's path.
    pub applied: String,
    /// An import that waits to be looked over.
    pub ready: String,
    /// One that is being read.
    pub reading: Uuid,
    /// One that failed.
    pub failed: Uuid,
    /// An area made of districts.
    pub area: String,
    /// A polling district's number.
    pub district: String,
    /// A street of it, as the form for a new list names it.
    pub street: String,
    /// The data protection officer's books.
    pub books: Books,
}

impl Site {
    /// Makes it all.
    pub async fn new() -> Self {
        let app = TestApp::new().await;
        seed_place(&app.database).await;
        let walk = Walk::new(&app.database, "QB1").await;
        let ended_list = Walk::new(&app.database, "SG1").await.list;
        change(&app, "update walk_list set ended_at = now() where name = 'SG1 1'").await;
        let (volunteer, said) = answers(&app, &walk).await;
        let organiser = app.account(Role::Organiser, "all").await;
        let objector = walk.doors[5].electors[0].clone();
        for elector in &walk.doors[5].electors {
            let stop = format!("/electors/{elector}/objection");
            app.sign_in(&organiser).await.post(&stop, &[("how", "At the door")]).await.expect(303);
        }
        let (applied, ready) = registers(&app, &organiser).await;
        let [reading, failed] = states(&app, &organiser).await;
        let (other, gone) = access(&app).await;
        let area = one(&app, "select area_id::text from area where name = 'Quillbrook'").await;
        let district = one(&app, "select area_no::text from district where letters = 'QB1'").await;
        let street = one(&app, "select area_no || ':' || street_key from household join district using (area_no) where letters = 'QB1' limit 1").await;
        let books = Books::new(&app, &organiser).await;
        Site {
            app,
            books,
            walk,
            ended_list,
            said,
            volunteer,
            organiser,
            other,
            gone,
            objector,
            applied,
            ready,
            reading,
            failed,
            area,
            district,
            street,
        }
    }

    /// Every route of the service.
    pub fn routes(&self) -> Vec<RouteInfo> {
        let config = Config {
            database: None,
            listen: ([127, 0, 0, 1], 0).into(),
            data: std::env::temp_dir(),
            base_url: self.app.base.clone(),
            metrics_listen: None,
            source_url: None,
        };
        routes(App::new(Database::connect(&self.app.urls()).unwrap(), config)).list().to_vec()
    }
}

async fn one(app: &TestApp, statement: &'static str) -> String {
    query_scalar(statement).fetch_one(&mut app.database.operator().await).await.unwrap()
}

/// Answers that stand, two that differ, one that waits; who gave the first of them holds the list.
async fn answers(app: &TestApp, walk: &Walk) -> (Account, String) {
    let volunteer = app.actor(Role::Volunteer, "Quillbrook").await;
    let late = app.actor(Role::Volunteer, "Quillbrook").await;
    walk.assign(app, volunteer.account.id).await;
    walk.assign(app, late.account.id).await;
    let path = || format!("/api/v1/results/{}", Uuid::now_v7());
    let said = Uuid::now_v7().to_string();
    volunteer.put_json(&format!("/api/v1/results/{said}"), &walk.spoke(1, "X")).await.expect(201);
    for result in [walk.spoke(0, "F"), walk.said(2, None, "not-home", None)] {
        volunteer.put_json(&path(), &result).await.expect(201);
    }
    late.put_json(&path(), &walk.spoke(0, "A")).await.expect(201);
    let ended = "update session set ended_at = now(), ended_why = 'access-ended' where started_at = (select max(started_at) from session)";
    change(app, ended).await;
    late.put_json(&path(), &walk.spoke(4, "P")).await.expect(202);
    (volunteer.account, said)
}

/// A register in force with pairs to decide, and another that waits to be looked over.
async fn registers(app: &TestApp, organiser: &Account) -> (String, String) {
    let organiser = app.sign_in(organiser).await;
    let made = Generated::new(4, 300, "hostile");
    import_for(app, &organiser, "town.csv", made.bytes("xpress-full-14"), "Oldney Borough").await;
    let applied = upload_and_read(app, &organiser, "a-year-on.csv", made.bytes("next-year"), "2026-11-01").await;
    super::imports::apply(&organiser, &applied).await;
    super::imports::over(&organiser, &applied).await;
    let other = Generated::new(5, 120, "hostile");
    let ready = upload_and_read(app, &organiser, "again.csv", other.bytes("xpress-full-13"), "2026-11-20").await;
    (applied, ready)
}

/// Imports as they stand for a moment only.
async fn states(app: &TestApp, organiser: &Account) -> [Uuid; 2] {
    let mut ids = [Uuid::nil(); 2];
    for (id, state) in ids.iter_mut().zip(["reading", "failed"]) {
        *id = query_scalar(
            "insert into import (import_id, authority, area_id, file_name, published, basis, state, bytes_total, beat_at, account_id, failure)
             select gen_random_uuid(), '', area_id, 'half.csv', '2026-11-01', 'party', $1, 1000, now() + interval '1 hour', $2,
               case $1 when 'failed' then 'The last line breaks off. Nothing was changed: ask for the file again' end
             from area where kind = 'installation' returning import_id",
        )
        .bind(state)
        .bind(organiser.id)
        .fetch_one(&mut app.database.operator().await)
        .await
        .unwrap();
    }
    ids
}

/// Somebody with access, and somebody whose access an administrator ended.
async fn access(app: &TestApp) -> (Account, Account) {
    let (other, gone) = (app.account(Role::Organiser, "Saltern").await, app.actor(Role::Organiser, "Quillbrook").await);
    gone.get("/electors").await.expect(200);
    let administrator = app.actor(Role::Administrator, "all").await;
    let path = format!("/access/accounts/{}/end-access", gone.account.id);
    administrator.post(&path, &[("reason", "Left the campaign")]).await.expect(303);
    (other, gone.account)
}

/// The service before anybody has set it up.
pub async fn not_set_up() -> TestApp {
    let app = TestApp::new().await;
    for table in ["installation", "intention_code", "issue_code", "poll"] {
        // The names are this function's own; a table's name cannot be bound.
        query(sqlx::AssertSqlSafe(format!("delete from {table}")))
            .execute(&mut app.database.operator().await)
            .await
            .unwrap();
    }
    app
}
