//! The file itself, made when it is fetched.
//!
//! It is made in memory within bounds: at most [`super::MOST_PEOPLE`] people, at most [`MOST_BYTES`] of a spreadsheet,
//! [`super::MOST_ON_PAPER`] people on paper, and [`SEATS`] files at a time. People are read two thousand by one statement,
//! all within one walled transaction; its last statement is the log's row with everybody in the file, and nothing leaves before
//! that has committed. A temporary file would need a key and somebody to take it away; at these bounds memory needs neither.

use super::people::stops;
use super::selection;
use super::store::{self, Export};
use super::{
    Attachment, Choice, Column, Exportable, Format, MOST_ON_PAPER, MOST_PEOPLE, Mark, Purpose, Row, Sheet, canary,
};
use crate::access::door::exports::{Invented, canaries};
use crate::database::{Database, Scoped, Seen};
use crate::electors::ElectorId;
use crate::error::Error;
use crate::materials::letters::salutation::{self, Named};
use crate::paper::{self, Document, Table};
use crate::watching;
use crate::web::{Viewer, words};
use std::collections::HashMap;
use tokio::sync::Semaphore;

/// The largest spreadsheet: twice what the most people usually need.
const MOST_BYTES: usize = 64 * 1024 * 1024;
/// So many files are made at a time, by everybody together.
static SEATS: Semaphore = Semaphore::const_new(2);
/// So many people's lines are turned into text at a time.
const BATCH: usize = 4_000;

/// Whom a choice holds now, without those who are left out.
#[derive(Debug, Clone, Default)]
pub struct Whom {
    /// In order.
    pub people: Vec<ElectorId>,
    /// How many were left out for what they stopped.
    pub left_out: usize,
}

/// Finds whom an export for this purpose holds.
///
/// # Errors
/// [`Error::Conflict`] when they are too many for a file; what the database says.
pub async fn whom(scope: &mut Scoped, choice: &Choice, within: &[i32], purpose: Purpose) -> Result<Whom, Error> {
    let mut people = choice.exportable().find(scope, choice, within, purpose).await?;
    if people.len() > MOST_PEOPLE {
        return Err(Error::Conflict("That is more people than one file may hold. Export it in parts".into()));
    }
    // As figures of a district count them.
    if matches!(choice, Choice::Districts { .. }) {
        leave_out_invented(scope, &mut people).await?;
    }
    let before = people.len();
    let stopped = stops(scope, &people).await?;
    people.retain(|id| !stopped.get(id).is_some_and(|s| purpose.leaves_out(s)));
    Ok(Whom { left_out: before - people.len(), people })
}

/// Refuses what paper cannot hold.
///
/// # Errors
/// [`Error::Invalid`] on `format`.
pub fn fits(format: Format, people: usize) -> Result<(), Error> {
    match format {
        Format::Pdf if people > MOST_ON_PAPER => Err(Error::field(
            "format",
            format!(
                "Paper holds {} at most. Choose a spreadsheet, or fewer people",
                words::count(MOST_ON_PAPER, "person", "people")
            ),
        )),
        _ => Ok(()),
    }
}

/// Makes the file of one's own export: checks, reads, marks, puts on record, and only then hands it over.
///
/// # Errors
/// [`Error::Conflict`] that says why it cannot be fetched; [`Error::Busy`] while others' files are made.
pub async fn fetch(database: &Database, viewer: &Viewer, number: i64) -> Result<Attachment, Error> {
    let wait = std::time::Duration::from_secs(20);
    let _seat = tokio::time::timeout(wait, SEATS.acquire()).await.map_err(|_| Error::Busy)?.map_err(Error::internal)?;
    let mut scope = viewer.scope().await?;
    store::begin(&mut scope, number).await?;
    let export = store::find(&mut scope, number).await?;
    let exportable = export.exportable();
    let mut whom = whom(&mut scope, &export.choice, &export.districts, export.purpose).await?;
    leave_out_invented(&mut scope, &mut whom.people).await?;
    fits(export.format, whom.people.len())?;
    let invented = match whom.people.is_empty() {
        true => Vec::new(),
        false => {
            let candidates = canary::candidates(&mut scope, &whom.people).await?;
            canaries(database, viewer.credential(), number, &candidates).await?
        }
    };
    let copy = store::note(&mut scope, number, whom.people.len()).await?;
    let mark = Mark::now(&viewer.name, export.purpose.title(), &export.reason).of_export(number, copy);
    let columns = columns(exportable, &export.columns);
    let body = Body::new(&export, &mark, &columns, invented);
    let body = read(&mut scope, &export, &whom.people, body).await?.check(Body::fits)?;
    let body = scope.finish(body.for_export()).await?;
    body.into_file(&export, &mark, &columns).await
}

