//! Keyed hashes of people: what remains of somebody who was erased, and what lets a word to stop outlive every record.
//!
//! The exact one is of the whole folded name and the postcode; the loose one of surname and first forename alone, which
//! only ever asks a person. Hashes are made here and not in the database, which never holds their key.

use super::Subject;
use crate::database::Scoped;
use crate::electors::ElectorId;
use crate::electors::folding::fold;
use crate::error::Error;
use crate::keys::{Key, Keys, Kind};
use futures_util::TryStreamExt;
use std::collections::HashMap;
use uuid::Uuid;

/// A person's two hashes under one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hashes {
    /// Of name and postcode; none without a postcode.
    pub exact: Option<Vec<u8>>,
    /// Of the name alone.
    pub loose: Vec<u8>,
}

impl Hashes {
    /// Of a person as the register writes them.
    pub fn of(key: &Key, name_key: &str, surname: &str, forenames: &str, postcode_key: &str) -> Self {
        let first = fold(forenames).split(' ').next().unwrap_or_default().to_owned();
        let exact = (!postcode_key.is_empty()).then(|| key.keyed_hash(&format!("exact\n{name_key}\n{postcode_key}")));
        Hashes { exact, loose: key.keyed_hash(&format!("loose\n{}\n{first}", fold(surname))) }
    }
}

/// The hashes of somebody held, under the newest key, and that key's id.
///
/// # Errors
/// [`Error::NotFound`] when there is nobody of this record; [`Error::Refused`] when the key cannot be read.
pub async fn of_elector(scope: &mut Scoped, keys: &Keys, id: ElectorId) -> Result<(String, Hashes), Error> {
    let key = keys.newest(Kind::Suppression)?;
    let person = sqlx::query!(
        r#"select e.name_key, e.surname, e.forenames, coalesce(h.postcode_key, '') as "postcode!"
           from elector e left join household h on h.partition_id = e.partition_id and h.household_id = e.household_id
           where e.partition_id = $1 and e.elector_id = $2 and e.erased_at is null"#,
        id.partition,
        id.id
    )
    .fetch_optional(scope.connection())
    .await?
    .ok_or(Error::NotFound)?;
    let hashes = Hashes::of(&key, &person.name_key, &person.surname, &person.forenames, &person.postcode);
    Ok((key.id, hashes))
}

/// The hashes of somebody of Organise; none of who has no name.
///
/// # Errors
/// [`Error::Refused`] when the key cannot be read.
pub async fn of_person(scope: &mut Scoped, keys: &Keys, id: Uuid) -> Result<Option<(String, Hashes)>, Error> {
    let key = keys.newest(Kind::Suppression)?;
    let person = sqlx::query!(
        r#"select p.name_key, p.surname, p.forename, coalesce(c.postcode_key, '') as "postcode!"
           from person p left join person_contact c using (person_id) where p.person_id = $1 and p.name_key <> ''"#,
        id
    )
    .fetch_optional(scope.connection())
    .await?;
    Ok(person.map(|p| {
        let hashes = Hashes::of(&key, &p.name_key, &p.surname, &p.forename, &p.postcode);
        (key.id, hashes)
    }))
}

