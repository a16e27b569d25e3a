//! How lists go, in figures, for whoever takes several of them out together: no door and nobody of them is shown.

use crate::canvass::ListId;
use crate::database::Scoped;
use crate::error::Error;
use chrono::{DateTime, Utc};

/// A list as it goes.
#[derive(Debug, Clone)]
pub struct Outing {
    /// Which.
    pub id: ListId,
    /// Its name.
    pub name: String,
    /// Doors on it.
    pub doors: i64,
    /// Doors done.
    pub done: i64,
    /// Doors where somebody spoke.
    pub spoke: i64,
    /// Doors where nobody was home at the last call.
    pub not_home: i64,
    /// When an answer last came.
    pub last_answer: Option<DateTime<Utc>>,
    /// Who holds it now or later, by name.
    pub holders: Vec<String>,
    /// Whether it has been ended.
    pub ended: bool,
}

/// The lists with these ids that lie in the area in use, in their order.
///
/// # Errors
/// What the database says.
pub async fn outings(scope: &mut Scoped, ids: &[ListId]) -> Result<Vec<Outing>, Error> {
    let partitions: Vec<i32> = ids.iter().map(|l| l.partition).collect();
    let lists: Vec<i64> = ids.iter().map(|l| l.id).collect();
    let rows = sqlx::query!(
        r#"with held as materialized (
             select a.partition_id, a.list_id, a.account_id, a.assigned_at
             from unnest($1::integer[], $2::bigint[]) i (partition_id, list_id) join assignment a using (partition_id, list_id)
             where a.ended_at is null and a.ends_at > now()),
           named as materialized (select account_id, name from wall.names(array(select account_id from held)))
           select l.partition_id, l.list_id, l.name, l.doors::bigint as "doors!", l.ended_at is not null as "ended!",
             coalesce(g.done, 0) as "done!", coalesce(g.spoke, 0) as "spoke!", coalesce(g.not_home, 0) as "not_home!", g.last,
             array(select n.name from held h join named n using (account_id)
               where h.partition_id = l.partition_id and h.list_id = l.list_id order by h.assigned_at) as "holders!"
           from unnest($1::integer[], $2::bigint[]) with ordinality i (partition_id, list_id, place)
           join walk_list l using (partition_id, list_id)
           cross join lateral (
             select count(*) filter (where h.done) as done, count(*) filter (where h.spoke) as spoke,
               count(*) filter (where not h.spoke and h.latest = 'not-home') as not_home, max(h.last) as last
             from home_on_list h where h.partition_id = l.partition_id and h.list_id = l.list_id and h.version = l.version) g
           where l.area_no = any ((select wall.areas())::integer[])
           order by i.place"#,
        &partitions,
        &lists
    )
    .fetch_all(scope.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| Outing {
            id: ListId { partition: r.partition_id, id: r.list_id },
            name: r.name,
            doors: r.doors,
            done: r.done,
            spoke: r.spoke,
            not_home: r.not_home,
            last_answer: r.last,
            holders: r.holders,
            ended: r.ended,
        })
        .collect())
}

/// Lists of the area in use that can be taken out, the newest first.
///
/// # Errors
/// What the database says.
pub async fn ready(scope: &mut Scoped) -> Result<Vec<(ListId, String)>, Error> {
    let rows = sqlx::query!(
        "select partition_id, list_id, name from walk_list
         where ended_at is null and area_no = any ((select wall.areas())::integer[]) order by made_at desc, list_id desc limit 200"
    )
    .fetch_all(scope.connection())
    .await?;
    Ok(rows.into_iter().map(|r| (ListId { partition: r.partition_id, id: r.list_id }, r.name)).collect())
}
