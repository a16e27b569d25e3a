//! Who gets one: people of a selection with what their letter or label needs, one for each or one for each home, in the order in which
//! they are carried or posted. Whoever objected, left the register, lives abroad, was never there or
//! had one come back from there gets none, and is counted.

use super::salutation::{self, Greeting, Named};
use crate::canvass::walk_order::{self, Door, Side, WalkOrder, natural};
use crate::database::Scoped;
use crate::electors::{ElectorId, HouseholdId};
use crate::error::Error;
use crate::watching;
use std::collections::{HashMap, HashSet};

/// So many letters are carried together: streets are joined until a bundle holds as many.
const BUNDLE: usize = 40;
/// So many streets are named on a bundle's cover.
const NAMED: usize = 4;
/// So many people are read by one statement.
pub(super) const BATCH: usize = 2_000;

/// One for whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Per {
    /// For each person.
    #[default]
    Person,
    /// For each home.
    Household,
}

/// In which order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sorted {
    /// As somebody walks: streets, up the odd side and back down the even one.
    #[default]
    Walk,
    /// By postcode, as the post takes them.
    Postcode,
}

/// What is asked of the register.
#[derive(Debug, Clone, Default)]
pub struct How {
    /// One for whom.
    pub per: Per,
    /// In which order.
    pub sorted: Sorted,
    /// The kind of election whose intentions are read; None: nobody's is.
    pub intentions: Option<String>,
    /// Who had it already.
    pub except: HashSet<ElectorId>,
}

/// Somebody who gets one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Who.
    pub id: ElectorId,
    /// What they are called.
    pub named: Named,
    /// The group of their intention, or `unknown`.
    pub group: String,
}

/// One letter, card or label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Whom it is to: one, or those of a home.
    pub people: Vec<Person>,
    /// How they are spoken to.
    pub greeting: Greeting,
    /// Their home.
    pub household: HouseholdId,
    /// Their district.
    pub area_no: i32,
    /// The address, without names and without the postcode.
    pub lines: Vec<String>,
    /// The postcode; empty where the register has none.
    pub postcode: String,
    /// Where it stands.
    pub door: Door,
}

impl Letter {
    /// What stands on the envelope, in at most `most` lines: who, where, the postcode. What is more is put together on one line.
    pub fn address(&self, most: usize) -> Vec<String> {
        let mut lines: Vec<String> = self.lines.iter().filter(|l| !l.trim().is_empty()).cloned().collect();
        let ends = 1 + usize::from(!self.postcode.is_empty());
        while lines.len() > 1 && lines.len() + ends > most {
            let second = lines.remove(1);
            lines[0] = format!("{}, {second}", lines[0]);
        }
        let postcode = (!self.postcode.is_empty()).then(|| self.postcode.clone());
        std::iter::once(self.greeting.addressed.clone()).chain(lines).chain(postcode).collect()
    }

    /// The last line before the postcode, where it is not the only one.
    pub fn town(&self) -> String {
        if self.lines.len() > 1 { self.lines.last().cloned().unwrap_or_default() } else { String::new() }
    }
}

/// Who gets none, by reason.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// They asked us not to write, to keep no opinion of theirs, or to use nothing of theirs.
    pub objected: usize,
    /// They live abroad.
    pub overseas: usize,
    /// The register has no address of theirs here.
    pub no_address: usize,
    /// They left the register since, or are on it for no one to write to.
    pub gone: usize,
    /// They had it already.
    pub had_it: usize,
    /// One that was sent to their address came back.
    pub came_back: usize,
}

impl LeftOut {
    /// Each reason that holds for anybody, in words.
    pub fn reasons(&self) -> Vec<(usize, &'static str)> {
        [
            (self.objected, "asked us not to write to them"),
            (self.overseas, "live abroad"),
            (self.no_address, "have no address on the register"),
            (self.gone, "left the register"),
            (self.had_it, "had it before"),
            (self.came_back, "had post come back from their address"),
        ]
        .into_iter()
        .filter(|(n, _)| *n > 0)
        .collect()
    }
}

/// What is carried together: the letters of a street, of a side of a long one, or of several short ones that are walked one after
/// another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    /// "Larkspur Row, odd side", "Larkspur Row; Mill Lane".
    pub words: String,
    /// The district's letters.
    pub district: String,
    /// The first letter of it, counted from 0.
    pub from: usize,
    /// How many.
    pub letters: usize,
}

