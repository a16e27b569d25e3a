//! Elector numbers: polling district, number, suffix.
//!
//! A number is unique within one version of one registration officer's register and is issued anew each year;
//! it never says that two entries of different registers are one person.

use std::fmt;

/// The letters of a polling district as they begin elector numbers: `AB1`, `KD-2/2`. Capitals, 1–16 characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct District(String);

/// `AB1-124/1`: district, number, and a suffix for those who came between two numbers (0: none).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ElectorNumber {
    /// The polling district.
    pub district: District,
    /// The number within the district, from 1.
    pub number: u32,
    /// The suffix; blank, `0` and `000` are all 0.
    pub suffix: u32,
}

/// Why a text is no elector number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotANumber {
    /// No polling district, or one with other characters than letters, digits, `-`, `/`, `.` and spaces.
    #[error("the polling district is missing or not readable")]
    District,
    /// No number, or not a whole number from 1.
    #[error("the elector number is missing or not a number")]
    Number,
    /// A suffix that is not a whole number.
    #[error("the elector number's suffix is not a number")]
    Suffix,
}

impl District {
    /// The letters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<&str> for District {
    type Error = NotANumber;

    fn try_from(given: &str) -> Result<Self, NotANumber> {
        let letters = given.trim().to_uppercase();
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '/' | '.' | ' ' | '_');
        let whole = (1..=16).contains(&letters.len()) && letters.chars().all(fits);
        let named = whole && letters.chars().any(|c| c.is_ascii_alphanumeric());
        named.then_some(Self(letters)).ok_or(NotANumber::District)
    }
}

impl fmt::Display for District {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl ElectorNumber {
    /// Reads the three columns of a register. The number's own may hold the suffix too: `124/1`, `5.000`, `3.5`, `12/`.
    pub fn from_columns(district: &str, number: &str, suffix: &str) -> Result<Self, NotANumber> {
        let (number, own) = split_suffix(number.trim());
        let suffix = if suffix.trim().is_empty() { own } else { suffix.trim() };
        Ok(Self {
            district: District::try_from(district)?,
            number: parse_number(number)?,
            suffix: parse_suffix(suffix)?,
        })
    }
}

impl TryFrom<&str> for ElectorNumber {
    type Error = NotANumber;

    /// Reads `AB1-124/1`. A district may itself hold `-` and `/`, so the last `-` parts it from the number.
    fn try_from(given: &str) -> Result<Self, NotANumber> {
        let (district, number) = given.trim().rsplit_once('-').ok_or(NotANumber::District)?;
        Self::from_columns(district, number, "")
    }
}

impl fmt::Display for ElectorNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.district, self.number)?;
        if self.suffix > 0 { write!(f, "/{}", self.suffix) } else { Ok(()) }
    }
}

fn split_suffix(number: &str) -> (&str, &str) {
    number.split_once(['/', '.']).unwrap_or((number, ""))
}

fn parse_number(text: &str) -> Result<u32, NotANumber> {
    digits(text).filter(|n| *n > 0).ok_or(NotANumber::Number)
}

fn parse_suffix(text: &str) -> Result<u32, NotANumber> {
    if text.is_empty() { Ok(0) } else { digits(text).ok_or(NotANumber::Suffix) }
}

/// `parse` alone would take a plus sign.
fn digits(text: &str) -> Option<u32> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(given: &str) -> String {
        ElectorNumber::try_from(given).map_or_else(|e| e.to_string(), |n| n.to_string())
    }

    #[test]
    fn reads_and_prints_whole_numbers() {
        for (given, printed) in [
            ("AB1-124/1", "AB1-124/1"),
            ("AB1-124", "AB1-124"),
            ("ab1-124/", "AB1-124"),
            ("KD-2/2-289/1", "KD-2/2-289/1"),
            ("A3/1-5.000", "A3/1-5"),
            ("AB1-3.5", "AB1-3/5"),
            ("AB1-124/000", "AB1-124"),
        ] {
            assert_eq!(read(given), printed);
        }
    }

    #[test]
    fn reads_columns() {
        for (number, suffix, printed) in [
            ("124", "", "AB1-124"),
            ("124", "0", "AB1-124"),
            ("124", "000", "AB1-124"),
            ("124", "2", "AB1-124/2"),
            ("5.000", "", "AB1-5"),
            ("12/1", "", "AB1-12/1"),
        ] {
            let read = ElectorNumber::from_columns("AB1", number, suffix).map(|n| n.to_string());
            assert_eq!(read.as_deref(), Ok(printed));
        }
    }

    #[test]
    fn refuses_with_the_part_that_is_wrong() {
        use NotANumber::*;
        for (district, number, suffix, reason) in [
            ("", "1", "", District),
            ("---", "1", "", District),
            ("AB1", "", "", Number),
            ("AB1", "0", "", Number),
            ("AB1", "+5", "", Number),
            ("AB1", "99999999999", "", Number),
            ("AB1", "5", "x", Suffix),
            ("Ref: AB1", "1", "", District),
        ] {
            assert_eq!(ElectorNumber::from_columns(district, number, suffix), Err(reason));
        }
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_back(district in "[A-Z]{1,3}[0-9]?(-[0-9]/[0-9])?", number in 1u32..100_000, suffix in 0u32..1000) {
            let made = ElectorNumber::from_columns(&district, &number.to_string(), &suffix.to_string()).expect("a number");
            prop_assert_eq!(ElectorNumber::try_from(made.to_string().as_str()), Ok(made));
        }

        #[test]
        fn never_panics(given in any::<String>()) {
            let _ = ElectorNumber::try_from(given.as_str());
        }
    }
}
