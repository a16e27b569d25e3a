//! What a list says to results before they are kept: which district and kind of election they count under, or why they
//! cannot stand. Asked once for any number of them.

use super::Refusal;
use super::parse::{unknown_intention, unknown_issue};
use super::store::{Ruling, Sent};
use crate::database::Scoped;
use crate::error::Error;
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// Where a result counts: the door's district and the list's kind of election, never the sender's choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// The district's number.
    pub area_no: i32,
    /// `national`, `devolved` or `local`.
    pub kind: String,
}

/// What the database knows of one result.
struct Known {
    same: Option<bool>,
    covered: Option<bool>,
    door: Option<bool>,
    person: Option<bool>,
    here: Option<bool>,
    area_no: Option<i32>,
    kind: Option<String>,
    code_known: bool,
    issues_known: bool,
    closed: Option<bool>,
}

/// Asks of each result what its list says, and whether it is here already; from here on no import moves its people.
pub(super) async fn place(scope: &mut Scoped, sent: &[Sent<'_>]) -> Result<Vec<Result<Place, Ruling>>, Error> {
    let ids: Vec<Uuid> = sent.iter().map(|s| s.id).collect();
    let digests: Vec<Vec<u8>> = sent.iter().map(|s| s.digest.to_vec()).collect();
    let partitions: Vec<i32> = sent.iter().map(|s| s.result.list.partition).collect();
    let lists: Vec<i64> = sent.iter().map(|s| s.result.list.id).collect();
    // A home or person of another partition is on no list of this one; none has this number.
    let within = |s: &Sent<'_>, partition, id| if partition == s.result.list.partition { id } else { -1 };
    let homes: Vec<i64> = sent.iter().map(|s| within(s, s.result.household.partition, s.result.household.id)).collect();
    let people: Vec<Option<i64>> =
        sent.iter().map(|s| s.result.elector.map(|e| within(s, e.partition, e.id))).collect();
    let codes: Vec<Option<String>> = sent.iter().map(|s| s.result.intention.clone()).collect();
    let issues: Vec<String> = sent.iter().map(|s| s.result.issues.join(" ")).collect();
    // What an organiser accepts now was looked at already.
    let said: Vec<Option<DateTime<Utc>>> = sent.iter().map(|s| s.result.at.filter(|_| s.late.is_none())).collect();
    let known = sqlx::query_as!(
        Known,
        r#"select same, covered, door, person, here, area_no, intention_kind as kind, code_known as "code_known!",
             issues_known as "issues_known!",
             closed
           from wall.judge($1, $2, $3, $4, $5, $6, $7, $8, $9)"#,
        &ids,
        &digests,
        &partitions,
        &lists,
        &homes,
        &people as &[Option<i64>],
        &codes as &[Option<String>],
        &issues,
        &said as &[Option<DateTime<Utc>>]
    )
    .fetch_all(scope.connection())
    .await?;
    Ok(sent.iter().zip(known).map(|(sent, known)| judge(sent, known)).collect())
}

fn judge(sent: &Sent<'_>, known: Known) -> Result<Place, Ruling> {
    let refused = |field: &str, reason: &str| Err(Ruling::Refused(Refusal::new(field, reason)));
    match known {
        Known { same: Some(true), .. } => Err(Ruling::Replayed),
        Known { covered: None, .. } => Err(Ruling::NeverTheirs),
        _ if known.door != Some(true) => refused("household", "This home is not on the list"),
        _ if known.person != Some(true) => refused("elector", "This person is not on the list at this home"),
        Known { covered: Some(false), .. } => Err(Ruling::OutOfReach),
        _ if known.here != Some(true) => refused("elector", "This person has left the register"),
        _ if !known.code_known => Err(Ruling::Refused(unknown_intention())),
        _ if !known.issues_known => Err(Ruling::Refused(unknown_issue())),
        _ if sent.result.base == Some(sent.id) => refused("base", "A result cannot correct itself"),
        Known { closed: Some(true), .. } => Err(Ruling::SaidWhileClosed),
        Known { area_no: Some(area_no), kind: Some(kind), .. } => Ok(Place { area_no, kind }),
        _ => Err(Ruling::NeverTheirs),
    }
}
