//! The order in which doors are walked.
//!
//! The council's own order is street order and the default. Otherwise: street by street; within a street by number
//! in one of the ways people like to walk; 189 before 189A; flats in natural order within their building; named
//! houses beside the neighbour the council puts before them, or after the numbers.

use std::cmp::Ordering;
use std::collections::HashMap;

/// How one walks along a street. Side by side means odd numbers on one side and even ones on the other.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum WalkOrder {
    /// As in the council's file; doors without a place in it follow, by street and number.
    #[default]
    Council,
    /// Up the odd side and back down the even one.
    OddsThenEvensBack,
    /// The odd side upwards, then the even side upwards.
    OneSideAtATime,
    /// By number, crossing the street.
    NumericPlain,
}

/// Which side of the street a door is on, for the plan of the street.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Side {
    /// Odd numbers.
    Odd,
    /// Even numbers.
    Even,
    /// No number: a named house or a building.
    Building,
}

/// A door as far as its place in the walk goes. Texts as given; empty where there is none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Door {
    /// The street.
    pub street: String,
    /// The building's or house's name.
    pub building: String,
    /// The house number.
    pub number: Option<u32>,
    /// What follows the number: `A`.
    pub suffix: String,
    /// The flat within the building.
    pub flat: String,
    /// The place in the council's file, from 1.
    pub council_position: Option<u64>,
}

/// A door's place: an index into the doors given, and its side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Which door.
    pub door: usize,
    /// Which side of the street.
    pub side: Side,
}

impl Door {
    /// The side the number puts it on.
    pub fn side(&self) -> Side {
        match self.number {
            Some(number) if number % 2 == 1 => Side::Odd,
            Some(_) => Side::Even,
            None => Side::Building,
        }
    }
}

/// Puts doors in walking order. Doors that nothing tells apart keep the order given.
pub fn walk(doors: &[Door], order: WalkOrder) -> Vec<Place> {
    let mut indices: Vec<usize> = (0..doors.len()).collect();
    let streets = street_ranks(doors);
    let anchors = anchors(doors);
    let in_street = |a: usize, b: usize| {
        let street = |door: usize| streets.get(doors[door].street.as_str());
        street(a).cmp(&street(b)).then_with(|| compare_along(&doors[a], anchors[a], &doors[b], anchors[b], order))
    };
    match order {
        WalkOrder::Council => indices.sort_by(|a, b| {
            let position = |door: usize| doors[door].council_position.unwrap_or(u64::MAX);
            position(*a).cmp(&position(*b)).then_with(|| in_street(*a, *b))
        }),
        _ => indices.sort_by(|a, b| in_street(*a, *b)),
    }
    indices.into_iter().map(|door| Place { door, side: doors[door].side() }).collect()
}

/// Streets by where the council's file first names them, then those it does not, by name.
fn street_ranks(doors: &[Door]) -> HashMap<&str, (u64, &str)> {
    let mut ranks: HashMap<&str, (u64, &str)> = HashMap::new();
    for door in doors {
        let position = door.council_position.unwrap_or(u64::MAX);
        let rank = ranks.entry(&door.street).or_insert((position, &door.street));
        rank.0 = rank.0.min(position);
    }
    ranks
}

/// The number beside which a door stands: its own, or that of the numbered door of its street which the council
/// puts next before it. `None`: after the numbers.
fn anchors(doors: &[Door]) -> Vec<Option<u32>> {
    let mut by_position: Vec<usize> = (0..doors.len()).filter(|i| doors[*i].council_position.is_some()).collect();
    by_position.sort_by_key(|i| doors[*i].council_position);
    let mut anchors: Vec<Option<u32>> = doors.iter().map(|door| door.number).collect();
    let mut last: HashMap<&str, u32> = HashMap::new();
    for index in by_position {
        let door = &doors[index];
        match door.number {
            Some(number) => drop(last.insert(&door.street, number)),
            None => anchors[index] = last.get(door.street.as_str()).copied(),
        }
    }
    anchors
}

fn compare_along(one: &Door, one_at: Option<u32>, other: &Door, other_at: Option<u32>, order: WalkOrder) -> Ordering {
    let stop = |at: Option<u32>| at.map_or((3, 0), |number| stop(number, order));
    let named = |door: &Door| door.number.is_none();
    let position = |door: &Door| {
        if named(door) { door.council_position.unwrap_or(u64::MAX) } else { 0 }
    };
    stop(one_at)
        .cmp(&stop(other_at))
        .then_with(|| named(one).cmp(&named(other)))
        .then_with(|| position(one).cmp(&position(other)))
        .then_with(|| one.suffix.to_lowercase().cmp(&other.suffix.to_lowercase()))
        .then_with(|| natural(&one.building, &other.building))
        .then_with(|| natural(&one.flat, &other.flat))
}

/// Where along the walk a number comes: the leg, and how far along it.
fn stop(number: u32, order: WalkOrder) -> (u8, u32) {
    let even = number.is_multiple_of(2);
    match order {
        WalkOrder::OddsThenEvensBack if even => (1, u32::MAX - number),
        WalkOrder::OneSideAtATime if even => (1, number),
        _ => (0, number),
    }
}

/// Compares texts as people count: Flat 2 before Flat 10, `2` before `2A`; case does not matter.
pub fn natural(one: &str, other: &str) -> Ordering {
    let (mut one, mut other) = (one, other);
    loop {
        match (take_chunk(one), take_chunk(other)) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some((a, rest_a)), Some((b, rest_b))) => match a.cmp(&b) {
                Ordering::Equal => (one, other) = (rest_a, rest_b),
                unequal => return unequal,
            },
        }
    }
}

