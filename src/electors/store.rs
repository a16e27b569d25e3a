//! Electors and homes in the database, within the districts of the area in use.

use super::{Elector, ElectorId, HouseholdId, Mark, Resident};
use crate::canvass::codes::Code;
use crate::database::{Actor, Scoped, Seen};
use crate::error::Error;

/// A polling district as the filter offers it.
#[derive(Debug, Clone)]
pub struct District {
    /// Its number here.
    pub area_no: i32,
    /// Its letters and, where it has one, its name.
    pub name: String,
    /// How many electors it has.
    pub electors: i64,
}

/// The districts of the area in use; all of them for the operator.
///
/// # Errors
/// What the database says.
pub async fn districts(scope: &mut Scoped) -> Result<Vec<District>, Error> {
    let everywhere = matches!(scope.actor(), Actor::Operator { .. });
    Ok(sqlx::query_as!(
        District,
        r#"select d.area_no, trim(d.letters || ' ' || d.name) as "name!", coalesce(s.electors, 0)::bigint as "electors!"
           from district d left join district_size s using (area_no)
           where $1 or d.area_no = any ((select wall.areas())::integer[])
           order by d.letters, d.area_no"#,
        everywhere
    )
    .fetch_all(scope.connection())
    .await?)
}

/// The kind of election that comes next, under which pages show intentions; local where none is known of.
///
/// # Errors
/// What the database says.
pub async fn next_kind(scope: &mut Scoped) -> Result<String, Error> {
    Ok(crate::polls::next(scope).await?.map_or_else(|| "local".into(), |poll| poll.intention_kind))
}

/// A home with those who live there.
#[derive(Debug, Clone)]
pub struct Home {
    /// The home; none for a person without one.
    pub id: Option<HouseholdId>,
    /// Its address in one line, without the postcode.
    pub address: String,
    /// Its postcode.
    pub postcode: Option<String>,
    /// Its polling district's letters and name.
    pub district: String,
    /// Those on the register there, and those of `also` who left.
    pub residents: Vec<Resident>,
}

/// Homes with everybody on the register there, in the order asked for; each person shown is on record.
///
/// `homes` are (partition, home); `also` are people shown whether or not they have a home or are still registered.
///
/// # Errors
/// What the database says.
pub async fn homes(
    scope: &mut Scoped,
    homes: &[(i32, i64)],
    also: &[ElectorId],
    kind: &str,
    codes: &[Code],
) -> Result<Seen<Vec<Resident>>, Error> {
    let (partitions, households): (Vec<i32>, Vec<i64>) = homes.iter().copied().unzip();
    let (also_in, also): (Vec<i32>, Vec<i64>) = also.iter().map(|e| (e.partition, e.id)).unzip();
    let rows = sqlx::query_file!("src/electors/sql/residents.sql", &partitions, &households, &also_in, &also, kind)
        .fetch_all(scope.connection())
        .await?;
    let residents: Vec<Resident> = rows
        .into_iter()
        .map(|r| Resident {
            id: ElectorId { partition: r.partition_id, id: r.elector_id },
            home: r.household_id.map(|id| HouseholdId { partition: r.partition_id, id }),
            area_no: r.area_no,
            name: r.name,
            number: r.number,
            intention: r.code.and_then(|code| codes.iter().find(|c| c.code == code).cloned()),
            asked: r.asked,
            marks: marks(&r.kind, r.left, r.do_not_call, r.gone.as_deref()),
        })
        .collect();
    let shown: Vec<_> = residents.iter().map(|r| (r.id.partition, r.id.id)).collect();
    Ok(Seen::people(residents, shown))
}

fn marks(kind: &str, left: bool, do_not_call: bool, gone: Option<&str>) -> Vec<Mark> {
    let kind = match kind {
        "attainer" => Some(Mark::Attainer),
        "overseas" => Some(Mark::Overseas),
        _ => None,
    };
    let gone = match gone {
        Some("moved") => Some(Mark::Moved),
        Some("deceased") => Some(Mark::Died),
        _ => None,
    };
    let all = [do_not_call.then_some(Mark::DoNotCall), kind, left.then_some(Mark::Left), gone];
    all.into_iter().flatten().collect()
}

/// Address, postcode and district of homes. They are shown only with the people in them, who are on record.
///
/// # Errors
/// What the database says.
pub async fn addresses(scope: &mut Scoped, homes: &[(i32, i64)]) -> Result<Vec<Home>, Error> {
    let (partitions, households): (Vec<i32>, Vec<i64>) = homes.iter().copied().unzip();
    let rows = sqlx::query!(
        r#"select h.partition_id, h.household_id, h.address, h.postcode, trim(d.letters || ' ' || d.name) as "district!"
           from unnest($1::integer[], $2::bigint[]) w (partition, home)
           join household h on h.partition_id = w.partition and h.household_id = w.home
           join district d on d.area_no = h.area_no"#,
        &partitions,
        &households
    )
    .fetch_all(scope.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| Home {
            id: Some(HouseholdId { partition: r.partition_id, id: r.household_id }),
            address: r.address,
            postcode: r.postcode,
            district: r.district,
            residents: Vec::new(),
        })
        .collect())
}

/// The home of a person, by its id alone.
///
/// # Errors
/// [`Error::NotFound`] outside the area in use.
pub async fn home_of(scope: &mut Scoped, id: ElectorId) -> Result<Option<HouseholdId>, Error> {
    let home = sqlx::query_scalar!(
        "select household_id from elector where partition_id = $1 and elector_id = $2",
        id.partition,
        id.id
    )
    .fetch_optional(scope.connection())
    .await?
    .ok_or(Error::NotFound)?;
    Ok(home.map(|home| HouseholdId { partition: id.partition, id: home }))
}

/// One person with what the register says, on record.
///
/// # Errors
/// [`Error::NotFound`] outside the area in use, as for a person who does not exist.
pub async fn elector(scope: &mut Scoped, id: ElectorId) -> Result<Seen<Elector>, Error> {
    let row = sqlx::query_file!("src/electors/sql/elector.sql", id.partition, id.id)
        .fetch_optional(scope.connection())
        .await?
        .ok_or(Error::NotFound)?;
    let elector = Elector {
        id,
        name: row.name,
        number: row.number,
        kind: row.kind,
        attains_on: row.attains_on,
        markers: row.markers,
        area_no: row.area_no,
        district: row.district,
        wards: row.wards,
        home: row.household_id.map(|h| HouseholdId { partition: id.partition, id: h }),
        address: row.address.unwrap_or_default(),
        postcode: row.postcode,
        left_at: row.left_at,
        register: row.authority.zip(row.published),
    };
    Ok(Seen::people(elector, [(id.partition, id.id)]))
}
