//! The street plan: doors by street and side, flats by building; what is done, and which door comes next.

use super::{Door, OpenList, State};
use crate::canvass::results::Outcome;
use crate::electors::HouseholdId;
use crate::web::words;
use std::collections::HashMap;

/// The open list with its doors in walking order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The list.
    pub list: OpenList,
    /// Its doors in walking order.
    pub doors: Vec<Door>,
}

impl Plan {
    /// The doors that may be called at.
    pub fn total(&self) -> usize {
        self.doors.iter().filter(|d| d.state != State::Leave).count()
    }

    /// How many of those are done.
    pub fn done(&self) -> usize {
        self.doors.iter().filter(|d| d.done && d.state != State::Leave).count()
    }

    /// "39 doors".
    pub fn done_in_words(&self) -> String {
        words::count(u32::try_from(self.done()).unwrap_or(u32::MAX), "door", "doors")
    }

    /// How many have somebody who talked.
    pub fn spoke(&self) -> usize {
        self.doors.iter().filter(|d| matches!(d.state, State::Spoke(_))).count()
    }

    /// How many were recorded with this outcome.
    pub fn with(&self, outcome: Outcome) -> usize {
        self.doors.iter().filter(|d| d.state == State::Other(outcome)).count()
    }

    /// Where a home is in the walk.
    pub fn place(&self, household: HouseholdId) -> Option<usize> {
        self.doors.iter().position(|d| d.household == household)
    }

    /// The next door that wants an answer after this place, else the first that was passed by.
    pub fn next_after(&self, at: usize) -> Option<&Door> {
        let (passed, coming) = self.doors.split_at((at + 1).min(self.doors.len()));
        coming.iter().chain(passed).enumerate().find(|(_, d)| d.to_do()).map(|(_, d)| d)
    }

    /// Where to go on: the next door after the one that this account recorded last.
    pub fn next(&self) -> Option<&Door> {
        let last = self.doors.iter().enumerate().filter(|(_, d)| d.recorded.is_some()).max_by_key(|(_, d)| d.recorded);
        match last {
            Some((at, _)) => self.next_after(at),
            None => self.doors.iter().find(|d| d.to_do()),
        }
    }

    /// The home where to go on.
    pub fn next_home(&self) -> Option<HouseholdId> {
        self.next().map(|d| d.household)
    }

    /// The doors on the same side around this one: up to three before and six after.
    pub fn around(&self, at: usize) -> Vec<&Door> {
        let here = &self.doors[at];
        let same = |d: &&Door| d.street == here.street && side(d) == side(here) && d.building == here.building;
        let near: Vec<&Door> = self.doors.iter().filter(|d| same(d)).collect();
        let place = near.iter().position(|d| d.household == here.household).unwrap_or_default();
        near[place.saturating_sub(3)..near.len().min(place + 7)].to_vec()
    }

    /// "Larkspur Row, evens"; "Tamarisk House".
    pub fn around_title(&self, at: usize) -> String {
        let here = &self.doors[at];
        match side(here) {
            Side::Odd => format!("{}, odds", here.street),
            Side::Even => format!("{}, evens", here.street),
            Side::Flat if here.building.is_empty() => here.street.clone(),
            Side::Flat => here.building.clone(),
            Side::Other => here.street.clone(),
        }
    }

    /// The plan's parts in the order in which the walk comes to them.
    pub fn sections(&self) -> Vec<Section<'_>> {
        let mut flats: HashMap<(&str, String), usize> = HashMap::new();
        for door in self.doors.iter().filter(|d| !d.flat.is_empty()) {
            *flats.entry((&door.street, house(door))).or_default() += 1;
        }
        let mut sections: Vec<Section<'_>> = Vec::new();
        for door in &self.doors {
            let shared = !door.flat.is_empty() && flats.get(&(&*door.street, house(door))).is_some_and(|n| *n > 1);
            let key = (door.street.as_str(), if shared { house(door) } else { String::new() });
            let section = match sections.iter().position(|s| (s.street, s.house.as_str()) == (key.0, key.1.as_str())) {
                Some(found) => &mut sections[found],
                None => {
                    sections.push(Section { street: key.0, house: key.1, ..Section::default() });
                    let last = sections.len() - 1;
                    &mut sections[last]
                }
            };
            section.put(door, shared);
        }
        for section in &mut sections {
            section.odds.sort_by_key(|d| (d.number, &d.suffix));
            section.evens.sort_by_key(|d| (d.number, &d.suffix));
        }
        sections
    }
}

/// The house that a flat is in: its name, or its number.
fn house(door: &Door) -> String {
    match (door.building.as_str(), door.number) {
        ("", Some(number)) => format!("{number}{} {}", door.suffix, door.street),
        (building, _) => building.to_owned(),
    }
}

#[derive(PartialEq, Eq)]
enum Side {
    Odd,
    Even,
    Flat,
    Other,
}

fn side(door: &Door) -> Side {
    match door.number {
        _ if !door.flat.is_empty() => Side::Flat,
        Some(number) if number % 2 == 1 => Side::Odd,
        Some(_) => Side::Even,
        None => Side::Other,
    }
}

