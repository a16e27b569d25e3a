//! The walk lists that a canvass walks: attached, taken off, and how each goes.

use super::Event;
use crate::canvass::ListId;
use crate::canvass::lists::outing::{self, Outing};
use crate::database::Scoped;
use crate::error::Error;

/// The lists of an event as they go, in the order they were attached.
///
/// # Errors
/// What the database says.
pub async fn of(scope: &mut Scoped, event: &Event) -> Result<Vec<Outing>, Error> {
    let rows = sqlx::query!(
        "select partition_id, list_id from event_list where event_id = $1 order by attached_at, partition_id, list_id",
        event.id
    )
    .fetch_all(scope.connection())
    .await?;
    let ids: Vec<ListId> = rows.into_iter().map(|r| ListId { partition: r.partition_id, id: r.list_id }).collect();
    outing::outings(scope, &ids).await
}

/// Attaches lists of the area in use; one that is attached stays so.
///
/// # Errors
/// [`Error::NotFound`] when one of them is outside the area.
pub async fn attach(scope: &mut Scoped, event: &Event, lists: &[ListId]) -> Result<(), Error> {
    if outing::outings(scope, lists).await?.len() < lists.len() {
        return Err(Error::NotFound);
    }
    let by = scope.account();
    for list in lists {
        sqlx::query!(
            "insert into event_list (event_id, area_id, partition_id, list_id, attached_by) values ($1, $2, $3, $4, $5)
             on conflict (event_id, partition_id, list_id) do nothing",
            event.id,
            event.area,
            list.partition,
            list.id,
            by
        )
        .execute(scope.connection())
        .await?;
    }
    Ok(())
}

/// Takes a list off. The list itself, its assignments and its answers stay as they are.
///
/// # Errors
/// [`Error::NotFound`] when it is not attached.
pub async fn detach(scope: &mut Scoped, event: &Event, list: ListId) -> Result<(), Error> {
    let done =
        sqlx::query_scalar!(r#"select wall.detach_list($1, $2, $3) as "done!""#, event.id, list.partition, list.id)
            .fetch_one(scope.connection())
            .await?;
    if done { Ok(()) } else { Err(Error::NotFound) }
}
