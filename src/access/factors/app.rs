//! Codes of an authenticator app (TOTP, RFC 6238): six digits every 30 seconds, the last and the next taken too.

use crate::error::Error;
use crate::keys::{Keys, Kind};
use totp_rs::{Builder, Secret, Totp};
use uuid::Uuid;

/// How many digits a code has.
pub const DIGITS: usize = 6;
/// How long a code stands, in seconds.
const STEP: i64 = 30;
/// How far off a clock may be to be told of it, in steps: ten minutes.
const FAR: i64 = 20;

/// What a code is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Checked {
    /// Right, of this step.
    Right(i64),
    /// Of a moment this many minutes from now: not taken.
    ClockOff(i64),
    /// Neither.
    Wrong,
}

/// A new app's secret: 160 random bits (RFC 4226, 4).
pub fn new_secret() -> [u8; 20] {
    rand::random()
}

fn totp(secret: &[u8], account: &str, issuer: &str) -> Result<Totp, Error> {
    // A colon separates the two in what the app is told.
    let plain = |text: &str| text.replace(':', " ");
    Builder::new()
        .with_secret(Secret::new(secret.into()))
        .with_account_name(plain(account))
        .with_issuer(Some(plain(issuer)))
        .build()
        .map_err(|e| Error::internal(e.to_string()))
}

/// Whether the code is the secret's at this time (seconds since 1970).
pub fn check(secret: &[u8], code: &str, now: i64) -> Checked {
    let Ok(totp) = totp(secret, "", "Hustings") else { return Checked::Wrong };
    let at = |time: i64| u64::try_from(time).unwrap_or_default();
    if let Some(step) = totp.check(code, at(now)) {
        return i64::try_from(step).map_or(Checked::Wrong, Checked::Right);
    }
    let far = (-FAR..=FAR).find(|steps| totp.generate(at(now + steps * STEP)).to_string() == code);
    far.map_or(Checked::Wrong, |steps| Checked::ClockOff(steps * STEP / 60))
}

/// What an app scans: `otpauth://totp/…`.
///
/// # Errors
/// None that could happen: the names are cleaned of what may not stand there.
pub fn url(secret: &[u8], account: &str, issuer: &str) -> Result<String, Error> {
    totp(secret, account, issuer)?.to_url().map_err(|e| Error::internal(e.to_string()))
}

/// The secret as it is typed where nothing can be scanned: base32 in groups of four.
pub fn typed(secret: &[u8]) -> String {
    let text = Secret::new(secret.into()).to_base32();
    text.as_bytes().chunks(4).map(|c| String::from_utf8_lossy(c).into_owned()).collect::<Vec<_>>().join(" ")
}

/// An app's secret as the database holds it.
#[derive(Debug, Clone)]
pub struct Held {
    /// The factor.
    pub id: Uuid,
    /// Which key encrypted it.
    pub key_id: String,
    /// Encrypted.
    pub sealed: Vec<u8>,
}

impl Held {
    /// Opens it.
    ///
    /// # Errors
    /// [`Error::Refused`] when the key is missing.
    pub fn secret(&self, keys: &Keys) -> Result<Vec<u8>, Error> {
        keys.decrypt(Kind::Factors, &self.key_id, &self.sealed, self.id.as_bytes())
    }

    /// A secret encrypted for the factor of this id.
    ///
    /// # Errors
    /// [`Error::Refused`] when the key cannot be read.
    pub fn new(keys: &Keys, id: Uuid, secret: &[u8]) -> Result<Self, Error> {
        let (key_id, sealed) = keys.encrypt(Kind::Factors, secret, id.as_bytes())?;
        Ok(Held { id, key_id, sealed })
    }
}

/// The code at a time, for the demonstration and tests.
///
/// # Errors
/// None that could happen with a secret of ours.
pub fn code_at(secret: &[u8], time: i64) -> Result<String, Error> {
    let time = u64::try_from(time).unwrap_or_default();
    Ok(totp(secret, "", "Hustings")?.generate(time).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_795_800_000;

    #[test]
    fn a_code_stands_for_its_half_minute_and_the_ones_beside_it() {
        let secret = new_secret();
        let code = code_at(&secret, NOW).unwrap();
        assert_eq!(check(&secret, &code, NOW), Checked::Right(NOW / 30));
        assert_eq!(check(&secret, &code, NOW + 30), Checked::Right(NOW / 30));
        assert_eq!(check(&secret, &code, NOW - 30), Checked::Right(NOW / 30));
        assert_eq!(check(&new_secret(), "", NOW), Checked::Wrong);
    }

    #[test]
    fn a_clock_that_is_minutes_off_is_told_so_and_not_taken() {
        let secret = new_secret();
        let behind = code_at(&secret, NOW - 300).unwrap();
        assert_eq!(check(&secret, &behind, NOW), Checked::ClockOff(-5));
        let hour = code_at(&secret, NOW + 3600).unwrap();
        assert!(!matches!(check(&secret, &hour, NOW), Checked::Right(_)));
    }

    #[test]
    fn the_test_vector_of_rfc_6238_holds() {
        // Its secret in ASCII, at 59 seconds: 94287082, of which an app of six digits shows the last six.
        assert_eq!(code_at(b"12345678901234567890", 59).unwrap(), "287082");
    }

    #[test]
    fn an_app_is_told_whose_code_it_shows() {
        let url = url(b"12345678901234567890", "ann:bell@lantern.example", "The Lantern Party").unwrap();
        assert!(url.starts_with("otpauth://totp/") && url.contains("secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"), "{url}");
        assert_eq!(typed(b"12345678901234567890"), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
    }
}
