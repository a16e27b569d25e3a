//! Kept selections: named, shared inside their area, in versions that never change.

use super::count::count;
use super::{Counts, Selection};
use crate::access::text;
use crate::database::Scoped;
use crate::error::Error;
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// The longest name.
pub const LONGEST_NAME: usize = 120;
/// The most kept selections of an area that its page shows.
pub const MOST_SHOWN: i64 = 500;
/// The most versions of one that its page shows.
const MOST_VERSIONS: i64 = 200;

/// A kept selection, as one of its versions stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saved {
    /// Which.
    pub id: Uuid,
    /// The version.
    pub version: i32,
    /// The newest version.
    pub newest: i32,
    /// What this version is called.
    pub name: String,
    /// Whose it is: whoever organises an area around it shares it.
    pub area: i64,
    /// What that is called.
    pub area_name: String,
    /// Who made this version.
    pub made_name: String,
    /// When.
    pub changed_at: DateTime<Utc>,
    /// How many doors it was when it was kept.
    pub doors: i32,
    /// How many electors it was when it was kept.
    pub electors: i32,
    /// When it was taken away.
    pub ended_at: Option<DateTime<Utc>>,
}

/// A row of the database, before its rules are read.
struct Line {
    id: Uuid,
    version: i32,
    newest: i32,
    name: String,
    area: i64,
    area_name: String,
    made_name: String,
    changed_at: DateTime<Utc>,
    doors: i32,
    electors: i32,
    ended_at: Option<DateTime<Utc>>,
    /// None where they were not asked for.
    rules: Option<serde_json::Value>,
}

impl Line {
    /// What is kept, and its rules as far as they are read.
    fn split(self) -> (Saved, Option<Selection>) {
        let selection = self.rules.and_then(|rules| serde_json::from_value(rules).ok());
        let saved = Saved {
            id: self.id,
            version: self.version,
            newest: self.newest,
            name: self.name,
            area: self.area,
            area_name: self.area_name,
            made_name: self.made_name,
            changed_at: self.changed_at,
            doors: self.doors,
            electors: self.electors,
            ended_at: self.ended_at,
        };
        (saved, selection)
    }

    fn read(self) -> Result<(Saved, Selection), Error> {
        let (saved, selection) = self.split();
        let selection = selection.ok_or_else(|| {
            Error::Conflict("These rules were kept in a way that is not read any more. Make the selection anew".into())
        })?;
        Ok((saved, selection))
    }
}

/// Which lines are read.
#[derive(Debug, Clone, Copy, Default)]
struct Asked {
    /// Of one selection; None: of each that is kept, by name.
    id: Option<Uuid>,
    /// This version, at any time; None: the newest while it is kept.
    version: Option<i32>,
    /// Every version of it, at any time, the newest first.
    every: bool,
    /// With their rules.
    rules: bool,
    most: i64,
}

async fn lines(scope: &mut Scoped, asked: Asked) -> Result<Vec<Line>, Error> {
    Ok(sqlx::query_as!(
        Line,
        r#"select s.selection_id as id, v.version, s.version as newest, v.name, s.area_id as area, a.name as area_name,
             coalesce(n.name, 'the operator') as "made_name!", v.made_at as changed_at, v.doors, v.electors,
             s.ended_at as "ended_at?", case when $4::boolean then v.rules end as "rules?"
           from selection s
           join selection_version v on v.selection_id = s.selection_id
             and ($3::boolean or v.version = coalesce($2::integer, s.version))
           join area a on a.area_id = s.area_id
           left join lateral wall.names(array[v.made_by]) n on true
           where ($1::uuid is null or s.selection_id = $1)
             and ($3::boolean or $2::integer is not null or s.ended_at is null)
           order by case when $1::uuid is null then lower(v.name) end, s.selection_id, v.version desc limit $5"#,
        asked.id,
        asked.version,
        asked.every,
        asked.rules,
        asked.most
    )
    .fetch_all(scope.connection())
    .await?)
}

