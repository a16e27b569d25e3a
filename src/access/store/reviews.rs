//! Access reviews: every grant that lives in an area, kept or ended by a day. Who sees which of them, the database decides.

use crate::access::{GrantKind, Role};
use crate::database::{Actor, Scoped};
use crate::error::Error;
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// A review with how far it is, as far as who acts has a part in it.
#[derive(Debug, Clone)]
pub struct Review {
    /// Its id.
    pub id: Uuid,
    /// The area's name.
    pub area: String,
    /// When it was opened.
    pub opened_at: DateTime<Utc>,
    /// By whom; None: the operator, or nobody.
    pub opened_by: Option<String>,
    /// Whether it opened by itself.
    pub by_itself: bool,
    /// By when it is to be answered.
    pub due_at: DateTime<Utc>,
    /// The poll that its day was moved behind.
    pub moved_for: Option<String>,
    /// When it was over.
    pub closed_at: Option<DateTime<Utc>>,
    /// Grants in it.
    pub grants: i64,
    /// Those that nobody has answered for.
    pub open: i64,
    /// Those that were kept.
    pub kept: i64,
    /// Those that ended.
    pub ended: i64,
}

impl Review {
    /// How many are answered or over.
    pub fn done(&self) -> i64 {
        self.grants - self.open
    }
}

/// Every review, those that are open first.
///
/// # Errors
/// What the database says.
pub async fn list(scope: &mut Scoped) -> Result<Vec<Review>, Error> {
    Ok(sqlx::query_as!(
        Review,
        r#"select review_id as "id!", area as "area!", opened_at as "opened_at!", opened_by, by_itself as "by_itself!",
             due_at as "due_at!", moved_for, closed_at, grants as "grants!", open as "open!", kept as "kept!", ended as "ended!"
           from wall.reviews() order by closed_at desc nulls first, due_at limit 100"#
    )
    .fetch_all(scope.connection())
    .await?)
}

/// Every review, for the operator, whom no role narrows.
///
/// # Errors
/// What the database says.
pub async fn all(scope: &mut Scoped) -> Result<Vec<Review>, Error> {
    Ok(sqlx::query_as!(
        Review,
        r#"select r.review_id as id, ar.name as area, r.opened_at, a.name as "opened_by?",
             r.opened_by is null and r.opened_by_operator is null as "by_itself!", r.due_at, r.moved_for, r.closed_at,
             count(g.grant_id) as "grants!",
             count(*) filter (where u.verdict is null and g.ended_at is null and g.ends_at > now()) as "open!",
             count(*) filter (where u.verdict in ('kept', 'left')) as "kept!",
             count(*) filter (where u.verdict in ('ended', 'unanswered') or (u.verdict is null
               and (g.ended_at is not null or g.ends_at <= now()))) as "ended!"
           from access_review r join area ar using (area_id)
           left join account a on a.account_id = r.opened_by
           left join access_review_grant u using (review_id)
           left join access_grant g using (grant_id)
           group by r.review_id, ar.name, a.name order by r.closed_at desc nulls first, r.due_at"#
    )
    .fetch_all(scope.connection())
    .await?)
}

/// One review.
///
/// # Errors
/// [`Error::NotFound`], also where one has no part in it.
pub async fn find(scope: &mut Scoped, id: Uuid) -> Result<Review, Error> {
    list(scope).await?.into_iter().find(|r| r.id == id).ok_or(Error::NotFound)
}

/// A grant under review.
#[derive(Debug, Clone)]
pub struct UnderReview {
    /// The grant.
    pub id: Uuid,
    /// Whose.
    pub name: String,
    /// Their address.
    pub email: String,
    /// The role.
    pub role: Role,
    /// The area's name.
    pub area: String,
    /// What for.
    pub purpose: String,
    /// How it came.
    pub kind: GrantKind,
    /// Who gave it; None: the operator, or set-up.
    pub given_by: Option<String>,
    /// When.
    pub given_at: DateTime<Utc>,
    /// When it ends by itself.
    pub ends_at: DateTime<Utc>,
    /// Last use, to five minutes; None: never.
    pub seen_at: Option<DateTime<Utc>>,
    /// Lists that the account holds now.
    pub lists: i64,
    /// What was answered: `kept`, `ended`, `unanswered`, `left`.
    pub verdict: Option<String>,
    /// By whom; None: nobody.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at: Option<DateTime<Utc>>,
    /// Whether it is over, however it ended.
    pub over: bool,
    /// Whether it is the viewer's own, which somebody else must answer for.
    pub own: bool,
}

