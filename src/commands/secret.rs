//! Secrets come in on standard input, never in an argument, which others on the machine could read.

use crate::access::passwords;
use crate::error::Error;
use std::io::Read;

/// The password on standard input, up to the end of its line; one that is easy to guess is refused.
///
/// # Errors
/// [`Error::Refused`] when there is none; [`Error::Invalid`] on `password` when it is too weak.
pub fn password(about: &[&str]) -> Result<String, Error> {
    let mut typed = String::new();
    std::io::stdin()
        .take(4096)
        .read_to_string(&mut typed)
        .map_err(|_| Error::Refused("No password could be read from standard input".into()))?;
    let password = typed.trim_end_matches(['\n', '\r']);
    match passwords::weakness(password, about) {
        Some(weak) => Err(Error::field("password", weak)),
        None => Ok(password.to_owned()),
    }
}
