//! The invented people of an export. Over the door's login: whoever asked for the export must not be able to read, by any
//! statement of their own, which of its lines they are.

use crate::database::{Credential, Database};
use crate::electors::ElectorId;
use crate::error::Error;

/// Somebody invented.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invented {
    /// What they are called.
    pub called: String,
    /// The surname, as the register would spell it.
    pub family: String,
    /// The forenames, likewise.
    pub given: String,
    /// Where they live, without the postcode.
    pub lives: String,
    /// Their elector number; may be empty.
    pub number: String,
    /// Beside whose line theirs stands.
    pub beside: ElectorId,
}

/// Somebody invented, with the keys by which it is found out that nobody is called and lives so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// As they would stand in the file.
    pub invented: Invented,
    /// The folded name, surname first.
    pub name_key: String,
    /// The home's key, as the register's.
    pub home_key: String,
}

/// The invented people of this session's own export: at the first fetch the first of these candidates that are nobody on the
/// register, afterwards the same ones.
///
/// # Errors
/// What the database says; an export of somebody else's is refused.
pub async fn canaries(
    database: &Database,
    credential: &Credential,
    export: i64,
    candidates: &[Candidate],
) -> Result<Vec<Invented>, Error> {
    let column = |of: &dyn Fn(&Candidate) -> &str| candidates.iter().map(|c| of(c).to_owned()).collect::<Vec<_>>();
    let partitions: Vec<i32> = candidates.iter().map(|c| c.invented.beside.partition).collect();
    let besides: Vec<i64> = candidates.iter().map(|c| c.invented.beside.id).collect();
    let rows = sqlx::query!(
        r#"select called as "called!", family as "family!", given as "given!", lives as "lives!", number as "number!", beside_partition as "partition!", beside as "beside!"
           from wall.export_canaries($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"#,
        credential.as_hex(),
        export,
        &column(&|c| &c.invented.called),
        &column(&|c| &c.invented.family),
        &column(&|c| &c.invented.given),
        &column(&|c| &c.name_key),
        &column(&|c| &c.invented.lives),
        &column(&|c| &c.home_key),
        &column(&|c| &c.invented.number),
        &partitions,
        &besides
    )
    .fetch_all(database.door())
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| Invented {
            called: r.called,
            family: r.family,
            given: r.given,
            lives: r.lives,
            number: r.number,
            beside: ElectorId { partition: r.partition, id: r.beside },
        })
        .collect())
}

/// Takes the words of searches off exports that have been over for thirty days; answers how many.
///
/// # Errors
/// What the database says.
pub async fn sweep(database: &Database) -> Result<i32, Error> {
    Ok(sqlx::query_scalar!(r#"select wall.sweep_exports() as "n!""#).fetch_one(database.door()).await?)
}