/// Keeps the hashes of what stands of somebody's words to stop, so that it outlives their record.
///
/// # Errors
/// As [`of_elector`].
pub async fn keep(scope: &mut Scoped, keys: &Keys, id: ElectorId) -> Result<(), Error> {
    let (key, hashes) = of_elector(scope, keys, id).await?;
    sqlx::query!(
        "select wall.keep_suppression($1, $2, $3, $4, $5)",
        id.partition,
        id.id,
        key,
        hashes.exact,
        hashes.loose
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}

/// A suppression that an import compares its people with.
struct Held {
    id: Uuid,
    /// The record that it is of, while there is one: nobody is compared with themselves.
    of: Option<ElectorId>,
}

/// Hashes by the key that made them.
#[derive(Default)]
struct Index {
    exact: HashMap<Vec<u8>, Vec<usize>>,
    loose: HashMap<Vec<u8>, Vec<usize>>,
}

/// Everybody suppressed, ready to be compared with.
struct Suppressed {
    held: Vec<Held>,
    by_key: Vec<(Key, Index)>,
}

/// One new person who has the hashes of somebody suppressed.
struct Match {
    elector: i64,
    suppression: Uuid,
    certain: bool,
}

/// Of the people who are new with an import: holds back those who are suppressed, and asks a person about namesakes. Costs
/// nothing where nobody is suppressed.
///
/// # Errors
/// [`Error::Refused`] when a key is missing: without it an import could bring back whom it must not.
pub async fn hold_back(scope: &mut Scoped, keys: &Keys, import: Uuid, partition: i32) -> Result<(), Error> {
    let suppressed = suppressed(scope, keys).await?;
    if suppressed.held.is_empty() {
        return Ok(());
    }
    let mut matches = Vec::new();
    let mut rows = sqlx::query!(
        "select elector_id, name_key, surname, forenames, postcode_key from import_row
         where import_id = $1 and step is null and kind <> 'anonymous' and name_key <> ''",
        import
    )
    .fetch(scope.connection());
    while let Some(row) = rows.try_next().await? {
        let of = ElectorId { partition, id: row.elector_id };
        suppressed.compare(of, &row.name_key, &row.surname, &row.forenames, &row.postcode_key, &mut matches);
    }
    drop(rows);
    sqlx::query!(
        "select wall.hold_back($1, $2, $3, $4)",
        partition,
        &matches.iter().map(|m| m.elector).collect::<Vec<_>>(),
        &matches.iter().map(|m| m.suppression).collect::<Vec<_>>(),
        &matches.iter().map(|m| m.certain).collect::<Vec<_>>()
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}

async fn suppressed(scope: &mut Scoped, keys: &Keys) -> Result<Suppressed, Error> {
    let rows = sqlx::query!(
        r#"select suppression_id as "id!", key_id as "key!", exact, loose as "loose!", partition_id, elector_id
           from wall.suppressions()"#
    )
    .fetch_all(scope.connection())
    .await?;
    let mut all = Suppressed { held: Vec::with_capacity(rows.len()), by_key: Vec::new() };
    for row in rows {
        let place = all.held.len();
        let of = row.partition_id.zip(row.elector_id).map(|(partition, id)| ElectorId { partition, id });
        all.held.push(Held { id: row.id, of });
        let index = match all.by_key.iter().position(|(key, _)| key.id == row.key) {
            Some(index) => index,
            None => {
                all.by_key.push((keys.find(Kind::Suppression, &row.key)?, Index::default()));
                all.by_key.len() - 1
            }
        };
        let index = &mut all.by_key[index].1;
        if let Some(exact) = row.exact {
            index.exact.entry(exact).or_default().push(place);
        }
        index.loose.entry(row.loose).or_default().push(place);
    }
    Ok(all)
}

impl Suppressed {
    fn compare(
        &self,
        of: ElectorId,
        name: &str,
        surname: &str,
        forenames: &str,
        postcode: &str,
        found: &mut Vec<Match>,
    ) {
        for (key, index) in &self.by_key {
            let hashes = Hashes::of(key, name, surname, forenames, postcode);
            let certain = hashes.exact.and_then(|h| index.exact.get(&h)).map(Vec::as_slice).unwrap_or_default();
            let doubtful = index.loose.get(&hashes.loose).map(Vec::as_slice).unwrap_or_default();
            let doubtful = doubtful.iter().filter(|place| !certain.contains(place)).map(|place| (place, false));
            for (place, certain) in certain.iter().map(|place| (place, true)).chain(doubtful) {
                let held = &self.held[*place];
                if held.of != Some(of) {
                    found.push(Match { elector: of.id, suppression: held.id, certain });
                }
            }
        }
    }
}

/// Somebody who may be one that is suppressed: the same name, another postcode.
#[derive(Debug, Clone)]
pub struct Doubt {
    /// Who came with a register.
    pub elector: ElectorId,
    /// The suppression.
    pub suppression: Uuid,
    /// Their name.
    pub name: String,
    /// Their home.
    pub address: String,
    /// Whether the other was erased; else they asked to stop something.
    pub erased: bool,
    /// When the other asked.
    pub made_on: chrono::NaiveDate,
}

/// Those who wait for a person's word. On record by the function that reads them.
///
/// # Errors
/// What the database says.
pub async fn doubts(scope: &mut Scoped) -> Result<Vec<Doubt>, Error> {
    let operator = scope.operator_id();
    let rows = sqlx::query!(
        r#"select partition_id as "partition!", elector_id as "elector!", suppression_id as "suppression!", name as "name!",
             address as "address!", erased as "erased!", made_on as "made_on!" from wall.suppression_doubts($1)"#,
        operator
    )
    .fetch_all(scope.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| Doubt {
            elector: ElectorId { partition: r.partition, id: r.elector },
            suppression: r.suppression,
            name: r.name,
            address: r.address,
            erased: r.erased,
            made_on: r.made_on,
        })
        .collect())
}

/// How many wait, without looking at anybody.
///
/// # Errors
/// What the database says.
pub async fn waiting(scope: &mut Scoped) -> Result<i64, Error> {
    Ok(sqlx::query_scalar!(r#"select count(*) as "n!" from suppression_doubt where state = 'open'"#)
        .fetch_one(scope.connection())
        .await?)
}

/// Says whether they are the same person. Another person is held back no longer. False: somebody else decided first.
///
/// # Errors
/// What the database says.
pub async fn decide(scope: &mut Scoped, elector: ElectorId, suppression: Uuid, same: bool) -> Result<bool, Error> {
    let operator = scope.operator_id();
    Ok(sqlx::query_scalar!(
        r#"select wall.decide_doubt($1, $2, $3, $4, $5) as "decided!""#,
        elector.partition,
        elector.id,
        suppression,
        same,
        operator
    )
    .fetch_one(scope.connection())
    .await?)
}

/// The elector that a subject is, for what only electors have.
///
/// # Errors
/// [`Error::NotFound`] of an account.
pub fn elector_of(subject: Subject) -> Result<ElectorId, Error> {
    match subject {
        Subject::Elector(id) => Ok(id),
        Subject::Account(_) | Subject::Person(_) | Subject::Offer(_) => Err(Error::NotFound),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_person_has_the_same_hashes_and_another_key_gives_others() {
        let data = tempfile::tempdir().unwrap();
        let keys = Keys::of(data.path());
        let key = keys.newest(Kind::Suppression).unwrap();
        let one = Hashes::of(&key, "o neill sian mary", "O’Neill", "Siân Mary", "zz14qx");
        assert_eq!(one, Hashes::of(&key, "o neill sian mary", "O'Neill", "Sian Mary", "zz14qx"));
        let moved = Hashes::of(&key, "o neill sian", "O'Neill", "Sian", "zz14qy");
        assert_ne!(one.exact, moved.exact);
        assert_eq!(one.loose, moved.loose, "a person is asked, be there a middle name or not");
        assert_ne!(
            one,
            Hashes::of(&keys.rotate(Kind::Suppression).unwrap(), "o neill sian mary", "O’Neill", "Siân Mary", "zz14qx")
        );
        assert_eq!(Hashes::of(&key, "a b", "A", "B", "").exact, None);
    }
}
