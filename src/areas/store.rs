//! Areas in the database. They hold no people, so looks at them are not logged.

use super::{Area, Kind};
use crate::access::Role;
use crate::database::{Actor, Scoped};
use crate::error::Error;

/// The area that a person means by `code`: `all`, a GSS code, a short name, an area's or authority's name, a
/// district's letters, or `AUTHORITY/LETTERS`.
///
/// # Errors
/// [`Error::Invalid`] on `area` when it is none or several.
pub async fn resolve(scope: &mut Scoped, code: &str) -> Result<Area, Error> {
    let mut found = sqlx::query_as!(
        Area,
        r#"select a.area_id as id, a.kind, a.name,
             coalesce(a.short_name, a.gss_code, u.name || '/' || d.letters, a.name) as "code!", coalesce(d.name, '') as "known_as!"
           from area a left join district d using (area_no) left join authority u on u.partition_id = d.partition_id
           where lower(a.short_name) = lower($1) or a.gss_code = upper($1)
             or (a.kind <> 'district' and lower(a.name) = lower($1))
             or (d.letters = $1) or lower(u.name || '/' || d.letters) = lower($1)
           order by a.area_id limit 3"#,
        code.trim()
    )
    .fetch_all(scope.connection())
    .await?;
    match found.len() {
        1 => found.pop().ok_or(Error::NotFound),
        0 => Err(Error::field(
            "area",
            format!("No area is called “{}”. Write all, a GSS code, a short name or a district’s letters", code.trim()),
        )),
        _ => Err(Error::field(
            "area",
            "Two authorities use these letters. Write AUTHORITY/LETTERS, for example Wexmere/AB1",
        )),
    }
}

/// Every area, for choices: everywhere first, then by kind and name, districts last.
///
/// # Errors
/// What the database says.
pub async fn all(scope: &mut Scoped) -> Result<Vec<Area>, Error> {
    Ok(sqlx::query_as!(
        Area,
        r#"select a.area_id as id, a.kind, a.name,
             coalesce(a.short_name, a.gss_code, u.name || '/' || d.letters, a.name) as "code!", coalesce(d.name, '') as "known_as!"
           from area a left join district d using (area_no) left join authority u on u.partition_id = d.partition_id
           order by array_position(array['installation', 'constituency', 'authority', 'devolved', 'division', 'ward',
             'branch', 'district'], a.kind), a.name"#
    )
    .fetch_all(scope.connection())
    .await?)
}

