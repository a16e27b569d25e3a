//! A walk list over QB1 and results on it, straight into the tables: what the doors' own pages would have made.

use super::app::TestApp;
use hustings::access::Role;
use hustings::database::cluster::Login;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection, PgConnection, query, query_scalar};
use uuid::Uuid;

/// The list and who canvasses on it.
pub struct Place {
    url: String,
    /// The volunteer, Bo Ferreday.
    pub account: Uuid,
}

impl Place {
    /// Makes the list Quillbrook 3 of all homes of QB1.
    pub async fn of(app: &TestApp) -> Self {
        let account = app.account(Role::Volunteer, "Quillbrook").await.id;
        let mut db = app.database.operator().await;
        query("update account set name = 'Bo Ferreday' where account_id = $1")
            .bind(account)
            .execute(&mut db)
            .await
            .unwrap();
        query("with l as (insert into walk_list (partition_id, name, area_no, poll_id, intention_kind, side_order, doors, electors)
                 select d.partition_id, 'Quillbrook 3', d.area_no, p.poll_id, 'local', 'numeric', 6, 12 from district d, poll p where d.letters = 'QB1'
                 returning *),
               d as (insert into walk_list_door (partition_id, list_id, version, place, household_id, area_no, street, side)
                 select l.partition_id, l.list_id, 1, h.number, h.household_id, h.area_no, h.street, 'odd'
                 from l join household h on h.area_no = l.area_no returning *)
               insert into walk_list_elector (partition_id, list_id, version, household_id, elector_id, place, area_no)
               select d.partition_id, d.list_id, 1, d.household_id, e.elector_id, e.position, d.area_no
               from d join elector e using (partition_id, household_id)")
            .execute(&mut db).await.unwrap();
        Place { url: app.database.url(Login::Operator), account }
    }

    /// The operator's connection.
    pub async fn db(&self) -> PgConnection {
        PgConnection::connect(&self.url).await.unwrap()
    }

    /// A result about the elector of a number, received at an SQL time. Answers its id.
    pub async fn result(&self, number: &str, outcome: &str, intention: Option<&str>, at: &str) -> Uuid {
        self.full(number, outcome, intention, at, None, json!({})).await
    }

    /// The same with more: `note`, `asks`, `issues`, `voted`, `account`.
    pub async fn full(
        &self,
        number: &str,
        outcome: &str,
        intention: Option<&str>,
        at: &str,
        base: Option<Uuid>,
        more: Value,
    ) -> Uuid {
        let id = Uuid::now_v7();
        let account = more["account"].as_str().map_or(self.account, |a| a.parse().unwrap());
        let mut db = self.db().await;
        // The time is the test's own text.
        let statement = format!(
            "insert into result (partition_id, id, list_id, household_id, elector_id, area_no, outcome, intention, intention_kind,
               at, received_at, base, account_id, note, asks, issues, voted)
             select e.partition_id, $1, l.list_id, e.household_id, e.elector_id, e.area_no, $2, $3, 'local', {at}, {at}, $4, $5,
               $7->>'note', array(select jsonb_array_elements_text(coalesce($7->'asks', '[]'))),
               array(select jsonb_array_elements_text(coalesce($7->'issues', '[]'))), $7->>'voted'
             from elector e join walk_list l on l.name = 'Quillbrook 3' where e.number = $6"
        );
        query(AssertSqlSafe(statement))
            .bind(id)
            .bind(outcome)
            .bind(intention)
            .bind(base)
            .bind(account)
            .bind(number)
            .bind(more)
            .execute(&mut db)
            .await
            .unwrap();
        query("select wall.settle(partition_id, elector_id, 'local') from elector where number = $1")
            .bind(number)
            .execute(&mut db)
            .await
            .unwrap();
        id
    }

    /// The id of the elector of a number.
    pub async fn id(&self, number: &str) -> String {
        query_scalar("select partition_id || '.' || elector_id from elector where number = $1")
            .bind(number)
            .fetch_one(&mut self.db().await)
            .await
            .unwrap()
    }
}
