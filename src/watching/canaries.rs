//! Canaries: invented electors in invented homes on real streets. Nobody has a reason to open one; whoever does raises an alert.
//!
//! What holds, for whoever reads as an organiser, on pages or with SQL: a canary stands in the same tables and columns as
//! everybody, with a number, a home, and a line in the newest register; the mark and the table of canaries are readable by the
//! data protection officer alone. What cannot hold: no walk list leads to one and no figure counts one, so somebody who compares
//! a list with a street, or what an import counts with what a search shows, can find the difference; and a record's number tells when
//! it was made. They do so on record.
//!
//! A canary is no register fact, and never leaves: it is in no list, no letter, no figure, and no import finds it, moves it or
//! lets it leave.

use super::store::{self, Beside, NewCanary};
use crate::database::Scoped;
use crate::electors::address::Address;
use crate::electors::name::PersonName;
use crate::error::Error;
use rand::seq::IndexedRandom;

/// How many are planted at once at most.
pub const MOST: usize = 20;
/// How many names and places are tried for one.
const TRIES: usize = 60;

/// Plants so many in a polling district; answers their numbers.
///
/// # Errors
/// [`Error::Invalid`] on `count` or `area`, [`Error::Conflict`] when the district has no street with numbers where another
/// home would not be noticed.
pub async fn plant(scope: &mut Scoped, area_no: i32, count: usize) -> Result<Vec<i64>, Error> {
    if !(1..=MOST).contains(&count) {
        return Err(Error::field("count", format!("Plant between 1 and {MOST} at a time")));
    }
    let mut planted = Vec::with_capacity(count);
    for _ in 0..count {
        planted.push(one(scope, area_no).await?);
    }
    Ok(planted)
}

async fn one(scope: &mut Scoped, area_no: i32) -> Result<i64, Error> {
    let (homes, names) = (store::beside(scope, area_no).await?, store::names(scope, area_no).await?);
    for home in homes.iter().cycle().take(TRIES.min(homes.len() * 8)) {
        if let Some(new) = invented(area_no, home, &names)
            && let Some(id) = store::plant(scope, &new).await?
        {
            return Ok(id);
        }
    }
    Err(Error::Conflict(
        "There is no place in this polling district: it has no street with house numbers, or too few people to make a name of theirs"
            .into(),
    ))
}

/// Somebody at the next few numbers of a street, on the same side.
fn invented(area_no: i32, beside: &Beside, names: &[(String, String)]) -> Option<NewCanary> {
    let number = beside.last + 2 * rand::random_range(1..=3);
    let lines = renumbered(&beside.lines, beside.number, number)?;
    let address = Address::new(lines.iter().map(String::as_str), beside.postcode.as_deref().unwrap_or_default());
    let mut random = rand::rng();
    let mut pick = || names.choose(&mut random);
    let (forenames, one, other) = (&pick()?.0, pick()?, pick()?);
    // In a place of one family the end comes from a forename.
    let surname = blend(&one.1, &other.1).or_else(|| blend(&one.1, &other.0))?;
    let name = PersonName { forenames: forenames.clone(), surname: surname.clone(), ..PersonName::default() };
    Some(NewCanary {
        beside: beside.household,
        area_no,
        number,
        address: lines.join(", "),
        address_key: address.key()?,
        lines,
        forenames: forenames.clone(),
        surname,
        name: name.display(),
        name_key: name.name_key(),
        forename_key: format!("{} {}", name.forenames_key(), name.surname_key()),
    })
}

/// A surname that nobody need bear, of the beginning of one that occurs here and the end of another: a search for it finds the
/// canary and no crowd around it, and it stands in no list that anybody could know canaries by. None where they do not make one.
fn blend(one: &str, other: &str) -> Option<String> {
    let letters = |name: &str| name.chars().take_while(|c| c.is_alphabetic()).collect::<Vec<_>>();
    let vowel = |c: &char| "aeiouy".contains(c.to_ascii_lowercase());
    let (one, other) = (letters(one), letters(other));
    // Up to the first consonant after a vowel; from the last consonant before a vowel.
    let first = one.iter().position(vowel)?;
    let until = first + one.iter().skip(first).position(|c| !vowel(c))?;
    let last = other.iter().rposition(vowel)?;
    let from = other.iter().take(last).rposition(|c| !vowel(c)).filter(|at| *at > 0)?;
    let name: String = one.iter().take(until + 1).chain(other.iter().skip(from)).collect();
    let news = |old: &[char]| name.to_lowercase() != old.iter().collect::<String>().to_lowercase();
    (name.chars().count() >= 5 && news(&one) && news(&other)).then_some(name)
}

/// The lines with another house number; None where the number does not begin a line.
fn renumbered(lines: &[String], old: i32, new: i32) -> Option<Vec<String>> {
    let begins = format!("{old} ");
    let at = lines.iter().position(|line| line.starts_with(&begins))?;
    let line = |(i, line): (usize, &String)| match line.strip_prefix(&begins) {
        Some(rest) if i == at => format!("{new} {rest}"),
        _ => line.clone(),
    };
    Some(lines.iter().enumerate().map(line).collect())
}

#[cfg(test)]
mod tests {
    use super::{Beside, blend, invented, renumbered};

    #[test]
    fn a_surname_is_made_of_two_that_occur() {
        assert_eq!(blend("Wilson", "Baker").as_deref(), Some("Wilker"));
        assert_eq!(blend("Harcourt", "Ferreday").as_deref(), Some("Harday"));
        assert_eq!(blend("Harcourt1", "Edith").as_deref(), Some("Hardith"));
        assert_eq!((blend("Wilson", "Wilson"), blend("Ng", "Baker"), blend("", "")), (None, None, None));
    }

    #[test]
    fn a_canary_lives_beyond_the_last_number_of_a_street() {
        let lines = vec!["4 Larkspur Row".to_owned(), "Quillbrook".to_owned()];
        let beside =
            Beside { household: 7, lines: lines.clone(), postcode: Some("ZZ1 4QX".into()), number: 4, last: 12 };
        let names = [("Edith", "Harcourt"), ("Bo", "Ferreday"), ("Ann", "Wilson"), ("Cy", "Baker")];
        let names = names.map(|(first, last)| (first.to_owned(), last.to_owned()));
        let new = std::iter::repeat_with(|| invented(3, &beside, &names)).take(200).flatten().next().unwrap();
        assert!(
            names.iter().all(|(_, borne)| *borne != new.surname)
                && names.iter().any(|(known, _)| *known == new.forenames)
        );
        assert!([14, 16, 18].contains(&new.number));
        assert_eq!(new.address, format!("{} Larkspur Row, Quillbrook", new.number));
        assert!(
            new.name_key.starts_with(&new.surname.to_lowercase())
                && new.forename_key.ends_with(&new.surname.to_lowercase())
        );
        assert_eq!(renumbered(&lines, 5, 7), None, "a number that begins no line");
    }
}
