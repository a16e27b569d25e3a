//! Who of the members is on the register: certain ones are linked by the wall itself, doubtful ones decided by a person.

use crate::database::{Scoped, Seen};
use crate::electors::ElectorId;
use crate::electors::folding::fold;
use crate::error::Error;
use crate::web::paging::{self, Paging};
use chrono::{Months, NaiveDate};
use uuid::Uuid;

/// A member and an elector who may be one person.
#[derive(Debug, Clone)]
pub struct Pair {
    /// The member.
    pub person: Uuid,
    /// Their number.
    pub number: String,
    /// Their name.
    pub name: String,
    /// Their address.
    pub address: String,
    /// The elector.
    pub elector: ElectorId,
    /// The elector's name.
    pub elector_name: String,
    /// The elector's home.
    pub home: String,
    /// Their number on the register: tells two of one name in one home apart.
    pub elector_number: String,
    /// When they come of age, where the register says so.
    pub attains_on: Option<NaiveDate>,
    /// The member's date of birth.
    pub born_on: Option<NaiveDate>,
    /// Why they may be one: `same-home`, `same-postcode`, `other-postcode`.
    pub why: String,
    /// Whether it was put off.
    pub later: bool,
}

impl Pair {
    /// Why they may and may not be one person.
    pub fn why_words(&self) -> &'static str {
        match self.why.as_str() {
            "same-home" => "The same home and nearly the same name",
            "same-postcode" => "The same postcode and nearly the same name",
            _ => "The same name at another address",
        }
    }

    /// What tells the names apart.
    pub fn names(&self) -> Difference {
        Difference::between(&self.name, &self.elector_name)
    }

    /// What tells the homes apart.
    pub fn homes(&self) -> Difference {
        Difference::between(&self.address, &self.home)
    }

    /// That the member comes of age on another day than the register says; empty where it does, or either is not known.
    pub fn other_age(&self) -> String {
        let of_age = self.born_on.and_then(|born| born.checked_add_months(Months::new(18 * 12)));
        match (of_age, self.attains_on) {
            // Who is born on 29 February comes of age a day sooner or later.
            (Some(one), Some(other)) if (one - other).num_days().abs() > 1 => {
                format!("Of age on {} by the date of birth", super::day(of_age))
            }
            _ => String::new(),
        }
    }
}

/// What stands on one side of a pair and not on the other, in words for each side; empty where nothing does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    /// Of the member.
    pub member: String,
    /// Of the elector.
    pub elector: String,
}

impl Difference {
    fn between(member: &str, elector: &str) -> Self {
        if [member, elector].contains(&UNKNOWN) || fold(member) == fold(elector) {
            return Difference::default();
        }
        let said = |only: String| if only.is_empty() { only } else { format!("Only here: {only}") };
        let (here, there) = (said(only(member, elector)), said(only(elector, member)));
        if here.is_empty() && there.is_empty() {
            let order = "The same words in another order".to_owned();
            return Difference { member: order.clone(), elector: order };
        }
        Difference { member: here, elector: there }
    }
}

/// The words of one side that the other does not have.
fn only(one: &str, other: &str) -> String {
    let other = fold(other);
    let there = |word: &str| fold(word).split(' ').filter(|p| !p.is_empty()).all(|p| other.split(' ').any(|o| o == p));
    let words: Vec<&str> = one.split_whitespace().filter(|&w| !there(w)).map(|w| w.trim_end_matches(',')).collect();
    words.join(" ")
}

/// Where an address is not known.
const UNKNOWN: &str = "none known";

/// What somebody said of a pair a moment ago.
#[derive(Debug, Clone)]
pub struct Decided {
    /// The member.
    pub person: Uuid,
    /// Their name.
    pub name: String,
    /// The elector.
    pub elector: ElectorId,
    /// The elector's name.
    pub elector_name: String,
    /// Whether they are one person.
    pub same: bool,
}

/// What is said of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// One person.
    Same,
    /// Two people.
    Different,
    /// Not now.
    Later,
}

impl Verdict {
    fn as_str(self) -> &'static str {
        match self {
            Verdict::Same => "same",
            Verdict::Different => "different",
            Verdict::Later => "later",
        }
    }
}

