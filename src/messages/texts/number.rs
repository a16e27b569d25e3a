//! Telephone numbers that a text can go to, as they are told between networks (E.164).

/// A mobile number as `+447700900123`, however it was typed; numbers of other countries begin with + or 00. None: no text goes there.
pub fn number(typed: &str) -> Option<String> {
    let plain = typed.trim();
    if !plain.chars().all(|c| c.is_ascii_digit() || " +()-./\u{a0}".contains(c))
        || plain.rfind('+').is_some_and(|at| at > 0)
    {
        return None;
    }
    // "+44 (0)7700 900123" is how many write it.
    let plain = plain.replace("(0)", "");
    let digits: String = plain.chars().filter(char::is_ascii_digit).collect();
    let whole = match (plain.starts_with('+'), digits.strip_prefix("00"), digits.strip_prefix('0')) {
        (true, ..) => digits.clone(),
        (false, Some(abroad), _) => abroad.to_owned(),
        (false, None, Some(national)) => format!("44{national}"),
        (false, None, None) if digits.starts_with("44") && digits.len() == 12 => digits.clone(),
        _ => return None,
    };
    let right = match whole.strip_prefix("44") {
        // Of the United Kingdom: 07 and nine more, but no pager and no number that leads elsewhere at a price.
        Some(national) => {
            national.len() == 10
                && national.starts_with('7')
                && !national.starts_with("70")
                && (!national.starts_with("76") || national.starts_with("7624"))
        }
        None => (8..=15).contains(&whole.len()) && !whole.starts_with('0'),
    };
    right.then(|| format!("+{whole}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_number_is_the_same_however_it_is_typed() {
        for typed in [
            "07700 900123",
            "+44 7700 900123",
            "+44 (0)7700 900123",
            "0044 7700 900123",
            "447700900123",
            "(07700) 900-123",
        ] {
            assert_eq!(number(typed).as_deref(), Some("+447700900123"), "{typed}");
        }
        assert_eq!(number("+353 85 123 4567").as_deref(), Some("+353851234567"));
        assert_eq!(number("07624 123456").as_deref(), Some("+447624123456"), "the Isle of Man");
        for none in [
            "",
            "020 7946 0123",
            "07012 345678",
            "07612 345678",
            "07700 90012",
            "07700 9001234",
            "call me",
            "+",
            "0",
            "7+7",
            "07700900123\r\nTo: +1",
            "+0123456789",
            "٠٧٧٠٠٩٠٠١٢٣",
        ] {
            assert_eq!(number(none), None, "{none}");
        }
    }

    proptest! {
        #[test]
        fn what_comes_out_is_a_number_and_stays_itself(typed in "[0-9+() .-]{0,24}|.{0,24}") {
            if let Some(number_of) = number(&typed) {
                prop_assert!(number_of.strip_prefix('+').is_some_and(|d| (8..=15).contains(&d.len()) && d.bytes().all(|b| b.is_ascii_digit())));
                prop_assert_eq!(number(&number_of), Some(number_of));
            }
        }
    }
}