/// A run of digits, or one other character. Numbers come before letters.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Chunk {
    Number(u128),
    Letter(char),
}

fn take_chunk(text: &str) -> Option<(Chunk, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).take(30).count();
    if let Ok(number) = text[..digits].parse() {
        return Some((Chunk::Number(number), &text[digits..]));
    }
    let letter = text.chars().next()?;
    let lower = letter.to_lowercase().next().unwrap_or(letter);
    Some((Chunk::Letter(lower), &text[letter.len_utf8()..]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// `12A`, `3@12` (flat 3 at 12), `Ivy House`, each optionally followed by `#position`.
    fn door(text: &str) -> Door {
        let (text, position) = text.split_once('#').map_or((text, None), |(t, p)| (t, p.parse().ok()));
        let (flat, place) = text.split_once('@').unwrap_or(("", text));
        let digits = place.bytes().take_while(u8::is_ascii_digit).count();
        let number: Option<u32> = place[..digits].parse().ok();
        let (suffix, building) = if number.is_some() { (&place[digits..], "") } else { ("", place) };
        Door {
            street: "High Street".into(),
            building: building.into(),
            number,
            suffix: suffix.into(),
            flat: flat.into(),
            council_position: position,
        }
    }

    fn walked(texts: &[&str], order: WalkOrder) -> Vec<String> {
        let doors: Vec<Door> = texts.iter().map(|t| door(t)).collect();
        walk(&doors, order).iter().map(|p| texts[p.door].split('#').next().unwrap_or_default().to_owned()).collect()
    }

    const STREET: [&str; 8] = ["4", "3", "189A", "2", "10", "1", "189", "7"];

    #[test]
    fn numbers_in_each_of_the_ways_people_walk() {
        assert_eq!(walked(&STREET, WalkOrder::OddsThenEvensBack), ["1", "3", "7", "189", "189A", "10", "4", "2"]);
        assert_eq!(walked(&STREET, WalkOrder::OneSideAtATime), ["1", "3", "7", "189", "189A", "2", "4", "10"]);
        assert_eq!(walked(&STREET, WalkOrder::NumericPlain), ["1", "2", "3", "4", "7", "10", "189", "189A"]);
    }

    #[test]
    fn flats_come_in_natural_order_within_their_building() {
        assert_eq!(
            walked(&["10@12", "2@12", "14", "2A@12", "12"], WalkOrder::NumericPlain),
            ["12", "2@12", "2A@12", "10@12", "14"]
        );
        assert_eq!(
            walked(&["10@Akeman House", "9@Akeman House"], WalkOrder::Council),
            ["9@Akeman House", "10@Akeman House"]
        );
    }

    #[test]
    fn named_houses_stand_beside_their_neighbours_or_after_the_numbers() {
        let known = ["5#3", "Ivy House#2", "3#1", "7#4"];
        assert_eq!(walked(&known, WalkOrder::NumericPlain), ["3", "Ivy House", "5", "7"]);
        assert_eq!(walked(&["5", "Ivy House", "3"], WalkOrder::NumericPlain), ["3", "5", "Ivy House"]);
    }

    #[test]
    fn the_councils_order_is_kept_and_late_doors_follow() {
        assert_eq!(walked(&["9", "3#1", "1#2", "2#3"], WalkOrder::Council), ["3", "1", "2", "9"]);
    }

    #[test]
    fn streets_are_walked_one_after_another() {
        let at = |street: &str, number, position| Door {
            street: street.into(),
            number: Some(number),
            council_position: position,
            ..Default::default()
        };
        let doors = [
            at("Vine Row", 2, Some(1)),
            at("Ash Lane", 1, Some(3)),
            at("Vine Row", 1, Some(2)),
            at("Beech Way", 1, None),
        ];
        let order: Vec<usize> = walk(&doors, WalkOrder::NumericPlain).iter().map(|p| p.door).collect();
        assert_eq!(order, [2, 0, 1, 3]);
    }

    #[test]
    fn sides_for_the_plan_of_the_street() {
        let sides: Vec<Side> = ["1", "2", "Ivy House"].iter().map(|t| door(t).side()).collect();
        assert_eq!(sides, [Side::Odd, Side::Even, Side::Building]);
    }

    proptest! {
        #[test]
        fn every_door_is_walked_once(numbers in proptest::collection::vec((proptest::option::of(0u32..30), "[A-C]?", proptest::option::of(1u64..9)), 0..40)) {
            let doors: Vec<Door> = numbers.into_iter().map(|(number, suffix, council_position)| Door { number, suffix, council_position, ..Default::default() }).collect();
            for order in [WalkOrder::Council, WalkOrder::OddsThenEvensBack, WalkOrder::OneSideAtATime, WalkOrder::NumericPlain] {
                let mut walked: Vec<usize> = walk(&doors, order).iter().map(|p| p.door).collect();
                walked.sort_unstable();
                prop_assert_eq!(walked, (0..doors.len()).collect::<Vec<_>>());
            }
        }

        #[test]
        fn natural_order_is_an_order(a in "[0-9A-Ca-c ]{0,6}", b in "[0-9A-Ca-c ]{0,6}", c in "[0-9A-Ca-c ]{0,6}") {
            prop_assert_eq!(natural(&a, &b), natural(&b, &a).reverse());
            if natural(&a, &b).is_le() && natural(&b, &c).is_le() {
                prop_assert!(natural(&a, &c).is_le());
            }
        }
    }
}
