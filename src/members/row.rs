//! A line of a membership file as a member: what cannot stand is refused with its reason, never with its words.

use super::State;
use super::columns::{Columns, Field};
use crate::electors::address::Address;
use crate::electors::folding::fold;
use crate::electors::name::PersonName;
use crate::electors::postcode::Postcode;
use crate::registers::dates::parse_date;
use crate::registers::staging::address_key;
use chrono::{Datelike, NaiveDate};

/// The longest membership number, in letters.
pub const LONGEST_NUMBER: usize = 40;

/// A member as a line gives them; what the file has no column for is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row {
    /// The line in the file.
    pub line: i32,
    /// The membership number.
    pub number: String,
    /// Forenames.
    pub forename: String,
    /// Surname.
    pub surname: String,
    /// The address's lines, without the postcode.
    pub address: Vec<String>,
    /// The postcode as it is written; as given where it has not the shape of one.
    pub postcode: String,
    /// The email address; empty when what was given is none.
    pub email: String,
    /// The mobile's number.
    pub mobile: String,
    /// Another number.
    pub phone: String,
    /// Date of birth.
    pub born: Option<NaiveDate>,
    /// Member since.
    pub joined: Option<NaiveDate>,
    /// Paid until.
    pub paid_until: Option<NaiveDate>,
    /// How it stands; None where the file does not say.
    pub state: Option<State>,
    /// Kind of membership.
    pub kind: String,
    /// Branch, as the file says.
    pub branch: String,
    /// Standing, as the file says.
    pub standing: String,
    /// Whether an email address was given that is none, and was left out.
    pub odd_email: bool,
}

impl Row {
    /// Reads a line.
    ///
    /// # Errors
    /// Why it cannot be a member, in a sentence without the line's own words.
    pub fn read(line: i32, cells: &[String], columns: &Columns, today: NaiveDate) -> Result<Row, &'static str> {
        let of = |field| columns.of(field, cells);
        let (forename, surname) = name(of(Field::Forename), of(Field::Surname), of(Field::Name));
        let address = Address::new(
            [Field::Address1, Field::Address2, Field::Address3, Field::Address4].map(of),
            of(Field::Postcode),
        );
        let given = of(Field::Email);
        let email = email(given).unwrap_or_default();
        let day = |field, until: i32| date(of(field), today, until);
        let paid_until = day(Field::PaidUntil, 30).map_err(|()| "The date paid until is not a date")?;
        let row = Row {
            line,
            number: of(Field::Number).to_owned(),
            forename,
            surname,
            postcode: address.postcode.as_ref().map_or_else(|| of(Field::Postcode).to_uppercase(), Postcode::to_string),
            address: address.lines,
            odd_email: email.is_empty() && !given.is_empty(),
            email,
            mobile: telephone(of(Field::Mobile)),
            phone: telephone(of(Field::Phone)),
            born: day(Field::Born, 0).map_err(|()| "The date of birth is not a date")?,
            joined: day(Field::Joined, 1).map_err(|()| "The date of joining is not a date")?,
            state: state(of(Field::State), columns, paid_until, today)?,
            paid_until,
            kind: of(Field::Kind).to_owned(),
            branch: of(Field::Branch).to_owned(),
            standing: of(Field::Standing).to_owned(),
        };
        row.check()?;
        Ok(row)
    }

    fn check(&self) -> Result<(), &'static str> {
        let longer = |text: &str, most: usize| text.chars().count() > most;
        let reason = if self.number.is_empty() {
            "There is no membership number"
        } else if longer(&self.number, LONGEST_NUMBER) {
            "The membership number is longer than any could be"
        } else if fold(&self.surname).is_empty() && fold(&self.forename).is_empty() {
            "There is no name"
        } else if longer(&self.forename, 100) || longer(&self.surname, 100) {
            "The name is longer than 100 letters"
        } else if longer(&self.address.join(" "), 400) || longer(&self.postcode, 12) {
            "The address is longer than any could be"
        } else if longer(&self.kind, 60) || longer(&self.branch, 100) || longer(&self.standing, 100) {
            "Kind, branch or standing is longer than any could be"
        } else {
            return Ok(());
        };
        Err(reason)
    }

    /// How the name is found.
    pub fn person_name(&self) -> PersonName {
        PersonName { forenames: self.forename.clone(), surname: self.surname.clone(), ..PersonName::default() }
    }
}

/// How somebody of this name is found: surname first, forename first, surname alone, first forename alone.
pub fn name_keys(name: &PersonName) -> [String; 4] {
    let (surname, forenames) = (name.surname_key(), name.forenames_key());
    let forename_first = format!("{forenames} {surname}").trim().to_owned();
    let first = forenames.split(' ').next().unwrap_or_default().to_owned();
    [name.name_key(), forename_first, surname, first]
}

/// How a home is found on the register.
pub fn home_key(lines: &[String], postcode: &str) -> String {
    address_key(&Address::new(lines.iter().map(String::as_str), postcode))
}

/// How a postcode is found; one of another shape as it was given.
pub fn postcode_key(postcode: &str) -> String {
    let compact =
        || postcode.chars().filter(|c| c.is_ascii_alphanumeric()).map(|c| c.to_ascii_lowercase()).take(12).collect();
    Postcode::try_from(postcode).map_or_else(|_| compact(), |p| p.key())
}

