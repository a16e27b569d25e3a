//! What an account is called: an address to sign in with, a person's name.

use crate::electors::folding::clean;
use crate::error::Error;

/// An email address as accounts keep it: lower case, no spaces, one @ with something on either side.
///
/// # Errors
/// [`Error::Invalid`] on `email`.
pub fn email_address(typed: &str) -> Result<String, Error> {
    let email = typed.trim().to_lowercase();
    let plain = !email.contains(|c: char| c.is_whitespace() || c.is_control());
    let parts = email.split_once('@').is_some_and(|(who, host)| {
        !who.is_empty() && host.len() >= 3 && host.contains('.') && !host.contains('@') && !host.ends_with('.')
    });
    match email.len() {
        3..=254 if plain && parts => Ok(email),
        _ => Err(Error::field("email", "Give an email address, like ann@example.org")),
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
        0 => Err(Error::field("name", "Give the person’s name")),
        _ => Err(Error::field("name", "Use at most 200 characters")),
    }
}

/// A text of this field that must be there and not longer than it may.
///
/// # Errors
/// [`Error::Invalid`] on `field`, with `missing` when there is nothing.
pub fn text(field: &str, typed: &str, longest: usize, missing: &str) -> Result<String, Error> {
    let text = typed.trim();
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
    fn an_address_is_kept_as_it_will_be_typed_again() {
        assert_eq!(email_address(" Bo@Lantern.Example ").unwrap(), "bo@lantern.example");
        for bad in ["", "bo", "bo@", "@lantern.example", "bo@x", "a b@lantern.example", "bo@lantern@example.org"] {
            assert!(email_address(bad).is_err(), "{bad}");
        }
        assert_eq!(person_name(" Bo\u{202e}  Ferreday ").unwrap(), "Bo Ferreday");
    }
}
