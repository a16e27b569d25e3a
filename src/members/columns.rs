//! Which column of a membership file is what: known headings by themselves, any other by a person, once.

use crate::error::FieldError;
use crate::incoming::Chosen;
use serde::{Deserialize, Serialize};
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

/// Which column, from 0, holds each field.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Columns(Chosen<Field>);

impl Columns {
    /// What headings mean by themselves; the second of two that mean one thing is left out.
    pub fn guess(headings: &[String]) -> Self {
        let means = |key: &str| FIELDS.iter().find(|(.., known)| known.contains(&key)).map(|(field, ..)| *field);
        Columns(Chosen::guess(headings.iter().enumerate(), means))
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
        let read = Columns(Chosen::read(FIELDS.map(|(field, word, ..)| (field, word)), chosen, columns)?);
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
        self.0.has(field)
    }

    /// The column's number from 1, for the form; 0 where there is none.
    pub fn chosen(&self, field: Field) -> usize {
        self.0.number(field)
    }

    /// A line's cell; empty where the file has no such column.
    pub fn of<'a>(&self, field: Field, cells: &'a [String]) -> &'a str {
        self.0.of(field, cells)
    }
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
