//! What a list would hold, before it is made: doors in walk order, who is left out and why. Nothing is read here.

use super::{SideOrder, side_word};
use crate::canvass::walk_order::{self, Door, natural};
use std::cmp::Reverse;
use std::ops::Range;

/// Why a person does not come onto a list. The first that holds is the one counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// They want nobody at their door: always left out.
    Objected,
    /// Recorded as moved or deceased.
    Moved,
    /// Asked within the chosen days.
    Asked,
    /// On printed cards that are out and not entered yet.
    OnPaper,
}

/// Somebody at a home, and why they are left out if they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Person {
    /// The elector within the partition.
    pub elector: i64,
    /// None: on the list.
    pub why: Option<Why>,
}

/// A home that may become a door.
#[derive(Debug, Clone, Default)]
pub struct Home {
    /// The household within the partition.
    pub household: i64,
    /// Its district.
    pub area_no: i32,
    /// The district's letters, by which districts follow one another.
    pub letters: String,
    /// Where it stands.
    pub door: Door,
    /// Who is on the register there.
    pub people: Vec<Person>,
}

/// A door of a list to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedDoor {
    /// The household within the partition.
    pub household: i64,
    /// Its district.
    pub area_no: i32,
    /// Its street.
    pub street: String,
    /// `odd`, `even`, `building` or `other`.
    pub side: &'static str,
    /// Whom to ask for.
    pub electors: Vec<i64>,
}

/// How many are left out, by reason.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Electors who want nobody at their door.
    pub objected: usize,
    /// Electors recorded as moved or deceased.
    pub moved: usize,
    /// Electors asked lately.
    pub asked: usize,
    /// Electors on printed cards that are out.
    pub on_paper: usize,
    /// Homes with nobody left.
    pub homes: usize,
}

/// Doors in walk order and who is left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// The doors, in walk order: by district, street, side.
    pub doors: Vec<PlannedDoor>,
    /// Who is left out.
    pub left_out: LeftOut,
}

impl Plan {
    /// Electors on it.
    pub fn electors(&self) -> usize {
        self.doors.iter().map(|d| d.electors.len()).sum()
    }
}

/// Puts homes in walk order and leaves out whom it must. `keep_empty` keeps homes with nobody left to ask for, but
/// never one where somebody objected: nobody knocks there.
pub fn plan(mut homes: Vec<Home>, order: SideOrder, keep_empty: bool) -> Plan {
    let mut left_out = LeftOut::default();
    for why in homes.iter().flat_map(|h| &h.people).filter_map(|p| p.why) {
        match why {
            Why::Objected => left_out.objected += 1,
            Why::Moved => left_out.moved += 1,
            Why::Asked => left_out.asked += 1,
            Why::OnPaper => left_out.on_paper += 1,
        }
    }
    let all = homes.len();
    homes.retain(|home| stays(home, keep_empty));
    left_out.homes = all - homes.len();
    homes.sort_by(|a, b| natural(&a.letters, &b.letters).then(a.area_no.cmp(&b.area_no)));
    let doors = homes.chunk_by(|a, b| a.area_no == b.area_no).flat_map(|district| walk(district, order)).collect();
    Plan { doors, left_out }
}

fn stays(home: &Home, keep_empty: bool) -> bool {
    let anybody = home.people.iter().any(|p| p.why.is_none());
    anybody || (keep_empty && home.people.iter().all(|p| p.why != Some(Why::Objected)))
}

fn walk(homes: &[Home], order: SideOrder) -> Vec<PlannedDoor> {
    let doors: Vec<Door> = homes.iter().map(|h| h.door.clone()).collect();
    let places = walk_order::walk(&doors, order.walk());
    let planned = places.into_iter().filter_map(|place| {
        let home = homes.get(place.door)?;
        Some(PlannedDoor {
            household: home.household,
            area_no: home.area_no,
            street: home.door.street.clone(),
            side: side_word(place.side, &home.door.flat),
            electors: home.people.iter().filter(|p| p.why.is_none()).map(|p| p.elector).collect(),
        })
    });
    planned.collect()
}

/// Cuts doors into lists of about `about` doors, in walk order, all alike as far as streets allow: a cut moves to the
/// nearest end of a street, else of a side, within a fifth of a list. None: one list.
pub fn split(doors: &[PlannedDoor], about: Option<usize>) -> Vec<Range<usize>> {
    let Some(about) = about.filter(|n| *n > 0) else {
        return (!doors.is_empty()).then_some(0..doors.len()).into_iter().collect();
    };
    let (mut begin, mut cuts) = (0, Vec::new());
    let lists = ((doors.len() + about / 2) / about).max(1);
    for left in (1..=lists).rev() {
        let rest = doors.len() - begin;
        if rest == 0 {
            break;
        }
        let even = rest.div_ceil(left);
        let end = if left == 1 { doors.len() } else { begin + cut(&doors[begin..], even) };
        cuts.push(begin..end);
        begin = end;
    }
    cuts
}

/// The best number of doors near `even` after which to cut.
fn cut(doors: &[PlannedDoor], even: usize) -> usize {
    let slack = even / 5;
    let within = even.saturating_sub(slack).max(1)..=(even + slack).min(doors.len());
    let best =
        within.filter_map(|n| Some((ending(doors.get(n - 1)?, doors.get(n)), Reverse(n.abs_diff(even)), n))).max();
    best.map_or(even, |(.., n)| n)
}

