//! Areas in the database. They hold no people, so looks at them are not logged.

use super::Area;
use crate::database::Scoped;
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
             coalesce(a.short_name, a.gss_code, u.name || '/' || d.letters, a.name) as "code!"
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
             coalesce(a.short_name, a.gss_code, u.name || '/' || d.letters, a.name) as "code!"
           from area a left join district d using (area_no) left join authority u on u.partition_id = d.partition_id
           order by array_position(array['installation', 'constituency', 'authority', 'devolved', 'division', 'ward',
             'branch', 'district'], a.kind), a.name"#
    )
    .fetch_all(scope.connection())
    .await?)
}
