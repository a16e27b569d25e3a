//! Electors: those that a search found, or everybody of a district or of the area in use.

use super::people;
use super::{Choice, Exportable, Frame, MOST_PEOPLE, Purpose, Row};
use crate::canvass::codes;
use crate::database::{Scoped, Seen};
use crate::electors::arrange::{Asked, Group, Order};
use crate::electors::find::{self, Wanted};
use crate::electors::kept::Search;
use crate::electors::{ElectorId, store};
use crate::error::Error;
use futures_util::future::{BoxFuture, FutureExt};

const PURPOSES: [Purpose; 4] = [Purpose::Canvassing, Purpose::Post, Purpose::PollingDay, Purpose::Checking];

/// Electors of one kind of choice.
pub(super) struct Electors {
    frame: Frame,
}

/// What a search found.
pub(super) static FOUND: Electors =
    Electors { frame: Frame::of_people("search", "Electors of a search", &people::COLUMNS, &PURPOSES) };

/// Everybody there.
pub(super) static EVERYBODY: Electors = Electors {
    frame: Frame::of_people("districts", "Everybody in a district or the area", &people::COLUMNS, &PURPOSES),
};

impl Exportable for Electors {
    fn frame(&self) -> &Frame {
        &self.frame
    }

    fn find<'a>(
        &'a self,
        scope: &'a mut Scoped,
        choice: &'a Choice,
        within: &'a [i32],
        _: Purpose,
    ) -> BoxFuture<'a, Result<Vec<ElectorId>, Error>> {
        match choice {
            Choice::Search { .. } => search(scope, choice, within).boxed(),
            _ => everybody(scope, choice, within).boxed(),
        }
    }

    fn rows<'a>(
        &'a self,
        scope: &'a mut Scoped,
        _: &'a Choice,
        people: &'a [ElectorId],
    ) -> BoxFuture<'a, Result<Seen<Vec<Row>>, Error>> {
        people::rows(scope, people).boxed()
    }
}

async fn search(scope: &mut Scoped, choice: &Choice, within: &[i32]) -> Result<Vec<ElectorId>, Error> {
    let Choice::Search { words, district, intention, asked, order, gone } = choice else { return Err(Error::NotFound) };
    if *gone {
        return Err(Error::Conflict("What this search was for is not kept any more. Search and ask again".into()));
    }
    let search = Search {
        words: words.clone(),
        district: *district,
        intention: intention.clone(),
        asked: Asked::parse(asked),
        order: Order::parse(order),
    };
    let codes = codes::intentions(scope).await?;
    let kind = store::next_kind(scope).await?;
    let wanted = Wanted::of(&search, within, &codes).map_err(|e| Error::Conflict(e.to_string()))?;
    // Row security narrows to the area in use; what was asked for may be less.
    let wanted = Wanted { whole: false, ..wanted };
    let matches = find::matches(scope, &wanted, &kind).await?;
    if matches.more {
        return Err(Error::Conflict(
            "The search finds more people than are counted. Type more, choose a district, or export whole districts"
                .into(),
        ));
    }
    Ok(matches.homes.iter().flat_map(Group::ids).collect())
}

async fn everybody(scope: &mut Scoped, choice: &Choice, within: &[i32]) -> Result<Vec<ElectorId>, Error> {
    let mut all = Vec::new();
    for district in within.iter().filter(|d| choice.district().is_none_or(|one| one == **d)) {
        let rows = sqlx::query!(
            "select partition_id, elector_id from elector where area_no = $1 and left_at is null order by position, elector_id",
            district
        )
        .fetch_all(scope.connection())
        .await?;
        all.extend(rows.into_iter().map(|r| ElectorId { partition: r.partition_id, id: r.elector_id }));
        if all.len() > MOST_PEOPLE {
            return Err(Error::Conflict(
                "That is more people than one file may hold. Export the area district by district".into(),
            ));
        }
    }
    Ok(all)
}
