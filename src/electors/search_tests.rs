use super::*;
use crate::electors::name::PersonName;
use proptest::prelude::*;

fn terms(typed: &str) -> Terms {
    Terms::read(typed).unwrap_or_else(|e| panic!("{typed}: {e}"))
}

/// A person of the register, as the search's SQL sees them.
struct Person {
    name: &'static str,
    later: [&'static str; 2],
    forename: &'static str,
    number: &'static str,
    district: &'static str,
    address: &'static str,
    street: &'static str,
    house: i32,
    postcode: &'static str,
}

const COOK: Person = Person {
    name: "cook edith mary",
    later: ["", ""],
    forename: "edith mary cook",
    number: "QB4-212/1",
    district: "QB4",
    address: "23 willow terrace withydale zz14qx",
    street: "willow terrace",
    house: 23,
    postcode: "zz14qx",
};

impl Person {
    fn is_named(&self, names: &Names) -> bool {
        let (surnames, forenames) = names.pairs();
        let mut pairs = surnames.iter().zip(&forenames);
        let surname = |begins: &str| self.name.starts_with(begins) || self.later.iter().any(|l| l.starts_with(begins));
        pairs.any(|(one, other)| surname(one) && self.forename.starts_with(other))
    }

    fn is_meant(&self, m: &Meaning) -> bool {
        let street = |p: &StreetProbe| self.street.starts_with(&p.begins) && p.number.is_none_or(|n| n == self.house);
        let at =
            |spot: &Spot| spot.addresses.iter().any(|a| self.address.starts_with(a)) || spot.streets.iter().any(street);
        (m.names.is_anybody() || self.is_named(&m.names))
            && (m.spot.is_anywhere() || at(&m.spot))
            && self.postcode.starts_with(&m.postcode)
            && m.district.as_ref().is_none_or(|letters| letters == self.district)
    }

