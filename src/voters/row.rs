//! A line of a council's list: an elector number, the name beside it where there is one, and what is said of them.

use super::columns::{Columns, Field};
use super::{Vote, What};
use crate::electors::folding::fold;
use crate::registers::number::{ElectorNumber, NotANumber};

/// What one line says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Whose number.
    pub number: ElectorNumber,
    /// The name as the file has it, to compare.
    pub name: Name,
    /// What is said.
    pub vote: Vote,
}

/// A name as it stands in a list, folded; empty where the list has none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Name {
    surname: String,
    forename: String,
    whole: String,
}

/// Why a line cannot be taken. Never a word of what stands in it.
pub const REFUSALS: [&str; 6] = [
    "The polling district is missing, or is none",
    "The elector number is missing, or is none",
    "The elector number’s suffix is no number",
    "The word for how they vote is not known",
    "A yes or no is something else",
    "The word for whether they voted is not known",
];

/// Reads a line.
///
/// # Errors
/// One of [`REFUSALS`].
pub fn read(what: What, columns: &Columns, cells: &[String]) -> Result<Row, &'static str> {
    let number = number(columns, cells).map_err(|e| match e {
        NotANumber::District => REFUSALS[0],
        NotANumber::Number => REFUSALS[1],
        NotANumber::Suffix => REFUSALS[2],
    })?;
    let vote = if what.is_marked() { voted(columns, cells)? } else { absent(columns, cells)? };
    Ok(Row { number, name: Name::of(columns, cells), vote })
}

/// Whether nothing stands in a line that is read at all.
pub fn is_blank(columns: &Columns, cells: &[String]) -> bool {
    columns.of(Field::Number, cells).is_empty() && columns.of(Field::District, cells).is_empty()
}

/// District, number and suffix, in columns of their own or in one: `QB1-12/1`.
fn number(columns: &Columns, cells: &[String]) -> Result<ElectorNumber, NotANumber> {
    let (district, number) = (columns.of(Field::District, cells), columns.of(Field::Number, cells));
    // Behind the number of an anonymous entry stands an N.
    let number = number.strip_suffix(|c: char| matches!(c, 'N' | 'n')).map_or(number, str::trim);
    if district.is_empty() || number.contains('-') {
        return ElectorNumber::try_from(number);
    }
    ElectorNumber::from_columns(district, number, columns.of(Field::Suffix, cells))
}

/// How they vote, of an absent voters' list.
fn absent(columns: &Columns, cells: &[String]) -> Result<Vote, &'static str> {
    if columns.has(Field::Type) {
        return match fold(columns.of(Field::Type, cells)).as_str() {
            "postal" | "post" | "by post" | "pv" | "postal vote" | "postal voter" | "p" => Ok(Vote::Post),
            "proxy" | "by proxy" | "proxy vote" | "proxy voter" | "px" | "x" => Ok(Vote::Proxy),
            "postal proxy" | "proxy postal" | "pp" | "postal vote by proxy" => Ok(Vote::PostalProxy),
            "" | "none" | "in person" => Ok(Vote::Not),
            _ => Err(REFUSALS[3]),
        };
    }
    let post = yes(columns.of(Field::Post, cells))?;
    let proxy = yes(columns.of(Field::Proxy, cells))?;
    Ok(match (post, proxy) {
        (true, true) => Vote::PostalProxy,
        (true, false) => Vote::Post,
        (false, true) => Vote::Proxy,
        _ if columns.has(Field::Post) || columns.has(Field::Proxy) => Vote::Not,
        _ => columns.otherwise().unwrap_or(Vote::Not),
    })
}

fn yes(word: &str) -> Result<bool, &'static str> {
    match fold(word).as_str() {
        "true" | "yes" | "y" | "1" | "t" | "x" => Ok(true),
        "false" | "no" | "n" | "0" | "f" | "" => Ok(false),
        _ => Err(REFUSALS[4]),
    }
}