/// Who gets one, in order, and who does not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recipients {
    /// In order.
    pub letters: Vec<Letter>,
    /// Who gets none.
    pub left_out: LeftOut,
    /// What is carried together; none when they are posted.
    pub bundles: Vec<Bundle>,
}

impl Recipients {
    /// How many people they are to.
    pub fn people(&self) -> usize {
        self.letters.iter().map(|l| l.people.len()).sum()
    }

    /// Everybody whom they are to.
    pub fn ids(&self) -> impl Iterator<Item = ElectorId> {
        self.letters.iter().flat_map(|l| l.people.iter().map(|p| p.id))
    }

    /// The longest letter's place: whose address and names take most room.
    pub fn longest(&self) -> usize {
        let room = |letter: &Letter| letter.address(7).iter().map(|l| l.chars().count()).max().unwrap_or_default();
        let longest = self.letters.iter().enumerate().max_by_key(|(_, letter)| room(letter));
        longest.map_or(0, |(place, _)| place)
    }
}

/// These people as they are written to. Whoever shows some of them puts those on record.
///
/// # Errors
/// What the database says.
pub(in crate::materials) async fn gather(
    scope: &mut Scoped,
    people: &[ElectorId],
    how: &How,
) -> Result<Recipients, Error> {
    let wanted: Vec<ElectorId> = people.iter().filter(|id| !how.except.contains(id)).copied().collect();
    let mut left_out = LeftOut { had_it: people.len() - wanted.len(), ..LeftOut::default() };
    let out = left_alone(scope, &wanted).await?;
    let mut rows = Vec::with_capacity(wanted.len());
    for some in wanted.chunks(BATCH) {
        rows.extend(batch(scope, some, how.intentions.as_deref().unwrap_or_default()).await?);
    }
    left_out.gone = wanted.len() - rows.len();
    let mut letters = Vec::with_capacity(rows.len());
    for row in rows {
        let came_back = row.came_back;
        match out.get(&row.id()) {
            Some(Out::Objected) => left_out.objected += 1,
            // Nobody is told that there are any.
            Some(Out::Invented) => {}
            None if row.kind == "overseas" => left_out.overseas += 1,
            None => match row.letter() {
                Some(_) if came_back => left_out.came_back += 1,
                Some(letter) => letters.push(letter),
                None => left_out.no_address += 1,
            },
        }
    }
    Ok(sorted(put_together(letters, how.per), how.sorted, left_out))
}

/// Why somebody is not written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Out {
    Objected,
    Invented,
}

/// Of these people, those who are not written to.
pub(super) async fn left_alone(scope: &mut Scoped, people: &[ElectorId]) -> Result<HashMap<ElectorId, Out>, Error> {
    let mut by_partition = HashMap::<i32, Vec<i64>>::new();
    for person in people {
        by_partition.entry(person.partition).or_default().push(person.id);
    }
    let mut out = HashMap::new();
    for (partition, ids) in by_partition {
        for some in ids.chunks(BATCH) {
            let stopped = sqlx::query_scalar!(
                r#"select elector_id as "elector!" from wall.stopped($1, $2)
                   where channels && array['post', 'opinions', 'processing']"#,
                partition,
                some
            )
            .fetch_all(scope.connection())
            .await?;
            out.extend(stopped.into_iter().map(|id| (ElectorId { partition, id }, Out::Objected)));
            let invented = watching::invented_among(scope, partition, some).await?;
            out.extend(invented.into_iter().map(|id| (ElectorId { partition, id }, Out::Invented)));
        }
    }
    Ok(out)
}

struct Row {
    partition_id: i32,
    elector_id: i64,
    area_no: i32,
    household_id: Option<i64>,
    kind: String,
    forenames: String,
    surname: String,
    name: String,
    position: i32,
    lines: Option<Vec<String>>,
    postcode: Option<String>,
    street: Option<String>,
    building: Option<String>,
    number: Option<i32>,
    number_suffix: Option<String>,
    flat: Option<String>,
    home_position: Option<i32>,
    letters: String,
    code_group: Option<String>,
    /// Whether something that was sent to them where they live came back.
    came_back: bool,
}

