//! Postcodes of the shape BS 7666 gives, and British Forces post offices.

use std::fmt;

/// A postcode in capitals with one space before its last three characters, or `BFPO` and a number.
///
/// The shape is checked (BS 7666), not whether the postcode is in use.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Postcode(String);

/// The text has not the shape of a postcode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this has not the shape of a postcode")]
pub struct NotAPostcode;

impl Postcode {
    /// The postcode as it is written: `SW1A 1AA`, `BFPO 57`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Lower case and without the space, as it stands in keys.
    pub fn key(&self) -> String {
        self.0.chars().filter(|&c| c != ' ').map(|c| c.to_ascii_lowercase()).collect()
    }
}

impl TryFrom<&str> for Postcode {
    type Error = NotAPostcode;

    /// Any case and any spaces are taken.
    fn try_from(given: &str) -> Result<Self, NotAPostcode> {
        let mut compact = [0u8; 8];
        let mut length = 0;
        for c in given.chars().filter(|c| !c.is_whitespace()) {
            let slot = compact.get_mut(length).ok_or(NotAPostcode)?;
            *slot = u8::try_from(c).map_err(|_| NotAPostcode)?.to_ascii_uppercase();
            length += 1;
        }
        parse(&compact[..length]).ok_or(NotAPostcode)
    }
}

impl fmt::Display for Postcode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn parse(compact: &[u8]) -> Option<Postcode> {
    let text = std::str::from_utf8(compact).ok()?;
    if let Some(number) = text.strip_prefix("BFPO").filter(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit())) {
        return Some(Postcode(format!("BFPO {number}")));
    }
    let split = compact.len().checked_sub(3)?;
    let (outward, inward) = compact.split_at(split);
    let known = compact == b"GIR0AA" || (is_outward(outward) && is_inward(inward));
    known.then(|| Postcode(format!("{} {}", &text[..split], &text[split..])))
}

fn is_outward(outward: &[u8]) -> bool {
    let first = |b: u8| b.is_ascii_uppercase() && !matches!(b, b'Q' | b'V' | b'X');
    let second = |b: u8| matches!(b, b'A'..=b'H' | b'K'..=b'Y');
    let digit = |b: u8| b.is_ascii_digit();
    match *outward {
        [a, d] => first(a) && digit(d),
        [a, d, e] if digit(d) => {
            first(a) && (digit(e) || matches!(e, b'A'..=b'H' | b'J' | b'K' | b'S' | b'T' | b'U' | b'W'))
        }
        [a, b, d] => first(a) && second(b) && digit(d),
        [a, b, d, e] => first(a) && second(b) && digit(d) && (digit(e) || b"ABEHMNPRVWXY".contains(&e)),
        _ => false,
    }
}

fn is_inward(inward: &[u8]) -> bool {
    let unit = |b: u8| b.is_ascii_uppercase() && !b"CIKMOV".contains(&b);
    matches!(*inward, [d, a, b] if d.is_ascii_digit() && unit(a) && unit(b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn emits_one_form_whatever_was_given() {
        for (given, emitted) in [
            ("sw1a1aa", "SW1A 1AA"),
            (" M1  1AE", "M1 1AE"),
            ("cr26xh", "CR2 6XH"),
            ("DN55 1PT", "DN55 1PT"),
            ("W1A\u{a0}0AX", "W1A 0AX"),
            ("gir0aa", "GIR 0AA"),
            ("bfpo57", "BFPO 57"),
            ("BFPO 1234", "BFPO 1234"),
        ] {
            assert_eq!(Postcode::try_from(given).map(|p| p.to_string()), Ok(emitted.to_owned()));
        }
    }

    #[test]
    fn refuses_other_shapes() {
        for given in ["", "BFPO", "Q1 1AA", "SW1A 1CA", "SW1A", "12 High St", "M111AEE", "ÉH1 1AA", "AI1 1AA"] {
            assert_eq!(Postcode::try_from(given), Err(NotAPostcode), "{given}");
        }
    }

    proptest! {
        #[test]
        fn what_is_emitted_is_read_back(given in "[A-PR-UWYZ][A-HK-Y]?[0-9]{1,2} {0,2}[0-9][ABD-HJLNP-UW-Z]{2}") {
            let postcode = Postcode::try_from(given.as_str()).expect("a postcode");
            prop_assert_eq!(Postcode::try_from(postcode.as_str()), Ok(postcode.clone()));
            prop_assert_eq!(Postcode::try_from(postcode.key().as_str()), Ok(postcode));
        }

        #[test]
        fn never_panics(given in any::<String>()) {
            let _ = Postcode::try_from(given.as_str());
        }
    }
}
