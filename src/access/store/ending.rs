//! Ending access, at once and everywhere: what will stop, the act for one and for many, what stopped, giving it back.
//!
//! What ends is written down in `ending` by the act itself, so that each end keeps its own receipt. What else an account may
//! hold (`wall.ends_with_access` names it) asks for a live grant when it is used.

mod act;
mod chosen;
mod given;
mod record;

pub(super) use act::one_at_a_time;
pub use act::{Stopped, end_access, end_grant, end_many};
pub use chosen::{Candidate, Chosen, candidates, end_chosen};
pub use given::{Given, GivenAccount, by_them, end_given};
pub use record::{
    EndedAccount, Ending, EndingGroup, ended_lately, find, give_back, group, held_then, latest, of_account, of_group,
    unspent,
};

use super::grants::{self, Grant, Which};
use crate::access::Role;
use crate::database::{Actor, Scoped};
use crate::error::Error;
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// A walk list that somebody holds. Administrators see its name and size, never a door.
#[derive(Debug, Clone)]
pub struct Held {
    /// The list's name.
    pub name: String,
    /// How many doors.
    pub doors: i32,
    /// When its phone locks by itself.
    pub ends_at: DateTime<Utc>,
}

/// What ends with all access of an account.
pub struct Consequences {
    /// Places where it is signed in.
    pub sessions: i64,
    /// Its grants.
    pub grants: Vec<Grant>,
    /// Lists it holds.
    pub lists: Vec<Held>,
}

/// What will stop.
///
/// # Errors
/// What the database says.
pub async fn consequences(scope: &mut Scoped, account: Uuid) -> Result<Consequences, Error> {
    let sessions = super::accounts::sessions(scope, account).await?.len();
    let now = Utc::now();
    let mut grants = grants::list(scope, Which::Of(account), "", "account", 0).await?;
    grants.retain(|g| g.ended_at.is_none() && g.ends_at > now);
    let lists = sqlx::query_as!(
        Held,
        "select l.name, l.doors, a.ends_at from assignment a join walk_list l using (partition_id, list_id)
         where a.account_id = $1 and a.ended_at is null and a.ends_at > now() order by a.ends_at",
        account
    )
    .fetch_all(scope.connection())
    .await?;
    Ok(Consequences { sessions: i64::try_from(sessions).unwrap_or(i64::MAX), grants, lists })
}

const LAST: &str = "Nobody would be left who can give access. Make somebody else an administrator first";
const OWN: &str = "This is your own access. Another administrator can end it, so that somebody gets the receipt";

/// Why this account's access, or this grant, may not be ended by who acts; None: it may.
///
/// # Errors
/// What the database says.
pub async fn hindrance(scope: &mut Scoped, account: Uuid) -> Result<Option<&'static str>, Error> {
    // The operator can always give access again, so they may end anybody's.
    let Actor::Session { account: own, .. } = scope.actor() else { return Ok(None) };
    let own = *own == account;
    let others = sqlx::query_scalar!(
        r#"select exists (select from access_grant where role = 'administrator' and account_id <> $1
             and ended_at is null and starts_at <= now() and ends_at > now()) as "others!""#,
        account
    )
    .fetch_one(scope.connection())
    .await?;
    Ok(match (own, others) {
        (_, false) => Some(LAST),
        (true, true) => Some(OWN),
        (false, true) => None,
    })
}

/// "Volunteer in Quillbrook", of `volunteer:Quillbrook` as queries put it together.
fn grant_in_words(grant: &str) -> String {
    match grant.split_once(':') {
        Some((role, area)) => format!("{} in {area}", Role::parse(role).map_or("Somebody", Role::title)),
        None => grant.to_owned(),
    }
}
