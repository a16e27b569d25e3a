//! The electors of a kept selection, with an address in lines as printers take it.

use super::people::{BATCH, stops};
use super::{Choice, Column, Exportable, Frame, Purpose, Row, column, usual};
use crate::canvass::walk_order::Door;
use crate::database::{Scoped, Seen};
use crate::electors::ElectorId;
use crate::error::Error;
use crate::materials::letters::recipients::spoken;
use crate::materials::letters::salutation::{self, Named};
use crate::protection::channel_title;
use crate::selections::{self, Channel};
use futures_util::future::{BoxFuture, FutureExt};
use std::collections::HashMap;

/// The columns of an address block.
pub(super) const LINES: [&str; 5] = ["line-1", "line-2", "line-3", "line-4", "line-5"];

const PURPOSES: [Purpose; 4] = [Purpose::Post, Purpose::Canvassing, Purpose::PollingDay, Purpose::Checking];

/// No column tells an opinion; that somebody is in the file may, as far as its rules do.
const COLUMNS: [Column; 12] = [
    usual("salutation", "Salutation", 3),
    usual("name", "Name", 4),
    usual("line-1", "Address line 1", 4),
    usual("line-2", "Address line 2", 3),
    usual("line-3", "Address line 3", 3),
    usual("line-4", "Address line 4", 2),
    usual("line-5", "Address line 5", 2),
    usual("postcode", "Postcode", 2),
    column("address", "Address in one line", 6),
    column("number", "Elector number", 3),
    column("district", "Polling district", 3),
    column("stops", "Asked us to stop", 3),
];

static FRAME: Frame = Frame::of_people("selection", "Electors of a selection", &COLUMNS, &PURPOSES);

/// Electors of a selection.
pub(super) struct Chosen;

impl Exportable for Chosen {
    fn frame(&self) -> &Frame {
        &FRAME
    }

    fn find<'a>(
        &'a self,
        scope: &'a mut Scoped,
        choice: &'a Choice,
        within: &'a [i32],
        purpose: Purpose,
    ) -> BoxFuture<'a, Result<Vec<ElectorId>, Error>> {
        find(scope, choice, within, purpose).boxed()
    }

    fn rows<'a>(
        &'a self,
        scope: &'a mut Scoped,
        choice: &'a Choice,
        people: &'a [ElectorId],
    ) -> BoxFuture<'a, Result<Seen<Vec<Row>>, Error>> {
        rows(scope, choice, people).boxed()
    }
}

/// Whoever fits the version's rules now, home by home in the council's order. For the post they are chosen as for letters: by who may
/// be written to, and whether cards of theirs are out or not.
async fn find(scope: &mut Scoped, choice: &Choice, within: &[i32], purpose: Purpose) -> Result<Vec<ElectorId>, Error> {
    let Choice::Selection { selection, version, .. } = choice else { return Err(Error::NotFound) };
    let (_, selection) = selections::store::one(scope, *selection, Some(*version)).await?;
    let selection = match purpose {
        Purpose::Post => selection.by(Channel::Post),
        // Who is fetched to the poll is called on too.
        Purpose::Canvassing | Purpose::PollingDay => selection.by(Channel::Door),
        _ => selection,
    };
    let found = selections::find::electors_with_homes(scope, &selection).await?;
    let (partitions, ids): (Vec<i32>, Vec<i64>) =
        found.into_iter().filter(|f| within.contains(&f.area_no)).map(|f| (f.id.partition, f.id.id)).unzip();
    let rows = sqlx::query!(
        "select e.partition_id, e.elector_id from unnest($1::integer[], $2::bigint[]) w (partition, elector)
         join elector e on e.partition_id = w.partition and e.elector_id = w.elector
         left join household h on h.partition_id = e.partition_id and h.household_id = e.household_id
         order by e.area_no, h.position nulls last, e.household_id, e.position, e.elector_id",
        &partitions,
        &ids
    )
    .fetch_all(scope.connection())
    .await?;
    Ok(rows.into_iter().map(|r| ElectorId { partition: r.partition_id, id: r.elector_id }).collect())
}

async fn rows(scope: &mut Scoped, choice: &Choice, people: &[ElectorId]) -> Result<Seen<Vec<Row>>, Error> {
    let (mut all, mut stopped) = (Vec::with_capacity(people.len()), HashMap::new());
    for some in people.chunks(BATCH) {
        stopped.extend(stops(scope, some).await?);
        all.extend(batch(scope, some).await?);
    }
    let shown: Vec<(i32, i64)> = all.iter().map(|p| (p.partition_id, p.elector_id)).collect();
    Ok(Seen::people(lines(&all, choice.is_by_home(), &stopped), shown))
}

/// A line a person, or one for those of a home, who stand one after another.
fn lines(people: &[Person], by_home: bool, stopped: &HashMap<ElectorId, Vec<String>>) -> Vec<Row> {
    let together = |one: &Person, next: &Person| {
        by_home
            && one.household_id.is_some()
            && (one.partition_id, one.household_id) == (next.partition_id, next.household_id)
    };
    people.chunk_by(together).map(|some| line(some, stopped)).collect()
}

struct Person {
    partition_id: i32,
    elector_id: i64,
    household_id: Option<i64>,
    forenames: String,
    surname: String,
    name: String,
    number: String,
    district: String,
    lines: Vec<String>,
    postcode: String,
    street: String,
    building: String,
    door: Option<i32>,
    suffix: String,
    flat: String,
}