/// Looks for members on the register; answers how many were linked without a doubt, and how many pairs are open.
///
/// # Errors
/// What the database says.
pub async fn find(scope: &mut Scoped) -> Result<(i32, i32), Error> {
    let found = sqlx::query!(r#"select linked as "linked!", doubtful as "doubtful!" from wall.match_members()"#)
        .fetch_one(scope.connection())
        .await?;
    Ok((found.linked, found.doubtful))
}

/// How many pairs are open.
///
/// # Errors
/// What the database says.
pub async fn open_count(scope: &mut Scoped) -> Result<i64, Error> {
    Ok(sqlx::query_scalar!(r#"select count(*) as "n!" from member_match where state = 'open'"#)
        .fetch_one(scope.connection())
        .await?)
}

/// A page of open pairs, both sides on record as seen.
///
/// # Errors
/// What the database says.
pub async fn pairs(scope: &mut Scoped, paging: Paging) -> Result<Seen<Vec<Pair>>, Error> {
    let (skip, take) = (i32::try_from(paging.skip()).unwrap_or(0), i32::try_from(paging::SIZE).unwrap_or(50));
    let rows = sqlx::query!(
        r#"select person_id as "person!", number as "number!", forename as "forename!", surname as "surname!",
             address as "address!", postcode as "postcode!", partition_id as "partition!", elector_id as "elector!",
             name as "name!", home as "home!", home_postcode as "home_postcode!", why as "why!", later as "later!",
             born_on, elector_number as "elector_number!", attains_on
           from wall.member_pairs($1, $2)"#,
        skip,
        take
    )
    .fetch_all(scope.connection())
    .await?;
    let pairs: Vec<Pair> = rows
        .into_iter()
        .map(|r| Pair {
            person: r.person,
            number: r.number,
            name: format!("{} {}", r.forename, r.surname).trim().to_owned(),
            address: at(&r.address.join(", "), &r.postcode),
            elector: ElectorId { partition: r.partition, id: r.elector },
            elector_name: r.name,
            home: at(&r.home, &r.home_postcode),
            elector_number: r.elector_number,
            attains_on: r.attains_on,
            born_on: r.born_on,
            why: r.why,
            later: r.later,
        })
        .collect();
    let electors: Vec<_> = pairs.iter().map(|p| (p.elector.partition, p.elector.id)).collect();
    let people: Vec<_> = pairs.iter().map(|p| p.person).collect();
    Ok(Seen::people(pairs, electors).and(Seen::helpers((), people)).map(|(pairs, ())| pairs))
}

fn at(address: &str, postcode: &str) -> String {
    match (address, postcode) {
        ("", "") => UNKNOWN.into(),
        (address, postcode) => format!("{address} {postcode}").trim().to_owned(),
    }
}

/// Says of a pair what a person found.
///
/// # Errors
/// [`Error::Conflict`] when it was decided already or is not one's own to decide.
pub async fn decide(scope: &mut Scoped, person: Uuid, elector: ElectorId, verdict: Verdict) -> Result<(), Error> {
    let done = sqlx::query_scalar!(
        r#"select wall.decide_member_match($1, $2, $3, $4) as "done!""#,
        person,
        elector.partition,
        elector.id,
        verdict.as_str()
    )
    .fetch_one(scope.connection())
    .await?;
    match done {
        true => Ok(()),
        false => Err(Error::Conflict("This pair was decided already. Open the page again to see what is left".into())),
    }
}

/// The pair that whoever acts decided last, if that was within the hour; both sides on record as seen.
///
/// # Errors
/// What the database says.
pub async fn decided(scope: &mut Scoped) -> Result<Seen<Option<Decided>>, Error> {
    let row = sqlx::query!(
        r#"select person_id as "person!", forename as "forename!", surname as "surname!", partition_id as "partition!",
             elector_id as "elector!", name as "name!", same as "same!" from wall.decided_member_pair()"#
    )
    .fetch_optional(scope.connection())
    .await?;
    let decided = row.map(|r| Decided {
        person: r.person,
        name: format!("{} {}", r.forename, r.surname).trim().to_owned(),
        elector: ElectorId { partition: r.partition, id: r.elector },
        elector_name: r.name,
        same: r.same,
    });
    let electors: Vec<_> = decided.iter().map(|d| (d.elector.partition, d.elector.id)).collect();
    let people: Vec<_> = decided.iter().map(|d| d.person).collect();
    Ok(Seen::people(decided, electors).and(Seen::helpers((), people)).map(|(decided, ())| decided))
}

/// Takes back what whoever acts said of a pair: it is a question again.
///
/// # Errors
/// [`Error::Conflict`] when it is not theirs to take back, or stands no longer.
pub async fn undo(scope: &mut Scoped, person: Uuid, elector: ElectorId) -> Result<(), Error> {
    let done = sqlx::query_scalar!(
        r#"select wall.undo_member_match($1, $2, $3) as "done!""#,
        person,
        elector.partition,
        elector.id
    )
    .fetch_one(scope.connection())
    .await?;
    match done {
        true => Ok(()),
        false => Err(Error::Conflict(
            "This stands no longer, or somebody else said it, so nothing was done. Open the member’s page to see how it is"
                .into(),
        )),
    }
}

/// Takes back that a member is this elector; the two are not put together again.
///
/// # Errors
/// [`Error::NotFound`] when there is no such link of one's own.
pub async fn unlink(scope: &mut Scoped, person: Uuid) -> Result<(), Error> {
    let done = sqlx::query_scalar!(r#"select wall.unlink_member($1) as "done!""#, person)
        .fetch_one(scope.connection())
        .await?;
    if done { Ok(()) } else { Err(Error::NotFound) }
}

#[cfg(test)]
mod tests {
    use super::Difference;

    fn between(member: &str, elector: &str) -> (String, String) {
        let found = Difference::between(member, elector);
        (found.member, found.elector)
    }

    #[test]
    fn each_side_says_what_the_other_does_not_have() {
        let both = |one: &str, other: &str| (one.to_owned(), other.to_owned());
        assert_eq!(between("Edith Harcourt", "EDITH HARCOURT"), both("", ""));
        assert_eq!(between("Wilf Harcourt", "Wilfred Harcourt"), both("Only here: Wilf", "Only here: Wilfred"));
        assert_eq!(between("Edith Harcourt", "Edith Mary Harcourt"), both("", "Only here: Mary"));
        let order = "The same words in another order";
        assert_eq!(between("Flat 1, 2 Row", "Flat 2, 1 Row"), both(order, order));
        assert_eq!(between("Flat 1, 2 Row", "2 Row"), both("Only here: Flat 1", ""));
        assert_eq!(between("none known", "2 Row"), both("", ""), "what is not known does not differ");
    }
}
