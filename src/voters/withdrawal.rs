//! A list that was imported by mistake, taken back: what it says of people goes, in one transaction, and its receipt says when and why.
//!
//! What another file says of the same people stays. What it took the place of was not kept, and does not come back by itself: that
//! file may be given again.

use super::imports::Import;
use crate::database::Scoped;
use crate::error::Error;
use crate::web::words;
use chrono::NaiveDate;

/// What stands by a list that was imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stands {
    /// People of whom it alone says how they vote, or that they voted.
    pub people: i64,
    /// People of whom another marked register says it too.
    pub also: i64,
    /// The districts of which it stands.
    pub districts: i32,
    /// Whether all of these lie in the area in use.
    pub reach: bool,
}

impl Stands {
    /// Whether there is anything to take back: a newer list may have its place.
    pub fn any(&self) -> bool {
        self.people > 0 || self.also > 0 || self.districts > 0
    }
}

/// The absent voters' list whose place another took.
#[derive(Debug, Clone)]
pub struct Before {
    last: bool,
    published: NaiveDate,
}

impl Before {
    /// "the final list of 3 April 2026".
    pub fn words(&self) -> String {
        format!("the {} list of {}", if self.last { "final" } else { "current" }, words::date(self.published))
    }
}

/// What stands by an imported list; nothing, where it is none.
///
/// # Errors
/// What the database says.
pub async fn stands(scope: &mut Scoped, import: &Import) -> Result<Stands, Error> {
    Ok(sqlx::query_as!(
        Stands,
        r#"select coalesce(people, 0) as "people!", coalesce(also, 0) as "also!", coalesce(districts, 0) as "districts!",
             coalesce(reach, false) as "reach!" from wall.voters_stand($1)"#,
        import.id
    )
    .fetch_one(scope.connection())
    .await?)
}

/// The newest absent voters' list that stood in its districts before, where there was one.
///
/// # Errors
/// What the database says.
pub async fn before(scope: &mut Scoped, import: &Import) -> Result<Option<Before>, Error> {
    Ok(sqlx::query_as!(
        Before,
        "select b.final as last, b.published from absent_list l
         join absent_list b on b.partition_id = l.partition_id and b.poll_id = l.poll_id and b.list_no < l.list_no
           and b.districts && l.districts and b.taken_back_at is null
         where l.partition_id = $1 and l.import_id = $2 order by b.list_no desc limit 1",
        import.partition,
        import.id
    )
    .fetch_optional(scope.connection())
    .await?)
}

/// Takes a list back; answers how many lost what it said of them. None: it was taken back before, and nothing more is done.
///
/// # Errors
/// [`Error::Conflict`] when it was not imported, lies partly outside the area in use, or nothing of it stands any more.
pub async fn take_back(scope: &mut Scoped, import: &Import, reason: &str) -> Result<Option<i64>, Error> {
    match import.state.as_str() {
        "taken-back" => return Ok(None),
        "applied" => {}
        _ => return Err(Error::Conflict("This list was not imported: there is nothing to take back".into())),
    }
    let stands = stands(scope, import).await?;
    if stands == Stands::default() {
        // Somebody who pressed at the same moment was quicker.
        return Ok(None);
    }
    if !stands.reach {
        return Err(Error::Conflict(
            "Part of this list lies outside the area in use. Switch to the area in which it was imported".into(),
        ));
    }
    if !stands.any() {
        return Err(Error::Conflict("Newer lists stand in its place: nothing of this one is left to take back".into()));
    }
    let operator = scope.operator_id();
    Ok(sqlx::query_scalar!(r#"select wall.take_back_voters($1, $2, $3) as "lost?""#, import.id, reason, operator)
        .fetch_one(scope.connection())
        .await?)
}
