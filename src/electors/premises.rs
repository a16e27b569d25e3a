//! What stands where: flat, building, number and street, read out of an address's lines for walking order.
//!
//! Registers hold no such columns in most formats, so this is a reading of text. It decides the order of doors
//! and nothing else: which electors share a home is decided by the whole address.

/// The parts of an address by which doors are put in order. Any text may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Premises {
    /// The flat's own number or name, without the word: `3`, `2B`, `Basement Flat`.
    pub flat: String,
    /// A building's or house's name.
    pub building: String,
    /// The house number; of `12-14` the first. A property number 0 means none.
    pub number: Option<u32>,
    /// What follows the number at once: `A` of `12A`.
    pub suffix: String,
    /// The street as given.
    pub street: String,
}

impl Premises {
    /// Reads the lines of an address, from the door outwards.
    pub fn of(lines: &[String]) -> Self {
        let parts: Vec<&str> =
            lines.iter().flat_map(|l| l.split(',')).map(str::trim).filter(|p| !p.is_empty()).collect();
        let mut found = Self::default();
        let (flat, parts) = take_flat(&parts);
        found.flat = flat;
        match numbered(&parts) {
            Some(at) => found.read_numbered(&parts, at),
            None => found.read_named(&parts),
        }
        found
    }

    /// One part holds the house number; what stands before it is the flat and the building.
    fn read_numbered(&mut self, parts: &[&str], at: usize) {
        self.read_before(&parts[..at]);
        let Some(number) = Number::leading(parts[at]) else {
            return;
        };
        self.number = Some(number.value).filter(|n| *n > 0);
        self.suffix = number.suffix.to_owned();
        let next = parts.get(at + 1).copied().unwrap_or_default();
        match rear_of(number.rest) {
            Some((building, street)) => (self.building, self.street) = (building.to_owned(), street.to_owned()),
            None if number.rest.is_empty() => self.street = next.to_owned(),
            None if is_building(number.rest) && is_street(next) => {
                (self.building, self.street) = (number.rest.to_owned(), next.to_owned());
            }
            None => self.street = number.rest.to_owned(),
        }
    }

    /// `7 Akeman House` before `12 High Street` is flat 7; `12` before `14 High St` is flat 12 of number 14.
    fn read_before(&mut self, parts: &[&str]) {
        for part in parts {
            match Number::leading(part) {
                Some(number) if self.flat.is_empty() => {
                    self.flat = format!("{}{}", number.value, number.suffix);
                    join(&mut self.building, number.rest);
                }
                _ => join(&mut self.building, part),
            }
        }
    }

    /// No number: a named house, then its street if a later part looks like one, else simply the next part.
    fn read_named(&mut self, parts: &[&str]) {
        let later = parts.iter().take(4).skip(1).position(|part| is_street(part)).map(|i| i + 1);
        let street = later.or_else(|| (parts.len() > 1 && !is_street(parts[0])).then_some(1)).unwrap_or(0);
        self.building = parts[..street.min(parts.len())].join(" ");
        self.street = parts.get(street).copied().unwrap_or_default().to_owned();
    }
}

/// A house number at the head of a part: `12`, `12A`, `12-14`, each before a space or the end.
struct Number<'a> {
    value: u32,
    suffix: &'a str,
    rest: &'a str,
}

impl<'a> Number<'a> {
    fn leading(part: &'a str) -> Option<Self> {
        let (word, rest) = part.split_once(' ').unwrap_or((part, ""));
        let digits = word.bytes().take_while(u8::is_ascii_digit).count();
        let value = word[..digits].parse().ok()?;
        let tail = &word[digits..];
        let suffix = tail.split(['-', '–', '/']).next().unwrap_or_default();
        let range = tail.len() > suffix.len();
        let fits = suffix.chars().count() <= 1 && suffix.chars().all(char::is_alphabetic);
        (fits && (!range || tail.ends_with(char::is_alphanumeric))).then_some(Self {
            value,
            suffix,
            rest: rest.trim_start(),
        })
    }
}

/// The last of the first few parts that begins with a number: what precedes it is inside the building.
fn numbered(parts: &[&str]) -> Option<usize> {
    parts.iter().take(4).rposition(|part| Number::leading(part).is_some())
}

const FLAT_WORDS: [&str; 9] = ["flat", "apartment", "apt", "unit", "room", "studio", "maisonette", "caravan", "pod"];

/// Takes `Flat 3` or `Basement Flat` off the first part; gives the flat and the parts that are left.
fn take_flat<'a>(parts: &[&'a str]) -> (String, Vec<&'a str>) {
    let mut left = parts.to_vec();
    let Some(first) = parts.first() else {
        return (String::new(), left);
    };
    let (head, tail) = first.split_once(' ').unwrap_or((first, ""));
    let is_flat = |word: &str| FLAT_WORDS.iter().any(|flat| word.eq_ignore_ascii_case(flat));
    let street_name = !tail.contains(' ') && is_street(first);
    if is_flat(head) && !tail.is_empty() && !street_name {
        let (flat, rest) = tail.split_once(' ').unwrap_or((tail, ""));
        left[0] = rest.trim_start();
        left.retain(|part| !part.is_empty());
        return (flat.to_owned(), left);
    }
    if parts.len() > 1 && first.rsplit(' ').next().is_some_and(is_flat) {
        left.remove(0);
        return ((*first).to_owned(), left);
    }
    (String::new(), left)
}