/// Whether they voted, and how, of a marked register. A postal ballot that came back is a vote, whatever became of it.
fn voted(columns: &Columns, cells: &[String]) -> Result<Vote, &'static str> {
    let said = columns.has(Field::How).then(|| how(columns.of(Field::How, cells))).transpose()?;
    let received = !columns.of(Field::Received, cells).is_empty();
    Ok(match said {
        _ if received => Vote::Post,
        Some(vote) => vote,
        None if columns.has(Field::Received) => Vote::Not,
        None => columns.otherwise().unwrap_or(Vote::Not),
    })
}

fn how(word: &str) -> Result<Vote, &'static str> {
    match fold(word).as_str() {
        "in person" | "inperson" | "polling station" | "at the polling station" | "station" => Ok(Vote::InPerson),
        "postal" | "post" | "by post" | "pv" | "returned" | "received" | "accepted" | "rejected" | "valid"
        | "invalid" => Ok(Vote::Post),
        "proxy" | "by proxy" | "postal proxy" => Ok(Vote::Proxy),
        "voted" | "yes" | "y" | "true" | "1" | "x" | "v" | "marked" => Ok(Vote::Voted),
        "" | "no" | "n" | "false" | "0" | "not voted" | "did not vote" | "not returned" | "not received" | "issued"
        | "outstanding" => Ok(Vote::Not),
        _ => Err(REFUSALS[5]),
    }
}

impl Name {
    fn of(columns: &Columns, cells: &[String]) -> Self {
        let folded = |field: Field| {
            let given = columns.of(field, cells);
            // "(z) Vale" is not in the open register.
            fold(given.strip_prefix("(z)").unwrap_or(given))
        };
        Name { surname: folded(Field::Surname), forename: folded(Field::Forename), whole: folded(Field::Name) }
    }

    /// Whether it may be the name of whoever the register has under `key`, "surname forenames" folded. Both halves must fit: next to
    /// a number that moved by one stands the wife.
    pub fn fits(&self, key: &str) -> bool {
        let words: Vec<&str> = key.split(' ').filter(|w| !w.is_empty()).collect();
        let among = |name: &str| name.split(' ').filter(|w| !w.is_empty()).all(|w| words.iter().any(|k| near(k, w)));
        if !self.surname.is_empty() || !self.forename.is_empty() {
            let first = self.forename.split(' ').next().unwrap_or_default();
            let after: Vec<&str> = match key.strip_prefix(self.surname.as_str()) {
                Some(rest) if rest.is_empty() || rest.starts_with(' ') || self.surname.is_empty() => {
                    rest.split(' ').collect()
                }
                _ => return false,
            };
            let named: Vec<&str> = after.into_iter().filter(|w| !w.is_empty()).collect();
            return first.is_empty() || named.is_empty() || named.iter().any(|k| near(k, first));
        }
        self.whole.is_empty() || among(&self.whole)
    }
}

