//! An organiser's own part of access: canvassers inside the area of the grant in use. The database offers nothing else.

use super::grants::{self, NewGrant, Terms};
use crate::access::Role;
use crate::areas::{self, Area};
use crate::database::Scoped;
use crate::error::Error;
use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

/// A canvasser's grant inside one's area.
#[derive(Debug, Clone)]
pub struct Volunteer {
    /// The grant.
    pub id: Uuid,
    /// Whose.
    pub account: Uuid,
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// The area's name.
    pub area: String,
    /// What for.
    pub purpose: String,
    /// Why it was given.
    pub reason: String,
    /// Whether it ends when membership does.
    pub needs_membership: bool,
    /// When it begins, or began.
    pub starts_at: DateTime<Utc>,
    /// When it ends, or would have.
    pub ends_at: DateTime<Utc>,
    /// Who gave it; None: the operator.
    pub given_by: Option<String>,
    /// When it was ended before its end.
    pub ended_at: Option<DateTime<Utc>>,
    /// By whom; None: the operator, a rule, or nobody.
    pub ended_by: Option<String>,
    /// Why.
    pub ended_reason: Option<String>,
    /// The rule that ended it.
    pub ended_by_rule: Option<String>,
    /// Last use, to five minutes; None: never.
    pub seen_at: Option<DateTime<Utc>>,
    /// Lists that the account holds now.
    pub lists: i64,
    /// Whether it is the organiser's own account, which somebody else must end.
    pub own: bool,
}

impl Volunteer {
    /// Whether it is still to begin.
    pub fn to_come(&self) -> bool {
        self.starts_at > Utc::now()
    }
}

/// Grants that live or will, those that are over in the last 90 days with `over`, in the order asked for.
///
/// # Errors
/// What the database says.
pub async fn list(scope: &mut Scoped, over: bool, order: &str) -> Result<Vec<Volunteer>, Error> {
    Ok(sqlx::query_as!(
        Volunteer,
        r#"select grant_id as "id!", account_id as "account!", name as "name!", email as "email!", area as "area!",
             purpose as "purpose!", reason as "reason!", needs_membership as "needs_membership!", starts_at as "starts_at!",
             ends_at as "ends_at!", given_by, ended_at, ended_by, ended_reason, ended_by_rule, seen_at, lists as "lists!",
             own as "own!"
           from wall.volunteers_here($1)
           order by case when $1 then coalesce(ended_at, ends_at) end desc,
             case when $2 = '-account' then lower(name) end desc,
             case when $2 = 'until' then ends_at end, case when $2 = '-until' then ends_at end desc,
             case when $2 = '-seen' then seen_at end nulls last, case when $2 = 'seen' then seen_at end desc nulls last,
             lower(name), email, starts_at"#,
        over,
        order
    )
    .fetch_all(scope.connection())
    .await?)
}

/// One grant that lives or will.
///
/// # Errors
/// [`Error::NotFound`], also outside one's area.
pub async fn find(scope: &mut Scoped, id: Uuid) -> Result<Volunteer, Error> {
    list(scope, false, "").await?.into_iter().find(|v| v.id == id).ok_or(Error::NotFound)
}

/// The areas that an organiser may give access in, their own first.
///
/// # Errors
/// What the database says.
pub async fn areas(scope: &mut Scoped) -> Result<Vec<Area>, Error> {
    let inside = sqlx::query_scalar!("select wall.areas_to_give()").fetch_one(scope.connection()).await?;
    let inside = inside.unwrap_or_default();
    let mut all = areas::store::all(scope).await?;
    all.retain(|a| inside.contains(&a.id));
    Ok(all)
}

/// The account of exactly this address: nobody leafs through accounts.
///
/// # Errors
/// [`Error::Invalid`] on `email` when there is none.
pub async fn account_of(scope: &mut Scoped, email: &str) -> Result<Uuid, Error> {
    sqlx::query_scalar!(r#"select account_id as "id!" from wall.account_of($1)"#, email)
        .fetch_optional(scope.connection())
        .await?
        .ok_or_else(|| {
            Error::field(
                "email",
                "Nobody with exactly this address has an account. Check it, or invite them by email from the list of access",
            )
        })
}

/// The polls from today on that concern an area, the next one first.
///
/// # Errors
/// What the database says.
pub async fn polls_in(scope: &mut Scoped, area: i64, today: NaiveDate) -> Result<Vec<(String, NaiveDate)>, Error> {
    let rows = sqlx::query!(r#"select name as "name!", poll_date as "date!" from wall.polls_in($1, $2)"#, area, today)
        .fetch_all(scope.connection())
        .await?;
    Ok(rows.into_iter().map(|r| (r.name, r.date)).collect())
}

/// Gives a canvasser access under this id, which the form carries: sent twice, it is given once.
///
/// # Errors
/// [`Error::Conflict`] when it reaches beyond one's own area or end, or is for oneself.
pub async fn give(scope: &mut Scoped, id: Uuid, new: &NewGrant, terms: Terms) -> Result<(), Error> {
    let live = list(scope, false, "").await?;
    if live.iter().any(|v| v.id == id) {
        return Ok(());
    }
    let area = areas(scope).await?.into_iter().find(|a| a.id == new.area).map(|a| a.name).unwrap_or_default();
    let same = |v: &&Volunteer| v.account == new.account && v.area == area && !v.to_come() && terms.from.is_none();
    if let Some(held) = live.iter().find(same) {
        return Err(Error::Conflict(format!(
            "{} has this access already, until {}. Renew it instead",
            held.name,
            crate::web::words::until(held.ends_at)
        )));
    }
    let new = NewGrant { role: Role::Volunteer, ..new.clone() };
    grants::insert(scope, id, &new, terms).await.map_err(|error| match error {
        Error::Conflict(_) => Error::Conflict(
            "You can give volunteers access inside your own area, until your own access ends, and not to yourself. Nothing depends \
             on a membership that has lapsed"
                .into(),
        ),
        other => other,
    })
}

/// Moves a canvasser's end on.
///
/// # Errors
/// [`Error::NotFound`] outside one's area; [`Error::Invalid`] on `until`.
pub async fn renew(scope: &mut Scoped, id: Uuid, until: DateTime<Utc>, reason: &str) -> Result<(), Error> {
    let held = find(scope, id).await?;
    if held.own {
        return Err(Error::Conflict("This is your own access. Somebody else must renew it".into()));
    }
    if until <= held.ends_at {
        return Err(Error::field("until", "It lasts as long as that already: choose a later day"));
    }
    let done = sqlx::query_scalar!(r#"select wall.renew_volunteer($1, $2, $3) as "done!""#, id, until, reason)
        .fetch_one(scope.connection())
        .await?;
    if done {
        return Ok(());
    }
    Err(Error::field("until", "It cannot last longer than your own access, two years, or a membership that has lapsed"))
}

/// Ends a canvasser's access with its sessions and lists. Answers how many sessions ended.
///
/// # Errors
/// [`Error::NotFound`] outside one's area; [`Error::Conflict`] for one's own.
pub async fn end(scope: &mut Scoped, id: Uuid, reason: &str) -> Result<i32, Error> {
    if find(scope, id).await?.own {
        return Err(Error::Conflict("This is your own access. Somebody else must end it".into()));
    }
    sqlx::query_scalar!("select wall.end_volunteer($1, $2)", id, reason)
        .fetch_one(scope.connection())
        .await?
        .ok_or(Error::NotFound)
}
