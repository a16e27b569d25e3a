//! Which column of a membership file is what: known headings by themselves, any other by a person, once.

use crate::electors::folding::fold;
use crate::error::FieldError;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// What a column may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Field {
    /// The membership number.
    Number,
    /// Forename, with middle names.
    Forename,
    /// Surname.
    Surname,
    /// The whole name, forename first, where it has one column.
    Name,
    /// A line of the address.
    Address1,
    /// A line of the address.
    Address2,
    /// A line of the address.
    Address3,
    /// A line of the address.
    Address4,
    /// The postcode.
    Postcode,
    /// The email address.
    Email,
    /// The mobile telephone's number.
    Mobile,
    /// Another telephone's number.
    Phone,
    /// Date of birth.
    Born,
    /// Member since.
    Joined,
    /// Paid until.
    PaidUntil,
    /// Current, lapsed, suspended, resigned, expelled.
    State,
    /// Kind of membership.
    Kind,
    /// The branch.
    Branch,
    /// Standing, in the party's words.
    Standing,
}

/// Every field with its word in forms, on pages, and the headings that mean it, folded and without spaces.
pub const FIELDS: [(Field, &str, &str, &[&str]); 19] = [
    (
        Field::Number,
        "number",
        "Membership number",
        &["membershipnumber", "membernumber", "membershipno", "memberno", "memberid", "membershipid", "number"],
    ),
    (Field::Forename, "forename", "Forename", &["forename", "forenames", "firstname", "firstnames", "givenname"]),
    (Field::Surname, "surname", "Surname", &["surname", "lastname", "familyname"]),
    (Field::Name, "name", "Whole name, where it has one column", &["name", "fullname", "membername"]),
    (Field::Address1, "address1", "Address, line 1", &["addressline1", "address1", "address", "street"]),
    (Field::Address2, "address2", "Address, line 2", &["addressline2", "address2"]),
    (Field::Address3, "address3", "Address, line 3", &["addressline3", "address3", "town", "city"]),
    (Field::Address4, "address4", "Address, line 4", &["addressline4", "address4", "county"]),
    (Field::Postcode, "postcode", "Postcode", &["postcode", "postalcode"]),
    (Field::Email, "email", "Email", &["email", "emailaddress", "mail"]),
    (Field::Mobile, "mobile", "Mobile", &["mobile", "mobilephone", "mobilenumber", "cell"]),
    (Field::Phone, "phone", "Other telephone", &["phone", "telephone", "homephone", "landline", "phonenumber"]),
    (Field::Born, "born", "Date of birth", &["dateofbirth", "dob", "born", "birthdate"]),
    (Field::Joined, "joined", "Joined", &["joined", "joindate", "datejoined", "joinedon", "membersince", "startdate"]),
    (
        Field::PaidUntil,
        "paid-until",
        "Paid until",
        &["paiduntil", "paidto", "expires", "expirydate", "expiry", "renewaldate", "validuntil", "enddate"],
    ),
    (Field::State, "state", "Status", &["status", "state", "membershipstatus", "memberstatus"]),
    (Field::Kind, "kind", "Kind of membership", &["kind", "type", "membershiptype", "category", "rate", "membership"]),
    (Field::Branch, "branch", "Branch", &["branch", "branchname", "localparty", "clp", "ward", "association"]),
    (Field::Standing, "standing", "Standing", &["standing", "goodstanding"]),
];

/// How much of a cell a page shows, in letters.
pub const SHOWN: usize = 40;

/// A cell as a page shows it: cut where it is long.
pub fn cut(cell: &str) -> String {
    match cell.char_indices().nth(SHOWN) {
        Some((at, _)) => format!("{}…", &cell[..at]),
        None => cell.to_owned(),
    }
}

/// A column of a file, for whoever says what it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// Its heading.
    pub title: String,
    /// What stands in it first: two values at most that differ, each cut.
    pub values: Vec<String>,
}

impl Sample {
    /// "Ref: L1, L2".
    pub fn words(&self) -> String {
        if self.values.is_empty() { self.title.clone() } else { format!("{}: {}", self.title, self.values.join(", ")) }
    }
}

/// The columns under these headings, with what stands in them in these lines.
pub fn samples(headings: &[String], lines: &[Vec<String>]) -> Vec<Sample> {
    let values = |at: usize| {
        let mut values = Vec::new();
        for value in lines.iter().filter_map(|cells| cells.get(at)).filter(|v| !v.is_empty()).map(|v| cut(v)) {
            if values.len() < 2 && !values.contains(&value) {
                values.push(value);
            }
        }
        values
    };
    let title = |at: usize, heading: &str| {
        if heading.is_empty() { format!("Column {}, without a heading", at + 1) } else { heading.to_owned() }
    };
    headings.iter().enumerate().map(|(at, h)| Sample { title: title(at, h), values: values(at) }).collect()
}

/// Which column, from 0, holds each field.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Columns(BTreeMap<Field, usize>);

