//! The electors of a selection, without whoever is left out. Their ids show nobody: whoever reads their names puts that on record.

use super::ground::Ground;
use super::{Selection, sql};
use crate::database::Scoped;
use crate::electors::{ElectorId, HouseholdId};
use crate::error::Error;

/// An elector of a selection and where they live.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    /// The elector.
    pub id: ElectorId,
    /// Their home; none for electors without an address here.
    pub household: Option<HouseholdId>,
    /// The polling district.
    pub area_no: i32,
}

/// The electors of a selection in the area in use, in no particular order.
///
/// # Errors
/// [`Error::Invalid`] for a tree beyond its bounds; [`Error::Conflict`] when it asks of members while Organise is closed.
pub async fn electors(scope: &mut Scoped, selection: &Selection) -> Result<Vec<ElectorId>, Error> {
    Ok(electors_with_homes(scope, selection).await?.into_iter().map(|f| f.id).collect())
}

/// The same with their homes and districts.
///
/// # Errors
/// As [`electors`].
pub async fn electors_with_homes(scope: &mut Scoped, selection: &Selection) -> Result<Vec<Found>, Error> {
    selection.check()?;
    let ground = Ground::of(scope, selection).await?;
    let mut statement = sql::chosen(&ground, selection);
    statement.push("select c.partition_id, c.elector_id, c.household_id, c.area_no from chosen c where c.why = 0");
    let rows = statement
        .build_query_as::<(i32, i64, Option<i64>, i32)>()
        .persistent(false)
        .fetch_all(scope.connection())
        .await?;
    let found = |(partition, elector, household, area_no): (i32, i64, Option<i64>, i32)| Found {
        id: ElectorId { partition, id: elector },
        household: household.map(|id| HouseholdId { partition, id }),
        area_no,
    };
    Ok(rows.into_iter().map(found).collect())
}