async fn batch(scope: &mut Scoped, people: &[ElectorId], kind: &str) -> Result<Vec<Row>, Error> {
    let (partitions, ids): (Vec<i32>, Vec<i64>) = people.iter().map(|p| (p.partition, p.id)).unzip();
    // Each person is looked up by their id: `offset 0` keeps PostgreSQL from joining the other way round. Where it thinks the register
    // nearly empty, as after an import that it has no statistics of yet, it would compare each elector with each id.
    Ok(sqlx::query_as!(
        Row,
        r#"select e.partition_id as "partition_id!", e.elector_id as "elector_id!", e.area_no as "area_no!",
             e.household_id as "household_id?", e.kind as "kind!", e.forenames as "forenames!", e.surname as "surname!",
             e.name as "name!", e.position as "position!", h.lines as "lines?", h.postcode as "postcode?", h.street as "street?",
             h.building as "building?", h.number as "number?", h.number_suffix as "number_suffix?", h.flat as "flat?",
             h.position as "home_position?", d.letters as "letters!",
             (select c.code_group from intention_now i join intention_code c on c.code = i.code
               where i.partition_id = e.partition_id and i.elector_id = e.elector_id and i.intention_kind = $3) as "code_group?",
             exists (select from material_item m where m.partition_id = e.partition_id and m.elector_id = e.elector_id
               and m.household_id = e.household_id and m.returned_at is not null) as "came_back!"
           from unnest($1::integer[], $2::bigint[]) w (partition, elector)
           cross join lateral (select n.partition_id, n.elector_id, n.area_no, n.household_id, n.kind, n.forenames, n.surname, n.name,
               n.position
             from elector n where n.partition_id = w.partition and n.elector_id = w.elector and n.left_at is null offset 0) e
           join district d on d.area_no = e.area_no
           left join lateral (select o.lines, o.postcode, o.street, o.building, o.number, o.number_suffix, o.flat, o.position
             from household o where o.partition_id = e.partition_id and o.household_id = e.household_id offset 0) h on true"#,
        &partitions,
        &ids,
        kind
    )
    .fetch_all(scope.connection())
    .await?)
}

/// A letter with what puts it in order.
struct Placed {
    letter: Letter,
    district: String,
    position: i32,
}

impl Row {
    fn id(&self) -> ElectorId {
        ElectorId { partition: self.partition_id, id: self.elector_id }
    }

    /// None: there is no home to write to.
    fn letter(self) -> Option<Placed> {
        let id = self.id();
        let household = HouseholdId { partition: self.partition_id, id: self.household_id? };
        let lines = self.lines.filter(|lines| lines.iter().any(|l| !l.trim().is_empty()))?;
        let named = Named { forenames: self.forenames, surname: self.surname, name: self.name };
        let group = self.code_group.unwrap_or_else(|| "unknown".into());
        let door = Door {
            street: self.street.unwrap_or_default(),
            building: self.building.unwrap_or_default(),
            number: self.number.and_then(|n| u32::try_from(n).ok()),
            suffix: self.number_suffix.unwrap_or_default(),
            flat: self.flat.unwrap_or_default(),
            council_position: self.home_position.and_then(|p| u64::try_from(p).ok()).filter(|p| *p > 0),
        };
        let letter = Letter {
            greeting: salutation::of(std::slice::from_ref(&named), ""),
            people: vec![Person { id, named, group }],
            household,
            area_no: self.area_no,
            lines,
            postcode: self.postcode.unwrap_or_default(),
            door,
        };
        Some(Placed { letter, district: self.letters, position: self.position })
    }
}

/// One for each person, or those of a home in one.
fn put_together(mut each: Vec<Placed>, per: Per) -> Vec<Placed> {
    each.sort_by_key(|p| (p.letter.household, p.position, p.letter.people.first().map(|p| p.id)));
    if per == Per::Person {
        return each;
    }
    let mut homes: Vec<Placed> = Vec::with_capacity(each.len());
    for placed in each {
        match homes.last_mut().filter(|home| home.letter.household == placed.letter.household) {
            Some(home) => home.letter.people.extend(placed.letter.people),
            None => homes.push(placed),
        }
    }
    for Placed { letter, .. } in &mut homes {
        let named: Vec<Named> = letter.people.iter().map(|p| p.named.clone()).collect();
        letter.greeting = salutation::of(&named, &spoken(&letter.door));
    }
    homes
}

/// "14 Larkspur Row", "Flat 2, Akeman House", as one says it; empty where there is nothing to say.
pub fn spoken(door: &Door) -> String {
    let number = door.number.map(|n| format!("{n}{}", door.suffix)).unwrap_or_default();
    let street =
        [number.as_str(), door.street.as_str()].into_iter().filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" ");
    let flat = if door.flat.is_empty() { String::new() } else { format!("Flat {}", door.flat) };
    let parts = [flat.as_str(), door.building.as_str(), street.as_str()];
    parts.into_iter().filter(|w| !w.is_empty()).collect::<Vec<_>>().join(", ")
}

