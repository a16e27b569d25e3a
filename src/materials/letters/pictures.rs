//! Pictures of a template, as they are printed: read within bounds, turned upright and written anew by the same hand as those of
//! messages, so that nothing else that a file holds is printed or kept.

use super::merge::picture_name;
use crate::database::Scoped;
use crate::error::Error;
use crate::messages::pictures::Drawn;
use uuid::Uuid;

/// How many a template may hold.
pub const MOST: usize = 8;

/// A picture without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pictured {
    /// Its number in the template, which no other ever gets.
    pub number: i16,
    /// What it shows.
    pub shows: String,
    /// Its width, in pixels.
    pub width: i32,
    /// Its height, in pixels.
    pub height: i32,
}

/// A template's pictures.
///
/// # Errors
/// What the database says.
pub async fn of(scope: &mut Scoped, template: Uuid) -> Result<Vec<Pictured>, Error> {
    Ok(sqlx::query_as!(
        Pictured,
        "select picture_no as number, shows, width, height from material_picture where template_id = $1 order by picture_no",
        template
    )
    .fetch_all(scope.connection())
    .await?)
}

/// One of them.
///
/// # Errors
/// [`Error::NotFound`] outside the area in use.
pub async fn one(scope: &mut Scoped, template: Uuid, number: i16) -> Result<Drawn, Error> {
    sqlx::query_as!(
        Drawn,
        "select png, width, height, bytes from material_picture where template_id = $1 and picture_no = $2",
        template,
        number
    )
    .fetch_optional(scope.connection())
    .await?
    .ok_or(Error::NotFound)
}

/// All of them for the press: by name, and what each shows.
///
/// # Errors
/// What the database says.
pub async fn for_press(
    scope: &mut Scoped,
    template: Uuid,
) -> Result<(Vec<(String, Vec<u8>)>, serde_json::Value), Error> {
    let rows = sqlx::query!(
        "select picture_no, shows, bytes from material_picture where template_id = $1 order by picture_no",
        template
    )
    .fetch_all(scope.connection())
    .await?;
    let (mut pictures, mut alts) = (Vec::with_capacity(rows.len()), serde_json::Map::new());
    for row in rows {
        alts.insert(picture_name(row.picture_no), row.shows.into());
        pictures.push((picture_name(row.picture_no), row.bytes));
    }
    Ok((pictures, alts.into()))
}

/// Adds one. Its number.
///
/// # Errors
/// [`Error::Invalid`] when the template holds as many as it may; [`Error::Conflict`] when it is not one's own to change.
pub async fn add(scope: &mut Scoped, template: Uuid, shows: &str, drawn: &Drawn) -> Result<i16, Error> {
    // The row is locked with this, so that two who add at once come one after the other, and the second counts what the first added.
    let number = sqlx::query_scalar!(
        "update material_template set pictures = pictures + 1 where template_id = $1 and ended_at is null and pictures < 999
         returning pictures",
        template
    )
    .fetch_optional(scope.connection())
    .await?
    .ok_or_else(|| Error::Conflict("This template is not yours to change: copy it, and change the copy".into()))?;
    if of(scope, template).await?.len() >= MOST {
        return Err(Error::field("picture", "A template holds eight pictures at most. Take one out first"));
    }
    sqlx::query!(
        "insert into material_picture (template_id, picture_no, shows, png, width, height, bytes) values ($1, $2, $3, $4, $5, $6, $7)",
        template,
        number,
        shows,
        drawn.png,
        drawn.width,
        drawn.height,
        drawn.bytes
    )
    .execute(scope.connection())
    .await?;
    Ok(number)
}

/// Takes one out for good. Whether it was there, and one's own to take.
///
/// # Errors
/// What the database says.
pub async fn remove(scope: &mut Scoped, template: Uuid, number: i16) -> Result<bool, Error> {
    Ok(sqlx::query_scalar!(r#"select wall.remove_template_picture($1, $2) as "done!""#, template, number)
        .fetch_one(scope.connection())
        .await?)
}

/// Gives a copy the pictures of what it is copied from, by the same numbers.
///
/// # Errors
/// What the database says.
pub async fn copy(scope: &mut Scoped, from: Uuid, to: Uuid) -> Result<(), Error> {
    sqlx::query!(
        "update material_template t set pictures = f.pictures from material_template f where t.template_id = $2 and f.template_id = $1",
        from,
        to
    )
    .execute(scope.connection())
    .await?;
    sqlx::query!(
        "insert into material_picture (template_id, picture_no, shows, png, width, height, bytes)
         select $2, p.picture_no, p.shows, p.png, p.width, p.height, p.bytes from material_picture p where p.template_id = $1",
        from,
        to
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}