/// `The Studio R/O Chapel Walk`: what stands behind the house, and the street.
fn rear_of(rest: &str) -> Option<(&str, &str)> {
    let lower = rest.to_ascii_lowercase();
    let (at, length) = ["r/o", "rear of"].iter().find_map(|mark| lower.find(mark).map(|at| (at, mark.len())))?;
    Some((rest[..at + length].trim(), rest[at + length..].trim()))
}

const STREET_WORDS: [&str; 42] = [
    "street", "road", "lane", "avenue", "close", "drive", "terrace", "way", "crescent", "gardens", "court", "place",
    "row", "walk", "mews", "hill", "square", "grove", "green", "rise", "view", "vale", "parade", "broadway", "wharf",
    "quay", "bank", "gate", "yard", "park", "circus", "croft", "end", "fold", "path", "passage", "st", "rd", "ave",
    "cres", "gdns", "heol",
];

const BUILDING_WORDS: [&str; 14] = [
    "house",
    "court",
    "cottages",
    "cottage",
    "buildings",
    "mansions",
    "point",
    "tower",
    "lodge",
    "villas",
    "hall",
    "heights",
    "apartments",
    "barns",
];

fn is_street(part: &str) -> bool {
    last_word_in(part, &STREET_WORDS) || part.to_lowercase().starts_with("heol ")
}

fn is_building(part: &str) -> bool {
    last_word_in(part, &BUILDING_WORDS)
}

fn last_word_in(part: &str, words: &[&str]) -> bool {
    let last = part.rsplit(' ').next().unwrap_or_default().trim_end_matches('.');
    words.iter().any(|word| last.eq_ignore_ascii_case(word))
}

fn join(text: &mut String, more: &str) {
    if !text.is_empty() && !more.is_empty() {
        text.push(' ');
    }
    text.push_str(more);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &[&str]) -> Premises {
        let lines: Vec<String> = lines.iter().map(|l| (*l).to_owned()).collect();
        Premises::of(&lines)
    }

    /// A number 0 stands for none.
    fn is(flat: &str, building: &str, number: u32, suffix: &str, street: &str) -> Premises {
        Premises {
            flat: flat.into(),
            building: building.into(),
            number: Some(number).filter(|n| *n > 0),
            suffix: suffix.into(),
            street: street.into(),
        }
    }

    #[test]
    fn reads_the_shapes_that_councils_send() {
        for (lines, expected) in [
            (&["1 Chapel Walk", "Withydale"][..], is("", "", 1, "", "Chapel Walk")),
            (&["12A High Street", "Town"], is("", "", 12, "A", "High Street")),
            (&["12-14 High Street"], is("", "", 12, "", "High Street")),
            (&["12, 14 High St"], is("12", "", 14, "", "High St")),
            (&["189 The Studio R/O Chapel Walk", "Town"], is("", "The Studio R/O", 189, "", "Chapel Walk")),
            (&["Flat 3", "Akeman Court", "12-14 High Street"], is("3", "Akeman Court", 12, "", "High Street")),
            (&["Flat 3, Akeman House, 12-14 High Street"], is("3", "Akeman House", 12, "", "High Street")),
            (&["Flat 3", "12 High Street"], is("3", "", 12, "", "High Street")),
            (&["Flat 3 12 High Street"], is("3", "", 12, "", "High Street")),
            (&["Basement Flat", "12 High Street"], is("Basement Flat", "", 12, "", "High Street")),
            (&["7 Akeman House", "12 High Street"], is("7", "Akeman House", 12, "", "High Street")),
            (&["Rose Cottage", "Chapel Walk", "Town"], is("", "Rose Cottage", 0, "", "Chapel Walk")),
            (&["2 Mill Cottages", "Chapel Walk", "Town"], is("", "Mill Cottages", 2, "", "Chapel Walk")),
            (&["The Mill Care Home", "3 Mill Lane"], is("", "The Mill Care Home", 3, "", "Mill Lane")),
            (&["5 Y Felin", "Pentre"], is("", "", 5, "", "Y Felin")),
            (&["0 Chapel Walk"], is("", "", 0, "", "Chapel Walk")),
            (&["Ty Gwyn", "Pentre"], is("", "Ty Gwyn", 0, "", "Pentre")),
            (&["Flat 3"], is("3", "", 0, "", "")),
            (&["The Hall"], is("", "", 0, "", "The Hall")),
            (&[], is("", "", 0, "", "")),
        ] {
            assert_eq!(read(lines), expected, "{lines:?}");
        }
    }

    #[test]
    fn an_ordinal_is_not_a_house_number() {
        assert_eq!(read(&["Oakdene", "2nd Avenue"]), is("", "Oakdene", 0, "", "2nd Avenue"));
    }
}