/// The kept selections of the area in use and of the areas inside it, by name, for a form to choose one of: their rules are not read. Of
/// one that cannot be read any more [`one`] says so.
///
/// # Errors
/// What the database says.
pub async fn saved(scope: &mut Scoped) -> Result<Vec<Saved>, Error> {
    let lines = lines(scope, Asked { most: MOST_SHOWN, ..Asked::default() }).await?;
    Ok(lines.into_iter().map(|line| line.split().0).collect())
}

/// The same with their rules, so that each can be said in words; None for one whose rules are not read any more.
///
/// # Errors
/// What the database says.
pub async fn saved_with_rules(scope: &mut Scoped) -> Result<Vec<(Saved, Option<Selection>)>, Error> {
    let lines = lines(scope, Asked { rules: true, most: MOST_SHOWN, ..Asked::default() }).await?;
    Ok(lines.into_iter().map(Line::split).collect())
}

/// One of them with its rules: the newest version while it is kept, or a version of it at any time.
///
/// # Errors
/// [`Error::NotFound`] when it is not there or elsewhere; [`Error::Conflict`] when its rules cannot be read any more.
pub async fn one(scope: &mut Scoped, id: Uuid, version: Option<i32>) -> Result<(Saved, Selection), Error> {
    line(scope, id, version).await?.read()
}

/// The newest version of one that is kept, with its rules as far as they are read: who takes it away need not read them.
///
/// # Errors
/// [`Error::NotFound`] when it is not there or elsewhere.
pub async fn to_end(scope: &mut Scoped, id: Uuid) -> Result<(Saved, Option<Selection>), Error> {
    Ok(line(scope, id, None).await?.split())
}

async fn line(scope: &mut Scoped, id: Uuid, version: Option<i32>) -> Result<Line, Error> {
    let asked = Asked { id: Some(id), version, every: false, rules: true, most: 1 };
    lines(scope, asked).await?.pop().ok_or(Error::NotFound)
}

/// Every version of one, the newest first.
///
/// # Errors
/// What the database says.
pub async fn versions(scope: &mut Scoped, id: Uuid) -> Result<Vec<(Saved, Selection)>, Error> {
    let asked = Asked { id: Some(id), version: None, every: true, rules: true, most: MOST_VERSIONS };
    let lines = lines(scope, asked).await?;
    Ok(lines.into_iter().filter_map(|line| line.read().ok()).collect())
}

/// Keeps a new selection of an area; answers its id.
///
/// # Errors
/// [`Error::Invalid`] on `name` or `rules`; [`Error::Forbidden`] for an area outside the one in use.
pub async fn keep(scope: &mut Scoped, area: i64, name: &str, selection: &Selection) -> Result<Uuid, Error> {
    let name = readable(name)?;
    let counts = count(scope, selection).await?;
    let (id, account) = (Uuid::now_v7(), scope.account());
    let added = sqlx::query!(
        "insert into selection (selection_id, area_id, name, made_by) values ($1, $2, $3, $4) on conflict do nothing",
        id,
        area,
        name,
        account
    )
    .execute(scope.connection())
    .await
    .map_err(not_here)?;
    if added.rows_affected() == 0 {
        return Err(taken());
    }
    add_version(scope, id, 1, &name, selection, counts).await?;
    Ok(id)
}