/// Somebody planted to be looked at goes out in no file. Of a search they count while one asks, as its page
/// counts them: a preview tells of nobody.
async fn leave_out_invented(scope: &mut Scoped, people: &mut Vec<ElectorId>) -> Result<(), Error> {
    let mut partitions: Vec<i32> = people.iter().map(|p| p.partition).collect();
    partitions.sort_unstable();
    partitions.dedup();
    for partition in partitions {
        let ids: Vec<i64> = people.iter().filter(|p| p.partition == partition).map(|p| p.id).collect();
        let invented = watching::invented_among(scope, partition, &ids).await?;
        people.retain(|p| p.partition != partition || !invented.contains(&p.id));
    }
    Ok(())
}

/// The columns that were asked for, each with its place among a row's cells.
fn columns(exportable: &dyn Exportable, keys: &[String]) -> Vec<(usize, &'static Column)> {
    exportable.frame().columns.iter().enumerate().filter(|(_, c)| keys.iter().any(|k| k == c.key)).collect()
}

async fn read(scope: &mut Scoped, export: &Export, people: &[ElectorId], body: Body) -> Result<Seen<Body>, Error> {
    let exportable = export.exportable();
    let mut seen = Seen::people(body, []);
    let nobody: [&[ElectorId]; 1] = [&[]];
    let parts: Vec<&[ElectorId]> = match exportable.frame().holds_people {
        false => nobody.to_vec(),
        // No home may be parted: all lines are made at once, and fewer.
        true if export.choice.is_by_home() => vec![people],
        true => people.chunks(BATCH).collect(),
    };
    for part in parts {
        let rows = exportable.rows(scope, &export.choice, part).await?;
        seen = seen.and(rows).map(|(mut body, rows)| {
            rows.into_iter().for_each(|row| body.add(row));
            body
        });
    }
    Ok(seen.map(Body::end))
}

/// The file as it grows.
struct Body {
    /// The places of the ticked columns.
    places: Vec<usize>,
    /// Where what makes somebody who they are stands among a row's cells.
    said: [Option<usize>; 6],
    /// Where the lines of their address stand, in an export that has them each in a column.
    lines: Vec<usize>,
    /// Invented people who have not had their place yet.
    invented: HashMap<ElectorId, Vec<Invented>>,
    /// Lines that stand after the home in hand.
    after: Vec<Row>,
    home: String,
    sheet: Option<Sheet>,
    paper: Vec<Vec<String>>,
    last: Option<Row>,
    too_large: bool,
}

