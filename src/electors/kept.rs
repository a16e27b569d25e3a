//! Searches kept for the session that made them, so that a page of results has an address that names nobody: Back leads
//! to it without a question. Row security shows each session its own, while it lives.

use super::arrange::{Asked, Order};
use crate::database::{Actor, Scoped};
use crate::error::Error;
use uuid::Uuid;

/// How many searches a session comes back to; the oldest go.
const LATEST: i32 = 20;

/// What was typed and chosen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Search {
    /// The words, as typed.
    pub words: String,
    /// The district chosen.
    pub district: Option<i32>,
    /// The intention chosen, as the form writes it.
    pub intention: String,
    /// When they were last asked.
    pub asked: Asked,
    /// How homes stand.
    pub order: Order,
}

/// Keeps a search and answers its id.
///
/// # Errors
/// [`Error::Forbidden`] for the command line's operator, who has no session; else what the database says.
pub async fn keep(scope: &mut Scoped, search: &Search) -> Result<Uuid, Error> {
    let Actor::Session { session, .. } = scope.actor() else {
        return Err(Error::Forbidden("Searches are kept for sessions only"));
    };
    let (id, session) = (Uuid::new_v4(), *session);
    sqlx::query!(
        "insert into kept_search (search_id, session_id, words, area_no, intention, asked, sort)
         values ($1, $2, $3, $4, $5, $6, $7)",
        id,
        session,
        search.words,
        search.district,
        search.intention,
        search.asked.as_str(),
        search.order.as_str()
    )
    .execute(scope.connection())
    .await?;
    sqlx::query!("select wall.forget_own_searches($1)", LATEST).execute(scope.connection()).await?;
    Ok(id)
}

/// The search of this id, if it is this session's own. Somebody else's is not there, like one that never was.
///
/// # Errors
/// What the database says.
pub async fn find(scope: &mut Scoped, id: Uuid) -> Result<Option<Search>, Error> {
    let row = sqlx::query!("select words, area_no, intention, asked, sort from kept_search where search_id = $1", id)
        .fetch_optional(scope.connection())
        .await?;
    Ok(row.map(|r| Search {
        words: r.words,
        district: r.area_no,
        intention: r.intention,
        asked: Asked::parse(&r.asked),
        order: Order::parse(&r.sort),
    }))
}
