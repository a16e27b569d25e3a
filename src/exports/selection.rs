//! The electors of a kept selection, with an address in lines as printers take it.

use super::people::{BATCH, behind, stops};
use super::{Choice, Column, Exportable, Frame, Purpose, Row, column, usual};
use crate::database::{Scoped, Seen};
use crate::electors::ElectorId;
use crate::error::Error;
use crate::protection::channel_title;
use crate::selections;
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
    ) -> BoxFuture<'a, Result<Vec<ElectorId>, Error>> {
        find(scope, choice, within).boxed()
    }

    fn rows<'a>(
        &'a self,
        scope: &'a mut Scoped,
        _: &'a Choice,
        people: &'a [ElectorId],
    ) -> BoxFuture<'a, Result<Seen<Vec<Row>>, Error>> {
        rows(scope, people).boxed()
    }
}

/// Whoever fits the version's rules now, home by home in the council's order.
async fn find(scope: &mut Scoped, choice: &Choice, within: &[i32]) -> Result<Vec<ElectorId>, Error> {
    let Choice::Selection { selection, version } = choice else { return Err(Error::NotFound) };
    let (_, selection) = selections::store::one(scope, *selection, Some(*version)).await?;
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

async fn rows(scope: &mut Scoped, people: &[ElectorId]) -> Result<Seen<Vec<Row>>, Error> {
    let mut seen = Seen::people(Vec::with_capacity(people.len()), []);
    for some in people.chunks(BATCH) {
        let stopped = stops(scope, some).await?;
        let batch = batch(scope, some).await?;
        seen = behind(seen, batch.into_iter().map(|p| p.row(&stopped)).collect());
    }
    Ok(seen)
}

struct Person {
    partition_id: i32,
    elector_id: i64,
    title: String,
    surname: String,
    name: String,
    number: String,
    district: String,
    lines: Vec<String>,
    postcode: String,
}

async fn batch(scope: &mut Scoped, people: &[ElectorId]) -> Result<Vec<Person>, Error> {
    let (partitions, ids): (Vec<i32>, Vec<i64>) = people.iter().map(|p| (p.partition, p.id)).unzip();
    Ok(sqlx::query_as!(
        Person,
        r#"select e.partition_id, e.elector_id, e.title, e.surname, e.name, e.number,
             trim(d.letters || ' ' || d.name) as "district!", coalesce(h.lines, '{}') as "lines!",
             coalesce(h.postcode, '') as "postcode!"
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
    fn row(self, stopped: &HashMap<ElectorId, Vec<String>>) -> Row {
        let id = ElectorId { partition: self.partition_id, id: self.elector_id };
        let stops = stopped.get(&id).map(Vec::as_slice).unwrap_or_default();
        let stops: Vec<&str> = stops.iter().map(|s| channel_title(s)).collect();
        let home = self.lines.join(", ");
        let address = home.clone();
        let mut cells = vec![salutation(&self.title, &self.surname, &self.name), self.name];
        cells.extend(five(self.lines.iter().map(String::as_str)));
        cells.extend([self.postcode, address, self.number, self.district, stops.join("; ")]);
        Row { id: Some(id), home, cells }
    }
}

/// How a letter begins after "Dear": with title and surname, or by the name as it stands where the register gives no title.
fn salutation(title: &str, surname: &str, name: &str) -> String {
    match (title.trim(), surname.trim()) {
        ("", _) | (_, "") => name.to_owned(),
        (title, surname) => format!("{title} {surname}"),
    }
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

    #[test]
    fn a_letter_greets_by_title_only_where_there_is_one() {
        assert_eq!(salutation("Mrs", "Harcourt", "Edith Harcourt"), "Mrs Harcourt");
        assert_eq!(salutation("", "Harcourt", "Edith Harcourt"), "Edith Harcourt");
        assert_eq!(salutation("Dr", "", "Edith"), "Edith");
    }
}
