//! People as files show them, read in batches: what they stopped, where they live, what is known of them.

use super::{Column, Row, column, opinion, usual};
use crate::canvass::codes::{self, Code};
use crate::database::{Scoped, Seen};
use crate::electors::{ElectorId, store};
use crate::error::Error;
use crate::protection::channel_title;
use crate::web::words;
use chrono::{DateTime, Utc};
use std::collections::HashMap;

/// So many people are read by one statement: it ends well within the time that a statement may take, and no plan of
/// PostgreSQL's grows with the file.
pub(super) const BATCH: usize = 2_000;

/// What is known of a person in any export.
pub(super) const COLUMNS: [Column; 11] = [
    usual("name", "Name", 4),
    usual("address", "Address", 5),
    column("postcode", "Postcode", 2),
    column("surname", "Surname", 3),
    column("forenames", "Forenames", 3),
    column("number", "Elector number", 3),
    column("district", "Polling district", 3),
    column("kind", "Kind of elector", 2),
    column("asked", "Last spoken to", 2),
    column("stops", "Asked us to stop", 3),
    opinion("intention", "Voting intention", 3),
];

/// [`COLUMNS`], and three more behind them.
pub(super) const fn columns_and(more: [Column; 3]) -> [Column; COLUMNS.len() + 3] {
    let mut all = [more[0]; COLUMNS.len() + 3];
    let mut at = 0;
    while at < all.len() {
        all[at] = if at < COLUMNS.len() { COLUMNS[at] } else { more[at - COLUMNS.len()] };
        at += 1;
    }
    all
}

/// What these people asked us to stop.
///
/// # Errors
/// What the database says.
pub(super) async fn stops(scope: &mut Scoped, people: &[ElectorId]) -> Result<HashMap<ElectorId, Vec<String>>, Error> {
    let mut partitions: Vec<i32> = people.iter().map(|p| p.partition).collect();
    partitions.sort_unstable();
    partitions.dedup();
    let mut all = HashMap::new();
    for partition in partitions {
        let ids: Vec<i64> = people.iter().filter(|p| p.partition == partition).map(|p| p.id).collect();
        for some in ids.chunks(BATCH) {
            let rows = sqlx::query!(
                r#"select elector_id as "elector!", channels as "channels!" from wall.stopped($1, $2)"#,
                partition,
                some
            )
            .fetch_all(scope.connection())
            .await?;
            all.extend(rows.into_iter().map(|r| (ElectorId { partition, id: r.elector }, r.channels)));
        }
    }
    Ok(all)
}

/// The lines of a batch behind those before it, each shown for whom it is about.
pub(super) fn behind(seen: Seen<Vec<Row>>, batch: Vec<Row>) -> Seen<Vec<Row>> {
    let shown: Vec<_> = batch.iter().flat_map(|row| &row.ids).map(|id| (id.partition, id.id)).collect();
    seen.and(Seen::people(batch, shown)).map(|(mut all, more)| {
        all.extend(more);
        all
    })
}

/// The lines of these people, with [`COLUMNS`]' cells, in the order asked for.
///
/// # Errors
/// What the database says.
pub(super) async fn rows(scope: &mut Scoped, people: &[ElectorId]) -> Result<Seen<Vec<Row>>, Error> {
    let codes = codes::intentions(scope).await?;
    let kind = store::next_kind(scope).await?;
    let mut seen = Seen::people(Vec::with_capacity(people.len()), []);
    for some in people.chunks(BATCH) {
        let stopped = stops(scope, some).await?;
        let batch = batch(scope, some, &kind).await?;
        seen = behind(seen, batch.into_iter().map(|p| p.row(&codes, &stopped)).collect());
    }
    Ok(seen)
}

struct Person {
    partition_id: i32,
    elector_id: i64,
    name: String,
    surname: String,
    forenames: String,
    number: String,
    kind: String,
    district: String,
    address: String,
    postcode: String,
    code: Option<String>,
    asked: Option<DateTime<Utc>>,
}

async fn batch(scope: &mut Scoped, people: &[ElectorId], kind: &str) -> Result<Vec<Person>, Error> {
    let (partitions, ids): (Vec<i32>, Vec<i64>) = people.iter().map(|p| (p.partition, p.id)).unzip();
    Ok(sqlx::query_as!(
        Person,
        r#"select e.partition_id, e.elector_id, e.name, e.surname, e.forenames, e.number, e.kind,
             trim(d.letters || ' ' || d.name) as "district!", coalesce(h.address, '') as "address!",
             coalesce(h.postcode, '') as "postcode!", i.code as "code?", a.at as "asked?"
           from unnest($1::integer[], $2::bigint[]) with ordinality w (partition, elector, place)
           join elector e on e.partition_id = w.partition and e.elector_id = w.elector and e.left_at is null
           join district d using (area_no)
           left join household h on h.partition_id = e.partition_id and h.household_id = e.household_id
           left join intention_now i on i.partition_id = e.partition_id and i.elector_id = e.elector_id
             and i.intention_kind = $3
           left join lateral (
             select r.at from standing_result r
             where r.partition_id = e.partition_id and r.elector_id = e.elector_id and r.outcome in ('spoke', 'refused')
             order by r.received_at desc limit 1) a on true
           order by w.place"#,
        &partitions,
        &ids,
        kind
    )
    .fetch_all(scope.connection())
    .await?)
}

impl Person {
    fn row(self, codes: &[Code], stopped: &HashMap<ElectorId, Vec<String>>) -> Row {
        let id = ElectorId { partition: self.partition_id, id: self.elector_id };
        let stops = stopped.get(&id).map(Vec::as_slice).unwrap_or_default();
        // What somebody does not want processed is in no file, whatever the column.
        let silent = stops.iter().any(|s| s == "opinions" || s == "processing");
        let intention = self
            .code
            .filter(|_| !silent)
            .map(|code| codes.iter().find(|c| c.code == code).map_or_else(|| code.clone(), |c| c.label.clone()));
        let asked = self.asked.filter(|_| !silent).map(|at| words::short_date(words::day_of(at)));
        let kind = match self.kind.as_str() {
            "attainer" => "Attainer",
            "overseas" => "Overseas",
            "other" => "Without an address here",
            _ => "",
        };
        let stops: Vec<&str> = stops.iter().map(|s| channel_title(s)).collect();
        let cells = vec![
            self.name,
            self.address.clone(),
            self.postcode,
            self.surname,
            self.forenames,
            self.number,
            self.district,
            kind.to_owned(),
            asked.unwrap_or_default(),
            stops.join("; "),
            intention.unwrap_or_default(),
        ];
        Row { ids: vec![id], home: self.address, cells }
    }
}
