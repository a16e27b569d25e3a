//! The letters that the house's fonts have. What none of them has is printed as a box, and this is decided before the
//! typesetter sees it: where one font has a letter and another the mark upon it, typst 0.15 may lose its place in the text
//! (a failed assertion of its own, for U+05F3 followed by U+1AC1).

use super::typeset::FONTS;
use std::sync::LazyLock;
use typst::foundations::Bytes;
use typst::text::{Coverage, FontInfo};
use unicode_normalization::char::is_combining_mark;

/// The plain faces, which sheets of the press are set in beside those of the running text: regular, bold and italic.
pub(crate) const PLAIN: [&[u8]; 3] = [
    include_bytes!("fonts/Lato-Regular.ttf"),
    include_bytes!("fonts/Lato-Bold.ttf"),
    include_bytes!("fonts/Lato-Italic.ttf"),
];

/// Stands for a letter that cannot be printed.
pub(super) const BOX: char = '\u{25a1}';

/// Regular, semibold and italic letters of the running text; then those of the font that helps out.
static FACES: LazyLock<Vec<Coverage>> = LazyLock::new(|| coverage(&FONTS));
/// Those of the plain faces.
static PLAIN_FACES: LazyLock<Vec<Coverage>> = LazyLock::new(|| coverage(&PLAIN));

fn coverage(fonts: &[&'static [u8]]) -> Vec<Coverage> {
    fonts.iter().filter_map(|font| FontInfo::new(&Bytes::new(*font), 0)).map(|info| info.coverage).collect()
}

fn has(face: &Coverage, letter: char) -> bool {
    face.contains(u32::from(letter))
}

/// The same word with a box for each letter that cannot be set: a word is set from one font as a whole, and only that of the
/// running text sets words that begin with a mark.
pub(super) fn printable(word: &str) -> String {
    let Some((helping, running)) = FACES.split_last() else { return word.to_owned() };
    let runs = |letter: char| running.iter().all(|face| has(face, letter));
    let helps = !word.starts_with(is_combining_mark) && word.chars().all(|letter| has(helping, letter));
    if helps && !word.chars().all(runs) {
        return word.to_owned();
    }
    word.chars().map(|letter| if runs(letter) { letter } else { BOX }).collect()
}

/// The same for sheets, where a word may stand in the running text's font or in the plain one. It stays whole where one font has all
/// of it: each of the two is followed by the font that helps out, and the plain one then by the running text's (`house.typ`). Else
/// only letters stay that both fonts have.
pub(super) fn printable_on_sheets(word: &str) -> String {
    let Some((helping, running)) = FACES.split_last() else { return word.to_owned() };
    let runs = |letter: char| running.iter().all(|face| has(face, letter));
    let both = |letter: char| runs(letter) && PLAIN_FACES.iter().all(|face| has(face, letter));
    let of_one = word.chars().all(runs) || word.chars().all(|letter| has(helping, letter));
    if word.chars().all(both) || (of_one && !word.starts_with(is_combining_mark)) {
        return word.to_owned();
    }
    word.chars().map(|letter| if both(letter) { letter } else { BOX }).collect()
}

#[cfg(test)]
mod tests {
    use super::{BOX, FACES, PLAIN, PLAIN_FACES, has, printable, printable_on_sheets};
    use crate::paper::typeset::FONTS;

    #[test]
    fn the_letters_of_names_are_in_the_running_texts_font() {
        assert_eq!(FACES.len(), FONTS.len());
        for name in ["Siân", "Ŵŷnn", "Łukasz Żółć", "Çağlar", "O’Neill-Ødegård", "Ștefan", "Nguyễn"] {
            assert!(name.chars().all(|letter| FACES[..3].iter().all(|face| has(face, letter))), "{name}");
            assert_eq!(printable(name), name);
        }
        assert!(FACES[..3].iter().all(|face| has(face, BOX)));
    }

    #[test]
    fn a_letter_that_no_font_has_becomes_a_box_and_the_rest_of_the_word_stays() {
        assert_eq!(printable("語a"), format!("{BOX}a"));
        assert_eq!(printable("\u{5f3}\u{1ac1}"), format!("\u{5f3}{BOX}"));
        for whole in ["مريم", "(مريم)", "“مريم”", "Anna-مريم"] {
            assert_eq!(printable(whole), whole);
        }
    }

    #[test]
    fn on_sheets_a_word_is_of_one_font_or_of_letters_that_both_have() {
        assert_eq!(PLAIN_FACES.len(), PLAIN.len());
        assert!(PLAIN_FACES.iter().all(|face| has(face, BOX)));
        for whole in ["Siân", "Ŵŷnn", "Żółkiewska", "Nguyễn", "Жанна", "שלום", "مريم", "(مريم)"]
        {
            assert_eq!(printable_on_sheets(whole), whole);
        }
        // The running text's font alone has the letter, none has the mark; the first is not in the plain one.
        assert_eq!(printable_on_sheets("\u{5f3}\u{1ac1}"), format!("{BOX}{BOX}"));
        // A letter of one font with a mark of another.
        assert_eq!(printable_on_sheets("\u{5d0}\u{651}a"), format!("{BOX}{BOX}a"));
        assert_eq!(printable_on_sheets("語a"), format!("{BOX}a"));
    }
}
