//! The code on paper: says which run's which item, short enough to type, with a letter at its end that catches a slip.
//!
//! `4K-127R`: run 148 in base 32, item 127, and the check. It names nobody, and opens nothing by itself.

use std::fmt;

/// The checks: letters alone, so that one is never taken for the item's last digit.
const CHECKS: &[u8; 19] = b"ABCDEFGHJKMNPQRSTVW";
/// The digits of a run's number: none that is mistaken for another (Crockford's base 32).
const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Which run's which item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Code {
    /// The run's number, from 1.
    pub run: i64,
    /// The item within it, from 1.
    pub item: i32,
}

impl Code {
    /// The check: any one slip of a digit, and nearly any two that changed places, give another.
    fn check(self) -> char {
        let digits = format!("{}-{}", base32(self.run), self.item);
        let sum = digits.bytes().fold(0u32, |sum, b| (sum * 5 + u32::from(b)) % 19);
        char::from(CHECKS[sum as usize])
    }

    /// Reads what somebody typed or a scanner read: case, spaces and O, I, L for 0, 1, 1 do not matter.
    pub fn parse(text: &str) -> Option<Code> {
        let text: String = text.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_uppercase()).collect();
        let (run, rest) = text.split_once('-')?;
        let (item, check) = rest.split_at_checked(rest.len().checked_sub(1)?)?;
        let run = run.bytes().try_fold(0i64, |n, b| {
            let b = match b {
                b'O' => b'0',
                b'I' | b'L' => b'1',
                other => other,
            };
            let digit = DIGITS.iter().position(|d| *d == b)?;
            n.checked_mul(32)?.checked_add(i64::try_from(digit).ok()?)
        })?;
        let code = Code { run, item: item.parse().ok().filter(|i| *i > 0)? };
        // A nought that crept in before it would change nothing that the check sees.
        (run > 0 && code.item.to_string() == item && check == code.check().to_string()).then_some(code)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}{}", base32(self.run), self.item, self.check())
    }
}

/// A run's number as its codes begin: "4K".
pub fn run_code(run: i64) -> String {
    base32(run)
}

fn base32(mut number: i64) -> String {
    let mut digits = Vec::new();
    while number > 0 {
        digits.push(DIGITS[usize::try_from(number % 32).unwrap_or_default()]);
        number /= 32;
    }
    digits.iter().rev().map(|b| char::from(*b)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_typed_carelessly_is_read_all_the_same() {
        let code = Code { run: 33, item: 127 };
        let typed = code.to_string().to_lowercase().replace('1', "l ").replacen('l', "1", 1);
        assert_eq!(Code::parse(&code.to_string()), Some(code));
        assert_eq!(Code::parse(&format!(" {} ", code.to_string().to_lowercase())), Some(code), "{typed}");
        for nothing in ["", "-", "4K", "4K-", "4K-0", "-12A", "U-1A", "4K-99999999999A"] {
            assert_eq!(Code::parse(nothing), None, "{nothing}");
        }
    }

    proptest! {
        #[test]
        fn every_code_is_read_back_and_no_slip_of_a_digit_is(run in 1i64..1_000_000, item in 1i32..200_000, at in 0usize..12, digit in 0usize..10) {
            let code = Code { run, item };
            let text = code.to_string();
            prop_assert_eq!(Code::parse(&text), Some(code));
            let mut slip: Vec<char> = text.chars().collect();
            let dash = text.find('-').unwrap();
            let at = dash + 1 + at % (slip.len() - dash - 2);
            let other = char::from(b'0' + u8::try_from(digit).unwrap());
            if slip[at] != other {
                slip[at] = other;
                prop_assert_eq!(Code::parse(&slip.into_iter().collect::<String>()), None);
            }
        }
    }
}
