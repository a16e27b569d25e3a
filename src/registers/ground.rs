//! Whose register a file is: its authority, and which of its districts are known, new, or renamed.

use crate::database::{Actor, Scoped};
use crate::error::Error;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// What an authority is called until somebody names it.
pub const UNNAMED: &str = "Unnamed authority";

/// A district of the file.
#[derive(Debug, Clone)]
pub struct FileDistrict {
    /// Its letters.
    pub letters: String,
    /// How many rows it has.
    pub rows: i64,
    /// The district here, when the letters are known.
    pub area_no: Option<i32>,
}

/// The authority and districts that an import is about.
#[derive(Debug, Clone)]
pub struct Ground {
    /// The authority's name.
    pub authority: String,
    /// Its partition; None when this is its first register.
    pub partition: Option<i32>,
    /// The districts of the authority that the importer may touch.
    pub reach: Vec<i32>,
    /// The districts of the file, by letters.
    pub districts: Vec<FileDistrict>,
    /// Whether any district of this authority was known before.
    pub known_place: bool,
    /// Whether the importer's grant covers districts to come.
    pub may_bring: bool,
}

impl Ground {
    /// Letters of the file that are new here.
    pub fn unknown(&self) -> BTreeSet<&str> {
        self.districts.iter().filter(|d| d.area_no.is_none()).map(|d| d.letters.as_str()).collect()
    }

    /// Fails when the file reaches beyond the importer's area.
    ///
    /// # Errors
    /// [`Error::Refused`], naming the districts.
    pub fn within_reach(&self) -> Result<(), Error> {
        let beyond = |d: &&FileDistrict| d.area_no.is_some_and(|a| !self.reach.contains(&a));
        let letters: Vec<&str> = self.districts.iter().filter(beyond).map(|d| d.letters.as_str()).collect();
        if letters.is_empty() {
            return Ok(());
        }
        Err(Error::Refused(format!(
            "This file holds districts outside your area ({}). Ask somebody whose grant covers them to import it",
            some(&letters)
        )))
    }
}

/// The first few of many, for a sentence.
pub fn some(letters: &[&str]) -> String {
    match letters.len() {
        0..=6 => letters.join(", "),
        n => format!("{} and {} more", letters[..5].join(", "), n - 5),
    }
}

/// Finds the ground of a file that was put aside. `wished` is the authority that its importer named, or empty.
///
/// # Errors
/// [`Error::Refused`] when the letters are those of several authorities and none was named.
pub async fn find(scope: &mut Scoped, import: Uuid, wished: &str) -> Result<Ground, Error> {
    let letters = sqlx::query!(
        r#"select letters, count(*) as "rows!" from import_row where import_id = $1 group by letters order by letters"#,
        import
    )
    .fetch_all(scope.connection())
    .await?;
    let names: Vec<String> = letters.iter().map(|l| l.letters.clone()).collect();
    let (authority, partition) = authority_of(scope, wished, &names).await?;
    let known = known_districts(scope, partition).await?;
    let reach = reach(scope, partition, known.values().copied().collect()).await?;
    let may_bring = may_bring(scope, partition).await?;
    let districts = letters.into_iter().map(|l| FileDistrict {
        area_no: known.get(&l.letters).copied(),
        letters: l.letters,
        rows: l.rows,
    });
    Ok(Ground {
        authority,
        partition,
        reach,
        districts: districts.collect(),
        known_place: !known.is_empty(),
        may_bring,
    })
}

/// The authority of these letters: the one named, else the one that knows them, else the only one, else a nameless one.
///
/// # Errors
/// [`Error::Refused`] when several know them equally well and none was named.
pub async fn authority_of(
    scope: &mut Scoped,
    wished: &str,
    letters: &[String],
) -> Result<(String, Option<i32>), Error> {
    let known = sqlx::query!(
        r#"select a.partition_id, a.name, count(d.area_no) filter (where d.letters = any($1)) as "shared!"
           from authority a left join district d using (partition_id) group by a.partition_id, a.name
           order by 3 desc, a.partition_id"#,
        letters
    )
    .fetch_all(scope.connection())
    .await?;
    let wished = wished.trim();
    if !wished.is_empty() {
        let named = known.iter().find(|a| a.name.to_lowercase() == wished.to_lowercase());
        let nameless = known.iter().find(|a| a.name == UNNAMED && a.shared > 0);
        return Ok(match (named, nameless) {
            (Some(a), _) => (a.name.clone(), Some(a.partition_id)),
            (None, Some(a)) => (wished.to_owned(), Some(a.partition_id)),
            (None, None) => (wished.to_owned(), None),
        });
    }
    match known.as_slice() {
        [] => Ok((UNNAMED.into(), None)),
        [only] => Ok((only.name.clone(), Some(only.partition_id))),
        [first, second, ..] if first.shared > 0 && first.shared == second.shared => Err(Error::Refused(format!(
            "{} and {} both use these district letters. Say whose register this is by naming the authority",
            first.name, second.name
        ))),
        [first, ..] if first.shared > 0 => Ok((first.name.clone(), Some(first.partition_id))),
        _ => Ok((UNNAMED.into(), known.iter().find(|a| a.name == UNNAMED).map(|a| a.partition_id))),
    }
}

/// Whether an authority came without a name and has none yet.
///
/// # Errors
/// What the database says.
pub async fn is_unnamed(scope: &mut Scoped, partition: Option<i32>) -> Result<bool, Error> {
    Ok(sqlx::query_scalar!(
        r#"select exists (select from authority where partition_id = $1 and name = $2) as "is!""#,
        partition,
        UNNAMED
    )
    .fetch_one(scope.connection())
    .await?)
}

/// The names of the authorities that are known, for a choice.
///
/// # Errors
/// What the database says.
pub async fn authorities(scope: &mut Scoped) -> Result<Vec<String>, Error> {
    Ok(sqlx::query_scalar!("select name from authority order by name").fetch_all(scope.connection()).await?)
}

async fn known_districts(scope: &mut Scoped, partition: Option<i32>) -> Result<BTreeMap<String, i32>, Error> {
    let rows = sqlx::query!("select letters, area_no from district where partition_id = $1", partition)
        .fetch_all(scope.connection())
        .await?;
    Ok(rows.into_iter().map(|d| (d.letters, d.area_no)).collect())
}

/// The operator reaches all of an authority, an organiser what their area holds of it.
async fn reach(scope: &mut Scoped, partition: Option<i32>, all: Vec<i32>) -> Result<Vec<i32>, Error> {
    if partition.is_none() || scope.account().is_none() {
        return Ok(all);
    }
    let mine =
        sqlx::query_scalar!(r#"select wall.areas() as "areas!: Vec<i32>""#).fetch_one(scope.connection()).await?;
    Ok(all.into_iter().filter(|a| mine.contains(a)).collect())
}

async fn may_bring(scope: &mut Scoped, partition: Option<i32>) -> Result<bool, Error> {
    let Actor::Session { area, .. } = *scope.actor() else {
        return Ok(true);
    };
    Ok(sqlx::query_scalar!(
        r#"select kind = 'installation' or (kind = 'authority' and coalesce(partition_id = $2, false)) as "may!"
           from area where area_id = $1"#,
        area,
        partition
    )
    .fetch_one(scope.connection())
    .await?)
}
