//! Canaries: invented electors in invented homes on real streets. Nobody has a reason to open one; whoever does raises an alert.
//!
//! What holds, for whoever reads as an organiser, on pages or with SQL: a canary stands in the same tables and columns as
//! everybody, with a number, a home, and a line in the newest register; the mark and the table of canaries are readable by the
//! data protection officer alone. What cannot hold: no walk list leads to one and no figure counts one, so somebody who compares
//! a list with a street, or what an import counts with what a search shows, can find the difference. They do so on record.
//!
//! A canary is no register fact, and never leaves: it is in no list, no letter, no figure, and no import finds it, moves it or
//! lets it leave.

use super::store::{self, Beside, NewCanary};
use crate::database::Scoped;
use crate::electors::address::Address;
use crate::electors::name::PersonName;
use crate::error::Error;

/// How many are planted at once at most.
pub const MOST: usize = 20;
/// How many names and places are tried for one.
const TRIES: usize = 60;

/// Surnames that sound like anybody's and are nearly nobody's: a search for one finds the canary and no crowd around it.
const SURNAMES: [&str; 60] = [
    "Addlestrop",
    "Amberwick",
    "Ashgarth",
    "Barrowclough",
    "Beldham",
    "Birkenshaw",
    "Blaydes",
    "Braddle",
    "Brindley",
    "Cawthra",
    "Chilvers",
    "Claythorne",
    "Colbeck",
    "Crowhurst",
    "Dallimore",
    "Darnbrough",
    "Dunderdale",
    "Eddowes",
    "Ellershaw",
    "Fallowfield",
    "Farthingale",
    "Featherby",
    "Fothergale",
    "Garside",
    "Goldthorp",
    "Greatbatch",
    "Hallamby",
    "Hartshorne",
    "Haverstock",
    "Heddle",
    "Hinchcliff",
    "Holderness",
    "Inchbald",
    "Jellicote",
    "Kettlewell",
    "Kingscote",
    "Lampard",
    "Leatherbarrow",
    "Lowthian",
    "Maddocks",
    "Merriden",
    "Mossop",
    "Netherby",
    "Oldershaw",
    "Osgathorp",
    "Pennefather",
    "Pilbrow",
    "Ravensdale",
    "Rushbrook",
    "Sallowby",
    "Scattergood",
    "Silverlock",
    "Stanyer",
    "Tattersby",
    "Thornycroft",
    "Twelvetree",
    "Wadlow",
    "Wetherall",
    "Whitelock",
    "Yarborough",
];
const FORENAMES: [&str; 40] = [
    "Alan",
    "Alison",
    "Andrew",
    "Angela",
    "Barbara",
    "Brian",
    "Carol",
    "Christine",
    "Colin",
    "David",
    "Diane",
    "Elaine",
    "Frances",
    "Gareth",
    "Gillian",
    "Graham",
    "Hazel",
    "Helen",
    "Ian",
    "Janet",
    "Joanne",
    "Keith",
    "Kevin",
    "Lesley",
    "Linda",
    "Malcolm",
    "Martin",
    "Maureen",
    "Michael",
    "Nicola",
    "Pamela",
    "Patricia",
    "Peter",
    "Philip",
    "Rosemary",
    "Sandra",
    "Stephen",
    "Susan",
    "Trevor",
    "Valerie",
];

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
    let homes = store::beside(scope, area_no).await?;
    for home in homes.iter().cycle().take(TRIES.min(homes.len() * 8)) {
        if let Some(new) = invented(area_no, home)
            && let Some(id) = store::plant(scope, &new).await?
        {
            return Ok(id);
        }
    }
    Err(Error::Conflict(
        "There is no place in this polling district: it has no street with house numbers, or every name we know is borne there"
            .into(),
    ))
}

/// Somebody at the next few numbers of a street, on the same side.
fn invented(area_no: i32, beside: &Beside) -> Option<NewCanary> {
    let number = beside.last + 2 * rand::random_range(1..=3);
    let lines = renumbered(&beside.lines, beside.number, number)?;
    let address = Address::new(lines.iter().map(String::as_str), beside.postcode.as_deref().unwrap_or_default());
    let pick = |names: &[&'static str]| names.get(rand::random_range(0..names.len())).copied().unwrap_or("Alison");
    let (surname, forenames) = (pick(&SURNAMES), pick(&FORENAMES));
    let name = PersonName { forenames: forenames.into(), surname: surname.into(), ..PersonName::default() };
    Some(NewCanary {
        beside: beside.household,
        area_no,
        number,
        address: lines.join(", "),
        address_key: address.key()?,
        lines,
        forenames: forenames.into(),
        surname: surname.into(),
        name: name.display(),
        name_key: name.name_key(),
        forename_key: format!("{} {}", name.forenames_key(), name.surname_key()),
    })
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
    use super::{Beside, invented, renumbered};

    #[test]
    fn a_canary_lives_beyond_the_last_number_of_a_street() {
        let lines = vec!["4 Larkspur Row".to_owned(), "Quillbrook".to_owned()];
        let beside =
            Beside { household: 7, lines: lines.clone(), postcode: Some("ZZ1 4QX".into()), number: 4, last: 12 };
        let new = invented(3, &beside).unwrap();
        assert!([14, 16, 18].contains(&new.number));
        assert_eq!(new.address, format!("{} Larkspur Row, Quillbrook", new.number));
        assert!(
            new.name_key.starts_with(&new.surname.to_lowercase())
                && new.forename_key.ends_with(&new.surname.to_lowercase())
        );
        assert_eq!(renumbered(&lines, 5, 7), None, "a number that begins no line");
    }
}