    fn is_found(&self, terms: &Terms) -> bool {
        let numbered = terms.numbers.iter().any(|n| n == self.number);
        numbered || terms.plain.iter().chain(&terms.otherwise).any(|m| self.is_meant(m))
    }
}

fn finds_name(typed: &str, surname: &str, forenames: &str) -> bool {
    let (name, forename) = (format!("{surname} {forenames}"), format!("{forenames} {surname}"));
    let named = PersonName { surname: surname.into(), forenames: forenames.into(), ..PersonName::default() };
    let later = named.later_keys().map(|key| &*key.leak());
    let person = Person { name: name.leak(), later, forename: forename.leak(), ..COOK };
    terms(typed).plain.iter().any(|m| !m.names.is_anybody() && person.is_named(&m.names))
}

#[test]
fn a_name_is_found_in_either_order_and_past_middle_names() {
    for typed in
        ["harcourt", "Harcourt", "edith harcourt", "harcourt edith", "harcourt ed", "edith h", "h edith", "ed har"]
    {
        assert!(finds_name(typed, "harcourt", "edith mary"), "{typed}");
    }
    for typed in ["prys-harcourt", "Gwenllian Prys Harcourt", "prys gwen", "PRYS—HARCOURT", "prŷs gwenllian"] {
        assert!(finds_name(typed, "prys harcourt", "gwenllian"), "{typed}");
    }
    assert!(!finds_name("edith hartley", "harcourt", "edith"));
}

#[test]
fn a_surname_of_several_words_is_found_by_each_of_them() {
    for typed in
        ["prys", "jones", "Jones Gwen", "gwen jones", "jones gwenllian", "gwenllian jones", "j gwenllian", "jon"]
    {
        assert!(finds_name(typed, "prys jones", "gwenllian mair"), "{typed}");
    }
    for typed in ["Berg", "der berg", "van der berg", "berg anna", "anna berg", "anna der b", "der berg anna"] {
        assert!(finds_name(typed, "van der berg", "anna"), "{typed}");
    }
    for typed in ["lópez", "perez", "García", "maria lopez", "perez mar"] {
        assert!(finds_name(typed, "garcia lopez perez", "maria"), "{typed}");
    }
    for typed in ["ones", "jones edith", "edith jones", "gwenllian berg"] {
        assert!(!finds_name(typed, "prys jones", "gwenllian mair"), "{typed}");
    }
}

#[test]
fn a_name_in_two_parts_is_found_as_one_and_one_as_two() {
    for (typed, name) in [
        ("o brien", "obrien sian"),
        ("sian o brien", "obrien sian"),
        ("mc donald", "mcdonald sian"),
        ("o'brien", "o brien sian"),
        ("sian mcdonald", "mc donald sian"),
        ("D’Arcy", "darcy sian"),
    ] {
        let person = Person { name, forename: format!("sian {}", name.trim_end_matches(" sian")).leak(), ..COOK };
        assert!(person.is_found(&terms(typed)), "{typed}");
    }
    assert!(terms("david").otherwise.is_empty());
}

#[test]
fn an_elector_number_is_looked_for_whole() {
    for (typed, number) in [
        ("QB1-212", "QB1-212"),
        (" qb1-212/1 ", "QB1-212/1"),
        ("KD-2/2-289/0", "KD-2/2-289"),
        ("qb4 212", "QB4-212"),
        ("QB4 212", "QB4-212"),
    ] {
        assert_eq!(terms(typed), Terms { numbers: vec![number.into()], ..Terms::default() }, "{typed}");
    }
    for typed in ["QB4-212/1", "qb4 212/1", "qb4212/1", "QB4 212 1", "qb4-212-1", "QB4  212 / 1", "qb4 212.1"] {
        assert!(terms(typed).numbers.iter().any(|n| n == "QB4-212/1"), "{typed}: {:?}", terms(typed).numbers);
        assert!(terms(typed).plain.is_empty(), "{typed}");
    }
    assert_eq!(terms("qb4212").numbers, ["QB-4212", "QB4-212", "QB42-12", "QB421-2"]);
    assert!(terms("kd-2/2 289").numbers.contains(&"KD-2/2-289".to_owned()));
    for typed in ["prys-harcourt", "harcourt3", "edith", "14 larkspur row", "12a"] {
        assert!(terms(typed).numbers.is_empty(), "{typed}");
    }
}

#[test]
fn what_may_be_a_number_hides_no_address() {
    for typed in ["Flat 2-4", "flat 2", "Ash 12", "Willow 23"] {
        assert!(terms(typed).plain.iter().any(|m| !m.spot.is_anywhere()), "{typed}");
    }
}

#[test]
fn a_postcode_or_its_beginning_is_a_postcode() {
    let postcodes = |typed: &str| {
        let plain = terms(typed).plain.into_iter().filter(|m| m.spot.is_anywhere());
        plain.map(|m| m.postcode).filter(|p| !p.is_empty()).collect::<Vec<_>>()
    };
    for (typed, key) in [
        ("ZZ1 4QX", "zz14qx"),
        ("zz14qx", "zz14qx"),
        ("ZZ1", "zz1"),
        ("zz1 4", "zz14"),
        ("zz14q", "zz14q"),
        ("W1A", "w1a"),
    ] {
        assert_eq!(postcodes(typed), [key], "{typed}");
    }
    for typed in ["A1 road", "Edith", "14 larkspur row", "x14 something"] {
        assert!(postcodes(typed).is_empty(), "{typed}");
    }
}

#[test]
fn an_address_is_found_by_its_number_and_street() {
    let found = terms("14 Larkspur Row, ZZ1 4QX");
    let [Meaning { spot, postcode, .. }] = found.plain.as_slice() else { panic!("{found:?}") };
    assert_eq!((spot.addresses.as_slice(), postcode.as_str()), (["14 larkspur row".to_owned()].as_slice(), "zz14qx"));
    let street =
        |begins: &str, number, letter: &str| StreetProbe { begins: begins.into(), number, letter: letter.into() };
    assert_eq!(spot.streets, [street("larkspur row", Some(14), "")]);
    assert_eq!(Spot::of("12A High St").streets[1], street("high street", Some(12), "a"));
    for typed in ["larkspur row 14a", "Larkspur Row, 14A"] {
        assert!(Spot::of(typed).streets.contains(&street("larkspur row", Some(14), "a")), "{typed}");
    }
    assert!(Spot::of("high st 12").addresses.contains(&"12 high street".to_owned()));
}

#[test]
fn a_person_is_found_with_a_place() {
    for typed in [
        "Cook 23 Willow Terrace",
        "Cook, 23 Willow Terrace, ZZ1 4QX",
        "edith cook 23 willow terrace",
        "Willow Terrace 23 Cook",
        "23 Willow Terrace Cook",
        "Cook Willow Terrace",
        "Cook Willow Terrace 23",
        "willow terrace cook",
        "cook qb4",
        "QB4 Cook Edith",
        "cook willow terrace qb4",
        "willow terrace qb4",
        "willow terrace zz1",
        "cook zz1",
        "cook zz1 4",
        "cook ZZ1 4QX",
        "zz14qx cook",
        "Willow Terrace 23",
    ] {
        assert!(COOK.is_found(&terms(typed)), "{typed}");
    }
    for typed in [
        "Crook 23 Willow Terrace",
        "Cook 24 Willow Terrace",
        "Cook Alder Terrace",
        "cook qb5",
        "cook zz2",
        "cook willow",
        "Willow Terrace 24",
        "Willow Terrace 23 ZZ2 4QX",
    ] {
        assert!(!COOK.is_found(&terms(typed)), "{typed}");
    }
}

#[test]
fn too_little_or_too_much_is_said_so() {
    for (typed, why) in [("", NoTerms::Empty), ("  ", NoTerms::Empty), ("%%%", NoTerms::Short), ("e", NoTerms::Short)] {
        assert_eq!(Terms::read(typed), Err(why), "{typed}");
    }
    assert_eq!(Terms::read(&"a".repeat(300)), Err(NoTerms::Long));
}

proptest! {
    #[test]
    fn anything_typed_is_read_or_refused(typed in any::<String>()) {
        if let Ok(terms) = Terms::read(&typed) {
            let meanings = || terms.plain.iter().chain(&terms.otherwise);
            let names = meanings().flat_map(|m| m.names.surnames.iter().chain(&m.names.forenames));
            prop_assert!(names.into_iter().all(|p| !p.begins.is_empty()));
            prop_assert!(meanings().all(|m| *m != Meaning::default()), "no meaning is everybody: {terms:?}");
            prop_assert!(terms.otherwise.len() <= 100);
        }
    }

    #[test]
    fn a_number_is_found_however_it_is_parted(
        letters in "[a-z]{1,3}[0-9]{0,2}", number in 1u32..100_000, suffix in 0u32..9, by in "[ -]|", upper in any::<bool>(),
    ) {
        let tail = if suffix > 0 { format!("/{suffix}") } else { String::new() };
        let typed = format!("{letters}{by}{number}{tail}");
        let typed = if upper { typed.to_uppercase() } else { typed };
        let whole = format!("{}-{number}{tail}", letters.to_uppercase());
        prop_assert!(terms(&typed).numbers.contains(&whole), "{typed}: {:?}", terms(&typed).numbers);
    }

    #[test]
    fn a_name_and_an_address_are_found_in_either_order(
        name in "(edith )?(mary )?cook|cook edith", number in "(23 )?", turned in any::<bool>(), back in any::<bool>(),
        postcode in "|, ZZ1|, zz1 4qx| qb4",
    ) {
        prop_assume!(!name.starts_with("mary"));
        prop_assume!(!name.contains("mary") || name.starts_with("edith mary"));
        let address = if turned { format!("Willow Terrace {number}") } else { format!("{number}Willow Terrace") };
        let (one, other) = if back { (address.trim(), name.as_str()) } else { (name.as_str(), address.trim()) };
        let typed = format!("{one} {other}{postcode}");
        prop_assert!(COOK.is_found(&terms(&typed)), "{typed}");
    }

    #[test]
    fn the_end_of_a_range_is_above_every_longer_key(begins in "[a-z0-9 ]{1,9}", more in "\\PC*") {
        let longer = begins.clone() + &more;
        prop_assert!(longer < below(&begins) || more.starts_with(char::MAX));
    }
}
