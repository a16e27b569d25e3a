//! The code on paper: says which run's which item, short enough to type, with a letter at its end that catches a slip.
//!
//! `4K-127R`: run 111 in base 23, item 127, and the check. It names nobody, and opens nothing by itself.

use std::fmt;

/// The digits of a run's number, none that is mistaken for another. As many as there are checks: one letter can tell no
/// more values of a digit apart.
const DIGITS: &[u8; 23] = b"0123456789ABCDEFGHJKMNP";
/// The checks: letters alone, so that one is never taken for the item's last digit, and no O, I or L.
const CHECKS: &[u8; 23] = b"ABCDEFGHJKMNPQRSTUVWXYZ";

/// Which run's which item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Code {
    /// The run's number, from 1.
    pub run: i64,
    /// The item within it, from 1.
    pub item: i32,
}

impl Code {
    /// Reads what somebody typed or a scanner read: case, spaces and O, I, L for 0, 1, 1 do not matter.
    pub fn parse(text: &str) -> Option<Code> {
        let text: String = text.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_uppercase()).collect();
        let (body, check) = text.split_at_checked(text.len().checked_sub(1)?)?;
        let body = body.replace('O', "0").replace(['I', 'L'], "1");
        let (run, item) = body.split_once('-')?;
        let run = run.bytes().try_fold(0i64, |n, b| {
            let digit = DIGITS.iter().position(|d| *d == b)?;
            n.checked_mul(23)?.checked_add(i64::try_from(digit).ok()?)
        })?;
        let code = Code { run, item: item.parse().ok()? };
        // As it is written and not otherwise: a nought that crept in before a number is a slip as well.
        (code.run > 0 && code.item > 0 && code.to_string() == format!("{body}{check}")).then_some(code)
    }
}

/// The check: digits by their values, the dash as a nought, each times a power of 5, modulo 23. That is a prime above every
/// digit, and 5 passes through every value before it comes back to 1: any one wrong digit gives another letter, and so do
/// any two digits that changed places. `code-of` in `press/sheets/house.typ` writes the same.
fn check(body: &str) -> char {
    let value = |b: u8| DIGITS.iter().position(|d| *d == b).unwrap_or(0);
    char::from(CHECKS[body.bytes().fold(0, |sum, b| (sum * 5 + value(b)) % 23)])
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let body = format!("{}-{}", run_code(self.run), self.item);
        write!(f, "{body}{}", check(&body))
    }
}

/// A run's number as its codes begin: "4K".
pub fn run_code(mut run: i64) -> String {
    let mut digits = Vec::new();
    while run > 0 {
        digits.push(DIGITS[usize::try_from(run % 23).unwrap_or_default()]);
        run /= 23;
    }
    digits.iter().rev().map(|b| char::from(*b)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_code_that_pages_show_as_an_example_is_one() {
        assert_eq!(Code::parse("4K-127R"), Some(Code { run: 111, item: 127 }));
        assert_eq!(Code { run: 111, item: 127 }.to_string(), format!("{}-127R", run_code(111)));
    }

    #[test]
    fn what_is_typed_carelessly_is_read_all_the_same() {
        // Ones and noughts on both sides of the dash.
        let code = Code { run: 12_719, item: 1_017 };
        let text = code.to_string();
        assert!(text.starts_with("1110-1017"), "{text}");
        let check = text.chars().next_back().unwrap();
        for typed in ["1110-1017", "lIiO-Lo17", "111o-iOl7", " 11 10 - 10 17 "] {
            assert_eq!(Code::parse(&format!("{typed}{check}")), Some(code), "{typed}");
            assert_eq!(Code::parse(&format!("{typed} {} ", check.to_ascii_lowercase())), Some(code), "{typed}");
        }
        for nothing in ["", "-", "4K", "4K-", "4K-0", "-12A", "U-1A", "4K-99999999999A", "4K-127", "4K-127é"] {
            assert_eq!(Code::parse(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn a_nought_or_a_sign_before_a_number_is_a_slip() {
        for body in ["4K-0127", "04K-127", "4K-+127"] {
            for check in CHECKS {
                let typed = format!("{body}{}", char::from(*check));
                assert_eq!(Code::parse(&typed), None, "{typed}");
            }
        }
    }

    proptest! {
        #[test]
        fn every_code_is_read_back_and_none_with_one_wrong_character(run in 1i64..10_000_000, item in 1i32..200_000) {
            let code = Code { run, item };
            let text = code.to_string();
            prop_assert_eq!(Code::parse(&text), Some(code));
            let whole: Vec<char> = text.chars().collect();
            for at in 0..whole.len() {
                for other in ('0'..='9').chain('A'..='Z').chain(['-']) {
                    let mut slip = whole.clone();
                    slip[at] = other;
                    let slip: String = slip.into_iter().collect();
                    let read = Code::parse(&slip);
                    prop_assert!(read.is_none() || read == Some(code), "{} is read as {:?}", slip, read);
                }
            }
        }

        #[test]
        fn no_code_is_read_with_two_digits_in_each_others_place(run in 1i64..10_000_000, item in 1i32..200_000) {
            let text: Vec<char> = Code { run, item }.to_string().chars().collect();
            let digits: Vec<usize> = (0..text.len() - 1).filter(|at| text[*at] != '-').collect();
            for &one in &digits {
                for &other in &digits {
                    let mut slip = text.clone();
                    slip.swap(one, other);
                    let read = Code::parse(&slip.iter().collect::<String>());
                    prop_assert!(slip == text || read.is_none(), "{:?} is read as {:?}", slip, read);
                }
            }
        }
    }
}
