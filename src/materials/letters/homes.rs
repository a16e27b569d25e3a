//! How many letters there would be, in which order and which is the longest: read by home, without a name. A count needs no more, nor
//! does a proof to choose what it shows; people are read by name when they are shown or written to (`recipients`).

use super::recipients::{BATCH, How, LeftOut, Out, Per, Sorted, Walked, bundle, left_alone};
use crate::canvass::walk_order::{self, Door, WalkOrder, natural};
use crate::database::Scoped;
use crate::electors::ElectorId;
use crate::error::Error;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Somebody of a home who gets one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Person {
    position: i32,
    id: i64,
    /// How many letters their name has.
    letters: usize,
    came_back: bool,
}

/// A home that letters go to.
#[derive(Debug, Clone)]
struct Home {
    partition: i32,
    household: i64,
    area_no: i32,
    district: String,
    door: Door,
    address: String,
    postcode: String,
    /// How many letters its longest line has.
    longest: usize,
    /// As the register has them.
    people: Vec<Person>,
}

impl Home {
    /// How many letters go there.
    fn letters(&self, per: Per) -> usize {
        if per == Per::Person { self.people.len() } else { 1 }
    }

    /// How many letters the longest line of an address has: of one of its people, or of all of them. Several are called by one name,
    /// or as residents.
    fn room(&self, people: &[Person]) -> usize {
        let name = match people {
            [one] => one.letters,
            [one, other] => one.letters + other.letters + 5,
            _ => 40,
        };
        name.max(self.longest)
    }
}

/// Homes that letters go to, in order, and who gets none.
#[derive(Debug, Clone, Default)]
pub struct Homes {
    homes: Vec<Home>,
    per: Per,
    /// Who gets none.
    pub left_out: LeftOut,
    /// How many bundles are carried; none when they are posted.
    pub bundles: usize,
}

impl Homes {
    /// How many letters.
    pub fn letters(&self) -> usize {
        self.homes.iter().map(|home| home.letters(self.per)).sum()
    }

    /// How many people they are to.
    pub fn people(&self) -> usize {
        self.homes.iter().map(|home| home.people.len()).sum()
    }

    /// Each letter in order: its home, and whom it is to.
    fn each(&self) -> impl Iterator<Item = (&Home, &[Person])> {
        let per = self.per;
        self.homes.iter().flat_map(move |home| {
            let size = if per == Per::Person { 1 } else { home.people.len().max(1) };
            home.people.chunks(size).map(move |people| (home, people))
        })
    }

    /// Whom the letter at this place is to, counted from 0; nobody where there is none.
    pub fn at(&self, place: usize) -> Vec<ElectorId> {
        let Some((home, people)) = self.each().nth(place) else { return Vec::new() };
        people.iter().map(|p| ElectorId { partition: home.partition, id: p.id }).collect()
    }

    /// The longest letter's place: whose address and names take most room.
    pub fn longest(&self) -> usize {
        let longest = self.each().enumerate().max_by_key(|(_, (home, people))| home.room(people));
        longest.map_or(0, |(place, _)| place)
    }
}

/// Reads the homes of these people. Nobody is shown by it.
///
/// # Errors
/// What the database says.
pub(super) async fn read(scope: &mut Scoped, people: &[ElectorId], how: &How) -> Result<Homes, Error> {
    let wanted: Vec<ElectorId> = people.iter().filter(|id| !how.except.contains(id)).copied().collect();
    let mut left_out = LeftOut { had_it: people.len() - wanted.len(), ..LeftOut::default() };
    let out = left_alone(scope, &wanted).await?;
    let (mut on_it, mut living) = (0, BTreeMap::<(i32, i64), (i32, Vec<Person>)>::new());
    for some in wanted.chunks(BATCH) {
        for entry in entries(scope, some).await? {
            on_it += 1;
            let id = ElectorId { partition: entry.partition_id, id: entry.elector_id };
            match (out.get(&id), entry.household_id) {
                (Some(Out::Objected), _) => left_out.objected += 1,
                // Nobody is told that there are any.
                (Some(Out::Invented), _) => {}
                (None, _) if entry.kind == "overseas" => left_out.overseas += 1,
                (None, None) => left_out.no_address += 1,
                (None, Some(household)) => {
                    let home = living.entry((entry.partition_id, household));
                    home.or_insert_with(|| (entry.area_no, Vec::new())).1.push(entry.person());
                }
            }
        }
    }
    left_out.gone = wanted.len() - on_it;
    let homes = addressed(scope, living, &mut left_out).await?;
    Ok(sorted(homes, how, left_out))
}