/// One street, or one building of flats.
#[derive(Debug, Default)]
pub struct Section<'a> {
    street: &'a str,
    house: String,
    /// Odd numbers.
    pub odds: Vec<&'a Door>,
    /// Even numbers.
    pub evens: Vec<&'a Door>,
    /// Named houses: those without a number.
    pub others: Vec<&'a Door>,
    /// Flats of a building; then the other three are empty.
    pub flats: Vec<&'a Door>,
}

impl<'a> Section<'a> {
    fn put(&mut self, door: &'a Door, flat: bool) {
        match side(door) {
            _ if flat => self.flats.push(door),
            Side::Odd => self.odds.push(door),
            Side::Even => self.evens.push(door),
            Side::Flat | Side::Other => self.others.push(door),
        }
    }

    /// The building's or street's name.
    pub fn title(&self) -> &str {
        match (self.house.as_str(), self.street) {
            ("", "") => "Other homes",
            ("", street) => street,
            (house, _) => house,
        }
    }

    fn doors(&self) -> impl Iterator<Item = &&'a Door> {
        self.odds.iter().chain(&self.evens).chain(&self.others).chain(&self.flats)
    }

    /// "11 of 19 done".
    pub fn progress(&self) -> String {
        let total = self.doors().filter(|d| d.state != State::Leave).count();
        format!("{} of {total} done", self.doors().filter(|d| d.done && d.state != State::Leave).count())
    }

    /// The flats that one tap records as not home.
    pub fn to_do(&self) -> Vec<&'a Door> {
        self.flats.iter().filter(|d| d.to_do()).copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::Utc;

    fn door(id: i64, number: i32, state: State) -> Door {
        Door {
            household: HouseholdId { partition: 1, id },
            street: "Larkspur Row".into(),
            building: String::new(),
            number: (number > 0).then_some(number),
            suffix: String::new(),
            flat: String::new(),
            lines: vec![format!("{number} Larkspur Row"), "Wexmere".into()],
            postcode: Some("ZZ1 4QX".into()),
            people: 2,
            done: state != State::Other(Outcome::ComeBack) && matches!(state, State::Spoke(_) | State::Other(_)),
            state,
            recorded: None,
        }
    }

    fn plan(doors: Vec<Door>) -> Plan {
        let list = OpenList {
            id: crate::canvass::ListId { partition: 1, id: 1 },
            name: "Quillbrook 3".into(),
            version: 1,
            kind: "local".into(),
            show_last: false,
            poll: None,
            ends: Utc::now(),
        };
        Plan { list, doors }
    }

    #[test]
    fn the_place_is_kept_and_what_was_passed_by_comes_at_the_end() {
        let out = State::Other(Outcome::NotHome);
        let mut plan = plan(vec![
            door(1, 1, State::ToDo),
            door(2, 3, out),
            door(3, 5, State::Leave),
            door(4, 7, State::Other(Outcome::ComeBack)),
            door(5, 9, State::ToDo),
        ]);
        assert_eq!(plan.next_after(1).unwrap().household.id, 5);
        assert_eq!(plan.next_after(4).unwrap().household.id, 1, "passed by");
        assert_eq!(plan.next().unwrap().household.id, 1, "nothing recorded yet");
        plan.doors[1].recorded = Some(Utc::now());
        assert_eq!(plan.next().unwrap().household.id, 5);
        assert_eq!((plan.done(), plan.total()), (1, 4));
        plan.doors[0].state = out;
        plan.doors[4].state = out;
        assert_eq!(plan.next(), None, "one that asked us to come back is not a circle to walk in");
    }

    #[test]
    fn flats_stand_by_building_and_houses_on_their_side() {
        let flat = |id, flat: &str| Door {
            flat: flat.into(),
            building: "Tamarisk House".into(),
            lines: vec![format!("Flat {flat}"), "Tamarisk House".into(), "12-14 Larkspur Row".into()],
            ..door(id, 12, State::ToDo)
        };
        let cottage = Door {
            building: "Rosewell Cottage".into(),
            lines: vec!["Rosewell Cottage".into(), "Larkspur Row".into()],
            ..door(7, 0, State::ToDo)
        };
        let plan = plan(vec![door(1, 4, State::ToDo), door(2, 1, State::ToDo), flat(3, "9"), flat(4, "10"), cottage]);
        let sections = plan.sections();
        let titles: Vec<_> = sections.iter().map(Section::title).collect();
        assert_eq!(titles, ["Larkspur Row", "Tamarisk House"]);
        assert_eq!((sections[0].odds.len(), sections[0].evens.len(), sections[0].others.len()), (1, 1, 1));
        assert_eq!(sections[1].to_do().len(), 2);
        let door = |id: usize| &plan.doors[id];
        assert_eq!((door(2).label().as_str(), door(2).title().as_str()), ("Flat 9", "Flat 9, Tamarisk House"));
        assert_eq!((door(0).spoken().as_str(), door(0).rest().as_str()), ("number 4", "Wexmere, ZZ1 4QX"));
        assert_eq!(
            (door(4).spoken().as_str(), door(4).title().as_str()),
            ("Rosewell Cottage", "Rosewell Cottage, Larkspur Row")
        );
    }
}
