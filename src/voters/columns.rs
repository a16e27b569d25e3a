//! Which column of a council's list is what: known headings by themselves, any other by a person, once. The law fixes none.

use super::{Vote, What};
use crate::error::FieldError;
use crate::incoming::{Chosen, key};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a column may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Field {
    /// The district's letters.
    District,
    /// The elector number, with the district's letters or without.
    Number,
    /// The suffix of the number.
    Suffix,
    /// The elector's surname.
    Surname,
    /// The elector's forename.
    Forename,
    /// The elector's whole name.
    Name,
    /// The way of voting, in words.
    Type,
    /// Whether they vote by post.
    Post,
    /// Whether they vote by proxy.
    Proxy,
    /// How they voted, or that they did.
    How,
    /// When the ballot paper came back.
    Received,
}

impl Field {
    /// Whether a file of this kind may have it.
    pub fn fits(self, what: What) -> bool {
        match self {
            Field::Type | Field::Post | Field::Proxy => !what.is_marked(),
            Field::How | Field::Received => what.is_marked(),
            _ => true,
        }
    }
}

/// Every field with its word in forms, on pages, and the headings that mean it, folded and without spaces.
pub const FIELDS: [(Field, &str, &str, &[&str]); 11] = [
    (
        Field::District,
        "district",
        "Polling district’s letters",
        &[
            "pd",
            "pdcode",
            "districtref",
            "district",
            "pollingdistrict",
            "pollingdistrictref",
            "electornumberprefix",
            "prefix",
        ],
    ),
    (
        Field::Number,
        "number",
        "Elector number",
        &[
            "pdeno",
            "eno",
            "electornumber",
            "electorno",
            "electorshortnumber",
            "electornum",
            "rollno",
            "rollnumber",
            "number",
            "registernumber",
        ],
    ),
    (Field::Suffix, "suffix", "The number’s suffix", &["electornumbersuffix", "numbersuffix", "enosuffix"]),
    (Field::Surname, "surname", "Surname", &["electorsurname", "surname", "lastname"]),
    (
        Field::Forename,
        "forename",
        "Forename",
        &["electorforename", "electorforenames", "forename", "forenames", "firstname", "firstnames"],
    ),
    (Field::Name, "name", "Whole name, where it has one column", &["electorname", "name", "fullname"]),
    (
        Field::Type,
        "type",
        "Way of voting (postal, proxy, postal proxy)",
        &["avtype", "absentvotetype", "absentvotertype", "votetype", "absenttype", "type"],
    ),
    (
        Field::Post,
        "post",
        "Votes by post (yes or no)",
        &["markerpostal", "postal", "postalvoter", "postalvote", "postalflag"],
    ),
    (Field::Proxy, "proxy", "Votes by proxy (yes or no)", &["markerproxy", "proxyvoter", "proxyvote", "proxyflag"]),
    (
        Field::How,
        "how",
        "How they voted, or that they did",
        &["howvoted", "voted", "hasvoted", "marked", "mark", "turnout", "pvsstatus", "status"],
    ),
    (
        Field::Received,
        "received",
        "When the postal vote came back",
        &["decreceiptdate", "receiptdate", "datereceived", "receiveddate", "returneddate", "datereturned"],
    ),
];

/// Whether what stands under a heading is nobody's to read here: where ballot papers are sent, who a proxy is, when somebody was born.
pub fn is_left_unread(heading: &str) -> bool {
    const UNREAD: [&str; 14] = [
        "addr",
        "postcode",
        "corres",
        "send",
        "country",
        "proxyname",
        "proxysurname",
        "proxyforename",
        "dob",
        "birth",
        "phone",
        "mobile",
        "email",
        "uprn",
    ];
    let key = key(heading);
    UNREAD.iter().any(|word| key.contains(word))
}

/// Which column, from 0, holds each field; and what every line says, where no column does.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Columns {
    at: Chosen<Field>,
    /// The word of a [`Vote`]: everybody in the file votes, or voted, so.
    #[serde(default)]
    otherwise: String,
}

impl Columns {
    /// What headings mean by themselves; the second of two that mean one thing is left out.
    pub fn guess(what: What, headings: &[String]) -> Self {
        let means = |key: &str| {
            FIELDS.iter().find(|(f, .., known)| f.fits(what) && known.contains(&key)).map(|(field, ..)| *field)
        };
        let read = headings.iter().enumerate().filter(|(_, heading)| !is_left_unread(heading));
        let mut at = Chosen::guess(read, means);
        // A suffix is the number's only right beside it: elsewhere it is "Junior" or "MBE".
        let beside = at.at(Field::Number).map(|n| n + 1);
        if let Some(n) = beside.filter(|n| headings.get(*n).is_some_and(|h| key(h) == "suffix")) {
            at.offer(Field::Suffix, n);
        }
        Columns { at, otherwise: String::new() }
    }

    /// Whether enough is known to read the file without asking: the number, and what is said of it.
    pub fn suffice(&self, what: What) -> bool {
        self.has(Field::Number) && self.says(what)
    }

