//! A walk list in a volunteer's hands.

use super::app::TestApp;
use super::database::TestDatabase;
use serde_json::{Value, json};
use sqlx::{query, query_as, query_scalar};
use uuid::Uuid;

/// A list with its doors in walking order, ids as the contract writes them.
pub struct Walk {
    /// The list.
    pub list: String,
    /// Its doors.
    pub doors: Vec<Door>,
}

/// A door of a list.
pub struct Door {
    /// The home.
    pub household: String,
    /// Who lives there.
    pub electors: Vec<String>,
}

impl Walk {
    /// Makes a list of all homes of a district, odd numbers first.
    pub async fn new(database: &TestDatabase, letters: &str) -> Self {
        let mut db = database.operator().await;
        let (partition, list): (i32, i64) = query_as(
            "insert into walk_list (partition_id, name, area_no, poll_id, intention_kind, side_order, doors, electors)
             select partition_id, letters || ' 1', area_no, (select min(poll_id) from poll), 'local', 'odds-then-evens',
               (select count(*) from household h where h.area_no = d.area_no),
               (select count(*) from elector e where e.area_no = d.area_no)
             from district d where letters = $1 returning partition_id, list_id",
        )
        .bind(letters)
        .fetch_one(&mut db)
        .await
        .unwrap();
        query(
            "insert into walk_list_door (partition_id, list_id, version, place, household_id, area_no, street, side)
             select h.partition_id, $2, 1, row_number() over (order by coalesce(h.number % 2, 2) = 0, h.position, h.household_id),
               h.household_id, h.area_no, h.street,
               case when h.flat <> '' then 'building' when h.number is null then 'other' when h.number % 2 = 1 then 'odd' else 'even' end
             from household h join district d using (area_no) where d.letters = $1",
        )
        .bind(letters)
        .bind(list)
        .execute(&mut db)
        .await
        .unwrap();
        query(
            "insert into walk_list_elector (partition_id, list_id, version, household_id, elector_id, place, area_no)
             select e.partition_id, $2, 1, e.household_id, e.elector_id, e.position, e.area_no
             from elector e join district d using (area_no) where d.letters = $1",
        )
        .bind(letters)
        .bind(list)
        .execute(&mut db)
        .await
        .unwrap();
        let rows: Vec<(i64, Vec<i64>)> = query_as(
            "select d.household_id, array_agg(e.elector_id order by e.place)
             from walk_list_door d join walk_list_elector e using (partition_id, list_id, version, household_id)
             where d.list_id = $1 group by d.household_id, d.place order by d.place",
        )
        .bind(list)
        .fetch_all(&mut db)
        .await
        .unwrap();
        let id = |n: i64| format!("{partition}.{n}");
        let door = |(home, people): (i64, Vec<i64>)| Door {
            household: id(home),
            electors: people.into_iter().map(id).collect(),
        };
        Walk { list: id(list), doors: rows.into_iter().map(door).collect() }
    }

    /// Gives the list to an account for three hours.
    pub async fn assign(&self, app: &TestApp, account: Uuid) {
        let given = query(
            "insert into assignment (partition_id, list_id, assignment_id, account_id, ends_at)
             select partition_id, list_id, gen_random_uuid(), $2, now() + interval '3 hours' from walk_list where list_id = $1",
        )
        .bind(self.number())
        .bind(account)
        .execute(&mut app.database.operator().await)
        .await
        .unwrap();
        assert_eq!(given.rows_affected(), 1);
    }

    /// The list's number without its partition.
    pub fn number(&self) -> i64 {
        number(&self.list)
    }

    /// A result of speaking with the second person at a door.
    pub fn spoke(&self, door: usize, intention: &str) -> Value {
        self.said(door, Some(1), "spoke", Some(intention))
    }

    /// A result at a door.
    pub fn said(&self, door: usize, person: Option<usize>, outcome: &str, intention: Option<&str>) -> Value {
        let door = &self.doors[door];
        json!({"list": self.list, "household": door.household, "elector": person.map(|p| door.electors[p].clone()),
            "outcome": outcome, "intention": intention, "at": "2026-11-24T18:00:00Z"})
    }
}

/// The number of an id, without its partition.
pub fn number(id: &str) -> i64 {
    id.split_once('.').unwrap().1.parse().unwrap()
}

/// How many results are on record.
pub async fn stored(app: &TestApp) -> i64 {
    count(app, "select count(*) from result").await
}

/// How many results wait for an organiser.
pub async fn waiting(app: &TestApp) -> i64 {
    count(app, "select count(*) from quarantine where state = 'waiting'").await
}

/// One figure straight from the database.
pub async fn count(app: &TestApp, statement: &'static str) -> i64 {
    query_scalar(statement).fetch_one(&mut app.database.operator().await).await.unwrap()
}

/// Changes something straight in the database, as time or an import would.
pub async fn change(app: &TestApp, statement: &'static str) -> u64 {
    query(statement).execute(&mut app.database.operator().await).await.unwrap().rows_affected()
}

/// The same of one account, `$1`.
pub async fn change_for(app: &TestApp, statement: &'static str, account: Uuid) -> u64 {
    query(statement).bind(account).execute(&mut app.database.operator().await).await.unwrap().rows_affected()
}

/// How many intentions and tallies are not what the results themselves give.
pub const RECOUNT: &str = "with newest as (
    select distinct on (r.partition_id, r.elector_id, r.intention_kind) r.partition_id, r.elector_id, r.intention_kind, r.intention, r.id
    from result r
    where r.intention is not null and not exists (select from result c
      where c.partition_id = r.partition_id and c.base = r.id and c.household_id = r.household_id and c.elector_id is not distinct from r.elector_id)
    order by r.partition_id, r.elector_id, r.intention_kind, r.received_at desc, r.id desc)
  select
    (select count(*) from newest n full join (select * from intention_now where code is not null) i
       using (partition_id, elector_id, intention_kind) where n.intention is distinct from i.code or n.id is distinct from i.result_id)
  + (select count(*) from
       (select area_no, intention_kind, intention as code, count(*) as people
        from newest join elector using (partition_id, elector_id) where left_at is null group by 1, 2, 3) n
       full join (select area_no, intention_kind, code, sum(change) as people from tally group by 1, 2, 3 having sum(change) <> 0) t
       using (area_no, intention_kind, code) where n.people is distinct from t.people)";
