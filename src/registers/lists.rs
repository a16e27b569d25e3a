//! Walk lists follow the register: a live list whose homes have other people now gets a new version with them.
//!
//! Versions never change, so that a look at a list stays exact. A new version has the old doors; at each of them stand
//! those of the old version who still live there, and those who came to that home with this register, unless they
//! asked not to be called on at the door.

use crate::database::Scoped;
use crate::error::Error;
use uuid::Uuid;

/// Makes the new versions. Lists of which the importer cannot see every door are left as they are.
///
/// # Errors
/// What the database says.
pub async fn follow(scope: &mut Scoped, import: Uuid, partition: i32, reach: &[i32]) -> Result<(), Error> {
    let lists = touched(scope, import, partition, reach).await?;
    if lists.is_empty() {
        return Ok(());
    }
    people(scope, import, partition, &lists).await?;
    sqlx::query!("select wall.follow_lists($1, $2)", partition, &lists).execute(scope.connection()).await?;
    Ok(())
}

/// Live lists with somebody gone from one of their homes or come to it.
async fn touched(scope: &mut Scoped, import: Uuid, partition: i32, reach: &[i32]) -> Result<Vec<i64>, Error> {
    Ok(sqlx::query_scalar!(
        r#"with live as (
             select l.partition_id, l.list_id, l.version from walk_list l
             where l.partition_id = $2 and l.ended_at is null
               and l.doors = (select count(*) from walk_list_door d
                 where d.partition_id = l.partition_id and d.list_id = l.list_id and d.version = l.version and d.area_no = any($3))
           ), gone as (
             select v.list_id from live v join walk_list_elector w using (partition_id, list_id, version)
             left join elector e on e.partition_id = w.partition_id and e.elector_id = w.elector_id
             where e.left_at is not null or e.household_id is distinct from w.household_id
           ), come as (
             select v.list_id from live v join walk_list_door w using (partition_id, list_id, version)
             join elector e on e.partition_id = w.partition_id and e.household_id = w.household_id and e.left_at is null
             join import_row r on r.import_id = $1 and r.elector_id = e.elector_id and (r.moved or r.step is null or r.step = 4)
             where not exists (select from walk_list_elector o where o.partition_id = v.partition_id and o.list_id = v.list_id
               and o.version = v.version and o.elector_id = e.elector_id and o.household_id = e.household_id)
           )
           select list_id as "list_id!" from gone union select list_id from come"#,
        import,
        partition,
        reach
    )
    .fetch_all(scope.connection())
    .await?)
}

async fn people(scope: &mut Scoped, import: Uuid, partition: i32, lists: &[i64]) -> Result<(), Error> {
    sqlx::query!(
        "insert into walk_list_door (partition_id, list_id, version, place, household_id, area_no, street, side)
         select d.partition_id, d.list_id, d.version + 1, d.place, d.household_id, h.area_no, d.street, d.side
         from walk_list l join walk_list_door d using (partition_id, list_id, version)
         join household h on h.partition_id = d.partition_id and h.household_id = d.household_id
         where l.partition_id = $1 and l.list_id = any($2)",
        partition,
        lists
    )
    .execute(scope.connection())
    .await?;
    sqlx::query!(
        "insert into walk_list_elector (partition_id, list_id, version, household_id, elector_id, place, area_no)
         select l.partition_id, l.list_id, l.version + 1, d.household_id, e.elector_id,
           row_number() over (partition by l.list_id order by d.place, e.position, e.elector_id), e.area_no
         from walk_list l join walk_list_door d using (partition_id, list_id, version)
         join elector e on e.partition_id = d.partition_id and e.household_id = d.household_id and e.left_at is null
         left join walk_list_elector o on o.partition_id = l.partition_id and o.list_id = l.list_id and o.version = l.version
           and o.elector_id = e.elector_id
         left join import_row r on r.import_id = $1 and r.elector_id = e.elector_id and (r.moved or r.step is null or r.step = 4)
         where l.partition_id = $2 and l.list_id = any($3) and (o.elector_id is not null or r.elector_id is not null)
           and not exists (select from objection b where b.partition_id = e.partition_id and b.elector_id = e.elector_id
             and b.channel = 'door' and not b.withdrawn
             and not exists (select from objection c where c.partition_id = b.partition_id and c.elector_id = b.elector_id
               and c.channel = 'door' and c.at > b.at))",
        import,
        partition,
        lists
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}