/// Keeps a changed selection as its next version, unless somebody else changed it since `drawn` was shown; answers the version.
///
/// # Errors
/// [`Error::Conflict`] when it was changed meanwhile, [`Error::NotFound`] when it is gone, [`Error::Invalid`] on `name` or `rules`.
pub async fn change(scope: &mut Scoped, id: Uuid, drawn: i32, name: &str, selection: &Selection) -> Result<i32, Error> {
    let name = readable(name)?;
    let counts = count(scope, selection).await?;
    let version = sqlx::query_scalar!(
        "update selection set version = version + 1, name = $3
         where selection_id = $1 and version = $2 and ended_at is null returning version",
        id,
        drawn,
        name
    )
    .fetch_optional(scope.connection())
    .await
    .map_err(|e| if e.as_database_error().is_some_and(|d| d.is_unique_violation()) { taken() } else { e.into() })?;
    let version = match version {
        Some(version) => version,
        None => return Err(changed(scope, id).await?),
    };
    add_version(scope, id, version, &name, selection, counts).await?;
    Ok(version)
}

/// Takes a selection off the page. What was made from it goes on naming its versions.
///
/// # Errors
/// As [`change`].
pub async fn end(scope: &mut Scoped, id: Uuid, drawn: i32) -> Result<(), Error> {
    let account = scope.account();
    let ended = sqlx::query!(
        "update selection set ended_at = statement_timestamp(), ended_by = $3
         where selection_id = $1 and version = $2 and ended_at is null",
        id,
        drawn,
        account
    )
    .execute(scope.connection())
    .await?;
    if ended.rows_affected() == 0 {
        return Err(changed(scope, id).await?);
    }
    Ok(())
}

/// Keeps a version of a selection as a new one of this name in the area given; answers its id.
///
/// # Errors
/// As [`one`] and [`keep`].
pub async fn copy(scope: &mut Scoped, id: Uuid, version: i32, area: i64, name: &str) -> Result<Uuid, Error> {
    let (_, selection) = one(scope, id, Some(version)).await?;
    keep(scope, area, name, &selection).await
}

async fn add_version(
    scope: &mut Scoped,
    id: Uuid,
    version: i32,
    name: &str,
    selection: &Selection,
    counts: Counts,
) -> Result<(), Error> {
    let rules = serde_json::to_value(selection).map_err(Error::internal)?;
    let whole = |n: i64| i32::try_from(n).unwrap_or(i32::MAX);
    let account = scope.account();
    sqlx::query!(
        "insert into selection_version (selection_id, version, name, rules, doors, electors, made_by)
         values ($1, $2, $3, $4, $5, $6, $7)",
        id,
        version,
        name,
        rules,
        whole(counts.doors),
        whole(counts.electors),
        account
    )
    .execute(scope.connection())
    .await
    .map_err(|e| match e.as_database_error() {
        Some(d) if d.is_check_violation() => {
            Error::field("rules", "This is too much to keep. Name fewer streets or areas")
        }
        _ => e.into(),
    })?;
    Ok(())
}

/// A name on one line.
///
/// # Errors
/// [`Error::Invalid`] on `name` for none, or a longer one than is kept.
pub(super) fn readable(name: &str) -> Result<String, Error> {
    let one_line = name.split_whitespace().collect::<Vec<_>>().join(" ");
    text("name", &one_line, LONGEST_NAME, "Give the selection a name, so that others know what it is for")
}

fn taken() -> Error {
    Error::field("name", "Another selection of this area has this name. Choose another")
}

/// The area is outside the one in use: the wall says no to the row.
fn not_here(error: sqlx::Error) -> Error {
    match error.as_database_error().is_some_and(|d| d.code().as_deref() == Some("42501")) {
        true => Error::Forbidden("You can keep selections of your own area alone"),
        false => error.into(),
    }
}

/// Why nothing was changed.
async fn changed(scope: &mut Scoped, id: Uuid) -> Result<Error, Error> {
    let there = sqlx::query_scalar!(
        r#"select exists (select from selection where selection_id = $1 and ended_at is null) as "there!""#,
        id
    )
    .fetch_one(scope.connection())
    .await?;
    Ok(match there {
        true => Error::Conflict(
            "Somebody changed this selection while you had it open. Open it again to see what they did, or keep yours under another \
             name"
                .into(),
        ),
        false => Error::NotFound,
    })
}