/// The areas that whoever acts works in, for choices, in the order of [`all`].
///
/// # Errors
/// What the database says.
pub async fn worked_in(scope: &mut Scoped) -> Result<Vec<Area>, Error> {
    let here: Vec<i64> = sqlx::query_scalar!(r#"select wall.places() as "p!""#).fetch_one(scope.connection()).await?;
    let mut areas = all(scope).await?;
    areas.retain(|area| here.contains(&area.id));
    Ok(areas)
}

/// The same for what belongs to Contact: [`worked_in`] is empty while Organise is closed.
///
/// # Errors
/// What the database says.
pub async fn contacted_in(scope: &mut Scoped) -> Result<Vec<Area>, Error> {
    let here: Vec<i64> =
        sqlx::query_scalar!(r#"select wall.contact_places() as "p!""#).fetch_one(scope.connection()).await?;
    let mut areas = all(scope).await?;
    areas.retain(|area| here.contains(&area.id));
    Ok(areas)
}

/// Areas that lie wholly inside the area in use: every district of theirs is one of its own.
///
/// # Errors
/// What the database says.
pub async fn inside(scope: &mut Scoped) -> Result<Vec<i64>, Error> {
    Ok(sqlx::query_scalar!(
        r#"with own as materialized (select wall.areas() as numbers), made_of as (
             select a.area_id, d.area_no from area a join district d
               on a.kind = 'installation' or a.partition_id = d.partition_id or a.area_no = d.area_no
             union all
             select ad.area_id, ad.area_no from area_district ad where ad.from_date <= current_date and ad.until_date > current_date
           )
           select m.area_id as "id!" from made_of m cross join own
           group by m.area_id, own.numbers having bool_and(m.area_no = any (own.numbers))"#
    )
    .fetch_all(scope.connection())
    .await?)
}

/// A polling district with its figures.
#[derive(Debug, Clone)]
pub struct District {
    /// Its number here, which stays when its letters change.
    pub area_no: i32,
    /// Its authority's name.
    pub authority: String,
    /// The letters that begin its electors' numbers.
    pub letters: String,
    /// Its name, when somebody gave it one.
    pub name: String,
    /// Electors on the register in force.
    pub electors: i32,
    /// Homes with electors.
    pub households: i32,
    /// The areas that people made of it and others.
    pub areas: Vec<String>,
}

/// The districts that the viewer may know in figures: an organiser those of the area in use, others all.
///
/// # Errors
/// What the database says.
pub async fn districts(scope: &mut Scoped) -> Result<Vec<District>, Error> {
    let reach = reach(scope).await?;
    Ok(sqlx::query_as!(
        District,
        r#"select d.area_no, u.name as authority, d.letters, d.name, coalesce(s.electors, 0) as "electors!",
             coalesce(s.households, 0) as "households!",
             array(select a.name from area_district ad join area a using (area_id)
               where ad.area_no = d.area_no and ad.from_date <= current_date and ad.until_date > current_date
               order by a.kind, a.name) as "areas!"
           from district d join authority u using (partition_id) left join district_size s using (area_no)
           where $1::int[] is null or d.area_no = any($1)
           order by u.name, d.letters"#,
        reach.as_deref()
    )
    .fetch_all(scope.connection())
    .await?)
}

async fn reach(scope: &mut Scoped) -> Result<Option<Vec<i32>>, Error> {
    match scope.actor() {
        Actor::Session { role: Role::Organiser, .. } => {}
        _ => return Ok(None),
    }
    let own = sqlx::query_scalar!(r#"select wall.areas() as "areas!: Vec<i32>""#).fetch_one(scope.connection()).await?;
    Ok(Some(own))
}

/// An area that people made, with what it is made of.
#[derive(Debug, Clone)]
pub struct Made {
    /// Its id.
    pub id: i64,
    /// Its kind.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Its GSS code.
    pub gss_code: Option<String>,
    /// What people type for it.
    pub short_name: Option<String>,
    /// Its districts now.
    pub districts: Vec<i32>,
    /// Electors in them.
    pub electors: i64,
}

impl Made {
    /// The kind in words.
    pub fn kind_title(&self) -> &'static str {
        super::kind_title(&self.kind)
    }

    /// What to type for it.
    pub fn code(&self) -> &str {
        self.short_name.as_deref().or(self.gss_code.as_deref()).unwrap_or(&self.name)
    }
}

/// The areas that people made of the districts that the viewer may know.
///
/// # Errors
/// What the database says.
pub async fn made(scope: &mut Scoped) -> Result<Vec<Made>, Error> {
    let reach = reach(scope).await?;
    Ok(sqlx::query_as!(
        Made,
        r#"select a.area_id as id, a.kind, a.name, a.gss_code, a.short_name,
             coalesce(array_agg(ad.area_no order by ad.area_no) filter (where ad.area_no is not null), '{}') as "districts!",
             coalesce(sum(s.electors), 0)::bigint as "electors!"
           from area a
           left join area_district ad on ad.area_id = a.area_id and ad.from_date <= current_date and ad.until_date > current_date
           left join district_size s on s.area_no = ad.area_no
           where a.kind in ('ward', 'division', 'constituency', 'devolved', 'branch')
           group by a.area_id
           having $1::int[] is null or array_agg(ad.area_no) && $1
           order by array_position(array['constituency', 'devolved', 'division', 'ward', 'branch'], a.kind), a.name"#,
        reach.as_deref()
    )
    .fetch_all(scope.connection())
    .await?)
}

/// One area that people made.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn open_made(scope: &mut Scoped, id: i64) -> Result<Made, Error> {
    made(scope).await?.into_iter().find(|a| a.id == id).ok_or(Error::NotFound)
}

