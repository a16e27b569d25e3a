//! Polls in the database. They hold no people.

use super::{Coming, Poll, PollKind};
use crate::database::{Actor, Scoped};
use crate::error::Error;
use chrono::NaiveDate;

/// All polls, the next one first, those that were at the end.
///
/// # Errors
/// What the database says.
pub async fn list(scope: &mut Scoped) -> Result<Vec<Poll>, Error> {
    Ok(sqlx::query_as!(
        Poll,
        r#"select p.poll_id as id, p.name, p.poll_date as date, p.kind, k.name as kind_name,
             coalesce(a.short_name, a.gss_code, a.name) as "area!", a.name as area_name
           from poll p join poll_kind k using (kind) join area a using (area_id)
           order by p.poll_date < current_date, abs(p.poll_date - current_date), p.name"#
    )
    .fetch_all(scope.connection())
    .await?)
}

/// The polls to come where any of these districts vote, the next one first; anywhere, when none are named.
///
/// # Errors
/// What the database says.
pub async fn to_come(scope: &mut Scoped, districts: Option<&[i32]>) -> Result<Vec<Coming>, Error> {
    Ok(sqlx::query_as!(
        Coming,
        r#"select p.poll_id as id, p.name, p.poll_date as date, k.intention_kind
           from poll p join poll_kind k using (kind) join area a using (area_id)
           where p.poll_date >= current_date
             and ($1::integer[] is null or a.kind = 'installation' or a.area_no = any ($1)
               or exists (select from district d where d.partition_id = a.partition_id and d.area_no = any ($1))
               or exists (select from area_district ad where ad.area_id = a.area_id and ad.area_no = any ($1)
                 and ad.from_date <= current_date and ad.until_date > current_date))
           order by p.poll_date, p.poll_id limit 50"#,
        districts
    )
    .fetch_all(scope.connection())
    .await?)
}

/// The poll that comes next in the area in use; anywhere, for the operator.
///
/// # Errors
/// What the database says.
pub async fn next(scope: &mut Scoped) -> Result<Option<Coming>, Error> {
    let districts = match scope.actor() {
        Actor::Operator { .. } => None,
        _ => sqlx::query_scalar!("select wall.areas()").fetch_one(scope.connection()).await?,
    };
    Ok(to_come(scope, districts.as_deref()).await?.into_iter().next())
}

/// The kinds of poll.
///
/// # Errors
/// What the database says.
pub async fn kinds(scope: &mut Scoped) -> Result<Vec<PollKind>, Error> {
    Ok(sqlx::query_as!(PollKind, "select kind, name from poll_kind order by name")
        .fetch_all(scope.connection())
        .await?)
}

/// Adds a poll.
///
/// # Errors
/// [`Error::Invalid`] on `name`, `kind` or `date`.
pub async fn add(scope: &mut Scoped, name: &str, date: NaiveDate, kind: &str, area: i64) -> Result<i64, Error> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 200 {
        return Err(Error::field("name", "Give the poll a name of up to 200 letters"));
    }
    let kinds: Vec<String> = kinds(scope).await?.into_iter().map(|k| k.kind).collect();
    if !kinds.iter().any(|k| k == kind) {
        return Err(Error::field("kind", format!("Choose the kind of poll: {}", kinds.join(", "))));
    }
    sqlx::query_scalar!(
        "insert into poll (name, poll_date, kind, area_id) values ($1, $2, $3, $4) returning poll_id",
        name,
        date,
        kind,
        area
    )
    .fetch_one(scope.connection())
    .await
    .map_err(|error| match error.as_database_error().and_then(|e| e.constraint()) {
        Some("poll_name_poll_date_key") => Error::field("name", "There is a poll of this name on this date already"),
        Some("poll_area_id_fkey") => Error::field("area", "Choose the area that votes"),
        _ => error.into(),
    })
}
