//! Names as given, the keys they are compared by, and a readable form of names sent in capitals.

use super::folding::fold;

/// A person's name in the parts a register gives. Each part is as given, cleaned; any may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PersonName {
    /// `Mrs`, `Dr`.
    pub title: String,
    /// All forenames where the register keeps them in one column, else the first.
    pub forenames: String,
    /// Middle names or initials, where they have a column of their own.
    pub middle: String,
    /// The surname, double barrels and particles included.
    pub surname: String,
    /// `Jnr`, `Snr`.
    pub suffix: String,
}

impl PersonName {
    /// Parts a name written as `SURNAME Forename Middle`.
    ///
    /// The surname is the leading words in capitals. Where all words are in capitals it is the first word,
    /// with the particles before it; [`PersonName::name_key`] is the same wherever the line is drawn.
    pub fn from_surname_first(whole: &str) -> Self {
        let words: Vec<&str> = whole.split(' ').filter(|w| !w.is_empty()).collect();
        let capitals = words.iter().take_while(|w| is_capitals(w)).count();
        let split = if capitals == words.len() { shortest_surname(&words) } else { capitals.max(1) };
        let (surname, forenames) = words.split_at(split.min(words.len()));
        Self { surname: surname.join(" "), forenames: forenames.join(" "), ..Self::default() }
    }

    /// Whether nothing at all is known of the name.
    pub fn is_empty(&self) -> bool {
        self.surname.is_empty() && self.forenames.is_empty() && self.middle.is_empty()
    }

    /// The folded surname.
    pub fn surname_key(&self) -> String {
        fold(&self.surname)
    }

    /// The folded forenames, middle names included.
    pub fn forenames_key(&self) -> String {
        let mut key = fold(&self.forenames);
        join(&mut key, &fold(&self.middle));
        key
    }

    /// `surname forenames`, folded: the full name for matching and for search by prefix.
    pub fn name_key(&self) -> String {
        let mut key = self.surname_key();
        join(&mut key, &self.forenames_key());
        key
    }

    /// What a surname of several words is also found by: "jones gwenllian" for Gwenllian Prys-Jones. From its second word
    /// on, and from its last one on where that is another: for Anna van der Berg "der berg anna" and "berg anna".
    pub fn later_keys(&self) -> [String; 2] {
        let surname = self.surname_key();
        let with_forenames = |words: &str| {
            let mut key = words.to_owned();
            join(&mut key, &self.forenames_key());
            key
        };
        let Some((_, later)) = surname.split_once(' ') else { return Default::default() };
        let last = later.rsplit_once(' ').map(|(_, last)| with_forenames(last));
        [with_forenames(later), last.unwrap_or_default()]
    }

    /// Forenames, middle and surname as one reads them, recased where they came in one case; without title.
    pub fn display(&self) -> String {
        let mut shown = recase(&self.forenames);
        for part in [&self.middle, &self.surname, &self.suffix] {
            join(&mut shown, &recase(part));
        }
        shown
    }
}

/// The given form, or a recased one where it is all capitals or all lower case.
pub fn recase(given: &str) -> String {
    let lower = given.chars().any(char::is_lowercase);
    let upper = given.chars().any(char::is_uppercase);
    if lower == upper || is_initials(given) {
        return given.to_owned();
    }
    let words: Vec<&str> = given.split(' ').collect();
    let last = words.len() - 1;
    let shown = words.iter().enumerate().map(|(i, word)| recase_word(word, i < last));
    shown.collect::<Vec<_>>().join(" ")
}

const PARTICLES: [&str; 16] =
    ["ap", "ab", "ferch", "de", "del", "della", "di", "da", "dos", "du", "van", "von", "der", "den", "la", "le"];

/// Mac names written with a second capital; after other `Mac…` (Mack, Macey, Machin) none is right.
const MAC_STEMS: [&str; 24] = [
    "arthur",
    "aulay",
    "bride",
    "callum",
    "donald",
    "dougall",
    "farlane",
    "gillivray",
    "gregor",
    "innes",
    "intosh",
    "kay",
    "kenna",
    "kenzie",
    "kinnon",
    "laren",
    "lean",
    "leod",
    "millan",
    "neil",
    "neill",
    "pherson",
    "queen",
    "rae",
];

fn recase_word(word: &str, before_another: bool) -> String {
    let lower = word.to_lowercase();
    if before_another && PARTICLES.contains(&lower.as_str()) {
        return lower;
    }
    let inside_double_barrel = word.contains('-');
    let parts: Vec<&str> = lower.split('-').collect();
    let last = parts.len() - 1;
    let shown = parts.iter().enumerate().map(|(i, part)| {
        let particle = inside_double_barrel && i > 0 && i < last && PARTICLES.contains(part);
        if particle { (*part).to_owned() } else { capitalise_name(part) }
    });
    shown.collect::<Vec<_>>().join("-")
}

