//! Breaking the glass: a role for an hour in an emergency. Everybody with that role there, every administrator and every data
//! protection officer is told in the same transaction.

use super::requests::told;
use crate::access::Role;
use crate::database::Scoped;
use crate::error::Error;
use crate::mail::{Form, To, store::queue};
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// The roles that an emergency may call for: never one of the Guard's own, and no canvasser's, who needs a list first.
pub const ROLES: [Role; 2] = [Role::Organiser, Role::MembershipSecretary];

/// A grant that was taken in an emergency.
#[derive(Debug, Clone)]
pub struct Broken {
    /// Who took it.
    pub name: String,
    /// The role.
    pub role: Role,
    /// The area's name.
    pub area: String,
    /// Why.
    pub reason: String,
    /// From when.
    pub starts_at: DateTime<Utc>,
    /// To when it was given, or until it was ended.
    pub until: DateTime<Utc>,
    /// Whether it lives now.
    pub lives: bool,
}

/// Takes a role for an hour. Answers the grant.
///
/// # Errors
/// [`Error::Conflict`] while an hour taken before has not passed.
pub async fn take(scope: &mut Scoped, role: Role, area: i64, reason: &str) -> Result<Uuid, Error> {
    let id = Uuid::now_v7();
    let until = sqlx::query_scalar!("select wall.break_glass($1, $2, $3, $4)", id, role.as_str(), area, reason)
        .fetch_one(scope.connection())
        .await?;
    let Some(until) = until else {
        return Err(Error::Conflict(
            "You have broken the glass already, and that hour has not passed. Choose that role at the top of the page"
                .into(),
        ));
    };
    let words = sqlx::query!(
        r#"select a.name, ar.name as area from account a, area ar where a.account_id = $1 and ar.area_id = $2"#,
        scope.account(),
        area
    )
    .fetch_one(scope.connection())
    .await?;
    let form = Form::GlassBroken { name: words.name, role, area: words.area, reason: reason.to_owned(), until };
    for account in told(scope, role, area).await? {
        queue(scope, To::Account(account), &form).await?;
    }
    Ok(id)
}

/// How many would be told, if who acts took this role everywhere.
///
/// # Errors
/// What the database says.
pub async fn told_at_least(scope: &mut Scoped) -> Result<usize, Error> {
    let told = sqlx::query_scalar!(
        r#"select count(*) as "n!" from wall.who_is_told('administrator', (select area_id from area where kind = 'installation'))"#
    )
    .fetch_one(scope.connection())
    .await?;
    Ok(usize::try_from(told).unwrap_or_default())
}

/// Every hour taken so far, the newest first; fifty.
///
/// # Errors
/// What the database says.
pub async fn list(scope: &mut Scoped) -> Result<Vec<Broken>, Error> {
    Ok(sqlx::query_as!(
        Broken,
        r#"select a.name, g.role as "role: Role", ar.name as area, g.reason, g.starts_at,
             coalesce(g.ended_at, g.ends_at) as "until!", g.ended_at is null and g.ends_at > now() as "lives!"
           from access_grant g join account a using (account_id) join area ar using (area_id)
           where g.kind = 'break-glass' order by g.starts_at desc limit 50"#
    )
    .fetch_all(scope.connection())
    .await?)
}
