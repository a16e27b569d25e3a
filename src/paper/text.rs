//! Text as it may be printed: what a hostile or broken file brings must not disturb the page it stands on.

use super::letters::{printable, printable_on_sheets};

/// The longest run of letters that is left whole; a longer one may break anywhere, so that it stays in its column.
const LONG: usize = 24;
/// Where a long run may break: after this many letters each.
const PIECE: usize = 4;
/// A place where a line may break, which is not seen and has no width.
const MAY_BREAK: char = '\u{200b}';

/// The same text without control characters (but line breaks) and without those that turn the direction of what
/// follows them, with a box for what no font has, and with places to break in runs that no column could hold.
pub(super) fn clean(text: &str) -> String {
    cleaned(text, printable)
}

/// The same for the press's sheets, which are set in other fonts beside.
pub(crate) fn clean_for_sheets(text: &str) -> String {
    cleaned(text, printable_on_sheets)
}

fn cleaned(text: &str, printable: fn(&str) -> String) -> String {
    let mut cleaned = String::with_capacity(text.len());
    for (n, line) in text.lines().enumerate() {
        if n > 0 {
            cleaned.push('\n');
        }
        let line: String = line.chars().filter(|c| !turns(*c)).map(|c| if c.is_control() { ' ' } else { c }).collect();
        for (n, word) in line.split(' ').enumerate() {
            if n > 0 {
                cleaned.push(' ');
            }
            push_word(&mut cleaned, &printable(word));
        }
    }
    cleaned
}

fn push_word(cleaned: &mut String, word: &str) {
    // A name of two with a hyphen breaks after that, and not in the middle of one.
    let whole = |part: &str| (2..=LONG).contains(&part.chars().count());
    if word.chars().count() <= LONG || word.split_inclusive('-').all(whole) {
        return cleaned.push_str(word);
    }
    for (n, letter) in word.chars().enumerate() {
        if n > 0 && n % PIECE == 0 {
            cleaned.push(MAY_BREAK);
        }
        cleaned.push(letter);
    }
}

/// Unicode's embeddings, overrides and isolates: with them a name could make a page read otherwise than it is.
fn turns(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn ordinary_text_stays_as_it_is() {
        for text in ["Siân O’Neill-Ødegård", "2 High Street\nLantern", "#set page(fill: red) $x$ \\ *bold*", "مريم"]
        {
            assert_eq!(clean(text), text);
        }
    }

    #[test]
    fn a_long_name_with_a_hyphen_breaks_there_alone() {
        assert_eq!(clean("Featherstonehaugh-Cholmondeley"), "Featherstonehaugh-Cholmondeley");
        assert!(clean(&"-".repeat(40)).contains('\u{200b}') && clean(&"Anna-".repeat(40)).ends_with("Anna-"));
        assert!(clean(&format!("Anna-{}", "x".repeat(30))).contains('\u{200b}'));
    }

    #[test]
    fn what_is_no_text_goes_and_a_long_run_may_break() {
        assert_eq!(clean("a\u{0}b\u{202e}c\td"), "a bc d");
        assert_eq!(clean(&"x".repeat(30)).replace('\u{200b}', ""), "x".repeat(30));
        assert!(clean(&"x".repeat(30)).contains('\u{200b}'));
    }
}
