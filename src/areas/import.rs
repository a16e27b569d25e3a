//! A list of polling districts with their wards and constituencies, as a CSV file. The same file twice changes nothing.

use super::is_gss;
use super::store::set_districts;
use crate::database::Scoped;
use crate::error::Error;
use crate::registers::ground;
use crate::registers::number::District;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

/// What a file holds, read whole: an authority has hundreds of districts, not millions.
#[derive(Debug, Default)]
pub struct AreaFile {
    /// Letters and name of each district.
    districts: BTreeMap<String, String>,
    /// Wards and constituencies, by kind, GSS code and name, with the letters they are made of.
    areas: BTreeMap<(&'static str, String), Group>,
}

#[derive(Debug, Default)]
struct Group {
    name: String,
    letters: BTreeSet<String>,
}

/// How much of it there was.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Imported {
    /// The authority.
    pub authority: String,
    /// Districts of the file.
    pub districts: usize,
    /// Wards.
    pub wards: usize,
    /// Constituencies.
    pub constituencies: usize,
}

impl AreaFile {
    /// Reads the file: a header with at least `polling district code`, then a row a district.
    ///
    /// # Errors
    /// [`Error::Refused`], with the line.
    pub fn read(input: impl Read) -> Result<Self, Error> {
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(input);
        let header = reader.byte_headers().map_err(unreadable)?.clone();
        let names: Vec<String> = header.iter().map(folded).collect();
        let column = |name: &str| names.iter().position(|n| n == name);
        let Some(letters) = column("pollingdistrictcode").or_else(|| column("pollingdistrict")) else {
            return Err(Error::Refused(
                "This is no list of areas: its first line names no column “polling district code”. Others may be name, ward gss, \
                 ward name, constituency gss, constituency name"
                    .into(),
            ));
        };
        let columns = [
            column("name"),
            column("wardgss"),
            column("wardname"),
            column("constituencygss"),
            column("constituencyname"),
        ];
        let mut file = AreaFile::default();
        for (row, record) in reader.byte_records().enumerate() {
            let record = record.map_err(unreadable)?;
            let cell = |at: Option<usize>| at.and_then(|at| record.get(at)).map(text).unwrap_or_default();
            let given = cell(Some(letters));
            if given.is_empty() && record.iter().all(|c| c.is_empty()) {
                continue;
            }
            let district = District::try_from(given.as_str())
                .map_err(|e| Error::Refused(format!("Line {}: {e}", row + 2)))?
                .to_string();
            file.districts.insert(district.clone(), cell(columns[0]));
            file.add("ward", &cell(columns[1]), cell(columns[2]), &district, row + 2)?;
            file.add("constituency", &cell(columns[3]), cell(columns[4]), &district, row + 2)?;
        }
        if file.districts.is_empty() {
            return Err(Error::Refused("This list has a header and no districts".into()));
        }
        Ok(file)
    }

    fn add(&mut self, kind: &'static str, gss: &str, name: String, letters: &str, line: usize) -> Result<(), Error> {
        let gss = gss.to_uppercase();
        if gss.is_empty() && name.is_empty() {
            return Ok(());
        }
        if !gss.is_empty() && !is_gss(&gss) {
            return Err(Error::Refused(format!(
                "Line {line}: a GSS code is a letter and eight figures, for example E05000001"
            )));
        }
        let key = if gss.is_empty() { name.clone() } else { gss.clone() };
        let group = self.areas.entry((kind, key)).or_default();
        group.name = if name.is_empty() { gss } else { name };
        group.letters.insert(letters.to_owned());
        Ok(())
    }

