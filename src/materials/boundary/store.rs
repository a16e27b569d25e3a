//! Boundaries in the database.

use super::Shape;
use crate::database::Scoped;
use crate::error::Error;

/// A boundary that is kept, for the list of them.
#[derive(Debug, Clone)]
pub struct Kept {
    /// The area.
    pub area: i64,
    /// Its name.
    pub name: String,
    /// How many points it has.
    pub points: i32,
}

/// Those of one's own areas.
///
/// # Errors
/// What the database says.
pub async fn kept(scope: &mut Scoped) -> Result<Vec<Kept>, Error> {
    Ok(sqlx::query_as!(
        Kept,
        r#"select b.area_id as area, a.name as "name!", b.points from area_boundary b join area a using (area_id)
           order by a.name, b.area_id"#
    )
    .fetch_all(scope.connection())
    .await?)
}

/// An area's; None: nobody gave one.
///
/// # Errors
/// What the database says.
pub async fn of(scope: &mut Scoped, area: i64) -> Result<Option<Shape>, Error> {
    let held = sqlx::query_scalar!("select shape from area_boundary where area_id = $1", area)
        .fetch_optional(scope.connection())
        .await?;
    held.map(|json| serde_json::from_value(json).map_err(Error::internal)).transpose()
}

/// Puts an area's down, or another in its place.
///
/// # Errors
/// [`Error::Forbidden`] outside one's own areas.
pub async fn keep(scope: &mut Scoped, area: i64, shape: &Shape) -> Result<(), Error> {
    let account = scope.account();
    let points = i32::try_from(super::points(shape)).map_err(Error::internal)?;
    sqlx::query!(
        "insert into area_boundary (area_id, shape, points, changed_by) values ($1, $2, $3, $4)
         on conflict (area_id) do update set shape = excluded.shape, points = excluded.points, changed_by = $4,
           changed_at = statement_timestamp()",
        area,
        serde_json::to_value(shape).map_err(Error::internal)?,
        points,
        account
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}

/// Takes an area's away. Whether there was one.
///
/// # Errors
/// What the database says.
pub async fn remove(scope: &mut Scoped, area: i64) -> Result<bool, Error> {
    Ok(sqlx::query_scalar!(r#"select wall.remove_boundary($1) as "gone!""#, area).fetch_one(scope.connection()).await?)
}

/// Streets of an area, for leaflets where there is no boundary: the names alone. More than these are not even counted.
///
/// # Errors
/// What the database says.
pub async fn streets(scope: &mut Scoped, area: i64) -> Result<Vec<String>, Error> {
    let districts = crate::canvass::lists::choose::districts_of(scope, area).await?;
    Ok(sqlx::query_scalar!(
        r#"select distinct h.street as "street!" from household h
           where h.area_no = any ($1) and h.area_no = any (wall.areas()) and h.street <> '' order by 1 limit 5000"#,
        &districts
    )
    .fetch_all(scope.connection())
    .await?)
}
