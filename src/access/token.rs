//! Session tokens: 256 random bits, as 43 base64url characters.

use crate::database::Credential;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// A new session's secret. Only the browser keeps it; the server forgets it after the answer.
pub struct Token(String);

impl Token {
    /// A fresh one from the machine's randomness.
    pub fn new() -> Self {
        Token(URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>()))
    }

    /// The text for the cookie or the JSON answer.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// One that can be made again from what it stands for: 32 bytes that nobody else can know.
    pub fn of(secret: &[u8; 32]) -> Self {
        Token(URL_SAFE_NO_PAD.encode(secret))
    }

    /// What a table keeps of it: SHA-256 of SHA-256 of the text.
    pub fn key(&self) -> Vec<u8> {
        self.credential().map(|c| c.key()).unwrap_or_default()
    }

    /// What the server works with.
    pub fn credential(&self) -> Option<Credential> {
        Credential::from_token(&self.0)
    }
}

impl Default for Token {
    fn default() -> Self {
        Token::new()
    }
}
