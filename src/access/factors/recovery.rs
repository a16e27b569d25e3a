//! Recovery codes: ten, shown once, each good for one sign-in, for the day the telephone is lost.

use sha2::{Digest, Sha256};

/// How many an account gets.
pub const HOW_MANY: usize = 10;
/// Digits and letters without i, l, o and u, which are mixed up when they are written down: 5 bits each (Crockford).
const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// New codes: 24 characters in groups of four, 120 random bits each, so that a plain digest of one is enough to keep (ASVS 5.0,
/// V6.5.2: 112).
pub fn new_codes() -> Vec<String> {
    (0..HOW_MANY).map(|_| code(rand::random())).collect()
}

fn code(random: [u8; 24]) -> String {
    let letters: Vec<u8> = random.iter().map(|byte| LETTERS[usize::from(byte % 32)]).collect();
    letters.chunks(4).map(|c| String::from_utf8_lossy(c).into_owned()).collect::<Vec<_>>().join("-")
}

/// What is kept of a code, however it is typed: its letters and digits alone, in lower case.
pub fn digest(typed: &str) -> [u8; 32] {
    let plain: String = typed.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    Sha256::digest(plain.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_counts_however_it_is_typed() {
        let codes = new_codes();
        assert_eq!(codes.len(), HOW_MANY);
        for code in &codes {
            assert_eq!(code.len(), 29, "{code}");
            assert_eq!(digest(code), digest(&code.to_uppercase().replace('-', " ")));
        }
        assert_ne!(codes[0], codes[1]);
    }
}