fn sorted(mut placed: Vec<Placed>, by: Sorted, left_out: LeftOut) -> Recipients {
    if by == Sorted::Postcode {
        placed.sort_by(|a, b| {
            let (a, b) = (&a.letter, &b.letter);
            let address = |l: &Letter| l.lines.join(", ");
            a.postcode.cmp(&b.postcode).then_with(|| natural(&address(a), &address(b)))
        });
        return Recipients { letters: placed.into_iter().map(|p| p.letter).collect(), left_out, bundles: Vec::new() };
    }
    placed.sort_by(|a, b| natural(&a.district, &b.district).then(a.letter.area_no.cmp(&b.letter.area_no)));
    let (mut letters, mut bundles) = (Vec::with_capacity(placed.len()), Vec::<Bundle>::new());
    let mut sides = Vec::<Walked>::new();
    for district in placed.chunk_by(|a, b| a.letter.area_no == b.letter.area_no) {
        let doors: Vec<Door> = district.iter().map(|p| p.letter.door.clone()).collect();
        for place in walk_order::walk(&doors, WalkOrder::OddsThenEvensBack) {
            let Some(next) = district.get(place.door) else { continue };
            let street = next.letter.door.street.as_str();
            match sides.last_mut().filter(|last| last.side == place.side && last.street == street) {
                Some(last) => last.letters += 1,
                None => sides.push(Walked { street: street.to_owned(), side: place.side, letters: 1 }),
            }
            letters.push(next.letter.clone());
        }
        let Some(first) = district.first() else { continue };
        bundle(&mut bundles, &sides, &first.district, letters.len());
        sides.clear();
    }
    Recipients { letters, left_out, bundles }
}

/// Letters of one side of a street, as they are walked.
pub(super) struct Walked {
    pub(super) street: String,
    pub(super) side: Side,
    pub(super) letters: usize,
}

/// Bundles of a district's sides, whose last letter comes just before the place `end`: a side more goes into the bundle while that holds
/// no more than is carried together, and nobody carries two districts in one.
pub(super) fn bundle(bundles: &mut Vec<Bundle>, sides: &[Walked], district: &str, end: usize) {
    let mut from = end - sides.iter().map(|s| s.letters).sum::<usize>();
    let mut rest = sides;
    while !rest.is_empty() {
        let (mut taken, mut letters) = (0, 0);
        for side in rest {
            if taken > 0 && letters + side.letters > BUNDLE {
                break;
            }
            taken += 1;
            letters += side.letters;
        }
        let (here, after) = rest.split_at(taken);
        bundles.push(Bundle { words: walked_words(here, sides), district: district.to_owned(), from, letters });
        from += letters;
        rest = after;
    }
}

/// The streets of a bundle, each once: by its side where another bundle has another side of it.
fn walked_words(here: &[Walked], all: &[Walked]) -> String {
    let mut words = Vec::<String>::new();
    for street in here.chunk_by(|a, b| a.street == b.street) {
        let name = street.first().map_or("", |s| s.street.as_str());
        let whole = street.len() == all.iter().filter(|s| s.street == name).count();
        match (street, whole) {
            ([only], _) => words.push(side_words(name, Some(only.side))),
            (_, true) => words.push(side_words(name, None)),
            (several, false) => {
                // A named house between two numbers parts a side: it is named once all the same.
                for words_of_side in several.iter().map(|s| side_words(name, Some(s.side))) {
                    if !words.contains(&words_of_side) {
                        words.push(words_of_side);
                    }
                }
            }
        }
    }
    let more = words.len().saturating_sub(NAMED);
    if more < 2 {
        return words.join("; ");
    }
    words.truncate(NAMED);
    format!("{}; {more} more", words.join("; "))
}

/// A street, or one side of it.
fn side_words(street: &str, side: Option<Side>) -> String {
    let street = if street.is_empty() { "No street" } else { street };
    match side {
        None => street.to_owned(),
        Some(Side::Odd) => format!("{street}, odd side"),
        Some(Side::Even) => format!("{street}, even side"),
        Some(Side::Building) => format!("{street}, named houses"),
    }
}

#[cfg(test)]
#[path = "recipients_tests.rs"]
mod tests;
