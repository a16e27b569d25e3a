//! How many doors and electors a selection is, and who is left out and why. Nobody is shown by it.

use super::ground::Ground;
use super::{Selection, sql};
use crate::database::Scoped;
use crate::error::Error;
use serde::Serialize;

/// How much a selection is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Counts {
    /// Homes with at least one of the electors.
    pub doors: i64,
    /// The electors.
    pub electors: i64,
    /// Who fits the rules and is left out.
    pub left_out: LeftOut,
}

/// Who fits the rules and is left out, each by the first of these reasons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct LeftOut {
    /// They stopped the channel, opinions or all processing.
    pub objected: i64,
    /// They are said to have moved or died.
    pub moved: i64,
    /// They were asked lately.
    pub asked: i64,
    /// They lie on a printed pile that has not come back.
    pub on_paper: i64,
    /// Anonymous entries of the districts in use: there is no record of them, so that no rule fits them.
    pub anonymous: i64,
}

impl LeftOut {
    /// How many fit the rules and are left out; anonymous entries fit none.
    pub fn sum(&self) -> i64 {
        self.objected + self.moved + self.asked + self.on_paper
    }
}

/// Counts a selection in the area in use.
///
/// # Errors
/// [`Error::Invalid`] for a tree beyond its bounds; [`Error::Conflict`] when it asks of members while Organise is closed.
pub async fn count(scope: &mut Scoped, selection: &Selection) -> Result<Counts, Error> {
    selection.check()?;
    let ground = Ground::of(scope, selection).await?;
    let mut statement = sql::chosen(&ground, selection);
    statement.push(
        "select count(distinct c.household_id) filter (where c.why = 0), count(*) filter (where c.why = 0),
           count(*) filter (where c.why = 1), count(*) filter (where c.why = 2), count(*) filter (where c.why = 3),
           count(*) filter (where c.why = 4) from chosen c",
    );
    // Planned for the values at hand: a plan kept for others may take a thousand times as long.
    let (doors, electors, objected, moved, asked, on_paper) = statement
        .build_query_as::<(i64, i64, i64, i64, i64, i64)>()
        .persistent(false)
        .fetch_one(scope.connection())
        .await?;
    ground.leave(scope).await?;
    let anonymous = anonymous(scope, &ground.districts).await?;
    Ok(Counts { doors, electors, left_out: LeftOut { objected, moved, asked, on_paper, anonymous } })
}

async fn anonymous(scope: &mut Scoped, districts: &[i32]) -> Result<i64, Error> {
    Ok(sqlx::query_scalar!(
        r#"select coalesce(sum(anonymous), 0)::bigint as "n!" from district_size where area_no = any ($1)"#,
        districts
    )
    .fetch_one(scope.connection())
    .await?)
}
