//! Canaries: only the data protection officer and the operator read which electors are invented.

use crate::database::Scoped;
use crate::electors::ElectorId;
use crate::error::Error;
use chrono::{DateTime, Utc};
use serde::Serialize;
use std::collections::HashSet;

/// An invented elector.
#[derive(Debug, Clone, Serialize)]
pub struct Canary {
    /// Its number.
    pub id: i64,
    /// Its record, as pages and the log name it.
    #[serde(skip)]
    pub elector: ElectorId,
    /// Its name.
    pub name: String,
    /// Its address.
    pub address: String,
    /// The polling district's letters.
    pub district: String,
    /// When it was planted.
    pub planted: DateTime<Utc>,
    /// By whom.
    pub by: String,
    /// When it was taken out.
    pub removed: Option<DateTime<Utc>>,
    /// Alerts that it raised.
    pub alerts: i64,
    /// How many real people an import has brought to its address: then another place is better.
    pub company: i64,
}

/// A home beside which one may be planted.
#[derive(Debug, Clone)]
pub struct Beside {
    /// The home.
    pub household: i64,
    /// Its address as the council wrote it, line by line.
    pub lines: Vec<String>,
    /// Its postcode.
    pub postcode: Option<String>,
    /// Its number.
    pub number: i32,
    /// The highest number of its street in the district.
    pub last: i32,
}

/// Somebody invented, ready to be planted.
#[derive(Debug)]
pub struct NewCanary {
    /// The home beside it.
    pub beside: i64,
    /// The polling district.
    pub area_no: i32,
    /// Its number in the street.
    pub number: i32,
    /// Its address, line by line.
    pub lines: Vec<String>,
    /// In one line.
    pub address: String,
    /// Folded.
    pub address_key: String,
    /// Forenames.
    pub forenames: String,
    /// Surname.
    pub surname: String,
    /// As pages show the name.
    pub name: String,
    /// Folded, surname first.
    pub name_key: String,
    /// Folded, forenames first.
    pub forename_key: String,
}

/// A page of canaries, those that stand first, and how many there are.
///
/// # Errors
/// What the database says.
pub async fn canaries(scope: &mut Scoped, skip: i64, take: i64) -> Result<(Vec<Canary>, i64), Error> {
    read(scope, None, skip, take).await
}

/// One that stands.
///
/// # Errors
/// [`Error::NotFound`] when there is none of this number, or it is out.
pub async fn planted(scope: &mut Scoped, id: i64) -> Result<Canary, Error> {
    let found = read(scope, Some(id), 0, 1).await?.0.pop();
    found.filter(|canary| canary.removed.is_none()).ok_or(Error::NotFound)
}

async fn read(scope: &mut Scoped, id: Option<i64>, skip: i64, take: i64) -> Result<(Vec<Canary>, i64), Error> {
    let rows = sqlx::query!(
        r#"select c.canary_id, c.partition_id, c.elector_id, c.name, c.address, d.letters, c.planted_at, c.removed_at,
             coalesce(a.name, 'the operator') as "by!",
             (select count(*) from alert l where l.canary_id = c.canary_id) as "alerts!",
             (select count(*) from elector e join elector o on o.partition_id = e.partition_id and o.household_id = e.household_id
               and not o.planted and o.left_at is null
              where e.partition_id = c.partition_id and e.elector_id = c.elector_id) as "company!",
             count(*) over () as "total!"
           from canary c join district d on d.area_no = c.area_no left join account a on a.account_id = c.planted_by
           where $3::bigint is null or c.canary_id = $3
           order by c.removed_at is not null, c.planted_at desc, c.canary_id desc offset $1 limit $2"#,
        skip,
        take,
        id
    )
    .fetch_all(scope.connection())
    .await?;
    let total = rows.first().map_or(0, |r| r.total);
    let canaries = rows.into_iter().map(|r| Canary {
        id: r.canary_id,
        elector: ElectorId { partition: r.partition_id, id: r.elector_id },
        name: r.name,
        address: r.address,
        district: r.letters,
        planted: r.planted_at,
        by: r.by,
        removed: r.removed_at,
        alerts: r.alerts,
        company: r.company,
    });
    Ok((canaries.collect(), total))
}

