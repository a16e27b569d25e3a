//! Figures by district: no people are in them, so nobody approves them and no canary stands among them.

use super::{Choice, Column, Exportable, Frame, Purpose, Row, column, usual};
use crate::access::Role;
use crate::canvass::codes;
use crate::database::{Scoped, Seen};
use crate::electors::ElectorId;
use crate::error::Error;
use crate::insight::store;
use futures_util::future::{BoxFuture, FutureExt};

const COLUMNS: [Column; 7] = [
    usual("district", "Polling district", 4),
    usual("electors", "Electors", 2),
    usual("known", "Intention known", 2),
    usual("promises", "Promises", 2),
    column("doors", "Doors, 7 days", 2),
    column("before", "Doors, week before", 2),
    column("spoken", "Spoken to, 7 days", 2),
];

static FRAME: Frame = Frame {
    what: "figures",
    title: "Figures by district",
    unit: ("district", "districts"),
    columns: &COLUMNS,
    roles: &[Role::Organiser],
    purposes: &[Purpose::Planning],
    holds_people: false,
};

/// The tallies of a kind of election.
pub(super) struct ByDistrict;

impl Exportable for ByDistrict {
    fn frame(&self) -> &Frame {
        &FRAME
    }

    fn find<'a>(
        &'a self,
        _: &'a mut Scoped,
        _: &'a Choice,
        _: &'a [i32],
        _: Purpose,
    ) -> BoxFuture<'a, Result<Vec<ElectorId>, Error>> {
        async { Ok(Vec::new()) }.boxed()
    }

    fn rows<'a>(
        &'a self,
        scope: &'a mut Scoped,
        choice: &'a Choice,
        _: &'a [ElectorId],
    ) -> BoxFuture<'a, Result<Seen<Vec<Row>>, Error>> {
        rows(scope, choice).boxed()
    }
}

async fn rows(scope: &mut Scoped, choice: &Choice) -> Result<Seen<Vec<Row>>, Error> {
    let Choice::Figures { kind } = choice else { return Err(Error::NotFound) };
    let codes = codes::intentions(scope).await?;
    let row = |d: &crate::insight::DistrictFigures| {
        let figures = [d.electors, d.known(), d.promises(&codes), d.week.doors, d.week_before.doors, d.week.spoken];
        let name = format!("{} {}", d.letters, d.name).trim().to_owned();
        Row {
            ids: Vec::new(),
            home: String::new(),
            cells: std::iter::once(name).chain(figures.map(|n| n.to_string())).collect(),
        }
    };
    let rows = store::by_district(scope, kind).await?.iter().map(row).collect();
    Ok(Seen::people(rows, []))
}