struct Entry {
    partition_id: i32,
    elector_id: i64,
    area_no: i32,
    household_id: Option<i64>,
    kind: String,
    position: i32,
    name_length: i32,
    /// Whether something that was sent to them where they live came back.
    came_back: bool,
}

impl Entry {
    fn person(&self) -> Person {
        Person {
            position: self.position,
            id: self.elector_id,
            letters: usize::try_from(self.name_length).unwrap_or_default(),
            came_back: self.came_back,
        }
    }
}

/// Those of these people who are on the register: as `recipients` reads them, without what only a letter says.
async fn entries(scope: &mut Scoped, people: &[ElectorId]) -> Result<Vec<Entry>, Error> {
    let (partitions, ids): (Vec<i32>, Vec<i64>) = people.iter().map(|p| (p.partition, p.id)).unzip();
    Ok(sqlx::query_as!(
        Entry,
        r#"select e.partition_id as "partition_id!", e.elector_id as "elector_id!", e.area_no as "area_no!",
             e.household_id as "household_id?", e.kind as "kind!", e.position as "position!", char_length(e.name) as "name_length!",
             exists (select from material_item m where m.partition_id = e.partition_id and m.elector_id = e.elector_id
               and m.household_id = e.household_id and m.returned_at is not null) as "came_back!"
           from unnest($1::integer[], $2::bigint[]) w (partition, elector)
           cross join lateral (select n.partition_id, n.elector_id, n.area_no, n.household_id, n.kind, n.name, n.position
             from elector n where n.partition_id = w.partition and n.elector_id = w.elector and n.left_at is null offset 0) e"#,
        &partitions,
        &ids
    )
    .fetch_all(scope.connection())
    .await?)
}

/// The homes of these, each once; who has no address there, or had post come back from it, is counted as left out.
async fn addressed(
    scope: &mut Scoped,
    mut living: BTreeMap<(i32, i64), (i32, Vec<Person>)>,
    left_out: &mut LeftOut,
) -> Result<Vec<Home>, Error> {
    let districts = districts(scope, living.values().map(|(area_no, _)| *area_no).collect()).await?;
    let keys: Vec<(i32, i64)> = living.keys().copied().collect();
    let mut homes = Vec::with_capacity(keys.len());
    for some in keys.chunks(BATCH) {
        let (partitions, ids): (Vec<i32>, Vec<i64>) = some.iter().copied().unzip();
        let rows = sqlx::query!(
            r#"select h.partition_id as "partition_id!", h.household_id as "household_id!", h.lines as "lines?",
                 h.postcode as "postcode?", h.street as "street?", h.building as "building?", h.number as "number?",
                 h.number_suffix as "number_suffix?", h.flat as "flat?", h.position as "position?"
               from unnest($1::integer[], $2::bigint[]) w (partition, household)
               cross join lateral (select o.partition_id, o.household_id, o.lines, o.postcode, o.street, o.building, o.number,
                   o.number_suffix, o.flat, o.position
                 from household o where o.partition_id = w.partition and o.household_id = w.household offset 0) h"#,
            &partitions,
            &ids
        )
        .fetch_all(scope.connection())
        .await?;
        for row in rows {
            let lines: Vec<String> = row.lines.unwrap_or_default();
            if lines.iter().all(|line| line.trim().is_empty()) {
                continue;
            }
            let Some((area_no, mut people)) = living.remove(&(row.partition_id, row.household_id)) else { continue };
            let all = people.len();
            people.retain(|person| !person.came_back);
            left_out.came_back += all - people.len();
            people.sort_unstable();
            homes.push(Home {
                partition: row.partition_id,
                household: row.household_id,
                area_no,
                district: districts.get(&area_no).cloned().unwrap_or_default(),
                door: Door {
                    street: row.street.unwrap_or_default(),
                    building: row.building.unwrap_or_default(),
                    number: row.number.and_then(|n| u32::try_from(n).ok()),
                    suffix: row.number_suffix.unwrap_or_default(),
                    flat: row.flat.unwrap_or_default(),
                    council_position: row.position.and_then(|p| u64::try_from(p).ok()).filter(|p| *p > 0),
                },
                longest: lines.iter().map(|line| line.chars().count()).max().unwrap_or_default(),
                address: lines.join(", "),
                postcode: row.postcode.unwrap_or_default(),
                people,
            });
        }
    }
    left_out.no_address += living.values().map(|(_, people)| people.len()).sum::<usize>();
    homes.retain(|home| !home.people.is_empty());
    homes.sort_by_key(|home| (home.partition, home.household));
    Ok(homes)
}