/// An area as a person described it.
#[derive(Debug, Clone)]
pub struct NewArea {
    /// Its kind.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// Its GSS code.
    pub gss_code: Option<String>,
    /// What people type for it.
    pub short_name: Option<String>,
    /// What it is made of.
    pub districts: Vec<i32>,
}

/// Whether whoever acts may name areas: administrators, and organisers of all areas or an authority.
///
/// # Errors
/// What the database says.
pub async fn may_name(scope: &mut Scoped) -> Result<bool, Error> {
    Ok(sqlx::query_scalar!(r#"select wall.may_name_areas() as "may!""#).fetch_one(scope.connection()).await?)
}

/// Makes an area of districts.
///
/// # Errors
/// [`Error::Invalid`] on `gss_code` or `short_name` when another area has it.
pub async fn add(scope: &mut Scoped, new: &NewArea) -> Result<i64, Error> {
    let id = sqlx::query_scalar!(
        "insert into area (kind, name, gss_code, short_name) values ($1, $2, $3, $4) returning area_id",
        new.kind.as_str(),
        new.name,
        new.gss_code,
        new.short_name
    )
    .fetch_one(scope.connection())
    .await
    .map_err(taken)?;
    set_districts(scope, id, &new.districts).await?;
    Ok(id)
}

/// Renames an area and says what it is made of from today.
///
/// # Errors
/// As [`add`]; [`Error::NotFound`].
pub async fn change(scope: &mut Scoped, id: i64, new: &NewArea) -> Result<(), Error> {
    let done = sqlx::query!(
        "update area set name = $2, gss_code = $3, short_name = $4
         where area_id = $1 and kind in ('ward', 'division', 'constituency', 'devolved', 'branch')",
        id,
        new.name,
        new.gss_code,
        new.short_name
    )
    .execute(scope.connection())
    .await
    .map_err(taken)?;
    if done.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    set_districts(scope, id, &new.districts).await
}

fn taken(error: sqlx::Error) -> Error {
    match error.as_database_error().and_then(|e| e.constraint()) {
        Some("area_gss_code_key") => Error::field("gss_code", "Another area has this GSS code"),
        Some("area_short_name_key") => Error::field("short_name", "Another area has this short name"),
        _ => error.into(),
    }
}

/// Districts that leave end today; those that came only today are as if they never had.
pub(super) async fn set_districts(scope: &mut Scoped, id: i64, districts: &[i32]) -> Result<(), Error> {
    sqlx::query!("select wall.undo_districts($1, $2)", id, districts).execute(scope.connection()).await?;
    sqlx::query!(
        "update area_district set until_date = current_date where area_id = $1 and area_no <> all($2) and until_date > current_date",
        id,
        districts
    )
    .execute(scope.connection())
    .await?;
    sqlx::query!(
        "insert into area_district (area_id, area_no, from_date)
         select $1, n, case when exists (select from area_district p where p.area_id = $1) then current_date else '-infinity' end
         from unnest($2::int[]) n join district on area_no = n
         where not exists (select from area_district o where o.area_id = $1 and o.area_no = n and o.until_date > current_date)
         on conflict (area_id, area_no, from_date) do update set until_date = 'infinity'",
        id,
        districts
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}

/// Gives a district a name; an empty one takes it away.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn name_district(scope: &mut Scoped, area_no: i32, name: &str) -> Result<(), Error> {
    let done = sqlx::query!("update district set name = $2 where area_no = $1", area_no, name)
        .execute(scope.connection())
        .await?;
    if done.rows_affected() == 1 { Ok(()) } else { Err(Error::NotFound) }
}

/// The areas that a poll may be in: all but single districts.
///
/// # Errors
/// What the database says.
pub async fn for_polls(scope: &mut Scoped) -> Result<Vec<Area>, Error> {
    Ok(all(scope).await?.into_iter().filter(|a| a.kind != "district").collect())
}