/// Numbered homes of a district, in no order, beside which somebody may be invented.
///
/// # Errors
/// What the database says.
pub async fn beside(scope: &mut Scoped, area_no: i32) -> Result<Vec<Beside>, Error> {
    Ok(sqlx::query_as!(
        Beside,
        r#"select h.household_id as household, h.lines, h.postcode, h.number as "number!", s.last as "last!"
           from household h
           join (select street_key, max(number) as last from household where area_no = $1 and number is not null group by 1) s
             using (street_key)
           where h.area_no = $1 and h.number is not null and h.flat = '' and h.destroyed_at is null
           order by random() limit 40"#,
        area_no
    )
    .fetch_all(scope.connection())
    .await?)
}

/// Forenames and surnames that occur in a district, in no order: of such stuff are the names of canaries made.
///
/// # Errors
/// What the database says.
pub async fn names(scope: &mut Scoped, area_no: i32) -> Result<Vec<(String, String)>, Error> {
    let rows = sqlx::query!(
        "select forenames, surname from elector
         where area_no = $1 and kind = 'ordinary' and left_at is null and not planted order by random() limit 400",
        area_no
    )
    .fetch_all(scope.connection())
    .await?;
    Ok(rows.into_iter().map(|r| (r.forenames, r.surname)).collect())
}

/// Which of these people of a partition are invented. Asked over the server's own login: whatever the session behind this sends,
/// it learns of none.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn among(scope: &mut Scoped, partition: i32, electors: &[i64]) -> Result<HashSet<i64>, Error> {
    let partitions = vec![partition; electors.len()];
    let asked = sqlx::query_scalar!(r#"select elector_id as "id!" from wall.invented($1, $2)"#, &partitions, electors);
    let found = match scope.door().cloned() {
        Some(door) => asked.fetch_all(&door).await?,
        None => asked.fetch_all(scope.connection()).await?,
    };
    Ok(found.into_iter().collect())
}

/// Everybody invented in these districts: there are few. Asked as [`among`] is.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn in_districts(scope: &mut Scoped, districts: &[i32]) -> Result<Vec<i64>, Error> {
    let asked = sqlx::query_scalar!(r#"select elector_id as "id!" from wall.invented_in($1)"#, districts);
    Ok(match scope.door().cloned() {
        Some(door) => asked.fetch_all(&door).await?,
        None => asked.fetch_all(scope.connection()).await?,
    })
}

/// Plants it; None when the name or the address is somebody's.
///
/// # Errors
/// What the database says.
pub async fn plant(scope: &mut Scoped, new: &NewCanary) -> Result<Option<i64>, Error> {
    let operator = scope.operator_id();
    Ok(sqlx::query_scalar!(
        "select wall.plant_canary($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        new.beside,
        new.area_no,
        new.number,
        &new.lines,
        new.address,
        new.address_key,
        new.forenames,
        new.surname,
        new.name,
        new.name_key,
        new.forename_key,
        operator
    )
    .fetch_one(scope.connection())
    .await?)
}

/// Takes one out: its name and its home go for good.
///
/// # Errors
/// [`Error::NotFound`] when there is none of this number, or it is out already.
pub async fn remove(scope: &mut Scoped, id: i64) -> Result<(), Error> {
    let operator = scope.operator_id();
    let done = sqlx::query_scalar!(r#"select wall.remove_canary($1, $2) as "done!""#, id, operator)
        .fetch_one(scope.connection())
        .await?;
    if done { Ok(()) } else { Err(Error::NotFound) }
}

/// The number of the polling district that an area is.
///
/// # Errors
/// [`Error::Invalid`] on `area` when it is none.
pub async fn district_of(scope: &mut Scoped, area: i64) -> Result<i32, Error> {
    let found = sqlx::query_scalar!("select area_no from area where area_id = $1", area)
        .fetch_optional(scope.connection())
        .await?;
    found.flatten().ok_or_else(|| Error::field("area", "Choose a polling district: a canary stands in one"))
}
