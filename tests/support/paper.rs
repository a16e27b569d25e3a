//! Canvass cards that went out, straight in the tables: what the press and its page would have made.

use super::app::{Account, TestApp};
use super::walk::Walk;
use sqlx::{query, query_scalar};

/// A pile with the people of the list's first doors, printed an hour ago. Answers its run's number.
pub async fn printed(app: &TestApp, walk: &Walk, doors: i32, by: &Account) -> i64 {
    let mut db = app.database.operator().await;
    let run: i64 = query_scalar(
        "insert into material_run (area_id, kind, title, purpose, state, made_by, grant_id, partition_id, list_id, list_version, items, people)
         select a.area_id, 'canvass-cards', l.name, 'Canvassing', 'done', $2, $3, l.partition_id, l.list_id, l.version, $4 * 2, $4 * 2
         from walk_list l join area a on a.area_no = l.area_no where l.list_id = $1 returning run_no",
    )
    .bind(walk.number())
    .bind(by.id)
    .bind(by.grant)
    .bind(doors)
    .fetch_one(&mut db)
    .await
    .unwrap();
    let items = query(
        "insert into material_item (run_no, item, partition_id, elector_id, household_id, area_no)
         select $2, row_number() over (order by d.place, e.place, e.elector_id)::integer, e.partition_id, e.elector_id,
           e.household_id, e.area_no
         from walk_list_door d join walk_list_elector e using (partition_id, list_id, version, household_id)
         where d.list_id = $1 and d.place <= $3",
    )
    .bind(walk.number())
    .bind(run)
    .bind(doors)
    .execute(&mut db)
    .await
    .unwrap();
    assert!(items.rows_affected() > 0, "nobody lives at these doors");
    query(
        "insert into pile (run_no, partition_id, list_id, printed_at, due_back, made_by)
         select $2, partition_id, list_id, now() - interval '1 hour', now() + interval '2 days', $3 from walk_list where list_id = $1",
    )
    .bind(walk.number())
    .bind(run)
    .bind(by.id)
    .execute(&mut db)
    .await
    .unwrap();
    run
}
