//! Brands in the database.

use super::{Brand, Colour, Logo};
use crate::database::Scoped;
use crate::error::Error;

/// A brand of one's own areas, for the list of them.
#[derive(Debug, Clone)]
pub struct Own {
    /// The area.
    pub area: i64,
    /// Its name.
    pub name: String,
    /// The party's name.
    pub party: String,
    /// Whether there is a logo.
    pub logo: bool,
}

/// The brand that holds in an area; a plain one under the controller's name where nobody put one down.
///
/// # Errors
/// What the database says.
pub async fn of(scope: &mut Scoped, area: i64) -> Result<Brand, Error> {
    let found = sqlx::query!(
        r#"select area_id as "area!", area_name as "name!", party as "party!", colour as "colour!", second as "second!", logo,
             logo_png as "png!"
           from wall.brand_of($1)"#,
        area
    )
    .fetch_optional(scope.connection())
    .await?;
    let Some(row) = found else {
        let controller =
            sqlx::query_scalar!("select controller from installation").fetch_optional(scope.connection()).await?;
        return Ok(Brand::plain(controller.unwrap_or_default()));
    };
    let plain = Brand::plain(row.party);
    Ok(Brand {
        area: Some((row.area, row.name)),
        colour: Colour::parse(&row.colour).unwrap_or(plain.colour),
        second: Colour::parse(&row.second).unwrap_or(plain.second),
        logo: row.logo.map(|bytes| Logo { png: row.png, bytes }),
        party: plain.party,
    })
}

/// Those of one's own areas.
///
/// # Errors
/// What the database says.
pub async fn own(scope: &mut Scoped) -> Result<Vec<Own>, Error> {
    Ok(sqlx::query_as!(
        Own,
        r#"select b.area_id as area, a.name as "name!", b.party, b.logo is not null as "logo!"
           from material_brand b join area a using (area_id) order by a.kind <> 'installation', a.name, b.area_id"#
    )
    .fetch_all(scope.connection())
    .await?)
}

/// What is put down: the logo stays as it is where none is given.
#[derive(Debug, Clone)]
pub struct New {
    /// The party's name.
    pub party: String,
    /// Its colour.
    pub colour: Colour,
    /// The second.
    pub second: Colour,
    /// Another logo.
    pub logo: Option<Logo>,
    /// Whether the logo goes.
    pub without_logo: bool,
}

/// Puts an area's brand down, or another in its place.
///
/// # Errors
/// [`Error::Forbidden`] outside one's own areas.
pub async fn keep(scope: &mut Scoped, area: i64, new: &New) -> Result<(), Error> {
    let account = scope.account();
    let (bytes, png) = match &new.logo {
        Some(logo) => (Some(logo.bytes.as_slice()), logo.png),
        None => (None, true),
    };
    sqlx::query!(
        "insert into material_brand (area_id, party, colour, second, logo, logo_png, changed_by)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (area_id) do update set party = excluded.party, colour = excluded.colour, second = excluded.second,
           logo = case when $8 then null else coalesce(excluded.logo, material_brand.logo) end,
           logo_png = case when excluded.logo is null then material_brand.logo_png else excluded.logo_png end,
           changed_by = $7, changed_at = statement_timestamp()",
        area,
        new.party,
        new.colour.text(),
        new.second.text(),
        bytes,
        png,
        account,
        new.without_logo && new.logo.is_none()
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}

/// Takes an area's own away. Whether there was one.
///
/// # Errors
/// What the database says.
pub async fn remove(scope: &mut Scoped, area: i64) -> Result<bool, Error> {
    Ok(sqlx::query_scalar!(r#"select wall.remove_brand($1) as "gone!""#, area).fetch_one(scope.connection()).await?)
}