/// The letters of districts, by number.
async fn districts(scope: &mut Scoped, numbers: HashSet<i32>) -> Result<HashMap<i32, String>, Error> {
    let numbers: Vec<i32> = numbers.into_iter().collect();
    let rows = sqlx::query!("select area_no, letters from district where area_no = any ($1)", &numbers)
        .fetch_all(scope.connection())
        .await?;
    Ok(rows.into_iter().map(|row| (row.area_no, row.letters)).collect())
}

/// In the order in which `recipients` has the letters.
fn sorted(mut homes: Vec<Home>, how: &How, left_out: LeftOut) -> Homes {
    let per = how.per;
    if how.sorted == Sorted::Postcode {
        homes.sort_by(|a, b| a.postcode.cmp(&b.postcode).then_with(|| natural(&a.address, &b.address)));
        return Homes { homes, per, left_out, bundles: 0 };
    }
    homes.sort_by(|a, b| natural(&a.district, &b.district).then(a.area_no.cmp(&b.area_no)));
    let (mut walked, mut bundles, mut letters) = (Vec::with_capacity(homes.len()), Vec::new(), 0);
    for district in homes.chunk_by(|a, b| a.area_no == b.area_no) {
        let doors: Vec<Door> = district.iter().map(|home| home.door.clone()).collect();
        let mut sides = Vec::<Walked>::new();
        for place in walk_order::walk(&doors, WalkOrder::OddsThenEvensBack) {
            let Some(next) = district.get(place.door) else { continue };
            let street = next.door.street.as_str();
            let more = next.letters(per);
            match sides.last_mut().filter(|last| last.side == place.side && last.street == street) {
                Some(last) => last.letters += more,
                None => sides.push(Walked { street: street.to_owned(), side: place.side, letters: more }),
            }
            letters += more;
            walked.push(next.clone());
        }
        let Some(first) = district.first() else { continue };
        bundle(&mut bundles, &sides, &first.district, letters);
    }
    Homes { homes: walked, per, left_out, bundles: bundles.len() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn home(number: u32, people: &[(i64, usize)]) -> Home {
        let person = |(at, (id, letters)): (usize, &(i64, usize))| Person {
            position: i32::try_from(at).unwrap(),
            id: *id,
            letters: *letters,
            came_back: false,
        };
        Home {
            partition: 1,
            household: i64::from(number),
            area_no: 3,
            district: "QB1".into(),
            door: Door { street: "Larkspur Row".into(), number: Some(number), ..Door::default() },
            address: format!("{number} Larkspur Row"),
            postcode: "ZZ1 4QX".into(),
            longest: 14,
            people: people.iter().enumerate().map(person).collect(),
        }
    }

    fn at(homes: &Homes, place: usize) -> Vec<i64> {
        homes.at(place).into_iter().map(|id| id.id).collect()
    }

    #[test]
    fn letters_are_counted_and_found_by_their_place_without_a_name() {
        let row = || vec![home(2, &[(21, 10)]), home(1, &[(11, 12), (12, 30)])];
        let each = sorted(row(), &How::default(), LeftOut::default());
        assert_eq!((each.letters(), each.people(), each.bundles), (3, 3, 1));
        assert_eq!([at(&each, 0), at(&each, 1), at(&each, 2), at(&each, 3)], [vec![11], vec![12], vec![21], vec![]]);
        assert_eq!(each.longest(), 1);
        let how = How { per: Per::Household, ..How::default() };
        let homes = sorted(row(), &how, LeftOut::default());
        assert_eq!((homes.letters(), homes.people()), (2, 3));
        assert_eq!([at(&homes, 0), at(&homes, 1)], [vec![11, 12], vec![21]]);
        let how = How { sorted: Sorted::Postcode, ..How::default() };
        let posted = sorted(row(), &how, LeftOut::default());
        assert_eq!((posted.bundles, at(&posted, 2)), (0, vec![21]));
    }
}
