//! What an account is called: an address to sign in with, a person's name.

use crate::electors::folding::{clean, is_invisible};
use crate::error::Error;

/// An email address as accounts keep it: lower case, no spaces, one @ with something on either side.
///
/// # Errors
/// [`Error::Invalid`] on `email`.
pub fn email_address(typed: &str) -> Result<String, Error> {
    let email = typed.trim().to_lowercase();
    // What is written around an address, and what mail servers take for something else.
    let plain = !email.contains(|c: char| c.is_whitespace() || c.is_control() || "<>()[],;:\\\"".contains(c));
    let parts = email.split_once('@').is_some_and(|(who, host)| {
        !who.is_empty() && host.len() >= 3 && host.contains('.') && !host.contains('@') && !host.ends_with('.')
    });
    match email.len() {
        3..=254 if plain && parts => Ok(email),
        _ => Err(Error::field("email", "Give an email address, like ann@example.org")),
    }
}

/// How somebody is reached who joins at a door: an email address, or a telephone number of the United Kingdom, kept as +44….
///
/// # Errors
/// [`Error::Invalid`] on `contact`.
pub fn contact(typed: &str) -> Result<String, Error> {
    if typed.contains('@') {
        return email_address(typed)
            .map_err(|_| Error::field("contact", "Give an email address, like ann@example.org"));
    }
    let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
    let rest = digits.strip_prefix("0044").or_else(|| digits.strip_prefix("44")).or_else(|| digits.strip_prefix('0'));
    let plain = typed.chars().all(|c| c.is_ascii_digit() || " +()-.".contains(c));
    match rest {
        Some(rest) if plain && (9..=10).contains(&rest.len()) && !rest.starts_with('0') => Ok(format!("+44{rest}")),
        _ => Err(Error::field("contact", "Give a telephone number, like 07700 900123, or an email address")),
    }
}

/// A person's name, cleaned of what nobody types on purpose.
///
/// # Errors
/// [`Error::Invalid`] on `name`.
pub fn person_name(typed: &str) -> Result<String, Error> {
    let name = clean(typed);
    match name.chars().count() {
        1..=200 => Ok(name),
        0 => Err(Error::field("name", "Give a name")),
        _ => Err(Error::field("name", "Use at most 200 characters")),
    }
}

/// A text of this field that must be there and not longer than it may, without what nobody sees: what turns the direction of
/// writing would make a mark or a record read as another.
///
/// # Errors
/// [`Error::Invalid`] on `field`, with `missing` when there is nothing.
pub fn text(field: &str, typed: &str, longest: usize, missing: &str) -> Result<String, Error> {
    let seen: String = typed.chars().filter(|c| matches!(c, '\n' | '\r' | '\t') || !is_invisible(*c)).collect();
    let text = seen.trim();
    match text.chars().count() {
        0 => Err(Error::field(field, missing)),
        n if n > longest => Err(Error::field(field, format!("Use at most {longest} characters"))),
        _ => Ok(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_telephone_number_is_the_same_however_it_is_typed() {
        for typed in ["07700 900123", "+44 7700 900123", "0044 (7700) 900-123", "07700900123"] {
            assert_eq!(contact(typed).unwrap(), "+447700900123", "{typed}");
        }
        assert_eq!(contact("Bo@Lantern.Example").unwrap(), "bo@lantern.example");
        for bad in ["", "0", "12345", "07700 900 12345 6", "call me", "07700 9oo123", "bo@"] {
            assert!(contact(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_address_is_kept_as_it_will_be_typed_again() {
        assert_eq!(email_address(" Bo@Lantern.Example ").unwrap(), "bo@lantern.example");
        for bad in ["", "bo", "bo@", "@lantern.example", "bo@x", "a b@lantern.example", "bo@lantern@example.org"] {
            assert!(email_address(bad).is_err(), "{bad}");
        }
        assert_eq!(person_name(" Bo\u{202e}  Ferreday ").unwrap(), "Bo Ferreday");
    }
}