    /// Brings the file's districts, names and areas into the house. Districts it does not name stay as they are.
    ///
    /// # Errors
    /// [`Error::Refused`] when the letters are those of several authorities; what the database says.
    pub async fn apply(&self, scope: &mut Scoped) -> Result<Imported, Error> {
        let letters: Vec<String> = self.districts.keys().cloned().collect();
        let names: Vec<String> = self.districts.values().cloned().collect();
        let (authority, _) = ground::authority_of(scope, "", &letters).await?;
        let partition = sqlx::query_scalar!(r#"select wall.add_districts($1, $2) as "p!""#, authority, &letters)
            .fetch_one(scope.connection())
            .await?;
        sqlx::query!(
            "update district d set name = n.name from unnest($2::text[], $3::text[]) n (letters, name)
             where d.partition_id = $1 and d.letters = n.letters and n.name <> '' and d.name <> n.name",
            partition,
            &letters,
            &names
        )
        .execute(scope.connection())
        .await?;
        for ((kind, key), group) in &self.areas {
            self.place(scope, partition, kind, key, group).await?;
        }
        let count = |kind: &str| self.areas.keys().filter(|(k, _)| *k == kind).count();
        Ok(Imported {
            authority,
            districts: self.districts.len(),
            wards: count("ward"),
            constituencies: count("constituency"),
        })
    }

    /// One ward or constituency: the file decides about the districts it names, and about no others.
    async fn place(
        &self,
        scope: &mut Scoped,
        partition: i32,
        kind: &str,
        key: &str,
        group: &Group,
    ) -> Result<(), Error> {
        let id = area(scope, partition, kind, key, &group.name).await?;
        let named: Vec<String> = self.districts.keys().cloned().collect();
        let letters: Vec<String> = group.letters.iter().cloned().collect();
        let districts = sqlx::query_scalar!(
            r#"select area_no as "n!" from district where partition_id = $1 and letters = any($2)
               union
               select ad.area_no from area_district ad left join district d on d.area_no = ad.area_no and d.partition_id = $1
               where ad.area_id = $4 and ad.until_date > current_date and (d.letters is null or d.letters <> all($3))"#,
            partition,
            &letters,
            &named,
            id
        )
        .fetch_all(scope.connection())
        .await?;
        set_districts(scope, id, &districts).await
    }
}

/// Without a code an area is known by its name, and only among the authority's own: two councils may each have a Central
/// ward, and whoever holds one of them is not to get the other.
async fn area(scope: &mut Scoped, partition: i32, kind: &str, key: &str, name: &str) -> Result<i64, Error> {
    let known = sqlx::query_scalar!(
        "select a.area_id from area a
         where a.gss_code = $2 or (a.kind = $1 and a.gss_code is null and a.name = $2
           and not exists (select from area_district ad join district d using (area_no)
             where ad.area_id = a.area_id and ad.until_date > current_date and d.partition_id <> $3))
         order by a.gss_code nulls last, a.area_id limit 1",
        kind,
        key,
        partition
    )
    .fetch_optional(scope.connection())
    .await?;
    if let Some(id) = known {
        sqlx::query!("update area set name = $2 where area_id = $1 and name <> $2", id, name)
            .execute(scope.connection())
            .await?;
        return Ok(id);
    }
    let gss = Some(key).filter(|key| is_gss(key));
    Ok(sqlx::query_scalar!(
        "insert into area (kind, name, gss_code) values ($1, $2, $3) returning area_id",
        kind,
        name,
        gss
    )
    .fetch_one(scope.connection())
    .await?)
}

fn folded(cell: &[u8]) -> String {
    cell.iter().filter(|b| b.is_ascii_alphanumeric()).map(|b| char::from(b.to_ascii_lowercase())).collect()
}

fn text(cell: &[u8]) -> String {
    let text = match std::str::from_utf8(cell) {
        Ok(text) => text.into(),
        Err(_) => encoding_rs::WINDOWS_1252.decode(cell).0,
    };
    let clean = crate::electors::folding::clean(&text);
    clean.chars().take(200).collect()
}

fn unreadable(error: csv::Error) -> Error {
    match error.position() {
        Some(at) => Error::Refused(format!("Line {} of this list cannot be read as CSV", at.line())),
        None => Error::Refused("This list cannot be read as CSV".into()),
    }
}