/// How good a place to stop this is: 2 the end of a street, 1 the end of a side, 0 neither.
fn ending(last: &PlannedDoor, next: Option<&PlannedDoor>) -> u8 {
    match next {
        None => 2,
        Some(next) if (&next.street, next.area_no) != (&last.street, last.area_no) => 2,
        Some(next) if next.side != last.side => 1,
        Some(_) => 0,
    }
}

/// "3 lists of 48, 50 and 41 doors"; "1 list of 39 doors".
pub fn lists_in_words(cuts: &[Range<usize>]) -> String {
    use crate::web::words::figure;
    let sizes: Vec<String> = cuts.iter().map(|c| figure(c.len())).collect();
    let doors = if cuts.len() == 1 && cuts[0].len() == 1 { "door" } else { "doors" };
    match sizes.as_slice() {
        [] => "no list".into(),
        [one] => format!("1 list of {one} {doors}"),
        [first @ .., last] if sizes.len() <= 12 => {
            format!("{} lists of {} and {last} doors", sizes.len(), first.join(", "))
        }
        _ => {
            let (least, most) = (cuts.iter().map(Range::len).min(), cuts.iter().map(Range::len).max());
            format!("{} lists of {} to {} doors", sizes.len(), least.unwrap_or(0), most.unwrap_or(0))
        }
    }
}

/// The names of several lists: "Quillbrook 4" goes on with "Quillbrook 5"; "Saturday" becomes "Saturday 1", "Saturday 2".
pub fn names(name: &str, lists: usize) -> Vec<String> {
    if lists == 1 {
        return vec![name.to_owned()];
    }
    let numbered = name.rsplit_once(' ').and_then(|(base, n)| Some((base, n.parse::<u32>().ok()?)));
    let (base, first) = numbered.unwrap_or((name, 1));
    (0..lists).map(|i| format!("{base} {}", u64::from(first) + i as u64)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn home(household: i64, street: &str, number: u32, whys: &[Option<Why>]) -> Home {
        let people = whys.iter().enumerate().map(|(i, why)| Person { elector: household * 10 + i as i64, why: *why });
        Home {
            household,
            area_no: 1,
            letters: "QB1".into(),
            door: Door { street: street.into(), number: Some(number), ..Door::default() },
            people: people.collect(),
        }
    }

    fn doors(streets: &[(&str, usize)]) -> Vec<PlannedDoor> {
        let mut household = 0;
        let of = |(street, n): &(&str, usize)| vec![(*street).to_owned(); *n];
        let door = |street| {
            household += 1;
            PlannedDoor { household, area_no: 1, street, side: "odd", electors: vec![] }
        };
        streets.iter().flat_map(of).map(door).collect()
    }

    #[test]
    fn whoever_objected_is_never_on_a_list_nor_is_their_empty_home() {
        let homes = vec![
            home(1, "Row", 1, &[Some(Why::Objected), None]),
            home(2, "Row", 3, &[Some(Why::Objected), Some(Why::Asked)]),
            home(3, "Row", 5, &[Some(Why::Moved)]),
            home(4, "Row", 7, &[]),
        ];
        let made = plan(homes.clone(), SideOrder::Council, false);
        assert_eq!(made.doors.iter().map(|d| d.household).collect::<Vec<_>>(), [1]);
        assert_eq!(made.left_out, LeftOut { objected: 2, moved: 1, asked: 1, homes: 3, ..LeftOut::default() });
        let made = plan(homes, SideOrder::Council, true);
        assert_eq!(made.doors.iter().map(|d| d.household).collect::<Vec<_>>(), [1, 3, 4]);
        assert_eq!(made.electors(), 1);
    }

    #[test]
    fn lists_end_where_streets_end() {
        let cuts = split(&doors(&[("Ash", 30), ("Beech", 18), ("Cedar", 50), ("Dogwood", 41)]), Some(50));
        assert_eq!(cuts, [0..48, 48..98, 98..139]);
        assert_eq!(lists_in_words(&cuts), "3 lists of 48, 50 and 41 doors");
        assert_eq!(lists_in_words(&split(&doors(&[("Ash", 1)]), Some(50))), "1 list of 1 door");
    }

    #[test]
    fn several_lists_go_on_counting() {
        assert_eq!(names("Quillbrook 4", 2), ["Quillbrook 4", "Quillbrook 5"]);
        assert_eq!(names("Saturday", 2), ["Saturday 1", "Saturday 2"]);
        assert_eq!(names("QB1", 2), ["QB1 1", "QB1 2"]);
        assert_eq!(names("Saturday", 1), ["Saturday"]);
    }

    proptest! {
        #[test]
        fn every_door_is_on_one_list_and_none_is_much_longer(
            streets in proptest::collection::vec(1usize..80, 0..12), about in 5usize..120,
        ) {
            let all: Vec<(String, usize)> = streets.iter().enumerate().map(|(i, n)| (format!("S{i}"), *n)).collect();
            let all: Vec<(&str, usize)> = all.iter().map(|(s, n)| (s.as_str(), *n)).collect();
            let doors = doors(&all);
            let cuts = split(&doors, Some(about));
            let walked: Vec<usize> = cuts.iter().cloned().flatten().collect();
            prop_assert_eq!(walked, (0..doors.len()).collect::<Vec<_>>());
            prop_assert!(cuts.iter().all(|c| !c.is_empty() && c.len() <= about * 2 + 2));
        }
    }
}