impl Body {
    fn new(export: &Export, mark: &Mark, columns: &[(usize, &'static Column)], invented: Vec<Invented>) -> Self {
        let mut by_neighbour: HashMap<ElectorId, Vec<Invented>> = HashMap::new();
        for one in invented {
            by_neighbour.entry(one.beside).or_default().push(one);
        }
        let place = |key| export.exportable().frame().columns.iter().position(|c| c.key == key);
        let sheet = (export.format == Format::Csv).then(|| Sheet::new(mark, columns.iter().map(|(_, c)| c.head)));
        Body {
            places: columns.iter().map(|(place, _)| *place).collect(),
            said: ["name", "address", "number", "surname", "forenames", "salutation"].map(place),
            lines: selection::LINES.into_iter().filter_map(place).collect(),
            invented: by_neighbour,
            after: Vec::new(),
            home: String::new(),
            sheet,
            paper: Vec::new(),
            last: None,
            too_large: false,
        }
    }

    /// Adds a line. An invented person stands after the home beside which they were put.
    fn add(&mut self, row: Row) {
        if row.home != self.home {
            self.put_after();
            self.home.clone_from(&row.home);
        }
        // Beside any of a home's, where they have one line.
        let beside: Vec<Invented> = row.ids.iter().filter_map(|id| self.invented.remove(id)).flatten().collect();
        for one in beside {
            let line = self.line_of(&row, one);
            self.after.push(line);
        }
        self.put(&row);
        if !row.ids.is_empty() && !self.invented.is_empty() {
            self.last = Some(row);
        }
    }

    /// The line of somebody invented: like their neighbour's, but for who they are and at which number they live.
    fn line_of(&self, like: &Row, one: Invented) -> Row {
        let mut line = like.clone();
        for (place, text) in self.lines.iter().zip(selection::five(one.lives.split(", "))) {
            if let Some(cell) = line.cells.get_mut(*place) {
                *cell = text;
            }
        }
        let (forenames, surname, name) = (one.given.clone(), one.family.clone(), one.called.clone());
        let greeted = salutation::of(&[Named { forenames, surname, name }], "").salutation;
        let texts = [one.called, one.lives, one.number, one.family, one.given, greeted];
        for (place, text) in self.said.iter().zip(texts) {
            if let Some(cell) = place.and_then(|place| line.cells.get_mut(place)) {
                *cell = text;
            }
        }
        line
    }

    fn put_after(&mut self) {
        for row in std::mem::take(&mut self.after) {
            self.put(&row);
        }
    }

    fn put(&mut self, row: &Row) {
        let cells = self.places.iter().map(|place| row.cells.get(*place).map(String::as_str).unwrap_or_default());
        match &mut self.sheet {
            Some(sheet) if sheet.len() > MOST_BYTES => self.too_large = true,
            Some(sheet) => sheet.row(cells),
            None => self.paper.push(cells.map(str::to_owned).collect()),
        }
    }

    /// Asked before it is on record: where nothing leaves, no copy is used and nobody was taken away.
    fn fits(&self) -> Result<(), Error> {
        match self.too_large {
            true => Err(Error::Conflict(
                "This file is larger than may be. Tick fewer columns, or export it in parts".into(),
            )),
            false => Ok(()),
        }
    }

    /// Whoever was put beside somebody that is in it no more stands last.
    fn end(mut self) -> Self {
        self.put_after();
        if let Some(like) = self.last.take() {
            for one in std::mem::take(&mut self.invented).into_values().flatten() {
                let line = self.line_of(&like, one);
                self.put(&line);
            }
        }
        self
    }

    async fn into_file(
        self,
        export: &Export,
        mark: &Mark,
        columns: &[(usize, &'static Column)],
    ) -> Result<Attachment, Error> {
        let name = format!("hustings-export-{}.{}", export.number, export.format.as_str());
        if let Some(sheet) = self.sheet {
            return Ok(Attachment::csv(name, sheet));
        }
        let heads = columns.iter().map(|(_, c)| (c.head, c.share));
        let caption = format!("{} in {}", export.exportable().frame().title, words::within(&export.area));
        let document = Document::report(format!("Export {}", export.number), mark.stamp())
            .lead(mark.whole())
            .across(mark.across())
            .table(Table::new(caption, heads, self.paper));
        Ok(Attachment::pdf(name, paper::typeset(document).await?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(id: i64) -> ElectorId {
        ElectorId { partition: 1, id }
    }

    fn home(ids: &[i64], called: &str, lives: &str) -> Row {
        Row { ids: ids.iter().copied().map(id).collect(), home: lives.into(), cells: vec![called.into(), lives.into()] }
    }

    #[test]
    fn an_invented_person_stands_behind_the_home_of_whichever_of_its_people_they_were_put_beside() {
        let invented = Invented {
            called: "Ada Oake".into(),
            family: "Oake".into(),
            given: "Ada".into(),
            lives: "40 Larkspur Row".into(),
            number: String::new(),
            beside: id(2),
        };
        let mut body = Body {
            places: vec![0, 1],
            said: [Some(0), Some(1), None, None, None, None],
            lines: Vec::new(),
            invented: HashMap::from([(id(2), vec![invented])]),
            after: Vec::new(),
            home: String::new(),
            sheet: None,
            paper: Vec::new(),
            last: None,
            too_large: false,
        };
        body.add(home(&[1, 2], "Edith and Wilfred Marlowe", "1 Larkspur Row"));
        body.add(home(&[3], "Cy Prys", "9 Old Tannery Walk"));
        let called: Vec<String> = body.end().paper.into_iter().map(|mut row| row.remove(0)).collect();
        assert_eq!(called, ["Edith and Wilfred Marlowe", "Ada Oake", "Cy Prys"], "not last, where it would show");
    }
}
