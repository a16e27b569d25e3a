use super::*;

fn placed(elector: i64, home: i64, surname: &str, number: u32, postcode: &str) -> Placed {
    let named = Named { forenames: "Ada".into(), surname: surname.into(), name: format!("Ada {surname}") };
    let door = Door { street: "Larkspur Row".into(), number: Some(number), ..Door::default() };
    let letter = Letter {
        greeting: salutation::of(std::slice::from_ref(&named), ""),
        people: vec![Person { id: ElectorId { partition: 1, id: elector }, named, group: "unknown".into() }],
        household: HouseholdId { partition: 1, id: home },
        area_no: 1,
        lines: vec![format!("{number} Larkspur Row"), "Quillbrook".into()],
        postcode: postcode.into(),
        door,
    };
    Placed { letter, district: "QB1".into(), position: i32::try_from(elector).unwrap() }
}

fn four() -> Vec<Placed> {
    vec![
        placed(1, 10, "Marlowe", 4, "ZZ1 1AA"),
        placed(2, 11, "Oake", 3, "ZZ1 1AB"),
        placed(3, 10, "Marlowe", 4, "ZZ1 1AA"),
        placed(4, 12, "Penn", 1, "ZZ1 1AC"),
    ]
}

fn numbers(found: &Recipients) -> Vec<u32> {
    found.letters.iter().filter_map(|l| l.door.number).collect()
}

#[test]
fn each_gets_one_in_the_order_that_is_walked_and_short_streets_are_bundled() {
    let found = sorted(put_together(four(), Per::Person), Sorted::Walk, LeftOut::default());
    assert_eq!(numbers(&found), [1, 3, 4, 4]);
    let bundles: Vec<(&str, usize, usize)> =
        found.bundles.iter().map(|b| (b.words.as_str(), b.from, b.letters)).collect();
    assert_eq!(bundles, [("Larkspur Row", 0, 4)]);
    let posted = sorted(put_together(four(), Per::Person), Sorted::Postcode, LeftOut::default());
    assert_eq!((numbers(&posted), posted.bundles.len()), (vec![4, 4, 3, 1], 0));
}

#[test]
fn streets_are_joined_until_a_bundle_is_full_and_a_long_one_is_parted_by_its_sides() {
    let side = |street: &str, side, letters| Walked { street: street.into(), side, letters };
    let of = |sides: &[Walked]| {
        let mut bundles = Vec::new();
        bundle(&mut bundles, sides, "QB1", 100 + sides.iter().map(|s| s.letters).sum::<usize>());
        bundles.into_iter().map(|b| (b.words, b.from, b.letters)).collect::<Vec<_>>()
    };
    let long = [
        side("Vine Row", Side::Odd, 20),
        side("Vine Row", Side::Even, 15),
        side("Ash Lane", Side::Odd, 30),
        side("Ash Lane", Side::Even, 45),
        side("Mill Lane", Side::Building, 1),
    ];
    let expected = [
        ("Vine Row", 100, 35),
        ("Ash Lane, odd side", 135, 30),
        ("Ash Lane, even side", 165, 45),
        ("Mill Lane, named houses", 210, 1),
    ];
    assert_eq!(of(&long), expected.map(|(words, from, letters)| (words.to_owned(), from, letters)));
    let short: Vec<Walked> = ["A", "B", "C", "D", "E", "F"].map(|street| side(street, Side::Odd, 2)).into();
    assert_eq!(
        of(&short),
        [("A, odd side; B, odd side; C, odd side; D, odd side; 2 more".to_owned(), 100, 12)],
        "a cover has room for some"
    );
    assert!(of(&[]).is_empty());
}

#[test]
fn a_home_gets_one_for_all_of_it() {
    let found = sorted(put_together(four(), Per::Household), Sorted::Walk, LeftOut::default());
    assert_eq!((found.letters.len(), found.people()), (3, 4));
    assert_eq!(found.letters[2].greeting.addressed, "Ada and Ada Marlowe");
}

#[test]
fn an_address_keeps_within_its_lines() {
    let mut letter = placed(1, 1, "Marlowe", 4, "ZZ1 1AA").letter;
    letter.lines =
        ["Flat 2", "Akeman House", "4 Larkspur Row", "Saltern", "Quillbrook", "Wexmere"].map(Into::into).to_vec();
    assert_eq!(
        letter.address(7),
        ["Ada Marlowe", "Flat 2, Akeman House", "4 Larkspur Row", "Saltern", "Quillbrook", "Wexmere", "ZZ1 1AA"]
    );
    assert_eq!(letter.address(5).len(), 5);
    assert_eq!(letter.town(), "Wexmere");
}