/// The same word, an initial of it, or a shortening.
fn near(one: &str, other: &str) -> bool {
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    short == long || ((short.len() == 1 || short.len() > 2) && long.starts_with(short))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn line(what: What, headings: &str, cells: &str) -> Result<Row, &'static str> {
        let part = |line: &str| line.split(',').map(str::to_owned).collect::<Vec<_>>();
        read(what, &Columns::guess(what, &part(headings)), &part(cells))
    }

    #[test]
    fn numbers_stand_in_one_column_or_in_several() {
        for (headings, cells, number) in [
            ("AV Type,PD/ENO", "Postal,QB1-12/1", "QB1-12/1"),
            ("AV Type,PD/ENO", "Postal,KD-2/2-289/1", "KD-2/2-289/1"),
            ("AV Type,PD,ENO", "Postal,QB1,47/1", "QB1-47/1"),
            ("AV Type,PD,ENO", "Postal,QB1,47/", "QB1-47"),
            ("AV Type,PD,ENO", "Postal,QB1,12 N", "QB1-12"),
            ("AV Type,PD,ENO,Suffix", "Postal,QB1,47,2", "QB1-47/2"),
            ("AV Type,PDCode,RollNo", "Postal,qb1,5.000", "QB1-5"),
            ("AV Type,PD,Elector No", "Postal,QB1,QB1-5", "QB1-5"),
        ] {
            assert_eq!(line(What::Final, headings, cells).unwrap().number.to_string(), number, "{cells}");
        }
        assert_eq!(line(What::Final, "AV Type,PD/ENO", "Postal,12"), Err(REFUSALS[0]));
        assert_eq!(line(What::Final, "AV Type,PD,ENO", "Postal,QB1,twelve"), Err(REFUSALS[1]));
    }

    #[test]
    fn ways_of_voting_are_read_in_the_words_that_councils_use() {
        let absent = |headings: &str, cells: &str| line(What::Final, headings, cells).map(|r| r.vote);
        assert_eq!(absent("AV Type,PD/ENO", "Postal Proxy,A-1"), Ok(Vote::PostalProxy));
        assert_eq!(absent("AV Type,PD/ENO", "PROXY,A-1"), Ok(Vote::Proxy));
        assert_eq!(absent("AV Type,PD/ENO", "By pigeon,A-1"), Err(REFUSALS[3]));
        assert_eq!(absent("MarkerPostal,PD/ENO", "TRUE,A-1"), Ok(Vote::Post));
        assert_eq!(absent("MarkerPostal,PD/ENO", "FALSE,A-1"), Ok(Vote::Not));
        assert_eq!(absent("MarkerPostal,PD/ENO", "perhaps,A-1"), Err(REFUSALS[4]));
        let voted = |headings: &str, cells: &str| line(What::Marked, headings, cells).map(|r| r.vote);
        assert_eq!(voted("PD,ENO,How Voted", "A,1,in person"), Ok(Vote::InPerson));
        assert_eq!(voted("PD,ENO,How Voted", "A,1,"), Ok(Vote::Not));
        assert_eq!(voted("PD,ENO,How Voted", "A,1,harbour party"), Err(REFUSALS[5]));
        assert_eq!(voted("RecNo,ElectorNo,PVSStatus,DecReceiptDate", "1,A-1,,05/05/2026"), Ok(Vote::Post));
        assert_eq!(voted("RecNo,ElectorNo,PVSStatus,DecReceiptDate", "1,A-1,Not returned,"), Ok(Vote::Not));
    }

    #[test]
    fn another_name_beside_the_number_is_found_out() {
        let name = |surname: &str, forename: &str, whole: &str| Name {
            surname: fold(surname),
            forename: fold(forename),
            whole: fold(whole),
        };
        let key = "prys jones gwenllian mary";
        assert!(name("PRYS-JONES", "Gwenllian", "").fits(key) && name("Prys Jones", "G", "").fits(key));
        assert!(name("", "", "Gwenllian Prys-Jones").fits(key) && name("", "", "").fits(key));
        assert!(!name("Prys-Jones", "Idris", "").fits(key), "somebody else of the home");
        assert!(!name("Vale", "Gwenllian", "").fits(key) && !name("", "", "Idris Vale").fits(key));
        assert!(!name("Pry", "Gwenllian", "").fits(key), "a name ends where it ends");
        assert!(name("Vale", "", "").fits("vale una") && name("Vale", "Una", "").fits("vale"));
    }

    proptest! {
        #[test]
        fn nothing_in_a_line_makes_reading_panic(cells in proptest::collection::vec(any::<String>(), 3), key in any::<String>()) {
            for (what, headings) in [(What::Final, ["AV Type", "PD/ENO", "Elector Name"]), (What::Marked, ["PD", "ENO", "How Voted"])] {
                let columns = Columns::guess(what, &headings.map(str::to_owned));
                if let Ok(row) = read(what, &columns, &cells) {
                    let _ = row.name.fits(&key);
                }
            }
        }
    }
}