impl Columns {
    /// What headings mean by themselves; the second of two that mean one thing is left out.
    pub fn guess(headings: &[String]) -> Self {
        let mut columns = BTreeMap::new();
        for (at, heading) in headings.iter().enumerate() {
            let key = fold(heading).replace(' ', "");
            if let Some((field, ..)) = FIELDS.iter().find(|(.., known)| known.contains(&key.as_str())) {
                columns.entry(*field).or_insert(at);
            }
        }
        Columns(columns)
    }

    /// Whether enough is known to read members without asking: number, name, and how the membership stands.
    pub fn suffice(&self) -> bool {
        self.missing().is_none() && (self.has(Field::State) || self.has(Field::PaidUntil))
    }

    /// The form's answers, field by field: a column's number from 1, or nothing.
    ///
    /// # Errors
    /// What is missing, or one column for two things.
    pub fn read(chosen: &BTreeMap<String, String>, columns: usize) -> Result<Self, FieldError> {
        let mut read = BTreeMap::new();
        for (field, word, ..) in FIELDS {
            let at = chosen.get(word).and_then(|c| c.parse::<usize>().ok()).filter(|n| (1..=columns).contains(n));
            let Some(at) = at.map(|n| n - 1) else { continue };
            if read.values().any(|other| *other == at) {
                let message = "This column is chosen twice. Each column can be one thing only".into();
                return Err(FieldError { field: word.into(), message });
            }
            read.insert(field, at);
        }
        let read = Columns(read);
        match read.missing() {
            Some((field, message)) => Err(FieldError { field: field.into(), message: message.into() }),
            None => Ok(read),
        }
    }

    fn missing(&self) -> Option<(&'static str, &'static str)> {
        if !self.has(Field::Number) {
            return Some(("number", "Choose the column with the membership number: members are known by it"));
        }
        let named = self.has(Field::Name) || (self.has(Field::Surname) && self.has(Field::Forename));
        (!named).then_some(("surname", "Choose the columns with forename and surname, or the one with the whole name"))
    }

    /// Whether the file has this at all: what it does not have stays as it is held.
    pub fn has(&self, field: Field) -> bool {
        self.0.contains_key(&field)
    }

    /// The column's number from 1, for the form; empty where there is none.
    pub fn chosen(&self, field: Field) -> usize {
        self.0.get(&field).map_or(0, |at| at + 1)
    }

    /// A line's cell; empty where the file has no such column.
    pub fn of<'a>(&self, field: Field, cells: &'a [String]) -> &'a str {
        self.0.get(&field).and_then(|at| cells.get(*at)).map_or("", String::as_str)
    }
}

/// A line of headings by its digest: what it says is not kept.
pub fn digest(headings: &[String]) -> Vec<u8> {
    let folded: Vec<String> = headings.iter().map(|h| fold(h)).collect();
    Sha256::digest(folded.join("\u{1f}")).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headings(line: &str) -> Vec<String> {
        line.split(',').map(str::to_owned).collect()
    }

    #[test]
    fn known_headings_are_known_in_any_order_and_spelling() {
        let usual = Columns::guess(&headings("Branch,MEMBERSHIP No.,Last Name,First name,Status,E-mail"));
        assert!(usual.suffice());
        assert_eq!((usual.chosen(Field::Number), usual.chosen(Field::Surname)), (2, 3));
        assert!(!Columns::guess(&headings("Ref,Who,Until")).suffice());
        assert!(!Columns::guess(&headings("Number,Surname,Forename")).suffice(), "says nothing of how they stand");
    }

    #[test]
    fn a_column_is_shown_with_the_first_values_that_it_has() {
        let line = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
        let long = "ä".repeat(41);
        let lines = [line(["L1", "", ""]), line(["L2", &long, ""]), line(["L3", &long, ""]), line(["L4", "b", ""])];
        let samples = samples(&headings("Ref,Who,"), &lines);
        let words: Vec<String> = samples.iter().map(Sample::words).collect();
        let cut = format!("Who: {}…, b", "ä".repeat(40));
        assert_eq!(words, ["Ref: L1, L2", cut.as_str(), "Column 3, without a heading"]);
    }

    #[test]
    fn a_person_says_the_rest_and_is_told_what_is_missing() {
        let chosen = |pairs: &[(&str, &str)]| {
            let chosen = pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
            Columns::read(&chosen, 3).map_err(|e| e.field)
        };
        assert_eq!(chosen(&[("number", "1"), ("name", "2")]).unwrap().chosen(Field::Name), 2);
        assert_eq!(chosen(&[("name", "2")]), Err("number".into()));
        assert_eq!(chosen(&[("number", "1"), ("surname", "2")]), Err("surname".into()));
        assert_eq!(chosen(&[("number", "1"), ("name", "1")]), Err("name".into()));
        assert_eq!(chosen(&[("number", "9"), ("name", "2")]), Err("number".into()));
    }
}
