//! News in the database.

use super::Post;
use crate::areas::Area;
use crate::database::Scoped;
use crate::error::Error;
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// What a post says and until when.
#[derive(Debug, Clone)]
pub struct Said {
    /// What it is about.
    pub title: String,
    /// What it says.
    pub words: String,
    /// Whether it stands above the others.
    pub pinned: bool,
    /// Until when it stands.
    pub ends_at: DateTime<Utc>,
}

/// What stands now where whoever acts works, pinned first, then the newest.
///
/// # Errors
/// What the database says.
pub async fn current(scope: &mut Scoped) -> Result<Vec<Post>, Error> {
    list(scope, false, 0, 100).await.map(|(posts, _)| posts)
}

/// What stands now, or what is over; one part of it, and how many there are.
///
/// # Errors
/// What the database says.
pub async fn list(scope: &mut Scoped, over: bool, skip: i64, take: i64) -> Result<(Vec<Post>, i64), Error> {
    let places = places(scope).await?;
    let rows = sqlx::query!(
        r#"select n.news_id, a.name as area, n.area_id, n.title, n.words, n.pinned, n.posted_at, n.changed_at, n.ends_at,
             count(*) over () as "total!"
           from news n join area a using (area_id)
           where (n.ends_at <= statement_timestamp()) = $1
           order by n.pinned and not $1 desc, n.posted_at desc, n.news_id offset $2 limit $3"#,
        over,
        skip,
        take
    )
    .fetch_all(scope.connection())
    .await?;
    let total = rows.first().map_or(0, |r| r.total);
    let posts = rows.into_iter().map(|r| Post {
        id: r.news_id,
        area: r.area,
        title: r.title,
        words: r.words,
        pinned: r.pinned,
        posted_at: r.posted_at,
        changed_at: r.changed_at,
        ends_at: r.ends_at,
        own: places.iter().any(|place| place.id == r.area_id),
    });
    Ok((posts.collect(), total))
}

/// One post that whoever acts may change.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn own(scope: &mut Scoped, id: Uuid) -> Result<Post, Error> {
    let row = sqlx::query!(
        r#"select n.news_id, a.name as area, n.title, n.words, n.pinned, n.posted_at, n.changed_at, n.ends_at
           from news n join area a using (area_id)
           where n.news_id = $1 and n.area_id = any ((select wall.places())::bigint[])"#,
        id
    )
    .fetch_one(scope.connection())
    .await?;
    Ok(Post {
        id: row.news_id,
        area: row.area,
        title: row.title,
        words: row.words,
        pinned: row.pinned,
        posted_at: row.posted_at,
        changed_at: row.changed_at,
        ends_at: row.ends_at,
        own: true,
    })
}

/// The areas that an organiser may post for, for choices; none for anybody else.
///
/// # Errors
/// What the database says.
pub async fn places(scope: &mut Scoped) -> Result<Vec<Area>, Error> {
    if scope.role() != Some(crate::access::Role::Organiser) {
        return Ok(Vec::new());
    }
    crate::areas::store::worked_in(scope).await
}

/// Posts it.
///
/// # Errors
/// [`Error::NotFound`] for an area that is not among the organiser's own.
pub async fn post(scope: &mut Scoped, area: i64, said: &Said) -> Result<Uuid, Error> {
    if !places(scope).await?.iter().any(|place| place.id == area) {
        return Err(Error::NotFound);
    }
    let id = Uuid::now_v7();
    let account = scope.account();
    sqlx::query!(
        "insert into news (news_id, area_id, title, words, pinned, posted_by, ends_at) values ($1, $2, $3, $4, $5, $6, $7)",
        id,
        area,
        said.title,
        said.words,
        said.pinned,
        account,
        said.ends_at
    )
    .execute(scope.connection())
    .await?;
    Ok(id)
}

/// Changes what it says, and until when.
///
/// # Errors
/// [`Error::NotFound`] when it is not the organiser's to change.
pub async fn change(scope: &mut Scoped, id: Uuid, said: &Said) -> Result<(), Error> {
    let changed = sqlx::query!(
        "update news set title = $2, words = $3, pinned = $4, ends_at = $5, changed_at = statement_timestamp() where news_id = $1",
        id,
        said.title,
        said.words,
        said.pinned,
        said.ends_at
    )
    .execute(scope.connection())
    .await?;
    if changed.rows_affected() == 0 { Err(Error::NotFound) } else { Ok(()) }
}

/// Takes it down. It stays among what is over, and can be put up again.
///
/// # Errors
/// [`Error::NotFound`] when it is not the organiser's to take down, or is down.
pub async fn end(scope: &mut Scoped, id: Uuid) -> Result<(), Error> {
    let ended = sqlx::query!(
        "update news set ends_at = statement_timestamp() where news_id = $1 and ends_at > statement_timestamp()",
        id
    )
    .execute(scope.connection())
    .await?;
    if ended.rows_affected() == 0 { Err(Error::NotFound) } else { Ok(()) }
}
