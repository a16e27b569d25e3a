//! The electors of a selection, without whoever is left out. Their ids show nobody: whoever reads their names puts that on record, as
//! a page of them does.

use super::ground::Ground;
use super::{LeftOut, Selection, sql};
use crate::database::{Scoped, Seen};
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

/// The same with how many are left out and why, by one statement. Anonymous entries, who fit no rules, are not counted with it.
///
/// # Errors
/// As [`electors`].
pub async fn with_left_out(scope: &mut Scoped, selection: &Selection) -> Result<(Vec<ElectorId>, LeftOut), Error> {
    selection.check()?;
    let ground = Ground::of(scope, selection).await?;
    let mut statement = sql::chosen(&ground, selection);
    statement.push("select c.partition_id, c.elector_id, c.why from chosen c");
    let rows = statement.build_query_as::<(i32, i64, i32)>().persistent(false).fetch_all(scope.connection()).await?;
    ground.leave(scope).await?;
    let (mut people, mut left_out) = (Vec::new(), LeftOut::default());
    for (partition, id, why) in rows {
        match why {
            0 => people.push(ElectorId { partition, id }),
            1 => left_out.objected += 1,
            2 => left_out.moved += 1,
            3 => left_out.asked += 1,
            _ => left_out.on_paper += 1,
        }
    }
    Ok((people, left_out))
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
    ground.leave(scope).await?;
    let found = |(partition, elector, household, area_no): (i32, i64, Option<i64>, i32)| Found {
        id: ElectorId { partition, id: elector },
        household: household.map(|id| HouseholdId { partition, id }),
        area_no,
    };
    Ok(rows.into_iter().map(found).collect())
}

/// An elector of a selection as a page of them shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The elector.
    pub id: ElectorId,
    /// Their name.
    pub name: String,
    /// Their number on the register.
    pub number: String,
    /// Where they live; empty for electors without an address here.
    pub address: String,
    /// Their polling district's letters.
    pub letters: String,
}

/// So many electors of a selection after the first `skip`, by name or as they live, and how many there are in all; 0 where none come
/// after those. PostgreSQL puts them in order and sends these alone.
///
/// # Errors
/// As [`electors`].
pub async fn page(
    scope: &mut Scoped,
    selection: &Selection,
    by_street: bool,
    most: i64,
    skip: i64,
) -> Result<Seen<(i64, Vec<Shown>)>, Error> {
    selection.check()?;
    let ground = Ground::of(scope, selection).await?;
    let mut statement = sql::chosen(&ground, selection);
    statement.push(
        "select e.partition_id, e.elector_id, e.name, e.number, coalesce(h.address, ''), d.letters, count(*) over ()
         from chosen c
         join elector e on e.partition_id = c.partition_id and e.elector_id = c.elector_id
         join district d on d.area_no = e.area_no
         left join household h on h.partition_id = e.partition_id and h.household_id = e.household_id
         where c.why = 0 order by ",
    );
    statement.push(if by_street { "" } else { "e.name_key, " });
    statement.push("d.letters, d.area_no, h.position, h.household_id, e.position, e.elector_id limit ");
    statement.push_bind(most).push(" offset ").push_bind(skip);
    let rows = statement
        .build_query_as::<(i32, i64, String, String, String, String, i64)>()
        .persistent(false)
        .fetch_all(scope.connection())
        .await?;
    ground.leave(scope).await?;
    let all = rows.first().map_or(0, |row| row.6);
    let shown: Vec<(i32, i64)> = rows.iter().map(|row| (row.0, row.1)).collect();
    let rows = rows.into_iter().map(|(partition, id, name, number, address, letters, _)| Shown {
        id: ElectorId { partition, id },
        name,
        number,
        address,
        letters,
    });
    Ok(Seen::people((all, rows.collect()), shown))
}
