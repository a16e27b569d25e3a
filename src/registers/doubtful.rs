//! Pairs that may be one person: shown with both sides, decided by an organiser. Until then nothing is linked.

use crate::database::{Scoped, Seen};
use crate::electors::ElectorId;
use crate::error::Error;
use crate::web::paging::{self, Paging};
use chrono::NaiveDate;

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
    /// The register that the new entry came with.
    pub register: i64,
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

/// Whose pairs: of one register of an authority, or of every one in the area in use, whoever imported it.
#[derive(Debug, Clone, Copy)]
pub enum Of {
    /// A register, as (partition, register).
    Register(i32, i64),
    /// All of the area's, the newest register's first.
    Area,
}

impl Of {
    fn parts(self) -> (Option<i32>, Option<i64>) {
        match self {
            Of::Register(partition, register) => (Some(partition), Some(register)),
            Of::Area => (None, None),
        }
    }
}

/// How many pairs are open.
///
/// # Errors
/// What the database says.
pub async fn open_count(scope: &mut Scoped, of: Of) -> Result<i64, Error> {
    let (partition, register) = of.parts();
    Ok(sqlx::query_scalar!(
        r#"select count(*) as "n!" from doubtful_match
           where state = 'open' and ($1::integer is null or partition_id = $1) and ($2::bigint is null or register_id = $2)"#,
        partition,
        register
    )
    .fetch_one(scope.connection())
    .await?)
}

/// A page of open pairs, those of one home together.
///
/// # Errors
/// What the database says.
pub async fn open_pairs(scope: &mut Scoped, of: Of, paging: Paging) -> Result<Seen<Vec<Pair>>, Error> {
    let (partition, register) = of.parts();
    let rows =
        sqlx::query_file_as!(Row, "src/registers/sql/open_pairs.sql", partition, register, paging.skip(), paging::SIZE)
            .fetch_all(scope.connection())
            .await?;
    let pairs: Vec<Pair> = rows.into_iter().map(Row::pair).collect();
    let shown: Vec<_> = pairs.iter().flat_map(|p| [p.new.id, p.old.id]).map(|e| (e.partition, e.id)).collect();
    Ok(Seen::people(pairs, shown))
}

/// A pair as the database gives it.
struct Row {
    partition_id: i32,
    register_id: i64,
    why: String,
    new_id: i64,
    new_name: String,
    new_number: String,
    new_address: String,
    new_postcode: String,
    new_markers: String,
    new_attains: Option<NaiveDate>,
    new_answers: i64,
    old_id: i64,
    old_name: String,
    old_number: String,
    old_address: String,
    old_postcode: String,
    old_markers: String,
    old_attains: Option<NaiveDate>,
    old_answers: i64,
}

impl Row {
    fn pair(self) -> Pair {
        let id = |id| ElectorId { partition: self.partition_id, id };
        Pair {
            register: self.register_id,
            why: self.why,
            new: Person {
                id: id(self.new_id),
                name: self.new_name,
                number: self.new_number,
                address: self.new_address,
                postcode: self.new_postcode,
                markers: self.new_markers,
                attains_on: self.new_attains,
                answers: self.new_answers,
            },
            old: Person {
                id: id(self.old_id),
                name: self.old_name,
                number: self.old_number,
                address: self.old_address,
                postcode: self.old_postcode,
                markers: self.old_markers,
                attains_on: self.old_attains,
                answers: self.old_answers,
            },
        }
    }
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
