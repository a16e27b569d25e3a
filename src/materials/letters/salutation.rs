//! How a letter speaks to whoever gets it, and what stands on its envelope. No title is guessed, nobody's sex, and nobody's tie to
//! anybody: people of one home and one surname are spoken to by it, others by their names or as residents.

use crate::electors::folding::fold;
use crate::electors::name::recase;

/// Somebody as the register has them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Named {
    /// All forenames, as given.
    pub forenames: String,
    /// The surname, as given.
    pub surname: String,
    /// The whole name as pages show it.
    pub name: String,
}

/// How they are spoken to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Greeting {
    /// "Dear Ada and Ben", without what follows it.
    pub salutation: String,
    /// "Ada and Ben Marlowe": the first line of the address.
    pub addressed: String,
    /// Their first names; empty where there is none, or too many to name.
    pub first: String,
    /// Their whole names; empty where there are too many to name.
    pub full: String,
}

/// The most people of one surname who are called a family.
const FAMILY: usize = 5;

impl Named {
    /// The first of their forenames; empty when there is none, or only an initial.
    pub fn first(&self) -> String {
        let first = self.forenames.split_whitespace().next().unwrap_or_default();
        let letters = first.chars().filter(|c| c.is_alphabetic()).count();
        if letters > 1 { recase(first) } else { String::new() }
    }

    /// The surname as it is read.
    pub fn last(&self) -> String {
        recase(self.surname.trim())
    }

    /// The whole name; "Resident" of whom the register says none.
    pub fn whole(&self) -> String {
        let name = if self.name.trim().is_empty() {
            format!("{} {}", recase(&self.forenames), self.last())
        } else {
            self.name.clone()
        };
        let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
        if name.is_empty() { "The resident".into() } else { name }
    }

    /// Their surname as names are compared by; None: they have none.
    fn family(&self) -> Option<String> {
        let key = fold(&self.surname);
        // What is of no letters that can be folded is compared as it stands.
        let key = if key.is_empty() { self.surname.trim().to_owned() } else { key };
        (!key.is_empty()).then_some(key)
    }
}

/// How to speak to these people of one home. `door` is the home as one says it, "14 Larkspur Row"; empty: it has none.
pub fn of(people: &[Named], door: &str) -> Greeting {
    match people {
        [one] => single(one),
        [one, other] => pair(one, other),
        several => group(several, door),
    }
}

fn single(one: &Named) -> Greeting {
    let first = one.first();
    let salutation = match (first.as_str(), one.forenames.trim(), one.last()) {
        ("", "", last) if last.contains(' ') || last.is_empty() => "Dear neighbour".to_owned(),
        ("", "", last) => format!("Dear {last}"),
        // "J Marlowe": an initial is no name to be called by.
        ("", _, _) => format!("Dear {}", one.whole()),
        (first, _, _) => format!("Dear {first}"),
    };
    Greeting { salutation, addressed: one.whole(), first, full: one.whole() }
}

fn pair(one: &Named, other: &Named) -> Greeting {
    let (a, b) = (one.first(), other.first());
    let both = !a.is_empty() && !b.is_empty();
    let full = format!("{} and {}", one.whole(), other.whole());
    let of_one_name = one.family().is_some() && one.family() == other.family();
    let addressed = if both && of_one_name { format!("{a} and {b} {}", one.last()) } else { full.clone() };
    let salutation = if both { format!("Dear {a} and {b}") } else { format!("Dear {full}") };
    let first = if both { format!("{a} and {b}") } else { String::new() };
    Greeting { salutation, addressed, first, full }
}

