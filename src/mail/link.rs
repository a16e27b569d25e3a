//! A link in a letter that waits: it opens a door, so the queue holds it encrypted.

use crate::error::Error;
use crate::keys::{Keys, Kind};
use serde::{Deserialize, Serialize};

/// What it is good for: nothing but a letter.
const ABOUT: &[u8] = b"letter";

/// An address with a secret in it, as the queue holds it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Link {
    key: String,
    sealed: String,
}

impl Link {
    /// Encrypts an address for the queue.
    ///
    /// # Errors
    /// [`Error::Refused`] when the key cannot be read.
    pub fn seal(keys: &Keys, url: &str) -> Result<Self, Error> {
        let (key, sealed) = keys.encrypt(Kind::Factors, url.as_bytes(), ABOUT)?;
        Ok(Link { key, sealed: hex::encode(sealed) })
    }

    /// The address, for the letter on its way out.
    ///
    /// # Errors
    /// [`Error::Refused`] when the key is missing.
    pub fn open(&self, keys: &Keys) -> Result<String, Error> {
        let sealed = hex::decode(&self.sealed).map_err(Error::internal)?;
        let url = keys.decrypt(Kind::Factors, &self.key, &sealed, ABOUT)?;
        String::from_utf8(url).map_err(|_| Error::internal("a link is no text"))
    }
}