    fn says(&self, what: What) -> bool {
        let named = [Field::Type, Field::Post, Field::Proxy, Field::How, Field::Received];
        named.iter().any(|f| f.fits(what) && self.has(*f)) || self.otherwise().is_some_and(|v| v.fits(what))
    }

    /// The form's answers, field by field: a column's number from 1, or nothing.
    ///
    /// # Errors
    /// What is missing, or one column for two things.
    pub fn read(what: What, chosen: &BTreeMap<String, String>, columns: usize) -> Result<Self, FieldError> {
        let wrong = |field: &str, message: &str| Err(FieldError { field: field.into(), message: message.into() });
        let fields = FIELDS.iter().filter(|(f, ..)| f.fits(what)).map(|(field, word, ..)| (*field, *word));
        let at = Chosen::read(fields, chosen, columns)?;
        let otherwise = chosen.get("otherwise").and_then(|w| Vote::parse(w)).filter(|v| v.fits(what));
        let read = Columns { at, otherwise: otherwise.map_or("", Vote::as_str).into() };
        if !read.has(Field::Number) {
            return wrong("number", "Choose the column with the elector number: people are found by it");
        }
        if !read.says(what) {
            let (field, why) = if what.is_marked() {
                ("how", "Choose the column that says who voted, or say below that everybody in the file did")
            } else {
                ("type", "Choose the column that says how they vote, or say below how everybody in the file does")
            };
            return wrong(field, why);
        }
        Ok(read)
    }

    /// Whether the file has this at all.
    pub fn has(&self, field: Field) -> bool {
        self.at.has(field)
    }

    /// What every line says, where no column does.
    pub fn otherwise(&self) -> Option<Vote> {
        Vote::parse(&self.otherwise)
    }

    /// Whether a column, from 0, is read for anything.
    pub fn reads(&self, column: usize) -> bool {
        self.at.reads(column)
    }

    /// The column's number from 1, for the form; 0 where there is none.
    pub fn chosen(&self, field: Field) -> usize {
        self.at.number(field)
    }

    /// A line's cell; empty where the file has no such column.
    pub fn of<'a>(&self, field: Field, cells: &'a [String]) -> &'a str {
        self.at.of(field, cells)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headings(line: &str) -> Vec<String> {
        line.split(',').map(str::to_owned).collect()
    }

    #[test]
    fn the_usual_lists_are_known_by_their_headings() {
        let list = headings(
            "AV Type,PD/ENO,Elector Surname,Elector Forename,Elector Initials,Elector Suffix,Corres Address Line 1,Proxy Name",
        );
        let columns = Columns::guess(What::Final, &list);
        assert!(columns.suffice(What::Final));
        assert_eq!(
            (columns.chosen(Field::Number), columns.chosen(Field::Type), columns.chosen(Field::Surname)),
            (2, 1, 3)
        );
        assert!(
            !columns.has(Field::Suffix) && !columns.reads(6) && !columns.reads(7),
            "titles and addresses are not read"
        );
        let flags = headings("CompanyName,DistrictRef,PropertyFullAddress,ElectorShortNumber,MarkerPostal,ElectorDOB");
        let columns = Columns::guess(What::Current, &flags);
        assert!(columns.suffice(What::Current) && columns.has(Field::District) && columns.has(Field::Post));
        assert!(!Columns::guess(What::Marked, &flags).suffice(What::Marked), "says nothing of who voted");
        let marked = Columns::guess(What::Marked, &headings("PD,ENO,Suffix,How Voted"));
        assert!(marked.suffice(What::Marked));
        assert_eq!(marked.chosen(Field::Suffix), 3);
    }

    #[test]
    fn what_is_nobodys_to_read_is_told_by_its_heading() {
        for unread in
            ["Corres Address Line 1", "Send Address Postcode", "Proxy Name", "ElectorDOB", "PropertyFullAddress"]
        {
            assert!(is_left_unread(unread), "{unread}");
        }
        for read in ["PD/ENO", "AV Type", "MarkerProxy", "Elector Surname", "How Voted"] {
            assert!(!is_left_unread(read), "{read}");
        }
    }

    #[test]
    fn a_person_says_the_rest_and_is_told_what_is_missing() {
        let chosen = |what: What, pairs: &[(&str, &str)]| {
            let chosen = pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
            Columns::read(what, &chosen, 3).map_err(|e| e.field)
        };
        assert_eq!(chosen(What::Final, &[("type", "2")]), Err("number".into()));
        assert_eq!(chosen(What::Final, &[("number", "1")]), Err("type".into()));
        assert_eq!(
            chosen(What::Marked, &[("number", "1"), ("type", "2")]),
            Err("how".into()),
            "of another kind of file"
        );
        assert_eq!(chosen(What::Marked, &[("number", "1"), ("how", "1")]), Err("how".into()), "chosen twice");
        let all = chosen(What::Marked, &[("number", "1"), ("otherwise", "in-person")]).unwrap();
        assert_eq!(all.otherwise(), Some(Vote::InPerson));
        assert_eq!(chosen(What::Final, &[("number", "1"), ("otherwise", "voted")]), Err("type".into()));
    }
}
