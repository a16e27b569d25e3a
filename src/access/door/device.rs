//! A browser's own mark: so that another browser than ever before is told of, and strangers' wrong tries do not shut out somebody
//! who signs in where they always do. It opens nothing.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// The cookie that holds it, for as long as browsers keep any.
pub const DEVICE_COOKIE: &str = "hustings-browser";

/// The mark: 128 random bits as 22 base64url characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device(String);

impl Device {
    /// A new one.
    pub fn new() -> Self {
        Device(URL_SAFE_NO_PAD.encode(rand::random::<[u8; 16]>()))
    }

    /// As a browser sends it. None when it is none of ours.
    pub fn parse(text: &str) -> Option<Self> {
        let shaped = text.len() == 22 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        shaped.then(|| Device(text.to_owned()))
    }

    /// For the cookie.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What is kept of it.
    pub fn digest(&self) -> Vec<u8> {
        Sha256::digest(self.0.as_bytes()).to_vec()
    }

    /// What stands for a program, which keeps no cookie: what it says it is, and where it comes from.
    pub fn of_program(agent: &str, address: &str) -> Vec<u8> {
        Sha256::digest(format!("program\n{agent}\n{address}").as_bytes()).to_vec()
    }
}

impl Default for Device {
    fn default() -> Self {
        Device::new()
    }
}