impl UnderReview {
    /// Whether somebody must answer for it.
    pub fn open(&self) -> bool {
        self.verdict.is_none() && !self.over
    }

    /// What was answered, in words.
    pub fn answer(&self) -> &'static str {
        match self.verdict.as_deref() {
            Some("kept") => "Kept",
            Some("ended") => "Ended",
            Some("unanswered") => "Ended: nobody answered",
            Some("left") => "Left: nobody else could give access",
            _ if self.over => "Ended before",
            _ => "Open",
        }
    }
}

/// The grants of a review: those to be answered first, who was never or longest not seen at the top.
///
/// # Errors
/// What the database says.
pub async fn grants(scope: &mut Scoped, id: Uuid) -> Result<Vec<UnderReview>, Error> {
    Ok(sqlx::query_as!(
        UnderReview,
        r#"select grant_id as "id!", name as "name!", email as "email!", role as "role!: Role", area as "area!",
             purpose as "purpose!", kind as "kind!: GrantKind", given_by, given_at as "given_at!", ends_at as "ends_at!", seen_at,
             lists as "lists!", verdict, decided_by, decided_at, over as "over!", own as "own!"
           from wall.review_grants($1)
           order by verdict is null and not over desc, seen_at nulls first, lower(name), given_at"#,
        id
    )
    .fetch_all(scope.connection())
    .await?)
}

/// What a review opened now would hold.
#[derive(Debug, Clone)]
pub struct Preview {
    /// Live grants in the area.
    pub grants: i64,
    /// The accounts they belong to.
    pub accounts: i64,
    /// By when it would have to be answered.
    pub due_at: DateTime<Utc>,
    /// The poll that its day is moved behind.
    pub moved_for: Option<String>,
    /// The review of this area that is open already.
    pub open: Option<Uuid>,
}

/// Says what a review of this area would hold.
///
/// # Errors
/// What the database says.
pub async fn preview(scope: &mut Scoped, area: i64) -> Result<Preview, Error> {
    Ok(sqlx::query_as!(
        Preview,
        r#"select grants as "grants!", accounts as "accounts!", due_at as "due_at!", moved_for, open from wall.review_preview($1)"#,
        area
    )
    .fetch_one(scope.connection())
    .await?)
}

/// Opens a review of every grant that lives inside an area.
///
/// # Errors
/// [`Error::Conflict`] when one is open there.
pub async fn open(scope: &mut Scoped, area: i64) -> Result<Uuid, Error> {
    let operator = scope.operator_id();
    sqlx::query_scalar!("select wall.open_review($1, $2, $3)", Uuid::now_v7(), area, operator)
        .fetch_one(scope.connection())
        .await?
        .ok_or_else(|| Error::Conflict("A review of this area is open already".into()))
}

/// Keeps or ends grants under review. Answers how many: not one's own, nor what was answered or is over.
///
/// # Errors
/// [`Error::Conflict`] when nobody would be left who can give access.
pub async fn answer(scope: &mut Scoped, id: Uuid, grants: &[Uuid], keep: bool, reason: &str) -> Result<i32, Error> {
    // Organisers end no administrator, and see none.
    if let (false, Actor::Session { role: Role::Administrator, .. }) = (keep, scope.actor()) {
        super::ending::one_at_a_time(scope).await?;
    }
    sqlx::query_scalar!(r#"select wall.answer_review($1, $2, $3, $4) as "n!""#, id, grants, keep, reason)
        .fetch_one(scope.connection())
        .await
        .map_err(|error| match error.as_database_error().and_then(|e| e.code()).as_deref() {
            Some("23514") => {
                Error::Conflict("Nobody would be left who can give access. Keep somebody else first".into())
            }
            _ => error.into(),
        })
}