fn name(forename: &str, surname: &str, whole: &str) -> (String, String) {
    if !surname.is_empty() || !forename.is_empty() {
        return (forename.to_owned(), surname.to_owned());
    }
    let (forename, surname) = whole.rsplit_once(' ').unwrap_or(("", whole));
    (forename.to_owned(), surname.to_owned())
}

/// An address that mail can be sent to and that holds nothing else.
pub fn email(given: &str) -> Option<String> {
    let (local, domain) = given.split_once('@')?;
    let plain = |c: char| !c.is_whitespace() && !c.is_control() && !"<>()[],;:\\\"@".contains(c);
    let fits = !local.is_empty() && domain.contains('.') && !domain.starts_with('.') && !domain.ends_with('.');
    (fits && given.len() <= 254 && local.chars().all(plain) && domain.chars().all(plain)).then(|| given.to_owned())
}

/// A telephone's number in figures, with a plus in front; empty where there are none.
pub fn telephone(given: &str) -> String {
    let kept: String = given.chars().filter(|c| c.is_ascii_digit() || matches!(c, '+' | ' ')).collect();
    let figures = kept.chars().filter(char::is_ascii_digit).count();
    // A spreadsheet takes a telephone's number for a number, and its first nought away.
    if figures == 10 && kept.len() == 10 && kept.starts_with(['1', '2', '3', '7', '8']) {
        return format!("0{kept}");
    }
    if (5..=16).contains(&figures) && kept.len() <= 30 { kept.trim().to_owned() } else { String::new() }
}

/// A day of these times, or none where none is given.
fn date(given: &str, today: NaiveDate, years_ahead: i32) -> Result<Option<NaiveDate>, ()> {
    if given.is_empty() {
        return Ok(None);
    }
    let latest = NaiveDate::from_ymd_opt(today.year() + years_ahead, 12, 31).unwrap_or(today);
    let day = parse_date(given, latest).ok_or(())?;
    let fits = (1900..=2199).contains(&day.year());
    if fits { Ok(Some(day)) } else { Err(()) }
}

fn state(
    word: &str,
    columns: &Columns,
    paid_until: Option<NaiveDate>,
    today: NaiveDate,
) -> Result<Option<State>, &'static str> {
    if columns.has(Field::State) {
        // Not the word itself: of a wrong column it could be anything of somebody's.
        return State::parse(word)
            .map(Some)
            .ok_or("The status is none of current, lapsed, suspended, resigned, expelled");
    }
    Ok(paid_until.map(|until| if until < today { State::Lapsed } else { State::Current }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(line: &str) -> Result<Row, &'static str> {
        let headings: Vec<String> =
            "Number,Forename,Surname,Address,Postcode,Email,Mobile,DOB,Joined,Paid until,Status"
                .split(',')
                .map(str::to_owned)
                .collect();
        let cells: Vec<String> = line.split(',').map(str::to_owned).collect();
        let today = NaiveDate::from_ymd_opt(2026, 11, 24).unwrap();
        Row::read(2, &cells, &Columns::guess(&headings), today)
    }

    #[test]
    fn a_line_is_read_as_it_says() {
        let row = read(
            "L1,Jim,Jackson,18 Bridge Crescent,aa10gt,jim@example.org,07700 900344,8/7/97,2017-04-09,15/01/27,Active",
        );
        let row = row.unwrap();
        assert_eq!((row.postcode.as_str(), row.state), ("AA1 0GT", Some(State::Current)));
        assert_eq!(row.born, NaiveDate::from_ymd_opt(1997, 7, 8));
        assert_eq!(row.paid_until, NaiveDate::from_ymd_opt(2027, 1, 15));
        assert_eq!(home_key(&row.address, &row.postcode), "18 bridge crescent aa10gt");
    }

    #[test]
    fn an_address_that_is_none_is_left_out_and_said() {
        for given in
            ["a@b", "a b@example.org", "a@example.org\r\nBcc: x@example.org", "<a@example.org>", "@example.org"]
        {
            assert_eq!(email(given), None, "{given}");
        }
        let row = read("L1,Jim,Jackson,,,nobody,,,,,current").unwrap();
        assert!(row.email.is_empty() && row.odd_email);
    }

    #[test]
    fn a_telephone_gets_back_what_a_spreadsheet_took() {
        let all = ["7700900344", "07700 900344", "+44 7700 900344", "1632960123", "999"].map(telephone);
        assert_eq!(all, ["07700900344", "07700 900344", "+44 7700 900344", "01632960123", ""]);
    }

    #[test]
    fn what_cannot_stand_is_refused_without_its_words() {
        for line in [
            ",Jim,Jackson,,,,,,,,current",
            "L1,,,,,,,,,,current",
            "L1,Jim,Jackson,,,,,,,,in the north",
            "L1,Jim,Jackson,,,,,,,soon,current",
        ] {
            let why = read(line).unwrap_err();
            assert!(!why.contains("north") && !why.contains("soon"), "{why}");
        }
    }

    proptest! {
        #[test]
        fn whatever_stands_in_the_cells_nothing_panics(cells in proptest::collection::vec(any::<String>(), 0..14)) {
            let columns = Columns::guess(&["Number", "Name", "Email", "Status", "DOB"].map(str::to_owned));
            let _ = Row::read(2, &cells, &columns, NaiveDate::from_ymd_opt(2026, 11, 24).unwrap());
        }
    }
}
