use super::*;
use proptest::prelude::*;

fn terms(typed: &str) -> Terms {
    Terms::read(typed).unwrap_or_else(|e| panic!("{typed}: {e}"))
}

fn finds_name(typed: &str, surname: &str, forenames: &str) -> bool {
    let (name, forename) = (format!("{surname} {forenames}"), format!("{forenames} {surname}"));
    let terms = terms(typed);
    let by = |probes: &[NameProbe], one: &str, other: &str| {
        probes.iter().any(|p| one.starts_with(&p.begins) && other.starts_with(&p.other))
    };
    by(&terms.surnames, &name, &forename) || by(&terms.forenames, &forename, &name)
}

#[test]
fn a_name_is_found_in_either_order_and_past_middle_names() {
    for typed in
        ["harcourt", "Harcourt", "edith harcourt", "harcourt edith", "harcourt ed", "edith h", "h edith", "ed har"]
    {
        assert!(finds_name(typed, "harcourt", "edith mary"), "{typed}");
    }
    for typed in ["prys-harcourt", "Gwenllian Prys Harcourt", "prys gwen"] {
        assert!(finds_name(typed, "prys harcourt", "gwenllian"), "{typed}");
    }
    assert!(!finds_name("edith hartley", "harcourt", "edith"));
}

#[test]
fn an_elector_number_is_looked_for_whole() {
    for (typed, number) in [("QB1-212", "QB1-212"), (" qb1-212/1 ", "QB1-212/1"), ("KD-2/2-289/0", "KD-2/2-289")] {
        assert_eq!(terms(typed), Terms { numbers: vec![number.into()], ..Terms::default() });
    }
    assert!(terms("prys-harcourt").numbers.is_empty());
    assert!(!terms("Flat 2-4").addresses.is_empty(), "a district of two words does not hide an address");
}

#[test]
fn a_postcode_or_its_beginning_is_a_postcode() {
    for (typed, key) in [
        ("ZZ1 4QX", "zz14qx"),
        ("zz14qx", "zz14qx"),
        ("ZZ1", "zz1"),
        ("zz1 4", "zz14"),
        ("zz14q", "zz14q"),
        ("W1A", "w1a"),
    ] {
        assert_eq!(terms(typed).postcodes, [key], "{typed}");
    }
    for typed in ["A1 road", "Edith", "14 larkspur row", "x14 something"] {
        assert!(terms(typed).postcodes.is_empty(), "{typed}");
    }
}

#[test]
fn an_address_is_found_by_its_number_and_street() {
    let found = terms("14 Larkspur Row, ZZ1 4QX");
    assert_eq!(found.addresses, ["14 larkspur row"]);
    assert_eq!(found.within.as_deref(), Some("zz14qx"));
    assert_eq!(
        found.streets[0],
        StreetProbe { begins: "larkspur row".into(), number: Some(14), letter: String::new() }
    );
    assert!(found.surnames.is_empty());
    assert_eq!(
        terms("12A High St").streets[1],
        StreetProbe { begins: "high street".into(), number: Some(12), letter: "a".into() }
    );
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
            prop_assert!(terms.surnames.iter().chain(&terms.forenames).all(|p| !p.begins.is_empty()));
        }
    }

    #[test]
    fn the_end_of_a_range_is_above_every_longer_key(begins in "[a-z0-9 ]{1,9}", more in "\\PC*") {
        let longer = begins.clone() + &more;
        prop_assert!(longer < below(&begins) || more.starts_with(char::MAX));
    }
}