fn group(people: &[Named], door: &str) -> Greeting {
    let family = people.first().and_then(Named::family);
    let one_name = family.is_some() && people.iter().all(|p| p.family() == family);
    if let Some(first) = people.first().filter(|_| one_name && people.len() <= FAMILY) {
        let last = first.last();
        return Greeting {
            salutation: format!("Dear {last} family"),
            addressed: format!("The {last} household"),
            ..Greeting::default()
        };
    }
    let salutation = if door.is_empty() { "Dear neighbours".into() } else { format!("Dear residents of {door}") };
    Greeting { salutation, addressed: "The residents".into(), ..Greeting::default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn named(forenames: &str, surname: &str) -> Named {
        let name = format!("{} {}", recase(forenames), recase(surname)).trim().to_owned();
        Named { forenames: forenames.into(), surname: surname.into(), name }
    }

    fn said(people: &[(&str, &str)]) -> (String, String) {
        let people: Vec<Named> = people.iter().map(|(f, s)| named(f, s)).collect();
        let greeting = of(&people, "14 Larkspur Row");
        (greeting.salutation, greeting.addressed)
    }

    fn is(people: &[(&str, &str)], salutation: &str, addressed: &str) {
        assert_eq!(said(people), (salutation.to_owned(), addressed.to_owned()));
    }

    #[test]
    fn one_is_called_by_their_first_name_and_nobody_by_an_initial() {
        is(&[("ADA JANE", "MARLOWE")], "Dear Ada", "Ada Jane Marlowe");
        is(&[("J", "Marlowe")], "Dear J Marlowe", "J Marlowe");
        is(&[("", "SINGH")], "Dear Singh", "Singh");
        is(&[("Suharto", "")], "Dear Suharto", "Suharto");
        is(&[("", "")], "Dear neighbour", "The resident");
    }

    #[test]
    fn two_a_family_and_a_house_of_sharers() {
        is(&[("Ada", "Marlowe"), ("Ben", "MARLOWE")], "Dear Ada and Ben", "Ada and Ben Marlowe");
        is(&[("Ada", "Marlowe"), ("Ben", "Oake")], "Dear Ada and Ben", "Ada Marlowe and Ben Oake");
        is(&[("Ada", "Marlowe"), ("B", "Marlowe")], "Dear Ada Marlowe and B Marlowe", "Ada Marlowe and B Marlowe");
        let family = [("Ada", "Marlowe"), ("Ben", "Marlowe"), ("Cy", "Marlowe")];
        is(&family, "Dear Marlowe family", "The Marlowe household");
        let sharers = [("Ada", "Marlowe"), ("Ben", "Oake"), ("Cy", "Marlowe")];
        is(&sharers, "Dear residents of 14 Larkspur Row", "The residents");
        let six = [("A", "Marlowe"); 6];
        is(&six, "Dear residents of 14 Larkspur Row", "The residents");
        let nameless = [("Ada", ""), ("Ben", ""), ("Cy", "")];
        is(&nameless, "Dear residents of 14 Larkspur Row", "The residents");
        assert_eq!(of(&[named("A", "B"), named("C", "D"), named("E", "F")], "").salutation, "Dear neighbours");
    }

    #[test]
    fn odd_names_stand_as_they_are() {
        let long = "Wolfeschlegelsteinhausen".repeat(9);
        let (salutation, addressed) = said(&[(&long[..200], "Marlowe")]);
        assert!(salutation.len() == 205 && addressed.ends_with(" Marlowe"));
        is(&[("مريم", "الزهراء")], "Dear مريم", "مريم الزهراء");
        is(&[("Ame\u{301}lie", "Marlowe")], "Dear Ame\u{301}lie", "Ame\u{301}lie Marlowe");
        is(&[("#import", "{{salutation}}")], "Dear #import", "#import {{salutation}}");
    }

    proptest! {
        #[test]
        fn nobody_is_spoken_to_without_a_word(people in proptest::collection::vec((".{0,30}", ".{0,30}"), 1..8)) {
            let people: Vec<Named> = people.iter().map(|(f, s)| named(f, s)).collect();
            let greeting = of(&people, "");
            prop_assert!(greeting.salutation.starts_with("Dear ") && greeting.salutation.len() > 5);
            prop_assert!(!greeting.addressed.trim().is_empty());
        }
    }
}
