//! The people of a walk list, with what was said at their doors.

use super::people;
use super::{Choice, Column, Exportable, Frame, Purpose, Row, column, opinion};
use crate::canvass::ListId;
use crate::canvass::results::Outcome;
use crate::database::{Scoped, Seen};
use crate::electors::ElectorId;
use crate::error::Error;
use crate::web::words;
use chrono::{DateTime, Utc};
use futures_util::future::{BoxFuture, FutureExt};
use std::collections::HashMap;

/// The columns of any person, then those of this list. How somebody says that they voted, and notes, are never in a file:
/// the first is nobody's business before the close of poll (Representation of the People Act 1983 s66A), the second may be
/// about anybody.
static COLUMNS: [Column; 14] = people::columns_and([
    column("outcome", "What happened at the door", 3),
    column("at", "When", 2),
    opinion("issues", "Cares about", 3),
]);

static FRAME: Frame = Frame::of_people(
    "list",
    "Results of a walk list",
    &COLUMNS,
    &[Purpose::Canvassing, Purpose::PollingDay, Purpose::Planning],
);

/// What came of a walk list.
pub(super) struct Results;

impl Exportable for Results {
    fn frame(&self) -> &Frame {
        &FRAME
    }

    fn find<'a>(
        &'a self,
        scope: &'a mut Scoped,
        choice: &'a Choice,
        within: &'a [i32],
        _: Purpose,
    ) -> BoxFuture<'a, Result<Vec<ElectorId>, Error>> {
        people_on(scope, choice, within).boxed()
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

fn list_of(choice: &Choice) -> Result<ListId, Error> {
    if let Choice::List { list } = choice { Ok(*list) } else { Err(Error::NotFound) }
}

/// Everybody on the version that stands, in walk order.
async fn people_on(scope: &mut Scoped, choice: &Choice, within: &[i32]) -> Result<Vec<ElectorId>, Error> {
    let list = list_of(choice)?;
    let ids = sqlx::query_scalar!(
        "select e.elector_id from walk_list l
         join walk_list_elector e on e.partition_id = l.partition_id and e.list_id = l.list_id and e.version = l.version
         join elector p on p.partition_id = e.partition_id and p.elector_id = e.elector_id and p.left_at is null
         where l.partition_id = $1 and l.list_id = $2 and e.area_no = any ($3) order by e.place",
        list.partition,
        list.id,
        within
    )
    .fetch_all(scope.connection())
    .await?;
    Ok(ids.into_iter().map(|id| ElectorId { partition: list.partition, id }).collect())
}

/// The answer of a list that stands for somebody.
struct Said {
    outcome: String,
    at: DateTime<Utc>,
    issues: Vec<String>,
}

async fn rows(scope: &mut Scoped, choice: &Choice, people: &[ElectorId]) -> Result<Seen<Vec<Row>>, Error> {
    let said = said(scope, list_of(choice)?).await?;
    let stopped = people::stops(scope, people).await?;
    let silent =
        move |id: ElectorId| stopped.get(&id).is_some_and(|s| s.iter().any(|c| c == "opinions" || c == "processing"));
    Ok(people::rows(scope, people).await?.map(|mut rows| {
        for row in &mut rows {
            let said = row.ids.first().filter(|id| !silent(**id)).and_then(|id| said.get(&id.id));
            row.cells
                .push(said.map(|s| Outcome::parse(&s.outcome).map_or("", Outcome::title)).unwrap_or_default().into());
            row.cells.push(said.map(|s| words::short_date(words::day_of(s.at))).unwrap_or_default());
            row.cells.push(said.map(|s| s.issues.join("; ")).unwrap_or_default());
        }
        rows
    }))
}

/// The last answer of each person on the list, and of the home as a whole where they gave none.
async fn said(scope: &mut Scoped, list: ListId) -> Result<HashMap<i64, Said>, Error> {
    let rows = sqlx::query!(
        r#"select e.elector_id as "elector!", s.outcome as "outcome!", s.received_at as "at!",
             array(select coalesce(c.label, x.code) from unnest(s.issues) x (code) left join issue_code c using (code)) as "issues!"
           from walk_list l
           join walk_list_elector e on e.partition_id = l.partition_id and e.list_id = l.list_id and e.version = l.version
           join lateral (
             select r.outcome, r.received_at, r.issues from standing_result r
             where r.partition_id = $1 and r.list_id = $2 and r.household_id = e.household_id
               and (r.elector_id = e.elector_id or r.elector_id is null)
             order by r.elector_id is null, r.received_at desc limit 1) s on true
           where l.partition_id = $1 and l.list_id = $2"#,
        list.partition,
        list.id
    )
    .fetch_all(scope.connection())
    .await?;
    Ok(rows.into_iter().map(|r| (r.elector, Said { outcome: r.outcome, at: r.at, issues: r.issues })).collect())
}