/// One name without hyphens or spaces, in lower case: `mcdonald`, `o'brien`, `smith`.
fn capitalise_name(lower: &str) -> String {
    for apostrophe in ['\'', '’', '‘'] {
        // A possessive tail is short: "o'brien" and "d'arcy" have more than one letter after the apostrophe.
        if let Some((head, tail)) =
            lower.split_once(apostrophe).filter(|(h, t)| h.chars().count() <= 2 && t.chars().count() > 1)
        {
            return format!("{}{apostrophe}{}", capitalise(head), capitalise(tail));
        }
    }
    if let Some(rest) = lower.strip_prefix("mc").filter(|rest| rest.chars().count() > 1) {
        return format!("Mc{}", capitalise(rest));
    }
    match lower.strip_prefix("mac") {
        Some(stem) if MAC_STEMS.contains(&stem) => format!("Mac{}", capitalise(stem)),
        _ => capitalise(lower),
    }
}

fn capitalise(lower: &str) -> String {
    let mut letters = lower.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// `J`, `JP`, `T H`: letters that stand for names keep their capitals.
fn is_initials(given: &str) -> bool {
    given.split([' ', '.']).all(|word| {
        word.chars().count() <= 1 || (word.chars().count() == 2 && !word.chars().any(|c| "AEIOUYaeiouy".contains(c)))
    })
}

/// Whether a word is in capitals, `McDONALD` and `MacLEOD` included. A single letter is an initial, not a surname.
fn is_capitals(word: &str) -> bool {
    let bare = word.strip_prefix("Mac").or_else(|| word.strip_prefix("Mc")).unwrap_or(word);
    let letters = bare.chars().filter(|c| c.is_alphabetic()).count();
    letters > 1 && !bare.chars().any(char::is_lowercase)
}

fn shortest_surname(words: &[&str]) -> usize {
    let particles = words.iter().take_while(|w| PARTICLES.contains(&w.to_lowercase().as_str())).count();
    (particles + 1).min(words.len())
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
    use proptest::prelude::*;

    fn parted(whole: &str) -> (String, String) {
        let name = PersonName::from_surname_first(whole);
        (name.surname, name.forenames)
    }

    #[test]
    fn parts_a_name_with_the_surname_first() {
        for (whole, surname, forenames) in [
            ("BROWN Elizabeth Joan", "BROWN", "Elizabeth Joan"),
            ("VAN DER BERG Jan", "VAN DER BERG", "Jan"),
            ("McDONALD Morag", "McDONALD", "Morag"),
            ("SMITH J Mary", "SMITH", "J Mary"),
            ("BROWN ELIZABETH JOAN", "BROWN", "ELIZABETH JOAN"),
            ("DE SOUZA MARIA", "DE SOUZA", "MARIA"),
            ("Smith John", "Smith", "John"),
            ("SINGH", "SINGH", ""),
            ("", "", ""),
        ] {
            assert_eq!(parted(whole), (surname.to_owned(), forenames.to_owned()));
        }
    }

    #[test]
    fn the_full_name_key_does_not_depend_on_where_the_surname_ends() {
        let apart = PersonName {
            surname: "Brown".into(),
            forenames: "Elizabeth".into(),
            middle: "Joan".into(),
            ..Default::default()
        };
        assert_eq!(apart.name_key(), "brown elizabeth joan");
        assert_eq!(PersonName::from_surname_first("BROWN ELIZABETH JOAN").name_key(), apart.name_key());
        assert_eq!(apart.forenames_key(), "elizabeth joan");
    }

    #[test]
    fn recases_only_what_came_in_one_case() {
        for (given, shown) in [
            ("MCDONALD", "McDonald"),
            ("MACLEOD", "MacLeod"),
            ("MACKEY", "Mackey"),
            ("O'BRIEN", "O'Brien"),
            ("D’ARCY", "D’Arcy"),
            ("de'ath", "De'Ath"),
            ("AP RHYS", "ap Rhys"),
            ("VON TRAPP", "von Trapp"),
            ("FONTAINE-LACEY", "Fontaine-Lacey"),
            ("VAN-DER-BERG", "Van-der-Berg"),
            ("jean-paul", "Jean-Paul"),
            ("JP", "JP"),
            ("J", "J"),
            ("LI", "Li"),
            ("McDonald", "McDonald"),
            ("van der Berg", "van der Berg"),
            ("RENÉE", "Renée"),
            ("", ""),
        ] {
            assert_eq!(recase(given), shown);
        }
    }

    #[test]
    fn displays_as_one_reads() {
        let name = PersonName {
            title: "Mr".into(),
            forenames: "JOHN".into(),
            middle: "Q".into(),
            surname: "SMITH".into(),
            suffix: "Jnr".into(),
        };
        assert_eq!(name.display(), "John Q Smith Jnr");
    }

    proptest! {
        #[test]
        fn recasing_keeps_the_key(given in "[A-Z]{1,8}([ '-][A-Z]{2,8}){0,3}") {
            prop_assert_eq!(fold(&recase(&given)), fold(&given));
        }

        #[test]
        fn parting_never_panics_or_loses_letters(whole in any::<String>()) {
            let name = PersonName::from_surname_first(&whole);
            prop_assert_eq!(name.name_key(), fold(&whole));
        }
    }
}
