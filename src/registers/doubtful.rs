//! Pairs that may be one person: shown with both sides, decided by an organiser. Until then nothing is linked.

use crate::database::{Scoped, Seen};
use crate::electors::ElectorId;
use crate::error::Error;
use chrono::NaiveDate;

/// How many pairs a page shows.
pub const PAGE: i64 = 25;

/// One side of a pair.
#[derive(Debug, Clone)]
pub struct Person {
    /// Who.
    pub id: ElectorId,
    /// The name as pages show it.
    pub name: String,
    /// The number in the last register that named them.
    pub number: String,
    /// The home; empty without one.
    pub address: String,
    /// The postcode.
    pub postcode: String,
    /// Franchise markers.
    pub markers: String,
    /// The 18th birthday, of attainers.
    pub attains_on: Option<NaiveDate>,
    /// How many answers of theirs are kept.
    pub answers: i64,
}

/// A new entry and somebody held before.
#[derive(Debug, Clone)]
pub struct Pair {
    /// Why they may and may not be one person.
    pub why: String,
    /// The new entry.
    pub new: Person,
    /// Somebody held before, who has left otherwise.
    pub old: Person,
}

/// What an organiser says of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// One person: what was said moves to the new entry.
    Same,
    /// Two people: nothing moves.
    Different,
}

/// The newest register with open pairs in the area in use, whoever imported it.
///
/// # Errors
/// What the database says.
pub async fn newest_open(scope: &mut Scoped) -> Result<Option<(i32, i64)>, Error> {
    let found = sqlx::query!(
        "select partition_id, register_id from doubtful_match where state = 'open' order by register_id desc, partition_id limit 1"
    )
    .fetch_optional(scope.connection())
    .await?;
    Ok(found.map(|r| (r.partition_id, r.register_id)))
}

/// How many pairs of a register are open.
///
/// # Errors
/// What the database says.
pub async fn open_count(scope: &mut Scoped, partition: i32, register: i64) -> Result<i64, Error> {
    Ok(sqlx::query_scalar!(
        r#"select count(*) as "n!" from doubtful_match where partition_id = $1 and register_id = $2 and state = 'open'"#,
        partition,
        register
    )
    .fetch_one(scope.connection())
    .await?)
}

/// The next open pairs of a register, those of one home together.
///
/// # Errors
/// What the database says.
pub async fn open_pairs(scope: &mut Scoped, partition: i32, register: i64) -> Result<Seen<Vec<Pair>>, Error> {
    let rows = sqlx::query!(
        r#"with pairs as materialized (
             select m.elector_id, m.candidate_id, m.why from doubtful_match m
             where m.partition_id = $1 and m.register_id = $2 and m.state = 'open'
             order by m.elector_id, m.candidate_id limit $3
           ), sides as (
             select e.elector_id, e.name, coalesce(h.address, '') as address, coalesce(h.postcode, '') as postcode, e.markers,
               e.attains_on,
               (select d.letters || '-' || t.number || case when t.suffix > 0 then '/' || t.suffix else '' end
                from register_entry t join district d on d.area_no = t.area_no
                where t.partition_id = $1 and t.elector_id = e.elector_id order by t.register_id desc limit 1) as number,
               (select count(*) from result r where r.partition_id = $1 and r.elector_id = e.elector_id) as answers
             from elector e left join household h on h.partition_id = e.partition_id and h.household_id = e.household_id
             where e.partition_id = $1 and e.elector_id in (select elector_id from pairs union select candidate_id from pairs)
           )
           select p.why as "why!", n.elector_id as "new_id!", n.name as "new_name!", n.address as "new_address!",
             n.postcode as "new_postcode!", n.markers as "new_markers!", n.attains_on as "new_attains?",
             coalesce(n.number, '') as "new_number!", n.answers as "new_answers!",
             o.elector_id as "old_id!", o.name as "old_name!", o.address as "old_address!", o.postcode as "old_postcode!",
             o.markers as "old_markers!", o.attains_on as "old_attains?", coalesce(o.number, '') as "old_number!",
             o.answers as "old_answers!"
           from pairs p join sides n on n.elector_id = p.elector_id join sides o on o.elector_id = p.candidate_id
           order by n.address, n.elector_id, o.elector_id"#,
        partition,
        register,
        PAGE
    )
    .fetch_all(scope.connection())
    .await?;
    let seen: Vec<(i32, i64)> = rows.iter().flat_map(|r| [(partition, r.new_id), (partition, r.old_id)]).collect();
    let pairs = rows.into_iter().map(|r| Pair {
        why: r.why,
        new: Person {
            id: ElectorId { partition, id: r.new_id },
            name: r.new_name,
            number: r.new_number,
            address: r.new_address,
            postcode: r.new_postcode,
            markers: r.new_markers,
            attains_on: r.new_attains,
            answers: r.new_answers,
        },
        old: Person {
            id: ElectorId { partition, id: r.old_id },
            name: r.old_name,
            number: r.old_number,
            address: r.old_address,
            postcode: r.old_postcode,
            markers: r.old_markers,
            attains_on: r.old_attains,
            answers: r.old_answers,
        },
    });
    Ok(Seen::people(pairs.collect(), seen))
}

/// Decides a pair. `Same` moves answers, objections and entries of the one held before to the new entry; who was held
/// stays as left.
///
/// # Errors
/// [`Error::Conflict`] when it was decided already or is not this organiser's to decide.
pub async fn decide(
    scope: &mut Scoped,
    register: i64,
    new: ElectorId,
    old: ElectorId,
    verdict: Verdict,
) -> Result<(), Error> {
    let done = match verdict {
        Verdict::Same => {
            sqlx::query_scalar!(
                r#"select wall.same_person($1, $2, $3, $4) as "done!""#,
                new.partition,
                register,
                new.id,
                old.id
            )
            .fetch_one(scope.connection())
            .await?
        }
        Verdict::Different => {
            let account = scope.account();
            let changed = sqlx::query!(
                "update doubtful_match set state = 'different', decided_by = $5, decided_at = now()
                 where partition_id = $1 and register_id = $2 and elector_id = $3 and candidate_id = $4 and state = 'open'",
                new.partition,
                register,
                new.id,
                old.id,
                account
            )
            .execute(scope.connection())
            .await?;
            changed.rows_affected() == 1
        }
    };
    if done && new.partition == old.partition {
        return Ok(());
    }
    Err(Error::Conflict("This pair was decided already. Open the page again to see what is left".into()))
}
