//! Text as councils send it, made clean for keeping and folded for comparing.
//!
//! `clean` repairs what no person ever typed on purpose (no-break spaces, soft hyphens, control
//! characters, direction marks); `fold` makes the key by which two spellings of one name are equal.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A value fit to be kept: one space between words, none at the ends, nothing invisible, no trailing comma.
///
/// Everything visible stays as given, whatever it spells.
pub fn clean(given: &str) -> String {
    if is_clean(given) {
        return given.to_owned();
    }
    let mut kept = String::with_capacity(given.len());
    for c in given.chars().filter(|&c| !is_invisible(c)) {
        match (c.is_whitespace(), kept.ends_with(' ')) {
            (false, _) => kept.push(c),
            (true, false) if !kept.is_empty() => kept.push(' '),
            (true, _) => {}
        }
    }
    let end = kept.trim_end_matches([' ', ',', '\t']).len();
    kept.truncate(end);
    kept
}

/// The key of a name or a line: lower case, without accents, apostrophes or punctuation, words parted by one space.
///
/// Folding twice gives the same as folding once. Letters that Unicode does not take apart (ł, ø, ß, æ) are
/// spelt out, and ŵ and ŷ lose their hats, because Windows-1252 files had to write them so.
pub fn fold(given: &str) -> String {
    let mut key = Key { text: String::with_capacity(given.len()), gap: false };
    if given.is_ascii() {
        given.bytes().for_each(|b| key.push(char::from(b.to_ascii_lowercase())));
    } else {
        given.nfkd().flat_map(char::to_lowercase).nfkd().for_each(|c| key.push(c));
    }
    key.text
}

/// Nearly every value is plain ASCII without a fault; those are spotted without looking at characters.
fn is_clean(given: &str) -> bool {
    let bytes = given.as_bytes();
    bytes.iter().all(|&b| (b' '..=b'~').contains(&b))
        && !matches!(bytes.first(), Some(b' '))
        && !matches!(bytes.last(), Some(b' ' | b','))
        && !bytes.windows(2).any(|pair| pair == b"  ")
}

/// Characters that show nothing: controls other than white space, soft hyphens, zero-width and direction marks.
pub(crate) fn is_invisible(c: char) -> bool {
    (c.is_control() && !matches!(c, '\t' | '\n' | '\r'))
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '`' | '´' | '\u{2018}'..='\u{201b}' | '\u{2b9}'..='\u{2bd}' | '\u{2c8}' | '\u{2032}' | '\u{ff07}')
}

/// Letters that have no decomposition, and how they are written without them.
fn spelt_out(c: char) -> Option<&'static str> {
    Some(match c {
        'ł' => "l",
        'ø' => "o",
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'đ' | 'ð' => "d",
        'þ' => "th",
        'ħ' => "h",
        'ı' => "i",
        'ŧ' => "t",
        _ => return None,
    })
}

struct Key {
    text: String,
    gap: bool,
}

impl Key {
    fn push(&mut self, c: char) {
        if c.is_ascii_alphanumeric() {
            self.part();
            return self.text.push(c);
        }
        if is_apostrophe(c) || is_combining_mark(c) || is_invisible(c) {
            return;
        }
        match spelt_out(c) {
            Some(letters) => {
                self.part();
                self.text.push_str(letters);
            }
            None if c.is_alphanumeric() => {
                self.part();
                self.text.push(c);
            }
            None => self.gap = true,
        }
    }

    /// Writes the space that stands before a new word.
    fn part(&mut self) {
        if self.gap && !self.text.is_empty() {
            self.text.push(' ');
        }
        self.gap = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn cleans_what_exports_leave_behind() {
        assert_eq!(clean("13\u{a0} Chapel  Walk,"), "13 Chapel Walk");
        assert_eq!(clean("Smit\u{ad}hson "), "Smithson");
        assert_eq!(clean("Smith\u{202e}gnihton"), "Smithgnihton");
        assert_eq!(clean("Nul\0Byte\u{85}"), "NulByte");
        assert_eq!(clean(" ,\t, "), "");
        assert_eq!(clean("<script>alert(1)</script>"), "<script>alert(1)</script>");
    }

    #[test]
    fn folds_what_people_and_systems_spell_differently() {
        for (given, key) in [
            ("O'Brien", "obrien"),
            ("O’Brien", "obrien"),
            ("O‘BRIEN", "obrien"),
            ("Gwŷn", "gwyn"),
            ("Tŷ-Mawr", "ty mawr"),
            ("Łuczak", "luczak"),
            ("Sørensen Æble", "sorensen aeble"),
            ("Strauß", "strauss"),
            ("Zoë  Renée", "zoe renee"),
            ("St. John-Smythe", "st john smythe"),
            ("Дмитрий", "дмитрии"),
        ] {
            assert_eq!(fold(given), key);
        }
    }

    proptest! {
        #[test]
        fn folding_is_idempotent(given in any::<String>()) {
            let once = fold(&given);
            prop_assert_eq!(fold(&once), once);
        }

        #[test]
        fn cleaning_is_idempotent_and_leaves_nothing_invisible(given in any::<String>()) {
            let once = clean(&given);
            prop_assert!(!once.chars().any(is_invisible));
            prop_assert_eq!(clean(&once), once);
        }

        #[test]
        fn accents_never_reach_a_key(given in "[a-zà-öø-ÿĀ-ž' -]{0,30}") {
            prop_assert!(fold(&given).chars().all(|c| c.is_ascii_lowercase() || c == ' ' || c == 'ĸ' || c == 'ŋ'));
        }
    }
}
