//! Addresses as lines, cleaned, and the key that says which electors live in one home.

use super::folding::{clean, fold};
use super::postcode::Postcode;
use super::premises::Premises;

/// An address on the register. Overseas, anonymous and other special electors have none: no line, no postcode.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Address {
    /// The lines from the door outwards, cleaned, none empty, without the postcode.
    pub lines: Vec<String>,
    /// The postcode, where one of the right shape was given.
    pub postcode: Option<Postcode>,
}

impl Address {
    /// Cleans the lines: empty ones go, and so does the postcode where it is repeated in the last of them.
    ///
    /// Where the postcode's own column is empty, a last line that is a postcode takes its place.
    pub fn new<'a>(lines: impl IntoIterator<Item = &'a str>, postcode: &str) -> Self {
        let mut lines: Vec<String> =
            lines.into_iter().filter(|l| !l.is_empty()).map(clean).filter(|l| !l.is_empty()).collect();
        let given = Postcode::try_from(postcode).ok();
        let last = lines.last().and_then(|line| Postcode::try_from(line.as_str()).ok());
        if last.is_some() && (given.is_none() || given == last) {
            lines.pop();
        }
        let postcode = given.or(last);
        if let (Some(postcode), Some(line)) = (&postcode, lines.last_mut()) {
            cut_postcode(line, postcode.as_str());
        }
        lines.retain(|line| !line.is_empty());
        Self { lines, postcode }
    }

    /// Whether there is no address at all.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty() && self.postcode.is_none()
    }

    /// The key of the home: equal for one home across years and formats; `None` without an address.
    ///
    /// The postcode comes first, so that neighbours lie together in an index. Lines may be split or joined by
    /// commas and the usual street words abbreviated without changing it.
    pub fn key(&self) -> Option<String> {
        if self.lines.is_empty() {
            return None;
        }
        let mut key = self.postcode.as_ref().map_or_else(String::new, Postcode::key);
        for part in self.lines.iter().flat_map(|line| line.split(',')) {
            push_part(&mut key, part);
        }
        Some(key)
    }

    /// What a walk list needs to put doors in order.
    pub fn premises(&self) -> Premises {
        Premises::of(&self.lines)
    }

    /// Puts a flat in front, where the lines do not hold it already (the EROS column SubHouse).
    pub fn add_flat(&mut self, flat: &str) {
        let key = fold(flat);
        let held = fold(&self.lines.join(" "));
        if !key.is_empty() && !format!(" {held} ").contains(&format!(" {key} ")) {
            self.lines.insert(0, clean(flat));
        }
    }
}

/// Removes a postcode that ends a line of more than itself.
fn cut_postcode(line: &mut String, postcode: &str) {
    let at = line.len().saturating_sub(postcode.len());
    if line.is_char_boundary(at) && line[at..].eq_ignore_ascii_case(postcode) {
        let kept = line[..at].trim_end_matches([' ', ',', '.']).len();
        line.truncate(kept);
    }
}

fn push_part(key: &mut String, part: &str) {
    let folded = if part.contains(['-', '–', '—']) { fold(&join_ranges(part)) } else { fold(part) };
    let mut words = folded.split(' ').filter(|w| !w.is_empty()).peekable();
    while let Some(word) = words.next() {
        if !key.is_empty() {
            key.push(' ');
        }
        key.push_str(street_word(word, words.peek().is_none()));
    }
}

/// `12-14` and `12 – 14` are one number, and not the two of `12, 14 High St`.
fn join_ranges(part: &str) -> String {
    let mut joined = String::with_capacity(part.len() + 2);
    let mut rest = part;
    while let Some(at) = rest.find(['-', '–', '—']) {
        let dash = rest[at..].chars().next().map_or(1, char::len_utf8);
        let (before, after) = (rest[..at].trim_end(), rest[at + dash..].trim_start());
        let range = before.ends_with(|c: char| c.is_ascii_digit()) && after.starts_with(|c: char| c.is_ascii_digit());
        joined.push_str(if range { before } else { &rest[..at] });
        joined.push_str(if range { "to" } else { " " });
        rest = if range { after } else { &rest[at + dash..] };
    }
    joined + rest
}

/// Abbreviations written out. `st` is a street at the end of a line only; before a name it is a saint.
fn street_word(word: &str, last: bool) -> &str {
    match word {
        "st" if last => "street",
        "rd" => "road",
        "ave" | "av" => "avenue",
        "ln" => "lane",
        "cres" => "crescent",
        "gdns" => "gardens",
        "apt" => "apartment",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key(lines: &[&str], postcode: &str) -> Option<String> {
        Address::new(lines.iter().copied(), postcode).key()
    }

    #[test]
    fn the_same_home_has_one_key_however_it_is_written() {
        let plain = key(&["Flat 3", "Akeman House", "12-14 Chapel Street", "Withydale"], "AA1 0SZ");
        assert_eq!(plain.as_deref(), Some("aa10sz flat 3 akeman house 12to14 chapel street withydale"));
        for (lines, postcode) in [
            (&["Flat 3, Akeman House, 12 - 14 Chapel Street", "", "Withydale"][..], "aa10sz"),
            (&["FLAT 3", "Akeman\u{a0}House,", "12–14 Chapel St", "Withydale", "AA1 0SZ"], "AA1 0SZ"),
            (&["Flat 3", "Akeman House", "12-14 Chapel  Street", "Withydale AA1 0SZ"], "AA1  0SZ"),
            (&["Flat 3", "Akeman House", "12-14 Chapel Street", "Withydale", "aa10sz"], ""),
        ] {
            assert_eq!(key(lines, postcode), plain);
        }
    }

    #[test]
    fn different_homes_have_different_keys() {
        let keys = [
            key(&["Flat 1, 2 High Street"], "AA1 0SZ"),
            key(&["Flat 12 High Street"], "AA1 0SZ"),
            key(&["Flat 1-2 High Street"], "AA1 0SZ"),
            key(&["12A High Street"], "AA1 0SZ"),
            key(&["12 High Street"], "AA1 0SZ"),
            key(&["12 High Street"], "AA1 0SX"),
        ];
        for (i, one) in keys.iter().enumerate() {
            assert!(keys.iter().skip(i + 1).all(|other| one != other), "{one:?}");
        }
    }

    #[test]
    fn no_address_has_no_key() {
        assert_eq!(key(&["", " "], ""), None);
        assert!(Address::new(["", " ,"], "").is_empty());
    }

    #[test]
    fn a_saint_is_not_a_street() {
        assert_eq!(key(&["1 St. Mary's St"], "").as_deref(), Some("1 st marys street"));
    }

    #[test]
    fn a_flat_from_another_column_is_added_once() {
        let mut address = Address::new(["12 High Street"], "AA1 0SZ");
        address.add_flat("Flat 1");
        address.add_flat("FLAT 1");
        address.add_flat("");
        assert_eq!(address.lines, ["Flat 1", "12 High Street"]);
    }

    proptest! {
        #[test]
        fn never_panics_and_keeps_no_empty_line(lines in proptest::collection::vec(any::<String>(), 0..6), postcode in any::<String>()) {
            let address = Address::new(lines.iter().map(String::as_str), &postcode);
            prop_assert!(address.lines.iter().all(|line| !line.is_empty()));
            let _ = (address.key(), address.premises());
        }

        #[test]
        fn joining_ranges_never_panics(part in "[0-9 –—a-z-]{0,20}") {
            let _ = join_ranges(&part);
        }
    }
}
