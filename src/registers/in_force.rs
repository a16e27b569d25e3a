//! The registers in force: of each district of the area in use, the newest that has entries there. Figures of imports;
//! nobody is shown.

use crate::database::Scoped;
use crate::error::Error;
use chrono::{DateTime, NaiveDate, Utc};

/// A register that people are held by somewhere in the area in use.
#[derive(Debug, Clone)]
pub struct InForce {
    /// Whose register it is.
    pub authority: String,
    /// Its date.
    pub published: NaiveDate,
    /// How many rows it had, as its import counted them.
    pub rows: i64,
    /// How many of them were anonymous.
    pub anonymous: i64,
    /// When it came.
    pub imported_at: DateTime<Utc>,
    /// By whom; None: by the command line.
    pub by: Option<String>,
}

/// The registers in force in the area in use, by authority and the newest first. A district's register is found through
/// the entries that row security shows, so that another area's stays unseen.
///
/// # Errors
/// What the database says.
pub async fn all(scope: &mut Scoped) -> Result<Vec<InForce>, Error> {
    Ok(sqlx::query_as!(
        InForce,
        r#"with newest as materialized (
             select distinct d.partition_id, n.register_id
             from district d cross join lateral (
               select g.register_id from register g
               where g.partition_id = d.partition_id and exists (
                 select from register_entry t
                 where t.partition_id = g.partition_id and t.register_id = g.register_id and t.area_no = d.area_no)
               order by g.register_id desc limit 1) n
             where d.area_no = any ((select wall.areas())::integer[])
           )
           select u.name as authority, r.published, coalesce((r.counts->>'rows')::bigint, 0) as "rows!",
             coalesce((r.counts->>'anonymous')::bigint, 0) as "anonymous!", r.imported_at,
             case when r.imported_by is not null
               then coalesce((select a.name from wall.names(array[r.imported_by]) a), 'somebody') end as "by?"
           from newest join register r using (partition_id, register_id) join authority u using (partition_id)
           order by u.name, r.published desc, r.register_id desc"#
    )
    .fetch_all(scope.connection())
    .await?)
}
