//! What a selection's statement stands on, read before it is written: the districts in use, who in them is invented, and the districts
//! of the areas that the rules name.

use super::{Condition, Selection};
use crate::database::Scoped;
use crate::error::Error;
use crate::watching;
use std::collections::HashMap;

/// What is known before the statement is written.
pub(super) struct Ground {
    /// The districts in use.
    pub districts: Vec<i32>,
    /// Electors of them who are invented: nothing tells of them.
    pub invented: Vec<i64>,
    /// The districts in use of each area that the rules name; an area that is gone, or lies elsewhere, has none.
    pub of_areas: HashMap<i64, Vec<i32>>,
    /// Whether the statement is planned without nested loops.
    unnested: bool,
}

impl Ground {
    /// Reads it.
    ///
    /// # Errors
    /// [`Error::Conflict`] when the rules ask of members or helpers while Organise is closed; what the database says.
    pub async fn of(scope: &mut Scoped, selection: &Selection) -> Result<Self, Error> {
        let operator = scope.operator_id().is_some();
        let here = sqlx::query!(
            r#"select case when $1 then array(select d.area_no from district d order by 1) else wall.areas() end as "districts!",
                 ($1 or wall.open('organise')) as "organise!""#,
            operator
        )
        .fetch_one(scope.connection())
        .await?;
        if !here.organise && selection.rule.conditions().into_iter().any(asks_organise) {
            return Err(Error::Conflict(
                "Organise is closed just now, and who is a member, helps or agreed to be written to is known there alone. Take \
                 those conditions out, or wait until it opens"
                    .into(),
            ));
        }
        let invented = watching::invented_in(scope, &here.districts).await?;
        let of_areas = of_areas(scope, selection, &here.districts).await?;
        // Sets of a whole constituency are compared in memory; where one were thought not to fit, each person would be looked for
        // in it from its beginning.
        sqlx::query("set local work_mem = '32MB'").execute(scope.connection()).await?;
        // What was said at homes meets who lives there: row security hides from the planner how many those are, and it would go
        // through all answers once for each elector.
        let unnested = selection.rule.conditions().into_iter().any(|c| matches!(c, Condition::Outcome { .. }));
        if unnested {
            sqlx::query("set local enable_nestloop = off").execute(scope.connection()).await?;
        }
        Ok(Ground { districts: here.districts, invented, of_areas, unnested })
    }

    /// The statement has been asked: whatever the transaction asks after it is planned as anything is.
    ///
    /// # Errors
    /// What the database says.
    pub async fn leave(&self, scope: &mut Scoped) -> Result<(), Error> {
        if self.unnested {
            sqlx::query("set local enable_nestloop to default").execute(scope.connection()).await?;
        }
        Ok(())
    }
}

/// Whether it asks what only Organise knows.
fn asks_organise(condition: &Condition) -> bool {
    match condition {
        Condition::Member { .. } | Condition::Volunteer { .. } => true,
        Condition::Permitted { channel } => channel.wants_consent(),
        _ => false,
    }
}

async fn of_areas(
    scope: &mut Scoped,
    selection: &Selection,
    districts: &[i32],
) -> Result<HashMap<i64, Vec<i32>>, Error> {
    let named: Vec<i64> = selection
        .rule
        .conditions()
        .into_iter()
        .flat_map(|c| if let Condition::Area { areas } = c { areas.as_slice() } else { &[] })
        .copied()
        .collect();
    let mut found: HashMap<i64, Vec<i32>> = HashMap::new();
    if named.is_empty() {
        return Ok(found);
    }
    let rows = sqlx::query!(
        "select a.area_id, d.area_no from area a
         join district d on a.kind = 'installation' or d.partition_id = a.partition_id or d.area_no = a.area_no
           or exists (select from area_district ad where ad.area_id = a.area_id and ad.area_no = d.area_no
             and ad.from_date <= current_date and ad.until_date > current_date)
         where a.area_id = any ($1) and d.area_no = any ($2)",
        &named,
        districts
    )
    .fetch_all(scope.connection())
    .await?;
    for row in rows {
        found.entry(row.area_id).or_default().push(row.area_no);
    }
    Ok(found)
}
