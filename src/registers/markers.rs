//! Franchise markers: the letters beside a name that say at which polls it may vote.
//!
//! Several letters may share a cell. The letters mean, by the regulations on the register (Representation of the
//! People Regulations 2001 and their Scottish and Welsh twins): F overseas, UK Parliament only; G, B, K citizens of EU
//! states, local polls; L local only (peers); M qualifying foreign nationals in Scotland; N anonymous; E an older EU
//! mark; A a postal voter on a polling station's copy; Z not in the open register. None: all polls.

use std::fmt;

const KNOWN: &[u8] = b"ABEFGKLMNZ";

/// The markers of one register entry: the letters, and the cell as given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Markers {
    letters: u32,
    /// The cell, cleaned.
    pub given: String,
}

impl Markers {
    /// Reads a cell; whatever is no letter parts letters.
    pub fn parse(given: &str) -> Self {
        let letters = given.bytes().filter(u8::is_ascii_alphabetic).fold(0, |set, letter| set | bit(letter));
        Self { letters, given: given.to_owned() }
    }

    /// Whether the entry bears this letter (`A`–`Z`).
    pub fn has(&self, letter: char) -> bool {
        u8::try_from(letter).is_ok_and(|letter| letter.is_ascii_alphabetic() && self.letters & bit(letter) != 0)
    }

    /// The letters in alphabetical order.
    pub fn letters(&self) -> impl Iterator<Item = char> {
        (b'A'..=b'Z').filter(|letter| self.letters & bit(*letter) != 0).map(char::from)
    }

    /// Letters of which nothing is known here: warned about, never fatal.
    pub fn unknown(&self) -> impl Iterator<Item = char> {
        self.letters().filter(|letter| !u8::try_from(*letter).is_ok_and(|l| KNOWN.contains(&l)))
    }

    /// Overseas: votes for the UK Parliament only and has no address on the register.
    pub fn overseas(&self) -> bool {
        self.has('F')
    }

    /// Anonymous: number and N, no person.
    pub fn anonymous(&self) -> bool {
        self.has('N')
    }

    /// Left out of the open register.
    pub fn not_in_open_register(&self) -> bool {
        self.has('Z')
    }
}

impl fmt::Display for Markers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.letters().try_for_each(|letter| write!(f, "{letter}"))
    }
}

fn bit(letter: u8) -> u32 {
    1 << (letter.to_ascii_uppercase() - b'A')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn several_letters_share_a_cell() {
        let markers = Markers::parse("G, A (z)");
        assert_eq!(markers.to_string(), "AGZ");
        assert!(markers.not_in_open_register() && markers.has('g') && !markers.overseas() && !markers.anonymous());
        assert_eq!(markers.given, "G, A (z)");
    }

    #[test]
    fn unknown_letters_are_told() {
        assert_eq!(Markers::parse("FQ?").unknown().collect::<String>(), "Q");
        assert_eq!(Markers::parse("").letters().count(), 0);
        assert!(!Markers::parse("G").has('é'));
    }

    proptest! {
        #[test]
        fn never_panics(given in any::<String>()) {
            let markers = Markers::parse(&given);
            prop_assert!(markers.unknown().count() <= markers.letters().count());
        }
    }
}
