//! People who were erased and stand in the party's next file: known by keyed hashes alone, and not taken in unseen.

use super::plan::Entry;
use crate::database::Scoped;
use crate::error::Error;
use crate::keys::{Key, Keys, Kind};
use crate::protection::suppress::Hashes;
use std::collections::HashSet;
use uuid::Uuid;

/// What remains of everybody erased: hashes by the key that made them.
#[derive(Default)]
pub struct Erased(Vec<(Key, Hashed)>);

#[derive(Default)]
struct Hashed {
    exact: HashSet<Vec<u8>>,
    loose: HashSet<Vec<u8>>,
}

/// How somebody in a file is like one who was erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Like {
    /// Name and postcode are theirs.
    Same,
    /// The name is, and the postcode is another or not known.
    Namesake,
}

impl Erased {
    /// Whether somebody new has the name of one who was erased.
    pub fn like(&self, entry: &Entry) -> Option<Like> {
        let of = |key| Hashes::of(key, &entry.name_key, &entry.surname, &entry.forename, &entry.postcode_key);
        let like = self.0.iter().filter_map(|(key, hashed)| {
            let hashes = of(key);
            let same = hashes.exact.is_some_and(|exact| hashed.exact.contains(&exact));
            same.then_some(Like::Same).or_else(|| hashed.loose.contains(&hashes.loose).then_some(Like::Namesake))
        });
        like.min_by_key(|like| *like != Like::Same)
    }
}

/// Everybody erased, ready to be compared with. Costs nothing where nobody was.
///
/// # Errors
/// [`Error::Refused`] when a key is missing: without it a file could bring back whom it must not.
pub async fn all(scope: &mut Scoped, keys: &Keys) -> Result<Erased, Error> {
    let rows = sqlx::query!(r#"select key_id as "key!", exact, loose as "loose!" from wall.erased_hashes()"#)
        .fetch_all(scope.connection())
        .await?;
    let mut all = Erased::default();
    for row in rows {
        let at = match all.0.iter().position(|(key, _)| key.id == row.key) {
            Some(at) => at,
            None => {
                all.0.push((keys.find(Kind::Suppression, &row.key)?, Hashed::default()));
                all.0.len() - 1
            }
        };
        let hashed = &mut all.0[at].1;
        hashed.exact.extend(row.exact);
        hashed.loose.insert(row.loose);
    }
    Ok(all)
}

/// Puts on record that these want no campaigning: they were erased, and their membership alone was taken in again.
///
/// # Errors
/// What the database says.
pub async fn stay_stopped(scope: &mut Scoped, people: &[Uuid]) -> Result<(), Error> {
    let account = scope.account();
    sqlx::query!(
        "insert into person_consent (consent_id, person_id, area_id, channel, given, wording, source, recorded_by)
         select gen_random_uuid(), p.person_id, p.area_id, c.channel, false,
           'They had themselves erased. Their membership was taken in again, and nothing else', 'erasure', $2
         from person p cross join unnest(array['email', 'text', 'phone', 'post']) c (channel) where p.person_id = any ($1)",
        people,
        account
    )
    .execute(scope.connection())
    .await?;
    Ok(())
}