async fn batch(scope: &mut Scoped, people: &[ElectorId]) -> Result<Vec<Person>, Error> {
    let (partitions, ids): (Vec<i32>, Vec<i64>) = people.iter().map(|p| (p.partition, p.id)).unzip();
    Ok(sqlx::query_as!(
        Person,
        r#"select e.partition_id, e.elector_id, e.household_id as "household_id?", e.forenames, e.surname, e.name, e.number,
             trim(d.letters || ' ' || d.name) as "district!", coalesce(h.lines, '{}') as "lines!",
             coalesce(h.postcode, '') as "postcode!", coalesce(h.street, '') as "street!", coalesce(h.building, '') as "building!",
             h.number as "door?", coalesce(h.number_suffix, '') as "suffix!", coalesce(h.flat, '') as "flat!"
           from unnest($1::integer[], $2::bigint[]) with ordinality w (partition, elector, place)
           join elector e on e.partition_id = w.partition and e.elector_id = w.elector and e.left_at is null
           join district d using (area_no)
           left join household h on h.partition_id = e.partition_id and h.household_id = e.household_id
           order by w.place"#,
        &partitions,
        &ids
    )
    .fetch_all(scope.connection())
    .await?)
}

impl Person {
    fn id(&self) -> ElectorId {
        ElectorId { partition: self.partition_id, id: self.elector_id }
    }

    fn named(&self) -> Named {
        Named { forenames: self.forenames.clone(), surname: self.surname.clone(), name: self.name.clone() }
    }

    /// Their home as letters call it.
    fn door(&self) -> Door {
        Door {
            street: self.street.clone(),
            building: self.building.clone(),
            number: self.door.and_then(|n| u32::try_from(n).ok()),
            suffix: self.suffix.clone(),
            flat: self.flat.clone(),
            council_position: None,
        }
    }
}

/// The line of somebody, or of several of one home: spoken to and addressed as by our own letters.
fn line(people: &[Person], stopped: &HashMap<ElectorId, Vec<String>>) -> Row {
    let Some(first) = people.first() else { return Row { ids: Vec::new(), home: String::new(), cells: Vec::new() } };
    let named: Vec<Named> = people.iter().map(Person::named).collect();
    let greeting = salutation::of(&named, &spoken(&first.door()));
    let mut stops: Vec<&str> =
        people.iter().filter_map(|p| stopped.get(&p.id())).flatten().map(|s| channel_title(s)).collect();
    stops.sort_unstable();
    stops.dedup();
    let numbers: Vec<&str> = people.iter().map(|p| p.number.as_str()).filter(|n| !n.is_empty()).collect();
    let home = first.lines.join(", ");
    let mut cells = vec![greeting.salutation, greeting.addressed];
    cells.extend(five(first.lines.iter().map(String::as_str)));
    cells.extend([first.postcode.clone(), home.clone(), numbers.join("; "), first.district.clone(), stops.join("; ")]);
    Row { ids: people.iter().map(Person::id).collect(), home, cells }
}

/// An address on five lines; of a longer one the last line holds the rest.
pub(super) fn five<'a>(lines: impl Iterator<Item = &'a str>) -> [String; 5] {
    let mut five: [String; 5] = Default::default();
    for (n, line) in lines.enumerate() {
        let Some(held) = five.get_mut(n.min(4)) else { break };
        if !held.is_empty() {
            held.push_str(", ");
        }
        held.push_str(line);
    }
    five
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_fits_five_lines_and_loses_nothing() {
        assert_eq!(five(["1 Larkspur Row", "Wexmere"].into_iter()).join("|"), "1 Larkspur Row|Wexmere|||");
        assert_eq!(five("a b c d e f".split(' ')).join("|"), "a|b|c|d|e, f");
        assert_eq!(five(std::iter::empty()).join("|"), "||||");
    }

    fn person(elector_id: i64, home: Option<i64>, forenames: &str, surname: &str) -> Person {
        Person {
            partition_id: 1,
            elector_id,
            household_id: home,
            forenames: forenames.into(),
            surname: surname.into(),
            name: format!("{forenames} {surname}"),
            number: format!("QB1-{elector_id}"),
            district: "QB1 Quillbrook".into(),
            lines: vec!["14 Larkspur Row".into(), "Quillbrook".into()],
            postcode: "ZZ1 4QX".into(),
            street: "Larkspur Row".into(),
            building: String::new(),
            door: Some(14),
            suffix: String::new(),
            flat: String::new(),
        }
    }

    #[test]
    fn a_home_has_one_line_and_is_spoken_to_as_by_our_own_letters() {
        let people = [
            person(1, Some(7), "Ada", "Marlowe"),
            person(2, Some(7), "Ben", "Marlowe"),
            person(3, Some(8), "Cy", "Oake"),
            person(4, None, "Dee", "Abroad"),
            person(5, None, "Eve", "Abroad"),
        ];
        let said = |by_home| -> Vec<(String, String, String)> {
            let lines = lines(&people, by_home, &HashMap::new());
            lines.into_iter().map(|r| (r.cells[0].clone(), r.cells[1].clone(), r.cells[9].clone())).collect()
        };
        let homes = said(true);
        assert_eq!(homes.len(), 4, "whoever has no home here has a line of their own");
        assert_eq!(homes[0], ("Dear Ada and Ben".into(), "Ada and Ben Marlowe".into(), "QB1-1; QB1-2".into()));
        assert_eq!(homes[1].0, "Dear Cy");
        let whose: Vec<usize> = lines(&people, true, &HashMap::new()).iter().map(|row| row.ids.len()).collect();
        assert_eq!(whose, [2, 1, 1, 1], "an invented person stands beside whichever of a home they were put");
        let each = said(false);
        assert_eq!(each.len(), 5);
        assert_eq!(each[0], ("Dear Ada".into(), "Ada Marlowe".into(), "QB1-1".into()));
    }
}
