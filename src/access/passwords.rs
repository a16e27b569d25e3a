//! Passwords: argon2id behind a semaphore with a bounded queue, so that a rush of sign-ins cannot take the memory.

use crate::error::Error;
use crate::turns;
use argon2::{Argon2, PasswordHasher, PasswordVerifier, password_hash::phc::PasswordHash};
use rand::seq::IndexedRandom;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::Semaphore;

/// Hashing at once: each takes 19 MiB and a core.
static HASHING: Semaphore = Semaphore::const_new(2);
/// Waiting for their turn; past it, the answer is "in a few seconds".
const QUEUE: usize = 64;
/// How long one waits at most: the whole queue takes a few seconds, and on a busy machine somewhat more.
const PATIENCE: Duration = Duration::from_secs(30);
static WAITING: AtomicUsize = AtomicUsize::new(0);

/// What an unknown account's password is compared with, so that both take the same time.
static NOBODY: LazyLock<String> = LazyLock::new(|| {
    Argon2::default().hash_password(b"nobody has this password").map(|h| h.to_string()).unwrap_or_default()
});

struct Place;

impl Place {
    fn take() -> Result<Self, Error> {
        if WAITING.fetch_add(1, Ordering::Relaxed) >= QUEUE {
            WAITING.fetch_sub(1, Ordering::Relaxed);
            return Err(Error::Busy);
        }
        Ok(Place)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        WAITING.fetch_sub(1, Ordering::Relaxed);
    }
}

async fn in_turn<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    let _place = Place::take()?;
    turns::in_turn(&HASHING, PATIENCE, work).await
}

/// Hashes a password as a PHC string.
///
/// # Errors
/// [`Error::Busy`] when the queue is full.
pub async fn hash(password: String) -> Result<String, Error> {
    in_turn(move || Argon2::default().hash_password(password.as_bytes()).map(|h| h.to_string()))
        .await?
        .map_err(|e| Error::internal(e.to_string()))
}

/// Whether the password is the hash's. Without a hash the same work is done and the answer is no.
///
/// # Errors
/// [`Error::Busy`] when the queue is full.
pub async fn verify(password: String, hash: Option<String>) -> Result<bool, Error> {
    in_turn(move || {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| NOBODY.clone());
        let matches = PasswordHash::new(&hash)
            .is_ok_and(|parsed| Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok());
        matches && known
    })
    .await
}

/// Makes the stand-in hash now, so that the first unknown account does not wait for it.
pub fn warm_up() {
    LazyLock::force(&NOBODY);
}

/// Words of this program and of its field, which are the first that anybody tries here.
const OURS: [&str; 16] = [
    "hustings",
    "campaign",
    "canvass",
    "canvasser",
    "canvassing",
    "doorstep",
    "election",
    "elector",
    "electoral",
    "organiser",
    "party",
    "politics",
    "register",
    "volunteer",
    "vote",
    "voter",
];

/// Why a password is not taken, if it is not: at least 12 characters or hard to guess, never a common one.
/// `about` are the person's own words (name, email), which must not carry it; nor must those of the field.
pub fn weakness(password: &str, about: &[&str]) -> Option<&'static str> {
    if password.chars().count() > 200 {
        return Some("Use at most 200 characters");
    }
    let known: Vec<&str> = about.iter().copied().chain(OURS).collect();
    let score = |of: &str| u8::from(zxcvbn::zxcvbn(of, &known).score());
    // A capital and an exclamation mark are the first dress that anybody puts on a common word.
    let bare: String = password.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    let long = password.chars().count() >= 12;
    match (long, score(password)) {
        (false, dressed) if dressed < 2 => {
            Some("Use at least 12 characters. Three or four words that do not belong together are good")
        }
        (_, dressed) if dressed < 2 || score(&bare) < 2 => {
            Some("This password is too easy to guess. Three or four words that do not belong together are good")
        }
        (true, _) | (false, 3..) => None,
        (false, _) => Some("Use at least 12 characters: a sentence you can remember is a good one"),
    }
}

/// Syllables that are easy to read out over a telephone.
const SYLLABLES: [&str; 64] = [
    "ba", "be", "bi", "bo", "bu", "da", "de", "di", "do", "du", "fa", "fe", "fi", "fo", "fu", "ga", "ge", "gi", "go",
    "gu", "ha", "he", "hi", "ho", "hu", "ja", "je", "jo", "ju", "ka", "ke", "ki", "ko", "ku", "la", "le", "li", "lo",
    "lu", "ma", "me", "mi", "mo", "mu", "na", "ne", "ni", "no", "nu", "pa", "pe", "pi", "po", "pu", "ra", "re", "ri",
    "ro", "ru", "sa", "se", "si", "so", "su",
];

/// A password for somebody to be given: four groups of three syllables, 72 random bits.
pub fn make() -> String {
    let mut rng = rand::rng();
    let mut group = || (0..3).filter_map(|_| SYLLABLES.choose(&mut rng).copied()).collect::<String>();
    [group(), group(), group(), group()].join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_and_short_passwords_are_refused_and_sentences_taken() {
        assert!(weakness("password1234", &[]).is_some());
        assert!(weakness("qwertyuiop12", &[]).is_some());
        assert!(weakness("imogen1", &["imogen"]).is_some());
        for ours in ["hustings2026", "Hustings2027!", "canvasser1234", "volunteer2026"] {
            assert!(weakness(ours, &[]).is_some(), "{ours}");
        }
        assert!(weakness("the ferry leaves at noon", &[]).is_none());
        assert!(weakness("kX9#vq2!Lp", &[]).is_none());
        assert!(weakness(&make(), &[]).is_none());
    }
}
